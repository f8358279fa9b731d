"""Which rows of lists of payments, incomes and subcontracts are one, and what is told of it."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from loaders.context import ReadContext
from loaders.tables import paid_again
from tests.loaders.reading import codes, load_text, nodes, rels
from tests.loaders.shapes.numbers import resident

ONE, TWO, THREE = resident(1), resident(2), resident(3)
ROSTER = "序号,低保证号,户主姓名,家庭成员姓名,公民身份号码,与户主关系,发放年月,发放金额(元)"
PAID = "序号,低保证号,姓名,身份证号,救助类型,发放年月,发放金额(元),银行账号"


def amounts(read: ReadContext) -> list[int]:
    """Of each payment its amount."""
    told = nodes(read, "Benefit")
    return sorted(told.filter(told["amount"].is_not_null()).unique("id")["amount"].to_list())


def people(read: ReadContext) -> int:
    """How many payments name a person for their part."""
    ends = rels(read, "RECEIVES")
    return ends.filter(ends["from_id"].str.starts_with("person")).height


def roster(*rows: tuple[str, str, str]) -> str:
    """A list of one household's members: number, relation, amount."""
    lines = [
        f"{n},H1,虚构甲,虚构{number[-4:]},{number},{relation},2024-06,{amount}"
        for n, (number, relation, amount) in enumerate(rows, 1)
    ]
    return "\n".join([ROSTER, *lines]) + "\n"


@pytest.mark.parametrize(
    ("rows", "paid", "own", "told"),
    [
        # The household's amount at each member, or in one row.
        ([(ONE, "户主", "900"), (TWO, "妻", "900"), (THREE, "子", "900")], [90000], 0, ["payments-one"]),
        ([(ONE, "户主", "900"), (TWO, "妻", ""), (THREE, "子", "")], [90000], 0, []),
        ([(ONE, "户主", "900"), (TWO, "妻", "0"), (THREE, "子", "0")], [0, 90000], 0, ["payments-one"]),
        # One member twice: two payments.
        (
            [(ONE, "户主", "900"), (TWO, "妻", "900"), (ONE, "户主", "900"), (TWO, "妻", "900")],
            [90000, 90000],
            0,
            ["payments-one"],
        ),
        # What is not the same at all of them is each one's own.
        (
            [(ONE, "户主", "310"), (TWO, "妻", "290"), (THREE, "子", "290")],
            [29000, 29000, 31000],
            3,
            ["payments-own"],
        ),
    ],
)
def test_a_list_of_members(
    rows: list[tuple[str, str, str]], paid: list[int], own: int, told: list[str], tmp_path: Path
) -> None:
    read = load_text(tmp_path, {"低保名册.csv": roster(*rows)})
    assert amounts(read) == paid
    assert people(read) == own
    assert [c for c in codes(read, "note") if c.startswith("payments")] == told


def paid(*rows: tuple[str, str, str]) -> str:
    """A list of payments of one household and month: number, amount, account."""
    lines = [
        f"{n},H1,虚构,{number},低保,2024-06,{amount},{account}"
        for n, (number, amount, account) in enumerate(rows, 1)
    ]
    return "\n".join([PAID, *lines]) + "\n"


@pytest.mark.parametrize(
    ("rows", "stated", "own", "told"),
    [
        ([(ONE, "300", ""), (TWO, "300", "")], [30000, 30000], 2, ["payments-own"]),
        ([(ONE, "300", "6222001"), (TWO, "300", "6222002")], [30000, 30000], 2, ["payments-own"]),
        ([(ONE, "300", "6222001"), (TWO, "300", "6222001")], [30000], 0, ["payments-one"]),
        ([(ONE, "300", "6222001"), (ONE, "300", "6222001")], [30000, 30000], 0, []),
        ([("", "300", ""), ("", "300", "")], [30000, 30000], 0, []),
        ([(ONE, "300", ""), (ONE, "-300", "")], [-30000, 30000], 0, []),
    ],
)
def test_a_list_of_payments(
    rows: list[tuple[str, str, str]], stated: list[int], own: int, told: list[str], tmp_path: Path
) -> None:
    read = load_text(tmp_path, {"发放明细.csv": paid(*rows)})
    assert amounts(read) == stated
    assert people(read) == own
    assert [c for c in codes(read, "note") if c.startswith("payments")] == told
    again = load_text(tmp_path, {"发放明细.csv": paid(*rows[::-1])})
    assert set(nodes(again, "Benefit")["id"]) == set(nodes(read, "Benefit")["id"])
    held = ["from_id", "to_id"]
    assert set(rels(again, "RECEIVES").select(held).rows()) == set(rels(read, "RECEIVES").select(held).rows())


