"""Rows of incomes, benefits and entitlements into records."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePath
from typing import Final

import polars as pl

from graph.names import name_key
from graph.programs import paid_under
from loaders.identity import masked
from loaders.tables.columns import TableRows
from loaders.tables.companies import account_keys
from loaders.tables.household_size import read_people
from loaders.tables.parties import Parties, local_ids, read_parties, state_parties
from loaders.tables.payments import counted_apart, each_payment, further, tell_alike, tell_rows
from loaders.tables.plans import bare_heading
from loaders.tables.rosters import UNDATED, head_of, state_heads
from loaders.tables.rows import AT
from loaders.tables.vocabulary import VOCABULARIES
from loaders.values import parse_dates, parse_money, unit_of_header


def read_incomes(table: TableRows) -> None:
    """One income of one person in one month a row."""
    person = read_parties(table, "person_id", "person_name", default="person", kind=table.constant("person"))
    words = table.text("kind")
    table.require("kind", words)
    table.require("month", table.text("month"))
    table.require("amount", table.text("amount"))
    kind = VOCABULARIES["income_kind"].read(words).fill_null(words)
    amount, currency = table.money("amount")
    program = "program:" + words
    state_parties(table, person)
    frame = pl.DataFrame(
        {
            AT: table.at,
            "name": words,
            "from_id": person.ids,
            "to_id": program,
            "kind": kind,
            "month": table.months("month"),
            "amount": amount,
            "currency": currency,
        }
    ).filter(pl.col("month").list.len() > 0)
    frame = counted_apart(table, _split_quarters(frame), _ONE_INCOME)
    # Two employers may pay the same in a month: the second is an income beside the first.
    frame = frame.with_columns(
        to_id=pl.col("to_id") + further(), name=pl.col("name") + further(form="（第{}笔）")
    ).drop("_time")
    table.rows.node("Program", frame.select(AT, "name", id="to_id"))
    table.rows.rel("EARNS", "Person", "Program", frame.drop("name"))


_ONE_INCOME: Final = ("from_id", "to_id", "month", "amount", "currency")


def _split_quarters(frame: pl.DataFrame) -> pl.DataFrame:
    """A quarter's amount over its three months: equal parts, what can't be divided in the first."""
    count = pl.col("month").list.len().cast(pl.Int64)
    frame = frame.with_columns(_part=pl.col("amount") // count, _rest=pl.col("amount") % count)
    frame = frame.with_columns(_first=pl.col("month").list.first()).explode("month")
    first = pl.col("month") == pl.col("_first")
    return frame.with_columns(amount=pl.col("_part") + pl.when(first).then("_rest").otherwise(0)).drop(
        "_part", "_rest", "_first"
    )


def _recipients(table: TableRows) -> tuple[pl.Series, pl.Series, Parties]:
    """(household ids, recipient ids, people): a row with a household's number is about the household."""
    household = local_ids(table.text("household_id"))
    person = read_parties(
        table,
        "person_id",
        "person_name",
        default="person",
        kind=table.constant("person"),
        scope=household,
        required=False,
    )
    return _told_recipients(table, "person_id", household, person)


def _recipients_by_heads(table: TableRows) -> tuple[pl.Series, pl.Series, Parties]:
    """As `_recipients`, of a list that numbers heads alone: who a row names beside its head, else the head.

    A name that all rows of one head's number bear is the head's, where no column of its own says otherwise.
    """
    household = local_ids(table.text("household_id"))
    numbers, heads, named = table.text("head_id"), table.text("head_name"), table.text("person_name")
    frame = pl.DataFrame(
        {"number": numbers, "heads": heads, "named": named, "head": name_key(heads), "key": name_key(named)}
    )
    alone = pl.col("key").drop_nulls().n_unique().over("number") == 1
    is_head = pl.col("key").is_null() | pl.col("head").is_null() & alone | (pl.col("key") == pl.col("head"))
    who = frame.select(
        raw=pl.when(is_head.fill_null(False)).then("number"),
        name=pl.when(is_head.fill_null(False)).then(pl.coalesce("heads", "named")).otherwise("named"),
    )
    person = read_parties(
        table,
        "head_id",
        "person_name",
        default="person",
        kind=table.constant("person"),
        scope=household.fill_null(head_of(table, household).ids),
        names=who["name"],
        raw=who["raw"],
        required=False,
    )
    return _told_recipients(table, "head_id", household, person)


