"""Labelled scenes of control: one bidder over another, one party over two, rings, concerts, affiliates of the barred."""

from __future__ import annotations

from lookthrough.demo.labelled.tables import DEADLINE, GOVERNMENT, Labelled, Party
from lookthrough.demo.truth import CONTROLLER, SHAREHOLDER

OVER, RING, CONCERT, BARRED = (
    "bidder-controls-bidder",
    "cross-holding",
    "concert-partners",
    "affiliate-of-debarred",
)
OWNER = "common-beneficial-owner"
_SINCE = "2018-01-01"


def plant_control(w: Labelled) -> None:
    """Plant them."""
    _one_over_another(w)
    _management(w)
    _one_over_two(w)
    _rings(w)
    _concerts(w)
    _barred(w)


def _one_over_another(w: Labelled) -> None:
    for depth in (1, 3, 5):
        a = w.bidder()
        b = w.chain(a, [60] * depth)
        lot = w.lot(f"D1b-深{depth}", a, b)
        w.finding(OVER, lot, (a, b), f"投标人经{depth}层控制另一投标人，每层60%，逐层过半")
    a = w.bidder()
    b = w.chain(a, [60])
    lot = w.lot("D1b-采购", a, b, regime=GOVERNMENT)
    w.finding(OVER, lot, (a, b), "政府采购制度下的直接控股60%")
    a = w.bidder()
    b = w.chain(a, [100, 45])
    lot = w.lot("D1b-断", a, b)
    w.none(OVER, lot, "乘积45%，且第二层只有45%：不构成控制")
    w.finding(SHAREHOLDER, lot, (a, b), "投标人间接持有另一投标人45%")
    a = w.bidder()
    b = w.chain(a, [50])
    for key, deadline, expect in (("旧法", "2024-06-28", "finding"), ("新法", "2024-07-01", "none")):
        lot = w.lot(f"D1b-半数{key}", a, b, bid_deadline=deadline, published_on="2024-05-20")
        subjects = (a, b) if expect == "finding" else ()
        w.expect(OVER, lot, expect, "2024年7月1日前50%以上含本数，其后须超过50%", subjects)  # type: ignore[arg-type]
        if expect == "none":
            w.finding(SHAREHOLDER, lot, (a, b), "投标人持有另一投标人50%")
    a, b = w.bidder(), w.company()
    w.holds(a, b, None, share_min=0.25, share_max=0.6)
    lot = w.lot("D1b-区间", a, b)
    w.finding(OVER, lot, (a, b), "持股区间25%至60%：可能控制")
    a, b = w.bidder(), w.company()
    w.holds(a, b, 60, valid_from=_SINCE, valid_to=DEADLINE)
    w.succeeded(b, 60, DEADLINE)
    lot = w.lot("D1b-已转让", a, b)
    w.none(OVER, lot, "60%已于投标截止日转出")
    w.suppressed(SHAREHOLDER, lot, (a, b), "ended", "60%已于投标截止日转出")
    a = w.bidder()
    b = w.chain(a, [60])
    joint = {"consortium_id": "标注联合体一"}
    lot = w.lot("D1b-联合体", a, b, least=4, bids={a: joint, b: joint})
    w.none(OVER, lot, "两家组成联合体，只有一份投标")
    w.suppressed(SHAREHOLDER, lot, (a, b), "consortium", "两家组成联合体，只有一份投标")


def _management(w: Labelled) -> None:
    a, b = w.bidder(), w.bidder()
    w.add("control", party_id=a.number, party_name=a.name, company_id=b.number, interest="管理关系")
    lot = w.lot("D1b-管理", a, b)
    w.finding(OVER, lot, (a, b), "没有持股，存在管理关系")
    a, b = w.bidder(), w.bidder()
    row = {"party_id": a.number, "party_name": a.name, "company_id": b.number, "interest": "管理关系"}
    w.add("control", **row, valid_from=_SINCE, valid_to="2024-01-01")
    lot = w.lot("D1b-管理已止", a, b)
    w.suppressed(OVER, lot, (a, b), "ended", "管理关系在投标前已结束")
    a = w.bidder()
    b = w.company(name=f"{a.name}标注分公司", kind="分公司", parent_id=a.number)
    lot = w.lot("D1b-分公司", a, b)
    w.finding(OVER, lot, (a, b), "分公司与其总公司同时投标")


def _one_over_two(w: Labelled) -> None:
    for depth in (1, 2, 4):
        group = w.owned(w.company())
        a, b = w.chain(group, [60] * depth), w.chain(group, [70])
        lot = w.lot(f"D1c-深{depth}", a, b)
        w.finding(CONTROLLER, lot, (a, b), f"同一集团分别经{depth}层与1层控制两家，每层过半")
    group = w.owned(w.company())
    a, b = w.chain(group, [51]), w.chain(group, [49])
    lot = w.lot("D1c-不足半", a, b)
    w.none(CONTROLLER, lot, "一家51%，另一家49%：不控制第二家")
    w.finding(SHAREHOLDER, lot, (a, b), "同一股东持有51%与49%")
    state = w.company(name="虚构标注市国有资产监督管理委员会", kind="国资委")
    a, b = w.company(), w.company()
    for bidder, percent in ((a, 60), (b, 70)):
        w.holds(state, bidder, percent, holder_kind="国资委")
        w.rest(bidder, percent)
    lot = w.lot("D1c-国资", a, b)
    w.suppressed(CONTROLLER, lot, (a, b), "state", "仅同受国家控股（公司法第265条第四项）")
    group = w.owned(w.company())
    a, b = w.bidder(), w.bidder()
    for bidder in (a, b):
        row = {"party_id": group.number, "party_name": group.name, "company_id": bidder.number}
        w.add("control", **row, interest="实际控制")
    lot = w.lot("D1c-声明", a, b)
    w.finding(CONTROLLER, lot, (a, b), "没有持股，两家均声明同一实际控制人")


