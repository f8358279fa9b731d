"""W5a `in-prison`: a benefit is paid for months that the recipient spent in custody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from detectors.definition import Detector, Draft, Parameter, Row, Suppressor, Undecided, Values
from detectors.households.custody import (
    AT_LIBERTY,
    CUSTODY,
    CUSTODY_COLUMNS,
    OTHERS,
    RECOVERED,
    Kept,
    Paid,
    by_kind,
    custody_told,
    paid_inside,
    recovered,
    unknown_kind,
)
from detectors.households.drafts import draft
from detectors.households.late import all_recovered, recovered_said, total
from detectors.households.paid import (
    POPULATION,
    RECIPIENTS,
    RECIPIENTS_COLUMNS,
    Recipient,
    by_person,
    recipients,
    without_months,
)
from detectors.households.unnumbered import looked_up_by_number
from detectors.law.assistance import assistance_law
from detectors.law.caution import CAUTION_EN, CAUTION_ZH


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a recipient, over the months paid in which whom it is paid for was in custody all month."""
    custody = by_kind(by_person(rows["custody"]))
    for of in recipients(rows):
        if not any(p in custody for p in of.persons):
            continue
        yield from without_months(of)
        for covering in (Kept.surely, Kept.perhaps, Kept.on_any_terms):
            found, alone = paid_inside(of, custody, covering)
            months = sorted({s.month for s, _ in found})
            if not months or len(months) < int(of.settled(values, months[-1])["least_months"]):
                continue
            if covering is Kept.perhaps:
                yield unknown_kind(of, custody)
            else:
                liberty = AT_LIBERTY if covering is Kept.on_any_terms else None
                yield _draft(of, found, liberty or (None if alone else OTHERS), values)
            break


def _draft(
    of: Recipient,
    found: Sequence[Paid],
    suppressed: tuple[str, str, str] | None,
    values: Values,
) -> Draft:
    spans = {r["custody_key"]: r for _, kept in found for rows in kept.values() for r in rows}
    told = sorted(spans.values(), key=lambda r: (r["kept_from"], r["custody_key"]))
    months = sorted({s.month for s, _ in found})
    persons = {str(r["person_id"]) for r in told}
    back = recovered(of, found)
    if not suppressed and back and all_recovered([(s, tuple(kept)) for s, kept in found], back):
        suppressed = RECOVERED
    said = [f"{r['unit_name'] or r['unit_id']} {r['kept_from']}—{r['kept_to'] or ''}" for r in told]
    return draft(
        of,
        months,
        {
            "amount": sum(s.amount or 0 for s, _ in found),
            "programs": sorted({s.program for s, _ in found if s.program}),
            "recovered": -total(back),
            "custody": [custody_told(r) for r in told],
        },
        {
            "count": str(len(months)),
            "custody_zh": "；".join(dict.fromkeys(said)),
            "custody_en": "; ".join(dict.fromkeys(said)),
            **recovered_said(back),
            "state_zh": "取保、矫正或监外执行等而不在监所" if suppressed is AT_LIBERTY else "在押",
            "state_en": "at liberty on terms" if suppressed is AT_LIBERTY else "of custody",
        },
        values=values,
        nodes=[*of.persons, *(str(r["unit_id"]) for r in told), *(s.benefit for s in back)],
        keys=[
            *spans,
            *(s.key for s in back),
            *(m["member_key"] for m in of.members if suppressed or m["person_id"] in persons),
        ],
        suppressed_by=suppressed,
    )


DETECTOR = Detector(
    id="in-prison",
    version="1.4",
    domain="民生保障",
    by_place=True,
    scene="社会救助",
    title_zh="服刑、羁押期间仍在发放",
    title_en="Paid while in custody",
    meaning_zh="领取人整月服刑或羁押的月份仍在发放。",
    severity="lead",
    basis=assistance_law(
        "第十三条",
        "家庭人口、收入、财产状况发生变化的，应当及时决定增发、减发或者停发",
        "where members, income or property change, the benefit is to be raised, lowered or stopped in time",
        "第四十六条、第四十七条、第四十八条",
        "家庭成员变化的应当告知并定期核查；可以据此调整、终止救助；之前听取意见，之后书面告知并说明理由",
        "changes of members are told and checked; the benefit may be adjusted or ended; the person is heard before, and "
        "told the reasons in writing after",
    ),
    needs=("IN_CUSTODY", "RECEIVES"),
    parameters=(
        Parameter(
            "least_months",
            1,
            "months",
            "整月在押而仍发放达到此月数即提示",
            "at or above this many whole months",
            least=1,
        ),
    ),
    queries={**RECIPIENTS, "custody": CUSTODY},
    columns={**RECIPIENTS_COLUMNS, "custody": CUSTODY_COLUMNS},
    population=POPULATION,
    identity=("household_id",),
    suppressors=tuple(Suppressor(*why) for why in (OTHERS, AT_LIBERTY, RECOVERED)),
    wording_zh=(
        "【风险预警】救助对象{household}：{months}（{count}个月）整月{state_zh}（{custody_zh}）期间，仍发放{programs}{amount}元{recovered_zh}。"
        "请核实在押起止日期、所属月份与实际领取人。" + CAUTION_ZH
    ),
    wording_en=(
        "[Lead] Recipient {household}: for {count:whole month} {state_en} ({custody_en}) in {months}, {programs} was still "
        "paid: {amount} yuan{recovered_en}. Verify the dates of custody, the months meant and who received it. "
        + CAUTION_EN
    ),
    assemble=looked_up_by_number(assemble),
    innocent_zh=("补发以前月份", "其间监外执行或保外就医", "同号或姓名误登"),
    innocent_en=("arrears of earlier months", "released for treatment meanwhile", "an error in the list"),
)
