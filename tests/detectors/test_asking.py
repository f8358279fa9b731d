"""What stands above bidders, put together in columns: the same rows as the engines give for the whole query."""

import polars as pl
import pytest

from detectors import bidding
from detectors.asking import Answers
from detectors.rows import as_text
from graph.in_play import put_in_play
from graph.stores import Credentials, open_store
from tests.detectors.bidder_world import World


def dated() -> World:
    """Holdings that end, begin and stand beside lots before, after and without a date."""
    world = World()
    for n, deadline in enumerate(("2024-01-10", "2025-03-01", "2026-03-01", "")):
        world.lot(f"T{n}", "A", "B", "C", deadline=deadline)
    world.holds("H", "A", 60, valid_to="2025-02-01")
    world.holds("H", "B", 55, valid_from="2024-06-01")
    world.holds("H", "C", 10)
    world.holds("P1", "H", 100)
    world.holds("P1", "A", 30, valid_from="2025-02-01", valid_to="2025-12-31")
    world.tender("EMPTY")
    return world


@pytest.mark.parametrize("query", [bidding.HOLDINGS, bidding.CONTROL], ids=["holdings", "control"])
def test_the_joined_rows_are_those_of_the_query(
    query: str, store_url: str, store_credentials: Credentials
) -> None:
    with open_store(store_url, "write", credentials=store_credentials) as store:
        store.apply(dated().extract())
        put_in_play(store)
        whole = as_text(pl.DataFrame(pl.from_arrow(store.query(query, timeout=60))))
        joined = Answers(store, {}).rows(query).frame
    assert whole.height > 4
    joined = joined.select(whole.columns)
    assert joined.sort(joined.columns).rows() == whole.sort(whole.columns).rows()
