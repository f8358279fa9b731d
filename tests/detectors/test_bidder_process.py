"""Rules of the procedure, each only where regime and method carry it; subcontracts; young bidders; on both stores."""

from __future__ import annotations

from typing import Any

import pytest

from detectors.bidders import (
    consortium_member_bids_twice,
    founded_for_one_tender,
    loser_becomes_subcontractor,
)
from detectors.procedure import (
    contract_overdue,
    deposit_above_limit,
    fewer_than_three_bidders,
    re_subcontract,
    short_bid_period,
    whole_works_passed_on,
)
from detectors.procedure.limits import tells
from detectors.procedure.scopes import scope_kind
from tests.detectors.bidder_world import Found, World, found_on_both, ids, name

FEW, PERIOD, LATE, DEPOSIT = (
    "fewer-than-three-bidders",
    "short-bid-period",
    "contract-overdue",
    "deposit-above-limit",
)
TWICE, YOUNG = "consortium-member-bids-twice", "founded-for-one-tender"
LOSER, AGAIN, WHOLE = "loser-becomes-subcontractor", "re-subcontract", "whole-works-passed-on"
PROCUREMENT = "政府采购"


def won(w: World, tender: str, winner: str, *losers: str, amount: int = 1_000_000, **more: Any) -> None:
    w.tender(tender, **more)
    w.bid(tender, winner, status="中标", amount=amount)
    for loser in losers:
        w.bid(tender, loser, status="未中标", amount=amount + 1)


def sub(w: World, tender: str, one: str, other: str, **more: Any) -> None:
    row = {
        "contractor_id": one,
        "contractor_name": name(one),
        "subcontractor_id": other,
        "subcontractor_name": name(other),
    }
    w.add("subcontracts", tender_id=tender, lot_id="1", **row, **more)


SCOPES = (
    ("WITH-LABOUR", 950_000, "主体结构及安装工程（含劳务）"),
    ("LABOUR-AND-MAIN", 950_000, "劳务分包及主体结构施工"),
    ("MAIN-LABOUR", 950_000, "主体结构劳务作业"),
    ("MAIN-TESTS", 10_000, "主体结构混凝土检测"),
    ("MAIN-STEEL", 20_000, "主体结构钢筋采购"),
    ("MAIN-STEEL-SET", 20_000, "主体结构钢筋采购及安装"),
    ("MAIN-RENT", 20_000, "主体结构模板租赁"),
    ("ALL-SUPPLY", 950_000, "设备采购"),
)
AGAIN_SCOPES = (
    ("AGAIN-NO-LABOUR", "幕墙专业分包（非劳务）"),
    ("AGAIN-WITH-LABOUR", "土方工程（含材料、机械及劳务）"),
    ("AGAIN-STEEL", "钢材采购"),
)


