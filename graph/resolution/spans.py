"""When a stated row holds: `valid_from`, `valid_to` (half open) and `counted`, derived after each batch.

The stated dates of a row always bound its span. A beginning that names a month alone is its first day, an end its last
one: on which day it ended is not known, and a link that may have held is not taken for ended. Where the share
of one holder changes in that month, the earlier row ends where the later one begins. Beyond them:

* **Shareholder lists** (OWNS). Lists of one company are alternatives, never added. Its ranking list counts:
  registered before top ten (the other way round for a listed company, and whoever publishes a top ten is one,
  whether or not another source says so), then a record of changes, which names only who changed, then what companies
  have invested in, which names one holder each, and whom a register calls investor, before top ten float;
  former holders count only inside dates they state. A list with a date of observation goes before one without. Each
  observation holds until the next one of the company, the first one also before its own date (the answer says
  so); two data sets with equally good lists: the first by name counts. What doesn't count is kept.
* **Records of changes** state what a holder had until a day, and has from it on. Each change holds until his next one,
  whatever file or load it stands in, and what he had before a change is what the one before left him with: that counts
  once. His changes of one day that follow on one another (100% → 60%, 60% → 30%) are one, from what he had before the
  first to what he has after the last (see `graph.resolution.steps`). Of changes of a day stated at several dates of
  observation the latest statement counts, and of the earlier ones what it follows on, or what follows on it.
* **Top-ten lists**: a holder who left the list may still hold, so leaving ends nothing; a holder's newer row
  replaces his older one.
* **Exits**: the end that one row states of a holder ends what an earlier look, or a row without a date beside it, states of
  the same holding (see `graph.resolution.exits`).
* **Members of households**: beginnings and ends that one row states bound the other rows of the same person and household,
  lists without a date among them (see `graph.resolution.memberships`).
* **Legal representatives**: a company has one at a time, so whom a later list replaces ended with it (see
  `graph.resolution.representatives`).
* **Snapshots**: what a full extract of the data set no longer contains ended on the extract's date, a company
  gone from a whole-data-set extract included.

Everything follows from the set of rows and the set of snapshots, so the order of loads changes nothing.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from graph.resolution.exits import ended
from graph.resolution.investors import INVESTORS
from graph.resolution.memberships import stayed
from graph.resolution.representatives import may_be_replaced, replaced
from graph.resolution.steps import Step, settled, standing

_NEVER: Final = "0000-00-00"
_LIST_RANK: Final[dict[str, int]] = {
    name: rank
    for rank, name in enumerate(
        ("registered", "changes", "investments", "top_ten", "top_ten_float", "former")
    )
}
_LIST_RANK[INVESTORS] = _LIST_RANK["investments"]
_LISTED_RANK: Final[dict[str, int]] = {
    name: rank
    for rank, name in enumerate(
        ("top_ten", "registered", "changes", "investments", "top_ten_float", "former")
    )
}
_LISTED_RANK[INVESTORS] = _LISTED_RANK["investments"]

SNAPSHOT_SCHEMA: Final = {
    "dataset": pl.String(),
    "date": pl.String(),
    "table": pl.String(),
    "scope": pl.String(),
}
"""One row a snapshot and relationship type."""


OF_ALL_ROWS: Final = frozenset({"MEMBER_OF", "LEGAL_REP_OF"})
"""The types besides `OWNS` of which one row's dates bear on other rows that end at the same node."""
OF_WHOEVER_STANDS: Final = frozenset({"LEGAL_REP_OF"})
"""Those of them of which a row without a stated date bears on others too."""
OF_NAMED_COMPANIES: Final = frozenset({"LEGAL_REP_OF", "OFFICER_OF", "EXERCISES_CONTROL"})
"""The types besides `OWNS` of which a snapshot of some companies (`parties`) ends what it lacks of those it names."""


