"""A bid whose row a load refused is none of those that are counted: of its lot nobody reads of too few."""

from __future__ import annotations

import json

TENDERS = "项目编号,项目名称,适用法律,招标方式,投标截止时间\nR-1,虚构一号工程,招标投标法,公开招标,2024-05-25 09:30\n"
HEAD = "项目编号,标段编号,投标人,投标报价(元),投标状态\n"
GOOD = "R-1,1,虚构甲路桥有限公司,1000,有效\nR-1,1,虚构乙路桥有限公司,1009,有效\n"
BAD = "R-1,1,虚构丙路桥有限公司,500股,有效\n"
FEW = "fewer-than-three-bidders"


def _screened(lookthrough, folder, bids: str):
    folder.mkdir()
    (folder / "招标项目.csv").write_text(TENDERS, encoding="utf-8")
    (folder / "投标.csv").write_text(HEAD + bids, encoding="utf-8")
    assert lookthrough("load", folder).code in (0, 3)
    return json.loads(lookthrough("screen", "R-1/1", "--format", "json", "--no-ledger").out)


def _few(answer):
    return [f for f in answer["findings"] if f["detector"] == FEW]


def test_a_lot_with_a_refused_row_is_undecided(lookthrough, tmp_path):
    answer = _screened(lookthrough, tmp_path / "in", GOOD + BAD)
    assert _few(answer) == []
    assert "投标.csv中本标段的投标有行在导入时被拒绝" in json.dumps(answer["undecided"], ensure_ascii=False)


def test_a_refused_row_of_another_lot_is_told_beside_the_count(lookthrough, tmp_path):
    (found,) = _few(_screened(lookthrough, tmp_path / "in", GOOD + BAD.replace("R-1,1,", "R-1,2,")))
    assert found["facts"]["bids"] == 2
    assert found["facts"]["data"]["refused"] == [{"name": "投标.csv", "rows": 1}]
    assert "投标.csv导入时有1行被拒绝，未计在内，请核对。" in found["text"]["zh"]
    assert "1 row of 投标.csv was refused by the load and not counted: verify." in found["text"]["en"]


def test_where_nothing_was_refused_nothing_is_said(lookthrough, tmp_path):
    (found,) = _few(_screened(lookthrough, tmp_path / "in", GOOD))
    assert "refused" not in found["facts"]["data"] and "被拒绝" not in found["text"]["zh"]
