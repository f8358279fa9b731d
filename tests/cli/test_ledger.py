"""The ledger through the command line: runs, loads and decisions outlive the graph, and nothing is lost without it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from cases import open_ledger
from detectors.registry import DETECTORS
from detectors.rules.values import NO_RULES
from detectors.running.detecting import detect
from graph.stores import Credentials, open_store
from lookthrough.demo.numbers import company_codes
from lookthrough.settings import read_settings
from tests.cases.conftest import database
from tests.cli.both_stores import Store
from tests.cli.test_main_job import BIDS, SHAREHOLDINGS

ROOT = Path(__file__).resolve().parents[2]
EMBEDDED = pytest.mark.parametrize("store_url", ["embedded"], indirect=True)
HOLDER_CODE = company_codes(np.array([4711]))[0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inputs = tmp_path / "inputs"
    inputs.mkdir()
    (inputs / "shareholdings.csv").write_text(SHAREHOLDINGS, encoding="utf-8")
    (inputs / "bids.csv").write_text(BIDS, encoding="utf-8")
    return inputs


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def ledger_kind(request, monkeypatch):
    """The command line's ledger: the default file beside the store, then a PostgreSQL database."""
    if request.param == "sqlite":
        yield "sqlite"
        return
    for url in database(request.getfixturevalue("postgres_url")):
        monkeypatch.setenv("LOOKTHROUGH_LEDGER", url)
        yield "postgresql"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """The two files loaded into a store once, and looked through, without a ledger."""
    home = tmp_path_factory.mktemp("prepared")
    (home / "inputs").mkdir()
    (home / "inputs" / "shareholdings.csv").write_text(SHAREHOLDINGS, encoding="utf-8")
    (home / "inputs" / "bids.csv").write_text(BIDS, encoding="utf-8")
    store = Store(str(home / "store"), home / "data", Credentials())
    for command in (("load", home / "inputs", "--no-ledger"), ("detect", "--no-ledger")):
        ran = store(*command)
        assert ran.code == 0, ran.err
    return home


@pytest.fixture
def loaded(prepared, store_url, tmp_path):
    """An embedded store with the two files in it, before its first recorded run."""
    shutil.copytree(prepared / "store", store_url)
    shutil.copytree(prepared / "data", tmp_path / "data")


def listed(lookthrough, *arguments):
    ran = lookthrough("findings", "list", "--format", "json", *arguments)
    assert ran.code == 0, ran.err
    return json.loads(ran.out)


