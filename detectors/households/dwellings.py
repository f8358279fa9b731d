"""Dwellings of a recipient: which count under the local rule, which are exempt and why, each home once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from detectors.definition import Parameter, Row, Suppressor, Undecided
from detectors.households.months import in_month
from detectors.households.paid import Recipient, asset_queries, without_months
from detectors.rules.values import Settled
from graph.addresses import areas_and_place, place_key, within
from graph.counted import counted

PROPERTIES: Final = asset_queries(
    "properties",
    "-[o:HOLDS_PROPERTY]->(x:Property)",
    "o.counted",
    "x.id AS property_id, x.kind AS kind, coalesce(x.address, x.address_key) AS address, x.status AS property_status, "
    "x.area_m2 AS area_m2, o.share AS share, o.acquired_by AS acquired_by, o.valid_from AS held_from, "
    "o.valid_to AS held_to, o.key AS holding_key",
)
_COLUMNS: Final = (
    *("person_id", "property_id", "kind", "address", "property_status", "area_m2"),
    *("share", "acquired_by", "held_from", "held_to", "holding_key"),
)
PROPERTIES_COLUMNS: Final = dict.fromkeys(PROPERTIES, _COLUMNS)

_NON_RESIDENTIAL: Final = ("shop", "mixed", "office", "industrial", "warehouse", "parking")

PARAMETERS: Final = (
    Parameter(
        "dwelling_limit",
        2,
        "dwellings",
        "住房套数达到此数即提示（各地规定不同，须配置）",
        "at or above this many dwellings (local rules differ: configure)",
    ),
    Parameter(
        "demolition_dwelling_limit",
        3,
        "dwellings",
        "其中有拆迁安置取得的住房时，达到此数才提示",
        "the limit where one of them was acquired by demolition and resettlement",
    ),
    Parameter(
        "inherited_minor_share",
        0.5,
        "fraction",
        "继承取得且份额低于此值的不计",
        "inherited shares below this do not count",
    ),
    Parameter(
        "co_owned_minor_share",
        0.0,
        "fraction",
        "家庭合计份额低于此值的共有住房不计（0为不豁免）",
        "a dwelling of which the household owns less than this does not count (0: every share counts)",
    ),
    Parameter("count_rural", False, "", "是否计入农村宅基地房屋", "whether rural homestead dwellings count"),
    Parameter(
        "count_non_residential",
        False,
        "",
        "是否计入商铺、办公、车位等非住宅",
        "whether shops, offices, parking spaces and the like count too",
    ),
    Parameter(
        "area_per_head_limit",
        0.0,
        "m2",
        "人均建筑面积不超过此值的不提示（0为不看面积）",
        "no finding while the area per head is within this (0: the area does not matter)",
    ),
)

EXEMPTIONS: Final = (
    Suppressor("inherited-minor-share", "继承取得的少数份额不计", "inherited minor shares do not count"),
    Suppressor(
        "co-owned-minor-share", "共有的少数份额不计", "minor shares in co-owned dwellings do not count"
    ),
    Suppressor("rural-homestead", "农村宅基地房屋不计", "rural homestead dwellings do not count"),
    Suppressor(
        "resettlement", "拆迁安置取得的，另有限数", "resettlement dwellings have a limit of their own"
    ),
    Suppressor("small-area", "人均面积未超过当地标准", "the area per head is within the local standard"),
)


@dataclass(frozen=True)
class Month:
    """The dwellings of one month: `counted` and `exempt` (rule → homes), of `unknown` use; a home is an address or id."""

    counted: Mapping[str, list[Row]]
    exempt: Mapping[str, set[str]]
    exempt_rows: Mapping[str, list[Row]]
    unknown: Mapping[str, list[Row]]
    limit: int
    small: bool

    @property
    def over(self) -> bool:
        """Do the counted dwellings reach the limit, and the area as well?"""
        return len(self.counted) >= self.limit and not self.small

    def excused(self, base: int) -> str | None:
        """The exemption without which the dwellings would reach the limit."""
        if self.over or len({*self.counted, *self.exempt_rows}) < base:
            return None
        if len(self.counted) >= self.limit:
            return "small-area"
        if len(self.counted) >= base:
            return "resettlement"
        return next(s.name for s in EXEMPTIONS if self.exempt.get(s.name))


def home(row: Row) -> str:
    """One dwelling once: by its address where two certificates share one, else by its id."""
    return _place(row) or str(row["property_id"])


def _place(row: Row) -> str:
    """Worked out from the address as stated: what a load of before kept as its key took 1-12 for 11-2."""
    return place_key(row["address"]) if row["address"] else ""


def told_apart(rows: Sequence[Row]) -> list[Row]:
    """The rows, of which units of different numbers are homes of their own though a register gives them one address.

    A certificate without a unit number at that address is one of them: the first. One told without its city or
    district is at the address of another row that is told with it.
    """
    rows = _with_areas(rows)
    units: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row["address"] and str(row["property_id"]).startswith("cn-bdcdy:"):
            units[_place(row)].add(row["property_id"])
    further = {id_ for ids in units.values() for id_ in ids - {min(ids)}}
    return [{**row, "address": None} if row["property_id"] in further else row for row in rows]


def _with_areas(rows: Sequence[Row]) -> list[Row]:
    """The rows, each address as the one that says most of where the place is; the first of those in several cities."""
    spelt: dict[str, dict[tuple[str, ...], str]] = defaultdict(dict)
    for address in sorted({str(r["address"]) for r in rows if r["address"]}):
        areas, place = areas_and_place(address)
        spelt[place].setdefault(areas, address)
    fullest = {place: sorted(told, key=lambda areas: (-len(areas), areas)) for place, told in spelt.items()}

    def full(address: str) -> str:
        areas, place = areas_and_place(address)
        return spelt[place][next(more for more in fullest[place] if within(areas, more))]

    return [{**r, "address": full(str(r["address"]))} if r["address"] else r for r in rows]


def judge(of: Recipient, rows: Sequence[Row], month: str, rule: Settled) -> Month:
    """The dwellings held by members in a month, under the rule of that month."""
    inside = {m["person_id"] for m in of.members_in(month)}
    homes: dict[str, list[Row]] = defaultdict(list)
    for row in told_apart(rows):
        held = in_month(row["held_from"], row["held_to"], month)
        if held and row["person_id"] in inside and (row["property_status"] or "current") == "current":
            homes[home(row)].append(row)
    counted: dict[str, list[Row]] = {}
    exempt: dict[str, set[str]] = defaultdict(set)
    exempt_rows: dict[str, list[Row]] = {}
    unknown: dict[str, list[Row]] = {}
    for name, held_rows in homes.items():
        kinds = {r["kind"] or "unknown" for r in held_rows}
        if not kinds & _counted_kinds(rule):
            if "rural_dwelling" in kinds:
                exempt["rural-homestead"].add(name)
                exempt_rows[name] = held_rows
            elif "unknown" in kinds:
                unknown[name] = held_rows
            continue
        why = _exempt(held_rows, rule)
        if why:
            exempt[why].add(name)
            exempt_rows[name] = held_rows
        else:
            counted[name] = held_rows
    limit = int(rule["dwelling_limit"])
    if any(r["acquired_by"] == "demolition" for rs in counted.values() for r in rs):
        limit = max(limit, int(rule["demolition_dwelling_limit"]))
    return Month(counted, exempt, exempt_rows, unknown, limit, _small(counted, len(inside), rule))


def _counted_kinds(rule: Settled) -> set[str]:
    kinds = {"dwelling"}
    if rule["count_rural"]:
        kinds.add("rural_dwelling")
    if rule["count_non_residential"]:
        kinds.update(_NON_RESIDENTIAL)
    return kinds


def _exempt(rows: Sequence[Row], rule: Settled) -> str | None:
    shares = [r["share"] for r in rows]
    if all(
        r["acquired_by"] == "inheritance" and _below(r["share"], rule["inherited_minor_share"]) for r in rows
    ):
        return "inherited-minor-share"
    together = (
        None if None in shares else sum({(r["person_id"], r["share"]): r["share"] for r in rows}.values())
    )
    return "co-owned-minor-share" if _below(together, rule["co_owned_minor_share"]) else None


def _below(share: float | None, limit: float) -> bool:
    return share is not None and share < limit - 1e-9


def _small(counted: Mapping[str, Sequence[Row]], heads: int, rule: Settled) -> bool:
    """Is the area per head known, and within the standard?"""
    areas = [max((float(r["area_m2"] or 0) for r in rows), default=0.0) for rows in counted.values()]
    limit = float(rule["area_per_head_limit"])
    return bool(limit and areas and heads and all(areas) and sum(areas) / heads <= limit + 1e-9)


def unknown_use(of: Recipient, months: Mapping[str, Month]) -> Iterator[Undecided]:
    """What can't be decided: properties of no stated use that would reach the limit, payments without a month."""
    for found in months.values():
        if len(found.counted) + len(found.unknown) >= found.limit:
            lacking = len(found.unknown)
            yield Undecided(
                of.kind,
                of.id,
                tuple(sorted({str(r["person_id"]) for rows in found.unknown.values() for r in rows})),
                f"有{lacking}处房产没有用途，是否为住房无法判定",
                f"{counted(lacking, 'property has', 'properties have')} no stated use: what counts as a dwelling can't be decided",
            )
            return
    yield from without_months(of)


