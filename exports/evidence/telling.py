"""How a report speaks: names, numbers, sources, in Chinese or English."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from detectors.behaviour.prices import RATES
from detectors.definition import Detector, Parameter
from detectors.identities import identity_label
from detectors.registry import DETECTORS
from detectors.units import UNITS
from exports.evidence.citing import Citations
from exports.evidence.document import Heading
from exports.evidence.words import CODES, FACT_NAMES, FIELDS_OF_WORK
from graph.counted import counted
from graph.penetration import METHOD_NAMES
from graph.subgraph import SubEdge, Subgraph
from visualize.amounts import MONEY_FIELDS, whole_amount
from visualize.labels import plain_id
from visualize.wording import ROLES, Lang, pick

RATE: Final = "rate"
_NUMERALS: Final = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二", "十三")
_FIRST: Final = ("id", "name", "month", "from", "to")
"""What a reader looks for first; facts.json has every object's members in the order of the alphabet."""
_SHARES: Final = frozenset(
    {"share", "share_min", "share_max", "votes", "votes_min", "votes_max", "effective_share"}
)
_CODE: Final = re.compile(r"[a-z]+(?:[_-][a-z]+)*")


@dataclass(frozen=True)
class Subject:
    """What a report is about: `facts` is facts.json's object, `facts_hash` its SHA-256."""

    facts: Mapping[str, Any]
    facts_hash: str
    subgraph: Subgraph
    citations: Citations
    provenance: Mapping[str, Any]
    parameters: tuple[Parameter, ...]
    """Of the finding's detector: what each means."""


def is_own(detector: Detector) -> bool:
    """Is it an operator's own, and none of the product's?"""
    return all(d.id != detector.id for d in DETECTORS)


def definition_of(detector: Detector) -> dict[str, Any]:
    """What a package tells of a detector itself: what it is called, where it belongs, and what may explain its findings."""
    return {
        **({"own_detector": True} if is_own(detector) else {}),
        "title": {"zh": detector.title_zh, "en": detector.title_en},
        "domain": detector.domain,
        "scene": detector.scene,
        "innocent": {"zh": list(detector.innocent_zh), "en": list(detector.innocent_en)},
    }


