"""Laws of the layout: nothing overlaps, owners stand above, the order of input changes nothing."""

from __future__ import annotations

import random
from itertools import combinations, pairwise

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visualize.layout import Block, Layout, place
from visualize.links import Link
from visualize.ranking import rank


def block(number: int, width: float = 120.0, height: float = 44.0) -> Block:
    return Block(f"n{number:03d}", width, height, width * 0.6, width * 0.7)


def link(i: int, above: int, below: int, **more: object) -> Link:
    return Link(f"e{i:03d}", f"n{above:03d}", f"n{below:03d}", 50.0, 18.0, structural=True, **more)  # type: ignore[arg-type]


@st.composite
def graphs(draw: st.DrawFn, loops: bool = True) -> tuple[list[Block], list[Link]]:
    count = draw(st.integers(1, 14))
    sizes = st.tuples(st.integers(60, 220), st.integers(30, 120))
    blocks = [block(i, *draw(sizes)) for i in range(count)]
    number = st.integers(0, count - 1)
    pairs = draw(st.lists(st.tuples(number, number), max_size=30))
    if not loops:
        pairs = [(min(p), max(p)) for p in pairs if p[0] != p[1]]
    level = draw(st.sets(st.integers(0, 30), max_size=4)) if loops else set()
    return blocks, [link(i, a, b, level=i in level) for i, (a, b) in enumerate(pairs)]


def boxes(blocks: list[Block], links: list[Link], layout: Layout) -> list[tuple[float, float, float, float]]:
    out = []
    for b in blocks:
        x, y = layout.centres[b.id]
        out.append((x - b.width / 2, y - b.height / 2, x + b.width / 2, y + b.height / 2))
    for k in links:
        if k.id in layout.routes:
            x, y = layout.routes[k.id].label
            w, h = k.label_width / 2, k.label_height / 2
            out.append((x - w, y - h, x + w, y + h))
    return out


@settings(max_examples=150, deadline=None)
@given(graphs())
def test_no_node_and_no_label_overlaps_another_and_all_lie_inside(
    graph: tuple[list[Block], list[Link]],
) -> None:
    blocks, links = graph
    layout = place(blocks, links)
    placed = boxes(blocks, links, layout)
    for a, b in combinations(placed, 2):
        apart = min(a[2], b[2]) - max(a[0], b[0]) <= 1e-6 or min(a[3], b[3]) - max(a[1], b[1]) <= 1e-6
        assert apart, (a, b)
    for left, top, right, bottom in placed:
        assert left >= -1e-6
        assert top >= -1e-6
        assert right <= layout.width + 1e-6
        assert bottom <= layout.height + 1e-6


@settings(max_examples=100, deadline=None)
@given(graphs(), st.randoms(use_true_random=False))
def test_the_order_of_input_changes_nothing(
    graph: tuple[list[Block], list[Link]], shuffler: random.Random
) -> None:
    blocks, links = graph
    other_blocks, other_links = blocks[:], links[:]
    shuffler.shuffle(other_blocks)
    shuffler.shuffle(other_links)
    assert place(blocks, links) == place(other_blocks, other_links)


@settings(max_examples=100, deadline=None)
@given(graphs())
def test_owners_stand_above_what_they_own_outside_loops(graph: tuple[list[Block], list[Link]]) -> None:
    blocks, links = graph
    owned = [k for k in links if not k.level and k.above != k.below]
    net = nx.DiGraph([(k.above, k.below) for k in owned])
    loops = {n: i for i, part in enumerate(nx.strongly_connected_components(net)) for n in part}
    layout = place(blocks, links)
    for k in owned:
        if loops[k.above] != loops[k.below]:
            assert layout.centres[k.above][1] < layout.centres[k.below][1]
            assert not layout.routes[k.id].upward


@settings(max_examples=60, deadline=None)
@given(graphs(), st.data())
def test_a_new_node_leaves_the_order_of_the_others(
    graph: tuple[list[Block], list[Link]], data: st.DataObject
) -> None:
    blocks, links = graph
    before = place(blocks, links)
    new = block(len(blocks))
    to = data.draw(st.integers(0, len(blocks) - 1))
    grown_links = [*links, link(900, len(blocks), to)]
    after = place([*blocks, new], grown_links, previous=before.centres)
    ranks_before = rank([b.id for b in blocks], links).of
    ranks_after = rank([b.id for b in [*blocks, new]], grown_links).of
    net = nx.Graph([(k.above, k.below) for k in links])
    net.add_nodes_from(b.id for b in blocks)
    for part in nx.connected_components(net):
        for a, b in combinations(sorted(part), 2):
            if ranks_before[a] == ranks_before[b] and ranks_after[a] == ranks_after[b]:
                was = before.centres[a][0] < before.centres[b][0]
                assert was == (after.centres[a][0] < after.centres[b][0])


@settings(max_examples=60, deadline=None)
@given(graphs(loops=False))
def test_a_route_joins_the_rims_of_its_ends_and_runs_down(graph: tuple[list[Block], list[Link]]) -> None:
    blocks, links = graph
    layout = place(blocks, links)
    size = {b.id: b for b in blocks}
    for k in links:
        points = layout.routes[k.id].points
        assert all(a[1] <= b[1] + 1e-6 for a, b in pairwise(points))
        for end, (x, y), sign in ((k.above, points[0], 1), (k.below, points[-1], -1)):
            cx, cy = layout.centres[end]
            assert abs(x - cx) <= size[end].width / 2
            assert y == pytest.approx(cy + sign * size[end].height / 2)


