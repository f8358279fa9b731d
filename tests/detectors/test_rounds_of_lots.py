"""Rounds of a tender beside its other lots, and days that make none; on both stores."""

from __future__ import annotations

import json

from detectors.registry import DETECTORS
from graph.rounds import bids_of_rounds, rounds
from tests.detectors.files_world import FoundInFiles, found_in_files, table
from tests.detectors.test_rounds import (
    CODES,
    FIRST,
    LEADS,
    NAMES,
    ONE,
    SECOND,
    TIED,
    bids,
    named,
    open_for,
    tied,
)
from tests.detectors.test_rounds_judged import AGAIN, AWARD, FEW, OWNED_FIRST, PRICES, TENDER, priced
from tests.loaders.shapes.numbers import resident

NEXT_DAY, THIRD = "2024-06-11", "2024-08-20"
slip = found_in_files(
    [
        {
            "开标记录.csv": bids(("子", SECOND), ("丑", NEXT_DAY), ("寅", SECOND)),
            "招标项目.csv": TENDER,
            "中标结果.csv": AWARD,
            **TIED,
        }
    ],
    [*LEADS, FEW],
)
again_and_again = found_in_files(
    [
        {
            "开标记录.csv": priced(
                ("子", FIRST, 955_000),
                ("辰", FIRST, 990_000),
                *((w, SECOND, p) for w, p in (("子", 955_000), *AGAIN[1:])),
                ("子", THIRD, 900_000),
                ("丑", THIRD, 910_000),
            )
        }
    ],
    [PRICES],
)

# All who bid in the round that failed bid again, at other prices; 子's first is 卯's second.
all_again = found_in_files(
    [
        {
            "开标记录.csv": priced(("子", FIRST, 955_000), ("卯", FIRST, 990_000), ("辰", FIRST, 970_000)),
            "开标记录（第二次）.csv": priced(
                ("子", SECOND, 960_000),
                ("卯", SECOND, 955_000),
                ("辰", SECOND, 971_500),
                ("丑", SECOND, 999_000),
            ),
            "股东信息.csv": OWNED_FIRST,
        },
    ],
    [*LEADS, PRICES],
)
# The same bids, opened on a day that a later list states otherwise: put off, or put right.
told_again = found_in_files(
    [{"开标记录.csv": ONE, "开标记录（更正）.csv": ONE.replace(FIRST, SECOND), **TIED}], LEADS
)


def in_lots(*rows: tuple[str, str, str]) -> str:
    """Who bid for which lot of one tender, and when that was opened."""
    told = [("P1", lot, NAMES[who], CODES[who], 1_000_000, f"{day} 09:30") for lot, who, day in rows]
    return table("项目编号,标段,投标人,投标人代码,投标报价(元),开标时间", told)


lots_apart = found_in_files(
    [
        {
            "开标记录.csv": in_lots(
                *(("1", who, FIRST) for who in "子卯"), *(("2", who, SECOND) for who in "丑寅")
            ),
            "股东信息.csv": OWNED_FIRST,
        }
    ],
    LEADS,
)
TWO_FIFTHS = table(
    "企业名称,统一社会信用代码,股东名称,股东证件号,股东类型,持股比例(%)",
    [
        row
        for n, who in enumerate("子丑", start=2)
        for row in (
            (NAMES[who], CODES[who], "样本1", resident(1), "自然人股东", 40),
            (NAMES[who], CODES[who], f"样本{n}", resident(n), "自然人股东", 60),
        )
    ],
)
beside = found_in_files(
    [
        {
            "开标记录.csv": in_lots(
                ("1", "子", FIRST), ("1", "寅", SECOND), ("2", "丑", FIRST), ("2", "卯", FIRST)
            ),
            "股东信息.csv": TWO_FIFTHS,
        }
    ],
    DETECTORS,
)


def test_a_day_later_is_no_other_round(slip: FoundInFiles) -> None:
    assert rounds(slip.store) == {} and named(slip) == []
    assert tied(slip) == [{"子", "丑"}]
    assert open_for(slip) == []


def test_a_price_of_an_earlier_round_stated_again_is_one_of_the_later(again_and_again: FoundInFiles) -> None:
    (equal,) = again_and_again.run.findings
    assert {b["name"] for b in equal.facts["bidders"]} == {NAMES["子"], NAMES["丑"]}
    assert equal.facts["round"] == SECOND
    assert again_and_again.run.undecided == ()


def test_where_all_bid_again_at_other_prices_each_round_is_judged_by_itself(all_again: FoundInFiles) -> None:
    (days,) = (
        set(b.days) for b in bids_of_rounds(all_again.store)["local:P1/1"] if b.bidder.endswith(CODES["卯"])
    )
    assert days == {FIRST, SECOND}
    # On the day of the first 子 and 卯 had one owner, on that of the second no more.
    (tie,) = all_again.run.findings
    assert tie.detector == LEADS[0].id and (tie.facts["round"], tie.facts["as_of"]) == (FIRST, FIRST)
    assert named(all_again) == [("local:P1/1",)]


def test_the_same_bids_stated_with_another_day_are_no_other_round(told_again: FoundInFiles) -> None:
    assert rounds(told_again.store) == {} and named(told_again) == []


def test_each_lot_of_a_tender_is_judged_on_its_own_day(lots_apart: FoundInFiles) -> None:
    query = "MATCH (l:Lot) WHERE l.bid_on IS NOT NULL RETURN l.id AS id, l.bid_on AS day"
    days = {r["id"]: r["day"] for r in lots_apart.store.query(query).to_pylist()}
    assert days == {"local:P1/1": FIRST, "local:P1/2": SECOND}
    # 子 and 卯 had one owner on the day of theirs; 丑 and 寅 no more on that of theirs.
    assert tied(lots_apart) == [{"子", "卯"}]


def test_rounds_of_one_lot_are_named_nowhere_beside_another(beside: FoundInFiles) -> None:
    told = [f for f in beside.run.findings if f.detector == "common-shareholder"]
    assert {f.scope_id for f in told} == {"local:P1/1", "local:P1/2"}
    for f in beside.run.findings:
        assert "@" not in json.dumps([f.facts, f.identity, f.evidence.nodes], ensure_ascii=False)
