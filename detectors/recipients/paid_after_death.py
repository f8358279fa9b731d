"""W3a `paid-after-death`: a benefit is paid for months after the recipient's death."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from detectors.definition import Detector, Draft, Parameter, Row, Suppressor, Undecided, Values
from detectors.households.deaths import DEATHS_TOLD, dead, death_told, deaths_among, living
from detectors.households.drafts import draft
from detectors.households.paid import (
    POPULATION,
    RECIPIENTS,
    RECIPIENTS_COLUMNS,
    Recipient,
    Spell,
    recipients,
    without_months,
)
from detectors.households.unnumbered import looked_up_by_number
from detectors.law.assistance import assistance_law
from detectors.law.caution import CAUTION_EN, CAUTION_ZH


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a recipient: all of a household dead, its applicant dead, or a person paid after death."""
    for of in recipients(rows):
        deaths = deaths_among(of)
        if not deaths:
            continue
        yield from without_months(of)
        late = [
            (s, who)
            for s in of.spells
            if (who := dead(of, s, deaths, int(of.settled(values, s.month)["grace_months"])))
        ]
        counted = [(s, who) for s, who in late if not _exempt(of, s, values)]
        alone = [(s, who) for s, who in counted if s.person or not living(of, s.month)]
        if alone:
            yield _draft(of, alone, deaths, values, None)
        elif counted:
            why = (
                "surviving-members",
                "户内尚有其他共同生活成员，属人口变化，见“家庭成员身故后金额未调整”",
                "other members survive: a change of the household's size, see “A member died and the amount did not change”",
            )
            yield _draft(of, counted, deaths, values, why)
        elif late:
            why = (
                "payable-after-death",
                "该项目按规定在身故后发放（如丧葬补助）",
                "the programme is meant to be paid after a death, as a funeral grant is",
            )
            yield _draft(of, late, deaths, values, why)


def _exempt(of: Recipient, spell: Spell, values: Values) -> bool:
    words = str(of.settled(values, spell.month)["payable_programs"]).split(";")
    return any(w and w in spell.program for w in words)


def _draft(
    of: Recipient,
    late: Sequence[tuple[Spell, tuple[str, ...]]],
    deaths: Mapping[str, str],
    values: Values,
    suppressed: tuple[str, str, str] | None,
) -> Draft:
    gone = sorted({p for _, who in late for p in who})
    months = [s.month for s, _ in late]
    dates = {str(m["person_id"]): m for m in of.members}
    facts = {
        "amount": sum(s.amount or 0 for s, _ in late),
        "programs": sorted({s.program for s, _ in late if s.program}),
        "deaths": [death_told(dates[p]) for p in gone],
    }
    return draft(
        of,
        months,
        facts,
        {
            "count": str(len({s.month for s, _ in late})),
            "died": "、".join(sorted({deaths[p] for p in gone})),
        },
        values=values,
        nodes=[*of.persons],
        keys=[m["member_key"] for m in of.members],
        suppressed_by=suppressed,
    )


DETECTOR = Detector(
    id="paid-after-death",
    version="1.2",
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
        ),
    ),
    queries=RECIPIENTS,
    columns=RECIPIENTS_COLUMNS,
    population=POPULATION,
    identity=("household_id",),
    suppressors=(
        Suppressor("surviving-members", "户内尚有其他成员", "other members of the household survive"),
        Suppressor("payable-after-death", "丧葬补助等身故后发放的项目", "programmes paid after a death"),
    ),
    wording_zh=(
        "【风险预警】救助对象{household}：登记死亡或火化月份为{died}，此后{months}仍发放{programs}共{count}个月、{amount}元。"
        "请核实死亡登记、所属月份与实际领取人。" + CAUTION_ZH
    ),
    wording_en=(
        "[Lead] Recipient {household}: death or cremation is registered in {died}, yet {programs} was paid for "
        "{count:month} in {months}, {amount} yuan. Verify the registration, the months meant and who received it. "
        + CAUTION_EN
    ),
    assemble=looked_up_by_number(assemble),
    innocent_zh=("补发以前月份", "死亡登记有误或同号", "已在后续月份扣回"),
    innocent_en=("arrears of earlier months", "an error in the death register", "recovered in later months"),
)
