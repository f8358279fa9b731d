"""Who ties two bidders on the bid date and left a third before: that tie is kept too, suppressed, on both stores."""

from __future__ import annotations

from detectors.bidders import common_controller, common_shareholder, same_legal_representative, shared_officer
from tests.detectors.bidder_world import Found, World, found_on_both

SHAREHOLDER, CONTROLLER = "common-shareholder", "common-controller"
REPRESENTATIVE, OFFICER = "same-legal-representative", "shared-officer"
SOLD, LEFT = "2025-02-20", "2025-02-01"


def build(w: World) -> None:
    # P sold the winner ten days before the bid; he keeps a whole bidder and a little of another.
    w.lot("SOLD", "SOLD1", "SOLD2", "SOLD3", "SOLD4")
    w.holds("PSOLD", "SOLD1", 70, valid_to=SOLD)
    w.holds("PSOLD", "SOLD2", 60)
    w.holds("PSOLD", "SOLD3", 1)
    # Two controlled on the date, a third before it: the stronger finding of the two must not hide it.
    w.lot("GROUP", "GROUP1", "GROUP2", "GROUP3")
    for n, more in (("1", {}), ("2", {}), ("3", {"valid_to": SOLD})):
        w.holds("PGROUP", f"GROUP{n}", 80, **more)
    w.lot("POST", "POST1", "POST2", "POST3")
    for n, more in (("1", {}), ("2", {}), ("3", {"valid_to": LEFT})):
        w.post("PPOST", f"POST{n}", **more)
    # In one of the two he is still an officer: nothing of it is over.
    w.lot("KEPT", "KEPT1", "KEPT2")
    w.post("PKEPT", "KEPT1", "监事")
    w.post("PKEPT", "KEPT2", "监事")
    w.post("PKEPT", "KEPT2", "董事", valid_to=LEFT)
    # One after the other; and both at once, though not at the bid, as far as is known.
    for key, role, until in (
        ("AFTER", "监事", "2023-01-01"),
        ("MEANWHILE", "监事", LEFT),
        ("LED", "法定代表人", "2023-01-01"),
    ):
        w.lot(key, f"{key}1", f"{key}2")
        w.post(f"P{key}", f"{key}1", role, valid_from="2020-01-01", valid_to=until)
        w.post(f"P{key}", f"{key}2", role, valid_from="2024-01-01")


found = found_on_both(
    build,
    (
        common_shareholder.DETECTOR,
        common_controller.DETECTOR,
        same_legal_representative.DETECTOR,
        shared_officer.DETECTOR,
    ),
)


def test_a_holding_sold_before_the_bid_stands_beside_what_is_held(found: Found) -> None:
    live, over = sorted(found.of(SHAREHOLDER, "SOLD"), key=lambda f: bool(f.suppressed_by))
    assert (live.suppressed_by, set(live.subjects)) == (None, {"local:SOLD2", "local:SOLD3"})
    assert over.suppressed_by and over.suppressed_by["rule"] == "ended"
    assert set(over.subjects) == {"local:SOLD1", "local:SOLD2", "local:SOLD3"}
    assert SOLD in over.suppressed_by["reason"] and SOLD in over.suppressed_by["reason_en"]
    assert live.fingerprint != over.fingerprint


def test_a_stronger_tie_of_others_does_not_hide_it(found: Found) -> None:
    (control,) = found.of(CONTROLLER, "GROUP")
    assert set(control.subjects) == {"local:GROUP1", "local:GROUP2"}
    (over,) = found.of(SHAREHOLDER, "GROUP")
    assert over.suppressed_by and over.suppressed_by["rule"] == "ended"
    assert "local:GROUP3" in over.subjects


def test_a_post_left_before_the_bid_stands_beside_those_held(found: Found) -> None:
    live, over = sorted(found.of(REPRESENTATIVE, "POST"), key=lambda f: bool(f.suppressed_by))
    assert set(live.subjects) == {"local:POST1", "local:POST2"}
    assert (
        over.suppressed_by and over.suppressed_by["rule"] == "ended" and LEFT in over.suppressed_by["reason"]
    )
    assert "local:POST3" in over.subjects
    (kept,) = found.of(OFFICER, "KEPT")
    assert kept.suppressed_by is None


def test_posts_one_after_the_other_are_not_said_to_be_held_together(found: Found) -> None:
    (after,), (meanwhile,) = (found.of(OFFICER, key) for key in ("AFTER", "MEANWHILE"))
    assert (
        "疑似先后在投标人" in after.text["zh"] and "have held, at different times, posts" in after.text["en"]
    )
    assert "投标日2025-03-01并未同时存续" in after.text["zh"] and "2020-01-01至2023-01-01" in after.text["zh"]
    assert "疑似于其他时期在投标人" in meanwhile.text["zh"] and "at another time" in meanwhile.text["en"]
    for f in (after, meanwhile):
        assert "同时在" not in f.text["zh"] and "截至2025" not in f.text["zh"] and "As of" not in f.text["en"]
    (led,) = found.of(REPRESENTATIVE, "LED")
    assert (
        "疑似先后同为" in led.text["zh"]
        and "at different times, the same responsible person" in led.text["en"]
    )
    (kept,) = found.of(OFFICER, "KEPT")
    assert "疑似同时在投标人" in kept.text["zh"] and "appears to hold posts" in kept.text["en"]
