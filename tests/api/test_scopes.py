"""Every route states its scope, and is closed to whoever lacks it."""

from __future__ import annotations

import io
import re
import zipfile

import httpx
import pytest

from cases import SCOPES
from tests.api.serving import ALL, OPEN_ROUTES, Running, world_served
from tests.api.world import CONTACTS, HOMES, PEOPLE, UNITS


def operations(service: Running) -> list[tuple[str, str, str]]:
    """(method, path, scope) of everything in the contract."""
    document = httpx.get(f"{service.url}/v1/openapi.json").json()
    return [
        (method.upper(), path, operation.get("x-scope", ""))
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def filled_in(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "x", path)


def test_each_route_is_closed_without_a_key_and_without_its_scope(service):
    asked = 0
    with service.client() as nobody, httpx.Client(base_url=service.url) as raw:
        for method, path, scope in operations(service):
            if path in OPEN_ROUTES:
                assert raw.request(method, path).status_code == 200, path
                continue
            assert scope in SCOPES, f"{method} {path} states no scope"
            refused = nobody.request(method, filled_in(path))
            assert refused.status_code == 401, (method, path, refused.text)
            assert refused.headers["content-type"] == "application/problem+json"
            assert "WWW-Authenticate" in refused.headers
            others = [s for s in SCOPES if s not in (scope, "admin")]
            wrong = raw.request(method, filled_in(path), headers={"X-API-Key": service.key(*others)})
            assert wrong.status_code == 403, (method, path, wrong.text)
            assert wrong.json()["scope"] == scope
            if method == "GET":
                by_head = raw.head(filled_in(path), headers={"X-API-Key": service.key(*others)})
                assert (by_head.status_code, by_head.content) == (403, b""), path
                assert nobody.head(filled_in(path)).status_code == 401, path
            asked += 1
    assert asked >= 30


def test_no_route_is_left_out_of_the_contract_but_pages(service):
    known = {(m, p) for m, p, _ in operations(service)}
    pages = {"/", "/favicon.svg", "/v1/openapi.json", "/v1/docs", "/assets"}
    found = set()

    def walk(routes, prefix=""):
        for route in routes:
            path = prefix + getattr(route, "path", "")
            for method in getattr(route, "methods", None) or ():
                if method not in ("HEAD", "OPTIONS"):
                    found.add((method, re.sub(r":path\}", "}", path)))

    walk(service.app.routes)
    assert {(m, p) for m, p in found if p not in pages} <= known


@pytest.mark.parametrize("secret", ["", "lt_nothing", "x" * 5000, "лт", "' OR 1=1 --"])
def test_unknown_keys_are_refused(service, secret):
    answer = httpx.get(f"{service.url}/v1/status", headers={"X-API-Key": secret.encode()})
    assert answer.status_code == 401
    assert answer.json()["type"].endswith("key-required")


def test_an_expired_or_revoked_key_is_refused(own_service):
    import datetime as dt
    import time

    soon = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=2)
    _, brief = own_service.ledger.create_key("短", ["read"], soon, "tests")
    record, revoked = own_service.ledger.create_key("吊销", ["read"], None, "tests")
    first = httpx.get(f"{own_service.url}/v1/status", headers={"X-API-Key": brief}).status_code
    if dt.datetime.now(dt.UTC) < soon:  # A busy machine may take longer to ask than the key lasts.
        assert first == 200
    assert httpx.get(f"{own_service.url}/v1/status", headers={"X-API-Key": revoked}).status_code == 200
    own_service.ledger.revoke_key(record.id, "tests")
    time.sleep(2.1)
    for secret in (brief, revoked):
        assert httpx.get(f"{own_service.url}/v1/status", headers={"X-API-Key": secret}).status_code == 401


