"""What is stated of owners, nominees and branches that can't be so together, or that decides nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import polars as pl

from graph.penetration.rows import REGISTERED_HEAD, SOLE_INTERESTS
from graph.penetration.tables import OwnershipTables
from graph.penetration.trust_rows import NOMINATOR, NOMINEE
from graph.quality import Quality, holding_at, weakness
from graph.resolution.exits import left_and_listed
from graph.stores import GraphStore

_WHOLE: Final = 1 - 1e-6


def contradictions(store: GraphStore, tables: OwnershipTables, as_of: str | None) -> Iterator[Quality]:
    """Every such weakness, at a date; empty = rows without an end."""
    yield from _left_and_listed(tables, as_of)
    yield from _firms_of_one(tables, as_of)
    yield from _nominees(tables, as_of)
    yield from _branches(store, tables, as_of)


def _one_id(tables: OwnershipTables) -> dict[str, str]:
    """One of its ids for each party that has several."""
    if tables.same_as.is_empty():
        return {}
    import networkx as nx  # No other command waits for it.

    same: nx.Graph[str] = nx.Graph(tables.same_as.select("from_id", "to_id").iter_rows())
    return {id_: min(ids) for ids in nx.connected_components(same) for id_ in ids}


def _left_and_listed(tables: OwnershipTables, as_of: str | None) -> Iterator[Quality]:
    one = _one_id(tables)
    held = tables.holdings.filter(pl.col("counted") & ~pl.col("declared_indirect").fill_null(False)).select(
        *("share", "share_class", "list_kind", "observed_on", "valid_from", "valid_to"),
        holder=pl.col("holder_id").replace(one),
        company=pl.col("company_id").replace(one),
        keys=pl.concat_list("key"),
    )
    held = held.sort("company", "holder", "keys")
    left = pl.concat(left_and_listed(held), how="horizontal").drop_nulls("left_on")
    yield from weakness(
        "left-and-listed",
        left.filter((pl.col("left_on") <= as_of) if as_of else pl.lit(True))["company"],
        "同一股东既列在没有日期的名单中，又另有记录称其已退出：持股仍然计入，请核实哪一条在后",
        "companies with a holder in a list without a date who left by another row: the holding counts, verify which is "
        "later",
    )


def _firms_of_one(tables: OwnershipTables, as_of: str | None) -> Iterator[Quality]:
    """Sole traders and sole proprietorships: who owns them by law against who is listed, and those of which neither is."""
    firms = tables.parties.filter(
        (pl.col("kind") == "sole_trader") & ~pl.col("name").fill_null("").str.contains("公司", literal=True)
    )["id"]
    if firms.is_empty():
        return
    one = _one_id(tables)
    firms = firms.replace(one).unique()
    held = tables.holdings.filter(pl.col("counted") & ~pl.col("declared_indirect").fill_null(False)).select(
        "share",
        "valid_from",
        "valid_to",
        company=pl.col("company_id").replace(one),
        holder=pl.col("holder_id").replace(one),
    )
    held = held.filter(pl.col("company").is_in(firms.implode()))
    lists = (
        held.filter(holding_at(as_of))
        .unique()
        .group_by("company", "holder")
        .agg(pl.col("share").sum(), known=pl.col("share").is_not_null().all())
    )
    several = (pl.len().over("company") > 1) | (pl.col("known") & (pl.col("share") < _WHOLE))
    yield from weakness(
        "sole-owner-listed-otherwise",
        lists.filter(several)["company"],
        "个体工商户或个人独资企业依法由一名投资人（经营者）全部拥有，而股东名单列有数人或不足100%：按名单计算，请核实企业类型和名单",
        "sole traders or proprietorships, each one person's whole by law, whose list has several holders or less than "
        "100%: the list counts, verify kind and list",
    )
    owner = tables.control.filter(pl.col("interest").is_in([*SOLE_INTERESTS, REGISTERED_HEAD]))["company_id"]
    known = pl.concat([held["company"], owner.replace(one).rename("company")])
    yield from weakness(
        "sole-owner-not-loaded",
        firms.filter(~firms.is_in(known.implode())),
        "个体工商户或个人独资企业依法归其经营者（投资人），但没有导入该人：请导入含企业名称和“经营者”“投资人”或“法定代表人/负责人”列的登记信息",
        "sole traders or proprietorships are their operator's or investor's by law, and nobody is loaded as that: load "
        "their register with name and 经营者, 投资人, or 法定代表人/负责人",
    )


def _nominees(tables: OwnershipTables, as_of: str | None) -> Iterator[Quality]:
    said = tables.control.filter(pl.col("interest").is_in([NOMINEE, NOMINATOR]) & holding_at(as_of))
    if said.is_empty():
        return
    one = _one_id(tables)
    said = said.select(
        company=pl.col("company_id").replace(one),
        party=pl.col("holder_id").replace(one),
        nominee=pl.col("interest") == NOMINEE,
    ).unique()
    yield from weakness(
        "nominee-in-itself",
        said.filter(pl.col("party") == pl.col("company"))["company"],
        "企业申报为自身的名义持有人或实际出资人：该申报不起作用，请核实",
        "companies declared nominee or nominator in themselves: the declaration does nothing, verify",
    )
    said = said.filter(pl.col("party") != pl.col("company")).with_columns(
        both=pl.col("nominee").n_unique().over("company", "party") > 1,
        nominators=(~pl.col("nominee")).sum().over("company"),
    )
    yield from weakness(
        "nominee-and-nominator",
        said.filter("both")["company"],
        "同一主体在一家企业中既申报为名义持有人又申报为实际出资人（如互为代持）：无法判断持股为谁所有，按登记计算，请核实",
        "companies in which a party is declared nominee and nominator both (two nominees of each other, say): whose its "
        "holding is can't be told, it counts as registered",
    )
    open_ = said.filter(pl.col("nominee") & ~pl.col("both") & (pl.col("nominators") != 1))
    yield from weakness(
        "nominee-for-whom",
        open_["company"],
        "申报了名义持有人，而实际出资人未申报或不止一人：其持股不计入任何人的控制和受益，请补充或核实",
        "companies with a declared nominee and no nominator, or several: the holding counts for nobody's control or "
        "benefit, state for whom it is held",
    )


def _branches(store: GraphStore, tables: OwnershipTables, as_of: str | None) -> Iterator[Quality]:
    """Circles of branches, whichever of its ids a company goes by in each row."""
    rows = store.query(
        "MATCH (b:Company)-[r:BRANCH_OF]->(c:Company) WHERE r.counted RETURN b.id AS branch, c.id AS company, "
        "r.valid_from AS valid_from, r.valid_to AS valid_to",
        timeout=120,
    )
    if not rows.num_rows:
        return
    import networkx as nx  # No other command waits for it.

    text = dict.fromkeys(("branch", "company", "valid_from", "valid_to"), pl.String)
    of = pl.DataFrame(pl.from_arrow(rows)).cast(text).filter(holding_at(as_of))  # type: ignore[arg-type]
    one = _one_id(tables)
    ends = of.select(pl.col("branch", "company").replace(one))
    above: nx.DiGraph[str] = nx.DiGraph(ends.iter_rows())
    round_ = [i for ids in nx.strongly_connected_components(above) if len(ids) > 1 for i in ids]
    round_ += list(nx.nodes_with_selfloops(above))
    yield from weakness(
        "branches-in-a-circle",
        pl.Series(round_, dtype=pl.String),
        "分支机构与所属企业互为分支（或循环）：总有一条不实，请核实",
        "companies that are branches of each other, or in a circle: one of the statements must be wrong, verify",
    )
