"""Loads, runs and jobs: uploads to answers, progress, cancelling, doing a thing once, polling for what changed."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor

import httpx
import openpyxl
import pytest
import structlog

from tests.api.serving import ALL, world_served
from tests.api.world import PEOPLE

MORE = "company_id,company_name,holder_id,holder_name,holder_kind,share_percent\nC,虚构丙建设有限公司,H,虚构控股有限公司,company,10\n"
BAD = MORE + "C,虚构丙建设有限公司,Z,虚构错误有限公司,company,170\n"


def upload(client, name="更多股东shareholdings.csv", text=MORE, url="/v1/loads", **form):
    body = text if isinstance(text, bytes) else text.encode()
    return client.post(url, files=[("files", (name, body))], data=form)


def test_an_upload_becomes_answers_and_the_data_says_so(own_service):
    with own_service.client(*ALL) as client:
        before = client.get("/v1/parties/local:C/owners")
        assert "local:H" not in [o["id"] for o in before.json()["owners"]]
        started = upload(client)
        assert started.status_code == 202
        job = own_service.finished(client, started.json())
        assert job["state"] == "done", job
        assert job["result"]["rejected"] == 0
        after = client.get("/v1/parties/local:C/owners")
        assert {o["id"]: o["share"] for o in after.json()["owners"]}["local:H"] == pytest.approx(0.1)
        assert before.headers["x-dataset-fingerprint"] != after.headers["x-dataset-fingerprint"]
        assert after.headers["x-dataset-fingerprint"] == job["result"]["fingerprint"]
        # The same file again is nothing new.
        again = own_service.finished(client, upload(client).json())
        assert again["result"]["loaded_before"]
        loads = client.get("/v1/loads").json()["items"]
        assert len(loads) >= 1


def test_companies_known_by_their_names_alone_are_screened(own_service):
    text = (
        "company_name,holder_name,holder_kind,share_percent\n虚构云杉建设有限公司,虚构北辰控股有限公司,company,60\n"
        "虚构白桦工程有限公司,虚构北辰控股有限公司,company,35\n"
    )
    with own_service.client(*ALL) as client:
        assert own_service.finished(client, upload(client, text=text).json())["state"] == "done"
        asked = {"parties": [{"name": "虚构云杉建设有限公司"}, {"name": "虚构白桦工程有限公司"}]}
        told = client.post("/v1/screenings", json=asked).raise_for_status().json()
        (found,) = [f for f in told["findings"] if f["detector"].startswith("common-")]
        assert found["subjects"] == ["name:虚构云杉建设有限公司", "name:虚构白桦工程有限公司"]
        assert "unjoined" not in json.dumps(told)


def test_where_every_row_is_refused_the_first_is_named_and_no_path_of_the_service(own_service):
    text = "company_name,holder_name,holder_kind,share_percent\n虚构云杉建设有限公司,虚构甲有限公司,company,170\n"
    with own_service.client(*ALL) as client:
        job = own_service.finished(client, upload(client, text=text).json())
    assert job["state"] == "failed"
    assert "第一处：更多股东shareholdings.csv 第 2 行 [share_percent]：" in json.dumps(
        job["problem"], ensure_ascii=False
    )
    assert "reports" not in json.dumps(job["problem"])


@pytest.mark.parametrize("field", ["snapshot", "observed_on"])
@pytest.mark.parametrize("day", ["2025-99-99", "2025-02-30", "9999-12-31"])
def test_a_day_that_is_none_loads_nothing_and_leaves_the_service_answering(own_service, field, day):
    with own_service.client(*ALL) as client:
        before = client.get("/v1/status").json()["store"]["fingerprint"]
        job = own_service.finished(client, upload(client, **{field: day}).raise_for_status().json())
        assert (job["state"], job["problem"]["type"]) == ("failed", "unprocessable")
        assert day in job["problem"]["detail"]["zh"]
        assert client.get("/v1/status").json()["store"]["fingerprint"] == before
        # What is loaded next is in the answers.
        assert own_service.finished(client, upload(client).json())["state"] == "done"
        told = client.get("/v1/status").json()
        assert told["dataset"]["fingerprint"] == told["store"]["fingerprint"] != before


def test_refused_rows_can_be_fetched_and_a_name_cannot_lead_out_of_the_folder(own_service):
    with own_service.client(*ALL) as client:
        job = own_service.finished(client, upload(client, text=BAD).json())
        assert job["state"] == "done"
        assert job["result"]["rejected"] == 1
        (refused,) = [p for p in job["result"]["problems"] if p["kind"] == "reject"]
        assert (refused["row"], refused["value"]) == ("3", "170") and refused["expected"]["zh"]
        (rejects,) = job["result"]["rejects"]
        assert "170" in client.get("/" + rejects["link"]).raise_for_status().text
        batch = job["result"]["batch"]
        for name in ("../ledger.db", "..%2f..%2fledger.db", "%2e%2e/%2e%2e/ledger.db", "/etc/passwd"):
            assert client.get(f"/v1/loads/{batch}/rejects/{name}").status_code in (404, 422)


def test_refused_rows_are_told_to_who_sent_them_and_to_who_may_see_people(own_service):
    bad = BAD + "C,虚构丙建设有限公司,P,测试顾远山,person,180\n"
    with own_service.client("read", "load") as sender, own_service.client("load") as other:
        job = own_service.finished(sender, upload(sender, text=bad).raise_for_status().json())
        (file,) = job["result"]["rejects"]
        assert "测试顾远山" in sender.get("/" + file["link"]).raise_for_status().text
        refused = other.get("/" + file["link"])
        assert (refused.status_code, refused.json()["scope"]) == (403, "personal")
    with own_service.client("load", "personal") as seeing:
        assert "测试顾远山" in seeing.get("/" + file["link"]).raise_for_status().text
    looks = [e for e in own_service.ledger.audit_entries() if e.action == "look"]
    assert [(e.actor, e.object) for e in looks] == [
        (f"key:测试 {scopes}", job["result"]["batch"]) for scopes in ("read load", "load personal")
    ]


def test_inspecting_loads_nothing(own_service):
    with own_service.client(*ALL) as client:
        before = client.get("/v1/status").json()["store"]["fingerprint"]
        items = upload(client, url="/v1/loads/inspect").raise_for_status().json()["items"]
        assert items[0]["table"] == "shareholdings"
        assert client.get("/v1/status").json()["store"]["fingerprint"] == before


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b""),
        ("a.xlsx", b"PK\x03\x04 and then nothing"),
        ("a.csv", b"\x00\xff\xfe" * 50),
        ("a.json", b"{"),
        ("../../a.csv", MORE.encode()),
        ("", MORE.encode()),
        ("名" * 300 + ".csv", MORE.encode()),
    ],
)
def test_broken_uploads_are_told_and_change_nothing_else(own_service, name, content):
    with own_service.client(*ALL) as client:
        answer = upload(client, name=name, text=content)
        assert answer.status_code in (202, 400, 422), answer.text
        if answer.status_code == 202:
            job = own_service.finished(client, answer.json())
            assert job["state"] in ("done", "failed")
            assert job["problem"] is None or job["problem"]["type"] != "internal", job
        assert client.get("/v1/parties/local:A").status_code == 200


def bomb() -> bytes:
    """A workbook whose one sheet unpacks to a gigabyte."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(256):
                sheet.write(b" " * (4 << 20))
    return stream.getvalue()


ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE t [<!ENTITY a "aaaaaaaaaa">%s<!ENTITY x SYSTEM "file:///etc/passwd">]>
<html><body><table><tr><td>&i;&x;</td></tr></table></body></html>""" % b"".join(
    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
)


def far_cell() -> bytes:
    """A workbook of a few kilobytes with a cell in its very last corner: half a terabyte of empty places."""
    stream, book = io.BytesIO(), openpyxl.Workbook()
    book.worksheets[0].append(["企业名称", "股东名称", "持股比例"])
    book.worksheets[0].cell(1_048_576, 16_384, "x")
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "content"), [("股东.xlsx", bomb), ("股东.xls", lambda: ENTITIES), ("股东.xlsx", far_cell)]
)
def test_bombs_are_refused_in_little_memory(own_service, name, content):
    import resource

    body = content()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with own_service.client(*ALL) as client:
        for url in ("/v1/loads", "/v1/loads/inspect"):
            answer = upload(client, name=name, text=body, url=url)
            assert answer.status_code < 500, answer.text
            assert "root:" not in answer.text
            if url == "/v1/loads":
                job = own_service.finished(client, answer.json())
                assert job["problem"] is None or job["problem"]["type"] != "internal", job
                assert "root:" not in json.dumps(job)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 700_000


def test_a_truncated_upload_is_a_problem_and_leaves_nothing(own_service):
    import socket
    from urllib.parse import urlsplit

    place = urlsplit(own_service.url)
    body = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n\r\nhalf'
    head = (
        f"POST /v1/loads HTTP/1.1\r\nHost: {place.netloc}\r\nX-API-Key: {own_service.key(*ALL)}\r\n"
        f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {len(body) + 1000}\r\n\r\n"
    )
    with socket.create_connection((place.hostname, place.port)) as one:
        one.sendall(head.encode() + body)
    with own_service.client(*ALL) as client:
        assert client.get("/v1/status").status_code == 200
        whole = client.post(
            "/v1/loads", content=body, headers={"Content-Type": "multipart/form-data; boundary=b"}
        )
        assert whole.status_code in (400, 422)
        assert whole.headers["content-type"] == "application/problem+json"
        assert client.get("/v1/status").json()["jobs"] == {}


def test_uploads_and_bodies_past_their_limits_are_refused(tmp_path):
    from api.services import Limits

    limits = Limits(body_bytes=2000, upload_bytes=5000, upload_files=3)
    with (
        world_served(tmp_path, str(tmp_path / "store"), limits=limits) as service,
        service.client(*ALL) as client,
    ):
        too_long = client.post("/v1/screenings", json={"parties": [{"name": "x" * 3000}]})
        assert too_long.status_code == 413

        def chunks():
            for _ in range(20):
                yield b"x" * 1000

        unstated = client.post(
            "/v1/screenings", content=chunks(), headers={"Content-Type": "application/json"}
        )
        assert unstated.status_code == 413
        assert upload(client, text="x" * 9000).status_code == 413
        many = client.post("/v1/loads", files=[("files", (f"{n}.csv", b"a")) for n in range(4)])
        assert many.status_code == 413
        for refused in (too_long, unstated, many):
            assert refused.headers["content-type"] == "application/problem+json"


def test_a_repeated_request_under_one_key_is_done_once(own_service):
    with own_service.client(*ALL) as client:
        headers = {"Idempotency-Key": "one-and-the-same"}
        first = client.post("/v1/runs", json={"detectors": ["common-shareholder"]}, headers=headers)
        second = client.post("/v1/runs", json={"detectors": ["common-shareholder"]}, headers=headers)
        assert first.status_code == second.status_code == 202
        assert first.json()["id"] == second.json()["id"]
        other = client.post("/v1/runs", json={"detectors": ["cross-holding"]}, headers=headers)
        assert other.status_code == 409
        own_service.finished(client, first.json())
        assert len(client.get("/v1/runs").json()["items"]) == 1

        # A file of another content is another request, though it bears the same name and has the same size.
        def load(text: str):
            files = [("files", ("holdings.csv", text.encode()))]
            return client.post("/v1/loads", files=files, headers={"Idempotency-Key": "a file"})

        assert load(MORE).status_code == 202
        assert load(MORE).headers["idempotent-replayed"] == "true"
        assert load(MORE.replace("10\n", "11\n")).status_code == 409


def test_two_writers_at_once_take_turns(own_service):
    with own_service.client(*ALL) as client, ThreadPoolExecutor(4) as pool:
        texts = [MORE.replace("10\n", f"{n}\n") for n in range(10, 14)]
        started = list(pool.map(lambda t: upload(client, text=t), texts))
        assert [s.status_code for s in started] == [202] * 4
        jobs = [own_service.finished(client, s.json()) for s in started]
        assert [j["state"] for j in jobs] == ["done"] * 4
        fingerprints = [j["result"]["fingerprint"] for j in jobs]
        assert len(set(fingerprints)) == 4


def test_events_tell_a_job_to_its_end(own_service):
    with own_service.client(*ALL) as client:
        job = upload(client).json()
        states = []
        with client.stream("GET", f"/v1/jobs/{job['id']}/events") as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            for line in stream.iter_lines():
                if line.startswith("data:"):
                    states.append(json.loads(line[5:])["state"])
        assert states[-1] == "done"


def test_a_queued_job_can_be_cancelled_and_one_of_others_cannot_be_seen(own_service):
    gate, running = threading.Event(), threading.Event()

    def hold(progress):
        running.set()
        gate.wait(30)

    jobs = own_service.app.state.jobs
    jobs.start("run", "somebody else", hold)
    assert running.wait(10)
    try:
        with own_service.client(*ALL) as client, own_service.client("read", "load", "detect") as other:
            job = upload(client).json()
            assert other.get(f"/v1/jobs/{job['id']}").status_code == 404
            assert other.delete(f"/v1/jobs/{job['id']}").status_code == 404
            cancelled = client.delete(f"/v1/jobs/{job['id']}").raise_for_status().json()
            assert cancelled["state"] == "cancelled"
    finally:
        gate.set()
    with own_service.client(*ALL) as client:
        assert client.get("/v1/parties/local:C/owners").json()["owners"][0]["id"] != "local:H"


def test_findings_are_polled_by_what_changed(own_service):
    with own_service.client(*ALL) as client:
        own_service.finished(client, client.post("/v1/runs", json={}).json())
        items = client.get("/v1/findings?order=changed&limit=500").json()["items"]
        assert {"common-shareholder", "common-beneficial-owner"} <= {f["detector"] for f in items}
        newest = max(f["changed_at"] for f in items)
        # The first moment there is, in a zone where it lies before the first year of UTC, and the last.
        for ends, some in (("0001-01-01T00:00:00+08:00", True), ("9999-12-31T23:59:59-08:00", False)):
            answer = client.get("/v1/findings", params={"changed_since": ends})
            assert answer.status_code == 200 and bool(answer.json()["items"]) is some
        assert client.get("/v1/findings", params={"changed_since": newest}).json()["items"] == []
        id_ = items[0]["id"]
        decided = client.post(
            f"/v1/findings/{id_}/decisions", json={"state": "in_review", "reason": "核对中"}
        )
        assert decided.status_code == 200, decided.text
        assert decided.json()["state"] == "in_review"
        (changed,) = client.get("/v1/findings", params={"changed_since": newest}).json()["items"]
        assert changed["id"] == id_
        assert client.get("/v1/findings?state=in_review").json()["items"][0]["id"] == id_
        assert (
            client.post(
                f"/v1/findings/{id_}/decisions", json={"state": "confirmed", "reason": "  "}
            ).status_code
            == 422
        )
        for link in ("self", "subgraph", "detector", "scope"):
            assert client.get("/" + changed["links"][link]).status_code == 200, link
        for language in ("zh", "en"):
            past = client.post(
                f"/v1/findings/{id_}/suppressions",
                json={"until": "2020-01-01", "reason": "虚构的理由"},
                headers={"Accept-Language": language},
            )
            assert past.status_code == 422
            # The day as it was written, and no moment of another clock.
            assert "2020-01-01" in past.json()["detail"] and "T16:00" not in past.json()["detail"]
        suppressed = client.post(
            f"/v1/findings/{id_}/suppressions", json={"until": "2999-01-01", "reason": "虚构的理由"}
        )
        assert suppressed.status_code == 200, suppressed.text
        assert client.get("/v1/findings/counts").status_code == 200
        # A second run keeps what people decided.
        own_service.finished(client, client.post("/v1/runs", json={}).json())
        assert client.get(f"/v1/findings/{id_}").json()["state"] == "in_review"


def test_a_package_of_a_finding_is_a_checked_bag(own_service, tmp_path):
    from exports import verify_package

    with own_service.client(*ALL) as client:
        own_service.finished(client, client.post("/v1/runs", json={}).json())
        finding = client.get("/v1/findings?detector=common-shareholder").json()["items"][0]
        package = client.get("/" + finding["links"]["package"])
        assert package.status_code == 200, package.text[:300]
        assert package.headers["content-type"] == "application/zip"
        path = tmp_path / "package.zip"
        path.write_bytes(package.content)
        assert verify_package(path).holds


def test_a_package_of_a_party_is_that_of_the_command_line(own_service, tmp_path, monkeypatch):
    """From the ledger, where its last run looked at these data: nothing is detected anew."""
    from exports import make_package, verify_package

    def never(*_: object, **__: object) -> None:
        raise AssertionError("the ledger knows what is found")

    with own_service.client(*ALL) as client, own_service.client("read", "export") as masked:
        own_service.finished(client, client.post("/v1/runs", json={}).json())
        finding = client.get("/v1/findings?detector=common-shareholder").json()["items"][0]
        bidder = finding["subjects"][0]
        assert masked.get(f"/v1/parties/{bidder}/package").json()["scope"] == "personal"
        assert client.get("/v1/parties/没有这个名字/package").status_code == 404
        assert client.get(f"/v1/households/{bidder}/package").status_code == 404
        with monkeypatch.context() as patch:
            # Found again by the detectors, and only where each stands taken from the ledger.
            patch.setattr("exports.evidence.writing._known", lambda *_: None)
            asked_anew = make_package(
                own_service.services.store,
                bidder,
                actor="虚构",
                as_of="2025-06-30",
                ledger=own_service.services.ledger,
            )
        with monkeypatch.context() as patch:
            patch.setattr("exports.evidence.asking.detect", never)
            package = client.get(f"/v1/parties/{bidder}/package", params={"as_of": "2025-06-30"})
        assert package.status_code == 200, package.text[:300]
        path = tmp_path / "package.zip"
        path.write_bytes(package.content)
        assert verify_package(path).holds
        household = client.get("/v1/households").json()["items"][0]["id"]
        of_household = client.get(f"/v1/households/{household}/package")
        assert of_household.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(path) as bag:
        data = {n.partition("/data/")[2]: bag.read(n) for n in bag.namelist() if "/data/" in n}
    assert data == asked_anew.contents.files
    assert finding["id"].encode() in data["graph/findings.csv"]


def test_a_package_after_a_load_names_what_was_found_before_it_and_denies_nothing(own_service):
    """The detectors have not looked at the data loaded since: there may be more, and less."""

    def about(party):
        package = client.get(f"/v1/parties/{party}/package").raise_for_status().content
        with zipfile.ZipFile(io.BytesIO(package)) as bag:
            (place,) = [n for n in bag.namelist() if n.endswith("data/facts.json")]
            return json.loads(bag.read(place))

    with own_service.client(*ALL) as client:
        own_service.finished(client, client.post("/v1/runs", json={}).json())
        finding = client.get("/v1/findings?detector=common-shareholder").json()["items"][0]
        before = about(finding["subjects"][0])
        assert before["findings_about_over"] == "loaded"
        assert own_service.finished(client, upload(client).json())["state"] == "done"
        after = about(finding["subjects"][0])
    assert after["findings_about_over"] == "earlier"
    assert finding["id"] in {f["fingerprint"] for f in after["findings_about"]}
    assert {f["found_in_data"] for f in after["findings_about"]} == {before["dataset"]} != {after["dataset"]}


def test_metrics_tell_findings_and_jobs_by_state_as_they_are_now(own_service):
    def told(name):
        with own_service.client() as client:
            lines = client.get("/metrics").raise_for_status().text.splitlines()
        found = [line.rpartition(" ") for line in lines if line.startswith(f"lookthrough_{name}{{")]
        return {place.partition('"')[2].partition('"')[0]: float(n) for place, _, n in found}

    with own_service.client(*ALL) as client:
        job = client.post("/v1/runs", json={}).json()
        assert sum(told("jobs").values()) == 1
        assert own_service.finished(client, job)["state"] == "done"
        assert told("jobs") == {"queued": 0, "running": 0, "done": 1, "failed": 0, "cancelled": 0}
        assert told("findings") == client.get("/v1/findings/counts").json()["by_state"]
        assert told("findings")["new"] > 0


def test_logs_tell_routes_and_never_names(service):
    with structlog.testing.capture_logs() as logs, service.client(*ALL) as client:
        client.get("/v1/parties", params={"q": PEOPLE[0]})
        client.get("/v1/parties/虚构甲建设有限公司/owners")
        client.post("/v1/screenings", json={"parties": [{"name": PEOPLE[1]}]})
        client.get("/v1/parties/没有这个名字")
    told = [entry for entry in logs if entry["event"] == "request"]
    assert len(told) == 4
    text = json.dumps(logs, ensure_ascii=False, default=str)
    assert "虚构" not in text
    assert "没有" not in text
    assert not any(name in text for name in PEOPLE)
    metrics = httpx.get(f"{service.url}/metrics").text
    assert "lookthrough_request_seconds" in metrics
    assert "虚构" not in metrics
