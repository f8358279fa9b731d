"""Who stands above one bidder through layers, and runs another, on both stores."""

from __future__ import annotations

from pathlib import Path

from detectors.bidders import common_shareholder, possible_same_person, shared_officer
from detectors.running.detecting import detect
from detectors.running.one_lot import screen_lot
from graph.stores import open_store
from tests.detectors.bidder_world import Found, World, found_on_both, ids, name
from tests.detectors.evidence_alone import Stated

OFFICER, SHAREHOLDER, NAMESAKE = "shared-officer", "common-shareholder", "possible-same-person"


def chain(w: World, holder: str, bidder: str, layers: int, percent: float = 60, **top: object) -> None:
    """`layers` companies between a holder and a bidder."""
    middle = [f"{bidder}M{n}" for n in range(layers)]
    for n, (a, b) in enumerate(zip([holder, *middle], [*middle, bidder], strict=True)):
        w.holds(a, b, percent, **(top if n == 0 else {}))


def build(w: World) -> None:
    w.lot("TWO", "A1", "A2", "A3")
    chain(w, "PA", "A1", 1)
    w.post("PA", "A2")
    w.lot("FIVE", "B1", "B2")
    chain(w, "PB", "B1", 5)
    w.post("PB", "B2", role="监事")
    # On the way is a register of more than the whole.
    w.lot("OVER", "O1", "O2")
    chain(w, "PO", "O1", 1)
    w.holds("PO2", "O1M0", 70)
    w.post("PO", "O2")
    # Sold before the bid; the post ended before it; below both bidders; a post at the bidder he stands above.
    w.lot("SOLD", "C1", "C2")
    chain(w, "PC", "C1", 1, valid_to="2025-03-01")
    w.post("PC", "C2")
    w.lot("LEFT", "D1", "D2")
    chain(w, "PD", "D1", 1)
    w.post("PD", "D2", valid_to="2025-03-01")
    w.lot("BOTH", "E1", "E2")
    chain(w, "PE", "E1", 1, percent=40)
    chain(w, "PE", "E2", 2, percent=40)
    w.post("PE", "E2")
    w.lot("SAME", "F1", "F2")
    chain(w, "PF", "F1", 1)
    w.post("PF", "F1")
    # Owns two, one of them through layers, and runs a third.
    w.lot("THREE", "G1", "G2", "G3")
    w.holds("PG", "G1", 20)
    chain(w, "PG", "G2", 1)
    w.post("PG", "G3")
    # Controls without a share; a company that manages a partnership and stands above the other bidder.
    w.lot("CONTROL", "H1", "H2")
    w.add("control", party_id="person.local:PH", company_id="H1M", interest="实际控制")
    w.holds("H1M", "H1", 60)
    w.post("PH", "H2")
    # Controls, or manages, one without a share or a post, and has another: shares, a post; both; neither.
    for tender, interest, more in (
        ("RULE-SHARE", "实际控制", {}),
        ("RUN-SHARE", "承包经营", {}),
        ("RUN-POST", "承包经营", {}),
        ("RULE-BOTH", "实际控制", {}),
        ("RULE-ENDED", "实际控制", {"valid_from": "2020-01-01", "valid_to": "2025-03-01"}),
        ("RUN-ENDED", "承包经营", {"valid_from": "2020-01-01", "valid_to": "2025-03-01"}),
        ("RULE-OWN", "实际控制", {}),
        ("RULE-NEITHER", "实际控制", {}),
    ):
        a, b, p = f"{tender}A", f"{tender}B", f"P{tender}"
        w.lot(tender, a, b)
        w.holds(f"PX{tender}", a, 80 if tender == "RULE-OWN" else 100)
        w.add("control", party_id=f"person.local:{p}", company_id=a, interest=interest, **more)
        if tender == "RUN-POST":
            w.post(p, b, role="监事")
        elif tender != "RULE-NEITHER":
            w.holds(p, b, {"RULE-BOTH": 60, "RULE-OWN": 20}.get(tender, 30))
        if tender == "RULE-OWN":
            w.holds(p, a, 20)
    w.lot("CONTROL-OWN", "H3", "H4")
    w.add("control", party_id="person.local:PH3", company_id="H3", interest="实际控制")
    w.holds("PH3", "H4", 20)
    w.post("PH3", "H4")
    w.lot("PARTNER", "I1", "I2")
    chain(w, "I9", "I1", 1, percent=30, holder_id=None)
    w.add("positions", person_name=name("I9"), company_id="I2", role="执行事务合伙人")
    # Ends that name a month alone: of the bid, and the one before; a share that changed in that month.
    for tender, one, other, month in (
        ("MONTH", "L1", "L2", "2025-03"),
        ("MONTH-PAST", "L3", "L4", "2025-02"),
    ):
        w.lot(tender, one, other, deadline="2025-03-10")
        w.post(f"P{one}", one, valid_from="2020-03", valid_to=month)
        w.post(f"P{one}", other, role="监事", valid_from=month)
    w.lot("MONTH-SHARE", "L5", "L6", deadline="2025-03-10")
    w.holds("L9", "L5", 60, valid_from="2020-01", valid_to="2025-03")
    w.holds("L9", "L5", 20, valid_from="2025-03")
    w.holds("L9", "L6", 10, valid_from="2024-05", valid_to="2025年3月")
    # Neither project nor lots have names.
    w.tender("BARE", title=None)
    for bidder, lot in (("N1", "包1"), ("N2", "包2")):
        w.bid("BARE", bidder, lot)
        w.holds("N9", bidder, 20)
    # One name, without a number, above one bidder through layers and at another: with a telephone shared, with nothing
    # else, above both, with another mask, and with a number at each.
    for tender, one, other in (
        ("NAME-TEL", "Q1", "Q2"),
        ("NAME", "Q3", "Q4"),
        ("NAME-BOTH", "Q5", "Q6"),
        ("NAME-MASK", "Q7", "Q8"),
        ("NAME-IDS", "Q9", "QA"),
    ):
        w.lot(tender, one, other)
        person = {"holder_name": f"测试人{tender}", "holder_kind": "自然人", "share_percent": 60}
        numbers = {"NAME-MASK": ("999999********1234", "999998********1234"), "NAME-IDS": ("P-N1", "P-N2")}
        here, there = numbers.get(tender, (None, None))
        w.add("shareholdings", company_id=f"{one}M", holder_id=here, **person)
        w.holds(f"{one}M", one, 60)
        if tender == "NAME-BOTH":
            w.add("shareholdings", company_id=f"{other}M", holder_id=there, **person)
            w.holds(f"{other}M", other, 60)
        else:
            w.add("positions", person_id=there, person_name=f"测试人{tender}", company_id=other, role="监事")
    for company in ("Q1", "Q2"):
        w.add("contacts", party_id=company, kind="电话", value="0000-7654321")
    # Who runs or owns one bidder and works on another's bid; on his own bid; on two bids without a post.
    for tender, at, on in (
        ("WORK", "R1", ("R2",)),
        ("WORK-OWN", "R3", ("R3",)),
        ("WORK-TWO", "", ("R5", "R6")),
    ):
        one, other = {"WORK": ("R1", "R2"), "WORK-OWN": ("R3", "R4"), "WORK-TWO": ("R5", "R6")}[tender]
        w.lot(tender, one, other)
        if at:
            w.post(f"P{tender}", at, role="财务负责人")
        for bidder in on:
            w.add(
                "bid_people",
                tender_id=tender,
                lot_id="1",
                bidder_id=bidder,
                person_id=f"P{tender}",
                role="授权代表",
            )
    w.lot("WORK-HELD", "R7", "R8")
    w.holds("PR7", "R7", 100)
    w.add("bid_people", tender_id="WORK-HELD", lot_id="1", bidder_id="R8", person_id="PR7", role="项目经理")
    # Who runs a bidder and a company that controls another: the parent, one three layers up, one that left the post;
    # by 40% alone; above both; one that bids itself; as the liaison of it; of an organ of the state.
    for tender, one, other, layers, percent in (
        ("RUNS-UP", "S1", "S2", 0, 60),
        ("RUNS-UP-3", "S3", "S4", 2, 60),
        ("RUNS-UP-LEFT", "S5", "S6", 0, 60),
        ("RUNS-UP-40", "S7", "S8", 0, 40),
        ("RUNS-UP-BOTH", "S9", "SA", 0, 60),
        ("RUNS-UP-BIDS", "SB", "SC", 0, 60),
        ("RUNS-UP-LIAISON", "SD", "SE", 0, 60),
        ("RUNS-UP-STATE", "SF", "SG", 0, 60),
    ):
        w.lot(tender, one, other)
        if tender == "RUNS-UP-STATE":
            w.add("companies", id=f"{one}T", name=f"虚构{one}市国有资产监督管理委员会", kind="国资委")
        chain(w, f"{one}T", one, layers, percent)
        role = "联络员" if tender == "RUNS-UP-LIAISON" else "董事"
        w.post(f"P{one}", f"{one}T", role=role, valid_to="2025-03-01" if tender == "RUNS-UP-LEFT" else None)
        w.post(f"P{one}", other)
    w.holds("S9T", "SA", 60)
    w.bid("RUNS-UP-BIDS", "SBT")
    # One consortium; different lots.
    w.tender("JOINT")
    for bidder in ("J1", "J2"):
        w.bid("JOINT", bidder, consortium_id="联合体一")
    w.bid("JOINT", "J3")
    chain(w, "PJ", "J1", 1)
    w.post("PJ", "J2")
    w.tender("LOTS")
    w.bid("LOTS", "K1", "1")
    w.bid("LOTS", "K2", "2")
    chain(w, "PK", "K1", 1)
    w.post("PK", "K2")


