"""A lot that states no day of its bids is judged by its notice's, and its findings say so."""

from __future__ import annotations

import pytest

from detectors.bidders import same_legal_representative
from graph.stores import Credentials
from tests.detectors.small_worlds import SmallWorld


@pytest.mark.parametrize("dates", [{"opened_on": "2024-05-25"}, {"bid_deadline": "2024-05-25T09:00:00"}, {}])
def test_the_day_of_the_notice_is_told_as_such(
    store_url: str, store_credentials: Credentials, dates: dict[str, str]
) -> None:
    world = SmallWorld("notice")
    for company, until in (("coa", None), ("cob", None), ("coc", "2024-01-01")):
        world.node("Person", "p1", name="虚构某")
        world.rel("LEGAL_REP_OF", ("Person", "p1"), ("Company", company), stated_to=until)
    for lot, bidders in (("live", "ab"), ("over", "ac")):
        bids = [(f"co{c}", 1000 + n, "valid") for n, c in enumerate(bidders)]
        world.lot(lot, bids, **{"bid_deadline": None, "published_on": "2024-04-25", **dates})
    found = world.find(store_url, store_credentials, [same_legal_representative.DETECTOR])
    told = {f.scope_id.partition(":")[2]: f for f in found.findings}
    assert set(told) == {"live", "over"}
    for f in told.values():
        assert ("以公告日期2024-04-25代替" in f.text["zh"]) == (not dates)
        assert ("that of the notice, 2024-04-25" in f.text["en"]) == (not dates)
