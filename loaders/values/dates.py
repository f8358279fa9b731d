"""Dates, times and months as Chinese exports write them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from typing import Any, Final

import polars as pl

from loaders.values.distinct import parse_column

OPEN_WORDS: Final = frozenset(
    {
        "长期",
        "长期有效",
        "永久",
        "永久有效",
        "永续",
        "永续经营",
        "无固定期限",
        "无期限",
        "不约定期限",
        "至今",
        "今",
        "现在",
        "present",
        "openended",
    }
)
"""Words for an end that is not set (spaces removed, lower case)."""

_SHANGHAI: Final = timezone(timedelta(hours=8))
_FIRST_YEAR, _LAST_YEAR = 1850, 2100
_SERIALS: Final = (20000, 60000)
_ISO_DATE: Final = r"^(?:18[5-9]\d|19\d\d|20\d\d)-\d\d-\d\d$"
_DAY: Final = r"(\d{4})(?:[-/.]|年)(\d{1,2})(?:[-/.]|月)(\d{1,2})(?:日|号)?"
_CLOCK: Final = (
    r"(上午|下午|晚上|中午|凌晨|AM|PM)?(\d{1,2})(?::|时|点)(?:(\d{1,2})(?:分|(?=:)|$|(?=[Z+-]))?)?"
    r"(?::?(\d{1,2})秒?)?(?:\.\d+)?(AM|PM)?整?(Z|[+-]\d{2}:?\d{2})?"
)
_DATE: Final = re.compile(_DAY)
_DATE_TIME: Final = re.compile(rf"{_DAY}T?(?:星期.|周.|\((?:星期|周).\))?{_CLOCK}", re.IGNORECASE)
_COMPACT_DATE_TIME: Final = re.compile(rf"(\d{{4}})(\d{{2}})(\d{{2}})T{_CLOCK}", re.IGNORECASE)
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?(Z)?)?")
_MONTH: Final = re.compile(r"(\d{4})(?:(?:[-/.]|年)(\d{1,2})月?|(\d{2}))(?:份)?")
_SERIAL: Final = re.compile(r"(\d{5})(?:\.(\d+))?")
_YEAR_AND_MONTH: Final = re.compile(r"20\d\d[1-9]")
"""The days of these numbers lie in 1954 to 1957, and are much rarer than a month written without its zero."""
_QUARTER: Final = re.compile(r"(\d{4})年?[-/]?(?:第?([1-4一二三四])季度?|Q([1-4])|([1-4])Q)", re.IGNORECASE)
_SPELL: Final = re.compile(
    r"(\d{4})(?:年|[-/.])?(\d{1,2})月?(?:份)?(?:-|~|至|到|—|–)(?:(\d{4})(?:年|[-/.])?)?(\d{1,2})月?(?:份)?"
)
_REPORT: Final = re.compile(
    r"(\d{4})(?:年度|年)?-?(?:"
    r"(?P<year>(?:年度)?报告?|年报|年年报|年度年报)?|(?P<half>半年(?:度)?(?:报告?)?|中报|中期报告|上半年|H1)|"
    r"(?:第?(?P<quarter>[一二三四1-4])季(?:度)?(?:报告?|末)?|Q(?P<q>[1-4])))",
    re.IGNORECASE,
)
_QUARTER_ENDS: Final = ("03-31", "06-30", "09-30", "12-31")
_HAN_QUARTERS: Final = {"一": 1, "二": 2, "三": 3, "四": 4}
_MOST_MONTHS: Final = 600


class _DateError(ValueError):
    """Carries the stable code of what is wrong."""


_Value = tuple[str | None, bool, bool, str | None]


def parse_dates(s: pl.Series, numeric: pl.Series | None = None, date_1904: bool = False) -> pl.DataFrame:
    """Dates of a column: `value` (`YYYY-MM-DD`, or `YYYY-MM` where the cell says no more), `open`, `serial`, `error`.

    `open`: the cell says that there is no end (长期, 9999-12-31…), its value is null. `serial`: read from a
    spreadsheet's day number (20000–60000), in the 1904 system where `date_1904`. A time is dropped, after a
    zone has been brought to Asia/Shanghai. Day numbers also reach CSV; but five digits of a text that are a year with a
    month (20241) are believed as a day number (1955-06-01) only where the cell was a number (`numeric`).

    Errors: `ambiguous-date` (20241), `impossible-date` (2023-02-30), `impossible-month` (2023-13-01), `date-out-of-range` (before
    1850, after 2100), `year-only`, `not-a-date`. Null stays null.
    """

    def quick(texts: pl.Series) -> pl.DataFrame:
        real = texts.str.to_date("%Y-%m-%d", strict=False).is_not_null()
        frame = pl.DataFrame({"value": texts, "real": real})
        return frame.select(
            value=pl.when("real").then("value"),
            open=pl.lit(False),
            serial=pl.lit(False),
            error=pl.when(~pl.col("real")).then(
                pl.when(pl.col("value").str.slice(5, 2).cast(pl.Int8, strict=False).is_between(1, 12))
                .then(pl.lit("impossible-date"))
                .otherwise(pl.lit("impossible-month"))
            ),
        )

    def one(text: str) -> _Value:
        if _is_open(text):
            return None, True, False, None
        value, serial = _moment(text, date_1904)
        return value[:10], False, serial, None

    return _believed(s, numeric, date_1904, parse_column(s, _ISO_DATE, quick, lambda t: _each(t, one)))


def _believed(s: pl.Series, numeric: pl.Series | None, date_1904: bool, read: pl.DataFrame) -> pl.DataFrame:
    """`read`, in which a cell that was a number, and no text, is the day of that number."""
    if numeric is None:
        return read
    mine = numeric & (read["error"] == "ambiguous-date")
    at = mine.fill_null(False).arg_true()
    if not len(at):
        return read
    days = [_from_serial(text, None, date_1904) for text in _clean(s.gather(at).cast(pl.String))]
    none = pl.Series([None], dtype=pl.String).new_from_index(0, len(at))
    return read.with_columns(
        read["value"].clone().scatter(at, pl.Series(days, dtype=pl.String)),
        read["serial"].clone().scatter(at, True),
        read["error"].clone().scatter(at, none),
    )


def parse_times(s: pl.Series, numeric: pl.Series | None = None, date_1904: bool = False) -> pl.DataFrame:
    """Times of a column: `value` (`YYYY-MM-DDTHH:MM:SS` in Asia/Shanghai, or the bare date), `serial`, `error`.

    Without a zone a time is Asia/Shanghai's. Errors as in `parse_dates`; an open end is `not-a-date` here.
    """

    def quick(texts: pl.Series) -> pl.DataFrame:
        return parse_dates(texts).select("value", "open", "serial", "error")

    def one(text: str) -> _Value:
        value, serial = _moment(text, date_1904)
        return value, False, serial, None

    read = parse_column(s, _ISO_DATE, quick, lambda t: _each(t, one))
    return _believed(s, numeric, date_1904, read).drop("open")


def parse_months(s: pl.Series, date_1904: bool = False) -> pl.DataFrame:
    """Months of a column: `value` (`List[String]` of `YYYY-MM`), `error`.

    `202311`, `2023年11月`, a day (its month); a quarter gives three, a spell (`2023年1-3月`,
    `2023-11至2024-02`) each of its months. Errors: `ambiguous-date` (20241), `impossible-month`, `impossible-date`, `date-out-of-range`, `year-only`,
    `band-reversed`, `not-a-month` (a month without its year). Null stays null.
    """

    def quick(texts: pl.Series) -> pl.DataFrame:
        return texts.to_frame("value").select(
            value=pl.concat_list(pl.col("value").str.slice(0, 7)), error=pl.lit(None, pl.String)
        )

    def slow(texts: pl.Series) -> pl.DataFrame:
        rows: list[tuple[list[str] | None, str | None]] = []
        for text in _clean(texts):
            try:
                rows.append((_months(text, date_1904), None))
            except _DateError as error:
                code = str(error)
                rows.append((None, "not-a-month" if code == "not-a-date" else code))
        return pl.DataFrame(rows, schema={"value": pl.List(pl.String), "error": pl.String}, orient="row")

    return parse_column(s, r"^(?:18[5-9]\d|19\d\d|20\d\d)-(?:0[1-9]|1[0-2])$", quick, slow)


def report_days(s: pl.Series) -> pl.Series:
    """The last day of the period a report is of: `2022`, `2022年度`, `2022年报` 2022-12-31, `2023年半年报` 2023-06-30, `2023Q3`
    and `2023年三季报` 2023-09-30; null where a cell names no such period."""

    def one(text: str) -> str | None:
        match = _REPORT.fullmatch(text)
        if match is None or not _FIRST_YEAR <= int(match[1]) <= _LAST_YEAR:
            return None
        quarter = match["quarter"] or match["q"]
        number = (_HAN_QUARTERS.get(quarter) or int(quarter)) if quarter else 2 if match["half"] else 4
        return f"{match[1]}-{_QUARTER_ENDS[number - 1]}"

    words = s.drop_nulls().unique()
    days = dict(zip(words.to_list(), map(one, _clean(words)), strict=True))
    return s.replace_strict(list(days), list(days.values()), default=None, return_dtype=pl.String)


def _clean(texts: pl.Series) -> list[str]:
    """Half width, without spaces but for a T between digits, where day and hour would run together."""
    text = texts.str.normalize("NFKC").str.strip_chars()
    return text.str.replace(r"(\d)\s+(\d)", "${1}T${2}").str.replace_all(r"\s+", "").to_list()


def _each(texts: pl.Series, one: Callable[[str], _Value]) -> pl.DataFrame:
    rows: list[_Value] = []
    for text in _clean(texts):
        try:
            rows.append(one(text))
        except _DateError as error:
            rows.append((None, False, False, str(error)))
    schema: dict[str, Any] = {
        "value": pl.String,
        "open": pl.Boolean,
        "serial": pl.Boolean,
        "error": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def _is_open(text: str) -> bool:
    return text.lower() in OPEN_WORDS or re.match(r"9999($|\D|1231)", text) is not None


def _day(year: str, month: str, day: str) -> date:
    if not _FIRST_YEAR <= int(year) <= _LAST_YEAR:
        raise _DateError("date-out-of-range")
    if not 1 <= int(month) <= 12:
        raise _DateError("impossible-month")
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise _DateError("impossible-date") from None


def _month(year: str, month: str) -> str:
    return _day(year, month, "1").isoformat()[:7]


def _moment(text: str, date_1904: bool) -> tuple[str, bool]:
    """A month, a day or a second (ISO), and whether it was a spreadsheet's day number."""
    if match := _DATE.fullmatch(text):
        return _day(*match.groups()).isoformat(), False
    if match := _DATE_TIME.fullmatch(text) or _COMPACT_DATE_TIME.fullmatch(text):
        year, month, day, half, hour, minute, second, late, zone = match.groups()
        start = _day(year, month, day)
        return _clock(start, _hour(int(hour), half or late), minute, second, zone), False
    if match := _COMPACT.fullmatch(text):
        year, month, day, hour, minute, second, zone = match.groups()
        start = _day(year, month, day)
        return (start.isoformat() if hour is None else _clock(start, int(hour), minute, second, zone)), False
    if match := _MONTH.fullmatch(text):
        return _month(match[1], match[2] or match[3]), False
    if _YEAR_AND_MONTH.fullmatch(text):
        raise _DateError("ambiguous-date")
    if match := _SERIAL.fullmatch(text):
        return _from_serial(match[1], match[2], date_1904), True
    if re.fullmatch(r"\d{4}年?", text):
        raise _DateError("year-only")
    raise _DateError("not-a-date")


