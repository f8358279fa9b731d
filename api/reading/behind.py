"""Who stands behind each party of a list, in which roles, and whom of the list that ties."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any, Final

from api.datasets import Dataset
from graph.penetration import connecting_paths
from graph.stores import GraphStore
from graph.stores.hops import EACH, hop
from graph.stores.statements import SOURCE_SEPARATOR

CHAINS: Final = 3
"""Chains of holdings told of one holder and party."""
POSTS: Final = ("legal_representative", "officer")
STAKES: Final = ("holding", "control")
_RANK: Final = ("itself", *POSTS, *STAKES)
"""What somebody is to a party; of several the first is told where one is enough."""
_HUB: Final = 50
"""A contact shared by more parties of the list's surroundings than this says nothing."""
_KIN_ASKED: Final = 20_000
"""Persons whose kin are looked for; of more the smallest holders are left out, and that is said."""
_MOST_KIN: Final = 50_000
"""Ties by kin after which no more are looked for."""
_LINKS: Final = {
    "legal_representative": ("LEGAL_REP_OF", "in", ("Person", "Company")),
    "officer": ("OFFICER_OF", "in", ("Person", "Company")),
    "contact": ("HAS_CONTACT", "out", ("Contact",)),
}
"""Relationship type, which way it stands to a party, and what may be at its other end."""


@dataclass(frozen=True, slots=True)
class Role:
    """What somebody (`id`), or a contact, is to a party.

    `what`: itself, legal_representative, officer, holding, control or contact. `role`: the code of it. `share`: what is
    held where it is exact, else `share_min` to `share_max`. `size`: the least that is held, for an order alone.
    """

    party: str
    id: str
    type: str
    name: str
    what: str
    role: str
    share: float | None = None
    share_min: float | None = None
    share_max: float | None = None
    size: float = 0.0
    key: str | None = None
    since: str | None = None
    until: str | None = None
    sources: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As an answer tells it; shares to 10 decimals."""
        shares = {
            name: None if value is None else round(value, 10)
            for name, value in (
                ("share", self.share),
                ("share_min", self.share_min),
                ("share_max", self.share_max),
            )
        }
        who = {"id": self.id, "type": self.type, "name": self.name}
        return {"party": self.party, "who": who, "role": self.role} | shares

    def link(self) -> dict[str, Any]:
        """The stated row behind it; without a key where it is worked out from many."""
        return {
            "party": self.party,
            "role": self.role,
            "key": self.key,
            "valid_from": self.since,
            "valid_to": self.until,
            "sources": list(self.sources),
        }


@dataclass(frozen=True, slots=True)
class Met:
    """Two parties (`a` before `b`) tied by somebody's roles at both; `kin`: the stated row where they are two persons."""

    kind: str
    a: Role
    b: Role
    kin: Mapping[str, Any] | None = None

    @property
    def via(self) -> Role | None:
        """Who, or what, ties the two; None where one of them is it."""
        return next((r for r in (self.a, self.b) if r.what != "itself"), None) if self._apart else None

    @property
    def _apart(self) -> bool:
        return self.kin is not None or "itself" not in (self.a.what, self.b.what)

    def to_json(self, dataset: Dataset, day: str) -> dict[str, Any]:
        """As a tie of the answer, with the chains of what is held."""
        told = [self.a.role, self.b.role]
        if self.kin:
            told.insert(1, str(self.kin["relation"] or "relative"))
        nodes = [self.a.party, self.a.id, self.b.id, self.b.party]
        links = [r.link() for r in (self.a, self.b) if r.what != "itself"]
        if self.kin:
            links.append(
                {
                    "party": None,
                    "role": self.kin["relation"],
                    "key": self.kin["key"],
                    "valid_from": self.kin["since"],
                    "valid_to": self.kin["until"],
                    "sources": _parted(self.kin["sources"]),
                }
            )
        paths: list[dict[str, Any]] = [{"nodes": list(dict.fromkeys(nodes)), "links": links}]
        for role in (self.a, self.b):
            if role.what in STAKES:
                chains = connecting_paths(dataset.ownership, role.id, role.party, day, limit=CHAINS)
                paths += [p.to_json() for p in chains.paths]
        via = self.via
        return {
            "a": self.a.party,
            "b": self.b.party,
            "kind": self.kind,
            "via": via and {"id": via.id, "type": via.type, "name": via.name},
            "formula": " · ".join(told),
            "paths": paths,
            "roles": [r.to_json() for r in (self.a, self.b)],
            "relation": self.kin["relation"] if self.kin else None,
        }


Behind = Mapping[str, Mapping[str, Sequence[Role]]]
"""By who stands behind, and party: the roles, the strongest first."""


def stated(store: GraphStore, dataset: Dataset, parties: Sequence[str], day: str, what: str) -> list[Role]:
    """The stated links of a kind (a key of `_LINKS`) that hold at the parties on a day."""
    rel, direction, others = _LINKS[what]
    found = []
    for other in others:
        told = "x.value" if other == "Contact" else "x.name"
        pattern = f"(x:{other})-[r:{rel}]->(c)" if direction == "in" else f"(c)-[r:{rel}]->(x:{other})"
        role = "x.kind" if other == "Contact" else "r.role"
        rows = store.query(
            f"{EACH}MATCH (c:Company {{id: i}}) {hop(pattern, 'r.key')}RETURN c.id AS party, x.id AS other, "
            f"{told} AS name, {role} AS role, r.key AS key, r.counted AS counted, r.valid_from AS since, "
            "r.valid_to AS until, r.sources AS sources",
            {"ids": sorted({i for p in parties for i in dataset.same_party(p)})},
        ).to_pylist()
        found += [
            Role(
                party=dataset.canonical(row["party"]),
                id=dataset.canonical(row["other"]),
                type=other,
                name=row["name"] or "",
                what=what,
                role=str(row["role"] or what),
                key=row["key"],
                since=row["since"],
                until=row["until"],
                sources=tuple(_parted(row["sources"])),
            )
            for row in rows
            if _holds(row, day)
        ]
    return found


