"""投资人: owner by law or holder, as the firm's kind says, which any load may say: no order or split changes an answer."""

from __future__ import annotations

import itertools
import json
import random
from pathlib import Path

import pytest

from graph.stores import open_store
from tests.loaders.test_tables_rules import uscc

STUDIO, SHOP, WORKS, FIRM, PLAIN, TOP = (uscc(n) for n in range(41, 47))
NAMES = {
    STUDIO: "虚构青石设计室", SHOP: "虚构五金商行", WORKS: "虚构联营机械厂", FIRM: "虚构丁建设有限公司",
    PLAIN: "虚构玉兰中心", TOP: "虚构甲建设有限公司",
}  # fmt: skip
HEADS = {
    "基本信息": "统一社会信用代码,企业名称,企业类型",
    "名单": "统一社会信用代码,企业名称,投资人",
    "登记": "统一社会信用代码,企业名称,法定代表人/负责人",
    "股东": "统一社会信用代码,企业名称,股东名称,股东类型,持股比例",
}
ROWS = [
    ("基本信息", STUDIO, "个人独资企业"),
    ("基本信息", SHOP, "个人独资企业"),
    ("基本信息", WORKS, "集体所有制"),
    ("基本信息", FIRM, "有限责任公司"),
    ("名单", STUDIO, "样本甲一"),
    ("名单", WORKS, "样本戊五"),
    ("名单", WORKS, "虚构乙有限公司"),
    ("名单", FIRM, "样本丁四"),
    ("名单", PLAIN, "样本己六"),
    ("登记", STUDIO, "样本甲二"),
    ("登记", SHOP, "样本丙三"),
    ("股东", FIRM, "样本丁四,自然人,60%"),
    ("股东", FIRM, "样本戊五,自然人,40%"),
    ("股东", TOP, f"{NAMES[STUDIO]},企业法人,50%"),
    ("股东", TOP, f"{NAMES[WORKS]},企业法人,50%"),
]


def _loaded(lookthrough, folder: Path, rows: list[tuple[str, str, str]]) -> str:
    folder.mkdir(parents=True)
    for table, head in HEADS.items():
        mine = [f"{firm},{NAMES[firm]},{said}" for name, firm, said in rows if name == table]
        if mine:
            (folder / f"{table}.csv").write_text("\n".join([head, *mine, ""]), encoding="utf-8")
    ran = lookthrough("load", folder, "--dataset", "registers", "--format", "json")
    assert ran.code == 0, ran.err
    return json.loads(ran.out)["batch"]


def _answers(lookthrough, firms) -> dict[str, object]:
    told: dict[str, object] = {}
    for firm, question in itertools.product(firms, ("penetrate", "controller", "ubo")):
        ran = lookthrough(question, firm, "--as-of", "2025-01-01", "--format", "json")
        # Which batch of which file says it is not the answer.
        told[f"{question} {firm}"] = (
            ran.code,
            _without(json.loads(ran.out), "sources", "fingerprint") if ran.code == 0 else "",
        )
    checked = json.loads(lookthrough("check", "--format", "json").out)
    told["check"] = [c for c in checked if c["check"].startswith("sole-owner")]
    return told


def _without(told: object, *fields: str) -> object:
    if isinstance(told, dict):
        return {k: _without(v, *fields) for k, v in told.items() if k not in fields}
    return [_without(v, *fields) for v in told] if isinstance(told, list) else told


def _shares(told: dict[str, object], firm: str) -> dict[str, float | None]:
    code, answer = told[f"penetrate {firm}"]  # type: ignore[misc]
    return {o["name"]: o["share"] for o in answer["owners"]} if code == 0 else {}


def _counting(url: str, credentials) -> set[tuple[str, ...]]:
    """Whom rows that count name, by what: what detectors and pictures look at."""
    told = set()
    with open_store(url, "read", credentials=credentials) as store:
        for type_, word in (
            ("OWNS", "list_kind"),
            ("LEGAL_REP_OF", "role"),
            ("EXERCISES_CONTROL", "interest"),
        ):
            rows = store.query(
                f"MATCH (a)-[r:{type_}]->(c:Company) WHERE r.counted AND coalesce(r.{word}, '') <> 'registered_head' "
                f"RETURN a.name AS who, c.name AS firm, coalesce(r.{word}, '') AS said"
            ).to_pylist()
            told |= {(type_, r["who"], r["firm"], r["said"]) for r in rows}
    return told


