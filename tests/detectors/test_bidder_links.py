"""Bidders tied by people and contacts: the true case, the near miss and the innocent twin, on both stores."""

from __future__ import annotations

from detectors.bidders import same_legal_representative, shared_contact, shared_officer
from tests.detectors.bidder_world import Found, World, found_on_both, ids

REP, OFFICER, CONTACT = "same-legal-representative", "shared-officer", "shared-contact"


FILLED_UP = (
    ("电话", "00000000"),
    ("电话", "020-88888888"),
    ("电话", "12345678"),
    ("邮箱", "无@无.com"),
    ("邮箱", "none@example.test"),
)
LINES = (
    ("LINE-SAME-1", "0758-2345671-801", "(0758)2345671转801"),
    ("LINE-SAME-2", "0758-2345672 ext. 801", "0758 2345672－801"),
    ("LINE-SAME-3", "400-234-5673-01", "4002345673转01"),
    ("LINE-OTHER", "0758-2345674-801", "0758-2345674-802"),
    ("LINE-MAIN", "0758-2345675", "0758-2345675-801"),
    ("LINE-NONE", "400-800-8889", "400-800-8880"),
)


def build(w: World) -> None:
    # Responsible person: two of three bidders; one who left before; a namesake; another lot; one consortium.
    w.lot("REP", "A1", "A2", "A3")
    w.post("P1", "A1")
    w.post("P1", "A2", role="执行事务合伙人")
    w.post("P2", "A3")
    w.lot("REP-REGIME", "B8", "B9", regime="")
    w.post("P9", "B8")
    w.post("P9", "B9")
    w.lot("REP-LEFT", "A4", "A5")
    w.post("P3", "A4")
    w.post("P3", "A5", valid_from="2020-01-01", valid_to="2025-03-01")
    w.lot("REP-DAY", "A6", "A7")
    w.post("P4", "A6")
    w.post("P4", "A7", valid_from="2025-03-01", valid_to="2025-03-02")
    w.lot("REP-NAME", "A8", "A9")
    w.add("positions", person_name="测试人同名", company_id="A8", role="法定代表人")
    w.add("positions", person_name="测试人同名", company_id="A9", role="法定代表人")
    w.tender("REP-LOTS")
    for lot, bidder in (("1", "B1"), ("2", "B2")):
        w.bid("REP-LOTS", bidder, lot)
        w.bid("REP-LOTS", f"{bidder}X", lot)
        w.post("P5", bidder)
    w.tender("REP-JOINT")
    for member in ("B3", "B4"):
        w.bid("REP-JOINT", member, consortium_id="联合体一")
        w.post("P6", member)
    w.bid("REP-JOINT", "B5")
    w.lot("REP-OUT", "B6")
    w.bid("REP-OUT", "B7", status="撤回")
    w.post("P7", "B6")
    w.post("P7", "B7")

    # Officers: a director here who represents there; the liaison is none; a nominee of many companies.
    w.lot("OFF", "C1", "C2", deadline="2024-12-31")
    w.post("P10", "C1", role="董事")
    w.post("P10", "C2")
    # Who owns one bidder and runs another; who owns both is a common shareholder; who sold before is none.
    for tender, one, other, more in (
        ("OWN-REP", "F1", "F2", {}),
        ("OWN-SOLD", "F3", "F4", {"valid_to": "2025-03-01"}),
        ("OWN-BOTH", "F5", "F6", {}),
        ("OWN-HERE", "F7", "F8", {}),
    ):
        w.lot(tender, one, other)
        w.holds(f"P{one}", one, 30.0, **more)
        w.post(f"P{one}", one if tender == "OWN-HERE" else other)
    w.holds("PF5", "F6", 20.0)
    w.lot("OFF-LIAISON", "C3", "C4")
    w.post("P11", "C3", role="联络员")
    w.post("P11", "C4", role="监事")
    w.lot("OFF-HUB", "C5", "C6")
    for n in range(21):
        w.post("P12", f"H{n}", role="监事")
    w.post("P12", "C5", role="监事")
    w.post("P12", "C6", role="监事")

    # Contacts: phone and mail shared under different names; a street without number; an incubator; a mail provider.
    w.lot("TEL", "D1", "D2", "D3")
    for n, (kind, value) in enumerate(FILLED_UP):
        w.lot(f"FILLED-{n}", f"Y{n}A", f"Y{n}B")
        for bidder in (f"Y{n}A", f"Y{n}B"):
            w.add("contacts", party_id=bidder, kind=kind, value=value)
    w.add("contacts", party_id="D1", kind="电话", value="0000-1234567")
    w.add("contacts", party_id="D2", kind="电话", value="0000 1234567")
    w.add("contacts", party_id="D1", kind="邮箱", value="Sample@example.test")
    w.add("contacts", party_id="D2", kind="邮箱", value="sample@EXAMPLE.test")
    w.add("contacts", party_id="D3", kind="电话", value="0000-7654321")
    w.lot("ADDRESS", "D4", "D5")
    for bidder in ("D4", "D5"):
        w.add("contacts", party_id=bidder, kind="地址", value="虚构市样本区示例路18号3楼")
    w.lot("STOREY", "J1", "J2")
    w.add("contacts", party_id="J1", kind="地址", value="虚构市样本区示例路20号三楼")
    w.add("contacts", party_id="J2", kind="地址", value="虚构市样本区示例路二十号 3楼")
    for tender, one, other, plain, longer in (
        ("PROVINCE", "J5", "J6", "虚构市样本区示例路22号1201室", "广东省虚构市样本区示例路22号1201室"),
        ("REMARK", "J7", "J8", "虚构市样本区示例路23号A座", "虚构市样本区示例路23号a座（自主申报）"),
    ):
        w.lot(tender, one, other)
        w.add("contacts", party_id=one, kind="地址", value=plain)
        w.add("contacts", party_id=other, kind="地址", value=longer)
    w.lot("LONGER", "J9", "JA")
    for bidder in ("J9", "JA"):
        w.add("contacts", party_id=bidder, kind="地址", value="广东省虚构市样本区示例路24号1201室")
    w.lot("ROOMS", "J3", "J4")
    w.add("contacts", party_id="J3", kind="地址", value="虚构市样本区示例路21号1-12室")
    w.add("contacts", party_id="J4", kind="地址", value="虚构市样本区示例路21号11-2室")
    w.lot("STREET", "D6", "D7")
    for bidder in ("D6", "D7"):
        w.add("contacts", party_id=bidder, kind="地址", value="虚构市样本区示例路")
    for tender, one, other, address in (
        ("STREET-3", "G1", "G2", "虚构市样本区经济园三号路"),
        ("HOUSE-DASH", "G3", "G4", "虚构市样本区示例路18-2"),
        ("HOUSE-GROUP", "G5", "G6", "虚构县样本镇示例村五组12"),
    ):
        w.lot(tender, one, other)
        for bidder in (one, other):
            w.add("contacts", party_id=bidder, kind="地址", value=address)
    for tender, one, other, kinds in (
        ("MAIL-OWN", "H1", "H2", (("邮箱", "a@own.test"), ("邮箱", "b@own.test"))),
        ("MAIL-SITE", "H3", "H4", (("邮箱", "a@site.test"), ("官网", "www.site.test"))),
        ("MAIL-PUBLIC", "H5", "H6", (("邮箱", "a@qq.com"), ("邮箱", "b@qq.com"))),
    ):
        w.lot(tender, one, other)
        for bidder, (kind, value) in zip((one, other), kinds, strict=True):
            w.add("contacts", party_id=bidder, kind=kind, value=value)
    w.lot("TEL-86", "G7", "G8")
    w.add("contacts", party_id="G7", kind="电话", value="0758-2345678")
    w.add("contacts", party_id="G8", kind="电话", value="+86 758 2345678")
    # Behind one switchboard: one extension, written twice; two of them; the number itself and an extension.
    for tender, one, other in LINES:
        w.lot(tender, f"{tender}-1", f"{tender}-2")
        w.add("contacts", party_id=f"{tender}-1", kind="电话", value=one)
        w.add("contacts", party_id=f"{tender}-2", kind="电话", value=other)
    w.lot("PARK", "D8", "D9")
    for bidder in ("D8", "D9", *(f"K{n}" for n in range(9))):
        w.add("contacts", party_id=bidder, kind="地址", value="虚构市样本区孵化园1号")
    w.lot("MAIL", "E1", "E2")
    for bidder in ("E1", "E2"):
        w.add("contacts", party_id=bidder, kind="官网", value="https://www.163.com/x")


