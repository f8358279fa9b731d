"""Check digits of the numbers parties are known by, for whole columns at once."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

_USCC_CHARS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ALNUM: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_RESIDENT_CHECK: Final = "10X98765432"
_RESIDENT_WEIGHTS: Final = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])

Matrix = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]


def _table(alphabet: str) -> npt.NDArray[np.int64]:
    table = np.zeros(256, np.int64)
    table[np.frombuffer(alphabet.encode(), np.uint8)] = np.arange(len(alphabet))
    return table


_NOWHERE: Final = 255
_USCC_PLACES: Final = np.full(256, _NOWHERE, np.uint8)
_USCC_PLACES[np.frombuffer(_USCC_CHARS.encode(), np.uint8)] = np.arange(len(_USCC_CHARS))
_USCC_WEIGHTS: Final = np.array([pow(3, i, 31) for i in range(17)])
_USCC_VALUES: Final = _table(_USCC_CHARS)
_ALNUM_VALUES: Final = _table(_ALNUM)


def _matrix(s: pl.Series, width: int) -> Matrix:
    """One row of bytes a value; every value must have `width` of them."""
    if not len(s):
        return np.zeros((0, width), np.uint8)
    return np.frombuffer(s.str.join("").item().encode(), np.uint8).reshape(len(s), width)


def _matching(s: pl.Series, pattern: str) -> tuple[pl.Series, npt.NDArray[np.int64]]:
    """The values that match, and their positions."""
    at = s.str.contains(pattern).fill_null(False).arg_true()
    return s.gather(at), at.to_numpy().astype(np.int64)


def _spread(n: int, at: npt.NDArray[np.int64], ok: Flags) -> pl.Series:
    out = np.zeros(n, np.bool_)
    out[at] = ok
    return pl.Series(out)


def valid_uscc(s: pl.Series) -> pl.Series:
    """Whether each value is a unified social credit code (统一社会信用代码) with a right check character.

    Source: GB 32100-2015, 4.2 (weights 3^i mod 31, modulus 31).
    """
    values, at = _matching(s, rf"^[{_USCC_CHARS}]{{2}}[0-9]{{6}}[{_USCC_CHARS}]{{10}}$")
    digits = _USCC_VALUES[_matrix(values, 18)]
    return _spread(len(s), at, (31 - digits[:, :17] @ _USCC_WEIGHTS % 31) % 31 == digits[:, 17])


def plain_uscc(s: pl.Series) -> pl.Series:
    """Whether each value is a right credit code just as it stands: `valid_uscc`, faster where most of them are."""
    at = (s.str.len_bytes() == 18).fill_null(False).arg_true()
    codes = _USCC_PLACES[_matrix(s if len(at) == len(s) else s.gather(at), 18)]
    known = (codes != _NOWHERE).all(axis=1) & (codes[:, 2:8] < 10).all(axis=1)
    # Small whole numbers: exact in single precision, and far faster to multiply.
    total = codes[:, :17].astype(np.float32) @ _USCC_WEIGHTS.astype(np.float32)
    ok = (31 - total.astype(np.int64) % 31) % 31 == codes[:, 17]
    return _spread(len(s), at.to_numpy().astype(np.int64), known & ok)


def plain_resident(s: pl.Series) -> pl.Series:
    """Whether each value has a resident id's 17 digits and right check character, just as it stands."""
    at = (s.str.len_bytes() == 18).fill_null(False).arg_true()
    cells = _matrix(s if len(at) == len(s) else s.gather(at), 18)
    digits = cells[:, :17] - np.uint8(ord("0"))
    known = (digits < 10).all(axis=1)
    total = digits.astype(np.float32) @ _RESIDENT_WEIGHTS.astype(np.float32)
    expected = np.frombuffer(_RESIDENT_CHECK.encode(), np.uint8)[total.astype(np.int64) % 11]
    return _spread(len(s), at.to_numpy().astype(np.int64), known & (expected == cells[:, 17]))


def valid_org_code(s: pl.Series) -> pl.Series:
    """Whether each value is a 9-character organisation code (组织机构代码, no hyphen). GB 11714-1997."""
    values, at = _matching(s, r"^[0-9A-Z]{8}[0-9X]$")
    cells = _matrix(values, 9)
    total = _ALNUM_VALUES[cells[:, :8]] @ np.array([3, 7, 9, 10, 5, 8, 4, 2])
    expected = np.frombuffer(b"0123456789X0", np.uint8)[11 - total % 11]
    return _spread(len(s), at, expected == cells[:, 8])


def valid_registration_number(s: pl.Series) -> pl.Series:
    """Whether each value is a 15-digit 注册号 with a right check digit. GS 15-2006 (ISO 7064 MOD 11,10)."""
    values, at = _matching(s, r"^[0-9]{15}$")
    digits = (_matrix(values, 15) - ord("0")).astype(np.int64)
    product = np.full(len(values), 10)
    for i in range(14):
        total = (product + digits[:, i]) % 10
        product = np.where(total == 0, 10, total) * 2 % 11
    return _spread(len(s), at, (product + digits[:, 14]) % 10 == 1)


def valid_lei(s: pl.Series) -> pl.Series:
    """Whether each value is a legal entity identifier. ISO 17442 (ISO 7064 MOD 97-10)."""
    values, at = _matching(s, r"^[0-9A-Z]{18}[0-9]{2}$")
    digits = _ALNUM_VALUES[_matrix(values, 20)]
    rest = np.zeros(len(values), np.int64)
    for i in range(20):
        column = digits[:, i]
        rest = (rest * np.where(column > 9, 100, 10) + column) % 97
    return _spread(len(s), at, rest == 1)


def resident_check_chars(body: pl.Series) -> pl.Series:
    """The 18th character for each 17 digits of a resident id (公民身份号码). GB 11643-1999.

    Every value must be 17 ASCII digits.
    """
    digits = (_matrix(body, 17) - ord("0")).astype(np.int64)
    chars = np.array(list(_RESIDENT_CHECK))[digits @ _RESIDENT_WEIGHTS % 11]
    return pl.Series(chars, dtype=pl.String)


def valid_resident_check(s: pl.Series) -> pl.Series:
    """Whether each value is 17 digits and the right check character; says nothing of date or area."""
    values, at = _matching(s, r"^[0-9]{17}[0-9X]$")
    ok = resident_check_chars(values.str.slice(0, 17)) == values.str.slice(17)
    return _spread(len(s), at, ok.to_numpy())
