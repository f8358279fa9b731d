"""Programmes that are granted by a household's means; to those of others (高龄津贴, 耕地补贴) its rules do not apply."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from detectors.definition import Parameter, Undecided, Values
from detectors.households.paid import Recipient, Spell
from detectors.rules.values import settle
from graph.counted import counted

MEANS_TESTED: Final = Parameter(
    "means_tested_programs",
    "低保;最低生活保障;特困;五保;低收入;困难;救助;救济;住房保障;公租房;廉租;租赁补贴",
    "",
    "须核定家庭经济状况的项目，以;分隔，按名称包含匹配；其他项目的发放不判定，只报告有多少领取人符合条件",
    "programmes granted by a household's means, separated by ;, found within the names; of others nothing is judged, and "
    "it is only said how many recipients would be found",
    citation="社会救助暂行办法第九条、第十条",
    separator=";",
)


class Tested:
    """What a run of a detector judges: payments of means-tested programmes; the others it counts, and tells of last.

    A detector without the parameter judges all.
    """

    def __init__(self, values: Values):
        self._values = values
        self._every = MEANS_TESTED.name not in values
        self._words: dict[tuple[str, str], list[str]] = {}
        self._known: dict[tuple[str, str, str], bool] = {}
        self._aside: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))

    def only(self, of: Recipient, found: Iterable[str]) -> Recipient:
        """The recipient with its payments of means-tested programmes alone.

        `found`: the months in which it would be found whatever it is paid.
        """
        spells = tuple(s for s in of.spells if self._tested(of, s))
        if len(spells) == len(of.spells) and all(self._tested(of, s) for s in of.undated):
            return of
        left = set(found) - {s.month for s in spells}
        for spell in of.spells:
            if spell.month in left:
                self._aside[spell.program_id][spell.program].add(of.id)
        return replace(of, spells=spells, undated=tuple(s for s in of.undated if self._tested(of, s)))

    def _tested(self, of: Recipient, spell: Spell) -> bool:
        if self._every or not spell.program:
            # Of a payment without a programme nobody can say that it is of another.
            return True
        region = spell.region or of.region
        at = (region, spell.month, spell.program)
        if (known := self._known.get(at)) is None:
            known = self._known[at] = any(w in spell.program for w in self._words_of(region, spell.month))
        return known

    def _words_of(self, region: str, month: str) -> list[str]:
        if (region, month) not in self._words:
            rule = settle(self._values, region, f"{month}-01" if month else None)
            self._words[region, month] = [
                w.strip() for w in str(rule[MEANS_TESTED.name]).split(";") if w.strip()
            ]
        return self._words[region, month]

    def told(self) -> Iterator[Undecided]:
        """Of each other programme, how many of its recipients were not judged."""
        for program, names in sorted(self._aside.items()):
            name, number = min(names), len(set().union(*names.values()))
            yield Undecided(
                "program",
                program,
                (program,),
                f"“{name}”不是须核定家庭经济状况的项目（{MEANS_TESTED.name}），其{number}户领取人符合本项条件，未作判定",
                f"{name} is no programme granted by means ({MEANS_TESTED.name}): {counted(number, 'recipient')} of it would be "
                f"found, and {'is' if number == 1 else 'are'} not judged",
            )
