"""What stands above bidders, put together in columns: the same rows as the engines give for the whole query."""

from pathlib import Path

import polars as pl
import pytest

from detectors.registry import DETECTORS
from detectors.rows import as_text
from detectors.running.asking import Answers
from detectors.running.detecting import detect
from detectors.ties import bidding
from graph.in_play import put_in_play
from graph.stores import Credentials, open_store
from graph.stores.side_by_side import side_by_side
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


def nearest(whole: pl.DataFrame) -> pl.DataFrame:
    """Of all times that are not the bid's the last before it, else the first after it; none where one is the bid's."""
    kept = []
    for _, rows in whole.group_by("lot_id", "holder_id", "bidder_id", "bid_id"):
        told = rows.to_dicts()
        before = [r for r in told if r["holds_to"] and (not r["bid_on"] or r["holds_to"] <= r["bid_on"])]
        if before:
            kept.append(max(before, key=lambda r: r["holds_to"]))
        else:
            kept.append(min(told, key=lambda r: r["holds_from"]))
    return pl.DataFrame(kept, schema=whole.schema)


@pytest.mark.parametrize(
    "query",
    [bidding.HOLDINGS, bidding.HOLDINGS_ELSEWHEN, bidding.CONTROL],
    ids=["holdings", "elsewhen", "control"],
)
def test_the_joined_rows_are_those_of_the_query(
    query: str, store_url: str, store_credentials: Credentials
) -> None:
    with open_store(store_url, "write", credentials=store_credentials) as store:
        store.apply(dated().extract())
        put_in_play(store)
        whole = as_text(pl.DataFrame(pl.from_arrow(store.query(query, timeout=60))))
        with side_by_side(store) as beside:
            joined = Answers(store, {}, beside).rows(query).frame
            live = Answers(store, {}, beside).rows(bidding.HOLDINGS).frame
    if query == bidding.HOLDINGS_ELSEWHEN:
        whole = nearest(whole.join(live, on=["bid_id", "bidder_id", "holder_id"], how="anti"))
    assert whole.height > 4
    joined = joined.select(whole.columns)
    assert joined.sort(joined.columns).rows() == whole.sort(whole.columns).rows()


def test_after_a_further_load_a_run_finds_what_it_finds_from_scratch(
    store_url: str, store_credentials: Credentials, tmp_path: Path
) -> None:
    """What is in play is only refreshed below what the second load changed."""
    wanted = [d for d in DETECTORS if d.in_play]
    later = World()
    later.lot("NEW", "A", "D", deadline="2025-03-01")
    later.holds("P1", "D", 40)
    later.holds("D", "B", 20)
    with open_store(store_url, "write", credentials=store_credentials) as store:
        store.apply(dated().extract())
        first = detect(store, wanted)
        store.apply(later.extract())
        again = detect(store, wanted)
    with open_store(str(tmp_path / "fresh"), "write") as store:
        store.apply(dated().extract())
        store.apply(later.extract())
        fresh = detect(store, wanted)
    told = [
        [(f.fingerprint, f.subjects, f.facts, f.suppressed_by) for f in run.findings]
        for run in (again, fresh)
    ]
    assert told[0] == told[1]
    assert len(again.findings) > len(first.findings) > 0
