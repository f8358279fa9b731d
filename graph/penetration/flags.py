"""What must be said beside the numbers of a chain: loops, bounds, what was cut, declared routes, undated rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from graph.counted import counted
from graph.penetration.blocks import self_ownership
from graph.penetration.days import IntArray
from graph.penetration.declared import ROUNDING, Declared
from graph.penetration.flag import NAMED, Flag
from graph.penetration.identities import BASES
from graph.penetration.methods import Shares
from graph.penetration.nominees import trust_flags
from graph.penetration.ownership import Ownership
from graph.penetration.paths import band, percent
from graph.penetration.register import TOLERANCE, Frontier
from graph.penetration.register_flags import (
    above_100,
    by_law,
    holder_flags,
    left_and_listed,
    list_flags,
    no_register,
    seen_later,
    two_natured_flags,
)
from graph.penetration.rival_lists import left_out_alone
from graph.penetration.shares import LOW, NEARLY_CLOSED, FlowShares
from graph.penetration.undisclosed import undisclosed


def frontier_flags(
    ownership: Ownership,
    frontier: Frontier,
    flows: FlowShares,
    shares: Shares,
    declared: Sequence[Declared],
    asked: str | None,
    day: int,
) -> tuple[Flag, ...]:
    """The flags of a frontier above one company on a day. `asked`: the method asked for by name."""
    ids = ownership.ids(frontier.reach.node).to_list()
    target = int(frontier.reach.targets[0])
    flags: list[Flag] = []
    if ownership.is_empty:
        flags.append(
            Flag(
                "no_ownership",
                (),
                "库中没有任何股权、控制关系或一致行动数据：请先导入持股表（shareholdings）。",
                "No holding, control or concert is loaded at all: load a table of shareholdings first.",
            )
        )
    if not frontier.has_register[target]:
        flags.append(
            no_register(ids[target], left_out_alone(ownership, int(frontier.reach.node[target]), day))
        )
    flags += by_law(ownership, frontier.reach.node, day)
    flags += above_100(frontier, ids)
    flags += _loops(frontier, flows, ids, target, asked)
    if (np.isnan(shares.high) & ~np.isnan(shares.low) & ~shares.partial).any():
        flags.append(
            Flag(
                "unbounded",
                (),
                "持股区间的上限使循环持股发散，上限不受数据约束。",
                "By the upper ends of the bands a loop diverges: the upper bound is not bounded by data.",
            )
        )
    if shares.bounds == "outer":
        flags.append(
            Flag(
                "outer_bounds",
                (),
                "部分持股只知区间；所列上限为外包上限，实际上限可能更低。",
                "Some holdings are ranges, and the upper bounds are outer ones: the true ones may be lower.",
            )
        )
    if shares.cut:
        flags.append(
            Flag(
                "truncated",
                (),
                "路径过多，枚举已截断，所列为下限。",
                "Too many paths: the enumeration was cut, and the sums are lower bounds.",
            )
        )
    flags += two_natured_flags(ownership, frontier.reach.node)
    above = frontier.reach.node[frontier.depth > 0]
    company = int(frontier.reach.node[target])
    flags += trust_flags(ownership, np.r_[company, above], day)
    flags += holder_flags(ownership, company, undisclosed(ownership, np.r_[company, above], day))
    flags += list_flags(ownership, company, above, day)
    flags += seen_later(ownership, frontier, day)
    flags += left_and_listed(ownership, frontier, ids, day)
    return tuple(flags + _rows(ownership, frontier, flows, shares, declared, ids))


def _loops(
    frontier: Frontier, flows: FlowShares, ids: list[str], target: int, asked: str | None
) -> list[Flag]:
    flags: list[Flag] = []
    returns = float(flows.returns[0, LOW])
    for number in np.unique(flows.loop[flows.loop >= 0]).tolist():
        members = tuple(sorted(ids[i] for i in np.flatnonzero(flows.loop == number)))
        more = "…" if len(members) > NAMED else ""
        shown, shown_en = "、".join(members[:NAMED]) + more, ", ".join(members[:NAMED]) + more
        mine = number == flows.loop[target]
        if number in flows.refused or (mine and returns >= 1.0 - TOLERANCE):
            entering = flows.refused.get(number)
            held = "" if entering is None else f"，经其持有 {percent(entering)}"
            held_en = "" if entering is None else f"; {percent(entering)} is held by it"
            # A loop whose registers add up to more than the whole gives back more than it gets, each time round.
            over = bool((frontier.stated[flows.loop == number] > 1.0 + TOLERANCE).any())
            why = "的登记册合计超过 100%，循环不收敛" if over else "完全由自身持有，没有最终持有人"
            why_en = (
                "gives itself more than it has (its registers add up to more than 100%): the loop diverges"
                if over
                else "is owned wholly by itself: no ultimate holder"
            )
            flags.append(
                Flag(
                    "closed_block",
                    members,
                    f"封闭持股环 {shown} {why}，拒绝计算其穿透比例{held}；环外的比例有效。",
                    f"The closed block {shown_en} {why_en}, no effective share{held_en}. "
                    "Shares that do not pass through it stand.",
                    entering,
                )
            )
            continue
        most = max(returns if mine else 0.0, _first_return(frontier, np.flatnonzero(flows.loop == number)))
        if most > NEARLY_CLOSED + TOLERANCE:
            flags.append(
                Flag(
                    "nearly_closed_loop",
                    members,
                    f"交叉持股环 {shown} 几乎封闭（自我持有 {percent(most)}），结果依赖于此。",
                    f"The cross-holding {shown_en} is nearly closed (it holds {percent(most)} of itself): the answer rests on it.",
                    most,
                )
            )
        # Who holds itself is the company asked for or a link above it: no other holder is in that loop.
        alone = asked is not None or len(members) == 1
        how = "" if alone else "环内主体按“止于目标”法计算。"
        how_en = "" if alone else " Holders inside it are answered by stop_at_target."
        formed = f"存在循环持股 {shown}" if len(members) > 1 else f"{shown} 自我持股（库存股）"
        formed_en = (
            f"The holdings of {shown_en} form a loop" if len(members) > 1 else f"{shown_en} holds itself"
        )
        flags.append(
            Flag(
                "loop",
                members,
                f"{formed}，各计算方法结果不同。{how}",
                f"{formed_en}, so the methods differ.{how_en}",
                returns if mine else None,
            )
        )
    return flags


def _first_return(frontier: Frontier, members: IntArray) -> float:
    """The first return of the member of a loop that holds most of itself, by lower bounds; 0 where it is too large."""
    links = frontier.links
    inside = np.isin(links.holder, members) & np.isin(links.company, members)
    holder = np.searchsorted(members, links.holder[inside])
    company = np.searchsorted(members, links.company[inside])
    owned = self_ownership(len(members), holder, company, links.low[inside])
    most = 0.0 if owned is None else float(owned.max(initial=0.0))
    return most / (1.0 + most)


def _rows(
    ownership: Ownership,
    frontier: Frontier,
    flows: FlowShares,
    shares: Shares,
    declared: Sequence[Declared],
    ids: list[str],
) -> list[Flag]:
    links, holdings = frontier.links, ownership.holdings
    flags: list[Flag] = []
    undated = int((~holdings.dated[links.rows]).sum())
    if undated:
        flags.append(
            Flag(
                "undated",
                (),
                f"{undated} 条持股记录没有日期，视为一直有效。",
                f"{undated} holdings have no date and count on every day."
                if undated > 1
                else "1 holding has no date and counts on every day.",
                float(undated),
            )
        )
    flags += [_declared(said, frontier, shares, ids) for said in declared]
    weakest = BASES.index("unique_name")
    named = int((flows.basis[frontier.depth > 0] >= weakest).sum())
    if named:
        flags.append(
            Flag(
                "identity_by_name",
                (),
                f"{named} 个持有人的持股路径上有仅凭名称识别的主体（其本人，或中间的企业），须核实。",
                f"On the ways of {counted(named, 'holder', 'holders')} somebody is identified by name alone (the holder, or a "
                "company between): verify.",
                float(named),
            )
        )
    return flags


def _declared(said: Declared, frontier: Frontier, shares: Shares, ids: list[str]) -> Flag:
    """A declared indirect holding beside what the links give."""
    holder, company = ids[said.holder], ids[said.company]
    beside = beside_en = ""
    low, high = said.low, said.high
    own = (0.0, 0.0)
    if said.company == frontier.reach.targets[0] and not (said.route and low is None):
        # All routes together, where the links of this one are in the graph.
        whole = float(shares.low[said.holder]), float(shares.high[said.holder])
        if not said.missing and not np.isnan(whole).any():
            low, high = whole
            own = _held_directly(frontier, said)
    if _counted(frontier, said):
        # What the links give is what is declared.
        low, high = None, None
    if said.share is not None and low is not None and high is not None:
        # Some sources mean what is held directly as well, others leave it out.
        apart = max(0.0, low - own[1]), high - own[0]
        fits = any(a - ROUNDING <= said.share <= b + ROUNDING for a, b in ((low, high), apart))
        conflict = said.contradicts or not fits
        both = own[1] > 0.0
        beside = f"，按链路计算为 {band(low, high)}" + (f"（其中间接 {band(*apart)}）" if both else "")
        beside += "，两者矛盾" if conflict else ""
        beside_en = f"; the links give {band(low, high)}" + (
            f" ({band(*apart)} of it indirectly)" if both else ""
        )
        beside_en += ", which contradicts it" if conflict else ""
    if said.missing and said.implied is not None:
        link = " → ".join(said.missing)
        beside += f"；由此推得 {link} 为 {percent(said.implied)}"
        beside_en += f"; it implies {percent(said.implied)} for {link}"
    stated = "比例未说明" if said.share is None else percent(said.share)
    stated_en = "an unstated share" if said.share is None else percent(said.share)
    return Flag(
        "declared_indirect",
        (holder, company),
        f"{holder} 申报间接持有 {company}：{stated}{beside}；有链路时不重复计入。",
        f"{holder} is declared to hold {stated_en} of {company} indirectly{beside_en}; "
        "never added to links that show the route.",
        said.share,
    )


def _held_directly(frontier: Frontier, said: Declared) -> tuple[float, float]:
    """Bounds of what the holder of a declared route has of the company directly."""
    links = frontier.links
    mine = (links.holder == said.holder) & (links.company == said.company) & ~links.declared
    return float(links.low[mine].sum()), float(links.high[mine].sum())


def _counted(frontier: Frontier, said: Declared) -> bool:
    """Whether a declared route is a link of its own, since no stated links show it."""
    links = frontier.links
    mine = (links.holder == said.holder) & (links.company == said.company) & links.declared
    return bool(mine.any()) and not said.route
