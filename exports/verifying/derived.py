"""Numbers of findings that follow from what stands beside them: limits, days between two days, parts, turns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from detectors.behaviour.bid_rotation import turns
from detectors.identities import BASES, weakest
from exports.evidence.veiling import is_veiled
from exports.verifying.enclosed import FACTS, NODES, Enclosed
from exports.verifying.integrity import Fault

_CLOSE: Final = 1e-9
_DAY: Final = len("YYYY-MM-DD")
_AFTER_A_DEATH: Final = frozenset({"paid-after-death", "household-size-change"})
_MEANS: Final = ("vehicle", "post", "stake", "payroll", "income")
_BETWEEN: Final = {
    "short-bid-period": ("published_on", ("opened_on", "bid_deadline")),
    "contract-overdue": ("awarded_on", ("contract_signed_on",)),
}
"""Detectors that count days: from which fact to which, the first of these that is told."""


def derived_faults(enclosed: Enclosed) -> Iterator[Fault]:
    """Faults of all findings but those of an operator's own detectors."""
    for n, found in enumerate(enclosed.facts["findings"]):
        if found.get("own_detector"):
            continue
        at, facts = f"{FACTS} /findings/{n}/facts", found["facts"]
        yield from _limit(facts, at)
        yield from _days(found["detector"], facts, at)
        yield from _parts(found, facts, at)
        yield from _places(enclosed, found, at)
        if {"deposit", "estimate", "share"} <= facts.keys() and facts["estimate"]:
            yield from _as(f"{at}/share", facts["share"], round(facts["deposit"] / facts["estimate"], 10))
        if "through_company" in facts:
            held = sum(any(h.get("through") for h in d["holders"]) for d in facts["dwellings"])
            yield from _as(f"{at}/through_company", facts["through_company"], held)
        if found["detector"] in _AFTER_A_DEATH:
            yield from _after_a_death(facts, at)
        if "custody" in facts:
            yield from _in_custody(facts, at)
        if "windows_all_different" in facts:
            yield from _turns(enclosed, facts, at)
        if found["scope"]["kind"] in ("household", "person", "account"):
            yield from _as(f"{at}/currency", facts.get("currency", "CNY"), "CNY")


def _limit(facts: Mapping[str, Any], at: str) -> Iterator[Fault]:
    """A limit is one of the finding's parameters, as they hold for it or held before."""
    told, names = facts.get("limit"), set(facts["parameters"])
    if "dwellings" in facts:
        # Another limit holds where one of them came of a demolition.
        acquired = {h.get("acquired_by") for d in facts["dwellings"] for h in d["holders"]}
        names = {"dwelling_limit", *(["demolition_dwelling_limit"] if "demolition" in acquired else [])}
    known = [facts["parameters"].get(name) for name in names]
    known += [b["value"] for b in facts.get("values_before") or () if b["parameter"] in names]
    known = [v for v in known if isinstance(v, int | float)]
    if isinstance(told, int | float) and told not in known:
        yield from _as(f"{at}/limit", told, "、".join(map(str, known)) or "—")


def _days(detector: str, facts: Mapping[str, Any], at: str) -> Iterator[Fault]:
    if detector not in _BETWEEN:
        return
    first, others = _BETWEEN[detector]
    days = [str(facts[name])[:_DAY] for name in (first, *others) if facts.get(name)]
    if len(days) > 1 and all(len(day) == _DAY for day in days):
        right = (date.fromisoformat(days[1]) - date.fromisoformat(days[0])).days
        yield from _as(f"{at}/days", facts["days"], right)


