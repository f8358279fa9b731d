"""Lots some of whose bids a load refused: too few of them is no finding, until the rows are mended."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence

from detectors.definition import Detector, Undecided
from detectors.finding import Finding
from graph.stores.contract import GraphStore


def of_whole_lots(
    store: GraphStore, findings: Sequence[Finding], detectors: Mapping[str, Detector]
) -> tuple[list[Finding], list[tuple[str, Undecided]]]:
    """The findings without those that count the bids of a lot (`counts_rows`) of which rows were refused; these are undecided."""
    counting = [f for f in findings if detectors[f.detector].counts_rows and f.scope_kind == "lot"]
    refused = _refused(store) if counting else {}
    lost = {f.fingerprint: refused[f.scope_id] for f in counting if f.scope_id in refused}
    kept = [f for f in findings if f.fingerprint not in lost]
    return kept, [(f.detector, _undecided(f, lost[f.fingerprint])) for f in counting if f.fingerprint in lost]


def _refused(store: GraphStore) -> dict[str, set[str]]:
    """By lot the names of the files with refused rows of its bids."""
    told: dict[str, set[str]] = defaultdict(set)
    table = store.query("MATCH (b:Batch) WHERE b.state = 'done' RETURN b.files AS files", timeout=120)
    for files in table.column("files").to_pylist():
        for file in map(json.loads, files or ()):
            for lot in file.get("refused_lots", ()):
                told[lot].add(str(file["name"]))
    return dict(told)


def _undecided(found: Finding, files: set[str]) -> Undecided:
    names = "、".join(sorted(files))
    return Undecided(
        found.scope_kind,
        found.scope_id,
        found.subjects,
        f"{names}中本标段的投标有行在导入时被拒绝，未计在内：投标个数无法判定。请改正后撤回所在批次，重新导入",
        f"rows of {names} about bids for this lot were refused by the load and are not counted: how many bids there were cannot "
        "be decided. Correct them, unload their batch, and load it again",
    )