def test_a_column_of_recipients_pays_each_of_them_into_one_account_too(tmp_path: Path) -> None:
    text = paid((ONE, "300", "6222001"), (TWO, "300", "6222001")).replace(
        "姓名,身份证号", "领取人姓名,领取人身份证号"
    )
    assert amounts(load_text(tmp_path, {"发放明细.csv": text})) == [30000, 30000]


def test_a_line_equal_in_every_cell_is_one_payment_and_told(tmp_path: Path) -> None:
    text = PAID + "\n" + f"1,H1,虚构,{ONE},低保,2024-06,300,\n" * 2
    read = load_text(tmp_path, {"发放明细.csv": text})
    assert amounts(read) == [30000] and codes(read, "note") == ["columns-ignored", "duplicate-row"]


def test_a_payment_of_two_sheets_counts_once_and_is_told(tmp_path: Path) -> None:
    one, other = paid((ONE, "300", "")), paid((ONE, "300", "")) + "\n"
    read = load_text(tmp_path, {"1月.csv": one, "发放明细2.csv": other})
    assert amounts(read) == [30000]
    (told,) = [p for p in read.problems if p.code == "payments-again"]
    assert (told.kind, told.file) == ("flag", "发放明细2.csv") and "1 笔" in told.expected_zh
    assert "1月.csv" in told.expected_zh and "1月.csv" in told.expected_en
    apart = load_text(tmp_path, {"1月.csv": one, "发放明细2.csv": other.replace("2024-06", "2024-07")})
    assert "payments-again" not in codes(apart, "flag")


def test_of_a_list_that_numbers_heads_alone_the_head_is_paid(tmp_path: Path) -> None:
    rows = f"虚构甲,{ONE},最低生活保障,2024-06,600"
    read = load_text(
        tmp_path, {"发放.csv": f"户主姓名,户主身份证号,救助类型,发放年月,发放金额(元)\n{rows}\n"}
    )
    again = load_text(tmp_path, {"发放.csv": f"姓名,身份证号,救助类型,发放年月,发放金额(元)\n{rows}\n"})
    for table in ("Benefit", "Person"):
        told, alike = (nodes(of, table).drop("source").unique("id") for of in (read, again))
        assert told.height == 1 and told.equals(alike, null_equal=True)
    ends = rels(read, "RECEIVES")["from_id"]
    assert len(ends) == 1 and ends.str.starts_with("person:").all()


@pytest.mark.parametrize(
    ("heading", "rows", "paid"),
    [
        # Who is named beside the head is paid; a name in common of all rows of one number is the head's.
        ("领取人,户主姓名", ["虚构乙,虚构甲"], {"虚构乙": False}),
        ("领取人,户主姓名", ["虚构甲,虚构甲"], {"虚构甲": True}),
        ("领取人,户主姓名", [",虚构甲"], {"虚构甲": True}),
        ("姓名", ["虚构甲", "虚构甲"], {"虚构甲": True}),
        ("姓名", ["虚构甲", "虚构乙"], {"虚构甲": False, "虚构乙": False}),
    ],
)
def test_who_is_named_beside_a_numbered_head_is_paid(
    tmp_path: Path, heading: str, rows: list[str], paid: dict[str, bool]
) -> None:
    lines = "".join(f"{row},{ONE},最低生活保障,2024-0{n},600\n" for n, row in enumerate(rows, 1))
    text = f"{heading},户主身份证号,救助类型,发放年月,发放金额(元)\n{lines}"
    read = load_text(tmp_path, {"发放.csv": text})
    names = dict(nodes(read, "Person").select("id", "name").drop_nulls().iter_rows())
    got = rels(read, "RECEIVES")["from_id"].unique().to_list()
    assert {names[id_]: not id_.startswith("person.scoped:") for id_ in got} == paid
    assert len(rels(read, "RECEIVES")) == len(rows)


def test_of_two_sheets_another_amount_is_a_further_payment_and_told(tmp_path: Path) -> None:
    one, other = paid((ONE, "600", "")), paid((ONE, "150", ""))
    read = load_text(tmp_path, {"发放明细.csv": one, "补发明细.csv": other})
    assert amounts(read) == [15000, 60000]
    (told,) = [p for p in read.problems if p.code.startswith("payments")]
    assert (told.kind, told.code, told.file, told.row) == ("flag", "payments-further", "补发明细.csv", "2")
    for said in (told.expected_zh, told.expected_en):
        assert all(word in said for word in ("发放明细.csv", "2", "2024-06", "600.00", "150.00", "unload"))
    turned = load_text(tmp_path, {"补发明细.csv": other, "发放明细.csv": one})
    assert set(nodes(turned, "Benefit")["id"]) == set(nodes(read, "Benefit")["id"])


