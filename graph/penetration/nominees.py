"""Who holds for somebody else (代持): a nominee's holding is the nominator's, who decides by it and benefits from it.

The register still names the nominee, and effective shares are those of the register. For control and for beneficial
owners a declared nominee's holding in the company counts as that of the one nominator declared for the company on
the day; where none is declared, or several are, it counts as nobody's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from graph.penetration.days import IntArray
from graph.penetration.edges import Edges, Reach, distinct, spread
from graph.penetration.flag import NAMED, Flag

if TYPE_CHECKING:
    from graph.penetration.ownership import Ownership

NOBODY: Final = ""
"""The id of who is not known to benefit (see `beneficially`); no answer names it."""


@dataclass(frozen=True)
class Held:
    """A nominee's part in a company on a day (nodes). `nominators`: for whom, as declared; `keys`, `sources`: of the
    declarations."""

    company: int
    nominee: int
    nominators: tuple[int, ...]
    keys: tuple[str, ...]
    sources: tuple[str, ...]

    @property
    def behind(self) -> int | None:
        """The one nominator; None where it is not known who of several, or nobody is declared."""
        return self.nominators[0] if len(self.nominators) == 1 else None


_Said = tuple[int, str, list[str]]
"""Who is declared to be a nominee or nominator: the party, the declaration's key, its sources."""


def held_in_trust(ownership: Ownership, nodes: IntArray, day: int) -> list[Held]:
    """What is declared to be held for others in some companies (nodes) on a day, by company, then nominee."""
    said = ownership.in_trust
    if said.is_empty() or not np.isin(said["company"].to_numpy(), nodes).any():
        return []
    live = said.filter(
        pl.col("company").is_in(pl.Series(nodes, dtype=pl.Int64).implode())
        & (pl.col("start") <= day)
        & (day < pl.col("end"))
    )
    # Of each company who is behind somebody, then who holds for somebody.
    parts: dict[int, tuple[list[_Said], list[_Said]]] = {}
    for company, party, nominee, key, sources in live.select(
        "company", "party", "nominee", "key", "sources"
    ).iter_rows():
        parts.setdefault(company, ([], []))[nominee].append((party, key, sources or []))
    found = []
    for company, (behind, holding) in sorted(parts.items()):
        nominators = tuple(sorted({party for party, _, _ in behind}))
        # Said to be both: whose the holding is can't be told from it.
        for nominee in sorted({party for party, _, _ in holding}.difference(nominators)):
            own = [*(row for row in holding if row[0] == nominee), *behind]
            told = dict.fromkeys(source for _, _, sources in own for source in sources if source is not None)
            found.append(Held(company, nominee, nominators, tuple(key for _, key, _ in own), tuple(told)))
    return found


Trusted = tuple[tuple[int, Held], ...]
"""What is held for others: the company (an instance), and who holds it for whom."""


def decides(
    ownership: Ownership, reach: Reach, days: IntArray, holder: IntArray, company: IntArray
) -> tuple[IntArray, Trusted]:
    """Who decides by each holding (`holder`, `company`: instances, a row a value), and what of it is held for others.

    A holding nobody known decides by is given to the company itself, whose votes in itself count for nobody.
    """
    concerned = np.isin(reach.node, ownership.in_trust["company"].unique().to_numpy())
    rows = np.flatnonzero(concerned[company])
    rows = rows[np.argsort(company[rows], kind="stable")]
    holder, found = holder.copy(), list[tuple[int, Held]]()
    asked_at = distinct(company[rows])
    known: dict[tuple[int, int], list[Held]] = {}
    asked_on = days[reach.question[asked_at]]
    for day in distinct(asked_on).tolist():
        for held in held_in_trust(ownership, reach.node[asked_at[asked_on == day]], day):
            known.setdefault((held.company, day), []).append(held)
    for at in asked_at.tolist():
        question, node = int(reach.question[at]), int(reach.node[at])
        day = int(days[question])
        mine = rows[slice(*np.searchsorted(company[rows], [at, at + 1]))]
        named = reach.node[holder[mine]]
        for held in known.get((node, day), ()):
            if not (named == held.nominee).any():
                continue
            behind = -1
            if held.behind is not None:
                asked: IntArray = np.array([question], dtype=np.int64)
                sought: IntArray = np.array([held.behind], dtype=np.int64)
                behind = int(reach.instance(asked, sought, ownership.nodes.height)[0])
            holder[mine[named == held.nominee]] = behind if behind >= 0 else at
            found.append((at, held))
    return holder, tuple(found)


