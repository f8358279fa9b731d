"""Tenders, lots and buyers of a process."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from loaders.context import ReadContext
from loaders.ocds.parties import Parties
from loaders.ocds.releases import Process, objects, section
from loaders.ocds.values import id_text, money_of, text, time_of
from loaders.record_rows import RecordRows

VOCABULARY: Final[Mapping[str, Mapping[str, str]]] = tomllib.loads(
    (Path(__file__).parent / "vocabulary.toml").read_text("utf-8")
)


def coded(process: Process, vocabulary: str, value: Any, column: str, context: ReadContext) -> str | None:
    """The model's code of an OCDS code; an unknown one is reported and left out."""
    word = text(value)
    if word is None:
        return None
    code = VOCABULARY[vocabulary].get(word.lower())
    if code is None:
        process.complain(context, "ocds-status", column=column, value=word)
    return code or None


def moment(process: Process, value: Any, column: str, context: ReadContext) -> str | None:
    """A time in Asia/Shanghai; what is no time is reported and left out."""
    found, good = time_of(value)
    if not good:
        process.complain(context, "ocds-date", column=column, value=value)
    return found


def money(process: Process, value: Any, column: str, context: ReadContext) -> tuple[int | None, str | None]:
    """(minor units, currency) of a value object, its defects reported."""
    amount, currency, code = money_of(value)
    if code:
        process.complain(context, code, column=column, value=section({"v": value}, "v").get("amount"))
    return amount, currency


class Tender:
    """One process's tender and its lots.

    A tender without lots has one, of the tender's own id; so does a bid that doesn't say for which lot it is.
    """

    def __init__(self, process: Process, parties: Parties, rows: RecordRows, context: ReadContext):
        self.process, self._rows, self._context = process, rows, context
        self._data = section(process.data, "tender")
        self.sources = process.stating("tender")
        self._lots: dict[str, None] = {}
        self._state(parties)
        for lot in objects(self._data.get("lots")):
            self._state_lot(lot)

    def lots(self, item: Mapping[str, Any], column: str) -> list[str]:
        """Ids of the lots a bid or award is for (`relatedLots`, `relatedLot`)."""
        named = item.get("relatedLots")
        numbers = (
            [id_text(n) for n in named] if isinstance(named, list) else [id_text(item.get("relatedLot"))]
        )
        ids = [f"{self.process.id}/{n}" for n in numbers if n]
        for id_ in ids:
            if id_ not in self._lots:
                self._lot(id_, id_.rpartition("/")[2])
        if ids:
            return ids
        known = [i for i in self._lots if i != self.process.id]
        if len(known) == 1:
            return known
        if known:
            self.process.complain(self._context, "ocds-lot-not-said", column=column)
        return [self.whole()]

    def whole(self) -> str:
        """The lot that stands for the tender as a whole."""
        id_ = self.process.id
        if id_ not in self._lots:
            estimate, currency = money(self.process, self._data.get("value"), "tender.value", self._context)
            status = "cancelled" if self._cancelled else None
            self._lot(id_, None, self._data.get("title"), estimate, currency, status)
        return id_

    def finish(self) -> None:
        """A tender for which no lot was named has one."""
        if not self._lots:
            self.whole()

    @property
    def _cancelled(self) -> bool:
        return (text(self._data.get("status")) or "").lower() in ("cancelled", "withdrawn")

    def _state(self, parties: Parties) -> None:
        process, data, context = self.process, self._data, self._context
        awarded, signed = self._days("awards", "date"), self._days("contracts", "dateSigned")
        # The release that first spoke of the tender published it.
        published = next((r.date for r in process.releases if r.date and section(r.data, "tender")), "")
        self._rows.node(
            "Tender",
            process.id,
            self.sources,
            title=text(data.get("title")),
            method=coded(
                process, "method", data.get("procurementMethod"), "tender.procurementMethod", context
            ),
            status=coded(process, "tender_status", data.get("status"), "tender.status", context),
            published_on=(published or process.releases[0].date)[:10] or None,
            bid_deadline=moment(
                process,
                section(data, "tenderPeriod").get("endDate"),
                "tender.tenderPeriod.endDate",
                context,
            ),
            opened_on=moment(
                process, section(data, "bidOpening").get("date"), "tender.bidOpening.date", context
            ),
            awarded_on=min(awarded, default=None),
            contract_signed_on=min(signed, default=None),
        )
        buyer = parties.company(process, process.data.get("buyer"))
        entity = parties.company(process, data.get("procuringEntity"))
        if buyer or entity:
            end = ("Company", buyer or str(entity))
            sources = process.stating("buyer") if buyer else self.sources
            self._rows.rel("BUYS", end, ("Tender", process.id), sources)
        if buyer and entity and buyer != entity:
            self._rows.rel(
                "SERVES_TENDER",
                ("Company", entity),
                ("Tender", process.id),
                self.sources,
                role="buyer_representative",
            )

    def _days(self, name: str, key: str) -> list[str]:
        """Dates of the awards or contracts that stand."""
        out: list[str] = []
        for item in objects(self.process.data.get(name)):
            if (text(item.get("status")) or "").lower() in ("cancelled", "unsuccessful"):
                continue
            day = moment(self.process, item.get(key), f"{name}.{key}", self._context)
            if day:
                out.append(day[:10])
        return out

    def _state_lot(self, lot: Mapping[str, Any]) -> None:
        number = id_text(lot.get("id"))
        if not number:
            return
        estimate, currency = money(self.process, lot.get("value"), "tender.lots.value", self._context)
        status = coded(self.process, "tender_status", lot.get("status"), "tender.lots.status", self._context)
        if status is None and self._cancelled:
            status = "cancelled"
        self._lot(f"{self.process.id}/{number}", number, lot.get("title"), estimate, currency, status)

    def _lot(
        self,
        id_: str,
        number: str | None,
        title: Any = None,
        estimate: int | None = None,
        currency: str | None = None,
        status: str | None = None,
    ) -> None:
        self._lots[id_] = None
        self._rows.node(
            "Lot",
            id_,
            self.sources,
            number=number,
            title=text(title),
            estimate=estimate,
            currency=currency if estimate is not None else None,
            status=status,
        )
        self._rows.rel("LOT_OF", ("Lot", id_), ("Tender", self.process.id), self.sources)
