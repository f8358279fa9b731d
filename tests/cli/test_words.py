"""A Chinese reader is told in Chinese words what the graph and the ledger keep as codes; JSON keeps the codes."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from detectors.registry import DETECTORS
from graph.model import NODES, RELATIONSHIPS
from lookthrough.cli.console import session
from lookthrough.cli.wording import field_value, type_word

LOT = "XG-2025-001/1"
COMPANY = "虚构云桥建设有限公司"


@pytest.fixture
def demo(lookthrough, demo_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    home = tmp_path / "home"
    shutil.copytree(demo_home, home)
    monkeypatch.setenv("LOOKTHROUGH_DATA", str(home / ".local/share/lookthrough"))
    monkeypatch.setenv("LOOKTHROUGH_STORE", str(home / "output/demo/store"))
    monkeypatch.delenv("COLUMNS", raising=False)
    return lambda *asked: lookthrough(*asked, "--lang", "zh")


def test_no_code_is_left_where_a_person_reads(demo):
    said = ""
    for asked in (
        ("status",),
        ("screen", LOT, "--no-ledger"),
        ("penetrate", COMPANY),
        ("ubo", COMPANY),
        ("controller", COMPANY, "--all"),
        ("findings", "list"),
        ("audit", "list"),
        ("detectors", "show", "common-controller"),
    ):
        ran = demo(*asked)
        assert ran.code == 0, ran.err
        # A detector's own page names it once by its id, which is what other commands take.
        said += ran.out.removeprefix("common-controller") + ran.err
    cells = {cell.strip() for line in said.splitlines() for cell in line.split("│")}
    assert not cells & {"done", "valid", "won", "id", "name_only", "unique_name", "load", "run"}
    for word in ("已完成", "有效", "口径：全路径（含循环）", "导入", "运行检测"):
        assert word in said
    codes = {d.id for d in DETECTORS} | {t.name for t in (*NODES, *RELATIONSHIPS)}
    assert not codes & set(re.findall(r"[A-Za-z][A-Za-z_-]+", said))


def test_json_keeps_the_codes(demo):
    assert {b["state"] for b in json.loads(demo("status", "--format", "json").out)["batches"]} == {"done"}
    screened = json.loads(demo("screen", LOT, "--no-ledger", "--format", "json").out)
    assert {b["status"] for b in screened["bidders"]} == {"valid"}
    assert screened["findings"][0]["detector"] == "common-controller"
    assert "投标人受同一主体控制" in screened["combined"][0]["explained"]["zh"]


def test_every_type_has_a_word_of_its_own():
    names = [t.name for t in (*NODES, *RELATIONSHIPS)]
    s = session(None, "zh")
    words = [type_word(s, name) for name in names]
    assert len(set(words)) == len(names) and not set(words) & set(names)


@pytest.mark.parametrize(
    ("status", "zh", "en"),
    [
        ("registered", "仅报名", "registered only"),
        ("won", "中标", "won"),
        ("lost", "未中标", "lost"),
        ("rejected", "否决投标", "rejected"),
    ],
)
def test_the_status_of_a_bid_is_worded_as_one_of_a_bid(status: str, zh: str, en: str):
    said = [field_value(session(None, language), "Bid", "status", status) for language in ("zh", "en")]
    assert said == [zh, en]


def test_a_name_stays_as_it_is_written():
    assert field_value(session(None, "en"), "Benefit", "payee", "Won") == "Won"
