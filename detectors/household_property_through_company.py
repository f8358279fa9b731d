"""W1b `household-property-through-company`: dwellings held by a company the recipient household ultimately owns."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from detectors.definition import Detector, Draft, Parameter, Row, Undecided, Values
from detectors.dwellings import (
    EXEMPTIONS,
    PARAMETERS,
    PROPERTIES,
    PROPERTIES_COLUMNS,
    dwelling_facts,
    home,
    judge,
    reason,
)
from detectors.households import (
    POPULATION,
    RECIPIENTS,
    RECIPIENTS_COLUMNS,
    TAIL_EN,
    TAIL_ZH,
    Recipient,
    assistance_law,
    by_person,
    draft,
    in_month,
    recipients,
)

_THROUGH: Final = (
    "MATCH (p:Person)-[u:ULTIMATELY_HOLDS]->(c:Company)-[o:HOLDS_PROPERTY]->(x:Property) WHERE o.counted "
    "RETURN p.id AS person_id, c.id AS company_id, c.name AS company_name, u.share AS effective, "
    "u.share_min AS effective_min, u.share_max AS effective_max, u.depth AS depth, u.method AS method, "
    "u.identity AS identity, u.holds_from AS holds_from, u.holds_to AS holds_to, u.derivation AS derivation, "
    "x.id AS property_id, x.kind AS kind, x.address_key AS address_key, x.status AS property_status, "
    "x.area_m2 AS area_m2, o.share AS share, o.acquired_by AS acquired_by, o.valid_from AS held_from, "
    "o.valid_to AS held_to, o.key AS holding_key"
)
_COLUMNS: Final = (
    *("person_id", "company_id", "company_name", "effective", "effective_min", "effective_max", "depth"),
    *("method", "identity", "holds_from", "holds_to", "derivation", "property_id", "kind", "address_key"),
    *("property_status", "area_m2", "share", "acquired_by", "held_from", "held_to", "holding_key"),
)
_WEAKEST: Final = ("id", "vendor_id", "unique_name", "name_only")


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a recipient whose dwellings, those of its companies among them, reach the limit."""
    direct = by_person(rows["properties"], rows["properties_alone"])
    through = by_person(rows["through"])
    for of in recipients(rows):
        behind = [r for person in sorted(of.persons) for r in through.get(person, [])]
        if not behind:
            continue
        own = [r for person in sorted(of.persons) for r in direct.get(person, [])]
        hits: dict[str, tuple[str | None, list[Row], int, int]] = {}
        for month in of.months:
            rule = of.settled(values, month)
            companies = _owned(of, behind, month, float(rule["company_share"]))
            held = [dict(r) | {"through": r["company_id"]} for c in companies.values() for r in c]
            found = judge(of, [*own, *held], month, rule)
            ours = {home(r) for r in held} - {home(r) for r in own}
            why = None if found.over else found.excused(int(rule["dwelling_limit"]))
            homes = {**found.counted, **(found.exempt_rows if why else {})}
            if ours & set(homes) and (found.over or why):
                hits[month] = (why, [r for rs in homes.values() for r in rs], len(homes), found.limit)
        certain = [m for m, hit in hits.items() if hit[0] is None]
        months = certain or sorted(hits)
        if months:
            yield _draft(of, months, {m: hits[m] for m in months}, behind, values)


def _owned(of: Recipient, rows: Sequence[Row], month: str, limit: float) -> dict[str, list[Row]]:
    """Rows of the companies of which members together hold at least `limit` (at least, by the bounds)."""
    inside = {m["person_id"] for m in of.members_in(month)}
    now = [r for r in rows if r["person_id"] in inside and in_month(r["holds_from"], r["holds_to"], month)]
    shares: dict[str, dict[str, float]] = defaultdict(dict)
    for row in now:
        low = row["effective"] if row["effective"] is not None else row["effective_min"] or 0.0
        shares[row["company_id"]][row["person_id"]] = max(
            float(low), shares[row["company_id"]].get(row["person_id"], 0.0)
        )
    owned = {c for c, held in shares.items() if sum(held.values()) >= limit - 1e-9}
    found: dict[str, list[Row]] = defaultdict(list)
    for row in now:
        if row["company_id"] in owned:
            found[row["company_id"]].append(row)
    return found


