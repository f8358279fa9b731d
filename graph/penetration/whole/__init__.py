"""A whole register at once: the effective share of every holder in every company, and who controls each."""

from graph.penetration.whole.answer import COLUMNS, WholeReport, check_method, check_threshold, write_shares
from graph.penetration.whole.links import ROWS, Whole
from graph.penetration.whole.writing import check_target

__all__ = [
    "COLUMNS",
    "ROWS",
    "Whole",
    "WholeReport",
    "check_method",
    "check_target",
    "check_threshold",
    "write_shares",
]
