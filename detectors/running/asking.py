"""The rows of detectors' queries, each asked once a run; the largest are put together in columns.

`HOLDINGS` and `CONTROL` meet what stands above a bidder with every lot it bids in. Asked as they stand, an engine
repeats each proof of a holding for each lot; here the two sides are asked once each and joined, with the same rows
(a test holds both equal). So are bids and their lots.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Final, Literal

import polars as pl

from detectors.definition import Detector
from detectors.question import TAKING_PART, Ends, Few, Question
from detectors.rows import Rows, as_text
from detectors.running.nearby import NearbyView
from detectors.running.rounds import ByRound
from detectors.ties import bidding
from detectors.ties.bid_days import held_on_the_bid_date
from detectors.ties.employers import ABOVE_EMPLOYERS, ABOVE_EMPLOYERS_EVER
from detectors.ties.procedure_parties import ABOVE_PARTIES, ABOVE_PARTIES_EVER
from graph.stores.contract import GraphStore
from graph.stores.side_by_side import Beside

_PARTY_COLUMNS: Final = (
    *("bidder_id", "holder_id", "party_id", "related_id", "to_id"),
    *("person_id", "company_id", "official_id", "buyer_id", "employer_id", "manager_id"),
)
DATED: Final = "ULTIMATELY_HOLDS within some time"
ABOVE_BIDDERS: Final[Mapping[str, Question]] = {
    "ULTIMATELY_HOLDS": Question(
        "MATCH (h)-[u:ULTIMATELY_HOLDS]->(c:Company) RETURN c.id AS bidder_id, u.holds_from AS holds_from, "
        f"u.holds_to AS holds_to, {bidding.HOLDING}",
        "bidders",
        "c:Company",
        large=True,
    ),
    DATED: Question(
        "MATCH (h)-[u:ULTIMATELY_HOLDS]->(c:Company) WHERE u.holds_from IS NOT NULL OR u.holds_to IS NOT NULL "
        "RETURN c.id AS bidder_id, u.holds_from AS holds_from, "
        f"u.holds_to AS holds_to, {bidding.HOLDING}",
        "bidders",
        "c:Company",
    ),
    "CONTROLS": Question(
        "MATCH (h)-[k:CONTROLS]->(c:Company) RETURN c.id AS bidder_id, k.holds_from AS holds_from, "
        f"k.holds_to AS holds_to, {bidding.CONTROLLING}",
        "bidders",
        "c:Company",
    ),
}
"""What stands above companies, by the type of relationship; `DATED`: what begins or ends of the first."""
_ABOVE: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    bidding.HOLDINGS: (ABOVE_BIDDERS["ULTIMATELY_HOLDS"], bidding.HOLDINGS_COLUMNS),
    bidding.HOLDINGS_ELSEWHEN: (ABOVE_BIDDERS[DATED], bidding.HOLDINGS_ELSEWHEN_COLUMNS),
    bidding.CONTROL: (ABOVE_BIDDERS["CONTROLS"], bidding.CONTROL_COLUMNS),
}
_EVER: Final[Mapping[str, Question]] = {
    **{query: ABOVE_PARTIES_EVER[key] for key, query in ABOVE_PARTIES.items()},
    **{query: ABOVE_EMPLOYERS_EVER[key] for key, query in ABOVE_EMPLOYERS.items()},
}
"""Questions as of a lot's day, and those for whatever day: a round has another."""
_TIMEOUT: Final = 300
_AT_ONCE: Final = 10_000
_FEW: Final = 10_000
"""Nodes that an engine walks from sooner than it reads all of a kind of relationship."""


