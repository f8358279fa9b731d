"""Lots whose bidders have holders or bans in rows a load refused: without a tie as far as is read, which is not none."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from detectors.definition import Detector, Undecided
from detectors.ties.bidding import COVERED, LOTS
from graph.names import name_key
from graph.records import RefusedTie, spelt_as
from graph.stores.contract import GraphStore
from graph.stores.hops import EACH, hop

_LOTS: Final = (
    f"{EACH}MATCH (c:Company {{id: i}}) {hop('(c)-[:SUBMITS]->(b:Bid)', 'b.id')}{hop('(b)-[:FOR_LOT]->(l:Lot)', 'l.id')}"
    "RETURN DISTINCT i AS id, l.id AS lot"
)
_BIDS: Final = f"{EACH}MATCH (l:Lot {{id: i}}) {hop('(b:Bid)-[:FOR_LOT]->(l)', 'b.id')}RETURN i AS lot, count(DISTINCT b.id) AS bids"
_NAMES: Final = f"{EACH}MATCH (c:Company {{id: i}}) RETURN i AS id, c.name AS name"
_TOLD: Final = "RETURN i AS id, h.id AS other, h.name AS name, r.sources AS sources, r.stated_from AS since, r.stated_to AS until"
_STATED: Final[Mapping[str, tuple[str, ...]]] = {
    "OWNS": tuple(
        f"{EACH}MATCH (c:Company {{id: i}}) {hop(f'(h:{end})-[r:OWNS]->(c)', 'r.key')}{_TOLD}"
        for end in ("Company", "Person")
    ),
    "DEBARRED_BY": (
        f"{EACH}MATCH (c:Company {{id: i}}) {hop('(c)-[r:DEBARRED_BY]->(h:Company)', 'r.key')}{_TOLD}",
    ),
}
_AT_ONCE: Final = 5000
_WHAT: Final = {
    "OWNS": ("股东", "holders", "股权关系", "ties of shares"),
    "DEBARRED_BY": ("禁止投标处罚", "bans", "是否被禁止投标", "whether it is barred from bidding"),
}


@dataclass(frozen=True, slots=True)
class _Kept:
    """A refused row, with the key (batch and start of its hash) and the name of its file."""

    key: str
    name: str
    tie: RefusedTie


def undecided_by_refused(
    store: GraphStore,
    canonical: Mapping[str, str],
    detectors: Sequence[Detector],
    near: Collection[str] | None,
) -> list[tuple[str, Undecided]]:
    """What detectors of owners, and of bans, cannot decide of lots in which a company bids that refused rows are about.

    A refused row is answered by one of another file about the same company and holder, or authority. `canonical`: id → canonical
    id of parties with several; `near`: the lots asked about, None for all.
    """
    asked = {
        "OWNS": [d.id for d in detectors if COVERED in d.queries.values() and d.population == LOTS],
        "DEBARRED_BY": [d.id for d in detectors if "DEBARRED_BY" in (*d.needs, *d.needs_any)],
    }
    kept = [k for k in _kept(store) if asked[k.tie.type]]
    if not kept:
        return []
    ids: dict[str, set[str]] = defaultdict(set)
    for id_, party in canonical.items():
        ids[party].add(id_)
    of = {k: canonical.get(k.tie.company, k.tie.company) for k in kept}
    alias = {i: party for party in set(of.values()) for i in ids[party] | {party}}
    bids = [(alias[row["id"]], row["lot"]) for row in _each(store, _LOTS, alias)]
    bids = [(party, lot) for party, lot in bids if near is None or lot in near]
    taking_part = {party for party, _ in bids}
    left = _unanswered(store, [k for k in kept if of[k] in taking_part], of, alias)
    if not left:
        return []
    several = {r["lot"] for r in _each(store, _BIDS, {lot for _, lot in bids}) if r["bids"] > 1}
    names = {alias[r["id"]]: r["name"] for r in _each(store, _NAMES, alias) if r["name"]}
    found: list[tuple[str, Undecided]] = []
    for party, lot in sorted(set(bids)):
        for type_, told in _WHAT.items():
            mine = [k for k in left if of[k] == party and k.tie.type == type_]
            if mine and (type_ != "OWNS" or lot in several):
                gap = _undecided(lot, party, names.get(party, party), mine, told)
                found += [(detector, gap) for detector in asked[type_]]
    return found


def _kept(store: GraphStore) -> list[_Kept]:
    table = store.query(
        "MATCH (b:Batch) WHERE b.state = 'done' RETURN b.id AS id, b.files AS files", timeout=120
    )
    return [
        _Kept(f"{row['id']}:{file['sha256'][:12]}", str(file["name"]), RefusedTie.of_json(tie))
        for row in table.to_pylist()
        for file in map(json.loads, row["files"] or ())
        for tie in file.get("refused_ties", ())
    ]


def _unanswered(
    store: GraphStore, kept: Sequence[_Kept], of: Mapping[_Kept, str], alias: Mapping[str, str]
) -> list[_Kept]:
    stated: dict[tuple[str, str], list[tuple[set[str], dict[str, Any]]]] = defaultdict(list)
    for type_, queries in _STATED.items():
        parties = {of[k] for k in kept if k.tie.type == type_}
        rows = [r for q in queries for r in _each(store, q, [i for i, p in alias.items() if p in parties])]
        keys = name_key(pl.Series([r["name"] for r in rows], dtype=pl.String))
        for row, key in zip(rows, keys, strict=True):
            marks = {spelt_as(text) for text in (row["other"], key) if text}
            stated[type_, alias[row["id"]]].append((marks, row))
    return [k for k in kept if not any(_answers(k, marks, row) for marks, row in stated[k.tie.type, of[k]])]


def _answers(kept: _Kept, marks: set[str], row: Mapping[str, Any]) -> bool:
    """Does a row of another file say what the refused one would have? Of a ban also on one of its days, as far as it says."""
    if not any(not source.startswith(f"{kept.key}#") for source in (row["sources"] or "").split("\n")):
        return False
    if kept.tie.days and not {row["since"], row["until"]} & set(kept.tie.days):
        return False
    return not marks.isdisjoint(kept.tie.other)


def _undecided(
    lot: str, party: str, name: str, kept: Sequence[_Kept], told: tuple[str, str, str, str]
) -> Undecided:
    files = "、".join(sorted({k.name for k in kept}))
    what_zh, what_en, about_zh, about_en = told
    return Undecided(
        "lot",
        lot,
        (party,),
        f"{files}中关于“{name}”{what_zh}的行在导入时被拒绝：其{about_zh}无法判定。请改正后导入载有改正行的表，或撤回所在批次，"
        "改正全表后重新导入",
        f"rows of {files} about {what_en} of “{name}” were refused by the load: {about_en} cannot be decided. Correct them and load "
        "the corrected rows, or unload their batch, and load it again corrected",
    )


def _each(store: GraphStore, query: str, ids: Iterable[str]) -> list[dict[str, Any]]:
    all_ = sorted(ids)
    parts = (all_[at : at + _AT_ONCE] for at in range(0, len(all_), _AT_ONCE))
    return [row for part in parts for row in store.query(query, {"ids": part}, 300).to_pylist()]
