"""One party under several ids: clusters of `SAME_AS`, their canonical id, and what an identity rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import sparse
from scipy.sparse import csgraph

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


def _rank(scheme: pl.Expr) -> pl.Expr:
    rank = pl.lit(_VENDOR_RANK)
    for pattern, value in reversed(_RANKS):
        rank = pl.when(scheme.str.contains(pattern)).then(value).otherwise(rank)
    return rank.cast(pl.Int8)


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


def resolve_identities(
    parties: pl.DataFrame, same_as: pl.DataFrame, mode: IdentityMode
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Clusters and their canonical ids.

    `parties`: id (unique), type, name, kind. `same_as`: from_id, to_id, by. Gives

    * nodes, sorted by canonical id: id, type, name, kind (of the canonical record, else of another that has them);
    * aliases, sorted by id: id, node (row in nodes), basis (place in `BASES`), rank (of the id itself).
    """
    scheme = pl.col("id").str.split(":").list.first()
    ranked = parties.with_columns(rank=_rank(scheme)).sort("id").with_row_index("place")
    ranked = ranked.with_columns(pl.col("place").cast(pl.Int64), basis=_own_basis(pl.col("rank")))
    pairs = same_as.filter(pl.col("by") != "unique_name") if mode == "strict" else same_as
    n = ranked.height
    strong = _components(ranked, pairs.filter(pl.col("by") != "unique_name"), n)
    whole = _components(ranked, pairs, n)
    ranked = ranked.with_columns(pl.Series("cluster", whole), pl.Series("strong", strong))
    heads = ranked.sort("cluster", "rank", "id").unique("cluster", keep="first", maintain_order=True)
    nodes = heads.select("cluster", "id", "type", "name", "kind", strong_head="strong")
    if heads.height < n:
        filled = (
            ranked.sort("cluster", "rank", "id")
            .group_by("cluster")
            .agg(
                any_name=pl.col("name").drop_nulls().first(),
                any_kind=pl.col("kind").filter(pl.col("kind") != "unknown").first(),
            )
        )
        nodes = nodes.join(filled, on="cluster", how="left").with_columns(
            name=pl.coalesce("name", "any_name"), kind=pl.coalesce("any_kind", "kind")
        )
    nodes = nodes.sort("id").with_row_index("node").with_columns(pl.col("node").cast(pl.Int64))
    aliases = ranked.join(nodes.select("cluster", "node", "strong_head", head="id"), on="cluster", how="left")
    basis = (
        pl.when(pl.col("id") == pl.col("head"))
        .then("basis")
        .when(pl.col("strong") == pl.col("strong_head"))
        .then(pl.lit(0, pl.Int8))
        .otherwise(pl.lit(_BY_NAME, pl.Int8))
    )
    aliases = aliases.select("id", "node", "rank", basis=basis).sort("id")
    return nodes.select("id", "type", "name", "kind"), aliases


def _components(ranked: pl.DataFrame, pairs: pl.DataFrame, n: int) -> npt.NDArray[np.int32]:
    """Component number of each party when these pairs join them."""
    if pairs.is_empty():
        return np.arange(n, dtype=np.int32)
    place = ranked.select("id", "place")
    ends = pairs.join(place, left_on="from_id", right_on="id").join(
        place, left_on="to_id", right_on="id", suffix="_to"
    )
    rows, columns = ends["place"].to_numpy(), ends["place_to"].to_numpy()
    joined = sparse.coo_array((np.ones(len(rows), dtype=np.int8), (rows, columns)), shape=(n, n))
    labels: npt.NDArray[np.int32] = csgraph.connected_components(joined, directed=False)[1]
    return labels


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
    nodes, aliases = resolve_identities(parties, same_as, "standard")
    heads = aliases.with_columns(head=nodes["id"].gather(aliases["node"]))
    return dict(zip(heads["id"], heads["head"], strict=True))
