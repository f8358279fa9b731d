"""Identifiers of companies, recognised by their form."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from loaders.identity.check_digits import plain_uscc, valid_lei, valid_org_code, valid_uscc
from loaders.identity.forms import (
    clean_ids,
    is_masked,
    is_no_id,
    looks_like_person_number,
    lost_digits,
    trim_ids,
)

_SCHEMED: Final = r"^[A-Za-z][A-Za-z0-9._-]*:[^\s:/]"
_HYPHENED_ORG_CODE: Final = r"^([0-9A-Z]{8})-([0-9X])$"


def read_company_ids(
    s: pl.Series, numeric: pl.Series | None = None, scheme: str | None = None
) -> pl.DataFrame:
    """What each cell of a company id column says. One row a cell, with columns (all `String`)

    * `id`: `cn-uscc:…`, `cn-regno:…`, `cn-orgcode:…`, `lei:…`, `<scheme>:…` as given, else `local:…`;
      null where the cell identifies nobody;
    * `scheme`: of the id; * `value`: the cleaned value, never a person's number;
    * `flag`: `uscc-check-digit` (kept, never merged: see `unverified_company_ids`), `masked`,
      `person-number` (a natural person's number stands where a company's belongs);
    * `error`: `numeric-id`, a number that has lost its last digits.

    `numeric` says which cells were numbers; `scheme` names the register of a column (注册号: `cn-regno`), and
    then nothing is recognised by form. Forms: GB 32100-2015, GB 11714-1997, GS 15-2006, ISO 17442.
    """
    text = s.cast(pl.String)
    plain = plain_uscc(text) if scheme is None else pl.Series([False]).new_from_index(0, len(s))
    if numeric is not None:
        plain = plain & ~numeric.fill_null(False)
    if not plain.any():
        return _read_closely(text, numeric, scheme)
    right = _right_codes(text)
    if plain.all():
        return right
    others = (~plain).arg_true()
    closely = _read_closely(text.gather(others), None if numeric is None else numeric.gather(others), scheme)
    place = np.arange(len(s))
    place[others.to_numpy()] = len(s) + np.arange(len(others))
    return pl.concat([right, closely])[pl.Series(place)]


def _right_codes(text: pl.Series) -> pl.DataFrame:
    """What `_read_closely` says of credit codes that need no cleaning and whose check character is right."""
    none = pl.lit(None, pl.String)
    return pl.select(
        id=pl.lit("cn-uscc:") + text,
        scheme=pl.lit(pl.Series(["cn-uscc"]).new_from_index(0, len(text))),
        value=text,
        flag=none,
        error=none,
    )


def _read_closely(s: pl.Series, numeric: pl.Series | None, scheme: str | None) -> pl.DataFrame:
    """Cell by cell what it may be; see `read_company_ids`."""
    text = trim_ids(s)
    upper = clean_ids(text)
    lost = lost_digits(upper, numeric)
    present = ~is_no_id(upper).fill_null(True) & ~lost
    frame = pl.DataFrame({"text": text, "upper": upper, "lost": lost, "present": present})
    frame = frame.with_columns(prefix=pl.lit(scheme, pl.String))
    schemed = upper.str.contains(_SCHEMED).fill_null(False) & present
    if schemed.any():
        frame = frame.with_columns(schemed=schemed).with_columns(
            prefix=pl.when("schemed")
            .then(pl.col("text").str.extract(r"^([^:]+):").str.to_lowercase())
            .otherwise("prefix"),
            text=pl.when("schemed").then(pl.col("text").str.replace(r"^[^:]+:", "")).otherwise("text"),
        )
        frame = frame.with_columns(upper=clean_ids(frame["text"]))
    frame = frame.with_columns(uscc=valid_uscc(frame["upper"]))
    return _judge(frame)


def _judge(frame: pl.DataFrame) -> pl.DataFrame:
    upper = frame["upper"]
    code = upper.str.replace(_HYPHENED_ORG_CODE, "${1}${2}")
    prefix, uscc = pl.col("prefix"), pl.col("uscc")
    free = prefix.is_null()
    frame = frame.with_columns(
        code=code,
        org=valid_org_code(code),
        lei=valid_lei(upper),
        regno=upper.str.contains(r"^[0-9]{15}$"),
        like_uscc=upper.str.contains(r"^[0-9A-Z]{18}$"),
        masked=is_masked(upper),
        person=looks_like_person_number(upper),
    )
    # In a column of one register 15 digits are that register's, whatever date they may seem to hold.
    person = pl.col("person") & (free | ~pl.col("regno")) & ~uscc
    frame = frame.with_columns(
        form=pl.when(~free)
        .then(prefix)
        .when("uscc")
        .then(pl.lit("cn-uscc"))
        .when("lei")
        .then(pl.lit("lei"))
        .when("regno")
        .then(pl.lit("cn-regno"))
        .when("org")
        .then(pl.lit("cn-orgcode"))
        .otherwise(pl.lit("local")),
        flag=pl.when(pl.col("masked") & ~uscc & ~pl.col("lei"))
        .then(pl.lit("masked"))
        .when(person)
        .then(pl.lit("person-number"))
        .when(~uscc & ((prefix == "cn-uscc") | (free & pl.col("like_uscc"))))
        .then(pl.lit("uscc-check-digit")),
    )
    present = pl.col("present")
    value = (
        pl.when(pl.col("form") == "cn-orgcode")
        .then("code")
        .when(pl.col("form").is_in(["cn-uscc", "lei", "cn-regno"]) | pl.col("like_uscc"))
        .then("upper")
        .otherwise("text")
    )
    flag = pl.col("flag")
    found = present & flag.is_null()
    return frame.select(
        id=pl.when(found).then(pl.col("form") + ":" + value),
        scheme=pl.when(found).then("form"),
        value=pl.when(present & (flag.is_null() | (flag != "person-number"))).then(value),
        flag=pl.when(present).then(flag),
        error=pl.when("lost").then(pl.lit("numeric-id")),
    )
