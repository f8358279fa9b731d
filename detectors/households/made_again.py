"""Payments that came back, and that another list states besides: made again, or told once more by that list.

Rows of one list are payments of their own (`loaders.tables.payments`), equal ones of two lists are one. Where as much was
taken back in the month, and a list that doesn't say so states the payment too, it may be the one made again (退票后重新发放),
or an older extract of the first. It is the first where that list goes on for the recipient after the others, and states of
their months nothing but what came back.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from detectors.definition import Row
from detectors.households.drafts import yuan
from detectors.households.months import months_said
from detectors.households.paid import Spell
from graph.stores.statements import SOURCE_SEPARATOR

REVERSED: Final = {
    "reversed": (
        "MATCH (h)-[r:RECEIVES]->(n:Benefit) WHERE r.counted AND n.amount < 0 WITH DISTINCT h "
        "MATCH (h)-[q:RECEIVES]->(b:Benefit) WHERE q.counted RETURN DISTINCT h.id AS party_id, b.id AS benefit_id, "
        "b.from_month AS from_month, b.amount AS amount, q.sources AS sources"
    )
}
"""All payments of those of whom any came back."""
REVERSED_COLUMNS: Final = {"reversed": ("party_id", "benefit_id", "from_month", "amount", "sources")}
_ONE: Final = re.compile(r"^(?P<of>.+/\d{4}-\d\d)/-?\d+\.\d\d[A-Z]*(?:/\d+)?$")


_Money = tuple[str, int]
"""Recipient, programme and month; minor units, whether they were paid or came back."""


def made_again(rows: Sequence[Row]) -> dict[str, bool]:
    """Id of a payment → was it surely made again? Of those that came back as often as they were paid, and that a list
    states besides which does not say so. `rows`: those of `REVERSED`.
    """
    found: dict[str, bool] = {}
    of_party: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in rows:
        party, id_ = str(row["party_id"]), str(row["benefit_id"])
        if id_.startswith(f"{party}/"):
            # Data sets state one payment each with a relationship of its own.
            before = of_party[party].get(id_, {"sources": ""})["sources"]
            said = SOURCE_SEPARATOR.join(filter(None, (before, row["sources"])))
            of_party[party][id_] = {**row, "sources": said}
    for of in of_party.values():
        mine = list(of.values())
        alike: dict[_Money, list[Row]] = defaultdict(list)
        states: dict[str, set[tuple[str, _Money]]] = defaultdict(set)
        for row in mine:
            if row["amount"] and (one := _ONE.match(str(row["benefit_id"]))):
                money = one["of"], abs(int(row["amount"]))
                alike[money].append(row)
                for sheet in _sheets(row):
                    states[sheet].add((str(row["from_month"] or ""), money))
        for same in alike.values():
            paid, back = ([r for r in same if (r["amount"] > 0) == sign] for sign in (True, False))
            if not back or not paid or len(paid) > len(back):
                continue
            telling, returned = (set().union(*map(_sheets, part)) for part in (paid, back))
            if len(telling) > 1 and (besides := telling - returned):
                lists = {s: states[s] for s in telling | returned}
                sure = any(_goes_on(lists, s, alike) for s in besides)
                found[min(str(r["benefit_id"]) for r in paid)] = sure
    return found


def _goes_on(
    lists: Mapping[str, Collection[tuple[str, _Money]]], later: str, alike: Mapping[_Money, Sequence[Row]]
) -> bool:
    """Does one of these lists go on after all the others, and state of their months only what came back?

    Then it is the list of a later time, and no extract that states those months anew.
    """
    reach = max(month for sheet, stated in lists.items() if sheet != later for month, _ in stated)
    if max(month for month, _ in lists[later]) <= reach:
        return False
    before = [money for month, money in lists[later] if month <= reach]
    return all(any(r["amount"] < 0 for r in alike[money]) for money in before)


def again_said(spells: Sequence[Spell]) -> tuple[str, str]:
    """In Chinese and English, that these payments came back and may have been made again, with both sums."""
    total, months = sum(s.amount or 0 for s in spells), months_said(sorted({s.month for s in spells}))
    return (
        f"{months}的发放有退回，另一份名单又写有同月同额的发放：如是退回后重新发放，实发{yuan(total)}元，如是同一笔写了两次，实发0.00元",
        f"payments of {months} came back, and another list states as much for the month: if they were made again "
        f"{yuan(total)} yuan was paid, if that list tells the first once more 0.00 yuan",
    )


def _sheets(row: Row) -> set[str]:
    """The sheets that state a payment: its sources without their rows."""
    return {s.rpartition("#")[0] for s in str(row["sources"] or "").split(SOURCE_SEPARATOR)}
