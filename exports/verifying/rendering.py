"""The reports and pictures of a package made again from its data, and held against those it has."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree

from detectors.definition import Detector, Parameter
from detectors.registry import DETECTORS
from exports.csv_tables import tables_of
from exports.evidence.citing import Citations, Cited
from exports.evidence.document import Document
from exports.evidence.report import Report
from exports.evidence.report_html import report_html
from exports.evidence.telling import Subject, definition_of
from exports.placing import OURS
from exports.software import software_version
from exports.sources import Source
from exports.verifying.enclosed import FACTS, Enclosed, unreadable
from exports.verifying.integrity import Fault
from exports.verifying.provenance import PROVENANCE
from exports.verifying.repeated import finding_rows, proving_paths
from graph.subgraph import SubEdge, Subgraph, SubNode
from visualize import compose, scene_bytes
from visualize.wording import Lang

LANGUAGES: Final[tuple[Lang, ...]] = ("zh", "en")
_GRAPH: Final = "data/graph/graph.cyjs"
_SCHEMA: Final = "data/graph/schema.json"
_LOOK: Final = frozenset({"shape", "width", "height", "fill", "stroke", "line", "label"})
_HERE: Final = "<!-- the picture -->"
"""Where the picture of a report stands while the rest is compared: no text of ours holds it, for `<` is escaped."""
_SHOWN: Final = 80
_PLACES: Final = frozenset(
    {
        "x",
        "y",
        "d",
        "dx",
        "dy",
        "x1",
        "y1",
        "x2",
        "y2",
        "cx",
        "cy",
        "r",
        "rx",
        "ry",
        "width",
        "height",
        "points",
    }
    | {"viewBox", "transform", "textLength", "font-family"}
)
"""Of a picture's attributes, those that say where something stands, which a machine may round otherwise."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """`faults`: where reports and pictures say otherwise than the data; `counts`: how many of each were compared.

    `not_compared`: why none was, in Chinese and English.
    """

    faults: list[Fault]
    counts: dict[str, int]
    not_compared: tuple[str, str] | None = None


def rendered_again(files: Mapping[str, bytes], enclosed: Enclosed, facts_hash: str) -> Rendered:
    """Hold the reports (HTML), the pictures (SVG) and what else the software says of itself against the data.

    Not where the package is of other software, or of a detector that this one does not have: words and layout differ
    between versions. Raises `PackageError` where a file can't be read.
    """
    try:
        provenance = json.loads(files[PROVENANCE])
        detector = _detector(provenance["detector"])
        parameters = detector.parameters if detector else _meanings(provenance["detector"])
    except (KeyError, TypeError, ValueError) as error:
        raise unreadable(PROVENANCE) from error
    if apart := _not_ours(provenance, detector):
        return Rendered([], {"reports": 0, "pictures": 0}, apart)
    subgraph = _subgraph(files)
    subject = Subject(
        enclosed.facts, facts_hash, subgraph, _citations(enclosed, provenance), provenance, parameters
    )
    shown = set(enclosed.facts["drawn"])
    drawn = Subgraph(
        tuple(n for n in subgraph.nodes if n.id in shown),
        tuple(e for e in subgraph.edges if e.source in shown and e.target in shown),
        subgraph.title,
        subgraph.method,
        subgraph.as_of,
        subgraph.fingerprint,
        subgraph.truncated,
    )
    faults = _as_defined(provenance, enclosed.facts, detector)
    scenes = {lang: compose(drawn, lang=lang) for lang in LANGUAGES}
    names = {n.id: n.name for n in subgraph.nodes}
    tables = tables_of(
        subgraph, scenes["zh"], finding_rows(enclosed.facts), proving_paths(enclosed.facts, names)
    )
    faults += _lines(_SCHEMA, _text(files, _SCHEMA), tables["schema.json"].decode())
    for lang, scene in scenes.items():
        picture = scene_bytes(scene, "svg")
        faults += _picture(f"data/picture.{lang}.svg", files, picture)
        faults += _report(f"data/report.{lang}.html", files, Report(subject, lang).document(), picture)
    return Rendered(faults, {"reports": len(LANGUAGES), "pictures": len(LANGUAGES)})


def _not_ours(provenance: Mapping[str, Any], detector: Detector | None) -> tuple[str, str] | None:
    """Why this software can't make the reports of a package again; None where it can."""
    theirs, ours = str(provenance["software"]["version"]), software_version()
    if theirs != ours:
        return (
            f"材料包由 lookthrough {theirs} 生成，本程序为 {ours}",
            f"the package was made by lookthrough {theirs}; this is {ours}",
        )
    told = provenance["detector"]
    if told and detector is None and not told.get("own"):
        return (
            f"本程序没有检测项 {told['id']} 的 {told['version']} 版",
            f"this program does not have detector {told['id']} {told['version']}",
        )
    return None


