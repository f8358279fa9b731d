"""What the service answers is what the command line answers, on either store."""

from __future__ import annotations

import datetime as dt
import json
import re
import zipfile

import pytest

from exports import verify_package
from graph.penetration import Ownership, controller, penetrate
from tests.api.serving import ALL
from tests.api.world import HOUSEHOLD, LOT, OWNER
from visualize.gathering import Canvas
from visualize.labels import node_name

DAY = "2025-03-02"
DAY_OF = dt.date.fromisoformat(DAY)


def through_json(value):
    return json.loads(json.dumps(value))


def test_either_store_answers_like_the_python_api(either_service):
    store = either_service.services.store
    ownership = Ownership.build(store.ownership())
    with either_service.client(*ALL) as client:
        owners = client.get(f"/v1/parties/local:B/owners?as_of={DAY}").raise_for_status().json()
        assert owners == through_json(penetrate(ownership, "local:B", DAY).to_json())
        assert {o["id"]: o["share"] for o in owners["owners"]}[OWNER] == pytest.approx(0.3)
        told = client.get(f"/v1/parties/local:A/controller?as_of={DAY}").raise_for_status().json()
        assert (
            told["controllers"]
            == through_json(controller(ownership, "local:A", DAY_OF).to_json())["controllers"]
        )
        ultimate = client.get("/v1/parties/虚构甲建设有限公司/ultimate-owners").raise_for_status().json()
        assert {o["id"] for o in ultimate["owners"]} == {OWNER, "person.local:局外人"}
        assert client.get(f"/v1/parties/{OWNER}/controls").status_code == 200
        below = client.get(f"/v1/parties/{OWNER}/holdings?as_of={DAY}").raise_for_status().json()
        assert {i["id"]: (i["share"], i["depth"]) for i in below["items"]} == {
            "local:H": (1.0, 1), "local:A": (0.6, 2), "local:B": (0.3, 2),
        }  # fmt: skip
        ways = client.get(f"/v1/paths?from={OWNER}&to=local:A").raise_for_status().json()
        assert [p["nodes"] for p in ways["paths"]] == [[OWNER, "local:H", "local:A"]]
        beside = client.get("/v1/parties/local:A/neighbours?kind=OWNS").raise_for_status().json()
        assert {(c["kind"], c["direction"], c["count"]) for c in beside["counts"]} >= {
            ("OWNS", "in", 2), ("LEGAL_REP_OF", "in", 1), ("SUBMITS", "out", 1),
        }  # fmt: skip
        assert [i["share"] for i in beside["items"]] == [0.6, 0.4]
        bids = (
            client.get("/v1/parties/local:A/neighbours?kind=SUBMITS&direction=out").raise_for_status().json()
        )
        # A bid has no name: it is called by what it is for.
        assert [i["party"]["name"] for i in bids["items"]] == ["虚构学校工程"]
        (link,) = client.get("/v1/links?from=local:H&to=local:A").raise_for_status().json()["items"]
        assert link["stated"]["share"] == 0.6
        assert (link["sources"][0]["file"], link["sources"][0]["row"]) == ("shareholdings.csv", "2")
        lot = client.get(f"/v1/lots/{LOT}").raise_for_status().json()
        assert [b["id"] for b in lot["bidders"]] == ["local:A", "local:B", "local:C"]
        assert [r["id"] for r in client.get("/v1/lots?q=学校").json()["items"]] == [LOT]
        household = client.get(f"/v1/households/{HOUSEHOLD}").raise_for_status().json()
        assert [m["name"] for m in household["members"]] == ["样本林知夏", "样本周小满"]
        assert len(household["properties"]) == 2
        assert [p["through"]["id"] for p in household["properties"] if p["through"]] == ["local:S"]
        # Screening a lot, and the same companies with no tender, find the same ties.
        screened = client.post(f"/v1/lots/{LOT}/screen").raise_for_status().json()
        names = ["虚构甲建设有限公司", "虚构乙建设有限公司", "虚构丙建设有限公司", "没有这家公司"]
        asked = {"as_of": DAY, "parties": [{"name": n} for n in names]}
        alone = client.post("/v1/screenings", json=asked).raise_for_status().json()
        ties = {"common-shareholder", "common-beneficial-owner"}
        shares = [
            {(f["detector"], b["id"]): b["share"] for f in found["findings"] for b in f["facts"].get("bidders", [])
             if f["detector"] in ties}
            for found in (screened, alone)
        ]  # fmt: skip
        assert shares[0] == shares[1]
        assert shares[0]["common-shareholder", "local:B"] == pytest.approx(0.3)
        assert [u["input"] for u in alone["unresolved"]] == ["没有这家公司"]
        assert alone["dataset"]["fingerprint"] == store.fingerprint()
        assert client.get("/v1/status").json()["store"]["fingerprint"] == store.fingerprint()
        related = client.post(
            "/v1/relations", json={"parties": [{"id": i} for i in ("local:A", "local:B", "local:C")]}
        )
        found = {(t["a"], t["b"], t["kind"], t["via"] and t["via"]["id"]) for t in related.json()["ties"]}
        assert ("local:A", "local:B", "ownership", "local:H") in found
        for format_, begins in (
            ("svg", b"<"),
            ("png", b"\x89PNG"),
            ("pdf", b"%PDF"),
            ("html", b"<!"),
            ("graphml", b"<"),
        ):
            for about in (f"lots/{LOT}", "parties/local:A", f"households/{HOUSEHOLD}"):
                drawn = client.get(f"/v1/{about}/subgraph?format={format_}")
                assert drawn.status_code == 200, (about, format_, drawn.text[:200])
                assert drawn.content.startswith(begins), (about, format_)


