"""D1b `bidder-controls-bidder`: one bidder controls, or manages, another bidder of the same lot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import polars as pl

from detectors.definition import Detector, Draft, Row, Severity, Undecided, Values
from detectors.law import statutes
from detectors.rows import table
from detectors.ties import bidding, managed
from detectors.ties.control_among import controlling
from detectors.ties.coverage import without_ownership
from detectors.ties.drafts import Tie, draft, tie_facts
from detectors.ties.links import CLOSING_EN, CLOSING_ZH, ENDED, link_hits
from detectors.ties.nearest import ties


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a lot and controlling bidder. Control is by votes, each link on its own; bands give "possible"."""
    bidders = table(rows["bidders"])
    reported: dict[tuple[str, str], set[str]] = {}
    for tie in ties(controlling(rows, bidders), rows["bidders"]):
        reported[str(tie.lot["lot_id"]), tie.holder] = set(tie.bidders)
        yield _draft(tie)
    links = pl.concat([table(rows["manages"]), table(rows["branches"])], how="vertical_relaxed")
    for found in managed.managed_bidders(bidders, links):
        if set(found.bidders) <= reported.get((str(found.lot["lot_id"]), found.holder), set()):
            continue
        roles = {r["role"] for r in found.rows}
        zh, en = ("分支机构", "a branch") if "branch" in roles else ("管理关系", "management without shares")
        yield from link_hits(
            found,
            severity=_severity(found.lot["regime"], direct=True, certain=True),
            facts={"certain": True, "relation": sorted(roles - {"itself"})},
            words={"relation_zh": zh, "relation_en": en, "holder": found.holder_name},
        )
    yield from without_ownership(rows["bidders"], rows["covered"])


def _severity(regime: str | None, *, direct: bool, certain: bool) -> Severity:
    # 采购条例18 names direct holding or management only; an unknown regime may be either.
    if not certain or regime not in ("construction", "government_procurement"):
        return "review"
    return "prohibited" if regime == "construction" or direct else "review"


def _draft(tie: Tie) -> Draft:
    held = [r for r in tie.rows if not r.get("itself")]
    certain = any(r["certain"] for r in held)
    direct = any(r["certain"] and r["depth"] == 1 for r in held)
    facts = tie_facts(tie) | {
        "certain": certain,
        "control": [
            {
                "id": r["bidder_id"],
                "certain": r["certain"],
                "rule": r.get("rule"),
                "via": r.get("via"),
                "depth": r["depth"],
            }
            for r in held
        ],
    }
    made = draft(tie, facts, None)
    zh, en = ("控股（逐层按表决权认定）", "control by votes, link by link")
    if not certain:
        zh, en = (
            "可能控股（持股为区间，上限过半）",
            "possible control (a band whose upper bound is a majority)",
        )
    late = {"data_zh": "", "data_en": ""}
    words = {
        **made.words,
        **late,
        "relation_zh": f"{zh}：{made.words['shares_zh']}",
        "relation_en": f"{en}: {made.words['shares_en']}",
    }
    regime = tie.lot["regime"]
    return replace(made, words=words, severity=_severity(regime, direct=direct, certain=certain))


DETECTOR = Detector(
    id="bidder-controls-bidder",
    version="1.1",
    domain="政府工程",
    scene="投标人独立性",
    title_zh="一家投标人控股或管理另一家投标人",
    title_en="One bidder controls or manages another",
    meaning_zh="同一标段的一家投标人控股另一家投标人（逐层按表决权认定），或者不持股而管理它、是它的总机构。",
    severity="prohibited",
    basis=(statutes.ARTICLE_34, statutes.PROCUREMENT_18, *statutes.RELATED_PARTIES),
    needs=("SUBMITS", "FOR_LOT"),
    needs_any=("OWNS", "EXERCISES_CONTROL", "BRANCH_OF"),
    parameters=(),
    queries={
        "control": bidding.CONTROL,
        "holdings": bidding.HOLDINGS,
        "manages": managed.MANAGES,
        "branches": managed.BRANCHES,
        "bidders": bidding.BIDDERS,
        "covered": bidding.COVERED,
    },
    columns={
        "control": bidding.CONTROL_COLUMNS,
        "holdings": bidding.HOLDINGS_COLUMNS,
        "manages": managed.MANAGED_COLUMNS,
        "branches": managed.MANAGED_COLUMNS,
        "bidders": bidding.BIDDERS_COLUMNS,
        "covered": bidding.COVERED_COLUMNS,
    },
    population=bidding.LOTS,
    identity=("lot_id", "holder_id"),
    suppressors=(ENDED,),
    wording_zh="【风险预警】{tender}（{lot}）：投标人{holder}疑似控股或管理同一标段的投标人，涉及{bidders_zh}。{as_of_zh}，"
    "{relation_zh}。" + CLOSING_ZH,
    wording_en="[Lead] {tender} ({lot}): bidder {holder} appears to control or manage a bidder of the same lot; "
    "concerned: {bidders_en}. {as_of_en}, {relation_en}. " + CLOSING_EN,
    assemble=assemble,
    innocent_zh=("控股权在投标前已转让而登记未更新", "联合体成员（已排除）"),
    innocent_en=(
        "control was sold before the bid, not yet registered",
        "members of one consortium (left out)",
    ),
    in_play=True,
)
