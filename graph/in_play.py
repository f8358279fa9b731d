"""Effective shares and control for what detectors ask about, written into the graph.

What is in play: the bidders of every lot at the lot's own date, with those who buy, serve or are debarred beside them,
and the companies behind members of recipient households in the months paid. Everything else is answered when asked.
The store remembers for which data the relationships were worked out, so that stale ones are never used.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from graph.current_ownership import current_ownership
from graph.in_play_changes import affected, companies_of_lots, debarred_companies, marks_since, said_current
from graph.in_play_households import recipients_in_play
from graph.in_play_procedure import procedure_in_play
from graph.in_play_tenders import tenders_in_play
from graph.model import REL_TYPES
from graph.ownership_above import ask, ownership_above
from graph.penetration import Ownership, holders_in_play
from graph.records import RelKey
from graph.rounds import asked_of_rounds
from graph.stores.applying import Progress
from graph.stores.contract import GraphStore
from graph.stores.deriving import IN_PLAY_FOR, in_play_for
from graph.stores.hops import EACH, hop

_QUESTIONS: Final = (
    "MATCH (c:Company)-[:SUBMITS]->(:Bid)-[:FOR_LOT]->(l:Lot) "
    "RETURN DISTINCT c.id AS company_id, l.bid_on AS on_date, l.id AS group_id"
)
_OF_LOTS: Final = (
    f"{EACH}MATCH (l:Lot {{id: i}}) {hop('(b:Bid)-[:FOR_LOT]->(l)', 'b.id')}{hop('(c:Company)-[:SUBMITS]->(b)', 'c.id')}"
    "RETURN DISTINCT c.id AS company_id, l.bid_on AS on_date, l.id AS group_id"
)
_ASKED: Final[dict[str, pl.DataType]] = {
    "company_id": pl.String(),
    "on_date": pl.String(),
    "group_id": pl.String(),
}


def questions(store: GraphStore, lots: Collection[str] | None = None) -> pl.DataFrame:
    """Which companies are asked about, together, at which date: company_id, on_date, group_id (the lot).

    `lots`: of these alone.
    """
    if lots is not None:
        return ask(store, _OF_LOTS, lots, _ASKED).sort("group_id", "company_id")
    table = store.query(_QUESTIONS, timeout=300)
    if table.num_rows == 0:
        return pl.DataFrame(schema=_ASKED)
    return pl.DataFrame(pl.from_arrow(table)).cast(dict(_ASKED)).sort("group_id", "company_id")  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What bringing up to date did: relationships written, and the lots whose relationships may differ from before.

    `lots` None: any may. A lot whose bids or date changed is among them.
    """

    written: int
    lots: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Screening:
    """What stands behind the bidders of a lot at its date: rows of `ULTIMATELY_HOLDS` and of `CONTROLS`.

    Of holders, those behind two or more of the bidders; `from_id` is canonical, `to_id` the bidder as asked for.
    """

    holds: pl.DataFrame
    controls: pl.DataFrame


def screen(ownership: Ownership, bidders: Sequence[str], day: str | None) -> Screening:
    """Shared owners, with effective shares, and control of some bidders on one day, worked out on the spot.

    Only what lies above the bidders is looked at, so that the answer takes milliseconds and is never stale. `bidders`:
    any ids of companies, of which unknown ones have no row; `day`: ISO, None = holdings without an end. The rows are
    those `put_in_play` writes for a lot of these bidders. Raises `DateError`.
    """
    asked = pl.DataFrame(
        {"company_id": list(dict.fromkeys(bidders)), "on_date": day, "group_id": "lot"}, schema=_ASKED
    )
    return _screening(ownership, asked, proofs=True)


def screen_lots(store: GraphStore, ownership: Ownership) -> Screening:
    """The same for every lot, each at its own date, without the proofs (`derivation` is null).

    Raises `OwnershipError`, a `StoreError`.
    """
    return _screening(ownership, questions(store), proofs=False)


def _screening(ownership: Ownership, asked: pl.DataFrame, proofs: bool) -> Screening:
    holds, controls = holders_in_play(ownership, asked, proofs)
    names = _stated(asked, ownership)
    return Screening(
        _at_stated_ids(holds, names).select(holds.columns),
        _at_stated_ids(controls, names).select(controls.columns),
    )


def is_current(store: GraphStore) -> bool:
    """Are the derived relationships those of the data now loaded?"""
    return store.meta(IN_PLAY_FOR) == in_play_for(store.fingerprint())


def put_in_play(store: GraphStore, progress: Progress | None = None) -> int:
    """Work out and write `ULTIMATELY_HOLDS` and `CONTROLS` for all lots and recipients; gives how many were written."""
    say = progress or (lambda what, done, total: None)
    say("in-play", 0, 3)
    with store.steady():
        # Named before anything is read: a load that ends meanwhile leaves what is written here stale, not current.
        meta = said_current(store)
        asked = questions(store)
        ownership = current_ownership(store)
        say("in-play", 1, 3)
        frames = derived(store, ownership, asked)
    say("in-play", 2, 3)
    written = {name: _by_ends(name, frame) for name, frame in frames.items()}
    store.put_in_play(written, meta)
    say("in-play", 3, 3)
    return sum(f.height for parts in written.values() for _, f in parts)


