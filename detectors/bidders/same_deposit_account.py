"""D4 `same-deposit-account`: the deposits of two bidders come from one account, or one bidder's from another's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from detectors.definition import Detector, Draft, Row, Suppressor, Undecided, Values
from detectors.law import statutes
from detectors.question import Question
from detectors.rows import table
from detectors.ties import bidding, payers, people, traces
from detectors.ties.coverage import lacking
from detectors.ties.links import (
    CLOSING_EN,
    CLOSING_ZH,
    SPAN,
    compared,
    link_draft,
    link_ties,
    on_bids,
    reaching_several,
)

_OWN = Question(
    "MATCH (h:Contact)-[:USED_IN_BID]->(b:Bid) WHERE h.kind = 'account' WITH DISTINCT h "
    "MATCH (c:Company)-[r:HAS_CONTACT]->(h) WHERE r.counted "
    "RETURN c.id AS bidder_id, h.id AS holder_id, h.value AS holder_name, "
    f"'own_account' AS role, {SPAN}",
    "traced",
    "b:Bid",
)


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a lot and account (or named payer) that two separate bids have in common."""
    bidders = compared(table(rows["bidders"]))
    deposits, own = payers.with_basis(traces.used_for(rows, "deposit")), table(rows["own"])
    by_bidder = bidders.select("bid_id", "bidder_id").join(deposits, on="bid_id")
    tying = reaching_several(pl.concat([f.select("holder_id", "bidder_id") for f in (by_bidder, own)]))
    paid = on_bids(bidders, deposits.join(tying, on="holder_id", how="semi", maintain_order="left"), "bid_id")
    owned = on_bids(bidders, own.join(tying, on="holder_id", how="semi", maintain_order="left"))
    # Whose account it is matters only where a deposit of the same lot came from it.
    owned = owned.join(paid.select("lot_id", "holder_id").unique(), on=["lot_id", "holder_id"])
    used = dict(paid.group_by("holder_id").agg(pl.col("bidder_id").n_unique()).iter_rows())
    named = payers.named_payers(deposits)
    listed = {n.strip() for n in str(values["listed_payers"]).split(",") if n.strip()}
    for tie in link_ties(pl.concat([paid, owned], how="diagonal_relaxed")):
        users = used.get(tie.holder, 0)
        why = (
            payers.nobody(tie)
            or payers.institution(tie, listed, named)
            or traces.hub(tie, users, values["hub_bidders"])
        )
        severity, words = payers.identity_words(tie)
        yield link_draft(
            tie,
            suppressed_by=why,
            severity=severity,
            facts={"used_by_bidders": users},
            words=traces.kind_words(tie) | words,
            holder_is_party=False,
        )
    yield from lacking(
        bidders,
        traces.of_same_bidders(bidders, deposits["bid_id"]),
        "保证金账户数据",
        "data on deposit accounts",
        by="bid_id",
    )


DETECTOR = Detector(
    id="same-deposit-account",
    version="1.2",
    domain="政府工程",
    scene="投标文件与保证金",
    title_zh="投标保证金从同一账户转出",
    title_en="Bid deposits come from the same account",
    meaning_zh="两家投标人的保证金从同一账户转出，或者一家的保证金由另一家的账户转出。",
    severity="deemed",
    basis=(
        *statutes.deemed_collusion(
            "六",
            "不同投标人的投标保证金从同一单位或者个人的账户转出",
            "deposits of different bidders come from the account of one unit or person",
        ),
    ),
    needs=("USED_IN_BID", "SUBMITS", "FOR_LOT"),
    parameters=(
        traces.HUB_BIDDERS,
        traces.LISTED_PAYERS,
    ),
    queries={"traces": traces.TRACES, "own": _OWN, "bidders": bidding.BIDDERS},
    columns={
        "traces": traces.TRACE_COLUMNS,
        "own": people.LINKED_COLUMNS,
        "bidders": bidding.BIDDERS_COLUMNS,
    },
    population=bidding.LOTS,
    identity=("lot_id", "holder_id"),
    suppressors=(
        traces.HUB,
        traces.PLACEHOLDER,
        Suppressor(
            "institution", "担保公司、保险公司、银行、交易中心", "guarantors, insurers, banks, tender centres"
        ),
    ),
    wording_zh="【风险预警】{tender}（{lot}）：投标人{bidders_zh}的投标保证金疑似出自同一{kind_zh}：{holder}。"
    "{links_zh}。" + CLOSING_ZH,
    wording_en="[Lead] {tender} ({lot}): the deposits of bidders {bidders_en} appear to come from one {kind_en}: "
    "{holder}. {links_en}. " + CLOSING_EN,
    assemble=assemble,
    innocent_zh=("担保公司或保险公司统一缴纳", "交易中心的归集账户"),
    innocent_en=("paid by one guarantor or insurer", "a collecting account of the tender centre"),
)
