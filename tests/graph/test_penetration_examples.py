"""The worked examples of looking through ownership, each by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from graph.penetration import DateError, Penetration, connecting_paths, controller, penetrate
from tests.graph.oracles import ownership

LATER = "2025-01-01"
"""A day on which control takes more than half."""


def shares(answer: Penetration) -> dict[str, float | None]:
    return {owner.id: owner.share for owner in answer.owners}


def codes(answer: Penetration) -> set[str]:
    return {flag.code for flag in answer.warnings}


TWO_PATHS = [("P", "A", 0.8), ("P", "B", 0.3), ("A", "T", 0.5), ("B", "T", 0.4)]


@pytest.mark.parametrize("method", [None, "integrated", "stop_at_target", "simple_paths"])
def test_two_paths_add(method: str | None) -> None:
    answer = penetrate(ownership(TWO_PATHS), "T", LATER, method)
    assert shares(answer)["P"] == pytest.approx(0.52, abs=1e-12)
    assert {o.id: o.depth for o in answer.owners} == {"P": 2, "A": 1, "B": 1}
    assert answer.unknown_share == pytest.approx(0.48)
    paths = connecting_paths(ownership(TWO_PATHS), "P", "T", LATER)
    assert [p.formula for p in paths.paths] == ["80% × 50% = 40%", "30% × 40% = 12%"]
    assert [p.rows for p in paths.paths] == [(("row0",), ("row2",)), (("row1",), ("row3",))]
    assert not paths.truncated


def test_control_is_no_product() -> None:
    held = ownership([("P", "Q", 0.7), ("Q", "R", 0.55)])
    answer = penetrate(held, "R", LATER)
    assert shares(answer)["P"] == pytest.approx(0.385)
    assert answer.to_json()["controller"] == {"id": "P", "via": "Q"}
    minority = ownership([("P", x, 0.4) for x in "ABC"] + [("A", "T", 0.4), ("B", "T", 0.3), ("C", "T", 0.3)])
    answer = penetrate(minority, "T", LATER)
    assert shares(answer)["P"] == pytest.approx(0.4)
    assert answer.to_json()["controller"] is None
    assert answer.controller.reason == "no_majority"


@pytest.mark.parametrize(
    ("shares", "told"), [([0.1], 0.1), ([0.4, 0.4], 0.8), ([0.2, 0.2, 0.2, 0.2], None), ([0.5, 0.5], None)]
)
def test_whoever_has_what_no_list_states_may_control(shares: list[float], told: float | None) -> None:
    answer = controller(ownership([(f"P{n}", "T", share) for n, share in enumerate(shares)]), "T", LATER)
    assert answer.controller is None
    flags = [flag.value for flag in answer.warnings if flag.code == "stated_in_part"]
    assert flags == ([] if told is None else [pytest.approx(told)])


JOINT = [
    ("P", "A", 0.6),
    ("A", "T", 0.3),
    ("P", "T", 0.21),
    ("Q", "T", 0.49),
    ("Q", "A", 0.4),
    ("T", "K", 0.55),
]


def test_votes_of_what_one_controls_are_added() -> None:
    held = ownership(JOINT)
    on_t = penetrate(held, "T", LATER)
    assert shares(on_t) == pytest.approx({"P": 0.39, "Q": 0.61, "A": 0.3})
    answer = controller(held, "T", LATER)
    assert answer.controller is not None
    assert (answer.controller.id, answer.controller.via, answer.controller.depth) == ("P", "A", 2)
    proof = [(w.company, w.holder, w.votes, w.running, w.rows) for w in answer.controller.proof]
    assert proof == [
        ("T", "A", 0.3, 0.3, ("row1",)),
        ("T", "P", 0.21, 0.51, ("row2",)),
        ("A", "P", 0.6, 0.6, ("row0",)),
    ]
    on_k = controller(held, "K", LATER).controller
    assert on_k is not None and (on_k.id, on_k.via, on_k.depth) == ("P", "T", 3)


@pytest.mark.parametrize(("x", "y", "wins"), [(0.28, 0.24, True), (0.25, 0.25, False)])
@pytest.mark.parametrize("scope", [None, "T"])
def test_concert(x: float, y: float, wins: bool, scope: str | None) -> None:
    rows = [("X", "T", x), ("Y", "T", y), ("Z", "T", 0.48)]
    together = [{"concert_id": "concert:1", "party_id": p, "company_id": scope} for p in "XY"]
    answer = controller(ownership(rows, concerts=together), "T", LATER)
    if wins:
        assert answer.controller is not None
        assert (answer.controller.id, answer.controller.via) == ("concert:1", None)
        assert answer.controller.joint_share == pytest.approx(0.52)
        assert [c.id for c in answer.controllers] == ["concert:1"]
    else:
        assert answer.controller is None


THROUGH_TARGET = [("A", "C", 0.5), ("C", "A", 0.2), ("U", "A", 0.8), ("V", "C", 0.5)]


@pytest.mark.parametrize(
    ("method", "u", "v"),
    [
        ("stop_at_target", 0.4, 0.5),
        ("integrated", 4 / 9, 5 / 9),
        ("simple_paths", 0.4, 0.5),
        (None, 4 / 9, 5 / 9),
    ],
)
def test_loop_through_the_target(method: str | None, u: float, v: float) -> None:
    answer = penetrate(ownership(THROUGH_TARGET), "C", LATER, method)
    assert shares(answer)["U"] == pytest.approx(u, abs=1e-12)
    assert shares(answer)["V"] == pytest.approx(v, abs=1e-12)
    loop = next(f for f in answer.warnings if f.code == "loop")
    assert loop.ids == ("A", "C") and loop.value == pytest.approx(0.1)
    by_method = {o.id: o.method for o in answer.owners}
    assert by_method["A"] == ("stop_at_target" if method is None else method)
    if method is None:
        shown = {o["id"]: o for o in answer.to_json()["owners"]}
        assert shown["A"]["method"] == "stop_at_target" and "method" not in shown["U"]
        assert shown["U"]["share"] == 0.4444444444


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        (None, {"U": 1 / 3, "V": 0.1, "W": 1 / 6, "X": 0.4}),
        ("simple_paths", {"U": 0.3, "V": 0.09, "W": 0.15, "X": 0.4}),
    ],
)
def test_loop_off_the_target(method: str | None, expected: dict[str, float]) -> None:
    rows = [
        ("A", "B", 0.4),
        ("B", "D", 0.5),
        ("D", "A", 0.5),
        ("A", "T", 0.6),
        ("U", "A", 0.5),
        ("V", "B", 0.6),
        ("W", "D", 0.5),
        ("X", "T", 0.4),
    ]
    answer = penetrate(ownership(rows), "T", LATER, method)
    got = shares(answer)
    assert {k: got[k] for k in expected} == pytest.approx(expected, abs=1e-12)
    if method is None:
        assert {k: got[k] for k in "ABD"} == pytest.approx({"A": 2 / 3, "B": 1 / 6, "D": 1 / 3}, abs=1e-12)
        assert answer.unknown_share == 0.0


def test_bands() -> None:
    rows: list[dict[str, Any]] = [
        {"holder_id": "A", "company_id": "T", "share": 0.51},
        {"holder_id": "B", "company_id": "T", "share_min": 0.25, "share_max": 0.5},
        {"holder_id": "C", "company_id": "T"},
        {"holder_id": "P", "company_id": "B", "share_min": 0.75, "share_max": 1.0},
    ]
    answer = penetrate(ownership(rows), "T", LATER)
    owners = {o.id: (o.share, o.share_min, o.share_max) for o in answer.owners}
    assert owners["A"] == (0.51, 0.51, 0.51)
    assert owners["B"] == (None, 0.25, pytest.approx(0.49))
    assert owners["C"] == (None, 0.0, pytest.approx(0.24))
    assert owners["P"] == (None, pytest.approx(0.1875), pytest.approx(0.49))
    path = connecting_paths(ownership(rows), "P", "T", LATER).paths[0]
    assert path.formula == "75%–100% × 25%–49% = 18.75%–49%"


def test_uk_bands_are_certain_control() -> None:
    rows: list[dict[str, Any]] = [
        {"holder_id": "P", "company_id": "A", "share_min": 0.75, "share_max": 1.0},
        {
            "holder_id": "A",
            "company_id": "T",
            "share_min": 0.5,
            "share_max": 0.75,
            "min_open": True,
            "max_open": True,
        },
    ]
    answer = penetrate(ownership(rows), "T", LATER)
    p = next(o for o in answer.owners if o.id == "P")
    assert (p.share, p.share_min, p.share_max) == (None, pytest.approx(0.375), pytest.approx(0.75))
    assert answer.to_json()["controller"] == {"id": "P", "via": "A"}
    closed = ownership([{**rows[1], "min_open": False}])
    without = controller(closed, "T", LATER)
    assert without.controller is None and without.reason == "possible_only" and without.possible == ("A",)


def test_closed_ring_is_refused_and_the_rest_answered() -> None:
    ring = [("M", "N", 1.0), ("N", "O", 1.0), ("O", "M", 1.0), ("M", "P", 0.9), ("U", "P", 0.1)]
    answer = penetrate(ownership(ring), "P", LATER)
    assert shares(answer) == {"U": 0.1, "M": None, "N": None, "O": None}
    refused = next(f for f in answer.warnings if f.code == "closed_block")
    assert refused.ids == ("M", "N", "O") and refused.value == pytest.approx(0.9)
    assert answer.unknown_share == 0.0
    assert answer.controller.reason == "mutual_block" and answer.controller.block == ("M", "N", "O")
    inside = penetrate(ownership(ring), "M", LATER)
    assert shares(inside) == {"N": None, "O": None} and "closed_block" in codes(inside)


def test_what_passes_no_closed_block_is_known_all_the_way_up() -> None:
    # C holds A, which owns the rest of itself, and of T 30% beside it; above C stands P.
    rows = [("A", "A", 1.0), ("C", "A", 0.1), ("A", "T", 0.4), ("C", "T", 0.3), ("P", "C", 1.0)]
    answer = penetrate(ownership([*rows, ("U", "T", 0.3)]), "T", LATER)
    known = {o.id: (o.share, o.share_min) for o in answer.owners}
    assert known == {"U": (0.3, 0.3), "A": (None, 0.4), "C": (None, 0.3), "P": (None, 0.3)}
    assert answer.unknown_share == 0.0
    # What T holds of itself is shared by those behind it, a closed block beside them or not.
    answer = penetrate(ownership([*rows, ("T", "T", 0.2)]), "T", LATER)
    assert {o.id: o.share_min for o in answer.owners} == pytest.approx({"A": 0.4, "C": 0.375, "P": 0.375})


def test_nearly_closed_loop_is_flagged() -> None:
    rows = [("M", "N", 0.99), ("N", "M", 0.99), ("U", "M", 0.01), ("V", "N", 0.01)]
    answer = penetrate(ownership(rows), "N", LATER, "integrated")
    assert shares(answer) == pytest.approx(
        {"U": 0.0099 / 0.0199, "V": 0.01 / 0.0199, "M": 0.99 / 0.0199}, abs=1e-9
    )
    flag = next(f for f in answer.warnings if f.code == "nearly_closed_loop")
    assert flag.value == pytest.approx(0.9801)
    by_default = penetrate(ownership(rows), "N", LATER)
    assert shares(by_default)["M"] == pytest.approx(0.99)


@pytest.mark.parametrize(
    ("ring", "value"),
    [
        ([("M", "N", 0.99), ("N", "M", 0.97)], 0.9603),
        ([("M", "M", 0.96)], 0.96),
        ([("M", "N", 0.97), ("N", "M", 0.97)], None),
        ([("M", "M", 0.95)], None),
    ],
)
@pytest.mark.parametrize("company", ["P", "M"])
def test_a_nearly_closed_loop_on_the_way_is_flagged_like_one_about_the_company(
    ring: list[tuple[str, str, float]], value: float | None, company: str
) -> None:
    answer = penetrate(ownership([*ring, ("U", "M", 0.01), ("M", "P", 0.9)]), company, LATER)
    flags = [f.value for f in answer.warnings if f.code == "nearly_closed_loop"]
    assert flags == ([] if value is None else [pytest.approx(value)])
    assert "loop" in codes(answer) and "closed_block" not in codes(answer)


def test_above_100_is_answered_and_flagged() -> None:
    answer = penetrate(ownership([("X", "T", 0.6), ("Y", "T", 0.55)]), "T", LATER)
    assert shares(answer) == {"X": 0.6, "Y": 0.55}
    flag = next(f for f in answer.warnings if f.code == "register_above_100")
    assert flag.ids == ("T",) and flag.value == pytest.approx(1.15)


def test_a_whole_register_is_not_above_100_by_floating_point() -> None:
    answer = penetrate(ownership([(f"H{i}", "T", 0.05) for i in range(20)]), "T", LATER)
    assert answer.known_share > 1.0 and "register_above_100" not in codes(answer)


def test_a_row_stated_twice_was_seen_when_it_was_first_seen() -> None:
    rows = [
        {"holder_id": "P", "company_id": "T", "share": 0.6, "observed_on": seen}
        for seen in ("2024-05-01", "2023-05-01")
    ]
    (path,) = connecting_paths(ownership(rows), "P", "T", LATER).paths
    assert path.observed_on == "2023-05-01" and sorted(path.rows[0]) == ["row0", "row1"]
    # Of a chain the latest look counts.
    rows = [
        {"holder_id": "P", "company_id": "A", "share": 0.6, "observed_on": "2024-05-01"},
        {"holder_id": "A", "company_id": "T", "share": 0.6, "observed_on": "2023-05-01"},
    ]
    (path,) = connecting_paths(ownership(rows), "P", "T", LATER).paths
    assert path.observed_on == "2024-05-01"


def test_two_rows_of_one_holder_add_and_equal_rows_count_once() -> None:
    twice = [("P", "T", 0.22), ("P", "T", 0.06), ("P", "T", 0.06)]
    answer = penetrate(ownership(twice), "T", LATER)
    assert shares(answer)["P"] == pytest.approx(0.28)
    path = connecting_paths(ownership(twice), "P", "T", LATER).paths[0]
    assert sorted(path.rows[0]) == ["row0", "row1", "row2"]
    classes = [
        {"holder_id": "P", "company_id": "T", "share": 0.1, "share_class": c}
        for c in ("ordinary", "preferred")
    ]
    assert shares(penetrate(ownership(classes), "T", LATER)) == {"P": 0.2}


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2021-02-28", {}),
        ("2021-03-01", {"R": 0.6}),
        ("2022-01-01", {"R": 0.6}),
        ("2023-06-01", {"R": 0.4}),
        ("2024-01-31", {"R": 0.4}),
        ("2024-02-01", {}),
    ],
)
def test_as_of(day: str, expected: dict[str, float]) -> None:
    rows: list[dict[str, Any]] = [
        {
            "holder_id": "R",
            "company_id": "T",
            "share": 0.6,
            "valid_from": "2021-03",
            "valid_to": "2023-06-01",
        },
        {
            "holder_id": "R",
            "company_id": "T",
            "share": 0.4,
            "valid_from": "2023-06",
            "valid_to": "2024-02-01",
        },
    ]
    answer = penetrate(ownership(rows), "T", day)
    assert shares(answer) == expected
    assert ("no_register" in codes(answer)) == (not expected)
    assert answer.unknown_share == pytest.approx(1.0 - sum(expected.values()))


@pytest.mark.parametrize(
    "written",
    ["24-07-01", "2024-7-01", "2024-07-1", "2024-07-01x", "2024-07-011", "2024", "2024-02-30", "2024/07/01"],
)
@pytest.mark.parametrize("end", ["valid_from", "valid_to"])
def test_what_is_no_whole_date_is_refused_and_not_guessed(written: str, end: str) -> None:
    with pytest.raises(DateError, match=written):
        ownership([{"holder_id": "R", "company_id": "T", "share": 0.6, end: written}])


def test_a_time_of_day_is_left_out_of_a_date() -> None:
    rows = [
        {"holder_id": "R", "company_id": "T", "share": 0.6, "valid_from": "2024-07-01T10:00:00"},
        {"holder_id": "S", "company_id": "T", "share": 0.4, "valid_from": "2024-07-02 00:00"},
    ]
    held = ownership(rows)
    assert shares(penetrate(held, "T", "2024-07-01")) == {"R": 0.6}
    assert shares(penetrate(held, "T", dt.datetime(2024, 7, 2, 9))) == {"R": 0.6, "S": 0.4}


def test_declared_indirect_alone_is_kept_and_not_added_beside_links() -> None:
    said = {"holder_id": "P", "company_id": "T", "share": 0.32, "declared_indirect": True}
    alone = penetrate(ownership([said, ("L", "T", 0.8)]), "T", LATER)
    assert shares(alone) == pytest.approx({"L": 0.8, "P": 0.32})
    beside = penetrate(ownership([said, ("L", "T", 0.8), ("P", "L", 0.4)]), "T", LATER)
    assert shares(beside)["P"] == pytest.approx(0.32)
    assert "declared_indirect" in codes(beside) and "register_above_100" not in codes(beside)
    unknown = penetrate(ownership([said, ("L", "T", 0.8), ("P", "L", None)]), "T", LATER)
    p = next(o for o in unknown.owners if o.id == "P")
    assert (p.share, p.method) == (0.32, "declared_indirect")
    too_much = {**said, "share": 0.85}
    contradiction = penetrate(ownership([too_much, ("L", "T", 0.8), ("P", "L", None)]), "T", LATER)
    p = next(o for o in contradiction.owners if o.id == "P")
    assert (p.share, p.share_min, p.share_max) == (None, 0.0, pytest.approx(0.8))
    assert "contradicts" in next(f.en for f in contradiction.warnings if f.code == "declared_indirect")


def test_what_only_a_holding_of_nothing_leads_to_is_not_above() -> None:
    rows = [("A", "T", 0.0), ("P", "A", 0.8), ("Q", "A", 0.4), ("A", "P", 0.3), ("R", "T", 0.5)]
    answer = penetrate(ownership(rows), "T", LATER)
    assert shares(answer) == {"R": 0.5}
    # Nor are its register and its loop the company's.
    assert codes(answer) == {"undated"} and answer.longest.nodes == ("R", "T")
    # So that one holding is left, in the singular.
    assert [f.en for f in answer.warnings] == ["1 holding has no date and counts on every day."]


def test_holdings_seen_only_after_the_day_count_and_are_told() -> None:
    rows: list[Any] = [
        {"holder_id": "A", "company_id": "T", "share": 0.6, "observed_on": "2025-03-01"},
        {"holder_id": "B", "company_id": "T", "share": 0.4, "observed_on": "2025-03-01"},
    ]
    before = penetrate(ownership(rows), "T", "2025-02-01")
    assert [o.share for o in before.owners] == [0.6, 0.4]
    flag = next(f for f in before.warnings if f.code == "observed_later")
    assert flag.value == 2 and "2025-03-01" in flag.en and "2025-03-01" in flag.zh
    after = penetrate(ownership(rows), "T", "2025-03-01")
    assert "observed_later" not in {f.code for f in after.warnings}
