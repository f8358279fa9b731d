"""Dwellings of companies that a recipient ultimately owns, beside its own."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from detectors.definition import Row, Undecided, Values
from detectors.households.deaths import dead_by
from detectors.households.dwellings import PROPERTIES, PROPERTIES_COLUMNS, Month, home, judge, told_apart
from detectors.households.means import is_collective
from detectors.households.months import in_month
from detectors.households.paid import Recipient
from detectors.identities import weakest
from graph.counted import counted

_THROUGH: Final = (
    "MATCH (p:Person)-[u:ULTIMATELY_HOLDS]->(c:Company)-[o:HOLDS_PROPERTY]->(x:Property) WHERE o.counted "
    "RETURN p.id AS person_id, c.id AS company_id, c.id AS company_stated, c.name AS company_name, c.kind AS company_kind, "
    "u.share AS effective, "
    "u.share_min AS effective_min, u.share_max AS effective_max, u.depth AS depth, u.method AS method, "
    "u.identity AS identity, u.holds_from AS holds_from, u.holds_to AS holds_to, u.derivation AS derivation, "
    "x.id AS property_id, x.kind AS kind, coalesce(x.address, x.address_key) AS address, o.status AS right_status, "
    "x.area_m2 AS area_m2, x.certificate_no AS certificate_no, o.share AS share, o.holding_form AS holding_form, o.acquired_by AS acquired_by, "
    "o.valid_from AS held_from, o.valid_to AS held_to, o.observed_on AS observed_on, o.key AS holding_key"
)
_THROUGH_COLUMNS: Final = (
    *(
        "person_id",
        "company_id",
        "company_stated",
        "company_name",
        "company_kind",
        "effective",
        "effective_min",
        "effective_max",
        "depth",
    ),
    *("method", "identity", "holds_from", "holds_to", "derivation", "property_id", "kind", "address"),
    *(
        "right_status",
        "area_m2",
        "certificate_no",
        "share",
        "holding_form",
        "acquired_by",
        "held_from",
        "held_to",
        "observed_on",
        "holding_key",
    ),
)
QUERIES: Final = {**PROPERTIES, "through": _THROUGH}
COLUMNS: Final = {**PROPERTIES_COLUMNS, "through": _THROUGH_COLUMNS}


@dataclass(frozen=True, slots=True)
class Hit:
    """A month in which dwellings of companies make the number: `why`: the exemption without which they would."""

    why: str | None
    rows: tuple[Row, ...]
    dwellings: int
    limit: int


@dataclass(frozen=True, slots=True)
class Reached:
    """By month: the hits; where companies' properties state no use or share; companies whose shares leave it open."""

    hits: Mapping[str, Hit]
    unknown: Mapping[str, Month]
    open: Mapping[str, frozenset[str]]

    def within(self, months: Collection[str]) -> Reached:
        """What is found of these months."""
        wanted = set(months)
        return Reached(
            {m: hit for m, hit in self.hits.items() if m in wanted},
            {m: found for m, found in self.unknown.items() if m in wanted},
            {m: open_ for m, open_ in self.open.items() if m in wanted},
        )


def through_companies(of: Recipient, own: Sequence[Row], behind: Sequence[Row], values: Values) -> Reached:
    """The months in which the limit is reached with dwellings of companies, and those that can't be decided.

    `own`: what members hold themselves; `behind`: rows of the query "through". Both are of `rights`.
    """
    hits: dict[str, Hit] = {}
    unknown: dict[str, Month] = {}
    open_: dict[str, frozenset[str]] = {}
    for month in of.months:
        rule = of.settled(values, month)
        limit = float(rule["company_share"])
        members = of.members_in(month)
        inside, dead = {m["person_id"] for m in members}, dead_by(members, month)
        now = [
            r for r in behind if r["person_id"] in inside and in_month(r["holds_from"], r["holds_to"], month)
        ]
        theirs = [r for r in now if r["person_id"] not in dead]
        owned = _owned(theirs, limit, _least)
        # What is held through the dead alone is part of an estate.
        left = [r for r in now if r["person_id"] in dead]
        held = [*_held(theirs, owned), *_held(left, _owned(now, limit, _least) - owned)]
        found = judge(of, [*own, *held], month, rule)
        told = told_apart([*own, *held])
        ours = {home(r) for r in told if r.get("through")} - {home(r) for r in told if not r.get("through")}
        why = None if found.over else found.excused(int(rule["dwelling_limit"]))
        homes = {**found.counted, **(found.exempt_rows if why else {})}
        if ours & set(homes) and (found.over or why):
            hits[month] = Hit(why, tuple(r for rs in homes.values() for r in rs), len(homes), found.limit)
        if ours & found.unknown.keys() or (found.area_unknown and ours & found.counted.keys()):
            unknown[month] = found
        perhaps = _owned(theirs, limit, _most) - owned
        if (
            perhaps
            and not found.over
            and judge(of, [*own, *_held(theirs, owned | perhaps)], month, rule).over
        ):
            open_[month] = frozenset(perhaps)
    return Reached(hits, unknown, open_)