def _told_recipients(
    table: TableRows, number: str, household: pl.Series, person: Parties
) -> tuple[pl.Series, pl.Series, Parties]:
    recipient = household.fill_null(person.ids)
    if table.main:
        header = table.header("household_id" if table.has("household_id") else number)
        table.rows.report("reject", recipient.is_null(), "no-party", header)
    kind = table.constant("benefit") if table.header("household_id").startswith("低保") else table.empty()
    table.rows.node("Household", pl.DataFrame({AT: table.at, "id": household, "kind": kind}))
    if table.main:
        state_parties(table, person)
    return household, recipient, person


def _program(table: TableRows) -> pl.Series:
    program = table.text("program")
    if not table.has("program"):
        plan = table.rows.plan
        if (plan.layout and plan.layout.household_kind) or table.header("household_id").startswith("低保"):
            program = table.constant("最低生活保障")
    table.rows.report("reject", program.is_null(), "program-unknown", table.header("program"))
    return program


def read_benefits(table: TableRows) -> None:
    """One payment a row, or the months of a year as columns; each month becomes one benefit.

    Of a list that numbers neither households nor recipients who is named beside the head is paid, else the head.
    """
    if table.has("household_id", "person_id"):
        household, recipient, person = _recipients(table)
    else:
        household, recipient, person = _recipients_by_heads(table)
    program = _program(table)
    account = table.text("account")
    base = pl.DataFrame(
        {
            AT: table.at,
            "recipient": recipient,
            "household": household,
            "person": person.ids,
            "program": program,
            "account": masked(account),
            "account_key": account_keys(account, table.context.person_key),
            "payee": table.text("payee"),
            "region": table.text("region"),
            "people": read_people(table),
            **_states(table),
            "paid_on": _paid_on(table),
        }
    )
    if table.plan.months:
        _state_benefits(table, _unpivoted(table, base))
        return
    amount, currency = table.money("amount")
    base = base.with_columns(amount=amount, currency=currency)
    if table.has("month"):
        table.require("month", table.text("month"))
        frame = base.with_columns(month=table.months("month")).filter(pl.col("month").list.len() > 0)
        frame = _split_quarters(frame)
        _state_benefits(table, frame.with_columns(from_month="month", to_month="month"))
        return
    table.require("from_month", table.text("from_month"))
    first = table.months("from_month").list.first()
    last = table.months("to_month").list.last() if table.has("to_month") else table.empty()
    table.rows.report(
        "reject", last < first, "end-before-start", table.header("to_month"), table.text("to_month")
    )
    frame = base.with_columns(from_month=first, to_month=last, month=first)
    _state_benefits(table, _by_month(table, frame))


def _states(table: TableRows) -> dict[str, pl.Series]:
    """Which rows say (发放状态) that nothing was paid, and which that it was paid again after it had come back: by their state,
    or by what the file or sheet is called (退票重发名单). A state in words that are not known is refused: paid or not would
    be a guess.
    """
    words = table.text("payment_state")
    vocabulary = VOCABULARIES["payment_state"]
    codes = vocabulary.read(words)
    unknown = words.is_not_null() & codes.is_null()
    known = "、".join(vocabulary.exact)
    header = table.header("payment_state")
    table.rows.report("reject", unknown, "unknown-payment-state", header, words, known=known)
    rows = table.rows
    named = " ".join((PurePath(rows.file.name).stem, rows.sheet.name, *rows.sheet.titles))
    again = bool(_REISSUED.search(named))
    return {
        "failed": (codes == "not_paid").fill_null(False),
        "reissued": ((codes == "reissued").fill_null(False) | again) & (codes != "not_paid").fill_null(True),
    }


_REISSUED: Final = re.compile(
    "重发(?![布文送])|重新发放|重新代发|再次发放|(?:退票|退汇|退回|失败).{0,4}(?:补发|再发)"
)
"""What lists of payments made again are called; 补发 alone is arrears as well."""


def _paid_on(table: TableRows) -> pl.Series:
    """The days on which the rows say that they were paid; null where a cell states none.

    No month of entitlement: what is paid on 5 July may be for June. It only tells payments of one month apart, so that a
    cell that can't be read refuses nothing.
    """
    if not table.has("paid_on"):
        return table.empty()
    return parse_dates(table.text("paid_on"), table.numeric("paid_on"), table.rows.sheet.date_1904)["value"]


