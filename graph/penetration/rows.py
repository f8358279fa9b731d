"""From stated rows to numbered ones: which parties there are, which rows count, and what enters control."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from graph.names import is_partnership_name
from graph.penetration.days import ALWAYS, NEVER, IntArray, day_numbers, iso_dates
from graph.penetration.list_rows import LEFT_OUT
from graph.penetration.tables import OwnershipTables
from graph.resolution.investors import INVESTORS, ONE_PERSONS
from graph.resolution.spans import SNAPSHOT_SCHEMA, owns_spans

# Declared interests that are control, and so enter the fixpoint. "Influence" alone is taken as suspected.
CONTROLLING_INTERESTS: Final = frozenset(
    {
        "stated_controller",
        "board_appointment",
        "managing_partner",
        "nominator",
        "trustee",
        "accounting_consolidation",
        "control_by_articles",
        "control_by_law",
        "other_influence_or_control",
        "head_office",
    }
)
SUSPECTED_INTERESTS: Final = frozenset({"other_influence_or_control"})
MANAGING_INTERESTS: Final = frozenset({"managing_partner", "legal_representative"})
"""Who controls a partnership (执行事务合伙人, shown by the register as its legal representative)."""

SOLE_INTERESTS: Final = frozenset({"operator", "sole_owner"})
"""Who owns a sole trader or a sole proprietorship (经营者, 投资人): by law one person, and no list says so."""

REGISTERED_HEAD: Final = "registered_head"
"""Whom the register shows as head of a firm whose kind his source does not say: of a stated sole trader or sole
proprietorship he is its owner, where nobody is said to be; of any other firm he is nothing by that."""

HEAD_OFFICE: Final = "head_office"
"""The company a branch (分公司) is stated to be of: a branch is no legal person, and all it has is its head office's."""

HEAD_OFFICE_BY_NAME: Final = "head_office_by_name"
"""The company whose full name a branch's name begins with: its head office, where nobody states another."""

BRANCHS_OWN: Final = (HEAD_OFFICE, HEAD_OFFICE_BY_NAME)

BY_LAW: Final = "by_law"
"""The kind of list that such an owner stands in: none, the law gives him the whole."""

_COUNTS: Final = (
    "holder",
    "company",
    "share",
    "share_min",
    "share_max",
    "min_open",
    "max_open",
    "votes",
    "votes_min",
    "votes_max",
    "share_class",
    "list_kind",
    "declared_indirect",
    "_route",
    "valid_from",
    "valid_to",
)


def all_parties(tables: OwnershipTables) -> pl.DataFrame:
    """Every party, those of the table first; ends of rows that no record describes are parties too."""
    known = tables.parties.select("id", "type", "name", "kind")

    def ends(frame: pl.DataFrame, column: str, type_: str | None) -> pl.DataFrame:
        kind = (
            pl.when(pl.col("id").str.starts_with("person"))
            .then(pl.lit("Person"))
            .otherwise(pl.lit("Company"))
            if type_ is None
            else pl.lit(type_)
        )
        return (
            frame.select(id=pl.col(column))
            .drop_nulls()
            .with_columns(type=kind, name=pl.lit(None, pl.String), kind=pl.lit(None, pl.String))
        )

    of_holdings = [ends(tables.holdings, "company_id", "Company"), ends(tables.holdings, "holder_id", None)]
    implied = [
        *(of_holdings if tables.ends is None else ()),
        ends(tables.control, "company_id", "Company"),
        ends(tables.control, "holder_id", None),
        ends(tables.concerts, "concert_id", "Concert"),
        ends(tables.concerts, "party_id", None),
        ends(tables.concerts, "company_id", "Company"),
    ]
    asked = pl.concat(implied).unique("id", keep="first", maintain_order=True)
    if asked.is_empty():
        return known
    there = known.filter(pl.col("id").is_in(asked["id"].implode()))
    unknown = asked.join(there, on="id", how="anti", maintain_order="left")
    return known.vstack(unknown)