def build(w: World) -> None:
    # Counts: two and awarded; two without award; a consortium is one bid; three; failed; other methods; unknown.
    won(w, "TWO", "A1", "A2")
    w.lot("TWO-OPEN", "A1", "A2")
    w.tender("JOINT")
    for bidder, group in (("A1", "联合体一"), ("A2", "联合体一"), ("A3", None), ("A4", None)):
        w.bid("JOINT", bidder, consortium_id=group)
    # One bidder twice, by its code and by its name alone, beside another.
    w.lot("FEW-TWICE", "A8")
    code, named = "91999999900000022Y", "虚构松岭市政工程有限公司"
    w.add("companies", id=code, name=named)
    w.add("bids", tender_id="FEW-TWICE", lot_id="1", bidder_id=code, bidder_name=named)
    w.add("bids", tender_id="FEW-TWICE", lot_id="1", bidder_name=named)
    # Bids that name no lot, beside two that name one; beside one, too few for either; alone in their tender.
    for tender, of_one, of_none in (
        ("UNSAID", ("U1", "U2"), ("U3",)),
        ("UNSAID-FEW", ("U4",), ("U5",)),
        ("UNSAID-ALL", (), ("U6", "U7")),
    ):
        w.tender(tender)
        for bidder in of_one:
            w.bid(tender, bidder)
        for bidder in of_none:
            w.add("bids", tender_id=tender, bidder_id=bidder, bidder_name=name(bidder))
    w.lot("FEW-JOINT", "A3")
    w.bid("FEW-JOINT", "A5", consortium_id="联合体二")
    w.bid("FEW-JOINT", "A6", consortium_id="联合体二")
    w.lot("THREE", "A1", "A2", "A3")
    w.lot("WITHDRAWN", "A1", "A2")
    w.bid("WITHDRAWN", "A3", status="撤回")
    w.lot("FAILED", "A1")
    w.add("lots", id="1", tender_id="FAILED", status="流标")
    w.lot("SINGLE", "A1", method="单一来源", regime=PROCUREMENT)
    w.lot("TALKS", "A1", "A2", method="竞争性谈判", regime=PROCUREMENT)
    w.lot("UNKNOWN", "A1", method=None)
    # Lots of two tenders: of two regimes that both bind; of which one does not; of which one says nothing.
    for tender, more in (
        ("TWO-REGIMES", {"regime": PROCUREMENT}),
        ("TWO-UNLIKE", {"regime": PROCUREMENT, "method": "竞争性谈判"}),
        ("TWO-SILENT", {"regime": None, "method": None}),
    ):
        won(w, tender, "A1", "A2")
        w.tender(f"{tender}-TOO", **more)
        w.add("lots", id=f"local:{tender}/1", tender_id=f"{tender}-TOO")

    # Only results are on record: winners or candidates; of another tender one lot shows whoever bid.
    for tender, statuses in (("RESULT", ("中标",)), ("CANDIDATES", ("第一中标候选人", "第二中标候选人"))):
        w.tender(tender, awarded_on="2025-03-10")
        for bidder, status in zip(("A1", "A2"), statuses, strict=False):
            w.bid(tender, bidder, status=status, amount=1_000_000)
    w.tender("RESULT-AND-LIST")
    w.bid("RESULT-AND-LIST", "A1", status="中标")
    for bidder, status in (("A1", "中标"), ("A2", "未中标"), ("A3", "未中标")):
        w.bid("RESULT-AND-LIST", bidder, lot="2", status=status)
    # No bid says that it won, but the tender's notice or contract is dated; of two lots it does not tell which.
    w.lot("NOTICE", "A1", "A2", awarded_on="2025-03-10")
    w.lot("CONTRACT", "A1", "A2", contract_signed_on="2025-03-20")
    w.tender("NOTICE-LOTS", awarded_on="2025-03-10")
    for lot, bidders in (("1", ("A1", "A2")), ("2", ("A1", "A2", "A3"))):
        for bidder in bidders:
            w.bid("NOTICE-LOTS", bidder, lot=lot, status="有效")

    # Dates: nineteen days and twenty; thirty-one to the contract and thirty; dates that are missing.
    for tender, start in (("DAYS-19", "2025-02-10"), ("DAYS-20", "2025-02-09")):
        w.lot(tender, "A1", "A2", "A3", published_on=start)
    # Opened after the deadline, on a day that makes enough of it, or not.
    for tender, opened in (("DAYS-OFF", "2025-03-02 09:00"), ("DAYS-OFF-19", "2025-03-01 10:00")):
        w.lot(tender, "A1", "A2", "A3", "A4", published_on="2025-02-10", opened_on=opened)
    w.lot("DAYS-OFF-12", "A1", "A2", "A3", published_on="2025-02-20", opened_on="2025-03-04")
    w.lot("DAYS-BEFORE", "A1", "A2", "A3", published_on="2025-03-10")
    w.lot("DAYS-TALKS", "A1", "A2", "A3", published_on="2025-02-25", method="竞争性磋商", regime=PROCUREMENT)
    for tender, signed in (
        ("SIGN-31", "2025-04-11"),
        ("SIGN-30", "2025-04-10"),
        ("SIGN-NONE", None),
        ("SIGN-BEFORE", "2025-03-01"),
    ):
        w.lot(tender, "A1", "A2", "A3", awarded_on="2025-03-11", contract_signed_on=signed)
    w.lot(
        "SIGN-TALKS",
        *("A1", "A2", "A3"),
        awarded_on="2025-03-11",
        contract_signed_on="2025-04-11",
        method="竞争性谈判",
        regime=PROCUREMENT,
    )
    w.lot(
        "SIGN-DIRECT",
        *("A1", "A2", "A3"),
        awarded_on="2025-03-11",
        contract_signed_on="2025-04-11",
        method="直接发包",
    )

    # Deposits: two per cent and a yuan more; of one of two lots; without an estimate.
    for tender, deposit in (("DEP-OVER", 20_001), ("DEP-AT", 20_000)):
        w.lot(tender, "A1", "A2", "A3", deposit=deposit)
        w.add("lots", id="1", tender_id=tender, estimate=1_000_000)
    # In a consultation by its own measures, in a negotiation by the regulations; none binds a single source.
    for tender, method in (
        ("DEP-CONSULT", "竞争性磋商"),
        ("DEP-TALKS", "竞争性谈判"),
        ("DEP-SINGLE", "单一来源"),
    ):
        w.lot(tender, "A1", "A2", "A3", deposit=20_001, method=method, regime=PROCUREMENT)
        w.add("lots", id="1", tender_id=tender, estimate=1_000_000)
    w.tender("DEP-LOTS", deposit=30_000)
    for lot in ("1", "2"):
        w.add("lots", id=lot, tender_id="DEP-LOTS", estimate=1_000_000)
        w.bid("DEP-LOTS", "A1", lot, deposit_amount=25_000 if lot == "1" else None)
    w.lot("DEP-NONE", "A1", "A2", "A3", deposit=30_000)
    # One bid, and its deposit, in another currency than the estimate: too much by number alone, and too little by it.
    for tender, mine, foreign in (("DEP-USD", 10_000, 25_000), ("DEP-CNY", 25_000, 10_000)):
        w.tender(tender)
        w.add("lots", id="1", tender_id=tender, estimate=1_000_000)
        w.bid(tender, "A1", amount=900_000, deposit_amount=mine)
        w.bid(tender, "A2", amount=130_000, currency="USD", deposit_amount=foreign)

    # Two per cent is asked, and one bidder pays for two lots, or a fee with it; nobody says what is asked.
    for tender, asked, paid in (
        ("DEP-TWO-LOTS", 20_000, (20_000, 40_000)),
        ("DEP-FEE", 20_000, (20_000, 20_005)),
        ("DEP-UNSAID", None, (20_000, 40_000)),
        ("DEP-ALL-ABOVE", None, (30_000, 40_000)),
        ("DEP-ASKED", 30_000, (20_000, 20_000)),
    ):
        w.tender(tender, deposit=asked)
        w.add("lots", id="1", tender_id=tender, estimate=1_000_000)
        for bidder, deposit in zip(("A1", "A2"), paid, strict=True):
            w.bid(tender, bidder, deposit_amount=deposit)
    # All in dollars.
    w.tender("DEP-DOLLARS")
    w.add("lots", id="1", tender_id="DEP-DOLLARS", estimate=1_000_000, currency="USD")
    w.bid("DEP-DOLLARS", "A1", amount=900_000, currency="USD", deposit_amount=50_000)

    # A member of a consortium alone in the same lot; in another lot of the tender; in another tender.
    w.tender("TWICE")
    for bidder, group in (("B1", "联合体一"), ("B2", "联合体一"), ("B1", None), ("B3", None)):
        w.bid("TWICE", bidder, consortium_id=group, amount=1_000_000)
    w.tender("TWICE-LOTS")
    for lot, bidder, group in (
        ("1", "B4", "联合体一"),
        ("1", "B5", "联合体一"),
        ("2", "B4", None),
        ("2", "B6", None),
    ):
        w.bid("TWICE-LOTS", bidder, lot, consortium_id=group)
    # One consortium in two lots; with another member in the second; twice in one lot; of which one member is named.
    for tender, *bids in (
        (
            "SAME",
            ("1", "BS1", "联合体甲"),
            ("1", "BS2", "联合体甲"),
            ("2", "BS2", "联合体乙"),
            ("2", "BS1", "联合体乙"),
        ),
        (
            "OTHER",
            ("1", "BT1", "联合体甲"),
            ("1", "BT2", "联合体甲"),
            ("2", "BT1", "联合体乙"),
            ("2", "BT3", "联合体乙"),
        ),
        (
            "AGAIN",
            ("1", "BU1", "联合体甲"),
            ("1", "BU2", "联合体甲"),
            ("1", "BU1", "联合体乙"),
            ("1", "BU2", "联合体乙"),
        ),
        ("UNNAMED", ("1", "BV1", "联合体甲"), ("2", "BV1", "联合体乙")),
    ):
        w.tender(f"TWICE-{tender}")
        for lot, bidder, group in bids:
            w.bid(f"TWICE-{tender}", bidder, lot, consortium_id=group)
    w.tender("ONCE")
    for bidder, group in (("B7", "联合体一"), ("B8", "联合体一"), ("B9", None)):
        w.bid("ONCE", bidder, consortium_id=group)
    w.lot("ONCE-ELSE", "B7", "B9")

    # Subcontracts: to a loser, to one that never bid, to a loser before the award; labour; nearly all; again.
    won(w, "LOSER", "C1", "C2", "C3", awarded_on="2025-03-10")
    sub(w, "LOSER", "C1", "C2", amount=200_000, signed_on="2025-04-01", scope="绿化")
    sub(w, "LOSER", "C1", "X1", amount=100_000, signed_on="2025-04-01", scope="绿化")
    won(w, "LOSER-MONEY", "C1", "C2", "C3", awarded_on="2025-03-10")
    for amount, currency in ((300_000, "USD"), (700_000, "CNY"), (1, "CNY")):
        sub(w, "LOSER-MONEY", "C1", "C2", amount=amount, currency=currency, signed_on="2025-04-01")
    won(w, "LOSER-BEFORE", "C1", "C2", "C3", awarded_on="2025-03-10")
    sub(w, "LOSER-BEFORE", "C1", "C2", amount=100_000, signed_on="2025-03-09", scope="绿化")
    won(w, "WHOLE", "C4", "C5", "C6")
    sub(w, "WHOLE", "C4", "X2", amount=500_000, scope="路面")
    sub(w, "WHOLE", "C4", "X3", amount=400_000, scope="绿化")
    won(w, "PART", "C4", "C5", "C6")
    sub(w, "PART", "C4", "X2", amount=899_999, scope="路面")
    won(w, "LABOUR", "C4", "C5", "C6")
    sub(w, "LABOUR", "C4", "X2", amount=500_000, scope="路面")
    sub(w, "LABOUR", "C4", "X4", amount=450_000, scope="劳务作业")
    won(w, "MAIN", "C4", "C5", "C6")
    sub(w, "MAIN", "C4", "X2", scope="主体结构施工")
    won(w, "NOT-MAIN", "C4", "C5", "C6")
    sub(w, "NOT-MAIN", "C4", "X2", amount=300_000, scope="主体结构以外的附属工程")
    won(w, "NO-AMOUNT", "C4", "C5", "C6")
    sub(w, "NO-AMOUNT", "C4", "X2")
    won(w, "AGAIN", "D1", "D2", "D3")
    sub(w, "AGAIN", "D1", "X5", amount=100_000, scope="路面")
    sub(w, "AGAIN", "X5", "X6", amount=90_000, scope="路面")
    won(w, "AGAIN-LABOUR", "D1", "D2", "D3")
    sub(w, "AGAIN-LABOUR", "D1", "X5", amount=100_000, scope="路面")
    sub(w, "AGAIN-LABOUR", "X5", "X7", amount=90_000, scope="路面劳务")
    for tender, amount, scope in SCOPES:
        won(w, tender, "C4", "C5", "C6")
        sub(w, tender, "C4", "X2", amount=amount, scope=scope)
    for tender, scope in AGAIN_SCOPES:
        won(w, tender, "D1", "D2", "D3")
        sub(w, tender, "D1", "X5", amount=100_000, scope="劳务分包")
        sub(w, tender, "X5", "X6", amount=90_000, scope=scope)
    # A consortium divides the works; a member passes its part on; to one that was no member; members of a bid that lost.
    for tender, winner in (("JOINT", "联合体甲"), ("JOINT-OUT", "联合体甲"), ("JOINT-LOST", "联合体乙")):
        w.tender(tender)
        for n, group in (("1", "联合体甲"), ("2", "联合体甲"), ("3", "联合体乙"), ("4", "联合体乙")):
            status = "中标" if group == winner else "未中标"
            w.bid(tender, f"{tender}{n}", consortium_id=group, amount=1_000_000, status=status)
    sub(w, "JOINT", "JOINT1", "JOINT2", amount=950_000, scope="施工部分")
    sub(w, "JOINT", "JOINT2", "X5", amount=90_000, scope="路面")
    sub(w, "JOINT-OUT", "JOINT-OUT1", "JOINT-OUT2", amount=100_000, scope="施工部分")
    sub(w, "JOINT-OUT", "JOINT-OUT2", "X5", amount=900_000, scope="路面")
    sub(w, "JOINT-OUT", "X5", "X6", amount=90_000, scope="路面")
    sub(w, "JOINT-LOST", "JOINT-LOST3", "JOINT-LOST1", amount=100_000, scope="路面")
    sub(w, "JOINT-LOST", "JOINT-LOST1", "JOINT-LOST2", amount=90_000, scope="路面")
    won(w, "AGAIN-ELSE", "D1", "D2", "D3")
    sub(w, "AGAIN-ELSE", "D1", "X8", amount=100_000, scope="路面")
    won(w, "AGAIN-OTHER", "X8", "D2", "D3")
    sub(w, "AGAIN-OTHER", "X8", "X9", amount=90_000, scope="路面")

    # Founded 179 days before at one buyer; 180 days; at two buyers.
    for bidder, founded in (
        ("E1", "2024-09-03"),
        ("E2", "2024-09-02"),
        ("E3", "2025-01-01"),
        ("E4", "2010-01-01"),
    ):
        w.add("companies", id=bidder, name=name(bidder), founded_on=founded)
    w.lot("YOUNG", "E1", "E2", "E3", "E4", "E5", buyer_id="Y1", buyer_name=name("Y1"))
    w.lot("YOUNG-ELSE", "E3", "E4", buyer_id="Y2", buyer_name=name("Y2"))
    # By its dates no firm on the day of the bid; on its last day, and founded on the day, one.
    for bidder, founded, dissolved in (
        ("EA", "2025-03-02", None),
        ("EB", "2010-01-01", "2024-03-01"),
        ("EC", "2010-01-01", "2025-03-01"),
        ("ED", "2025-03-01", None),
    ):
        w.add("companies", id=bidder, name=name(bidder), founded_on=founded, dissolved_on=dissolved)
    w.lot("NOT-THERE", "EA", "EB", "EC", "ED", buyer_id="Y3", buyer_name=name("Y3"))
    # One bid by a name of before.
    w.add("companies", id="EE", name=name("EE"), founded_on="2010-01-01")
    w.add("former_names", company_id="EE", name="虚构老名建设有限公司")
    w.tender("FORMER", buyer_id="Y4", buyer_name=name("Y4"))
    w.add("bids", tender_id="FORMER", lot_id="1", bidder_name="虚构老名建设有限公司")
    w.bid("FORMER", "E4")
    # Nobody states who buys.
    w.add("companies", id="E9", name=name("E9"), founded_on="2025-02-20")
    w.lot("YOUNG-NOBODY", "E9", "E2")


