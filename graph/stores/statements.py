"""From the rows of an extract to what a store keeps: keys, statements, resolved fields.

* A stated relationship's key is a hash of its type, its ends and everything stated of it, so that the same row
  met twice is one relationship with two sources.
* A node keeps every statement made about it. Its fields follow from the statements alone: the latest observed
  statement that says anything wins; among equals the smallest value, of a deadline or an opening the latest: they are
  put off, not brought forward. No rule knows an order of loads.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from itertools import repeat
from typing import Any, Final

import polars as pl

from graph.model import NODE_TYPES, REL_TYPES
from graph.records import POLARS_TYPES, Extract, RelKey
from graph.stores.folding import SOURCE_SEPARATOR as SOURCE_SEPARATOR
from graph.stores.folding import folded

NAMED_BY: Final = ("name", "id_masked")
"""The fields by which a party known by name alone is told from others."""
_SEPARATOR: Final = "\x1f"
_EMPTY: Final = "\x00"
_PART: Final = 100_000
"""Rows at a time."""
_PUT_OFF: Final = frozenset({("Tender", "bid_deadline"), ("Tender", "opened_on")})
"""What a later notice puts off: of several values the latest counts, beside dated statements that of undated ones too."""
_PEOPLE: Final = frozenset({("Household", "people"), ("Benefit", "people"), ("Benefit", "repeated")})
"""Of several numbers in equally new lists the largest counts: who is paid for (保障人口) is part of who lives there (家庭人口), and
a list may name some of its members alone."""


@dataclass(frozen=True, slots=True)
class StatedRows:
    """One batch, ready to be applied; who applies it takes the frames out as they are written.

    `nodes[type]`: one row a statement: id, fields, observed_on, sources ("batch:file#sheet#row").
    `rels[key]`: one row a stated relationship: key, from_id, to_id, dataset, dates, fields, sources.
    """

    batch_id: str
    dataset: str
    nodes: dict[str, pl.DataFrame]
    rels: dict[RelKey, pl.DataFrame]

    @property
    def rows(self) -> int:
        """How many statements and relationships in all."""
        return sum(f.height for f in self.nodes.values()) + sum(f.height for f in self.rels.values())


def stated_rows(extract: Extract) -> StatedRows:
    """Fold equal statements, add keys and the batch's id to every source."""
    batch = extract.batch_id
    nodes = {name: _node_statements(name, frame, batch) for name, frame in extract.node_frames()}
    rels = {rel: _relationships(rel, frame, batch, extract.dataset) for rel, frame in extract.rel_frames()}
    return StatedRows(batch, extract.dataset, nodes, rels)


def _node_statements(type_name: str, frame: pl.DataFrame, batch: str) -> pl.DataFrame:
    """One row a node where the batch does not contradict itself, else one a distinct statement."""
    every = [f.name for f in NODE_TYPES[type_name].stated_fields]
    # Columns that are empty throughout can't tell statements apart; leaving them out of the work halves it.
    said = [f for f in ("observed_on", *every) if frame[f].null_count() < frame.height]
    silent = [f for f in ("observed_on", *every) if f not in said]
    empty = [pl.lit(None, frame.schema[f]).alias(f) for f in silent]
    stated = frame.select("id", *said, source=pl.lit(batch + ":") + pl.col("source"))
    statements = folded(stated, said)
    if type_name == "Tender" and "opened_on" in said:
        statements = _each_opening(statements, stated, said)
    if type_name == "Bid":
        statements = _of_those_handed_in(statements)
    return statements.with_columns(empty).select("id", "observed_on", *every, "sources")


def _each_opening(statements: pl.DataFrame, stated: pl.DataFrame, said: list[str]) -> pl.DataFrame:
    """`statements` of tenders, with every source of those opened on several days: on which one a bid was, its row says."""
    days = statements.group_by("id").agg(n=pl.col("opened_on").drop_nulls().str.head(10).n_unique())
    several = days.filter(pl.col("n") > 1)["id"]
    if several.is_empty():
        return statements
    of_several = pl.col("id").is_in(several.implode())
    each = (
        stated.filter(of_several)
        .group_by("id", *said, maintain_order=True)
        .agg(sources=pl.col("source").unique().sort().str.join(SOURCE_SEPARATOR))
    )
    return pl.concat([statements.filter(~of_several), each.select(statements.columns)])


