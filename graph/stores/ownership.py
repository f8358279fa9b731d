"""Reading what ownership and control are worked out from, in columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import polars as pl

from graph.model import REL_TYPES, rel_columns
from graph.penetration.tables import OwnershipTables
from graph.records import POLARS_TYPES
from graph.stores.engine import Reading
from graph.stores.statements import SOURCE_SEPARATOR

_LONG: Final = 600.0
OWNS_FIELDS: Final = (
    "key", "share", "share_min", "share_max", "min_open", "max_open", "votes", "votes_min", "votes_max",
    "share_class", "list_kind", "dataset", "observed_on", "valid_from", "valid_to", "counted",
    "declared_indirect", "components", "derived_from", "holder_role", "sources",
)  # fmt: skip
_PROOFS: Final = ("key", "sources")
CONTROL_FIELDS: Final = ("key", "interest", "direct", "suspected", "valid_from", "valid_to", "sources")
CONCERT_FIELDS: Final = ("company_id", "valid_from", "valid_to")


def read_ownership(reader: Reading, proofs: bool = True) -> OwnershipTables:
    """All parties, holdings, declared control, concerts and `SAME_AS` pairs; `proofs`: see `GraphStore.ownership`.

    Holdings are read by the engine's own numbers of their ends where it has such: a text for each end of each row
    takes most of the time otherwise.
    """
    read = {name: _parties(reader, name, proofs) for name in ("Company", "Person", "Concert")}
    parties = pl.concat([frame.drop("place", strict=False) for frame in read.values()])
    fields = [f for f in OWNS_FIELDS if proofs or f not in _PROOFS]
    holdings, ends = _holdings(reader, read, parties["id"], fields)
    return OwnershipTables(
        parties=parties,
        holdings=holdings,
        control=_rels(reader, "EXERCISES_CONTROL", CONTROL_FIELDS, "holder_id", "company_id"),
        concerts=_rels(reader, "MEMBER_OF_CONCERT", CONCERT_FIELDS, "party_id", "concert_id"),
        same_as=_rels(reader, "SAME_AS", ("by",), "from_id", "to_id"),
        ends=ends,
    )


def _parties(reader: Reading, type_name: str, named: bool) -> pl.DataFrame:
    kind = "n.kind" if type_name == "Company" else "''"
    name = "n.name" if named else "''"
    place = reader.dialect.place_of("n")
    numbered = "" if place is None else f"{place} AS place, "
    table = reader.query(
        f"MATCH (n:{type_name}) RETURN {numbered}n.id AS id, {name} AS name, {kind} AS kind", timeout=_LONG
    )
    schema: dict[str, pl.DataType] = {"id": pl.String(), "name": pl.String(), "kind": pl.String()}
    if place is not None:
        schema = {"place": pl.Int64(), **schema}
    frame = pl.DataFrame(schema=schema)
    if table.num_rows:
        frame = pl.DataFrame(pl.from_arrow(table)).cast(dict(schema))  # type: ignore[arg-type]
    return frame.select(
        *([] if place is None else ["place"]),
        "id",
        pl.lit(type_name).alias("type"),
        "name",
        pl.col("kind").fill_null(""),
    )


def _holdings(
    reader: Reading, parties: Mapping[str, pl.DataFrame], ids: pl.Series, fields: Sequence[str]
) -> tuple[pl.DataFrame, pl.DataFrame | None]:
    """The holdings, and their ends as rows of all parties one after the other."""
    start, end = reader.dialect.place_of("a"), reader.dialect.place_of("b")
    if start is None or end is None:
        return _rels(reader, "OWNS", fields, "holder_id", "company_id"), None
    row_of: dict[str, pl.Series] = {}
    begin = 0
    for name, frame in parties.items():
        # The engine numbers the nodes of a type nearly without gaps.
        places = frame["place"].to_numpy()
        rows = np.zeros(int(places.max(initial=0)) + 1, dtype=np.int64)
        rows[places] = np.arange(begin, begin + frame.height)
        row_of[name] = pl.Series(rows)
        begin += frame.height
    types = {f.name: POLARS_TYPES[f.physical] for f in rel_columns(REL_TYPES["OWNS"])}
    stated = [f for f in fields if f != "key"]
    frames, ends = [], []
    for a, b in REL_TYPES["OWNS"].pairs:
        matched = f"MATCH (a:{a})-[r:OWNS]->(b:{b}) RETURN "
        # Most registers leave most fields empty: what no row states is not read.
        counted = reader.query(matched + ", ".join(f"count(r.{f})" for f in stated), timeout=_LONG)
        used = [
            *(f for f in fields if f == "key"),
            *(f for f, n in zip(stated, counted.to_pylist()[0].values(), strict=True) if n),
        ]
        returned = ", ".join([start, end, *(f"r.{f}" for f in used)])
        table = reader.query(matched + returned, timeout=_LONG)
        schema = {"start": pl.Int64(), "end": pl.Int64(), **{f: types[f] for f in used}}
        frame = pl.DataFrame(schema=schema)
        if table.num_rows:
            frame = pl.DataFrame(pl.from_arrow(table.rename_columns(list(schema)))).cast(dict(schema))  # type: ignore[arg-type]
        ends.append(
            pl.DataFrame(
                {"holder": row_of[a].gather(frame["start"]), "company": row_of[b].gather(frame["end"])}
            )
        )
        frames.append(
            frame.select(pl.col(f) if f in used else pl.lit(None, types[f]).alias(f) for f in fields)
        )
    every, both = pl.concat(frames), pl.concat(ends)
    named = every.with_columns(holder_id=ids.gather(both["holder"]), company_id=ids.gather(both["company"]))
    if "sources" in fields:
        named = named.with_columns(sources=_split(every["sources"]))
    return named.select("holder_id", "company_id", *fields), both


def _split(sources: pl.Series) -> pl.Series:
    if not sources.null_count() and not sources.str.contains(SOURCE_SEPARATOR, literal=True).any():
        return sources.to_frame().select(pl.concat_list(pl.all())).to_series()
    return sources.str.split(SOURCE_SEPARATOR)


def _rels(reader: Reading, name: str, fields: Sequence[str], start: str, end: str) -> pl.DataFrame:
    """Rows of one relationship type, whatever its pairs, by end ids."""
    types = {f.name: POLARS_TYPES[f.physical] for f in rel_columns(REL_TYPES[name])}
    schema = {start: pl.String(), end: pl.String()} | {f: types[f] for f in fields}
    frames = [pl.DataFrame(schema=schema)]
    for a, b in REL_TYPES[name].pairs:
        returned = ", ".join(["a.id", "b.id", *[f"r.{f}" for f in fields]])
        table = reader.query(f"MATCH (a:{a})-[r:{name}]->(b:{b}) RETURN {returned}", timeout=_LONG)
        if table.num_rows:
            frame = pl.DataFrame(pl.from_arrow(table.rename_columns(list(schema))))
            frames.append(frame.cast(dict(schema)))  # type: ignore[arg-type]
    rows = pl.concat(frames)
    return rows.with_columns(pl.col("sources").str.split(SOURCE_SEPARATOR)) if "sources" in fields else rows
