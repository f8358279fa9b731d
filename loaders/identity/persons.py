"""Documents of natural persons: recognised, hashed, masked."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from loaders.identity.check_digits import plain_resident, valid_resident_check
from loaders.identity.forms import (
    clean_ids,
    is_masked,
    is_no_id,
    lost_digits,
    masked,
    resident_birth_dates,
    trim_ids,
    unparted,
)
from loaders.identity.person_key import PersonKey, resident_id_18

DOCUMENT_KINDS: Final = {
    "resident_id": (
        "身份证",
        "居民身份证",
        "公民身份证",
        "公民身份号码",
        "二代身份证",
        "第二代居民身份证",
        "中华人民共和国居民身份证",
        "临时身份证",
        "临时居民身份证",
        "户口簿",
        "居民户口簿",
        "户口本",
        "港澳台居民居住证",
        "港澳居民居住证",
        "台湾居民居住证",
        "01",
        "1",
    ),
    "hk_macau_permit": (
        "港澳通行证",
        "港澳居民来往内地通行证",
        "港澳居民通行证",
        "来往内地通行证",
        "港澳来往内地通行证",
        "回乡证",
    ),
    "taiwan_permit": ("台胞证", "台湾居民来往大陆通行证", "台湾通行证", "台湾居民通行证", "来往大陆通行证"),
    "passport": ("护照", "普通护照", "中国护照", "外国护照", "外籍护照", "中华人民共和国护照"),
    "military_id": ("军官证", "士兵证", "军人证", "警官证", "武警警官证", "军人身份证件"),
    "permanent_residence": ("外国人永久居留证", "外国人永久居留身份证", "永久居留证"),
}
"""Kinds of document and what they are called (a household book and a residence card for people from Hong Kong,
Macau and Taiwan carry an 18-character number of the resident series)."""

_KIND_OF: Final = {name: kind for kind, names in DOCUMENT_KINDS.items() for name in names} | {
    kind: kind for kind in DOCUMENT_KINDS
}
_RESIDENT: Final = r"^([0-9]{15}|[0-9]{17}[0-9X])$"
_PERMIT: Final = r"^[HM][0-9]{8}([0-9]{2})?$"
_PASSPORT: Final = r"^([EG][0-9]{8}|E[A-Z][0-9]{7}|[DSP]E?[0-9]{7,8})$"
_SCHEMED: Final = r"^(person|person\.[a-z.]+|local|[a-z]{2,}(-[a-z0-9]+)+):\S"


def document_kinds(s: pl.Series) -> pl.Series:
    """Codes of a column that names kinds of document; unknown words → `other:<word>`, empty → null."""
    word = s.cast(pl.String).str.normalize("NFKC").str.replace_all(r"[\s()]+", "")
    word = word.replace("", None)
    word = pl.select(
        pl.when(~is_no_id(word).fill_null(True) | word.is_in(list(_KIND_OF))).then(word)
    ).to_series()
    known = word.replace_strict(_KIND_OF, default=None, return_dtype=pl.String)
    lower = word.str.to_lowercase().replace_strict(_KIND_OF, default=None, return_dtype=pl.String)
    return known.fill_null(lower).fill_null("other:" + word).alias("id_kind")


def read_person_ids(
    s: pl.Series, kinds: pl.Series | None, key: PersonKey, numeric: pl.Series | None = None
) -> pl.DataFrame:
    """What each cell of a person id column says. One row a cell, with columns (all `String`)

    * `id`: `person:<keyed hash>`; `person.local:…` for an id that is no document; ids with a scheme as given;
      null where the cell identifies nobody;
    * `id_kind`: code of the document, by the column `kinds` where it says one, else by form;
    * `id_masked`: the number with its middle masked; * `birth_date`: the one inside a resident id;
    * `flag`: `masked`, `resident-id-form`, `resident-id-birth-date`, `resident-id-check-digit`
      (all kept, never merged: `id` is null);
    * `error`: `numeric-id`, a number that has lost its last digits.

    The area code is not checked: areas are abolished and renamed. Source: GB 11643-1999; ISO 7064 MOD 11-2.
    """
    text = s.cast(pl.String)
    plain = plain_resident(text)
    if kinds is not None:
        plain = plain & _of_residents(kinds)
    if numeric is not None:
        plain = plain & ~numeric.fill_null(False)
    at = plain.arg_true()
    born = resident_birth_dates(text.gather(at))
    if born.null_count():
        plain = plain.scatter(at.filter(born.is_null()), False)
        at, born = plain.arg_true(), born.drop_nulls()
    if not len(at):
        return _read_closely(text, kinds, key, numeric)
    right = _right_numbers(text if len(at) == len(s) else text.gather(at), born, key)
    if len(at) == len(s):
        return right
    others = (~plain).arg_true()
    closely = _read_closely(
        text.gather(others),
        None if kinds is None else kinds.gather(others),
        key,
        None if numeric is None else numeric.gather(others),
    )
    place = np.empty(len(s), dtype=np.int64)
    place[at.to_numpy()] = np.arange(len(at))
    place[others.to_numpy()] = len(at) + np.arange(len(others))
    return pl.concat([right, closely])[pl.Series(place)]


def _of_residents(kinds: pl.Series) -> pl.Series:
    """Where the source says that the document is a resident's, or nothing."""
    words = kinds.unique()
    codes = document_kinds(words)
    return kinds.is_null() | kinds.is_in(words.filter(codes.is_null() | (codes == "resident_id")).implode())


