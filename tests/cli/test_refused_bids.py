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


TOLD = "中本标段的投标有行在导入时被拒绝"
CORRECTED = "R-1,1,虚构丙路桥有限公司,500,有效\n"


def _load(lookthrough, folder, name: str, text: str) -> str:
    """Load one file; gives the batch."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    ran = lookthrough("load", folder / name, "--format", "json")
    assert ran.code in (0, 3), ran.err
    return json.loads(ran.out)["batch"]


def _answer(lookthrough):
    answer = json.loads(lookthrough("screen", "R-1/1", "--format", "json", "--no-ledger").out)
    told = [u["missing"]["zh"] for u in answer["undecided"] if TOLD in u["missing"]["zh"]]
    return told, _few(answer)


def test_a_corrected_row_loaded_later_answers_until_it_is_taken_back(lookthrough, tmp_path):
    _load(lookthrough, tmp_path, "招标项目.csv", TENDERS)
    _load(lookthrough, tmp_path, "投标.csv", HEAD + GOOD + BAD)
    told, _ = _answer(lookthrough)
    assert "请改正后导入载有改正行的表（写明同一标段、同一投标人）" in told[0]
    assert "refused_bids" not in lookthrough("status", "--format", "json").out
    batch = _load(lookthrough, tmp_path, "改正.csv", HEAD + CORRECTED)
    assert _answer(lookthrough) == ([], [])
    assert lookthrough("unload", batch).code == 0
    assert len(_answer(lookthrough)[0]) == 1


def test_too_few_are_found_once_every_row_is_answered_and_no_row_is_told_of_as_not_counted(
    lookthrough, tmp_path
):
    _load(lookthrough, tmp_path, "招标项目.csv", TENDERS)
    # Corrected before the extract with the fault comes.
    _load(lookthrough, tmp_path, "改正.csv", HEAD + CORRECTED)
    _load(lookthrough, tmp_path, "投标.csv", HEAD + GOOD.splitlines()[0] + "\n" + BAD)
    told, (found,) = _answer(lookthrough)
    assert told == [] and found["facts"]["bids"] == 2
    assert "refused" not in found["facts"]["data"]


def test_a_row_of_another_bidder_answers_nothing(lookthrough, tmp_path):
    _load(lookthrough, tmp_path, "招标项目.csv", TENDERS)
    _load(lookthrough, tmp_path, "投标.csv", HEAD + GOOD.splitlines()[0] + "\n" + BAD)
    _load(lookthrough, tmp_path, "改正.csv", HEAD + GOOD)
    told, found = _answer(lookthrough)
    assert len(told) == 1 and found == []


def test_the_bidder_is_known_by_his_name_where_the_corrected_row_adds_his_code(lookthrough, tmp_path):
    _load(lookthrough, tmp_path, "招标项目.csv", TENDERS)
    _load(lookthrough, tmp_path, "投标.csv", HEAD + GOOD + BAD)
    head = HEAD.replace("投标人,", "投标人,统一社会信用代码,")
    _load(lookthrough, tmp_path, "改正.csv", head + "R-1,1,虚构丙路桥有限公司,C3,500,有效\n")
    assert _answer(lookthrough) == ([], [])


def test_a_row_that_names_no_bidder_is_mended_with_its_batch_alone(lookthrough, tmp_path):
    _load(lookthrough, tmp_path, "招标项目.csv", TENDERS)
    _load(lookthrough, tmp_path, "投标.csv", HEAD + GOOD + BAD.replace("虚构丙路桥有限公司", ""))
    _load(lookthrough, tmp_path, "改正.csv", HEAD + GOOD)
    (told,), _ = _answer(lookthrough)
    assert "这些行看不出投标人，请撤回所在批次，改正后重新导入" in told


def test_a_row_of_an_earlier_opening_answers_none_of_a_later(lookthrough, tmp_path):
    head = HEAD.strip() + ",开标时间\n"
    first, again = "2024-05-25", "2024-07-25"
    rows = "".join(f"{line},{first}\n" for line in (GOOD.splitlines()[0], CORRECTED.strip()))
    rows += "".join(f"{line},{again}\n" for line in (GOOD + BAD).splitlines())
    _load(lookthrough, tmp_path, "招标项目.csv", TENDERS)
    _load(lookthrough, tmp_path, "投标.csv", head + rows)
    assert len(_answer(lookthrough)[0]) == 1
    _load(lookthrough, tmp_path, "改正.csv", head + f"{CORRECTED.strip()},{again}\n")
    assert _answer(lookthrough) == ([], [])


def test_a_refused_row_that_names_no_tender_is_of_the_lot_of_its_number(lookthrough, tmp_path):
    head, bad = HEAD.replace("项目编号,", ""), "包7,虚构丙路桥有限公司,500股,有效\n"
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "招标项目.csv").write_text(TENDERS, encoding="utf-8")
    (folder / "标段.csv").write_text("项目编号,标段编号,标段名称\nR-1,包7,虚构七标\n", encoding="utf-8")
    good = "".join(f"包7,虚构{w}路桥有限公司,1000,有效\n" for w in "甲乙")
    (folder / "投标.csv").write_text(head + good + bad, encoding="utf-8")
    assert lookthrough("load", folder).code == 3
    answer = json.loads(lookthrough("screen", "R-1/7", "--format", "json", "--no-ledger").out)
    assert _few(answer) == [] and TOLD in json.dumps(answer["undecided"], ensure_ascii=False)


def test_what_changed_is_looked_at_again_where_a_row_was_refused_and_where_it_is_corrected(
    lookthrough, tmp_path
):
    _load(lookthrough, tmp_path, "招标项目.csv", TENDERS)
    _load(lookthrough, tmp_path, "投标.csv", HEAD + GOOD)
    assert len(_few({"findings": json.loads(lookthrough("detect", "--format", "json").out)})) == 1
    # No row of the lot is accepted here, and yet how many bids it has is no longer known.
    _load(lookthrough, tmp_path, "补报.csv", HEAD + BAD + GOOD.replace("R-1,", "R-2,"))
    undecided = "rows of 补报.csv about bids for this lot were refused"
    ran = lookthrough("detect", "--changed")
    assert "Only the 2 lots that loads touched were looked at." in ran.err and undecided in ran.err
    _load(lookthrough, tmp_path, "改正.csv", HEAD + CORRECTED)
    ran = lookthrough("detect", "--changed")
    assert "Only the 1 lot that loads touched was looked at." in ran.err
    assert "were refused" not in ran.err