def test_without_keys_only_the_own_host_and_origin_are_answered(tmp_path):
    with world_served(tmp_path, str(tmp_path / "store"), keys_required=False) as service:
        url = f"{service.url}/v1/status"
        assert httpx.get(url).status_code == 200
        netloc = service.url.removeprefix("http://")
        assert httpx.get(url, headers={"Origin": f"http://{netloc}"}).status_code == 200
        for headers in (
            {"Host": "evil.example"},
            {"Host": "evil.example:" + netloc.rpartition(":")[2]},
            {"Origin": "http://evil.example"},
            {"Origin": "null"},
            {"Sec-Fetch-Site": "cross-site"},
        ):
            refused = httpx.get(url, headers=headers)
            assert refused.status_code == 403, headers
            assert refused.json()["type"].endswith("wrong-host")


def test_personal_data_are_masked_for_who_may_not_see_them_in_every_answer_and_picture(service):
    finding, by_phone = (
        service.client("read").get(f"/v1/findings?detector={d}").json()["items"][0]["id"]
        for d in ("common-shareholder", "shared-contact")
    )
    paths = [
        "/v1/parties?q=测试", "/v1/parties?q=样本", "/v1/parties/person.local:P", "/v1/parties/person.local:局外人",
        "/v1/parties/local:A", "/v1/parties/local:A/owners", "/v1/parties/local:A/ultimate-owners",
        "/v1/parties/local:A/controller", "/v1/parties/person.local:P/controls", "/v1/parties/local:A/neighbours?kind=OWNS",
        "/v1/parties/local:A/neighbours?kind=LEGAL_REP_OF", "/v1/paths?from=person.local:P&to=local:A",
        *(f"/v1/parties/local:{p}/neighbours?kind=HAS_CONTACT&direction=out" for p in "ABC"),
        "/v1/parties/person.local:R/neighbours?kind=HOLDS_PROPERTY&direction=out",
        "/v1/lots/local:T-1/1", "/v1/households/local:F-1", "/v1/findings?limit=500", f"/v1/findings/{finding}",
        f"/v1/findings/{by_phone}",
        *(f"/v1/parties/local:A/subgraph?format={f}" for f in ("json", "cytoscape", "graphml", "html", "svg")),
        *(f"/v1/{w}/subgraph?format={f}" for f in ("json", "cytoscape", "graphml", "html", "svg")
          for w in ("lots/local:T-1/1", "households/local:F-1", f"findings/{finding}", f"findings/{by_phone}")),
    ]  # fmt: skip
    secret = (*PEOPLE, *CONTACTS, *HOMES, *UNITS)
    seen = set()
    with (
        service.client("read", "detect") as masked,
        service.client("read", "detect", "personal") as clear,
    ):
        pairs = [(path, masked.get(path), clear.get(path)) for path in paths]
        screened = "/v1/lots/local:T-1/1/screen"
        pairs.append((screened, masked.post(screened), clear.post(screened)))
        asked = {"parties": [{"id": "local:A"}, {"id": "local:B"}]}
        for path in ("/v1/relations", "/v1/screenings"):
            pairs.append((path, masked.post(path, json=asked), clear.post(path, json=asked)))
        for path, hidden, shown in pairs:
            assert hidden.status_code == shown.status_code == 200, (path, hidden.text[:300], shown.text[:300])
            for text in secret:
                assert text not in hidden.text.replace("</tspan>", ""), (path, text)
                if text in shown.text:
                    seen.add(text)
    assert seen == set(secret)


def test_a_hidden_name_can_not_be_found_out_letter_by_letter(service):
    with service.client("read", "detect") as masked, service.client("read", "detect", "personal") as clear:

        def found(client, text):
            listed = client.get("/v1/parties", params={"q": text}).raise_for_status().json()["items"]
            near = client.get(f"/v1/parties/{text}").json().get("candidates", [])
            body = {"parties": [{"name": text}]}
            loose = [
                candidate
                for path in ("relations", "screenings")
                for party in client.post(f"/v1/{path}", json=body).raise_for_status().json()["unresolved"]
                for candidate in party["candidates"]
            ]
            return {one["id"] for one in (*listed, *near, *loose)}

        for part in ("测试顾", "测试顾远", "顾远山", "ceshiguyuan", "csgys"):
            assert "person.local:P" in found(clear, part), part
            assert "person.local:P" not in found(masked, part), part
        # Who has the whole name may ask by it, as by the id; companies are found as before.
        for client in (masked, clear):
            assert "person.local:P" in found(client, "测试顾远山") & found(client, "person.local:P")
            assert "local:A" in found(client, "虚构甲")


