"""What a recipient has beside its benefit: vehicles, posts and stakes in companies, income; each judged by the rule."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from detectors.definition import LEAST_SHARE, Parameter, Row, Undecided, Values
from detectors.households.deaths import dead_by, living
from detectors.households.incomes import ADULT_AGE, BIRTHS
from detectors.households.months import in_month
from detectors.households.paid import Recipient, asset_queries, by_person
from detectors.households.registers import REGISTERS, REGISTERS_COLUMNS
from detectors.rules.values import Settled
from detectors.ties.people import OF_STAFF
from graph.counted import counted

_SPAN: Final = "o.valid_from AS held_from, o.valid_to AS held_to, o.key AS key"
_SPAN_COLUMNS: Final = ("held_from", "held_to", "key")
_COMPANY: Final = (
    "c.id AS company_id, c.name AS company_name, c.kind AS company_kind, c.status AS company_status"
)
_COMPANY_COLUMNS: Final = ("company_id", "company_name", "company_kind", "company_status")
VEHICLES: Final = asset_queries(
    "vehicles",
    "-[o:HOLDS_VEHICLE]->(x:Vehicle)",
    "o.counted",
    f"x.id AS vehicle_id, x.kind AS vehicle_kind, x.value AS vehicle_value, {_SPAN}",
)
SOLD: Final = asset_queries(
    "sold",
    "-[o:HOLDS_VEHICLE]->(x:Vehicle)<-[e:HOLDS_VEHICLE]-(b)",
    "o.counted AND o.valid_to IS NULL AND e.counted AND e.valid_from IS NOT NULL AND b.id <> p.id",
    "x.id AS vehicle_id, b.id AS buyer_id, e.valid_from AS acquired_on, e.valid_to AS sold_again, e.key AS acquired_key",
)
"""Whom else a vehicle is registered for, and from when on: a vehicle has one registered owner at a time."""
REPRESENTS: Final = asset_queries(
    "represents", "-[o:LEGAL_REP_OF]->(c:Company)", "o.counted", f"{_COMPANY}, o.role AS role, {_SPAN}"
)
OFFICES: Final = asset_queries(
    "offices",
    "-[o:OFFICER_OF]->(c:Company)",
    f"o.counted AND NOT coalesce(o.role, '') IN {list(OF_STAFF)}",
    f"{_COMPANY}, o.role AS role, {_SPAN}",
)
EARNS: Final = asset_queries(
    "earns",
    "-[o:EARNS]->(g:Program)",
    "o.counted",
    "o.kind AS income_kind, o.month AS month, o.amount AS income, o.key AS key",
)
STAKES: Final = (
    f"MATCH (p:Person)-[u:ULTIMATELY_HOLDS]->(c:Company) RETURN p.id AS person_id, {_COMPANY}, "
    "u.share AS share, u.share_min AS share_min, u.share_max AS share_max, u.depth AS depth, "
    "u.holds_from AS held_from, u.holds_to AS held_to, u.derivation AS derivation"
)
STAKES_COLUMNS: Final = (
    *("person_id", *_COMPANY_COLUMNS, "share", "share_min", "share_max", "depth"),
    *("held_from", "held_to", "derivation"),
)
_INACTIVE: Final = ("suspended", "liquidating", "licence_revoked", "deregistered", "cancelled")
REASONS: Final = {
    "inactive-company": ("所涉企业已吊销、注销或停业", "the company is revoked, deregistered or dormant"),
    "cooperative": ("所涉主体为农民专业合作社或村集体", "the organisation is a cooperative"),
    "no-company": (
        "所涉主体为业主委员会、村居民委员会等，不是企业",
        "the body is an owners', villagers' or residents' committee or the like, no company",
    ),
    "estate": (
        "名下人已去世，属遗产，或者登记尚未变更，不计为家庭现有的财产或任职",
        "in the name of a member who died: part of an estate, or a register not yet changed, and not counted as the household's",
    ),
    "exempt-vehicle": (
        "农用、残疾人专用等车辆，按规定不计",
        "a farm, disability or like vehicle, which does not count",
    ),
}
COLUMNS: Final = {
    **dict.fromkeys(VEHICLES, ("person_id", "vehicle_id", "vehicle_kind", "vehicle_value", *_SPAN_COLUMNS)),
    **dict.fromkeys(
        SOLD, ("person_id", "vehicle_id", "buyer_id", "acquired_on", "sold_again", "acquired_key")
    ),
    **dict.fromkeys((*REPRESENTS, *OFFICES), ("person_id", *_COMPANY_COLUMNS, "role", *_SPAN_COLUMNS)),
    **dict.fromkeys(EARNS, ("person_id", "income_kind", "month", "income", "key")),
    **dict.fromkeys(BIRTHS, ("person_id", "birth_date")),
    **REGISTERS_COLUMNS,
    "stakes": STAKES_COLUMNS,
}
PARAMETERS: Final = (
    Parameter(
        "vehicle_limit", 1, "vehicles", "车辆达到此数即提示", "at or above this many vehicles", least=1
    ),
    Parameter(
        "vehicle_value_limit", 0.0, "yuan", "价值低于此值的车辆不计", "vehicles worth less do not count"
    ),
    Parameter(
        "exempt_vehicle_words",
        "农用;拖拉机;三轮;残疾;轮椅;摩托;电动自行车;电动两轮;电动二轮;助力车;非机动车",
        "",
        "种类含这些词的车辆不计（以;分隔）",
        "vehicles of these kinds do not count (separated by ;)",
        separator=";",
    ),
    Parameter(
        "stake_limit",
        0.05,
        "fraction",
        "穿透持股达到此比例的企业才计",
        "a company counts from this effective share on",
        least=LEAST_SHARE,
    ),
    Parameter("count_posts", True, "", "是否计入企业任职", "whether posts in companies count"),
    Parameter(
        "income_kinds",
        "public_payroll",
        "",
        "出现即提示的收入种类（以;分隔）：public_payroll（财政供养）、pension（养老金）、wage（工资），或数据中的其他种类",
        "kinds of income that are pointed out whatever the amount (separated by ;): public_payroll, pension, wage, or "
        "another kind as the data write it",
        separator=";",
        codes={
            "wage": ("工资", "薪金", "工资薪金"),
            "pension": ("养老金", "退休金", "养老保险"),
            "public_payroll": ("财政供养", "财政工资"),
        },
    ),
    Parameter(
        "income_per_head_limit",
        0.0,
        "yuan/month",
        "人均月收入超过此值即提示（0为不看收入）",
        "monthly income per head above this is pointed out (0: income does not matter)",
    ),
    ADULT_AGE,
)
QUERIES: Final = {
    **VEHICLES,
    **SOLD,
    **REPRESENTS,
    **OFFICES,
    **EARNS,
    **BIRTHS,
    **REGISTERS,
    "stakes": STAKES,
}


def _held(of: Recipient, table: Mapping[str, Sequence[Row]], month: str) -> list[Row]:
    """What the living of a household hold in a month."""
    return _of(sorted(living(of, month)), table, month)


def _left(of: Recipient, table: Mapping[str, Sequence[Row]], month: str) -> list[Row]:
    """What is still in the name of its dead, with the day of death."""
    members = of.members_in(month)
    gone = dead_by(members, month)
    died = {str(m["person_id"]): str(m["died_on"] or m["cremated_on"]) for m in members}
    return [{**r, "died": died[str(r["person_id"])]} for r in _of(sorted(gone), table, month)]


def _of(persons: Sequence[str], table: Mapping[str, Sequence[Row]], month: str) -> list[Row]:
    return [r for p in persons for r in table.get(p, []) if in_month(r["held_from"], r["held_to"], month)]


def _estate(row: Row) -> str | None:
    return "estate" if row.get("died") else None


def registered(rows: Mapping[str, Sequence[Row]]) -> dict[str, list[Row]]:
    """Person → vehicles held; one that was registered for somebody else later was held until then.

    `rows`: the answers to `VEHICLES` and `SOLD`. Where the seller's day is not stated, a present owner came after.
    """
    after = by_person(*(rows[name] for name in SOLD))
    held = by_person(*(rows[name] for name in VEHICLES))
    return {p: [_until(r, after.get(p, ())) for r in mine] for p, mine in held.items()}


def _until(row: Row, after: Sequence[Row]) -> Row:
    if row["held_to"]:
        return row
    others = [a for a in after if a["vehicle_id"] == row["vehicle_id"]]
    if row["held_from"]:
        later = [a for a in others if a["acquired_on"] > row["held_from"]]
    else:
        later = [a for a in others if not a["sold_again"]]
    if not later:
        return row
    next_ = min(later, key=lambda a: (a["acquired_on"], a["acquired_key"]))
    return {**row, "held_to": next_["acquired_on"], "ended_key": next_["acquired_key"]}


def vehicles(
    of: Recipient, table: Mapping[str, Sequence[Row]], month: str, rule: Settled
) -> list[dict[str, Any]]:
    """Vehicles of members in a month, once they reach the limit; exempt ones are kept, marked.

    Where the rule states a least value, those of no stated value do not count: see `vehicles_unknown`.
    """
    words = [w for w in str(rule["exempt_vehicle_words"]).split(";") if w]
    floor = round(float(rule["vehicle_value_limit"]) * 100)
    found = {}
    # A car that also stands in the name of somebody living is that one's.
    for row in (*_left(of, table, month), *_held(of, table, month)):
        if floor and (row["vehicle_value"] is None or row["vehicle_value"] < floor):
            continue
        exempt = "exempt-vehicle" if any(w in (row["vehicle_kind"] or "") for w in words) else _estate(row)
        found[row["vehicle_id"]] = _mean("vehicle", row["vehicle_id"], row, exempt, note=row["vehicle_kind"])
    counted = [f for f in found.values() if not f["exempt"]]
    return [f for f in found.values() if f["exempt"] or len(counted) >= int(rule["vehicle_limit"])]


def vehicles_unknown(
    of: Recipient, table: Mapping[str, Sequence[Row]], values: Values
) -> Iterator[Undecided]:
    """Whether a recipient's vehicles reach the limit, where the rule states a least value and theirs are not stated."""
    unknown: set[str] = set()
    for month in of.months:
        rule = of.settled(values, month)
        if not float(rule["vehicle_value_limit"]):
            continue
        words = [w for w in str(rule["exempt_vehicle_words"]).split(";") if w]
        floor = round(float(rule["vehicle_value_limit"]) * 100)
        held = [r for r in _held(of, table, month) if not any(w in (r["vehicle_kind"] or "") for w in words)]
        valued = {r["vehicle_id"] for r in held if (r["vehicle_value"] or 0) >= floor}
        unvalued = {r["vehicle_id"] for r in held if r["vehicle_value"] is None} - valued
        if unvalued and len(valued) < int(rule["vehicle_limit"]) <= len(valued | unvalued):
            unknown |= unvalued
    if unknown:
        yield Undecided(
            of.kind,
            of.id,
            tuple(sorted(unknown)),
            f"成员的{len(unknown)}辆车没有价值，是否计入无法判定",
            f"no value of {counted(len(unknown), 'vehicle')} of its members is stated: whether they count can't be decided",
        )