def _relationships(rel: RelKey, frame: pl.DataFrame, batch: str, dataset: str) -> pl.DataFrame:
    fields = [f.name for f in REL_TYPES[rel[0]].stated_fields]
    stated = ["from_id", "to_id", "observed_on", "stated_from", "stated_to", *fields]
    parts = [_as_text(frame, name) for name in stated]
    prefix = _SEPARATOR.join((*rel, dataset))
    text = frame.select(pl.concat_str(pl.lit(prefix), *parts, separator=_SEPARATOR)).to_series()
    keyed = frame.with_columns(
        key=pl.Series("key", _hashes(text), pl.String),
        source=pl.lit(batch + ":") + pl.col("source"),
    )
    if keyed["key"].n_unique() < keyed.height:
        first = keyed.unique(subset="key", keep="first", maintain_order=True).drop("source")
        sources = keyed.group_by("key").agg(
            sources=pl.col("source").unique().sort().str.join(SOURCE_SEPARATOR)
        )
        keyed = first.join(sources, on="key", how="left", maintain_order="left")
    else:
        keyed = keyed.rename({"source": "sources"})
    return keyed.with_columns(dataset=pl.lit(dataset)).select(
        "key", "from_id", "to_id", "dataset", "observed_on", "stated_from", "stated_to", *fields, "sources"
    )


def _as_text(frame: pl.DataFrame, name: str) -> pl.Expr:
    dtype = frame.schema[name]
    column = pl.col(name)
    if isinstance(dtype, pl.List):
        column = column.list.join(",")
    elif dtype != pl.String:
        column = column.cast(pl.String)
    return column.fill_null(_EMPTY)


def _hashes(texts: pl.Series) -> list[str]:
    # In parts: as Python's own texts they take several times what the column does.
    parts = (texts.slice(start, _PART).to_list() for start in range(0, texts.len(), _PART))
    return [blake2b(t.encode(), digest_size=16).hexdigest() for part in parts for t in part]


# --- A node's statements, kept with the node --------------------------------------------------------------
# A statement: {"s": its sources, "d": data set, "o": observed_on, "v": {field: value}}. A node that one batch
# speaks of without contradiction or date keeps none: its fields and sources say the same.


def statements_of(type_name: str, row: dict[str, Any], datasets: dict[str, str]) -> list[dict[str, Any]]:
    """All statements about one stored node. `datasets` maps batch ids to data sets."""
    if row["stated"]:
        return [json.loads(text) for text in row["stated"]]
    values = _values(type_name, row)
    sources = row["sources"].split(SOURCE_SEPARATOR)
    return [{"s": sources, "d": datasets.get(batch_of(sources[0])), "o": None, "v": values}]


def new_statements(type_name: str, statements: pl.DataFrame, dataset: str) -> dict[str, list[dict[str, Any]]]:
    """The statements of a batch, by node id."""
    by_id: dict[str, list[dict[str, Any]]] = {}
    for row in statements.iter_rows(named=True):
        said = {
            "s": row["sources"].split(SOURCE_SEPARATOR),
            "d": dataset,
            "o": row["observed_on"],
            "v": _values(type_name, row),
        }
        by_id.setdefault(row["id"], []).append(said)
    return by_id


def _values(type_name: str, row: dict[str, Any]) -> dict[str, Any]:
    return {f.name: row[f.name] for f in NODE_TYPES[type_name].stated_fields if row[f.name] is not None}


def batch_of(source: str) -> str:
    """The batch a stored source belongs to."""
    return source.partition(":")[0]


