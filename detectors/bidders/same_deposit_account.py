"""D4 `same-deposit-account`: the deposits of two bidders come from one account, or one bidder's from another's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from detectors.definition import Detector, Draft, Row, Suppressor, Undecided, Values
from detectors.law import statutes
from detectors.question import Question
from detectors.rows import table
from detectors.ties import bidding, people, traces
from detectors.ties.coverage import lacking
from detectors.ties.links import (
    CLOSING_EN,
    CLOSING_ZH,
    SPAN,
    LinkTie,
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

_KINDS_OF_PAYERS = frozenset(
    [
        "个人",
        "自然人",
        "本人",
        "他人",
        "企业",
        "公司",
        "单位",
        "本单位",
        "投标人",
        "投标单位",
        "供应商",
        "法定代表人",
        "现金",
        "转账",
        "汇款",
        "电汇",
        "网银",
        "支票",
        "保函",
        "电子保函",
        "银行保函",
        "保证保险",
        "其他",
    ]
)


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a lot and account (or named payer) that two separate bids have in common."""
    bidders = compared(table(rows["bidders"]))
    deposits, own = traces.used_for(rows, "deposit"), table(rows["own"])
    payers = bidders.select("bid_id", "bidder_id").join(deposits, on="bid_id")
    tying = reaching_several(pl.concat([f.select("holder_id", "bidder_id") for f in (payers, own)]))
    paid = on_bids(bidders, deposits.join(tying, on="holder_id", how="semi", maintain_order="left"), "bid_id")
    owned = on_bids(bidders, own.join(tying, on="holder_id", how="semi", maintain_order="left"))
    # Whose account it is matters only where a deposit of the same lot came from it.
    owned = owned.join(paid.select("lot_id", "holder_id").unique(), on=["lot_id", "holder_id"])
    used = dict(paid.group_by("holder_id").agg(pl.col("bidder_id").n_unique()).iter_rows())
    listed = {n.strip() for n in str(values["listed_payers"]).split(",") if n.strip()}
    for tie in link_ties(pl.concat([paid, owned], how="diagonal_relaxed")):
        users = used.get(tie.holder, 0)
        why = _nobody(tie) or _institution(tie, listed) or traces.hub(tie, users, values["hub_bidders"])
        facts = {"used_by_bidders": users}
        yield link_draft(
            tie, suppressed_by=why, facts=facts, words=traces.kind_words(tie), holder_is_party=False
        )
    yield from lacking(bidders, deposits["bid_id"], "保证金账户数据", "data on deposit accounts", by="bid_id")


def _nobody(tie: LinkTie) -> tuple[str, str, str] | None:
    if tie.holder_name.strip() not in _KINDS_OF_PAYERS:
        return traces.placeholder(tie)
    return (
        "placeholder",
        f"“{tie.holder_name}”只说明付款人的类别或方式，不是付款人名称，不能指认同一账户",
        f'"{tie.holder_name}" says what kind of payer or payment it is and names no account',
    )


def _institution(tie: LinkTie, listed: set[str]) -> tuple[str, str, str] | None:
    name = tie.holder_name
    if not any(word in name for word in listed):
        return None
    return (
        "institution",
        f"{name}为担保、保险、银行机构或交易中心，代众多投标人缴纳或出具保函",
        f"{name} is a guarantee company, insurer, bank or tender centre that pays for many bidders",
    )


DETECTOR = Detector(
    id="same-deposit-account",
    version="1.1",
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
