"""W1 `household-multi-property`: a household paid a benefit while it held dwellings at or above the local limit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from detectors.definition import (
    Detector,
    Draft,
    Evidence,
    LegalBasis,
    Parameter,
    Row,
    Suppressor,
    Undecided,
    Values,
)
from detectors.households import (
    BENEFITS,
    BENEFITS_COLUMNS,
    MEMBERS,
    MEMBERS_COLUMNS,
    PERSONAL,
    PROPERTIES,
    PROPERTIES_COLUMNS,
    Spell,
    held_in,
    outside_registration,
    spells,
)


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a household, over all months in which it was paid and held too many dwellings."""
    members: dict[str, list[Row]] = defaultdict(list)
    for row in rows["members"]:
        members[row["household_id"]].append(row)
    holdings: dict[str, list[Row]] = defaultdict(list)
    for row in rows["properties"]:
        holdings[row["household_id"]].append(row)
    for household, paid in sorted(spells(rows["benefits"], rows["personal"]).items()):
        draft = _judge(household, paid, holdings.get(household, []), members.get(household, []), values)
        if draft is not None:
            yield draft


def _judge(
    household: str, paid: Sequence[Spell], holdings: Sequence[Row], members: Sequence[Row], values: Values
) -> Draft | None:
    months = sorted({s.month for s in paid})
    counted: dict[str, set[str]] = {
        m: {_dwelling(r) for r in holdings if _counts(r, m, values)} for m in months
    }
    limit = int(values["dwelling_limit"])
    over = [m for m in months if len(counted[m]) >= limit]
    suppressed = None
    if not over:
        # With the exempt shares counted too: shown, with the reason, not dropped.
        everything = {
            m: {_dwelling(r) for r in holdings if held_in(r, m) and _is_dwelling(r, values)} for m in months
        }
        over = [m for m in months if len(everything[m]) >= limit]
        if not over:
            return None
        counted = everything
        suppressed = (
            "inherited-minor-share",
            f"其中有继承取得且份额低于{values['inherited_minor_share']:.0%}的房产，按规定不计",
            f"of these, inherited shares below {values['inherited_minor_share']:.0%} do not count",
        )
    shown = [
        r
        for r in holdings
        if _dwelling(r) in set.union(*(counted[m] for m in over)) and _is_dwelling(r, values)
    ]
    not_counted = sorted(
        {(r["property_id"], r["kind"] or "unknown") for r in holdings if not _is_dwelling(r, values)}
    )
    amount = sum(s.amount or 0 for s in paid if s.month in over)
    outside = outside_registration(members, [s.region for s in paid])
    count = max(len(counted[m]) for m in over)
    facts: dict[str, Any] = {
        "as_of": over[-1],
        "limit": limit,
        "dwellings": _dwelling_facts(shown),
        "dwelling_count": count,
        "not_counted": [{"id": i, "kind": k} for i, k in not_counted],
        "months": {"from": over[0], "to": over[-1], "count": len(over)},
        "amount": amount,
        "currency": "CNY",
        "programs": sorted({s.program for s in paid if s.month in over}),
        "outside_registration": outside,
        "members": sorted({m["person_id"] for m in members}),
        "identity": "id",
    }
    known = outside is not None
    return Draft(
        scope_kind="household",
        scope_id=household,
        identity={"household_id": household},
        subjects=(household,),
        facts=facts,
        words={
            "household": household.partition(":")[2],
            "programs": "、".join(facts["programs"]),
            "months": f"{over[0]}—{over[-1]}" if over[0] != over[-1] else over[0],
            "count": str(count),
            "limit": str(limit),
            "amount": f"{amount / 100:,.2f}",
            "outside_zh": "；户籍不在发放地" if outside else "" if known else "；户籍情况缺失",
            "outside_en": "; registered elsewhere" if outside else "" if known else "; registration unknown",
        },
        date=f"{over[-1]}-01",
        regime=None,
        evidence=Evidence(
            tuple(
                sorted(
                    {household, *(r["property_id"] for r in shown), *(r["person_id"] for r in shown)}
                    | {s.benefit for s in paid if s.month in over[-1:]}
                )
            ),
            tuple(sorted({r["holding_key"] for r in shown} | {r["member_key"] for r in shown})),
        ),
        suppressed_by=suppressed,
    )


def _dwelling(row: Row) -> str:
    """One dwelling once: by its address where two certificates share one, else by its id."""
    return str(row["address_key"] or row["property_id"])


