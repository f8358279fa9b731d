"""Screening a list of parties: what was not looked at, and what could not be, is said and never reads as clean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from api.reading.screening import screening_detectors
from tests.api.serving import ALL, Running, world_served
from tests.api.world import OWNER

DAY = "2025-03-02"
BARRED = (
    "party_id,party_name,authority,document_no,valid_from,valid_to\n"
    "C,虚构丙建设有限公司,虚构住建局,虚构罚字1号,2025-01-01,2026-01-01\n"
)
NAMED = (
    "company_name,holder_name,holder_kind,share_percent\n虚构云杉建设有限公司,虚构北辰控股有限公司,company,60\n"
    "虚构白桦工程有限公司,虚构北辰控股有限公司,company,35\n"
)


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The world with two companies known by their names alone, and nothing loaded of relatives, concerts or bans."""
    folder = tmp_path_factory.mktemp("screening")
    with world_served(folder, str(folder / "store")) as running:
        _load(running, "shareholdings.csv", NAMED)
        yield running


def _load(running: Running, name: str, text: str) -> None:
    with running.client(*ALL) as client:
        sent = client.post("/v1/loads", files=[("files", (name, text.encode()))], data={"dataset": name})
        assert running.finished(client, sent.raise_for_status().json())["state"] == "done"


def _screened(running: Running, *parties: str, language: str = "zh", **more: Any) -> dict[str, Any]:
    with running.client(*ALL, headers={"Accept-Language": language}) as client:
        asked = {"as_of": DAY, "parties": [{"name": p} for p in parties], **more}
        told: dict[str, Any] = client.post("/v1/screenings", json=asked).raise_for_status().json()
        return told


def _gaps(told: dict[str, Any]) -> dict[str, set[str]]:
    return {gap["detector"]: set(gap["subjects"]) for gap in told["undecided"]}


def test_parties_of_whom_nothing_is_known_are_undecided_and_not_clean(listed: Running) -> None:
    told = _screened(listed, "虚构另一有限公司", "虚构无关有限公司")
    assert told["findings"] == []
    gaps, both = _gaps(told), {p["id"] for p in told["parties"]}
    assert len(both) == 2
    # Holders and contacts are loaded, of others; of relatives, concerts and bans there is nothing at all.
    for detector in (
        *("common-shareholder", "common-controller", "same-legal-representative", "shared-officer"),
        *("shared-contact", "related-persons", "concert-partners", "affiliate-of-debarred"),
    ):
        assert gaps[detector] == both, detector
    (relatives,) = [g["missing"] for g in told["undecided"] if g["detector"] == "related-persons"]
    assert relatives == {
        "zh": "已导入的数据中没有亲属关系记录，无法判定",
        "en": "the data loaded hold no records of relatives: cannot be decided",
    }
    assert {told["names"][id_] for id_ in both} == {"虚构另一有限公司", "虚构无关有限公司"}


def test_what_some_lack_is_undecided_of_them_alone_as_in_a_lot(listed: Running) -> None:
    told = _screened(listed, "local:A", "local:B", "local:C")
    with listed.client(*ALL) as client:
        lot = client.post("/v1/lots/local:T-1/1/screen").raise_for_status().json()
    of_lot = _gaps(lot)
    assert of_lot["same-legal-representative"] == {"local:B", "local:C"}
    here = _gaps(told)
    ties = {d for d in of_lot if d in here}
    assert {"same-legal-representative", "shared-contact", "shared-officer"} & set(of_lot) <= ties
    assert {d: here[d] for d in ties} == {d: of_lot[d] for d in ties}


def test_a_lot_too_is_told_what_no_data_were_loaded_for(listed: Running) -> None:
    with listed.client(*ALL) as client:
        (lot, *_) = [one["id"] for one in client.get("/v1/lots").raise_for_status().json()["items"]]
        told = client.post(f"/v1/lots/{lot}/screen").raise_for_status().json()
    nothing = {"related-persons", "concert-partners", "affiliate-of-debarred"}
    gaps = {g["detector"]: g for g in told["undecided"] if g["detector"] in nothing}
    assert set(gaps) == nothing
    assert {g["scope"]["id"] for g in gaps.values()} == {lot}
    assert set(gaps["related-persons"]["subjects"]) == {b["id"] for b in told["bidders"]}
    assert gaps["affiliate-of-debarred"]["missing"]["zh"] == "已导入的数据中没有禁止投标记录，无法判定"


