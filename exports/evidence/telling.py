"""How a report speaks: names, numbers, sources, in Chinese or English."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from detectors.definition import Detector
from detectors.ties import identity_label
from exports.evidence.citing import Citations
from exports.evidence.document import Heading
from exports.evidence.words import FACT_NAMES
from graph.penetration import METHOD_NAMES
from graph.subgraph import SubEdge, Subgraph
from visualize.wording import ROLES, Lang, pick


@dataclass(frozen=True)
class Subject:
    """What a report is about: `facts` is facts.json's object, `facts_hash` its SHA-256."""

    facts: Mapping[str, Any]
    facts_hash: str
    subgraph: Subgraph
    citations: Citations
    provenance: Mapping[str, Any]
    detector: Detector | None


class Telling:
    """A subject in one language."""

    def __init__(self, subject: Subject, lang: Lang):
        self.subject, self.lang = subject, lang
        self.facts = subject.facts
        self.names = {n.id: n.name for n in subject.subgraph.nodes if n.name}
        self.edges: dict[str, SubEdge] = {e.id: e for e in subject.subgraph.edges}
        self.refs: dict[str, list[str]] = {}
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
        return f"{name} {short(id_)}" if name else short(id_)

    def section(self, zh: str, en: str) -> Heading:
        """The next section's heading, numbered."""
        self._sections += 1
        return Heading(
            self.say(f"{'一二三四五六七八九十'[self._sections - 1]}、{zh}", f"{self._sections}. {en}")
        )

    def since(self, keys: Iterable[str]) -> str:
        """The span in which each of some rows holds, and when it was seen."""
        told = []
        for key in keys:
            facts = self.edges[key].facts if key in self.edges else {}
            span = f"{facts.get('valid_from') or '…'} – {facts.get('valid_to') or '…'}"
            told.append(span + (f" / {facts['observed_on']}" if facts.get("observed_on") else ""))
        return "; ".join(dict.fromkeys(told))

    def cite(self, keys: Iterable[str]) -> str:
        """The numbers of the source rows that state some relationships."""
        refs = [r for key in keys for r in self.refs.get(key, ())]
        return " ".join(dict.fromkeys(refs))

    def label(self, name: str) -> str:
        """A fact's name."""
        return pick(FACT_NAMES[name], self.lang) if name in FACT_NAMES else name

    def fact(self, name: str, value: Any) -> str:
        """A fact's value: codes in words, money in yuan, the data's dates with their files."""
        if name == "amount" and isinstance(value, int):
            return f"{value / 100:,.2f}"
        if name == "identity" and isinstance(value, str):
            return pick(identity_label(value), self.lang)
        if name == "method" and isinstance(value, str):
            return self.say("、", ", ").join(self.method(m) for m in value.split(", "))
        if name == "data" and isinstance(value, Mapping):
            files = self.say("、", ", ").join(value.get("sources") or ())
            days = [d for d in (value.get("first"), value.get("as_of")) if d]
            span = " – ".join(dict.fromkeys(days)) or "—"
            return self.say(f"观察日 {span}；来源 {files or '—'}", f"observed {span}; sources {files or '—'}")
        return told(value)

    def method(self, code: str) -> str:
        """A method's name with its code; a code that is none of ours (a tender's) in words where there are any."""
        if code in METHOD_NAMES:
            return f"{pick(METHOD_NAMES[code], self.lang)} ({code})"
        return pick(ROLES[code], self.lang) if code in ROLES else code

    def parameter(self, name: str, value: Any) -> str:
        """A parameter's value with its unit and what it means."""
        detector = self.subject.detector
        known = next((p for p in detector.parameters if p.name == name), None) if detector else None
        if known is None:
            return told(value)
        return f"{told(value)} {known.unit} · {self.say(known.doc_zh, known.doc_en)}".replace("  ", " ")


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


def told(value: Any) -> str:
    """Any fact as a reader is told it."""
    if isinstance(value, bool):
        return "√" if value else "×"
    if isinstance(value, Mapping):
        return ", ".join(f"{k}: {told(v)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return "; ".join(told(v) for v in value) or "—"
    return "—" if value is None else str(value)
