"""`load`, `inspect`, `unload`, `status`, `check`: data in, data out, and how good it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from cases import Source
from graph.checking import check_store
from graph.stores.contract import BatchRecord
from loaders.identity import PersonKey
from loaders.loading import FORMATS, LoadError, LoadOptions, LoadReport, find_files, load
from loaders.problems import Problem, UnreadableFileError
from loaders.tables import inspect_tables, read_mapping
from lookthrough.cli.app import app
from lookthrough.cli.console import (
    ActorOption,
    Format,
    FormatOption,
    LangOption,
    NoLedgerOption,
    Session,
    StoreOption,
    day,
    print_json,
    print_rows,
    session,
)
from lookthrough.cli.ledger import failure_of, ledger_first, mirror_loads, tell_unrecorded
from lookthrough.cli.summary import summary_words


def _path(text: str) -> Path:
    # An empty argument (a variable of a script that was never set) would name the current folder.
    if not text.strip():
        raise typer.BadParameter("路径为空 · the path is empty")
    return Path(text)


Paths = Annotated[
    list[Path],
    typer.Argument(metavar="PATH…", help="文件或文件夹 · files or folders", show_default=False, parser=_path),
]
MapOption = Annotated[
    Path | None,
    typer.Option("--map", metavar="FILE.toml", help="保存的列映射 · a saved mapping", show_default=False),
]
_SKIPPED = {
    "title": ("标题", "titles"),
    "total": ("合计", "totals"),
    "blank": ("空行", "blank"),
    "note": ("说明", "notes"),
    "repeated_header": ("重复表头", "repeated headings"),
}
_DATASET = re.compile(r"[\w.-]{1,64}")


@app.command("load")
def load_command(
    paths: Paths,
    dataset: Annotated[str, typer.Option("--dataset", help="数据集名称 · name of the data set")] = "main",
    mapping: MapOption = None,
    snapshot: Annotated[
        str | None,
        typer.Option(
            "--snapshot",
            metavar="DATE",
            help="该日期的完整数据：缺失即视为终止 · a full extract of that date",
        ),
    ] = None,
    scope: Annotated[
        str,
        typer.Option("--snapshot-scope", metavar="dataset|parties", help="完整的范围 · what it is whole for"),
    ] = "dataset",
    observed_on: Annotated[
        str | None, typer.Option("--observed-on", metavar="DATE", help="数据截至日期 · date of the extract")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="有一行被拒即全部不导入 · refuse all if a row is refused")
    ] = False,
    provider: Annotated[
        str | None, typer.Option("--provider", metavar="NAME", help="数据提供单位 · who provided the data")
    ] = None,
    purpose: Annotated[
        str | None, typer.Option("--purpose", metavar="TEXT", help="使用目的 · what they may be used for")
    ] = None,
    valid_until: Annotated[
        str | None,
        typer.Option("--valid-until", metavar="DATE", help="使用期限 · until when they may be used"),
    ] = None,
    forwarding: Annotated[
        str | None,
        typer.Option("--forwarding", metavar="TEXT", help="可转交的对象 · to whom they may be passed on"),
    ] = None,
    no_ledger: NoLedgerOption = False,
    actor: ActorOption = None,
    store: StoreOption = None,
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            metavar="|".join(("tables", *FORMATS[1:], "json", "jsonl", "csv")),
            help="指定文件格式，或输出格式 · force the files' format, or choose how the summary is printed",
        ),
    ] = None,
    lang: LangOption = None,
) -> None:
    """导入文件或文件夹，全部成功或全部不变 · Load files or folders, all or nothing."""
    format_in, format_ = _two_formats(formats or [])
    s = session(store, lang, format_)
    day(snapshot, "--snapshot")
    day(observed_on, "--observed-on")
    source = Source(provider, purpose, day(valid_until, "--valid-until"), forwarding)
    if not _DATASET.fullmatch(dataset):
        # The name becomes part of ids, where a colon ends the scheme.
        raise typer.BadParameter(f"{dataset!r}: A-Z a-z 0-9 汉字 . _ -", param_hint="--dataset")
    if scope not in ("dataset", "parties"):
        raise typer.BadParameter("dataset / parties", param_hint="--snapshot-scope")
    options = LoadOptions(dataset, format_in, mapping, snapshot, scope, observed_on, strict)
    find_files(paths)  # A wrong path is said before a store is made.
    path = s.settings.key_file
    there = PersonKey.open(path) if path.exists() else None
    with ledger_first(s, no_ledger) as ledger, s.store("write") as opened, s.progress() as watch:
        key = there or PersonKey.open(path, new=opened.meta("person_key_check") is None)
        try:
            report = load(opened, paths, options, key, s.settings.data / "reports", watch)
        except LoadError as error:
            if error.report is not None:
                _tell_rows(s, error.report)
            raise
        fingerprint = opened.fingerprint()
        unrecorded = None
        if ledger is not None:
            batch = report.applied.batch_id if report.applied else None
            unrecorded = failure_of(
                lambda: mirror_loads(ledger, opened, actor or s.settings.actor, batch, source)
            )
    _show_report(s, report, fingerprint)
    tell_unrecorded(s, unrecorded)
    if report.rejected or report.unreadable:
        raise typer.Exit(3)


def _two_formats(values: list[str]) -> tuple[str | None, Format]:
    """`--format` names the files' format (as in FORMATS) or the answer's; "table" alone is the answer's default."""
    forced, printed = None, Format.table
    for value in values:
        if value == "tables":
            forced = "table"
        elif value in FORMATS and value != "table":
            forced = value
        elif value in Format.__members__:
            printed = Format(value)
        else:
            raise typer.BadParameter(" / ".join(("tables", *FORMATS[1:], *Format)), param_hint="--format")
    return forced, printed


