"""Everything under a package's `data/`: the same bytes for the same question on the same data."""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from detectors.definition import Detector, Parameter
from detectors.finding import Finding
from detectors.of_recipients import RECIPIENT_DETECTORS
from detectors.registry import DETECTORS
from exports.csv_tables import tables_of
from exports.cytoscape import cytoscape_json
from exports.errors import PackageError
from exports.evidence.asking import About, Asked
from exports.evidence.citing import Citations, cite
from exports.evidence.freezing import Frozen, freeze
from exports.evidence.masking import Masks
from exports.evidence.people import names_of, names_told, person_ids
from exports.evidence.report import Report
from exports.evidence.report_html import report_html
from exports.evidence.report_pdf import report_pdf
from exports.evidence.telling import Subject, definition_of, is_own
from exports.evidence.unjudged import Unjudged
from exports.evidence.veiling import told_reason
from exports.gexf import gexf
from exports.graphml import graphml
from exports.software import software_version
from exports.told_ids import ids_told
from exports.verifying.drawn_graphs import graph_faults
from exports.verifying.enclosed import Enclosed
from exports.verifying.provenance import AGENT_FIELD, agent, provenance_faults
from exports.verifying.recomputing import recomputed
from exports.verifying.repeated import finding_rows, proving_paths, repeated_faults
from exports.verifying.verification import PACKAGE_VERSION
from graph.counted import counted
from graph.stores import GraphStore
from graph.subgraph import Subgraph
from loaders.identity import PersonKey
from visualize import Scene, compose, scene_bytes
from visualize.png import begun_png
from visualize.svg import svg
from visualize.wording import Lang

_MOST_DOTS: Final = 5_000_000
_MOST_GAPS: Final = 200
"""Of what could not be decided of a party, so many are told; the rest are counted."""
LANGUAGES: Final[tuple[Lang, ...]] = ("zh", "en")


@dataclass(frozen=True)
class Contents:
    """`files`: bytes by path under `data/`. `facts_hash`: SHA-256 of `facts.json`; `title`: in both languages.

    `about_over`: of a party, which data the findings about it are of (`About.over`).
    """

    files: dict[str, bytes]
    facts_hash: str
    title: Mapping[str, str]
    nodes: int
    edges: int
    truncated: bool
    about_over: str | None


@dataclass(frozen=True)
class Proven:
    """What a package states, its claims worked out again: `files` that hold data, and what reports and pictures need."""

    files: dict[str, bytes]
    subject: Subject
    scenes: Mapping[Lang, Scene]


def prove(
    store: GraphStore,
    asked: Asked,
    hidden_by: PersonKey | None,
    composed: Callable[[Lang, Scene], None] | None = None,
) -> Proven:
    """Freeze, lay out and write the data. Raises `PackageError` where they do not bear out the claims.

    `composed` is told of each scene before the data are written.
    """
    proof = asked.proof
    payments, paid = asked.paid
    keys = {*asked.keys, *proof.keys, *paid}
    parties = {*proof.nodes, *proof.identities, *proof.identities.values()}
    # Whoever the facts name can be looked up in the package, drawn or not.
    named = {id_ for _, id_ in ids_told(asked.found.facts)} if asked.found else set()
    beside = sorted(payments | named - {*asked.ids})
    frozen = freeze(store, asked.picture, (*asked.ids, *beside), keys, parties, asked.round)
    _all_there(asked, frozen)
    findings = [asked.found] if asked.found else list(asked.about.found)
    stated = _facts(asked, store.fingerprint(), hidden_by)
    # A party's findings and gaps tell of people who stand nowhere in its picture.
    told = [[dict(f.facts), f.subjects, f.evidence.nodes] for f in findings]
    people = person_ids([stated, told]) if hidden_by else set()
    called: set[str] = set()
    if people:
        # Findings nobody could check name people who were taken back, whom the store no longer knows.
        called = {*names_of(store, people).values(), *names_told([f.to_json() for f in findings])}
    kept = {*frozen.edges, *parties}
    masks = Masks(frozen.nodes.values(), findings, hidden_by, called, kept)
    frozen = masks.frozen(frozen)
    proving = tuple(map(masks.text, asked.ids)) if asked.found else ()
    subgraph = masks_title(masks, frozen.subgraph(asked.picture, proving, asked.keys))
    citations = cite(frozen, store.batches()).named(masks.text)
    shown = {masks.text(n.id) for n in asked.picture.nodes} | set(proving)
    drawn = _part(subgraph, shown)
    facts = masks.value(stated)
    facts["drawn"] = sorted(n.id for n in drawn.nodes)
    facts_text = _json(facts)
    # Reports are made of what is written, so that whoever has the package can make them again.
    facts = json.loads(facts_text)
    facts_hash = hashlib.sha256(facts_text).hexdigest()
    provenance = json.loads(_json(_provenance(store, asked, citations, facts)))
    scenes: dict[Lang, Scene] = {}
    for lang in LANGUAGES:
        scenes[lang] = compose(drawn, lang=lang)
        if composed is not None:
            composed(lang, scenes[lang])
    names = {n.id: n.name for n in subgraph.nodes}
    tables = tables_of(subgraph, scenes["zh"], finding_rows(facts), proving_paths(facts, names))
    files = {
        "facts.json": facts_text,
        "provenance.json": _json(provenance),
        "source-rows.csv": citations.csv(),
        "graph/graph.graphml": graphml(subgraph, scenes["zh"]),
        "graph/graph.gexf": gexf(subgraph, scenes["zh"]),
        "graph/graph.cyjs": cytoscape_json(subgraph, scenes["zh"]),
        **{f"graph/{name}": content for name, content in tables.items()},
    }
    _check(files)
    parameters = asked.detector.parameters if asked.detector else ()
    return Proven(files, Subject(facts, facts_hash, subgraph, citations, provenance, parameters), scenes)


