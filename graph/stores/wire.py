"""What travels between a process that holds a store and one that uses it: JSON and Arrow, nothing that runs.

A message is one JSON object and any number of tables after it (Arrow's streaming format), each in a packet of its
own. Whoever reads one never unpickles anything.
"""

from __future__ import annotations

import dataclasses
import io
import json
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from typing import Any, Final

import polars as pl
import pyarrow as pa

from graph.penetration.tables import OwnershipTables
from graph.records import Extract, RefusedBid, RefusedTie, RelKey, Snapshot, SourceFile
from graph.resolution.same_party import NameMatches
from graph.stores import errors
from graph.stores.contract import Applied, BatchRecord
from graph.stores.errors import StoreError

PROTOCOL: Final = 5
"""Changes with the messages; two processes of different versions must notice."""

Frames = Sequence[pl.DataFrame | pa.Table]
Message = tuple[dict[str, Any], list[pa.Table]]

_OWNERSHIP: Final = ("parties", "holdings", "control", "concerts", "same_as")


def send(peer: Connection, header: Mapping[str, Any], frames: Frames = ()) -> None:
    """Send one message. Raises `OSError` when the peer is gone."""
    text = json.dumps({**header, "frames": len(frames)}, ensure_ascii=False)
    peer.send_bytes(text.encode())
    for frame in frames:
        peer.send_bytes(_packed(frame))


def receive(peer: Connection) -> Message:
    """The next message. Raises `EOFError` or `OSError` when the peer is gone."""
    header = json.loads(peer.recv_bytes())
    tables = [pa.ipc.open_stream(peer.recv_bytes()).read_all() for _ in range(header["frames"])]
    return header, tables


def _packed(frame: pl.DataFrame | pa.Table) -> bytes:
    table = frame if isinstance(frame, pa.Table) else frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    out = io.BytesIO()
    with pa.ipc.new_stream(out, table.schema) as writer:
        writer.write_table(table)
    return out.getvalue()


def frame_of(table: pa.Table) -> pl.DataFrame:
    """A received table as a frame."""
    return pl.DataFrame(pl.from_arrow(table))


# --- records of a load ---
def packed_extract(extract: Extract) -> tuple[dict[str, Any], list[pl.DataFrame]]:
    """Header and frames of a load's records."""
    nodes = [(name, f) for name, frames in extract.nodes.items() for f in frames]
    rels = [(rel, f) for rel, frames in extract.rels.items() for f in frames]
    header = {
        "dataset": extract.dataset,
        "files": [dataclasses.asdict(f) for f in extract.files],
        "snapshot": dataclasses.asdict(extract.snapshot) if extract.snapshot else None,
        "options": extract.options,
        "nodes": [name for name, _ in nodes],
        "rels": [list(rel) for rel, _ in rels],
    }
    return header, [f for _, f in (*nodes, *rels)]


def extract_of(header: Mapping[str, Any], tables: Sequence[pa.Table]) -> Extract:
    """The records of a load, as they were sent. Raises `RecordError` where they don't fit the model."""
    stated = header["snapshot"]
    snapshot = Snapshot(stated["date"], tuple(stated["tables"]), stated["scope"]) if stated else None
    files = [
        SourceFile(
            **{
                **f,
                "refused_bids": tuple(map(RefusedBid.of_json, f["refused_bids"])),
                "refused_ties": tuple(map(RefusedTie.of_json, f["refused_ties"])),
            }
        )
        for f in header["files"]
    ]
    extract = Extract(header["dataset"], files, snapshot=snapshot, options=header["options"])
    names, rels = header["nodes"], header["rels"]
    for name, table in zip(names, tables[: len(names)], strict=True):
        extract.add_node(name, frame_of(table))
    for (name, start, end), table in zip(rels, tables[len(names) :], strict=True):
        extract.add_rel(name, start, end, frame_of(table))
    return extract


def packed_derived(frames: Sequence[tuple[RelKey, pl.DataFrame]]) -> tuple[list[RelKey], list[pl.DataFrame]]:
    """Keys and frames of derived relationships."""
    return [rel for rel, _ in frames], [f for _, f in frames]


def derived_of(
    rels: Sequence[Sequence[str]], tables: Sequence[pa.Table]
) -> list[tuple[RelKey, pl.DataFrame]]:
    """Derived relationships, as they were sent."""
    return [((r[0], r[1], r[2]), frame_of(t)) for r, t in zip(rels, tables, strict=True)]


# --- answers ---
def packed_applied(applied: Applied) -> tuple[dict[str, Any], list[pl.DataFrame]]:
    """Header and frames of what a load did."""
    names = applied.names
    header = {
        "batch_id": applied.batch_id,
        "counts": dict(applied.counts),
        "one": names.one if names else None,
    }
    return header, [names.several, names.none, names.partial] if names else []


def applied_of(header: Mapping[str, Any], tables: Sequence[pa.Table]) -> Applied:
    """What a load did, as it was sent."""
    names = NameMatches(header["one"], *map(frame_of, tables)) if tables else None
    return Applied(header["batch_id"], header["counts"], names)


def packed_ownership(tables: OwnershipTables) -> list[pl.DataFrame]:
    """The frames of the ownership side."""
    return [getattr(tables, name) for name in _OWNERSHIP]


def ownership_of(tables: Sequence[pa.Table]) -> OwnershipTables:
    """The ownership side, as it was sent."""
    return OwnershipTables(**{n: frame_of(t) for n, t in zip(_OWNERSHIP, tables, strict=True)})


def packed_batches(batches: Sequence[BatchRecord]) -> list[dict[str, Any]]:
    """Batches as JSON."""
    return [dataclasses.asdict(b) for b in batches]


def batches_of(rows: Sequence[Mapping[str, Any]]) -> list[BatchRecord]:
    """Batches, as they were sent."""
    return [
        BatchRecord(**{**r, "snapshot_tables": tuple(r["snapshot_tables"]), "files": tuple(r["files"])})
        for r in rows
    ]


# --- errors ---
_PLAIN: Final[dict[str, type[Exception]]] = {
    "RuntimeError": RuntimeError,
    "ValueError": ValueError,
    "KeyError": KeyError,
    "TypeError": TypeError,
}


def packed_error(error: BaseException) -> dict[str, Any]:
    """An error as JSON: a store's own with its kind and both wordings, any other with its text."""
    if isinstance(error, StoreError):
        return {"kind": type(error).__name__, "zh": error.zh, "en": error.en}
    kind = next((k for k, t in _PLAIN.items() if isinstance(error, t)), "RuntimeError")
    return {"kind": kind, "text": str(error)}


def error_of(said: Mapping[str, Any]) -> Exception:
    """The error that was sent."""
    if "zh" not in said:
        return _PLAIN.get(said["kind"], RuntimeError)(said["text"])
    kind = getattr(errors, said["kind"], StoreError)
    known = isinstance(kind, type) and issubclass(kind, StoreError)
    error: StoreError = (kind if known else StoreError)(said["zh"], said["en"])
    return error
