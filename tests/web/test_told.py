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


def test_files_of_a_picture_are_called_as_those_call_them_who_use_them(page, served):
    go(page, served, CLOUD_BRIDGE)
    page.wait_for_function(LOADED)
    page.get_by_role("toolbar").get_by_role("button", name=re.compile("^导出")).click()
    menu = page.get_by_role("menuitem")
    expect(menu.first).to_be_visible()
    shown = ["画面所见（PNG）", "SVG", "PNG", "PDF", "HTML", "GraphML", "Cytoscape JSON"]
    assert [text for text in menu.all_inner_texts() if text] == shown


def test_the_graph_shows_the_owner_behind_the_bidders_as_the_finding_does(page, served):
    shared = FindingFilter(detectors=("common-shareholder",), scope_id="local:XG-2025-001/1")
    finding = served.services.ledger.findings(shared, None, 1)[0]
    go(page, served, at("findings", finding.id))
    page.locator(".behind .holder").click()
    page.wait_for_function(LOADED)
    names = "() => window.lookthroughBoard.core.nodes('.finding').map(n => n.data('name'))"
    chain = {"虚构顾远山", "示例启明投资有限公司", "示例白榆控股有限公司", "虚构渡口路桥有限公司"}
    assert chain <= set(page.evaluate(names))
    assert len(page.evaluate(names)) == 13
    # A link outlives its finding: the party it is about is drawn.
    go(page, served, CLOUD_BRIDGE + "?finding=gone")
    page.expected = ["Failed to load resource"]
    page.wait_for_function(
        "() => window.lookthroughBoard && window.lookthroughBoard.core.nodes('.subject').some("
        "n => n.data('name') === '虚构云桥建设有限公司')"
    )


def test_the_whole_chain_is_marked_whichever_drawing_tells_it(page, served):
    """The owner, drawn first, is part of what only the bidders' drawings tell."""
    page.goto(f"{served.url}/#/relations")
    page.get_by_label(re.compile("^每行一个")).fill("虚构云桥建设有限公司\n虚构松岭市政工程有限公司")
    page.get_by_role("button", name="查找关系").click()
    page.get_by_role("button", name="在图上看").first.click()
    page.wait_for_function(LOADED)
    page.wait_for_function("() => window.lookthroughBoard.core.nodes('.finding').length >= 9")
    marked = page.evaluate("() => window.lookthroughBoard.core.nodes('.finding').map(n => n.data('name'))")
    assert {"虚构顾远山", "示例启明投资有限公司", "示例南屿投资有限公司"} <= set(marked)
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


def test_of_a_member_the_days_of_joining_and_leaving_are_shown(page, served):
    def left(route):
        answer = route.fetch().json()
        first, *others = answer["members"]
        told = [{**first, "valid_from": "2023-02-01", "valid_to": "2024-06-15"}]
        route.fulfill(
            json=answer | {"members": [*told, *({**m, "valid_from": None, "valid_to": None} for m in others)]}
        )

    page.route(re.compile(r"/v1/households/[^/]+$"), left)
    go(page, served, at("households", "local:BZDB0014"))
    table = page.locator("section.card", has=page.get_by_role("heading", name="成员")).locator("table")
    expect(table).to_be_visible()
    assert table.locator("thead th").all_inner_texts()[2:4] == ["加入日期", "退出日期"]
    rows = [row.locator("td").all_inner_texts()[2:4] for row in table.locator("tbody tr").all()]
    assert rows[0] == ["2023-02-01", "2024-06-15"]
    assert rows[1:] and set(map(tuple, rows[1:])) == {("—", "—")}


def set_aside(served, rule: str, said: str = "", *, apart: bool = False):
    """A common holder that a rule sets aside, as the service tells it; `apart`: none of the bidders is the holder."""
    found = served.services.ledger.findings(FindingFilter(detectors=("common-shareholder",), suppressed=True))
    told = [f.to_json() for f in found]
    return next(
        f
        for f in told
        if (f["suppressed_by"] or {}).get("rule") == rule
        and said in f["suppressed_by"]["reason"]
        and not (apart and any(b.get("itself") for b in f["facts"]["bidders"]))
    )


