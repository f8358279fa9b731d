"""The written form of ids: cleaning, masks, and numbers that give a person away."""

from __future__ import annotations

import re
from typing import Final

import polars as pl

from loaders.identity.check_digits import valid_registration_number, valid_resident_check, valid_uscc

NOT_AN_ID: Final = (
    "非公示项",
    "非公示",
    "不公示",
    "未公示",
    "未公开",
    "不公开",
    "非公开",
    "保密",
    "不详",
    "未知",
    "待补",
    "待补充",
    "未填写",
    "未提供",
    "未匹配到相关企业",
    "暂无",
    "无",
    "空",
    "自然人",
    "身份证",
    "护照",
    "NULL",
    "NONE",
    "NAN",
    "NA",
    "N/A",
    "#N/A",
    "\\N",
    "-",
    "--",
    "—",
    "——",
    "/",
    "\\",
    ".",
    "?",
)
"""What stands in id columns and identifies nobody (upper-cased, NFKC)."""

_MASK: Final = r"[*●•○■□◆×]|#{2,}|X{4,}"
_LONG: Final = r"^-?[0-9]{16,}(?:\.0*)?$"
# Excel shows long numbers so, and a CSV saved from it holds no more than these digits.
_SCIENTIFIC: Final = r"^[0-9](?:\.[0-9]+)?E\+?[0-9]{1,3}$"
_SCIENTIFIC_CODE: Final = r"^[0-9](?:\.[0-9]+)?E\+[1-9][0-9]{1,2}$"
_RESIDENT_FORM: Final = r"^[0-9]{17}[0-9X]$"
_WITHIN: Final = re.compile(r"(?<![0-9A-Za-z])(?:\d{17}[\dXxＸｘ]|\d{15})(?![0-9A-Za-z])")
_BETWEEN: Final = r"[\s\-‐-―－·_＿/／.．]"
_MAY_BE_A_PERSONS: Final = r"^[0-9][0-9\-‐-―·_/.]{13,40}[0-9X]$"
DIGITS_WITHIN: Final = rf"\d(?:{_BETWEEN}{{0,4}}\d){{14}}"
"""So many digits a text has, together or parted, that holds a person's number."""
_PARTED: Final = re.compile(
    rf"(?<![0-9A-Za-z])(?:\d(?:{_BETWEEN}{{0,4}}\d){{16}}{_BETWEEN}{{0,4}}[\dXxＸｘ]"
    rf"|\d{{6}}{_BETWEEN}{{1,4}}\d{{6}}{_BETWEEN}{{0,4}}\d{{3}})(?![0-9A-Za-z])"
)
"""The same with spaces, dashes, `_`, `/` or `.` within: 110101 19900101 1234, 110101_19900101_1234. One of 15 digits is parted at its birth date alone: a
number of a telephone with its extension, or of a tender, has as many."""
_PARTED_15: Final = rf"^\d{{6}}{_BETWEEN}{{1,4}}\d{{6}}{_BETWEEN}{{0,4}}\d{{3}}$"


def trim_ids(s: pl.Series) -> pl.Series:
    """Ids without what spreadsheets put around them: spaces, tabs, apostrophes, `="…"`; half width.

    Case and single inner spaces are kept: in an id of one's own they may tell two apart. Nothing left → null.
    """
    text = s.cast(pl.String)
    if text.str.contains(r"[^!-~]|[='\"`]").any():
        text = (
            text.str.normalize("NFKC")
            .str.replace(r'^\s*=\s*"(.*)"\s*$', "${1}")
            .str.replace_all(r"[\s\u200b\ufeff]+", " ")
            .str.strip_chars(" '`\"‘’′“”")
        )
    return text.replace("", None)


def clean_ids(s: pl.Series) -> pl.Series:
    """`trim_ids`, all spaces removed, letters in upper case (x → X)."""
    return trim_ids(s).str.replace_all(" ", "", literal=True).str.to_uppercase()


def is_masked(s: pl.Series) -> pl.Series:
    """Whether part of each id has been blotted out."""
    return s.str.contains(_MASK).fill_null(False)


def is_no_id(s: pl.Series) -> pl.Series:
    """Whether each cleaned value only says that there is no id."""
    return s.is_in(list(NOT_AN_ID))


def lost_digits(s: pl.Series, numeric: pl.Series | None) -> pl.Series:
    """Whether a spreadsheet has dropped digits: a number cell of more than 15 digits, or `4.4E+17` as text."""
    lost = s.str.contains(_SCIENTIFIC).fill_null(False)
    if numeric is not None:
        lost = lost | (numeric & s.str.contains(_LONG)).fill_null(False)
    return lost


def lost_code_digits(s: pl.Series, numeric: pl.Series | None) -> pl.Series:
    """`lost_digits` for numbers that are no party's; a code may well be `1E5`, so that only `1.2E+15` counts."""
    lost = s.str.contains(_SCIENTIFIC_CODE).fill_null(False)
    return lost if numeric is None else lost | (numeric & s.str.contains(_LONG)).fill_null(False)


def valid_dates(year: pl.Series, month: pl.Series, day: pl.Series) -> pl.Series:
    """`YYYY-MM-DD` where digits of year, month and day make a day from 1850 to 2100; else null."""
    text = year + "-" + month + "-" + day
    real = text.str.to_date("%Y-%m-%d", strict=False)
    in_range = real.dt.year().is_between(1850, 2100).fill_null(False)
    return pl.select(pl.when(in_range).then(text)).to_series()


