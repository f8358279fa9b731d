"""How a scene is planted: parties, holdings, lots and bids, households and property, and what is to be expected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from lookthrough.demo import records
from lookthrough.demo.numbers import (
    births_of,
    company_codes,
    invented_name,
    lot_scope,
    resident_numbers,
    unit_numbers,
)
from lookthrough.demo.truth import Expect, TruthLine

REGION: Final = "虚构区"
STREET: Final = "虚构区示例街道"
HOME: Final = f"虚构省虚构市{STREET}"
ELSEWHERE: Final = "虚构省外市样本县测试镇"
LIMITED: Final = "有限责任公司(自然人投资或控股)"
LISTED: Final = "股份有限公司(上市、自然人投资或控股)"
PERSON: Final = "自然人股东"
COMPANY: Final = "企业法人"
FUND: Final = "私募基金"
STATE: Final = "国资委"


@dataclass(frozen=True)
class Party:
    """A company or a person: official number, name and, where it holds shares, its 股东类型."""

    number: str
    name: str
    kind: str

    @property
    def id(self) -> str:
        """The id of a company."""
        return f"cn-uscc:{self.number}"


@dataclass(frozen=True)
class Scene:
    """One planted scene, as told to a person, and the lots or households it plays in."""

    key: str
    zh: str
    en: str
    scopes: tuple[tuple[str, str], ...]


@dataclass
class Planting:
    """Collects the rows of all planted scenes. Numbers are given in order, so every run plants the same."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {t: [] for t in records.COLUMNS})
    scenes: list[Scene] = field(default_factory=list)
    truth: list[TruthLine] = field(default_factory=list)
    later: list[TruthLine] = field(default_factory=list)
    _next: dict[str, int] = field(default_factory=dict)

    def frames(self) -> records.Frames:
        """All rows, one frame a table."""
        return {
            table: records.frame(
                table, {name: [row.get(name) for row in rows] for name in records.COLUMNS[table]}
            )
            for table, rows in self.rows.items()
        }

    def person(
        self,
        name: str | None = None,
        *,
        hukou: str = HOME,
        died_on: str | None = None,
        child: bool = False,
    ) -> Party:
        """A person with a number of their own. Without a name, one is made up."""
        at = self._take("person")
        index, young = np.array([at]), np.array([child])
        number = resident_numbers(index, young)[0]
        name = name or invented_name(at)
        self._add(
            "persons",
            number=number,
            name=name,
            birth=births_of(index, young)[0],
            hukou=hukou,
            died_on=died_on,
            cremated_on=died_on,
        )
        return Party(number, name, PERSON)

    def company(self, name: str, *, kind: str = LIMITED, founded_on: str = "2015-06-18") -> Party:
        """A registered company. Its register is empty until `holds` fills it."""
        at = self._take("company")
        party = Party(company_codes(np.array([90_000_000 + at]))[0], name, COMPANY)
        self._add(
            "companies",
            code=party.number,
            name=name,
            kind=kind,
            status="存续",
            founded_on=founded_on,
            capital=1000 + 50 * (at % 40),
        )
        return party

    def holder_only(self, name: str, kind: str, code_kind: str = "91") -> Party:
        """A holder that stands in no company register: a state holder or a fund."""
        at = self._take("company")
        return Party(company_codes(np.array([90_000_000 + at]), code_kind)[0], name, kind)

    def holds(
        self,
        holder: Party,
        company: Party,
        percent: str,
        *,
        votes: str | None = None,
        since: str = "2019-03-15",
        until: str | None = None,
        list_: str | None = None,
        by_name: bool = False,
    ) -> None:
        """A direct holding in per cent; `by_name` leaves the holder's number out, as many exports do."""
        self._add(
            "holdings",
            company=company.number,
            company_name=company.name,
            holder=None if by_name else holder.number,
            holder_name=holder.name,
            holder_kind=holder.kind,
            percent=float(percent),
            votes=None if votes is None else float(votes),
            since=None if list_ else since,
            until=until,
            list=list_,
        )

    def chain(self, holder: Party, names: Sequence[str], target: Party, percents: Sequence[str]) -> None:
        """holder → names[0] → … → target, and a holder of its own for the rest of each company's register."""
        above = holder
        for company, percent in zip([*(self.company(name) for name in names), target], percents, strict=True):
            self.holds(above, company, percent)
            self.rest(company, percent)
            above = company

    def rest(self, company: Party, *percents: str) -> None:
        """A new person holds what the given percentages leave of the register."""
        left = 100 - sum(float(p) for p in percents)
        if left > 0:
            self.holds(self.person(), company, f"{left:.2f}")

    def outsider(self, brand: str) -> Party:
        """A bidder tied to nobody: two holders of its own, one of them a company."""
        bidder, parent = self.company(f"虚构{brand}建设有限公司"), self.company(f"示例{brand}控股有限公司")
        self.holds(parent, bidder, "65")
        self.rest(bidder, "65")
        self.holds(self.person(), parent, "100")
        return bidder

    def tender(self, tender: str, title: str, deadline: str = "2025-05-20 09:30") -> None:
        """A tender of the demo buyer."""
        self._add(
            "tenders",
            tender=tender,
            title=title,
            buyer="虚构区示例建设管理中心",
            published="2025-04-15",
            deadline=deadline,
        )

    def lot(
        self,
        tender: str,
        lot: str,
        bidders: Sequence[Party | tuple[Party, ...]],
        withdrawn: Sequence[Party] = (),
    ) -> str:
        """A lot and its bids. Returns the lot's id.

        A tuple of parties is a consortium with its leader first; the bids of `withdrawn` were taken back.
        """
        limit = 4_000 + 137 * self._take("lot")
        self._add("lots", tender=tender, lot=lot, title=f"{lot}标段", limit=limit)
        for place, bidder in enumerate(bidders):
            # Irregular on purpose: prices in even steps are a lead of their own.
            amount = round(limit * (0.93 + 0.06 * ((place + 1) ** 2 * 0.381966 % 1)), 4)
            group = bidder if isinstance(bidder, tuple) else (bidder,)
            roles = ("（联合体牵头人）", *("（成员）" for _ in group[1:]))
            name = (
                "、".join(p.name + role for p, role in zip(group, roles, strict=True))
                if len(group) > 1
                else group[0].name
            )
            self._add(
                "bids",
                tender=tender,
                lot=lot,
                bidder=None if len(group) > 1 else group[0].number,
                bidder_name=name,
                amount=amount,
                status="撤回" if bidder in withdrawn else "有效",
                submitted=f"2025-05-{12 + place % 8:02d} 14:{10 + place}:00",
            )
        return lot_scope(tender, lot)

    def household(self, household: str, members: Sequence[tuple[Party, str]], months: tuple[int, int]) -> str:
        """A benefit household, its members with their relation to the head, paid for months of 2025."""
        for person, relation in members:
            self._add(
                "members",
                household=household,
                name=person.name,
                number=person.number,
                relation=relation,
                town=STREET,
            )
        self._add(
            "benefits",
            household=household,
            head=members[0][0].name,
            head_number=members[0][0].number,
            town=STREET,
            amount=620 * len(members),
            from_month=months[0],
            to_month=months[1],
        )
        return f"local:{household}"

    def home(
        self,
        owners: Sequence[tuple[Party, str]],
        *,
        use: str = "成套住宅",
        unit: bool = True,
        address: str | None = None,
        acquired_on: str = "2016-04-08",
        reason: str = "买卖",
        status: str = "现势",
        disposed_on: str | None = None,
    ) -> str:
        """A property and its owners with their shares in per cent. Returns its address."""
        at = self._take("property")
        address = address or f"虚构市虚构区示例路{10 + at}号{1 + at % 9}栋{1 + at % 6}02室"
        for owner, percent in owners:
            self._add(
                "properties",
                unit=unit_numbers(np.array([at]))[0] if unit else None,
                certificate=f"虚构（2016）示例区不动产权第{at:07d}号",
                owner_name=owner.name,
                owner=owner.number,
                form="单独所有" if len(owners) == 1 and percent == "100" else "按份共有",
                percent=float(percent),
                use=use,
                area=62.5 + at % 40,
                address=address,
                acquired_on=acquired_on,
                reason=reason,
                status=status,
                disposed_on=disposed_on,
            )
        return address

    def scene(self, key: str, zh: str, en: str, *scopes: str, kind: str = "lot") -> None:
        """Tell a scene."""
        self.scenes.append(Scene(key, zh, en, tuple((kind, s) for s in scopes)))

    def expect(
        self, scene: str, detector: str, scope: str, expect: Expect, reason: str, **extra: Any
    ) -> None:
        """What the detector must say of the scope; see `TruthLine` for the extras."""
        kind: Any = "household" if detector.startswith("household") else "lot"
        self.truth.append(TruthLine(scene, detector, kind, scope, expect, reason, **extra))

    def tie(
        self,
        scene: str,
        detector: str,
        lot: str,
        holder: Party,
        shares: dict[Party, float],
        reason: str,
        *,
        expect: Expect = "finding",
        bidders: Sequence[Party] = (),
        **extra: Any,
    ) -> None:
        """The holder ties the bidders: those of `shares`, or `bidders` where the holder is one of them."""
        self.expect(
            scene,
            detector,
            lot,
            expect,
            reason,
            subjects=tuple(sorted(p.id for p in (bidders or shares))),
            holder_name=holder.name,
            holder_id=None if holder.kind == PERSON else holder.id,
            shares={p.id: share for p, share in shares.items()},
            **extra,
        )

    def owner(self, scene: str, lot: str, bidders: Sequence[Party], reason: str) -> None:
        """A person holds a quarter or more of each of the bidders."""
        subjects = tuple(sorted(p.id for p in bidders))
        self.later.append(
            TruthLine(scene, "common-beneficial-owner", "lot", lot, "finding", reason, subjects=subjects)
        )

    def _take(self, what: str) -> int:
        self._next[what] = self._next.get(what, 0) + 1
        return self._next[what]

    def _add(self, table: str, **row: Any) -> None:
        self.rows[table].append(row)
