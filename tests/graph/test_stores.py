"""One suite for every store: what is loaded, in whatever order, and taken back, on both engines alike."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import time

import neo4j
import polars as pl
import pytest

from graph.held import StillHeld
from graph.model import NODE_TYPES, REL_TYPES, SCHEMA_VERSION, node_columns, rel_columns
from graph.records import Extract, SourceFile, source
from graph.stores import StoreError, open_store, serve_store
from graph.stores.embedded import FILE
from graph.stores.errors import (
    KeyMismatchError,
    QueryTimeoutError,
    StoreNewerError,
    StoreOlderError,
    UnknownBatchError,
)
from graph.stores.hops import EACH, hop
from graph.stores.tables import OneFile
from tests.graph.worlds import contents, holdings, spans
from tests.servers import neo4j_jars

A, B, C, D = "local:A", "local:B", "local:C", "local:D"
P = "person:11111111111111111111111111111111"


@pytest.fixture(
    params=[
        "embedded",
        "served",
        pytest.param("neo4j", marks=pytest.mark.neo4j),
        pytest.param("current_neo4j", marks=pytest.mark.neo4j),
    ]
)
def store_url(request, tmp_path):
    """As everywhere; an embedded store that another opening of it serves; and Neo4j's newest release."""
    if "neo4j" in request.param:
        yield request.getfixturevalue(f"{request.param}_url")
        return
    folder = tmp_path / "store"
    if request.param == "embedded":
        yield os.fspath(folder)
        return
    with open_store(folder) as held, serve_store(held, folder):
        yield os.fspath(folder)


@pytest.fixture
def store(store_url):
    opened = open_store(store_url)
    yield opened
    opened.close()


def test_a_load_is_found_again_after_reopening(store_url):
    with open_store(store_url) as first:
        applied = first.apply(holdings("a.csv", [(A, B, 0.6), (P, B, 0.4)]))
        before = contents(first)
        fingerprint = first.fingerprint()
    with open_store(store_url, "read") as again:
        assert contents(again) == before
        assert again.fingerprint() == fingerprint
        assert [b.id for b in again.batches()] == [applied.batch_id]
        assert again.batches()[0].state == "done"


@pytest.mark.neo4j
def test_the_newest_release_is_what_its_tests_ask(current_neo4j_url):
    with neo4j.GraphDatabase.driver(current_neo4j_url) as driver:
        components = driver.execute_query("CALL dbms.components() YIELD name, versions RETURN *").records
    assert {c["name"]: c["versions"] for c in components}["Neo4j Kernel"] == [neo4j_jars.CURRENT]


def test_the_same_file_twice_changes_nothing(store):
    store.apply(holdings("a.csv", [(A, B, 0.6), (B, C, 0.5)]))
    before, fingerprint = contents(store), store.fingerprint()
    store.apply(holdings("a.csv", [(A, B, 0.6), (B, C, 0.5)]))
    assert contents(store) == before
    assert store.fingerprint() == fingerprint
    assert len(store.batches()) == 1


LOADS = [
    lambda: holdings("one.csv", [(A, B, 0.6), (P, B, 0.4), (B, C, 1.0)], names={A: "虚构甲有限公司"}),
    lambda: holdings(
        "two.csv", [(A, B, 0.7), (D, B, 0.3)], observed_on="2024-06-30", names={A: "虚构甲改名有限公司"}
    ),
    lambda: holdings("three.csv", [(A, B, 0.6), (C, D, 0.2)], dataset="other"),
]


def test_the_order_of_loads_changes_nothing(store):
    seen = []
    for order in itertools.permutations(range(3)):
        for i in order:
            store.apply(LOADS[i]())
        seen.append((contents(store), store.fingerprint(), store.counts()))
        for batch in store.batches():
            store.unload(batch.id)
        assert not any(store.counts().values())
    assert all(s == seen[0] for s in seen)


def test_unload_takes_a_batch_back_exactly(store):
    store.apply(LOADS[0]())
    before = contents(store)
    applied = store.apply(LOADS[1]())
    assert contents(store) != before
    store.unload(applied.batch_id)
    assert contents(store) == before