found = found_on_both(
    build,
    tuple(
        m.DETECTOR
        for m in (
            fewer_than_three_bidders,
            short_bid_period,
            contract_overdue,
            deposit_above_limit,
            consortium_member_bids_twice,
            loser_becomes_subcontractor,
            re_subcontract,
            whole_works_passed_on,
            founded_for_one_tender,
        )
    ),
)


def test_fewer_than_three(found: Found) -> None:
    assert found.one(FEW, "TWO").severity == "prohibited"
    assert found.one(FEW, "TWO-OPEN").severity == "review"
    assert found.one(FEW, "WITHDRAWN").facts["bids"] == 2
    assert found.one(FEW, "FEW-TWICE").facts["bids"] == 2
    assert found.one(FEW, "FEW-JOINT").subjects == ids("A3", "A5", "A6")
    for tender in ("JOINT", "THREE", "FAILED", "SINGLE", "TALKS"):
        assert found.of(FEW, tender) == [], tender
    assert len(found.undecided(FEW, "UNKNOWN")) == 1
    # Both regimes ask for three; of one that is not said the other tender tells.
    both = found.one(FEW, "TWO-REGIMES")
    assert (both.severity, both.facts["regime"], both.facts["method"]) == ("prohibited", None, "open")
    assert [b["article"] for b in both.basis] == [b["article"] for b in found.one(FEW, "TWO").basis] + [
        "第三十六条第一项"
    ]
    assert found.one(FEW, "TWO-SILENT").facts["regime"] == "construction"
    assert found.of(FEW, "TWO-UNLIKE") == []
    (gap,) = [u for d, u in found.run.undecided if d == FEW and u.scope_id == "local:TWO-UNLIKE/1"]
    assert gap.missing_zh == "所属各项目的适用法律制度或采购方式不一，无法判定规则是否适用"
    assert found.of(FEW, "UNKNOWN") == []