def contents_of(store: GraphStore, asked: Asked, hidden_by: PersonKey | None) -> Contents:
    """Everything under `data/`. Raises `PackageError` where the data do not bear out the claims."""
    titles: dict[str, str] = {}
    drawn: dict[Lang, Callable[[], bytes]] = {}
    with contextlib.ExitStack() as drawing:

        def begin(lang: Lang, scene: Scene) -> None:
            # Drawn beside the data and the reports, which take as long.
            drawn[lang] = drawing.enter_context(begun_png(scene, _scale(scene)))

        proven = prove(store, asked, hidden_by, begin)
        subject, files = proven.subject, dict(proven.files)
        for lang, scene in proven.scenes.items():
            document = Report(subject, lang).document()
            titles[str(lang)] = document.title
            files[f"picture.{lang}.svg"] = scene_bytes(scene, "svg")
            files[f"report.{lang}.html"] = report_html(document, svg(scene, fonts=True))
            files[f"report.{lang}.pdf"] = report_pdf(document, scene)
        files |= {f"picture.{lang}.png": waited() for lang, waited in drawn.items()}
    subgraph = subject.subgraph
    return Contents(
        files,
        subject.facts_hash,
        titles,
        len(subgraph.nodes),
        len(subgraph.edges),
        subgraph.truncated,
        subject.facts["findings_about_over"],
    )


def _part(subgraph: Subgraph, shown: set[str]) -> Subgraph:
    """What is drawn: the picture, and what proves the finding. Registers of thousands of holders stay in the tables."""
    nodes = tuple(n for n in subgraph.nodes if n.id in shown)
    edges = tuple(e for e in subgraph.edges if e.source in shown and e.target in shown)
    return replace(subgraph, nodes=nodes, edges=edges)


def _scale(scene: Scene) -> float:
    """Dots to a pixel: two, or fewer where the picture is large, whose vectors are beside it."""
    return max(0.1, min(2.0, round(math.sqrt(_MOST_DOTS / (scene.width * scene.height)), 2)))


def masks_title(masks: Masks, subgraph: Subgraph) -> Subgraph:
    """The subgraph with its title masked."""
    return Subgraph(
        subgraph.nodes,
        subgraph.edges,
        masks.text(subgraph.title),
        subgraph.method,
        subgraph.as_of,
        subgraph.fingerprint,
        subgraph.truncated,
    )


def _all_there(asked: Asked, frozen: Frozen) -> None:
    """Raises `PackageError` where an own detector names as proof what the store has not: its definition is to be mended."""
    if asked.detector is None or not is_own(asked.detector):
        return
    lacking = sorted({*asked.keys} & frozen.absent | {*asked.ids} - frozen.nodes.keys())
    if lacking:
        raise PackageError(
            f"自定义检测项 {asked.detector.id} 以 {lacking[0]} 为依据，但数据库中没有这个节点或关系。请检查其定义："
            "nodes、subjects 给出节点编号（.id），keys 给出关系的键（.key）。",
            f"The own detector {asked.detector.id} names {lacking[0]} as proof, and the store has no such node or relationship. "
            "See its definition: nodes and subjects are ids of nodes (.id), keys are keys of relationships (.key).",
        )


def _check(files: Mapping[str, bytes]) -> None:
    """A package that its own check would refuse is never handed out."""
    data = {f"data/{name}": content for name, content in files.items()}
    enclosed = Enclosed.read(data)
    faults, _ = recomputed(enclosed)
    faults += graph_faults(data, enclosed)
    faults += repeated_faults(data, enclosed)
    faults += provenance_faults(data, enclosed, {AGENT_FIELD: agent(software_version())})
    if faults:
        first = faults[0]
        raise PackageError(
            f"材料包未生成：有 {len(faults)} 处不能由所附记录复算，首处为 {first.at}：{first.zh}。请将此信息反馈给维护者。",
            f"No package was written: {counted(len(faults), 'claim does', 'claims do')} not come out of the enclosed rows, the first at {first.at}: "
            f"{first.en}. Please report this.",
        )


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode(
        "utf-8", errors="replace"
    )


