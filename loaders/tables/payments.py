"""Which rows of a list are payments, incomes or contracts of their own, and which tell one again.

A payment's id says whom it is paid, the programme, the month and the amount: `local:H1/最低生活保障/2024-06/600.00`. So
two lists that tell one payment agree on its id, whichever is loaded first, and a payment of another amount is another
one. Of several of one amount in a list the second ends in `/2`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import polars as pl

from loaders.tables.columns import TableRows
from loaders.tables.messages import message
from loaders.tables.rows import AT

_RECIPIENT: Final = re.compile("领取|领款|收款|享受")
"""Headings of columns that name whom each row pays."""


def counted_apart(table: TableRows, frame: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """The records, rows equal in every cell once; `_time` (1, 2, 3…) counts those alike in the columns of `by`.

    Equal numbers whatever the order of the rows, so that a later extract with the same rows states the same records.
    """
    frame = _once(table, frame)
    same = frame.select(by).is_duplicated()
    if not same.any():
        return frame.with_columns(_time=pl.lit(1, pl.Int64))
    return frame.with_columns(_time=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over(by))


def further(time: str = "_time", form: str = "/{}") -> pl.Expr:
    """What is put behind an id, or a text, of a second record and those after it; nothing behind the first's."""
    before, after = form.split("{}")
    number = pl.concat_str(pl.lit(before), pl.col(time).cast(pl.String), pl.lit(after))
    return pl.when(pl.col(time) > 1).then(number).otherwise(pl.lit(""))


def _once(table: TableRows, frame: pl.DataFrame) -> pl.DataFrame:
    """Without the rows that repeat an earlier one cell by cell, which the load tells of."""
    again = table.rows.duplicates
    return frame.filter(~again.gather(frame[AT])) if again.any() else frame


def each_payment(table: TableRows, frame: pl.DataFrame) -> pl.DataFrame:
    """Payments with an `id` each, and `own`: whom the row pays, where several of a household are paid each their part;
    `repeated`: at how many members the amount of one payment stands, empty where it stands once.

    `frame`: rows with `id` (recipient, programme, month), household, person, program, amount (minor units), currency,
    account, account_key, paid_on.

    * Two rows about one recipient are two payments, unless every cell is equal; these are two as well where as much was
      taken back (a payment that bounced, 退票, and was made again), and rows of several days.
    * A list of members (with their relation to the head) repeats the household's amount at each of them, or gives it in
      one row: that is one payment. So is an amount that a list of names repeats with one account. Whether it is
      theirs together or a share of each, the rows don't say: detection weighs both by `repeated`. What is not the same
      at all of them is each member's own.
    * A row without an amount tells of a payment of its recipient and month that has one, where the list has such.

    Rows taken for one payment are told, and rows taken for payments of their own within a household.
    """
    frame = _paid_once(table, frame)
    frame = frame.with_columns(_to=_paid_to()).with_columns(_to=_with_day(), _who=_who(table, frame))
    several = frame["id"].is_duplicated()
    if not several.any():
        frame = frame.with_columns(id=pl.col("id") + _amount_said())
        return frame.drop("_to", "_who").with_columns(
            own=pl.lit(None, pl.String), repeated=pl.lit(None, pl.Int64)
        )
    alone, beside = frame.filter(~several), frame.filter(several)
    beside = beside.sort("id", "_to", "_who", AT).with_columns(_one=_repeated(table))
    key = pl.when("_one").then("_who").otherwise(pl.lit(""))
    beside = beside.with_columns(_time=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("id", "_to", key))
    each = pl.col("_to") + "/" + pl.col("_time").cast(pl.String).str.zfill(6)
    number = each.rank("dense").over("id").fill_null(1).cast(pl.Int64)
    beside = beside.with_columns(number.alias("_number"))
    _tell(table, beside)
    own = _paid_apart(alone, beside)
    alone, beside = alone.with_columns(repeated=pl.lit(None, pl.Int64)), beside.with_columns(_at_members())
    kept = [*(c for c in frame.columns if c not in ("_to", "_who")), "repeated"]
    alone, beside = alone.with_columns(id=pl.col("id") + _amount_said()), _numbered(beside)
    return pl.concat([alone.select(kept), beside.select(kept)]).join(
        own, on=[AT, "person"], how="left", nulls_equal=True
    )


