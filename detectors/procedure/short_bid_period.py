"""D12b `short-bid-period`: fewer than twenty days from the notice to the deadline."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from detectors.definition import Detector, Draft, Parameter, Row, Undecided, Values
from detectors.law import statutes
from detectors.law.caution import CAUTION_EN, CAUTION_ZH
from detectors.law.methods import BY_TENDER
from detectors.procedure import limits
from detectors.procedure.limits import rule_draft, tells, unknown_rule
from graph.counted import counted

_METHODS: Final = {"construction": BY_TENDER, "government_procurement": BY_TENDER}


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a tender whose two dates are known and too close."""
    limit = int(values["days"])
    several = {r["tender_id"]: r["stated"] for r in rows["stated"] if r["stated"] and len(r["stated"]) > 1}
    for row in rows["tenders"]:
        start, end = row["published_on"], row["bid_deadline"]
        binds = tells(row["regime"], row["method"], _METHODS)
        if binds is False or row["tender_status"] == "cancelled":
            continue
        if not start or not end or len(start) < 10 or len(end) < 10:
            yield Undecided(
                "tender",
                row["tender_id"],
                (),
                "缺少公告日期或投标截止时间",
                "the notice's date or the deadline is missing",
            )
            continue
        days = _days(start, end)
        if days >= limit:
            days, start, end = min(_pairs(several.get(row["tender_id"], ())), default=(limit, start, end))
            if days < limit:
                yield _several(row["tender_id"], days, start, end)
            continue
        if days < 0:
            yield Undecided(
                "tender",
                row["tender_id"],
                (),
                f"投标截止{end[:10]}早于公告日期{start[:10]}：日期有误，无法判定",
                f"the deadline, {end[:10]}, is before the notice, {start[:10]}: a date is wrong, so it cannot be decided",
            )
            continue
        if binds is None:
            yield unknown_rule("tender", row["tender_id"], row["regime"])
            continue
        opened = row["opened_on"]
        later = _days(start, opened) if opened and opened[:10] > end[:10] and len(opened) >= 10 else days
        if later >= limit:
            yield _put_off(row)
            continue
        words = {"days": str(later), "limit": str(limit), "start": start[:10], "end": end[:10]} | _NOT_PUT_OFF
        facts = {"days": later, "limit": limit, "published_on": start, "bid_deadline": end}
        if later > days:
            facts["opened_on"] = opened
            words["end"] = opened[:10]
            words["put_off_zh"] = f"（原载{end[:10]}截止，开标在后，按开标日计）"
            words["put_off_en"] = f" (stated as {end[:10]}; bids were opened later, and that day counts)"
        yield rule_draft("tender", row, date=start[:10], facts=facts, words=words)


_NOT_PUT_OFF: Final = {"put_off_zh": "", "put_off_en": ""}


def _days(start: str, end: str) -> int:
    return (date.fromisoformat(end[:10]) - date.fromisoformat(start[:10])).days


def _pairs(stated: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    """Days, notice and deadline of each source that states both."""
    for text in stated:
        told = json.loads(text)["v"]
        start, end = (str(told.get(name) or "")[:10] for name in ("published_on", "bid_deadline"))
        if len(start) == len(end) == len("2024-06-10") and (days := _days(start, end)) >= 0:
            yield days, start, end


def _several(tender: str, days: int, start: str, end: str) -> Undecided:
    return Undecided(
        "tender",
        tender,
        (),
        f"所载公告与投标截止日期不止一组，其中自{start}至{end}为{days}天：是延期、各标段不同还是再次招标，未载明，无法判定",
        f"several notices or deadlines are stated, one of them {start} to {end}, {counted(days, 'day')}: whether the deadline was "
        "put off, the lots have their own, or the tender was held again, is not stated, so it cannot be decided",
    )


def _put_off(row: Row) -> Undecided:
    end, opened = row["bid_deadline"][:10], row["opened_on"][:10]
    return Undecided(
        "tender",
        row["tender_id"],
        (),
        f"投标截止为{end}，开标却在{opened}：截止时间是否延期，或者是否再次招标，未载明，无法判定",
        f"the deadline is {end}, but bids were opened on {opened}: whether the deadline was put off, or the tender held again, "
        "is not stated, so it cannot be decided",
    )


DETECTOR = Detector(
    id="short-bid-period",
    version="1.2",
    domain="政府工程",
    scene="招标程序",
    title_zh="投标准备时间不足",
    title_en="The time to prepare bids is too short",
    meaning_zh="自公告（招标文件开始发出）到投标截止不足二十日。",
    severity="prohibited",
    basis=(
        statutes.BIDDING_24,
        statutes.PROCUREMENT_35,
        statutes.red_flag("R003", "投标准备时间过短", "too little time to prepare bids"),
    ),
    needs=(),
    parameters=(
        Parameter(
            "days",
            20,
            "days",
            "自招标文件发出至投标截止的最短天数",
            "least days from issue to deadline",
            citation="招标投标法第二十四条",
            least=1,
        ),
    ),
    queries={"tenders": limits.TENDERS, "stated": limits.STATED},
    columns={"tenders": limits.TENDERS_COLUMNS, "stated": limits.STATED_COLUMNS},
    population=limits.TENDER_COUNT,
    identity=("tender_id",),
    suppressors=(),
    wording_zh="【风险预警】{tender}：自{start}发布公告至{end}投标截止{put_off_zh}为{days}天，少于{limit}天（以公告日期代替招标文件发出日期，"
    "须核实是否属依法必须招标的项目）。" + CAUTION_ZH,
    wording_en="[Lead] {tender}: {days:day} from the notice on {start} to the deadline on {end}{put_off_en}, fewer than {limit} "
    "(the notice's date stands for the issue of the documents; verify that bidding is mandatory). "
    + CAUTION_EN,
    assemble=assemble,
    innocent_zh=("非依法必须招标的项目", "二次公告，文件发出日期更早"),
    innocent_en=("bidding is not mandatory", "a second notice: the documents were issued earlier"),
)
