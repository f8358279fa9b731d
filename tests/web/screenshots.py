"""`python -m tests.web.screenshots`: the pictures of docs/explorer.md, from the demo world in Chromium."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Final
from urllib.parse import quote

import structlog
from playwright.sync_api import Page, sync_playwright

from tests.api.serving import running
from tests.web.demo import demo_world
from visualize.web.__main__ import DIST, build

TO: Final = Path(__file__).resolve().parents[2] / "docs" / "images"
MOST: Final = 250_000
"""Bytes of a picture."""
LOT: Final = "local:XG-2025-001/1"
NAMES: Final = "虚构云桥建设有限公司\n虚构松岭市政工程有限公司\n虚构渡口路桥有限公司\n虚构查无此企业"


def _addresses(page: Page, url: str) -> dict[str, str]:
    """The addresses of the pages by the name of their picture."""

    def ask(path: str) -> str:
        return str(page.request.get(f"{url}/v1/{path}").json()["items"][0]["id"])

    shared = ask(f"findings?scope_id={quote(LOT, safe='')}&detector=common-shareholder&limit=1")
    party = ask("parties?q=xugouyunqiao&limit=1")
    return {
        "start": "",
        "lot": f"lots/{quote(LOT, safe='')}",
        "finding": f"findings/{shared}",
        "graph": f"graph/{quote(party, safe='')}",
        "relations": "relations",
        "household": f"households/{quote('local:XGDB0001', safe='')}",
    }


def draw(url: str) -> list[Path]:
    """The pictures, freshly taken."""
    made = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1366, "height": 768}, locale="zh-CN")
        for name, where in _addresses(page, url).items():
            page.goto("about:blank")
            page.goto(f"{url}/#/{where}")
            page.wait_for_load_state("networkidle")
            if name == "relations":
                page.locator("#names").fill(NAMES)
                page.get_by_role("button", name="查找关系").click()
                page.locator("table tbody tr").first.wait_for()
            if name == "graph":
                page.locator(".holders .who").first.wait_for()
            if name in ("lot", "finding"):
                page.locator("figure img").first.wait_for()
            page.wait_for_timeout(800)
            to = TO / f"explorer-{name}.png"
            page.screenshot(path=to)
            made.append(to)
        browser.close()
    return made


def main() -> int:
    """Take the pictures; gives the exit code."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory(), processors=[])
    build()
    TO.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        demo_world(Path(folder), DIST) as services,
        running(services) as service,
    ):
        made = draw(service.url)
    for path in made:
        sys.stdout.write(f"{path.name}: {path.stat().st_size / 1000:.0f} kB\n")
    return 1 if any(p.stat().st_size > MOST for p in made) else 0


if __name__ == "__main__":
    sys.exit(main())
