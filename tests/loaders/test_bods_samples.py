"""The published samples: counts as their page says, every fault of the validator's fixtures found."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from loaders.bods import read_bods
from tests.loaders.documents import load_files
from tests.loaders.reading import nodes, rels


def test_a_published_register_merges_by_scheme_and_value(shared_data: Path) -> None:
    context = load_files(read_bods, shared_data / "bods-opencheck" / "all_demo.jsonl")
    assert (context.extract.files[0].rows, context.extract.files[0].rejected) == (1204, 0)
    assert not context.problems
    assert nodes(context, "Company")["id"].n_unique() == 482
    assert nodes(context, "Person")["id"].n_unique() == 18
    assert context.summary["bods_closed_without_history"] == 84
    owns, control = rels(context, "OWNS"), rels(context, "EXERCISES_CONTROL")
    assert owns["share"].null_count() == owns.height
    assert control.filter(pl.col("interest") == "accounting_consolidation")["direct"].null_count() == 0
    assert control.filter(pl.col("interest") == "fund_management").height == 4
    assert rels(context, "BRANCH_OF").height == 4


def test_the_standards_examples(shared_data: Path) -> None:
    files = sorted((shared_data / "bods-examples" / "examples").glob("*.json"))
    context = load_files(read_bods, *files)
    assert len(files) == 19
    assert sum(f.rows for f in context.extract.files) == 119
    assert sum(f.rejected for f in context.extract.files) == 0
    assert {p.code for p in context.problems} == {"bods-component-without-type"}


def fixtures(shared: Path, folder: str) -> list[Path]:
    return sorted((shared / "bods-cove" / folder).glob("*.json"))


def test_the_validators_fixtures(shared_data: Path) -> None:
    for path in fixtures(shared_data, "additional-checks"):
        context = load_files(read_bods, path)
        assert bool(context.problems) == ("-invalid-" in path.name), path.name
    for path in fixtures(shared_data, "invalid-schema"):
        context = load_files(read_bods, path)
        assert any(p.kind != "note" for p in context.problems), path.name
    for path in fixtures(shared_data, "valid-schema"):
        context = load_files(read_bods, path)
        assert not [p for p in context.problems if p.kind == "reject"], path.name


def test_converted_lei_records_survive_missing_ends(shared_data: Path) -> None:
    rr, entities = (
        shared_data / "gleif/rr-updates-data2-out.json",
        shared_data / "gleif/lei-updates-data2-out.json",
    )
    together = load_files(read_bods, rr, entities)
    assert not together.problems
    assert rels(together, "EXERCISES_CONTROL").height == 11
    alone = load_files(read_bods, shared_data / "gleif/rr-data-out.json")
    assert {p.code for p in alone.problems} == {"bods-dangling"}
    assert rels(alone, "EXERCISES_CONTROL").height == 10


@pytest.mark.parametrize(("letter", "votes"), [("a", 1.0), ("b", 1.0), ("c", 1.0), ("d", 0.5), ("e", 1.0)])
def test_sums_of_the_prototype_by_interest(shared_data: Path, letter: str, votes: float) -> None:
    path = shared_data / "ocds-bods-prototype/bods/PROC-20-0001" / f"{letter}_ownership.json"
    owns = rels(load_files(read_bods, path), "OWNS")
    assert owns["share"].sum() == pytest.approx(1.0)
    assert owns["votes"].sum() == pytest.approx(votes)
