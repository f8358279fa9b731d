"""What stands in the name of the dead, of a buyer, or of a cooperative: registers and lists as files, both stores."""

from __future__ import annotations

from typing import Any

from detectors.recipients import (
    household_multi_property,
    household_property_through_company,
    undeclared_means,
)
from tests.detectors.files_world import FoundInFiles, found_in_files, table
from tests.detectors.small_worlds import verdicts
from tests.loaders.shapes.numbers import resident, uscc

HOMES, THROUGH = household_multi_property.DETECTOR, household_property_through_company.DETECTOR
MEANS = undeclared_means.DETECTOR
RULES = """\
[[rule]]
detectors = ["household-multi-property", "household-property-through-company"]
parameter = "area_per_head_limit"
value = 35
unit = "m2"
citation = "《虚构办法》第六条"
"""
DIED, LATER = "2023-05-01", "2024-06-10"


def files() -> dict[str, str]:
    """A household a scene, on benefit all of 2024."""
    roster: list[Any] = []
    paid: list[Any] = []
    people: list[Any] = []
    homes: list[Any] = []
    cars: list[Any] = []
    companies: list[Any] = []
    holders: list[Any] = []
    posts: list[Any] = []

    def household(id_: str, *deaths: str) -> list[str]:
        """A household whose members died on these days, if at all; gives their numbers."""
        numbers = [resident(len(people) + n + 1) for n in range(len(deaths))]
        for n, (number, died) in enumerate(zip(numbers, deaths, strict=True)):
            people.append((number, f"{id_}{n}", died))
            roster.append((id_, f"{id_}{n}", number, ("户主", "配偶", "母亲")[n], "低保户"))
        paid.extend((id_, "低保", f"2024-{m:02}", 600) for m in range(1, 13))
        return numbers

    def home(owner: str, area: int = 90, use: str = "住宅", share: str = "") -> None:
        homes.append(
            (f"999901001001GB{len(homes):05}F00010001", owner, owner, use, area, share, "2010-01-01")
        )

    def car(plate: str, owner: str, since: str, until: str = "", kind: str = "小型轿车") -> None:
        cars.append((plate, owner, owner, kind, since, until))

    def company(name: str, kind: str, owner: str, percent: int) -> str:
        code = uscc(len(companies) + 1)
        companies.append((code, name, kind, "存续"))
        holders.append((name, code, owner, owner, "自然人股东", percent))
        return code

    # Two homes of 45 m² of three, one of whom died before: the dead makes nobody's share smaller.
    for id_, deaths in (
        ("HEADS", ("", "", DIED)),
        ("ALL-LIVE", ("", "", "")),
        ("DIED-LATER", ("", "", LATER)),
    ):
        first, *_ = household(id_, *deaths)
        home(first, 45)
        home(first, 45)
    # The second home is the dead's; the couple's was both of theirs; the dead's is beside two of the living.
    for id_, died in (("ESTATE", DIED), ("ESTATE-LATER", LATER)):
        first, second = household(id_, "", died)
        home(first)
        home(second)
    first, second = household("JOINT", "", DIED)
    home(first)
    home(first)
    homes[-1] = (*homes[-1][:5], "50%", homes[-1][6])
    homes.append((homes[-1][0], second, second, "住宅", 90, "50%", "2010-01-01"))
    first, second = household("BESIDE", "", DIED)
    for owner in (first, first, second):
        home(owner)
    # Cars: of the dead, of the seller, sold before he bought another, of the buyer, and of no account.
    _, second = household("CAR-OF-THE-DEAD", "", DIED)
    car("虚A00001", second, "2018-01-01")
    (seller,) = household("SOLD", "")
    car("虚A00002", seller, "2018-01-01")
    (buyer,) = household("BOUGHT", "")
    car("虚A00002", buyer, "2023-06-01")
    (seller,) = household("SOLD-IN-JULY", "")
    car("虚A00003", seller, "2018-01-01")
    car("虚A00003", resident(900), "2024-07-15")
    (seller,) = household("SOLD-ON", "")
    car("虚A00004", seller, "")
    car("虚A00004", resident(901), "2019-01-01", "2020-01-01")
    (owner,) = household("BOUGHT-USED", "")
    car("虚A00005", resident(902), "2015-01-01")
    car("虚A00005", owner, "2020-01-01")
    (owner,) = household("BICYCLE", "")
    car("虚A电0006", owner, "2018-01-01", kind="电动自行车")
    # A dead man's post and stake; a dwelling behind his company; one behind a cooperative.
    first, second = household("POST", "", DIED)
    code = company("虚构甲商贸有限公司", "有限责任公司", second, 100)
    posts.append((code, "虚构甲商贸有限公司", second, second, "法定代表人"))
    first, second = household("COMPANY-OF-THE-DEAD", "", DIED)
    home(first)
    home(company("虚构乙物业有限公司", "有限责任公司", second, 100))
    for id_, name, kind in (
        ("COOPERATIVE", "虚构丙种养专业合作社", "农民专业合作社"),
        ("COMPANY", "虚构丁物业有限公司", "有限责任公司"),
    ):
        (owner,) = household(id_, "")
        home(owner)
        home(company(name, kind, owner, 100))
    return {
        "低保名册.csv": table("低保证号,家庭成员姓名,公民身份号码,与户主关系,户别", roster),
        "发放明细.csv": table("低保证号,救助类型,发放年月,发放金额(元)", paid),
        "人口信息.csv": table("公民身份号码,姓名,死亡日期", people),
        "不动产登记.csv": table(
            "不动产单元号,权利人,权利人证件号,规划用途,建筑面积,权利比例(%),登记时间",
            [(*h[:5], h[5].rstrip("%"), h[6]) for h in homes],
        ),
        "机动车.csv": table("号牌号码,所有人,所有人证件号,车辆类型,登记日期,注销日期", cars),
        "企业基本信息.csv": table("统一社会信用代码,企业名称,企业类型,登记状态", companies),
        "股东信息.csv": table("企业名称,统一社会信用代码,股东名称,股东证件号,股东类型,持股比例(%)", holders),
        "主要人员.csv": table("统一社会信用代码,企业名称,姓名,身份证号,职务", posts),
    }


