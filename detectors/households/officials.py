"""Officials, their posts, and everybody they reach by declared kin."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from detectors.definition import Row, Undecided, Values
from detectors.households.districts import serves
from detectors.households.months import in_month, on_day
from detectors.households.paid import Recipient
from detectors.rules.values import most

_POSTS: Final = (
    "MATCH (o:Person)-[k:HOLDS_POST]->(u:Company) WHERE k.counted "
    "RETURN o.id AS official_id, u.id AS company_id, u.name AS unit_name, u.region AS unit_region, "
    "k.post AS post, k.valid_from AS held_from, k.valid_to AS held_to, k.key AS post_key"
)
_POSTS_COLUMNS: Final = (
    *("official_id", "company_id", "unit_name", "unit_region", "post"),
    *("held_from", "held_to", "post_key"),
)
_KIN: Final = (
    "MATCH (a:Person)-[k:RELATED_TO]->(b:Person) WHERE k.counted "
    "RETURN a.id AS person_id, b.id AS related_id, k.relation AS relation, k.key AS kin_key"
)
_KIN_COLUMNS: Final = ("person_id", "related_id", "relation", "kin_key")
_RECUSED: Final = (
    "MATCH (a:Person)-[k:RECUSED_FROM]->(b:Person) WHERE k.counted RETURN a.id AS person_id, b.id AS related_id, "
    "k.valid_from AS recused_from, k.valid_to AS recused_to, k.key AS recused_key"
)
_RECUSED_COLUMNS: Final = ("person_id", "related_id", "recused_from", "recused_to", "recused_key")
QUERIES: Final = {"posts": _POSTS, "kin": _KIN, "recused": _RECUSED}
COLUMNS: Final = {"posts": _POSTS_COLUMNS, "kin": _KIN_COLUMNS, "recused": _RECUSED_COLUMNS}


@dataclass(frozen=True)
class KinPath:
    """From an official to a relative: persons on the way, the declared relations and their rows."""

    persons: tuple[str, ...]
    relations: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


def reached_from_officials(
    rows: Mapping[str, Sequence[Row]], steps: int
) -> tuple[dict[str, list[Row]], dict[str, list[KinPath]]]:
    """Official → rows of its posts; person → paths from every official within `steps` relations. `rows`: "posts", "kin"."""
    posts: dict[str, list[Row]] = defaultdict(list)
    for row in rows["posts"]:
        posts[row["official_id"]].append(row)
    kin: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for row in rows["kin"]:
        kin[row["person_id"]].append((row["related_id"], row["relation"] or "", row["kin_key"]))
        kin[row["related_id"]].append((row["person_id"], row["relation"] or "", row["kin_key"]))
    reached: dict[str, list[KinPath]] = defaultdict(list)
    for official in sorted(posts):
        for path in _relatives(official, kin, steps):
            reached[path.persons[-1]].append(path)
    return posts, reached


def _relatives(
    official: str, kin: Mapping[str, Sequence[tuple[str, str, str]]], steps: int
) -> Iterator[KinPath]:
    """The official, and everybody within `steps` declared relations, each by a shortest path."""
    seen = {official}
    frontier = [KinPath((official,))]
    yield frontier[0]
    for _ in range(steps):
        following = []
        for path in frontier:
            for other, relation, key in sorted(kin.get(path.persons[-1], ())):
                if other not in seen:
                    seen.add(other)
                    following.append(
                        KinPath((*path.persons, other), (*path.relations, relation), (*path.keys, key))
                    )
        yield from following
        frontier = following


def by_official(paths: Sequence[KinPath]) -> dict[str, list[KinPath]]:
    """Official → the paths that reach anybody of a recipient, the shortest first."""
    found: dict[str, list[KinPath]] = defaultdict(list)
    for path in sorted(paths, key=lambda p: (p.persons[0], len(p.persons))):
        found[path.persons[0]].append(path)
    return found


@dataclass(frozen=True, slots=True)
class Held:
    """Months paid, the posts held beside them, and what explains them innocently."""

    months: Sequence[str]
    posts: Sequence[Row]
    why: tuple[str, str, str] | None
    keys: tuple[str, ...] = ()
    """The rows that state a recusal."""
    nowhere: bool = False
    """Is it not known whether the post is held in the paying district?"""


RECUSED: Final = (
    "recused",
    "该公职人员已登记回避该亲属事项",
    "the official stood aside from what concerns this relative, with a date on file",
)
_ELSEWHERE: Final = (
    "other-district",
    "任职单位不在发放地",
    "the unit in which the post is held lies outside the paying district",
)


def recusals(rows: Mapping[str, Sequence[Row]]) -> dict[frozenset[str], list[Row]]:
    """The two persons → the rows by which one of them stands aside from what concerns the other."""
    found: dict[frozenset[str], list[Row]] = defaultdict(list)
    for row in rows["recused"]:
        found[frozenset((row["person_id"], row["related_id"]))].append(row)
    return found


def posts_held(
    of: Recipient, path: KinPath, posts: Sequence[Row], aside: Sequence[Row], values: Values
) -> Held | None:
    """The months in which the relative is paid for and a post is held: in the paying district, else at a unit of which
    that is not known, else elsewhere, else never. Where the payments name no district, any post counts.

    `aside`: recusals of the two. Months from which on one is on file explain themselves.
    None where the relative is paid for in no month in which the rule counts so many relations.
    """
    months = [
        m
        for m in of.months
        if any(x["person_id"] == path.persons[-1] for x in of.members_in(m))
        and len(path.relations) <= int(of.settled(values, m)["kin_steps"])
    ]
    held = {m: [p for p in posts if in_month(p["held_from"], p["held_to"], m)] for m in months}
    where = {m: [(p, _near(p, of.paying(m))) for p in ps] for m, ps in held.items()}
    near = {m: [p for p, told in ps if told] for m, ps in where.items()}
    perhaps = {m: [p for p, told in ps if told is None] for m, ps in where.items()}
    for found, why in ((near, None), (perhaps, None), (held, _ELSEWHERE)):
        during = [m for m, ps in found.items() if ps]
        acting = [
            m for m in during if not any(on_day(r["recused_from"], r["recused_to"], f"{m}-01") for r in aside)
        ]
        if acting or (during and why):
            months = acting or during
            return Held(months, found[months[-1]], why, nowhere=found is perhaps)
        if during:
            return Held(during, found[during[-1]], RECUSED, tuple(str(r["recused_key"]) for r in aside))
    ends = "、".join(sorted({str(p["held_to"]) for p in posts if p["held_to"]})) or "—"
    ended = (
        "ended",
        f"任职与领取月份不重叠（离任{ends}）",
        f"the post was not held in the months paid (ended {ends})",
    )
    return Held(months, posts, ended) if months else None


def _near(post: Row, region: str) -> bool | None:
    """Is the unit one of the paying district, by its region, else by its name?"""
    if not region:
        return True
    places = [str(place) for place in (post["unit_region"], post["unit_name"]) if place]
    return next((told for place in places if (told := serves(place, region)) is not None), None)


def where_unknown(of: Recipient, official: str, held: Held) -> Undecided:
    """Nothing tells whether the post is held in the district that pays."""
    units = "、".join(sorted({str(p["unit_name"] or p["company_id"]) for p in held.posts}))
    return Undecided(
        of.kind,
        of.id,
        tuple(sorted({of.id, official})),
        f"有公职人员或其亲属领取，但其任职单位（{units}）没有写明所在区县，是否为发放地的公职人员无法判定",
        f"an official, or kin of one, is paid for, but nothing tells where the unit is ({units}): whether it is one of the "
        "paying district can't be decided",
    )


def post_told(post: Row) -> dict[str, Any]:
    """A post as the facts tell it."""
    return {
        "unit": post["company_id"],
        "name": post["unit_name"],
        "post": post["post"],
        "from": post["held_from"],
        "to": post["held_to"],
    }


class Officials:
    """The officials of a run, whom they reach, and from whom they stand aside."""

    def __init__(self, rows: Mapping[str, Sequence[Row]], values: Values):
        self._posts, self._reached = reached_from_officials(rows, int(most(values, "kin_steps")))
        self._aside, self._values = recusals(rows), values

    def reaching(self, of: Recipient) -> list[KinPath]:
        """The paths from any official to anybody of a recipient."""
        return [path for person in sorted(of.persons) for path in self._reached.get(person, ())]

    def held(self, of: Recipient) -> list[tuple[KinPath, Held]]:
        """Of each official the path and posts that say most: what nothing explains first, then what is not known."""
        best = []
        for mine in by_official(self.reaching(of)).values():
            found = sorted(self._each(of, mine), key=lambda f: (f[1].why is not None, f[1].nowhere))
            best.extend(found[:1])
        return best

    def months_found(self, of: Recipient) -> list[str]:
        """The months in which the recipient would be found whatever it is paid."""
        each = self._each(of, self.reaching(of))
        return [m for _, held in each if not (held.why or held.nowhere) for m in held.months]

    def _each(self, of: Recipient, paths: Sequence[KinPath]) -> list[tuple[KinPath, Held]]:
        found = []
        for path in paths:
            official, person = path.persons[0], path.persons[-1]
            aside = self._aside.get(frozenset((official, person)), ())
            if held := posts_held(of, path, self._posts[official], aside, self._values):
                found.append((path, held))
        return found
