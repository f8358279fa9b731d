"""Which companies stand behind recipients of benefits, and in which months they are asked about.

A company is asked about once for each stretch in which nothing above it changes, not once a month: the answer
carries its span.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from graph.ownership_above import ask
from graph.penetration import Ownership
from graph.penetration.days import ALWAYS, NEVER, IntArray, day_numbers
from graph.penetration.edges import Edges, reach_up
from graph.stores.contract import GraphStore
from graph.stores.known_nodes import about

_HOUSEHOLDS: Final = (
    "MATCH (p:Person)-[m:MEMBER_OF]->(h:Household)-[r:RECEIVES]->(b:Benefit) WHERE m.counted AND r.counted "
    "AND (h.kind IS NULL OR h.kind = 'benefit') "
    "RETURN DISTINCT p.id AS person_id, b.from_month AS from_month, b.to_month AS to_month"
)
_SHARED: Final = (
    "MATCH (p:Person)-[m:MEMBER_OF]->(h:Household)<-[n:MEMBER_OF]-(q:Person)-[r:RECEIVES]->(b:Benefit) "
    "WHERE m.counted AND n.counted AND r.counted AND (h.kind IS NULL OR h.kind = 'benefit') "
    "RETURN DISTINCT p.id AS person_id, b.from_month AS from_month, b.to_month AS to_month"
)
_PERSONS: Final = (
    "MATCH (p:Person)-[r:RECEIVES]->(b:Benefit) WHERE r.counted "
    "RETURN DISTINCT p.id AS person_id, b.from_month AS from_month, b.to_month AS to_month"
)
_QUESTIONS: Final[dict[str, pl.DataType]] = {
    "company_id": pl.String(),
    "on_date": pl.String(),
    "group_id": pl.String(),
}
_PAID: Final = {"person_id": pl.String(), "from_month": pl.String(), "to_month": pl.String()}


@dataclass(frozen=True)
class Recipients:
    """`persons`: canonical ids of members of recipient households; `questions`: company_id, on_date, group_id (null)."""

    persons: pl.Series
    questions: pl.DataFrame


def recipients_in_play(store: GraphStore, ownership: Ownership, alone: bool = False) -> Recipients:
    """The companies below members of recipients, on the first day of the months in which they are paid.

    `company_id`: every stated id of each company, so that what hangs on any of them is found. `alone`: only who is part
    of this ownership is looked for, which is quicker where it is a small part of the whole.
    """
    known = _persons(ownership) if alone else None
    paid = pl.concat([_paid(store, query, known) for query in (_HOUSEHOLDS, _SHARED, _PERSONS)]).unique()
    nodes = pl.Series("node", ownership.nodes_of(paid["person_id"]), dtype=pl.Int64)
    paid = paid.with_columns(nodes).filter((pl.col("node") >= 0) & pl.col("from_month").is_not_null())
    empty = Recipients(pl.Series([], dtype=pl.String), pl.DataFrame(schema=_QUESTIONS))
    if paid.is_empty():
        return empty
    persons = paid["node"].unique().sort().to_numpy()
    edges = ownership.holding_edges
    below = reach_up(_reversed(edges), persons, None)
    pairs = pl.DataFrame({"node": persons[below.question], "company": below.node})
    pairs = pairs.filter(pl.col("company") != pl.col("node"))
    if pairs.is_empty():
        return empty
    asked = pairs.join(_months(paid), on="node").select("company", "month").unique()
    asked = _once_a_stretch(edges, asked.sort("company", "month"))
    stated = ownership.aliases.select(company_id="id", company="node")
    questions = asked.join(stated, on="company").select(
        "company_id", on_date=pl.col("month") + "-01", group_id=pl.lit(None, pl.String())
    )
    return Recipients(
        pl.Series(ownership.ids(persons), dtype=pl.String), questions.sort("company_id", "on_date")
    )


def _persons(ownership: Ownership) -> pl.Series:
    """All ids of all persons of an ownership."""
    numbers = pl.Series((ownership.nodes["type"] == "Person").arg_true(), dtype=pl.Int64)
    return ownership.aliases.filter(pl.col("node").is_in(numbers.implode()))["id"].cast(pl.String)


def _paid(store: GraphStore, query: str, persons: pl.Series | None) -> pl.DataFrame:
    if persons is not None:
        return ask(store, about(query, "p:Person"), persons.to_list(), dict(_PAID))
    table = store.query(query, timeout=300)
    if table.num_rows == 0:
        return pl.DataFrame(schema=_PAID)
    return pl.DataFrame(pl.from_arrow(table)).cast(dict(_PAID))  # type: ignore[arg-type]


def _reversed(edges: Edges) -> Edges:
    return Edges.of(edges.nodes, edges.company, edges.holder, edges.start, edges.end, edges.row, edges.kind)


def _months(paid: pl.DataFrame) -> pl.DataFrame:
    """Each month of each spell: node, month. A spell without an end counts in its first month."""
    first = (pl.col("from_month").str.slice(0, 7) + "-01").str.to_date("%Y-%m-%d", strict=False)
    last = (pl.col("to_month").str.slice(0, 7) + "-01").str.to_date("%Y-%m-%d", strict=False)
    spells = paid.select("node", first=first, last=pl.coalesce(last, first)).drop_nulls()
    spells = spells.filter(pl.col("first") <= pl.col("last"))
    return (
        spells.select("node", month=pl.date_ranges("first", "last", "1mo"))
        .explode("month")
        .select("node", pl.col("month").dt.strftime("%Y-%m"))
        .unique()
    )


def _once_a_stretch(edges: Edges, asked: pl.DataFrame) -> pl.DataFrame:
    """Of the months of a company, the first of each stretch between changes anywhere above it."""
    companies = asked["company"].unique().sort().to_numpy()
    above = reach_up(edges, companies, None)
    question = above.question[above.company]
    days = np.concatenate([edges.start[above.touched], edges.end[above.touched]])
    changes = pl.DataFrame({"company": companies[np.concatenate([question, question])], "day": days})
    changes = changes.filter((pl.col("day") != ALWAYS) & (pl.col("day") != NEVER)).unique()
    moments: IntArray = day_numbers(asked["month"] + "-01", ALWAYS)
    dated = asked.with_columns(day=pl.Series(moments)).sort("day")
    stretch = dated.join_asof(
        changes.with_columns(change="day").sort("day"),
        on="day",
        by="company",
        strategy="backward",
        check_sortedness=False,
    )
    return stretch.unique(["company", "change"], keep="first", maintain_order=True).select("company", "month")
