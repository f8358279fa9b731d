"""`evidence` and `verify`: a package for a case file, and the check of one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer

from cases import Ledger, LedgerMissingError, UnknownFindingError
from detectors.own.definitions import read_own
from detectors.running.detecting import rules_from
from exports import PackageError, Verification, verify_package, write_evidence
from exports.evidence.writing import check_place
from graph.counted import counted
from graph.in_play import is_current
from graph.stores import GraphStore
from loaders.naming import NamingError, find_node
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
    out_console,
    print_json,
    session,
    written_date,
)
from lookthrough.cli.files import RulesOption
from lookthrough.cli.ledger import ledger_of
from lookthrough.cli.people import asked_person, store_key

_FINDING: Final = re.compile(r"[0-9a-f]{6,20}")
_PARTIES: Final = ("Company", "Person", "Household")
_SCOPES: Final = (("Lot", "标段", "lot"), ("Tender", "招标项目", "tender"))
"""What else is asked for by its number, that no package is about."""
_SEE: Final = (
    "风险预警的编号用 lookthrough findings list 查看，已导入的数据用 lookthrough status 查看。",
    "See lookthrough findings list for the ids of findings, and lookthrough status for what is loaded.",
)
"""What is asked of `evidence` may have been meant as a finding or as a party."""
_NOT_LOOKED_AT: Final = {
    "not": (
        "检测项尚未在当前数据上运行，材料包未能说明有无涉及该对象的风险预警：请先运行 lookthrough detect。",
        "The detectors have not looked at the data loaded, so the package can't say whether there are findings about it: run "
        "lookthrough detect first.",
    ),
    "partly": (
        "有检测项尚未在当前数据上运行（材料包已逐一列明）：运行 lookthrough detect 后其结果才完整。",
        "Some detectors have not looked at the data loaded (the package names them): run lookthrough detect for theirs.",
    ),
    "earlier": (
        "材料包所列风险预警是在此前的数据中发现的，检测项尚未在当前数据上运行：请先运行 lookthrough detect。",
        "The findings it names are of earlier data; the detectors have not looked at the data loaded: run lookthrough detect "
        "first.",
    ),
}
_COUNTED: Final = {
    "shares": ("持股比例", "share"),
    "control": ("控制关系", "control relationship"),
    "paths": ("路径算式", "path formula"),
    "dwellings": ("住房", "dwelling"),
    "rows": ("来源行", "source row"),
}


@app.command("evidence")
def evidence_command(
    of: Annotated[
        str,
        typer.Argument(
            metavar="FINDING|PARTY",
            help="预警编号，或企业、人员、家庭户（- 为输入证件号） · a finding's id, or a party (- asks for a person's number)",
        ),
    ],
    to: Annotated[
        Path, typer.Option("--to", metavar="PATH[.zip]", help="输出文件夹或 .zip · a folder or a .zip")
    ],
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            metavar="DATE",
            callback=written_date("--as-of"),
            help="截至日期（仅主体） · as of this date (a party)",
        ),
    ] = None,
    mask_people: Annotated[
        bool,
        typer.Option(
            "--mask-people",
            help="人员姓名、住房、车牌脱敏 · people by the first character of their name, no homes, no plates",
        ),
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="替换已有的材料包 · replace an earlier package")
    ] = False,
    rules: RulesOption = None,
    actor: ActorOption = None,
    no_ledger: NoLedgerOption = False,
    store: StoreOption = None,
    format_: FormatOption = Format.table,
    lang: LangOption = None,
) -> None:
    """生成核查材料包 · Write an evidence package: report, picture, graph, facts, sources, manifests."""
    s = session(store, lang, format_)
    as_of = day(as_of, "--as-of", months=True)
    # A rules file may speak of the operator's own detectors too.
    own = read_own(s.settings.detectors)
    values = rules_from(rules or s.settings.rules, own)
    check_place(to, force)
    with s.store() as opened:
        current = is_current(opened)
    with s.store("read" if current else "write") as opened, _ledger(s, no_ledger) as ledger:
        asked = of.strip()
        if _FINDING.fullmatch(asked):
            asked = _finding(ledger, asked)
        elif asked == "-":
            asked = asked_person(s, opened)
        else:
            asked = _party(opened, asked)
        report = write_evidence(
            opened,
            asked,
            to,
            actor=actor or s.settings.actor,
            ledger=ledger,
            as_of=as_of,
            rules=values,
            own=own,
            hidden_by=store_key(s, opened) if mask_people else None,
            force=force,
        )
    if s.format is not Format.table:
        print_json(report.to_json())
        return
    s.tell(
        f"已写入 {to}（{report.files} 个文件，{report.nodes} 个节点，{report.edges} 条关系）\nfacts.json SHA-256 {report.facts_hash}",
        f"Wrote {to} ({counted(report.files, 'file')}, {counted(report.nodes, 'node')}, {counted(report.edges, 'relationship')})\n"
        f"facts.json SHA-256 {report.facts_hash}",
    )
    if report.about_over in _NOT_LOOKED_AT:
        s.tell(*_NOT_LOOKED_AT[report.about_over], "yellow")
    if report.truncated:
        s.tell(
            "图已按上限截断：证明所需的全部在内，其余未全部列入。",
            "The picture was cut at its limit: all the proof needs is inside, not all of the rest.",
            "yellow",
        )


@contextmanager
def _ledger(s: Session, leave_out: bool) -> Iterator[Ledger | None]:
    """The ledger where there is one: a package is no reason to begin one."""
    if leave_out:
        yield None
        return
    try:
        opened = ledger_of(s)
        ledger = opened.__enter__()
    except LedgerMissingError:
        yield None
        return
    try:
        yield ledger
    finally:
        ledger.close()


def _party(store: GraphStore, text: str) -> str:
    """The id of the party that is meant. Raises `NamingError`, `PackageError` where it is something else that is there."""
    try:
        return find_node(store, text, _PARTIES, _SEE)
    except NamingError as error:
        for type_, zh, en in _SCOPES:
            try:
                scope = find_node(store, text, (type_,), _SEE)
            except NamingError:
                continue
            raise PackageError(
                f"{scope} 是{zh}。材料包针对一条风险预警或一个企业、人员、家庭户：先用 lookthrough findings list 找到要用的预警编号"
                + (f"（--scope {scope} 只列该标段的）。" if type_ == "Lot" else "。"),
                f"{scope} is a {en}. A package is about one finding, or one company, person or household: find the finding's "
                "id with lookthrough findings list" + (f" --scope {scope}." if type_ == "Lot" else "."),
            ) from error
        raise


def _finding(ledger: Ledger | None, text: str) -> str:
    """A finding's whole id: as the ledger knows it by its first characters, else as it stands."""
    if ledger is None:
        return text
    try:
        return ledger.finding_id(text)
    except UnknownFindingError:
        return text


