"""What two bids of one lot have in common in their files and payments: Cypher, hubs, and the draft."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import polars as pl

from detectors.definition import Draft, Parameter, Row, Severity, Suppressor, Undecided, Values
from detectors.identities import identity_label, weakest
from detectors.question import Question
from detectors.rows import table
from detectors.ties.coverage import lacking
from detectors.ties.links import (
    LINK_COLUMNS,
    SPAN,
    LinkTie,
    compared,
    link_draft,
    link_ties,
    of_several,
    on_bids,
)
from detectors.ties.names_alone import in_two_bids
from detectors.ties.roles import role_en, role_zh

TRACES: Final = Question(
    "MATCH (h:Contact)-[r:USED_IN_BID]->(b:Bid) WHERE r.counted "
    f"RETURN b.id AS bid_id, r.purpose AS purpose, h.id AS holder_id, h.value AS holder_name, h.kind AS role, {SPAN}",
    "traced",
    "b:Bid",
    large=True,
)
"""What bids' files, devices and payments show, of every purpose: detectors ask once and pick theirs (`used_for`)."""
TRACE_COLUMNS: Final = ("bid_id", "purpose", *LINK_COLUMNS)
USED_COLUMNS: Final = ("bid_id", *LINK_COLUMNS)
WORKER_COLUMNS: Final = (*USED_COLUMNS, "id_masked", "certificate_no")
WORKERS: Final = Question(
    "MATCH (h)-[r:WORKS_ON_BID]->(b:Bid) WHERE r.counted "
    f"RETURN b.id AS bid_id, h.id AS holder_id, h.name AS holder_name, r.role AS role, {SPAN}, "
    "h.id_masked AS id_masked, r.certificate_no AS certificate_no",
    "traced",
    "b:Bid",
)
"""Persons, and units, that work on bids."""

HUB_BIDDERS: Final = Parameter(
    "hub_bidders",
    10,
    "bidders",
    "在全部标段中由超过此数的投标人使用的标识，视为公共设备、代理服务或默认值",
    "a trace of more bidders than this over all lots is taken for a shared machine, a service or a default",
    least=2,
)
LISTED_PAYERS: Final = Parameter(
    "listed_payers",
    "担保,保险,银行,公共资源交易,交易中心,交易服务中心,采购中心",
    "words",
    "付款人名称含这些词的视为担保、保险机构或交易中心，逗号分隔",
    "payers whose name has one of these words are guarantors, insurers or tender centres",
)
HUB: Final = Suppressor(
    "hub",
    "公共设备、服务机构或软件默认值，许多投标人共用",
    "a shared machine, a service provider or a software default, used by many bidders",
)
PLACEHOLDER: Final = Suppressor(
    "placeholder", "未读出序列号时的占位值", "a value that stands where no number was read"
)
_BLANK: Final = re.compile(r"(.)\1*|[X.:0]+", re.IGNORECASE)
"""Zeros, or one character throughout: FFFFFFFFFFFF, 0.0.0.0, and 0000_0000 without what parts its groups."""
_BLANK_WORDS: Final = ("TOBEFILLEDBYO.E.M.", "DEFAULTSTRING", "NONE", "NULL", "N/A", "NA", "UNKNOWN")
_COUNTED: Final = "01234567890123456789"
_LEAST_COUNTED: Final = 6
_WORDY: Final = re.compile(r"[^0-9]*[\u4e00-\u9fff][^0-9]*")
"""Words without a digit."""
_NOT_READ: Final = re.compile(
    r"失败|异常|未获取|未读|未检测|未采集|未识别|未插|未安装|未使用|未知|无法|不到|不详|没有|^无$|无(?:加密)?[锁狗]|无(?:数据|信息|序列号)"
)
"""Words that software writes where a number should be: no number has them."""


def used_for(rows: Mapping[str, Sequence[Row]], *purposes: str) -> pl.DataFrame:
    """Of `rows["traces"]` those of some purposes: author, upload, deposit, contact. Columns: `USED_COLUMNS`."""
    traces = table(rows["traces"])
    return traces.filter(pl.col("purpose").is_in(purposes)).drop("purpose")


