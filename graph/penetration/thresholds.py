"""Thresholds of shares, and the three verdicts a range can have against one."""

from __future__ import annotations

import math
import re
from typing import Final, Literal

from graph.penetration.register import TOLERANCE
from graph.penetration.tables import OwnershipError

Verdict = Literal["certain", "possible", "excluded"]
"""certain: the lower bound meets the threshold; possible: only the upper one does; excluded: neither."""

VERDICTS: Final[dict[Verdict, tuple[str, str]]] = {
    "certain": ("确定", "certain"),
    "possible": ("可能", "possible"),
    "excluded": ("排除", "excluded"),
}
_NUMBER: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([%％]?)")


class ThresholdError(OwnershipError):
    """A threshold that is no fraction of a whole, or of unknown unit."""

    def __init__(self, asked: object):
        number = str(asked).strip().removesuffix(".0")
        bare = re.fullmatch(r"\d+(\.\d+)?", number) is not None and 1.0 < float(number) <= 100.0
        super().__init__(
            f"阈值“{asked}”无法识别："
            + (
                f"若指 {number}%，请写成 {number}% 或 {float(number) / 100:g}。"
                if bare
                else "请写成 25% 或 0.25。"
            ),
            f"The threshold {asked!r} can't be read: "
            + (
                f"for {number} per cent write {number}% or {float(number) / 100:g}."
                if bare
                else "write 25% or 0.25."
            ),
        )


def read_threshold(asked: str | float) -> float:
    """A fraction above 0 and up to 1, from "25%", "0.25" or 0.25. Raises `ThresholdError`: a bare 25 is not guessed."""
    if isinstance(asked, str):
        read = _NUMBER.fullmatch(asked.strip())
        if read is None:
            raise ThresholdError(asked)
        value = float(read[1]) / (100.0 if read[2] else 1.0)
    else:
        value = float(asked)
    if not math.isfinite(value) or not 0.0 < value <= 1.0:
        raise ThresholdError(asked)
    return value


def verdict(low: float | None, high: float | None, threshold: float, high_open: bool = False) -> Verdict:
    """The verdict on a share between two bounds; `high` None: not bounded. At the threshold counts as meeting it.

    Compared at 1e-9: 0.10 × 0.25 + 0.30 × 0.75 is 0.24999999999999997 in floating point.
    """
    if low is not None and low >= threshold - TOLERANCE:
        return "certain"
    if high is None:
        return "possible"
    if high > threshold + TOLERANCE or (high >= threshold - TOLERANCE and not high_open):
        return "possible"
    return "excluded"
