"""A household's package tells who has left it, with the days, and what stood in his name while he belonged to it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from exports import make_package, verify_package
from graph.stores import Credentials, GraphStore, open_store
from tests.detectors.small_worlds import SmallWorld
from tests.exports.conftest import KEY, NOW, unpack
from tests.exports.test_findings_about import facts_of, reports


def _packed(store: GraphStore, folder: Path, day: str | None, **how: Any) -> tuple[Any, dict[str, str]]:
    """A package's facts, and the text of its reports up to the picture."""
    package = make_package(store, "local:H", as_of=day, actor="测试员", now=NOW, **how)
    unpacked = unpack(package.files, folder)
    assert verify_package(unpacked).holds
    told = reports(unpacked)
    ends = {"zh": "关系图", "en": "Picture"}
    return facts_of(unpacked), {lang: told[lang][: told[lang].index(end)] for lang, end in ends.items()}


def test_who_left_is_told_with_the_days_and_the_homes_of_that_time(
    tmp_path: Path, store_url: str, store_credentials: Credentials
) -> None:
    world = SmallWorld("left")
    names = {"A": "样本甲", "B": "样本乙", "C": "样本丙", "R": "样本丁"}
    for id_, name in names.items():
        world.node("Person", id_, name=name)
    world.household("H", {"A": "head"}, months=None)
    world.rel("MEMBER_OF", ("Person", "B"), ("Household", "H"), relation_to_head="son")
    # A list of departures gives the name alone; who came back has not left.
    world.node("Person", "person.scoped:b", name="样本乙")
    world.rel("MEMBER_OF", ("Person", "person.scoped:b"), ("Household", "H"), stated_to="2024-06-15")
    world.rel(
        "MEMBER_OF", ("Person", "C"), ("Household", "H"), stated_from="2020-01-01", stated_to="2023-03-01"
    )
    world.rel("MEMBER_OF", ("Person", "R"), ("Household", "H"), stated_to="2021-01-01")
    world.rel("MEMBER_OF", ("Person", "R"), ("Household", "H"), stated_from="2022-01-01")
    for id_, holder, since, until in (
        ("head", "A", "2010-05-01", None),
        ("son", "B", "2023-05-01", None),
        ("before", "C", "2015-01-01", "2019-01-01"),
        ("after", "C", "2024-01-01", None),
    ):
        world.node("Property", id_, address=f"虚构路{id_}室")
        world.home(id_, {holder: 1.0}, stated_from=since, stated_to=until)
    world.find(store_url, store_credentials, [])
    with open_store(store_url, "read", store_credentials) as store:
        facts, told = _packed(store, tmp_path / "today", None)
        left = facts["party"]["former"]
        assert [(who["person"], len(who["rows"]), len(who["titles"])) for who in left] == [
            ("person.local:B", 1, 1),
            ("person.local:C", 1, 0),
        ]
        assert facts["party"]["former_more"] == 0
        for lang, heads in {
            "zh": ("已退出的成员", "已退出的成员在其为成员期间名下的不动产"),
            "en": ("Former members", "Real property in the names of former members"),
        }.items():
            now, _, past = told[lang].partition(heads[0])
            members, _, homes = past.partition(heads[1])
            assert "样本甲" in now and "样本丁" in now and "虚构路head室" in now
            assert "样本乙" not in now and "虚构路son室" not in told[lang].partition(heads[0])[0]
            assert members.count("样本乙") == 1 and "2024-06-15" in members and "2023-03-01" in members
            assert "虚构路son室" in homes and "样本乙" in homes
            assert "虚构路before室" not in told[lang] and "虚构路after室" not in told[lang]
        # While they belonged to it they are members; who joined later has not left.
        facts, told = _packed(store, tmp_path / "then", "2022-06-01")
        assert facts["party"] is None
        assert all(name in told["zh"] for name in ("样本甲", "样本乙", "样本丙"))
        assert "已退出的成员" not in told["zh"]
        # Whom a package for others tells of are masked in it.
        facts, told = _packed(store, tmp_path / "masked", None, hidden_by=KEY)
        assert len(facts["party"]["former"]) == 2
        written = json.dumps(facts, ensure_ascii=False) + told["zh"] + told["en"]
        assert not any(name in written for name in names.values())
