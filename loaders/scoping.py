"""Ids without a scheme that another data set uses for somebody else: told apart, and reported.

An id such as `A` in a table becomes `local:A`. Where the store knows that id from other data sets alone and under
another name, it is another party: here it becomes `local.<data set>:A` (people: `person.local.<data set>:A`), and
stays so for every later file of this data set. Within one data set one id is one party, however it is spelt.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from graph.model import REL_TYPES
from graph.names import name_key
from graph.records import Extract
from graph.stores import GraphStore

_PREFIX: Final = {"Company": "local:", "Person": "person.local:"}
_LONG: Final = 600.0


def scope_local_ids(store: GraphStore, extract: Extract) -> pl.DataFrame:
    """Tell local ids of this load apart from other data sets' in place. Gives id, scoped, name, theirs: one row an id.

    `theirs` is the name the id bears elsewhere, null where the scoped id was known already.
    """
    found = [_scoped(store, extract, type_) for type_ in _PREFIX if type_ in extract.nodes]
    changed = pl.concat([pl.DataFrame(schema=_SCHEMA), *found])
    for type_ in _PREFIX:
        renamed = changed.filter(pl.col("type") == type_)
        if renamed.height:
            _rename(extract, type_, dict(renamed.select("id", "scoped").iter_rows()))
    return changed.drop("type").sort("id")


_SCHEMA: Final = {c: pl.String() for c in ("type", "id", "scoped", "name", "theirs")}


def _scoped(store: GraphStore, extract: Extract, type_: str) -> pl.DataFrame:
    prefix = _PREFIX[type_]
    scope = f"{prefix.removesuffix(':')}.{extract.dataset}:"
    ours = (
        pl.concat([f.select("id", "name") for f in extract.nodes[type_]])
        .filter(pl.col("id").str.starts_with(prefix))
        .group_by("id")
        .agg(pl.col("name").drop_nulls().min())
        .with_columns(scoped=scope + pl.col("id").str.slice(len(prefix)))
    )
    datasets = {b.id: b.dataset for b in store.batches()}
    elsewhere = set(datasets.values()) - {extract.dataset}
    if ours.is_empty() or not elsewhere:
        return pl.DataFrame(schema=_SCHEMA)
    table = store.query(
        f"MATCH (n:{type_}) WHERE n.id STARTS WITH $local OR n.id STARTS WITH $scope "
        "RETURN n.id AS id, n.name AS theirs, n.sources AS sources",
        {"local": prefix, "scope": scope},
        timeout=_LONG,
    )
    if not table.num_rows:
        return pl.DataFrame(schema=_SCHEMA)
    stored = pl.DataFrame(pl.from_arrow(table)).cast({c: pl.String() for c in ("id", "theirs", "sources")})
    mine = [b for b, dataset in datasets.items() if dataset == extract.dataset]
    batches = pl.col("sources").str.split("\n").list.eval(pl.element().str.split(":").list.first())
    stored = stored.with_columns(
        shared=batches.list.set_intersection(pl.lit(mine, pl.List(pl.String))).list.len() > 0
    )
    known = ours.filter(pl.col("scoped").is_in(stored["id"].implode())).with_columns(
        theirs=pl.lit(None, pl.String)
    )
    met = ours.filter(~pl.col("scoped").is_in(known["scoped"].implode())).join(
        stored.filter(~pl.col("shared")), on="id"
    )
    other = met.filter(name_key(met["name"]) != name_key(met["theirs"]))
    columns = ["id", "scoped", "name", "theirs"]
    return pl.concat([known.select(columns), other.select(columns)]).select(
        pl.lit(type_).alias("type"), *columns
    )


def _rename(extract: Extract, type_: str, ids: dict[str, str]) -> None:
    """Put the scoped ids wherever the load names such a party."""
    old, new = list(ids), list(ids.values())
    extract.nodes[type_] = [f.with_columns(pl.col("id").replace(old, new)) for f in extract.nodes[type_]]
    for (name, start, end), frames in extract.rels.items():
        columns = [c for c, t in (("from_id", start), ("to_id", end)) if t == type_]
        if type_ == "Company" and any(f.name == "company_id" for f in REL_TYPES[name].stated_fields):
            columns.append("company_id")
        if columns:
            extract.rels[name, start, end] = [
                f.with_columns([pl.col(c).replace(old, new) for c in columns]) for f in frames
            ]
