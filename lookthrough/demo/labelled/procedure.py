"""Labelled scenes of procedure and performance: counts, dates, deposits, consortia, subcontracts."""

from __future__ import annotations

import datetime as dt

from lookthrough.demo.labelled.tables import DEADLINE, GOVERNMENT, Labelled, Party

FEW, PERIOD, LATE, DEPOSIT, TWICE = (
    "fewer-than-three-bidders",
    "short-bid-period",
    "contract-overdue",
    "deposit-above-limit",
    "consortium-member-bids-twice",
)
LOSER, AGAIN, WHOLE = "loser-becomes-subcontractor", "re-subcontract", "whole-works-passed-on"
_JOINT = {"consortium_id": "标注联合体三"}


def plant_procedure(w: Labelled) -> None:
    """Plant them."""
    _counts(w)
    _dates(w)
    _deposits(w)
    _consortia(w)
    _to_losers(w)
    _again(w)
    _whole(w)


def _counts(w: Labelled) -> None:
    a, b = w.bidder(), w.bidder()
    lot = w.lot("D12a-两家", a, b, least=2, bids={a: {"status": "中标"}, b: {"status": "未中标"}})
    w.finding(FEW, lot, (a, b), "只有两家投标而定标")
    a, b, c = w.bidder(), w.bidder(), w.bidder()
    w.finding(
        FEW, w.lot("D12a-联合体", a, b, c, bids={b: _JOINT, c: _JOINT}), (a, b, c), "联合体算一家，实为两家"
    )
    w.none(FEW, w.lot("D12a-三家"), "三家投标")
    for key, method in (("单一来源", "单一来源"), ("谈判", "竞争性谈判")):
        lot = w.lot(f"D12a-{key}", least=1, regime=GOVERNMENT, method=method)
        w.none(FEW, lot, f"{method}方式不适用该规则")
    lot = w.lot("D12a-方式不明", least=2, method=None)
    w.expect(FEW, lot, "undecided", "采购方式不明：无法判定")


def _dates(w: Labelled) -> None:
    day = dt.date.fromisoformat(DEADLINE)
    for key, days in (("十九天", 19), ("二十天", 20)):
        w.lot(f"D12b-{key}", published_on=str(day - dt.timedelta(days=days)))
        scope = f"local:BZ-D12b-{key}"
        w.expect(PERIOD, scope, "finding" if days == 19 else "none", f"从发布到截止{days}天")
    w.lot("D12b-磋商", published_on=str(day - dt.timedelta(days=11)), regime=GOVERNMENT, method="竞争性磋商")
    w.none(PERIOD, "local:BZ-D12b-磋商", "竞争性磋商不适用二十日")
    w.lot("D12b-无日期", published_on=None)
    w.expect(PERIOD, "local:BZ-D12b-无日期", "undecided", "没有发布日期：无法判定")
    award = day + dt.timedelta(days=10)
    for key, days, method in (
        ("三十一天", 31, "公开招标"),
        ("三十天", 30, "公开招标"),
        ("直接发包", 31, "直接发包"),
    ):
        signed = str(award + dt.timedelta(days=days))
        w.lot(f"D12c-{key}", awarded_on=str(award), contract_signed_on=signed, method=method)
        found = key == "三十一天"
        w.expect(LATE, f"local:BZ-D12c-{key}", "finding" if found else "none", f"中标后{days}天签约")


def _deposits(w: Labelled) -> None:
    for key, deposit in (("超限", 220_001), ("足额", 220_000)):
        lot = w.lot(f"D12d-{key}", deposit=deposit)
        w.expect(
            DEPOSIT,
            lot,
            "finding" if key == "超限" else "none",
            f"保证金{deposit}元，估算价1100万元的2%为22万元",
        )
    lot = w.lot("D12d-无估价", deposit=300_000, estimate=None)
    w.expect(DEPOSIT, lot, "undecided", "没有估算价：无法判定")


def _consortia(w: Labelled) -> None:
    a, b = w.bidder(), w.bidder()
    lot = w.lot("联合体-再投", a, b, least=4, bids={a: _JOINT, b: _JOINT})
    w.bid("BZ-联合体-再投", "01", a, amount=9_331_117)
    w.finding(TWICE, lot, (a,), "联合体成员在同一标段又单独投标")
    a, b = w.bidder(), w.bidder()
    lot = w.lot("联合体-一次", a, b, least=4, bids={a: _JOINT, b: _JOINT})
    w.none(TWICE, lot, "成员只以联合体名义投标")
    w.none(TWICE, w.lot("联合体-他项", a), "成员单独投标的是另一项目")


def won(w: Labelled, key: str, *bidders: Party) -> str:
    """A lot that the first of three bidders wins at 10 million yuan; gives its id."""
    said = dict(zip(bidders, ("中标", "未中标", "未中标"), strict=True))
    prices = (10_000_000, 10_170_031, 10_403_077)
    return w.lot(
        key,
        *bidders,
        bids={b: {"status": s} for b, s in said.items()},
        prices=prices,
        awarded_on="2025-05-30",
    )