def test_however_the_rows_are_split_into_loads_the_answers_are_one(
    lookthrough, tmp_path, store_url, store_credentials
):
    one = _loaded(lookthrough, tmp_path / "one", ROWS)
    told = _answers(lookthrough, NAMES)
    assert _shares(told, STUDIO) == {"样本甲一": 1.0}
    assert _shares(told, SHOP) == {"样本丙三": 1.0}
    assert _shares(told, WORKS) == {"样本戊五": None, "虚构乙有限公司": None}
    assert _shares(told, FIRM) == {"样本丁四": 0.6, "样本戊五": 0.4}
    assert _shares(told, PLAIN) == {"样本己六": None}
    counting = _counting(store_url, store_credentials)
    said = {
        kind: {(t, who) for t, who, firm, _ in counting if firm == NAMES[kind]}
        for kind in (STUDIO, WORKS, FIRM)
    }
    assert said[STUDIO] == {
        ("LEGAL_REP_OF", "样本甲一"),
        ("LEGAL_REP_OF", "样本甲二"),
        ("EXERCISES_CONTROL", "样本甲一"),
    }
    assert said[WORKS] == {("OWNS", "样本戊五"), ("OWNS", "虚构乙有限公司")}
    # Whom a list of holders names is no head of the company for being called its investor.
    assert said[FIRM] == {("OWNS", "样本丁四"), ("OWNS", "样本戊五")}
    batches = [one]
    for seed in range(2):
        for batch in batches:
            assert lookthrough("unload", batch).code == 0
        drawn = random.Random(seed)
        rows = ROWS.copy()
        drawn.shuffle(rows)
        cuts = sorted(drawn.sample(range(1, len(rows)), 1 + 2 * seed))
        parts = [rows[a:b] for a, b in itertools.pairwise([0, *cuts, len(rows)])]
        batches = [_loaded(lookthrough, tmp_path / f"{seed}-{n}", part) for n, part in enumerate(parts)]
        assert _answers(lookthrough, NAMES) == told, parts
        assert _counting(store_url, store_credentials) == counting, parts


@pytest.mark.parametrize("order", [("kinds", "investors"), ("investors", "kinds")])
def test_the_kind_of_a_firm_in_another_load_makes_its_investor_owner_or_holder(lookthrough, tmp_path, order):
    parts = {
        "kinds": [row for row in ROWS if row[0] == "基本信息"],
        "investors": [row for row in ROWS if row[0] == "名单"],
    }
    batches = {part: _loaded(lookthrough, tmp_path / part, parts[part]) for part in order}
    asked = (STUDIO, WORKS, FIRM)
    told = _answers(lookthrough, asked)
    assert _shares(told, STUDIO) == {"样本甲一": 1.0}
    assert _shares(told, WORKS) == {"样本戊五": None, "虚构乙有限公司": None}
    assert _shares(told, FIRM) == {"样本丁四": None}
    for firm in (STUDIO, WORKS, FIRM):
        package = tmp_path / f"package-{firm}"
        assert lookthrough("evidence", firm, "--to", package).code == 0
        verified = lookthrough("verify", package)
        assert verified.code == 0, verified.out + verified.err
        drawn = tmp_path / f"{firm}.json"
        assert lookthrough("subgraph", firm, "--to", drawn).code == 0
        edges = {t for line in json.loads(drawn.read_text("utf-8"))["lines"] for t in line["types"]}
        # Not both: who owns it by law is drawn as that, a holder as a holder.
        assert edges == ({"EXERCISES_CONTROL"} if firm == STUDIO else {"OWNS"})
    assert lookthrough("unload", batches["kinds"]).code == 0
    # Of a firm of unsaid kind he has some share, whatever it turns out to be.
    assert _shares(_answers(lookthrough, asked), STUDIO) == {"样本甲一": None}
    _loaded(lookthrough, tmp_path / "again", parts["kinds"])
    assert _answers(lookthrough, asked) == told
