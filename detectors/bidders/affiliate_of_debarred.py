"""D13 `affiliate-of-debarred`: a bidder is, controls or manages, is controlled or managed by, or shares a controller or manager
with, a debarred party.

Where a state holder alone stands above both, that is shown and set aside: once a lot and state holder, with how many more
debarred companies it controls.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

import polars as pl

from detectors.definition import Detector, Draft, Row, Suppressor, Undecided, Values
from detectors.law import statutes
from detectors.rows import table
from detectors.ties import attached, bidding, debarred, managed
from detectors.ties.attached_drafts import STATE, party_drafts
from detectors.ties.coverage import lacking
from detectors.ties.links import CLOSING_EN, CLOSING_ZH, compared
from graph.counted import counted

_BARRED: Final = (
    "MATCH (d:{})-[r:DEBARRED_BY]->(a:Company) WHERE r.counted "
    "RETURN d.id AS party_id, d.id AS party_stated, d.name AS party_name, {} AS party_kind, 'debarred' AS party_role, r.key AS party_key, "
    "a.name AS authority, r.document_no AS document_no, r.valid_from AS barred_from, r.valid_to AS barred_to, "
    "CASE WHEN r.kind = 'unclear' THEN r.kind ELSE 'ban' END AS ban_kind"
)
_BARRED_COLUMNS: Final = (
    *("party_id", "party_stated", "party_name", "party_kind", "party_role", "party_key"),
    *("authority", "document_no", "barred_from", "barred_to", "ban_kind"),
)
ABOVE_DEBARRED: Final = (
    "MATCH (d:Company)-[:DEBARRED_BY]->(:Company) WITH DISTINCT d MATCH (h)-[k:CONTROLS]->(d) "
    "RETURN d.id AS party_id, h.id AS holder_id, h.name AS holder_name, k.holds_from AS holds_from, "
    "k.holds_to AS holds_to, k.derivation AS derivation"
)


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a lot and debarred party; a ban that is over, or had not begun, suppresses.

    Undecided for bidders of whom no ownership is known, where a ban is in force on the bid date, and for those tied to
    a party with a penalty that does not say what it is.
    """
    bids = compared(table(rows["bidders"]))
    barred = pl.concat([table(rows["companies"]), table(rows["persons"])], how="vertical_relaxed")
    parties = barred.drop("party_key", "barred_from", "barred_to", "document_no", "authority", "ban_kind")
    parties = parties.sort("party_id", "party_stated").unique("party_id", keep="first", maintain_order=True)
    plain = debarred.links(rows, bids, parties)
    bans = barred.filter(pl.col("ban_kind") == "ban")
    state = debarred.by_state(rows, bids, bans, plain)
    tied = attached.as_links([plain, state]).drop("when")
    tied = tied.join(bids.select("lot_id", "bid_on").unique(), on="lot_id")
    decided = tied.select("lot_id", "party_id", "bid_on").unique().join(barred, on="party_id")
    over = pl.col("barred_to").is_not_null() & (
        pl.col("bid_on").is_null() | (pl.col("barred_to") <= pl.col("bid_on"))
    )
    soon = (pl.col("barred_from") > pl.col("bid_on")).fill_null(False)
    decided = decided.with_columns(
        when=pl.when(over).then(pl.lit("ended")).when(soon).then(pl.lit("later")).otherwise(pl.lit("yes"))
    )
    # Of several decisions on one party one in force at the bid is told, of those the one that ends last.
    ban = pl.col("ban_kind") == "ban"
    told = (
        decided.filter(ban)
        .with_columns(out_of_force=pl.col("when") != "yes")
        .sort("lot_id", "party_id", "out_of_force", pl.col("barred_to").fill_null("9999"), "party_key",
              descending=[False, False, False, True, False])
        .unique(["lot_id", "party_id"], keep="first", maintain_order=True)
    )  # fmt: skip
    links = tied.join(told.select("lot_id", "party_id", "when"), on=["lot_id", "party_id"])
    more = {(r["lot_id"], r["party_id"]): r["others"] for r in state.iter_rows(named=True)}
    for found in party_drafts(rows, told, attached.as_links([links]), lambda party, found, lot: None):
        yield _with_others(
            debarred.ban_words(found), more.get((found.scope_id, found.identity["party_id"]), 0)
        )
    yield from debarred.unclear_kinds(tied, decided.filter(~ban), told)
    known = [table(rows[k])["bidder_id"] for k in ("covered", "control", "branches")]
    known.append(barred["party_id"].rename("bidder_id"))
    yield from lacking(debarred.at_bans(bids, bans), pl.concat(known), "股权数据", "ownership data", least=1)


