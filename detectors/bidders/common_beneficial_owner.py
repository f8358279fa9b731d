"""D1d `common-beneficial-owner`: one person effectively holds a quarter or more of two bidders of one lot, in his own
name or a nominee's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import polars as pl

from detectors.definition import LEAST_SHARE, Detector, Draft, Parameter, Row, Undecided, Values
from detectors.law import statutes
from detectors.rows import Rows, table
from detectors.ties import bidding, managed, people
from detectors.ties.coverage import without_ownership
from detectors.ties.drafts import Tie, above_100, draft, tie_facts
from detectors.ties.held_in_trust import (
    DECLARED,
    DECLARED_COLUMNS,
    NOMINEE,
    OWNERS,
    OWNERS_COLUMNS,
    REGISTERS,
    REGISTERS_COLUMNS,
    beneficially,
    not_named,
    why_none,
    without_owners,
)
from detectors.ties.links import CLOSING_EN, CLOSING_ZH
from detectors.ties.nearest import ties

_BANDS = ("部分持股仅知区间或未知，需核实。", "Some shares are bands or unknown: verify. ")
_OVER = ("部分持股所依据的登记册有误，需核实。", "Some shares rest on a register in error: verify. ")


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a lot and person; "certain" where the lower bounds reach the limit in two separate bids.

    What a nominee holds is its nominator's, or that of the persons above it; a nominee that would tie the bidders by it is told, suppressed.
    """
    limit = float(values["share"]) - 1e-9
    found = beneficially(rows)
    told = set()
    for tie in _ties(found.held, limit):
        surely = {r["bid_id"] for r in tie.rows if _least(r) >= limit}
        told.add((tie.lot["lot_id"], tie.holder))
        yield _draft(tie, len(surely) > 1, float(values["share"]), None)
    registered = table(rows["holdings"])
    for tie in _ties(registered, limit) if found.held is not registered else ():
        if (tie.lot["lot_id"], tie.holder) not in told:
            why = why_none(str(tie.lot["holder_name"] or tie.holder))
            aside = _draft(tie, True, float(values["share"]), why)
            keys = found.keys.get((str(tie.lot["lot_id"]), tie.holder), frozenset())
            proof = replace(aside.evidence, keys=tuple(sorted({*aside.evidence.keys, *keys})))
            yield replace(aside, evidence=proof)
    yield from not_named(found.unknown, limit)
    yield from without_owners(found.ownerless, limit)
    yield from without_ownership(*(rows[k] for k in ("bidders", "covered", "branches", "stated")))


def _least(row: Row) -> float:
    """What is surely held; what rests on a register of more than 100% is not."""
    return 0.0 if above_100(row) else float(row["share"] or row["share_min"] or 0.0)


def _ties(holdings: pl.DataFrame, limit: float) -> list[Tie]:
    """Persons who may hold the limit or more of the bidders in two separate bids."""
    high = pl.coalesce(pl.col("share", "share_max").cast(pl.Float64), pl.lit(1.0))
    held = holdings.filter(pl.col("holder_id").str.starts_with("person") & (high >= limit))
    return ties(Rows(held.filter(pl.col("bid_id").n_unique().over("lot_id", "holder_id") > 1)))


def _draft(tie: Tie, certain: bool, limit: float, why: tuple[str, str, str] | None) -> Draft:
    made = draft(tie, tie_facts(tie) | {"certain": certain, "limit": limit}, why)
    why_zh, why_en = _OVER if any(map(above_100, tie.rows)) else _BANDS
    words = {
        "certain_zh": "" if certain else "可能",
        "certain_en": "" if certain else "possibly ",
        "limit": f"{limit * 100:g}%",
        "data_zh": "" if certain else why_zh,
        "data_en": "" if certain else why_en,
    }
    return replace(made, words={**made.words, **words})


DETECTOR = Detector(
    id="common-beneficial-owner",
    version="1.5",
    domain="政府工程",
    scene="投标人独立性",
    title_zh="投标人存在相同的受益所有人",
    title_en="Bidders have the same beneficial owner",
    meaning_zh="同一自然人穿透持有同一标段两家投标人各四分之一以上；申报的代持人名下的持股算作其实际出资人的；实际出资人是企业的，按其股东穿透。",
    severity="lead",
    basis=(
        statutes.red_flag("R032", "投标人拥有同一受益所有人", "bidders have the same beneficial owner"),
        statutes.BENEFICIAL_OWNER,
    ),
    needs=("OWNS", "SUBMITS", "FOR_LOT"),
    parameters=(
        Parameter(
            "share",
            0.25,
            "fraction",
            "穿透持股比例达到此值（含）即视为受益所有人",
            "an effective share of at least this makes a beneficial owner (inclusive)",
            citation="受益所有人信息管理办法（令2024年第3号）",
            least=LEAST_SHARE,
        ),
    ),
    queries={
        "holdings": bidding.HOLDINGS,
        "declared": DECLARED,
        "owners": OWNERS,
        "registers": REGISTERS,
        "bidders": bidding.BIDDERS,
        "covered": bidding.COVERED,
        "stated": bidding.STATED,
        "branches": managed.BRANCHES,
    },
    columns={
        "holdings": bidding.HOLDINGS_COLUMNS,
        "declared": DECLARED_COLUMNS,
        "owners": OWNERS_COLUMNS,
        "registers": REGISTERS_COLUMNS,
        "bidders": bidding.BIDDERS_COLUMNS,
        "covered": bidding.COVERED_COLUMNS,
        "stated": bidding.STATED_COLUMNS,
        "branches": managed.MANAGED_COLUMNS,
    },
    population=bidding.LOTS,
    identity=("lot_id", "holder_id"),
    suppressors=(people.NAME_ONLY, NOMINEE),
    wording_zh="【风险预警】{tender}（{lot}）：投标人{bidders_zh}{certain_zh}存在相同的受益所有人{holder}。{as_of_zh}，"
    "{holder}穿透持有{shares_zh}（提示线{limit}，含本数），计算口径：{method_zh}。" + CLOSING_ZH,
    wording_en="[Lead] {tender} ({lot}): bidders {bidders_en} {certain_en}have the same beneficial owner, {holder}. "
    "{as_of_en}, {holder} effectively holds {shares_en} (limit {limit}, inclusive); method: {method}. "
    + CLOSING_EN,
    assemble=assemble,
    innocent_zh=("代持未申报或登记错误", "股权已在投标前转让而登记未更新"),
    innocent_en=(
        "an undeclared nominee or an error of the register",
        "a stake sold before the bid, not yet registered",
    ),
    in_play=True,
)
