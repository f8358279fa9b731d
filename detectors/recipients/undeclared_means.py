"""W4 `undeclared-means`: vehicles, companies, posts or income of a recipient beyond the local rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from detectors.definition import Detector, Draft, Row, Suppressor, Undecided, Values
from detectors.households import paid
from detectors.households.drafts import draft
from detectors.households.incomes import Unlimited, incomes_unknown
from detectors.households.means import (
    COLUMNS,
    OFFICES,
    PARAMETERS,
    QUERIES,
    REASONS,
    REPRESENTS,
    income,
    posts,
    registered,
    stakes,
    stakes_unknown,
    vehicles,
    vehicles_unknown,
)
from detectors.households.means_said import means_said
from detectors.households.registers import registers_told
from detectors.households.tested import MEANS_TESTED, Tested
from detectors.households.unnumbered import looked_up_by_number
from detectors.law.assistance import assistance_law
from detectors.law.caution import CAUTION_EN, CAUTION_ZH
from detectors.rules.values import most


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a recipient with all its means beyond the rule, over the months in which it had any."""
    owned = registered(rows)
    held = paid.by_person(*(rows[n] for n in (*REPRESENTS, *OFFICES)))
    earned = paid.by_person(rows["earns"], rows["earns_alone"])
    shares = paid.by_person(rows["stakes"])
    born = paid.by_person(rows["births"], rows["births_alone"])
    limited = most(values, "income_per_head_limit") > 0
    tested, unlimited = Tested(values), Unlimited()
    for of in paid.recipients(rows):
        known = any(p in table for p in of.persons for table in (owned, held, earned, shares))
        if not known and not limited:
            continue
        months = {
            m: [
                *vehicles(of, owned, m, of.settled(values, m)),
                *posts(of, held, m, of.settled(values, m)),
                *stakes(of, shares, m, of.settled(values, m)),
                *income(of, earned, m, of.settled(values, m)),
            ]
            for m in (of.months if known else ())
        }
        over = [m for m, means in months.items() if any(not x["exempt"] for x in means)]
        of = tested.only(of, over)
        months = {m: means for m, means in months.items() if m in of.months}
        over = [m for m in over if m in months]
        excused = [m for m, means in months.items() if means]
        if over or excused:
            yield _draft(of, over or excused, months, values, not over)
        if not over:
            yield from stakes_unknown(of, shares, values)
            yield from vehicles_unknown(of, owned, values)
            yield from incomes_unknown(of, earned, born, values)
            unlimited.add(of, earned, values)
        yield from paid.without_months(of)
    yield from unlimited.told()
    yield from tested.told()


def _draft(
    of: paid.Recipient,
    over: Sequence[str],
    months: Mapping[str, Sequence[Mapping[str, Any]]],
    values: Values,
    excused: bool,
) -> Draft:
    found = {
        (x["kind"], x["id"], x["person"], x["note"] if x["kind"] != "income" else ""): x
        for m in over
        for x in months[m]
    }
    means = [found[k] for k in sorted(found, key=lambda k: [str(v) for v in k])]
    zh, en = means_said([x for x in means if excused or not x["exempt"]])
    persons = of.persons if any(x["kind"] == "income" for x in means) else {x["person"] for x in means}
    why = means[0]["exempt"] if excused else None
    nodes = {x["id"] for x in means if x["kind"] in ("vehicle", "stake", "post")}
    nodes |= {n for x in means for p in x.get("paths", []) for n in p["nodes"]}
    return draft(
        of,
        over,
        {
            "means": [{k: v for k, v in x.items() if k != "keys"} for x in means],
            "members": sorted(of.persons),
        },
        {"means_zh": zh, "means_en": en},
        values=values,
        nodes=[*nodes, *persons],
        keys=[*(k for x in means for k in x["keys"]), *of.membership_keys(persons)],
        suppressed_by=(why, *REASONS[why]) if why else None,
    )


DETECTOR = Detector(
    id="undeclared-means",
    version="1.9",
    domain="民生保障",
    by_place=True,
    scene="社会救助",
    title_zh="救助家庭的车辆、企业或收入超出当地规定",
    title_en="Vehicles, companies or income of a recipient beyond the local rule",
    meaning_zh="领取人家庭名下的车辆、企业、任职或收入超出当地规定。",
    severity="lead",
    basis=assistance_law(
        "第五十八条",
        "可查询户籍、税务、社会保险、不动产、工商、公积金、车辆等信息核对收入与财产",
        "registers of tax, social insurance, real estate, companies, housing funds and vehicles may be consulted",
        "第四十一条、第四十六条",
        "可以向有关部门和金融机构核对收入、财产状况；定期核查",
        "means may be checked with registers and banks; regular checks",
    ),
    needs=("RECEIVES",),
    needs_any=("HOLDS_VEHICLE", "OWNS", "LEGAL_REP_OF", "OFFICER_OF", "EARNS"),
    parameters=(*PARAMETERS, MEANS_TESTED),
    queries={**paid.RECIPIENTS, **QUERIES},
    columns={**paid.RECIPIENTS_COLUMNS, **COLUMNS},
    population=paid.POPULATION,
    identity=("household_id",),
    suppressors=tuple(Suppressor(name, zh, en) for name, (zh, en) in REASONS.items()),
    wording_zh=(
        "【风险预警】救助对象{household}：{months}领取{programs}期间，家庭成员名下有{means_zh}；期间发放{amount}元。"
        "请核实是否已申报、是否在当地规定之内。" + CAUTION_ZH
    ),
    wording_en=(
        "[Lead] Recipient {household}: while paid {programs} in {months}, its members had {means_en}; paid in that "
        "time: {amount} yuan. Verify whether this was declared and lies within the local rule. " + CAUTION_EN
    ),
    assemble=looked_up_by_number(registers_told(assemble)),
    innocent_zh=("为他人挂名", "企业无经营、未注销", "车辆已报废未注销"),
    innocent_en=(
        "a name lent to somebody else",
        "a company without business",
        "a scrapped vehicle still registered",
    ),
    in_play=True,
)
