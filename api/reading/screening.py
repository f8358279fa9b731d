"""Screening parties as if they bid together, with no tender loaded: the same detectors run as of any lot (`listed`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, cast

from api.reading.listed import SCOPE, ListedView
from api.reading.without_tender import gap_of_list, of_list
from detectors.definition import Detector, Undecided
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
_RECORDS: Final = {
    "OWNS": ("股权", "ownership"),
    "EXERCISES_CONTROL": ("控制关系", "control"),
    "BRANCH_OF": ("分支机构", "branches"),
    "LEGAL_REP_OF": ("法定代表人", "legal representatives"),
    "OFFICER_OF": ("董监高任职", "officers"),
    "HAS_CONTACT": ("联系方式", "contacts"),
    "RELATED_TO": ("亲属关系", "relatives"),
    "MEMBER_OF_CONCERT": ("一致行动", "acting in concert"),
    "DEBARRED_BY": ("禁止投标", "debarments"),
}
"""What these detectors need, as a reader is told of it: Chinese, English."""


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
    lacking = tuple((id_, _lacking(absent, parties)) for id_, absent in found.missing.items())
    return replace(
        found,
        findings=tuple(of_list(f) for f in found.findings if f.scope_id == SCOPE),
        undecided=(*here, *lacking),
        missing={},
    )


def _lacking(absent: Sequence[str], parties: Sequence[str]) -> Undecided:
    """That a detector can't look at all, as nothing was loaded of what it needs."""
    zh, en = ([_RECORDS[name][n] for name in absent] for n in (0, 1))
    return Undecided(
        "lot",
        SCOPE,
        tuple(parties),
        f"已导入的数据中没有{'、'.join(zh)}记录，无法判定",
        f"the data loaded hold no records of {' or '.join(en)}: cannot be decided",
    )


def not_screened(parties: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Those of the resolved parties that detectors do not look at, each with why: persons, as companies bid."""
    reason = {
        "zh": "人员不是投标主体，未作核查；请用关系查询（/v1/relations）查看其与各主体的关系",
        "en": "a person does not bid, and was not screened: /v1/relations tells how the person is tied to the others",
    }
    return [{**party, "reason": reason} for party in parties if party["type"] != "Company"]
