"""Who of a list is tied to whom by people: kin, several roles of one person, persons of the list themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from api.reading import behind
from tests.api.serving import ALL, Running, world_served
from tests.api.test_work import upload

DAY = "2025-03-10"
FILES = {
    "companies-r.csv": "id,name,status\n"
    + "".join(
        f"{id_},虚构{name}有限公司,存续\n"
        for id_, name in (
            ("HJ", "恒建"), ("TD", "腾达"), ("YH", "远航"), ("JM", "甲木"), ("YHUO", "乙火"), ("BT", "丙土"), ("DJ", "丁金"),
            ("WG", "无关"),
        )
    ),
    "persons-r.csv": "id,name,birth_date\nY,示例沈志远,1970-01-01\nSQ,示例沈志强,1972-01-01\nL,示例何丽华,1971-01-01\n"
    "ZY,示例赵一,1973-01-01\nQE,示例钱二,1974-01-01\nWU,示例吴五,1975-01-01\n",
    "shareholdings-r.csv": "company_id,company_name,holder_id,holder_name,holder_kind,share_percent,valid_to\n"
    "HJ,虚构恒建有限公司,SQ,示例沈志强,person,70,\nHJ,虚构恒建有限公司,L,示例何丽华,person,30,\n"
    "TD,虚构腾达有限公司,YH,虚构远航有限公司,company,100,\nYH,虚构远航有限公司,Y,示例沈志远,person,60,\n"
    "DJ,虚构丁金有限公司,QE,示例钱二,person,100,\nWG,虚构无关有限公司,WU,示例吴五,person,100,2024-01-01\n",
    "positions-r.csv": "person_id,person_name,company_id,role,valid_to\nZY,示例赵一,JM,法定代表人,\nZY,示例赵一,YHUO,监事,\n"
    "QE,示例钱二,BT,董事,\nWU,示例吴五,BT,监事,2024-01-01\n",
    "relatives-r.csv": "person_id,person_name,relative_id,relative_name,relation\n"
    "Y,示例沈志远,SQ,示例沈志强,兄弟\nY,示例沈志远,L,示例何丽华,配偶\n",
}  # fmt: skip
NAMES = ("示例沈志远", "示例沈志强", "示例何丽华", "示例赵一", "示例钱二")


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The world with companies that people tie."""
    folder = tmp_path_factory.mktemp("people")
    with world_served(folder, str(folder / "store")) as running, running.client(*ALL) as client:
        _load(running, client)
        yield running


def _load(running: Running, client: httpx.Client) -> None:
    for name, text in FILES.items():
        job = running.finished(client, upload(client, name, text).json())
        assert job["state"] == "done", job


@pytest.fixture
def client(people: Running) -> Iterator[httpx.Client]:
    with people.client(*ALL) as asking:
        yield asking


def _ties(client: httpx.Client, *ids: str, **more: Any) -> list[dict[str, Any]]:
    body = {"as_of": DAY, "parties": [{"id": i} for i in ids]} | more
    told = client.post("/v1/relations", json=body).raise_for_status().json()
    assert told["truncated"] is False and told["unresolved"] == []
    ties: list[dict[str, Any]] = told["ties"]
    return ties


def _told(ties: list[dict[str, Any]]) -> set[tuple[str, str | None, str]]:
    return {(t["kind"], t["via"] and t["via"]["name"], t["formula"]) for t in ties}


def test_kin_of_holders_tie_two_companies(client: httpx.Client) -> None:
    ties = _ties(client, "local:HJ", "local:TD")
    assert _told(ties) == {
        ("relative", "示例何丽华", "shareholder · spouse · indirect_shareholder"),
        ("relative", "示例沈志强", "shareholder · sibling · indirect_shareholder"),
    }
    (brother,) = (t for t in ties if t["relation"] == "sibling")
    assert [(r["who"]["name"], r["party"], r["share"]) for r in brother["roles"]] == [
        ("示例沈志强", "local:HJ", 0.7),
        ("示例沈志远", "local:TD", 0.6),
    ]
    # What is held is shown by its chains, and kin by the row that declares them.
    stated, *chains = brother["paths"]
    assert stated["nodes"] == ["local:HJ", "person.local:SQ", "person.local:Y", "local:TD"]
    assert [link["role"] for link in stated["links"]] == ["shareholder", "indirect_shareholder", "sibling"]
    assert stated["links"][-1]["key"] and stated["links"][-1]["sources"]
    assert [c["nodes"] for c in chains] == [
        ["person.local:SQ", "local:HJ"],
        ["person.local:Y", "local:YH", "local:TD"],
    ]


