"""`evidence`, `verify` and `subgraph --to` as commands; stopped half-way."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import pypdf
import pytest

from exports import Package, verify_package
from graph.stores import Credentials
from tests.cli.both_stores import Ran, Store
from tests.exports.conftest import LOT, World, forged, with_facts

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="platform: signals")


def environment(folder: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("LOOKTHROUGH_")}
    return kept | {
        "LOOKTHROUGH_DATA": str(folder / "data"),
        "LOOKTHROUGH_STORE": str(folder / "output/demo/store"),
        "LOOKTHROUGH_LANG": "en",
    }


def call(folder: Path, *arguments: object, language: str = "en") -> Ran:
    """One command on the demo world, in this process: each of its own would take a second to begin."""
    asked = Store(str(folder / "output/demo/store"), folder / "data", Credentials())
    return asked(*arguments, language=language)


def test_a_package_is_written_checked_and_a_change_named(world: World, tmp_path: Path) -> None:
    found = world.found("common-controller").fingerprint
    target = tmp_path / "案卷 一" / "package"
    target.parent.mkdir()
    made = call(world.folder, "evidence", found, "--to", target, "--actor", "核查员", "--format", "json")
    assert made.code == 0, made.err
    told = json.loads(made.out)
    assert told["id"] == found and told["files"] == 24 and told["nodes"] == 59
    assert "核查员" in (target / "run.json").read_text(encoding="utf-8")
    checked = call(world.folder, "verify", target)
    assert checked.code == 0 and "24 files" in checked.out and "2 shares" in checked.out
    assert "2 HTML reports and 2 SVG pictures made again" in checked.out
    checked = call(world.folder, "verify", target, "--format", "json")
    assert json.loads(checked.out)["holds"] is True
    again = call(world.folder, "evidence", found, "--to", target)
    assert again.code == 1 and "exists" in again.err
    with (target / "data/graph/edges.csv").open("r+b") as file:
        file.seek(100)
        file.write(b"#")
    checked = call(world.folder, "verify", target, "--format", "json", language="zh")
    assert checked.code == 1
    assert [f["at"] for f in json.loads(checked.out)["faults"]] == ["data/graph/edges.csv"]
    checked = call(world.folder, "verify", target, language="zh")
    assert checked.code == 1 and "data/graph/edges.csv" in checked.out and "复核未通过" in checked.err


def test_what_was_not_compared_is_said_where_the_answer_is(
    world: World, nine: Package, tmp_path: Path
) -> None:
    def older(told: dict[str, Any]) -> None:
        told["software"]["version"] = "0.0.0"

    by_older = {"Bag-Software-Agent": "lookthrough 0.0.0"}
    target = forged(nine, tmp_path / "other", "provenance.json", with_facts(older), by_older)
    for language, words in (("en", "⚠ NOT COMPARED"), ("zh", "⚠ 未比对")):
        checked = call(world.folder, "verify", target, language=language)
        told = checked.out.splitlines()
        assert checked.code == 0 and told[0].startswith("✓") and told[1].startswith(words), checked.out
        assert "0.0.0" in checked.out and len(told) == 2
    checked = call(world.folder, "verify", target, "--format", "json")
    assert "0.0.0" in json.loads(checked.out)["not_compared"]["en"]


def test_a_lot_is_said_to_be_one_and_where_its_findings_are(world: World, tmp_path: Path) -> None:
    for asked in (LOT, LOT.removeprefix("local:")):
        refused = call(world.folder, "evidence", asked, "--to", tmp_path / "x.zip")
        assert refused.code == 1, refused.err
        assert f"{LOT} is a lot" in refused.err and f"findings list --scope {LOT}" in refused.err
    refused = call(world.folder, "evidence", "没有这个", "--to", tmp_path / "x.zip")
    assert "Nothing is called" in refused.err
    assert not list(tmp_path.iterdir())


def test_a_party_by_name_and_exchange_formats_for_other_programs(world: World, tmp_path: Path) -> None:
    target = tmp_path / "company.zip"
    made = call(world.folder, "evidence", "虚构云桥建设有限公司", "--to", target, "--as-of", "2025-05-20")
    assert made.code == 0, made.err
    assert verify_package(target).recomputed["shares"] == 7
    for name in ("a.graphml", "a.gexf", "a.cyjs", "a.csv.zip"):
        drawn = call(world.folder, "subgraph", LOT, "--to", tmp_path / name)
        assert drawn.code == 0 and (tmp_path / name).stat().st_size > 1000
    with zipfile.ZipFile(tmp_path / "a.csv.zip") as archive:
        assert "虚构顾远山" in archive.read("paths.csv").decode("utf-8-sig")
    refused = call(world.folder, "subgraph", LOT, "--to", tmp_path / "a.doc")
    assert refused.code == 2
    for wrong in (("evidence", "没有这家公司", "--to", tmp_path / "x"), ("verify", tmp_path / "absent")):
        refused = call(world.folder, *wrong, language="zh")
        assert refused.code == 1 and refused.err.startswith("错误：") and refused.err.count("\n") == 1


def test_no_plate_and_no_home_is_in_any_file_where_people_are_masked(world: World, tmp_path: Path) -> None:
    means = [f for f in world.findings if f.detector == "undeclared-means"]
    found = next(f for f in means if any(m["kind"] == "vehicle" for m in f.facts["means"]))
    plates = {m["id"].partition(":")[2] for m in found.facts["means"] if m["kind"] == "vehicle"}
    shown = {}
    for name, options in (("clear", ()), ("masked", ("--mask-people",))):
        target = tmp_path / name
        made = call(world.folder, "evidence", found.fingerprint, "--to", target, *options)
        assert made.code == 0, made.err
        assert verify_package(target).holds
        told = {p.name: texts_of(p) for p in sorted((target / "data").rglob("*.*")) if p.suffix != ".png"}
        shown[name] = {file for file, text in told.items() if any(plate in text for plate in plates)}
    assert {"facts.json", "report.zh.pdf", "report.en.html", "nodes.csv", "source-rows.csv"} <= shown["clear"]
    assert shown["masked"] == set()


def test_people_whom_only_a_party_s_findings_tell_of_are_masked_too(world: World, tmp_path: Path) -> None:
    found = next(f for f in world.findings if f.detector == "related-persons" and not f.suppressed_by)
    kin = {p["name"] for p in found.facts["persons"]}
    assert len(kin) == 2
    shown = {}
    for name, options in (("clear", ()), ("masked", ("--mask-people",))):
        target = tmp_path / name
        made = call(world.folder, "evidence", found.subjects[0], "--to", target, *options)
        assert made.code == 0, made.err
        assert verify_package(target).holds
        told = [p for p in sorted((target / "data").rglob("*.*")) if p.suffix != ".png"]
        shown[name] = {p.name: {k for k in kin if k in texts_of(p)} for p in told}
    assert shown["clear"]["facts.json"] == shown["clear"]["report.zh.html"] == kin
    assert not any(shown["masked"].values())


def texts_of(path: Path) -> str:
    """A file's text as it is read: a line that is broken, or drawn in parts, is one."""
    if path.suffix == ".pdf":
        text = "".join(page.extract_text() for page in pypdf.PdfReader(path).pages)
    else:
        text = path.read_text(encoding="utf-8")
    return re.sub(r"\s+|</?tspan[^>]*>", "", text)


@posix_only
def test_stopped_half_way_it_leaves_nothing(world: World, tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    command = [sys.executable, "-m", "lookthrough", "evidence", world.found("common-controller").fingerprint]
    running = subprocess.Popen(
        [*command, "--to", str(target / "p")],
        env=environment(world.folder),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    # The first file of the package being built: that is half-way.
    end = time.monotonic() + 120
    while running.poll() is None and time.monotonic() < end and not any(target.iterdir()):
        time.sleep(0.001)
    running.send_signal(signal.SIGINT)
    code = running.wait(60)
    left = sorted(p.name for p in target.iterdir())
    assert (code, left) in ((130, []), (0, ["p"])), (code, left)
    if left:
        assert verify_package(target / "p").holds
