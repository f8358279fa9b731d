"""Packages over HTTP: whom they are of, and what is said where none can be made."""

from __future__ import annotations

import re
from urllib.parse import unquote

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
