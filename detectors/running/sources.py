"""Where a finding's data come from, and as of when: read from the rows that prove it."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import polars as pl

from detectors.definition import Detector, Evidence
from detectors.finding import Finding
from detectors.running.refused_bids import RefusedBids
from graph.counted import counted
from graph.model import REL_TYPES
from graph.rounds import BidOfRounds, bids_of_rounds, openings
from graph.stores.contract import GraphStore
from graph.stores.hops import EACH, hop
from graph.stores.side_by_side import Beside

_FROM_SIDE: Final = frozenset(
    (
        *("HAS_CONTACT", "DEBARRED_BY", "HOLDS_POST", "RELATED_TO", "MEMBER_OF", "EARNS", "ENTITLED_TO"),
        *("SUBCONTRACTS_TO", "RECEIVES", "UNDER", "HOLDS_VEHICLE", "FOR_LOT", "LOT_OF"),
    )
)
"""Types whose rows are few at their first end; the others have few at their second: a hub is never asked for all it has."""
_BEHIND: Final = ("OWNS", "EXERCISES_CONTROL", "MEMBER_OF_CONCERT")
"""What effective shares and control are worked out from."""
_NAMED: Final = 3
_DAYS_OF_TENDERS: Final = ("published_on", "bid_deadline", "opened_on", "awarded_on", "contract_signed_on")
_ASKED_FOR_FACTS: Final = ("Person", "Tender")
"""Nodes that few files speak of, and others than those of their rows: a company may be stated by a hundred."""


def with_sources(
    store: GraphStore,
    findings: Sequence[Finding],
    detectors: Mapping[str, Detector],
    beside: Beside,
    refused_bids: RefusedBids,
) -> list[Finding]:
    """The findings, each with `facts.data` ({as_of, first, sources}) and a closing sentence that says so.

    `as_of` and `first`: the latest and earliest date of an extract among the rows that prove it (数据截至), null where no
    row has one; `sources`: the files that state them, and those that state what decides of its persons and its tender (a
    death, where somebody is registered, the day of the bids). Of a detector that counts rows also `refused`: how many rows
    of which of these files loads refused, where any, and no other row states their bids; and of all files of what it finds too little of (`counts_rows_of`).
    """
    deciding = _deciding(store, findings, detectors, beside)
    rows = _rows(store, findings, detectors, beside)
    files, refused = _files(store), _refused(store)
    counts = {key: file.rows for key, file in refused.items()}
    if counts and any(detectors[f.detector].counts_rows for f in findings):
        answered = refused_bids.answered()
        counts = {key: left for key, n in counts.items() if (left := n - answered.get(key, 0)) > 0}
    lacked = sorted({t for f in findings for t in detectors[f.detector].counts_rows_of})
    lacking = {t: _refused_of(store, t, refused, beside) for t in lacked}
    of_rounds = {f.scope_id for f in findings if "round" in f.facts}
    opened, bids = openings(store, of_rounds), bids_of_rounds(store, of_rounds)
    told = []
    for f, facts in zip(findings, deciding, strict=True):
        by_key = {k: rows[k] for k in f.evidence.keys if k in rows}
        if f.scope_id in opened and "round" in f.facts:
            day = str(f.facts["round"])
            by_key, gone = _of_round(by_key, day, bids.get(f.scope_id, ()))
            f = replace(
                f, evidence=Evidence(f.evidence.nodes, tuple(k for k in f.evidence.keys if k not in gone))
            )
            facts = {s for s in facts if opened[f.scope_id].day(s) in ("", day)}
            facts |= opened[f.scope_id].stating(day)
        proving = list(by_key.values())
        detector = detectors[f.detector]
        counting = counts if detector.counts_rows else {}
        lost = {key: refused[key].rows for t in detector.counts_rows_of for key in lacking[t]}
        told.append(_told(f, proving, facts, files, counting, lost))
    return told


def _of_round(
    rows: Mapping[str, tuple[str | None, str]], day: str, bids: Iterable[BidOfRounds]
) -> tuple[dict[str, tuple[str | None, str]], set[str]]:
    """The rows that prove a finding of one round, by key, without those of its lot's bids in another; and the keys that have none left."""
    by_day: dict[str, set[str]] = defaultdict(set)
    for b in bids:
        for on, stating in b.rows.items():
            by_day[on].update(stating)
    others = {s for on, stating in by_day.items() if on not in ("", day) for s in stating} - by_day[day]
    kept: dict[str, tuple[str | None, str]] = {}
    gone: set[str] = set()
    for key, (at, sources) in rows.items():
        mine = [s for s in sources.split("\n") if s not in others]
        if mine:
            kept[key] = at, "\n".join(mine)
        else:
            gone.add(key)
    return kept, gone


