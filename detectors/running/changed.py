"""Running the detectors over what loads changed: the lots they touched something around, seen from these lots."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from detectors.definition import Detector
from detectors.registry import DETECTORS
from detectors.rules.values import NO_RULES, LocalRules
from detectors.running.detecting import Progress, detect, detect_as_it_stands
from detectors.running.nearby import nearby
from detectors.running.on_the_spot import on_the_spot
from detectors.running.runner import Run
from detectors.running.standing import Standing
from graph.stores import GraphStore
from graph.stores.hops import types_named
from graph.stores.side_by_side import side_by_side
from graph.stores.touches import AT_NODES
from graph.touched import touched_since


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What a run over what changed covers: findings of other scopes, and of other detectors, stand as they were.

    `since`: the fingerprint of the data that were looked at before. `scopes`: (kind, id) of the lots and tenders looked
    at. `detectors`: those that looked at these alone. `standing`: those that nothing changed for.
    """

    since: str
    scopes: frozenset[tuple[str, str]]
    detectors: frozenset[str]
    standing: frozenset[str]

    def covers(self, detector: str, scope: tuple[str, str]) -> bool:
        """Could the run have found what this detector finds of this scope?"""
        if detector in self.standing:
            return False
        return detector not in self.detectors or scope in self.scopes

    def to_json(self) -> dict[str, Any]:
        """As recorded with the run."""
        return {
            "since": self.since,
            "scopes": [list(s) for s in sorted(self.scopes)],
            "detectors": sorted(self.detectors),
            "standing": sorted(self.standing),
        }


@dataclass(frozen=True, slots=True)
class ChangedRun:
    """`left`: wanted detectors that look at patterns over everything, and wait for the next run over everything."""

    run: Run
    narrowed: Narrowed
    left: tuple[str, ...]


def judged_in_scope(wanted: Sequence[Detector]) -> tuple[Detector, ...]:
    """Those that can be run over what changed: all but those about patterns over everything."""
    return tuple(d for d in wanted if not d.over_all)


def detect_changed(
    store: GraphStore,
    since: str,
    wanted: Sequence[Detector],
    rules: LocalRules = NO_RULES,
    progress: Progress | None = None,
) -> ChangedRun | None:
    """What a run over everything would find of the lots and tenders that loads touched since a run on the data `since`.

    Detectors of recipients, and an operator's own, run over everything where something of theirs may have changed. None
    where everything is to be looked at again: a batch was taken back, too much was touched, or something that bears on
    parties anywhere (debarments, kin, households, benefits). What stands above the lots' parties is worked out on the
    spot and not written: only for detectors of recipients must the store be open for writing.
    """
    with store.steady():
        touched = touched_since(store, since)
        if touched is None:
            return None
        scopes = frozenset({("lot", i) for i in touched.lots} | {("tender", i) for i in touched.tenders})
        product = {d.id for d in DETECTORS}
        able = judged_in_scope(wanted)
        bidding = [d for d in able if d.of_lots and d.id in product]
        of_lots = _asking_of(touched.types, bidding)
        others = [d for d in able if d not in bidding and (touched.recipients or d.id not in product)]
        standing = Standing(store)
        with side_by_side(store) as beside:
            near = nearby(store, touched.lots, standing.same_party, beside, touched.tenders)
            seen = on_the_spot(store, near, standing, beside)
            narrow = detect_as_it_stands(seen, of_lots, progress, rules, denominators=False)
    whole = detect(store, others, progress, rules) if others else None
    ran = frozenset(d.id for d in (*of_lots, *others))
    narrowed = Narrowed(
        since,
        scopes,
        frozenset(d.id for d in of_lots),
        frozenset(d.id for d in able if d.id not in ran),
    )
    left = tuple(d.id for d in wanted if d not in able)
    return ChangedRun(_together(narrow, whole, narrowed), narrowed, left)


_NODE: Final = re.compile(r"\(\w*(?::(\w+))?")
_EVERY: Final = frozenset(
    {"SUBMITS", "FOR_LOT", "LOT_OF", "SAME_AS", "IDENTIFIES", "NAMES", "Lot", "Bid", "Tender"}
)
"""What says who bids where and when, and which ids are one party: it stands in every proof, whatever is asked."""


def _asking_of(types: Collection[str], detectors: Sequence[Detector]) -> list[Detector]:
    """Those whose answers may differ where only relationships and nodes of some types changed."""
    if not _EVERY.isdisjoint(types):
        return list(detectors)
    asking = {d.id for d in detectors if any(_asks_of(types, query) for query in d.queries.values())}
    # A finding that a stronger one made superfluous comes back where that is gone, and the other way about.
    weaker = {d.id for d in detectors if not asking.isdisjoint(d.yields_to)}
    return [d for d in detectors if d.id in asking | weaker]


def _asks_of(types: Collection[str], query: str) -> bool:
    nodes = _NODE.findall(query)
    # A node without a label may be any party.
    return any(t in types for t in (*types_named(query), *nodes)) or (
        "" in nodes and any(t in AT_NODES for t in types)
    )


def _together(narrow: Run, whole: Run | None, narrowed: Narrowed) -> Run:
    findings = [f for f in narrow.findings if (f.scope_kind, f.scope_id) in narrowed.scopes]
    undecided = [u for u in narrow.undecided if (u[1].scope_kind, u[1].scope_id) in narrowed.scopes]
    if whole is None:
        return replace(narrow, findings=tuple(findings), undecided=tuple(undecided))
    together = sorted(
        [*findings, *whole.findings], key=lambda f: (f.scope_kind, f.scope_id, f.detector, f.fingerprint)
    )
    return replace(
        whole,
        findings=tuple(together),
        undecided=(*undecided, *whole.undecided),
        missing={**narrow.missing, **whole.missing},
        aliases={**narrow.aliases, **whole.aliases},
    )
