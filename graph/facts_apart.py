"""Facts of one node that its sources state differently: one value counts, and a reader should know of the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import polars as pl

from graph.model import NODE_TYPES
from graph.quality import Apart, Place, Quality
from graph.rows_of_rounds import RowsOfRounds, rows_of_rounds
from graph.stores import GraphStore

_SLICE: Final = 100_000
"""Nodes at a time: statements are read from their JSON, which takes several times the room."""
_SHOWN: Final = 20
"""Nodes told in full for each kind; the rest is counted."""
_EXAMPLES: Final = 5


@dataclass(frozen=True, slots=True)
class _Kind:
    check: str
    zh: str
    en: str
    fields: dict[str, tuple[str, ...]]


_KINDS: Final = (
    _Kind(
        "dates-differ",
        "同一对象的日期在不同来源中不同：观察日期较新者计入，同样新的取最早（投标截止和开标取最晚），请核实",
        "dates of one thing that sources state differently: the newer extract counts, among equals the earliest (of a bid "
        "deadline and an opening the latest), verify",
        {
            "Person": ("birth_date", "died_on", "cremated_on"),
            "Company": ("founded_on", "dissolved_on"),
            "Tender": ("published_on", "bid_deadline", "opened_on", "awarded_on", "contract_signed_on"),
            "Bid": ("submitted_at",),
            "Stage": ("due_on", "begun_on", "ended_on"),
        },
    ),
    _Kind(
        "amounts-differ",
        "同一对象的金额在不同来源中不同：观察日期较新者计入，同样新的取最小，请核实；如为更正，请撤回原批次",
        "amounts of one thing that sources state differently: the newer extract counts, among equals the smallest, verify; "
        "where one corrects the other, unload the earlier batch",
        {
            "Company": ("registered_capital",),
            "Tender": ("deposit",),
            "Lot": ("estimate",),
            "Bid": ("amount", "rate", "deposit_amount"),
            "Benefit": ("amount",),
            "Vehicle": ("value",),
        },
    ),
    _Kind(
        "statuses-differ",
        "同一对象的状态在不同来源中相互矛盾，仅一个计入，请核实；如为更正，请撤回原批次",
        "statuses of one thing that contradict each other: one counts, verify; where one corrects the other, unload the "
        "earlier batch",
        {"Company": ("status",), "Tender": ("status",), "Lot": ("status",), "Bid": ("status",)},
    ),
    _Kind(
        "registration-differs",
        "同一人的户籍地或居住证签发地在不同来源中不同，仅一个计入：请核实，并以 --observed-on 注明各名单的截至日期",
        "persons registered in different places by different sources: one counts, verify, and say by --observed-on of what "
        "day each list is",
        {"Person": ("hukou_region", "residence_permit_region")},
    ),
)
_LASTING: Final = frozenset(
    ("birth_date", "died_on", "cremated_on", "founded_on", "dissolved_on", "published_on", "submitted_at")
)
"""What doesn't change: a newer extract that says otherwise contradicts the older, where elsewhere it may just be newer."""
_ON_THE_WAY: Final = {
    "Bid": ("registered", "valid", "candidate", "award_declined"),
    "Tender": ("active",),
    "Lot": ("active",),
    "Company": (),
}
"""Statuses that another one follows: somebody registers, is valid, then wins."""
_UNDONE: Final = {"rejected", "withdrawn", "revoked", "not_submitted", "late_refused"}
"""Of a bid: what none of the later stages goes with."""


def facts_apart(store: GraphStore) -> Iterator[Quality]:
    """Nodes with contradicting dates, amounts, statuses or places of registration, each with its values and files.

    One more exact than the other (a month and its day, a district and its street) is no contradiction, and what rows of
    several openings of one lot state of its bids is none either: each is held against those of its own. Of a value that several files of one load
    agree about, all that speak of the node are named.
    """
    wanted: dict[str, list[str]] = {}
    for kind in _KINDS:
        for type_, fields in kind.fields.items():
            wanted.setdefault(type_, []).extend(fields)
    columns = ("type", "field", "id", "day", "o", "value", "sources")
    none = pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    rounds = rows_of_rounds(store)
    odd = (part for t, fields in wanted.items() for part in _at_odds(store, t, fields, rounds))
    said = pl.concat([none, *(part.select(columns) for part in odd)])
    if said.is_empty():
        return
    names = file_names(store)
    for kind in _KINDS:
        of = pl.any_horizontal(
            (pl.col("type") == type_) & pl.col("field").is_in(list(fields))
            for type_, fields in kind.fields.items()
        )
        mine = said.filter(of)
        nodes = mine.select("type", "id").unique().sort("type", "id")
        if nodes.height:
            told = mine.join(nodes.head(_SHOWN), on=["type", "id"], how="semi")
            shown = tuple(_told(store, told, names, rounds))
            examples = tuple(nodes["id"].head(_EXAMPLES))
            yield Quality(kind.check, nodes.height, kind.zh, kind.en, examples, shown)


