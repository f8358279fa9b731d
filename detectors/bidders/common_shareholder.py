"""D1e `common-shareholder`: two or more bidders of one lot reached by the same holder, at any depth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import polars as pl

from detectors.definition import Detector, Draft, Row, Undecided, Values
from detectors.rows import Rows, table
from detectors.ties import bidding, managed
from detectors.ties.coverage import without_ownership
from detectors.ties.drafts import Tie, draft, suppressed, tie_facts
from detectors.ties.held_in_trust import (
    DECLARED,
    DECLARED_COLUMNS,
    OWNERS,
    OWNERS_ARE,
    OWNERS_ARE_COLUMNS,
    OWNERS_COLUMNS,
    REGISTERS,
    REGISTERS_COLUMNS,
    beneficially,
    without_owners,
)
from detectors.ties.listed_stakes import CLEARING, LISTED, LISTED_COLUMNS
from detectors.ties.nearest import nearest
from detectors.ties.set_aside import COMMON, SET_ASIDE, set_aside


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a lot and nearest common holder, whether by shares or by votes; who is behind a nominee is one too, and
    who stands above that one."""
    listed = frozenset(str(r["holder_id"]) for r in rows["listed"])
    limits = (values["fund_share"], values["hub_companies"], listed)
    beside = [
        (rows[of], rows["owners_are"], c) for of, c in (("kinds", "holder_kind"), ("holders", "companies"))
    ]
    found = beneficially(rows, registered=True)
    holdings = (found.held, table(rows["elsewhen"]))
    held, elsewhen = (_described(frame, beside) for frame in holdings)

    def explained(tie: Tie) -> bool:
        return suppressed(tie, *limits) is not None

    for tie, above in nearest(Rows(held), rows["bidders"], explained):
        made = draft(tie, tie_facts(tie, above), suppressed(tie, *limits))
        yield replace(made, words={**made.words, **COMMON})
    yield from set_aside(held, elsewhen, rows["bidders"], explained)
    yield from without_owners(found.ownerless, 0.0)
    yield from without_ownership(*(rows[k] for k in ("bidders", "covered", "branches", "stated")))


def _described(
    held: pl.DataFrame, beside: Sequence[tuple[Sequence[Row], Sequence[Row], str]]
) -> pl.DataFrame:
    """Holdings with what their holders are, and how many companies they hold."""
    for told, of_owners, column in beside:
        parts = [table(rows).select("holder_id", column) for rows in (of_owners, told)]
        known = pl.concat(parts, how="vertical_relaxed").drop_nulls(column).unique("holder_id", keep="last")
        held = held.join(known, on="holder_id", how="left", maintain_order="left")
    return held.rename({"companies": "holder_companies"})


DETECTOR = Detector(
    id="common-shareholder",
    version="1.6",
    domain="政府工程",
    scene="投标人独立性",
    title_zh="投标人存在共同股东",
    title_en="Bidders have a common shareholder",
    meaning_zh="同一标段的两家以上投标人，不论隔多少层，背后有同一个持股人（包括由代持人登记在名下的实际出资人，及其上的股东）。",
    severity="lead",
    basis=(bidding.RED_FLAG_33,),
    needs=("OWNS", "SUBMITS", "FOR_LOT"),
    parameters=(bidding.FUND_SHARE, bidding.HUB_COMPANIES),
    queries={
        "holdings": bidding.HOLDINGS,
        "declared": DECLARED,
        "owners": OWNERS,
        "owners_are": OWNERS_ARE,
        "registers": REGISTERS,
        "elsewhen": bidding.HOLDINGS_ELSEWHEN,
        "bidders": bidding.BIDDERS,
        "holders": bidding.HOLDERS,
        "kinds": bidding.KINDS,
        "listed": LISTED,
        "covered": bidding.COVERED,
        "stated": bidding.STATED,
        "branches": managed.BRANCHES,
    },
    columns={
        "holdings": bidding.HOLDINGS_COLUMNS,
        "declared": DECLARED_COLUMNS,
        "owners": OWNERS_COLUMNS,
        "owners_are": OWNERS_ARE_COLUMNS,
        "registers": REGISTERS_COLUMNS,
        "elsewhen": bidding.HOLDINGS_ELSEWHEN_COLUMNS,
        "bidders": bidding.BIDDERS_COLUMNS,
        "holders": bidding.HOLDERS_COLUMNS,
        "kinds": bidding.KINDS_COLUMNS,
        "listed": LISTED_COLUMNS,
        "covered": bidding.COVERED_COLUMNS,
        "stated": bidding.STATED_COLUMNS,
        "branches": managed.MANAGED_COLUMNS,
    },
    population=bidding.LOTS,
    identity=("lot_id", "holder_id"),
    suppressors=(*bidding.SUPPRESSORS, CLEARING, *SET_ASIDE),
    wording_zh=(
        "【风险预警】{tender}（{lot}）：投标人{bidders_zh}{tied_zh}{holder}{holder_note_zh}。{as_of_zh}，"
        "{holder}穿透持有{shares_zh}，计算口径：{method_zh}。主体识别：{identity_zh}。"
        "本预警由数据比对自动生成，仅供核查参考，不作为认定违纪违法的依据。"
    ),
    wording_en=(
        "[Lead] {tender} ({lot}): bidders {bidders_en} {tied_en}, {holder}{holder_note_en}. "
        "{as_of_en}, {holder} effectively holds {shares_en}; method: {method}. Identities rest on: {identity_en}. "
        "Made by comparing data, for verification only; it establishes no wrongdoing."
    ),
    assemble=assemble,
    innocent_zh=("财务投资者的小额持股", "国有资产监管机构出资", "股权已在投标前转让而登记未更新"),
    innocent_en=(
        "a financial investor's small stake",
        "a state holder",
        "a stake sold before the bid, not yet registered",
    ),
    yields_to=("bidder-controls-bidder", "common-controller", "common-beneficial-owner", "cross-holding"),
    in_play=True,
)
