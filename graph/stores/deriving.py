"""What follows from the stated rows of all batches: dates of lots, one party under two ids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import polars as pl

from graph.model import NODE_TYPES, STATED_RELS
from graph.names import name_key
from graph.records import RelKey
from graph.resolution.bid_dates import bid_dates
from graph.resolution.same_party import (
    NO_NAMES,
    PAIR_SCHEMA,
    NameMatches,
    by_identifier,
    by_name,
    by_scope,
    companies_of_several_ids,
)
from graph.stores.applying import Touched
from graph.stores.engine import Reading, Writing
from graph.stores.scanning import Column
from graph.stores.statements import SOURCE_SEPARATOR

IN_PLAY_BATCHES: Final = "in_play_batches"
"""The `Meta` record with that fingerprint and, after it, the batches it stands for, as a JSON list."""
IN_PLAY_FOR: Final = "in_play_for"
"""The `Meta` record that says for which data `ULTIMATELY_HOLDS` and `CONTROLS` were worked out, as a fingerprint."""
_LONG: Final = 600.0


def derive(writer: Writing, touched: Touched) -> NameMatches | None:
    """Bring everything derived up to date; says how names were matched where that was looked at."""
    if touched.nodes & {"Lot", "Bid", "Tender"}:
        _set_bid_dates(writer, touched)
    if touched.nodes & {"Company", "Person", "Identifier", "Name"}:
        return _set_same_party(writer, touched)
    return None


def _frame(reader: Reading, cypher: str, columns: tuple[str, ...]) -> pl.DataFrame:
    table = reader.query(cypher, timeout=_LONG)
    schema = {name: pl.String() for name in columns}
    if table.num_rows == 0:
        return pl.DataFrame(schema=schema)
    return pl.DataFrame(pl.from_arrow(table.rename_columns(list(columns)))).cast(dict(schema))  # type: ignore[arg-type]


def _set_bid_dates(writer: Writing, touched: Touched) -> None:
    lots = _frame(
        writer,
        "MATCH (l:Lot) OPTIONAL MATCH (l)-[:LOT_OF]->(t:Tender) "
        "RETURN l.id, l.bid_on, l.bid_on_from, min(t.bid_deadline), min(t.opened_on), min(t.published_on)",
        ("id", "old_on", "old_from", "bid_deadline", "opened_on", "published_on"),
    )
    submitted = _frame(
        writer,
        "MATCH (b:Bid)-[:FOR_LOT]->(l:Lot) WHERE b.submitted_at IS NOT NULL RETURN l.id, max(b.submitted_at)",
        ("id", "submitted_at"),
    )
    lots = lots.join(submitted, on="id", how="left")
    dated = lots.join(bid_dates(lots), on="id")
    changed = dated.filter(
        pl.col("bid_on").ne_missing(pl.col("old_on")) | pl.col("bid_on_from").ne_missing(pl.col("old_from"))
    )
    touched.marks.nodes("Lot", changed["id"])
    touched.touches.nodes("Lot", changed["id"])
    writer.update_nodes("Lot", changed.select("id", "bid_on", "bid_on_from"))


def _set_same_party(writer: Writing, touched: Touched) -> NameMatches:
    pairs = [pl.DataFrame(schema=PAIR_SCHEMA)]
    if writer.count_nodes("Identifier"):
        pairs.append(_identifier_pairs(writer))
    names, matches = _name_pairs(writer)
    pairs.append(names)
    wanted = (
        pl.concat([*pairs, *_scope_pairs(writer, pl.concat(pairs))])
        .unique(subset=["type", "from_id", "to_id"], keep="first")
        .sort("type", "from_id", "to_id")
    )
    stored = pl.concat(
        [
            _frame(
                writer,
                f"MATCH (a:{t})-[r:SAME_AS]->(b:{t}) RETURN '{t}', a.id, b.id, r.by, r.decided_by",
                tuple(PAIR_SCHEMA),
            )
            for t in ("Company", "Person")
        ]
    ).sort("type", "from_id", "to_id")
    if not wanted.equals(stored, null_equal=True):
        frames: list[tuple[RelKey, pl.DataFrame]] = [
            (("SAME_AS", t, t), wanted.filter(pl.col("type") == t).drop("type"))
            for t in ("Company", "Person")
        ]
        writer.replace_rels("SAME_AS", frames)
        for one, other in ((wanted, stored), (stored, wanted)):
            touched.relations("SAME_AS", one.join(other, on=one.columns, how="anti", nulls_equal=True))
    return matches


def _identifier_pairs(writer: Writing) -> pl.DataFrame:
    types = ("Company", "Person")
    identifies = pl.concat(
        [
            _frame(
                writer,
                f"MATCH (i:Identifier)-[r:IDENTIFIES]->(p:{t}) WHERE r.counted RETURN '{t}', i.id, p.id",
                ("type", "identifier", "party_id"),
            )
            for t in types
        ]
    )
    return by_identifier(identifies, {t: writer.node_ids(t) for t in types})


def _scope_pairs(writer: Writing, pairs: pl.DataFrame) -> list[pl.DataFrame]:
    """Who is known by name alone within a company; weaker where a unique name alone joins its ids."""
    found: list[pl.DataFrame] = []
    sure = pairs.filter(pl.col("by") != "unique_name")
    none: dict[str, pl.DataFrame] = {}
    alone = {type_: _namesakes(writer, type_) for type_ in _SCOPED}
    for joined, by, single in ((sure, "scope", none), (pairs, "unique_name", alone)):
        while True:
            several = companies_of_several_ids(pl.concat([joined, *found]))
            fresh = _scoped_within(writer, several, single, by)
            if found:
                known = pl.concat(found)
                fresh = fresh.join(known, on=["type", "from_id", "to_id"], how="anti")
            if fresh.is_empty():
                break
            found.append(fresh)
            # A short name may itself be a company with holders.
            if (fresh["type"] == "Person").all():
                break
            # What is found within one id stays so.
            single = none
    return found


def _scoped_within(
    writer: Writing, several: pl.DataFrame, single: Mapping[str, pl.DataFrame], by: str
) -> pl.DataFrame:
    """Pairs within companies of several ids, and within those of one (`single`: see `_namesakes`, by type)."""
    found = [pl.DataFrame(schema=PAIR_SCHEMA)]
    for type_ in ("Company", "Person"):
        if not several.is_empty():
            found.append(by_scope(type_, _linked_to(writer, type_, several["company_id"]), several, by))
        if type_ in single:
            rest = single[type_].filter(~pl.col("company_id").is_in(several["company_id"].implode()))
            ids = rest["company_id"].unique().sort()
            found.append(by_scope(type_, rest, pl.DataFrame({"company_id": ids, "cluster": ids}), by))
    return pl.concat(found)


_SCOPED: Final = {"Person": "person.scoped:", "Company": "scoped:"}


def _namesakes(writer: Writing, type_: str) -> pl.DataFrame:
    """Parties that rows link to one company, known by name alone or with a number, where both bear one name.

    As `_linked_to`.
    """
    prefix = _SCOPED[type_]
    known = f"MATCH (p:{type_}) WHERE {{}} p.id STARTS WITH '{prefix}' RETURN p.id LIMIT 1"
    rels = []
    # Where all are known by one of both alone, their rows need not be read.
    if not any(_frame(writer, known.format(which), ("id",)).is_empty() for which in ("", "NOT")):
        stated = writer.counts([rel.name for rel in _LEADING[type_]])
        rels = [rel.name for rel in _LEADING[type_] if stated[rel.name]]
    columns = [
        Column("id", "p.id", pl.String()),
        Column("name", "p.name", pl.String(), True),
        *([Column("id_masked", "p.id_masked", pl.String(), True)] if _has_masks(type_) else []),
        Column("company_id", "c.id", pl.String()),
        Column("dataset", "r.dataset", pl.String(), True),
        Column("sources", "r.sources", pl.String(), True),
    ]
    schema = {c.name: c.dtype for c in columns} | {"rel": pl.String()}
    companies: pl.Series | None = None
    sides: list[pl.DataFrame] = []
    for which in ("", "NOT"):
        side = [pl.DataFrame(schema=schema)]
        for rel in rels:
            pattern = f"MATCH (p:{type_})-[r:{rel}]->(c:Company) WHERE {which} p.id STARTS WITH '{prefix}'"
            rows = writer.scan(pattern, columns, _LONG).with_columns(rel=pl.lit(rel))
            side.append(
                rows if companies is None else rows.filter(pl.col("company_id").is_in(companies.implode()))
            )
        sides.append(pl.concat(side).filter(pl.col("name").is_not_null()))
        companies = sides[0]["company_id"].unique()
    keyed = [rows.with_columns(key=name_key(rows["name"])) for rows in sides]
    both = [one.join(other, on=["company_id", "key"], how="semi") for one, other in (keyed, reversed(keyed))]
    found = pl.concat(both)
    if not _has_masks(type_):
        found = found.with_columns(id_masked=pl.lit(None, pl.String))
    return _with_lists(found).select("id", "name", "id_masked", "company_id", "dataset", "list").unique()


def _has_masks(type_: str) -> bool:
    return "id_masked" in {f.name for f in NODE_TYPES[type_].fields}


def _with_lists(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with the `list` each of their `sources` is of: a sheet's rows of one kind (`rel`)."""
    # The row's own number stands last.
    place = pl.col("sources").str.split(SOURCE_SEPARATOR).list.eval(pl.element().str.replace("#[^#]*$", ""))
    told = rows.with_columns(list=place).explode("list")
    return told.with_columns(list=pl.format("{} {}", "rel", "list"))


