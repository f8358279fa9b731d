"""D1c `common-controller`: one party controls, or manages without shares, two or more bidders of one lot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from detectors.definition import Detector, Draft, Row, Undecided, Values
from detectors.rows import Rows, table
from detectors.ties import bidding, managed, managers
from detectors.ties.coverage import without_ownership
from detectors.ties.drafts import Tie, bidder_fact, by_state, draft, tie_facts
from detectors.ties.links import CLOSING_EN, CLOSING_ZH, ENDED, LinkTie, link_hits
from detectors.ties.nearest import Above, nearest


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a lot and nearest common controller, with the effective shares beside the control."""
    control = _with_shares(table(rows["control"]), table(rows["holdings"])).join(
        table(rows["kinds"]).select("holder_id", "holder_kind").unique("holder_id", keep="last"),
        on="holder_id",
        how="left",
        maintain_order="left",
    )
    # Whoever controls two bidders does so however many others it holds: neither a fund nor a platform explains that.
    told = {
        (str(tie.lot["lot_id"]), tie.holder): (tie, above)
        for tie, above in nearest(Rows(control), rows["bidders"], lambda t: by_state(t) is not None)
    }
    for found in managed.managed_ties(managed.managed(rows, table(rows["bidders"])), by_a_bidder=False):
        at = str(found.lot["lot_id"]), found.holder
        if at in told and (found.why or set(found.bidders) <= set(told[at][0].bidders)):
            continue
        told.pop(at, None)
        yield from _managed(found, managed.by_state(found))
    for tie, above in told.values():
        made = draft(tie, _facts(tie, above), by_state(tie))
        said = made.words
        words = {
            "how_zh": f"控制{said['judged_zh']}；{said['holds_zh']}",
            "how_en": f"control is judged {said['judged_en']}; {said['holds_en']}",
            "data_zh": "",
            "data_en": "",
        }
        yield replace(made, words={**said, **words})
    yield from without_ownership(*(rows[k] for k in ("bidders", "covered", "branches", "stated")))


def _managed(found: LinkTie, why: tuple[str, str, str] | None) -> Iterator[Draft | Undecided]:
    relation = managed.relation_words(found)
    yield from link_hits(
        found,
        suppressed_by=why,
        facts={"relation": managed.relations(found)},
        words={
            "holder": found.holder_name,
            "holder_note_zh": "或者管理",
            "holder_note_en": ", or managed by it",
            "how_zh": relation["relation_zh"],
            "how_en": relation["relation_en"],
        },
    )


def _with_shares(control: pl.DataFrame, holdings: pl.DataFrame) -> pl.DataFrame:
    """Control rows with the effective share of the same pair, whose paths the proof shows."""
    at = ["lot_id", "holder_id", "bidder_id"]
    held = holdings.select(*at, "share", "share_min", "share_max", "votes", "method", shown="derivation")
    return (
        control.with_columns(control_depth="depth", control="derivation")
        .join(held.unique(at, keep="last"), on=at, how="left", maintain_order="left")
        .with_columns(derivation=pl.coalesce("shown", "derivation"))
        .drop("shown")
    )


def _facts(tie: Tie, above: Above) -> dict[str, Any]:
    facts = tie_facts(tie, above)
    facts["control"] = [
        {"id": r["bidder_id"], "rule": r["rule"], "via": r["via"] or None, "depth": r["control_depth"]}
        for r in tie.rows
        if not r.get("itself")
    ]
    facts["bidders"] = [bidder_fact(r) for r in tie.rows]
    return facts


DETECTOR = Detector(
    id="common-controller",
    version="1.5",
    domain="政府工程",
    scene="投标人独立性",
    title_zh="投标人受同一主体控制",
    title_en="Bidders are controlled by the same party",
    meaning_zh="同一标段的两家以上投标人由同一主体控制（逐层按表决权及所载控制关系认定），或者由同一主体不持股而管理（受托管理、托管、承包经营，包括由其控制的企业管理）。",
    severity="review",
    basis=(bidding.ARTICLE_34, bidding.ARTICLE_39, bidding.PROCUREMENT_18),
    needs=("SUBMITS", "FOR_LOT"),
    needs_any=("OWNS", "EXERCISES_CONTROL"),
    parameters=(),
    queries={
        "control": bidding.CONTROL,
        "holdings": bidding.HOLDINGS,
        "bidders": bidding.BIDDERS,
        "kinds": bidding.KINDS,
        "manages": managed.MANAGES,
        "managers_control": managers.ABOVE_MANAGERS,
        "covered": bidding.COVERED,
        "stated": bidding.STATED,
        "branches": managed.BRANCHES,
    },
    columns={
        "control": bidding.CONTROL_COLUMNS,
        "holdings": bidding.HOLDINGS_COLUMNS,
        "bidders": bidding.BIDDERS_COLUMNS,
        "kinds": bidding.KINDS_COLUMNS,
        "manages": managed.MANAGED_COLUMNS,
        "managers_control": managers.COLUMNS,
        "covered": bidding.COVERED_COLUMNS,
        "stated": bidding.STATED_COLUMNS,
        "branches": managed.MANAGED_COLUMNS,
    },
    population=bidding.LOTS,
    identity=("lot_id", "holder_id"),
    suppressors=(bidding.STATE, ENDED),
    wording_zh=(
        "【风险预警】{tender}（{lot}）：投标人{bidders_zh}疑似受同一主体{holder}控制{holder_note_zh}。{as_of_zh}，"
        "{how_zh}。" + CLOSING_ZH
    ),
    wording_en=(
        "[Lead] {tender} ({lot}): bidders {bidders_en} appear to be controlled by {holder}{holder_note_en}. "
        "{as_of_en}, {how_en}. " + CLOSING_EN
    ),
    assemble=assemble,
    innocent_zh=("国家控股的企业之间不因此关联（公司法第265条第4项）", "控股权在投标前已转让"),
    innocent_en=(
        "companies are not related merely because the state holds them",
        "control was sold before the bid",
    ),
    yields_to=("bidder-controls-bidder",),
    in_play=True,
)
