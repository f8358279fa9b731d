"""Texts in, values out: dates, months, times, money, shares, headers."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.values import (
    VALUE_ERRORS,
    clean_header,
    normalise_empty,
    parse_dates,
    parse_money,
    parse_months,
    parse_shares,
    parse_times,
    unit_of_header,
)


def one(frame: pl.DataFrame) -> dict[str, object]:
    return frame.row(0, named=True)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *((t, "2023-11-05") for t in ("2023-11-05", "2023/11/5", "2023.11.05", "20231105", "2023年11月5日")),
        ("２０２３年１１月５日", "2023-11-05"),
        ("45235", "2023-11-05"),
        ("2023-11", "2023-11"),
        ("2023年11月", "2023-11"),
        ("2042-03-01", "2042-03-01"),
        ("2024-02-29", "2024-02-29"),
        ("2023-11-05T23:30:00+00:00", "2023-11-06"),
        ("2023-11-5 09:30", "2023-11-05"),
    ],
)
def test_dates(text: str, value: str) -> None:
    found = one(parse_dates(pl.Series([text])))
    assert (found["value"], found["open"], found["error"]) == (value, False, None)
    assert found["serial"] == (text == "45235")


@pytest.mark.parametrize("text", ["长期", "永久", "无固定期限", "至今", "9999-12-31", "9999/12/31"])
def test_open_dates(text: str) -> None:
    assert one(parse_dates(pl.Series([text]))) == {
        "value": None,
        "open": True,
        "serial": False,
        "error": None,
    }


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("2023-02-30", "impossible-date"),
        ("2023年2月29日", "impossible-date"),
        ("2023-13", "impossible-month"),
        ("2023/13/1", "impossible-month"),
        ("2023-13-01", "impossible-month"),
        ("1066-10-14", "date-out-of-range"),
        ("2023", "year-only"),
        ("11/5/2023", "not-a-date"),
        ("23-11-05", "not-a-date"),
        ("12345", "not-a-date"),
        ("20241", "ambiguous-date"),
        ("２０２４９", "ambiguous-date"),
        ("张三", "not-a-date"),
    ],
)
def test_dates_that_are_none(text: str, error: str) -> None:
    found = one(parse_dates(pl.Series([text])))
    assert (found["value"], found["error"]) == (None, error)
    assert error in VALUE_ERRORS


def test_a_number_of_a_day_that_may_be_a_month_is_believed_of_a_number() -> None:
    cells, numeric = pl.Series(["20241", "20241", "45292", "20240"]), pl.Series([True, False, False, False])
    for parse in (parse_dates, parse_times):
        found = parse(cells, numeric)
        assert found["value"].to_list() == ["1955-06-01", None, "2024-01-01", "1955-05-31"]
        assert found["serial"].to_list() == [True, False, True, True]
        assert found["error"].to_list() == [None, "ambiguous-date", None, None]
    assert parse_months(pl.Series(["20241", "45292"]))["error"].to_list() == ["ambiguous-date", None]


def test_serials_of_the_1904_system() -> None:
    assert parse_dates(pl.Series(["43773"]), date_1904=True)["value"].to_list() == ["2023-11-05"]


@given(st.lists(st.one_of(st.none(), st.sampled_from(["", "-", "x"]), st.dates().map(str)), max_size=30))
def test_a_column_is_its_cells(texts: list[str | None]) -> None:
    whole = parse_dates(pl.Series(texts, dtype=pl.String))
    each = [parse_dates(pl.Series([t], dtype=pl.String)).row(0) for t in texts]
    assert whole.rows() == each


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2023-11-05 09:30", "2023-11-05T09:30:00"),
        ("2023-11-05T09:30:15+08:00", "2023-11-05T09:30:15"),
        ("2023-11-05T01:30:00Z", "2023-11-05T09:30:00"),
        ("2023年11月5日9时30分", "2023-11-05T09:30:00"),
        ("2023/11/5 下午2:05", "2023-11-05T14:05:00"),
        ("20231105093000", "2023-11-05T09:30:00"),
        ("2023-11-05 24:00", "2023-11-06T00:00:00"),
        ("45235.5", "2023-11-05T12:00:00"),
        ("2023-11-05", "2023-11-05"),
    ],
)
def test_times(text: str, value: str) -> None:
    found = one(parse_times(pl.Series([text])))
    assert (found["value"], found["error"]) == (value, None)


def test_times_that_are_none() -> None:
    found = parse_times(pl.Series(["2023-11-05 25:00", "长期", "2023-02-30"]))
    assert found["error"].to_list() == ["impossible-date", "not-a-date", "impossible-date"]


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("202311", ["2023-11"]),
        ("2023年11月", ["2023-11"]),
        ("2023-11-05", ["2023-11"]),
        ("2023年第4季度", ["2023-10", "2023-11", "2023-12"]),
        ("2023Q1", ["2023-01", "2023-02", "2023-03"]),
        ("2023-11至2024-01", ["2023-11", "2023-12", "2024-01"]),
        ("2023年1-2月", ["2023-01", "2023-02"]),
        ("11月", None),
        ("2023", None),
        ("2023年3-1月", None),
    ],
)
def test_months(text: str, months: list[str] | None) -> None:
    found = one(parse_months(pl.Series([text])))
    assert found["value"] == months
    assert (found["error"] is None) == (months is not None)


@pytest.mark.parametrize(
    ("text", "unit", "amount", "currency"),
    [
        ("5,100.00", "万元", 5_100_000_000, "CNY"),
        ("2000", "元", 200_000, "CNY"),
        ("900万美元", "万元", 900_000_000, "USD"),
        ("589000万元", None, 589_000_000_000, "CNY"),
        ("港币100万元", None, 100_000_000, "HKD"),
        ("人民币1000万元整", None, 1_000_000_000, "CNY"),
        ("1.5亿元", None, 15_000_000_000, "CNY"),
        ("￥１２３．４５", None, 12_345, "CNY"),
        ("500", "USD", 50_000, "USD"),
        ("500日元", None, 500, "JPY"),
        ("-3.2", "元", -320, "CNY"),
        ("0", "万元", 0, "CNY"),
        ("0.1", "亿元", 1_000_000_000, "CNY"),
    ],
)
def test_money(text: str, unit: str | None, amount: int, currency: str) -> None:
    assert one(parse_money(pl.Series([text]), unit)) == {
        "amount": amount,
        "currency": currency,
        "rounded": False,
        "error": None,
    }


@pytest.mark.parametrize(
    ("text", "unit", "error"),
    [
        ("2000", None, "unit-unknown"),
        ("500万", None, "unit-unknown"),
        ("2000", "件", "unit-unknown"),
        ("2100612342股", "万元", "share-count"),
        ("5.89E+09", "元", "scientific-notation"),
        ("1,23", "元", "not-an-amount"),
        ("约5万元", "元", "not-an-amount"),
        ("nan", "元", "not-an-amount"),
        ("9" * 19, "元", "amount-too-large"),
        ("99999999999999", "万元", "amount-too-large"),
        ("美元5英镑", None, "currency-conflict"),
    ],
)
def test_money_that_is_none(text: str, unit: str | None, error: str) -> None:
    found = one(parse_money(pl.Series([text]), unit))
    assert (found["amount"], found["error"]) == (None, error)
    assert error in VALUE_ERRORS


@given(
    st.lists(st.decimals(-(10**7), 10**7, places=None, allow_nan=False), max_size=20),
    st.sampled_from([("元", 2), ("万元", 6), ("亿元", 10)]),
)
def test_money_is_exact(numbers: list[Decimal], unit: tuple[str, int]) -> None:
    texts = [format(n, "f") for n in numbers]
    found = parse_money(pl.Series(texts, dtype=pl.String), unit[0])
    exact = [int((Decimal(t) * 10 ** unit[1]).to_integral_value(ROUND_HALF_UP)) for t in texts]
    assert found["amount"].to_list() == exact


def test_a_currency_column() -> None:
    found = parse_money(pl.Series(["1", "2", "3", None]), None, pl.Series(["USD", "人民币", "wat", None]))
    assert found["amount"].to_list() == [100, 200, None, None]
    assert found["currency"].to_list() == ["USD", "CNY", None, None]
    assert found["error"].to_list() == [None, None, "currency-unknown", None]


def test_a_currency_beside_the_amount_goes_before_the_yuan_of_a_heading() -> None:
    found = parse_money(pl.Series(["106", "103", "9"]), "万元", pl.Series(["美元", "人民币", None]))
    assert found["currency"].to_list() == ["USD", "CNY", "CNY"]
    assert found["amount"].to_list() == [106_000_000, 103_000_000, 9_000_000]
    named = parse_money(pl.Series(["5"]), "人民币万元", pl.Series(["美元"]))
    assert named["currency"].to_list() == ["CNY"]


def test_a_currency_beside_the_amount_goes_before_the_yuan_of_a_cell_that_names_no_other() -> None:
    cells = pl.Series(["100万元", "人民币100万元", "港币100万元", "100元整"])
    found = parse_money(cells, "元", pl.Series(["美元", "美元", "美元", None]))
    assert found["currency"].to_list() == ["USD", "CNY", "HKD", "CNY"]
    assert found["amount"].to_list() == [100_000_000, 100_000_000, 100_000_000, 10_000]
    assert found["error"].null_count() == 4


@pytest.mark.parametrize(
    ("text", "unit", "share"),
    [
        ("51%", None, 0.51),
        ("14.5％", None, 0.145),
        ("29.57%", None, 0.2957),
        ("100.0000%", "fraction", 1.0),
        ("51", "percent", 0.51),
        ("0.8", "fraction", 0.8),
        ("0.8", "percent", 0.008),
        ("51%", "fraction", 0.51),
        ("1/6", None, 1 / 6),
        ("三分之一", None, 1 / 3),
        ("百分之五十一", None, 0.51),
        ("0%", None, 0.0),
    ],
)
def test_shares(text: str, unit: str | None, share: float) -> None:
    found = parse_shares(pl.Series([text]), unit).row(0)
    assert found == (share, share, share, False, False, None)


@pytest.mark.parametrize(
    ("text", "low", "high", "low_open", "high_open"),
    [
        ("5-10%", 0.05, 0.10, False, False),
        ("5%～10%", 0.05, 0.10, False, False),
        ("25%(含)-50%(不含)", 0.25, 0.5, False, True),
        ("<5%", 0.0, 0.05, False, True),
        ("≤5%", 0.0, 0.05, False, False),
        ("75%以上", 0.75, 1.0, False, False),
        ("超过50%", 0.5, 1.0, True, False),
        ("不足25%", 0.0, 0.25, False, True),
        ("25%以下", 0.0, 0.25, False, False),
    ],
)
def test_bands_of_shares(text: str, low: float, high: float, low_open: bool, high_open: bool) -> None:
    assert parse_shares(pl.Series([text])).row(0) == (None, low, high, low_open, high_open, None)


@pytest.mark.parametrize(
    ("text", "unit", "error"),
    [
        ("0.8", None, "unit-unknown"),
        ("51", None, "unit-unknown"),
        ("5-10", None, "unit-unknown"),
        ("130%", None, "share-over-100"),
        ("51", "fraction", "share-over-100"),
        ("7/6", None, "share-over-100"),
        ("-5%", None, "share-negative"),
        ("nan", "percent", "not-a-share"),
        ("inf", "percent", "not-a-share"),
        ("约51%", None, "not-a-share"),
        ("1,000%", None, "not-a-share"),
        ("1 5%", None, "not-a-share"),
        ("1\n5", "percent", "not-a-share"),
        ("10%-5%", None, "band-reversed"),
        ("2100612342股", "percent", "share-count"),
    ],
)
def test_shares_that_are_none(text: str, unit: str | None, error: str) -> None:
    assert parse_shares(pl.Series([text]), unit).row(0) == (None, None, None, None, None, error)
    assert error in VALUE_ERRORS


@given(st.integers(0, 10**6))
def test_a_percentage_is_the_nearest_fraction(n: int) -> None:
    text = format(Decimal(n) / 10**4, "f")
    assert parse_shares(pl.Series([text + "%"]))["share"].item() == float(Decimal(text) / 100)
    assert parse_shares(pl.Series([text]), "percent")["share"].item() == float(Decimal(text) / 100)


def test_empty_words() -> None:
    words = [
        "-",
        "—",
        "--",
        "/",
        "无",
        "暂无",
        "未公开",
        "未公示",
        "\\N",
        "NULL",
        "未匹配到相关企业",
        "",
        " ",
        None,
    ]
    assert normalise_empty(pl.Series(words)).null_count() == len(words)
    assert normalise_empty(pl.Series(["无锡虚构有限公司", "0", "-1"])).null_count() == 0
    for parse in (parse_dates, parse_money, parse_shares, parse_times, parse_months):
        frame = parse(pl.Series(words))
        assert frame["error"].null_count() == len(words)


@pytest.mark.parametrize(
    ("header", "clean", "unit"),
    [
        ("投标报价(万元)", "投标报价", "万元"),
        ("持股比例（%）", "持股比例", "percent"),
        ("持股比例％", "持股比例", "percent"),
        ("* 姓 名\n", "姓名", None),
        ("股东（发起人）", "股东发起人", None),
        ("认缴出资额（单位：万元）", "认缴出资额", "万元"),
        ("注册资本（万美元）", "注册资本", "万美元"),
        ("建筑面积(㎡)", "建筑面积", "m2"),
        ("金额（必填）", "金额", None),
        ("share_percent", "share_percent", None),
        ("保障人数/残疾人", "保障人数/残疾人", None),
        ("ＸＭ", "xm", None),
        ("持股数（股）", "持股数", "shares"),
    ],
)
def test_headers(header: str, clean: str, unit: str | None) -> None:
    assert unit_of_header(header) == (clean, unit)
    assert clean_header(header) == clean