def test_a_row_two_batches_state_stays_until_both_are_gone(store):
    first = store.apply(holdings("one.csv", [(A, B, 0.6)]))
    second = store.apply(holdings("two.csv", [(A, B, 0.6)]))
    assert store.counts()["OWNS"] == 1
    store.unload(first.batch_id)
    assert store.counts()["OWNS"] == 1
    store.unload(second.batch_id)
    assert not any(store.counts().values())


def test_thousands_of_rows_at_one_node_are_stated_again_and_taken_back_exactly(store):
    """As many as a type is rewritten for, with others of it that nobody states again."""

    def payments(name: str, numbers: range, program: str) -> Extract:
        """Each of a benefit of its own under one programme."""
        file = SourceFile(name, hashlib.sha256(name.encode()).hexdigest(), "csv", len(numbers), 0)
        sources = [source(file, "", i) for i in numbers]
        ids = [f"local:b{i}" for i in numbers]
        extract = Extract("main", [file])
        extract.add_node("Program", pl.DataFrame([{"id": program, "name": program, "source": sources[0]}]))
        extract.add_node("Benefit", pl.DataFrame({"id": ids, "from_month": "2024-01", "source": sources}))
        under = pl.DataFrame({"from_id": ids, "to_id": program, "source": sources})
        extract.add_rel("UNDER", "Benefit", "Program", under)
        return extract

    def under() -> dict[str, str]:
        rows = store.query("MATCH (b)-[r:UNDER]->(p) RETURN b.id AS b, p.id AS p, r.sources AS s").to_pylist()
        return {f"{r['b']} {r['p']}": r["s"] for r in rows}

    first = store.apply(payments("one.csv", range(4_000), "program:a"))
    store.apply(payments("other.csv", range(4_000, 4_003), "program:b"))
    before = under()
    again = store.apply(payments("two.csv", range(100, 4_002), "program:a"))
    after = under()
    assert {key for key, said in after.items() if again.batch_id in said and first.batch_id in said} == {
        f"local:b{i} program:a" for i in range(100, 4_000)
    }
    assert len(after) == len(before) + 2
    store.unload(again.batch_id)
    assert under() == before
    store.unload(first.batch_id)
    assert list(under()) == [key for key in before if key.endswith("program:b")]


def test_unloading_what_is_not_there_says_what_is(store):
    applied = store.apply(holdings("one.csv", [(A, B, 0.6)]))
    with pytest.raises(UnknownBatchError, match=applied.batch_id):
        store.unload("b0")


def test_a_newer_observation_replaces_the_register_from_its_date(store):
    store.apply(holdings("old.csv", [(A, C, 0.6), (B, C, 0.4)], observed_on="2023-01-31"))
    store.apply(holdings("new.csv", [(A, C, 0.7), (B, C, 0.3)], observed_on="2024-01-31"))
    assert spans(store) == {
        (A, C, 0.6): (None, "2024-01-31", True),
        (B, C, 0.4): (None, "2024-01-31", True),
        (A, C, 0.7): ("2024-01-31", None, True),
        (B, C, 0.3): ("2024-01-31", None, True),
    }


def test_a_dated_list_goes_before_an_undated_one(store):
    store.apply(holdings("undated.csv", [(A, C, 0.6)]))
    store.apply(holdings("dated.csv", [(A, C, 0.7)], observed_on="2024-01-31"))
    assert spans(store)[A, C, 0.6][2] is False
    assert spans(store)[A, C, 0.7] == (None, None, True)


def test_lists_of_one_company_are_alternatives(store):
    store.apply(holdings("top.csv", [(A, C, 0.1086)], list_kind="top_ten_float"))
    store.apply(holdings("reg.csv", [(A, C, 0.4109)], list_kind="registered"))
    assert spans(store)[A, C, 0.4109][2] is True
    assert spans(store)[A, C, 0.1086][2] is False


