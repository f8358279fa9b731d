"""Bids of a process: from the bids extension, from plain tenderers, from awards."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from loaders.context import ReadContext
from loaders.ocds.parties import Parties
from loaders.ocds.releases import Process, objects, section
from loaders.ocds.tenders import VOCABULARY, Tender, coded, moment, money
from loaders.ocds.values import id_text, text
from loaders.record_rows import RecordRows


@dataclass(eq=False, slots=True)
class _Bid:
    lot: str
    bidders: tuple[str, ...]
    """Company ids, sorted; several = a consortium; none = the bidder isn't named."""
    number: str
    sources: dict[str, None]
    facts: dict[str, Any] = field(default_factory=dict)


class Bids:
    """The bids of one process.

    One bid with several tenderers is a consortium. A tenderer or supplier whom no bid names gets a bid without
    a price, since both have bid. One bidder may have several bids for a lot.
    """

    def __init__(self, tender: Tender, parties: Parties, rows: RecordRows, context: ReadContext):
        self._tender, self._parties, self._rows, self._context = tender, parties, rows, context
        self._process: Process = tender.process
        self._bids: list[_Bid] = []
        self._from_details()
        self._from_tenderers()
        self._from_awards()
        self._state()

    def _companies(self, references: Any) -> tuple[str, ...]:
        found = (self._parties.company(self._process, r) for r in objects(references))
        return tuple(sorted({c for c in found if c}))

    def _from_details(self) -> None:
        process, context = self._process, self._context
        for i, bid in enumerate(objects(section(process.data, "bids").get("details"))):
            number = id_text(bid.get("id"))
            sources = dict.fromkeys(process.stating("bids", number or None))
            bidders = self._companies(bid.get("tenderers"))
            if not bidders:
                process.complain(
                    context, "ocds-bid-without-tenderers", column="bids.details", value=number or f"#{i + 1}"
                )
            amount, currency = money(process, bid.get("value"), "bids.details.value", context)
            rank = bid.get("rank")
            facts = {
                "amount": amount,
                "currency": currency if amount is not None else None,
                "price_kind": "total" if amount is not None else None,
                "status": coded(process, "bid_status", bid.get("status"), "bids.details.status", context),
                "rank": int(rank) if isinstance(rank, int) and not isinstance(rank, bool) else None,
                "submitted_at": moment(process, bid.get("date"), "bids.details.date", context),
            }
            for lot in self._tender.lots(bid, "bids.details.relatedLots"):
                self._bids.append(_Bid(lot, bidders, number or f"#{i + 1}", sources, dict(facts)))

    def _from_tenderers(self) -> None:
        references = objects(section(self._process.data, "tender").get("tenderers"))
        named = {b for bid in self._bids for b in bid.bidders}
        for reference in references:
            for company in self._companies([reference]):
                if company not in named:
                    named.add(company)
                    stating = self._process.stating("tenderers", id_text(reference.get("id")) or None)
                    for lot in self._tender.lots({}, "tender.tenderers"):
                        self._bids.append(_Bid(lot, (company,), "", dict.fromkeys(stating)))

    def _from_awards(self) -> None:
        process, context = self._process, self._context
        awards = objects(process.data.get("awards"))
        for award in awards:
            number = id_text(award.get("id"))
            outcome = coded(process, "award_status", award.get("status"), "awards.status", context)
            if text(award.get("status")) is None:
                outcome = VOCABULARY["award_status"]["active"]
            if outcome is None:
                continue
            sources = dict.fromkeys(process.stating("awards", number or None))
            winners = self._winners(award, self._companies(award.get("suppliers")), sources)
            amount, currency = money(process, award.get("value"), "awards.value", context)
            for bid in winners:
                bid.sources |= sources
                # A later award of the same bid doesn't take an earlier one back.
                if outcome == "won" or bid.facts.get("status") != "won":
                    bid.facts["status"] = outcome
                if outcome == "won":
                    bid.facts["won"] = True
            alone = len(winners) == 1 and len(awards) == 1
            if alone and amount is not None and winners[0].facts.get("amount") is None:
                winners[0].facts.update(amount=amount, currency=currency, price_kind="total")

    def _winners(
        self, award: dict[str, Any], suppliers: tuple[str, ...], sources: dict[str, None]
    ) -> list[_Bid]:
        """The bids an award takes: those it names, else those of its suppliers on its lots."""
        related = award.get("relatedBids")
        numbers = {id_text(n) for n in related} if isinstance(related, list) else set()
        numbers.add(id_text(award.get("relatedBid")))
        said = [b for b in self._bids if b.number and b.number in numbers]
        if said or not suppliers:
            return said
        stated: dict[str, Any] = {k: award[k] for k in ("relatedLots", "relatedLot") if k in award}
        lots = self._tender.lots(stated, "awards.relatedLots") if stated else []
        here = [b for b in self._bids if not lots or b.lot in lots]
        together = [b for b in here if b.bidders == suppliers]
        if len(suppliers) > 1 and together:
            return _standing(together)
        out: list[_Bid] = []
        for supplier in suppliers:
            own = [b for b in here if b.bidders == (supplier,)] or [b for b in here if supplier in b.bidders]
            if not own:
                lot_ids = lots or self._tender.lots({}, "awards.relatedLots")
                own = [_Bid(lot, (supplier,), "", dict(sources)) for lot in lot_ids]
                self._bids.extend(own)
            out.extend(_standing(own))
        return out

    def _state(self) -> None:
        used: set[str] = set()
        for bid in self._bids:
            id_ = self._id(bid)
            if id_ in used:
                id_ = f"{id_}#{bid.number or len(used)}"
            while id_ in used:
                id_ += "+"
            used.add(id_)
            consortium = None
            if len(bid.bidders) > 1:
                consortium = bid.number or "+".join(bid.bidders)
                self._context.count("consortia")
            sources = list(bid.sources)
            self._rows.node("Bid", id_, sources, consortium=consortium, **bid.facts)
            self._rows.rel("FOR_LOT", ("Bid", id_), ("Lot", bid.lot), sources)
            for bidder in bid.bidders:
                role = "consortium_member" if len(bid.bidders) > 1 else None
                self._rows.rel("SUBMITS", ("Company", bidder), ("Bid", id_), sources, role=role)

    def _id(self, bid: _Bid) -> str:
        if len(bid.bidders) == 1:
            return f"{bid.lot}/{bid.bidders[0]}"
        if not bid.bidders:
            return f"{bid.lot}/unnamed:{bid.number}"
        members = hashlib.sha256("\x1f".join(bid.bidders).encode()).hexdigest()[:8]
        return f"{bid.lot}/consortium:{members}"


def _standing(bids: Sequence[_Bid]) -> list[_Bid]:
    """Of one bidder's several bids for a lot, those that can have won."""
    out = [b for b in bids if b.facts.get("status") not in ("rejected", "withdrawn")] or list(bids)
    return out if len({b.lot for b in out}) == len(out) else out[-1:]
