"""Screening one lot on a large store, seen from the lot: what a run over everything finds of it, and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from cases import FindingFilter, Ledger
from detectors.definition import Detector
from detectors.detecting import Screened, detect
from detectors.finding import Finding
from detectors.nearby import nearby, seen_from
from detectors.question import Question
from detectors.registry import DETECTORS
from detectors.rules import LocalRules
from detectors.stacking import stack
from detectors.standing import Standing
from graph.in_play import is_current, put_in_play
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


def screen_one_lot(
    store: GraphStore,
    standing: LotStanding,
    ledger: Ledger,
    lot: str,
    rules: LocalRules,
    own: Sequence[Detector],
) -> Screened:
    """What a run over everything finds of this lot; patterns of its bidders elsewhere as last recorded in the ledger."""
    if not is_current(store):
        put_in_play(store)
    wanted = lot_detectors(own)
    with store.steady():
        near = nearby(store, [lot], standing.same_party)
        found = detect(seen_from(store, near, standing), wanted, rules=rules, denominators=False)
    kept = tuple(f for f in found.findings if f.scope_id == lot)
    gaps = tuple(u for u in found.undecided if u[1].scope_id == lot)
    support = {d.id for d in wanted if d.support}
    own_findings = tuple(f for f in kept if f.detector not in support)
    parties = sorted({standing.canonical.get(c, c) for c in near.bidders})
    seen = {f.fingerprint: f for f in (*kept, *standing.of_market(store, lot), *_patterns(ledger, parties))}
    here = sorted({*near.own, *(s for f in own_findings for s in f.subjects)})
    scenes = {d.id: d.scene for d in (*DETECTORS, *own)}
    stacks = tuple(stack(tuple(seen.values()), lot, here, scenes))
    return Screened(replace(found, findings=own_findings, undecided=gaps), stacks)


def _patterns(ledger: Ledger, parties: Sequence[str]) -> list[Finding]:
    """What was recorded of how these parties bid."""
    if not ledger.findings(FindingFilter(detectors=_OVER_ALL, found=True), None, 1):
        return []
    return [
        record.finding
        for party in parties
        for record in ledger.findings(
            FindingFilter(detectors=_OVER_ALL, subject=party, found=True), None, 100
        )
    ]
