"""One party under several ids: clusters of `SAME_AS`, their canonical id, and what an identity rests on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from graph.penetration.components import joined_components
from graph.penetration.days import IntArray
from graph.penetration.text_order import text_order

IdentityMode = Literal["standard", "strict"]
"""`strict` leaves out what is joined by a unique name."""

BASES: Final = ("id", "vendor_id", "unique_name", "name_only")
"""What an identity rests on, strongest first; a basis is kept as its place in this list."""

_BY_NAME: Final = BASES.index("unique_name")

# The order in which answers choose a cluster's id: 统一社会信用代码, other registers, LEI, 注册号,
# 组织机构代码, vendors, local ids, then what is no identifier at all.
_RANKS: Final = (
    (r"^cn-uscc$|^person$", 0),
    (r"^lei$|^xi-lei$", 2),
    (r"^cn-regno$", 3),
    (r"^cn-orgcode$", 4),
    (r"^local(\.|$)|^person\.local(\.|$)", 6),
    (r"^bods\.", 7),
    (r"^unverified$", 8),
    (r"^name$", 9),
    (r"scoped$", 10),
    (r"^[a-z]{2}-", 1),
)
_VENDOR_RANK: Final = 5


def _ranks(ids: pl.Series) -> pl.Series:
    """The rank of each id by its scheme. `ids` are sorted, so that those of one scheme stand together."""
    begins: list[int] = []
    ranks: list[int] = []
    at = 0
    while at < len(ids):
        scheme, colon, _ = ids[at].partition(":")
        begins.append(at)
        ranks.append(_rank(scheme))
        # The character after the colon in order: nothing between both begins otherwise.
        at = int(ids.search_sorted(f"{scheme};")) if colon else at + 1
    counts = np.diff([*begins, len(ids)])
    return pl.Series(np.repeat(np.array(ranks, dtype=np.int8), counts))


@lru_cache(1000)
def _rank(scheme: str) -> int:
    return next((rank for pattern, rank in _RANKS if re.search(pattern, scheme)), _VENDOR_RANK)


def _own_basis(rank: pl.Expr) -> pl.Expr:
    """What an id alone rests on. An id a data set gives itself counts as one: nothing else is joined by it."""
    return (
        pl.when(rank >= 9)
        .then(BASES.index("name_only"))
        .when((rank == _VENDOR_RANK) | (rank == 8))
        .then(BASES.index("vendor_id"))
        .otherwise(0)
        .cast(pl.Int8)
    )


@dataclass(frozen=True)
class Identities:
    """Clusters and their canonical ids.

    * `nodes`, sorted by canonical id: id, type, name, kind (of the canonical record, else of another that has them);
    * `aliases`, sorted by id: id, node (row in nodes), basis (place in `BASES`), rank (of the id itself);
    * `alias_of`: for each party given, its row in aliases.
    """

    nodes: pl.DataFrame
    aliases: pl.DataFrame
    alias_of: IntArray


def resolve_identities(parties: pl.DataFrame, same_as: pl.DataFrame, mode: IdentityMode) -> Identities:
    """Which parties are one.

    `parties`: id, type, name, kind; of rows with one id the first counts. `same_as`: from_id, to_id, by.
    """
    order = text_order(parties["id"])
    ranked = parties.select(pl.col("id", "type", "name", "kind").gather(order))
    first = (ranked["id"] != ranked["id"].shift(1)).fill_null(True)
    alias_of = np.empty(ranked.height, dtype=np.int64)
    alias_of[order.to_numpy()] = first.to_numpy().cumsum() - 1
    ranked = ranked if first.all() else ranked.filter(first)
    rank = _ranks(ranked["id"])
    basis = rank.rename("rank").to_frame().select(_own_basis(pl.col("rank"))).to_series().to_numpy()
    n = ranked.height
    head, strong = np.arange(n, dtype=np.int64), np.arange(n, dtype=np.int64)
    pairs = same_as.filter(pl.col("by") != "unique_name") if mode == "strict" else same_as
    nodes = ranked
    if not pairs.is_empty():
        head, strong, merged = _clusters(ranked, rank, pairs)
        own = head == np.arange(n)
        nodes = _described(ranked, merged).filter(pl.Series(own))
        joined = np.where(strong == strong[head], 0, _BY_NAME)
        # Two mentions of one who is known by name alone make no better known party.
        joined = np.where(basis[head] == BASES.index("name_only"), basis[head], joined)
        basis = np.where(own, basis, joined).astype(np.int8)
        number = own.cumsum() - 1
        head = number[head]
    aliases = pl.DataFrame({"id": ranked["id"], "node": head, "rank": rank, "basis": basis})
    return Identities(nodes, aliases, alias_of)


def _clusters(
    ranked: pl.DataFrame, rank: pl.Series, pairs: pl.DataFrame
) -> tuple[IntArray, IntArray, pl.DataFrame]:
    """For each party the place of its cluster's head, and of its cluster without names; the clusters of several.

    The last: place, name, kind of each head, the gaps of its record filled from its other records.
    """
    named = pl.concat([pairs["from_id"], pairs["to_id"]]).unique()
    mine = ranked.with_columns(rank=rank).with_row_index("party").filter(pl.col("id").is_in(named.implode()))
    mine = mine.with_columns(pl.col("party").cast(pl.Int64)).with_row_index("place")
    strong = _components(mine, pairs.filter(pl.col("by") != "unique_name"), mine.height)
    mine = mine.with_columns(
        cluster=pl.Series(_components(mine, pairs, mine.height)), strong=pl.Series(strong)
    ).sort("cluster", "rank", "id")
    heads = (
        pl.col("party").first().over("cluster").alias("head"),
        pl.col("party").first().over("strong").alias("strong_head"),
    )
    mine = mine.with_columns(heads)
    head = np.arange(ranked.height, dtype=np.int64)
    apart = head.copy()
    head[mine["party"].to_numpy()] = mine["head"].to_numpy()
    apart[mine["party"].to_numpy()] = mine["strong_head"].to_numpy()
    described = mine.group_by("head", maintain_order=True).agg(
        name=pl.col("name").drop_nulls().first(),
        kind=pl.col("kind").filter(pl.col("kind") != "unknown").first(),
    )
    return head, apart, described


def _described(ranked: pl.DataFrame, merged: pl.DataFrame) -> pl.DataFrame:
    told = merged.select(place=pl.col("head").cast(pl.UInt32), any_name="name", any_kind="kind")
    return (
        ranked.with_row_index("place")
        .join(told, on="place", how="left", maintain_order="left")
        .select("id", "type", name=pl.coalesce("name", "any_name"), kind=pl.coalesce("any_kind", "kind"))
    )


def _components(ranked: pl.DataFrame, pairs: pl.DataFrame, n: int) -> npt.NDArray[np.int32]:
    """Component number of each party when these pairs join them."""
    if pairs.is_empty():
        return np.arange(n, dtype=np.int32)
    place = ranked.select("id", "place")
    ends = pairs.join(place, left_on="from_id", right_on="id").join(
        place, left_on="to_id", right_on="id", suffix="_to"
    )
    return joined_components(ends["place"].to_numpy(), ends["place_to"].to_numpy(), n)


def canonical_ids(pairs: Sequence[Mapping[str, str]]) -> dict[str, str]:
    """The canonical id of every party that some `SAME_AS` joins to another. Pairs: from_id, to_id, by, type."""
    if not pairs:
        return {}
    rows = [{"id": p[end], "type": p["type"]} for p in pairs for end in ("from_id", "to_id")]
    parties = (
        pl.DataFrame(rows)
        .unique("id")
        .with_columns(name=pl.lit(None, pl.String), kind=pl.lit(None, pl.String))
    )
    same_as = pl.DataFrame([{k: p[k] for k in ("from_id", "to_id", "by")} for p in pairs])
    found = resolve_identities(parties, same_as, "standard")
    heads = found.aliases.with_columns(head=found.nodes["id"].gather(found.aliases["node"]))
    return dict(zip(heads["id"], heads["head"], strict=True))
