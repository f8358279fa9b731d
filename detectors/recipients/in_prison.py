"""W5a `in-prison`: a benefit is paid for months that the recipient spent in custody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from detectors.definition import Detector, Draft, Parameter, Row, Suppressor, Undecided, Values
from detectors.households.custody import CUSTODY, CUSTODY_COLUMNS, custody_told, kept_all_month, nobody_else
from detectors.households.drafts import draft
from detectors.households.paid import (
    POPULATION,
    RECIPIENTS,
    RECIPIENTS_COLUMNS,
    Recipient,
    Spell,
    by_person,
    recipients,
    without_months,
)
from detectors.households.unnumbered import looked_up_by_number
from detectors.law.assistance import assistance_law
from detectors.law.caution import CAUTION_EN, CAUTION_ZH


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a recipient, over the months paid in which whom it is paid for was in custody all month."""
    custody = by_person(rows["custody"])
    for of in recipients(rows):
        if not any(p in custody for p in of.persons):
            continue
        yield from without_months(of)
        inside = [(s, kept) for s in of.spells if (kept := kept_all_month(of, s, custody))]
        alone = [(s, kept) for s, kept in inside if nobody_else(of, s, kept)]
        found = alone or inside
        months = sorted({s.month for s, _ in found})
        if months and len(months) >= int(of.settled(values, months[-1])["least_months"]):
            yield _draft(of, found, None if alone else _OTHERS, values)


_OTHERS: Final = (
    "others-at-home",
    "户内尚有其他成员在家，属人口变化，应核查金额",
    "other members are at home: a change of the household's size, so that the amount is to be checked",
)


def _draft(
    of: Recipient,
    found: Sequence[tuple[Spell, Mapping[str, Sequence[Row]]]],
    suppressed: tuple[str, str, str] | None,
    values: Values,
) -> Draft:
    spans = {r["custody_key"]: r for _, kept in found for rows in kept.values() for r in rows}
    told = sorted(spans.values(), key=lambda r: (r["kept_from"], r["custody_key"]))
    months = sorted({s.month for s, _ in found})
    persons = {str(r["person_id"]) for r in told}
    said = [f"{r['unit_name'] or r['unit_id']} {r['kept_from']}—{r['kept_to'] or ''}" for r in told]
    return draft(
        of,
        months,
        {
            "amount": sum(s.amount or 0 for s, _ in found),
            "programs": sorted({s.program for s, _ in found if s.program}),
            "custody": [custody_told(r) for r in told],
        },
        {
            "count": str(len(months)),
            "custody_zh": "；".join(dict.fromkeys(said)),
            "custody_en": "; ".join(dict.fromkeys(said)),
        },
        values=values,
        nodes=[*of.persons, *(str(r["unit_id"]) for r in told)],
        keys=[*spans, *(m["member_key"] for m in of.members if suppressed or m["person_id"] in persons)],
        suppressed_by=suppressed,
    )


DETECTOR = Detector(
    id="in-prison",
    version="1.1",
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
    suppressors=(Suppressor(*_OTHERS),),
    wording_zh=(
        "【风险预警】救助对象{household}：{months}（{count}个月）整月在押（{custody_zh}）期间，仍发放{programs}{amount}元。"
        "请核实在押起止日期、所属月份与实际领取人。" + CAUTION_ZH
    ),
    wording_en=(
        "[Lead] Recipient {household}: for {count:whole month} of custody ({custody_en}) in {months}, {programs} was still "
        "paid: {amount} yuan. Verify the dates of custody, the months meant and who received it. "
        + CAUTION_EN
    ),
    assemble=looked_up_by_number(assemble),
    innocent_zh=("补发以前月份", "监外执行或保外就医", "同号或姓名误登"),
    innocent_en=(
        "arrears of earlier months",
        "serving outside prison, or released for treatment",
        "an error in the list",
    ),
)
