"""A list of companies seen as the bidders of one lot, which no store holds: detectors ask about it as about any lot.

Everything else they see is the whole store's own: registers, debarments, whatever a precision rule counts. So a list is
answered as a lot of the same bidders on that day would be.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import polars as pl
import pyarrow as pa

from api.reading.without_tender import LOT, TENDER
from detectors.running.nearby import Nearby
from detectors.running.on_the_spot import OnTheSpot
from detectors.running.standing import Standing
from detectors.ties import bidding
from graph.stores import GraphStore
from graph.stores.hops import EACH
from graph.stores.side_by_side import Beside

SCOPE: Final = "screening:parties"
"""The id of the lot, and the scope of what is found."""
_TENDER_ID: Final = f"{SCOPE}:tender"
_MADE_UP: Final = frozenset({"SUBMITS", "FOR_LOT", "LOT_OF"})
_AT_THE_LOT: Final = f"{EACH}MATCH (l:Lot {{id: i}}) "
_NUMBERS: Final[Mapping[str, pl.DataType]] = {
    "amount": pl.Float64(),
    "estimate": pl.Float64(),
    "rate": pl.Float64(),
    "rank": pl.Int64(),
    "won": pl.Boolean(),
}
_COMPANIES: Final = (
    f"{EACH}MATCH (c:Company {{id: i}}) "
    "RETURN c.id AS bidder_id, c.name AS bidder_name, c.kind AS bidder_kind, c.founded_on AS founded_on"
)
_TIMEOUT: Final = 120.0


class _WithLot:
    """The store with the lot among its own, for questions that begin at lots. Reads alone."""

    def __init__(self, store: GraphStore, parties: Sequence[str], day: str):
        self._store, self._parties, self._day = store, list(parties), day

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def present(self) -> frozenset[str]:
        """See `GraphStore.present`: there are bids, even where none was loaded."""
        return self._store.present() | _MADE_UP

    def query(self, cypher: str, params: Mapping[str, Any] | None = None, timeout: float = 30.0) -> pa.Table:
        """The answer; a question about the bidders of the lot is asked of the companies listed."""
        if params and SCOPE in params.get("ids", ()) and cypher.startswith(_AT_THE_LOT):
            begun = _at_companies(cypher, self._day)
            if begun is not None:
                return self._store.query(begun, {**params, "ids": self._parties}, timeout)
        return self._store.query(cypher, params, timeout)


def _at_companies(cypher: str, day: str) -> str | None:
    """A question that walks from a lot by its bids to its bidders, begun at these; None where it goes another way."""
    walked = _BY_ITS_BIDS.match(cypher)
    if walked is None:
        return None
    rest = cypher[walked.end() :].replace("l.bid_on", f"'{day}'").replace("l.id", f"'{SCOPE}'")
    return f"{EACH}MATCH ({walked['bidder']}:Company {{id: i}}) {rest}"


def _hop(start: str, type_: str, end: str) -> str:
    """As `hops.hop` writes one step; `start`: the group that names its node."""
    label = "Bid" if start == "bid" else "Company"
    return (
        rf"OPTIONAL MATCH \((?P<{start}>\w+):{label}\)-\[\w+:{type_}\]->\({end}\) WHERE [^()]*?"
        rf"WITH \* WHERE (?P={start})\.id IS NOT NULL "
    )


_BY_ITS_BIDS: Final = re.compile(
    re.escape(_AT_THE_LOT) + _hop("bid", "FOR_LOT", "l") + _hop("bidder", "SUBMITS", "(?P=bid)")
)


class ListedView(OnTheSpot):
    """The store as detectors see it from the lot. Reads alone; what stands above is worked out for the list, never stale."""

    def __init__(
        self, store: GraphStore, standing: Standing, parties: Sequence[str], day: str, beside: Beside
    ):
        seen = copy.copy(standing)
        seen.present = standing.present | _MADE_UP
        bids = {p: f"{SCOPE}/{p}" for p in parties}
        every = frozenset(parties).union(*(standing.same_party.get(p, ()) for p in parties))
        none: frozenset[str] = frozenset()
        near = Nearby(
            asked=frozenset({SCOPE}),
            mates=none,
            own=frozenset(parties),
            bids=frozenset(bids.values()),
            traced=frozenset(bids.values()),
            bidders=every,
            lots=frozenset({SCOPE}),
            tenders=frozenset({_TENDER_ID}),
            buyers=none,
            servants=none,
        )
        super().__init__(cast(GraphStore, _WithLot(store, parties, day)), near, seen, beside)
        rows = _bids(store, bids, day)
        self._answers[bidding.BIDDERS] = lambda: rows


def _bids(store: GraphStore, bids: Mapping[str, str], day: str) -> pl.DataFrame:
    """The rows of `bidding.BIDDERS`: one bid each, of which nothing is known but the day."""
    told = pl.DataFrame(pl.from_arrow(store.query(_COMPANIES, {"ids": list(bids)}, _TIMEOUT)))
    said = {
        "lot_id": SCOPE,
        "lot_title": LOT,
        "bid_on": day,
        "tender_id": _TENDER_ID,
        "tender_title": TENDER,
        "status": "valid",
    }
    rows = told.cast(pl.String()).with_columns(
        pl.col("bidder_id").replace_strict(dict(bids), return_dtype=pl.String).alias("bid_id"),
        *(pl.lit(value).alias(name) for name, value in said.items()),
    )
    empty = [c for c in bidding.BIDDERS_COLUMNS if c not in rows.columns]
    return rows.with_columns(pl.lit(None, _NUMBERS.get(c, pl.String())).alias(c) for c in empty).select(
        bidding.BIDDERS_COLUMNS
    )
