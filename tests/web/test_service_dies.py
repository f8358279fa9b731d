"""The service is killed in mid-action and comes back: nothing that was typed is lost, and nothing is done twice."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

pytest.importorskip("playwright")
from playwright.sync_api import expect

from cases import open_ledger
from detectors.registry import chosen
from detectors.rules.values import NO_RULES
from detectors.running.detecting import detect
from graph.stores import open_store
from loaders.identity import PersonKey
from loaders.loading import LoadOptions, load
from tests.api.world import write_world

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(sys.platform == "win32", reason="platform: signals"),
]
ROOT: Final = Path(__file__).resolve().parents[2]
REASON: Final = "写到一半的理由：已向登记机关调取章程，"


class Mortal:
    """`lookthrough serve` on one port, as a process that can be killed and started again on the same data."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "serve.log"
        self._environment = os.environ | {
            "LOOKTHROUGH_DATA": str(folder),
            "LOOKTHROUGH_STORE": str(folder / "store"),
            "PYTHONPATH": str(ROOT),
        }
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as said:
            command = [sys.executable, "-m", "lookthrough", "serve", "--no-keys", "--port", str(self._port)]
            self._process = subprocess.Popen(command, env=self._environment, stdout=said, stderr=said)
        until = time.monotonic() + 180
        while True:
            assert self._process.poll() is None and time.monotonic() < until, self._log.read_text("utf-8")
            try:
                if httpx.get(f"{self.url}/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)

    def die(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(timeout=60)
            self._process = None

    @property
    def lives(self) -> bool:
        return self._process is not None

    def findings(self) -> list[dict[str, Any]]:
        found = httpx.get(f"{self.url}/v1/findings", params={"state": "new"}).raise_for_status().json()
        return list(found["items"])

    def decided(self, finding: str) -> list[tuple[str, str]]:
        """What was decided of a finding, with its reason, oldest first."""
        told = httpx.get(f"{self.url}/v1/findings/{finding}").raise_for_status().json()["history"]
        return sorted((e["at"], e["reason"]) for e in told if e["kind"] == "decided")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, explorer: Path) -> Iterator[Mortal]:
    """A small world with findings, and the service on it."""
    folder = tmp_path_factory.mktemp("mortal")
    with (
        open_store(folder / "store", "write") as store,
        open_ledger(f"sqlite:///{folder / 'store.ledger.db'}") as ledger,
    ):
        key = PersonKey.open(folder / "person.key")
        load(
            store, [write_world(folder / "in")], LoadOptions("main"), key, folder / "reports", lambda *_: None
        )
        found = detect(store, chosen(None))
        ledger.record_run(found, chosen(None), NO_RULES, store.fingerprint(), "tests")
    service = Mortal(folder)
    try:
        service.start()
        yield service
    finally:
        service.die()


@pytest.fixture(autouse=True)
def _alive_again(page: Any, served: Mortal) -> Iterator[None]:
    page.expected = ["Failed to load resource", "net::ERR"]
    yield
    if not served.lives:
        served.start()


def write(page: Any, served: Mortal, finding: str, reason: str) -> Any:
    page.goto("about:blank")
    page.goto(f"{served.url}/#/findings/{finding}")
    box = page.get_by_label("理由（必填，永久保存）")
    box.press_sequentially(reason)
    return box


def test_a_reason_survives_a_page_loaded_anew_and_is_that_findings_own(page, served):
    one, other = (f["id"] for f in served.findings()[:2])
    write(page, served, one, REASON)
    page.reload()
    expect(page.get_by_label("理由（必填，永久保存）")).to_have_value(REASON)
    # Another finding does not take it over, whether opened in the page or by address.
    page.evaluate("(to) => { location.hash = to }", f"#/findings/{other}")
    box = page.get_by_label("理由（必填，永久保存）")
    expect(box).to_have_value("")
    box.fill("另一条的理由")
    page.evaluate("(to) => { location.hash = to }", f"#/findings/{one}")
    expect(box).to_have_value(REASON)
    page.get_by_role("button", name="转为核查中").click()
    expect(page.get_by_role("status")).to_have_text("已记录")
    expect(box).to_have_value("")
    page.reload()
    expect(page.get_by_role("button", name="转为属实")).to_be_visible()
    expect(page.get_by_label("理由（必填，永久保存）")).to_have_value("")
    assert [reason for _, reason in served.decided(one)] == [REASON]
    assert served.decided(other) == []


def test_what_is_typed_survives_a_service_killed_before_it_was_sent(page, served):
    finding = served.findings()[0]["id"]
    names = "虚构甲建设有限公司\n虚构乙建设有限公司"
    ties = page.context.new_page()
    ties.goto(f"{served.url}/#/relations")
    pasted = ties.get_by_label("每行一个")
    pasted.fill(names)
    box = write(page, served, finding, REASON)
    # A page is fetched before it is wanted: the way to it is open when the service is gone.
    page.wait_for_function(
        "() => performance.getEntriesByType('resource').some(e => e.name.includes('/LoadPage'))"
    )
    served.die()
    ties.get_by_role("button", name="查找关系").click()
    expect(ties.locator(".page").get_by_role("alert")).to_contain_text("没有丢失")
    page.get_by_role("button", name="转为核查中").click()
    expect(page.locator(".decide").get_by_role("alert")).to_contain_text("没有丢失")
    expect(box).to_have_value(REASON)
    box.press_sequentially("再核对一次。")
    page.get_by_role("link", name="导入数据").click()
    expect(page.get_by_role("heading", name="导入数据")).to_be_visible()
    # Nobody answers a page loaded anew either.
    with pytest.raises(Exception, match="ERR_CONNECTION_REFUSED"):
        page.reload()
    served.start()
    page.goto(f"{served.url}/#/findings/{finding}")
    expect(box).to_have_value(REASON + "再核对一次。")
    page.get_by_role("button", name="转为核查中").click()
    expect(page.get_by_role("button", name="转为属实")).to_be_visible()
    assert [reason for _, reason in served.decided(finding)] == [REASON + "再核对一次。"]
    ties.reload()
    expect(pasted).to_have_value(names)
    ties.get_by_role("button", name="查找关系").click()
    expect(ties.locator("table tbody tr").filter(has_text="虚构控股有限公司").first).to_be_visible()


@pytest.mark.parametrize("then", ["tried again", "loaded anew"])
def test_a_decision_written_down_but_not_answered_is_not_written_twice(page, served, then):
    finding = served.findings()[0]["id"]
    box = write(page, served, finding, REASON)

    def no_answer(route: Any) -> None:
        assert route.fetch().status == 200
        if then == "tried again":
            served.die()
        route.abort()

    page.route("**/decisions", no_answer)
    page.get_by_role("button", name="转为核查中").click()
    failure = page.locator(".decide").get_by_role("alert")
    expect(failure).to_contain_text("没有丢失")
    expect(box).to_have_value(REASON)
    page.unroute("**/decisions")
    if then == "tried again":
        served.start()
        # The page hears by itself that the service is back.
        expect(page.locator(".offline")).to_have_count(0)
        failure.get_by_role("button", name="重试").click()
        expect(page.get_by_role("status")).to_have_text("已记录")
    else:
        page.reload()
    expect(page.get_by_role("button", name="转为属实")).to_be_visible()
    expect(box).to_have_value("")
    assert [reason for _, reason in served.decided(finding)] == [REASON]


def test_a_load_that_was_cut_off_is_told_and_begun_anew_with_the_same_files(page, served):
    rows = "".join(f"虚构断电{n}有限公司,,测试断电{n},自然人股东,60%\n" for n in range(20_000))
    sheet = "企业名称,统一社会信用代码,股东名称,股东类型,持股比例\n" + rows
    page.goto(f"{served.url}/#/load")
    page.locator("input[type=file]").set_input_files(
        {"name": "持股.csv", "mimeType": "text/csv", "buffer": sheet.encode()}
    )
    page.locator(".sheet").first.wait_for()
    page.get_by_label("数据集名称").fill("interrupted")
    with page.expect_response(re.compile(r"/v1/jobs/")):
        page.get_by_role("button", name="导入", exact=True).click()
    served.die()
    failure = page.locator(".page").get_by_role("alert")
    expect(failure).to_contain_text("没有丢失")
    served.start()
    failure.get_by_role("button", name="重试").click()
    expect(failure).to_contain_text("没有做完")
    failure.get_by_role("button", name="重试").click()
    page.get_by_text("导入完成").wait_for(timeout=180_000)
