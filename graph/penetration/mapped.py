"""Ownership kept as Arrow files beside a store, so that a process maps what another has laid out.

Building reads every party and every row, and takes the better part of a minute for a national register; mapping the
files takes none of their bytes until they are asked for. A folder of files is whole or not there at all.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
import pyarrow as pa

from graph.penetration.edges import Edges
from graph.penetration.ownership import Holdings, Ownership
from graph.unfinished import folder_beside

_EDGES: Final = ("holding_edges", "control_edges")
_FRAMES: Final = (
    "nodes",
    "aliases",
    "control",
    "members",
    "lists",
    "unnamed",
    "unknown_interests",
    "in_trust",
)


def keep(ownership: Ownership, folder: Path) -> None:
    """Write ownership as the folder `folder` (which its owner alone may read), in place of one that is there.

    Raises `OSError` where it can't be written.
    """
    with folder_beside(folder, "made") as made:
        for name in _FRAMES:
            _write(made / f"{name}.arrow", getattr(ownership, name))
        for name in _EDGES:
            edges: Edges = getattr(ownership, name)
            if name == "control_edges" and edges is ownership.holding_edges:
                continue
            arrays = _arrays(edges)
            _write_arrays(made / f"{name}-pointer.arrow", {"pointer": arrays.pop("pointer")}, {})
            _write_arrays(made / f"{name}.arrow", arrays, {"nodes": str(edges.nodes)})
        said = {"identity": ownership.identity, "by_name": str(int(ownership.by_name))}
        _write_arrays(made / "holdings.arrow", _arrays(ownership.holdings), said)
        _write_arrays(made / "twice.arrow", {"twice": ownership.twice}, {})
        _write(made / "holdings-table.arrow", ownership.holdings.table)
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(folder)
        made.replace(folder)


def mapped(folder: Path) -> Ownership | None:
    """Ownership as it was kept in a folder; None where nothing whole is there."""
    try:
        holdings, said = _read_arrays(folder / "holdings.arrow")
        owning = _edges(folder, "holding_edges")
        # Where nothing but direct holdings bears on control, both are the same.
        apart = (folder / "control_edges.arrow").exists()
        return Ownership(
            identity="strict" if said["identity"] == "strict" else "standard",
            holdings=Holdings(**holdings, table=_read(folder / "holdings-table.arrow")),
            holding_edges=owning,
            control_edges=_edges(folder, "control_edges") if apart else owning,
            twice=_read_arrays(folder / "twice.arrow")[0]["twice"],
            by_name=said["by_name"] == "1",
            nodes=_read(folder / "nodes.arrow"),
            aliases=_read(folder / "aliases.arrow"),
            control=_read(folder / "control.arrow"),
            members=_read(folder / "members.arrow"),
            lists=_read(folder / "lists.arrow"),
            unnamed=_read(folder / "unnamed.arrow"),
            unknown_interests=_read(folder / "unknown_interests.arrow"),
            in_trust=_read(folder / "in_trust.arrow"),
        )
    except (OSError, KeyError, ValueError, TypeError):
        return None


def _arrays(of: Edges | Holdings) -> dict[str, Any]:
    every = {f.name: getattr(of, f.name) for f in fields(of)}
    return {name: value for name, value in every.items() if isinstance(value, np.ndarray)}


def _edges(folder: Path, name: str) -> Edges:
    arrays, said = _read_arrays(folder / f"{name}.arrow")
    pointer, _ = _read_arrays(folder / f"{name}-pointer.arrow")
    return Edges(**arrays, **pointer, nodes=int(said["nodes"]))


def _write(path: Path, frame: pl.DataFrame) -> None:
    _save(path, frame.rechunk().to_arrow(compat_level=pl.CompatLevel.newest()))


def _read(path: Path) -> pl.DataFrame:
    return pl.DataFrame(pl.from_arrow(_table(path)))


def _write_arrays(path: Path, arrays: Mapping[str, Any], said: Mapping[str, str]) -> None:
    # Booleans as bytes: bits would have to be unpacked, not mapped.
    columns = {n: a.view(np.uint8) if a.dtype == np.bool_ else a for n, a in arrays.items()}
    kinds = {n: str(a.dtype) for n, a in arrays.items()}
    told = {
        k.encode(): v.encode() for k, v in {**said, **{f"dtype {n}": d for n, d in kinds.items()}}.items()
    }
    _save(path, pa.table(columns).replace_schema_metadata(told))


def _read_arrays(path: Path) -> tuple[dict[str, Any], dict[str, str]]:
    table = _table(path)
    said = {k.decode(): v.decode() for k, v in (table.schema.metadata or {}).items()}
    arrays = {name: _mapped_array(table[name]).view(said[f"dtype {name}"]) for name in table.column_names}
    return arrays, said


def _mapped_array(column: pa.ChunkedArray) -> Any:
    """A column of numbers without gaps as it lies in the file. Arrow's own way there imports pandas first."""
    dtype = column.type.to_pandas_dtype()
    if not len(column):
        return np.empty(0, dtype=dtype)
    part = column.chunk(0)
    return np.frombuffer(part.buffers()[1], dtype=dtype)[part.offset : part.offset + len(part)]


def _save(path: Path, table: pa.Table) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as sink:
        with pa.ipc.new_file(sink, table.schema) as writer:
            writer.write_table(table)
        # Renamed before its bytes last, a file could be whole in length and empty in content after a power cut.
        sink.flush()
        os.fsync(sink.fileno())


def _table(path: Path) -> pa.Table:
    with pa.memory_map(os.fspath(path)) as source:
        return pa.ipc.open_file(source).read_all()
