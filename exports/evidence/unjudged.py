"""What the detectors could not decide of a party for want of data: silence about it would read as if there were nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cases import Ledger
from cases.records import RunRecord
from cases.tables import canonical
from detectors.definition import Detector
from detectors.rules.values import LocalRules
from detectors.running.runner import Run

_PAGE: Final = 1000
_RUNS: Final = 100
_PAGES: Final = 10
"""Runs looked through, newest first: so many at a time, so many times."""


@dataclass(frozen=True, slots=True)
class Unjudged:
    """`gaps`: {"detector", "scope", "subjects", "missing"} of what names the party. `without_data`: ids of detectors
    that had no data at all to look at, with the kinds of data they lack."""

    gaps: tuple[Mapping[str, Any], ...]
    without_data: Mapping[str, tuple[str, ...]]


def unjudged_in_run(run: Run, party: str) -> Unjudged:
    """What a run that was just made could not decide of a party."""
    return _sorted((u.to_json(d) for d, u in run.undecided), dict(run.missing), party)


def unjudged_in_ledger(
    ledger: Ledger, detectors: Sequence[Detector], rules: LocalRules, party: str
) -> Unjudged | None:
    """What the last runs over everything could not decide of a party; None where the ledger has none by these rules.

    A run over what loads had changed tells of that alone: for the rest the runs before it stand. Each detector is told of
    by its own last runs, which need not be those of the others.
    """
    open_ = {d.id: (d.version, canonical(dict(rules.values(d)))) for d in detectors}
    gaps: list[Mapping[str, Any]] = []
    without: dict[str, tuple[str, ...]] = {}
    newer: dict[str, list[Mapping[str, Any]]] = {d: [] for d in open_}
    for run in _runs(ledger):
        ran = {i: (version, canonical(dict(run.parameters[i]))) for i, version in run.detectors.items()}
        telling = {d for d in open_ if run.scope is None and ran.get(d) == open_[d]}
        if not telling:
            continue
        for gap in _gaps(ledger, run.id, party):
            detector = gap["detector"]
            if detector in telling and not any(_covers(n, gap) for n in newer[detector]):
                gaps.append(gap)
        for detector in telling:
            if detector in run.missing and all(detector in n["standing"] for n in newer[detector]):
                without.setdefault(detector, tuple(run.missing[detector]))
            if run.narrowed is None:
                del open_[detector]
            else:
                newer[detector].append(run.narrowed)
        if not open_:
            return _sorted(gaps, without, party)
    return None


def _runs(ledger: Ledger) -> Iterator[RunRecord]:
    after: str | None = None
    for _ in range(_PAGES):
        page = ledger.runs(after, _RUNS)
        yield from page
        if len(page) < _RUNS:
            return
        after = page[-1].id


def _gaps(ledger: Ledger, run: str, party: str) -> Iterator[Mapping[str, Any]]:
    after = -1
    while page := ledger.undecided(run, after, _PAGE):
        yield from (gap for _, gap in page if _names(gap, party))
        after = page[-1][0]


def _names(gap: Mapping[str, Any], party: str) -> bool:
    return gap["scope"]["id"] == party or party in gap["subjects"]


def _covers(narrowed: Mapping[str, Any], gap: Mapping[str, Any]) -> bool:
    """Did a later run look again at what was a gap?"""
    detector, scope = gap["detector"], [gap["scope"]["kind"], gap["scope"]["id"]]
    if detector in narrowed["standing"]:
        return False
    return detector not in narrowed["detectors"] or scope in narrowed["scopes"]


def _sorted(
    gaps: Iterable[Mapping[str, Any]], without: Mapping[str, tuple[str, ...]], party: str
) -> Unjudged:
    told = sorted((g for g in gaps if _names(g, party)), key=canonical)
    return Unjudged(tuple(told), {d: tuple(without[d]) for d in sorted(without)})
