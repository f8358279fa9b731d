"""The law of social assistance (社会救助) that detectors of recipients cite, before and from 2026-07-01."""

from __future__ import annotations

from detectors.definition import LegalBasis
from detectors.law_texts import LAW_DATABASE


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