def test_findings_are_recorded_decided_and_told(lookthrough, folder):
    """On both stores, with the ledger where it is by default."""
    lookthrough("load", folder)
    ran = lookthrough("detect", "--format", "json", "--actor", "张样本")
    assert ran.code == 0, ran.err
    assert "Ledger: 2 new, 0 changed, 0 no longer found" in ran.err
    printed = json.loads(ran.out)
    items = listed(lookthrough)
    assert {i["id"] for i in items} == {f["fingerprint"] for f in printed}
    by_id = {i["id"]: i for i in items}
    for finding in printed:
        assert {k: by_id[finding["fingerprint"]][k] for k in finding} == finding
        assert by_id[finding["fingerprint"]]["state"] == "new"
    again = lookthrough("detect", "--format", "json")
    assert "Ledger: 0 new, 0 changed, 0 no longer found" in again.err
    assert json.loads(again.out) == printed
    screened = lookthrough("screen", "T-1/1", "--format", "json")
    assert "Ledger: 0 new, 0 changed, 0 no longer found" in screened.err
    assert json.loads(screened.out)["findings"] == printed

    id_ = printed[1]["fingerprint"]
    assert (
        lookthrough("findings", "decide", id_, "in_review", "--reason", "核对", "--actor", "李样本").code == 0
    )
    shown = lookthrough("findings", "show", id_[:8])
    assert "new → in review: 核对" in shown.out
    assert "李样本" in shown.out
    zh = lookthrough("findings", "show", id_, "--lang", "zh")
    assert "新 → 核查中: 核对" in zh.out
    told = json.loads(lookthrough("findings", "show", id_, "--format", "json").out)
    assert (told["state"], told["history"][-1]["actor"]) == ("in_review", "李样本")

    assert [i["id"] for i in listed(lookthrough, "--state", "in_review")] == [id_]
    # A tender is itself and its lots.
    for scope in ("T-1/1", "T-1", "local:T-1"):
        assert len(listed(lookthrough, "--scope", scope)) == 2
    for option, text in (("--scope", "T-9/9"), ("--subject", "没有这个名字")):
        nothing = lookthrough("findings", "list", option, text, "--lang", "zh")
        # An empty list would read as if nothing had been found of it.
        assert (nothing.code, "没有找到" in nothing.err) == (1, True), nothing.err
    party = printed[0]["subjects"][0]
    name = printed[0]["facts"]["names"][party]
    assert name not in party
    assert len(listed(lookthrough, "--subject", party)) == 2
    assert listed(lookthrough, "--subject", name) == listed(lookthrough, "--subject", party)
    assert [i["id"] for i in listed(lookthrough, "--detector", "common-shareholder")] == [id_]
    assert [i["id"] for i in listed(lookthrough, "--changed-since", by_id[id_]["changed_at"])] == [id_]
    assert listed(lookthrough, "--severity", "prohibited") == []
    assert len(listed(lookthrough, "--limit", "1")) == 1
    table = lookthrough("findings", "list", "--lang", "zh")
    assert "核查中" in table.out
    assert "共 2 条" in table.err
    assert lookthrough("findings", "list", "--format", "csv").out.startswith("\ufeffid,state,")

    audit = json.loads(lookthrough("audit", "list", "--format", "json").out)
    assert [(a["actor"], a["action"]) for a in audit][1:] == [
        ("张样本", "run"),
        (read_settings().actor, "run"),
        (read_settings().actor, "run"),
        ("李样本", "decide"),
    ]
    assert audit[0]["action"] == "load"


@EMBEDDED
def test_what_changed_is_told_as_reports_tell_it(lookthrough, loaded, store_url):
    """Amounts are kept in fen, shares as fractions, the rest by codes."""
    wanted = [d for d in DETECTORS if d.id == "common-shareholder"]
    before = {"amount": 1050000000, "share": 0.3, "identity": "name_only", "role": "spouse"}
    after = {"amount": 1050000050, "share": 0.305, "identity": "id", "role": "director"}
    with open_store(store_url, "read") as store:
        run = detect(store, wanted)
        data = store.fingerprint()
    (found,) = run.findings
    with open_ledger(str(read_settings().ledger.render_as_string(hide_password=False))) as ledger:
        for severity, facts in (("review", before), ("lead", after)):
            other = replace(found, severity=severity, facts={**found.facts, **facts, "currency": "CNY"})
            ledger.record_run(replace(run, findings=(other,)), wanted, NO_RULES, data, "tester")

    def shown(language):
        ran = lookthrough("findings", "show", found.fingerprint, "--lang", language)
        assert ran.code == 0, ran.err
        # A cell of the table is broken over lines.
        cells = [line.rpartition("│")[0].rpartition("│")[2].strip() for line in ran.out.splitlines()]
        return "".join(cells).replace(" ", "")

    zh, en = shown("zh"), shown("en")
    for told in (
        "10,500,000.00元→10,500,000.50元",
        "30.00%→30.50%",
        "仅凭名称，未核实→证件号或统一社会信用代码一致",
        "级别：需人工核查→一般疑点",
        "配偶→董事",
    ):
        assert told in zh
    for told in ("10,500,000.00CNY→10,500,000.50CNY", "30.00%→30.50%", "nameonly,notverified→identifier"):
        assert told in en
    assert not any(code in zh for code in ("name_only", "review", "spouse", "1050000000"))


