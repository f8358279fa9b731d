"""BODS 0.4, 0.3 and 0.2 in, records out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from loaders.bods import read_bods
from loaders.context import ReadContext
from loaders.identity import read_person_ids
from loaders.problems import UnreadableFileError
from tests.loaders.bods_statements import entity, person, relationship, shares
from tests.loaders.documents import KEY, load_files, load_json
from tests.loaders.reading import codes, everything, nodes, rels
from tests.loaders.shapes.numbers import resident

A, B = entity("A", ("GB-COH", "99990001")), entity("B", ("GB-COH", "99990002"))
P = person("P")


def load(folder: Path, *documents: Any) -> ReadContext:
    return load_json(read_bods, folder, *documents)


def one(frame: pl.DataFrame) -> dict[str, Any]:
    assert frame.height == 1, frame
    return frame.row(0, named=True)


def test_shares_and_votes_of_one_relationship_are_one_row(tmp_path: Path) -> None:
    context = load(tmp_path, [A, P, relationship("r", "A", "P", shares(30), shares(60, "votingRights"))])
    row = one(rels(context, "OWNS"))
    assert (row["share"], row["share_min"], row["share_max"], row["votes"]) == (0.3, 0.3, 0.3, 0.6)
    assert row["to_id"] == "gb-coh:99990001"
    assert row["declared_indirect"] is None
    assert not context.problems
    assert context.extract.files[0].rows == 3


def test_votes_alone_leave_the_share_unstated(tmp_path: Path) -> None:
    statements = [
        A,
        B,
        P,
        relationship("r", "A", "P", shares(100)),
        relationship("q", "A", "B", shares(20, "votingRights")),
    ]
    owns = rels(load(tmp_path, statements), "OWNS")
    assert owns["share"].sum() == 1.0
    assert owns["votes"].sum() == 0.2
    assert owns.filter(pl.col("votes").is_not_null())["share"].to_list() == [None]


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        ({"exact": 76.5}, (0.765, 0.765, 0.765, False, False)),
        ({"exact": 0}, (0.0, 0.0, 0.0, False, False)),
        ({"exact": 33.3333333333}, (0.333333333333, 0.333333333333, 0.333333333333, False, False)),
        ({"minimum": 75.0, "maximum": 100.0}, (None, 0.75, 1.0, False, False)),
        ({"minimum": 25, "exclusiveMaximum": 50}, (None, 0.25, 0.5, False, True)),
        ({"exclusiveMinimum": 25, "exclusiveMaximum": 75}, (None, 0.25, 0.75, True, True)),
        ({"exclusiveMinimum": 50}, (None, 0.5, 1.0, True, False)),
        ({"maximum": 5}, (None, 0.0, 0.05, False, False)),
        # Older files: a word about `minimum`.
        (
            {"minimum": 25, "exclusiveMinimum": True, "maximum": 50, "exclusiveMaximum": False},
            (None, 0.25, 0.5, True, False),
        ),
        ({"minimum": 100, "maximum": 100}, (1.0, 1.0, 1.0, False, False)),
        (None, (None, None, None, None, None)),
    ],
)
def test_shares_per_cent_in_fractions_out(tmp_path: Path, share: Any, expected: tuple[Any, ...]) -> None:
    interest = shares() | ({"share": share} if share is not None else {})
    row = one(rels(load(tmp_path, [A, P, relationship("r", "A", "P", interest)]), "OWNS"))
    found = tuple(row[c] for c in ("share", "share_min", "share_max", "min_open", "max_open"))
    assert found == expected


@pytest.mark.parametrize(
    ("interest", "code"),
    [
        (shares(130), "bods-share-not-a-number"),
        (shares(-1), "bods-share-not-a-number"),
        (shares("fifty"), "bods-share-not-a-number"),
        (shares() | {"share": {"minimum": 99, "maximum": 1}}, "bods-share-bounds"),
        (shares() | {"share": {"exact": 10, "minimum": 20}}, "bods-share-bounds"),
        (shares() | {"share": {"exclusiveMinimum": 50, "maximum": 50}}, "bods-share-bounds"),
        (shares(10) | {"startDate": "2020-01-01", "endDate": "2019-01-01"}, "bods-end-before-start"),
        (shares(10) | {"endDate": "2023-02-30"}, "bods-interest-date"),
        (shares(10) | {"startDate": "soon"}, "bods-interest-date"),
    ],
)
def test_a_bad_interest_refuses_its_statement_and_nothing_else(
    tmp_path: Path, interest: Any, code: str
) -> None:
    bad = relationship("r", "A", "P", interest)
    context = load(tmp_path, [A, B, P, bad, relationship("q", "B", "P", shares(10))])
    assert codes(context) == [code]
    problem = next(p for p in context.problems if p.kind == "reject")
    assert problem.row == bad["statementId"]
    assert problem.expected_zh
    assert problem.expected_en
    assert one(rels(context, "OWNS"))["to_id"] == "gb-coh:99990002"
    assert (context.extract.files[0].rows, context.extract.files[0].rejected) == (5, 1)


@pytest.mark.parametrize(
    ("statements", "kind", "code"),
    [
        ([A, P, relationship("r", None, "P", shares(1))], "reject", "bods-subject-missing"),
        ([A, P, relationship("r", "P", "A", shares(1))], "reject", "bods-subject-is-person"),
        ([A, relationship("r", "A", None, shares(1))], "flag", "bods-interested-party-missing"),
        ([A, relationship("r", "A", "nobody", shares(1))], "note", "bods-dangling"),
        ([A, relationship("r", "A", "P", shares(1)), P], "note", "bods-order"),
        ([A, P, relationship("r", "A", "P", {"type": "share"})], "flag", "bods-unknown-code"),
        ([A, P, relationship("r", "A", P["statementId"], shares(1))], "flag", "bods-reference-by-statement-id"),
        ([A, {**P, "recordDetails": {"names": [{"givenName": "测试"}]}}], "flag", "bods-person-name"),
        ([{**A, "statementDate": "2017"}], "flag", "bods-statement-date"),
        ([{**A, "recordId": None}], "flag", "bods-missing-record-id"),
        ([{**A, "statementId": None}], "flag", "bods-missing-statement-id"),
        ([{**A, "statementId": None, "recordId": None}, B], "reject", "bods-no-id"),
        ([{**A, "recordType": "thing"}, B], "reject", "bods-not-a-statement"),
        (["text", B], "reject", "bods-not-a-statement"),
        ([A, {**B, "statementId": A["statementId"]}], "flag", "bods-duplicate-statement-id"),
        ([A, A], "note", "bods-repeated-statement"),
        ([entity("A", status="new", date="2020-01-01"), entity("A", status="new", date="2021-01-01")], "flag", "bods-two-new"),
        ([A, P, relationship("r", "A", "P", shares(1), isComponent=True)], "flag", "bods-component-not-listed"),
        ([A, P, relationship("r", "A", "P", shares(1), shares(1))], "flag", "bods-interest-repeated"),
        ([A, P, relationship("r", "A", "P", shares(88) | {"share": {"exact": 88, "exclusiveMaximum": 95}})], "flag", "bods-share-exact-and-range"),
        ([entity("A", foundingDate="1999-02-30")], "flag", "bods-date"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(tmp_path: Path, statements: list[Any], kind: str, code: str) -> None:
    context = load(tmp_path, statements)
    assert [(p.kind, p.code) for p in context.problems] == [(kind, code)]


def test_a_line_that_is_no_json_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(A) + "\n{broken\n" + json.dumps(B) + "\n", encoding="utf-8")
    context = load_files(read_bods, path)
    assert codes(context) == ["bods-bad-json-line"]
    assert nodes(context, "Company")["id"].to_list() == ["gb-coh:99990001", "gb-coh:99990002"]
    assert (context.extract.files[0].rows, context.extract.files[0].rejected) == (3, 1)


def test_a_cut_file_loads_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps([A, B])[:-30], encoding="utf-8")
    with pytest.raises(UnreadableFileError):
        load_files(read_bods, path)


def test_a_statement_that_points_nowhere_keeps_its_owner(tmp_path: Path) -> None:
    context = load(tmp_path, [A, relationship("r", "A", "gone", shares(40))])
    row = one(rels(context, "OWNS"))
    assert row["from_id"].endswith(":gone")
    assert row["share"] == 0.4
    placeholder = one(
        nodes(context, "Company")
        .filter(pl.col("id") == row["from_id"])
        .unique(["id", "flag"])
        .drop_nulls("flag")
    )
    assert (placeholder["kind"], placeholder["flag"]) == ("unknown", "dangling")


def test_unnamed_parties_are_nodes_of_their_own(tmp_path: Path) -> None:
    hidden = {"reason": "interestedPartyExemptFromDisclosure"}
    anonymous = person("X", personType="anonymousPerson", names=[])
    context = load(
        tmp_path,
        [A, B, anonymous, relationship("r", "A", hidden, shares(10)), relationship("q", "B", hidden, shares(10)),
         relationship("s", "A", "X", shares(10)), relationship("t", {"reason": "unknown"}, "X", shares(10))],
    )  # fmt: skip
    owns = rels(context, "OWNS")
    assert owns["from_id"].n_unique() == 3
    assert one(nodes(context, "Person").drop_nulls("flag"))["flag"] == "anonymous_person"
    assert not context.problems


def test_nobody_is_not_an_unknown_somebody(tmp_path: Path) -> None:
    context = load(tmp_path, [A, relationship("r", "A", {"reason": "noBeneficialOwners"})])
    assert nodes(context, "Company")["id"].to_list() == ["gb-coh:99990001"]
    assert context.summary["bods_no_beneficial_owner"] == 1


def test_indirect_and_direct_interests_stay_apart(tmp_path: Path) -> None:
    statements = [
        A, B, P,
        relationship("ab", "A", "B", shares(50), isComponent=True),
        relationship("bp", "B", "P", {"directOrIndirect": "unknown"}, isComponent=True),
        relationship("ap", "A", "P", shares(50), shares(30, directOrIndirect="indirect"), componentRecords=["B", "ab", "bp"]),
    ]  # fmt: skip
    context = load(tmp_path, statements)
    owns = rels(context, "OWNS")
    declared = one(owns.filter(pl.col("declared_indirect").fill_null(False)))
    assert declared["share"] == 0.3
    assert declared["components"] == ["gb-coh:99990002", "ab", "bp"]
    # The link without a type is a holding nobody states the size of, never 0 and never 1.
    unknown = one(owns.filter(pl.col("to_id") == "gb-coh:99990002"))
    assert (unknown["share"], unknown["share_min"], unknown["share_max"]) == (None, None, None)
    assert owns.filter(pl.col("declared_indirect").is_null())["share"].drop_nulls().to_list() == [0.5, 0.5]
    assert [p.code for p in context.problems] == ["bods-component-without-type"]


def test_classes_of_shares_add_up(tmp_path: Path) -> None:
    common, preferred = shares(20, details="common"), shares(15, details="preferred")
    assert one(rels(load(tmp_path, [A, P, relationship("r", "A", "P", common, preferred)]), "OWNS"))[
        "share"
    ] == pytest.approx(0.35)
    too_much = load(
        tmp_path, [A, P, relationship("r", "A", "P", shares(80, details="x"), shares(30, details="y"))]
    )
    assert codes(too_much) == ["bods-share-not-a-number"]


@pytest.mark.parametrize(
    ("interest", "expected"),
    [
        ({"type": "appointmentOfBoard", "directOrIndirect": "direct"}, ("board_appointment", True)),
        ({"type": "nominee", "directOrIndirect": "unknown"}, ("nominee", None)),
        ({"type": "nominator"}, ("nominator", None)),
        ({"type": "trustee", "directOrIndirect": "indirect"}, ("trustee", False)),
        ({"type": "unknownInterest"}, ("unknown", None)),
        ({}, ("unknown", None)),
        (
            {"type": "otherInfluenceOrControl", "details": "Relationship Type: IS_DIRECTLY_CONSOLIDATED_BY"},
            ("accounting_consolidation", True),
        ),
        (
            {
                "type": "otherInfluenceOrControl",
                "details": "LEI RelationshipType: IS_ULTIMATELY_CONSOLIDATED_BY",
            },
            ("accounting_consolidation", False),
        ),
        (
            {"type": "otherInfluenceOrControl", "details": "IS_FUND-MANAGED_BY"},
            ("fund_management", True),
        ),
    ],
)
def test_other_interests_are_declared_control(tmp_path: Path, interest: Any, expected: Any) -> None:
    context = load(tmp_path, [A, B, relationship("r", "A", "B", interest)])
    row = one(rels(context, "EXERCISES_CONTROL"))
    assert (row["interest"], row["direct"]) == expected
    assert (row["from_id"], row["to_id"]) == ("gb-coh:99990002", "gb-coh:99990001")
    assert rels(context, "OWNS").is_empty()


def test_a_foreign_branch_is_a_branch(tmp_path: Path) -> None:
    interest = {"type": "otherInfluenceOrControl", "details": "Relationship Type: IS_INTERNATIONAL_BRANCH_OF"}
    row = one(rels(load(tmp_path, [A, B, relationship("r", "A", "B", interest)]), "BRANCH_OF"))
    assert (row["from_id"], row["to_id"]) == ("gb-coh:99990001", "gb-coh:99990002")


def test_an_arrangement_stands_between(tmp_path: Path) -> None:
    joint = entity("J", entityType={"type": "arrangement", "subtype": "trust"})
    context = load(
        tmp_path,
        [
            A,
            joint,
            P,
            relationship("r", "A", "J", shares(60)),
            relationship("q", "J", "P", {"type": "settlor"}),
        ],
    )
    assert (
        one(nodes(context, "Company").drop_nulls("kind").filter(pl.col("kind") == "arrangement"))["name"]
        == "示例 J Ltd"
    )
    assert one(rels(context, "OWNS"))["from_id"] == one(rels(context, "EXERCISES_CONTROL"))["to_id"]


# Identity


def test_the_best_identifier_names_the_company_and_the_others_point_to_it(tmp_path: Path) -> None:
    both = entity("X", ("XI-LEI", "EXAMPLE0000000000X00"), ("US-SAM", "s1"), ("GB-COH", "99990009"))
    context = load(tmp_path, [both])
    assert nodes(context, "Company")["id"].to_list() == ["gb-coh:99990009"]
    assert set(rels(context, "IDENTIFIES")["from_id"]) == {"lei:EXAMPLE0000000000X00", "us-sam:s1"}
    reordered = entity(
        "X", *reversed([("XI-LEI", "EXAMPLE0000000000X00"), ("US-SAM", "s1"), ("GB-COH", "99990009")])
    )
    assert nodes(load(tmp_path, [reordered]), "Company")["id"].to_list() == ["gb-coh:99990009"]


@pytest.mark.parametrize(
    ("scheme", "value", "expected"),
    [
        ("CN-USCC", "91999999MA00000079", "cn-uscc:91999999MA00000079"),
        ("CN-SAIC", "91999999ma00000079", "cn-uscc:91999999MA00000079"),
        ("CN-USCC", "91999999MA00000078", "unverified:91999999MA00000078/"),
        ("GB-COH", "XE-08-A", "gb-coh:XE-08-A"),
        ("IRL-BAU", "434 151", "irl-bau:434 151"),
        ("ZZ-REG", "HRB: 12", "zz-reg:HRB: 12"),
        ("RA999999", "77", "bods."),
        ("GB-COH", "N/A", "bods."),
        ("CN-USCC", "999999199001010016", "bods."),
    ],
)
def test_ids_of_schemes(tmp_path: Path, scheme: str, value: str, expected: str) -> None:
    context = load(tmp_path, [entity("X", (scheme, value))])
    id_ = one(nodes(context, "Company"))["id"]
    assert id_.startswith(expected) if expected[-1] in "./" else id_ == expected
    flags = {"91999999MA00000078": ["bods-identifier"], "999999199001010016": ["bods-person-number"]}
    assert codes(context, "flag") == flags.get(value, [])
    assert value not in repr(context.problems) or value == "91999999MA00000078"


def test_a_name_of_a_register_serves_where_there_is_no_scheme(tmp_path: Path) -> None:
    named = entity("X", identifiers=[{"schemeName": "Register of Nowhere", "id": "7"}])
    bare = entity("Y", identifiers=[{"id": "7"}])
    ids = nodes(load(tmp_path, [named, bare]), "Company")["id"].to_list()
    assert ids[0] == "register-of-nowhere:7"
    assert ids[1].startswith("bods.")


def test_without_identifiers_nothing_meets_across_files(tmp_path: Path) -> None:
    context = load(tmp_path, [entity("E"), P], [entity("E", name="另一家"), person("P", birthDate="1990-01")])
    assert nodes(context, "Company")["id"].n_unique() == 2
    assert nodes(context, "Person")["id"].n_unique() == 2


def test_people_meet_by_scheme_and_number_and_the_number_stays_nowhere(tmp_path: Path) -> None:
    number = "HMX0000140912423"
    by_name = [{"schemeName": "National ID", "id": number}]
    context = load(tmp_path, [person("P", identifiers=by_name)], [person("Q", identifiers=by_name)],
                   [person("R", identifiers=[{"schemeName": "Passport", "id": number}])])  # fmt: skip
    ids = nodes(context, "Person")["id"].to_list()
    assert ids[0] == ids[1] != ids[2]
    assert ids[0].startswith("person:")
    assert number not in repr([f.rows() for fs in context.extract.nodes.values() for f in fs])
    assert number not in repr(context.problems)


def test_a_chinese_resident_meets_the_one_of_a_table(tmp_path: Path) -> None:
    number = "999999199001010016"
    context = load(tmp_path, [person("P", identifiers=[{"scheme": "CHN-IDCARD", "id": number}])])
    found = one(nodes(context, "Person"))
    expected = read_person_ids(pl.Series([number]), None, KEY).row(0, named=True)
    assert found["id"] == expected["id"]
    assert found["id"].startswith("person:")
    assert (found["id_masked"], found["birth_date"]) == ("9999**********0016", "1990-01-01")


def test_a_person_number_as_record_id_is_hashed(tmp_path: Path) -> None:
    number = "999999199001010016"
    context = load(tmp_path, [person(number)])
    assert number not in one(nodes(context, "Person"))["id"]


def test_no_name_word_or_problem_shows_a_persons_number(tmp_path: Path) -> None:
    number, parted = resident(3), "999999 19800101 1234"
    firm, someone = entity("A", ("GB-COH", "99990001")), person("P")
    firm["recordDetails"] |= {"name": f"示例甲 {number}", "alternateNames": [f"示例乙{parted}"]}
    someone["recordDetails"] |= {
        "names": [{"type": "legal", "fullName": f"测试某 {parted}"}],
        "birthDate": f"{number} 年",
    }
    said = {"type": "otherInfluenceOrControl", "directOrIndirect": "direct", "details": f"由{number}控制"}
    context = load(tmp_path, [firm, someone, relationship("r", "A", "P", said)])
    told = everything(context)
    assert (
        "示例甲" in told and "示例乙" in told and "测试某" in told and "bods-date" in told and "控制" in told
    )
    assert number not in told and number[6:] not in told and parted not in told


def test_references_cross_files_only_where_they_are_unique(tmp_path: Path) -> None:
    context = load(tmp_path, [A, P], [relationship("r", "A", "P", shares(10))])
    assert one(rels(context, "OWNS"))["to_id"] == "gb-coh:99990001"
    assert not context.problems
    twice = load(
        tmp_path, [A, P], [person("P", birthDate="1980-01")], [relationship("r", "A", "P", shares(10))]
    )
    assert [p.code for p in twice.problems] == ["bods-ambiguous"]
    own = load(tmp_path, [A, P], [person("P", birthDate="1980-01"), relationship("r", "A", "P", shares(10))])
    assert not own.problems


def test_former_and_other_names(tmp_path: Path) -> None:
    old = entity(
        "X", ("GB-COH", "1"), status="new", date="2019-01-01", name="示例旧 Ltd", alternateNames=["旧称"]
    )
    new = entity("X", ("GB-COH", "1"), status="updated", date="2020-05-01", name="示例新 Ltd")
    context = load(tmp_path, [new, old])
    names = rels(context, "NAMES").sort("by", "source").unique(["from_id", "by", "stated_to"]).sort("by")
    assert names.select("from_id", "by", "stated_to").rows() == [
        ("name:示例旧Ltd", "former_name", "2020-05-01"),
        ("name:旧称", "other_name", None),
    ]


# Older versions

OLD = [
    {
        "statementID": "e1",
        "statementType": "entityStatement",
        "statementDate": "2018-01-05",
        "entityType": "registeredEntity",
        "name": "示例 Ltd.",
        "identifiers": [{"scheme": "GB-LAC", "id": "5000001"}],
        "incorporatedInJurisdiction": {"code": "GB"},
    },
    {
        "statementID": "p1",
        "statementType": "personStatement",
        "statementDate": "2018-01-05",
        "personType": "knownPerson",
        "names": [{"type": "individual", "fullName": "测试 某"}],
    },
    {
        "statementID": "o1",
        "statementType": "ownershipOrControlStatement",
        "statementDate": "2018-01-05",
        "subject": {"describedByEntityStatement": "e1"},
        "interestedParty": {"describedByPersonStatement": "p1"},
        "interests": [{"type": "voting-rights", "interestLevel": "direct", "share": {"exact": 20}}],
    },
]  # fmt: skip


def test_version_0_2_is_read(tmp_path: Path) -> None:
    context = load(tmp_path, OLD)
    row = one(rels(context, "OWNS"))
    assert (row["to_id"], row["votes"], row["share"], row["stated_from"]) == (
        "gb-lac:5000001",
        0.2,
        None,
        "2018-01-05",
    )
    assert row["source"].endswith("##o1")
    assert nodes(context, "Company").drop_nulls("jurisdiction")["jurisdiction"].to_list() == ["GB"]
    assert not context.problems


def test_version_0_2_chains_replaced_statements(tmp_path: Path) -> None:
    later = {**OLD[2], "statementID": "o2", "statementDate": "2019-03-01", "replacesStatements": ["o1"],
             "interests": [{"type": "voting-rights", "interestLevel": "indirect", "share": {"exact": 30}}]}  # fmt: skip
    renamed = {
        **OLD[0],
        "statementID": "e2",
        "statementDate": "2019-01-01",
        "name": "示例新 Ltd.",
        "replacesStatements": ["e1"],
    }
    owns = rels(load(tmp_path, [*OLD, later, renamed]), "OWNS").sort("stated_from")
    assert owns.select("stated_from", "stated_to", "votes", "declared_indirect", "to_id").rows() == [
        ("2018-01-05", "2019-03-01", 0.2, None, "gb-lac:5000001"),
        ("2019-03-01", None, 0.3, True, "gb-lac:5000001"),
    ]


def test_version_0_2_says_what_a_missing_party_is(tmp_path: Path) -> None:
    context = load(tmp_path, [OLD[0], OLD[2]])
    assert [(p.kind, p.code) for p in context.problems] == [("note", "bods-dangling")]
    assert one(rels(context, "OWNS"))["from_id"].startswith("person.bods.")
    hidden = {**OLD[2], "interestedParty": {"unspecified": {"reason": "unknown", "description": "x"}}}
    context = load(tmp_path, [OLD[0], hidden])
    assert not context.problems
    assert one(nodes(context, "Company").drop_nulls("flag"))["kind"] == "unknown"


def test_marks_that_turn_the_direction_of_reading_are_no_part_of_a_name(tmp_path: Path) -> None:
    turned = entity("A", ("GB-COH", "99990001"))
    turned["recordDetails"]["name"] = "示例\u202e右左 Ltd"
    someone = person("P")
    someone["recordDetails"]["names"] = [{"type": "legal", "fullName": "测试\u2067某人"}]
    context = load(tmp_path, [turned, someone])
    assert one(nodes(context, "Company"))["name"] == "示例右左 Ltd"
    assert one(nodes(context, "Person"))["name"] == "测试某人"
