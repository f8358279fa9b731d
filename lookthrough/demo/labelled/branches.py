"""Labelled scenes of branches, managed companies and switchboards: true cases, and what a rule sets aside."""

from __future__ import annotations

from lookthrough.demo.labelled.documents import HANDLER
from lookthrough.demo.labelled.persons import CONTACT
from lookthrough.demo.labelled.procedure import AGAIN, WHOLE, subcontracts
from lookthrough.demo.labelled.tables import Labelled, Party
from lookthrough.demo.labelled.tender_parties import AGENCY
from lookthrough.demo.truth import CONTROLLER

_LEFT = "2024-01-01"


def plant_branches(w: Labelled) -> None:
    """Plant them."""
    _of_one_company(w)
    _managed(w)
    _of_the_agency(w)
    _own_works(w)
    _telephones(w)


def _branch(w: Labelled, of: Party, place: str) -> Party:
    """A branch of a company."""
    return w.company(name=f"{of.name}{place}分公司", kind="分公司", parent_id=of.number, parent_name=of.name)


def _of_one_company(w: Labelled) -> None:
    head = w.bidder()
    a, b = (_branch(w, head, place) for place in ("标注一", "标注二"))
    w.finding(CONTROLLER, w.lot("D1c-两分公司", a, b), (a, b), "两家是同一公司的分公司")
    a, b = _branch(w, w.bidder(), "标注"), _branch(w, w.bidder(), "标注")
    w.none(CONTROLLER, w.lot("D1c-各自分公司", a, b), "两家分公司各属一家公司")


def _managed(w: Labelled) -> None:
    for key, until, expect in (("托管", None, "finding"), ("托管期满", _LEFT, "suppressed")):
        manager, a, b = w.company(), w.bidder(), w.bidder()
        for company, end in ((a, None), (b, until)):
            row = {"party_id": manager.number, "party_name": manager.name, "company_id": company.number}
            w.add("control", **row, interest="托管", valid_to=end)
        lot = w.lot(f"D1c-{key}", a, b)
        if expect == "finding":
            w.finding(CONTROLLER, lot, (a, b), "同一企业受托管理两家")
        else:
            w.suppressed(CONTROLLER, lot, (a, b), "ended", "对其中一家的托管在投标前已期满")


def _of_the_agency(w: Labelled) -> None:
    for key, of_it in (("代理-分公司", True), ("代理-他人分公司", False)):
        agency, other = w.bidder(), w.bidder()
        a = _branch(w, agency if of_it else other, "标注")
        row = {"tender_id": f"BZ-{key}", "party_id": agency.number, "party_name": agency.name}
        w.add("tender_parties", **row, role="招标代理")
        lot = w.lot(key, a)
        if of_it:
            w.finding(AGENCY, lot, (a,), "代理机构的分公司在其代理的项目中投标")
        else:
            w.none(AGENCY, lot, "投标的是另一家公司的分公司")


def _own_works(w: Labelled) -> None:
    for key, detector in (("D21a-本企业分公司", AGAIN), ("D21b-本企业分公司", WHOLE)):
        a, *others = (w.bidder() for _ in range(3))
        branch, d = _branch(w, a, "标注"), w.bidder()
        said = {a: {"status": "中标"}} | {c: {"status": "未中标"} for c in others}
        prices = (10_000_000, 10_403_077, 10_170_031)
        lot = w.lot(key, *said, bids=said, prices=prices, awarded_on="2025-05-30")
        signed = {"signed_on": "2025-07-01", "scope": "路面"}
        if detector == AGAIN:
            subcontracts(w, key, a, branch, amount=4_000_000, **signed)
            subcontracts(w, key, branch, d, amount=1_000_000, **signed)
            w.suppressed(AGAIN, lot, (a, branch, d), "own-branch", "交给自己的分公司，由其分包一次")
        else:
            subcontracts(w, key, a, branch, amount=9_500_000, **signed)
            w.suppressed(WHOLE, lot, (a, branch), "own-branch", "950万元由中标人自己的分公司做")


def _telephones(w: Labelled) -> None:
    a, b = w.bidder(), w.bidder()
    for bidder, line in ((a, "801"), (b, "802")):
        row = {"party_id": bidder.number, "party_name": bidder.name, "kind": "电话"}
        w.add("contacts", **row, value=f"0000-85000001-{line}")
    w.suppressed(CONTACT, w.lot("D3-总机", a, b), (a, b), "extension", "同一总机的两个分机")
    a, b = w.bidder(), w.bidder()
    blank = {"contact_phone": "00000000"}
    lot = w.lot("D5a-空电话", a, b, bids={a: blank, b: blank})
    w.suppressed(HANDLER, lot, (a, b), "placeholder", "投标文件的联系电话都填0")
