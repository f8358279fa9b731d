"""What the pages tell: nothing that misleads, nothing left for the reader to guess, no code instead of a word."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

pytest.importorskip("playwright")
from playwright.sync_api import expect

from cases import FindingFilter

pytestmark = pytest.mark.browser


def go(page, served, path: str) -> None:
    page.goto(f"{served.url}/#{path}")


def at(kind: str, id: str) -> str:
    return f"/{kind}/{quote(id, safe='')}"


CLOUD_BRIDGE = at("graph", "cn-uscc:919999999000000144")
LOADED = "() => window.lookthroughBoard && window.lookthroughBoard.core.nodes().length > 5"


def test_a_bid_on_the_canvas_is_called_by_its_lot(page, served):
    go(page, served, CLOUD_BRIDGE)
    page.wait_for_function(LOADED)
    page.get_by_role("complementary").get_by_role("button", name=re.compile("^↓ 投标")).click()
    page.wait_for_url(re.compile("open="))
    shown = page.evaluate(
        """() => { const b = window.lookthroughBoard.core;
        return [b.nodes().filter(n => n.data('type') === 'Bid')[0].data('shown'),
                b.edges().filter(e => e.data('type') === 'SUBMITS')[0].data('shown')]; }"""
    )
    assert re.sub(r"\s", "", shown[0]).startswith("投标虚构区示例大道改扩建工程")
    assert shown[1] == "投标人"


def test_the_whole_chain_of_a_finding_is_marked_whichever_drawing_tells_it(page, served):
    """From the finding to the graph: the owner, drawn first, is part of what only the bidders' drawings tell."""
    shared = FindingFilter(detectors=("common-shareholder",), scope_id="local:XG-2025-001/01")
    finding = served.services.ledger.findings(shared, None, 1)[0]
    go(page, served, at("findings", finding.id))
    page.locator(".behind .holder").click()
    page.wait_for_function(LOADED)
    page.wait_for_function("() => window.lookthroughBoard.core.nodes('.finding').length >= 10")
    marked = page.evaluate(
        "() => window.lookthroughBoard.core.nodes('.finding').map(n => n.data('name'))"
    )
    assert {"虚构顾远山", "示例启明投资有限公司", "示例北辰投资有限公司"} <= set(marked)
    # No share stands on a node that does not say in whom it is held.
    shown = page.evaluate("() => window.lookthroughBoard.core.nodes().map(n => n.data('shown')).join()")
    assert "%" not in shown


def test_a_payment_stated_once_for_a_year_is_shown_in_each_of_its_months(page, served):
    go(page, served, at("households", "local:BZDB0014"))
    table = page.get_by_role("region", name="按月领取").locator("table")
    expect(table.locator("thead th.num")).to_have_count(13)
    paid = table.locator("tbody tr").first.locator("td")
    assert set(paid.all_inner_texts()[:12]) == {"620 元"}
    expect(paid.last).to_have_text("7,440 元")