@EMBEDDED
def test_states_and_severities_are_taken_as_they_are_printed(lookthrough, loaded):
    lookthrough("detect")
    id_ = listed(lookthrough)[0]["id"]
    for written, state in (
        ("核查中", "in_review"),
        ("无法判定", "not_decidable"),
        ("In review", "in_review"),
    ):
        ran = lookthrough("findings", "decide", id_, written, "--reason", "核对", "--format", "json")
        assert (ran.code, json.loads(ran.out)["state"]) == (0, state), ran.err
    assert [i["id"] for i in listed(lookthrough, "--state", "核查中")] == [id_]
    assert [i["id"] for i in listed(lookthrough, "--state", "in review")] == [id_]
    assert len(listed(lookthrough, "--state", "新", "--state", "核查中")) == 2
    for code, *words in (
        ("lead", "一般疑点"),
        ("review", "需人工核查", "needs review"),
        ("prohibited", "法定禁止情形（待核实）", "法定禁止情形"),
        ("deemed", "法定“视为”情形（待核实）", "法定视为情形"),
        ("service", "服务提醒"),
    ):
        wanted = listed(lookthrough, "--severity", code)
        assert all(listed(lookthrough, "--severity", word) == wanted for word in words)
    assert len(listed(lookthrough, "--severity", "一般疑点", "--severity", "需人工核查")) == 2
    for asked, said in (
        (("list", "--state", "已办"), "--state 不能为“已办”，可用：new（新）、in_review（核查中）、"),
        (("list", "--severity", "高"), "--severity 不能为“高”，可用：prohibited（法定禁止情形（待核实））、"),
        (("decide", id_, "办结", "--reason", "x"), "STATE 不能为“办结”，可用：new（新）、"),
    ):
        ran = lookthrough("findings", *asked, "--lang", "zh")
        assert ran.code == 2
        assert said in ran.err
    told = "".join(lookthrough("findings", "decide", "--help").out.split())
    assert "in_review核查中、confirmed属实" in told
    told = "".join(lookthrough("findings", "list", "--help").out.split())
    assert "lead一般疑点" in told and "cleared排除" in told


@EMBEDDED
def test_a_graph_rebuilt_from_its_sources_finds_its_ledger(lookthrough, folder, store_url, ledger_kind):
    batch = json.loads(lookthrough("load", folder, "--format", "json").out)["batch"]
    lookthrough("detect")
    id_ = listed(lookthrough)[0]["id"]
    lookthrough("findings", "decide", id_, "in_review", "--reason", "核对")
    before = listed(lookthrough)
    shutil.rmtree(store_url)
    assert (Path(f"{store_url}.ledger.db").exists()) == (ledger_kind == "sqlite")
    assert json.loads(lookthrough("load", folder, "--format", "json").out)["batch"] == batch
    ran = lookthrough("detect")
    assert "Ledger: 0 new, 0 changed, 0 no longer found" in ran.err
    after = listed(lookthrough)
    moving = {"last_seen", "run"}
    assert [{k: v for k, v in i.items() if k not in moving} for i in after] == [
        {k: v for k, v in i.items() if k not in moving} for i in before
    ]
    assert {i["id"]: i["state"] for i in after}[id_] == "in_review"
    assert lookthrough("audit", "verify").code == 0


