"""The invented folder of exports in every shape: what it loads, what it refuses, and no wrong merge."""

from pathlib import Path

import polars as pl
import pytest

from loaders.context import ReadContext
from tests.loaders.reading import codes, load, load_text, nodes, rels
from tests.loaders.shapes import EXPECTED, NAME, A, B, C, D, E, write_folder
from tests.loaders.shapes.numbers import resident


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> ReadContext:
    folder = write_folder(tmp_path_factory.mktemp("shapes"))
    return load(*sorted(folder.iterdir()))


def test_every_file_gives_the_listed_counts(context: ReadContext) -> None:
    read = {f.name: {"rows": f.rows, "rejected": f.rejected} for f in context.extract.files}
    assert read == EXPECTED


def test_what_is_refused_is_refused_for_its_reason(context: ReadContext) -> None:
    assert sorted(codes(context)) == ["impossible-date", "numeric-id", "share-over-100"]
    assert sorted(codes(context, "flag")) == ["self-ownership", "uscc-check-digit"]
    assert codes(context, "note") == ["columns-ignored", "remainder", "sheet-ignored"]
    assert all(p.expected_zh and p.expected_en and p.row for p in context.problems)


def test_no_problem_shows_a_persons_number(context: ReadContext) -> None:
    shown = " ".join(p.value for p in context.problems)
    assert resident(3) not in shown
    assert resident(4)[:17] not in shown


def test_company_rows_feed_four_tables(context: ReadContext) -> None:
    company = nodes(context, "Company").filter(
        (pl.col("id") == f"cn-uscc:{A}") & pl.col("status").is_not_null()
    )
    row = company.row(0, named=True)
    assert (row["status"], row["founded_on"], row["registered_capital"], row["currency"]) == (
        "active",
        "2015-06-18",
        500_000_000_0,
        "CNY",
    )
    assert set(rels(context, "NAMES")["from_id"]) == {"name:虚构甲路桥有限公司", "name:虚构甲道路有限公司"}
    assert set(rels(context, "LEGAL_REP_OF")["role"]) == {"legal_representative"}
    phones = rels(context, "HAS_CONTACT").filter(pl.col("to_id") == "phone:13900000001")
    assert phones.height == 2
    assert "address:示例市虚构路1号" in set(rels(context, "HAS_CONTACT")["to_id"])


def test_a_wrong_check_digit_is_kept_apart(context: ReadContext) -> None:
    flagged = nodes(context, "Company").filter(pl.col("flag") == "uscc-check-digit")
    assert flagged["id"].n_unique() == 1
    assert flagged["id"][0].startswith("unverified:")
    assert f"cn-uscc:{E}" not in set(nodes(context, "Company")["id"])


def test_holders_under_two_level_headings(context: ReadContext) -> None:
    owns = rels(context, "OWNS").filter(pl.col("to_id") == f"cn-uscc:{A}").sort("share")
    assert owns["share"].to_list() == [0.2, 0.29, 0.51]
    assert owns["stated_from"].to_list() == ["2016-01", "2015-06-18", "2015-06-18"]
    assert owns["from_id"][2] == f"cn-uscc:{D}"
    assert owns["subscribed_amount"].to_list() == [1_000_000_000, 1_450_000_000, 2_550_000_000]


def test_fifteen_and_eighteen_digits_are_one_person_and_a_masked_number_nobody(context: ReadContext) -> None:
    people = nodes(context, "Person").filter(pl.col("name") == "测试甲某")
    assert people["id"].n_unique() == 1
    assert people["id"][0].startswith("person:")
    masked = nodes(context, "Person").filter(pl.col("name") == "测试乙某")
    assert masked["id"][0].startswith("person.scoped:")
    assert masked["id_masked"][0] == "999999********0021"


def test_a_name_alone_with_a_stray_space_is_the_full_name(context: ReadContext) -> None:
    owns = rels(context, "OWNS").filter(pl.col("to_id") == f"cn-uscc:{B}")
    assert f"name:{NAME[D]}" in set(owns["from_id"])


def test_an_excel_serial_is_a_date_and_long_term_is_open(context: ReadContext) -> None:
    owns = rels(context, "OWNS").filter(pl.col("to_id") == f"cn-uscc:{B}").sort("share")
    assert owns["stated_from"].to_list() == ["2018-06-18", None]
    assert context.summary["excel-serial-dates"] == 1


def test_self_ownership_is_kept(context: ReadContext) -> None:
    assert rels(context, "OWNS").filter(pl.col("from_id") == pl.col("to_id"))["to_id"].to_list() == [
        f"cn-uscc:{C}"
    ]


def test_lists_of_one_company_stay_alternatives(context: ReadContext) -> None:
    owns = rels(context, "OWNS").filter(pl.col("to_id") == f"cn-uscc:{D}")
    stated = set(zip(owns["list_kind"], owns["share"].round(4), strict=True))
    assert stated == {("registered", 0.4109), ("top_ten_float", 0.1086), ("registered", 0.2)}
    kinds = dict(nodes(context, "Company").drop_nulls("kind").select("name", "kind").iter_rows())
    assert kinds["示例国资集团有限公司"] == "company"
    assert kinds["示例市国有资产监督管理委员会"] == "state_holder"


