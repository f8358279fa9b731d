"""What a load says when it is done: what was loaded, refused, flagged, and known by name alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from loaders.loading import LoadReport
from loaders.problems import Problem, brief
from loaders.summary import summary_words
from lookthrough.cli.console import Format, Session, print_json, print_rows
from lookthrough.cli.wording import type_word


def show_report(s: Session, report: LoadReport, fingerprint: str) -> None:
    """Print the whole of it, in the session's format."""
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
        "names": names.to_json() if names else None,
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
        listed = s.say("、", ", ").join(
            f"{type_word(s, name)} {n}" for name, n in report.applied.counts.items()
        )
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
    if names is not None and any(told := names.to_json().values()):
        one, several, none, partial = told
        s.tell(
            f"库中仅有名称的企业：{one} 个名称按企业全称唯一匹配，{several} 个对应多家，{none} 个未匹配；"
            f"{partial} 个名称不是登记全称，不按名称合并",
            f"Companies in the store known by name only: {one} names met one company, {several} several, {none} none; "
            f"{partial} names are no full registered ones, and join nobody",
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
    tell_rows(s, report)
    for path in report.rejects:
        s.tell(
            f"被拒的行见 {path}，改正后可直接再次导入",
            f"Refused rows are in {path}: correct them and load that file",
        )


def tell_rows(s: Session, report: LoadReport) -> None:
    """Say on stderr what was refused, flagged and noted, each kind once, with the first row of it."""
    styles = {"reject": "red", "flag": "yellow", "note": ""}
    kinds = {"reject": ("被拒", "Refused"), "flag": ("存疑", "In doubt"), "note": ("说明", "Note")}
    for kind, _, n, first in _problems(report):
        place = f"{first.file}{' / ' + first.sheet if first.sheet else ''} {s.say('行', 'row')} {first.row}"
        where = f"{place}{' [' + brief(first.column) + ']' if first.column else ''}"
        value = f"“{brief(first.value)}” " if first.value else ""
        more = s.say(f"（共 {n} 处）", f" ({n} in all)") if n > 1 else ""
        s.tell(
            f"{kinds[kind][0]}{more}：{where} {value}{first.expected_zh}",
            f"{kinds[kind][1]}{more}: {where} {value}{first.expected_en}",
            styles[kind],
        )