def numbered(rows: pl.DataFrame, aliases: pl.DataFrame, ends: pl.DataFrame | None = None) -> pl.DataFrame:
    """Adds holder and company (nodes), basis (the weaker of both ends), company_rank (of the id stated).

    `ends`: holder and company of each row as rows of `aliases`, where that is known.
    """
    if ends is not None:
        holder, company = ends["holder"], ends["company"]
        return rows.with_columns(
            holder=aliases["node"].gather(holder),
            company=aliases["node"].gather(company),
            company_rank=aliases["rank"].gather(company),
            b1=aliases["basis"].gather(holder),
            b2=aliases["basis"].gather(company),
        ).with_columns(basis=pl.max_horizontal("b1", "b2"))
    known = aliases.select("id", "node", "basis", "rank")
    if rows.height < aliases.height // 100:
        named = pl.concat([rows["holder_id"], rows["company_id"]]).unique()
        known = known.filter(pl.col("id").is_in(named.implode()))
    return (
        rows.join(
            known.rename({"node": "holder", "basis": "b1"}).drop("rank"), left_on="holder_id", right_on="id"
        )
        .join(
            known.rename({"node": "company", "basis": "b2", "rank": "company_rank"}),
            left_on="company_id",
            right_on="id",
        )
        .with_columns(basis=pl.max_horizontal("b1", "b2"))
    )


