"""Loading over HTTP speaks of what a sender has: fields of a form, no options of a command, no expressions."""

from __future__ import annotations

import re

import pytest

from api.over_http import over_http
from loaders.tables.messages import MESSAGES, message
from tests.api.serving import ALL, Running
from tests.api.test_work import upload

_OPTION = re.compile(r"(?<![\w-])--[a-z]")
_BROKEN = re.compile(r"[（(][，,]|[，,；;]\s*[。.]|  |（）|\(\)|[，,:：]\s*$")


@pytest.mark.parametrize("code", MESSAGES)
def test_no_message_of_a_table_names_an_option_and_each_stays_a_sentence(code: str) -> None:
    before = message(code, "列甲", "列乙")
    after = over_http(*before)
    for text, was in zip(after, before, strict=True):
        assert not _OPTION.search(text), text
        assert text[-1] == was[-1]
        assert not _BROKEN.search(text[:-1]), text
        # Where nothing of the command line is said, nothing is changed.
        assert text == was or "--" in was


@pytest.mark.parametrize(
    ("field", "value", "zh", "en"),
    [
        ("observed_on", "2024/1/1", "应为日期，如 2025-05-20", "Should be a date such as 2025-05-20"),
        ("snapshot", "2024年7月1日", "应为日期，如 2025-05-20", "Should be a date such as 2025-05-20"),
        ("dataset", "a b", "只能用文字、数字", "Should be 1 to 64 letters"),
    ],
)
def test_a_field_of_another_form_is_told_in_words(service: Running, field, value, zh, en) -> None:
    for language, says in (("zh", zh), ("en", en)):
        with service.client(*ALL, headers={"Accept-Language": language}) as client:
            answer = upload(client, **{field: value})
            assert answer.status_code == 422
            (error,) = answer.json()["errors"]
            assert (error["where"], error["says"].startswith(says)) == (f"body/{field}", True), error
            assert says in answer.json()["detail"]
            assert "^" not in answer.text
    with service.client(*ALL) as client:
        day = client.get("/v1/parties/local:A/history", params={"from": "2024/1/1"})
        assert (day.status_code, day.json()["errors"][0]["says"]) == (422, "应为日期，如 2025-05-20")


@pytest.mark.parametrize(
    ("name", "text", "form"),
    [
        ("怪表.csv", "甲,乙\n1,2\n", {}),
        ("shareholdings.csv", "company_name,holder_name,share_percent\n虚构甲建设有限公司,虚构控股有限公司,170\n虚构甲建设有限公司,虚构丁有限公司,10\n", {"strict": "true"}),
        ("x.json", '{"a": 1}', {}),
        ("持股.csv", "企业名称,股东名称,持股比例\n虚构甲建设有限公司,虚构控股有限公司,60\n", {}),
    ],
    ids=["unknown-table", "strict", "json", "unit"],
)  # fmt: skip
def test_a_failed_load_names_no_option(service: Running, name, text, form) -> None:
    with service.client(*ALL) as client:
        inspected = client.post("/v1/loads/inspect", files=[("files", (name, text.encode()))])
        assert not _OPTION.search(inspected.text), inspected.text
        job = service.finished(client, upload(client, name, text, **form).raise_for_status().json())
        assert job["state"] == "failed", job
        assert not _OPTION.search(str(job)), job


def test_a_load_refused_entirely_tells_every_refusal_and_gives_the_rows_back(own_service: Running) -> None:
    text = (
        "company_name,holder_name,share_percent\n虚构甲建设有限公司,虚构控股有限公司,170\n"
        "虚构甲建设有限公司,虚构丁有限公司,一半多\n"
    )
    with (
        own_service.client("read", "load") as sender,
        own_service.client("read", "load", "detect") as other,
        own_service.client(*ALL) as seeing,
    ):
        job = own_service.finished(sender, upload(sender, "shareholdings.csv", text).json())
        assert (job["state"], job["result"]) == ("failed", None)
        problem = job["problem"]
        assert {p["row"] for p in problem["problems"] if p["kind"] == "reject"} == {"2", "3"}
        assert all(p["expected"]["zh"] and p["expected"]["en"] for p in problem["problems"])
        assert problem["truncated"] is False
        (file,) = problem["rejects"]
        for client in (sender, seeing):
            rows = client.get("/" + file["link"]).raise_for_status().text
            assert "170" in rows and "一半多" in rows
        # As of any load: who did not send them needs to see people.
        assert other.get("/" + file["link"]).status_code == 403
        folder = file["link"].rsplit("/", 1)[0]
        assert seeing.get(f"/{folder}/.sent-by").status_code == 422
