"""Declared indirect holdings: the missing link they imply, their bound, and contradictions."""

from __future__ import annotations

from typing import Any

import pytest

from graph.penetration import Penetration, penetrate
from tests.graph.oracles import ownership

DAY = "2025-01-01"


def said(share: float | None, **more: Any) -> dict[str, Any]:
    return {"holder_id": "P", "company_id": "T", "share": share, "declared_indirect": True, **more}


def asked(rows: list[Any]) -> Penetration:
    return penetrate(ownership(rows), "T", DAY)


@pytest.mark.parametrize(
    "rows",
    [
        [said(0.32), ("L", "T", 0.8), ("P", "L", None)],
        [said(0.32, components=["L"]), ("L", "T", 0.8)],
        [said(0.32, components=["row1", "no such record"]), ("L", "T", 0.8)],
        [said(0.32, components=["statement-7"]), {"holder_id": "L", "company_id": "T", "share": 0.8, "sources": ["b#f##statement-7"]}],
    ],
    ids=["by the only route", "by a party on it", "by a link's key", "by a link's statement"],
)  # fmt: skip
def test_the_missing_link_is_implied(rows: list[Any]) -> None:
    answer = asked(rows)
    (declared,) = answer.declared
    assert declared.route == ("P", "L", "T") and declared.missing == ("P", "L")
    assert declared.implied == pytest.approx(0.4)
    assert (declared.low, declared.high, declared.contradicts) == (0.0, pytest.approx(0.8), False)
    owner = next(o for o in answer.owners if o.id == "P")
    assert owner.share == pytest.approx(0.32)
    flag = next(f for f in answer.warnings if f.code == "declared_indirect")
    assert "40%" in flag.en and "40%" in flag.zh
    shown = answer.to_json()["declared"][0]
    assert (shown["missing"], shown["implied"], shown["route_max"]) == (["P", "L"], 0.4, 0.8)


def test_parts_that_are_several_routes_are_not_held_against_one_of_them() -> None:
    # The whole of L, which has 76.5% of T through M and 23.5% itself; how P stands behind L is not a holding.
    rows = [said(1.0, components=["M", "L"]), ("M", "T", 0.765), ("L", "M", 1.0), ("L", "T", 0.235)]
    (declared,) = asked(rows).declared
    assert (declared.route, declared.high, declared.contradicts) == ((), None, False)


def test_what_is_declared_is_told_as_declared_and_not_as_direct() -> None:
    alone = {o.id: (o.share, o.direct, o.method) for o in asked([said(0.32), ("L", "T", 0.8)]).owners}
    assert alone == {"P": (0.32, 0.0, "declared_indirect"), "L": (0.8, 0.8, "integrated")}
    # Who stands above the declared holder is worked out; who reaches the company by links is, too.
    rows = [said(0.32), ("Z", "P", 0.5), {**said(0.4), "holder_id": "L"}, ("L", "M", 0.5), ("M", "T", 0.6)]
    beside = {o.id: (o.share, o.direct, o.method) for o in asked(rows).owners}
    assert beside["Z"] == (pytest.approx(0.16), 0.0, "integrated")
    assert beside["L"] == (pytest.approx(0.3), 0.0, "integrated")


def test_what_a_company_is_declared_to_hold_of_itself_counts_where_no_loop_shows_it() -> None:
    rows = [{**said(0.1), "holder_id": "T"}, ("U", "T", 0.9)]
    assert [(o.id, o.share) for o in asked(rows).owners] == [("U", pytest.approx(1.0))]
    # T's 20% of A, which has 40% of T, are the 8% that go round.
    shown = [*rows, ("T", "A", 0.2), ("A", "T", 0.4)]
    shown[1] = ("U", "T", 0.5)
    shares = {o.id: o.share for o in asked(shown).owners}
    assert shares["U"] == pytest.approx(0.5 / 0.92)


def test_two_routes_with_one_share_are_two_and_one_route_stated_twice_is_one() -> None:
    rows = [said(0.1, components=["L"]), said(0.1, components=["M"])]
    answer = asked(rows)
    assert [(o.id, o.share) for o in answer.owners] == [("P", pytest.approx(0.2))]
    assert [d.share for d in answer.declared] == [0.1, 0.1]
    twice = asked([said(0.1, components=["L", "M"]), said(0.1, components=["M", "L"])])
    assert [(o.id, o.share) for o in twice.owners] == [("P", 0.1)]
    (declared,) = twice.declared
    assert declared.keys == ("row0", "row1")


@pytest.mark.parametrize(
    ("rows", "unknown"),
    [
        ([said(0.32), ("L", "T", 0.8), ("P", "L", None)], 0.68),
        ([said(0.32), ("L", "T", 0.8), ("P", "L", None), ("Q", "T", 0.2)], 0.48),
        ([said(0.32), ("L", "T", 0.8), ("P", "L", 0.4), ("Q", "L", 0.6)], 0.2),
        ([said(0.32)], 0.68),
    ],
)
def test_what_is_declared_is_not_unknown(rows: list[Any], unknown: float) -> None:
    assert asked(rows).unknown_share == pytest.approx(unknown)


