"""Labelled scenes of what people and subcontracts are called: roles in bids, scopes of subcontracts."""

from __future__ import annotations

from lookthrough.demo.labelled.documents import HANDLER, MEMBER, works
from lookthrough.demo.labelled.persons import REP
from lookthrough.demo.labelled.procedure import AGAIN, WHOLE, subcontracts, won
from lookthrough.demo.labelled.tables import Labelled


def plant_worded(w: Labelled) -> None:
    """Plant them."""
    _roles(w)
    _scopes(w)
    _supplies(w)


def _roles(w: Labelled) -> None:
    """One person in two bids of a lot, in two roles: found of which detectors, and of the others nothing."""
    found = {HANDLER: "办理投标", MEMBER: "为项目管理成员"}
    for one, other, where in (
        ("授权代表", "标书制作人", (HANDLER,)),
        ("被授权人", "开标代表", (HANDLER,)),
        ("法定代表人", "经办人", (HANDLER,)),
        ("技术负责人", "专职安全员", (MEMBER,)),
        ("建造师", "造价员", (MEMBER,)),
        ("项目经理", "委托代理人", (MEMBER,)),
        ("资料员", "法定代表人", (MEMBER,)),
        ("见证人", "见证人", ()),
        ("项目经理", "见证人", ()),
    ):
        a, b, p = w.bidder(), w.bidder(), w.person()
        key = f"D5a-{one}与{other}"
        for bidder, role in ((a, one), (b, other)):
            works(w, key, bidder, role, person_id=p.number, person_name=p.name)
        lot = w.lot(key, a, b)
        for detector, what in found.items():
            if detector in where:
                w.finding(detector, lot, (a, b), f"同一人在两份投标中：{one}、{other}（{what}）")
            else:
                w.none(detector, lot, f"{one}、{other}：不属于{what}")
        w.none(REP, lot, "两家登记的法定代表人不同")
    a, b, p = w.bidder(), w.bidder(), w.person()
    for bidder in (a, b):
        works(w, "D6-岗位不明", bidder, "后勤", person_id=p.number, person_name=p.name)
    lot = w.lot("D6-岗位不明", a, b)
    w.undecided(MEMBER, lot, (a, b), "岗位“后勤”不认识：无法判定")


def _scopes(w: Labelled) -> None:
    """What a subcontractor passes on: works, or labour, a supply or a service alone."""
    for number, (scope, rule) in enumerate(
        (
            ("钢筋、模板劳务", "labour-only"),
            ("土方（劳务分包）", "labour-only"),
            ("塔吊租赁", "supply-or-service"),
            ("桩基检测", "supply-or-service"),
            ("主体施工、劳务分包", ""),
            ("劳务分包（含材料）", ""),
            ("非劳务的专业工程", ""),
            ("检测设备安装", ""),
            ("", ""),
        )
    ):
        a, b, c, d, e = (w.bidder() for _ in range(5))
        key = f"D21a-内容{number}"
        lot = won(w, key, a, b, c)
        subcontracts(w, key, a, d, amount=1_000_000, signed_on="2025-07-01", scope="路面")
        subcontracts(w, key, d, e, amount=900_000, signed_on="2025-08-01", scope=scope or None)
        if rule:
            w.suppressed(AGAIN, lot, (a, d, e), rule, f"再发包的是“{scope}”")
        else:
            w.finding(AGAIN, lot, (a, d, e), f"再发包的是“{scope or '内容不明'}”")


def _supplies(w: Labelled) -> None:
    for scope, rule in (("商品混凝土采购", "supply-or-service"), ("钢结构采购及安装", "")):
        a, b, c, d, e = (w.bidder() for _ in range(5))
        key = f"D21b-{scope}"
        lot = won(w, key, a, b, c)
        subcontracts(w, key, a, d, amount=5_000_000, signed_on="2025-07-01", scope="路面")
        subcontracts(w, key, a, e, amount=4_500_000, signed_on="2025-07-01", scope=scope)
        if rule:
            w.suppressed(WHOLE, lot, (a, d, e), rule, f"合同1000万元，其中450万元是{scope}")
        else:
            w.finding(WHOLE, lot, (a, d, e), f"合同1000万元，共分包950万元，其中{scope}")
