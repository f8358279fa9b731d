"""Screening parties as if they bid together, with no tender loaded: the detectors run on what stands above them.

The parties, with everything above and beside them, are loaded into a store of their own with one bid each for one
lot, and the same detectors run there as anywhere.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, cast

import polars as pl

from api.reading.without_tender import LOT, TENDER, gap_of_list, of_list
from detectors.definition import Detector, Undecided
from detectors.registry import DETECTORS
from detectors.rules.values import LocalRules
from detectors.running.detecting import detect_as_it_stands
from detectors.running.runner import Run, UnknownDetectorError
from graph.in_play import is_current, refresh_in_play
from graph.part import UNJOINED, part_above
from graph.stores import GraphStore, open_store

SCOPE: Final = "screening:parties"
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


class _Part:
    """The part of the graph as detectors see it: a kind of data that the whole store has is not missing in the part.

    Else a register that names none of the parties would look like one that was never loaded, and the other way round.
    """

    def __init__(self, store: GraphStore, present: frozenset[str]):
        self._store, self._present = store, present

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def present(self) -> frozenset[str]:
        """See `GraphStore.present`."""
        return self._present | self._store.present()


def screen_parties(
    store: GraphStore,
    parties: Sequence[str],
    as_of: str,
    detectors: Sequence[Detector],
    rules: LocalRules,
    present: frozenset[str],
) -> Run:
    """Findings about parties (ids of companies, one or more) on a day. The scope of each is `screening:parties`.

    `present`: relationship types of which the whole store has any. What a detector needs and nothing was loaded of is
    undecided of all parties. Of one party alone only what needs no other is looked at.
    """
    if len(parties) < 2:
        detectors = [d for d in detectors if d.id in _OF_ONE]
    if not parties or not detectors:
        return Run((), (), {})
    part = part_above(store, parties, f"{as_of} {','.join(sorted(parties))}")
    known = {i for frame in part.nodes.get("Company", ()) for i in frame["id"].to_list()}
    # A company known by a name alone stands in the part under an id of its own.
    bidding = [UNJOINED + p if UNJOINED + p in known else p for p in parties]
    source = pl.lit("screening")
    bids = [f"{SCOPE}/{p}" for p in parties]
    part.add_node(
        "Tender",
        pl.DataFrame({"id": [SCOPE + ":tender"], "title": [TENDER], "bid_deadline": [as_of]}).with_columns(
            source=source
        ),
    )
    part.add_node("Lot", pl.DataFrame({"id": [SCOPE], "title": [LOT]}).with_columns(source=source))
    part.add_node(
        "Bid", pl.DataFrame({"id": bids, "status": ["valid"] * len(bids)}).with_columns(source=source)
    )
    part.add_rel(
        "LOT_OF",
        "Lot",
        "Tender",
        pl.DataFrame({"from_id": [SCOPE], "to_id": [SCOPE + ":tender"]}).with_columns(source=source),
    )
    part.add_rel(
        "FOR_LOT",
        "Bid",
        "Lot",
        pl.DataFrame({"from_id": bids, "to_id": [SCOPE] * len(bids)}).with_columns(source=source),
    )
    part.add_rel(
        "SUBMITS",
        "Company",
        "Bid",
        pl.DataFrame({"from_id": bidding, "to_id": bids}).with_columns(source=source),
    )
    with (
        tempfile.TemporaryDirectory(prefix="lookthrough-screening-") as folder,
        open_store(str(Path(folder) / "store")) as alone,
    ):
        alone.apply(part)
        if any(d.in_play for d in detectors) and not is_current(alone):
            refresh_in_play(alone)
        seen = cast(GraphStore, _Part(alone, present))
        found = detect_as_it_stands(seen, detectors, rules=rules)
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


def plain(value: Any) -> Any:
    """The answer under the ids of the whole graph."""
    if isinstance(value, str):
        return value.replace(UNJOINED, "")
    if isinstance(value, dict):
        return {plain(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    return value
