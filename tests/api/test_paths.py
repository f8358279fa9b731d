"""Ways between two parties: what an empty answer means, and what to ask instead."""

from __future__ import annotations

from tests.api.serving import ALL, Running
from tests.api.world import OWNER


def test_no_way_is_told_from_no_tie(service: Running) -> None:
    with service.client(*ALL) as client:

        def ways(start: str, end: str, *kinds: str) -> dict:
            asked = {"from": start, "to": end, "as_of": "2025-03-02"} | (
                {"kinds": list(kinds)} if kinds else {}
            )
            return client.get("/v1/paths", params=asked).raise_for_status().json()

        down = ways(OWNER, "local:A")
        assert (down["directed"], down["hint"], len(down["paths"])) == (True, None, 1)
        # Two companies of one holder, and a company and its own owner: nothing leads down from one to the other.
        for start, end in (("local:A", "local:B"), ("local:A", OWNER)):
            none = ways(start, end)
            assert (none["paths"], none["directed"]) == ([], True)
            assert "kinds" in none["hint"]["zh"] and "kinds" in none["hint"]["en"]
            # What the hint says to ask finds it.
            either = ways(start, end, "ownership", "officer")
            assert (either["directed"], either["hint"]) == (False, None)
            assert "local:H" in either["paths"][0]["nodes"] or OWNER in either["paths"][0]["nodes"]
        nothing = ways("local:S", "local:A", "ownership", "officer")
        assert (nothing["paths"], nothing["directed"]) == ([], False)
        assert "不等于没有关系" in nothing["hint"]["zh"]
