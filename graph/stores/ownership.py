"""Reading what ownership and control are worked out from, in columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from graph.model import REL_TYPES, rel_columns
from graph.penetration.tables import OwnershipTables
from graph.penetration.undisclosed import OF_A_FILE, WHY_UNNAMED
from graph.records import POLARS_TYPES, RelKey
from graph.stores.engine import Reading
from graph.stores.scanning import Column
from graph.stores.statements import SOURCE_SEPARATOR

_LONG: Final = 600.0
OWNS_FIELDS: Final = (
    "key", "share", "share_min", "share_max", "min_open", "max_open", "votes", "votes_min", "votes_max",
    "share_class", "list_kind", "dataset", "observed_on", "valid_from", "valid_to", "counted",
    "declared_indirect", "components", "derived_from", "holder_role", "sources",
)  # fmt: skip
_PROOFS: Final = ("key", "sources")
_PARTY_TYPES: Final = ("Company", "Person", "Concert")
CONTROL_FIELDS: Final = ("key", "interest", "direct", "suspected", "valid_from", "valid_to", "sources")
CONCERT_FIELDS: Final = ("company_id", "valid_from", "valid_to")


def read_ownership(reader: Reading, proofs: bool = True) -> OwnershipTables:
    """All parties, holdings, declared control, concerts and `SAME_AS` pairs; `proofs`: see `GraphStore.ownership`.

    Relationships are read by the engine's own numbers of their ends where it has such: a text for each end of each
    row takes most of the time otherwise, and for a type without rows all of it.
    """
    read = {name: _parties(reader, name, proofs) for name in _PARTY_TYPES}
    read = {name: _with_reasons(reader, name, frame) for name, frame in read.items()}
    # In one piece: taking texts here and there from pieces takes twenty times as long.
    parties = pl.concat([frame.drop("place", strict=False) for frame in read.values()], rechunk=True)
    places = _Places.of(read, parties["id"])
    fields = [f for f in OWNS_FIELDS if proofs or f not in _PROOFS]
    holdings, ends = _rels(reader, "OWNS", fields, ("holder_id", "company_id"), places)
    same_as = _rels(reader, "SAME_AS", ("by",), ("from_id", "to_id"), places)[0]
    if not proofs and same_as.height and (holdings["list_kind"] == "changes").any():
        # Changes of a company under two ids follow on one another, and which rows are one change their source says.
        fields = [f for f in OWNS_FIELDS if f != "key"]
        holdings, ends = _rels(reader, "OWNS", fields, ("holder_id", "company_id"), places)
    return OwnershipTables(
        parties=parties,
        holdings=holdings,
        control=_rels(reader, "EXERCISES_CONTROL", CONTROL_FIELDS, ("holder_id", "company_id"), places)[0],
        concerts=_rels(reader, "MEMBER_OF_CONCERT", CONCERT_FIELDS, ("party_id", "concert_id"), places)[0],
        same_as=same_as,
        ends=ends,
    )


def _parties(reader: Reading, type_name: str, named: bool) -> pl.DataFrame:
    place = reader.dialect.place_of("n")
    columns = [Column("id", "n.id", pl.String())]
    if place is not None:
        columns.append(Column("place", place, pl.Int64()))
    if named:
        columns.append(Column("name", "n.name", pl.String(), nullable=True))
    if type_name == "Company":
        columns.append(Column("kind", "n.kind", pl.String(), nullable=True))
    frame = reader.scan(f"MATCH (n:{type_name})", columns, _LONG)
    blank = [pl.lit("").alias(name) for name in ("name", "kind") if name not in frame.columns]
    return frame.with_columns(blank).select(
        *([] if place is None else ["place"]),
        "id",
        pl.lit(type_name).alias("type"),
        "name",
        pl.col("kind").fill_null(""),
    )


def _with_reasons(reader: Reading, type_name: str, parties: pl.DataFrame) -> pl.DataFrame:
    """The same with why nobody names a party (`unnamed`): few are not, and their reasons are asked for alone."""
    none = pl.lit(None, pl.String).alias("unnamed")
    if type_name == "Concert" or not parties.select(OF_A_FILE.any()).item():
        return parties.with_columns(none)
    asked = (
        f"MATCH (n:{type_name}) WHERE n.flag IS NOT NULL AND n.name IS NULL RETURN n.id AS id, n.flag AS flag"
    )
    table = reader.query(asked, timeout=_LONG)
    if not table.num_rows:
        return parties.with_columns(none)
    flags = pl.DataFrame(pl.from_arrow(table))
    mine = parties.filter(pl.col("id").is_in(flags["id"].implode())).join(flags, on="id")
    why = mine.with_columns(unnamed=WHY_UNNAMED).drop_nulls("unnamed")
    return parties.with_columns(
        unnamed=pl.col("id").replace_strict(why["id"], why["unnamed"], default=None, return_dtype=pl.String)
    )


@dataclass(frozen=True)
class _Places:
    """Where the nodes of each type stand among all parties, by the engine's numbers; the ids of all parties."""

    row_of: Mapping[str, pl.Series]
    ids: pl.Series

    @classmethod
    def of(cls, parties: Mapping[str, pl.DataFrame], ids: pl.Series) -> _Places | None:
        """Places of parties that were read one type after the other; None where the engine has no numbers."""
        row_of: dict[str, pl.Series] = {}
        begin = 0
        for name, frame in parties.items():
            if "place" not in frame.columns:
                return None
            # The engine numbers the nodes of a type nearly without gaps.
            places = frame["place"].to_numpy()
            rows = np.zeros(int(places.max(initial=0)) + 1, dtype=np.int64)
            rows[places] = np.arange(begin, begin + frame.height)
            row_of[name] = pl.Series(rows)
            begin += frame.height
        return cls(row_of, ids)


