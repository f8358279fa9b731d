"""Sums of money that findings tell of a recipient, held against the enclosed payments of their months."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from detectors.households.drafts import yuan
from detectors.households.months import months_of
from exports.verifying.enclosed import FACTS, NODES, Enclosed
from exports.verifying.integrity import Fault

_RECIPIENTS: Final = ("household", "person")


def payment_faults(enclosed: Enclosed) -> Iterator[Fault]:
    """No finding tells of more money than what is enclosed for its months comes to, nor of more that came back.

    It may tell of less: which of the payments count (of one programme, to the dead alone, once where two lists tell them) is
    the detector's to say.
    """
    for n, found in enumerate(enclosed.facts["findings"]):
        months = found["facts"].get("months")
        if (
            found.get("own_detector")
            or found["scope"]["kind"] not in _RECIPIENTS
            or not isinstance(months, Mapping)
        ):
            continue
        paid, back = _sums(enclosed, str(months["from"]), str(months["to"]))
        for name, most in (("amount", paid), ("recovered", back)):
            told: Any = found["facts"].get(name)
            if isinstance(told, int) and told > most:
                yield Fault(
                    f"{FACTS} /findings/{n}/facts/{name}",
                    f"写为 {yuan(told)} 元；{NODES} 中这些月份的发放合计只有 {yuan(most)} 元",
                    f"is stated as {yuan(told)} yuan; the payments of these months in {NODES} come to {yuan(most)} only",
                )


def _sums(enclosed: Enclosed, first: str, last: str) -> tuple[int, int]:
    """What is paid in these months, and what came back whenever, in minor units."""
    paid = back = 0
    for node in enclosed.nodes.values():
        if node["type"] != "Benefit" or not node.get("amount") or not node.get("from_month"):
            continue
        amount = int(float(node["amount"]))
        if amount < 0:
            back -= amount
            continue
        # A spell without an end counts in its first month only.
        spell = months_of(node["from_month"], node.get("to_month") or node["from_month"])
        paid += amount * sum(first <= month <= last for month in spell)
    return paid, back
