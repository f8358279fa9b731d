"""What a lot is called where nothing else tells it apart: its tender and itself, and its number where others are called so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from graph.stores.contract import GraphStore
from graph.stores.hops import EACH, hop, may_hop

IN_TENDER: Final = may_hop("(l)-[:LOT_OF]->(t:Tender)")
"""Goes on from lots `l` to their tenders `t`, if they have one."""
TITLES: Final = "t.id AS tender_id, t.title AS tender, l.title AS lot, l.number AS number"
"""What the names of lots `l` and tenders `t` are made of."""
_FEW: Final = 4
_NUMBER: Final = re.compile(r"[0-9A-Za-z.-]+")


def lot_names(store: GraphStore, ids: Iterable[str]) -> dict[str, str]:
    """What lots are called, by id, of those that have a title or whose tender has one.

    The title of the tender and the lot's own; of a tender with several lots that have no titles, or one title, also its
    number as it is written (`虚构学校工程 · #2`, which reads alike in both languages). Raises a `StoreError`.
    """
    return names_of_lots(
        store,
        _of_each(
            store, ids,
            "MATCH (l:Lot {id: $id}) OPTIONAL MATCH (l)-[:LOT_OF]->(t:Tender) ",
            f"{EACH}MATCH (l:Lot {{id: i}}) {IN_TENDER}",
            f"RETURN l.id AS id, {TITLES}",
        ),
    )  # fmt: skip


def names_of_lots(store: GraphStore, lots: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """`lot_names` of lots whose id and `TITLES` have been read: one row for each tender that a lot is of."""
    # Of several tenders of one lot the first by title, on either store.
    rows = sorted(
        lots, key=lambda r: (not r["tender"], r["tender"] or "", r["tender_id"] or ""), reverse=True
    )
    beside = _of_each(
        store, (r["tender_id"] for r in rows if r["tender_id"] and r["tender"]),
        "MATCH (l:Lot)-[:LOT_OF]->(t:Tender {id: $id}) ",
        f"{EACH}MATCH (t:Tender {{id: i}}) {hop('(l:Lot)-[:LOT_OF]->(t)', 'l.id')}",
        "RETURN t.id AS tender_id, t.title AS tender, l.id AS id, l.title AS lot",
    )  # fmt: skip
    alike: dict[tuple[str, str], set[str]] = {}
    for one in beside:
        alike.setdefault((one["tender_id"], _titles(one["tender"], one["lot"])), set()).add(one["id"])
    named = {}
    for row in rows:
        name = _titles(row["tender"], row["lot"])
        several = len(alike.get((row["tender_id"], name), ())) > 1
        named[row["id"]] = f"{name} · {_numbered(row['number'])}" if several and row["number"] else name
    return {id_: name for id_, name in named.items() if name}


def _of_each(
    store: GraphStore, ids: Iterable[str], one: str, listed: str, returned: str
) -> list[dict[str, Any]]:
    """What is returned for each id: few are asked for one by one, which embedded costs a quarter of a list's question."""
    asked = sorted(set(ids))
    if len(asked) > _FEW:
        tables = [store.query(listed + returned, {"ids": asked})]
    else:
        tables = [store.query(one + returned, {"id": id_}) for id_ in asked]
    return [row for table in tables for row in table.to_pylist()]


def _titles(tender: str | None, lot: str | None) -> str:
    return " · ".join(dict.fromkeys(t for t in (tender, lot) if t))


def _numbered(number: str) -> str:
    return f"#{number}" if _NUMBER.fullmatch(number) else number
