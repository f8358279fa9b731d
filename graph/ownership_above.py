"""The ownership above some companies, read from a store step by step: what a few questions need of a national register."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

import polars as pl
import pyarrow as pa

from graph.model import REL_TYPES, rel_columns
from graph.penetration.tables import OwnershipTables
from graph.penetration.undisclosed import WHY_UNNAMED
from graph.records import POLARS_TYPES
from graph.stores.contract import GraphStore
from graph.stores.hops import EACH, hop
from graph.stores.ownership import CONCERT_FIELDS, CONTROL_FIELDS, OWNS_FIELDS
from graph.stores.statements import SOURCE_SEPARATOR

_AT_ONCE: Final = 5_000
"""Ids of one query."""
_LONG: Final = 300.0


def ask(
    store: GraphStore, cypher: str, ids: Collection[str], schema: Mapping[str, pl.DataType]
) -> pl.DataFrame:
    """The answer of a query about `$ids`, for all of them: unique rows."""
    listed = sorted(ids)
    tables = [
        store.query(cypher, {"ids": listed[at : at + _AT_ONCE]}, timeout=_LONG)
        for at in range(0, len(listed), _AT_ONCE)
    ]
    found = [t.rename_columns(list(schema)) for t in tables if t.num_rows]
    if not found:
        return pl.DataFrame(schema=dict(schema))
    frame = pl.DataFrame(pl.from_arrow(pa.concat_tables(found, promote_options="permissive")))
    return frame.cast(dict(schema)).unique(maintain_order=True)  # type: ignore[arg-type]


def same_party(store: GraphStore, ids: Collection[str]) -> pl.DataFrame:
    """All `SAME_AS` among everything joined to some parties: from_id, to_id, by."""
    schema = {"from_id": pl.String(), "to_id": pl.String(), "by": pl.String()}
    found = [pl.DataFrame(schema=schema)]
    seen, frontier = set(ids), set(ids) if "SAME_AS" in store.present() else set()
    while frontier:
        for start, end in REL_TYPES["SAME_AS"].pairs:
            for node, way, other in (
                (f"a:{start}", f"(a)-[r:SAME_AS]->(b:{end})", "b"),
                (f"b:{end}", f"(a:{start})-[r:SAME_AS]->(b)", "a"),
            ):
                step = hop(way, f"{other}.id")
                cypher = f"{EACH}MATCH ({node} {{id: i}}) {step}RETURN a.id, b.id, r.by"
                found.append(ask(store, cypher, frontier, schema))
        latest = pl.concat(found)
        frontier = {*latest["from_id"], *latest["to_id"]} - seen
        seen |= frontier
    return pl.concat(found).unique(maintain_order=True)


def ownership_above(store: GraphStore, companies: Collection[str]) -> OwnershipTables:
    """What ownership and control of some companies are worked out from: everything above them, on any date.

    Answers about these companies, and about everything above them, are those of the whole store. Raises `StoreError`.
    """
    held = store.present()
    read: dict[str, list[pl.DataFrame]] = {}
    seen: set[str] = set()
    frontier = set(companies)
    while frontier:
        joined = same_party(store, frontier)
        read.setdefault("SAME_AS", []).append(joined)
        frontier |= {*joined["from_id"], *joined["to_id"]}
        frontier -= seen
        seen |= frontier
        above: set[str] = set()
        for name, fields in (("OWNS", OWNS_FIELDS), ("EXERCISES_CONTROL", CONTROL_FIELDS)):
            if name not in held:
                continue
            rows = _rels(store, name, fields, frontier, ends="b")
            read.setdefault(name, []).append(rows)
            above |= set(rows["from_id"])
        frontier = above - seen
    members = _concerts(store, seen if "MEMBER_OF_CONCERT" in held else ())
    seen |= {*members["from_id"], *members["to_id"], *members["company_id"].drop_nulls()} - {""}
    joined = same_party(store, seen)
    seen |= {*joined["from_id"], *joined["to_id"]}
    ends = {"from_id": "holder_id", "to_id": "company_id"}
    return OwnershipTables.of(
        parties=_parties(store, seen),
        holdings=_listed(_whole(read, "OWNS", OWNS_FIELDS)).rename(ends),
        control=_listed(_whole(read, "EXERCISES_CONTROL", CONTROL_FIELDS)).rename(ends),
        concerts=members.rename({"from_id": "party_id", "to_id": "concert_id"}),
        same_as=joined,
    )


def _concerts(store: GraphStore, parties: Collection[str]) -> pl.DataFrame:
    """Members of every concert that one of the parties is a member of, or that is for one of the companies."""
    mine = _rels(store, "MEMBER_OF_CONCERT", CONCERT_FIELDS, parties, ends="a")
    scoped = [
        ask(
            store,
            f"MATCH (a:{start})-[r:MEMBER_OF_CONCERT]->(b:{end}) WHERE r.company_id IN $ids RETURN b.id",
            parties,
            {"id": pl.String()},
        )
        for start, end in REL_TYPES["MEMBER_OF_CONCERT"].pairs
    ]
    concerts = {*mine["to_id"], *pl.concat(scoped)["id"]}
    return _rels(store, "MEMBER_OF_CONCERT", CONCERT_FIELDS, concerts, ends="b")


def _schema(name: str, fields: Collection[str]) -> dict[str, pl.DataType]:
    types = {f.name: POLARS_TYPES[f.physical] for f in rel_columns(REL_TYPES[name])}
    return {"from_id": pl.String(), "to_id": pl.String(), **{f: types[f] for f in fields}}


def _rels(
    store: GraphStore, name: str, fields: Collection[str], ids: Collection[str], ends: str
) -> pl.DataFrame:
    """Rows of one type at some nodes: those that begin there (`ends` "a"), or that end there ("b")."""
    schema = _schema(name, fields)
    returned = ", ".join(["a.id", "b.id", *(f"r.{f}" for f in fields)])
    parts = [pl.DataFrame(schema=schema)]
    for start, end in REL_TYPES[name].pairs:
        node, way = (
            (f"a:{start}", f"(a)-[r:{name}]->(b:{end})")
            if ends == "a"
            else (f"b:{end}", f"(a:{start})-[r:{name}]->(b)")
        )
        cypher = f"{EACH}MATCH ({node} {{id: i}}) {hop(way, 'r.key')}RETURN {returned}"
        parts.append(ask(store, cypher, ids, schema))
    return pl.concat(parts)


def _whole(read: Mapping[str, list[pl.DataFrame]], name: str, fields: Collection[str]) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(schema=_schema(name, fields)), *read.get(name, [])])


def _listed(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(pl.col("sources").str.split(SOURCE_SEPARATOR))


def _parties(store: GraphStore, ids: Collection[str]) -> pl.DataFrame:
    schema = {n: pl.String() for n in ("id", "type", "name", "kind", "flag")}
    parts = [pl.DataFrame(schema=schema)]
    for type_ in ("Company", "Person", "Concert"):
        kind = "n.kind" if type_ == "Company" else "''"
        flag = "''" if type_ == "Concert" else "n.flag"
        # A list of keys is looked up as fast as one by one where no relationship is followed.
        cypher = (
            f"UNWIND $ids AS id MATCH (n:{type_} {{id: id}}) "
            f"RETURN n.id AS id, '{type_}' AS type, n.name AS name, {kind} AS kind, {flag} AS flag"
        )
        parts.append(ask(store, cypher, ids, schema).with_columns(pl.col("kind").fill_null("")))
    return pl.concat(parts).with_columns(unnamed=WHY_UNNAMED).drop("flag")