found = found_in_files([files()], [HOMES, THROUGH, MEANS], RULES)


def test_the_dead_are_no_heads_and_their_homes_an_estate(found: FoundInFiles) -> None:
    told = verdicts(found.run, HOMES.id)
    assert {h: told.get(h) for h in ("HEADS", "ALL-LIVE", "DIED-LATER")} == {
        "HEADS": "finding",
        "ALL-LIVE": "small-area",
        "DIED-LATER": "finding",
    }
    months = {h: f["months"]["from"] for h, f in found.by_household(HOMES).items()}
    assert (months["HEADS"], months["DIED-LATER"]) == ("2024-01", "2024-07")
    assert {h: told.get(h) for h in ("ESTATE", "ESTATE-LATER", "JOINT", "BESIDE")} == {
        "ESTATE": "estate",
        "ESTATE-LATER": "finding",
        "JOINT": "finding",
        "BESIDE": "finding",
    }
    assert found.by_household(HOMES)["ESTATE-LATER"]["months"]["to"] == "2024-06"
    assert found.by_household(HOMES)["BESIDE"]["dwelling_count"] == 2
    (estate,) = [f for f in found.run.findings if f.scope_id == "local:ESTATE"]
    assert estate.suppressed_by is not None
    assert DIED in estate.suppressed_by["reason"] and DIED in estate.suppressed_by["reason_en"]
    assert [d["died_on"] for d in estate.facts["deaths"]] == [DIED]


