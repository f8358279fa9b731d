"""What a party controls, the group of a company, and cross-holdings: against naive oracles on random registers."""

from __future__ import annotations

import inspect
import sys
from fractions import Fraction
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.penetration import controller, penetrate
from graph.penetration.downward import controls, group_of
from graph.penetration.loops import Loops, loops
from tests.graph import oracles
from tests.graph.oracles import ownership
from tests.graph.test_penetration_control import NODES, votes

DAY = "2025-01-01"


@given(votes(), st.sets(st.tuples(st.sampled_from(NODES), st.sampled_from(NODES[:5])), max_size=2))
@settings(deadline=None, max_examples=12)
def test_down_is_the_fixpoint_and_the_converse_of_up(
    held: dict[tuple[str, str], Fraction], said: set[tuple[str, str]]
) -> None:
    declared = frozenset((h, c) for h, c in said if h != c)
    book = ownership(
        [(h, c, s) for (h, c), s in held.items()],
        parties=[(n, "Company", None, None) for n in NODES],
        control=[
            {"holder_id": h, "company_id": c, "interest": "stated_controller"} for h, c in sorted(declared)
        ],
        concerts=[{"concert_id": "concert:g", "party_id": m} for m in ("p:1", "p:2")],
    )
    members = frozenset({"p:1", "p:2"})
    for party in (*NODES, "concert:g"):
        pooled = members if party == "concert:g" else frozenset()
        expected = oracles.controlled_by(held, party, pooled, None, declared)
        for day in (DAY, "2024-01-01"):
            found = controls(book, party, day, rule="strict")
            assert {c.id for c in found.controls} == expected
    for company in NODES[:5]:
        up = {c.id for c in controller(book, company, "2024-01-01").controllers}
        down = {
            p
            for p in (*NODES, "concert:g")
            if company in {c.id for c in controls(book, p, "2024-01-01").controls}
        }
        assert up == down


def test_a_chain_down_names_its_steps() -> None:
    rows = [
        ("P", "A", 0.6),
        ("A", "T", 0.3),
        ("P", "T", 0.21),
        ("Q", "T", 0.49),
        ("T", "K", 0.55),
        ("P", "U", None),
    ]
    found = controls(ownership(rows), "P", DAY)
    assert [(c.id, c.by.via, c.by.depth) for c in found.controls] == [
        ("A", None, 1),
        ("T", "A", 2),
        ("K", "T", 3),
    ]
    assert found.possible == ("U",)
    assert [c["joint_share"] for c in found.to_json()["controls"]] == [0.6, 0.51, 0.55]
    ended = [{"holder_id": "P", "company_id": "A", "share": 0.6, "valid_to": "2024-01-01"}]
    assert controls(ownership(ended), "P", DAY).controls == ()


def test_a_concert_is_told_up_to_the_day_it_ends() -> None:
    terms = [
        {"concert_id": "concert:1", "party_id": p, "valid_from": "2024-01-01", "valid_to": "2025-01-01"}
        for p in "PQ"
    ]
    book = ownership([("P", "A", 0.3), ("Q", "A", 0.3)], concerts=terms)
    for day, told in (
        ("2023-12-31", ()),
        ("2024-01-01", ("concert:1",)),
        ("2024-12-31", ("concert:1",)),
        (DAY, ()),
    ):
        assert controls(book, "P", day).concerts == told, day
        assert [c.id for c in controls(book, "concert:1", day).controls] == (["A"] if told else []), day


def test_a_group_is_its_head_and_all_it_controls() -> None:
    rows = [("P", "A", 0.6), ("A", "T", 0.9), ("A", "K", 0.2), ("A", "M", 0.51)]
    group = group_of(ownership(rows), "T", DAY)
    assert group.head is not None and group.head.id == "P"
    assert {m.id for m in group.members} == {"A", "T", "M"}
    headless = group_of(ownership([("X", "T", 0.5), ("Y", "T", 0.5), ("T", "K", 0.8)]), "T", DAY)
    assert (headless.head, headless.reason, [m.id for m in headless.members]) == (None, "joint", ["K"])


@given(st.lists(st.tuples(st.sampled_from("ABCDE"), st.sampled_from("ABCDE"), st.integers(1, 5)), max_size=9))
@settings(deadline=None, max_examples=60)
def test_loops_and_what_they_are_worth(stated: list[tuple[str, str, int]]) -> None:
    weights: dict[tuple[str, str], Fraction] = {}
    for holder, company, tenths in stated:
        taken = sum((v for (_, c), v in weights.items() if c == company), Fraction(0))
        share = min(Fraction(tenths, 10), 1 - taken)
        if (holder, company) not in weights and share > 0:
            weights[holder, company] = share
    book = ownership([(h, c, s) for (h, c), s in weights.items()], parties=[("A", "Company", None, None)])
    found = loops(book, None, DAY)
    graph = nx.DiGraph()
    graph.add_edges_from(weights)
    expected = {frozenset(zip(c, [*c[1:], c[0]], strict=True)) for c in nx.simple_cycles(graph)}
    assert {_links(loop.nodes) for block in found.blocks for loop in block.loops} == expected
    for block in found.blocks:
        for loop in block.loops:
            value = Fraction(1)
            for pair in _links(loop.nodes):
                value *= weights[pair]
            assert loop.low == pytest.approx(float(value)) == loop.high
        inside = {k: v for k, v in weights.items() if set(k) <= set(block.ids)}
        assert block.closed == (not oracles.converges(inside, block.ids))
        for member in block.members if not block.closed else ():
            owned = float(oracles.integrated(weights_above(weights, member.id), member.id)[member.id])
            assert member.self_owned_min == pytest.approx(owned, rel=1e-9, abs=1e-12)
            assert member.first_return_min == pytest.approx(owned / (1 + owned), rel=1e-9, abs=1e-12)


