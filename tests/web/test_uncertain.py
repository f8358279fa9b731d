"""What is not certain is told as that: ranges whole, control that may be, lists that don't count, nothing compared."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

pytest.importorskip("playwright")
from playwright.sync_api import expect

from cases import FindingFilter
from tests.web.uncertain import (
    ABOVE,
    BETWEEN,
    BIDDERS,
    FIRST,
    FOURTH,
    LOT,
    PARTNERS,
    PERSON,
    RIVAL,
    RIVAL_LIST,
    SECOND,
    TARGET,
    UNOWNED,
    UNSAID,
    uncertain_world,
)

pytestmark = pytest.mark.browser
DRAWN = "() => window.lookthroughBoard && window.lookthroughBoard.core.nodes().length > 0"
LINES = "() => window.lookthroughBoard.core.edges().map((e) => [e.data('shown'), e.hasClass('dashed'), e.hasClass('faded')])"
CLIPPED = """() => [...document.querySelectorAll('.holders .share')].filter((e) => {
    const [own, cell] = [e.getBoundingClientRect(), e.closest('.el-table-v2__row-cell').getBoundingClientRect()];
    return own.left < cell.left - 0.5 || own.right > cell.right + 0.5 || own.top < cell.top - 0.5 || own.bottom > cell.bottom + 0.5;
}).map((e) => e.textContent)"""
IN_CIRCLES = """() => { const pen = document.createElement('canvas').getContext('2d');
    return window.lookthroughBoard.core.nodes('.Person').map((n) => { pen.font = `13px ${n.style('font-family')}`;
        const lines = n.data('shown').split('\\n'), r = n.width() / 2, high = 13 * 1.25;
        return Math.min(...lines.map((line, k) => {
            const y = Math.abs(k - (lines.length - 1) / 2) * high + high / 2;
            return 2 * Math.sqrt(Math.max(0, r * r - y * y)) - pen.measureText(line).width; })); }); }"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, explorer: Any) -> Iterator[Any]:
    """The service on the world of what is not certain."""
    from tests.api.serving import running

    with (
        uncertain_world(tmp_path_factory.mktemp("uncertain"), explorer) as services,
        running(services) as found,
    ):
        yield found


def loaded(served: Any, text: str, dataset: str) -> None:
    with served.client() as client:
        job = client.post("/v1/loads", files={"files": ("一.csv", text)}, data={"dataset": dataset})
        assert served.finished(client, job.raise_for_status().json())["state"] == "done"


def show(page: Any, served: Any, id_: str, query: str = "", language: str = "zh") -> None:
    page.goto(served.url)
    page.evaluate("(chosen) => localStorage.setItem('lookthrough-language', chosen)", language)
    page.goto("about:blank")
    page.goto(f"{served.url}/#/graph/{quote(id_, safe='')}{query}")
    page.wait_for_function(DRAWN)


def holder(page: Any, name: str) -> Any:
    return page.locator(".holders .el-table-v2__row").filter(has_text=name).locator(".share")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_both_ends_of_a_range_are_seen(page, served, language):
    show(page, served, f"name:{TARGET}", language=language)
    expect(holder(page, "测试人甲")).to_have_text(["30.00%–45.00%", "—"])
    assert page.evaluate(CLIPPED) == []
    page.wait_for_function(
        "() => window.lookthroughBoard.core.nodes('.Person')[0].data('shown').includes('45')"
    )
    assert min(page.evaluate(IN_CIRCLES)) >= 0


def test_a_direct_holder_of_no_exact_share_is_one(page, served):
    show(page, served, f"name:{BETWEEN}")
    expect(holder(page, ABOVE)).to_have_text(["50.00%–75.00%", "50.00%–75.00%"])
    expect(holder(page, UNSAID)).to_have_text(["≤50.00%", "?"])
    expect(holder(page, "测试人甲")).to_have_text(["50.00%–75.00%", "—"])
    assert page.evaluate(CLIPPED) == []


