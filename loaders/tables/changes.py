"""Records of changes of a company's holders (变更前, 变更后股权比例) into records."""

from __future__ import annotations

import polars as pl

from graph.resolution.steps import Step, settled
from loaders.tables.columns import BOUNDS, TableRows
from loaders.tables.parties import Parties, relate


def state_changes(
    table: TableRows, company: Parties, holder: Parties, held: pl.Series, facts: dict[str, pl.Series]
) -> None:
    """变更前 and 变更后股权比例 beside 股权变更日期: the same holder's share until that day, and from it on.

    A later change of his ends what an earlier one began, and steps of one day are one change, in whichever files they
    stand: the store sees to that (see `graph.resolution.spans`). Whoever has nothing after a change has left.
    """
    share = table.share("share_before")
    before = (share["share_max"].fill_null(share["share"]) > 0).fill_null(False)
    changed = facts["stated_from"]
    header = table.header("share_before")
    stated = table.text("share_before")
    good = table.rows.good()
    table.rows.report("flag", before & changed.is_null() & good, "change-undated", header, stated)
    nothing = (share["share"] == 0) & (facts["share"] == 0)
    table.rows.report("flag", nothing & good, "change-of-nothing", header, stated)
    rows = pl.DataFrame(
        {
            "company": company.ids,
            "holder": holder.ids,
            "class": facts["share_class"],
            "day": pl.select(pl.when(table.rows.good() & ~table.rows.duplicates).then(changed)).to_series(),
            "had": share["share"],
            "has": facts["share"],
        }
    )
    inner_had, inner_has, beside = _steps_of_one_day(rows)
    table.rows.report("note", inner_had | inner_has, "change-steps", header, stated)
    table.rows.report("flag", beside, "change-beside", header, stated)
    rows = rows.with_columns(
        had=pl.when(~inner_had).then("had").otherwise(0.0), has=pl.when(~inner_has).then("has").otherwise(0.0)
    )
    table.rows.report("flag", _missing_before(rows) & before, "change-missing", header, stated)

    gone = ((facts["share"] == 0) & changed.is_not_null()).fill_null(False)
    staying = pl.select(pl.when(~gone).then(held)).to_series()
    relate(table, "OWNS", holder, "Company", staying, facts)

    frame = {c: share[c] for c in BOUNDS} | {n: facts[n] for n in ("share_class", "list_kind", "observed_on")}
    to_ids = pl.select(pl.when(before & changed.is_not_null()).then(company.ids)).to_series()
    relate(table, "OWNS", holder, "Company", to_ids, {**frame, "stated_to": changed})


def _steps_of_one_day(rows: pl.DataFrame) -> tuple[pl.Series, pl.Series, pl.Series]:
    """A holder's changes of one day that follow on one another (100% → 60%, 60% → 30%) are steps of one.

    `rows`: company, holder, class, day, had, has. Gives of which rows what he had, and of which what he has, stood
    between two steps and held on no day; and which rows stand beside others of his of that day without following on.
    """
    keys = ["company", "holder", "class", "day"]
    several = (
        rows.with_row_index("at")
        .drop_nulls(["company", "holder", "day"])
        .filter(pl.len().over(keys) > 1)
        .with_columns(pl.col("had", "has").round(9))
        .group_by(keys, maintain_order=True)
        .agg("at", "had", "has")
    )
    inner_had, inner_has, beside = list[int](), list[int](), list[int]()
    for places, had, has in several.select("at", "had", "has").iter_rows():
        # A share that is not known is like no other.
        steps: list[Step] = [
            ((at, "had") if before is None else before, (at, "has") if after is None else after)
            for at, before, after in zip(places, had, has, strict=True)
        ]
        stands = settled(steps)
        if not stands.one:
            beside += places
            continue
        first = next(at for at, (before, _) in zip(places, steps, strict=True) if before in stands.before)
        last = next(at for at, (_, after) in zip(places, steps, strict=True) if after in stands.after)
        inner_had += [at for at in places if at != first]
        inner_has += [at for at in places if at != last]
    every = pl.Series(range(rows.height), dtype=pl.Int64)
    return every.is_in(inner_had), every.is_in(inner_has), every.is_in(beside)


def _missing_before(rows: pl.DataFrame) -> pl.Series:
    """Which changes begin with another share than the table's change before left the holder with: one is missing.

    `rows`: company, holder, class, day, had, has.
    """
    of_one = ["company", "holder", "class"]
    days = (
        rows.drop_nulls(["company", "holder", "day"])
        .group_by(*of_one, "day")
        .agg(has=pl.col("has").sum(), whole=pl.col("has").is_not_null().all())
        .sort("day")
        .with_columns(last_has=pl.when("whole").then("has").shift(1).over(of_one))
        .drop("has", "whole")
    )
    rows = rows.join(days, on=[*of_one, "day"], how="left", nulls_equal=True, maintain_order="left")
    had_then = pl.col("had").sum().over([*of_one, "day"])
    return rows.select(((pl.col("last_has") - had_then).abs() > 1e-9).fill_null(False)).to_series()
