"""The pictures of a finding hold together: what proves it is one whole, at the finding's date, under a name."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import networkx as nx
import pytest

from api.reading.naming import Resolved
from api.reading.neighbours import neighbours
from detectors.finding import Finding
from detectors.registry import DETECTORS
from detectors.running.detecting import detect
from exports import make_package, verify_package
from exports.evidence.masking import PRIVATE_FIELDS
from graph.stores import GraphStore, open_store
from graph.stores.credentials import Credentials
from graph.subgraph import Subgraph
from loaders.identity import PersonKey
from loaders.loading import LoadOptions, load
from tests.exports.conftest import unpack
from visualize import compose
from visualize.excerpt import picture_of
from visualize.proof import finding_picture, proof_picture

_BIDS = """项目编号,项目名称,标段编号,标段名称,投标人名称,统一社会信用代码,投标报价（元）,递交时间,是否中标
T-1,虚构工程,1,一标段,虚构甲城路桥有限公司,91330106MA2000001J,1000000,2025-03-20,是
T-1,虚构工程,1,一标段,虚构乙江市政有限公司,91330106MA2000002M,1100000,2025-03-20,否
"""
_HOLDERS = """company_id,company_name,holder_id,holder_name,holder_kind,share_percent
91330106MA2000001J,虚构甲城路桥有限公司,p,测试人一,person,70
91330106MA2000001J,虚构甲城路桥有限公司,q,测试人二,person,30
"""
_CONTACTS = """企业名称,法定代表人,联系电话
虚构甲城路桥有限公司,测试人一,13800000001
虚构乙江市政有限公司,测试人二,13800000001
"""


def _load(store: GraphStore, folder: Path, dataset: str, **tables: str) -> None:
    folder.mkdir(exist_ok=True)
    files = []
    for name, text in tables.items():
        files.append(folder / f"{name}.csv")
        files[-1].write_text(text, encoding="utf-8")
    key = PersonKey.open(folder.parent / "person.key")
    load(store, files, LoadOptions(dataset), key, folder / "reports", lambda *_: None)


def _parts(picture: Subgraph) -> int:
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(n.id for n in picture.nodes)
    graph.add_edges_from((e.source, e.target) for e in picture.edges)
    return int(nx.number_connected_components(graph))


def test_two_ids_of_a_bidder_are_tied_in_the_proof_and_marked(
    store_url: str, store_credentials: Credentials, tmp_path: Path
) -> None:
    with open_store(store_url, credentials=store_credentials) as store:
        _load(store, tmp_path / "a", "main", bids=_BIDS, companies=_CONTACTS)
        (found,) = (f for f in detect(store, DETECTORS).findings if f.detector == "shared-contact")
        for picture in (proof_picture(store, found), finding_picture(store, found)):
            same = [e for e in picture.edges if e.type == "SAME_AS"]
            assert len(same) == 2, "a bidder by its code in one table, by its name in the other"
            assert all("finding" in e.marks for e in same)
            assert _parts(picture) == 1
        package = make_package(store, found, actor="测试员")
        held = verify_package(unpack(package.files, tmp_path / "package"))
        assert held.holds, held.faults
        assert b"SAME_AS" in package.files["data/graph/graph.cyjs"]


def test_a_file_that_two_data_sets_hold_is_drawn_and_counted_once(
    store_url: str, store_credentials: Credentials, tmp_path: Path
) -> None:
    lot, bidder = "local:T-1/1", "cn-uscc:91330106MA2000001J"
    about = Resolved(bidder, "Company", "虚构甲城路桥有限公司")

    def seen(store: GraphStore) -> tuple[object, ...]:
        picture = picture_of(store, [lot], None)
        scene = compose(picture)
        beside = [
            neighbours(store, [bidder], about, kind, way, None, 50)
            for kind, way in (("OWNS", "in"), ("SUBMITS", "out"))
        ]
        return (
            [(e.type, e.source, e.target) for e in picture.edges],
            sorted((n.type, n.name) for n in scene.nodes),
            sorted((line.source, line.target, [t.text for t in line.label]) for line in scene.lines),
            beside[0]["counts"],
            [[(i["party"]["id"], i.get("share")) for i in b["items"]] for b in beside],
        )

    with open_store(store_url, credentials=store_credentials) as store:
        _load(store, tmp_path / "a", "main", bids=_BIDS, shareholdings=_HOLDERS)
        before = seen(store)
        _load(store, tmp_path / "b", "again", bids=_BIDS)
        _load(store, tmp_path / "c", "weekly", shareholdings=_HOLDERS)
        edges, *rest = seen(store)
        assert sorted(edges) == sorted(before[0])  # type: ignore[call-overload]
        assert tuple(rest) == before[1:]
        assert "Bid" not in {type_ for type_, _ in rest[0]}  # type: ignore[attr-defined]
        (twice,) = {
            e.facts["dataset"]
            for e in picture_of(store, [lot], None).edges
            if e.type in ("SUBMITS", "FOR_LOT")
        }
        assert twice == "again、main", "both are named"
        (items,) = (neighbours(store, [bidder], about, "SUBMITS", "out", None, 50)["items"],)
        assert len(items[0]["sources"]) == 2
        # What is said otherwise stays apart.
        _load(
            store, tmp_path / "d", "other", shareholdings=_HOLDERS.replace(",70", ",65").replace(",30", ",35")
        )
        answer = neighbours(store, [bidder], about, "OWNS", "in", None, 50)
        assert sorted(i["share"] for i in answer["items"]) == [0.3, 0.35, 0.65, 0.7]


@pytest.fixture(scope="module")
def demo(
    tmp_path_factory: pytest.TempPathFactory, demo_home: Path
) -> Iterator[tuple[GraphStore, dict[str, Finding]]]:
    folder = tmp_path_factory.mktemp("demo").resolve()
    shutil.copytree(demo_home, folder, dirs_exist_ok=True)
    with open_store(str(folder / "output/demo/store"), "read") as store:
        first: dict[str, Finding] = {}
        for found in detect(store, DETECTORS).findings:
            if not found.suppressed_by:
                first.setdefault(found.detector, found)
        yield store, first


Demo = tuple[GraphStore, dict[str, Finding]]


def test_every_proof_of_the_demo_world_is_one_whole_at_the_finding_s_date(demo: Demo) -> None:
    store, first = demo
    assert len(first) > 30
    for name, found in first.items():
        for picture in (proof_picture(store, found), finding_picture(store, found)):
            assert _parts(picture) == 1, name
            assert picture.as_of == found.facts["as_of"], name
            assert picture.title, name
            assert not picture.title.startswith(("group:", "account:")), name
            assert set(found.evidence.nodes) <= {n.id for n in picture.nodes}, name
            assert set(found.evidence.keys) <= {e.id for e in picture.edges}, name


def test_patterns_of_bidding_are_drawn_with_their_bids(demo: Demo) -> None:
    store, first = demo
    turns = first["bid-rotation"]
    winners = turns.facts["winners"]
    picture = proof_picture(store, turns)
    scene = compose(picture)
    assert {n.id for n in picture.nodes if n.type == "Lot"} == {w["lot"] for w in winners}
    won = {(line.source, line.target) for line in scene.lines if "finding" in line.marks}
    assert won == {(w["winner"], w["lot"]) for w in winners}
    bidders = {n.id: n.name for n in picture.nodes if n.type == "Company"}
    assert picture.title == "、".join(bidders[s] for s in turns.subjects)
    met = first["co-bidding-group"]
    lots = [n for n in proof_picture(store, met).nodes if n.type == "Lot"]
    assert len(lots) == met.facts["lots"]
    assert len({n.name for n in lots}) == len(lots), "lots of many tenders are told apart"
    loser = first["habitual-loser"]
    scene = compose(proof_picture(store, loser), lang="en")
    assert [s.heading.text for s in scene.stacks] == [f"{loser.facts['bids']} lots"]
    winner = first["serial-winner"]
    picture = proof_picture(store, winner)
    marked = {e.target for e in picture.edges if e.type == "SUBMITS" and "finding" in e.marks}
    assert len(marked) == winner.facts["wins"]
    buyer = winner.facts["buyer"]["id"]
    assert len([e for e in picture.edges if e.type == "BUYS" and e.source == buyer]) >= winner.facts["wins"]


def test_the_account_that_is_shared_is_a_node(demo: Demo, tmp_path: Path) -> None:
    store, first = demo
    found = first["shared-payee-account"]
    for picture in (proof_picture(store, found), finding_picture(store, found)):
        assert picture.title == found.facts["account"]
        account = next(n for n in picture.nodes if n.id == found.scope_id)
        assert account.facts == {"kind": "account", "value": found.facts["account"]}
        paid = {e.source for e in picture.edges if e.target == account.id and "finding" in e.marks}
        recipients = {e.source for e in picture.edges if e.type == "RECEIVES" and e.target in paid}
        assert recipients == set(found.subjects)
    files = make_package(store, found, actor="测试员").files
    held = verify_package(unpack(files, tmp_path / "package"))
    assert held.holds, held.faults
    assert found.scope_id.encode() in files["data/graph/graph.cyjs"]
    assert "account" in PRIVATE_FIELDS, "where people are masked, so is the account"


def test_a_household_shows_what_companies_of_its_members_hold(demo: Demo) -> None:
    store, first = demo
    found = first["household-property-through-company"]
    homes = {p for d in found.facts["dwellings"] for p in d["properties"]}
    holding = {h["company"] for h in found.facts["holdings"]}
    for picture in (finding_picture(store, found), picture_of(store, [found.scope_id], None)):
        drawn = {n.id for n in picture.nodes}
        assert homes | holding <= drawn
        assert picture.as_of
    second = first["duplicate-benefit"]
    recipients = {r["id"] for r in second.facts["recipients"]}
    assert recipients <= {n.id for n in finding_picture(store, second).nodes}


def test_a_lots_picture_that_is_cut_holds_what_proves_its_findings_and_says_whose_owners_nobody_states(
    store_url: str, store_credentials: Credentials, tmp_path: Path
) -> None:
    head = "company_id,company_name,holder_id,holder_name,holder_kind,share_percent"
    held = [
        f"c{n},虚构投标{n}有限公司,p{n}x{k},测试股东{n}之{k},person,1.5" for n in range(8) for k in range(40)
    ]
    for n in (0, 1):
        held += [f"c{n},虚构投标{n}有限公司,a{n},虚构一层{n}有限公司,company,40"]
        held += [f"a{n},虚构一层{n}有限公司,b{n},虚构二层{n}有限公司,company,80"]
        held += [f"b{n},虚构二层{n}有限公司,owner,测试老板,person,90"]
    bids = [f"T,1,c{n},虚构投标{n}有限公司,2026-05-01 09:00" for n in range(8)]
    bids += ["T,1,x,虚构无数据有限公司,2026-05-01 09:00"]
    with open_store(store_url, credentials=store_credentials) as store:
        table = "tender_id,lot_id,bidder_id,bidder_name,submitted_at"
        _load(store, tmp_path / "a", "main", bids="\n".join([table, *bids]), holders="\n".join([head, *held]))
        found = [f for f in detect(store, DETECTORS).findings if not f.suppressed_by]
        picture = picture_of(store, ["local:T/1"], None, found)
    assert picture.truncated
    assert found, "two bidders have one owner three layers up"
    drawn = {n.id: n for n in picture.nodes}
    assert {n for f in found for n in f.evidence.nodes} <= drawn.keys()
    assert {k for f in found for k in f.evidence.keys} <= {e.id for e in picture.edges}
    marked = {n.name for n in picture.nodes if "finding" in n.marks}
    assert {"虚构二层0有限公司", "虚构二层1有限公司", "测试老板"} <= marked
    assert not picture.undrawn
    unowned = {n.name for n in picture.nodes if "owners_unknown" in n.marks}
    assert unowned == {"虚构无数据有限公司"}
