"""Lists that do not count, beside the one that does: what contradicts it is said, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from graph.penetration import ControlAnswer, Ownership, Penetration, controller, penetrate
from graph.stores import GraphStore, open_store
from tests.graph.oracles import ownership
from tests.graph.worlds import holdings

A, B, C, D = "local:A", "local:B", "local:C", "local:D"
DAY = "2025-01-01"


def told(answer: Penetration | ControlAnswer) -> list[tuple[Any, ...]]:
    """The warnings about lists: ids and value."""
    flags = [f for f in answer.warnings if f.code == "rival_list"]
    return [(f.ids, None if f.value is None else round(f.value, 10)) for f in flags]


def row(holder: str, company: str, share: float | None, counted: bool = True, **more: Any) -> dict[str, Any]:
    return {"holder_id": holder, "company_id": company, "share": share, "counted": counted, **more}


@pytest.fixture
def store(store_url: str) -> Iterator[GraphStore]:
    with open_store(store_url) as opened:
        yield opened


def test_another_list_of_the_company_or_of_one_above_it_is_told(store: GraphStore) -> None:
    store.apply(holdings("reg.csv", [(A, C, 0.4109), (B, C, 0.2), (C, D, 0.9)], list_kind="registered"))
    store.apply(
        holdings(
            "top.csv", [(A, C, 0.1086), (B, C, 0.15)], list_kind="top_ten_float", observed_on="2024-12-31"
        )
    )
    book = Ownership.build(store.ownership())
    for company in (C, D):
        for answer in (penetrate(book, company, DAY), controller(book, company, DAY)):
            assert told(answer) == [((C, A), 0.3023)]
            (flag,) = (f for f in answer.warnings if f.code == "rival_list")
            for text in (flag.zh, flag.en):
                assert all(part in text for part in (C, A, "41.09%", "10.86%", "2024-12-31", "30.23"))
            assert "十大流通股东" in flag.zh
            assert "1 more of its holders differ" in flag.en
            assert answer.to_json()["warnings"]
    assert told(penetrate(book, A, DAY)) == []


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # Equal lists, lists that agree within their rounding, and bands that overlap contradict nothing.
        ([row(A, C, 0.4), row(A, C, 0.4, False, dataset="b")], []),
        ([row(A, C, 0.4), row(A, C, 0.40004, False, dataset="b")], []),
        ([row(A, C, 0.4), row(A, C, 0.4002, False, dataset="b")], [((C, A), 0.0002)]),
        ([row(A, C, 0.4), row(A, C, None, False, dataset="b")], []),
        ([row(A, C, 0.4), row(A, C, None, False, dataset="b", share_min=0.25, share_max=0.5)], []),
        # A band that leaves the share outside does, by the nearer end.
        ([row(A, C, 0.4), row(A, C, None, False, dataset="b", share_min=0.5, share_max=0.75)], [((C, A), 0.1)]),
        # Who is not in a whole list is contradicted, who is not among ten is not.
        ([row(A, C, 0.4), row(B, C, 0.4), row(A, C, 0.4, False, dataset="b")], [((C, B), 0.4)]),
        ([row(A, C, 0.4), row(B, C, 0.4), row(A, C, 0.4, False, list_kind="top_ten")], []),
        ([row(A, C, 0.4), row(A, C, 0.4, False, dataset="b"), row(B, C, 0.1, False, dataset="b")], [((C, B), 0.1)]),
        # Rows of one holder in one list are added; the same row twice is one.
        ([row(A, C, 0.4), *(row(A, C, 0.2, False, dataset="b", share_class=c) for c in "xy")], []),
        ([row(A, C, 0.4), *(row(A, C, 0.3, False, dataset="b") for _ in "xy")], [((C, A), 0.1)]),
        # Former holders are no list of today; a list that dates ended is history.
        ([row(A, C, 0.4), row(A, C, 0.9, False, list_kind="former")], []),
        ([row(A, C, 0.4), row(A, C, 0.9, False, valid_from="2020-01-01", valid_to="2019-01-01")], []),
        # Of several looks at the other list the latest by the day asked for is compared.
        (
            [
                row(A, C, 0.4),
                row(A, C, 0.6, False, dataset="b", observed_on="2023-01-01"),
                row(A, C, 0.7, False, dataset="b", observed_on="2024-01-01"),
                row(A, C, 0.8, False, dataset="b", observed_on="2026-01-01"),
            ],
            [((C, A), 0.3)],
        ),
        # Each list is told on its own.
        (
            [row(A, C, 0.4), row(A, C, 0.6, False, dataset="b"), row(A, C, 0.1, False, list_kind="top_ten")],
            [((C, A), 0.3), ((C, A), 0.2)],
        ),
    ],
)  # fmt: skip
def test_what_contradicts(rows: list[dict[str, Any]], expected: list[tuple[Any, ...]]) -> None:
    answer = penetrate(ownership([{"dataset": "a", **r} for r in rows]), C, DAY)
    assert sorted(told(answer)) == sorted(expected)


def test_lists_under_two_ids_of_one_company_are_compared() -> None:
    uscc = "cn-uscc:91999999MA00000001"
    book = ownership(
        [row(A, uscc, 0.4, dataset="a"), row(A, C, 0.6, dataset="b")], same_as=[(C, uscc, "identifier")]
    )
    assert told(penetrate(book, C, DAY)) == [((uscc, A), 0.2)]


def test_a_list_that_does_not_count_on_a_day_without_one_that_does_is_told() -> None:
    uscc = "cn-uscc:91999999MA00000001"
    book = ownership(
        [
            row(A, uscc, 0.4, dataset="register", valid_from="2020-01-01"),
            row(B, C, 0.9, dataset="yearbook", valid_from="2015-01-01", valid_to="2020-01-01"),
        ],
        same_as=[(C, uscc, "identifier")],
    )
    for day, told_of in (("2014-12-31", False), ("2015-01-01", True), ("2019-12-31", True)):
        (flag,) = (f for f in penetrate(book, C, day).warnings if f.code == "no_register")
        assert [("yearbook" in text) for text in (flag.zh, flag.en)] == [told_of, told_of], day
    assert "no_register" not in {f.code for f in penetrate(book, C, "2020-01-01").warnings}


def test_many_lists_are_not_all_told_one_by_one() -> None:
    chain = [f"local:{i:02}" for i in range(30)]
    rows = [row(holder, company, 0.9) for company, holder in pairwise(chain)]
    rows += [{**r, "share": 0.5, "counted": False, "list_kind": "top_ten"} for r in rows]
    answer = penetrate(ownership(rows), chain[0], DAY)
    assert len(told(answer)) == 20
    assert told(answer)[0][0][0] == chain[0]
    assert next(f for f in answer.warnings if f.code == "rival_lists").value == 9
