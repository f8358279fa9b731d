"""A lot screened from its own bids outwards is found to be what a run over everything finds of it."""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from api.reading.one_lot import LotStanding, screen_one_lot
from cases import Ledger, open_ledger
from detectors.question import Question
from detectors.registry import DETECTORS
from detectors.rules.values import NO_RULES
from detectors.running.detecting import detect
from detectors.running.one_lot import lot_detectors
from detectors.running.runner import Run
from detectors.running.stacking import stack
from graph.in_play import put_in_play
from graph.stores import Credentials, GraphStore, open_store
from graph.stores.deriving import IN_PLAY_FOR
from tests.api.serving import filled

TENDERING = [d for d in DETECTORS if d.domain == "政府工程"]
SUPPORT = {d.id for d in TENDERING if d.support}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, demo_home: Path) -> Iterator[GraphStore]:
    folder = tmp_path_factory.mktemp("lots")
    shutil.copytree(demo_home / "output/demo/store", folder / "store")
    with open_store(str(folder / "store"), "write") as store:
        put_in_play(store)
        yield store


def agree(store: GraphStore, ledger: Ledger, whole: Run, lots: list[str], recorded: bool) -> None:
    standing = LotStanding(store, NO_RULES)
    bidders = defaultdict(set)
    rows = store.query("MATCH (c:Company)-[:SUBMITS]->(:Bid)-[:FOR_LOT]->(l:Lot) RETURN c.id AS c, l.id AS l")
    for row in rows.to_pylist():
        bidders[row["l"]].add(row["c"])
    for lot in lots:
        made = screen_one_lot(store, standing, ledger, lot, NO_RULES, ())
        assert bool(made.recorded) == recorded
        alone = made.screened
        found = [f for f in whole.findings if f.scope_id == lot and f.detector not in SUPPORT]
        assert list(alone.run.findings) == found, lot
        gaps = [u for u in whole.undecided if u[1].scope_id == lot]
        assert sorted(map(str, alone.run.undecided)) == sorted(map(str, gaps)), lot
        here = {*bidders[lot], *(s for f in whole.findings if f.scope_id == lot for s in f.subjects)}
        stacks = stack(whole.findings, lot, sorted(here), TENDERING)
        assert [s.to_json() for s in alone.stacks] == [s.to_json() for s in stacks], lot


def test_one_lot_alone_is_what_all_lots_together_say_of_it(demo: GraphStore, tmp_path: Path) -> None:
    whole = detect(demo, TENDERING)
    lots = [r["id"] for r in demo.query("MATCH (l:Lot) RETURN l.id AS id ORDER BY id").to_pylist()]
    # Two lots of every detector, suppressed ones among them, and some of which nothing is found.
    chosen: dict[str, list[str]] = defaultdict(list)
    for f in whole.findings:
        kind = f"{f.detector} {bool(f.suppressed_by)}"
        if f.scope_kind == "lot" and f.scope_id not in chosen[kind]:
            chosen[kind].append(f.scope_id)
    told = {lot for found in chosen.values() for lot in found}
    wanted = {lot for found in chosen.values() for lot in found[:2]} | set(
        [i for i in lots if i not in told][:5]
    )
    assert len({k.partition(" ")[0] for k in chosen}) > 20
    with open_ledger(tmp_path / "ledger.db") as ledger:
        ledger.record_run(whole, TENDERING, NO_RULES, demo.fingerprint(), "tests")
        agree(demo, ledger, whole, sorted(wanted), recorded=True)
    patterns = [d for d in TENDERING if d.over_all]
    with open_ledger(tmp_path / "other.db") as ledger:
        ledger.record_run(detect(demo, patterns), patterns, NO_RULES, demo.fingerprint(), "tests")
        agree(demo, ledger, whole, sorted(wanted)[::2], recorded=False)


