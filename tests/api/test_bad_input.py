"""What must not break the service, item by item."""

from __future__ import annotations

import base64
import http.client
import json
import re
import socket
import time
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from tests.api.serving import ALL, Running, world_served
from tests.servers.relay import Relay

NAMES = (
    "没有这家公司", "A' OR 1=1 //", "') MATCH (n) DETACH DELETE n //", "'; DROP TABLE entries; --", '" OR NEAR(x)', "🙂🙂🙂",
    "虚" * 200, "名" * 1000, "=1+1", "<script>alert(1)</script>", "a\x0bb", "*", "%", "\\", "local:", ":", "person.local:",
    "../../etc/passwd", "null", "NaN", "\u202e", "é", "\ud7ff",
)  # fmt: skip


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("/v1/findings?limit=-1", "query/limit（应不小于 1）"),
        ("/v1/findings?limit=1000000000", "query/limit（应不大于 500）"),
        ("/v1/findings?limit=many", "query/limit（应为整数）"),
        ("/v1/findings?state=x", "只能是 'new', 'in_review', 'confirmed', 'cleared' 或 'not_decidable'"),
        ("/v1/parties/local:A/owners?as_of=2025-13-40", "query/as_of（应为日期，如 2025-05-20）"),
        ("/v1/paths?from=local:A", "query/to（必填）"),
    ],
)
def test_what_breaks_the_contract_is_said_in_chinese(service, question, says):
    with service.client(*ALL) as client:
        answer = client.get(question, headers={"Accept-Language": "zh"})
        assert answer.status_code == 422
        told = answer.json()
        assert says in told["detail"]
        assert f"{told['errors'][0]['where']}（{told['errors'][0]['says']}）" in told["detail"]
        english = client.get(question, headers={"Accept-Language": "en"}).json()
        assert english["errors"][0]["where"] == told["errors"][0]["where"]
        assert english["errors"][0]["says"].isascii()


@pytest.mark.parametrize(
    "path",
    ["owners", "ultimate-owners", "controller", "history?from=2020-01-01"],
    ids=lambda p: p.partition("?")[0],
)
def test_who_owns_or_controls_a_person_is_no_question(service, path):
    with service.client(*ALL) as client:
        answer = client.get(f"/v1/parties/person.local:P/{path}")
        assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (422, "unprocessable")
        assert "是自然人" in answer.json()["detail"]
        assert client.get("/v1/parties/person.local:P/controls").json()["controls"]
        assert client.get(f"/v1/parties/local:A/{path}").status_code == 200


@pytest.mark.parametrize("path", ["/v1/relations", "/v1/screenings"])
def test_a_list_with_blank_names_is_told_which(service, path):
    asked = {
        "parties": [
            {"id": "local:A"},
            {"name": " "},
            {"id": "\u0005", "name": "虚构乙建设有限公司"},
            {"name": "\x95\u2008"},
        ]
    }
    with service.client(*ALL) as client:
        answer = client.post(path, json=asked, headers={"Accept-Language": "zh"})
        assert answer.status_code == 422
        told = answer.json()
        assert [e["where"] for e in told["errors"]] == ["body/parties/1", "body/parties/3"]
        assert "第 2、4 个" in told["detail"]
        english = client.post(path, json=asked, headers={"Accept-Language": "en"}).json()
        assert "counted from 1: 2, 4" in english["detail"]


def test_a_misspelt_filter_is_not_answered_as_if_there_were_nothing(service):
    with service.client(*ALL, headers={"Accept-Language": "en"}) as client:
        run = client.get("/v1/runs").json()["items"][0]["id"]
        for path in ("/v1/findings", "/v1/findings/counts", f"/v1/runs/{run}/undecided"):
            several = ["common-shareholder", "comon-shareholder"]
            answer = client.get(path, params={"detector": several if "runs" not in path else several[1]})
            assert answer.status_code == 404, path
            assert answer.json()["errors"] == [
                {
                    "where": "query/detector",
                    "says": "no detector; near: common-shareholder, common-controller",
                }
            ]
            assert "common-shareholder" in answer.json()["detail"]
            assert client.get(path, params={"detector": "common-shareholder"}).status_code == 200
            nothing_near = client.get(path, params={"detector": "typo"})
            assert nothing_near.json()["errors"] == [{"where": "query/detector", "says": "no detector"}]
            assert "household-multi-property" in nothing_near.json()["detail"]
        for path, more in (("/v1/runs", {}), ("/v1/screenings", {"parties": [{"id": "local:A"}]})):
            answer = client.post(path, json={"detectors": ["shared-contct"], **more})
            assert (answer.status_code, answer.json()["errors"][0]["where"]) == (404, "body/detectors")
            assert "shared-contact" in answer.json()["errors"][0]["says"]
        assert client.get("/v1/detectors/typo").status_code == 404
        assert client.get("/v1/findings?scope_kind=lots").status_code == 422