def test_results_alone_do_not_tell_how_many_bid(found: Found) -> None:
    for tender in ("RESULT", "CANDIDATES"):
        assert found.of(FEW, tender) == [], tender
        (gap,) = [u for d, u in found.run.undecided if d == FEW and u.scope_id == f"local:{tender}/1"]
        assert gap.missing_zh == "只有中标人或中标候选人的记录，缺少全部投标人，投标个数无法判定"
    assert found.one(FEW, "RESULT-AND-LIST").severity == "prohibited"


def test_an_award_is_read_from_the_tenders_dates_too(found: Found) -> None:
    notice, contract = found.one(FEW, "NOTICE"), found.one(FEW, "CONTRACT")
    assert (notice.severity, contract.severity) == ("prohibited", "prohibited")
    assert "且已定标（中标通知书日期2025-03-10）" in notice.text["zh"]
    assert "and it was awarded (contract signed on 2025-03-20)" in contract.text["en"]
    lots = found.one(FEW, "NOTICE-LOTS")
    assert (lots.severity, lots.facts["awarded"]) == ("review", False)
    assert "项目已定标（中标通知书日期2025-03-10），本标段是否定标待核实" in lots.text["zh"]
    assert "尚无定标记录" in found.one(FEW, "TWO-OPEN").text["zh"]