def test_a_member_named_by_two_lists_is_one_member_and_holds_a_home_once(either_service):
    paid = "household_id,person_id,person_name,program,month,amount\nF-1,Q,样本林知夏,虚构低保,2025-03,600元\nF-1,R,样本周小满,虚构低保,2025-03,600元\n"
    back = "household_id,person_id,person_name,relation_to_head,valid_from,valid_to\nF-1,R,样本周小满,子,2015-01-01,2016-01-01\nF-1,Z,样本赵知秋,配偶,2010-01-01,\n"
    with either_service.client(*ALL) as client:
        before = client.get(f"/v1/households/{HOUSEHOLD}").raise_for_status().json()
        for name, text in (("benefits.csv", paid), ("household_members.csv", back)):
            sent = client.post("/v1/loads", files=[("files", (name, text.encode()))], data={"dataset": name})
            assert either_service.finished(client, sent.raise_for_status().json())["state"] == "done"
        after = client.get(f"/v1/households/{HOUSEHOLD}").raise_for_status().json()
    # Whose stay is dated is a member then, though an undated list names him; who is only paid is not one more.
    told = [(m["id"], m["relation_to_head"], m["valid_from"]) for m in after["members"]]
    assert [(m["id"], m["relation_to_head"]) for m in before["members"]] == [
        ("person.local:Q", "head"),
        ("person.local:R", None),
    ]
    assert told == [
        ("person.local:Q", "head", None),
        # Whatever their ids: the spouse after the head, before who is given by name.
        ("person.local:Z", "spouse", "2010-01-01"),
        ("person.local:R", "son", "2015-01-01"),
    ]
    assert before["properties"] == after["properties"] and len(before["properties"]) == 2
    # The list names whom each row pays, and no relation to a head: each row is a payment of its own.
    assert [b["from_month"] for b in after["benefits"]] == ["2025-01", "2025-02", "2025-03", "2025-03"]


def test_a_head_named_once_with_and_once_without_a_number_is_one_member_everywhere(either_service, tmp_path):
    paid = "家庭编号,户主姓名,救助类别,发放月份,发放金额\nF-1,样本 林知夏,虚构低保,2025-03,600元\nF-1,样本林知远,虚构低保,2025-04,600元\n"
    with either_service.client(*ALL) as client:
        sent = client.post("/v1/loads", files=[("files", ("发放明细.csv", paid.encode()))])
        assert either_service.finished(client, sent.raise_for_status().json())["state"] == "done"
        members = client.get(f"/v1/households/{HOUSEHOLD}").raise_for_status().json()["members"]
        scene = client.get(f"/v1/households/{HOUSEHOLD}/subgraph?format=json").raise_for_status().json()
        beside = client.get(f"/v1/parties/{HOUSEHOLD}/neighbours?kind=MEMBER_OF&direction=in")
        package = client.get(f"/v1/households/{HOUSEHOLD}/package").raise_for_status()
    # Whom the list of members does not name is one of his own.
    names = sorted(["样本林知夏", "样本周小满", "样本林知远"])
    told = sorted(m["name"] for m in members)
    drawn = sorted(n["name"] for n in scene["nodes"] if n["type"] == "Person")
    assert told == drawn == names
    assert sorted(one["party"]["name"] for one in beside.raise_for_status().json()["items"]) == names
    counts = {(c["kind"], c["direction"]): c["count"] for c in beside.json()["counts"]}
    assert counts["MEMBER_OF", "in"] == 3
    (tmp_path / "package.zip").write_bytes(package.content)
    assert verify_package(tmp_path / "package.zip").holds
    with zipfile.ZipFile(tmp_path / "package.zip") as bag:
        (report,) = [n for n in bag.namelist() if n.endswith("report.zh.html")]
        members = bag.read(report).decode().partition("家庭成员</h3>")[2].partition("</table>")[0]
    assert sorted(re.findall("<tr><td>([^<]+)</td>", members)) == names


