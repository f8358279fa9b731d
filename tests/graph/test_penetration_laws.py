"""Laws of effective shares on random registers, against exact rational algebra and path enumeration."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from graph.penetration import Ownership, Penetration, Register, penetrate
from graph.penetration.blocks import BlockSolver
from graph.penetration.days import day_number
from tests.graph import oracles
from tests.graph.oracles import ownership

DAY = "2025-01-01"
COMPANIES = ["A", "B", "C", "D", "E"]
PEOPLE = ["p:1", "p:2", "p:3"]
Row = tuple[str, str, Fraction]


@st.composite
def registers(draw: st.DrawFn, complete: bool = False, over: bool = False) -> list[Row]:
    """Rows of random registers: loops, self-holdings, parallel rows; complete, or above 100% now and then."""
    rows: list[Row] = []
    for company in COMPANIES:
        holders = draw(st.lists(st.sampled_from(COMPANIES + PEOPLE), max_size=4))
        parts = [draw(st.integers(1, 9)) for _ in holders]
        if not holders:
            continue
        total = sum(parts)
        if not complete:
            total = max(1, total - draw(st.integers(0, 4))) if over else total + draw(st.integers(0, 5))
        rows += [(h, company, Fraction(p, total)) for h, p in zip(holders, parts, strict=True) if p <= total]
    return rows


def shares(answer: Penetration) -> dict[str, float | None]:
    return {owner.id: owner.share for owner in answer.owners}


def register(rows: list[Row]) -> Ownership:
    """The rows, each of a class of its own, so that equal ones are not one row stated twice."""
    stated = [
        {"holder_id": h, "company_id": c, "share": s, "share_class": f"class {i}"}
        for i, (h, c, s) in enumerate(rows)
    ]
    return ownership(stated, parties=[("A", "Company", None, None)])


def solvable(rows: list[Row], company: str) -> dict[tuple[str, str], Fraction]:
    weights = oracles.summed(rows)
    assume(oracles.converges(weights, oracles.above(weights, company)))
    return weights


@given(registers(over=True) | registers())
@settings(deadline=None, max_examples=80)
def test_methods_equal_exact_algebra_and_enumeration(rows: list[Row]) -> None:
    weights = solvable(rows, "A")
    held = register([*rows, ("p:1", "Z", Fraction(1, 2))])
    for method, oracle in (
        ("integrated", oracles.integrated(weights, "A")),
        ("stop_at_target", oracles.first_passage(weights, "A")),
        ("simple_paths", oracles.simple_paths(weights, "A")),
    ):
        answer = penetrate(held, "A", DAY, method)
        expected = {k: float(v) for k, v in oracle.items() if k != "A"}
        assert shares(answer) == pytest.approx(expected, rel=1e-9, abs=1e-11)
    depth = oracles.depths(weights, "A")
    assert {o.id: o.depth for o in answer.owners} == {k: v for k, v in depth.items() if k != "A"}


@given(registers())
@settings(deadline=None, max_examples=50)
def test_relations_between_the_methods(rows: list[Row]) -> None:
    weights = solvable(rows, "A")
    held = register(rows)
    by = {m: shares(penetrate(held, "A", DAY, m)) for m in ("integrated", "stop_at_target", "simple_paths")}
    passage = oracles.first_passage(weights, "A")
    returned = float(
        sum((w * passage[c] for (h, c), w in weights.items() if h == "A" and c in passage), Fraction(0))
    )
    for holder, integrated in by["integrated"].items():
        simple, stop = by["simple_paths"][holder], by["stop_at_target"][holder]
        assert integrated is not None and simple is not None and stop is not None
        assert simple <= stop + 1e-9 and stop <= integrated + 1e-9
        assert integrated * (1 - returned) == pytest.approx(stop, abs=1e-9)


@given(registers(complete=True))
@settings(deadline=None, max_examples=50)
def test_terminal_holders_of_complete_registers_have_all(rows: list[Row]) -> None:
    weights = solvable(rows, "A")
    assume(any(c == "A" for _, c, _ in rows))
    owned = {c for _, c in weights}
    assume(all(h in owned or h in PEOPLE for h in oracles.above(weights, "A")))
    answer = penetrate(register(rows), "A", DAY)
    total = sum(o.share or 0.0 for o in answer.owners if o.ultimate)
    assert total == pytest.approx(1.0, abs=1e-9)
    assert answer.unknown_share == pytest.approx(0.0, abs=1e-9)


@given(registers(), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=50)
def test_order_splitting_and_names_change_nothing(rows: list[Row], chance: random.Random) -> None:
    before = penetrate(register(rows), "A", DAY)
    split = [
        part for h, c, s in rows for part in ([(h, c, s)] if chance.random() < 0.5 else [(h, c, s / 2)] * 2)
    ]
    chance.shuffle(split)
    assert _told(penetrate(register(split), "A", DAY)) == _told(before)
    # "A" stays last of the names, so the new order of ids is another one.
    renamed = {"A": "z:A"} | {n: f"y:{9 - i}" for i, n in enumerate(COMPANIES[1:] + PEOPLE)}
    other = ownership(
        [
            {"holder_id": renamed[h], "company_id": renamed[c], "share": s, "share_class": str(i)}
            for i, (h, c, s) in enumerate(rows)
        ],
        parties=[("z:A", "Company", None, None)],
    )
    back = {new: old for old, new in renamed.items()}
    assert _told(penetrate(other, "z:A", DAY), back) == _told(before)


def _told(answer: Penetration, names: dict[str, str] | None = None) -> tuple[object, object]:
    owners = {
        (names or {}).get(o["id"], o["id"]): (
            None if o["share"] is None else round(o["share"], 9),
            o["depth"],
            o["ultimate"],
            o.get("method"),
        )
        for o in answer.to_json()["owners"]
    }
    found = answer.controller.controller
    return owners, None if found is None else (names or {}).get(found.id, found.id)


@given(registers())
@settings(deadline=None, max_examples=50)
def test_a_whole_intermediary_changes_depth_and_no_share(rows: list[Row]) -> None:
    assume(any(c == "A" and h in PEOPLE for h, c, _ in rows))
    weights = solvable(rows, "A")
    people = {h for h, c in weights if c == "A" and h in PEOPLE}
    one = next(iter(sorted(people)))
    rows_one = [("M" if (h, c) == (one, "A") else h, c, s) for h, c, s in rows] + [(one, "M", Fraction(1))]
    before, after = (
        shares(penetrate(register(rows), "A", DAY)),
        shares(penetrate(register(rows_one), "A", DAY)),
    )
    assert {k: v for k, v in after.items() if k != "M"} == pytest.approx(before, abs=1e-9)


@given(registers(complete=True) | registers(over=True))
@settings(deadline=None, max_examples=60)
def test_closed_blocks_are_refused_and_the_rest_stands(rows: list[Row]) -> None:
    weights = oracles.summed(rows)
    reach = oracles.above(weights, "A")
    answer = penetrate(register(rows), "A", DAY, "integrated")
    refused = {m for f in answer.warnings if f.code == "closed_block" for m in f.ids}
    assert bool(refused) == (not oracles.converges(weights, reach))
    if not refused or "A" in refused:
        assert all(s is None for s in shares(answer).values()) or not refused
        return
    # Holders that reach the company only outside the block keep their exact share.
    outside = {k: v for k, v in weights.items() if not set(k) & refused}
    above_block = {h for m in refused for h in oracles.above(weights, m)}
    expected = oracles.integrated(outside, "A")
    for holder, share in shares(answer).items():
        if holder in above_block:
            assert share is None
        else:
            assert share == pytest.approx(float(expected[holder]), abs=1e-9)


@st.composite
def banded(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[Row]]:
    """Rows with ranges and unknown shares, and one completion of them within every register's 100%."""
    rows: list[dict[str, Any]] = []
    truth: list[Row] = []
    for company in COMPANIES:
        holders = draw(st.lists(st.sampled_from(COMPANIES + PEOPLE), max_size=4, unique=True))
        parts = [draw(st.integers(1, 9)) for _ in holders]
        total = sum(parts) + draw(st.integers(1, 6))
        for holder, part in zip(holders, parts, strict=True):
            share = Fraction(part, total)
            truth.append((holder, company, share))
            row: dict[str, Any] = {"holder_id": holder, "company_id": company, "share": None}
            shape = draw(st.sampled_from(["exact", "range", "unknown", "above"]))
            if shape == "exact":
                row["share"] = share
            elif shape == "range":
                row["share_min"] = float(share) * 0.5
                row["share_max"] = min(1.0, float(share) * 1.5)
            elif shape == "above":
                row["share_min"] = float(share) * 0.9
            rows.append(row)
    return rows, truth


