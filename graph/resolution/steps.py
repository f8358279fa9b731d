"""Changes of one holder on one day: what of them follows on one another, and what stands side by side."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

Step = tuple[object, object]
"""What one change begins with and what it leaves: two values that are equal where the shares are."""


class Settled(NamedTuple):
    """What holds before and after one day's changes."""

    before: frozenset[object]
    """What a change begins with and none of the day led to."""
    after: frozenset[object]
    """What a change leaves and none of the day begins with."""
    one: bool
    """The changes follow on one another, all of them: they are one, from what was before to what is after."""


def settled(steps: Iterable[Step]) -> Settled:
    """What holds before and after the distinct changes of one holder on one day, whatever order they come in.

    Changes that share a value belong together. Where all that belong together can be walked one after another, each
    once, from a beginning to another end (100 → 60, 60 → 100, 100 → 30), only these two hold; a change that changes
    nothing (60 → 60) is walked on the way. Where the walk returns to where it began (60 → 40, 40 → 60), nobody can tell
    where that was, and everything stands. Elsewhere a value that as many changes lead to as begin with it falls out.

    Source of the rule: a walk over every edge once is there where in and out are equal at all nodes but its ends
    (Euler's condition; that the changes hang together is given).
    """
    before, after = set[object](), set[object]()
    one = True
    for n, together in enumerate(_together(set(steps))):
        one = one and n == 0
        left = Counter(had for had, _ in together)
        left.subtract(Counter(has for _, has in together))
        if not any(left.values()):
            # Round and round; of a single one that changes nothing both sides are the same.
            before |= left.keys()
            after |= left.keys()
            one = one and len(together) == 1
            continue
        walked = sum(abs(count) for count in left.values()) == 2
        one = one and walked
        for value, count in left.items():
            standing = count != 0
            if standing and (count > 0 or not walked) and any(had == value for had, _ in together):
                before.add(value)
            if standing and (count < 0 or not walked) and any(has == value for _, has in together):
                after.add(value)
    return Settled(frozenset(before), frozenset(after), one)


def standing(stated: Mapping[str, set[Step]]) -> set[tuple[str, Step]]:
    """Which changes of one holder on one day count, each with its date of observation.

    `stated`: the changes by the date on which they were observed. The latest ones count: a change that an earlier
    look saw otherwise (100 → 60, and later 100 → 50) is corrected. Of an earlier look those count as well that with
    them follow on one another (100 → 60, and later 60 → 30): they are other steps of that day. Which one of several
    that would, can't be told: none of them then.
    """
    days = sorted(stated, reverse=True)
    found = {(days[0], step) for step in stated[days[0]]}
    kept = set(stated[days[0]])
    for day in days[1:]:
        left = stated[day] - kept
        while left:
            more = left if settled(kept | left).one else None
            if more is None:
                single = [step for step in left if settled(kept | {step}).one]
                if len(single) != 1:
                    break
                more = set(single)
            found |= {(day, step) for step in more}
            kept |= more
            left = left - more
    return found


def _together(steps: set[Step]) -> Iterator[list[Step]]:
    """The steps that hang together by a common value."""
    at: dict[object, set[Step]] = defaultdict(set)
    for step in steps:
        for value in step:
            at[value].add(step)
    while at:
        reached, waiting = set[Step](), [next(iter(at))]
        while waiting:
            for step in at.pop(waiting.pop(), set()):
                reached.add(step)
                waiting += [value for value in step if value in at]
        yield list(reached)
