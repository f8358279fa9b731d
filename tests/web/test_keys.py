"""A key that is refused, or may not do what was asked: the page says so, takes another, and keeps what was typed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import pytest

pytest.importorskip("playwright")
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
REASON: Final = "写到一半的理由：已向登记机关调取章程。"
ALL: Final = ("read", "detect", "decide", "load")


@pytest.fixture(scope="module")
def served(demo_services: Any) -> Iterator[Any]:
    """The demo world, served to those who have a key."""
    from tests.api.serving import running

    with running(replace(demo_services, keys_required=True)) as service:
        yield service


def entered(page: Any, served: Any, key: str) -> None:
    """Open the explorer with a key, as `serve` prints it."""
    page.expected = ["Failed to load resource"]
    page.goto(f"{served.url}/#key={key}")
    page.locator(".finding").first.wait_for()


def written(page: Any, served: Any, position: int) -> Any:
    """A reason, typed on the page of a finding."""
    with served.client(*ALL) as client:
        found = client.get("/v1/findings", params={"state": "new"}).raise_for_status().json()["items"]
    page.goto(f"{served.url}/#/findings/{found[position]['id']}")
    box = page.get_by_label("理由（必填，永久保存）")
    box.fill(REASON)
    return box


def another(page: Any, key: str) -> None:
    """Enter a key where the page asks for one."""
    page.get_by_role("dialog").get_by_label("密钥", exact=True).fill(key)
    page.get_by_role("dialog").get_by_role("button", name="使用").click()


def test_a_key_without_the_scope_is_exchanged_where_it_was_refused(page, served):
    entered(page, served, served.key("read"))
    box = written(page, served, 0)
    page.get_by_role("button", name="转为核查中").click()
    refused = page.locator(".decide").get_by_role("alert")
    expect(refused).to_contain_text("decide")
    expect(box).to_have_value(REASON)
    refused.get_by_role("button", name="换一个密钥").click()
    expect(page.get_by_role("dialog")).to_contain_text("没有这项权限")
    another(page, served.key(*ALL))
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(box).to_have_value(REASON)
    page.get_by_role("button", name="转为核查中").click()
    expect(page.get_by_role("button", name="转为属实")).to_be_visible()


def test_a_key_that_ends_while_one_types_is_said_to_be_refused(page, served):
    key, secret = served.ledger.create_key("测试", ALL, None, "tests")
    entered(page, served, secret)
    box = written(page, served, 0)
    served.ledger.revoke_key(key.id, "tests")
    page.get_by_role("button", name="转为核查中").click()
    expect(page.get_by_role("dialog")).to_contain_text("无效、已撤销或已过期")
    another(page, "lt_wrong")
    expect(page.get_by_role("dialog")).to_contain_text("无效、已撤销或已过期")
    another(page, served.key(*ALL))
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(box).to_have_value(REASON)


def test_files_that_were_chosen_stay_when_the_key_is_exchanged(page, served):
    entered(page, served, served.key("read"))
    page.goto(f"{served.url}/#/load")
    sheet = "企业名称,股东名称,股东类型,持股比例\n虚构换匙有限公司,测试股东丁,自然人股东,60%\n"
    page.locator("input[type=file]").set_input_files(
        {"name": "持股.csv", "mimeType": "text/csv", "buffer": sheet.encode()}
    )
    refused = page.locator(".page").get_by_role("alert")
    refused.get_by_role("button", name="换一个密钥").click()
    another(page, served.key(*ALL))
    expect(page.get_by_role("dialog")).to_have_count(0)
    refused.get_by_role("button", name="重试").click()
    expect(page.locator(".sheet")).to_contain_text("持股.csv")


def test_of_two_who_decide_at_once_the_second_sees_what_the_first_decided(page, served):
    entered(page, served, served.key(*ALL))
    box = written(page, served, 1)
    finding = page.url.rsplit("/", 1)[1]
    with served.client(*ALL) as first:
        first.post(
            f"/v1/findings/{finding}/decisions", json={"state": "in_review", "reason": "另一人的理由"}
        ).raise_for_status()
    page.get_by_role("button", name="转为核查中").click()
    expect(page.locator(".decide").get_by_role("alert")).to_contain_text("已经是“核查中”")
    # The key may not see people, whom a reason may name: that somebody decided is told.
    expect(page.locator(".history")).to_contain_text("核查中")
    expect(page.locator(".history")).to_contain_text("理由已隐去")
    expect(box).to_have_value(REASON)
    page.get_by_role("button", name="转为排除").click()
    expect(page.get_by_role("status")).to_have_text("已记录")
    expect(box).to_have_value("")
