"""What is hard to show: a register of ten thousand, a very long name, a long loop, a party nothing is known of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

pytest.importorskip("playwright")
from playwright.sync_api import expect

from tests.web.extremes import BARE, HOLDERS, HUB, LONG, LOOP, extreme_world

pytestmark = pytest.mark.browser
NODES = "() => window.lookthroughBoard ? window.lookthroughBoard.core.nodes().length : 0"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, explorer: Any) -> Iterator[Any]:
    """The service on the hard world."""
    from tests.api.serving import running

    with extreme_world(tmp_path_factory.mktemp("extremes"), explorer) as services, running(services) as found:
        yield found


def show(page, served, name: str) -> None:
    with served.client() as client:
        items = client.get("/v1/parties", params={"q": name[:200]}).raise_for_status().json()["items"]
    page.goto(f"{served.url}/#/graph/{quote(items[0]['id'], safe='')}")
    page.wait_for_function(f"() => ({NODES})() > 0")


def test_of_ten_thousand_holders_the_largest_come_first_and_more_when_asked(page, served):
    show(page, served, HUB)
    assert page.evaluate(NODES) == 21
    panel = page.get_by_role("complementary")
    more = panel.get_by_role("button", name=re.compile("^↑"))
    expect(more).to_contain_text("10,000")
    expect(more).to_contain_text("还有 9,980 个")
    names = page.evaluate("() => window.lookthroughBoard.core.nodes().map(n => n.data('name'))")
    assert {n for n in names if n != HUB} == {f"虚构样本持股{n:05d}有限公司" for n in range(20)}
    more.click()
    page.wait_for_function(f"() => ({NODES})() === 51")
    expect(more).to_contain_text("还有 9,950 个")
    # All are in the list beside it, of which only what is in view stands on the page.
    expect(panel.get_by_text(f"共 {HOLDERS} 个")).to_be_visible()
    assert page.locator(".holders .who").count() < 60


def test_a_name_of_two_hundred_characters_is_cut_on_the_canvas_and_whole_beside_it(page, served):
    show(page, served, LONG)
    shown = page.evaluate(
        "(name) => window.lookthroughBoard.core.nodes().filter(n => n.data('name') === name)[0].data('shown')",
        LONG,
    )
    assert len(shown.replace("\n", "")) < 40 and "…" in shown
    expect(page.get_by_role("complementary").get_by_role("heading", name=LONG)).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")


def test_a_loop_of_forty_opens_around_the_party_asked_about(page, served):
    show(page, served, "虚构循环00有限公司")
    assert page.evaluate(NODES) == LOOP + 1
    assert page.evaluate("() => window.lookthroughBoard.core.zoom()") > 0.5
    page.get_by_role("button", name=re.compile("看全图")).click()
    assert page.evaluate("() => window.lookthroughBoard.core.zoom()") < 0.3


def test_a_party_nothing_is_known_of_is_said_to_be_unknown(page, served):
    show(page, served, BARE)
    expect(page.get_by_role("complementary").get_by_text("未知，不等于没有股东")).to_be_visible()
