"""Sole traders and sole proprietorships: no list names their owner, the register does, and the whole is his by law."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

STUDIO, SHOP, FIRM = "91999999MA0009001P", "92999999MA0001018H", "91999999MA0001018L"
HOLDERS = f"""企业名称,统一社会信用代码,股东名称,股东证件号码,持股比例
虚构甲建设有限公司,{FIRM},虚构五金商行,{SHOP},60%
虚构甲建设有限公司,{FIRM},虚构青石设计室,{STUDIO},40%
"""


def _loaded(lookthrough, folder: Path, files: dict[str, str]) -> str:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    ran = lookthrough("load", folder, "--format", "json")
    assert ran.code == 0, ran.err
    return json.loads(ran.out)["batch"]


def _asked(lookthrough, *question: str) -> dict:
    ran = lookthrough(*question, "--format", "json")
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def _owners(lookthrough, company: str) -> dict[str, float | None]:
    return {o["name"]: o["share"] for o in _asked(lookthrough, "penetrate", company)["owners"]}


def _codes(answer: dict) -> list[str]:
    return [w["code"] for w in answer["warnings"]]


TABLE = f"""统一社会信用代码,企业名称,企业类型,法定代表人/负责人
{STUDIO},虚构青石设计室,个人独资企业,样本甲一
{SHOP},虚构五金商行,,样本丙三
{FIRM},虚构甲建设有限公司,有限责任公司(个人独资),样本丁四
"""


def test_whom_the_register_names_owns_it_whole(lookthrough, tmp_path):
    _loaded(lookthrough, tmp_path / "in", {"基本信息.csv": TABLE, "股东.csv": HOLDERS})
    for company, owner in ((STUDIO, "样本甲一"), (SHOP, "样本丙三")):
        answer = _asked(lookthrough, "penetrate", company)
        assert [(o["name"], o["share"], o["direct"]) for o in answer["owners"]] == [(owner, 1.0, 1.0)]
        assert answer["unknown_share"] == 0.0
        assert "owner_by_law" in _codes(answer) and "no_register" not in _codes(answer)
        control = _asked(lookthrough, "controller", company)
        assert control["controller"]["name"] == owner
        assert [link["kind"] for link in control["controller"]["proof"]] == ["declared"]
        assert "owner_by_law" in _codes(control)
        (one,) = _asked(lookthrough, "ubo", company)["owners"]
        assert (one["name"], one["verdict"], one["test"], one["share"]) == (owner, "certain", "share", 1.0)
    # A company of one member is none of them, whatever its type is called; its holders are looked through.
    assert _owners(lookthrough, FIRM) == {
        "虚构五金商行": 0.6, "样本丙三": 0.6, "虚构青石设计室": 0.4, "样本甲一": 0.4,
    }  # fmt: skip
    assert _asked(lookthrough, "controller", FIRM)["controller"]["name"] == "样本丙三"


def test_the_whole_register_and_a_package_say_the_same(lookthrough, tmp_path):
    _loaded(lookthrough, tmp_path / "in", {"基本信息.csv": TABLE, "股东.csv": HOLDERS})
    assert lookthrough("penetrate", "--all", "--to", tmp_path / "all.csv").code == 0
    shares = pl.read_csv(tmp_path / "all.csv")
    assert sorted(shares.filter(pl.col("holder").str.starts_with("person"))["share"]) == [0.4, 0.6, 1.0, 1.0]
    told = shares.filter(pl.col("flags") == "owner_by_law")["company"].to_list()
    assert sorted(told) == sorted(f"cn-uscc:{i}" for i in (STUDIO, SHOP))
    assert lookthrough("controllers", "--to", tmp_path / "controllers.csv").code == 0
    controllers = pl.read_csv(tmp_path / "controllers.csv").filter("ultimate")
    assert sorted(controllers["company"]) == sorted(f"cn-uscc:{i}" for i in (STUDIO, SHOP, FIRM))
    for company in (STUDIO, FIRM):
        assert lookthrough("evidence", company, "--to", tmp_path / company).code == 0
        verified = lookthrough("verify", tmp_path / company)
        assert verified.code == 0, verified.out + verified.err
    drawn = tmp_path / "drawn.json"
    assert lookthrough("subgraph", FIRM, "--to", drawn).code == 0
    assert {"样本甲一", "样本丙三"} <= {n["name"] for n in json.loads(drawn.read_text("utf-8"))["nodes"]}


@pytest.mark.parametrize("heading", ["经营者", "投资人", "法定代表人", "负责人"])
@pytest.mark.parametrize("form", ["table", "two_tables", "tree"])
def test_wherever_the_register_names_him(lookthrough, tmp_path, heading, form):
    name = "虚构玉兰事务所"
    files = {
        "table": {"企业信息.csv": f"企业名称,主体类型,{heading}\n{name},个人独资企业,样本戊五\n"},
        "two_tables": {
            "企业信息.csv": f"统一社会信用代码,企业名称,企业类型\n{STUDIO},{name},个人独资企业\n",
            "主要人员.csv": f"统一社会信用代码,企业名称,姓名,职务\n{STUDIO},{name},样本戊五,{heading}\n",
        },
        "tree": {
            "tree.json": json.dumps(
                {"name": name, "企业类型": "个人独资企业", heading: "样本戊五", "shareholders": []},
                ensure_ascii=False,
            )
        },
    }[form]
    _loaded(lookthrough, tmp_path / "in", files)
    assert _owners(lookthrough, name) == {"样本戊五": 1.0}
    assert _asked(lookthrough, "controller", name)["controller"]["name"] == "样本戊五"


def test_a_list_of_holders_goes_before_the_law(lookthrough, tmp_path):
    name = "虚构青石设计室"
    _loaded(lookthrough, tmp_path / "in", {"基本信息.csv": TABLE})
    listed = (
        f"企业名称,统一社会信用代码,股东名称,股东类型,持股比例\n{name},{STUDIO},样本庚七,自然人股东,100%\n"
    )
    batch = _loaded(lookthrough, tmp_path / "later", {"股东.csv": listed})
    answer = _asked(lookthrough, "penetrate", STUDIO)
    assert [(o["name"], o["share"]) for o in answer["owners"]] == [("样本庚七", 1.0)]
    assert "owner_by_law" not in _codes(answer)
    assert lookthrough("unload", batch).code == 0
    assert _owners(lookthrough, STUDIO) == {"样本甲一": 1.0}


def test_of_several_at_one_time_what_each_has_is_unknown(lookthrough, tmp_path):
    text = f"统一社会信用代码,企业名称,企业类型,经营者\n{SHOP},虚构五金商行,个体工商户,样本甲一、样本乙二\n"
    _loaded(lookthrough, tmp_path / "in", {"基本信息.csv": text})
    answer = _asked(lookthrough, "penetrate", SHOP)
    assert [(o["share"], o["share_min"], o["share_max"]) for o in answer["owners"]] == [(None, 0.0, 1.0)] * 2
    assert _asked(lookthrough, "controller", SHOP)["reason"]["code"] == "several"


def test_one_after_the_other_each_has_it_in_his_time_and_once(lookthrough, tmp_path):
    posts = (
        "企业名称,姓名,职务,任职日期,离任日期\n"
        "虚构五金商行,样本甲一,经营者,2020-01-01,2023-01-01\n"
        "虚构五金商行,样本乙二,经营者,2023-01-01,\n"
        "虚构五金商行,样本乙二,经营者,2024-06-01,\n"
    )
    _loaded(lookthrough, tmp_path / "in", {"主要人员.csv": posts})
    for day, owner in (("2022-05-01", "样本甲一"), ("2023-05-01", "样本乙二"), ("2025-05-01", "样本乙二")):
        answer = _asked(lookthrough, "penetrate", "虚构五金商行", "--as-of", day)
        assert [(o["name"], o["share"]) for o in answer["owners"]] == [(owner, 1.0)]


def test_whom_another_joins_later_has_the_whole_until_then(lookthrough, tmp_path):
    posts = (
        "企业名称,统一社会信用代码,姓名,职务,任职日期\n"
        f"虚构五金商行,{SHOP},样本甲一,经营者,2010-01-01\n"
        f"虚构五金商行,{SHOP},样本乙二,经营者,2020-01-01\n"
    )
    _loaded(lookthrough, tmp_path / "in", {"主要人员.csv": posts})
    answer = _asked(lookthrough, "penetrate", SHOP, "--as-of", "2015-06-01")
    assert [(o["name"], o["share"]) for o in answer["owners"]] == [("样本甲一", 1.0)]
    (told,) = [w["en"] for w in answer["warnings"] if w["code"] == "owner_by_law"]
    assert "counts with 100%" in told
    answer = _asked(lookthrough, "penetrate", SHOP, "--as-of", "2022-01-01")
    assert {(o["name"], o["share"]) for o in answer["owners"]} == {("样本甲一", None), ("样本乙二", None)}


@pytest.mark.parametrize("order", [("kinds", "heads"), ("heads", "kinds")])
def test_kind_and_head_in_two_loads(lookthrough, tmp_path, order):
    files = {
        "kinds": f"统一社会信用代码,企业名称,企业类型\n{STUDIO},虚构青石设计室,个人独资企业\n{SHOP},虚构五金厂,其他\n",
        "heads": f"统一社会信用代码,企业名称,姓名,职务\n{STUDIO},虚构青石设计室,样本甲一,法定代表人\n"
        f"{FIRM},虚构甲建设有限公司,样本丁四,法定代表人\n",
    }
    names = {"kinds": "基本信息.csv", "heads": "主要人员.csv"}
    batches = {}
    for part in order:
        batches[part] = _loaded(lookthrough, tmp_path / part, {names[part]: files[part]})
    if order[0] == "kinds":
        assert lookthrough("unload", batches["heads"]).code == 0
        (told,) = [c for c in _asked(lookthrough, "check") if c["check"] == "sole-owner-not-loaded"]
        assert told["examples"] == [f"cn-uscc:{STUDIO}", f"cn-uscc:{SHOP}"]
        _loaded(lookthrough, tmp_path / "heads", {})
    answer = _asked(lookthrough, "penetrate", STUDIO)
    assert [(o["name"], o["share"]) for o in answer["owners"]] == [("样本甲一", 1.0)]
    assert "owner_by_law" in _codes(answer)
    assert _asked(lookthrough, "controller", STUDIO)["controller"]["name"] == "样本甲一"
    assert _owners(lookthrough, FIRM) == {}
    assert lookthrough("evidence", STUDIO, "--to", tmp_path / "package").code == 0
    verified = lookthrough("verify", tmp_path / "package")
    assert verified.code == 0, verified.out + verified.err
    assert lookthrough("subgraph", STUDIO, "--to", tmp_path / "drawn.json").code == 0
    assert {"样本甲一"} <= {
        n["name"] for n in json.loads((tmp_path / "drawn.json").read_text("utf-8"))["nodes"]
    }
    # Who is said to be the owner goes before who is its head.
    said = f"统一社会信用代码,企业名称,企业类型,投资人\n{STUDIO},虚构青石设计室,个人独资企业,样本乙二\n"
    stated = _loaded(lookthrough, tmp_path / "said", {"登记.csv": said})
    assert _owners(lookthrough, STUDIO) == {"样本乙二": 1.0}
    assert lookthrough("unload", stated).code == 0
    assert _owners(lookthrough, STUDIO) == {"样本甲一": 1.0}
    checked = {c["check"]: c["examples"] for c in _asked(lookthrough, "check")}
    assert checked["sole-owner-not-loaded"] == [f"cn-uscc:{SHOP}"]


@pytest.mark.parametrize("order", [("kinds", "heads"), ("heads", "kinds")])
def test_a_head_of_a_firm_known_by_its_code_alone(lookthrough, tmp_path, order):
    files = {
        "kinds": "统一社会信用代码,企业名称,企业类型\n"
        f"{STUDIO},虚构青石设计室,个人独资企业\n{FIRM},虚构甲建设有限公司,有限责任公司\n",
        "heads": f"统一社会信用代码,姓名,职务\n{STUDIO},样本甲一,负责人\n{FIRM},样本丁四,法定代表人\n",
    }
    names = {"kinds": "基本信息.csv", "heads": "主要人员.csv"}
    for part in order:
        batch = _loaded(lookthrough, tmp_path / part, {names[part]: files[part]})
    assert _owners(lookthrough, STUDIO) == {"样本甲一": 1.0}
    assert _asked(lookthrough, "controller", STUDIO)["controller"]["name"] == "样本甲一"
    assert _owners(lookthrough, FIRM) == {}
    assert _asked(lookthrough, "controller", FIRM)["controller"] is None
    assert lookthrough("unload", batch).code == 0


@pytest.mark.parametrize("order", [("mixed", "list"), ("list", "mixed")])
def test_investors_in_a_list_of_firms_of_several_kinds(lookthrough, tmp_path, order):
    files = {
        "mixed": "统一社会信用代码,企业名称,企业类型,投资人\n"
        f"{STUDIO},虚构青石设计室,个人独资企业,样本甲一\n{FIRM},虚构甲建设有限公司,有限责任公司,样本丁四\n",
        "list": f"企业名称,统一社会信用代码,股东名称,股东类型,持股比例\n虚构甲建设有限公司,{FIRM},样本丁四,自然人,60%\n"
        f"虚构甲建设有限公司,{FIRM},样本戊五,自然人,40%\n",
    }
    batches = {
        part: _loaded(
            lookthrough, tmp_path / part, {{"mixed": "名单.csv", "list": "股东.csv"}[part]: files[part]}
        )
        for part in order
    }
    assert _owners(lookthrough, STUDIO) == {"样本甲一": 1.0}
    # A list of holders goes before what an investor is called.
    assert _owners(lookthrough, FIRM) == {"样本丁四": 0.6, "样本戊五": 0.4}
    assert lookthrough("unload", batches["list"]).code == 0
    assert _owners(lookthrough, FIRM) == {"样本丁四": None}