def test_what_is_not_found_says_where_to_look(service):
    with service.client(*ALL) as client:
        for path, where in (
            ("lots/无此标段", "/v1/lots?q="),
            ("households/无此家庭", "/v1/households"),
            ("parties/无此公司", "/v1/parties?q="),
            ("findings/zzzz", "风险预警列表"),
            # What is there, as something else, is told of where it is.
            ("parties/local:T-1%2F1/owners", "标段，请用 /v1/lots/local:T-1%2F1"),
            ("parties/local:F-1", "家庭户，请用 /v1/households/local:F-1"),
            ("lots/local:A/subgraph", "企业，请用 /v1/parties/local:A"),
            ("households/person.local:P", "人员，请用 /v1/parties/person.local:P"),
            ("lots/local:T-1", "项目，请用 /v1/lots?q=local:T-1"),
        ):
            answer = client.get(f"/v1/{path}")
            assert answer.status_code == 404
            assert where in answer.json()["detail"], path
            if "请用 " in where:
                there = where.rpartition("请用 ")[2]
                assert client.get(there).status_code == 200, there


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_names_are_names_whatever_they_hold(service, name):
    with service.client(*ALL) as client:
        before = client.get("/v1/status").json()["counts"]
        answers = [
            client.get("/v1/parties", params={"q": name}),
            client.get(f"/v1/parties/{quote(name, safe='')}"),
            client.get(f"/v1/parties/{quote(name, safe='')}/owners"),
            client.get("/v1/paths", params={"from": name, "to": "local:A"}),
            client.get("/v1/links", params={"from": name, "to": "local:A"}),
            client.get(f"/v1/lots/{quote(name, safe='')}"),
            client.get(f"/v1/findings/{quote(name, safe='')}"),
            client.get("/v1/findings", params={"subject": name}),
            client.get("/v1/lots", params={"q": name}),
            client.post("/v1/relations", json={"parties": [{"name": name}, {"id": "local:A"}]}),
            client.post("/v1/screenings", json={"parties": [{"name": name}, {"id": "local:A"}]}),
        ]
        for answer in answers:
            assert answer.status_code < 500, (answer.request.url, answer.text)
            if answer.status_code >= 400:
                assert answer.headers["content-type"] == "application/problem+json"
        assert client.get("/v1/status").json()["counts"] == before


@pytest.mark.parametrize("limit", ["-1", "0", "1000000000", "1e9", "NaN", "", "９９"])
def test_limits_are_bounded(service, limit):
    with service.client(*ALL) as client:
        for path in (
            "parties?q=虚构",
            "lots?",
            "findings?",
            "households?",
            "runs?",
            "parties/local:A/neighbours?",
        ):
            answer = client.get(f"/v1/{path}&limit={limit}".replace("?&", "?"))
            assert answer.status_code == 422, path
            assert answer.json()["errors"][0]["where"] == "query/limit"


def test_no_question_goes_as_deep_as_one_likes(service):
    with service.client(*ALL) as client:
        for path in ("subgraph", "owners", "holdings", "controller"):
            answer = client.get(f"/v1/parties/local:A/{path}?depth=99")
            assert answer.status_code == 422, path
            (error,) = answer.json()["errors"]
            assert error["where"] == "query/depth"
            assert error["says"].startswith("没有这一项")


@pytest.mark.parametrize(
    "cursor",
    ["x", "!!!", "💥", "AAAA", "null", base64.urlsafe_b64encode(b"[1,2]").decode(), base64.urlsafe_b64encode(b'{"a":1}').decode(),
     base64.urlsafe_b64encode(b"[" * 2000).decode(), "A" * 5000],
)  # fmt: skip
def test_malformed_cursors_are_refused(service, cursor):
    with service.client(*ALL) as client:
        for path in ("lots", "findings", "households", "runs", "loads"):
            answer = client.get(f"/v1/{path}", params={"cursor": cursor})
            assert answer.status_code in (400, 422), answer.text
            assert answer.headers["content-type"] == "application/problem+json"


