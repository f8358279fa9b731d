"""A whole register at once: the effective share of every holder in every company, and who controls each."""

from graph.penetration.whole.answer import COLUMNS, WholeReport, check_method, write_shares
from graph.penetration.whole.deciding import CONTROL_COLUMNS, ControlReport, write_controllers
from graph.penetration.whole.links import ROWS, Whole
from graph.penetration.whole.writing import check_target

__all__ = [
    "COLUMNS",
    "CONTROL_COLUMNS",
    "ROWS",
    "ControlReport",
    "Whole",
    "WholeReport",
    "check_method",
    "check_target",
    "write_controllers",
    "write_shares",
]
