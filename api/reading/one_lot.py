"""Screening one lot on a large store, seen from the lot: what a run over everything finds of it, and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cases import FindingFilter, Ledger
from detectors.definition import Detector
from detectors.finding import Finding
from detectors.question import Ends, Question
from detectors.registry import DETECTORS
from detectors.rules.values import LocalRules
from detectors.running.detecting import detect
from detectors.running.nearby import bidders_of
from detectors.running.one_lot import Screened, combined, look_at, lot_detectors
from detectors.running.runner import Run
from detectors.running.standing import Standing
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
                if isinstance(cypher, Question):
                    self.nothing(store, cypher)
                elif isinstance(cypher, Ends):
                    for end in (cypher.one, cypher.other):
                        self.whole(store, end)
                else:
                    self.whole(store, cypher)
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
        last = ledger.lasting(("lot", lot), wanted, rules, store.fingerprint())
        if last is not None:
            run, bidders = Run(last.findings, last.undecided, {}, last.missing), bidders_of(store, lot)
        else:
            run, near = look_at(store, standing, lot, wanted, rules)
            bidders = near.own
        market = standing.of_market(store, lot)
    parties = sorted({standing.canonical.get(c, c) for c in bidders})
    beside = [*market, *_patterns(ledger, parties)]
    return LotScreened(combined(run, lot, bidders, beside, own), last.run if last else None)


def _patterns(ledger: Ledger, parties: Sequence[str]) -> list[Finding]:
    """What was recorded of how these parties bid."""
    about = FindingFilter(detectors=_OVER_ALL, subjects=tuple(parties), found=True)
    recorded = ledger.findings(about, None, 1000) if parties else []
    return [r.finding for r in recorded if not set(parties).isdisjoint(r.finding.subjects)]