def test_control_that_is_not_known_is_not_said_to_be_nobody_s(page, served):
    show(page, served, f"name:{BETWEEN}")
    panel = page.get_by_role("complementary")
    expect(panel.locator("strong").filter(has_text="无法判断")).to_be_visible()
    expect(panel).not_to_contain_text("没有单一控制人")
    expect(panel.locator(".others")).to_contain_text("可能控制（不能确定）：")
    expect(panel.locator(".others .link")).to_have_text([ABOVE, "测试人甲"])
    panel.locator(".others .link").first.click()
    page.wait_for_function(
        f"() => window.lookthroughBoard.core.$('node:selected').data('name') === '{ABOVE}'"
    )
    page.get_by_role("button", name="English").click()
    show(page, served, f"name:{BETWEEN}", language="en")
    expect(panel.locator("strong").filter(has_text="Cannot be decided")).to_be_visible()
    expect(panel).not_to_contain_text("No single controller")


def test_a_list_that_does_not_count_says_so_before_and_on_the_canvas(page, served):
    loaded(served, RIVAL_LIST, "别册")
    show(page, served, f"name:{TARGET}")
    button = page.locator(".ways").get_by_role("button", name=re.compile("^↑ 股东"))
    expect(button).to_contain_text("其中 1 条未计入")
    button.click()
    page.wait_for_function(
        f"() => window.lookthroughBoard.core.nodes().some((n) => n.data('name') === '{RIVAL}')"
    )
    assert [shown for shown, dashed, _ in page.evaluate(LINES) if dashed] == ["?", "70.00%\n未计入"]
    # A warning calls parties by their names.
    expect(page.locator(".panel .alert").filter(has_text=RIVAL)).to_be_visible()
    expect(page.locator(".panel .alert").filter(has_text="name:")).to_have_count(0)


def test_the_least_share_fades_ranges_that_end_below_it(page, served):
    loaded(
        served,
        "企业名称,股东名称,股东类型,持股比例\n虚构带区间有限公司,虚构多数有限公司,企业法人,80%\n"
        "虚构带区间有限公司,虚构少数有限公司,企业法人,5%-10%\n虚构带区间有限公司,虚构可能有限公司,企业法人,\n",
        "main",
    )
    show(page, served, "name:虚构带区间有限公司", "?least=0.2")
    expect(page.locator(".holders .share").first).to_be_visible()
    assert {shown: faded for shown, _, faded in page.evaluate(LINES)} == {
        "80.00%": False, "5.00%–10.00%": True, "?": False,
    }  # fmt: skip


def cell(page: Any, a: str, b: str) -> Any:
    return page.get_by_role("button", name=re.compile(f"{a} – {b}"))


def test_a_cell_is_called_by_what_two_have_in_common_before_how_they_bid(page, served):
    page.goto(f"{served.url}/#/lots/{quote(LOT, safe='')}")
    for a, b, kind in ((FIRST, SECOND, "股权"), (FIRST, FOURTH, "联系")):
        expect(cell(page, a, b)).to_have_text(re.compile(f"^{kind}[2-9]$"))
        cell(page, a, b).click()
        # How they bid is told too, after what ties them.
        expect(page.locator(".evidence .finding").last).to_contain_text("报价")


def test_owners_that_nobody_states_are_told_whatever_the_detectors_looked_at(page, served):
    loaded(
        served,
        "企业名称,股东名称,股东类型,持股比例\n虚构不相干有限公司,虚构别人有限公司,企业法人,80%\n",
        "main",
    )
    page.goto(f"{served.url}/#/lots/{quote(LOT, safe='')}")
    expect(page.get_by_text("当前数据还没有检测过")).to_be_visible()
    expect(page.locator("tr").filter(has_text=UNOWNED).locator(".unowned")).to_have_text("股东未知")
    expect(page.locator(".unowned")).to_have_count(1)
    expect(page.get_by_text("空格不等于没有关联")).to_be_visible()
    show(page, served, f"cn-uscc:{BIDDERS[UNOWNED]}")
    assert page.evaluate("() => window.lookthroughBoard.core.nodes()[0].data('shown')").endswith("\n股东未知")