def trace_drafts(
    rows: Mapping[str, Sequence[Row]],
    traces: pl.DataFrame,
    values: Values,
    what: tuple[str, str],
    judge: Callable[[LinkTie], tuple[str, str, str] | None] | None = None,
    severity: Callable[[LinkTie], Severity | None] | None = None,
    people: bool = False,
    told: Callable[[LinkTie], Mapping[str, str]] | None = None,
    facts: Callable[[LinkTie], Mapping[str, Any]] | None = None,
    own: pl.DataFrame | None = None,
) -> Iterator[Draft | Undecided]:
    """Drafts of `traces` (one row a bid and trace: `USED_COLUMNS`, of people `WORKER_COLUMNS`) over `rows["bidders"]`.

    `what` names the data, zh and en, where it lacks. `judge` gives a precision rule that explains a tie, beside the
    hub rule; `severity`, `told` and `facts` what differs from the detector's own severity, words and facts. `people`: what
    ties is a person or a unit. `own`: more rows, which no data state of the bids themselves, so that they lack them still.
    """
    bidders = compared(table(rows["bidders"]))
    links = traces if own is None else pl.concat([traces, own], how="diagonal_relaxed")
    linked = on_bids(bidders, of_several(links, bidders), "bid_id")
    used = linked.group_by("holder_id").agg(pl.col("bidder_id").n_unique())
    users = dict(used.iter_rows())
    for tie in link_ties(linked):
        why = (judge(tie) if judge else None) or hub(tie, users.get(tie.holder, 0), values["hub_bidders"])
        yield link_draft(
            tie,
            suppressed_by=why,
            severity=severity(tie) if severity else None,
            facts={"used_by_bidders": users.get(tie.holder, 0), **(facts(tie) if facts else {})},
            words={**kind_words(tie), **(told(tie) if told else {})},
            holder_is_party=people,
        )
    if people:
        yield from in_two_bids(on_bids(bidders, traces, "bid_id"))
    yield from lacking(bidders, of_same_bidders(bidders, traces["bid_id"]), *what, by="bid_id")


def of_same_bidders(bidders: pl.DataFrame, traced: pl.Series) -> pl.Series:
    """The bids of whoever has one of the `traced` bids in the lot: a trace may name a bidder otherwise than his bid does."""
    at = ["lot_id", "bidder_id"]
    known = bidders.join(traced.unique().to_frame("bid_id"), on="bid_id", how="semi").select(at).unique()
    return bidders.join(known, on=at, how="semi")["bid_id"]


def kind_words(tie: LinkTie) -> dict[str, str]:
    """What kind of thing ties, in both languages."""
    kinds = sorted({str(r["role"] or "") for r in tie.rows})
    return {"kind_zh": "/".join(map(role_zh, kinds)), "kind_en": "/".join(map(role_en, kinds))}


def identity_words(tie: LinkTie, zh: str, en: str) -> dict[str, str]:
    """What identities rest on where a trace is known by more or less than a number; told beside what the bidders' do."""
    own = weakest([(r["bidder_id"], r.get("stated_id")) for r in tie.rows])
    if own == "id":
        return {"identity_zh": zh, "identity_en": en}
    own_zh, own_en = identity_label(own)
    return {"identity_zh": f"{zh}；投标人{own_zh}", "identity_en": f"{en}; of the bidders: {own_en}"}


def hub(tie: LinkTie, users: int, limit: Any) -> tuple[str, str, str] | None:
    """The hub rule, where more bidders than `limit` use what ties."""
    if users <= int(limit):
        return None
    return (
        "hub",
        f"全部标段中共有{users}家投标人使用，超过{limit}家的阈值，可能为公共设备、服务机构或默认值",
        f"used by {users} bidders over all lots, more than {limit}: perhaps a shared machine, a service or a default",
    )


def placeholder(tie: LinkTie) -> tuple[str, str, str] | None:
    """The rule for what software writes where it could read no number."""
    value = tie.holder_name.strip()
    bare = re.sub(r"[\s_-]", "", value)
    blank = _BLANK.fullmatch(bare) or bare.upper() in _BLANK_WORDS or _NOT_READ.search(value)
    if bare and not (blank or _counted(bare)):
        return None
    return (
        "placeholder",
        f"“{value}”是未读出序列号时的占位值，不能指认同一来源",
        f'"{value}" stands where no number was read and names no source',
    )


def _counted(bare: str) -> bool:
    """1234567890, and the like."""
    return len(bare) >= _LEAST_COUNTED and (bare in _COUNTED or bare[::-1] in _COUNTED)


def wordy(value: str) -> bool:
    """Is it words, where a number should be? A name of software or of an edition of it stands in thousands of files."""
    return bool(_WORDY.fullmatch(value))


def not_a_number(value: str) -> tuple[str, str, str]:
    """The rule for words that stand where a number should be."""
    return (
        "placeholder",
        f"“{value}”是软件、版本等的名称，不是序列号，不能指认同一来源",
        f'"{value}" is a name, of software or an edition, and no number: it names no source',
    )
