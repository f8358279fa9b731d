"""The amounts, months and counts of months in the sentence of a recipient's finding, held against its facts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from detectors.households.months import months_said
from exports.verifying.enclosed import FACTS, Enclosed
from exports.verifying.integrity import Fault
from exports.verifying.payments import RECIPIENTS, months_between

_MONEY: Final = {
    "zh": re.compile(r"(?<![0-9,.])([0-9][0-9,]*\.[0-9]{2})元"),
    "en": re.compile(r"(?<![0-9,.])([0-9][0-9,]*\.[0-9]{2}) yuan"),
}
_MONTHS: Final = {
    "zh": re.compile(r"(?<![0-9])([0-9]+)个月"),
    "en": re.compile(r"(?<![0-9])([0-9]+) months?\b"),
}
_MONTH: Final = re.compile(r"(?<![0-9-])(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])(?![0-9])")
_KINDS: Final = (*RECIPIENTS, "account")
_SEVERAL: Final = frozenset({"household-size-change"})
"""Detectors that tell of each programme what it pays, where the facts have all of them together."""


def sentence_faults(enclosed: Enclosed) -> Iterator[Fault]:
    """Faults of the sentences of findings about recipients: each number of theirs is one of the facts."""
    whole_told = enclosed.facts.get("people") != "masked"
    for n, found in enumerate(enclosed.facts["findings"]):
        if found.get("own_detector") or found["scope"]["kind"] not in _KINDS:
            continue
        facts = found["facts"]
        names = sorted(
            {*_texts(enclosed, facts), found["scope"]["id"].partition(":")[2]}, key=len, reverse=True
        )
        amounts, counts = _amounts(facts), _counts(facts)
        whole = months_said([facts["months"]["from"], facts["months"]["to"]])
        # From when on another limit held is told as well.
        months = {day[:7] for day in _strings(facts) if _MONTH.match(day)} | {
            *months_between(facts["months"])
        }
        for lang in ("zh", "en"):
            text, at = found["text"][lang], f"{FACTS} /findings/{n}/text/{lang}"
            if whole not in text:
                yield Fault(at, f"没有写“{whole}”，而事实如此", f"does not say “{whole}”, as the facts do")
            for name in names:
                text = text.replace(name, "…")
            if not (found["detector"] in _SEVERAL and len(facts.get("programs") or ()) > 1):
                for told in dict.fromkeys(_MONEY[lang].findall(text)):
                    if round(float(told.replace(",", "")) * 100) not in amounts:
                        yield _nowhere(at, told)
            for told in dict.fromkeys(_MONTHS[lang].findall(text)):
                if int(told) not in counts:
                    yield _nowhere(at, told)
            # Where people are masked the facts do not tell when somebody died.
            for told in dict.fromkeys(_MONTH.findall(text)) if whole_told else ():
                if told not in months:
                    yield _nowhere(at, told)


def _nowhere(at: str, told: str) -> Fault:
    return Fault(at, f"写有 {told}，而事实中没有", f"says {told}, which the facts do not have")


def _texts(enclosed: Enclosed, facts: Mapping[str, Any]) -> Iterator[str]:
    """What is called something: names may have numbers of their own."""
    for node in enclosed.nodes.values():
        yield from (t for t in (node["name"], node.get("region") or "", node.get("kind") or "") if len(t) > 1)
    yield from (s for s in _strings(facts) if len(s) > 1 and not _MONTH.match(s))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _strings(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _strings(inner)


def _amounts(value: Any) -> set[int]:
    """Every number of the facts in minor units, whether they are those or yuan."""
    if isinstance(value, bool):
        return set()
    if isinstance(value, int | float):
        return {round(value), round(value * 100)}
    if isinstance(value, Mapping):
        value = list(value.values())
    return set().union(*map(_amounts, value)) if isinstance(value, list | tuple) else set()


def _counts(value: Any) -> set[int]:
    """Every whole number of the facts, and how long each of their lists is."""
    if isinstance(value, bool):
        return set()
    if isinstance(value, int):
        return {value}
    found = {len(value)} if isinstance(value, list | tuple) else set()
    if isinstance(value, Mapping):
        value = list(value.values())
    return found.union(*map(_counts, value)) if isinstance(value, list | tuple) else found
