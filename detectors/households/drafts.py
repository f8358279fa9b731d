"""A draft about one recipient, over the months found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from detectors.definition import Draft, Evidence, Undecided, Values
from detectors.households.months import months_said
from detectors.households.paid import Recipient
from detectors.households.told_by_name import ADDS, BY_NAME
from detectors.identities import weakest
from detectors.rules.values import settle

_PERSON: Final = "person"
"""How ids of people begin. A finding is about them: that a prison or an office is known by its name leaves open nobody."""


def yuan(amount: int) -> str:
    """Minor units as yuan."""
    return f"{amount / 100:,.2f}"


def draft(
    of: Recipient,
    months: Sequence[str],
    facts: Mapping[str, Any],
    words: Mapping[str, str],
    *,
    values: Values,
    nodes: Sequence[str] = (),
    keys: Sequence[str] = (),
    suppressed_by: tuple[str, str, str] | None = None,
    region: str | None = None,
) -> Draft:
    """A draft about one recipient over the months found: adds months, amount, programmes and the proof's payment.

    `facts` with an amount (minor units) or programmes of their own stand for all that was paid in these months, in the
    words too. `region`: whose rules hold, where it is not the one that pays the recipient in the month. The values are
    those of the last month; where others held before, the facts say which and when (`values_before`). They also say which
    members the newest list leaves out (`not_on_newest_list`).
    """
    found = sorted(set(months))
    # Whose return or death is told by name alone, where that is part of the proof.
    cited = set(keys)
    by_name = {str(m[BY_NAME]) for m in of.members if m.get(ADDS) and m["member_key"] in cited}
    rules = {m: of.settled(values, m) if region is None else settle(values, region, f"{m}-01") for m in found}
    told = {
        "as_of": found[-1],
        "months": {"from": found[0], "to": found[-1], "count": len(found)},
        "amount": of.amount(found),
        "currency": "CNY",
        "programs": sorted({s.program for s in of.spells if s.month in set(found) and s.program}),
        "identity": weakest((i, None) for i in (of.id, *nodes, *by_name) if i.startswith(_PERSON)),
        **facts,
    }
    if before := values_before(rules):
        told["values_before"] = before
    if left_out := of.left_out(found[-1]):
        told["not_on_newest_list"] = left_out
    last = [s for s in of.spells if s.month == found[-1]]
    return Draft(
        scope_kind=of.kind,
        scope_id=of.id,
        identity={"household_id": of.id},
        subjects=(of.id,),
        facts=told,
        words={
            "household": of.label,
            "programs": "、".join(told["programs"]) or "—",
            "months": months_said(found),
            "amount": yuan(told["amount"]),
            **words,
        },
        date=f"{found[-1]}-01",
        regime=None,
        evidence=Evidence(
            tuple(sorted({of.id, *nodes, *by_name, *(s.benefit for s in last)})),
            tuple(sorted({k for k in (*keys, *(s.key for s in last)) if k})),
        ),
        suppressed_by=suppressed_by,
        values=rules[found[-1]],
        times=tuple((f"{m}-01", then) for m, then in rules.items()),
    )


def is_led(found: Iterable[Draft | Undecided]) -> bool:
    """Is there a lead among them, that nothing explains?"""
    return any(isinstance(one, Draft) and one.suppressed_by is None for one in found)


def values_before(rules: Mapping[str, Values]) -> list[dict[str, Any]]:
    """What held in earlier months (in order) and not in the last: by parameter, with the first and last month of it."""
    last = rules[max(rules)]
    found: list[dict[str, Any]] = []
    for name, now in last.items():
        for value, months in _runs({m: then[name] for m, then in rules.items()}):
            if value != now:
                found.append({"parameter": name, "value": value, "from": months[0], "to": months[-1]})
    return found


def limit_words(values: Mapping[str, object]) -> dict[str, str]:
    """A limit of dwellings as it held in each month (`limit_zh` with its unit, `limit_en`): alone where it stayed the same,
    else each with its months, after a colon."""
    runs = list(_runs(values))
    if len(runs) == 1:
        return {"limit_zh": f"{runs[0][0]}套", "limit_en": str(runs[0][0])}
    said = []
    for n, (value, months) in enumerate(runs, start=1):
        first, last = months[0], months[-1]
        zh, en = (first, first) if first == last else (f"{first}至{last}", f"{first} to {last}")
        if n == len(runs):
            zh, en = f"{first}起", f"from {first}"
        said.append((f"{zh}为{value}套", f"{value} ({en})"))
    return {
        "limit_zh": "：" + "，".join(zh for zh, _ in said),
        "limit_en": ", ".join(en for _, en in said),
    }


def _runs(values: Mapping[str, Any]) -> Iterator[tuple[Any, list[str]]]:
    """A value with the months, one after the other, in which it stayed the same."""
    for value, run in groupby(sorted(values), key=values.__getitem__):
        yield value, list(run)
