"""D5a `same-bid-handler`: two bidders of one lot entrust one unit or person with the bid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import polars as pl

from detectors.definition import Detector, Draft, Row, Severity, Undecided, Values
from detectors.law import statutes
from detectors.rows import table
from detectors.ties import bidding, named_in_bids, people, traces
from detectors.ties.drafts import weakest
from detectors.ties.links import CLOSING_EN, CLOSING_ZH, LinkTie, compared

_ACROSS = ("（在另一份投标中为单位负责人）", " (in another bid the firm's representative)")


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a lot and unit or person (or stated contact person) that handles two separate bids."""
    handlers = named_in_bids.of_roles(rows, named_in_bids.HANDLERS)
    both = pl.concat([handlers, traces.used_for(rows, "contact")], how="diagonal_relaxed")
    found = traces.trace_drafts(
        rows,
        both,
        values,
        ("投标经办人数据", "data on who handled the bid"),
        judge=_namesake,
        severity=_severity,
        people=True,
        told=_identity_words,
        facts=_identity,
        own=_rivals(handlers, compared(table(rows["bidders"]))),
    )
    for hit in found:
        yield _told(hit) if isinstance(hit, Draft) else hit
    # Whoever represents one firm and hands in the bid of another.
    across = named_in_bids.across(rows, named_in_bids.HANDLERS, named_in_bids.REPRESENTATIVE, *_ACROSS)
    for hit in across:
        yield replace(hit, words={**_who(hit), **hit.words}) if isinstance(hit, Draft) else hit


def _told(hit: Draft) -> Draft:
    return replace(hit, words={**hit.words, **_who(hit), "as_zh": "", "as_en": ""})


def _who(hit: Draft) -> dict[str, str]:
    if hit.identity["holder_id"].startswith(("person", "contact_person:")):
        return {"who_zh": "同一人", "who_en": "one person"}
    return {"who_zh": "同一单位", "who_en": "one unit"}


def _rivals(handlers: pl.DataFrame, bids: pl.DataFrame) -> pl.DataFrame:
    """Who handles another's bid and bids in the lot itself has a hand in two: beside its own bid it stands as itself."""
    at = bids.select("bid_id", "lot_id").unique()
    units = (
        handlers.join(at, on="bid_id")
        .select("lot_id", "holder_id", "holder_name")
        .unique(["lot_id", "holder_id"])
    )
    own = bids.select("bid_id", "lot_id", holder_id="bidder_id").join(units, on=["lot_id", "holder_id"])
    return own.select("bid_id", "holder_id", "holder_name", role=pl.lit("itself"))


def _severity(tie: LinkTie) -> Severity | None:
    # That whoever bids made its own bid is taken for granted, and stated nowhere.
    stated = {r["bid_id"] for r in tie.rows if r["role"] != "itself"}
    return "review" if len(stated) == 1 else None


def _by_full_name(tie: LinkTie) -> bool:
    return tie.holder.startswith("name:")


def _identity(tie: LinkTie) -> dict[str, str]:
    if not _by_full_name(tie):
        return {}
    return {"identity": weakest([(r["bidder_id"], r.get("stated_id")) for r in tie.rows], ["unique_name"])}


def _identity_words(tie: LinkTie) -> dict[str, str]:
    if _by_full_name(tie):
        return traces.identity_words(
            tie,
            "办理单位企业全称一致，没有统一社会信用代码",
            "the unit's full registered name, without its code",
        )
    if not all(r["role"] == "contact_person" for r in tie.rows):
        return {}
    return traces.identity_words(
        tie,
        "投标联系人的姓名与所留电话相同，没有证件号",
        "the contact person's name and telephone as the bids give them, without a number",
    )


def _namesake(tie: LinkTie) -> tuple[str, str, str] | None:
    # A name without a number is no identity; a telephone written beside it is.
    name_only = all(r["role"] == "contact_person" for r in tie.rows)
    if not name_only or sum(c.isdigit() for c in tie.holder_name) >= 7:
        return None
    return (
        "name-only",
        f"投标联系人仅姓名相同（{tie.holder_name}），身份未核实",
        f"the contact persons only share a name ({tie.holder_name}); identity not verified",
    )


DETECTOR = Detector(
    id="same-bid-handler",
    version="1.3",
    domain="政府工程",
    scene="投标文件与保证金",
    title_zh="投标事宜由同一单位或个人办理",
    title_en="One unit or person handles two bidders' bids",
    meaning_zh="同一标段的两家投标人由同一单位或个人办理投标事宜，或由另一家（或其单位负责人）办理。单位以统一社会信用代码或企业全称为准，个人仅同名的列为无法判定。",
    severity="deemed",
    basis=(
        *statutes.deemed_collusion(
            "二",
            "不同投标人委托同一单位或者个人办理投标事宜",
            "different bidders entrust one unit or person with the bid",
        ),
        statutes.ORDER_87_37_3,
    ),
    needs=("SUBMITS", "FOR_LOT"),
    needs_any=("WORKS_ON_BID", "USED_IN_BID"),
    parameters=(traces.HUB_BIDDERS,),
    queries={"workers": traces.WORKERS, "traces": traces.TRACES, "bidders": bidding.BIDDERS},
    columns={
        "workers": traces.WORKER_COLUMNS,
        "traces": traces.TRACE_COLUMNS,
        "bidders": bidding.BIDDERS_COLUMNS,
    },
    population=bidding.LOTS,
    identity=("lot_id", "holder_id"),
    suppressors=(traces.HUB, people.NAME_ONLY),
    wording_zh="【风险预警】{tender}（{lot}）：投标人{bidders_zh}的投标事宜疑似由{who_zh}{holder}{as_zh}办理：{links_zh}。"
    + CLOSING_ZH,
    wording_en="[Lead] {tender} ({lot}): {who_en}, {holder}{as_en}, appears to handle the bids of {bidders_en}: "
    "{links_en}. " + CLOSING_EN,
    assemble=assemble,
    innocent_zh=("代办服务人员为多家投标人递交文件", "同名不同人"),
    innocent_en=("a courier or service that hands in many bids", "a namesake"),
)
