"""Invented official numbers with true check digits, and draws that are the same on every machine.

All numbers carry the area code 999999, which is assigned to no place, so none of them can be a real one.
"""

from __future__ import annotations

import zlib
from typing import Any, Final

import numpy as np
import numpy.typing as npt

AREA: Final = "999999"

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

_USCC_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS: Final = np.array([pow(3, i, 31) for i in range(17)])
_ORG_WEIGHTS: Final = np.array([3, 7, 9, 10, 5, 8, 4, 2])
_RESIDENT_WEIGHTS: Final = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_RESIDENT_CHECKS: Final = np.frombuffer(b"10X98765432", dtype="S1")
_SURNAMES: Final = "赵钱孙周吴郑冯陈沈韩"
_GIVEN: Final = "安宁平和清明远达光文思齐嘉言立诚景行怀瑾承泽允中"


def draws(seed: int, stream: str, count: int) -> npt.NDArray[np.uint64]:
    """`count` pseudo-random 64-bit numbers, fixed by `seed` and the name of the stream.

    splitmix64 (Steele, Lea, Flood 2014), because the streams of numpy's own generators may change between
    its releases and the demo world must not.
    """
    start = np.uint64((seed * 0x2545F4914F6CDD1D + zlib.crc32(stream.encode())) % 2**64)
    with np.errstate(over="ignore"):
        z = start + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def between(seed: int, stream: str, count: int, low: int, high: int) -> IntArray:
    """`count` whole numbers from `low` to `high`, both included."""
    return (draws(seed, stream, count) % np.uint64(high - low + 1)).astype(np.int64) + low


def company_codes(index: IntArray, kind: str = "91") -> list[str]:
    """统一社会信用代码 for numbers 0 to 99,999,999: 18 characters, both check digits right.

    `kind` is the registering department and the class: 91 enterprise, 11 state organ, 12 public institution.
    Source: GB 32100-2015 (the whole code), GB 11714-1997 (the organisation code inside it).
    """
    body = _digits(index, 8)
    org = (11 - body @ _ORG_WEIGHTS % 11) % 11
    # A remainder that gives 10 is written X, which stands at another place in the longer code's alphabet.
    org_value = np.where(org == 10, _USCC_ALPHABET.index("X"), org)
    head = np.tile(np.array([int(c) for c in kind + AREA]), (len(index), 1))
    values = np.column_stack([head, body, org_value])
    values = np.column_stack([values, (31 - values @ _USCC_WEIGHTS % 31) % 31])
    return _joined(np.array(list(_USCC_ALPHABET), dtype="S1")[values])


def resident_numbers(index: IntArray, child: BoolArray | None = None) -> list[str]:
    """公民身份号码 for numbers 0 to 14,599,999 (children: 5,474,999): 18 characters, check digit right.

    `child` marks those born from 2008 on; all others were born from 1950 to 1989. Source: GB 11643-1999.
    """
    births = births_of(index, child)
    days = np.array([list(b.replace("-", "")) for b in births], dtype=np.int64).reshape(len(index), 8)
    head = np.tile(np.array([int(c) for c in AREA]), (len(index), 1))
    values = np.column_stack([head, days, _digits(index // _span(index, child), 3)])
    checks = _RESIDENT_CHECKS[values @ _RESIDENT_WEIGHTS % 11]
    digits = np.array(list("0123456789"), dtype="S1")[values]
    return _joined(np.column_stack([digits, checks]))


def births_of(index: IntArray, child: BoolArray | None = None) -> list[str]:
    """The birth dates (ISO) inside `resident_numbers(index, child)`."""
    # 7919 is coprime to both spans: neighbours get distant birthdays, and no two numbers are equal.
    day = index * 7919 % _span(index, child)
    first = np.full(len(index), np.datetime64("1950-01-01", "D"))
    if child is not None:
        first[child] = np.datetime64("2008-01-01", "D")
    return [str(d) for d in first + day.astype("timedelta64[D]")]


def _span(index: IntArray, child: BoolArray | None) -> IntArray:
    """The days from the first birthday to the last."""
    span = np.full(len(index), 14_600)
    if child is not None:
        span[child] = 5_475
    return span


def unit_numbers(index: IntArray) -> list[str]:
    """不动产单元号: 28 characters for numbers 0 to 99,999,999."""
    return [f"{AREA}001001GB00001F{i:08d}" for i in index.tolist()]


def lot_scope(tender: str, lot: str) -> str:
    """The id a lot has once it is loaded: its number counts without leading zeros."""
    return f"local:{tender}/{lot.lstrip('0')}"


def invented_name(at: int) -> str:
    """A person's name that no person has: 样本 before an ordinary name."""
    given = _GIVEN[at // len(_SURNAMES) % len(_GIVEN)] + _GIVEN[at * 7 % len(_GIVEN)]
    return f"样本{_SURNAMES[at % len(_SURNAMES)]}{given}"


def _digits(index: IntArray, width: int) -> IntArray:
    powers = 10 ** np.arange(width - 1, -1, -1)
    return np.asarray(index[:, None] // powers % 10, dtype=np.int64)


def _joined(characters: npt.NDArray[Any]) -> list[str]:
    """Rows of single characters as strings."""
    width = characters.shape[1]
    whole = np.ascontiguousarray(characters).view(f"S{width}").ravel()
    return [str(text, "ascii") for text in whole.tolist()]