@pytest.mark.parametrize(
    ("rule", "said", "beside"),
    [
        ("ended", "已于", "持有至 "),
        ("ended", "才开始", " 起持有"),
        ("consortium", "昌元恒新", "本身亦为投标人"),
        ("lot", "", "投 "),
    ],
)
def test_a_finding_set_aside_says_so_and_why_and_of_which_day(page, served, rule, said, beside):
    finding = set_aside(served, rule, said)
    go(page, served, at("findings", finding["id"]))
    card = page.locator(".card").first
    expect(card.get_by_text("已抑制", exact=True)).to_be_visible()
    expect(card.locator(".alert strong")).to_have_text(finding["suppressed_by"]["reason"])
    expect(card.locator(".alert")).to_contain_text("不列入待核查的线索")
    expect(card.locator(".behind.calm")).to_contain_text(beside)
    page.get_by_role("button", name="English").click()
    expect(card.get_by_text("suppressed", exact=True)).to_be_visible()
    expect(card.locator(".alert strong")).to_have_text(finding["suppressed_by"]["reason_en"])
    # What a fact states twice is told once.
    page.locator("details summary").filter(has_text="Bidders").click()
    expect(page.get_by_role("columnheader", name="At most")).to_have_count(0)


def test_a_lot_does_not_pass_over_what_was_set_aside(page, served):
    finding = set_aside(served, "consortium")
    go(page, served, at("lots", finding["scope"]["id"]))
    expect(page.locator(".evidence .alert")).to_contain_text("另有 1 条预警已按规则抑制")
    cell = page.locator("button.tie.aside").first
    expect(cell).to_have_text("已抑制")
    cell.click()
    expect(page.locator(".evidence .finding .why")).to_contain_text("同一联合体")
    expect(page.get_by_text("此图按判断基准日绘制")).to_be_visible()
    # It ties nobody.
    expect(page.locator("table.matrix tr.tied")).to_have_count(0)


@pytest.fixture
def empty(tmp_path, explorer):
    """A service on a store that nothing was loaded into."""
    from api import Services
    from cases import open_ledger
    from graph.stores import open_store
    from loaders.identity import PersonKey
    from tests.api.serving import running

    with (
        open_store(tmp_path / "store", "write") as store,
        open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}") as ledger,
    ):
        services = Services(
            store=store,
            ledger=ledger,
            person_key=PersonKey.open(tmp_path / "person.key"),
            folder=tmp_path / "service",
            reports=tmp_path / "reports",
            keys_required=False,
            web=explorer,
        )
        with running(services) as service:
            yield service


def test_from_dropped_files_to_what_the_detectors_could_not_decide(browser, empty, tmp_path):
    held = tmp_path / "股东持股.csv"
    held.write_text(
        "企业名称,统一社会信用代码,股东名称,股东类型,持股比例\n"
        "虚构甲一建设有限公司,,虚构丙三投资有限公司,企业法人,20%\n"
        "虚构乙二建设有限公司,,虚构丁四投资有限公司,企业法人,20%\n",
        encoding="gb18030",
    )
    bids = tmp_path / "投标记录.csv"
    bids.write_text(
        "招标项目编号,项目名称,标段编号,投标人名称,投标报价（元）\n"
        "CS-1,虚构测试路工程,01,虚构甲一建设有限公司,1000000\n"
        "CS-1,虚构测试路工程,01,虚构乙二建设有限公司,1010000\n"
        "CS-1,虚构测试路工程,01,虚构丙五建设有限公司,1030000\n",
        encoding="utf-8",
    )
    page = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
    go(page, empty, "/")
    expect(page.get_by_text("还没有数据")).to_be_visible()
    page.locator(".empty").get_by_role("link", name="导入数据").click()
    page.locator("input[type=file]").set_input_files([held, bids])
    expect(page.locator(".good").filter(has_text="股东持股")).to_be_visible()
    page.get_by_role("button", name="导入", exact=True).click()
    expect(page.get_by_text("导入完成")).to_be_visible(timeout=60_000)
    # What came of it is in sight, however long the list of what was recognised.
    expect(page.get_by_text("导入完成")).to_be_in_viewport()
    page.get_by_role("link", name="接下来：运行检测").click()
    page.get_by_role("button", name="运行检测").click()
    expect(page.get_by_text("检测已运行，没有发现预警")).to_be_visible(timeout=60_000)
    told = page.locator("details.lacking")
    expect(told.locator("summary")).to_have_text(re.compile("^[0-9]+ 项检测因没有所需数据而无法判定$"))
    told.locator("summary").click()
    expect(told.locator("li").filter(has_text="没有 任职：")).to_have_text(
        re.compile("投标人的单位负责人为同一人")
    )
    # One of the two is enough, beside what was paid.
    expect(told.locator("li").filter(has_text="符合条件而未享受")).to_contain_text(
        "救助发放、应享待遇或收入："
    )
    assert not re.search("[A-Z_]{4,}", told.inner_text())