_OF_A_MONTH: Final = re.compile(r"^amount\s*(?:\(|$)|^月|每月|按月|月均|月标准|/月")
"""Headings of amounts that are paid each month."""
_PAID_OUT: Final = re.compile("发放|领取|实发|总额|合计")
"""Headings of amounts that were paid out: of a row about several months, for all of them together."""
_LONGEST: Final = 12
"""Months: one payment covers no more, so that an amount over a longer time is a month's, or nobody can tell."""


def _by_month(table: TableRows, frame: pl.DataFrame) -> pl.DataFrame:
    """Payments of rows from one month to another (`from_month`, `to_month`: `YYYY-MM`), each amount that of a month.

    What was paid out for all the months together is parted among them. Where the headings leave open which it is, the
    payment stays without its amount, and the row is flagged.
    """
    heading = unicodedata.normalize("NFKC", table.header("amount")).strip()
    if _OF_A_MONTH.search(heading):
        return frame
    first, last = (_month_number(c) for c in ("from_month", "to_month"))
    count = frame.select(last - first + 1).to_series()
    several = (count > 1) & frame["amount"].is_not_null() & (frame["amount"] != 0)
    # 待遇截止日期 is when somebody's benefit ends, not what a payment is for.
    told = bool(_PAID_OUT.search(heading)) and "待遇" not in table.header("to_month")
    together = (several & (count <= _LONGEST) & told).fill_null(False)
    table.rows.report(
        "flag", several & ~together, "amount-of-months", table.header("amount"), table.text("amount")
    )
    tell_rows(table, "amount-parted", int(together.sum()))
    unsure = (several & ~together).fill_null(False)
    alone = frame.with_columns(amount=frame["amount"].set(unsure, None)).filter(~together)
    parted = frame.filter(together).with_columns(month=pl.int_ranges(first, last + 1))
    year, month = pl.col("month") // 12, (pl.col("month") % 12 + 1).cast(pl.String).str.zfill(2)
    parted = _split_quarters(parted).with_columns(month=year.cast(pl.String) + "-" + month)
    parted = parted.with_columns(from_month="month", to_month="month")
    return pl.concat([alone, parted.select(alone.columns)])


def _month_number(column: str) -> pl.Expr:
    """Months from year 0 to a `YYYY-MM`."""
    return (
        pl.col(column).str.slice(0, 4).cast(pl.Int64) * 12 + pl.col(column).str.slice(5, 2).cast(pl.Int64) - 1
    )


def _unpivoted(table: TableRows, base: pl.DataFrame) -> pl.DataFrame:
    """Months that stand as columns, one row each; an empty or zero cell is no payment."""
    plan = table.rows.plan
    stated = table.text("year").str.extract(r"((?:19|20)\d\d)", 1)
    if plan.year:
        stated = stated.fill_null(str(plan.year))
    parts: list[pl.DataFrame] = []
    unknown = pl.Series([False]).new_from_index(0, table.height)
    for header, (year, month) in table.plan.months.items():
        table.rows.tell_formula_errors(header, refuse=True)
        values = table.rows.cells(header)
        amount, currency = _month_money(table, header, values)
        fixed = year or plan.choice.year
        years = table.constant(str(fixed)) if fixed else stated
        paid = amount.is_not_null() & (amount != 0)
        unknown = unknown | (paid & years.is_null())
        part = base.with_columns(
            amount=amount, currency=currency, month=years + f"-{month:02d}", paid=paid
        ).filter(pl.col("paid") & pl.col("month").is_not_null())
        parts.append(part.drop("paid"))
    table.rows.report("reject", unknown, "year-unknown", next(iter(table.plan.months)))
    frame = pl.concat(parts)
    return frame.with_columns(from_month="month", to_month="month")


def _month_money(table: TableRows, header: str, values: pl.Series) -> tuple[pl.Series, pl.Series]:
    unit = unit_of_header(bare_heading(header))[1] or table.plan.units.get("months")
    # One example for all months, so that what they all lack is said once.
    example = next((h for h in map(bare_heading, table.plan.months) if not unit_of_header(h)[1]), "")
    result = parse_money(values, unit, table.text("currency") if table.has("currency") else None)
    for code in result["error"].drop_nulls().unique().sort().to_list():
        said = "unit-unknown-money" if code == "unit-unknown" else code
        table.rows.report(
            "reject", result["error"] == code, said, header, values, name="months", known=example
        )
    return result["amount"], result["currency"]