def test_days_to_the_deadline(found: Found) -> None:
    hit = found.one(PERIOD, "DAYS-19")
    assert (hit.scope_kind, hit.facts["days"]) == ("tender", 19)
    assert [b["law"] for b in hit.basis][:1] == ["招标投标法"]
    assert found.of(PERIOD, "DAYS-20") == found.of(PERIOD, "DAYS-TALKS") == []
    assert found.of(PERIOD, "DAYS-BEFORE") == [] and found.undecided(PERIOD, "DAYS-BEFORE")
    assert len(found.undecided(PERIOD, "THREE")) == 1


def test_bids_opened_after_the_deadline_had_longer(found: Found) -> None:
    assert found.of(PERIOD, "DAYS-OFF") == [] and found.undecided(PERIOD, "DAYS-OFF")
    assert found.one(PERIOD, "DAYS-OFF-19").facts["days"] == 19
    later = found.one(PERIOD, "DAYS-OFF-12")
    assert later.facts["days"] == 12 and later.facts["opened_on"] == "2025-03-04"
    assert "2025-03-01" in later.text["zh"] and "2025-03-04" in later.text["en"]


def test_days_to_the_contract(found: Found) -> None:
    assert found.one(LATE, "SIGN-31").facts["days"] == 31
    assert [b["law"] for b in found.one(LATE, "SIGN-TALKS").basis] == ["政府采购法"]
    for tender in ("SIGN-30", "SIGN-DIRECT", "SIGN-NONE", "SIGN-BEFORE", "THREE"):
        assert found.of(LATE, tender) == [], tender
    assert len(found.undecided(LATE, "SIGN-NONE")) == len(found.undecided(LATE, "SIGN-BEFORE")) == 1


