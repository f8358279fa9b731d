"""How a report speaks: names, numbers, sources, in Chinese or English."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from detectors.definition import Detector
from exports.evidence.citing import Citations
from exports.evidence.document import Heading
from exports.evidence.words import FACT_NAMES
from graph.subgraph import SubEdge, Subgraph
from visualize.wording import Lang, pick


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