def _deciding(
    store: GraphStore, findings: Sequence[Finding], detectors: Mapping[str, Detector], beside: Beside
) -> list[set[str]]:
    """Of each finding the sources that state what decides of its persons and its tender, as it counts."""
    fields = {id_: _deciding_fields(detectors[id_]) for id_ in {f.detector for f in findings}}
    persons = sorted({f for of in fields.values() for f in of.get("Person", ())})
    people = sorted({n for f in findings if "Person" in fields[f.detector] for n in f.evidence.nodes})
    lots = sorted({f.scope_id for f in findings if f.scope_kind == "lot"})
    asked = []
    if people:
        returned = ", ".join(f"n.{field} AS {field}" for field in persons)
        query = f"{EACH}MATCH (n:Person {{id: i}}) RETURN i AS at, n.stated AS stated, n.sources AS sources, {returned}"
        asked.append(beside(partial(store.query, query, {"ids": people}, 300)))
    if lots:
        returned = ", ".join(f"n.{field} AS {field}" for field in _DAYS_OF_TENDERS)
        query = (
            f"{EACH}MATCH (l:Lot {{id: i}}) {hop('(l)-[r:LOT_OF]->(n:Tender)', 'r.key')}"
            f"RETURN i AS at, l.bid_on_from AS judged_by, n.stated AS stated, n.sources AS sources, {returned}"
        )
        asked.append(beside(partial(store.query, query, {"ids": lots}, 300)))
    if tenders := sorted({f.scope_id for f in findings if f.scope_kind == "tender"}):
        returned = ", ".join(f"n.{field} AS {field}" for field in _DAYS_OF_TENDERS)
        query = f"{EACH}MATCH (n:Tender {{id: i}}) RETURN i AS at, n.stated AS stated, n.sources AS sources, {returned}"
        asked.append(beside(partial(store.query, query, {"ids": tenders}, 300)))
    stating: dict[tuple[str, str], set[str]] = defaultdict(set)
    for answer in asked:
        for row in answer.result().to_pylist():
            for field, sources in _stating(row).items():
                stating[row["at"], field].update(sources)
    told = []
    for f in findings:
        of = fields[f.detector]
        facts = [(n, field) for n in f.evidence.nodes for field in of.get("Person", ())]
        if f.scope_kind in ("lot", "tender"):
            days = ("judged_by",) if f.scope_kind == "lot" else of.get("Tender", ())
            facts += [(f.scope_id, field) for field in days]
        told.append({source for fact in facts for source in stating.get(fact, ())})
    return told


def _deciding_fields(detector: Detector) -> dict[str, tuple[str, ...]]:
    """What decides of persons and of tenders: as it declares, and the days of a tender that its queries read."""
    said = [n.split(".") for n in (*detector.needs_fields, *detector.decided_by)]
    queries = " ".join(detector.queries.values())
    days = [["Tender", d] for d in _DAYS_OF_TENDERS if re.search(rf"\bt\.{d}\b", queries)]
    fields: dict[str, tuple[str, ...]] = {}
    for type_, field in (*said, *days):
        if type_ in _ASKED_FOR_FACTS:
            fields[type_] = (*fields.get(type_, ()), field)
    return fields


def _stating(row: Mapping[str, Any]) -> dict[str, set[str]]:
    """Of each field of a node the sources that state the value that counts; of what one batch agrees about, all of them.

    `row`: stated, sources, the fields; of a tender also `judged_by`, the field that gives the day of its bids.
    """
    plain = set((row["sources"] or "").split("\n"))
    said = [json.loads(text) for text in row["stated"] or ()]
    found = {}
    for field, value in row.items():
        if field in ("at", "stated", "sources", "judged_by") or value is None:
            continue
        found[field] = (
            {s for one in said if one["v"].get(field) == value for s in one["s"]} if said else plain
        )
    # A lot without a tender's date is judged by when its bids were handed in, which is with their rows.
    found["judged_by"] = found.get(row.get("judged_by") or "", set())
    return found


def _rows(
    store: GraphStore, findings: Sequence[Finding], detectors: Mapping[str, Detector], beside: Beside
) -> dict[str, tuple[str | None, str]]:
    """Of each key among the proofs: the date of its extract, its sources."""
    nodes: dict[str, set[str]] = defaultdict(set)
    present = store.present()
    types = {id_: _types(detectors[id_]) & present for id_ in {f.detector for f in findings}}
    for f in findings:
        for type_ in types[f.detector]:
            nodes[type_].update(f.evidence.nodes)
    wanted = {k for f in findings for k in f.evidence.keys}
    answers = []
    for type_, ids in sorted(nodes.items()):
        given = {"ids": sorted(ids)}
        for start, end in REL_TYPES[type_].pairs:
            node, way = start, f"(n)-[r:{type_}]->(:{end})"
            if type_ not in _FROM_SIDE:
                node, way = end, f"(:{start})-[r:{type_}]->(n)"
            query = (
                f"{EACH}MATCH (n:{node} {{id: i}}) {hop(way, 'r.key')}"
                "RETURN r.key AS key, r.observed_on AS observed_on, r.sources AS sources"
            )
            answers.append(beside(partial(store.query, query, given, 300)))
    proving = pl.col("key").is_in(pl.Series(sorted(wanted), dtype=pl.String).implode())
    found: dict[str, tuple[str | None, str]] = {}
    for answer in answers:
        for key, observed_on, sources in (
            pl.DataFrame(pl.from_arrow(answer.result())).filter(proving).iter_rows()
        ):
            found[key] = (observed_on, sources or "")
    return found


