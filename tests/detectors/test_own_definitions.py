"""Operators' own detectors: what a query may say, what a definition must hold together, and what one finds on both stores."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.own.definitions import OwnDefinitionsError, read_own
from detectors.own.personal import personal_columns
from detectors.own.read_only_cypher import QueryError, check_query
from detectors.registry import DETECTORS, chosen
from detectors.rules.file import read_rules
from graph.stores import Credentials
from tests.detectors.small_worlds import SmallWorld, verdicts

PAGE = Path(__file__).resolve().parents[2] / "docs" / "own-detectors.md"
EXAMPLE = re.search(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S).group(1)  # type: ignore[union-attr]
READ = "MATCH (c:Company)-[r:SUBMITS]->(b:Bid) WHERE c.name CONTAINS 'CREATE' RETURN c.id AS company_id"
REFUSED = (
    *(
        "LOAD FROM 'a.csv' RETURN *",
        "COPY Company FROM 'a.csv'",
        "COPY (MATCH (n:Company) RETURN n.id) TO 'a.csv'",
    ),
    *(
        "CALL show_tables() RETURN *",
        "EXPORT DATABASE 'x'",
        "MATCH (c:Company) SET c.name = 'x' RETURN c.id AS x",
    ),
    *("CREATE (c:Company {id: 'x'})", "MATCH (c:Company) DELETE c", "MATCH (c:Company) DETACH DELETE c"),
    *("MERGE (c:Company {id: 'x'})", "DROP TABLE Company", "INSTALL httpfs", "ATTACH 'x' AS y"),
    *(
        "MATCH (c:Company) RETURN c.id AS x UNION MATCH (c:Company) RETURN c.id AS x",
        "PROFILE MATCH (c) RETURN c",
    ),
    *("MATCH (c:Company) RETURN c.id AS x; DROP TABLE Company", "MATCH (c:Company) /* */ RETURN c.id AS x"),
    *("MATCH (c:Company) // RETURN\nRETURN c.id AS x", "MATCH (`c`:Company) RETURN 1 AS x"),
    *(
        "MATCH (call:Company) CALL show_tables() RETURN 1 AS x",
        "MATCH (c:Company) WITH c LOAD FROM 'x' RETURN 1 AS x",
    ),
    *("MATCH (f:Company) RETURN f('x') AS y", "MATCH (c:Company) RETURN read_file('x') AS y"),
    *("MATCH (c:Secret) RETURN c.id AS x", "MATCH (c:Company) WHERE c.id = $p RETURN c.id AS x"),
    *("MATCH (c:Company) WHERE EXISTS { MATCH (c)-[:OWNS]->() } RETURN c.id AS x", "", "RETURN 1 AS x"),
)


def test_a_query_that_reads_passes() -> None:
    check_query(READ)
    check_query(
        "UNWIND [1, 2] AS n MATCH (c:Company {id: 'x'}) WITH c, count(n) AS m ORDER BY m DESC LIMIT 3 RETURN m AS m"
    )
    for detector in read_own_text(EXAMPLE):
        check_query(detector.queries["rows"])


def test_the_products_own_queries_are_of_the_same_language() -> None:
    for detector in DETECTORS:
        for query in (*detector.queries.values(), detector.population):
            check_query(query)


@pytest.mark.parametrize("query", REFUSED)
def test_everything_else_is_refused(query: str) -> None:
    with pytest.raises(QueryError) as refused:
        check_query(query)
    assert refused.value.zh and refused.value.en


@given(
    st.sampled_from(
        ["load", "copy", "call", "export", "set", "create", "delete", "merge", "drop", "detach", "install"]
    ),
    st.integers(0, 20),
    st.randoms(use_true_random=False),
)
def test_a_word_that_writes_is_refused_wherever_it_stands_and_however_it_is_spelt(
    word: str, place: int, random: object
) -> None:
    spelt = "".join(c.upper() if random.random() < 0.5 else c for c in word)  # type: ignore[attr-defined]
    # Outside the quoted text, which may say anything.
    parts = READ.split(" ")
    at = place % len(parts)
    with pytest.raises(QueryError):
        check_query(" ".join([*parts[:at], spelt, *parts[at:]]))
    with pytest.raises(QueryError):
        check_query(READ + f" /* {spelt} */")


def read_own_text(text: str, folder: Path | None = None):  # type: ignore[no-untyped-def]
    import tempfile

    with tempfile.TemporaryDirectory() as made:
        file = (folder or Path(made)) / "own.toml"
        file.write_text(text, encoding="utf-8")
        return read_own(file)


def test_one_definition_on_both_stores(store_url: str, store_credentials: Credentials) -> None:
    (own,) = read_own_text(EXAMPLE)
    world = SmallWorld("own")
    for id_, value in (("car", 8_000_000), ("cart", 100)):
        world.node("Vehicle", id_, kind="小型轿车", value=value)
        world.household(id_, [f"{id_}-owner"])
        world.rel("HOLDS_VEHICLE", ("Person", f"{id_}-owner"), ("Vehicle", id_))
    world.household("none", ["walker"])
    found = world.find(store_url, store_credentials, [own])
    assert verdicts(found, own.id) == {"car": "finding", "cart": "finding"}
    assert found.population[own.id] == 3
    (car,) = (f for f in found.findings if f.scope_id == "local:car")
    assert car.subjects == ("local:car",)
    assert {"person.local:car-owner", "local:car"} <= set(car.evidence.nodes)
    assert len(car.evidence.keys) >= 2
    assert "机动车1辆（小型轿车）" in car.text["zh"]
    rule = (
        '[[rule]]\ndetector="household-vehicles"\nparameter="least_value"\nvalue=1000000\nunit="cents"\n'
        'citation="《虚构区办法》第九条"\n'
    )
    again = SmallWorld("own").find(store_url, store_credentials, [own], read_rules(rule, [*DETECTORS, own]))
    assert verdicts(again, own.id) == {"car": "finding"}
    assert again.findings[0].fingerprint == car.fingerprint
    assert again.findings[0].parameters["least_value"] == 1_000_000
    assert own in chosen(None, (own,))
    assert chosen(["household-vehicles"], (own,)) == (own,)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('id = "household-vehicles"', 'id = "common-shareholder"', "taken"),
        ('id = "household-vehicles"', 'id = "Household Vehicles"', "kebab-case"),
        ('severity = "lead"', 'severity = "guilty"', "one of prohibited"),
        ('domain = "民生保障"', 'domain = "别的"', "政府工程"),
        ('identity = ["household_id"]', 'identity = ["nothing"]', "nothing"),
        ('subjects = ["household_id"]', "subjects = []", "subjects"),
        ('needs = ["HOLDS_VEHICLE"', 'needs = ["DRIVES"', "DRIVES"),
        ('at_least = "least_value"', 'at_least = "most_value"', "most_value"),
        ("成员名下", "违法，成员名下", "accuses nobody"),
        ("{kind}", "{colour}", "colour"),
        ("MATCH (v:Vehicle)", "MATCH (x) CALL y() MATCH (v:Vehicle)", "CALL"),
        ("[[detector]]", "[[detectors]]", "[[detector]]"),
        ('version = "1.0"\n', "", "missing: version"),
        ('version = "1.0"\n', 'version = "1.0"\ncolour = "red"\n', "unknown: colour"),
        ("[[detector]]", "[[detector", "line 1, column 11: the brackets"),
        (
            'needs = ["HOLDS_VEHICLE", "MEMBER_OF", "RECEIVES"]',
            'needs = "RECEIVES"',
            "needs must be a list of texts",
        ),
        ('version = "1.0"', "version = 1", "version must be a text"),
        ("default = 0", "default = [0]", "parameter.default must be"),
        ("default = 0", 'default = 0\nform = "[0-9"', "parameter.form must be a valid regular expression"),
        ('doc_zh = "车辆', 'doc = "车辆', "missing: parameter.doc_zh; unknown: parameter.doc"),
        ('at_least = "least_value"', "", "missing: keep.at_least"),
        ('article = "第五十八条"', "article = 58", "basis.article must be a text"),
        ('title = { zh = "救助家庭名下机动车", en', "title = { en", "missing: title.zh"),
    ],
)
def test_a_definition_that_does_not_hold_together_is_refused_with_a_sentence(
    old: str, new: str, says: str
) -> None:
    assert old in EXAMPLE
    with pytest.raises(OwnDefinitionsError) as refused:
        read_own_text(EXAMPLE.replace(old, new, 1) if old != "{kind}" else EXAMPLE.replace(old, new))
    assert says in refused.value.en
    assert refused.value.zh.startswith("自定义检测项文件")
    # The Chinese sentence holds nothing of a parser's or the language's own messages.
    spoken = re.sub(r"^自定义检测项文件 \S+ 有误：", "", refused.value.zh)
    assert re.search(r"[一-鿿]{2}", spoken)
    assert not re.search(r"\b(?:at|line|the|must|missing|got|argument|object)\b", spoken)


BARE = """
[[detector]]
id = "many-bids"
version = "1.0"
domain = "政府工程"
scene = "报价规律"
severity = "lead"
title = { zh = "投标很多", en = "Many bids" }
wording.zh = "【风险预警】标段{lot_id}有{bids}次投标。"
wording.en = "[Lead] Lot {lot_id} has {bids} bids."
innocent = { zh = [], en = [] }
needs = ["FOR_LOT"]
query = "MATCH (b:Bid)-[:FOR_LOT]->(l:Lot) WITH l.id AS lot_id, count(b) AS bids RETURN lot_id, bids"
population = "MATCH (l:Lot) RETURN count(l)"
scope = "lot"
scope_column = "lot_id"
subjects = ["lot_id"]
identity = ["lot_id"]
nodes = ["lot_id"]
"""


@pytest.mark.parametrize(
    ("old", "new", "zh", "en"),
    [
        (
            "",
            "",
            "many-bids：查询没有返回列 lot_id（返回的列须用 AS 命名，如 lot_id AS lot_id）",
            "many-bids: no column lot_id in the query (columns are named by AS, as in lot_id AS lot_id)",
        ),
        (
            "RETURN lot_id, bids",
            "RETURN lot_id AS lot, bids AS bids",
            "many-bids：查询没有返回列 lot_id（返回的列须用 AS 命名，如 lot_id AS lot_id）",
            "many-bids: no column lot_id in the query (columns are named by AS, as in lot_id AS lot_id)",
        ),
        (
            "RETURN lot_id, bids",
            "RETURN bids AS bids",
            "many-bids：查询没有返回列 lot_id",
            "many-bids: no column lot_id in the query",
        ),
        (
            'RETURN lot_id, bids"',
            'RETURN lot_id AS lot_id, bids AS bids"\nkeep = [{ column = "bids", at_least = "least" }]',
            "many-bids：没有参数 least",
            "many-bids: no parameter least",
        ),
        (
            'RETURN lot_id, bids"\npopulation = "MATCH (l:Lot) RETURN count(l)"\nscope = "lot"\n'
            'scope_column = "lot_id"\nsubjects = ["lot_id"]',
            'RETURN lot_id AS lot_id, bids AS bids"\npopulation = "MATCH (l:Lot) RETURN count(l)"\nscope = "lot"\n'
            'scope_column = "lot_id"\nsubjects = []',
            "many-bids：subjects 不可为空",
            "many-bids: subjects names no column",
        ),
        ('version = "1.0"\n', "", "many-bids：缺少 version", "many-bids: missing: version"),
    ],
)
def test_each_fault_is_named_once_and_only_what_is_wrong(old: str, new: str, zh: str, en: str) -> None:
    assert old in BARE
    with pytest.raises(OwnDefinitionsError) as refused:
        read_own_text(BARE.replace(old, new, 1))
    assert refused.value.zh.endswith(f" 有误：{zh}")
    assert refused.value.en.endswith(f" can't be used: {en}")


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("MATCH (x:Property) RETURN x.id AS id, x.address AS home, x.kind AS kind", ["home"]),
        (
            "MATCH (x:Property) WITH x.address AS a, x AS y RETURN left(a, 3) AS town, y.kind AS kind",
            ["town"],
        ),
        ("MATCH (x:Property) WITH collect(x.address) AS all UNWIND all AS one RETURN one AS home", ["home"]),
        ("MATCH (x:Property) WITH x AS y RETURN y AS it, count(y) AS n", ["it"]),
        ("MATCH (p:Person)-[:OWNS]->(c:Company) RETURN p.name AS who, c.name AS firm, p.id AS id", ["who"]),
        ("MATCH (p:Person) WITH p AS q RETURN q.name AS who, max(q.birth_date) AS born", ["who", "born"]),
        ("MATCH (v:Vehicle) RETURN v.id AS plate, v.kind AS kind", ["plate"]),
        ("MATCH (k:Contact) RETURN coalesce(k.value, 'x.address') AS k, 'x.address' AS word", ["k"]),
        ("MATCH (x:Property) RETURN count(DISTINCT x.address) AS n, size(collect(x)) AS m", []),
        ("MATCH (x:Property) WITH DISTINCT x RETURN DISTINCT x.address STARTS WITH 'A' AS a", ["a"]),
    ],
)
def test_columns_that_tell_of_people_and_homes_are_known_whatever_they_are_called(
    query: str, told: list[str]
) -> None:
    check_query(query)
    columns = tuple(re.findall(r"\bAS (\w+)", query.rpartition("RETURN ")[2]))
    assert list(personal_columns(query, columns)) == told


def test_a_folder_of_files(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(EXAMPLE, encoding="utf-8")
    (tmp_path / "b.toml").write_text(
        EXAMPLE.replace("household-vehicles", "household-cars"), encoding="utf-8"
    )
    (tmp_path / "note.txt").write_text("not a definition", encoding="utf-8")
    assert [d.id for d in read_own(tmp_path)] == ["household-vehicles", "household-cars"]
    assert read_own(None) == ()
    with pytest.raises(OwnDefinitionsError):
        read_own(tmp_path / "none.toml")
