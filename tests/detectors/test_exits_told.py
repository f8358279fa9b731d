"""A list without a date names a holder who left by another row: what ties bidders says so, on both stores."""

from __future__ import annotations

from detectors.bidders import common_controller, common_shareholder
from tests.detectors.bidder_world import Found, World, found_on_both

CONTROLLER, SHAREHOLDER = "common-controller", "common-shareholder"


def build(w: World) -> None:
    # In a list without a date, and among the former holders; further up; before the exit; ended in one and the same list.
    for tender, more in (
        ("LISTED", {}),
        ("ABOVE", {}),
        ("EARLIER", {"deadline": "2024-02-29"}),
        ("TWICE", {}),
        ("PLAIN", {}),
    ):
        one, other, holder = f"{tender}1", f"{tender}2", f"P{tender}"
        w.lot(tender, one, other, **more)
        company = f"{tender}M" if tender == "ABOVE" else one
        w.holds(holder, company, 20)
        w.holds(f"{holder}X", company, 40)
        if tender == "ABOVE":
            w.holds(company, one, 60)
        w.holds(holder, other, 55)
        if tender not in ("TWICE", "PLAIN"):
            w.holds(holder, company, 20, valid_to="2024-03-01", list_kind="历史股东")
        if tender == "TWICE":
            w.holds(holder, company, 20, valid_to="2024-03-01")


found = found_on_both(build, (common_controller.DETECTOR, common_shareholder.DETECTOR))
SAID = ("另有记录称已于2024-03-01退出", "another row says ended on 2024-03-01")


def test_the_exit_is_told_beside_the_share(found: Found) -> None:
    for tender, company in (("LISTED", "LISTED1"), ("ABOVE", "ABOVEM")):
        hit = found.one(SHAREHOLDER, tender)
        assert SAID[0] in hit.text["zh"] and SAID[1] in hit.text["en"], tender
        left = next(b["left"] for b in hit.facts["bidders"] if b["id"] == f"local:{tender}1")
        assert left == [
            {"holder": f"person.local:P{tender}", "company": f"local:{company}", "left_on": "2024-03-01"}
        ]
    plain, listed = (found.one(SHAREHOLDER, t) for t in ("PLAIN", "LISTED"))
    assert len(listed.evidence.keys) == len(plain.evidence.keys) + 1


def test_before_the_exit_nothing_is_in_doubt(found: Found) -> None:
    for tender in ("EARLIER", "PLAIN"):
        hit = found.one(SHAREHOLDER, tender)
        assert "退出" not in hit.text["zh"] and "left" not in hit.facts["bidders"][0], tender
        # What both rows state is one holding.
        assert hit.facts["bidders"][0]["share"] == 0.2


def test_one_holding_stated_with_and_without_its_end_is_over(found: Found) -> None:
    assert found.suppressed(SHAREHOLDER, "TWICE") == "ended"
    assert found.of(CONTROLLER, "TWICE") == []
