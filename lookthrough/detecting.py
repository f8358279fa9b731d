"""Running the detectors on a store: what is in play is brought up to date first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from detectors.definition import Detector
from detectors.registry import DETECTORS
from detectors.runner import Run, run
from graph.in_play import is_current, put_in_play
from graph.stores import GraphStore

Progress = Callable[[str, int, int], None]


def detect(store: GraphStore, wanted: Sequence[Detector], progress: Progress | None = None) -> Run:
    """Findings of the wanted detectors. The store must be open for writing unless what is in play is current."""
    if any(d.in_play for d in wanted) and not is_current(store):
        put_in_play(store, progress)
    ids = {d.id for d in wanted}
    # A stronger tier runs beside a weaker one, so that the weaker need not repeat it; then it is left out again.
    stronger = {other for d in wanted for other in d.yields_to}
    found = run(store, [d for d in DETECTORS if d.id in ids | stronger], progress=progress)
    return replace(
        found,
        findings=tuple(f for f in found.findings if f.detector in ids),
        undecided=tuple(u for u in found.undecided if u[0] in ids),
        population={k: v for k, v in found.population.items() if k in ids},
        missing={k: v for k, v in found.missing.items() if k in ids},
    )


def detect_lot(
    store: GraphStore, lot: str, wanted: Sequence[Detector], progress: Progress | None = None
) -> Run:
    """Findings and gaps of one lot."""
    found = detect(store, wanted, progress)
    return replace(
        found,
        findings=tuple(f for f in found.findings if f.scope_id == lot),
        undecided=tuple(u for u in found.undecided if u[1].scope_id == lot),
    )