def weights_above(weights: dict[tuple[str, str], Fraction], company: str) -> dict[tuple[str, str], Fraction]:
    """The links of the company's own block: walks back to it use no other."""
    graph = nx.DiGraph()
    graph.add_edges_from(weights)
    block = next(b for b in nx.strongly_connected_components(graph) if company in b)
    return {k: v for k, v in weights.items() if set(k) <= block}


def _links(nodes: tuple[str, ...]) -> frozenset[tuple[str, str]]:
    return frozenset(zip(nodes, [*nodes[1:], nodes[0]], strict=True))


def test_loops_above_one_company_and_the_closed_ring() -> None:
    ring: list[Any] = [
        ("M", "N", 1.0),
        ("N", "O", 1.0),
        ("O", "M", 1.0),
        ("M", "P", 0.9),
        ("X", "Y", 0.3),
        ("Y", "X", 0.2),
    ]
    above: Loops = loops(ownership(ring), "P", DAY)
    assert [(b.ids, b.closed) for b in above.blocks] == [(("M", "N", "O"), True)]
    assert above.blocks[0].members[0].self_owned_min is None
    every = loops(ownership(ring), None, DAY)
    assert [b.ids for b in every.blocks] == [("M", "N", "O"), ("X", "Y")]
    assert every.blocks[1].loops[0].formula == "30% × 20% = 6%"
    assert every.blocks[1].loops[0].rows == (("row4",), ("row5",))
    assert loops(ownership(ring), "X", "2025-01-01").to_json()["blocks"][0]["loops"][0]["value"] == 0.06


def test_where_the_methods_differ_the_answer_says_so_and_names_the_loop() -> None:
    from graph.penetration import penetrate

    rows = [
        ("A", "B", 0.4),
        ("B", "D", 0.5),
        ("D", "A", 0.5),
        ("A", "T", 0.6),
        ("U", "A", 0.5),
        ("X", "T", 0.4),
    ]
    answer = penetrate(ownership(rows), "T", DAY)
    differing = {d.id: {m: low for m, (low, _) in d.shares.items()} for d in answer.differing}
    assert differing["U"] == pytest.approx(
        {"integrated": 1 / 3, "stop_at_target": 1 / 3, "simple_paths": 0.3}
    )
    assert "X" not in differing
    assert next(f for f in answer.warnings if f.code == "loop").ids == ("A", "B", "D")
    straight = penetrate(ownership([("P", "A", 0.5), ("A", "T", 0.5)]), "T", DAY)
    assert straight.differing == () and straight.to_json()["methods_differ"] == []


def test_the_longest_chain_and_known_shares() -> None:
    from graph.penetration import penetrate

    rows = [("P", "T", 0.1), ("P", "A", 0.5), ("A", "B", 0.5), ("B", "T", 0.7)]
    answer = penetrate(ownership(rows), "T", DAY)
    assert (answer.longest.nodes, answer.longest.truncated) == (("P", "A", "B", "T"), False)
    assert answer.known_share == pytest.approx(0.8)
    assert {o.id: o.known_share for o in answer.owners} == {"P": None, "A": 0.5, "B": 0.5}
    looped = penetrate(ownership([*rows, ("B", "A", 0.2), ("Q", "P", 1.0)]), "T", DAY)
    assert looped.longest.nodes == ("Q", "P", "A", "B", "T")


def test_more_simple_paths_than_can_be_walked_are_a_lower_bound_for_everyone() -> None:
    names = [f"C{i}" for i in range(14)]
    rows = [(a, b, 0.05) for a in names for b in names if a != b] + [(f"P{c}", c, 0.2) for c in names]
    answer = penetrate(ownership(rows), "C3", DAY, method="simple_paths")
    assert any(f.code == "truncated" for f in answer.warnings), [f.code for f in answer.warnings]
    exact = {o.id: o.share for o in penetrate(ownership(rows), "C3", DAY, method="stop_at_target").owners}
    for owner in answer.owners:
        # Nobody's share passes for exact, least of all that of a holder the walk had not come to.
        assert owner.share is None
        assert owner.share_max is None
        assert owner.share_min is not None
        assert (owner.direct or 0.0) - 1e-12 <= owner.share_min <= (exact[owner.id] or 0.0) + 1e-12
        assert owner.share_min > 0.0


def test_of_equally_long_chains_the_one_that_carries_most_is_told() -> None:
    rows = [("P", "A", 0.5), ("A", "T", 0.2), ("P", "B", 0.5), ("B", "T", 0.8)]
    assert penetrate(ownership(rows), "T", DAY).longest.nodes == ("P", "B", "T")
    # Nor does a loop change it.
    looped = penetrate(ownership([*rows, ("T", "P", 0.1)]), "T", DAY)
    assert looped.longest.nodes == ("P", "B", "T")


def test_a_long_chain_is_proved_to_its_end() -> None:
    links = [(f"c{i + 1}", f"c{i}", 1.0) for i in range(300)]
    book = ownership(links, parties=[("c0", "Company", None, None)])
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 200)
    try:
        found = controls(book, "c300", "2025-01-01").controls
    finally:
        sys.setrecursionlimit(before)
    assert [(c.by.depth, len(c.by.proof)) for c in found] == [(i, i) for i in range(1, 301)]
