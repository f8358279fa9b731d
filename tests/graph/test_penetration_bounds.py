"""Bounds of one company: the optimum over all registers within their bands, by brute force; open ends; possible control."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from graph.penetration import Owner, controller, penetrate
from graph.penetration.bounds import Registers
from graph.penetration.penetrate import look
from tests.graph import oracles
from tests.graph.oracles import ownership

DAY = "2025-01-01"
COMPANIES, PEOPLE = ["A", "B", "C"], ["p:1", "p:2"]
Band = tuple[str, Fraction, Fraction]


@st.composite
def bands(draw: st.DrawFn) -> dict[str, list[Band]]:
    """Registers of up to three holders, each with a band of tenths; loops and self-holdings among them."""
    registers: dict[str, list[Band]] = {}
    for company in COMPANIES:
        for holder in draw(st.lists(st.sampled_from(COMPANIES + PEOPLE), max_size=3, unique=True)):
            low = Fraction(draw(st.integers(0, 3)), 10)
            high = min(Fraction(1), low + Fraction(draw(st.sampled_from([0, 2, 5, 9])), 10))
            registers.setdefault(company, []).append((holder, low, high))
    return registers


def corners(register: Sequence[Band]) -> list[tuple[Fraction, ...]]:
    """The vertices of one register's polytope: within each band, at most 1 together."""
    lows, highs = [low for _, low, _ in register], [high for _, _, high in register]
    if sum(lows) > 1:
        return [tuple(highs)]
    found = {p for p in itertools.product(*zip(lows, highs, strict=True)) if sum(p) <= 1}
    for free in range(len(register)):
        others = [(lo, hi) for i, (lo, hi) in enumerate(zip(lows, highs, strict=True)) if i != free]
        for fixed in itertools.product(*others):
            rest = 1 - sum(fixed)
            if lows[free] <= rest <= highs[free]:
                found.add((*fixed[:free], rest, *fixed[free:]))
    return sorted(found)


def extremes(
    method: str, registers: dict[str, list[Band]]
) -> tuple[dict[str, Fraction], dict[str, Fraction]]:
    """The least and the most each holder can have of A, by trying every vertex of every register."""
    oracle = oracles.integrated if method == "integrated" else oracles.first_passage
    least: dict[str, Fraction] = {}
    most: dict[str, Fraction] = {}
    for chosen in itertools.product(*(corners(r) for r in registers.values())):
        weights = {
            (holder, company): share
            for (company, register), shares in zip(registers.items(), chosen, strict=True)
            for (holder, _, _), share in zip(register, shares, strict=True)
        }
        assume(oracles.converges(weights, oracles.above(weights, "A")))
        got = oracle(weights, "A")
        for holder in COMPANIES + PEOPLE:
            most[holder] = max(most.get(holder, Fraction(0)), got.get(holder, Fraction(0)))
            least[holder] = min(least.get(holder, Fraction(99)), got.get(holder, Fraction(0)))
    return least, most


@pytest.mark.parametrize("method", ["integrated", "stop_at_target"])
@given(registers=bands())
@settings(deadline=None, max_examples=40)
def test_equals_the_optimum_by_brute_force(method: str, registers: dict[str, list[Band]]) -> None:
    assume("A" in registers)
    rows = [
        {"holder_id": h, "company_id": c, "share_min": float(low), "share_max": float(high)}
        for c, register in registers.items()
        for h, low, high in register
    ]
    least, most = extremes(method, registers)
    answer = penetrate(ownership(rows, parties=[("A", "Company", None, None)]), "A", DAY, method)
    assert answer.bounds != "outer"
    for owner in answer.owners:
        assert owner.share_max == pytest.approx(min(1.0, float(most[owner.id])), abs=1e-9)
        assert owner.share_min == pytest.approx(min(1.0, float(least[owner.id])), abs=1e-9)


def owner_of(rows: list[Any], holder: str, company: str = "T", **kwargs: Any) -> Owner:
    return next(o for o in penetrate(ownership(rows, **kwargs), company, DAY).owners if o.id == holder)


def band(holder: str, company: str, low: float, high: float, **ends: bool) -> dict[str, Any]:
    return {"holder_id": holder, "company_id": company, "share_min": low, "share_max": high, **ends}