def resolved(type_name: str, id_: str, statements: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """One node as stored: fields resolved from its statements, the statements, their sources."""
    ordered = sorted(statements, key=lambda s: (s["s"], s["o"] or "", str(sorted(s["v"].items()))))
    row: dict[str, Any] = {"id": id_}
    for field in NODE_TYPES[type_name].stated_fields:
        said = [(s["o"] or "", s["v"][field.name]) for s in ordered if field.name in s["v"]]
        said = _telling(type_name, field.name, said)
        if (type_name, field.name) == ("Bid", "status"):
            said = _handed_in(said, ordered)
        newest = max((o for o, _ in said), default="")
        if (type_name, field.name) in _PUT_OFF:
            row[field.name] = max((v for o, v in said if o in (newest, "")), default=None)
        else:
            of_several = max if (type_name, field.name) in _PEOPLE else min
            row[field.name] = of_several((v for o, v in said if o == newest), default=None)
    sources = sorted({source for s in ordered for source in s["s"]})
    plain = len(ordered) == 1 and ordered[0]["o"] is None
    row["stated"] = None if plain else [_json(s) for s in ordered]
    row["sources"] = SOURCE_SEPARATOR.join(sources)
    return row


def _telling(type_name: str, field: str, said: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """A shareholder list calls a fund, a listed company or a state body just 企业法人: that says less, however new."""
    if (type_name, field) != ("Company", "kind"):
        return said
    for vague in ("unknown", "company"):
        said = [(o, v) for o, v in said if v != vague] or said
    return said


_NEVER_BID: Final = "not_submitted"
_OF_BIDS: Final = ("amount", "rate", "rank")
"""What is said of bids that were handed in alone."""


def _handed_in(said: list[tuple[str, Any]], statements: list[dict[str, Any]]) -> list[tuple[str, Any]]:
    """A bid that any row ranks, or states the price of, was handed in, though a result says 弃标 of it."""
    if not any(v == _NEVER_BID for _, v in said):
        return said
    if not any(s["v"].get(name) for s in statements for name in _OF_BIDS):
        return said
    return [(o, v) for o, v in said if v != _NEVER_BID]


def _of_those_handed_in(bids: pl.DataFrame) -> pl.DataFrame:
    """The same of statements of bids that one batch's rows make together."""
    told = [pl.col(name) > 0 for name in _OF_BIDS if name in bids.columns]
    if "status" not in bids.columns or not told:
        return bids
    never = (pl.col("status") == _NEVER_BID) & pl.any_horizontal(told).fill_null(False)
    return bids.with_columns(status=pl.when(~never.fill_null(False)).then("status"))


_json: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


def new_nodes(type_name: str, statements: pl.DataFrame, dataset: str) -> pl.DataFrame:
    """Nodes as stored, from the statements of one batch, for nodes no other batch speaks of."""
    several = statements["id"].is_duplicated()
    dated = statements["observed_on"].is_not_null() & ~several
    fields = [f.name for f in NODE_TYPES[type_name].stated_fields]
    stated = pl.lit(None, pl.List(pl.String)).alias("stated")
    frames = [statements.filter(~several & ~dated).select("id", *fields, stated, "sources")]
    if dated.any():
        frames.append(_dated_once(statements.filter(dated), fields, dataset))
    if several.any():
        told = new_statements(type_name, statements.filter(several), dataset)
        frames.append(node_frame(type_name, [resolved(type_name, i, s) for i, s in told.items()]))
    return pl.concat(frames)


def _dated_once(statements: pl.DataFrame, fields: list[str], dataset: str) -> pl.DataFrame:
    """Nodes of one dated statement each, which says what the fields hold: what is left is to keep it, with its date."""
    said = [f for f in fields if statements[f].null_count() < statements.height]
    values = zip(*(statements[f].to_list() for f in said), strict=True) if said else repeat(())
    texts = [
        [
            _json(
                {
                    "s": sources.split(SOURCE_SEPARATOR),
                    "d": dataset,
                    "o": observed_on,
                    "v": {f: v for f, v in zip(said, row, strict=True) if v is not None},
                }
            )
        ]
        for sources, observed_on, row in zip(
            statements["sources"].to_list(), statements["observed_on"].to_list(), values, strict=False
        )
    ]
    stated = pl.Series("stated", texts, pl.List(pl.String))
    # As `resolved` gives them, whatever their order in the batch.
    sources = pl.col("sources").str.split(SOURCE_SEPARATOR).list.sort().list.join(SOURCE_SEPARATOR)
    return statements.select("id", *fields, stated, sources)


def node_frame(type_name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Resolved rows as a frame with the stored columns that sources decide."""
    schema: dict[str, pl.DataType] = {"id": pl.String()}
    schema |= {f.name: POLARS_TYPES[f.physical] for f in NODE_TYPES[type_name].stated_fields}
    schema |= {"stated": pl.List(pl.String()), "sources": pl.String()}
    return pl.DataFrame(rows, schema=schema, orient="row") if rows else pl.DataFrame(schema=schema)


def listed(column: str) -> pl.Expr:
    """The sources of a column, one by one."""
    return pl.col(column).str.split(SOURCE_SEPARATOR)


def joined(sources: pl.Expr) -> pl.Expr:
    """Sources as they are stored: each once, in order, in one text."""
    return sources.list.unique().list.sort().list.join(SOURCE_SEPARATOR)
