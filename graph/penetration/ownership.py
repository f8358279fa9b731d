"""Ownership as arrays: built once from the tables, asked for any date.

Everything is numbered: a node is a cluster of `SAME_AS` (or a concert), in the order of canonical ids. Four
kinds of edges lead to a company: a stated holding, a declared control, a concert standing above the companies
it is for, and what says that a holder is a nominee. A date is a filter on edges; nothing is rebuilt for it.
"""

from __future__ import annotations

import difflib
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from graph.names import is_partnerships_name
from graph.penetration.days import ALWAYS, NEVER, IntArray, day_numbers
from graph.penetration.edges import BoolArray, Edges, FloatArray
from graph.penetration.identities import Identities, IdentityMode, resolve_identities
from graph.penetration.interest_rows import unknown_interests
from graph.penetration.list_rows import LEFT_OUT, several_lists
from graph.penetration.rows import (
    BY_LAW,
    MANAGING_INTERESTS,
    all_parties,
    are_partnerships,
    concert_links,
    controlling,
    in_order,
    members,
    numbered,
    once,
    one_list_a_cluster,
    one_observation_a_day,
    sole_owners,
    without_owners_by_law,
)
from graph.penetration.tables import OwnershipError, OwnershipTables, check_fractions
from graph.penetration.trust_rows import in_trust, nominee_links
from graph.resolution.exits import left_and_listed

HOLDING: Final = 0
DECLARED_CONTROL: Final = 1
CONCERT: Final = 2
IN_TRUST: Final = 3
"""Kinds of edges: a row of `holdings`, a row of `control`, a concert above a company, a row of `in_trust` by which a
holder is a nominee."""
_NODES_A_NAME: Final = 50
"""Nodes of a register for each that is asked about, up to which each of them is looked up."""


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


class NoOwnershipError(OwnershipError):
    """There is nothing to look through at all."""

    def __init__(self) -> None:
        super().__init__(
            "库中没有任何股权、控制关系或一致行动数据：请先导入持股表（shareholdings）。",
            "No holding, control or concert is loaded at all: load a table of shareholdings first.",
        )


_OWN_PERSON: Final = "person."
_FEW: Final = 10_000
"""Parties up to which a binary search each beats a join with all."""


def _repeated(places: IntArray) -> BoolArray:
    """Which of the places stand there more than once."""
    repeated: BoolArray = np.bincount(places, minlength=1)[places] > 1
    return repeated


def _texts(value: pl.Series | None) -> list[str]:
    return [] if value is None else value.to_list()


@dataclass(frozen=True)
class Holdings:
    """The rows of stated holdings that count, one array a property; `table` has their keys and sources, and of a row without
    a date the day on which another row says that the holder left (`left_on`), with that one's keys (`left_by`).

    `low`, `high`: bounds of the share (equal where exact); `has_share` and `has_votes`: whether the row states
    them at all. `by_law`: no list states it, see `sole_owners`.
    """

    low: FloatArray
    high: FloatArray
    low_open: BoolArray
    high_open: BoolArray
    has_share: BoolArray
    votes_low: FloatArray
    votes_high: FloatArray
    votes_low_open: BoolArray
    votes_high_open: BoolArray
    has_votes: BoolArray
    declared: BoolArray
    general_partner: BoolArray
    by_law: BoolArray
    dated: BoolArray
    basis: npt.NDArray[np.int8]
    table: pl.DataFrame

    def keys(self, row: int) -> list[str]:
        """Keys of the stated rows behind one row."""
        return _texts(self.table["keys"][row])

    def sources(self, row: int) -> list[str]:
        """Their sources."""
        return _texts(self.table["sources"][row])


