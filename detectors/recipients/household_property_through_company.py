"""W1b `household-property-through-company`: dwellings held by a company the recipient household ultimately owns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from detectors.definition import LEAST_SHARE, Detector, Draft, Parameter, Row, Undecided, Values
from detectors.households import dwellings, paid
from detectors.households.company_dwellings import (
    COLUMNS,
    QUERIES,
    Hit,
    holding,
    links_used,
    percent,
    rests_on,
    stated_by,
    through_companies,
    unknown_share,
)
from detectors.households.deaths import deaths_told
from detectors.households.drafts import draft, limit_words
from detectors.households.dwelling_periods import by_period
from detectors.households.rights import proof, rights
from detectors.households.tested import MEANS_TESTED, Tested
from detectors.households.unnumbered import looked_up_by_number
from detectors.law.assistance import OF_PROPERTY, assistance_law
from detectors.law.caution import CAUTION_EN, CAUTION_ZH


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a recipient whose dwellings, those of its companies among them, reach the limit."""
    acquired = rows["acquired"]
    direct = paid.by_person(rights([*rows["properties"], *rows["properties_alone"]], acquired))
    through = paid.by_person(rights(rows["through"], acquired))
    tested = Tested(values)
    for of in paid.recipients(rows):
        behind = [r for person in sorted(of.persons) for r in through.get(person, [])]
        if not behind:
            continue
        own = [r for person in sorted(of.persons) for r in direct.get(person, [])]
        found = through_companies(of, own, behind, values)
        of = tested.only(of, [m for m, hit in found.hits.items() if hit.why is None])
        found = found.within(of.months)
        certain = [m for m, hit in found.hits.items() if hit.why is None]
        if months := certain or sorted(found.hits):
            yield _draft(of, months, found.hits, behind, values)
        if not certain:
            yield from unknown_share(of, found.open)
            yield from dwellings.cannot_tell(of, found.unknown)
    yield from tested.told()


def _draft(
    of: paid.Recipient, months: Sequence[str], hits: Mapping[str, Hit], behind: Sequence[Row], values: Values
) -> Draft:
    last = months[-1]
    shown = [r for m in months for r in hits[m].rows]
    links = links_used(behind, shown, last)
    holdings = [holding(r) for r in links]
    nodes = {n for h in holdings for p in h["paths"] for n in p["nodes"]}
    why, limit = hits[last].why, hits[last].limit
    persons = {r["person_id"] for r in shown}
    deaths = deaths_told(of, persons, last)
    titles, title_keys = proof(shown)
    how_many, said = by_period({m: hits[m].dwellings for m in months}, of.months)
    facts: dict[str, Any] = {
        "limit": limit,
        **how_many,
        "through_company": len({dwellings.home(r) for r in shown if r.get("through")}),
        "dwellings": dwellings.dwelling_facts(shown),
        "holdings": holdings,
        "method": ", ".join(sorted({str(r["method"]) for r in links})),
        "identity": rests_on(persons, shown, links),
        "members": sorted(of.persons),
    } | ({"deaths": deaths} if deaths else {})
    shares = [(h["name"] or h["company"], percent(h), h["depth"]) for h in holdings]
    return draft(
        of,
        months,
        facts,
        {
            **said,
            **limit_words({m: hits[m].limit for m in months}),
            "through": str(facts["through_company"]),
            "shares_zh": "、".join(f"{name}{share}（{depth}层）" for name, share, depth in shares),
            "shares_en": "; ".join(f"{name} {share} (depth {depth})" for name, share, depth in shares),
        },
        values=values,
        nodes=[*nodes, *titles, *(r["through"] for r in shown if r.get("through"))],
        keys=[*title_keys, *of.membership_keys(persons), *stated_by(links)],
        suppressed_by=dwellings.reason(why, of.settled(values, last), deaths) if why else None,
    )


DETECTOR = Detector(
    id="household-property-through-company",
    version="1.9",
    domain="民生保障",
    by_place=True,
    scene="社会救助",
    title_zh="救助家庭通过企业持有住房",
    title_en="A recipient household holds dwellings through a company",
    meaning_zh="领取救助的家庭经最终持有的企业持有住房，连同自有住房达到限制。",
    severity="lead",
    basis=assistance_law(
        "第九条、第十条、第五十八条",
        "家庭财产状况须符合当地规定；可通过不动产登记、工商登记等查询核对",
        "household property must be within the local rule; property and company registers may be consulted",
        *OF_PROPERTY,
    ),
    needs=("OWNS", "HOLDS_PROPERTY", "RECEIVES"),
    parameters=(
        *dwellings.PARAMETERS,
        MEANS_TESTED,
        Parameter(
            "company_share",
            0.25,
            "fraction",
            "家庭成员合计穿透持股达到此比例的企业，其住房计入",
            "dwellings of a company count where members together effectively hold at least this",
            least=LEAST_SHARE,
        ),
    ),
    queries={**paid.RECIPIENTS, **QUERIES},
    columns={**paid.RECIPIENTS_COLUMNS, **COLUMNS},
    population=paid.POPULATION,
    identity=("household_id",),
    suppressors=(*dwellings.EXEMPTIONS, dwellings.COOPERATIVE),
    wording_zh=(
        "【风险预警】救助家庭{household}：{months}领取{programs}期间，名下及其穿透持股企业名下住房共{count_zh}"
        "（提示线{limit_zh}），其中{through}套由企业持有；家庭成员穿透持有{shares_zh}；期间发放{amount}元。"
        "请核实权属、出资与救助资格。" + CAUTION_ZH
    ),
    wording_en=(
        "[Lead] Household {household}: while paid {programs} in {months}, it and companies it effectively owns held "
        "{count_en} (from {limit_en} on it is pointed out), {through} of them by a company; members effectively hold "
        "{shares_en}; paid in that time: {amount} yuan. Verify title, investment and eligibility. "
        + CAUTION_EN
    ),
    assemble=looked_up_by_number(assemble),
    innocent_zh=("企业员工宿舍或经营用房", "为他人代持股权", "股权已转让而登记未更新"),
    innocent_en=(
        "staff housing or business premises",
        "shares held for somebody else",
        "a stake sold, not yet registered",
    ),
    in_play=True,
)