def file_names(store: GraphStore) -> dict[str, str]:
    """The name of each loaded file, by batch and the start of its hash, as the sources of rows name it."""
    return {
        f"{batch.id}:{file['sha256'][:12]}": str(file["name"])
        for batch in store.batches()
        for file in batch.files
    }


def _at_odds(
    store: GraphStore, type_: str, fields: list[str], rounds: RowsOfRounds
) -> Iterator[pl.DataFrame]:
    """What is said, of each field of each node that is at odds: type, field, id, day (of its round, or empty), o (observed_on), value, sources."""
    table = store.query_apart(
        f"MATCH (n:{type_}) WHERE size(n.stated) > 1 RETURN n.id AS id, n.stated AS stated", timeout=300
    )
    types = {f.name: f.physical for f in NODE_TYPES[type_].fields}
    as_stated = {"STRING": pl.String, "INT64": pl.Int64, "DOUBLE": pl.Float64}
    dtype = pl.Struct(
        {
            "o": pl.String,
            "s": pl.List(pl.String),
            "v": pl.Struct({f: as_stated[types[f]] for f in fields}),
        }
    )
    for start in range(0, table.num_rows, _SLICE):
        rows = pl.DataFrame(pl.from_arrow(table.slice(start, _SLICE))).explode("stated")
        said = rows.select("id", read=pl.col("stated").str.json_decode(dtype)).unnest("read").unnest("v")
        said = _by_round(said, type_, rounds)
        for field in fields:
            values = said.select(
                "id",
                "day",
                pl.col("o").fill_null(""),
                value=pl.col(field).cast(pl.String),
                sources=pl.col("s").list.join("\n"),
            ).drop_nulls("value")
            if values.select("id", "day").is_duplicated().any():
                odd = _contradicting(type_, field, values)
                yield odd.select(pl.lit(type_).alias("type"), pl.lit(field).alias("field"), pl.all())


def _by_round(said: pl.DataFrame, type_: str, rounds: RowsOfRounds) -> pl.DataFrame:
    """The statements with the day of the round that each is of; empty where its node has but one."""
    several = pl.col("id").is_in(pl.Series(rounds.known(type_), dtype=pl.String).implode())
    mine, others = said.filter(several), said.filter(~several)
    days = [rounds.days(i, sources or ()) for i, sources in mine.select("id", "s").iter_rows()]
    apart = mine.with_columns(day=pl.Series(days, dtype=pl.List(pl.String))).explode("day")
    return pl.concat([others.with_columns(day=pl.lit("")), apart])


def _contradicting(type_: str, field: str, values: pl.DataFrame) -> pl.DataFrame:
    """The rows of the nodes whose values can't all be so; those alone that nothing newer goes before."""
    if field not in _LASTING:
        newest = pl.col("o").max().over("id", "day")
        values = values.filter((pl.col("o") == newest) | (pl.col("o") == ""))
    values = values.filter(pl.col("value").n_unique().over("id", "day") > 1)
    value = pl.col("value")
    longest = value.sort_by(value.str.len_chars(), value).last().over("id", "day")
    kind = next(f.type for f in NODE_TYPES[type_].fields if f.name == field)
    if field == "status":
        final = ~value.is_in([*_ON_THE_WAY[type_], *_UNDONE])
        odd = value.filter(final).n_unique() > 1
        odd |= value.is_in(_UNDONE).any() & (value.filter(value != "registered").n_unique() > 1)
        return values.filter(odd.over("id", "day"))
    if kind in ("DATE", "TIME"):
        return values.filter((~longest.str.starts_with(value)).any().over("id", "day"))
    if kind == "STRING":
        return values.filter((~longest.str.contains(value, literal=True)).any().over("id", "day"))
    return values


def _told(
    store: GraphStore, said: pl.DataFrame, names: dict[str, str], rounds: RowsOfRounds
) -> Iterator[Apart]:
    """Every field of these nodes with its values, the files that state each, and the value that counts."""
    for (type_, id_, field, day), rows in said.sort(
        "type", "id", "field", "day", "value", "sources"
    ).group_by("type", "id", "field", "day", maintain_order=True):
        (counted,) = store.query(
            f"MATCH (n:{type_} {{id: $id}}) RETURN n.{field} AS value", {"id": id_}
        ).to_pylist()
        if day and (of_round := rounds.said.get(str(id_), {}).get(str(day))):
            counted = {"value": of_round[str(field)]}
        values: dict[str, set[Place]] = {}
        for value, sources in rows.select("value", "sources").iter_rows():
            places = (_place(line, names) for line in sources.split("\n"))
            values.setdefault(value, set()).update(p for p in places if p)
        # As the field holds them: an amount is a number.
        read = type(counted["value"])
        told = sorted((read(value), tuple(sorted(places))) for value, places in values.items())
        yield Apart(str(type_), str(id_), str(field), counted["value"], tuple(told))


def _place(source: str, names: dict[str, str]) -> Place | None:
    """`batch:file#sheet#row`; nothing where the batch tells of no such file."""
    key, _, rest = source.partition("#")
    sheet, _, row = rest.rpartition("#")
    return Place(names[key], key.partition(":")[0], sheet, row) if key in names else None
