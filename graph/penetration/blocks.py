"""Blocks of companies that hold each other: solved exactly, or refused.

For a strongly connected block B of W, `x_B = b + W_BB x_B` has a meaningful answer exactly when the spectral
radius of `W_BB` is below 1. That holds if and only if `(I - W_BB) z = 1` has a positive solution (a nonsingular
M-matrix; Berman and Plemmons, Nonnegative Matrices in the Mathematical Sciences, chapter 6), so one more
right-hand side in the same factorisation decides it.
"""

from __future__ import annotations

import warnings
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

import numpy as np

from graph.penetration.days import IntArray
from graph.penetration.edges import FloatArray

_DENSE: Final = 1500
"""Companies in a block up to which a dense factorisation is used."""
_SMALL: Final = 64
_REMEMBERED: Final = 8
MOST_VALUED: Final = 2_000
"""Members of a block up to which the self-ownership of each is worked out."""
_DIVERGES: Final = 1e9
"""A walk count beyond this is a closed block in exact arithmetic."""


Solve = Callable[[FloatArray], FloatArray]
"""Gives `(I - W)⁻¹ right` for right-hand sides in columns."""


class BlockSolver:
    """Factorises blocks and remembers the latest: one loop above many companies is factorised once."""

    def __init__(self) -> None:
        self._small: dict[bytes, Solve | None] = {}
        self._large: OrderedDict[bytes, Solve | None] = OrderedDict()

    def factorise(self, n: int, holder: IntArray, company: IntArray, weight: FloatArray) -> Solve | None:
        """The solver of a block of `n`; None where the block is closed (spectral radius 1 or more).

        `holder`, `company`: places in the block (0 to n - 1) of each link, sorted the same way each time.
        """
        key = b"".join((n.to_bytes(4, "big"), holder.tobytes(), company.tobytes(), weight.tobytes()))
        known = self._small if n <= _SMALL else self._large
        if key not in known:
            known[key] = _factorised(n, holder, company, weight)
            if len(self._large) > _REMEMBERED:
                self._large.popitem(last=False)
        return known[key]


def self_ownership(n: int, holder: IntArray, company: IntArray, weight: FloatArray) -> FloatArray | None:
    """`Y[c,c]` of each of the `n` members of a block; empty above `MOST_VALUED`, None where it is closed.

    Of a company with `Y` the first return is `Y / (1 + Y)`. Links in any order.
    """
    order = np.lexsort((company, holder))
    solve = _factorised(n, holder[order], company[order], np.ascontiguousarray(weight[order]))
    if solve is None:
        return None
    if n > MOST_VALUED:
        return np.empty(0)
    return np.maximum(0.0, np.asarray(np.diagonal(solve(np.eye(n))), dtype=np.float64) - 1.0)


def _factorised(n: int, holder: IntArray, company: IntArray, weight: FloatArray) -> Solve | None:
    solve = (_single if n == 1 else _dense if n <= _DENSE else _sparse)(n, holder, company, weight)
    if solve is None:
        return None
    walks = solve(np.ones((n, 1)))
    converges = np.isfinite(walks).all() and (walks > 0.0).all() and walks.max() < _DIVERGES
    return solve if converges else None


def _single(n: int, holder: IntArray, company: IntArray, weight: FloatArray) -> Solve | None:
    left = 1.0 - float(weight.sum())
    return None if left <= 0.0 else lambda right: right / left


def _dense(n: int, holder: IntArray, company: IntArray, weight: FloatArray) -> Solve | None:
    from scipy import linalg

    matrix = np.eye(n)
    np.subtract.at(matrix, (holder, company), weight)
    with warnings.catch_warnings():
        # A singular block is an answer here, not an accident.
        warnings.simplefilter("ignore", linalg.LinAlgWarning)
        factors = linalg.lu_factor(matrix)
    if not np.diagonal(factors[0]).all():
        return None
    return lambda right: linalg.lu_solve(factors, right)


def _sparse(n: int, holder: IntArray, company: IntArray, weight: FloatArray) -> Solve | None:
    from scipy import sparse
    from scipy.sparse.linalg import splu

    links = sparse.coo_array((weight, (holder, company)), shape=(n, n)).tocsc()
    try:
        factors = splu(sparse.csc_matrix(sparse.identity(n, format="csc") - links))
    except RuntimeError:
        return None
    return lambda right: factors.solve(right)
