"""Where the lists of entitlement say nothing: programmes without one, months that none reaches, recipients on none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from detectors.definition import Undecided
from detectors.households.entitlements import Entitlement
from detectors.households.months import months_said
from detectors.households.paid import Recipient
from graph.counted import counted
from graph.programs import may_be

_NAMED: Final = 200
"""Recipients of a programme that are named; all are counted."""


def never_listed(paid: Iterable[Recipient], listed: Sequence[Entitlement]) -> Iterator[Undecided]:
    """Of each programme that has a list: who is paid under it and does not stand on the list in any month."""
    called = {e.same: (e.program_id, e.program) for e in listed}
    on_it: dict[str, set[str]] = defaultdict(set)
    for e in listed:
        on_it[e.same].update((e.of.id, *e.of.persons))
    beside: dict[str, set[str]] = defaultdict(set)
    for of in paid:
        for program in {s.same for s in (*of.spells, *of.undated)}:
            lists = sorted(may_be(program) & called.keys(), key=lambda p: (p != program, p))
            if lists and all(on_it[p].isdisjoint((of.id, *of.persons)) for p in lists):
                beside[lists[0]].add(of.id)
    for (program, name), ids in sorted((called[same], ids) for same, ids in beside.items()):
        yield Undecided(
            "program",
            program,
            tuple(sorted(ids)[:_NAMED]),
            f"有{len(ids)}个领取人不在{name}的资格名单上，是否应享无法判定",
            f"{counted(len(ids), 'recipient is', 'recipients are')} not on the list of {name}: whether they are "
            "entitled can't be decided",
        )


def without_list(
    paid: Iterable[Recipient], listed: Sequence[Entitlement], zh: str, en: str
) -> Iterator[Undecided]:
    """Of each programme that has no list, while others have: who is paid under it. `zh`, `en`: what can't be decided."""
    known = {e.same for e in listed}
    called: dict[str, str] = {}
    ids: dict[str, set[str]] = defaultdict(set)
    for of in paid:
        for s in (*of.spells, *of.undated):
            if s.program_id and known.isdisjoint(may_be(s.same)):
                called[s.program_id] = s.program or s.program_id
                ids[s.program_id].add(of.id)
    for program, name in sorted(called.items()) if known else ():
        yield Undecided(
            "program",
            program,
            tuple(sorted(ids[program])[:_NAMED]),
            f"没有加载{name}的资格名单，{zh}无法判定",
            f"no list of entitlement to {name} is loaded: {en} can't be decided",
        )


def months_unlisted(listed: Sequence[Entitlement], zh: str, en: str) -> Iterator[Undecided]:
    """Of each programme's list: the months paid in which it names nobody. `zh`, `en`: what can't be decided of them."""
    each: dict[str, list[Entitlement]] = defaultdict(list)
    for e in listed:
        each[e.same].append(e)
    for _, mine in sorted(each.items()):
        reached: set[str] = set().union(*(e.reached for e in mine))
        if months := sorted(mine[0].covered - reached):
            yield Undecided(
                "program",
                min(e.program_id for e in mine),
                tuple(sorted(e.of.id for e in mine)[:_NAMED]),
                f"{mine[0].program}的资格名单没有{months_said(months)}中{len(months)}个月的记录，这些月份{zh}无法判定",
                f"the list of {mine[0].program} says nothing of {counted(len(months), 'month')} of {months_said(months)}: "
                f"{en} then can't be decided",
            )