def owns_spans(
    rows: pl.DataFrame, listed: pl.Series, snapshots: pl.DataFrame, one_persons: pl.Series | None = None
) -> pl.DataFrame:
    """Spans of shareholdings.

    `rows`: key, from_id, to_id, dataset, list_kind, share, share_class, observed_on, stated_from, stated_to, and sources,
    a list (null: not of a record of changes): all rows of every company concerned. `listed`: ids of listed companies.
    `one_persons`: of firms whose investor is not in a list, but their owner by law (none where it is not given).
    `snapshots`: see `SNAPSHOT_SCHEMA`. Gives key, valid_from, valid_to, counted.
    """
    rows = ended(rows, span_ends(rows))
    if not _contested(rows, snapshots):
        return _bounded(
            rows.select(
                "key",
                stated_from=_day(pl.col("stated_from")),
                stated_to=span_ends(rows),
                span_from=pl.lit(None, pl.String),
                span_to=pl.lit(None, pl.String),
            )
        )
    kind = pl.col("list_kind").fill_null("registered")
    ranked = rows.select(
        "key",
        "from_id",
        "to_id",
        "dataset",
        "share",
        "share_class",
        "sources",
        observed=_day(pl.col("observed_on")),
        stated_from=_day(pl.col("stated_from")),
        stated_to=span_ends(rows),
        until=_day(pl.col("stated_to")),
        kind=kind,
        rank=pl.when(pl.col("to_id").is_in(listed.implode()) | (kind == "top_ten").any().over("to_id"))
        .then(kind.replace_strict(_LISTED_RANK, default=0, return_dtype=pl.Int8))
        .otherwise(kind.replace_strict(_LIST_RANK, default=0, return_dtype=pl.Int8)),
    )
    no_list = pl.lit(False)
    if one_persons is not None and len(one_persons):
        no_list = (pl.col("kind") == INVESTORS) & pl.col("to_id").is_in(one_persons.implode())
    by_law = ranked.filter(no_list).select("key")
    ranked = ranked.filter(~no_list)
    former = ranked.filter(pl.col("kind") == "former")
    lists = ranked.filter(pl.col("kind") != "former")
    best = lists.with_columns(
        best=pl.col("rank").min().over("to_id"),
    ).with_columns(
        dated=(pl.col("observed").is_not_null() & (pl.col("rank") == pl.col("best"))).any().over("to_id"),
    )
    changes = pl.col("kind") == "changes"
    in_ranking = (pl.col("rank") == pl.col("best")) & (
        changes | (pl.col("observed").is_not_null() == pl.col("dated"))
    )
    counted = best.filter(in_ranking)
    # Among equally good observations of one day (or none) the data set first by name counts; a record of changes is of
    # no day.
    day = pl.when(~changes).then("observed")
    counted = counted.with_columns(first=pl.col("dataset").min().over("to_id", day))
    rest = pl.concat(
        [
            by_law,
            best.filter(~in_ranking).select("key"),
            counted.filter(pl.col("dataset") != pl.col("first")).select("key"),
        ]
    )
    counted = counted.filter(pl.col("dataset") == pl.col("first"))
    spans = _bounded(_next_observation(counted.filter(~changes), snapshots))
    chained = _chained(counted.filter(changes))
    stated_former = _bounded(
        former.with_columns(span_from=pl.lit(None, pl.String), span_to=pl.lit(None, pl.String))
    ).with_columns(counted=pl.col("counted") & pl.col("valid_to").is_not_null())
    never = rest.with_columns(
        valid_from=pl.lit(None, pl.String), valid_to=pl.lit(None, pl.String), counted=pl.lit(False)
    )
    return pl.concat([spans, chained, stated_former, never])


_HOLDER: Final = ["to_id", "from_id", "share_class"]


def _chained(rows: pl.DataFrame) -> pl.DataFrame:
    """Spans of what records of changes state: each holder's changes one after the other."""
    # What begins on a day is what he has from it on; what only ends on one, what he had before it.
    begins = pl.col("stated_from").is_not_null()
    rows = rows.with_columns(begins=begins, event=pl.coalesce("stated_from", "until"))
    events = (
        rows.drop_nulls("event")
        .group_by(*_HOLDER, "event")
        # Whoever leaves in a month that is all the source names is there to its end.
        .agg(day=pl.when(begins.any()).then("event").otherwise(pl.col("stated_to").max()).first())
        .sort("event")
        .with_columns(
            span_to=pl.col("day").shift(-1).over(_HOLDER),
            earlier=pl.col("event").shift(1).over(_HOLDER),
        )
    )
    rows = rows.join(
        events.drop("day"), on=[*_HOLDER, "event"], how="left", nulls_equal=True, maintain_order="left"
    )
    rows = rows.with_columns(latest=_latest(rows))
    rows = rows.with_columns(
        span_from=pl.lit(None, pl.String),
        counts=(pl.col("begins") | pl.col("earlier").is_null()) & pl.col("latest") & ~_between_steps(rows),
        span_to=pl.when("begins").then("span_to"),
    )
    return _bounded(rows).with_columns(counted=pl.col("counted") & rows["counts"])