def test_circles_of_a_lying_drawing_do_not_touch(page, served):
    go(page, served, CLOUD_BRIDGE + "?way=leftright")
    page.wait_for_function(LOADED)
    nearest = page.evaluate(
        """() => { const all = window.lookthroughBoard.core.nodes('.Person').map(n => n.position());
        return Math.min(...all.flatMap((a, i) => all.slice(i + 1).map(b => Math.hypot(a.x - b.x, a.y - b.y)))); }"""
    )
    # A circle is 80 wide.
    assert nearest >= 88


def test_whoever_comes_back_to_the_findings_finds_them_as_they_were_left(page, served):
    go(page, served, "/?domain=works")
    more = page.get_by_role("button", name=re.compile("^显示更多"))
    more.click()
    expect(page.locator(".finding")).to_have_count(60)
    row = page.locator(".finding").nth(50)
    row.scroll_into_view_if_needed()
    before = page.evaluate("() => document.querySelector('.shell > .body').scrollTop")
    assert before > 2_000
    row.click()
    page.wait_for_url(re.compile("#/findings/"))
    expect(page.locator(".decide")).to_be_visible()
    # Another page begins at its top.
    assert page.evaluate("() => document.querySelector('.shell > .body').scrollTop") == 0
    page.go_back()
    expect(page.locator(".finding").nth(50)).to_be_in_viewport()
    page.wait_for_load_state("networkidle")
    expect(page.locator(".finding")).to_have_count(60)
    assert abs(page.evaluate("() => document.querySelector('.shell > .body').scrollTop") - before) < 40
    # Anew from the bar, it begins at its top, with every finding.
    page.get_by_role("link", name="首页").click()
    expect(page.get_by_role("heading", name=re.compile("^查找企业"))).to_be_in_viewport()


@pytest.mark.parametrize("typed", ["shared owner behind nine bidders", "九家 共同股东"])
def test_words_that_no_detector_has_do_not_hide_those_it_has(page, served, typed):
    go(page, served, "/")
    page.get_by_role("combobox").fill(typed)
    expect(page.get_by_role("option").filter(has_text="投标人存在共同股东")).to_be_visible()


def test_no_line_of_the_owner_s_picture_runs_through_another_company(page, served):
    go(page, served, at("lots", "local:XG-2025-001/1"))
    page.locator(".stacks .holder").last.click()
    page.wait_for_function(LOADED)
    page.wait_for_function("() => window.lookthroughBoard.core.nodes('.finding').length >= 12")
    met = page.evaluate(
        """() => { const core = window.lookthroughBoard.core, met = [];
        core.edges().forEach(e => { const a = e.source().position(), b = e.target().position();
          core.nodes().forEach(n => { if (n.same(e.source()) || n.same(e.target())) return;
            const p = n.position(), w = n.width() / 2, h = n.height() / 2;
            for (let t = 0; t <= 1; t += 0.01) {
              const x = a.x + (b.x - a.x) * t, y = a.y + (b.y - a.y) * t;
              if (Math.abs(x - p.x) < w && Math.abs(y - p.y) < h) {
                met.push(`${e.source().data('name')} > ${e.target().data('name')}: ${n.data('name')}`); return; } } }); });
        return met; }"""
    )
    assert met == []


