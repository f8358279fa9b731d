"""The canvas in a real Chromium: a large drawing painted, a node with twenty holders expanded."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any, Final
from urllib.parse import quote

from bench.drawing import named, ownership
from exports import cytoscape_json
from visualize import compose

NODES: Final = 2_000
EDGES: Final = 2_500
HOLDERS: Final = 20
HUB: Final = "虚构示例画布有限公司"
_TIMES: Final = 5

_PAINTED: Final = "() => performance.getEntriesByName('canvas-painted').length > 0"
_EXPANDED: Final = "() => performance.getEntriesByName('canvas-expanded').length > 0"
_TIMES_FIRST: Final = """() => { const at = (name) => performance.getEntriesByName(name)[0]?.startTime;
    const asked = performance.getEntriesByType('resource').filter(e => e.name.includes('/subgraph'))[0];
    const [whole, first] = [at('canvas-painted'), at('canvas-sketched') ?? at('canvas-painted')];
    return { opened: first, arrived: first - asked.responseEnd, whole: whole - asked.responseEnd }; }"""
_TIMES_EXPANDED: Final = """() => ({
    expanded: performance.getEntriesByName('canvas-expanded', 'measure')[0].duration,
    answer: performance.getEntriesByType('resource').filter(e => e.name.includes('counts=false'))[0].duration })"""
_NEAR: Final = """(id) => { const core = window.lookthroughBoard.core; core.zoom(1); core.center(core.getElementById(id)); }"""


def paint(folder: Path, scale: float, repeats: int) -> list[dict[str, Any]]:
    """Milliseconds, each the median of several fresh tabs: the first picture, then an expansion in it.

    `opened`: from the address to the first picture of the drawing; `arrived`: from the service's answer to it; `whole`:
    from the answer to the canvas that can be worked on.

    The drawing is what the drawing code makes of a large subgraph and stands in for the service's answer (whose
    own excerpts end at 300 nodes); everything else is the service's.
    """
    from playwright.sync_api import sync_playwright

    nodes, edges = max(40, round(NODES * scale)), max(50, round(EDGES * scale))
    found: dict[str, list[float]] = {}
    with _served(folder) as (url, hub), sync_playwright() as playwright:
        body = drawing(nodes, edges, hub)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for _ in range(max(repeats, _TIMES)):
            context = browser.new_context(viewport={"width": 1366, "height": 768})
            page = context.new_page()
            page.set_default_timeout(120_000)
            inside = context.new_cdp_session(page)
            inside.send("Performance.enable", {"timeDomain": "threadTicks"})
            page.route(
                "**/subgraph?*", lambda route: route.fulfill(body=body, content_type="application/json")
            )
            page.goto(f"{url}/#/graph/{quote(hub, safe='')}")
            page.wait_for_function(_PAINTED)
            told = page.evaluate(_TIMES_FIRST) | {"first CPU": _busy(inside)}
            expand = page.locator("button.count").first
            expand.wait_for()
            page.evaluate(_NEAR, hub)
            page.wait_for_timeout(1_500)
            before = _busy(inside)
            expand.click()
            page.wait_for_function(_EXPANDED)
            told |= page.evaluate(_TIMES_EXPANDED) | {"expanded CPU": _busy(inside) - before}
            for name, spent in told.items():
                found.setdefault(name, []).append(spent)
            context.close()
        browser.close()
    return [
        {"name": name, "nodes": nodes, "edges": edges, **{k: round(which(v)) for k, v in found.items()}}
        for name, which in (("median", median), ("least", min))
    ]


def _busy(inside: Any) -> float:
    """Milliseconds the main thread has worked so far."""
    metrics = inside.send("Performance.getMetrics")["metrics"]
    return float(next(m["value"] for m in metrics if m["name"] == "TaskDuration")) * 1000


def drawing(nodes: int, edges: int, hub: str) -> bytes:
    """The Cytoscape drawing of an ownership graph of this size around the party `hub`."""
    subgraph = named(nodes, ownership(nodes, edges))
    first = subgraph.nodes[0].id
    renamed = replace(
        subgraph,
        nodes=tuple(replace(n, id=hub) if n.id == first else n for n in subgraph.nodes),
        edges=tuple(
            replace(
                e,
                source=hub if e.source == first else e.source,
                target=hub if e.target == first else e.target,
            )
            for e in subgraph.edges
        ),
    )
    return cytoscape_json(renamed, compose(renamed))


@contextlib.contextmanager
def _served(folder: Path) -> Iterator[tuple[str, str]]:
    """The address of a service on a store with one company of twenty holders, and that company's id."""
    import structlog

    from api import Services
    from cases import open_ledger
    from graph.stores import open_store
    from loaders.identity import PersonKey
    from loaders.loading import LoadOptions, load
    from tests.api.serving import running
    from visualize.web.__main__ import DIST, build

    structlog.configure(logger_factory=structlog.ReturnLoggerFactory(), processors=[])
    build()
    source = folder / "股东.csv"
    lines = [f"{HUB},,虚构持股{n:02d}有限公司,企业法人,{100 / HOLDERS:g}%" for n in range(HOLDERS)]
    source.write_text(
        "企业名称,统一社会信用代码,股东名称,股东类型,持股比例\n" + "\n".join(lines) + "\n", encoding="utf-8"
    )
    with contextlib.ExitStack() as held:
        store = held.enter_context(open_store(folder / "store", "write"))
        ledger = held.enter_context(open_ledger(f"sqlite:///{folder / 'ledger.db'}"))
        key = PersonKey.open(folder / "person.key")
        load(store, [source], LoadOptions("bench"), key, folder / "reports", lambda *_: None)
        services = Services(
            store=store, ledger=ledger, person_key=key, folder=folder / "service", reports=folder / "reports",
            keys_required=False, web=DIST,
        )  # fmt: skip
        service = held.enter_context(running(services))
        with service.client() as client:
            hub = client.get("/v1/parties", params={"q": HUB}).raise_for_status().json()["items"][0]["id"]
        yield service.url, str(hub)
