"""What `verify` finds: any byte changed, any file added or gone, archives made to harm, and numbers forged with care."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import stat
import struct
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exports import Package, PackageError, verify_package
from exports.bag import TAG_MANIFEST, bag, manifest, read_info
from exports.evidence.asking import ask
from exports.evidence.contents import prove
from exports.verifying.enclosed import read_table
from exports.verifying.integrity import integrity
from exports.verifying.reading import read_package
from tests.exports.conftest import KEY, World, forged, unpack, with_facts


@given(data=st.data())
@settings(deadline=None)
def test_any_byte_changed_in_any_file_is_found(nine: Package, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(nine.files)))
    content = bytearray(nine.files[name])
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= data.draw(st.integers(1, 255))
    assert integrity({**nine.files, name: bytes(content)})
    assert not integrity(nine.files)


def test_a_cell_as_long_as_one_that_is_loaded_is_read() -> None:
    name = "虚构的长名称" * 40_000
    read = read_table(
        {"data/graph/nodes.csv": f"id,name\nlocal:A,{name}\n".encode()}, "data/graph/nodes.csv", ("id",)
    )
    assert read == [{"id": "local:A", "name": name}]


@given(data=st.data())
@settings(deadline=None, max_examples=60)
def test_a_zip_with_one_byte_changed_is_refused_or_holds_the_same_files(
    nine: Package, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray(nine.zip())
    # Headers and the directory are where a change need not be in a file.
    near = (
        st.integers(len(content) - 4000, len(content) - 1)
        | st.integers(0, 400)
        | st.integers(0, len(content) - 1)
    )
    at = data.draw(near)
    content[at] ^= data.draw(st.integers(1, 255))
    target = tmp_path_factory.getbasetemp() / "changed.zip"
    target.write_bytes(bytes(content))
    try:
        read = read_package(target).files
    except PackageError as error:
        assert error.zh and error.en
        return
    assert integrity(read) or read == nine.files


def test_a_file_added_moved_or_gone_is_named(unpacked: Path) -> None:
    for place in ("data/more.txt", "note.txt", "data/graph/.hidden"):
        (unpacked / place).write_text("x")
        found = verify_package(unpacked)
        assert [f.at for f in found.faults] == [place], found.faults
        (unpacked / place).unlink()
    assert verify_package(unpacked).holds
    (unpacked / "data/graph/paths.csv").rename(unpacked / "data/graph/path.csv")
    assert {f.at for f in verify_package(unpacked).faults} == {"data/graph/paths.csv", "data/graph/path.csv"}


def test_a_manifest_made_anew_for_a_changed_file_leaves_the_tag_manifest_wrong(nine: Package) -> None:
    files = {**nine.files, "data/facts.json": b"{}"}
    files["manifest-sha256.txt"] = manifest({n: b for n, b in files.items() if n.startswith("data/")})
    assert [f.at for f in integrity(files)][:1] == ["manifest-sha256.txt"]


def _edges(change: Callable[[str], str]) -> Callable[[bytes], bytes]:
    return lambda text: change(text.decode()).encode()


def _claim(name: str, value: Any) -> Callable[[bytes], bytes]:
    def change(facts: dict[str, Any]) -> None:
        facts["claims"]["shares"][0][name] = value

    return with_facts(change)


def _both(facts: dict[str, Any]) -> None:
    """A share forged in the claim and in the finding alike."""
    facts["claims"]["shares"][0]["share"] = facts["findings"][0]["facts"]["bidders"][0]["share"] = 0.52


def _formula(facts: dict[str, Any]) -> None:
    facts["claims"]["shares"][0]["paths"][0]["formula"] = "80% × 75% × 100% × 70% = 52%"


def _register(facts: dict[str, Any]) -> None:
    facts["ownership"]["registers"][0]["links"][0]["low"] = 0.9


def _register_left_out(facts: dict[str, Any]) -> None:
    facts["ownership"]["registers"][0]["links"].pop()


def _control(facts: dict[str, Any]) -> None:
    facts["claims"]["control"][0]["company"] = facts["claims"]["control"][1]["company"]
    facts["claims"]["control"][0]["holder"] = "person:nobody"


def _evidence(facts: dict[str, Any]) -> None:
    facts["findings"][0]["evidence"]["keys"].append("0" * 32)


def _text_only(facts: dict[str, Any]) -> None:
    """The finding says otherwise than what is claimed."""
    facts["findings"][0]["facts"]["bidders"][0]["share"] = 0.9


@pytest.mark.parametrize(
    ("name", "change", "place"),
    [
        ("facts.json", with_facts(_both), "/findings/0/facts/bidders/0"),
        ("facts.json", _claim("depth", 2), "depth"),
        ("facts.json", _claim("votes", 0.6), "votes"),
        ("facts.json", with_facts(_formula), "paths/0"),
        ("facts.json", with_facts(_register), "low"),
        ("facts.json", with_facts(_register_left_out), "/ownership"),
        ("facts.json", with_facts(_control), "/findings/0/facts/control/0"),
        ("facts.json", with_facts(_evidence), "/evidence"),
        ("facts.json", with_facts(_text_only), "/findings/0/facts/bidders/0"),
        ("graph/edges.csv", _edges(lambda t: t.replace(",0.7,0.7,0.7,", ",0.71,0.71,0.71,", 1)), "low"),
        (
            "graph/edges.csv",
            _edges(lambda t: "\r\n".join(r for r in t.split("\r\n") if "0.55,0.55" not in r)),
            "edges.csv",
        ),
        (
            "graph/nodes.csv",
            _edges(lambda t: "\r\n".join(r for r in t.split("\r\n") if "虚构顾远山" not in r)),
            "nodes.csv",
        ),
        ("source-rows.csv", _edges(lambda t: "\r\n".join(t.split("\r\n")[:100]) + "\r\n"), "source-rows.csv"),
        ("source-rows.csv", _edges(lambda t: t.replace('""share"": 0.7', '""share"": 0.71', 1)), "share"),
        (
            "provenance.json",
            _edges(lambda t: t.replace('"fingerprint": "', '"fingerprint": "0')),
            "provenance.json",
        ),
    ],
)
def test_a_forger_who_knows_the_format_is_found_and_the_place_named(
    nine: Package, tmp_path: Path, name: str, change: Callable[[bytes], bytes], place: str
) -> None:
    target = forged(nine, tmp_path / "forged", name, change)
    assert not integrity(read_package(target).files), "the bag itself is in order"
    found = verify_package(target)
    assert not found.holds
    told = [f"{f.at} {f.en} {f.zh}" for f in found.faults]
    assert any(place in t for t in told), told


def _graph(pattern: str, other: str) -> Callable[[bytes], bytes]:
    """A change at the first place a pattern is met."""

    def changed(text: bytes) -> bytes:
        found, times = re.subn(pattern, other, text.decode(), count=1, flags=re.DOTALL)
        assert times == 1
        return found.encode()

    return changed


@pytest.mark.parametrize(
    ("name", "change", "place"),
    [
        ("graph.graphml", _graph(">0.75</data>", ">0.57</data>"), "share"),
        ("graph.graphml", _graph(">75.00%</data>", ">57.00%</data>"), "label"),
        ("graph.graphml", _graph("EdgeLabel>75.00%<", "EdgeLabel>57.00%<"), "yed_label"),
        ("graph.graphml", _graph("NodeLabel>虚构云桥建设有限公司<", "NodeLabel>虚构无关公司<"), "yed_label"),
        (
            "graph.graphml",
            _graph('<edge source="[^"]*"', '<edge source="cn-uscc:91999999900000065C"'),
            "source",
        ),
        ("graph.graphml", _graph(r"<edge .*?</edge>", ""), "edges.csv"),
        ("graph.graphml", _graph("<node id", '<node id="local:多"/><node id'), "local:多"),
        ("graph.graphml", _graph(">2025-05-20</data>", ">2024-05-20</data>"), "graph."),
        ("graph.gexf", _graph('value="0.75"', 'value="0.57"'), "share"),
        ("graph.gexf", _graph('label="75.00%"', 'label="57.00%"'), "label"),
        ("graph.gexf", _graph('target="[^"]*"', 'target="cn-uscc:91999999900000065C"'), "target"),
        ("graph.gexf", _graph('label="虚构云桥建设有限公司"', 'label="虚构无关公司"'), "label"),
        ("graph.gexf", _graph(r"<edge .*?</edge>", ""), "edges.csv"),
        ("graph.gexf", _graph("integrated · ", "simple_paths · "), "graph."),
        ("graph.cyjs", _graph('"share":0.75', '"share":0.57'), "share"),
        ("graph.cyjs", _graph('"label":"75.00%"', '"label":"57.00%"'), "label"),
        ("graph.cyjs", _graph('"name":"虚构云桥建设有限公司"', '"name":"虚构无关公司"'), "name"),
        ("graph.cyjs", _graph('"sources":\\["b[^"]*##4"', '"sources":["b0:0##4"'), "sources"),
        ("graph.cyjs", _graph('"Company subject finding"', '"Company"'), "marks"),
        ("graph.cyjs", _graph('"fingerprint":"', '"fingerprint":"0'), "facts.json"),
    ],
)
def test_a_graph_file_that_says_otherwise_than_the_tables_is_found(
    nine: Package, tmp_path: Path, name: str, change: Callable[[bytes], bytes], place: str
) -> None:
    target = forged(nine, tmp_path / "forged", f"graph/{name}", change)
    assert not integrity(read_package(target).files), "the bag itself is in order"
    faults = verify_package(target).faults
    assert faults and all(f.at.startswith("data/graph/graph.") for f in faults)
    assert any(name in f.at and place in f"{f.at} {f.en}" for f in faults), faults


def test_a_graph_file_that_can_not_be_read_is_refused_in_a_sentence(nine: Package, tmp_path: Path) -> None:
    entities = '<!DOCTYPE graphml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><graphml><graph>&b;</graph></graphml>'
    for n, (name, content) in enumerate(
        (
            ("graphml", b"<graphml>"), ("graphml", entities.encode()), ("graphml", b""), ("gexf", b"nonsense"),
            ("gexf", b"<gexf/>"), ("cyjs", b"{}"), ("cyjs", b"[" * 100_000),
        )
    ):  # fmt: skip
        refused(forged(nine, tmp_path / str(n), f"graph/graph.{name}", lambda _, c=content: c))  # type: ignore[misc]


def test_the_graph_files_of_every_kind_of_package_hold(world: World, tmp_path: Path) -> None:
    """Texts that XML and spreadsheets change, nodes without a name, bounds: nothing of ours is called forged."""
    for detector in sorted({f.detector for f in world.findings}):
        found = next(f for f in world.findings if f.detector == detector)
        files = prove(world.store, ask(world.store, found, None), KEY).files
        assert len(files) > 8, detector


def _told(change: Callable[[dict[str, Any]], None]) -> Callable[[bytes], bytes]:
    return with_facts(lambda facts: change(facts["findings"][0]))


def _text_of(pattern: str, other: str) -> Callable[[bytes], bytes]:
    def changed(text: bytes) -> bytes:
        assert pattern in text.decode("utf-8-sig"), pattern
        return text.replace(pattern.encode(), other.encode())

    return changed


@pytest.mark.parametrize(
    ("name", "change", "place"),
    [
        ("report.zh.html", _text_of("42.00%", "92.00%"), "data/report.zh.html line"),
        ("report.en.html", _text_of("虚构顾远山", "虚构李四"), "data/report.en.html"),
        ("report.en.html", _text_of("</footer>", "</footer><script>1</script>"), "data/report.en.html line"),
        ("picture.zh.svg", _text_of("80.00%", "90.00%"), "data/picture.zh.svg"),
        ("picture.en.svg", _text_of("虚构云桥建设有限公司", "虚构无关公司"), "data/picture.en.svg"),
        ("picture.zh.svg", _text_of("#1a202c", "#ffffff"), "data/picture.zh.svg"),
        ("picture.zh.svg", lambda _: b"nonsense", "data/picture.zh.svg"),
        (
            "facts.json",
            _told(lambda f: f["text"].update(zh=f["text"]["zh"] + "另查明")),
            "findings.csv row 2 text_zh",
        ),
        (
            "facts.json",
            _told(lambda f: f["facts"]["bidders"][0]["paths"][0].update(formula="90% = 92%")),
            "92%",
        ),
        ("facts.json", _told(lambda f: f["facts"]["holder"].update(name="虚构李四")), "虚构李四"),
        ("facts.json", _told(lambda f: f.update(subjects=f["subjects"][:1])), "findings.csv row 2 subjects"),
        ("facts.json", _told(lambda f: f.update(severity="lead")), "findings.csv row 2 severity"),
        (
            "facts.json",
            _told(lambda f: f.update(suppressed_by={"rule": "state", "reason": "x", "reason_en": "x"})),
            "findings.csv row 2 suppressed_by",
        ),
        ("facts.json", _told(lambda f: f["basis"][0].update(article="第一条")), "findings.csv row 2 basis"),
        ("facts.json", _told(lambda f: f["basis"][0].update(says="另有规定")), "data/report.zh.html"),
        ("facts.json", _told(lambda f: f["innocent"]["zh"].pop()), "data/report.zh.html"),
        ("graph/paths.csv", _text_of("42%", "92%"), "paths.csv row 2 formula"),
        ("graph/paths.csv", lambda text: text[: text.index(b"\r\n") + 2], "paths.csv row 2"),
        ("graph/findings.csv", lambda text: text + b"bogus\r\n", "findings.csv row 3"),
        ("source-rows.csv", _text_of("企业股东信息.csv", "另一文件.csv"), "file"),
    ],
)
def test_what_people_read_is_held_against_the_data(
    nine: Package, tmp_path: Path, name: str, change: Callable[[bytes], bytes], place: str
) -> None:
    target = forged(nine, tmp_path / "forged", name, change)
    assert not integrity(read_package(target).files), "the bag itself is in order"
    told = [f"{f.at} {f.en} {f.zh}" for f in verify_package(target).faults]
    assert any(place in t for t in told), told


@pytest.mark.parametrize("of", ["cn-uscc:919999999000000144", "local:XGDB0001"])
def test_a_partys_reports_tables_and_pictures_are_held_against_its_data(
    world: World, tmp_path: Path, of: str
) -> None:
    package = world.package(of)
    assert verify_package(unpack(package.files, tmp_path / "as-it-is")).holds
    for n, (name, change, place) in enumerate(
        (
            (
                "report.zh.html",
                _text_of(package.id.removeprefix("local:"), "另一个"),
                "data/report.zh.html line",
            ),
            ("facts.json", with_facts(lambda f: f["findings_about"].pop()), "findings.csv"),
            ("facts.json", with_facts(lambda f: f.update(findings_about_over="not")), "data/report.zh.html"),
        )
    ):
        faults = verify_package(forged(package, tmp_path / str(n), name, change)).faults
        assert any(place in f.at for f in faults), (name, faults)


def _older(told: dict[str, Any]) -> None:
    told["software"]["version"] = "0.0.0"


def test_reports_of_other_software_are_said_not_to_be_compared(nine: Package, tmp_path: Path) -> None:
    """Their words may rightly be others, but nobody reads that they were compared."""
    changed = {
        n: b.replace(b"42.00%", b"92.00%") if n.endswith(".html") else b for n, b in nine.files.items()
    }
    by_older = {"Bag-Software-Agent": "lookthrough 0.0.0"}
    target = forged(
        replace(nine, files=changed), tmp_path / "other", "provenance.json", with_facts(_older), by_older
    )
    found = verify_package(target)
    assert found.holds and found.recomputed["reports"] == found.recomputed["pictures"] == 0
    assert found.recomputed["shares"]
    assert found.not_compared and "0.0.0" in found.not_compared[1]
    assert found.to_json()["not_compared"] == dict(zip(("zh", "en"), found.not_compared, strict=True))
    # The software is named in two places.
    found = verify_package(forged(nine, tmp_path / "one", "provenance.json", with_facts(_older)))
    assert [f.at for f in found.faults] == ["bag-info.txt Bag-Software-Agent"]
    assert verify_package(unpack(nine.files, tmp_path / "ours")).not_compared is None


def _parameter(told: dict[str, Any]) -> None:
    told["detector"]["parameters"] = {**told["detector"]["parameters"], "rule": "majority"}


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (_parameter, "detector/parameters/rule"),
        (lambda told: told["detector"].update(id="common-shareholder"), "detector/id"),
        (lambda told: told["detector"].update(version="0.9"), "detector/version"),
        (lambda told: told.update(detector=None), "detector"),
        (
            lambda told: told["detector"]["queries"].update(
                {next(iter(told["detector"]["queries"])): "RETURN 1"}
            ),
            "detector/queries",
        ),
        (lambda told: told["question"].update(id="0" * 20), "question/id"),
        (lambda told: told["question"].update(as_of="2011-01-01"), "question/as_of"),
        (lambda told: told["question"].update(kind="party"), "question/kind"),
        (lambda told: told["methods"].pop(), "methods"),
        (lambda told: told.update(people="masked"), "people"),
        (lambda told: told.update(package_version=2), "package_version"),
        (lambda told: told["batches"][0].update(dataset="another"), "dataset"),
        (lambda told: told["batches"][0].update(snapshot="2001-01-01"), "snapshot"),
        (lambda told: told["batches"].pop(), "batch"),
        (lambda told: [f.update(cited=not f["cited"]) for f in told["files"]], "cited"),
        (lambda told: told.update(files=[f for f in told["files"] if not f["cited"]]), "provenance.json"),
    ],
)
def test_where_it_comes_from_is_held_against_what_it_says(
    nine: Package, tmp_path: Path, change: Callable[[dict[str, Any]], None], place: str
) -> None:
    faults = verify_package(forged(nine, tmp_path / "forged", "provenance.json", with_facts(change))).faults
    assert any(place in f.at for f in faults), faults


def test_a_package_that_states_two_versions_does_not_hold(nine: Package, tmp_path: Path) -> None:
    change = with_facts(lambda facts: facts.update(package_version=2))
    faults = verify_package(forged(nine, tmp_path / "forged", "facts.json", change)).faults
    assert "bag-info.txt Lookthrough-Package-Version" in [f.at for f in faults]


def _rows(change: Callable[[list[list[str]]], None]) -> Callable[[bytes], bytes]:
    """A change of a table's rows, the header among them."""

    def changed(text: bytes) -> bytes:
        rows = list(csv.reader(io.StringIO(text.decode("utf-8-sig"), newline="")))
        change(rows)
        out = io.StringIO()
        csv.writer(out, lineterminator="\r\n").writerows(rows)
        return ("\ufeff" + out.getvalue()).encode()

    return changed