def test_recognised_columns_are_called_by_their_names(page, served):
    sheet = "标段编号,投标人名称,投标报价（元）\nCS-1,虚构甲一建设有限公司,1000000\n"
    lacking = "标段编号,投标报价（元）,递交时间,下浮率\n01,1000000,2025-01-01,3%\n"
    go(page, served, "/load")
    files = [
        {"name": name, "mimeType": "text/csv", "buffer": text.encode()}
        for name, text in (("投标.csv", sheet), ("缺.csv", lacking))
    ]
    page.locator("input[type=file]").set_input_files(files)
    known = page.locator(".sheet").filter(has_text="投标.csv")
    expect(known.locator(".pair").filter(has_text="bids.bidder_name")).to_contain_text(
        "投标人名称 → 投标 · 投标人"
    )
    expect(known.locator(".good")).to_have_text("识别为 投标")
    lacks = page.locator(".sheet").filter(has_text="缺.csv")
    expect(lacks).to_contain_text("缺少必需的列 投标人统一社会信用代码 / 投标人 / 联合体牵头人")
    page.get_by_role("button", name="English").click()
    expect(known.locator(".pair").filter(has_text="bids.bidder_name")).to_contain_text("bids · bidder name")
    expect(lacks).to_contain_text("bidder id / bidder name / consortium lead")
    assert not re.search(r"\b[a-z]+_[a-z]+\b", lacks.inner_text())


def test_the_finding_names_the_lot_it_is_about(page, served):
    shared = FindingFilter(detectors=("common-shareholder",), scope_id="local:XG-2025-001/1")
    finding = served.services.ledger.findings(shared, None, 1)[0]
    go(page, served, at("findings", finding.id))
    about = page.locator("a.about")
    expect(about).to_have_text("虚构区示例大道改扩建工程 · 01标段")
    expect(page.locator(".code").first).to_have_text("XG-2025-001/1")
    about.click()
    expect(page.get_by_role("heading", name="虚构区示例大道改扩建工程")).to_be_visible()


def test_a_bid_leads_to_its_bidder_and_its_lot(page, served):
    go(page, served, CLOUD_BRIDGE)
    page.wait_for_function(LOADED)
    panel = page.get_by_role("complementary")
    panel.get_by_role("button", name=re.compile("^↓ 投标")).click()
    page.wait_for_url(re.compile("open="))
    page.evaluate(
        "() => { const b = window.lookthroughBoard; b.select(b.core.nodes().filter(n => n.data('type') === 'Bid')[0].id()); }"
    )
    table = panel.locator(".of-bid")
    expect(table).to_contain_text("投标人")
    expect(panel).not_to_contain_text("local:")
    bidder = table.get_by_role("link", name="虚构云桥建设有限公司")
    expect(bidder).to_have_attribute("href", re.compile("#/graph/cn-uscc:919999999000000144"))
    table.get_by_role("link", name="虚构区示例大道改扩建工程 · 01标段").click()
    expect(page.get_by_role("heading", name="虚构区示例大道改扩建工程")).to_be_visible()


def test_several_ties_are_one_drawing(page, served):
    """Ranks stand level, nothing lies on anything else, and the other holdings of who ties them are left out."""
    page.goto(f"{served.url}/#/relations")
    names = "虚构云桥建设有限公司\n虚构松岭市政工程有限公司\n虚构渡口路桥有限公司"
    page.get_by_label(re.compile("^每行一个")).fill(names)
    page.get_by_role("button", name="查找关系").click()
    with page.expect_response(re.compile(r"/subgraph\?.*with=.*with=")):
        page.get_by_role("button", name="在图上看").first.click()
    page.wait_for_function(LOADED)
    told = page.evaluate(
        """() => { const all = window.lookthroughBoard.core.nodes();
        return { names: all.map(n => n.data('name')), firms: all.filter('.Company').map(n => n.position().y),
          over: all.toArray().flatMap((a, i) => all.toArray().slice(i + 1).filter(b =>
            Math.abs(a.position().x - b.position().x) < (a.width() + b.width()) / 2 &&
            Math.abs(a.position().y - b.position().y) < (a.height() + b.height()) / 2)).length }; }"""
    )
    assert {"虚构顾远山", "虚构云桥建设有限公司", "虚构松岭市政工程有限公司"} <= set(told["names"])
    assert "示例北辰投资有限公司" not in told["names"]
    assert told["over"] == 0
    # Eight companies of two chains of four stand in four rows.
    assert len(told["firms"]) == 8
    assert len({round(y) for y in told["firms"]}) == 4


