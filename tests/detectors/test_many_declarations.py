"""Declared nominees of a register that declares many, met on many days of bidding."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest

from detectors.ties import held_in_trust

DAYS, FIRMS = 60, 4000


def _declared(firm: int, role: str) -> dict[str, object]:
    span = (
        {"held_from": "2018-01-31", "held_to": None}
        if firm % 2
        else {"held_from": None, "held_to": "2018-01-31"}
    )
    return {
        "company_id": f"c{firm}",
        "holder_id": f"{role}{firm}",
        "holder_name": f"测试{firm}",
        "role": role,
        "observed_on": None,
        "link_key": f"{role}-key{firm}",
        **span,
    }


def _held(day: int) -> dict[str, object]:
    path = {"nodes": [f"nominee{day}", f"c{day}"], "rows": [["row"]], "share": 0.6}
    return {
        "lot_id": f"lot{day:03}",
        "bid_id": f"bid{day}",
        "bidder_id": f"c{day}",
        "holder_id": f"nominee{day}",
        "holder_name": "名义",
        "stated_holder_id": f"nominee{day}",
        "identity": "id",
        "bid_on": (date(2018, 1, 1) + timedelta(days=day)).isoformat(),
        "derivation": json.dumps({"paths": [path]}),
        "share": 0.6,
        "share_min": 0.6,
        "share_max": 0.6,
        "votes": 0.6,
        "depth": 1,
    }


def test_only_declarations_of_the_companies_held_are_looked_at_on_each_day(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked_at: list[Any] = []
    in_force = held_in_trust._in_force

    def counting(row: Any, bid_on: str | None) -> bool:
        looked_at.append(row)
        return in_force(row, bid_on)

    monkeypatch.setattr(held_in_trust, "_in_force", counting)
    declared = [_declared(firm, role) for firm in range(FIRMS) for role in ("nominee", "nominator")]
    found = held_in_trust.beneficially(
        {"holdings": [_held(day) for day in range(DAYS)], "declared": declared}
    )
    # Two of each company held, once: all declarations on each day are half a million.
    assert len(looked_at) == 2 * DAYS
    holders = dict(found.held.select("lot_id", "holder_id").iter_rows())
    for day in range(DAYS):
        # Odd firms' declarations begin on the 31st of January, day 30; the others' end on it.
        valid = day >= 30 if day % 2 else day < 30
        assert holders[f"lot{day:03}"] == (f"nominator{day}" if valid else f"nominee{day}"), day
