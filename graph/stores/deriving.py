"""What follows from the stated rows of all batches: dates of lots, one party under two ids."""

from __future__ import annotations

from typing import Final

import polars as pl

from graph.records import RelKey
from graph.resolution.bid_dates import bid_dates
from graph.resolution.same_party import (
    NO_NAMES,
    PAIR_SCHEMA,
    NameMatches,
    by_identifier,
    by_name,
)
from graph.stores.engine import Reading, Writing
from graph.stores.namesakes import scope_pairs
from graph.stores.what_changed import Touched

IN_PLAY_BATCHES: Final = "in_play_batches"
"""The `Meta` record with that fingerprint and, after it, the batches it stands for, as a JSON list."""
IN_PLAY_FOR: Final = "in_play_for"
"""The `Meta` record that says for which data `ULTIMATELY_HOLDS` and `CONTROLS` were worked out, and how (`in_play_for`)."""
_DERIVATION: Final = "3"
"""How these are worked out; with another number, those that a store holds are stale."""
_LONG: Final = 600.0


def in_play_for(fingerprint: str) -> str:
    """What `IN_PLAY_FOR` says of derived relationships worked out, as this version does, for data of that fingerprint."""
    return f"{fingerprint}.{_DERIVATION}"


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
    # Rounds are read by way of this package: whichever is imported first, the other must be whole by then.
    from graph.rounds import opened_last

    own = opened_last(writer)
    own_days = pl.DataFrame(
        {"id": list(own), "own": list(own.values())}, schema={"id": pl.String, "own": pl.String}
    )
    lots = lots.join(submitted, on="id", how="left").join(own_days, on="id", how="left")
    # Of a tender whose lots were opened on days of their own the latest, and its deadline, are another lot's.
    lots = lots.with_columns(
        opened_on=pl.coalesce("own", "opened_on"),
        bid_deadline=pl.when(pl.col("own").is_null()).then("bid_deadline"),
    )
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
    wanted = (
        pl.concat([*pairs, *scope_pairs(writer, pl.concat(pairs), stored, touched)])
        .unique(subset=["type", "from_id", "to_id"], keep="first")
        .sort("type", "from_id", "to_id")
    )
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
