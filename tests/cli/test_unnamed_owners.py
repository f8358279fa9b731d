"""A register that says somebody is there whom nobody names: the answer is "unknown", with the reason, never "nobody"."""

from __future__ import annotations

import csv
import json
from typing import Any

import pytest

from tests.loaders.bods_statements import entity, person, relationship, shares

DAY = ("--as-of", "2025-05-20", "--format", "json")
HIDDEN = {"reason": "interestedPartyHasNotProvidedInformation"}
A, B = entity("A", ("GB-COH", "99990001")), entity("B", ("GB-COH", "99990002"))
P, Q = person("P"), person("Q")
OLD: list[dict[str, Any]] = [
    {
        "statementID": "e1",
        "statementType": "entityStatement",
        "statementDate": "2018-01-05",
        "entityType": "registeredEntity",
        "name": "示例旧 Ltd.",
        "identifiers": [{"scheme": "GB-COH", "id": "99990001"}],
    },
    {
        "statementID": "o1",
        "statementType": "ownershipOrControlStatement",
        "statementDate": "2018-01-05",
        "subject": {"describedByEntityStatement": "e1"},
        "interestedParty": {
            "unspecified": {"reason": "subject-unable-or-unwilling-to-provide-info", "description": "x"}
        },
        "interests": [],
    },
]  # fmt: skip


@pytest.fixture
def ask(lookthrough, tmp_path):
    def asked(statements: list[dict[str, Any]], command: str, company: str = "gb-coh:99990001") -> Any:
        file = tmp_path / "owners.json"
        file.write_text(json.dumps(statements), "utf-8")
        assert lookthrough("load", file).code == 0
        ran = lookthrough(command, company, *DAY)
        assert ran.code == 0, ran.err
        return json.loads(ran.out)

    return asked


def hidden(answer: Any, code: str = "unnamed_holder") -> list[dict[str, Any]]:
    return [w for w in answer["warnings"] if w["code"] == code]


@pytest.mark.parametrize(
    ("statements", "zh", "en"),
    [
        ([A, relationship("r", "A", HIDDEN)], "未提供信息", "has not provided information"),
        ([A, relationship("r", "A", {"reason": "unknown"}, {"type": "unknownInterest"})], "未知", "unknown"),
        (OLD, "subject_unable_or_unwilling_to_provide_info", "subject_unable_or_unwilling_to_provide_info"),
        (
            [A, person("X", personType="anonymousPerson", names=[]), relationship("r", "A", "X")],
            "不公开身份的自然人",
            "not made public",
        ),
        (
            [A, entity("X", name=None, entityType={"type": "unknownEntity"}), relationship("r", "A", "X")],
            "身份不明的实体",
            "an entity that is not known",
        ),
    ],
)
def test_an_owner_nobody_names_is_unknown_and_not_nobody(ask, statements, zh, en):
    whole = ask(statements, "penetrate")
    assert whole["unknown_share"] == 1.0
    (flag,) = hidden(whole)
    assert flag["ids"][0] == "gb-coh:99990001"
    assert zh in flag["zh"]
    assert en in flag["en"]
    decided = ask(statements, "controller")
    assert decided["controller"] is None
    assert decided["reason"]["code"] == "unnamed"
    assert decided["possible"] == [flag["ids"][1]]
    assert hidden(decided) == [flag]
    assert ask(statements, "ubo")["reason"]["code"] == "unnamed"


def test_an_unnamed_owner_is_called_that_and_its_identifier_is_not_in_doubt(lookthrough, tmp_path):
    unknown = entity("X", name=None, entityType={"type": "unknownEntity"})
    file = tmp_path / "owners.json"
    statements = [A, unknown, relationship("r", "A", HIDDEN), relationship("s", "A", "X")]
    file.write_text(json.dumps(statements), "utf-8")
    assert lookthrough("load", file).code == 0
    for lang, said in (("zh", "未具名的所有人（"), ("en", "an unnamed owner (")):
        told = lookthrough("controller", "gb-coh:99990001", "--lang", lang)
        text = "".join((told.out + told.err).split())
        assert (
            text.count("".join(said.split()) + "bods.") + text.count("".join(said.split()) + "person.bods.")
            == 2
        ), text
    checks = json.loads(lookthrough("check", "--format", "json").out)
    assert "identifier" not in json.dumps([c["check"] for c in checks])


def test_an_unnamed_share_is_told_with_its_size_also_up_the_chain(ask):
    statements = [
        A, B, P, Q,
        relationship("ab", "A", "B", shares(40)),
        relationship("ap", "A", "P", shares(30)),
        relationship("ax", "A", HIDDEN, shares(30)),
        relationship("bx", "B", HIDDEN, shares(20, "votingRights")),
    ]  # fmt: skip
    for command in ("penetrate", "controller"):
        flags = hidden(ask(statements, command))
        assert [(f["ids"][0], f["value"]) for f in flags] == [
            ("gb-coh:99990001", 0.3),
            ("gb-coh:99990002", None),
        ]
        assert "持股 30%" in flags[0]["zh"]
        assert "votes of 20%" in flags[1]["en"]
    assert ask(statements, "controller")["reason"]["code"] == "unnamed"


def test_a_majority_that_is_known_stands_beside_it(ask):
    statements = [A, P, relationship("ap", "A", "P", shares(60)), relationship("ax", "A", HIDDEN)]
    decided = ask(statements, "controller")
    assert decided["controller"]["name"] == "测试 P"
    assert len(hidden(decided)) == 1


def test_an_interest_of_no_stated_kind_of_a_named_party_leaves_it_open(ask):
    statements = [A, P, relationship("ap", "A", "P")]
    decided = ask(statements, "controller")
    assert decided["reason"]["code"] == "possible_only"
    (flag,) = hidden(ask(statements, "penetrate"), "unknown_interest")
    assert decided["possible"] == [flag["ids"][1]]
    assert not hidden(decided)


def test_what_has_ended_and_what_is_said_to_be_nobody_are_not_told(ask):
    ended = [
        A,
        relationship("r", "A", HIDDEN, status="new", date="2020-01-01"),
        relationship("r", "A", HIDDEN, status="closed", date="2021-01-01"),
    ]
    assert not hidden(ask(ended, "penetrate"))
    nobody = [
        A,
        P,
        relationship("n", "A", {"reason": "noBeneficialOwners"}),
        relationship("p", "A", "P", shares(10)),
    ]
    decided = ask(nobody, "controller")
    assert (decided["reason"]["code"], decided["possible"]) == ("no_majority", [])


def test_every_company_at_once_is_told_the_same(lookthrough, tmp_path):
    statements = [
        A, B, P, Q,
        relationship("ax", "A", HIDDEN),
        relationship("bp", "B", "P", shares(30)),
        relationship("bq", "B", "Q"),
    ]  # fmt: skip
    file = tmp_path / "owners.json"
    file.write_text(json.dumps(statements), "utf-8")
    assert lookthrough("load", file).code == 0
    to = tmp_path / "controllers.csv"
    for language, words in (("zh", "未具名"), ("en", "not named")):
        ran = lookthrough("controllers", "--all", "--to", to, "--as-of", "2025-05-20", "--lang", language)
        assert ran.code == 0, ran.err
        assert words in ran.out + ran.err
    reasons = {
        row["company"]: row["reason"] for row in csv.DictReader(to.read_text("utf-8-sig").splitlines())
    }
    assert reasons == {"gb-coh:99990001": "unnamed", "gb-coh:99990002": "possible_only"}