class Telling:
    """A subject in one language."""

    def __init__(self, subject: Subject, lang: Lang):
        self.subject, self.lang = subject, lang
        self.facts = subject.facts
        self.names = {n.id: n.name for n in subject.subgraph.nodes if n.name}
        self.edges: dict[str, SubEdge] = {e.id: e for e in subject.subgraph.edges}
        self.refs: dict[str, list[str]] = {}
        self.told_refs: set[str] = set()
        """Numbers of source rows that the report has cited so far."""
        self._bids = {e.target: e.source for e in self.edges.values() if e.type == "SUBMITS"}
        self._sections = 0
        for cited in subject.citations.rows:
            at = self.refs.setdefault(cited.key, [])
            if cited.ref not in at:
                at.append(cited.ref)

    def say(self, zh: str, en: str) -> str:
        """The wording in the report's language."""
        return zh if self.lang == "zh" else en

    def name(self, id_: str | None) -> str:
        """A party's name with its id."""
        if not id_:
            return ""
        name = self.names.get(id_)
        return f"{name} {plain_id(short(id_))}" if name else self.household(id_) or plain_id(short(id_))

    def household(self, id_: str) -> str:
        """A household by its number and whose it is; empty where it is none, or its head is not known."""
        heads = sorted(
            self.called(e.source)
            for e in self.edges.values()
            if e.type == "MEMBER_OF" and e.target == id_ and e.facts.get("relation_to_head") == "head"
        )
        number = plain_id(short(id_))
        told = dict.fromkeys(heads)
        return (
            self.say(f"{number}（户主{'、'.join(told)}）", f"{number} (head: {', '.join(told)})")
            if told
            else ""
        )

    def section(self, zh: str, en: str) -> Heading:
        """The next section's heading, numbered."""
        self._sections += 1
        return Heading(self.say(f"{_NUMERALS[self._sections - 1]}、{zh}", f"{self._sections}. {en}"))

    def span(self, begin: str | None, end: str | None) -> str:
        """From when until when something holds, as far as it is stated."""
        if begin and end:
            return f"{begin} – {end}"
        if begin:
            return self.say(f"{begin} 起", f"from {begin}")
        return self.say(f"至 {end}", f"until {end}") if end else self.say("未载明", "not stated")

    def since(self, keys: Iterable[str]) -> str:
        """The span in which each of some rows holds, and when it was seen."""
        told = []
        for key in keys:
            facts = self.edges[key].facts if key in self.edges else {}
            span = self.span(facts.get("valid_from"), facts.get("valid_to"))
            told.append(span + (f" / {facts['observed_on']}" if facts.get("observed_on") else ""))
        return "; ".join(dict.fromkeys(told))

    def cite(self, keys: Iterable[str]) -> str:
        """The numbers of the source rows that state some relationships."""
        refs = [r for key in keys for r in self.refs.get(key, ())]
        self.told_refs.update(refs)
        return " ".join(dict.fromkeys(refs))

    def held_as(self, share: float | None, low: float | None, high: float | None, keys: Iterable[str]) -> str:
        """What is held of a property: in what form, by the rows that state it, and the share as far as it is known."""
        forms = [self.edges[k].facts.get("holding_form") for k in keys if k in self.edges]
        form = self.say("、", ", ").join(dict.fromkeys(self.told(f) for f in forms if f))
        known = [v for v in (share, low, high) if v is not None]
        if not known:
            # Who holds alone holds all of it.
            unsaid = self.say("份额未载明", "share not stated")
            return form if "sole" in forms else self.say("，", ", ").join(t for t in (form, unsaid) if t)
        return self.say("，", ", ").join(t for t in (form, band(share, low, high)) if t)

    def label(self, name: str) -> str:
        """A fact's name."""
        if name not in FACT_NAMES:
            return self.called(name) if ":" in name else name
        words = pick(FACT_NAMES[name], self.lang)
        return words[:1].upper() + words[1:]

    def called(self, id_: str) -> str:
        """A node by its name alone; a bid by whose it is."""
        if id_ in self._bids:
            whose = self.called(self._bids[id_])
            return self.say(f"{whose}的投标", f"bid of {whose}")
        return self.names.get(id_) or plain_id(short(id_))

    def field(self, words: str) -> str:
        """A detector's domain or scene."""
        return pick(FIELDS_OF_WORK[words], self.lang) if words in FIELDS_OF_WORK else words

    def fact(self, name: str, value: Any, currency: str = "") -> str:
        """A fact's value: codes in words, money with its unit, the data's dates with their files.

        `currency`: of amounts that state none themselves.
        """
        if name == "identity" and isinstance(value, str):
            return pick(identity_label(value), self.lang)
        if name == "method" and isinstance(value, str):
            return self.say("、", ", ").join(self.method(m) for m in value.split(", "))
        if name == "data" and isinstance(value, Mapping):
            files = self.say("、", ", ").join(value.get("sources") or ())
            days = [d for d in (value.get("first"), value.get("as_of")) if d]
            span = " – ".join(dict.fromkeys(days)) or "—"
            return self.say(f"观察日 {span}；来源 {files or '—'}", f"observed {span}; sources {files or '—'}")
        return self.told(value, name, currency)

    def told(self, value: Any, name: str = "", currency: str = "") -> str:
        """Any fact as a reader is told it. `name`: the field it stands in; `currency`: that of the facts around it."""
        if isinstance(value, Mapping):
            if span := self._months(value):
                return span
            inside = currency_in(value) or currency
            rest = [k for k in value if k not in _FIRST]
            # An id is told by its name, which need not stand there twice.
            twice = "id" in value and bool(value.get("name")) and self.told(value["id"]) == value["name"]
            if twice and len(value) == 2:
                return str(value["name"])
            told = [*(k for k in _FIRST if k in value and not (twice and k == "id")), *rest]
            return ", ".join(f"{self.label(k)}: {self.told(value[k], str(k), inside)}" for k in told)
        if isinstance(value, list | tuple):
            return "; ".join(self.told(v, name, currency) for v in value) or "—"
        if isinstance(value, str) and value in self.names:
            return self.names[value]
        return told_alone(value, name, currency, self.lang)

    def _months(self, value: Mapping[str, Any]) -> str:
        """A span of months as it is said; empty where the fact is another."""
        if set(value) != {"from", "to", "count"} or not value["from"] or not value["to"]:
            return ""
        first, last, count = value["from"], value["to"], value["count"]
        if first == last:
            return str(first)
        return self.say(
            f"{first} 至 {last}（{count} 个月）", f"{first} to {last} ({counted(count, 'month')})"
        )

    def method(self, code: str) -> str:
        """A method's name with its code; a code that is none of ours (a tender's) in words where there are any."""
        if code in METHOD_NAMES:
            return f"{pick(METHOD_NAMES[code], self.lang)} ({code})"
        return pick(ROLES[code], self.lang) if code in ROLES else code

    def parameter(self, name: str, value: Any) -> tuple[str, str]:
        """What a parameter means, and its value with its unit; its name where nobody says what it means."""
        known = next((p for p in self.subject.parameters if p.name == name), None)
        told = self.told(value)
        if isinstance(value, float):
            # Every digit that was set, no exponent, and nothing of how a computer keeps fractions.
            told = f"{Decimal(repr(round(value, 10))):f}".removesuffix(".0")
        if known is None:
            return name, told
        unit = pick(UNITS[known.unit], self.lang) if known.unit in UNITS else known.unit
        doc = self.say(known.doc_zh, known.doc_en)
        return doc[:1].upper() + doc[1:], f"{told} {unit}".strip().replace("  ", " ").replace(" （", "（")


