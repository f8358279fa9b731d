"""Whom findings name, and how they are tied, held against the enclosed nodes and relationships."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from detectors.identities import weakest
from exports.told_ids import ids_told
from exports.told_shares import links_of_bidders
from exports.verifying.enclosed import EDGES, FACTS, NODES, Enclosed
from exports.verifying.integrity import Fault
from exports.verifying.payments import RECIPIENTS

_RELATION: Final = "relation"
_SAID: Final = ("role", "interest", "purpose", "post", "fact_kind", "kind")
"""Columns of relationships that say what somebody is."""
_OWNING: Final = frozenset(
    {"shareholder", "indirect_shareholder", "controller", "itself", "legal_representative", "concert_member"}
    | {"own_account", "domain", "managed_by_subsidiary"}
)
"""Roles that follow from a type of relationship, or from shares that are worked out again."""


def named_faults(enclosed: Enclosed) -> Iterator[Fault]:
    """Faults of all findings but those of an operator's own detectors."""
    for n, found in enumerate(enclosed.facts["findings"]):
        if found.get("own_detector"):
            continue
        at, facts = f"{FACTS} /findings/{n}/facts", found["facts"]
        yield from _enclosed(enclosed, found, at, n)
        yield from _identity(found, at)
        yield from _kind(enclosed, facts.get("holder"), f"{at}/holder/kind")
        yield from _kin(enclosed, found, at)
        yield from _programmes(enclosed, found, at)
        yield from _roles(enclosed, facts, at)


def _enclosed(enclosed: Enclosed, found: Mapping[str, Any], at: str, n: int) -> Iterator[Fault]:
    """Whoever is named by an id is enclosed."""
    contacts = [id_ for id_, node in enclosed.nodes.items() if node["type"] == "Contact"]
    places = [(f"{at}{place}", id_) for place, id_ in ids_told(found["facts"])]
    places += [(f"{FACTS} /findings/{n}/subjects/{m}", id_) for m, id_ in enumerate(found["subjects"])]
    for place, id_ in places:
        # Extensions of one number are told by the number alone.
        if id_ not in enclosed.nodes and not any(one.startswith(f"{id_}-") for one in contacts):
            yield Fault(place, f"{id_} 不在 {NODES} 中", f"{id_} is not in {NODES}")


def _identity(found: Mapping[str, Any], at: str) -> Iterator[Fault]:
    """What a finding about a recipient rests on is the weakest of what those in its proof do."""
    told = found["facts"].get("identity")
    if found["scope"]["kind"] not in RECIPIENTS or told is None:
        return
    right = weakest((i, None) for i in found["evidence"]["nodes"] if i.startswith("person"))
    if told != right:
        yield _apart(f"{at}/identity", told, [right], f"{FACTS} evidence")


def _kind(enclosed: Enclosed, holder: Any, at: str) -> Iterator[Fault]:
    """What is told to be a company, a person or a contact of a kind is one."""
    if not isinstance(holder, Mapping) or not holder.get("kind"):
        return
    node = enclosed.nodes.get(str(holder.get("id")))
    if node is not None and holder["kind"] not in (kinds := [node["kind"], node["type"].lower()]):
        yield _apart(at, holder["kind"], kinds, NODES)


def _kin(enclosed: Enclosed, found: Mapping[str, Any], at: str) -> Iterator[Fault]:
    """A declared relation of two persons is that of an enclosed row of the two, whichever of them states it."""
    facts = found["facts"]
    for place, one, other, told in _relations(facts):
        known = {
            e.get(_RELATION) or ""
            for e in enclosed.edges.values()
            if e["type"] == "RELATED_TO"
            and {enclosed.party(e["source"]), enclosed.party(e["target"])}
            == {enclosed.party(one), enclosed.party(other)}
        }
        if (told or "") not in known:
            yield _apart(f"{at}{place}", told, known, EDGES)
    member = facts.get("member")
    if isinstance(member, Mapping) and member.get(_RELATION):
        known = {
            e.get("relation_to_head") or ""
            for e in enclosed.edges.values()
            if (e["type"], e["target"]) == ("MEMBER_OF", found["scope"]["id"])
            and enclosed.party(e["source"]) == enclosed.party(str(member["id"]))
        }
        if member[_RELATION] not in known:
            yield _apart(f"{at}/member/relation", member[_RELATION], known, EDGES)


