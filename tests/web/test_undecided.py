"""What could not be decided can be read: by detector, by lot, with those it is about, and whoever may not see people sees none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import pytest

pytest.importorskip("playwright")
from playwright.sync_api import expect

from tests.web.conftest import PATIENCE

pytestmark = pytest.mark.browser
LOT: Final = "local:WF-1/1"
NAMESAKE: Final = "样本张小同"
HOLDERS: Final = (
    "企业名称,统一社会信用代码,股东名称,股东类型,持股比例\n"
    f"虚构甲一建设有限公司,,{NAMESAKE},自然人股东,20%\n"
    f"虚构乙二建设有限公司,,{NAMESAKE},自然人股东,30%\n"
)
BIDS: Final = (
    "招标项目编号,项目名称,标段编号,标段名称,投标人名称,投标报价（元）\n"
    "WF-1,虚构无法判定路工程,01,虚构一标段,虚构甲一建设有限公司,1000000\n"
    "WF-1,虚构无法判定路工程,01,虚构一标段,虚构乙二建设有限公司,1010000\n"
)
SAID: Final = re.compile(
    f"“虚构乙二建设有限公司”“虚构甲一建设有限公司”各有一名股东、控制人或管理人员名为“{NAMESAKE}”"
)


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory, explorer: Path) -> Iterator[Any]:
    """Two bidders whose shareholders are known by one name alone; the detectors have run."""
    from tests.web.demo import detected

    folder = tmp_path_factory.mktemp("undecided")
    (folder / "files").mkdir()
    (folder / "files" / "股东持股.csv").write_text(HOLDERS, "utf-8")
    (folder / "files" / "投标记录.csv").write_text(BIDS, "utf-8")
    with detected(folder, folder / "files", explorer) as services:
        yield services


@pytest.fixture(scope="module")
def served(services: Any) -> Iterator[Any]:
    """Open to whoever sits at the machine."""
    from tests.api.serving import running

    with running(services) as service:
        yield service


def test_a_lot_tells_of_namesakes_with_ways_to_both(page: Any, served: Any) -> None:
    page.goto(f"{served.url}/#/lots/{quote(LOT, safe='')}")
    page.get_by_role("button", name="核查本标段").click()
    gap = page.locator(".undecided .gap").filter(has_text=SAID).first
    expect(gap).to_be_visible()
    # Bidders and persons, each of whom has a page; two persons of one name are told apart.
    expect(gap.locator("a")).to_have_count(4)
    expect(gap.locator("a", has_text=NAMESAKE)).to_have_count(2)
    expect(gap.locator(".about .mono")).to_have_count(2)
    gap.get_by_role("link", name="虚构甲一建设有限公司").click()
    expect(
        page.get_by_role("complementary").get_by_role("heading", name="虚构甲一建设有限公司")
    ).to_be_visible()


def test_ties_asked_for_tell_of_namesakes_with_ways_to_both(page: Any, served: Any) -> None:
    page.goto(f"{served.url}/#/relations")
    page.locator("#names").fill("虚构甲一建设有限公司\n虚构乙二建设有限公司")
    page.get_by_role("button", name="用检测项核查").click()
    gap = page.locator(".gap").filter(has_text=SAID).first
    expect(gap.locator("a")).to_have_count(4)
    gap.locator("a", has_text=NAMESAKE).first.click()
    expect(page.get_by_role("complementary").get_by_role("heading", name=NAMESAKE)).to_be_visible()


def test_all_that_the_last_run_left_undecided_is_listed_by_detector(page: Any, served: Any) -> None:
    page.goto(f"{served.url}/#/")
    # A lot screened afterwards is a run of its own, and not the one that is listed.
    page.get_by_role("button", name="运行检测").click()
    with page.expect_response(re.compile("/undecided")):
        page.get_by_role("link", name=re.compile("^另有 [0-9]+ 处因数据不全无法判定")).click()
    expect(page.get_by_role("heading", name=re.compile("^无法判定的项"))).to_be_visible()
    with served.client() as client:
        (run, *_) = client.get("/v1/runs").json()["items"]
        gaps = client.get(f"/v1/runs/{run['id']}/undecided?limit=500").json()["items"]
        said = next(g for g in gaps if SAID.search(g["missing"]["zh"]))
        title = client.get(f"/v1/detectors/{said['detector']}").json()["title"]
    expect(page.locator(".count")).to_have_text(f"共 {len(gaps)} 处")
    group = page.locator(".group").filter(has_text=title["zh"])
    group.get_by_role("button").first.click()
    expect(group.locator(".num")).to_have_text(str(sum(g["detector"] == said["detector"] for g in gaps)))
    row = group.locator(".gap").filter(has_text=SAID)
    expect(row.locator(".place")).to_have_text(re.compile("虚构无法判定路工程 · 虚构一标段 *WF-1/1"))
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", name=re.compile("^What could not be decided"))).to_be_visible()
    expect(page.locator(".group").filter(has_text=title["en"]).locator(".gap").first).to_contain_text(
        "cannot be told"
    )
    page.locator(".gap .place a").first.click()
    expect(page.get_by_role("heading", name=re.compile("虚构无法判定路工程"))).to_be_visible()
    # Whoever comes back finds it as it was left.
    page.go_back()
    expect(page.locator(".gap").first).to_be_visible()


def test_a_long_list_comes_page_by_page(page: Any, demo_services: Any) -> None:
    from tests.api.serving import running

    with running(demo_services) as service:
        page.unroute_all()
        page.goto(f"{service.url}/#/undecided?detector=shared-contact")
        expect(page.locator(".gap")).to_have_count(50)
        more = page.get_by_role("button", name=re.compile("^显示更多 · 50"))
        more.click()
        expect(page.locator(".gap")).to_have_count(100)


def test_no_person_is_named_to_whoever_may_not_see_people(browser: Any, services: Any) -> None:
    from tests.api.serving import running

    with running(replace(services, keys_required=True)) as service:
        page = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN").new_page()
        page.set_default_timeout(PATIENCE)
        key = service.key("read", "detect")
        for where in ("", "en"):
            page.goto("about:blank")
            page.goto(f"{service.url}/#key={key}")
            page.get_by_role("button", name="English" if where else "运行检测").wait_for()
            if where:
                page.get_by_role("button", name="English").click()
            page.goto(f"{service.url}/#/undecided")
            for group in page.locator(".group button").all():
                group.click()
                page.locator(".gap").first.wait_for()
                assert NAMESAKE not in page.content()
            page.goto(f"{service.url}/#/lots/{quote(LOT, safe='')}")
            page.locator(".title .el-button--primary").click()
            gap = page.locator(".undecided .gap").filter(has_text="样**").first
            expect(gap.locator("a", has_text="样**")).to_have_count(2)
            assert NAMESAKE not in page.content()
