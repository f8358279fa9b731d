"""D1c `common-controller`: one party controls two or more bidders of one lot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from detectors.definition import Detector, Draft, Row, Undecided, Values
from detectors.rows import Rows, table
from detectors.ties import bidding
from detectors.ties.coverage import without_ownership
from detectors.ties.drafts import Tie, bidder_fact, by_state, draft, tie_facts
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
    for tie, above in nearest(Rows(control), rows["bidders"], lambda t: by_state(t) is not None):
        yield draft(tie, _facts(tie, above), by_state(tie))
    yield from without_ownership(rows["bidders"], rows["covered"])


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
    version="1.2",
    domain="政府工程",
    scene="投标人独立性",
    title_zh="投标人受同一主体控制",
    title_en="Bidders are controlled by the same party",
    meaning_zh="同一标段的两家以上投标人由同一主体控制，逐层按表决权及所载控制关系认定。",
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
        "covered": bidding.COVERED,
    },
    columns={
        "control": bidding.CONTROL_COLUMNS,
        "holdings": bidding.HOLDINGS_COLUMNS,
        "bidders": bidding.BIDDERS_COLUMNS,
        "kinds": bidding.KINDS_COLUMNS,
        "covered": bidding.COVERED_COLUMNS,
    },
    population=bidding.LOTS,
    identity=("lot_id", "holder_id"),
    suppressors=(bidding.STATE,),
    wording_zh=(
        "【风险预警】{tender}（{lot}）：投标人{bidders_zh}疑似受同一主体{holder}控制{holder_note_zh}。{as_of_zh}，"
        "控制{judged_zh}；{holds_zh}。主体识别：{identity_zh}。"
        "本预警由数据比对自动生成，仅供核查参考，不作为认定违纪违法的依据。"
    ),
    wording_en=(
        "[Lead] {tender} ({lot}): bidders {bidders_en} appear to be controlled by {holder}{holder_note_en}. "
        "{as_of_en}, control is judged {judged_en}; {holds_en}. "
        "Identities rest on: {identity_en}. Made by comparing data, for verification only; it establishes no wrongdoing."
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
