"""What the pages of a lot and a household say of what could not be decided, after runs over everything and over a lot alone."""

from __future__ import annotations

import re
from typing import Any

import httpx

from detectors.registry import DETECTORS
from tests.api.serving import ALL, Running
from tests.api.test_work import upload
from tests.api.world import HOUSEHOLD, LOT


def _lot(client: httpx.Client) -> dict[str, Any]:
    told: dict[str, Any] = client.get(f"/v1/lots/{LOT}").raise_for_status().json()
    return told


def _screened(client: httpx.Client) -> dict[str, Any]:
    told: dict[str, Any] = client.post(f"/v1/lots/{LOT}/screen").raise_for_status().json()
    return told


def test_a_lot_that_was_screened_was_looked_at_whatever_ran_before(own_service: Running) -> None:
    with own_service.client(*ALL) as client:
        assert _lot(client)["undecided"] is None
        # Nothing ever ran over everything.
        first = _screened(client)
        assert first["undecided"]
        assert _lot(client)["undecided"] == first["undecided"]
        assert _screened(client)["run"] == first["run"]
        # The data change: what was said of others before tells nothing, until the lot is screened again.
        assert own_service.finished(client, upload(client).json())["state"] == "done"
        assert _lot(client)["undecided"] is None
        second = _screened(client)
        assert second["run"] != first["run"]
        assert _lot(client)["undecided"] == second["undecided"]
        assert {f["fingerprint"] for f in _lot(client)["findings"]} >= {
            f["fingerprint"] for f in second["findings"]
        }
        # One detector over everything, on the same data, takes nothing of that back.
        job = client.post("/v1/runs", json={"detectors": ["common-shareholder"]}).raise_for_status().json()
        assert own_service.finished(client, job)["state"] == "done"
        key = str
        assert sorted(_lot(client)["undecided"], key=key) == sorted(second["undecided"], key=key)
        # Other data once more: the run over everything is of those before.
        more = "tender_id,lot_id,bidder_id,bidder_name,投标报价(万元)\nT-9,1,A,虚构甲建设有限公司,100\n"
        assert own_service.finished(client, upload(client, "bids-9.csv", more).json())["state"] == "done"
        assert _lot(client)["undecided"] is None


def test_a_household_is_told_with_what_could_not_be_decided_of_it(own_service: Running) -> None:
    def told(client: httpx.Client) -> Any:
        return client.get(f"/v1/households/{HOUSEHOLD}").raise_for_status().json()["undecided"]

    with own_service.client(*ALL) as client:
        assert told(client) is None
        job = client.post("/v1/runs", json={}).raise_for_status().json()
        assert own_service.finished(client, job)["state"] == "done"
        gaps = {gap["detector"]: gap for gap in told(client)}
        # Nothing was loaded of accounts: no word on who shares one would read as if nobody did.
        account = gaps["shared-payee-account"]
        assert account["scope"] == {"kind": "household", "id": HOUSEHOLD} and account["subjects"] == [
            HOUSEHOLD
        ]
        assert account["missing"]["zh"] == "已导入的数据中没有收款账户记录，无法判定"
        # No kind of data is told by its name in the graph.
        unsaid = "|".join(n for d in DETECTORS for n in (*d.needs, *d.needs_any, *d.needs_fields))
        assert not [g for g in gaps.values() if re.search(unsaid, g["missing"]["zh"] + g["missing"]["en"])]
        run = client.get("/v1/runs").json()["items"][0]["id"]
        stated = client.get(f"/v1/runs/{run}/undecided?limit=500").json()["items"]
        own = {g["detector"] for g in stated if g["scope"]["id"] == HOUSEHOLD}
        assert own and own <= set(gaps)
        assert own_service.finished(client, upload(client).json())["state"] == "done"
        assert told(client) is None
