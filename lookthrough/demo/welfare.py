"""The planted scenes of welfare: households with two dwellings, and those that only look so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from lookthrough.demo.planting import ELSEWHERE, Party, Planting
from lookthrough.demo.truth import HOUSEHOLD_DETECTOR, TruthLine

DWELLING_LIMIT: Final = 2
"""Dwellings at or above which the demo district (虚构区) asks for a check; the rule is invented."""

_YEAR: Final = (1, 12)


def plant_welfare(world: Planting) -> None:
    """Plant every household scene."""
    _two_dwellings(world)
    _bought_within(world)
    _inherited_part(world)
    _death(world)
    for household, key, zh, en, plant in _NEAR_MISSES:
        members = _couple(world)
        months = plant(world, members)
        scope = world.household(household, [(members[0], "户主"), (members[1], "配偶")], months)
        world.expect(key, HOUSEHOLD_DETECTOR, scope, "none", zh)
        world.scene(key, zh, en, scope, kind="household")


def _couple(world: Planting) -> tuple[Party, Party]:
    return world.person(), world.person()


def _two_dwellings(world: Planting) -> None:
    key = "two-dwellings"
    head, spouse = world.person("虚构宋广厦", hukou=ELSEWHERE), world.person("虚构安居娘", hukou=ELSEWHERE)
    world.home([(head, "100")])
    world.home([(spouse, "100")], use="住宅")
    scope = world.household(
        "XGDB0001", [(head, "户主"), (spouse, "配偶"), (world.person(child=True), "子")], _YEAR
    )
    reason = "全家在2025年1月至12月领取期间有两套住宅；户籍在外地为另一事实"
    world.expect(key, HOUSEHOLD_DETECTOR, scope, "finding", reason, subjects=(scope,))
    registered = "户主户籍在外市样本县，而由虚构区发放"
    world.later.append(
        TruthLine(key, "non-local-hukou", "household", scope, "finding", registered, subjects=(scope,))
    )
    world.scene(
        key,
        "一户有两套住宅且户籍在外地，仍按月领取救助",
        "A household with two dwellings and an outside registration is paid every month",
        scope,
        kind="household",
    )


def _bought_within(world: Planting) -> None:
    key = "bought-within"
    head, spouse = _couple(world)
    world.home([(head, "100")])
    world.home([(spouse, "100")], acquired_on="2025-06-18")
    scope = world.household("XGDB0002", [(head, "户主"), (spouse, "配偶")], _YEAR)
    reason = "2025-06-18购入第二套，此后仍继续领取"
    world.expect(key, HOUSEHOLD_DETECTOR, scope, "finding", reason, subjects=(scope,))
    world.scene(
        key,
        "领取期间购入第二套住宅",
        "A second dwelling is bought while the benefit is being paid",
        scope,
        kind="household",
    )


def _inherited_part(world: Planting) -> None:
    key = "inherited-part"
    head, spouse = _couple(world)
    world.home([(head, "100")])
    world.home([(spouse, "16.67"), (world.person(), "83.33")], reason="继承", acquired_on="2021-09-02")
    scope = world.household("XGDB0003", [(head, "户主"), (spouse, "配偶")], _YEAR)
    world.expect(
        key,
        HOUSEHOLD_DETECTOR,
        scope,
        "suppressed",
        "第二套仅为继承所得的六分之一份额",
        subjects=(scope,),
        rule="inherited-minor-share",
        or_none=True,
    )
    world.scene(
        key,
        "第二套住宅只是继承的六分之一份额：已抑制",
        "The second dwelling is an inherited one-sixth share: suppressed",
        scope,
        kind="household",
    )


def _death(world: Planting) -> None:
    key = "death-before-payments"
    head = world.person("虚构孟长眠", died_on="2025-03-10")
    world.home([(head, "100")])
    scope = world.household("XGDB0004", [(head, "户主")], _YEAR)
    world.expect(key, HOUSEHOLD_DETECTOR, scope, "none", "只有一套住宅")
    reason = "2025-03-10死亡，2025年4月至12月仍在发放"
    world.later.append(
        TruthLine(key, "paid-after-death", "household", scope, "finding", reason, subjects=(scope,))
    )
    world.scene(
        key,
        "领取人三月死亡，款项发放到十二月",
        "The recipient died in March; payments run to December",
        scope,
        kind="household",
    )


Members = tuple[Party, Party]


def _sold(world: Planting, members: Members) -> tuple[int, int]:
    world.home([(members[0], "100")])
    world.home([(members[1], "100")], status="历史", disposed_on="2024-11-15")
    return _YEAR


def _shop(world: Planting, members: Members) -> tuple[int, int]:
    world.home([(members[0], "100")])
    world.home([(members[1], "100")], use="商铺")
    return _YEAR


def _two_certificates(world: Planting, members: Members) -> tuple[int, int]:
    address = world.home([(members[0], "100")], unit=False)
    world.home([(members[0], "100")], unit=False, address=address)
    return _YEAR


def _co_owned(world: Planting, members: Members) -> tuple[int, int]:
    world.home([(members[0], "50"), (members[1], "50")])
    return _YEAR


def _bought_after(world: Planting, members: Members) -> tuple[int, int]:
    world.home([(members[0], "100")])
    world.home([(members[1], "100")], acquired_on="2025-06-18")
    return (1, 3)


def _presale(world: Planting, members: Members) -> tuple[int, int]:
    world.home([(members[0], "100")])
    world.home([(members[1], "100")], status="预告登记", acquired_on="2024-05-20")
    return _YEAR


def _one_dwelling(world: Planting, members: Members) -> tuple[int, int]:
    world.home([(members[0], "100")])
    return _YEAR


_NEAR_MISSES: Final[tuple[tuple[str, str, str, str, Callable[[Planting, Members], tuple[int, int]]], ...]] = (
    (
        "XGDB0005",
        "sold-dwelling",
        "第二套在领取之前已转让",
        "The second dwelling was sold before the months paid",
        _sold,
    ),
    ("XGDB0006", "shop", "第二处是商铺，不是住宅", "The second property is a shop, no dwelling", _shop),
    (
        "XGDB0007",
        "two-certificates",
        "同一坐落两本产权证，只算一套",
        "Two certificates for one address count once",
        _two_certificates,
    ),
    (
        "XGDB0008",
        "co-owned",
        "夫妻共有一套，只算一套",
        "One dwelling owned by two members counts once",
        _co_owned,
    ),
    (
        "XGDB0009",
        "bought-after",
        "停发之后才购入第二套",
        "The second dwelling was bought after the last month paid",
        _bought_after,
    ),
    (
        "XGDB0010",
        "presale",
        "第二套只有预告登记，尚未取得",
        "Of the second dwelling there is only a provisional registration",
        _presale,
    ),
    ("XGDB0011", "one-dwelling", "只有一套住宅", "One dwelling only", _one_dwelling),
)
