"""The graph files of a package held against its tables: GraphML, GEXF and Cytoscape JSON say what the tables say."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from lxml import etree

from exports.placing import edge_label, node_label
from exports.sources import Source
from exports.values import plain, xml_text
from exports.verifying.enclosed import EDGES, FACTS, NODES, Enclosed, number, unreadable
from exports.verifying.integrity import Fault

_SOURCES: Final = frozenset({"source_batch", "source_file", "source_sheet", "source_row"})
"""Columns of the table of edges that stand as one field, `sources`, in a graph file."""
_ABOUT: Final = ("title", "method", "as_of", "fingerprint", "truncated")
_LOOK: Final = frozenset({"shape", "width", "height", "fill", "stroke", "line"})
_LABELS: Final = frozenset({"label", "yed_label"})


@dataclass
class _Graph:
    """`nodes` and `edges` by id, every field as text; `about`: what is said of the whole; `doubles`: ids given twice."""

    nodes: dict[str, dict[str, str]] = field(default_factory=dict)
    edges: dict[str, dict[str, str]] = field(default_factory=dict)
    about: dict[str, str] = field(default_factory=dict)
    doubles: list[str] = field(default_factory=list)

    def add(self, to: dict[str, dict[str, str]], id_: str, fields: dict[str, str]) -> None:
        if id_ in to:
            self.doubles.append(id_)
        to[id_] = {k: v for k, v in fields.items() if v != ""}


def graph_faults(files: Mapping[str, bytes], enclosed: Enclosed) -> list[Fault]:
    """What a graph file says otherwise than the tables. Raises `PackageError` where one can't be read."""
    found: list[Fault] = []
    abouts: dict[str, dict[str, str]] = {}
    for name, read in _FILES.items():
        try:
            graph = read(files[name])
        except (KeyError, ValueError, TypeError, AttributeError, RecursionError, etree.LxmlError) as error:
            raise unreadable(name) from error
        abouts[name] = graph.about
        found += [
            Fault(name, f"{id_} 出现不止一次", f"{id_} stands in it more than once") for id_ in graph.doubles
        ]
        found += _held(name, NODES, graph.nodes, enclosed.nodes, _node_fields)
        found += _held(name, EDGES, graph.edges, enclosed.edges, _edge_fields)
        found += _as_sourced(name, graph, enclosed)
    return [*found, *_of_one_question(abouts, enclosed)]


Fields = Callable[[Mapping[str, str]], dict[str, str]]


def _held(
    name: str,
    table: str,
    told: Mapping[str, Mapping[str, str]],
    rows: Mapping[str, Mapping[str, str]],
    fields: Fields,
) -> Iterator[Fault]:
    """Every row of the table stands in the file, with each of its fields, and nothing else does."""
    by_id = {xml_text(id_): row for id_, row in rows.items()}
    for id_ in sorted(by_id.keys() - told.keys()):
        yield Fault(f"{name} {id_}", f"缺失（{table} 中有）", f"is missing ({table} has it)")
    for id_ in sorted(told.keys() - by_id.keys()):
        yield Fault(f"{name} {id_}", f"多出（{table} 中没有）", f"was added ({table} does not have it)")
    for id_ in sorted(by_id.keys() & told.keys()):
        expected = fields(by_id[id_])
        says = {k: v for k, v in told[id_].items() if k != "sources" or table == NODES}
        for column in sorted(says.keys() | expected.keys()):
            said, meant = says.get(column, ""), expected.get(column, "")
            if column == "yed_label" and column not in says:
                continue
            if not _same(said, meant):
                yield Fault(
                    f"{name} {id_} {column}",
                    f"写作“{said}”；按 {table} 应为“{meant}”",
                    f"is stated as {said!r}; by {table} it is {meant!r}",
                )


def _node_fields(row: Mapping[str, str]) -> dict[str, str]:
    label = node_label(row["type"], row["id"], row.get("name") or "", "zh")
    shown = {k: v for k, v in row.items() if k != "id" and v}
    return shown | dict.fromkeys(_LABELS, label)


def _edge_fields(row: Mapping[str, str]) -> dict[str, str]:
    stated = {name: number(dict(row), name) for name in ("share", "share_min", "share_max")}
    shown = {k: v for k, v in row.items() if k != "id" and k not in _SOURCES and v}
    return shown | dict.fromkeys(_LABELS, edge_label(row["type"], stated, "zh"))


def _as_sourced(name: str, graph: _Graph, enclosed: Enclosed) -> Iterator[Fault]:
    by_id = {xml_text(id_): enclosed.sources.get(id_, set()) for id_ in enclosed.edges}
    for id_, fields in sorted(graph.edges.items()):
        texts = [text for text in fields.get("sources", "").split("\n") if text]
        said = {Source.read(text) for text in texts}
        if id_ in by_id and said != by_id[id_]:
            yield Fault(
                f"{name} {id_} sources", f"来源与 {EDGES} 不同", f"its sources are not those of {EDGES}"
            )


