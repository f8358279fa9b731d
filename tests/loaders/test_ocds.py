"""OCDS 1.1 in, tenders, bids and owners out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from loaders.context import ReadContext
from loaders.ocds import read_ocds
from loaders.problems import UnreadableFileError
from tests.loaders.documents import load_files, load_json
from tests.loaders.reading import codes, everything, nodes, rels
from tests.loaders.shapes.numbers import resident


def load(folder: Path, *documents: Any) -> ReadContext:
    return load_json(read_ocds, folder, *documents)


def party(id_: Any, number: str | None = None, name: str | None = None, **more: Any) -> dict[str, Any]:
    out: dict[str, Any] = {"id": id_, "name": name or f"示例 {id_}"}
    if number is not None:
        out["identifier"] = {"scheme": "GB-COH", "id": number}
    return out | more


def release(
    *, ocid: str | None = "ocds-x-1", date: str = "2024-01-10T00:00:00Z", **data: Any
) -> dict[str, Any]:
    return {"ocid": ocid, "id": f"{ocid}-{date[:10]}", "date": date, "tag": ["tender"], **data}


PARTIES = [party("x/a", "99990001"), party("x/b", "99990002"), party("x/c", "99990003")]


def bid(id_: Any, *tenderers: Any, **more: Any) -> dict[str, Any]:
    return {"id": id_, "tenderers": [{"id": t} for t in tenderers], **more}


def bids(context: ReadContext) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in nodes(context, "Bid").iter_rows(named=True)}


def submitted(context: ReadContext) -> set[tuple[str, str]]:
    return set(rels(context, "SUBMITS").select("from_id", "to_id").rows())


def test_bids_with_their_companies_money_and_times(tmp_path: Path) -> None:
    details = [
        bid(
            1,
            "x/a",
            status="valid",
            date="2024-02-01T20:00:00Z",
            value={"amount": 1000.1, "currency": "CNY"},
            rank=1,
        ),
        bid("2", "x/b", status="disqualified", value={"amount": 5, "currency": "JPY"}),
        bid("3", "x/c", status="withdrawn", value={"amount": 1, "currency": "KWD"}),
    ]
    context = load(tmp_path, release(parties=PARTIES, bids={"details": details}))
    found = bids(context)
    first = found["ocds:ocds-x-1/gb-coh:99990001"]
    assert (first["amount"], first["currency"], first["status"], first["rank"]) == (100010, "CNY", "valid", 1)
    assert first["submitted_at"] == "2024-02-02T04:00:00"
    assert [found[f"ocds:ocds-x-1/gb-coh:9999000{n}"]["status"] for n in (2, 3)] == ["rejected", "withdrawn"]
    assert [found[f"ocds:ocds-x-1/gb-coh:9999000{n}"]["amount"] for n in (2, 3)] == [5, 1000]
    assert ("gb-coh:99990001", "ocds:ocds-x-1/gb-coh:99990001") in submitted(context)
    assert nodes(context, "Lot")["id"].to_list() == ["ocds:ocds-x-1"]
    assert not context.problems


def test_plain_tenderers_are_bids_without_a_price(tmp_path: Path) -> None:
    tender = {
        "tenderers": [{"id": "x/a"}, {"id": "x/b"}, {"id": "x/a"}],
        "status": "active",
        "title": "示例工程",
    }
    context = load(tmp_path, release(parties=PARTIES, tender=tender, buyer=party("buyer", "99999999")))
    assert set(bids(context)) == {"ocds:ocds-x-1/gb-coh:99990001", "ocds:ocds-x-1/gb-coh:99990002"}
    assert rels(context, "BUYS").select("from_id", "to_id").rows() == [("gb-coh:99999999", "ocds:ocds-x-1")]
    assert not context.problems


def test_no_name_title_or_problem_shows_a_persons_number(tmp_path: Path) -> None:
    number, parted = resident(3), "999999 19800101 1234"
    named = [
        party("x/a", "99990001", f"示例甲 {number}"),
        party("x/b", name=f"测试乙{parted}"),
        {"id": f"某{number}"},
    ]
    named[0]["shareholders"] = [
        {"id": "1", "shareholder": {"name": f"测试丙 {parted}"}, "shareholding": f"{number}%"}
    ]
    tender = {"tenderers": [{"id": p["id"]} for p in named], "title": f"{parted}工程"}
    context = load(tmp_path, release(parties=named, tender=tender))
    told = everything(context)
    for there in ("示例甲", "测试乙", "测试丙", "工程", "ocds-shareholding", "ocds-party-unnamed"):
        assert there in told, there
    assert number not in told and number[6:] not in told and parted not in told


@pytest.mark.parametrize("mark", ["", " ", "-", "_", "/", "."])
@pytest.mark.parametrize("scheme", [None, "CN-SFZ", "GB-COH"])
def test_no_id_holds_a_persons_number_whatever_parts_it(
    tmp_path: Path, mark: str, scheme: str | None
) -> None:
    number = resident(3)
    parted = mark.join((number[:6], number[6:14], number[14:]))
    keys = ("1", parted, f"CN-SFZ-{parted}", f"ID{parted}", f"x_{parted}")
    stated = {} if scheme is None else {"identifier": {"scheme": scheme, "id": parted}}
    parties = [{"id": key, **stated} for key in keys] + [
        {"id": f"n/{k}", "name": "示例甲", **stated} for k in keys
    ]
    tender = {"tenderers": [{"id": p["id"]} for p in parties]}
    told = everything(load(tmp_path, release(parties=parties, tender=tender)))
    assert "ocds" in told
    assert parted not in told and number not in "".join(c for c in told if c not in " -_/.")


def test_unnamed_parties_with_long_keys_are_apart(tmp_path: Path) -> None:
    keys = ["A-20240101-0000001", "A-20240101-0000002", "short"]
    tender = {"tenderers": [{"id": key} for key in keys]}
    context = load(tmp_path, release(parties=[{"id": key} for key in keys], tender=tender))
    assert nodes(context, "Company")["id"].n_unique() == 3


def test_dates_of_a_tender_are_in_shanghai(tmp_path: Path) -> None:
    tender = {"tenderPeriod": {"endDate": "2024-03-01T18:00:00Z"}, "bidOpening": {"date": "2024-03-02"}}
    awards = [
        {"id": 1, "date": "2024-04-01T23:00:00Z", "status": "active"},
        {"id": 2, "date": "2024-03-15", "status": "cancelled"},
    ]
    context = load(
        tmp_path, release(tender=tender, awards=awards, contracts=[{"id": 1, "dateSigned": "2024-05-01"}])
    )
    row = nodes(context, "Tender").row(0, named=True)
    assert row["published_on"] == "2024-01-10"
    assert row["bid_deadline"] == "2024-03-02T02:00:00"
    assert row["opened_on"] == "2024-03-02"
    assert row["awarded_on"] == "2024-04-02"
    assert row["contract_signed_on"] == "2024-05-01"


def test_several_tenderers_on_one_bid_are_a_consortium(tmp_path: Path) -> None:
    context = load(
        tmp_path, release(parties=PARTIES, bids={"details": [bid("1", "x/b", "x/a"), bid("2", "x/c")]})
    )
    joint = rels(context, "SUBMITS").filter(pl.col("role") == "consortium_member")
    assert set(joint["from_id"]) == {"gb-coh:99990001", "gb-coh:99990002"}
    assert joint["to_id"].n_unique() == 1
    assert context.summary["consortia"] == 1


def test_one_bidder_may_bid_twice(tmp_path: Path) -> None:
    details = [bid("1", "x/a", status="valid"), bid("2", "x/a", status="disqualified")]
    context = load(tmp_path, release(parties=PARTIES, bids={"details": details}))
    assert sorted(b["status"] for b in bids(context).values()) == ["rejected", "valid"]


def test_bids_of_one_release_that_share_an_id_are_both_kept(tmp_path: Path) -> None:
    context = load(tmp_path, release(parties=PARTIES, bids={"details": [bid("1", "x/a"), bid("1", "x/b")]}))
    assert len(bids(context)) == 2
    assert codes(context, "flag") == ["ocds-duplicate-bid-id"]


def test_a_bid_without_tenderers_is_counted_and_said(tmp_path: Path) -> None:
    context = load(
        tmp_path, release(parties=PARTIES, bids={"details": [bid("1", "x/a"), bid("2"), bid("3")]})
    )
    assert len(bids(context)) == 3
    assert len(submitted(context)) == 1
    assert codes(context, "flag") == ["ocds-bid-without-tenderers"] * 2


def test_lots(tmp_path: Path) -> None:
    tender = {
        "lots": [
            {"id": 1, "title": "一标段", "value": {"amount": 10, "currency": "CNY"}},
            {"id": "2", "status": "cancelled"},
        ]
    }
    details = [
        bid("1", "x/a", relatedLots=["1"]),
        bid("2", "x/a", relatedLots=[1, 2]),
        bid("3", "x/b"),
        bid("4", "x/c", relatedLots=["9"]),
    ]
    context = load(tmp_path, release(parties=PARTIES, tender=tender, bids={"details": details}))
    lots = {
        row["id"].removeprefix("ocds:ocds-x-1"): row for row in nodes(context, "Lot").iter_rows(named=True)
    }
    assert set(lots) == {"/1", "/2", "/9", ""}
    assert (lots["/1"]["estimate"], lots["/1"]["title"], lots["/2"]["status"]) == (
        1000,
        "一标段",
        "cancelled",
    )
    per_lot = rels(context, "FOR_LOT").group_by("to_id").len()
    assert dict(per_lot.rows()) == {
        f"ocds:ocds-x-1{k}": n for k, n in (("/1", 2), ("/2", 1), ("", 1), ("/9", 1))
    }
    assert codes(context, "note") == ["ocds-lot-not-said"]


def test_a_single_lot_needs_no_naming(tmp_path: Path) -> None:
    context = load(
        tmp_path, release(parties=PARTIES, tender={"lots": [{"id": "L"}], "tenderers": [{"id": "x/a"}]})
    )
    assert rels(context, "FOR_LOT")["to_id"].to_list() == ["ocds:ocds-x-1/L"]
    assert nodes(context, "Lot").height == 1


@pytest.mark.parametrize(
    ("award", "won", "statuses"),
    [
        (
            {"status": "active", "suppliers": [{"id": "x/a"}]},
            {"99990001"},
            {"99990001": "won", "99990002": "valid"},
        ),
        ({"suppliers": [{"id": "x/a"}]}, {"99990001"}, {"99990001": "won", "99990002": "valid"}),
        ({"status": "active", "relatedBids": ["2"]}, {"99990002"}, {"99990001": "valid", "99990002": "won"}),
        ({"status": "pending", "relatedBids": ["2"]}, set(), {"99990001": "valid", "99990002": "candidate"}),
        (
            {"status": "cancelled", "suppliers": [{"id": "x/a"}]},
            set(),
            {"99990001": "valid", "99990002": "valid"},
        ),
    ],
)
def test_awards_say_who_won(tmp_path: Path, award: Any, won: set[str], statuses: dict[str, str]) -> None:
    details = [bid("1", "x/a", status="valid"), bid("2", "x/b", status="valid")]
    context = load(
        tmp_path, release(parties=PARTIES, bids={"details": details}, awards=[{"id": "w", **award}])
    )
    found = {k.rpartition(":")[2]: b for k, b in bids(context).items()}
    assert {k for k, b in found.items() if b["won"]} == won
    assert {k: b["status"] for k, b in found.items()} == statuses


def test_a_supplier_nobody_named_before_has_bid(tmp_path: Path) -> None:
    award = {
        "id": 1,
        "status": "active",
        "suppliers": [{"id": "x/c"}],
        "value": {"amount": 7, "currency": "CNY"},
    }
    context = load(tmp_path, release(parties=PARTIES, tender={"tenderers": [{"id": "x/a"}]}, awards=[award]))
    winner = bids(context)["ocds:ocds-x-1/gb-coh:99990003"]
    assert (winner["won"], winner["amount"]) == (True, 700)
    assert bids(context)["ocds:ocds-x-1/gb-coh:99990001"]["won"] is None


def test_a_cancelled_tender_cancels_its_lot(tmp_path: Path) -> None:
    context = load(tmp_path, release(tender={"status": "cancelled"}))
    assert nodes(context, "Tender")["status"].to_list() == ["cancelled"]
    assert nodes(context, "Lot")["status"].to_list() == ["cancelled"]


# Who a reference means


def test_releases_are_merged_before_parties_are_named(tmp_path: Path) -> None:
    early = release(date="2024-01-01T00:00:00Z", tender={"tenderers": [{"id": "M", "name": "示例联合"}]})
    late = release(date="2024-06-01T00:00:00Z", parties=[party("M", "99990005", "示例联合 Ltd")])
    for order in ([early, late], [late, early]):
        context = load(tmp_path, {"releases": order})
        assert {b for b, _ in submitted(context)} == {"gb-coh:99990005"}
        assert rels(context, "NAMES")["from_id"].unique().to_list() == ["name:示例联合"]
    apart = load(tmp_path, {"releases": [early]}, {"releases": [late]})
    assert {b for b, _ in submitted(apart)} == {"gb-coh:99990005"}


def test_a_fact_names_the_releases_that_state_it(tmp_path: Path) -> None:
    first = release(date="2024-01-01T00:00:00Z", parties=PARTIES, bids={"details": [bid("1", "x/a")]})
    second = release(
        date="2024-02-01T00:00:00Z", bids={"details": [bid("1", status="valid"), bid("2", "x/b")]}
    )
    context = load(tmp_path, [first, second])
    stated = (
        rels(context, "SUBMITS").group_by("from_id").agg(pl.col("source").str.split("##").list.last().sort())
    )
    assert dict(stated.rows()) == {
        "gb-coh:99990001": ["ocds-x-1-2024-01-01", "ocds-x-1-2024-02-01"],
        "gb-coh:99990002": ["ocds-x-1-2024-02-01"],
    }


def test_later_values_replace_and_null_removes(tmp_path: Path) -> None:
    first = release(
        date="2024-01-01T00:00:00Z", tender={"title": "旧", "status": "active", "procurementMethod": "open"}
    )
    second = release(date="2024-02-01T00:00:00Z", tender={"title": "新", "status": None})
    row = nodes(load(tmp_path, [second, first]), "Tender").row(0, named=True)
    assert (row["title"], row["status"], row["method"]) == ("新", None, "open")


def test_a_spreadsheets_float_is_undone_where_the_party_id_shows_it(tmp_path: Path) -> None:
    parties = [party("GB-COH-11119999", "11119999.0"), party("x/b", "22229999.0")]
    tender = {"tenderers": [{"id": "GB-COH-11119999"}, {"id": "x/b"}]}
    context = load(tmp_path, release(parties=parties, tender=tender))
    assert {b for b, _ in submitted(context)} == {"gb-coh:11119999", "gb-coh:22229999.0"}
    assert codes(context, "flag") == ["ocds-spreadsheet-id"]


def test_names_identify_only_where_they_are_full(tmp_path: Path) -> None:
    tenderers = [
        {"id": "1", "name": "虚构建设有限公司"},
        {"id": "2", "name": "虚构建设"},
        {"id": "AB-REG-77"},
        {"id": 9},
    ]
    one, two = (
        release(tender={"tenderers": tenderers}),
        release(ocid="ocds-x-2", tender={"tenderers": tenderers}),
    )
    context = load(tmp_path, [one, two])
    names = {b for b, t in submitted(context) if t.startswith("ocds:ocds-x-1")}
    others = {b for b, t in submitted(context) if t.startswith("ocds:ocds-x-2")}
    assert names & others == {"name:虚构建设有限公司", "ab-reg:77"}
    assert "ocds:ocds-x-1/party:9" in names
    assert sorted({p.code for p in context.problems}) == ["ocds-id-from-party-id", "ocds-party-unnamed"]


def test_a_persons_number_never_identifies_a_company(tmp_path: Path) -> None:
    number = "999999199001010016"
    parties = [party("x/a", name="测试某", identifier={"scheme": "CN-SAIC", "id": number})]
    context = load(tmp_path, release(parties=parties, tender={"tenderers": [{"id": "x/a"}]}))
    assert codes(context, "flag") == ["ocds-identifier"]
    everything = repr([f.rows() for fs in context.extract.nodes.values() for f in fs]) + repr(
        context.problems
    )
    assert number not in everything


def test_further_identifiers_point_to_the_company(tmp_path: Path) -> None:
    more = party(
        "x/a", "99990001", additionalIdentifiers=[{"scheme": "XI-LEI", "id": "EXAMPLE0000000000X00"}]
    )
    context = load(tmp_path, release(parties=[more], tender={"tenderers": [{"id": "x/a"}]}))
    row = rels(context, "IDENTIFIES").row(0, named=True)
    assert (row["from_id"], row["to_id"]) == ("lei:EXAMPLE0000000000X00", "gb-coh:99990001")


# Owners


def test_shareholders_are_fractions_observed_with_their_release(tmp_path: Path) -> None:
    def holder(id_: str, share: Any) -> dict[str, Any]:
        return {"id": id_, "shareholder": {"id": id_}, "shareholding": share, "votingRights": "ordinary"}

    parties = [
        *PARTIES,
        party(
            "x/d", "99990004", shareholders=[holder("x/a", 0.3337), holder("x/b", 1), holder("x/c", 33.37)]
        ),
    ]
    context = load(tmp_path, release(parties=parties))
    owns = rels(context, "OWNS").sort("from_id")
    assert owns.select("from_id", "to_id", "share", "observed_on", "share_class").rows() == [
        ("gb-coh:99990001", "gb-coh:99990004", 0.3337, "2024-01-10", "ordinary"),
        ("gb-coh:99990002", "gb-coh:99990004", 1.0, "2024-01-10", "ordinary"),
    ]
    assert codes(context) == ["ocds-shareholding"]
    assert context.extract.files[0].rejected == 1
    assert nodes(context, "Tender").is_empty()


# Shapes of files

SIMPLE = release(parties=PARTIES, tender={"title": "示例", "tenderers": [{"id": "x/a"}]})


@pytest.mark.parametrize(
    "document",
    [
        SIMPLE,
        [SIMPLE],
        {"uri": "u", "releases": [SIMPLE]},
        [{"releases": [SIMPLE]}],
        {"records": [{"ocid": "ocds-x-1", "compiledRelease": {**SIMPLE, "ocid": None}}]},
        {"records": [{"ocid": "ocds-x-1", "releases": [SIMPLE]}]},
        {"ocid": "ocds-x-1", "releases": [{"url": "u"}], "compiledRelease": SIMPLE},
    ],
)
def test_every_shape_gives_the_same_bid(tmp_path: Path, document: Any) -> None:
    context = load(tmp_path, document)
    assert submitted(context) == {("gb-coh:99990001", "ocds:ocds-x-1/gb-coh:99990001")}
    assert nodes(context, "Tender")["title"].to_list() == ["示例"]


def test_a_versioned_release_gives_its_newest_state(tmp_path: Path) -> None:
    def versions(*values: Any) -> list[dict[str, Any]]:
        return [{"releaseID": str(i), "releaseDate": f"2024-0{i}-01T00:00:00Z", "releaseTag": ["tender"], "value": v}
                for i, v in enumerate(values, 1)]  # fmt: skip

    versioned = {
        "ocid": "ocds-x-1",
        "parties": [
            {
                "id": "x/a",
                "name": versions("示例"),
                "identifier": {"scheme": versions("GB-COH"), "id": versions("1", "99990001")},
            }
        ],
        "tender": {"title": versions("旧", "新"), "tenderers": [{"id": "x/a", "name": versions("示例")}]},
    }
    context = load(tmp_path, {"records": [{"ocid": "ocds-x-1", "versionedRelease": versioned}]})
    assert nodes(context, "Tender")["title"].to_list() == ["新"]
    assert submitted(context) == {("gb-coh:99990001", "ocds:ocds-x-1/gb-coh:99990001")}


def test_fragments_are_scoped_to_their_file(tmp_path: Path) -> None:
    fragment = {"bids": {"details": [bid("1", "MEGA")]}}
    context = load(tmp_path, fragment, {**fragment, "awards": []})
    assert nodes(context, "Tender")["id"].n_unique() == 2
    assert codes(context, "note") == ["ocds-no-ocid"] * 2


def test_json_lines_and_a_bad_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    lines = [
        json.dumps(release(ocid=f"ocds-x-{n}", bids={"details": [bid(1, 1), bid(2, 2)]})) for n in (1, 2)
    ]
    path.write_text(f"{lines[0]}\nnot json\n{lines[1]}\n")
    context = load_files(read_ocds, path)
    assert codes(context) == ["ocds-bad-json-line"]
    assert nodes(context, "Tender")["id"].to_list() == ["ocds:ocds-x-1", "ocds:ocds-x-2"]
    path.write_text(f"{lines[0]}\n{lines[1][:-9]}")
    with pytest.raises(UnreadableFileError):
        load_files(read_ocds, path)


@pytest.mark.parametrize(
    ("document", "kind", "code"),
    [
        ({"releases": [SIMPLE, {"x": 1}]}, "reject", "ocds-not-a-release"),
        ({"records": [{"ocid": "o", "releases": [{"url": "u", "date": "2024-01-01"}]}]}, "reject", "ocds-linked-releases"),
        (release(bids={"details": [bid("1", "AB-REG-1", value={"amount": 5})]}), "flag", "ocds-currency"),
        (release(bids={"details": [bid("1", "AB-REG-1", value={"amount": "five", "currency": "CNY"})]}), "flag", "ocds-amount"),
        (release(bids={"details": [bid("1", "AB-REG-1", value={"amount": 0.001, "currency": "CNY"})]}), "flag", "ocds-amount-rounded"),
        (release(bids={"details": [bid("1", "AB-REG-1", status="good")]}), "flag", "ocds-status"),
        (release(tender={"tenderPeriod": {"endDate": "2024-02-30"}}), "flag", "ocds-date"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(tmp_path: Path, document: Any, kind: str, code: str) -> None:
    context = load(tmp_path, document)
    assert [(p.kind, p.code) for p in context.problems if p.code != "ocds-id-from-party-id"] == [(kind, code)]
    problem = next(p for p in context.problems if p.code == code)
    assert problem.expected_zh
    assert problem.expected_en


def test_marks_that_turn_the_direction_of_reading_are_no_part_of_a_name(tmp_path: Path) -> None:
    context = load(tmp_path, release(parties=[party("x/a", "99990001", "示例\u202e右左 Ltd")]))
    assert nodes(context, "Company")["name"].to_list() == ["示例右左 Ltd"]