def _right_numbers(text: pl.Series, born: pl.Series, key: PersonKey) -> pl.DataFrame:
    """What `_read_closely` says of resident ids that need no cleaning and are right."""
    kind = pl.Series(["resident_id"]).new_from_index(0, len(text))
    none = pl.lit(None, pl.String)
    return pl.select(
        id=key.person_ids(text, kind),
        id_kind=kind,
        id_masked=masked(text),
        birth_date=born,
        flag=none,
        error=none,
    )


def _read_closely(
    s: pl.Series, kinds: pl.Series | None, key: PersonKey, numeric: pl.Series | None
) -> pl.DataFrame:
    """Cell by cell what it may be; see `read_person_ids`."""
    kept = trim_ids(s)
    upper = unparted(clean_ids(kept))
    lost = lost_digits(upper, numeric)
    present = ~is_no_id(upper).fill_null(True) & ~lost
    schemed = kept.str.contains(_SCHEMED).fill_null(False) & present
    blotted = is_masked(upper) & present & ~schemed
    stated = (
        document_kinds(kinds)
        if kinds is not None
        else pl.Series([None], dtype=pl.String).new_from_index(0, len(s))
    )
    frame = pl.DataFrame(
        {
            "kept": kept,
            "upper": upper,
            "present": present,
            "schemed": schemed,
            "blotted": blotted,
            "stated": stated,
        }
    ).with_columns(
        id_kind=pl.when(~pl.col("present") | pl.col("schemed"))
        .then(None)
        .when(pl.col("stated").is_not_null())
        .then("stated")
        .when(pl.col("upper").str.contains(_RESIDENT))
        .then(pl.lit("resident_id"))
        .when(pl.col("upper").str.contains(_PERMIT))
        .then(pl.lit("hk_macau_permit"))
        .when(pl.col("upper").str.contains(_PASSPORT))
        .then(pl.lit("passport"))
    )
    kind = frame["id_kind"]
    resident = (kind == "resident_id").fill_null(False) & ~blotted
    number = pl.select(pl.when(resident).then(resident_id_18(upper)).otherwise(upper)).to_series()
    # The last two of eleven characters count how often the permit was issued anew.
    permit = (kind == "hk_macau_permit").fill_null(False)
    if permit.any():
        number = pl.select(
            pl.when(permit).then(number.str.replace(r"^([HM][0-9]{8})[0-9]{2}$", "${1}")).otherwise(number)
        ).to_series()
    born = resident_birth_dates(number)
    flag = pl.select(
        pl.when(blotted)
        .then(pl.lit("masked"))
        .when(resident & ~number.str.contains(r"^[0-9]{17}[0-9X]$").fill_null(False))
        .then(pl.lit("resident-id-form"))
        .when(resident & born.is_null())
        .then(pl.lit("resident-id-birth-date"))
        .when(resident & ~valid_resident_check(number))
        .then(pl.lit("resident-id-check-digit"))
    ).to_series()
    document = kind.is_not_null() & flag.is_null()
    hashed = key.person_ids(
        pl.select(pl.when(document).then(number)).to_series(),
        pl.select(pl.when(document).then(kind)).to_series(),
    )
    shown = masked(pl.select(pl.when(kind.is_not_null() | blotted).then(number)).to_series())
    return frame.with_columns(
        hashed=hashed, flag=flag, shown=shown, born=born, resident=resident, lost=lost
    ).select(
        id=pl.when(pl.col("hashed").is_not_null())
        .then("hashed")
        .when("schemed")
        .then(pl.col("kept").str.replace(r"^local:", "person.local:"))
        .when(pl.col("present") & pl.col("flag").is_null())
        .then("person.local:" + pl.col("kept")),
        id_kind="id_kind",
        id_masked="shown",
        birth_date=pl.when(pl.col("resident") & pl.col("flag").is_null()).then("born"),
        flag="flag",
        error=pl.when("lost").then(pl.lit("numeric-id")),
    )
