"""When relationships hold, worked out anew for whatever a batch touched: the same for a batch that came or went."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import polars as pl

from graph.records import RelKey
from graph.resolution.departures_by_name import leaving_by_name, meant_by
from graph.resolution.investors import INVESTORS, OF_HOLDERS, ONE_PERSONS, SOLE_OWNER, WORD_OF
from graph.resolution.representatives import may_be_replaced
from graph.resolution.spans import OF_WHOEVER_STANDS, other_spans, owns_spans
from graph.stores.departures import left_by_name, represented_by
from graph.stores.engine import Writing
from graph.stores.statements import listed
from graph.stores.what_changed import Touched

_SPAN_COLUMNS: Final = ("key", "from_id", "to_id", "dataset", "observed_on", "stated_from", "stated_to")
_SPAN: Final = ("valid_from", "valid_to", "counted")
STATES_DATE: Final = pl.any_horizontal(pl.col("stated_from", "stated_to").is_not_null())
"""Does a row state a date of its own?"""


def respan_owns(
    writer: Writing,
    fresh: dict[RelKey, pl.DataFrame],
    snapshots: pl.DataFrame,
    everything: bool,
    held: int,
    touched: Touched,
) -> pl.DataFrame:
    """Spans for the new rows; stored rows of the companies concerned are set where they change."""
    companies = pl.concat(touched.companies).unique() if touched.companies else pl.Series("id", [], pl.String)
    stored: dict[RelKey, pl.DataFrame] = {}
    columns = [*_SPAN_COLUMNS, "list_kind", "share", "share_class"]
    if held:
        for start, end in (("Company", "Company"), ("Person", "Company")):
            rel = ("OWNS", start, end)
            stored[rel] = writer.rel_rows(rel, None if everything else companies, [*columns, *_SPAN])
    frames = [f.select(columns) for f in (*stored.values(), *fresh.values())]
    if not frames:
        return _no_spans()
    listed = pl.Series("id", [], pl.String)
    if any((f["list_kind"].fill_null("registered") != "registered").any() for f in frames):
        found = writer.query("MATCH (c:Company) WHERE c.kind = 'listed' RETURN c.id AS id", timeout=600)
        listed = pl.Series("id", found.column(0).to_pylist(), pl.String)
    rows = _with_changes(writer, pl.concat(frames), fresh, [*stored])
    invested = rows.filter(pl.col("list_kind") == INVESTORS)["to_id"].unique()
    spans = owns_spans(rows, listed, snapshots, _firms(writer, invested, ONE_PERSONS))
    for rel, rows in stored.items():
        _set_spans(writer, rel, rows, spans, touched)
    return spans


def _with_changes(
    writer: Writing, rows: pl.DataFrame, fresh: Mapping[RelKey, pl.DataFrame], stored: Iterable[RelKey]
) -> pl.DataFrame:
    """`rows` with the `sources` of those that record changes; what others rest on decides no span, and takes long to
    read."""
    companies = rows.filter(pl.col("list_kind") == "changes")["to_id"].unique()
    if companies.is_empty():
        return rows.with_columns(sources=pl.lit(None, pl.List(pl.String)))
    found = [writer.rel_rows(rel, companies, ("sources",)) for rel in stored] + [*fresh.values()]
    sources = pl.concat([frame.select("key", sources=listed("sources")) for frame in found])
    told = rows.join(sources, on="key", how="left", maintain_order="left")
    return told.with_columns(pl.when(pl.col("list_kind") == "changes").then("sources"))


def respan_others(
    writer: Writing,
    name: str,
    pairs: Iterable[tuple[str, str]],
    fresh: dict[RelKey, pl.DataFrame],
    snapshots: pl.DataFrame,
    rewrite: bool,
    touched: Touched,
    again: pl.Series | None = None,
) -> None:
    """`rewrite`: all stored rows of the type; else, with `again`, those that end at these companies."""
    word = [WORD_OF[name]] if name in WORD_OF else []
    columns = [*_SPAN_COLUMNS, *word]
    for start, end in pairs:
        rel = (name, start, end)
        new = fresh.get(rel)
        stored = None
        if rewrite or again is not None:
            stored = writer.rel_rows(rel, None if rewrite else again, [*columns, *_SPAN])
        frames = [f.select(columns) for f in (stored, new) if f is not None and not f.is_empty()]
        if not frames:
            continue
        rows = pl.concat(frames)
        meant = _meant(writer, rows) if name == "MEMBER_OF" else None
        names = _replaceable(writer, rows) if rel[:2] == ("LEGAL_REP_OF", "Person") else None
        spans = other_spans(name, rows, snapshots, meant, names)
        if word:
            spans = _without_holders(writer, spans, rows.filter(pl.col(*word) == SOLE_OWNER))
        if stored is not None:
            _set_spans(writer, rel, stored, spans, touched)
        if new is not None:
            writer.insert_rels(rel, new.join(spans, on="key", how="left", maintain_order="left"))


def _meant(writer: Writing, rows: pl.DataFrame) -> pl.DataFrame | None:
    """Who is meant by whom rows let leave a household by name alone; None where they let nobody."""
    households = leaving_by_name(rows)
    if households.is_empty():
        return None
    theirs = rows.filter(pl.col("to_id").is_in(households.implode()))
    return meant_by(theirs, writer.node_rows("Person", theirs["from_id"].unique()).select("id", "name"))


def _replaceable(writer: Writing, rows: pl.DataFrame) -> pl.DataFrame | None:
    """The names of legal representatives that others may have replaced; None where there are none. A company that is
    named as one is a partnership's managing partner, and replaces nobody."""
    people = may_be_replaced(rows)["from_id"].unique()
    return None if people.is_empty() else writer.node_rows("Person", people).select("id", "name")


