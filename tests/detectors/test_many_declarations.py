"""Declared nominees of a register that declares many, met on many days of bidding."""

from __future__ import annotations

import json
import time
from datetime import date, timedelta

from detectors.ties.held_in_trust import beneficially

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


def test_only_declarations_of_the_companies_held_are_looked_at_on_each_day() -> None:
    declared = [_declared(firm, role) for firm in range(FIRMS) for role in ("nominee", "nominator")]
    begun = time.perf_counter()
    found = beneficially({"holdings": [_held(day) for day in range(DAYS)], "declared": declared})
    # All declarations on each day took half a minute.
    assert time.perf_counter() - begun < 8
    holders = dict(found.held.select("lot_id", "holder_id").iter_rows())
    for day in range(DAYS):
        # Odd firms' declarations begin on the 31st of January, day 30; the others' end on it.
        in_force = day >= 30 if day % 2 else day < 30
        assert holders[f"lot{day:03}"] == (f"nominator{day}" if in_force else f"nominee{day}"), day
