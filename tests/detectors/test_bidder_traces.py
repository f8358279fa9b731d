"""Bidders tied by what their bids have in common: accounts, handlers, authors, devices, members; on both stores."""

from __future__ import annotations

from typing import Any

from detectors.bidders import (
    same_bid_author,
    same_bid_handler,
    same_deposit_account,
    same_project_member,
    same_upload_device,
)
from tests.detectors.bidder_world import Found, World, found_on_both, ids, name
from tests.loaders.shapes.numbers import uscc

ACCOUNT, HANDLER, AUTHOR = "same-deposit-account", "same-bid-handler", "same-bid-author"
DEVICE, MEMBER = "same-upload-device", "same-project-member"

ROLES = (
    *(
        (f"ROLE-HAND-{n}", word, word)
        for n, word in enumerate(("授权委托人", "被授权人", "投标代表", "开标代表"))
    ),
    *((f"ROLE-HAND-{n}", word, word) for n, word in enumerate(("业务经办人", "标书制作人"), 4)),
    ("ROLE-REPS", "法定代表人", "法定代表人"),
    ("ROLE-WITNESS", "见证人", "见证人"),
    ("ROLE-STRANGE", "虚构岗{位}", "项目经理"),
    ("ROLE-ACROSS", "授权代表", "项目经理"),
    ("ROLE-ACROSS-REP", "法定代表人", "安全员"),
    ("ROLE-REP-HANDS", "法定代表人", "授权代表"),
    ("ROLE-SEVERAL", "授权代表兼项目经理", "拟派项目经理（一级）"),
)
PAYERS = (
    ("PAYER-KIND", "个人"),
    ("PAYER-NAME", "测试人付款"),
    ("PAYER-SHORT", "虚构商贸"),
    ("PAYER-FULL", "虚构商贸有限公司"),
    ("PAYER-NUMBER", "张三 9999000012341234"),
    *(
        (f"PAYER-NOBODY-{n}", word)
        for n, word in enumerate(("待核实", "财务部", "保证金专户", "公司财务科", "基本户"))
    ),
    *(
        (f"PAYER-CENTRE-{n}", word)
        for n, word in enumerate(("虚构市建设工程交易服务中心", "虚构市公共资源交易中心"))
    ),
)
CELLS = (
    ("MAC地址", "00-00-5E-00-53-11；00-50-56-C0-00-08", "00-00-5E-00-53-11"),
    ("MAC地址", "00-00-5E-00-53-12,00-00-5E-00-53-13", "00:00:5e:00:53:13"),
    ("MAC地址", "00-00-5E-00-53-14/00-00-5E-00-53-15/00-00-5E-00-53-16", "00005e005316"),
    ("硬盘序列号", "虚WD-77AA01、虚WD-77AA02", "虚WD-77AA02\n虚WD-77AA03"),
    ("上传IP", "192.0.2.11:51234", "192.0.2.11"),
    ("上传IP", "192.0.2.12（虚构省虚构市 电信）", "192.0.2.12"),
    ("上传IP", "192.0.2.13、192.0.2.14", "2025-02-28 10:30:15 192.0.2.14"),
    ("MAC地址", "0000.5e00.5317", "00-00-5E-00-53-17"),
    ("上传IP", "[2001:DB8::15]:443", "2001:db8::15"),
    ("上传IP", "2001:0DB8:0000:0000:0000:0000:0000:0016", "2001:db8::16"),
    ("上传IP", "::ffff:192.0.2.17", "192.0.2.17"),
    ("作者", "TESTER Zhang", "tester  zhang"),
    ("作者", "ＴＥＳＴＥＲ２", "tester2"),
)
UNREAD = (
    ("CPU-MODEL-INTEL", "CPU序列号", "BFEBFBFF000906EA"),
    ("CPU-MODEL-AMD", "CPU序列号", "178BFBFF00A20F10"),
    ("CPU-NUMBER", "CPU序列号", "CPU-SERIAL-77"),
    ("MAC-FAILED", "MAC地址", "获取失败"),
    ("DISK-ZERO", "硬盘序列号", "0000_0000"),
    ("DISK-ONE", "硬盘序列号", "0000_0001"),
    ("DONGLE-NONE", "计价软件加密锁序列号", "无锁"),
    ("DONGLE-EDITION", "计价软件加密锁序列号", "试用版"),
    ("DONGLE-MAKER", "计价软件加密锁序列号", "广联达"),
    ("DONGLE-NUMBER", "计价软件加密锁序列号", "虚构9A8B"),
    ("DISK-COUNTED", "硬盘序列号", "1234567890"),
    ("AUTHOR-OFFICE", "作者", "办公室"),
    ("IP-CARRIER", "上传IP", "100.64.3.2"),
    ("IP-UNIQUE-LOCAL", "上传IP", "fd00::1"),
)
VIRTUAL = (
    *("00-50-56-C0-00-08", "005056C00001", "0A-00-27-00-00-00", "02-00-4C-4F-4F-50", "02:42:ac:11:00:02"),
    *("DA-A1-19-00-00-01", "01-00-5E-00-00-FB"),
)
IN_A_MACHINE = ("00-0C-29-12-34-56", "00:50:56:9a:bc:de", "08-00-27-12-34-56", "00155d012345")
PHONES: tuple[tuple[str, dict[str, str], dict[str, str]], ...] = (
    (
        "PHONE-NAMED",
        {"handler": "测试人联", "contact_phone": "13900000001"},
        {"handler": "测试人 联", "contact_phone": "+86 139-0000-0001"},
    ),
    (
        "PHONE-NAMES",
        {"handler": "测试人甲", "contact_phone": "13900000002"},
        {"handler": "测试人乙", "contact_phone": "13900000002、13900000012"},
    ),
    (
        "PHONE-CELL",
        {"handler": "测试人联 13900000003"},
        {"handler": "测试人联", "contact_phone": "13900000003"},
    ),
    ("PHONE-OWN", {"contact_phone": "13900000004"}, {"contact_phone": "020-88880001"}),
    ("PHONE-BOTH-OWN", {"contact_phone": "020-88880001"}, {"contact_phone": "020-88880002"}),
    ("PHONE-BLANK", {"contact_phone": "00000000"}, {"contact_phone": "00000000"}),
)
UNITS: tuple[tuple[Any, ...], ...] = (
    ("UNIT-NAME", "标书制作", ("虚构标书甲（示例）有限公司", None), ("虚构标书甲(示例) 有限公司", None)),
    ("UNIT-CODE", "经办单位", ("虚构标书乙有限公司", uscc(71)), ("虚构标书乙有限公司", None)),
    ("UNIT-TWINS", "标书制作", (f"虚构标书丙有限公司（{uscc(72)}）", None), ("虚构标书丙有限公司", None)),
    ("UNIT-SHORT", "标书制作", ("虚构标书丁", None), ("虚构标书丁", None)),
    ("UNIT-RIVAL", "标书制作", (name("R6"), None)),
    ("UNIT-OWN", "标书制作", (name("R5"), None), (name("R6"), None)),
    ("UNIT-MEMBER", "项目经理", ("虚构标书甲有限公司", None), ("虚构标书甲有限公司", None)),
    ("UNIT-STRANGE", "虚构岗", ("虚构标书甲有限公司", None), ("虚构标书甲有限公司", None)),
)


