"""Comings and goings that one row states of a member, beside other rows of the same membership."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import permutations

import polars as pl
import pytest

from graph.records import Extract, SourceFile, source
from graph.stores import GraphStore, open_store

HOUSE, SON = "local:H1", "person:son"
MEMBERS = (
    "MATCH (p:Person)-[m:MEMBER_OF]->(h:Household) WHERE m.counted "
    "RETURN p.id AS person, h.id AS household, m.valid_from AS since, m.valid_to AS until"
)
Row = tuple[str | None, str | None, str | None]
"""Observed on, stated from, stated to."""

LISTED: Row = (None, None, None)
JANUARY: Row = ("2024-01", None, None)
JULY: Row = ("2024-07-01", None, None)
LEFT: Row = (None, None, "2024-06-15")
CAME: Row = (None, "2024-03-01", None)
BACK: Row = (None, "2024-09-01", None)
LEFT_AGAIN: Row = (None, None, "2024-11-01")


@pytest.fixture
def store(store_url: str) -> Iterator[GraphStore]:
    with open_store(store_url) as opened:
        yield opened


def listed(name: str, rows: list[Row], person: str = SON, household: str = HOUSE) -> Extract:
    """A file of memberships of one person in one household, in a data set of its own."""
    file = SourceFile(name, hashlib.sha256(name.encode()).hexdigest(), "csv", len(rows), 0)
    extract = Extract(name, [file])
    for at, (seen, since, until) in enumerate(rows, start=2):
        here = {"source": source(file, "", at)}
        extract.add_node("Person", pl.DataFrame([{"id": person, **here}]))
        extract.add_node("Household", pl.DataFrame([{"id": household, "kind": "benefit", **here}]))
        link = {"from_id": person, "to_id": household, "observed_on": seen, "stated_from": since}
        link |= {"stated_to": until, "relation_to_head": None if since or until else "son", **here}
        text = dict.fromkeys(("observed_on", "stated_from", "stated_to", "relation_to_head"), pl.String)
        extract.add_rel("MEMBER_OF", "Person", "Household", pl.DataFrame([link], schema_overrides=text))
    return extract


def inside(store: GraphStore, day: str, person: str = SON, household: str = HOUSE) -> bool:
    """Does anything say that somebody belongs to a household on a day?"""
    return any(
        (r["since"] or "") <= day < (r["until"] or "9999")
        for r in store.query(MEMBERS).to_pylist()
        if (r["person"], r["household"]) == (person, household)
    )


DAYS = ("2023-12-01", "2024-04-01", "2024-06-14", "2024-06-15", "2024-08-01", "2024-10-01", "2024-12-01")


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        pytest.param([LISTED, LEFT], "yyy....", id="a list without a date"),
        pytest.param([JANUARY, LEFT], "yyy....", id="a list seen before"),
        pytest.param([JULY, LEFT], "yyyyyyy", id="listed after it: come back at some time"),
        pytest.param([LISTED, CAME], ".yyyyyy", id="a beginning"),
        pytest.param([JULY, CAME], ".yyyyyy", id="a beginning before the list's day"),
        pytest.param([JANUARY, CAME], "yyyyyyy", id="listed before it is said to begin"),
        pytest.param([LISTED, CAME, LEFT], ".yy....", id="a beginning and an end"),
        pytest.param([LISTED, LEFT, BACK], "yyy..yy", id="away for a while"),
        pytest.param([JANUARY, LEFT, BACK, LEFT_AGAIN], "yyy..y.", id="left twice"),
        pytest.param([LISTED, CAME, LEFT, BACK, LEFT_AGAIN], ".yy..y.", id="two memberships"),
        pytest.param([LISTED, LEFT, (None, "2024-06-15", None)], "yyyyyyy", id="named otherwise that day"),
        pytest.param([LISTED, (None, None, "2024-06"), (None, "2024-06-20", None)], "yyyyyyy", id="a month"),
        pytest.param([LISTED, (None, None, "2024-06")], "yyyy...", id="to the end of a month"),
    ],
)
def test_what_dated_rows_say_of_the_others(store: GraphStore, rows: list[Row], found: str) -> None:
    for at, row in enumerate(rows):
        store.apply(listed(f"{at}.csv", [row]))
    assert "".join("y" if inside(store, day) else "." for day in DAYS) == found


def test_one_file_says_the_same(store: GraphStore) -> None:
    store.apply(listed("all.csv", [LISTED, JANUARY, LEFT, BACK]))
    assert "".join("y" if inside(store, day) else "." for day in DAYS) == "yyy..yy"


def test_neither_the_order_of_loads_nor_what_was_taken_back_changes_anything(store: GraphStore) -> None:
    parts = [listed("0.csv", [LISTED]), listed("1.csv", [LEFT]), listed("2.csv", [BACK])]
    seen = set()
    for order in permutations(range(3)):
        batches = {n: store.apply(parts[n]).batch_id for n in order}
        rows = store.query(MEMBERS).to_pylist()
        seen.add(tuple(sorted((str(r["since"]), str(r["until"])) for r in rows)))
        store.unload(batches[2])
        assert not inside(store, "2024-10-01")
        store.unload(batches[1])
        (left,) = store.query(MEMBERS).to_pylist()
        assert (left["since"], left["until"]) == (None, None)
        store.unload(batches[0])
    assert len(seen) == 1


def test_others_of_the_household_and_other_households_stay(store: GraphStore) -> None:
    store.apply(listed("0.csv", [LISTED]))
    store.apply(listed("1.csv", [LISTED], person="person:father"))
    store.apply(listed("2.csv", [LISTED], household="local:H2"))
    store.apply(listed("3.csv", [LEFT]))
    assert not inside(store, "2024-07-01")
    assert inside(store, "2024-07-01", person="person:father")
    assert inside(store, "2024-07-01", household="local:H2")