def _as_defined(
    provenance: Mapping[str, Any], facts: Mapping[str, Any], detector: Detector | None
) -> list[Fault]:
    """Where a package says otherwise of its detector than the detector's definition does."""
    told = provenance["detector"]
    if told and told.get("own") and any(d.id == told["id"] for d in DETECTORS):
        return [
            Fault(
                f"{PROVENANCE} detector/own",
                f"{told['id']} 是本产品的检测项，不是自定义检测项",
                f"{told['id']} is a detector of the product, and no operator's own",
            )
        ]
    if detector is None:
        return []
    found = facts["findings"][0]
    pairs = [(f"{PROVENANCE} detector/queries", provenance["detector"]["queries"], dict(detector.queries))]
    if facts["people"] == "named":
        # A mask may hide a word of theirs that is somebody's name.
        pairs += [
            (f"{FACTS} /findings/0/{name}", found[name], meant)
            for name, meant in definition_of(detector).items()
        ]
    return [
        Fault(
            at,
            f"与检测项 {detector.id} {detector.version} 的定义不符",
            f"is not as detector {detector.id} {detector.version} defines it",
        )
        for at, said, meant in pairs
        if said != meant
    ]


def _meanings(told: Mapping[str, Any] | None) -> tuple[Parameter, ...]:
    """What the parameters of an operator's own detector mean, as its package tells."""
    return tuple(Parameter(**p) for p in (told or {}).get("parameters_mean", ()))


def _detector(told: Mapping[str, Any] | None) -> Detector | None:
    if told is None:
        return None
    return next((d for d in DETECTORS if (d.id, d.version) == (told["id"], told["version"])), None)


def _subgraph(files: Mapping[str, bytes]) -> Subgraph:
    """The frozen graph as the Cytoscape file has it, which keeps numbers, truths and lists as they were."""
    whole = json.loads(files[_GRAPH])
    about = whole["data"]
    nodes = []
    for element in whole["elements"]["nodes"]:
        data = element["data"]
        nodes.append(
            SubNode(
                data["id"],
                data["type"],
                data.get("name") or "",
                data.get("kind") or "",
                _facts(data, {"id", "type", "name", "kind", "effective_share"} | _LOOK),
                data.get("effective_share"),
                _marks(element),
            )
        )
    edges = []
    for element in whole["elements"]["edges"]:
        data = element["data"]
        facts = _facts(data, {"id", "type", "source", "target", "stroke", "line", "label"})
        edges.append(
            SubEdge(data["id"], data["type"], data["source"], data["target"], facts, _marks(element))
        )
    title, method, as_of, fingerprint = (
        str(about.get(name) or "") for name in ("title", "method", "as_of", "fingerprint")
    )
    truncated = bool(about.get("truncated"))
    return Subgraph(tuple(nodes), tuple(edges), title, method, as_of, fingerprint, truncated)


