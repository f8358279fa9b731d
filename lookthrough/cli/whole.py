"""`penetrate --all` and `controllers --all`: a whole register into one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from graph.counted import counted
from graph.current_ownership import laid_out
from graph.penetration import Ownership
from graph.penetration.days import day_number
from graph.penetration.identities import IdentityMode
from graph.penetration.thresholds import read_threshold
from graph.penetration.whole import (
    ControlReport,
    Whole,
    WholeReport,
    check_method,
    check_target,
    write_controllers,
    write_shares,
)
from graph.stores import GraphStore
from loaders.register_file import read_register
from lookthrough.cli.app import app
from lookthrough.cli.console import (
    Format,
    FormatOption,
    LangOption,
    Session,
    StoreOption,
    print_json,
    session,
)
from lookthrough.cli.question import AsOfOption, identity_mode
from lookthrough.cli.usage import WrongUsageError

AllOption = Annotated[bool, typer.Option("--all", help="整册：所有企业 · every company, into --to")]
FromOption = Annotated[
    Path | None,
    typer.Option(
        "--from",
        metavar="FILE.csv|parquet",
        help="直接读取股东表，不经数据库 · straight from a table of shareholdings",
        show_default=False,
    ),
]
ToOption = Annotated[
    Path | None,
    typer.Option(
        "--to", metavar="FILE.parquet|csv", help="整册结果文件 · where --all writes", show_default=False
    ),
]
ThresholdOption = Annotated[
    str | None,
    typer.Option(
        "--threshold",
        metavar="F",
        help="只写不低于此比例的：0.25 或 25% · leave out what is below",
        show_default=False,
    ),
]
UltimateOption = Annotated[
    bool, typer.Option("--ultimate-only", help="只写最终持有人 · only holders nobody is known above")
]
_SHOWN: Final = 5


def write_all_shares(
    s: Session,
    to: Path | None,
    source: Path | None,
    as_of: str | None,
    threshold: str | None,
    ultimate_only: bool,
    method: str | None,
    identity: str,
) -> None:
    """Answer `penetrate --all`."""
    target = _target(to, source)
    day = day_number(as_of)
    least = None if threshold is None else read_threshold(threshold)
    check_method(method)
    with s.progress() as watch:
        watch("register", 0, 0)
        if source is not None:
            whole = Whole.of_rows(read_register(source), day)
        else:
            with s.store() as opened:
                whole = Whole.of_ownership(_ownership(opened, identity_mode(identity)), day)
        report = write_shares(whole, target, day, least, ultimate_only, method, watch)
    if s.format is not Format.table:
        print_json(report.to_json())
        return
    _tell(s, report)


def _ownership(store: GraphStore, identity: IdentityMode, names: bool = False) -> Ownership:
    """What is laid out already, else what an answer without proofs needs; `names`: which also tell partnerships."""
    found = laid_out(store, identity)
    return Ownership.build(store.ownership(proofs=names), identity) if found is None else found


def _target(to: Path | None, source: Path | None) -> Path:
    if to is None:
        raise WrongUsageError("--to", "须给出 .parquet 或 .csv 文件", "name a file, .parquet or .csv")
    check_target(to)
    # The answer would stand where the records were.
    if source is not None and to.exists() and source.exists() and to.samefile(source):
        raise WrongUsageError("--to", "不能与 --from 是同一个文件", "it can't be the file of --from")
    return to


def _tell(s: Session, report: WholeReport) -> None:
    if not report.companies:
        s.tell("没有任何持股数据，结果为空。", "There is no holding at all: the answer is empty.", "yellow")
    s.tell(
        f"{report.companies:,} 家企业，{report.pairs:,} 条穿透持股，截至 {report.as_of}，已写入 {report.to}",
        f"{counted(f'{report.companies:,}', 'company')}, {counted(f'{report.pairs:,}', 'effective share')} as of {report.as_of}, in {report.to}",
    )
    for block in report.closed:
        shown = "、".join(block.ids[:_SHOWN]) + ("…" if len(block.ids) > _SHOWN else "")
        s.tell(
            f"封闭持股环（{len(block.ids)} 家：{shown}）完全由自身持有，或登记册合计超过 100% 而不收敛，拒绝计算；其余结果有效。",
            f"Closed block of {len(block.ids)} ({shown}): owned wholly by itself, or by more than all of itself; refused, all else "
            "stands.",
            "yellow",
        )
    for block in report.nearly_closed:
        s.tell(
            f"循环持股几乎封闭（{len(block.ids)} 家：{block.ids[0]}…），结果依赖于此。",
            f"A loop of {len(block.ids)} ({block.ids[0]}…) is nearly closed: answers below rest on it.",
            "yellow",
        )
    if report.above_100_count:
        first, total = report.above_100[0]
        s.tell(
            f"{report.above_100_count:,} 家企业的持股比例合计超过 100%（最高 {first}：{total:.2%}），按原始数据计算并已标记。",
            f"{report.above_100_count:,} registers add up to more than 100% (the most: {first}, {total:.2%}); "
            "computed as stated and flagged.",
            "yellow",
        )
    if report.inexact:
        s.tell(
            "部分持股比例未知或为区间：这些结果给出上下界（外界）。",
            "Some shares are bands or unknown: those answers are bounds (outer).",
        )
    if report.undated:
        s.tell(
            f"{report.undated:,} 条持股记录没有日期，视为一直有效。",
            f"{report.undated:,} holdings have no date and count on every day."
            if report.undated > 1
            else "1 holding has no date and counts on every day.",
        )


@app.command("controllers")
def controllers_command(
    every: Annotated[
        bool, typer.Option("--all", help="整册：所有企业 · every company; this command has no other way")
    ] = True,
    source: FromOption = None,
    to: ToOption = None,
    as_of: AsOfOption = None,
    store: StoreOption = None,
    format_: FormatOption = Format.table,
    lang: LangOption = None,
) -> None:
    """每家企业由谁控制，整册写入文件 · Who controls each company, the whole register into one file."""
    s = session(store, lang, format_)
    target, day = _target(to, source), day_number(as_of)
    with s.progress() as watch:
        watch("register", 0, 0)
        if source is not None:
            report = write_controllers(read_register(source, control=True), target, day, progress=watch)
        else:
            with s.store() as opened:
                ownership = _ownership(opened, "standard", names=True)
            report = write_controllers(ownership, target, day, progress=watch)
    if s.format is not Format.table:
        print_json(report.to_json())
        return
    _tell_control(s, report)


_REASON_WORDS: Final[dict[str, tuple[str, str]]] = {
    "joint": ("各半、共同控制", "joint"),
    "no_majority": ("无人达到控制比例", "nobody has enough votes"),
    "unnamed": ("持有人未具名，未知", "a holder is not named: unknown"),
    "possible_only": ("可能有，但数据不足以确定", "possible, not certain"),
    "several": ("多个互不隶属的控制人", "several controllers"),
    "mutual_block": ("相互控制的一组公司", "companies that control each other"),
}


def _tell_control(s: Session, report: ControlReport) -> None:
    if not report.companies:
        s.tell("没有任何持股数据，结果为空。", "There is no holding at all: the answer is empty.", "yellow")
    s.tell(
        f"{report.companies:,} 家企业，其中 {report.with_one:,} 家有唯一的疑似实际控制人；截至 {report.as_of}，已写入 {report.to}",
        f"{counted(f'{report.companies:,}', 'company')}, {report.with_one:,} with one ultimate controller, as of {report.as_of}, "
        f"in {report.to}",
    )
    for reason, count in sorted(report.reasons.items()):
        zh, en = _REASON_WORDS[reason]
        s.tell(f"没有唯一控制人 {count:,} 家：{zh}", f"Without a single one, {count:,}: {en}")