def test_a_tie_by_people_or_kin_is_drawn_with_what_ties_them(page, served):
    with served.client() as client:
        found = client.get("/v1/findings?detector=same-legal-representative&found=true").json()["items"]
    # Whoever had left by then ties nobody on that day: that finding is set aside and is not drawn here.
    rep = next(f for f in found if not f["suppressed_by"])
    page.goto(f"{served.url}/#/relations")
    page.get_by_label(re.compile("^每行一个")).fill(
        "\n".join(rep["facts"]["names"][i] for i in rep["subjects"])
    )
    # Who runs a company today may be another than who did on that day.
    page.get_by_label("截至日期").fill(rep["facts"]["as_of"])
    page.get_by_label("截至日期").press("Enter")
    page.get_by_role("button", name="查找关系").click()
    tie = page.locator("tr").filter(has_text="法定代表人").first
    # Roles stand in words, not in the codes of the data.
    expect(tie.locator(".formula")).not_to_contain_text(re.compile("[a-z]"))
    tie.get_by_role("button", name="在图上看").click()
    page.wait_for_function("() => window.lookthroughBoard && window.lookthroughBoard.core.nodes().length > 2")
    by = "() => window.lookthroughBoard.core.edges().filter(e => e.data('type') === 'LEGAL_REP_OF').length"
    assert page.evaluate(by) == 2
    expect(page).to_have_url(re.compile(f"as_of={rep['facts']['as_of']}"))


def test_kin_behind_two_companies_are_told_and_drawn_with_what_either_is(page, served):
    with served.client() as client:
        found = client.get("/v1/findings?detector=related-persons&found=true").json()["items"]
    kin = next(f for f in found if not f["suppressed_by"] and len(f["subjects"]) == 2)
    go(page, served, at("findings", kin["id"]))
    behind = page.locator(".behind")
    expect(behind).to_have_count(2)
    for one, person in enumerate(kin["facts"]["persons"]):
        expect(behind.nth(one)).to_contain_text(person["name"])
        expect(behind.nth(one).locator(".held").first).to_contain_text("有限公司")
    page.goto(f"{served.url}/#/relations")
    page.get_by_label(re.compile("^每行一个")).fill(
        "\n".join(kin["facts"]["names"][i] for i in kin["subjects"])
    )
    page.get_by_label("截至日期").fill(kin["facts"]["as_of"])
    page.get_by_label("截至日期").press("Enter")
    page.get_by_role("button", name="查找关系").click()
    both = [p["name"] for p in kin["facts"]["persons"]]
    tie = page.locator("tr").filter(has_text=both[0]).filter(has_text=both[1]).filter(has_text="亲属").first
    expect(tie).to_be_visible()
    # What either is to its company, and how they are related, in words.
    expect(tie.locator(".formula")).to_have_text(re.compile(r"^[^a-z]+ · [^a-z]+ · [^a-z]+$"))
    tie.get_by_role("button", name="在图上看").click()
    page.wait_for_function(
        "() => window.lookthroughBoard && window.lookthroughBoard.core.nodes().length >= 4"
    )
    names = page.evaluate("() => window.lookthroughBoard.core.nodes().map(n => n.data('name'))")
    assert set(both) <= set(names)
    by = "() => window.lookthroughBoard.core.edges().filter(e => e.data('type') === 'RELATED_TO').length"
    assert page.evaluate(by) >= 1


@pytest.mark.parametrize(
    ("rule", "said", "beside"), [("ended", "已于", "持有至"), ("ended", "才开始", "起持有")]
)
def test_what_did_not_hold_on_the_bid_date_is_drawn_of_the_finding_s_own_day(
    page, served, rule, said, beside
):
    # Of a holder that bids itself there may be but one line to draw.
    finding = set_aside(served, rule, said, apart=True)
    go(page, served, at("findings", finding["id"]))
    page.locator(".behind .holder").click()
    page.wait_for_function("() => window.lookthroughBoard && window.lookthroughBoard.core.edges().length > 1")
    drawn = page.evaluate(
        "() => window.lookthroughBoard.core.edges('.owns').map(e => [e.target().data('name'), e.data('shown'), e.hasClass('dashed')])"
    )
    told = {name: (shown, dashed) for name, shown, dashed in drawn}
    for bidder in finding["facts"]["bidders"]:
        day = bidder.get("held_until") or bidder.get("held_since")
        shown, dashed = told[bidder["name"]]
        assert dashed == bool(day), bidder["name"]
        assert (f"{day}" in shown and beside in shown) == bool(day)
    # The panel and what is opened next are of that day too.
    expect(page.get_by_label("截至")).to_have_value(finding["facts"]["as_of"])