def _facts(asked: Asked, fingerprint: str, hidden_by: PersonKey | None) -> dict[str, Any]:
    proof = asked.proof
    findings = []
    if asked.found and asked.detector:
        findings.append(
            asked.found.to_json()
            | definition_of(asked.detector)
            | {
                "evidence": {
                    "nodes": list(asked.found.evidence.nodes),
                    "keys": list(asked.found.evidence.keys),
                },
            }
        )
    elsewhen = [proof.elsewhen[day].ownership_json() for day in sorted(proof.elsewhen, key=str)]
    return {
        "package_version": PACKAGE_VERSION,
        "question": {"kind": asked.kind, "id": asked.id, "type": asked.type},
        "as_of": asked.as_of,
        "dataset": fingerprint,
        "people": "masked" if hidden_by else "named",
        "findings": findings,
        "findings_about": [_named(f, asked.about, hidden_by is not None) for f in asked.about.found],
        "findings_about_over": None if asked.found else asked.about.over,
        "detectors_waiting": [
            {**_titled(d, asked.own), "looked_at": data} for d, data in sorted(asked.about.waiting.items())
        ]
        if asked.about.over == "partly"
        else [],
        "undecided_about": _unjudged(asked.about.unjudged, asked.type, asked.own),
        "party": asked.party,
        **({"proved": asked.proved} if asked.proved else {}),
        "claims": {"shares": proof.shares, "control": proof.control},
        "ownership": proof.ownership_json(),
        **({"ownership_elsewhen": elsewhen} if elsewhen else {}),
        "truncated": asked.picture.truncated,
    }


def _named(found: Finding, about: About, hides: bool) -> dict[str, Any]:
    """A finding that is only named: what it says, what sets it aside, and where it stands in the ledger.

    `hides`: a reason that a person gave may not be read.
    """
    kept = (
        *("fingerprint", "detector", "version", "severity", "scope", "subjects", "basis", "suppressed_by"),
        "text",
    )
    record = about.records.get(found.fingerprint)
    suppression = record.suppression if record and record.suppression and record.suppression.active else None
    return {k: v for k, v in found.to_json().items() if k in kept} | {
        "as_of": found.facts.get("as_of"),
        "state": record.state if record else None,
        "changed_since_decision": record.changed_since_decision if record else None,
        "not_checked_since": record.not_checked_since if record else None,
        "suppression": {
            "until": suppression.until,
            "reason": told_reason(suppression.reason, hides),
        }
        if suppression
        else None,
        "found_in_data": about.data.get(found.fingerprint),
    }


def _unjudged(told: Unjudged | None, type_: str, own: Sequence[Detector]) -> dict[str, Any] | None:
    """What could not be decided of a party, detectors by their titles too; None where it is not known.

    Detectors without any data are told where they look at the like of it: no company receives benefits, no household bids.
    """
    if told is None:
        return None
    receives = {d.id for d in RECIPIENT_DETECTORS}
    apart = {"Company": receives, "Household": {d.id for d in DETECTORS} - receives}.get(type_, set())
    return {
        "gaps": [{**gap, **_titled(gap["detector"], own)} for gap in told.gaps[:_MOST_GAPS]],
        "more": max(0, len(told.gaps) - _MOST_GAPS),
        "without_data": [
            {**_titled(d, own), "lacks": list(lacks)}
            for d, lacks in told.without_data.items()
            if d not in apart
        ],
    }


def _titled(detector: str, own: Sequence[Detector]) -> dict[str, Any]:
    """A detector with its title, where it is one of ours or the operator's."""
    known = next((d for d in (*DETECTORS, *own) if d.id == detector), None)
    return {
        "detector": detector,
        "title": {"zh": known.title_zh, "en": known.title_en} if known else None,
    }


def _meaning(parameter: Parameter) -> dict[str, Any]:
    kept = ("name", "default", "unit", "doc_zh", "doc_en")
    return {name: getattr(parameter, name) for name in kept}


def _provenance(
    store: GraphStore, asked: Asked, citations: Citations, facts: Mapping[str, Any]
) -> dict[str, Any]:
    """Where it all comes from. `facts`: as they are written, masked: what is told of the question is told once."""
    methods = sorted(
        {c["method"] for c in asked.proof.shares} | ({"control"} if asked.proof.control else set())
    )
    detector = asked.detector
    return {
        "package_version": PACKAGE_VERSION,
        "question": {
            "kind": facts["question"]["kind"],
            "id": facts["question"]["id"],
            "as_of": facts["as_of"],
        },
        "detector": {
            "id": detector.id,
            "version": detector.version,
            "parameters": facts["findings"][0]["facts"]["parameters"],
            "queries": dict(detector.queries),
            # Whoever checks the package need not have the operator's file.
            **(
                {"own": True, "parameters_mean": [_meaning(p) for p in detector.parameters]}
                if is_own(detector)
                else {}
            ),
        }
        if detector
        else None,
        "methods": methods,
        "software": {"name": "lookthrough", "version": software_version()},
        "dataset": {"fingerprint": store.fingerprint(), "schema_version": store.schema_version()},
        "batches": [
            {
                "id": b.id,
                "dataset": b.dataset,
                "snapshot": b.snapshot,
                "counts": dict(b.counts),
                "software": b.software,
            }
            for b in sorted(store.batches(), key=lambda b: b.id)
            if b.state == "done"
        ],
        "files": [dict(f) for f in citations.files],
        "people": facts["people"],
    }