def _draft(
    of: Recipient,
    months: Sequence[str],
    hits: Mapping[str, tuple[str | None, list[Row], int, int]],
    behind: Sequence[Row],
    values: Values,
) -> Draft:
    last = months[-1]
    shown = [r for m in months for r in hits[m][1]]
    used = {(r["person_id"], r["through"]) for r in shown if r.get("through")}
    links: dict[tuple[str, str], Row] = {
        (r["person_id"], r["company_id"]): r
        for r in behind
        if (r["person_id"], r["company_id"]) in used and in_month(r["holds_from"], r["holds_to"], last)
    }
    holdings = [_holding(links[k]) for k in sorted(links)]
    nodes = {n for h in holdings for p in h["paths"] for n in p["nodes"]}
    steps = [p for r in links.values() for p in json.loads(r["derivation"] or "{}").get("paths", [])]
    why, limit = hits[last][0], hits[last][3]
    persons = {r["person_id"] for r in shown}
    facts: dict[str, Any] = {
        "limit": limit,
        "dwelling_count": max(h[2] for h in hits.values()),
        "through_company": len({home(r) for r in shown if r.get("through")}),
        "dwellings": dwelling_facts(shown),
        "holdings": holdings,
        "method": ", ".join(sorted({str(r["method"]) for r in links.values()})),
        "identity": max(
            (str(r["identity"] or "id") for r in links.values()), key=_WEAKEST.index, default="id"
        ),
        "members": sorted(of.persons),
    }
    shares = [f"{h['name'] or h['company']}{_percent(h)}（{h['depth']}层）" for h in holdings]
    shares_en = [f"{h['name'] or h['company']} {_percent(h)} (depth {h['depth']})" for h in holdings]
    return draft(
        of,
        months,
        facts,
        {
            "count": str(facts["dwelling_count"]),
            "limit": str(limit),
            "through": str(facts["through_company"]),
            "shares_zh": "、".join(shares),
            "shares_en": "; ".join(shares_en),
        },
        values=values,
        nodes=[*nodes, *persons, *(r["property_id"] for r in shown), *(c for _, c in used)],
        keys=[
            *(r["holding_key"] for r in shown),
            *(m["member_key"] for m in of.members if m["person_id"] in persons),
            *(key for p in steps for step in p["rows"] for key in step),
        ],
        suppressed_by=reason(why, of.settled(values, last)) if why else None,
    )


def _holding(row: Row) -> dict[str, Any]:
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


def _percent(held: Mapping[str, Any]) -> str:
    if held["share"] is not None:
        return f"{held['share']:.2%}"
    return f"{held['share_min'] or 0:.2%}–{1 if held['share_max'] is None else held['share_max']:.2%}"


DETECTOR = Detector(
    id="household-property-through-company",
    version="1.0",
    domain="民生保障",
    scene="社会救助",
    title_zh="救助家庭通过企业持有住房",
    title_en="A recipient household holds dwellings through a company",
    severity="lead",
    basis=assistance_law(
        "第九条、第十条、第五十八条",
        "家庭财产状况须符合当地规定；可通过不动产登记、工商登记等查询核对",
        "household property must be within the local rule; property and company registers may be consulted",
        "第十八条、第四十六条、第四十七条、第四十八条",
        "家庭财产状况须符合规定；核对、定期复核；减少或终止救助前须听取意见并书面说明理由",
        "household property must be within the rule; checks and reviews; the person is heard before a change",
    ),
    needs=("OWNS", "HOLDS_PROPERTY", "RECEIVES"),
    parameters=(
        *PARAMETERS,
        Parameter(
            "company_share",
            0.25,
            "fraction",
            "家庭成员合计穿透持股达到此比例的企业，其住房计入",
            "dwellings of a company count where members together effectively hold at least this",
        ),
    ),
    queries={**RECIPIENTS, **PROPERTIES, "through": _THROUGH},
    columns={**RECIPIENTS_COLUMNS, **PROPERTIES_COLUMNS, "through": _COLUMNS},
    population=POPULATION,
    identity=("household_id",),
    suppressors=EXEMPTIONS,
    wording_zh=(
        "【风险预警】救助家庭{household}：{months}领取{programs}期间，名下及其穿透持股企业名下住房共{count}套"
        "（提示线{limit}套），其中{through}套由企业持有；家庭成员穿透持有{shares_zh}；期间发放{amount}元。"
        "请核实权属、出资与救助资格。" + TAIL_ZH
    ),
    wording_en=(
        "[Lead] Household {household}: while paid {programs} in {months}, it and companies it effectively owns held "
        "{count} dwellings (from {limit} on it is pointed out), {through} of them by a company; members effectively "
        "hold {shares_en}; paid in that time: {amount} yuan. Verify title, investment and eligibility. "
        + TAIL_EN
    ),
    assemble=assemble,
    innocent_zh=("企业员工宿舍或经营用房", "为他人代持股权", "股权已转让而登记未更新"),
    innocent_en=(
        "staff housing or business premises",
        "shares held for somebody else",
        "a stake sold, not yet registered",
    ),
    in_play=True,
)
