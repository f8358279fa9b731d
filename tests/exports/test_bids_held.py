"""`verify` holds prices, amounts and days that a finding tells of bids against the enclosed rows, and names the place; on both stores."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from detectors.behaviour import regular_price_difference
from detectors.procedure import deposit_above_limit
from exports import Package, make_package, verify_package
from tests.detectors.files_world import FoundInFiles, found_in_files, table
from tests.detectors.test_rounds import CODES, FIRST, NAMES, SECOND
from tests.detectors.test_rounds_judged import AGAIN, priced
from tests.exports.conftest import NOW, forged, unpack, with_facts

BID = f"local:P1/1/cn-uscc:{CODES['子']}"
Change = Callable[[dict[str, Any]], None]
two_openings = found_in_files(
    [
        {
            "开标记录.csv": priced(("子", FIRST, 880_000), ("辰", FIRST, 961_000)),
            "开标记录（第二次）.csv": priced(
                ("子", SECOND, 955_000), *((w, SECOND, p) for w, p in AGAIN[1:])
            ),
        }
    ],
    [regular_price_difference.DETECTOR],
)
deposit = found_in_files(
    [
        {
            "lots.csv": table("id,tender_id,title,estimate(元)", [("1", "P2", "虚构标段", 1_000_000)]),
            "tenders.csv": table(
                "id,title,regime,method,published_on,bid_deadline,deposit(元)",
                [("P2", "虚构路工程", "工程建设", "公开招标", "2024-02-20", "2024-04-20 09:30", 50_000)],
            ),
            "开标记录.csv": table(
                "项目编号,标段,投标人,投标人代码,投标报价(元)",
                [("P2", "1", NAMES[who], CODES[who], 900_000 + n) for n, who in enumerate("子丑寅")],
            ),
        }
    ],
    [deposit_above_limit.DETECTOR],
)


def packed(found: FoundInFiles) -> Package:
    (one,) = found.run.findings
    return make_package(found.store, one, actor="测试员", now=NOW)


def places(package: Package, folder: Path, name: str, change: Callable[[bytes], bytes]) -> list[str]:
    verified = verify_package(forged(package, folder, name, change))
    assert not verified.holds
    return [fault.at for fault in verified.faults]


def of_facts(change: Callable[[dict[str, Any]], None]) -> Callable[[bytes], bytes]:
    return with_facts(lambda facts: change(facts["findings"][0]))


def _price(found: dict[str, Any]) -> None:
    found["facts"]["bidders"][0]["price"] = 88_000_000.0


def _every_price(found: dict[str, Any]) -> None:
    # The sentence forged with the facts: what a row says is left.
    for bidder in found["facts"]["bidders"]:
        bidder["price"] = 88_000_000.0
    for lang in ("zh", "en"):
        found["text"][lang] = found["text"][lang].replace("955,000.00", "880,000.00")


def _sentence(found: dict[str, Any]) -> None:
    found["text"]["zh"] = found["text"]["zh"].replace("955,000.00", "880,000.00")


def _round(found: dict[str, Any]) -> None:
    found["facts"]["round"] = FIRST


def _as_of(found: dict[str, Any]) -> None:
    found["facts"]["as_of"] = FIRST


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (_price, "data/facts.json /findings/0/facts/bidders/0/price"),
        (_every_price, "data/facts.json /findings/0/facts/bidders/1/price"),
        (_sentence, "data/facts.json /findings/0/text/zh"),
        (_round, "data/graph/nodes.csv local:P1/1 bid_on"),
        (_as_of, "data/facts.json /findings/0/facts/as_of"),
    ],
)
def test_a_price_or_day_that_no_row_states_is_found_where_it_stands(
    two_openings: FoundInFiles, tmp_path: Path, change: Change, place: str
) -> None:
    package = packed(two_openings)
    assert verify_package(unpack(package.files, tmp_path / "whole")).holds
    assert place in places(package, tmp_path / "forged", "facts.json", of_facts(change))


def test_so_is_one_that_a_table_or_a_source_row_has_otherwise(
    two_openings: FoundInFiles, tmp_path: Path
) -> None:
    package = packed(two_openings)
    row = json.dumps({"amount": 95_500_000}).strip("{}")
    told = package.files["data/source-rows.csv"].decode()
    assert told.count(row.replace('"', '""')) == 2 and "88000000" not in told

    def of_another(text: bytes) -> bytes:
        return text.replace(b"95500000", b"88000000")

    for n, name in enumerate(("graph/nodes.csv", "source-rows.csv")):
        found = places(package, tmp_path / str(n), name, of_another)
        assert f"data/graph/nodes.csv {BID} amount" in found


def test_amounts_of_the_tender_and_its_lot_are_held_too(deposit: FoundInFiles, tmp_path: Path) -> None:
    package = packed(deposit)
    assert verify_package(unpack(package.files, tmp_path / "whole")).holds

    def doubled(name: str) -> Change:
        return lambda found: found["facts"].update({name: found["facts"][name] * 2})

    for name in ("deposit", "estimate"):
        found = places(package, tmp_path / name, "facts.json", of_facts(doubled(name)))
        assert f"data/facts.json /findings/0/facts/{name}" in found