def test_a_cursor_of_another_dataset_is_outdated(service):
    made = base64.urlsafe_b64encode(json.dumps(["0" * 16, "local:T-1/1"]).encode()).decode().rstrip("=")
    with service.client(*ALL) as client:
        for path in ("lots", "households"):
            answer = client.get(f"/v1/{path}", params={"cursor": made})
            assert answer.status_code == 410
            assert answer.json()["type"].endswith("outdated-cursor")


def test_a_cursor_of_another_list_is_no_cursor_of_this_one(service):
    with service.client(*ALL) as client:
        of_lots = (
            base64.urlsafe_b64encode(json.dumps(["0" * 16, "local:T-1/1"]).encode()).decode().rstrip("=")
        )
        of_findings = client.get("/v1/findings", params={"limit": 1}).json()["next"]
        for path, other in (
            ("lots", of_findings),
            ("households", of_findings),
            ("findings", of_lots),
            ("runs", of_lots),
        ):
            answer = client.get(f"/v1/{path}", params={"cursor": other})
            assert answer.status_code == 400 and answer.json()["type"].endswith("malformed-cursor"), (
                path,
                answer.text,
            )


@pytest.mark.parametrize(
    ("content", "type_", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 422),
        (b"null", "application/json", 422),
        (b"\xff\xfe", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"<a/>", "application/xml", 415),
        (b'{"parties":[{"id":"local:A"}]}', "text/plain", 415),
        (b'{"parties":[]}', "application/json; charset=utf-8", 422),
        (b'{"parties":[{"id":"local:A"}],"as_of":"2025-13-45"}', "application/json", 422),
        (b'{"parties":[{"id":"local:A"}],"as_of":"0001-01-01"}', "application/json", 422),
        (b'{"parties":[{"id":"local:A"}],"detectors":["none-such"]}', "application/json", 404),
        (b'{"parties":[{}]}', "application/json", 422),
        (b'{"parties":[{"id":"local:A","more":1}]}', "application/json", 422),
        (json.dumps({"parties": [{"id": "local:A"}] * 201}).encode(), "application/json", 422),
    ],
)
def test_bodies_that_are_not_meant_are_problems(service, content, type_, status):
    with service.client(*ALL) as client:
        answer = client.post("/v1/screenings", content=content, headers={"Content-Type": type_})
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"


PART = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n\r\n'


@pytest.mark.parametrize(
    ("path", "content", "type_", "status"),
    [
        ("loads", b'{"files":["a.csv"]}', "application/json", 415),
        ("loads", b"files=a.csv", "application/x-www-form-urlencoded", 415),
        ("loads", b"id,name\nA,\n", "text/csv", 415),
        ("loads", b"--b--", "multipart/form-data", 400),
        ("loads", b"", "", 422),
        # Cut off in the second file: the first alone would be loaded, and nobody told.
        (
            "loads",
            PART + b"id,name\nA,x\n\r\n" + PART + b"id,name\nB",
            "multipart/form-data; boundary=b",
            400,
        ),
        ("loads/inspect", PART + b"id,name\nA,x\n", 'multipart/form-data; boundary="b"', 400),
        ("loads/inspect", b"{}", "application/json", 415),
        ("relations", b"--b--", "multipart/form-data; boundary=b", 415),
        ("runs", b"<a/>", "application/xml", 415),
        ("findings/x/decisions", b"state=confirmed", "application/x-www-form-urlencoded", 415),
    ],
)
def test_a_body_of_another_type_is_a_problem_and_begins_nothing(service, path, content, type_, status):
    with service.client(*ALL) as client:
        before = client.get("/v1/status").json()["jobs"]
        answer = client.post(f"/v1/{path}", content=content, headers={"Content-Type": type_})
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"]
        assert client.get("/v1/status").json()["jobs"] == before


