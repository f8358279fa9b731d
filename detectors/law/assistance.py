"""The law of social assistance (社会救助) that detectors of recipients cite, before and from 2026-07-01."""

from __future__ import annotations

from typing import Final

from detectors.definition import LegalBasis
from detectors.law.texts import LAW_DATABASE

OF_PROPERTY: Final = (
    "第十八条、第四十一条、第四十六条、第四十七条、第四十八条",
    "家庭财产状况须符合规定；可以向不动产登记等核对，定期核查；调减、终止前听取意见，之后书面说明理由",
    "property must be within the rule; checks with registers, regularly; the person is heard before a change",
)
"""What the law says of a household's property: articles, Chinese, English."""


def assistance_law(
    old: str, old_zh: str, old_en: str, new: str = "", new_zh: str = "", new_en: str = ""
) -> tuple[LegalBasis, ...]:
    """Articles of the 2014 measures (to 2026-06-30) and of the law that follows them, each with what it says."""
    measures = LegalBasis(
        "社会救助暂行办法",
        "Interim Measures for Social Assistance",
        old,
        old_zh,
        old_en,
        in_force_from="2014-05-01",
        in_force_to="2026-07-01",
        link=LAW_DATABASE,
    )
    law = LegalBasis(
        "社会救助法",
        "Social Assistance Law",
        new,
        new_zh,
        new_en,
        in_force_from="2026-07-01",
        link=LAW_DATABASE,
    )
    return (measures, law) if new else (measures,)


def paid_by_the_month() -> tuple[LegalBasis, ...]:
    """That assistance is paid by the month and follows the circumstances: what is paid short or above is not that."""
    return assistance_law(
        "第十二条、第十三条",
        "按月发给最低生活保障金；家庭情况变化的，应当及时决定增发、减发或者停发",
        "assistance is paid by the month; where circumstances change, it is to be raised, lowered or stopped in time",
        "第十八条、第四十七条",
        "按月发放最低生活保障金；可以根据变化情况作出相应调整",
        "assistance is paid by the month, and may be adjusted to changed circumstances",
    )
