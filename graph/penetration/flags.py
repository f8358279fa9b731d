"""What must be said beside the numbers: registers that do not add up, loops, lists that differ, undated rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from graph.counted import counted
from graph.penetration.blocks import self_ownership
from graph.penetration.days import ALWAYS, IntArray, day_numbers
from graph.penetration.declared import ROUNDING, Declared
from graph.penetration.edges import summed
from graph.penetration.identities import BASES
from graph.penetration.methods import Shares
from graph.penetration.ownership import Ownership
from graph.penetration.paths import band, percent
from graph.penetration.register import TOLERANCE, Frontier, Links
from graph.penetration.rival_lists import LIST_KINDS, Rival, left_out_alone, rival_lists
from graph.penetration.shares import LOW, NEARLY_CLOSED, FlowShares
from graph.penetration.undisclosed import REASONS as UNNAMED
from graph.penetration.undisclosed import Undisclosed, undisclosed

_NAMED: Final = 20
"""Members of a loop named in the text of a flag; all of them are in its `ids`."""


@dataclass(frozen=True)
class Flag:
    """A warning: stable code, the parties concerned, a value where there is one, and one sentence each language."""

    code: str
    ids: tuple[str, ...]
    zh: str
    en: str
    value: float | None = None

    def to_json(self) -> dict[str, Any]:
        """As a JSON object, the value to 10 decimals."""
        value = None if self.value is None else round(self.value, 10)
        return {"code": self.code, "ids": list(self.ids), "value": value, "zh": self.zh, "en": self.en}


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
            _no_register(ids[target], left_out_alone(ownership, int(frontier.reach.node[target]), day))
        )
    flags += _above_100(frontier, ids)
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
    flags += holder_flags(ownership, company, undisclosed(ownership, np.r_[company, above], day))
    flags += list_flags(ownership, company, above, day)
    flags += _seen_later(ownership, frontier, day)
    return tuple(flags + _rows(ownership, frontier, flows, shares, declared, ids))


def _no_register(company: str, left_out: Sequence[str]) -> Flag:
    """`left_out`: data sets with a list that does not count, where none does on the day."""
    if not left_out:
        zh = "没有该主体的股东数据（未知，不等于没有股东）。"
        en = "No holder of this company is known; that is not the same as having none."
        return Flag("no_register", (company,), zh, en)
    named = [name for name in left_out if name]
    of, of_en = (f"（数据集 {'、'.join(named)}）", f" (data set {', '.join(named)})") if named else ("", "")
    return Flag(
        "no_register",
        (company,),
        f"当日没有计入的股东名单；另有一份未计入的{of}，其计入的名单属于其他日期：股东按未知处理，请核实。",
        f"No list of holders counts on this day; there is one that does not count{of_en}, since the one that does is of other "
        "days: the holders are taken as unknown. Verify.",
    )


def holder_flags(ownership: Ownership, company: int, found: Sequence[Undisclosed]) -> list[Flag]:
    """Holders nobody names, or whose interest is of no known kind: those of the company asked about (a node) first."""
    found = sorted(found, key=lambda one: (one.company != company, one.reason is None))
    flags = [_unnamed(ownership, one) for one in found[:_NAMED]]
    if rest := found[_NAMED:]:
        ids = ownership.ids(np.unique([one.company for one in rest]))
        flags.append(
            Flag(
                "unnamed_holders",
                tuple(ids),
                f"链上另有 {len(rest)} 个持有人未具名，或权益种类未知。",
                f"{len(rest)} more holders on the chains are not named, or their interest is of no known kind.",
                float(len(rest)),
            )
        )
    return flags


def _unnamed(ownership: Ownership, one: Undisclosed) -> Flag:
    company, holder = ownership.ids(np.array([one.company, one.holder]))
    if one.reason is None:
        return Flag(
            "unknown_interest",
            (company, holder),
            f"{holder} 在 {company} 有权益，但未说明种类和比例：是否持股或控制未知。",
            f"{holder} has an interest in {company} whose kind and size are not stated: whether it holds or controls is "
            "unknown.",
        )
    why, why_en = UNNAMED.get(one.reason, (one.reason, one.reason))
    sizes = [
        *([(f"持股 {band(*one.share)}", f"a share of {band(*one.share)}")] if one.share else []),
        *([(f"表决权 {band(*one.votes)}", f"votes of {band(*one.votes)}")] if one.votes else []),
    ] or [("权益多少未说明", "an interest of no stated size")]
    return Flag(
        "unnamed_holder",
        (company, holder),
        f"{company} 有一名未具名的持有人（{holder}，原因：{why}），{'，'.join(zh for zh, _ in sizes)}："
        "其身份未知，不等于没有持有人。",
        f"{company} has a holder nobody names ({holder}; reason: {why_en}) with {' and '.join(en for _, en in sizes)}: "
        "who it is is unknown; that is not the same as nobody.",
        one.share[0] if one.share and one.share[0] == one.share[1] else None,
    )


def list_flags(ownership: Ownership, company: int, above: IntArray, day: int) -> list[Flag]:
    """Lists that contradict the one that counts: of the company asked about, then of those above it (nodes)."""
    found = rival_lists(ownership, np.array([company]), day)
    found += sorted(
        rival_lists(ownership, above[above != company], day), key=lambda rival: -round(rival.gap, 10)
    )
    told, rest = found[:_NAMED], found[_NAMED:]
    flags = [_rival(ownership, rival) for rival in told]
    if rest:
        ids = ownership.ids(np.unique([rival.company for rival in rest]))
        flags.append(
            Flag(
                "rival_lists",
                tuple(ids),
                f"链上另有 {len(ids)} 家企业还有未计入的股东名单，与计入的名单不一致。",
                f"{len(ids)} more companies on the chains have another list of holders that differs from the one that counts.",
                float(len(ids)),
            )
        )
    return flags


def _rival(ownership: Ownership, rival: Rival) -> Flag:
    company, holder = ownership.ids(np.array([rival.company, rival.holder]))
    zh, en = LIST_KINDS.get(rival.kind, (rival.kind, rival.kind))
    which = [zh, *([f"数据集 {rival.dataset}"] if rival.dataset else [])]
    which_en = [en.lower(), *([f"data set {rival.dataset}"] if rival.dataset else [])]
    if rival.observed_on:
        which.append(rival.observed_on)
        which_en.append(rival.observed_on)

    def share(bounds: tuple[float, float] | None, none: str) -> str:
        return none if bounds is None else band(*bounds)

    points = percent(rival.gap).rstrip("%")
    more = f"；另有 {rival.more} 个股东不一致" if rival.more else ""
    more_en = f"; {rival.more} more of its holders differ" if rival.more else ""
    return Flag(
        "rival_list",
        (company, holder),
        f"{company} 另有一份未计入的股东名单（{'，'.join(which)}），与计入的不一致：{holder} 在其中为"
        f" {share(rival.theirs, '未列名')}，计入的为 {share(rival.counted, '未列名')}，"
        f"相差 {points} 个百分点{more}。两份名单不相加，请核实。",
        f"{company} has another list of holders ({', '.join(which_en)}) that differs from the one that counts: "
        f"{holder} has {share(rival.theirs, 'no place')} in it, {share(rival.counted, 'no place')} in the one that counts, "
        f"{points} percentage points apart{more_en}. They are not added: verify.",
        rival.gap,
    )


def two_natured_flags(ownership: Ownership, nodes: IntArray) -> list[Flag]:
    """Those of some parties (nodes) that are companies in one source and persons in another."""
    both = ownership.ids(nodes[np.isin(nodes, ownership.two_natured)]).sort().to_list()
    if not both:
        return []
    shown = "、".join(both[:_NAMED])
    return [
        Flag(
            "company_and_person",
            tuple(both),
            f"{shown} 在不同来源中既是企业又是自然人：按企业处理，两种编号不合并，请核实并改正。",
            f"{shown}: a company in one source, a person in another. Taken as a company where the id is the same, kept "
            "apart where it is not: verify, and correct the id.",
        )
    ]


def votes_above_100(links: Links, ids: Sequence[str]) -> list[Flag]:
    """Companies whose stated votes (the shares, where none are stated) add up to more than all."""
    votes = summed(links.company, links.votes_low, len(ids))
    return [
        Flag(
            "votes_above_100",
            (ids[at],),
            f"{ids[at]} 的表决权合计 {percent(total)}，超过 100%；按原始数据计算，未作缩放。",
            f"The votes in {ids[at]} add up to {percent(total)}, above 100%; counted as stated, not rescaled.",
            total,
        )
        for at in np.flatnonzero(votes > 1.0 + TOLERANCE).tolist()
        for total in (float(votes[at]),)
    ]


def _above_100(frontier: Frontier, ids: list[str]) -> list[Flag]:
    return [
        Flag(
            "register_above_100",
            (ids[at],),
            f"{ids[at]} 的持股比例合计 {percent(total)}，超过 100%；按原始数据计算，未作缩放。",
            f"The register of {ids[at]} adds up to {percent(total)}, above 100%; computed as stated, not rescaled.",
            total,
        )
        for at in np.flatnonzero(frontier.stated > 1.0 + TOLERANCE).tolist()
        for total in (float(frontier.stated[at]),)
    ]


def _loops(
    frontier: Frontier, flows: FlowShares, ids: list[str], target: int, asked: str | None
) -> list[Flag]:
    flags: list[Flag] = []
    returns = float(flows.returns[0, LOW])
    for number in np.unique(flows.loop[flows.loop >= 0]).tolist():
        members = tuple(sorted(ids[i] for i in np.flatnonzero(flows.loop == number)))
        more = "…" if len(members) > _NAMED else ""
        shown, shown_en = "、".join(members[:_NAMED]) + more, ", ".join(members[:_NAMED]) + more
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


def _seen_later(ownership: Ownership, frontier: Frontier, day: int) -> list[Flag]:
    """Holdings of a list that was only seen after the day: they count, and may not have held yet."""
    observed = ownership.holdings.table["observed_on"].gather(frontier.links.rows)
    later = observed.filter(pl.Series(day_numbers(observed, ALWAYS) > day))
    if later.is_empty():
        return []
    first, last = str(later.min()), str(later.max())
    when, when_en = (first, first) if first == last else (f"{first} 至 {last}", f"{first} to {last}")
    come = counted(len(later), "holding comes", "holdings come")
    return [
        Flag(
            "observed_later",
            (),
            f"{len(later)} 条持股的数据日期（{when}）晚于所问日期：仍然计入，需核实当时状态。",
            f"{come} from data of {when_en}, later than the date asked about: counted, but verify what held then.",
            float(len(later)),
        )
    ]


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
                f"{undated} holdings have no date and count on every day.",
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