def trace(w: World, tender: str, bidder: str, kind: str, value: str, lot: str = "1") -> None:
    w.add(
        "bid_traces",
        tender_id=tender,
        lot_id=lot,
        bidder_id=bidder,
        bidder_name=name(bidder),
        kind=kind,
        value=value,
    )


def works(w: World, tender: str, bidder: str, role: str, **person: str) -> None:
    row = {"tender_id": tender, "lot_id": "1", "bidder_id": bidder, "bidder_name": name(bidder)}
    w.add("bid_people", **row, role=role, **person)


def build(w: World) -> None:
    # Deposits: one account; different accounts; one bidder's own account pays for another; a guarantor pays.
    w.lot("ACC", "A1", "A2", "A3")
    for bidder, account in (
        ("A1", "9999000011112222"),
        ("A2", "9999 0000 1111 2222"),
        ("A3", "9999000033334444"),
    ):
        trace(w, "ACC", bidder, "汇款账号", account)
    # The same where nobody was invited to bid: the list of what is deemed collusion is of bidding.
    for tender, regime, method in (
        ("ACC-TALKS", "政府采购", "竞争性谈判"),
        ("ACC-TENDER", "政府采购", "公开招标"),
        ("ACC-DIRECT", "工程建设", "直接发包"),
        ("ACC-NO-METHOD", "工程建设", None),
    ):
        w.lot(tender, "A1", "A2", regime=regime, method=method)
        for bidder in ("A1", "A2"):
            trace(w, tender, bidder, "汇款账号", "9999000011112222")
    # One lot of two tenders, of different methods: which of them it was nobody can say.
    w.lot("ACC-MIXED", "A1", "A2", regime="工程建设", method="公开招标")
    w.tender("ACC-MIXED-TOO", "2025-03-01", regime="工程建设", method="直接发包")
    w.add("lots", id="local:ACC-MIXED/1", tender_id="ACC-MIXED-TOO")
    for bidder in ("A1", "A2"):
        trace(w, "ACC-MIXED", bidder, "汇款账号", "9999000011112222")
    # And of different regimes.
    w.lot("ACC-REGIMES", "A1", "A2", regime="工程建设", method="公开招标")
    w.tender("ACC-REGIMES-TOO", "2025-03-01", regime="政府采购", method="公开招标")
    w.add("lots", id="local:ACC-REGIMES/1", tender_id="ACC-REGIMES-TOO")
    for bidder in ("A1", "A2"):
        trace(w, "ACC-REGIMES", bidder, "汇款账号", "9999000011112222")
    w.lot("ACC-OWN", "A4", "A5")
    w.add("contacts", party_id="A4", kind="银行账户", value="9999000055556666")
    trace(w, "ACC-OWN", "A5", "汇款账号", "9999000055556666")
    w.lot("ACC-SELF", "A6", "A7")
    w.add("contacts", party_id="A6", kind="银行账户", value="9999000077778888")
    trace(w, "ACC-SELF", "A6", "汇款账号", "9999000077778888")
    w.tender("ACC-PAYER")
    w.tender("ACC-GUARANTEE")
    for tender, payer in (("ACC-PAYER", "虚构垫款有限公司"), ("ACC-GUARANTEE", "虚构融资担保有限公司")):
        for bidder in ("A8", "A9"):
            w.bid(tender, bidder, deposit_payer=payer)
    # One account, with who paid from it named on both bids, or on one.
    for tender, payers in (
        ("ACC-CENTRE", ("虚构市公共资源交易中心", "虚构市公共资源交易中心")),
        ("ACC-TWO-CENTRES", ("虚构市公共资源交易中心", "虚构融资担保有限公司")),
        ("ACC-HALF", ("虚构市公共资源交易中心", None)),
        ("ACC-OTHER", ("虚构市公共资源交易中心", "虚构垫款有限公司")),
    ):
        w.tender(tender)
        for bidder, payer in zip(("A8", "A9"), payers, strict=True):
            w.bid(tender, bidder, deposit_payer=payer, deposit_account=f"99991111{len(tender):02}33")
    w.lot("ACC-HUB", *(f"H{n}" for n in range(11)))
    for n in range(11):
        trace(w, "ACC-HUB", f"H{n}", "汇款账号", "9999000099990000")

    # Handlers: one person; two people of one name; a name in the contact column, with and without a telephone.
    w.lot("HANDLE", "B1", "B2")
    works(w, "HANDLE", "B1", "委托代理人", person_id="P1", person_name="测试人一")
    works(w, "HANDLE", "B2", "经办人", person_id="P1", person_name="测试人一")
    w.lot("HANDLE-NAME", "B3", "B4")
    works(w, "HANDLE-NAME", "B3", "委托代理人", person_name="测试人同名")
    works(w, "HANDLE-NAME", "B4", "委托代理人", person_name="测试人同名")
    w.lot("MEMBER-NAME", "B7", "B8")
    w.lot("MEMBER-MASK", "B9", "C9")
    for tender, one, other in (("MEMBER-NAME", "B7", "B8"), ("MEMBER-MASK", "B9", "C9")):
        for company in (one, other):
            masked = {"B9": "999999********1234", "C9": "999998********1234"}.get(company)
            works(w, tender, company, "项目经理", person_name="测试人重名", person_id=masked)
    # Names alone beside one certificate, beside two, and beside one of somebody who has a number.
    for tender, two, one_id in (
        ("CERT", ("测144000001", "测 144000001"), None),
        ("CERT-TWO", ("测144000002", "测144000003"), None),
        ("CERT-ID", ("测144000004", "测144000004"), "P77"),
    ):
        w.lot(tender, "F1", "F2")
        for company, certificate, number in zip(("F1", "F2"), two, (one_id, None), strict=True):
            works(
                w,
                tender,
                company,
                "项目经理",
                person_name="测试人证",
                certificate_no=certificate,
                person_id=number,
            )
    w.lot("CERT-SURE", "F3", "F4", "F5")
    for company, number in (("F3", "P78"), ("F4", "P78"), ("F5", None)):
        works(
            w,
            "CERT-SURE",
            company,
            "项目经理",
            person_name="测试人证五",
            certificate_no="测144000005",
            person_id=number,
        )
    w.lot("CONTACT-NAME", "B5", "B6")
    w.lot("CONTACT-TEL", "B7", "B8")
    for bidder in ("B5", "B6"):
        trace(w, "CONTACT-NAME", bidder, "联系人", "测试人联系")
    for bidder in ("B7", "B8"):
        trace(w, "CONTACT-TEL", bidder, "联系人", "测试人联系 13900001234")

    # Telephones that the list of bids gives: with one name, with two, without any; another's own; none really; in the cell
    # of a name, in a list of people.
    for n, (tender, one, two) in enumerate(PHONES):
        w.tender(tender)
        for bidder, row in zip(("T1", "T2"), (one, two), strict=True):
            w.bid(tender, bidder, **row)
        w.bid(tender, "T3", contact_phone=f"1370000{n:04}")
    for bidder, number in (("T1", "020-8888 0001"), ("T2", "02088880002")):
        w.add("contacts", party_id=bidder, kind="电话", value=number)
    w.lot("PHONE-TRACE", "T1", "T2")
    trace(w, "PHONE-TRACE", "T1", "联系人", "测试人联（13900000006）")
    works(w, "PHONE-TRACE", "T2", "经办人", person_name="测试人联", contact_phone="139 0000 0006")
    w.lot("PHONE-MEMBER", "T1", "T2")
    for bidder in ("T1", "T2"):
        works(
            w, "PHONE-MEMBER", bidder, "项目经理", person_name=f"测试人{bidder}", contact_phone="13900000007"
        )

    # Authors: one costing dongle; a software default; another lot of the same tender.
    w.lot("AUTHOR", "C1", "C2", "C3")
    for bidder in ("C1", "C2"):
        trace(w, "AUTHOR", bidder, "计价软件加密锁序列号", "LOCK-0001")
    trace(w, "AUTHOR", "C3", "计价软件加密锁序列号", "LOCK-0002")
    w.lot("AUTHOR-SAVED", "CA1", "CA2", "CA3")
    trace(w, "AUTHOR-SAVED", "CA1", "作者", "测试人 张")
    trace(w, "AUTHOR-SAVED", "CA1", "最后修改人", "测试人李")
    trace(w, "AUTHOR-SAVED", "CA2", "作者", "测试人赵")
    trace(w, "AUTHOR-SAVED", "CA2", "最后修改人", "测试人张")
    trace(w, "AUTHOR-SAVED", "CA3", "最后修改人", "测试人王")
    w.lot("AUTHOR-SELF", "CA4", "CA5")
    for field in ("作者", "最后修改人"):
        trace(w, "AUTHOR-SELF", "CA4", field, "测试人孙")
    trace(w, "AUTHOR-SELF", "CA5", "作者", "Administrator")
    trace(w, "AUTHOR-SELF", "CA5", "最后修改人", "测试人周")
    w.lot("AUTHOR-DEFAULT", "C4", "C5")
    for bidder in ("C4", "C5"):
        trace(w, "AUTHOR-DEFAULT", bidder, "作者", "Administrator")
    w.tender("AUTHOR-LOTS")
    for lot, bidder in (("1", "C6"), ("2", "C7")):
        w.bid("AUTHOR-LOTS", bidder, lot)
        w.bid("AUTHOR-LOTS", f"{bidder}X", lot)
        trace(w, "AUTHOR-LOTS", bidder, "作者", "测试作者", lot)

    # Devices: one machine is deemed, one address alone is for review; one consortium is one bid.
    w.lot("MAC", "D1", "D2")
    for bidder, value in (("D1", "00:00:5e:00:53:01"), ("D2", "00-00-5E-00-53-01")):
        trace(w, "MAC", bidder, "MAC地址", value)
    w.lot("IP", "D3", "D4")
    for bidder in ("D3", "D4"):
        trace(w, "IP", bidder, "上传IP", "192.0.2.1")
    for tender, kind, value in (
        ("MAC-NONE", "MAC地址", "00-00-00-00-00-00"),
        ("IP-LOCAL", "上传IP", "192.168.1.5"),
        ("LOCK-NONE", "计价软件加密锁序列号", "FFFFFFFF"),
    ):
        w.lot(tender, "D8", "D9")
        for bidder in ("D8", "D9"):
            trace(w, tender, bidder, kind, value)
    for tender, kind, value in UNREAD:
        w.lot(tender, "D8", "D9")
        for bidder in ("D8", "D9"):
            trace(w, tender, bidder, kind, value)
    for kind, values in (("VIRTUAL", VIRTUAL), ("IN-A-MACHINE", IN_A_MACHINE)):
        for n, value in enumerate(values):
            w.lot(f"{kind}-{n}", "D8", "D9")
            for bidder in ("D8", "D9"):
                trace(w, f"{kind}-{n}", bidder, "MAC地址", value)
    for bidder, value in (("D8", "00:00:5e:00:53:0a"), ("D9", "00:00:5e:00:53:0b")):
        trace(w, "CPU-MODEL-INTEL", bidder, "MAC地址", value)
    for tender, payer in PAYERS:
        w.tender(tender)
        for bidder in ("D8", "D9"):
            w.bid(tender, bidder, deposit_payer=payer)
    w.tender("JOINT")
    w.bid("JOINT", "D5", consortium_id="联合体一")
    w.bid("JOINT", "D6", consortium_id="联合体一")
    w.bid("JOINT", "D7")
    w.add(
        "bid_traces",
        tender_id="JOINT",
        lot_id="1",
        bidder_id="D5",
        bidder_name=name("D5"),
        consortium_id="联合体一",
        kind="MAC地址",
        value="00:00:5e:00:53:02",
    )

    for n, (kind, one, other) in enumerate(CELLS):
        w.lot(f"CELL-{n}", "D8", "D9")
        trace(w, f"CELL-{n}", "D8", kind, one)
        trace(w, f"CELL-{n}", "D9", kind, other)

    # Members: one engineer in two bids; the same engineer in another tender is nothing.
    w.lot("MEMBER", "E1", "E2")
    works(w, "MEMBER", "E1", "项目经理", person_id="P9", person_name="测试人九")
    works(w, "MEMBER", "E2", "施工员", person_id="P9", person_name="测试人九")
    w.lot("MEMBER-ELSE", "E1", "E3")
    works(w, "MEMBER-ELSE", "E3", "项目经理", person_id="P8", person_name="测试人八")
    works(w, "MEMBER-ELSE", "E1", "项目经理", person_id="P9", person_name="测试人九")

    # What a bid calls them decides: who hands it in, who manages, who represents the firm, who stands by.
    for tender, one, other in ROLES:
        w.lot(tender, "R1", "R2")
        works(w, tender, "R1", one, person_id="P40", person_name="测试人岗")
        works(w, tender, "R2", other, person_id="P40", person_name="测试人岗")
    w.lot("ROLE-NAMES", "R3", "R4")
    works(w, "ROLE-NAMES", "R3", "授权代表", person_name="测试人跨岗")
    works(w, "ROLE-NAMES", "R4", "项目经理", person_name="测试人跨岗")

    # One unit makes two bids: by its full name; by its code and its name; by a name of two companies; by a short name; a
    # bidder makes another's; a unit as a member of the project; in a role nobody knows.
    for code, called in (
        (uscc(71), "虚构标书乙有限公司"),
        *((uscc(n), "虚构标书丙有限公司") for n in (72, 73)),
    ):
        w.add("companies", id=code, name=called)
    for tender, role, *units in UNITS:
        w.lot(tender, "R5", "R6")
        for bidder, (unit, code) in zip(("R5", "R6"), units, strict=False):
            works(w, tender, bidder, role, person_name=unit, **({"person_id": code} if code else {}))


