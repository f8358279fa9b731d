"""Labelled scenes of bidders linked to the buyer, its agent, a designer, a site supervisor or an evaluator."""

from __future__ import annotations

from lookthrough.demo.labelled.tables import DEADLINE, GOVERNMENT, Labelled, Party

BUYER, SERVICE, AGENCY = (
    "bidder-linked-to-buyer",
    "bidder-linked-to-service-party",
    "agency-bids-in-its-tender",
)


def plant_tender_parties(w: Labelled) -> None:
    """Plant them."""
    _buyers(w)
    _buyers_people(w)
    _evaluators(w)
    _designers(w)
    _agents(w)


def _bought(w: Labelled, key: str, buyer: Party, *bidders: Party) -> str:
    return w.lot(key, *bidders, buyer_id=buyer.number, buyer_name=buyer.name)


def _serves(w: Labelled, key: str, role: str, party: Party) -> None:
    row = {"tender_id": f"BZ-{key}", "party_id": party.number, "party_name": party.name}
    w.add("tender_parties", **row, role=role)


def _buyers(w: Labelled) -> None:
    for depth in (1, 2, 4):
        buyer = w.owned(w.company())
        a = w.chain(buyer, [*([80] * (depth - 1)), 40])
        w.finding(BUYER, _bought(w, f"D11-深{depth}", buyer, a), (a,), f"招标人经{depth}层持有投标人")
    buyer, a = w.owned(w.company()), w.company()
    w.holds(buyer, a, 40, valid_from="2018-01-01", valid_to=DEADLINE)
    w.succeeded(a, 40, DEADLINE)
    w.none(BUYER, _bought(w, "D11-已退出", buyer, a), "招标人在投标截止日已退出")
    group = w.owned(w.company())
    buyer, a = w.chain(group, [60]), w.chain(group, [60])
    w.finding(BUYER, _bought(w, "D11-同集团", buyer, a), (a,), "同一集团控制招标人与投标人")
    state = w.company(name="虚构标注区国有资产监督管理委员会", kind="国资委")
    buyer, a = w.company(), w.company()
    for company in (buyer, a):
        w.holds(state, company, 100, holder_kind="国资委")
    w.suppressed(BUYER, _bought(w, "D11-国资", buyer, a), (a,), "state", "招标人与投标人仅同受国家出资")


def _official(w: Labelled, person: Party, unit: Party, **span: str) -> None:
    row = {"person_id": person.number, "person_name": person.name}
    w.add("officials", **row, unit_id=unit.number, unit_name=unit.name, post="工程科科长", **span)


def _buyers_people(w: Labelled) -> None:
    buyer, a, p = w.owned(w.company()), w.owned(w.company()), w.person()
    _official(w, p, buyer)
    w.post(p, a, "董事")
    w.finding(BUYER, _bought(w, "D11-任职", buyer, a), (a,), "招标人的工作人员是投标人董事")
    buyer, p, q = w.owned(w.company()), w.person(), w.person()
    a = w.chain(q, [80, 30])
    _official(w, p, buyer)
    w.kin(p, q)
    w.finding(BUYER, _bought(w, "D11-亲属", buyer, a), (a,), "招标人工作人员的配偶经两层持有投标人")
    buyer, a, p = w.owned(w.company()), w.owned(w.company()), w.person()
    _official(w, p, buyer, valid_to="2020-01-01")
    w.post(p, a, "监事")
    w.suppressed(BUYER, _bought(w, "D11-已离任", buyer, a), (a,), "ended", "在投标前已离开招标人")
    buyer, a = w.owned(w.company()), w.owned(w.company())
    for company in (buyer, a):
        w.add("positions", person_name="样本重名业主", company_id=company.number, role="法定代表人")
    w.none(BUYER, _bought(w, "D11-同名", buyer, a), "仅姓名相同")


def _evaluators(w: Labelled) -> None:
    p = w.person()
    a = w.chain(p, [50, 10])
    _serves(w, "参与-评委持股", "评标专家", p)
    w.finding(SERVICE, w.lot("参与-评委持股", a), (a,), "评标专家经两层持有投标人5%")
    p = w.person()
    w.owned(w.company(), (p, 50))
    _serves(w, "参与-评委无关", "评标专家", p)
    w.none(SERVICE, w.lot("参与-评委无关"), "评标专家持有的企业未投标")
    p, a = w.person(), w.owned(w.company())
    w.post(p, a, "监事")
    _serves(w, "参与-评委任职", "评标专家", p)
    w.finding(SERVICE, w.lot("参与-评委任职", a), (a,), "评标专家是投标人的监事")


def _designers(w: Labelled) -> None:
    for key, regime in (("设计采购", GOVERNMENT), ("设计工程", "工程建设")):
        a = w.bidder()
        _serves(w, f"参与-{key}", "设计单位", a)
        w.finding(SERVICE, w.lot(f"参与-{key}", a, regime=regime), (a,), "设计单位参加同一项目投标")
    # A lot for supervision: whoever wins it is the supervisor; whoever designs is none.
    for role in ("监理单位", "设计单位"):
        a, key = w.bidder(), f"参与-监理标-{role}"
        _serves(w, key, role, a)
        lot = w.lot(key, a, title="虚构标注道路工程施工监理")
        if role == "监理单位":
            w.suppressed(SERVICE, lot, (a,), "own-service", "监理单位投的就是监理标段")
        else:
            w.finding(SERVICE, lot, (a,), "设计单位参加监理标段投标")
    for depth in (1, 3):
        a = w.bidder()
        supervisor = w.chain(a, [70] * depth)
        _serves(w, f"参与-监理深{depth}", "监理单位", supervisor)
        w.finding(SERVICE, w.lot(f"参与-监理深{depth}", a), (a,), f"投标人经{depth}层控制监理单位")


def _agents(w: Labelled) -> None:
    agent = w.bidder()
    _serves(w, "代理-投标", "招标代理", agent)
    w.finding(AGENCY, w.lot("代理-投标", agent), (agent,), "招标代理机构参加所代理项目的投标")
    _serves(w, "代理-他项", "招标代理", w.owned(w.company()))
    w.none(AGENCY, w.lot("代理-他项", agent), "该机构代理的是另一项目")
    agent, a, p = w.owned(w.company()), w.bidder(), w.person()
    _serves(w, "代理-经办", "招标代理", agent)
    w.post(p, agent, "总经理")
    lot = w.lot("代理-经办", a)
    row = {"tender_id": "BZ-代理-经办", "lot_id": "01", "bidder_id": a.number, "bidder_name": a.name}
    w.add("bid_people", **row, role="经办人", person_id=p.number, person_name=p.name)
    w.finding(SERVICE, lot, (a,), "代理机构的总经理为投标人经办投标")
    w.none(AGENCY, lot, "代理机构本身没有投标")
