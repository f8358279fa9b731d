"""Rows of tenders, their parties and lots, of projects and their stages into records."""

from __future__ import annotations

from typing import Final

import polars as pl

from loaders.lot_numbers import one_number, stated_number
from loaders.tables.columns import TableRows
from loaders.tables.evaluators import PERSONS
from loaders.tables.parties import local_ids, read_parties, relate, state_parties
from loaders.tables.rows import AT
from loaders.tables.serving import read_persons_serving
from loaders.tables.vocabulary import VOCABULARIES

_STANDS_BY: Final = r"监督|监标|记录|公证|见证|纪检|列席|工作人员|代理"
"""Who is at an evaluation and evaluates nothing."""
_SCHEMED: Final = r"^[a-z][a-z0-9._-]*:\S"


def lot_ids(table: TableRows, lot_column: str = "lot_id") -> tuple[pl.Series, pl.Series]:
    """(lot ids, tender ids) of each row.

    A lot's number goes behind its tender's id (`local:<tender>/<lot>`), since "1" and "包1" are numbers inside one
    tender; there it has one form (`loaders.lot_numbers`), whichever each file writes. A tender without lots has one, of
    the tender's own id. A lot without a tender is `local:<lot>`, until `settle_tables` finds the one tender of the load
    that has such a lot.
    """
    tender = local_ids(table.text("tender_id"))
    stated = lot_numbers(table, lot_column)
    number = one_number(stated)
    schemed = stated.str.contains(_SCHEMED)
    lot = pl.select(
        pl.when(schemed)
        .then(stated)
        .when(tender.is_null())
        .then("local:" + stated)
        .when(number.is_null())
        .then(tender)
        .otherwise(tender + "/" + number)
    ).to_series()
    return lot, tender


def lot_numbers(table: TableRows, lot_column: str = "lot_id") -> pl.Series:
    """Lot numbers as they are written, half width and without spaces around."""
    return stated_number(table.text(lot_column))


def state_lots(table: TableRows, lot: pl.Series, tender: pl.Series, lot_column: str = "lot_id") -> None:
    """Add the lots and tenders a row names, and what binds them."""
    number = lot_numbers(table, lot_column)
    number = pl.select(pl.when(~number.str.contains(_SCHEMED)).then(number)).to_series()
    table.rows.node("Lot", pl.DataFrame({AT: table.at, "id": lot, "number": number}))
    table.rows.node("Tender", pl.DataFrame({AT: table.at, "id": tender}))
    table.rows.rel("LOT_OF", "Lot", "Tender", pl.DataFrame({AT: table.at, "from_id": lot, "to_id": tender}))


def read_tenders(table: TableRows) -> None:
    """One procedure a row (招标项目)."""
    raw = table.text("id")
    table.require("id", raw)
    ids = local_ids(raw)
    deposit, currency = table.money("deposit")
    facts = {
        "title": table.text("title"),
        "regime": table.vocabulary("regime"),
        "method": table.vocabulary("method"),
        "status": table.vocabulary("status"),
        "published_on": table.date("published_on"),
        "bid_deadline": table.time("bid_deadline"),
        "opened_on": table.time("opened_on"),
        "awarded_on": table.date("awarded_on"),
        "contract_signed_on": table.date("contract_signed_on"),
        "deposit": deposit,
        "currency": currency,
    }
    table.rows.node("Tender", pl.DataFrame({AT: table.at, "id": ids, **facts}))
    buyer = read_parties(table, "buyer_id", "buyer_name", default="company", required=False)
    state_parties(table, buyer)
    relate(table, "BUYS", buyer, "Tender", ids)


