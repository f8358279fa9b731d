"""The ownership of a store as it stands, built once for what is loaded and mapped from then on.

What was laid out is kept beside an embedded store, in a folder named by the *ownership fingerprint*: the batches that
bear on who owns what, and the code that lays it out. A load of bids alone changes neither.
"""

from __future__ import annotations

import contextlib
import hashlib
import inspect
from collections.abc import Mapping
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Final

from graph.model import SCHEMA_VERSION
from graph.penetration import (
    Ownership,
    components,
    days,
    edges,
    identities,
    interest_rows,
    list_rows,
    mapped,
    ownership,
    rows,
    tables,
    text_order,
    trust_rows,
    undisclosed,
)
from graph.penetration.identities import IdentityMode
from graph.resolution import exits, investors, memberships, representatives, spans, steps
from graph.stores import ownership as reading
from graph.stores.contract import BatchRecord, GraphStore
from graph.stores.kept import OWNERSHIP, beside, forget_ownership, keep_aside, settled
from graph.stores.served import ServedStore

LAYING_OUT: Final = (
    components,
    days,
    edges,
    exits,
    identities,
    interest_rows,
    investors,
    list_rows,
    mapped,
    memberships,
    ownership,
    representatives,
    rows,
    spans,
    steps,
    tables,
    text_order,
    trust_rows,
    undisclosed,
    reading,
)
"""The modules that lay ownership out: what they left is not looked at once one of them has changed."""

_BEARING: Final = (
    "Company", "Person", "Concert", "Identifier", "Name",
    "OWNS", "EXERCISES_CONTROL", "MEMBER_OF_CONCERT", "IDENTIFIES", "NAMES", "SAME_AS",
)  # fmt: skip
"""Types whose rows, or whose absence, change who owns what."""
_LARGE: Final = 1_000_000
"""Shareholdings of one load from which on the first question after it would wait for more than a few seconds."""


def ownership_fingerprint(store: GraphStore) -> str:
    """Names what ownership is worked out from: equal where a load changed nothing that bears on it."""
    return _fingerprint(store.batches())


def laid_out(store: GraphStore, identity: IdentityMode = "standard") -> Ownership | None:
    """The ownership of an embedded store where it is laid out already for what is loaded; None where it is not."""
    kept_in = beside(store.url)
    if kept_in is None:
        return None
    settled(kept_in)
    return mapped.mapped(kept_in / f"{OWNERSHIP}{identity}-{ownership_fingerprint(store)}")


def worth_laying_out(counts: Mapping[str, int]) -> bool:
    """Is a load large enough to lay ownership out as its last step? `counts`: rows it stated, by type."""
    return counts.get("OWNS", 0) >= _LARGE


def lay_out(store: GraphStore) -> None:
    """Leave ownership laid out beside an embedded store, so that no question waits for it; a service sees to itself.

    Raises as `current_ownership` does.
    """
    kept_in = beside(store.url)
    if kept_in is not None and not isinstance(store, ServedStore):
        current_ownership(store)
        settled(kept_in)


def current_ownership(
    store: GraphStore, identity: IdentityMode = "standard", folder: Path | None = None
) -> Ownership:
    """The ownership of a store. `folder`: where it is kept; by default an embedded store's own, else nowhere.

    Never stale: what was laid out for other batches, or by other code, is not looked at. While a load is open nothing
    is kept. Raises `OwnershipError`, a `StoreError`.
    """
    kept_in = folder if folder is not None else beside(store.url)

    def again(mode: IdentityMode) -> Ownership:
        return current_ownership(store, mode, folder)

    with store.steady():
        before = store.batches()
        name = f"{OWNERSHIP}{identity}-{_fingerprint(before)}"
        if kept_in is not None:
            settled(kept_in)
        if kept_in is not None and (found := mapped.mapped(kept_in / name)) is not None:
            return replace(found, again=again)
        # The tables are let go: laid out under another identity, they are read again.
        built = replace(Ownership.build(store.ownership(), identity), again=again)
        # A server can't hold a state still: there a load may have ended while its rows were read.
        whole = _settled(before) and store.batches() == before
    if kept_in is not None and whole:
        keep_aside(kept_in, partial(_keep, built, kept_in, name))
    return built


def _keep(built: Ownership, folder: Path, name: str) -> None:
    # A full disk, or a folder that may only be read, costs time and nothing else.
    with contextlib.suppress(OSError):
        forget_ownership(folder, name, built.identity)
        mapped.keep(built, folder / name)


def _settled(batches: list[BatchRecord]) -> bool:
    return all(b.state == "done" for b in batches)


def _fingerprint(batches: list[BatchRecord]) -> str:
    # With the time of loading: a batch taken back and loaded again by other code may have been read otherwise.
    bearing = sorted(
        f"{b.id} {b.loaded_at}"
        for b in batches
        if b.state == "done" and (b.snapshot or not b.counts.keys().isdisjoint(_BEARING))
    )
    return hashlib.sha256("\n".join([str(SCHEMA_VERSION), _code(), *bearing]).encode()).hexdigest()[:16]


@cache
def _code() -> str:
    """Names the code that lays ownership out."""
    digest = hashlib.sha256()
    for module in LAYING_OUT:
        digest.update(inspect.getsource(module).encode())
    return digest.hexdigest()
