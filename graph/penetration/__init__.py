"""Looking through ownership: effective shares, control, and the chains that prove them."""

from graph.penetration.control import Rule, rule_of
from graph.penetration.controller import ControlAnswer, Controller, controller
from graph.penetration.days import DateError
from graph.penetration.in_play import holders_in_play
from graph.penetration.owners import Owner
from graph.penetration.ownership import Ownership, UnknownCompanyError
from graph.penetration.paths import Path, Paths
from graph.penetration.penetrate import Penetration, UnknownMethodError, connecting_paths, penetrate
from graph.penetration.register import Register
from graph.penetration.shares import METHOD_NAMES, METHODS, Method
from graph.penetration.tables import OwnershipError, OwnershipTables

__all__ = [
    "METHODS",
    "METHOD_NAMES",
    "ControlAnswer",
    "Controller",
    "DateError",
    "Method",
    "Owner",
    "Ownership",
    "OwnershipError",
    "OwnershipTables",
    "Path",
    "Paths",
    "Penetration",
    "Register",
    "Rule",
    "UnknownCompanyError",
    "UnknownMethodError",
    "connecting_paths",
    "controller",
    "holders_in_play",
    "penetrate",
    "rule_of",
]
