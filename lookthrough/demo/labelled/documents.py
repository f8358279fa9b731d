"""Labelled scenes of bid files, deposits and the people named in bids."""

from __future__ import annotations

from lookthrough.demo.labelled.tables import Labelled, Party

ACCOUNT, HANDLER, AUTHOR = "same-deposit-account", "same-bid-handler", "same-bid-author"
DEVICE, MEMBER = "same-upload-device", "same-project-member"


def plant_documents(w: Labelled) -> None:
    """Plant them."""
    _accounts(w)
    _handlers(w)
    _authors(w)
    _devices(w)
    _members(w)


def left(w: Labelled, key: str, bidder: Party, kind: str, value: str, lot: str = "01", **more: str) -> None:
    """A trace that a bid left."""
    row = {"tender_id": f"BZ-{key}", "lot_id": lot, "bidder_id": bidder.number, "bidder_name": bidder.name}
    w.add("bid_traces", **row, kind=kind, value=value, **more)


def works(w: Labelled, key: str, bidder: Party, role: str, **person: str) -> None:
    """Somebody whom a bid names in a role."""
    row = {"tender_id": f"BZ-{key}", "lot_id": "01", "bidder_id": bidder.number, "bidder_name": bidder.name}
    w.add("bid_people", **row, role=role, **person)


def _accounts(w: Labelled) -> None:
    a, b, c = w.bidder(), w.bidder(), w.bidder()
    for bidder, account in ((a, "9999810011112222"), (b, "9999 8100 1111 2222"), (c, "9999810033334444")):
        left(w, "D4-同账户", bidder, "汇款账号", account)
    w.finding(ACCOUNT, w.lot("D4-同账户", a, b, c), (a, b), "两家的保证金从同一账户汇出（写法不同）")
    a, b = w.bidder(), w.bidder()
    w.add("contacts", party_id=a.number, party_name=a.name, kind="银行账户", value="9999810055556666")
    left(w, "D4-代付", b, "汇款账号", "9999810055556666")
    w.finding(ACCOUNT, w.lot("D4-代付", a, b), (a, b), "一家的保证金从另一家自己的账户汇出")
    a, b = w.bidder(), w.bidder()
    w.add("contacts", party_id=a.number, party_name=a.name, kind="银行账户", value="9999810077778888")
    left(w, "D4-自付", a, "汇款账号", "9999810077778888")
    w.none(ACCOUNT, w.lot("D4-自付", a, b), "从自己的账户汇出")
    for key, payer, rule in (
        ("垫款", "虚构标注垫款有限公司", ""),
        ("担保", "虚构标注融资担保有限公司", "institution"),
    ):
        a, b = w.bidder(), w.bidder()
        lot = w.lot(f"D4-{key}", a, b, bids={x: {"deposit_payer": payer} for x in (a, b)})
        if rule:
            w.suppressed(ACCOUNT, lot, (a, b), rule, "汇款人是担保机构")
        else:
            w.finding(ACCOUNT, lot, (a, b), "两家的保证金由同一企业汇出")
    many = [w.bidder() for _ in range(11)]
    for bidder in many:
        left(w, "D4-中心", bidder, "汇款账号", "9999810099990000")
    w.suppressed(ACCOUNT, w.lot("D4-中心", *many), many, "hub", "11家用同一账户，是交易中心一类的账户")


def _handlers(w: Labelled) -> None:
    a, b, p = w.bidder(), w.bidder(), w.person()
    for bidder, role in ((a, "委托代理人"), (b, "经办人")):
        works(w, "D5a-同一人", bidder, role, person_id=p.number, person_name=p.name)
    w.finding(HANDLER, w.lot("D5a-同一人", a, b), (a, b), "同一人为两家办理投标")
    a, b = w.bidder(), w.bidder()
    for bidder in (a, b):
        works(w, "D5a-同名", bidder, "委托代理人", person_name="样本重名代理")
    w.none(HANDLER, w.lot("D5a-同名", a, b), "仅姓名相同")
    for key, contact, rule in (
        ("联系人", "样本联系标注", "name-only"),
        ("联系电话", "样本联系标注 13900008100", ""),
    ):
        a, b = w.bidder(), w.bidder()
        for bidder in (a, b):
            left(w, f"D5a-{key}", bidder, "联系人", contact)
        lot = w.lot(f"D5a-{key}", a, b)
        if rule:
            w.suppressed(HANDLER, lot, (a, b), rule, "联系人仅姓名相同，没有电话")
        else:
            w.finding(HANDLER, lot, (a, b), "联系人姓名与电话均相同")


