"""Bidders linked to the buyer, the agent, a designer or an evaluator of their own tender, on both stores."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from detectors.bidders import agency_bids, bidder_linked_to_buyer, bidder_linked_to_service_party
from tests.detectors.bidder_world import Found, World, found_on_both, ids, name

BUYER, SERVICE, AGENCY = (
    "bidder-linked-to-buyer",
    "bidder-linked-to-service-party",
    "agency-bids-in-its-tender",
)

SERVICES = (
    (None, "监理单位"),
    ("监理", "监理单位"),
    ("虚构道路工程施工监理服务（二次）", "监理单位"),
    ("虚构道路工程全过程工程咨询", "监理单位"),
    ("勘察设计", "设计单位"),
    ("JL-2标监理", "监理单位"),
    ("全过程造价咨询", "造价咨询单位"),
)
"""Titles of lots for a service, each with the role of who does it."""
OTHER_LOTS = (
    ("施工", "监理单位"),
    ("施工、监理", "监理单位"),
    ("监理", "设计单位"),
    ("设计施工总承包", "设计单位"),
    ("勘察设计院办公楼工程", "设计单位"),
    ("管网工程（不含设计）", "设计单位"),
)
"""Titles of lots that are something else than what a party is named for."""


def bought(w: World, tender: str, buyer: str, *bidders: str, **more: Any) -> None:
    w.lot(tender, *bidders, buyer_id=buyer, buyer_name=name(buyer), **more)


def serves(w: World, tender: str, role: str, **party: str) -> None:
    w.add("tender_parties", tender_id=tender, role=role, **party)


def build(w: World) -> None:
    # The buyer holds a bidder through another; holds none; held one until the bid date.
    bought(w, "HOLDS", "Y1", "A1", "A2")
    w.holds("Y1", "M1", 100)
    w.holds("M1", "A1", 40)
    bought(w, "SOLD", "Y2", "A3", "A4")
    w.holds("Y2", "A3", 40, valid_from="2020-01-01", valid_to="2025-03-01")
    # One company controls buyer and bidder; a state holder does; a state body holds a bidder.
    bought(w, "GROUP", "Y3", "A5", "A6")
    w.holds("G1", "Y3", 60)
    w.holds("G1", "A5", 60)
    bought(w, "STATE", "Y4", "A7", "A8")
    w.add("companies", id="S1", name="虚构市国有资产监督管理委员会", kind="国资委")
    for company in ("Y4", "A7"):
        w.holds("S1", company, 100, holder_name="虚构市国有资产监督管理委员会", holder_kind="国资委")
    # People: the buyer's official directs a bidder; his spouse owns one through a company; a namesake; a past post.
    bought(w, "POST", "Y5", "B1", "B2")
    w.add("officials", person_id="P1", person_name="测试人一", unit_id="Y5", post="工程科科长")
    w.post("P1", "B1", role="董事")
    bought(w, "NOMINEE", "Y9", "B9", "B10")
    w.add("officials", person_id="P9", person_name="测试人九", unit_id="Y9", post="科员")
    for company in ("B9", *(f"N{n}" for n in range(20))):
        w.post("P9", company, role="监事")
    bought(w, "KIN", "Y6", "B3", "B4")
    w.add("officials", person_id="P2", person_name="测试人二", unit_id="Y6", post="局长")
    w.add("relatives", person_id="P2", relative_id="P3", relation="配偶")
    w.holds("P3", "M2", 100)
    w.holds("M2", "B3", 30)
    bought(w, "PAST", "Y7", "B5", "B6")
    w.add(
        "officials", person_id="P4", person_name="测试人四", unit_id="Y7", post="科员", valid_to="2020-01-01"
    )
    w.post("P4", "B5", role="监事")
    # An official of the buyer has sold his stake in a bidder; another bought one later; one sold a part alone.
    for tender, buyer, bidder, span in (
        ("PAST-SHARES", "Y20", "B20", {"valid_to": "2024-12-31"}),
        ("LATER-SHARES", "Y21", "B21", {"valid_from": "2025-04-01"}),
        ("PART-SHARES", "Y22", "B22", {"valid_to": "2024-12-31"}),
    ):
        bought(w, tender, buyer, bidder, f"{bidder}X")
        w.add("officials", person_id=f"P{buyer}", person_name=f"测试人P{buyer}", unit_id=buyer, post="科员")
        w.holds(f"P{buyer}", bidder, 30, **span)
        if tender == "PART-SHARES":
            w.holds(f"P{buyer}", bidder, 10, valid_from="2024-12-31")
    bought(w, "NAME", "Y8", "B7", "B8")
    w.add("positions", person_name="测试人同名", company_id="Y8", role="法定代表人")
    w.add("positions", person_name="测试人同名", company_id="B7", role="法定代表人")
    # The name stands above a bidder, through one company and through three, and at the buyer.
    for tender, buyer, bidder, layers in (("NAME-UP", "YA", "BA", 1), ("NAME-UP-3", "YB", "BB", 3)):
        bought(w, tender, buyer, bidder, f"{bidder}X")
        chain = [*(f"{bidder}M{n}" for n in range(layers)), bidder]
        w.add("positions", person_name=f"测试人{tender}", company_id=buyer, role="法定代表人")
        w.add(
            "shareholdings",
            company_id=chain[0],
            holder_name=f"测试人{tender}",
            holder_kind="自然人",
            share_percent=60,
        )
        for above, below in pairwise(chain):
            w.holds(above, below, 60)
    # Two numbers, and a stake sold before the bid, are no namesakes to be looked up.
    for tender, buyer, bidder, number, more in (
        ("NAME-UP-IDS", "YC", "BC", "PNC1", {}),
        ("NAME-UP-SOLD", "YD", "BD", None, {"valid_to": "2025-03-01"}),
    ):
        bought(w, tender, buyer, bidder, f"{bidder}X")
        w.add(
            "positions",
            person_id=number and "PNC2",
            person_name=f"测试人{tender}",
            company_id=buyer,
            role="法定代表人",
        )
        w.add(
            "shareholdings",
            company_id=f"{bidder}M",
            holder_id=number,
            holder_name=f"测试人{tender}",
            holder_kind="自然人",
            share_percent=60,
            **more,
        )
        w.holds(f"{bidder}M", bidder, 60)

    bought(w, "NAME-PAST", "Y10", "B11", "B12")
    w.add("positions", person_name="测试人旧名", company_id="Y10", role="法定代表人", valid_to="2020-01-01")
    w.add("positions", person_name="测试人旧名", company_id="B11", role="法定代表人")
    # An evaluator of whom the name alone is known, and a shareholder of that name.
    w.lot("JUDGE-NAME", "C8", "C9")
    serves(w, "JUDGE-NAME", "评标专家", party_name="测试人评委")
    w.add("shareholdings", company_id="C8", holder_name="测试人评委", holder_kind="自然人", share_percent=5)

    # An evaluator owns part of a bidder; another owns a company outside the lot; one sits on a board.
    w.lot("JUDGE", "C1", "C2")
    serves(w, "JUDGE", "评标专家", party_id="P10", party_name="测试人十")
    w.holds("P10", "C1", 5)
    w.lot("JUDGE-ELSE", "C3", "C4")
    serves(w, "JUDGE-ELSE", "评标专家", party_id="P11", party_name="测试人十一")
    w.holds("P11", "C5", 50)
    w.lot("JUDGE-BOARD", "C6", "C7")
    serves(w, "JUDGE-BOARD", "评标专家", party_id="P12", party_name="测试人十二")
    w.post("P12", "C6", role="监事")
    # A designer bids: barred in government procurement, for review in construction; not from a single source.
    for tender, more in (
        ("DESIGN-GP", {"regime": "政府采购"}),
        ("DESIGN-SINGLE", {"regime": "政府采购", "method": "单一来源"}),
        ("DESIGN", {}),
    ):
        w.lot(tender, "D1", "D2", **more)
        serves(w, tender, "设计单位", party_id="D1", party_name=name("D1"))
    for n, (title, _) in enumerate((*SERVICES, *OTHER_LOTS)):
        w.bid(f"OWN-{n}", f"OWN{n}A")
        w.bid(f"OWN-{n}", f"OWN{n}B")
        # The lot's own title goes first; one that only numbers it says nothing.
        w.add("lots", id="1", tender_id=f"OWN-{n}", title=title or "第1标段")
        w.tender(f"OWN-{n}", title="虚构道路工程" if title else "虚构道路工程监理", regime="政府采购")
        serves(
            w, f"OWN-{n}", (*SERVICES, *OTHER_LOTS)[n][1], party_id=f"OWN{n}A", party_name=name(f"OWN{n}A")
        )
    # It is the supervisor of a lot for supervision, and a rival is tied to it; it designed the project, too.
    for tender, party in (("OWN-RIVAL", "R1"), ("OWN-BOTH", "R3")):
        w.lot(tender, party, f"{party}X", title="虚构道路工程监理")
        serves(w, tender, "监理单位", party_id=party, party_name=name(party))
    serves(w, "OWN-BOTH", "设计单位", party_id="R3", party_name=name("R3"))
    w.holds("R1", "R1X", 60)
    # A supervisor under the bidder's control; an agent that bids; an agent of another tender that bids.
    w.lot("SUPERVISE", "E1", "E2")
    serves(w, "SUPERVISE", "监理单位", party_id="J1", party_name=name("J1"))
    w.holds("E1", "J1", 70)
    w.lot("AGENT", "F1", "F2")
    serves(w, "AGENT", "招标代理", party_id="F1", party_name=name("F1"))
    for tender, deadline in (("AGENT-GP", "2025-03-01"), ("AGENT-GP-BEFORE", "2016-03-01")):
        w.lot(tender, "F1", "F2", regime="政府采购", deadline=deadline)
        serves(w, tender, "招标代理", party_id="F1", party_name=name("F1"))
    w.lot("AGENT-ELSE", "F1", "F3")
    serves(w, "AGENT-ELSE", "招标代理", party_id="F9", party_name=name("F9"))
    w.lot("HANDLED", "F4", "F5")
    serves(w, "HANDLED", "招标代理", party_id="F8", party_name=name("F8"))
    w.post("P20", "F8", role="总经理")
    w.add(
        "bid_people",
        tender_id="HANDLED",
        lot_id="1",
        bidder_id="F4",
        bidder_name=name("F4"),
        role="经办人",
        person_id="P20",
        person_name="测试人P20",
    )


found = found_on_both(
    build,
    (bidder_linked_to_buyer.DETECTOR, bidder_linked_to_service_party.DETECTOR, agency_bids.DETECTOR),
)


def how(found: Found, detector: str, tender: str) -> list[str]:
    (bidder,) = found.one(detector, tender).facts["bidders"]
    return [link["how"] for link in bidder["links"]]


def by_name(found: Found, tender: str) -> list[tuple[str, ...]]:
    """Whom nothing but a name ties to the buyer."""
    gaps = found.undecided(BUYER, tender)
    return [g for g in gaps if any(s.startswith("person") for s in g)]


def test_the_buyer_holds_a_bidder_through_another(found: Found) -> None:
    hit = found.one(BUYER, "HOLDS")
    assert (hit.subjects, hit.severity) == (ids("A1"), "review")
    assert hit.facts["bidders"][0]["links"][0]["share"] == 0.4
    assert "local:M1" in hit.evidence.nodes
    assert len(hit.evidence.keys) >= 3
    assert found.suppressed(BUYER, "SOLD") == "ended"
    (sold,) = found.of(BUYER, "SOLD")
    assert "（2020-01-01至2025-03-01，投标日已不存续）" in sold.text["zh"]
    assert "from 2020-01-01 until 2025-03-01, no more at the bid" in sold.text["en"]
    assert (
        sold.suppressed_by is not None
        and "期间为2020-01-01至2025-03-01，投标日为2025-03-01" in sold.suppressed_by["reason"]
    )
    (link,) = sold.facts["bidders"][0]["links"]
    assert (link["when"], link["from"], link["to"]) == ("ended", "2020-01-01", "2025-03-01")


def test_one_controller_of_both_unless_it_is_the_state(found: Found) -> None:
    assert how(found, BUYER, "GROUP") == ["controller"]
    assert found.suppressed(BUYER, "STATE") == "state"


def test_the_buyers_people_and_their_kin(found: Found) -> None:
    assert how(found, BUYER, "POST") == ["person"]
    hit = found.one(BUYER, "KIN")
    assert [link["how"] for link in hit.facts["bidders"][0]["links"]] == ["kin"]
    assert {"person.local:P2", "person.local:P3", "local:M2"} <= set(hit.evidence.nodes)
    assert found.suppressed(BUYER, "PAST") == "ended"
    assert "至2020-01-01，投标日已不存续" in found.of(BUYER, "PAST")[0].text["zh"]
    for tender, said in (("PAST-SHARES", "至2024-12-31"), ("LATER-SHARES", "2025-04-01才开始")):
        assert found.suppressed(BUYER, tender) == "ended", tender
        assert said in found.of(BUYER, tender)[0].text["zh"], tender
    assert "10.00%" in found.one(BUYER, "PART-SHARES").text["zh"]
    assert found.of(BUYER, "NAME") == []
    (gap,) = by_name(found, "NAME")
    assert set(ids("B7")) < set(gap)
    assert sum(s.startswith("person") for s in gap) == 2
    assert by_name(found, "NAME-PAST") == []
    for tender, bidder in (("NAME-UP", "BA"), ("NAME-UP-3", "BB")):
        (gap,) = by_name(found, tender)
        assert gap[0] == ids(bidder)[0]
        assert sum(s.startswith("person") for s in gap) == 2
    for tender in ("NAME-UP-IDS", "NAME-UP-SOLD"):
        assert found.of(BUYER, tender) == [] and by_name(found, tender) == []
    assert found.suppressed(BUYER, "NOMINEE") == "hub"


def test_evaluators(found: Found) -> None:
    assert how(found, SERVICE, "JUDGE") == ["holds"]
    assert how(found, SERVICE, "JUDGE-BOARD") == ["person"]
    assert "测试人P12为虚构C6建设有限公司的监事" in found.one(SERVICE, "JUDGE-BOARD").text["zh"]
    assert found.of(SERVICE, "JUDGE-ELSE") == []
    assert found.of(SERVICE, "JUDGE-NAME") == []
    (gap,) = [g for g in found.undecided(SERVICE, "JUDGE-NAME") if set(ids("C8")) < set(g)]
    assert len(gap) == 3
    # Nor is anything known of him to compare with bidders, nor of the bidders' owners to compare with him.
    assert len(found.undecided(SERVICE, "JUDGE-NAME")) == 3


def test_a_designer_that_bids(found: Found) -> None:
    assert found.one(SERVICE, "DESIGN-GP").severity == "prohibited"
    assert found.one(SERVICE, "DESIGN").severity == "review"
    assert found.one(SERVICE, "DESIGN-SINGLE").severity == "review"


def test_who_bids_for_the_very_service_it_is_named_for(found: Found) -> None:
    for n, titled in enumerate(SERVICES):
        assert found.suppressed(SERVICE, f"OWN-{n}") == "own-service", titled
    for n, titled in enumerate(OTHER_LOTS, len(SERVICES)):
        hit = found.one(SERVICE, f"OWN-{n}")
        assert (hit.severity, hit.subjects) == ("prohibited", ids(f"OWN{n}A")), titled
    (numbered,) = found.of(SERVICE, "OWN-0")
    assert numbered.suppressed_by is not None
    said = "所投的“虚构道路工程监理”就是其作为监理单位所承担的服务"
    assert said in numbered.suppressed_by["reason"]
    # A rival of it is tied to it none the less; a party that designed the project, too, is told as before.
    rival = found.one(SERVICE, "OWN-RIVAL")
    assert (rival.subjects, how(found, SERVICE, "OWN-RIVAL")) == (ids("R1X"), ["holds"])
    assert found.one(SERVICE, "OWN-BOTH").subjects == ids("R3")


def test_a_supervisor_under_a_bidder(found: Found) -> None:
    hit = found.one(SERVICE, "SUPERVISE")
    assert hit.subjects == ids("E1")
    assert hit.facts["bidders"][0]["links"][0]["how"] == "held"


def test_an_agency_in_its_own_tender(found: Found) -> None:
    assert found.one(AGENCY, "AGENT").subjects == ids("F1")
    assert found.of(SERVICE, "AGENT") == []
    assert found.of(AGENCY, "AGENT-ELSE") == []
    assert how(found, SERVICE, "HANDLED") == ["person"]


def test_what_no_article_of_its_time_and_regime_forbids_is_for_review(found: Found) -> None:
    now, before = found.one(AGENCY, "AGENT-GP"), found.one(AGENCY, "AGENT-GP-BEFORE")
    assert (now.severity, [b["article"] for b in now.basis]) == ("prohibited", ["第八条第二款"])
    assert (before.severity, before.basis) == ("review", ())
