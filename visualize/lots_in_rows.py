"""Many lots side by side make a picture that no page holds: they stand in rows, in the order of their days."""

from __future__ import annotations

import math
from typing import Final

from visualize.abridge import Abridged

_ABREAST: Final = 9
"""So many lots stand side by side at most."""
_ROWS: Final = 1.4
"""Rows for the root of the lots' number: a lot with the labels of its bids is wider than high."""


def lots_in_rows(drawing: Abridged) -> dict[str, int]:
    """In which row, from 0 on, each lot stands; empty where one row holds them.

    Only where bids lead to every lot, and nothing leads on from it or to it otherwise.
    """
    lots = {n.id: str(n.facts.get("bid_on") or "") for n in drawing.nodes if n.type == "Lot"}
    if len(lots) <= _ABREAST:
        return {}
    leading = [line for line in drawing.lines if line.below in lots or line.above in lots]
    if any(line.above in lots or line.kind != "bid" for line in leading):
        return {}
    ordered = sorted(lots, key=lambda lot: (lots[lot], lot))
    long = math.ceil(len(ordered) / math.ceil(_ROWS * math.sqrt(len(ordered))))
    return {lot: n // long for n, lot in enumerate(ordered)}
