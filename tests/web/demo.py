"""Worlds loaded and with their findings recorded, ready to be served without keys."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from api import Services
from cases import open_ledger
from detectors.registry import chosen
from detectors.rules.values import NO_RULES
from detectors.running.detecting import detect
from graph.stores import open_store
from loaders.identity import PersonKey
from loaders.loading import LoadOptions, load
from lookthrough.demo import write_world


@contextlib.contextmanager
def demo_world(folder: Path, explorer: Path) -> Iterator[Services]:
    """What a service on the demo world is made of, while the block runs."""
    with detected(folder, write_world(folder / "world").exports, explorer, "demo") as services:
        yield services


@contextlib.contextmanager
def detected(folder: Path, files: Path, explorer: Path, dataset: str = "main") -> Iterator[Services]:
    """What a service on these files is made of, once the detectors have run, while the block runs."""
    with contextlib.ExitStack() as held:
        store = held.enter_context(open_store(folder / "store", "write"))
        ledger = held.enter_context(open_ledger(f"sqlite:///{folder / 'ledger.db'}"))
        key = PersonKey.open(folder / "person.key")
        load(store, [files], LoadOptions(dataset), key, folder / "reports", lambda *_: None)
        found = detect(store, chosen(None))
        ledger.record_run(found, chosen(None), NO_RULES, store.fingerprint(), "tests")
        yield Services(
            store=store,
            ledger=ledger,
            person_key=key,
            folder=folder / "service",
            reports=folder / "reports",
            keys_required=False,
            web=explorer,
        )