@pytest.mark.parametrize(
    ("first", "second", "stated", "told"),
    [
        # Rows alike within one sheet count each; another sheet's tell them again, and one more is a further one.
        (["300", "300"], ["300"], [30000, 30000], ["payments-again"]),
        (["300"], ["300", "300"], [30000, 30000], ["payments-again", "payments-further"]),
        (["300", "300"], ["300", "300"], [30000, 30000], ["payments-again"]),
        (["400", "200"], ["200"], [20000, 40000], ["payments-again"]),
        (["600"], ["-600"], [-60000, 60000], ["payments-further"]),
        # Nothing paid, or no amount, adds up to nothing.
        (["600"], ["0"], [0, 60000], []),
        (["600"], [""], [60000], []),
    ],
)
def test_the_payments_of_two_sheets(
    first: list[str], second: list[str], stated: list[int], told: list[str], tmp_path: Path
) -> None:
    sheets = [paid(*((ONE, amount, "") for amount in sheet)) for sheet in (first, second)]
    read = load_text(tmp_path, {"甲.csv": sheets[0], "乙.csv": sheets[1] + "\n"})
    assert amounts(read) == stated
    assert [p.code for p in read.problems if p.code in ("payments-again", "payments-further")] == told
    turned = load_text(tmp_path, {"乙.csv": sheets[1] + "\n", "甲.csv": sheets[0]})
    assert set(nodes(turned, "Benefit")["id"]) == set(nodes(read, "Benefit")["id"])


