"""Departures from households that a list tells by name alone, and that end nobody's membership: which to look at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

from graph.names import UNNUMBERED, name_key
from graph.quality import Quality, weakness
from graph.stores import GraphStore
from graph.stores.hops import EACH, hop

_LEFT: Final = (
    "MATCH (p:Person)-[m:MEMBER_OF]->(h:Household) WHERE m.stated_to IS NOT NULL AND p.name IS NOT NULL "
    f"AND p.id STARTS WITH '{UNNUMBERED}' RETURN p.id AS person, p.name AS name, h.id AS household, max(m.stated_to) AS left"
)
_MEMBERS: Final = (
    f"{EACH}MATCH (h:Household {{id: i}}) {hop('(h)<-[m:MEMBER_OF]-(p:Person)', 'm.key')}AND p.name IS NOT NULL "
    "RETURN i AS household, p.id AS other, p.name AS other_name, m.stated_to AS stated_to, m.valid_from AS since, "
    "m.valid_to AS until, m.counted AS counted"
)
_AT_ONCE: Final = 5000


def left_by_name(store: GraphStore) -> Iterator[Quality]:
    """Households of which several bear the name of who left, or nobody does (see `resolution.departures_by_name`)."""
    rows = store.query(_LEFT, timeout=120)
    if not rows.num_rows:
        return
    left = pl.DataFrame(pl.from_arrow(rows)).cast(pl.String)
    households = left["household"].unique().sort()
    parts = [
        pl.DataFrame(
            pl.from_arrow(store.query(_MEMBERS, {"ids": households[n : n + _AT_ONCE].to_list()}, timeout=120))
        )
        for n in range(0, len(households), _AT_ONCE)
    ]
    members = pl.concat(parts, how="vertical_relaxed").with_columns(
        pl.col("since", "until", "stated_to").cast(pl.String)
    )
    left = left.with_columns(called=name_key(left["name"]))
    members = members.with_columns(called=name_key(members["other_name"]))
    both = left.join(members, on=["household", "called"])
    other = pl.col("other") != pl.col("person")
    still = other & pl.col("counted") & pl.col("until").is_null()
    still &= pl.col("since").is_null() | (pl.col("since") < pl.col("left"))
    open_ = both.filter(still)["household"]
    known = both.filter(other | pl.col("stated_to").is_null()).select("household", "person").unique()
    nobody = left.join(known, on=["household", "person"], how="anti")["household"]
    yield from weakness(
        "left-by-name",
        pl.concat([open_, nobody]),
        "家庭成员减少只写姓名、没有证件号，而户内没有唯一的同名成员：未能确定是谁减少，其成员资格没有终止，请补充证件号",
        "a member is said by name alone, without a number, to have left, and not exactly one member of the household bears that "
        "name: who left is not known, and nobody's membership ends; state the number",
    )
