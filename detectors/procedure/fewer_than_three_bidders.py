"""D12a `fewer-than-three-bidders`: a lot put to tender drew fewer than three bids and was not put out again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import polars as pl

from detectors.definition import Detector, Draft, Parameter, Row, Severity, Undecided, Values
from detectors.law import statutes
from detectors.law.caution import CAUTION_EN, CAUTION_ZH
from detectors.law.methods import BY_TENDER
from detectors.procedure import limits, on_record
from detectors.procedure.limits import FAILED, each_lot, rule_draft, unknown_rule
from detectors.procedure.lots_unsaid import lots_unsaid
from detectors.ties import bidding, traces

_METHODS: Final = {"construction": BY_TENDER, "government_procurement": BY_TENDER}


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a lot; a consortium is one bid, and two bids of one bidder are one. A failed or cancelled lot did what the rule asks.

    Where all that is known of a lot's bids is a result, or their files and people, or bids beside them name no lot, how
    many there were is not known.
    """
    unsaid = lots_unsaid(rows)
    yield from (told for _, (told, _) in sorted(unsaid.items()))
    few = on_record.few_bids(rows, int(values["bidders"]))
    cancelled = (pl.col("tender_status") == "cancelled").fill_null(False)
    for row, binds in each_lot(few.sort(cancelled, "tender_id"), _METHODS):
        if row["lot_status"] in FAILED or row["tender_status"] == "cancelled":
            continue
        if binds is None:
            yield unknown_rule("lot", row["lot_id"], row["regime"], row["mixed"])
        elif binds:
            _, may = unsaid.get(row["lot_id"], (None, 0))
            if gap := on_record.uncounted(row):
                yield gap
            elif may < int(values["bidders"]):
                yield on_record.revoked(row, int(values["bidders"])) or _draft(row, int(values["bidders"]))


def _state(row: Row) -> tuple[bool, str, str]:
    """Was the lot awarded, and how is it said: of several lots together the tender's dates do not tell which."""
    if row["won"]:
        return True, "且已定标", "and it was awarded"
    notice, contract = row["awarded_on"], row["contract_signed_on"]
    if not (notice or contract):
        return False, "尚无定标记录", "no award is on record"
    day = f"中标通知书日期{notice}" if notice else f"合同签订日期{contract}"
    day_en = f"award notice of {notice}" if notice else f"contract signed on {contract}"
    if row["lots_of_tender"] > 1:
        return (
            False,
            f"项目已定标（{day}），本标段是否定标待核实",
            f"the tender was awarded ({day_en}); verify whether this lot was",
        )
    return True, f"且已定标（{day}）", f"and it was awarded ({day_en})"


def _draft(row: Row, limit: int) -> Draft:
    awarded, state_zh, state_en = _state(row)
    # That a list which names who lost elsewhere names all here too is likely, and not stated.
    by_list = row["results"] and not row["all_told"]
    severity: Severity = "prohibited" if awarded and not by_list else "review"
    if by_list:
        state_zh += (
            "；只有中标人或中标候选人的记录，而同一名单载有其他标段未中标的投标人，故按完整名单计，须核对"
        )
        state_en += (
            "; winners or candidates alone are on record, in a list that names who lost in other lots, which is "
            "therefore taken for a whole one: verify"
        )
    words = {
        "count": str(row["bids"]),
        "limit": str(limit),
        "state_zh": state_zh,
        "state_en": state_en,
    }
    return rule_draft(
        "lot",
        row,
        date=row["bid_on"],
        facts={
            "bids": row["bids"],
            "limit": limit,
            "awarded": awarded,
            **({"taken_for_whole": True} if by_list else {}),
            "bidders": [{"id": p} for p in row["parties"]],
        },
        words=words,
        severity=severity,
        subjects=row["parties"],
        nodes=[*row["parties"], *row["bid_ids"]],
    )


DETECTOR = Detector(
    id="fewer-than-three-bidders",
    version="1.6",
    domain="政府工程",
    scene="招标程序",
    title_zh="投标人少于三个",
    title_en="Fewer than three bidders",
    meaning_zh="以招标方式采购的标段，有效递交的投标不足三个，而没有重新招标。只有中标人或中标候选人记录的标段，投标个数无法判定；但同一名单载有其他多数标段未中标投标人的，按完整名单计，提请核查。",
    severity="prohibited",
    basis=(statutes.BIDDING_28, statutes.PROCUREMENT_36),
    needs=("SUBMITS", "FOR_LOT"),
    parameters=(
        Parameter(
            "bidders",
            3,
            "bids",
            "少于此数的投标须重新招标",
            "with fewer bids, bids are invited again",
            citation="招标投标法第二十八条",
            least=2,
        ),
    ),
    queries={
        "lots": limits.LOTS,
        "tenders": limits.TENDERS,
        "bidders": bidding.BIDDERS,
        "traces": traces.TRACES,
        "workers": traces.WORKERS,
    },
    columns={
        "lots": limits.LOTS_COLUMNS,
        "tenders": limits.TENDERS_COLUMNS,
        "bidders": bidding.BIDDERS_COLUMNS,
        "traces": traces.TRACE_COLUMNS,
        "workers": traces.WORKER_COLUMNS,
    },
    population=bidding.LOTS,
    identity=("lot_id",),
    suppressors=(),
    counts_rows=True,
    wording_zh="【风险预警】{tender}（{lot}）：数据中有效递交的投标为{count}个，少于{limit}个，{state_zh}。"
    + CAUTION_ZH,
    wording_en="[Lead] {tender} ({lot}): {count:bid is|bids are} on record, fewer than {limit}, {state_en}. "
    + CAUTION_EN,
    assemble=assemble,
    by_round=True,
    innocent_zh=("投标数据不完整", "经批准转为其他采购方式"),
    innocent_en=("not all bids were loaded", "another method was approved"),
)
