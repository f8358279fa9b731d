"""What is hard to show: a register of ten thousand, very long names, a long loop, what nothing is known of."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

pytest.importorskip("playwright")
from playwright.sync_api import expect

from tests.web.extremes import (
    BARE,
    EMPTY_LOT,
    GAPLESS,
    HOLDERS,
    HOUSEHOLD,
    HUB,
    LONG,
    LOOP,
    LOT,
    SOMEONE,
    extreme_world,
)

pytestmark = pytest.mark.browser
TOUCHING = """() => {
    const boxes = window.lookthroughBoard.core.nodes().map((n) => [n.id(), n.boundingBox({ includeLabels: false, includeUnderlays: false })]);
    return boxes.flatMap(([a, p], i) => boxes.slice(i + 1)
        .filter(([, q]) => p.x1 < q.x2 && q.x1 < p.x2 && p.y1 < q.y2 && q.y1 < p.y2).map(([b]) => [a, b]));
}"""
ROOM = """() => { const pen = document.createElement('canvas').getContext('2d');
    return window.lookthroughBoard.core.nodes('.Company').map((n) => { pen.font = `13px ${n.style('font-family')}`;
        return n.width() - n.numericStyle('border-width')
            - Math.max(...n.data('shown').split('\\n').map((line) => pen.measureText(line).width)); }); }"""
SPILT = "() => document.querySelector('main').scrollWidth - document.querySelector('main').clientWidth"
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
    expect(panel.get_by_text(f"共 {HOLDERS:,} 个")).to_be_visible()
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
    # In whatever script, no line of a name is wider than its figure.
    for name in (LONG, GAPLESS, HUB):
        show(page, served, name)
        page.wait_for_function(
            "(name) => window.lookthroughBoard.core.nodes().some(n => n.data('name') === name)", arg=name
        )
        assert min(page.evaluate(ROOM)) > 0, name


def test_a_loop_of_forty_is_seen_whole_in_rows(page, served):
    show(page, served, "虚构循环00有限公司")
    assert page.evaluate(NODES) == LOOP + 1
    if page.get_by_role("button", name=re.compile("看全图")).count():
        page.get_by_role("button", name=re.compile("看全图")).click()
    # In one column it was a thread of a fifth of its size.
    assert page.evaluate("() => window.lookthroughBoard.core.zoom()") > 0.3
    assert page.evaluate(TOUCHING) == []


def test_figures_of_a_group_do_not_touch(page, served):
    show(page, served, "虚构共同控股有限公司")
    assert page.evaluate(NODES) == 13
    assert page.evaluate(TOUCHING) == []


def test_a_name_without_a_gap_is_broken_where_its_room_ends(page, served):
    with served.client() as client:
        found = client.get("/v1/findings").raise_for_status().json()["items"]
    page.goto(f"{served.url}/#/lots/{quote(LOT, safe='')}")
    page.locator("button.tie").first.wait_for()
    assert page.evaluate(SPILT) <= 0
    page.locator("button.tie").first.click()
    assert page.evaluate(SPILT) <= 0
    page.goto(f"{served.url}/#/findings/{found[0]['id']}")
    expect(page.locator("p.text")).to_contain_text(GAPLESS)
    assert page.evaluate(SPILT) <= 0
    page.goto(f"{served.url}/#/relations")
    page.locator("#names").fill(f"{GAPLESS}{GAPLESS[:100]}\n虚构共同控股有限公司")
    page.get_by_role("button", name="查找关系").click()
    expect(page.locator(".unresolved")).to_contain_text(GAPLESS)
    assert page.evaluate(SPILT) <= 0
    # In the list of a search a long name leaves room for what tells it apart.
    for typed in (LONG[:8], GAPLESS[:12]):
        page.get_by_role("combobox").first.fill(typed)
        offer = page.get_by_role("option").first
        expect(offer.locator(".name")).to_contain_text(typed)
        assert offer.evaluate("(li) => li.scrollWidth <= li.clientWidth")


def test_a_report_is_no_wider_than_its_page_whatever_the_names(page, served):
    with served.client() as client:
        found = client.get("/v1/findings").raise_for_status().json()["items"][0]["id"]
        package = client.get(f"/v1/findings/{found}/package").raise_for_status().content
    with zipfile.ZipFile(io.BytesIO(package)) as parts:
        (report,) = (name for name in parts.namelist() if name.endswith("report.zh.html"))
        page.set_content(parts.read(report).decode())
    assert GAPLESS in page.content()
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")


def test_what_is_not_recorded_is_said_to_be_unknown(page, served):
    page.goto(f"{served.url}/#/lots/{quote(EMPTY_LOT, safe='')}")
    expect(page.locator(".evidence")).to_contain_text("没有投标人记录：未知")
    expect(page.get_by_text("未发现关联")).to_have_count(0)
    page.goto(f"{served.url}/#/households/{quote(HOUSEHOLD, safe='')}")
    expect(page.get_by_text("没有家庭成员记录：未知")).to_be_visible()
    expect(page.get_by_text("没有发放记录")).to_be_visible()
    show(page, served, SOMEONE)
    expect(page.get_by_role("complementary")).to_contain_text("不等于没有持股")


def test_a_screening_says_whom_it_left_out_and_what_it_could_not_decide(page, served):
    page.goto(f"{served.url}/#/relations")
    page.locator("#names").fill(f"虚构查无此人有限公司\n{BARE}\n虚构短名1")
    page.get_by_role("button", name="用检测项核查").click()
    expect(page.get_by_text("没有参与核查")).to_contain_text("虚构查无此人有限公司")
    expect(page.get_by_text("没有股权数据").first).to_be_visible()


def test_an_address_names_a_party_that_is_gone_and_shows_the_rest(page, served):
    page.expected = ["404"]
    with served.client() as client:
        items = client.get("/v1/parties", params={"q": BARE}).raise_for_status().json()["items"]
    page.goto(f"{served.url}/#/graph/{quote(items[0]['id'], safe='')}?with=local:GONE&data=0000000000000000")
    expect(page.get_by_text("已找不到")).to_be_visible()
    assert page.evaluate(NODES) == 2
    expect(page.get_by_role("complementary").get_by_role("heading", name=BARE)).to_be_visible()


def test_a_party_nothing_is_known_of_is_said_to_be_unknown(page, served):
    show(page, served, BARE)
    panel = page.get_by_role("complementary")
    expect(panel.get_by_text("未知，不等于没有股东")).to_be_visible()
    expect(panel.get_by_text("没有单一控制人")).to_have_count(0)


def test_what_a_holder_s_identity_rests_on_is_told_whole_in_english_too(page, served):
    page.goto(served.url)
    page.evaluate("localStorage.setItem('lookthrough-language', 'en')")
    page.goto("about:blank")
    show(page, served, HUB)
    panel = page.get_by_role("complementary")
    expect(panel.locator(".notes").first).to_have_text("ultimate · same name only, not verified")
    expect(panel.get_by_text("10,000 in all")).to_be_visible()
    cut = """() => [...document.querySelectorAll('.holders .el-table-v2__row')].filter(
        (row) => row.querySelector('.who').scrollHeight > row.clientHeight || row.querySelector('.notes').scrollWidth > row.querySelector('.notes').clientWidth).length"""
    assert page.evaluate(cut) == 0