def test_no_home_is_told_where_one_is_what_can_not_be_decided(own_service):
    homes = "id,owner_id,owner_name,kind,area_m2,address\n" + "".join(
        f"99999900100{n}GB00001F0002000{n},R,样本周小满,其他,60,虚构未知路{n}号101室\n" for n in (1, 2)
    )
    with own_service.client(*ALL) as client, own_service.client("read", "export") as masked:
        files = [("files", ("properties.csv", homes.encode()))]
        loaded = own_service.finished(client, client.post("/v1/loads", files=files).json())
        assert loaded["state"] == "done"
        job = client.post("/v1/runs", json={"detectors": ["household-multi-property"]}).json()
        assert own_service.finished(client, job)["state"] == "done"
        # Whose homes they are is told, to whom may see people; where they are isn't, to nobody.
        ran = client.get("/v1/runs").json()["items"][0]
        assert ran["undecided"] == 1
        gaps = f"runs/{ran['id']}/undecided"
        (gap,) = client.get(f"/v1/{gaps}").json()["items"]
        assert gap["subjects"] == ["person.local:R"]
        assert "虚构未知路" not in client.get(f"/v1/{gaps}").text
        for path in ("runs", gaps, f"jobs/{job['id']}", "households/local:F-1", "findings"):
            answer = masked.get(f"/v1/{path}")
            assert "虚构未知路" not in answer.text, path


def test_who_may_not_see_a_contact_can_follow_it_but_not_guess_it(service):
    with service.client("read") as masked, service.client("read", "personal") as clear:
        beside = "/v1/parties/local:A/neighbours?kind=HAS_CONTACT&direction=out"
        ids = [i["party"]["id"] for i in masked.get(beside).json()["items"]]
        assert ids == [i["party"]["id"] for i in masked.get(beside).json()["items"]]
        other = masked.get("/v1/parties/local:B/neighbours?kind=HAS_CONTACT&direction=out").json()["items"]
        (common,) = {i["party"]["id"] for i in other} & set(ids)
        finding = masked.get("/v1/findings?detector=shared-contact").json()["items"][0]
        assert finding["facts"]["holder"]["id"] == common
        link = {"from": "local:A", "to": common, "kind": "HAS_CONTACT"}
        (row,) = masked.get("/v1/links", params=link).raise_for_status().json()["items"]
        assert row["sources"][0]["file"] == "contacts.csv"
        guess = link | {"to": "phone:13800000021"}
        assert masked.get("/v1/links", params=guess).status_code == 404
        assert clear.get("/v1/links", params=guess).status_code == 200
        nobody = link | {"to": common[:-1] + ("0" if common[-1] != "0" else "1")}
        assert masked.get("/v1/links", params=nobody).status_code == 404


def test_a_package_that_rests_on_a_contact_needs_sight_of_personal_data(service):
    with service.client("read", "export") as masked, service.client("read", "export", "personal") as clear:
        (finding,) = masked.get("/v1/findings?detector=shared-contact").json()["items"]
        refused = masked.get("/" + finding["links"]["package"])
        assert (refused.status_code, refused.json()["scope"]) == (403, "personal")
        assert clear.get("/" + finding["links"]["package"]).status_code == 200


