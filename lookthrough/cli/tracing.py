"""`paths` and `loops`: how two parties are connected, and where companies hold each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from graph.penetration.loops import loops
from graph.penetration.routes import Way, ways_between
from graph.penetration.web import KINDS, Link
from graph.stores.relations import related_in
from lookthrough.cli.app import app
from lookthrough.cli.console import (
    Format,
    FormatOption,
    LangOption,
    Session,
    StoreOption,
    print_rows,
    session,
)
from lookthrough.cli.question import (
    AsOfOption,
    IdentityOption,
    OneCompanyArgument,
    Question,
    asking,
    share_text,
)
from lookthrough.cli.usage import WrongUsageError
from visualize.wording import IN_FORMULAS


@app.command("paths")
def paths_command(
    from_: Annotated[str, typer.Argument(metavar="FROM", help="起点 · from this party", show_default=False)],
    to: Annotated[str, typer.Argument(metavar="TO", help="终点 · to this one", show_default=False)],
    top: Annotated[
        int | None,
        typer.Option(
            "--top", metavar="K", min=1, help="乘积最大的 K 条 · the K best by product", show_default=False
        ),
    ] = None,
    shortest: Annotated[
        bool, typer.Option("--shortest", help="全部最短路径（默认）· all shortest ones (the default)")
    ] = False,
    kinds: Annotated[
        str, typer.Option("--kinds", metavar="KIND,…", help="关系种类 · " + ",".join(KINDS))
    ] = "ownership",
    as_of: AsOfOption = None,
    identity: IdentityOption = "standard",
    store: StoreOption = None,
    format_: FormatOption = Format.table,
    lang: LangOption = None,
) -> None:
    """两方之间的路径，附算式、日期与来源 · Ways between two parties, with formula, dates and sources."""
    if top is not None and shortest:
        raise WrongUsageError("--top", "不能与 --shortest 同用", "it does not go with --shortest")
    s = session(store, lang, format_)
    chosen = [k.strip() for k in kinds.replace("，", ",").split(",") if k.strip()]
    with asking(s, identity) as question:
        found = ways_between(
            question.ownership,
            question.party(from_),
            question.party(to),
            as_of,
            chosen,
            top,
            related_in(question.store),
            words=IN_FORMULAS,
        )
        question.warn_of_loads()
        whole = found.to_json()
        if s.format is not Format.table:
            keys = ("nodes", "share_min", "share_max", "formula", "formula_en", "links")
            print_rows(s, [(k, k, k) for k in keys], whole["paths"], whole=whole)
            return
        rows = [
            {
                "number": number,
                "way": _way(question, way),
                "formula": s.say(way.formula, way.formula_en),
                "dates": [_dates(s, step) for step in _steps(way)],
                "sources": [
                    " + ".join(question.places(i for link in step for i in link.sources))
                    for step in _steps(way)
                ],
            }
            for number, way in enumerate(found.ways, 1)
        ]
        columns = [
            ("number", "序号", "no."),
            ("way", "路径", "path"),
            ("formula", "算式", "formula"),
            ("dates", "有效期", "valid"),
            ("sources", "来源", "sources"),
        ]
        ends = f"{question.name(found.source)} → {question.name(found.target)}"
        print_rows(
            s, columns, rows, title=s.say(f"{ends}，截至 {found.as_of}", f"{ends}, as of {found.as_of}")
        )
    if not rows:
        s.tell(
            "没有找到路径。可换方向，或用 --kinds 增加关系种类。",
            "There is no way. Try the other direction, or more kinds by --kinds.",
        )
    if found.truncated:
        s.tell("搜索已截断，可能还有其他路径。", "The search was cut: there may be other ways.", "yellow")
    if found.more:
        s.tell("还有更多路径，可调大 --top。", "There are more: raise --top to see them.")
    if found.skipped:
        listed = s.say("、", ", ").join(found.skipped)
        s.tell(f"下列联系方式关联过多，未采用：{listed}", f"Shared by too many to say anything: {listed}")


def _steps(way: Way) -> list[tuple[Link, ...]]:
    """All links of each two neighbours."""
    return [(link, *others) for link, others in zip(way.links, way.parallel, strict=True)]


def _way(question: Question, way: Way) -> str:
    """Names along a way with what links them; arrows follow what is told first, whichever way it is walked."""
    parts = [question.name(way.nodes[0])]
    for at, step in zip(way.nodes, _steps(way), strict=False):
        link = step[0]
        told = question.session.say("、", ", ").join(dict.fromkeys(_told(question, one) for one in step))
        forward = link.source == at
        parts.append(f"—{told}→" if forward else f"←{told}—")
        parts.append(question.name(link.target if forward else link.source))
    return " ".join(parts)


def _told(question: Question, link: Link) -> str:
    return (
        share_text(link.low, link.high)
        if link.kind == "ownership"
        else question.session.say(*KINDS[link.kind])
    )


def _dates(s: Session, step: Sequence[Link]) -> str:
    told = [
        f"{link.valid_from or ''}～{link.valid_to or ''}"
        if link.valid_from or link.valid_to
        else s.say("未注明", "undated")
        for link in step
    ]
    return s.say("、", " + ").join(dict.fromkeys(told))


@app.command("loops")
def loops_command(
    company: OneCompanyArgument = None,
    as_of: AsOfOption = None,
    identity: IdentityOption = "standard",
    store: StoreOption = None,
    format_: FormatOption = Format.table,
    lang: LangOption = None,
) -> None:
    """循环持股与交叉持股，附价值 · Companies that hold each other, each loop with its value."""
    s = session(store, lang, format_)
    with asking(s, identity) as question:
        found = loops(question.ownership, question.company(company) if company else None, as_of)
        question.warn_of_loads()
        whole = found.to_json()
        if s.format is not Format.table:
            keys = ("ids", "closed", "truncated", "loops", "members")
            print_rows(s, [(k, k, k) for k in keys], whole["blocks"], whole=whole)
            return
        if not found.blocks:
            if company is None:
                s.tell("没有循环持股。", "No companies hold each other.")
            else:
                name = question.name(found.company or company)
                s.tell(
                    f"{name} 及其上层企业不在任何循环持股之中。",
                    f"{name} is in no cross-holding, nor is anybody above it.",
                )
            return
        rows = [
            {
                "way": " → ".join(question.name(id_) for id_ in (*loop.nodes, loop.nodes[0])),
                "formula": loop.formula,
                "closed": block.closed,
            }
            for block in found.blocks
            for loop in block.loops
        ]
        title = s.say(f"循环持股，截至 {found.as_of}", f"Cross-holdings, as of {found.as_of}")
        print_rows(
            s,
            [("way", "环", "loop"), ("formula", "价值", "value"), ("closed", "封闭", "closed")],
            rows,
            title,
        )
        members = [
            {
                "name": member.name or member.id,
                "id": member.id,
                "returns": _or_closed(s, member.first_return_min, member.first_return_max),
                "owned": _or_closed(s, member.self_owned_min, member.self_owned_max),
            }
            for block in found.blocks
            for member in block.members
        ]
        columns = [
            ("name", "企业", "company"),
            ("id", "编号", "id"),
            ("returns", "首次返还 r", "first return r"),
            ("owned", "自我持有", "self-ownership"),
        ]
        print_rows(s, columns, members, s.say("各成员", "Members"))
    if any(block.closed for block in found.blocks):
        s.tell(
            "封闭环完全由自身持有，或登记比例合计超过 100% 而不收敛：拒绝计算其穿透比例。",
            "A closed block is owned wholly by itself, or by more than all of itself: no effective share through it.",
            "yellow",
        )
    if any(block.truncated for block in found.blocks):
        s.tell("环过多，只列出一部分。", "Too many loops: not all are listed.", "yellow")


def _or_closed(s: Session, low: float | None, high: float | None) -> str:
    if low is None:
        return s.say("封闭", "closed")
    return share_text(low, high)