found = found_on_both(
    build,
    (
        same_deposit_account.DETECTOR,
        same_bid_handler.DETECTOR,
        same_bid_author.DETECTOR,
        same_upload_device.DETECTOR,
        same_project_member.DETECTOR,
    ),
)


def test_deposits_from_one_account(found: Found) -> None:
    hit = found.one(ACCOUNT, "ACC")
    assert hit.subjects == ids("A1", "A2")
    assert hit.severity == "deemed"
    assert "9999000011112222" not in str(hit.to_json())
    assert [b["article"] for b in hit.basis] == ["第四十条第六项"]
    assert (
        found.one(ACCOUNT, "ACC-TENDER").severity == found.one(ACCOUNT, "ACC-NO-METHOD").severity == "deemed"
    )


def test_what_is_of_bidding_alone_is_an_analogy_where_the_method_is_another(found: Found) -> None:
    for tender, article, zh, en in (
        ("ACC-TALKS", "第三十七条第六项", "竞争性谈判，仅供参照", "negotiation: by analogy only"),
        ("ACC-DIRECT", "第四十条第六项", "直接发包，仅供参照", "direct award: by analogy only"),
    ):
        hit = found.one(ACCOUNT, tender)
        assert hit.severity == "review"
        (basis,) = hit.basis
        assert basis["article"] == article and zh in basis["says"] and en in basis["says_en"]


