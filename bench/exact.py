"""Exact rational shares of a few companies of a register, straight from the file's decimals."""

from __future__ import annotations

import random
from collections import deque
from fractions import Fraction
from pathlib import Path

import polars as pl


def worst_difference(
    register: Path, answer: Path, companies: int = 40, largest: int = 150
) -> tuple[float, int]:
    """(largest difference, pairs compared) between an answer and exact solves of sampled companies.

    Half the sample is drawn from companies with a company among their holders. A company with more than `largest`
    parties above it that hold something is left out: rational numbers of its size take hours.
    """
    rows = pl.read_csv(register, schema_overrides={"share": pl.String})
    above: dict[str, list[tuple[str, Fraction]]] = {}
    held = rows["holder_id"].is_in(rows["company_id"].unique().implode())
    deep = rows.filter(held)["company_id"].unique().sort().to_list()
    plain = rows["company_id"].unique().sort().to_list()
    rng = random.Random(7)
    asked = rng.sample(deep, min(len(deep), 20 * companies)) + rng.sample(
        plain, min(len(plain), companies // 2)
    )
    wave = pl.Series("company_id", asked).unique()
    while len(wave):
        found = rows.filter(pl.col("company_id").is_in(wave.implode()))
        for holder, company, share in found.iter_rows():
            above.setdefault(company, []).append((holder, Fraction(share)))
        wave = found["holder_id"].unique()
        wave = wave.filter(~wave.is_in(list(above)) & wave.str.starts_with("local:"))
        wave = wave.filter(wave.is_in(rows["company_id"].implode()))
    worst, pairs, done = 0.0, 0, 0
    answers = pl.scan_parquet(answer)
    for company in asked:
        if done >= companies:
            break
        exact = _solved(above, company, largest)
        if exact is None:
            continue
        done += 1
        found = answers.filter(pl.col("company") == company).select("holder", "share").collect()
        ours = dict(found.iter_rows())
        if ours.keys() != exact.keys():
            raise AssertionError(f"{company}: other holders than the exact solve finds")
        worst = max([worst, *(abs(ours[h] - float(s)) for h, s in exact.items())])
        pairs += len(exact)
    return worst, pairs


def _solved(
    above: dict[str, list[tuple[str, Fraction]]], company: str, largest: int
) -> dict[str, Fraction] | None:
    """Shares of the final holders above a company: x = e + W x over the companies above it, then one more step."""
    order, open_ = {company: 0}, deque([company])
    while open_:
        for holder, _ in above.get(open_.popleft(), ()):
            if holder in above and holder not in order:
                order[holder] = len(order)
                open_.append(holder)
        if len(order) > largest:
            return None
    n = len(order)
    matrix = [[Fraction(int(i == j)) for j in range(n)] + [Fraction(int(i == 0))] for i in range(n)]
    for held, j in order.items():
        for holder, share in above[held]:
            if holder in order:
                matrix[order[holder]][j] -= share
    for c in range(n):
        pivot = next(r for r in range(c, n) if matrix[r][c])
        matrix[c], matrix[pivot] = matrix[pivot], matrix[c]
        lead = matrix[c][c]
        matrix[c] = [v / lead for v in matrix[c]]
        for r in range(n):
            if r != c and matrix[r][c]:
                factor = matrix[r][c]
                matrix[r] = [a - factor * b for a, b in zip(matrix[r], matrix[c], strict=True)]
    shares: dict[str, Fraction] = {}
    for held, j in order.items():
        for holder, share in above[held]:
            if holder not in order:
                shares[holder] = shares.get(holder, Fraction(0)) + share * matrix[j][-1]
    return shares