_VALUE: Final = (
    # A share that is not known is like no other.
    pl.when(pl.col("share").is_null()).then("key").otherwise(pl.col("share").round(9).cast(pl.String))
)


def _latest(rows: pl.DataFrame) -> pl.Series:
    """Which rows state a change that counts, where a holder's changes of one day are stated at several dates.

    `rows`: key, from_id, to_id, share_class, event, begins, observed, share, sources. See `standing`.
    """
    of_day = [*_HOLDER, "event"]
    seen = pl.col("observed").fill_null(_NEVER)
    rows = rows.with_columns(seen=seen, value=_VALUE)
    latest = rows.select(seen == seen.max().over([*of_day, "begins"])).to_series()
    dated = pl.col("event").is_not_null()
    several = rows.filter(dated & (pl.col("seen").n_unique().over(of_day) > 1))
    dated_rows = rows.select(dated).to_series()
    if several.is_empty():
        return latest | dated_rows
    told = (
        several.explode("sources")
        .group_by(*of_day, "seen", "sources", maintain_order=True)
        .agg(
            had=pl.col("value").filter(~pl.col("begins")).first(),
            has=pl.col("value").filter("begins").first(),
        )
        .group_by(of_day, maintain_order=True)
        .agg("seen", "had", "has")
    )
    kept: list[list[str]] = []
    for days, had, has in told.select("seen", "had", "has").iter_rows():
        steps: dict[str, set[Step]] = {}
        for day, before, after in zip(days, had, has, strict=True):
            steps.setdefault(day, set()).add((before, after))
        kept.append(
            [
                f"{day}{side}{value}"
                for day, step in standing(steps)
                for side, value in zip("<>", step, strict=True)
                if value is not None
            ]
        )
    marked = told.select(of_day).with_columns(kept=pl.Series(kept, dtype=pl.List(pl.String)))
    mark = pl.col("seen") + pl.when("begins").then(pl.lit(">")).otherwise(pl.lit("<")) + pl.col("value")
    mine = several.join(marked, on=of_day, nulls_equal=True).filter(pl.col("kept").list.contains(mark))["key"]
    at_several = rows["key"].is_in(several["key"].implode())
    return pl.select(
        pl.when(at_several).then(rows["key"].is_in(mine.implode())).otherwise(latest | dated_rows)
    ).to_series()


def _between_steps(rows: pl.DataFrame) -> pl.Series:
    """Which rows state what a holder had between two changes of one day, and so on no day.

    `rows`: key, from_id, to_id, share_class, event, begins, latest, share, sources. What a change began with and what it
    left are two rows of one source; where one of them is not stated, he had nothing then.
    """
    of_day = [*_HOLDER, "event"]
    none = pl.repeat(False, rows.height, dtype=pl.Boolean, eager=True)
    changes = rows.filter("latest").drop_nulls("event")
    changes = changes.filter(pl.len().over(of_day) > 1)
    if changes.is_empty():
        return none
    told = (
        changes.select(*of_day, "key", "begins", "sources", value=_VALUE)
        .explode("sources")
        .group_by(*of_day, "sources", maintain_order=True)
        .agg(
            had=pl.col("value").filter(~pl.col("begins")).first(),
            has=pl.col("value").filter("begins").first(),
        )
        .select(*of_day, step=pl.concat_list("had", "has"))
        .group_by(of_day)
        .agg(pl.col("step").unique())
    )
    stands = [settled((had, has) for had, has in steps) for steps in told["step"].to_list()]
    told = told.drop("step").with_columns(
        before=pl.Series([[v for v in s.before if v is not None] for s in stands], dtype=pl.List(pl.String)),
        after=pl.Series([[v for v in s.after if v is not None] for s in stands], dtype=pl.List(pl.String)),
    )
    inner = (
        changes.select("key", *of_day, "begins", value=_VALUE)
        .join(told, on=of_day, nulls_equal=True)
        .filter(~pl.when("begins").then("after").otherwise("before").list.contains(pl.col("value")))
    )
    return rows["key"].is_in(inner["key"].implode())


