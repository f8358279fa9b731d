"""Labelled scenes of ties between bidders, or with a party of the procedure, that a rule sets aside: one for each rule
that no other scene shows, and beside them namesakes without a number, of whom no hit is made."""

from __future__ import annotations

from collections.abc import Callable

from lookthrough.demo.labelled.control import BARRED, bar
from lookthrough.demo.labelled.documents import DEVICE, HANDLER, left, works
from lookthrough.demo.labelled.persons import CONTACT, DECLINED, KIN, NAMESAKE, OFFICER, REP
from lookthrough.demo.labelled.procedure import AGAIN, DEPOSIT, WHOLE, subcontracts
from lookthrough.demo.labelled.shareholders import OWNER
from lookthrough.demo.labelled.tables import DEADLINE, Labelled, Party
from lookthrough.demo.labelled.tender_parties import BUYER, SERVICE
from lookthrough.demo.truth import CONTROLLER, SHAREHOLDER

_SINCE, _LEFT = "2018-01-01", "2024-01-01"
_FUND = "私募基金"
_STATE = "国资委"
_Tie = Callable[[Party, Party], object]


def plant_explained_bids(w: Labelled) -> None:
    """Plant them."""
    _lots_and_consortia(w)
    _ended(w)
    _shared_by_many(w)
    _with_the_buyer(w)
    _with_who_serves(w)
    _declining(w)
    _barred(w)
    _performance(w)
    _namesakes(w)


def _two(w: Labelled) -> tuple[Party, Party]:
    """Two companies that nobody stands behind, without a representative on record."""
    return w.owned(w.company()), w.owned(w.company())


def _lots_and_consortia(w: Labelled) -> None:
    """What ties two bidders of one lot ties neither bidders of different lots nor members of one consortium."""

    def representative(a: Party, b: Party) -> None:
        p = w.person()
        for company in (a, b):
            w.post(p, company)

    def director(a: Party, b: Party) -> None:
        p = w.person()
        for company in (a, b):
            w.post(p, company, "董事")

    def telephone(a: Party, b: Party) -> None:
        number = f"0000-83{w.take('shared phone'):05d}"
        for company in (a, b):
            w.add("contacts", party_id=company.number, party_name=company.name, kind="电话", value=number)

    kinds: tuple[tuple[str, str, _Tie, str], ...] = (
        (REP, "D1a", representative, "单位负责人为同一人"),
        (OFFICER, "D2a", director, "有同一名董事"),
        (CONTACT, "D3", telephone, "电话相同"),
    )
    for detector, code, tie, what in kinds:
        a, b = _two(w)
        tie(a, b)
        key = f"{code}-两标段"
        for lot in (w.lot(key, a), w.lot(key, b, lot="02", again=True)):
            w.suppressed(detector, lot, (a, b), "lot", f"两家{what}，投的是不同标段")
        if detector == REP:
            continue
        a, b = _two(w)
        tie(a, b)
        joint = {"consortium_id": f"标注联合体{code}"}
        lot = w.lot(f"{code}-联合体", a, b, least=4, bids={a: joint, b: joint})
        w.suppressed(detector, lot, (a, b), "consortium", f"两家{what}，组成联合体")


def _ended(w: Labelled) -> None:
    (a, b), p = _two(w), w.person()
    w.post(p, a, "董事")
    w.post(p, b, "董事", valid_from=_SINCE, valid_to=DEADLINE)
    w.suppressed(OFFICER, w.lot("D2a-已离任", a, b), (a, b), "ended", "在投标截止日已不任董事")
    a, b = w.bidder(), w.bidder()
    for bidder, until in ((a, None), (b, _LEFT)):
        row = {"party_id": bidder.number, "party_name": bidder.name, "kind": "电话"}
        w.add("contacts", **row, value="0000-8400001", valid_to=until)
    w.suppressed(CONTACT, w.lot("D3-已停用", a, b), (a, b), "ended", "其中一家在投标前已停用该电话")
    a, b = _two(w)
    for bidder, until in ((a, None), (b, _LEFT)):
        row = {"person_id": "999999********5678", "person_name": "样本重名离任", "company_id": bidder.number}
        w.add("positions", **row, role="监事", valid_to=until)
    lot = w.lot("D1f-已离任", a, b)
    w.suppressed(NAMESAKE, lot, (a, b), "ended", "同名监事，掩码证件号相符，其一在投标前已离任")


