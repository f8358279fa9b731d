"""W2 `non-local-hukou`: a benefit is paid by a district in which the applicant is not registered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from detectors.definition import Detector, Draft, Row, Suppressor, Undecided, Values
from detectors.households.districts import outside
from detectors.households.drafts import draft
from detectors.households.home_region import HOME_REGION, paying_place
from detectors.households.paid import (
    POPULATION,
    RECIPIENTS,
    RECIPIENTS_COLUMNS,
    Recipient,
    applicants,
    recipients,
    without_months,
)
from detectors.households.registered import PARAMETERS, PERMIT, RESIDENTS, open_to_residents
from detectors.households.tested import MEANS_TESTED, Tested
from detectors.households.unnumbered import nobody_inside
from detectors.law.assistance import assistance_law
from detectors.law.caution import CAUTION_EN, CAUTION_ZH


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a recipient, over the months paid where no applicant is registered."""
    tested = Tested(values)
    for of in recipients(rows):
        elsewhere: list[str] = []
        permitted: list[str] = []
        open_: list[str] = []
        unknown: list[str] = []
        for month in of.months:
            who = applicants(of.members_in(month))
            rule = of.settled(values, month)
            paying = paying_place(of, month, rule)
            where = [outside(m["hukou_region"], paying) for m in who]
            anybody = open_to_residents(of, month, str(rule["resident_programs"]))
            if not who or (None in where and False not in where):
                # Where anybody may apply, the place of registration decides nothing.
                unknown.extend(() if anybody else [month])
            elif all(where):
                lives = [outside(m["permit_region"], paying) for m in who if m["permit_region"]]
                excusing = "" < str(rule["residence_permit_from"]) <= f"{month}-01"
                if anybody:
                    open_.append(month)
                elif excusing and False not in lives and None in lives:
                    unknown.append(month)
                else:
                    (permitted if excusing and False in lives else elsewhere).append(month)
        of = tested.only(of, elsewhere)
        elsewhere, permitted, open_, unknown = (
            [m for m in found if m in of.months] for found in (elsewhere, permitted, open_, unknown)
        )
        if elsewhere:
            yield _draft(of, elsewhere, None, values)
        elif permitted or open_:
            yield _draft(of, permitted or open_, PERMIT if permitted else RESIDENTS, values)
        elif unknown and of.members and not any(of.members_in(m) for m in unknown):
            yield nobody_inside(of, unknown)
        elif unknown:
            yield Undecided(
                of.kind,
                of.id,
                tuple(sorted({str(m["person_id"]) for m in of.members if not m["hukou_region"]})) or (of.id,),
                "缺少申请人户籍地或发放地，或者其中没有写明区县、无法比较，户籍是否在本地无法判定（名册都属于同一区县的，可在本地规则中以"
                "home_region写明）",
                "the applicant's registration or the paying district is missing, or names no district to compare: it can't "
                "be decided (a local rule can state the district that the rosters are of: home_region)",
            )
        else:
            yield from without_months(of)
    yield from tested.told()


def _draft(of: Recipient, months: Sequence[str], why: tuple[str, str, str] | None, values: Values) -> Draft:
    last = months[-1]
    listed = applicants(of.members_in(last))
    # Several lists may tell one membership.
    who = list({m["person_id"]: m for m in listed}.values())
    region = paying_place(of, last, of.settled(values, last))
    places = sorted({str(m["hukou_region"]) for m in who})
    facts = {
        "paying_region": region,
        "applicants": [
            {
                "id": m["person_id"],
                "hukou_region": m["hukou_region"],
                "residence_permit_region": m["permit_region"],
            }
            for m in who
        ],
    }
    return draft(
        of,
        months,
        facts,
        {"region": region, "places": "、".join(places), "places_en": ", ".join(places)},
        values=values,
        nodes=[m["person_id"] for m in who],
        keys=[m["member_key"] for m in listed],
        suppressed_by=why,
    )


DETECTOR = Detector(
    id="non-local-hukou",
    version="1.7",
    domain="民生保障",
    by_place=True,
    scene="社会救助",
    title_zh="领取人户籍不在发放地",
    title_en="The recipient is registered outside the paying district",
    meaning_zh="发放救助的地方不是申请人的户籍所在地。",
    severity="lead",
    basis=assistance_law(
        "第十一条",
        "向户籍所在地的乡镇人民政府、街道办事处提出申请",
        "application is made at the place of registration",
        "第三十七条",
        "向户籍所在地申请；有条件的地方可以有序推进持有居住证人员在居住地申请（户籍在外地本身不当然排除）",
        "application at the place of registration; where conditions allow, holders of a residence permit may come to "
        "apply where they live (registration elsewhere alone does not exclude)",
    ),
    needs=("RECEIVES",),
    decided_by=("Person.hukou_region", "Person.residence_permit_region"),
    parameters=(*PARAMETERS, HOME_REGION, MEANS_TESTED),
    queries=RECIPIENTS,
    columns=RECIPIENTS_COLUMNS,
    population=POPULATION,
    identity=("household_id",),
    suppressors=(
        Suppressor(*PERMIT),
        Suppressor(*RESIDENTS),
    ),
    wording_zh=(
        "【风险预警】救助对象{household}：{months}由{region}发放{programs}，申请人户籍登记在{places}；期间发放{amount}元。"
        "户籍以现有登记为准，请核实迁移时间与居住证。" + CAUTION_ZH
    ),
    wording_en=(
        "[Lead] Recipient {household}: {programs} was paid by {region} in {months}, while the applicant is registered "
        "in {places_en}; paid in that time: {amount} yuan. Registration is as it stands now: verify transfers and "
        "residence permits. " + CAUTION_EN
    ),
    assemble=assemble,
    innocent_zh=("户籍在此后才迁出", "当地对常住人口的专项政策", "撤县设区等区划名称变更"),
    innocent_en=("moved away only later", "a local scheme for residents", "the district was renamed"),
)
