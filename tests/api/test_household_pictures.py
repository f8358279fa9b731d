"""The picture of a household on a day shows that day: no payment, dwelling or mark of later."""

from __future__ import annotations

from typing import Any

from tests.api.serving import ALL, Running
from tests.api.world import HOUSEHOLD

BOUGHT = (
    "id,owner_id,owner_name,kind,area_m2,address,acquired_on\n"
    "999999001001GB00001F00010003,R,样本周小满,住宅,90,虚构路三号,2024-06-01\n"
)


def _on(client: Any, day: str | None) -> tuple[set[str], set[str], set[str]]:
    """Payments by month, dwellings, and what is marked as proving a finding, of a picture."""
    asked = {"format": "json"} | ({"as_of": day} if day else {})
    scene = client.get(f"/v1/households/{HOUSEHOLD}/subgraph", params=asked).raise_for_status().json()
    types: dict[str, set[str]] = {}
    for node in scene["nodes"]:
        types.setdefault(node["type"], set()).add(node["id"])
    marked = {one["id"] for one in (*scene["nodes"], *scene["lines"]) if "finding" in one.get("marks", ())}
    return types.get("Benefit", set()), types.get("Property", set()), marked


def test_a_household_is_drawn_as_it_was_on_a_day(either_service: Running) -> None:
    with either_service.client(*ALL) as client:
        job = client.post(
            "/v1/loads", files=[("files", ("properties.csv", BOUGHT.encode()))], data={"dataset": "more"}
        )
        assert either_service.finished(client, job.json())["state"] == "done"
        either_service.finished(client, client.post("/v1/runs", json={}).json())
        (found, *_) = client.get(
            f"/v1/findings?scope_id={HOUSEHOLD}&detector=household-multi-property"
        ).json()["items"]
        assert found["facts"]["months"]["from"] == "2025-01"
        now = _on(client, None)
        (latest,) = now[0]
        assert "2025-02" in latest
        # Of its own, bought since, and of a company that a member holds.
        assert len(now[1]) == 3
        assert now[2]
        (first,), homes, marked = _on(client, "2025-01-31")
        assert "2025-01" in first
        assert (homes, marked != set()) == (now[1], True)
        assert _on(client, "2025-02-01")[0] == now[0]
        # Before anything was paid there is no payment, and nothing that is found of payments.
        before = _on(client, "2024-07-01")
        assert (before[0], before[1], before[2]) == (set(), now[1], set())
        # No source says when the company acquired its own.
        earlier = _on(client, "2015-01-01")
        assert (earlier[0], len(earlier[1]), earlier[2]) == (set(), 2, set())
