"""Screening parties as if they bid together, with no tender loaded: the same detectors run as of any lot (`listed`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, cast

from api.reading.lacking import without_data
from api.reading.listed import SCOPE, ListedView
from api.reading.without_tender import gap_of_list, of_list
from detectors.definition import Detector
from detectors.registry import DETECTORS
from detectors.rules.values import LocalRules
from detectors.running.detecting import detect_as_it_stands
from detectors.running.runner import Run, UnknownDetectorError
from detectors.running.standing import Standing
from graph.stores import GraphStore
from graph.stores.side_by_side import side_by_side

_TIES: Final = frozenset(
    {
        "same-legal-representative", "bidder-controls-bidder", "common-controller", "common-beneficial-owner",
        "common-shareholder", "cross-holding", "concert-partners", "possible-same-person", "shared-officer",
        "related-persons", "shared-contact", "affiliate-of-debarred",
    }
)  # fmt: skip
"""Detectors of ties between parties; the others look at bids, prices or procedure, which are not there."""
_OF_ONE: Final = frozenset({"affiliate-of-debarred"})
"""Of these what they can say of one party alone; the others compare several."""


def screening_detectors(ids: Sequence[str]) -> tuple[Detector, ...]:
    """The detectors that can say something of parties alone: ties, not bids. Raises `UnknownDetectorError`."""
    able = {d.id: d for d in DETECTORS if d.id in _TIES}
    if not ids:
        return tuple(able.values())
    for id_ in ids:
        if id_ not in able:
            raise UnknownDetectorError(id_, list(able))
    return tuple(d for d in able.values() if d.id in set(ids))


def screen_parties(
    store: GraphStore,
    standing: Standing,
    parties: Sequence[str],
    as_of: str,
    detectors: Sequence[Detector],
    rules: LocalRules,
) -> Run:
    """Findings about parties (canonical ids of companies, one or more) on a day. The scope of each is `screening:parties`.

    What a detector needs and nothing was loaded of is undecided of all parties. Of one party alone only what needs no
    other is looked at. Raises `OwnershipError`, a `StoreError`.
    """
    if len(parties) < 2:
        detectors = [d for d in detectors if d.id in _OF_ONE]
    if not parties or not detectors:
        return Run((), (), {})
    with store.steady(), side_by_side(store) as beside:
        seen = cast(GraphStore, ListedView(store, standing, parties, as_of, beside))
        found = detect_as_it_stands(seen, detectors, rules=rules, denominators=False)
    here = tuple((d, gap_of_list(u)) for d, u in found.undecided if u.scope_id == SCOPE)
    return replace(
        found,
        findings=tuple(of_list(f) for f in found.findings if f.scope_id == SCOPE),
        undecided=(*here, *without_data(found.missing, ("lot", SCOPE), parties)),
        missing={},
    )


def not_screened(parties: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Those of the resolved parties that detectors do not look at, each with why: persons, as companies bid."""
    reason = {
        "zh": "人员不是投标主体，未作核查；请用关系查询（/v1/relations）查看其与各主体的关系",
        "en": "a person does not bid, and was not screened: /v1/relations tells how the person is tied to the others",
    }
    return [{**party, "reason": reason} for party in parties if party["type"] != "Company"]
