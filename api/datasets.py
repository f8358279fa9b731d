"""The data as the service answers from them: ownership in memory and the index of names, for one fingerprint at a time."""

from __future__ import annotations

import gc
import threading
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import polars as pl
import structlog

from api.names import NameIndex
from api.reading.one_lot import LotStanding
from detectors.rules.values import LocalRules
from graph.current_ownership import current_ownership
from graph.in_play import is_current
from graph.penetration import Ownership
from graph.penetration.days import IntArray
from graph.stores import GraphStore
from graph.stores.errors import QueryCancelledError

_log = structlog.get_logger("lookthrough.datasets")


@dataclass(frozen=True)
class Dataset:
    """One state of the data. `newest_source`: when the newest batch was loaded (ISO, UTC); None where there is none."""

    fingerprint: str
    ownership: Ownership
    names: NameIndex
    standing: LotStanding
    newest_source: str | None

    def ids_of(self, node: int) -> list[str]:
        """The ids of a party (a node of the ownership) that has more than one, the best first; else none."""
        nodes, ids = self._joined
        first, last = np.searchsorted(nodes, [node, node + 1]).tolist()
        return ids[first:last].to_list()

    def canonical(self, id_: str) -> str:
        """The id that answers name a party by, given any of its ids; any other id as it is."""
        node = self.ownership.known_node(id_)
        if node is not None:
            return str(self.ownership.nodes["id"][node])
        return self.standing.canonical.get(id_, id_)

    def same_party(self, id_: str) -> list[str]:
        """All ids of the party that bears this one, sorted; itself alone where there is no other."""
        node = self.ownership.known_node(id_)
        known = () if node is None else self.ids_of(node)
        return sorted({id_, *known, *self.standing.same_party.get(id_, ())})

    @cached_property
    def _joined(self) -> tuple[IntArray, pl.Series]:
        """Those of the ownership's aliases whose party has more than one id, by node; few where it has millions."""
        aliases = self.ownership.aliases
        few = (
            aliases.clear()
            if aliases.height == self.ownership.nodes.height
            else aliases.filter(pl.len().over("node") > 1).sort("node", "rank", "id")
        )
        return few["node"].to_numpy().astype(np.int64), few["id"]


class Datasets:
    """Gives the data in use. After a load the next state is made in the background while the old one answers."""

    def __init__(self, store: GraphStore, folder: Path, rules: LocalRules):
        self._store, self._folder, self._rules = store, folder, rules
        self._current: Dataset | None = None
        self._making = threading.Lock()
        self._failed = ""

    def current(self) -> Dataset:
        """The data in use; made on the spot where there are none yet. May raise a `StoreError`."""
        known = self._current
        if known is None:
            with self._making:
                if self._current is None:
                    self._current = self._make()
                    self._prepare_soon(self._current)
                return self._current
        if self._store.fingerprint() != known.fingerprint:
            self.refresh_soon()
        return known

    def fingerprint(self) -> str:
        """The fingerprint of the data in use."""
        return self.current().fingerprint

    def refresh(self) -> Dataset:
        """Bring the data in use up to date and wait for it."""
        with self._making:
            if self._current is None or self._current.fingerprint != self._store.fingerprint():
                self._current = self._make()
                self._prepare_soon(self._current)
            return self._current

    def refresh_soon(self) -> None:
        """Bring the data in use up to date in the background; nothing where that is being done."""
        if self._making.locked():
            return
        threading.Thread(target=self._refresh_quietly, name="dataset", daemon=True).start()

    def _refresh_quietly(self) -> None:
        try:
            self.refresh()
        except Exception:
            _log.exception("dataset_failed")

    def _prepare_soon(self, made: Dataset) -> None:
        """Work out in the background what the first screening of a lot would wait for."""
        threading.Thread(target=self._prepare, args=(made,), name="standing", daemon=True).start()

    def _prepare(self, made: Dataset) -> None:
        try:
            with self._store.steady():
                if self._store.fingerprint() == made.fingerprint and is_current(self._store):
                    made.standing.prepare(self._store)
        except QueryCancelledError:
            # The service is being stopped.
            return
        except Exception:
            # The first screening asks for it itself then, and says what is wrong.
            _log.exception("standing_failed")
        _settle()

    def _make(self) -> Dataset:
        with self._store.steady():
            fingerprint = self._store.fingerprint()
            ownership = current_ownership(self._store)
            names = NameIndex.open(self._folder / "names.db", self._store, fingerprint)
            standing = LotStanding(self._store, self._rules)
            done = [b.loaded_at for b in self._store.batches() if b.state == "done"]
        return Dataset(fingerprint, ownership, names, standing, max(done, default=None))


def _settle() -> None:
    """Take what stands in memory now out of the collector's rounds until the next data come.

    It lasts as long as the data do, and a round through a national register's objects holds up all requests for a
    quarter of a second.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