def test_deposits(found: Found) -> None:
    over = found.one(DEPOSIT, "DEP-OVER")
    assert over.facts["share"] == pytest.approx(0.020001)
    assert "2.0001%，超过2%" in over.text["zh"]
    assert found.of(DEPOSIT, "DEP-AT") == []
    assert [b["article"] for b in found.one(DEPOSIT, "DEP-CONSULT").basis] == ["第十二条"]
    assert [b["article"] for b in found.one(DEPOSIT, "DEP-TALKS").basis] == ["第三十三条"]
    assert found.of(DEPOSIT, "DEP-SINGLE") == []
    # The tender's deposit can't tell of one of its two lots; what was paid for one does.
    assert found.one(DEPOSIT, "DEP-LOTS").scope_id == "local:DEP-LOTS/1"
    assert [u.scope_id for _, u in found.run.undecided if u.scope_id.startswith("local:DEP-LOTS/")] == [
        "local:DEP-LOTS/2"
    ]
    assert len(found.undecided(DEPOSIT, "DEP-NONE")) == 1
    assert found.of(DEPOSIT, "DEP-USD") == [] and len(found.undecided(DEPOSIT, "DEP-USD")) == 1
    assert found.one(DEPOSIT, "DEP-CNY").facts["deposit"] == 2_500_000
    assert found.undecided(DEPOSIT, "DEP-CNY") == []