def test_lots_of_one_tender_are_told_apart(either_service):
    """Two of them have no title, two the same one; a lot that is the whole tender needs no number."""
    lots = (
        ("T-2", "1", ""), ("T-2", "2", ""), ("T-3", "1", ""), ("T-4", "01", "施工"), ("T-4", "02", "施工"), ("T-4", "03", "监理"),
    )  # fmt: skip
    files = {
        "tenders.csv": "id,title\nT-2,虚构道路工程\nT-3,虚构桥梁工程\nT-4,虚构水厂工程\n",
        "lots.csv": "tender_id,id,title\n" + "".join(f"{t},{n},{title}\n" for t, n, title in lots),
        "bids.csv": "tender_id,lot_id,bidder_id,bidder_name\n"
        + "".join(f"{t},{n},{b},虚构{b}有限公司\n" for t, n, _ in lots for b in "KM"),
    }
    wanted = [
        *(
            "虚构桥梁工程",
            "虚构水厂工程 · 施工 · #01",
            "虚构水厂工程 · 施工 · #02",
            "虚构水厂工程 · 监理",
        ),
        *("虚构道路工程 · #1", "虚构道路工程 · #2"),
    ]
    wanted.sort()
    with either_service.client(*ALL) as client:
        sent = client.post("/v1/loads", files=[("files", (n, text.encode())) for n, text in files.items()])
        job = either_service.finished(client, sent.raise_for_status().json())
        assert (job["state"], job["result"]["rejected"]) == ("done", 0), job
        party = client.get("/v1/parties/local:K").raise_for_status().json()
        beside = client.get("/v1/parties/local:K/neighbours?kind=SUBMITS&direction=out").raise_for_status()
    assert sorted(lot["name"] for lot in party["lots"]) == wanted
    told = [one["party"] for one in beside.json()["items"]]
    assert sorted(one["name"] for one in told) == sorted(one["lot"]["name"] for one in told) == wanted
    canvas = Canvas(either_service.services.store, None)
    canvas.add_nodes("Lot", [lot["id"] for lot in party["lots"]])
    drawn = canvas.subgraph("", (), ()).nodes
    # Each is called otherwise: by its number where it has no title.
    assert len({node_name(n, "zh") for n in drawn}) == len(drawn) == len(wanted)


def test_one_picture_in_every_format_has_the_same_nodes_and_places(service):
    with service.client(*ALL) as client:
        scene = client.get("/v1/lots/local:T-1/1/subgraph", headers={"Accept": "application/json"}).json()
        cyto = client.get(
            "/v1/lots/local:T-1/1/subgraph", headers={"Accept": "application/vnd.cytoscape+json"}
        ).json()
        elements = cyto["elements"]
        nodes = (
            elements["nodes"]
            if isinstance(elements, dict)
            else [e for e in elements if "source" not in e["data"]]
        )
        drawn = {n["id"]: n for n in scene["nodes"]}
        assert {"local:A", "local:H"} <= set(drawn)
        # Bids are folded into a picture's lines; an exchange file has them as nodes.
        assert {n["data"]["id"] for n in nodes} - set(drawn) == {f"local:T-1/1/local:{b}" for b in "ABC"}
        svg = client.get("/v1/lots/local:T-1/1/subgraph", headers={"Accept": "image/svg+xml"})
        assert svg.headers["content-type"].startswith("image/svg+xml")
        refused = client.get("/v1/lots/local:T-1/1/subgraph", headers={"Accept": "video/mp4"})
        assert refused.status_code == 406
        for accept, given in (
            ("image/*", "image/svg+xml"),
            ("text/html;q=0.1, image/png", "image/png"),
            ("image/*, image/svg+xml;q=0", "image/png"),
            ("application/pdf;q=0.5, */*;q=0.1", "application/pdf"),
            ("", "application/json"),
        ):
            drawn = client.get("/v1/lots/local:T-1/1/subgraph", headers={"Accept": accept})
            assert drawn.headers["content-type"].startswith(given), accept
        assert client.get("/v1/lots/local:T-1/1/subgraph", headers={"Accept": "*/*;q=0"}).status_code == 406


