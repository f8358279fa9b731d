"""D12a `fewer-than-three-bidders`: a lot put to tender drew fewer than three bids and was not put out again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import polars as pl

from detectors.definition import Detector, Draft, Parameter, Row, Severity, Undecided, Values
from detectors.law import statutes
from detectors.law.caution import CAUTION_EN, CAUTION_ZH
from detectors.law.methods import BY_TENDER
from detectors.procedure import limits
from detectors.procedure.limits import FAILED, each_lot, rule_draft, unknown_rule
from detectors.rows import table
from detectors.ties import bidding
from detectors.ties.links import compared

_METHODS: Final = {"construction": BY_TENDER, "government_procurement": BY_TENDER}


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a lot; a consortium is one bid, and two bids of one bidder are one. A failed or cancelled lot did what the rule asks."""
    counted = (
        compared(table(rows["bidders"]))
        .with_columns(who=pl.col("bidder_id").unique().sort().str.join("|").over("lot_id", "bid_id"))
        .group_by("lot_id")
        .agg(
            bids=pl.col("who").n_unique(),
            parties=pl.col("bidder_id").unique().sort(),
            bid_ids=pl.col("bid_id").unique().sort(),
            won=((pl.col("won").cast(pl.Boolean) == True) | (pl.col("status") == "won")).any(),  # noqa: E712
        )
    )
    few = table(rows["lots"]).join(counted.filter(pl.col("bids") < int(values["bidders"])), on="lot_id")
    cancelled = (pl.col("tender_status") == "cancelled").fill_null(False)
    for row, binds in each_lot(few.sort(cancelled, "tender_id"), _METHODS):
        if row["lot_status"] in FAILED or row["tender_status"] == "cancelled":
            continue
        if binds is None:
            yield unknown_rule("lot", row["lot_id"], row["regime"], row["mixed"])
        elif binds:
            yield _draft(row, int(values["bidders"]))


def _draft(row: Row, limit: int) -> Draft:
    awarded = bool(row["won"])
    severity: Severity = "prohibited" if awarded else "review"
    words = {
        "count": str(row["bids"]),
        "limit": str(limit),
        "state_zh": "且已定标" if awarded else "尚无定标记录",
        "state_en": "and it was awarded" if awarded else "no award is on record",
    }
    return rule_draft(
        "lot",
        row,
        date=row["bid_on"],
        facts={
            "bids": row["bids"],
            "limit": limit,
            "awarded": awarded,
            "bidders": [{"id": p} for p in row["parties"]],
        },
        words=words,
        severity=severity,
        subjects=row["parties"],
        nodes=[*row["parties"], *row["bid_ids"]],
    )


DETECTOR = Detector(
    id="fewer-than-three-bidders",
    version="1.1",
    domain="政府工程",
    scene="招标程序",
    title_zh="投标人少于三个",
    title_en="Fewer than three bidders",
    meaning_zh="以招标方式采购的标段，有效递交的投标不足三个，而没有重新招标。",
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
    queries={"lots": limits.LOTS, "bidders": bidding.BIDDERS},
    columns={"lots": limits.LOTS_COLUMNS, "bidders": bidding.BIDDERS_COLUMNS},
    population=bidding.LOTS,
    identity=("lot_id",),
    suppressors=(),
    wording_zh="【风险预警】{tender}（{lot}）：数据中有效递交的投标为{count}个，少于{limit}个，{state_zh}。"
    + CAUTION_ZH,
    wording_en="[Lead] {tender} ({lot}): {count:bid is|bids are} on record, fewer than {limit}, {state_en}. "
    + CAUTION_EN,
    assemble=assemble,
    innocent_zh=("投标数据不完整", "经批准转为其他采购方式"),
    innocent_en=("not all bids were loaded", "another method was approved"),
)
