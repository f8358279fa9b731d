"""Packages over HTTP: whom they are of, and what is said where none can be made."""

from __future__ import annotations

import re
from urllib.parse import unquote

from api.problems import PREFIX
from exports import verify_package
from tests.api.serving import ALL, Running
from tests.api.test_work import upload

NAMED = (
    "company_name,holder_name,holder_kind,share_percent\n虚构云杉建设有限公司,虚构北辰控股有限公司,company,60\n"
    "虚构白桦工程有限公司,虚构北辰控股有限公司,company,35\n"
)


def test_the_package_of_a_party_known_by_its_name_alone_bears_that_name(
    own_service: Running, tmp_path
) -> None:
    with own_service.client(*ALL) as client:
        assert own_service.finished(client, upload(client, text=NAMED).json())["state"] == "done"
        given = client.get("/v1/parties/虚构云杉建设有限公司/package")
        assert given.status_code == 200, given.text[:300]
        told = given.headers["content-disposition"]
        assert told.isascii()
        (plain,) = re.findall(r'filename="([0-9A-Za-z._-]+)"', told)
        (whole,) = re.findall(r"filename\*=UTF-8''([0-9A-Za-z._%-]+)$", told)
        assert plain.startswith("lookthrough-party-name-") and plain.endswith(".zip")
        assert unquote(whole) == "lookthrough-party-name-虚构云杉建设有限公司.zip"
        path = tmp_path / "package.zip"
        path.write_bytes(given.content)
        assert verify_package(path).holds
        other = client.get("/v1/parties/local:A/package").headers["content-disposition"]
        assert other == 'attachment; filename="lookthrough-party-local-A.zip"'


def test_a_finding_that_no_longer_stands_has_no_package_and_that_is_said(own_service: Running) -> None:
    """The holder comes to hold one bidder alone: what tied the two is gone, and the ledger remembers it."""
    sold = (
        "company_id,company_name,holder_id,holder_name,holder_kind,share_percent\n"
        "B,虚构乙建设有限公司,X,虚构无关有限公司,company,100\n"
    )
    with own_service.client(*ALL) as client:
        own_service.finished(client, client.post("/v1/runs", json={}).json())
        (found,) = client.get("/v1/findings?detector=common-shareholder").json()["items"]
        form = {"dataset": "register", "observed_on": "2025-03-01"}
        sent = upload(client, "shareholdings.csv", sold, **form).raise_for_status().json()
        assert own_service.finished(client, sent)["state"] == "done"
        own_service.finished(client, client.post("/v1/runs", json={}).json())
        assert client.get(f"/v1/findings/{found['id']}").json()["no_longer_found_at"]
        for language, says in (("zh", "不再成立"), ("en", "no longer stands")):
            answer = client.get(f"/v1/findings/{found['id']}/package", headers={"Accept-Language": language})
            assert (answer.status_code, answer.json()["type"]) == (409, f"{PREFIX}conflict")
            assert found["id"] in answer.json()["detail"] and says in answer.json()["detail"]
        still = client.get("/v1/findings?found=true&limit=1").json()["items"][0]
        assert client.get(f"/v1/findings/{still['id']}/package").status_code == 200
