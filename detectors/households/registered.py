"""Whether those who applied for a household are registered outside the district that pays."""

from __future__ import annotations

from typing import Final

from detectors.households.districts import outside
from detectors.households.paid import Recipient, applicants

_SAID: Final = {
    True: ("；户籍不在发放地", "; registered elsewhere"),
    False: ("", ""),
    None: ("；户籍情况缺失", "; registration unknown"),
}


def registered_elsewhere(of: Recipient, month: str) -> tuple[bool | None, str, str]:
    """Any of them, in a month? None where the data don't say of all; with what a sentence adds, zh and en."""
    each = [outside(m["hukou_region"], of.paying(month)) for m in applicants(of.members_in(month))]
    elsewhere = None if not each or None in each else any(each)
    return (elsewhere, *_SAID[elsewhere])
