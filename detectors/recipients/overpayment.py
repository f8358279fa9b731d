"""`overpayment` (超发): paid more than the list of entitlement states, after it ended, or after what was declined."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from detectors.definition import Detector, Draft, Parameter, Row, Suppressor, Undecided, Values
from detectors.households.amounts import repeated_said
from detectors.households.drafts import draft, yuan
from detectors.households.entitlements import (
    ENTITLEMENTS,
    ENTITLEMENTS_COLUMNS,
    POPULATION,
    Entitlement,
    entitlements,
)
from detectors.households.overpaid import EVENED_OUT, Overpaid, explained, lacking, leads, overpaid, skipped
from detectors.households.paid import recipients
from detectors.households.told_twice import TOLD_TWICE
from detectors.households.unlisted import never_listed, without_list
from detectors.law.assistance import paid_by_the_month
from detectors.law.caution import CAUTION_EN, CAUTION_ZH


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a recipient and programme that is paid more than is due in some month."""
    listed = entitlements(rows)
    for e in listed:
        found, shares = overpaid(e, values), overpaid(e.as_shares, values)
        if e.either and leads(e.as_shares, shares) and not leads(e, found):
            yield _unknown(e, *repeated_said(e.paid, e.as_shares.paid))
        elif leads(e, found) and (why := skipped(e, found)):
            yield _unknown(e, *why)
        elif found.above:
            yield _draft(e, found, values)
        elif why := lacking(e, found):
            yield _unknown(e, *why)
    yield from never_listed(recipients(rows), listed)
    yield from without_list(recipients(rows), listed, "是否超额发放", "whether more was paid than is due")


def _unknown(e: Entitlement, zh: str, en: str) -> Undecided:
    return Undecided(
        e.of.kind,
        e.of.id,
        (e.of.id,),
        f"{zh}，{e.program}是否超额发放无法判定",
        f"{en}: whether more of {e.program} was paid than is due can't be decided",
    )


def _draft(e: Entitlement, found: Overpaid, values: Values) -> Draft:
    months = sorted(found.above)
    total = sum(found.above.values())
    declined = sorted({key for m in found.waived for key in e.waived[m].values()})
    due = {m: 0 if m in found.ended else e.most[m] for m in months}
    made = draft(
        e.of,
        months,
        {
            "program": e.program,
            "programs": [e.program],
            "surplus": total,
            "months_after_end": list(found.ended),
            "months_after_declining": list(found.waived),
            "by_month": [{"month": m, "due": due[m], "paid": found.paid[m]} for m in months],
        },
        {
            "count": str(len(months)),
            "surplus": yuan(total),
            "beside_zh": _beside_zh(found),
            "beside_en": _beside_en(found),
        },
        values=values,
        nodes=[e.program_id, *e.of.persons, *(s.benefit for s in e.spells)],
        keys=[*e.keys, *declined, *(s.key for s in e.spells), *(m["member_key"] for m in e.of.members)],
        suppressed_by=explained(e, found),
    )
    return replace(made, identity={"household_id": e.of.id, "program_id": e.program_id})


def _beside_zh(found: Overpaid) -> str:
    told = ((found.ended, "名单终止之后"), (found.waived, "放弃待遇之后"))
    said = "，".join(f"{len(months)}个月在{when}" for months, when in told if months)
    return f"（其中{said}）" if said else ""


def _beside_en(found: Overpaid) -> str:
    told = ((found.ended, "after the list ends"), (found.waived, "after it was declined"))
    said = ", ".join(f"{len(months)} {when}" for months, when in told if months)
    return f" ({said})" if said else ""


DETECTOR = Detector(
    id="overpayment",
    version="1.8",
    domain="民生保障",
    by_place=True,
    scene="社会救助",
    title_zh="多发、超发",
    title_en="Paid more than entitled to",
    meaning_zh="发放的金额多于应享的待遇，或者名单终止、放弃待遇之后仍在发放。",
    severity="lead",
    basis=paid_by_the_month(),
    needs=("ENTITLED_TO", "RECEIVES"),
    parameters=(
        Parameter("surplus", 1.0, "yuan", "每月多发达到此金额才提示", "a month counts from this surplus on"),
    ),
    queries=ENTITLEMENTS,
    columns=ENTITLEMENTS_COLUMNS,
    population=POPULATION,
    identity=("household_id", "program_id"),
    suppressors=(Suppressor(*EVENED_OUT), Suppressor(*TOLD_TWICE)),
    wording_zh=(
        "【风险预警】{household}：与资格名单相比，{months}有{count}个月{programs}多发{beside_zh}，"
        "共多发{surplus}元。请核实名单与放弃登记是否最新、发放是否含补发。" + CAUTION_ZH
    ),
    wording_en=(
        "[Lead] {household}: beside the list of entitlement, {programs} was paid above it in {count:month} of "
        "{months}{beside_en}, by {surplus} yuan in all. Verify whether the list and what was declined are up to date, and "
        "whether arrears are included. " + CAUTION_EN
    ),
    assemble=assemble,
    innocent_zh=(
        "标准上调而名单未更新",
        "补发未加载月份的待遇",
        "节日慰问等一次性发放",
        "已在后续月份扣回",
        "撤回放弃而未登记",
    ),
    innocent_en=(
        "a raised standard that the list does not show yet",
        "arrears of months that are not loaded",
        "a single payment, as at a festival",
        "recovered in later months",
        "a declining that was taken back, and is still on file",
    ),
)
