"""Households that somebody known by name alone is said to have left, and companies that somebody represents, where a write
changed who may be meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from graph.names import UNNUMBERED
from graph.stores.engine import Reading
from graph.stores.hops import EACH, hop

_LEFT: Final = (
    "MATCH (p:Person)-[m:MEMBER_OF]->(h:Household) WHERE m.stated_to IS NOT NULL "
    f"AND p.id STARTS WITH '{UNNUMBERED}' RETURN DISTINCT h.id AS id"
)
_THEIRS: Final = f"{EACH}MATCH (p:Person {{id: i}}) {hop('(p)-[m:MEMBER_OF]->(h:Household)', 'h.id')}RETURN DISTINCT h.id AS id"
_REPRESENTED: Final = f"{EACH}MATCH (p:Person {{id: i}}) {hop('(p)-[m:LEGAL_REP_OF]->(c:Company)', 'c.id')}RETURN DISTINCT c.id AS id"
_AT_ONCE: Final = 5000


def left_by_name(store: Reading, renamed: Sequence[str], households: pl.Series) -> pl.Series:
    """Those of `households`, and of what people called otherwise now (`renamed`) belong to, that are left by name alone.

    A name tells who left only beside the others of the household (`resolution.departures_by_name`): undated rows and
    names bear on a departure too.
    """
    none = pl.Series("id", [], pl.String)
    if not renamed and households.is_empty():
        return none
    left = _ids(store, _LEFT)
    if left.is_empty():
        return none
    concerned = pl.concat([households.alias("id"), *_of_each(store, _THEIRS, renamed)]).unique()
    return concerned.filter(concerned.is_in(left.implode()))


def represented_by(store: Reading, renamed: Sequence[str]) -> pl.Series:
    """The companies that people called otherwise now represent: a name tells whether another one took their place."""
    return pl.concat([pl.Series("id", [], pl.String), *_of_each(store, _REPRESENTED, renamed)]).unique()


def _of_each(store: Reading, cypher: str, people: Sequence[str]) -> list[pl.Series]:
    return [_ids(store, cypher, people[at : at + _AT_ONCE]) for at in range(0, len(people), _AT_ONCE)]


def _ids(store: Reading, cypher: str, ids: Sequence[str] = ()) -> pl.Series:
    found = store.query(cypher, {"ids": list(ids)} if ids else None, timeout=600)
    return pl.Series("id", found.column(0).to_pylist(), pl.String)