def test_of_many_sheets_each_is_told_beside_those_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In time that grows as the payments do: a list a month and village makes thousands of sheets."""
    looked_at = []
    parted = paid_again.parted

    def counting(frame: pl.DataFrame) -> pl.DataFrame:
        looked_at.append(frame.height)
        return parted(frame)

    monkeypatch.setattr(paid_again, "parted", counting)
    sheets = [["600"], ["150"], ["300", "150"], ["0"], ["600"], *([["150"]] * 25)]
    files = {
        f"{n:02}.csv": paid(*((ONE, amount, "") for amount in sheet)) + "\n" * n
        for n, sheet in enumerate(sheets, 1)
    }
    read = load_text(tmp_path, files)
    told = [(p.code, p.file, p.expected_zh) for p in read.problems if p.code.startswith("payments-")]
    assert [one[:2] for one in told[:4]] == [
        ("payments-further", "02.csv"),
        ("payments-again", "03.csv"),
        ("payments-further", "03.csv"),
        ("payments-again", "05.csv"),
    ]
    assert len(told) == 4 + 25
    # Of several before it the first by amount, and where that stands.
    assert all(word in told[0][2] for word in ("01.csv", "600.00 元之外又有 150.00 元"))
    assert "02.csv" in told[1][2] and "01.csv" in told[3][2]
    assert all(word in told[2][2] for word in ("02.csv", "150.00 元之外又有 300.00 元"))
    assert sum(looked_at) == sum(map(len, sheets))


@pytest.mark.parametrize(
    ("spelt", "payments"),
    [
        ("城乡低保", 1),
        ("最低生活保障金", 1),
        ("低保补差", 1),
        ("低保补发", 2),
        ("低保提标补差", 2),
        ("农村低保", 2),
        ("高龄津贴", 2),
    ],
)
def test_the_spelling_of_a_programme_makes_no_second_payment(
    spelt: str, payments: int, tmp_path: Path
) -> None:
    one = paid((ONE, "600", ""))
    read = load_text(tmp_path, {"甲.csv": one, "乙.csv": one.replace("低保,", f"{spelt},")})
    assert nodes(read, "Benefit")["id"].n_unique() == payments
    assert ("payments-again" in codes(read, "flag")) is (payments == 1)
    assert set(rels(read, "UNDER")["to_id"]) == {"program:低保", f"program:{spelt}"}


def test_incomes_alike_are_two_where_the_rows_differ(tmp_path: Path) -> None:
    head = "姓名,身份证号,单位,收入类型,所属期,金额(元)\n"
    jobs = [f"虚构甲,{ONE},虚构{f}厂,工资,2024-06,700\n" for f in "乙丙"]
    read = load_text(tmp_path, {"收入.csv": head + "".join(jobs)})
    earned = rels(read, "EARNS")
    assert earned["amount"].to_list() == [70000] * 2 and set(earned["kind"]) == {"wage"}
    assert set(earned["to_id"]) == {"program:工资", "program:工资/2"}
    # The first keeps the id that it has alone, so that a newer extract doubles nothing.
    alone = load_text(tmp_path, {"收入.csv": head + jobs[1]})
    assert rels(alone, "EARNS")["to_id"].to_list() == ["program:工资"]
    assert rels(load_text(tmp_path, {"收入.csv": head + jobs[0] * 2}), "EARNS").height == 1


def contracts(*rows: tuple[str, str, str]) -> str:
    """Subcontracts of one lot and day: number, scope, note."""
    head = "合同编号,项目编号,标段,总包单位,分包单位,分包内容,分包金额(元),签订日期,备注"
    lines = [
        f"{no},T1,1,虚构甲建设有限公司,虚构乙工程有限公司,{scope},480000,2024-08-01,{note}"
        for no, scope, note in rows
    ]
    return "\n".join([head, *lines]) + "\n"


@pytest.mark.parametrize(
    ("rows", "scopes", "told"),
    [
        ([("F1", "专业工程", ""), ("F2", "专业工程", "")], ["专业工程", "专业工程（第2份）"], False),
        ([("F1", "专业工程", "一"), ("F1", "专业工程", "二")], ["专业工程"], True),
        ([("", "专业工程", "一"), ("", "专业工程", "二")], ["专业工程", "专业工程（第2份）"], False),
        ([("F1", "", ""), ("F2", "", "")], [None, "（第2份）"], False),
        ([("F1", "专业工程", ""), ("F1", "专业工程", "")], ["专业工程"], False),
        ([("F1", "土方", ""), ("F2", "装修", "")], ["土方", "装修"], False),
    ],
)
def test_contracts_alike_are_two_unless_their_number_is_one(
    rows: list[tuple[str, str, str]], scopes: list[str | None], told: bool, tmp_path: Path
) -> None:
    read = load_text(tmp_path, {"分包合同.csv": contracts(*rows)})
    stated = rels(read, "SUBCONTRACTS_TO").unique(["scope", "amount", "signed_on"])
    assert sorted(stated["scope"].to_list(), key=str) == sorted(scopes, key=str)
    assert ("contracts-one" in codes(read, "note")) is told


def test_what_is_due_to_a_household_counts_once_and_rows_alike_are_told(tmp_path: Path) -> None:
    head = "序号,低保证号,姓名,身份证号,救助类型,所属期,应享金额(元)\n"
    rows = [f"{n},H1,虚构{n},{resident(n)},低保,2024-06,900\n" for n in (1, 2)]
    read = load_text(tmp_path, {"资格名单.csv": head + "".join(rows)})
    assert rels(read, "ENTITLED_TO").unique(["from_id", "amount"])["amount"].to_list() == [90000]
    assert "entitlements-one" in codes(read, "note")
    alone = load_text(tmp_path, {"资格名单.csv": head + rows[0]})
    assert "entitlements-one" not in codes(alone, "note")


@pytest.mark.parametrize("name", ["户主姓名", "姓名", ""])
@pytest.mark.parametrize("number", ["户主身份证号", "户主证件号码"])
def test_a_list_of_entitlements_names_the_head_by_a_number(name: str, number: str, tmp_path: Path) -> None:
    named = name and f"{name},"
    text = (
        f"低保证号,{named}{number},救助类型,起始日期\nH1,{'虚构甲,' if name else ''}{ONE},低保,2024-01-01\n"
    )
    read = load_text(tmp_path, {"资格名单.csv": text})
    (member,) = rels(read, "MEMBER_OF").iter_rows(named=True)
    assert (member["to_id"], member["relation_to_head"]) == ("local:H1", "head")
    (person,) = nodes(read, "Person").unique("id").iter_rows(named=True)
    assert person["id"] == member["from_id"] and person["name"] == ("虚构甲" if name else None)
    assert person["id_masked"]
    assert rels(read, "ENTITLED_TO")["from_id"].to_list() == ["local:H1"]


def test_a_head_without_a_household_number_is_who_is_entitled(tmp_path: Path) -> None:
    text = f"户主姓名,户主身份证号,救助类型\n虚构甲,{ONE},低保\n"
    read = load_text(tmp_path, {"资格名单.csv": text})
    (person,) = nodes(read, "Person")["id"].unique().to_list()
    assert rels(read, "ENTITLED_TO")["from_id"].to_list() == [person]


def test_beside_a_member_the_head_is_another(tmp_path: Path) -> None:
    text = f"低保证号,户主姓名,户主身份证号,姓名,身份证号,救助类型\nH1,虚构甲,{ONE},虚构乙,{TWO},低保\n"
    read = load_text(tmp_path, {"资格名单.csv": text})
    (head,) = rels(read, "MEMBER_OF")["from_id"].to_list()
    called = dict(nodes(read, "Person").unique("id").select("id", "name").iter_rows())
    assert called[head] == "虚构甲" and set(called.values()) == {"虚构甲", "虚构乙"}
