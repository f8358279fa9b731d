"""Labelled scenes of what stands in the name of the dead, or behind a cooperative: set aside beside a household."""

from __future__ import annotations

from lookthrough.demo.labelled.households import HOMES, MEANS, THROUGH
from lookthrough.demo.labelled.tables import Labelled, Party

_DIED = "2024-05-01"


def plant_estates(w: Labelled) -> None:
    """Plant them."""
    for living in (True, False):
        head, other = w.person(), _spouse(w, living)
        w.home((head, 100))
        w.home((other, 100))
        scope = w.household(head, other)
        if living:
            w.finding(HOMES, scope, (scope,), "夫妻各有一套住房")
        else:
            w.suppressed(HOMES, scope, (scope,), "estate", "第二套登记在发放前已去世的配偶名下")
    head, other = w.person(), _spouse(w, False)
    w.home((head, 100))
    w.home((w.owned(w.company(), (other, 100)), 100))
    scope = w.household(head, other)
    w.suppressed(THROUGH, scope, (scope,), "estate", "另一套由已去世的配偶全资的企业持有")
    w.suppressed(MEANS, scope, (scope,), "estate", "企业股权登记在已去世的配偶名下")
    head = w.person()
    w.home((head, 100))
    w.home((w.owned(w.company(kind="农民专业合作社"), (head, 100)), 100))
    scope = w.household(head)
    w.suppressed(THROUGH, scope, (scope,), "cooperative", "另一套由农民专业合作社持有")
    w.suppressed(MEANS, scope, (scope,), "cooperative", "出资的是农民专业合作社")


def _spouse(w: Labelled, living: bool) -> Party:
    return w.person() if living else w.person(died_on=_DIED)
