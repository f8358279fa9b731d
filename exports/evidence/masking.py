"""Personal data in a package: no clear number ever; names, homes, plates and what is private masked where they must not be read."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from detectors.definition import Evidence
from detectors.finding import Finding
from exports.evidence.freezing import Frozen
from exports.evidence.veiling import (
    NAMED_CONTACT,
    VEILED_TYPES,
    masked_value,
    personal_values,
    things_in,
    veiled_name,
    veiled_thing,
    within_texts,
    without_personal,
)
from graph.subgraph import SubNode
from loaders.identity import PersonKey, mask

_STARS: Final = "**"
_NUMBER: Final = re.compile(r"(?<![0-9A-Za-z])[0-9]{17}[0-9Xx](?![0-9A-Za-z])")
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_PAYEES: Final = frozenset({"payee"})
"""Fields that hold a person's name without its node."""
PRIVATE_FIELDS: Final = frozenset(
    {"birth_date", "hukou_region", "residence_permit_region", "died_on", "cremated_on", "masked_number", "id_masked",
     "address", "account", "certificate_no"}
)  # fmt: skip
"""Fields that nobody reads who may not see personal data: they are left out, not masked."""
_HOME: Final = "***"


def masked_name(name: str) -> str:
    """虚构顾远山 → 虚**; the length is not told."""
    return name[:1] + _STARS if name else name


def without_numbers(text: str) -> str:
    """The text with the numbers of residents in it masked, wherever a source wrote one into a text of its own."""
    return _NUMBER.sub(lambda m: mask(m[0]) if _is_resident(m[0]) else m[0], text)


def _is_resident(number: str) -> bool:
    try:
        dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum(w * int(d) for w, d in zip(_WEIGHTS, number, strict=False))
    return "10X98765432"[total % 11] == number[17].upper()


class Masks:
    """Masks numbers, and where it has a key the names of some people, their homes and vehicles wherever they stand.

    `findings`: what they tell of may have no node among `nodes`; `people`: names of those who have none there. `kept`: ids
    that stay as they are beside those of `nodes`, whatever names and numbers they hold: it is by them that files agree.
    """

    def __init__(
        self,
        nodes: Iterable[SubNode],
        findings: Iterable[Finding],
        key: PersonKey | None,
        people: Iterable[str] = (),
        kept: Iterable[str] = (),
    ):
        nodes = list(nodes) if key else []
        self._kept = {n.id for n in nodes} | (set(kept) if key else set())
        told = {n.name for n in nodes if n.type == "Person"} | (set(people) if key else set())
        named = {n.id for n in nodes if n.type == "Contact" and n.id.startswith(NAMED_CONTACT)}
        told |= {id_.removeprefix(NAMED_CONTACT) for id_ in named}
        told = {name for name in told if len(name) > 1}
        homes = {n.name for n in nodes if n.type == "Property" and len(n.name) > 1}
        # The longest first, so that a name inside another does not leave its rest.
        ordered = sorted(told, key=lambda n: (-len(n), n))
        self._names = re.compile("|".join(map(re.escape, ordered))) if ordered else None
        longest = sorted(homes, key=lambda n: (-len(n), n))
        self._homes = re.compile("|".join(map(re.escape, longest))) if longest else None
        self._hides = key is not None
        told_in_facts = [dict(f.facts) for f in findings] if key else []
        self._personal = within_texts(personal_values(told_in_facts))
        self._ids: dict[str, str] = {}
        if key is not None:
            things = {n.id: n.type for n in nodes if n.type in VEILED_TYPES}
            things |= things_in(told_in_facts)
            self._ids = {id_: veiled_thing(type_, id_, key) for id_, type_ in things.items()}
        self._values = within_texts({id_.partition(":")[2] for id_ in self._ids})
        if key is not None:
            self._ids |= {id_: veiled_name(id_, key) for id_ in named}

    def text(self, text: str) -> str:
        """One text; an id of a home or vehicle becomes its hashed one, any other id stays."""
        if text in self._ids:
            return self._ids[text]
        if text in self._kept:
            return text
        text = without_numbers(text)
        if self._homes:
            text = self._homes.sub(_HOME, text)
        if self._personal:
            text = self._personal.sub(_HOME, text)
        if self._values:
            text = self._values.sub(lambda m: masked_value(m[0]), text)
        return self._names.sub(lambda m: masked_name(m[0]), text) if self._names else text

    def value(self, value: Any) -> Any:
        """Any JSON value; keys stay."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            value = without_personal(value) if self._hides else value
            return {
                k: masked_name(v) if self._hides and k in _PAYEES and isinstance(v, str) else self.value(v)
                for k, v in value.items()
                if not (self._hides and k in PRIVATE_FIELDS)
            }
        if isinstance(value, list | tuple):
            return type(value)(self.value(v) for v in value)
        return value

    def frozen(self, frozen: Frozen) -> Frozen:
        """Everything frozen; ids stay but those of homes and vehicles."""
        ids = self._ids
        nodes = [
            replace(n, id=ids.get(n.id, n.id), name=self.text(n.name), facts=self.value(n.facts))
            for n in frozen.nodes.values()
        ]
        edges = {
            i: replace(
                e,
                source=ids.get(e.source, e.source),
                target=ids.get(e.target, e.target),
                facts=self.value(e.facts),
            )
            for i, e in frozen.edges.items()
        }
        said = {ids.get(i, i): self.value(s) for i, s in frozen.statements.items()}
        return Frozen({n.id: n for n in nodes}, edges, said, frozen.absent)

    def finding(self, found: Finding) -> Finding:
        """A finding, its evidence under the ids the graph has."""
        return replace(
            found,
            facts=self.value(dict(found.facts)),
            text=self.value(dict(found.text)),
            evidence=Evidence(tuple(map(self.text, found.evidence.nodes)), found.evidence.keys),
        )
