"""Labelled scenes of common holders: beneficial owners from a quarter on, and any holder over any number of layers."""

from __future__ import annotations

from lookthrough.demo.labelled.tables import DEADLINE, Labelled, Party
from lookthrough.demo.truth import SHAREHOLDER

OWNER = "common-beneficial-owner"


def plant_shareholders(w: Labelled) -> None:
    """Plant them."""
    _quarters(w)
    _layers(w)
    _explained(w)
    _near(w)


def _quarters(w: Labelled) -> None:
    p = w.person()
    middle = w.owned(w.company(), (p, 50))
    a, b = w.owned(w.company(), (p, 15), (middle, 20)), w.owned(w.company(), (p, 25))
    lot = w.lot("D1d-两径", a, b)
    w.finding(OWNER, lot, (a, b), "15%加50%×20%恰为25%，含本数；另一家直接25%")
    p = w.person()
    a, b = w.chain(p, [80, 70, 60]), w.chain(p, [90, 45])
    lot = w.lot("D1d-多层", a, b)
    w.finding(OWNER, lot, (a, b), "三层33.6%与两层40.5%，后者不构成控制")
    p = w.person()
    a, b = w.owned(w.company(), (p, 24.99)), w.owned(w.company(), (p, 80))
    lot = w.lot("D1d-差一点", a, b)
    w.none(OWNER, lot, "一家24.99%，不到25%")
    w.finding(SHAREHOLDER, lot, (a, b), "同一自然人持有24.99%与80%")
    p = w.person()
    a, b = w.company(), w.owned(w.company(), (p, 40))
    w.holds(p, a, None, share_min=0.1, share_max=0.3)
    lot = w.lot("D1d-区间", a, b)
    w.finding(OWNER, lot, (a, b), "区间10%至30%：可能达到25%")
    h = w.owned(w.company())
    a, b = w.owned(w.company(), (h, 30)), w.owned(w.company(), (h, 30))
    lot = w.lot("D1d-企业", a, b)
    w.none(OWNER, lot, "共同股东是企业，其上没有达到25%的自然人")
    w.finding(SHAREHOLDER, lot, (a, b), "同一企业各持30%")
    name = "样本重名标注"
    a, b = (w.owned(w.company(), (w.person(name=name), 60)) for _ in range(2))
    lot = w.lot("D1d-同名", a, b)
    w.none(OWNER, lot, "两名股东同名而证件号码不同")
    w.none(SHAREHOLDER, lot, "两名股东同名而证件号码不同")


def _layers(w: Labelled) -> None:
    for depth in (1, 2, 4, 6):
        h = w.owned(w.company())
        a, b = w.chain(h, [*([90] * (depth - 1)), 20]), w.chain(h, [30])
        lot = w.lot(f"D1e-深{depth}", a, b)
        w.finding(SHAREHOLDER, lot, (a, b), f"同一股东经{depth}层与1层持有两家，均不控制")
    h = w.owned(w.company())
    left, right = w.owned(w.company(), (h, 40)), w.owned(w.company(), (h, 30))
    a = w.owned(w.company(), (left, 20), (right, 20))
    b = w.chain(h, [10])
    lot = w.lot("D1e-菱形", a, b)
    w.finding(SHAREHOLDER, lot, (a, b), "两条路径相加：40%×20%＋30%×20%＝14%；另一家10%")


