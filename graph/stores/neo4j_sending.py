"""Rows on their way to a server: chunk by chunk, two chunks at a time where they share no node.

One connection keeps one core of a server busy. Two that create relationships of the same node lock each other, and one
of them has to begin again; so relationships are written in rounds whose parts have no node in common.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import neo4j
import polars as pl

from graph.stores.neo4j_connection import Connection

CHUNK: Final = 10_000
"""Rows of one transaction."""
_WORTH: Final = 4 * CHUNK
"""From so many rows on a second connection pays."""
_BUCKETS: Final = 4
_ROUNDS: Final = (
    ((0, 0), (1, 1)),
    ((2, 2), (3, 3)),
    ((0, 1), (2, 3)),
    ((0, 2), (1, 3)),
    ((0, 3), (1, 2)),
)
"""Every pair of buckets once; the pairs of one round have no bucket in common."""

Part = pl.DataFrame
Send = Callable[[neo4j.Session, pl.DataFrame], None]
"""Writes one chunk, in a transaction of its own."""


def halves(frame: pl.DataFrame) -> list[list[Part]]:
    """Nodes, of which none is there twice: one round."""
    if frame.height < _WORTH:
        return [[frame]]
    middle = frame.height // 2
    return [[frame.slice(0, middle), frame.slice(middle)]]


def apart(frame: pl.DataFrame) -> list[list[Part]]:
    """Relationships (`from_id`, `to_id`) in rounds: the parts of one round share no node.

    Each is sorted by the end that hubs share, so that a repeated chunk meets the locks in the same order.
    """
    ends = ["from_id", "to_id"]
    if frame.height < _WORTH:
        return [[frame.sort(ends)]]
    buckets = [pl.col(c).hash() % _BUCKETS for c in ends]
    cells = frame.with_columns(low=pl.min_horizontal(buckets), high=pl.max_horizontal(buckets)).partition_by(
        "low", "high", as_dict=True, include_key=False
    )
    return [[cells[pair].sort(ends) for pair in pairs if pair in cells] for pairs in _ROUNDS]


def send(connection: Connection, rounds: Iterable[Sequence[Part]], one: Send) -> None:
    """Write all parts, those of one round at the same time. What fails or is interrupted stops the rest."""
    stopped = threading.Event()

    def lane(part: Part) -> None:
        try:
            with connection.session() as session:
                for chunk in part.iter_slices(CHUNK):
                    if stopped.is_set():
                        return
                    one(session, chunk)
        except BaseException:
            stopped.set()
            raise

    with ThreadPoolExecutor(2, "sending") as pool:
        try:
            for parts in rounds:
                if len(parts) == 1:
                    lane(parts[0])
                    continue
                for done in [pool.submit(lane, part) for part in parts]:
                    done.result()
        except BaseException:
            # A Ctrl-C reaches this thread alone.
            stopped.set()
            raise
