"""How many dwellings were held, from when to when: the months of a finding, parted where the number changes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from detectors.households.months import months_of, months_said
from graph.counted import counted

_SAID: Final = 4
"""Periods that the text tells; the facts have all."""


def by_period(
    counts: Mapping[str, int], paid: Collection[str], between: Callable[[str], int] | None = None
) -> tuple[dict[str, Any], dict[str, str]]:
    """The facts (`dwelling_count`: the largest) and the words of a finding; see `dwelling_periods` and `period_words`."""
    periods = dwelling_periods(counts, paid, between)
    most = max(p["dwelling_count"] for p in periods)
    return {"dwelling_count": most, "dwelling_periods": periods}, period_words(periods)


def dwelling_periods(
    counts: Mapping[str, int], paid: Collection[str], between: Callable[[str], int] | None = None
) -> list[dict[str, Any]]:
    """Periods (`from`, `to`, months; `dwelling_count`) in which as many were held in every month.

    `counts`: by the months of the finding. A month of `paid` that is none of them parts two periods, and so does one in which
    nothing was paid and another number was held (`between`, where it is known).
    """
    found: list[dict[str, Any]] = []
    joined = False
    for month in months_of(min(counts), max(counts)):
        here = counts.get(month)
        if here is None:
            held = found[-1]["dwelling_count"]
            joined = joined and month not in paid and (between is None or between(month) == held)
            continue
        if joined and found[-1]["dwelling_count"] == here:
            found[-1]["to"] = month
        else:
            found.append({"from": month, "to": month, "dwelling_count": here})
        joined = True
    return found


def period_words(periods: list[dict[str, Any]]) -> dict[str, str]:
    """`count_zh`, `count_en`: how many, after 住房 and `held`; of several periods each with its months."""
    if len(periods) == 1:
        count = periods[0]["dwelling_count"]
        return {"count_zh": f"{count}套", "count_en": counted(count, "dwelling")}
    said = [
        (months_said([p["from"], p["to"]]), p["dwelling_count"], n) for n, p in enumerate(periods[:_SAID])
    ]
    more = len(periods) - len(said)
    zh = "，".join(f"{months}为{count}套" for months, count, _ in said)
    en = ", ".join(f"{count if n else counted(count, 'dwelling')} in {months}" for months, count, n in said)
    return {
        "count_zh": zh + (f"，另有{more}个时段" if more else ""),
        "count_en": en + (f" and so on for {counted(more, 'more period')}" if more else ""),
    }