def reason(why: str, rule: Settled) -> tuple[str, str, str]:
    """An exemption as a suppressor's reason: (rule, Chinese, English), with the value it rests on."""
    zh, en = {
        "inherited-minor-share": (
            f"其中有继承取得且份额低于{rule['inherited_minor_share'] * 100:g}%的房产，按规定不计",
            f"of these, inherited shares below {rule['inherited_minor_share'] * 100:g}% do not count",
        ),
        "co-owned-minor-share": (
            f"其中有家庭合计份额低于{rule['co_owned_minor_share'] * 100:g}%的共有房产，按规定不计",
            f"of these, dwellings co-owned below {rule['co_owned_minor_share'] * 100:g}% do not count",
        ),
        "rural-homestead": (
            "其中有农村宅基地房屋，按规定不计",
            "of these, rural homestead dwellings do not count",
        ),
        "resettlement": (
            f"其中有拆迁安置取得的住房，达到{rule['demolition_dwelling_limit']}套才提示",
            f"some were acquired by resettlement: the limit is then {rule['demolition_dwelling_limit']}",
        ),
        "small-area": (
            f"人均建筑面积未超过{rule['area_per_head_limit']:g}平方米",
            f"the area per head is within {rule['area_per_head_limit']:g} m2",
        ),
    }[why]
    return why, zh, en


def dwelling_facts(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Each home with its properties and who holds it, as the facts tell it."""
    homes: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in rows:
        homes[home(row)][row["holding_key"] + row["person_id"]] = row
    return [
        {
            "properties": sorted({r["property_id"] for r in held.values()}),
            "by_address": len({r["property_id"] for r in held.values()}) > 1,
            "holders": sorted((_holder(r) for r in held.values()), key=lambda h: (h["id"], str(h["from"]))),
        }
        for _, held in sorted(homes.items())
    ]


def _holder(row: Row) -> dict[str, Any]:
    told = {
        "id": row["person_id"],
        "share": row["share"],
        "acquired_by": row["acquired_by"],
        "from": row["held_from"],
        "to": row["held_to"],
    }
    return told | {"through": row["through"]} if row.get("through") else told