class Answers:
    """Each query is asked once a run, however many detectors share it, and ahead of the detector that needs it.

    Rows come under canonical ids (`canonical`: id → canonical id), a bidder's and a holder's stated ids kept beside.
    `named_elsewhere`: canonical id → name, of parties whose name stands under another of their ids alone.
    `by_round`: the rounds that stand beside lots whose tender was held again.
    """

    def __init__(
        self,
        store: GraphStore,
        canonical: Mapping[str, str],
        beside: Beside,
        named_elsewhere: Mapping[str, str] | None = None,
        by_round: ByRound | None = None,
    ):
        self._store, self._canonical, self._beside = store, canonical, beside
        self._by_round = by_round or ByRound({}, canonical)
        self._named_elsewhere = dict(named_elsewhere or {})
        self._bids: Rows | None = None
        self._methods: dict[str, list[str]] | None = None
        self._regimes: dict[str, list[str]] | None = None
        self._by_notice: frozenset[str] | None = None
        self._bids_asked = threading.Lock()
        self._listed: dict[str, tuple[list[str], list[str]]] = {}
        self._of_few: dict[Few, pl.DataFrame] = {}
        self._listing = threading.Lock()
        self._rows: dict[str, Future[Rows]] = {}
        self._counts: dict[str, Future[int]] = {}

    def begin(self, detector: Detector, denominator: bool) -> None:
        """Begin to ask what a detector needs, with the size of its population if that is wanted."""
        for query in detector.queries.values():
            self._begin(query)
        if denominator and detector.population not in self._counts:
            self._counts[detector.population] = self._beside(partial(self._counted, detector.population))

    def begin_large(self, detectors: Sequence[Detector]) -> None:
        """Begin to ask what any of them needs whose answer takes much room while it is put together."""
        for detector in detectors:
            for query in detector.queries.values():
                if isinstance(query, Question) and query.large:
                    self._begin(query)

    def rows(self, query: str) -> Rows:
        """The rows of a query, in an order that equal graphs share."""
        return self._begin(query).result()

    def _begin(self, query: str) -> Future[Rows]:
        if query not in self._rows:
            self._rows[query] = self._beside(partial(self._answer, query))
        return self._rows[query]

    def forget(self, query: str) -> None:
        """No detector asks for these rows again: a register's owners and bids take a gigabyte."""
        del self._rows[query]
        if query == bidding.BIDDERS:
            self._bids = None

    def methods(self, lot: str) -> tuple[str, ...]:
        """By which methods a lot was procured, in order, where that is stated and somebody bid: several where it hangs on
        tenders of different ones."""
        if self._methods is None:
            self._methods = _stated_of_lots(self._all_bids().frame, "method")
        return tuple(self._methods.get(lot, ()))

    def regimes(self, lot: str) -> tuple[str, ...]:
        """Under which regimes a lot was procured, in the same way. Of several, rows of bids tell none."""
        if self._regimes is None:
            self._all_bids()
        return tuple((self._regimes or {}).get(lot, ()))

    def judged_by_notice(self, lot: str) -> bool:
        """Has a lot with bids no date of its own but that of the notice?"""
        if self._by_notice is None:
            self._all_bids()
        return lot in (self._by_notice or ())

    def count(self, query: str) -> int:
        """The only number that a query returns which was begun."""
        return self._counts[query].result()

    def _answer(self, query: str) -> Rows:
        if query == bidding.BIDDERS:
            return self._all_bids()
        if query in _ABOVE:
            frame = self._above(
                *_ABOVE[query], nearest_in_time if query == bidding.HOLDINGS_ELSEWHEN else on_the_bid_date
            )
        elif query in _EVER and self._by_round.lots:
            ever = self._of_lots(_EVER[query], sorted(self._by_round.lots))
            frame = self._by_round.beside_as_of(self._ask(query), ever)
        else:
            frame = self._by_round.beside(self._ask(query))
        return Rows(_ordered(self._canonically(frame)))

    def _of_lots(self, query: Question, lots: Sequence[str]) -> pl.DataFrame:
        if isinstance(self._store, NearbyView):
            return as_text(self._read(query))
        return as_text(self._of_listed(query.near, lots))

    def _counted(self, query: str) -> int:
        return int(self._store.query(query, timeout=120).column(0)[0].as_py())

    def _ask(self, query: str) -> pl.DataFrame:
        # About some lots, all ids of their parties are asked for from the start.
        if not isinstance(query, Question) or isinstance(self._store, NearbyView):
            return as_text(self._read(query))
        if query.few:
            took, elsewhere = self._ids(query.few.ids)
            if len(took) <= _FEW:
                # Two questions may come to one where it is asked so: who has a post, whatever led to him.
                if query.few not in self._of_few:
                    listed = self._of_listed(query.few.near, [*took, *elsewhere] or [""])
                    self._of_few[query.few] = as_text(listed)
                return self._of_few[query.few]
        frame = self._apart(query) if query.large else self._read(query)
        if self._canonical and query.of in TAKING_PART:
            _, elsewhere = self._ids(TAKING_PART[query.of])
            if elsewhere:
                found = [frame, self._of_listed(query.near, elsewhere)]
                frame = pl.concat(found, how="vertical_relaxed").unique(maintain_order=True)
        return as_text(frame)

    def _of_listed(self, near: str, ids: Sequence[str]) -> pl.DataFrame:
        parts = [self._read(near, ids[n : n + _AT_ONCE]) for n in range(0, len(ids), _AT_ONCE)]
        # A column in which one of them gives nothing has the other's type.
        return pl.concat(parts, how="vertical_relaxed").unique(maintain_order=True)

    def _read(self, query: str, ids: Sequence[str] = ()) -> pl.DataFrame:
        if isinstance(query, Ends):
            return query.answered(self._read)
        params = {"ids": list(ids)} if ids else None
        return pl.DataFrame(pl.from_arrow(self._store.query(query, params, timeout=_TIMEOUT)))

    def _apart(self, query: str) -> pl.DataFrame:
        return pl.DataFrame(pl.from_arrow(self._store.query_apart(query, timeout=_TIMEOUT)))

    def _ids(self, listing: str) -> tuple[list[str], list[str]]:
        """Parties that a question lists, and their further ids: what a register says of them stands at these too."""
        with self._listing:
            if listing not in self._listed:
                took = set(self._store.query(listing, timeout=_TIMEOUT).column("id").to_pylist())
                best = {self._canonical[i] for i in took if i in self._canonical}
                same = {i for i, c in self._canonical.items() if c in best} | best
                self._listed[listing] = sorted(took), sorted(same - took)
            return self._listed[listing]

    def _all_bids(self) -> Rows:
        with self._bids_asked:
            if self._bids is None:
                bids = self._by_round.beside(self._canonically(self._bidders()))
                self._regimes = _stated_of_lots(bids, "regime")
                self._by_notice = frozenset(bids.filter(pl.col("bid_on_from") == "published_on")["lot_id"])
                self._bids = Rows(_ordered(_of_one_regime(bids)))
            return self._bids

    def _bidders(self) -> pl.DataFrame:
        if isinstance(self._store, NearbyView):
            return self._ask(bidding.BIDDERS)
        bids, lots = self._ask(bidding.BIDS), self._ask(bidding.LOTS_AND_TENDERS)
        return bids.join(lots, on="lot_id").select(bidding.BIDDERS_COLUMNS)

    def _above(
        self,
        query: str,
        columns: tuple[str, ...],
        beside: Callable[[pl.DataFrame, pl.DataFrame], pl.DataFrame],
    ) -> pl.DataFrame:
        """What stands above companies, put `beside` their bids."""
        bids = self._all_bids().frame.with_columns(bidder_id="stated_id")
        bids = bids.select(*bidding.LOT_COLUMNS, *bidding.BIDDER_COLUMNS)
        above = self._ask(query)
        return beside(bids, above).select(columns)

    def _canonically(self, frame: pl.DataFrame) -> pl.DataFrame:
        for column, kept in (("bidder_id", "stated_id"), ("holder_id", "stated_holder_id")):
            if column in frame.columns:
                frame = frame.with_columns(pl.col(column).alias(kept))
        parties = [c for c in _PARTY_COLUMNS if c in frame.columns]
        if self._canonical and parties:
            frame = frame.with_columns(pl.col(parties).replace(dict(self._canonical)))
        for id_, name in (("bidder_id", "bidder_name"), ("holder_id", "holder_name")):
            if self._named_elsewhere and {id_, name} <= set(frame.columns):
                known = pl.col(id_).replace_strict(
                    self._named_elsewhere, default=None, return_dtype=pl.String
                )
                frame = frame.with_columns(pl.coalesce(name, known).alias(name))
        return frame