def read_tender_parties(table: TableRows) -> None:
    """One party that serves a procedure a row, or one column a role (招标代理机构, 设计单位, 监理单位)."""
    raw = table.text("tender_id")
    table.require("tender_id", raw)
    tender = local_ids(raw)
    table.rows.node("Tender", pl.DataFrame({AT: table.at, "id": tender}))
    persons = table.has("person_id", "person_name")
    if table.has("role") and (persons or table.has("party_id", "party_name")):
        role = _role_of_party(table)
        # Evaluators and representatives are people; whoever else serves is an organisation.
        person = role.is_in(PERSONS)
        if persons:
            read_persons_serving(table, tender, role)
            role = pl.select(pl.when(~person).then(role)).to_series()
            person = table.constant(None).is_not_null()
    if table.has("role") and table.has("party_id", "party_name") and not (persons and role.is_null().all()):
        kind = pl.select(pl.when(person).then(pl.lit("person"))).to_series()
        party = read_parties(
            table,
            "party_id",
            "party_name",
            default="either",
            kind=kind,
            scope=tender,
            names=_of_roles(table, "party_name", role, persons),
            raw=_of_roles(table, "party_id", role, persons),
            required=not persons,
        )
        state_parties(table, party)
        # In a role that is not known nobody serves: the builder of the works is its bidder.
        served = pl.select(pl.when(role.is_not_null()).then(tender)).to_series()
        relate(table, "SERVES_TENDER", party, "Tender", served, {"role": role})
    for column, said in table.fixed("role").items():
        party = read_parties(
            table, "_none", None, default="company", names=table.text(column), required=False
        )
        state_parties(table, party)
        relate(table, "SERVES_TENDER", party, "Tender", tender, {"role": table.constant(said)})


def _of_roles(table: TableRows, column: str, role: pl.Series, alone: bool) -> pl.Series:
    """A column of the parties; `alone`: in the rows with a role, since of the others it is a person's workplace."""
    cells = table.text(column)
    return pl.select(pl.when(role.is_not_null()).then(cells)).to_series() if alone else cells


def _role_of_party(table: TableRows) -> pl.Series:
    """In what role each row's party serves; a row of the main table whose role is none of these is refused.

    In a list of evaluators whoever is called neither a representative nor anything else evaluates, whatever his trade.
    """
    words = table.text("role")
    table.require("role", words)
    said = table.plan.values.get("role")
    if said in PERSONS and table.has("person_id", "person_name"):
        other = words.str.contains(_STANDS_BY).fill_null(False)
        table.rows.report("note", other, "no-evaluator", table.header("role"), words)
        role = VOCABULARIES["tender_role"].read(words)
        return role.fill_null(pl.select(pl.when(~other).then(pl.lit(said))).to_series())
    if not table.main:
        return table.vocabulary("role")
    vocabulary = VOCABULARIES["tender_role"]
    role = vocabulary.read(words)
    unknown = words.is_not_null() & role.is_null()
    known = vocabulary
    table.rows.report("reject", unknown, "role-undecided", table.header("role"), words, known=known)
    return role


def read_lots(table: TableRows) -> None:
    """One lot a row (标段)."""
    lot, tender = lot_ids(table, "id")
    table.require("id", table.text("id"))
    table.require("tender_id", tender)
    state_lots(table, lot, tender, "id")
    estimate, currency = table.money("estimate")
    facts = {
        "title": table.text("title"),
        "estimate": estimate,
        "currency": currency,
        "status": table.vocabulary("status"),
    }
    table.rows.node("Lot", pl.DataFrame({AT: table.at, "id": lot, **facts}))


def read_projects(table: TableRows) -> None:
    """One project under way a row."""
    raw = table.text("id")
    table.require("id", raw)
    ids = local_ids(raw)
    table.rows.node("Project", pl.DataFrame({AT: table.at, "id": ids, "title": table.text("title")}))
    owner = read_parties(table, "owner_id", "owner_name", default="company", required=False)
    state_parties(table, owner)
    tender = local_ids(table.text("tender_id"))
    table.rows.node("Tender", pl.DataFrame({AT: table.at, "id": tender}))
    of_owner = pl.DataFrame({AT: table.at, "from_id": ids, "to_id": owner.only(person=False)})
    table.rows.rel("PROJECT_OF", "Project", "Company", of_owner)
    of_tender = pl.DataFrame({AT: table.at, "from_id": ids, "to_id": tender})
    table.rows.rel("PROJECT_OF", "Project", "Tender", of_tender)


def read_stages(table: TableRows) -> None:
    """One stage of one project a row."""
    raw, stage = table.text("project_id"), table.text("stage")
    table.require("project_id", raw)
    table.require("stage", stage)
    project = local_ids(raw)
    ids = project + "/" + stage
    facts = {c: table.date(c) for c in ("due_on", "begun_on", "ended_on")}
    table.rows.node("Project", pl.DataFrame({AT: table.at, "id": project}))
    table.rows.node("Stage", pl.DataFrame({AT: table.at, "id": ids, "stage": stage, **facts}))
    table.rows.rel(
        "STAGE_OF", "Stage", "Project", pl.DataFrame({AT: table.at, "from_id": ids, "to_id": project})
    )
