"""What a lot's page says of what could not be decided, after runs over everything and over the lot alone."""

from __future__ import annotations

from typing import Any

import httpx

from tests.api.serving import ALL, Running
from tests.api.test_work import upload
from tests.api.world import LOT


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
