"""Dwellings of a recipient: which count under the local rule, which are exempt and why, each home once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from detectors.definition import Parameter, Row, Suppressor, Undecided
from detectors.households.deaths import dead_by
from detectors.households.months import days_of_change, on_day
from detectors.households.paid import Recipient, asset_queries, without_months
from detectors.households.rights import ACQUIRED, ACQUIRED_COLUMNS
from detectors.rules.values import Settled
from graph.addresses import areas_and_place, place_key, within
from graph.counted import counted

HELD: Final = (
    "x.id AS property_id, x.kind AS kind, coalesce(x.address, x.address_key) AS address, o.status AS right_status, "
    "x.area_m2 AS area_m2, x.certificate_no AS certificate_no, o.share AS share, o.holding_form AS holding_form, o.acquired_by AS acquired_by, "
    "o.valid_from AS held_from, o.valid_to AS held_to, o.observed_on AS observed_on, o.key AS holding_key"
)
"""What is asked of a property `x` and its holding `o`."""
_HOLDINGS: Final = asset_queries("properties", "-[o:HOLDS_PROPERTY]->(x:Property)", "o.counted", HELD)
PROPERTIES: Final = {**_HOLDINGS, **ACQUIRED}
HELD_COLUMNS: Final = (
    *("person_id", "property_id", "kind", "address", "right_status", "area_m2", "certificate_no"),
    *("share", "holding_form", "acquired_by", "held_from", "held_to", "observed_on", "holding_key"),
)
PROPERTIES_COLUMNS: Final = dict.fromkeys(_HOLDINGS, HELD_COLUMNS) | ACQUIRED_COLUMNS

_NON_RESIDENTIAL: Final = ("shop", "mixed", "office", "industrial", "warehouse", "parking")

PARAMETERS: Final = (
    Parameter(
        "dwelling_limit",
        2,
        "dwellings",
        "住房套数达到此数即提示（各地规定不同，须配置）",
        "at or above this many dwellings (local rules differ: configure)",
        least=1,
    ),
    Parameter(
        "demolition_dwelling_limit",
        3,
        "dwellings",
        "其中有拆迁安置取得的住房时，达到此数才提示",
        "the limit where one of them was acquired by demolition and resettlement",
        least=1,
    ),
    Parameter(
        "inherited_minor_share",
        0.5,
        "fraction",
        "继承取得且家庭合计份额低于此值的不计",
        "a dwelling the household only inherited does not count below this share of all members together",
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
    Suppressor(
        "estate",
        "住房为已故成员名下，属遗产，未计入家庭现有住房",
        "the dwelling is in the name of a member who died: part of an estate, not counted as the household's",
    ),
    Suppressor("small-area", "人均面积未超过当地标准", "the area per head is within the local standard"),
)

COOPERATIVE: Final = Suppressor(
    "cooperative",
    "住房由农民专业合作社或村集体持有，不计入",
    "dwellings of a farmers' cooperative or a village collective do not count",
)
"""Of what is held through a company."""


@dataclass(frozen=True)
class Month:
    """The dwellings of one month, by home (an address or id), on the day of it on which they are most.

    `small`: is the area a head within the standard; empty: an area that would tell is not stated. `counted`; `exempt` (rule → homes); `unknown`: of no stated use, held by a share that is not stated and
    decides, or until a day that is not stated.
    """

    counted: Mapping[str, list[Row]]
    exempt: Mapping[str, set[str]]
    exempt_rows: Mapping[str, list[Row]]
    unknown: Mapping[str, list[Row]]
    limit: int
    small: bool | None

    @property
    def over(self) -> bool:
        """Do the counted dwellings reach the limit, and the area as well?"""
        return len(self.counted) >= self.limit and self.small is False

    @property
    def area_unknown(self) -> bool:
        """Would the dwellings reach the limit, if their area were known to?"""
        return len(self.counted) >= self.limit and self.small is None

    def rows(self, exempt: bool) -> list[Row]:
        """The rows of the counted dwellings, and of the exempt ones as well."""
        return [
            r
            for part in (self.counted, self.exempt_rows if exempt else {})
            for rs in part.values()
            for r in rs
        ]

    def held(self, why: str | None) -> int:
        """How many count; where an exemption sets the finding aside, with those that it exempts."""
        return len(self.counted) + (len(self.exempt_rows) if why else 0)

    def excused(self, base: int) -> str | None:
        """The exemption without which the dwellings would reach the limit."""
        if self.over or self.area_unknown or len({*self.counted, *self.exempt_rows}) < base:
            return None
        if len(self.counted) >= self.limit:
            return "small-area"
        if len(self.counted) >= base:
            return "resettlement"
        return next(s.name for s in (*EXEMPTIONS, COOPERATIVE) if self.exempt.get(s.name))


def home(row: Row) -> str:
    """One dwelling once: by its address where two certificates share one, else by the unit of its certificate, or its id."""
    return _place(row) or _unit(row)


def _unit(row: Row) -> str:
    return str(row.get("unit_id") or row["property_id"])


def _place(row: Row) -> str:
    """Worked out from the address as stated: what a load of before kept as its key took 1-12 for 11-2."""
    return place_key(row["address"]) if row["address"] else ""


def told_apart(rows: Sequence[Row]) -> list[Row]:
    """The rows, of which units of different numbers are homes of their own though a register gives them one address.

    A certificate without a unit number at that address, or on which a unit stands, is one of them: the first. One told
    without its city or district is at the address of another row that is told with it.
    """
    rows = _with_areas(_with_units(rows))
    units: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row["address"] and str(row["property_id"]).startswith("cn-bdcdy:"):
            units[_place(row)].add(row["property_id"])
    further = {id_ for ids in units.values() for id_ in ids - {min(ids)}}
    return [{**row, "address": None} if _unit(row) in further else row for row in rows]


def _with_units(rows: Sequence[Row]) -> list[Row]:
    """The rows; of a certificate without a unit number, `unit_id` and the address are those of the unit it is told with."""
    units: dict[str, dict[str, str | None]] = defaultdict(dict)
    for row in rows:
        if row["certificate_no"] and row["property_id"] != _BY_CERTIFICATE + row["certificate_no"]:
            units[_BY_CERTIFICATE + row["certificate_no"]][row["property_id"]] = row["address"]

    def joined(row: Row) -> Row:
        unit = min(units.get(row["property_id"], ()), default=None)
        if unit is None:
            return row
        return {**row, "unit_id": unit, "address": units[row["property_id"]][unit] or row["address"]}

    return [joined(row) for row in rows]


_BY_CERTIFICATE: Final = "cn-bdcqz:"


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
    """The dwellings that members held at one time in a month, under the rule of that month.

    `rows` are of `rights`. A home sold before the next was bought is not beside it, though both were held in the month.
    """
    told = told_apart(rows)
    starts = [r[f] for r in told for f in ("held_from", "holds_from") if f in r]
    days = days_of_change([*starts, *(m["member_from"] for m in of.members)], month)
    each = [_judge_on(of, told, day, rule) for day in days]
    return max(each, key=lambda m: (m.over, len({*m.counted, *m.exempt_rows, *m.unknown}), len(m.counted)))


def _judge_on(of: Recipient, rows: Sequence[Row], day: str, rule: Settled) -> Month:
    members = [m for m in of.members if on_day(m["member_from"], m["member_to"], day)]
    inside = {m["person_id"] for m in members}
    dead = dead_by(members, day[:7])
    homes: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        held = on_day(row["held_from"], row["until"], day)
        # Of a company's home: as long as the company itself is held.
        held = held and on_day(row.get("holds_from"), row.get("holds_to"), day)
        if held and row["person_id"] in inside:
            homes[home(row)].append(row)
    counted: dict[str, list[Row]] = {}
    exempt: dict[str, set[str]] = defaultdict(set)
    exempt_rows: dict[str, list[Row]] = {}
    unknown: dict[str, list[Row]] = {}
    for name, held_rows in homes.items():
        kinds = {r["kind"] or "unknown" for r in held_rows}
        left = all(r["person_id"] in dead for r in held_rows)
        if left and kinds & {*_counted_kinds(rule), "unknown"}:
            exempt["estate"].add(name)
            exempt_rows[name] = held_rows
            continue
        if all(r.get("collective") for r in held_rows) and kinds & {*_counted_kinds(rule), "unknown"}:
            exempt[COOPERATIVE.name].add(name)
            exempt_rows[name] = held_rows
            continue
        if not kinds & _counted_kinds(rule):
            if "rural_dwelling" in kinds:
                exempt["rural-homestead"].add(name)
                exempt_rows[name] = held_rows
            elif "unknown" in kinds:
                unknown[name] = held_rows
            continue
        why = _exempt(held_rows, rule)
        if why == _UNTOLD or (not why and all(r["end_unknown"] for r in held_rows)):
            unknown[name] = held_rows
        elif why:
            exempt[why].add(name)
            exempt_rows[name] = held_rows
        else:
            counted[name] = held_rows
    limit = int(rule["dwelling_limit"])
    if any(r["acquired_by"] == "demolition" for rs in counted.values() for r in rs):
        limit = max(limit, int(rule["demolition_dwelling_limit"]))
    return Month(
        counted, exempt, exempt_rows, unknown, limit, _small(counted, len(inside - dead) + of.unlisted, rule)
    )


def _counted_kinds(rule: Settled) -> set[str]:
    kinds = {"dwelling"}
    if rule["count_rural"]:
        kinds.add("rural_dwelling")
    if rule["count_non_residential"]:
        kinds.update(_NON_RESIDENTIAL)
    return kinds


_UNTOLD: Final = "share-not-stated"


def _exempt(rows: Sequence[Row], rule: Settled) -> str | None:
    """The rule by which a home does not count for what the household owns of it, all members together."""
    together = _together(rows)
    inherited = all(r["acquired_by"] == "inheritance" for r in rows)
    alone = len({r["person_id"] for r in rows}) == 1
    # Spouses who own jointly own it all between them; of one alone who does so, the others are outside.
    shared = inherited or any(
        r["holding_form"] == "by_share" or (r["holding_form"] == "joint" and alone) for r in rows
    )
    for name, limit in (
        ("inherited-minor-share", float(rule["inherited_minor_share"]) if inherited else 0.0),
        ("co-owned-minor-share", float(rule["co_owned_minor_share"])),
    ):
        if limit and together is None and shared:
            return _UNTOLD
        if together is not None and together < limit - 1e-9:
            return name
    return None


def _together(rows: Sequence[Row]) -> float | None:
    """What the holders own of a home; None where a share is not stated, unless it is owned by one alone."""
    if any(r["holding_form"] == "sole" and r["share"] is None for r in rows):
        return 1.0
    if any(r["share"] is None for r in rows):
        return None
    return sum({(r["person_id"], r["share"]): float(r["share"]) for r in rows}.values())


def _small(counted: Mapping[str, Sequence[Row]], heads: int, rule: Settled) -> bool | None:
    """Is the area per head within the standard? None where areas that would tell are not stated."""
    areas = [max((float(r["area_m2"] or 0) for r in rows), default=0.0) for rows in counted.values()]
    limit = float(rule["area_per_head_limit"])
    if not limit or not areas or not heads or sum(areas) / heads > limit + 1e-9:
        return False
    return True if all(areas) else None


def cannot_tell(of: Recipient, months: Mapping[str, Month]) -> Iterator[Undecided]:
    """What can't be decided: homes of no stated use or share that would reach the limit, payments without a month."""
    for found in months.values():
        if found.area_unknown:
            bare = [rs for rs in found.counted.values() if not any(r["area_m2"] for r in rs)]
            yield Undecided(
                of.kind,
                of.id,
                tuple(sorted({str(r["person_id"]) for rs in bare for r in rs})),
                f"有{len(bare)}处住房没有建筑面积，人均面积是否超过当地标准无法判定",
                f"the area of {counted(len(bare), 'dwelling')} is not stated: whether the area per head is above the local "
                "standard can't be decided",
            )
            return
        if found.unknown and len(found.counted) + len(found.unknown) >= found.limit:
            unstated = sum(not any(r["kind"] for r in rs) for rs in found.unknown.values())
            unread = sum(map(_use_unread, found.unknown.values()))
            end = sum(map(_end_unknown, found.unknown.values()))
            share = len(found.unknown) - unstated - unread - end
            zh = [f"有{unstated}处房产没有用途，是否为住房无法判定"] if unstated else []
            en = [_NO_USE.format(counted(unstated, "property has", "properties have"))] if unstated else []
            if unread:
                zh.append(f"有{unread}处房产的用途为“其他”或未能识别，是否为住房无法判定")
                en.append(_USE_UNREAD.format(counted(unread, "property", "properties")))
            if share:
                zh.append(f"有{share}处继承或共有的住房没有份额，是否计入无法判定")
                en.append(_NO_SHARE.format(counted(share, "dwelling has", "dwellings have")))
            if end:
                zh.append(f"有{end}处住房的权属为历史而没有注销时间，领取期间是否仍持有无法判定")
                en.append(_NO_END.format(counted(end, "dwelling is", "dwellings are")))
            yield Undecided(
                of.kind,
                of.id,
                tuple(sorted({str(r["person_id"]) for rows in found.unknown.values() for r in rows})),
                "；".join(zh),
                "; ".join(en),
            )
            return
    yield from without_months(of)


