"""Rows of households and their members into records."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Final

import polars as pl

from graph.names import name_key
from loaders.tables.columns import TableRows
from loaders.tables.household_size import read_people
from loaders.tables.parties import Parties, local_ids, read_parties, relate, state_parties
from loaders.tables.people import after_birth
from loaders.tables.rows import AT
from loaders.tables.vocabulary import VOCABULARIES, read_relation_codes


def read_households(table: TableRows) -> None:
    """One household a row."""
    raw = table.text("id")
    table.require("id", raw)
    facts = {
        "kind": _household_kind(table, "kind"),
        "region": table.text("region"),
        "people": read_people(table),
    }
    table.rows.node("Household", pl.DataFrame({AT: table.at, "id": local_ids(raw), **facts}))


def _household_kind(table: TableRows, column: str) -> pl.Series:
    """What kind of household, by its column, else by the heading (低保证号), the layout, or the file's and sheet's name.

    A word of how somebody is registered (家庭户, 农业) tells a registered household, save on lists of assistance,
    which give it of those they name.
    """
    kind = table.vocabulary(column)
    layout = table.rows.plan.layout
    number = "id" if column == "kind" else "household_id"
    fallback = layout.household_kind if layout else None
    named = " ".join((PurePath(table.rows.file.name).name, table.rows.sheet.name, *table.rows.sheet.titles))
    if fallback is None and table.header(number).startswith("低保"):
        fallback = "benefit"
    if fallback is None and not _ASSISTANCE.search(named) and _REGISTER.search(named):
        fallback = "hukou"
    if fallback == "benefit" or _ASSISTANCE.search(named):
        registered = table.text(column).str.contains(_REGISTERED).fill_null(False)
        kind = pl.select(pl.when(~registered).then(kind)).to_series()
    return kind.fill_null(fallback) if fallback else kind


_ASSISTANCE: Final = re.compile("低保|特困|五保|救助|救济|保障|低收入|困难|优抚|补助|补贴|津贴")
_REGISTER: Final = re.compile("户籍|户口|常住人口")
_REGISTERED: Final = "农业|家庭户|集体户|居民户"


def read_household_members(table: TableRows) -> None:
    """One member of one household a row. Heads named in a column of their own are members too."""
    raw = table.text("household_id")
    table.require("household_id", raw)
    household = local_ids(raw)
    kind = _household_kind(table, "household_kind")
    facts = {"kind": kind, "people": read_people(table)}
    table.rows.node("Household", pl.DataFrame({AT: table.at, "id": household, **facts}))
    relation = _relations(table)
    # Without members of their own the rows speak of the head, whose number may stand in either column.
    head_only = not table.has("person_name") and not (table.has("person_id") and table.has("head_id"))
    if head_only:
        relation = relation.fill_null("head")
    listed = _listed_on(table, head_only)
    member = read_parties(
        table,
        "head_id" if head_only and table.has("head_id") else "person_id",
        "head_name" if head_only else "person_name",
        default="person",
        kind=table.constant("person"),
        document="person_id_kind",
        scope=household,
    )
    state_parties(table, member)
    span = _member_span(table) | listed
    _state_deaths(table, member, span["stated_to"])
    dated = pl.DataFrame({"household": household, "id": member.ids, **span}).filter(
        pl.any_horizontal(pl.col("stated_from", "stated_to").is_not_null())
    )
    relate(table, "MEMBER_OF", member, "Household", household, {"relation_to_head": relation, **span})
    if not head_only and table.has("head_name", "head_id"):
        state_heads(table, head_of(table, household), household, member.frame["name"], dated, listed)


def _listed_on(table: TableRows, head_only: bool) -> dict[str, pl.Series]:
    """`observed_on` of a list of members, by the mapping, its titles, or the sheet's or the file's name; else nothing."""
    if not table.main or head_only or _of_changes(table):
        return {}
    day = table.rows.day_of_list
    table.context.rosters[f"{table.rows.file.key}#{table.rows.sheet.name}"] = day
    return {"observed_on": table.constant(day)} if day else {}


def _of_changes(table: TableRows) -> bool:
    """Is it a list of changes (人员增减)? Each row is of a change, and whom it leaves out has not left."""
    return table.has("changed_on") and table.text("changed_on").null_count() == 0


def _member_span(table: TableRows) -> dict[str, pl.Series]:
    """When a member belongs to the household: dates of their own, or one (增减日期) whose sense another column gives."""
    span, reason = table.span(), table.text("ended_because")
    if not table.has("changed_on"):
        _tell_undated(table, "ended_because", reason.is_not_null() & span["stated_to"].is_null())
        return span
    day, change = table.date("changed_on"), table.vocabulary("change")
    # Who has a reason for leaving has left, whatever it is.
    change = pl.select(pl.coalesce(change, pl.when(reason.is_not_null()).then(pl.lit("left")))).to_series()
    unsaid = day.is_not_null() & change.is_null()
    table.rows.report(
        "flag", unsaid, "member-change-unsaid", table.header("changed_on"), table.text("changed_on")
    )
    gone = change.is_in(("left", "died"))
    joined = pl.select(pl.when(change == "joined").then(day)).to_series()
    left = span["stated_to"].fill_null(pl.select(pl.when(gone).then(day)).to_series())
    _tell_undated(table, "change" if table.has("change") else "ended_because", gone & left.is_null())
    return {"stated_from": span["stated_from"].fill_null(joined), "stated_to": left}


def _tell_undated(table: TableRows, column: str, rows: pl.Series) -> None:
    """Say which rows let somebody leave and give no day for it."""
    told = rows.fill_null(False)
    table.rows.report("flag", told, "member-left-undated", table.header(column), table.text(column))


def _state_deaths(table: TableRows, member: Parties, ended: pl.Series) -> None:
    """Who left the household by dying (增减类型 死亡, 减少原因 死亡) died on the day the row gives for it; a register that
    gives an earlier one goes before."""
    read = VOCABULARIES["member_change"].read
    died = pl.any_horizontal(read(table.text(c)) == "died" for c in ("change", "ended_because"))
    day = pl.select(pl.when(died).then(ended)).to_series()
    if day.null_count() == len(day):
        return
    column = "changed_on" if table.has("changed_on") else "valid_to"
    day = after_birth(table, column, day, member.frame["birth_date"])
    frame = member.frame.select("id").with_columns(table.at, died_on=day)
    table.rows.node("Person", frame.filter(pl.col("died_on").is_not_null()))


def head_of(table: TableRows, household: pl.Series) -> Parties:
    """Whom each row names as the head of its household, by number or within it by name."""
    return read_parties(
        table,
        "head_id",
        "head_name",
        default="person",
        kind=table.constant("person"),
        scope=household,
        required=False,
    )


UNDATED: Final = pl.DataFrame(schema={"household": pl.String, "id": pl.String})
"""Nobody whose row as a member says since or until when."""


def state_heads(
    table: TableRows,
    head: Parties,
    household: pl.Series,
    members: pl.Series,
    dated: pl.DataFrame,
    listed: dict[str, pl.Series],
) -> None:
    """Heads as members. One known by name alone who has a row as a member is that member, and not said again; nor is one
    whose row as a member says since or until when (`dated`: household, id).
    """
    frame = head.frame.with_columns(table.at, household=household, key=name_key(head.frame["name"]), **listed)
    named = pl.DataFrame({"household": household, "key": name_key(members)}).unique()
    numbered = ~pl.col("id").str.starts_with("person.scoped:")
    frame = pl.concat(
        [frame.filter(numbered), frame.filter(~numbered).join(named, on=["household", "key"], how="anti")]
    )
    links = frame.filter(pl.col("household").is_not_null()).join(dated, on=["household", "id"], how="anti")
    columns = (AT, "id", "name", "id_kind", "id_masked", "birth_date", "flag")
    table.rows.node("Person", frame.select(*columns))
    links = links.select(AT, *listed, from_id="id", to_id="household")
    table.rows.rel("MEMBER_OF", "Person", "Household", links.with_columns(relation_to_head=pl.lit("head")))


def _relations(table: TableRows) -> pl.Series:
    words = table.text("relation_to_head")
    codes, undecidable = read_relation_codes(words)
    if undecidable:
        number = words.str.contains(r"^\s*\d{1,2}\s*$")
        table.rows.report("reject", number, "relation-undecidable", table.header("relation_to_head"), words)
    unknown = words.is_not_null() & codes.is_null() & (not undecidable)
    known = VOCABULARIES["relation_to_head"]
    table.rows.report("flag", unknown, "unknown-word", table.header("relation_to_head"), words, known=known)
    # On applicants' sheets 本人 is who applies.
    applicants = "申请人" in table.header("relation_to_head")
    return codes.replace("self", "applicant" if applicants else "head")