def posts(
    of: Recipient, table: Mapping[str, Sequence[Row]], month: str, rule: Settled
) -> list[dict[str, Any]]:
    """Posts of members in companies in a month."""
    if not rule["count_posts"]:
        return []
    return [
        _mean("post", r["company_id"], r, _company_exempt(r), name=r["company_name"], note=r["role"])
        for r in (*_held(of, table, month), *_left(of, table, month))
    ]


def stakes(
    of: Recipient, table: Mapping[str, Sequence[Row]], month: str, rule: Settled
) -> list[dict[str, Any]]:
    """Companies of which a member effectively holds at least the limit in a month."""
    found = []
    for row in (*_held(of, table, month), *_left(of, table, month)):
        low = row["share"] if row["share"] is not None else row["share_min"]
        if low is None or low < float(rule["stake_limit"]) - 1e-9:
            continue
        paths = json.loads(row["derivation"] or "{}").get("paths", [])
        keys = [key for p in paths for step in p["rows"] for key in step]
        told = {"share": row["share"], "share_min": row["share_min"], "share_max": row["share_max"]}
        shown = [{"nodes": p["nodes"], "formula": p.get("formula", "")} for p in paths]
        mean = _mean(
            "stake", row["company_id"], {**row, "key": ""}, _company_exempt(row), name=row["company_name"],
            note=f"{low:.2%}",
        )  # fmt: skip
        found.append({**mean, **told, "depth": row["depth"], "paths": shown, "keys": keys})
    return found


