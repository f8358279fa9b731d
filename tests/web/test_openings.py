"""A lot that was opened twice: a finding leads to its own opening, which the address keeps."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright")
from playwright.sync_api import expect

from cases import FindingFilter
from tests.api.test_rounds_shown import LISTS
from tests.detectors.test_rounds import FIRST, SECOND
from tests.exports.test_rounds_shown import LOT
from tests.web.demo import detected

pytestmark = pytest.mark.browser


@contextlib.contextmanager
def twice_opened(folder: Path, explorer: Path) -> Iterator[Any]:
    given = folder / "given"
    given.mkdir()
    for name, text in LISTS.items():
        (given / name).write_text(text, encoding="utf-8")
    with detected(folder, given, explorer) as services:
        yield services


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, explorer: Any) -> Iterator[Any]:
    """The service on a lot that was opened twice."""
    from tests.api.serving import running

    with twice_opened(tmp_path_factory.mktemp("openings"), explorer) as services, running(services) as found:
        yield found


def test_a_finding_leads_to_the_opening_it_is_about(page: Any, served: Any) -> None:
    found = served.services.ledger.findings(
        FindingFilter(detectors=("common-controller",), scope_id=LOT), None, 9
    )
    first = next(f for f in found if f.finding.facts["round"] == FIRST)
    page.goto(f"{served.url}/#/findings/{first.id}")
    page.locator("a.about").click()
    page.wait_for_url(lambda url: f"round={FIRST}" in url)
    openings = page.get_by_role("group", name="开标日")
    expect(openings.get_by_role("button", name=FIRST)).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".matrix")).to_contain_text("虚构子建设有限公司")
    openings.get_by_role("button", name=SECOND).click()
    page.wait_for_url(lambda url: f"round={SECOND}" in url)
    expect(page.locator(".matrix")).not_to_contain_text("虚构子建设有限公司")
    page.reload()
    expect(openings.get_by_role("button", name=SECOND)).to_have_attribute("aria-pressed", "true")
    # Without an opening in its address the page shows the last.
    page.goto(f"{served.url}/#/lots/{LOT.replace('/', '%2F')}")
    expect(openings.get_by_role("button", name=SECOND)).to_have_attribute("aria-pressed", "true")
