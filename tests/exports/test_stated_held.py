"""`verify` holds names and fields of all nodes, and of relationships, against the enclosed rows; true packages hold."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from detectors.finding import Finding
from exports import Package, verify_package
from exports.csv_tables import table
from exports.evidence.asking import About, ask
from exports.evidence.contents import prove
from exports.verifying.enclosed import Enclosed
from exports.verifying.recomputing import recomputed
from exports.verifying.stated import stated_faults
from tests.exports.conftest import KEY, World, forged

NODES = "graph/nodes.csv"
EDGES = "graph/edges.csv"


def with_cells(name: str, change: Callable[[dict[str, str]], None]) -> Callable[[bytes], bytes]:
    """A change of a table's rows as a change of its bytes."""

    def changed(text: bytes) -> bytes:
        rows = [*csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline=""))]
        for row in rows:
            change(row)
        return table([*rows[0]], rows)

    return changed


def places(package: Package, folder: Path, name: str, change: Callable[[bytes], bytes]) -> list[str]:
    return [f.at for f in verify_package(forged(package, folder, name, change)).faults]


def test_of_every_detector_a_true_package_holds_named_and_masked(world: World) -> None:
    seen: set[str] = set()
    for found in world.findings:
        if found.detector in seen:
            continue
        seen.add(found.detector)
        asked = ask(world.store, found, None)
        for hidden_by in (None, KEY):
            # The same check as `verify` makes: it raises where something does not hold.
            files = prove(world.store, asked, hidden_by).files
            assert recomputed(Enclosed.read({f"data/{n}": b for n, b in files.items()}))[0] == []
    assert len(seen) > 40


@pytest.mark.parametrize("day", [None, "2025-05-20"])
def test_so_does_one_of_every_kind_of_party(world: World, day: str | None) -> None:
    parties = [
        r["id"]
        for type_ in ("Company", "Person", "Household")
        for r in world.store.query(f"MATCH (n:{type_}) RETURN n.id AS id ORDER BY id LIMIT 3").to_pylist()
    ]
    parties += list(dict.fromkeys(f.scope_id for f in world.findings if f.scope_kind == "household"))[:40]
    for id_ in parties:
        asked = ask(world.store, id_, day, known=About())
        for hidden_by in (None, KEY):
            files = prove(world.store, asked, hidden_by).files
            assert recomputed(Enclosed.read({f"data/{n}": b for n, b in files.items()}))[0] == []


@pytest.mark.parametrize(
    ("detector", "type_", "field", "wrong"),
    [
        ("paid-after-death", "Person", "name", "虚构他人"),
        ("paid-after-death", "Person", "died_on", "2024-01-10"),
        ("paid-after-death", "Benefit", "amount", "9862000"),
        ("paid-after-death", "Benefit", "from_month", "2024-01"),
        ("paid-after-death", "Benefit", "to_month", "2026-01"),
        ("paid-after-death", "Program", "name", "虚构他项"),
        ("non-local-hukou", "Person", "hukou_region", "虚构省别县"),
        ("household-multi-property", "Property", "kind", "shop"),
        ("household-multi-property", "Property", "name", "虚构路一号"),
        ("household-multi-property", "Property", "area_m2", "8.5"),
        ("founded-for-one-tender", "Company", "name", "虚构清白有限公司"),
        ("founded-for-one-tender", "Company", "founded_on", "2001-01-01"),
        ("shared-contact", "Contact", "value", "00009999999"),
        ("shared-payee-account", "Contact", "value", "9999********0000"),
        ("regular-price-difference", "Bid", "amount", "5"),
        ("regular-price-difference", "Bid", "currency", "USD"),
        ("regular-price-difference", "Tender", "name", "虚构别的工程"),
    ],
)
def test_a_field_of_a_node_that_no_row_states_is_found(
    world: World, detector: str, type_: str, field: str, wrong: str
) -> None:
    files = _files(world, detector)
    ids = [r["id"] for r in _rows(files[f"data/{NODES}"]) if r["type"] == type_ and r.get(field)]
    assert ids

    def change(row: dict[str, str]) -> None:
        if row["id"] == ids[0]:
            row[field] = wrong

    files[f"data/{NODES}"] = with_cells(NODES, change)(files[f"data/{NODES}"])
    (fault,) = stated_faults(Enclosed.read(files))
    assert fault.at == f"data/{NODES} {ids[0]} {field}"
    assert wrong in fault.zh and wrong in fault.en


@pytest.mark.parametrize("field", ["died_on", "name"])
def test_so_is_one_that_is_left_out(world: World, field: str) -> None:
    files = _files(world, "paid-after-death")
    id_ = next(r["id"] for r in _rows(files[f"data/{NODES}"]) if r["type"] == "Person" and r["died_on"])

    def change(row: dict[str, str]) -> None:
        row[field] = "" if row["id"] == id_ else row[field]

    files[f"data/{NODES}"] = with_cells(NODES, change)(files[f"data/{NODES}"])
    assert [f.at for f in stated_faults(Enclosed.read(files))] == [f"data/{NODES} {id_} {field}"]


def test_of_two_statements_the_later_counts_and_the_earlier_is_a_fault(world: World) -> None:
    files = _files(world, "founded-for-one-tender")
    rows = _rows(files["data/source-rows.csv"])
    id_ = next(r["key"] for r in rows if r["type"] == "Company" and '"founded_on"' in r["says"])
    for day, right in (("2000-01-01", True), ("2099-01-01", False)):
        other = []
        for row in rows:
            says = json.loads(row["says"])
            if row["key"] == id_ and row["record"] == "node":
                says["observed_on"] = "2024-06-30"
                later = {**says, "name": "虚构改名有限公司", "observed_on": day}
                other.append({**row, "says": json.dumps(later, ensure_ascii=False)})
            other.append({**row, "says": json.dumps(says, ensure_ascii=False)})
        files["data/source-rows.csv"] = table([*rows[0]], other)
        found = [f.at for f in stated_faults(Enclosed.read(files))]
        assert found == ([] if right else [f"data/{NODES} {id_} name"])


def test_a_masked_name_is_held_as_it_is_masked(world: World, tmp_path: Path) -> None:
    package = world.package(_found(world, "paid-after-death"), hidden_by=KEY)
    id_ = next(r["id"] for r in _rows(package.files[f"data/{NODES}"]) if r["type"] == "Person")

    def change(row: dict[str, str]) -> None:
        row["name"] = "赵**" if row["id"] == id_ else row["name"]

    found = places(package, tmp_path / "forged", NODES, with_cells(NODES, change))
    assert f"data/{NODES} {id_} name" in found


def test_so_is_what_a_relationship_is_told_beyond_its_rows(world: World, tmp_path: Path) -> None:
    package = world.package(world.found("possible-same-person", "local:BZ-D1f-已离任/1"))
    rows = _rows(package.files[f"data/{EDGES}"])
    key = next(r["id"] for r in rows if r["type"] == "OFFICER_OF" and not r["stated_to"])

    def change(row: dict[str, str]) -> None:
        row["stated_to"] = "2024-01-01" if row["id"] == key else row["stated_to"]

    found = places(package, tmp_path / "forged", EDGES, with_cells(EDGES, change))
    assert f"data/{EDGES} {key} stated_to" in found


def _found(world: World, detector: str) -> Finding:
    return next(f for f in world.findings if f.detector == detector)


def _files(world: World, detector: str) -> dict[str, bytes]:
    files = prove(world.store, ask(world.store, _found(world, detector), None), None).files
    return {f"data/{n}": b for n, b in files.items()}


def _rows(text: bytes) -> list[dict[str, str]]:
    return [*csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline=""))]
