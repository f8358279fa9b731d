"""A small world of what is not certain: shares within ranges, a list that does not count, owners that nobody states."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from api import Services
from tests.loaders.shapes.numbers import resident, uscc
from tests.web.demo import detected

TARGET: Final = "虚构区间标的有限公司"
BETWEEN: Final = "虚构中间层有限公司"
ABOVE: Final = "虚构上层控股有限公司"
UNSAID: Final = "虚构未填比例有限公司"
RIVAL: Final = "虚构别册股东有限公司"
LOT: Final = "local:XGQ-1/1"
BIDDERS: Final = {
    name: uscc(n + 1) for n, name in enumerate(f"虚构{c}标建设有限公司" for c in "甲乙丙丁戊己庚辛壬")
}
FIRST, SECOND, THIRD, FOURTH, *_, UNOWNED = BIDDERS
PARTNERS: Final = "虚构长风投资合伙企业（有限合伙）"
PERSON: Final = "测试周敏"


@contextlib.contextmanager
def uncertain_world(folder: Path, explorer: Path) -> Iterator[Services]:
    """What a service on this world is made of, once the detectors have run, while the block runs."""
    head = "企业名称,统一社会信用代码,股东名称,股东类型,股东证件号码,持股比例"
    somebody = resident(1)
    held = [
        (TARGET, "", BETWEEN, "企业法人", "", "60%"),
        (TARGET, "", "虚构小股东有限公司", "企业法人", "", "40%"),
        (BETWEEN, "", ABOVE, "企业法人", "", "50%-75%"),
        (BETWEEN, "", UNSAID, "企业法人", "", ""),
        (ABOVE, "", "测试人甲", "自然人股东", "", "100%"),
        # One person holds of two bidders, of the second through a partnership that is not hers to manage.
        (FIRST, BIDDERS[FIRST], PERSON, "自然人股东", somebody, "60%"),
        (FIRST, BIDDERS[FIRST], "测试李安", "自然人股东", resident(2), "40%"),
        (SECOND, BIDDERS[SECOND], PARTNERS, "合伙企业", "", "51%"),
        (SECOND, BIDDERS[SECOND], "测试郑爽", "自然人股东", resident(3), "49%"),
        (PARTNERS, "", PERSON, "有限合伙人", somebody, "99%"),
        (PARTNERS, "", "测试孙强", "普通合伙人", resident(4), "1%"),
    ]
    held += [
        (name, code, f"测试独股{n}", "自然人股东", resident(20 + n), "100%")
        for n, (name, code) in enumerate(BIDDERS.items())
        if name not in (FIRST, SECOND, UNOWNED)
    ]
    bids = [
        f"XGQ-1,虚构滨江路工程,1,{name},{code},{19_800_000 + n * 75_000},2025-03-22 09:0{n},{'是' if n == 3 else '否'}"
        for n, (name, code) in enumerate(BIDDERS.items())
    ]
    phones = [f"{name},{BIDDERS[name]},13800000001" for name in (FIRST, FOURTH)]
    files = {
        "股东.csv": [head, *(",".join(row) for row in held)],
        "投标.csv": [
            "招标项目编号,项目名称,标段编号,投标人名称,投标人统一社会信用代码,投标报价（元）,递交时间,是否中标",
            *bids,
        ],
        "电话.csv": ["企业名称,统一社会信用代码,联系电话", *phones],
    }
    exports = folder / "files"
    exports.mkdir(parents=True)
    for name, lines in files.items():
        (exports / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    with detected(folder, exports, explorer) as services:
        yield services


RIVAL_LIST: Final = f"企业名称,股东名称,股东类型,持股比例\n{TARGET},{RIVAL},企业法人,70%\n"
"""Another list of a company that has one: loaded beside it, it does not count."""
