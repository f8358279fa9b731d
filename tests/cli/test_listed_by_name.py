"""Bids that list their bidders by name alone, as records of openings do: what registers say under a code is theirs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

A, B, C = "91999999MA0001018L", "91999999MA0001026F", "91999999MA0001034A"
NAMES = {A: "虚构青石建设有限公司", B: "虚构白沙路桥有限公司", C: "虚构红枫市政工程有限公司"}
HEAD = "统一社会信用代码,企业名称,法定代表人,登记状态,成立日期,联系电话"
COMPANIES = "\n".join(
    [
        HEAD,
        f"{A},{NAMES[A]},样本甲一,存续,2018-01-01,0999-8880001",
        f"{B},{NAMES[B]},样本戊五,存续,2018-01-01,0999-8880002",
        f"{C},{NAMES[C]},样本辛八,存续,2018-01-01,0999-8880001",
    ]
)
POSITIONS = "\n".join(
    [
        "统一社会信用代码,企业名称,姓名,证件号码,职务",
        f"{A},{NAMES[A]},样本丁四,999999196001010020,监事",
        f"{B},{NAMES[B]},样本丁四,999999196001010020,董事",
    ]
)
BIDS = "\n".join(["招标编号,标段,投标人,递交时间", *(f"T1,1,{name},2025-03-14" for name in NAMES.values())])
WANTED = ("shared-contact", "shared-officer")


def written(folder: Path, **tables: str) -> Path:
    folder.mkdir()
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text + "\n", encoding="utf-8")
    return folder


def found(lookthrough: Any, *more: str) -> dict[str, list[str]]:
    asked = [word for d in WANTED for word in ("--detector", d)] if not more else []
    ran = lookthrough("detect", *asked, *more, "--format", "json")
    assert ran.code == 0, ran.err
    told = {}
    for f in json.loads(ran.out):
        if f["detector"] in WANTED and not f["suppressed_by"]:
            told[f["detector"]] = [i.removeprefix("cn-uscc:") for i in f["subjects"]]
    return told


@pytest.mark.parametrize("together", [True, False], ids=["at_once", "one_after_another"])
def test_what_registers_say_of_a_bidder_listed_by_name_is_its_own(lookthrough, tmp_path, together):
    expected = {"shared-contact": sorted([A, C]), "shared-officer": sorted([A, B])}
    if together:
        assert lookthrough("load", written(tmp_path / "in", a=COMPANIES, b=BIDS, c=POSITIONS)).code == 0
        assert found(lookthrough) == expected
    else:
        assert lookthrough("load", written(tmp_path / "bids", b=BIDS)).code == 0
        assert found(lookthrough, "--no-ledger") == {}
        assert lookthrough("detect").code == 0
        assert lookthrough("load", written(tmp_path / "in", a=COMPANIES)).code == 0
        assert found(lookthrough, "--changed") == {"shared-contact": expected["shared-contact"]}
        # Nothing but a post of companies that are known by now.
        assert lookthrough("load", written(tmp_path / "more", c=POSITIONS)).code == 0
        assert found(lookthrough, "--changed") == {"shared-officer": expected["shared-officer"]}
        assert found(lookthrough) == expected
    screened = json.loads(lookthrough("screen", "T1/1", "--format", "json").out)
    assert {
        f["detector"]: [i.removeprefix("cn-uscc:") for i in f["subjects"]]
        for f in screened["findings"]
        if f["detector"] in WANTED
    } == expected
    gaps = [
        u for u in screened["undecided"] if u["detector"] in ("shared-contact", "same-legal-representative")
    ]
    assert gaps == []
    (one,) = (
        f
        for f in json.loads(lookthrough("findings", "list", "--format", "json").out)
        if f["detector"] == "shared-contact"
    )
    assert lookthrough("evidence", one["id"], "--to", tmp_path / "package").code == 0
    assert lookthrough("verify", tmp_path / "package").code == 0
