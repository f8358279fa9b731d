"""Control: against a naive fixpoint on random votes, and case by case."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any
from unittest import mock

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.penetration import UnknownCompanyError, controller, penetrate
from graph.penetration.days import day_number
from graph.penetration.downward import controls
from graph.penetration.whole import write_controllers
from tests.graph import oracles
from tests.graph.oracles import ownership

DAY = "2025-01-01"
NODES = ["A", "B", "C", "D", "E", "p:1", "p:2"]


@st.composite
def votes(draw: st.DrawFn) -> dict[tuple[str, str], Fraction]:
    """Registers of random votes, often with a majority, with loops and self-holdings."""
    held: dict[tuple[str, str], Fraction] = {}
    for company in NODES[:5]:
        holders = draw(st.lists(st.sampled_from(NODES), max_size=3, unique=True))
        left = Fraction(1)
        for holder in holders:
            share = min(left, Fraction(draw(st.sampled_from([10, 20, 25, 30, 50, 51, 60])), 100))
            if share > 0:
                held[holder, company] = share
                left -= share
    return held


@pytest.mark.parametrize("in_place", [1 << 22, 0], ids=["few_pairs", "many_pairs"])
@given(
    votes(),
    st.sets(st.tuples(st.sampled_from(NODES), st.sampled_from(NODES[:5])), max_size=2),
    st.sets(st.sampled_from(NODES), min_size=2, max_size=3),
    st.sampled_from([None, "A", "B"]),
)
@settings(deadline=None, max_examples=80)
def test_equals_the_naive_fixpoint(
    in_place: int,
    held: dict[tuple[str, str], Fraction],
    said: set[tuple[str, str]],
    members: set[str],
    scope: str | None,
) -> None:
    with mock.patch("graph.penetration.control._IN_PLACE", in_place):
        _equals_the_naive_fixpoint(held, said, members, scope)


def _equals_the_naive_fixpoint(
    held: dict[tuple[str, str], Fraction], said: set[tuple[str, str]], members: set[str], scope: str | None
) -> None:
    declared = frozenset((h, c) for h, c in said if h != c)
    book = ownership(
        [(h, c, s) for (h, c), s in held.items()],
        parties=[("A", "Company", None, None)],
        control=[
            {"holder_id": h, "company_id": c, "interest": "stated_controller"} for h, c in sorted(declared)
        ],
        concerts=[{"concert_id": "concert:g", "party_id": m, "company_id": scope} for m in sorted(members)],
    )
    expected = {n for n in NODES if n != "A" and "A" in oracles.controlled_by(held, n, declared=declared)}
    if "A" in oracles.controlled_by(held, "concert:g", frozenset(members), scope, declared):
        expected.add("concert:g")
    answer = controller(book, "A", DAY)
    assert {c.id for c in answer.controllers} == expected
    top = {
        n
        for n in expected
        if not any(n in oracles.controlled_by(held, m, declared=declared) for m in (expected | {"A"}) - {n})
    }
    assert (answer.controller is None) == (answer.reason is not None)
    if answer.controller is not None:
        assert answer.controller.id in top | {"concert:g"}
    for found in answer.controllers:
        _check_proof(
            found.id, found.proof, held, declared, members if found.id == "concert:g" else {found.id}
        )


def _check_proof(
    owner: str,
    proof: tuple[Any, ...],
    held: dict[tuple[str, str], Fraction],
    declared: frozenset[tuple[str, str]],
    own: set[str],
) -> None:
    """Every link of a proof is stated, and each company it goes through is won."""
    by_company: dict[str, list[Any]] = {}
    for link in proof:
        by_company.setdefault(link.company, []).append(link)
    assert "A" in by_company
    for company, links in by_company.items():
        if links[0].kind == "declared":
            assert (links[0].holder, company) in declared
            continue
        total = sum((held[link.holder, company] for link in links), Fraction(0))
        assert total > Fraction(1, 2)
        assert links[-1].running == pytest.approx(float(total))


def test_fifty_fifty_is_joint_under_either_rule() -> None:
    book = ownership([("X", "T", 0.5), ("Y", "T", 0.5)])
    for day in ("2024-06-30", "2024-07-01"):
        answer = controller(book, "T", day)
        assert (answer.controller, answer.reason, answer.joint) == (None, "joint", ("X", "Y"))


def test_who_may_control_the_other_half_too_makes_no_draw(tmp_path: Path) -> None:
    rows = [("A", "T", 0.5), ("p:1", "T", 0.5), {"holder_id": "p:1", "company_id": "A"}]
    book = ownership(rows)
    answer = controller(book, "T", DAY)
    assert (answer.reason, answer.possible, answer.joint) == ("possible_only", ("p:1",), ("A", "p:1"))
    write_controllers(book, tmp_path / "all.csv", day_number(DAY))
    told = {r["company"]: r["reason"] for r in pl.read_csv(tmp_path / "all.csv").iter_rows(named=True)}
    assert told["T"] == "possible_only"


@pytest.mark.parametrize(
    ("above", "joint"),
    [
        ([("Z", "X", 1.0)], ("Y", "Z")),
        ([("Z", "X", 0.6), ("V", "Z", 0.8), ("W", "Y", 0.7)], ("V", "W")),
        # Nobody controls X: the chain ends there.
        ([("Z", "X", 0.4), ("V", "X", 0.6), ("U", "V", 0.5), ("W", "V", 0.5)], ("V", "Y")),
        # X and Z control each other.
        ([("Z", "X", 0.8), ("X", "Z", 0.8)], ("X", "Y")),
    ],
)  # fmt: skip
def test_of_a_chain_above_a_half_its_end_holds_the_half(above: list[Any], joint: tuple[str, ...]) -> None:
    answer = controller(ownership([("X", "T", 0.5), ("Y", "T", 0.5), *above]), "T", "2025-01-01")
    assert (answer.controller, answer.reason, answer.joint) == (None, "joint", joint)


@pytest.mark.parametrize(
    ("day", "rule", "wins"), [("2024-06-30", "inclusive", True), ("2024-07-01", "strict", False)]
)
def test_half_controls_only_under_the_inclusive_rule(day: str, rule: str, wins: bool) -> None:
    book = ownership([("X", "T", 0.5), ("Y", "T", 0.3), ("Z", "T", 0.2)])
    answer = controller(book, "T", day)
    assert answer.rule == rule
    assert (answer.controller is not None) == wins
    assert controller(book, "T", day, rule="strict").controller is None


@pytest.mark.parametrize("day", ["2024-06-30", "2024-07-01"])
@pytest.mark.parametrize(
    ("rows", "joint"),
    [
        ([("X", "T", 0.25), ("Y", "T", 0.25), ("Z", "T", 0.5)], ("Z", "concert:1")),
        # X has half alone: the group adds nothing to it.
        ([("X", "T", 0.5), ("Y", "A", 1.0), ("Z", "T", 0.5)], ("X", "Z")),
        ([("X", "T", 0.25), ("Y", "T", 0.25), ("Z", "T", 0.4)], ()),
    ],
)
def test_a_group_with_half_against_a_half_is_joint(
    rows: list[Any], joint: tuple[str, ...], day: str, tmp_path: Path
) -> None:
    together = [{"concert_id": "concert:1", "party_id": p} for p in "XY"]
    book = ownership(rows, concerts=together)
    answer = controller(book, "T", day)
    assert answer.joint == joint
    # Half without a rival is enough under the older rule.
    wins = not joint and day == "2024-06-30"
    assert (answer.controller and answer.controller.id) == ("concert:1" if wins else None)
    reason = None if wins else "joint" if joint else "no_majority"
    assert answer.reason == reason
    write_controllers(book, tmp_path / "all.parquet", day_number(day))
    whole = pl.read_parquet(tmp_path / "all.parquet").filter(pl.col("company") == "T")
    assert (whole["controller"].to_list(), whole["reason"].to_list()) == (
        ["concert:1" if wins else None],
        [reason],
    )


def test_a_group_adds_nothing_to_a_member_who_controls_alone() -> None:
    together = [{"concert_id": "concert:1", "party_id": p} for p in "XY"]
    answer = controller(ownership([("X", "T", 0.6), ("Y", "T", 0.4)], concerts=together), "T", DAY)
    assert answer.controller is not None and answer.controller.id == "X"
    assert [c.id for c in answer.controllers] == ["X", "concert:1"]


def test_half_against_a_half_gathered_by_another() -> None:
    rows = [("X", "T", 0.5), ("B", "T", 0.25), ("C", "T", 0.25), ("Z", "B", 1.0), ("Z", "C", 1.0)]
    answer = controller(ownership(rows), "T", "2024-01-01")
    assert (answer.controller, answer.reason, answer.joint) == (None, "joint", ("X", "Z"))


def test_votes_go_before_shares_and_say_so() -> None:
    rows: list[Any] = [
        {"holder_id": "X", "company_id": "T", "share": 0.3, "votes": 0.7},
        {"holder_id": "Y", "company_id": "T", "share": 0.7, "votes": 0.3},
    ]
    answer = penetrate(ownership(rows), "T", DAY)
    assert answer.controller.controller is not None
    assert answer.controller.controller.id == "X"
    assert answer.controller.controller.proof[0].kind == "votes"
    assert {o.id: (o.share, o.votes) for o in answer.owners} == {"X": (0.3, 0.7), "Y": (0.7, 0.3)}


def test_votes_stated_apart_are_the_holders_whole_vote() -> None:
    rows: list[Any] = [
        {"holder_id": "X", "company_id": "T", "share": 0.15},
        {"holder_id": "X", "company_id": "T", "votes": 0.6},
        {"holder_id": "V", "company_id": "T", "votes": 0.2},
    ]
    owners = {o.id: o for o in penetrate(ownership(rows), "T", DAY).owners}
    assert (owners["X"].share, owners["X"].votes) == (0.15, 0.6)
    assert (owners["V"].share, owners["V"].votes) == (None, 0.2)
    assert (owners["V"].share_min, owners["V"].share_max) == (0.0, 0.85)


def test_a_partnership_is_controlled_by_its_managing_partner() -> None:
    rows: list[Any] = [("LP", "F", 0.99), ("GP", "F", 0.01), ("F", "T", 0.8)]
    party = [("F", "Company", "虚构合伙", "partnership")]
    managed = ownership(
        rows, parties=party, control=[{"holder_id": "GP", "company_id": "F", "interest": "managing_partner"}]
    )
    found = controller(managed, "T", DAY).controller
    assert found is not None and (found.id, found.via) == ("GP", "F")
    assert [w.kind for w in found.proof] == ["share", "declared"]
    roles: list[Any] = [
        {"holder_id": "LP", "company_id": "F", "share": 0.99, "holder_role": "limited_partner"},
        {"holder_id": "GP", "company_id": "F", "share": 0.01, "holder_role": "general_partner"},
        ("F", "T", 0.8),
    ]
    found = controller(ownership(roles, parties=party), "T", DAY).controller
    assert found is not None and found.id == "GP"
    nobody = controller(ownership(rows, parties=party), "T", DAY)
    assert nobody.controller is not None and nobody.controller.id == "F"


@pytest.mark.parametrize(
    ("partners", "found"),
    [
        # A share of nothing, and of no stated size; the role on one of two equal rows, whichever comes first.
        ([("GP", 0.0, "general_partner")], "GP"),
        ([("GP", None, "general_partner")], "GP"),
        ([("GP", 0.01, None), ("GP", 0.01, "general_partner")], "GP"),
        ([("GP", 0.01, "general_partner"), ("GP", 0.01, "limited_partner")], "GP"),
        # Two classes of one partner are one partner; of two partners neither is the one.
        ([("GP", 0.01, "general_partner"), ("GP", 0.02, "general_partner")], "GP"),
        ([("GP", 0.01, "general_partner"), ("GQ", 0.0, "general_partner")], None),
    ],
)  # fmt: skip
def test_the_only_general_partner_controls_whatever_share_it_has(
    partners: list[tuple[str, float | None, str | None]], found: str | None
) -> None:
    rows = [
        {"holder_id": h, "company_id": "F", "share": share, "holder_role": role}
        for h, share, role in [*partners, ("LP", 0.9, "limited_partner")]
    ]
    book = ownership(rows, parties=[("F", "Company", "虚构合伙", "partnership")])
    answer = controller(book, "F", DAY)
    assert (answer.controller.id if answer.controller else None) == found
    assert [c.id for c in answer.controllers] == ([found] if found else [])
    if answer.controller:
        assert [w.interest for w in answer.controller.proof] == ["general_partner"]
        # The row that says so is the proof.
        assert all(w.rows for w in answer.controller.proof)


def test_a_named_managing_partner_goes_before_the_only_general_one() -> None:
    rows = [
        {"holder_id": "GP", "company_id": "F", "share": 0.1, "holder_role": "general_partner"},
        ("LP", "F", 0.9),
    ]
    said = [{"holder_id": "M", "company_id": "F", "interest": "managing_partner"}]
    book = ownership(rows, parties=[("F", "Company", "虚构合伙", "partnership")], control=said)
    assert [c.id for c in controller(book, "F", DAY).controllers] == ["M"]


@pytest.mark.parametrize(
    "name", ["虚构松岭投资合伙企业(有限合伙)", "虚构松岭投资合伙企业", "虚构松岭事务所（特殊普通合伙）", None]
)
def test_a_partnership_is_known_by_its_registered_name_or_its_partners(name: str | None) -> None:
    roles = ("general_partner", "limited_partner") if name is None else (None, None)
    rows: list[Any] = [
        {"holder_id": "LP", "company_id": "F", "share": 0.99, "holder_role": roles[1]},
        {"holder_id": "GP", "company_id": "F", "share": 0.01, "holder_role": roles[0]},
    ]
    managed = [{"holder_id": "M", "company_id": "F", "interest": "legal_representative"}]
    for kind in (None, "unknown", "fund"):
        parties = [("F", "Company", name, kind)]
        found = controller(ownership(rows, parties=parties), "F", DAY).controller
        assert (found and found.id) == (None if name else "GP")
        found = controller(ownership(rows, parties=parties, control=managed), "F", DAY).controller
        assert found is not None and found.id == "M"


def test_a_company_named_after_partners_is_a_company() -> None:
    book = ownership([("A", "T", 0.6)], parties=[("T", "Company", "虚构合伙人管理有限公司", None)])
    found = controller(book, "T", DAY).controller
    assert found is not None and found.id == "A"


def test_suspected_control_says_so_and_influence_is_no_plain_control() -> None:
    book = ownership(
        [("X", "T", 0.3)],
        control=[{"holder_id": "S", "company_id": "T", "interest": "stated_controller", "suspected": True}],
    )
    found = controller(book, "T", DAY).controller
    assert found is not None and found.id == "S" and found.suspected
    assert found.proof[0].sources == ("b#c##0",)
    influence = {"holder_id": "S", "company_id": "T", "interest": "other_influence_or_control"}
    found = controller(ownership([("X", "T", 0.3)], control=[influence]), "T", DAY).controller
    assert found is not None and found.suspected
    manager = ownership(
        [("X", "T", 0.3)], control=[{"holder_id": "S", "company_id": "T", "interest": "fund_management"}]
    )
    assert controller(manager, "T", DAY).controller is None


def test_control_ends_with_its_dates() -> None:
    book = ownership(
        [("X", "T", 0.3)],
        control=[
            {
                "holder_id": "S",
                "company_id": "T",
                "interest": "stated_controller",
                "valid_from": "2020-01-01",
                "valid_to": "2021-01-01",
            }
        ],
    )
    assert controller(book, "T", "2020-12-31").controller is not None
    assert controller(book, "T", "2021-01-01").controller is None


def test_a_concert_counts_what_its_members_control() -> None:
    rows = [
        ("X", "H", 1.0),
        ("H", "T", 0.3),
        ("Y", "T", 0.3),
        ("Z", "T", 0.4),
        ("X", "O", 0.4),
        ("Y", "O", 0.4),
    ]
    terms = [{"concert_id": "concert:1", "party_id": p, "company_id": "T"} for p in "XY"]
    book = ownership(rows, concerts=terms)
    found = controller(book, "T", DAY).controller
    assert found is not None and found.id == "concert:1" and found.joint_share == pytest.approx(0.6)
    # The agreement is for T alone.
    assert controller(book, "O", DAY).controller is None
    assert controller(book, "H", DAY).controller.id == "X"  # type: ignore[union-attr]


def test_a_company_never_wins_itself() -> None:
    ring = ownership([("T", "T", 0.4), ("X", "T", 0.3), ("A", "B", 0.6), ("B", "A", 0.6), ("A", "K", 0.6)])
    assert controller(ring, "T", DAY).reason == "no_majority"
    block = controller(ring, "K", DAY)
    assert (block.controller, block.reason, block.block) == (None, "mutual_block", ("A", "B"))


def test_unknown_votes_are_neither_nothing_nor_all() -> None:
    answer = controller(ownership([("X", "T", None), ("Y", "T", 0.3)]), "T", DAY)
    assert (answer.reason, answer.possible) == ("possible_only", ("X",))
    answer = controller(ownership([("X", "T", None), ("Y", "T", 0.6)]), "T", DAY)
    assert answer.controller is not None and answer.controller.id == "Y" and answer.possible == ()


def test_unknown_company_names_near_ids() -> None:
    book = ownership([("local:P", "local:company-77", 0.5)])
    with pytest.raises(UnknownCompanyError) as error:
        controller(book, "local:company-78", DAY)
    assert error.value.near == ["local:company-77"] and "local:company-77" in error.value.zh


def by_many(weights: list[float], rest: list[Any]) -> list[Any]:
    """P holds shares of T through as many companies of its own."""
    own = [("P", f"H{i}", 1.0) for i in range(len(weights))]
    return [*own, *((f"H{i}", "T", weight) for i, weight in enumerate(weights)), *rest]


def test_half_is_half_whatever_floating_point_makes_of_it() -> None:
    # These add up to 0.5000000000000001: no more than half.
    above = by_many([0.1, 0.05, 0.17, 0.15, 0.03], [("Z", "T", 0.5)])
    assert sum((0.1, 0.05, 0.17, 0.15, 0.03)) > 0.5
    answer = controller(ownership(above), "T", DAY)
    assert (answer.controller, answer.reason, answer.joint) == (None, "joint", ("P", "Z"))
    # Ten times 0.05 is 0.49999999999999994: half.
    below = by_many([0.05] * 10, [("Z", "T", 0.3)])
    found = controller(ownership(below), "T", "2024-01-01").controller
    assert found is not None and found.id == "P"


def test_less_than_half_is_no_half() -> None:
    band = {"holder_id": "Y", "company_id": "T", "share_min": 0.4, "share_max": 0.5}
    for open_, possible in ((False, ("Y",)), (True, ())):
        book = ownership([("X", "T", 0.3), {**band, "max_open": open_}])
        assert controller(book, "T", "2024-01-01").possible == possible


def test_a_register_above_the_whole_sets_no_limit_to_what_is_possible() -> None:
    answer = controller(ownership([("A", "T", 0.8), ("B", "T", 0.4), ("P", "T", None)]), "T", DAY)
    assert (answer.controller and answer.controller.id, answer.possible) == ("A", ("P",))


def test_votes_without_a_share_are_votes() -> None:
    """A golden share: none of the capital, and most of the votes."""
    golden = {"holder_id": "G", "company_id": "T", "share": 0.0, "votes": 0.6}
    book = ownership([golden, {"holder_id": "X", "company_id": "T", "share": 1.0, "votes": 0.4}])
    found = controller(book, "T", DAY).controller
    assert found is not None and (found.id, found.proof[0].kind) == ("G", "votes")
    owners = {o.id: (o.share, o.votes) for o in penetrate(book, "T", DAY).owners}
    assert owners == {"G": (0.0, 0.6), "X": (1.0, 0.4)}


@pytest.mark.parametrize("scope", [None, "T"])
def test_a_concert_begins_and_ends_with_its_dates(scope: str | None) -> None:
    terms = [
        {
            "concert_id": "concert:1",
            "party_id": p,
            "company_id": scope,
            "valid_from": since,
            "valid_to": until,
        }
        for p, since, until in (("X", "2025-01-01", None), ("Y", None, "2025-07-01"))
    ]
    rows = [
        {"holder_id": "X", "company_id": "T", "share": 0.3, "valid_to": "2025-06-01"},
        {"holder_id": "X", "company_id": "T", "share": 0.28, "valid_from": "2025-06-01"},
        ("Y", "T", 0.24),
        ("Z", "T", 0.42),
    ]
    book = ownership(rows, concerts=terms)
    for day, wins in (
        ("2024-12-31", False),
        ("2025-01-01", True),
        ("2025-06-30", True),
        ("2025-07-01", False),
    ):
        assert (controller(book, "T", day).controller is not None) == wins, day


def test_more_than_half_is_told_as_more_than_half() -> None:
    rows: list[Any] = [
        {"holder_id": "A", "company_id": "T", "share_min": 0.5, "share_max": 0.75, "min_open": True, "max_open": True},
        ("P", "A", 0.6),
    ]  # fmt: skip
    found = controller(ownership(rows), "T", DAY).controller
    assert found is not None and (found.id, found.joint_share, found.joint_open) == ("P", 0.5, True)
    assert [(w.company, w.running, w.open) for w in found.proof] == [("T", 0.5, True), ("A", 0.6, False)]
    shown = found.to_json()
    assert (shown["joint_open"], [w["open"] for w in shown["proof"]]) == (True, [True, False])
    (owned,) = [c for c in controls(ownership(rows), "P", DAY).controls if c.id == "T"]
    assert owned.to_json()["joint_open"]


@pytest.mark.parametrize("rule", ["strict", "inclusive"])
def test_a_company_has_no_votes_in_itself(rule: Any) -> None:
    half = controller(ownership([("X", "T", 0.5), ("T", "T", 0.5)]), "T", DAY, rule)
    # Half of its own shares bar nobody's way; nor is the company one of two that hold half of it.
    assert (half.controller is not None, half.joint) == (rule == "inclusive", ())
    assert half.reason == (None if half.controller else "no_majority")
    more = controller(ownership([("X", "T", 0.6), ("T", "T", 0.2)]), "T", DAY, rule).controller
    assert more is not None and more.joint_share == more.proof[-1].running == 0.6


def test_a_company_is_no_party_to_its_own_halves() -> None:
    rows = [("X", "T", 0.5), ("S", "T", 0.5), ("T", "S", 1.0)]
    assert controller(ownership(rows), "T", DAY).joint == ("S", "X")
    # Two of its subsidiaries hold half between them: nobody but X has a half.
    rows = [("X", "T", 0.5), ("S", "T", 0.25), ("R", "T", 0.25), ("T", "S", 1.0), ("T", "R", 1.0)]
    found = controller(ownership(rows), "T", "2024-01-01")
    assert found.controller is not None and found.controller.id == "X"


def test_halves_stay_halves_where_what_they_win_votes_too() -> None:
    # B and C hold half of A each; A holds half of B and of C, whose other halves are not known.
    rows = [("B", "A", 0.5), ("C", "A", 0.5), ("A", "B", 0.5), ("A", "C", 0.5)]
    found = controller(ownership(rows), "A", "2024-01-01")
    assert (found.reason, found.joint) == ("joint", ("B", "C"))


def test_votes_that_come_after_a_declared_control_are_no_other_half() -> None:
    # C is stated to control B, and with it A, whose half of B becomes C's only then.
    rows = [("A", "B", 0.5), ("B", "A", 0.5), ("C", "A", 0.5)]
    said = [{"holder_id": "C", "company_id": "B", "interest": "stated_controller"}]
    found = controller(ownership(rows, control=said), "B", "2024-01-01")
    assert {c.id for c in found.controllers} == {"A", "C"}


def test_a_member_of_a_concert_for_one_company_stands_for_itself_in_any_other() -> None:
    rows: list[Any] = [("A", "B", 0.6), ("B", "A", 0.51)]
    terms = [{"concert_id": "concert:g", "party_id": m, "company_id": "B"} for m in ("A", "B")]
    book = ownership(rows, concerts=terms)
    found = {c.id: (c.via, c.depth) for c in controller(book, "A", DAY).controllers}
    assert found["concert:g"] == ("B", 2)
