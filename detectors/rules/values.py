"""Values that differ between places and dates, each with the text it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from detectors.definition import Detector, Values
from detectors.rules.places import reach

_BEFORE: Final = "0000-00-00"
"""Before every rule that begins on a day."""


@dataclass(frozen=True, slots=True)
class LocalRule:
    """One value of one parameter, for a region (empty = everywhere) and a time (ISO, half open; empty = open)."""

    detectors: tuple[str, ...]
    parameter: str
    value: float | int | str | bool
    unit: str
    region: str
    in_force_from: str
    in_force_to: str
    citation: str
    link: str = ""

    def holds_on(self, date: str | None) -> bool:
        """Is it in force on `date`? A missing date takes rules without an end."""
        if not date:
            return not self.in_force_to
        return self.in_force_from <= date and (not self.in_force_to or date < self.in_force_to)


class Settled(Mapping[str, Any]):
    """The values that hold at one place and date; `rules` are the local rules among them."""

    def __init__(self, values: Mapping[str, Any], rules: tuple[LocalRule, ...] = ()):
        self._values, self.rules = dict(values), rules

    def __getitem__(self, name: str) -> Any:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


class RuledValues(Mapping[str, Any]):
    """One detector's values under local rules. Read directly, it gives those for everywhere, the newest first."""

    def __init__(self, defaults: Mapping[str, Any], rules: Sequence[LocalRule] = ()):
        self._defaults, self._rules = dict(defaults), tuple(rules)
        self._known: dict[tuple[str, str | None], Settled] = {}
        self.everywhere = self._settled([r for r in rules if not r.region])

    def at(self, region: str, date: str | None) -> Settled:
        """The values for a region on a date: the narrowest region goes first, then the newest rule."""
        key = (region, date)
        if key not in self._known:
            self._known[key] = self._settled([r for r in self._rules if r.holds_on(date)], region)
        return self._known[key]

    def spans(self) -> tuple[tuple[str, str, Settled], ...]:
        """Days from (included) and to (excluded; empty = open), with the values everywhere in that time, in order."""
        wide = [r for r in self._rules if not r.region]
        days = sorted({"", *(r.in_force_from for r in wide), *(r.in_force_to for r in wide)})
        return tuple(
            (day, end, self._settled([r for r in wide if r.holds_on(day or _BEFORE)]))
            for day, end in zip(days, [*days[1:], ""], strict=True)
        )

    def _settled(self, in_force: Sequence[LocalRule], region: str = "") -> Settled:
        fitting = [
            (depth, r.in_force_from, len(r.region), r)
            for r in in_force
            if (depth := reach(region, r.region) if r.region else 0) is not None
        ]
        best = {r.parameter: r for *_, r in sorted(fitting, key=lambda found: found[:-1])}
        return Settled({**self._defaults, **{n: r.value for n, r in best.items()}}, tuple(best.values()))

    def of_regions(self) -> tuple[LocalRule, ...]:
        """The rules that hold in a region alone."""
        return tuple(r for r in self._rules if r.region)

    def places(self) -> set[str]:
        """Every place whose values were asked for so far."""
        return {region for region, _ in self._known if region}

    def stated(self, name: str) -> list[Any]:
        """Every value that a rule gives a parameter."""
        return [r.value for r in self._rules if r.parameter == name]

    def __getitem__(self, name: str) -> Any:
        return self.everywhere[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._defaults)

    def __len__(self) -> int:
        return len(self._defaults)


def most(values: Values, name: str) -> Any:
    """The largest value that holds anywhere, at any time."""
    stated = values.stated(name) if isinstance(values, RuledValues) else ()
    return max([values[name], *stated])


def settle(values: Values, region: str, date: str | None) -> Settled:
    """The values that hold in `region` on `date` (ISO), whether or not there are local rules."""
    if isinstance(values, RuledValues):
        return values.at(region, date)
    return values if isinstance(values, Settled) else Settled(values)


def lies_within(place: str, region: str) -> bool:
    """Does either of two places lie in the other, or name it more fully? By the parts of their names, or by their codes."""
    return reach(place, region) is not None or reach(region, place) is not None


@dataclass(frozen=True, slots=True)
class LocalRules:
    """All rules of one file."""

    title: str
    rules: tuple[LocalRule, ...]

    def values(self, detector: Detector) -> RuledValues:
        """The values of one detector."""
        return RuledValues(detector.defaults, [r for r in self.rules if detector.id in r.detectors])


NO_RULES: Final = LocalRules("", ())
