"""Telephones that bids give for who handles them: one of two bids, or one that is another bidder's own.

One telephone alone points to one person, and with one name beside it in both bids says who it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from detectors.definition import Draft, Evidence, Row, Undecided
from detectors.question import Question
from detectors.rows import table
from detectors.ties.links import LINK_COLUMNS, SPAN, LinkTie
from detectors.ties.traces import identity_words
from graph.names import name_key

OWN: Final = Question(
    "MATCH (h:Contact)-[:USED_IN_BID]->(b:Bid) WHERE h.kind = 'phone' WITH DISTINCT h "
    "MATCH (c:Company)-[r:HAS_CONTACT]->(h) WHERE r.counted "
    f"RETURN c.id AS bidder_id, h.id AS holder_id, h.value AS holder_name, 'own_phone' AS role, {SPAN}",
    "traced",
    "b:Bid",
)
"""Companies whose own telephone a bid gives."""
OWN_COLUMNS: Final = ("bidder_id", *LINK_COLUMNS)
_PHONES: Final = ("phone", "own_phone")


def of_rivals(rows: Mapping[str, Sequence[Row]], contacts: pl.DataFrame, bids: pl.DataFrame) -> pl.DataFrame:
    """Links of bids to their bidders' own telephones, where a bid of the same lot gives one of these (`contacts`)."""
    given = contacts.filter(pl.col("role") == "phone").join(
        bids.select("bid_id", "lot_id").unique(), on="bid_id"
    )
    own = table(rows["own"]).join(bids.select("bid_id", "lot_id", "bidder_id").unique(), on="bidder_id")
    return own.join(given.select("lot_id", "holder_id").unique(), on=["lot_id", "holder_id"]).drop(
        "lot_id", "bidder_id", "stated_id", strict=False
    )


def by_phone(tie: LinkTie) -> bool:
    """Is it a telephone that ties?"""
    return all(r["role"] in _PHONES for r in tie.rows)


@dataclass(frozen=True, slots=True)
class Who:
    """One name beside a telephone in several bids: as it is written, who bears it there, and the rows that say so."""

    name: str
    ids: frozenset[str]
    keys: frozenset[str]


class Named:
    """The names of who handles the bids that give a telephone."""

    def __init__(self, handlers: pl.DataFrame, contacts: pl.DataFrame):
        """`handlers`, `contacts`: links of persons, and of stated contacts, with bids."""
        columns = ["bid_id", "holder_id", "holder_name", "link_key"]
        written = contacts.filter(pl.col("role") == "contact_person")
        people = handlers.filter(pl.col("holder_id").str.starts_with("person"))
        given = contacts.filter(pl.col("role") == "phone").select("bid_id").unique()
        both = pl.concat([f.select(columns) for f in (people, written)], how="vertical_relaxed")
        both = both.join(given, on="bid_id", how="semi")
        both = both.with_columns(key=name_key(both["holder_name"])).drop_nulls("key")
        self._of_bid = both.sort("key", "holder_id", "link_key").partition_by("bid_id", as_dict=True)

    def one(self, tie: LinkTie) -> Who | None:
        """Of a telephone that ties: the name that bids of two bidders have beside it."""
        bids = {str(r["bid_id"]): r["bidder_id"] for r in tie.rows if r["role"] == "phone"}
        told = [
            self._of_bid[(bid,)].with_columns(bidder_id=pl.lit(bidder))
            for bid, bidder in sorted(bids.items())
            if (bid,) in self._of_bid
        ]
        if len(told) < 2:
            return None
        names = pl.concat(told)
        of_two = pl.all_horizontal(pl.col(c).n_unique().over("key") > 1 for c in ("bid_id", "bidder_id"))
        names = names.filter(of_two).sort("key", maintain_order=True)
        if names.is_empty():
            return None
        names = names.filter(pl.col("key") == names["key"][0])
        return Who(
            names["holder_name"][0], frozenset(names["holder_id"]), frozenset(names["link_key"].drop_nulls())
        )


def words(tie: LinkTie, who: Who | None) -> dict[str, str]:
    """What is told of a telephone that ties; `who`: whose name stands beside it in several bids."""
    phone = tie.holder_name
    if who is None:
        return {
            "holder": f"{phone}（仅联系电话相同）",
            **identity_words(
                tie, "联系电话相同，使用人未核实", "one telephone; who answers it is not verified"
            ),
        }
    return {
        "holder": f"{who.name}（{phone}）",
        **identity_words(
            tie,
            "投标联系人的姓名与所留电话相同，没有证件号",
            "the contact person's name and telephone as the bids give them, without a number",
        ),
    }


def told_once(found: Iterable[Draft | Undecided]) -> Iterator[Draft | Undecided]:
    """Without what a telephone beside one name tells as well: that the names alone tie nobody.

    The facts of a telephone name the contact person; its proof has the rows of both bids that give the name.
    """
    hits = list(found)
    known: dict[str, set[str]] = defaultdict(set)
    for hit in hits:
        if isinstance(hit, Draft) and "contact_person" in hit.facts and hit.suppressed_by is None:
            known[hit.scope_id] |= hit.facts["contact_person"].ids
    for hit in hits:
        people = {i for i in _holders(hit) if i.startswith(("person", "contact_person:"))}
        if people and people <= known[hit.scope_id] and (isinstance(hit, Undecided) or hit.suppressed_by):
            continue
        yield _proven(hit) if isinstance(hit, Draft) and "contact_person" in hit.facts else hit


def _holders(hit: Draft | Undecided) -> tuple[str, ...]:
    return hit.subjects if isinstance(hit, Undecided) else (hit.identity["holder_id"],)


def _proven(hit: Draft) -> Draft:
    who: Who = hit.facts["contact_person"]
    evidence = Evidence(
        tuple(sorted({*hit.evidence.nodes, *who.ids})), tuple(sorted({*hit.evidence.keys, *who.keys}))
    )
    return replace(hit, facts={**hit.facts, "contact_person": who.name}, evidence=evidence)
