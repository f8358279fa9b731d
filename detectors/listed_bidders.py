"""Who bids for a lot, each once: one file may name a bidder by his code, and a file of traces by his name alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

_TOLD: Final = ("status", "rank", "won", "amount", "rate", "submitted_at", "opened_on")


def each_once(bidders: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of a lot's bidders under the ids findings name them by, without bids of which nothing is known besides.

    A bidder keeps every row that tells of a bid of his; where none does, the first.
    """
    telling = {b["id"] for b in bidders if _tells(b)}
    seen: set[str] = set()
    kept = []
    for bidder in bidders:
        if _tells(bidder) or bidder["id"] not in telling | seen:
            kept.append(bidder)
        seen.add(bidder["id"])
    return kept


def _tells(bidder: dict[str, Any]) -> bool:
    return any(bidder.get(c) is not None for c in _TOLD)