@pytest.mark.parametrize(
    "typed",
    [
        f"1. {FIRST}\n2、{SECOND}\n（3）{FOURTH}",
        f"{FIRST}、{SECOND}，{FOURTH}。",
        f"① {FIRST}；{SECOND}\n一、{FOURTH}",
    ],
)
def test_names_are_read_as_lists_have_them(page, served, typed):
    page.goto(f"{served.url}/#/relations")
    page.locator("#names").fill(typed)
    expect(page.get_by_text("3 / 200")).to_be_visible()
    page.get_by_role("button", name="查找关系").click()
    expect(page.locator("table tbody tr").first).to_be_visible()
    expect(page.locator(".unresolved")).to_have_count(0)


def test_of_fewer_than_two_nothing_was_compared(page, served):
    page.goto(f"{served.url}/#/relations")
    page.locator("#names").fill(f"{FIRST}\n虚构查无此名有限公司")
    page.get_by_role("button", name="查找关系").click()
    expect(page.get_by_text("未比较：能确定的主体只有 1 个")).to_be_visible()
    expect(page.get_by_text("没有发现关系")).to_have_count(0)
    page.locator("#names").fill(f"{FIRST}\n{PERSON}")
    page.get_by_role("button", name="用检测项核查").click()
    expect(page.get_by_text("未比较：能核查的企业不足两家")).to_be_visible()
    expect(page.get_by_text("未发现关联")).to_have_count(0)
    expect(page.locator("main")).not_to_contain_text("/v1/")


def test_a_person_s_panel_tells_what_is_held_in_the_end(page, served):
    with served.client() as client:
        items = client.get("/v1/parties", params={"q": PERSON, "type": "Person"}).json()["items"]
    show(page, served, items[0]["id"])
    held = page.locator(".panel .held p")
    expect(held).to_have_text(
        [
            re.compile(f"^{PARTNERS}\\s*99.00%$"),
            re.compile(f"^{FIRST}\\s*60.00%$"),
            re.compile(f"^{SECOND}\\s*50.49%$"),
        ]
    )
    # Whoever is not on the canvas gets a canvas.
    held.filter(has_text=SECOND).get_by_role("button").click()
    page.wait_for_url(re.compile(BIDDERS[SECOND]))
    expect(page.locator(".panel h2")).to_have_text(SECOND)


def test_votes_are_called_votes(page, served):
    shared = FindingFilter(detectors=("common-beneficial-owner",), scope_id=LOT)
    page.goto(f"{served.url}/#/findings/{served.services.ledger.findings(shared, None, 1)[0].id}")
    told = page.locator(".paths").filter(has_text=SECOND).locator(".formula")
    expect(told).to_have_text(["99% × 51% = 50.49%", "表决权：0% × 51% = 0%"])


def test_what_is_exported_is_what_it_says(page, served, tmp_path):
    show(page, served, f"name:{BETWEEN}", "?least=0.3")
    opened = page.get_by_role("toolbar").get_by_role("button", name=re.compile("^导出"))
    opened.click()
    with page.expect_download() as kept:
        page.get_by_role("menuitem", name="画面所见（PNG）").click()
    assert kept.value.suggested_filename.startswith(f"{BETWEEN}-20")
    kept.value.save_as(tmp_path / "shown.png")
    from PIL import Image

    with Image.open(tmp_path / "shown.png") as image:
        assert min(image.size) > 400
        # The caption stands below the drawing.
        foot = image.convert("L").crop((0, image.height - 90, image.width, image.height))
        assert foot.getextrema()[0] < 128
    expect(page.get_by_text("导出的是服务绘制的原图")).to_have_count(0)
    opened.click()
    with page.expect_download() as kept:
        page.get_by_role("menuitem", name="Cytoscape JSON").click()
    assert kept.value.suggested_filename.endswith(".cyjs")
    kept.value.save_as(tmp_path / "drawn.cyjs")
    assert len(json.loads((tmp_path / "drawn.cyjs").read_text("utf-8"))["elements"]["nodes"]) >= 4
    # What the filter fades is in that file.
    expect(page.get_by_text("导出的是服务绘制的原图")).to_be_visible()