found = found_on_both(
    build, (shared_officer.DETECTOR, common_shareholder.DETECTOR, possible_same_person.DETECTOR)
)


def test_a_register_of_more_than_the_whole_on_the_way_is_said_to_be(found: Found) -> None:
    hit = found.one(OFFICER, "OVER")
    assert (
        "穿透持有36.00%，2层，所经登记册持股比例合计130.00%，超过100%，按所载计算，须核实" in hit.text["zh"]
    )
    assert "by a register that adds up to 130.00%, above 100%, computed as stated: verify" in hit.text["en"]
    (held,) = [b for b in hit.facts["bidders"] if "paths" in b]
    assert held["registers_above_100"] == [{"id": "local:O1M0", "total": 1.3}]
    assert "registers_above_100" not in str(found.one(OFFICER, "TWO").facts)


def test_who_stands_above_one_bidder_and_runs_another_ties_them(found: Found) -> None:
    hit = found.one(OFFICER, "TWO")
    assert hit.subjects == ids("A1", "A2")
    assert (
        "虚构A1建设有限公司（间接股东，穿透持有36.00%，2层）、虚构A2建设有限公司（法定代表人）"
        in hit.text["zh"]
    )
    assert "虚构A1建设有限公司 (indirect shareholder, 36.00%, depth 2)" in hit.text["en"]
    held = next(b for b in hit.facts["bidders"] if b["id"] == "local:A1")
    assert (held["share"], held["depth"]) == (0.36, 2)
    assert [p["nodes"] for p in held["paths"]] == [["person.local:PA", "local:A1M0", "local:A1"]]
    assert {"local:A1M0", "person.local:PA"} < set(hit.evidence.nodes)


