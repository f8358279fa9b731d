"""`underpayment` (漏发): a recipient was paid less, or in fewer months, than it is entitled to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from detectors.definition import Detector, Draft, Parameter, Row, Suppressor, Undecided, Values
from detectors.households.amounts import repeated_said
from detectors.households.drafts import draft, is_led
from detectors.households.entitlements import (
    DECLINED,
    ENTITLEMENTS,
    ENTITLEMENTS_COLUMNS,
    PART_MONTH,
    POPULATION,
    Entitlement,
    entitlements,
)
from detectors.households.made_again import again_said
from detectors.households.paid import recipients
from detectors.households.underpaid import AHEAD, MADE_UP, PENDING, explained, paid_ahead, short_by
from detectors.households.unlisted import months_unlisted, without_list
from detectors.law.assistance import paid_by_the_month
from detectors.law.caution import CAUTION_EN, CAUTION_ZH


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a recipient and programme that is paid at times, but not in full."""
    listed = entitlements(rows)
    for e in listed:
        shares = list(_judge(e.as_shares, values))
        if e.either and not is_led(shares) and is_led(_judge(e, values)):
            yield _unknown(e, *repeated_said(e.paid, e.as_shares.paid))
            continue
        sure = list(_judge(e.as_shares.made_again, values)) if e.again else shares
        unsure = is_led(shares) and not is_led(sure)
        yield from [_unknown(e, *again_said(e.again))] if unsure else sure
    said = ("是否少发", "whether anybody was paid short")
    yield from without_list(recipients(rows), listed, *said)
    yield from months_unlisted(listed, *said)


def _judge(e: Entitlement, values: Values) -> Iterator[Draft | Undecided]:
    if set(e.due) & set(e.paid):
        short = {
            m: gap
            for m in sorted(e.due)
            if e.alive(m) and (gap := e.gap(m, _floor(e, m, values))) is not None
        }
        # A payment without a month may be that of any month.
        lasting = {m: gap for m, gap in short.items() if m in e.paid or not e.undated}
        ahead = paid_ahead(e, short)
        wanted = {m: gap for m, gap in lasting.items() if not (m in e.declined or e.in_part(m) or m in ahead)}
        if lasting:
            yield _draft(e, wanted or lasting, ahead, values)
        elif short:
            yield _unknown(e, "有发放记录没有月份", "some payments state no month")
        elif any(e.short_once(m, _floor(e, m, values)) for m in e.due):
            why = "按户与按人的发放可能是同一笔", "what is paid by household and by person may be one payment"
            yield _unknown(e, *why)
        elif any(amounts[m] is None for amounts in (e.due, e.paid) for m in set(e.due) & set(e.paid)):
            yield _unknown(e, "资格名单或发放记录没有金额", "the list, or the payments, state no amount")


def _unknown(e: Entitlement, zh: str, en: str) -> Undecided:
    return Undecided(
        e.of.kind,
        e.of.id,
        (e.of.id,),
        f"{zh}，{e.program}是否足额发放无法判定",
        f"{en}: whether {e.program} was paid in full can't be decided",
    )


def _floor(e: Entitlement, month: str, values: Values) -> int:
    return round(float(e.of.settled(values, month)["shortfall"]) * 100)


def _draft(e: Entitlement, short: Mapping[str, int], ahead: set[str], values: Values) -> Draft:
    months = sorted(short)
    unpaid = [m for m in months if m not in e.paid]
    total = sum(short.values())
    unknown = [m for m in unpaid if e.due[m] is None]
    # What somebody on the list was paid while in another household is part of what is laid beside the list.
    paid = {(s.benefit, s.key) for s in (*e.of.spells, *e.spells)}
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
        {"count": str(len(months)), "unpaid": str(len(unpaid)), **short_by(total, len(unknown))},
        values=values,
        nodes=[e.program_id, *e.of.persons, *(benefit for benefit, _ in paid)],
        keys=[*e.keys, *e.declined_keys, *(key for _, key in paid)],
        suppressed_by=explained(e, short, ahead),
    )
    return replace(found, identity={"household_id": e.of.id, "program_id": e.program_id})


DETECTOR = Detector(
    id="underpayment",
    version="1.10",
    domain="民生保障",
    by_place=True,
    scene="社会救助",
    title_zh="少发、漏发",
    title_en="Paid less than entitled to",
    meaning_zh="发放的金额或月份少于应享的待遇（服务提醒）。",
    severity="service",
    counts_rows_of=("RECEIVES",),
    basis=paid_by_the_month(),
    needs=("ENTITLED_TO", "RECEIVES"),
    parameters=(
        Parameter("shortfall", 1.0, "yuan", "每月少发达到此金额才提示", "a month counts from this on"),
    ),
    queries=ENTITLEMENTS,
    columns=ENTITLEMENTS_COLUMNS,
    population=POPULATION,
    identity=("household_id", "program_id"),
    suppressors=tuple(Suppressor(*why) for why in (PENDING, MADE_UP, AHEAD, PART_MONTH, DECLINED)),
    wording_zh=(
        "【服务提醒】{household}：按资格名单应享{programs}，{months}有{count}个月少发（其中{unpaid}个月未发），"
        "{short_zh}。请核实并补发。" + CAUTION_ZH
    ),
    wording_en=(
        "[Service] {household} is on the list for {programs}; in {months}, {count:month was|months were} paid short ({unpaid} not "
        "at all), {short_en}. Verify and pay. " + CAUTION_EN
    ),
    assemble=assemble,
    innocent_zh=(
        "已在未加载的月份补发",
        "扣回以前多发",
        "中途放弃或暂停",
        "退回后重新发放的一笔写在另一张表，与首次发放同额，只计了一次",
    ),
    innocent_en=(
        "made up for in another month",
        "an earlier overpayment taken back",
        "waived or paused",
        "paid again after it came back, in another sheet: as much as the first payment, so that it counted once",
    ),
)
