"""Owners of the buyer and of those who serve a procedure, and parties of whom nothing is known, on both stores."""

from __future__ import annotations

from typing import Any

from detectors.bidders import bidder_linked_to_buyer, bidder_linked_to_service_party
from tests.detectors.bidder_world import Found, World, found_on_both, ids, name

BUYER, SERVICE = "bidder-linked-to-buyer", "bidder-linked-to-service-party"


def served(w: World, tender: str, **bidder: Any) -> tuple[str, str]:
    """A tender whose buyer's director is known and concerns nobody; gives its agent and its first bidder."""
    agent, first = f"{tender}-A", f"{tender}-1"
    w.lot(tender, first, f"{tender}-2", buyer_id="Y", buyer_name=name("Y"))
    w.add("tender_parties", tender_id=tender, role="招标代理", party_id=agent, party_name=name(agent))
    if bidder:
        w.add("companies", id=first, name=name(first), **bidder)
    return agent, first


def build(w: World) -> None:
    w.post("PY", "Y", role="董事")
    # A person has a part of the agent and of a bidder: at the limit, below it on both sides, of unknown size.
    for tender, of_agent, of_bidder in (
        ("HOLDER", 100, 5),
        ("AT-LIMIT", 25, 1),
        ("OTHER-SIDE", 1, 25),
        ("BELOW", 24.99, 24.99),
        ("UNKNOWN", None, 5),
    ):
        agent, first = served(w, tender)
        w.holds(f"P-{tender}", agent, 0, share_percent=of_agent)
        w.holds(f"P-{tender}", first, of_bidder)
    # Through a layer on both sides; the bidder itself is the layer; a common holder has an owner of its own.
    agent, first = served(w, "LAYERS")
    w.holds("P-LAYERS", "LAYERS-M", 60)
    w.holds("LAYERS-M", agent, 45)
    w.holds("P-LAYERS", first, 10)
    agent, first = served(w, "THROUGH")
    w.holds("P-THROUGH", first, 90)
    w.holds(first, agent, 45)
    agent, first = served(w, "ABOVE")
    w.holds("P-ABOVE", "ABOVE-H", 90)
    w.holds("ABOVE-H", agent, 30)
    w.holds("ABOVE-H", first, 30)
    # A state holder with a part of both; a fund with a little of one; a little of a listed bidder, and of a listed agent.
    agent, first = served(w, "STATE")
    w.add("companies", id="S1", name="虚构市国有资产监督管理委员会", kind="国资委")
    for company in (agent, first):
        w.holds("S1", company, 30, holder_name="虚构市国有资产监督管理委员会", holder_kind="国资委")
    for tender, share in (("FUND", 4.99), ("FUND-MORE", 5)):
        agent, first = served(w, tender)
        w.add("companies", id=f"F-{tender}", name=f"虚构{tender}基金", kind="基金")
        w.holds(f"F-{tender}", agent, 30, holder_kind="基金")
        w.holds(f"F-{tender}", first, share, holder_kind="基金")
    agent, first = served(w, "LISTED", kind="上市公司")
    w.holds("P-LISTED", agent, 100)
    w.holds("P-LISTED", first, 1)
    agent, first = served(w, "LISTED-AGENT")
    w.add("companies", id=agent, name=name(agent), kind="上市公司")
    w.holds("P-LISTED-AGENT", agent, 1)
    w.post("P-LISTED-AGENT", first, role="董事")
    # The agent's owner directs, represents and works for a bidder; did so once; owns it no more; has a number of his own.
    posts: tuple[tuple[str, dict[str, str], dict[str, str]], ...] = (
        ("DIRECTS", {"role": "董事"}, {}),
        ("REPRESENTS", {}, {}),
        ("DIRECTED", {"role": "董事", "valid_to": "2025-03-01"}, {}),
        ("SOLD", {}, {"valid_to": "2025-03-01"}),
        ("SOLD-AFTER", {}, {"valid_to": "2025-03-02"}),
    )
    for tender, post, until in posts:
        agent, first = served(w, tender)
        w.holds(f"P-{tender}", agent, 10, **until)
        w.post(f"P-{tender}", first, **post)
    agent, first = served(w, "WORKS")
    w.holds("P-WORKS", agent, 100)
    w.add(
        "bid_people",
        tender_id="WORKS",
        lot_id="1",
        bidder_id=first,
        bidder_name=name(first),
        role="项目经理",
        person_id="P-WORKS",
        person_name="测试人P-WORKS",
    )
    agent, first = served(w, "NAME")
    w.holds("", agent, 100, holder_id=None, holder_name="测试人同名", holder_kind="person")
    w.add("positions", person_name="测试人同名", company_id=first, role="法定代表人")
    # Further up: who runs a bidder owns the agent through a layer; so do kin of who holds, and of who runs, a bidder.
    for tender in ("UP", "UP-KIN-HOLDS", "UP-KIN-RUNS", "KIN", "KIN-ELSE"):
        agent, first = served(w, tender)
        if tender.startswith("UP"):
            w.holds(f"P-{tender}", f"{tender}-M", 80)
            w.holds(f"{tender}-M", agent, 80)
        else:
            w.holds(f"P-{tender}", agent, 100)
        if "KIN" in tender:
            w.add("relatives", person_id=f"P-{tender}", relative_id=f"P-{tender}-K", relation="配偶")
    w.post("P-UP", "UP-1", role="董事")
    w.holds("P-UP-KIN-HOLDS-K", "UP-KIN-HOLDS-1", 10)
    w.post("P-UP-KIN-RUNS-K", "UP-KIN-RUNS-1")
    w.holds("P-KIN-K", "KIN-1", 100)
    w.holds("P-KIN-ELSE-K", "KIN-ELSE-X", 100)
    # The stated controller of the agent, who holds nothing of it, has a part of a bidder.
    agent, first = served(w, "CONTROLLER")
    w.add("control", party_id="P-CONTROLLER", party_kind="person", company_id=agent, interest="实际控制")
    w.holds("P-CONTROLLER", first, 10)
    # The agent works on a bid, wrote one, is the contact of one; a designer too; by a short name; on a bid of its own.
    for tender, table, kind in (
        ("WORKS-ON", "bid_people", "标书制作"),
        ("WROTE", "bid_traces", "作者"),
        ("SAVED", "bid_traces", "最后修改人"),
        ("SHORT", "bid_traces", "作者"),
        ("OTHERS", "bid_traces", "作者"),
        ("OWN", "bid_traces", "作者"),
    ):
        agent, first = served(w, tender)
        of = agent if tender == "OWN" else first
        if tender == "OWN":
            w.bid(tender, agent)
        said = {"SHORT": "虚构代理", "OTHERS": name("ELSE")}.get(tender, name(agent))
        row = {"tender_id": tender, "lot_id": "1", "bidder_id": of, "bidder_name": name(of)}
        if table == "bid_people":
            w.add(table, **row, person_name=said, role=kind)
        else:
            w.add(table, **row, kind=kind, value=said)

    # The buyer is a private company.
    w.lot("PRIVATE", "PRIVATE-1", "PRIVATE-2", buyer_id="YP", buyer_name=name("YP"))
    w.holds("P-PRIVATE", "YP", 100)
    w.holds("P-PRIVATE", "PRIVATE-1", 40)

    # Nothing is known of a buyer, an agent and a designer; of a public body; of one that bids itself; of a lot nobody bid for.
    w.lot("BLANK", "Z1", "Z2", buyer_id="YB", buyer_name=name("YB"))
    for role, party in (("招标代理", "GB1"), ("设计单位", "GB2"), ("监理单位", "GB3")):
        w.add("tender_parties", tender_id="BLANK", role=role, party_id=party, party_name=name(party))
    w.post("P-GB3", "GB3", role="监事")
    for n, (buyer, kind) in enumerate(
        (
            ("虚构市第一中学", None),
            ("虚构县人民医院", None),
            ("虚构区示例建设管理中心", None),
            ("虚构单位", "事业单位"),
        )
    ):
        w.lot(f"PUBLIC-{n}", "Z1", "Z2", buyer_id=f"YG{n}", buyer_name=buyer)
        w.add("companies", id=f"YG{n}", name=buyer, kind=kind)
    w.lot("CENTRE", "Z1", "Z2", buyer_name="虚构工程咨询中心")
    w.lot("ITSELF", "Z1", "Z2", buyer_id="Z1", buyer_name=name("Z1"))
    w.lot("OWNED", "Z1", "Z2", buyer_id="YO", buyer_name=name("YO"))
    w.holds("G", "YO", 100)
    # Of the buyer the representative alone is known; of all but one bidder, or of everybody, the owners; a branch; public bodies.
    for firm in ("ZO1", "ZO2", "YH"):
        w.holds(f"P-{firm}", firm, 100)
    w.post("P-YR", "YR", role="法定代表人")
    for n, (buyer, bidders) in enumerate(
        (
            ("YR", ("ZO1", "ZO2")),
            ("YO", ("ZO1", "ZO2", "Z1")),
            ("YBR", ("ZO1", "ZO2")),
            ("YG4", ("ZO1", "ZO2")),
            ("YG4", ("ZO1", "ZO2", "Z1")),
        )
    ):
        named = {"YG4": "虚构市第二中学", "YBR": f"{name('YH')}样本分公司"}.get(buyer, name(buyer))
        w.lot(f"OWNERS-{n}", *bidders, buyer_id=buyer, buyer_name=named)
    w.add("companies", id="YG4", name="虚构市第二中学")
    w.post("P-YG4", "YG4", role="法定代表人")
    w.add("companies", id="YBR", name=f"{name('YH')}样本分公司", kind="分公司", parent_id="YH")
    w.post("P-YBR", "YBR", role="负责人")
    w.tender("NOBODY", buyer_id="YB", buyer_name=name("YB"))
    w.add("lots", id="1", tender_id="NOBODY", title="一标段")


