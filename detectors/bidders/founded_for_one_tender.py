"""D14 `founded-for-one-tender`: founded shortly before the deadline, and bidding at one buyer only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import polars as pl

from detectors.definition import Detector, Draft, Evidence, Parameter, Row, Suppressor, Undecided, Values
from detectors.identities import identity_label, weakest
from detectors.law import statutes
from detectors.question import Question
from detectors.rows import table
from detectors.ties import bidding
from detectors.ties.coverage import lacking
from detectors.ties.firm_dates import AT_BID, REGISTERED, REGISTERED_COLUMNS, dated, day, not_there
from detectors.ties.links import CLOSING_EN, CLOSING_ZH, compared, lot_words

_BUYERS: Final = Question(
    "MATCH (p:Company)-[r:BUYS]->(t:Tender)<-[:LOT_OF]-(l:Lot) WHERE r.counted "
    "RETURN l.id AS lot_id, p.id AS party_id, p.name AS party_name, r.key AS party_key",
    "lots",
    "l:Lot",
)


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a lot and young bidder; where the buyer of any of its bids is unknown it cannot be decided."""
    bids, buyers = dated(compared(table(rows["bidders"])), table(rows["registered"])), table(rows["buyers"])
    age = (AT_BID - day("founded_on", "-01")).dt.total_days()
    named = bids.join(buyers.unique("lot_id", keep="first"), on="lot_id", how="left")
    buyer, limit = pl.col("party_id"), int(values["days"])
    young = named.with_columns(
        age=age,
        buyers=buyer.drop_nulls().n_unique().over("bidder_id"),
        open=buyer.is_null().any().over("bidder_id"),
        lots=pl.col("lot_id").n_unique().over("bidder_id"),
    ).filter((pl.col("age") >= 0) & (pl.col("age") < limit) & (pl.col("buyers") <= 1))
    for row in young.filter(~pl.col("open")).sort("lot_id", "bidder_id").iter_rows(named=True):
        yield _draft(row, limit)
    told = bids.join(young.filter("open"), on="bid_id", how="anti")["bid_id"]
    yield from lacking(bids, told, "招标人（采购人）数据", "data on the buyer", by="bid_id")
    known = bids.filter(pl.all_horizontal(pl.col("founded_on", "bid_on").is_not_null()))["bid_id"]
    yield from lacking(bids, known, "成立日期或投标日期", "founding or bid date", by="bid_id")
    yield from not_there(bids.with_columns(age=age))


def _draft(row: Row, limit: int) -> Draft:
    bidder = str(row["bidder_id"])
    identity = weakest([(bidder, row["stated_id"])])
    zh, en = identity_label(identity)
    why = None
    if "项目公司" in (row["bidder_name"] or ""):
        why = (
            "project-company",
            "名称显示为项目公司，可能系招标文件要求设立",
            "named as a project company, perhaps as the tender asks",
        )
    return Draft(
        scope_kind="lot",
        scope_id=str(row["lot_id"]),
        identity={"lot_id": str(row["lot_id"]), "bidder_id": bidder},
        subjects=(bidder,),
        facts={
            "as_of": row["bid_on"],
            "bidders": [{"id": bidder, "name": row["bidder_name"], "founded_on": row["founded_on"]}],
            "buyer": {"id": row["party_id"], "name": row["party_name"]},
            "days": row["age"],
            "limit": limit,
            "lots": row["lots"],
            "identity": identity,
        },
        words=lot_words(row)
        | {
            "bidder": str(row["bidder_name"] or bidder),
            "founded": str(row["founded_on"]),
            "days": str(row["age"]),
            "limit": str(limit),
            "buyer": str(row["party_name"] or row["party_id"]),
            "lots": str(row["lots"]),
            "identity_zh": zh,
            "identity_en": en,
            "data_zh": "",
            "data_en": "",
        },
        date=row["bid_on"],
        regime=row["regime"],
        evidence=Evidence(
            tuple(sorted({bidder, str(row["lot_id"]), str(row["bid_id"]), str(row["party_id"])})),
            (str(row["party_key"]),),
        ),
        suppressed_by=why,
    )


DETECTOR = Detector(
    id="founded-for-one-tender",
    version="1.2",
    domain="政府工程",
    scene="投标人独立性",
    title_zh="为特定项目而生的投标人",
    title_en="A bidder founded for one tender",
    meaning_zh="投标截止前不久才成立，而且只在一个采购人处投标。",
    severity="lead",
    basis=(
        statutes.red_flag(
            "R045",
            "投标人未在登记机关登记（新设企业为参照）",
            "the bidder is not registered (a new one: by analogy)",
        ),
    ),
    needs=("BUYS", "SUBMITS", "FOR_LOT"),
    parameters=(
        Parameter(
            "days", 180, "days", "成立至投标截止不足此天数", "founded fewer days before the deadline", least=1
        ),
    ),
    queries={"buyers": _BUYERS, "registered": REGISTERED, "bidders": bidding.BIDDERS},
    columns={
        "registered": REGISTERED_COLUMNS,
        "buyers": ("lot_id", "party_id", "party_name", "party_key"),
        "bidders": bidding.BIDDERS_COLUMNS,
    },
    population=bidding.LOTS,
    identity=("lot_id", "bidder_id"),
    suppressors=(
        Suppressor(
            "project-company",
            "招标文件要求设立的项目公司",
            "a project company that the tender itself asks for",
        ),
    ),
    wording_zh="【风险预警】{tender}（{lot}）：投标人{bidder}成立于{founded}，距投标截止{days}天（提示线{limit}天），"
    "数据中仅向{buyer}一家投标，共{lots}个标段。" + CLOSING_ZH,
    wording_en="[Lead] {tender} ({lot}): bidder {bidder} was founded on {founded}, {days:day} before the deadline (limit "
    "{limit}), and on record bids at {buyer} only, for {lots:lot}. " + CLOSING_EN,
    assemble=assemble,
    innocent_zh=("招标文件要求设立的项目公司", "集团新设的区域子公司", "数据只覆盖一家招标人"),
    innocent_en=(
        "a project company the tender asks for",
        "a group's new regional firm",
        "only one buyer's data are loaded",
    ),
)
