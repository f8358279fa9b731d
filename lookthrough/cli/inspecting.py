"""`inspect`: what each sheet of a file is taken for, before anything is loaded."""

from __future__ import annotations

from typing import Any

import typer

from detectors.units import UNITS
from loaders.loading import find_files
from loaders.problems import UnreadableFileError, brief_list
from loaders.tables import inspect_tables, read_mapping
from lookthrough.cli.app import app
from lookthrough.cli.console import Format, FormatOption, LangOption, Session, print_rows, session
from lookthrough.cli.files import MapOption, Paths
from lookthrough.cli.wording import word

_SKIPPED = {
    "title": ("标题", "titles"),
    "total": ("合计", "totals"),
    "blank": ("空行", "blank"),
    "note": ("说明", "notes"),
    "repeated_header": ("重复表头", "repeated headings"),
}


@app.command("inspect")
def inspect_command(
    paths: Paths, mapping: MapOption = None, format_: FormatOption = Format.table, lang: LangOption = None
) -> None:
    """查看每个表被识别成什么，不导入 · Show what each sheet is taken for; loads nothing."""
    from loaders.inspecting import inspect_file

    s = session(None, lang, format_)
    chosen = read_mapping(mapping) if mapping else {}
    reports: list[dict[str, Any]] = []
    failed = False
    for file in find_files(paths):
        try:
            reports.extend(inspect_file(file, chosen, inspect_tables))
        except UnreadableFileError as error:
            failed = True
            reports.append({"file": file.name, "format": None, "problem": s.say(error.zh, error.en)})
    if s.format is not Format.table:
        columns = [
            (k, k, k)
            for k in (
                *("file", "sheet", "format", "table", "columns", "units", "year", "ignored", "rows"),
                *("warnings", "problem"),
            )
        ]
        print_rows(s, columns, reports)
    else:
        for report in reports:
            _print_inspection(s, report)
    if failed:
        raise typer.Exit(1)


def _print_inspection(s: Session, report: dict[str, Any]) -> None:
    from lookthrough.cli.console import out_console

    out = out_console()
    sheet = f" / {report['sheet']}" if report.get("sheet") else ""
    taken = report.get("table") or report.get("format") or s.say("未识别", "not recognised")
    out.print(f"{report['file']}{sheet} → {taken}", style="bold", markup=False)
    if report.get("problem"):
        out.print("  " + str(report["problem"]), style="red", markup=False)
    if report.get("table") is None and report.get("nearest"):
        missing = "; ".join(" / ".join(group) for group in report["missing"])
        looks = s.say(
            f"像 {report['nearest']}，但缺少必需的列：{missing}",
            f"looks like {report['nearest']}, but lacks: {missing}",
        )
        out.print("  " + looks, style="red", markup=False)
    for table, columns in (report.get("columns") or {}).items():
        for column, headings in columns.items():
            unit = report["units"].get(column)
            known = [str(word(s, UNITS, unit))] if unit else []
            shown = " + ".join(headings)
            if column == "months" and len(headings) > 1:
                shown = f"{headings[0]} … {headings[-1]} ({len(headings)})"
            if column == "months" and report.get("year"):
                known.append(s.say(f"{report['year']}年", str(report["year"])))
            said = f" [{s.say('，', ', ').join(known)}]" if known else ""
            out.print(f"  {shown} → {table}.{column}{said}", markup=False)
    for warning in report.get("warnings") or []:
        out.print("  " + s.say(warning["zh"], warning["en"]), style="red", markup=False)
    if report.get("ignored"):
        out.print(
            f"  {s.say('忽略的列', 'ignored')}: {brief_list(report['ignored'], ', ', 100)}", markup=False
        )
    skipped = {why: n for why, n in (report.get("skipped") or {}).items() if n}
    if skipped:
        told = ", ".join(f"{s.say(*_SKIPPED[why])} {n}" for why, n in skipped.items())
        out.print(f"  {s.say('跳过的行', 'rows left out')}: {told}", markup=False)
    for sample in report.get("sample") or []:
        out.print("  · " + " | ".join(sample), markup=False, overflow="ellipsis", no_wrap=True)
