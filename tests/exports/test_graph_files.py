"""Exchange formats, opened by readers that are not ours."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import Any

import networkx as nx
import pytest
from lxml import etree

from exports import csv_zip, cytoscape_json, gexf, graphml
from exports.csv_tables import csv_tables, table
from exports.evidence.citing import COLUMNS as ROW_COLUMNS
from exports.values import cell, uncelled
from exports.verifying.drawn_graphs import graph_faults
from exports.verifying.enclosed import Enclosed
from graph.subgraph import SubEdge, Subgraph, SubNode
from tests.exports.conftest import LOT, World
from visualize import compose
from visualize.excerpt import picture_of

HOSTILE = (
    '=HYPERLINK("http://x","y")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "＝1",
    "\t=1",
    "'=1",
    '虚构𠮷<b>&"]]>\x00\x0b\ud800公司🏗️',
    "名" * 200,
    'a,b\r\nc;d"e',
)


def hostile() -> Subgraph:
    """Every hostile name on a company, in a row of holdings; bands, unknown shares, parallel rows, a self-holding."""
    nodes = [
        SubNode(f"local:{i}", "Company", name, "company", {"note": name}) for i, name in enumerate(HOSTILE)
    ]
    edges = [
        SubEdge(
            f"k{i}",
            "OWNS",
            f"local:{i}",
            f"local:{i + 1}",
            {"share": 0.5 + i / 100, "valid_from": "2020-01-01", "sources": ["b:f#表 #1"]},
        )
        for i in range(len(HOSTILE) - 1)
    ]
    edges += [
        SubEdge(
            "band", "OWNS", "local:0", "local:1", {"share_min": 0.25, "share_max": 0.5, "max_open": True}
        ),
        SubEdge("unknown", "OWNS", "local:3", "local:1", {}),
        SubEdge("self", "OWNS", "local:2", "local:2", {"share": 0.1}),
    ]
    return Subgraph(
        tuple(nodes), tuple(edges), title=HOSTILE[7], method="integrated", as_of="2025-05-20", fingerprint="f"
    )


@pytest.fixture(scope="module", params=["demo", "hostile"])
def picture(request: pytest.FixtureRequest) -> Subgraph:
    if request.param == "hostile":
        return hostile()
    world: World = request.getfixturevalue("world")
    return picture_of(world.store, [LOT], None, world.findings)


def test_the_check_of_a_package_finds_the_tables_said_again_in_each_graph_file(picture: Subgraph) -> None:
    scene = compose(picture)
    files = {f"data/graph/{name}": content for name, content in csv_tables(picture, scene).items()}
    files |= {
        "data/graph/graph.graphml": graphml(picture, scene),
        "data/graph/graph.gexf": gexf(picture, scene),
        "data/graph/graph.cyjs": cytoscape_json(picture, scene),
        "data/facts.json": json.dumps({"dataset": picture.fingerprint}).encode(),
        "data/source-rows.csv": (",".join(ROW_COLUMNS) + "\r\n").encode(),
    }
    enclosed = Enclosed.read(files)
    assert (len(enclosed.nodes), len(enclosed.edges)) == (len(picture.nodes), len(picture.edges))
    assert graph_faults(files, enclosed) == []


def test_networkx_reads_graphml_with_places_and_bounds(picture: Subgraph) -> None:
    scene = compose(picture)
    read = nx.read_graphml(io.BytesIO(graphml(picture, scene)), force_multigraph=True)
    assert set(read) == {n.id for n in picture.nodes}
    edges = {k: (a, b, d) for a, b, k, d in read.edges(keys=True, data=True)}
    assert set(edges) == {e.id for e in picture.edges}
    for edge in picture.edges:
        start, end, data = edges[edge.id]
        assert (start, end) == (edge.source, edge.target)
        for name in ("share", "share_min", "share_max", "valid_from"):
            assert data.get(name) == edge.facts.get(name)
            assert data.get(name) is None or isinstance(data[name], float | str)
    _stand_where_drawn(picture, {i: (d["x"], d["y"]) for i, d in read.nodes(data=True)})


def test_graphml_is_of_the_schema_s_shape_and_has_figures_for_yed(picture: Subgraph) -> None:
    root = etree.fromstring(graphml(picture, compose(picture)))
    ns = {"g": "http://graphml.graphdrawing.org/xmlns", "y": "http://www.yworks.com/xml/graphml"}
    keys = [k.get("id") for k in root.findall("g:key", ns)]
    assert len(keys) == len(set(keys))
    assert [c.tag for c in root][-1] == f"{{{ns['g']}}}graph", "keys stand before the graph"
    used = {d.get("key") for d in root.iter(f"{{{ns['g']}}}data")}
    assert used <= set(keys)
    nodes = root.findall(".//g:node", ns)
    assert len(nodes) == len(picture.nodes)
    assert all(n.find("g:data/y:ShapeNode/y:Geometry", ns) is not None for n in nodes)


def test_networkx_reads_gexf_with_places_the_other_way_up(picture: Subgraph) -> None:
    scene = compose(picture)
    text = gexf(picture, scene)
    root = etree.fromstring(text)
    assert root.get("version") == "1.3" and etree.QName(root).namespace == "http://gexf.net/1.3"
    read = nx.read_gexf(io.BytesIO(text))
    assert set(read) == {n.id for n in picture.nodes}
    places = {i: (d["viz"]["position"]["x"], -d["viz"]["position"]["y"]) for i, d in read.nodes(data=True)}
    _stand_where_drawn(picture, places)


def test_cytoscape_json_has_elements_places_and_style(picture: Subgraph) -> None:
    scene = compose(picture)
    read = json.loads(cytoscape_json(picture, scene))
    nodes = {n["data"]["id"]: n for n in read["elements"]["nodes"]}
    edges = {e["data"]["id"]: e["data"] for e in read["elements"]["edges"]}
    assert set(nodes) == {n.id for n in picture.nodes} and set(edges) == {e.id for e in picture.edges}
    assert all(e["source"] in nodes and e["target"] in nodes for e in edges.values())
    lines = {line.id for line in scene.lines}
    assert all(e["line"] in lines for e in edges.values() if "line" in e)
    assert read["layout"] == {"name": "preset"} and read["style"]
    _stand_where_drawn(picture, {i: (n["position"]["x"], n["position"]["y"]) for i, n in nodes.items()})


def _stand_where_drawn(picture: Subgraph, places: dict[str, tuple[float, float]]) -> None:
    drawn = {n.id: (n.x, n.y) for n in compose(picture).nodes}
    assert drawn
    for id_, (x, y) in drawn.items():
        assert places[id_] == pytest.approx((x, y), abs=0.051)


def test_csv_opens_in_a_spreadsheet_and_runs_nothing(picture: Subgraph, world: World) -> None:
    found = [f for f in world.findings if f.scope_id == LOT]
    with zipfile.ZipFile(io.BytesIO(csv_zip(picture, compose(picture), found))) as archive:
        files = {n: archive.read(n) for n in archive.namelist()}
    assert set(files) == {"nodes.csv", "edges.csv", "findings.csv", "paths.csv", "schema.json"}
    rows: dict[str, list[dict[str, str]]] = {}
    for name, content in files.items():
        if name.endswith(".csv"):
            assert content.startswith(b"\xef\xbb\xbf")
            rows[name] = list(
                csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
            )
            for row in rows[name]:
                assert not [v for v in row.values() if v[:1] in "=+@\t\r" and v]
                assert not [v for v in row.values() if v.startswith("-") and not _number(v)]
    assert {r["id"] for r in rows["nodes.csv"]} == {n.id for n in picture.nodes}
    assert {"share", "share_min", "share_max", "source_file", "source_row"} <= set(rows["edges.csv"][0])
    stated = sum(max(1, len(e.facts.get("sources", ()))) for e in picture.edges)
    assert len(rows["edges.csv"]) == stated, "a row a source row"
    assert len(rows["findings.csv"]) == len(found) and len(rows["paths.csv"]) >= 2
    described = json.loads(files["schema.json"])["tables"]
    for name, table_rows in rows.items():
        assert [c["name"] for c in described[name]] == list(table_rows[0])


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def test_a_cell_gives_back_what_it_was_given() -> None:
    for text in (*HOSTILE[:7], HOSTILE[9], "''=", "'", "plain", "1"):
        assert uncelled(cell(text)) == text
        read = list(csv.reader(io.StringIO(table(["a"], [{"a": text}]).decode("utf-8-sig"), newline="")))
        assert uncelled(read[1][0]) == text


def test_the_same_subgraph_gives_the_same_bytes_in_any_order(picture: Subgraph) -> None:
    from dataclasses import replace

    turned = replace(picture, nodes=picture.nodes[::-1], edges=picture.edges[::-1])
    writers: Any = (graphml, gexf, cytoscape_json, csv_zip)
    for write in writers:
        assert write(picture, compose(picture)) == write(turned, compose(turned))