def _show_report(s: Session, report: LoadReport, fingerprint: str) -> None:
    flags = [p for p in report.problems if p.kind == "flag"]
    notes = [p for p in report.problems if p.kind == "note"]
    names = report.applied.names if report.applied else None
    whole: dict[str, Any] = {
        "batch": report.applied.batch_id if report.applied else None,
        "fingerprint": fingerprint,
        "files": [
            {"name": f.name, "format": f.format, "rows": f.rows, "rejected": f.rejected}
            for f in (report.extract.files if report.extract else [])
        ],
        "loaded_before": report.again,
        "skipped": [{"name": n, "reason": s.say(zh, en)} for n, zh, en in report.skipped],
        "unreadable": [{"name": n, "reason": s.say(zh, en)} for n, zh, en in report.unreadable],
        "counts": dict(report.applied.counts) if report.applied else {},
        "rejected": report.rejected,
        "problems": [
            {"kind": kind, "code": code, "count": n, **_problem(first)}
            for kind, code, n, first in _problems(report)
        ],
        "flagged": len(flags),
        "noted": len(notes),
        "summary": report.summary,
        "names": {"one": names.one, "several": names.several.height, "none": names.none.height}
        if names
        else None,
        "rejects": [str(p) for p in report.rejects],
        "unresolved": str(report.unresolved) if report.unresolved else None,
    }
    if s.format in (Format.json, Format.jsonl):
        print_json(whole)
        _tell_problems(s, report)
        return
    columns = [
        ("name", "文件", "file"),
        ("format", "格式", "format"),
        ("rows", "行数", "rows"),
        ("rejected", "被拒", "refused"),
    ]
    if whole["files"]:
        print_rows(s, columns, whole["files"])
    if report.applied:
        listed = s.say("、", ", ").join(f"{name} {n}" for name, n in report.applied.counts.items())
        s.tell(
            f"批次 {report.applied.batch_id} 已导入：{listed}",
            f"Loaded as batch {report.applied.batch_id}: {listed}",
            "bold",
        )
    for name in report.again:
        s.tell(f"{name}：此前已导入，未变化", f"{name}: loaded before, nothing changed")
    codes = {p.code for p in report.problems}
    for what, n in sorted(report.summary.items()):
        if what not in codes:
            zh, en = summary_words(what)
            s.tell(f"  {zh}：{n}", f"  {en}: {n}")
    _tell_problems(s, report)
    if names is not None and (names.one or names.several.height or names.none.height):
        s.tell(
            f"仅有名称的主体：{names.one} 个按企业全称唯一匹配，{names.several.height} 个对应多家，{names.none.height} 个未匹配",
            f"Known by name only: {names.one} met one company, {names.several.height} several, {names.none.height} none",
        )
    if report.unresolved:
        s.tell(
            f"未匹配名称见 {report.unresolved}：填写 party_id 后用 lookthrough load 导入即可",
            f"Unmatched names are in {report.unresolved}: fill in party_id and load that file",
        )