found = found_on_both(build, (bidder_linked_to_buyer.DETECTOR, bidder_linked_to_service_party.DETECTOR))


def links(found: Found, tender: str, detector: str = SERVICE) -> list[tuple[str, str | None]]:
    (bidder,) = found.one(detector, tender).facts["bidders"]
    return [(link["how"], link["of_party"]) for link in bidder["links"]]


def said(found: Found, detector: str, tender: str) -> list[str]:
    """What is undecided in the one lot of a tender."""
    lot = f"local:{tender}/1"
    return [u.missing_zh for d, u in found.run.undecided if d == detector and u.scope_id == lot]


def test_a_holder_of_both(found: Found) -> None:
    for tender in ("HOLDER", "AT-LIMIT", "OTHER-SIDE", "UNKNOWN", "FUND-MORE"):
        assert links(found, tender) == [("holder", None)], tender
    hit = found.one(SERVICE, "HOLDER")
    assert (
        "穿透持有虚构HOLDER-A建设有限公司100.00%，同时穿透持有虚构HOLDER-1建设有限公司5.00%" in hit.text["zh"]
    )
    assert hit.facts["bidders"][0]["links"][0]["share_of_party"] == 1.0
    assert hit.severity == "review" and len(hit.evidence.keys) >= 3
    assert "比例不明" in found.one(SERVICE, "UNKNOWN").text["zh"]
    assert found.of(SERVICE, "BELOW") == []
    assert links(found, "PRIVATE", BUYER) == [("holder", None)]