def _parts(found: Mapping[str, Any], facts: Mapping[str, Any], at: str) -> Iterator[Fault]:
    """What part of its lots somebody won; and what a finding rests on is no better than what its subjects do."""
    if {"wins", "lots", "share"} <= facts.keys() and facts["lots"]:
        yield from _as(f"{at}/share", facts["share"], facts["wins"] / facts["lots"])
    identity = facts.get("identity")
    # An id in place of another tells nothing of what that one was.
    least = weakest((s, None) for s in found["subjects"] if not is_veiled(str(s)))
    if identity is not None and (identity not in BASES or BASES.index(identity) < BASES.index(least)):
        yield from _as(f"{at}/identity", identity, least)
    for n, mean in enumerate(facts.get("means") or ()):
        if isinstance(mean, Mapping) and mean.get("kind") not in _MEANS:
            yield from _as(f"{at}/means/{n}/kind", mean.get("kind"), "、".join(_MEANS))


def _places(enclosed: Enclosed, found: Mapping[str, Any], at: str) -> Iterator[Fault]:
    """The regime and method of a tender, the district that pays and the account that is paid are those of what is enclosed."""
    facts = found["facts"]
    known: dict[str, set[str]] = defaultdict(set)
    for node in enclosed.nodes.values():
        for name in ("regime", "method", "region"):
            known[name].add(node.get(name) or "")
        if node["type"] == "Contact":
            known["account"] |= {node.get("value") or "", node["name"]}
    told = [("paying_region", "region", facts.get("paying_region"))]
    told += [
        (f"recipients/{n}/region", "region", one.get("region"))
        for n, one in enumerate(facts.get("recipients") or ())
        if isinstance(one, Mapping)
    ]
    if "regime" in facts:
        told += [(name, name, facts.get(name)) for name in ("regime", "method")]
    if found["scope"]["kind"] == "account" and enclosed.facts.get("people") != "masked":
        told.append(("account", "account", facts.get("account")))
    for place, name, value in told:
        if value and value not in known[name]:
            right = "、".join(sorted(filter(None, known[name]))) or "—"
            yield from _as(f"{at}/{place}", value, right, NODES)


def _after_a_death(facts: Mapping[str, Any], at: str) -> Iterator[Fault]:
    """Payments after a death are of later months. Where people are masked the day of a death is left out."""
    gone = [facts["member"]] if "member" in facts else facts["deaths"]
    days = [str(d.get("died_on") or d.get("cremated_on") or "")[:7] for d in gone]
    if days and all(days) and facts["months"]["from"] <= min(days):
        yield Fault(
            f"{at}/months/from",
            f"写为 {facts['months']['from']}，不在身故月份 {min(days)} 之后",
            f"is stated as {facts['months']['from']}, which is not after the month of the death, {min(days)}",
        )


def _in_custody(facts: Mapping[str, Any], at: str) -> Iterator[Fault]:
    """Months of payments lie within the times in custody that are told."""
    starts = [str(c["from"] or "")[:7] for c in facts["custody"]]
    if starts and all(starts) and facts["months"]["from"] < min(starts):
        yield from _as(f"{at}/months/from", facts["months"]["from"], f"≥ {min(starts)}")


def _turns(enclosed: Enclosed, facts: Mapping[str, Any], at: str) -> Iterator[Fault]:
    """Who won in turn: members, each lot as of its day, in the order of days; and the turns counted again."""
    told = facts["winners"]
    for n, one in enumerate(told):
        lot = enclosed.nodes.get(one["lot"], {})
        if lot.get("bid_on"):
            yield from _as(f"{at}/winners/{n}/on", one["on"], lot["bid_on"], NODES)
        if one["winner"] not in facts["members"]:
            yield from _as(f"{at}/winners/{n}/winner", one["winner"], "、".join(facts["members"]))
    measured = turns([one["winner"] for one in told])
    if measured is not None:
        for name, right in zip(("windows_all_different", "windows", "chance"), measured, strict=True):
            yield from _as(f"{at}/{name}", facts[name], right)


def _as(at: str, told: Any, right: Any, where: str = FACTS) -> Iterator[Fault]:
    number = isinstance(told, int | float) and isinstance(right, int | float)
    if abs(told - right) > _CLOSE if number else told != right:
        yield Fault(
            at, f"写为 {told}；按 {where} 应为 {right}", f"is stated as {told}; by {where} it is {right}"
        )
