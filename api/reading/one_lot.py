"""Screening one lot on a large store, seen from the lot: what a run over everything finds of it, and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from cases import FindingFilter, Ledger
from detectors.definition import Detector
from detectors.detecting import Screened, detect, detect_as_it_stands
from detectors.finding import Finding
from detectors.nearby import bidders_of, nearby, seen_from
from detectors.on_the_spot import on_the_spot
from detectors.question import Question
from detectors.registry import DETECTORS
from detectors.rules import LocalRules
from detectors.runner import Run
from detectors.stacking import stack
from detectors.standing import Standing
from graph.in_play import is_current
from graph.stores import GraphStore

_OVER_ALL: Final = tuple(d.id for d in DETECTORS if d.over_all and not d.support)
"""What is about a firm's or a group's bids everywhere: the ledger has what the last run over everything found."""
_OF_MARKETS: Final = tuple(d.id for d in DETECTORS if d.over_all and d.support)
"""What holds a lot against all others of its market: worked out once for all lots."""


class LotStanding(Standing):
    """With it: what sets lots apart from the others of their market."""

    def __init__(self, store: GraphStore, rules: LocalRules):
        super().__init__(store)
        self._rules = rules
        self._market: dict[str, list[Finding]] | None = None
        self._asking = threading.Lock()

    def prepare(self, store: GraphStore) -> None:
        """Ask now what the first screening would have to wait for: seconds on a large store. Raises `StoreError`."""
        for detector in lot_detectors(()):
            if not self.present.issuperset(detector.needs):
                continue
            for cypher in detector.queries.values():
                if not isinstance(cypher, Question):
                    self.whole(store, cypher)
                else:
                    self.nothing(store, cypher)
        self.of_market(store, "")

    def of_market(self, store: GraphStore, lot: str) -> list[Finding]:
        """What sets a lot apart from the others of its market."""
        with self._asking:
            if self._market is None:
                found = detect(store, [d for d in DETECTORS if d.id in _OF_MARKETS], rules=self._rules)
                self._market = {}
                for one in found.findings:
                    self._market.setdefault(one.scope_id, []).append(one)
            return self._market.get(lot, [])


def lot_detectors(own: Sequence[Detector]) -> tuple[Detector, ...]:
    """The detectors that can find something of one lot, an operator's own among them."""
    return tuple(d for d in (*DETECTORS, *own) if d.of_lots and not d.over_all)


@dataclass(frozen=True, slots=True)
class LotScreened:
    """`recorded`: the run in the ledger that says so already; None where the lot was looked at afresh."""

    screened: Screened
    recorded: str | None


def screen_one_lot(
    store: GraphStore,
    standing: LotStanding,
    ledger: Ledger,
    lot: str,
    rules: LocalRules,
    own: Sequence[Detector],
) -> LotScreened:
    """What a run over everything finds of this lot: as recorded where a run over these very data is, else looked at now.

    Patterns of its bidders elsewhere are those last recorded in the ledger.
    """
    wanted = lot_detectors(own)
    with store.steady():
        fingerprint = store.fingerprint()
        last = ledger.lasting(lot, [d for d in wanted if not d.support], rules, fingerprint)
        if last is not None:
            run = Run(last.findings, last.undecided, {}, last.missing)
            bidders = bidders_of(store, lot)
        else:
            near = nearby(store, [lot], standing.same_party)
            seen = (seen_from if is_current(store) else on_the_spot)(store, near, standing)
            run = _of_lot(detect_as_it_stands(seen, wanted, rules=rules, denominators=False), lot)
            bidders = near.own
        market = standing.of_market(store, lot)
    support = {d.id for d in wanted if d.support}
    own_findings = tuple(f for f in run.findings if f.detector not in support)
    parties = sorted({standing.canonical.get(c, c) for c in bidders})
    found = {f.fingerprint: f for f in (*run.findings, *market, *_patterns(ledger, parties))}
    here = sorted({*bidders, *(s for f in own_findings for s in f.subjects)})
    scenes = {d.id: d.scene for d in (*DETECTORS, *own)}
    stacks = tuple(stack(tuple(found.values()), lot, here, scenes))
    return LotScreened(Screened(replace(run, findings=own_findings), stacks), last.run if last else None)


def _of_lot(run: Run, lot: str) -> Run:
    return replace(
        run,
        findings=tuple(f for f in run.findings if f.scope_id == lot),
        undecided=tuple(u for u in run.undecided if u[1].scope_id == lot),
    )


def _patterns(ledger: Ledger, parties: Sequence[str]) -> list[Finding]:
    """What was recorded of how these parties bid."""
    about = FindingFilter(detectors=_OVER_ALL, subjects=tuple(parties), found=True)
    return [record.finding for record in ledger.findings(about, None, 1000)] if parties else []
