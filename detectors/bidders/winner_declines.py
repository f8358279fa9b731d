"""`winner-declines`: a bidder gives up the award, and the lot goes to a bidder it is tied to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import polars as pl

from detectors.definition import Detector, Draft, Row, Undecided, Values
from detectors.law import statutes
from detectors.rows import table
from detectors.ties import people
from detectors.ties.attached_drafts import STATE
from detectors.ties.coverage import lacking
from detectors.ties.declined_drafts import declined_draft
from detectors.ties.declined_ends import COLUMNS, EXPLAINED, PARAMETERS, QUERIES, between, ends
from detectors.ties.links import CLOSING_EN, CLOSING_ZH, ENDED


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a lot and declining bidder that anything ties to the bidder the award went to.

    Undecided where nobody is named who won instead, or nothing is known of who is behind one of the two.
    """
    bids = table(rows["bidders"])
    won = pl.col("won").cast(pl.Boolean).fill_null(False) | (pl.col("status") == "won").fill_null(False)
    gave_up = (pl.col("status") == "award_declined").fill_null(False)
    declined = bids.filter(gave_up.any().over("lot_id"))
    lots = declined.filter((won & ~gave_up).any().over("lot_id"))
    lots = lots.with_columns(
        side=pl.when(gave_up).then(pl.lit("declined")).when(won).then(pl.lit("won"))
    ).filter(pl.col("side").is_not_null())
    found = ends(rows, lots, values)
    one = found.filter(pl.col("side") == "declined")
    other = found.filter(pl.col("side") == "won").select(
        *("lot_id", "holder_id"), *(pl.col(c).alias(f"{c}_2") for c in _PAIRED)
    )
    both = between(rows, one, other)
    at = ["lot_id", "bidder_id"]
    for _, group in both.sort(*at, "holder_id", "how", "link_key", nulls_last=True).group_by(
        at, maintain_order=True
    ):
        tied = group.with_columns(why=pl.coalesce("why", "why_2")).to_dicts()
        plain = [r for r in tied if r["why"] is None]
        yield declined_draft(plain or tied, None if plain else EXPLAINED[str(tied[0]["why"])])
    yield from _without_successor(declined.filter(gave_up), lots)
    known = [table(rows[k])["bidder_id"] for k in ("covered", "branches", "representatives", "officers")]
    yield from lacking(lots, pl.concat(known), "股权和人员数据", "data on owners or people")


_PAIRED: Final = (
    "bidder_id",
    "bidder_name",
    "stated_id",
    "bid_id",
    "how",
    "why",
    "link_key",
    "derivation",
    "member",
    "basis",
)
_VOID: Final = ("lot_failed", "cancelled")


def _without_successor(declined: pl.DataFrame, decided: pl.DataFrame) -> Iterator[Undecided]:
    """Lots whose award was declined, and of which it isn't said who won it then, or that it failed."""
    void = pl.any_horizontal(pl.col("lot_status", "tender_status").fill_null("").is_in(_VOID))
    open_ = declined.filter(~void).join(decided.select("lot_id").unique(), on="lot_id", how="anti")
    lots = open_.group_by("lot_id").agg(pl.col("bidder_id").unique().sort()).sort("lot_id")
    for lot, bidders in lots.iter_rows():
        yield Undecided(
            "lot",
            lot,
            tuple(bidders),
            "有投标人放弃中标，但未载明此后由谁中标：与放弃者是否存在关联无法判定",
            "an award was declined, and who won it then is not stated: whether the two are tied cannot be decided",
        )


DETECTOR = Detector(
    id="winner-declines",
    version="1.3",
    domain="政府工程",
    scene="投标人独立性",
    title_zh="放弃中标后由关联投标人中标",
    title_en="A winner declines in favour of a tied bidder",
    meaning_zh="投标人放弃中标，标段由与其有关联的另一投标人中标。",
    severity="review",
    basis=(statutes.REGULATIONS_39_3, statutes.REGULATIONS_55, statutes.PROCUREMENT_74_6),
    needs=("SUBMITS", "FOR_LOT"),
    parameters=PARAMETERS,
    queries=QUERIES,
    columns=COLUMNS,
    population="MATCH (b:Bid)-[:FOR_LOT]->(l:Lot) WHERE b.status = 'award_declined' RETURN count(DISTINCT l.id) AS n",
    identity=("lot_id", "bidder_id"),
    suppressors=(ENDED, STATE, people.HUB),
    wording_zh="【风险预警】{tender}（{lot}）：{declined}放弃中标后由{winner_zh}中标，二者疑似存在关联：{ties_zh}。"
    + CLOSING_ZH,
    wording_en="[Lead] {tender} ({lot}): {declined} declined the award, which went to {winner_en}; the two appear to be tied "
    "by: {ties_en}. " + CLOSING_EN,
    assemble=assemble,
    innocent_zh=("因不可抗力或履约能力变化放弃", "第二名按名次依法递补"),
    innocent_en=("force majeure, or the winner could not perform", "the next in rank followed by the rules"),
    in_play=True,
)
