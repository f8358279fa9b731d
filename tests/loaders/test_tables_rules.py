"""Tolerant about form, strict about meaning: units, identities, required columns, mappings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.ties.roles import role_zh
from loaders.context import InputFile, ReadContext
from loaders.identity.check_digits import valid_uscc
from loaders.sheets import read_sheets
from loaders.tables import MappingError, SheetReport, inspect_tables, read_mapping, write_rejects
from loaders.tables.consortia import consortium_name, read_members
from loaders.tables.recognise import recognise
from loaders.tables.vocabulary import VOCABULARIES, read_relation_codes
from tests.loaders.reading import KEY, codes, load, load_text, nodes, rels
from tests.loaders.shapes.numbers import resident, resident_15, uscc

A, B = uscc(21), uscc(22)


def test_plain_english_tables(tmp_path: Path) -> None:
    context = load_text(
        tmp_path,
        {
            "shareholdings.csv": "company_id,holder_id,share\nA,P1,0.51\nB,P1,0.6\nA,C,0.49\n",
            "persons.csv": "id,name\nP1,Test Person\n",
            "bids.csv": "lot_id,bidder_id,amount,currency\nLOT-7,A,1000000,CNY\nLOT-7,B,1100000.5,CNY\n",
        },
    )
    assert codes(context) == []
    owns = rels(context, "OWNS").sort("share")
    assert owns["from_id"].to_list() == ["local:C", "person.local:P1", "person.local:P1"]
    assert set(nodes(context, "Company")["id"]) == {"local:A", "local:B", "local:C"}
    assert nodes(context, "Bid")["amount"].drop_nulls().sort().to_list() == [100_000_000, 110_000_050]
    assert set(nodes(context, "Bid")["id"]) == {"local:LOT-7/local:A", "local:LOT-7/local:B"}


@pytest.mark.parametrize(
    ("header", "cell", "share"),
    [
        ("持股比例(%)", "51", 0.51),
        ("持股比例", "51%", 0.51),
        ("share_percent", "51", 0.51),
        ("share", "0.51", 0.51),
        ("持股比例（％）", "１４.5", 0.145),
    ],
)
def test_a_share_with_its_unit(tmp_path: Path, header: str, cell: str, share: float) -> None:
    text = f"企业名称,统一社会信用代码,股东名称,{header}\n示例甲有限公司,{A},示例乙有限公司,{cell}\n"
    assert rels(load_text(tmp_path, {"s.csv": text}), "OWNS")["share"].to_list() == [share]


@pytest.mark.parametrize("cell", ["51", "0.8", "1"])
def test_a_bare_share_is_refused_and_says_how(tmp_path: Path, cell: str) -> None:
    text = f"企业名称,统一社会信用代码,股东名称,持股比例\n示例甲有限公司,{A},示例乙有限公司,{cell}\n"
    context = load_text(tmp_path, {"s.csv": text})
    assert codes(context) == ["unit-unknown"]
    assert rels(context, "OWNS").is_empty()
    problem = context.problems[0]
    assert (problem.row, problem.column, problem.value) == ("2", "持股比例", cell)
    assert "持股比例(%)" in problem.expected_zh
    assert "share_percent" in problem.expected_en


def test_a_mapping_gives_the_unit(tmp_path: Path) -> None:
    text = f"企业名称,统一社会信用代码,股东名称,持股比例\n示例甲有限公司,{A},示例乙有限公司,51\n"
    mapping = {"sheet": [{"file": "s*.csv", "units": {"share_percent": "percent"}}]}
    assert rels(load_text(tmp_path, {"s.csv": text}, mapping=mapping), "OWNS")["share"].to_list() == [0.51]


def test_a_bare_amount_is_refused_in_a_bid_and_only_flagged_beside_a_share(tmp_path: Path) -> None:
    context = load_text(
        tmp_path, {"b.csv": f"标段编号,投标人,投标人代码,投标报价\n1,示例甲有限公司,{A},589\n"}
    )
    assert codes(context) == ["unit-unknown"]
    text = (
        f"企业名称,统一社会信用代码,股东名称,持股比例,认缴出资额\n示例甲有限公司,{A},示例乙有限公司,51%,100\n"
    )
    context = load_text(tmp_path, {"s.csv": text})
    assert (codes(context), codes(context, "flag")) == ([], ["unit-unknown"])
    assert rels(context, "OWNS")["subscribed_amount"].to_list() == [None]


def test_a_missing_column_is_said_with_what_was_found(tmp_path: Path) -> None:
    context = load_text(
        tmp_path, {"shareholdings.csv": "company_id,share\nA,0.5\n", "companies.csv": "id\nA\n"}
    )
    problem = next(p for p in context.problems if p.kind == "reject")
    assert problem.code == "missing-column"
    assert "holder_id" in problem.expected_zh
    assert "company_id, share" in problem.expected_en
    assert [(f.rows, f.rejected) for f in context.extract.files] == [(1, 1), (1, 0)]
    assert nodes(context, "Company")["id"].to_list() == ["local:A"]


def test_unknown_columns_are_listed_and_ignored(tmp_path: Path) -> None:
    path = tmp_path / "companies.csv"
    path.write_text(f"统一社会信用代码,企业名称,幸运数字\n{A},示例甲有限公司,7\n", encoding="utf-8")
    report = inspect_tables(InputFile(path, path.name, "0" * 64), {})[0]
    assert (report.table, report.ignored, report.rows) == ("companies", ("幸运数字",), 1)


def test_inspection_masks_peoples_numbers(tmp_path: Path) -> None:
    path = tmp_path / "persons.csv"
    path.write_text(f"身份证号,姓名\n{resident(1)},测试某\n", encoding="utf-8")
    report = inspect_tables(InputFile(path, path.name, "0" * 64), {})[0]
    assert resident(1) not in str(report)
    path.write_text(f"身份证号,姓名\n{resident_15(1)},测试某\nE12345678,测试某\n", encoding="utf-8")
    shown = str(inspect_tables(InputFile(path, path.name, "0" * 64), {})[0].sample)
    assert resident_15(1) not in shown and "E12345678" not in shown
    assert report.sample[0][1] == "测试某"


def test_inspection_shows_months_with_year_and_unit_and_says_what_is_missing(tmp_path: Path) -> None:
    def report(text: str) -> SheetReport:
        path = tmp_path / "低保发放.csv"
        path.write_text(text, encoding="utf-8")
        return inspect_tables(InputFile(path, path.name, "0" * 64), {})[0]

    columns = "低保证号,户主姓名,救助类型,1月,2月"
    row = "DB1,测试某,低保,620,620"
    whole = report(f"虚构街道2025年发放表（单位：元）,,,,\n{columns}\n{row}\n")
    assert whole.columns["benefits"]["months"] == ("1月", "2月")
    assert (whole.units["months"], whole.year, whole.warnings) == ("元", 2025, ())
    bare = report(f"{columns}\n{row}\n")
    unit, year = bare.warnings
    assert "“1月(元)”" in unit["zh"] and "1月(元)" in unit["en"]
    assert "年度" in year["zh"] and bare.year is None
    dated = report(f"年度,{columns}\n2025,{row}\n".replace("620", "620元"))
    assert dated.warnings == ()
    refused = load_text(tmp_path, {"低保发放.csv": f"{columns}\n{row}\n"}).problems
    (said,) = {p.expected_zh for p in refused if p.code == "unit-unknown"}
    assert "“1月(元)”" in said


def test_inspection_masks_telephones_mails_and_accounts_and_shows_companies_codes(tmp_path: Path) -> None:
    path = tmp_path / "企业登记信息.csv"
    path.write_text(
        "统一社会信用代码,企业名称,联系电话,邮箱,备用号码,开户账号\n"
        f"{A},示例甲有限公司,0999-8880001,someone@example.com,0999 8880002;13999999999,6222999999990001\n"
        f"{uscc(7)},示例乙有限公司,88800031,other@example.com,,6222999999990002\n",
        encoding="utf-8",
    )
    report = inspect_tables(InputFile(path, path.name, "0" * 64), {})[0]
    assert [row[0] for row in report.sample] == [A, uscc(7)]
    for shown in ("8880001", "88800031", "8880002", "13999999999", "someone@", "other@", "6222999999990001"):
        assert shown not in str(report.sample)


def test_a_corrected_rejects_file_loads_and_keeps_the_person(tmp_path: Path) -> None:
    text = f"企业名称,统一社会信用代码,股东名称,股东类型,证照号码,持股比例\n示例甲有限公司,{A},=测试某,自然人,{resident(5)},130%\n"
    context = load_text(tmp_path, {"s.csv": text})
    (path,) = write_rejects(context.rejected, tmp_path / "rejects")
    written = path.read_text(encoding="utf-8-sig")
    assert resident(5) not in written
    assert "'=测试某" in written
    assert path.stat().st_mode & 0o077 == 0
    path.write_text(written.replace("130%", "13%"), encoding="utf-8-sig")
    again = load(path)
    assert codes(again) == []
    number = load_text(tmp_path, {"t.csv": text.replace("130%", "13%")})
    assert rels(again, "OWNS")["from_id"].to_list() == rels(number, "OWNS")["from_id"].to_list()
    assert nodes(again, "Person")["name"].to_list() == nodes(number, "Person")["name"].to_list()


def test_corrected_rows_of_a_sheet_whose_title_gives_year_and_unit_are_all_loaded(tmp_path: Path) -> None:
    # A number that is right as a credit code too is a person's like the others.
    both = next(n for s in range(1, 999) if valid_uscc(pl.Series([n := resident(s, "19600101")]))[0])
    numbers = [both, resident(62), resident_15(63), "E12345678"]
    title = "虚构街道2025年发放表,（单位：元）,,,,\n"
    columns = "低保证号,户主姓名,户主身份证号,救助类型,1月,2月\n"
    rows = [f"DB{n},测试某{n},{number},低保,620,{{}}\n" for n, number in enumerate(numbers)]

    def sheet(cell: str) -> ReadContext:
        return load_text(tmp_path, {"低保发放.csv": title + columns + "".join(r.format(cell) for r in rows)})

    refused = sheet("六百多")
    assert refused.extract.files[0].rejected == 4
    (path,) = write_rejects(refused.rejected, tmp_path / "rejects")
    written = path.read_text(encoding="utf-8-sig")
    assert not [n for n in numbers if n in written]
    assert written.count("person:") == 4
    path.write_text(written.replace("六百多", "620"), encoding="utf-8-sig")
    again, whole = load(path), sheet("620")
    assert codes(again) == []
    for type_ in ("Person", "Household", "Benefit"):
        assert set(nodes(again, type_)["id"]) == set(nodes(whole, type_)["id"])
    ends = ("from_id", "to_id")
    for type_ in ("MEMBER_OF", "RECEIVES"):
        assert set(rels(again, type_).select(ends).rows()) == set(rels(whole, type_).select(ends).rows())
    paid = ("id", "from_month", "amount", "currency")
    assert set(nodes(again, "Benefit").select(paid).rows()) == set(
        nodes(whole, "Benefit").select(paid).rows()
    )


def test_a_number_that_lost_its_end_is_nobodys_in_the_rejects(tmp_path: Path) -> None:
    # A number that ends in 000 may have a right check digit by chance.
    made = (resident(s, f"19{y:02d}0101") for y in range(50, 90) for s in range(100, 1000, 100))
    lost = next(n for n in made if n.endswith("000"))
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["低保证号", "户主姓名", "户主身份证号"])
    sheet.append(["DB1", "测试某", int(lost)])
    book.save(tmp_path / "低保名册.xlsx")
    context = load(tmp_path / "低保名册.xlsx")
    assert codes(context) == ["numeric-id"]
    (path,) = write_rejects(context.rejected, tmp_path / "rejects")
    written = path.read_text(encoding="utf-8-sig")
    assert lost not in written and "person:" not in written


def test_two_masked_numbers_under_one_name_are_two_people(tmp_path: Path) -> None:
    rows = "".join(
        f"示例甲有限公司,{A},测试某,自然人,{n},10%\n" for n in ("9999**********0021", "9999**********0039")
    )
    text = "企业名称,统一社会信用代码,股东名称,股东类型,证照号码,持股比例\n" + rows
    assert rels(load_text(tmp_path, {"s.csv": text}), "OWNS")["from_id"].n_unique() == 2


def test_one_name_in_two_companies_is_two_people(tmp_path: Path) -> None:
    text = "企业名称,统一社会信用代码,股东名称,股东类型,持股比例\n"
    text += f"示例甲有限公司,{A},测试某,自然人,10%\n示例乙有限公司,{B},测试某,自然人,10%\n"
    assert rels(load_text(tmp_path, {"s.csv": text}), "OWNS")["from_id"].n_unique() == 2


def test_a_short_name_of_unsaid_kind_is_an_unknown_party_not_a_person(tmp_path: Path) -> None:
    text = f"企业名称,统一社会信用代码,股东名称,持股比例\n示例甲有限公司,{A},示例小铺,10%\n"
    context = load_text(tmp_path, {"s.csv": text})
    assert nodes(context, "Person").is_empty()
    assert "unknown" in nodes(context, "Company")["kind"].to_list()


HOLDERS = f"企业名称,统一社会信用代码,股东名称,股东类型,股东证件号码,持股比例\n示例甲（有限合伙）,{A},"


@pytest.mark.parametrize(
    ("rows", "people"),
    [
        # A partner's role says nothing of what he is: his name has a person's form, or not.
        ("测试甲某,有限合伙人,,10%", 1),
        ("测试甲某,有限合伙人,91999999MA00TH1161,10%", 0),
        ("示例投资,有限合伙人,,10%", 0),
        ("示例一号有限公司,普通合伙人,,10%", 0),
        # Registers withhold the numbers of people alone.
        ("测试甲某,,非公示项,10%", 1),
        ("测试某,,,10%", 1),
        ("测试甲某,,,10%", 0),
        ("测试甲某,企业法人,非公示项,10%", 0),
        ("试样工会,,非公示项,10%", 0),
        ("阿卜杜·虚构,,,10%", 1),
    ],
)
def test_a_holder_of_unsaid_kind_is_a_person_by_the_form_of_the_name(tmp_path: Path, rows, people) -> None:
    context = load_text(tmp_path, {"s.csv": HOLDERS + rows + "\n"})
    assert nodes(context, "Person").height == people


def test_a_short_name_that_a_company_of_the_table_bears_is_no_persons(tmp_path: Path) -> None:
    text = "企业名称,股东名称,持股比例\n示例某,示例乙有限公司,10%\n示例甲有限公司,示例某,10%\n"
    assert nodes(load_text(tmp_path, {"s.csv": text}), "Person").is_empty()


def test_several_parties_in_one_cell_are_no_single_holder(tmp_path: Path) -> None:
    holders = ("测试甲、测试乙,60%", "示例乙有限公司；示例丙有限公司,10%", "测试丙,30%")
    rows = "".join(f"示例甲有限公司,{holder}\n" for holder in holders)
    context = load_text(tmp_path, {"s.csv": f"企业名称,股东名称,持股比例\n{rows}"})
    assert codes(context) == ["several-parties"] * 2
    assert nodes(context, "Person")["name"].to_list() == ["测试丙"]


def test_several_persons_in_one_cell_of_posts_are_one_each(tmp_path: Path) -> None:
    files = {
        "企业信息.csv": '企业名称,企业类型,投资人\n示例事务所,个人独资企业,"测试甲，测试乙"\n',
        "主要人员.csv": "企业名称,姓名,职务\n示例甲有限公司,测试丙/测试丁,董事\n示例甲有限公司,测试戊,监事\n",
    }
    context = load_text(tmp_path, files)
    assert codes(context) == codes(context, "flag") == []
    assert set(nodes(context, "Person")["name"]) == {"测试甲", "测试乙", "测试丙", "测试丁", "测试戊"}
    assert rels(context, "OFFICER_OF").height == 3
    assert rels(context, "EXERCISES_CONTROL")["interest"].to_list() == ["sole_owner"] * 2


@pytest.mark.parametrize("between", [" ", "\u3000", "和", "及", "与"])
def test_persons_that_a_space_or_an_and_parts_are_several(tmp_path: Path, between: str) -> None:
    whole = ("测 试", "欧阳 测试", f"示例{between}平安装饰工程部", f"示例{between}")
    rows = "".join(f"示例甲有限公司,{name},10%\n" for name in (f"王测甲{between}李测乙", *whole))
    files = {
        "股东.csv": f"企业名称,股东名称,持股比例\n{rows}",
        "主要人员.csv": f"企业名称,姓名,职务\n示例甲有限公司,张测丙{between}欧阳测丁,董事\n",
        "企业信息.csv": f"企业名称,企业类型,投资人\n示例事务所,个人独资企业,赵测戊{between}周测己({resident(3)})\n",
    }
    context = load_text(tmp_path, files)
    assert codes(context) == ["several-parties"]
    # Whoever is read as several is told of.
    told = [(p.column, p.code) for p in context.problems if p.kind == "flag"]
    assert told == [("姓名", "names-parted"), ("投资人", "names-parted")]
    held = rels(context, "OWNS").filter(pl.col("list_kind").is_null())
    assert held.height == len(whole)
    numbered = (
        f"企业名称,股东名称,股东证件号码,持股比例\n示例甲有限公司,王测甲{between}李测乙,{resident(4)},10%\n"
    )
    one = load_text(tmp_path, {"股东.csv": numbered})
    assert codes(one) == [] and nodes(one, "Person").height == 1
    people = set(nodes(context, "Person")["name"])
    assert people >= {"张测丙", "欧阳测丁", "赵测戊", "周测己"} and not people & {"王测甲", "李测乙", "欧阳"}
    assert rels(context, "EXERCISES_CONTROL").height == 2


@pytest.mark.parametrize(
    "name", ["华润和平安", "成都 高新", "江苏 江西", "买买提 艾力", "扎西 次仁", "样本 测试", "王测 高新"]
)
def test_what_may_be_one_name_with_a_space_or_an_and_in_it_is_not_parted(tmp_path: Path, name: str) -> None:
    files = {
        "股东.csv": f"企业名称,股东名称,持股比例\n示例甲有限公司,{name},10%\n",
        "主要人员.csv": f"企业名称,姓名,职务\n示例甲有限公司,{name},董事\n",
        "实际控制人.csv": f"企业名称,实际控制人\n示例甲有限公司,{name}\n",
    }
    context = load_text(tmp_path, files)
    assert codes(context) == []
    assert {rels(context, t).height for t in ("OWNS", "OFFICER_OF", "EXERCISES_CONTROL")} == {1}
    # Not silently: it may be two all the same.
    told = [(p.file, p.row, p.column) for p in context.problems if p.code == "names-in-one"]
    assert told == [
        ("股东.csv", "2", "股东名称"), ("主要人员.csv", "2", "姓名"), ("实际控制人.csv", "2", "实际控制人"),
    ]  # fmt: skip
    assert context.summary["names-in-one"] == 3


def test_a_name_of_another_language_with_a_space_for_its_dot_is_a_persons(tmp_path: Path) -> None:
    context = load_text(
        tmp_path, {"股东.csv": "企业名称,股东名称,持股比例\n示例甲有限公司,买买提 艾力,10%\n"}
    )
    assert nodes(context, "Person")["name"].to_list() == ["买买提 艾力"]


def test_no_space_parts_the_representative_of_whom_a_firm_has_one(tmp_path: Path) -> None:
    text = (
        "企业名称,法定代表人,负责人,经营者\n示例甲中心,王测甲 李测乙,,\n示例乙中心,,王测甲和李测乙,\n"
        "示例丙商行,,,王测甲、李测乙\n"
    )
    context = load_text(tmp_path, {"企业信息.csv": text})
    assert codes(context, "flag") == ["names-in-one"] * 2
    names = nodes(context, "Person").unique("id")["name"].to_list()
    assert sorted(names) == sorted(["王测甲 李测乙", "王测甲和李测乙", "王测甲", "李测乙"])


def test_what_somebody_is_called_or_does_is_no_second_person(tmp_path: Path) -> None:
    said = ("先生", "女士", "董事长", "经理", "主任", "配偶", "等三人")
    posts = "".join(f"示例甲有限公司,测试甲 {word},董事\n" for word in said)
    held = "".join(f"示例乙有限公司,测试甲 {word},10%\n" for word in said)
    files = {
        "主要人员.csv": f"企业名称,姓名,职务\n{posts}",
        "股东.csv": f"企业名称,股东名称,持股比例\n{held}",
    }
    context = load_text(tmp_path, files)
    assert codes(context) == []
    assert not set(nodes(context, "Person")["name"]) & set(said)
    assert rels(context, "OWNS").height == len(said)


def test_no_name_problem_or_refused_row_shows_a_number_within_a_text(tmp_path: Path) -> None:
    one, other = resident(3), resident(4)
    parted = ("999999 19800101 1234", "999999-19800101-123X")
    cells = (
        f"测试甲（{one}）、测试乙（{other}）",
        f"测试丙{one}",
        f"测试丁（{other}）等",
        f"测试戊({one})",
        *(f"测试己 {p}" for p in parted),
    )
    posts = f"企业名称,姓名,职务\n示例甲有限公司,{cells[0]},董事\n"
    files = {
        "股东.csv": "企业名称,股东名称,持股比例\n" + "".join(f"示例甲有限公司,{c},10%\n" for c in cells),
        "主要人员.csv": posts,
    }
    context = load_text(tmp_path, files)
    assert codes(context) == ["several-parties"]
    assert "测试甲" in context.problems[0].value and "测试己" in str(
        nodes(context, "Company")["name"].to_list()
    )
    # Two in one cell of posts are two persons, each with the number behind the name.
    people = nodes(context, "Person")
    assert set(people["name"]) == {"测试甲", "测试乙", "测试戊"}
    assert set(rels(context, "OFFICER_OF")["from_id"]) == set(
        people.filter(pl.col("name").is_in(["测试甲", "测试乙"]))["id"]
    )
    assert people["id"].n_unique() == 2 and people["id"].str.starts_with("person:").all()
    (written,) = write_rejects(context.rejected, tmp_path / "out")
    told = [
        *nodes(context, "Company")["name"], *(p.value for p in context.problems), written.read_text("utf-8"),
    ]  # fmt: skip
    assert not [text for text in told if any(number in text for number in (one, other, *parted))]


def test_a_number_in_brackets_behind_a_name_is_its_number(tmp_path: Path) -> None:
    wrong = B[:-1] + ("X" if B[-1] != "X" else "Y")
    rows = [
        f"示例丙有限公司（{A}）,,示例乙有限公司（统一社会信用代码：{B}）,50%",
        f"示例丙有限公司({A}),,测试甲({resident(3)}),30%",
        f"示例丙有限公司,{A},示例丁有限公司({wrong}),10%",
        f"示例丙有限公司,{A},示例戊(深圳)有限公司,10%",
    ]
    masked = f"企业名称,股东名称,股东证件号码,持股比例\n示例己有限公司,测试乙（{resident(4)}）,9999**********0000,1%\n"
    files = {
        "股东.csv": "企业名称,统一社会信用代码,股东名称,持股比例\n" + "\n".join(rows),
        "股东信息.csv": masked,
    }
    context = load_text(tmp_path, files)
    assert codes(context) == []
    assert codes(context, "flag") == ["uscc-check-digit"]
    owns = rels(context, "OWNS")
    assert set(owns["to_id"]) == {f"cn-uscc:{A}", "name:示例己有限公司"}
    person, other = nodes(context, "Person").rows(named=True)
    assert person["name"] == "测试甲" and person["id"].startswith("person:")
    # Under a number of its own, a name keeps no person's number either.
    assert other["name"] == "测试乙" and other["flag"] == "masked"
    assert set(owns["from_id"]) >= {f"cn-uscc:{B}", "name:示例戊(深圳)有限公司", person["id"]}
    assert set(nodes(context, "Company")["name"]) == {
        "示例丙有限公司", "示例乙有限公司", "示例丁有限公司", "示例戊(深圳)有限公司",
        "示例己有限公司",
    }  # fmt: skip


@pytest.mark.parametrize(
    "kinds",
    [
        ["个人独资企业", "个体工商户"],
        ["有限责任公司", "个人独资企业"],
        ["有限责任公司", "合伙企业"],
        ["", ""],
    ],
)
def test_investors_are_stated_as_owners_and_as_holders_whatever_the_kinds_of_their_firms(
    tmp_path: Path, kinds: list[str]
) -> None:
    text = (
        "统一社会信用代码,企业名称,企业类型,投资人\n"
        f"{A},示例设计室,{kinds[0]},测试甲\n{B},示例商行,{kinds[1]},测试乙\n"
    )
    context = load_text(tmp_path, {"data.csv": text})
    ends = [f"cn-uscc:{A}", f"cn-uscc:{B}"]
    held = rels(context, "OWNS")
    assert held.select("list_kind", "share").unique().rows() == [("investors", None)]
    assert held["to_id"].sort().to_list() == sorted(ends)
    owners = rels(context, "EXERCISES_CONTROL")
    assert set(owners["interest"]) == {"sole_owner"} and owners["to_id"].sort().to_list() == sorted(ends)


def test_a_column_of_investors_alone_is_read_as_one_with_the_kinds_beside_it(tmp_path: Path) -> None:
    context = load_text(tmp_path, {"data.csv": "企业名称,投资人\n示例商行,示例乙有限公司\n示例中心,测试丙\n"})
    held = rels(context, "OWNS")
    assert held["list_kind"].to_list() == ["investors"] * 2
    assert set(held["from_id"].str.split(":").list.first()) == {"name", "person.scoped"}
    # Beside what only a list of holders has it is that list.
    listed = load_text(tmp_path, {"data.csv": "企业名称,投资人,持股比例\n示例商行,示例乙有限公司,60%\n"})
    assert rels(listed, "OWNS").select("list_kind", "share").rows() == [(None, 0.6)]


def test_equal_rows_are_noted(tmp_path: Path) -> None:
    row = f"示例甲有限公司,{A},示例乙有限公司,10%\n"
    context = load_text(tmp_path, {"s.csv": "企业名称,统一社会信用代码,股东名称,持股比例\n" + row + row})
    assert codes(context, "note") == ["duplicate-row"]


def test_a_derived_ratio_needs_every_amount_of_the_list(tmp_path: Path) -> None:
    head = "企业名称,统一社会信用代码,股东名称,认缴出资额(万元)\n"
    whole = head + f"示例甲有限公司,{A},示例乙有限公司,30\n示例甲有限公司,{A},示例丙有限公司,70\n"
    assert sorted(rels(load_text(tmp_path, {"s.csv": whole}), "OWNS")["share"]) == [0.3, 0.7]
    part = whole + f"示例甲有限公司,{A},示例丁有限公司,-\n"
    assert rels(load_text(tmp_path, {"s.csv": part}), "OWNS")["share"].null_count() == 3


def test_plain_english_headings_of_a_list_of_holders(tmp_path: Path) -> None:
    text = "company,holder,holder_type,share\nT,M,company,0.6\nM,P,person,0.25\n"
    context = load_text(tmp_path, {"s.csv": text})
    assert rels(context, "OWNS").select("from_id", "to_id", "share").rows() == [
        ("local:M", "local:T", 0.6),
        ("person.local:P", "local:M", 0.25),
    ]
    assert not context.problems


def test_a_declared_route_is_kept_apart(tmp_path: Path) -> None:
    text = f"企业名称,统一社会信用代码,股东名称,持股比例,最终受益股份\n示例甲有限公司,{A},示例乙有限公司,10%,25%\n"
    owns = rels(load_text(tmp_path, {"s.csv": text}), "OWNS").sort("share")
    assert owns.select("share", "declared_indirect").rows() == [(0.1, None), (0.25, True)]


def test_identities_filled_in_with_no_official_number_are_flagged(tmp_path: Path) -> None:
    text = (
        f"name,party_id,candidates\n虚构甲有限公司,{A},{A}; {B}\n虚构乙有限公司,nonsense,\n虚构丙有限公司,,\n"
    )
    context = load_text(tmp_path, {"unresolved.csv": text})
    assert [(p.code, p.row, p.value) for p in context.problems] == [("identity-own-id", "3", "nonsense")]
    assert rels(context, "NAMES")["to_id"].sort().to_list() == [f"cn-uscc:{A}", "local:nonsense"]


def test_a_name_made_safe_for_spreadsheets_is_the_name_again(tmp_path: Path) -> None:
    text = f"name,party_id,candidates\n'=虚构甲有限公司,{A},\n'虚构乙有限公司,{B},\n"
    context = load_text(tmp_path, {"unresolved.csv": text})
    assert sorted(nodes(context, "Name")["name"]) == ["'虚构乙有限公司", "=虚构甲有限公司"]


def test_an_unknown_word_is_told_with_the_words_that_are_known(tmp_path: Path) -> None:
    text = "低保证号,成员姓名,与户主关系,增减类型,变动日期\nH1,虚构甲,户主,转圈,2024-03-10\n"
    (told,) = [p for p in load_text(tmp_path, {"m.csv": text}).problems if p.value == "转圈"]
    assert "增加（joined）" in told.expected_zh and "减少（left）" in told.expected_zh
    assert "joined、left" in told.expected_en and "增加" not in told.expected_en


def test_the_account_of_a_bid_deposit_is_known_by_its_headings(tmp_path: Path) -> None:
    for heading in ("保证金账号", "保证金账户", "投标保证金账号"):
        text = f"项目编号,标段编号,投标人,{heading}\nT,1,虚构甲有限公司,62284801\n"
        folder = tmp_path / heading
        folder.mkdir()
        context = load_text(folder, {"bids.csv": text})
        (used,) = rels(context, "USED_IN_BID").select("purpose").rows()
        assert used == ("deposit",), heading
        assert not [p for p in context.problems if p.code == "ignored-columns"]


def test_a_list_of_beneficial_owners_states_no_direct_holding(tmp_path: Path) -> None:
    text = f"企业名称,统一社会信用代码,股东名称,最终受益股份\n示例甲有限公司,{A},测试甲,25%\n示例甲有限公司,{A},测试乙,\n"
    owns = rels(load_text(tmp_path, {"s.csv": text}), "OWNS").sort("share", nulls_last=True)
    assert owns.select("share", "declared_indirect").rows() == [(0.25, True), (None, None)]


def test_a_row_with_an_indirect_share_alone_states_no_direct_holding(tmp_path: Path) -> None:
    text = (
        "企业名称,统一社会信用代码,股东名称,持股比例,间接持股比例\n"
        f"示例甲有限公司,{A},示例乙有限公司,80%,\n示例甲有限公司,{A},测试甲,,32%\n示例甲有限公司,{A},测试乙,-,5%\n"
        f"示例甲有限公司,{A},测试丙,,\n示例甲有限公司,{A},测试丁,1%,2%\n"
    )
    owns = rels(load_text(tmp_path, {"s.csv": text}), "OWNS").sort("share", nulls_last=True)
    assert owns.select("share", "declared_indirect").rows() == [
        (0.01, None),
        (0.02, True),
        (0.05, True),
        (0.32, True),
        (0.8, None),
        (None, None),
    ]


def test_a_change_states_the_share_before_and_after_it(tmp_path: Path) -> None:
    rows = [
        f"示例甲有限公司,{A},示例乙有限公司,2024-03-01,30%,10%",
        f"示例甲有限公司,{A},示例丙有限公司,2024-03-01,-,20%",
        f"示例甲有限公司,{A},示例丁有限公司,,5%,5%",
        f"示例甲有限公司,{A},示例戊有限公司,2024/13/1,5%,6%",
        f"示例甲有限公司,{A},示例己有限公司,2024-03-01,0%,0%",
    ]
    text = (
        "企业名称,统一社会信用代码,股东名称,股权变更日期,变更前股权比例,变更后股权比例\n"
        + "\n".join(rows)
        + "\n"
    )
    context = load_text(tmp_path, {"s.csv": text})
    owns = (
        rels(context, "OWNS").select("from_id", "share", "stated_from", "stated_to").sort("from_id", "share")
    )
    assert set(owns.rows()) == {
        ("name:示例乙有限公司", 0.1, "2024-03-01", None),
        ("name:示例乙有限公司", 0.3, None, "2024-03-01"),
        ("name:示例丙有限公司", 0.2, "2024-03-01", None),
        ("name:示例丁有限公司", 0.05, None, None),
    }
    assert codes(context, "flag") == ["change-undated", "change-of-nothing"]
    # Refused for its day, it is not said to have none besides.
    assert codes(context) == ["impossible-month"]


def test_changes_are_stated_row_by_row_and_a_missing_one_is_told(tmp_path: Path) -> None:
    header = "企业名称,统一社会信用代码,股东名称,股权变更日期,变更前股权比例,变更后股权比例"
    rows = [
        f"示例甲有限公司,{A},示例乙有限公司,2023-05-06,60%,0%",
        f"示例甲有限公司,{A},示例乙有限公司,2022-03-01,100%,60%",
        f"示例甲有限公司,{A},示例丙有限公司,2022-03-01,0%,40%",
        f"示例甲有限公司,{A},示例丁有限公司,2023-05-06,,60%",
        f"示例甲有限公司,{A},示例丙有限公司,2024-01-01,35%,30%",
    ]
    context = load_text(tmp_path, {"s.csv": "\n".join([header, *rows]) + "\n"})
    owns = rels(context, "OWNS").select("from_id", "share", "stated_from", "stated_to", "list_kind")
    # Each row as it stands: what follows from the others is worked out where all of them are, in the store.
    assert sorted(owns.rows(), key=str) == [
        ("name:示例丁有限公司", 0.6, "2023-05-06", None, "changes"),
        ("name:示例丙有限公司", 0.3, "2024-01-01", None, "changes"),
        ("name:示例丙有限公司", 0.35, None, "2024-01-01", "changes"),
        ("name:示例丙有限公司", 0.4, "2022-03-01", None, "changes"),
        ("name:示例乙有限公司", 0.6, "2022-03-01", None, "changes"),
        ("name:示例乙有限公司", 0.6, None, "2023-05-06", "changes"),
        ("name:示例乙有限公司", 1.0, None, "2022-03-01", "changes"),
    ]
    assert codes(context, "flag") == ["change-missing"]


def test_months_without_a_year_say_how_to_set_it(tmp_path: Path) -> None:
    text = f"低保证号,姓名,身份证号,1月(元),2月(元)\nDB1,测试某,{resident(6)},500,500\n"
    assert "year-unknown" in codes(load_text(tmp_path, {"发放表.csv": text}))
    mapping = {"sheet": [{"year": 2023}]}
    context = load_text(tmp_path, {"发放表.csv": text}, mapping=mapping)
    assert codes(context) == []
    assert sorted(nodes(context, "Benefit")["from_month"]) == ["2023-01", "2023-02"]


@pytest.mark.parametrize(
    ("number", "same"),
    [
        (resident(7), resident(7)),
        (resident_15(7), resident(7)),
        (f"{resident(7)[:4]}**********{resident(7)[-4:]}", None),
        (resident(7)[:-1] + ("1" if resident(7)[-1] != "1" else "2"), None),
    ],
    ids=["18", "15", "masked", "wrong-check"],
)
def test_a_heads_number_is_read_like_any_persons(tmp_path: Path, number: str, same: str | None) -> None:
    benefits = f"低保证号,户主姓名,户主身份证号,救助类型,发放年月,发放金额（元）\nDB1,测试某,{number},低保,2025-01,620\n"
    (head,) = rels(load_text(tmp_path, {"低保发放.csv": benefits}), "MEMBER_OF").to_dicts()
    roster = f"低保证号,姓名,身份证号码,与户主关系\nDB1,测试某,{same or number},户主\n"
    context = load_text(tmp_path, {"低保家庭成员.csv": roster})
    (member,) = rels(context, "MEMBER_OF").to_dicts()
    assert (head["from_id"], head["relation_to_head"]) == (member["from_id"], "head")
    assert head["from_id"].startswith("person:" if same else "person.scoped:")


def test_a_members_number_beside_the_heads_is_the_members(tmp_path: Path) -> None:
    text = f"低保证号,户主姓名,户主身份证号,成员身份证号\nDB1,测试某,{resident(7)},{resident(8)}\n"
    context = load_text(tmp_path, {"低保名册.csv": text})
    ids = KEY.person_ids(pl.Series([resident(7), resident(8)]), pl.Series(["resident_id"] * 2))
    members = rels(context, "MEMBER_OF").select("from_id", "relation_to_head").rows()
    assert sorted(members) == sorted([(ids[0], "head"), (ids[1], None)])


def test_a_number_under_the_heads_name_alone_is_the_heads(tmp_path: Path) -> None:
    text = f"低保证号,户主姓名,身份证号\nDB1,测试某,{resident(7)}\n"
    (member,) = rels(load_text(tmp_path, {"低保名册.csv": text}), "MEMBER_OF").to_dicts()
    assert member["from_id"].startswith("person:") and member["relation_to_head"] == "head"


def test_a_quarter_is_three_months(tmp_path: Path) -> None:
    text = "household_id,program,month,amount,currency\nH1,低保,2023年第4季度,1000,CNY\n"
    benefits = nodes(load_text(tmp_path, {"benefits.csv": text}), "Benefit").sort("from_month")
    assert benefits["from_month"].to_list() == ["2023-10", "2023-11", "2023-12"]
    assert benefits["amount"].sum() == 100_000


def test_of_several_prices_of_a_bidder_for_a_lot_the_last_handed_in_counts(tmp_path: Path) -> None:
    head = "tender_id,lot_id,bidder_id,amount,currency,submitted_at\n"
    rows = (
        "T,1,A,900,CNY,2025-05-01 09:00\nT,1,A,800,CNY,2025-05-02 09:00\n"
        "T,1,B,700,CNY,\nT,1,B,750,CNY,\nT,1,C,600,CNY,\nT,1,C,600,CNY,\nT,2,A,900,CNY,\n"
    )
    context = load_text(tmp_path, {"bids.csv": head + rows})
    priced = nodes(context, "Bid").filter(pl.col("amount").is_not_null())
    assert {(r["id"], r["amount"]) for r in priced.to_dicts()} == {
        ("local:T/1/local:A", 80_000),
        ("local:T/1/local:B", 70_000),
        ("local:T/1/local:C", 60_000),
        ("local:T/2/local:A", 90_000),
    }
    assert [(p.code, p.row, p.value) for p in context.problems if p.code.startswith("bid-")] == [
        ("bid-superseded", "2", "900"),
        ("bid-twice", "5", "750"),
    ]


def test_a_deposit_in_another_currency_than_the_price_is_left_out_and_told(tmp_path: Path) -> None:
    head = "tender_id,lot_id,bidder_id,amount,deposit_amount,currency\n"
    text = f"{head}T,1,A,100万美元,2万元,\nT,1,B,100万元,2万元,美元\nT,1,C,,2万港币,\n"
    context = load_text(tmp_path, {"bids.csv": text})
    bids = nodes(context, "Bid").drop_nulls("currency").sort("id")
    assert bids.select("amount", "currency", "deposit_amount").rows() == [
        (100_000_000, "USD", None),
        (100_000_000, "USD", 2_000_000),
        (None, "HKD", 2_000_000),
    ]
    assert codes(context, "flag") == ["deposit-currency"]


def test_lot_numbers_of_two_tenders_never_meet(tmp_path: Path) -> None:
    text = f"项目编号,包号,供应商,供应商代码\nT1,1,示例甲有限公司,{A}\nT2,1,示例乙有限公司,{B}\n"
    assert set(rels(load_text(tmp_path, {"b.csv": text}), "FOR_LOT")["to_id"]) == {"local:T1/1", "local:T2/1"}


def test_a_lots_number_alone_keeps_the_lots_of_a_tender_apart(tmp_path: Path) -> None:
    text = f"tender_id,lot_number,bidder_id,author\nT1,1,{A},测试某\nT1,2,{A},测试某\n"
    context = load_text(tmp_path, {"bids.csv": text})
    assert set(rels(context, "FOR_LOT")["to_id"]) == {"local:T1/1", "local:T1/2"}
    assert {"1", "2"} <= set(nodes(context, "Lot")["number"])


def test_a_lot_without_its_tender_finds_the_only_one(tmp_path: Path) -> None:
    files = {"bids.csv": "lot_id,bidder_id\nLOT-7,A\n", "lots.csv": "id,tender_id\nLOT-7,T1\nLOT-8,T1\n"}
    context = load_text(tmp_path, files)
    assert rels(context, "FOR_LOT").select("from_id", "to_id").rows() == [
        ("local:T1/LOT-7/local:A", "local:T1/LOT-7")
    ]
    assert set(nodes(context, "Bid")["id"]) == {"local:T1/LOT-7/local:A"}
    files["lots.csv"] += "LOT-7,T2\n"
    context = load_text(tmp_path, files)
    assert rels(context, "FOR_LOT")["to_id"].to_list() == ["local:LOT-7"]
    assert codes(context, "flag") == ["tender-ambiguous"]


def test_a_lot_with_its_tenders_id_is_the_whole_tender(tmp_path: Path) -> None:
    files = {"bids.csv": "lot_id,bidder_id\nT1,A\n", "tenders.csv": "id,bid_deadline\nT1,2024-01-02 09:00\n"}
    lots = rels(load_text(tmp_path, files), "LOT_OF")
    assert lots.select("from_id", "to_id").rows() == [("local:T1", "local:T1")]


def test_a_lots_title_is_not_its_tenders(tmp_path: Path) -> None:
    context = load_text(tmp_path, {"lots.csv": "id,tender_id,title\n1,T1,示例标段\n"})
    assert nodes(context, "Tender")["id"].unique().to_list() == ["local:T1"]
    assert nodes(context, "Tender")["title"].drop_nulls().is_empty()


def test_a_title_row_states_the_unit(tmp_path: Path) -> None:
    text = f"示例开标记录表（单位：万元）,,,\n标段编号,投标人,投标人代码,投标报价\n1,示例甲有限公司,{A},589\n2,示例甲有限公司,{A},90\n"
    amounts = nodes(load_text(tmp_path, {"b.csv": text}), "Bid")["amount"].drop_nulls()
    assert sorted(amounts) == [90_000_000, 589_000_000]


def test_a_trace_of_a_member_belongs_to_the_consortiums_bid(tmp_path: Path) -> None:
    files = {
        "bids.csv": "tender_id,lot_id,bidder_name\nT,1,示例甲有限公司（联合体牵头人）、示例乙有限公司（成员）\n",
        "bid_traces.csv": "tender_id,lot_id,bidder_name,kind,value\nT,1,示例甲有限公司,ip,192.0.2.1\n",
    }
    context = load_text(tmp_path, files)
    (bid,) = set(rels(context, "FOR_LOT")["from_id"])
    assert rels(context, "USED_IN_BID")["to_id"].to_list() == [bid]
    assert set(rels(context, "SUBMITS")["to_id"]) == {bid}


def test_decisions_on_names(tmp_path: Path) -> None:
    context = load_text(tmp_path, {"identities.csv": f"name,party_id\n示例甲,{A}\n示例乙,\n"})
    assert codes(context) == []
    assert rels(context, "NAMES").select("from_id", "to_id", "by").rows() == [
        ("name:示例甲", f"cn-uscc:{A}", "decision")
    ]


def test_positions_in_one_cell(tmp_path: Path) -> None:
    text = f"姓名,职务,企业名称,统一社会信用代码\n测试某,董事长兼总经理、法定代表人,示例甲有限公司,{A}\n测试乙,监事,示例甲有限公司,{A}\n测试丙,联络员,示例甲有限公司,{A}\n"
    context = load_text(tmp_path, {"主要人员.csv": text})
    assert sorted(rels(context, "OFFICER_OF")["role"]) == ["board_supervisor", "chair", "general_manager"]
    assert rels(context, "LEGAL_REP_OF")["role"].to_list() == ["legal_representative"]


def test_posts_on_a_board_are_kept_as_the_register_names_them(tmp_path: Path) -> None:
    said = (
        "独立董事",
        "副董事长",
        "职工代表董事",
        "外部董事",
        "非独立董事",
        "监事会主席",
        "职工监事",
        "外部监事",
    )
    lines = "".join(
        f"测试{n},{post},示例甲有限公司,{A}\n" for n, post in zip("甲乙丙丁戊己庚辛", said, strict=True)
    )
    context = load_text(tmp_path, {"主要人员.csv": f"姓名,职务,企业名称,统一社会信用代码\n{lines}"})
    told = [role_zh(role) for role in rels(context, "OFFICER_OF")["role"]]
    assert told == [
        "独立董事",
        "副董事长",
        "职工董事",
        "外部董事",
        "董事",
        "监事会主席",
        "职工监事",
        "外部监事",
    ]


def test_a_managing_partner_controls(tmp_path: Path) -> None:
    text = f"企业名称,统一社会信用代码,执行事务合伙人\n示例基金合伙企业（有限合伙）,{A},示例乙有限公司（委派代表：测试某）\n"
    control = rels(load_text(tmp_path, {"企业.csv": text}), "EXERCISES_CONTROL")
    assert control.select("from_id", "interest").rows() == [("name:示例乙有限公司", "managing_partner")]


@pytest.mark.parametrize(("heading", "interest"), [("经营者", "operator"), ("投资人", "sole_owner")])
def test_who_runs_a_sole_trader_controls_it(tmp_path: Path, heading: str, interest: str) -> None:
    text = f"统一社会信用代码,企业名称,企业类型,{heading},成立日期\n{A},示例五金商行,个体工商户,测试某,2020-01-01\n"
    context = load_text(tmp_path, {"企业信息.csv": text})
    assert rels(context, "EXERCISES_CONTROL")["interest"].to_list() == [interest]
    assert rels(context, "LEGAL_REP_OF")["role"].to_list() == [interest]


def test_kinds_of_control_are_read_in_plain_words_and_others_told(tmp_path: Path) -> None:
    text = (
        "party_id,company_id,interest,suspected\n"
        "a,t,managing partner,\nb,t,Board-appointment,\nc,t,Actual controller,\n"
        "d,t,疑似实际控制人,\ne,t,疑似实际控制人,否\nf,t,golden share,\n"
    )
    context = load_text(tmp_path, {"control.csv": text})
    assert rels(context, "EXERCISES_CONTROL").select("interest", "suspected").rows() == [
        ("managing_partner", None),
        ("board_appointment", None),
        ("stated_controller", None),
        ("stated_controller", True),
        ("stated_controller", False),
        ("golden share", None),
    ]
    (told,) = [p for p in context.problems if p.kind == "flag"]
    assert (told.code, told.value) == ("unknown-interest", "golden share")
    assert "managing_partner" in told.expected_en and "managing_partner" in told.expected_zh


def test_a_heading_that_names_the_actual_controller_states_control(tmp_path: Path) -> None:
    text = "公司名称,疑似实际控制人,总股权比例\n示例甲有限公司,测试某,60%\n示例乙有限公司,示例丁有限公司、测试乙,\n"
    context = load_text(tmp_path, {"疑似实际控制人.csv": text})
    control = rels(context, "EXERCISES_CONTROL")
    assert set(control.select("to_id", "interest", "suspected").rows()) == {
        ("name:示例甲有限公司", "stated_controller", True),
        ("name:示例乙有限公司", "stated_controller", True),
    }
    assert control.height == 3
    assert not context.problems or codes(context, "reject") == []


@pytest.mark.parametrize("way", ["代持", "通过代持", "不详", "托管", ""])
def test_a_word_beside_the_actual_controller_only_says_how(tmp_path: Path, way: str) -> None:
    text = f"公司名称,实际控制人,控制方式\n示例甲有限公司,测试某,{way}\n"
    control = rels(load_text(tmp_path, {"控制.csv": text}), "EXERCISES_CONTROL")
    assert control.select("interest", "details", "suspected").rows() == [
        ("stated_controller", way or "实际控制人", None)
    ]


def test_a_way_that_may_mean_holder_or_held_for_decides_nothing_and_is_told(tmp_path: Path) -> None:
    text = "公司名称,控制人,控制方式\n示例甲有限公司,测试某,代持\n"
    context = load_text(tmp_path, {"控制.csv": text})
    assert codes(context, "flag") == ["unknown-interest"]
    assert rels(context, "EXERCISES_CONTROL")["interest"].to_list() == ["代持"]


def test_a_column_of_actual_controllers_stands_in_a_list_of_holders_and_a_register(tmp_path: Path) -> None:
    files = {
        "股东.csv": f"企业名称,统一社会信用代码,股东名称,持股比例,实际控制人\n示例甲有限公司,{A},示例乙有限公司,60%,测试某\n"
        f"示例甲有限公司,{A},示例丙有限公司,40%,测试某\n",
        "企业信息.csv": f"企业名称,统一社会信用代码,登记状态,起始日期,终止日期,实际控制人\n"
        f"示例丁有限公司,{B},存续,2010-01-01,2015-01-01,测试乙\n",
    }
    context = load_text(tmp_path, files)
    assert sorted(rels(context, "OWNS")["share"]) == [0.4, 0.6]
    control = rels(context, "EXERCISES_CONTROL")
    assert control.select("to_id", "interest").height == 2
    assert set(control["to_id"]) == set(rels(context, "OWNS")["to_id"]) | set(
        nodes(context, "Company").filter(pl.col("name") == "示例丁有限公司")["id"]
    )
    assert "stated_to" not in control.columns or control["stated_to"].drop_nulls().is_empty()


def test_a_mapping_is_strict_about_its_keys(tmp_path: Path) -> None:
    def refused(text: str) -> str:
        path = tmp_path / "map.toml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(MappingError) as caught:
            read_mapping(path)
        return caught.value.zh

    assert "sheeet" in refused("[[sheeet]]\n")
    assert "sheet[1].tabel" in refused('[[sheet]]\ntabel = "bids"\n')
    assert "sheet[1].year" in refused('[[sheet]]\nyear = "2023"\n')
    assert "sheet[1].columns.sharre" in refused('[[sheet]]\ntable = "shareholdings"\ncolumns.sharre = "x"\n')
    assert "units.share" in refused('[[sheet]]\nunits.share = "percentage"\n')
    assert "TOML" in refused("[[sheet\n")


def test_a_mapping_names_columns_and_fixed_values(tmp_path: Path) -> None:
    text = "谁,多少\n示例乙有限公司,51\n"
    choice = {
        "table": "shareholdings",
        "columns": {"holder_name": "谁", "share_percent": "多少"},
        "units": {"share_percent": "percent"},
        "values": {"company_id": A},
        "list_kind": "registered",
        "observed_on": "2024-06-30",
    }
    owns = rels(load_text(tmp_path, {"x.csv": text}, mapping={"sheet": [choice]}), "OWNS")
    row = owns.row(0, named=True)
    assert (row["to_id"], row["share"], row["list_kind"], row["observed_on"]) == (
        f"cn-uscc:{A}",
        0.51,
        "registered",
        "2024-06-30",
    )
    with pytest.raises(MappingError, match="holder"):
        load_text(tmp_path, {"x.csv": "甲,乙\n1,2\n"}, mapping={"sheet": [choice]})


def test_a_mapping_moves_the_header_down(tmp_path: Path) -> None:
    text = f"企业名称,统一社会信用代码,法定代表人,成立日期\n说明,代码,代表,日期\n虚构列,信用代码,名称,法人\n-,{A},示例甲有限公司,测试某\n"
    mapping = {"sheet": [{"header_row": 3, "table": "companies"}]}
    context = load_text(tmp_path, {"c.csv": text}, mapping=mapping)
    assert nodes(context, "Company").select("id", "name").unique().rows() == [
        (f"cn-uscc:{A}", "示例甲有限公司")
    ]
    with pytest.raises(MappingError, match="row 9"):
        load_text(tmp_path, {"c.csv": text}, mapping={"sheet": [{"header_row": 9}]})


def test_several_contacts_in_one_cell(tmp_path: Path) -> None:
    text = f"统一社会信用代码,企业名称,更多电话,更多邮箱,官网\n{A},示例甲有限公司,+86 139 0000 0001；010-9990001 13900000002,a@example.com；b@example.com,https://www.example.com/x；example.org\n"
    assert sorted(rels(load_text(tmp_path, {"c.csv": text}), "HAS_CONTACT")["to_id"]) == [
        "domain:example.com",
        "domain:example.org",
        "email:a@example.com",
        "email:b@example.com",
        "phone:0109990001",
        "phone:13900000001",
        "phone:13900000002",
    ]


def test_fifteen_digit_numbers_of_members_and_kin(tmp_path: Path) -> None:
    text = f"person_id,relative_id,relation\n{resident_15(7)},{resident(8)},配偶\n{resident(7)},{resident(9)},其子\n"
    related = rels(load_text(tmp_path, {"relatives.csv": text}), "RELATED_TO")
    assert related["from_id"].n_unique() == 1
    assert related["relation"].to_list() == ["spouse", "其子"]


def test_kin_by_code_are_read_as_kin_by_name(tmp_path: Path) -> None:
    rows = "".join(
        f"{resident(7)},{resident(8 + n)},{code}\n" for n, code in enumerate(("10", "20", "50", "73", "80"))
    )
    related = rels(
        load_text(tmp_path, {"relatives.csv": "person_id,relative_id,relation\n" + rows}), "RELATED_TO"
    )
    assert related.sort("source")["relation"].to_list() == [
        "spouse",
        "child",
        "parent",
        "sibling",
        "other_relative",
    ]


def test_kin_by_codes_that_could_be_either_are_refused(tmp_path: Path) -> None:
    text = (
        f"person_id,relative_id,relation\n{resident(7)},{resident(8)},1\n{resident(7)},{resident(9)},配偶\n"
    )
    loaded = load_text(tmp_path, {"relatives.csv": text})
    assert rels(loaded, "RELATED_TO")["relation"].to_list() == ["spouse"]
    assert codes(loaded) == ["relation-undecidable"]


@pytest.mark.parametrize(
    ("column", "codes_"),
    [
        (["1", "2", "10", "20"], ["self", "head", "spouse", "son"]),
        (["01", "02"], ["self", "head"]),
        (["0", "1", "3"], ["head", "spouse", "daughter"]),
        (["户主", "长子", "儿媳"], ["head", "son", "daughter_in_law"]),
    ],
)
def test_relation_codes_follow_from_the_whole_column(column: list[str], codes_: list[str]) -> None:
    read, undecidable = read_relation_codes(pl.Series(column))
    assert (read.to_list(), undecidable) == (codes_, False)


def test_relation_codes_that_could_be_either_are_refused(tmp_path: Path) -> None:
    text = f"household_id,person_id,relation_to_head\nH1,{resident(1)},1\nH1,{resident(2)},2\n"
    assert codes(load_text(tmp_path, {"household_members.csv": text})) == ["relation-undecidable"] * 2


_NAMES = st.lists(
    st.text("甲乙丙丁戊己庚辛", min_size=2, max_size=6).map(lambda s: f"示例{s}有限公司"),
    min_size=2,
    max_size=5,
    unique=True,
)


@given(_NAMES, st.randoms())
def test_a_consortium_is_the_same_in_any_order(names: list[str], random: object) -> None:
    cell = f"{names[0]}（联合体牵头人）、" + "、".join(f"{n}（成员）" for n in names[1:])
    members = read_members(pl.Series([cell, names[0]]))
    assert [s[0] for s in members.names if s[0]] == names
    assert [s[0] for s in members.roles][: len(names)] == ["consortium_lead"] + ["consortium_member"] * (
        len(names) - 1
    )
    assert members.name.to_list() == [consortium_name(names[::-1]), None]


@pytest.mark.parametrize(
    ("word", "status"),
    [
        *(
            (w, "rejected")
            for w in ("资格审查不合格", "初步评审不通过", "未通过资格审查", "否决", "被否决（保证金未到账）")
        ),
        *((w, "rejected") for w in ("符合性审查未能通过", "作无效投标处理", "不合格")),
        *((w, "registered") for w in ("资格预审不合格", "未通过资格预审", "报名未通过")),
        *((w, "valid") for w in ("合格", "通过")),
        ("未中标", "lost"),
        ("中标无效", None),
        ("评审中", None),
    ],
)
def test_how_a_bid_that_was_turned_down_is_written(word: str, status: str | None) -> None:
    assert VOCABULARIES["bid_status"].read(pl.Series([word])).to_list() == [status]


@pytest.mark.parametrize("word", ["国有法人", "境内非国有法人"])
def test_a_state_owned_enterprise_is_a_company(word: str) -> None:
    assert VOCABULARIES["holder_kind"].read(pl.Series([word])).to_list() == ["company"]


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("示例甲有限公司与示例乙有限公司联合体", ["示例甲有限公司", "示例乙有限公司"]),
        ("联合体：示例甲有限公司、示例乙有限公司", ["示例甲有限公司", "示例乙有限公司"]),
        ("（牵头人）示例甲有限公司；（成员）示例乙有限公司", ["示例甲有限公司", "示例乙有限公司"]),
        ("牵头人：示例甲有限公司；成员：示例乙有限公司", ["示例甲有限公司", "示例乙有限公司"]),
        ("示例甲有限公司、示例乙有限公司", ["示例甲有限公司", "示例乙有限公司"]),
        ("(主)示例甲有限公司;(成)示例乙有限公司", ["示例甲有限公司", "示例乙有限公司"]),
        ("示例甲有限公司（主办人）、示例乙（成员二）", ["示例甲有限公司", "示例乙"]),
        ("主办方：示例甲有限公司 成员方：示例乙有限公司", ["示例甲有限公司", "示例乙有限公司"]),
        ("牵头人示例甲有限公司，成员示例乙有限公司", ["示例甲有限公司", "示例乙有限公司"]),
        ("示例甲有限公司/示例乙有限公司", ["示例甲有限公司", "示例乙有限公司"]),
        ("示例甲有限公司,示例乙有限公司", ["示例甲有限公司", "示例乙有限公司"]),
        ("示例甲有限公司（牵头人）示例乙有限公司（成员单位）", ["示例甲有限公司", "示例乙有限公司"]),
        ("（牵头人）示例甲有限公司（成员）示例乙有限公司", ["示例甲有限公司", "示例乙有限公司"]),
        ("联合体（示例甲有限公司、示例乙有限公司）", ["示例甲有限公司", "示例乙有限公司"]),
        (
            "示例甲(中国)有限公司、示例乙(集团)有限公司",
            ["示例甲(中国)有限公司", "示例乙(集团)有限公司"],
        ),
        ("示例A&B有限公司", ["示例A&B有限公司"]),
        ("示例甲、乙有限公司", ["示例甲、乙有限公司"]),
        ("示例建筑、装饰有限公司", ["示例建筑、装饰有限公司"]),
    ],
)
def test_consortium_spellings(cell: str, names: list[str]) -> None:
    members = read_members(pl.Series([cell]))
    assert [s[0] for s in members.names if s[0]] == names
    roles = [s[0] for s, n in zip(members.roles, members.names, strict=True) if n[0]]
    if any(word in cell for word in ("牵头", "主")):
        assert roles == ["consortium_lead", "consortium_member"]
    assert not members.unclear[0]


_LEAD, _MEMBER = "consortium_lead", "consortium_member"
_FIRST, _SECOND, _THIRD = "示例甲有限公司", "示例乙（集团）有限公司", "示例丙设计院"


@pytest.mark.parametrize(
    ("cell", "members"),
    [
        (
            f"{_FIRST}（联合体成员：{_SECOND}、{_THIRD}）",
            [(_FIRST, _LEAD), (_SECOND, _MEMBER), (_THIRD, _MEMBER)],
        ),
        (f"{_FIRST}（成员单位：{_SECOND}）", [(_FIRST, _LEAD), (_SECOND, _MEMBER)]),
        (f"{_FIRST}(联合体:{_SECOND})", [(_FIRST, _LEAD), (_SECOND, _MEMBER)]),
        (
            f"{_FIRST}（成员单位：{_SECOND}，{_THIRD}）",
            [(_FIRST, _LEAD), (_SECOND, _MEMBER), (_THIRD, _MEMBER)],
        ),
        (f"{_SECOND}（联合体牵头人：{_FIRST}）", [(_SECOND, _MEMBER), (_FIRST, _LEAD)]),
        (f"（联合体牵头人：{_FIRST}）（联合体成员：{_THIRD}）", [(_FIRST, _LEAD), (_THIRD, _MEMBER)]),
        (f"{_FIRST}（牵头人）（联合体成员：{_THIRD}）联合体", [(_FIRST, _LEAD), (_THIRD, _MEMBER)]),
    ],
)
def test_a_bracket_that_lists_members(cell: str, members: list[tuple[str, str]]) -> None:
    found = read_members(pl.Series([cell]))
    told = [(n[0], r[0]) for n, r in zip(found.names, found.roles, strict=True) if n[0]]
    normal = pl.Series([n for n, _ in members]).str.normalize("NFKC").to_list()
    assert told == list(zip(normal, [r for _, r in members], strict=True))
    assert not found.unclear[0]


@pytest.mark.parametrize(
    "cell",
    [
        f"{_FIRST}（联合体成员：{_SECOND}、{_THIRD}",
        f"{_FIRST}联合体成员：{_THIRD}）、{_SECOND}",
        f"{_FIRST}、{_THIRD}（联合体成员：{_SECOND}）",
    ],
)
def test_brackets_that_do_not_tell_who_belongs_are_in_doubt(cell: str) -> None:
    found = read_members(pl.Series([cell]))
    assert found.unclear[0]
    assert len(found.names) == 1


_RECORD = (
    "虚构大道改造工程开标记录表,,\n"
    "项目编号：XG2024-017,{lot},开标时间：2024年5月25日9时30分\n"
    "招标人：示例建设投资有限公司,,开标地点：示例交易中心\n"
    "序号,投标人名称,投标报价（万元）\n1,示例甲有限公司,100\n2,示例乙有限公司,101.5\n"
    "监督人：虚构某,,记录人：虚构某某\n"
)


@pytest.mark.parametrize("lot", ["标段：第一标段", "标段:1", "标段号： 1"])
def test_what_stands_above_a_bid_opening_record_is_of_all_its_rows(tmp_path: Path, lot: str) -> None:
    context = load_text(tmp_path, {"表.csv": _RECORD.format(lot=lot)})
    assert codes(context) == []
    assert set(rels(context, "FOR_LOT")["to_id"]) == {"local:XG2024-017/1"}
    assert set(rels(context, "SUBMITS")["from_id"]) == {"name:示例甲有限公司", "name:示例乙有限公司"}
    assert nodes(context, "Bid")["amount"].drop_nulls().sort().to_list() == [100_000_000, 101_500_000]
    (tender,) = nodes(context, "Tender").select("id", "opened_on").unique().drop_nulls().rows()
    assert tender == ("local:XG2024-017", "2024-05-25T09:30:00")
    assert set(rels(context, "BUYS")["from_id"]) == {"name:示例建设投资有限公司"}


def test_lines_above_a_list_that_has_its_own_columns_or_of_others_are_left(tmp_path: Path) -> None:
    text = "项目编号：XG-1 标段：9\n项目编号,标段,投标人,报价（元）\nXG-2,2,示例甲有限公司,100\n"
    assert rels(load_text(tmp_path, {"a.csv": text}), "FOR_LOT")["to_id"].to_list() == ["local:XG-2/2"]
    twice = "项目编号：XG-1\n项目编号：XG-3\n投标人,投标报价（元）\n示例甲有限公司,100\n"
    assert rels(load_text(tmp_path, {"b.csv": twice}), "FOR_LOT").is_empty()
    others = "项目编号：XG-1\n单位名称,统一社会信用代码,法定代表人\n" + f"示例甲有限公司,{A},虚构某\n"
    assert rels(load_text(tmp_path, {"c.csv": others}), "FOR_LOT").is_empty()


def test_a_list_of_bidders_that_are_not_all_full_names_is_in_doubt(tmp_path: Path) -> None:
    head = "tender_id,lot_id,bidder_name\n"
    context = load_text(
        tmp_path, {"bids.csv": head + "T,1,示例甲有限公司/示例乙\nT,1,示例甲/示例乙有限公司\n"}
    )
    assert codes(context, "flag") == ["consortium-form"]
    assert rels(context, "SUBMITS").height == 2


def test_one_date_of_change_with_what_changed(tmp_path: Path) -> None:
    """增减日期 is the day a member joined or left, as 增减类型 says; alone it says neither."""
    rows = [
        "虚构甲,增加,2024-03-01",
        "虚构乙,减少,2024.5.1",
        "虚构丙,死亡,2024-06",
        "虚构丁,,2024-07-01",
        "虚构戊,,",
    ]
    text = "低保证号,家庭成员姓名,增减类型,增减日期\n" + "".join(f"D-1,{row}\n" for row in rows)
    context = load_text(tmp_path, {"低保名册.csv": text})
    spans = rels(context, "MEMBER_OF").select("stated_from", "stated_to").rows()
    assert sorted(spans, key=str) == sorted(
        [("2024-03-01", None), (None, "2024-05-01"), (None, "2024-06"), (None, None), (None, None)], key=str
    )
    assert codes(context, "flag") == ["member-change-unsaid"]


def test_marks_that_turn_the_direction_of_reading_are_no_part_of_a_name(tmp_path: Path) -> None:
    name = "虚构\u202e右左\u2066有限公司\u200f"
    context = load_text(
        tmp_path,
        {"股东.csv": f"企业名称,股东名称,股东类型,持股比例\n{name},虚构\u202a控股有限公司,企业法人,60%\n"},
    )
    assert set(nodes(context, "Company")["name"].drop_nulls()) == {"虚构右左有限公司", "虚构控股有限公司"}
    assert set(rels(context, "OWNS")["to_id"]) == {"name:虚构右左有限公司"}


def test_a_way_of_control_that_is_not_known_is_said(tmp_path: Path) -> None:
    text = f"控制人,公司名称,统一社会信用代码,控制方式\n示例乙有限公司,示例甲有限公司,{A},托管\n示例丙有限公司,示例甲有限公司,{A},代管账册\n"
    context = load_text(tmp_path, {"控制关系.csv": text})
    assert [(p.code, p.value) for p in context.problems if p.code == "unknown-interest"] == [
        ("unknown-interest", "代管账册")
    ]
    assert set(rels(context, "EXERCISES_CONTROL")["interest"]) == {"management_relation", "代管账册"}


@pytest.mark.parametrize(
    ("scheme", "value", "id_"),
    [
        ("", A, f"cn-uscc:{A}"),
        ("统一社会信用代码", A, f"cn-uscc:{A}"),
        ("注册号", "310000000000123", "cn-regno:310000000000123"),
        ("", "12345", "local:12345"),
        # A number whose check fails says nothing of what it is.
        ("", A[:-1] + ("0" if A[-1] != "0" else "1"), None),
    ],
)
def test_a_further_number_of_no_said_kind_is_read_by_its_form(tmp_path: Path, scheme, value, id_) -> None:
    context = load_text(tmp_path, {"identifiers.csv": f"party_id,scheme,value\nX-1,{scheme},{value}\n"})
    assert nodes(context, "Identifier")["id"].to_list() == [id_ or f"local:{value}"]


def test_a_persons_number_is_no_number_of_a_company(tmp_path: Path) -> None:
    context = load_text(tmp_path, {"identifiers.csv": f"party_id,value\nX-1,{resident(1)}\n"})
    assert nodes(context, "Identifier").is_empty()
    assert "person-number" in codes(context, "flag")


@pytest.mark.parametrize("name", ["股东信息.csv", "某公司十大股东.csv"])
def test_a_file_called_a_list_of_holders_without_holders_is_no_list_of_companies(
    tmp_path: Path, name: str
) -> None:
    text = f"企业名称,统一社会信用代码,持有者,持股比例\n示例甲有限公司,{A},测试某,60%\n"
    context = load_text(tmp_path, {name: text})
    (told,) = [p for p in context.problems if p.kind == "reject"]
    assert (
        told.code == "missing-column" and "股东名称" in told.expected_zh and "holder_name" in told.expected_en
    )
    assert not context.extract.nodes
    # A list of companies that happens to be called so is read, and told to be none of holders.
    text = f"企业名称,统一社会信用代码,注册资本\n示例甲有限公司,{A},100万元\n"
    context = load_text(tmp_path, {name: text})
    assert nodes(context, "Company")["name"].to_list() == ["示例甲有限公司"]
    assert codes(context, "flag") == ["named-otherwise"]
    # Under a sheet's own name the file's says nothing.
    (plan,) = [recognise(replace(sheet, name="基本信息"), name, {}) for sheet in read_sheets(tmp_path / name)]
    assert (plan.table, plan.named) == ("companies", None)


def test_names_beside_codes_are_companies_and_no_decisions(tmp_path: Path) -> None:
    text = f"企业名称,统一社会信用代码\n示例甲有限公司,{A}\n"
    context = load_text(tmp_path, {"数据.csv": text})
    assert nodes(context, "Company").select("id", "name").rows() == [(f"cn-uscc:{A}", "示例甲有限公司")]
    assert "NAMES" not in {name for name, _, _ in context.extract.rels}
    # What is called so, or says whom a name means, is decided.
    for file, heading in (("身份确认.csv", "统一社会信用代码"), ("数据.csv", "对应主体")):
        context = load_text(tmp_path, {file: f"名称,{heading}\n示例甲,{A}\n"})
        assert rels(context, "NAMES")["by"].to_list() == ["decision"]


@pytest.mark.parametrize("column", ["股东证件号", "证照/证件号码"])
@pytest.mark.parametrize("holder", ["虚构五金商行", "示例乙有限公司", ""])
def test_a_credit_code_with_a_wrong_check_digit_is_no_persons_number(
    tmp_path: Path, column: str, holder: str
) -> None:
    # All digits, with a birth date where a resident's number has one; right as neither.
    code = "914401198501010013"
    text = f"企业名称,统一社会信用代码,股东名称,{column},持股比例\n示例甲有限公司,{A},{holder},{code},60%\n"
    context = load_text(tmp_path, {"股东.csv": text})
    (held,) = rels(context, "OWNS")["from_id"].to_list()
    assert held.startswith(f"unverified:{code}/")
    assert "Person" not in context.extract.nodes
    (told,) = [p for p in context.problems if p.kind == "flag"]
    assert (told.code, told.value) == ("uscc-check-digit", code)
    # In the company's own column as well.
    text = f"企业名称,统一社会信用代码,成立日期\n示例甲商行,{code},2020-01-01\n"
    context = load_text(tmp_path, {"企业.csv": text})
    assert [(p.code, p.value) for p in context.problems] == [("uscc-check-digit", code)]
    # One that is right as a person's (a foreigner's residence card begins with 9) stays a person's.
    (held,) = _held_by(tmp_path, column, code[:-1] + "6")
    assert held.startswith("person:")


def _held_by(tmp_path: Path, column: str, number: str) -> list[str]:
    text = f"企业名称,统一社会信用代码,股东名称,{column},持股比例\n示例甲有限公司,{A},测试某,{number},60%\n"
    return rels(load_text(tmp_path, {"股东.csv": text}), "OWNS")["from_id"].to_list()


@pytest.mark.parametrize(
    "heading",
    ["法定代表人/负责人/经营者", "法定代表人（执行事务合伙人）", "法定代表人或负责人", "负责人、经营者*"],
)
def test_one_heading_for_whoever_represents_a_firm_takes_its_kind_from_the_firm(
    tmp_path: Path, heading: str
) -> None:
    fund, shop, works = A, uscc(31), uscc(32)
    text = (
        f"企业名称,统一社会信用代码,企业类型,{heading}\n"
        f"示例基金合伙企业（有限合伙）,{fund},有限合伙企业,示例乙有限公司（委派代表：测试某）\n"
        f"示例五金商行,{shop},个体工商户,测试乙\n"
        f"示例机械厂,{works},集体所有制,测试丙\n"
        f"示例丁合伙企业（普通合伙）,{uscc(33)},普通合伙企业,测试丁\n"
    )
    context = load_text(tmp_path, {"企业信息.csv": text})
    assert rels(context, "LEGAL_REP_OF")["role"].unique().to_list() == ["legal_representative"]
    # Of a partnership a company is the managing partner; a person may be that one's delegate.
    assert set(rels(context, "EXERCISES_CONTROL").select("to_id", "interest").rows()) == {
        (f"cn-uscc:{fund}", "managing_partner"),
        (f"cn-uscc:{shop}", "registered_head"),
    }


@pytest.mark.parametrize(
    ("heading", "cell", "day"),
    [
        ("报告年度", "2022", "2022-12-31"),
        ("年报年份", "2022年度报告", "2022-12-31"),
        ("年度", "2022年", "2022-12-31"),
        ("报告期", "2022年报", "2022-12-31"),
        ("报告期", "2023年三季报", "2023-09-30"),
        ("报告期", "2023-Q1", "2023-03-31"),
        ("报告期", "2023年半年度报告", "2023-06-30"),
        ("报告期", "2023-09-30", "2023-09-30"),
        ("更新日期", "2023年9月30日", "2023-09-30"),
    ],
)
def test_a_list_out_of_a_report_is_of_the_last_day_of_its_period(
    tmp_path: Path, heading: str, cell: str, day: str
) -> None:
    text = f"企业名称,{heading},股东,股东类型,持股比例\n示例甲有限公司,{cell},测试某,自然人,60%\n"
    context = load_text(tmp_path, {"股东.csv": text})
    assert codes(context) == []
    assert rels(context, "OWNS")["observed_on"].to_list() == [day]


@pytest.mark.parametrize(("heading", "cell"), [("报告年度", "去年"), ("更新日期", "2022")])
def test_what_names_no_period_is_refused(tmp_path: Path, heading: str, cell: str) -> None:
    text = f"企业名称,{heading},股东,股东类型,持股比例\n示例甲有限公司,{cell},测试某,自然人,60%\n"
    (told,) = [p for p in load_text(tmp_path, {"股东.csv": text}).problems if p.kind == "reject"]
    assert (told.column, told.value) == (heading, cell)


@pytest.mark.parametrize(
    ("headings", "cells"),
    [
        ("企业名称,统一社会信用代码,被投资企业名称,持股比例", "示例甲有限公司,{A},示例乙有限公司,60%"),
        ("公司名称,被投资企业,投资比例", "示例甲有限公司,示例乙有限公司,60%"),
        ("企业名称,被投资企业,统一社会信用代码,投资比例", "示例甲有限公司,示例乙有限公司,{A},60%"),
    ],
)
def test_what_a_company_has_invested_in_makes_it_the_holder(
    tmp_path: Path, headings: str, cells: str
) -> None:
    context = load_text(tmp_path, {"对外投资.csv": f"{headings}\n{cells.format(A=A)}\n"})
    (held,) = rels(context, "OWNS").select("from_id", "to_id", "share", "list_kind").rows()
    behind = headings.index("被投资") < headings.find("统一")
    holder = f"cn-uscc:{A}" if "统一" in headings and not behind else "name:示例甲有限公司"
    assert held == (holder, f"cn-uscc:{A}" if behind else "name:示例乙有限公司", 0.6, "investments")


def test_a_row_of_totals_in_a_list_of_holders_is_no_holder(tmp_path: Path) -> None:
    rows = "示例甲有限公司,示例丙有限公司,60\n示例甲有限公司,示例丁有限公司,40\n示例甲有限公司,合 计：,100\n"
    context = load_text(tmp_path, {"股东.csv": f"企业名称,股东,认缴出资额(万元)\n{rows}"})
    assert sorted(rels(context, "OWNS")["share"]) == [0.4, 0.6]
    assert codes(context, "note") == ["total-row"] and not codes(context, "reject")


@pytest.mark.parametrize(
    "headings",
    [
        "变更前比例,变更后比例,变更日期",
        "变更前/持股比例,变更后/持股比例,变更时间",
        "持股比例/变更前,持股比例/变更后,变更登记日期",
    ],
)
def test_a_record_of_changes_under_other_headings(tmp_path: Path, headings: str) -> None:
    text = f"企业名称,股东名称,{headings}\n示例甲有限公司,示例丙有限公司,100%,60%,2022-03-01\n"
    context = load_text(tmp_path, {"股权变更.csv": text})
    assert set(rels(context, "OWNS").select("share", "stated_from", "stated_to", "list_kind").rows()) == {
        (0.6, "2022-03-01", None, "changes"),
        (1.0, None, "2022-03-01", "changes"),
    }
    assert not context.problems


@pytest.mark.parametrize(
    ("steps", "before", "after", "told"),
    [
        # As they stand: that they follow on one another is worked out where the other loads are, in the store.
        (["100,60", "60,30"], {1.0, 0.6}, {0.6, 0.3}, ["change-steps", "change-steps"]),
        (["60,30", "30,0", "100,60"], {1.0, 0.6, 0.3}, {0.6, 0.3}, ["change-steps"] * 3),
        (["40,0", "0,20"], {0.4}, {0.2}, ["change-steps", "change-steps"]),
        (["100,60", "100,60"], {1.0}, {0.6}, ["duplicate-row"]),
        # Side by side, or in an order nobody can tell: added, and said to be.
        (["10,20", "30,50"], {0.1, 0.3}, {0.2, 0.5}, ["change-beside", "change-beside"]),
        (["60,40", "40,60"], {0.6, 0.4}, {0.6, 0.4}, ["change-beside", "change-beside"]),
        # Back to an earlier share on the way, and on from it.
        (["100,60", "60,100", "100,30"], {1.0, 0.6}, {0.6, 1.0, 0.3}, ["change-steps"] * 3),
    ],
)
def test_changes_of_one_holder_on_one_day(
    tmp_path: Path, steps: list[str], before: set[float], after: set[float], told: list[str]
) -> None:
    rows = "".join(f"示例甲有限公司,示例丙有限公司,{step},2022-03-01\n" for step in steps)
    headings = "企业名称,股东名称,变更前比例(%),变更后比例(%),变更日期"
    context = load_text(tmp_path, {"股权变更.csv": f"{headings}\n{rows}"})
    held = rels(context, "OWNS")
    assert set(held.filter(pl.col("stated_to").is_not_null())["share"]) == before
    assert set(held.filter(pl.col("stated_from").is_not_null())["share"]) == after
    assert [p.code for p in context.problems] == told


def _single(form: str) -> list[list[str]]:
    pairs = [
        ("企业名称", "示例五金商行"), ("统一社会信用代码", uscc(31)), ("企业类型", "个体工商户"), ("经营者", "测试某"),
        ("成立日期", "2020-01-01"), ("经营范围", "五金零售；日用百货"), ("联系电话", "0755-12345678"), ("登记状态", "存续"),
    ]  # fmt: skip
    if form == "two_columns":
        return [list(pair) for pair in pairs]
    return [[*pairs[n], *pairs[n + 1]] for n in range(0, len(pairs), 2)]


@pytest.mark.parametrize("form", ["two_columns", "four_columns"])
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_sheet_on_one_company_in_pairs_of_heading_and_cell(tmp_path: Path, form: str, ending: str) -> None:
    path = tmp_path / f"基本信息.{ending}"
    if ending == "csv":
        path.write_text("\n".join(",".join(row) for row in _single(form)) + "\n", encoding="utf-8")
    else:
        book = openpyxl.Workbook()
        for row in _single(form):
            book.active.append(row)
        book.save(path)
    context = load(path)
    assert codes(context, "reject") == []
    told = nodes(context, "Company").drop_nulls("kind").select("id", "name", "kind", "status", "founded_on")
    assert told.rows() == [(f"cn-uscc:{uscc(31)}", "示例五金商行", "sole_trader", "active", "2020-01-01")]
    assert rels(context, "EXERCISES_CONTROL")["interest"].to_list() == ["operator"]
    assert rels(context, "HAS_CONTACT").height == 1
    (report,) = inspect_tables(InputFile(path, path.name, ""), {})
    assert (report.table, report.rows) == ("companies", 1)


@pytest.mark.parametrize(
    ("headings", "cells", "branch"),
    [
        (
            "企业名称,分支机构名称,负责人,成立日期",
            "示例甲有限公司,示例甲有限公司第一分公司,测试某,2020-01-01",
            None,
        ),
        (
            "企业名称,统一社会信用代码,分支机构名称,统一社会信用代码,负责人,成立日期",
            "示例甲有限公司,{A},示例甲有限公司第一分公司,{B},测试某,2020-01-01",
            "B",
        ),
        (
            "企业名称,统一社会信用代码,分公司名称,分公司统一社会信用代码,负责人,成立日期",
            "示例甲有限公司,{A},示例甲有限公司第一分公司,{B},测试某,2020-01-01",
            "B",
        ),
    ],
)
def test_a_list_of_branches_says_nothing_of_the_company_they_are_of(
    tmp_path: Path, headings: str, cells: str, branch: str | None
) -> None:
    second = uscc(32)
    context = load_text(tmp_path, {"分支机构.csv": f"{headings}\n{cells.format(A=A, B=second)}\n"})
    assert codes(context, "reject") == []
    (link,) = rels(context, "BRANCH_OF").select("from_id", "to_id").rows()
    assert link[1] == (f"cn-uscc:{A}" if branch else "name:示例甲有限公司")
    assert not branch or link[0] == f"cn-uscc:{second}"
    assert rels(context, "LEGAL_REP_OF")["to_id"].to_list() == [link[0]]
    founded = nodes(context, "Company").drop_nulls("founded_on")
    assert founded.select("id", "name").rows() == [(link[0], "示例甲有限公司第一分公司")]


@pytest.mark.parametrize("word", ["名义股东", "挂名股东", "代持人"])
def test_a_shareholder_in_name_alone_is_a_nominee(word: str) -> None:
    assert VOCABULARIES["interest"].read(pl.Series([word])).to_list() == ["nominee"]


def test_a_branch_under_the_code_of_its_company_is_refused(tmp_path: Path) -> None:
    headings = "企业名称,统一社会信用代码,分公司名称,分公司统一社会信用代码,负责人"
    rows = f"示例甲有限公司,{A},示例甲有限公司第一分公司,{A},测试某\n示例甲有限公司,{A},示例甲有限公司第二分公司,,测试某\n"
    context = load_text(tmp_path, {"分支机构.csv": f"{headings}\n{rows}"})
    assert codes(context, "reject") == ["branch-code"]
    assert rels(context, "BRANCH_OF")["to_id"].to_list() == [f"cn-uscc:{A}"]
    named = nodes(context, "Company").filter(pl.col("id") == f"cn-uscc:{A}")["name"]
    assert set(named.drop_nulls()) == {"示例甲有限公司"}


@pytest.mark.parametrize("code", ["", A])
def test_a_company_that_is_its_own_head_office_is_no_branch(tmp_path: Path, code: str) -> None:
    text = f"企业名称,统一社会信用代码,总公司\n示例甲有限公司,{code},示例甲有限公司\n"
    context = load_text(tmp_path, {"企业信息.csv": text})
    assert rels(context, "BRANCH_OF").is_empty()
    assert [p.code for p in context.problems] == ["branch-of-itself"]
    assert nodes(context, "Company").height


def test_several_companies_one_below_the_other_in_pairs(tmp_path: Path) -> None:
    second = uscc(32)
    blocks = [("示例甲有限公司", A, "测试某"), ("示例乙有限公司", second, "测试乙")]
    text = "".join(
        f"企业名称,{n}\n统一社会信用代码,{c}\n法定代表人,{r}\n登记状态,存续\n" for n, c, r in blocks
    )
    context = load_text(tmp_path, {"基本信息.csv": text})
    assert not context.problems
    told = nodes(context, "Company").drop_nulls("status").select("id", "name").rows()
    assert set(told) == {(f"cn-uscc:{A}", "示例甲有限公司"), (f"cn-uscc:{second}", "示例乙有限公司")}
    assert set(rels(context, "LEGAL_REP_OF")["to_id"]) == {f"cn-uscc:{A}", f"cn-uscc:{second}"}


def test_two_pairs_are_enough_where_there_is_nothing_else(tmp_path: Path) -> None:
    context = load_text(tmp_path, {"基本信息.csv": f"企业名称,示例甲有限公司\n统一社会信用代码,{A}\n"})
    assert nodes(context, "Company").select("id", "name").rows() == [(f"cn-uscc:{A}", "示例甲有限公司")]


@pytest.mark.parametrize("comma", ["", ","])
def test_headings_without_a_cell_are_no_companies(tmp_path: Path, comma: str) -> None:
    labels = ["企业名称", "统一社会信用代码", "企业类型", "法定代表人", "成立日期"]
    context = load_text(tmp_path, {"基本信息.csv": "".join(f"{label}{comma}\n" for label in labels)})
    assert codes(context, "reject") == ["no-party"]
    assert "Company" not in context.extract.nodes or nodes(context, "Company").is_empty()


def test_what_a_pair_says_again_is_told_as_left_out(tmp_path: Path) -> None:
    text = f"企业名称,示例甲有限公司\n统一社会信用代码,{A}\n成立日期,2020-01-01\n成立日期,2021-01-01\n"
    context = load_text(tmp_path, {"基本信息.csv": text})
    (note,) = context.problems
    assert note.code == "columns-ignored" and "成立日期#2" in note.expected_en


def test_five_digits_of_a_text_that_are_a_year_and_a_month_are_no_date(tmp_path: Path) -> None:
    files = {
        "relatives.csv": "person_id,relative_id,relation,回避日期\n"
        f"{resident(3)},{resident(4)},spouse,20241\n{resident(5)},{resident(6)},spouse,45292\n",
        "主要人员.csv": "企业名称,姓名,职务,任职日期\n示例甲有限公司,测试甲,董事,20249\n示例甲有限公司,测试丙,董事,45292\n",
    }
    context = load_text(tmp_path, files)
    said = {(p.kind, p.file, p.row, p.column) for p in context.problems if p.code == "ambiguous-date"}
    assert said == {("flag", "relatives.csv", "2", "回避日期"), ("reject", "主要人员.csv", "2", "任职日期")}
    assert rels(context, "OFFICER_OF")["stated_from"].to_list() == ["2024-01-01"]
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "主要人员"
    for row in (["企业名称", "姓名", "职务", "任职日期"], ["示例甲有限公司", "测试甲", "董事", 20249]):
        sheet.append(row)
    workbook.save(tmp_path / "数.xlsx")
    assert rels(load(tmp_path / "数.xlsx"), "OFFICER_OF")["stated_from"].to_list() == ["1955-06-09"]


def test_a_whole_text_in_the_place_of_a_name_is_refused(tmp_path: Path) -> None:
    rows = "".join(f"{'长' * n},虚构乙有限公司,50%\n" for n in (1000, 1001))
    context = load_text(tmp_path, {"股东.csv": f"股东,企业名称,持股比例\n{rows}"})
    (told,) = [p for p in context.problems if p.code == "name-too-long"]
    assert (told.kind, told.row, told.column, len(told.value)) == ("reject", "3", "股东", 41)
    assert {len(name) for name in nodes(context, "Company")["name"].drop_nulls()} == {
        1000,
        len("虚构乙有限公司"),
    }
