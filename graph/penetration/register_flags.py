"""What must be said of registers: holders nobody names, lists that differ, more than the whole, two natures, late data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl

from graph.counted import counted
from graph.penetration.days import ALWAYS, NEVER, IntArray, day_numbers
from graph.penetration.edges import distinct, spread, summed
from graph.penetration.flag import NAMED, Flag
from graph.penetration.ownership import Ownership
from graph.penetration.paths import band, percent
from graph.penetration.register import TOLERANCE, Frontier, Links
from graph.penetration.rival_lists import LIST_KINDS, Rival, rival_lists
from graph.penetration.undisclosed import REASONS as UNNAMED
from graph.penetration.undisclosed import Undisclosed


def no_register(company: str, left_out: Sequence[str]) -> Flag:
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
    flags = [_unnamed(ownership, one) for one in found[:NAMED]]
    if rest := found[NAMED:]:
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
    told, rest = found[:NAMED], found[NAMED:]
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
    shown = "、".join(both[:NAMED])
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


_HALF: Final = 0.5
_ROUNDED: Final = 0.01
"""What rounded shares may lack of the whole."""


def stated_in_part(ownership: Ownership, company: int, links: Links, target: int, id_: str) -> list[Flag]:
    """That a company (a node, and its instance among `links`) nobody is known to control has holders stated for so small a part
    that whoever has the rest could. Of a listed one the largest holders alone are ever published.
    """
    votes = links.votes_high[links.company == target]
    known = float(votes.sum())
    if not len(votes) or known >= 1.0 - _ROUNDED or ownership.nodes["kind"][company] == "listed":
        return []
    if 1.0 - known + float(votes.max()) <= _HALF + TOLERANCE:
        return []
    rest = 1.0 - known
    return [
        Flag(
            "stated_in_part",
            (id_,),
            f"{id_} 的股东只载明 {percent(known)}，其余 {percent(rest)} 由谁持有不明：可能有人控制，无法判定。请导入完整的股东名单。",
            f"Of {id_} holders are stated for {percent(known)} alone, and not who has the other {percent(rest)}: somebody may "
            "control it; that cannot be decided. Load the whole list of holders.",
            known,
        )
    ]


def by_law(ownership: Ownership, companies: IntArray, day: int) -> list[Flag]:
    """Those of some companies (nodes) whose owner no list names: the register does, and the law gives him the whole."""
    edges, holdings = ownership.holding_edges, ownership.holdings
    places, _ = spread(edges.pointer, companies)
    held = holdings.by_law[edges.row[places]] & (edges.start[places] <= day) & (day < edges.end[places])
    places = places[held]
    flags: list[Flag] = []
    for company in distinct(edges.company[places])[:NAMED].tolist():
        mine = places[edges.company[places] == company]
        firm = str(ownership.nodes["id"][company])
        owners = ownership.ids(distinct(edges.holder[mine])).to_list()
        if ownership.nodes["type"][int(edges.holder[mine[0]])] != "Person":
            zh, en = _of_a_head_office(firm, owners)
        elif len(owners) == 1:
            zh = (
                f"{firm} 是个体工商户或个人独资企业，没有股东名单：登记的经营者（投资人、负责人）{owners[0]} 依法拥有其全部，"
                "按 100% 计（个人独资企业法第二条、第十七条；民法典第五十四条、第五十六条）。个体工商户由家庭经营的，归家庭，须核实。"
            )
            en = (
                f"{firm} is a sole trader or a sole proprietorship and has no list of holders: the person the register names "
                f"(operator, investor, head), {owners[0]}, owns the whole of it by law and counts with 100%. One that a "
                "family runs is the family's: verify."
            )
        else:
            zh = (
                f"{firm} 是个体工商户或个人独资企业，没有股东名单，登记的经营者（投资人、负责人）有 {len(owners)} 人："
                "各自多少未知，须核实。"
            )
            en = (
                f"{firm} is a sole trader or a sole proprietorship without a list of holders, and the register names "
                f"{len(owners)} persons: what each of them has is unknown. Verify."
            )
        flags.append(Flag("owner_by_law", (firm, *owners), zh, en))
    return flags


def _of_a_head_office(branch: str, heads: Sequence[str]) -> tuple[str, str]:
    if len(heads) == 1:
        return (
            f"{branch} 是分公司（分支机构），不具有法人资格，没有股东名单：其全部归总公司 {heads[0]}，按 100% 计，由总公司控制"
            "（公司法第十三条；民法典第七十四条）。仅凭名称认定总公司的，须核实。",
            f"{branch} is a branch, which is no legal person and has no list of holders: the whole of it is its head office's, "
            f"{heads[0]}, which counts with 100% and controls it. Where only its name says whose branch it is: verify.",
        )
    return (
        f"{branch} 是分公司（分支机构），所载总公司有 {len(heads)} 家：属于哪一家未知，须核实。",
        f"{branch} is a branch, and {len(heads)} companies are stated as its head office: whose it is is unknown. Verify.",
    )


def above_100(frontier: Frontier, ids: list[str]) -> list[Flag]:
    """Companies whose registers add up to more than the whole."""
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


def seen_later(ownership: Ownership, frontier: Frontier, day: int) -> list[Flag]:
    """Holdings of a list that was only seen after the day: they count, and may not have held yet."""
    observed = ownership.holdings.table["observed_on"][frontier.links.rows]
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


def left_and_listed(ownership: Ownership, frontier: Frontier, ids: list[str], day: int) -> list[Flag]:
    """Holdings without a date whose holder had left the company by the day, as another row says."""
    links = frontier.links
    left = ownership.holdings.table["left_on"][links.rows]
    gone = np.flatnonzero((left.is_not_null() & pl.Series(day_numbers(left, NEVER) <= day)).to_numpy())
    over = np.searchsorted(links.first, gone, "right") - 1
    return [
        Flag(
            "left_and_listed",
            (holder, company),
            f"{holder} 对 {company} 的持股没有日期，仍然计入；而另有记录称其已于 {on} 退出：请核实哪一条在后。",
            f"The holding of {holder} in {company} has no date, and counts; another row says it ended on {on}: verify which "
            "of the two is later.",
        )
        for at, link in zip(gone.tolist(), over.tolist(), strict=True)
        for holder, company, on in ((ids[links.holder[link]], ids[links.company[link]], left[at]),)
    ]
