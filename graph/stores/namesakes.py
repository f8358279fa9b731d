"""Parties known by name alone laid beside others of their name, within each company: which rows that needs of a store.

Whom a company's rows call what says nothing of another company, so a load has only the companies laid anew that its rows
lead to; the pairs of the others stand as they were stored.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

from graph.model import NODE_TYPES, STATED_RELS
from graph.names import name_key
from graph.resolution.same_party import PAIR_SCHEMA, SCOPED, by_scope, companies_of_several_ids, scoped_to
from graph.stores.applying import FEW
from graph.stores.engine import Writing
from graph.stores.hops import EACH, hop
from graph.stores.scanning import Column
from graph.stores.statements import SOURCE_SEPARATOR
from graph.stores.what_changed import Touched

_SHARE: Final = 0.01
"""Of all companies: up to so many are looked at one by one where a load touches them, else all are."""
_LONG: Final = 600.0
_LEADING: Final = {
    type_: [rel.name for rel in STATED_RELS if (type_, "Company") in rel.pairs] for type_ in SCOPED
}
"""Stated relationships that lead from a party of each type to a company."""
_LINK: Final = {name: pl.String() for name in ("id", "name", "id_masked", "company_id", "dataset", "list")}
"""What is known of a party that rows link to a company. `list`: a sheet's rows of one kind."""


def scope_pairs(
    writer: Writing, pairs: pl.DataFrame, stored: pl.DataFrame, touched: Touched
) -> list[pl.DataFrame]:
    """Who is known by name alone within a company; weaker where a unique name alone joins its ids.

    `pairs`: what joins parties otherwise; `stored`: all pairs as they are stored (`PAIR_SCHEMA`).
    """
    found: list[pl.DataFrame] = []
    links = _Links(writer)
    sure = pairs.filter(pl.col("by") != "unique_name")
    for joined, by, alone in ((sure, "scope", False), (pairs, "unique_name", True)):
        within_one, before = alone, None
        while True:
            several = companies_of_several_ids(pl.concat([joined, *found]))
            if before is not None and several.equals(before):
                break
            before = several
            fresh = _within_several(links, several, by)
            if within_one:
                fresh = pl.concat([fresh, *_within_one(links, several, stored, touched, by)])
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
            within_one = False
    return found


def _within_several(links: _Links, several: pl.DataFrame, by: str) -> pl.DataFrame:
    """Pairs within companies of several ids."""
    if several.is_empty():
        return pl.DataFrame(schema=PAIR_SCHEMA)
    return pl.concat([by_scope(t, links.to(t, several["company_id"]), several, by) for t in SCOPED])


def _within_one(
    links: _Links, several: pl.DataFrame, stored: pl.DataFrame, touched: Touched, by: str
) -> Iterator[pl.DataFrame]:
    """Pairs within companies of one id: those `stored` where nothing of a company changed.

    A pair of this kind follows from the rows that lead to the one company which an end's id is scoped to.
    """
    anew = _to_look_at(links, stored, touched)
    for type_, prefix in SCOPED.items():
        linked = links.of_namesakes(type_) if anew is None else links.to(type_, anew)
        rest = linked.filter(~pl.col("company_id").is_in(several["company_id"].implode()))
        ids = rest["company_id"].unique().sort()
        yield by_scope(type_, rest, pl.DataFrame({"company_id": ids, "cluster": ids}), by)
        if anew is None:
            continue
        known = stored.filter(
            pl.col("type") == type_, pl.col("by") == by, pl.col("from_id").str.starts_with(prefix)
        )
        if not known.is_empty():
            theirs = pl.concat([linked, links.to(type_, several["company_id"])])
            yield known.filter(~pl.col("from_id").is_in(scoped_to(type_, theirs)["id"].implode()))


def _to_look_at(links: _Links, stored: pl.DataFrame, touched: Touched) -> pl.Series | None:
    """Companies within which parties are to be laid beside each other anew; None for all of them."""
    if touched.taken_back:
        return None
    companies = [companies_of_several_ids(stored)["company_id"], *touched.linked]
    for type_, prefix in SCOPED.items():
        # What is said of a party otherwise stands before what its name says, for as long as it is said.
        otherwise = stored.filter(
            pl.col("type") == type_,
            pl.col("from_id").str.starts_with(prefix),
            pl.col("by").is_in(["identifier", "decision"]),
        )["from_id"]
        renamed = pl.Series("from_id", touched.renamed.get(type_, []), pl.String)
        companies += links.companies_of(type_, pl.concat([renamed, otherwise]).unique())
    found = pl.concat([c.rename("id") for c in companies]).unique()
    held = links.writer.count_nodes("Company")
    return found if found.len() <= max(FEW, held * _SHARE) else None