def test_a_party_that_gets_a_credit_code_keeps_its_findings(lookthrough, folder, tmp_path):
    """On both stores: the holder `H` of one data set turns out to be a company of the register."""
    lookthrough("load", folder)
    lookthrough("detect", "--detector", "common-shareholder")
    (old,) = listed(lookthrough)
    lookthrough("findings", "decide", old["id"], "in_review", "--reason", "核对")
    register = tmp_path / "companies.csv"
    register.write_text(f"id,name\n{HOLDER_CODE},虚构控股有限公司\n", encoding="utf-8")
    known = tmp_path / "identifiers.csv"
    known.write_text(f"party_id,scheme,value\nH,cn-uscc,{HOLDER_CODE}\n", encoding="utf-8")
    loaded = lookthrough("load", register, known, "--format", "json")
    assert loaded.code == 0, loaded.err
    ran = lookthrough("detect", "--detector", "common-shareholder")
    assert "1 under another id" in ran.err, ran.err
    (new,) = listed(lookthrough)
    assert new["id"] != old["id"]
    assert (new["state"], new["former_ids"]) == ("in_review", [old["id"]])
    assert new["facts"]["holder"]["id"] == f"cn-uscc:{HOLDER_CODE}"
    assert json.loads(lookthrough("findings", "show", old["id"], "--format", "json").out)["id"] == new["id"]
    assert lookthrough("unload", json.loads(loaded.out)["batch"]).code == 0
    lookthrough("detect", "--detector", "common-shareholder")
    (back,) = listed(lookthrough)
    assert (back["id"], back["state"], back["former_ids"]) == (old["id"], "in_review", [new["id"]])


@EMBEDDED
def test_what_a_run_did_not_cover_is_not_gone(lookthrough, folder, ledger_kind):
    batch = json.loads(lookthrough("load", folder / "shareholdings.csv", "--format", "json").out)["batch"]
    lookthrough("load", folder / "bids.csv")
    lookthrough("detect")
    assert len(listed(lookthrough)) == 2
    lookthrough("detect", "--detector", "bid-rotation")
    assert len(listed(lookthrough, "--found")) == 2
    # Without any ownership data the detectors can't look: nothing is said to be gone.
    lookthrough("unload", batch)
    ran = lookthrough("detect")
    assert "0 no longer found" in ran.err
    # With other owners, they look and find nothing.
    other = SHAREHOLDINGS.replace("B,虚构乙建设有限公司,H,虚构控股有限公司,company,30\n", "")
    (folder / "shareholdings.csv").write_text(other, encoding="utf-8")
    lookthrough("load", folder / "shareholdings.csv")
    ran = lookthrough("detect")
    assert "2 no longer found" in ran.err
    assert [i["no_longer_found_at"] is None for i in listed(lookthrough)] == [False, False]
    assert len(listed(lookthrough, "--no-longer-found")) == 2


@EMBEDDED
def test_loads_are_mirrored_with_their_source(lookthrough, folder, ledger_kind):
    said = ("--provider", "示例市监局", "--purpose", "投标核查", "--valid-until", "2027-06-30")
    lookthrough("load", folder / "bids.csv", "--no-ledger")
    lookthrough("load", folder / "shareholdings.csv", *said, "--forwarding", "不得转交")
    audit = json.loads(lookthrough("audit", "list", "--format", "json").out)
    assert [a["action"] for a in audit] == ["load", "load"], "what was left out is caught up"
    assert audit[1]["detail"]["provider"] == "示例市监局"
    assert audit[1]["detail"]["forwarding"] == "不得转交"
    assert lookthrough("load", folder / "bids.csv", "--valid-until", "soon").code == 2


@EMBEDDED
def test_without_the_ledger(lookthrough, folder, store_url):
    lookthrough("load", folder, "--no-ledger")
    ran = lookthrough("detect", "--no-ledger", "--format", "json")
    assert (ran.code, len(json.loads(ran.out))) == (0, 2)
    assert "Ledger" not in ran.err
    assert not Path(f"{store_url}.ledger.db").exists()
    for command in (("findings", "list"), ("audit", "verify"), ("keys", "list")):
        none = lookthrough(*command)
        assert none.code == 1
        assert "There is no ledger yet" in none.err
    assert not Path(f"{store_url}.ledger.db").exists()


