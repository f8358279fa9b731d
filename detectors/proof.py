"""What a proof rests on beside the links that tie: bids in their lots, payments, and what makes two ids one party."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from detectors.definition import Evidence
from detectors.finding import Finding
from graph.stores.contract import GraphStore
from graph.stores.hops import EACH, hop

# Each is asked once for all proofs, and gives: the node asked about, the key of a stated row at it, its other end.
_TOLD: Final = "RETURN i AS about, r.key AS key, m.id AS other"
_BESIDE: Final = tuple(
    f"{EACH}MATCH (n:{node} {{id: i}}) {hop(way, 'r.key')}{_TOLD}"
    for node, way in (
        ("Bid", "(m:Company)-[r:SUBMITS]->(n)"),
        ("Bid", "(n)-[r:FOR_LOT]->(m:Lot)"),
        ("Lot", "(n)-[r:LOT_OF]->(m:Tender)"),
        ("Benefit", "(m:Household)-[r:RECEIVES]->(n)"),
        ("Benefit", "(m:Person)-[r:RECEIVES]->(n)"),
        ("Benefit", "(n)-[r:UNDER]->(m:Program)"),
    )
)
_JOINING: Final = tuple(
    f"{EACH}MATCH (n:{party} {{id: i}}) {hop(f'(m:{by})-[r:{rel}]->(n)', 'r.key')}{_TOLD}"
    for by, rel, party in (
        ("Identifier", "IDENTIFIES", "Company"),
        ("Identifier", "IDENTIFIES", "Person"),
        ("Name", "NAMES", "Company"),
    )
)


def completed(store: GraphStore, findings: Sequence[Finding], canonical: Mapping[str, str]) -> list[Finding]:
    """The findings, each with all the rows that reproduce it when nothing else is loaded.

    `canonical`: id → canonical id, of parties with more than one id; all their ids go into the proof.
    """
    clusters: dict[str, set[str]] = defaultdict(set)
    for id_, best in canonical.items():
        clusters[best] |= {id_, best}
    nodes = {n for f in findings for n in f.evidence.nodes}
    beside = _asked(store, _BESIDE, nodes)
    several = {i for n in nodes for i in clusters.get(canonical.get(n, n), ())}
    joining = _asked(store, _JOINING, several)
    return [replace(f, evidence=_whole(f.evidence, beside, joining, clusters, canonical)) for f in findings]


def _asked(store: GraphStore, queries: Iterable[str], ids: set[str]) -> dict[str, list[tuple[str, str]]]:
    """For each node (key, other end) of the rows at it."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    if ids:
        for query in queries:
            row: dict[str, Any]
            for row in store.query(query, {"ids": sorted(ids)}, timeout=300).to_pylist():
                found[row["about"]].append((row["key"], row["other"]))
    return found


def _whole(
    proof: Evidence,
    beside: Mapping[str, list[tuple[str, str]]],
    joining: Mapping[str, list[tuple[str, str]]],
    clusters: Mapping[str, set[str]],
    canonical: Mapping[str, str],
) -> Evidence:
    rows = [row for node in proof.nodes for row in beside.get(node, ())]
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