def _shared_by_many(w: Labelled) -> None:
    """More than 10 bidders of one hand, and what software gives to many machines, or a form to whoever leaves it blank."""
    many, p = [w.bidder() for _ in range(11)], w.person()
    for bidder in many:
        works(w, "D5a-代办", bidder, "经办人", person_id=p.number, person_name=p.name)
    lot = w.lot("D5a-代办", *many)
    w.suppressed(HANDLER, lot, many, "hub", "11家由同一人递交，是代办服务")
    a, b = w.bidder(), w.bidder()
    for bidder in (a, b):
        left(w, "D5c-虚拟网卡", bidder, "MAC地址", "00:50:56:C0:00:08")
    lot = w.lot("D5c-虚拟网卡", a, b)
    w.suppressed(DEVICE, lot, (a, b), "virtual-adapter", "虚拟机软件给每台电脑的网卡都是这一地址")
    a, b = w.bidder(), w.bidder()
    for bidder in (a, b):
        w.add("contacts", party_id=bidder.number, party_name=bidder.name, kind="电话", value="00000000000")
    lot = w.lot("D3-占位电话", a, b)
    w.suppressed(CONTACT, lot, (a, b), "placeholder", "全为0的电话是没有填写时的占位内容")


def _in_many_posts(w: Labelled, party: Party, bidder: Party) -> None:
    """A person of both who has posts in 23 companies."""
    p = w.person()
    for company in (party, bidder, *(w.company() for _ in range(21))):
        w.post(p, company, "监事")


def _invests(w: Labelled, party: Party, bidder: Party) -> None:
    """A fund with 30% of the one and 2% of the other."""
    fund = w.company(name=f"虚构标注成长投资基金{w.take('fund')}号（有限合伙）", kind=_FUND)
    for company, percent in ((party, 30), (bidder, 2)):
        w.holds(fund, company, percent, holder_kind=_FUND)
        w.rest(company, percent)


def _with_the_buyer(w: Labelled) -> None:
    for key, tie, rule, why in (
        ("基金", _invests, "fund", "基金持有招标人30%，仅持有投标人2%"),
        ("挂名", _in_many_posts, "hub", "招标人与投标人的监事为同一人，该人在23家企业任职"),
    ):
        buyer, a = (w.company(), w.company()) if rule == "fund" else _two(w)
        tie(w, buyer, a)
        lot = w.lot(f"D11-{key}", a, buyer_id=buyer.number, buyer_name=buyer.name)
        w.suppressed(BUYER, lot, (a,), rule, why)


def _served(w: Labelled, key: str, party: Party, bidder: Party, role: str = "监理单位") -> str:
    """A lot that the party serves and the bidder bids for."""
    row = {"tender_id": f"BZ-{key}", "party_id": party.number, "party_name": party.name}
    w.add("tender_parties", **row, role=role)
    return w.lot(key, bidder)


def _with_who_serves(w: Labelled) -> None:
    for key, tie, rule, why in (
        ("监理基金", _invests, "fund", "基金持有监理单位30%，仅持有投标人2%"),
        ("监理挂名", _in_many_posts, "hub", "监理单位与投标人的监事为同一人，该人在23家企业任职"),
        ("监理国资", _state_holds, "state", "监理单位与投标人仅同受国家出资"),
    ):
        party, a = _two(w) if rule == "hub" else (w.company(), w.company())
        tie(w, party, a)
        w.suppressed(SERVICE, _served(w, f"参与-{key}", party, a), (a,), rule, why)
    p, a = w.person(), w.owned(w.company())
    w.post(p, a, "监事", valid_from=_SINCE, valid_to=_LEFT)
    lot = _served(w, "参与-评委已离任", p, a, "评标专家")
    w.suppressed(SERVICE, lot, (a,), "ended", "评标专家在投标前已不任投标人的监事")


def _state_holds(w: Labelled, one: Party, other: Party) -> Party:
    """A state holder of the whole of both; gives it."""
    state = w.company(name=f"虚构标注第{w.take('state')}国有资产监督管理委员会", kind=_STATE)
    for company in (one, other):
        w.holds(state, company, 100, holder_kind=_STATE)
    return state