def test_a_car_is_its_last_owners(found: FoundInFiles) -> None:
    told = verdicts(found.run, MEANS.id)
    assert {h: told.get(h) for h in ("SOLD", "BOUGHT", "SOLD-IN-JULY", "SOLD-ON", "BOUGHT-USED")} == {
        "SOLD": None,
        "BOUGHT": "finding",
        "SOLD-IN-JULY": "finding",
        # Whoever bought it sold it again, and the seller's day is not stated: he may have had it since.
        "SOLD-ON": "finding",
        "BOUGHT-USED": "finding",
    }
    assert found.by_household(MEANS)["SOLD-IN-JULY"]["months"]["to"] == "2024-07"
    assert told["BICYCLE"] == "exempt-vehicle"


def test_what_stands_in_the_name_of_the_dead_is_shown_with_the_day(found: FoundInFiles) -> None:
    told = verdicts(found.run, MEANS.id)
    assert (told["CAR-OF-THE-DEAD"], told["POST"]) == ("estate", "estate")
    (post,) = [f for f in found.run.findings if f.scope_id == "local:POST"]
    assert DIED in post.text["zh"] and DIED in post.text["en"]
    assert {m["died_on"] for m in post.facts["means"]} == {DIED}


def test_dwellings_of_an_estates_company_and_of_a_cooperative_do_not_count(found: FoundInFiles) -> None:
    assert verdicts(found.run, THROUGH.id) == {
        "COMPANY-OF-THE-DEAD": "estate",
        "COOPERATIVE": "cooperative",
        "COMPANY": "finding",
    }


def registers() -> dict[str, str]:
    """Two homes a household, as registers write them: uses by scene, addresses by scene."""
    uses = {
        "LAND-AND-HOUSE": ("城镇住宅用地/住宅", "国有建设用地使用权/房屋所有权 成套住宅"),
        "PARKING": ("住宅", "地下车位"),
        "STORE": ("住宅", "住宅（储藏室）"),
        "NOT-STATED": ("住宅", ""),
        "NOT-KNOWN": ("住宅", "某种用途"),
        "BOTH": ("", "某种用途"),
    }
    places = {
        "SPELT-TWICE": ("虚构市甲区示例路12号3-2-501", "虚构市甲区示例路12号3栋2单元501室"),
        "OTHER-STAIRCASE": ("虚构市甲区示例路12号3-1-501", "虚构市甲区示例路12号3栋2单元501室"),
    }
    roster, paid, homes = [], [], []
    for n, id_ in enumerate([*uses, *places]):
        number = resident(n + 1)
        roster.append((id_, id_, number, "户主", "低保户"))
        paid += [(id_, "低保", f"2024-{m:02}", 600) for m in range(1, 13)]
        for k in range(2):
            use = uses[id_][k] if id_ in uses else "住宅"
            unit = f"999901001001GB{2 * n + k:05}F00010001" if id_ in uses else ""
            homes.append((unit, f"虚构证{n}{k}", id_, number, use, places.get(id_, ("", ""))[k]))
    return {
        "低保名册.csv": table("低保证号,家庭成员姓名,公民身份号码,与户主关系,户别", roster),
        "发放明细.csv": table("低保证号,救助类型,发放年月,发放金额(元)", paid),
        "不动产登记.csv": table("不动产单元号,不动产权证号,权利人,权利人证件号,规划用途,坐落", homes),
    }


registered = found_in_files([registers()], [HOMES])


def test_uses_and_addresses_as_registers_write_them(registered: FoundInFiles) -> None:
    assert verdicts(registered.run, HOMES.id) == {
        "LAND-AND-HOUSE": "finding",
        "OTHER-STAIRCASE": "finding",
        **dict.fromkeys(("NOT-STATED", "NOT-KNOWN", "BOTH"), "undecided"),
    }
    why = {u.scope_id.removeprefix("local:"): u.missing_zh for _, u in registered.run.undecided}
    assert "没有用途" in why["NOT-STATED"] and "未能识别" not in why["NOT-STATED"]
    assert "未能识别" in why["NOT-KNOWN"] and "没有用途" not in why["NOT-KNOWN"]
    assert "没有用途" in why["BOTH"] and "未能识别" in why["BOTH"]
