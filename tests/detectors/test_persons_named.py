"""A person who is paid without a household is called by name in sentences, not by an id; on both stores."""

from __future__ import annotations

import re

from detectors.recipients import duplicate_benefit, eligible_not_receiving, paid_after_death
from tests.detectors.files_world import FoundInFiles, found_in_files, table
from tests.loaders.shapes.numbers import resident

DEAD, TWICE, NOTHING = paid_after_death.DETECTOR, duplicate_benefit.DETECTOR, eligible_not_receiving.DETECTOR
MONTHS = [f"2024-{m:02}" for m in range(1, 13)]
ALONE, MEMBER, LISTED = resident(1), resident(2), resident(3)

FILES = {
    "特困发放明细.csv": table(
        "姓名,身份证号,救助类型,发放年月,发放金额(元)",
        [
            (name, number, "特困人员救助供养", m, 1000)
            for m in MONTHS
            for name, number in (("样本甲", ALONE), ("样本乙", MEMBER))
        ],
    ),
    "低保发放明细.csv": table(
        "低保证号,救助类型,发放年月,发放金额(元)", [("H1", "最低生活保障", m, 600) for m in MONTHS]
    ),
    "低保名册.csv": table(
        "低保证号,户主姓名,户主身份证号,家庭成员姓名,公民身份号码,与户主关系",
        [("H1", "样本乙", MEMBER, "样本乙", MEMBER, "户主")],
    ),
    "死亡名单.csv": table("姓名,公民身份号码,死亡日期", [("样本甲", ALONE, "2024-03-05")]),
    "资格名单.csv": table(
        "姓名,身份证号,救助类型,应享金额(元),起始日期",
        [("样本丙", LISTED, "特困人员救助供养", 1000, "2024-01-01")],
    ),
}
found = found_in_files([FILES], [DEAD, TWICE, NOTHING])


def test_sentences_name_the_person(found: FoundInFiles) -> None:
    texts = {f.detector: f.text for f in found.run.findings}
    assert set(texts) == {DEAD.id, TWICE.id, NOTHING.id}
    assert "救助对象样本甲：" in texts[DEAD.id]["zh"] and "Recipient 样本甲:" in texts[DEAD.id]["en"]
    assert "【服务提醒】样本丙：" in texts[NOTHING.id]["zh"]
    for lang in ("zh", "en"):
        # The household keeps its number.
        assert "H1" in texts[TWICE.id][lang] and "样本乙" in texts[TWICE.id][lang]
        assert not any(re.search("[0-9a-f]{32}", text[lang]) for text in texts.values())
