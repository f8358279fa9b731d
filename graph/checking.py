"""Data quality before detection: what would make an answer weaker than it looks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import polars as pl

from graph.contradictions import contradictions
from graph.facts_apart import facts_apart
from graph.leaving_by_name import left_by_name
from graph.names import name_key
from graph.penetration.list_rows import KIND, LEFT_OUT
from graph.penetration.ownership import Ownership
from graph.penetration.tables import OwnershipTables
from graph.penetration.undisclosed import OF_A_FILE
from graph.quality import Quality, holding_at, weakness
from graph.rounds import rounds
from graph.rows_of_rounds import perhaps_mistyped
from graph.stores import GraphStore

_TOLERANCE = 1e-9
_IN_DOUBT = (
    *("masked", "person-number", "uscc-check-digit", "numeric-id"),
    *("resident-id-form", "resident-id-birth-date", "resident-id-check-digit"),
)
"""Flags of identifiers."""


def check_store(store: GraphStore, as_of: str | None) -> list[Quality]:
    """Every weakness found, strongest first. `as_of`: the date registers are summed at; empty = holdings without an end."""
    tables = store.ownership()
    return [
        *_registers(tables, as_of),
        *_lists(tables),
        *_names(store, tables),
        *_natures(tables),
        *contradictions(store, tables, as_of),
        *_lots(store),
        *_identities(store),
        *_households(store),
        *left_by_name(store),
        *facts_apart(store),
    ]


def _households(store: GraphStore) -> Iterator[Quality]:
    """Households whose newest dated list of members leaves out somebody whose membership has no end."""
    dated = store.query(
        "MATCH (:Person)-[m:MEMBER_OF]->(h:Household) WHERE m.counted AND m.observed_on IS NOT NULL "
        "RETURN h.id AS household, min(m.observed_on) AS first, max(m.observed_on) AS last"
    )
    if not dated.num_rows:
        return
    newest = pl.DataFrame(pl.from_arrow(dated)).cast(pl.String).select("household", "last")
    rows = store.query(
        "MATCH (p:Person)-[m:MEMBER_OF]->(h:Household) WHERE m.counted AND m.valid_to IS NULL "
        "RETURN h.id AS household, p.id AS person, p.name AS name, max(m.observed_on) AS listed, "
        "max(m.valid_from) AS since"
    )
    members = pl.DataFrame(pl.from_arrow(rows)).cast(pl.String).join(newest, on="household")
    members = members.with_columns(
        called=name_key(members["name"]),
        unnumbered=pl.col("person").str.starts_with("person.scoped:"),
        there=pl.col("listed").fill_null("") == pl.col("last"),
    )
    # Known by name alone, somebody may be whom the list names with a number.
    named = members.filter("there").select("household", "called").drop_nulls().unique()
    numbered = members.filter(~pl.col("unnumbered"))
    others = members.filter("unnumbered").join(named, on=["household", "called"], how="anti")
    # Who came after that list can't stand on it.
    since = (pl.col("since") > pl.col("last")).fill_null(False)
    gone = pl.concat([numbered, others]).filter(~pl.col("there") & ~since)
    yield from weakness(
        "members-unnamed",
        gone["household"],
        "最新的名册没有列出原有的某名成员，也没有减少日期，该成员仍算在户内",
        "the newest list of members leaves out somebody who was listed before and whose membership has no end: still counted",
    )


def names_of(store: GraphStore, ids: Iterable[str]) -> dict[str, str]:
    """The names of companies, persons, tenders, lots and bids (whose, for what), by id; whatever has none is left out."""
    found: dict[str, str] = {}
    given = {"ids": sorted(ids)}
    for type_, field in (("Company", "name"), ("Person", "name"), ("Tender", "title"), ("Lot", "title")):
        rows = store.query(
            f"UNWIND $ids AS i MATCH (n:{type_} {{id: i}}) RETURN n.id AS id, n.{field} AS name", given
        ).to_pylist()
        found |= {row["id"]: row["name"] for row in rows if row["name"]}
    bids = store.query(
        "UNWIND $ids AS i MATCH (b:Bid {id: i})-[:FOR_LOT]->(l:Lot) MATCH (c)-[:SUBMITS]->(b) "
        "RETURN b.id AS id, l.id AS lot, min(c.name) AS name ORDER BY id, lot",
        given,
    ).to_pylist()
    return found | {row["id"]: f"{row['name']} @ {row['lot']}" for row in bids if row["name"]}


def _registers(tables: OwnershipTables, as_of: str | None) -> Iterator[Quality]:
    current = tables.holdings.filter(
        pl.col("counted") & holding_at(as_of) & ~pl.col("declared_indirect").fill_null(False)
    )
    distinct = current.unique(
        subset=["holder_id", "company_id", "share", "share_min", "share_max", "share_class", "votes"]
    )
    sums = distinct.group_by("company_id").agg(
        total=pl.col("share").fill_null(pl.col("share_min")).fill_null(0.0).sum(),
        unknown=(pl.col("share").is_null() & pl.col("votes").is_null()).any(),
        shares=pl.col("share").is_not_null().any(),
    )
    above = sums.filter(pl.col("total") > 1 + 1e-6)["company_id"]
    yield from weakness(
        "register-above-100",
        above,
        "股东比例合计超过100%，按所载计算并标注",
        "registers that add up to more than 100%",
    )
    below = sums.filter(pl.col("shares") & ~pl.col("unknown") & (pl.col("total") < 1 - 1e-6))["company_id"]
    yield from weakness(
        "register-below-100",
        below,
        "股东比例合计不足100%，其余未披露",
        "registers below 100%: the rest is undisclosed",
    )
    unknown = sums.filter("unknown")["company_id"]
    yield from weakness(
        "unknown-share",
        unknown,
        "有股东比例未知，结果为区间",
        "a holder's share is unknown: answers are ranges",
    )
    undated = current.filter(
        pl.col("observed_on").is_null() & pl.col("valid_from").is_null() & pl.col("valid_to").is_null()
    )["company_id"]
    yield from weakness(
        "undated-holdings",
        undated,
        "持股没有任何日期，按一直有效处理",
        "holdings without any date are taken to hold always",
    )
    own = current.filter(pl.col("holder_id") == pl.col("company_id"))["company_id"]
    yield from weakness("holds-itself", own, "企业持有自身股份", "companies that hold themselves")


def _lists(tables: OwnershipTables) -> Iterator[Quality]:
    kinds = tables.holdings.group_by("company_id").agg(
        lists=pl.struct("dataset", KIND).n_unique(),
        # An undated list yields to a dated one of its own kind: its holders would be gone without a word.
        left_out=LEFT_OUT.any(),
    )
    rival = kinds.filter((pl.col("lists") > 1) | pl.col("left_out"))["company_id"]
    if tables.same_as.height:
        # Under two ids of one company each list is the only one of its id.
        ownership = Ownership.build(tables)
        beside = ownership.ids(np.unique(ownership.lists["company"].to_numpy()))
        named = ownership.nodes["id"].gather(ownership.nodes_of(rival))
        rival = pl.concat([beside.cast(pl.String), named.cast(pl.String)])
    yield from weakness(
        "rival-lists",
        rival,
        "同一企业有多份股东名单，仅一份计入，其余保留备查",
        "several lists of one company: one counts, the rest is kept",
    )


def _names(store: GraphStore, tables: OwnershipTables) -> Iterator[Quality]:
    by_name = tables.holdings.filter(
        pl.col("counted") & (pl.col("holder_id").str.contains(r"^(name|scoped|person\.scoped):"))
    )["company_id"]
    yield from weakness("name-only-holders", by_name, "股东仅有名称，无证件号", "holders known by name only")
    joined = tables.same_as.filter(pl.col("by") == "unique_name")["from_id"]
    yield from weakness(
        "joined-by-name", joined, "按唯一名称匹配合并的主体", "parties joined by a name that only one bears"
    )


def _natures(tables: OwnershipTables) -> Iterator[Quality]:
    """Parties that are companies in one source and persons in another, or persons that somebody holds."""
    persons = tables.parties.filter(pl.col("type") == "Person")["id"]
    companies = tables.parties.filter(pl.col("type") == "Company")["id"]
    # A data set's own id of a person is the company's with `person.` before it.
    either = persons.is_in(companies.implode()) | persons.str.strip_prefix("person.").is_in(
        companies.implode()
    )
    held = persons.is_in(tables.holdings["company_id"].implode())
    yield from weakness(
        "company-and-person",
        persons.filter(either | held),
        "同一主体在不同来源中既是企业又是自然人，请核实并改正",
        "a company in one source, a person in another: verify, and correct the id",
    )


def _lots(store: GraphStore) -> Iterator[Quality]:
    undated = store.query("MATCH (l:Lot) WHERE l.bid_on IS NULL RETURN l.id AS id", timeout=120)
    yield from weakness(
        "lot-without-date", _ids(undated), "标段没有可用日期", "lots without a date to judge at"
    )
    empty = store.query(
        "MATCH (l:Lot) OPTIONAL MATCH (l)<-[:FOR_LOT]-(b:Bid) WITH l, count(b) AS n WHERE n = 0 RETURN l.id AS id",
        timeout=120,
    )
    yield from weakness("lot-without-bids", _ids(empty), "标段没有投标人", "lots without a bid")
    yield from _lots_apart(store)
    yield from weakness(
        "lot-of-several-rounds",
        pl.Series(list(rounds(store)), dtype=pl.String),
        "同一标段的投标在不同日期开标，可能是流标后再次招标，也可能是开标日期写错：按开标日分次判断，跨次的关联无法判定；请先核对各次日期，确为再次招标的，"
        "撤回载有第二次招标的批次，为其另编项目编号或标段编号，再重新导入",
        "lots whose bids were opened on different days, perhaps as the tender failed and was held again, perhaps as a day was "
        "mistyped: each round is judged by itself, and ties across rounds can't be decided; verify the days first, and where it was "
        "held again unload the batch with the second round, give it a number of its own and load it again",
    )
    yield from weakness(
        "lot-opening-mistyped",
        pl.Series(perhaps_mistyped(store), dtype=pl.String),
        "同一标段两个开标日期只差整年，或仅有两位数字互换：可能是同一次开标的日期写错，请与开标记录原件核对；如写错，请撤回所在批次，改正日期后重新导入",
        "lots two of whose days of opening differ by whole years, or by two digits exchanged: perhaps one opening with its day "
        "mistyped, hold them against the record of the opening; where it is so, unload the batch, correct the day, load it again",
    )


def _lots_apart(store: GraphStore) -> Iterator[Quality]:
    """Lots that may be another of their tender: files that write a lot differently part its bids from their traces."""
    told = ("status", "amount", "rate", "rank", "won", "submitted_at")
    rows = store.query(
        "MATCH (b:Bid)-[:FOR_LOT]->(l:Lot) MATCH (l)-[:LOT_OF]->(t:Tender) RETURN l.id AS id, t.id AS tender, "
        + ", ".join(f"count(b.{c}) AS {c}" for c in told),
        timeout=120,
    )
    if not rows.num_rows:
        return
    lots = pl.DataFrame(pl.from_arrow(rows)).with_columns(told=pl.sum_horizontal(told) > 0)
    beside = lots.with_columns(lots=pl.col("id").n_unique().over("tender"))
    yield from weakness(
        "lot-beside-whole-tender",
        beside.filter((pl.col("id") == pl.col("tender")) & (pl.col("lots") > 1))["id"],
        "同一项目既有不写标段的投标，又有写明标段的投标，请核对是否同一标段",
        "bids without a lot in a tender that has lots too: verify whether they are for the same",
    )
    yield from weakness(
        "lot-without-record",
        beside.filter(~pl.col("told") & pl.col("told").any().over("tender"))["id"],
        "标段的投标没有报价、状态等记录，而同一项目的其他标段有，请核对标段编号的写法",
        "lots of whose bids nothing is on record, unlike other lots of the tender: verify how their numbers are written",
    )


def _identities(store: GraphStore) -> Iterator[Quality]:
    for type_ in ("Company", "Person"):
        rows = store.query(
            f"MATCH (n:{type_}) WHERE n.flag IS NOT NULL RETURN n.id AS id, n.flag AS flag", timeout=120
        )
        flagged = pl.DataFrame(pl.from_arrow(rows), schema={"id": pl.String, "flag": pl.String})
        # What identifies a party of a file may be in doubt; that nobody names it is told where owners are asked for.
        yield from weakness(
            f"{type_.lower()}-identifier",
            flagged.filter(~OF_A_FILE | pl.col("flag").is_in(_IN_DOUBT))["id"],
            "证件号或代码有疑问，未用于合并",
            "identifiers in doubt, never used to join",
        )
    rows = store.query(
        "MATCH (c:Company) WHERE c.stated IS NOT NULL RETURN c.id AS id, c.name AS name, c.stated AS stated",
        timeout=300,
    )
    if rows.num_rows:
        told = pl.DataFrame(pl.from_arrow(rows))
        names = told.explode("stated")
        said = names.with_columns(said=pl.col("stated").str.json_path_match("$.v.name")).filter(
            pl.col("said").is_not_null() & (pl.col("said") != pl.col("name"))
        )
        yield from weakness(
            "names-differ", said["id"], "同一编号在不同来源中名称不同", "one id under different names"
        )


def _ids(table: object) -> pl.Series:
    frame = pl.DataFrame(pl.from_arrow(table))
    return frame["id"].cast(pl.String) if frame.height else pl.Series("id", [], pl.String)