def of_all_rows(writer: Writing, name: str, touched: Touched, dated: list[pl.Series]) -> pl.Series | None:
    """The nodes of which all rows of a type of `OF_ALL_ROWS` are looked at again; None where there are none.

    `dated`: those of which a row with a stated date came or went.
    """
    undated = pl.concat([pl.Series("to_id", [], pl.String), *touched.undated.get(name, [])])
    renamed = touched.renamed.get("Person", [])
    if name in OF_WHOEVER_STANDS:
        by_name = pl.concat([undated, represented_by(writer, renamed).alias("to_id")])
    else:
        by_name = left_by_name(writer, renamed, undated)
    ends = pl.concat([s.alias("to_id") for s in (*dated, by_name)]).unique()
    return None if ends.is_empty() else ends


def both(some: pl.Series | None, others: pl.Series | None) -> pl.Series | None:
    """All of two lists of nodes; None where neither is given."""
    given = [s.alias("to_id") for s in (some, others) if s is not None]
    return pl.concat(given).unique() if given else None


def with_dates(writer: Writing, fresh: Mapping[RelKey, pl.DataFrame]) -> pl.Series:
    """The nodes where new rows end, and any row, stored or new, states a date, or bears on others without one."""
    again = [pl.Series("to_id", [], pl.String)]
    for (name, start, end), rows in fresh.items():
        if name in OF_WHOEVER_STANDS:
            again.append(rows["to_id"])
            continue
        found = writer.query(
            f"MATCH (:{start})-[r:{name}]->(b:{end}) WHERE r.stated_from IS NOT NULL OR r.stated_to IS NOT NULL "
            "RETURN DISTINCT b.id AS id",
            timeout=600,
        )
        stored = pl.Series("to_id", found.column(0).to_pylist(), pl.String)
        dated = pl.concat([stored, rows.filter(STATES_DATE)["to_id"]])
        again.append(rows.filter(pl.col("to_id").is_in(dated.implode()))["to_id"])
    return pl.concat(again)


def _without_holders(writer: Writing, spans: pl.DataFrame, investors: pl.DataFrame) -> pl.DataFrame:
    """`spans`, in which investors of firms that have holders represent and own nothing."""
    if investors.is_empty():
        return spans
    of_holders = _firms(writer, investors["to_id"].unique(), OF_HOLDERS)
    keys = investors.filter(pl.col("to_id").is_in(of_holders.implode()))["key"]
    return spans.with_columns(counted=pl.col("counted") & ~pl.col("key").is_in(keys.implode()))


def _firms(writer: Writing, ids: pl.Series, which: pl.Expr) -> pl.Series:
    """Those of some companies whose kind and name are such."""
    return ids if ids.is_empty() else writer.node_rows("Company", ids).filter(which)["id"]


def invested_anew(writer: Writing, touched: Touched) -> pl.Series | None:
    """The firms with investors that these are something else to than before; their registers are `touched`."""
    if not touched.regarded:
        return None
    # Of all that a list of firms' kinds may tell anew, few have somebody called so.
    found = writer.query(
        "MATCH ()-[r:EXERCISES_CONTROL]->(c:Company) WHERE r.interest = $called RETURN DISTINCT c.id AS id",
        {"called": SOLE_OWNER},
        timeout=600,
    )
    called = pl.Series("id", found.column(0).to_pylist(), pl.String)
    mine = called.filter(called.is_in(pl.Series("id", touched.regarded, pl.String).implode()))
    if mine.is_empty():
        return None
    touched.companies.append(mine)
    return mine


def _no_spans() -> pl.DataFrame:
    schema = {"key": pl.String(), "valid_from": pl.String(), "valid_to": pl.String(), "counted": pl.Boolean()}
    return pl.DataFrame(schema=schema)


def _set_spans(
    writer: Writing, rel: RelKey, stored: pl.DataFrame, spans: pl.DataFrame, touched: Touched
) -> None:
    joined = stored.select("key", "from_id", "to_id", *_SPAN).join(
        spans.rename({n: f"new_{n}" for n in _SPAN}), on="key"
    )
    changed = joined.filter(pl.any_horizontal([pl.col(n).ne_missing(pl.col(f"new_{n}")) for n in _SPAN]))
    touched.relations(rel[0], changed)
    writer.update_rels(
        rel, changed.select("key", "from_id", "to_id", *[pl.col(f"new_{n}").alias(n) for n in _SPAN])
    )
