"""Whole journeys through the explorer, as an investigator would go them."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from urllib.parse import quote

import pytest

pytest.importorskip("playwright")
from playwright.sync_api import expect

from cases import FindingFilter

pytestmark = pytest.mark.browser
LOT = "local:XG-2025-001/1"
OWNER = "虚构顾远山"
TIED = ("虚构云桥建设有限公司", "虚构松岭市政工程有限公司", "虚构渡口路桥有限公司")


def go(page, served, path: str) -> None:
    page.goto(f"{served.url}/#{path}")


def lot_path() -> str:
    return "/lots/" + quote(LOT, safe="")


def test_from_the_start_page_to_the_owner_behind_the_nine_bidders(page, served):
    go(page, served, "/")
    page.get_by_role("combobox").fill("示例大道")
    page.get_by_role("option").filter(has_text="虚构区示例大道改扩建工程").first.click()
    page.wait_for_url(re.compile("#/lots/"))
    rows = page.locator("table.matrix tbody tr")
    expect(rows).to_have_count(9)
    tied = page.locator("table.matrix tbody tr.tied th")
    expect(tied).to_have_count(3)
    assert {re.sub(r"^\d+\s*", "", t.strip()) for t in tied.all_inner_texts()} == set(TIED)
    # Ranked evidence stands there unasked, with the owner's name.
    expect(page.locator(".stacks > li")).to_have_count(2)
    expect(page.locator(".stacks").get_by_text(OWNER).first).to_be_visible()
    # A cell names the tie and opens what it rests on.
    cell = page.locator("button.tie").first
    expect(cell).to_contain_text("股权")
    cell.click()
    expect(page.locator(".evidence .finding")).to_have_count(2)
    page.locator(".evidence .finding").first.click()
    page.wait_for_url(re.compile("#/findings/"))
    expect(page.locator(".behind")).to_contain_text(OWNER)
    expect(page.locator(".behind")).to_contain_text("42.00%")
    expect(page.locator(".formula").first).to_contain_text("= 42%")


@pytest.mark.parametrize("typed", ["云桥", "yunqiao", "xgyq", "919999999000000144"])
def test_a_company_is_found_by_name_pinyin_or_code(page, served, typed):
    go(page, served, "/")
    page.get_by_role("combobox").fill(typed)
    option = page.get_by_role("option").filter(has_text=TIED[0])
    expect(option.first).to_be_visible()
    page.get_by_role("combobox").press("Enter")
    page.wait_for_url(re.compile(r"#/graph/"))
    panel = page.get_by_role("complementary")
    expect(panel.get_by_text("42.00%").first).to_be_visible()
    expect(panel.get_by_text(OWNER).first).to_be_visible()


def test_who_types_what_is_looked_for_comes_to_what_its_detector_found(page, served):
    go(page, served, "/")
    page.get_by_role("combobox").fill("共同股东")
    page.get_by_role("option").filter(has_text="投标人存在共同股东").click()
    page.wait_for_url(re.compile("detector=common-shareholder"))
    # What is filtered for is said above the list, and taken off there.
    page.get_by_role("button", name="取消筛选：投标人存在共同股东").click()
    page.wait_for_url(lambda url: "detector=" not in url)
    go(page, served, "/?detector=common-shareholder")
    # The one that ties three of the nine is told from those that tie two, and by whom.
    wide = page.locator(".finding").filter(has_text=f"3 家投标人 · {OWNER}")
    wide.click()
    expect(page.locator(".behind")).to_contain_text(OWNER)
    # In words of one's own, of either language.
    page.get_by_role("combobox").fill("shared owner")
    expect(page.get_by_role("option").first).to_contain_text("投标人存在共同股东")
    page.get_by_role("combobox").fill("无此企业无此检测")
    expect(page.get_by_role("option").filter(has_text="没有找到")).to_contain_text(
        "没有找到。可输入名称的一部分"
    )


def test_a_view_is_in_its_address(page, served):
    go(page, served, "/graph/" + quote("cn-uscc:919999999000000144", safe="") + "?least=0.3&way=leftright")
    page.wait_for_function("() => window.lookthroughBoard && window.lookthroughBoard.core.nodes().length > 5")
    expect(page.get_by_role("complementary").get_by_text("42.00%").first).to_be_visible()
    faded = page.evaluate("() => window.lookthroughBoard.core.edges('.faded').length")
    assert faded > 0
    page.get_by_role("button", name=re.compile("^↓")).first.click()
    page.wait_for_url(re.compile("open="))
    shown = page.evaluate("() => window.lookthroughBoard.core.nodes().length")
    page.reload()
    page.wait_for_function(
        f"() => window.lookthroughBoard && window.lookthroughBoard.core.nodes().length === {shown}"
    )
    assert page.evaluate("() => window.lookthroughBoard.core.edges('.faded').length") == faded


def test_a_finding_is_decided_with_a_reason_and_its_package_taken(page, served, tmp_path):
    shared = FindingFilter(detectors=("common-shareholder",), scope_id=LOT)
    finding = served.services.ledger.findings(shared, None, 1)[0]
    go(page, served, f"/findings/{finding.id}")
    page.get_by_role("button", name="转为核查中").click()
    expect(page.get_by_role("status")).to_have_text("请填写理由")
    assert served.services.ledger.finding(finding.id).state == "new"
    page.get_by_label("理由（必填，永久保存）").fill("已向登记机关调取章程核对")
    page.get_by_role("button", name="转为核查中").click()
    expect(page.get_by_role("button", name="转为属实")).to_be_visible()
    page.get_by_label("理由（必填，永久保存）").fill("章程与登记一致")
    page.get_by_role("button", name="转为属实").click()
    expect(page.locator(".state").first).to_have_text("属实")
    assert served.services.ledger.finding(finding.id).state == "confirmed"
    with page.expect_download(timeout=60_000) as waiting:
        page.get_by_role("button", name="下载核查材料包").click()
    file = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(file)
    names = zipfile.ZipFile(file).namelist()
    assert any(n.endswith("bagit.txt") for n in names)
    assert any(n.endswith("facts.json") for n in names)


def test_who_types_fast_comes_to_what_was_typed(page, served):
    go(page, served, "/")
    page.get_by_role("combobox").fill("云桥")
    expect(page.get_by_role("option").filter(has_text=TIED[0])).to_be_visible()
    page.get_by_role("combobox").fill("松岭市政")
    page.get_by_role("combobox").press("Enter")
    expect(page.get_by_role("complementary").get_by_role("heading", name=TIED[1])).to_be_visible()


@pytest.mark.parametrize("kind", ["graph", "lots", "tenders", "households", "findings"])
def test_a_page_about_nothing_says_so_and_leads_on(page, served, kind):
    page.expected = ["Failed to load resource"]
    go(page, served, f"/{kind}/local%3Anope")
    told = page.get_by_role("alert")
    expect(told).to_contain_text("没有找到“nope”")
    expect(told).not_to_contain_text("/v1/")
    told.get_by_role("link").click()
    expect(page.get_by_role("heading", name=re.compile("^风险预警"))).to_be_visible()


def test_a_party_is_told_with_the_files_it_stands_in(page, served):
    go(page, served, "/graph/" + quote("cn-uscc:919999999000000144", safe=""))
    panel = page.get_by_role("complementary")
    expect(panel.get_by_text("企业登记信息.xlsx")).to_be_visible()


def test_ties_among_pasted_names(page, served):
    go(page, served, "/relations")
    page.get_by_label(re.compile("^每行一个")).fill("\n".join([*TIED, "没有这家公司"]))
    page.get_by_role("button", name="查找关系").click()
    expect(page.get_by_text("未能确定的名称")).to_be_visible()
    expect(page.get_by_text("没有这家公司").last).to_be_visible()
    rows = page.locator("table.plain tbody tr").filter(has_text=OWNER)
    expect(rows.first).to_contain_text("共同持股")
    expect(page.locator("td.formula").first).to_contain_text("= 42%")
    # What was asked for is what is said to be on its way.
    page.route("**/v1/screenings", lambda route: None)
    page.get_by_role("button", name="用检测项核查").click()
    expect(page.get_by_role("button", name="正在核查")).to_be_disabled()
    expect(page.get_by_role("button", name="查找关系")).to_be_disabled()


def test_files_are_recognised_before_they_are_loaded(page, served, tmp_path):
    file = tmp_path / "持股.csv"
    file.write_text(
        "企业名称,统一社会信用代码,股东名称,股东类型,持股比例\n虚构新桥建设有限公司,,测试新股东甲,自然人股东,60%\n"
        "虚构新桥建设有限公司,,测试新股东乙,自然人股东,40%\n",
        encoding="utf-8",
    )
    go(page, served, "/load")
    unknown = tmp_path / "不明.csv"
    unknown.write_text("foo,bar\n1,2\n", encoding="utf-8")
    page.locator("input[type=file]").set_input_files(unknown)
    expect(page.get_by_text("列名不属于任何已知的表")).to_be_visible()
    expect(page.get_by_role("button", name="导入", exact=True)).to_be_disabled()
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("shareholdings.share_percent").first).to_be_visible()
    page.get_by_role("button", name="导入", exact=True).click()
    expect(page.get_by_text("导入完成")).to_be_visible(timeout=60_000)
    go(page, served, "/")
    expect(page.get_by_role("heading", name=re.compile("^风险预警"))).to_be_visible()
    page.get_by_role("combobox").fill("新桥建设")
    expect(page.get_by_role("option").filter(has_text="虚构新桥建设有限公司").first).to_be_visible()


def test_a_load_tells_each_row_it_refused_or_left_out_and_why(page, served, tmp_path):
    file = tmp_path / "有误持股.csv"
    file.write_text(
        "虚构股东名册,,,,\n"
        "企业名称,统一社会信用代码,股东名称,股东类型,持股比例\n虚构误填建设有限公司,,测试误填甲,自然人股东,170%\n"
        "虚构误填建设有限公司,,测试误填乙,自然人股东,40%\n合计,,,,100%\n",
        encoding="utf-8",
    )
    go(page, served, "/load")
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("跳过的行：标题 1、合计 1")).to_be_visible()
    page.get_by_role("button", name="导入", exact=True).click()
    expect(page.get_by_text("1 行被拒", exact=True)).to_be_visible(timeout=60_000)
    expect(page.get_by_text("跳过的合计行：1")).to_be_visible()
    refused = page.locator(".told").filter(has_text="被拒的行")
    expect(refused.locator("summary")).to_contain_text("1 处")
    expect(refused.locator("li")).to_contain_text(re.compile("有误持股.csv · 第 3 行 · 持股比例：170%"))


def test_the_language_changes_everywhere(page, served):
    def loaded_in_the_evening(route):
        answer = route.fetch()
        told = answer.json()
        told["dataset"]["newest_source"] = "2026-03-01T20:00:00+00:00"
        route.fulfill(response=answer, json=told)

    page.route("**/v1/status", loaded_in_the_evening)
    go(page, served, "/")
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name=re.compile("^Findings"))).to_be_visible()
    page.reload()
    expect(page.get_by_role("link", name="Find ties")).to_be_visible()
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("heading", name=re.compile("^风险预警"))).to_be_visible()
    # As people here have it the day had begun, as it had for every other date of the pages.
    expect(page.get_by_text("最近导入 2026-03-02")).to_be_visible()


def test_what_was_typed_survives_a_service_that_is_gone(page, served):
    finding = served.services.ledger.findings()[-1]
    page.expected = ["Failed to load resource", "net::ERR"]
    go(page, served, f"/findings/{finding.id}")
    reason = page.get_by_label("理由（必填，永久保存）")
    reason.fill("写到一半的理由")
    page.route("**/v1/**", lambda route: route.abort())
    page.get_by_role("button", name="转为核查中").click()
    expect(page.get_by_role("alert").first).to_contain_text("没有丢失")
    expect(reason).to_have_value("写到一半的理由")
    page.unroute("**/v1/**")
    page.get_by_role("button", name="转为核查中").click()
    expect(page.get_by_role("button", name="转为属实")).to_be_visible()


CLOUD_BRIDGE = "/graph/" + quote("cn-uscc:919999999000000144", safe="")
LOADED = "() => window.lookthroughBoard && window.lookthroughBoard.core.nodes().length > 5"
STANDS = """() => JSON.stringify(window.lookthroughBoard.core.elements().map(e => [e.id(), e.locked(),
    e.isNode() ? [Math.round(e.position().x), Math.round(e.position().y)] : 0]).sort())"""


def node(page, name: str) -> tuple[str, float, float]:
    """The id of the party of this name on the canvas, and where it is on the screen."""
    found = page.evaluate(
        """(name) => { const n = window.lookthroughBoard.core.nodes().filter(n => n.data('name') === name)[0];
        const box = document.querySelector('.canvas').getBoundingClientRect(), at = n.renderedPosition();
        return [n.id(), box.x + at.x, box.y + at.y]; }""",
        name,
    )
    return tuple(found)


def test_what_is_done_by_hand_can_be_undone_and_is_in_the_address(page, served):
    go(page, served, CLOUD_BRIDGE)
    page.wait_for_function(LOADED)
    expect(page.get_by_role("complementary").get_by_text("42.00%").first).to_be_visible()
    first = page.evaluate(STANDS)
    _, x, y = node(page, "示例恒泽实业有限公司")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 140, y + 20, steps=4)
    page.mouse.up()
    page.wait_for_url(re.compile("moved="))
    page.mouse.click(x + 140, y + 20)
    panel = page.get_by_role("complementary")
    expect(panel.get_by_role("heading", name="示例恒泽实业有限公司")).to_be_visible()
    panel.get_by_role("button", name="固定").click()
    page.wait_for_url(re.compile("pinned="))
    panel.get_by_role("button", name="收起").click()
    page.wait_for_url(re.compile("folded="))
    _, x, y = node(page, "样本吴安清")
    page.mouse.click(x, y)
    expect(panel.get_by_role("heading", name="样本吴安清")).to_be_visible()
    panel.get_by_role("button", name="移出画面").click()
    page.wait_for_url(re.compile("removed="))
    by_hand = page.evaluate(STANDS)
    assert by_hand != first
    address = page.url
    assert len(address) < 300
    # The address opens the same view, in a tab that knows nothing of it.
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_function("() => window.lookthroughBoard && window.lookthroughBoard.hand.removed.size > 0")
    assert page.evaluate(STANDS) == by_hand
    # Undone step by step, in the tab where it was done; here nothing was done yet.
    expect(page.get_by_role("button", name="撤销")).to_be_disabled()
    go(page, served, CLOUD_BRIDGE)
    page.wait_for_function("() => window.lookthroughBoard.hand.removed.size === 0")
    assert page.evaluate(STANDS) == first
    page.get_by_role("button", name=re.compile("^↓")).first.click()
    page.wait_for_url(re.compile("open="))
    assert page.evaluate(STANDS) != first
    page.get_by_role("button", name="撤销").click()
    page.wait_for_url(lambda url: "open=" not in url)
    assert page.evaluate(STANDS) == first
    page.get_by_role("button", name="重做").click()
    page.wait_for_url(re.compile("open="))
    # Another day has all drawn anew, and ends no way back: the day is undone, then what was done before it.
    opened = page.evaluate(STANDS)
    day = page.locator(".el-date-editor input").first
    day.fill("2025-05-20")
    day.press("Enter")
    page.wait_for_url(re.compile("as_of=2025-05-20"))
    expect(page.locator(".canvas")).to_have_attribute("aria-busy", "false")
    for name, told, stands in (("撤销", r"^(?!.*as_of=).*open=", opened), ("撤销", r"^(?!.*open=)", first)):
        page.get_by_role("button", name=name).click()
        page.wait_for_url(re.compile(told))
        expect(page.locator(".canvas")).to_have_attribute("aria-busy", "false")
        page.wait_for_function(f"(s) => JSON.stringify(({STANDS})()) === JSON.stringify(s)", arg=stands)
    expect(page.get_by_role("button", name="撤销")).to_be_disabled()
    page.get_by_role("button", name="重做").click()
    page.wait_for_function(f"(s) => JSON.stringify(({STANDS})()) === JSON.stringify(s)", arg=opened)
    page.get_by_role("button", name="重做").click()
    page.wait_for_url(re.compile("as_of=2025-05-20.*open=|open=.*as_of=2025-05-20"))
    expect(day).to_have_value("2025-05-20")
    expect(page.get_by_role("button", name="重做")).to_be_disabled()


def test_an_address_of_older_data_says_so_and_shows_the_present(page, served):
    go(page, served, CLOUD_BRIDGE + "?data=0123456789abcdef&pinned=zzzzzzzz&open=zzzzzzzzu0.20")
    page.wait_for_function(LOADED)
    told = page.get_by_role("status").filter(has_text="旧数据")
    expect(told).to_contain_text("2 处")
    told.get_by_role("button", name="知道了").click()
    expect(told).to_have_count(0)
    assert "0123456789abcdef" not in page.url


def test_the_way_between_two_parties_is_told_and_marked(page, served):
    go(page, served, CLOUD_BRIDGE)
    page.wait_for_function(LOADED)
    page.evaluate(
        "(names) => window.lookthroughBoard.core.nodes().filter(n => names.includes(n.data('name'))).select()",
        [OWNER, TIED[0]],
    )
    page.get_by_role("button", name="两点间路径").click()
    expect(page.locator("section.ways")).to_contain_text("80% × 75% × 100% × 70% = 42%")
    assert page.evaluate("() => window.lookthroughBoard.core.edges('.way').length") == 4


def test_a_line_tells_the_rows_it_rests_on(page, served):
    go(page, served, CLOUD_BRIDGE)
    page.wait_for_function(LOADED)
    page.evaluate(
        """() => { const b = window.lookthroughBoard.core; b.elements().unselect();
        b.edges().filter(e => e.data('share') === 0.8)[0].select(); }"""
    )
    panel = page.get_by_role("complementary")
    expect(panel.locator(".source").first).to_contain_text("企业股东信息.csv")
    expect(panel.locator(".source").first).to_contain_text(re.compile(r"第 \d+ 行"))
    expect(panel.get_by_text("80.00%").first).to_be_visible()


def test_the_inbox_is_filtered_by_field_of_work(page, served):
    from detectors.registry import DETECTORS

    domain = {d.id: d.domain for d in DETECTORS}
    counts = served.services.ledger.counts(FindingFilter(found=True))["by_detector"]
    wanted = sum(n for d, n in counts.items() if domain[d] == "民生保障")
    go(page, served, "/")
    page.get_by_role("button", name=re.compile("^民生保障")).click()
    page.wait_for_url(re.compile("domain=livelihood"))
    expect(page.get_by_role("heading", name=re.compile("^风险预警"))).to_contain_text(f"共 {wanted} 条")
    titles = page.locator(".finding strong")
    expect(titles.first).to_be_visible()
    known = {d.title_zh for d in DETECTORS if d.domain == "民生保障"}
    assert set(titles.all_inner_texts()) <= known
    # What the heading counts is what is listed, and what is suppressed of it.
    page.get_by_role("button", name=re.compile("^政府工程")).click()
    page.get_by_role("button", name=re.compile("^需人工核查")).click()
    page.wait_for_url(re.compile("severity=review"))
    works = [d for d in counts if domain[d] == "政府工程"]
    few = FindingFilter(found=True, severities=("review",), detectors=tuple(works))
    review, away = (
        len(served.services.ledger.findings(replace(few, suppressed=only), None, 500))
        for only in (None, True)
    )
    assert 0 < away < review
    expect(page.get_by_role("heading", name=re.compile("^风险预警"))).to_contain_text(
        f"共 {review} 条，其中 {away} 条已抑制，未列出"
    )
    more = page.get_by_role("button", name=re.compile("^显示更多"))
    if review - away > 30:
        more.click()
    expect(page.locator(".finding")).to_have_count(review - away)
    page.get_by_role("button", name=re.compile("^营商环境")).click()
    expect(page.get_by_text("没有符合条件的预警")).to_be_visible()


def test_an_expansion_is_tried_again_when_the_service_is_back(page, served):
    page.expected = ["Failed to load resource", "net::ERR"]
    go(page, served, CLOUD_BRIDGE)
    page.wait_for_function(LOADED)
    expand = page.get_by_role("button", name=re.compile("^↓")).first
    expect(expand).to_be_visible()
    before = page.evaluate(STANDS)
    page.route("**/v1/**", lambda route: route.abort())
    expand.click()
    again = page.locator(".strip").get_by_role("button", name="重试")
    expect(again).to_be_visible()
    assert page.evaluate(STANDS) == before
    page.unroute("**/v1/**")
    again.click()
    page.wait_for_url(re.compile("open="))
    expect(page.locator(".strip")).to_have_count(0)
    assert page.evaluate(STANDS) != before


def test_who_ties_the_bidders_is_told_with_the_findings_that_name_them(page, served):
    go(page, served, "/")
    page.get_by_role("combobox").fill(OWNER)
    page.get_by_role("option").filter(has_text=OWNER).first.click()
    page.wait_for_url(re.compile("#/graph/"))
    panel = page.get_by_role("complementary")
    expect(panel.get_by_role("heading", name=re.compile("^风险预警"))).to_be_visible()
    panel.get_by_role("link", name="投标人存在共同股东").first.click()
    page.wait_for_url(re.compile("#/findings/"))
    expect(page.locator(".behind")).to_contain_text(OWNER)


def test_a_link_to_nobody_from_another_canvas_says_so_and_draws_nobody(page, served):
    page.expected.append("404")
    count = "window.lookthroughBoard ? window.lookthroughBoard.core.nodes().length : 0"
    go(page, served, "/graph/" + quote("cn-uscc:919999999000000144", safe=""))
    expect(page.locator(".canvas")).to_have_attribute("aria-busy", "false")
    for _ in range(100):
        if page.evaluate(count) > 1:
            break
        page.wait_for_timeout(100)
    assert page.evaluate(count) > 1
    page.evaluate("location.hash = '/graph/nix'")
    told = page.get_by_role("alert")
    expect(told).to_contain_text("nix")
    expect(told.get_by_role("link")).to_be_visible()
    expect(told).not_to_contain_text("/v1/")
    assert page.evaluate(count) == 0
