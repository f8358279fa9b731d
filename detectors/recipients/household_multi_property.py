"""W1 `household-multi-property`: a household paid a benefit while it held dwellings at or above the local limit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from detectors.definition import Detector, Draft, Row, Undecided, Values
from detectors.households.deaths import deaths_told
from detectors.households.drafts import draft, limit_words
from detectors.households.dwelling_periods import by_period
from detectors.households.dwellings import (
    EXEMPTIONS,
    PARAMETERS,
    PROPERTIES,
    PROPERTIES_COLUMNS,
    Month,
    cannot_tell,
    dwelling_facts,
    judge,
    reason,
)
from detectors.households.home_region import HOME_REGION
from detectors.households.paid import (
    POPULATION,
    RECIPIENTS,
    RECIPIENTS_COLUMNS,
    Recipient,
    by_person,
    recipients,
)
from detectors.households.registered import registered_elsewhere
from detectors.households.rights import proof, rights
from detectors.households.tested import MEANS_TESTED, Tested
from detectors.households.unnumbered import OWNERS, OWNERS_COLUMNS, homes_by_name, looked_up_by_number
from detectors.law.assistance import OF_PROPERTY, assistance_law
from detectors.law.caution import CAUTION_EN, CAUTION_ZH


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a recipient, over all months in which it was paid and held too many dwellings."""
    held = by_person(rights([*rows["properties"], *rows["properties_alone"]], rows["acquired"]))
    tested = Tested(values)
    for of in recipients(rows):
        mine = [r for person in sorted(of.persons) for r in held.get(person, [])]
        if not mine:
            continue
        months = {m: judge(of, mine, m, of.settled(values, m)) for m in of.months}
        of = tested.only(of, [m for m, found in months.items() if found.over])
        months = {m: months[m] for m in of.months}
        over = [m for m, found in months.items() if found.over]
        if over:
            yield _draft(of, over, months, mine, values, None)
            continue
        excused = {
            m: why
            for m, found in months.items()
            if (why := found.excused(int(of.settled(values, m)["dwelling_limit"])))
        }
        if excused:
            yield _draft(of, sorted(excused), months, mine, values, excused[max(excused)])
        yield from cannot_tell(of, months)
    yield from tested.told()


def _draft(
    of: Recipient,
    over: Sequence[str],
    months: Mapping[str, Month],
    held: Sequence[Row],
    values: Values,
    why: str | None,
) -> Draft:
    last = months[over[-1]]
    shown = [r for m in over for r in months[m].rows(exempt=why is not None)]
    counts = {m: months[m].held(why) for m in over}
    between = lambda m: judge(of, held, m, of.settled(values, m)).held(why)  # noqa: E731
    how_many, said = by_period(counts, of.months, between)
    shown_ids = {r["property_id"] for r in shown}
    others = sorted(
        {(r["property_id"], r["kind"] or "unknown") for r in held if r["property_id"] not in shown_ids}
    )
    persons = {r["person_id"] for r in shown}
    deaths = deaths_told(of, persons, over[-1])
    elsewhere, outside_zh, outside_en = registered_elsewhere(of, over[-1], of.settled(values, over[-1]))
    facts = {
        "limit": last.limit,
        "dwellings": dwelling_facts(shown),
        **how_many,
        "not_counted": [{"id": i, "kind": k} for i, k in others],
        "outside_registration": elsewhere,
        "members": sorted(of.persons),
        **({"deaths": deaths} if deaths else {}),
    }
    titles, title_keys = proof(shown)
    return draft(
        of,
        over,
        facts,
        said
        | {"outside_zh": outside_zh, "outside_en": outside_en}
        | limit_words({m: months[m].limit for m in over}),
        values=values,
        nodes=titles,
        keys=[*title_keys, *of.membership_keys(persons)],
        suppressed_by=reason(why, of.settled(values, over[-1]), deaths) if why else None,
    )


DETECTOR = Detector(
    id="household-multi-property",
    version="1.10",
    domain="民生保障",
    by_place=True,
    scene="社会救助",
    title_zh="救助家庭名下多套住房",
    title_en="A recipient household holds several dwellings",
    meaning_zh="家庭在领取救助期间，成员名下的住房达到当地的套数限制。",
    severity="lead",
    basis=assistance_law(
        "第九条、第十条、第五十八条",
        "共同生活的家庭成员收入和财产状况须符合当地规定；可通过不动产登记等查询核对",
        "income and property of the household must be within the local rule; registers may be consulted",
        *OF_PROPERTY,
    ),
    needs=("HOLDS_PROPERTY", "RECEIVES"),
    parameters=(*PARAMETERS, HOME_REGION, MEANS_TESTED),
    queries={**RECIPIENTS, **PROPERTIES, **OWNERS},
    columns={**RECIPIENTS_COLUMNS, **PROPERTIES_COLUMNS, **OWNERS_COLUMNS},
    population=POPULATION,
    identity=("household_id",),
    suppressors=EXEMPTIONS,
    wording_zh=(
        "【风险预警】救助家庭{household}：{months}领取{programs}期间，家庭成员名下住房{count_zh}（提示线{limit_zh}）"
        "{outside_zh}；期间发放{amount}元。请核实权属与救助资格。" + CAUTION_ZH
    ),
    wording_en=(
        "[Lead] Household {household}: while paid {programs} in {months}, its members held {count_en} "
        "(from {limit_en} on it is pointed out){outside_en}; paid in that time: {amount} yuan. Verify title and "
        "eligibility. " + CAUTION_EN
    ),
    assemble=looked_up_by_number(homes_by_name(assemble)),
    innocent_zh=("继承的少数份额", "拆迁安置过渡", "农村宅基地房屋", "已出售未过户", "同一住房两本证书"),
    innocent_en=(
        "an inherited minor share",
        "resettlement",
        "a rural homestead",
        "sold but not yet transferred",
        "two certificates for one dwelling",
    ),
)
