"""Labelled scenes of people and contacts behind bidders."""

from __future__ import annotations

import datetime as dt

from lookthrough.demo.labelled.tables import DEADLINE, Labelled, Party
from lookthrough.demo.truth import SHAREHOLDER

REP, OFFICER, KIN, CONTACT = (
    "same-legal-representative",
    "shared-officer",
    "related-persons",
    "shared-contact",
)
NAMESAKE, DECLINED, YOUNG = "possible-same-person", "winner-declines", "founded-for-one-tender"
_SINCE = "2018-01-01"


def plant_persons(w: Labelled) -> None:
    """Plant them."""
    _representatives(w)
    _officers(w)
    _kin(w)
    _contacts(w)
    _namesakes(w)
    _declining(w)
    _young(w)


def _two(w: Labelled) -> tuple[Party, Party]:
    """Two companies that nobody stands behind, without a representative on record."""
    return w.owned(w.company()), w.owned(w.company())


def _representatives(w: Labelled) -> None:
    for key, until, why in (
        ("同一人", None, "同一人是两家的单位负责人"),
        ("当日", "2025-05-21", "任职至投标截止日当日"),
    ):
        (a, b), p = _two(w), w.person()
        w.post(p, a)
        w.post(p, b, "执行事务合伙人", valid_from=_SINCE, valid_to=until)
        w.finding(REP, w.lot(f"D1a-{key}", a, b), (a, b), why)
    (a, b), p = _two(w), w.person()
    w.post(p, a)
    w.post(p, b, valid_from=_SINCE, valid_to=DEADLINE)
    w.suppressed(REP, w.lot("D1a-已离任", a, b), (a, b), "ended", "在投标截止日已离任")
    a, b = _two(w)
    for bidder in (a, b):
        w.add("positions", person_name="样本重名负责", company_id=bidder.number, role="法定代表人")
    lot = w.lot("D1a-同名", a, b)
    w.none(REP, lot, "仅姓名相同，没有证件号码")
    w.undecided(NAMESAKE, lot, (a, b), "仅姓名相同，没有任何佐证：无法判定")
    (a, b), p = _two(w), w.person()
    joint = {"consortium_id": "标注联合体二"}
    for bidder in (a, b):
        w.post(p, bidder)
    lot = w.lot("D1a-联合体", a, b, least=4, bids={a: joint, b: joint})
    w.suppressed(REP, lot, (a, b), "consortium", "两家组成联合体")


def _officers(w: Labelled) -> None:
    (a, b), p = _two(w), w.person()
    w.post(p, a, "董事")
    w.post(p, b)
    w.finding(OFFICER, w.lot("D2a-董事", a, b), (a, b), "一家的董事是另一家的法定代表人")
    (a, b), p = _two(w), w.person()
    w.post(p, a, "联络员")
    w.post(p, b, "监事")
    w.none(OFFICER, w.lot("D2a-联络员", a, b), "联络员不是董事、监事或高级管理人员")
    (a, b), p = _two(w), w.person()
    for company in (a, b, *(w.company() for _ in range(21))):
        w.post(p, company, "监事")
    w.suppressed(OFFICER, w.lot("D2a-挂名", a, b), (a, b), "hub", "同一人在23家企业任职")
    _without_shares(w)


def _without_shares(w: Labelled) -> None:
    """Who manages or controls one bidder without a share of it, beside what he has of another."""

    def rules(p: Party, company: Party, interest: str, **span: str) -> None:
        row = {"party_id": p.number, "party_name": p.name, "party_kind": "自然人"}
        w.add("control", **row, company_id=company.number, interest=interest, **span)

    for interest in ("实际控制", "承包经营"):
        p = w.person()
        a, b, c = w.owned(w.company()), w.owned(w.company(), (p, 30)), w.owned(w.company())
        rules(p, a, interest)
        lot = w.lot(f"D2a-{interest}-持股", a, b)
        w.finding(OFFICER, lot, (a, b), f"不持股而{interest}一家，又持有另一家30%")
        lot = w.lot(f"D2a-{interest}-他人", a, c)
        w.none(OFFICER, lot, f"{interest}一家的人与另一家投标人无关")
    (a, b), p = _two(w), w.person()
    rules(p, a, "承包经营")
    w.post(p, b, "监事")
    w.finding(OFFICER, w.lot("D2a-承包经营-任职", a, b), (a, b), "承包经营一家，又是另一家的监事")
    p = w.person()
    a, b = w.owned(w.company()), w.owned(w.company(), (p, 30))
    rules(p, a, "承包经营", valid_from=_SINCE, valid_to="2024-01-01")
    lot = w.lot("D2a-承包经营-已结束", a, b)
    w.suppressed(OFFICER, lot, (a, b), "ended", "承包经营在投标前已结束")


def _kin(w: Labelled) -> None:
    for depth in (1, 3):
        p, q = w.person(), w.person()
        a, b = w.owned(w.company()), w.chain(q, [60] * depth)
        w.post(p, a, "总经理")
        w.kin(p, q)
        w.finding(
            KIN, w.lot(f"D2b-深{depth}", a, b), (a, b), f"一家的总经理与另一家{depth}层之上的股东是夫妻"
        )
    (a, b), p, q = _two(w), w.person(), w.person()
    w.post(p, a, "总经理", valid_from=_SINCE, valid_to="2024-01-01")
    w.post(q, b, "总经理")
    w.kin(p, q, "父母")
    w.suppressed(KIN, w.lot("D2b-已离任", a, b), (a, b), "ended", "其中一人在投标前已离任")
    (a, b), p, q = _two(w), w.person(), w.person()
    w.post(p, a, "总经理")
    w.post(w.person(), b, "总经理")
    w.kin(p, q)
    w.none(KIN, w.lot("D2b-无关", a, b), "配偶与另一家投标人无关")