def test_a_picture_kept_is_not_shown_to_who_may_see_less_nor_after_a_load(own_service):
    from tests.api.test_work import upload

    url = "/v1/parties/local:C/subgraph"
    with own_service.client(*ALL) as client, own_service.client("read") as masked:
        lot = [client.get("/v1/lots/local:T-1/1/subgraph").raise_for_status().text for _ in range(2)]
        assert lot[0] == lot[1]
        assert "示例沈无名" in lot[0]
        hidden = [masked.get("/v1/lots/local:T-1/1/subgraph").raise_for_status().text for _ in range(2)]
        assert hidden[0] == hidden[1]
        assert "示例沈无名" not in hidden[0]
        before = client.get(url).json()
        own_service.finished(client, upload(client).json())
        after = client.get(url).json()
        assert "local:H" not in {n["id"] for n in before["nodes"]}
        assert "local:H" in {n["id"] for n in after["nodes"]}
        english = client.get(url, params={"lang": "en"}).json()
        assert english["lang"] == "en"
        assert after["lang"] == "zh"
        earlier = client.get(url, params={"as_of": "1999-01-01"}).json()
        assert earlier["as_of"] == "1999-01-01"


@pytest.mark.parametrize("text", ["虚构控股", "xugoukonggu", "xgkg", "XGKG", "local:H", "H", "控股有限"])
def test_a_party_is_found_by_name_pinyin_initials_and_id(service, text):
    with service.client(*ALL) as client:
        found = client.get("/v1/parties", params={"q": text}).raise_for_status().json()["items"]
        assert "local:H" in [f["id"] for f in found]


def test_an_id_of_few_letters_is_found_when_it_is_whole(service):
    with service.client(*ALL) as client:
        assert [r["id"] for r in client.get("/v1/lots", params={"q": "T-1"}).json()["items"]] == [LOT]
        tenders = client.get("/v1/parties", params={"q": "t-1", "type": "Tender"}).json()["items"]
        assert [r["id"] for r in tenders] == ["local:T-1"]
        assert client.get("/v1/parties", params={"q": "T-", "type": "Tender"}).json()["items"] == []


def test_search_by_kind_and_limits_say_what_they_leave_out(service):
    with service.client(*ALL) as client:
        one = client.get("/v1/parties", params={"q": "虚构", "limit": 1}).json()
        assert len(one["items"]) == 1
        assert one["truncated"] is True
        people = client.get("/v1/parties", params={"q": "测试", "type": "Person"}).json()
        assert {i["type"] for i in people["items"]} == {"Person"}


def test_an_unchanged_answer_is_not_sent_again(own_service):
    from tests.api.test_work import upload

    with own_service.client(*ALL) as client:
        first = client.get("/v1/parties/local:A/owners")
        tag = first.headers["etag"]
        assert tag.startswith('W/"')
        same = client.get("/v1/parties/local:A/owners", headers={"If-None-Match": tag})
        assert (same.status_code, same.content) == (304, b"")
        with own_service.client("read") as masked:
            # What one caller may see is no answer for another.
            assert masked.get("/v1/parties/local:A/owners", headers={"If-None-Match": tag}).status_code == 200
        own_service.finished(client, upload(client).json())
        changed = client.get("/v1/parties/local:A/owners", headers={"If-None-Match": tag})
        assert changed.status_code == 200
        assert changed.headers["etag"] != tag


@pytest.mark.parametrize("format_", ["json", "cytoscape", "svg", "png", "pdf", "graphml", "html"])
def test_an_unchanged_picture_is_not_sent_again(own_service, format_):
    from tests.api.test_work import upload

    url = f"/v1/parties/local:A/subgraph?format={format_}"
    with own_service.client(*ALL) as client:
        first = client.get(url).raise_for_status()
        tag, had = first.headers["etag"], {"If-None-Match": first.headers["etag"]}
        assert tag.startswith(f'W/"{first.headers["x-dataset-fingerprint"]}-')
        same = client.get(url, headers=had)
        assert (same.status_code, same.content) == (304, b"")
        for name in ("etag", "vary", "cache-control", "x-dataset-fingerprint"):
            assert same.headers[name] == first.headers[name]
        for other in (f"{url}&lang=en", f"{url}&grey=true", f"{url}&as_of=2020-01-01"):
            assert client.get(other, headers=had).status_code == 200
        with own_service.client("read") as masked:
            assert masked.get(url, headers=had).status_code == 200
        own_service.finished(client, upload(client).json())
        changed = client.get(url, headers=had)
        assert (changed.status_code, changed.headers["etag"] != tag) == (200, True)


