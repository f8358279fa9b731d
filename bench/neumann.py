"""The yardstick: effective shares as a plain scipy Neumann series, W + W² + W³ + … to 1e-15."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
from scipy import sparse


def main(source: str, target: str) -> None:
    """A table of shareholdings in (CSV), the share of every ultimate holder in every company out (Parquet)."""
    rows = pd.read_csv(source)
    codes, ids = pd.factorize(pd.concat([rows["holder_id"], rows["company_id"]], ignore_index=True))
    holder, company = codes[: len(rows)], codes[len(rows) :]
    w = sparse.csr_array((rows["share"].to_numpy(), (holder, company)), shape=(len(ids), len(ids)))
    shares, term = w.copy(), w
    while term.nnz:
        term = term @ w
        term.data[term.data < 1e-15] = 0.0
        term.eliminate_zeros()
        shares = shares + term
    ultimate = np.bincount(company, minlength=len(ids)) == 0
    pairs = shares.tocoo()
    keep = ultimate[pairs.row]
    answer = pd.DataFrame(
        {"holder": ids[pairs.row[keep]], "company": ids[pairs.col[keep]], "share": pairs.data[keep]}
    )
    answer.to_parquet(target)


if __name__ == "__main__":
    main(*sys.argv[1:])