def select_two(page: Any, *names: str) -> None:
    page.evaluate(
        """(names) => { const core = window.lookthroughBoard.core; core.elements().unselect();
        for (const name of names) core.nodes().filter((n) => n.data('name') === name).select(); }""",
        list(names),
    )
    page.get_by_role("button", name="两点间路径").click()


def test_the_ways_between_two_are_told_beside_the_picture_and_what_to_ask_where_there_is_none(page, served):
    show(page, served, f"name:{TARGET}")
    select_two(page, "测试人甲", TARGET)
    told = page.get_by_role("status", name="两点间路径")
    expect(told).to_contain_text("测试人甲 → ")
    picture, box = page.locator(".canvas").bounding_box(), told.bounding_box()
    assert box["y"] >= picture["y"] + picture["height"] - 1
    seen = """() => { const { x1, x2, y1, y2 } = window.lookthroughBoard.core.extent();
        return window.lookthroughBoard.core.nodes('.way').every((n) => { const b = n.boundingBox();
            return b.x1 >= x1 && b.x2 <= x2 && b.y1 >= y1 && b.y2 <= y2; }); }"""
    page.wait_for_function(seen)
    show(page, served, f"cn-uscc:{BIDDERS[FIRST]}", f"?with=cn-uscc:{BIDDERS[UNOWNED]}")
    select_two(page, FIRST, UNOWNED)
    expect(told).to_contain_text("没有路径不等于没有关系")
    expect(told).not_to_contain_text("kinds")


def test_an_owner_of_both_is_told_before_a_telephone_in_common(page, served):
    lists = "企业名称,股东名称,股东类型,持股比例\n" + "".join(
        f"虚构同源{n}有限公司,虚构同源{n}控股有限公司,企业法人,100%\n虚构同源{n}控股有限公司,虚构同源源头有限公司,企业法人,60%\n"
        for n in "甲乙"
    )
    loaded(served, lists, "同源")
    loaded(
        served,
        "企业名称,联系方式类型,联系方式\n"
        + "".join(f"虚构同源{n}有限公司,电话,02000000001\n" for n in "甲乙"),
        "同源电话",
    )
    one, other = "虚构同源甲有限公司", "虚构同源乙有限公司"
    show(page, served, f"name:{one}", f"?with=name:{quote(other)}")
    select_two(page, one, other)
    told = page.get_by_role("status", name="两点间路径").locator("li")
    expect(told).to_have_count(2)
    expect(told.first).to_contain_text("虚构同源源头有限公司")
    expect(told.last).to_contain_text("02000000001")


def test_files_come_beside_those_chosen_before_and_the_page_says_what_is_left_out(page, served):
    page.goto(f"{served.url}/#/load")
    expect(page.get_by_text("全部成功或全部不变")).to_have_count(0)
    given = page.locator("input[type=file]")

    def file(name: str, text: str) -> dict[str, Any]:
        return {"name": name, "mimeType": "text/csv", "buffer": text.encode()}

    given.set_input_files([file("一.csv", RIVAL_LIST)])
    expect(page.locator(".sheet")).to_have_count(1)
    given.set_input_files([file("二.csv", RIVAL_LIST), file("三.csv", "甲列,乙列\n1,2\n")])
    expect(page.locator(".sheet")).to_have_count(3)
    expect(page.get_by_text("1 个表未识别，不会导入。")).to_be_visible()
    expect(page.locator(".file")).to_have_count(3)
    given.set_input_files([file("二.csv", "企业名称,股东名称\n虚构甲有限公司,虚构乙有限公司\n")])
    expect(page.get_by_text("同名文件已换成后选的：二.csv")).to_be_visible()
    page.get_by_role("button", name="去掉 三.csv").click()
    expect(page.locator(".sheet")).to_have_count(2)
    expect(page.get_by_text("不会导入")).to_have_count(0)
    name, load = page.get_by_label("数据集名称"), page.get_by_role("button", name="导入", exact=True)
    name.fill("市监局 一")
    expect(load).to_be_disabled()
    expect(page.get_by_text("数据集名称只能用")).to_be_visible()
    name.fill("市监局")
    expect(load).to_be_enabled()
    load.click()
    expect(page.get_by_text("导入完成")).to_be_visible()