def test_an_upload_of_too_many_files_says_how_many_go_into_one(service):
    with service.client(*ALL) as client:
        files = [("files", (f"{n}.csv", b"x")) for n in range(1001)]
        answer = client.post("/v1/loads", files=files, headers={"Accept-Language": "zh"})
        assert answer.status_code == 400
        assert answer.json()["detail"] == "一次最多上传 1000 个文件，请分几次上传。"


def test_a_form_without_a_boundary_is_told_what_is_missing(service):
    with service.client(*ALL) as client:
        headers = {"Content-Type": "multipart/form-data", "Accept-Language": "zh"}
        told = client.post("/v1/loads", content=b"--b--", headers=headers).json()["detail"]
        assert "boundary" in told and "curl -F" in told


def test_what_is_no_http_is_a_problem_too(service):
    where = urlsplit(service.url)
    for sent in (b"\x16\x03\x01 hello\r\n\r\n", b"GET /v1/parties?q=" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n"):
        with socket.create_connection((where.hostname, where.port), timeout=10) as raw:
            raw.sendall(sent)
            answer = b"".join(iter(lambda: raw.recv(65536), b""))
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 400")
        assert b"content-type: application/problem+json" in head
        assert json.loads(body)["type"].endswith("malformed-body")


def test_a_number_of_a_person_is_refused_and_not_repeated(service):
    number = "99999919800101001X"
    with service.client(*ALL) as client:
        answer = client.get(f"/v1/parties/{number}")
        assert answer.status_code == 422, answer.text
        assert number not in answer.text


@pytest.mark.parametrize("path", ["parties/local:A/owners?as_of=99", "parties/local:A/owners?method=none", "paths?from=local:A&to=local:B&top=99",
                                  "parties/local:A/ultimate-owners?threshold=900%25", "parties/local:A/subgraph?depth=99&format=exe",
                                  "parties/local:A/history?from=2025-99-99", "findings?changed_since=yesterday", "findings?state=guilty"])  # fmt: skip
def test_values_that_make_no_sense_are_problems(service, path):
    with service.client(*ALL) as client:
        answer = client.get(f"/v1/{path}")
        assert 400 <= answer.status_code < 500, answer.text
        assert answer.json()["detail"]


LONG = "长" * 196 + "有限公司"
SIGNS = "虚构🙂🏗️'); DROP TABLE entries; MATCH (n) DETACH DELETE n // 有限公司"


def awkward() -> str:
    """A node of 10,000 holders, a loop of 40, a chain of 99, a name of 200 characters, names of signs."""
    lines = [f"HUB,虚构枢纽有限公司,h{n},虚构小股东{n}有限公司,company,0.005" for n in range(10_000)]
    lines += [
        f"L{n},虚构循环{n}有限公司,L{(n + 1) % 40},虚构循环{(n + 1) % 40}有限公司,company,60"
        for n in range(40)
    ]
    lines += [f"D{n},虚构深层{n}有限公司,D{n + 1},虚构深层{n + 1}有限公司,company,99" for n in range(99)]
    lines += [
        f"LONG,{LONG},H,虚构控股有限公司,company,50",
        f'SIGNS,"{SIGNS}",H,虚构控股有限公司,company,50',
        '"=1+1",=cmd()虚构公式有限公司,H,<b>&虚构控股有限公司,company,50',
    ]
    return "company_id,company_name,holder_id,holder_name,holder_kind,share_percent\n" + "\n".join(lines)


def test_hubs_loops_chains_long_names_and_bare_parties_are_answered(own_service):
    with own_service.client(*ALL) as client:

        def get(path: str) -> dict[str, Any]:
            return client.get(f"/v1/{path}").raise_for_status().json()

        bare = "id,name\nBARE,虚构空白有限公司\n"
        files = [
            ("files", ("shareholdings.csv", awkward().encode())),
            ("files", ("companies.csv", bare.encode())),
        ]
        loaded = own_service.finished(client, client.post("/v1/loads", files=files).json())
        assert (loaded["state"], loaded["result"]["rejected"]) == ("done", 0), loaded
        asked = {"parties": [{"id": f"local:{i}"} for i in ("HUB", "L0", "LONG", "BARE")]}
        assert client.post("/v1/relations", json=asked).status_code == 200
        assert client.post("/v1/screenings", json=asked).status_code == 200

        assert len(get("parties/local:HUB/owners")["owners"]) == 10_000
        beside = get("parties/local:HUB/neighbours?kind=OWNS&limit=50")
        assert (len(beside["items"]), beside["truncated"], beside["counts"][0]["count"]) == (50, True, 10_000)
        drawn = client.get("/v1/parties/local:HUB/subgraph")
        assert drawn.headers["x-truncated"] == "true"
        assert len(drawn.json()["nodes"]) <= 300

        # Round the loop nothing comes from outside: everybody else in it holds, nobody controls.
        round_ = get("parties/local:L0/owners")["owners"]
        assert {o["id"] for o in round_} == {f"local:L{n}" for n in range(1, 40)}
        assert get("parties/local:L0/controller")["reason"]["code"] == "mutual_block"
        assert len(client.get("/v1/parties/local:L0/subgraph").json()["nodes"]) == 40

        deepest = max(get("parties/local:D0/owners")["owners"], key=lambda o: o["depth"])
        assert (deepest["id"], deepest["depth"]) == ("local:D99", 99)
        assert deepest["share"] == pytest.approx(0.99**99)
        assert get("parties/local:D0/controller")["controller"]["id"] == "local:D99"

        for name, id_ in ((LONG, "LONG"), (SIGNS, "SIGNS")):
            found = client.get("/v1/parties", params={"q": name}).json()["items"]
            assert [(f["id"], f["name"]) for f in found] == [(f"local:{id_}", name)]
            assert get(f"parties/{quote(name, safe='')}/owners")["company"] == f"local:{id_}"

        assert get("parties/local:BARE/owners")["owners"] == []
        assert get("parties/local:BARE/ultimate-owners")["reason"]["code"]
        assert get("parties/local:BARE/controller")["reason"]["code"] == "no_register"
        assert get("parties/local:BARE/holdings")["items"] == []
        assert get("parties/local:BARE/neighbours")["counts"] == []
        assert get("parties/local:BARE/history?from=2020-01-01")["changes"] == []

        for about in (
            "local:HUB",
            "local:L0",
            "local:D0",
            "local:LONG",
            "local:SIGNS",
            "local:h1",
            "local:BARE",
            "=1+1",
        ):
            for format_ in ("json", "svg", "png", "pdf", "html", "graphml", "cytoscape"):
                drawn = client.get(f"/v1/parties/{quote(about, safe='')}/subgraph?format={format_}")
                assert drawn.status_code == 200, (about, format_, drawn.text[:200])
            for what in ("owners", "ultimate-owners", "controller", "controls", "holdings", "neighbours"):
                answer = client.get(f"/v1/parties/{quote(about, safe='')}/{what}")
                assert answer.status_code == 200, (about, what, answer.text)


def test_a_question_past_its_time_is_stopped_and_told(tmp_path):
    from api.services import Limits

    limits = Limits(seconds=0.001)
    with (
        world_served(tmp_path, str(tmp_path / "store"), limits=limits) as service,
        service.client(*ALL) as client,
    ):
        answer = client.get("/v1/parties/local:A/owners")
        assert answer.status_code == 504
        assert answer.json()["type"].endswith("timeout")
        assert client.get("/healthz").status_code == 200


@pytest.mark.neo4j
def test_a_server_that_goes_is_a_503_and_comes_back_by_itself(tmp_path, neo4j_url, neo4j_server):
    relay = Relay(urlsplit(neo4j_url).port or 7687)
    try:
        with world_served(tmp_path, relay.url, neo4j_server[1]) as service, service.client(*ALL) as client:
            assert client.get("/v1/lots/local:T-1/1").status_code == 200
            relay.cut()
            gone = client.get("/v1/lots/local:T-1/1")
            assert gone.status_code == 503, gone.text
            assert int(gone.headers["retry-after"]) > 0
            assert gone.json()["type"].endswith("unavailable")
            assert client.get("/readyz").status_code == 503
            assert client.get("/healthz").status_code == 200
            relay.join()
            until = time.monotonic() + 60
            while client.get("/v1/lots/local:T-1/1").status_code != 200:
                assert time.monotonic() < until
                time.sleep(0.2)
            assert client.get("/readyz").status_code == 200
    finally:
        relay.cut()


@pytest.mark.parametrize(
    ("as_of", "zh", "en"),
    [
        ("0001-01-01", "应为 1900-01-01 至 ", "Should be a date from 1900-01-01 to "),
        ("2025-04-01T00:00:00", "应为日期，如 2025-05-20", "Should be a date such as 2025-05-20"),
        ("1743465600", "应为日期，如 2025-05-20", "Should be a date such as 2025-05-20"),
        ("2025-02-30", "应为日期，如 2025-05-20", ""),
    ],
)
def test_a_day_is_written_as_a_day_and_what_is_none_is_told_in_the_readers_language(service, as_of, zh, en):
    for language, says in (("zh", zh), ("en", en)):
        with service.client(*ALL, headers={"Accept-Language": language}) as client:
            answers = (
                client.get("/v1/parties/local:A/owners", params={"as_of": as_of}),
                client.post("/v1/relations", json={"parties": [{"id": "local:A"}], "as_of": as_of}),
            )
        for answer in answers:
            assert answer.status_code == 422, answer.text
            assert answer.json()["errors"][0]["says"].startswith(says), answer.text
            if language == "zh":
                assert "Value error" not in answer.text and "Input" not in answer.text


def test_what_the_library_says_in_english_alone_is_told_in_chinese_too(service):
    with service.client(*ALL) as client:
        nameless = client.post("/v1/loads", files={"files": (None, b"a,b\n1,2\n")})
        assert (nameless.status_code, nameless.json()["errors"][0]["says"]) == (422, "应为文件")
        body = b'{"parties": [{"name": "\\ud800"}]}'
        lone = client.post("/v1/relations", content=body, headers={"Content-Type": "application/json"})
        assert lone.status_code == 422
        assert not re.search(r"[a-z]{4}", lone.json()["errors"][0]["says"]), lone.text


def test_a_bare_number_of_another_type_is_told_where_it_is_answered(service):
    with service.client(*ALL) as client:
        for number, there in (("F-1", "/v1/households/F-1"), ("T-1/1", "/v1/lots/T-1%2F1")):
            answer = client.get(f"/v1/parties/{number.replace('/', '%2F')}")
            assert answer.status_code == 404
            assert there in answer.json()["detail"], answer.text
            assert client.get(there).status_code == 200


def test_an_id_and_a_name_of_two_parties_are_no_party(service):
    with service.client(*ALL) as client:
        for path in ("/v1/relations", "/v1/screenings"):
            both = [
                {"id": "local:A", "name": "虚构乙建设有限公司"},
                {"id": "local:C", "name": "虚构丙建设有限公司"},
            ]
            told = client.post(path, json={"parties": both}).raise_for_status().json()
            assert [p["id"] for p in told["parties"]] == ["local:C"]
            (unclear,) = told["unresolved"]
            assert unclear["input"] == "local:A"
            assert [c["id"] for c in unclear["candidates"]] == ["local:A", "local:B"]
            nobody = [{"id": "local:A", "name": "没有这家公司"}]
            told = client.post(path, json={"parties": nobody}).raise_for_status().json()
            assert [c["id"] for c in told["unresolved"][0]["candidates"]] == ["local:A"]


def test_links_and_the_contract_hold_below_a_prefix(tmp_path):
    served = world_served(tmp_path, str(tmp_path / "store"), prefix="/gov/lt")
    with served as running, running.client(*ALL) as client:
        contract = client.get("/v1/openapi.json").raise_for_status().json()
        assert contract["servers"] == [{"url": "/gov/lt"}]
        job = client.post("/v1/runs", json={}).raise_for_status().json()
        # Relative to the service's root, with its prefix.
        assert client.get("/" + job["links"]["self"]).status_code == 200
        running.finished(client, job)


def test_after_a_defect_the_connection_answers_what_comes_next(
    service: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("虚构的缺陷")

    monkeypatch.setattr("api.routes.parties.party", broken)
    connection = http.client.HTTPConnection(service.url.removeprefix("http://"))
    connection.connect()
    # A connection that was closed must not be opened again unseen.
    connection.auto_open = 0
    for path, status in (("/v1/parties/local:A", 500), ("/v1/status", 200), ("/v1/parties/local:A", 500)):
        connection.request("GET", path, headers={"X-API-Key": service.key("read")})
        answer = connection.getresponse()
        told = json.loads(answer.read())
        assert answer.status == status, told
        assert status == 200 or told["type"].endswith("internal"), told
        assert "虚构的缺陷" not in str(told)
    connection.close()
