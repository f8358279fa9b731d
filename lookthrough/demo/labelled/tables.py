"""Rows of the plain tables a scene is planted with, and the truth lines it comes with."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from lookthrough.demo.background import brand_names
from lookthrough.demo.numbers import births_of, company_codes, lot_scope, resident_numbers, unit_numbers
from lookthrough.demo.planting import HOME, REGION, STREET
from lookthrough.demo.truth import Expect, Kind, TruthLine

FOLDER: Final = "标注场景"
"""The folder, beside the other exports, that holds one file a table."""

DEADLINE: Final = "2025-05-20"
PUBLISHED: Final = "2025-04-15"
OBSERVED_ON: Final = "2025-02-28"
"""The date of the extract of all holdings."""
YEAR: Final = ("2025-01", "2025-12")
GOVERNMENT: Final = "政府采购"
_PRICE: Final = 10_000_000
# Money in these columns is in yuan, as their headings say.
_MONEY: Final = ("amount", "estimate", "deposit", "deposit_amount", "value", "registered_capital")
# Far above every number the other scenes and the largest background use.
_COMPANIES, _ADULTS, _CHILDREN, _UNITS = 80_000_000, 12_000_000, 3_000_000, 80_000_000


@dataclass(frozen=True)
class Party:
    """A company or a person: its official number and its name."""

    number: str
    name: str
    company: bool = True

    @property
    def id(self) -> str:
        """The id of a company; a person's depends on a secret key."""
        return f"cn-uscc:{self.number}"