def stakes_unknown(of: Recipient, table: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Undecided]:
    """Whether a recipient's stakes count, where it can't be told whether they reach the limit."""
    unknown = {c for m in of.months for c in _open_stakes(of, table, m, of.settled(values, m))}
    if unknown:
        yield Undecided(
            of.kind,
            of.id,
            tuple(sorted(unknown)),
            f"成员对{len(unknown)}家企业的持股比例不明，是否达到提示线无法判定",
            f"the share of members in {counted(len(unknown), 'company')} is not known: it can't be decided whether it counts",
        )


def _open_stakes(of: Recipient, table: Mapping[str, Sequence[Row]], month: str, rule: Settled) -> set[str]:
    """Active companies of which it can't be told whether a member holds the limit: the share is not known, or a band."""
    limit = float(rule["stake_limit"])
    return {
        str(r["company_id"])
        for r in _held(of, table, month)
        if r["share"] is None
        and (r["share_min"] or 0.0) < limit - 1e-9
        and (1.0 if r["share_max"] is None else r["share_max"]) >= limit - 1e-9
        and not _company_exempt(r)
    }


def income(
    of: Recipient, table: Mapping[str, Sequence[Row]], month: str, rule: Settled
) -> list[dict[str, Any]]:
    """Income of a kind that is pointed out whatever its amount, and income per head above the limit."""
    # The dead make the income a head no less.
    members = living(of, month)
    rows = [r for p in sorted(members) for r in table.get(p, []) if r["month"] == month]
    kinds = [k for k in str(rule["income_kinds"]).split(";") if k]
    found = [
        _mean("payroll", r["income_kind"], r, None, note=r["income_kind"])
        for r in rows
        if r["income_kind"] in kinds
    ]
    limit = float(rule["income_per_head_limit"])
    total = sum(r["income"] or 0 for r in rows)
    heads = len(members) + of.unlisted
    if limit and members and total / heads > limit * 100:
        per_head = total / heads / 100
        first = max(rows, key=lambda r: r["income"] or 0)
        mean = _mean("income", of.id, first, None, note=f"{per_head:,.2f}")
        found.append({**mean, "per_head": per_head, "limit": limit, "keys": [r["key"] for r in rows]})
    return found