def _set(column: str, value: str, **where: str) -> Callable[[bytes], bytes]:
    """One cell changed, in the first row that has these values."""

    def change(rows: list[list[str]]) -> None:
        at = {name: n for n, name in enumerate(rows[0])}
        row = next(r for r in rows[1:] if all(r[at[k]] == v for k, v in where.items()))
        assert row[at[column]] != value
        row[at[column]] = value

    return _rows(change)


def _invented(**cells: str) -> Callable[[bytes], bytes]:
    """A row more, like the first that states a node."""

    def change(rows: list[list[str]]) -> None:
        at = {name: n for n, name in enumerate(rows[0])}
        row = list(next(r for r in rows[1:] if r[at["record"]] == "node"))
        for name, value in cells.items():
            row[at[name]] = value
        rows.append(row)

    return _rows(change)


def _edge_told_twice(rows: list[list[str]]) -> None:
    """A row of an edge that has another beside it, with another end."""
    first = next(r for r in rows[1:] if sum(r[0] == other[0] for other in rows) > 1)
    first[rows[0].index("target")] = next(r[3] for r in rows[1:] if r[3] != first[3])


@pytest.mark.parametrize(
    ("name", "change", "place"),
    [
        ("source-rows.csv", _invented(ref="S99999", row="99999"), "S99999"),
        ("source-rows.csv", _invented(ref="S99999"), "S99999"),
        ("source-rows.csv", _invented(row="99999"), "source-rows.csv S"),
        ("source-rows.csv", _invented(key="local:nobody", **{"from": "local:nobody"}), "source-rows.csv S"),
        ("source-rows.csv", _invented(record="note"), "record"),
        ("source-rows.csv", _set("batch", "b0", record="node"), "batch"),
        ("source-rows.csv", _set("dataset", "another", record="node"), "dataset"),
        ("source-rows.csv", _set("row", "99999", record="node"), "99999"),
        ("source-rows.csv", _set("type", "Person", type="Company"), "type"),
        ("source-rows.csv", _set("from", "local:nobody", record="node"), "from"),
        ("source-rows.csv", _set("to", "local:nobody", record="node"), "to"),
        ("graph/edges.csv", _set("source_batch", "b0", type="OWNS"), "edges.csv"),
        ("graph/edges.csv", _rows(_edge_told_twice), "edges.csv"),
        (
            "graph/nodes.csv",
            _rows(lambda rows: rows.append([*rows[1][:3], "虚构李四", *rows[1][4:]])),
            "nodes.csv",
        ),
        ("graph/schema.json", _text_of("a fraction from 0 to 1", "a fraction from 0 to 9"), "schema.json"),
    ],
)
def test_every_source_row_is_of_what_is_enclosed_and_says_where_it_stands(
    nine: Package, tmp_path: Path, name: str, change: Callable[[bytes], bytes], place: str
) -> None:
    faults = verify_package(forged(nine, tmp_path / "forged", name, change)).faults
    assert any(place in f.at or place in f.en for f in faults), faults