def _is_dwelling(row: Row, values: Values) -> bool:
    kinds = {"dwelling", "rural_dwelling"} if values["count_rural"] else {"dwelling"}
    return row["kind"] in kinds and (row["property_status"] or "current") == "current"


def _counts(row: Row, month: str, values: Values) -> bool:
    minor = row["share"] is not None and row["share"] < values["inherited_minor_share"] - 1e-9
    exempt = row["acquired_by"] == "inheritance" and minor
    return _is_dwelling(row, values) and held_in(row, month) and not exempt


def _dwelling_facts(rows: Sequence[Row]) -> list[dict[str, Any]]:
    homes: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        homes[_dwelling(row)].append(row)
    return [
        {
            "properties": sorted({r["property_id"] for r in home}),
            "by_address": len({r["property_id"] for r in home}) > 1,
            "holders": sorted(
                (
                    {
                        "id": r["person_id"],
                        "share": r["share"],
                        "acquired_by": r["acquired_by"],
                        "from": r["held_from"],
                        "to": r["held_to"],
                    }
                    for r in home
                ),
                key=lambda h: str(h["id"]),
            ),
        }
        for _, home in sorted(homes.items())
    ]


DETECTOR = Detector(
    id="household-multi-property",
    version="1.0",
    domain="民生保障",
    scene="社会救助",
    title_zh="救助家庭名下多套住房",
    title_en="A recipient household holds several dwellings",
    severity="lead",
    basis=(
        LegalBasis(
            "社会救助暂行办法",
            "Interim Measures for Social Assistance",
            "第九条、第十条、第五十八条",
            "共同生活的家庭成员收入和财产状况须符合当地规定；可通过不动产登记等查询核对",
            "income and property of the household must be within the local rule; registers may be consulted",
            in_force_from="2014-05-01",
            in_force_to="2026-07-01",
        ),
        LegalBasis(
            "社会救助法",
            "Social Assistance Law",
            "第十八条、第四十六条、第四十七条、第四十八条",
            "家庭财产状况须符合规定；核对、定期复核；减少或终止救助前须听取意见并书面说明理由",
            "household property must be within the rule; checks and reviews; the person is heard before a change",
            in_force_from="2026-07-01",
        ),
    ),
    needs=("MEMBER_OF", "HOLDS_PROPERTY", "RECEIVES"),
    parameters=(
        Parameter(
            "dwelling_limit",
            2,
            "dwellings",
            "住房套数达到此数即提示（各地规定不同，须配置）",
            "at or above this many dwellings (local rules differ: configure)",
        ),
        Parameter(
            "inherited_minor_share",
            0.5,
            "fraction",
            "继承取得且份额低于此值的不计",
            "inherited shares below this do not count",
        ),
        Parameter(
            "count_rural", False, "", "是否计入农村宅基地房屋", "whether rural homestead dwellings count"
        ),
    ),
    queries={"properties": PROPERTIES, "members": MEMBERS, "benefits": BENEFITS, "personal": PERSONAL},
    columns={
        "properties": PROPERTIES_COLUMNS,
        "members": MEMBERS_COLUMNS,
        "benefits": BENEFITS_COLUMNS,
        "personal": BENEFITS_COLUMNS,
    },
    population="MATCH (h:Household)-[:RECEIVES]->(:Benefit) RETURN count(DISTINCT h.id) AS n",
    identity=("household_id",),
    suppressors=(
        Suppressor("inherited-minor-share", "继承取得的少数份额不计", "inherited minor shares do not count"),
    ),
    wording_zh=(
        "【风险预警】救助家庭{household}：{months}领取{programs}期间，家庭成员名下住房{count}套（提示线{limit}套）"
        "{outside_zh}；期间发放{amount}元。请核实权属与救助资格。"
        "本预警由数据比对自动生成，仅供核查参考，不作为认定违纪违法的依据。"
    ),
    wording_en=(
        "[Lead] Household {household}: while paid {programs} in {months}, its members held {count} dwellings "
        "(from {limit} on it is pointed out){outside_en}; paid in that time: {amount} yuan. Verify title and "
        "eligibility. Made by comparing data, for verification only; it establishes no wrongdoing."
    ),
    assemble=assemble,
    innocent_zh=("继承的少数份额", "拆迁安置过渡", "已出售未过户", "同一住房两本证书"),
    innocent_en=(
        "an inherited minor share",
        "resettlement",
        "sold but not yet transferred",
        "two certificates for one dwelling",
    ),
)
