"""Control over a whole register equals control company by company."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.penetration import Ownership, controller
from graph.penetration.days import day_number
from graph.penetration.tables import OwnershipError
from graph.penetration.whole import write_controllers
from loaders.register_file import read_register
from tests.graph import oracles

DAYS = ("2026-01-01", "2020-01-01")
INTERESTS = (
    "stated_controller",
    "managing_partner",
    "other_influence_or_control",
    "unknown",
    "nominee",
    "nominator",
)


def invented(seed: int, rows_only: bool = False) -> Ownership | pl.DataFrame:
    """Holdings with bands and halves; declared control, concerts and partnerships unless rows alone are asked for."""
    rng = random.Random(seed)
    companies = [f"local:c{i}" for i in range(rng.randint(2, 9))]
    people = [f"person.local:p{i}" for i in range(4)]
    rows: list[dict[str, Any]] = []
    for company in companies:
        left = 1.0
        for holder in rng.sample(companies + people, rng.randint(0, 3)):
            share = min(left, rng.choice([0.1, 0.25, 0.5, 0.5, 0.51, 0.6]))
            row: dict[str, Any] = {"holder_id": holder, "company_id": company}
            if rng.random() < 0.85:
                row["share"] = share
            else:
                row |= {"share": None, "share_min": max(0.0, share - 0.2), "share_max": share}
            left -= share
            rows.append(row)
    if rows_only:
        names = {"share": pl.Float64, "share_min": pl.Float64, "share_max": pl.Float64}
        return pl.DataFrame(rows, schema={"holder_id": pl.String, "company_id": pl.String, **names})
    control = [
        {"holder_id": rng.choice(companies + people), "company_id": rng.choice(companies),
         "interest": rng.choice(INTERESTS)}
        for _ in range(rng.choice([0, 0, 1, 2, 4]))
    ]  # fmt: skip
    if rows and rng.random() < 0.4:
        control.append({**rng.choice(rows), "interest": "nominee"})
    control = [{k: said[k] for k in ("holder_id", "company_id", "interest")} for said in control]
    concerts = [
        {"concert_id": f"local:k{i}", "party_id": party, "company_id": scope}
        for i in range(rng.choice([0, 0, 1, 2]))
        for scope in (rng.choice([None, *companies]),)
        for party in rng.sample(companies + people, 2)
    ]
    parties = [(c, "Company", None, rng.choice(["company", "company", "partnership"])) for c in companies]
    return oracles.ownership(rows, parties, control, concerts)


def answers(source: Ownership | pl.DataFrame, folder: Path, day: str) -> dict[str, list[dict[str, Any]]]:
    to = folder / "controllers.parquet"
    write_controllers(source, to, day_number(day))
    found: dict[str, list[dict[str, Any]]] = {}
    for row in pl.read_parquet(to).iter_rows(named=True):
        found.setdefault(row["company"], []).append(row)
    return found


def check(source: Ownership | pl.DataFrame, ownership: Ownership, folder: Path, day: str) -> None:
    found = answers(source, folder, day)
    held = [c for c, t in ownership.nodes.select("id", "type").iter_rows() if t == "Company"]
    for company in held:
        expected = controller(ownership, company, day)
        if expected.reason == "no_register":
            assert company not in found
            continue
        rows = [r for r in found[company] if r["controller"] is not None]
        assert {r["controller"] for r in rows} == {c.id for c in expected.controllers}, company
        ways = {c.id: (c.via, c.depth, c.suspected) for c in expected.controllers}
        for row in rows:
            assert (row["via"], row["depth"], row["suspected"]) == ways[row["controller"]], row
        shares = {c.id: c.joint_share for c in expected.controllers}
        for row in rows:
            assert row["joint_share"] == pytest.approx(shares[row["controller"]], abs=1e-9)
        reasons = {r["reason"] for r in found[company]}
        assert reasons == {expected.reason}, company
        top = {r["controller"] for r in rows if r["ultimate"]}
        if expected.controller:
            assert top == {expected.controller.id}


@given(st.integers(0, 10**9), st.sampled_from(DAYS))
def test_control_at_once_equals_company_by_company(
    tmp_path_factory: pytest.TempPathFactory, seed: int, day: str
) -> None:
    ownership = invented(seed)
    assert isinstance(ownership, Ownership)
    check(ownership, ownership, tmp_path_factory.mktemp("c"), day)


@given(st.integers(0, 10**9), st.sampled_from(DAYS))
def test_control_from_rows_equals_company_by_company(
    tmp_path_factory: pytest.TempPathFactory, seed: int, day: str
) -> None:
    rows = invented(seed, rows_only=True)
    assert isinstance(rows, pl.DataFrame)
    ownership = oracles.ownership(rows.to_dicts())
    check(rows, ownership, tmp_path_factory.mktemp("c"), day)


@pytest.mark.parametrize("of_a_store", [False, True])
def test_half_alone_controls_under_the_older_rule_and_never_against_a_half(
    tmp_path: Path, of_a_store: bool
) -> None:
    # S: more than half at 1e-9 alone is no more than half; R: nor is what is less by as little less than half.
    rows = [("X", "T", 0.5), ("Y", "T", 0.5), ("X", "S", 0.5 + 1e-10), ("X", "R", 0.5 - 1e-10), ("Y", "R", 0.3),
            ("X", "Q", 0.5 - 1e-8)]  # fmt: skip
    frame = pl.DataFrame(rows, schema=["holder_id", "company_id", "share"], orient="row")
    source = oracles.ownership(rows) if of_a_store else frame
    for day, winners in ((DAYS[0], set[str]()), (DAYS[1], {"S", "R"})):
        found = answers(source, tmp_path, day)
        assert {c for c, told in found.items() if told[0]["controller"] == "X"} == winners
        reasons = {c: told[0]["reason"] for c, told in found.items() if c not in winners}
        assert reasons == {c: "joint" if c == "T" else "no_majority" for c in {"T", "S", "R", "Q"} - winners}


def test_every_company_is_in_the_answer_once_or_with_all_its_controllers(tmp_path: Path) -> None:
    rows = pl.DataFrame(
        [("person.local:P", "local:Q", 0.7), ("local:Q", "local:R", 0.55), ("person.local:X", "local:T", 0.5),
         ("person.local:Y", "local:T", 0.5), ("person.local:Z", "local:S", 0.3)],
        schema=["holder_id", "company_id", "share"], orient="row",
    )  # fmt: skip
    found = answers(rows, tmp_path, DAYS[0])
    assert [(r["controller"], r["via"], r["depth"]) for r in found["local:R"] if r["ultimate"]] == [
        ("person.local:P", "local:Q", 2)
    ]
    assert [r["reason"] for r in found["local:T"]] == ["joint"]
    assert [r["reason"] for r in found["local:S"]] == ["no_majority"]
    # 公司法 (2018) art. 216 took half for control; half against half controls nothing.
    assert [r["reason"] for r in answers(rows, tmp_path, DAYS[1])["local:T"]] == ["joint"]


def test_an_open_end_of_a_table_decides_as_it_does_in_a_store(tmp_path: Path) -> None:
    """More than half is a majority, half and more is none; less than half never is one, half and less may be."""
    file = tmp_path / "s.csv"
    file.write_text(
        "company_id,holder_id,share_percent\nC,B,>50\nD,B,>50\nD,Q,\nE,B,50%以上\nF,B,不足50%\nG,B,50%以下\n",
        encoding="utf-8",
    )
    rows = read_register(file, control=True)
    assert rows["min_open"].to_list() == [True, True, False, False, False, False]
    for day, won, maybe in ((DAYS[0], "C D", "E"), ("2020-06-01", "C D E", "G")):
        found = answers(rows, tmp_path, day)
        assert {c for c, told in found.items() if told[0]["controller"] == "B"} == set(won.split()), day
        assert {c for c, told in found.items() if told[0]["reason"] == "possible_only"} == set(maybe.split())


def test_a_file_that_names_actual_controllers_is_not_decided_by_its_shares_alone(tmp_path: Path) -> None:
    file = tmp_path / "s.csv"
    file.write_text("company_id,holder_id,share_percent,实际控制人\nC,B,60,测试某\n", encoding="utf-8")
    with pytest.raises(OwnershipError, match="实际控制人"):
        read_register(file, control=True)
    assert read_register(file)["share"].to_list() == [0.6]
