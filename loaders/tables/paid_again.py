"""Payments that several lists state: what counts once, and what is added up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

import polars as pl

from graph.counted import counted
from graph.stores import GraphStore
from graph.stores.hops import EACH, hop
from graph.stores.statements import SOURCE_SEPARATOR
from loaders.context import ReadContext
from loaders.problems import Problem
from loaders.tables.messages import message
from loaders.tables.told_twice import as_much

_ID: Final = r"^(?<of>.+/\d{4}-\d\d)(?:/(?<amount>-?\d+\.\d\d[A-Z]*))?(?:/\d+)?$"
"""Recipient, programme and month, amount, number (`loaders.tables.payments`)."""
_PLACE: Final = ["file", "sheet"]
_AT_ONCE: Final = 5000


def tell_payments_again(context: ReadContext) -> None:
    """Say of each sheet of a load which of its payments an earlier sheet states, and which that one states otherwise.

    Call when all sheets are read; calling it again adds nothing.
    """
    if len(_payments(context)) < 2:
        return
    told = stated(context)
    places = told.select(_PLACE).unique(maintain_order=True)
    told = told.join(places.with_row_index("turn"), on=_PLACE, maintain_order="left")
    # The sheet in which a payment, and another one of its month, stands first.
    first = places_of(context, told).sort("turn", maintain_order=True).unique("id", maintain_order=True)
    _tell(context, told, first.select("id", "of", "amount", "repeated", "turn", "place"))


def tell_paid_before(store: GraphStore, context: ReadContext) -> None:
    """Say of each sheet of a load which of its payments an earlier load states, and which that one states otherwise."""
    told = turned(stated(context))
    if told.is_empty() or not any(b.counts.get("RECEIVES") for b in store.batches()):
        return
    stored = _stored(store, context).join(told.select("of").unique(), on="of", how="semi")
    if stored.is_empty():
        return
    stored = placed(store, stored)
    kept = ("id", "of", "amount", "repeated", "place")
    _tell(context, told, stored.select(*kept, turn=pl.lit(0, pl.UInt32)))


def placed(store: GraphStore, stored: pl.DataFrame) -> pl.DataFrame:
    """Payments of the store with `place`: the file that states each first, and the batch. `stored`: with `sources`."""
    batches = {b.id: b for b in store.batches() if b.counts.get("RECEIVES")}
    source = pl.col("sources").str.split(SOURCE_SEPARATOR).list.min().str.splitn(":", 2).struct
    stored = stored.with_columns(batch=source[0], file=source[1].str.split("#").list.get(0))
    places = stored.select("batch", "file").unique()
    names = {
        (id_, str(f["sha256"])[:12]): f"{f['name']}（{id_}）" for id_, b in batches.items() for f in b.files
    }
    known = [names.get(row, row[0]) for row in places.iter_rows()]
    return stored.join(places.with_columns(place=pl.Series(known, dtype=pl.String)), on=["batch", "file"])


def turned(told: pl.DataFrame) -> pl.DataFrame:
    """Payments of a load's sheets with `turn`: 1, 2, 3… by the sheets' names."""
    order = sorted(told.select(_PLACE).unique().rows(), key=str)
    schema = dict.fromkeys(_PLACE, pl.String)
    turns = pl.DataFrame(order, schema=schema, orient="row").with_row_index("turn", 1)
    return told.join(turns, on=_PLACE, maintain_order="left")


def places_of(context: ReadContext, told: pl.DataFrame) -> pl.DataFrame:
    """Payments of a load's sheets with `place`: what the sheet of each is called."""
    names = {f.key: f.name for f in context.extract.files}
    known = Counter(names.values())
    places = told.select(_PLACE).unique(maintain_order=True)
    called = [_called(names.get(file, file), sheet, known) for file, sheet in places.iter_rows()]
    places = places.with_columns(place=pl.Series(called, dtype=pl.String))
    return told.join(places, on=_PLACE, maintain_order="left")


def _called(file: str, sheet: str, names: Counter[str]) -> str:
    return file if names[file] < 2 else f"{file} {sheet}"


def _nothing() -> pl.DataFrame:
    text = dict.fromkeys(("id", "of", "amount", *_PLACE, "row"), pl.String)
    return pl.DataFrame(schema={**text, "repeated": pl.Int64})


def stated(context: ReadContext) -> pl.DataFrame:
    """The payments of a load's sheets, each once a sheet, in the order they were read."""
    columns = ("id", "source", "repeated")
    frames = [f.select(columns).unique("id", maintain_order=True) for f in _payments(context)]
    if not frames:
        return _nothing()
    place = pl.col("source").str.split("#").list
    told = parted(pl.concat(frames).with_columns(file=place.get(0), sheet=place.get(1), row=place.get(2)))
    kept = ("id", "of", "amount", *_PLACE, "row", "repeated")
    return told.select(kept).unique(["id", *_PLACE], maintain_order=True)


def _payments(context: ReadContext) -> list[pl.DataFrame]:
    return context.extract.nodes.get("Benefit", [])


def parted(frame: pl.DataFrame) -> pl.DataFrame:
    """With what an id says: `of` (recipient, programme and month) and `amount`; ids of another form are left out."""
    return frame.with_columns(pl.col("id").str.extract_groups(_ID).struct.unnest()).drop_nulls("of")