@pytest.mark.parametrize("kinds", [{}, {C: "listed"}], ids=["unsaid", "said"])
def test_of_a_listed_company_the_top_ten_go_first(store, kinds):
    # Who publishes a top ten is listed: most exports of shareholders say nothing of the company's kind.
    store.apply(holdings("reg.csv", [(A, C, 0.5)], list_kind="registered"))
    assert spans(store)[A, C, 0.5][2] is True
    top = store.apply(holdings("top.csv", [(A, C, 0.41)], list_kind="top_ten", kinds=kinds))
    assert (spans(store)[A, C, 0.5][2], spans(store)[A, C, 0.41][2]) == (False, True)
    store.unload(top.batch_id)
    assert spans(store)[A, C, 0.5][2] is True


def test_a_snapshot_ends_what_it_no_longer_contains(store):
    store.apply(holdings("jan.csv", [(A, C, 0.6), (B, D, 1.0)], snapshot="2024-01-31"))
    later = store.apply(holdings("feb.csv", [(A, C, 0.5)], snapshot="2024-02-29"))
    assert spans(store) == {
        (A, C, 0.6): (None, "2024-02-29", True),
        (A, C, 0.5): ("2024-02-29", None, True),
        (B, D, 1.0): (None, "2024-02-29", True),
    }
    store.unload(later.batch_id)
    assert spans(store)[B, D, 1.0] == (None, None, True)


def test_leaving_a_top_ten_list_ends_nothing(store):
    store.apply(holdings("q1.csv", [(A, C, 0.2), (B, C, 0.1)], list_kind="top_ten", observed_on="2024-03-31"))
    store.apply(holdings("q2.csv", [(A, C, 0.25)], list_kind="top_ten", observed_on="2024-06-30"))
    assert spans(store)[A, C, 0.2] == (None, "2024-06-30", True)
    assert spans(store)[B, C, 0.1] == (None, None, True)


def test_stated_dates_bound_every_span(store):
    store.apply(holdings("a.csv", [(A, C, 0.6)], stated_from="2020-05", stated_to="2023-01-01"))
    assert spans(store)[A, C, 0.6] == ("2020-05-01", "2023-01-01", True)


def test_a_full_name_that_one_company_bears_joins_it(store):
    name = "虚构示例建设有限公司"
    store.apply(holdings("a.csv", [(f"name:{name}", B, 0.3)], names={f"name:{name}": name}))
    assert contents(store)["SAME_AS"] == []
    applied = store.apply(holdings("b.csv", [(P, "cn-uscc:X", 1.0)], names={"cn-uscc:X": name}))
    assert applied.names.one == 1
    assert contents(store)["SAME_AS"] == [(f"name:{name}", "cn-uscc:X", "unique_name")]
    rival = store.apply(holdings("c.csv", [(P, "cn-uscc:Y", 1.0)], names={"cn-uscc:Y": name}))
    assert rival.names.several.height == 1
    assert contents(store)["SAME_AS"] == []
    store.unload(rival.batch_id)
    assert len(contents(store)["SAME_AS"]) == 1


def test_one_identifier_on_two_companies_joins_them(store):
    file = SourceFile("ids.json", "ab" * 32, "bods", 2, 0)
    extract = Extract("main", [file])
    mark = source(file, "", "s1")
    extract.add_node("Company", pl.DataFrame({"id": ["gb-coh:1", "lei:2"], "source": [mark, mark]}))
    extract.add_node(
        "Identifier",
        pl.DataFrame({"id": ["gb-coh:1"], "scheme": ["gb-coh"], "value": ["1"], "source": [mark]}),
    )
    extract.add_rel(
        "IDENTIFIES",
        "Identifier",
        "Company",
        pl.DataFrame({"from_id": ["gb-coh:1"], "to_id": ["lei:2"], "source": [mark]}),
    )
    store.apply(extract)
    assert contents(store)["SAME_AS"] == [("lei:2", "gb-coh:1", "identifier")]


def test_people_of_one_name_stay_apart(store):
    other = "person:22222222222222222222222222222222"
    store.apply(holdings("a.csv", [(P, B, 0.5), (other, C, 0.5)], names={P: "测试甲", other: "测试甲"}))
    assert contents(store)["SAME_AS"] == []
    assert store.counts()["Person"] == 2


