"""Whether a lot's only bid on record was its only bid: by the list in which it stands; on both stores."""

from __future__ import annotations

from detectors.procedure import fewer_than_three_bidders
from tests.detectors.bidder_world import Found, World, found_on_both, ids

FEW = "fewer-than-three-bidders"


def lot(w: World, tender: str, *statuses: str | None) -> None:
    w.tender(tender, awarded_on="2025-03-10")
    for n, status in enumerate(statuses):
        w.bid(tender, f"{tender}-{n}", status=status, amount=1_000_000 + n)


def of_bids(w: World) -> None:
    """A list of whoever bid: one lot, and one of candidates, have none that lost."""
    for tender in ("ALL-1", "ALL-2", "ALL-3"):
        lot(w, tender, "中标", "未中标", "未中标")
    lot(w, "SOLE", "中标")
    lot(w, "TWO", "第一中标候选人", "第二中标候选人")
    lot(w, "THREE", "第一中标候选人", "第二中标候选人", "第三中标候选人")


def of_results(w: World) -> None:
    """A list of results, one lot of which names who lost."""
    for tender in ("R-1", "R-2", "R-3"):
        lot(w, tender, "中标")
    lot(w, "R-ALL", "中标", "未中标", "未中标")
    lot(w, "R-LOST", "中标", "未中标")


def alone(w: World) -> None:
    """A list of one lot."""
    lot(w, "ALONE", "中标")


bids = found_on_both(of_bids, (fewer_than_three_bidders.DETECTOR,))
results = found_on_both(of_results, (fewer_than_three_bidders.DETECTOR,))
single = found_on_both(alone, (fewer_than_three_bidders.DETECTOR,))


def test_in_a_list_that_names_who_lost_elsewhere_a_lone_winner_is_for_review(bids: Found) -> None:
    for tender, parties in (("SOLE", ids("SOLE-0")), ("TWO", ids("TWO-0", "TWO-1"))):
        hit = bids.one(FEW, tender)
        # What the list leaves out is taken for granted, and not stated.
        assert (hit.subjects, hit.severity, hit.facts["taken_for_whole"]) == (parties, "review", True)
        assert "同一名单载有其他标段未中标的投标人，故按完整名单计，须核对" in hit.text["zh"]
        assert "taken for a whole one: verify" in hit.text["en"]
        assert bids.undecided(FEW, tender) == []
    assert bids.of(FEW, "THREE") == bids.of(FEW, "ALL-1") == []


def test_in_a_list_of_results_a_lone_winner_decides_nothing(results: Found, single: Found) -> None:
    for tender in ("R-1", "R-2", "R-3"):
        assert results.of(FEW, tender) == []
        assert results.undecided(FEW, tender) == [ids(f"{tender}-0")]
    assert single.of(FEW, "ALONE") == []
    assert single.undecided(FEW, "ALONE") == [ids("ALONE-0")]
    # Who lost is named: the lot itself tells how many bid.
    assert results.one(FEW, "R-LOST").severity == "prohibited"