def _of_one_question(abouts: Mapping[str, Mapping[str, str]], enclosed: Enclosed) -> Iterator[Fault]:
    """The three say the same of what they are about, and of which data it is."""
    first = next(iter(abouts.values()))
    dataset = str(enclosed.facts["dataset"])
    for name, about in abouts.items():
        if about.get("fingerprint", "") != dataset:
            yield Fault(name, f"数据指纹与 {FACTS} 不同", f"names another data set than {FACTS}")
        elif dict(about) != dict(first):
            yield Fault(
                name,
                "标题、方法或日期与其他图文件不同",
                "title, method or date are not those of the other graph files",
            )


def _same(said: str, meant: str) -> bool:
    """One value, as XML, JSON and a table write it: white space, whole numbers and truths differ."""
    one, other = " ".join(said.split()), " ".join(meant.split())
    if one == other or (other in ("true", "false") and one.lower() == other):
        return True
    return _is_number(one) and _is_number(other) and float(one) == float(other)


def _is_number(text: str) -> bool:
    try:
        return text in (repr(float(text)), str(int(float(text))))
    except (ValueError, OverflowError):
        return False


def _xml(content: bytes) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.fromstring(content, parser)
    if b"<!DOCTYPE" in content:
        raise ValueError("a document type, which no graph file of ours has")
    return root


def _local(element: Any) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _read_graphml(content: bytes) -> _Graph:
    root, graph = _xml(content), _Graph()
    names = {e.get("id"): e.get("attr.name") for e in root.iter() if _local(e) == "key"}

    def fields(element: Any) -> dict[str, str]:
        read: dict[str, str] = {}
        for data in element:
            if _local(data) == "data" and (column := names.get(data.get("key"))):
                read[column] = data.text or ""
        labels = [e.text or "" for e in element.iter() if _local(e) in ("NodeLabel", "EdgeLabel")]
        return read | ({"yed_label": " ".join(labels)} if labels else {})

    for element in root.iter():
        kind = _local(element)
        if kind == "node":
            graph.add(graph.nodes, element.attrib["id"], fields(element))
        elif kind == "edge":
            ends = {"source": element.attrib["source"], "target": element.attrib["target"]}
            graph.add(graph.edges, element.attrib["id"], fields(element) | ends)
        elif kind == "graph":
            said = {names.get(d.get("key")): d.text or "" for d in element if _local(d) == "data"}
            graph.about = _about(said)
    return graph


def _read_gexf(content: bytes) -> _Graph:
    root, graph = _xml(content), _Graph()
    titles = {
        (e.get("class"), a.get("id")): a.get("title")
        for e in root.iter()
        if _local(e) == "attributes"
        for a in e
    }
    for element in root.iter():
        kind = _local(element)
        if kind not in ("node", "edge"):
            continue
        read = {
            str(titles[kind, v.get("for")]): v.get("value") or ""
            for v in element.iter()
            if _local(v) == "attvalue"
        }
        read["label"] = element.get("label") or ""
        if kind == "node":
            graph.add(graph.nodes, element.attrib["id"], read)
            continue
        read |= {"source": element.attrib["source"], "target": element.attrib["target"]}
        renamed = {"relation": "type", "fact_relation": "relation"}
        read = {renamed.get(k, k): v for k, v in read.items()}
        # The library that writes it names the edge a second time.
        if read.pop("networkx_key", element.attrib["id"]) != element.attrib["id"]:
            raise ValueError("two ids of one edge")
        graph.add(graph.edges, element.attrib["id"], read)
    meta = {_local(e): e.text or "" for m in root.iter() if _local(m) == "meta" for e in m}
    keywords = meta.get("keywords", "")
    cut = keywords.endswith(" · truncated")
    told = keywords.removesuffix(" · truncated").split(" · ")
    whole = dict(zip(("method", "as_of", "fingerprint"), told, strict=True))
    graph.about = _about(whole | {"title": meta.get("description", ""), "truncated": str(cut)})
    return graph


def _read_cytoscape(content: bytes) -> _Graph:
    whole, graph = json.loads(content), _Graph()
    for node in whole["elements"]["nodes"]:
        read = _data(node)
        position = {axis: _text(node["position"][axis]) for axis in ("x", "y")}
        graph.add(graph.nodes, read.pop("id"), {**read, **position})
    for edge in whole["elements"]["edges"]:
        read = _data(edge)
        graph.add(graph.edges, read.pop("id"), read)
    graph.about = _about({k: _text(v) for k, v in whole["data"].items()})
    return graph


def _data(element: Mapping[str, Any]) -> dict[str, str]:
    read = {k: _text(v) for k, v in element["data"].items() if k not in _LOOK}
    # The marks stand between the type and what is only a matter of lines.
    classes = [one for one in str(element["classes"]).split() if one != "dashed"]
    if not classes or classes[0] != read.get("type"):
        raise ValueError("an element without its type")
    return read | {"marks": " ".join(classes[1:])}


def _text(value: Any) -> str:
    shown = plain(value)
    return "" if shown is None else str(shown).lower() if isinstance(shown, bool) else str(shown)


def _about(said: Mapping[Any, str]) -> dict[str, str]:
    shown = {name: re.sub(r"\s+", " ", said.get(name) or "") for name in _ABOUT}
    return {name: text.lower() if name == "truncated" else text for name, text in shown.items()}


_FILES: Final[dict[str, Callable[[bytes], _Graph]]] = {
    "data/graph/graph.graphml": _read_graphml,
    "data/graph/graph.gexf": _read_gexf,
    "data/graph/graph.cyjs": _read_cytoscape,
}
