"""A `share` object: an exact value or a range, per cent in, fractions out."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Share:
    """Fractions from 0 to 1; None = not stated. `exact` excludes the others."""

    exact: float | None = None
    low: float | None = None
    high: float | None = None
    low_open: bool | None = None
    high_open: bool | None = None

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """(lower, upper): the exact value twice; 0 and 1 where one end isn't stated; None without a share."""
        if self.exact is not None:
            return self.exact, self.exact
        if not self:
            return None, None
        return (0.0 if self.low is None else self.low), (1.0 if self.high is None else self.high)

    @property
    def ends(self) -> tuple[bool | None, bool | None]:
        """Whether the bounds are open; None without a share."""
        return (bool(self.low_open), bool(self.high_open)) if self else (None, None)

    def __bool__(self) -> bool:
        return self.exact is not None or self.low is not None or self.high is not None


def read_share(value: Any) -> tuple[Share, str]:
    """(share, a complaint's code or ""). Complaints that refuse the statement come with an empty share.

    `exclusiveMinimum` is a number in 0.4, and a word about `minimum` (true, false) in older files.
    """
    if value is None:
        return Share(), ""
    if not isinstance(value, dict):
        return Share(), "bods-share-not-a-number"
    numbers: dict[str, Decimal] = {}
    for key in ("exact", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
        number = value.get(key)
        if number is None or (isinstance(number, bool) and key.startswith("exclusive")):
            continue
        if isinstance(number, bool) or not isinstance(number, (int, Decimal)) or not 0 <= number <= 100:
            return Share(), "bods-share-not-a-number"
        numbers[key] = Decimal(number)
    low, low_open = _narrower(numbers, "minimum", "exclusiveMinimum", max)
    high, high_open = _narrower(numbers, "maximum", "exclusiveMaximum", min)
    low_open = low_open or (low is not None and value.get("exclusiveMinimum") is True)
    high_open = high_open or (high is not None and value.get("exclusiveMaximum") is True)
    exact = numbers.get("exact")
    doubled = {"minimum", "exclusiveMinimum"} <= numbers.keys() or {
        "maximum",
        "exclusiveMaximum",
    } <= numbers.keys()
    point = low if exact is None else exact
    if low is not None and high is not None and (low > high or (low == high and (low_open or high_open))):
        return Share(), "bods-share-bounds"
    if exact is not None and (
        (low is not None and (exact < low or (low_open and exact == low)))
        or (high is not None and (exact > high or (high_open and exact == high)))
    ):
        return Share(), "bods-share-bounds"
    if exact is not None or (low is not None and low == high):
        ranged = exact is not None and (low is not None or high is not None)
        return Share(exact=_fraction(point)), "bods-share-exact-and-range" if ranged or doubled else ""
    share = Share(
        None,
        _fraction(low),
        _fraction(high),
        low_open if low is not None else None,
        high_open if high is not None else None,
    )
    return share, "bods-share-exact-and-range" if doubled else ""


def _narrower(
    numbers: dict[str, Decimal], closed: str, exclusive: str, pick: Any
) -> tuple[Decimal | None, bool]:
    """(the bound that says more, whether it is open)."""
    bounds = [(numbers[k], k == exclusive) for k in (closed, exclusive) if k in numbers]
    if not bounds:
        return None, False
    best = pick(b for b, _ in bounds)
    return best, any(is_open for b, is_open in bounds if b == best)


def _fraction(percent: Decimal | None) -> float | None:
    return None if percent is None else float(percent / 100)
