"""`paid-after-leaving`: a household is paid for months after lists state that all of its members left it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from detectors.definition import Detector, Draft, Parameter, Row, Suppressor, Undecided, Values
from detectors.households import paid
from detectors.households.all_left import all_left
from detectors.households.drafts import draft
from detectors.households.late import RECOVERED, recovered_said, total
from detectors.households.paid_since import ARREARS, Homes, Since, late, paid_since, sum_said
from detectors.households.registers import leavings_told
from detectors.households.tested import MEANS_TESTED, Tested
from detectors.households.told_by_name import BY_NAME
from detectors.households.unnumbered import nobody_inside
from detectors.law.assistance import assistance_law
from detectors.law.caution import CAUTION_EN, CAUTION_ZH


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a household that is paid after all have left it."""
    known = paid.recipients(rows)
    homes, tested = Homes(rows["members"], known), Tested(values)
    for every in known:
        left = all_left(every) if every.kind == "household" else {}
        of = tested.only(every, [s.month for s in late(every, left, values)] if left else ())
        since = paid_since(of, left, homes, values) if left else Since(())
        if left:
            yield from paid.without_months(of)
        if since.open:
            zh, en = since.open
            zh, en = (
                f"{zh}，其后的发放是否应当停发无法判定",
                f"{en}; whether payments were to stop can't be decided",
            )
            yield Undecided(of.kind, of.id, (of.id,), zh, en)
        elif since.spells:
            yield _draft(of, left, since, values)
        elif not left and of.members and (empty := [m for m in of.months if not of.members_in(m)]):
            yield nobody_inside(of, empty)
    yield from tested.told()


def _draft(of: paid.Recipient, left: Mapping[str, str], since: Since, values: Values) -> Draft:
    spells, back = since.spells, since.back
    once = [s for s in spells if s in of.once]
    by_name = {str(m[BY_NAME]) for m in of.members if m.get(BY_NAME)}
    facts = {
        "amount": total(once),
        "recovered": -total(back),
        "programs": sorted({s.program for s in spells if s.program}),
        "former_members": [{"id": p, "left_on": day} for p, day in sorted(left.items())],
        "left_on": max(left.values()),
    }
    return draft(
        of,
        [s.month for s in spells],
        facts,
        {
            "count": str(len({s.month for s in spells})),
            "people": str(len(left)),
            "left": max(left.values()),
            **sum_said(once),
            **recovered_said(back),
        },
        values=values,
        nodes=[*of.persons, *by_name, *(s.benefit for s in (*spells, *back))],
        keys=[*(m["member_key"] for m in of.members), *(s.key for s in (*spells, *back))],
        suppressed_by=since.why,
    )


DETECTOR = Detector(
    id="paid-after-leaving",
    version="1.0",
    domain="民生保障",
    by_place=True,
    scene="社会救助",
    title_zh="全部成员减少后仍在发放",
    title_en="Paid after every member left",
    meaning_zh="名册或增减记录写明全部成员均已迁出、退出、注销等，此后的月份仍在向该户发放。",
    severity="lead",
    basis=assistance_law(
        "第十三条",
        "家庭人口、收入、财产状况发生变化的，应当及时决定增发、减发或者停发",
        "where members, income or property change, the benefit is to be raised, lowered or stopped in time",
        "第四十六条、第四十七条、第四十八条",
        "家庭成员、收入、财产变化的应当告知并定期核查；可以据此调整、终止救助；之前听取意见，之后书面告知并说明理由",
        "changes are told and checked regularly; the benefit may be adjusted or ended accordingly; the person is heard before, and told the reasons in writing after",
    ),
    needs=("MEMBER_OF", "RECEIVES"),
    parameters=(
        Parameter(
            "grace_months",
            0,
            "months",
            "最后一名成员减少当月之后仍可发放的月数（0：当月可发，次月起提示）",
            "months payable after the month in which the last member left (0: that month is payable, the next is not)",
        ),
        Parameter(
            "payable_programs",
            "丧葬;抚恤",
            "",
            "名称含这些词的项目本就在成员减少后发放（以;分隔）",
            "programmes named with these words are meant to be paid after a member is gone (separated by ;)",
            separator=";",
        ),
        MEANS_TESTED,
    ),
    queries=paid.RECIPIENTS,
    columns=paid.RECIPIENTS_COLUMNS,
    population=paid.POPULATION,
    identity=("household_id",),
    suppressors=(
        Suppressor(*RECOVERED),
        Suppressor(*ARREARS),
        Suppressor("payable-after-death", "丧葬补助等身故后发放的项目", "programmes paid after a death"),
    ),
    wording_zh=(
        "【风险预警】救助家庭{household}：名册或增减记录写明全部{people}名成员均已减少（最后一名：{left}），此后{months}仍发放{programs}"
        "共{count}个月{sum_zh}{recovered_zh}。请核实为谁发放、是否应当停发而未停、所属月份是否为补发。"
        + CAUTION_ZH
    ),
    wording_en=(
        "[Lead] Household {household}: lists state that all of its members ({people}) have left, the last on {left}; since then "
        "{programs} was paid for {count:month} in {months}{sum_en}{recovered_en}. Verify for whom it was paid, whether payments "
        "were to stop, and whether they are arrears. " + CAUTION_EN
    ),
    assemble=leavings_told(assemble),
    innocent_zh=(
        "补发以前月份",
        "名册漏列成员，或成员已重新纳入而未登记",
        "迁入另一户后仍以原户号发放",
        "另行退回而未入发放数据",
    ),
    innocent_en=(
        "arrears of earlier months",
        "a member whom no list names, or who was put on it again without a record",
        "members who live in another household that is still paid under the old number",
        "paid back otherwise than through the payments",
    ),
)
