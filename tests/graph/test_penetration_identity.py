"""One party under several ids, and what an answer's identities rest on."""

from __future__ import annotations

from typing import Any

import pytest

from graph.penetration import DateError, OwnershipError, UnknownMethodError, penetrate
from tests.graph.oracles import ownership

DAY = "2025-01-01"
USCC = "cn-uscc:91999999MA00000001"
BY_NAME = "name:虚构样本控股有限公司"


def test_a_cluster_answers_by_its_best_id_whichever_is_asked() -> None:
    book = ownership(
        [("person:p", BY_NAME, 1.0), ("local:7", "local:T", 0.4), (USCC, "local:T", 0.2)],
        parties=[
            (USCC, "Company", "虚构样本控股有限公司", "company"),
            ("local:T", "Company", "测试目标", None),
        ],
        same_as=[(BY_NAME, USCC, "unique_name"), ("local:7", USCC, "identifier")],
    )
    answer = penetrate(book, "local:T", DAY)
    assert [(o.id, o.name, o.share, o.identity) for o in answer.owners] == [
        (USCC, "虚构样本控股有限公司", pytest.approx(0.6), "id"),
        ("person:p", None, pytest.approx(0.6), "unique_name"),
    ]
    assert penetrate(book, "local:7", DAY).company == USCC
    assert any(f.code == "identity_by_name" for f in answer.warnings)


def test_strict_does_not_join_by_name() -> None:
    book = ownership(
        [("person:p", BY_NAME, 1.0), (USCC, "local:T", 0.5)], same_as=[(BY_NAME, USCC, "unique_name")]
    )
    assert [o.id for o in penetrate(book, "local:T", DAY).owners] == [USCC, "person:p"]
    assert [o.id for o in penetrate(book, "local:T", DAY, identity="strict").owners] == [USCC]


@pytest.mark.parametrize(
    ("holder", "basis"),
    [
        ("cn-uscc:91999999MA00000001", "id"),
        ("gb-coh:00000001", "id"),
        ("local:1", "id"),
        ("vendorx:1", "vendor_id"),
        ("name:样本", "name_only"),
        ("person:aa", "id"),
        ("person.scoped:bb", "name_only"),
    ],
)
def test_basis_of_an_id(holder: str, basis: str) -> None:
    answer = penetrate(ownership([(holder, "local:M", 0.5), ("local:M", "local:T", 1.0)]), "local:T", DAY)
    assert {o.id: o.identity for o in answer.owners} == {"local:M": "id", holder: basis}


def test_two_lists_of_one_company_under_two_ids_are_alternatives() -> None:
    rows: list[dict[str, Any]] = [
        {"holder_id": "p:1", "company_id": USCC, "share": 0.6, "dataset": "registry"},
        {"holder_id": "p:2", "company_id": USCC, "share": 0.4, "dataset": "registry"},
        {"holder_id": "p:1", "company_id": BY_NAME, "share": 0.9, "dataset": "annual"},
    ]
    answer = penetrate(ownership(rows, same_as=[(BY_NAME, USCC, "unique_name")]), USCC, DAY)
    assert {o.id: o.share for o in answer.owners} == {"p:1": 0.6, "p:2": 0.4}


def test_rows_that_do_not_count_never_enter() -> None:
    rows: list[Any] = [
        ("p:1", "T", 0.6),
        {"holder_id": "p:2", "company_id": "T", "share": 0.4, "counted": False},
    ]
    assert [o.id for o in penetrate(ownership(rows), "T", DAY).owners] == ["p:1"]


@pytest.mark.parametrize("share", [-0.1, 1.3, float("nan"), float("inf")])
def test_impossible_shares_are_refused_with_their_row(share: float) -> None:
    with pytest.raises(OwnershipError, match="row0"):
        ownership([("p:1", "T", share)])


@pytest.mark.parametrize("name", ["share", "votes"])
def test_a_band_with_its_ends_the_wrong_way_round_is_refused(name: str) -> None:
    row = {"holder_id": "p:1", "company_id": "T", f"{name}_min": 0.5, f"{name}_max": 0.25}
    with pytest.raises(OwnershipError, match=r"p:1 → T: 0\.5 > 0\.25"):
        ownership([row])
    # Where a point is stated, the band says nothing.
    ownership([{**row, name: 0.3}])


def test_wrong_questions_are_told() -> None:
    book = ownership([("person:1", "T", 0.6)])
    with pytest.raises(UnknownMethodError, match="stop_at_target"):
        penetrate(book, "T", DAY, "average")
    with pytest.raises(DateError):
        penetrate(book, "T", "2025-13-01")
    with pytest.raises(OwnershipError, match="person"):
        penetrate(book, "person:1", DAY)
    with pytest.raises(DateError):
        ownership([{"holder_id": "p", "company_id": "T", "share": 0.1, "valid_from": "2025-02-30"}])


def test_the_weakest_identity_on_the_way_reaches_all_above_it() -> None:
    rows = [("local:P", "local:A", 1.0), ("local:A", BY_NAME, 1.0), (BY_NAME, "local:T", 1.0)]
    owners = penetrate(ownership(rows), "local:T", DAY).owners
    assert {o.identity for o in owners} == {"name_only"}


def test_rows_of_one_data_set_are_one_list_whichever_id_they_name() -> None:
    rows: list[dict[str, Any]] = [
        {"holder_id": "p:1", "company_id": USCC, "share": 0.6, "dataset": "registry"},
        {"holder_id": "p:2", "company_id": BY_NAME, "share": 0.4, "dataset": "registry"},
        {"holder_id": "p:3", "company_id": BY_NAME, "share": 0.9, "dataset": "annual"},
    ]
    answer = penetrate(ownership(rows, same_as=[(BY_NAME, USCC, "unique_name")]), USCC, DAY)
    assert {o.id: o.share for o in answer.owners} == {"p:1": 0.6, "p:2": 0.4}


def test_under_two_ids_too_a_dated_list_goes_before_an_undated_one_and_the_newest_counts() -> None:
    rows: list[dict[str, Any]] = [
        {"holder_id": "p:1", "company_id": BY_NAME, "share": 0.5},
        {"holder_id": "p:1", "company_id": BY_NAME, "share": 0.7, "observed_on": "2023-06-30"},
        {"holder_id": "p:2", "company_id": USCC, "share": 0.4, "observed_on": "2024-06-30"},
        {
            "holder_id": "p:3",
            "company_id": USCC,
            "share": 0.9,
            "observed_on": "2024-06-30",
            "list_kind": "top_ten_float",
        },
    ]
    rows = [{"dataset": "registry", **row} for row in rows]
    book = ownership(rows, same_as=[(BY_NAME, USCC, "unique_name")])
    answer = penetrate(book, USCC, DAY)
    assert {o.id: o.share for o in answer.owners} == {"p:2": 0.4}
    assert {o.id: o.share for o in penetrate(book, USCC, "2024-06-29").owners} == {"p:1": 0.7}
    assert "rival_list" in {w.code for w in answer.warnings}
