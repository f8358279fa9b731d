"""Bidders whose holders are stated for a part of the shares: nobody controls them as far as is known, which is not nobody."""

from __future__ import annotations

import pytest

from detectors.bidders import (
    bidder_controls_bidder,
    common_beneficial_owner,
    common_controller,
    common_shareholder,
)
from tests.detectors.bidder_world import Found, World, found_on_both, ids

DETECTORS = [
    m.DETECTOR
    for m in (bidder_controls_bidder, common_beneficial_owner, common_controller, common_shareholder)
]
# What is stated of one bidder: to each holder its percent, and what else its rows say.
TENDERS: dict[str, tuple[tuple[tuple[float | None, dict[str, str]], ...], bool]] = {
    "TENTH": (((10, {}),), True),
    "PARTS": (((30, {}), (15, {})), True),
    # The rest could decide with the largest, though not alone.
    "WITH-LARGEST": (((40, {}), (40, {})), True),
    "MAJORITY": (((51, {}),), False),
    "LESS": (((20, {}), (20, {}), (20, {}), (19, {})), False),
    "ROUNDED": (((50, {}), (49.5, {})), False),
    "UNKNOWN": (((10, {}), (None, {})), False),
    "TOP-TEN": (((10, {"list_kind": "前十大股东"}),), False),
    "LISTED": (((10, {}),), False),
}


def build(w: World) -> None:
    w.holds("P-WHOLE", "WHOLE", 100)
    for tender, (holders, _) in TENDERS.items():
        w.lot(tender, "WHOLE", tender)
        for n, (percent, more) in enumerate(holders):
            w.holds(f"P-{tender}-{n}", tender, 0, share_percent=percent, **more)
    w.add("companies", id="LISTED", name="虚构LISTED建设有限公司", kind="上市公司")
    w.lot("ALONE", "TENTH")


found = found_on_both(build, DETECTORS)


@pytest.mark.parametrize("tender", TENDERS)
def test_part_of_the_shares_decides_nothing_where_the_rest_could_control(found: Found, tender: str) -> None:
    wanted = [ids(tender)] if TENDERS[tender][1] else []
    for detector in DETECTORS:
        assert found.undecided(detector.id, tender) == wanted, detector.id
        assert found.of(detector.id, tender) == []


def test_how_much_is_stated_is_said(found: Found) -> None:
    said = {u.scope_id: (u.missing_zh, u.missing_en) for _, u in found.run.undecided}
    zh, en = said["local:PARTS/1"]
    assert zh == "2家投标人中有1家的股权只载明一部分（45%），其余由谁持有不明，其间的股权关系无法判定"
    assert "(45%)" in en and "1 of 2 bidders" in en
    # Of a lot with one bid there are no ties to be known.
    assert "local:ALONE/1" not in said