def test_of_a_lot_of_two_methods_it_is_said_that_nobody_can_tell_which(found: Found) -> None:
    hit = found.one(ACCOUNT, "ACC-MIXED")
    (basis,) = hit.basis
    assert hit.severity == "review" and basis["article"] == "第四十条第六项"
    assert "采购方式不一：直接发包、公开招标；是否适用无法判定" in basis["says"]
    assert "tenders of several methods: direct award, open" in basis["says_en"]


def test_of_a_lot_of_two_regimes_the_articles_of_both_are_cited_and_said_to_be(found: Found) -> None:
    hit = found.one(ACCOUNT, "ACC-REGIMES")
    works, procurement = hit.basis
    # Each of the two forbids it.
    assert hit.severity == "deemed"
    assert (works["article"], procurement["article"]) == ("第四十条第六项", "第三十七条第六项")
    for basis, zh, en in (
        (works, "工程建设项目招标投标", "the tendering of works"),
        (procurement, "政府采购", "government procurement"),
    ):
        assert f"采购制度不一：招标投标、政府采购；属{zh}的，适用此条" in basis["says"]
        assert f"tenders of works, government procurement; this applies where it is {en}" in basis["says_en"]


def test_one_bidders_account_pays_anothers_deposit(found: Found) -> None:
    assert found.one(ACCOUNT, "ACC-OWN").subjects == ids("A4", "A5")
    assert found.of(ACCOUNT, "ACC-SELF") == []
    assert found.undecided(ACCOUNT, "ACC-SELF") == [ids("A7")]


