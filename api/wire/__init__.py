"""The shapes of answers, for the contract and for clients. Shares are fractions; money is integer minor units.

Answers are those of the command line; what a shape does not name may be there beside it.
"""

from fastapi import Path

from api.wire.findings import (
    Detector,
    Detectors,
    Finding,
    FindingCounts,
    FindingsPage,
    LotScreened,
    RelationsAnswer,
    ScreeningAnswer,
)
from api.wire.graph import Household, HouseholdsPage, Links, Lot, LotsPage, Matches, Neighbours, Party
from api.wire.ownership import Control, Controls, History, Holdings, Owners, UltimateOwners, Ways
from api.wire.work import Inspected, Job, Loads, RunsPage, Status, UndecidedCounts, UndecidedPage

BatchId = Path(pattern=r"^b[0-9a-f]{12}$")
RejectsName = Path(pattern=r"^[\w()（） -][\w.()（） -]{0,159}$")

__all__ = [
    "BatchId",
    "Control",
    "Controls",
    "Detector",
    "Detectors",
    "Finding",
    "FindingCounts",
    "FindingsPage",
    "History",
    "Holdings",
    "Household",
    "HouseholdsPage",
    "Inspected",
    "Job",
    "Links",
    "Loads",
    "Lot",
    "LotScreened",
    "LotsPage",
    "Matches",
    "Neighbours",
    "Owners",
    "Party",
    "RejectsName",
    "RelationsAnswer",
    "RunsPage",
    "ScreeningAnswer",
    "Status",
    "UltimateOwners",
    "UndecidedCounts",
    "UndecidedPage",
    "Ways",
]