found = found_on_both(
    build, (same_legal_representative.DETECTOR, shared_officer.DETECTOR, shared_contact.DETECTOR)
)


def test_one_person_represents_two_bidders(found: Found) -> None:
    hit = found.one(REP, "REP")
    assert hit.subjects == ids("A1", "A2")
    assert hit.severity == "prohibited"
    assert hit.facts["identity"] == "id"
    assert [b["article"] for b in hit.basis] == ["第三十四条第二款"]
    assert len(hit.evidence.keys) >= 2
    assert "虚构A1建设有限公司（法定代表人）" in hit.text["zh"]


def test_where_no_regime_is_stated_each_article_says_under_which_it_applies(found: Found) -> None:
    told = [(b["article"], b["says"].partition("（")[2]) for b in found.one(REP, "REP-REGIME").basis]
    assert told == [
        ("第三十四条第二款", "采购制度未载明；属工程建设项目招标投标的，适用此条）"),
        ("第十八条第一款", "采购制度未载明；属政府采购的，适用此条）"),
    ]
    assert not any("未载明" in b["says"] for b in found.one(REP, "REP").basis)


def test_a_post_ended_on_the_bid_date_is_shown_but_suppressed(found: Found) -> None:
    assert found.suppressed(REP, "REP-LEFT") == "ended"
    assert found.one(REP, "REP-DAY").subjects == ids("A6", "A7")


