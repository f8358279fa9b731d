"""What findings tell of parties, their posts, custody, bans and links held against the enclosed nodes and relationships.

One rule for all detectors: an object of the facts that names a node by its id has of that node's fields what the node has, and
a time that it states is that of an enclosed relationship of the two ends it names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from exports.verifying.enclosed import EDGES, FACTS, NODES, Enclosed
from exports.verifying.integrity import Fault
from graph.names import UNNUMBERED

_OF_NODES: Final = (
    *("died_on", "cremated_on", "hukou_region", "residence_permit_region", "birth_date"),
    *("founded_on", "dissolved_on"),
)
"""Facts that are fields of the node whose id stands beside them."""
_LEFT_OUT: Final = frozenset({"parameters", "data", "paths", "names"})
Edges = Sequence[Mapping[str, str]]


def told_faults(enclosed: Enclosed) -> Iterator[Fault]:
    """Faults of all findings but those of an operator's own detectors, which may call anything by these names."""
    named: dict[str, set[str]] = defaultdict(set)
    for id_, node in enclosed.nodes.items():
        if node["name"]:
            named[node["name"]].add(id_)
    for n, found in enumerate(enclosed.facts["findings"]):
        if found.get("own_detector"):
            continue
        at, facts = f"{FACTS} /findings/{n}/facts", found["facts"]
        for place, one in _objects(facts, at):
            yield from _of_node(enclosed, named, _of_itself(one), place)
            yield from _custody(enclosed, one, place)
        yield from _former(enclosed, named, found, at)
        yield from _posts(enclosed, facts, at)
        yield from _ban(enclosed, facts, at)
        yield from _links(enclosed, facts, at)


