"""Effective shares and control for what detectors ask about, written into the graph.

What is in play: the bidders of every lot at the lot's own date, with those who buy, serve or are debarred beside them,
and the companies behind members of recipient households in the months paid. Everything else is answered when asked.
The store remembers for which data the relationships were worked out, so that stale ones are never used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from graph.current_ownership import current_ownership
from graph.in_play_households import recipients_in_play
from graph.in_play_procedure import procedure_in_play
from graph.model import REL_TYPES
from graph.penetration import Ownership, holders_in_play
from graph.records import RelKey
from graph.stores.applying import Progress
from graph.stores.contract import GraphStore
from graph.stores.deriving import IN_PLAY_FOR

_QUESTIONS: Final = (
    "MATCH (c:Company)-[:SUBMITS]->(:Bid)-[:FOR_LOT]->(l:Lot) "
    "RETURN DISTINCT c.id AS company_id, l.bid_on AS on_date, l.id AS group_id"
)


_ASKED: Final[dict[str, pl.DataType]] = {
    "company_id": pl.String(),
    "on_date": pl.String(),
    "group_id": pl.String(),
}


def questions(store: GraphStore) -> pl.DataFrame:
    """Which companies are asked about, together, at which date: company_id, on_date, group_id (the lot)."""
    table = store.query(_QUESTIONS, timeout=300)
    if table.num_rows == 0:
        return pl.DataFrame(schema=_ASKED)
    return pl.DataFrame(pl.from_arrow(table)).cast(dict(_ASKED)).sort("group_id", "company_id")  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Screening:
    """What stands behind the bidders of one lot at its date: rows of `ULTIMATELY_HOLDS` and of `CONTROLS`.

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
    holds, controls = holders_in_play(ownership, asked)
    return Screening(
        _at_stated_ids(holds, asked, ownership).select(holds.columns),
        _at_stated_ids(controls, asked, ownership).select(controls.columns),
    )


def is_current(store: GraphStore) -> bool:
    """Are the derived relationships those of the data now loaded?"""
    return store.meta(IN_PLAY_FOR) == store.fingerprint()


def put_in_play(store: GraphStore, progress: Progress | None = None) -> int:
    """Work out and write `ULTIMATELY_HOLDS` and `CONTROLS` for all lots and recipients; gives how many were written."""
    say = progress or (lambda what, done, total: None)
    say("in-play", 0, 3)
    with store.steady():
        # Named before anything is read: a load that ends meanwhile leaves what is written here stale, not current.
        fingerprint = store.fingerprint()
        asked = questions(store)
        ownership = current_ownership(store)
        say("in-play", 1, 3)
        beside = procedure_in_play(store, ownership, asked)
        behind = recipients_in_play(store, ownership)
    asked = pl.concat([asked, beside.groups])
    holds, controls = holders_in_play(ownership, asked)
    singly = holders_in_play(ownership, beside.singles)
    holds = _with_persons(holds, singly[0], beside.persons)
    controls = _with_persons(controls, singly[1], beside.persons)
    holds = _with_persons(holds, holders_in_play(ownership, behind.questions)[0], behind.persons)
    asked = pl.concat([asked, beside.singles, behind.questions])
    say("in-play", 2, 3)
    written = 0
    for name, frame in (("ULTIMATELY_HOLDS", holds), ("CONTROLS", controls)):
        frames = _by_ends(name, _at_stated_ids(frame, asked, ownership))
        store.replace_derived(name, frames)
        written += sum(f.height for _, f in frames)
    store.set_meta({IN_PLAY_FOR: fingerprint})
    say("in-play", 3, 3)
    return written


def _with_persons(lots: pl.DataFrame, singly: pl.DataFrame, persons: pl.Series) -> pl.DataFrame:
    """Holders of lots, and of companies asked singly those persons; an answer both gave stands once."""
    theirs = singly.filter(pl.col("from_id").is_in(persons.implode()))
    same = ["from_id", "to_id", "holds_from", "holds_to"]
    return pl.concat([lots, theirs]).unique(same, maintain_order=True)


def _at_stated_ids(frame: pl.DataFrame, asked: pl.DataFrame, ownership: Ownership) -> pl.DataFrame:
    """Answers name parties by their canonical ids; a bid may hang on another node of the same party."""
    stated = asked["company_id"].unique()
    names = pl.DataFrame({"stated": stated, "to_id": ownership.ids(ownership.nodes_of(stated))})
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
