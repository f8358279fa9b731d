"""A holder's exit that one row states, beside other rows of his: what it ends, and what it is told beside."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from typing import Any

import pytest

from graph.checking import check_store
from graph.penetration import Ownership, penetrate
from graph.records import Extract
from graph.stores import GraphStore, open_store
from tests.graph.worlds import holdings

A, B, C, D = "local:A", "local:B", "local:C", "local:D"
EXIT, BEFORE, AFTER = "2024-03-01", "2024-02-29", "2024-05-25"


@pytest.fixture
def store(store_url: str) -> Iterator[GraphStore]:
    with open_store(store_url) as opened:
        yield opened


def files(*parts: tuple[list[tuple[str, str, float | None]], dict[str, Any]]) -> list[Extract]:
    return [holdings(f"{n}.csv", rows, **more) for n, (rows, more) in enumerate(parts)]  # type: ignore[arg-type]


def share(book: Ownership, holder: str, day: str) -> float | None:
    return next((o.share for o in penetrate(book, C, day).owners if o.id == holder), None)


def told(book: Ownership, company: str, day: str) -> list[tuple[str, ...]]:
    return [f.ids for f in penetrate(book, company, day).warnings if f.code == "left_and_listed"]


LEAVES = {"stated_to": EXIT}
SEEN = {"observed_on": "2023-12-31"}
FORMER = {"stated_to": EXIT, "list_kind": "former"}


@pytest.mark.parametrize(
    ("listed", "leaving", "after", "doubt"),
    [
        # In one list, and once with the exit; the exit of a list seen before it, without a share, and on its very day.
        pytest.param((0.6, {}), (0.6, LEAVES), None, False, id="twice-in-a-list"),
        pytest.param((0.6, SEEN), (0.6, LEAVES), None, False, id="seen-before"),
        pytest.param((0.6, SEEN), (0.6, FORMER), None, False, id="seen-before-former"),
        pytest.param((0.6, SEEN), (None, LEAVES), None, False, id="whole-exit"),
        pytest.param((0.6, {"observed_on": EXIT}), (0.6, LEAVES), None, False, id="seen-that-day"),
        # Seen after it, he came back; a part that was sold is not the rest.
        pytest.param((0.6, {"observed_on": "2024-03-02"}), (0.6, LEAVES), 0.6, False, id="seen-after"),
        pytest.param((0.6, SEEN), (0.2, FORMER), 0.6, False, id="a-part"),
        # A list without a date may be of either side of the exit.
        pytest.param((0.6, {}), (0.6, FORMER), 0.6, True, id="former"),
        pytest.param((0.6, {}), (0.4, LEAVES), 0.6, True, id="another-share"),
    ],
)
def test_what_an_exit_ends(
    store: GraphStore,
    listed: tuple[float, dict[str, Any]],
    leaving: tuple[float | None, dict[str, Any]],
    after: float | None,
    doubt: bool,
) -> None:
    for part in files(([(A, C, listed[0]), (B, C, 0.4)], listed[1]), ([(A, C, leaving[0])], leaving[1])):
        store.apply(part)
    book = Ownership.build(store.ownership())
    assert share(book, A, AFTER) == after
    assert share(book, B, AFTER) == 0.4
    if listed[0] == leaving[0]:
        assert share(book, A, BEFORE) == 0.6
    assert told(book, C, AFTER) == ([(A, C)] if doubt else [])
    assert told(book, C, BEFORE) == []
    found = {q.check for q in check_store(store, AFTER)}
    assert ("left-and-listed" in found) == doubt
    assert "left-and-listed" not in {q.check for q in check_store(store, BEFORE)}


def test_a_change_of_share_is_no_exit(store: GraphStore) -> None:
    for part in files(([(A, C, 0.6)], LEAVES), ([(A, C, 0.4)], {"stated_from": EXIT}), ([(A, C, 0.6)], {})):
        store.apply(part)
    book = Ownership.build(store.ownership())
    assert told(book, C, AFTER) == []
    assert share(book, A, AFTER) == 1.0


def test_the_order_of_loads_changes_nothing(store: GraphStore) -> None:
    parts = files(([(A, C, 0.6), (B, C, 0.4)], {}), ([(A, C, 0.6)], LEAVES), ([(C, D, 0.9)], SEEN))
    found = set()
    for order in permutations(range(len(parts))):
        batches = [store.apply(parts[n]) for n in order]
        book = Ownership.build(store.ownership())
        found.add((share(book, A, BEFORE), share(book, A, AFTER), share(book, B, AFTER)))
        for batch in batches:
            store.unload(batch.batch_id)
    assert found == {(0.6, None, 0.4)}


def test_an_exit_above_is_told_with_both_rows(store: GraphStore) -> None:
    for part in files(([(A, C, 0.6), (C, D, 0.9)], {}), ([(A, C, 0.6)], FORMER)):
        store.apply(part)
    book = Ownership.build(store.ownership())
    assert told(book, D, AFTER) == [(A, C)]
    (flag,) = (f for f in penetrate(book, D, AFTER).warnings if f.code == "left_and_listed")
    assert EXIT in flag.zh and EXIT in flag.en