def test_kin_who_are_both_on_the_list_are_tied_and_so_is_one_to_the_other_s_company(
    client: httpx.Client,
) -> None:
    (both,) = _ties(client, "person.local:Y", "person.local:SQ")
    assert (both["kind"], both["via"], both["formula"]) == ("relative", None, "itself · sibling · itself")
    assert both["paths"][0]["nodes"] == ["person.local:SQ", "person.local:Y"]
    ties = _ties(client, "person.local:Y", "local:HJ", kinds=["relative"])
    assert {(t["via"]["name"], t["relation"]) for t in ties} == {
        ("示例沈志强", "sibling"),
        ("示例何丽华", "spouse"),
    }


@pytest.mark.parametrize(
    ("ids", "kind", "via", "formula"),
    [
        (("local:JM", "local:YHUO"), "officer", "示例赵一", "legal_representative · board_supervisor"),
        (("local:BT", "local:DJ"), "different_roles", "示例钱二", "director · shareholder"),
        (("person.local:ZY", "local:YHUO"), "officer", None, "board_supervisor · itself"),
        (("person.local:ZY", "local:JM"), "legal_representative", None, "legal_representative · itself"),
        (("person.local:QE", "local:BT"), "officer", None, "director · itself"),
    ],
)
def test_one_person_ties_by_whatever_roles(
    client: httpx.Client, ids: tuple[str, str], kind: str, via: str | None, formula: str
) -> None:
    for listed in (ids, ids[::-1]):
        (tie,) = _ties(client, *listed)
        assert (tie["kind"], tie["via"] and tie["via"]["name"], tie["formula"]) == (kind, via, formula)
        assert _ties(client, *listed, kinds=[kind]) == [tie]
        assert _ties(client, *listed, kinds=["contact", "control", "relative"]) == []


def test_who_holds_both_is_told_once_as_a_holder(client: httpx.Client) -> None:
    # 测试顾远山 runs the one, and holds both of them through a company.
    kinds = {(t["kind"], t["via"]["id"]) for t in _ties(client, "local:A", "local:B") if t["via"]}
    assert ("ownership", "local:H") in kinds
    assert not any(kind == "different_roles" for kind, _ in kinds)
    # A supervisor of the one who holds all of the other stands at both.
    (tie,) = _ties(client, "local:C", "local:H")
    assert (tie["kind"], tie["via"]["id"]) == ("different_roles", "person.local:P")


def test_what_had_ended_by_the_day_ties_nobody(client: httpx.Client) -> None:
    assert _ties(client, "local:BT", "local:WG") == []
    (before,) = _ties(client, "local:BT", "local:WG", as_of="2023-12-31")
    assert (before["kind"], before["via"]["name"]) == ("different_roles", "示例吴五")


def test_names_of_people_are_hidden_from_who_may_not_see_them(people: Running) -> None:
    ids = [f"local:{i}" for i in ("HJ", "TD", "JM", "YHUO", "BT", "DJ")]
    body = {"as_of": DAY, "parties": [{"id": i} for i in ids]}
    with people.client("read") as masked, people.client(*ALL) as clear:
        hidden = masked.post("/v1/relations", json=body).raise_for_status()
        shown = clear.post("/v1/relations", json=body).raise_for_status()
    assert all(name in shown.text for name in NAMES)
    assert not any(name in hidden.text for name in NAMES)
    assert len(hidden.json()["ties"]) == len(shown.json()["ties"]) == 4


