"""`consortium-member-bids-twice`: a consortium's member bids alone, or in a second consortium, in the same tender."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import polars as pl

from detectors.definition import Detector, Draft, Evidence, Row, Undecided, Values
from detectors.identities import weakest
from detectors.law import statutes
from detectors.law.caution import CAUTION_EN, CAUTION_ZH
from detectors.rows import table
from detectors.ties import bidding
from detectors.ties.links import compared, lot_words


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a tender and member; the same lot is the article's case, another lot of the tender for review.

    One and the same consortium in several lots is no second one; whether it is one is undecided where but one member is named.
    """
    bids = compared(table(rows["bidders"]))
    joint = pl.col("bidder_id").n_unique().over("bid_id") > 1
    bids = bids.with_columns(joint=joint | pl.col("consortium").is_not_null())
    at = ["tender", "bidder_id"]
    bids = bids.with_columns(tender=pl.coalesce("tender_id", "lot_id"))
    found = bids.filter((pl.col("bid_id").n_unique().over(at) > 1) & pl.col("joint").any().over(at))
    found = _with_members(bids, found).sort(*at, "lot_id", "bid_id")
    other = pl.col("members").n_unique().over(at) > 1
    again = (pl.col("bid_id").n_unique().over(*at, "lot_id") > 1).any().over(at)
    for _, group in found.filter(other | again).group_by(at, maintain_order=True):
        yield _draft(group.to_dicts())
    alone = found.filter(~other & ~again & ~pl.col("members").str.contains(_AND, literal=True))
    for lot, bidder, called in (
        alone.unique(at, keep="first", maintain_order=True)
        .select("lot_id", "bidder_id", pl.coalesce("bidder_name", "bidder_id"))
        .iter_rows()
    ):
        yield Undecided(
            "lot",
            lot,
            (bidder,),
            f"“{called}”在同一招标项目的几个标段以联合体投标，其他成员未载明：是否为同一联合体无法判定",
            f"“{called}” bids in several lots of the tender in a consortium whose other members are not stated: whether it is "
            "one and the same cannot be decided",
        )


_AND: Final = "\n"


def _with_members(bids: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """`found` with who submits each bid together, as a text that two bids of the same share; a sole bid's is its own."""
    near = bids.join(found.select("bid_id").unique(), on="bid_id", how="semi").sort("bidder_id")
    together = near.group_by("bid_id").agg(
        members=pl.when(pl.col("joint").any()).then(
            pl.col("bidder_id").unique(maintain_order=True).str.join(_AND)
        )
    )
    return found.join(together, on="bid_id", how="left").with_columns(pl.col("members").fill_null(""))


def _draft(found: Sequence[Row]) -> Draft:
    by_lot: dict[str, list[Row]] = {}
    for row in found:
        by_lot.setdefault(row["lot_id"], []).append(row)
    clashing = [
        rows
        for rows in by_lot.values()
        if len({r["bid_id"] for r in rows}) > 1 and any(r["joint"] for r in rows)
    ]
    shown = clashing[0] if clashing else list(found)
    first = shown[0]
    bidder = str(first["bidder_id"])
    words = lot_words(first) | {
        "member": str(first["bidder_name"] or bidder),
        "count": str(len({r["bid_id"] for r in shown})),
        "where_zh": "同一标段" if clashing else "同一招标项目的不同标段",
        "where_en": "one lot" if clashing else "different lots of one tender",
    }
    return Draft(
        scope_kind="lot",
        scope_id=str(first["lot_id"]),
        identity={"lot_id": str(first["lot_id"]), "bidder_id": bidder},
        subjects=(bidder,),
        facts={
            "as_of": first["bid_on"],
            "same_lot": bool(clashing),
            "bidders": [{"id": bidder, "name": first["bidder_name"]}],
            "bids": [{"id": r["bid_id"], "lot": r["lot_id"], "consortium": r["consortium"]} for r in shown],
            "identity": weakest([(bidder, first["stated_id"])]),
        },
        words=words,
        date=first["bid_on"],
        regime=first["regime"],
        evidence=Evidence(
            tuple(sorted({bidder, *(r["bid_id"] for r in shown), *(r["lot_id"] for r in shown)})), ()
        ),
        severity=None if clashing else "review",
    )


DETECTOR = Detector(
    id="consortium-member-bids-twice",
    version="1.2",
    domain="政府工程",
    scene="招标程序",
    title_zh="联合体成员另行投标",
    title_en="A consortium member bids twice",
    meaning_zh="联合体成员在同一项目中又单独投标，或者参加另一个联合体；同一联合体投多个标段的不算。",
    severity="prohibited",
    basis=(statutes.REGULATIONS_37, statutes.PROCUREMENT_22),
    needs=("SUBMITS", "FOR_LOT"),
    parameters=(),
    queries={"bidders": bidding.BIDDERS},
    columns={"bidders": bidding.BIDDERS_COLUMNS},
    population=bidding.LOTS,
    identity=("lot_id", "bidder_id"),
    suppressors=(),
    wording_zh="【风险预警】{tender}（{lot}）：{member}疑似作为联合体成员，又以自己名义或参加其他联合体在{where_zh}投标，"
    "共涉及{count}个投标。" + CAUTION_ZH,
    wording_en="[Lead] {tender} ({lot}): {member}, a member of a consortium, appears to bid again in {where_en}; "
    "{count} bids are concerned. " + CAUTION_EN,
    assemble=assemble,
    by_round=True,
    innocent_zh=("各标段按不同合同分别招标", "先前的投标已撤回而登记未更新"),
    innocent_en=("the lots are separate contracts", "the earlier bid was withdrawn, not yet registered"),
)
