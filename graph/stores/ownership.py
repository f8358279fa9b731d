"""Reading what ownership and control are worked out from, in columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from graph.model import REL_TYPES, rel_columns
from graph.penetration.tables import OwnershipTables
from graph.records import POLARS_TYPES
from graph.stores.engine import Reading
from graph.stores.statements import SOURCE_SEPARATOR

_LONG: Final = 600.0
_OWNS: Final = (
    "key", "share", "share_min", "share_max", "min_open", "max_open", "votes", "votes_min", "votes_max",
    "share_class", "list_kind", "dataset", "observed_on", "valid_from", "valid_to", "counted",
    "declared_indirect", "components", "derived_from", "holder_role", "sources",
)  # fmt: skip
_CONTROL: Final = ("key", "interest", "direct", "suspected", "valid_from", "valid_to", "sources")
_CONCERT: Final = ("company_id", "valid_from", "valid_to")


def read_ownership(reader: Reading) -> OwnershipTables:
    """All parties, holdings, declared control, concerts and `SAME_AS` pairs."""
    parties = pl.concat([_parties(reader, name) for name in ("Company", "Person", "Concert")])
    return OwnershipTables(
        parties=parties,
        holdings=_rels(reader, "OWNS", _OWNS, "holder_id", "company_id"),
        control=_rels(reader, "EXERCISES_CONTROL", _CONTROL, "holder_id", "company_id"),
        concerts=_rels(reader, "MEMBER_OF_CONCERT", _CONCERT, "party_id", "concert_id"),
        same_as=_rels(reader, "SAME_AS", ("by",), "from_id", "to_id"),
    )


def _parties(reader: Reading, type_name: str) -> pl.DataFrame:
    kind = "n.kind" if type_name == "Company" else "''"
    table = reader.query(
        f"MATCH (n:{type_name}) RETURN n.id AS id, n.name AS name, {kind} AS kind", timeout=_LONG
    )
    schema: dict[str, pl.DataType] = {"id": pl.String(), "name": pl.String(), "kind": pl.String()}
    frame = pl.DataFrame(schema=schema)
    if table.num_rows:
        frame = pl.DataFrame(pl.from_arrow(table)).cast(dict(schema))  # type: ignore[arg-type]
    return frame.select("id", pl.lit(type_name).alias("type"), "name", pl.col("kind").fill_null(""))


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