def test_two_halves_of_one_register_are_not_had_at_once() -> None:
    rows = [
        band("A", "T", 0.0, 0.8), band("B", "T", 0.0, 0.8), ("P", "A", 1.0), ("P", "B", 0.5), ("Q", "B", 0.5),
    ]  # fmt: skip
    # All upper bounds at once would give P 1.2 of T; the register gives 0.8 to A, the rest to B.
    assert owner_of(rows, "P").share_max == pytest.approx(0.8 + 0.2 * 0.5)
    assert owner_of(rows, "Q").share_max == pytest.approx(0.8 * 0.5)


def test_members_of_a_group_share_one_register() -> None:
    rows = [band("P", "T", 0.1, 0.4), band("Q", "T", 0.2, 0.9), band("R", "T", 0.3, 0.5), ("P", "R", 0.5)]
    looked = look(ownership(rows), "T", DAY)
    ids = looked.ownership.ids(looked.frontier.reach.node).to_list()
    links = looked.frontier.links
    registers = Registers(looked.frontier, links.low, links.high)
    groups = [np.isin(links.holder, [ids.index(member) for member in group]) for group in ("PQ", "PR")]
    low, high = registers.together(groups)
    # What P holds through R counts for P and Q, and not once more for P and R.
    assert low == pytest.approx([0.1 + 0.2 + 0.3 * 0.5, 0.1 + 0.3])
    assert high == pytest.approx([0.7 + 0.3 * 0.5, 0.8])


@pytest.mark.parametrize("method", ["integrated", "stop_at_target"])
@given(registers=bands(), data=st.data())
@settings(deadline=None, max_examples=40)
def test_an_upper_end_is_open_where_nobody_can_reach_it(
    method: str, registers: dict[str, list[Band]], data: st.DataObject
) -> None:
    assume("A" in registers)
    links = [(h, c, low, high) for c, register in registers.items() for h, low, high in register]
    ends = [
        (low < high and data.draw(st.booleans()), low < high and data.draw(st.booleans()))
        for _, _, low, high in links
    ]
    rows = [
        {
            "holder_id": h,
            "company_id": c,
            "share_min": float(low),
            "share_max": float(high),
            "min_open": min_open,
            "max_open": max_open,
        }
        for (h, c, low, high), (min_open, max_open) in zip(links, ends, strict=True)
    ]
    little = Fraction(1, 10**9)
    inner: dict[str, list[Band]] = {}
    for (h, c, low, high), (min_open, max_open) in zip(links, ends, strict=True):
        inner.setdefault(c, []).append((h, low + little * min_open, high - little * max_open))
    # Where lower bounds alone break a register, it is no set of completions.
    assume(all(sum(low for _, low, _ in register) <= 1 for register in inner.values()))
    reached, within = (extremes(method, each)[1] for each in (registers, inner))
    answer = penetrate(ownership(rows, parties=[("A", "Company", None, None)]), "A", DAY, method)
    for owner in answer.owners:
        # A bound above 100% is shown as 100%.
        if 0 < reached.get(owner.id, Fraction(0)) < 1 and owner.share_min != owner.share_max:
            assert owner.max_open == (within[owner.id] < reached[owner.id]), owner


def test_open_ends_reach_the_answer() -> None:
    rows: list[Any] = [band("A", "T", 0.5, 0.75, min_open=True, max_open=True), ("P", "A", 0.8)]
    owner = owner_of(rows, "P")
    assert (owner.share_min, owner.share_max) == (pytest.approx(0.4), pytest.approx(0.6))
    assert (owner.min_open, owner.max_open) == (True, True)
    closed = owner_of([band("A", "T", 0.5, 0.75), ("P", "A", 0.8)], "P")
    assert (closed.min_open, closed.max_open) == (False, False)
    # Where A has more than 40%, B can't reach the other 60%.
    left = owner_of([band("A", "T", 0.4, 1.0, min_open=True), band("B", "T", 0.0, 1.0)], "B")
    assert (left.share_max, left.max_open) == (pytest.approx(0.6), True)