_NO_USE: Final = "{} no stated use: what counts as a dwelling can't be decided"
_USE_UNREAD: Final = (
    "the stated use of {} is 其他 (other) or was not recognised: what counts as a dwelling can't be decided"
)
_NO_END: Final = (
    "{} registered as held in the past, and no day is stated: whether still held while paid can't be decided"
)
_NO_SHARE: Final = (
    "{} been inherited or is co-owned, and the share is not stated: whether it counts can't be decided"
)


def _use_unread(rows: Sequence[Row]) -> bool:
    """Is a use stated, and not one that tells?"""
    return {r["kind"] for r in rows} - {None} == {"unknown"}


def _end_unknown(rows: Sequence[Row]) -> bool:
    """Is it only the day on which the rights ended that is not known?"""
    return all(r["end_unknown"] for r in rows) and any((r["kind"] or "unknown") != "unknown" for r in rows)


def reason(why: str, rule: Settled, deaths: Sequence[Row] = ()) -> tuple[str, str, str]:
    """An exemption as a suppressor's reason: (rule, Chinese, English), with the value it rests on.

    `deaths`: of members whose dwellings these are, as `deaths_told` tells them.
    """
    died = sorted({str(d["died_on"] or d["cremated_on"]) for d in deaths})
    zh, en = {
        "cooperative": (
            "其中有农民专业合作社或村集体持有的住房，未计入",
            "some are held by a farmers' cooperative or a village collective, and do not count",
        ),
        "estate": (
            f"其中有已故成员（{'、'.join(died) or '—'}去世）名下的住房，属遗产，未计入；请核实由谁继承",
            f"some are in the name of a member who died ({', '.join(died) or '—'}): part of an estate, and not counted; verify "
            "who inherits",
        ),
        "inherited-minor-share": (
            f"其中有继承取得且家庭合计份额低于{rule['inherited_minor_share'] * 100:g}%的房产，按规定不计",
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
            "by_address": len({_unit(r) for r in held.values()}) > 1,
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
    if row["ended_key"]:
        told["ended_by_next_owner"] = row["until"]
    return told | {"through": row["through"]} if row.get("through") else told
