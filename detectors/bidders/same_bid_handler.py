"""D5a `same-bid-handler`: two bidders of one lot entrust one unit or person with the bid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from detectors.definition import Detector, Draft, Row, Severity, Undecided, Values
from detectors.identities import weakest
from detectors.law import statutes
from detectors.rows import table
from detectors.ties import bid_phones, bidding, blank_contacts, named_in_bids, people, traces
from detectors.ties.links import CLOSING_EN, CLOSING_ZH, LinkTie, compared

_ACROSS = ("（在另一份投标中为单位负责人）", " (in another bid the firm's representative)")


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a lot and unit or person, or stated contact person or telephone, that handles two separate bids."""
    bids = compared(table(rows["bidders"]))
    handlers, contacts = (
        named_in_bids.of_roles(rows, named_in_bids.HANDLERS),
        traces.used_for(rows, "contact"),
    )
    named = bid_phones.Named(handlers, contacts)
    own = [named_in_bids.of_rivals(handlers, bids), bid_phones.of_rivals(rows, contacts, bids)]
    found = traces.trace_drafts(
        rows,
        pl.concat([handlers, contacts], how="diagonal_relaxed"),
        values,
        ("投标经办人数据", "data on who handled the bid"),
        judge=_names_nobody,
        severity=lambda tie: _severity(tie, named),
        people=True,
        told=lambda tie: _words(tie, named),
        facts=lambda tie: _identity(tie, named),
        own=pl.concat(own, how="diagonal_relaxed"),
    )
    yield from bid_phones.told_once(found)
    # Whoever represents one firm and hands in the bid of another.
    across = named_in_bids.across(rows, named_in_bids.HANDLERS, named_in_bids.REPRESENTATIVE, *_ACROSS)
    for hit in across:
        yield (
            replace(hit, words={**_who(hit.identity["holder_id"]), **hit.words})
            if isinstance(hit, Draft)
            else hit
        )


def _who(holder: str) -> dict[str, str]:
    if holder.startswith(("person", "contact_person:", "phone:")):
        return {"who_zh": "同一人", "who_en": "one person"}
    return {"who_zh": "同一单位", "who_en": "one unit"}


def _severity(tie: LinkTie, named: bid_phones.Named) -> Severity | None:
    # One telephone points to one person, and says who it is where one name stands beside it. That whoever bids made its own
    # bid, or answers its own telephone, is stated nowhere.
    if bid_phones.by_phone(tie):
        return None if named.one(tie) else "review"
    return "review" if len({r["bid_id"] for r in tie.rows if r["role"] != "itself"}) == 1 else None


def _identity(tie: LinkTie, named: bid_phones.Named) -> dict[str, Any]:
    stated = [(r["bidder_id"], r.get("stated_id")) for r in tie.rows]
    if bid_phones.by_phone(tie):
        who = named.one(tie)
        return {"identity": "name_only", **({"contact_person": who} if who else {})}
    return {"identity": weakest(stated, ["unique_name"])} if named_in_bids.by_full_name(tie) else {}


def _words(tie: LinkTie, named: bid_phones.Named) -> dict[str, str]:
    words = {"as_zh": "", "as_en": "", **_who(tie.holder)}
    if named_in_bids.by_full_name(tie):
        return words | traces.identity_words(
            tie,
            "办理单位企业全称一致，没有统一社会信用代码",
            "the unit's full registered name, without its code",
        )
    if bid_phones.by_phone(tie):
        return words | bid_phones.words(tie, named.one(tie))
    return words


def _names_nobody(tie: LinkTie) -> tuple[str, str, str] | None:
    if bid_phones.by_phone(tie):
        return blank_contacts.placeholder("phone", tie.holder_name)
    # A name without a number is no identity.
    if not all(r["role"] == "contact_person" for r in tie.rows):
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
    queries={
        "workers": traces.WORKERS,
        "traces": traces.TRACES,
        "own": bid_phones.OWN,
        "bidders": bidding.BIDDERS,
    },
    columns={
        "workers": traces.WORKER_COLUMNS,
        "traces": traces.TRACE_COLUMNS,
        "own": bid_phones.OWN_COLUMNS,
        "bidders": bidding.BIDDERS_COLUMNS,
    },
    population=bidding.LOTS,
    identity=("lot_id", "holder_id"),
    suppressors=(traces.HUB, people.NAME_ONLY, blank_contacts.PLACEHOLDER),
    wording_zh="【风险预警】{tender}（{lot}）：投标人{bidders_zh}的投标事宜疑似由{who_zh}{holder}{as_zh}办理：{links_zh}。"
    + CLOSING_ZH,
    wording_en="[Lead] {tender} ({lot}): {who_en}, {holder}{as_en}, appears to handle the bids of {bidders_en}: "
    "{links_en}. " + CLOSING_EN,
    assemble=assemble,
    innocent_zh=("代办服务人员为多家投标人递交文件", "同名不同人", "表中的联系电话是招标人或代理机构的"),
    innocent_en=(
        "a courier or service that hands in many bids",
        "a namesake",
        "the telephone in the list is the buyer's or the agency's",
    ),
)