def _objects(value: Any, at: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every object of the facts that names a node, with its place."""
    if isinstance(value, Mapping):
        if isinstance(value.get("id"), str):
            yield at, value
        for name, inner in value.items():
            if name not in _LEFT_OUT:
                yield from _objects(inner, f"{at}/{name}")
    elif isinstance(value, list | tuple):
        for n, inner in enumerate(value):
            yield from _objects(inner, f"{at}/{n}")


def _of_itself(one: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is told of a vehicle or company itself, without the death of the one in whose name it stands."""
    return {k: v for k, v in one.items() if k != "died_on"} if "person" in one else one


def _of_node(
    enclosed: Enclosed, named: Mapping[str, set[str]], one: Mapping[str, Any], at: str
) -> Iterator[Fault]:
    node = enclosed.nodes.get(one["id"])
    if node is None:
        return
    # Under another id, or known by name alone, it may be another list that says so.
    party = enclosed.party(node["id"])
    alike = {i for i in enclosed.nodes if enclosed.party(i) == party} | named.get(node["name"], set())
    for name in _OF_NODES:
        if (told := one.get(name)) is not None:
            known = {enclosed.nodes[i].get(name) or "" for i in alike} - {""}
            if told not in known:
                yield _apart(f"{at}/{name}", told, known, NODES)
    told = one.get("name")
    if isinstance(told, str) and told and told != one["id"] and node["name"]:
        called = {enclosed.nodes[i]["name"] for i in alike}
        if told not in called:
            yield _apart(f"{at}/name", told, called, NODES)


def _former(
    enclosed: Enclosed, named: Mapping[str, set[str]], found: Mapping[str, Any], at: str
) -> Iterator[Fault]:
    """Who is told to have left a household left it on the last day that a row states of him, and nobody else belongs to it."""
    told = found["facts"].get("former_members")
    if not isinstance(told, list):
        return
    household, first = str(found["scope"]["id"]), f"{found['facts']['months']['from']}-01"
    rows = [e for e in enclosed.edges.values() if e["type"] == "MEMBER_OF" and e["target"] == household]
    listed: set[str] = set()
    for n, one in enumerate(told):
        mine = {i for i in enclosed.nodes if enclosed.party(i) == enclosed.party(one["id"])}
        # Another list may name him alone, without a number; where people are masked several may bear what is left of a name.
        name = enclosed.nodes.get(one["id"], {}).get("name") or ""
        alike = {i for i in named.get(name, ()) if i.startswith(UNNUMBERED)} - mine
        listed |= mine | alike
        own, by_name = ({e["stated_to"] for e in rows if e["source"] in who} - {""} for who in (mine, alike))
        if one["left_on"] not in own | by_name or one["left_on"] < max(own, default=""):
            yield _apart(f"{at}/former_members/{n}/left_on", one["left_on"], own | by_name, EDGES)
    last = max((e["stated_to"] for e in rows), default="")
    if found["facts"].get("left_on") != last:
        yield _apart(f"{at}/left_on", found["facts"].get("left_on"), {last}, EDGES)
    stay = {
        e["source"]
        for e in rows
        if (not e["valid_to"] or e["valid_to"] > first) and not e["source"].startswith(UNNUMBERED)
    }
    for who in sorted(stay | ({e["source"] for e in rows} - listed)):
        yield Fault(
            f"{at}/former_members",
            f"{EDGES} 中 {who} 在发放的月份仍为其成员，或未列出",
            f"{who} belongs to it in the months paid by {EDGES}, or is not listed",
        )


def _custody(enclosed: Enclosed, one: Mapping[str, Any], at: str) -> Iterator[Fault]:
    """A time in custody is that of a row of the person and the place."""
    if not {"place", "kind", "from", "to"} <= one.keys():
        return
    rows = [
        e
        for e in _edges(enclosed, ("IN_CUSTODY",), one["id"])
        if enclosed.party(e["target"]) == enclosed.party(str(one["place"]))
    ]
    yield from _as_one_row(rows, {"from": one["from"], "to": one["to"]}, at)
    kinds = {e.get("fact_kind") or e.get("kind") or "" for e in rows}
    if one["kind"] and one["kind"] not in kinds:
        yield _apart(f"{at}/kind", one["kind"], kinds, EDGES)


def _posts(enclosed: Enclosed, facts: Mapping[str, Any], at: str) -> Iterator[Fault]:
    """A post in a public body is what a row of the official states, with its time."""
    official = facts.get("official")
    if not isinstance(official, Mapping) or "id" not in official:
        return
    for n, post in enumerate(official.get("posts") or ()):
        if not isinstance(post, Mapping) or "unit" not in post:
            continue
        place = f"{at}/official/posts/{n}"
        rows = [
            e
            for e in _edges(enclosed, ("HOLDS_POST",), official["id"])
            if enclosed.party(e["target"]) == enclosed.party(str(post["unit"]))
        ]
        yield from _as_one_row(rows, {"from": post.get("from"), "to": post.get("to")}, place)
        called = {enclosed.nodes.get(e["target"], {}).get("name") or "" for e in rows}
        if post.get("name") and rows and post["name"] not in (*called, post["unit"]):
            yield _apart(f"{place}/name", post["name"], called, NODES)
        said = {e.get("post") or "" for e in rows}
        if post.get("post") and post["post"] not in said:
            yield _apart(f"{place}/post", post["post"], said, EDGES)


def _ban(enclosed: Enclosed, facts: Mapping[str, Any], at: str) -> Iterator[Fault]:
    """A ban is that of a row: its number, its days and who imposed it."""
    if "barred_from" not in facts or not isinstance(facts.get("holder"), Mapping):
        return
    rows = _edges(enclosed, ("DEBARRED_BY",), facts["holder"]["id"])
    yield from _as_one_row(
        rows, {"barred_from": facts["barred_from"], "barred_to": facts.get("barred_to")}, at
    )
    numbers = {e.get("document_no") or "" for e in rows}
    if facts.get("document_no") and facts["document_no"] not in numbers:
        yield _apart(f"{at}/document_no", facts["document_no"], numbers, EDGES)
    by = {enclosed.nodes.get(e["target"], {}).get("name") or "" for e in rows}
    if facts.get("authority") and facts["authority"] not in by:
        yield _apart(f"{at}/authority", facts["authority"], by, NODES)


_ROLES: Final = ("OFFICER_OF", "LEGAL_REP_OF", "WORKS_ON_BID")


def _links(enclosed: Enclosed, facts: Mapping[str, Any], at: str) -> Iterator[Fault]:
    """What ties each bidder to the holder is a row of the two, with its role and time."""
    holder = facts.get("holder")
    if not isinstance(holder, Mapping):
        return
    for n, bidder in enumerate(facts.get("bidders") or ()):
        for m, link in enumerate(bidder.get("links") or () if isinstance(bidder, Mapping) else ()):
            if not {"role", "from", "to"} <= link.keys():
                continue
            place = f"{at}/bidders/{n}/links/{m}"
            rows = _edges(enclosed, _ROLES, holder["id"])
            roles = {e.get("role") or "" for e in rows}
            if rows and link["role"] not in roles:
                yield _apart(f"{place}/role", link["role"], roles, EDGES)
            mine = [e for e in rows if e.get("role") == link["role"]]
            if mine:
                yield from _as_one_row(mine, {"from": link["from"], "to": link["to"]}, place)


def _edges(enclosed: Enclosed, types: Iterable[str], source: str) -> list[Mapping[str, str]]:
    """The enclosed relationships of some types that begin at a party."""
    party = enclosed.party(str(source))
    return [e for e in enclosed.edges.values() if e["type"] in types and enclosed.party(e["source"]) == party]


def _as_one_row(rows: Edges, span: Mapping[str, Any], at: str) -> Iterator[Fault]:
    """A span is that in which one of the rows holds. `span`: its first and its last fact, by their names."""
    (first, begins), (last, ends) = span.items()
    known = {(e["valid_from"], e["valid_to"]) for e in rows}
    if (begins or "", ends or "") in known:
        return
    wrong = first if (begins or "") not in {f for f, _ in known} else last
    right = {f"{f or '—'}～{t or '—'}" for f, t in known}
    yield _apart(f"{at}/{wrong}", f"{begins or '—'}～{ends or '—'}", right, EDGES)


def _apart(at: str, told: object, known: Iterable[str], where: str) -> Fault:
    right = "、".join(sorted(k for k in known if k)) or "—"
    return Fault(at, f"写为 {told}；{where} 中为 {right}", f"is stated as {told}; {where} has {right}")
