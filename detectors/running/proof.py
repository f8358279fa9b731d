"""What a proof rests on beside the links that tie: bids in their lots, payments, and what makes two ids one party."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

from detectors.definition import Evidence
from detectors.finding import Finding
from graph.stores.contract import GraphStore
from graph.stores.hops import EACH, hop
from graph.stores.side_by_side import Beside

# Each step with the type it reads. Asked once for all proofs, it gives the node asked about, the key of a row at it, its other end.
_TOLD: Final = "RETURN i AS about, r.key AS key, m.id AS other"
_Steps = tuple[tuple[str, str], ...]


def _steps(*steps: tuple[str, str, str]) -> _Steps:
    return tuple(
        (rel, f"{EACH}MATCH (n:{node} {{id: i}}) {hop(way.format(f'r:{rel}'), 'r.key')}{_TOLD}")
        for node, rel, way in steps
    )


_OF_BIDS: Final = _steps(
    ("Bid", "SUBMITS", "(m:Company)-[{}]->(n)"),
    ("Bid", "FOR_LOT", "(n)-[{}]->(m:Lot)"),
    ("Lot", "LOT_OF", "(n)-[{}]->(m:Tender)"),
)
_OF_PAYMENTS: Final = _steps(
    ("Benefit", "RECEIVES", "(m:Household)-[{}]->(n)"),
    ("Benefit", "RECEIVES", "(m:Person)-[{}]->(n)"),
    ("Benefit", "UNDER", "(n)-[{}]->(m:Program)"),
)
_PAID: Final = ("household", "person", "account")
"""Scopes of findings about payments; all others are about bids."""
_JOINING: Final = _steps(
    ("Company", "IDENTIFIES", "(m:Identifier)-[{}]->(n)"),
    ("Person", "IDENTIFIES", "(m:Identifier)-[{}]->(n)"),
    ("Company", "NAMES", "(m:Name)-[{}]->(n)"),
)


def completed(
    store: GraphStore, findings: Sequence[Finding], canonical: Mapping[str, str], beside: Beside
) -> list[Finding]:
    """The findings, each with all the rows that reproduce it when nothing else is loaded.

    `canonical`: id → canonical id, of parties with more than one id; all their ids go into the proof.
    """
    clusters: dict[str, set[str]] = defaultdict(set)
    for id_, best in canonical.items():
        clusters[best] |= {id_, best}
    paid = {n for f in findings if f.scope_kind in _PAID for n in f.evidence.nodes}
    bid = {n for f in findings if f.scope_kind not in _PAID for n in f.evidence.nodes}
    at_nodes = _asked(store, [(_OF_BIDS, bid), (_OF_PAYMENTS, paid)], beside)
    several = {i for n in paid | bid for i in clusters.get(canonical.get(n, n), ())}
    joining = _asked(store, [(_JOINING, several)], beside)
    return [replace(f, evidence=_whole(f.evidence, at_nodes, joining, clusters, canonical)) for f in findings]


def _asked(
    store: GraphStore, of: Sequence[tuple[_Steps, set[str]]], beside: Beside
) -> dict[str, list[tuple[str, str]]]:
    """For each node (key, other end) of the rows at it."""
    present = store.present()
    asked = []
    for steps, ids in of:
        given = {"ids": sorted(ids)}
        for type_, query in steps:
            if ids and type_ in present:
                asked.append(beside(partial(store.query, query, given, 300)))
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for answer in asked:
        row: dict[str, Any]
        for row in answer.result().to_pylist():
            found[row["about"]].append((row["key"], row["other"]))
    return found


def _whole(
    proof: Evidence,
    at_nodes: Mapping[str, list[tuple[str, str]]],
    joining: Mapping[str, list[tuple[str, str]]],
    clusters: Mapping[str, set[str]],
    canonical: Mapping[str, str],
) -> Evidence:
    rows = [row for node in proof.nodes for row in at_nodes.get(node, ())]
    nodes = {*proof.nodes, *(other for _, other in rows)}
    keys = {*proof.keys, *(key for key, _ in rows)}
    for best in {canonical[n] for n in nodes if n in canonical}:
        ids = clusters[best]
        nodes |= ids
        joins = [row for id_ in sorted(ids) for row in joining.get(id_, ())]
        # What names one of the ids alone joins nothing, unless it is another of them.
        told = [other for _, other in joins]
        for key, other in joins:
            if other in ids or told.count(other) > 1:
                nodes.add(other)
                keys.add(key)
    return Evidence(tuple(sorted(nodes)), tuple(sorted(keys)))
