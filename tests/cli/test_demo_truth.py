"""The demo world through the command line, on both stores: the truth file, line by line, and equal answers as printed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from detectors.registry import DETECTORS
from exports import verify_package
from graph.stores import Credentials, open_store
from lookthrough.demo import World, write_world
from lookthrough.demo.truth import TruthLine
from tests.cli.both_stores import BothStores, both_stores
from tests.demo.reading import Exports
from tests.exports.conftest import LOT

pytestmark = pytest.mark.neo4j
Found = dict[str, Any]


@dataclass(frozen=True)
class Demo:
    """The world, both stores with the world loaded, and what they found, as printed and read."""

    world: World
    stores: BothStores
    printed: str
    findings: list[Found]

    def of(self, line: TruthLine) -> list[Found]:
        """The findings of a line's detector and scope."""
        here = (line.detector, line.scope_id)
        return [f for f in self.findings if (f["detector"], f["scope"]["id"]) == here]

    def expected(self, *expect: str) -> list[TruthLine]:
        """The lines that expect this."""
        return [line for line in self.world.truth if line.expect in expect]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, neo4j_server: tuple[str, Credentials]) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    world = write_world(folder / "world")
    with both_stores(folder, neo4j_server) as stores:
        loaded = stores.same("load", world.exports, "--dataset", "demo", "--format", "json")
        assert loaded.code == 0, loaded.err
        detected = stores.same("detect", "--format", "json")
        yield Demo(world, stores, detected.out, detected.json)


def meets(line: TruthLine, found: Found) -> bool:
    """Is the finding the one the line describes: detector, scope, subjects, holder, shares and votes, rule?"""
    holder = found["facts"].get("holder") or {}
    bidders = {b["id"]: b for b in found["facts"].get("bidders", [])}
    held = all(
        id_ in bidders and bidders[id_][what] == pytest.approx(value, abs=1e-9)
        for what, stated in (("share", line.shares), ("votes", line.votes))
        for id_, value in stated.items()
    )
    return (
        (found["detector"], found["scope"]["id"]) == (line.detector, line.scope_id)
        and found["subjects"] == sorted(line.subjects)
        and line.holder_name in (None, holder.get("name"))
        and line.holder_id in (None, holder.get("id"))
        and (found["suppressed_by"] or {}).get("rule") == line.rule
        and held
    )


def test_every_finding_expected_is_there_once(demo: Demo) -> None:
    for line in demo.expected("finding"):
        live = [f for f in demo.of(line) if not f["suppressed_by"]]
        assert [meets(line, f) for f in live].count(True) == 1, line


def test_what_a_rule_explains_is_shown_with_the_rule_and_its_reason(demo: Demo) -> None:
    for line in demo.expected("suppressed"):
        suppressed = [f for f in demo.of(line) if f["suppressed_by"]]
        if line.or_none and not suppressed:
            continue
        assert [meets(line, f) for f in suppressed] == [True], line
        assert suppressed[0]["suppressed_by"]["reason"], line
    rule = suppressed[0]["suppressed_by"]
    shown, _ = demo.stores.each("findings", "show", suppressed[0]["fingerprint"], "--lang", "zh")
    assert f"抑制规则 {rule['rule']}：{rule['reason']}" in shown.out.replace("\n", "")


def test_nothing_else_is_found(demo: Demo) -> None:
    known = {line.detector for line in demo.world.truth}
    lines = demo.expected("finding", "suppressed")
    told = {line.scope_id for line in demo.world.truth}
    for found in demo.findings:
        if found["detector"] in known and found["scope"]["id"] in told:
            assert any(meets(line, found) for line in lines), found["text"]["zh"]


def test_every_detector_decides_every_labelled_scene_right(demo: Demo) -> None:
    asked = (demo.world.truth_file, "--rules", demo.world.rules_file)
    scores = demo.stores.same("evaluate", *asked, "--format", "json").json
    assert [s["detector"] for s in scores] == [d.id for d in DETECTORS]
    for score in scores:
        assert (score["precision"], score["recall"]) == (1, 1), score
        assert score["near_misses_right"] == score["near_misses"], score
    assert sum(s["expected"] for s in scores) > 100
    assert sum(s["near_misses"] for s in scores) > 200


def test_gaps_are_said_with_the_bidders_they_concern(demo: Demo) -> None:
    lines = demo.expected("undecided")
    assert lines
    for line in lines:
        screened = demo.stores.same("screen", line.scope_id, "--format", "json").json
        said = [u for u in screened["undecided"] if u["detector"] == line.detector]
        assert [u["subjects"] for u in said] == [sorted(line.subjects)]
        assert said[0]["missing"]["zh"]
        assert said[0]["missing"]["en"]


def test_both_stores_print_the_same_about_lots(demo: Demo) -> None:
    for line in demo.expected("finding"):
        if line.scope_kind == "lot":
            screened = demo.stores.same("screen", line.scope_id, "--format", "json").json
            assert set(line.subjects) <= {b["id"] for b in screened["bidders"]}
            assert any(meets(line, f) for f in screened["findings"])