def subcontracts(w: Labelled, key: str, one: Party, other: Party, **more: object) -> None:
    """A subcontract of one to the other, in the lot of a key."""
    row = {"contractor_id": one.number, "contractor_name": one.name}
    row |= {"subcontractor_id": other.number, "subcontractor_name": other.name}
    w.add("subcontracts", tender_id=f"BZ-{key}", lot_id="01", **row, **more)


def _to_losers(w: Labelled) -> None:
    for key, signed in (("分包", "2025-07-01"), ("定标前", "2025-05-01")):
        a, b, c = w.bidder(), w.bidder(), w.bidder()
        lot = won(w, f"D10-{key}", a, b, c)
        subcontracts(w, f"D10-{key}", a, b, amount=2_000_000, signed_on=signed, scope="绿化")
        if key == "分包":
            w.finding(LOSER, lot, (a, b), "中标人定标后分包给未中标的投标人")
        else:
            w.suppressed(LOSER, lot, (a, b), "before-award", "分包合同在定标前签订")
    a, b, c = w.bidder(), w.bidder(), w.bidder()
    lot = won(w, "D10-他人", a, b, c)
    subcontracts(w, "D10-他人", a, w.bidder(), amount=2_000_000, signed_on="2025-07-01", scope="绿化")
    w.none(LOSER, lot, "分包给没有投标的企业")


def _again(w: Labelled) -> None:
    for key, scope in (("再分包", "路面"), ("劳务", "路面劳务")):
        a, b, c, d, e = (w.bidder() for _ in range(5))
        lot = won(w, f"D21a-{key}", a, b, c)
        subcontracts(w, f"D21a-{key}", a, d, amount=1_000_000, signed_on="2025-07-01", scope="路面")
        subcontracts(w, f"D21a-{key}", d, e, amount=900_000, signed_on="2025-08-01", scope=scope)
        if key == "劳务":
            w.suppressed(AGAIN, lot, (a, d, e), "labour-only", "分包单位再发包的只是劳务")
        else:
            w.finding(AGAIN, lot, (a, d, e), "分包单位再次分包")
    a, b, c, d, e = (w.bidder() for _ in range(5))
    first = won(w, "D21a-他项甲", a, b, c)
    subcontracts(w, "D21a-他项甲", a, d, amount=1_000_000, signed_on="2025-07-01", scope="路面")
    second = won(w, "D21a-他项乙", d, *(w.bidder() for _ in range(2)))
    subcontracts(w, "D21a-他项乙", d, e, amount=900_000, signed_on="2025-07-01", scope="路面")
    for lot in (first, second):
        w.none(AGAIN, lot, "两份分包属于两个项目")


def _whole(w: Labelled) -> None:
    for key, parts, expect in (
        ("九成", ((5_000_000, "路面"), (4_000_000, "绿化")), "finding"),
        ("不足九成", ((8_999_999, "路面"),), "none"),
        ("含劳务", ((5_000_000, "路面"), (4_500_000, "劳务作业")), "suppressed"),
        ("主体", ((3_000_000, "主体结构施工"),), "finding"),
        ("附属", ((3_000_000, "主体结构以外的附属工程"),), "none"),
    ):
        a, b, c = w.bidder(), w.bidder(), w.bidder()
        lot = won(w, f"D21b-{key}", a, b, c)
        to = [w.bidder() for _ in parts]
        for (amount, scope), other in zip(parts, to, strict=True):
            subcontracts(w, f"D21b-{key}", a, other, amount=amount, signed_on="2025-07-01", scope=scope)
        rule = "labour-only" if expect == "suppressed" else None
        subjects = () if expect == "none" else (a, *to)
        w.expect(WHOLE, lot, expect, f"合同1000万元，分包：{key}", subjects, rule=rule)  # type: ignore[arg-type]
    a, b, c = w.bidder(), w.bidder(), w.bidder()
    lot = won(w, "D21b-金额不明", a, b, c)
    subcontracts(w, "D21b-金额不明", a, w.bidder())
    w.undecided(WHOLE, lot, (a,), "分包没有金额与内容：无法判定")


def plant_of_two_tenders(w: Labelled) -> None:
    """Plant lots that hang on two tenders, of one method or regime and of several."""
    for key, of, other, expect, why in (
        (
            "两项同为招标",
            ("工程建设", "公开招标"),
            ("工程建设", "邀请招标"),
            "finding",
            "两个项目都须招标，只有两家投标",
        ),
        (
            "两项两制",
            ("工程建设", "公开招标"),
            (GOVERNMENT, "公开招标"),
            "finding",
            "两种制度都要求三家，只有两家投标",
        ),
        (
            "两项方式不一",
            ("工程建设", "公开招标"),
            ("工程建设", "直接发包"),
            "undecided",
            "其一直接发包：是否须三家无法判定",
        ),
        (
            "两项均不招标",
            (GOVERNMENT, "竞争性谈判"),
            (GOVERNMENT, "单一来源"),
            "none",
            "两个项目都不以招标方式采购",
        ),
    ):
        a, b = w.bidder(), w.bidder()
        lot = w.lot(f"D12a-{key}", a, b, least=2, regime=of[0], method=of[1])
        w.also_of(f"D12a-{key}", lot, regime=other[0], method=other[1])
        w.expect(FEW, lot, expect, why, (a, b) if expect == "finding" else ())  # type: ignore[arg-type]
