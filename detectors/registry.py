"""Every detector of the product, in the order they are shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from detectors.definition import Detector
from detectors.of_behaviour import BEHAVIOUR_DETECTORS
from detectors.of_bidders import BIDDER_DETECTORS
from detectors.of_recipients import RECIPIENT_DETECTORS
from detectors.running.runner import UnknownDetectorError

DETECTORS: Final[tuple[Detector, ...]] = (
    *BIDDER_DETECTORS,
    *BEHAVIOUR_DETECTORS,
    *RECIPIENT_DETECTORS,
)


def chosen(ids: list[str] | None, own: tuple[Detector, ...] = ()) -> tuple[Detector, ...]:
    """The detectors of these ids, or all but those that only support others; `own`: an operator's own beside them.

    Raises `UnknownDetectorError`.
    """
    everything = (*DETECTORS, *own)
    if not ids:
        return tuple(d for d in everything if not d.support)
    by_id = {d.id: d for d in everything}
    for id_ in ids:
        if id_ not in by_id:
            raise UnknownDetectorError(id_, list(by_id))
    wanted = set(ids)
    # A weaker tier needs its stronger one beside it, to know what is reported already.
    return tuple(d for d in everything if d.id in wanted)


def whose_findings(ids: Iterable[str], own: Iterable[Detector], recorded: Iterable[str]) -> tuple[str, ...]:
    """These ids of detectors, each of the product, an operator's own, or one of which findings are recorded.

    A misspelt id has no findings, which would read as if there were nothing. Raises `UnknownDetectorError`.
    """
    wanted = tuple(ids)
    there = dict.fromkeys([*(d.id for d in (*DETECTORS, *own)), *recorded])
    for id_ in wanted:
        if id_ not in there:
            raise UnknownDetectorError(id_, list(there))
    return wanted