def test_a_failing_load_leaves_the_store_as_it_was(store, monkeypatch):
    store.apply(LOADS[0]())
    before = contents(store)

    def fail(*_: object) -> None:
        monkeypatch.undo()
        raise RuntimeError("stopped in the middle")

    monkeypatch.setattr("graph.stores.store.derive", fail)
    with pytest.raises(RuntimeError, match="middle"):
        store.apply(LOADS[1]())
    assert contents(store) == before
    assert len(store.batches()) == 1
    store.apply(LOADS[1]())
    assert len(store.batches()) == 2


def test_another_key_for_persons_is_refused(store):
    store.check_person_key("aaaa")
    store.check_person_key("aaaa")
    with pytest.raises(KeyMismatchError):
        store.check_person_key("bbbb")


def test_a_store_of_a_newer_version_is_refused(store_url):
    with open_store(store_url) as store:
        store.set_meta({"schema_version": "9999"})
    with pytest.raises(StoreNewerError, match="9999"):
        open_store(store_url)


def test_a_store_whose_fields_are_of_an_older_version_is_refused(store_url):
    with open_store(store_url) as store:
        store.set_meta({"schema_version": "1"})
    for mode in ("read", "write"):
        with pytest.raises(StoreOlderError, match="load the files again"):
            open_store(store_url, mode)


def test_stores_of_other_fields_have_another_mark():
    """Whoever changes a field of the model raises `SCHEMA_VERSION`, and this digest with it: an older store lacks it."""
    fields = [
        (name, [(f.name, f.type) for f in columns(type_)])
        for types, columns in ((NODE_TYPES, node_columns), (REL_TYPES, rel_columns))
        for name, type_ in sorted(types.items())
    ]
    digest = hashlib.sha256(json.dumps(fields).encode()).hexdigest()[:16]
    assert (SCHEMA_VERSION, digest) == (6, "3d32b2c11a52d35e")


@pytest.mark.parametrize("mode", ["read", "write"])
def test_a_store_of_an_older_version_is_completed_before_it_is_used(tmp_path, mode):
    url = str(tmp_path / "store")
    with open_store(url) as store:
        before = store.counts()
    older = OneFile(tmp_path / "store" / FILE, read_only=False)
    older.run("DROP TABLE IN_CUSTODY")
    older.close()
    with open_store(url, mode) as store:
        assert store.counts() == before
        assert "IN_CUSTODY" not in store.present()


def test_the_stores_a_process_makes_have_nothing_in_common(tmp_path):
    with open_store(tmp_path / "first") as first:
        first.apply(holdings("a.csv", [(A, B, 1.0)]))
        with open_store(tmp_path / "second") as second, open_store(tmp_path / "third") as third:
            assert not any(second.counts().values()) and second.batches() == []
            assert second.schema_version() == SCHEMA_VERSION and second.meta("schema_version") is not None
            second.apply(holdings("b.csv", [(C, D, 1.0)]))
            assert not any(third.counts().values()) and third.batches() == []
            assert second.counts() == first.counts() and contents(second) != contents(first)


@pytest.mark.parametrize(
    ("begun", "asked"),
    [
        ("MATCH (a:Company)", {}),
        ("MATCH (a:Company {id: $id})", {"id": "local:1"}),
        (f"{EACH}MATCH (a:Company {{id: i}})", {"ids": ["local:1", "local:2"]}),
    ],
)
def test_a_query_past_its_time_is_stopped(store, begun, asked):
    rows = [(f"local:{i}", f"local:{(i * 7 + j) % 60}", 0.01) for i in range(60) for j in range(1, 9)]
    store.apply(holdings("dense.csv", rows))
    cypher = begun + "-[:OWNS*1..%d]->(b:Company) RETURN count(*) AS n"
    # One that ends in time leaves nothing behind that stops the next, and neither does one that was stopped.
    assert store.query(cypher % 1, asked, timeout=30).num_rows == 1
    for _ in range(2):
        began = time.monotonic()
        with pytest.raises(QueryTimeoutError):
            store.query(cypher % 14, asked, timeout=0.5)
        assert time.monotonic() - began < 20
        assert store.query(cypher % 1, asked, timeout=30).num_rows == 1