def test_both_stores_print_the_same_about_companies(demo: Demo) -> None:
    bidders = {line.scene: line.subjects for line in demo.expected("finding") if line.scope_kind == "lot"}
    asked = ("nine-bidders", "cross-holding", "votes-only", "two-lists", "name-only-company")
    for scene in asked:
        company = bidders[scene][0]
        answer = demo.stores.same("penetrate", company, "--as-of", "2025-05-20", "--format", "json").json
        assert answer["owners"], company
        controlled = demo.stores.same("controller", company, "--as-of", "2025-05-20", "--format", "json").json
        assert controlled["company"] == company
        rivals = [w["value"] for w in answer["warnings"] if w["code"] == "rival_list"]
        assert rivals == ([0.3023] if scene == "two-lists" else [])


def test_both_stores_print_the_same_about_the_data(demo: Demo) -> None:
    checked = demo.stores.same("check", "--format", "json").json
    assert {"rival-lists", "joined-by-name"} <= {c["check"] for c in checked}
    one, other = demo.stores.each("status", "--format", "json")
    for same in ("counts", "fingerprint", "schema_version"):
        assert one.json[same] == other.json[same]
    assert [(b["id"], b["counts"]) for b in one.json["batches"]] == [
        (b["id"], b["counts"]) for b in other.json["batches"]
    ]


def test_a_second_run_prints_the_same(demo: Demo) -> None:
    again = demo.stores.same("detect", "--format", "json").json
    assert again == demo.findings
    assert len({f["fingerprint"] for f in again}) == len(again)


def test_no_id_and_no_answer_holds_a_persons_number(demo: Demo) -> None:
    numbers = {row["公民身份号码"] for row in Exports(demo.world.exports).persons}
    assert len(numbers) > 50
    printed = demo.printed
    for company in demo.findings[-1]["subjects"]:
        printed += demo.stores.same("penetrate", company, "--format", "json").out
    assert not [n for n in numbers if n in printed or n[6:] in printed]


def test_packages_of_both_stores_have_the_same_bytes(demo: Demo, tmp_path: Path) -> None:
    one = [f for f in demo.findings if f["detector"] == "common-controller" and f["scope"]["id"] == LOT]
    home = [f for f in demo.findings if f["detector"] == "household-multi-property"]
    for n, question in enumerate((one[0]["fingerprint"], home[0]["fingerprint"], one[0]["subjects"][0])):
        data = []
        for name, store in (("embedded", demo.stores.embedded), ("neo4j", demo.stores.neo4j)):
            target = tmp_path / f"{name}{n}"
            ran = store("evidence", question, "--to", target, "--no-ledger", "--as-of", "2025-05-20")
            assert ran.code == 0, ran.err
            assert verify_package(target).holds
            files = (p for p in (target / "data").rglob("*") if p.is_file())
            data.append({p.relative_to(target): p.read_bytes() for p in files})
        assert data[0].keys() == data[1].keys()
        assert [str(k) for k in data[0] if data[0][k] != data[1][k]] == []


def test_every_query_of_every_detector_gives_the_same_rows(demo: Demo) -> None:
    answers = []
    for store in (demo.stores.embedded, demo.stores.neo4j):
        with open_store(store.url, "read", store.credentials) as opened:
            rows = {
                (d.id, name): sorted(map(repr, opened.query(query, timeout=120).to_pylist()))
                for d in DETECTORS
                for name, query in d.queries.items()
            }
            totals = {d.id: opened.query(d.population).to_pylist() for d in DETECTORS}
        answers.append((rows, totals))
    one, other = answers
    assert one[0].keys() == other[0].keys()
    assert {k: (rows, other[0][k]) for k, rows in one[0].items() if rows != other[0][k]} == {}
    assert one[1] == other[1]
    filled = {d for (d, _), rows in answers[0][0].items() if rows}
    assert {line.detector for line in demo.world.truth} <= filled


def test_no_code_stands_in_a_sentence(demo: Demo) -> None:
    """What the graph keeps as codes (`site_supervisor`, `stop_at_target`) is said in words, in either language."""
    raw = re.compile(
        r"(?<![\w:./|@-])(?:[a-z]+(?:_[a-z]+)+|construction|invited|sibling|spouse|wage)(?![\w:@.])"
    )
    for found in demo.findings:
        reason = (found["suppressed_by"] or {}).get("reason") or {}
        told = [found["text"]["zh"], *([reason["zh"]] if isinstance(reason, dict) and reason else [])]
        assert not [m for text in told for m in raw.findall(text)], (found["detector"], told)
        assert not re.findall(r"(?<![\w:./|@-])[a-z]+(?:_[a-z]+)+(?![\w:@.])", found["text"]["en"]), found[
            "text"
        ]["en"]