@given(banded())
@settings(deadline=None, max_examples=60)
def test_bounds_contain_the_completion(case: tuple[list[dict[str, Any]], list[Row]]) -> None:
    rows, truth = case
    weights = solvable(truth, "A")
    held = ownership(rows, parties=[("A", "Company", None, None)])
    for method, oracle in (
        ("integrated", oracles.integrated(weights, "A")),
        ("stop_at_target", oracles.first_passage(weights, "A")),
        ("simple_paths", oracles.simple_paths(weights, "A")),
    ):
        for owner in penetrate(held, "A", DAY, method).owners:
            value = float(oracle[owner.id])
            assert owner.share_min is None or owner.share_min <= value + 1e-9
            assert owner.share_max is None or min(1.0, value) <= owner.share_max + 1e-9
            if owner.share is not None:
                assert owner.share == pytest.approx(value, abs=1e-9)


@given(registers(), st.data())
@settings(deadline=None, max_examples=50)
def test_more_never_means_less(rows: list[Row], data: st.DataObject) -> None:
    weights = solvable(rows, "A")
    assume(weights)
    holder, company = data.draw(st.sampled_from(sorted(weights)))
    more = [*rows, (holder, company, Fraction(1, 50))]
    solvable(more, "A")
    before = shares(penetrate(register(rows), "A", DAY, "integrated"))
    after = shares(penetrate(register(more), "A", DAY, "integrated"))
    for owner, share in before.items():
        later = after[owner]
        assert share is not None and later is not None and later >= share - 1e-9