def test_however_many_layers(found: Found) -> None:
    hit = found.one(OFFICER, "FIVE")
    assert hit.subjects == ids("B1", "B2")
    assert "6层" in hit.text["zh"]


def test_what_did_not_hold_at_the_bid_ties_nobody(found: Found) -> None:
    assert found.of(OFFICER, "SOLD") == []
    assert found.suppressed(OFFICER, "LEFT") == "ended"


def test_who_owns_all_he_runs_is_a_common_shareholder(found: Found) -> None:
    assert found.of(OFFICER, "BOTH") == []
    assert found.one(SHAREHOLDER, "BOTH").subjects == ids("E1", "E2")
    assert found.of(OFFICER, "SAME") == []


def test_who_owns_two_and_runs_a_third_ties_all_three(found: Found) -> None:
    assert found.one(OFFICER, "THREE").subjects == ids("G1", "G2", "G3")
    assert found.one(SHAREHOLDER, "THREE").subjects == ids("G1", "G2")


def test_control_without_a_share_counts(found: Found) -> None:
    hit = found.one(OFFICER, "CONTROL")
    assert hit.subjects == ids("H1", "H2")
    assert "虚构H1建设有限公司（疑似实际控制人，2层）" in hit.text["zh"]
    # Also by who owns what he runs: no share ties the two.
    assert found.one(OFFICER, "CONTROL-OWN").subjects == ids("H3", "H4")