def test_a_plate_is_hidden_from_who_may_not_see_personal_data_and_can_not_be_tried_out(own_service):
    plate = "京A12345"
    cars = f"号牌号码,所有人,证件号码,车辆类型,登记日期\n{plate},样本林知夏,Q,小型轿车,2020-01-01\n"
    with own_service.client(*ALL) as clear, own_service.client("read", "export") as masked:
        sent = clear.post("/v1/loads", files=[("files", ("机动车.csv", cars.encode()))])
        assert own_service.finished(clear, sent.raise_for_status().json())["state"] == "done"
        job = clear.post("/v1/runs", json={"detectors": ["undeclared-means"]}).json()
        assert own_service.finished(clear, job)["state"] == "done"
        (finding,) = clear.get("/v1/findings?detector=undeclared-means").json()["items"]
        beside = "/v1/parties/person.local:Q/neighbours?kind=HOLDS_VEHICLE&direction=out"
        for path in (
            beside, "/v1/findings", "/v1/households/local:F-1", f"/v1/findings/{finding['id']}",
            *(f"/v1/findings/{finding['id']}/subgraph?proof=true&format={f}"
              for f in ("json", "cytoscape", "graphml", "html", "svg")),
        ):  # fmt: skip
            hidden, shown = masked.get(path).raise_for_status(), clear.get(path).raise_for_status()
            assert plate in shown.text and plate not in hidden.text, path
        # Its id leads to the row behind it; a plate that is tried out does not.
        (car,) = [i["party"]["id"] for i in masked.get(beside).json()["items"]]
        told = masked.get(f"/v1/findings/{finding['id']}").json()["facts"]["means"]
        assert [m["id"] for m in told if m["kind"] == "vehicle"] == [car]
        link = {"from": "person.local:Q", "to": car, "kind": "HOLDS_VEHICLE"}
        (row,) = masked.get("/v1/links", params=link).raise_for_status().json()["items"]
        assert (row["to"]["id"], row["sources"][0]["file"]) == (car, "机动车.csv")
        guess = link | {"to": f"local:{plate}"}
        assert masked.get("/v1/links", params=guess).status_code == 404
        assert clear.get("/v1/links", params=guess).status_code == 200
        assert masked.get("/" + finding["links"]["package"]).status_code == 403
        assert clear.get("/" + finding["links"]["package"]).status_code == 200


def test_a_home_is_told_by_an_id_that_leads_to_its_rows_and_can_not_be_tried_out(own_service):
    more = f"id,owner_id,owner_name,kind,area_m2,address\n{UNITS[0][:-1]}9,R,样本周小满,住宅,60,虚构路三号\n内部9号,R,样本周小满,商铺,60,虚构路四号\n"
    homes = (UNITS[0], f"{UNITS[0][:-1]}9", "内部9号")
    with own_service.client(*ALL) as clear, own_service.client("read", "export") as masked:
        sent = clear.post("/v1/loads", files=[("files", ("properties.csv", more.encode()))])
        assert own_service.finished(clear, sent.raise_for_status().json())["state"] == "done"
        job = clear.post("/v1/runs", json={"detectors": ["household-multi-property"]}).json()
        assert own_service.finished(clear, job)["state"] == "done"
        (finding,) = clear.get("/v1/findings?detector=household-multi-property").json()["items"]
        beside = "/v1/parties/person.local:R/neighbours?kind=HOLDS_PROPERTY&direction=out"
        drawn = [
            f"/v1/{w}/subgraph?format={f}" for f in ("json", "cytoscape", "graphml", "html", "svg")
            for w in ("households/local:F-1", f"findings/{finding['id']}")
        ]  # fmt: skip
        for path in (
            beside,
            "/v1/findings",
            f"/v1/findings/{finding['id']}",
            "/v1/households/local:F-1",
            *drawn,
        ):
            hidden, shown = masked.get(path).raise_for_status(), clear.get(path).raise_for_status()
            assert not [h for h in homes if h in hidden.text], path
            assert homes[0] in shown.text or "svg" in path, path
        # One home has one id in every answer, and it leads to the rows behind it; a number that is tried out does not.
        ids = {i["party"]["id"] for i in masked.get(beside).json()["items"]}
        assert len(ids) == 3
        facts = masked.get(f"/v1/findings/{finding['id']}").json()["facts"]
        told = {p for d in facts["dwellings"] for p in d["properties"]} | {
            n["id"] for n in facts["not_counted"]
        }
        household = {p["id"] for p in masked.get("/v1/households/local:F-1").json()["properties"]}
        picture = masked.get("/v1/households/local:F-1/subgraph?format=json").json()
        nodes = {n["id"] for n in picture["nodes"] if n["type"] == "Property"}
        assert told == ids and ids <= household and ids <= nodes
        link = {"from": "person.local:R", "kind": "HOLDS_PROPERTY"}
        for home in ids:
            (row,) = masked.get("/v1/links", params=link | {"to": home}).raise_for_status().json()["items"]
            assert row["to"]["id"] == home and row["sources"][0]["file"] == "properties.csv"
        guess = link | {"to": f"cn-bdcdy:{homes[0]}"}
        assert masked.get("/v1/links", params=guess).status_code == 404
        assert clear.get("/v1/links", params=guess).status_code == 200
        package = masked.get("/" + finding["links"]["package"]).raise_for_status().content
        with zipfile.ZipFile(io.BytesIO(package)) as archive:
            texts = {n: archive.read(n).decode(errors="ignore") for n in archive.namelist()}
        for name, text in texts.items():
            assert not [h for h in homes if h in text], name
        assert all(home in texts[next(n for n in texts if n.endswith("facts.json"))] for home in ids)


