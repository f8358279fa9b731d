"""Screening parties as if they bid together, with no tender loaded: the detectors run on what stands above them.

The parties, with everything above and beside them, are loaded into a store of their own with one bid each for one
lot, and the same detectors run there as anywhere.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import polars as pl

from detectors.definition import Detector
from detectors.registry import DETECTORS
from detectors.rules.values import LocalRules
from detectors.running.detecting import detect
from detectors.running.runner import Run, UnknownDetectorError
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
    store: GraphStore, parties: Sequence[str], as_of: str, detectors: Sequence[Detector], rules: LocalRules
) -> Run:
    """Findings about parties (ids of companies) on a day. The scope of each is `screening:parties`."""
    part = part_above(store, parties, f"{as_of} {','.join(sorted(parties))}")
    known = {i for frame in part.nodes.get("Company", ()) for i in frame["id"].to_list()}
    # A company known by a name alone stands in the part under an id of its own.
    bidding = [UNJOINED + p if UNJOINED + p in known else p for p in parties]
    source = pl.lit("screening")
    bids = [f"{SCOPE}/{p}" for p in parties]
    part.add_node(
        "Tender",
        pl.DataFrame({"id": [SCOPE + ":tender"], "bid_deadline": [as_of]}).with_columns(source=source),
    )
    part.add_node("Lot", pl.DataFrame({"id": [SCOPE], "title": ["临时核查"]}).with_columns(source=source))
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
        found = detect(alone, detectors, rules=rules)
    return replace(
        found,
        findings=tuple(f for f in found.findings if f.scope_id == SCOPE),
        undecided=tuple(u for u in found.undecided if u[1].scope_id == SCOPE),
    )


def plain(value: Any) -> Any:
    """The answer under the ids of the whole graph."""
    if isinstance(value, str):
        return value.replace(UNJOINED, "")
    if isinstance(value, dict):
        return {plain(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    return value