def _contested(rows: pl.DataFrame, snapshots: pl.DataFrame) -> bool:
    """Can one list of these rows stand against another, or a snapshot end one?"""
    one_list = rows["list_kind"].fill_null("registered").unique().to_list() in ([], ["registered"])
    return not (
        one_list
        and rows["observed_on"].n_unique() <= 1
        and rows["dataset"].n_unique() <= 1
        and snapshots.filter(pl.col("table") == "OWNS").is_empty()
    )


def _next_observation(rows: pl.DataFrame, snapshots: pl.DataFrame) -> pl.DataFrame:
    """Adds span_from and span_to: from this observation to the next that replaces it."""
    whole = pl.col("kind") == "registered"
    # A top-ten list says nothing of who is absent, so there each holder has a sequence of his own.
    sequence = pl.when(whole).then(pl.lit("")).otherwise(pl.col("from_id"))
    keyed = rows.with_columns(sequence=sequence)
    steps = (
        keyed.select("to_id", "sequence", "observed")
        .unique()
        .sort("to_id", "sequence", "observed", nulls_last=False)
        .with_columns(
            next=pl.col("observed").shift(-1).over("to_id", "sequence"),
            earliest=pl.int_range(pl.len()).over("to_id", "sequence") == 0,
        )
    )
    joined = keyed.join(steps, on=["to_id", "sequence", "observed"], how="left", nulls_equal=True)
    joined = joined.with_columns(
        span_from=pl.when(pl.col("earliest")).then(None).otherwise(pl.col("observed")),
        span_to=pl.col("next"),
    )
    gone = _gone(joined.select("key", "dataset", "observed"), snapshots, "OWNS")
    joined = joined.join(gone, on="key", how="left")
    ends = pl.when(whole).then(pl.min_horizontal("span_to", "gone")).otherwise(pl.col("span_to"))
    return joined.with_columns(span_to=ends)


def _gone(rows: pl.DataFrame, snapshots: pl.DataFrame, table: str) -> pl.DataFrame:
    """For each key the date of the first whole-data-set snapshot after its observation: key, gone."""
    dates = snapshots.filter((pl.col("table") == table) & (pl.col("scope") == "dataset")).select(
        "dataset", "date"
    )
    if dates.is_empty() or rows.is_empty():
        return pl.DataFrame(schema={"key": pl.String(), "gone": pl.String()})
    return (
        rows.join(dates.unique(), on="dataset")
        .filter(pl.col("date") > pl.col("observed").fill_null(_NEVER))
        .group_by("key")
        .agg(gone=pl.col("date").min())
    )


def _gone_of_parties(rows: pl.DataFrame, snapshots: pl.DataFrame, table: str) -> pl.DataFrame:
    """The same by snapshots that are whole for the companies they name: key, gone.

    Which those are, the rows of that day tell: where they name nobody of a company, nothing says that it has nobody.
    """
    mine = (pl.col("table") == table) & (pl.col("scope") == "parties")
    dates = snapshots.filter(mine).select("dataset", "date").unique()
    if table not in OF_NAMED_COMPANIES or dates.is_empty():
        return pl.DataFrame(schema={"key": pl.String(), "gone": pl.String()})
    named = rows.select("dataset", "to_id", date="observed").join(dates, on=["dataset", "date"]).unique()
    return (
        rows.join(named, on=["dataset", "to_id"])
        .filter(pl.col("date") > pl.col("observed").fill_null(_NEVER))
        .group_by("key")
        .agg(gone=pl.col("date").min())
    )


def _bounded(rows: pl.DataFrame) -> pl.DataFrame:
    """The span cut by the stated dates; an empty one does not count."""
    spans = rows.select(
        "key",
        valid_from=pl.max_horizontal("span_from", "stated_from"),
        valid_to=pl.min_horizontal("span_to", "stated_to"),
    )
    empty = (pl.col("valid_from") >= pl.col("valid_to")).fill_null(False)
    return spans.with_columns(counted=~empty)


