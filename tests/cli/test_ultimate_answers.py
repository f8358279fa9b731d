"""Ultimate owners, control, paths, loops and history from the command line: the same bytes on both stores."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from graph.stores import Credentials
from tests.cli.both_stores import BothStores, both_stores
from tests.loaders.shapes.numbers import resident

SHAREHOLDINGS = """company_id,company_name,holder_id,holder_name,holder_kind,share_percent,valid_from,valid_to
T,虚构目标建设有限公司,A,虚构甲控股有限公司,company,60,2020-01-01,
T,虚构目标建设有限公司,X,测试人甲,person,12,2020-01-01,2024-01-01
T,虚构目标建设有限公司,X,测试人甲,person,14,2024-01-01,
T,虚构目标建设有限公司,Y,测试人乙,person,13,2020-01-01,
A,虚构甲控股有限公司,P,测试人丙,person,80,2020-01-01,
A,虚构甲控股有限公司,T,虚构目标建设有限公司,company,10,2020-01-01,
K,虚构子公司有限公司,T,虚构目标建设有限公司,company,55,2020-01-01,
"""
POSITIONS = (
    "person_id,person_name,company_id,role\nX,测试人甲,K,监事\nZ,测试人丁,T,法定代表人\nZ,测试人丁,W,董事\n"
)
RELATIVES = "person_id,relative_id,relation\nX,Y,配偶\n"
CONTACTS = "party_id,kind,value\nW,电话,13900000000\nT,电话,13900000000\n"
COMPANIES = "id,name\nW,虚构旁观有限公司\n"


@pytest.fixture(scope="module")
def stores(
    tmp_path_factory: pytest.TempPathFactory, neo4j_server: tuple[str, Credentials]
) -> Iterator[BothStores]:
    folder = tmp_path_factory.mktemp("ultimate")
    inputs: Path = folder / "inputs"
    inputs.mkdir()
    for name, text in (
        ("shareholdings", SHAREHOLDINGS),
        ("positions", POSITIONS),
        ("relatives", RELATIVES),
        ("contacts", CONTACTS),
        ("companies", COMPANIES),
    ):
        (inputs / f"{name}.csv").write_text(text, encoding="utf-8")
    with both_stores(folder, neo4j_server) as both:
        for loaded in both.each("load", inputs, "--format", "json"):
            assert loaded.code == 0, loaded.err
            assert json.loads(loaded.out)["rejected"] == 0
        yield both


DATE = ("--as-of", "2025-01-01")
JSON = ("--format", "json")

pytestmark = pytest.mark.neo4j


def test_beneficial_owners(stores: BothStores) -> None:
    found = stores.same("ubo", "T", *DATE, *JSON).json
    # A holds 60% of T, and T 10% of A: P has 0.48 / (1 - 0.06) of T.
    assert [(o["name"], o["verdict"], o["test"], o["share"]) for o in found["owners"]] == [
        ("测试人丙", "certain", "share", round(0.48 / 0.94, 10))
    ]
    couple = stores.same("ubo", "T", "--couples", *DATE, *JSON).json
    pair = next(o for o in couple["owners"] if o["kind"] == "couple")
    assert pair["share"] == pytest.approx(0.27 / 0.94, abs=1e-9) and len(pair["members"]) == 2
    for language, word in (("zh", "受益所有人"), ("en", "beneficial owner")):
        table = stores.same("ubo", "T", *DATE, "--lang", language)
        assert word in table.out and "测试人丙" in table.out
    refused = stores.same("ubo", "T", "--threshold", "25")
    assert refused.code == 1 and "25%" in refused.err


def test_controllers_up_and_controlled_down(stores: BothStores) -> None:
    found = stores.same("controller", "K", "--all", *DATE, *JSON).json
    told = {
        (c["id"].rpartition(":")[2], (c["via"] or "").rpartition(":")[2], c["joint_share"])
        for c in found["controllers"]
    }
    assert told == {("P", "T", 0.55), ("A", "T", 0.55), ("T", "", 0.55)}
    down = stores.same("controls", "测试人丙", *DATE, *JSON).json
    assert [(c["id"], c["depth"]) for c in down["controls"]] == [
        ("local:A", 1),
        ("local:T", 2),
        ("local:K", 3),
    ]
    group = stores.same("controller", "K", "--group", *DATE, *JSON).json
    assert (group["head"]["name"], len(group["members"])) == ("测试人丙", 3)
    for command in (
        ("controller", "K"),
        ("controller", "K", "--all"),
        ("controller", "K", "--group"),
        ("controls", "A"),
    ):
        for language in ("zh", "en"):
            table = stores.same(*command, *DATE, "--lang", language)
            assert table.code == 0 and "虚构" in table.out


def test_paths(stores: BothStores) -> None:
    one = stores.same("paths", "测试人丙", "K", *DATE, *JSON).json
    (way,) = one["paths"]
    assert way["formula"] == "80% × 60% × 55% = 26.4%"
    assert [step["valid_from"] for step in way["links"]] == ["2020-01-01"] * 3
    assert all(step["sources"] and step["rows"] for step in way["links"])
    mixed = stores.same(
        "paths", "W", "T", "--kinds", "officer,legal_representative,contact", *DATE, *JSON
    ).json
    assert {tuple(step["kind"] for step in way["links"]) for way in mixed["paths"]} == {
        ("officer", "legal_representative"),
        ("contact", "contact"),
    }
    kin = stores.same("paths", "X", "Y", "--kinds", "relative", *DATE, *JSON).json
    assert [step["role"] for step in kin["paths"][0]["links"]] == ["spouse"]
    for command, zh, en in (
        (("paths", "X", "Y", "--kinds", "relative"), "亲属（配偶）", "related to (spouse)"),
        (("paths", "X", "K", "--kinds", "officer"), "董监高（监事）", "officer of (board supervisor)"),
    ):
        assert zh in stores.same(*command, *DATE, "--lang", "zh").out
        assert en in stores.same(*command, *DATE, "--lang", "en").out
    assert stores.same("paths", "测试人丙", "K", "--top", "1", *DATE, *JSON).json["order"] == "product"
    assert "80% × 60% × 55% = 26.4%" in stores.same("paths", "测试人丙", "K", *DATE).out
    none = stores.same("paths", "K", "测试人丙", *DATE, *JSON)
    assert none.json["paths"] == []
    unknown = stores.same("paths", "X", "Y", "--kinds", "friend")
    assert unknown.code == 1 and "legal_representative" in unknown.err


def test_loops_and_history(stores: BothStores) -> None:
    found = stores.same("loops", *DATE, *JSON).json
    assert [b["ids"] for b in found["blocks"]] == [["local:A", "local:T"]]
    assert found["blocks"][0]["loops"][0]["formula"] == "60% × 10% = 6%"
    assert "60% × 10% = 6%" in stores.same("loops", "K", *DATE).out
    # Others do hold each other.
    assert "虚构旁观有限公司 is in no cross-holding" in stores.same("loops", "W", *DATE).err
    assert "不在任何循环持股之中" in stores.same("loops", "W", *DATE, "--lang", "zh").err
    changes = stores.same(
        "history", "T", "--from", "2019-01-01", "--to", "2024-06-01", "--ultimate-only", *JSON
    ).json
    told = [(c["on"], c["what"], c["name"]) for c in changes["changes"] if c["what"] == "share"]
    assert told == [("2024-01-01", "share", "测试人甲")]
    assert "2024-01-01" in stores.same("history", "T", "--from", "2023-01-01", "--lang", "zh").out


def test_the_answer_says_where_methods_differ(stores: BothStores) -> None:
    whole = stores.same("penetrate", "T", *DATE, *JSON).json
    by = {d["id"]: d for d in whole["methods_differ"]}
    person = next(o for o in whole["owners"] if o["name"] == "测试人丙")
    assert by[person["id"]]["stop_at_target"] == 0.48
    assert by[person["id"]]["integrated"] == person["share"] == round(0.48 / 0.94, 10)
    assert next(w for w in whole["warnings"] if w["code"] == "loop")["ids"] == ["local:A", "local:T"]
    told = stores.same("penetrate", "T", *DATE, "--lang", "en")
    assert "methods differ" in told.err and "Longest chain" in told.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("penetrate", "local:TT"), "local:T"),
        (("penetrate", "T", "--as-of", "1700-01-01"), "1900"),
        (("penetrate", "T", "--as-of", "2025-02-30"), "2024-07-01"),
        (("penetrate", "T", "--method", "magic"), "stop_at_target"),
        (("penetrate", "测试人丙"), "controls"),
        (("history", "T", "--from", "2025-01-01", "--to", "2024-01-01"), "swap"),
    ],
)
def test_bad_questions_say_what_to_do(stores: BothStores, arguments: tuple[str, ...], words: str) -> None:
    refused = stores.same(*arguments)
    assert refused.code == 1 and refused.out == "" and words in refused.err


def test_a_store_without_ownership(tmp_path: Path, stores: BothStores) -> None:
    only = tmp_path / "companies.csv"
    only.write_text("id,name\nV,虚构空白有限公司\n", encoding="utf-8")
    empty = type(stores.embedded)(str(tmp_path / "empty"), stores.embedded.data, Credentials())
    assert empty("load", only).code == 0
    for command in (("penetrate", "V"), ("ubo", "V"), ("controller", "V"), ("loops",), ("controls", "V")):
        refused = empty(*command)
        assert refused.code == 1 and "shareholdings" in refused.err


MONTHS = """company_id,holder_id,share_percent,valid_from,valid_to
A,B,60,2024-01,2025-06
A,B,40,2025-06,
A,C,10,,2025-06
"""


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2025-05-31", {"local:B": 0.6, "local:C": 0.1}),
        # Within the month the later share has taken the earlier one's place; who only ends in it may hold still.
        ("2025-06-15", {"local:B": 0.4, "local:C": 0.1}),
        ("2025-07-01", {"local:B": 0.4}),
    ],
)
def test_an_end_that_gives_a_month_is_its_last_day_loaded_or_not(lookthrough, tmp_path, day, expected):
    file, to = tmp_path / "shareholdings.csv", tmp_path / "all.csv"
    file.write_text(MONTHS, encoding="utf-8")
    assert lookthrough("load", file).code == 0
    told = json.loads(lookthrough("penetrate", "A", "--as-of", day, "--format", "json").out)["owners"]
    assert {o["id"]: o["share"] for o in told} == expected
    for source in ((), ("--from", file)):
        assert lookthrough("penetrate", "--all", *source, "--to", to, "--as-of", day).code == 0
        with to.open(encoding="utf-8-sig", newline="") as opened:
            rows = {r["holder"]: float(r["share"]) for r in csv.DictReader(opened)}
        # Ids are taken as they stand where nothing is loaded.
        assert {f"local:{h.removeprefix('local:')}": share for h, share in rows.items()} == expected


SEVERAL = """company_id,company_name,holder_id,holder_name,holder_kind,share_percent
A,虚构甲企业(有限合伙),P,样本王一,普通合伙人,1
A,虚构甲企业(有限合伙),Q,样本李二,有限合伙人,99
B,虚构乙有限公司,R,样本赵三,自然人,60
"""
STATED = "company_id,party_id,party_name,party_kind,interest\nB,S,样本孙四,自然人,实际控制人\n"


def test_what_wins_is_told_with_its_rows_and_of_several_controllers_each(lookthrough, tmp_path):
    (tmp_path / "shareholdings.csv").write_text(SEVERAL, encoding="utf-8")
    (tmp_path / "control.csv").write_text(STATED, encoding="utf-8")
    assert lookthrough("load", tmp_path / "shareholdings.csv", tmp_path / "control.csv").code == 0
    partner = lookthrough("controller", "A").out
    assert "declared: General partner" in partner and "0.00%" not in partner
    assert "shareholdings.csv row 2" in partner
    several = lookthrough("controller", "B").out
    for name, by in (("样本赵三", "shareholdings.csv row 4"), ("样本孙四", "control.csv row 2")):
        assert f"Proof: {name}" in several
        assert by in several


def test_a_store_with_nothing_in_it_has_no_quality_to_praise(lookthrough, tmp_path):
    (tmp_path / "shareholdings.csv").write_text(SEVERAL, encoding="utf-8")
    batch = json.loads(lookthrough("load", tmp_path / "shareholdings.csv", "--format", "json").out)["batch"]
    assert lookthrough("unload", batch).code == 0
    assert "begin with lookthrough load" in lookthrough("check").err


NOMINEES = """company_id,company_name,holder_id,holder_name,holder_kind,share_percent
A,虚构甲有限公司,P,样本王一,自然人,60
A,虚构甲有限公司,Q,样本李二,自然人,40
C,虚构丙有限公司,A,虚构甲有限公司,企业,70
C,虚构丙有限公司,R,样本赵三,自然人,5
C,虚构丙有限公司,Q,样本李二,自然人,25
"""
IN_TRUST = "company_id,party_id,interest\nA,P,代持人\nA,R,实际出资人\n"


def test_who_is_behind_a_nominee_decides_and_benefits_and_a_package_proves_it(lookthrough, tmp_path):
    (tmp_path / "shareholdings.csv").write_text(NOMINEES, encoding="utf-8")
    (tmp_path / "control.csv").write_text(IN_TRUST, encoding="utf-8")
    assert lookthrough("load", tmp_path / "shareholdings.csv", tmp_path / "control.csv").code == 0
    told = json.loads(lookthrough("controller", "C", *JSON).out)["controller"]
    assert (told["id"], told["via"]) == ("person.local:R", "local:A")
    proof = lookthrough("controller", "C").out
    assert "control.csv row 2" in proof and "shareholdings.csv row 2" in proof
    owners = json.loads(lookthrough("ubo", "C", *JSON).out)["owners"]
    assert {o["id"]: o["share"] for o in owners} == {"person.local:R": 0.47, "person.local:Q": 0.53}
    registered = lookthrough("penetrate", "C", *JSON)
    assert {o["id"]: o["share"] for o in json.loads(registered.out)["owners"]}["person.local:P"] == 0.42
    assert "样本王一 is declared a nominee in 虚构甲有限公司" in lookthrough("penetrate", "C").err
    assert lookthrough("evidence", "C", "--to", tmp_path / "package").code == 0
    checked = json.loads(lookthrough("verify", tmp_path / "package", *JSON).out)
    assert checked["holds"] is True and checked["recomputed"]["control"] == 2


def test_where_nothing_is_loaded_to_look_at_no_detector_says_that_nothing_was_found(lookthrough, tmp_path):
    (tmp_path / "shareholdings.csv").write_text(SEVERAL, encoding="utf-8")
    assert lookthrough("load", tmp_path / "shareholdings.csv").code == 0
    told = lookthrough("detect").err
    assert "None of 0" not in told
    (nothing,) = [line for line in told.splitlines() if "short-bid-period" in line]
    assert nothing.startswith("Nothing to look at for")
    (undecided,) = [line for line in told.splitlines() if "same-deposit-account" in line]
    assert undecided.startswith("Cannot be decided")


def test_a_detector_that_could_not_decide_is_not_told_as_clean(lookthrough, tmp_path):
    bids = "tender_id,lot_no,bidder_name,bidder_id,bid_date\n" + "".join(
        f"T-1,1,虚构{name}有限公司,{name},2025-05-20\n" for name in "甲乙丙"
    )
    shares = (
        "company_name,company_id,holder_name,holder_id,holder_kind,share_percent\n"
        "虚构甲有限公司,甲,测试人一,P1,person,100\n虚构乙有限公司,乙,测试人二,P2,person,100\n"
    )
    (tmp_path / "bids.csv").write_text(bids, encoding="utf-8")
    (tmp_path / "shareholdings.csv").write_text(shares, encoding="utf-8")
    assert lookthrough("load", tmp_path / "bids.csv", tmp_path / "shareholdings.csv").code == 0
    told = lookthrough("detect").err.splitlines()
    clean = " ".join(line for line in told if line.startswith("None of 1 with a finding:"))
    (part,) = [line for line in told if line.startswith("None of 1 with a finding, but some undecided")]
    assert "common-shareholder" in part and "common-shareholder" not in clean, (
        "of one bidder no owner is known"
    )
    assert any("cannot be decided in part" in line for line in told)


def test_shares_that_make_one_under_a_heading_in_percent_are_asked_about(lookthrough, tmp_path):
    rows = "".join(
        f"{code},虚构{name}有限公司,{holder},自然人,{share}\n"
        for code, name, *held in (("A", "甲", 0.6, 0.4), ("B", "乙", 0.51, 0.49), ("C", "丙", 1))
        for holder, share in zip(("样本王五", "样本孙六"), held, strict=False)
    )
    file = tmp_path / "shareholdings.csv"
    file.write_text("统一社会信用代码,企业名称,股东名称,股东类型,持股比例(%)\n" + rows, encoding="utf-8")
    said = lookthrough("load", file)
    assert said.code == 0 and "add up to exactly 1" in said.out + said.err
    owners = json.loads(lookthrough("penetrate", "A", *JSON).out)["owners"]
    assert {o["share"] for o in owners} == {None}
    file.write_text(file.read_text("utf-8").replace(",0.6\n", ",60\n"), encoding="utf-8")
    said = lookthrough("load", file, "--dataset", "other")
    assert "add up to exactly 1" not in said.out + said.err


def test_holders_are_known_by_the_number_of_a_document_as_lists_of_shareholders_head_it(
    lookthrough, tmp_path
):
    for heading in ("证件号码", "证件号", "股东证照号码"):
        rows = "".join(
            f"{c},虚构{c}有限公司,样本王五,自然人,{resident(1)},{n}\n" for c, n in (("A", 100), ("B", 60))
        )
        file = tmp_path / f"{heading}.csv"
        file.write_text(
            f"统一社会信用代码,企业名称,股东名称,股东类型,{heading},持股比例(%)\n{rows}", encoding="utf-8"
        )
        said = lookthrough("load", file, "--dataset", heading, "--format", "json")
        assert said.code == 0, said.err
        assert "people-by-name" not in json.loads(said.out)["counts"]
        (one,) = json.loads(lookthrough("penetrate", "A", *JSON).out)["owners"]
        (other,) = json.loads(lookthrough("penetrate", "B", *JSON).out)["owners"]
        assert one["id"] == other["id"] and one["identity"] == "id"
        assert lookthrough("unload", json.loads(said.out)["batch"]).code == 0


def test_who_controls_a_company_that_is_stated_in_part_is_told_as_not_decided(lookthrough, tmp_path):
    file = tmp_path / "shareholdings.csv"
    head = "company_name,company_id,holder_name,holder_id,holder_kind,share_percent\n"
    file.write_text(head + "虚构甲有限公司,A,测试人一,P1,person,10\n", encoding="utf-8")
    assert lookthrough("load", file).code == 0
    told = lookthrough("controller", "A").err
    assert "can't be decided" in told and "No single controller" not in told
    more = "".join(f"虚构甲有限公司,A,测试人{n},P{n},person,30\n" for n in (2, 3, 4))
    file.write_text(head + "虚构甲有限公司,A,测试人一,P1,person,10\n" + more, encoding="utf-8")
    assert lookthrough("load", file).code == 0
    assert "No single controller" in lookthrough("controller", "A").err