def _state_benefits(table: TableRows, frame: pl.DataFrame) -> None:
    whole = (
        pl.col("recipient").is_not_null() & pl.col("program").is_not_null() & pl.col("month").is_not_null()
    )
    # What is paid back is negative, and stands on lists as 退回 too.
    failed = pl.col("failed") & (pl.col("amount").fill_null(0) >= 0)
    tell_rows(table, "payments-failed", frame.filter(failed)[AT].n_unique())
    frame = frame.filter(whole & ~failed).drop("failed")
    reissued = pl.col("reissued") & (pl.col("amount") > 0).fill_null(False)
    tell_rows(table, "payments-reissued", frame.filter(reissued)[AT].n_unique())
    names = frame["program"].unique()
    under = (
        pl.when(reissued)
        .then(
            pl.col("program").replace_strict(
                {name: paid_under(name, reissued=True) for name in names}, return_dtype=pl.String
            )
        )
        .otherwise(
            pl.col("program").replace_strict(
                {name: paid_under(name) for name in names}, return_dtype=pl.String
            )
        )
    )
    ids = pl.concat_str("recipient", under, "month", separator="/")
    frame = each_payment(
        table, frame.with_columns(id=ids, program_id="program:" + pl.col("program")).drop("reissued")
    )
    fields = (
        "from_month",
        "to_month",
        "amount",
        "currency",
        "account",
        "account_key",
        "payee",
        "region",
        "people",
        "repeated",
    )
    table.rows.node("Benefit", frame.select(AT, "id", *fields))
    table.rows.node("Program", frame.select(AT, id="program_id", name="program"))
    table.rows.rel("UNDER", "Benefit", "Program", frame.select(AT, from_id="id", to_id="program_id"))
    to_household = frame.filter(pl.col("household").is_not_null())
    to_person = frame.filter(pl.col("household").is_null())
    table.rows.rel(
        "RECEIVES", "Household", "Benefit", to_household.select(AT, from_id="household", to_id="id")
    )
    table.rows.rel("RECEIVES", "Person", "Benefit", to_person.select(AT, from_id="person", to_id="id"))
    # Of a household that is paid in parts, each to one of it, who died or is in prison matters by the part.
    table.rows.rel("RECEIVES", "Person", "Benefit", frame.select(AT, from_id="own", to_id="id"))


def read_entitlements(table: TableRows) -> None:
    """One entitlement of one household or person a row, which may have been declined since. Who is told as the household's
    head is its member, and where it tells nobody else the one that it is about."""
    if table.has("person_id") or not table.has("head_id", "head_name"):
        household, _, person = _recipients(table)
        if table.has("head_id", "head_name"):
            head = head_of(table, household)
            state_heads(table, head, household, person.frame["name"], UNDATED, {})
    else:
        household, _, person = _recipients_by_heads(table)
        state_heads(table, head_of(table, household), household, person.frame["name"], UNDATED, {})
    program = table.text("program")
    table.require("program", program)
    amount, _ = table.money("amount")
    table.rows.node("Program", pl.DataFrame({AT: table.at, "id": "program:" + program, "name": program}))
    frame = pl.DataFrame(
        {
            AT: table.at,
            "household": household,
            "person": person.ids,
            "to_id": "program:" + program,
            "kind": program,
            "month": table.months("month").list.first(),
            "amount": amount,
            **table.span(),
        }
    )
    to_household = frame.filter(pl.col("household").is_not_null())
    to_person = frame.filter(pl.col("household").is_null())
    alike = [c for c in frame.columns if c not in (AT, "person")]
    tell_alike(table, to_household, alike, "entitlements-one")
    table.rows.rel(
        "ENTITLED_TO", "Household", "Program", to_household.drop("person").rename({"household": "from_id"})
    )
    table.rows.rel(
        "ENTITLED_TO", "Person", "Program", to_person.drop("household").rename({"person": "from_id"})
    )
    declined = frame.select(AT, "household", "person", "to_id", stated_from=table.date("declined_on"))
    declined = declined.filter(pl.col("stated_from").is_not_null())
    for type_, mine, other in (("Household", "household", "person"), ("Person", "person", "household")):
        whose = declined.filter(pl.col("household").is_not_null() == (type_ == "Household"))
        table.rows.rel("DECLINES", type_, "Program", whose.drop(other).rename({mine: "from_id"}))
