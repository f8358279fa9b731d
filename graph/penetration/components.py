"""Which parties hang together: the components of a graph of holdings or identities."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from graph.penetration.days import IntArray


def strong_components(holder: IntArray, company: IntArray, size: int) -> npt.NDArray[np.int32]:
    """Number of the strongly connected block of each of `size` nodes, links as pairs of nodes."""
    return _components(holder, company, size, strong=True)


def joined_components(one: IntArray, other: IntArray, size: int) -> npt.NDArray[np.int32]:
    """Number of the group of each of `size` nodes that these pairs join, whatever way they point."""
    return _components(one, other, size, strong=False)


def _components(one: IntArray, other: IntArray, size: int, strong: bool) -> npt.NDArray[np.int32]:
    # A third of a second, which a command that looks through nothing needn't wait for.
    from scipy import sparse
    from scipy.sparse import csgraph

    pairs = sparse.coo_array((np.ones(len(one), dtype=np.int8), (one, other)), shape=(size, size))
    labels: npt.NDArray[np.int32] = csgraph.connected_components(
        pairs.tocsr(), directed=strong, connection="strong"
    )[1]
    return labels
