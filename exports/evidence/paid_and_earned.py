"""What a household or a person is paid, what its people earn, and the vehicles in their names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from graph.penetration.days import today
from graph.stores import GraphStore
from graph.stores.hops import EACH, hop
from visualize.abridge import first_day

MOST_ROWS: Final = 240
"""So many payments, and so many incomes, are told, the newest first; the rest are counted."""
TABLES: Final = ("payments", "incomes", "vehicles")


def paid_and_earned(
    store: GraphStore, household: str | None, persons: Sequence[str], as_of: str | None
) -> dict[str, Any]:
    """Rows up to a day (None: today), by table; a table without any is left out.

    `payments`: `benefit`, `recipient` and `rows` (keys); `incomes`: `person`, `kind` and `rows`; `vehicles`: `person`, `vehicle`
    and `rows`. Beside each `…_more`: how many there are besides.
    """
    day = first_day(as_of or today().isoformat())
    month = day[:7]
    found = {
        "payments": _payments(store, household, persons, month),
        "incomes": _incomes(store, persons, month),
        "vehicles": _vehicles(store, persons, day),
    }
    told: dict[str, Any] = {}
    for name, rows in found.items():
        if rows:
            told |= {name: rows[:MOST_ROWS], f"{name}_more": max(0, len(rows) - MOST_ROWS)}
    return told


def keys_of(told: dict[str, Any]) -> set[str]:
    """The keys of all rows that are told."""
    return {key for name in TABLES for row in told.get(name, ()) for key in row["rows"]}


def ids_of(told: dict[str, Any]) -> set[str]:
    """The payments, incomes' kinds and vehicles that are told."""
    return {
        row[end]
        for name in TABLES
        for row in told.get(name, ())
        for end in ("benefit", "vehicle")
        if end in row
    }


def paid_in(store: GraphStore, recipients: Iterable[str], first: str, last: str) -> tuple[set[str], set[str]]:
    """What households and persons, and whoever ever belonged to those households, are paid from one month to another (YYYY-MM).

    Ids of the payments, and keys of the rows that state them and their programmes.
    """
    ids: set[str] = set()
    keys: set[str] = set()
    for id_ in sorted(set(recipients)):
        members = store.query(
            "MATCH (h:Household {id: $id}) MATCH (p:Person)-[m:MEMBER_OF]->(h) WHERE m.counted RETURN DISTINCT p.id AS id",
            {"id": id_},
            timeout=60,
        ).to_pylist()
        for paid in _paid(store, id_, [id_, *(m["id"] for m in members)]):
            if paid["month"] <= last and (paid["until"] or paid["month"]) >= first:
                ids.add(paid["benefit"])
                keys |= {*paid["rows"]}
    return ids, keys


def _payments(
    store: GraphStore, household: str | None, persons: Sequence[str], month: str
) -> list[dict[str, Any]]:
    kept = [p for p in _paid(store, household, persons) if p["month"] <= month]
    kept.sort(key=lambda p: p["benefit"])
    kept.sort(key=lambda p: str(p["month"]), reverse=True)
    return [{k: p[k] for k in ("benefit", "recipient", "rows")} for p in kept]


def _paid(store: GraphStore, household: str | None, persons: Sequence[str]) -> list[dict[str, Any]]:
    """Of the household, and of its people where no household stands beside them; a payment is told once."""
    under = hop("(b)-[u:UNDER]->(g:Program)", "u.key")
    said = "b.id AS benefit, b.from_month AS month, b.to_month AS until, r.key AS key, u.key AS under"
    rows: list[dict[str, Any]] = []
    if household:
        rows += store.query(
            f"MATCH (h:Household {{id: $id}}) MATCH (h)-[r:RECEIVES]->(b:Benefit) WHERE r.counted {under}"
            f"RETURN h.id AS recipient, {said}",
            {"id": household},
            timeout=60,
        ).to_pylist()
    rows += store.query(
        f"{EACH}MATCH (p:Person {{id: i}}) {hop('(p)-[r:RECEIVES]->(b:Benefit)', 'r.key')}AND r.counted {under}"
        f"RETURN p.id AS recipient, {said}",
        {"ids": sorted(persons)},
        timeout=60,
    ).to_pylist()
    each: dict[str, dict[str, Any]] = {}
    for row in sorted(
        rows, key=lambda r: (r["recipient"] != household, r["recipient"], r["key"], r["under"])
    ):
        one = each.setdefault(
            row["benefit"],
            {
                "benefit": row["benefit"],
                "recipient": row["recipient"],
                "month": row["month"] or "",
                "until": row["until"] or "",
                "rows": [],
            },
        )
        one["rows"] = sorted({*one["rows"], row["key"], row["under"]})
    return [*each.values()]


def _incomes(store: GraphStore, persons: Sequence[str], month: str) -> list[dict[str, Any]]:
    rows = store.query(
        f"{EACH}MATCH (p:Person {{id: i}}) {hop('(p)-[r:EARNS]->(g:Program)', 'r.key')}AND r.counted "
        "RETURN p.id AS person, r.kind AS kind, r.month AS month, r.key AS key",
        {"ids": sorted(persons)},
        timeout=60,
    ).to_pylist()
    kept = [r for r in rows if (r["month"] or "") <= month]
    kept.sort(key=lambda r: (r["person"], r["key"]))
    kept.sort(key=lambda r: r["month"] or "", reverse=True)
    return [{"person": r["person"], "kind": r["kind"], "rows": [r["key"]]} for r in kept]


def _vehicles(store: GraphStore, persons: Sequence[str], day: str) -> list[dict[str, Any]]:
    rows = store.query(
        f"{EACH}MATCH (p:Person {{id: i}}) {hop('(p)-[r:HOLDS_VEHICLE]->(v:Vehicle)', 'r.key')}AND r.counted "
        "RETURN p.id AS person, v.id AS vehicle, r.valid_from AS valid_from, r.key AS key",
        {"ids": sorted(persons)},
        timeout=60,
    ).to_pylist()
    kept = [r for r in rows if not r["valid_from"] or r["valid_from"] <= day]
    kept.sort(key=lambda r: (r["person"], r["vehicle"], r["key"]))
    return [{"person": r["person"], "vehicle": r["vehicle"], "rows": [r["key"]]} for r in kept]