def test_ratios_follow_from_amounts(context: ReadContext) -> None:
    owns = rels(context, "OWNS").filter(pl.col("derived_from") == "subscribed_amount")
    assert sorted(owns["share"].to_list()) == [0.1, 0.3, 0.6]
    assert set(owns["to_id"]) == {f"name:{NAME[E]}"}
    assert set(owns["list_kind"]) == {"registered"}


def test_one_platform_row_feeds_tender_lot_bid_people_and_traces(context: ReadContext) -> None:
    submits = rels(context, "SUBMITS")
    joint = submits.filter(pl.col("to_id").str.contains("consortium:"))
    assert dict(zip(joint["from_id"], joint["role"], strict=True)) == {
        f"name:{NAME[C]}": "consortium_lead",
        f"name:{NAME[E]}": "consortium_member",
    }
    assert joint["to_id"].n_unique() == 1
    assert rels(context, "FOR_LOT").group_by("to_id").len().sort("to_id")["len"].to_list() == [3, 1]
    device = rels(context, "USED_IN_BID")
    assert device["from_id"].n_unique() == 1
    assert device.height == 2
    assert set(rels(context, "WORKS_ON_BID")["role"]) == {"project_manager"}
    assert set(rels(context, "SERVES_TENDER")["role"]) == {"agent"}
    assert context.summary["consortia-split"] == 1


def test_lot_numbers_stand_behind_their_tender_and_a_failed_lot_needs_no_bidder(context: ReadContext) -> None:
    lots = nodes(context, "Lot")
    assert set(lots["id"]) == {f"local:XG-2024-001/{n}" for n in ("1", "2", "3")}
    assert {"包2", "包3"} <= set(lots["number"])
    assert lots.drop_nulls("status").select("id", "status").rows() == [("local:XG-2024-001/3", "lot_failed")]
    opened = nodes(context, "Tender")["opened_on"].drop_nulls().unique().to_list()
    assert opened == ["2024-05-06T09:30:00"]


def test_months_as_columns_become_benefits_of_the_household(context: ReadContext) -> None:
    benefits = nodes(context, "Benefit")
    assert benefits.height == 15
    of_two = benefits.filter(pl.col("id").str.starts_with("local:DB002/"))
    assert of_two["from_month"].sort().to_list() == ["2023-10", "2023-11", "2023-12"]
    assert benefits["amount"].sum() == (11 * 600 + 650 + 1500) * 100
    assert benefits["account_key"].n_unique() == 1
    assert not benefits["account"].str.contains("6222999999990000001").any()
    members = rels(context, "MEMBER_OF")
    assert sorted(members["relation_to_head"]) == ["head", "head", "spouse"]
    regions = nodes(context, "Person")["hukou_region"].drop_nulls().to_list()
    assert "外省示例市" in regions


def test_one_row_names_two_owners(context: ReadContext) -> None:
    held = rels(context, "HOLDS_PROPERTY")
    unit = held.filter(pl.col("to_id").str.ends_with("00010001"))
    assert unit["from_id"].n_unique() == 2
    inherited = held.filter(pl.col("acquired_by") == "inheritance")
    assert inherited["share"][0] == pytest.approx(1 / 6)
    assert held.drop_nulls("stated_to")["stated_to"].to_list() == ["2020-01-01"]
    kinds = held.join(nodes(context, "Property").select(to_id="id", kind="kind"), on="to_id")
    assert set(kinds.select("kind", "status").rows()) == {("dwelling", "current"), ("parking", "ended")}


def test_every_end_of_a_relationship_is_a_node(context: ReadContext) -> None:
    known = {type_: set(nodes(context, type_)["id"]) for type_ in context.extract.nodes}
    for (_, from_type, to_type), frames in context.extract.rels.items():
        for frame in frames:
            assert set(frame["from_id"]) <= known.get(from_type, set())
            assert set(frame["to_id"]) <= known.get(to_type, set())


def test_the_order_of_files_changes_nothing(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    paths = sorted(folder.iterdir())

    def stated(paths: list[Path]) -> set[tuple[object, ...]]:
        context = load(*paths)
        out: set[tuple[object, ...]] = set()
        for (type_, _, _), frame in context.extract.rel_frames():
            out |= {(type_, *row) for row in frame.drop("source").rows()}
        return out

    # Provenance aside; a workbook's bytes, and so its key, differ from one writing to the next.
    assert stated(paths) == stated(paths[::-1])


def test_dates_of_a_month_alone_are_counted(tmp_path: Path) -> None:
    rows = "统一社会信用代码,姓名,职务,任职日期,离任日期\n"
    rows += f"{A},测试人甲,监事,2020年3月,2025-06\n{A},测试人乙,监事,2020-03-01,2025.07\n"
    context = load_text(tmp_path, {"positions.csv": rows})
    assert (context.summary["starts-in-a-month"], context.summary["ends-in-a-month"]) == (1, 2)
    assert sorted(rels(context, "OFFICER_OF")["stated_to"].to_list()) == ["2025-06", "2025-07"]
