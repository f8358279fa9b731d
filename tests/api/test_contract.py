"""The contract: checked in, kept by every answer, and its problems documented."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import CHECKS as KNOWN
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    allow_header_conformance,
    content_type_conformance,
    ensure_resource_availability,
    ignored_auth,
    missing_required_header,
    negative_data_rejection,
    positive_data_acceptance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
    use_after_free,
)

from api.openapi import PAGE, document
from api.problems import PREFIX, TYPES
from tests.api.serving import ALL, Running, world_served
from tests.api.world import HOUSEHOLD, LOT, OWNER

ROOT = Path(__file__).resolve().parents[2]
CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance, ignored_auth, missing_required_header, unsupported_method, use_after_free,
    ensure_resource_availability, negative_data_rejection, positive_data_acceptance, allow_header_conformance,
]  # fmt: skip
NOT_MEANT = {"object_level_authorization"}
"""No object here belongs to one key: all keys see the same data, more or less of it by scope (test_scopes.py)."""
EXAMPLES = 30 if os.environ.get("HYPOTHESIS_PROFILE") == "ci" else 8


def test_the_checked_in_contract_is_fresh():
    assert PAGE.read_text(encoding="utf-8") == document(), "run: make docs"


@pytest.mark.parametrize("prefix", ["", "/behind/a/prefix"])
def test_a_service_gives_the_checked_in_contract_under_any_prefix(tmp_path, prefix):
    with world_served(tmp_path, str(tmp_path / "store"), prefix=prefix) as service:
        given = httpx.get(f"{service.url}/v1/openapi.json")
        servers = {"servers": [{"url": prefix}]} if prefix else {}
        assert given.json() == json.loads(PAGE.read_text(encoding="utf-8")) | servers
        page = httpx.get(f"{service.url}/v1/docs")
        assert page.status_code == 200
        # Nothing is fetched from elsewhere: no script, and no address but the page's own anchors and the contract.
        assert "<script" not in page.text
        assert not re.findall(r'(?:src|href)="(?!#|openapi\.json)', page.text)
        with service.client("read") as client:
            assert client.get("/v1/parties/local:A").json()["name"] == "虚构甲建设有限公司"


def test_every_type_of_problem_is_documented():
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    for name, type_ in TYPES.items():
        assert re.search(rf"^\| `{re.escape(name)}` \| {type_.status} \|", text, re.M), (
            f"docs/api.md lacks {name}"
        )


def test_the_page_lists_every_path():
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    for path in json.loads(document())["paths"]:
        shown = path.replace("/v1", "", 1)
        assert shown.split("{", 1)[0] in text, f"docs/api.md lacks {path}"


def test_no_check_is_forgotten():
    load_all_checks()
    assert {c.__name__ for c in CHECKS} | NOT_MEANT == set(KNOWN.get_all_names())


CONTRACT = schemathesis.openapi.from_dict(json.loads(document()))
OPERATIONS = {found.ok().label: found.ok() for found in CONTRACT.get_all_operations()}
REAL = ("local:A", "虚构控股有限公司", OWNER, LOT, HOUSEHOLD, "common-shareholder")


@pytest.fixture(scope="module")
def fuzzed_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("fuzzed")
    with world_served(folder, str(folder / "store")) as service:
        with service.client(*ALL) as client:
            assert service.finished(client, client.post("/v1/runs", json={}).json())["state"] == "done"
        yield service


def test_a_method_that_is_not_there_is_told_which_are(fuzzed_service):
    """Every path, asked with a method it has not: all it has are named, and no others."""
    declared = {
        path: {*methods, "head"} if "get" in methods else set(methods)
        for path, methods in json.loads(document())["paths"].items()
    }
    with fuzzed_service.client(*ALL) as client:
        for path, methods in declared.items():
            answer = client.options(re.sub(r"\{[^}]*\}", "x", path))
            assert answer.status_code == 405, path
            assert answer.json()["type"] == f"{PREFIX}method-not-allowed"
            assert {m.strip().lower() for m in answer.headers["allow"].split(",")} == methods, path


DECIDED = {f"{PREFIX}{name}" for name in ("unprocessable", "malformed-cursor")}
"""Problems that only the data, the clock or the service's own cursors decide: no schema can say them beforehand."""


def _fitting(answer, case):
    """All checks, but those that can't be meant."""
    left_out = set()
    if answer.status_code in (400, 422) and answer.json()["type"] in DECIDED:
        left_out.add(positive_data_acceptance)
    if (case.media_type or "").startswith("multipart/"):
        # Any bytes are a file; whether they are a table is what the answer says.
        left_out.add(negative_data_rejection)
    return [check for check in CHECKS if check not in left_out]


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("label", OPERATIONS)
def test_fuzzed_requests_never_break_the_contract(label, mode, fuzzed_service):
    """No 5xx, every answer of its shape, every 4xx a problem."""
    headers = {"X-API-Key": fuzzed_service.key(*ALL)}
    with fuzzed_service.client(*ALL) as client:
        finding = client.get("/v1/findings").json()["items"][0]["id"]
    real = [*REAL, finding]
    asked = 0

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=OPERATIONS[label].as_strategy(generation_mode=mode))
    def ask(case):
        nonlocal asked
        # Half the questions are about something that is there, or nothing but 404 would be tried.
        if mode is GenerationMode.POSITIVE and asked % 2 and "id" in (case.path_parameters or {}):
            case.path_parameters["id"] = real[asked // 2 % len(real)]
        asked += 1
        case.headers.pop("Authorization", None)
        answer = case.call(base_url=fuzzed_service.url, headers=headers)
        case.validate_response(answer, checks=_fitting(answer, case), headers=headers)
        if 400 <= answer.status_code < 500:
            assert answer.headers["content-type"][0] == "application/problem+json"
            told = answer.json()
            assert told["type"].startswith(PREFIX)
            assert told["status"] == answer.status_code
            assert told["title"]
            assert told["detail"]

    try:
        ask()
    except Unsatisfiable:
        # Nothing wrong can be sent where nothing can be sent at all.
        assert mode is GenerationMode.NEGATIVE and not asked
    else:
        assert asked
