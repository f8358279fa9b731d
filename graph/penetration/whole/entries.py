"""Who stands above each company, and with how much: growing columns, a run of entries a company."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from graph.penetration.days import IntArray
from graph.penetration.edges import FloatArray

Depths = npt.NDArray[np.int32]
Marks = npt.NDArray[np.uint8]

LOW, HIGH = 0, 1
"""Columns of a share: its bounds. A register whose every share is exact has the first alone."""

LOW_CLOSED: Final = 1
HIGH_CLOSED: Final = 2
"""Marks of an entry: by this bound some way passes a closed block, and the share is only what does not."""


@dataclass(frozen=True)
class Entries:
    """Shares of holders in companies: `holder`, `company` (numbers), `share` (n × 1 or 2), `depth`, `marks`."""

    company: IntArray
    holder: IntArray
    share: FloatArray
    depth: Depths
    marks: Marks

    def __len__(self) -> int:
        return len(self.holder)

    def only(self, keep: npt.NDArray[np.bool_] | IntArray) -> Entries:
        """The entries marked, or at these places."""
        return Entries(
            self.company[keep], self.holder[keep], self.share[keep], self.depth[keep], self.marks[keep]
        )

    @staticmethod
    def joined(parts: list[Entries]) -> Entries:
        """All of these, one after the other; at least one."""
        return Entries(
            np.concatenate([p.company for p in parts]),
            np.concatenate([p.holder for p in parts]),
            np.concatenate([p.share for p in parts]),
            np.concatenate([p.depth for p in parts]),
            np.concatenate([p.marks for p in parts]),
        )

    def added_up(self, parties: int) -> Entries:
        """One entry a company and holder, sorted by both: shares added, the fewest links, all marks."""
        if not len(self):
            return self
        keys = self.company * parties + self.holder
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        first = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]])
        if len(first) == len(keys):
            return self.only(order)
        return Entries(
            self.company[order[first]],
            self.holder[order[first]],
            np.add.reduceat(self.share[order], first, axis=0),
            np.minimum.reduceat(self.depth[order], first),
            np.bitwise_or.reduceat(self.marks[order], first),
        )


class Solved:
    """Entries of the companies solved so far, found by company. Appending costs what is appended."""

    def __init__(self, parties: int, columns: int):
        self._first = np.zeros(parties, dtype=np.int64)
        self._count = np.zeros(parties, dtype=np.int64)
        self._filled = 0
        self._holder = np.empty(1024, dtype=np.int32)
        self._share = np.empty((1024, columns))
        self._depth = np.empty(1024, dtype=np.int32)
        self._marks = np.empty(1024, dtype=np.uint8)

    def add(self, entries: Entries) -> None:
        """Entries sorted by company, of companies not there yet."""
        begin, end = self._filled, self._filled + len(entries)
        if end > len(self._holder):
            room = max(end, 2 * len(self._holder))
            self._holder = np.resize(self._holder, room)
            self._share = np.resize(self._share, (room, self._share.shape[1]))
            self._depth = np.resize(self._depth, room)
            self._marks = np.resize(self._marks, room)
        self._holder[begin:end] = entries.holder
        self._share[begin:end] = entries.share
        self._depth[begin:end] = entries.depth
        self._marks[begin:end] = entries.marks
        companies, first, count = np.unique(entries.company, return_index=True, return_counts=True)
        self._first[companies] = begin + first
        self._count[companies] = count
        self._filled = end

    def counts(self, companies: IntArray) -> IntArray:
        """How many entries each of these has."""
        return self._count[companies]

    def of(self, companies: IntArray) -> tuple[IntArray, Entries]:
        """The entries of each company in turn, and for each entry the index into `companies`."""
        counts = self._count[companies]
        which = np.repeat(np.arange(len(companies), dtype=np.int64), counts)
        offset = np.arange(len(which), dtype=np.int64) - np.repeat(np.cumsum(counts) - counts, counts)
        at = self._first[companies][which] + offset
        found = Entries(
            companies[which],
            self._holder[at].astype(np.int64),
            self._share[at],
            self._depth[at],
            self._marks[at],
        )
        return which, found
