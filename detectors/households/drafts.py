"""A draft about one recipient, over the months found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from detectors.definition import Draft, Evidence, Values
from detectors.households.months import months_said
from detectors.households.paid import Recipient


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
) -> Draft:
    """A draft about one recipient over the months found: adds months, amount, programmes and the proof's payment.

    `facts` with an amount (minor units) or programmes of their own stand for all that was paid in these months, in the
    words too.
    """
    found = sorted(set(months))
    told = {
        "as_of": found[-1],
        "months": {"from": found[0], "to": found[-1], "count": len(found)},
        "amount": of.amount(found),
        "currency": "CNY",
        "programs": sorted({s.program for s in of.spells if s.month in set(found) and s.program}),
        "identity": "id",
        **facts,
    }
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
            tuple(sorted({of.id, *nodes, *(s.benefit for s in last)})),
            tuple(sorted({k for k in (*keys, *(s.key for s in last)) if k})),
        ),
        suppressed_by=suppressed_by,
        values=of.settled(values, found[-1]),
    )