@pytest.mark.parametrize("column", ["source_row", "source_sheet", "source_batch", "share_max", "valid_to"])
def test_a_table_without_one_of_its_columns_is_refused_in_a_sentence(
    nine: Package, tmp_path: Path, column: str
) -> None:
    change = _text_of(f",{column}", f",{column}x")
    assert "edges.csv" in refused(forged(nine, tmp_path / "forged", "graph/edges.csv", change))


def test_what_a_detector_says_of_itself_is_held_against_its_definition(nine: Package, tmp_path: Path) -> None:
    def change(facts: dict[str, Any]) -> None:
        facts["findings"][0]["innocent"] = {"zh": [], "en": []}

    faults = verify_package(forged(nine, tmp_path / "forged", "facts.json", with_facts(change))).faults
    assert any(f.at.endswith("/innocent") for f in faults), faults


def test_reports_and_pictures_of_every_kind_of_finding_come_out_again(world: World, tmp_path: Path) -> None:
    one_of_each = {f.detector: f for f in world.findings}
    some = sorted(one_of_each)[:: max(1, len(one_of_each) // 6)]
    for n, detector in enumerate(some):
        for hidden in (None, KEY):
            package = world.package(one_of_each[detector], hidden_by=hidden)
            found = verify_package(unpack(package.files, tmp_path / f"{n}-{hidden is None}"))
            assert found.holds, (detector, found.faults)
            assert found.recomputed["reports"] == 2


def test_dwellings_are_counted_again(world: World, tmp_path: Path) -> None:
    package = world.package(world.found("household-multi-property", "local:XGDB0001"))

    def more(facts: dict[str, Any]) -> None:
        facts["findings"][0]["facts"]["dwelling_count"] = 3

    found = verify_package(forged(package, tmp_path / "a", "facts.json", with_facts(more)))
    assert any("dwelling_count" in f.at for f in found.faults)

    def longer(facts: dict[str, Any]) -> None:
        period = facts["findings"][0]["facts"]["dwelling_periods"][0]
        period["dwelling_count"] += 1

    found = verify_package(forged(package, tmp_path / "c", "facts.json", with_facts(longer)))
    assert any("dwelling_periods/0" in f.at for f in found.faults)

    def another(facts: dict[str, Any]) -> None:
        facts["findings"][0]["facts"]["dwellings"][0]["holders"][0]["share"] = 0.5

    found = verify_package(forged(package, tmp_path / "b", "facts.json", with_facts(another)))
    assert any("dwellings/0" in f.at for f in found.faults)
    assert verify_package(unpack(package.files, tmp_path / "c")).recomputed["dwellings"] == 2


@pytest.mark.parametrize(
    ("scope", "rule"),
    [
        ("local:XG-2025-007/1", "ended"),
        ("local:BZ-D1b-已转让/1", "ended"),
        ("local:BZ-D1e-未开始/1", "ended"),
        ("local:XG-2025-011/1", "lot"),
        ("local:XG-2025-012/1", "consortium"),
    ],
)
def test_what_is_set_aside_is_proved_as_of_the_day_it_is_told_of(
    world: World, tmp_path: Path, scope: str, rule: str
) -> None:
    found = world.found("common-shareholder", scope)
    assert found.suppressed_by is not None and found.suppressed_by["rule"] == rule
    package = world.package(found)
    checked = verify_package(unpack(package.files, tmp_path / "as-it-is"))
    assert checked.holds and checked.recomputed["shares"]
    if rule != "ended":
        return
    claims = json.loads(package.files["data/facts.json"])["claims"]["shares"]
    other = next(n for n, c in enumerate(claims) if "as_of" in c)

    def another_day(facts: dict[str, Any]) -> None:
        del facts["claims"]["shares"][other]["as_of"]

    def another_share(facts: dict[str, Any]) -> None:
        facts["ownership_elsewhen"][0]["registers"][0]["links"][0]["low"] = 0.9

    for name, change in (("day", another_day), ("share", another_share)):
        assert not verify_package(forged(package, tmp_path / name, "facts.json", with_facts(change))).holds


# --- what is no package, or means harm ---


def _zip(
    path: Path, entries: dict[str, bytes], change: Callable[[zipfile.ZipInfo], None] = lambda _: None
) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in entries.items():
            entry = zipfile.ZipInfo(name)
            change(entry)
            archive.writestr(entry, content)
    return path


def refused(path: Path) -> str:
    with pytest.raises(PackageError) as caught:
        verify_package(path)
    assert caught.value.zh and 20 < len(caught.value.en) < 400
    return caught.value.en


def test_what_is_no_package_is_said_so_in_a_sentence(nine: Package, tmp_path: Path) -> None:
    assert "nothing at" in refused(tmp_path / "absent")
    (tmp_path / "text.zip").write_text("not a zip")
    assert "no readable ZIP" in refused(tmp_path / "text.zip")
    (tmp_path / "cut.zip").write_bytes(nine.zip()[:-5000])
    assert "no readable ZIP" in refused(tmp_path / "cut.zip")
    (tmp_path / "empty").mkdir()
    assert "no bagit.txt" in refused(tmp_path / "empty")
    assert "no bagit.txt" in refused(_zip(tmp_path / "other.zip", {"a.txt": b"a"}))


def test_another_version_and_a_foreign_bag_are_told_apart(nine: Package, tmp_path: Path) -> None:
    data = {n[5:]: b for n, b in nine.files.items() if n.startswith("data/")}
    fields = read_info(nine.files["bag-info.txt"])
    fields.pop("Payload-Oxum")
    for version in ("0", "1", "2", "4"):
        older = {**fields, "Lookthrough-Package-Version": version}
        text = refused(unpack(bag(data, {}, list(older.items())), tmp_path / version))
        assert f"version {version}" in text
    foreign = unpack(bag({"a.txt": b"a"}, {}, [("Source-Organization", "x")]), tmp_path / "foreign")
    assert "no evidence package" in refused(foreign)


@pytest.mark.parametrize(
    "name", ["../evil.txt", "/etc/evil", "p/../../evil", "p\\..\\evil", "C:/evil", "p/a\x07b"]
)
def test_names_that_lead_outside_are_refused(nine: Package, tmp_path: Path, name: str) -> None:
    entries = {f"p/{n}": b for n, b in nine.files.items()} | {name: b"x"}
    assert "Refused" in refused(_zip(tmp_path / "x.zip", entries))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["x.zip"]


def test_links_doubles_bombs_and_locks_are_refused(nine: Package, tmp_path: Path) -> None:
    entries = {f"p/{n}": b for n, b in nine.files.items()}

    def link(entry: zipfile.ZipInfo) -> None:
        if entry.filename.endswith("facts.json"):
            entry.external_attr = (stat.S_IFLNK | 0o777) << 16

    assert "link" in refused(_zip(tmp_path / "link.zip", entries, link))
    assert "twice" in refused(_zip(tmp_path / "twice.zip", {**entries, "p/DATA/facts.json": b"{}"}))
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("p/bagit.txt", b"")
        archive.writestr("p/data/zeros", b"\0" * (30 << 20))
    assert "bomb" in refused(tmp_path / "bomb.zip")
    with zipfile.ZipFile(tmp_path / "many.zip", "w") as archive:
        for n in range(2_100):
            archive.writestr(f"p/{n}", b"")
    assert "Too many" in refused(tmp_path / "many.zip")
    locked = bytearray(_zip(tmp_path / "locked.zip", entries).read_bytes())
    at = locked.rindex(b"PK\x01\x02")
    locked[at + 8 : at + 10] = struct.pack("<H", 1)
    (tmp_path / "locked.zip").write_bytes(bytes(locked))
    assert "encrypted" in refused(tmp_path / "locked.zip")


def test_a_header_that_understates_a_file_is_refused(nine: Package, tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in nine.files.items():
            archive.writestr(f"p/{name}", content)
        archive.writestr("p/z", b"\0" * 100_000)
    raw = bytearray(stream.getvalue())
    at = raw.rindex(b"PK\x01\x02")
    raw[at + 24 : at + 28] = struct.pack("<L", 10)
    (tmp_path / "lies.zip").write_bytes(bytes(raw))
    refused(tmp_path / "lies.zip")


@pytest.mark.skipif(os.name == "nt", reason="platform: links need a privilege")
def test_a_link_in_a_folder_is_refused(unpacked: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (unpacked / "data/facts.json").unlink()
    (unpacked / "data/facts.json").symlink_to(tmp_path / "secret")
    assert "link" in refused(unpacked)


def test_facts_of_another_shape_are_refused_in_a_sentence(nine: Package, tmp_path: Path) -> None:
    for n, text in enumerate(
        (b"[]", b"{}", b"nonsense", b"\xff", b'{"claims": {"shares": [1]}}', b"[" * 100_000)
    ):
        refused(forged(nine, tmp_path / str(n), "facts.json", lambda _, t=text: t))  # type: ignore[misc]
    refused(forged(nine, tmp_path / "csv", "graph/edges.csv", lambda _: b"a,b\r\n1"))


def test_the_tag_manifest_is_a_manifest_of_itself(nine: Package) -> None:
    tags = {n: b for n, b in nine.files.items() if not n.startswith("data/") and n != TAG_MANIFEST}
    assert nine.files[TAG_MANIFEST] == manifest(tags)
    assert json.loads(nine.files["run.json"])["facts_sha256"] == nine.contents.facts_hash
