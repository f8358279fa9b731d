"""Ultimate beneficial owners: the three tests in their order, the three verdicts, groups, and what ends elsewhere."""

from __future__ import annotations

from typing import Any

import pytest

from graph.penetration import controller
from graph.penetration.beneficial import BeneficialOwners, beneficial_owners
from graph.penetration.thresholds import ThresholdError, read_threshold, verdict
from tests.graph.oracles import ownership

DAY = "2025-01-01"
P, Q, X, Y = "person:p", "person:q", "person:x", "person:y"


def ubo(
    rows: list[Any], company: str = "T", threshold: str | float = 0.25, **kwargs: Any
) -> BeneficialOwners:
    asked = {k: kwargs.pop(k) for k in ("concerts_count", "couples") if k in kwargs}
    concerts = asked.pop("concerts_count", False)
    return beneficial_owners(ownership(rows, **kwargs), company, DAY, threshold, concerts=concerts, **asked)


def told(answer: BeneficialOwners) -> dict[str, tuple[str, str | None]]:
    return {b.id: (b.verdict, b.test) for b in (*answer.owners, *answer.excluded)}


def test_a_quarter_in_floating_point_is_a_quarter() -> None:
    # 0.10 × 0.25 + 0.30 × 0.75 is 0.24999999999999997.
    rows = [(P, "A", 0.1), (P, "B", 0.3), ("A", "T", 0.25), ("B", "T", 0.75)]
    assert told(ubo(rows))[P] == ("certain", "share")
    assert told(ubo([(P, "T", 0.2499)]))[P] == ("excluded", None)


def test_a_band_makes_it_possible_and_bands_above_the_threshold_certain() -> None:
    rows: list[Any] = [
        ("A", "T", 0.51),
        {"holder_id": "B", "company_id": "T", "share_min": 0.25, "share_max": 0.5},
        {"holder_id": "C", "company_id": "T"},
        {"holder_id": P, "company_id": "B", "share_min": 0.75, "share_max": 1.0},
    ]
    answer = ubo(rows)
    assert told(answer)[P] == ("possible", "share")
    assert answer.reason is not None and answer.reason[0] == "possible_only"
    one = answer.owners[0]
    assert (one.share, one.share_min, one.share_max) == (None, pytest.approx(0.1875), pytest.approx(0.49))
    uk: list[Any] = [
        {"holder_id": P, "company_id": "A", "share_min": 0.75, "share_max": 1.0},
        {"holder_id": "A", "company_id": "T", "share_min": 0.5, "share_max": 0.75, "min_open": True, "max_open": True},
    ]  # fmt: skip
    sure = ubo(uk)
    assert sure.owners[0].tests == {"share": "certain", "votes": "certain", "control": "certain"}
    assert (sure.owners[0].share_min, sure.owners[0].share_max) == (pytest.approx(0.375), pytest.approx(0.75))


def test_two_rows_of_one_holder_reach_the_threshold_together() -> None:
    assert told(ubo([(P, "T", 0.22), (P, "T", 0.06)]))[P] == ("certain", "share")
    assert told(ubo([(P, "T", 0.22)]))[P] == ("excluded", None)


def test_votes_hit_where_shares_do_not_and_control_where_neither_does() -> None:
    rows: list[Any] = [
        {"holder_id": P, "company_id": "T", "share": 0.1, "votes": 0.4},
        (Q, "A", 0.2), ("A", "T", 0.55), (X, "A", 0.1),
    ]  # fmt: skip
    said = [{"holder_id": X, "company_id": "A", "interest": "stated_controller", "suspected": True}]
    answer = ubo(rows, control=said)
    assert told(answer) == {P: ("certain", "votes"), X: ("certain", "control"), Q: ("excluded", None)}
    by_control = next(b for b in answer.owners if b.id == X)
    assert (by_control.via, by_control.suspected) == ("A", True)


def test_who_is_called_the_investor_of_a_company_does_not_control_it() -> None:
    """投资人 is the owner of a sole proprietorship, and may be any shareholder of a company."""
    said = [{"holder_id": P, "company_id": "A", "interest": "sole_owner", "suspected": False}]
    for party in (("A", "Company", "虚构有限公司", None), ("A", "Company", "虚构合作社", "cooperative")):
        assert ubo([(Q, "A", 0.6), ("A", "T", 1.0)], control=said, parties=[party]).owners[0].id == Q