def test_who_controls_or_manages_one_without_a_share_and_has_another_ties_them(found: Found) -> None:
    for tender, said, role in (
        ("RULE-SHARE", "持股或掌握控制权", "controller"),
        ("RUN-SHARE", "持股或承包、受托经营", "contract_manager"),
        ("RUN-POST", "任职或承包、受托经营", "contract_manager"),
    ):
        hit = found.one(OFFICER, tender)
        assert (hit.severity, hit.subjects) == ("lead", ids(f"{tender}A", f"{tender}B"))
        assert said in hit.text["zh"] and hit.facts["holder"]["id"] == f"person.local:P{tender}"
        (ruled,) = [link["role"] for link in hit.facts["bidders"][0]["links"]]
        assert ruled == role
    # Control of both, shares of both and no link with the other are told as that, or not at all.
    for tender in ("RULE-BOTH", "RULE-OWN", "RULE-NEITHER", "RULE-ENDED"):
        assert found.of(OFFICER, tender) == [], tender
    assert found.one(SHAREHOLDER, "RULE-OWN").subjects == ids("RULE-OWNA", "RULE-OWNB")
    assert found.suppressed(OFFICER, "RUN-ENDED") == "ended"


def test_a_company_that_manages_another_counts(found: Found) -> None:
    hit = found.one(OFFICER, "PARTNER")
    assert hit.subjects == ids("I1", "I2")
    assert "执行事务合伙人" in hit.text["zh"] and "9.00%" in hit.text["zh"]


def test_one_consortium_is_set_aside_and_other_lots_are_not_looked_at(found: Found) -> None:
    assert found.suppressed(OFFICER, "JOINT") == "consortium"
    assert found.of(OFFICER, "LOTS") == []


def test_what_ended_in_the_month_of_the_bid_may_have_held(found: Found) -> None:
    assert found.one(OFFICER, "MONTH").subjects == ids("L1", "L2")
    assert found.suppressed(OFFICER, "MONTH-PAST") == "ended"
    hit = found.one(SHAREHOLDER, "MONTH-SHARE")
    assert [b["share"] for b in hit.facts["bidders"]] == [0.2, 0.1]


def test_a_name_above_one_bidder_is_laid_beside_those_at_another(found: Found) -> None:
    hit = found.one(NAMESAKE, "NAME-TEL")
    assert hit.subjects == ids("Q1", "Q2")
    assert hit.facts["corroboration"] == ["contact"]
    assert "间接股东，穿透持有36.00%，2层" in hit.text["zh"]
    for tender, bidders in (("NAME", ids("Q3", "Q4")), ("NAME-BOTH", ids("Q5", "Q6"))):
        assert found.of(NAMESAKE, tender) == []
        (subjects,) = found.undecided(NAMESAKE, tender)
        assert subjects[:2] == bidders and len(subjects) == 4
    for tender in ("NAME-MASK", "NAME-IDS"):
        assert found.of(NAMESAKE, tender) == [] and found.undecided(NAMESAKE, tender) == []