@dataclass(frozen=True)
class Ownership:
    """All ownership of a graph, ready to be looked through.

    `nodes`: id, type, name, kind, sorted by id, a row a node. `aliases`: id, node, basis, rank, sorted by id.
    `holding_edges`: stated holdings; `control_edges`: those that are direct, declared control (`control`),
    concerts, and nominees, whose days change who controls. `members` of concerts: concert, member, scope (a company; -1 = every company), start, end. `lists`: every
    list of the companies that have one left out (see `several_lists`). `unnamed`: parties nobody names, and why (node,
    reason). `unknown_interests`: who has a stated interest of no known kind (company, holder, start, end). `in_trust`:
    declared nominees and nominators (see `nominees`). `twice`: nodes whose id is given to parties of two types. `by_name`: some parties are joined by a unique name alone. `again`: how to lay the same out under another
    identity mode.
    """

    identity: IdentityMode
    nodes: pl.DataFrame
    aliases: pl.DataFrame
    holdings: Holdings
    holding_edges: Edges
    control_edges: Edges
    control: pl.DataFrame
    members: pl.DataFrame
    lists: pl.DataFrame
    unnamed: pl.DataFrame
    unknown_interests: pl.DataFrame
    in_trust: pl.DataFrame
    twice: IntArray
    by_name: bool
    again: Callable[[IdentityMode], Ownership] | None = field(default=None, repr=False)
    _readings: dict[str, Ownership] = field(default_factory=dict, repr=False)

    @classmethod
    def build(cls, tables: OwnershipTables, identity: IdentityMode = "standard") -> Ownership:
        """Number the parties and lay out the rows.

        Raises `OwnershipError` on a share outside 0 to 1 or a band the wrong way round, `DateError` on a date that is none.
        """
        tables = tables.shaped()
        holdings, ends = tables.holdings, tables.ends
        aside, aside_ends = holdings.clear(), ends if ends is None else ends.clear()
        if not holdings["counted"].all():
            counted, left_out = holdings["counted"], holdings.select(LEFT_OUT).to_series()
            aside, aside_ends = holdings.filter(left_out), ends if ends is None else ends.filter(left_out)
            holdings, ends = holdings.filter(counted), ends if ends is None else ends.filter(counted)
        check_fractions(holdings)
        parties = all_parties(tables)
        named = resolve_identities(parties, tables.same_as, identity)
        nodes, aliases = named.nodes, named.aliases
        n = nodes.height
        if ends is not None and aside_ends is not None:
            ends, aside_ends = (
                both.select(pl.Series(name, named.alias_of).gather(both[name]) for name in both.columns)
                for both in (ends, aside_ends)
            )
            if aliases.height == n:
                # Only parties under several ids need to know by which a row names them.
                holdings, aside = (f.drop("holder_id", "company_id") for f in (holdings, aside))
        rows = numbered(holdings, aliases, ends)
        aside = without_owners_by_law(numbered(aside, aliases, aside_ends), nodes)
        if aliases.height > n:
            rows = without_owners_by_law(rows, nodes)
            rows, under_another_id = one_list_a_cluster(rows)
            rows, replaced = one_observation_a_day(rows, nodes)
            aside = pl.concat([aside, under_another_id, replaced])
        lists = several_lists(rows, aside)
        control = numbered(tables.control, aliases)
        general = (rows["holder_role"] == "general_partner").fill_null(False)
        declared = controlling(control, nodes, rows["company"].filter(general).unique().to_numpy())
        rows = pl.concat([rows, sole_owners(rows, declared, nodes)])
        rows, left = left_and_listed(once(in_order(rows)))
        start = day_numbers(rows["valid_from"], ALWAYS)
        end = day_numbers(rows["valid_to"], NEVER)
        holder, company = rows["holder"].to_numpy(), rows["company"].to_numpy()
        place = np.arange(rows.height, dtype=np.int64)
        owning = Edges.of(n, holder, company, start, end, place, np.zeros(len(place), dtype=np.int8))

        membership = members(tables.concerts, aliases)
        concerts = concert_links(membership, rows, start, end, declared)
        # An owner by law controls as what he is declared to be, not by votes.
        stated = rows["list_kind"].ne_missing(BY_LAW) & ~rows["declared_indirect"]
        direct = np.flatnonzero(stated.to_numpy())
        control_edges = owning
        trusted = in_trust(control)
        nominees = nominee_links(trusted, rows[direct], start[direct], end[direct])
        if len(direct) < rows.height or declared.height or concerts.height or nominees.height:
            held = pl.DataFrame(
                {
                    "holder": holder[direct],
                    "company": company[direct],
                    "start": start[direct],
                    "end": end[direct],
                }
            )
            parts = (
                (HOLDING, held.with_columns(row=direct)),
                (DECLARED_CONTROL, declared.with_row_index("row")),
                (CONCERT, concerts.with_row_index("row")),
                (IN_TRUST, nominees),
            )
            joined = {
                name: np.concatenate([part[name].to_numpy() for _, part in parts]).astype(np.int64)
                for name in ("holder", "company", "start", "end", "row")
            }
            kinds = np.repeat(
                np.array([kind for kind, _ in parts], dtype=np.int8), [part.height for _, part in parts]
            )
            control_edges = Edges.of(n, **joined, kind=kinds)
        twice = aliases.clear()
        if aliases.height < parties.height:
            natures = parties.select("id", "type").filter(pl.Series(_repeated(named.alias_of))).unique()
            both = natures.filter(pl.col("id").is_duplicated())["id"]
            twice = aliases.filter(pl.col("id").is_in(both.implode()))
        return cls(
            identity,
            nodes,
            aliases,
            _holdings(rows, left),
            owning,
            control_edges,
            declared,
            membership,
            lists,
            _unnamed(tables.parties["unnamed"], named),
            unknown_interests(control),
            trusted,
            np.unique(twice["node"].to_numpy()),
            bool((tables.same_as["by"] == "unique_name").any()),
            lambda mode: Ownership.build(tables, mode),
        )

    def reading(self, identity: IdentityMode) -> Ownership:
        """The same ownership under another identity mode; built when first asked for."""
        if identity == self.identity:
            return self
        if identity not in self._readings:
            # The modes differ in what is joined by name, and in nothing else.
            by_name = self.by_name and self.again is not None
            self._readings[identity] = (
                self.again(identity) if by_name and self.again else replace(self, identity=identity)
            )
        return self._readings[identity]

    def node_of(self, party_id: str) -> int:
        """The node of a party, by any of its ids. Raises `UnknownCompanyError` naming ids that look like it."""
        node = self.known_node(party_id)
        if node is None:
            raise UnknownCompanyError(party_id, self._near(party_id))
        return node

    def known_node(self, party_id: str) -> int | None:
        """The node of a party, by any of its ids; None where there is none."""
        ids = self.aliases["id"]
        # A search of the engine's own begins a query for one id.
        place = bisect_left(ids, party_id)
        return int(self.aliases["node"][place]) if place < len(ids) and ids[place] == party_id else None

    @property
    def is_empty(self) -> bool:
        """Whether there is no holding, control or concert at all."""
        stated = (self.control, self.members, self.unknown_interests)
        return not len(self.holdings.low) and all(rows.is_empty() for rows in stated)

    def require(self) -> Ownership:
        """The same, where there is anything to look through. Raises `NoOwnershipError`."""
        if self.is_empty:
            raise NoOwnershipError()
        return self

    def nodes_of(self, party_ids: pl.Series) -> IntArray:
        """Nodes of many parties; -1 where there is none."""
        if len(party_ids) <= _FEW:
            return self._nodes_of_few(party_ids)
        # In order, the asked ids walk through the known ones; a join would look at every one of those.
        asked = party_ids.rename("id").unique().sort()
        known = asked.to_frame().with_columns(node=pl.Series(self._nodes_of_few(asked)))
        frame = party_ids.rename("id").to_frame().join(known, on="id", how="left", maintain_order="left")
        return frame["node"].fill_null(-1).to_numpy().astype(np.int64)

    def _nodes_of_few(self, party_ids: pl.Series) -> IntArray:
        ids = self.aliases["id"]
        if ids.is_empty() or party_ids.is_empty():
            return np.full(len(party_ids), -1, dtype=np.int64)
        asked = party_ids.cast(pl.String)
        places = ids.search_sorted(asked.fill_null("")).clip(upper_bound=len(ids) - 1)
        found = (ids.gather(places) == asked).fill_null(False).to_numpy()
        return np.where(found, self.aliases["node"].gather(places).to_numpy(), -1).astype(np.int64)

    def places_of(self, component: str) -> list[int]:
        """The nodes a component of a declared route names: a party, or both ends of a stated holding.

        A holding is named by its key, or by the statement its source ends with.
        """
        node = self.known_node(component)
        if node is not None:
            return [node]
        tail = f"#{component}"
        named = (
            pl.col("keys").list.contains(component)
            | pl.col("sources").list.eval(pl.element().str.ends_with(tail)).list.any()
        )
        rows = self.holdings.table.with_row_index("row").filter(named)["row"].to_numpy()
        edges = self.holding_edges
        found = np.isin(edges.row, rows)
        ends: list[int] = np.unique(np.r_[edges.holder[found], edges.company[found]]).tolist()
        return ends

    def aliases_of(self, nodes: IntArray) -> pl.DataFrame:
        """Every id of some nodes, with the canonical one: id, head."""
        named = self.aliases.filter(pl.col("node").is_in(pl.Series(nodes).implode()))
        return named.select("id", head=self.nodes["id"].gather(named["node"]))

    def basis_of(self, node: int) -> int:
        """What a node's canonical id itself rests on: a place in `BASES`."""
        return int(self.aliases["basis"][bisect_left(self.aliases["id"], self.nodes["id"][node])])

    def ids(self, nodes: IntArray) -> pl.Series:
        """Canonical ids of nodes."""
        return self.nodes["id"][nodes]

    @cached_property
    def managing(self) -> BoolArray:
        """Whether who manages a partnership is what a row of `control` declares."""
        return self.control["interest"].is_in(list(MANAGING_INTERESTS)).fill_null(False).to_numpy()

    def partnerships(self, nodes: IntArray) -> BoolArray:
        """Which of some nodes are partnerships, whose partners' shares are no votes."""
        if "_partnerships" in self.__dict__ or len(nodes) * _NODES_A_NAME > self.nodes.height:
            return self._partnerships[nodes]
        # All names of a register take a while to read: of few companies only theirs.
        kinds, names = (self.nodes[c][nodes].to_list() for c in ("kind", "name"))
        said = [k == "partnership" or is_partnerships_name(n) for k, n in zip(kinds, names, strict=True)]
        return np.array(said, dtype=np.bool_) | np.isin(nodes, self._partnered)

    @cached_property
    def _partnerships(self) -> BoolArray:
        return are_partnerships(self.nodes, self._partnered)

    @cached_property
    def _partnered(self) -> IntArray:
        """Nodes of which a source lists general partners."""
        edges, general = self.holding_edges, self.holdings.general_partner
        return np.unique(edges.company[general[edges.row]]) if general.any() else edges.company[:0]

    @cached_property
    def concerts(self) -> BoolArray:
        """Which nodes are groups acting together."""
        return (self.nodes["type"] == "Concert").to_numpy()

    @cached_property
    def two_natured(self) -> IntArray:
        """Nodes whose id is a company's in one source and a person's in another, or that are persons with holders.

        A person's id that is a data set's own is the company's with `person.` before it.
        """
        persons = (self.nodes["type"] == "Person").to_numpy()
        held = np.diff(self.control_edges.pointer) > 0
        own = self.aliases.filter(pl.col("id").str.starts_with(_OWN_PERSON)).select("id", "node")
        firms = self._nodes_of_few(own["id"].str.slice(len(_OWN_PERSON)))
        both = np.r_[own["node"].to_numpy()[firms >= 0], firms[firms >= 0]]
        return np.unique(np.r_[self.twice, np.flatnonzero(held & persons), both])

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


