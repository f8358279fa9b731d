"""`underpayment` (漏发): a recipient was paid less, or in fewer months, than it is entitled to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from detectors.definition import Detector, Draft, Parameter, Row, Suppressor, Undecided, Values
from detectors.entitlements import (
    ENTITLEMENTS,
    ENTITLEMENTS_COLUMNS,
    POPULATION,
    Entitlement,
    entitlements,
)
from detectors.households import TAIL_EN, TAIL_ZH, assistance_law, draft, months_said, yuan


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a recipient and programme that is paid at times, but not in full."""
    for e in entitlements(rows):
        if not set(e.due) & set(e.paid):
            continue
        short = {m: gap for m in sorted(e.due) if e.alive(m) and (gap := _gap(e, m, values)) is not None}
        if not short:
            continue
        last = max(e.covered)
        pending = all(m not in e.paid and m == last for m in short)
        yield _draft(e, short, pending, values)


def _gap(e: Entitlement, month: str, values: Values) -> int | None:
    """Minor units short in a month; 0 where nothing was paid and no amount is stated; None where nothing is short."""
    due = e.due[month]
    if month not in e.paid:
        return due or 0
    floor = round(float(e.of.settled(values, month)["shortfall"]) * 100)
    return due - e.paid[month] if due is not None and due - e.paid[month] >= max(floor, 1) else None


def _draft(e: Entitlement, short: Mapping[str, int], pending: bool, values: Values) -> Draft:
    months = sorted(short)
    unpaid = [m for m in months if m not in e.paid]
    total = sum(short.values())
    unknown = [m for m in unpaid if e.due[m] is None]
    found = draft(
        e.of,
        months,
        {
            "program": e.program,
            "programs": [e.program],
            "shortfall": total,
            "unpaid_months": unpaid,
            "amount_unknown": unknown,
            "by_month": [{"month": m, "due": e.due[m], "paid": e.paid.get(m, 0)} for m in months],
        },
        {
            "programs": e.program,
            "months": months_said(months),
            "count": str(len(months)),
            "shortfall": yuan(total),
            "unpaid": str(len(unpaid)),
        },
        values=values,
        nodes=[e.program_id, *e.of.persons, *(s.benefit for s in e.of.spells)],
        keys=[*e.keys, *(s.key for s in e.of.spells)],
        suppressed_by=(
            "payment-pending",
            "仅最近一个发放月份未到账，可能尚在发放中",
            "only the latest month paid by the programme is missing: perhaps still under way",
        )
        if pending
        else None,
    )
    return replace(found, identity={"household_id": e.of.id, "program_id": e.program_id})


DETECTOR = Detector(
    id="underpayment",
    version="1.0",
    domain="民生保障",
    scene="社会救助",
    title_zh="少发、漏发",
    title_en="Paid less than entitled to",
    severity="service",
    basis=assistance_law(
        "第十三条",
        "家庭情况变化的，应当及时决定增发、减发或者停发",
        "where circumstances change, the benefit is to be raised, lowered or stopped in time",
        "第四十七条",
        "定期复核并及时调整",
        "regular reviews and timely adjustment",
    ),
    needs=("ENTITLED_TO", "RECEIVES"),
    parameters=(
        Parameter(
            "shortfall", 1.0, "yuan", "每月少发达到此金额才提示", "a month counts from this shortfall on"
        ),
    ),
    queries=ENTITLEMENTS,
    columns=ENTITLEMENTS_COLUMNS,
    population=POPULATION,
    identity=("household_id", "program_id"),
    suppressors=(
        Suppressor("payment-pending", "最近一个月尚在发放中", "the latest month is still being paid"),
    ),
    wording_zh=(
        "【服务提醒】{household}：按资格名单应享{programs}，{months}有{count}个月少发（其中{unpaid}个月未发），"
        "按已知标准少发{shortfall}元。请核实并补发。" + TAIL_ZH
    ),
    wording_en=(
        "[Service] {household} is on the list for {programs}; {count} months in {months} were paid short ({unpaid} not "
        "at all), by {shortfall} yuan as far as amounts are stated. Verify and pay. " + TAIL_EN
    ),
    assemble=assemble,
    innocent_zh=("已在其他月份补发", "扣回以前多发", "中途放弃或暂停"),
    innocent_en=("made up for in another month", "an earlier overpayment taken back", "waived or paused"),
)