def test_a_large_block_is_solved_by_sparse_factors_as_by_dense_ones() -> None:
    n, rng = 1600, np.random.default_rng(7)
    holder = np.concatenate([rng.integers(0, n, 4 * n), np.arange(n)])
    company = np.concatenate([np.repeat(np.arange(n), 4), (np.arange(n) + 1) % n])
    weight = np.full(len(holder), 0.19)
    right = rng.random((n, 1))
    solve = BlockSolver().factorise(n, holder, company, weight)
    assert solve is not None
    matrix = np.eye(n)
    np.subtract.at(matrix, (holder, company), weight)
    assert np.abs(matrix @ solve(right) - right).max() < 1e-9
    assert BlockSolver().factorise(n, holder, company, np.full(len(holder), 0.2)) is None


def test_the_register_of_a_day_as_a_matrix() -> None:
    rows: list[Any] = [
        ("P", "T", 0.3),
        {"holder_id": "P", "company_id": "T", "share": 0.2, "share_class": "b", "valid_from": "2025-06-01"},
        ("T", "P", 0.1),
    ]
    held = ownership(rows)
    ids = held.nodes["id"].to_list()
    for day, expected in (("2025-05-31", 0.3), ("2025-06-01", 0.5)):
        matrix = Register(held, day_number(day)).matrix()
        assert matrix[ids.index("P"), ids.index("T")] == pytest.approx(expected)
        assert matrix.nnz == 2
