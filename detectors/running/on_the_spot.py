"""Some lots seen with what stands above their parties worked out on the spot, whatever is written in the graph.

The questions about `ULTIMATELY_HOLDS` and `CONTROLS` are answered from the rows that `put_in_play` would write for these
lots; all others are asked of the store.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any, Final, cast

import polars as pl
import pyarrow as pa

from detectors.bidders.affiliate_of_debarred import ABOVE_DEBARRED
from detectors.running.asking import ABOVE_BIDDERS, DATED
from detectors.running.nearby import Nearby, NearbyView
from detectors.running.standing import Standing
from detectors.ties import bidding, people
from detectors.ties.bid_days import held_on_the_bid_date
from detectors.ties.employers import ABOVE_EMPLOYERS, ABOVE_EMPLOYERS_EVER, EMPLOYERS_OF_LOTS
from detectors.ties.held_in_trust import OWNERS, OWNERS_COLUMNS
from detectors.ties.managers import ABOVE_MANAGERS, MANAGERS
from detectors.ties.managers import COLUMNS as MANAGER_COLUMNS
from detectors.ties.procedure_parties import ABOVE_PARTIES, ABOVE_PARTIES_EVER, HELD
from graph.in_play import derived_on_the_spot
from graph.stores.contract import GraphStore
from graph.stores.hops import EACH, hop
from graph.stores.known_nodes import about
from graph.stores.side_by_side import Beside

_TIMEOUT: Final = 120.0
_SPAN: Final = ("holds_from", "holds_to")
_HELD: Final = {
    type_: f"{EACH}MATCH (h:{type_} {{id: i}}) {hop('(h)-[:OWNS]->(c:Company)', 'c.id')}"
    "RETURN h.id AS holder_id, count(DISTINCT c.id) AS companies"
    for type_ in ("Company", "Person")
}
_PERSONS: Final = (
    f"{EACH}MATCH (h:Person {{id: i}}) "
    "RETURN h.id AS holder_id, h.id_masked AS id_masked, h.birth_date AS birth_date"
)
_PARTIES: Final = {
    side: about(
        f"MATCH (p:Company)-[:{side}]->(t:Tender)<-[:LOT_OF]-(l:Lot) "
        "RETURN DISTINCT l.id AS lot_id, l.bid_on AS bid_on, p.id AS to_id",
        "l:Lot",
    )
    for side in ("BUYS", "SERVES_TENDER")
}
_NOMINATORS: Final = "MATCH (n:Company)-[r:EXERCISES_CONTROL]->(:Company) WHERE r.interest = 'nominator' RETURN DISTINCT n.id AS id"
_DEBARRED: Final = "MATCH (d:Company)-[:DEBARRED_BY]->(:Company) RETURN DISTINCT d.id AS id"


class OnTheSpot(NearbyView):
    """A store as the detectors see it from some lots, without what it holds of effective shares and control."""

    def __init__(self, store: GraphStore, near: Nearby, standing: Standing, beside: Beside):
        super().__init__(store, near, standing)
        self._rows = beside(partial(derived_on_the_spot, store, near.asked, near.mates))
        self._answers: dict[str, Callable[[], pl.DataFrame]] = {
            **{q: self._above(type_, q) for type_, q in ABOVE_BIDDERS.items()},
            **{q: self._above_parties(*key) for key, q in ABOVE_PARTIES.items()},
            **{q: self._above_parties(*key, ever=True) for key, q in ABOVE_PARTIES_EVER.items()},
            **{q: self._above_employers(k) for k, q in ABOVE_EMPLOYERS.items()},
            **{q: self._above_employers(k, ever=True) for k, q in ABOVE_EMPLOYERS_EVER.items()},
            ABOVE_MANAGERS: self._above_managers,
            bidding.KINDS: self._kinds,
            people.ABOVE: self._persons,
            bidding.HOLDERS: self._holders,
            ABOVE_DEBARRED: self._above_debarred,
            OWNERS: self._above_nominators,
        }

    def query(self, cypher: str, params: Mapping[str, Any] | None = None, timeout: float = 30.0) -> pa.Table:
        """The answer as far as it bears on the lots."""
        if not params and cypher in self._answers:
            return self._answers[cypher]().to_arrow()
        return super().query(cypher, params, timeout)

    def _of(self, type_: str, companies: Collection[str]) -> pl.DataFrame:
        """Rows that lead to some companies."""
        wanted = pl.Series("id", sorted(companies), pl.String)
        return self._rows.result()[type_].filter(pl.col("to_id").is_in(wanted.implode()))

    def _standing_above(self, type_: str, companies: Collection[str]) -> pl.DataFrame:
        if type_ != DATED:
            return self._of(type_, companies)
        begun_or_ended = pl.any_horizontal(pl.col("holds_from", "holds_to").is_not_null())
        return self._of("ULTIMATELY_HOLDS", companies).filter(begun_or_ended)

    def _named(self, rows: pl.DataFrame) -> pl.DataFrame:
        """With what the holders are called: holder_name, holder_kind."""
        found = [pl.DataFrame(schema=dict.fromkeys(("from_id", "holder_name", "holder_kind"), pl.String()))]
        for (type_,), part in rows.select("from_type", "from_id").unique().group_by("from_type"):
            kind = "n.kind" if type_ == "Company" else "''"
            told = self._store.query(
                f"{EACH}MATCH (n:{type_} {{id: i}}) RETURN n.id AS from_id, n.name AS holder_name, {kind} AS holder_kind",
                {"ids": part["from_id"].sort().to_list()},
                _TIMEOUT,
            )
            found.append(pl.DataFrame(pl.from_arrow(told)).cast(found[0].schema))
        return rows.join(pl.concat(found), on="from_id", how="left", maintain_order="left")

    def _above(self, type_: str, question: str) -> Callable[[], pl.DataFrame]:
        columns = [part.rpartition(" AS ")[2] for part in question.partition("RETURN ")[2].split(", ")]

        def answer() -> pl.DataFrame:
            rows = self._named(self._standing_above(type_, self._near.bidders))
            return rows.rename({"from_id": "holder_id", "to_id": "bidder_id"}).select(columns)

        return answer

    def _above_parties(self, type_: str, side: str, ever: bool = False) -> Callable[[], pl.DataFrame]:
        # Control has no share: as a question answers it, without a type.
        share = [pl.col(c) if type_ == "ULTIMATELY_HOLDS" else pl.lit(None).alias(c) for c in HELD]

        def answer() -> pl.DataFrame:
            found = self._store.query(_PARTIES[side], {"ids": self._near.ids("asked") or [""]}, _TIMEOUT)
            parties = pl.DataFrame(pl.from_arrow(found)).cast(pl.String)
            rows = parties.join(self._of(type_, parties["to_id"]), on="to_id")
            rows = rows if ever else rows.filter(held_on_the_bid_date())
            told = ("lot_id", pl.col("to_id").alias("party_id"), pl.col("from_id").alias("holder_id"))
            return rows.select(*told, *share, "derivation", "identity", *(_SPAN if ever else ())).unique()

        return answer

    def _above_employers(self, query: str, ever: bool = False) -> Callable[[], pl.DataFrame]:
        def answer() -> pl.DataFrame:
            ids = {"ids": self._near.ids("asked") or [""]}
            found = self._store.query(EMPLOYERS_OF_LOTS[query], ids, _TIMEOUT)
            firms = pl.DataFrame(pl.from_arrow(found)).cast(pl.String)
            rows = firms.join(self._of("CONTROLS", firms["to_id"]), on="to_id")
            rows = rows if ever else rows.filter(held_on_the_bid_date())
            ends = (pl.col("to_id").alias("employer_id"), pl.col("from_id").alias("holder_id"))
            return rows.select("lot_id", *ends, "derivation", "identity", *(_SPAN if ever else ())).unique()

        return answer

    def _above_managers(self) -> pl.DataFrame:
        found = self._standing.whole(self._store, MANAGERS)
        firms = pl.DataFrame(pl.from_arrow(found)).cast(pl.String)
        rows = firms.join(self._of("CONTROLS", firms["to_id"]), on="to_id")
        manager = (pl.col("to_id").alias(c) for c in ("manager_id", "manager_stated"))
        told = self._named(rows).with_columns(*manager, holder_id="from_id", layers="depth")
        return told.select(MANAGER_COLUMNS).unique()

    def _kinds(self) -> pl.DataFrame:
        rows = self._of("ULTIMATELY_HOLDS", self._near.parties).filter(pl.col("from_type") == "Company")
        return self._named(rows).select(pl.col("from_id").alias("holder_id"), "holder_kind").unique()

    def _persons(self) -> pl.DataFrame:
        rows = self._of("ULTIMATELY_HOLDS", self._near.parties).filter(pl.col("from_type") == "Person")
        told = self._store.query(_PERSONS, {"ids": rows["from_id"].unique().sort().to_list()}, _TIMEOUT)
        return pl.DataFrame(pl.from_arrow(told))

    def _holders(self) -> pl.DataFrame:
        rows = self._of("ULTIMATELY_HOLDS", self._near.parties).select("from_type", "from_id").unique()
        found = [pl.DataFrame(schema={"holder_id": pl.String(), "companies": pl.Int64()})]
        for type_, cypher in _HELD.items():
            ids = rows.filter(pl.col("from_type") == type_)["from_id"].sort().to_list()
            if ids:
                told = self._store.query(cypher, {"ids": ids}, _TIMEOUT)
                found.append(pl.DataFrame(pl.from_arrow(told)).cast(found[0].schema))
        return pl.concat(found)

    def _above_debarred(self) -> pl.DataFrame:
        debarred = self._standing.whole(self._store, _DEBARRED).column("id").to_pylist()
        rows = self._named(self._of("CONTROLS", debarred))
        told = {"to_id": "party_id", "from_id": "holder_id"}
        return rows.rename(told).select(
            "party_id", "holder_id", "holder_name", "holds_from", "holds_to", "derivation"
        )

    def _above_nominators(self) -> pl.DataFrame:
        nominators = self._standing.whole(self._store, _NOMINATORS).column("id").to_pylist()
        rows = self._named(self._of("ULTIMATELY_HOLDS", nominators).filter(pl.col("from_type") == "Person"))
        return rows.rename({"to_id": "company_id", "from_id": "holder_id"}).select(OWNERS_COLUMNS)


def on_the_spot(store: GraphStore, near: Nearby, standing: Standing, beside: Beside) -> GraphStore:
    """The store as it looks from some lots, never stale; what stands above is worked out `beside` other questions.

    A question about that raises `OwnershipError` or a `StoreError` where it can't be.
    """
    return cast(GraphStore, OnTheSpot(store, near, standing, beside))
