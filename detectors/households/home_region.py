"""Which district rosters are of that name none: the operator says it, in a local rule."""

from __future__ import annotations

from typing import Final

from detectors.definition import Parameter
from detectors.households.paid import Recipient
from detectors.rules.places import names_district
from detectors.rules.values import Settled

HOME_REGION: Final = Parameter(
    "home_region",
    "",
    "",
    "名册的发放地空缺或只写街道、乡镇、村居的，属于此区县（写至区县，如榕城市东湖区，或其代码；名册属于几个区县的，按街道、乡镇分别写规则；空为不知道）",
    "the district of rosters whose paying place is missing, or a subdistrict, town or village alone (down to the district, or "
    "its code; where the rosters are of several districts, one rule for each town; empty: not known)",
    form=r"([0-9]{6,12}|.*[市区县旗])?",
)


def paying_place(of: Recipient, month: str, rule: Settled) -> str:
    """The place that pays in the month, below the district that the rule states where it names none itself."""
    place, home = of.paying(month), str(rule[HOME_REGION.name])
    if not home or (place and (place.isdigit() or names_district(place))):
        return place
    # Registrations written as codes compare with a code alone.
    return home if home.isdigit() else f"{home}{place}"
