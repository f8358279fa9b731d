"""Comings and goings that one row states of a member, beside other rows of the same membership."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from itertools import permutations

import polars as pl
import pytest

from graph.records import Extract, SourceFile, source
from graph.stores import GraphStore, departures, open_store
from graph.stores.engine import Reading

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


NAME, BY_NAME, OTHER = "虚构张三", "person.scoped:zhang", "person:other"


def named(name: str, person: str, called: str | None = NAME, until: str | None = None) -> Extract:
    """A file of one member of the household, as it calls him."""
    extract = listed(name, [(None, None, until)], person=person)
    extract.nodes["Person"] = [
        f.with_columns(name=pl.lit(called, pl.String)) for f in extract.nodes["Person"]
    ]
    return extract


def registered(name: str, person: str, called: str = NAME) -> Extract:
    """A register of people, which knows nothing of households."""
    extract = named(name, person, called)
    return Extract(name, extract.files, nodes={"Person": extract.nodes["Person"]})


def ended(store: GraphStore) -> dict[str, str | None]:
    """By member with a number, when the membership ended."""
    return {r["person"]: r["until"] for r in store.query(MEMBERS).to_pylist() if r["person"] != BY_NAME}


LEAVES = named("left.csv", BY_NAME, until="2024-06-15")


def test_whom_a_departure_by_name_means_depends_on_no_order(store: GraphStore) -> None:
    """The register alone names the member."""
    parts = [named("list.csv", SON, None), LEAVES, registered("register.csv", SON)]
    for order in permutations(range(3)):
        batches = {n: store.apply(parts[n]).batch_id for n in order}
        assert ended(store) == {SON: "2024-06-15"}, order
        store.unload(batches[2])
        assert ended(store) == {SON: None}, order
        store.unload(batches[1])
        store.unload(batches[0])


def test_nor_does_it_where_two_may_be_meant(store: GraphStore) -> None:
    """A namesake who is in the household too, or only called so by a register: as long as anything says it."""
    for second in ([named("two.csv", OTHER)], [named("two.csv", OTHER, None), registered("r.csv", OTHER)]):
        parts = [named("one.csv", SON), LEAVES, *second]
        for order in [*permutations(range(len(parts)))][:: len(second) * 3 - 1]:
            batches = {n: store.apply(parts[n]).batch_id for n in order}
            assert ended(store) == {SON: None, OTHER: None}, order
            store.unload(batches.pop(len(parts) - 1))
            assert ended(store)[SON] == "2024-06-15", order
            for batch in batches.values():
                store.unload(batch)


def test_another_name_takes_a_member_out_of_what_is_meant(store: GraphStore) -> None:
    store.apply(named("list.csv", SON))
    store.apply(LEAVES)
    assert ended(store) == {SON: "2024-06-15"}
    # The smallest of what undated lists say counts.
    batch = store.apply(registered("register.csv", SON, "丁")).batch_id
    assert ended(store) == {SON: None}
    store.unload(batch)
    assert ended(store) == {SON: "2024-06-15"}


def test_households_nobody_left_by_name_are_not_looked_for(
    store: GraphStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a load that renames nobody nothing is asked."""
    store.apply(named("list.csv", SON))
    asked = []
    real = departures._ids

    def counting(reading: Reading, cypher: str, ids: Sequence[str] = ()) -> pl.Series:
        asked.append(cypher)
        return real(reading, cypher, ids)

    monkeypatch.setattr(departures, "_ids", counting)
    store.apply(named("more.csv", OTHER))
    assert asked == []
    store.apply(registered("register.csv", SON, "丁"))
    assert len(asked) == 1
