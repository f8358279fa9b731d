"""Versions of records become dated rows: the rows of a date are the standard's snapshot of that date."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from loaders.bods import read_bods
from loaders.bods.history import without
from loaders.context import ReadContext
from tests.loaders.bods_statements import entity, person, relationship, shares
from tests.loaders.documents import load_json
from tests.loaders.reading import nodes, rels

A = entity("A", ("GB-COH", "99990001"))
P = person("P")


def load(folder: Path, *documents: Any) -> ReadContext:
    return load_json(read_bods, folder, *documents)


def spans(context: ReadContext) -> list[tuple[Any, ...]]:
    owns = rels(context, "OWNS")
    return (
        [] if owns.is_empty() else owns.sort("stated_from").select("stated_from", "stated_to", "share").rows()
    )


def test_each_version_holds_until_the_next(tmp_path: Path) -> None:
    versions = [
        relationship("r", "A", "P", shares(60), status="new", date="2021-03-01"),
        relationship("r", "A", "P", shares(40), status="updated", date="2023-06-01"),
        relationship("r", "A", "P", shares(40), status="closed", date="2024-02-01"),
    ]
    expected = [("2021-03-01", "2023-06-01", 0.6), ("2023-06-01", "2024-02-01", 0.4)]
    assert spans(load(tmp_path, [A, P, *versions])) == expected
    assert spans(load(tmp_path, [*reversed(versions), P, A])) == expected
    # A history may be spread over files, the later ones of which only update.
    assert spans(load(tmp_path, [A, P, versions[0]], [versions[1]], [versions[2]])) == expected


def test_an_interest_ends_before_its_statement_is_replaced(tmp_path: Path) -> None:
    versions = [
        relationship("r", "A", "P", shares(60, endDate="2022-01-01"), status="new", date="2021-03-01"),
        relationship("r", "A", "P", shares(40), status="updated", date="2023-06-01T10:00:00Z"),
    ]
    assert spans(load(tmp_path, [A, P, *versions])) == [
        ("2021-03-01", "2022-01-01", 0.6),
        ("2023-06-01", None, 0.4),
    ]


def test_two_versions_of_one_day_leave_the_later(tmp_path: Path) -> None:
    versions = [
        relationship("r", "A", "P", shares(60), status="new", date="2021-03-01T08:00:00Z"),
        relationship("r", "A", "P", shares(40), status="updated", date="2021-03-01T09:00:00Z"),
    ]
    assert spans(load(tmp_path, [A, P, *reversed(versions)])) == [("2021-03-01", None, 0.4)]


def test_what_is_dissolved_or_dead_holds_nothing(tmp_path: Path) -> None:
    holding = relationship("r", "A", "P", shares(60), status="new", date="2021-03-01")
    dissolved = entity(
        "A", ("GB-COH", "1"), dissolutionDate="2022-05-01", date="2022-06-01", status="updated"
    )
    dead = person("P", deathDate="2022-01-01", date="2021-06-01", status="updated")
    first = entity("A", ("GB-COH", "1"), date="2020-01-01", status="new")
    assert spans(load(tmp_path, [first, P, holding, dissolved])) == [("2021-03-01", "2022-06-01", 0.6)]
    assert spans(load(tmp_path, [first, dead, holding])) == [("2021-03-01", "2022-01-01", 0.6)]
    closed = person("P", date="2023-01-01", status="closed")
    assert spans(load(tmp_path, [first, P, holding, closed])) == [("2021-03-01", "2023-01-01", 0.6)]


def test_a_record_closed_from_the_start_is_counted_and_kept_as_nodes(tmp_path: Path) -> None:
    context = load(
        tmp_path, [A, P, relationship("r", "A", "P", shares(60), status="closed", date="2021-03-01")]
    )
    assert spans(context) == []
    assert context.summary["bods_closed_without_history"] == 1
    assert nodes(context, "Company").height


def test_undated_statements_hold_at_any_date(tmp_path: Path) -> None:
    assert spans(load(tmp_path, [A, P, relationship("r", "A", "P", shares(60))])) == [(None, None, 0.6)]


DAYS = [f"2020-01-{d:02d}" for d in range(1, 13)]
VERSION = st.fixed_dictionaries(
    {
        "day": st.sampled_from(DAYS),
        "status": st.sampled_from(["new", "updated", "closed"]),
        "share": st.integers(1, 100),
        "end": st.none() | st.sampled_from(DAYS),
    }
)


def snapshot(versions: list[dict[str, Any]], parties: list[list[dict[str, Any]]], day: str) -> list[float]:
    """The snapshot rule, written down word by word."""

    def latest(record: list[dict[str, Any]]) -> dict[str, Any] | None:
        stated = [v for v in record if v["day"] <= day]
        return max(stated, key=lambda v: v["day"]) if stated else None

    now = latest(versions)
    if now is None or now["status"] == "closed":
        return []
    if any((party := latest(p)) is not None and party["status"] == "closed" for p in parties):
        return []
    if now["end"] is not None and now["end"] <= day:
        return []
    return [now["share"] / 100]


@given(
    versions=st.lists(VERSION, min_size=1, max_size=4, unique_by=lambda v: v["day"]),
    of_subject=st.lists(VERSION, min_size=1, max_size=3, unique_by=lambda v: v["day"]),
    of_party=st.lists(VERSION, min_size=1, max_size=3, unique_by=lambda v: v["day"]),
    shuffle=st.randoms(),
)
def test_rows_of_a_date_are_the_snapshot_of_that_date(
    tmp_path_factory: Any, versions: Any, of_subject: Any, of_party: Any, shuffle: Any
) -> None:
    statements = [
        relationship(
            "r", "A", "P", shares(v["share"], **({"endDate": v["end"]} if v["end"] else {})),
            status=v["status"], date=v["day"],
        )
        for v in versions
    ]  # fmt: skip
    statements += [entity("A", ("GB-COH", "1"), status=v["status"], date=v["day"]) for v in of_subject]
    statements += [person("P", status=v["status"], date=v["day"]) for v in of_party]
    shuffle.shuffle(statements)
    owns = rels(load(tmp_path_factory.mktemp("bods"), statements), "OWNS")
    for day in DAYS:
        expected = snapshot(versions, [of_subject, of_party], day)
        if owns.is_empty():
            assert expected == []
            continue
        found = owns.filter(
            (pl.col("stated_from").is_null() | (pl.col("stated_from") <= day))
            & (pl.col("stated_to").is_null() | (pl.col("stated_to") > day))
        )
        assert found["share"].to_list() == expected, day


SPAN = st.tuples(st.none() | st.sampled_from(DAYS), st.none() | st.sampled_from(DAYS)).filter(
    lambda s: s[0] is None or s[1] is None or s[0] < s[1]
)


@given(span=SPAN, gone=st.lists(SPAN, max_size=4))
def test_without_leaves_exactly_what_is_outside(span: Any, gone: list[Any]) -> None:
    def inside(day: str, s: Any) -> bool:
        return (s[0] is None or s[0] <= day) and (s[1] is None or day < s[1])

    left = without(span, gone)
    for day in ["2019-12-31", *DAYS, "2020-02-01"]:
        expected = inside(day, span) and not any(inside(day, g) for g in gone)
        assert sum(inside(day, s) for s in left) == int(expected)
