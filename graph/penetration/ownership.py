"""Ownership as arrays: built once from the tables, asked for any date.

Everything is numbered: a node is a cluster of `SAME_AS` (or a concert), in the order of canonical ids. Three
kinds of edges lead to a company: a stated holding, a declared control, and a concert standing above the companies
it is for. A date is a filter on edges; nothing is rebuilt for it.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from graph.penetration.days import ALWAYS, NEVER, IntArray, day_numbers
from graph.penetration.edges import BoolArray, Edges, FloatArray
from graph.penetration.identities import IdentityMode, resolve_identities
from graph.penetration.tables import OwnershipError, OwnershipTables, check_fractions

HOLDING: Final = 0
DECLARED_CONTROL: Final = 1
CONCERT: Final = 2
"""Kinds of edges: a row of `holdings`, a row of `control`, a concert above a company."""

# Declared interests that are control, and so enter the fixpoint. "Influence" alone is taken as suspected.
CONTROLLING_INTERESTS: Final = frozenset(
    {
        "stated_controller",
        "actual_controller",
        "board_appointment",
        "managing_partner",
        "nominator",
        "trustee",
        "accounting_consolidation",
        "control_by_agreement",
        "control_via_company_rules_or_articles",
        "control_by_legal_framework",
        "rights_granted_by_contract",
        "other_influence_or_control",
    }
)
SUSPECTED_INTERESTS: Final = frozenset({"other_influence_or_control"})
MANAGING_INTERESTS: Final = frozenset({"managing_partner", "legal_representative"})
"""Who controls a partnership (执行事务合伙人, shown by the register as its legal representative)."""

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
    "valid_from",
    "valid_to",
)


class UnknownCompanyError(OwnershipError):
    """No company has this id. `near`: ids that look like it."""

    def __init__(self, asked: str, near: list[str]):
        shown = "、".join(near)
        super().__init__(
            f"未找到主体“{asked}”。" + (f"是否指：{shown}？" if near else "请核对编号或先加载数据。"),
            f"No company {asked!r}. "
            + (f"Did you mean: {', '.join(near)}?" if near else "Check the id, or load its data."),
        )
        self.near = near


@dataclass(frozen=True)
class Holdings:
    """The rows of stated holdings that count, one array a property; `table` has their keys and sources.

    `low`, `high`: bounds of the share (equal where exact); `has_share` and `has_votes`: whether the row states
    them at all.
    """

    low: FloatArray
    high: FloatArray
    low_open: BoolArray
    high_open: BoolArray
    has_share: BoolArray
    votes_low: FloatArray
    votes_high: FloatArray
    votes_low_open: BoolArray
    has_votes: BoolArray
    declared: BoolArray
    general_partner: BoolArray
    dated: BoolArray
    basis: npt.NDArray[np.int8]
    table: pl.DataFrame

    def keys(self, row: int) -> list[str]:
        """Keys of the stated rows behind one row."""
        return list(self.table["keys"][row])

    def sources(self, row: int) -> list[str]:
        """Their sources."""
        return list(self.table["sources"][row] or ())


@dataclass(frozen=True)
class Ownership:
    """All ownership of a graph, ready to be looked through.

    `nodes`: id, type, name, kind, sorted by id, a row a node. `aliases`: id, node, basis, rank, sorted by id.
    `holding_edges`: stated holdings; `control_edges`: those that are direct, declared control (`control`), and
    concerts. `members` of concerts: concert, member, scope (a company; -1 = every company), start, end.
    """

    tables: OwnershipTables
    identity: IdentityMode
    nodes: pl.DataFrame
    aliases: pl.DataFrame
    holdings: Holdings
    holding_edges: Edges
    control_edges: Edges
    control: pl.DataFrame
    members: pl.DataFrame
    _readings: dict[str, Ownership] = field(default_factory=dict, repr=False)

    @classmethod
    def build(cls, tables: OwnershipTables, identity: IdentityMode = "standard") -> Ownership:
        """Number the parties and lay out the rows.

        Raises `OwnershipError` on a share outside 0 to 1, `DateError` on a date that is none.
        """
        tables = tables.shaped()
        counted = tables.holdings.filter(pl.col("counted"))
        check_fractions(counted)
        nodes, aliases = resolve_identities(_all_parties(tables), tables.same_as, identity)
        n = nodes.height
        rows = _one_list_a_cluster(_numbered(counted, aliases))
        rows = _once(rows.sort("company", "holder", "key"))
        start = day_numbers(rows["valid_from"], ALWAYS)
        end = day_numbers(rows["valid_to"], NEVER)
        holder, company = rows["holder"].to_numpy(), rows["company"].to_numpy()
        place = np.arange(rows.height, dtype=np.int64)
        owning = Edges.of(n, holder, company, start, end, place, np.zeros(len(place), dtype=np.int8))

        control = _controlling(_numbered(tables.control, aliases), nodes)
        members = _members(tables.concerts, aliases)
        concerts = _concert_links(members, rows, start, end)
        stated = np.flatnonzero(~rows["declared_indirect"].to_numpy())
        parts = {
            "holder": [holder[stated], control["holder"].to_numpy(), concerts["holder"].to_numpy()],
            "company": [company[stated], control["company"].to_numpy(), concerts["company"].to_numpy()],
            "start": [start[stated], control["start"].to_numpy(), concerts["start"].to_numpy()],
            "end": [end[stated], control["end"].to_numpy(), concerts["end"].to_numpy()],
            "row": [stated, np.arange(control.height), np.arange(concerts.height)],
        }
        joined = {name: np.concatenate(arrays).astype(np.int64) for name, arrays in parts.items()}
        kinds = np.repeat(
            np.array([HOLDING, DECLARED_CONTROL, CONCERT], dtype=np.int8),
            [len(stated), control.height, concerts.height],
        )
        controlling = Edges.of(n, **joined, kind=kinds)
        return cls(tables, identity, nodes, aliases, _holdings(rows), owning, controlling, control, members)

    def reading(self, identity: IdentityMode) -> Ownership:
        """The same ownership under another identity mode; built when first asked for."""
        if identity == self.identity:
            return self
        if identity not in self._readings:
            self._readings[identity] = Ownership.build(self.tables, identity)
        return self._readings[identity]

    def node_of(self, party_id: str) -> int:
        """The node of a party, by any of its ids. Raises `UnknownCompanyError` naming ids that look like it."""
        ids = self.aliases["id"]
        place = int(ids.search_sorted(party_id)) if len(ids) else 0
        if place < len(ids) and ids[place] == party_id:
            return int(self.aliases["node"][place])
        raise UnknownCompanyError(party_id, self._near(party_id))

    def nodes_of(self, party_ids: pl.Series) -> IntArray:
        """Nodes of many parties; -1 where there is none."""
        frame = (
            party_ids.rename("id")
            .to_frame()
            .join(self.aliases.select("id", "node"), on="id", how="left", maintain_order="left")
        )
        return frame["node"].fill_null(-1).to_numpy().astype(np.int64)

    def ids(self, nodes: IntArray) -> pl.Series:
        """Canonical ids of nodes."""
        return self.nodes["id"].gather(nodes)

    @cached_property
    def partnerships(self) -> BoolArray:
        """Which nodes are partnerships, whose partners' shares are no votes."""
        return (self.nodes["kind"] == "partnership").fill_null(False).to_numpy()

    @cached_property
    def concerts(self) -> BoolArray:
        """Which nodes are groups acting together."""
        return (self.nodes["type"] == "Concert").to_numpy()

    def _near(self, asked: str) -> list[str]:
        """Up to three ids whose text, or whose name, is close: by a shared start or end, then by likeness."""
        value = asked.split(":", 1)[-1]
        half = max(1, len(value) // 2)
        head, tail = value[:half], value[-half:]
        ids = self.aliases.join(
            self.nodes.select("name").with_row_index("node").cast({"node": pl.Int64}), on="node"
        )
        bare = pl.col("id").str.splitn(":", 2).struct.field("field_1").fill_null(pl.col("id"))
        close = ids.filter(
            bare.str.starts_with(head)
            | bare.str.ends_with(tail)
            | pl.col("name").str.contains(value, literal=True)
        ).head(2000)
        if close.is_empty() and ids.height <= 5000:
            close = ids
        texts = {t: i for i, name in close.select("id", "name").iter_rows() for t in (i, name) if t}
        return list(dict.fromkeys(texts[t] for t in difflib.get_close_matches(asked, list(texts), 3, 0.5)))


def _all_parties(tables: OwnershipTables) -> pl.DataFrame:
    """Every party once; ends of rows that no record describes are parties too."""
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

    implied = [
        ends(tables.holdings, "company_id", "Company"),
        ends(tables.holdings, "holder_id", None),
        ends(tables.control, "company_id", "Company"),
        ends(tables.control, "holder_id", None),
        ends(tables.concerts, "concert_id", "Concert"),
        ends(tables.concerts, "party_id", None),
        ends(tables.concerts, "company_id", "Company"),
    ]
    missing = (
        pl.concat(implied).unique("id", keep="first", maintain_order=True).join(known, on="id", how="anti")
    )
    return pl.concat([known.unique("id", keep="first", maintain_order=True), missing])


def _numbered(rows: pl.DataFrame, aliases: pl.DataFrame) -> pl.DataFrame:
    """Adds holder and company (nodes), basis (the weaker of both ends), company_rank (of the id stated)."""
    ends = aliases.select("id", "node", "basis", "rank")
    return (
        rows.join(
            ends.rename({"node": "holder", "basis": "b1"}).drop("rank"), left_on="holder_id", right_on="id"
        )
        .join(
            ends.rename({"node": "company", "basis": "b2", "rank": "company_rank"}),
            left_on="company_id",
            right_on="id",
        )
        .with_columns(basis=pl.max_horizontal("b1", "b2"))
    )


def _one_list_a_cluster(rows: pl.DataFrame) -> pl.DataFrame:
    """Lists of one company under two of its ids are alternatives: the one under the better id counts.

    Rows of one data set are one list, whichever id each of them names.
    """
    several = (
        rows.group_by("company")
        .agg(ids=pl.col("company_id").n_unique(), sets=pl.col("dataset").n_unique())
        .filter((pl.col("ids") > 1) & (pl.col("sets") > 1))
    )
    if several.is_empty():
        return rows
    mine = rows.join(several.select("company"), on="company", how="semi")
    best = (
        mine.sort("company", "company_rank", "company_id", "dataset")
        .group_by("company", maintain_order=True)
        .agg(best_id=pl.col("company_id").first())
    )
    kept = (
        mine.join(best, on="company")
        .with_columns(chosen=(pl.col("company_id") == pl.col("best_id")).any().over("company", "dataset"))
        .filter("chosen")
        .select(rows.columns)
    )
    return pl.concat([rows.join(several.select("company"), on="company", how="anti"), kept])


def _once(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows equal in everything that counts are one row, with all their keys and sources."""
    rows = rows.with_columns(pl.col("declared_indirect").fill_null(False))
    single = rows.with_columns(keys=pl.concat_list("key"))
    same = rows.select(_COUNTS).is_duplicated()
    if not same.any():
        return single
    twice = (
        rows.filter(same)
        .group_by(_COUNTS, maintain_order=True)
        .agg(
            pl.all().exclude(*_COUNTS, "sources").first(),
            keys=pl.col("key").unique().sort(),
            sources=pl.col("sources").explode().drop_nulls().unique().sort(),
        )
    )
    return pl.concat([single.filter(~same), twice.select(single.columns)]).sort("company", "holder", "key")


def _holdings(rows: pl.DataFrame) -> Holdings:
    def bounds(name: str) -> tuple[FloatArray, FloatArray, BoolArray]:
        point, low, high = pl.col(name), pl.col(f"{name}_min"), pl.col(f"{name}_max")
        got = rows.select(
            low=pl.coalesce(point, low, 0.0),
            high=pl.max_horizontal(pl.coalesce(point, high, 1.0), pl.coalesce(point, low, 0.0)),
            stated=pl.any_horizontal(e.is_not_null() for e in (point, low, high)),
        )
        return got["low"].to_numpy(), got["high"].to_numpy(), got["stated"].to_numpy()

    low, high, has_share = bounds("share")
    votes_low, votes_high, has_votes = bounds("votes")
    opens = rows.select(
        low=pl.col("min_open").fill_null(False) & pl.col("share").is_null(),
        high=pl.col("max_open").fill_null(False) & pl.col("share").is_null(),
        votes=pl.col("min_open").fill_null(False) & pl.col("votes").is_null(),
    )
    return Holdings(
        low,
        high,
        opens["low"].to_numpy(),
        opens["high"].to_numpy(),
        has_share,
        votes_low,
        votes_high,
        opens["votes"].to_numpy(),
        has_votes,
        rows["declared_indirect"].to_numpy(),
        (rows["holder_role"] == "general_partner").fill_null(False).to_numpy(),
        (
            rows["valid_from"].is_not_null()
            | rows["valid_to"].is_not_null()
            | rows["observed_on"].is_not_null()
        ).to_numpy(),
        rows["basis"].to_numpy(),
        rows.select("keys", "sources"),
    )


def _controlling(rows: pl.DataFrame, nodes: pl.DataFrame) -> pl.DataFrame:
    """Declared control that enters the fixpoint: holder, company, interest, suspected, basis, start, end…"""
    partnership = nodes["kind"].gather(rows["company"]) == "partnership"
    rows = rows.with_columns(
        partnership=partnership.fill_null(False), interest=pl.col("interest").fill_null("")
    )
    enters = pl.col("interest").is_in(list(CONTROLLING_INTERESTS)) | (
        pl.col("partnership") & pl.col("interest").is_in(list(MANAGING_INTERESTS))
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
        suspected=suspected,
        start=pl.Series(day_numbers(rows["valid_from"], ALWAYS)),
        end=pl.Series(day_numbers(rows["valid_to"], NEVER)),
    )


def _members(concerts: pl.DataFrame, aliases: pl.DataFrame) -> pl.DataFrame:
    """Members of concerts: concert, member, scope (the company; -1 = every company), start, end."""
    node = aliases.select("id", "node")
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


def _concert_links(members: pl.DataFrame, rows: pl.DataFrame, start: IntArray, end: IntArray) -> pl.DataFrame:
    """What a concert stands above: the companies it is for, else all its members hold: holder, company, start, end."""
    held = rows.select("company", member="holder", h_start=pl.Series(start), h_end=pl.Series(end))
    everywhere = members.filter(pl.col("scope") < 0).join(held, on="member")
    return (
        pl.concat(
            [
                members.filter(pl.col("scope") >= 0).select("concert", "start", "end", company="scope"),
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
