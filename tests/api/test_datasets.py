"""The data in use: what a load leaves behind goes, whatever is kept out of the collector's rounds."""

from __future__ import annotations

import gc
import threading
import weakref
from pathlib import Path

from api.datasets import Datasets
from detectors.rules.values import NO_RULES
from graph.stores import open_store
from tests.graph.worlds import holdings


def settled() -> None:
    """Wait until what goes on behind an answer has ended."""
    for thread in threading.enumerate():
        if thread.name in ("standing", "dataset"):
            thread.join(timeout=60)


def test_the_data_before_a_load_are_let_go(tmp_path: Path) -> None:
    with open_store(tmp_path / "store") as store:
        store.apply(holdings("one.csv", [("local:A", "local:B", 0.6)]))
        datasets = Datasets(store, tmp_path, NO_RULES)
        try:
            before = weakref.ref(datasets.current().ownership)
            settled()
            assert gc.get_freeze_count() > 0
            assert datasets.current().ids_of(0) == []
            store.apply(holdings("two.csv", [("local:C", "local:B", 0.4)]))
            now = datasets.refresh()
            settled()
            assert before() is None
            assert now.ownership.known_node("local:C") is not None
            assert now.ownership.known_node("local:D") is None
        finally:
            gc.unfreeze()