def _holds(row: Mapping[str, Any], day: str) -> bool:
    """Counted, and in force on the day: another register of the same company may go before the row's."""
    begun = not row["since"] or row["since"] <= day
    return begun and (not row["until"] or day < row["until"]) and row["counted"] is not False


def by_who(roles: Iterable[Role]) -> Behind:
    """The roles by who has them, and at which party."""
    found: dict[str, dict[str, list[Role]]] = defaultdict(lambda: defaultdict(list))
    for role in roles:
        found[role.id][role.party].append(role)
    for at in found.values():
        for told in at.values():
            told.sort(key=lambda r: (_RANK.index(r.what), -r.size, r.key or ""))
    return found


def by_contacts(roles: Iterable[Role]) -> Iterator[Met]:
    """Parties that a contact is shared by."""
    shared: dict[str, dict[str, Role]] = defaultdict(dict)
    for role in sorted(roles, key=lambda r: (r.id, r.party, r.key or "")):
        shared[role.id].setdefault(role.party, role)
    for at in shared.values():
        if 2 <= len(at) <= _HUB:
            yield from (Met("contact", at[a], at[b]) for a, b in combinations(sorted(at), 2))


def by_one(behind: Behind, kinds: Sequence[str]) -> Iterator[Met]:
    """Parties at two of which one person, or company, stands, be it one of the list itself.

    Who merely holds or controls both ties them by ownership or control, and is not told here.
    """
    for _, at in sorted(behind.items()):
        # Somebody may hold everything there is: no pair of mere stakes is looked at.
        marked = {party for party, roles in at.items() if _may_tie(roles)}
        for a in marked:
            for b in at:
                if b != a and (a < b or b not in marked):
                    first, second = (a, b) if a < b else (b, a)
                    yield from (met for met in _at_both(at[first], at[second]) if met.kind in kinds)


def _may_tie(roles: Sequence[Role]) -> bool:
    known = {r.what for r in roles}
    return "holding" not in known or not known <= set(STAKES)


def _at_both(here: Sequence[Role], there: Sequence[Role]) -> Iterator[Met]:
    first, second = ({r.what: r for r in reversed(roles)} for roles in (here, there))
    posts = [[w for w in POSTS if w in side] for side in (first, second)]
    if "itself" in first or "itself" in second:
        own, other, held = (
            (first["itself"], second, posts[1]) if "itself" in first else (second["itself"], first, posts[0])
        )
        for what in held:
            yield Met(what, *_in_order(own, other[what]))
        return
    both = [w for w in POSTS if w in first and w in second]
    for what in both:
        yield Met(what, first[what], second[what])
    if both:
        return
    if posts[0] and posts[1]:
        yield Met("officer", first[posts[0][0]], second[posts[1][0]])
    elif not any(w in first and w in second for w in STAKES):
        yield Met("different_roles", here[0], there[0])


def _in_order(one: Role, other: Role) -> tuple[Role, Role]:
    return (one, other) if one.party < other.party else (other, one)


def by_kin(store: GraphStore, dataset: Dataset, behind: Behind, day: str) -> tuple[list[Met], bool]:
    """Parties behind which two persons stand who are declared kin, and whether some persons were not asked for."""
    people = {
        who: {party: roles[0] for party, roles in at.items()}
        for who, at in behind.items()
        if next(iter(at.values()))[0].type == "Person"
    }
    nearest = sorted(people, key=lambda who: (min(_order(r) for r in people[who].values()), who))
    asked = nearest[:_KIN_ASKED]
    rows = store.query(
        f"{EACH}MATCH (p:Person {{id: i}}) {hop('(p)-[r:RELATED_TO]->(q:Person)', 'r.key')}"
        "RETURN p.id AS one, q.id AS other, r.relation AS relation, r.key AS key, r.counted AS counted, "
        "r.valid_from AS since, r.valid_to AS until, r.sources AS sources",
        {"ids": sorted({i for p in asked for i in dataset.same_party(p)})},
    ).to_pylist()
    found: dict[tuple[str, ...], Met] = {}
    for row in sorted(rows, key=lambda r: r["key"]):
        one, other = dataset.canonical(row["one"]), dataset.canonical(row["other"])
        if one == other or other not in people or not _holds(row, day):
            continue
        for first, second in product(people[one].values(), people[other].values()):
            if first.party != second.party:
                a, b = _in_order(first, second)
                found.setdefault((a.party, b.party, *sorted((one, other))), Met("relative", a, b, kin=row))
        if len(found) > _MOST_KIN:
            break
    cut = len(asked) < len(nearest) or len(found) > _MOST_KIN
    return [found[key] for key in sorted(found)], cut


def _order(role: Role) -> tuple[bool, float]:
    """Whose kin are asked for first: posts and the listed themselves, then the largest holders."""
    return role.what in STAKES, -role.size


def _parted(sources: str | None) -> list[str]:
    return (sources or "").split(SOURCE_SEPARATOR)
