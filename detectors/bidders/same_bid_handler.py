"""D5a `same-bid-handler`: two bidders of one lot entrust one person with the bid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import polars as pl

from detectors.definition import Detector, Draft, Row, Undecided, Values
from detectors.law import statutes
from detectors.ties import bidding, named_in_bids, people, traces
from detectors.ties.links import CLOSING_EN, CLOSING_ZH, LinkTie

_ACROSS = ("（在另一份投标中为单位负责人）", " (in another bid the firm's representative)")


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a lot and person (or stated contact person) that handles two separate bids."""
    handlers = named_in_bids.of_roles(rows, named_in_bids.HANDLERS)
    both = pl.concat([handlers, traces.used_for(rows, "contact")], how="diagonal_relaxed")
    what = ("投标经办人数据", "data on who handled the bid")
    for hit in traces.trace_drafts(rows, both, values, what, judge=_namesake, people=True, told=_of_contacts):
        yield replace(hit, words={**hit.words, "as_zh": "", "as_en": ""}) if isinstance(hit, Draft) else hit
    # Whoever represents one firm and hands in the bid of another.
    yield from named_in_bids.across(rows, named_in_bids.HANDLERS, named_in_bids.REPRESENTATIVE, *_ACROSS)


def _of_contacts(tie: LinkTie) -> dict[str, str]:
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
    version="1.2",
    domain="政府工程",
    scene="投标文件与保证金",
    title_zh="投标事宜由同一人办理",
    title_en="One person handles two bidders' bids",
    meaning_zh="同一标段的两家投标人由同一个人办理投标事宜，或由另一家的单位负责人办理。",
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
    wording_zh="【风险预警】{tender}（{lot}）：投标人{bidders_zh}的投标事宜疑似由同一人{holder}{as_zh}办理：{links_zh}。"
    + CLOSING_ZH,
    wording_en="[Lead] {tender} ({lot}): one person, {holder}{as_en}, appears to handle the bids of {bidders_en}: "
    "{links_en}. " + CLOSING_EN,
    assemble=assemble,
    innocent_zh=("代办服务人员为多家投标人递交文件", "同名不同人"),
    innocent_en=("a courier or service that hands in many bids", "a namesake"),
)
