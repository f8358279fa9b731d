"""Links of other kinds than ownership, read at the parties a search stands at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from graph.model import REL_TYPES
from graph.penetration.beneficial import Couples
from graph.penetration.web import Kind, Link, Related
from graph.stores.contract import GraphStore
from graph.stores.hops import EACH, hop
from graph.stores.statements import SOURCE_SEPARATOR

_TYPES: Final[dict[Kind, tuple[str, str]]] = {
    "legal_representative": ("LEGAL_REP_OF", "r.role"),
    "officer": ("OFFICER_OF", "r.role"),
    "relative": ("RELATED_TO", "r.relation"),
    "contact": ("HAS_CONTACT", "b.kind"),
}
"""Relationship type of each kind, and what is told of it."""


def related_in(store: GraphStore) -> Related:
    """What `ways_between` asks for links of other kinds than ownership. Each call may raise a `StoreError`."""

    def related(ids: Sequence[str], kinds: Sequence[Kind], day: str | None) -> Iterable[Link]:
        return [link for kind in kinds for link in _links(store, ids, kind, day)]

    return related


def couples_in(store: GraphStore) -> Couples:
    """What `beneficial_owners` asks for married couples: `RELATED_TO` as spouse, on the date."""

    def couples(ids: Sequence[str], day: str | None) -> Sequence[tuple[str, str]]:
        return [
            (link.source, link.target)
            for link in _links(store, ids, "relative", day)
            if link.role == "spouse"
        ]

    return couples


def _links(store: GraphStore, ids: Sequence[str], kind: Kind, day: str | None) -> Iterable[Link]:
    type_, told = _TYPES[kind]
    found: dict[str, Link] = {}
    for start, end in REL_TYPES[type_].pairs:
        for node, way in (
            (f"a:{start}", f"(a)-[r:{type_}]->(b:{end})"),
            (f"b:{end}", f"(a:{start})-[r:{type_}]->(b)"),
        ):
            rows = store.query(
                f"{EACH}MATCH ({node} {{id: i}}) {hop(way, 'r.key')}"
                f"RETURN a.id AS source, b.id AS target, {told} AS role, r.key AS key, r.valid_from AS since, "
                "r.valid_to AS until, r.counted AS counted, r.sources AS sources",
                {"ids": list(ids)},
            )
            for row in rows.to_pylist():
                if row["counted"] is not False and _holds(row, day):
                    found[row["key"]] = _link(row, kind)
    return [found[key] for key in sorted(found)]


def _holds(row: dict[str, Any], day: str | None) -> bool:
    """Whether it held on a day; on none asked for, whether it has no end."""
    if day is None:
        return not row["until"]
    return (not row["since"] or row["since"] <= day) and (not row["until"] or day < row["until"])


def _link(row: dict[str, Any], kind: Kind) -> Link:
    sources = tuple((row["sources"] or "").split(SOURCE_SEPARATOR)) if row["sources"] else ()
    return Link(
        row["source"],
        row["target"],
        kind,
        row["role"] or None,
        None,
        None,
        row["since"],
        row["until"],
        (row["key"],),
        sources,
    )
