"""Ties between bidders of one lot whose bids were opened on different days: they did not bid together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from detectors.definition import Detector, Undecided
from detectors.finding import Finding
from graph.rounds import rounds
from graph.stores.contract import GraphStore

_TIES: Final = frozenset(
    {("lot_id", "holder_id"), ("lot_id", "holder_name"), ("lot_id", "related_id", "to_id")}
)
"""What makes a tie of bidders with each other the same next time; others are of a bidder, or of a party beside it."""


def of_one_round(
    store: GraphStore,
    findings: Sequence[Finding],
    detectors: Mapping[str, Detector],
    canonical: Mapping[str, str],
) -> tuple[list[Finding], list[tuple[str, Undecided]]]:
    """The findings without ties of which no two bidders met in a round of their lot, and what can't be decided of those that
    met no other.

    `canonical`: id → canonical id of parties with several.
    """
    ties = {
        f.fingerprint
        for f in findings
        if f.suppressed_by is None and f.scope_kind == "lot" and detectors[f.detector].identity in _TIES
    }
    lots = rounds(store, {f.scope_id for f in findings if f.fingerprint in ties})
    kept, undecided = [], []
    for f in findings:
        bids = lots.get(f.scope_id) if f.fingerprint in ties else None
        if bids is None:
            kept.append(f)
            continue
        days: dict[str, frozenset[str]] = {}
        for bidder, opened in bids.items():
            id_ = canonical.get(bidder, bidder)
            if id_ in f.subjects:
                days[id_] = days.get(id_, frozenset()) | opened
        alone = _alone(days)
        if alone:
            undecided.append((f.detector, _undecided(f, days)))
        if len(alone) < len(f.subjects):
            kept.append(f)
    return kept, undecided


def _alone(days: Mapping[str, frozenset[str]]) -> list[str]:
    """Who bid on no day of any other; where a day is not known, they may have met."""
    return [
        who
        for who, opened in days.items()
        if opened and all(other and not opened & other for them, other in days.items() if them != who)
    ]


def _undecided(found: Finding, days: Mapping[str, frozenset[str]]) -> Undecided:
    each = sorted({day for opened in days.values() for day in opened})
    return Undecided(
        "lot",
        found.scope_id,
        tuple(sorted(days)),
        f"有关联的投标人的投标在不同日期开标（{'、'.join(each)}），可能是流标后再次招标，用的是同一编号：是否同次投标无法判定。"
        "请撤回载有第二次招标的批次，为其另编项目编号或标段编号，再重新导入",
        f"tied bidders' bids were opened on different days ({', '.join(each)}), perhaps as the tender failed and was held again "
        "under the same number: whether they bid together cannot be decided. Unload the batch with the second round, give it a "
        "number of its own, and load it again",
    )