def _types(detector: Detector) -> set[str]:
    """The stated relationship types whose rows may stand in a detector's proofs."""
    queries = " ".join(detector.queries.values())
    named = set(re.findall(r"\[\w*:(\w+)", queries)) | {"SUBMITS", "FOR_LOT"}
    if detector.in_play:
        named.update(_BEHIND)
    return {t for t in named if t in REL_TYPES and not REL_TYPES[t].derived}


def _files(store: GraphStore) -> dict[str, str]:
    """The name of each loaded file, by batch and the start of its hash, as rows name it."""
    return {_key(b, f): str(f["name"]) for b in _batches(store) for f in b["files"]}


@dataclass(frozen=True, slots=True)
class _Refused:
    """How many rows of a file its load refused, whether it was all of them, and which types the load states at all."""

    rows: int
    all: bool
    types: frozenset[str]


def _refused(store: GraphStore) -> dict[str, _Refused]:
    """The files of which loads refused rows, by batch and the start of their hash."""
    return {
        _key(b, f): _Refused(int(f["rejected"]), int(f["rejected"]) >= int(f["rows"]), frozenset(b["counts"]))
        for b in _batches(store)
        for f in b["files"]
        if f.get("rejected")
    }


def _batches(store: GraphStore) -> list[dict[str, Any]]:
    table = store.query(
        "MATCH (b:Batch) RETURN b.id AS id, b.files AS files, b.counts AS counts", timeout=120
    )
    return [
        {
            "id": b["id"],
            "files": [json.loads(f) for f in b["files"] or ()],
            "counts": json.loads(b["counts"] or "{}"),
        }
        for b in table.to_pylist()
    ]


def _key(batch: Mapping[str, Any], file: Mapping[str, Any]) -> str:
    return f"{batch['id']}:{file['sha256'][:12]}"


def _refused_of(
    store: GraphStore, type_: str, refused: Mapping[str, _Refused], beside: Beside
) -> tuple[str, ...]:
    """Of the files with refused rows those that state a relationship type, or nothing at all: what they were of nobody knows."""
    query = f"MATCH ()-[r:{type_}]->() WHERE r.sources CONTAINS $file RETURN r.key AS key LIMIT 1"
    asked = {
        key: beside(partial(store.query, query, {"file": f"{key}#"}, 300))
        for key, file in refused.items()
        if type_ in file.types and not file.all
    }
    stating = {key for key, answer in asked.items() if answer.result().num_rows}
    return tuple(key for key in sorted(refused) if key in stating or refused[key].all)


def _told(
    found: Finding,
    rows: Sequence[tuple[str | None, str]],
    facts: set[str],
    files: Mapping[str, str],
    refused: Mapping[str, int],
    lacking: Mapping[str, int],
) -> Finding:
    """`refused`, `lacking`: by file how many rows were refused, told of the files that prove it, and of all."""
    dates = sorted({day for day, _ in rows if day})
    stated = {line.partition("#")[0] for _, sources in rows for line in sources.split("\n") if line}
    # What was refused is told of the files whose rows are counted.
    every = stated | {line.partition("#")[0] for line in facts}
    names = sorted({files[key] for key in every if key in files})
    data: dict[str, object] = {
        "as_of": dates[-1] if dates else None,
        "first": dates[0] if dates else None,
        "sources": names,
    }
    zh, en = [], []
    if dates:
        zh.append(f"数据截至{dates[-1]}")
        en.append(f"data as of {dates[-1]}")
    if names:
        more = len(names) - _NAMED
        # Of many the files that state nothing but what decides come first: they would be missed soonest.
        beside = {files[key] for key in every - stated if key in files}
        named = sorted(names, key=lambda name: (name not in beside, name))[:_NAMED] if more > 0 else names
        zh.append("来源：" + "、".join(named) + (f"等{len(names)}个文件" if more > 0 else ""))
        en.append("sources: " + ", ".join(named) + (f" and {more} more" if more > 0 else ""))
    text = dict(found.text)
    counted_in = {key: n for key, n in refused.items() if key in stated} | dict(lacking)
    lost = {files[key]: counted_in[key] for key in sorted(counted_in)}
    if lost:
        data["refused"] = [{"name": name, "rows": n} for name, n in lost.items()]
        text["zh"] += "".join(f"{name}导入时有{n}行被拒绝，未计在内，请核对。" for name, n in lost.items())
        text["en"] += "".join(
            f" {counted(n, 'row', 'rows')} of {name} {'was' if n == 1 else 'were'} refused by the load and not counted: verify."
            for name, n in lost.items()
        )
    if zh:
        told = "; ".join(en)
        text["zh"] += "，".join(zh) + "。"
        text["en"] += f" {told[:1].upper()}{told[1:]}."
    return replace(found, facts={**found.facts, "data": data}, text=text)