def test_an_unchanged_proof_is_not_sent_again(service):
    with service.client(*ALL) as client:
        (finding, *_) = client.get("/v1/findings?limit=1").json()["items"]
        url = f"/{finding['links']['subgraph']}?proof=true&format=svg"
        first = client.get(url).raise_for_status()
        same = client.get(url, headers={"If-None-Match": first.headers["etag"]})
        assert (same.status_code, same.content) == (304, b"")
        around = client.get(url.replace("proof=true&", ""), headers={"If-None-Match": first.headers["etag"]})
        assert around.status_code == 200


def test_pages_follow_each_other_and_end_when_the_data_changes(own_service):
    from tests.api.test_work import upload

    more = "tender_id,lot_id,bidder_id,bidder_name,投标报价(万元)\n" + "".join(
        f"T-{n},1,A,虚构甲建设有限公司,100\n" for n in range(10, 17)
    )
    with own_service.client(*ALL) as client:
        own_service.finished(client, upload(client, "bids2.csv", more).json())
        seen, cursor = [], None
        while True:
            page = client.get("/v1/lots", params={"limit": 3} | ({"cursor": cursor} if cursor else {})).json()
            seen += [i["id"] for i in page["items"]]
            assert page["truncated"] is (page["next"] is not None)
            cursor, last = page["next"], cursor
            if cursor is None:
                break
        assert len(seen) == len(set(seen)) == 8
        assert seen == sorted(seen)
        own_service.finished(client, upload(client).json())
        outdated = client.get("/v1/lots", params={"cursor": last})
        assert outdated.status_code == 410
        assert outdated.json()["type"].endswith("outdated-cursor")


def test_what_findings_and_parties_are_about_is_called_by_its_name(service):
    with service.client(*ALL) as client:
        listed = client.get("/v1/findings?limit=500").json()["items"]
        lots = [f["scope"] for f in listed if f["scope"]["kind"] == "lot"]
        assert lots and {s["name"] for s in lots if s["id"] == LOT} == {"虚构学校工程"}
        whole = client.get(f"/v1/findings/{next(f['id'] for f in listed if f['scope']['id'] == LOT)}").json()
        assert whole["scope"]["name"] == "虚构学校工程"
        others = [f["scope"] for f in listed if f["scope"]["kind"] in ("tender", "company")]
        names = {"local:T-1": "虚构学校工程", "local:A": "虚构甲建设有限公司"}
        assert all(s["name"] == names[s["id"]] for s in others if s["id"] in names)
        (lot,) = client.get("/v1/parties/local:A").json()["lots"]
        assert (lot["id"], lot["name"]) == (LOT, "虚构学校工程")


def test_a_party_and_its_own_holder_of_very_many_holders_are_tied_once_and_soon(own_service):
    from tests.api.test_work import upload

    holders = "".join(
        f"Z,虚构众人有限公司,K{n},虚构股东{n}有限公司,company,{0.02 if n > 99 else 0.04}\n"
        for n in range(2400)
    )
    held = (
        "Y1,虚构丁建设有限公司,Z,虚构众人有限公司,company,40\nY1,虚构丁建设有限公司,K7,虚构股东7有限公司,company,9\n"
        "Y2,虚构戊建设有限公司,Z,虚构众人有限公司,company,30\n"
    )
    text = "company_id,company_name,holder_id,holder_name,holder_kind,share_percent\n" + holders + held
    with own_service.client(*ALL) as client:
        job = own_service.finished(client, upload(client, "shareholdings-9.csv", text, dataset="众").json())
        assert job["state"] == "done", job

        def asked(*ids):
            body = {"as_of": DAY, "parties": [{"id": f"local:{i}"} for i in ids], "kinds": ["ownership"]}
            return client.post("/v1/relations", json=body).raise_for_status().json()

        own = asked("Y1", "Z")
        # Whoever holds the holder stands behind both through it; only who holds the other besides is told too.
        assert [t["via"] and t["via"]["id"] for t in own["ties"]] == [None, "local:K7"]
        assert own["truncated"] is False
        assert own["ties"][0]["paths"] and own["ties"][0]["formula"]
        sisters = asked("Y1", "Y2")
        # All of them stand above the holder in common, which is told, and of them only who holds one directly.
        assert [t["via"]["id"] for t in sisters["ties"]] == ["local:K7", "local:Z"]