def _relations(facts: Mapping[str, Any]) -> Iterator[tuple[str, str, str, Any]]:
    """Every declared relation that is told: where it stands, of whom and whom, and which."""
    told, persons = facts.get(_RELATION), list(facts.get("persons") or ())
    if isinstance(told, Mapping):
        pairs = zip(pairwise(told["persons"]), told["relations"], strict=False)
        for n, ((first, second), each) in enumerate(pairs):
            yield f"/relation/relations/{n}", str(first), str(second), each
    elif _RELATION in facts and len(persons) > 1:
        yield f"/{_RELATION}", str(persons[0]["id"]), str(persons[1]["id"]), told
    party = str((facts.get("holder") or {}).get("id") or "")
    for place, _, link in links_of_bidders(facts):
        if link.get("kin"):
            via = str((link.get("via") or {}).get("id") or party)
            yield f"{place}/{_RELATION}", via, str(link["kin"]["id"]), link.get(_RELATION)


def _programmes(enclosed: Enclosed, found: Mapping[str, Any], at: str) -> Iterator[Fault]:
    """The programmes that are named are enclosed."""
    facts = found["facts"]
    if found["scope"]["kind"] not in (*RECIPIENTS, "account"):
        return
    named = {n["name"] for n in enclosed.nodes.values() if n["type"] == "Program"}
    told = [(f"{at}/programs/{n}", p) for n, p in enumerate(facts.get("programs") or ())]
    told += [(f"{at}/program", facts["program"])] if "program" in facts else []
    told += [
        (f"{at}/recipients/{n}/program", one["program"])
        for n, one in enumerate(facts.get("recipients") or ())
        if isinstance(one, Mapping) and one.get("program")
    ]
    for place, name in told:
        if name not in named and f"program:{name}" not in enclosed.nodes:
            yield _apart(place, name, named, NODES)


def _roles(enclosed: Enclosed, facts: Mapping[str, Any], at: str) -> Iterator[Fault]:
    """What a person is to a bidder, and what a contact is, is told by a row or node of theirs."""
    holder = facts.get("holder") if isinstance(facts.get("holder"), Mapping) else {}
    contact = enclosed.nodes.get(str((holder or {}).get("id")), {})
    for place, bidder, link in links_of_bidders(facts):
        role = link.get("role")
        if not role or role in _OWNING:
            continue
        if contact.get("type") == "Contact":
            known = {contact["kind"], *_of_contact(enclosed, contact["id"])}
        elif isinstance(link.get("person"), str):
            known = _of(enclosed, [link["person"]])
        elif "how" in link:
            known = _of(enclosed, [bidder, *_ids(link, holder or {})])
        else:
            continue
        if role not in known:
            yield _apart(f"{at}{place}/role", role, known, EDGES)


def _ids(link: Mapping[str, Any], holder: Mapping[str, Any]) -> Iterator[str]:
    for one in (link.get("kin"), link.get("via"), holder):
        if isinstance(one, Mapping) and isinstance(one.get("id"), str):
            yield one["id"]


def _of(enclosed: Enclosed, ids: Sequence[str]) -> set[str]:
    """What enclosed relationships that begin or end at some parties say that somebody is."""
    parties = {enclosed.party(i) for i in ids}
    return {
        text
        for e in enclosed.edges.values()
        if e["type"] in _STATING and parties & {enclosed.party(e["source"]), enclosed.party(e["target"])}
        for name in _SAID
        if (text := e.get(name) or "")
    }


_STATING: Final = frozenset(
    {
        "OFFICER_OF",
        "LEGAL_REP_OF",
        "WORKS_ON_BID",
        "EXERCISES_CONTROL",
        "HOLDS_POST",
        "SERVES_TENDER",
        "BRANCH_OF",
    }
    | {"OWNS"}
)


def _of_contact(enclosed: Enclosed, id_: str) -> Iterator[str]:
    for e in enclosed.edges.values():
        if id_ in (e["source"], e["target"]) and e.get("purpose"):
            yield e["purpose"]


def _apart(at: str, told: object, known: Sequence[str] | set[str], where: str) -> Fault:
    right = "、".join(sorted({k for k in known if k})) or "—"
    return Fault(at, f"写为 {told}；{where} 中为 {right}", f"is stated as {told}; {where} has {right}")
