"""What stands beside a finding about one opening of a lot that was opened twice is of that opening; on both stores."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from detectors.finding import Finding
from exports import Package, make_package, verify_package
from tests.detectors.files_world import FoundInFiles, found_in_files, table
from tests.detectors.test_rounds import CODES, FIRST, LEADS, NAMES, SECOND, owned
from tests.exports.conftest import NOW, unpack
from visualize.abridge import abridge
from visualize.excerpt import picture_of
from visualize.labels import line_words
from visualize.proof import finding_picture, proof_picture

LOT = "local:P1/1"
HEAD = "项目编号,标段,投标人,投标人代码,投标报价(元),投标状态,开标时间"


def sheet(*rows: tuple[str, int, str, str]) -> str:
    told = [
        ("P1", "1", NAMES[who], CODES[who], price, status, f"{day} 09:30" if day else "")
        for who, price, status, day in rows
    ]
    return table(HEAD, told)


held_twice = found_in_files(
    [
        {
            "开标记录（第一次）.csv": sheet(
                ("子", 955_000, "有效", FIRST), ("卯", 990_000, "否决", FIRST), ("辰", 970_000, "有效", FIRST)
            ),
            "开标记录（第二次）.csv": sheet(("丑", 900_000, "有效", SECOND), ("卯", 901_000, "有效", SECOND)),
            "补录.csv": sheet(("寅", 950_000, "有效", "")),
            "股东信息.csv": owned("子", "丑", "卯"),
        }
    ],
    LEADS,
)
OF = {FIRST: {"子": (955_000, "valid"), "卯": (990_000, "rejected"), "辰": (970_000, "valid")}}
OF[SECOND] = {"丑": (900_000, "valid"), "卯": (901_000, "valid")}
FILES = {FIRST: "开标记录（第一次）.csv", SECOND: "开标记录（第二次）.csv"}


def of_day(found: FoundInFiles, day: str) -> Finding:
    (one,) = (f for f in found.run.findings if f.facts.get("round") == day)
    return one


def bid(who: str) -> str:
    return f"{LOT}/cn-uscc:{CODES[who]}"


def packed(found: FoundInFiles, day: str) -> Package:
    return make_package(found.store, of_day(found, day), actor="测试员", now=NOW)


def rows(package: Package, name: str) -> list[dict[str, str]]:
    text = package.files[f"data/{name}"].decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("day", [FIRST, SECOND])
def test_a_findings_pictures_have_the_bids_and_prices_of_its_opening(
    held_twice: FoundInFiles, day: str
) -> None:
    found = of_day(held_twice, day)
    for picture in (finding_picture(held_twice.store, found), proof_picture(held_twice.store, found)):
        bids = {n.id: n.facts for n in picture.nodes if n.type == "Bid"}
        mine = {bid(who): told for who, told in OF[day].items() if bid(who) in bids}
        for id_, (price, status) in mine.items():
            facts = bids[id_]
            assert (facts["amount"], facts["status"], facts["opened_on"]) == (price * 100, status, day)
        # Of which opening the undated one is, nobody says: it is drawn, and no price of it.
        assert bids.keys() - mine.keys() <= {bid("寅")}
        assert not {"amount", "rate", "opened_on"} & bids.get(bid("寅"), {}).keys()
        assert picture.title.endswith(f" · {day}")
    whole = finding_picture(held_twice.store, found)
    assert {n.id for n in whole.nodes if n.type == "Bid"} == {bid(w) for w in (*OF[day], "寅")}
    (lot,) = (n for n in whole.nodes if n.type == "Lot")
    (tender,) = (n for n in whole.nodes if n.type == "Tender")
    assert lot.facts["bid_on"] == day and tender.facts["opened_on"].startswith(day)


@pytest.mark.parametrize("day", [FIRST, SECOND])
def test_so_has_its_package_in_every_rendering_and_cites_no_row_of_another_opening(
    held_twice: FoundInFiles, day: str, tmp_path: Path
) -> None:
    package = packed(held_twice, day)
    other = {FIRST: SECOND, SECOND: FIRST}[day]
    nodes = {r["id"]: r for r in rows(package, "graph/nodes.csv")}
    for who, (price, status) in OF[day].items():
        told = nodes[bid(who)]
        assert (int(told["amount"]), told["status"], told["opened_on"]) == (price * 100, status, day)
    assert not {bid(w) for w in OF[other].keys() - OF[day].keys()} & nodes.keys()
    for row in rows(package, "source-rows.csv"):
        if row["type"] in ("Bid", "SUBMITS", "FOR_LOT"):
            assert row["file"] in (FILES[day], "补录.csv")
    graph = json.loads(package.files["data/graph/graph.cyjs"])
    prices = {n["data"]["id"]: n["data"].get("amount") for n in graph["elements"]["nodes"]}
    assert prices[bid("卯")] == OF[day]["卯"][0] * 100
    assert str(OF[day]["卯"][0] * 100) in package.files["data/graph/graph.graphml"].decode()
    assert str(OF[other]["卯"][0] * 100) not in package.files["data/graph/graph.graphml"].decode()
    for lang, word, scope in (
        ("zh", "开标", f"，{day} 开标的一次"),
        ("en", "opened", f", the opening of {day}"),
    ):
        drawn = package.files[f"data/picture.{lang}.svg"].decode()
        assert f"{word} {day}" in drawn and other not in drawn
        assert scope in package.files[f"data/report.{lang}.html"].decode()
    assert verify_package(unpack(package.files, tmp_path / "package")).holds


def test_the_files_a_finding_names_are_those_of_its_opening(held_twice: FoundInFiles) -> None:
    for day, other in ((FIRST, SECOND), (SECOND, FIRST)):
        found = of_day(held_twice, day)
        assert FILES[day] in found.facts["data"]["sources"]
        assert FILES[other] not in found.facts["data"]["sources"]
        assert FILES[day] in found.text["zh"] and FILES[other] not in found.text["zh"]


def _lines(picture: Any) -> dict[str, tuple[str, ...]]:
    """What is written on the line of each bidder."""
    made = abridge(picture)
    return {line.source: line_words(line, "zh") for line in made.lines if line.kind == "bid"}


def test_a_picture_of_the_lot_says_of_each_bid_at_which_opening(held_twice: FoundInFiles) -> None:
    picture = picture_of(held_twice.store, [LOT], None)
    bids = {n.id: n.facts for n in picture.nodes if n.type == "Bid"}
    assert bids.keys() == {bid(w) for w in NAMES}
    assert bids[bid("子")]["opened_on"] == FIRST and bids[bid("丑")]["opened_on"] == SECOND
    both = bids[bid("卯")]
    assert both["opened_on"] == f"{FIRST}、{SECOND}"
    assert both["by_round"] == [f"{FIRST} CNY 990,000.00", f"{SECOND} CNY 901,000.00"]
    assert "amount" not in both and "status" not in both
    lines = _lines(picture)
    assert lines[f"cn-uscc:{CODES['卯']}"] == ("投标", *both["by_round"])
    assert lines[f"cn-uscc:{CODES['子']}"] == ("投标 95.50万元", f"开标 {FIRST}")


def test_or_is_of_one_opening_where_that_is_asked_for(held_twice: FoundInFiles) -> None:
    for day, told in OF.items():
        picture = picture_of(held_twice.store, [LOT], None, held_twice.run.findings, round=day)
        bids = {n.id: n.facts for n in picture.nodes if n.type == "Bid"}
        assert bids.keys() == {bid(w) for w in (*told, "寅")}
        assert bids[bid("卯")]["amount"] == told["卯"][0] * 100
        assert picture.as_of == day and picture.title.endswith(day)
        marked = {n.name for n in picture.nodes if n.type == "Company" and "finding" in n.marks}
        assert marked == {NAMES[w] for w in told if w in "子丑卯"}
    with pytest.raises(KeyError):
        picture_of(held_twice.store, [LOT], None, round="2024-03-26")