def _hour(hour: int, half: str | None) -> int:
    if half in ("下午", "晚上") or (half and half.upper() == "PM"):
        return hour + 12 if hour < 12 else hour
    if half and half.upper() == "AM" and hour == 12:
        return 0
    return hour


def _clock(day: date, hour: int, minute: str | None, second: str | None, zone: str | None) -> str:
    parts = hour, int(minute or 0), int(second or 0)
    # 24:00 is how the end of a day is written.
    midnight = parts == (24, 0, 0)
    try:
        moment = datetime(day.year, day.month, day.day, 0 if midnight else parts[0], parts[1], parts[2])
    except ValueError:
        raise _DateError("impossible-date") from None
    if midnight:
        moment += timedelta(days=1)
    if zone:
        offset = timedelta(0)
        if zone.upper() != "Z":
            digits = zone[1:].replace(":", "")
            offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
            offset = -offset if zone[0] == "-" else offset
        moment = moment.replace(tzinfo=timezone(offset)).astimezone(_SHANGHAI).replace(tzinfo=None)
    return moment.isoformat(timespec="seconds")


def _from_serial(days: str, part: str | None, date_1904: bool) -> str:
    if not _SERIALS[0] <= int(days) <= _SERIALS[1]:
        raise _DateError("not-a-date")
    # Day 60 of the 1900 system is a 29 February that never was; serials this large are past it.
    start = datetime(1904, 1, 1) if date_1904 else datetime(1899, 12, 30)
    moment = start + timedelta(days=int(days))
    if part is None or not int(part):
        return moment.date().isoformat()
    moment += timedelta(seconds=round(int(part) * 86400 / 10 ** len(part)))
    return moment.isoformat(timespec="seconds")


def _months(text: str, date_1904: bool) -> list[str]:
    if match := _QUARTER.fullmatch(text):
        quarter = match[2] or match[3] or match[4]
        number = _HAN_QUARTERS.get(quarter) or int(quarter)
        return [_month(match[1], str(3 * number - 2 + i)) for i in range(3)]
    try:
        return [_moment(text, date_1904)[0][:7]]
    except _DateError as error:
        match = _SPELL.fullmatch(text)
        if match is None or str(error) != "not-a-date":
            raise
    first = _month(match[1], match[2])
    last = _month(match[3] or match[1], match[4])
    start, end = (int(m[:4]) * 12 + int(m[5:]) - 1 for m in (first, last))
    if start > end:
        raise _DateError("band-reversed")
    if end - start >= _MOST_MONTHS:
        raise _DateError("date-out-of-range")
    return [f"{m // 12:04d}-{m % 12 + 1:02d}" for m in range(start, end + 1)]