def test_a_tree_has_no_crossing_and_a_chain_is_one_straight_line() -> None:
    tree = [link(i, (i - 1) // 2, i) for i in range(1, 15)]
    layout = place([block(i) for i in range(15)], tree)
    for row in ([3, 4, 5, 6], [7, 8, 9, 10, 11, 12, 13, 14]):
        xs = {i: layout.centres[f"n{i:03d}"][0] for i in row}
        order = sorted(row, key=xs.__getitem__)
        parents = [layout.centres[f"n{(i - 1) // 2:03d}"][0] for i in order]
        assert parents == sorted(parents)
    chain = place([block(i) for i in range(6)], [link(i, i, i + 1) for i in range(5)])
    xs_all = {round(x, 6) for r in chain.routes.values() for x, _ in r.points}
    assert len(xs_all) == 1


def test_subjects_come_to_one_rank_and_what_hangs_off_stands_right_below() -> None:
    """A holder over two bidders at different depths, and a property far from the lot."""
    links = [
        Link("1", "p", "a", structural=True),
        Link("2", "p", "h", structural=True),
        Link("3", "h", "b", structural=True),
        Link("4", "a", "lot"),
        Link("5", "b", "lot"),
        Link("6", "p", "flat"),
    ]
    ranks = rank(["p", "a", "h", "b", "lot", "flat"], links, ["lot", "a", "b"]).of
    assert ranks == {"p": 0, "h": 1, "flat": 1, "a": 2, "b": 2, "lot": 3}


def test_a_soft_link_never_bends_ownership() -> None:
    links = [
        Link("1", "a", "b", structural=True),
        Link("2", "b", "c", structural=True),
        Link("3", "c", "a"),
    ]
    made = rank(["a", "b", "c"], links)
    assert made.of == {"a": 0, "b": 1, "c": 2}
    assert made.upward == {"3"}


def test_a_loop_is_opened_at_its_lightest_link() -> None:
    links = [
        Link("1", "a", "b", weight=0.05, structural=True),
        Link("2", "b", "c", weight=0.6, structural=True),
        Link("3", "c", "a", weight=0.7, structural=True),
    ]
    assert rank(["a", "b", "c"], links).upward == {"1"}


def test_a_large_graph_is_laid_out_whole() -> None:
    rng = random.Random(7)
    links = [link(i, rng.randrange(i), i) for i in range(1, 600)]
    layout = place([block(i) for i in range(600)], links)
    assert len(layout.centres) == 600
    assert len(layout.routes) == 599


def ring(members: int, chords: tuple[tuple[int, int], ...] = ()) -> tuple[list[Block], list[Link]]:
    """Companies that hold one another in turn, each with a holder of its own, and what else they hold."""
    blocks = [block(i) for i in range(2 * members)]
    links = [link(i, i, (i + 1) % members, weight=0.6) for i in range(members)]
    links += [link(members + i, members + i, i, weight=0.4) for i in range(members)]
    links += [link(900 + i, a, b, weight=0.1) for i, (a, b) in enumerate(chords)]
    return blocks, links


@pytest.mark.parametrize(
    ("members", "chords"), [(40, ()), (14, ()), (14, ((3, 9), (12, 2), (0, 7))), (200, ((7, 150),))]
)
def test_a_long_loop_is_folded_into_rows_to_be_followed(
    members: int, chords: tuple[tuple[int, int], ...]
) -> None:
    blocks, links = ring(members, chords)
    layout = place(blocks, links, anchors=["n000"])
    for a, b in combinations(boxes(blocks, links, layout), 2):
        assert min(a[2], b[2]) - max(a[0], b[0]) <= 1e-6 or min(a[3], b[3]) - max(a[1], b[1]) <= 1e-6
    # One column of forty was four times as high as wide.
    if members == 40:
        assert 0.6 < layout.height / layout.width < 1.2
    rows: dict[float, list[int]] = {}
    for i in range(members):
        y = layout.centres[f"n{i:03d}"][1]
        rows.setdefault(y, []).append(i)
        assert y > layout.centres[f"n{members + i:03d}"][1], "who holds a member from outside stands above it"
    read: list[int] = []
    for number, (_, row) in enumerate(sorted(rows.items())):
        read += sorted(row, key=lambda i: layout.centres[f"n{i:03d}"][0], reverse=number % 2 == 1)
    assert all((b - a) % members == 1 for a, b in pairwise(read)), "rows are read to and fro"
    shuffled = links[::-1]
    assert place(blocks[::-1], shuffled, anchors=["n000"]) == layout


def test_a_new_node_leaves_the_order_in_the_rows_of_a_long_loop() -> None:
    blocks, links = ring(40)
    before = place(blocks, links)
    for new in (link(901, 80, 17), link(901, 17, 80)):
        after = place([*blocks, block(80)], [*links, new], previous=before.centres)
        for a, b in combinations([f"n{i:03d}" for i in range(80)], 2):
            if before.centres[a][1] == before.centres[b][1] and after.centres[a][1] == after.centres[b][1]:
                was = before.centres[a][0] < before.centres[b][0]
                assert was == (after.centres[a][0] < after.centres[b][0])


def test_short_loops_and_companies_that_all_hold_each_other_are_not_folded() -> None:
    assert rank([b.id for b in ring(12)[0]], ring(12)[1]).seats == {}
    every = [link(13 * a + b, a, b) for a in range(13) for b in range(13) if a != b]
    assert rank([f"n{i:03d}" for i in range(13)], every).seats == {}
    chain = [link(i, i, i + 1) for i in range(99)]
    assert max(rank([f"n{i:03d}" for i in range(100)], chain).of.values()) == 99
