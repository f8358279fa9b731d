"""What a lot's picture leaves out of what its findings rest on is said in the picture."""

from __future__ import annotations

import pytest

from tests.api.serving import ALL, Running
from tests.api.test_work import upload
from tests.api.world import LOT

SAID = "未画在本图中"


@pytest.mark.parametrize("scopes", [ALL, ("read",)])
def test_a_lot_whose_bidders_share_a_telephone_says_that_it_is_not_drawn(
    service: Running, scopes: tuple[str, ...]
) -> None:
    with service.client(*scopes) as client:
        drawn = client.get(f"/v1/lots/{LOT}/subgraph", params={"format": "svg"}).raise_for_status().text
        shown = client.get(f"/v1/lots/{LOT}/subgraph", params={"format": "json"}).raise_for_status().json()
        found = client.get(f"/v1/lots/{LOT}").raise_for_status().json()["findings"]
        own = client.get("/v1/parties/local:A/subgraph", params={"format": "svg"}).raise_for_status().text
    there = {n["id"] for n in shown["nodes"]}
    contacts = [f for f in found if not f["suppressed_by"] and f["detector"] == "shared-contact"]
    assert contacts and not any(id_.startswith("phone:") for id_ in there)
    assert SAID in drawn.replace("</tspan>", "")
    assert SAID not in own


def test_a_lot_all_of_whose_evidence_is_drawn_says_nothing_of_the_kind(own_service: Running) -> None:
    held = (
        "company_id,company_name,holder_id,holder_name,holder_kind,share_percent\n"
        "K1,虚构戊有限公司,K,虚构己有限公司,company,60\nK2,虚构庚有限公司,K,虚构己有限公司,company,70\n"
        "K3,虚构辛有限公司,K4,虚构壬有限公司,company,70\n"
    )
    bids = "tender_id,lot_id,bidder_id,bidder_name,投标报价(万元),submitted_at\n" + "".join(
        f"T-6,1,K{n},虚构{name}有限公司,10{n}.{n}3,2025-03-01\n"
        for n, name in ((1, "戊"), (2, "庚"), (3, "辛"))
    )
    with own_service.client(*ALL) as client:
        for name, text in (("shareholdings-6.csv", held), ("bids-6.csv", bids)):
            assert own_service.finished(client, upload(client, name, text).json())["state"] == "done"
        assert own_service.finished(client, client.post("/v1/runs", json={}).json())["state"] == "done"
        found = client.get("/v1/lots/local:T-6/1").raise_for_status().json()["findings"]
        assert "common-controller" in {f["detector"] for f in found if not f["suppressed_by"]}
        drawn = client.get("/v1/lots/local:T-6/1/subgraph", params={"format": "svg"}).raise_for_status().text
        assert SAID not in drawn.replace("</tspan>", "")
