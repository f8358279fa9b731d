"""Officials, their posts, and everybody they reach by declared kin."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from detectors.definition import Row, Values
from detectors.households.districts import outside
from detectors.households.months import in_month, on_day
from detectors.households.paid import Recipient

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
    """The months in which the relative is paid for and a post is held: in the paying district, else elsewhere, else never.

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
    near = {
        m: [p for p in ps if outside(p["unit_region"], of.paying(m)) is not True] for m, ps in held.items()
    }
    for found, why in ((near, None), (held, _ELSEWHERE)):
        during = [m for m, ps in found.items() if ps]
        acting = [
            m for m in during if not any(on_day(r["recused_from"], r["recused_to"], f"{m}-01") for r in aside)
        ]
        if acting or (during and why):
            months = acting or during
            return Held(months, found[months[-1]], why)
        if during:
            return Held(during, found[during[-1]], RECUSED, tuple(str(r["recused_key"]) for r in aside))
    ends = "、".join(sorted({str(p["held_to"]) for p in posts if p["held_to"]})) or "—"
    ended = (
        "ended",
        f"任职与领取月份不重叠（离任{ends}）",
        f"the post was not held in the months paid (ended {ends})",
    )
    return Held(months, posts, ended) if months else None


def post_told(post: Row) -> dict[str, Any]:
    """A post as the facts tell it."""
    return {
        "unit": post["company_id"],
        "name": post["unit_name"],
        "post": post["post"],
        "from": post["held_from"],
        "to": post["held_to"],
    }