def _declining(w: Labelled) -> None:
    """One gives the award up, and it goes to another with whom it has something in common that ties nobody."""

    def gives_up(key: str, one: Party, other: Party, rule: str, why: str) -> str:
        third = w.bidder()
        said = zip((one, other, third), ("放弃中标", "中标", "未中标"), strict=True)
        lot = w.lot(f"弃标-{key}", one, other, third, bids={b: {"status": s} for b, s in said})
        w.suppressed(DECLINED, lot, (one, other), rule, why)
        return lot

    (a, b), p = _two(w), w.person()
    w.post(p, a, "董事")
    w.post(p, b, "董事", valid_from=_SINCE, valid_to=_LEFT)
    gives_up("已离任", a, b, "ended", "曾在两家任董事的人在投标前已离开其一")
    a, b = w.company(), w.company()
    _state_holds(w, a, b)
    lot = gives_up("国资", a, b, "state", "两家仅同受国家出资")
    w.suppressed(CONTROLLER, lot, (a, b), "state", "两家仅同受国家出资")
    a, b = _two(w)
    for company in (a, b, *(w.company() for _ in range(9))):
        row = {"party_id": company.number, "party_name": company.name, "kind": "地址"}
        w.add("contacts", **row, value="虚构市样本区标注孵化园2号")
    lot = gives_up("孵化园", a, b, "hub", "两家只有11家企业共用的登记地址相同")
    w.suppressed(CONTACT, lot, (a, b), "hub", "11家企业登记在同一孵化地址")


def _barred(w: Labelled) -> None:
    a, barred, more = (w.company() for _ in range(3))
    state = _state_holds(w, a, barred)
    w.holds(state, more, 100, holder_kind=_STATE)
    for company in (barred, more):
        bar(w, company)
    lot = w.lot("D13-国资", a)
    w.suppressed(BARRED, lot, (a,), "state", "投标人与两家被禁止的企业仅同受国家出资")


def _performance(w: Labelled) -> None:
    a = w.bidder()
    lot = w.lot("D12d-实缴较多", a, deposit=200_000, bids={a: {"deposit_amount": 230_000}})
    w.suppressed(DEPOSIT, lot, (), "paid-more", "要求20万元，未超过22万元；一家实缴23万元")
    for key, detector in (("D21a-联合体分工", AGAIN), ("D21b-联合体分工", WHOLE)):
        a, b, *others = (w.bidder() for _ in range(4))
        joint = {"consortium_id": f"标注联合体{key}", "status": "中标"}
        prices = (10_000_000, 10_000_000, 10_403_077, 10_170_031)
        said = {a: joint, b: joint} | {c: {"status": "未中标"} for c in others}
        lot = w.lot(key, *said, bids=said, prices=prices, awarded_on="2025-05-30")
        signed = {"signed_on": "2025-07-01", "scope": "路面"}
        if detector == AGAIN:
            d = w.bidder()
            subcontracts(w, key, a, b, amount=4_000_000, **signed)
            subcontracts(w, key, b, d, amount=1_000_000, **signed)
            w.suppressed(AGAIN, lot, (a, b, d), "consortium", "联合体成员之间分工，其中一家再分包一次")
        else:
            subcontracts(w, key, a, b, amount=9_500_000, **signed)
            w.suppressed(WHOLE, lot, (a, b), "consortium", "合同1000万元，联合体另一成员做950万元")


def _namesakes(w: Labelled) -> None:
    """One name on both sides, and no number: never taken for one person, and told as what can't be decided."""
    a, b = w.company(), w.company()
    for company in (a, b):
        w.holds(Party("", "样本重名股东", company=False), company, 60)
        w.rest(company, 60)
    lot = w.lot("D1d-同名无号", a, b)
    w.none(OWNER, lot, "各持60%的股东仅姓名相同，没有证件号码")
    w.none(SHAREHOLDER, lot, "股东仅姓名相同，没有证件号码")
    w.undecided(NAMESAKE, lot, (a, b), "仅姓名相同，没有任何佐证：无法判定")
    a, b = _two(w)
    for company in (a, b):
        w.add("positions", person_name="样本重名董事", company_id=company.number, role="董事")
    lot = w.lot("D2a-同名", a, b)
    w.none(OFFICER, lot, "董事仅姓名相同，没有证件号码")
    w.undecided(NAMESAKE, lot, (a, b), "仅姓名相同，没有任何佐证：无法判定")
    (a, b), p = _two(w), w.person()
    w.post(p, a, "总经理")
    w.kin(p, w.person(name="样本重名配偶"))
    w.add("positions", person_name="样本重名配偶", company_id=b.number, role="总经理")
    w.none(KIN, w.lot("D2b-同名", a, b), "总经理与另一家总经理的配偶仅姓名相同")
    a = w.owned(w.company())
    w.add("positions", person_name="样本重名评委", company_id=a.number, role="监事")
    lot = _served(w, "参与-评委同名", w.person(name="样本重名评委"), a, "评标专家")
    w.none(SERVICE, lot, "投标人的监事与评标专家仅姓名相同")
