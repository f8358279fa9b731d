"""`cross-holding`: bidders of one lot hold shares of each other, directly or through others, at any size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import polars as pl

from detectors.definition import Detector, Draft, Row, Undecided, Values
from detectors.law import statutes
from detectors.rows import table
from detectors.ties import bidding
from detectors.ties.drafts import NOT_A_BID, Tie, draft, tie_facts
from detectors.ties.links import CLOSING_EN, CLOSING_ZH


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a lot and circle of bidders that hold each other; one-way stakes are `common-shareholder`'s."""
    holdings = table(rows["holdings"]).filter(~pl.col("status").fill_null("").is_in(NOT_A_BID))
    own = table(rows["bidders"]).filter(~pl.col("status").fill_null("").is_in(NOT_A_BID))
    own = own.select("lot_id", holder_id="bidder_id", own_bid="bid_id").unique()
    mutual = holdings.join(own, on=["lot_id", "holder_id"]).filter(pl.col("bid_id") != pl.col("own_bid"))
    back = mutual.select("lot_id", holder_id="bidder_id", bidder_id="holder_id").unique()
    mutual = mutual.join(back, on=["lot_id", "holder_id", "bidder_id"])
    by_lot: dict[str, list[Row]] = defaultdict(list)
    for row in mutual.sort("lot_id", "holder_id", "bidder_id").iter_rows(named=True):
        by_lot[row["lot_id"]].append(row)
    for _, found in sorted(by_lot.items()):
        for circle in _circles(found):
            yield _draft([r for r in found if r["holder_id"] in circle], circle)


def _circles(rows: Sequence[Row]) -> list[set[str]]:
    circles: list[set[str]] = []
    for row in rows:
        pair = {row["holder_id"], row["bidder_id"]}
        touching = [c for c in circles if c & pair]
        circles = [c for c in circles if not c & pair] + [pair.union(*touching)]
    return circles


def _draft(rows: Sequence[Row], circle: set[str]) -> Draft:
    first = min(circle)
    tie = Tie(rows[0], first, tuple(rows))
    shown = "、".join(
        f"{r['holder_name'] or r['holder_id']}持有{r['bidder_name'] or r['bidder_id']}{_share(r)}"
        for r in rows
    )
    shown_en = "; ".join(
        f"{r['holder_name'] or r['holder_id']} holds {_share(r)} of {r['bidder_name'] or r['bidder_id']}"
        for r in rows
    )
    named = {r["bidder_id"]: r["bidder_name"] for r in rows}
    facts = tie_facts(tie) | {
        "holder": {"id": first, "name": named.get(first), "kind": "company"},
        "circle": sorted(circle),
        "holdings": [
            {"holder": r["holder_id"], "company": r["bidder_id"], "share": r["share"], "depth": r["depth"]}
            for r in rows
        ],
    }
    made = draft(tie, facts, None)
    # A bidder of a longer circle holds several, and is named once.
    names = [str(named[b] or b) for b in sorted(named)]
    words = {"bidders_zh": "、".join(names), "bidders_en": ", ".join(names)}
    words |= {"holdings_zh": shown, "holdings_en": shown_en, "data_zh": "", "data_en": ""}
    return replace(made, words={**made.words, **words})


def _share(row: Row) -> str:
    low, high = row["share_min"], row["share_max"]
    return (
        f"{row['share']:.2%}"
        if row["share"] is not None
        else f"{low or 0:.2%}–{1 if high is None else high:.2%}"
    )


DETECTOR = Detector(
    id="cross-holding",
    version="1.1",
    domain="政府工程",
    scene="投标人独立性",
    title_zh="投标人相互持股",
    title_en="Bidders hold shares of each other",
    meaning_zh="同一标段的投标人之间直接或者间接持有对方股权，不论多少。",
    severity="lead",
    basis=(
        statutes.red_flag(
            "R033",
            "投标人拥有同一主要股东（相互持股为参照）",
            "bidders have the same major shareholder (holding each other: by analogy)",
        ),
        *statutes.RELATED_PARTIES,
    ),
    needs=("OWNS", "SUBMITS", "FOR_LOT"),
    parameters=(),
    queries={"holdings": bidding.HOLDINGS, "bidders": bidding.BIDDERS},
    columns={"holdings": bidding.HOLDINGS_COLUMNS, "bidders": bidding.BIDDERS_COLUMNS},
    population=bidding.LOTS,
    identity=("lot_id", "holder_id"),
    suppressors=(),
    wording_zh="【风险预警】{tender}（{lot}）：投标人{bidders_zh}疑似相互持股。{as_of_zh}，{holdings_zh}，"
    "计算口径：{method_zh}。" + CLOSING_ZH,
    wording_en="[Lead] {tender} ({lot}): bidders {bidders_en} appear to hold shares of each other. {as_of_en}, "
    "{holdings_en}; method: {method}. " + CLOSING_EN,
    assemble=assemble,
    innocent_zh=("上市公司之间的财务性交叉持股",),
    innocent_en=("financial cross-holdings between listed companies",),
    in_play=True,
)
