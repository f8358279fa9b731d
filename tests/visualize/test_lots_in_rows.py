"""Bidders who meet at a dozen lots and more are drawn on a sheet: the lots stand in rows, by their days."""

from __future__ import annotations

import random
from collections import defaultdict

import pytest

from graph.subgraph import SubEdge, Subgraph, SubNode
from visualize import Scene, compose

BIDDERS = ("cn-uscc:A", "cn-uscc:B", "cn-uscc:C")


def drawn(lots: int, shuffled: int | None = None) -> Scene:
    nodes = [SubNode(i, "Company", f"虚构{i[-1]}建设有限公司", "company", {}) for i in BIDDERS]
    # Named against the order of their days.
    days = {f"local:T{lots - n:02d}/1": f"2024-{n % 12 + 1:02d}-{n // 12 + 10}" for n in range(lots)}
    nodes += [SubNode(i, "Lot", f"虚构工程{i}", "", {"bid_on": day}) for i, day in days.items()]
    edges = [
        SubEdge(f"{b}{lot}", "SUBMITS", b, lot, {"amount": 100_00 + n, "currency": "CNY"})
        for n, (b, lot) in enumerate((b, lot) for b in BIDDERS for lot in days)
    ]
    if shuffled is not None:
        random.Random(shuffled).shuffle(nodes)
        random.Random(shuffled + 1).shuffle(edges)
    return compose(Subgraph(tuple(nodes), tuple(edges), "虚构轮流中标", "", "", "", False))


def rows(scene: Scene) -> list[list[str]]:
    found: dict[float, list[str]] = defaultdict(list)
    for node in scene.nodes:
        if node.type == "Lot":
            found[round(node.y, 3)].append(node.id)
    return [found[y] for y in sorted(found)]


@pytest.mark.parametrize("lots", [10, 12, 15, 30])
def test_many_lots_stand_in_rows_by_their_days(lots: int) -> None:
    scene = drawn(lots)
    told = rows(scene)
    assert len(told) > 2 and {len(row) for row in told[:-1]} == {len(told[0])} and sum(map(len, told)) == lots
    by_day = [f"local:T{lots - n:02d}/1" for n in sorted(range(lots), key=lambda n: (n % 12, n // 12))]
    assert [set(row) for row in told] == [
        set(by_day[n : n + len(told[0])]) for n in range(0, lots, len(told[0]))
    ]
    # A page is no more than twice as wide as high, or the other way round.
    assert 0.5 <= scene.width / scene.height <= 2.0


def test_the_same_lots_give_the_same_picture() -> None:
    assert drawn(12) == drawn(12, shuffled=1) == drawn(12, shuffled=7)


def test_few_lots_stay_side_by_side() -> None:
    assert len(rows(drawn(9))) == 1
