"""When bidders were founded and dissolved, and those that by these dates were no firm on the day of the bid."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

from detectors.definition import Undecided
from detectors.question import Question
from detectors.ties import bidding

REGISTERED: Final = Question(
    f"{bidding.BIDDING}MATCH (c) "
    "RETURN c.id AS bidder_id, c.founded_on AS founded_on, c.dissolved_on AS dissolved_on",
    "bidders",
    "c:Company",
    bidding.BIDDING,
)
"""The bidders' dates; a bidder may have bid under a name it had before, beside which no date stands."""
REGISTERED_COLUMNS: Final = ("bidder_id", "founded_on", "dissolved_on")
AT_BID: Final = pl.col("bid_on").str.to_date(strict=False)


def day(column: str, rest: str) -> pl.Expr:
    """A date; of one that names a month alone the day that `rest` adds."""
    text = pl.col(column).cast(pl.String)
    whole = pl.when(text.str.len_chars() == 7).then(text + rest).otherwise(text.str.slice(0, 10))
    return whole.str.to_date(strict=False)


def dated(bids: pl.DataFrame, registered: pl.DataFrame) -> pl.DataFrame:
    """The bids with the dates of their bidders, whichever of its ids a date stands beside."""
    dates = registered.select("bidder_id", pl.col("founded_on", "dissolved_on").cast(pl.String))
    dates = dates.group_by("bidder_id").agg(pl.col("founded_on").min(), pl.col("dissolved_on").max())
    bids = bids.drop("founded_on").with_columns(pl.col("bid_on").cast(pl.String))
    return bids.join(dates, on="bidder_id", how="left", maintain_order="left")


def not_there(bids: pl.DataFrame) -> Iterator[Undecided]:
    """Bidders that by their dates were no firm on the day of the bid: a date is in error, or nobody could have bid."""
    gone = (day("dissolved_on", "-28") < AT_BID).fill_null(False)
    odd = bids.with_columns(gone=gone, early=(pl.col("age") < 0).fill_null(False))
    odd = odd.filter(pl.col("gone") | pl.col("early")).unique(["lot_id", "bidder_id"])
    for row in odd.sort("lot_id", "bidder_id").iter_rows(named=True):
        who, on = str(row["bidder_name"] or row["bidder_id"]), row["bid_on"]
        what = (f"成立于{row['founded_on']}，晚于", f"was founded on {row['founded_on']}, after")
        if row["gone"]:
            what = (
                f"已于{row['dissolved_on']}注销或吊销，早于",
                f"was dissolved or revoked on {row['dissolved_on']}, before",
            )
        yield Undecided(
            "lot",
            str(row["lot_id"]),
            (str(row["bidder_id"]),),
            f"{who}登记{what[0]}投标日期{on}：日期有误，或投标时主体不存续，须核实",
            f"{who} {what[1]} the bid date {on}: a date is wrong, or it was no firm when it bid: verify",
        )