def test_one_payer_is_found_and_a_guarantor_is_not_meant(found: Found) -> None:
    assert found.one(ACCOUNT, "ACC-PAYER").subjects == ids("A8", "A9")
    assert found.suppressed(ACCOUNT, "ACC-GUARANTEE") == "institution"
    assert found.suppressed(ACCOUNT, "ACC-HUB") == "hub"


def test_an_account_is_a_centres_where_all_that_paid_from_it_are_named_so(found: Found) -> None:
    for tender in ("ACC-CENTRE", "ACC-TWO-CENTRES"):
        told = [(f.facts["holder"]["id"][:8], f.suppressed_by["rule"]) for f in found.of(ACCOUNT, tender)]
        assert told and all(rule == "institution" for _, rule in told), told
    for tender in ("ACC-HALF", "ACC-OTHER"):
        (hit,) = [f for f in found.of(ACCOUNT, tender) if not f.suppressed_by]
        assert hit.subjects == ids("A8", "A9")


def test_one_handler(found: Found) -> None:
    assert found.one(HANDLER, "HANDLE").subjects == ids("B1", "B2")
    assert found.of(MEMBER, "HANDLE") == []
    assert found.of(HANDLER, "HANDLE-NAME") == []
    assert set(ids("B3", "B4")) < set(found.undecided(HANDLER, "HANDLE-NAME")[0])
    assert found.of(MEMBER, "MEMBER-NAME") == []
    assert set(ids("B7", "B8")) < set(found.undecided(MEMBER, "MEMBER-NAME")[0])
    assert found.undecided(MEMBER, "MEMBER-MASK") == []
    assert found.suppressed(HANDLER, "CONTACT-NAME") == "name-only"
    contact = found.one(HANDLER, "CONTACT-TEL")
    assert contact.severity == "deemed" and contact.facts["contact_person"] == "测试人联系"
    assert contact.subjects == ids("B7", "B8")
    assert "主体识别：投标联系人的姓名与所留电话相同，没有证件号。" in contact.text["zh"]
    assert contact.facts["identity"] == "name_only"