def test_a_deposit_is_judged_by_what_is_asked(found: Found) -> None:
    for tender in ("DEP-TWO-LOTS", "DEP-FEE", "DEP-UNSAID"):
        assert found.suppressed(DEPOSIT, tender) == "paid-more", tender
    (fee,) = found.of(DEPOSIT, "DEP-FEE")
    assert (
        fee.suppressed_by is not None
        and "要求的保证金为20,000.00元，未超过上限" in fee.suppressed_by["reason"]
    )
    assert found.one(DEPOSIT, "DEP-ALL-ABOVE").facts["deposit"] == 3_000_000
    assert found.one(DEPOSIT, "DEP-ASKED").facts["deposit"] == 3_000_000
    dollars = found.one(DEPOSIT, "DEP-DOLLARS")
    assert "投标保证金50,000.00美元，为估算价1,000,000.00美元的5.00%" in dollars.text["zh"]
    assert "50,000.00 US dollars" in dollars.text["en"]


def test_amounts_of_different_currencies_are_not_added_up(found: Found) -> None:
    hit = found.one(LOSER, "LOSER-MONEY")
    assert "分包金额700,001.00元、300,000.00美元。" in hit.text["zh"]
    assert "for 700,001.00 yuan and 300,000.00 US dollars." in hit.text["en"]


def test_a_consortium_member_bids_again(found: Found) -> None:
    hit = found.one(TWICE, "TWICE")
    assert (hit.subjects, hit.severity) == (ids("B1"), "prohibited")
    assert found.one(TWICE, "TWICE-LOTS").severity == "review"
    assert found.of(TWICE, "ONCE") == found.of(TWICE, "ONCE-ELSE") == []


def test_one_consortium_in_two_lots_is_no_second_one(found: Found) -> None:
    assert found.of(TWICE, "TWICE-SAME") == []
    assert found.undecided(TWICE, "TWICE-SAME") == []
    assert (found.one(TWICE, "TWICE-OTHER").subjects, found.one(TWICE, "TWICE-OTHER").severity) == (
        ids("BT1"),
        "review",
    )
    assert {f.severity for f in found.of(TWICE, "TWICE-AGAIN")} == {"prohibited"}
    assert found.of(TWICE, "TWICE-UNNAMED") == []
    assert found.undecided(TWICE, "TWICE-UNNAMED") == [ids("BV1")]


def test_how_a_winning_consortium_divides_the_works_is_no_subcontract(found: Found) -> None:
    assert found.suppressed(WHOLE, "JOINT") == found.suppressed(AGAIN, "JOINT") == "consortium"
    assert found.one(WHOLE, "JOINT-OUT").facts["contractor"]["id"] == "local:JOINT-OUT2"
    hits = {f.facts["subcontractor"]["id"]: f.suppressed_by for f in found.of(AGAIN, "JOINT-OUT")}
    assert hits["local:X5"] is None and (hits["local:JOINT-OUT2"] or {})["rule"] == "consortium"
    assert found.one(AGAIN, "JOINT-LOST").severity == "prohibited"


def test_the_loser_as_subcontractor(found: Found) -> None:
    assert found.one(LOSER, "LOSER").subjects == ids("C1", "C2")
    assert found.suppressed(LOSER, "LOSER-BEFORE") == "before-award"
    assert found.of(LOSER, "WHOLE") == []


def test_nearly_all_the_works(found: Found) -> None:
    assert found.one(WHOLE, "WHOLE").facts["share"] == pytest.approx(0.9)
    assert found.of(WHOLE, "PART") == []
    assert found.suppressed(WHOLE, "LABOUR") == "labour-only"
    assert found.one(WHOLE, "MAIN").facts["main_structure"] is True
    assert found.of(WHOLE, "NOT-MAIN") == []
    assert found.undecided(WHOLE, "NO-AMOUNT") == [ids("C4")]


def test_labour_beside_other_works_is_no_labour_only_subcontract(found: Found) -> None:
    for tender in ("WITH-LABOUR", "LABOUR-AND-MAIN"):
        assert found.one(WHOLE, tender).facts["main_structure"] is True
    assert found.suppressed(WHOLE, "MAIN-LABOUR") == "labour-only"
    for tender in ("AGAIN-NO-LABOUR", "AGAIN-WITH-LABOUR"):
        assert found.one(AGAIN, tender).severity == "prohibited"