def _with_others(found: Draft, others: int) -> Draft:
    if not others or not found.suppressed_by:
        return found
    rule, zh, en = found.suppressed_by
    zh += f"；该机构或部门控制的被禁止主体另有{others}家，不逐一列出"
    en += f"; it controls {counted(others, 'more debarred party', 'more debarred parties')}, not listed one by one"
    return replace(found, suppressed_by=(rule, zh, en))


DETECTOR = Detector(
    id="affiliate-of-debarred",
    version="1.6",
    domain="政府工程",
    scene="投标人独立性",
    title_zh="投标人为被禁止投标主体或其关联方",
    title_en="A bidder is a debarred party or its affiliate",
    meaning_zh="投标人本身被禁止投标，或者控制、受控于被禁止的主体，或者与其同受一个主体控制，或者与其有管理关系；仅同受国有资产监管机构控制的，按标段列出并注明不视为关联。",
    severity="lead",
    basis=(
        statutes.BIDDING_53,
        statutes.PROCUREMENT_19,
        statutes.red_flag("R046", "投标人或其关联方被列入禁止名单", "the bidder or an affiliate is debarred"),
    ),
    needs=("DEBARRED_BY", "SUBMITS", "FOR_LOT"),
    parameters=(),
    queries={
        "companies": _BARRED.format("Company", "d.kind"),
        "persons": _BARRED.format("Person", "'person'"),
        "debarred_control": ABOVE_DEBARRED,
        "control": bidding.CONTROL,
        "kinds": bidding.KINDS,
        "manages": managed.MANAGES,
        "covered": bidding.COVERED,
        "branches": managed.BRANCHES,
        "bidders": bidding.BIDDERS,
    },
    columns={
        "companies": _BARRED_COLUMNS,
        "persons": _BARRED_COLUMNS,
        "debarred_control": ("party_id", "holder_id", "holder_name", "holds_from", "holds_to", "derivation"),
        "control": bidding.CONTROL_COLUMNS,
        "kinds": bidding.KINDS_COLUMNS,
        "manages": managed.MANAGED_COLUMNS,
        "covered": bidding.COVERED_COLUMNS,
        "branches": managed.MANAGED_COLUMNS,
        "bidders": bidding.BIDDERS_COLUMNS,
    },
    population=bidding.LOTS,
    identity=("lot_id", "party_id"),
    suppressors=(STATE, Suppressor("ended", "禁止期已满或尚未开始", "the ban is over, or had not begun")),
    wording_zh="【风险预警】{tender}（{lot}）：投标人{bidders_zh}疑似与被禁止参加投标的{party}（{ban_zh}）为同一主体、受同一控制或者有管理关系。{as_of_zh}，"
    "{links_zh}。" + CLOSING_ZH,
    wording_en="[Lead] {tender} ({lot}): bidders {bidders_en} appear to be, or to be under one control or management with, {party}, "
    "which is debarred ({ban_en}). {as_of_en}: {links_en}. " + CLOSING_EN,
    assemble=assemble,
    each_round=True,
    innocent_zh=("禁止决定只及于特定地区或特定项目类别", "仅同受国家出资", "决定已被撤销"),
    innocent_en=(
        "the ban covers one region or kind of project only",
        "both are merely state-funded",
        "the decision was revoked",
    ),
    in_play=True,
)