@pytest.mark.parametrize(
    ("control", "parties", "via", "depth", "suspected"),
    [
        # Declared for the company itself, for its only holder, and for a company declared to control it.
        ([(P, "T", "stated_controller", True)], [], None, 1, True),
        ([(P, "A", "stated_controller", False)], [], "A", 2, False),
        ([(P, "N", "board_appointment", False), ("N", "T", "stated_controller", False)], [], "N", 2, False),
        # A managing partner who holds nothing of the partnership.
        ([(P, "A", "managing_partner", False)], [("A", "Company", "虚构合伙", "partnership")], "A", 2, False),
    ],
)  # fmt: skip
def test_who_controls_without_any_share_is_an_owner_by_control(
    control: list[Any], parties: list[Any], via: str | None, depth: int, suspected: bool
) -> None:
    said = [
        {"holder_id": h, "company_id": c, "interest": interest, "suspected": doubt}
        for h, c, interest, doubt in control
    ]
    answer = ubo([("A", "T", 1.0)], control=said, parties=parties)
    assert answer.reason is None
    (one,) = answer.owners
    assert (one.id, one.verdict, one.test) == (P, "certain", "control")
    assert one.tests == {"share": "excluded", "votes": "excluded", "control": "certain"}
    assert (one.share, one.votes_max, one.via, one.depth, one.suspected) == (0.0, 0.0, via, depth, suspected)


@pytest.mark.parametrize("interest", ["operator", "sole_owner"])
def test_the_owner_of_a_sole_trader_has_the_whole_of_it(interest: str) -> None:
    """Who stands in the register owns it by law, where no list of holders says otherwise."""
    said = [{"holder_id": P, "company_id": "A", "interest": interest, "suspected": False}]
    firm = [("A", "Company", "虚构设计室", "sole_trader")]
    (one,) = ubo([("A", "T", 0.8)], control=said, parties=firm).owners
    assert (one.id, one.test, one.share, one.depth) == (P, "share", 0.8, 2)
    listed = ubo([("A", "T", 0.8), (Q, "A", 1.0)], control=said, parties=firm)
    assert {o.id: o.share for o in listed.owners} == {P: 0.0, Q: 0.8}
    # Where nothing says what the firm is, 投资人 may be any shareholder; an operator only a sole trader has.
    (one,) = ubo([("A", "T", 0.8)], control=said, parties=[("A", "Company", "虚构设计室", None)]).owners
    assert one.share == (0.8 if interest == "operator" else 0.0)


def test_who_may_control_without_any_share_is_possible() -> None:
    said = [{"holder_id": P, "company_id": "A", "interest": "stated_controller"}]
    book = [{"holder_id": "A", "company_id": "T"}, ("Z", "T", 0.3)]
    (one,) = ubo(book, control=said).owners
    assert (one.id, one.verdict, one.test, one.depth, one.identity) == (
        P,
        "possible",
        "control",
        2,
        "vendor_id",
    )
    # An interest of no stated kind may be control.
    said = [{"holder_id": P, "company_id": "T", "interest": "unknown"}]
    (one,) = ubo([("Z", "T", 0.3)], control=said).owners
    assert (one.id, one.verdict, one.test, one.depth) == (P, "possible", "control", 1)
    ended = [{**said[0], "valid_to": DAY}]
    assert ubo([("Z", "T", 0.3)], control=ended).owners == ()


def test_an_open_upper_end_at_the_threshold_excludes() -> None:
    band = {"holder_id": P, "company_id": "T", "share_min": 0.1, "share_max": 0.25}
    assert told(ubo([band]))[P] == ("possible", "share")
    open_ = told(ubo([{**band, "max_open": True}]))[P]
    assert open_ == ("excluded", None)