def _unnamed(reasons: pl.Series, named: Identities) -> pl.DataFrame:
    """The nodes that are a party nobody names, and under no other id a named one: node, reason."""
    at = reasons.is_not_null().arg_true()
    aliases = named.aliases["node"].gather(pl.Series(named.alias_of).gather(at))
    found = pl.DataFrame({"node": aliases, "reason": reasons.gather(at)})
    nameless = (named.nodes["name"].gather(found["node"]).fill_null("") == "").rename("nameless")
    return found.filter(nameless).unique("node", keep="first", maintain_order=True).sort("node")


def _holdings(rows: pl.DataFrame, left: pl.DataFrame) -> Holdings:
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
        votes_low=pl.col("min_open").fill_null(False) & pl.col("votes").is_null(),
        votes_high=pl.col("max_open").fill_null(False) & pl.col("votes").is_null(),
    )
    return Holdings(
        low,
        high,
        opens["low"].to_numpy(),
        opens["high"].to_numpy(),
        has_share,
        votes_low,
        votes_high,
        opens["votes_low"].to_numpy(),
        opens["votes_high"].to_numpy(),
        has_votes,
        rows["declared_indirect"].to_numpy(),
        (rows["holder_role"] == "general_partner").fill_null(False).to_numpy(),
        (rows["list_kind"] == BY_LAW).fill_null(False).to_numpy(),
        (
            rows["valid_from"].is_not_null()
            | rows["valid_to"].is_not_null()
            | rows["observed_on"].is_not_null()
        ).to_numpy(),
        rows["basis"].to_numpy(),
        pl.concat(
            [
                rows.select("keys", "sources", "components", "valid_from", "valid_to", "observed_on"),
                left,
            ],
            how="horizontal",
        ),
    )
