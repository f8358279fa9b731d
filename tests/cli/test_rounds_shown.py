"""A lot that was opened twice at the command line: who bid at which opening, and which one a finding is about."""

from __future__ import annotations

import csv
import io
import json

import pytest

from tests.api.test_rounds_shown import LISTS, id_of
from tests.detectors.test_rounds import FIRST, SECOND
from tests.detectors.test_rounds_of_parties import BUYER, SERVING, TIED_FILES
from tests.exports.test_rounds_shown import LOT, OF

OF_PARTIES = (BUYER.id, SERVING.id)


@pytest.fixture
def held_twice(lookthrough, tmp_path):
    (tmp_path / "in").mkdir()
    for name, text in LISTS.items():
        (tmp_path / "in" / name).write_text(text, encoding="utf-8")
    assert lookthrough("load", tmp_path / "in").code == 0
    assert lookthrough("detect").code == 0
    return lookthrough


def test_a_screening_lists_bidders_by_opening_with_the_status_of_each(held_twice):
    whole = json.loads(held_twice("screen", LOT, "--no-ledger", "--format", "json").out)
    told = {(b["opened_on"], b["id"], b["status"]) for b in whole["bidders"]}
    assert told == {
        (day, id_of(w), status) for day, bids in OF.items() for w, (_, status) in bids.items()
    } | {(None, id_of("寅"), "valid")}
    shown = held_twice("screen", LOT, "--no-ledger", "--lang", "zh").out
    lines = [line for line in shown.splitlines() if id_of("卯") in line and "│" in line]
    assert [(FIRST in line, "否决" in line, "✓" in line) for line in lines] == [
        (True, True, True),
        (False, False, True),
    ]


def test_the_list_of_findings_names_the_opening_of_each(held_twice):
    listed = json.loads(held_twice("findings", "list", "--format", "json").out)
    assert {(f["round"], frozenset(f["subjects"])) for f in listed} == {
        (FIRST, frozenset({id_of("子"), id_of("卯")})),
        (SECOND, frozenset({id_of("丑"), id_of("卯")})),
    }
    rows = list(
        csv.DictReader(io.StringIO(held_twice("findings", "list", "--format", "csv").out.lstrip("\ufeff")))
    )
    assert {r["id"]: r["round"] for r in rows} == {f["id"]: f["round"] for f in listed}
    shown = held_twice("findings", "list", "--lang", "zh").out
    for day in (FIRST, SECOND):
        assert f"{LOT}，{day} 开标" in shown


def test_one_opening_of_the_lot_is_drawn_where_it_is_asked_for(held_twice, tmp_path):
    to = tmp_path / "lot.json"
    assert held_twice("subgraph", LOT, "--round", FIRST, "--to", to).code == 0
    drawn = to.read_text(encoding="utf-8")
    assert id_of("子") in drawn and id_of("丑") not in drawn
    refused = held_twice("subgraph", LOT, "--round", "2024-03-26", "--to", to, "--lang", "zh")
    assert refused.code == 2 and "2024-03-26" in refused.err and "--round" in refused.err


def test_of_extracts_of_different_days_a_package_has_those_of_its_opening(lookthrough, tmp_path):
    days = {
        "开标记录（第一次）.csv": "2024-03-30",
        "开标记录（第二次）.csv": "2024-06-15",
        "股东信息.csv": "2024-07-01",
    }
    for name, day in days.items():
        (tmp_path / name).write_text(LISTS[name], encoding="utf-8")
        assert lookthrough("load", tmp_path / name, "--observed-on", day).code == 0
    found = json.loads(lookthrough("detect", "--format", "json").out)
    for day, name in ((FIRST, "开标记录（第一次）.csv"), (SECOND, "开标记录（第二次）.csv")):
        one = next(f for f in found if f["facts"]["round"] == day)
        assert one["facts"]["data"]["first"] == days[name]
        to = tmp_path / f"package-{day}"
        assert lookthrough("evidence", one["fingerprint"], "--to", to).code == 0
        assert lookthrough("verify", to).code == 0
        text = (to / "data" / "source-rows.csv").read_text(encoding="utf-8-sig")
        cited = [r for r in csv.DictReader(io.StringIO(text)) if r["type"] in ("SUBMITS", "FOR_LOT", "Bid")]
        assert {r["file"] for r in cited} == {name}
        # An edge is of the extract that states it.
        edges = csv.DictReader(io.StringIO((to / "data/graph/edges.csv").read_text(encoding="utf-8-sig")))
        assert {e["observed_on"] for e in edges if e["type"] in ("SUBMITS", "FOR_LOT")} == {days[name]}


def test_ties_with_parties_are_judged_on_the_day_of_each_opening_before_anything_is_written_too(
    lookthrough, tmp_path
):
    (tmp_path / "in").mkdir()
    for name, text in TIED_FILES.items():
        (tmp_path / "in" / name).write_text(text, encoding="utf-8")
    assert lookthrough("load", tmp_path / "in").code == 0
    # Nothing is worked out and written yet: on the spot.
    screened = json.loads(lookthrough("screen", LOT, "--no-ledger", "--format", "json").out)["findings"]
    detected = json.loads(lookthrough("detect", "--format", "json").out)
    told = [{(f["fingerprint"], f["facts"].get("round")) for f in found if f["detector"] in OF_PARTIES}
            for found in (screened, detected)]  # fmt: skip
    assert told[0] == told[1] and {day for _, day in told[0]} == {FIRST, SECOND}
