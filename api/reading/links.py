"""The stated rows behind a line: what each says, and from which file, sheet and row it comes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

from exports.evidence.veiling import VEILED_TYPES
from exports.sources import Source
from graph.household_members import meant_by_number
from graph.model import REL_TYPES, rel_columns
from graph.stores import GraphStore
from graph.stores.statements import SOURCE_SEPARATOR

KINDS = tuple(sorted(name for name, type_ in REL_TYPES.items() if not type_.derived))
_BOOKKEEPING = frozenset({"sources", "counted"})


def stated_links(
    store: GraphStore, kind: str, starts: Sequence[str], ends: Sequence[str]
) -> list[dict[str, Any]]:
    """All stated relationships of one type from a party to a party (all ids of each), each with its sources; by date and key.

    `counted` is false where another list of the company goes before the one it stands in. Of who belongs to a household also
    the rows that tell by name alone that he left, or came back: they end, or begin, what the others state nothing of.
    """
    if kind == "MEMBER_OF":
        starts = [*starts, *_by_name(store, starts, ends)]
    fields = [f.name for f in rel_columns(REL_TYPES[kind])]
    returned = ", ".join(f"r.{f} AS {f}" for f in fields)
    files = _files(store)
    found = []
    for (first, last), start, end in product(REL_TYPES[kind].pairs, starts, ends):
        rows = store.query(
            f"MATCH (a:{first} {{id: $from_id}}) MATCH (b:{last} {{id: $to_id}}) MATCH (a)-[r:{kind}]->(b) RETURN {returned}",
            {"from_id": start, "to_id": end},
        ).to_pylist()
        for row in rows:
            stated = {k: v for k, v in row.items() if v is not None and k not in _BOOKKEEPING}
            sources = [s for s in (row.get("sources") or "").split(SOURCE_SEPARATOR) if s]
            found.append(
                {
                    "kind": kind,
                    "from": {"id": start, "type": first},
                    "to": {"id": end, "type": last},
                    "key": stated.pop("key", None),
                    "stated": stated,
                    "counted": row.get("counted"),
                    "sources": [_source(s, files) for s in sources],
                }
            )
    return sorted(found, key=lambda f: (f["stated"].get("valid_from") or "", f["key"] or ""))


def _by_name(store: GraphStore, persons: Sequence[str], households: Sequence[str]) -> list[str]:
    """Whom rows with a day name by name alone in these households, where that is one of these persons."""
    found = []
    for household in households:
        rows = store.query(
            "MATCH (h:Household {id: $id}) MATCH (h)<-[m:MEMBER_OF]-(p:Person) RETURN p.id AS id, p.name AS name, "
            "m.stated_from IS NOT NULL OR m.stated_to IS NOT NULL AS dated",
            {"id": household},
        ).to_pylist()
        meant = meant_by_number((household, r["id"], r["name"]) for r in rows)
        dated = {r["id"] for r in rows if r["dated"]}
        found += sorted(p for (_, p), one in meant.items() if one in persons and p in dated)
    return found


def hidden_beside(store: GraphStore, kind: str, id_: str, direction: str) -> list[tuple[str, str]]:
    """Type and id of the contacts, vehicles or homes that a type of relationship joins to a node; `in`: from them to it."""
    found: list[tuple[str, str]] = []
    for first, last in REL_TYPES[kind].pairs:
        other = last if direction == "in" else first
        label = first if direction == "in" else last
        if label != "Contact" and label not in VEILED_TYPES:
            continue
        pattern = f"(x:{label})-[r:{kind}]->(n)" if direction == "in" else f"(n)-[r:{kind}]->(x:{label})"
        rows = store.query(
            f"MATCH (n:{other} {{id: $id}}) MATCH {pattern} RETURN DISTINCT x.id AS id", {"id": id_}
        )
        found += [(label, i) for i in rows.column("id").to_pylist()]
    return found


def _files(store: GraphStore) -> dict[tuple[str, str], dict[str, Any]]:
    """By batch and the beginning of the file's SHA-256: the file's name and when it was loaded."""
    return {
        (batch.id, file["sha256"][:12]): {
            "name": file["name"],
            "sha256": file["sha256"],
            "dataset": batch.dataset,
            "loaded_at": batch.loaded_at,
        }
        for batch in store.batches()
        for file in batch.files
    }


def _source(text: str, files: dict[tuple[str, str], dict[str, Any]]) -> dict[str, Any]:
    source = Source.read(text)
    file = files.get((source.batch, source.file), {})
    return {
        "batch": source.batch,
        "file": file.get("name"),
        "sha256": file.get("sha256"),
        "sheet": source.sheet,
        "row": source.row,
        "dataset": file.get("dataset"),
        "loaded_at": file.get("loaded_at"),
    }