def _problems(report: LoadReport) -> Iterator[tuple[str, str, int, Problem]]:
    """What was refused, flagged and noted, by what is said of it: kind, code, how often, the first of them."""
    for kind in ("reject", "flag", "note"):
        by_saying: dict[tuple[str, str], list[Problem]] = {}
        for p in report.problems:
            if p.kind == kind:
                by_saying.setdefault((p.code, p.expected_en), []).append(p)
        for (code, _), problems in sorted(by_saying.items()):
            yield kind, code, len(problems), problems[0]


def _problem(p: Problem) -> dict[str, Any]:
    return {
        "file": p.file,
        "sheet": p.sheet,
        "row": p.row,
        "column": p.column,
        "value": p.value,
        "expected": {"zh": p.expected_zh, "en": p.expected_en},
    }


def _tell_problems(s: Session, report: LoadReport) -> None:
    for name, zh, en in report.unreadable:
        s.tell(f"{name}：{zh}", f"{name}: {en}", "red")
    for name, zh, en in report.skipped:
        s.tell(f"{name} 已跳过：{zh}", f"{name} skipped: {en}")
    _tell_rows(s, report)
    for path in report.rejects:
        s.tell(
            f"被拒的行见 {path}，改正后可直接再次导入",
            f"Refused rows are in {path}: correct them and load that file",
        )


def _tell_rows(s: Session, report: LoadReport) -> None:
    styles = {"reject": "red", "flag": "yellow", "note": ""}
    for kind, code, n, first in _problems(report):
        place = f"{first.file}{' / ' + first.sheet if first.sheet else ''} {s.say('行', 'row')} {first.row}"
        where = f"{place}{' [' + first.column + ']' if first.column else ''}"
        value = f"“{first.value}” " if first.value else ""
        more = s.say(f"（共 {n} 处）", f" ({n} in all)") if n > 1 else ""
        s.tell(
            f"{code}{more}：{where} {value}{first.expected_zh}",
            f"{code}{more}: {where} {value}{first.expected_en}",
            styles[kind],
        )


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
            (k, k, k) for k in ("file", "sheet", "format", "table", "columns", "ignored", "rows", "problem")
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
            said = f" [{unit}]" if unit else ""
            out.print(f"  {' + '.join(headings)} → {table}.{column}{said}", markup=False)
    if report.get("ignored"):
        out.print(f"  {s.say('忽略的列', 'ignored')}: {', '.join(report['ignored'])}", markup=False)
    skipped = {why: n for why, n in (report.get("skipped") or {}).items() if n}
    if skipped:
        told = ", ".join(f"{s.say(*_SKIPPED[why])} {n}" for why, n in skipped.items())
        out.print(f"  {s.say('跳过的行', 'rows left out')}: {told}", markup=False)
    for sample in report.get("sample") or []:
        out.print("  · " + " | ".join(sample), markup=False, overflow="ellipsis", no_wrap=True)