def _of(served, detector: str):
    return served.services.ledger.findings(FindingFilter(detectors=(detector,), found=True), None, 1)[0]


def test_lists_call_what_findings_are_about_by_its_name(page, served):
    go(page, served, "/?detector=common-shareholder&suppressed=1")
    first = page.locator(".finding .scope").first
    expect(first).to_be_visible()
    assert "local:" not in first.inner_text() and "/" not in first.inner_text()
    go(page, served, "/?detector=short-bid-period")
    expect(page.locator(".finding .scope").first).to_contain_text("虚构标注工程")
    go(page, served, CLOUD_BRIDGE)
    leads = page.get_by_role("complementary").locator("section", has=page.get_by_text("风险预警"))
    expect(leads.first).to_contain_text("虚构区示例大道改扩建工程 · 01标段")
    bids = page.get_by_role("complementary").locator("section", has=page.get_by_text("参与的标段"))
    expect(bids.first).to_contain_text("虚构区示例大道改扩建工程 · 01标段")


@pytest.mark.parametrize(
    ("detector", "leads"),
    [("short-bid-period", True), ("shared-payee-account", False), ("co-bidding-group", False)],
)
def test_what_a_finding_is_about_leads_to_a_page_that_is_there_or_nowhere(page, served, detector, leads):
    found = _of(served, detector).finding
    go(page, served, at("findings", found.fingerprint))
    about = page.locator(".about")
    expect(about).to_be_visible()
    assert not re.search(r"(group|account|local):", about.inner_text())
    assert (about.evaluate("e => e.tagName") == "A") is leads
    for link in [
        *([about] if leads else []),
        page.locator("section", has=page.get_by_role("heading", name="涉及对象")).locator("a").first,
    ]:
        go(page, served, at("findings", found.fingerprint))
        expect(link).to_be_visible()
        link.click()
        page.wait_for_url(re.compile(r"#/(lots|tenders|households|graph)/"))
        page.wait_for_load_state("networkidle")
        expect(page.locator("h1, h2").first).to_be_visible()
        expect(page.get_by_text("没有找到")).to_have_count(0)


def test_kin_and_households_on_the_canvas_are_in_words(page, served):
    found = next(
        f.finding for f in served.services.ledger.findings(FindingFilter(detectors=("officials-relative",)), None, 20)
        if f.finding.facts.get("relation") or "sibling" in f.finding.text["en"]
    )  # fmt: skip
    official = next(s for s in found.subjects if s.startswith("person:"))
    page.goto(f"{served.url}/")
    page.evaluate("localStorage.setItem('lookthrough-language', 'en')")
    page.goto("about:blank")
    go(page, served, at("graph", official))
    page.wait_for_function("() => window.lookthroughBoard && window.lookthroughBoard.core.nodes().length")
    page.get_by_role("complementary").get_by_role("button", name=re.compile("relative")).first.click()
    kin = "() => window.lookthroughBoard.core.edges().filter(e => e.data('type') === 'RELATED_TO').map(e => e.data('shown'))"
    page.wait_for_function(kin.replace(".map(e => e.data('shown'))", ".length > 0"))
    assert page.evaluate(kin) == ["sibling"]
    called = page.evaluate("() => window.lookthroughBoard.core.nodes().map(n => n.data('shown'))")
    assert not [text for text in called if "local:" in text]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_in_the_table_of_facts_and_the_matrix_of_ties_is_cut_off(page, served, language):
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{served.url}/")
    page.evaluate(f"localStorage.setItem('lookthrough-language', '{language}')")
    page.goto("about:blank")
    go(page, served, at("findings", _of(served, "household-multi-property").id))
    page.locator("details summary").last.wait_for()
    page.evaluate("() => document.querySelectorAll('details').forEach(d => d.open = true)")
    cut = "(what) => [...document.querySelectorAll(what)].filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent)"
    assert page.evaluate(cut, ".scroll td, .scroll th") == []
    page.goto("about:blank")
    go(page, served, at("lots", "local:XG-2025-001/1"))
    page.locator(".matrix .tie").first.wait_for()
    # All nine are in sight, in a window as narrow as those of old.
    page.set_viewport_size({"width": 1280, "height": 900})
    assert (
        page.evaluate(
            "() => { const e = document.querySelector('.two .scroll'); return e.scrollWidth - e.clientWidth; }"
        )
        <= 0
    )
    # The longest words there are, with a figure beside them.
    words = "() => document.querySelectorAll('.matrix .tie').forEach((e, n) => e.firstChild.textContent = ['documents', 'dealings', 'contact'][n % 3])"
    if language == "en":
        page.evaluate(words.replace("'documents'", "'papers'"))
    assert page.evaluate(cut, ".matrix .tie") == []