def told_alone(value: str | float | None, name: str, currency: str, lang: Lang) -> str:
    """One value without parts as a reader is told it. `name`: the field it stands in; `currency`: of its amount, or `RATE`."""
    if isinstance(value, bool):
        return "√" if value else "×"
    if name in MONEY_FIELDS and isinstance(value, int | float):
        # What is bid may be a rate, which has no currency.
        return f"{value:.2%}" if currency == RATE else whole_amount(value, currency, lang)
    if name in _SHARES and isinstance(value, int | float):
        return f"{value:.2%}"
    if name == "limit" and isinstance(value, float) and 0 < value < 1:
        # Of a share, as the text has it; of dwellings, days or bidders it is a whole number.
        return f"{value * 100:g}%"
    if isinstance(value, str) and _CODE.fullmatch(value):
        pair = CODES.get(value.replace("-", "_")) or CODES.get(value)
        return pick(pair, lang) if pair else value
    return "—" if value is None else str(value)


def currency_in(facts: Mapping[str, Any]) -> str:
    """The currency that some facts state for their amounts, `RATE` where what is bid is a rate; empty where they don't."""
    unit = str(facts.get("unit") or "")
    # A finding's unit of prices: CNY/total, or rate.
    stated = facts.get("currency") or (
        RATE if unit in RATES else unit.partition("/")[0] if "/" in unit else ""
    )
    return str(stated)


def short(id_: str) -> str:
    """An id a reader can bear: a keyed hash by its first eight characters."""
    scheme, _, value = id_.partition(":")
    return f"{scheme}:{value[:8]}…" if scheme.startswith("person") and len(value) > 20 else id_


def band(share: float | None, low: float | None, high: float | None) -> str:
    """A share, or its range; "?" where nothing is known."""
    if share is not None:
        return f"{share:.2%}"
    if low is not None and high is not None and abs(high - low) <= 1e-12:
        return f"{low:.2%}"
    if low is None and high is None:
        return "?"
    return f"{low or 0:.2%}–{'?' if high is None else f'{high:.2%}'}"
