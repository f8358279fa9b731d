"""Numbers that give a person away are blotted out in texts people write; what names a company, a lot or a day stays."""

from __future__ import annotations

import pytest

from loaders.identity import without_private_numbers


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("核对赵六（身份证110105199001010037）", "核对赵六（身份证1101**********0037）"),
        ("李四（11010519900101002x）为代持", "李四（1101**********002X）为代持"),
        ("１１０１０５１９９００１０１００３７", "1101**********0037"),
        ("110105 19900101 0037", "1101**********0037"),
        ("误录 110105199099010037", "误录 1101**********0037"),
        ("旧证 110105900101004", "旧证 1101*******1004"),
        ("电话13800000021或010-12345678", "电话***21或***78"),
        ("Tel13800000021，+86 138 0000 0021，(0571)88888888", "Tel***21，***21，***88"),
        ("账户6222020000000000001，a.b@xugou.example", "账户6222***********0001，***"),
    ],
)
def test_what_gives_a_person_away_is_masked(text: str, told: str) -> None:
    assert without_private_numbers(text) == told
    # What was masked once is told the same again.
    assert without_private_numbers(told) == told


@pytest.mark.parametrize(
    "text",
    [
        "",
        "同名不同人",
        "甲公司 91999999800001263D 与 91330106321234567X",
        "标段 local:BZ-D13-子/01，2025-03-01，报价 1,234,567.89 元",
        "预警 8ddfa6eaec，文号（2025）12号，编号 20250301001",
    ],
)
def test_what_names_no_person_stays(text: str) -> None:
    assert without_private_numbers(text) == text