def _authors(w: Labelled) -> None:
    a, b, c = w.bidder(), w.bidder(), w.bidder()
    for bidder, lock in ((a, "BZ-LOCK-0001"), (b, "BZ-LOCK-0001"), (c, "BZ-LOCK-0002")):
        left(w, "D5b-加密锁", bidder, "计价软件加密锁序列号", lock)
    w.finding(AUTHOR, w.lot("D5b-加密锁", a, b, c), (a, b), "两家的清单出自同一计价软件加密锁")
    a, b = w.bidder(), w.bidder()
    for bidder in (a, b):
        left(w, "D5b-默认", bidder, "作者", "Administrator")
    w.suppressed(AUTHOR, w.lot("D5b-默认", a, b), (a, b), "hub", "作者是软件默认名")
    a, b = w.bidder(), w.bidder()
    for lot, bidder in (("01", a), ("02", b)):
        left(w, "D5b-两标段", bidder, "作者", "样本作者标注", lot)
    for lot in (w.lot("D5b-两标段", a), w.lot("D5b-两标段", b, lot="02", again=True)):
        w.none(AUTHOR, lot, "相同的作者出现在不同标段")


def _devices(w: Labelled) -> None:
    a, b = w.bidder(), w.bidder()
    for bidder, value in ((a, "00:00:5e:00:53:81"), (b, "00-00-5E-00-53-81")):
        left(w, "D5c-机器", bidder, "MAC地址", value)
    w.finding(DEVICE, w.lot("D5c-机器", a, b), (a, b), "同一台机器上传（写法不同）")
    a, b = w.bidder(), w.bidder()
    for bidder in (a, b):
        left(w, "D5c-网址", bidder, "上传IP", "192.0.2.81")
    w.finding(DEVICE, w.lot("D5c-网址", a, b), (a, b), "仅IP相同：供核查")
    a, b = w.bidder(), w.bidder()
    for bidder, value in ((a, "00:00:5e:00:53:82"), (b, "00:00:5e:00:53:83")):
        left(w, "D5c-两机", bidder, "MAC地址", value)
    w.none(DEVICE, w.lot("D5c-两机", a, b), "两台不同的机器")
    many = [w.bidder() for _ in range(11)]
    for bidder in many:
        left(w, "D5c-大厅", bidder, "上传IP", "192.0.2.82")
    w.suppressed(DEVICE, w.lot("D5c-大厅", *many), many, "hub", "11家从同一地址上传，是服务大厅一类的地址")


def _members(w: Labelled) -> None:
    a, b, p = w.bidder(), w.bidder(), w.person()
    for bidder, role in ((a, "项目经理"), (b, "施工员")):
        works(w, "D6-同一人", bidder, role, person_id=p.number, person_name=p.name)
    w.finding(MEMBER, w.lot("D6-同一人", a, b), (a, b), "同一人是两家的项目管理成员")
    b, q = w.bidder(), w.person()
    works(w, "D6-另项", a, "项目经理", person_id=p.number, person_name=p.name)
    works(w, "D6-另项", b, "项目经理", person_id=q.number, person_name=q.name)
    w.none(MEMBER, w.lot("D6-另项", a, b), "该人的另一处在别的项目")
    a, b = w.bidder(), w.bidder()
    for bidder in (a, b):
        works(w, "D6-同名", bidder, "项目经理", person_name="样本重名经理")
    w.none(MEMBER, w.lot("D6-同名", a, b), "仅姓名相同")


def plant_accounts_of_two_tenders(w: Labelled) -> None:
    """Plant one account at two bidders of lots that hang on two tenders."""
    for key, account, other in (
        ("方式不一", "9999810011113333", "直接发包"),
        ("同一方式", "9999810011114444", "公开招标"),
    ):
        a, b = w.bidder(), w.bidder()
        for bidder in (a, b):
            left(w, f"D4-{key}", bidder, "汇款账号", account)
        lot = w.lot(f"D4-{key}", a, b)
        w.also_of(f"D4-{key}", lot, regime="工程建设", method=other)
        w.finding(ACCOUNT, lot, (a, b), "两家的保证金从同一账户汇出；标段属于两个项目")
