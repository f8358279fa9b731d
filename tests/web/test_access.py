"""Nobody is kept out: axe finds no serious fault on any page, in Chinese and English, as it opens and as it is used."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import pytest

pytest.importorskip("playwright")
from playwright.sync_api import expect

from cases import FindingFilter

pytestmark = pytest.mark.browser
AXE: Final = Path(__file__).resolve().parents[2] / "visualize/web/node_modules/axe-core/axe.min.js"
LOT: Final = "local:XG-2025-001/1"
CANVAS: Final = "/graph/cn-uscc%3A919999999000000144"
NAMES: Final = "虚构云桥建设有限公司\n虚构松岭市政工程有限公司\n虚构渡口路桥有限公司\n虚构\n没有这家公司"
SHEET: Final = (
    "企业名称,统一社会信用代码,股东名称,股东类型,持股比例,备注\n虚构通达建设有限公司,,测试股东丙,自然人股东,60%,\n"
    "虚构通达建设有限公司,,测试股东丁,自然人股东,四成,\n"
)


def _found(page: Any, where: str) -> list[str]:
    """The serious and critical faults of the page as it stands, each with where it was met."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("async () => (await axe.run(document, { resultTypes: ['violations'] })).violations")
    return [
        f"{where}: {v['id']}: {n['html'][:160]}"
        for v in found
        if v["impact"] in ("serious", "critical")
        for n in v["nodes"][:4]
    ]


def _with_a_list_open(page: Any) -> None:
    page.get_by_role("combobox").first.fill("虚构")
    page.get_by_role("option").first.wait_for()


def _with_ties_open(page: Any) -> None:
    page.locator("button.tie").first.click()
    page.locator(".evidence .finding").first.wait_for()


def _with_suppression_and_a_refusal(page: Any) -> None:
    page.locator(".decide summary").click()
    page.locator(".decide .el-button--primary").first.click()
    page.get_by_role("status").first.wait_for()


def _with_a_party_and_the_keys(page: Any) -> None:
    page.locator(".holders .who").first.wait_for()
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()


def _with_a_calendar_open(page: Any) -> None:
    page.locator(".el-date-editor input").first.click()
    page.get_by_role("dialog").wait_for()


def _with_names_looked_up(page: Any) -> None:
    page.locator("#names").fill(NAMES)
    page.locator(".card .el-button--primary").first.click()
    page.locator("table tbody tr").first.wait_for()


def _with_a_detector_open(page: Any) -> None:
    page.locator(".group button").first.click()
    page.locator(".gap").first.wait_for()


def _with_a_file_loaded(page: Any) -> None:
    page.locator("input[type=file]").set_input_files(
        {"name": "持股.csv", "mimeType": "text/csv", "buffer": SHEET.encode()}
    )
    page.locator(".sheet").first.wait_for()