def test_who_serves_the_procedure_has_a_hand_in_a_bid(found: Found) -> None:
    for tender in ("WORKS-ON", "WROTE", "SAVED"):
        assert links(found, tender) == [("advises", None)], tender
        hit = found.one(SERVICE, tender)
        assert hit.subjects == ids(f"{tender}-1")
        assert hit.facts["identity"] == "unique_name" and len(hit.evidence.keys) >= 2
    assert (
        "虚构WROTE-1建设有限公司的投标文件载明虚构WROTE-A建设有限公司为文件作者"
        in found.one(SERVICE, "WROTE").text["zh"]
    )
    for tender in ("SHORT", "OTHERS", "OWN"):
        assert found.of(SERVICE, tender) == [], tender


def test_the_nearest_holder_is_told(found: Found) -> None:
    assert links(found, "LAYERS") == [("holder", None)]
    assert links(found, "THROUGH") == [("held", None)]
    (bidder,) = found.one(SERVICE, "ABOVE").facts["bidders"]
    assert [link["via"]["id"] for link in bidder["links"]] == ["local:ABOVE-H"]


def test_the_state_a_fund_and_listed_shares_are_set_aside(found: Found) -> None:
    assert found.suppressed(SERVICE, "STATE") == "state"
    for tender in ("FUND", "LISTED", "LISTED-AGENT"):
        assert found.suppressed(SERVICE, tender) == "fund", tender