def test_what_findings_were_about_is_held_as_long_as_its_bids_are(store):
    def bids(name: str, lot: str, *bidders: tuple[str, str]) -> Extract:
        file = SourceFile(name, hashlib.sha256(name.encode()).hexdigest(), "csv", len(bidders), 0)
        extract = Extract("main", [file])
        stated = source(file, "", 2)
        extract.add_node("Lot", pl.DataFrame([{"id": lot, "source": stated}]))
        for who, type_ in bidders:
            bid = f"{lot}/{who}"
            extract.add_node(type_, pl.DataFrame([{"id": who, "name": f"虚构{who}", "source": stated}]))
            extract.add_node("Bid", pl.DataFrame([{"id": bid, "source": stated}]))
            ends = [("SUBMITS", type_, who, "Bid", bid), ("FOR_LOT", "Bid", bid, "Lot", lot)]
            for rel, begins, a, leads, b in ends:
                frame = pl.DataFrame([{"from_id": a, "to_id": b, "source": stated, "observed_on": None}])
                extract.add_rel(rel, begins, leads, frame)
        return extract

    counted, lots = (
        "MATCH (b:Bid)-[:FOR_LOT]->(l:Lot) RETURN count(DISTINCT l.id) AS n",
        "local:T/1 local:T/2 local:T/3",
    )
    for extract in (bids("a.csv", "local:T/1", (A, "Company"), (P, "Person")), bids("b.csv", "local:T/2")):
        store.apply(extract)
    more = store.apply(bids("c.csv", "local:T/1", (B, "Company"))).batch_id
    held = StillHeld(store)
    assert held.scopes("lot", counted, lots.split()) == {"local:T/1"}
    assert held.scopes("lot", "MATCH (l:Lot) RETURN count(l) AS n", lots.split()) == {
        "local:T/1",
        "local:T/2",
    }
    assert held.scopes("group", counted, ["G"]) == {"G"}
    both = {f"local:T/1/{i}" for i in (A, P)} | {A, P}
    assert held.bids(lots.split()) == {"local:T/1": both | {B, f"local:T/1/{B}"}}
    store.unload(more)
    assert held.bids(lots.split()) == {"local:T/1": both}


def test_going_on_from_listed_nodes_finds_what_a_match_finds(store):
    rows = [(f"local:{i}", f"local:{(i * 7 + j) % 60}", 0.01) for i in range(60) for j in range(1, 4)]
    store.apply(holdings("dense.csv", rows))
    asked = {"ids": ["local:3", "local:nobody", "local:8", "local:59"]}
    up, on = hop("(a:Company)-[r:OWNS]->(b)", "r.key"), hop("(t:Company)-[:OWNS]->(a)", "t.id")
    told = "RETURN DISTINCT b.id AS b, a.id AS a, t.id AS t"
    stepped = store.query(f"{EACH}MATCH (b:Company {{id: i}}) {up}{on}{told}", asked)
    plain = store.query(
        f"MATCH (t:Company)-[:OWNS]->(a:Company)-[:OWNS]->(b:Company) WHERE b.id IN $ids {told}", asked
    )

    def found(table):
        return sorted(tuple(row.values()) for row in table.to_pylist())

    assert found(stepped) == found(plain) and stepped.num_rows
    none = store.query(
        f"{EACH}MATCH (b:Company {{id: i}}) {up}{told.replace(', t.id AS t', '')}", {"ids": ["no"]}
    )
    assert none.num_rows == 0 and none.column_names == ["b", "a"]


def test_reading_only_refuses_to_write(store_url):
    open_store(store_url).close()
    with open_store(store_url, "read") as store, pytest.raises(StoreError, match="reading only"):
        store.apply(LOADS[0]())


def test_both_engines_hold_the_same(store_url, tmp_path):
    """Asked on each engine against a fresh embedded store: equal contents, equal fingerprints."""
    with open_store(store_url) as one, open_store(tmp_path / "other") as two:
        for make in LOADS:
            one.apply(make())
            two.apply(make())
        assert contents(one) == contents(two)
        assert one.fingerprint() == two.fingerprint()
        assert one.counts() == two.counts()
        mine, theirs = one.ownership(), two.ownership()
        assert mine.holdings.sort("key").equals(theirs.holdings.sort("key"))