def test_either_store_answers_for_one_lot_what_it_answers_for_all(
    tmp_path: Path, store_url: str, store_credentials: Credentials
) -> None:
    with open_store(store_url, "write", credentials=store_credentials) as store:
        filled(store, tmp_path)
        put_in_play(store)
        whole = detect(store, TENDERING)
        assert {f.detector for f in whole.findings} >= {
            "common-shareholder",
            "shared-contact",
            "same-bid-author",
        }
        with open_ledger(tmp_path / "ledger.db") as ledger:
            agree(store, ledger, whole, ["local:T-1/1"], recorded=False)
            # What stands in the graph is of other data: it is not looked at.
            store.set_meta({IN_PLAY_FOR: "other data"})
            agree(store, ledger, whole, ["local:T-1/1"], recorded=False)
        assert near_is_whole(store) >= 30


def near_is_whole(store: GraphStore) -> int:
    """Every question, asked of all nodes it can begin at, gives the rows it gives of everything."""
    rows = 0
    for question in sorted({q for d in TENDERING for q in d.queries.values() if isinstance(q, Question)}):
        rel = {"bidders": "SUBMITS", "buyers": "BUYS", "servants": "SERVES_TENDER"}.get(question.of)
        label = {"asked": "Lot", "lots": "Lot", "bids": "Bid", "traced": "Bid", "tenders": "Tender"}.get(
            question.of, "Company"
        )
        every = f"MATCH (n:{label})" + (f"-[:{rel}]->()" if rel else "")
        ids = set(store.query(f"{every} RETURN DISTINCT n.id AS id").column("id").to_pylist())
        near = store.query(question.near, {"ids": sorted(ids)}, timeout=60)
        whole = store.query(question, timeout=60)
        assert near.column_names == whole.column_names
        assert counted(near) == counted(whole), question
        rows += whole.num_rows
    return rows


def counted(table: pa.Table) -> Counter[str]:
    return Counter(str(row) for row in table.to_pylist())


def test_a_question_asked_of_all_it_can_begin_at_is_the_question_asked_of_everything(
    demo: GraphStore,
) -> None:
    assert near_is_whole(demo) > 1_000


class Watched(LotStanding):
    """Notes what is asked of all lots."""

    def __init__(self, store: GraphStore) -> None:
        self.asked: set[str] = set()
        super().__init__(store, NO_RULES)

    def whole(self, store: GraphStore, cypher: str, timeout: float = 300.0) -> pa.Table:
        self.asked.add(cypher)
        return super().whole(store, cypher, timeout)


def test_the_first_screening_waits_for_nothing_that_was_prepared(demo: GraphStore, tmp_path: Path) -> None:
    standing = Watched(demo)
    standing.prepare(demo)
    prepared = set(standing.asked)
    standing.asked.clear()
    lot = demo.query("MATCH (l:Lot) RETURN l.id AS id ORDER BY id LIMIT 1").column("id")[0].as_py()
    with open_ledger(tmp_path / "ledger.db") as ledger:
        screen_one_lot(demo, standing, ledger, lot, NO_RULES, ())
    # Which ids are one party, and what the files are called, is asked of any store at once.
    late = {q for q in standing.asked - prepared if "SAME_AS" not in q and "(b:Batch)" not in q}
    assert standing.asked and not late
    # The proofs of all holdings are never read for one lot: they are a gigabyte on a large store. Debarments are few, and
    # so are companies behind nominees, and those that manage others without shares.
    few = ("DEBARRED_BY", "r.interest = 'nominator'", "r.interest = 'management_relation'")
    assert not [q for q in standing.asked if "derivation" in q and not any(part in q for part in few)]


def test_every_query_of_the_detectors_begins_at_the_lot_or_is_known_to_be_small() -> None:
    """A query that is asked of everything would be asked again for each state of the data, and held in memory."""
    few = ("DEBARRED_BY", "MEMBER_OF_CONCERT", "RELATED_TO", "SUBCONTRACTS_TO")
    # Of all declared control, what is declared of nominees, and of management without shares, is a small part.
    small = (
        *(f":{rel}]" for rel in few),
        *("r.interest IN ['nominee', 'nominator']", "r.interest = 'nominator'"),
        "r.interest = 'management_relation'",
        # Of millions of companies some thousands are listed.
        "WHERE h.kind = 'listed' RETURN h.id",
    )
    for detector in lot_detectors(()):
        for name, query in detector.queries.items():
            begins = isinstance(query, Question)
            assert begins or any(part in query for part in small), (detector.id, name, query)
