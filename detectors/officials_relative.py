"""W6 `officials-relative`: a recipient is an official, or declared kin of one, while the post is held."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from detectors.definition import Detector, Draft, Parameter, Row, Suppressor, Undecided, Values
from detectors.households import (
    POPULATION,
    RECIPIENTS,
    RECIPIENTS_COLUMNS,
    TAIL_EN,
    TAIL_ZH,
    Recipient,
    assistance_law,
    draft,
    in_month,
    outside,
    recipients,
)

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


@dataclass(frozen=True)
class _Path:
    """From an official to a relative: persons on the way, the declared relations and their rows."""

    persons: tuple[str, ...]
    relations: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a recipient and official."""
    posts: dict[str, list[Row]] = defaultdict(list)
    for row in rows["posts"]:
        posts[row["official_id"]].append(row)
    kin: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for row in rows["kin"]:
        kin[row["person_id"]].append((row["related_id"], row["relation"] or "", row["kin_key"]))
        kin[row["related_id"]].append((row["person_id"], row["relation"] or "", row["kin_key"]))
    reached: dict[str, list[_Path]] = defaultdict(list)
    for official in sorted(posts):
        for path in _relatives(official, kin, int(values["kin_steps"])):
            reached[path.persons[-1]].append(path)
    for of in recipients(rows):
        best: dict[str, _Path] = {}
        for person in sorted(of.persons):
            for path in reached.get(person, []):
                known = best.get(path.persons[0])
                if known is None or len(path.persons) < len(known.persons):
                    best[path.persons[0]] = path
        for official, path in sorted(best.items()):
            found = _judge(of, path, posts[official], values)
            if found is not None:
                yield found


def _relatives(
    official: str, kin: Mapping[str, Sequence[tuple[str, str, str]]], steps: int
) -> Iterator[_Path]:
    """The official, and everybody within `steps` declared relations, each by a shortest path."""
    seen = {official}
    frontier = [_Path((official,))]
    yield frontier[0]
    for _ in range(steps):
        following = []
        for path in frontier:
            for other, relation, key in sorted(kin.get(path.persons[-1], ())):
                if other not in seen:
                    seen.add(other)
                    following.append(
                        _Path((*path.persons, other), (*path.relations, relation), (*path.keys, key))
                    )
        yield from following
        frontier = following


def _judge(of: Recipient, path: _Path, posts: Sequence[Row], values: Values) -> Draft | None:
    person = path.persons[-1]
    months = [m for m in of.months if any(x["person_id"] == person for x in of.members_in(m))]
    held = {m: [p for p in posts if in_month(p["held_from"], p["held_to"], m)] for m in months}
    near = {
        m: [p for p in ps if outside(p["unit_region"], of.paying(m)) is not True] for m, ps in held.items()
    }
    for found, why in ((near, None), (held, "other-district")):
        during = [m for m, ps in found.items() if ps]
        if during:
            reason = (
                (
                    "other-district",
                    "任职单位不在发放地",
                    "the unit in which the post is held lies outside the paying district",
                )
                if why
                else None
            )
            return _draft(of, during, path, found[during[-1]], reason, values)
    if not months:
        return None
    ends = "、".join(sorted({str(p["held_to"]) for p in posts if p["held_to"]})) or "—"
    reason = (
        "ended",
        f"任职与领取月份不重叠（离任{ends}）",
        f"the post was not held in the months paid (ended {ends})",
    )
    return _draft(of, months, path, posts, reason, values)


def _draft(
    of: Recipient,
    months: Sequence[str],
    path: _Path,
    posts: Sequence[Row],
    suppressed: tuple[str, str, str] | None,
    values: Values,
) -> Draft:
    official, person = path.persons[0], path.persons[-1]
    told = sorted({(str(p["unit_name"] or p["company_id"]), str(p["post"] or "")) for p in posts})
    relation = " → ".join(path.relations)
    found = draft(
        of,
        months,
        {
            "official": {
                "id": official,
                "posts": [
                    {
                        "unit": p["company_id"],
                        "name": p["unit_name"],
                        "post": p["post"],
                        "from": p["held_from"],
                        "to": p["held_to"],
                    }
                    for p in posts
                ],
            },
            "member": person,
            "relation": {"persons": list(path.persons), "relations": list(path.relations)},
        },
        {
            "posts": "、".join(f"{unit}{post}" for unit, post in told),
            "posts_en": "; ".join(f"{post} at {unit}" for unit, post in told),
            "relation_zh": f"有申报的亲属关系（{relation}）" if path.relations else "系本人",
            "relation_en": f"is declared kin ({relation}) of" if path.relations else "is",
        },
        values=values,
        nodes=[*path.persons, *(p["company_id"] for p in posts)],
        keys=[
            *path.keys,
            *(p["post_key"] for p in posts),
            *(m["member_key"] for m in of.members if m["person_id"] == person),
        ],
        suppressed_by=suppressed,
    )
    return replace(
        found,
        identity={"household_id": of.id, "official_id": official},
        subjects=tuple(sorted({of.id, official})),
    )


DETECTOR = Detector(
    id="officials-relative",
    version="1.0",
    domain="民生保障",
    scene="社会救助",
    title_zh="领取人为经办地公职人员或其亲属",
    title_en="The recipient is an official of the district, or kin of one",
    severity="lead",
    basis=assistance_law(
        "第六十六条",
        "经办人员违反规定审批、发放救助的责任",
        "liability of officials who grant or pay assistance against the rules",
        "法律责任（条号以公布文本为准）",
        "经办人员的责任",
        "liability of officials (the number of the article is to be taken from the published text)",
    ),
    needs=("HOLDS_POST", "RECEIVES"),
    parameters=(
        Parameter(
            "kin_steps",
            1,
            "relations",
            "亲属关系的最多步数（1为直接申报的亲属）",
            "at most this many declared relations between the two (1: kin declared directly)",
        ),
    ),
    queries={**RECIPIENTS, "posts": _POSTS, "kin": _KIN},
    columns={**RECIPIENTS_COLUMNS, "posts": _POSTS_COLUMNS, "kin": _KIN_COLUMNS},
    population=POPULATION,
    identity=("household_id", "official_id"),
    suppressors=(
        Suppressor("ended", "领取期间不在任", "the post was not held in the months paid"),
        Suppressor("other-district", "任职单位不在发放地", "the post is in another district"),
    ),
    wording_zh=(
        "【风险预警】救助对象{household}：{months}领取{programs}（{amount}元）期间，其成员与在任公职人员（{posts}）"
        "{relation_zh}。请核实是否符合条件、经办时是否回避。" + TAIL_ZH
    ),
    wording_en=(
        "[Lead] Recipient {household}: while paid {programs} in {months} ({amount} yuan), a member {relation_en} an "
        "official in office ({posts_en}). Verify eligibility, and whether the official stood aside. "
        + TAIL_EN
    ),
    assemble=assemble,
    innocent_zh=("符合条件并已公示、回避", "该公职人员不经办救助", "亲属已分户、不共同生活"),
    innocent_en=(
        "eligible, published, and the official stood aside",
        "the official does not handle assistance",
        "kin who live apart",
    ),
)
