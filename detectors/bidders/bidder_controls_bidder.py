"""D1b `bidder-controls-bidder`: one bidder controls, or manages, another bidder of the same lot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from detectors.definition import Detector, Draft, Row, Severity, Undecided, Values
from detectors.law import statutes
from detectors.rows import table
from detectors.ties import bidding, managed, managers
from detectors.ties.control_among import controlling
from detectors.ties.coverage import without_ownership
from detectors.ties.drafts import Tie, draft, tie_facts
from detectors.ties.links import CLOSING_EN, CLOSING_ZH, ENDED, LinkTie, link_hits
from detectors.ties.nearest import ties


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a lot and controlling bidder. Control is by votes, each link on its own; bands give "possible"."""
    bidders = table(rows["bidders"])
    by_control = {
        (str(t.lot["lot_id"]), t.holder): t for t in ties(controlling(rows, bidders), rows["bidders"])
    }
    linked = managed.managed(rows, bidders, with_branches=True)
    for found in managed.managed_ties(linked, by_a_bidder=True):
        at = str(found.lot["lot_id"]), found.holder
        told = by_control.get(at)
        # A branch is controlled as one; of what is controlled by votes, management says nothing more.
        all_branches = not any(r["role"] in managed.NO_BRANCHES for r in found.rows)
        if told and (found.why or (set(found.bidders) <= set(told.bidders) and not all_branches)):
            continue
        by_control.pop(at, None)
        yield from _managed(found)
    for tie in by_control.values():
        yield _draft(tie)
    yield from without_ownership(*(rows[k] for k in ("bidders", "covered", "branches", "stated")))


def _managed(found: LinkTie) -> Iterator[Draft | Undecided]:
    yield from link_hits(
        found,
        severity=_severity(
            found.lot["regime"],
            direct=not any(r.get("above_id") for r in found.rows),
            # That a subsidiary manages the other is for a person to weigh.
            certain=any(r["role"] not in (managers.THROUGH, "itself", "controller") for r in found.rows),
        ),
        facts={"certain": True, "relation": managed.relations(found)},
        words={**managed.relation_words(found), "holder": found.holder_name},
    )


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
    version="1.4",
    domain="政府工程",
    scene="投标人独立性",
    title_zh="一家投标人控股或管理另一家投标人",
    title_en="One bidder controls or manages another",
    meaning_zh="同一标段的一家投标人控股另一家投标人（逐层按表决权认定），或者不持股而管理它（包括由其控制的企业管理）、是它的总机构。",
    severity="prohibited",
    basis=(statutes.ARTICLE_34, statutes.PROCUREMENT_18, *statutes.RELATED_PARTIES),
    needs=("SUBMITS", "FOR_LOT"),
    needs_any=("OWNS", "EXERCISES_CONTROL", "BRANCH_OF"),
    parameters=(),
    queries={
        "control": bidding.CONTROL,
        "holdings": bidding.HOLDINGS,
        "manages": managed.MANAGES,
        "managers_control": managers.ABOVE_MANAGERS,
        "branches": managed.BRANCHES,
        "bidders": bidding.BIDDERS,
        "covered": bidding.COVERED,
        "stated": bidding.STATED,
    },
    columns={
        "control": bidding.CONTROL_COLUMNS,
        "holdings": bidding.HOLDINGS_COLUMNS,
        "manages": managed.MANAGED_COLUMNS,
        "managers_control": managers.COLUMNS,
        "branches": managed.MANAGED_COLUMNS,
        "bidders": bidding.BIDDERS_COLUMNS,
        "covered": bidding.COVERED_COLUMNS,
        "stated": bidding.STATED_COLUMNS,
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
