"""One data set that lists a company's holders under its code, and again in a tree that gives names alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

A, H = "91999999MA0001018L", "91999999MA0001026F"
NAME, OWNER = "虚构青石建设有限公司", "虚构白沙控股有限公司"
STATE = "虚构市国有资产监督管理委员会"
NUMBER = "999999196001010020"
LIST = f"""企业名称,统一社会信用代码,股东名称,股东类型,股东证件号码,持股比例
{NAME},{A},{OWNER},企业法人,{H},51%
{NAME},{A},样本甲一,自然人股东,非公示项,20%
{NAME},{A},样本丁四,自然人股东,{NUMBER},19%
{NAME},{A},{STATE},国有股东,11999999MA0009992F,10%
"""
TREE = {
    "name": NAME,
    "children": [
        {"name": OWNER, "percent": 51},
        {"name": "样本甲一", "percent": 20},
        {"name": "样本丁四", "percent": 19},
        {"name": STATE, "percent": 10},
    ],
}


def _written(folder: Path) -> tuple[Path, Path]:
    folder.mkdir()
    (folder / "list.csv").write_text(LIST, encoding="utf-8")
    (folder / "tree.json").write_text(json.dumps(TREE, ensure_ascii=False), encoding="utf-8")
    return folder / "list.csv", folder / "tree.json"


def _owners(lookthrough, company: str, *more: str) -> dict[str, float]:
    ran = lookthrough("penetrate", company, "--format", "json", *more)
    assert ran.code == 0, ran.err
    answer = json.loads(ran.out)
    assert not [w for w in answer["warnings"] if w["code"] == "register_above_100"]
    told = [(o["name"], o["direct"]) for o in answer["owners"]]
    assert len(dict(told)) == len(told)
    return dict(told)


EXPECTED = {OWNER: 0.51, "样本甲一": 0.20, "样本丁四": 0.19, STATE: 0.10}


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (2,)], ids=["list_first", "tree_first", "at_once"])
def test_holders_of_one_company_are_not_doubled_by_its_two_names(lookthrough, tmp_path, order):
    files = _written(tmp_path / "in")
    batches = []
    for each in order:
        ran = lookthrough("load", tmp_path / "in" if each == 2 else files[each], "--format", "json")
        assert ran.code == 0, ran.err
        batches.append(json.loads(ran.out)["batch"])
    for company in (A, NAME):
        assert _owners(lookthrough, company) == EXPECTED
        assert _owners(lookthrough, company, "--identity", "strict") == EXPECTED
    if len(order) == 2:
        # Without the tree the list is what it was, and the other way round.
        assert lookthrough("unload", batches[1]).code == 0
        assert _owners(lookthrough, NAME) == EXPECTED


def test_two_of_one_name_with_numbers_leave_a_third_without_one_apart(lookthrough, tmp_path):
    files = _written(tmp_path / "in")
    files[0].write_text(
        LIST.replace("样本甲一,自然人股东,非公示项,20%", "样本丁四,自然人股东,999999197001010017,20%"),
        encoding="utf-8",
    )
    assert lookthrough("load", tmp_path / "in").code == 0
    answer = json.loads(lookthrough("penetrate", A, "--format", "json").out)
    # Nobody can tell which of the two the tree means; the register above 100% says that something is amiss.
    assert sum(o["name"] == "样本丁四" for o in answer["owners"]) == 3
    assert [w["code"] for w in answer["warnings"]].count("register_above_100") == 1


CURRENT = "企业名称,股东名称,股东类型,持股比例(%)\n虚构甲建设有限公司,样本王一,自然人,60\n虚构甲建设有限公司,样本李二,自然人,40\n"
CHANGES = (
    "企业名称,股东名称,股东类型,变更前股权比例(%),变更后股权比例(%),股权变更日期\n"
    "虚构甲建设有限公司,样本张三,自然人,100,60,2022-03-01\n"
    "虚构甲建设有限公司,样本李二,自然人,0,40,2022-03-01\n"
)


@pytest.mark.parametrize("alone", [False, True], ids=["beside_the_list", "alone"])
def test_a_record_of_changes_is_not_added_to_the_list_of_holders(lookthrough, tmp_path, alone):
    (tmp_path / "in").mkdir()
    (tmp_path / "in/股权变更.csv").write_text(CHANGES, encoding="utf-8")
    if not alone:
        (tmp_path / "in/股东.csv").write_text(CURRENT, encoding="utf-8")
    ran = lookthrough("load", tmp_path / "in")
    assert ran.code == 0, ran.err
    answer = json.loads(lookthrough("penetrate", "虚构甲建设有限公司", "--format", "json").out)
    owners = {o["name"]: o["direct"] for o in answer["owners"]}
    if alone:
        assert owners == {"样本张三": 0.6, "样本李二": 0.4}
    else:
        assert owners == {"样本王一": 0.6, "样本李二": 0.4}
        # What the changes say beside it is told.
        assert [w["code"] for w in answer["warnings"]].count("rival_list") == 1


CODED = TREE | {"id": A}
NAMED = f"""企业名称,统一社会信用代码,股东名称,股东类型,持股比例
{NAME},{A},{OWNER},企业法人,51%
{NAME},{A},样本甲一,自然人股东,20%
{NAME},{A},样本丁四,自然人股东,19%
{NAME},{A},{STATE},国有股东,10%
"""


def _both(folder: Path, form: str) -> list[Path]:
    folder.mkdir()
    (folder / "numbers.csv").write_text(LIST.replace("非公示项", "999999197001010017"), encoding="utf-8")
    if form == "tree":
        (folder / "tree.json").write_text(json.dumps(CODED, ensure_ascii=False), encoding="utf-8")
    else:
        (folder / "names.csv").write_text(NAMED, encoding="utf-8")
    return sorted(folder.iterdir())


@pytest.mark.parametrize("form", ["tree", "list"])
@pytest.mark.parametrize("order", [(0, 1), (1, 0), (2,)], ids=["first", "second", "at_once"])
def test_who_has_a_number_in_one_list_of_a_company_is_the_one_of_his_name_in_another(
    lookthrough, tmp_path, order, form
):
    files = _both(tmp_path / "in", form)
    batches = []
    for each in order:
        ran = lookthrough("load", tmp_path / "in" if each == 2 else files[each], "--format", "json")
        assert ran.code == 0, ran.err
        batches.append(json.loads(ran.out)["batch"])
    assert _owners(lookthrough, A) == EXPECTED
    if len(order) == 2:
        # What is joined is derived: it goes with the load it rests on.
        assert lookthrough("unload", batches[1]).code == 0
        assert _owners(lookthrough, A) == EXPECTED
        told = json.loads(lookthrough("penetrate", A, "--format", "json").out)["owners"]
        numbered = sum(o["id"].startswith("person:") for o in told)
        assert numbered == (2 if files[order[0]].name == "numbers.csv" else 0)


def test_a_masked_number_that_is_anothers_leaves_him_apart(lookthrough, tmp_path):
    files = _both(tmp_path / "in", "list")
    masked = (
        NAMED.replace("股东类型", "股东类型,股东证件号")
        .replace("企业法人", "企业法人,")
        .replace("国有股东", "国有股东,")
    )
    masked = masked.replace("样本甲一,自然人股东", "样本甲一,自然人股东,9999**********0017")
    masked = masked.replace("样本丁四,自然人股东", "样本丁四,自然人股东,9999**********7777")
    files[0].write_text(masked, encoding="utf-8")
    assert lookthrough("load", tmp_path / "in").code == 0
    answer = json.loads(lookthrough("penetrate", A, "--format", "json").out)
    names = [o["name"] for o in answer["owners"]]
    assert (names.count("样本甲一"), names.count("样本丁四")) == (1, 2)


def test_beside_one_of_his_name_with_a_number_in_one_list_he_is_another(lookthrough, tmp_path):
    (tmp_path / "in").mkdir()
    text = LIST.replace("样本甲一,自然人股东,非公示项", "样本丁四,自然人股东,")
    (tmp_path / "in/list.csv").write_text(text, encoding="utf-8")
    assert lookthrough("load", tmp_path / "in").code == 0
    answer = json.loads(lookthrough("penetrate", A, "--format", "json").out)
    assert sorted(o["direct"] for o in answer["owners"] if o["name"] == "样本丁四") == [0.19, 0.2]


def _drawn(lookthrough, to: Path, company: str) -> list[tuple[str, str]]:
    ran = lookthrough("subgraph", company, "--as-of", "2025-01-01", "--to", to)
    assert ran.code == 0, ran.err
    told = json.loads(to.read_text("utf-8"))
    names = {n["id"]: n["name"] for n in told["nodes"]}
    lines = [line for line in told["lines"] if "OWNS" in line["types"]]
    return sorted((names[line["source"]], names[line["target"]]) for line in lines)


@pytest.mark.parametrize("both", [False, True], ids=["names_alone", "both"])
def test_the_picture_shows_the_holders_under_whichever_id_a_list_has_them(lookthrough, tmp_path, both):
    files = _written(tmp_path / "in")
    if not both:
        files[0].write_text(f"企业名称,统一社会信用代码,注册资本\n{NAME},{A},100万元\n", encoding="utf-8")
    assert lookthrough("load", tmp_path / "in").code == 0
    expected = sorted((holder, NAME) for holder in EXPECTED)
    for company in (A, NAME):
        assert _drawn(lookthrough, tmp_path / "drawn.json", company) == expected


def test_what_others_have_invested_in_a_company_is_not_added_to_its_list_of_holders(lookthrough, tmp_path):
    _written(tmp_path / "in")[1].unlink()
    older = f"企业名称,被投资企业名称,持股比例\n{OWNER},{NAME},60%\n虚构黄石投资有限公司,{NAME},5%\n"
    (tmp_path / "in/对外投资.csv").write_text(older, encoding="utf-8")
    assert lookthrough("load", tmp_path / "in").code == 0
    assert _owners(lookthrough, A) == EXPECTED
    answer = json.loads(lookthrough("penetrate", A, "--format", "json").out)
    assert [w["code"] for w in answer["warnings"]].count("rival_list") == 1
