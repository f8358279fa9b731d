"""One small file for every table: the relationships and nodes its rows give."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from loaders.tables import TABLES
from loaders.tables.vocabulary import VOCABULARIES
from tests.loaders.reading import codes, load_text, nodes, rels
from tests.loaders.shapes.numbers import resident, uscc

A, B = uscc(31), uscc(32)
P, Q = resident(31), resident(32)

CASES: dict[str, tuple[str, dict[str, int], dict[str, object]]] = {
    "companies": (
        f"id,name,kind,status,parent_id\n{A},示例甲有限公司分公司,分公司,存续,{B}\n",
        {"Company": 2, "BRANCH_OF": 1},
        {"BRANCH_OF.role": "branch", "Company.kind": "branch"},
    ),
    "identifiers": (
        f"party_id,scheme,value\n{A},gb-coh,01234567\n",
        {"IDENTIFIES": 1, "Identifier": 1},
        {"IDENTIFIES.from_id": "gb-coh:01234567"},
    ),
    "former_names": (
        f"company_id,name,valid_from,valid_to\n{A},示例旧有限公司,2010-01-01,2015-01-01\n",
        {"NAMES": 1},
        {"NAMES.stated_to": "2015-01-01", "NAMES.by": "former_name"},
    ),
    "identities": (f"name,party_id\n示例旧,{A}\n", {"NAMES": 1}, {"NAMES.by": "decision"}),
    "persons": (
        f"id,id_kind,name,hukou_region,died_on,cremated_on\n{P},身份证,测试某,示例县,2023-01-02,2023-01\n",
        {"Person": 1},
        {"Person.died_on": "2023-01-02", "Person.cremated_on": "2023-01", "Person.birth_date": "1980-01-01"},
    ),
    "shareholdings": (
        f"company_id,holder_id,share,votes,share_class,list_kind\n{A},{B},0.4,0.6,A,top_ten\n",
        {"OWNS": 1},
        {"OWNS.votes": 0.6, "OWNS.list_kind": "top_ten", "OWNS.share_class": "A"},
    ),
    "positions": (
        f"person_id,company_id,role,valid_from\n{P},{A},董事,2020-01-01\n",
        {"OFFICER_OF": 1},
        {"OFFICER_OF.role": "director", "OFFICER_OF.stated_from": "2020-01-01"},
    ),
    "concerts": (
        f"concert_id,party_id,company_id,valid_to\nK1,{P},{A},长期\n",
        {"MEMBER_OF_CONCERT": 1, "Concert": 1},
        {"MEMBER_OF_CONCERT.company_id": f"cn-uscc:{A}", "MEMBER_OF_CONCERT.to_id": "local:K1"},
    ),
    "control": (
        f"party_id,company_id,interest,suspected\n{B},{A},board_appointment,是\n",
        {"EXERCISES_CONTROL": 1},
        {"EXERCISES_CONTROL.interest": "board_appointment", "EXERCISES_CONTROL.suspected": True},
    ),
    "relatives": (
        f"person_id,relative_id,relation,回避日期\n{P},{Q},spouse,2024-05-06\n",
        {"RELATED_TO": 1, "RECUSED_FROM": 1, "Person": 2},
        {"RELATED_TO.relation": "spouse", "RECUSED_FROM.stated_from": "2024-05-06"},
    ),
    "officials": (f"person_id,unit_id,post\n{P},{A},科长\n", {"HOLDS_POST": 1}, {"HOLDS_POST.post": "科长"}),
    "custody": (
        f"person_id,unit_name,kind,valid_from,valid_to\n{P},虚构监狱,服刑,2025-02-10,2025-08-01\n",
        {"IN_CUSTODY": 1, "Person": 1, "Company": 1},
        {"IN_CUSTODY.kind": "sentence"},
    ),
    "debarments": (
        f"party_id,authority,valid_from,document_no\n{A},示例区建设局,2023-01-01,虚构字1号\n",
        {"DEBARRED_BY": 1, "Company": 2},
        {"DEBARRED_BY.document_no": "虚构字1号"},
    ),
    "tenders": (
        f"id,title,buyer_id,buyer_name,regime,method,published_on,bid_deadline\nT1,示例工程,{A},示例建设局,construction,公开招标,2024-01-02,2024-02-03 09:30\n",
        {"Tender": 1, "BUYS": 1},
        {
            "Tender.method": "open",
            "Tender.regime": "construction",
            "Tender.bid_deadline": "2024-02-03T09:30:00",
        },
    ),
    "tender_parties": (
        f"tender_id,party_id,role\nT1,{A},agent\n",
        {"SERVES_TENDER": 1},
        {"SERVES_TENDER.role": "agent"},
    ),
    "lots": (
        "id,tender_id,title,estimate(万元)\n1,T1,示例标段,12.5\n",
        {"LOT_OF": 1, "Lot": 1},
        {"Lot.estimate": 12_500_000},
    ),
    "projects": (
        f"id,title,owner_id,tender_id\nX1,示例工程,{A},T1\n",
        {"PROJECT_OF": 2, "Project": 1},
        {"Project.title": "示例工程"},
    ),
    "stages": (
        "project_id,stage,due_on,ended_on\nX1,开工,2024-01-01,\n",
        {"STAGE_OF": 1, "Stage": 1},
        {"Stage.due_on": "2024-01-01"},
    ),
    "bids": (
        f"lot_id,tender_id,bidder_id,amount,currency,rank,won,status,submitted_at,deposit_account,联系电话\n1,T1,{A},10.01,CNY,1,是,valid,2024-01-01 08:00,62229999990001,020-12345679\n",
        {"SUBMITS": 1, "FOR_LOT": 1, "LOT_OF": 1, "USED_IN_BID": 2, "Bid": 1},
        {
            "Bid.amount": 1001,
            "Bid.won": True,
            "Bid.rank": 1,
            "SUBMITS.role": "bidder",
            "USED_IN_BID.purpose": "deposit",
            "USED_IN_BID.from_id": "phone:02012345679",
        },
    ),
    "bid_traces": (
        f"lot_id,tender_id,bidder_id,kind,value\n1,T1,{A},device,00-11-22-33-44-55\n",
        {"USED_IN_BID": 1, "FOR_LOT": 1, "SUBMITS": 1},
        {"USED_IN_BID.from_id": "device:001122334455"},
    ),
    "bid_people": (
        f"lot_id,tender_id,bidder_id,person_id,role,certificate_no\n1,T1,{A},{P},项目经理,虚构1\n",
        {"WORKS_ON_BID": 1, "FOR_LOT": 1},
        {
            "WORKS_ON_BID.role": "project_manager",
            "WORKS_ON_BID.certificate_no": "虚构1",
            "SUBMITS.role": "bidder",
        },
    ),
    "subcontracts": (
        f"lot_id,tender_id,contractor_id,subcontractor_id,amount(万元),signed_on,scope\n1,T1,{A},{B},1,2024-03-01,劳务\n",
        {"SUBCONTRACTS_TO": 1},
        {"SUBCONTRACTS_TO.lot": "local:T1/1", "SUBCONTRACTS_TO.amount": 1_000_000},
    ),
    "contacts": (
        f"party_id,kind,value,启用日期,停用日期\n{A},phone,+86 139 0000 0001,2020-05-06,2024-01-01\n",
        {"HAS_CONTACT": 1},
        {
            "HAS_CONTACT.to_id": "phone:13900000001",
            "HAS_CONTACT.stated_from": "2020-05-06",
            "HAS_CONTACT.stated_to": "2024-01-01",
        },
    ),
    "households": (
        "id,kind,region\nH1,benefit,示例街道\n",
        {"Household": 1},
        {"Household.kind": "benefit", "Household.region": "示例街道"},
    ),
    "household_members": (
        f"household_id,person_id,relation_to_head,valid_from\nH1,{P},户主,2020-01-01\n",
        {"MEMBER_OF": 1},
        {"MEMBER_OF.relation_to_head": "head", "MEMBER_OF.stated_from": "2020-01-01"},
    ),
    "properties": (
        f"id,owner_id,share,kind,area_m2,acquired_on\nF1,{P},0.5,dwelling,88.5,2011-01-01\n",
        {"HOLDS_PROPERTY": 1},
        {
            "HOLDS_PROPERTY.share": 0.5,
            "Property.kind": "dwelling",
            "Property.area_m2": 88.5,
            "Property.id": "local:F1",
        },
    ),
    "vehicles": (
        f"id,owner_id,kind,value(万元)\n示A00001,{P},轿车,8\n",
        {"HOLDS_VEHICLE": 1},
        {"Vehicle.value": 8_000_000},
    ),
    "incomes": (
        f"person_id,kind,month,amount,currency\n{P},wage,2023-05,3000,CNY\n",
        {"EARNS": 1, "Program": 1},
        {"EARNS.month": "2023-05", "EARNS.kind": "wage", "EARNS.amount": 300_000},
    ),
    "benefits": (
        f"person_id,program,month,amount,currency,account,payee\n{P},高龄津贴,202305,100,CNY,62229999990001,测试某\n",
        {"RECEIVES": 1, "UNDER": 1, "Benefit": 1},
        {"Benefit.from_month": "2023-05", "Benefit.payee": "测试某", "UNDER.to_id": "program:高龄津贴"},
    ),
    "entitlements": (
        "household_id,program,valid_from,放弃日期\nH1,低保,2023-01-01,2024-02-03\n",
        {"ENTITLED_TO": 1, "DECLINES": 1},
        {"ENTITLED_TO.stated_from": "2023-01-01", "DECLINES.stated_from": "2024-02-03"},
    ),
}


def test_every_table_has_a_case() -> None:
    assert set(CASES) == set(TABLES)


@pytest.mark.parametrize("table", TABLES)
def test_table(table: str, tmp_path: Path) -> None:
    text, counts, facts = CASES[table]
    context = load_text(tmp_path, {f"{table}.csv": text})
    assert codes(context) == []
    assert codes(context, "flag") == []
    for type_, count in counts.items():
        found = (
            nodes(context, type_)["id"].n_unique()
            if type_ in context.extract.nodes
            else rels(context, type_).height
        )
        assert found == count, type_
    for feed, value in facts.items():
        type_, field = feed.split(".")
        frame = nodes(context, type_) if type_ in context.extract.nodes else rels(context, type_)
        assert value in frame[field].drop_nulls().to_list(), feed
    known = {t: set(nodes(context, t)["id"]) for t in context.extract.nodes}
    for (_, from_type, to_type), frames in context.extract.rels.items():
        for frame in frames:
            assert set(frame["from_id"]) <= known[from_type]
            assert set(frame["to_id"]) <= known[to_type]


def test_roles_in_a_bid_are_read_and_a_word_that_is_none_is_told(tmp_path: Path) -> None:
    said = (
        "授权委托人",
        "拟派项目经理（一级）",
        "项目经理兼技术负责人",
        "标书制作人",
        "法定代表人",
        "虚构岗",
    )
    lines = "".join(f"1,T1,{A},{resident(40 + n)},{word}\n" for n, word in enumerate(said))
    context = load_text(tmp_path, {"bid_people.csv": f"lot_id,tender_id,bidder_id,person_id,role\n{lines}"})
    assert codes(context) == []
    assert [(p.code, p.value) for p in context.problems] == [("unknown-bid-role", "虚构岗")]
    roles = "bid_agent bid_writer legal_representative project_manager project_manager technical_lead 虚构岗"
    assert sorted(rels(context, "WORKS_ON_BID")["role"]) == roles.split()


def test_the_law_of_a_tender_by_the_words_that_platforms_use(tmp_path: Path) -> None:
    said = ("工程建设项目", "施工", "招投标法", "招标投标", "政府采购工程", "政府采购（货物）", "货物")
    lines = "".join(f"T{n},项目,{word}\n" for n, word in enumerate(said))
    context = load_text(tmp_path, {"tenders.csv": f"id,title,适用法律\n{lines}"})
    tenders = nodes(context, "Tender").sort("id")
    assert tenders["regime"].to_list() == ["construction"] * 5 + ["government_procurement", None]
    # Goods are bought under either law: it is not guessed.
    assert [(p.code, p.value) for p in context.problems] == [("unknown-word", "货物")]


def test_a_bar_holds_on_its_last_day_and_no_longer_when_it_is_lifted(tmp_path: Path) -> None:
    # To a day; lifted on a day; to a day and lifted before it; to a month; without an end.
    ends = (
        ("2025-06-30", ""),
        ("", "2025-06-30"),
        ("2025-12-31", "2025-06-30"),
        ("2025-06", ""),
        ("长期", ""),
    )
    rows = "".join(f"{A},示例区建设局,禁止投标,2023-07-01,{last},{lifted}\n" for last, lifted in ends)
    heads = "统一社会信用代码,处罚机关,处罚内容,列入日期,处罚截止日期,移出日期"
    context = load_text(tmp_path, {"黑名单.csv": f"{heads}\n{rows}"})
    assert codes(context) == []
    told = rels(context, "DEBARRED_BY")["stated_to"].to_list()
    assert told == ["2025-07-01", "2025-06-30", "2025-06-30", "2025-06", None]


def test_words_that_registers_and_platforms_write_for_states_and_methods() -> None:
    told = {
        "property_status": {
            **dict.fromkeys(("灭失", "已转移", "注销登记", "历史数据"), "ended"),
            **dict.fromkeys(("查封", "已抵押", "抵押注销", "异议登记", "正常"), "current"),
            "预告登记（预购商品房）": "provisional",
        },
        "bid_status": {
            "撤回投标文件": "withdrawn",
            **dict.fromkeys(("撤销投标", "未解密"), "revoked"),
            **dict.fromkeys(("未提交", "逾期未递交投标文件"), "not_submitted"),
            "迟到": "late_refused",
            "资格审查不合格": "rejected",
        },
        "tender_method": {
            "公开招标（资格后审）": "open",
            "竞争性谈判（二次）": "negotiation",
            "公开招标转竞争性谈判": "negotiation",
            "网上询价": "quotation",
            "直接委托": "direct",
            # Which of several ways that is, it does not say; and what state enterprises call so is none of the law's.
            **dict.fromkeys(("非公开招标", "询比采购", "比选")),
        },
    }
    for name, words in told.items():
        assert dict(zip(words, VOCABULARIES[name].read(pl.Series(list(words))), strict=True)) == words


def test_how_a_home_is_held_may_stand_where_its_share_does(tmp_path: Path) -> None:
    rows = f"F1,{resident(51)},共同共有\nF2,{resident(52)},50%\nF3,{resident(53)},单独所有\nF4,{resident(54)},全部\n"
    context = load_text(tmp_path, {"不动产.csv": f"不动产单元号,证件号,权利比例\n{rows}"})
    held = rels(context, "HOLDS_PROPERTY").sort("to_id")
    assert held.select("share", "holding_form").rows()[:3] == [(None, "joint"), (0.5, None), (None, "sole")]
    assert codes(context) == ["not-a-share"]


@pytest.mark.parametrize("code", ["投标人代码", "供应商代码", "信用代码", "投标人统一社会信用代码"])
@pytest.mark.parametrize("said", ["MAC地址", "项目经理"])
def test_what_a_sheet_tells_of_bids_is_of_the_bids_it_states(code: str, said: str, tmp_path: Path) -> None:
    value = "00:1A:2B:3C:4D:5E" if said == "MAC地址" else "样本工"
    text = f"项目编号,投标人,{code},{said}\nP9,虚构子建设有限公司,{A},{value}\n"
    read = load_text(tmp_path, {"投标特征.csv": text})
    stated = set(nodes(read, "Bid")["id"])
    told = rels(read, "USED_IN_BID" if said == "MAC地址" else "WORKS_ON_BID")["to_id"]
    assert len(stated) == 1 and set(told) == stated