def refresh_in_play(store: GraphStore, progress: Progress | None = None) -> Refreshed:
    """Bring `ULTIMATELY_HOLDS` and `CONTROLS` up to date after loads, working out only what lies below what they changed.

    What stands there afterwards is what `put_in_play` would write. Everything is worked out anew (`lots` is None) the
    first time, after a batch was taken back, where a load touched debarments, kin, households or benefits, and where
    too much lies below what changed. Raises `OwnershipError`, a `StoreError`.
    """
    if is_current(store):
        return Refreshed(0, frozenset())
    with store.steady():
        meta = said_current(store)
        found = affected(store, marks_since(store))
        if found is not None:
            ownership = Ownership.build(ownership_above(store, found.asked))
            asked = questions(store, found.lots)
            frames = derived(store, ownership, asked, found.lots)
    if found is None:
        return Refreshed(put_in_play(store, progress), None)
    leading = pl.Series("id", sorted(found.companies), pl.String)
    mine = {n: f.filter(pl.col("to_id").is_in(leading.implode())) for n, f in frames.items()}
    written = {name: _by_ends(name, frame) for name, frame in mine.items()}
    store.put_in_play(written, meta, leading)
    return Refreshed(sum(f.height for f in mine.values()), frozenset(found.lots))


def derived(
    store: GraphStore, ownership: Ownership, asked: pl.DataFrame, lots: Collection[str] | None = None
) -> dict[str, pl.DataFrame]:
    """Rows of both derived types for lots and recipients, at the ids stated. `lots`: of the procedure, these alone."""
    procedure = _of_procedure(store, ownership, asked, lots)
    behind = recipients_in_play(store, ownership, alone=lots is not None)
    persons = behind.persons.alias("from_id").to_frame()
    theirs = holders_in_play(ownership, behind.questions)[0].join(
        persons, on="from_id", how="semi", maintain_order="left"
    )
    holds = _each_once([procedure.holds, theirs])
    names = _stated(pl.concat([procedure.asked, behind.questions]), ownership)
    return _both(holds, procedure.controls, names)


def derived_on_the_spot(
    store: GraphStore, lots: Collection[str], mates: Collection[str] = ()
) -> dict[str, pl.DataFrame]:
    """The rows that bear on some lots, worked out from what lies above those who bid, buy, serve, or are debarred.

    `mates`: all other lots of their tenders. Nothing is written, and what is written is not looked at: the answer is
    never stale. Raises `OwnershipError`, a `StoreError`.
    """
    asked = questions(store, {*lots, *mates})
    companies = {*asked["company_id"], *companies_of_lots(store, lots), *debarred_companies(store)}
    ownership = Ownership.build(ownership_above(store, companies))
    procedure = _of_procedure(store, ownership, asked, lots)
    return _both(procedure.holds, procedure.controls, _stated(procedure.asked, ownership))


@dataclass(frozen=True, slots=True)
class _Procedure:
    """Rows for lots, at canonical ids, and all that was asked."""

    holds: pl.DataFrame
    controls: pl.DataFrame
    asked: pl.DataFrame


def _of_procedure(
    store: GraphStore, ownership: Ownership, asked: pl.DataFrame, lots: Collection[str] | None
) -> _Procedure:
    # Bids of a tender that was held again were judged by nobody on the day of its last round.
    rounds = asked_of_rounds(store, lots)
    groups = None if lots is None else {*lots, *rounds["group_id"]}
    every = pl.concat([asked, rounds])
    beside = procedure_in_play(store, ownership, every, groups)
    # Of other lots of their tenders only what stands above two of the tender's bidders is asked.
    mine = every if groups is None else every.filter(pl.col("group_id").is_in(list(groups)))
    together = pl.concat([mine, beside.groups])
    of_lots = holders_in_play(ownership, together, elsewhen=True)
    of_tenders = holders_in_play(ownership, tenders_in_play(store, asked, some=lots is not None))
    singly = [
        rows.join(beside.wanted, on=beside.wanted.columns, how="semi", maintain_order="left")
        for rows in holders_in_play(ownership, beside.singles)
    ]
    holds, controls = (_each_once(parts) for parts in zip(of_lots, of_tenders, singly, strict=True))
    return _Procedure(holds, controls, pl.concat([asked, beside.groups, beside.singles]))


def _both(holds: pl.DataFrame, controls: pl.DataFrame, names: pl.DataFrame) -> dict[str, pl.DataFrame]:
    return {"ULTIMATELY_HOLDS": _at_stated_ids(holds, names), "CONTROLS": _at_stated_ids(controls, names)}


def _each_once(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Rows worked out for different questions; an answer that several gave stands once."""
    return pl.concat(parts).unique(["from_id", "to_id", "holds_from", "holds_to"], maintain_order=True)


def _stated(asked: pl.DataFrame, ownership: Ownership) -> pl.DataFrame:
    """The ids asked for beside the canonical ones: stated, to_id."""
    stated = asked["company_id"].unique()
    nodes = ownership.nodes_of(stated)
    stated = stated.filter(pl.Series(nodes >= 0))
    return pl.DataFrame({"stated": stated, "to_id": ownership.ids(nodes[nodes >= 0])})


def _at_stated_ids(frame: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """Answers name parties by their canonical ids; a bid may hang on another node of the same party."""
    return frame.join(names, on="to_id").with_columns(to_id=pl.col("stated")).drop("stated")


def _by_ends(name: str, frame: pl.DataFrame) -> list[tuple[RelKey, pl.DataFrame]]:
    fields = [f.name for f in REL_TYPES[name].fields]
    return [
        ((name, start, end), rows.select("from_id", "to_id", *fields))
        for (start, end), rows in (((a, b), _between(frame, a, b)) for a, b in REL_TYPES[name].pairs)
        if not rows.is_empty()
    ]


def _between(frame: pl.DataFrame, start: str, end: str) -> pl.DataFrame:
    return frame.filter((pl.col("from_type") == start) & (pl.col("to_type") == end)).sort("from_id", "to_id")
