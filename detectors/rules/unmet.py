"""Local rules whose region held nothing a run looked at: misspelt, or written by code where the data give names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from detectors.definition import Detector, Row
from detectors.rows import table
from detectors.rules.places import reach
from detectors.rules.values import LocalRule, RuledValues

_PLACES: Final = ("region", "household_region")
"""Columns with the district that pays, or that judged a household."""
_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Unmet:
    """A rule whose region no place lies in; `places`: some of those that the data do give, none where they give none."""

    detector: str
    rule: LocalRule
    places: tuple[str, ...]


def unmet(detector: Detector, rows: Mapping[str, Sequence[Row]], values: RuledValues) -> Iterator[Unmet]:
    """The detector's rules of a region that no place of its rows, and none that it judged by, lies in.

    `values`: those that the detector has settled by; `rows`: the answers to its queries.
    """
    rules = values.of_regions()
    if not rules:
        return
    places = values.places() | {
        place
        for answer in rows.values()
        for column in _PLACES
        if column in (told := table(answer)).columns
        for place in told[column].cast(pl.String).drop_nulls().unique()
        if place
    }
    for rule in rules:
        if all(reach(place, rule.region) is None for place in places):
            yield Unmet(detector.id, rule, tuple(sorted(places)[:_SHOWN]))