def test_namesakes_and_withdrawn_bids_are_nothing(found: Found) -> None:
    for tender in ("REP-NAME", "REP-OUT"):
        assert found.of(REP, tender) == [], tender


def test_members_of_a_consortium_are_told_and_set_aside(found: Found) -> None:
    assert found.suppressed(REP, "REP-JOINT") == "consortium"


def test_bidders_of_other_lots_are_told_in_each_lot_and_set_aside(found: Found) -> None:
    both = found.of(REP, "REP-LOTS")
    assert [f.scope_id for f in both] == ["local:REP-LOTS/1", "local:REP-LOTS/2"]
    assert both[0].subjects == both[1].subjects
    for one, here in zip(both, ("1", "2"), strict=True):
        assert one.suppressed_by is not None and one.suppressed_by["rule"] == "lot"
        (elsewhere,) = (b["lot"] for b in one.facts["bidders"] if "lot" in b)
        assert elsewhere != f"local:REP-LOTS/{here}"


def test_bidders_without_data_are_named(found: Found) -> None:
    assert found.undecided(REP, "TEL") == [ids("D1", "D2", "D3")]
    assert found.undecided(REP, "REP") == []


def test_a_representative_on_the_others_board(found: Found) -> None:
    hit = found.one(OFFICER, "OFF")
    assert hit.subjects == ids("C1", "C2")
    assert [b["law"] for b in hit.basis][:1] == ["公司法"]
    assert hit.severity == "lead"
    assert found.of(REP, "OFF") == []


def test_who_owns_one_bidder_and_runs_another_ties_them(found: Found) -> None:
    hit = found.one(OFFICER, "OWN-REP")
    assert hit.subjects == ids("F1", "F2")
    assert "虚构F1建设有限公司（股东）、虚构F2建设有限公司（法定代表人）" in hit.text["zh"]
    assert found.suppressed(OFFICER, "OWN-SOLD") == "ended"
    assert found.of(OFFICER, "OWN-BOTH") == []
    assert found.of(OFFICER, "OWN-HERE") == []


def test_the_stronger_detector_goes_first(found: Found) -> None:
    assert found.of(OFFICER, "REP") == []


