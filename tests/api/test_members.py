"""Members of a household are told once each, however many there are."""

from __future__ import annotations

from typing import Any

from api.reading import households
from tests.api.serving import ALL, Running
from tests.api.world import HOUSEHOLD


def member(
    person: int, relation: str | None = None, begun: str | None = None, ended: str | None = None
) -> Any:
    return {
        "id": f"person.local:{person}",
        "relation_to_head": relation,
        "valid_from": begun,
        "valid_to": ended,
    }


def test_memberships_are_compared_within_one_person_alone(monkeypatch):
    compared = []
    says_more = households._says_more
    monkeypatch.setattr(households, "_says_more", lambda *pair: compared.append(pair) or says_more(*pair))
    people = 400
    named = [member(n, "son", "2015-01-01") for n in range(people)]
    paid = [member(n) for n in range(people)]
    left = [member(n, ended="2012-01-01") for n in range(people)]
    told = households._told_once([*paid, *named, *left])
    # A list of payments says no more than the register; who left before is told beside.
    assert told == [*named, *left]
    assert len(compared) <= 5 * people


LEFT = "household_id,person_id,person_name,relation_to_head,valid_to\nF-1,Q,样本林知夏,户主,2025-03-01\n"
PAID = "家庭编号,户主姓名,救助类别,发放月份,发放金额\nF-1,样本林知夏,虚构低保,2025-04,600元\n"


def test_who_left_by_number_and_is_still_paid_by_name_is_not_lost(either_service: Running) -> None:
    with either_service.client(*ALL) as client:
        for name, text in (("household_members.csv", LEFT), ("发放明细.csv", PAID)):
            sent = client.post("/v1/loads", files=[("files", (name, text.encode()))], data={"dataset": name})
            assert either_service.finished(client, sent.raise_for_status().json())["state"] == "done"

        def beside(day: str | None) -> list[str]:
            params = {"kind": "MEMBER_OF", "direction": "in"} | ({"as_of": day} if day else {})
            answer = client.get(f"/v1/parties/{HOUSEHOLD}/neighbours", params=params).raise_for_status()
            parties = [item["party"] for item in answer.json()["items"]]
            return sorted({p["id"] for p in parties if p["name"] == "样本林知夏"})

        def drawn(day: str | None) -> list[str]:
            params = {"format": "json"} | ({"as_of": day} if day else {})
            scene = (
                client.get(f"/v1/households/{HOUSEHOLD}/subgraph", params=params).raise_for_status().json()
            )
            return sorted(n["id"] for n in scene["nodes"] if n["name"] == "样本林知夏")

        told = client.get(f"/v1/households/{HOUSEHOLD}").raise_for_status().json()["members"]
        page = {m["id"]: m["valid_to"] for m in told if m["name"] == "样本林知夏"}
        (by_name,) = page.keys() - {"person.local:Q"}
        assert page == {"person.local:Q": "2025-03-01", by_name: None}
        # While he is a member by number, who is named beside it is he; afterwards the list alone names him.
        assert (beside("2025-01-31"), drawn("2025-01-31")) == (["person.local:Q"], ["person.local:Q"])
        assert (beside("2025-04-30"), drawn("2025-04-30")) == ([by_name], [by_name])
        # A picture is one of today.
        assert (beside(None), drawn(None)) == (sorted(page), [by_name])


LISTED = "household_id,person_id,person_name,relation_to_head\nF-1,V,样本陆望舒,子\nF-1,W,样本陆甲,子\nF-1,W2,样本陆甲,女\n"
GONE = (
    "家庭编号,户主姓名,成员姓名,变动类型,变动日期\nF-1,样本周小满,样本陆望舒,减少,2024-06-15\n"
    "F-1,样本周小满,样本陆甲,减少,2024-06-15\n"
)


def test_who_left_by_name_is_told_once_with_the_day(either_service: Running) -> None:
    with either_service.client(*ALL) as client:
        for name, text in (("household_members.csv", LISTED), ("家庭成员增减变动.csv", GONE)):
            sent = client.post("/v1/loads", files=[("files", (name, text.encode()))], data={"dataset": name})
            assert either_service.finished(client, sent.raise_for_status().json())["state"] == "done"
        members = client.get(f"/v1/households/{HOUSEHOLD}").raise_for_status().json()["members"]
        told = [(m["id"], m["valid_to"]) for m in members if m["name"] == "样本陆望舒"]
        assert told == [("person.local:V", "2024-06-15")]
        params = {"kind": "MEMBER_OF", "direction": "in"}
        answer = client.get(f"/v1/parties/{HOUSEHOLD}/neighbours", params=params).raise_for_status().json()
        (counted,) = (c["count"] for c in answer["counts"] if c["kind"] == "MEMBER_OF")
        assert len({m["id"] for m in members}) == counted == len(answer["items"])
        beside = [i["party"]["id"] for i in answer["items"] if i["party"]["name"] == "样本陆望舒"]
        assert beside == ["person.local:V"]
        # Of two of one name nobody knows who left: neither has an end.
        assert {(m["id"], m["valid_to"]) for m in members if m["name"] == "样本陆甲"} == {
            ("person.local:W", None),
            ("person.local:W2", None),
        }
        # The line to the member shows the row that ended his membership, too.
        links = client.get("/v1/links", params={"from": told[0][0], "to": HOUSEHOLD, "kind": "MEMBER_OF"})
        rows = links.raise_for_status().json()["items"]
        files = {s["file"] for row in rows for s in row["sources"]}
        assert files == {"household_members.csv", "家庭成员增减变动.csv"}
        (ending,) = (row for row in rows if row["stated"].get("stated_to"))
        assert ending["stated"]["stated_to"] == "2024-06-15" and ending["from"]["id"] != told[0][0]
        # Which of two of one name it ends is not known: it is shown at neither.
        for either in ("person.local:W", "person.local:W2"):
            links = client.get("/v1/links", params={"from": either, "to": HOUSEHOLD, "kind": "MEMBER_OF"})
            assert len(links.raise_for_status().json()["items"]) == 1
