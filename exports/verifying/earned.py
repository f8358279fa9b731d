"""What findings tell of a household's means held against the enclosed rows: income by head, posts, vehicles, kinds of income."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from detectors.households.drafts import yuan
from detectors.households.months import in_month
from exports.verifying.enclosed import EDGES, FACTS, NODES, Enclosed
from exports.verifying.integrity import Fault
from exports.verifying.payments import months_between
from graph.names import UNNUMBERED

_LIMIT: Final = "income_per_head_limit"
_CLOSE: Final = 1e-6
_UNLISTED: Final = 20
"""So many more people a household may have than its lists name, where a list states how many it has."""
_HELD_BY: Final = {
    "vehicle": ("HOLDS_VEHICLE",),
    "post": ("OFFICER_OF", "LEGAL_REP_OF"),
    "payroll": ("EARNS",),
}
"""Of each kind of means the types of the rows that state it."""


def means_faults(enclosed: Enclosed) -> Iterator[Fault]:
    """Faults of the means, and of the income by head, that findings tell of a household or person."""
    for n, found in enumerate(enclosed.facts["findings"]):
        facts = found["facts"]
        if found.get("own_detector"):
            continue
        at = f"{FACTS} /findings/{n}/facts"
        for m, mean in enumerate(facts.get("means") or ()):
            if isinstance(mean, Mapping) and "kind" in mean:
                yield from _mean(enclosed, found, mean, f"{at}/means/{m}")
        if "income_per_head" in facts:
            heads = _Heads(enclosed, found)
            yield from heads.held(f"{at}/income_per_head", int(facts["income_per_head"]), 0.5)
            yield from _limit(facts, facts.get("limit"), f"{at}/limit")


def _mean(enclosed: Enclosed, found: Mapping[str, Any], mean: Mapping[str, Any], at: str) -> Iterator[Fault]:
    kind, note = mean["kind"], mean.get("note")
    if mean.get("died_on"):
        who = enclosed.party(str(mean["person"]))
        nodes = [n for id_, n in enclosed.nodes.items() if enclosed.party(id_) == who]
        days = {n.get(name) or "" for n in nodes for name in ("died_on", "cremated_on")}
        yield from _as(f"{at}/died_on", mean["died_on"], days, NODES)
    if kind == "income":
        per_head = float(mean["per_head"])
        yield from _Heads(enclosed, found).held(f"{at}/per_head", per_head * 100, _CLOSE)
        yield from _limit(found["facts"], mean.get("limit"), f"{at}/limit")
        yield from _as(f"{at}/note", note, {f"{per_head:,.2f}"}, f"{FACTS} per_head")
    elif kind == "stake":
        low = mean["share"] if mean.get("share") is not None else mean.get("share_min")
        yield from _as(f"{at}/note", note, {f"{low:.2%}"} if low is not None else set(), f"{FACTS} share")
    elif kind in _HELD_BY:
        rows = [
            e
            for e in enclosed.edges.values()
            if e["type"] in _HELD_BY[kind] and enclosed.party(e["source"]) == enclosed.party(mean["person"])
        ]
        if kind == "payroll":
            known = {e.get("fact_kind") or e.get("kind") or "" for e in rows}
            yield from _as(f"{at}/note", note, known, EDGES)
            return
        whose = enclosed.party(str(mean["id"]))
        mine = [e for e in rows if enclosed.party(e["target"]) == whose]
        if not mine:
            yield Fault(
                f"{at}/id",
                f"{EDGES} 中没有 {mean['person']} 与 {mean['id']} 之间的此类记录",
                f"{EDGES} has no such row of {mean['person']} and {mean['id']}",
            )
        elif kind == "post":
            yield from _as(f"{at}/note", note or "", {e.get("role") or "" for e in mine}, EDGES)
        else:
            # One id may be that of a household too, whose node it is then.
            nodes = [n for e in mine if (n := enclosed.nodes.get(e["target"])) and n["type"] == "Vehicle"]
            kinds = {n["kind"] for n in nodes} or {note or ""}
            yield from _as(f"{at}/note", note or "", kinds, NODES)


def _limit(facts: Mapping[str, Any], told: Any, at: str) -> Iterator[Fault]:
    """A limit is that of the finding's parameters, or the one that held before."""
    known = [facts["parameters"].get(_LIMIT)]
    known += [b["value"] for b in facts.get("values_before") or () if b["parameter"] == _LIMIT]
    if told is None or not any(v is not None and float(v) == float(told) for v in known):
        yield from _as(at, str(told), {str(v) for v in known}, f"{FACTS} parameters")


def _as(at: str, told: Any, known: Iterable[str], where: str) -> Iterator[Fault]:
    if told not in known:
        right = "、".join(sorted(k for k in known if k)) or "—"
        yield Fault(at, f"写为 {told}；{where} 中为 {right}", f"is stated as {told}; {where} has {right}")


class _Heads:
    """What a household's people earn in each month of a finding, and how many they are."""

    def __init__(self, enclosed: Enclosed, found: Mapping[str, Any]):
        self._enclosed, self._scope = enclosed, found["scope"]
        self._months = months_between(found["facts"]["months"])
        self._members = [
            e
            for e in enclosed.edges.values()
            if e["type"] == "MEMBER_OF" and e["target"] == self._scope["id"]
        ]
        keys = set(found["evidence"]["keys"])
        self._earned: dict[str, int] = defaultdict(int)
        for key, edge in enclosed.edges.items():
            if edge["type"] == "EARNS" and key in keys:
                self._earned[edge.get("month") or ""] += int(float(edge.get("amount") or 0))

    def held(self, at: str, told: float, close: float) -> Iterator[Fault]:
        """`told`: minor units a head and month; one month's income divided by its people gives it."""
        for month in self._months:
            if any(abs(self._earned[month] / heads - told) <= close for heads in self._heads(month)):
                return
        last = self._months[-1]
        right = (
            "、".join(yuan(round(self._earned[last] / heads)) for heads in [*self._heads(last)][:1]) or "—"
        )
        yield Fault(
            at,
            f"写为 {told / 100:,.2f} 元；按 {EDGES} 中的收入与成员，{last} 为 {right} 元",
            f"is stated as {told / 100:,.2f} yuan; the incomes and members in {EDGES} give {right} in {last}",
        )

    def _heads(self, month: str) -> Iterator[int]:
        """How many may share what is earned: those who belong to it and live, and those whom no list names."""
        if self._scope["kind"] == "person":
            least = most = 1
        else:
            inside = {e["source"] for e in self._members if in_month(e["valid_from"], e["valid_to"], month)}
            living = {p for p in inside if not self._died_before(p, month)}
            # Who is known by name alone may be somebody whom another list names by number.
            least, most = sum(not p.startswith(UNNUMBERED) for p in living), len(living)
            if self._enclosed.facts.get("people") == "masked":
                # Who died is not told then.
                least = 1
        if any(self._people()):
            most += _UNLISTED
        yield from range(max(1, least), most + 1)

    def _people(self) -> Iterator[str]:
        return (n["people"] for n in self._enclosed.nodes.values() if n.get("people"))

    def _died_before(self, person: str, month: str) -> bool:
        node = self._enclosed.nodes.get(person, {})
        day = node.get("died_on") or node.get("cremated_on") or ""
        return bool(day) and day[:7] < month
