"""A party under several ids is one party: by any of them it is answered alike, and counted once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.api.serving import ALL, Running, world_served
from tests.api.test_work import upload

DAY = "2025-03-02"
CODE, NAME = "cn-uscc:91999999800001263D", "name:虚构双号建设有限公司"
"""One company by its code, and by the name that a register of bids and holders calls it."""
FILES = {
    "companies-2.csv": "id,name,status\n91999999800001263D,虚构双号建设有限公司,存续\n",
    "shareholdings-2.csv": (
        "company_name,holder_id,holder_name,holder_kind,share_percent\n"
        "虚构双号建设有限公司,H,虚构控股有限公司,company,55\n"
    ),
    "bids-2.csv": (
        "tender_id,lot_id,bidder_name,投标报价(万元),submitted_at\n"
        "T-2,1,虚构双号建设有限公司,100,2025-03-01\nT-2,1,虚构甲建设有限公司,101,2025-03-01\n"
    ),
    "contacts-2.csv": "party_id,kind,value\n91999999800001263D,phone,13900000039\nB,phone,13900000039\n",
}


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The world with a company of two ids, its findings recorded."""
    folder = tmp_path_factory.mktemp("twice")
    with world_served(folder, str(folder / "store")) as running, running.client(*ALL) as client:
        for name, text in FILES.items():
            job = running.finished(client, upload(client, name, text, dataset=name).json())
            assert job["state"] == "done", job
        assert running.finished(client, client.post("/v1/runs", json={}).json())["state"] == "done"
        yield running


@pytest.fixture
def client(twice: Running) -> Iterator[httpx.Client]:
    with twice.client(*ALL) as asking:
        yield asking


def _got(client: httpx.Client, path: str, **params: Any) -> dict[str, Any]:
    told: dict[str, Any] = client.get(f"/v1/{path}", params=params).raise_for_status().json()
    return told


def test_findings_are_the_same_by_either_id(client: httpx.Client) -> None:
    known = [f["id"] for f in _got(client, "findings", subject=CODE)["items"]]
    assert known
    for spelt in (NAME, "虚构双号建设有限公司"):
        assert [f["id"] for f in _got(client, "findings", subject=spelt)["items"]] == known


def test_a_search_offers_it_once(client: httpx.Client) -> None:
    for q in ("虚构双号建设有限公司", "双号", NAME, CODE):
        ids = [
            i["id"] for i in _got(client, "parties", q=q)["items"] if "双号" in i["name"] or i["id"] == CODE
        ]
        assert ids == [CODE], q


@pytest.mark.parametrize(
    "pasted",
    ["９１９９９９９９８００００１２６３Ｄ", "91999999-8 00001263d", "ｃｎ－ｕｓｃｃ：91999999 800001263D"],
)
def test_its_code_is_known_however_it_is_pasted(client: httpx.Client, pasted: str) -> None:
    assert [i["id"] for i in _got(client, "parties", q=pasted)["items"]] == [CODE]
    assert _got(client, f"parties/{pasted}")["id"] == CODE
    assert {o["id"] for o in _got(client, f"parties/{pasted}/owners")["owners"]} >= {"local:H"}
    assert (
        _got(client, "findings", subject=pasted)["items"] == _got(client, "findings", subject=CODE)["items"]
    )
    for route in ("relations", "screenings"):
        told = client.post(f"/v1/{route}", json={"parties": [{"id": pasted}, {"name": pasted}]}).json()
        assert [p["id"] for p in told["parties"]] == [CODE, CODE], route
        assert told["unresolved"] == []


def test_what_stands_next_to_it_is_counted_at_all_its_ids(client: httpx.Client) -> None:
    counts = {}
    for id_ in (CODE, NAME):
        told = _got(client, f"parties/{id_}/neighbours", kind="OWNS")
        assert [i["party"]["id"] for i in told["items"]] == ["local:H"]
        counts[id_] = {(c["kind"], c["direction"]): c["count"] for c in told["counts"]}
        assert counts[id_]["OWNS", "in"] == counts[id_]["SUBMITS", "out"] == 1
        assert counts[id_]["HAS_CONTACT", "out"] == 1
        # A line that is drawn can be asked for, from whichever end it was opened.
        rows = _got(client, "links", **{"from": "local:H", "to": id_})["items"]
        assert [r["stated"]["share"] for r in rows] == [0.55]
    assert [{k: n for k, n in c.items() if k[0] != "SAME_AS"} for c in counts.values()].count(
        {k: n for k, n in counts[CODE].items() if k[0] != "SAME_AS"}
    ) == 2


def test_it_is_not_tied_to_itself_and_its_ties_are_those_of_all_its_ids(client: httpx.Client) -> None:
    def asked(path: str, *ids: str) -> dict[str, Any]:
        body = {"as_of": DAY, "parties": [{"id": i} for i in ids]}
        told: dict[str, Any] = client.post(f"/v1/{path}", json=body).raise_for_status().json()
        return told

    itself = asked("relations", CODE, NAME)
    assert itself["ties"] == []
    assert {p["id"] for p in itself["parties"]} == {CODE}
    for id_ in (CODE, NAME):
        ties = asked("relations", id_, "local:B")["ties"]
        assert {(t["kind"], t["via"] and t["via"]["id"]) for t in ties} >= {
            ("ownership", "local:H"),
            ("contact", "phone:13900000039"),
        }
        assert {end for t in ties for end in (t["a"], t["b"])} == {CODE, "local:B"}
    alone, both = asked("screenings", NAME), asked("screenings", NAME, CODE)
    assert [p["id"] for p in both["parties"]] == [CODE, CODE]
    # One party under two ids is screened as one: nothing that compares several says anything.
    assert both["findings"] == alone["findings"] and both["undecided"] == alone["undecided"]
    two = asked("screenings", NAME, "local:A")
    assert {"common-shareholder", "common-controller"} & {f["detector"] for f in two["findings"]}
    assert {s for f in two["findings"] for s in f["subjects"]} <= {CODE, "local:A"}
