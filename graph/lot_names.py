"""What a lot is called where nothing else tells it apart: its tender and itself, and its number where others are called so."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from graph.stores.contract import GraphStore
from graph.stores.hops import EACH, hop, may_hop

_NUMBER: Final = re.compile(r"[0-9A-Za-z.-]+")


def lot_names(store: GraphStore, ids: Iterable[str]) -> dict[str, str]:
    """What lots are called, by id, of those that have a title or whose tender has one.

    The title of the tender and the lot's own; of a tender with several lots that have no titles, or one title, also its
    number as it is written (`虚构学校工程 · #2`, which reads alike in both languages). Raises a `StoreError`.
    """
    asked = {"ids": sorted(set(ids))}
    if not asked["ids"]:
        return {}
    rows = store.query(
        f"{EACH}MATCH (l:Lot {{id: i}}) {may_hop('(l)-[:LOT_OF]->(t:Tender)')}"
        "RETURN l.id AS id, t.id AS tender_id, t.title AS tender, l.title AS lot, l.number AS number",
        asked,
    ).to_pylist()
    # Of several tenders of one lot the first by title, on either store.
    rows.sort(key=lambda r: (not r["tender"], r["tender"] or "", r["tender_id"] or ""), reverse=True)
    beside = store.query(
        f"{EACH}MATCH (t:Tender {{id: i}}) {hop('(l:Lot)-[:LOT_OF]->(t)', 'l.id')}"
        "RETURN t.id AS tender_id, t.title AS tender, l.id AS id, l.title AS lot",
        {"ids": sorted({r["tender_id"] for r in rows if r["tender_id"] and r["tender"]})},
    ).to_pylist()
    alike: dict[tuple[str, str], set[str]] = {}
    for row in beside:
        alike.setdefault((row["tender_id"], _titles(row["tender"], row["lot"])), set()).add(row["id"])
    named = {}
    for row in rows:
        name = _titles(row["tender"], row["lot"])
        several = len(alike.get((row["tender_id"], name), ())) > 1
        named[row["id"]] = f"{name} · {_numbered(row['number'])}" if several and row["number"] else name
    return {id_: name for id_, name in named.items() if name}


def _titles(tender: str | None, lot: str | None) -> str:
    return " · ".join(dict.fromkeys(t for t in (tender, lot) if t))


def _numbered(number: str) -> str:
    return f"#{number}" if _NUMBER.fullmatch(number) else number