def test_one_name_with_one_certificate_is_for_review(found: Found) -> None:
    for tender in ("CERT", "CERT-ID"):
        hit = found.one(MEMBER, tender)
        assert (hit.subjects, hit.severity) == (ids("F1", "F2"), "review")
        assert "姓名与注册证书编号均一致，未核对证件号" in hit.text["zh"]
        assert found.undecided(MEMBER, tender) == []
        assert len([n for n in hit.evidence.nodes if n.startswith("person")]) == 2
    assert found.one(MEMBER, "CERT-SURE").severity == "deemed"
    assert found.of(MEMBER, "CERT-TWO") == []
    assert len(found.undecided(MEMBER, "CERT-TWO")) == 1


def test_one_licence_and_a_software_default(found: Found) -> None:
    hit = found.one(AUTHOR, "AUTHOR")
    assert hit.subjects == ids("C1", "C2")
    assert "计价软件加密锁" in hit.text["zh"]
    assert found.suppressed(AUTHOR, "AUTHOR-DEFAULT") == "hub"
    assert found.of(AUTHOR, "AUTHOR-LOTS") == []


def test_a_machine_is_deemed_and_an_address_is_for_review(found: Found) -> None:
    assert found.one(DEVICE, "MAC").severity == "deemed"
    assert found.one(DEVICE, "IP").severity == "review"
    assert found.of(DEVICE, "JOINT") == []


def test_what_names_no_machine_is_shown_and_accuses_nobody(found: Found) -> None:
    assert found.suppressed(DEVICE, "MAC-NONE") == "placeholder"
    assert found.suppressed(DEVICE, "IP-LOCAL") == "local-address"
    assert found.suppressed(AUTHOR, "LOCK-NONE") == "placeholder"


def test_the_number_of_a_processors_model_names_no_machine(found: Found) -> None:
    for tender in ("CPU-MODEL-INTEL", "CPU-MODEL-AMD"):
        assert found.suppressed(DEVICE, tender) == "cpu-model"
    assert found.one(DEVICE, "CPU-NUMBER").severity == "review"


