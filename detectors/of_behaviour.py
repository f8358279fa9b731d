"""Detectors of how firms bid, in the order they are shown: they strengthen a tie and never stand alone."""

from __future__ import annotations

from typing import Final

from detectors.behaviour import (
    bid_rotation,
    co_bidding_group,
    habitual_loser,
    price_screens,
    regular_price_difference,
    serial_winner,
)
from detectors.definition import Detector

BEHAVIOUR_DETECTORS: Final[tuple[Detector, ...]] = (
    regular_price_difference.DETECTOR,
    co_bidding_group.DETECTOR,
    bid_rotation.DETECTOR,
    habitual_loser.DETECTOR,
    serial_winner.DETECTOR,
    price_screens.DETECTOR,
)