def _paid_once(table: TableRows, frame: pl.DataFrame) -> pl.DataFrame:
    """As `_once`, but for one row equal to an earlier one for each time that as much was taken back, or paid before."""
    again = table.rows.duplicates
    if not again.any():
        return frame
    frame = frame.with_columns(_again=again.gather(frame[AT]), _much=pl.col("amount").abs())
    frame = frame.with_columns(_back=pl.col("amount") < 0)
    back = pl.col("_back").fill_null(False)
    of = ["id", "_much"]
    # Paid once more than it came back, and no oftener come back than paid.
    most = pl.when(back).then((~back).sum().over(of)).otherwise(back.sum().over(of) + 1)
    stated = (~pl.col("_again")).sum().over(*of, "_back")
    number = stated + pl.col("_again").cum_sum().over(*of, "_back")
    reversed_ = back.any().over(of) & (~back).any().over(of)
    kept = ~pl.col("_again") | (reversed_ & (number <= most)).fill_null(False)
    frame = frame.with_columns(_kept=kept)
    made_again = frame.filter(pl.col("_again") & pl.col("_kept"))[AT].unique().to_list()
    table.rows.made_again.extend(made_again)
    tell_rows(table, "payments-made-again", len(made_again))
    return frame.filter("_kept").drop("_again", "_much", "_back", "_kept")