def test_words_where_a_number_should_be_are_placeholders(found: Found) -> None:
    assert found.suppressed(DEVICE, "MAC-FAILED") == "placeholder"
    assert found.suppressed(DEVICE, "DISK-ZERO") == "placeholder"
    assert found.one(DEVICE, "DISK-ONE").severity == "deemed"
    assert found.suppressed(AUTHOR, "DONGLE-NONE") == "placeholder"
    assert found.suppressed(ACCOUNT, "PAYER-KIND") == "placeholder"
    assert found.suppressed(DEVICE, "DISK-COUNTED") == "placeholder"
    for tender in ("DONGLE-EDITION", "DONGLE-MAKER"):
        assert found.suppressed(AUTHOR, tender) == "placeholder"
    assert found.one(AUTHOR, "DONGLE-NUMBER").severity == "deemed"
    assert found.suppressed(AUTHOR, "AUTHOR-OFFICE") == "hub"
    for tender in ("IP-CARRIER", "IP-UNIQUE-LOCAL"):
        assert found.suppressed(DEVICE, tender) == "local-address"


def test_a_virtual_adapters_address_names_no_machine_and_a_virtual_machines_is_for_review(
    found: Found,
) -> None:
    for n in range(len(VIRTUAL)):
        assert found.suppressed(DEVICE, f"VIRTUAL-{n}") == "virtual-adapter", VIRTUAL[n]
    for n in range(len(IN_A_MACHINE)):
        assert found.one(DEVICE, f"IN-A-MACHINE-{n}").severity == "review", IN_A_MACHINE[n]


def test_a_payers_name_is_no_account(found: Found) -> None:
    for tender in ("PAYER-NAME", "PAYER-SHORT"):
        hit = found.one(ACCOUNT, tender)
        assert (hit.severity, hit.facts["identity"]) == ("review", "name_only"), tender
        assert "主体识别：汇款人仅名称相同，没有账号，未核实。" in hit.text["zh"]
        assert "a name only, without an account" in hit.text["en"]
    full = found.one(ACCOUNT, "PAYER-FULL")
    assert (full.severity, full.facts["identity"]) == ("deemed", "unique_name")
    assert "主体识别：汇款人企业全称相同，没有账号。" in full.text["zh"]
    assert found.one(ACCOUNT, "PAYER-NUMBER").severity == "deemed"
    for tender, _ in PAYERS:
        if "NOBODY" in tender or "CENTRE" in tender:
            rule = "placeholder" if "NOBODY" in tender else "institution"
            assert found.suppressed(ACCOUNT, tender) == rule, tender


def test_one_project_member_in_two_bids(found: Found) -> None:
    hit = found.one(MEMBER, "MEMBER")
    assert hit.subjects == ids("E1", "E2")
    assert found.of(HANDLER, "MEMBER") == []
    assert found.of(MEMBER, "MEMBER-ELSE") == []


def test_who_wrote_one_bid_and_saved_another_last_ties_them(found: Found) -> None:
    hit = found.one(AUTHOR, "AUTHOR-SAVED")
    assert hit.subjects == ids("CA1", "CA2")
    assert hit.severity == "deemed"
    roles = {b["id"]: [x["role"] for x in b["links"]] for b in hit.facts["bidders"]}
    assert roles == {"local:CA1": ["author"], "local:CA2": ["last_saved_by"]}
    assert "文件作者/最后修改人" in hit.text["zh"]
    assert len([n for n in hit.evidence.nodes if n.startswith(("author:", "last_saved_by:"))]) == 2
    assert found.of(AUTHOR, "AUTHOR-SELF") == []


def test_who_hands_two_bids_in_is_a_handler_whatever_the_bids_call_him(found: Found) -> None:
    for n in range(6):
        assert found.one(HANDLER, f"ROLE-HAND-{n}").severity == "deemed"
        assert found.of(MEMBER, f"ROLE-HAND-{n}") == []


def test_representatives_and_witnesses_are_no_project_members(found: Found) -> None:
    for tender in ("ROLE-REPS", "ROLE-WITNESS"):
        assert found.of(MEMBER, tender) == found.of(HANDLER, tender) == []


def test_a_role_that_no_word_tells_is_undecided_and_names_the_word(found: Found) -> None:
    assert found.of(MEMBER, "ROLE-STRANGE") == found.of(HANDLER, "ROLE-STRANGE") == []
    told = [u for d, u in found.run.undecided if d == MEMBER and u.scope_id == "local:ROLE-STRANGE/1"]
    assert any("虚构岗{位}" in u.missing_zh and set(ids("R1", "R2")) < set(u.subjects) for u in told)


def test_one_person_in_two_roles_of_two_bids_is_for_review(found: Found) -> None:
    for detector, tender in (
        (MEMBER, "ROLE-ACROSS"),
        (MEMBER, "ROLE-ACROSS-REP"),
        (HANDLER, "ROLE-REP-HANDS"),
    ):
        hit = found.one(detector, tender)
        assert (hit.subjects, hit.severity) == (ids("R1", "R2"), "review")
    assert "在一份中为项目管理成员" in found.one(MEMBER, "ROLE-ACROSS").text["zh"]
    assert found.of(HANDLER, "ROLE-ACROSS") == []
    # One cell may name two roles.
    assert found.one(MEMBER, "ROLE-SEVERAL").severity == "deemed"
    assert found.of(MEMBER, "ROLE-NAMES") == []
    assert any(set(ids("R3", "R4")) < set(u) for u in found.undecided(MEMBER, "ROLE-NAMES"))