def in_order(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows by company, holder (nodes), then key."""
    pair = (rows["company"] * (rows["holder"].max() or 0) + rows["company"] + rows["holder"]).rename("pair")
    order = pair.arg_sort()
    sorted_pair = pair.gather(order)
    again = sorted_pair == sorted_pair.shift(1)
    if again.any():
        # Only rows of one holder on one company need their keys compared.
        tied = (again | again.shift(-1)).fill_null(False)
        places = tied.arg_true()
        mine = order.gather(places)
        keyed = pl.DataFrame({"pair": pair.gather(mine), "key": rows["key"].gather(mine), "row": mine})
        order = order.scatter(places, keyed.sort("pair", "key")["row"])
    # Most registers leave most columns empty, and those need no sorting.
    empty = {name: rows.schema[name] for name in rows.columns if rows[name].null_count() == rows.height}
    filled = rows.drop(empty)[order]
    return filled.with_columns(pl.lit(None, type_).alias(n) for n, type_ in empty.items()).select(
        rows.columns
    )


def without_owners_by_law(rows: pl.DataFrame, nodes: pl.DataFrame) -> pl.DataFrame:
    """`rows`, numbered, without investors of firms that by law are one person's: they are in no list of holders.

    The store knows it id by id: another id of the firm may say what it is.
    """
    invested = (rows["list_kind"] == INVESTORS).fill_null(False)
    if not invested.any():
        return rows
    firms = nodes.select(by_law=ONE_PERSONS)["by_law"].gather(rows["company"])
    return rows.filter(~(invested & firms))


def one_list_a_cluster(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Lists of one company under two of its ids are alternatives: the one under the better id counts.

    Rows of one data set are one list, whichever id each of them names. Gives the rows that count, and those left out.
    """
    several = (
        rows.group_by("company")
        .agg(ids=pl.col("company_id").n_unique(), sets=pl.col("dataset").n_unique())
        .filter((pl.col("ids") > 1) & (pl.col("sets") > 1))
    )
    if several.is_empty():
        return rows, rows.clear()
    mine = rows.join(several.select("company"), on="company", how="semi")
    best = (
        mine.sort("company", "company_rank", "company_id", "dataset")
        .group_by("company", maintain_order=True)
        .agg(best_id=pl.col("company_id").first())
    )
    told = mine.join(best, on="company").with_columns(
        chosen=(pl.col("company_id") == pl.col("best_id")).any().over("company", "dataset")
    )
    kept, left_out = (told.filter(which).select(rows.columns) for which in ("chosen", ~pl.col("chosen")))
    return pl.concat([rows.join(several.select("company"), on="company", how="anti"), kept]), left_out


def one_observation_a_day(rows: pl.DataFrame, nodes: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Observations of one company under two of its ids replace each other as those under one id do.

    The store works out spans id by id: a tree that gives names alone, and a dated list that gives the number, would
    both count. Gives the rows that count, with their spans, and those of lists that another one goes before.
    """
    several = rows.group_by("company").agg(ids=pl.col("company_id").n_unique()).filter(pl.col("ids") > 1)
    if several.is_empty():
        return rows, rows.clear()
    # Read without proofs, rows have no keys.
    mine = rows.join(several.select("company"), on="company", how="semi").with_row_index("_row")
    listed = several.filter(nodes["kind"].gather(several["company"]) == "listed")["company"]
    spans = owns_spans(
        mine.select(
            "dataset",
            "list_kind",
            "share",
            "share_class",
            "observed_on",
            "sources",
            key=pl.col("_row").cast(pl.String),
            from_id=pl.col("holder").cast(pl.String),
            to_id=pl.col("company").cast(pl.String),
            stated_from="valid_from",
            stated_to="valid_to",
        ),
        listed.cast(pl.String),
        # What a full extract ended is in the spans already.
        pl.DataFrame(schema=SNAPSHOT_SCHEMA),
    )
    spans = spans.select(pl.col("key").cast(pl.UInt32).alias("_row"), "valid_from", "valid_to", "counted")
    ours = mine.drop("valid_from", "valid_to", "counted").join(spans, on="_row").select(rows.columns)
    left_out = ours.filter(~pl.col("counted"), LEFT_OUT)
    others = rows.join(several.select("company"), on="company", how="anti")
    return pl.concat([others, ours.filter("counted")]), left_out


def once(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows equal in everything that counts are one row, with all their keys and sources. Rows come `in_order`."""
    rows = rows.with_columns(pl.col("declared_indirect").fill_null(False))
    # A whole route is told from another by its parts; most registers declare none.
    parts = pl.when("declared_indirect").then(pl.col("components").list.sort().list.join("\n"))
    rows = rows.with_columns(_route=parts if rows["declared_indirect"].any() else pl.lit(None, pl.String))
    single = rows.with_columns(keys=pl.concat_list("key"))
    again = (rows["company"] == rows["company"].shift(1)) & (rows["holder"] == rows["holder"].shift(1))
    at = (again | again.shift(-1)).fill_null(False).arg_true()
    same = pl.repeat(False, rows.height, dtype=pl.Boolean, eager=True)
    if len(at):
        same = same.scatter(at, rows[at].select(_COUNTS).is_duplicated())
    if not same.any():
        return single.drop("_route")
    twice = (
        rows.filter(same)
        .group_by(_COUNTS, maintain_order=True)
        .agg(
            pl.all().exclude(*_COUNTS, "sources", "observed_on", "holder_role").first(),
            # Who is a general partner by one of them is one.
            holder_role=pl.col("holder_role").drop_nulls().min(),
            # What was seen earlier as well does not rest on the later look.
            observed_on=pl.col("observed_on").min(),
            keys=pl.col("key").unique().sort(),
            sources=pl.col("sources").explode().drop_nulls().unique().sort(),
        )
    )
    whole = pl.concat([single.filter(~same), twice.select(single.columns)])
    return whole.sort("company", "holder", "key").drop("_route")


def are_partnerships(nodes: pl.DataFrame, with_partners: IntArray) -> npt.NDArray[np.bool_]:
    """Whether each node is a partnership: as stated, by its registered name, or since a source lists general partners
    of it (`with_partners`, nodes)."""
    said = (nodes["kind"] == "partnership").fill_null(False) | is_partnership_name(nodes["name"])
    are = said.to_numpy(writable=True)
    are[with_partners] = True
    return are


def _are_sole(nodes: pl.DataFrame) -> pl.DataFrame:
    """Whether each node may be one person's own firm (`sole`): none stated to be something else, and none named a company.

    `operated`: a sole trader, if it has an operator, which nothing else has. `said`: it is stated to be one.
    """
    named = ~pl.col("name").str.contains("公司", literal=True).fill_null(False)
    kind = pl.col("kind").fill_null("sole_trader")
    return nodes.select(
        sole=named & (kind == "sole_trader"),
        operated=named & kind.is_in(["sole_trader", "unknown"]),
        said=named & (pl.col("kind") == "sole_trader").fill_null(False),
    )


def controlling(rows: pl.DataFrame, nodes: pl.DataFrame, with_partners: IntArray) -> pl.DataFrame:
    """Declared control that enters the fixpoint: holder, company, interest, suspected, basis, start, end…

    `with_partners`: nodes of which a source lists general partners.
    """
    if rows.is_empty():
        nodes, with_partners = nodes.clear(), with_partners[:0]
    rows = rows.with_columns(
        *_are_sole(nodes)[rows["company"]].get_columns(),
        partnership=pl.Series(are_partnerships(nodes, with_partners)[rows["company"].to_numpy()]),
        interest=pl.col("interest").fill_null(""),
    )
    owned = rows.filter(pl.col("interest").is_in(list(SOLE_INTERESTS)))["company"].unique()
    headed = rows.filter(pl.col("interest") == HEAD_OFFICE)["company"].unique()
    enters = (
        pl.col("interest").is_in(list(CONTROLLING_INTERESTS))
        | (pl.col("partnership") & pl.col("interest").is_in(list(MANAGING_INTERESTS)))
        | (pl.col("sole") & pl.col("interest").is_in(list(SOLE_INTERESTS)))
        | (pl.col("operated") & (pl.col("interest") == "operator"))
        | (
            pl.col("said")
            & (pl.col("interest") == REGISTERED_HEAD)
            & ~pl.col("company").is_in(owned.implode())
        )
        | ((pl.col("interest") == HEAD_OFFICE_BY_NAME) & ~pl.col("company").is_in(headed.implode()))
    )
    rows = rows.filter(enters & (pl.col("holder") != pl.col("company"))).sort("company", "holder", "key")
    suspected = pl.col("suspected").fill_null(False) | pl.col("interest").is_in(list(SUSPECTED_INTERESTS))
    return rows.select(
        "holder",
        "company",
        "interest",
        "basis",
        "key",
        "sources",
        "valid_from",
        "valid_to",
        suspected=suspected,
        start=pl.Series(day_numbers(rows["valid_from"], ALWAYS)),
        end=pl.Series(day_numbers(rows["valid_to"], NEVER)),
    )


def sole_owners(rows: pl.DataFrame, declared: pl.DataFrame, nodes: pl.DataFrame) -> pl.DataFrame:
    """What the owners of sole traders and sole proprietorships hold, and head offices of their branches, where no list of
    holders says it: the whole.

    `rows`: stated holdings that count, numbered. `declared`: see `controlling`. Gives rows of the same kind. Source:
    个人独资企业法 art. 2 and 17 (the enterprise's property is the investor's), 民法典 art. 54, 56 and 74, 公司法 (2023) art. 13
    (a branch is no legal person). Of several owners at one time the law names none: what each of them has is not known.
    """
    # 投资人 is a word for any shareholder, too: only of a stated sole proprietorship is he its owner.
    said = declared["interest"].is_in(["operator", REGISTERED_HEAD])
    said = said | (
        (declared["interest"] == "sole_owner") & (nodes["kind"].gather(declared["company"]) == "sole_trader")
    )
    person = nodes["type"].gather(declared["holder"]) == "Person"
    headed = declared["interest"].is_in(BRANCHS_OWN) & ~person
    owners = declared.filter(
        (said.fill_null(False) & person) | headed,
        ~pl.col("suspected"),
        ~pl.col("company").is_in(
            rows.filter(~pl.col("declared_indirect").fill_null(False))["company"].implode()
        ),
    )
    if owners.is_empty():
        return rows.clear()
    # Said twice of one time he has it once: each row begins where those before it have ended.
    owners = owners.sort("company", "holder", "start", "end", "key").with_columns(
        until=pl.col("end").shift(1).cum_max().over("company", "holder").fill_null(ALWAYS)
    )
    owners = owners.filter(pl.col("end") > pl.col("until")).with_columns(
        start=pl.max_horizontal("start", "until")
    )
    # Cut wherever somebody begins or ends: of one day either one has it alone, or several share it.
    cuts = pl.concat([owners.select("company", cut=end) for end in ("start", "end")]).unique()
    owners = owners.with_row_index("row").join(cuts, on="company")
    owners = owners.filter(pl.col("start") <= pl.col("cut"), pl.col("cut") < pl.col("end")).sort("row", "cut")
    owners = owners.with_columns(
        start="cut", end=pl.coalesce(pl.col("cut").shift(-1).over("row"), pl.col("end"))
    )
    owners = owners.with_columns(
        valid_from=iso_dates(owners["start"].to_numpy()),
        valid_to=iso_dates(owners["end"].to_numpy()),
        several=pl.col("holder").n_unique().over("company", "start") > 1,
    )
    whole = owners.select(
        "holder",
        "company",
        "key",
        "basis",
        "valid_from",
        "valid_to",
        "sources",
        share=pl.when(~pl.col("several")).then(1.0),
        list_kind=pl.lit(BY_LAW),
        counted=True,
        declared_indirect=False,
    )
    absent = [pl.lit(None, t).alias(n) for n, t in rows.schema.items() if n not in whole.columns]
    return whole.with_columns(absent).select(rows.columns).cast(dict(rows.schema))  # type: ignore[arg-type]


def members(concerts: pl.DataFrame, aliases: pl.DataFrame) -> pl.DataFrame:
    """Members of concerts: concert, member, scope (the company; -1 = every company), start, end."""
    named = pl.concat([concerts[column] for column in ("concert_id", "party_id", "company_id")])
    if concerts.is_empty():
        aliases = aliases.clear()
    node = aliases.select("id", "node").filter(pl.col("id").is_in(named.drop_nulls().unique().implode()))
    return (
        concerts.with_columns(
            start=pl.Series(day_numbers(concerts["valid_from"], ALWAYS)),
            end=pl.Series(day_numbers(concerts["valid_to"], NEVER)),
        )
        .join(node.rename({"node": "concert"}), left_on="concert_id", right_on="id")
        .join(node.rename({"node": "member"}), left_on="party_id", right_on="id")
        .join(node.rename({"node": "scope"}), left_on="company_id", right_on="id", how="left")
        .select("concert", "member", pl.col("scope").fill_null(-1), "start", "end")
        .unique()
        .sort("concert", "member", "scope", "start", "end")
    )


def concert_links(
    membership: pl.DataFrame, rows: pl.DataFrame, start: IntArray, end: IntArray, declared: pl.DataFrame
) -> pl.DataFrame:
    """What a concert stands above: the companies it is for, else all its members hold or are declared to control.

    Gives holder, company, start, end.
    """
    if membership.is_empty():
        return pl.DataFrame(schema=dict.fromkeys(("company", "start", "end", "holder"), pl.Int64()))
    held = pl.concat(
        [
            rows.select("company", member="holder", h_start=pl.Series(start), h_end=pl.Series(end)),
            declared.select("company", member="holder", h_start="start", h_end="end"),
        ]
    )
    everywhere = membership.filter(pl.col("scope") < 0).join(held, on="member")
    return (
        pl.concat(
            [
                membership.filter(pl.col("scope") >= 0).select("concert", "start", "end", company="scope"),
                everywhere.select(
                    "concert",
                    start=pl.max_horizontal("start", "h_start"),
                    end=pl.min_horizontal("end", "h_end"),
                    company="company",
                ),
            ]
        )
        .filter((pl.col("start") < pl.col("end")) & (pl.col("concert") != pl.col("company")))
        .select("company", "start", "end", holder="concert")
        .unique()
        .sort("company", "holder", "start", "end")
    )
