"""Lists of the members of households: whom a newer one does not name any more."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

import polars as pl

from graph.names import name_key
from graph.stores import GraphStore
from graph.stores.hops import EACH, hop
from loaders.context import ReadContext
from loaders.problems import Problem

_MONTH: Final = "(1[0-2]|0?[1-9])"
_OF_MONTH: Final = "(3[01]|[12]\\d|0?[1-9])"
_SPAN: Final = r"(?!\d|\s*[-—~至到])"
_DAYS: Final = (
    re.compile(rf"(?<!\d)((?:19|20)\d\d)\s*年\s*{_MONTH}\s*月(?:\s*{_OF_MONTH}\s*日)?{_SPAN}"),
    re.compile(rf"(?<!\d)((?:19|20)\d\d)[-./_]{_MONTH}(?:[-./_]{_OF_MONTH})?{_SPAN}"),
    re.compile(rf"(?<!\d)((?:19|20)\d\d)(1[0-2]|0[1-9])(3[01]|[12]\d|0[1-9])?{_SPAN}"),
)
"""A day or a month, and no span of months: 2024年7月, 2024-07-15, 202407."""
_AT_ONCE: Final = 5000
_SHOWN: Final = 5


def day_of(names: Iterable[str]) -> str:
    """The day (or month) that names of a file, its sheet and its titles give for a list; empty where none does."""
    for name in names:
        if found := next((f for form in _DAYS if (f := form.search(name))), None):
            year, month, day = found.groups()
            return f"{year}-{int(month):02}" + (f"-{int(day):02}" if day else "")
    return ""


def tell_unnamed(store: GraphStore, context: ReadContext) -> None:
    """Flag members of households that the load's lists name without them, while nothing says that they left.

    Beside what is stored, and beside an older list of the same load, where their names give the days. What is declared
    whole (`--snapshot`) ends such a membership, and is not told.
    """
    extract = context.extract
    frames = extract.rels.get(("MEMBER_OF", "Person", "Household"), [])
    if not context.rosters or not frames or (extract.snapshot and "MEMBER_OF" in extract.snapshot.tables):
        return
    place = pl.col("source").str.extract(r"^([^#]*#[^#]*)#", 1)
    named = pl.concat([f.select("from_id", "to_id", "stated_to", place=place) for f in frames])
    listed = named.filter(pl.col("place").is_in(list(context.rosters)))
    if listed.is_empty():
        return
    days = {p: day for p, day in context.rosters.items() if day}
    listed = listed.with_columns(day=pl.col("place").replace_strict(days, default=""))
    newest = listed.with_columns(last=pl.col("day").max().over("to_id"))
    names = _names(context)
    older = newest.filter(
        (pl.col("day") != "") & (pl.col("day") < pl.col("last")) & pl.col("stated_to").is_null()
    )
    latest = newest.filter(pl.col("day") == pl.col("last"))
    gone = _absent(older.join(names, on="from_id", how="left"), latest.join(names, on="from_id", how="left"))
    here = named.join(names, on="from_id", how="left")
    gone = pl.concat(
        [gone, _absent(_stored(store, latest["to_id"].unique().sort().to_list()), here)]
    ).unique()
    if gone.is_empty():
        return
    households = gone["to_id"].unique().sort()
    shown = "、".join(h.partition(":")[2] for h in households.head(_SHOWN)) + (
        "…" if households.len() > _SHOWN else ""
    )
    last = max(latest["place"].unique().sort().to_list(), key=lambda p: context.rosters[p])
    key, sheet = last.split("#", 1)
    file = next((f.name for f in extract.files if f.key == key), key)
    zh = (
        f"{households.len()}户（户号 {shown}）的名册没有列出原有的{gone.height}名成员，也没有减少日期：未作减员处理，仍算作家庭成员。"
        "如已不在户内，请补充“减少日期”，或用 --snapshot 日期 把名册作为全量导入。"
    )
    en = (
        f"The list names {households.len()} household(s) ({shown}) without {gone.height} member(s) that were listed before, and "
        "nothing says when they left: they still count as members. If they left, state the day (减少日期), or load the list as "
        "whole with --snapshot DATE."
    )
    problem = Problem("flag", "members-unnamed", file, sheet, "1", "", "", zh, en)
    if problem not in context.problems:
        context.problems.append(problem)


def _names(context: ReadContext) -> pl.DataFrame:
    people = [f.select(from_id="id", name="name") for f in context.extract.nodes.get("Person", [])]
    told = pl.concat([pl.DataFrame(schema={"from_id": pl.String, "name": pl.String}), *people])
    return told.drop_nulls().unique("from_id")


def _absent(before: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """Of members (from_id, to_id, name) those not among the others, by id; a name tells where either has no number."""
    gone = before.select("from_id", "to_id", "name").unique().join(now, on=["from_id", "to_id"], how="anti")
    by_name = gone.with_columns(key=name_key(gone["name"]))
    others = now.with_columns(key=name_key(now["name"])).select("to_id", "key", other="from_id").drop_nulls()
    either = pl.col("from_id").str.starts_with("person.scoped:") | pl.col("other").str.starts_with(
        "person.scoped:"
    )
    same = by_name.join(others, on=["to_id", "key"]).filter(either)
    return by_name.join(same, on=["from_id", "to_id"], how="anti").select("from_id", "to_id")


def _stored(store: GraphStore, households: list[str]) -> pl.DataFrame:
    """The members of these households in the store, whose membership has no end."""
    found = [pl.DataFrame(schema=dict.fromkeys(("from_id", "to_id", "name"), pl.String))]
    if not any(b.counts.get("MEMBER_OF") for b in store.batches()):
        return found[0]
    query = (
        f"{EACH}MATCH (h:Household {{id: i}}) {hop('(h)<-[m:MEMBER_OF]-(p:Person)', 'm.key')}"
        "AND m.counted AND m.valid_to IS NULL RETURN p.id AS from_id, h.id AS to_id, p.name AS name"
    )
    for at in range(0, len(households), _AT_ONCE):
        table = store.query(query, {"ids": households[at : at + _AT_ONCE]}, timeout=600.0)
        if table.num_rows:
            found.append(
                pl.DataFrame(pl.from_arrow(table)).cast(pl.String).select("from_id", "to_id", "name")
            )
    return pl.concat(found)
