"""Where a finding's data come from, and as of when: read from the rows that prove it."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import polars as pl

from detectors.definition import Detector
from detectors.finding import Finding
from graph.counted import counted
from graph.model import REL_TYPES
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


def with_sources(
    store: GraphStore, findings: Sequence[Finding], detectors: Mapping[str, Detector], beside: Beside
) -> list[Finding]:
    """The findings, each with `facts.data` ({as_of, first, sources}) and a closing sentence that says so.

    `as_of` and `first`: the latest and earliest date of an extract among the rows that prove it (数据截至), null where no
    row has one; `sources`: the files that state them. Of a detector that counts rows also `refused`: how many rows of
    which of these files loads refused, where any.
    """
    rows = _rows(store, findings, detectors, beside)
    files, refused = _files(store)
    told = []
    for f in findings:
        proving = [rows[k] for k in f.evidence.keys if k in rows]
        told.append(_told(f, proving, files, refused if detectors[f.detector].counts_rows else {}))
    return told


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


def _files(store: GraphStore) -> tuple[dict[str, str], dict[str, int]]:
    """The name of each loaded file, by batch and the start of its hash, as rows name it; how many rows were refused of it."""
    names: dict[str, str] = {}
    refused: dict[str, int] = {}
    table = store.query("MATCH (b:Batch) RETURN b.id AS id, b.files AS files", timeout=120)
    for batch in table.to_pylist():
        for text in batch["files"] or ():
            file = json.loads(text)
            key = f"{batch['id']}:{file['sha256'][:12]}"
            names[key] = str(file["name"])
            if file.get("rejected"):
                refused[key] = int(file["rejected"])
    return names, refused


def _told(
    found: Finding,
    rows: Sequence[tuple[str | None, str]],
    files: Mapping[str, str],
    refused: Mapping[str, int],
) -> Finding:
    dates = sorted({day for day, _ in rows if day})
    stated = {line.partition("#")[0] for _, sources in rows for line in sources.split("\n") if line}
    names = sorted({files[key] for key in stated if key in files})
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
        zh.append("来源：" + "、".join(names[:_NAMED]) + (f"等{len(names)}个文件" if more > 0 else ""))
        en.append("sources: " + ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else ""))
    text = dict(found.text)
    lost = {files[key]: refused[key] for key in sorted(stated) if key in refused}
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