@app.command("unload")
def unload_command(
    batch: Annotated[str, typer.Argument(metavar="BATCH", help="批次编号 · id of the batch")],
    no_ledger: NoLedgerOption = False,
    actor: ActorOption = None,
    store: StoreOption = None,
    lang: LangOption = None,
) -> None:
    """撤回一个批次 · Take one batch back exactly."""
    s = session(store, lang)
    with ledger_first(s, no_ledger) as ledger, s.store("write") as opened, s.progress() as watch:
        opened.unload(batch, watch)
        unrecorded = None
        if ledger is not None:
            unrecorded = failure_of(lambda: ledger.record_unload(batch, actor or s.settings.actor))
    s.tell(f"批次 {batch} 已撤回。", f"Batch {batch} was taken back.")
    tell_unrecorded(s, unrecorded)


@app.command("status")
def status_command(
    store: StoreOption = None, format_: FormatOption = Format.table, lang: LangOption = None
) -> None:
    """库中有什么 · What the store holds."""
    s = session(store, lang, format_)
    with s.store() as opened:
        batches = opened.batches()
        counts = {k: n for k, n in opened.counts().items() if n}
        whole = {
            "store": opened.url,
            "engine": opened.dialect.name,
            "schema_version": opened.schema_version(),
            "fingerprint": opened.fingerprint(),
            "loading": [b.id for b in batches if b.state != "done"],
            "counts": counts,
            "batches": [_batch(b) for b in batches],
        }
    if s.format is not Format.table:
        rows = [{"type": k, "count": n} for k, n in counts.items()]
        print_rows(s, [("type", "类型", "type"), ("count", "数量", "count")], rows, whole=whole)
        return
    s.tell(
        f"{whole['store']}（{whole['engine']}），数据指纹 {whole['fingerprint']}",
        f"{whole['store']} ({whole['engine']}), fingerprint {whole['fingerprint']}",
        "bold",
    )
    print_rows(
        s,
        [("type", "类型", "type"), ("count", "数量", "count")],
        [{"type": k, "count": n} for k, n in counts.items()],
    )
    columns = [
        ("id", "批次", "batch"),
        ("state", "状态", "state"),
        ("dataset", "数据集", "data set"),
        ("snapshot", "快照日期", "snapshot"),
        ("files", "文件", "files"),
        ("loaded_at", "导入时间 UTC", "loaded at UTC"),
    ]
    print_rows(s, columns, [_batch(b) | {"files": [f["name"] for f in b.files]} for b in batches])
    if whole["loading"]:
        s.tell(
            "有批次正在导入，上述数字可能不完整。",
            "A load is under way: these numbers may not be whole.",
            "yellow",
        )


def _batch(b: BatchRecord) -> dict[str, Any]:
    return {
        "id": b.id,
        "state": b.state,
        "dataset": b.dataset,
        "snapshot": b.snapshot,
        "files": [dict(f) for f in b.files],
        "counts": dict(b.counts),
        "loaded_at": b.loaded_at,
    }


@app.command("check")
def check_command(
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="截至日期 · as of this date")
    ] = None,
    store: StoreOption = None,
    format_: FormatOption = Format.table,
    lang: LangOption = None,
) -> None:
    """检测前的数据质量 · Data quality before detection."""
    s = session(store, lang, format_)
    as_of = day(as_of, "--as-of")
    with s.store() as opened:
        issues = check_store(opened, as_of)
    rows = [
        {"check": i.check, "count": i.count, "says": s.say(i.zh, i.en), "examples": list(i.examples)}
        for i in issues
    ]
    columns = [
        ("check", "检查项", "check"),
        ("count", "数量", "count"),
        ("says", "说明", "meaning"),
        ("examples", "例", "examples"),
    ]
    print_rows(s, columns, rows)
    if not rows:
        s.tell("未发现数据质量问题。", "No problem of data quality was found.")