def _rings(w: Labelled) -> None:
    a, b = w.company(), w.company()
    w.owned(a, (b, 8))
    w.owned(b, (a, 10))
    lot = w.lot("交叉-互持", a, b)
    w.finding(RING, lot, (a, b), "两家互相持股10%与8%")
    w.none(SHAREHOLDER, lot, "互为股东，已由相互持股提示")
    a, b, outside = w.company(), w.company(), w.company()
    w.owned(b, (a, 20))
    w.owned(outside, (b, 20))
    w.owned(a, (outside, 20))
    lot = w.lot("交叉-环", a, b)
    w.finding(RING, lot, (a, b), "三家循环持股，其中一家不投标")
    w.none(SHAREHOLDER, lot, "环内各家互为股东，已由相互持股提示")
    a = w.bidder()
    b = w.chain(a, [10])
    lot = w.lot("交叉-单向", a, b)
    w.none(RING, lot, "只有一个方向的持股")
    w.finding(SHAREHOLDER, lot, (a, b), "投标人持有另一投标人10%")
    a, b = w.company(), w.company()
    w.owned(b, (a, 10))
    w.holds(b, a, 8, valid_from=_SINCE, valid_to="2025-01-10")
    w.succeeded(a, 8, "2025-01-10")
    lot = w.lot("交叉-已退出", a, b)
    w.none(RING, lot, "其中一个方向的持股在投标前已退出")
    w.finding(SHAREHOLDER, lot, (a, b), "余下一个方向的持股10%")


def _concert(w: Labelled, key: str, *members: Party, **span: str) -> None:
    for member in members:
        row = {"concert_id": f"标注一致行动{key}", "party_id": member.number, "party_name": member.name}
        w.add("concerts", **row, party_kind="企业法人" if member.company else "自然人", **span)


def _concerts(w: Labelled) -> None:
    for depth in (1, 2, 3):
        p, q = w.person(), w.person() if depth < 3 else w.owned(w.company())
        a, b = w.chain(p, [*([90] * (depth - 1)), 30]), w.owned(w.company(), (q, 30))
        _concert(w, f"深{depth}", p, q)
        lot = w.lot(f"一致-深{depth}", a, b)
        w.finding(CONCERT, lot, (a, b), f"两名一致行动人分别在两家投标人背后，其一经{depth}层")
    p, q = w.person(), w.person()
    a, b = w.chain(p, [40, 10]), w.owned(w.company(), (q, 30))
    _concert(w, "小额", p, q)
    w.none(CONCERT, w.lot("一致-小额", a, b), "其中一人穿透持股仅4%，低于5%")
    p, q = w.person(), w.person()
    a, b = w.owned(w.company(), (p, 15)), w.owned(w.company(), (p, 15))
    w.owned(w.company(), (q, 15))
    _concert(w, "同一人", p, q)
    lot = w.lot("一致-同一人", a, b)
    w.none(CONCERT, lot, "两家背后是同一成员，是共同股东而非一致行动")
    w.finding(SHAREHOLDER, lot, (a, b), "同一自然人各持15%")
    p, q = w.person(), w.person()
    a, b = w.owned(w.company(), (p, 30)), w.owned(w.company(), (q, 30))
    _concert(w, "已解除", p, q, valid_to=DEADLINE)
    lot = w.lot("一致-已解除", a, b)
    w.suppressed(CONCERT, lot, (a, b), "ended", "一致行动关系在投标截止日已解除")


def bar(w: Labelled, party: Party, until: str = "2026-06-01") -> None:
    """A ban on a party, from June 2024 on."""
    row = {"party_id": party.number, "party_name": party.name, "authority": "虚构区标注监督管理局"}
    w.add("debarments", **row, valid_from="2024-06-01", valid_to=until, document_no="虚构标注〔2024〕1号")


def _barred(w: Labelled) -> None:
    a = w.bidder()
    bar(w, a)
    w.finding(BARRED, w.lot("D13-本身", a), (a,), "投标人本身在禁止期内")
    for depth in (1, 3):
        parent = w.owned(w.company())
        a = w.chain(parent, [80] * depth)
        bar(w, parent)
        w.finding(BARRED, w.lot(f"D13-母深{depth}", a), (a,), f"被禁止者经{depth}层控制投标人")
    a = w.bidder()
    bar(w, w.chain(a, [80]))
    w.finding(BARRED, w.lot("D13-子", a), (a,), "投标人控制被禁止者")
    group = w.owned(w.company())
    a = w.chain(group, [80])
    bar(w, w.chain(group, [60, 60]))
    w.finding(BARRED, w.lot("D13-姊妹", a), (a,), "投标人与被禁止者同受一集团控制")
    group = w.owned(w.company())
    a = w.chain(group, [80])
    bar(w, w.chain(group, [40]))
    w.none(BARRED, w.lot("D13-四成", a), "集团只持有被禁止者40%：不控制")
    a = w.bidder()
    bar(w, a, DEADLINE)
    w.suppressed(BARRED, w.lot("D13-期满", a), (a,), "ended", "禁止期在投标截止日已满")
    a = w.bidder()
    bar(w, a, "2025-05-21")
    w.finding(BARRED, w.lot("D13-末日", a), (a,), "投标截止日是禁止期最后一日")
