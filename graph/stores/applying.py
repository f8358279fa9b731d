"""One batch into the graph, or out of it again: the same steps on every engine.

Nothing here depends on what was loaded before in which order: keys and statements are compared, never
overwritten, and what follows from them (spans, dates of lots, one party under two ids) is worked out anew for
whatever a batch touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from graph.model import NODE_TYPES, STATED_RELS
from graph.records import RelKey
from graph.resolution.departures_by_name import leaving_by_name, meant_by
from graph.resolution.investors import INVESTORS, OF_HOLDERS, ONE_PERSONS, SOLE_OWNER, WORD_OF, standing
from graph.resolution.spans import OF_ALL_ROWS, other_spans, owns_spans
from graph.stores.departures import left_by_name
from graph.stores.engine import Writing
from graph.stores.marks import Marks
from graph.stores.statements import (
    SOURCE_SEPARATOR,
    StatedRows,
    batch_of,
    new_nodes,
    new_statements,
    node_frame,
    resolved,
    statements_of,
)
from graph.stores.touches import Touches

Progress = Callable[[str, int, int], None]
"""Called with (what is being done, done so far, in all)."""

FEW: Final = 2_000
"""Up to this many rows are looked up where they belong, more where everything of the type is a hundred times as many;
else all its keys are read."""
_NAMED_BY: Final = ("name", "id_masked")
"""The fields by which a party known by name alone is told from others."""
_BEARS_ON_OTHERS: Final = {"Company": "kind", "Person": "name"}
"""The field of a party that decides about others: a person's name, whom namesakes are laid beside."""
_SPAN_COLUMNS: Final = ("key", "from_id", "to_id", "dataset", "observed_on", "stated_from", "stated_to")
_SPAN: Final = ("valid_from", "valid_to", "counted")
_STATES_DATE: Final = pl.any_horizontal(pl.col("stated_from", "stated_to").is_not_null())