@dataclass
class Labelled:
    """Collects rows by table, and truth lines. Numbers are given in order, so that every run plants the same."""

    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    truth: list[TruthLine] = field(default_factory=list)
    scopes: list[str] = field(default_factory=list)
    _next: dict[str, int] = field(default_factory=dict)

    def add(self, table: str, **row: Any) -> None:
        """One row of a table."""
        self.tables.setdefault(table, []).append(row)

    # --- parties ---

    def company(self, **more: Any) -> Party:
        """A registered company whose register is empty."""
        at = self.take("company")
        brand = brand_names(np.array([500_000 + at]))[0]
        number = company_codes(np.array([_COMPANIES + at]))[0]
        party = Party(number, more.pop("name", None) or f"虚构{brand}标注有限公司")
        row = {"kind": "有限责任公司", "status": "存续", "founded_on": "2012-05-08", "region": REGION}
        self.add("companies", id=number, name=party.name, **(row | more))
        return party

    def person(self, *, child: bool = False, **more: Any) -> Party:
        """A registered resident of the demo district."""
        at = self.take("child" if child else "person")
        index, young = np.array([(_CHILDREN if child else _ADULTS) + at]), np.array([child])
        number = resident_numbers(index, young)[0]
        brand = brand_names(np.array([700_000 + at + (50_000 if child else 0)]))[0]
        party = Party(number, more.pop("name", None) or f"样本{brand}", company=False)
        row = {"birth_date": births_of(index, young)[0], "hukou_region": HOME}
        self.add("persons", id=number, name=party.name, **(row | more))
        return party

    def bidder(self, **more: Any) -> Party:
        """A company that nobody stands behind: five holders of a fifth each, and a representative of its own."""
        company = self.company(**more)
        self.rest(company, 0)
        self.post(self.person(), company)
        return company

    def rest(self, company: Party, held: float) -> None:
        """Five persons of no other part hold what is left of a register: at most a fifth of the whole each."""
        for _ in range(5 if held < 100 else 0):
            self.holds(self.person(), company, (100 - held) / 5)

    def holds(self, holder: Party, company: Party, percent: float | None, **more: Any) -> None:
        """A direct holding in per cent; None is unknown."""
        row = {
            "company_id": company.number,
            "company_name": company.name,
            "holder_id": holder.number,
            "holder_name": holder.name,
            "holder_kind": "company" if holder.company else "person",
            "share_percent": None if percent is None else f"{percent:.6f}".rstrip("0").rstrip("."),
            "observed_on": OBSERVED_ON,
        }
        self.add("shareholdings", **(row | more))

    def succeeded(self, company: Party, percent: float, on: str) -> None:
        """A company of no other part takes a holding over on a day; the rest of the register is as it always was."""
        self.holds(self.company(), company, percent, valid_from=on)
        self.rest(company, percent)

    def owned(self, company: Party, *holders: tuple[Party, float]) -> Party:
        """A company with these holdings, and persons of no other part for the rest of its register."""
        for holder, percent in holders:
            self.holds(holder, company, percent)
        self.rest(company, sum(percent for _, percent in holders))
        return company

    def chain(self, holder: Party, percents: Sequence[float], target: Party | None = None) -> Party:
        """holder → company → … → target, one company a step; gives the target."""
        above = holder
        for place, percent in enumerate(percents, start=1):
            below = target if target and place == len(percents) else self.company()
            above = self.owned(below, (above, percent))
        return above

    def post(self, person: Party, company: Party, role: str = "法定代表人", **more: Any) -> None:
        """A person's post in a company."""
        row = {"person_id": person.number, "person_name": person.name, "company_id": company.number}
        self.add("positions", **row, role=role, **more)

    def kin(self, one: Party, other: Party, relation: str = "配偶", **more: Any) -> None:
        """Declared kin."""
        row = {"person_id": one.number, "person_name": one.name, **more}
        self.add("relatives", **row, relative_id=other.number, relative_name=other.name, relation=relation)

    # --- tenders ---

    def lot(
        self,
        key: str,
        *bidders: Party,
        lot: str = "01",
        least: int = 3,
        bids: dict[Party, dict[str, Any]] | None = None,
        estimate: int | None = 11_000_000,
        prices: Sequence[int] | None = None,
        again: bool = False,
        **tender: Any,
    ) -> str:
        """A tender of one lot, bidders of no other part added up to `least`; gives the lot's id.

        `bids`: further columns of a bidder's bid. `again`: a further lot of a tender planted before.
        """
        id_ = f"BZ-{key}"
        if not again:
            row = {
                "title": f"虚构标注工程{key}",
                "regime": "工程建设",
                "method": "公开招标",
                "buyer_name": "虚构区标注建设管理中心",
                "published_on": PUBLISHED,
                "bid_deadline": f"{DEADLINE} 09:30",
            }
            self.add("tenders", id=id_, **(row | tender))
        self.add("lots", id=lot, tender_id=id_, title=f"{lot}标段", estimate=estimate)
        everybody = [*bidders, *(self.bidder() for _ in range(least - len(bidders)))]
        start = self.take("lot")
        for place, bidder in enumerate(everybody):
            # Irregular on purpose: prices in even steps are a lead of their own.
            price = round(
                _PRICE * (0.9 + 0.09 * ((start * 7 + place * place * 5 + place + 1) * 0.6180339887 % 1))
            )
            self.bid(
                id_, lot, bidder, amount=prices[place] if prices else price, **(bids or {}).get(bidder, {})
            )
        scope = lot_scope(id_, lot)
        self.scopes.append(scope)
        return scope

    def also_of(self, key: str, lot: str, **tender: Any) -> None:
        """A further tender that a lot planted before hangs on as well."""
        row = {
            "title": f"虚构标注工程{key}另立",
            "buyer_name": "虚构区标注建设管理中心",
            "published_on": PUBLISHED,
        }
        self.add("tenders", id=f"BZ-{key}-另立", bid_deadline=f"{DEADLINE} 09:30", **(row | tender))
        self.add("lots", id=lot, tender_id=f"BZ-{key}-另立", title="01标段", estimate=11_000_000)

    def bid(self, tender: str, lot: str, bidder: Party, **more: Any) -> None:
        """One bid."""
        row = {"tender_id": tender, "lot_id": lot, "bidder_id": bidder.number, "bidder_name": bidder.name}
        self.add("bids", **row, **({"status": "有效"} | more))

    # --- households ---

    def household(
        self,
        *members: Party,
        months: tuple[str, str] | None = YEAR,
        relations: Sequence[str] = ("户主", "配偶", "子"),
        **paid: Any,
    ) -> str:
        """A benefit household that is paid for these months; gives its id."""
        number = f"BZDB{self.take('household'):04d}"
        self.add("households", id=number, kind="低保户", region=STREET)
        for person, relation in zip(members, relations, strict=False):
            self.add(
                "household_members",
                household_id=number,
                household_kind="低保",
                person_id=person.number,
                person_name=person.name,
                relation_to_head=relation,
            )
        if months:
            self.pay(months, household_id=number, **paid)
        scope = f"local:{number}"
        self.scopes.append(scope)
        return scope

    def pay(self, months: tuple[str, str], **more: Any) -> None:
        """One spell of payments to a household or a person."""
        row = {
            "program": "最低生活保障",
            "from_month": months[0],
            "to_month": months[1],
            "amount": 620,
            "region": STREET,
        }
        self.add("benefits", **(row | more))

    def home(self, *owners: tuple[Party, float], **more: Any) -> None:
        """A dwelling and its owners, with their shares in per cent."""
        at = self.take("unit")
        row = {
            "id": unit_numbers(np.array([_UNITS + at]))[0],
            "certificate_no": f"虚构（2015）标注区不动产权第{at:07d}号",
            "holding_form": "单独所有" if len(owners) == 1 and owners[0][1] == 100 else "按份共有",
            "kind": "成套住宅",
            "area_m2": 60,
            "address": f"虚构市虚构区标注路{at}号1栋101室",
            "status": "现势",
            "acquired_by": "买卖",
            "acquired_on": "2014-06-03",
        }
        for owner, percent in owners:
            held = {"owner_id": owner.number, "owner_name": owner.name, "share_percent": percent}
            self.add("properties", **(row | held | more))

    # --- what must be said ---

    def expect(
        self,
        detector: str,
        scope: str,
        expect: Expect,
        reason: str,
        subjects: Sequence[Party | str] = (),
        **extra: Any,
    ) -> None:
        """One truth line; its scope is a lot, tender or household by its id, else as `kind` says."""
        number = scope.partition(":")[2]
        kind: Kind = extra.pop("kind", None) or (
            "household" if number.startswith("BZDB") else "lot" if "/" in number else "tender"
        )
        said = tuple(sorted(s.id if isinstance(s, Party) else s for s in subjects))
        self.truth.append(
            TruthLine(f"labelled:{detector}", detector, kind, scope, expect, reason, subjects=said, **extra)
        )

    def finding(
        self, detector: str, scope: str, subjects: Sequence[Party | str], reason: str, **extra: Any
    ) -> None:
        """This must be found, with exactly these subjects."""
        self.expect(detector, scope, "finding", reason, subjects, **extra)

    def suppressed(
        self, detector: str, scope: str, subjects: Sequence[Party | str], rule: str, reason: str, **extra: Any
    ) -> None:
        """This must be shown as suppressed by the rule."""
        self.expect(detector, scope, "suppressed", reason, subjects, rule=rule, **extra)

    def none(self, detector: str, scope: str, reason: str) -> None:
        """Nothing may be found here."""
        self.expect(detector, scope, "none", reason)

    def undecided(self, detector: str, scope: str, subjects: Sequence[Party | str], reason: str) -> None:
        """It must be said that this can't be decided, for want of data on these."""
        self.expect(detector, scope, "undecided", reason, subjects)

    def take(self, what: str) -> int:
        """The next number of a kind, from 1."""
        self._next[what] = self._next.get(what, 0) + 1
        return self._next[what]

    def write(self, folder: Path) -> dict[str, int]:
        """Write one CSV a table into the folder. Returns file name → rows. Raises `OSError`."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, rows in self.tables.items():
            columns = list(dict.fromkeys(c for row in rows for c in row))
            with (folder / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") as file:
                out = csv.writer(file, lineterminator="\n")
                out.writerow(f"{c}(元)" if c in _MONEY else c for c in columns)
                out.writerows([_cell(row.get(c)) for c in columns] for row in rows)
        return {f"{name}.csv": len(rows) for name, rows in self.tables.items()}


def _cell(value: Any) -> str:
    return "" if value is None else str(value)
