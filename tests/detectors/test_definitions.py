"""Definitions: what each of them must say, and what a definition that does not hold together is told."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

import detectors
from detectors.bidders import common_shareholder
from detectors.definition import DefinitionError, Detector, Parameter
from detectors.law.statutes import RELATED_PARTIES
from detectors.recipients import undeclared_means
from detectors.registry import DETECTORS, chosen
from detectors.running.detecting import detect
from detectors.running.runner import UnknownDetectorError
from graph.model import NODE_TYPES, REL_TYPES
from graph.stores import open_store
from tests.graph.worlds import holdings

each = pytest.mark.parametrize("detector", DETECTORS, ids=lambda d: d.id)
WRITES = re.compile(
    r"\b(CREATE|MERGE|SET|DELETE|REMOVE|DROP|CALL|COPY|LOAD|ATTACH|INSTALL|FOREACH)\b", re.IGNORECASE
)


def test_ids_are_unique() -> None:
    assert len({d.id for d in DETECTORS}) == len(DETECTORS)


@each
def test_queries_only_read_and_name_what_the_graph_holds(detector: Detector) -> None:
    for query in (*detector.queries.values(), detector.population):
        assert not WRITES.search(query), query
        assert set(re.findall(r"\[\w*:(\w+)", query)) <= set(REL_TYPES)
        assert set(re.findall(r"\(\w*:(\w+)", query)) <= set(NODE_TYPES)


@each
def test_the_identity_is_among_the_columns_and_the_needs_are_asked_for(detector: Detector) -> None:
    assert detector.identity
    assert set(detector.identity) <= {c for columns in detector.columns.values() for c in columns}
    assert not {n for n in detector.needs if REL_TYPES[n].derived}, "derived relationships are worked out"


@each
def test_both_languages_say_it_and_neither_accuses(detector: Detector) -> None:
    zh, en = (
        set(re.findall(r"\{(\w+)(?::[\w| ]+)?\}", w)) for w in (detector.wording_zh, detector.wording_en)
    )
    assert {re.sub("_zh$", "", p) for p in zh} == {re.sub("_en$", "", p) for p in en}
    assert detector.title_zh and detector.title_en
    assert len(detector.innocent_zh) == len(detector.innocent_en) > 0
    for word in ("违法", "串通投标", "骗保", "骗取"):
        assert word not in detector.wording_zh.replace("认定违纪违法", "")
        assert word not in detector.title_zh
    assert "风险预警" in detector.wording_zh or detector.severity == "service" or detector.support


@each
def test_every_basis_is_dated_or_no_law_and_every_parameter_explained(detector: Detector) -> None:
    for basis in detector.basis:
        assert basis.law_zh and basis.law_en and basis.article
        assert basis.link.startswith("https://")
        for day in (basis.in_force_from, basis.in_force_to):
            assert not day or re.fullmatch(r"\d{4}-\d\d-\d\d", day)
        assert not basis.in_force_to or basis.in_force_from < basis.in_force_to
    for parameter in detector.parameters:
        assert parameter.doc_zh and parameter.doc_en


@each
def test_what_it_yields_to_exists(detector: Detector) -> None:
    assert set(detector.yields_to) <= {d.id for d in DETECTORS} - {detector.id}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"identity": ("lot_id", "nothing")}, "no query returns"),
        ({"id": "Common Shareholder"}, "kebab-case"),
        ({"needs": ("OWNS", "OWNED")}, "OWNED"),
        ({"columns": {}}, "names its columns"),
        (
            {"queries": {**common_shareholder.DETECTOR.queries, "covered": "MATCH (c) RETURN c.id AS x"}},
            "returns",
        ),
        ({"needs_fields": ("Person.died", "Person.died_on")}, "Person.died are no properties"),
        ({"needs_fields": ("Person.died_on", "Company.name")}, "no properties of one type"),
    ],
)
def test_a_definition_that_does_not_hold_together_is_refused(change: dict[str, object], says: str) -> None:
    with pytest.raises(DefinitionError, match=says):
        replace(common_shareholder.DETECTOR, **change)


def test_a_parameter_outside_its_own_bounds_is_refused() -> None:
    with pytest.raises(DefinitionError, match="the default 0 of few lies outside"):
        Parameter("few", 0, "lots", "数", "number", least=1)
    with pytest.raises(DefinitionError, match="is no number"):
        Parameter("words", "甲", "", "词", "words", greatest=1)
    allowed = {p.name: p.allowed for p in undeclared_means.DETECTOR.parameters}
    assert allowed["vehicle_limit"] == "≥ 1"
    assert allowed["stake_limit"] == "0.0001 – 1"
    assert allowed["adult_age"] == "0 – 30"
    assert allowed["count_posts"] == allowed["income_kinds"] == ""


def test_an_unknown_detector_names_those_there_are() -> None:
    with pytest.raises(UnknownDetectorError, match="common-controller"):
        chosen(["nothing"])


def test_a_basis_counts_in_its_time_and_regime() -> None:
    basis = replace(
        common_shareholder.DETECTOR.basis[0],
        in_force_from="2020-01-01",
        in_force_to="2025-01-01",
        regime="construction",
    )
    assert [
        basis.applies(d, "construction") for d in ("2019-12-31", "2020-01-01", "2024-12-31", "2025-01-01")
    ] == [
        False,
        True,
        True,
        False,
    ]
    assert not basis.applies("2021-01-01", "government_procurement")
    assert basis.applies(None, None)


def test_without_data_a_detector_says_what_is_missing(tmp_path: Path) -> None:
    with open_store(str(tmp_path / "store")) as store:
        store.apply(holdings("own", [("local:H", "local:A", 0.5)]))
        found = detect(store, DETECTORS)
    assert found.findings == ()
    for detector in DETECTORS:
        if not detector.support:
            lacking = set(detector.needs) - {"OWNS"}
            if "OWNS" not in detector.needs_any:
                lacking |= set(detector.needs_any)
            lacking |= set(detector.needs_fields)
            assert set(found.missing.get(detector.id, ())) == lacking, detector.id


@pytest.mark.parametrize(
    ("date", "law"),
    [
        ("2014-02-28", None),
        ("2014-03-01", "公司法（2013年修正）"),
        ("2018-10-25", "公司法（2013年修正）"),
        ("2018-10-26", "公司法（2018年修正）"),
        ("2024-06-30", "公司法（2018年修正）"),
        ("2024-07-01", "公司法"),
    ],
)
def test_who_is_related_is_cited_by_the_one_text_in_force(date: str, law: str | None) -> None:
    for detector in (d for d in DETECTORS if set(RELATED_PARTIES) & set(d.basis)):
        cited = [b for b in detector.basis if b in RELATED_PARTIES and b.applies(date, "construction")]
        assert [b.law_zh for b in cited] == ([law] if law else [])


def test_each_definition_is_short() -> None:
    texts = [p.read_text(encoding="utf-8") for p in Path(detectors.__file__).parent.rglob("*.py")]
    definitions = [t for t in texts if "DETECTOR = Detector(" in t]
    assert len(definitions) > 30
    assert max(t.count("\n") for t in definitions) <= 150


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda d: d.id)
def test_no_wording_leaves_the_number_of_its_noun_open(detector: Detector) -> None:
    said = " ".join((detector.wording_en, detector.title_en, *detector.innocent_en))
    assert "(s)" not in said and not re.search(r"\{\w+\} (?:whole )?(?:months|persons|people)\b", said)