def _facts(data: Mapping[str, Any], apart: set[str] | frozenset[str]) -> dict[str, Any]:
    facts = {}
    for name, value in data.items():
        if name not in apart:
            own = name.removeprefix("fact_")
            facts[own if own in OURS else name] = value
    return facts


def _marks(element: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(c for c in element["classes"].split()[1:] if c != "dashed")


def _citations(enclosed: Enclosed, provenance: Mapping[str, Any]) -> Citations:
    rows = tuple(
        Cited(
            r["ref"],
            Source(r["batch"], r["sha256"][:12], r["sheet"], r["row"]),
            {"name": r["file"] or None, "sha256": r["sha256"]},
            r["dataset"],
            r["record"],
            r["type"],
            r["key"],
            r["from"],
            r["to"],
            json.loads(r["says"]),
        )
        for r in enclosed.rows
    )
    return Citations(rows, tuple(provenance["files"]))


def _report(name: str, files: Mapping[str, bytes], document: Document, picture: bytes) -> Iterator[Fault]:
    """Every byte of a report, and of the picture in it what is drawn and written, but not the fonts."""
    told, meant = _text(files, name), report_html(document, _HERE).decode()
    before, _, after = meant.partition(_HERE)
    start, end = told.find("<svg"), told.rfind("</svg>") + len("</svg>")
    if start < 0 or end < start:
        yield Fault(name, "其中没有图", "there is no picture in it")
        return
    yield from _lines(name, told[:start] + told[end:].removeprefix("\n"), before + after)
    yield from _drawn(name, told[start:end].encode(), picture)


def _lines(name: str, told: str, meant: str) -> Iterator[Fault]:
    for n, (said, right) in enumerate(itertools.zip_longest(told.split("\n"), meant.split("\n")), start=1):
        if said != right:
            one, other = _apart(said or "", right or "")
            yield Fault(
                f"{name} line {n}",
                f"写作“{one}”；按 {FACTS} 与所附表格应为“{other}”",
                f"says {one!r}; by {FACTS} and the enclosed tables it is {other!r}",
            )
            return


def _apart(said: str, right: str) -> tuple[str, str]:
    """From a little before where two texts part, as much as a reader can bear."""
    at = next(
        (n for n, (a, b) in enumerate(zip(said, right, strict=False)) if a != b), min(len(said), len(right))
    )
    start = max(0, at - _SHOWN // 4)
    return said[start : start + _SHOWN], right[start : start + _SHOWN]


def _picture(name: str, files: Mapping[str, bytes], meant: bytes) -> Iterator[Fault]:
    _text(files, name)
    yield from _drawn(name, files[name], meant)


def _drawn(name: str, told: bytes, meant: bytes) -> Iterator[Fault]:
    for said, right in itertools.zip_longest(_elements(told), _elements(meant)):
        if said != right:
            one, other = (" ".join(filter(None, e or ())).strip() for e in (said, right))
            yield Fault(
                name,
                f"图中为“{one[:_SHOWN]}”；按所附表格应为“{other[:_SHOWN]}”",
                f"has {one[:_SHOWN]!r} drawn; by the enclosed tables it is {other[:_SHOWN]!r}",
            )
            return


def _elements(content: bytes) -> Iterator[tuple[str, ...]]:
    """What a picture draws and writes, in its order: each element with its look and text, but not where it stands.

    Fonts are apart too, and the styles that hold them: another version of the libraries that write them writes other bytes.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    try:
        root = etree.fromstring(content, parser)
    except etree.LxmlError:
        yield ("?",)
        return
    for element in root.iter():
        kind = etree.QName(element).localname if isinstance(element.tag, str) else "?"
        if kind != "style":
            look = (f'{k}="{v}"' for k, v in sorted(element.attrib.items()) if k not in _PLACES)
            yield kind, *look, (element.text or "").strip(), (element.tail or "").strip()


def _text(files: Mapping[str, bytes], name: str) -> str:
    try:
        return files[name].decode()
    except (KeyError, UnicodeDecodeError) as error:
        raise unreadable(name) from error