def other_spans(
    table: str,
    rows: pl.DataFrame,
    snapshots: pl.DataFrame,
    meant: pl.DataFrame | None = None,
    names: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Spans of every other stated relationship type.

    `rows`: key, from_id, to_id, dataset, observed_on, stated_from, stated_to. Gives key, valid_from, valid_to,
    counted. Without a snapshot the stated dates are all there is. Of a type of `OF_ALL_ROWS`: all rows of each end,
    and `meant`, who is meant there by whom (`departures_by_name`). `names`: id, name of legal representatives that others
    may have replaced; `rows` has their `role` then.
    """
    keyed = rows.select(
        "key",
        "from_id",
        "to_id",
        "dataset",
        observed=_day(pl.col("observed_on")),
        stated_from=_day(pl.col("stated_from")),
        stated_to=span_ends(rows, changing=False),
        from_text="stated_from",
        until_text="stated_to",
    )
    if table == "MEMBER_OF" and meant is not None:
        told = keyed.join(meant, on=["from_id", "to_id"], how="left", maintain_order="left")
        told = told.with_columns(own="from_id", from_id=pl.coalesce("meant", "from_id")).drop("meant")
        keyed = stayed(told).with_columns(from_id="own").drop("own")
    elif table == "MEMBER_OF":
        keyed = stayed(keyed)
    gone = pl.concat([_gone(keyed, snapshots, table), _gone_of_parties(keyed, snapshots, table)])
    gone = gone.group_by("key").agg(pl.col("gone").min())
    keyed = keyed.join(gone, on="key", how="left").with_columns(
        seen_before=pl.col("observed")
        > pl.col("observed").fill_null(_NEVER).min().over("from_id", "to_id", "dataset")
    )
    covered = snapshots.filter(pl.col("table") == table)["date"]
    later = pl.col("seen_before").fill_null(False) & pl.col("observed").is_in(covered.implode())
    keyed = keyed.with_columns(span_from=pl.when(later).then(pl.col("observed")), span_to=pl.col("gone"))
    if names is not None and not names.is_empty():
        keyed = _one_at_a_time(keyed, rows, names)
    return _bounded(keyed)


def _one_at_a_time(keyed: pl.DataFrame, rows: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """`keyed` with what lists of several days say of who replaced whom."""
    posts = may_be_replaced(rows).select("key")
    said = replaced(keyed.join(posts, on="key", how="semi"), names)
    return keyed.join(said, on="key", how="left", maintain_order="left").with_columns(
        span_from=pl.max_horizontal("span_from", "since"), span_to=pl.min_horizontal("span_to", "until")
    )


def _day(column: pl.Expr) -> pl.Expr:
    """A month stands for its first day."""
    return pl.when(column.str.len_chars() == 7).then(column + "-01").otherwise(column)


def span_ends(rows: pl.DataFrame, changing: bool = True) -> pl.Series:
    """The ends of stated rows, half open, a month alone made its last day.

    `rows`: key, from_id, to_id, stated_from, stated_to. `changing`: what begins between the same two parties within that
    month takes the place of what ends in it.
    """
    stated = rows["stated_to"]
    month = stated.str.len_chars() == 7
    if not month.any():
        return stated
    pair = ["from_id", "to_id"]
    after = (pl.col("stated_to") + "-01").str.to_date(strict=False).dt.offset_by("1mo").cast(pl.String)
    ends = rows.filter(month).select(
        "key", *pair, "stated_to", begun=_day(pl.col("stated_from")), after=after
    )
    begins = (
        rows.filter(pl.lit(changing))
        .select(*pair, came=_day(pl.col("stated_from")))
        .drop_nulls("came")
        .unique()
    )
    came = (
        ends.join(begins.with_columns(stated_to=pl.col("came").str.head(7)), on=[*pair, "stated_to"])
        # Not its own beginning, nor one beside it.
        .filter(pl.col("begun").is_null() | (pl.col("came") > pl.col("begun")))
        .group_by("key")
        .agg(came=pl.col("came").min())
    )
    ends = ends.join(came, on="key", how="left").select("key", end=pl.coalesce("came", "after"))
    whole = rows.select("key").join(ends, on="key", how="left", maintain_order="left")
    return pl.select(pl.coalesce(whole["end"], stated)).to_series()