def resident_birth_dates(s: pl.Series) -> pl.Series:
    """The birth date inside each 18-character resident id (`YYYY-MM-DD`); null where it is no date."""
    return valid_dates(s.str.slice(6, 4), s.str.slice(10, 2), s.str.slice(12, 2))


def looks_like_person_number(s: pl.Series) -> pl.Series:
    """Whether each value is, or is meant to be, a person's resident id (Boolean; null → false).

    18 characters with a birth date or a right check character, or 15 digits with a birth date that are no
    registration number of a company. A valid credit code that starts with 9 is a company's; and so is a wrong one of the
    market regulator's (91, 92, 93), where only a foreigner's residence card begins so, unless it is right as a person's.
    One parted by dashes, `_`, `/` or `.` is a person's only where both are right: other numbers have as many digits.
    """
    text = clean_ids(s)
    out = text.str.contains(_MAY_BE_A_PERSONS).fill_null(False)
    at = out.arg_true()
    if not len(at):
        return out
    written = text.gather(at)
    some = written.str.replace_all(_BETWEEN, "")
    parted = written != some
    long = some.str.contains(_RESIDENT_FORM)
    company = valid_uscc(some) & (some.str.starts_with("9") | ~valid_resident_check(some))
    born_18 = resident_birth_dates(some).is_not_null()
    born_15 = valid_dates("19" + some.str.slice(6, 2), some.str.slice(8, 2), some.str.slice(10, 2))
    checked = valid_resident_check(some)
    regulator = some.str.contains("^9[123]")
    person_18 = long & ~company & ((born_18 & checked) | ((born_18 | checked) & ~regulator))
    short = some.str.contains("^[0-9]{15}$")
    person_15 = short & born_15.is_not_null() & ~valid_registration_number(some)
    parted_15 = person_15 & written.str.contains(_PARTED_15)
    right = pl.select(
        pl.when(parted).then((person_18 & born_18 & checked) | parted_15).otherwise(person_18 | person_15)
    ).to_series()
    return out.scatter(at, right)


def unparted(s: pl.Series) -> pl.Series:
    """Cleaned ids, in which a person's number that is parted by dashes, `_`, `/` or `.` is written together."""
    at = (s.str.contains(r"[^0-9X]") & s.str.contains(_MAY_BE_A_PERSONS)).fill_null(False).arg_true()
    if not len(at):
        return s
    some = s.gather(at)
    mine = looks_like_person_number(some)
    return s.clone().scatter(at.filter(mine), some.filter(mine).str.replace_all(_BETWEEN, ""))


def valid_resident_number(s: pl.Series) -> pl.Series:
    """Whether each value is a whole resident id: its form, a birth date, a right check character (null → false)."""
    text = clean_ids(s)
    born = resident_birth_dates(text).is_not_null()
    return (text.str.contains(_RESIDENT_FORM) & born & valid_resident_check(text)).fill_null(False)


def mask(value: str) -> str:
    """A number with its middle blotted out: `9999**********0021`, `E1*****89`, `A***`."""
    text = value.strip()
    n = len(text)
    keep = 4 if n >= 12 else 2 if n >= 7 else 1 if n >= 3 else 0
    if not n:
        return ""
    if keep == 1:
        return text[0] + "*" * (n - 1)
    return text[:keep] + "*" * max(n - 2 * keep, 2) + (text[-keep:] if keep else "")


def masked(s: pl.Series) -> pl.Series:
    """`mask` of every value; a value that is masked already stays as it is."""
    text = s.cast(pl.String)
    done = is_masked(text)
    regular = (text.str.len_chars() == 18).fill_null(False) & ~done
    quick = text.str.slice(0, 4) + "*" * 10 + text.str.slice(14)
    out = pl.select(pl.when(regular).then(quick).otherwise(text)).to_series()
    rest = (~regular & ~done & text.is_not_null()).arg_true()
    return out.scatter(rest, [mask(v) for v in text.gather(rest)])


def masked_within(s: pl.Series) -> pl.Series:
    """Text in which each person's resident id is masked, whatever stands before and behind it.

    One with spaces or dashes within is known by its birth date.
    """
    text = s.cast(pl.String)
    at = text.str.contains(DIGITS_WITHIN).fill_null(False).arg_true()
    if not len(at):
        return text
    cells = text.gather(at).to_list()
    return text.scatter(at, _masked_runs(_masked_runs(cells, _WITHIN), _PARTED))


def _masked_runs(cells: list[str], form: re.Pattern[str]) -> list[str]:
    runs = sorted({run for cell in cells for run in form.findall(cell)})
    found = pl.Series(runs, dtype=pl.String)
    bare = found.str.replace_all(_BETWEEN, "").str.normalize("NFKC").str.to_uppercase()
    private = looks_like_person_number(bare)
    if form is _PARTED:
        private &= resident_birth_dates(bare).is_not_null() | (bare.str.len_chars() == 15)
    told = pl.select(pl.when(private).then(masked(bare)).otherwise(found)).to_series()
    shown = dict(zip(runs, told, strict=True))
    return [form.sub(lambda m: shown[m[0]], cell) for cell in cells]


def masked_in(text: str) -> str:
    """`masked_within` of one text."""
    return text if len(text) < 15 else str(masked_within(pl.Series([text]))[0])