def test_persons_not_asked_for_their_kin_are_said(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(behind, "_KIN_ASKED", 1)
    body = {"as_of": DAY, "parties": [{"id": "local:HJ"}, {"id": "local:TD"}], "kinds": ["relative"]}
    assert client.post("/v1/relations", json=body).raise_for_status().json()["truncated"] is True


def test_both_stores_tell_the_same_ties(either_service: Running) -> None:
    with either_service.client(*ALL) as client:
        _load(either_service, client)
        assert len(_ties(client, "local:HJ", "local:TD")) == 2
        ids = ("local:JM", "local:YHUO", "local:BT", "local:DJ")
        assert sorted((t["kind"], t["formula"]) for t in _ties(client, *ids)) == [
            ("different_roles", "director · shareholder"),
            ("officer", "legal_representative · board_supervisor"),
        ]


@pytest.mark.parametrize(
    "written",
    ["虚构腾达公司", "虚构腾达有限责任公司", "虚构騰達有限公司", "虚构腾达有限公司(本部)", "虚购腾达有限公司", "虚构腾达股份有限公司",
     "虚构腾达有限公司（联合体牵头人）", "虚构腾达公司(成员，负责设计)"],
)  # fmt: skip
def test_a_name_written_slightly_otherwise_has_its_company_for_a_candidate(
    people: Running, written: str
) -> None:
    with people.client("read", "detect") as masked, people.client(*ALL) as clear:
        for client in (masked, clear):
            for path in ("relations", "screenings"):
                told = client.post(f"/v1/{path}", json={"parties": [{"name": written}]}).raise_for_status()
                (one,) = told.json()["unresolved"]
                assert one["candidates"][0]["id"] == "local:TD", one
            lost = client.get(f"/v1/parties/{written}")
            assert lost.status_code == 404
            assert lost.json()["candidates"][0]["id"] == "local:TD" and "local:TD" in lost.json()["detail"]
            found = client.get("/v1/parties", params={"q": written}).raise_for_status().json()["items"]
            assert (found[0]["id"], found[0]["matched"]) == ("local:TD", "near")


def test_nothing_like_it_is_near_and_people_only_to_who_may_see_them(people: Running) -> None:
    def near(client: httpx.Client, text: str) -> set[str]:
        told = client.post("/v1/relations", json={"parties": [{"name": text}]}).raise_for_status().json()
        return {c["name"] for one in told["unresolved"] for c in one["candidates"]}

    with people.client("read") as masked, people.client(*ALL) as clear:
        for client in (masked, clear):
            assert near(client, "另外某地运输有限公司") == set()
            assert near(client, "Nothing of the kind Ltd") == set()
        # Of the same sound, in other characters.
        assert near(clear, "示例沈志圆") >= {"示例沈志远"}
        assert near(masked, "示例沈志圆") == set()
        assert masked.get("/v1/parties", params={"q": "示例沈志圆"}).json()["items"] == []


def test_whom_the_present_name_leads_to_is_not_told_as_found_by_a_former_one(
    own_service: Running,
) -> None:
    former = "company_id,former_name,changed_on\nA,虚构甲老有限公司,2020-01-01\n"
    with own_service.client(*ALL) as client:
        job = own_service.finished(client, upload(client, "former_names-r.csv", former).json())
        assert job["state"] == "done" and not job["result"]["rejected"], job

        def found(q: str) -> dict[str, str]:
            items = client.get("/v1/parties", params={"q": q}).raise_for_status().json()["items"]
            return {i["id"]: i["matched"] for i in items}

        assert found("虚构甲")["local:A"] == "name"
        assert found("xugoujia")["local:A"] == "pinyin"
        assert found("虚构甲老")["local:A"] == "former_name"
        assert client.get("/v1/parties/虚构甲老有限公司").raise_for_status().json()["id"] == "local:A"


def test_what_is_not_certain_is_told_by_its_place_as_its_name_may_be_masked(own_service: Running) -> None:
    more = "id,name,birth_date\nP2,测试顾远山,1985-05-05\n"
    asked = ["虚构甲建设有限公司", "测试顾远山", "虚构乙建设有限公司", "没有这家公司"]
    body = {"parties": [{"name": name} for name in asked]}
    with own_service.client(*ALL) as client, own_service.client("read", "detect") as masked:
        assert own_service.finished(client, upload(client, "persons.csv", more).json())["state"] == "done"
        for path in ("relations", "screenings"):
            for reader, inputs in ((client, [asked[1], asked[3]]), (masked, ["测**", asked[3]])):
                told = reader.post(f"/v1/{path}", json=body).raise_for_status().json()["unresolved"]
                assert [(one["index"], one["input"]) for one in told] == [*zip((1, 3), inputs, strict=True)]
                assert len(told[0]["candidates"]) == 2