def test_who_runs_or_owns_one_bidder_and_works_on_the_bid_of_another_ties_them(found: Found) -> None:
    hit = found.one(OFFICER, "WORK")
    assert hit.subjects == ids("R1", "R2")
    assert "财务负责人" in hit.text["zh"] and "投标授权代表" in hit.text["zh"]
    assert found.one(OFFICER, "WORK-HELD").subjects == ids("R7", "R8")
    assert found.of(OFFICER, "WORK-OWN") == found.of(OFFICER, "WORK-TWO") == []


def test_lots_without_a_title_are_told_by_their_number(found: Found) -> None:
    texts = [t for f in found.run.findings for t in f.text.values()]
    texts += [str(f.suppressed_by) for f in found.run.findings if f.suppressed_by]
    assert not [t for t in texts if "local:" in t]
    hit = found.one(OFFICER, "TWO")
    assert "测试项目TWO（标段1）" in hit.text["zh"] and "测试项目TWO (lot 1)" in hit.text["en"]
    (bare,) = [f for f in found.of(SHAREHOLDER, "BARE") if f.scope_id.endswith("/2")]
    assert bare.suppressed_by is not None and "投的是包1，" in bare.suppressed_by["reason"]
    assert "BARE（包2）" in bare.text["zh"]


def test_who_runs_what_controls_one_bidder_and_runs_another_ties_them(found: Found) -> None:
    hit = found.one(OFFICER, "RUNS-UP")
    assert hit.subjects == ids("S1", "S2")
    assert "虚构S1建设有限公司（控制方虚构S1T建设有限公司的董事）" in hit.text["zh"]
    assert "虚构S1建设有限公司 (director of 虚构S1T建设有限公司, which controls it)" in hit.text["en"]
    (link,) = hit.facts["bidders"][0]["links"]
    assert link["of"] == {"id": "local:S1T", "name": "虚构S1T建设有限公司"}
    assert {"local:S1T", "person.local:PS1"} < set(hit.evidence.nodes)
    far = found.one(OFFICER, "RUNS-UP-3")
    assert far.subjects == ids("S3", "S4")
    assert {"local:S3T", "local:S3M0", "local:S3M1"} < set(far.evidence.nodes)


def test_a_post_further_up_that_ties_nobody(found: Found) -> None:
    assert found.suppressed(OFFICER, "RUNS-UP-LEFT") == "ended"
    assert {t: found.of(OFFICER, f"RUNS-UP-{t}") for t in ("40", "BOTH", "LIAISON", "STATE")} == {
        t: [] for t in ("40", "BOTH", "LIAISON", "STATE")
    }
    # Who runs a bidder and another one is told; that the one controls a third adds nobody.
    assert found.one(OFFICER, "RUNS-UP-BIDS").subjects == ids("SBT", "SC")


def test_a_post_further_up_is_proven_by_its_evidence_and_found_lot_by_lot(tmp_path: Path) -> None:
    world = World()
    world.lot("UP", "A1", "A2")
    chain(world, "A9", "A1", 2)
    world.post("PA", "A9", role="董事")
    world.post("PA", "A2")
    with open_store(tmp_path / "whole") as store, open_store(tmp_path / "alone") as alone:
        store.apply(world.extract())
        # Before anything is worked out, and after.
        screened = [f for f in screen_lot(store, "local:UP/1").run.findings if f.detector == OFFICER]
        (found,) = detect(store, [shared_officer.DETECTOR]).findings
        alone.apply(Stated(store).of(found.evidence))
        (again,) = detect(alone, [shared_officer.DETECTOR]).findings
        screened += [f for f in screen_lot(store, "local:UP/1").run.findings if f.detector == OFFICER]
    assert found.subjects == ids("A1", "A2")
    assert [f.to_json() for f in screened] == [found.to_json()] * 2
    assert again.fingerprint == found.fingerprint
    assert again.facts["bidders"] == found.facts["bidders"]