def test_unknown_parameters_are_problems_that_name_them(service):
    with service.client(*ALL) as client:
        for path, name, near in (
            ("/v1/findings?changed_sinc=2026-01-01T00:00:00Z", "changed_sinc", "changed_since"),
            ("/v1/parties?q=虚构&limt=1", "limt", "limit"),
            ("/v1/lots/local:T-1/1/subgraph?formt=svg", "formt", "format"),
            ("/v1/status?zzz=1", "zzz", ""),
        ):
            answer = client.get(path)
            assert answer.status_code == 422, path
            told = answer.json()
            assert told["errors"] == [
                {"where": f"query/{name}", "says": f"没有这一项；相近的有 {near}" if near else "没有这一项"}
            ]
            assert name in told["detail"]
            assert near in told["detail"]
        twice = client.get("/v1/parties?q=虚构&limit=1&limit=2")
        assert twice.status_code == 422
        assert twice.json()["errors"] == [{"where": "query/limit", "says": "给出了不止一次"}]
        assert client.get("/v1/findings?state=new&state=confirmed").status_code == 200
        # A field of a form that is not read would be worse: nothing would end on the day of the snapshot.
        files = [("files", ("a.csv", b"id\n1\n"))]
        for url in ("/v1/loads", "/v1/loads/inspect"):
            answer = client.post(url, files=files, data={"snapshott": "2026-01-01"})
            assert answer.status_code == 422
            assert answer.json()["errors"][0]["where"] == "body/snapshott"


def test_looks_at_people_are_audited_and_masked_ones_are_not(own_service):
    before = len(own_service.ledger.audit_entries(0, 1000))
    with own_service.client("read") as masked:
        masked.get("/v1/parties/local:A/owners")
    with own_service.client("read", "personal") as clear:
        clear.get("/v1/parties/local:A/owners")
    looks = [e for e in own_service.ledger.audit_entries(before, 1000) if e.action == "look"]
    assert len(looks) == 1
    assert looks[0].object == "local:A"
    assert looks[0].actor.startswith("key:")
    assert not any(name in str(looks[0].detail) for name in PEOPLE)
    assert own_service.ledger.verify_audit().ok


def test_headers_are_strict_on_every_kind_of_answer(service):
    with service.client(*ALL) as client:
        for path in (
            "/",
            "/healthz",
            "/v1/status",
            "/v1/nothing",
            "/v1/docs",
            "/v1/parties/local:A/subgraph?format=html",
        ):
            headers = client.get(path).headers
            assert headers["x-content-type-options"] == "nosniff", path
            assert headers["x-frame-options"] == "DENY", path
            assert "default-src" in headers["content-security-policy"], path
            assert "server" not in headers or headers["server"] != "uvicorn", path