def _company_exempt(row: Row) -> str | None:
    if row.get("died"):
        return _estate(row)
    if row["company_status"] in _INACTIVE:
        return "inactive-company"
    name = str(row["company_name"] or "")
    if is_collective(row["company_kind"], name):
        return "cooperative"
    return "no-company" if _NO_COMPANY.search(name) else None


def is_collective(kind: str | None, name: str) -> bool:
    """Is it a farmers' cooperative or a village collective, by its kind or its name?"""
    return kind == "cooperative" or bool(_COLLECTIVE.search(name))


_COLLECTIVE: Final = re.compile(
    r"(?:经济合作(?:联合)?(?:总)?社|合作经济(?:联合)?社|专业合作(?:联合)?社|合作社)$"
)
_NO_COMPANY: Final = re.compile(
    r"(?:业主(?:委员|大)会|业委会|(?:村民|居民)(?:委员会|小组)|[村居]委会|家长委员会|工会(?:委员会)?|志愿(?:者|服务)队)$"
)
"""What bodies are by their names, where the register gives no kind: none of these is run for gain."""


def _mean(
    kind: str, id_: str, row: Row, exempt: str | None, name: str | None = None, note: str | None = None
) -> dict[str, Any]:
    return {
        "kind": kind,
        "id": id_,
        "name": name,
        "note": note,
        "person": row["person_id"],
        "exempt": exempt,
        "keys": [row["key"], *([row["ended_key"]] if row.get("ended_key") else [])],
        **({"died_on": row["died"]} if row.get("died") else {}),
    }
