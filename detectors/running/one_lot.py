"""Screening one lot: its own findings and gaps, seen from the lot, and the combined view of its bidders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from detectors.definition import Detector
from detectors.finding import Finding
from detectors.registry import DETECTORS
from detectors.rules.values import NO_RULES, LocalRules
from detectors.running.detecting import Progress, detect_as_it_stands
from detectors.running.nearby import Nearby, nearby, seen_from
from detectors.running.on_the_spot import on_the_spot
from detectors.running.runner import Run
from detectors.running.stacking import Stack, stack
from detectors.running.standing import Standing
from graph.in_play import is_current
from graph.stores import GraphStore
from graph.stores.side_by_side import side_by_side


@dataclass(frozen=True, slots=True)
class Screened:
    """One lot: `run` holds its own findings and gaps, `stacks` the combined view, behaviour included."""

    run: Run
    stacks: tuple[Stack, ...]


def lot_detectors(own: Sequence[Detector]) -> tuple[Detector, ...]:
    """The detectors that can find something of one lot, an operator's own among them."""
    return tuple(d for d in (*DETECTORS, *own) if d.of_lots and not d.over_all)


def look_at(
    store: GraphStore,
    standing: Standing,
    lot: str,
    detectors: Sequence[Detector],
    rules: LocalRules,
    progress: Progress | None = None,
) -> tuple[Run, Nearby]:
    """What detectors find of one lot as the data are now, and what stands around it; nothing is written."""
    with store.steady(), side_by_side(store) as beside:
        near = nearby(store, [lot], standing.same_party, beside)
        current = is_current(store)
        seen = seen_from(store, near, standing) if current else on_the_spot(store, near, standing, beside)
        run = detect_as_it_stands(seen, detectors, progress, rules, denominators=False)
    findings = tuple(f for f in run.findings if f.scope_id == lot)
    undecided = tuple(u for u in run.undecided if u[1].scope_id == lot)
    return replace(run, findings=findings, undecided=undecided), near


def combined(
    run: Run, lot: str, bidders: Iterable[str], beside: Iterable[Finding], own: Sequence[Detector]
) -> Screened:
    """The lot with its combined view. `bidders`: as the bids state them; `beside`: patterns over other lots."""
    every = (*DETECTORS, *own)
    support = {d.id for d in every if d.support}
    mine = tuple(f for f in run.findings if f.detector not in support)
    found = {f.fingerprint: f for f in (*run.findings, *beside)}
    here = sorted({*bidders, *(s for f in mine for s in f.subjects)})
    stacks = stack(tuple(found.values()), lot, here, every)
    return Screened(replace(run, findings=mine), tuple(stacks))


def screen_lot(
    store: GraphStore,
    lot: str,
    progress: Progress | None = None,
    rules: LocalRules = NO_RULES,
    own: Sequence[Detector] = (),
) -> Screened:
    """Everything about one lot and its bidders; patterns of bidders over all lots are looked for now.

    `own`: an operator's own detectors. Raises `OwnershipError`, a `StoreError`.
    """
    with store.steady():
        run, near = look_at(store, Standing(store), lot, lot_detectors(own), rules, progress)
        patterns = [d for d in DETECTORS if d.of_lots and d.over_all]
        over_all = detect_as_it_stands(store, patterns, progress, rules, denominators=False)
    whole = replace(
        run,
        findings=(*run.findings, *(f for f in over_all.findings if f.scope_id == lot)),
        undecided=(*run.undecided, *(u for u in over_all.undecided if u[1].scope_id == lot)),
        missing={**run.missing, **over_all.missing},
        aliases={**run.aliases, **over_all.aliases},
    )
    return combined(whole, lot, near.own, over_all.findings, own)