def beneficially(ownership: Ownership, held: Sequence[Held], day: int) -> Ownership:
    """The same ownership with holdings of nominees as those of who benefits by them, on a day.

    What is held for somebody not known is held by `NOBODY`, a last node: nobody else can have it.
    """
    edges, nobody = ownership.holding_edges, ownership.nodes.height
    holder = edges.holder.copy()
    for one in held:
        places, _ = spread(edges.pointer, np.array([one.company], dtype=np.int64))
        mine = places[edges.holder[places] == one.nominee]
        mine = mine[(edges.start[mine] <= day) & (day < edges.end[mine])]
        holder[mine] = nobody if one.behind is None else one.behind
    moved = Edges.of(nobody + 1, holder, edges.company, edges.start, edges.end, edges.row, edges.kind)
    ruled = ownership.control_edges
    last = pl.DataFrame([{"id": NOBODY, "type": "Company"}], schema=ownership.nodes.schema)
    return replace(
        ownership,
        nodes=pl.concat([ownership.nodes, last], rechunk=False),
        holding_edges=moved,
        control_edges=replace(ruled, pointer=np.r_[ruled.pointer, ruled.pointer[-1:]], nodes=nobody + 1),
    )


def trust_flags(ownership: Ownership, nodes: IntArray, day: int) -> list[Flag]:
    """A flag for each holding held for somebody else in some companies (nodes)."""
    if ownership.in_trust.is_empty():
        return []
    found = held_in_trust(ownership, nodes, day)
    flags = [_flag(ownership, held, _holds(ownership, held, day)) for held in found[:NAMED]]
    flags += [_of_both(ownership, *pair) for pair in _said_to_be_both(ownership, nodes, day)[:NAMED]]
    if rest := found[NAMED:]:
        ids = ownership.ids(np.unique([held.company for held in rest])).to_list()
        flags.append(
            Flag(
                "nominees",
                tuple(ids),
                f"链上另有 {len(rest)} 个申报的代持人。",
                f"{len(rest)} more nominees are declared on the chains.",
                float(len(rest)),
            )
        )
    return flags


def _said_to_be_both(ownership: Ownership, nodes: IntArray, day: int) -> list[tuple[int, int]]:
    """Who is declared nominee and nominator in one company (nodes: company, party) on a day."""
    live = ownership.in_trust.filter(
        pl.col("company").is_in(pl.Series(nodes, dtype=pl.Int64).implode())
        & (pl.col("start") <= day)
        & (day < pl.col("end"))
    )
    both = live.group_by("company", "party").agg(both=pl.col("nominee").n_unique() > 1).filter("both")
    return list(both.select("company", "party").sort("company", "party").iter_rows())


def _of_both(ownership: Ownership, company: int, party: int) -> Flag:
    firm, called = ownership.ids(np.array([company, party])).to_list()
    return Flag(
        "nominee_and_nominator",
        (firm, called),
        f"{called} 在 {firm} 中既申报为名义持有人，又申报为实际出资人：无法判断其持股为谁所有，按登记计算，请核实。",
        f"{called} is declared both nominee and nominator in {firm}: whose its holding is can't be told, and it counts as "
        "registered. Verify.",
    )


def _holds(ownership: Ownership, held: Held, day: int) -> bool:
    """Does the nominee hold anything of the company on the day?"""
    edges = ownership.holding_edges
    places, _ = spread(edges.pointer, np.array([held.company], dtype=np.int64))
    mine = places[edges.holder[places] == held.nominee]
    return bool(((edges.start[mine] <= day) & (day < edges.end[mine])).any())


def _flag(ownership: Ownership, held: Held, holds: bool) -> Flag:
    company, nominee, *behind = ownership.ids(
        np.array([held.company, held.nominee, *held.nominators])
    ).to_list()
    if not holds:
        return Flag(
            "nominee_without_holding",
            (company, nominee, *behind),
            f"{nominee} 申报为 {company} 的名义持有人，但当日没有登记其持股：该申报不影响结果，请核实。",
            f"{nominee} is declared a nominee in {company}, and no holding of its is registered on the day: the "
            "declaration changes nothing. Verify.",
        )
    if held.behind is not None:
        told = f"{behind[0]} 代持，控制和受益按其持有计算"
        told_en = f"{behind[0]}, who decides and benefits by it"
    elif behind:
        told = f"{'、'.join(behind)} 代持，各人份额未说明，控制和受益均不计入"
        told_en = f"{', '.join(behind)}, of whom nothing says how much is whose: it counts for nobody's control or benefit"
    else:
        told = "他人代持，实际出资人未说明，控制和受益均不计入"
        told_en = "somebody not named: it counts for nobody's control or benefit"
    return Flag(
        "nominee",
        (company, nominee, *behind),
        f"{nominee} 申报为 {company} 的名义持有人：登记的持股为 {told}。穿透比例仍按登记列示。",
        f"{nominee} is declared a nominee in {company}: its registered holding is for {told_en}. "
        "Effective shares are those of the register.",
    )
