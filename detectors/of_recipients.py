"""Detectors of recipients of benefits, in the order they are shown."""

from __future__ import annotations

from typing import Final

from detectors.definition import Detector
from detectors.recipients import (
    duplicate_benefit,
    eligible_not_receiving,
    household_multi_property,
    household_property_through_company,
    household_size_change,
    in_prison,
    non_local_hukou,
    officials_relative,
    overpayment,
    paid_after_death,
    paid_after_leaving,
    shared_payee_account,
    undeclared_means,
    underpayment,
)

RECIPIENT_DETECTORS: Final[tuple[Detector, ...]] = (
    household_multi_property.DETECTOR,
    household_property_through_company.DETECTOR,
    non_local_hukou.DETECTOR,
    paid_after_death.DETECTOR,
    household_size_change.DETECTOR,
    paid_after_leaving.DETECTOR,
    in_prison.DETECTOR,
    undeclared_means.DETECTOR,
    duplicate_benefit.DETECTOR,
    shared_payee_account.DETECTOR,
    officials_relative.DETECTOR,
    eligible_not_receiving.DETECTOR,
    underpayment.DETECTOR,
    overpayment.DETECTOR,
)
