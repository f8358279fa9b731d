"""How much of a lot's bids is on record: who bid, only who won or stood for it, or only what their files show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from detectors.definition import Row, Undecided
from detectors.procedure.limits import FAILED
from detectors.rows import table
from detectors.ties.links import compared
from graph.counted import counted

_OF_RESULTS: Final = ("won", "candidate", "award_declined")
"""What a notice of candidates or of the award says of a bid; it names no others."""


def few_bids(rows: Mapping[str, Sequence[Row]], limit: int) -> pl.DataFrame:
    """The lots with fewer bids than `limit`, beside the columns of `limits.LOTS`:

    bids, parties, bid_ids; won: a bid of it did; awarded_on and contract_signed_on of its tender, which has
    lots_of_tender; revoked: how many besides were handed in and then revoked, or not decrypted; results: nothing but a result is known of its bids; all_told: of another lot of the tender more is;
    listed: the list that states one of them names who lost in most of its other lots; traced: its bids are known from their files and people alone.

    `rows`: "lots" and "tenders" (`limits`), "bidders" (`bidding`), "traces" and "workers" (`traces`).
    """
    bids = table(rows["bidders"])
    those = (
        compared(bids)
        .with_columns(
            who=pl.col("bidder_id").unique().sort().str.join("|").over("lot_id", "bid_id"),
            won=_won(),
            result=_of_a_result(),
            bare=_bare(),
        )
        .group_by("lot_id")
        .agg(
            bids=pl.col("who").n_unique(),
            parties=pl.col("bidder_id").unique().sort(),
            bid_ids=pl.col("bid_id").unique().sort(),
            won=pl.col("won").any(),
            results=(pl.col("result") | pl.col("bare")).all() & pl.col("result").any(),
            bare=pl.col("bare").all(),
            listed=(pl.col("list_kind") == "all_bidders").fill_null(False).any(),
        )
        .filter(pl.col("bids") < limit)
    )
    revoked = bids.filter(pl.col("status") == "revoked").group_by("lot_id")
    gone = revoked.agg(revoked=pl.col("bidder_id").n_unique().cast(pl.Int64))
    # What failed, or was held again, was not what the tender's award is of.
    stands = pl.when(~pl.col("lot_status").fill_null("").is_in(FAILED)).then(pl.col("lot_id"))
    lots = table(rows["lots"]).with_columns(lots_of_tender=stands.drop_nulls().n_unique().over("tender_id"))
    return (
        lots.join(those, on="lot_id")
        .join(gone, on="lot_id", how="left")
        .join(
            table(rows["tenders"]).select("tender_id", "awarded_on", "contract_signed_on"),
            on="tender_id",
            how="left",
        )
        .with_columns(
            revoked=pl.col("revoked").fill_null(0),
            all_told=pl.col("tender_id").is_in(_all_told(bids).implode()),
            traced=~pl.col("lot_id").is_in(_recorded(bids, those, rows).implode()),
        )
    )


def _won() -> pl.Expr:
    return pl.col("won").cast(pl.Boolean).fill_null(False) | (pl.col("status") == "won").fill_null(False)


def _of_a_result() -> pl.Expr:
    """Is all that is said of a bid what a notice of the result says?"""
    said = pl.col("status").is_in(_OF_RESULTS) | (pl.col("status").is_null() & _won())
    return said.fill_null(False) & pl.col("submitted_at").is_null()


def _bare() -> pl.Expr:
    """Is nothing said of a bid but who makes it?"""
    said = ("status", "won", "rank", "amount", "rate", "submitted_at")
    return pl.all_horizontal(pl.col(c).is_null() for c in said)


def _all_told(bids: pl.DataFrame) -> pl.Series:
    """Tenders of some lot of which more is known than a result: their lists name whoever bids."""
    return bids.filter(~_of_a_result() & ~_bare())["tender_id"].drop_nulls().unique()


def _recorded(bids: pl.DataFrame, those: pl.DataFrame, rows: Mapping[str, Sequence[Row]]) -> pl.Series:
    """Lots some bid of which is on record elsewhere than in the bids' files and people."""
    bare = those.filter("bare").select("lot_id")
    known = [table(rows[q]).select("bid_id") for q in ("traces", "workers")]
    beside = bids.join(bare, on="lot_id", how="semi").join(pl.concat(known), on="bid_id", how="anti")
    return pl.concat([those.filter(~pl.col("bare"))["lot_id"], beside["lot_id"]]).unique()


def revoked(row: Row, limit: int) -> Undecided | None:
    """That with the bids revoked or left encrypted a lot would have as many as `limit`; None where it would not.

    Who revokes his bid after the deadline, or does not decrypt it, had handed it in: art. 28 does not say whether he counts.
    """
    if not row["revoked"] or row["bids"] + row["revoked"] < limit:
        return None
    return Undecided(
        "lot",
        row["lot_id"],
        tuple(row["parties"]),
        f"另有{row['revoked']}家投标人的投标未解密、在投标截止后撤销或弃权：其投标曾递交的，投标人是否少于{limit}个无法判定，请核对其投标是否在截止前递交",
        f"the {counted(row['revoked'], 'further bid was', 'further bids were')} left encrypted, given up, or revoked after the deadline: where "
        f"handed in before it, whether there were fewer than {limit} bidders cannot be decided: verify when they were handed in",
    )


def uncounted(row: Row) -> Undecided | None:
    """That a row of `few_bids` does not tell how many bids there were; None where it does."""
    if row["traced"]:
        zh, en = (
            "本标段的投标只见于投标痕迹或投标人员数据，没有投标记录，投标个数无法判定",
            "its bids are known from their files or people alone, and no record of bids: how many there were cannot be "
            "decided",
        )
    elif row["results"] and not (row["all_told"] or row["listed"]):
        zh, en = (
            "只有中标人或中标候选人的记录，缺少全部投标人，投标个数无法判定",
            "only winners or candidates are on record; who else bid is missing: how many bids there were cannot be decided",
        )
    else:
        return None
    return Undecided("lot", row["lot_id"], tuple(row["parties"]), zh, en)