def test_a_concert_counts_as_one_only_where_asked() -> None:
    rows = [(X, "T", 0.14), (Y, "A", 1.0), ("A", "T", 0.12), ("Z", "T", 0.74)]
    together = [{"concert_id": "concert:1", "party_id": m} for m in (X, Y)]
    assert told(ubo(rows, concerts=together)) == {X: ("excluded", None), Y: ("excluded", None)}
    answer = ubo(rows, concerts=together, concerts_count=True)
    group = next(b for b in answer.owners if b.kind == "concert")
    assert (group.verdict, group.test, group.members) == ("certain", "share", (X, Y))
    assert (group.share, group.depth) == (pytest.approx(0.26), 1)
    # The company itself, a member by what it holds of itself, is no owner of itself.
    own = [{"concert_id": "concert:1", "party_id": m} for m in (X, "T")]
    answer = ubo([*rows[:3], ("T", "T", 0.3)], concerts=own, concerts_count=True)
    assert not [b for b in (*answer.owners, *answer.excluded) if b.kind == "concert"]
    # What one member holds through the other counts once.
    nested = ubo([(X, "T", 0.3), (X, "A", 0.5), ("A", "T", 0.4)], concerts=[
        {"concert_id": "concert:1", "party_id": m} for m in (X, "A")
    ], concerts_count=True)  # fmt: skip
    assert next(b for b in nested.owners if b.kind == "concert").share == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("scopes", "share", "test"),
    [
        # Of T directly 14% and 12%, and half of K's 10% each.
        ((None,), 0.36, "share"),
        (("T",), 0.26, "share"),
        (("T", "K"), 0.36, "share"),
        # In concert for K alone they are one owner of what K holds, and of no more.
        (("K",), 0.1, None),
        # A company that is not above T.
        (("E",), None, None),
    ],
)
def test_a_concert_counts_as_one_in_the_companies_it_is_for(
    scopes: tuple[str | None, ...], share: float | None, test: str | None
) -> None:
    rows = [(X, "T", 0.14), (Y, "T", 0.12), ("K", "T", 0.1), (X, "K", 0.5), (Y, "K", 0.5), (X, "E", 0.5), ("Z", "T", 0.64)]  # fmt: skip
    together = [{"concert_id": "concert:1", "party_id": m, "company_id": c} for m in (X, Y) for c in scopes]
    answer = ubo(rows, concerts=together, concerts_count=True)
    groups = [b for b in (*answer.owners, *answer.excluded) if b.kind == "concert"]
    assert [(b.share, b.test) for b in groups] == ([] if share is None else [(pytest.approx(share), test)])


def test_of_a_group_the_weakest_identity_of_its_members_is_told() -> None:
    by_name = "person.scoped:y"
    rows = [("person:x", "T", 0.14), (by_name, "T", 0.12)]
    together = [{"concert_id": "concert:1", "party_id": m} for m in ("person:x", by_name)]
    answer = ubo(
        rows, concerts=together, concerts_count=True, couples=lambda people, day: [("person:x", by_name)]
    )
    assert {b.kind: b.identity for b in answer.owners} == {"concert": "name_only", "couple": "name_only"}


def test_a_couple_counts_as_one_and_controls_as_one() -> None:
    rows = [(X, "A", 0.3), (Y, "A", 0.3), ("A", "T", 0.35), (Q, "A", 0.4), ("Z", "T", 0.65)]
    alone = told(ubo(rows))
    assert alone[X] == alone[Y] == ("excluded", None)
    asked: list[tuple[list[str], str | None]] = []

    def couples(people: Any, day: str | None) -> list[tuple[str, str]]:
        asked.append((sorted(people), day))
        return [(Y, X), (X, Y), (X, "person:elsewhere")]

    answer = ubo(rows, couples=couples)
    assert asked == [([Q, X, Y], DAY)]
    pair = [b for b in (*answer.owners, *answer.excluded) if b.kind == "couple"]
    assert [(b.members, b.share) for b in pair] == [((X, Y), pytest.approx(0.21))]
    inside = ubo(rows, "A", couples=couples)
    pair_a = next(b for b in inside.owners if b.kind == "couple")
    assert (pair_a.share, pair_a.tests["control"]) == (pytest.approx(0.6), "certain")


def test_ends_that_are_no_persons_are_listed() -> None:
    parties = [("S", "Company", "虚构市国资委", "state_holder"), ("L", "Company", "虚构上市公司", "listed")]
    answer = ubo([("S", "T", 0.6), ("L", "T", 0.3), (P, "T", 0.1)], parties=parties)
    assert [(e.id, e.kind, e.share) for e in answer.ends] == [
        ("S", "state_holder", 0.6),
        ("L", "listed", 0.3),
    ]
    assert answer.owners == () and answer.reason is not None and answer.reason[0] == "none"
    unknown = ubo([("T", "K", 1.0)])
    assert unknown.reason is not None and unknown.reason[0] == "no_register"


@pytest.mark.parametrize(
    ("text", "value"), [("25%", 0.25), ("25％", 0.25), ("0.25", 0.25), (" 10 % ", 0.1), (1.0, 1.0)]
)
def test_thresholds_are_read(text: str | float, value: float) -> None:
    assert read_threshold(text) == value


