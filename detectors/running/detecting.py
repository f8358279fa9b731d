"""Running the detectors on a store: what is in play is brought up to date first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from detectors.definition import Detector, Undecided
from detectors.finding import Finding
from detectors.registry import DETECTORS
from detectors.rules.file import RulesError, check_rules
from detectors.rules.values import NO_RULES, LocalRules
from detectors.running.runner import Run, run
from graph.in_play import is_current, refresh_in_play
from graph.stores import GraphStore
from graph.written_toml import WrittenTomlError, read_toml_file

Progress = Callable[[str, int, int], None]


def detect(
    store: GraphStore,
    wanted: Sequence[Detector],
    progress: Progress | None = None,
    rules: LocalRules = NO_RULES,
    denominators: bool = True,
) -> Run:
    """Findings of the wanted detectors, under local rules where there are any. The store must be open for writing unless what is in play is current."""
    if any(d.in_play for d in wanted) and not is_current(store):
        refresh_in_play(store, progress)
    return detect_as_it_stands(store, wanted, progress, rules, denominators)


def detect_as_it_stands(
    store: GraphStore,
    wanted: Sequence[Detector],
    progress: Progress | None = None,
    rules: LocalRules = NO_RULES,
    denominators: bool = True,
) -> Run:
    """The same of a store, or what is seen of one, whose answers about what is in play are known to be current."""
    ids = {d.id for d in wanted}
    # A stronger tier runs beside a weaker one, so that the weaker need not repeat it; then it is left out again.
    stronger = {other for d in wanted for other in d.yields_to}
    own = [d for d in wanted if all(d.id != product.id for product in DETECTORS)]
    found = run(
        store, [*(d for d in DETECTORS if d.id in ids | stronger), *own], rules, progress, denominators
    )
    return replace(
        found,
        findings=tuple(f for f in found.findings if f.detector in ids),
        undecided=tuple(u for u in found.undecided if u[0] in ids),
        population={k: v for k, v in found.population.items() if k in ids},
        missing={k: v for k, v in found.missing.items() if k in ids},
        loud={k: v for k, v in found.loud.items() if k in ids},
        unmet=tuple(u for u in found.unmet if u.detector in ids),
    )


def rules_from(path: Path | None, own: Sequence[Detector] = ()) -> LocalRules:
    """The rules of a file, for the product's detectors and an operator's own; none without one. Raises `RulesError`."""
    if path is None:
        return NO_RULES
    try:
        document = read_toml_file(path)
    except WrittenTomlError as error:
        raise RulesError([(f"{path}：{error.zh}", f"{path}: {error.en}")]) from error
    return check_rules(document, (*DETECTORS, *own))


@dataclass(frozen=True, slots=True)
class Trial:
    """What other rules would change: findings that would appear, disappear, or stand with other facts (before, after).

    `undecided`, `decided`: what could then not be decided any more, and what could, each with its detector.
    """

    appear: tuple[Finding, ...]
    disappear: tuple[Finding, ...]
    changed: tuple[tuple[Finding, Finding], ...]
    undecided: tuple[tuple[str, Undecided], ...]
    decided: tuple[tuple[str, Undecided], ...]
    suppressed: Mapping[str, Mapping[str, str]]
    """Of those that disappear by being suppressed: fingerprint → the rule that does it, with its reason."""

    def open_now(self, found: Finding) -> bool:
        """Can it not be decided any more of one that disappears?"""
        here = (found.detector, found.scope_kind, found.scope_id)
        return any((d, u.scope_kind, u.scope_id) == here for d, u in self.undecided)


def compare(live: Run, tried: Run) -> Trial:
    """A suppressed finding counts as not there."""
    before = {f.fingerprint: f for f in live.findings if not f.suppressed_by}
    after = {f.fingerprint: f for f in tried.findings if not f.suppressed_by}
    set_aside = {f.fingerprint: f.suppressed_by for f in tried.findings if f.suppressed_by}
    both = [(before[k], after[k]) for k in before if k in after]
    return Trial(
        tuple(f for k, f in after.items() if k not in before),
        tuple(f for k, f in before.items() if k not in after),
        tuple((b, a) for b, a in both if b.text != a.text),
        _only_in(tried, live),
        _only_in(live, tried),
        {k: set_aside[k] for k in before if k in set_aside},
    )


def _only_in(one: Run, other: Run) -> tuple[tuple[str, Undecided], ...]:
    """What one run leaves undecided and the other does not.

    Of one scope several things may be missing. The same one, told of others or with other numbers, is no second one.
    """
    here, there = set(one.undecided), set(other.undecided)
    reworded = Counter(_what(*gap) for gap in there - here)
    found = []
    for gap in dict.fromkeys(one.undecided):
        if gap in there:
            continue
        if reworded[_what(*gap)]:
            reworded[_what(*gap)] -= 1
        else:
            found.append(gap)
    return tuple(found)


def _what(detector: str, gap: Undecided) -> tuple[str, str, str, str]:
    """What is missing of what, whatever its numbers."""
    return detector, gap.scope_kind, gap.scope_id, re.sub(r"\d+", "#", gap.missing_en)
