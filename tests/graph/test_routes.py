"""Ways between two parties: against enumeration on random graphs; kinds, hubs, budgets; and the history of a company."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import networkx as nx
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from graph.penetration import UnknownCompanyError, controller, penetrate
from graph.penetration.history import PeriodError, history
from graph.penetration.routes import Ways, ways_between
from graph.penetration.web import HUB, Kind, Link, UnknownKindError
from tests.graph.oracles import ownership

DAY = "2025-01-01"
PARTIES = list("ABCDEF")


@st.composite
def webs(draw: st.DrawFn) -> dict[tuple[str, str], Fraction]:
    pairs = draw(
        st.lists(st.sampled_from(list(itertools.permutations(PARTIES, 2))), max_size=14, unique=True)
    )
    weights: dict[tuple[str, str], Fraction] = {}
    for holder, company in pairs:
        taken = sum((v for (_, c), v in weights.items() if c == company), Fraction(0))
        share = min(Fraction(draw(st.integers(1, 6)), 10), 1 - taken)
        if share > 0:
            weights[holder, company] = share
    return weights


def product(nodes: Sequence[str], weights: dict[tuple[str, str], Fraction]) -> Fraction:
    value = Fraction(1)
    for pair in itertools.pairwise(nodes):
        value *= weights[pair]
    return value


@given(webs(), st.integers(1, 8))
@settings(deadline=None, max_examples=40)
def test_equals_enumeration(weights: dict[tuple[str, str], Fraction], top: int) -> None:
    assume(weights)
    book = ownership(
        [(h, c, s) for (h, c), s in weights.items()], parties=[(p, "Company", None, None) for p in PARTIES]
    )
    graph = nx.DiGraph()
    graph.add_nodes_from(PARTIES)
    graph.add_edges_from(weights)
    every = [tuple(p) for p in nx.all_simple_paths(graph, "A", "B")]
    shortest = {p for p in every if len(p) == min(map(len, every))}
    found = ways_between(book, "A", "B", DAY)
    assert {w.nodes for w in found.ways} == shortest and not found.truncated
    best = ways_between(book, "A", "B", DAY, top=top)
    assert len({w.nodes for w in best.ways}) == len(best.ways) == min(top, len(every))
    values = sorted((product(p, weights) for p in every), reverse=True)
    assert [w.low for w in best.ways] == pytest.approx([float(v) for v in values[:top]])
    assert best.more == (len(every) > top)
    for way in (*found.ways, *best.ways):
        assert way.low == way.high == pytest.approx(float(product(way.nodes, weights)))
    either = ways_between(book, "A", "B", DAY, kinds=["ownership", "relative"])
    loose = graph.to_undirected()
    expected = (
        {tuple(p) for p in nx.all_shortest_paths(loose, "A", "B")} if nx.has_path(loose, "A", "B") else set()
    )
    assert {w.nodes for w in either.ways} == expected


def links(*rows: tuple[str, str, Kind, str | None]) -> Any:
    """What a store gives at some parties."""
    stated = [
        Link(a, b, k, role, None, None, "2020-01-01", None, (f"key{i}",), (f"b#f##{i}",))
        for i, (a, b, k, role) in enumerate(rows)
    ]

    def related(ids: Sequence[str], kinds: Sequence[Kind], day: str | None) -> Iterable[Link]:
        assert day == DAY
        return [link for link in stated if link.kind in kinds and {link.source, link.target} & set(ids)]

    return related


def asked(rows: list[Any], related: Any, *kinds: str, **more: Any) -> Ways:
    parties = [(p, "Company", None, None) for p in ("A", "B")]
    return ways_between(ownership(rows, parties=parties), "A", "B", DAY, kinds=kinds, related=related, **more)


def test_kinds_are_mixed_by_choice_and_followed_either_way() -> None:
    stated = links(
        ("person:x", "A", "legal_representative", "legal_representative"),
        ("person:y", "B", "officer", "director"),
        ("person:x", "person:y", "relative", "spouse"),
        ("A", "phone:1", "contact", "phone"),
        ("H", "phone:1", "contact", "phone"),
    )
    rows = [("H", "B", 0.6)]
    people = asked(rows, stated, "legal_representative", "officer", "relative")
    assert [w.nodes for w in people.ways] == [("A", "person:x", "person:y", "B")]
    way = people.ways[0]
    assert (way.low, way.formula) == (
        None,
        "法定代表人（legal_representative） · 亲属（spouse） · 董监高（director）",
    )
    told = way.to_json()["links"]
    assert [(step["forward"], step["valid_from"], step["sources"]) for step in told] == [
        (False, "2020-01-01", ["b#f##0"]), (True, "2020-01-01", ["b#f##2"]), (True, "2020-01-01", ["b#f##1"]),
    ]  # fmt: skip
    mixed = asked(rows, stated, "contact", "ownership")
    assert [w.nodes for w in mixed.ways] == [("A", "phone:1", "H", "B")]
    assert mixed.ways[0].low == pytest.approx(0.6)
    assert asked(rows, stated, "contact").ways == asked(rows, stated, "ownership").ways == ()
    best = asked(rows, stated, "ownership", "contact", "legal_representative", "officer", "relative", top=5)
    assert [len(w.nodes) for w in best.ways] == [4, 4] and best.ways[0].low is None


def test_parties_in_one_order_are_one_way_whatever_links_them() -> None:
    stated = links(
        ("A", "phone:1", "contact", "phone"),
        ("A", "phone:1", "contact", "phone"),
        ("B", "phone:1", "contact", "phone"),
        ("B", "phone:1", "contact", "phone"),
        ("person:x", "A", "officer", "director"),
        ("person:x", "A", "legal_representative", "legal_representative"),
        ("person:x", "B", "officer", "director"),
    )
    words = {
        "phone": ("电话", "phone"),
        "director": ("董事", "director"),
        "legal_representative": ("法定代表人", "legal representative"),
    }
    kinds = ("contact", "officer", "legal_representative")
    for more in ({}, {"top": 5}):
        found = asked([], stated, *kinds, words=words, **more)
        assert sorted(w.nodes for w in found.ways) == [("A", "person:x", "B"), ("A", "phone:1", "B")]
        assert not found.truncated and not found.more
        told = {w.nodes[1]: w for w in found.ways}
        assert told["phone:1"].formula == "联系方式（电话） · 联系方式（电话）"
        assert told["phone:1"].formula_en == "has contact (phone) · has contact (phone)"
        assert told["person:x"].formula == "法定代表人、董监高（董事） · 董监高（董事）"
        steps = told["phone:1"].to_json()["links"]
        assert [[s["rows"], *(p["rows"] for p in s["parallel"])] for s in steps] == [
            [["key0"], ["key1"]],
            [["key2"], ["key3"]],
        ]
        assert [p["kind"] for p in told["person:x"].to_json()["links"][0]["parallel"]] == ["officer"]


def test_what_is_held_downwards_goes_before_a_post_of_the_same_two() -> None:
    stated = links(("A", "B", "legal_representative", None))
    (way,) = asked([("A", "B", 0.6)], stated, "ownership", "legal_representative").ways
    assert (way.low, way.formula, [k.kind for k in way.parallel[0]]) == (0.6, "60%", ["legal_representative"])
    (up,) = ways_between(
        ownership([("B", "A", 0.6)]),
        "A",
        "B",
        DAY,
        kinds=["ownership", "legal_representative"],
        related=stated,
    ).ways
    assert (up.low, up.formula) == (None, "60%、法定代表人")


def test_a_contact_of_too_many_says_nothing() -> None:
    crowd = [(f"X{i}", "address:agent", "contact", "address") for i in range(HUB + 1)]
    stated = links(
        ("A", "address:agent", "contact", "address"), ("B", "address:agent", "contact", "address"), *crowd
    )  # type: ignore[arg-type]
    found = asked([], stated, "contact")
    assert found.ways == () and found.skipped == ("address:agent",)
    # Parties count, not the rows that state it.
    few = links(*[(p, "address:agent", "contact", "address") for p in "AB" for _ in range(HUB)])  # type: ignore[arg-type]
    assert [w.nodes for w in asked([], few, "contact").ways] == [("A", "address:agent", "B")]


def test_budgets_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [("A", f"M{i}", 1.0) for i in range(9)] + [(f"M{i}", "B", 0.1) for i in range(9)]
    book = ownership(rows)
    found = ways_between(book, "A", "B", DAY, limit=4)
    assert (len(found.ways), found.truncated) == (4, True)
    monkeypatch.setattr("graph.penetration.routes.MOST_EXPANDED", 1)
    assert ways_between(book, "A", "B", DAY).truncated and ways_between(book, "A", "B", DAY, top=1).truncated


def test_bands_dates_and_errors() -> None:
    rows: list[Any] = [
        {"holder_id": "A", "company_id": "H", "share_min": 0.25, "share_max": 0.5},
        {
            "holder_id": "H",
            "company_id": "B",
            "share": 0.4,
            "valid_from": "2024-01-01",
            "valid_to": "2026-01-01",
        },
        {"holder_id": "A", "company_id": "B", "share": 0.05, "valid_to": "2024-06-01"},
    ]
    book = ownership(rows)
    (way,) = ways_between(book, "A", "B", DAY).ways
    assert way.formula == "25%–50% × 40% = 10%–20%"
    assert (way.links[1].valid_from, way.links[1].valid_to) == ("2024-01-01", "2026-01-01")
    assert ways_between(book, "A", "B", "2024-05-31").ways[0].nodes == ("A", "B")
    assert ways_between(book, "A", "A", DAY).ways == ways_between(book, "B", "A", DAY).ways == ()
    with pytest.raises(UnknownCompanyError):
        ways_between(book, "A", "nobody", DAY)
    with pytest.raises(UnknownKindError, match="legal_representative"):
        ways_between(book, "A", "B", DAY, kinds=["friend"])


DAYS = ["2022-01-01", "2023-01-01", "2024-01-01", "2025-01-01"]


@st.composite
def dated(draw: st.DrawFn) -> list[dict[str, Any]]:
    rows = []
    for holder, company in draw(
        st.lists(st.sampled_from(list(itertools.permutations("ABCD", 2))), max_size=6)
    ):
        begin = draw(st.integers(0, 3))
        rows.append(
            {
                "holder_id": holder,
                "company_id": company,
                "share": draw(st.sampled_from([0.1, 0.3, None])),
                "valid_from": DAYS[begin],
                "valid_to": draw(st.sampled_from([None, *DAYS[begin + 1 :]])),
            }
        )
    return rows


@given(dated())
@settings(deadline=None, max_examples=25)
def test_history_replays_to_what_each_day_answers(rows: list[dict[str, Any]]) -> None:
    book = ownership(rows, parties=[("A", "Company", None, None)])
    found = history(book, "A", "2021-06-01", "2025-06-01")
    held = {o.id: (o.share_min, o.share_max) for o in found.begin}
    ruled = controller(book, "A", "2021-06-01").controller
    rules = ruled.id if ruled else None
    for day in [*DAYS, "2024-07-01"]:
        for change in found.changes:
            if change.on != day:
                continue
            if change.what == "controller":
                assert change.controller_before == rules
                rules = change.controller_after
            elif change.after is None:
                _same_bounds({change.id: held.pop(change.id)}, {change.id: change.before})
            else:
                _same_bounds({change.id: held.get(change.id)}, {change.id: change.before})
                held[change.id] = change.after
        if day == "2024-07-01":
            continue
        answer = penetrate(book, "A", day)
        _same_bounds(held, {o.id: (o.share_min, o.share_max) for o in answer.owners})
    assert {c.on for c in found.changes} <= {*DAYS, "2024-07-01"}


def _same_bounds(told: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    """Equal at 1e-9: what changes by less is no change."""
    assert told.keys() == expected.keys()
    for id_, bounds in expected.items():
        assert told[id_] is bounds or told[id_] == pytest.approx(bounds, abs=1e-9)


def test_history_of_one_holder_and_bad_periods() -> None:
    rows = [
        {
            "holder_id": "R",
            "company_id": "T",
            "share": 0.6,
            "valid_from": "2021-03-01",
            "valid_to": "2023-06-01",
        },
        {
            "holder_id": "R",
            "company_id": "T",
            "share": 0.4,
            "valid_from": "2023-06-01",
            "valid_to": "2024-02-01",
        },
    ]
    found = history(ownership(rows), "T", "2021-01-01", "2024-12-31")
    assert [(c.on, c.what, c.before, c.after) for c in found.changes if c.what != "controller"] == [
        ("2021-03-01", "enters", None, (0.6, 0.6)),
        ("2023-06-01", "share", (0.6, 0.6), (0.4, 0.4)),
        ("2024-02-01", "leaves", (0.4, 0.4), None),
    ]
    ruled = [(c.on, c.controller_before, c.controller_after) for c in found.changes if c.what == "controller"]
    assert ruled == [("2021-03-01", None, "R"), ("2023-06-01", "R", None)]
    with pytest.raises(PeriodError):
        history(ownership(rows), "T", "2024-01-01", "2023-01-01")


def test_history_tells_the_days_on_which_control_alone_changes() -> None:
    rows = [("X", "T", 0.5), ("Y", "T", 0.3)]
    terms = [{"concert_id": "concert:1", "party_id": p, "valid_from": "2025-03-01", "valid_to": "2025-06-01"} for p in "XY"]  # fmt: skip
    said = [
        {"holder_id": "S", "company_id": "T", "interest": "stated_controller", "valid_from": "2026-01-01"}
    ]
    found = history(ownership(rows, concerts=terms, control=said), "T", "2024-01-01", "2026-01-01")
    assert [(c.on, c.what, c.controller_before, c.controller_after) for c in found.changes] == [
        # Half was enough up to the day on which the law asks for more.
        ("2024-07-01", "controller", "X", None),
        ("2025-03-01", "controller", None, "concert:1"),
        ("2025-06-01", "controller", "concert:1", None),
        # The last day is part of it.
        ("2026-01-01", "controller", None, "S"),
    ]


def test_days_beyond_the_budget_are_said_to_be_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = zip(
        ["2020-01", "2021-01", "2022-01"], ["2021-01", "2022-01", "2023-01"], [0.1, 0.2, 0.3], strict=True
    )
    rows = [
        {"holder_id": "X", "company_id": "T", "share": share, "valid_from": since, "valid_to": until}
        for since, until, share in steps
    ]
    book = ownership(rows)
    for most, told, truncated in ((3, 3, False), (2, 2, True)):
        monkeypatch.setattr("graph.penetration.history.MOST_DAYS", most)
        found = history(book, "T", "2020-06-01", "2023-06-01")
        assert (len([c for c in found.changes if c.what != "controller"]), found.truncated) == (
            told,
            truncated,
        )


def test_a_link_of_several_rows_stands_as_it_is_while_all_of_them_hold() -> None:
    rows = [
        {
            "holder_id": "A",
            "company_id": "B",
            "share": share,
            "share_class": cls,
            "valid_from": since,
            "valid_to": until,
        }
        for share, cls, since, until in (
            (0.2, "ordinary", "2020-01-01", "2026-01-01"),
            (0.1, "preferred", "2021-01-01", "2025-07-01"),
        )
    ]
    (way,) = ways_between(ownership(rows), "A", "B", DAY).ways
    (link,) = way.links
    assert (way.formula, link.valid_from, link.valid_to) == ("30%", "2021-01-01", "2025-07-01")
