"""The demo world: the same each time, numbers that hold, and a truth file that other arithmetic confirms."""

from __future__ import annotations

import ast
import json
import re
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

import lookthrough.demo
from detectors.registry import DETECTORS
from lookthrough.demo import World, describe, write_world
from lookthrough.demo.background import background, brand_names
from lookthrough.demo.numbers import births_of, company_codes, resident_numbers, unit_numbers

from .reading import Exports, Register, csv_rows

LOT_DETECTORS = {"common-shareholder", "common-controller"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return write_world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def exports(world: World) -> Exports:
    return Exports(world.exports)


@pytest.fixture(scope="module")
def truth(world: World) -> list[dict]:
    """The lines about the told scenes and the background; those about the labelled scenes follow them in the file."""
    return lines(world)[: len(world.truth)]


def lines(world: World) -> list[dict]:
    return [json.loads(line) for line in world.truth_file.read_text(encoding="utf-8").splitlines()]


def content(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_same_bytes_each_time(world: World, tmp_path: Path) -> None:
    again = write_world(tmp_path / "again")
    assert content(again.folder) == content(world.folder)
    assert write_world(tmp_path / "again").rows == world.rows


def test_a_large_world_has_fewer_lots_and_households_for_its_companies() -> None:
    whole, large = background(100, 7), background(130, 7)
    heights = {name: frame.height for name, frame in large.items()}
    assert (whole["companies"].height, heights["companies"]) == (21_666, 28_166)
    assert (whole["lots"].height, heights["lots"]) == (2_000, 2_150)
    assert (whole["benefits"].height, heights["benefits"]) == (3_000, 3_060)
    assert large["companies"]["code"].is_unique().all() and large["persons"]["number"].is_unique().all()


def test_seed_and_size_change_the_background_but_never_the_scenes(world: World, tmp_path: Path) -> None:
    other = write_world(tmp_path / "seed", seed=7)
    big = write_world(tmp_path / "size", size=3)
    assert content(other.folder) != content(world.folder)
    planted = [line for line in world.truth if line.scene != "innocent"]
    for variant in (other, big):
        assert [line for line in variant.truth if line.scene != "innocent"] == planted
    innocent = [line for line in big.truth if line.scene == "innocent"]
    assert all(line.expect == "none" or line.rule == "lot" for line in innocent)
    assert {line.expect for line in innocent} == {"none", "suppressed"}


def test_the_innocent_grow_in_proportion(tmp_path: Path) -> None:
    rows = [write_world(tmp_path / str(size), size=size).rows for size in (1, 2, 3, 4)]
    for name in ("投标记录.csv", "标段.csv", "企业股东信息.csv", "低保家庭成员.csv", "企业登记信息.xlsx"):
        steps = [b[name] - a[name] for a, b in pairwise(rows)]
        assert min(steps) > 0.85 * max(steps) > 0, name
    assert 280 <= rows[0]["企业登记信息.xlsx"] <= 360
    with pytest.raises(ValueError, match="size"):
        write_world(tmp_path / "none", size=0)


def test_every_number_is_valid_and_belongs_to_no_place(exports: Exports) -> None:
    codes = [r["统一社会信用代码"] for r in exports.companies]
    assert len(set(codes)) == len(codes)
    for code in codes:
        assert uscc.is_valid(code)
        assert code[2:8] == "999999"
    numbers = [r["公民身份号码"] for r in exports.persons]
    assert len(set(numbers)) == len(numbers)
    for row in exports.persons:
        number = row["公民身份号码"]
        assert ric.calc_check_digit(number) == number[-1]
        assert number[:6] == "999999"
        assert number[6:14] == row["出生日期"]
    for row in exports.holdings:
        number = row["证照/证件号码"]
        if "*" not in number and number != "-":
            assert uscc.is_valid(number) or number in set(numbers)
    units = {r["不动产单元号"] for r in exports.properties} - {""}
    assert {len(u) for u in units} == {28}


def test_every_name_is_obviously_invented(exports: Exports) -> None:
    names = [r["企业名称"] for r in exports.companies] + [r["姓名"] for r in exports.persons]
    names += [r["股东名称"] for r in exports.holdings] + [r["招标人"] for r in exports.tenders]
    names += [r["项目名称"] for r in exports.tenders] + [r["坐落"] for r in exports.properties]
    assert all(re.search("虚构|示例|样本|测试", n) for n in names)
    companies = [r["企业名称"] for r in exports.companies]
    assert len(set(companies)) == len(companies)


@given(st.lists(st.integers(0, 89_999_999), min_size=1, max_size=50, unique=True))
def test_company_codes_are_valid_and_distinct(index: list[int]) -> None:
    codes = company_codes(np.array(index))
    assert all(uscc.is_valid(c) for c in codes)
    assert len(set(codes)) == len(index)
    for code in codes:
        # The organisation code inside has a check digit of its own: all nine weighted add up to 0 modulo 11.
        body = [int(c) for c in code[8:16]] + [10 if code[16] == "X" else int(code[16])]
        assert sum(d * w for d, w in zip(body, (3, 7, 9, 10, 5, 8, 4, 2, 1), strict=True)) % 11 == 0


@given(st.lists(st.tuples(st.integers(0, 5_474_999), st.booleans()), min_size=1, max_size=50, unique=True))
def test_resident_numbers_are_valid_and_distinct(people: list[tuple[int, bool]]) -> None:
    index, child = np.array([i for i, _ in people]), np.array([c for _, c in people])
    numbers = resident_numbers(index, child)
    assert all(ric.calc_check_digit(n) == n[-1] for n in numbers)
    assert [n[6:14] for n in numbers] == [b.replace("-", "") for b in births_of(index, child)]
    assert len(set(numbers)) == len(people)


@given(st.lists(st.integers(0, 300_000), min_size=1, max_size=200, unique=True))
def test_brand_names_and_unit_numbers_never_meet(index: list[int]) -> None:
    assert len(set(brand_names(np.array(index)))) == len(index)
    assert len(set(unit_numbers(np.array(index)))) == len(index)


def test_truth_speaks_of_every_lot_and_household(exports: Exports, truth: list[dict], world: World) -> None:
    said = defaultdict(set)
    for line in truth:
        assert set(line) >= {"scene", "detector", "scope", "subjects", "expect", "reason"}
        assert line["expect"] in {"finding", "suppressed", "none", "undecided"}
        assert line["subjects"] == sorted(line["subjects"])
        assert bool(line["subjects"]) == (line["expect"] != "none")
        said[line["scope"]["kind"], line["scope"]["id"]].add(line["detector"])
    lots = {f"local:{r['招标项目编号']}/{r['标段编号'].removeprefix('0')}" for r in exports.lots}
    households = {f"local:{r['低保证号']}" for r in exports.benefits}
    assert {s for kind, s in said if kind == "lot"} == lots
    assert {s for kind, s in said if kind == "household"} == households
    assert all(d == LOT_DETECTORS for (kind, _), d in said.items() if kind == "lot")
    told = {scope for scene in world.scenes for _, scope in scene.scopes}
    assert told == {line["scope"]["id"] for line in truth if line["scene"] != "innocent"}
    assert sorted({line.detector for line in world.later}) == [
        "common-beneficial-owner",
        "non-local-hukou",
        "paid-after-death",
    ]


def bidders(exports: Exports) -> dict[str, dict[str, set[str]]]:
    """Lot → bid → codes of those who submit it; withdrawn bids left out."""
    codes = {r["企业名称"]: r["统一社会信用代码"] for r in exports.companies}
    out: dict[str, dict[str, set[str]]] = defaultdict(dict)
    for row in exports.bids:
        if row["投标状态"] != "有效":
            continue
        lot = f"local:{row['招标项目编号']}/{row['标段编号'].removeprefix('0')}"
        names = [re.sub("（(联合体牵头人|成员)）$", "", n) for n in row["投标人名称"].split("、")]
        out[lot][row["投标人名称"]] = {codes[n] for n in names}
        if len(names) == 1:
            assert codes[names[0]] == row["投标人统一社会信用代码"]
    return out


@pytest.fixture(scope="module")
def register(exports: Exports) -> Register:
    assert min(r["投标截止时间"] for r in exports.tenders) > "2025-02-28"
    return Register(exports, "2025-05-20")


def tied(register: Register, bids: dict[str, set[str]]) -> dict[str, set[str]]:
    """Holder → bidders, for those that stand above (or are) bidders of two or more bids."""
    reached: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for bid, codes in bids.items():
        for code in codes:
            for holder in register.above(code):
                reached[holder][bid].add(code)
    for holder, by_bid in reached.items():
        for bid, codes in bids.items():
            if holder in codes:
                by_bid[bid].add(holder)
    return {h: set().union(*by.values()) for h, by in reached.items() if len(by) >= 2}


def test_ties_are_as_stated_and_there_are_no_others(
    exports: Exports, truth: list[dict], register: Register
) -> None:
    numbers = {r["姓名"]: r["公民身份号码"] for r in exports.persons}
    lines = defaultdict(list)
    for line in truth:
        lines[line["scope"]["id"]].append(line)
    by_tender: dict[str, dict[str, set[str]]] = defaultdict(dict)
    for lot, bids in bidders(exports).items():
        by_tender[lot.split("/")[0]] |= {f"{lot} {bid}": codes for bid, codes in bids.items()}
    for lot, bids in bidders(exports).items():
        found = tied(register, bids)
        across = tied(register, by_tender[lot.split("/")[0]])
        here = set().union(*bids.values())
        apart = {frozenset(c) for h, c in across.items() if h not in found and c & here and not c <= here}
        stated = {
            frozenset(s.removeprefix("cn-uscc:") for s in x["subjects"])
            for x in lines[lot]
            if x.get("rule") == "lot"
        }
        assert stated == apart, lot
        explained: set[str] = set()
        for line in lines[lot]:
            if line["expect"] not in ("finding", "suppressed") or line.get("rule") in ("ended", "lot"):
                continue
            holder = line.get("holder_id", "").removeprefix("cn-uscc:") or numbers[line["holder_name"]]
            subjects = {s.removeprefix("cn-uscc:") for s in line["subjects"]}
            if line.get("rule") == "consortium":
                assert subjects in bids.values()
                assert all(holder in register.above(s) for s in subjects)
                continue
            if line["detector"] == "common-controller":
                assert subjects == found[holder] & register.controlled(holder)
            else:
                assert subjects == found[holder]
            for bidder, share in line["shares"].items():
                expected = register.share(holder, bidder.removeprefix("cn-uscc:"))
                assert share == pytest.approx(expected, abs=1e-12)
            explained.add(holder)
            # Whoever stands above the nearest holder and ties the same bidders is a fact in the finding.
            explained |= {h for h in register.above(holder) if found.get(h) == found[holder]}
        assert set(found) == explained, lot


def test_the_flagship_lot_has_its_numbers(truth: list[dict], world: World) -> None:
    lines = {x["detector"]: x for x in truth if x["scope"]["id"] == world.flagship_lot}
    shares = sorted(lines["common-shareholder"]["shares"].values(), reverse=True)
    assert shares == [0.42, 0.2376, 0.11016]
    assert sorted(lines["common-controller"]["shares"].values(), reverse=True) == [0.42, 0.2376]


def test_nobody_else_controls_two_bidders(exports: Exports, truth: list[dict], register: Register) -> None:
    stated = {
        (line["scope"]["id"], tuple(line["subjects"]))
        for line in truth
        if line["detector"] == "common-controller" and line["expect"] in ("finding", "suppressed")
    }
    seen = set()
    for lot, bids in bidders(exports).items():
        for holder in tied(register, bids):
            both = register.controlled(holder) & set().union(*bids.values())
            if len(both) >= 2:
                seen.add((lot, tuple(sorted(f"cn-uscc:{c}" for c in both))))
    assert seen == stated
    assert len(seen) == 3


def test_undecided_are_those_without_ownership_data(
    exports: Exports, truth: list[dict], register: Register
) -> None:
    blank = {
        lot: sorted(f"cn-uscc:{c}" for codes in bids.values() for c in codes if not register.above(c))
        for lot, bids in bidders(exports).items()
    }
    undecided = {line["scope"]["id"]: line["subjects"] for line in truth if line["expect"] == "undecided"}
    assert {lot: codes for lot, codes in blank.items() if codes} == undecided


def test_one_seller_had_left_before_the_bid(exports: Exports, truth: list[dict]) -> None:
    line = next(line for line in truth if line.get("rule") == "ended")
    codes = [s.removeprefix("cn-uscc:") for s in line["subjects"]]
    number = next(r["公民身份号码"] for r in exports.persons if r["姓名"] == line["holder_name"])
    before, after = Register(exports, "2025-01-14"), Register(exports, "2025-01-15")
    assert all(number in before.above(c) for c in codes)
    assert sum(number in after.above(c) for c in codes) == 1


def day(text: str) -> str:
    year, month, day_ = re.findall(r"\d+", text)
    return f"{year}-{int(month):02d}-{int(day_):02d}"


def test_households_with_two_dwellings_are_as_stated(
    exports: Exports, truth: list[dict], world: World
) -> None:
    members = defaultdict(set)
    for row in exports.members:
        members[row["低保证号"]].add(row["身份证号"])
    limit = world.dwelling_limits["虚构区"]
    over = set()
    for row in exports.benefits:
        for month in range(1, 13):
            if not row[f"{month}月(元)"]:
                continue
            homes = {
                p["不动产单元号"] or p["坐落"]
                for p in exports.properties
                if p["证件号"] in members[row["低保证号"]]
                and p["规划用途"] in ("住宅", "成套住宅")
                and p["权属状态"] == "现势"
                and day(p["登记时间"]) <= f"2025-{month:02d}-31"
            }
            if len(homes) >= limit:
                over.add(f"local:{row['低保证号']}")
    stated = {
        line["scope"]["id"]: line["expect"]
        for line in truth
        if line["scope"]["kind"] == "household" and line["expect"] != "none"
    }
    assert over == set(stated)
    assert sorted(stated.values()) == ["finding", "finding", "suppressed"]


def test_the_dead_are_still_paid(exports: Exports, world: World) -> None:
    (line,) = (line for line in world.later if line.detector == "paid-after-death")
    household = line.scope_id.removeprefix("local:")
    number = next(r["身份证号"] for r in exports.members if r["低保证号"] == household)
    died = next(r["死亡日期"] for r in exports.persons if r["公民身份号码"] == number)
    paid = next(r for r in exports.benefits if r["低保证号"] == household)
    assert died == "2025-03-10"
    assert paid["12月(元)"]


def test_registers_are_complete_but_where_a_share_is_left_open(exports: Exports) -> None:
    sums: dict[str, float] = defaultdict(float)
    open_: set[str] = set()
    for row in exports.holdings:
        code = row["统一社会信用代码"]
        if row["持股比例"] == "-":
            open_.add(code)
        elif not row["退出日期"]:
            sums[code] += float(row["持股比例"].rstrip("%"))
    assert open_
    assert all(total == pytest.approx(100) for code, total in sums.items() if code not in open_)


def test_every_detector_has_a_true_case_and_what_is_none(world: World) -> None:
    said = defaultdict(set)
    for line in world.labelled:
        said[line.detector].add(line.expect)
    ids = {d.id for d in DETECTORS}
    assert set(said) == ids
    lacking = {d for d, expects in said.items() if "finding" not in expects or len(expects) < 2}
    assert not lacking
    assert {line.detector for line in world.closing} == {d.id for d in DETECTORS if d.rests_on != "pattern"}


def test_the_labelled_scenes_use_valid_numbers_of_their_own(exports: Exports, world: World) -> None:
    folder = exports.folder / "标注场景"
    companies = csv_rows(folder / "companies.csv", "utf-8-sig")
    persons = csv_rows(folder / "persons.csv", "utf-8-sig")
    codes, numbers = [r["id"] for r in companies], [r["id"] for r in persons]
    assert all(uscc.is_valid(c) and c[2:8] == "999999" for c in codes)
    assert all(ric.calc_check_digit(n) == n[-1] and n.startswith("999999") for n in numbers)
    assert len(set(codes)) == len(codes)
    assert len(set(numbers)) == len(numbers)
    assert not set(codes) & {r["统一社会信用代码"] for r in exports.companies}
    assert not set(numbers) & {r["公民身份号码"] for r in exports.persons}
    names = [r["name"] for r in companies + persons]
    assert all(re.search("虚构|示例|样本|测试", n) for n in names)
    planted = {line["scope"]["id"] for line in lines(world) if line["scene"].startswith("labelled:")}
    lots = {
        f"local:{r['tender_id']}/{r['id'].removeprefix('0')}"
        for r in csv_rows(folder / "lots.csv", "utf-8-sig")
    }
    assert {s for s in planted if "/" in s} <= lots


def test_described_in_both_languages(world: World) -> None:
    for lang in ("zh", "en"):
        text = describe(world, lang)
        assert all((scene.zh if lang == "zh" else scene.en) in text for scene in world.scenes)
        assert world.flagship_lot.removeprefix("local:") in text
    assert (
        sum(
            line.startswith(world.flagship_lot.removeprefix("local:").split("/")[0])
            for line in (world.exports / "投标记录.csv").read_text("utf-8-sig").splitlines()
        )
        == 9
    )


def test_the_truth_is_told_without_the_products_own_reasoning() -> None:
    files = list(Path(lookthrough.demo.__file__).parent.rglob("*.py"))
    assert len(files) > 20
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [n for n in names if n.split(".")[0] in ("graph", "loaders", "detectors")], file