@EMBEDDED
@pytest.mark.parametrize("what", ["down", "newer", "damaged", "locked", "malformed", "password file"])
def test_a_ledger_that_cant_be_opened_never_loses_the_findings(
    lookthrough, loaded, store_url, what, monkeypatch, tmp_path
):
    path = Path(f"{store_url}.ledger.db")
    blocker = None
    if what == "down":
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        monkeypatch.setenv("LOOKTHROUGH_LEDGER", f"postgresql://user@127.0.0.1:{port}/ledger")
        (tmp_path / "secret").write_text("a-secret-word\n")
        monkeypatch.setenv("LOOKTHROUGH_LEDGER_PASSWORD_FILE", str(tmp_path / "secret"))
    elif what == "malformed":
        monkeypatch.setenv("LOOKTHROUGH_LEDGER", "ledger on the third floor: a-secret-word")
    elif what == "password file":
        monkeypatch.setenv("LOOKTHROUGH_LEDGER_PASSWORD_FILE", str(tmp_path / "no such file"))
    elif what == "damaged":
        path.write_text("no database\n" * 100)
    else:
        lookthrough("audit", "head")
        lookthrough("keys", "create", "x", "--scope", "read")
        blocker = sqlite3.connect(path, isolation_level=None)
        if what == "newer":
            blocker.execute("UPDATE alembic_version SET version_num = '9999'")
        else:
            monkeypatch.setattr("lookthrough.cli.ledger._WAIT", 0.3)
            blocker.execute("BEGIN IMMEDIATE")
    ran = lookthrough("detect", "--format", "json")
    if what == "password file":
        assert (ran.code, ran.out) == (1, "")
        assert "LOOKTHROUGH_LEDGER_PASSWORD_FILE can't be read" in ran.err
        return
    assert ran.code == 1
    assert len(json.loads(ran.out)) == 2
    assert "were not recorded in the ledger" in ran.err
    assert "a-secret-word" not in ran.err
    assert "Traceback" not in ran.err
    # A load that could not be recorded is not begun.
    refused = lookthrough("load", ROOT / "README.md")
    assert refused.code == 1
    if blocker is not None:
        blocker.close()


