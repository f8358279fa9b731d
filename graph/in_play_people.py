"""Who stands above one bidder of a lot, further up than its own register may say, and concerns another bidder of it.

A party behind one bidder only is not in play for that. Who runs another bidder is looked for from those who run
bidders: of them only who holds or controls another company as well can stand above another bidder, and only the other
bidders of their lots are looked above; so are the companies they run beside it. Names are laid beside each other lot by lot, where anybody is known by name alone.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import polars as pl

from graph.model import REL_TYPES
from graph.names import UNNUMBERED, name_key
from graph.ownership_above import ask
from graph.penetration import Ownership
from graph.penetration.edges import Edges, reach_up
from graph.stores.contract import GraphStore
from graph.stores.known_nodes import about

_POSTS: Final = tuple(
    f"MATCH (p:{start})-[r:{type_}]->(c:{end}) WHERE r.counted "
    "RETURN DISTINCT c.id AS company_id, p.id AS party_id, p.name AS name"
    for type_ in ("LEGAL_REP_OF", "OFFICER_OF")
    for start, end in REL_TYPES[type_].pairs
)
_POSTS_NEAR: Final = tuple(about(query, "c:Company") for query in _POSTS)
_POSTS_OF_BIDDERS: Final = tuple(
    query.replace("->(c:Company)", "->(c:Company)-[:SUBMITS]->(:Bid)") for query in _POSTS
)
_POSTS_ELSEWHERE: Final = tuple(
    about(
        f"MATCH (p:Person)-[r:{type_}]->(c:Company) WHERE r.counted "
        "RETURN DISTINCT c.id AS company_id, p.id AS party_id, p.name AS name",
        "p:Person",
    )
    for type_ in ("LEGAL_REP_OF", "OFFICER_OF")
)
_POSTED: Final[dict[str, pl.DataType]] = dict.fromkeys(("company_id", "party_id", "name"), pl.String())


def beside_others(
    store: GraphStore,
    ownership: Ownership,
    bidders: pl.DataFrame,
    posts: pl.DataFrame,
    lots: Collection[str] | None,
) -> pl.DataFrame:
    """Bidders with who stands above them, by structure of any date, and concerns another bidder of the same lot.

    Who runs the other one, or is run by who does; through layers, who bears the name of somebody of the other, where
    one of the two is known by name alone; and who holds for somebody behind the other, or for nobody who is named.
    `bidders`: company_id, on_date, group_id (the lot); of `lots` alone, where these are given; `posts`: what `posts_of`
    gives. Gives the columns of `bidders` with company and holder (nodes).
    """
    asked = asked_nodes(ownership, bidders)
    if lots is not None:
        asked = asked.filter(pl.col("group_id").is_in(list(lots)))
    parts = [
        _running(ownership, asked, posts),
        _running_above(store, ownership, asked, posts),
        _namesakes(ownership, asked, posts),
        _behind_nominees(ownership, asked),
    ]
    return pl.concat(parts).unique()


def _running(ownership: Ownership, asked: pl.DataFrame, posts: pl.DataFrame) -> pl.DataFrame:
    edges = ownership.control_edges
    runs = posts.select("runs", "holder").filter(pl.col("holder") >= 0).unique()
    held = pl.DataFrame({"holder": edges.holder, "held": edges.company})
    held = held.join(runs.select("holder").unique(), on="holder", how="semi")
    runs = runs.join(held, on="holder").filter(pl.col("held") != pl.col("runs")).drop("held").unique()
    at = asked.select("group_id", runs="company").join(runs, on="runs")
    others = asked.join(at, on="group_id").filter(pl.col("company") != pl.col("runs"))
    over = standing_above(edges, others["company"]).filter(pl.col("holder") != pl.col("company"))
    return others.join(over, on=["company", "holder"], how="semi").select(*asked.columns, "holder").unique()


def _running_above(
    store: GraphStore, ownership: Ownership, asked: pl.DataFrame, posts: pl.DataFrame
) -> pl.DataFrame:
    """Companies above a bidder that are run by who runs another bidder."""
    runs = posts.filter(pl.col("party_id").str.starts_with("person")).select("runs", "party_id").unique()
    persons = runs["party_id"].unique().to_list()
    found = pl.concat([ask(store, query, persons, _POSTED) for query in _POSTS_ELSEWHERE])
    elsewhere = found.select("party_id", holder=nodes_of(ownership, found["company_id"])).unique()
    elsewhere = elsewhere.filter(pl.col("holder").is_in(pl.Series(ownership.control_edges.holder).implode()))
    at = runs.join(elsewhere, on="party_id").filter(pl.col("holder") != pl.col("runs"))
    at = asked.select("group_id", runs="company").join(at.drop("party_id").unique(), on="runs")
    others = asked.join(at, on="group_id").filter(
        (pl.col("company") != pl.col("runs")) & (pl.col("company") != pl.col("holder"))
    )
    over = standing_above(ownership.control_edges, others["company"])
    return others.join(over, on=["company", "holder"], how="semi").select(*asked.columns, "holder").unique()


def _behind_nominees(ownership: Ownership, asked: pl.DataFrame) -> pl.DataFrame:
    """Nominees above a bidder, with their nominators, where one of these stands above another bidder of the lot as well,
    or, of a company, a party above it; it is then asked too.

    Nominees for nobody who is named, for several, or for a company of whose owners nothing is known, are looked for above
    every bidder: who benefits is not known.
    """
    said = ownership.in_trust.select("party", "nominee", at="company").unique()
    if said.is_empty():
        return asked.with_columns(holder="company").clear()
    over = standing_above(ownership.control_edges, asked["company"])
    trusts = over.join(said, left_on="holder", right_on="at").rename({"holder": "at"})
    nominators = trusts.filter(~pl.col("nominee"))
    owners = _owners(ownership, nominators["party"])
    behind = pl.concat([nominators.select(holder="party"), owners.select(holder="owner")]).unique()
    above = asked.join(over.join(behind, on="holder", how="semi"), on="company")
    several = above.filter(pl.col("company").n_unique().over("group_id", "holder") > 1)
    theirs = several.join(owners, left_on="holder", right_on="owner").join(
        nominators.select("company", "party").unique(), on=["company", "party"]
    )
    tying = pl.concat([several.select("company", party="holder"), theirs.select("company", "party")]).unique()
    for_these = nominators.join(tying, on=["company", "party"], how="semi").select("company", "at")
    one = nominators.group_by("company", "at").agg(n=pl.col("party").n_unique()).filter(pl.col("n") == 1)
    holding = trusts.filter("nominee").select("company", "at", holder="party")
    unknown = holding.join(one, on=["company", "at"], how="anti").select("company", "at")
    persons = pl.Series((ownership.nodes["type"] == "Person").arg_true(), dtype=pl.Int64)
    firms = nominators.filter(~pl.col("party").is_in(persons.implode()))
    blank = firms.filter(~pl.col("party").is_in(owners["party"].implode())).select("company", "at")
    unknown = pl.concat([unknown, blank])
    wanted = holding.join(pl.concat([for_these, unknown]).unique(), on=["company", "at"], how="semi")
    nominees = asked.join(wanted.select("company", "holder").unique(), on="company")
    ids = ownership.ids(theirs["party"].to_numpy()).cast(pl.String)
    asked_too = theirs.with_columns(company_id=ids, company="party").select(several.columns)
    return pl.concat([several, nominees.select(several.columns), asked_too]).unique()


def _owners(ownership: Ownership, nominators: pl.Series) -> pl.DataFrame:
    """All above some nominators that are companies, on holdings of any date: party, owner (nodes)."""
    firms = pl.Series((ownership.nodes["type"] == "Company").arg_true(), dtype=pl.Int64)
    over = standing_above(
        ownership.holding_edges, nominators.filter(nominators.is_in(firms.implode()))
    ).rename({"company": "party", "holder": "owner"})
    return over.filter(pl.col("owner") != pl.col("party"))


def of_names(ownership: Ownership, bidders: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """Bidders with who stands above them and bears the name of another one of `people` of their lot, a number lacking.

    `people`: group_id (the lot), person_id, name. Gives the columns of `beside_others`.
    """
    asked = asked_nodes(ownership, bidders)
    persons, theirs = _persons(ownership), name_key(people["name"])
    named = people.with_columns(name=theirs).drop_nulls("name").unique()
    persons = persons.with_columns(name=name_key(persons["name"])).drop_nulls("name")
    both = named.join(persons, on="name").filter(
        (pl.col("person_id") != pl.col("party_id"))
        & (pl.col("person_id").str.starts_with(UNNUMBERED) | pl.col("party_id").str.starts_with(UNNUMBERED))
    )
    near = asked.join(both.select("group_id", "holder").unique(), on="group_id")
    if near.is_empty():
        return near.select(*asked.columns, "holder")
    over = standing_above(ownership.control_edges, near["company"])
    return near.join(over, on=["company", "holder"], how="semi").select(*asked.columns, "holder").unique()


def _persons(ownership: Ownership) -> pl.DataFrame:
    """All persons who hold or control anything: holder (node), party_id, name."""
    nodes = ownership.nodes.with_row_index("holder").filter(pl.col("type") == "Person")
    return nodes.select(
        pl.col("holder").cast(pl.Int64), pl.col("id").cast(pl.String).alias("party_id"), "name"
    )


def _namesakes(ownership: Ownership, asked: pl.DataFrame, posts: pl.DataFrame) -> pl.DataFrame:
    nodes = _persons(ownership)
    known = pl.concat([nodes.select("party_id", "name"), posts.select("party_id", "name")])
    loose = known.filter(pl.col("party_id").str.starts_with(UNNUMBERED))["name"].drop_nulls()
    if loose.is_empty():
        return asked.with_columns(holder="company").clear()
    over = standing_above(ownership.control_edges, asked["company"]).join(nodes, on="holder")
    people = pl.concat([over, posts.select("party_id", "name", company="runs")], how="diagonal")
    people = people.with_columns(name=name_key(people["name"]))
    people = people.filter(pl.col("name").is_in(name_key(loose).unique().implode())).unique()
    at = ["group_id", "name"]
    found = asked.join(people, on="company")
    several = [pl.col(c).n_unique().over(at) > 1 for c in ("company", "party_id")]
    one_loose = pl.col("party_id").str.starts_with(UNNUMBERED).any().over(at)
    return found.filter(*several, one_loose).drop_nulls("holder").select(*asked.columns, "holder").unique()


def posts_of(
    store: GraphStore, ownership: Ownership, bidders: pl.DataFrame, lots: Collection[str] | None
) -> pl.DataFrame:
    """Who runs the bidders, of some lots or of all: runs, holder (nodes, -1 for who is not in the register), party_id, name.

    What is stated at another id of a bidder counts. `bidders`: as `beside_others` takes them.
    """
    some = lots is not None
    asked = asked_nodes(ownership, bidders)
    if lots is not None:
        asked = asked.filter(pl.col("group_id").is_in(list(lots)))
    ids = asked["company_id"].unique()
    nodes = asked["company"].unique()
    others = ownership.aliases.filter(pl.col("node").is_in(nodes.implode()))["id"].cast(pl.String)
    others = others.filter(~others.is_in(ids.implode()))
    found = [
        ask(store, query, (pl.concat([ids, others]) if some else others).to_list(), _POSTED)
        for query in _POSTS_NEAR
    ]
    if not some:
        found += [read(store, query, _POSTED) for query in _POSTS_OF_BIDDERS]
    posts = pl.concat(found)
    posts = posts.with_columns(
        runs=nodes_of(ownership, posts["company_id"]), holder=nodes_of(ownership, posts["party_id"])
    )
    return posts.drop("company_id").filter(pl.col("runs") >= 0).unique()


def read(store: GraphStore, query: str, schema: dict[str, pl.DataType]) -> pl.DataFrame:
    """The answer of a query about everything."""
    table = store.query(query, timeout=300)
    if table.num_rows == 0:
        return pl.DataFrame(schema=schema)
    return pl.DataFrame(pl.from_arrow(table)).cast(dict(schema))  # type: ignore[arg-type]


def nodes_of(ownership: Ownership, ids: pl.Series) -> pl.Series:
    """The nodes of some ids; -1 where nothing is known of one."""
    return pl.Series("node", ownership.nodes_of(ids), dtype=pl.Int64)


def asked_nodes(ownership: Ownership, bidders: pl.DataFrame) -> pl.DataFrame:
    """Bidders with their node (company), those of which anything is known."""
    return bidders.with_columns(company=nodes_of(ownership, bidders["company_id"])).filter(
        pl.col("company") >= 0
    )


def standing_above(edges: Edges, companies: pl.Series) -> pl.DataFrame:
    """What may stand above each company, itself included, on links of any date: company, holder (nodes)."""
    nodes = companies.unique().sort().to_numpy()
    reach = reach_up(edges, nodes, None)
    return pl.DataFrame({"company": nodes[reach.question], "holder": reach.node})
