"""Debarred parties, kin, namesakes, concert partners and winners who decline, on both stores."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from detectors.bidders import (
    affiliate_of_debarred,
    concert_partners,
    possible_same_person,
    related_persons,
    winner_declines,
)
from detectors.finding import Finding
from detectors.running.detecting import detect
from detectors.running.one_lot import screen_lot
from detectors.ties.namesakes import masks_agree
from graph.stores import open_store
from tests.detectors.bidder_world import Found, World, found_on_both, ids

DEBARRED, KIN, NAMESAKE = "affiliate-of-debarred", "related-persons", "possible-same-person"
CONCERT, DECLINED = "concert-partners", "winner-declines"


def barred(w: World, party: str, **more: Any) -> None:
    span = {"valid_from": "2024-06-01", "valid_to": "2026-06-01", "document_no": "虚构〔2024〕1号"}
    w.add("debarments", party_id=party, authority="Z1", **(span | more))


def build(w: World) -> None:
    # Debarred: the bidder itself; its parent; its daughter; a sister; through the state; by 40%; over and not begun.
    w.lot("ITSELF", "A1", "A2")
    barred(w, "A1")
    w.lot("PARENT", "A3", "A4")
    w.holds("D1", "A3", 80)
    barred(w, "D1")
    w.lot("DAUGHTER", "A5", "A6")
    w.holds("A5", "D2", 80)
    barred(w, "D2")
    w.lot("SISTER", "A7", "A8")
    w.holds("G1", "A7", 80)
    w.holds("G1", "D3", 80)
    barred(w, "D3")
    # Below a state holder: two beside the bidder, of which one was sold before the bid; a group of its own below another.
    for holder in ("SASAC1", "SASAC2", "SASAC3"):
        w.add("companies", id=holder, name=f"虚构{holder}国资委", kind="state_holder")
    w.lot("STATE", "S1", "S2")
    w.holds("SASAC1", "S1", 100)
    for company in ("SD1", "SD2", "SD3"):
        w.holds("SASAC1", company, 100, valid_to="2025-02-01" if company == "SD1" else None)
        barred(w, company)
    w.lot("STATE-GROUP", "S3")
    for company, holder in (("SG", "SASAC2"), ("S3", "SG"), ("SD4", "SG")):
        w.holds(holder, company, 60)
    barred(w, "SD4")
    w.lot("STATE-OVER", "S4")
    for company in ("S4", "SD5"):
        w.holds("SASAC3", company, 100)
    barred(w, "SD5", valid_to="2025-03-01")
    w.lot("SISTER-40", "A9", "B1")
    w.holds("G2", "A9", 80)
    w.holds("G2", "D4", 40)
    barred(w, "D4")
    w.lot("PERSON", "B2", "B3")
    w.holds("P1", "B2", 80)
    w.add("debarments", party_id="person.local:P1", authority="Z1", valid_from="2024-06-01")
    w.lot("OVER", "B4", "B5")
    barred(w, "B4", valid_to="2025-03-01")
    w.lot("LAST-DAY", "B6", "B5")
    barred(w, "B6", valid_to="2025-03-02")
    w.lot("SISTER-OVER", "B7", "B5")
    w.holds("G3", "B7", 80)
    w.holds("G3", "D5", 80)
    barred(w, "D5", valid_to="2025-03-01")

    # Two decisions on one party: one in force at the bid, and a later one that had not begun.
    w.lot("TWO-BANS", "B8", "B9")
    barred(w, "B8", valid_from="2024-01-01", valid_to="2025-06-01", document_no="虚构〔2024〕8号")
    barred(w, "B8", valid_from="2026-01-01", valid_to="2028-01-01", document_no="虚构〔2026〕8号")

    # Kin: spouses, one an officer here, one an owner there through a company; kin of nobody; divorce is not modelled.
    w.lot("SPOUSE", "C1", "C2")
    w.post("P10", "C1", role="总经理")
    w.holds("P11", "M1", 100)
    w.holds("M1", "C2", 60)
    w.add("relatives", person_id="P10", relative_id="P11", relation="配偶")
    w.lot("KIN-LOT", "C1", "C3")
    w.lot("KIN-PAST", "C4", "C5")
    w.post("P12", "C4", role="总经理", valid_from="2019-01-01", valid_to="2024-01-01")
    w.post("P13", "C5", role="总经理")
    w.add("relatives", person_id="P12", relative_id="P13", relation="父母")
    # One holds outright, the other through a company.
    w.lot("KIN-FAR", "KF1", "KF2")
    w.holds("P-KF1", "KF1", 70)
    w.holds("P-KF2", "KFM", 10)
    w.holds("KFM", "KF2", 3.5)
    w.add("relatives", person_id="P-KF1", relative_id="P-KF2", relation="配偶")

    # Namesakes: nothing else; a shared telephone; another namesake at both; different masks; both numbered.
    for tender, one, other in (
        ("NAME", "E1", "E2"),
        ("NAME-TEL", "E3", "E4"),
        ("NAME-TWO", "E5", "E6"),
        ("NAME-MASK", "E7", "E8"),
        ("NAME-OTHER", "E9", "F1"),
    ):
        w.lot(tender, one, other)
        for company in (one, other):
            number = {
                "E7": "999999********1234",
                "E8": "999999********1234",
                "E9": "999999********1234",
                "F1": "999998********1234",
            }
            row = {"person_name": f"测试人{tender}", "company_id": company, "role": "监事"}
            w.add("positions", **row, person_id=number.get(company))
    for company in ("E3", "E4"):
        w.add("contacts", party_id=company, kind="电话", value="0000-7654321")
    for company in ("E5", "E6"):
        w.add("positions", person_name="测试人另一", company_id=company, role="董事")
    w.lot("NAME-IDS", "F2", "F3")
    w.add("positions", person_id="P20", person_name="测试人同名", company_id="F2", role="监事")
    w.add("positions", person_id="P21", person_name="测试人同名", company_id="F3", role="监事")

    # One of two namesakes had left before the bid: the lot says when the bid was, or does not.
    for tender, a, b, deadline in (("NAME-LEFT", "F8", "F9", "2025-03-01"), ("NAME-UNDATED", "G8", "G9", "")):
        w.lot(tender, a, b, deadline=deadline)
        for company, until in ((a, None), (b, "2024-01-01")):
            row = {"person_name": f"测试人{tender}", "company_id": company, "role": "监事"}
            w.add("positions", **row, person_id="999999********7777", valid_to=until)

    # Said to control both, by a name alone: with a telephone beside it, without; a short name of an organisation.
    for tender, a, b, who, tel in (
        ("CONTROL-TEL", "R1", "R2", "李测控", True),
        ("CONTROL-NAME", "R3", "R4", "王测控", False),
        ("CONTROL-SHORT", "R5", "R6", "测试人简称集团", False),
    ):
        w.lot(tender, a, b)
        for company in (a, b):
            w.add("control", company_id=company, actual_controller=who)
            if tel:
                w.add("contacts", party_id=company, kind="电话", value="0000-7654399")

    # Organisations of one name that is no full registered one: a short name, and an organ of the state.
    for tender, a, b, holder, kind in (
        ("NAME-SHORT", "F4", "F5", "测试人简称控股", "企业法人"),
        ("NAME-STATE", "F6", "F7", "测试市国资委", "国资委"),
    ):
        w.lot(tender, a, b)
        for company in (a, b):
            w.add("shareholdings", company_id=company, holder_name=holder, holder_kind=kind, share_percent=30)

    # Concert: members behind different bidders; one member behind both; a concert that ended.
    for tender, one, other in (
        ("CONCERT", "H1", "H2"),
        ("CONCERT-ONE", "H3", "H4"),
        ("CONCERT-OLD", "H5", "H6"),
    ):
        w.lot(tender, one, other)
        w.holds(f"Q{one}", one, 30)
        w.holds(f"Q{one}" if tender == "CONCERT-ONE" else f"Q{other}", other, 30)
        span = {"valid_to": "2025-03-01"} if tender == "CONCERT-OLD" else {}
        for member in (f"Q{one}", f"Q{other}"):
            w.add("concerts", concert_id=tender, party_id=member, **span)

    # Before any ban.
    w.lot("LONG-AGO", "LA1", "LA2", deadline="2001-03-01")

    # Declined: tied by an owner; not tied; tied to a loser only.
    for tender, decliner, winner, loser in (
        ("GIVES-UP", "J1", "J2", "J3"),
        ("GIVES-UP-ALONE", "J4", "J5", "J6"),
        ("GIVES-UP-LOSER", "J7", "J8", "J9"),
        ("GIVES-UP-PAST", "L1", "L2", "L3"),
        ("GIVES-UP-STATE", "L4", "L5", "L6"),
        ("GIVES-UP-HUB", "L7", "L8", "L9"),
    ):
        w.tender(tender)
        for bidder, status in ((decliner, "放弃中标"), (winner, "中标"), (loser, "未中标")):
            w.bid(tender, bidder, status=status)
    for holder, bidders in (("K1", ("J1", "J2")), ("K2", ("J7", "J9"))):
        for bidder in bidders:
            w.holds(holder, bidder, 20)
    # Tied by kin, as a branch, by a stated controller, by a concert, by the person to be contacted; by one member of a
    # concert on both sides; nobody won instead; the lot failed then; nobody is known behind either.
    for tender, a, b in (
        ("GIVES-UP-KIN", "GK1", "GK2"),
        ("GIVES-UP-BRANCH", "GM1", "GM2"),
        ("GIVES-UP-CONTROL", "GC1", "GC2"),
        ("GIVES-UP-CONCERT", "GT1", "GT2"),
        ("GIVES-UP-CONCERT-OLD", "GO1", "GO2"),
        ("GIVES-UP-CONTACT", "GN1", "GN2"),
        ("GIVES-UP-BLANK", "GB1", "GB2"),
    ):
        w.tender(tender)
        for bidder, status in ((a, "放弃中标"), (b, "中标")):
            w.bid(tender, bidder, status=status)
            # A branch has no list of holders.
            if tender != "GIVES-UP-BLANK" and bidder != "GM2":
                w.holds(f"P-{bidder}", bidder, 100)
    w.add("relatives", person_id="P-GK1", relative_id="P-GK2", relation="配偶")
    w.add("companies", id="GM2", name="虚构GM1建设有限公司样本分公司", kind="分公司", parent_id="GM1")
    for company in ("GC1", "GC2"):
        w.add("control", party_id="person.local:PGC", company_id=company, interest="实际控制")
    for tender, until in (("GT", None), ("GO", "2025-03-01")):
        for n in (1, 2):
            w.add("concerts", concert_id=f"{tender}C", party_id=f"person.local:P-{tender}{n}", valid_to=until)
    for bidder in ("GN1", "GN2"):
        w.add(
            "bid_traces",
            tender_id="GIVES-UP-CONTACT",
            lot_id="1",
            bidder_id=bidder,
            kind="联系人",
            value="测试人经办 13900000000",
        )
    for tender, outcome in (("GIVES-UP-NOBODY", None), ("GIVES-UP-FAILED", "流标")):
        w.tender(tender)
        w.add("lots", id="1", tender_id=tender, title="一标段", status=outcome)
        w.bid(tender, "GX1", status="放弃中标")
        w.bid(tender, "GX2", status="有效")
    w.post("P30", "L1", role="监事", valid_from="2019-01-01", valid_to="2024-01-01")
    w.post("P30", "L2", role="监事")
    w.add("companies", id="S9", name="虚构市国有资产监督管理委员会", kind="state_holder")
    for bidder in ("L4", "L5"):
        w.holds("S9", bidder, 60)
    for party in ("L7", "L8", *(f"LX{n}" for n in range(11))):
        w.add("contacts", party_id=party, kind="电话", value="0000-1112223")


found = found_on_both(
    build,
    tuple(
        m.DETECTOR
        for m in (
            affiliate_of_debarred,
            related_persons,
            possible_same_person,
            concert_partners,
            winner_declines,
        )
    ),
)


def how(found: Found, tender: str) -> tuple[tuple[str, ...], list[str]]:
    hit = found.one(DEBARRED, tender)
    return hit.subjects, [link["how"] for b in hit.facts["bidders"] for link in b["links"]]


def test_debarred_parties_and_their_affiliates(found: Found) -> None:
    assert how(found, "ITSELF") == (ids("A1"), ["itself"])
    assert how(found, "PARENT") == (ids("A3"), ["controls"])
    for tender, above, below in (("PARENT", "D1", "A3"), ("DAUGHTER", "A5", "D2")):
        text = found.one(DEBARRED, tender).text
        assert f"虚构{above}建设有限公司控制虚构{below}建设有限公司" in text["zh"]
        assert f"虚构{above}建设有限公司 controls 虚构{below}建设有限公司" in text["en"]
    assert how(found, "DAUGHTER") == (ids("A5"), ["controlled"])
    assert how(found, "SISTER") == (ids("A7"), ["controller"])
    assert how(found, "PERSON") == (ids("B2"), ["controls"])
    facts = found.one(DEBARRED, "ITSELF").facts
    assert (facts["document_no"], facts["barred_to"]) == ("虚构〔2024〕1号", "2026-06-01")


def test_a_ban_that_is_over_or_a_minor_stake_is_nothing(found: Found) -> None:
    assert found.suppressed(DEBARRED, "OVER") == "ended"
    assert how(found, "LAST-DAY") == (ids("B6"), ["itself"])
    assert found.of(DEBARRED, "SISTER-40") == []
    assert [f for f in found.of(DEBARRED, "SISTER-OVER") if not f.suppressed_by] == []


def test_below_a_state_holder_a_debarred_party_is_shown_and_set_aside(found: Found) -> None:
    (hit,) = found.of(DEBARRED, "STATE")
    assert hit.suppressed_by is not None and hit.suppressed_by["rule"] == "state"
    # SD1 was sold before the bid; of the others the first stands for both.
    assert (hit.subjects, hit.facts["holder"]["id"]) == (ids("S1"), "local:SD2")
    assert (
        "另有1家" in hit.suppressed_by["reason"] and "1 more debarred party" in hit.suppressed_by["reason_en"]
    )
    assert {"local:SASAC1", "local:S1", "local:SD2"} <= set(hit.evidence.nodes)
    # The group below it is no state holder.
    assert how(found, "STATE-GROUP") == (ids("S3"), ["controller"])
    assert found.of(DEBARRED, "STATE-OVER") == []


def test_what_the_state_holds_is_found_from_one_lot_and_after_a_load(tmp_path: Path) -> None:
    world, later = World(), World()
    world.add("companies", id="SASAC", name="虚构国资委", kind="state_holder")
    for company in ("A1", "A2", "D1"):
        world.holds("SASAC", company, 100)
    barred(world, "D1")
    world.lot("FIRST", "A1")
    later.lot("SECOND", "A2", deadline="2025-05-01")

    def told(findings: Iterable[Finding]) -> list[tuple[str, str, Any]]:
        return sorted(
            (f.scope_id, f.fingerprint, f.suppressed_by) for f in findings if f.detector == DEBARRED
        )

    with open_store(tmp_path / "store") as store:
        store.apply(world.extract())
        screened = told(screen_lot(store, "local:FIRST/1").run.findings)
        assert len(screened) == 1
        detectors = [affiliate_of_debarred.DETECTOR]
        assert told(detect(store, detectors).findings) == screened
        store.apply(later.extract())
        whole = told(detect(store, detectors).findings)
        assert [scope for scope, *_ in whole] == ["local:FIRST/1", "local:SECOND/1"]
        assert told(screen_lot(store, "local:SECOND/1").run.findings) == whole[1:]


def test_of_two_bans_the_one_in_force_at_the_bid_counts(found: Found) -> None:
    assert found.one(DEBARRED, "TWO-BANS").facts["document_no"] == "虚构〔2024〕8号"


def test_bidders_of_whom_no_owner_is_known_are_undecided_while_a_ban_is_in_force(found: Found) -> None:
    # Nobody is known to own them; what controls one is known; itself debarred.
    assert found.undecided(DEBARRED, "NAME-IDS") == [ids("F2", "F3")]
    assert found.undecided(DEBARRED, "SISTER") == [ids("A8")]
    assert found.undecided(DEBARRED, "ITSELF") == [ids("A2")]
    assert found.undecided(DEBARRED, "LONG-AGO") == []


def test_kin_behind_two_bidders(found: Found) -> None:
    hit = found.one(KIN, "SPOUSE")
    assert hit.subjects == ids("C1", "C2")
    assert "local:M1" in hit.evidence.nodes
    assert "配偶" in hit.text["zh"]
    assert found.of(KIN, "KIN-LOT") == []
    far = found.one(KIN, "KIN-FAR")
    zh, en = far.text["zh"], far.text["en"]
    assert "测试人P-KF1为虚构KF1建设有限公司的股东（持股70.00%）" in zh
    assert "测试人P-KF2间接持有虚构KF2建设有限公司0.35%（2层）" in zh
    assert "测试人P-KF1 is shareholder of 虚构KF1建设有限公司 (70.00%)" in en
    assert "测试人P-KF2 indirectly holds 0.35% of 虚构KF2建设有限公司 (depth 2)" in en
    (one,), (other,) = (b["links"] for b in far.facts["bidders"])
    assert (one["role"], other["role"]) == ("shareholder", "indirect_shareholder")
    (stake,) = other["stakes"]
    assert (stake["share"], stake["depth"], stake["paths"][0]["formula"]) == (0.0035, 2, "10% × 3.5% = 0.35%")
    assert (stake["holder"], stake["company"]) == (other["person"], ids("KF2")[0])
    assert found.suppressed(KIN, "KIN-PAST") == "ended"


def test_namesakes_need_something_that_speaks_for_one_person(found: Found) -> None:
    assert found.one(NAMESAKE, "NAME-TEL").facts["corroboration"] == ["contact"]
    assert found.one(NAMESAKE, "NAME-MASK").facts["corroboration"] == ["masked_number"]
    assert "co_officer" in found.of(NAMESAKE, "NAME-TWO")[0].facts["corroboration"]
    for tender in ("NAME", "NAME-OTHER", "NAME-IDS"):
        assert found.of(NAMESAKE, tender) == [], tender
    assert "身份未核实" in found.one(NAMESAKE, "NAME-TEL").text["zh"]


def test_a_namesake_who_had_left_before_the_bid_is_shown_and_set_aside(found: Found) -> None:
    (hit,) = found.of(NAMESAKE, "NAME-LEFT")
    assert (hit.suppressed_by or {})["rule"] == "ended"
    assert "2024-01-01" in (hit.suppressed_by or {})["reason"]
    assert hit.subjects == ids("F8", "F9")
    (gap,) = found.undecided(NAMESAKE, "NAME-UNDATED")
    assert found.of(NAMESAKE, "NAME-UNDATED") == []
    assert set(ids("F8", "F9")).isdisjoint(gap) and set(ids("G8", "G9")) <= set(gap)


def test_a_name_and_nothing_else_is_undecided_and_says_at_whom(found: Found) -> None:
    gaps = {
        u.scope_id.removeprefix("local:").partition("/")[0]: u
        for d, u in found.run.undecided
        if d == NAMESAKE
    }
    assert sorted(gaps) == ["CONTROL-NAME", "CONTROL-SHORT", "NAME", "NAME-SHORT", "NAME-UNDATED"]
    gap = gaps["NAME"]
    assert set(ids("E1", "E2")) < set(gap.subjects)
    # The persons are among those it is about, by which their names are hidden from whom may not see them.
    assert sum(s.startswith("person") for s in gap.subjects) == 2
    assert "各有一名股东、控制人或管理人员名为“测试人NAME”" in gap.missing_zh
    assert "是否为同一人无法核实" in gap.missing_zh
    assert "“测试人简称控股”的股东或控制人，该名称不是完整的登记名称" in gaps["NAME-SHORT"].missing_zh
    assert "named “测试人简称控股”, which is no full registered name" in gaps["NAME-SHORT"].missing_en


def test_masked_numbers() -> None:
    assert masks_agree("999999********1234", "999999********1234") is True
    assert masks_agree("999999********1234", "999998********1234") is False
    assert masks_agree("9999**************", "************991234") is None
    assert masks_agree(None, "999999********1234") is None


def test_parties_to_one_concert(found: Found) -> None:
    hit = found.one(CONCERT, "CONCERT")
    assert hit.subjects == ids("H1", "H2")
    assert hit.facts["members"] == {"local:H1": ["local:QH1"], "local:H2": ["local:QH2"]}
    assert found.of(CONCERT, "CONCERT-ONE") == []
    assert found.suppressed(CONCERT, "CONCERT-OLD") == "ended"


def test_a_winner_declines_in_favour_of_a_tied_bidder(found: Found) -> None:
    hit = found.one(DECLINED, "GIVES-UP")
    assert (hit.subjects, hit.severity) == (ids("J1", "J2"), "review")
    assert hit.facts["ties"][0]["id"] == "local:K1"
    assert found.of(DECLINED, "GIVES-UP-ALONE") == found.of(DECLINED, "GIVES-UP-LOSER") == []


def test_a_declined_award_tied_otherwise_than_by_a_holder(found: Found) -> None:
    tied: dict[str, set[tuple[str, str]]] = {}
    for kind in ("KIN", "BRANCH", "CONTROL", "CONCERT", "CONTACT"):
        hit = found.one(DECLINED, f"GIVES-UP-{kind}")
        tied[kind] = {(t["declined_by"], t["winner_by"]) for t in hit.facts["ties"]}
        assert hit.evidence.keys, kind
    assert tied == {
        "KIN": {("effective_share", "effective_share")},
        "BRANCH": {("itself", "branch"), ("effective_share", "effective_share")},
        "CONTROL": {("controller", "controller")},
        "CONCERT": {("concert_member", "concert_member")},
        "CONTACT": {("phone", "phone")},
    }
    assert "为亲属（配偶）" in found.one(DECLINED, "GIVES-UP-KIN").text["zh"]
    assert found.one(DECLINED, "GIVES-UP-KIN").facts["ties"][0]["kin"]["relation"] == "spouse"
    assert found.suppressed(DECLINED, "GIVES-UP-CONCERT-OLD") == "ended"


def test_a_declined_award_of_which_too_little_is_known(found: Found) -> None:
    assert found.undecided(DECLINED, "GIVES-UP-NOBODY") == [ids("GX1")]
    assert found.undecided(DECLINED, "GIVES-UP-FAILED") == []
    assert found.undecided(DECLINED, "GIVES-UP-BLANK") == [ids("GB1", "GB2")]
    assert found.undecided(DECLINED, "GIVES-UP") == found.undecided(DECLINED, "GIVES-UP-KIN") == []


def test_what_explains_a_declined_award_is_shown(found: Found) -> None:
    assert found.suppressed(DECLINED, "GIVES-UP-PAST") == "ended"
    assert found.suppressed(DECLINED, "GIVES-UP-STATE") == "state"
    assert found.suppressed(DECLINED, "GIVES-UP-HUB") == "hub"


def test_controllers_by_name_alone_are_compared_too(found: Found) -> None:
    hit = found.one(NAMESAKE, "CONTROL-TEL")
    assert hit.subjects == ids("R1", "R2") and hit.facts["corroboration"] == ["contact"]
    for tender, companies in (("CONTROL-NAME", ("R3", "R4")), ("CONTROL-SHORT", ("R5", "R6"))):
        assert found.of(NAMESAKE, tender) == []
        (told,) = found.undecided(NAMESAKE, tender)
        assert set(ids(*companies)) < set(told)