def test_a_debarred_company_is_found_alone(own_service: Running) -> None:
    before = _screened(own_service, "local:C")
    assert _gaps(before) == {"affiliate-of-debarred": {"local:C"}}
    _load(own_service, "debarments.csv", BARRED)
    (found,) = _screened(own_service, "local:C")["findings"]
    assert (found["detector"], found["subjects"]) == ("affiliate-of-debarred", ["local:C"])
    # A list is loaded, and another company is not on it: that is decided.
    assert _screened(own_service, "local:S")["undecided"] == []
    assert _screened(own_service, "local:S")["findings"] == []
    two = _screened(own_service, "local:C", "local:S")
    assert "affiliate-of-debarred" in [f["detector"] for f in two["findings"]]
    assert "affiliate-of-debarred" not in _gaps(two)


def test_persons_are_said_not_to_be_screened_and_masked_as_elsewhere(listed: Running) -> None:
    told = _screened(listed, "local:A", "测试顾远山")
    (left,) = told["not_screened"]
    assert (left["id"], left["name"], left["input"]) == (OWNER, "测试顾远山", "测试顾远山")
    assert "未作核查" in left["reason"]["zh"]
    assert "not screened" in left["reason"]["en"]
    assert _screened(listed, "local:A", "local:B")["not_screened"] == []
    with listed.client("detect", "read") as client:
        asked = {"parties": [{"id": OWNER}, {"id": "local:A"}]}
        answer = client.post("/v1/screenings", json=asked).raise_for_status()
    assert [p["id"] for p in answer.json()["not_screened"]] == [OWNER]
    assert "顾远山" not in answer.text


def test_an_identity_known_by_a_name_alone_is_told_as_in_a_lot(listed: Running) -> None:
    told = _screened(listed, "虚构云杉建设有限公司", "虚构白桦工程有限公司", detectors=["common-shareholder"])
    (found,) = told["findings"]
    assert found["facts"]["identity"] == "name_only"
    assert "仅凭名称，未核实" in found["text"]["zh"]
    assert "name only, not verified" in found["text"]["en"]
    (own,) = _screened(listed, "local:A", "local:B", detectors=["common-shareholder"])["findings"]
    assert own["facts"]["identity"] == "id"


def test_a_screening_is_told_without_a_tender(own_service: Running) -> None:
    """Ties that hold, that are over, that are of the data's day, a ban, a holder among those listed, and gaps."""
    _load(own_service, "debarments.csv", BARRED)
    _load(
        own_service,
        "shareholdings-2.csv",
        "company_id,company_name,holder_id,holder_name,holder_kind,share_percent,valid_from,valid_to\n"
        "W,虚构旧日物业有限公司,P,测试顾远山,person,60,2010-01-01,2015-01-01\n"
        "V,虚构投标人服务有限公司,H,虚构控股有限公司,company,60,2010-01-01,\n",
    )
    told = _screened(own_service, *(f"local:{c}" for c in "ABCHVW"))
    detectors = {f["detector"] for f in told["findings"]}
    assert {
        "common-shareholder",
        "bidder-controls-bidder",
        "shared-officer",
        "affiliate-of-debarred",
    } <= detectors
    over = _screened(own_service, "local:A", "local:W")["findings"]
    assert [f["suppressed_by"]["rule"] for f in over] == ["ended"]
    for found in (*told["findings"], *over):
        why = found["suppressed_by"] or {"reason": "", "reason_en": ""}
        assert found["text"]["zh"].startswith("【风险预警】所列主体（临时核查）："), found["text"]["zh"]
        assert found["text"]["en"].startswith("[Lead] the parties listed (screening): "), found["text"]["en"]
        zh = (found["text"]["zh"] + why["reason"]).replace("虚构投标人服务有限公司", "")
        assert not {w for w in ("投标人", "投标日", "投标时", "标段", "parties:", "screening:") if w in zh}, (
            zh
        )
        en = (found["text"]["en"] + why["reason_en"]).replace("虚构投标人服务有限公司", "")
        assert not {w for w in (" bid", "lot", "临时", "所列", "parties:") if w in en}, en
    # A firm is called what it is called.
    assert any("虚构投标人服务有限公司" in f["text"]["zh"] for f in told["findings"])
    for gap in told["undecided"]:
        assert "投标人" not in gap["missing"]["zh"] and "bidder" not in gap["missing"]["en"], gap