@app.command("verify")
def verify_command(
    package: Annotated[
        Path, typer.Argument(metavar="PACKAGE", help="材料包文件夹或 .zip · its folder or its .zip")
    ],
    format_: FormatOption = Format.table,
    lang: LangOption = None,
) -> None:
    """复核材料包 · Check a package from itself alone: every file, every number."""
    s = session(None, lang, format_)
    found = verify_package(package)
    if s.format is Format.table:
        _tell(s, found)
    else:
        print_json(found.to_json())
    if not found.holds:
        raise typer.Exit(1)


def _tell(s: Session, found: Verification) -> None:
    out = out_console()
    for fault in found.faults:
        out.print(f"✗ {fault.at}: {s.say(fault.zh, fault.en)}", markup=False)
    again = (
        "，".join(f"{s.say(*_COUNTED[k])} {n}" for k, n in found.recomputed.items() if n and k in _COUNTED)
        if s.language == "zh"
        else ", ".join(counted(n, _COUNTED[k][1]) for k, n in found.recomputed.items() if n and k in _COUNTED)
    )
    if found.holds:
        out.print(
            s.say(
                f"✓ {found.files} 个文件完整，未被改动；已独立复算：{again}。",
                f"✓ {counted(found.files, 'file')}, whole and unchanged; recomputed by other means: {again}.",
            ),
            markup=False,
        )
        if found.not_recomputed:
            zh, en = found.not_recomputed
            out.print(s.say(f"⚠ 未复算：{zh}。", f"⚠ NOT RECOMPUTED: {en}."), markup=False)
        if found.not_compared:
            zh, en = found.not_compared
            # Where the answer is, and not beside it: without this line it would read as if all had been compared.
            out.print(
                s.say(
                    f"⚠ 未比对：报告和图没有与数据核对（{zh}）。其内容只有文件散列可依。",
                    f"⚠ NOT COMPARED: reports and pictures were not held against the data ({en}). Their hashes alone cover them.",
                ),
                markup=False,
            )
            return
        made = found.recomputed["reports"], found.recomputed["pictures"]
        out.print(
            s.say(
                f"✓ 由数据重新生成 {made[0]} 份 HTML 报告和 {made[1]} 幅 SVG 图：内容一致。",
                f"✓ {counted(made[0], 'HTML report')} and {counted(made[1], 'SVG picture')} made again from the data: they say the same.",
            ),
            markup=False,
        )
        return
    s.tell(
        f"复核未通过：{len(found.faults)} 处不符。"
        + ("" if found.recomputed else "文件与清单不符，未作复算。"),
        f"The package does not hold: {len(found.faults)} fault{'' if len(found.faults) == 1 else 's'}."
        + (
            "" if found.recomputed else " The files are not those of its manifest, so nothing was recomputed."
        ),
        "red",
    )
