"""The name of a state of the data: equal sets of batches give equal fingerprints, on any engine."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from graph.model import SCHEMA_VERSION


def fingerprint_of(batches: Iterable[str]) -> str:
    """Of the data that these finished batches (by id) make."""
    return hashlib.sha256("\n".join([str(SCHEMA_VERSION), *sorted(batches)]).encode()).hexdigest()[:16]
