"""Payments that several lists state: what counts once, and what is added up."""

from __future__ import annotations

from typing import Final

import polars as pl

from graph.counted import counted
from graph.stores import GraphStore
from graph.stores.hops import EACH, hop
from graph.stores.statements import SOURCE_SEPARATOR
from loaders.context import ReadContext
from loaders.problems import Problem
from loaders.tables.messages import message

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
    told = _stated(context)
    places = told.select(_PLACE).unique(maintain_order=True)
    told = told.join(places.with_row_index("turn"), on=_PLACE)
    # The sheet in which a payment, and another one of its month, stands first.
    first = told.group_by("id", maintain_order=True).agg(pl.col("turn").min())
    names = {f.key: f.name for f in context.extract.files}
    called = [_called(names.get(file, file), sheet, names) for file, sheet in places.iter_rows()]
    for turn in range(1, places.height):
        mine = told.filter(pl.col("turn") == turn)
        before = first.filter(pl.col("turn") < turn)
        before = _parted(before.with_columns(place=pl.col("turn").replace_strict(dict(enumerate(called)))))
        _tell(context, mine, before)


def tell_paid_before(store: GraphStore, context: ReadContext) -> None:
    """Say of each sheet of a load which of its payments an earlier load states, and which that one states otherwise."""
    batches = {b.id: b for b in store.batches() if b.counts.get("RECEIVES")}
    told = _stated(context) if batches else _nothing()
    if told.is_empty():
        return
    stored = _stored(store, context).join(told.select("of").unique(), on="of", how="semi")
    if stored.is_empty():
        return
    source = pl.col("sources").str.split(SOURCE_SEPARATOR).list.min().str.splitn(":", 2).struct
    stored = stored.with_columns(batch=source[0], file=source[1].str.split("#").list.get(0))
    places = stored.select("batch", "file").unique()
    names = {
        (id_, str(f["sha256"])[:12]): f"{f['name']}（{id_}）" for id_, b in batches.items() for f in b.files
    }
    known = [names.get(row, row[0]) for row in places.iter_rows()]
    stored = stored.join(places.with_columns(place=pl.Series(known, dtype=pl.String)), on=["batch", "file"])
    for _, mine in sorted(told.group_by(_PLACE), key=lambda part: str(part[0])):
        _tell(context, mine, stored.select("id", "of", "amount", "place"))


def _called(file: str, sheet: str, names: dict[str, str]) -> str:
    return file if list(names.values()).count(file) < 2 else f"{file} {sheet}"


def _nothing() -> pl.DataFrame:
    return pl.DataFrame(schema=dict.fromkeys(("id", "of", "amount", *_PLACE, "row"), pl.String))


def _stated(context: ReadContext) -> pl.DataFrame:
    """The payments of a load's sheets, each once a sheet, in the order they were read."""
    frames = [f.select("id", "source").unique("id", maintain_order=True) for f in _payments(context)]
    if not frames:
        return _nothing()
    place = pl.col("source").str.split("#").list
    told = _parted(pl.concat(frames).with_columns(file=place.get(0), sheet=place.get(1), row=place.get(2)))
    return told.select("id", "of", "amount", *_PLACE, "row").unique(["id", *_PLACE], maintain_order=True)


def _payments(context: ReadContext) -> list[pl.DataFrame]:
    return context.extract.nodes.get("Benefit", [])


def _parted(frame: pl.DataFrame) -> pl.DataFrame:
    """With what an id says: `of` (recipient, programme and month) and `amount`; ids of another form are left out."""
    return frame.with_columns(pl.col("id").str.extract_groups(_ID).struct.unnest()).drop_nulls("of")


def _stored(store: GraphStore, context: ReadContext) -> pl.DataFrame:
    """Payments in the store, with their sources, of the months and recipients that a load pays."""
    months = pl.concat([f["from_month"] for f in _payments(context)]).drop_nulls().unique().sort().to_list()
    found = [pl.DataFrame(schema={"id": pl.String, "sources": pl.String})]
    for type_ in ("Household", "Person"):
        frames = context.extract.rels.get(("RECEIVES", type_, "Benefit"), [])
        paid = pl.concat([f["from_id"] for f in frames]).unique().sort().to_list() if frames else []
        query = (
            f"{EACH}MATCH (h:{type_} {{id: i}}) {hop('(h)-[r:RECEIVES]->(b:Benefit)', 'b.id')}"
            "AND r.counted AND b.from_month IN $months RETURN b.id AS id, b.sources AS sources"
        )
        for at in range(0, len(paid), _AT_ONCE):
            table = store.query(query, {"ids": paid[at : at + _AT_ONCE], "months": months}, timeout=600.0)
            if table.num_rows:
                found.append(pl.DataFrame(pl.from_arrow(table)).cast(pl.String).select("id", "sources"))
    return _parted(pl.concat(found).unique("id").sort("id"))


def _tell(context: ReadContext, mine: pl.DataFrame, before: pl.DataFrame) -> None:
    """Tell of one sheet's payments (id, of, amount, file, sheet) beside those known before it, each with its `place`."""
    again = mine.join(before.select("id", "place"), on="id", maintain_order="left")
    for (place,), part in again.group_by("place", maintain_order=True):
        _note(context, part, "payments-again", str(place), (str(part.height), str(part.height)))
    zero = pl.col("amount").str.contains(r"^-?0+\.00").fill_null(True)
    others = before.filter(~zero).sort("of", "id").unique("of", maintain_order=True, keep="first")
    further = (
        mine.filter(~zero)
        .join(before, on="id", how="anti", maintain_order="left")
        .join(others, on="of", suffix="_before", maintain_order="left")
    )
    for (place,), part in further.group_by("place", maintain_order=True):
        of, amount, other = part.select("of", "amount", "amount_before").row(0)
        # Whom it is for, the row says: of a person alone the id would be nothing that anybody can read.
        count, row, month = part.height, part["row"][0], of.rpartition("/")[2]
        zh = f"{count} 笔发放（如第 {row} 行，{month}：{other} 元之外又有 {amount} 元）"
        en = f"{counted(count, 'payment')} (as in row {row}, {month}: {amount} yuan beside {other} yuan)"
        _note(context, part, "payments-further", str(place), (zh, en))


def _note(context: ReadContext, rows: pl.DataFrame, code: str, place: str, known: tuple[str, str]) -> None:
    """Tell of rows (id, file, sheet, row) of one sheet, at the first of them."""
    file, sheet, row = rows.select(*_PLACE, "row").row(0)
    name = next((f.name for f in context.extract.files if f.key == file), file)
    zh, en = message(code, place, known[0])[0], message(code, place, known[1])[1]
    problem = Problem("flag", code, name, sheet, row, "", "", zh, en)
    if problem not in context.problems:
        context.problems.append(problem)
