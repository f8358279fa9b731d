"""The innocent many around the planted scenes: bidders, their owners, lots and households, by whole columns.

Nothing here is tied, by construction. Every bidder has owners of its own but one: bidders 2k and 2k+1 share a
holder, as companies of one family do, and a lot takes at most one of such a pair.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl

from lookthrough.demo import records
from lookthrough.demo.numbers import (
    BoolArray,
    IntArray,
    between,
    births_of,
    company_codes,
    invented_name,
    lot_scope,
    resident_numbers,
    unit_numbers,
)
from lookthrough.demo.planting import COMPANY, HOME, LIMITED, PERSON, STREET

BIDDERS: Final = 130
LOTS: Final = 20
HOUSEHOLDS: Final = 30
"""For each unit of size. Two bidders in three have a holding company above them: about 217 companies."""
WHOLE: Final = 100
"""Units of size up to which lots and households grow with the companies."""
LOTS_BEYOND: Final = 5
HOUSEHOLDS_BEYOND: Final = 2
"""For each unit beyond: of a national register few companies bid. Two million companies go with some 50,000 lots."""

_SYLLABLES: Final = (
    "安宝昌成达德东丰福富冠光广贵国海和恒弘鸿华辉汇惠嘉建江金锦晶景久凯康"
    "朗乐立利联龙隆茂美明宁鹏平启强庆荣瑞润盛顺泰天通旺祥新信兴耀益永裕元"
)
_BIDDER: Final = "虚构"
"""What a bidder's name begins with; that of a holding company above one begins otherwise."""
_TRADES: Final = ("建设", "建筑工程", "市政工程", "路桥", "水利工程")
_FIRST_BIDDER_PERSON: Final = 10_000
_HOUSEHOLD_PERSON: Final = 9_000_000


def background(size: int, seed: int) -> records.Frames:
    """The innocent part of a world of this size; the same for the same size and seed."""
    out = _ownership(size, seed)
    out |= _lots(out["companies"]["code"], out["companies"]["name"], size, seed)
    welfare = _households(size, seed)
    out["persons"] = pl.concat([out["persons"], welfare.pop("persons")])
    return out | welfare


def lot_ids(frames: records.Frames) -> list[str]:
    """The ids of all lots."""
    return [lot_scope(t, n) for t, n in frames["lots"].select("tender", "lot").iter_rows()]


