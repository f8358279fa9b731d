"""What the listed paths of a share come to, and what the share has besides: loops, or paths that are not listed."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from typing import Final

_CLOSE: Final = 1e-9
_NUMBER: Final = r"([0-9]+(?:\.[0-9]+)?(?:e-[0-9]+)?)%"
_BAND: Final = re.compile(rf"{_NUMBER}(?:–{_NUMBER})?")


def added(formulas: Iterable[str]) -> tuple[float, float] | None:
    """The bounds that paths come to together, by their formulas ("57.5% × 64% = 36.8%"); None where one tells nothing."""
    low, high = 0.0, 0.0
    for formula in formulas:
        product = _product(formula)
        if product is None:
            return None
        low, high = low + product[0], high + product[1]
    return low, high


def _product(formula: str) -> tuple[float, float] | None:
    factors, _, total = formula.partition(" = ")
    bands = [_BAND.fullmatch(part) for part in ([total] if total else factors.split(" × "))]
    ends = [(float(b[1]) / 100, float(b[2] or b[1]) / 100) for b in bands if b]
    if len(ends) != len(bands):
        return None
    return math.prod(low for low, _ in ends), math.prod(high for _, high in ends)


def rest_beside(
    share: float | None, share_min: float | None, share_max: float | None, low: float, high: float
) -> tuple[float, float] | None:
    """What a share has beside paths that come to `low`, `high`, as bounds.

    None where its upper bound is not above theirs (or not known), because the registers leave no room for it.
    """
    least = (share_min or 0.0) if share is None else share
    most = share_max if share is None else share
    if most is None or most - high < -_CLOSE:
        return None
    return max(0.0, least - low), max(0.0, most - high)
