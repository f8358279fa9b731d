"""The published samples, and the prototype in which OCDS meets BODS."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from loaders.bods import read_bods
from loaders.context import ReadContext
from loaders.ocds import read_ocds
from tests.loaders.documents import load_files
from tests.loaders.reading import codes, nodes, rels


def load(folder: Path) -> ReadContext:
    return load_files(read_ocds, *sorted(p for p in folder.rglob("*.json*")))


def test_all_shapes_of_one_process_are_one_process(shared_data: Path) -> None:
    context = load(shared_data / "ocds-sample" / "fictional-example-1.1")
    assert nodes(context, "Tender")["id"].unique().to_list() == ["ocds:ocds-213czf-000-00001"]
    assert set(nodes(context, "Company")["id"]) == {"gb-lac:E09000003", "gb-coh:11111111", "gb-coh:22222222"}
    assert rels(context, "SUBMITS")["from_id"].n_unique() == 2
    assert nodes(context, "Bid").filter("won")["id"].n_unique() == 1
    assert set(codes(context, "flag")) == {"ocds-spreadsheet-id"}
    assert not codes(context)


def test_every_single_file_of_it_loads(shared_data: Path) -> None:
    for path in (shared_data / "ocds-sample").rglob("*.json*"):
        context = load_files(read_ocds, path)
        assert not codes(context), path.name
        assert nodes(context, "Company").height or nodes(context, "Tender").height


def test_lean_compiled_releases(shared_data: Path) -> None:
    context = load(shared_data / "ocds-sample" / "bids-lean")
    assert nodes(context, "Tender")["id"].n_unique() == 10
    assert nodes(context, "Bid")["id"].n_unique() == 20
    assert codes(context, "flag").count("ocds-bid-without-tenderers") == 2
    assert context.summary["consortia"] == 3


def test_the_partnership_example(shared_data: Path) -> None:
    context = load(shared_data / "ocds-sample" / "ppp-example")
    assert set(rels(context, "SUBMITS")["from_id"]) == {"xx-xxx:12345678"}
    owns = rels(context, "OWNS")
    assert owns.height == 9
    assert owns["share"].sum() == pytest.approx(1.0)
    assert set(owns["to_id"]) == {"xx-xxx:12345678"}
    assert not context.problems


def test_the_prototype_gives_exactly_its_linked_pair(shared_data: Path) -> None:
    prototype = shared_data / "ocds-bods-prototype"
    tenders = load(prototype / "ocds")
    owners = load_files(read_bods, *sorted((prototype / "bods").rglob("*.json")))
    bidders = set(rels(tenders, "SUBMITS")["from_id"])
    assert len(bidders) == 5
    owns = rels(owners, "OWNS").filter(pl.col("to_id").is_in(list(bidders)))
    assert owns.height == 29
    shared = (
        owns.group_by("from_id")
        .agg(pl.col("to_id").n_unique().alias("n"), "share", "votes")
        .filter(pl.col("n") > 1)
    )
    rows = shared.sort("from_id").rows()
    assert [(r[1], r[2], r[3]) for r in rows] == [
        (2, [None, None], [0.2, 0.2]),
        (2, [0.15, 0.15], [None, None]),
    ]
    assert rows[0][0] == "gb-lac:6948732519"
    assert rows[1][0].startswith("person:")
    tied = owns.filter(pl.col("from_id").is_in(shared["from_id"].to_list()))["to_id"].unique()
    assert set(tied) == {"gb-lac:5315469852", "gb-lac:5315469854"}
    assert not owners.problems
    assert not tenders.problems