def test_what_is_not_there_on_another_day_is_not_blamed_on_the_link(page, served):
    go(page, served, CLOUD_BRIDGE)
    page.wait_for_function(LOADED)
    page.get_by_role("complementary").get_by_role("button", name="虚构顾远山").first.click()
    expect(page.get_by_role("complementary").get_by_role("heading", name="虚构顾远山")).to_be_visible()
    page.get_by_role("complementary").get_by_role("button", name=re.compile("对外投资")).first.click()
    page.wait_for_url(re.compile("open="))
    day = page.locator(".el-date-editor input").first
    day.fill("2018-01-01")
    day.press("Enter")
    expect(page.get_by_role("status").filter(has_text="不在 2018-01-01 的图中")).to_be_visible()
    expect(page.get_by_text("已找不到")).to_have_count(0)


def test_a_lot_says_at_once_whose_owners_are_unknown_and_what_cannot_be_decided(page, served):
    with served.client() as client:
        run = next(r for r in client.get("/v1/runs").json()["items"] if not r["scope"])["id"]
        asked = {"detector": "common-shareholder", "limit": 100}
        gaps = client.get(f"/v1/runs/{run}/undecided", params=asked).json()["items"]
        # Others are of a nominator whose owners are unknown, while those of the bidders are not.
        gap = next(g for g in gaps if "没有股权数据，其间" in str(g))
        lot = client.get(f"/v1/lots/{quote(gap['scope']['id'], safe='')}").json()
        again = client.post(f"/v1/lots/{quote(gap['scope']['id'], safe='')}/screen", json={}).json()
    assert gap in lot["undecided"]
    assert lot["undecided"] == again["undecided"]
    go(page, served, at("lots", gap["scope"]["id"]))
    expect(page.locator("table.matrix .unowned")).to_have_count(len(gap["subjects"]))
    expect(page.locator(".undecided .gap")).to_have_count(len(lot["undecided"]))


def test_two_strangers_of_a_lot_with_too_few_bids_are_not_drawn_as_tied(page, served):
    few = FindingFilter(detectors=("fewer-than-three-bidders",))
    found = [f for f in served.services.ledger.findings(few) if len(f.finding.subjects) == 2]
    go(page, served, at("lots", found[0].finding.scope_id))
    expect(page.locator("table.matrix tbody tr")).to_have_count(2)
    expect(page.locator("table.matrix .tie")).to_have_count(0)
    expect(page.get_by_text("投标人少于三个").first).to_be_visible()


def test_an_answer_to_another_list_says_so(page, served):
    page.goto(f"{served.url}/#/relations")
    names = page.get_by_label(re.compile("^每行一个"))
    names.fill("虚构云桥建设有限公司\n虚构松岭市政工程有限公司")
    page.get_by_role("button", name="查找关系").click()
    expect(page.get_by_role("button", name="在图上看").first).to_be_visible()
    expect(page.get_by_text("名单或日期已改动")).to_have_count(0)
    names.fill("虚构东篱建设有限公司\n虚构西林建设有限公司")
    expect(page.get_by_text("名单或日期已改动")).to_be_visible()
    page.get_by_role("button", name="查找关系").click()
    expect(page.get_by_text("所列主体之间没有发现关系")).to_be_visible()
    expect(page.get_by_text("名单或日期已改动")).to_have_count(0)
