"""A table shows what the same answer says as JSON: where it rests on a suspicion, and which row states which link."""

from __future__ import annotations

import csv
import json
import re

import pytest

HOLDINGS = (
    "company_id,company_name,holder_id,holder_name,holder_kind,share_percent\n"
    "T,虚构目标有限公司,A,虚构甲有限公司,company,60\n"
    "T,虚构目标有限公司,A,虚构甲有限公司,company,10\n"
    "A,虚构甲有限公司,P,测试人丙,person,20\n"
)
CONTROL = "party_id,party_name,party_kind,company_id,interest,suspected\nQ,测试人丁,person,A,实际控制人,是\n"


@pytest.fixture
def loaded(lookthrough, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "shareholdings.csv").write_text(HOLDINGS, encoding="utf-8")
    (tmp_path / "in" / "control.csv").write_text(CONTROL, encoding="utf-8")
    assert lookthrough("load", tmp_path / "in").code == 0
    return lookthrough


def test_an_owner_by_a_suspected_control_is_called_suspected(loaded):
    (owner,) = json.loads(loaded("ubo", "T", "--format", "json").out)["owners"]
    assert (owner["test"], owner["suspected"], owner["via"]) == ("control", True, "local:A")
    for language, word in (("zh", "疑似控制"), ("en", "suspected control")):
        assert word in " ".join(loaded("ubo", "T", "--lang", language).out.split())
    (row,) = csv.DictReader(loaded("ubo", "T", "--format", "csv").out.lstrip("\ufeff").splitlines())
    assert (row["suspected"].lower(), row["via"], row["votes_max"]) == ("true", "local:A", "0.0")


def test_the_sources_of_a_way_stand_in_its_order_link_by_link(loaded):
    out = loaded("paths", "P", "T", "--lang", "en").out
    assert "20% × 70% = 14%" in out
    assert re.findall(r"row (\d)( \+)?", re.sub(r"[│\s]+", " ", out)) == [("4", ""), ("2", " +"), ("3", "")]


@pytest.mark.parametrize("store_url", ["embedded"], indirect=True)
@pytest.mark.parametrize("mark", ["[/]", "[red]甲[/red]"])
def test_a_name_or_id_in_square_brackets_is_no_markup(lookthrough, tmp_path, mark):
    folder = tmp_path / "in"
    folder.mkdir()
    for name, text in {
        "shareholdings": f"company_id,company_name,holder_id,holder_name,share_percent\nA,{mark}甲公司,H,{mark}母,30\nB,乙,H,{mark}母,40\n",
        "bids": f"tender_id,lot_id,bidder_id,submitted_at\n{mark}T,1,A,2025-03-14\n{mark}T,1,B,2025-03-14\n",
    }.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    assert lookthrough("load", folder).code == 0
    for question in (
        ("penetrate", "A"), ("controller", "A"), ("controls", "H"), ("ubo", "A"), ("loops",), ("paths", "H", "A"),
        ("screen", f"local:{mark}T/1"), ("detect", "--detector", "common-shareholder"), ("findings", "list"),
    ):  # fmt: skip
        ran = lookthrough(*question)
        assert ran.code == 0, ran.err
        assert question == ("loops",) or mark in ran.out, question
