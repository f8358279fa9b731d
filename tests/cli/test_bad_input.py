"""Bad input ends with a clear message in both languages, the right exit code, and nothing lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from graph.stores import Credentials, StoreError, open_store
from tests.cli.bad_files import CUT_NUMBERS, FLAGS, GOOD, HOLDINGS, ROWS, UNREADABLE
from tests.loaders.bods_statements import entity, relationship, shares
from tests.loaders.shapes.numbers import resident

ONE_STORE = pytest.mark.parametrize("store_url", ["embedded"], indirect=True)
"""Where the store plays no part."""


def write(folder: Path, **files: str | bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return write(tmp_path / "good", **{"good.csv": f"{HOLDINGS}\n{GOOD}\n"})


def status(lookthrough):
    return json.loads(lookthrough("status", "--format", "json").out)


# --- rows ---
def test_rows_that_cant_be_true_are_refused_and_the_rest_is_loaded(lookthrough, good, tmp_path):
    folder = write(tmp_path / "rows", **{name: content for name, (content, *_) in ROWS.items()})
    write(folder, **{"slipped.csv": f"{HOLDINGS}\n{GOOD}\n{GOOD},多出的格\n"})
    ran = lookthrough("load", good, folder, "--format", "json")
    assert ran.code == 3, ran.err
    report = json.loads(ran.out)
    assert report["counts"]["OWNS"] == 1
    refused = {p["file"]: p for p in report["problems"] if p["kind"] == "reject"}
    for name, (_, code, zh, en) in ROWS.items():
        assert refused[name]["code"] == code
        assert zh in refused[name]["expected"]["zh"]
        assert en in refused[name]["expected"]["en"]
    assert refused["slipped.csv"]["code"] == "ragged"
    assert refused["slipped.csv"]["row"] == "3"
    assert report["rejects"]
    assert all(Path(path).stat().st_mode & 0o077 == 0 for path in report["rejects"])
    assert "999999198001010" not in ran.err + ran.out


@ONE_STORE
@pytest.mark.parametrize("name", CUT_NUMBERS)
def test_numbers_that_lost_their_ends_are_refused_whatever_they_number(lookthrough, tmp_path, name):
    folder = write(tmp_path / "cut", **{name: CUT_NUMBERS[name]})
    for language, words in (("zh", "设为文本"), ("en", "Set the column to text")):
        ran = lookthrough("load", folder, "--lang", language)
        assert ran.code == 1
        assert words in ran.err
        assert "6222020000000000000" not in ran.err


def test_what_is_in_doubt_is_kept_and_flagged(lookthrough, tmp_path):
    folder = write(tmp_path / "flags", **{name: content for name, (content, *_) in FLAGS.items()})
    ran = lookthrough("load", folder, "--format", "json")
    assert ran.code == 0, ran.err
    report = json.loads(ran.out)
    for name, (_, code, zh, en) in FLAGS.items():
        problem = next(p for p in report["problems"] if p["code"] == code)
        assert problem["file"] == name
        assert zh in problem["expected"]["zh"]
        assert en in problem["expected"]["en"]
    # Two names under one code with a wrong check digit stay two; equal rows are one.
    assert report["counts"]["Company"] == 2 + 1 + 2
    assert report["counts"]["OWNS"] == 2
    checked = {c["check"] for c in json.loads(lookthrough("check", "--format", "json").out)}
    assert {"holds-itself", "company-identifier"} <= checked


@ONE_STORE
def test_a_list_of_holders_without_its_holders_does_not_pass_for_a_list_of_companies(lookthrough, tmp_path):
    folder = write(tmp_path / "in", **{"a.csv": "company_name,share_percent\n虚构甲建设有限公司,60\n"})
    for language, words in (("zh", "此处未使用"), ("en", "known in the table shareholdings")):
        ran = lookthrough("load", folder, "--lang", language)
        assert ran.code == 0
        assert words in ran.err
        assert "holder_name（股东名称）" in ran.err
        lookthrough("unload", status(lookthrough)["batches"][0]["id"])


@pytest.mark.parametrize(("language", "at"), [("zh", 2), ("en", 3)])
@ONE_STORE
def test_a_file_without_a_loadable_row_says_why(lookthrough, tmp_path, language, at):
    for name in ("shareholdings.csv", "c.csv", "g.csv"):
        case = ROWS[name]
        folder = write(tmp_path / name, **{name: case[0]})
        ran = lookthrough("load", folder / name, "--lang", language)
        assert ran.code == 1
        assert case[at] in ran.err
        assert name in ran.err
        assert "Traceback" not in ran.err
    assert status(lookthrough)["batches"] == []


def test_masked_numbers_identify_nobody_and_no_number_is_shown(lookthrough, tmp_path):
    number = resident(5)
    rows = f"H1,999999********0027,测试甲,户主\nH2,999999********0027,测试甲,户主\nH1,{number},测试乙,妻\n"
    text = f"household_id,person_id,姓名,relation_to_head\n{rows}"
    file = write(tmp_path / "in", **{"household_members.csv": text}) / "household_members.csv"
    ran = lookthrough("load", file, "--format", "json")
    assert ran.code == 0
    report = json.loads(ran.out)
    # Nobody is stated twice, and one mask in two households is two people.
    assert report["counts"] == {"Household": 2, "MEMBER_OF": 3, "Person": 3}
    assert report["summary"]["masked-numbers"] == 2
    inspected = lookthrough("inspect", file)
    for said in (ran, inspected, lookthrough("status"), lookthrough("check")):
        assert number not in said.out + said.err
        assert number[6:17] not in said.out + said.err


def test_two_lists_of_one_company_are_alternatives(lookthrough, tmp_path):
    row = GOOD.rsplit(",", 1)[0]
    lists = f"{row},60,registered,2024-01-01\n{row},55,top_ten,2024-03-01\n"
    file = write(tmp_path / "in", **{"a.csv": f"{HOLDINGS},list_kind,observed_on\n{lists}"})
    assert lookthrough("load", file).code == 0
    checks = {c["check"]: c["says"] for c in json.loads(lookthrough("check", "--format", "json").out)}
    assert "one counts" in checks["rival-lists"]
    answer = json.loads(lookthrough("penetrate", "A", "--as-of", "2024-06-01", "--format", "json").out)
    assert answer["owners"][0]["direct"] == 0.55
    controlled = json.loads(lookthrough("controller", "A", "--as-of", "2024-06-01", "--format", "json").out)
    for told in (answer, controlled):
        (flag,) = (w for w in told["warnings"] if w["code"] == "rival_list")
        assert (flag["ids"], flag["value"]) == (["local:A", "local:H"], 0.05)
    for command in ("penetrate", "controller"):
        for language in ("zh", "en"):
            said = lookthrough(command, "A", "--as-of", "2024-06-01", "--lang", language).err
            # People read names, programs ids.
            for id_, name in (("local:A", "虚构甲建设有限公司"), ("local:H", "虚构控股有限公司")):
                flag[language] = flag[language].replace(id_, name)
            assert flag[language] in said
            assert "local:" not in said


def test_an_undated_list_that_a_dated_one_replaces_is_said(lookthrough, tmp_path):
    row = GOOD.rsplit(",", 1)[0]
    other = row.replace(",H,虚构控股", ",H2,虚构另一控股")
    file = write(tmp_path / "in", **{"a.csv": f"{HOLDINGS},observed_on\n{row},60,2024-01-01\n{other},40,\n"})
    assert lookthrough("load", file).code == 0
    checks = {c["check"]: c for c in json.loads(lookthrough("check", "--format", "json").out)}
    assert checks["rival-lists"]["count"] == 1
    assert checks["register-below-100"]["count"] == 1


def test_a_lot_without_bids_is_said_before_detection(lookthrough, tmp_path):
    file = write(tmp_path / "in", **{"lots.csv": "id,tender_id,title\n1,T-1,示例标段\n"})
    assert lookthrough("load", file).code == 0
    checks = {c["check"] for c in json.loads(lookthrough("check", "--format", "json").out)}
    assert {"lot-without-bids", "lot-without-date"} <= checks
    found = lookthrough("detect", "--format", "json")
    assert (found.code, json.loads(found.out)) == (0, [])
    assert lookthrough("screen", "T-1/1").code == 0


def test_a_bods_statement_that_points_nowhere_keeps_a_placeholder(lookthrough, tmp_path):
    statements = [entity("r1", ("GB-COH", "X1")), relationship("r2", "r1", "r99", shares(25))]
    folder = write(tmp_path / "in", **{"bods.json": json.dumps(statements)})
    ran = lookthrough("load", folder, "--format", "json")
    assert ran.code == 0, ran.err
    (problem,) = [p for p in json.loads(ran.out)["problems"] if p["code"] == "bods-dangling"]
    assert problem["value"] == "r99"
    assert "占位主体" in problem["expected"]["zh"]
    assert json.loads(ran.out)["counts"]["OWNS"] == 1


# --- files ---
@ONE_STORE
def test_files_that_cant_be_read_are_named_with_the_reason(lookthrough, good, tmp_path):
    folder = write(tmp_path / "bad", **{name: content for name, (content, *_) in UNREADABLE.items()})
    ran = lookthrough("load", good, folder, "--lang", "zh")
    assert ran.code == 3, ran.err
    assert status(lookthrough)["counts"] == {"Company": 2, "OWNS": 1}
    for name, (_, zh, _) in UNREADABLE.items():
        (line,) = [text for text in ran.err.splitlines() if text.startswith(name)]
        assert zh in line
    alone = lookthrough("load", folder)
    assert alone.code == 1
    inspected = lookthrough("inspect", folder, "--format", "json")
    assert inspected.code == 1
    reasons = {r["file"]: r.get("problem", "") for r in json.loads(inspected.out)}
    for name, (_, _, en) in UNREADABLE.items():
        # What is wrong deep inside a JSON file only a load finds.
        assert en in reasons[name] or name in ("broken.json", "deep.json"), name
    assert "Traceback" not in ran.err + alone.err + inspected.err


@ONE_STORE
@pytest.mark.parametrize("name", ["none.xlsx", "broken.json", "folder.zip"])
def test_one_unreadable_file_alone(lookthrough, tmp_path, name):
    content, zh, en = UNREADABLE[name]
    file = write(tmp_path / "bad", **{name: content}) / name
    for language, words in (("zh", zh), ("en", en)):
        ran = lookthrough("load", file, "--lang", language)
        assert ran.code == 1
        assert words in ran.err
        assert name in ran.err
        assert ran.out == ""


def test_a_folder_one_works_in_is_loaded_without_what_the_program_keeps_there(
    lookthrough, good, tmp_path, monkeypatch, store_url
):
    work = tmp_path / "work"
    shutil.copytree(good, work / "files")
    monkeypatch.setenv("LOOKTHROUGH_DATA", str(work / "data"))
    if "://" not in store_url:
        monkeypatch.setenv("LOOKTHROUGH_STORE", str(work / "store"))
    files = sorted(p.name for p in good.iterdir())
    for words in (("load", work), ("inspect", work)):
        ran = lookthrough(*words, "--format", "json")
        assert ran.code == 0, ran.err
        again = lookthrough(*words, "--format", "json")
        assert again.code == 0, again.err
        key = (work / "data" / "person.key").read_text(encoding="utf-8").strip()
        assert key not in again.out + again.err
        assert "person.key" not in again.out + again.err
        assert "ledger" not in again.out
    assert {r["file"] for r in json.loads(again.out)} == {f"files/{name}" for name in files}
    ran = lookthrough("load", work / "data" / "person.key")
    assert ran.code == 1
    assert "no data to load" in ran.err
    assert key not in ran.err


@ONE_STORE
def test_paths_that_name_no_file(lookthrough, good, tmp_path):
    (tmp_path / "hollow").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "locks").mkdir()
    (tmp_path / "locks" / "~$股东.xlsx").write_bytes(b"x")
    for path, zh, en in (
        (tmp_path / "locks", "~$股东.xlsx 是隐藏、临时", "~$股东.xlsx are hidden, temporary"),
        (tmp_path / "absent", "找不到", "There is no"),
        (tmp_path / "hollow", "是空的", "is empty"),
        (tmp_path / "pipe", "找不到", "There is no"),
    ):
        assert zh in lookthrough("load", path, "--lang", "zh").err
        ran = lookthrough("load", path)
        assert (ran.code, en in ran.err) == (1, True)
    assert lookthrough("load", "").code == 2
    assert not (tmp_path / "store").exists()
    (good / "loop").symlink_to(good)
    (good / "self").symlink_to("self")
    (good / "gone").symlink_to(tmp_path / "absent")
    assert lookthrough("load", good).code == 0


@ONE_STORE
def test_strange_but_honest_files_load(lookthrough, tmp_path):
    other = GOOD.replace("A,虚构甲", "B,虚构乙")
    folder = write(
        tmp_path / "in",
        **{
            "mixed.csv": f"{HOLDINGS}\r\n{GOOD}\r{other}\n",
            "wide.csv": (f"{HOLDINGS}\n{other.replace('B', 'C').replace('乙', '丙')}\n").encode("utf-16"),
            "formula.csv": f"{HOLDINGS}\nD,=HYPERLINK(1),H,+虚构,company,5\n",
            "long.csv": f"{HOLDINGS}\nE,{'虚' * 1_000},H,虚构控股有限公司,company,5\n",
        },
    )
    ran = lookthrough("load", folder, "--format", "json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["counts"]["OWNS"] == 5
    printed = lookthrough("penetrate", "D", "--format", "csv").out
    assert "'+虚构" in printed


# --- asking ---
@ONE_STORE
@pytest.mark.parametrize(
    ("arguments", "zh"),
    [
        (("load", "--nonsense"), "没有选项 --nonsense"),
        (("load",), "缺少参数"),
        (("nonsense",), "没有命令 nonsense"),
        (("status", "--lang", "fr"), "--lang"),
        (("load", ".", "--snapshot", "2025-02-30"), "--snapshot"),
        (("load", ".", "--observed-on", "2025-99-99"), "--observed-on"),
        (("load", ".", "--dataset", "a:b"), "--dataset"),
        (("load", ".", "--dataset", ""), "--dataset"),
        (("load", ".", "--format", "xml"), "--format"),
        (("check", "--as-of", "昨天"), "--as-of"),
        (("subgraph", "A", "--to", "x.svg", "--as-of", "2025"), "--as-of"),
        (("subgraph", "A", "--to", "x.bmp"), "--to"),
    ],
)
def test_wrong_usage_is_said_in_both_languages(lookthrough, arguments, zh):
    english = lookthrough(*arguments)
    assert english.code == 2
    assert "Usage: lookthrough" in english.err
    if "--lang" not in arguments:
        chinese = lookthrough(*arguments, "--lang", "zh")
        assert chinese.code == 2
        assert chinese.err.startswith("用法错误")
        assert zh in chinese.err


@ONE_STORE
@pytest.mark.parametrize(
    ("arguments", "zh", "en"),
    [
        (
            ("detect", "--against"),
            "选项 --against 须给出值。用法见 lookthrough detect --help",
            "requires an arg",
        ),
        (
            ("detect", "--changed=3"),
            "选项 --changed 不带值。用法见 lookthrough detect --help",
            "does not take a value",
        ),
        (
            ("detect", "extra"),
            "多余的参数 extra。用法见 lookthrough detect --help",
            "unexpected extra argument",
        ),
        (
            ("findings", "decide"),
            "缺少参数 ID。用法见 lookthrough findings decide --help",
            "Missing argument 'ID'",
        ),
        (
            ("findings", "decide", "a", "cleared"),
            "缺少选项 --reason。用法见 lookthrough findings decide --help",
            "Missing option '--reason'",
        ),
        (("findings", "list", "--limit", "x"), "--limit 应为整数，不能为“x”", "a valid integer"),
        (("findings", "list", "--limit", "0"), "--limit 不能小于 1，现为 0", "greater than or equal to 1"),
        (("demo", "--size", "99999"), "--size 不能大于 10000，现为 99999", "less than or equal to 10000"),
        (("subgraph", "A", "--to", "x.svg", "--scale", "k"), "--scale 应为数字，不能为“k”", "a valid number"),
        (
            ("findings", "list", "--format", "x"),
            "--format 不能为“x”，可用：table、json、jsonl、csv",
            "'x' is not one of 'table'",
        ),
        (("status", "--lang", "fr"), "--lang 不能为“fr”，可用：zh、en", "'fr' is not one of zh, en"),
        (
            ("subgraph", "A", "--to", "x.doc"),
            "--to 须以 .svg、.png、.pdf、.html、.json、.graphml、.gexf、.cyjs、.csv.zip 结尾，不能为“x.doc”",
            "'x.doc' does not end with .svg, ",
        ),
        (
            ("rules", "chek"),
            "没有命令 chek，相近的有 check。用法见 lookthrough rules --help",
            "No such command",
        ),
    ],
)
def test_every_kind_of_wrong_usage_is_one_whole_sentence(lookthrough, monkeypatch, arguments, zh, en):
    monkeypatch.setenv("LOOKTHROUGH_LANG", "zh")
    chinese = lookthrough(*arguments)
    assert (chinese.code, chinese.out) == (2, "")
    assert chinese.err.startswith(f"用法错误：{zh}")
    assert chinese.err.rstrip().endswith("--help") and "。。" not in chinese.err and ".。" not in chinese.err
    monkeypatch.setenv("LOOKTHROUGH_LANG", "en")
    english = lookthrough(*arguments)
    assert english.code == 2
    assert english.err.startswith("Usage: lookthrough") and en in english.err


@ONE_STORE
def test_questions_that_name_nothing(lookthrough, good):
    lookthrough("load", good)
    for arguments in (
        ("penetrate", "A", "--as-of", "2025-02-30"),
        ("penetrate", "A", "--method", "nonsense"),
        ("penetrate", ""),
        ("penetrate", "') DETACH DELETE n //"),
        ("screen", "T-9/9"),
        ("unload", "b0"),
    ):
        for language in ("zh", "en"):
            ran = lookthrough(*arguments, "--lang", language)
            assert ran.code in (1, 2), arguments
            assert ran.out == ""
            assert "Traceback" not in ran.err
            assert len(ran.err) < 400
    assert len(lookthrough("penetrate", "虚" * 5000).err) < 400
    assert status(lookthrough)["counts"]["Company"] == 2


@ONE_STORE
def test_a_persons_number_is_asked_for_and_never_echoed(lookthrough, tmp_path):
    number = resident(7)
    folder = write(tmp_path / "in", **{"persons.csv": f"id,name\n{number},测试庚\n"})
    assert lookthrough("load", folder).code == 0
    for command in (("penetrate", number), ("subgraph", number, "--to", tmp_path / "p.svg")):
        ran = lookthrough(*command)
        assert ran.code == 1
        assert number not in ran.out + ran.err
    drawn = lookthrough("subgraph", "-", "--to", tmp_path / "p.json", stdin=number + "\n")
    assert drawn.code == 0, drawn.err
    assert "测试庚" in (tmp_path / "p.json").read_text(encoding="utf-8")
    assert number not in (tmp_path / "p.json").read_text(encoding="utf-8") + drawn.err
    wrong = lookthrough("subgraph", "-", "--to", tmp_path / "p.json", stdin=number[:-1] + "\n")
    assert wrong.code == 1
    assert "not a valid number" in wrong.err


@ONE_STORE
@pytest.mark.parametrize(
    "text", ["sheet = 3", "sheet = [3]", '[[sheet]]\ntable = "nope"', "[[sheet]]\ncolumns = 3", "= broken"]
)
def test_a_mapping_that_cant_be_used(lookthrough, good, tmp_path, text):
    mapping = tmp_path / "map.toml"
    mapping.write_text(text, encoding="utf-8")
    for language, words in (("zh", "映射文件"), ("en", "mapping")):
        for command in ("load", "inspect"):
            ran = lookthrough(command, good, "--map", mapping, "--lang", language)
            assert (ran.code, words in ran.err) == (1, True), ran.err


@ONE_STORE
@pytest.mark.parametrize(
    ("name", "content", "zh", "en"),
    [
        ("r.csv", b"", "文件是空的", "is empty"),
        ("r.csv", bytes(range(256)) * 20, "二进制", "binary"),
        ("r.xlsx", UNREADABLE["damaged.xlsx"][0], "只读 CSV", "from CSV or Parquet"),
        ("r.xls", UNREADABLE["locked.xlsx"][0], "加密", "password"),
        ("r.parquet", b"company_id,holder_id", "读不通", "can't be read to its end"),
        ("r.csv", "company_id,holder_id,share\nA,B,0.5\nA,C,0.2,9,9\n", "读不通", "can't be read to its end"),
        ("r.csv", 'company_id,holder_id,share\nA,"B,0.5\nA,C,0.2\n', "读不通", "can't be read to its end"),
        ("r.csv", "company_id,holder_id,share\nA,B,nan\n", "0 到 1", "from 0 to 1"),
        ("r.csv", "company_name,share\nA,0.5\n", "holder_id", "holder_id"),
    ],
)
def test_a_register_that_cant_be_read(lookthrough, tmp_path, name, content, zh, en):
    file = write(tmp_path / "in", **{name: content}) / name
    for language, words in (("zh", zh), ("en", en)):
        to = tmp_path / "out.csv"
        ran = lookthrough("penetrate", "--all", "--from", file, "--to", to, "--lang", language)
        assert (ran.code, words in ran.err) == (1, True), ran.err
        assert not any(tmp_path.glob("out*"))


@ONE_STORE
@pytest.mark.parametrize("command", ["penetrate", "controllers"])
@pytest.mark.parametrize(("language", "words"), [("zh", "同一个文件"), ("en", "can't be the file of --from")])
def test_an_answer_is_not_written_over_the_register_it_comes_from(
    lookthrough, tmp_path, command, language, words
):
    folder = write(tmp_path / "in", **{"r.csv": "company_id,holder_id,share\nA,B,0.5\n"})
    before = (folder / "r.csv").read_bytes()
    (tmp_path / "other").symlink_to(folder)
    for to in (folder / "r.csv", tmp_path / "other" / "r.csv"):
        ran = lookthrough(command, "--all", "--from", folder / "r.csv", "--to", to, "--lang", language)
        assert (ran.code, words in ran.err) == (2, True), ran.err
    assert (folder / "r.csv").read_bytes() == before


def test_a_store_without_ownership_says_what_to_load(lookthrough, tmp_path):
    folder = write(tmp_path / "in", **{"companies.csv": "id,name\nA,虚构甲有限公司\n"})
    lookthrough("load", folder)
    ran = lookthrough("penetrate", "A", "--format", "json")
    assert (ran.code, ran.out) == (1, "")
    assert "load a table of shareholdings" in ran.err
    assert "请先" in lookthrough("controller", "A", "--lang", "zh").err
    assert lookthrough("detect").code == 0


@ONE_STORE
@pytest.mark.parametrize(
    "content",
    [
        '<?xml version="1.0"?><!DOCTYPE x ['
        + '<!ENTITY x "&y;&y;">' * 400
        + "]><table><tr><td>&x;</td></tr></table>",
        "q,w," + "x" * 5000 + "\nA,B,1\n",
        "company_id,holder_id,share_percent\nA,B," + "y" * 5000 + "\n",
        "company_id,share_percent," + "z" * 5000 + "\nA,5,1\n",
    ],
    ids=["entities", "unknown", "value", "ignored"],
)
def test_what_is_long_in_a_file_is_cut_in_what_is_said_of_it(lookthrough, tmp_path, content):
    file = tmp_path / "shareholders.xls"
    file.write_text(content, encoding="utf-8")
    for language in ("zh", "en"):
        ran = lookthrough("load", file, "--lang", language)
        assert 0 < len(ran.err) < 1500
        assert "Traceback" not in ran.err


# --- stores ---
def test_a_store_made_by_a_newer_version(lookthrough, good, store_url):
    lookthrough("load", good)
    with open_store(store_url) as store:
        store.set_meta({"schema_version": "99"})
    for command in (("status",), ("load", good)):
        assert "升级" in lookthrough(*command, "--lang", "zh").err
        ran = lookthrough(*command)
        assert (ran.code, "Upgrade" in ran.err) == (1, True)


@pytest.mark.parametrize("stamp", ["", "1.5", "not-a-number", "²", "9" * 5000])
def test_a_store_whose_mark_is_no_number(lookthrough, good, store_url, stamp):
    lookthrough("load", good)
    with open_store(store_url) as store:
        store.set_meta({"schema_version": stamp})
    for command in (("status",), ("load", good)):
        assert "格式标记" in lookthrough(*command, "--lang", "zh").err
        ran = lookthrough(*command)
        assert (ran.code, "mark of its format" in ran.err) == (1, True)
        assert len(ran.err) < 500


def test_a_store_filled_under_another_key(lookthrough, good, tmp_path):
    lookthrough("load", good)
    key = tmp_path / "data" / "person.key"
    before = key.read_text(encoding="ascii")
    key.unlink()
    ran = lookthrough("load", good)
    assert (ran.code, "LOOKTHROUGH_KEY_FILE" in ran.err) == (1, True)
    # No other key is left behind, which the next load would take for the right one.
    assert not key.exists()
    key.touch(0o600)
    key.write_text("nonsense", encoding="ascii")
    assert "not a valid key file" in lookthrough("load", good).err
    key.chmod(0o644)
    assert "chmod 600" in lookthrough("load", good).err
    key.write_text(before, encoding="ascii")
    key.chmod(0o600)
    assert lookthrough("load", good).code == 0


@ONE_STORE
def test_a_damaged_store_is_told_from_an_empty_one(lookthrough, good, store_url):
    lookthrough("load", good)
    file = Path(store_url) / "graph.lbug"
    whole = file.read_bytes()
    half = whole[: len(whole) // 2]
    for broken in (b"", whole[:100], half, b"\x01" * 100_000):
        file.write_bytes(broken)
        for command in (("status",), ("load", good)):
            assert "备份" in lookthrough(*command, "--lang", "zh").err
            ran = lookthrough(*command)
            assert ran.code == 1
            assert "damaged" in ran.err
            assert "backup" in ran.err
        assert file.read_bytes() == broken
    file.write_bytes(whole)
    assert status(lookthrough)["counts"]["Company"] == 2


@ONE_STORE
@pytest.mark.skipif(sys.platform != "linux", reason="platform: limits of address space are Linux's")
def test_a_limit_of_addresses_is_not_taken_for_damage(lookthrough, good):
    assert lookthrough("load", good).code == 0
    script = (
        "import resource, sys\n"
        "from lookthrough.cli.main import run\n"
        "resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))\n"
        "sys.exit(run(['status', '--store', sys.argv[1], '--lang', sys.argv[2]]))"
    )
    for language, says in (("zh", "数据未受影响"), ("en", "the data are not touched")):
        command = [sys.executable, "-c", script, os.environ["LOOKTHROUGH_STORE"], language]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        assert ran.returncode == 1
        assert says in ran.stderr
        assert "ulimit -v" in ran.stderr
    assert status(lookthrough)["counts"]["Company"] == 2


@ONE_STORE
@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("http://127.0.0.1/x", "is no store"),
        ("bolt://127.0.0.1:1", "does not answer"),
        ("neo4j://127.0.0.1:1", "does not answer"),
        ("bolt://", "bolt://HOST:7687"),
        ("bolt://[::1", "bolt://HOST:7687"),
        ("neo4j://host:port", "bolt://HOST:7687"),
        ("bolt://127.0.0.1:99999", "bolt://HOST:7687"),
        ("file://[x", "lookthrough load first"),
        (__file__, "is not a folder"),
        ("/nonexistent/store", "lookthrough load first"),
    ],
)
def test_a_store_that_cant_be_had(lookthrough, address, says):
    ran = lookthrough("status", "--store", address)
    assert ran.code == 1
    assert says in ran.err
    assert ran.err.count("\n") == 1
    assert lookthrough("status", "--store", address, "--lang", "zh").err.startswith("错误：")


@ONE_STORE
@pytest.mark.parametrize(("scheme", "host"), [("bolt", "127.0.0.1:1"), ("neo4j", "[::1")])
def test_a_password_in_an_address_is_refused_and_not_said_again(lookthrough, good, scheme, host):
    address = f"{scheme}://neo4j:{'not-for-logs'}@{host}"
    for language in ("zh", "en"):
        ran = lookthrough("load", good, "--store", address, "--lang", language)
        assert ran.code == 1
        assert "LOOKTHROUGH_NEO4J_PASSWORD" in ran.err
        assert "not-for-logs" not in ran.err + ran.out


@pytest.mark.neo4j
@ONE_STORE
def test_a_wrong_password(lookthrough, good, neo4j_with_password, monkeypatch):
    url = neo4j_with_password.url
    monkeypatch.setenv("LOOKTHROUGH_NEO4J_USER", neo4j_with_password.user)
    for password in ("", "not-the-password"):
        monkeypatch.setenv("LOOKTHROUGH_NEO4J_PASSWORD", password)
        ran = lookthrough("load", good, "--store", url)
        assert ran.code == 1
        assert "LOOKTHROUGH_NEO4J_PASSWORD (or LOOKTHROUGH_NEO4J_PASSWORD_FILE" in ran.err
        assert "拒绝" in lookthrough("status", "--store", url, "--lang", "zh").err
    monkeypatch.setenv("LOOKTHROUGH_NEO4J_PASSWORD", neo4j_with_password.password)
    assert lookthrough("load", good, "--store", url).code == 0
    # The same from Python: the server takes longer to start than all that is asked of it here.
    open_store(url, credentials=Credentials(neo4j_with_password.user, neo4j_with_password.password)).close()
    with pytest.raises(StoreError, match="LOOKTHROUGH_NEO4J_PASSWORD"):
        open_store(url, credentials=Credentials("neo4j", "not the password"))


STRAIGHT = "company_id,company_name,holder_id,holder_kind,share_percent,votes,indirect_share\n"


@ONE_STORE
@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("T,虚构甲有限公司,A,,60,10%,", ("表决权", "states votes")),
        ("T,虚构甲合伙企业（有限合伙）,A,,99,,", ("合伙企业", "partnerships")),
        ("T,虚构甲中心,A,有限合伙人,99,,", ("合伙企业", "partnerships")),
    ],
)
def test_controllers_of_a_table_whose_shares_are_no_votes_are_refused(lookthrough, tmp_path, row, told):
    file, to = tmp_path / "shareholdings.csv", tmp_path / "controllers.csv"
    file.write_text(STRAIGHT + "U,虚构乙有限公司,B,,100,,\n" + row + "\n", encoding="utf-8")
    for language, part in zip(("zh", "en"), told, strict=True):
        ran = lookthrough("controllers", "--all", "--from", file, "--to", to, "--lang", language)
        assert (ran.code, to.exists()) == (1, False) and part in ran.err and "lookthrough load" in ran.err
    # Shares don't depend on votes.
    assert lookthrough("penetrate", "--all", "--from", file, "--to", to).code == 0


def test_controllers_of_a_store_know_partnerships_by_name(lookthrough, tmp_path):
    table = STRAIGHT + "T,虚构甲合伙企业（有限合伙）,A,,99,,\nU,虚构乙有限公司,T,,60,,\n"
    assert lookthrough("load", write(tmp_path / "in", **{"shareholdings.csv": table})).code == 0
    to = tmp_path / "controllers.csv"
    assert lookthrough("controllers", "--all", "--to", to, "--as-of", "2025-01-01").code == 0
    lines = to.read_text(encoding="utf-8-sig").splitlines()[1:]
    assert sorted(line.split(",")[:2] for line in lines) == [["local:T", ""], ["local:U", "local:T"]]


@ONE_STORE
def test_a_band_above_half_is_written_so(lookthrough, tmp_path):
    table = "company_id,holder_id,share_percent\nT,A,>50%\n"
    assert lookthrough("load", write(tmp_path / "in", **{"shareholdings.csv": table})).code == 0
    assert lookthrough("controller", "T").out.count(">50.00%") == 2
    assert lookthrough("controls", "A").out.count(">50.00%") == 1


@ONE_STORE
def test_a_party_that_is_company_and_person_is_told_before_detection(lookthrough, tmp_path):
    head = "company_id,holder_id,holder_kind,share_percent\n"
    folder = write(
        tmp_path / "in", **{"a.csv": head + "T,dual,person,60\n", "b.csv": head + "dual,P,person,100\n"}
    )
    assert lookthrough("load", folder).code == 0
    for language, words in (
        ("zh", "既是企业又是自然人"),
        ("en", "a company in one source, a person in another"),
    ):
        told = {c["check"]: c for c in json.loads(lookthrough("check", "--format", "json").out)}
        assert told["company-and-person"]["examples"] == ["person.local:dual"]
        for command in ("check", "penetrate", "ubo", "controller"):
            ran = lookthrough(command, *(("T",) if command != "check" else ()), "--lang", language)
            assert words in " ".join((ran.out + ran.err).replace("│", " ").split()), command


def test_what_is_stated_and_cannot_be_together_is_told_before_detection(lookthrough, tmp_path):
    studio, firm = "91999999MA0009001P", "91999999MA0001018L"
    folder = write(
        tmp_path / "in",
        **{
            "企业信息.csv": f"统一社会信用代码,企业名称,企业类型\n{studio},虚构青石设计室,个人独资企业\n",
            "股东.csv": "企业名称,统一社会信用代码,股东名称,股东类型,持股比例\n"
            + f"虚构青石设计室,{studio},样本甲一,自然人股东,60%\n虚构青石设计室,{studio},样本乙二,自然人股东,40%\n"
            + f"虚构甲建设有限公司,{firm},样本甲一,自然人股东,50%\n虚构甲建设有限公司,{firm},样本乙二,自然人股东,50%\n",
            "control.csv": "company_name,party_name,interest\n"
            + "".join(
                f"虚构甲建设有限公司,{party},{interest}\n"
                for party in ("样本甲一", "样本乙二")
                for interest in ("名义持有人", "实际出资人")
            )
            + "虚构乙建设有限公司,样本乙二,名义持有人\n虚构丙建设有限公司,虚构丙建设有限公司,名义持有人\n",
            "分支机构.csv": "分支机构名称,企业名称\n虚构丁建设有限公司,虚构戊建设有限公司\n虚构戊建设有限公司,虚构丁建设有限公司\n",
        },
    )
    assert lookthrough("load", folder).code == 0
    told = {c["check"]: c["examples"] for c in json.loads(lookthrough("check", "--format", "json").out)}
    assert told["sole-owner-listed-otherwise"] == [f"cn-uscc:{studio}"]
    assert told["nominee-and-nominator"] == [f"cn-uscc:{firm}"]
    assert told["nominee-for-whom"] == ["name:虚构乙建设有限公司"]
    assert told["nominee-in-itself"] == ["name:虚构丙建设有限公司"]
    assert told["branches-in-a-circle"] == ["name:虚构丁建设有限公司", "name:虚构戊建设有限公司"]
    assert "sole-owner-not-loaded" not in told


@ONE_STORE
def test_a_circle_of_branches_is_told_whichever_ids_the_rows_have(lookthrough, tmp_path):
    code, other = "91999999MA0001018L", "91999999MA0009001P"
    names = ("虚构甲建设有限公司", "虚构乙建设有限公司")
    loads = (
        {
            "企业信息.csv": f"统一社会信用代码,企业名称,企业类型\n{code},{names[0]},有限责任公司\n{other},{names[1]},有限责任公司\n"
        },
        {"分支机构.csv": f"分支机构名称,企业名称\n{names[0]},{names[1]}\n"},
        {"分支机构.csv": f"分公司名称,分公司统一社会信用代码,企业名称\n{names[1]},{other},{names[0]}\n"},
    )
    for n, files in enumerate(loads):
        told = {c["check"] for c in json.loads(lookthrough("check", "--format", "json").out)} if n else set()
        assert "branches-in-a-circle" not in told
        assert lookthrough("load", write(tmp_path / str(n), **files)).code == 0
    told = {c["check"]: c["count"] for c in json.loads(lookthrough("check", "--format", "json").out)}
    assert told["branches-in-a-circle"] == 2


@ONE_STORE
def test_several_controllers_are_named(lookthrough, tmp_path):
    table = "company_id,holder_id,share_percent\nT,A,60\nT,B,55\n"
    assert lookthrough("load", write(tmp_path / "in", **{"shareholdings.csv": table})).code == 0
    ran = lookthrough("controller", "T")
    assert "several controllers" in ran.err and "local:A" in ran.out and "local:B" in ran.out


@ONE_STORE
def test_a_table_with_indirect_shares_alone_is_not_read_straight(lookthrough, tmp_path):
    file, to = tmp_path / "shareholdings.csv", tmp_path / "shares.csv"
    file.write_text(STRAIGHT + "T,,A,,60,,60%\nT,,B,,,,30%\n", encoding="utf-8")
    for command in ("penetrate", "controllers"):
        ran = lookthrough(command, "--all", "--from", file, "--to", to)
        assert (ran.code, to.exists()) == (1, False) and "row 2 (1 in all)" in ran.err
    file.write_text(STRAIGHT + "T,,A,,60,,60%\nT,,B,,,,\n", encoding="utf-8")
    assert lookthrough("penetrate", "--all", "--from", file, "--to", to).code == 0