def _stated_of_lots(bids: pl.DataFrame, column: str) -> dict[str, list[str]]:
    told = bids.select("lot_id", column).drop_nulls().unique()
    return dict(told.group_by("lot_id").agg(pl.col(column).sort()).iter_rows())


def _of_one_regime(bids: pl.DataFrame) -> pl.DataFrame:
    """The bids, with no regime where the tenders of their lot state several: which one holds can't be told from them."""
    least, most = (getattr(pl.col("regime"), end)().over("lot_id") for end in ("min", "max"))
    return bids.with_columns(regime=pl.when(least == most).then(most))


def on_the_bid_date(bids: pl.DataFrame, above: pl.DataFrame) -> pl.DataFrame:
    """Each bid with what stands above its bidder on the bid date."""
    return bids.join(above, on="bidder_id").filter(held_on_the_bid_date())


def nearest_in_time(bids: pl.DataFrame, above: pl.DataFrame) -> pl.DataFrame:
    """Each bid with who stands above its bidder on other days alone: as last before the bid date, else as first after it.

    Found by looking up, never by putting each time of a holder beside each bid: of a bidder of a thousand lots with as
    many changes above it there would be a million.
    """
    spans = above.with_row_index("span")
    days = pl.concat([spans["holds_from"], spans["holds_to"], bids["bid_on"]]).drop_nulls().unique().sort()
    number = (
        pl.DataFrame({"day": days}).with_row_index("n", offset=1).with_columns(pl.col("n").cast(pl.Int64))
    )
    last = len(days) + 1

    def numbered(frame: pl.DataFrame, column: str, open_: int) -> pl.Series:
        return (
            frame.select(pl.col(column).alias("day"))
            .join(number, on="day", how="left", maintain_order="left")["n"]
            .fill_null(open_)
        )

    # A bid without a date is later than all days, and before no end.
    spans = spans.with_columns(
        since=numbered(spans, "holds_from", 0), until=numbered(spans, "holds_to", last + 1)
    )
    bids = bids.with_columns(at=numbered(bids, "bid_on", last))
    pair = ["bidder_id", "holder_id"]
    pairs = spans.select(pair).unique()
    asked = bids.select("bidder_id", "at").unique().join(pairs, on="bidder_id")
    times = spans.select(*pair, "since", "until", "span")
    # The times of one holder above one company do not overlap: the last to begin holds, or none does.
    begun = _as_of(asked, times, "since", "backward")
    asked = begun.filter(pl.col("until").is_null() | (pl.col("until") <= pl.col("at"))).select(*pair, "at")
    ended = _as_of(asked, times, "until", "backward")
    later = _as_of(ended.filter(pl.col("span").is_null()).select(*pair, "at"), times, "since", "forward")
    found = pl.concat([f.drop_nulls("span").select("bidder_id", "at", "span") for f in (ended, later)])
    return bids.join(found, on=["bidder_id", "at"]).join(spans.drop("bidder_id"), on="span")


def _as_of(
    asked: pl.DataFrame, times: pl.DataFrame, by: str, strategy: Literal["backward", "forward"]
) -> pl.DataFrame:
    """Each asked day of a pair with the time that is nearest to it by its beginning or end; both are sorted here."""
    return asked.sort("at").join_asof(
        times.sort(by),
        left_on="at",
        right_on=by,
        by=["bidder_id", "holder_id"],
        strategy=strategy,
        check_sortedness=False,
    )


def _ordered(frame: pl.DataFrame) -> pl.DataFrame:
    # A proof is a kilobyte, and what it proves is told by the other columns.
    return frame.sort(
        [n for n, t in frame.schema.items() if not t.is_nested() and n != "derivation"], nulls_last=False
    )
