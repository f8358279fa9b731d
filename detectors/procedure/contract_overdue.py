"""D12c `contract-overdue`: more than thirty days from the award notice to the contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from detectors.definition import Detector, Draft, Parameter, Row, Undecided, Values
from detectors.law import statutes
from detectors.law.caution import CAUTION_EN, CAUTION_ZH
from detectors.law.methods import BY_TENDER
from detectors.procedure import limits
from detectors.procedure.limits import rule_draft, tells, unknown_rule

_METHODS: Final[Mapping[str, Sequence[str]]] = {"construction": BY_TENDER, "government_procurement": ()}
"""招标投标法46 speaks of bidding; 政府采购法46 of every method of procurement."""


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a tender whose contract came too late; an award without a contract's date cannot be judged."""
    limit = int(values["days"])
    for row in rows["tenders"]:
        awarded, signed = row["awarded_on"], row["contract_signed_on"]
        binds = tells(row["regime"], row["method"], _METHODS)
        if binds is False or not (awarded or signed):
            continue
        if not awarded or not signed or len(awarded) < 10 or len(signed) < 10:
            zh = "缺少合同签订日期" if awarded else "缺少中标通知书日期"
            en = "the contract's date is missing" if awarded else "the award notice's date is missing"
            yield Undecided("tender", row["tender_id"], (), zh, en)
            continue
        days = (date.fromisoformat(signed[:10]) - date.fromisoformat(awarded[:10])).days
        if days < 0:
            zh = f"合同签订{signed[:10]}早于中标通知{awarded[:10]}：日期有误，无法判定"
            en = f"the contract, {signed[:10]}, is before the award notice, {awarded[:10]}: a date is wrong, so it cannot be decided"
            yield Undecided("tender", row["tender_id"], (), zh, en)
            continue
        if days <= limit:
            continue
        if binds is None:
            yield unknown_rule("tender", row["tender_id"], row["regime"])
            continue
        words = {"days": str(days), "limit": str(limit), "awarded": awarded, "signed": signed}
        facts = {"days": days, "limit": limit, "awarded_on": awarded, "contract_signed_on": signed}
        yield rule_draft("tender", row, date=awarded, facts=facts, words=words)


DETECTOR = Detector(
    id="contract-overdue",
    version="1.1",
    domain="政府工程",
    scene="招标程序",
    title_zh="合同签订超期",
    title_en="The contract was signed late",
    meaning_zh="自中标通知书发出到合同签订超过三十日。",
    severity="prohibited",
    basis=(statutes.BIDDING_46, statutes.PROCUREMENT_46),
    needs=(),
    parameters=(
        Parameter(
            "days",
            30,
            "days",
            "自中标通知书发出至签订合同的最长天数",
            "most days from award notice to contract",
            citation="招标投标法第四十六条",
            least=1,
        ),
    ),
    queries={"tenders": limits.TENDERS},
    columns={"tenders": limits.TENDERS_COLUMNS},
    population=limits.TENDER_COUNT,
    identity=("tender_id",),
    suppressors=(),
    wording_zh="【风险预警】{tender}：中标通知书{awarded}发出，合同{signed}签订，相隔{days}天，超过{limit}天。"
    + CAUTION_ZH,
    wording_en="[Lead] {tender}: awarded on {awarded}, contract signed on {signed}: {days} days, more than {limit}. "
    + CAUTION_EN,
    assemble=assemble,
    innocent_zh=("质疑、投诉处理期间暂停", "不可抗力"),
    innocent_en=("suspended while a challenge was decided", "force majeure"),
)