_LEADING: Final = {
    type_: [rel for rel in STATED_RELS if (type_, "Company") in rel.pairs] for type_ in ("Person", "Company")
}
"""Stated relationships that lead from a party of each type to a company."""


def _linked_to(writer: Writing, type_: str, companies: pl.Series) -> pl.DataFrame:
    """Parties that stated rows link to some companies: id, name, id_masked, company_id, dataset, list."""
    links = [
        _with_lists(
            writer.rel_rows((rel.name, type_, "Company"), companies, ("dataset", "sources")).with_columns(
                rel=pl.lit(rel.name)
            )
        ).select("dataset", "list", id="from_id", company_id="to_id")
        for rel in _LEADING[type_]
    ]
    linked = pl.concat(links).unique()
    nodes = writer.node_rows(type_, linked["id"].unique())
    masked = pl.col("id_masked") if _has_masks(type_) else pl.lit(None, pl.String)
    return linked.join(nodes.select("id", "name", id_masked=masked), on="id")


def _name_pairs(writer: Writing) -> tuple[pl.DataFrame, NameMatches]:
    bare = _frame(
        writer,
        "MATCH (c:Company) WHERE c.id STARTS WITH 'name:' OR c.id STARTS WITH 'scoped:' RETURN c.id LIMIT 1",
        ("id",),
    )
    if bare.is_empty():
        # Where every company has an identifier, all their names need not be read.
        return pl.DataFrame(schema=PAIR_SCHEMA), NameMatches(0, NO_NAMES, NO_NAMES, NO_NAMES)
    companies = _frame(writer, "MATCH (c:Company) RETURN c.id, c.name, c.kind", ("id", "name", "kind"))
    named = _frame(
        writer,
        "MATCH (n:Name)-[r:NAMES]->(c:Company) WHERE r.counted RETURN c.id, n.name, r.by",
        ("company_id", "name", "by"),
    )
    decided = named.filter(pl.col("by") == "decision").select("name", pl.col("company_id").alias("party_id"))
    others = named.filter(pl.col("by").fill_null("") != "decision").select("company_id", "name")
    return by_name(companies, others, decided)
