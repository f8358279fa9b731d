"""Findings by whom and what they are about: an id, a name or a bare number, and never an empty list for what names nothing."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from api.problems import PREFIX
from exports.evidence.veiling import HIDDEN_REASON
from tests.api.serving import ALL, Running
from tests.api.test_work import upload
from tests.api.world import FILES, HOUSEHOLD, LOT, OWNER, PEOPLE


def _ids(client, **asked) -> list[str]:
    found = client.get("/v1/findings", params={"limit": 500, **asked}).raise_for_status().json()
    return [f["id"] for f in found["items"]]


@pytest.mark.parametrize(
    ("by", "id_", "spelt"),
    [
        ("subject", "local:A", ["A", "虚构甲建设有限公司"]),
        ("subject", OWNER, [PEOPLE[0]]),
        ("scope_id", LOT, ["T-1/1"]),
        ("scope_id", HOUSEHOLD, ["F-1"]),
    ],
)
def test_findings_are_found_by_the_names_that_parties_are_found_by(service: Running, by, id_, spelt) -> None:
    with service.client(*ALL) as client:
        known = _ids(client, **{by: id_})
        assert known
        for text in spelt:
            assert _ids(client, **{by: text}) == known, text


def test_a_tender_s_findings_are_its_own_and_those_of_its_lots(own_service: Running) -> None:
    other = "tender_id,lot_id,bidder_id,bidder_name,投标报价(万元)\n" + "".join(
        f"T-1,2,{b},虚构{b}有限公司,10{n}\nT-7,1,{b},虚构{b}有限公司,10{n}\n" for n, b in enumerate("HA")
    )
    with own_service.client(*ALL) as client:
        job = own_service.finished(client, upload(client, "bids-7.csv", other).json())
        assert job["state"] == "done", job
        own_service.finished(client, client.post("/v1/runs", json={}).json())
        lots = [_ids(client, scope_id=f"T-1/{n}") for n in (1, 2)]
        assert all(lots) and _ids(client, scope_id="T-7/1")
        own = _ids(client, scope_id="local:T-1", scope_kind="tender")
        for spelt in ("local:T-1", "T-1"):
            assert sorted(_ids(client, scope_id=spelt)) == sorted({*lots[0], *lots[1], *own}), spelt
        # Page by page too.
        first = client.get("/v1/findings", params={"scope_id": "T-1", "limit": 1}).json()
        second = client.get(
            "/v1/findings", params={"scope_id": "T-1", "limit": 1, "cursor": first["next"]}
        ).json()
        assert first["items"][0]["id"] != second["items"][0]["id"]


@pytest.mark.parametrize("by", ["subject", "scope_id"])
def test_what_names_nothing_is_told_and_who_is_in_no_finding_is_an_empty_list(service: Running, by) -> None:
    with service.client(*ALL) as client:
        answer = client.get("/v1/findings", params={by: "没有这个名字"})
        assert (answer.status_code, answer.json()["type"]) == (404, f"{PREFIX}not-found")
        assert _ids(client, **{by: "虚构无关有限公司"}) == []
        # A tender's number is no lot's.
        wrong = client.get("/v1/findings", params={"scope_kind": "household", "scope_id": "T-1/1"})
        assert wrong.status_code == 404


def test_a_hidden_name_is_found_whole_alone_and_its_near_ones_are_masked(service: Running) -> None:
    with service.client("read") as masked:
        assert _ids(masked, subject=PEOPLE[0])
        part = masked.get("/v1/findings", params={"subject": PEOPLE[0][:-1]})
        assert part.status_code == 404
        assert not any(name in part.text for name in PEOPLE)


def test_findings_about_what_the_data_no_longer_hold_are_still_answered(own_service: Running) -> None:
    text = (
        "tender_id,lot_id,bidder_id,bidder_name,投标报价(万元)\n"
        "T-9,1,A,虚构甲建设有限公司,100\nT-9,1,B,虚构乙建设有限公司,101\n"
    )
    with own_service.client(*ALL) as client:
        job = own_service.finished(client, upload(client, "bids9.csv", text, dataset="gone").json())
        own_service.finished(client, client.post("/v1/runs", json={}).json())
        known = _ids(client, scope_id="local:T-9/1")
        assert known
        own_service.services.store.unload(job["result"]["batch"])
        assert client.get("/v1/lots/local:T-9%2F1").status_code == 404
        assert _ids(client, scope_id="local:T-9/1") == known


def test_what_no_run_could_check_ties_nobody_on_the_lots_page(own_service: Running) -> None:
    """The officer of A and C stands in data that were taken back: the finding stays, with that remark."""
    store = own_service.services.store
    path = f"/v1/lots/{quote(LOT, safe='')}"

    def tied(answer: Any) -> set[str]:
        return {d for one in answer["combined"] for kind in one["kinds"] for d in kind["detectors"]}

    for batch in store.batches():
        store.unload(batch.id)
    with own_service.client(*ALL) as client:
        batches = {}
        for name in ("companies.csv", "contacts.csv", "positions.csv", "tenders.csv", "bids.csv"):
            job = own_service.finished(client, upload(client, name, FILES[name], dataset=name[:4]).json())
            batches[name] = job["result"]["batch"]
        own_service.finished(client, client.post("/v1/runs", json={}).json())
        before = client.get(path).raise_for_status().json()
        assert {"shared-officer", "shared-contact"} <= tied(before)
        store.unload(batches["positions.csv"])
        own_service.finished(client, client.post("/v1/runs", json={}).json())
        after = client.get(path).raise_for_status().json()
    unchecked = {f["detector"] for f in after["findings"] if f["not_checked_since"]}
    assert "shared-officer" in unchecked and "shared-contact" not in unchecked
    assert "shared-contact" in tied(after) and not unchecked & tied(after)


def test_reasons_are_told_without_numbers_and_to_who_may_not_see_people_not_at_all(
    own_service: Running,
) -> None:
    number = "110105199001010037"
    with own_service.client(*ALL) as client, own_service.client("read", "decide") as masked:
        own_service.finished(client, client.post("/v1/runs", json={}).json())
        id_ = _ids(client, scope_id=LOT)[0]
        # Of a person the data do not know: no list of names would find it.
        reason = f"核对赵六（{number}）"
        client.post(
            f"/v1/findings/{id_}/decisions", json={"state": "in_review", "reason": reason}
        ).raise_for_status()
        client.post(
            f"/v1/findings/{id_}/suppressions", json={"until": "2999-01-01", "reason": reason}
        ).raise_for_status()
        for path in (f"/v1/findings/{id_}", "/v1/findings?limit=500", f"/v1/lots/{quote(LOT, safe='')}"):
            seen, hidden = client.get(path), masked.get(path)
            assert "赵六（1101**********0037）" in seen.text and number not in seen.text, path
            assert HIDDEN_REASON in hidden.text and "赵六" not in hidden.text, path
            assert "0037" not in hidden.text, path
        ended = masked.post(f"/v1/findings/{id_}/suppressions/end", json={"reason": "李四已核实"})
        assert ended.status_code == 200 and "李四" not in ended.text
        told = [h["reason"] for h in ended.json()["history"] if "reason" in h]
        assert told == [HIDDEN_REASON] * 3
        # Why a rule of precision sets a finding aside is no free text.
        for one in masked.get("/v1/findings?limit=500").json()["items"]:
            assert one["suppressed_by"] is None or one["suppressed_by"]["reason"] != HIDDEN_REASON


def test_findings_whose_data_were_taken_back_say_that_nobody_could_check_them(own_service: Running) -> None:
    """They keep what was found, and still hide people from those who may not see them."""
    changed = (
        "company_id,company_name,holder_id,holder_name,holder_kind,share_percent\n"
        "B,虚构乙建设有限公司,H,虚构控股有限公司,company,45\nB,虚构乙建设有限公司,X,虚构无关有限公司,company,55\n"
    )
    store = own_service.services.store
    with own_service.client(*ALL) as client, own_service.client("read") as other:
        own_service.finished(client, client.post("/v1/runs", json={}).json())
        form = {"dataset": "register", "observed_on": "2025-03-01"}
        sent = upload(client, "shareholdings.csv", changed, **form).raise_for_status().json()
        assert own_service.finished(client, sent)["state"] == "done"
        own_service.finished(client, client.post("/v1/runs", json={}).json())
        found = client.get("/v1/findings?limit=500").json()["items"]
        assert found and all(one["not_checked_since"] is None for one in found)
        (officer,) = (one["id"] for one in found if one["detector"] == "shared-officer")
        for batch in store.batches():
            store.unload(batch.id)
        last = own_service.finished(client, client.post("/v1/runs", json={}).json())
        assert last["state"] == "done", last.get("problem") or last
        after = client.get("/v1/findings?limit=500").json()["items"]
        assert {one["id"] for one in after} == {one["id"] for one in found}
        assert all(one["not_checked_since"] and not one["no_longer_found_at"] for one in after), last
        told = client.get(f"/v1/findings/{officer}").json()
        assert [entry["kind"] for entry in told["history"]] == ["found", "changed", "not_checked"]
        assert PEOPLE[0] in told["text"]["zh"]
        assert told["history"][1]["changes"]["text"]["before"]["zh"]
        hidden = other.get(f"/v1/findings/{officer}")
        assert hidden.status_code == 200 and PEOPLE[0] not in hidden.text
        assert "text" in hidden.json()["history"][1]["changes"]
        assert not any(name in other.get("/v1/findings?limit=500").text for name in PEOPLE)
