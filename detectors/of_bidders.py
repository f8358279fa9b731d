"""Detectors of ties between bidders, and of the rules of a procedure, in the order they are shown."""

from __future__ import annotations

from typing import Final

from detectors import (
    agency_bids,
    bidder_controls_bidder,
    bidder_linked_to_buyer,
    bidder_linked_to_service_party,
    common_beneficial_owner,
    common_controller,
    common_shareholder,
    consortium_member_bids_twice,
    contract_overdue,
    cross_holding,
    deposit_above_limit,
    fewer_than_three_bidders,
    founded_for_one_tender,
    loser_becomes_subcontractor,
    re_subcontract,
    same_bid_author,
    same_bid_handler,
    same_deposit_account,
    same_legal_representative,
    same_project_member,
    same_upload_device,
    shared_contact,
    shared_officer,
    short_bid_period,
    whole_works_passed_on,
)
from detectors.definition import Detector

BIDDER_DETECTORS: Final[tuple[Detector, ...]] = (
    same_legal_representative.DETECTOR,
    bidder_controls_bidder.DETECTOR,
    common_controller.DETECTOR,
    common_beneficial_owner.DETECTOR,
    common_shareholder.DETECTOR,
    cross_holding.DETECTOR,
    shared_officer.DETECTOR,
    shared_contact.DETECTOR,
    bidder_linked_to_buyer.DETECTOR,
    bidder_linked_to_service_party.DETECTOR,
    agency_bids.DETECTOR,
    same_deposit_account.DETECTOR,
    same_bid_handler.DETECTOR,
    same_bid_author.DETECTOR,
    same_upload_device.DETECTOR,
    same_project_member.DETECTOR,
    founded_for_one_tender.DETECTOR,
    consortium_member_bids_twice.DETECTOR,
    fewer_than_three_bidders.DETECTOR,
    short_bid_period.DETECTOR,
    contract_overdue.DETECTOR,
    deposit_above_limit.DETECTOR,
    loser_becomes_subcontractor.DETECTOR,
    re_subcontract.DETECTOR,
    whole_works_passed_on.DETECTOR,
)
