"""Dates given to commands, written as tables write them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

NAME = "虚构甲建设有限公司"
CHANGES = f"""企业名称,股东名称,股东类型,变更前股权比例(%),变更后股权比例(%),股权变更日期
{NAME},样本甲一,自然人,100,60,2022-03-01
{NAME},样本乙二,自然人,0,40,2022-03-01
"""
FORMS = ["2022年1月5日", "2022/1/5", "2022.1.5", "2022-1-5", "20220105", "２０２２年１月５日", "2022-01-05"]


@pytest.fixture
def loaded(lookthrough, tmp_path: Path):
    (tmp_path / "changes.csv").write_text(CHANGES, encoding="utf-8")
    assert lookthrough("load", tmp_path / "changes.csv", "--observed-on", "2024年6月1日").code == 0
    return lookthrough


def test_a_date_is_read_in_every_form_that_tables_have(loaded, tmp_path):
    for form in FORMS:
        for question in (
            ["penetrate", NAME],
            ["controller", NAME],
            ["ubo", NAME],
            ["controls", NAME],
            ["loops"],
        ):
            ran = loaded(*question, "--as-of", form, "--format", "json")
            assert ran.code == 0, ran.err
            assert json.loads(ran.out)["as_of"] == "2022-01-05", (question, form)
    assert loaded("check", "--as-of", "2022年1月5日").code == 0
    assert loaded("subgraph", NAME, "--as-of", "2022年1月", "--to", tmp_path / "p.svg").code == 0
    assert loaded("evidence", NAME, "--as-of", "2022.1.5", "--to", tmp_path / "package").code == 0
    for flag in (["penetrate", "--all"], ["controllers"]):
        assert loaded(*flag, "--as-of", "2022/1/5", "--to", tmp_path / f"{flag[0]}.csv").code == 0
    ran = loaded("history", NAME, "--from", "2021年1月1日", "--to", "2023/1/1", "--format", "json")
    assert (json.loads(ran.out)["from"], json.loads(ran.out)["to"]) == ("2021-01-01", "2023-01-01")


@pytest.mark.parametrize("form", ["1/5/2022", "05.01.2022", "5-1-22"])
def test_one_that_may_be_read_two_ways_is_refused(loaded, form):
    ran = loaded("penetrate", NAME, "--as-of", form)
    assert ran.code == 2 and "year, month and day" in ran.err and not ran.out
    ran = loaded("penetrate", NAME, "--as-of", form, "--lang", "zh")
    assert ran.code == 2 and "次序不明" in ran.err


@pytest.mark.parametrize("form", ["2022", "44562", "2022年13月1日", "2022-02-30", "长期", "昨天"])
def test_what_is_no_date_is_refused_as_it_was_written(loaded, form):
    ran = loaded("penetrate", NAME, "--as-of", form)
    assert ran.code and form in ran.err and not ran.out
