"""Rows of people, their posts, kin and bars into records."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Final

import polars as pl

from graph.resolution.investors import INVESTORS, SOLE_OWNER
from loaders.tables.ban_lifting import without_lifted
from loaders.tables.ban_terms import BARRING, read_terms, tell_terms
from loaders.tables.cells_of_names import NameCells, with_their_numbers
from loaders.tables.columns import TableRows
from loaders.tables.parties import Parties, most, read_parties, relate, state_parties
from loaders.tables.recognise import own_name
from loaders.tables.refused_ties import keep_where_refused
from loaders.tables.rows import AT
from loaders.tables.vocabulary import VOCABULARIES, read_relation_codes
from loaders.values import clean_header

REPRESENTATIVES = ("legal_representative", "branch_head", "operator", "sole_owner", "managing_partner")
DECIDING = {"managing_partner": "执行事务合伙人", "operator": "经营者", "sole_owner": "投资人"}
"""Who decides by law, whatever a list of holders says: of a partnership, a sole trader (个体工商户) and a sole
proprietorship (个人独资企业), whose registers list no holders."""
OF_ONE = ("legal_representative", "branch_head", "operator")
"""Of whom a firm has one at a time (民法典 art. 61; 个体工商户登记: the operator): no space in such a cell parts two."""
NO_OFFICERS = ("liaison", "site_supervisor", "project_manager", "technical_lead", "bid_agent", "employee")
"""Posts that are no office: who has one works for the firm, and is loaded with it."""
_NO_POSTS = ("liaison", "none")
"""Of these nobody works for the firm by them: a liaison may be a filing agent of very many."""


def read_persons(table: TableRows) -> None:
    """One person a row."""
    person = read_parties(
        table, "id", "name", default="person", document="id_kind", kind=table.constant("person")
    )
    born = table.date("birth_date").fill_null(person.frame["birth_date"])
    lived = person.frame["birth_date"].fill_null(born)
    facts = {
        "birth_date": born,
        "hukou_region": table.text("hukou_region"),
        "residence_permit_region": table.text("residence_permit_region"),
        "died_on": after_birth(table, "died_on", table.date("died_on"), lived),
        "cremated_on": after_birth(table, "cremated_on", table.date("cremated_on"), lived),
    }
    frame = person.frame.select("id", "name", "id_kind", "id_masked", "flag").with_columns(table.at, **facts)
    if not table.main:
        # Beside another table, whoever has no number is scoped by that table, which states them: not once more here.
        frame = frame.filter(~pl.col("id").str.starts_with("person.scoped:").fill_null(True))
    elif day := table.rows.day_of_list:
        # People move, and a register corrects its dates: the newer list counts, as among lists of members.
        frame = frame.with_columns(observed_on=table.constant(day))
    table.rows.node("Person", frame)


def after_birth(table: TableRows, column: str, day: pl.Series, born: pl.Series) -> pl.Series:
    """A day of death or cremation, as a column gives it; doubted and left empty before birth, or where it only fills the
    cell (1900-01-01)."""
    before = (day.str.head(4) <= _PLACEHOLDER).fill_null(False) | (
        (day < born) & (day != born.str.head(7))
    ).fill_null(False)
    table.rows.report("flag", before, "death-unlikely", table.header(column), day)
    return pl.select(pl.when(~before).then(day)).to_series()


_PLACEHOLDER: Final = "1900"
"""Spreadsheets fill an empty date with the first day they know, of this year or the one before."""


def read_positions(table: TableRows) -> None:
    """One person with one or several posts in a company a row; or a company with its representative."""
    company = read_parties(table, "company_id", "company_name", default="company")
    state_parties(table, company)
    span = table.span()
    if table.has("person_name", "person_id") and table.has("role"):
        words = table.text("role")
        names, numbers = with_their_numbers(table.text("person_name"), table.text("person_id"))
        cells = NameCells(names, numbers)
        several = cells.several
        cells.tell(table, "person_name")
        table.rows.report(
            "reject", several & numbers.is_not_null(), "several-parties", table.header("person_name"), names
        )
        lists = cells.names if several.any() else None
        for place in range(most(lists.list.len()) if lists is not None else 1):
            name = names
            if lists is not None:
                listed = lists.list.get(place, null_on_oob=True)
                name = pl.select(
                    pl.when(several).then(listed).otherwise(names if place == 0 else None)
                ).to_series()
            person = read_parties(
                table,
                "person_id" if place == 0 else "_none",
                "person_name",
                default="person",
                document="person_id_kind",
                scope=company.ids,
                names=name,
                required=place == 0,
            )
            state_parties(table, person)
            if place == 0:
                table.require("role", words)
            _posts(
                table,
                person,
                company,
                words if place == 0 else pl.select(pl.when(name.is_not_null()).then(words)).to_series(),
                span,
            )
    for column, role in table.fixed("role").items():
        _representatives(table, column, role, company, span)


def _posts(
    table: TableRows, person: Parties, company: Parties, words: pl.Series, span: dict[str, pl.Series]
) -> None:
    """Several posts in one cell stand apart by 兼 、 , /."""
    lists = words.str.normalize("NFKC").str.replace_all(r"[兼、,/;；，\n]", "\x1f").str.split("\x1f")
    for place in range(most(lists.list.len())):
        word = lists.list.get(place, null_on_oob=True).str.strip_chars().replace("", None)
        role = VOCABULARIES["position"].read(word)
        unknown = word.is_not_null() & role.is_null()
        known = VOCABULARIES["position"]
        table.rows.report("flag", unknown, "unknown-post", table.header("role"), word, known=known)
        table.rows.report("note", role == "none", "no-post", table.header("role"), word)
        # In other words he is among the firm's people all the same: left out, he would be tied to nobody.
        role = role.fill_null(word)
        table.context.count("posts-that-are-no-office", int(role.is_in(NO_OFFICERS).sum() or 0))
        _state(table, person, company, role, span)


def _representatives(
    table: TableRows, column: str, role: str, company: Parties, span: dict[str, pl.Series]
) -> None:
    """A column of representatives; several stand apart by 、 or ;, and by , or / where all are names; by no more than a
    space only where a firm may have several."""
    names = table.text(column).str.normalize("NFKC")
    # 执行事务合伙人: 甲公司(委派代表:乙) names the partner; its delegate represents the partner, not the firm.
    names = names.str.replace_all(r"\((?:委派|执行事务)[^()]*\)", "")
    cells = NameCells(names, one=role in OF_ONE)
    cells.tell(table, column)
    lists = cells.names
    roles = table.constant(role)
    for place in range(most(lists.list.len())):
        name = lists.list.get(place, null_on_oob=True).str.strip_chars().replace("", None)
        party = read_parties(
            table, "_none", None, default="person", names=name, scope=company.ids, required=False
        )
        state_parties(table, party)
        _state(table, party, company, roles, span)


def _state(
    table: TableRows, party: Parties, company: Parties, role: pl.Series, span: dict[str, pl.Series]
) -> None:
    represents = role.is_in(REPRESENTATIVES)
    officer = role.is_not_null() & ~represents & ~role.is_in(_NO_POSTS)

    def where(mask: pl.Series) -> pl.Series:
        return pl.select(pl.when(mask).then(company.ids)).to_series()

    relate(table, "LEGAL_REP_OF", party, "Company", where(represents), {"role": role, **span})
    relate(table, "OFFICER_OF", party, "Company", where(officer), {"role": role, **span})
    decides = role.is_in(list(DECIDING))
    if decides.any():
        details = role.replace_strict(DECIDING, default=None, return_dtype=pl.String)
        interest = {"interest": role, "details": details, **span}
        relate(table, "EXERCISES_CONTROL", party, "Company", where(decides), interest)
    invests = role == SOLE_OWNER
    if invests.any():
        # The owner of a sole proprietorship is called so, and a holder of any other firm: its kind tells.
        relate(
            table, "OWNS", party, "Company", where(invests), {"list_kind": table.constant(INVESTORS), **span}
        )


def read_relatives(table: TableRows) -> None:
    """One relation between two people a row, as declared."""
    kind = table.constant("person")
    one = read_parties(table, "person_id", "person_name", default="person", kind=kind)
    # A relative known by name alone is scoped to whoever declared the relation.
    other = read_parties(table, "relative_id", "relative_name", default="person", kind=kind, scope=one.ids)
    words = table.text("relation")
    table.require("relation", words)
    coded, undecidable = read_relation_codes(words)
    if undecidable:
        number = words.str.contains(r"^\s*\d{1,2}\s*$")
        table.rows.report("reject", number, "relation-undecidable", table.header("relation"), words)
    children = coded.replace(["son", "daughter"], ["child", "child"])
    relation = VOCABULARIES["relation"].read(words).fill_null(children)
    unknown = words.is_not_null() & relation.is_null() & (not undecidable)
    known = VOCABULARIES["relation"]
    table.rows.report("flag", unknown, "unknown-word", table.header("relation"), words, known=known)
    # Said in other words it is kept as said: that two people are kin is stated all the same.
    relation = relation.fill_null(words)
    state_parties(table, one)
    state_parties(table, other)
    frame = pl.DataFrame({AT: table.at, "from_id": one.ids, "to_id": other.ids, "relation": relation})
    table.rows.rel("RELATED_TO", "Person", "Person", frame)
    recused = table.date("recused_on")
    aside = frame.select(AT, "from_id", "to_id", stated_from=recused).filter(
        pl.col("stated_from").is_not_null()
    )
    table.rows.rel("RECUSED_FROM", "Person", "Person", aside)


def _person_at_a_unit(table: TableRows) -> tuple[Parties, Parties]:
    """The unit of each row and its person, who is known within the unit where only the name is given."""
    unit = read_parties(table, "unit_id", "unit_name", default="company")
    person = read_parties(
        table, "person_id", "person_name", default="person", kind=table.constant("person"), scope=unit.ids
    )
    return unit, person


def read_officials(table: TableRows) -> None:
    """One post of one person in a public body a row."""
    unit, person = _person_at_a_unit(table)
    post = table.text("post")
    table.require("post", post)
    state_parties(table, unit)
    state_parties(table, person)
    relate(table, "HOLDS_POST", person, "Company", unit.ids, {"post": post, **table.span()})


def read_custody(table: TableRows) -> None:
    """One time of one person in custody a row; without an end it lasts."""
    unit, person = _person_at_a_unit(table)
    since = table.text("valid_from")
    table.require("valid_from", since)
    state_parties(table, unit)
    state_parties(table, person)
    relate(table, "IN_CUSTODY", person, "Company", unit.ids, {"kind": _custody_kind(table), **table.span()})


def _custody_kind(table: TableRows) -> pl.Series:
    """The kind of custody by its code; a word that is not known stays as it is."""
    words, vocabulary = table.text("kind"), VOCABULARIES["custody_kind"]
    codes = vocabulary.read(words)
    unknown = words.is_not_null() & codes.is_null()
    table.rows.report("flag", unknown, "unknown-custody", table.header("kind"), words, known=vocabulary)
    return codes.fill_null(words)


def read_debarments(table: TableRows) -> None:
    """One bar of one party by one authority a row; of other penalties the parties alone."""
    party = read_parties(table, "party_id", "party_name", default="either")
    words = table.text("authority")
    table.require("authority", words)
    authority = _authority(table, words)
    state_parties(table, party)
    state_parties(table, authority)
    kind = _ban_kinds(table)
    barred = _barred(table)
    facts = {"document_no": table.text("document_no"), "kind": kind, **barred}
    # Of other penalties nobody is barred.
    keep_where_refused(
        table.rows,
        "DEBARRED_BY",
        party,
        authority,
        kind.is_null(),
        (barred["stated_from"], barred["stated_to"]),
    )
    by = pl.select(pl.when(kind.is_not_null()).then(authority.ids)).to_series()
    relate(table, "DEBARRED_BY", party, "Company", by, facts)


def _ban_kinds(table: TableRows) -> pl.Series:
    """`ban` of rows that bar from bidding, by their own words, else by what the sheet or the file is called; `unclear` of those
    that do not say; null of others.

    Lists of penalties hold fines and warnings beside bans, and who does not pay a debt may bid all the same. A row that
    does not say which it is stays as that: left out, it would pass for none.
    """
    words = table.text("kind")
    said = without_lifted(words)
    barring = said["kept"].str.contains(BARRING).fill_null(False)
    # What was lifted was a ban once, of which its row does not say until when.
    past = said["lifted"]
    if called := _called_bans(table):
        past = (past | said["never"]) & ~said["bars"]
    read = pl.DataFrame(
        {"code": VOCABULARIES["debarment_kind"].read(said["kept"]), "bar": barring, "past": past}
    )
    if called:
        read = read.with_columns(pl.col("code").fill_null("ban").replace("unclear", "ban"))
    code = pl.when("bar").then(pl.lit("ban")).otherwise("code")
    read = read.with_columns(code=code)
    no_ban = pl.col("code").fill_null("") != "ban"
    lost = pl.col("past") & (no_ban | pl.lit(called))
    codes = read.select(pl.when(lost).then(pl.lit("unclear")).otherwise("code")).to_series()
    unclear = words.is_null() & codes.is_null() | (codes == "unclear").fill_null(False)
    ban = (codes == "ban").fill_null(False)
    table.rows.report("flag", unclear, "ban-unclear", table.header("kind"), words)
    table.rows.report("note", ~ban & ~unclear, "no-ban", table.header("kind"), words)
    told = pl.when(ban).then(pl.lit("ban")).when(unclear).then(pl.lit("unclear"))
    return pl.select(told).to_series()


def _called_bans(table: TableRows) -> bool:
    """Does the name of the sheet, or of a file with one sheet, say that what it lists are bans?"""
    called = own_name(table.rows.sheet.name) or PurePath(table.rows.file.name).stem
    # A file of refused rows has the table's name behind its own.
    called = clean_header(re.sub(r"-debarments(?:-\d+)?\.rejects$", "", called))
    return any(word in called for word in _BANS)


def _barred(table: TableRows) -> dict[str, pl.Series]:
    """`stated_from` and `stated_to` of a bar: one that runs to a day holds on that day, one lifted on a day does not.

    Of both the earlier counts: who is taken off a list early is barred no longer.
    """
    lifted = table.span()
    through = table.span(to_column="last_day")["stated_to"]
    day = through.str.len_chars() == 10
    after = through.str.to_date("%Y-%m-%d", strict=False).dt.offset_by("1d").dt.to_string("%Y-%m-%d")
    ends = pl.DataFrame(
        {"lifted": lifted["stated_to"], "after": after.zip_with(day.fill_null(False), through)}
    )
    in_words = read_terms(table, lifted["stated_from"])
    worked_out = ends["after"].is_null() & in_words.is_not_null()
    tell_terms(table, worked_out)
    ends = ends.with_columns(after=ends["after"].fill_null(in_words))
    return lifted | {"stated_to": ends.select(pl.min_horizontal("lifted", "after")).to_series()}


_BANS: Final = (
    "debarment",
    "debarred",
    "禁止投标",
    "禁止参加",
    "暂停投标",
    "取消投标资格",
    "限制投标",
    "严重违法失信",
)


def _authority(table: TableRows, words: pl.Series) -> Parties:
    """An authority is stated in one column, by id (`cn-uscc:…` or a credit code) or by name."""
    coded = words.str.contains(r"^\s*(?:[A-Za-z][A-Za-z0-9._-]*:\S+|[0-9A-Za-z]{18})\s*$").fill_null(False)
    return read_parties(
        table,
        "authority",
        None,
        default="company",
        raw=pl.select(pl.when(coded).then(words)).to_series(),
        names=pl.select(pl.when(~coded).then(words)).to_series(),
        kind=table.constant("government"),
        required=False,
    )
