"""Pictures as files: well formed, offline, safe, complete, equal for equal input."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from graph.subgraph import SubEdge, Subgraph, SubNode
from tests.visualize import pictures
from tests.visualize.pictures import company, owns, person
from visualize import DrawingError, compose, render
from visualize.html import page
from visualize.lettering import measure, percent
from visualize.pieces import Text
from visualize.scene import Scene
from visualize.scene_json import scene_json
from visualize.svg import svg

Make = Callable[[], Subgraph]
each_picture = pytest.mark.parametrize("make", pictures.ALL, ids=lambda f: f.__name__)
SVG = "{http://www.w3.org/2000/svg}"


def drawn(subgraph: Subgraph, lang: str = "zh") -> str:
    return svg(compose(subgraph, lang=lang))  # type: ignore[arg-type]


def words(subgraph: Subgraph, lang: str = "zh") -> str:
    root = etree.fromstring(drawn(subgraph, lang).encode())
    return "\n".join(t.text or "" for t in root.iter(f"{SVG}text"))


def texts(scene: Scene) -> list[Text]:
    out = [*scene.headings, *scene.legend.texts]
    for node in scene.nodes:
        out += node.texts
        out += [Text(b.x, b.y, b.text, b.size) for b in node.badges]
    for line in scene.lines:
        out += line.label
    return out


@each_picture
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_nothing_overlaps_and_everything_lies_on_the_canvas(make: Make, lang: str) -> None:
    scene = compose(make(), lang=lang)  # type: ignore[arg-type]
    free = [n for n in scene.nodes if not n.stack]
    boxes = [(n.x - n.width / 2, n.y - n.height / 2, n.x + n.width / 2, n.y + n.height / 2) for n in free]
    boxes += [(s.x, s.y, s.x + s.width, s.y + s.height) for s in scene.stacks]
    labels = [k.label_box for k in scene.lines if k.label_box]
    boxes += [(x, y, x + w, y + h) for x, y, w, h in labels]
    for a, b in combinations(boxes, 2):
        assert min(a[2], b[2]) <= max(a[0], b[0]) + 1e-6 or min(a[3], b[3]) <= max(a[1], b[1]) + 1e-6
    for text in texts(scene):
        wide = measure(text.text, text.size)
        left = text.x - (0 if text.anchor == "start" else wide / 2)
        assert left >= 0
        assert left + wide <= scene.width
        assert 0 < text.y < scene.height
    for node in scene.nodes:
        if node.shape == "box":
            for text in node.texts:
                assert measure(text.text, text.size) <= node.width
    for line in scene.lines:
        assert all(0 <= x <= scene.width and 0 <= y <= scene.height for x, y in line.path)


@each_picture
def test_shuffled_input_gives_the_same_bytes(make: Make) -> None:
    subgraph = make()
    rng = random.Random(3)
    nodes, edges = list(subgraph.nodes), list(subgraph.edges)
    rng.shuffle(nodes)
    rng.shuffle(edges)
    other = replace(subgraph, nodes=tuple(nodes), edges=tuple(edges))
    assert drawn(subgraph) == drawn(other)
    assert scene_json(compose(subgraph)) == scene_json(compose(other))


@each_picture
def test_every_node_and_edge_is_in_the_scene(make: Make) -> None:
    subgraph = make()
    scene = compose(subgraph)
    bids = {n.id for n in subgraph.nodes if n.type == "Bid"}
    assert {n.id for n in subgraph.nodes} - bids <= {n.id for n in scene.nodes}
    members = {m for line in scene.lines for m in line.members}
    assert {e.id for e in subgraph.edges if e.type != "FOR_LOT"} <= members


class _Urls(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.scripts: list[str] = []
        self.styles: list[str] = []
        self.policy = ""
        self.tags: list[str] = []
        self._open = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        have = dict(attrs)
        self.tags.append(tag)
        self.found += [f"{tag} {k}" for k in have if k in ("src", "href", "xlink:href", "action", "style")]
        self.found += [f"{tag} {k}" for k in have if k.startswith("on")]
        if have.get("http-equiv") == "Content-Security-Policy":
            self.policy = have["content"] or ""
        self._open = f"{tag} {have.get('type') or ''}".strip()

    def handle_data(self, data: str) -> None:
        if self._open == "script":
            self.scripts.append(data)
        elif self._open == "style":
            self.styles.append(data)
        self._open = ""


@each_picture
def test_the_page_refers_to_nothing_outside_and_its_policy_admits_only_itself(make: Make) -> None:
    subgraph = make()
    html = page({"zh": compose(subgraph, lang="zh"), "en": compose(subgraph, lang="en")})
    seen = _Urls()
    seen.feed(html)
    assert seen.found == []
    assert {"img", "link", "iframe", "object"}.isdisjoint(seen.tags)
    assert set(re.findall(r"https?://[^\s\"'<]+", html)) == {"http://www.w3.org/2000/svg"}
    assert "url(" not in html
    assert "@import" not in html
    assert seen.policy.startswith("default-src 'none'")
    assert len(seen.scripts) == len(seen.styles) == 1
    for text in (*seen.scripts, *seen.styles):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in seen.policy
    assert seen.tags.count("script") == 2


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=40), st.text(st.characters(codec=None), max_size=30), st.text(max_size=20))
def test_any_text_in_any_place_stays_text(name: str, fact: str, id_: str) -> None:
    hostile = "</script></title></svg><script>x</script>" + name
    subgraph = Subgraph(
        (
            company("a" + id_, hostile, facts={"region": fact, fact or "x": hostile}),
            company("b", name + "'\"<&>"),
        ),
        (
            SubEdge(
                fact, "OFFICER_OF", "a" + id_, "b", {"role": hostile, "sources": [fact, hostile]}, (fact,)
            ),
        ),
        hostile,
        hostile,
        fact,
        hostile,
    )
    scene = compose(subgraph)
    etree.fromstring(svg(scene).encode())
    html = page({"zh": scene, "en": compose(subgraph, lang="en")})
    seen = _Urls()
    seen.feed(html)
    assert seen.tags.count("script") == 2
    assert seen.found == []
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.S)
    assert data
    json.loads(data[1])
    html.encode()
    json.loads(scene_json(scene).encode())


def test_bids_become_lines_with_their_amount() -> None:
    scene = compose(pictures.nine_bidders())
    assert not [n for n in scene.nodes if n.type == "Bid"]
    bids = [k for k in scene.lines if k.kind == "bid"]
    assert {(k.source, k.target) for k in bids} == {(f"b{i}", "lot") for i in range(1, 10)}
    assert "投标 124.46万元" in words(pictures.nine_bidders())
    rows = sorted({round(n.y) for n in scene.nodes if n.id.startswith("b") and n.id != "buyer"})
    assert len(rows) == 1


@pytest.mark.parametrize(
    ("end", "told"), [("2025-01", "700.00元"), ("2025-12", "每月700.00元"), (None, "每月700.00元")]
)
def test_what_is_paid_for_several_months_is_said_to_be_paid_each_month(end: str | None, told: str) -> None:
    facts = {"from_month": "2025-01", "to_month": end, "amount": 70_000, "currency": "CNY"}
    paid = SubNode("b", "Benefit", "虚构补贴", facts=facts)
    assert told in words(Subgraph((paid,), ())).splitlines()


@pytest.mark.parametrize(("month", "told"), [("2025-01", "应享 620.00元"), (None, "应享 每月620.00元")])
def test_what_a_household_is_entitled_to_stands_on_its_line(month: str | None, told: str) -> None:
    nodes = (SubNode("h", "Household", "虚构户"), SubNode("g", "Program", "虚构补贴"))
    facts = {"month": month, "amount": 62_000, "currency": "CNY"}
    assert told in words(Subgraph(nodes, (SubEdge("1", "ENTITLED_TO", "h", "g", facts),))).splitlines()


def test_the_owner_four_layers_up_stands_on_top_and_the_lot_under_the_bidders() -> None:
    y = {n.id: n.y for n in compose(pictures.nine_bidders()).nodes}
    assert y["p"] < y["t1"] < y["t2"] < y["t4"] < y["b1"] < y["lot"] < y["tender"]
    assert y["p"] == min(y.values())


@pytest.mark.parametrize(
    ("kind", "said"),
    [("rate", "投标 12.50%"), ("reduction", "投标 下浮率 12.50%"), ("discount", "投标 折扣率 12.50%")],
)
def test_a_bid_at_a_rate_says_of_what(kind: str, said: str) -> None:
    nodes = [
        SubNode("c", "Company", "虚构甲建设有限公司"),
        SubNode("bid", "Bid", "", facts={"rate": 0.125, "price_kind": kind}),
        SubNode("lot", "Lot", "标段1"),
    ]
    edges = [SubEdge("1", "SUBMITS", "c", "bid"), SubEdge("2", "FOR_LOT", "bid", "lot")]
    assert said in words(Subgraph(nodes, edges))


def test_a_bid_that_carries_more_than_its_bidder_stays_a_node() -> None:
    nodes = (
        company("c", "示例公司"),
        SubNode("bid", "Bid", "", facts={"amount": 100}),
        SubNode("lot", "Lot", "示例标段"),
        SubNode("d", "Contact", "AA:BB", "device"),
    )
    edges = (
        SubEdge("1", "SUBMITS", "c", "bid"),
        SubEdge("2", "FOR_LOT", "bid", "lot"),
        SubEdge("3", "USED_IN_BID", "d", "bid"),
    )
    assert "bid" in {n.id for n in compose(Subgraph(nodes, edges)).nodes}


def test_an_account_is_shown_as_its_masked_number_not_as_the_hash_it_is_known_by() -> None:
    node = SubNode(
        "account:8caf0d116318510a5eb8716ffc27cfdc", "Contact", "", "account", {"value": "9999********6666"}
    )
    (shown,) = compose(Subgraph((node,), ())).nodes
    assert shown.name == "9999********6666"


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"share": 0.51}, "51.00%"),
        ({"share": 0.123456}, "12.35%"),
        ({"share": 0.00001}, "0.001%"),
        ({"share": 0.99999}, "99.999%"),
        ({"share": 1.0}, "100.00%"),
        ({"share_min": 0.25, "share_max": 0.5}, "25%–50%"),
        ({"share_min": 0.75}, "≥75%"),
        ({"share_min": 0.75, "share_max": 1.0}, "≥75%"),
        ({"share_min": 0.1, "share_max": 1.0, "min_open": True}, ">10%"),
        ({"share_min": 0.0, "share_max": 0.05, "max_open": True}, "<5%"),
        ({"share_min": 0.0, "share_max": 0.05}, "≤5%"),
        ({"share_min": 0.25, "share_max": 0.5, "min_open": True}, ">25%–50%"),
        ({"share_min": 0.5, "share_max": 0.75, "max_open": True}, "50%–<75%"),
        ({"share_min": 0.0, "share_max": 1.0, "min_open": True}, ">0%"),
        ({"share_max": 0.05, "max_open": True}, "<5%"),
        ({"share": 0.3, "votes": 0.6}, "30.00%\n表决权 60.00%"),
        ({"votes_min": 0.5, "votes_max": 0.75}, "表决权 50%–75%"),
        ({}, "比例未知"),
    ],
)
def test_a_holding_says_what_is_known_of_it(facts: dict[str, object], said: str) -> None:
    edge = SubEdge("e", "OWNS", "a", "b", facts)
    subgraph = Subgraph((company("a", "示例甲"), company("b", "示例乙")), (edge,))
    line = compose(subgraph).lines[0]
    assert "\n".join(t.text for t in line.label) == said
    assert bool(line.style.dash) == (not facts)


def test_doubts_show_by_form_not_by_colour_alone() -> None:
    scene = compose(pictures.doubts())
    nodes = {n.id: n for n in scene.nodes}
    lines = {m: k for k in scene.lines for m in k.members}
    assert nodes["k3"].style.dash
    assert nodes["k3"].name == "未知"
    assert nodes["local:从未载入"].style.dash
    assert "合计>100%" in [b.text for b in nodes["x"].badges]
    assert "已抑制" in [b.text for b in nodes["k1"].badges]
    assert "已退出 2023-01-01" in [t.text for t in lines["o:k6>x"].label]
    assert "已抑制" in [t.text for t in lines["o:k1>x"].label]
    assert nodes["x"].style.double
    assert "图未画全" in words(pictures.doubts())


@pytest.mark.parametrize(
    ("as_of", "stated", "said"),
    [
        ("2025-05-20", {"valid_from": "2025-05-21"}, "其后才开始 2025-05-21"),
        ("2025-05-20", {"valid_to": "2025-05-20"}, "已退出 2025-05-20"),
        ("2025-05-20", {"valid_from": "2025-05-20", "valid_to": "2025-05-21"}, ""),
        # A month holds every day of it, until the next begins.
        ("2025-05-20", {"valid_from": "2025-05"}, ""),
        ("2025-05", {"valid_from": "2025-05-31"}, ""),
        ("2025-05", {"valid_from": "2025-06-01"}, "其后才开始 2025-06-01"),
    ],
)
def test_what_does_not_hold_on_the_day_is_dotted_and_says_when_it_does(
    as_of: str, stated: dict[str, str], said: str
) -> None:
    nodes = (company("a", "示例甲"), company("b", "示例乙"))
    scene = compose(Subgraph(nodes, (owns("a", "b", 0.6, **stated),), as_of=as_of))
    line = scene.lines[0]
    assert [t.text for t in line.label] == ["60.00%", *([said] if said else [])]
    assert bool(line.style.dash) == bool(said)


def test_only_holders_of_one_list_at_the_date_add_up_to_more_than_the_whole() -> None:
    nodes = tuple(company(i, f"示例{i}") for i in "abcd")
    edges = (
        owns("a", "c", 1.0, list_kind="registered"),
        owns("b", "c", 0.6, list_kind="top_ten"),
        owns("d", "c", 0.7, list_kind="top_ten", valid_to="2020-01"),
    )
    assert "合计>100%" not in words(Subgraph(nodes, edges, as_of="2024-01-01"))
    assert "合计>100%" in words(Subgraph(nodes, edges, as_of="2019-12-31"))


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.0, "0.00%"),
        (1e-20, "<0.000001%"),
        (9e-9, "<0.000001%"),
        (2e-8, "0.000002%"),
        (5e-5, "0.005%"),
        (0.5049, "50.49%"),
        (1 - 1e-9, "99.9999999%"),
        (1.0, "100.00%"),
    ],
)
def test_a_share_is_never_written_as_nothing_or_as_all(share: float, said: str) -> None:
    assert percent(share) == said


def test_a_file_two_data_sets_hold_is_one_line_and_no_register_of_two_hundred_percent() -> None:
    holders = [person("p", "测试甲"), person("q", "测试乙"), company("c", "虚构丙有限公司")]
    lists = [
        owns(p, "c", share, dataset=dataset, observed_on=day)
        for p, share in (("p", 0.7), ("q", 0.3))
        for dataset, day in (("main", "2025-01-01"), ("weekly", "2025-02-01"))
    ]
    edges = tuple(replace(e, id=f"{e.id}{n}") for n, e in enumerate(lists))
    scene = compose(Subgraph(tuple(holders), edges))
    assert sorted(len(line.members) for line in scene.lines) == [2, 2]
    assert sorted(line.label[0].text for line in scene.lines) == ["30.00%", "70.00%"]
    assert not any(b.text == "合计>100%" for n in scene.nodes for b in n.badges)
    assert {s for f in scene.lines[0].facts for s in f.sources} == {"b1:0123456789ab#股东#p-c"}
    # What two lists say otherwise of one holder stays two lines.
    other = (*edges, replace(edges[0], id="x", facts={**edges[0].facts, "share": 0.6}))
    assert len(compose(Subgraph(tuple(holders), other)).lines) == 3


def test_findings_are_thick_and_badged() -> None:
    scene = compose(pictures.nine_bidders())
    found = [n for n in scene.nodes if "finding" in n.marks]
    assert found
    for node in found:
        assert node.style.width >= 3
        assert "疑点" in [b.text for b in node.badges]
    for line in scene.lines:
        if "finding" in line.marks:
            assert line.style.width >= 3
            assert line.label[0].text.startswith("▲")
    computed = next(k for k in scene.lines if k.kind == "computed")
    assert computed.style.dash
    assert [t.text for t in computed.label] == ["▲ 穿透 19.60%", "80% × 70% × 35% = 19.6%"]


def test_both_directions_of_a_loop_are_drawn_apart_and_named() -> None:
    scene = compose(pictures.cross_holding())
    lines = {k.members[0]: k for k in scene.lines}
    down, up = lines["o:a>b"], lines["o:b>a"]
    assert down.path[0][1] < down.arrow[0][1]
    assert up.arrow[0][1] == min(y for _, y in (*up.path, *up.arrow))
    assert abs(down.label[0].x - up.label[0].x) > 40
    assert down.label[0].text.startswith("循环")
    assert lines["o:d>d"].path


def test_one_line_for_the_roles_of_one_person() -> None:
    assert "法定代表人、执行董事" in words(pictures.nine_bidders())


def test_a_hub_is_stacked_with_every_share_readable() -> None:
    scene = compose(pictures.hub())
    (stack,) = scene.stacks
    cells = [n for n in scene.nodes if n.stack == stack.id]
    assert len(cells) == len(stack.members) == 59
    for cell in cells:
        assert stack.x < cell.x - cell.width / 2
        assert cell.x + cell.width / 2 < stack.x + stack.width
        assert stack.y < cell.y - cell.height / 2
        assert cell.y + cell.height / 2 < stack.y + stack.height
    for a, b in combinations(cells, 2):
        assert abs(a.x - b.x) >= a.width or abs(a.y - b.y) >= a.height
    assert "59 名股东" in words(pictures.hub())
    assert not compose(pictures.hub(6)).stacks


def test_a_stack_of_a_picture_that_is_cut_says_that_there_may_be_more() -> None:
    cut = replace(pictures.hub(), truncated=True)
    for lang, whole, part in (
        ("zh", "59 名股东", "所示 59 名股东"),
        ("en", "59 holders", "59 holders shown"),
    ):
        (stack,), (told,) = compose(cut, lang=lang).stacks, compose(pictures.hub(), lang=lang).stacks
        assert (told.heading.text, stack.heading.text) == (whole, part)
    # h7's share is unknown: without it the sum of a whole picture is exact, that of a cut one never.
    known = tuple(e for e in cut.edges if e.source != "h7")
    for truncated in (False, True):
        said = words(replace(cut, edges=known, truncated=truncated))
        assert "合计" in said
        assert ("合计 ≥" in said) == truncated


def test_the_legend_says_method_date_data_and_what_it_is_not() -> None:
    said = words(pictures.nine_bidders())
    for part in ("截至日期：2025-03-12", "integrated", "f00dfeed", "线索，非结论"):
        assert part in said
    assert "A lead, not a conclusion" in words(pictures.nine_bidders(), "en")
    assert "穿透持股比例（对 示例丙科技有限公司）" in words(pictures.cross_holding())


def test_source_rows_are_behind_every_line() -> None:
    for line in compose(pictures.cross_holding()).lines:
        assert line.facts[0].sources == (f"b1:0123456789ab#股东#{line.source}-{line.target}",)


def test_rare_characters_are_kept_and_deceiving_ones_taken_out() -> None:
    said = words(pictures.long_names())
    assert "𠮷野" in said
    assert "\u202e" not in drawn(pictures.long_names())
    assert "\x1b" not in drawn(pictures.long_names())


def test_a_second_picture_keeps_the_order_of_the_first() -> None:
    before = compose(pictures.nine_bidders())
    old = pictures.nine_bidders()
    grown = replace(
        old, nodes=(*old.nodes, company("new", "虚构新增股东")), edges=(*old.edges, owns("new", "b9", 0.2))
    )
    after = compose(grown, previous={n.id: (n.x, n.y) for n in before.nodes})
    row = [f"b{i}" for i in range(1, 10)]
    x = {n.id: n.x for n in before.nodes}
    x_after = {n.id: n.x for n in after.nodes}
    assert sorted(row, key=x.__getitem__) == sorted(row, key=x_after.__getitem__)


def test_an_empty_graph_is_a_picture_too() -> None:
    assert "没有可画的内容" in words(Subgraph((), ()))


def test_render_chooses_by_ending_and_replaces_whole_files(tmp_path: Path) -> None:
    for ending in ("svg", "html", "json"):
        target = tmp_path / f"图.{ending}"
        target.write_text("old")
        assert render(pictures.household(), target) == target
        assert "虚构户001" in target.read_text(encoding="utf-8")
    etree.parse(str(tmp_path / "图.svg"))
    assert json.loads((tmp_path / "图.json").read_text(encoding="utf-8"))["version"] == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["图.html", "图.json", "图.svg"]


def test_render_says_what_is_wrong_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(DrawingError) as ending:
        render(pictures.household(), tmp_path / "a.bmp")
    assert ".svg" in ending.value.zh
    assert ".svg" in ending.value.en
    with pytest.raises(DrawingError, match="no folder"):
        render(pictures.household(), tmp_path / "missing" / "a.svg")
    (tmp_path / "folder.svg").mkdir()
    with pytest.raises(DrawingError):
        render(pictures.household(), tmp_path / "folder.svg")
    assert [p.name for p in tmp_path.iterdir()] == ["folder.svg"]