def _reach(w: Labelled, party: Party, kind: str, value: str) -> None:
    w.add("contacts", party_id=party.number, party_name=party.name, kind=kind, value=value)


def _contacts(w: Labelled) -> None:
    for key, kind, one, other in (
        ("电话", "电话", "0000-8100001", "0000 8100001"),
        ("邮箱", "邮箱", "Sample@Biaozhu.test", "sample@biaozhu.TEST"),
        ("地址", "地址", "虚构市样本区标注街18号3楼", "虚构市样本区标注街18号3楼"),
    ):
        a, b = w.bidder(), w.bidder()
        # Another field, in which they differ, does not hide the one they share.
        _reach(w, a, "电话", f"0000-81{w.take('phone'):05d}7")
        _reach(w, b, "电话", f"0000-81{w.take('phone'):05d}7")
        _reach(w, a, kind, one)
        _reach(w, b, kind, other)
        w.finding(CONTACT, w.lot(f"D3-{key}", a, b), (a, b), f"登记的{kind}相同（写法不同）")
    a, b = w.bidder(), w.bidder()
    for bidder in (a, b):
        _reach(w, bidder, "地址", "虚构市样本区标注街")
    w.suppressed(CONTACT, w.lot("D3-路名", a, b), (a, b), "partial-address", "只有路名，没有门牌号")
    a, b = w.bidder(), w.bidder()
    for company in (a, b, *(w.company() for _ in range(9))):
        _reach(w, company, "地址", "虚构市样本区标注孵化园1号")
    w.suppressed(CONTACT, w.lot("D3-孵化园", a, b), (a, b), "hub", "11家企业登记在同一孵化地址")
    a, b = w.bidder(), w.bidder()
    _reach(w, a, "电话", "0000-8100009")
    _reach(w, b, "电话", "0000-8100010")
    w.none(CONTACT, w.lot("D3-不同", a, b), "电话末位不同")


def _namesakes(w: Labelled) -> None:
    def bare(name: str, *companies: Party, masks: tuple[str | None, ...] = (None, None)) -> None:
        for company, mask in zip(companies, masks, strict=True):
            w.add("positions", person_id=mask, person_name=name, company_id=company.number, role="监事")

    a, b = w.bidder(), w.bidder()
    bare("样本重名电话", a, b)
    for bidder in (a, b):
        _reach(w, bidder, "电话", "0000-8200001")
    lot = w.lot("D1f-电话", a, b)
    w.finding(NAMESAKE, lot, (a, b), "同名监事，两家电话相同")
    w.finding(CONTACT, lot, (a, b), "两家电话相同")
    a, b = w.bidder(), w.bidder()
    bare("样本重名掩码", a, b, masks=("999999********1234", "999999********1234"))
    w.finding(NAMESAKE, w.lot("D1f-掩码", a, b), (a, b), "同名监事，掩码证件号相符")
    a, b = w.bidder(), w.bidder()
    bare("样本重名另码", a, b, masks=("999999********1234", "999999********4321"))
    w.none(NAMESAKE, w.lot("D1f-另码", a, b), "掩码证件号不符：不是一人")
    a, b = w.company(), w.company()
    for bidder in (a, b):
        w.holds(Party("", "虚构标注简称", company=True), bidder, 20)
        w.rest(bidder, 20)
        w.post(w.person(name="样本重名有号"), bidder, "监事")
    lot = w.lot("D1f-有号", a, b)
    w.none(NAMESAKE, lot, "两人证件号码不同")
    w.expect(NAMESAKE, lot, "undecided", "两家各有一名同名企业股东，名称不是完整的登记名称：无法判定")
    w.none(SHAREHOLDER, lot, "名称不完整，不视为同一股东")


def _declining(w: Labelled) -> None:
    for key, tied, found in (("让标", 1, True), ("无关", None, False), ("让给他人", 2, False)):
        bidders = (w.bidder(), w.bidder(), w.bidder())
        if tied:
            h = w.owned(w.company())
            pair = (w.owned(w.company(), (h, 20)), w.owned(w.company(), (h, 20)))
            bidders = (pair[0], *(pair[1] if n == tied else w.bidder() for n in (1, 2)))  # type: ignore[assignment]
        said = zip(bidders, ("放弃中标", "中标", "未中标"), strict=True)
        lot = w.lot(f"弃标-{key}", *bidders, bids={b: {"status": s} for b, s in said})
        if tied:
            w.finding(SHAREHOLDER, lot, (bidders[0], bidders[tied]), "同一企业各持20%")
        if found:
            w.finding(DECLINED, lot, bidders[:2], "弃标者与随后的中标人有同一股东")
        else:
            w.none(DECLINED, lot, "弃标者与随后的中标人没有关联")


def _young(w: Labelled) -> None:
    day = dt.date.fromisoformat(DEADLINE)
    for key, days, buyers in (("新设", 179, 1), ("满半年", 180, 1), ("两家采购人", 179, 2)):
        a = w.bidder(founded_on=str(day - dt.timedelta(days=days)))
        lot = w.lot(f"D14-{key}", a, buyer_name=f"虚构标注{key}业主中心")
        if buyers == 2:
            w.lot(f"D14-{key}另", a, buyer_name="虚构标注另一业主中心")
        if key == "新设":
            w.finding(YOUNG, lot, (a,), "投标截止日前179天成立，只投一家招标人")
        else:
            w.none(YOUNG, lot, "成立已满180天" if key == "满半年" else "向两家招标人投标")
