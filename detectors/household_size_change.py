"""W3b `household-size-change`: a member died and the household's monthly amount stayed as it was."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from detectors.definition import Detector, Draft, Parameter, Row, Suppressor, Undecided, Values
from detectors.households import (
    POPULATION,
    RECIPIENTS,
    RECIPIENTS_COLUMNS,
    TAIL_EN,
    TAIL_ZH,
    Recipient,
    assistance_law,
    died_in,
    draft,
    later,
    recipients,
    yuan,
)


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a household and death, over the months paid unchanged while somebody survives."""
    for of in recipients(rows):
        if of.kind != "household":
            continue
        for member in of.members:
            month = died_in(member)
            if month is None or (member["member_to"] and member["member_to"][:7] <= month):
                continue
            hit = _unchanged(of, str(member["person_id"]), month)
            if hit is None:
                continue
            before, unchanged = hit
            if before is None:
                yield Undecided(
                    of.kind,
                    of.id,
                    (str(member["person_id"]),),
                    "发放记录没有金额，人口减少后金额是否调整无法判定",
                    "the payments state no amount: whether it changed can't be decided",
                )
                continue
            pending = int(of.settled(values, unchanged[-1])["recalculation_months"])
            late = [m for m in unchanged if m > later(month, pending)]
            yield _draft(of, member, month, before, late or unchanged, not late, values)


def _unchanged(of: Recipient, person: str, died: str) -> tuple[int | None, list[str]] | None:
    """What was paid a month up to the death, and the months after it in which as much was paid."""
    totals: dict[str, int] = defaultdict(int)
    stated: dict[str, bool] = defaultdict(lambda: True)
    for s in of.spells:
        if not s.person:
            totals[s.month] += s.amount or 0
            stated[s.month] = stated[s.month] and s.amount is not None
    alive = [m for m in totals if m <= died]
    after = [m for m in sorted(totals) if m > died and _survives(of, person, m)]
    if not alive or not after:
        return None
    last = max(alive)
    if not all(stated[m] for m in (last, *after)):
        return None, after
    unchanged = [m for m in after if totals[m] >= totals[last]]
    return (totals[last], unchanged) if unchanged else None


def _survives(of: Recipient, person: str, month: str) -> bool:
    return any(
        m["person_id"] != person and ((gone := died_in(m)) is None or month <= gone)
        for m in of.members_in(month)
    )


def _draft(
    of: Recipient, member: Row, died: str, before: int, months: Sequence[str], pending: bool, values: Values
) -> Draft:
    person = str(member["person_id"])
    found = draft(
        of,
        months,
        {
            "member": {
                "id": person,
                "relation": member["relation"],
                "died_on": member["died_on"],
                "cremated_on": member["cremated_on"],
            },
            "amount_before": before,
        },
        {"died": died, "before": yuan(before), "count": str(len(set(months)))},
        values=values,
        # That others live on, and what was paid before and after, are part of the proof.
        nodes=[*of.persons, *(s.benefit for s in of.spells)],
        keys=[*(m["member_key"] for m in of.members), *(s.key for s in of.spells)],
        suppressed_by=(
            "recalculation-pending",
            "仍在重新核定的期限内",
            "still within the time for recalculation",
        )
        if pending
        else None,
    )
    return replace(found, identity={"household_id": of.id, "person_id": person}, subjects=(of.id, person))


DETECTOR = Detector(
    id="household-size-change",
    version="1.0",
    domain="民生保障",
    scene="社会救助",
    title_zh="家庭成员身故后金额未调整",
    title_en="A member died and the amount did not change",
    severity="lead",
    basis=assistance_law(
        "第十三条",
        "家庭人口状况发生变化的，应当及时决定增发、减发或者停发",
        "where the household's members change, the benefit is to be raised, lowered or stopped in time",
        "第四十七条、第四十八条",
        "定期复核；减少或终止救助须书面说明理由",
        "regular reviews; reasons in writing before a benefit is lowered or ended",
    ),
    needs=("MEMBER_OF", "RECEIVES"),
    parameters=(
        Parameter(
            "recalculation_months",
            2,
            "months",
            "死亡当月之后用于重新核定的月数，期内不提示",
            "months after the month of death allowed for recalculation",
        ),
    ),
    queries=RECIPIENTS,
    columns=RECIPIENTS_COLUMNS,
    population=POPULATION,
    identity=("household_id", "person_id"),
    suppressors=(
        Suppressor("recalculation-pending", "仍在重新核定的期限内", "within the time for recalculation"),
    ),
    wording_zh=(
        "【风险预警】救助家庭{household}：一名成员登记于{died}身故，此后{months}（{count}个月）{programs}仍按每月不低于"
        "{before}元发放，未见减少。涉及金额标准，不涉及其余成员的资格。请核实是否重新核定。" + TAIL_ZH
    ),
    wording_en=(
        "[Lead] Household {household}: a member's death is registered in {died}; in {months} ({count} months) {programs} "
        "was still paid at {before} yuan a month or more. This concerns the amount, not the others' eligibility: verify "
        "whether it was recalculated. " + TAIL_EN
    ),
    assemble=assemble,
    innocent_zh=("标准上调抵消了人数减少", "同时有新成员加入", "整户定额发放的项目"),
    innocent_en=(
        "a rise of the standard made up for it",
        "somebody joined at the same time",
        "a flat amount per household",
    ),
)