def test_a_liaison_is_no_officer_and_a_nominee_is_a_hub(found: Found) -> None:
    assert found.of(OFFICER, "OFF-LIAISON") == []
    assert found.suppressed(OFFICER, "OFF-HUB") == "hub"


def test_every_kind_of_contact_is_compared(found: Found) -> None:
    hits = found.of(CONTACT, "TEL")
    assert {h.facts["kind"] for h in hits} == {"phone", "email"}
    assert {h.subjects for h in hits} == {ids("D1", "D2")}
    assert not any(h.suppressed_by for h in hits)
    assert found.one(CONTACT, "ADDRESS").facts["kind"] == "address"


def test_numbers_of_an_address_are_one_in_digits_and_in_words(found: Found) -> None:
    assert "示例路20号3楼" in found.one(CONTACT, "STOREY").text["zh"]
    assert found.of(CONTACT, "ROOMS") == []


def test_one_place_with_its_province_or_a_remark_is_one(found: Found) -> None:
    hit = found.one(CONTACT, "PROVINCE")
    assert hit.subjects == ids("J5", "J6")
    assert "address:广东省虚构市样本区示例路22号1201室" in hit.evidence.nodes
    assert found.one(CONTACT, "REMARK").subjects == ids("J7", "J8")
    assert found.one(CONTACT, "LONGER").facts["holder"]["id"].startswith("address:广东省")


def test_streets_parks_and_providers_tie_nobody(found: Found) -> None:
    assert found.suppressed(CONTACT, "STREET") == "partial-address"
    assert found.suppressed(CONTACT, "PARK") == "hub"
    assert found.suppressed(CONTACT, "MAIL") == "hub"


def test_a_house_is_told_from_a_street(found: Found) -> None:
    assert found.suppressed(CONTACT, "STREET-3") == "partial-address"
    for tender in ("HOUSE-DASH", "HOUSE-GROUP"):
        assert found.one(CONTACT, tender).facts["kind"] == "address"


def test_an_extension_is_a_line_of_its_own_and_a_switchboard_ties_who_gives_it_alone(found: Found) -> None:
    for tender in ("LINE-SAME-1", "LINE-SAME-2"):
        hit = found.one(CONTACT, tender)
        assert hit.subjects == ids(f"{tender}-1", f"{tender}-2")
        assert hit.facts["holder"]["name"].endswith("-801"), tender
    assert found.one(CONTACT, "LINE-SAME-3").facts["holder"]["name"] == "4002345673-01"
    assert found.suppressed(CONTACT, "LINE-OTHER") == "extension"
    (other,) = found.of(CONTACT, "LINE-OTHER")
    assert other.suppressed_by is not None and "（801、802）" in other.suppressed_by["reason"]
    main = found.one(CONTACT, "LINE-MAIN")
    assert main.facts["holder"]["name"] == "07582345675"
    assert "phone:07582345675-801" in main.evidence.nodes
    assert found.of(CONTACT, "LINE-NONE") == []


def test_a_telephone_with_and_without_its_country_code_is_one(found: Found) -> None:
    assert found.one(CONTACT, "TEL-86").facts["kind"] == "phone"


def test_mail_of_one_domain_ties_and_of_a_public_one_does_not(found: Found) -> None:
    hit = found.one(CONTACT, "MAIL-OWN")
    assert hit.facts["kind"] == "domain"
    assert "own.test" in hit.text["zh"]
    assert {"email:a@own.test", "email:b@own.test"} < set(hit.evidence.nodes)
    assert found.one(CONTACT, "MAIL-SITE").facts["holder"]["id"] == "domain:site.test"
    assert found.of(CONTACT, "MAIL-PUBLIC") == []


def test_what_a_form_was_filled_up_with_ties_nobody(found: Found) -> None:
    for n, (_, value) in enumerate(FILLED_UP):
        hits = found.of(CONTACT, f"FILLED-{n}")
        told = {f.suppressed_by["rule"] if f.suppressed_by else None for f in hits}
        assert hits and told <= {"placeholder", "hub"} and "placeholder" in told, (value, told)