def _explained(w: Labelled) -> None:
    fund = w.company(name="虚构标注稳健投资基金（有限合伙）", kind="私募基金")
    a, b = w.company(), w.company()
    for bidder, percent in ((a, 2), (b, 4.9)):
        w.holds(fund, bidder, percent, holder_kind="私募基金")
        w.rest(bidder, percent)
    lot = w.lot("D1e-基金", a, b)
    w.suppressed(SHAREHOLDER, lot, (a, b), "fund", "基金仅持2%与4.9%，低于5%")
    p = w.person()
    a, b = (w.owned(w.company(kind="股份有限公司(上市)"), (p, 2)) for _ in range(2))
    lot = w.lot("D1e-上市", a, b)
    w.suppressed(SHAREHOLDER, lot, (a, b), "fund", "上市公司中2%的小额持股")
    for percent in (4, 6):
        p = w.person()
        a, b = (w.chain(w.owned(w.company(kind="股份有限公司(上市)"), (p, percent)), [100]) for _ in range(2))
        lot = w.lot(f"D1e-上市之下-{percent}", a, b)
        if percent < 5:
            w.suppressed(SHAREHOLDER, lot, (a, b), "fund", "持有两家投标人各自上市母公司的4%")
        else:
            w.finding(SHAREHOLDER, lot, (a, b), "持有两家投标人各自上市母公司的6%，不是小额")
    for name, clears in (("香港中央结算（代理人）有限公司（虚构）", True), ("虚构标注结算有限公司", False)):
        h = w.company(name=name)
        a, b = (w.owned(w.company(), (h, 16)) for _ in range(2))
        lot = w.lot("D1e-结算机构" if clears else "D1e-结算字样", a, b)
        if clears:
            w.suppressed(SHAREHOLDER, lot, (a, b), "clearing", "结算机构的代理人代众多投资者登记股份")
        else:
            w.finding(SHAREHOLDER, lot, (a, b), "名称中有“结算”二字，并不是结算机构")
    p = w.person()
    a, b = (w.owned(w.company(), (p, 2)) for _ in range(2))
    lot = w.lot("D1e-小额", a, b)
    w.finding(SHAREHOLDER, lot, (a, b), "并非基金，也非上市公司：2%仍是共同股东")
    hub = w.owned(w.company())
    for _ in range(199):
        w.holds(hub, w.company(), 1)
    a, b = w.owned(w.company(), (hub, 20)), w.owned(w.company(), (hub, 10))
    lot = w.lot("D1e-平台", a, b)
    w.suppressed(SHAREHOLDER, lot, (a, b), "hub", "该股东持有201家企业，超过200家")
    state = w.company(name="虚构标注县财政局", kind="国资委")
    a, b = w.company(), w.company()
    for bidder, percent in ((a, 30), (b, 40)):
        w.holds(state, bidder, percent, holder_kind="国资委")
        w.rest(bidder, percent)
    lot = w.lot("D1e-国资", a, b)
    w.suppressed(SHAREHOLDER, lot, (a, b), "state", "仅同受国家出资")


def _near(w: Labelled) -> None:
    for key, span, why in (
        ("已退出", {"valid_from": "2018-01-01", "valid_to": DEADLINE}, "持股在投标截止日已结束"),
        ("未开始", {"valid_from": "2025-05-21"}, "持股在投标截止日次日才开始"),
    ):
        h, a = w.owned(w.company()), w.company()
        b = w.owned(w.company(), (h, 10))
        w.holds(h, a, 20, **span)
        if "valid_to" in span:
            w.succeeded(a, 20, DEADLINE)
        else:
            w.holds(w.company(), a, 20, valid_to=span["valid_from"])
            w.rest(a, 20)
        w.suppressed(SHAREHOLDER, w.lot(f"D1e-{key}", a, b), (a, b), "ended", why)
    h = w.owned(w.company())
    a, b = w.owned(w.company(), (h, 20)), w.owned(w.company(), (h, 20))
    first = w.lot("D1e-两标段", a)
    second = w.lot("D1e-两标段", b, lot="02", again=True)
    for lot in (first, second):
        w.suppressed(SHAREHOLDER, lot, (a, b), "lot", "同一股东的两家投不同标段")
    h = w.owned(w.company())
    a, b = w.owned(w.company(), (h, 20)), w.owned(w.company(), (h, 20))
    lot = w.lot("D1e-撤回", a, b, least=4, bids={b: {"status": "撤回"}})
    w.none(SHAREHOLDER, lot, "其中一家已撤回投标")
    a, b = w.company(), w.company()
    lot = w.lot("D1e-无数据", a, b)
    w.undecided(SHAREHOLDER, lot, (a, b), "两家没有股权数据：无法判定")


def _in_trust(w: Labelled, company: Party, nominee: Party, *nominators: Party, **span: str) -> None:
    for party, interest in ((nominee, "代持人"), *((p, "实际出资人") for p in nominators)):
        row = {"party_id": party.number, "party_name": party.name, "company_id": company.number}
        w.add("control", **row, interest=interest, **span)