def families_apart(frames: records.Frames) -> list[tuple[str, tuple[str, str]]]:
    """Lots in which one of a pair bids while the other bids for another lot of the tender: lot id, both companies' ids."""
    pair = frames["companies"].select(bidder="code").with_row_index("family").head(_bidders(frames))
    bids = (
        frames["bids"]
        .select("tender", "lot", "bidder")
        .join(pair.with_columns(pl.col("family") // 2), on="bidder")
    )
    both = bids.join(bids, on=["tender", "family"], suffix="_2").filter(
        (pl.col("lot") != pl.col("lot_2")) & (pl.col("bidder") != pl.col("bidder_2"))
    )
    return [
        (lot_scope(tender, lot), (f"cn-uscc:{one}", f"cn-uscc:{other}"))
        for tender, lot, one, other in both.select("tender", "lot", "bidder", "bidder_2")
        .sort(pl.all())
        .iter_rows()
    ]


def _bidders(frames: records.Frames) -> int:
    """How many of the companies, which come first, are bidders."""
    return int(frames["companies"]["name"].str.starts_with(_BIDDER).sum())


def _counted(size: int, each: int, beyond: int) -> int:
    """How many of something there are in a world of a size."""
    return each * min(size, WHOLE) + beyond * max(0, size - WHOLE)


def household_ids(frames: records.Frames) -> list[str]:
    """The ids of all benefit households."""
    return [f"local:{h}" for h in frames["benefits"]["household"].to_list()]


def brand_names(index: IntArray) -> list[str]:
    """A trade name for each number, all different: as many syllables as keep them apart, two at least."""
    base = len(_SYLLABLES)
    width = 2
    while base**width <= int(index.max(initial=0)):
        width += 1
    # Multiplying by a number coprime to the base scatters neighbours without letting two meet.
    scattered = index * 48_271 % base**width
    letters = [_SYLLABLES[i] for i in range(base)]
    digits = scattered[:, None] // base ** np.arange(width) % base
    return ["".join(letters[d] for d in row) for row in digits.tolist()]


def _ownership(size: int, seed: int) -> records.Frames:
    count = BIDDERS * size
    at = np.arange(count)
    held = at[at % 3 != 0]
    index = np.concatenate([at, count + held])
    brands = brand_names(index)
    codes = company_codes(index)
    names = [f"{_BIDDER}{b}{_TRADES[i % len(_TRADES)]}有限公司" for i, b in enumerate(brands[:count])]
    names += [f"示例{b}控股有限公司" for b in brands[count:]]

    # Persons: one a pair of bidders, one of each bidder's own, one of each holding company's own.
    family = _FIRST_BIDDER_PERSON + at // 2
    own = _FIRST_BIDDER_PERSON + count + at
    other = _FIRST_BIDDER_PERSON + 2 * count + held
    people = np.concatenate([np.unique(family), own, other])
    person_names = dict(zip(people.tolist(), _names(people), strict=True))
    numbers = dict(zip(people.tolist(), resident_numbers(people), strict=True))

    legal_reps = [person_names[int(i)] for i in own] + [person_names[int(i)] for i in other]
    founded = between(seed, "founded", len(index), 0, 7000)
    companies = records.frame(
        "companies",
        {
            "code": codes,
            "name": names,
            "former_name": [f"虚构{b}工程队有限公司" if i % 17 == 5 else None for i, b in enumerate(brands)],
            "kind": [LIMITED] * len(index),
            "status": ["在业" if i % 4 == 1 else "存续" for i in range(len(index))],
            "founded_on": _days("2001-01-01", founded),
            "capital": between(seed, "capital", len(index), 1, 80) * 100,
            "legal_rep": legal_reps,
        },
    )

    upper = between(seed, "upper", count, 5100, 9900) / 100
    lower = between(seed, "lower", count, 2000, 8000) / 100
    top_codes = dict(zip(held.tolist(), codes[count:], strict=True))
    top_names = dict(zip(held.tolist(), names[count:], strict=True))
    rows: list[pl.DataFrame] = []

    def hold(company: IntArray, above: bool, holder: IntArray, percent: Sequence[float | None]) -> None:
        # Every tenth holder is shown with a masked number, as exports made for the public do.
        shown = [_masked(numbers[int(i)]) if i % 10 == 7 else numbers[int(i)] for i in holder]
        keys = company.tolist()
        rows.append(
            records.frame(
                "holdings",
                {
                    "company": [top_codes[k] if above else codes[k] for k in keys],
                    "company_name": [top_names[k] if above else names[k] for k in keys],
                    "holder": shown,
                    "holder_name": [person_names[int(i)] for i in holder],
                    "holder_kind": [PERSON] * len(keys),
                    "percent": pl.Series(percent, dtype=pl.Float64),
                },
            )
        )

    bare = at[at % 3 == 0]
    rows.append(
        records.frame(
            "holdings",
            {
                "company": [codes[k] for k in held.tolist()],
                "company_name": [names[k] for k in held.tolist()],
                "holder": [top_codes[k] for k in held.tolist()],
                "holder_name": [top_names[k] for k in held.tolist()],
                "holder_kind": [COMPANY] * len(held),
                "percent": upper[held],
            },
        )
    )
    hold(held, False, own[held], _rest(upper[held]))
    hold(held, True, family[held], lower[held].tolist())
    # One register in twenty leaves the second holder's share open.
    hold(
        held,
        True,
        other,
        [None if k % 20 == 10 else r for k, r in zip(held, _rest(lower[held]), strict=True)],
    )
    hold(bare, False, family[bare], lower[bare].tolist())
    hold(bare, False, own[bare], _rest(lower[bare]))
    holdings = pl.concat(rows)
    since = _days("2002-01-01", between(seed, "since", holdings.height, 0, 8000))
    return {
        "companies": companies,
        "persons": _persons(people, [person_names[int(i)] for i in people]),
        "holdings": holdings.with_columns(pl.Series("since", since)),
    }


def _lots(codes: pl.Series, names: pl.Series, size: int, seed: int) -> records.Frames:
    count = _counted(size, LOTS, LOTS_BEYOND)
    lot = np.arange(count)
    # Three tenders for four lots: the first of the three has two.
    tender = lot // 4 * 3 + np.array([0, 0, 1, 2])[lot % 4]
    tender_ids = [f"BG-2025-{t + 1:06d}" for t in tender.tolist()]
    lot_numbers = ["02" if n == 1 else "01" for n in (lot % 4).tolist()]
    limits = between(seed, "limits", count, 300, 9000)
    day = tender * 7 % 100
    published, deadline = _days("2025-03-03", day), _days("2025-03-28", day)

    pool = BIDDERS * size // 2
    bidders_of = between(seed, "bidders", count, 3, 7)
    start = between(seed, "start", count, 0, pool - 1)
    # Seven steps stay below one turn round the pool: no bidder comes twice into a lot.
    step = between(seed, "step", count, 1, (pool - 1) // 7)
    of = np.repeat(lot, bidders_of)
    place = np.arange(len(of)) - np.repeat(np.cumsum(bidders_of) - bidders_of, bidders_of)
    bidder = ((start[of] + place * step[of]) % pool) * 2 + of % 2
    discount = between(seed, "price", len(of), 8600, 9990) / 10_000
    bids = records.frame(
        "bids",
        {
            "tender": [tender_ids[i] for i in of.tolist()],
            "lot": [lot_numbers[i] for i in of.tolist()],
            "bidder": codes.gather(bidder),
            "bidder_name": names.gather(bidder),
            "amount": (limits[of] * discount).round(4),
            "status": ["有效"] * len(of),
            "submitted": [f"{deadline[i]} 0{8 + p % 2}:{10 + p}:00" for i, p in zip(of, place, strict=True)],
        },
    )
    lots = records.frame(
        "lots",
        {
            "tender": tender_ids,
            "lot": lot_numbers,
            "title": [f"{n}标段" for n in lot_numbers],
            "limit": limits,
        },
    )
    first = np.unique(tender, return_index=True)[1].tolist()
    tenders = records.frame(
        "tenders",
        {
            "tender": [tender_ids[i] for i in first],
            "title": [f"虚构区样本工程第{n + 1}号" for n in range(len(first))],
            "buyer": _buyers(len(first)),
            "published": [published[i] for i in first],
            "deadline": [f"{deadline[i]} 10:00" for i in first],
        },
    )
    return {"tenders": tenders, "lots": lots, "bids": bids}


def _buyers(count: int) -> list[str]:
    """The buyer of each tender: each has one block of tenders, of 18 to 36."""
    ends = np.cumsum(np.resize([18, 24, 30, 36], count // 18 + 1))
    of = np.searchsorted(ends, np.arange(count), side="right")
    return [f"虚构区示例第{n + 1}建设管理中心" if n else "虚构区示例建设管理中心" for n in of.tolist()]


def _names(people: IntArray) -> list[str]:
    """Persons' names, of more kinds than a scene needs: namesakes stay as rare as among so many people."""
    rest, scattered = len(_SYLLABLES), people * 7_919
    return [
        invented_name(int(at))[:3] + _SYLLABLES[one] + _SYLLABLES[two]
        for at, one, two in zip(people, scattered % rest, scattered // rest % rest, strict=True)
    ]


def _households(size: int, seed: int) -> records.Frames:
    count = _counted(size, HOUSEHOLDS, HOUSEHOLDS_BEYOND)
    household = np.arange(count)
    ids = [f"DB{h + 1:07d}" for h in household.tolist()]
    members_of = 1 + household % 3
    of = np.repeat(household, members_of)
    place = np.arange(len(of)) - np.repeat(np.cumsum(members_of) - members_of, members_of)
    people = _HOUSEHOLD_PERSON + np.arange(len(of))
    names = _names(people)
    child = place == 2
    numbers = resident_numbers(people, child)
    head = np.flatnonzero(place == 0)
    members = records.frame(
        "members",
        {
            "household": [ids[i] for i in of.tolist()],
            "name": names,
            "number": numbers,
            "relation": [("户主", "配偶", "子")[p] for p in place.tolist()],
            "town": [STREET] * len(of),
        },
    )
    benefits = records.frame(
        "benefits",
        {
            "household": ids,
            "head": [names[i] for i in head.tolist()],
            "head_number": [numbers[i] for i in head.tolist()],
            "town": [STREET] * count,
            "amount": members_of * 480 + between(seed, "benefit", count, 0, 20) * 10,
            "from_month": np.where(household % 6 == 5, 4, 1),
            "to_month": np.where(household % 11 == 10, 9, 12),
        },
    )
    # One dwelling a household (one in seven has none); couples of every other household own it together;
    # every fifth also has a parking space.
    homes = [
        (h, m, "成套住宅", 50.0 if both else 100.0)
        for h, size_of, first in zip(household.tolist(), members_of.tolist(), head.tolist(), strict=True)
        if h % 7
        for both in (size_of > 1 and h % 2 == 0,)
        for m in ((first, first + 1) if both else (first,))
    ]
    homes += [(h, int(head[h]), "车位", 100.0) for h in range(0, count, 5)]
    unit = np.array([1_000_000 + 2 * h + (use == "车位") for h, _, use, _ in homes])
    properties = records.frame(
        "properties",
        {
            "unit": unit_numbers(unit),
            "certificate": [f"虚构（2012）示例区不动产权第{u:08d}号" for u in unit.tolist()],
            "owner_name": [names[m] for _, m, _, _ in homes],
            "owner": [numbers[m] for _, m, _, _ in homes],
            "form": ["单独所有" if p == 100 else "按份共有" for *_, p in homes],
            "percent": [p for *_, p in homes],
            "use": [use for _, _, use, _ in homes],
            "area": [12.5 if use == "车位" else 48.0 + h % 60 for h, _, use, _ in homes],
            "address": [
                f"虚构市虚构区测试路{1 + u // 2}号{'地下车位' if u % 2 else ''}" for u in unit.tolist()
            ],
            "acquired_on": _days("2003-05-01", unit * 13 % 5000),
            "reason": ["买卖"] * len(homes),
            "status": ["现势"] * len(homes),
        },
    )
    return {
        "persons": _persons(people, names, child),
        "members": members,
        "benefits": benefits,
        "properties": properties,
    }


def _persons(people: IntArray, names: list[str], child: BoolArray | None = None) -> pl.DataFrame:
    return records.frame(
        "persons",
        {
            "number": resident_numbers(people, child),
            "name": names,
            "birth": births_of(people, child),
            "hukou": [HOME] * len(people),
        },
    )


def _rest(percent: np.typing.NDArray[np.float64]) -> list[float]:
    return [float(r) for r in (100 - percent).round(2)]


def _masked(number: str) -> str:
    return f"{number[:6]}{'*' * 8}{number[-4:]}"


def _days(first: str, offset: IntArray) -> list[str]:
    return [str(d) for d in np.datetime64(first, "D") + offset.astype("timedelta64[D]")]
