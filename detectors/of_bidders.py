"""Detectors of ties between bidders, and of the rules of a procedure, in the order they are shown."""

from __future__ import annotations

from typing import Final

from detectors.bidders import (
    affiliate_of_debarred,
    agency_bids,
    bidder_controls_bidder,
    bidder_linked_to_buyer,
    bidder_linked_to_service_party,
    common_beneficial_owner,
    common_controller,
    common_shareholder,
    concert_partners,
    consortium_member_bids_twice,
    cross_holding,
    founded_for_one_tender,
    loser_becomes_subcontractor,
    possible_same_person,
    related_persons,
    same_bid_author,
    same_bid_handler,
    same_deposit_account,
    same_legal_representative,
    same_project_member,
    same_upload_device,
    shared_contact,
    shared_officer,
    winner_declines,
)
from detectors.definition import Detector
from detectors.procedure import (
    contract_overdue,
    deposit_above_limit,
    fewer_than_three_bidders,
    re_subcontract,
    short_bid_period,
    whole_works_passed_on,
)

BIDDER_DETECTORS: Final[tuple[Detector, ...]] = (
    same_legal_representative.DETECTOR,
    bidder_controls_bidder.DETECTOR,
    common_controller.DETECTOR,
    common_beneficial_owner.DETECTOR,
    common_shareholder.DETECTOR,
    cross_holding.DETECTOR,
    concert_partners.DETECTOR,
    possible_same_person.DETECTOR,
    shared_officer.DETECTOR,
    related_persons.DETECTOR,
    shared_contact.DETECTOR,
    bidder_linked_to_buyer.DETECTOR,
    agency_bids.DETECTOR,
    bidder_linked_to_service_party.DETECTOR,
    same_deposit_account.DETECTOR,
    same_bid_handler.DETECTOR,
    same_bid_author.DETECTOR,
    same_upload_device.DETECTOR,
    same_project_member.DETECTOR,
    affiliate_of_debarred.DETECTOR,
    founded_for_one_tender.DETECTOR,
    winner_declines.DETECTOR,
    consortium_member_bids_twice.DETECTOR,
    fewer_than_three_bidders.DETECTOR,
    short_bid_period.DETECTOR,
    contract_overdue.DETECTOR,
    deposit_above_limit.DETECTOR,
    loser_becomes_subcontractor.DETECTOR,
    re_subcontract.DETECTOR,
    whole_works_passed_on.DETECTOR,
)