def plant_nominees(w: Labelled) -> None:
    """Plant beneficial owners behind nominees, and near to it."""
    for key, percent, span, expect, why in (
        ("代持", 30, {}, "finding", "一家30%由他人代持，另一家40%在本人名下"),
        ("代持不足", 20, {}, "none", "由他人代持的一家只有20%，不到25%"),
        ("代持已止", 30, {"valid_to": DEADLINE}, "none", "代持在投标截止日已终止：登记的30%归登记人"),
    ):
        p, q = w.person(), w.person()
        a, b = w.owned(w.company(), (q, percent)), w.owned(w.company(), (p, 40))
        _in_trust(w, a, q, p, **span)
        lot = w.lot(f"D1d-{key}", a, b)
        w.expect(OWNER, lot, expect, why, (a, b) if expect == "finding" else ())  # type: ignore[arg-type]
        if key == "代持不足":
            w.finding(SHAREHOLDER, lot, (a, b), "实际出资人在两家有20%（代持）与40%")
        elif key == "代持已止":
            w.none(SHAREHOLDER, lot, why)
    p, q, r = w.person(), w.person(), w.person()
    a, b = w.owned(w.company(), (q, 30)), w.owned(w.company(), (r, 45))
    _in_trust(w, a, q, p)
    _in_trust(w, b, r, p)
    w.finding(OWNER, w.lot("D1d-两人代持", a, b), (a, b), "两名代持人替同一人分别持有30%与45%")
    for key, percent, expect in (("代持企业", 80, "finding"), ("代持企业不足", 50, "none")):
        p, q = w.person(), w.person()
        behind = w.owned(w.company(), (p, percent))
        a, b = w.owned(w.company(), (q, 40)), w.owned(w.company(), (p, 30))
        _in_trust(w, a, q, behind)
        lot = w.lot(f"D1d-{key}", a, b)
        why = f"一家40%由他人代持给企业，本人持有该企业{percent}%；另一家30%"
        w.expect(OWNER, lot, expect, why, (a, b) if expect == "finding" else ())  # type: ignore[arg-type]
        if expect == "none":
            w.finding(SHAREHOLDER, lot, (a, b), why)
    # Whoever is registered at both holds for two who have nothing in common.
    q, one, other = w.person(), w.person(), w.person()
    a, b = w.owned(w.company(), (q, 30)), w.owned(w.company(), (q, 30))
    _in_trust(w, a, q, one)
    _in_trust(w, b, q, other)
    lot = w.lot("D1d-代持两主", a, b)
    w.suppressed(OWNER, lot, (a, b), "nominee", "同一代持人在两家为互不相干的两人代持")
    w.finding(SHAREHOLDER, lot, (a, b), "登记的股东是同一人，各30%")
    q = w.person()
    a = w.owned(w.company(), (q, 30))
    _in_trust(w, a, q)
    w.undecided(OWNER, w.lot("D1d-代持不明", a), (a,), "代持人替谁持有没有说明：无法判定")


def plant_nominating_companies(w: Labelled) -> None:
    """Plant companies behind nominees: who stands above them counts, and where that is not known nothing is decided."""
    top = w.owned(w.company())
    behind, q = w.owned(w.company(), (top, 60)), w.person()
    a, b = w.owned(w.company(), (q, 20)), w.owned(w.company(), (top, 30))
    _in_trust(w, a, q, behind)
    lot = w.lot("D1e-代持企业之上", a, b)
    w.finding(SHAREHOLDER, lot, (a, b), "一家20%由他人代持给企业，该企业60%的股东直接持有另一家30%")
    behind, q = w.company(), w.person()
    a = w.owned(w.company(), (q, 30))
    _in_trust(w, a, q, behind)
    lot = w.lot("D1e-代持企业无数据", a)
    why = "一家30%由他人代持给企业，该企业没有股权数据：无法判定"
    for detector in (OWNER, SHAREHOLDER):
        w.undecided(detector, lot, (a, behind), why)
