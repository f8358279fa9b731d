"""Payments that a load states by household and another list by person, or the other way round: perhaps the same money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from graph.stores import GraphStore
from graph.stores.hops import EACH, hop
from loaders.context import ReadContext
from loaders.tables.paid_again import parted, placed, places_of, stated, tell_parts, turned
from loaders.tables.told_twice import as_much

_AT_ONCE: Final = 5000
_Schema = Mapping[str, type[pl.DataType]]
_PERSON: Final = "person"
"""How ids of payments begin that name a person and no household (`loaders.tables.payments`)."""
_PAIR: Final[_Schema] = {"person": pl.String, "home": pl.String}
_PAID: Final[_Schema] = {"id": pl.String, "sources": pl.String, "repeated": pl.Int64}
_HOMES: Final = (
    f"{EACH}MATCH (p:Person {{id: i}}) {hop('(p)-[m:MEMBER_OF]->(h:Household)', 'm.key')}"
    "RETURN DISTINCT i AS person, h.id AS home"
)
_MEMBERS: Final = (
    f"{EACH}MATCH (h:Household {{id: i}}) {hop('(p:Person)-[m:MEMBER_OF]->(h)', 'm.key')}"
    "RETURN DISTINCT p.id AS person, i AS home"
)
_RECEIVED: Final = {
    type_: f"{EACH}MATCH (h:{type_} {{id: i}}) {hop('(h)-[r:RECEIVES]->(b:Benefit)', 'b.id')}"
    "AND r.counted AND b.from_month IN $months RETURN b.id AS id, b.sources AS sources, b.repeated AS repeated"
    for type_ in ("Household", "Person")
}


def tell_paid_by_person(store: GraphStore, context: ReadContext) -> None:
    """Say of each sheet of a load which payments to persons, or to households, may be what another list pays the household,
    or its members: as much for the programme and month.

    Call when all sheets are read and before the load is applied. Memberships are those of the load and of the store.
    """
    told = turned(stated(context))
    alone = told.filter(_alone())["id"]
    before = store.query("MATCH (:Person)-[r:RECEIVES]->(b:Benefit) RETURN b.id AS id LIMIT 1").num_rows > 0
    if told.is_empty() or not (before or alone.len()):
        return
    paid = _received_by(context, "Household") if before else []
    homes = _homes(store, context, _received_by(context, "Person"), paid)
    told = _at_home(told, homes)
    stored = _stored(store, context, homes, paid)
    known = _at_home(placed(store, parted(stored)).with_columns(turn=pl.lit(0, pl.UInt32)), homes)
    # What both state with one id is told as that, and may be told twice in neither.
    told = told.join(known, on="id", how="anti", maintain_order="left").sort("turn", maintain_order=True)
    told = told.unique("id", keep="first", maintain_order=True)
    kept = ["id", "of", "amount", "repeated", "turn", "kind", "place"]
    known = pl.concat([known.select(kept), places_of(context, told).select(kept)])
    tell_parts(context, {"payments-told-twice": as_much(told, known, each=True)})


def _alone() -> pl.Expr:
    return pl.col("id").str.starts_with(_PERSON)


def _received_by(context: ReadContext, type_: str) -> list[str]:
    frames = context.extract.rels.get(("RECEIVES", type_, "Benefit"), [])
    return pl.concat([f["from_id"] for f in frames]).unique().sort().to_list() if frames else []


def _homes(
    store: GraphStore, context: ReadContext, persons: Sequence[str], households: Sequence[str]
) -> pl.DataFrame:
    """person, home: memberships of the load, and those in the store of these persons and of these households."""
    frames = context.extract.rels.get(("MEMBER_OF", "Person", "Household"), [])
    pairs = [f.select(person="from_id", home="to_id") for f in frames]
    pairs.append(_asked(store, _HOMES, persons, _PAIR))
    pairs.append(_asked(store, _MEMBERS, households, _PAIR))
    return pl.concat(pairs).unique().sort("home", "person")


def _at_home(paid: pl.DataFrame, homes: pl.DataFrame) -> pl.DataFrame:
    """Payments, of which one to a person without a household is `of` each home of his; `kind`: whose name it bears."""
    theirs = paid.filter(_alone()).with_columns(person=pl.col("of").str.extract(r"^(.+)/[^/]+/[^/]+$", 1))
    rest = pl.col("of").str.slice(pl.col("person").str.len_chars())
    theirs = theirs.join(homes, on="person", how="inner", maintain_order="left")
    theirs = theirs.with_columns(of=pl.col("home") + rest, kind=pl.lit("person")).drop("person", "home")
    return pl.concat([paid.filter(~_alone()).with_columns(kind=pl.lit("household")), theirs])


def _stored(
    store: GraphStore, context: ReadContext, homes: pl.DataFrame, households: Sequence[str]
) -> pl.DataFrame:
    """Payments in the store to these households, and to those of `homes` and their members, in the months of the load."""
    frames = context.extract.nodes.get("Benefit", [])
    months = pl.concat([f["from_month"] for f in frames]).drop_nulls().unique().sort().to_list()
    asked = {
        "Household": sorted({*households, *homes["home"]}),
        "Person": homes["person"].unique().sort().to_list(),
    }
    parts = [_asked(store, _RECEIVED[t], ids, _PAID, {"months": months}) for t, ids in asked.items()]
    return pl.concat(parts).unique("id").sort("id")


def _asked(
    store: GraphStore,
    query: str,
    ids: Sequence[str],
    schema: _Schema,
    more: dict[str, list[str]] | None = None,
) -> pl.DataFrame:
    found = [pl.DataFrame(schema=schema)]
    for at in range(0, len(ids), _AT_ONCE):
        table = store.query(query, {"ids": ids[at : at + _AT_ONCE], **(more or {})}, timeout=600.0)
        if table.num_rows:
            found.append(
                pl.DataFrame(pl.from_arrow(table)).select(pl.col(c).cast(t) for c, t in schema.items())
            )
    return pl.concat(found)