@EMBEDDED
def test_a_load_that_could_not_be_recorded_is_made_up_for(
    lookthrough, loaded, store_url, monkeypatch, tmp_path
):
    lookthrough("keys", "create", "平台", "--scope", "read")
    monkeypatch.setattr("lookthrough.cli.ledger._WAIT", 0.3)
    file = tmp_path / "bids.csv"
    file.write_text(BIDS.replace("T-1", "T-2"), encoding="utf-8")
    blocker = sqlite3.connect(f"{store_url}.ledger.db", isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    ran = lookthrough("load", file, "--format", "json")
    assert ran.code == 1
    batch = json.loads(ran.out)["batch"]
    assert "the ledger does not say so" in ran.err
    blocker.close()
    assert lookthrough("load", file).code == 0
    audit = json.loads(lookthrough("audit", "list", "--after", "1", "--format", "json").out)
    assert [a["action"] for a in audit] == ["load", "load"]
    assert batch in {a["object"] for a in audit}
    assert lookthrough("unload", batch).code == 0
    audit = json.loads(lookthrough("audit", "list", "--after", "3", "--format", "json").out)
    assert [(a["action"], a["object"]) for a in audit] == [("unload", batch)]


@EMBEDDED
def test_bad_input_is_said_in_a_sentence(lookthrough, loaded, ledger_kind):
    lookthrough("detect")
    id_ = listed(lookthrough)[0]["id"]
    near = id_[:-1] + ("0" if id_[-1] != "0" else "1")
    for arguments, code, says in (
        (("findings", "show", near), 1, id_),
        (("findings", "show", ""), 1, "no finding"),
        (("findings", "decide", id_, "in_review", "--reason", "  "), 1, "must not be blank"),
        (("keys", "create", "a\nb", "--scope", "read"), 1, "is one line"),
        (("keys", "create", "a" * 101, "--scope", "read"), 1, "at most 100"),
        (("findings", "decide", id_, "in_review"), 2, "--reason"),
        (("findings", "decide", id_, "guilty", "--reason", "x"), 2, "in_review"),
        (("findings", "decide", id_, "confirmed", "--reason", "x"), 1, "can become: in_review"),
        (("findings", "suppress", id_, "--until", "2020-01-01", "--reason", "x"), 1, "is past"),
        (("findings", "suppress", id_, "--until", "soon", "--reason", "x"), 1, "can be read"),
        (("findings", "suppress", id_, "--reason", "x"), 2, "--until"),
        (("findings", "suppress", id_, "--lift", "--reason", "x"), 1, "not suppressed"),
        (("findings", "list", "--state", "guilty"), 2, "not_decidable"),
        (("findings", "list", "--changed-since", "yesterday"), 1, "can be read"),
        (("findings", "list", "--detector", "nothing"), 1, "common-shareholder"),
        (("keys", "create", "平台", "--scope", "boss"), 1, "No such scope"),
        (("keys", "create", "平台"), 2, "--scope"),
        (("keys", "create", "平台", "--scope", "read", "--expires", "2020-01-01"), 1, "in the past"),
        (("keys", "revoke", "k0"), 1, "no key k0"),
        (("audit", "verify", "--head", "00"), 1, "not in the chain"),
        (("audit", "list", "--after", "-1"), 2, "--after"),
    ):
        ran = lookthrough(*arguments)
        assert (ran.code, "Traceback" in ran.err) == (code, False), (arguments, ran.err)
        assert says in ran.err, (arguments, ran.err)
        assert ran.out in ("", "[]\n")
    assert [i["state"] for i in listed(lookthrough)] == ["new", "new"]


@EMBEDDED
def test_suppressing_and_lifting(lookthrough, loaded, ledger_kind):
    lookthrough("detect")
    id_ = listed(lookthrough)[0]["id"]
    ran = lookthrough(
        "findings", "suppress", id_, "--until", "2099-01-01", "--reason", "等待", "--format", "json"
    )
    assert json.loads(ran.out)["suppression"]["active"]
    assert "suppressed until 2099-01-02 00:00" in lookthrough("findings", "show", id_).out
    assert "2 in all, 1 suppressed" in lookthrough("findings", "list").err
    assert len(listed(lookthrough)) == 2
    assert [i["id"] for i in listed(lookthrough, "--suppressed")] == [id_]
    lookthrough("findings", "suppress", id_, "--lift", "--reason", "不必再等")
    assert listed(lookthrough, "--suppressed") == []


@EMBEDDED
def test_keys_and_the_audits_head(lookthrough, ledger_kind):
    made = lookthrough(
        "keys", "create", "平台", "--scope", "read", "--scope", "detect", "--expires", "2099-01-01"
    )
    assert made.code == 0, made.err
    secret = made.out.strip()
    assert len(secret) == 46
    keys = json.loads(lookthrough("keys", "list", "--format", "json").out)
    assert [(k["name"], k["scopes"]) for k in keys] == [("平台", ["read", "detect"])]
    assert secret not in json.dumps(keys) + lookthrough("audit", "list").out
    head = lookthrough("audit", "head").out.strip()
    assert "was revoked" in lookthrough("keys", "revoke", keys[0]["id"]).err
    assert json.loads(lookthrough("keys", "list", "--format", "json").out)[0]["revoked_at"]
    verified = lookthrough("audit", "verify", "--head", head, "--format", "json")
    assert json.loads(verified.out)["ok"] is True
    assert lookthrough("audit", "verify", "--lang", "zh").out.startswith("审计链完整：2 条")


@EMBEDDED
def test_a_changed_entry_is_named(lookthrough, store_url):
    for name in ("甲", "乙", "丙"):
        lookthrough("keys", "create", name, "--scope", "read")
    with sqlite3.connect(f"{store_url}.ledger.db") as connection:
        connection.execute("DROP TRIGGER audit_no_update")
        connection.execute("UPDATE audit SET actor = '某人' WHERE seq = 2")
    ran = lookthrough("audit", "verify")
    assert (ran.code, ran.out) == (1, "")
    assert "broken at entry 2" in ran.err


@EMBEDDED
def test_a_trial_of_other_rules_is_not_recorded(lookthrough, loaded, tmp_path):
    rules = tmp_path / "rules.toml"
    rules.write_text(
        '[[rule]]\ndetector = "household-multi-property"\nparameter = "dwelling_limit"\nvalue = 2\n'
        'unit = "dwellings"\nregion = ""\nin_force_from = 2024-01-01\ncitation = "示例办法第五条"\n',
        encoding="utf-8",
    )
    lookthrough("keys", "create", "平台", "--scope", "read")
    ran = lookthrough("detect", "--rules", rules, "--against", rules)
    assert ran.code == 0, ran.err
    assert "Ledger" not in ran.err
    assert listed(lookthrough) == []


def test_where_the_ledger_is(tmp_path, monkeypatch):
    at = {"LOOKTHROUGH_DATA": str(tmp_path)}
    embedded = read_settings(at | {"LOOKTHROUGH_STORE": str(tmp_path / "a store")}).ledger
    assert embedded.database == str(tmp_path / "a store.ledger.db")
    one, same, other = (
        read_settings(at | {"LOOKTHROUGH_STORE": url}).ledger.database
        for url in ("bolt://a:7687", "bolt://a:7687", "bolt://b:7687")
    )
    assert one == same != other
    assert Path(one).parent == tmp_path
    stated = read_settings(at | {"LOOKTHROUGH_LEDGER": "postgresql://h/d"})
    assert stated.ledger == "postgresql://h/d"
    (tmp_path / "secret").write_text("a-secret-word\n")
    held = read_settings(at | {"LOOKTHROUGH_LEDGER_PASSWORD_FILE": str(tmp_path / "secret")})
    assert held.ledger_password == "a-secret-word"
    assert "a-secret-word" not in repr(held)
    assert read_settings(at | {"LOOKTHROUGH_ACTOR": "张样本"}).actor == "张样本"


def _wait_until_idle(process: subprocess.Popen[str]) -> None:
    """Until it has done its work and waits: however slow the machine, its time at the processor then stands still."""
    watched, before = psutil.Process(process.pid), -1.0
    for _ in range(120):
        assert process.poll() is None, process.communicate()
        spent = sum(watched.cpu_times()[:2])
        if spent > 1.0 and spent - before < 0.02:
            return
        before = spent
        time.sleep(1.0)
    pytest.fail("the process never came to wait")


@pytest.mark.skipif(sys.platform == "win32", reason="platform: signals")
def test_ctrl_c_while_a_run_waits_for_the_ledger(prepared, tmp_path):
    shutil.copytree(prepared / "store", tmp_path / "store")
    shutil.copytree(prepared / "data", tmp_path / "data")
    environment = os.environ | {
        "LOOKTHROUGH_DATA": str(tmp_path / "data"),
        "LOOKTHROUGH_STORE": str(tmp_path / "store"),
        "LOOKTHROUGH_LANG": "en",
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "lookthrough"]
    made = [*command, "keys", "create", "x", "--scope", "read"]
    subprocess.run(made, env=environment, check=True, capture_output=True)
    with sqlite3.connect(tmp_path / "store.ledger.db", isolation_level=None) as blocker:
        blocker.execute("BEGIN IMMEDIATE")
        pipe = subprocess.PIPE
        process = subprocess.Popen([*command, "detect"], env=environment, stdout=pipe, stderr=pipe, text=True)
        _wait_until_idle(process)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out) == (130, "")
        assert "Stopped" in err
        assert "Traceback" not in err
    done = subprocess.run(
        [*command, "findings", "list", "--format", "json"], env=environment, check=True, capture_output=True
    )
    assert json.loads(done.stdout) == []
