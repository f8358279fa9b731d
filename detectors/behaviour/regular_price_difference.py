"""D7 `regular-price-difference`: prices of a lot equal, or in arithmetic or geometric progression."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from detectors.behaviour.prices import bids_table, comparable, price_said, without_prices
from detectors.behaviour.progressions import PATTERNS, regular
from detectors.definition import Detector, Draft, Evidence, Parameter, Row, Suppressor, Undecided, Values
from detectors.law import statutes
from detectors.law.caution import CAUTION_EN, CAUTION_ZH
from detectors.rules.values import settle
from detectors.ties import bidding
from detectors.ties.lot_names import lot_name, tender_name


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a lot and pattern; of the two progressions the closer one."""
    offered, least = bids_table(rows["bids"]), int(values["min_bids"])
    yield from without_prices(offered, least)
    bids = comparable(offered, least)
    if bids.is_empty():
        return
    near = regular(bids, float(values["progression_tolerance"]))
    members = bids.join(near.select("lot_id"), on="lot_id", maintain_order="left")
    by_lot = {key[0]: part for key, part in members.group_by("lot_id", maintain_order=True)}
    for lot in near.iter_rows(named=True):
        part = by_lot[lot["lot_id"]]
        rule = settle(values, "", part["bid_on"][0])
        if lot["distinct"] < lot["n"]:
            for _, same in part.group_by("price", maintain_order=True):
                if same.height >= int(rule["equal_bids"]):
                    yield _draft("equal", same, part, 0.0, rule)
            continue
        pattern = (
            "arithmetic" if lot["geometric"] is None or lot["arithmetic"] <= lot["geometric"] else "geometric"
        )
        yield _draft(pattern, part, part, float(lot[pattern]), rule)


def _draft(pattern: str, tied: pl.DataFrame, part: pl.DataFrame, uneven: float, values: Values) -> Draft:
    lot = part.row(0, named=True)
    told: list[dict[str, Any]] = [
        {"id": r["bidder_id"], "name": r["bidder_name"], "price": r["price"]}
        for r in tied.iter_rows(named=True)
    ]
    estimate = lot["estimate"]
    ceiling = pattern == "equal" and estimate is not None and told[0]["price"] == estimate
    prices = [price_said(b["price"], lot["unit"]) for b in told]
    names = [str(b["name"] or b["id"]) for b in told]
    return Draft(
        scope_kind="lot",
        scope_id=str(lot["lot_id"]),
        identity={
            "lot_id": str(lot["lot_id"]),
            "price_kind": f"{pattern}:{prices[0][0] if pattern == 'equal' else ''}",
        },
        subjects=tuple(sorted({str(b["id"]) for b in told})),
        facts={
            "as_of": lot["bid_on"],
            "pattern": pattern,
            "unit": lot["unit"],
            "bids": part.height,
            "left_out": int(lot["left_out"]),
            "uneven": uneven,
            "bidders": told,
            "identity": "id",
        },
        words={
            "tender": tender_name(lot),
            "lot": lot_name(lot)[0],
            "lot_en": lot_name(lot)[1],
            "pattern_zh": PATTERNS[pattern][0],
            "pattern_en": PATTERNS[pattern][1],
            "n": str(part.height),
            "bids_zh": "、".join(f"{n} {p}" for n, (_, p, _) in zip(names, prices, strict=True)),
            "bids_en": "; ".join(f"{n} {p}" for n, (*_, p) in zip(names, prices, strict=True)),
        },
        date=lot["bid_on"],
        regime=lot["regime"],
        evidence=Evidence(
            tuple(sorted({str(lot["lot_id"]), *tied["bidder_id"].to_list(), *tied["bid_id"].to_list()})), ()
        ),
        suppressed_by=("at-ceiling", "报价均等于最高投标限价", "all bid exactly the ceiling price")
        if ceiling
        else None,
        values=values,
    )


DETECTOR = Detector(
    id="regular-price-difference",
    version="1.4",
    domain="政府工程",
    scene="报价规律",
    title_zh="投标报价呈规律性差异",
    title_en="Bid prices differ regularly",
    meaning_zh="一个标段的报价相同，或者呈等差、等比排列。",
    severity="lead",
    basis=(
        *statutes.deemed_collusion(
            "四",
            "不同投标人的投标文件异常一致或者投标报价呈规律性差异（须经核查认定）",
            "bids abnormally alike, or prices that differ regularly (to be established by review)",
        ),
        statutes.red_flag(
            "R023, R028",
            "报价相同或呈固定规律",
            "identical prices, or prices in a fixed pattern",
        ),
    ),
    needs=("SUBMITS", "FOR_LOT"),
    parameters=(
        Parameter(
            "min_bids", 4, "bids", "同口径有效报价不足此数不判断", "fewer valid bids are not judged", least=3
        ),
        Parameter(
            "progression_tolerance",
            0.01,
            "fraction",
            "相邻差（比）与其均值的最大偏离",
            "how far a step may lie from the mean step",
        ),
        Parameter(
            "equal_bids", 2, "bids", "相同报价达到此数才提示", "equal prices from this many bids on", least=2
        ),
    ),
    queries={"bids": bidding.BIDDERS},
    columns={"bids": bidding.BIDDERS_COLUMNS},
    population=bidding.LOTS,
    identity=("lot_id", "price_kind"),
    suppressors=(Suppressor("at-ceiling", "报价均等于最高投标限价", "all bid exactly the ceiling price"),),
    wording_zh=(
        "【风险预警】{tender}（{lot}）：{n}份同口径有效报价中{pattern_zh}：{bids_zh}。请结合其他线索核查。"
        + CAUTION_ZH
    ),
    wording_en=(
        "[Lead] {tender} ({lot}): of {n} comparable valid bids, {pattern_en}: {bids_en}. Verify together with other "
        "leads. " + CAUTION_EN
    ),
    assemble=assemble,
    by_round=True,
    innocent_zh=("政府定价或统一目录价", "均按最高限价报价", "报价均取整数"),
    innocent_en=("regulated or catalogue prices", "all bid the ceiling", "prices rounded to whole amounts"),
    rests_on="pattern",
)
