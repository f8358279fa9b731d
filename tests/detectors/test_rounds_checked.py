"""What `check` says of lots opened several times: rows of two openings contradict nothing, a slipped day is doubted; on both stores."""

from __future__ import annotations

from graph.checking import check_store
from graph.quality import Quality
from tests.detectors.files_world import FoundInFiles, found_in_files, table
from tests.detectors.test_rounds import CODES, FIRST, LEADS, NAMES, SECOND

HEAD = "项目编号,标段,投标人,投标人代码,投标报价(元),投标状态,开标时间"


def sheet(tender: str, *rows: tuple[str, int, str, str]) -> str:
    told = [
        (tender, "1", NAMES[who], CODES[who], price, status, f"{day} 09:30")
        for who, price, status, day in rows
    ]
    return table(HEAD, told)


YEAR_AFTER = "2025-03-25"
held_again = found_in_files(
    [
        {
            "开标记录.csv": sheet("P1", ("子", 955_000, "有效", FIRST), ("卯", 990_000, "否决", FIRST)),
            "开标记录（第二次）.csv": sheet(
                "P1", ("丑", 900_000, "有效", SECOND), ("卯", 901_000, "有效", SECOND)
            ),
            # Of the second opening two lists state another price.
            "唱标记录（第二次）.csv": sheet("P1", ("丑", 909_000, "有效", SECOND)),
        }
    ],
    LEADS,
)
slipped = found_in_files(
    [
        {
            "一.csv": sheet("P2", ("子", 1, "有效", FIRST), ("丑", 2, "有效", YEAR_AFTER)),
            "二.csv": sheet("P3", ("子", 1, "有效", "2024-06-12"), ("丑", 2, "有效", "2024-06-21")),
            # All bidders in both: a list loaded again with the day put right.
            "三.csv": sheet("P4", ("子", 1, "有效", FIRST), ("丑", 2, "有效", FIRST)),
            "四.csv": sheet("P4", ("子", 1, "有效", YEAR_AFTER), ("丑", 2, "有效", YEAR_AFTER)),
            "五.csv": sheet("P5", ("子", 1, "有效", FIRST), ("丑", 2, "有效", SECOND)),
        }
    ],
    LEADS,
)


def told(found: FoundInFiles) -> dict[str, Quality]:
    return {q.check: q for q in check_store(found.store, None)}


def test_prices_statuses_and_days_of_two_openings_contradict_nothing(held_again: FoundInFiles) -> None:
    checks = told(held_again)
    assert "statuses-differ" not in checks and "dates-differ" not in checks
    # Within one opening they do, and it is said which counts there.
    (apart,) = checks["amounts-differ"].apart
    assert apart.id == f"local:P1/1/cn-uscc:{CODES['丑']}" and apart.field == "amount"
    assert apart.counted == 90_000_000 and [v for v, _ in apart.values] == [90_000_000, 90_900_000]
    assert {p.file for _, places in apart.values for p in places} == {
        "开标记录（第二次）.csv",
        "唱标记录（第二次）.csv",
    }
    assert "写错" in checks["lot-of-several-rounds"].zh and "mistyped" in checks["lot-of-several-rounds"].en
    assert "lot-opening-mistyped" not in checks


def test_days_that_differ_by_a_year_or_by_two_digits_exchanged_are_doubted(slipped: FoundInFiles) -> None:
    checks = told(slipped)
    assert checks["lot-opening-mistyped"].examples == ("local:P2/1", "local:P3/1", "local:P4/1")
    assert checks["lot-of-several-rounds"].examples == ("local:P2/1", "local:P3/1", "local:P5/1")