@dataclass
class Touched:
    """What a batch changed, so that what follows from it is worked out anew."""

    nodes: set[str] = field(default_factory=set)
    """Node types with a new, changed or removed node."""
    rels: set[str] = field(default_factory=set)
    added: dict[str, int] = field(default_factory=dict)
    """How many nodes and relationships of each type are new."""
    companies: list[pl.Series] = field(default_factory=list)
    """Companies whose register, or whose rank of lists, changed."""
    dated: dict[str, list[pl.Series]] = field(default_factory=dict)
    """By type of `OF_ALL_ROWS`, the nodes that rows with a stated date ended at which are gone."""
    undated: dict[str, list[pl.Series]] = field(default_factory=dict)
    """Likewise, of rows without one."""
    regarded: list[str] = field(default_factory=list)
    """Firms whose investors are something else now: owners by law, or holders."""
    linked: list[pl.Series] = field(default_factory=list)
    """Companies that rows lead to which are new, or stated by more sources."""
    renamed: dict[str, list[str]] = field(default_factory=dict)
    """Parties of each type with another name or masked number than before."""
    taken_back: bool = False
    """Rows may be gone, and all derived relationships are."""
    marks: Marks = field(default_factory=Marks)
    """What is to be looked through anew."""
    touches: Touches = field(default_factory=Touches)
    """What detectors are to look at again."""

    def told_otherwise(self, type_name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        """A node says something else than before."""
        if type_name != "Company":
            return
        if (before["kind"] == "listed") != (after["kind"] == "listed"):
            self.companies.append(pl.Series("id", [after["id"]], pl.String))
        if standing(before["kind"], before["name"]) != standing(after["kind"], after["name"]):
            self.regarded.append(after["id"])

    def relations(self, name: str, rows: pl.DataFrame) -> None:
        """Rows of a relationship type are new, gone, or valid at other times."""
        self.marks.relations(name, rows)
        self.touches.relations(name, rows)


def apply_rows(
    writer: Writing,
    stated: StatedRows,
    datasets: dict[str, str],
    snapshots: pl.DataFrame,
    held: Mapping[str, int],
    progress: Progress,
) -> Touched:
    """Write the batch's nodes and relationships, spans included.

    `datasets`: data set by batch id, this batch included. `snapshots`: all snapshots, this batch's included. `held`: how
    many nodes and relationships there are before, of the types that are stated, of `OWNS` and of those of `OF_ALL_ROWS`.
    """
    touched = Touched()
    total, done = stated.rows, 0
    for type_name in list(stated.nodes):
        progress("nodes", done, total)
        statements = stated.nodes.pop(type_name)
        _apply_nodes(writer, type_name, statements, stated.dataset, datasets, held[type_name], touched)
        done += statements.height
        del statements
    new_rows: dict[RelKey, pl.DataFrame] = {}
    for rel in list(stated.rels):
        progress("relationships", done, total)
        rows = stated.rels.pop(rel)
        if rel[2] == "Company":
            touched.linked.append(rows["to_id"].unique())
        fresh = _restate(writer, rel, rows, held[rel[0]], touched)
        if not fresh.is_empty():
            new_rows[rel] = fresh
            touched.rels.add(rel[0])
            touched.relations(rel[0], fresh)
            touched.added[rel[0]] = touched.added.get(rel[0], 0) + fresh.height
        done += rows.height
        del rows
    whole = _snapshot_tables(snapshots, stated.dataset)
    progress("relationships", done, total)
    _insert_with_spans(writer, new_rows, snapshots, whole, held, touched)
    progress("relationships", total, total)
    return touched


def _apply_nodes(
    writer: Writing,
    type_name: str,
    statements: pl.DataFrame,
    dataset: str,
    datasets: dict[str, str],
    held: int,
    touched: Touched,
) -> None:
    touched.nodes.add(type_name)
    if held == 0:
        fresh = new_nodes(type_name, statements, dataset)
        writer.insert_nodes(type_name, fresh)
        touched.added[type_name] = fresh.height
        return
    named = statements["id"].unique()
    few = named.len() <= max(FEW, held // 100)
    stored = writer.node_rows(type_name, named) if few else None
    ids = writer.node_ids(type_name) if stored is None else stored["id"]
    there = statements.filter(pl.col("id").is_in(ids.implode()))
    absent = statements.filter(~pl.col("id").is_in(ids.implode()))
    fresh = new_nodes(type_name, absent, dataset)
    writer.insert_nodes(type_name, fresh)
    touched.added[type_name] = fresh.height
    if there.is_empty():
        return
    added = new_statements(type_name, there, dataset)
    rows, otherwise, changed, renamed = [], [], [], []
    fields = [f.name for f in NODE_TYPES[type_name].stated_fields]
    if stored is None:
        stored = writer.node_rows(type_name, there["id"].unique())
    for row in stored.iter_rows(named=True):
        said = statements_of(type_name, row, datasets) + added[row["id"]]
        rows.append(resolved(type_name, row["id"], said))
        bears = _BEARS_ON_OTHERS.get(type_name)
        if bears is None or row[bears] != rows[-1][bears]:
            otherwise.append(row["id"])
        if any(row[name] != rows[-1][name] for name in fields):
            changed.append(row["id"])
        if any(row.get(name) != rows[-1].get(name) for name in _NAMED_BY):
            renamed.append(row["id"])
        touched.told_otherwise(type_name, row, rows[-1])
    writer.update_nodes(type_name, node_frame(type_name, rows))
    touched.renamed[type_name] = renamed
    touched.marks.nodes(type_name, otherwise)
    touched.touches.nodes(type_name, changed)


def _restate(writer: Writing, rel: RelKey, rows: pl.DataFrame, held: int, touched: Touched) -> pl.DataFrame:
    """Add sources to rows that are there already; give back those that are not."""
    if held == 0:
        return rows
    # What a few rows could repeat hangs on the nodes they end at; only a large batch is worth a look at everything.
    few = rows.height <= max(FEW, held // 100)
    near = writer.rel_rows(rel, rows["to_id"].unique(), ("sources",)) if few else None
    keys = writer.rel_keys(rel) if near is None else near["key"]
    there = rows["key"].is_in(keys.implode())
    again = rows.filter(there)
    if not again.is_empty():
        if near is None:
            near = writer.rel_rows(rel, again["to_id"].unique(), ("sources",))
        stored = near.select("key", "from_id", "to_id", old="sources")
        merged = stored.join(again.select("key", "sources"), on="key").select(
            "key", "from_id", "to_id", sources=_joined(_listed("old").list.concat(_listed("sources")))
        )
        writer.update_rels(rel, merged)
        # Findings name the files that state them.
        touched.touches.relations(rel[0], again)
        if rel[0] == "OWNS":
            # Which change a row is one side of, its source says.
            touched.companies.append(again.filter(pl.col("list_kind") == "changes")["to_id"])
    return rows.filter(~there)


def _snapshot_tables(snapshots: pl.DataFrame, dataset: str) -> set[str]:
    return set(snapshots.filter((pl.col("dataset") == dataset) & (pl.col("scope") == "dataset"))["table"])


def _insert_with_spans(
    writer: Writing,
    new_rows: dict[RelKey, pl.DataFrame],
    snapshots: pl.DataFrame,
    whole: set[str],
    held: Mapping[str, int],
    touched: Touched,
) -> None:
    owns = {rel: new_rows.pop(rel) for rel in list(new_rows) if rel[0] == "OWNS"}
    touched.companies.extend(rows["to_id"] for rows in owns.values())
    invested = _invested(writer, touched)
    spans = _respan_owns(writer, owns, snapshots, "OWNS" in whole, held["OWNS"], touched)
    for rel in list(owns):
        writer.insert_rels(rel, owns.pop(rel).join(spans, on="key", how="left", maintain_order="left"))
    for type_ in STATED_RELS:
        if type_.name == "OWNS":
            continue
        fresh = {rel: new_rows.pop(rel) for rel in list(new_rows) if rel[0] == type_.name}
        again = invested if type_.name in WORD_OF else None
        if type_.name in OF_ALL_ROWS and held[type_.name]:
            again = _of_all_rows(writer, type_.name, touched, [_with_dates(writer, fresh)])
        if fresh or type_.name in whole or again is not None:
            _respan_others(
                writer,
                type_.name,
                type_.pairs,
                fresh,
                snapshots,
                rewrite=type_.name in whole,
                touched=touched,
                again=again,
            )


def _respan_owns(
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
    sources = pl.concat([frame.select("key", sources=_listed("sources")) for frame in found])
    told = rows.join(sources, on="key", how="left", maintain_order="left")
    return told.with_columns(pl.when(pl.col("list_kind") == "changes").then("sources"))


def _respan_others(
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
        meant = _meant(writer, rows) if name in OF_ALL_ROWS else None
        spans = other_spans(name, rows.drop(word), snapshots, meant)
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


def _of_all_rows(writer: Writing, name: str, touched: Touched, dated: list[pl.Series]) -> pl.Series | None:
    """The nodes of which all rows of a type of `OF_ALL_ROWS` are looked at again; None where there are none.

    `dated`: those of which a row with a stated date came or went.
    """
    undated = pl.concat([pl.Series("to_id", [], pl.String), *touched.undated.get(name, [])])
    by_name = left_by_name(writer, touched.renamed.get("Person", []), undated)
    ends = pl.concat([s.alias("to_id") for s in (*dated, by_name)]).unique()
    return None if ends.is_empty() else ends


def _with_dates(writer: Writing, fresh: Mapping[RelKey, pl.DataFrame]) -> pl.Series:
    """The nodes where new rows end, and any row, stored or new, states a date."""
    again = [pl.Series("to_id", [], pl.String)]
    for (name, start, end), rows in fresh.items():
        found = writer.query(
            f"MATCH (:{start})-[r:{name}]->(b:{end}) WHERE r.stated_from IS NOT NULL OR r.stated_to IS NOT NULL "
            "RETURN DISTINCT b.id AS id",
            timeout=600,
        )
        stored = pl.Series("to_id", found.column(0).to_pylist(), pl.String)
        dated = pl.concat([stored, rows.filter(_STATES_DATE)["to_id"]])
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


def _invested(writer: Writing, touched: Touched) -> pl.Series | None:
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


def take_back_rows(
    writer: Writing, batch_id: str, datasets: dict[str, str], snapshots: pl.DataFrame, was_snapshot: set[str]
) -> Touched:
    """Remove everything that only this batch states.

    `snapshots`: those of the other batches. `was_snapshot`: the types this batch was a snapshot of.
    """
    touched = Touched(taken_back=True)
    prefix = batch_id + ":"
    held = writer.counts()
    for type_ in STATED_RELS:
        for start, end in type_.pairs:
            if held[type_.name]:
                _take_back_rels(writer, (type_.name, start, end), prefix, touched)
    # Derived relationships hang on nodes that may go; they are worked out again afterwards.
    for name in ("SAME_AS", "POSSIBLY_SAME", "ULTIMATELY_HOLDS", "CONTROLS"):
        if held[name]:
            writer.replace_rels(name, [])
    for type_name in NODE_TYPES:
        if held[type_name]:
            _take_back_nodes(writer, type_name, prefix, datasets, touched)
    invested = _invested(writer, touched)
    if touched.companies or "OWNS" in was_snapshot:
        _respan_owns(writer, {}, snapshots, "OWNS" in was_snapshot, held["OWNS"], touched)
    for type_ in STATED_RELS:
        rewrite, again = type_.name in was_snapshot, invested if type_.name in WORD_OF else None
        if type_.name in OF_ALL_ROWS and held[type_.name]:
            again = _of_all_rows(writer, type_.name, touched, touched.dated.get(type_.name, []))
        if type_.name != "OWNS" and (rewrite or again is not None):
            _respan_others(writer, type_.name, type_.pairs, {}, snapshots, rewrite, touched, again)
    touched.nodes |= {"Identifier", "Name", "Company"}
    return touched


def _listed(column: str) -> pl.Expr:
    return pl.col(column).str.split(SOURCE_SEPARATOR)


def _joined(sources: pl.Expr) -> pl.Expr:
    return sources.list.unique().list.sort().list.join(SOURCE_SEPARATOR)


def _take_back_rels(writer: Writing, rel: RelKey, prefix: str, touched: Touched) -> None:
    name, start, end = rel
    found = writer.query(
        f"MATCH (:{start})-[r:{name}]->(b:{end}) WHERE r.sources CONTAINS $prefix RETURN r.key AS key, b.id AS to_id",
        {"prefix": prefix},
        timeout=600,
    )
    if not found.num_rows:
        return
    touched.rels.add(name)
    keys, ends = (pl.Series(n, found.column(n).to_pylist(), pl.String) for n in ("key", "to_id"))
    rows = (
        writer.rel_rows(rel, ends.unique())
        .filter(pl.col("key").is_in(keys.implode()))
        .with_columns(left=_listed("sources").list.filter(~pl.element().str.starts_with(prefix)))
    )
    if name == "OWNS":
        touched.companies.append(rows["to_id"])
    gone = rows.filter(pl.col("left").list.len() == 0)
    writer.delete_rels(rel, gone)
    if name in OF_ALL_ROWS:
        touched.dated.setdefault(name, []).append(gone.filter(_STATES_DATE)["to_id"])
        touched.undated.setdefault(name, []).append(gone.filter(~_STATES_DATE)["to_id"])
    kept = rows.filter(pl.col("left").list.len() > 0)
    writer.update_rels(rel, kept.select("key", "from_id", "to_id", sources=_joined(pl.col("left"))))


def _take_back_nodes(
    writer: Writing, type_name: str, prefix: str, datasets: dict[str, str], touched: Touched
) -> None:
    found = writer.query(
        f"MATCH (n:{type_name}) WHERE n.sources CONTAINS $prefix RETURN n.id AS id",
        {"prefix": prefix},
        timeout=600,
    )
    ids = pl.Series("id", found.column(0).to_pylist(), pl.String)
    if ids.is_empty():
        return
    touched.nodes.add(type_name)
    batch = prefix.rstrip(":")
    rows, gone = [], []
    for row in writer.node_rows(type_name, ids).iter_rows(named=True):
        left = [s for s in statements_of(type_name, row, datasets) if batch_of(s["s"][0]) != batch]
        if not left:
            gone.append(row["id"])
            continue
        rows.append(resolved(type_name, row["id"], left))
        if any(row.get(name) != rows[-1].get(name) for name in _NAMED_BY):
            touched.renamed.setdefault(type_name, []).append(row["id"])
        touched.told_otherwise(type_name, row, rows[-1])
    writer.update_nodes(type_name, node_frame(type_name, rows))
    writer.delete_nodes(type_name, pl.Series("id", gone, pl.String))
