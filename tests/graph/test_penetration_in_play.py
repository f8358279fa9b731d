"""Holders in play: the batched answer equals asking company by company, and holds over its whole span."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.penetration import Ownership, controller, holders_in_play, penetrate
from tests.graph.oracles import ownership

COMPANIES = ["A", "B", "C", "D", "E", "F"]
HOLDERS = [*COMPANIES, "p:1", "p:2"]
DAYS = ["2023-01-01", "2023-07-01", "2024-01-01", "2024-07-01", "2025-01-01"]


def questions(rows: list[tuple[str, str | None, str | None]]) -> pl.DataFrame:
    return pl.DataFrame(
        rows, schema={"company_id": pl.String, "on_date": pl.String, "group_id": pl.String}, orient="row"
    )


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Ownership, list[tuple[str, str | None, str | None]]]:
    rows: list[dict[str, Any]] = []
    for company in COMPANIES:
        for holder in draw(st.lists(st.sampled_from(HOLDERS), max_size=3, unique=True)):
            span = sorted(
                draw(st.sets(st.sampled_from([None, *DAYS]), min_size=2, max_size=2)), key=lambda d: d or ""
            )
            rows.append(
                {
                    "holder_id": holder,
                    "company_id": company,
                    "share": draw(st.sampled_from([None, 0.1, 0.2, 0.3, 0.33])),
                    "valid_from": span[0],
                    "valid_to": draw(st.sampled_from([span[1], None])),
                }
            )
    asked: list[tuple[str, str | None, str | None]] = []
    for group in ("lot:1", "lot:2", None):
        day = draw(st.sampled_from(["2023-03-01", "2024-01-01", "2024-08-08"]))
        asked += [(c, day, group) for c in draw(st.sets(st.sampled_from(COMPANIES), max_size=4))]
    concerts = [{"concert_id": "concert:1", "party_id": p} for p in ("p:1", "p:2")]
    parties = [(c, "Company", None, None) for c in COMPANIES]
    control = [
        {"holder_id": "p:2", "company_id": "F", "interest": "stated_controller", "valid_from": "2024-01-01"}
    ]
    return ownership(rows, parties=parties, concerts=concerts, control=control), asked


@given(worlds())
@settings(deadline=None, max_examples=50)
def test_equals_asking_one_by_one(world: tuple[Ownership, list[tuple[str, str | None, str | None]]]) -> None:
    book, asked = world
    holds, controls = holders_in_play(book, questions(asked))
    expected: dict[tuple[str, str, str], Any] = {}
    control: set[tuple[str, str, str]] = set()
    for group in {g for _, _, g in asked}:
        companies = {(c, d) for c, d, g in asked if g == group}
        day = next(iter(companies))[1]
        assert day is not None
        answers = {c: penetrate(book, c, day) for c, _ in companies}
        behind = {c: {o.id: o for o in a.owners} for c, a in answers.items()}
        for company, owners in behind.items():
            for id_, owner in owners.items():
                reached = sum(id_ in others for others in behind.values()) + (id_ in behind)
                if group is None or reached > 1:
                    expected[id_, company, day] = owner
            for found in answers[company].controller.controllers:
                if group is None:
                    control.add((found.id, company, day))
    got = {}
    for row in holds.iter_rows(named=True):
        for day in {d for _, d, _ in asked}:
            if _within(row, day):
                got[row["from_id"], row["to_id"], day] = row
    for key, owner in expected.items():
        row = got[key]
        assert (row["share"], row["depth"], row["method"], row["identity"]) == (
            owner.share,
            owner.depth,
            owner.method,
            owner.identity,
        )
        assert row["share_min"] == owner.share_min
        # In play bounds are outer ones; of one company they are tight.
        assert _most(row["share_max"]) >= _most(owner.share_max) - 1e-9
    assert {(r["from_id"], r["to_id"]) for r in holds.iter_rows(named=True)} == {k[:2] for k in expected}
    said = {
        (r["from_id"], r["to_id"], d)
        for r in controls.iter_rows(named=True)
        for _, d, _ in asked
        if _within(r, d)
    }
    assert control <= said


def _most(bound: float | None) -> float:
    return 1.0 if bound is None else bound


def _within(row: dict[str, Any], day: str | None) -> bool:
    assert day is not None
    return (row["holds_from"] or "") <= day < (row["holds_to"] or "9")


@given(worlds())
@settings(deadline=None, max_examples=25)
def test_nothing_changes_within_a_span(
    world: tuple[Ownership, list[tuple[str, str | None, str | None]]],
) -> None:
    book, asked = world
    holds, controls = holders_in_play(book, questions(asked))
    for row in holds.head(4).iter_rows(named=True):
        for day in _ends(row):
            owner = next(o for o in penetrate(book, row["to_id"], day).owners if o.id == row["from_id"])
            assert (owner.share, owner.share_min, owner.depth) == (
                row["share"],
                row["share_min"],
                row["depth"],
            )
            assert _most(owner.share_max) <= _most(row["share_max"]) + 1e-9
    for row in controls.head(4).iter_rows(named=True):
        for day in _ends(row):
            answer = controller(book, row["to_id"], day)
            assert answer.rule == row["rule"]
            found = next(c for c in answer.controllers if c.id == row["from_id"])
            assert (found.via, found.depth) == (row["via"], row["depth"])


def _ends(row: dict[str, Any]) -> list[str]:
    last = "2030-01-01"
    if row["holds_to"] is not None:
        last = (dt.date.fromisoformat(row["holds_to"]) - dt.timedelta(days=1)).isoformat()
    return [row["holds_from"] or "2000-01-01", last]


CHAIN = [
    ("person:boss", "H", 0.7),
    ("H", "A", 0.6),
    ("H", "M", 0.5),
    ("M", "B", 1.0),
    ("person:other", "C", 1.0),
    ("A", "C2", 0.1),
]


def test_only_holders_of_two_bidders_each_with_its_proof() -> None:
    asked = [("A", "2025-03-01", "lot"), ("B", "2025-03-01", "lot"), ("C", "2025-03-01", "lot")]
    holds, controls = holders_in_play(ownership(CHAIN), questions([*asked, ("nobody", "2025-03-01", "lot")]))
    assert [(r["from_id"], r["to_id"], r["depth"]) for r in holds.iter_rows(named=True)] == [
        ("H", "A", 1),
        ("H", "B", 2),
        ("person:boss", "A", 2),
        ("person:boss", "B", 3),
    ]
    boss_b = holds.filter((pl.col("from_id") == "person:boss") & (pl.col("to_id") == "B")).row(0, named=True)
    assert boss_b["share"] == 0.35 and (boss_b["from_type"], boss_b["to_type"]) == ("Person", "Company")
    assert json.loads(boss_b["derivation"]) == {
        "paths": [
            {
                "nodes": ["person:boss", "H", "M", "B"],
                "formula": "70% × 50% × 100% = 35%",
                "votes_formula": "",
                "observed_on": None,
                "rows": [["row0"], ["row2"], ["row3"]],
                "votes_only": False,
            }
        ],
        "truncated": False,
    }
    # H holds just half of M, so B is in nobody's control but M's.
    assert [(r["from_id"], r["to_id"], r["via"], r["rule"]) for r in controls.iter_rows(named=True)] == [
        ("H", "A", None, "strict"),
        ("person:boss", "A", "H", "strict"),
    ]


def test_a_bidder_that_holds_another_is_a_holder_in_play() -> None:
    holds, _ = holders_in_play(
        ownership(CHAIN), questions([("A", "2025-03-01", "lot"), ("C2", "2025-03-01", "lot")])
    )
    assert {(r["from_id"], r["to_id"]) for r in holds.iter_rows(named=True)} == {
        ("A", "C2"),
        ("H", "A"),
        ("H", "C2"),
        ("person:boss", "A"),
        ("person:boss", "C2"),
    }


def test_who_sold_before_the_date_is_not_in_play_and_no_date_takes_what_has_no_end() -> None:
    rows: list[Any] = [
        {
            "holder_id": "P",
            "company_id": "A",
            "share": 0.6,
            "valid_from": "2020-01-01",
            "valid_to": "2024-05-01",
        },
        {"holder_id": "P", "company_id": "B", "share": 0.6, "valid_from": "2020-01-01"},
        {"holder_id": "Q", "company_id": "A", "share": 0.6, "valid_from": "2024-05-01"},
        {"holder_id": "Q", "company_id": "B", "share": 0.4, "valid_from": "2020-01-01"},
    ]
    book = ownership(rows)

    def holders(day: str | None) -> dict[tuple[str, str], tuple[str | None, str | None]]:
        found, _ = holders_in_play(book, questions([("A", day, "lot"), ("B", day, "lot")]))
        return {
            (r["from_id"], r["to_id"]): (r["holds_from"], r["holds_to"]) for r in found.iter_rows(named=True)
        }

    before = ("2020-01-01", "2024-05-01")
    since = ("2020-01-01", None)
    assert holders("2024-04-30") == {("P", "A"): before, ("P", "B"): since}
    assert holders("2024-05-01") == {("Q", "A"): ("2024-05-01", None), ("Q", "B"): since}
    assert holders(None) == {("Q", "A"): ("2024-05-01", None), ("Q", "B"): since}


def test_no_questions_and_no_ownership() -> None:
    for book in (ownership([]), ownership(CHAIN)):
        holds, controls = holders_in_play(book, questions([]))
        assert holds.is_empty() and controls.is_empty()
    empty = ownership([], parties=[("A", "Company", None, None), ("B", "Company", None, None)])
    holds, _ = holders_in_play(empty, questions([("A", None, "lot"), ("B", None, "lot"), ("A", None, None)]))
    assert holds.is_empty()
    assert penetrate(empty, "A", "2025-01-01").to_json()["unknown_share"] == 1.0


@given(worlds())
@settings(deadline=None, max_examples=50)
def test_who_stood_behind_one_of_two_only_at_another_time_is_given_as_it_was_nearest_to_the_day(
    world: tuple[Ownership, list[tuple[str, str | None, str | None]]],
) -> None:
    book, asked = world
    # A day in each time between two changes, in order.
    moments = ["2000-01-01", *(dt.date.fromisoformat(d).isoformat() for d in DAYS)]
    plain, _ = holders_in_play(book, questions(asked), proofs=False)
    holds, _ = holders_in_play(book, questions(asked), proofs=False, elsewhen=True)
    expected = {(r["from_id"], r["to_id"], r["holds_from"]) for r in plain.iter_rows(named=True)}
    for group in {g for _, _, g in asked} - {None}:
        companies = sorted({c for c, _, g in asked if g == group})
        day = next(d for _, d, g in asked if g == group)
        assert day is not None
        at = {
            m: {c: {o.id for o in penetrate(book, c, m).owners} for c in companies} for m in [*moments, day]
        }
        order = [
            day,
            *sorted((m for m in moments if m <= day), reverse=True),
            *sorted(m for m in moments if m > day),
        ]
        for holder in HOLDERS:
            when = {c: next((m for m in order if holder in at[m][c]), None) for c in companies if c != holder}
            found = {c: m for c, m in when.items() if m is not None}
            now = [c for c, m in found.items() if m == day]
            own = holder in companies
            if len(found) + own < 2 or len(now) == len(found):
                continue
            for company, moment in found.items():
                (row,) = (
                    r
                    for r in holds.iter_rows(named=True)
                    if (r["from_id"], r["to_id"]) == (holder, company) and _within(r, moment)
                )
                owner = next(o for o in penetrate(book, company, moment).owners if o.id == holder)
                assert (row["share"], row["depth"]) == (owner.share, owner.depth)
                expected.add((holder, company, row["holds_from"]))
    assert {(r["from_id"], r["to_id"], r["holds_from"]) for r in holds.iter_rows(named=True)} == expected


def test_the_day_the_rule_changes_begins_a_span() -> None:
    book = ownership([("P", "A", 0.6), ("P", "B", 0.6)])
    for day, rule, span in (
        ("2024-06-30", "inclusive", (None, "2024-07-01")),
        ("2024-07-01", "strict", ("2024-07-01", None)),
    ):
        _, controls = holders_in_play(book, questions([("A", day, "lot"), ("B", day, "lot")]))
        told = {(r["rule"], (r["holds_from"], r["holds_to"])) for r in controls.iter_rows(named=True)}
        assert told == {(rule, span)}