class _Links:
    """Which parties rows link to which companies, read from the store no more than once."""

    def __init__(self, writer: Writing) -> None:
        self.writer = writer
        stated = writer.counts({name for names in _LEADING.values() for name in names})
        self._rels = {t: [name for name in names if stated[name]] for t, names in _LEADING.items()}
        self._read = {t: pl.Series("id", [], pl.String) for t in _LEADING}
        self._known = {t: pl.DataFrame(schema=_LINK) for t in _LEADING}

    def to(self, type_: str, companies: pl.Series) -> pl.DataFrame:
        """Parties of a type that stated rows link to some companies (`_LINK`)."""
        wanted = companies.rename("id").unique()
        lacking = wanted.filter(~wanted.is_in(self._read[type_].implode()))
        if not lacking.is_empty():
            self._known[type_] = pl.concat([self._known[type_], self._looked_up(type_, lacking)])
            self._read[type_] = pl.concat([self._read[type_], lacking])
        known = self._known[type_]
        return known.filter(pl.col("company_id").is_in(wanted.implode()))

    def _looked_up(self, type_: str, companies: pl.Series) -> pl.DataFrame:
        fields = ("dataset", "sources")
        rows = [
            self.writer.rel_rows((rel, type_, "Company"), companies, fields).with_columns(rel=pl.lit(rel))
            for rel in self._rels[type_]
        ]
        if not any(frame.height for frame in rows):
            return pl.DataFrame(schema=_LINK)
        stated = pl.concat(rows).select("dataset", "sources", "rel", id="from_id", company_id="to_id")
        nodes = self.writer.node_rows(type_, stated["id"].unique())
        masked = pl.col("id_masked") if _has_masks(type_) else pl.lit(None, pl.String)
        linked = stated.join(nodes.select("id", "name", id_masked=masked), on="id")
        return _with_lists(linked)

    def companies_of(self, type_: str, ids: pl.Series) -> list[pl.Series]:
        """The companies that rows lead to from some parties of a type."""
        if ids.is_empty() or type_ not in _LEADING:
            return []
        found = []
        for rel in self._rels[type_]:
            step = hop(f"(p)-[r:{rel}]->(c:Company)", "c.id")
            cypher = f"{EACH}MATCH (p:{type_} {{id: i}}) {step}RETURN c.id"
            table = self.writer.query(cypher, {"ids": ids.to_list()}, _LONG)
            found.append(pl.Series("id", table.column(0).to_pylist(), pl.String))
        return found

    def of_namesakes(self, type_: str) -> pl.DataFrame:
        """Parties of a type, known by name alone or with a number, where both bear one name in one company (`_LINK`)."""
        prefix = SCOPED[type_]
        known = f"MATCH (p:{type_}) WHERE {{}} p.id STARTS WITH '{prefix}' RETURN p.id LIMIT 1"
        # Where all are known by one of both alone, their rows need not be read.
        if not all(self.writer.query(known.format(which), timeout=_LONG).num_rows for which in ("", "NOT")):
            return pl.DataFrame(schema=_LINK)
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
            for rel in self._rels[type_]:
                pattern = (
                    f"MATCH (p:{type_})-[r:{rel}]->(c:Company) WHERE {which} p.id STARTS WITH '{prefix}'"
                )
                rows = self.writer.scan(pattern, columns, _LONG).with_columns(rel=pl.lit(rel))
                if companies is not None:
                    rows = rows.filter(pl.col("company_id").is_in(companies.implode()))
                side.append(rows)
            sides.append(pl.concat(side).filter(pl.col("name").is_not_null()))
            companies = sides[0]["company_id"].unique()
        keyed = [rows.with_columns(key=name_key(rows["name"])) for rows in sides]
        both = [
            one.join(other, on=["company_id", "key"], how="semi") for one, other in (keyed, reversed(keyed))
        ]
        found = pl.concat(both)
        if not _has_masks(type_):
            found = found.with_columns(id_masked=pl.lit(None, pl.String))
        return _with_lists(found)


def _has_masks(type_: str) -> bool:
    return "id_masked" in {f.name for f in NODE_TYPES[type_].fields}


def _with_lists(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with the `list` each of their `sources` is of, as `_LINK`: one a party, company and list."""
    # The row's own number stands last.
    place = pl.col("sources").str.split(SOURCE_SEPARATOR).list.eval(pl.element().str.replace("#[^#]*$", ""))
    told = rows.with_columns(list=place).explode("list")
    return told.with_columns(list=pl.format("{} {}", "rel", "list")).select(*_LINK).unique()