def unknown_share(of: Recipient, months: Mapping[str, frozenset[str]]) -> Iterator[Undecided]:
    """Companies with dwellings of which it can't be told whether members hold enough."""
    companies = tuple(sorted({c for found in months.values() for c in found}))
    if companies:
        yield Undecided(
            of.kind,
            of.id,
            companies,
            f"成员对{len(companies)}家持有住房的企业穿透持股比例不明，其住房是否计入无法判定",
            f"the effective share in {counted(len(companies), 'company that holds', 'companies that hold')} dwellings is not known: whether these "
            "dwellings count can't be decided",
        )


def _least(row: Row) -> float:
    return float(row["effective"] if row["effective"] is not None else row["effective_min"] or 0.0)


def _most(row: Row) -> float:
    if row["effective"] is not None:
        return float(row["effective"])
    return 1.0 if row["effective_max"] is None else float(row["effective_max"])


def _owned(rows: Sequence[Row], limit: float, bound: Callable[[Row], float]) -> set[str]:
    """Companies of which members together hold at least `limit`, by this bound of their shares."""
    shares: dict[str, dict[str, float]] = defaultdict(dict)
    for row in rows:
        held = shares[row["company_id"]]
        held[row["person_id"]] = max(bound(row), held.get(row["person_id"], 0.0))
    return {c for c, held in shares.items() if sum(held.values()) >= limit - 1e-9}


def _held(rows: Sequence[Row], companies: set[str]) -> list[dict[str, Any]]:
    """The properties of these companies, as held through them."""
    ordered: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["company_id"] in companies:
            collective = is_collective(row["company_kind"], str(row["company_name"] or ""))
            ordered[row["company_id"]].append(
                dict(row) | {"through": row["company_id"], "collective": collective}
            )
    return [r for held in ordered.values() for r in held]


def links_used(behind: Sequence[Row], shown: Sequence[Row], month: str) -> list[Row]:
    """The holding in a month, once each, behind every company's dwelling that is shown, by person and company."""
    used = {(r["person_id"], r["through"]) for r in shown if r.get("through")}
    links = {
        (r["person_id"], r["company_id"]): r
        for r in behind
        if (r["person_id"], r["company_id"]) in used and in_month(r["holds_from"], r["holds_to"], month)
    }
    return [links[k] for k in sorted(links)]


def stated_by(links: Sequence[Row]) -> list[str]:
    """Keys of the stated rows that these holdings are worked out from."""
    paths = [p for r in links for p in json.loads(r["derivation"] or "{}").get("paths", [])]
    return [key for p in paths for step in p["rows"] for key in step]


def holding(row: Row) -> dict[str, Any]:
    """A holding in a company that holds dwellings, as the facts tell it."""
    paths = json.loads(row["derivation"] or "{}").get("paths", [])
    return {
        "person": row["person_id"],
        "company": row["company_id"],
        "name": row["company_name"],
        "share": row["effective"],
        "share_min": row["effective_min"],
        "share_max": row["effective_max"],
        "depth": row["depth"],
        "paths": [{"nodes": p["nodes"], "formula": p.get("formula", "")} for p in paths],
    }


def rests_on(persons: Collection[str], shown: Sequence[Row], links: Sequence[Row]) -> str:
    """What identities rest on: of members, of companies as the rows of their dwellings name them, and on the way to these."""
    companies = [(r["company_id"], r["company_stated"]) for r in shown if r.get("through")]
    return weakest(
        [*((p, None) for p in sorted(persons)), *companies], [r["identity"] or "id" for r in links]
    )


def percent(held: Mapping[str, Any]) -> str:
    """The effective share, or its bounds."""
    if held["share"] is not None:
        return f"{held['share']:.2%}"
    return f"{held['share_min'] or 0:.2%}–{1 if held['share_max'] is None else held['share_max']:.2%}"