def _stored(store: GraphStore, context: ReadContext) -> pl.DataFrame:
    """Payments in the store, with their sources, of the months and recipients that a load pays."""
    months = pl.concat([f["from_month"] for f in _payments(context)]).drop_nulls().unique().sort().to_list()
    schema = {"id": pl.String, "sources": pl.String, "repeated": pl.Int64}
    found = [pl.DataFrame(schema=schema)]
    for type_ in ("Household", "Person"):
        frames = context.extract.rels.get(("RECEIVES", type_, "Benefit"), [])
        paid = pl.concat([f["from_id"] for f in frames]).unique().sort().to_list() if frames else []
        query = (
            f"{EACH}MATCH (h:{type_} {{id: i}}) {hop('(h)-[r:RECEIVES]->(b:Benefit)', 'b.id')}"
            "AND r.counted AND b.from_month IN $months RETURN b.id AS id, b.sources AS sources, b.repeated AS repeated"
        )
        for at in range(0, len(paid), _AT_ONCE):
            table = store.query(query, {"ids": paid[at : at + _AT_ONCE], "months": months}, timeout=600.0)
            if table.num_rows:
                found.append(
                    pl.DataFrame(pl.from_arrow(table)).select(pl.col(c).cast(t) for c, t in schema.items())
                )
    return parted(pl.concat(found).unique("id").sort("id"))


def _tell(context: ReadContext, told: pl.DataFrame, before: pl.DataFrame) -> None:
    """Tell of payments (id, of, amount, file, sheet, row) beside those known before, each of these with its `place`.

    `turn`, on both sides: what is known before has a smaller one. One sheet has one turn; an id stands in `before` once.
    """
    told = told.sort("turn", maintain_order=True)
    known = told.join(
        before.select("id", "place", since="turn"), on="id", how="left", maintain_order="left"
    ).with_columns(again=(pl.col("since") < pl.col("turn")).fill_null(False))
    new = known.filter(~pl.col("again")).select(told.columns)
    # A household's amount beside the parts of it, or beside what a list repeats at its members.
    kind = (
        pl.when(pl.col("repeated") > 1)
        .then(pl.lit("members"))
        .when(pl.len().over("of", "turn") > 1)
        .then(pl.lit("parts"))
        .otherwise(pl.lit("whole"))
    )
    twice = as_much(new.with_columns(kind=kind), before.with_columns(kind=kind), each=False)
    further = _with_another(new.join(twice, on=["id", "turn"], how="anti", maintain_order="left"), before)
    told_of = {"payments-again": known.filter("again"), "payments-told-twice": twice}
    tell_parts(context, told_of | {"payments-further": further})


def tell_parts(context: ReadContext, told: Mapping[str, pl.DataFrame]) -> None:
    """Tell what is so (code) of payments of a load's sheets, each with a `turn`: once a sheet and `place`."""
    parts = [
        (turn, code, str(place), part)
        for code, rows in told.items()
        for (turn, place), part in rows.group_by("turn", "place", maintain_order=True)
    ]
    names = {f.key: f.name for f in reversed(context.extract.files)}
    said = set(context.problems)
    for _, code, place, part in sorted(parts, key=lambda one: one[:2]):
        problem = _problem(part, code, place, names)
        if problem not in said:
            said.add(problem)
            context.problems.append(problem)


def _with_another(rows: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Those of `rows`, in turns that rise, beside which another payment of the month is known before: with its
    `amount_before` and `place`. Of several, the first by id; nothing paid is no payment."""
    zero = pl.col("amount").str.contains(r"^-?0+\.00").fill_null(True)
    others = before.filter(~zero).sort("id").with_row_index("rank")
    # The smallest rank so far, turn by turn: joining all of a month to each other would take the square of the sheets.
    least = (
        others.sort("turn")
        .select("of", "turn", rank=pl.col("rank").cum_min().over("of"))
        .unique(["of", "turn"], keep="last", maintain_order=True)
    )
    beside = rows.filter(~zero).join_asof(
        least, on="turn", by="of", allow_exact_matches=False, check_sortedness=False
    )
    known = others.select("rank", "place", amount_before="amount")
    return beside.drop_nulls("rank").join(known, on="rank", maintain_order="left")


def _problem(part: pl.DataFrame, code: str, place: str, names: Mapping[str, str]) -> Problem:
    """What is told of payments of one sheet, at the first of them."""
    count, (file, sheet, row) = part.height, part.select(*_PLACE, "row").row(0)
    zh = en = str(count)
    if code == "payments-told-twice":
        of, amount = part.select("of", "amount").row(0)
        month = of.rpartition("/")[2]
        zh = f"{count} 笔发放（如第 {row} 行，{month}：{amount} 元）"
        en = f"{counted(count, 'payment')} (as in row {row}, {month}: {amount} yuan)"
    if code == "payments-further":
        of, amount, other = part.select("of", "amount", "amount_before").row(0)
        # Whom it is for, the row says: of a person alone the id would be nothing that anybody can read.
        month = of.rpartition("/")[2]
        zh = f"{count} 笔发放（如第 {row} 行，{month}：{other} 元之外又有 {amount} 元）"
        en = f"{counted(count, 'payment')} (as in row {row}, {month}: {amount} yuan beside {other} yuan)"
    zh, en = message(code, place, zh)[0], message(code, place, en)[1]
    return Problem("flag", code, names.get(file, file), sheet, row, "", "", zh, en)