def test_one_unit_that_makes_two_bids_is_found_by_its_full_name_and_by_its_code(found: Found) -> None:
    hit = found.one(HANDLER, "UNIT-NAME")
    assert (hit.subjects, hit.severity) == (ids("R5", "R6"), "deemed")
    assert "疑似由同一单位虚构标书甲" in hit.text["zh"] and "one unit, " in hit.text["en"]
    assert "主体识别：办理单位企业全称一致，没有统一社会信用代码" in hit.text["zh"]
    assert hit.facts["identity"] == "unique_name" and hit.facts["holder"]["id"].startswith("name:")
    coded = found.one(HANDLER, "UNIT-CODE")
    assert coded.facts["holder"]["id"] == f"cn-uscc:{uscc(71)}"
    assert (coded.severity, coded.facts["identity"]) == ("deemed", "unique_name")
    assert "name:虚构标书乙有限公司" in coded.evidence.nodes


def test_units_that_may_be_two_are_undecided(found: Found) -> None:
    for tender in ("UNIT-TWINS", "UNIT-SHORT"):
        assert found.of(HANDLER, tender) == [], tender
        assert any(set(ids("R5", "R6")) < set(u) for u in found.undecided(HANDLER, tender)), tender
    (told,) = [
        u
        for d, u in found.run.undecided
        if d == HANDLER and u.scope_id == "local:UNIT-TWINS/1" and "虚构标书丙" in u.missing_zh
    ]
    assert "同名企业不止一家" in told.missing_zh and "several companies" in told.missing_en


def test_a_bidder_that_makes_anothers_bid_is_for_review_and_its_own_bid_lacks_the_data(found: Found) -> None:
    hit = found.one(HANDLER, "UNIT-RIVAL")
    assert (hit.subjects, hit.severity) == (ids("R5", "R6"), "review")
    assert "投标人自身" in hit.text["zh"]
    assert found.undecided(HANDLER, "UNIT-RIVAL") == [ids("R6")]
    assert found.of(HANDLER, "UNIT-OWN") == []


def test_a_unit_is_no_member_of_a_project(found: Found) -> None:
    assert found.of(MEMBER, "UNIT-MEMBER") == []
    told = [u for d, u in found.run.undecided if d == MEMBER and u.scope_id == "local:UNIT-STRANGE/1"]
    assert any("虚构岗" in u.missing_zh for u in told)


def test_one_telephone_beside_one_name_in_two_bids_is_one_handler(found: Found) -> None:
    for tender in ("PHONE-NAMED", "PHONE-CELL", "PHONE-TRACE"):
        hit = found.one(HANDLER, tender)
        assert (hit.subjects, hit.severity) == (ids("T1", "T2"), "deemed"), tender
        assert "同一人测试人联（1390000000" in hit.text["zh"] and "one person, 测试人联" in hit.text["en"]
        assert (hit.facts["identity"], hit.facts["contact_person"]) == ("name_only", "测试人联")
        # What the telephone tells is not told as undecided as well.
        assert not any("测试人联" in u.missing_zh for d, u in found.run.undecided if tender in u.scope_id)
        names = [n for n in hit.evidence.nodes if n.startswith(("person", "contact_person:"))]
        assert len(names) == 2, tender


def test_one_telephone_alone_is_for_review(found: Found) -> None:
    hit = found.one(HANDLER, "PHONE-NAMES")
    assert (hit.subjects, hit.severity) == (ids("T1", "T2"), "review")
    assert "13900000002（仅联系电话相同）" in hit.text["zh"] and "使用人未核实" in hit.text["zh"]
    own = found.one(HANDLER, "PHONE-OWN")
    assert (own.subjects, own.severity) == (ids("T1", "T2"), "review")
    assert "T1建设有限公司（投标人登记电话）" in own.text["zh"]
    # Each gives its own; and a telephone of a project manager hands no bid in.
    assert found.of(HANDLER, "PHONE-BOTH-OWN") == found.of(HANDLER, "PHONE-MEMBER") == []
    assert found.suppressed(HANDLER, "PHONE-BLANK") == "placeholder"


def test_what_one_cell_gives_is_compared_piece_by_piece_and_however_it_is_written(found: Found) -> None:
    detectors = {"MAC地址": DEVICE, "硬盘序列号": DEVICE, "上传IP": DEVICE, "作者": AUTHOR}
    for n, (kind, one, other) in enumerate(CELLS):
        hit = found.one(detectors[kind], f"CELL-{n}")
        assert hit.subjects == ids("D8", "D9"), (one, other)
        assert (hit.severity == "review") == (kind == "上传IP"), (one, other)
