"""Who holds for somebody else: the one behind a nominee decides and benefits, the nominee does neither."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.in_play import screen
from graph.penetration import Ownership, controller, penetrate
from graph.penetration.beneficial import beneficial_owners
from graph.penetration.downward import controls
from graph.penetration.history import history
from tests.graph import oracles

DAY = "2026-01-01"
Rows = list[dict[str, Any]]


def said(holder: str, company: str, interest: str, **more: Any) -> dict[str, Any]:
    return {"holder_id": holder, "company_id": company, "interest": interest, **more}


def owns(holder: str, company: str, share: float | None) -> dict[str, Any]:
    return {"holder_id": holder, "company_id": company, "share": share}


X, Y, Z = "person.local:X", "person.local:Y", "person.local:Z"


@pytest.mark.parametrize(
    ("rows", "declared", "winner", "reason", "owners"),
    [
        # The nominee has the majority: the one behind it decides, alone.
        ([owns(X, "C", 0.6), owns(Z, "C", 0.4)], [(X, "nominee"), (Y, "nominator")], Y, None, {Y: 0.6, Z: 0.4}),
        # It has less: being behind it is no control of the company.
        ([owns(X, "C", 0.3), owns(Z, "C", 0.7)], [(X, "nominee"), (Y, "nominator")], Z, None, {Y: 0.3, Z: 0.7}),
        # What is held for him and what he holds count together.
        (
            [owns(X, "C", 0.3), owns(Y, "C", 0.25), owns(Z, "C", 0.45)],
            [(X, "nominee"), (Y, "nominator")],
            Y,
            None,
            {Y: 0.55, Z: 0.45},
        ),
        # Two nominees of one.
        (
            [owns(X, "C", 0.3), owns(Z, "C", 0.3)],
            [(X, "nominee"), (Z, "nominee"), (Y, "nominator")],
            Y,
            None,
            {Y: 0.6},
        ),
        # For whom is not said, or how much for whom of two: nobody decides by it as far as is known.
        ([owns(X, "C", 0.6), owns(Z, "C", 0.4)], [(X, "nominee")], None, "unnamed", {Z: 0.4}),
        (
            [owns(X, "C", 0.9), owns("person.local:W", "C", 0.1)],
            [(X, "nominee"), (Y, "nominator"), (Z, "nominator")],
            None,
            "possible_only",
            {},
        ),
        # A declared nominator without a nominee who holds stands as it is declared.
        ([owns(X, "C", 0.3), owns(Z, "C", 0.3)], [(Y, "nominator")], Y, None, {Y: 0.0, X: 0.3, Z: 0.3}),
    ],
)  # fmt: skip
def test_a_nominee_decides_nothing(
    rows: Rows,
    declared: list[tuple[str, str]],
    winner: str | None,
    reason: str | None,
    owners: dict[str, float],
) -> None:
    ownership = oracles.ownership(rows, control=[said(who, "C", what) for who, what in declared])
    answer = controller(ownership, "C", DAY)
    assert (answer.controller.id if answer.controller else None, answer.reason) == (winner, reason)
    found = beneficial_owners(ownership, "C", DAY)
    assert {b.id: b.share for b in found.owners if b.verdict == "certain"} == pytest.approx(owners)
    told = [flag for flag in answer.warnings if flag.code == "nominee"]
    assert len(told) == sum(what == "nominee" for _, what in declared)
    # The register still names the nominee.
    registered = {owner.id: owner.share for owner in penetrate(ownership, "C", DAY).owners}
    assert registered == pytest.approx({row["holder_id"]: row["share"] for row in rows})


@pytest.mark.parametrize("behind", [(), (Y, "person.local:W")])
def test_what_is_held_for_nobody_known_is_left_to_nobody_else(behind: tuple[str, ...]) -> None:
    declared = [said(X, "C", "nominee"), *(said(who, "C", "nominator") for who in behind)]
    ownership = oracles.ownership([owns(X, "C", 0.8), owns(Z, "C", None)], control=declared)
    found = beneficial_owners(ownership, "C", DAY)
    told = {b.id: (b.verdict, b.share_min, b.share_max) for b in (*found.owners, *found.excluded)}
    # The register leaves him a fifth, whoever has the rest.
    assert told[Z] == ("excluded", 0.0, pytest.approx(0.2))
    assert X not in told
    # Each of several may have all that is held for them.
    assert {who: told[who] for who in behind} == dict.fromkeys(behind, ("possible", 0.0, pytest.approx(0.8)))
    assert (found.ends, found.reason and found.reason[0]) == ((), "possible_only" if behind else "unnamed")
    assert not any("" in flag.ids for flag in found.warnings)


def test_a_nominee_of_a_day_is_one_on_that_day_alone() -> None:
    declared = [
        said(X, "C", "nominee", valid_to="2025-01-01"),
        said(Y, "C", "nominator", valid_to="2025-01-01"),
    ]
    ownership = oracles.ownership([owns(X, "C", 0.6)], control=declared)
    for day, winner in (("2024-12-31", Y), ("2025-01-01", X)):
        answer = controller(ownership, "C", day)
        assert answer.controller is not None
        assert answer.controller.id == winner
        assert {b.id for b in beneficial_owners(ownership, "C", day).owners} == {winner}


def test_the_proof_names_the_rows_of_the_nominee_and_of_both_declarations() -> None:
    ownership = oracles.ownership(
        [owns(X, "C", 0.6)], control=[said(X, "C", "nominee"), said(Y, "C", "nominator")]
    )
    answer = controller(ownership, "C", DAY)
    assert answer.controller is not None
    (link,) = answer.controller.proof
    assert (link.holder, link.kind, link.votes, link.interest) == (Y, "share", 0.6, "nominator")
    keys = [*ownership.holdings.table["keys"].explode(), *ownership.in_trust["key"]]
    assert sorted(link.rows) == sorted(keys)


@given(st.integers(0, 10**9))
def test_a_nominee_is_looked_through_as_if_the_register_named_who_is_behind(seed: int) -> None:
    rng = random.Random(seed)
    companies, people = (
        [f"local:c{i}" for i in range(rng.randint(2, 7))],
        [f"person.local:p{i}" for i in range(4)],
    )
    rows: Rows = []
    for company in companies:
        left = 1.0
        for holder in rng.sample([c for c in companies if c != company] + people, rng.randint(1, 3)):
            share = min(left, rng.choice([0.1, 0.25, 0.4, 0.51, 0.6]))
            left -= share
            if share > 0.0:
                rows.append(owns(holder, company, share))
    held = rng.choice(rows)
    behind = rng.choice(
        [p for p in [*people, *companies] if p not in (held["holder_id"], held["company_id"])]
    )
    declared = [
        said(held["holder_id"], held["company_id"], "nominee"),
        said(behind, held["company_id"], "nominator"),
    ]
    parties = [(c, "Company", None, "company") for c in companies]
    told: Ownership = oracles.ownership(rows, parties, declared)
    # Of another class: a row equal to one of his own would be the same holding stated twice.
    plain = oracles.ownership(
        [row | {"holder_id": behind, "share_class": "held"} if row is held else row for row in rows], parties
    )
    for company in companies:
        one, other = controller(told, company, DAY), controller(plain, company, DAY)
        assert {c.id: round(c.joint_share, 9) for c in one.controllers} == {
            c.id: round(c.joint_share, 9) for c in other.controllers
        }
        assert (one.controller and one.controller.id) == (other.controller and other.controller.id)
        mine, theirs = (beneficial_owners(of, company, DAY).to_json()["owners"] for of in (told, plain))
        assert {b["id"]: (b["verdict"], b["share_min"], b["share_max"], b["test"]) for b in mine} == {
            b["id"]: (b["verdict"], b["share_min"], b["share_max"], b["test"]) for b in theirs
        }


def test_the_days_on_which_a_nominee_begins_and_ends_to_be_one_change_who_controls() -> None:
    # The one behind him is declared without a date.
    declared = [
        said(X, "C", "nominee", valid_from="2025-02-01", valid_to="2025-06-01"),
        said(Y, "C", "nominator"),
    ]
    ownership = oracles.ownership(
        [owns(X, "C", 0.6) | {"valid_to": "2025-09-01"}, owns(Z, "C", 0.4), owns(Y, "D", 1.0)],
        control=declared,
    )
    told = history(ownership, "C", "2025-01-01", DAY)
    changes = [
        (c.on, c.controller_before, c.controller_after) for c in told.changes if c.what == "controller"
    ]
    # Beside the register's majority what is declared is a second controller.
    assert changes == [("2025-02-01", None, Y), ("2025-06-01", Y, None), ("2025-09-01", None, Y)]
    for day, since, until in (
        ("2025-01-15", "2024-07-01", "2025-02-01"),
        ("2025-05-31", "2025-02-01", "2025-06-01"),
        ("2025-06-01", "2025-06-01", "2025-09-01"),
        ("2025-09-01", "2025-09-01", None),
    ):
        controls = screen(ownership, ["C", "D"], day).controls
        (span,) = controls.filter(from_id=Y, to_id="C").select("holds_from", "holds_to").rows()
        assert span == (since, until)


def test_what_may_be_controlled_is_told_the_same_from_above_and_from_below() -> None:
    # How much is held for whom of two, and what somebody has, is not said.
    declared = [
        said(X, "C", "nominee"),
        said(Y, "C", "nominator"),
        said(Z, "C", "nominator"),
        said(Z, "D", "unknown"),
    ]
    ownership = oracles.ownership([owns(X, "C", 0.9), owns(Y, "D", 0.3)], control=declared)
    below = {party: controls(ownership, party, DAY) for party in (X, Y, Z)}
    assert {p: found.possible for p, found in below.items()} == {X: (), Y: ("C",), Z: ("C", "D")}
    assert not any(found.controls for found in below.values())
    for company in ("C", "D"):
        expected = tuple(sorted(p for p, found in below.items() if company in found.possible))
        assert controller(ownership, company, DAY).possible == expected


def test_a_declaration_that_can_count_for_nothing_is_told() -> None:
    ownership = oracles.ownership(
        [owns(X, "C", 0.6), owns(Z, "C", 0.4)],
        control=[said(X, "C", "nominee"), said(X, "C", "nominator"), said(Y, "C", "nominee")],
    )
    for answer in (controller(ownership, "C", DAY), penetrate(ownership, "C", DAY)):
        told = {flag.code: flag.ids for flag in answer.warnings if flag.code.startswith("nominee")}
        assert told == {"nominee_and_nominator": ("C", X), "nominee_without_holding": ("C", Y, X)}