def test_buying_renting_and_testing_are_no_works(found: Found) -> None:
    for tender in ("MAIN-TESTS", "MAIN-STEEL", "MAIN-RENT", "ALL-SUPPLY"):
        assert found.suppressed(WHOLE, tender) == "supply-or-service"
    assert found.one(WHOLE, "MAIN-STEEL-SET").facts["main_structure"] is True
    assert found.suppressed(AGAIN, "AGAIN-STEEL") == "supply-or-service"
    (hit,) = found.of(AGAIN, "AGAIN-STEEL")
    assert hit.suppressed_by is not None and "采购" in hit.suppressed_by["reason"]


@pytest.mark.parametrize(
    ("scope", "kind"),
    [
        ("劳务", "labour"),
        ("钢筋及模板劳务", "labour"),
        ("劳务分包（含辅材）", "labour"),
        ("土方（劳务分包）", "labour"),
        ("劳务分包（含材料）", "works"),
        ("主体结构、劳务作业", "works"),
        ("除劳务外的全部工程", "works"),
        ("劳务及材料采购", "works"),
        ("钢筋、混凝土采购", "supply"),
        ("设备采购安装", "works"),
        ("主体结构及钢筋采购", "works"),
        (None, ""),
    ],
)
def test_what_a_scope_is_of(scope: str | None, kind: str) -> None:
    assert scope_kind(scope) == kind


def test_subcontracted_again(found: Found) -> None:
    hit = found.one(AGAIN, "AGAIN")
    assert hit.subjects == ids("D1", "X5", "X6")
    assert {"local:D1", "local:X5", "local:X6"} <= set(hit.evidence.nodes)
    assert len(hit.evidence.keys) >= 2
    assert found.suppressed(AGAIN, "AGAIN-LABOUR") == "labour-only"
    assert found.of(AGAIN, "AGAIN-ELSE") == found.of(AGAIN, "AGAIN-OTHER") == []


def test_founded_for_one_tender(found: Found) -> None:
    hit = found.one(YOUNG, "YOUNG")
    assert (hit.subjects, hit.facts["days"]) == (ids("E1"), 179)
    assert found.of(YOUNG, "YOUNG-ELSE") == []
    assert ids("E5") in found.undecided(YOUNG, "YOUNG")
    assert found.of(YOUNG, "YOUNG-NOBODY") == []
    assert sorted(found.undecided(YOUNG, "NOT-THERE")) == [ids("EA"), ids("EB")]
    told = " ".join(u.missing_zh for d, u in found.run.undecided if d == YOUNG and "NOT-THERE" in u.scope_id)
    assert "成立于2025-03-02，晚于" in told and "已于2024-03-01注销或吊销，早于" in told
    assert found.one(YOUNG, "NOT-THERE").subjects == ids("ED")
    assert found.undecided(YOUNG, "FORMER") == []
    assert ids("E9") in found.undecided(YOUNG, "YOUNG-NOBODY")


@pytest.mark.parametrize(
    ("regime", "method", "binds"),
    [
        ("construction", "open", True),
        ("construction", "single_source", False),
        ("construction", None, None),
        ("other", "open", False),
        (None, "open", None),
        (None, "direct", False),
    ],
)
def test_a_rule_binds_only_where_regime_and_method_say_so(
    regime: str | None, method: str | None, binds: bool | None
) -> None:
    methods = {"construction": ("open", "invited"), "government_procurement": ("open", "invited")}
    assert tells(regime, method, methods) is binds


def test_bids_that_name_no_lot_are_told_of_the_lots_beside_them(found: Found) -> None:
    gaps = {u.scope_id: u for d, u in found.run.undecided if d == FEW and ":UNSAID" in u.scope_id}
    assert sorted(gaps) == [f"local:UNSAID{x}" for x in ("", "-FEW", "-FEW/1", "/1")]
    assert gaps["local:UNSAID/1"].subjects == gaps["local:UNSAID"].subjects == ids("U3")
    assert "是否投的本标段无法判定" in gaps["local:UNSAID/1"].missing_zh
    assert "not compared with this lot's bidders" in gaps["local:UNSAID/1"].missing_en
    assert "投的是哪个标段无法判定" in gaps["local:UNSAID"].missing_zh
    # There may be three for either lot of the first; of the others there can't.
    hits = [f.scope_id for f in found.run.findings if f.detector == FEW and ":UNSAID" in f.scope_id]
    assert sorted(hits) == ["local:UNSAID-ALL", "local:UNSAID-FEW", "local:UNSAID-FEW/1"]
