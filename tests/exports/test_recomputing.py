"""Two solvers that share nothing agree: what the product computes, the check of its packages computes again."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports.verifying.recomputing import recomputed
from tests.exports.enclosing import enclosed, faults
from tests.graph.oracles import tables

COMPANIES = ["A", "B", "C", "D", "E"]
PEOPLE = ["person:1", "person:2", "person:3"]
PARTIES = [(c, "Company", None, None) for c in COMPANIES]


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, Any]:
    """Registers with loops, self-holdings, parallel rows, bands, unknown shares, votes, dates; control and concerts."""
    rows: list[dict[str, Any]] = []
    for company in COMPANIES:
        holders = draw(st.lists(st.sampled_from(COMPANIES + PEOPLE), max_size=4))
        total = sum(range(1, 5)) * 4
        for n, holder in enumerate(holders):
            row: dict[str, Any] = {"holder_id": holder, "company_id": company, "share_class": f"{company}{n}"}
            part = Fraction(draw(st.integers(1, 12)), total)
            kind = draw(st.sampled_from(["exact", "exact", "exact", "band", "unknown", "votes", "both"]))
            if kind in ("exact", "both"):
                row["share"] = part
            elif kind == "band":
                row |= {
                    "share_min": float(part),
                    "share_max": float(min(part * 2, 1)),
                    "min_open": draw(st.booleans()),
                }
            if kind in ("votes", "both"):
                row["votes"] = float(Fraction(draw(st.integers(1, 12)), total))
            if draw(st.integers(0, 5)) == 0:
                row["valid_to"] = draw(st.sampled_from(["2020-01-01", "2030-01-01"]))
            rows.append(row)
    control = [
        {"holder_id": h, "company_id": c, "interest": "stated_controller"}
        for h, c in draw(st.lists(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(COMPANIES)), max_size=1))
    ]
    concerts = [
        {"concert_id": "concert:1", "party_id": p, "company_id": draw(st.sampled_from([None, "A", "B"]))}
        for p in draw(st.lists(st.sampled_from(PEOPLE), max_size=2, unique=True))
    ]
    kinds = draw(st.lists(st.sampled_from(["partnership", None]), min_size=5, max_size=5))
    parties = [(c, "Company", None, k) for c, k in zip(COMPANIES, kinds, strict=True)]
    return {"rows": rows, "parties": parties, "control": control, "concerts": concerts}


@given(worlds(), st.sampled_from(["2019-06-01", "2022-01-01", "2025-05-20"]))
@settings(deadline=None)
def test_every_claim_of_a_company_comes_out_again(world: dict[str, Any], as_of: str) -> None:
    assert faults(tables(**world), "A", as_of) == []


@pytest.mark.parametrize(
    "rows",
    [
        # Two paths; a loop through the target; a loop off it; bands; a closed ring; above 100% (ownership's examples).
        [("person:1", "A1", 0.8), ("person:1", "B", 0.3), ("A1", "A", 0.5), ("B", "A", 0.4)],
        [("B", "A", 0.5), ("A", "B", 0.2), ("person:1", "B", 0.8), ("person:2", "A", 0.5)],
        [
            ("B", "C", 0.4),
            ("C", "D", 0.5),
            ("D", "B", 0.5),
            ("B", "A", 0.6),
            ("person:1", "B", 0.5),
            ("person:2", "C", 0.6),
        ],
        [("M", "N", 1.0), ("N", "O", 1.0), ("O", "M", 1.0), ("M", "A", 0.9), ("person:1", "A", 0.1)],
        [("person:1", "A", 0.6), ("person:2", "A", 0.55)],
    ],
)
def test_worked_examples_come_out_again(rows: list[tuple[str, str, float]]) -> None:
    assert faults(tables(rows), "A", "2025-01-01") == []


def test_a_register_that_could_give_all_to_itself_is_bounded_by_its_other_holders() -> None:
    """D holds itself and E holds D, both undisclosed: E's most is 100% of D whatever the loop takes."""
    rows = [
        {"holder_id": "A", "company_id": "A", "share": Fraction(1, 20)},
        {"holder_id": "D", "company_id": "A", "share": Fraction(1, 40)},
        {"holder_id": "D", "company_id": "D"},
        {"holder_id": "E", "company_id": "D"},
        {"holder_id": "person:1", "company_id": "E"},
    ]
    for parties in (PARTIES, PARTIES[::-1]):
        assert faults(tables(rows=rows, parties=parties), "A", "2019-06-01") == []


def test_a_wrong_share_is_found_and_its_place_named() -> None:
    rows = [("person:1", "B", 0.8), ("B", "A", 0.7), ("person:2", "A", 0.3)]
    read = enclosed(tables(rows), "A", "2025-01-01")
    claim = next(c for c in read.facts["claims"]["shares"] if c["holder"] == "person:1")
    claim["share"] = 0.57
    found, _ = recomputed(read)
    assert any("person:1 → A" in f.at and "0.56" in f.en and "0.57" in f.en for f in found), found