# In floating point 1 - 0.68 is below 0.32, and 1 - 0.7 above 0.3.
@pytest.mark.parametrize(("others", "left"), [(0.75, 0.25), (0.68, 0.32), (0.7, 0.3)])
def test_an_open_end_stays_open_where_the_others_leave_just_it(others: float, left: float) -> None:
    owner = owner_of([("A", "T", others), band("B", "T", 0.0, left, max_open=True)], "B")
    assert (owner.share_max, owner.max_open) == (pytest.approx(left), True)
    owner = owner_of([band("A", "T", others, 1.0, min_open=True), band("B", "T", 0.0, left)], "B")
    assert (owner.share_max, owner.max_open) == (pytest.approx(left), True)
    # What is left lies below the open end.
    owner = owner_of([("A", "T", others), band("B", "T", 0.0, left + 0.1, max_open=True)], "B")
    assert (owner.share_max, owner.max_open) == (pytest.approx(left), False)


def test_a_large_frontier_keeps_outer_bounds_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graph.penetration.bounds.MOST_CELLS", 1)
    rows = [band("A", "T", 0.0, 0.8), band("B", "T", 0.0, 0.8), ("P", "A", 1.0), ("P", "B", 0.5)]
    answer = penetrate(ownership(rows), "T", DAY)
    assert answer.bounds == "outer" and "outer_bounds" in {f.code for f in answer.warnings}
    assert next(o for o in answer.owners if o.id == "P").share_max == 1.0


def test_control_is_possible_only_within_the_register() -> None:
    # P may have up to 40% alone and A as much, but Z surely has 60%.
    rows = [
        ("Z", "T", 0.55),
        {"holder_id": "P", "company_id": "T"},
        {"holder_id": "A", "company_id": "T"},
        ("P", "A", 1.0),
    ]
    assert controller(ownership(rows), "T", DAY).possible == ()
    rows[0] = ("Z", "T", 0.45)
    assert controller(ownership(rows), "T", DAY).possible == ("A", "P")


def test_half_is_not_sure_to_control_where_another_may_have_the_other_half() -> None:
    rows = [("X", "T", 0.5), band("Y", "T", 0.4, 0.5)]
    answer = controller(ownership(rows), "T", "2024-01-01")
    assert (answer.controller, answer.reason, answer.possible) == (None, "possible_only", ("X", "Y"))
    rows[1] = band("Y", "T", 0.4, 0.49)
    found = controller(ownership(rows), "T", "2024-01-01").controller
    assert found is not None and found.id == "X"


def test_votes_by_simple_paths_through_a_loop() -> None:
    rows = [
        {"holder_id": "U", "company_id": "A", "share": 0.5, "votes": 0.6},
        ("A", "B", 0.4), ("B", "D", 0.5), ("D", "A", 0.5), ("A", "T", 0.6),
    ]  # fmt: skip
    owner = next(o for o in penetrate(ownership(rows), "T", DAY, "simple_paths").owners if o.id == "U")
    assert (owner.share, owner.votes) == (pytest.approx(0.3), pytest.approx(0.36))


def test_more_than_nothing_is_an_open_end() -> None:
    owner = owner_of([band("A", "T", 0.0, 0.25, min_open=True), ("P", "A", 0.5)], "P")
    assert (owner.share_min, owner.min_open) == (0.0, True)


def test_a_row_without_a_share_beside_one_with_leaves_it_open_upwards() -> None:
    owner = owner_of([("X", "T", 0.3), ("X", "T", None), ("Y", "T", 0.2)], "X")
    assert (owner.share, owner.share_min, owner.share_max) == (None, 0.3, pytest.approx(0.8))


def test_a_register_above_the_whole_sets_no_limit() -> None:
    rows = [band("A", "T", 0.6, 0.8), band("B", "T", 0.6, 0.9), ("P", "A", 0.5)]
    assert owner_of(rows, "P").share_max == pytest.approx(0.4)


def test_a_declared_route_of_no_stated_share_is_part_of_no_register() -> None:
    said = {"holder_id": "P", "company_id": "T", "share": None, "declared_indirect": True}
    rows = [("A", "T", 0.7), band("B", "T", 0.0, 0.3), band("C", "T", 0.0, 0.3), said]
    assert (owner_of(rows, "P").share_min, owner_of(rows, "P").share_max) == (0.0, 1.0)
    assert owner_of(rows, "B").share_max == pytest.approx(0.3)
    # What Q has by way of P leaves it the whole of B's band.
    assert owner_of([*rows, ("Q", "P", 0.4), ("Q", "B", 0.3)], "Q").share_max == pytest.approx(
        0.4 + 0.3 * 0.3
    )