@pytest.mark.parametrize("text", ["25", 25, 25.0, "0", "-0.1", "nan", "", "101%", float("nan"), float("inf")])
def test_a_threshold_of_unknown_unit_is_refused(text: str | float) -> None:
    with pytest.raises(ThresholdError) as error:
        read_threshold(text)
    assert ("25%" in error.value.en) and ("25%" in error.value.zh)


def test_verdicts() -> None:
    assert verdict(0.25 - 1e-12, 0.3, 0.25) == "certain"
    assert verdict(0.1, None, 0.25) == verdict(None, None, 0.25) == "possible"
    assert verdict(0.1, 0.25, 0.25) == "possible"
    assert verdict(0.1, 0.25, 0.25, high_open=True) == "excluded"
    # Bounds are compared at 1e-9, like shares.
    assert verdict(0.1, 0.25 - 1e-12, 0.25) == "possible"
    assert verdict(0.1, 0.25 + 1e-12, 0.25, high_open=True) == "excluded"
    assert verdict(0.1, 0.25 - 1e-8, 0.25) == "excluded"


def test_who_benefits_and_who_controls_say_what_the_registers_are_worth() -> None:
    # The register adds up to more than all; what is a person here is a company there; two own each other wholly.
    rows: list[Any] = [
        ("person.local:d", "local:T", 0.6), (P, "local:T", 0.55), (Q, "local:d", 1.0),
        ("local:M", "local:N", 1.0), ("local:N", "local:M", 1.0), ("local:M", "local:U", 0.4), (P, "local:U", 0.6),
    ]  # fmt: skip
    answer = ubo(rows, "local:T")
    assert answer.control.reason == "several"
    flags = {f["code"]: f for f in answer.to_json()["warnings"]}
    assert "115%" in flags["register_above_100"]["en"] and "115%" in flags["register_above_100"]["zh"]
    assert flags["company_and_person"]["ids"] == ["person.local:d"]
    flags = {f["code"]: f for f in controller(ownership(rows), "local:T", DAY).to_json()["warnings"]}
    assert "115%" in flags["votes_above_100"]["en"] and "115%" in flags["votes_above_100"]["zh"]
    assert flags["company_and_person"]["ids"] == ["person.local:d"]
    closed = next(f for f in ubo(rows, "local:U").warnings if f.code == "closed_block")
    assert closed.ids == ("local:M", "local:N") and closed.value == pytest.approx(0.4)


def test_votes_of_a_register_above_100_are_told_as_its_shares_are() -> None:
    rows: list[Any] = [("A", "T", 0.8), (P, "T", 0.4), ("T", "A", 0.8)]
    (owner,) = ubo(rows).owners
    assert owner.share == pytest.approx(0.4 / 0.36)
    assert (owner.votes_min, owner.votes_max) == (owner.share_min, owner.share_max)


def test_a_partners_share_is_no_vote() -> None:
    # The partnership has a fifth of T and most of its votes: who manages it decides, not whose money it is.
    rows: list[Any] = [
        {"holder_id": "F", "company_id": "T", "share": 0.2, "votes": 0.6},
        {"holder_id": X, "company_id": "T", "share": 0.8, "votes": 0.4},
        {"holder_id": P, "company_id": "F", "share": 0.9, "holder_role": "limited_partner"},
        {"holder_id": Q, "company_id": "F", "share": 0.1, "holder_role": "general_partner"},
    ]
    answer = ubo(rows)
    assert told(answer) == {X: ("certain", "share"), Q: ("certain", "control"), P: ("excluded", None)}
    partner = next(b for b in answer.excluded if b.id == P)
    assert (partner.share, partner.votes_min, partner.votes_max) == (pytest.approx(0.18), 0.0, 0.0)
    rows[2] = {**rows[2], "votes": 0.5}
    assert told(ubo(rows))[P] == ("certain", "votes")


def test_open_ends_of_a_share_are_kept() -> None:
    band = {"share_min": 0.25, "share_max": 0.5, "min_open": True, "max_open": True}
    (owner,) = ubo([{"holder_id": P, "company_id": "T", **band}]).owners
    shown = owner.to_json()
    assert (shown["share_min"], shown["share_max"], shown["min_open"], shown["max_open"]) == (
        0.25,
        0.5,
        True,
        True,
    )
