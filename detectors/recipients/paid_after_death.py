"""W3a `paid-after-death`: a benefit is paid for months after the recipient's death."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from detectors.definition import Detector, Draft, Parameter, Row, Suppressor, Undecided, Values
from detectors.households import paid
from detectors.households.deaths import DEATHS_TOLD, dead, death_told, deaths_among, living
from detectors.households.drafts import draft
from detectors.households.late import (
    PAYABLE,
    RECOVERED,
    SURVIVED,
    Late,
    all_recovered,
    recovered_said,
    total,
    without_recoveries,
)
from detectors.households.registers import DEATHS_KNOWN, DEATHS_KNOWN_COLUMNS, deaths_registered
from detectors.households.unnumbered import looked_up_by_number
from detectors.law.assistance import assistance_law
from detectors.law.caution import CAUTION_EN, CAUTION_ZH


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a recipient: all of a household dead, its applicant dead, or a person paid after death."""
    for of in paid.recipients(rows):
        deaths = deaths_among(of)
        if not deaths:
            continue
        yield from paid.without_months(of)
        late, back = without_recoveries(
            (s, who)
            for s in of.spells
            if (who := dead(of, s, deaths, int(of.settled(values, s.month)["grace_months"])))
        )
        counted = [(s, who) for s, who in late if not _exempt(of, s, values)]
        alone = [(s, who) for s, who in counted if of.for_one(s) or not (living(of, s.month) or of.unlisted)]
        if alone:
            yield _draft(of, alone, deaths, values, RECOVERED if all_recovered(alone, back) else None, back)
        elif counted:
            yield _draft(of, counted, deaths, values, SURVIVED, back)
        elif late:
            yield _draft(of, late, deaths, values, PAYABLE, back)


def _exempt(of: paid.Recipient, spell: paid.Spell, values: Values) -> bool:
    words = str(of.settled(values, spell.month)["payable_programs"]).split(";")
    return any(w and w in spell.program for w in words)


def _draft(
    of: paid.Recipient,
    late: Sequence[Late],
    deaths: Mapping[str, str],
    values: Values,
    suppressed: tuple[str, str, str] | None,
    back: Sequence[paid.Spell],
) -> Draft:
    gone = sorted({p for _, who in late for p in who})
    dates = {str(m["person_id"]): m for m in of.members}
    # What came back is weighed against all that was paid.
    proof = [*(s for s, _ in late), *back] if back else []
    facts = {
        "amount": total(s for s, _ in late),
        "recovered": -total(back),
        "programs": sorted({s.program for s, _ in late if s.program}),
        "deaths": [death_told(dates[p]) for p in gone],
    }
    return draft(
        of,
        [s.month for s, _ in late],
        facts,
        {
            "count": str(len({s.month for s, _ in late})),
            "died": "、".join(sorted({deaths[p] for p in gone})),
            **recovered_said(back),
        },
        values=values,
        nodes=[*of.persons, *(s.benefit for s in proof)],
        keys=[*(m["member_key"] for m in of.members), *(s.key for s in proof)],
        suppressed_by=suppressed,
    )


DETECTOR = Detector(
    id="paid-after-death",
    version="1.6",
    domain="民生保障",
    by_place=True,
    scene="社会救助",
    title_zh="身故后仍在发放",
    title_en="Paid after the recipient's death",
    meaning_zh="领取人去世之后的月份仍在发放。",
    severity="lead",
    basis=assistance_law(
        "第十三条",
        "家庭人口、收入、财产状况发生变化的，应当及时决定增发、减发或者停发",
        "where members, income or property change, the benefit is to be raised, lowered or stopped in time",
        "第四十六条、第四十七条、第四十八条",
        "家庭成员、收入、财产变化的应当告知并定期核查；可以据此调整、终止救助；之前听取意见，之后书面告知并说明理由",
        "changes are told and checked regularly; the benefit may be adjusted or ended accordingly; the person is heard before, and told the reasons in writing after",
    ),
    needs=("RECEIVES",),
    needs_fields=DEATHS_TOLD,
    parameters=(
        Parameter(
            "grace_months",
            0,
            "months",
            "死亡当月之后仍可发放的月数（0：当月可发，次月起提示）",
            "months payable after the month of death (0: that month is payable, the next is not)",
        ),
        Parameter(
            "payable_programs",
            "丧葬;抚恤",
            "",
            "名称含这些词的项目本就在身故后发放（以;分隔）",
            "programmes named with these words are meant to be paid after a death (separated by ;)",
            separator=";",
        ),
    ),
    queries=paid.RECIPIENTS | DEATHS_KNOWN,
    columns=paid.RECIPIENTS_COLUMNS | DEATHS_KNOWN_COLUMNS,
    population=paid.POPULATION,
    identity=("household_id",),
    suppressors=(
        Suppressor("surviving-members", "户内尚有其他成员", "other members of the household survive"),
        Suppressor(*RECOVERED),
        Suppressor("payable-after-death", "丧葬补助等身故后发放的项目", "programmes paid after a death"),
    ),
    wording_zh=(
        "【风险预警】救助对象{household}：登记死亡或火化月份为{died}，此后{months}仍发放{programs}共{count}个月、{amount}元{recovered_zh}。"
        "请核实死亡登记、所属月份与实际领取人。" + CAUTION_ZH
    ),
    wording_en=(
        "[Lead] Recipient {household}: death or cremation is registered in {died}, yet {programs} was paid for "
        "{count:month} in {months}, {amount} yuan{recovered_en}. Verify the registration, the months meant and who received it. "
        + CAUTION_EN
    ),
    assemble=looked_up_by_number(deaths_registered(assemble)),
    innocent_zh=("补发以前月份", "死亡登记有误或同号", "另行退回而未入发放数据"),
    innocent_en=(
        "arrears of earlier months",
        "an error in the death register",
        "paid back otherwise than through the payments",
    ),
)
