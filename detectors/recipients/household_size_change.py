"""W3b `household-size-change`: a member died and the household's monthly amount stayed as it was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from detectors.definition import Detector, Draft, Parameter, Row, Suppressor, Undecided, Values
from detectors.households.amounts import Unlowered, unknown_change, unlowered
from detectors.households.deaths import DEATHS_TOLD, death_told, died_as_members
from detectors.households.drafts import draft, yuan
from detectors.households.months import later
from detectors.households.paid import (
    POPULATION,
    RECIPIENTS,
    RECIPIENTS_COLUMNS,
    Recipient,
    recipients,
    without_months,
)
from detectors.households.registers import DEATHS_KNOWN, DEATHS_KNOWN_COLUMNS, deaths_registered
from detectors.households.unnumbered import looked_up_by_number
from detectors.law.assistance import assistance_law
from detectors.law.caution import CAUTION_EN, CAUTION_ZH


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a household and death, over the months paid unchanged while somebody survives."""
    for of in recipients(rows):
        dead = died_as_members(of) if of.kind == "household" or of.unlisted else []
        if dead:
            yield from without_months(of)
        for member in dead:
            yield from _judge(of, member, values)


def _judge(of: Recipient, member: Row, values: Values) -> Iterator[Draft | Undecided]:
    person, day = str(member["person_id"]), str(member["died_on"] or member["cremated_on"])
    found, lacking = unlowered(of, person, day)
    if not found:
        yield from unknown_change(of, person, lacking) if lacking else ()
        return
    months = sorted({m for f in found for m in f.paid})
    pending = later(day[:7], int(of.settled(values, months[-1])["recalculation_months"]))
    smaller = sorted({m for f in found for m in f.paid if m not in f.joined})
    late = [m for m in smaller if m > pending]
    if late:
        yield _draft(of, member, day[:7], found, late, None, values)
    elif any(m > pending for m in months):
        yield _draft(of, member, day[:7], found, months, _JOINED, values)
    else:
        yield _draft(of, member, day[:7], found, months, _PENDING, values)


_JOINED: Final = (
    "somebody-joined",
    "同时有新成员加入，户内人数未减少",
    "somebody joined: no fewer people live in the household",
)
_PENDING: Final = (
    "recalculation-pending",
    "仍在重新核定的期限内",
    "still within the time for recalculation",
)


def _draft(
    of: Recipient,
    member: Row,
    died: str,
    found: Sequence[Unlowered],
    months: Sequence[str],
    suppressed_by: tuple[str, str, str] | None,
    values: Values,
) -> Draft:
    person = str(member["person_id"])
    shown = [f for f in found if set(f.paid) & set(months)]
    before = sum(f.before for f in shown)
    each = "、".join(f"{f.program}{yuan(f.before)}" for f in shown)
    drafted = draft(
        of,
        months,
        {
            "member": {**death_told(member), "relation": member["relation"]},
            "programs": sorted({f.program for f in shown if f.program}),
            "amount": sum(f.paid[m] for f in shown for m in months if m in f.paid),
            "amount_before": before,
        },
        {"died": died, "before": yuan(before) if len(shown) == 1 else each, "count": str(len(set(months)))},
        values=values,
        # That others live on, and what was paid before and after, are part of the proof.
        nodes=[*of.persons, *(s.benefit for s in of.spells)],
        keys=[*(m["member_key"] for m in of.members), *(s.key for s in of.spells)],
        suppressed_by=suppressed_by,
    )
    return replace(drafted, identity={"household_id": of.id, "person_id": person}, subjects=(of.id, person))


DETECTOR = Detector(
    id="household-size-change",
    version="1.7",
    domain="民生保障",
    by_place=True,
    scene="社会救助",
    title_zh="家庭成员身故后金额未调整",
    title_en="A member died and the amount did not change",
    meaning_zh="家庭成员去世后，每月发放的金额没有减少。",
    severity="lead",
    basis=assistance_law(
        "第十三条",
        "家庭人口状况发生变化的，应当及时决定增发、减发或者停发",
        "where the household's members change, the benefit is to be raised, lowered or stopped in time",
        "第四十六条、第四十七条、第四十八条",
        "家庭成员、收入、财产变化的应当告知并定期核查；可以据此调整、终止救助；之前听取意见，之后书面告知并说明理由",
        "changes are told and checked regularly; the benefit may be adjusted or ended accordingly; the person is heard before, and told the reasons in writing after",
    ),
    needs=("MEMBER_OF", "RECEIVES"),
    needs_fields=DEATHS_TOLD,
    parameters=(
        Parameter(
            "recalculation_months",
            2,
            "months",
            "死亡当月之后用于重新核定的月数，期内不提示",
            "months after the month of death allowed for recalculation",
        ),
    ),
    queries=RECIPIENTS | DEATHS_KNOWN,
    columns=RECIPIENTS_COLUMNS | DEATHS_KNOWN_COLUMNS,
    population=POPULATION,
    identity=("household_id", "person_id"),
    suppressors=tuple(Suppressor(*why) for why in (_PENDING, _JOINED)),
    wording_zh=(
        "【风险预警】救助家庭{household}：一名成员登记于{died}身故，此后{months}（{count}个月）{programs}仍按每月不低于"
        "{before}元发放，未见减少。涉及金额标准，不涉及其余成员的资格。请核实是否重新核定。" + CAUTION_ZH
    ),
    wording_en=(
        "[Lead] Household {household}: a member's death is registered in {died}; in {months} ({count:month}) {programs} "
        "was still paid at {before} yuan a month or more. This concerns the amount, not the others' eligibility: verify "
        "whether it was recalculated. " + CAUTION_EN
    ),
    assemble=looked_up_by_number(deaths_registered(assemble)),
    innocent_zh=("标准上调抵消了人数减少", "有新成员加入而名册未更新", "整户定额发放的项目"),
    innocent_en=(
        "a rise of the standard made up for it",
        "somebody joined, which the list of members does not show yet",
        "a flat amount per household",
    ),
)
