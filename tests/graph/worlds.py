"""Small worlds for the stores' tests, made of extracts as a loader would make them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import polars as pl

from graph.records import Extract, Snapshot, SourceFile, source
from graph.stores import GraphStore

Holding = tuple[str, str, float]


def holdings(
    name: str,
    rows: Sequence[Holding],
    *,
    observed_on: str | None = None,
    list_kind: str | None = None,
    dataset: str = "main",
    snapshot: str | None = None,
    names: dict[str, str] | None = None,
    kinds: dict[str, str] | None = None,
    **stated: Any,
) -> Extract:
    """A file of shareholdings (holder, company, share); a holder that begins with "person" is a person."""
    sha = hashlib.sha256(name.encode()).hexdigest()
    file = SourceFile(name, sha, "csv", len(rows), 0)
    snap = Snapshot(snapshot, ("OWNS",)) if snapshot else None
    extract = Extract(dataset, [file], snapshot=snap)
    for i, (holder, company, share) in enumerate(rows, start=2):
        person = holder.startswith("person")
        for id_, type_ in ((holder, "Person" if person else "Company"), (company, "Company")):
            node: dict[str, Any] = {
                "id": id_,
                "name": (names or {}).get(id_, f"虚构{id_}"),
                "source": source(file, "", i),
            }
            if type_ == "Company" and id_ in (kinds or {}):
                node["kind"] = (kinds or {})[id_]
            extract.add_node(type_, pl.DataFrame([node]))
        row = {
            "from_id": holder,
            "to_id": company,
            "share": share,
            "observed_on": observed_on or snapshot,
            "list_kind": list_kind,
            "source": source(file, "", i),
            **stated,
        }
        extract.add_rel(
            "OWNS",
            "Person" if person else "Company",
            "Company",
            pl.DataFrame([row], infer_schema_length=None),
        )
    return extract


def contents(store: GraphStore, sources: bool = True) -> dict[str, list[tuple[Any, ...]]]:
    """Everything a store holds of companies, persons and holdings, in a fixed order."""
    by = ", n.sources" if sources else ""
    found = {
        type_: store.query(f"MATCH (n:{type_}) RETURN n.id AS id, n.name AS name, n.stated AS stated{by}")
        for type_ in ("Company", "Person")
    }
    on = ", r.sources" if sources else ""
    found["OWNS"] = store.query(
        "MATCH (a)-[r:OWNS]->(b) RETURN a.id AS a, b.id AS b, r.key AS k, r.share AS share, r.valid_from AS f, "
        f"r.valid_to AS t, r.counted AS counted{on}"
    )
    found["SAME_AS"] = store.query("MATCH (a)-[r:SAME_AS]->(b) RETURN a.id AS a, b.id AS b, r.by AS by")
    return {
        name: sorted(tuple(str(v) for v in row.values()) for row in t.to_pylist())
        for name, t in found.items()
    }


def spans(store: GraphStore) -> dict[tuple[str, str, float], tuple[str | None, str | None, bool]]:
    """valid_from, valid_to, counted of every holding, by holder, company and share."""
    rows = store.query(
        "MATCH (a)-[r:OWNS]->(b) RETURN a.id AS a, b.id AS b, r.share AS s, r.valid_from AS f, r.valid_to AS t, r.counted AS c"
    ).to_pylist()
    return {(r["a"], r["b"], r["s"]): (r["f"], r["t"], r["c"]) for r in rows}


def many_holdings(name: str, size: int) -> Extract:
    """A file of `size` holdings among `size // 2` companies, in columns."""
    file = SourceFile(name, hashlib.sha256(name.encode()).hexdigest(), "csv", size, 0)
    extract = Extract("main", [file])
    n = size // 2
    offset = int(file.sha256[:4], 16)
    rows = pl.DataFrame({"i": range(size)}).with_columns(
        from_id=pl.format("local:c{}", (pl.col("i") * 7 + offset) % n),
        to_id=pl.format("local:c{}", pl.col("i") % n),
        share=((pl.col("i") * 13 + offset) % 100) / 200,
        source=pl.format(source(file, "", "") + "{}", pl.col("i") + 2),
    )
    for end in ("from_id", "to_id"):
        extract.add_node("Company", rows.select(id=end, name=pl.col(end), source="source"))
    extract.add_rel("OWNS", "Company", "Company", rows.select("from_id", "to_id", "share", "source"))
    return extract
