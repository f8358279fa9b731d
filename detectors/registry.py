"""Every detector of the product, in the order they are shown."""

from __future__ import annotations

from typing import Final

from detectors import household_multi_property
from detectors.definition import Detector
from detectors.of_bidders import BIDDER_DETECTORS
from detectors.runner import UnknownDetectorError

DETECTORS: Final[tuple[Detector, ...]] = (
    *BIDDER_DETECTORS,
    household_multi_property.DETECTOR,
)


def chosen(ids: list[str] | None) -> tuple[Detector, ...]:
    """The detectors of these ids, or all. Raises `UnknownDetectorError`."""
    if not ids:
        return DETECTORS
    by_id = {d.id: d for d in DETECTORS}
    for id_ in ids:
        if id_ not in by_id:
            raise UnknownDetectorError(id_, list(by_id))
    wanted = set(ids)
    # A weaker tier needs its stronger one beside it, to know what is reported already.
    return tuple(d for d in DETECTORS if d.id in wanted)