def test_an_owner_at_a_bidder(found: Found) -> None:
    for tender in ("DIRECTS", "REPRESENTS", "SOLD-AFTER", "WORKS"):
        assert links(found, tender) == [("person", "shareholder")], tender
    assert "股东测试人P-DIRECTS（10.00%）同为" in found.one(SERVICE, "DIRECTS").text["zh"]
    for tender in ("DIRECTED", "SOLD"):
        assert found.suppressed(SERVICE, tender) == "ended", tender
    assert found.of(SERVICE, "NAME") == []
    (bidder, *people), unowned = found.undecided(SERVICE, "NAME")
    assert unowned == ids("NAME-1", "NAME-2")
    assert (bidder, len(people)) == (ids("NAME-1")[0], 2)


def test_owners_through_layers_and_kin(found: Found) -> None:
    assert links(found, "UP") == [("person", "indirect_shareholder")]
    assert "local:UP-M" in found.one(SERVICE, "UP").evidence.nodes
    for tender in ("UP-KIN-HOLDS", "UP-KIN-RUNS"):
        assert links(found, tender) == [("kin", "indirect_shareholder")], tender
    assert links(found, "KIN") == [("kin", "shareholder")]
    assert found.of(SERVICE, "KIN-ELSE") == []
    assert links(found, "CONTROLLER") == [("person", "controller")]


def test_parties_of_whom_nothing_is_known(found: Found) -> None:
    assert found.undecided(BUYER, "BLANK")[0] == ids("YB")
    assert found.undecided(SERVICE, "BLANK")[0] == ids("GB1", "GB2")
    told = said(found, SERVICE, "BLANK")[0]
    assert "招标代理机构“虚构GB1建设有限公司”、设计单位“虚构GB2建设有限公司”既没有股权数据" in told
    assert len(found.undecided(BUYER, "CENTRE")) == 2
    for tender in ("PUBLIC-0", "PUBLIC-1", "PUBLIC-2", "PUBLIC-3", "NOBODY"):
        assert found.undecided(BUYER, tender) == [], tender
    for tender in ("ITSELF", "OWNED"):
        assert found.undecided(BUYER, tender) == [ids("Z1", "Z2")], tender


def test_parties_and_bidders_whose_owners_alone_are_not_known(found: Found) -> None:
    told = said(found, SERVICE, "BLANK")
    assert told[1:] == [
        "监理单位“虚构GB3建设有限公司”没有股权数据：与投标人之间的股权关联无法判定",
        "2家投标人中有2家没有股权数据：与招标代理机构、设计单位、监理单位之间的股权关联无法判定",
    ]
    assert said(found, BUYER, "OWNERS-0") == [
        f"招标人（采购人）“{name('YR')}”没有股权数据：与投标人之间的股权关联无法判定"
    ]
    assert said(found, BUYER, "OWNERS-1") == [
        "3家投标人中有1家没有股权数据：与招标人（采购人）之间的股权关联无法判定"
    ]
    # A branch has no owners of its own; of a public body there are none, and its people are compared with the bidders' owners.
    for tender in ("OWNERS-2", "OWNERS-3"):
        assert said(found, BUYER, tender) == [], tender
    assert said(found, BUYER, "OWNERS-4") == said(found, BUYER, "OWNERS-1")
