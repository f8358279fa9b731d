"""Independent answers to compare with: exact rational algebra, path enumeration, a naive control fixpoint."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import networkx as nx
import polars as pl

from graph.penetration import Ownership, OwnershipTables

Weights = Mapping[tuple[str, str], Fraction]
"""(holder, company) → share."""


def tables(
    rows: Iterable[tuple[str, str, object] | dict[str, Any]],
    parties: Iterable[tuple[str, str, str | None, str | None]] = (),
    control: Iterable[dict[str, Any]] = (),
    concerts: Iterable[dict[str, Any]] = (),
    same_as: Iterable[tuple[str, str, str]] = (),
) -> OwnershipTables:
    """Tables from (holder, company, share) triples, or dicts with any further columns."""

    def frame(dicts: list[dict[str, Any]]) -> pl.DataFrame | None:
        return pl.DataFrame(dicts, infer_schema_length=None) if dicts else None

    holdings = []
    for place, row in enumerate(rows):
        as_dict = (
            row
            if isinstance(row, dict)
            else dict(zip(("holder_id", "company_id", "share"), row, strict=True))
        )
        share = as_dict.get("share")
        as_dict = {**as_dict, "share": None if share is None else float(share)}
        holdings.append({"key": f"row{place}", "sources": [f"b#f##{place}"], **as_dict})
    stated = [{"key": f"control{i}", "sources": [f"b#c##{i}"], **row} for i, row in enumerate(control)]
    return OwnershipTables.of(
        parties=frame([dict(zip(("id", "type", "name", "kind"), p, strict=True)) for p in parties]),
        holdings=frame(holdings),
        control=frame(stated),
        concerts=frame(list(concerts)),
        same_as=frame([dict(zip(("from_id", "to_id", "by"), s, strict=True)) for s in same_as]),
    )


def ownership(*args: Any, **kwargs: Any) -> Ownership:
    """`Ownership.build` of `tables(…)`."""
    return Ownership.build(tables(*args, **kwargs))


def summed(rows: Iterable[tuple[str, str, Fraction]]) -> dict[tuple[str, str], Fraction]:
    """Rows of one holder on one company, added."""
    weights: dict[tuple[str, str], Fraction] = {}
    for holder, company, share in rows:
        weights[holder, company] = weights.get((holder, company), Fraction(0)) + share
    return weights


def above(weights: Weights, company: str) -> set[str]:
    """Everything that reaches the company, itself included."""
    seen, open_ = {company}, [company]
    while open_:
        at = open_.pop()
        for (holder, held), share in weights.items():
            if held == at and share > 0 and holder not in seen:
                seen.add(holder)
                open_.append(holder)
    return seen


def solve(matrix: list[list[Fraction]], right: list[Fraction]) -> list[Fraction] | None:
    """Gauss-Jordan over the rationals; None where the matrix is singular."""
    n = len(right)
    rows = [[*matrix[i], right[i]] for i in range(n)]
    for column in range(n):
        pivot = next((r for r in range(column, n) if rows[r][column]), None)
        if pivot is None:
            return None
        rows[column], rows[pivot] = rows[pivot], rows[column]
        rows[column] = [v / rows[column][column] for v in rows[column]]
        for r in range(n):
            if r != column and rows[r][column]:
                factor = rows[r][column]
                rows[r] = [a - factor * b for a, b in zip(rows[r], rows[column], strict=True)]
    return [row[-1] for row in rows]


def converges(weights: Weights, nodes: Iterable[str]) -> bool:
    """Whether the spectral radius among these nodes is below 1: (I - W) z = 1 has a positive solution."""
    order = sorted(nodes)
    z = solve(_identity_less(weights, order), [Fraction(1)] * len(order))
    return z is not None and all(v > 0 for v in z)


def _identity_less(weights: Weights, order: list[str]) -> list[list[Fraction]]:
    return [[Fraction(int(a == b)) - weights.get((a, b), Fraction(0)) for b in order] for a in order]


def integrated(weights: Weights, company: str) -> dict[str, Fraction]:
    """Column of (I - W)⁻¹ W, by exact algebra on everything above the company."""
    order = sorted(above(weights, company))
    column = [weights.get((h, company), Fraction(0)) for h in order]
    answer = solve(_identity_less(weights, order), column)
    assert answer is not None
    return dict(zip(order, answer, strict=True))


def first_passage(weights: Weights, company: str) -> dict[str, Fraction]:
    """`stop_at_target`: x[c] = 1, x[v] = Σ W[v, w] x[w], by exact algebra."""
    order = sorted(above(weights, company))
    matrix = _identity_less(weights, order)
    at = order.index(company)
    matrix[at] = [Fraction(int(b == company)) for b in order]
    answer = solve(matrix, [Fraction(int(b == company)) for b in order])
    assert answer is not None
    return dict(zip(order, answer, strict=True))


def simple_paths(weights: Weights, company: str) -> dict[str, Fraction]:
    """Sums of products over simple paths, by networkx."""
    graph = nx.DiGraph()
    graph.add_weighted_edges_from([(h, c, w) for (h, c), w in weights.items() if w > 0])
    sums: dict[str, Fraction] = {}
    for holder in sorted(above(weights, company) - {company}):
        for path in nx.all_simple_paths(graph, holder, company):
            product = Fraction(1)
            for pair in nx.utils.pairwise(path):
                product *= weights[pair]
            sums[holder] = sums.get(holder, Fraction(0)) + product
    return sums


def depths(weights: Weights, company: str) -> dict[str, int]:
    """Fewest links, by networkx."""
    graph = nx.DiGraph()
    graph.add_node(company)
    graph.add_edges_from([(c, h) for (h, c), w in weights.items() if w > 0])
    found: dict[str, int] = nx.single_source_shortest_path_length(graph, company)
    return found


def controlled_by(
    weights: Weights,
    start: str,
    members: frozenset[str] = frozenset(),
    scope: str | None = None,
    declared: frozenset[tuple[str, str]] = frozenset(),
) -> set[str]:
    """The least fixpoint, by the definition; a concert (`members`) counts them in `scope` (None: everywhere).

    A company has no vote in itself, whoever's it is.
    """
    pooled = {m: {m} | controlled_by(weights, m, declared=declared) for m in members}
    companies = {c for _, c in weights} | {c for _, c in declared}
    won: set[str] = set()
    while True:
        more = set()
        for company in companies - won - {start}:
            counted = {start} | won
            if scope is None or company == scope:
                counted = counted.union(*pooled.values()) if pooled else counted
            voting = counted - {company}
            votes = sum((weights.get((s, company), Fraction(0)) for s in voting), Fraction(0))
            if votes > Fraction(1, 2) or any((s, company) in declared for s in {start} | won):
                more.add(company)
        if not more:
            return won
        won |= more