@pytest.mark.parametrize(
    ("rows", "unknown"),
    [
        # L has no register: what P holds by L is part of L's 80%.
        ([said(0.32, components=["L"]), ("L", "T", 0.8)], 0.2),
        ([said(0.32, components=["L"]), ("L", "T", 0.8), ("Q", "T", 0.2)], 0.0),
        # Which way is not said, and L may be on it: what is surely held is L's 50%.
        ([said(0.32), ("L", "T", 0.5)], 0.5),
        # More than L has: 10% of it is not by L.
        ([said(0.6), ("L", "T", 0.5)], 0.4),
        # Nobody holds by a person: 32% beside her 50%.
        ([said(0.32), ("person:l", "T", 0.5)], 0.18),
        # By M, of which no link is known: L's 50% and P's 32%.
        ([said(0.32, components=["M"]), ("P", "M", 0.5), ("L", "T", 0.5)], 0.18),
        # Two by the same company: 20% and 30% of T are in its 80%.
        ([said(0.2, components=["L"]), {**said(0.3, components=["L"]), "holder_id": "R"}, ("L", "T", 0.8)], 0.2),
        # A layer up: 24% of M are in L's 80% of M, of which T's half is 40%.
        ([{**said(0.24, components=["L"]), "company_id": "M"}, ("L", "M", 0.8), ("M", "T", 0.5)], 0.6),
        # Of P half is known: 16% of T by Z, in L's 80%.
        ([said(0.32, components=["L"]), ("L", "T", 0.8), ("Z", "P", 0.5)], 0.2),
        # L's register is known in part: Q's 70% of L are 56%, P's 24% beside them.
        ([said(0.24, components=["L"]), ("L", "T", 0.8), ("Q", "L", 0.7)], 0.2),
    ],
)  # fmt: skip
def test_what_is_held_by_a_company_without_register_counts_once(rows: list[Any], unknown: float) -> None:
    parties = [("person:l", "Person", "虚构甲", None)]
    answer = penetrate(ownership(rows, parties=parties), "T", DAY)
    assert answer.unknown_share == pytest.approx(unknown)


def test_the_other_link_may_be_the_missing_one() -> None:
    (declared,) = asked([said(0.32, components=["L"]), ("P", "L", 0.4)]).declared
    assert (declared.missing, declared.implied) == (("L", "T"), pytest.approx(0.8))


def test_what_others_hold_bounds_the_missing_link() -> None:
    (declared,) = asked([said(0.3, components=["L"]), ("L", "T", 0.8), ("Q", "L", 0.7)]).declared
    assert declared.high == pytest.approx(0.8 * 0.3) and declared.contradicts


@pytest.mark.parametrize("rows", [[("P", "L", None)], []])
def test_more_than_the_route_allows_is_a_contradiction(rows: list[Any]) -> None:
    answer = asked([said(0.85, components=["L"]), ("L", "T", 0.8), *rows])
    (declared,) = answer.declared
    assert declared.contradicts and declared.implied is None
    assert "contradicts" in next(f.en for f in answer.warnings if f.code == "declared_indirect")


@pytest.mark.parametrize(("share", "contradicts"), [(0.32, False), (0.32004, False), (0.38, True)])
def test_a_known_route_is_checked(share: float, contradicts: bool) -> None:
    (declared,) = asked([said(share), ("L", "T", 0.8), ("P", "L", 0.4)]).declared
    assert declared.missing is None and declared.contradicts == contradicts


@pytest.mark.parametrize(("share", "implied"), [(0.8, 1.0), (0.80004, 1.0), (0.8002, None)])
def test_a_link_of_the_whole_is_implied_within_rounding_and_none_above_it(
    share: float, implied: float | None
) -> None:
    (declared,) = asked([said(share, components=["L"]), ("L", "T", 0.8)]).declared
    assert (declared.implied, declared.contradicts) == (implied, implied is None)


def test_several_routes_imply_nothing() -> None:
    answer = asked([said(0.32), ("L", "T", 0.5), ("M", "T", 0.5), ("P", "L", None), ("P", "M", None)])
    assert [(d.route, d.implied) for d in answer.declared] == [((), None)]
    alone = asked([said(0.32)])
    assert [(d.route, d.implied) for d in alone.declared] == [((), None)]


def test_several_parties_between_are_put_in_order() -> None:
    rows = [said(0.2, components=["M", "L"]), ("L", "T", 0.8), ("M", "L", 0.5)]
    (declared,) = asked(rows).declared
    assert (declared.route, declared.missing) == (("P", "M", "L", "T"), ("P", "M"))
    assert declared.implied == pytest.approx(0.5)


def test_declarations_through_the_same_companies_have_no_more_room_there_than_these_hold() -> None:
    # N1 holds 50%, N2 10%, both without a register; P's 40% by way of N1 and Q's 40% by ways unknown are part of the 60%.
    answer = asked(
        [
            ("N1", "T", 0.5),
            ("N2", "T", 0.1),
            {
                "holder_id": "P",
                "company_id": "T",
                "share": 0.4,
                "declared_indirect": True,
                "components": ["N1"],
            },
            {"holder_id": "Q", "company_id": "T", "share": 0.4, "declared_indirect": True},
        ]
    )
    assert answer.unknown_share == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("share", "conflict"),
    [(0.1, False), (0.2, False), (0.15, True), (0.3, True)],
    ids=["apart", "in all", "?", "more"],
)
def test_a_declared_share_may_or_may_not_hold_the_direct_one(share: float, conflict: bool) -> None:
    answer = asked([said(share), ("P", "T", 0.1), ("L", "T", 0.5), ("P", "L", 0.2)])
    flag = next(f for f in answer.warnings if f.code == "declared_indirect")
    assert ("contradicts" in flag.en, "矛盾" in flag.zh) == (conflict, conflict)
    assert "20% (10% of it indirectly)" in flag.en and "20%（其中间接 10%）" in flag.zh
    assert next(o.share for o in answer.owners if o.id == "P") == pytest.approx(0.2)


def test_what_no_links_show_is_not_held_directly_and_not_proved_by_links() -> None:
    answer = asked([said(0.45)])
    (owner,) = answer.owners
    assert (owner.share, owner.direct, owner.method) == (0.45, 0.0, "declared_indirect")
    flag = next(f for f in answer.warnings if f.code == "declared_indirect")
    assert "links give" not in flag.en and "按链路计算" not in flag.zh