def _pages(services: Any) -> Iterator[tuple[str, str, Callable[[Any], None] | None]]:
    """Every page: its name, its address, what is done on it before it is looked at again."""

    def at(folder: str, ident: str) -> str:
        return f"/{folder}/{quote(ident, safe='')}"

    shared = services.ledger.findings(
        FindingFilter(detectors=("common-shareholder",), scope_id=LOT), None, 1
    )[0]
    away = next(
        f
        for f in services.ledger.findings(FindingFilter(detectors=("common-shareholder",), suppressed=True))
        if (f.to_json()["suppressed_by"] or {}).get("rule") == "consortium"
    )
    livelihood = services.ledger.findings(FindingFilter(scope_kind="household"), None, 1)[0]
    yield "start", "/", _with_a_list_open
    yield "lot", at("lots", LOT), _with_ties_open
    yield "lot with what was set aside", at("lots", away.to_json()["scope"]["id"]), _with_ties_open
    yield "finding set aside", at("findings", away.id), None
    yield "tender", at("tenders", "local:XG-2025-001"), None
    yield "finding of a lot", at("findings", shared.id), _with_suppression_and_a_refusal
    yield "finding of a household", at("findings", livelihood.id), None
    yield "household", at("households", "local:XGDB0001"), None
    yield "canvas", at("graph", "cn-uscc:919999999000000144"), _with_a_party_and_the_keys
    yield "canvas of a day", at("graph", "cn-uscc:919999999000000144"), _with_a_calendar_open
    yield "what could not be decided", "/undecided", _with_a_detector_open
    yield "relations", "/relations", _with_names_looked_up
    yield "loading", "/load", _with_a_file_loaded


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_page_has_a_serious_fault_of_access(page: Any, served: Any, language: str) -> None:
    page.goto(served.url)
    page.evaluate("(chosen) => localStorage.setItem('lookthrough-language', chosen)", language)
    faults: list[str] = []
    for name, path, used in _pages(served.services):
        # A page of its own each time: only the part after # differs.
        page.goto("about:blank")
        page.goto(f"{served.url}/#{path}")
        page.wait_for_load_state("networkidle")
        expect(page.locator("main h1, main h2").first).to_be_visible()
        # Languages differ in their words alone, which the page in use shows too.
        if language == "zh" or not used:
            faults += _found(page, name)
        if used:
            used(page)
            page.wait_for_load_state("networkidle")
            # A button on its way from one colour to another has neither.
            page.wait_for_function("() => !document.getAnimations().some((a) => a instanceof CSSTransition)")
            faults += _found(page, f"{name}, in use")
    assert faults == []


@pytest.mark.parametrize(("path", "place"), [("/load", ".el-upload-dragger"), (CANVAS, ".el-slider__button")])
def test_the_keyboard_is_seen_where_it_is(page: Any, served: Any, path: str, place: str) -> None:
    """What Element Plus draws without an outline shows that it has the focus."""
    page.goto(f"{served.url}/#{path}")
    expect(page.locator(place).first).to_be_visible()
    page.wait_for_load_state("networkidle")
    outlines = set()
    for _ in range(12):
        page.keyboard.press("Tab")
        outlines.add(page.evaluate("(p) => getComputedStyle(document.querySelector(p)).outlineStyle", place))
    assert outlines == {"none", "solid"}


def test_the_owner_behind_the_bidders_is_reached_by_keyboard_alone(page: Any, served: Any) -> None:
    page.goto(f"{served.url}/#/")
    expect(page.locator(".finding").first).to_be_visible()

    def tab_to(wanted: str) -> None:
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("(w) => document.activeElement.matches(w)", wanted):
                return
        pytest.fail(f"the keyboard does not come to {wanted}")

    tab_to("[role=combobox]")
    page.keyboard.type("XG-2025-001/1")
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("Enter")
    expect(page.locator("button.tie").first).to_be_visible()
    tab_to("button.tie")
    page.keyboard.press("Enter")
    tab_to(".evidence .finding")
    page.keyboard.press("Enter")
    expect(page.locator(".behind")).to_contain_text("虚构顾远山")


def test_a_narrow_window_keeps_every_page_within_it(page: Any, served: Any) -> None:
    """A window of 400 points, or one of 1,600 enlarged four times, as whoever sees little has it."""
    page.set_viewport_size({"width": 400, "height": 800})
    spilt = "() => document.documentElement.scrollWidth - innerWidth"
    for path in ("/", f"/lots/{quote(LOT, safe='')}", CANVAS, "/relations"):
        page.goto("about:blank")
        page.goto(f"{served.url}/#{path}")
        expect(page.locator("main h1").first).to_be_attached()
        page.wait_for_load_state("networkidle")
        assert page.evaluate(spilt) <= 0, path
        expect(page.get_by_role("button", name="English")).to_be_in_viewport()
        if path == "/":
            # The findings come before what they can be filtered by.
            expect(page.locator(".finding").first).to_be_in_viewport()
            expect(page.get_by_role("button", name="核查中")).to_be_hidden()
            page.get_by_role("button", name="筛选", exact=True).click()
            expect(page.get_by_role("button", name="核查中")).to_be_visible()
        if path == CANVAS:
            assert page.locator(".canvas").bounding_box()["width"] > 380
            # Below the picture stands what the panel tells, as wide as the window.
            assert page.get_by_role("complementary").bounding_box()["width"] > 380