def _amount_said() -> pl.Expr:
    """What an id says of the amount; of one that is not stated nothing."""
    amount, currency = pl.col("amount"), pl.col("currency").fill_null("CNY")
    whole, rest = (amount.abs() // 100).cast(pl.String), (amount.abs() % 100).cast(pl.String).str.zfill(2)
    sign = pl.when(amount < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    foreign = pl.when(currency == "CNY").then(pl.lit("")).otherwise(currency)
    return pl.concat_str(pl.lit("/"), sign, whole, pl.lit("."), rest, foreign).fill_null("")


def _numbered(beside: pl.DataFrame) -> pl.DataFrame:
    """Each payment (`id` and `_number`) with an id by its amount; several of one amount are numbered by their accounts."""
    payment = ["id", "_number"]
    said = beside.with_columns(_said=_amount_said()).group_by(payment).agg(pl.col("_said").max())
    number = pl.col("_number").rank("dense").over("id", "_said").cast(pl.Int64)
    said = said.with_columns(_alike=number)
    named = beside.join(said, on=payment, how="left", maintain_order="left")
    return named.with_columns(id=pl.col("id") + pl.col("_said") + further("_alike"))


def _paid_to() -> pl.Expr:
    amount = pl.col("amount").cast(pl.String).str.zfill(20)
    return pl.coalesce("account_key", "account").fill_null("") + "/" + amount


def _with_day() -> pl.Expr:
    """`_to` with the day of payment, where all rows of it state theirs: in a list of members only one of them may."""
    to = ["id", "_to"]
    stated = pl.col("paid_on").is_not_null().all().over(to)
    return pl.col("_to") + pl.when(stated).then("/" + pl.col("paid_on")).otherwise(pl.lit(""))


def _who(table: TableRows, frame: pl.DataFrame) -> pl.Series:
    """Whom each record's row names, by number or name; null where it names nobody but a head."""
    who = frame["person"]
    members = next((p for p in table.rows.plan.tables if p.table.name == "household_members"), None)
    for heading in members.columns.get("person_name", ()) if members else ():
        who = who.fill_null(table.rows.cells(heading).gather(frame[AT]))
    return who


def _repeated(table: TableRows) -> pl.Expr:
    """Is the amount the household's, repeated at each of those who are named?"""
    headings = [table.header(c) for c in ("person_name", "person_id") if table.has(c)]
    may_be: pl.Expr = pl.lit(_lists_members(table))
    into_one = pl.coalesce("account_key", "account").is_not_null()
    if any(_RECIPIENT.search(h) for h in headings):
        # Of recipients by name alone nobody's own part is known, by which detection could weigh both readings.
        by_name = pl.col("person").is_null() | pl.col("person").str.starts_with("person.scoped:")
        into_one &= by_name.any().over("id") & pl.col("household").is_not_null()
    may_be |= into_one
    paying = pl.col("_who").is_not_null() & pl.col("_to").is_not_null() & (pl.col("amount") != 0)
    named = pl.when(paying).then("_who")
    at_all = named.drop_nulls().n_unique().over("id", "_to") == named.drop_nulls().n_unique().over("id")
    # That nothing is paid, in several rows, is told once.
    nothing = pl.col("_who").is_not_null() & (pl.col("amount") == 0)
    return (may_be & ((paying & at_all) | nothing)).fill_null(False)


def _at_members() -> pl.Expr:
    """At how many members the rows of a payment repeat its amount; empty where one of them alone is paid, or nothing is."""
    named = pl.when(pl.col("_one") & (pl.col("amount") != 0)).then("_who")
    count = named.drop_nulls().n_unique().over("id", "_number").cast(pl.Int64)
    return pl.when(pl.col("household").is_not_null() & (count > 1)).then(count).alias("repeated")


def _lists_members(table: TableRows) -> bool:
    members = next((p for p in table.rows.plan.tables if p.table.name == "household_members"), None)
    if members is None:
        return False
    named = [h for c in ("person_id", "person_name") for h in members.columns.get(c, ())]
    return "relation_to_head" in members.present or any("成员" in h for h in named)


def _paid_apart(alone: pl.DataFrame, beside: pl.DataFrame) -> pl.DataFrame:
    """Row and person → `own`, of households of which a programme pays several persons each, all of them by number."""
    pair = ["household", "program"]
    numbered = ~pl.col("person").str.starts_with("person.scoped:")
    rows = beside.filter(pl.col("household").is_not_null() & (pl.col("amount") != 0).fill_null(True))
    each = (
        rows.filter((pl.col("amount") != 0).fill_null(True))
        .group_by("id", "_number")
        .agg(pl.col("household").first(), pl.col("program").first(), pl.col("_who").n_unique())
    )
    shared = each.filter(pl.col("_who") > 1).select(pair)
    persons = rows.group_by("id", *pair).agg(pl.col("person").drop_nulls().n_unique())
    parts = persons.filter(pl.col("person") > 1).select(pair).unique().join(shared, on=pair, how="anti")
    named = pl.concat([alone.select(AT, "person", *pair), beside.select(AT, "person", *pair)])
    mine = named.join(parts, on=pair, how="semi")
    unknown = mine.filter(~numbered.fill_null(False)).select(pair)
    return mine.join(unknown, on=pair, how="anti").select(AT, "person", own="person").unique()


def _tell(table: TableRows, beside: pl.DataFrame) -> None:
    """Say how many rows were taken for one payment with another, and how many for a person's own in a household."""
    paid = beside.filter(pl.col("amount").is_not_null())
    again = paid.height - paid.select("id", "_number").unique().height
    persons = paid.filter(pl.col("household").is_not_null() & pl.col("_who").is_not_null() & ~pl.col("_one"))
    own = int((persons["_who"].n_unique() > 1) and persons.select(_several_named()).to_series().sum())
    for code, count in (("payments-one", again), ("payments-own", own)):
        tell_rows(table, code, count)


def tell_rows(table: TableRows, code: str, count: int) -> None:
    """Note of a sheet how many of its rows something is true of, where there are any."""
    if count:
        zh, en = message(code, known=str(count))
        rows = table.rows
        table.context.problem(
            "note", code, rows.file, rows.sheet.header_row, zh=zh, en=en, sheet=rows.sheet.name
        )


def tell_alike(table: TableRows, frame: pl.DataFrame, by: Sequence[str], code: str) -> None:
    """Note how many rows state what another row states, in the columns of `by`, though some cell of them differs."""
    once = _once(table, frame).select(by)
    tell_rows(table, code, once.height - once.unique().height)


def _several_named() -> pl.Expr:
    return pl.col("_who").n_unique().over("id") > 1