def _beside(running: Running) -> None:
    """A debarred subsidiary of A, a debarred sister of B, and a contact of very many parties, A and C among them."""
    _load(
        running,
        "shareholdings-3.csv",
        "company_id,company_name,holder_id,holder_name,holder_kind,share_percent\n"
        "D1,虚构受罚子公司有限公司,A,虚构甲建设有限公司,company,80\n"
        "D2,虚构受罚姊妹有限公司,X,虚构无关有限公司,company,90\n",
    )
    _load(
        running,
        "debarments.csv",
        "party_id,party_name,authority,document_no,valid_from,valid_to\n"
        "D1,虚构受罚子公司有限公司,虚构住建局,虚构罚字2号,2025-01-01,2026-01-01\n"
        "D2,虚构受罚姊妹有限公司,虚构住建局,虚构罚字3号,2025-01-01,2026-01-01\n",
    )
    users = "".join(f"{party},phone,010-66660000\n" for party in ("A", "C", *(f"U{n}" for n in range(12))))
    _load(running, "contacts-2.csv", "party_id,kind,value\n" + users)


def test_who_is_debarred_below_or_beside_a_party_is_found_and_what_many_share_is_set_aside(
    either_service: Running,
) -> None:
    _beside(either_service)
    for party, debarred in (("local:A", "local:D1"), ("local:B", "local:D2")):
        (found,) = _screened(either_service, party)["findings"]
        assert (found["detector"], found["subjects"]) == ("affiliate-of-debarred", [party])
        assert debarred in str(found["facts"]), found["facts"]
        # What it rests on is named as of any finding.
        assert "debarments.csv" in found["facts"]["data"]["sources"]
        assert "debarments.csv" in found["text"]["zh"]
    told = _screened(either_service, "local:A", "local:C", detectors=["shared-contact"])
    shared = [f["suppressed_by"] and f["suppressed_by"]["rule"] for f in told["findings"]]
    assert shared == ["hub"]


def test_a_list_is_answered_as_a_lot_of_the_same_bidders_on_that_day(either_service: Running) -> None:
    _beside(either_service)
    with either_service.client(*ALL) as client:
        lot = client.post("/v1/lots/local:T-1%2F1/screen").raise_for_status().json()
    every = _screened(either_service, "local:A", "local:B", "local:C")
    asked = {d["detector"] for d in every["findings"]}

    def told(answer: dict[str, Any]) -> set[Any]:
        return {
            (
                f["detector"],
                frozenset(f["subjects"]),
                (f["suppressed_by"] or {}).get("rule"),
                tuple(f["facts"]["data"]["sources"]) if f["detector"] == "common-shareholder" else (),
            )
            for f in answer["findings"]
        }

    ties = {d.id for d in screening_detectors(())}
    assert {"common-shareholder", "affiliate-of-debarred", "shared-contact"} <= asked
    of_lot = {f for f in told(lot) if f[0] in ties}
    assert {f[:3] for f in told(every)} == {f[:3] for f in of_lot}
    # Without the files of bids, which a list does not rest on.
    assert all(set(f[3]) <= {s for g in of_lot for s in g[3]} for f in told(every))
    gaps = {(g["detector"], frozenset(g["subjects"])) for g in lot["undecided"] if g["detector"] in ties}
    assert {(d, frozenset(s)) for d, s in _gaps(every).items()} >= gaps
