"""The labelled scenes: for every detector a true case, a near miss and an innocent twin, and what must be said of each.

Each scene has a tender, or a household, of its own, and parties nobody else has. What is expected is worked out by
hand from the law and the data planted, before the data are written, and by none of the product's own code.
"""

from __future__ import annotations

from lookthrough.demo.labelled.behaviour import plant_behaviour
from lookthrough.demo.labelled.branches import plant_branches
from lookthrough.demo.labelled.control import plant_control
from lookthrough.demo.labelled.documents import plant_accounts_of_two_tenders, plant_documents
from lookthrough.demo.labelled.estates import plant_estates
from lookthrough.demo.labelled.explained import plant_explained
from lookthrough.demo.labelled.explained_bids import plant_explained_bids
from lookthrough.demo.labelled.explained_payments import plant_explained_payments
from lookthrough.demo.labelled.households import (
    plant_by_no_means,
    plant_households,
    plant_sold_on,
    plant_spelt_regions,
)
from lookthrough.demo.labelled.left import plant_left
from lookthrough.demo.labelled.means import (
    plant_means,
    plant_on_file,
    plant_overpaid,
    plant_paid_after_declining,
)
from lookthrough.demo.labelled.patterns import plant_no_patterns
from lookthrough.demo.labelled.payments import plant_payments
from lookthrough.demo.labelled.persons import plant_persons
from lookthrough.demo.labelled.procedure import plant_of_two_tenders, plant_procedure
from lookthrough.demo.labelled.ruled import RULES, plant_ruled
from lookthrough.demo.labelled.shareholders import (
    plant_nominating_companies,
    plant_nominees,
    plant_shareholders,
)
from lookthrough.demo.labelled.tables import Labelled
from lookthrough.demo.labelled.tender_parties import plant_tender_parties
from lookthrough.demo.labelled.worded import plant_worded

__all__ = ["RULES", "Labelled", "labelled"]


def labelled() -> Labelled:
    """All labelled scenes, the same each time."""
    world = Labelled()
    for plant in (
        plant_control,
        plant_shareholders,
        plant_persons,
        plant_tender_parties,
        plant_documents,
        plant_procedure,
        plant_behaviour,
        plant_households,
        plant_means,
        plant_payments,
        plant_overpaid,
        plant_on_file,
        # What was planted before keeps its numbers and prices.
        plant_paid_after_declining,
        plant_nominees,
        plant_of_two_tenders,
        plant_accounts_of_two_tenders,
        plant_sold_on,
        plant_spelt_regions,
        plant_by_no_means,
        plant_no_patterns,
        plant_explained,
        plant_worded,
        plant_ruled,
        plant_explained_bids,
        plant_explained_payments,
        plant_nominating_companies,
        plant_branches,
        plant_estates,
        plant_left,
    ):
        plant(world)
    return world