def _split(sources: pl.Series) -> pl.Series:
    if not sources.null_count() and not sources.str.contains(SOURCE_SEPARATOR, literal=True).any():
        return sources.to_frame().select(pl.concat_list(pl.all())).to_series()
    return sources.str.split(SOURCE_SEPARATOR)


def _rels(
    reader: Reading, name: str, fields: Sequence[str], ends: tuple[str, str], places: _Places | None
) -> tuple[pl.DataFrame, pl.DataFrame | None]:
    """Rows of one relationship type, whatever its pairs: the ids of both ends (named `ends`), then `fields`.

    With them both ends (holder, company) as rows of all parties, where the engine numbers its nodes.
    """
    types = {f.name: POLARS_TYPES[f.physical] for f in rel_columns(REL_TYPES[name])}
    wanted = {f: types[f] for f in fields}
    parts = [_pair(reader, (name, *pair), wanted, places) for pair in REL_TYPES[name].pairs]
    rows, both = (pl.concat(frames, rechunk=True) for frames in zip(*parts, strict=True))
    if "sources" in fields:
        rows = rows.with_columns(_split(rows["sources"]))
    ids = [both[n] if places is None else places.ids.gather(both[n]) for n in both.columns]
    named = pl.DataFrame([i.alias(n) for n, i in zip(ends, ids, strict=True)]).hstack(rows)
    return named, None if places is None else both


def _pair(
    reader: Reading, rel: RelKey, types: Mapping[str, pl.DataType], places: _Places | None
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The relationships of one type between two types of nodes: their fields; their ends, as ids or as rows."""
    name, *sides = rel
    pattern = f"MATCH (a:{sides[0]})-[r:{name}]->(b:{sides[1]})"
    used = dict.fromkeys(types, True) if places is None else _stated(reader, pattern, list(types))
    ends = [
        Column(n, f"{v}.id", pl.String())
        if places is None
        else Column(n, reader.dialect.place_of(v) or "", pl.Int64())
        for n, v in (("holder", "a"), ("company", "b"))
    ]
    asked = [Column(f, f"r.{f}", types[f], nullable) for f, nullable in used.items()]
    rows = reader.scan(pattern, [*ends, *asked], _LONG)
    both = rows.select("holder", "company")
    if places is not None:
        both = pl.DataFrame(
            [places.row_of[t].gather(both[n]).alias(n) for n, t in zip(both.columns, sides, strict=True)]
        )
    empty = (pl.lit(None, type_).alias(f) for f, type_ in types.items() if f not in used)
    return rows.with_columns(empty).select(list(types)), both


def _stated(reader: Reading, pattern: str, fields: Sequence[str]) -> dict[str, bool]:
    """The fields that some row states, and whether others don't: most registers leave most fields empty."""
    asked = [f for f in fields if f != "key"]
    counts = ", ".join(["count(*)", *(f"count(r.{f})" for f in asked)])
    every, *found = reader.query(f"{pattern} RETURN {counts}", timeout=_LONG).to_pylist()[0].values()
    stated = {"key": every} | dict(zip(asked, found, strict=True))
    return {f: stated[f] != every for f in fields if stated[f]}
