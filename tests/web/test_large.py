"""A drawing of thousands: sketched at once where it will stand, then drawn, and drawn whole wherever one looks."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

import pytest

pytest.importorskip("playwright")

from exports import cytoscape_json
from graph.subgraph import SubEdge, Subgraph, SubNode
from visualize import compose

pytestmark = pytest.mark.browser
SUBJECT: Final = "cn-uscc:919999999000000144"
NODES: Final = 600
_KEPT: Final = """new MutationObserver((seen) => seen.forEach(({ addedNodes }) => addedNodes.forEach((node) => {
    if (node.className === 'sketch') window.sketched = node; }))).observe(document, { childList: true, subtree: true });"""
_INK: Final = """([squares]) => {
    const across = (paper) => {
        const all = document.createElement('canvas');
        [all.width, all.height] = squares;
        const pen = all.getContext('2d');
        pen.imageSmoothingQuality = 'high';
        for (const one of paper) pen.drawImage(one, 0, 0, ...squares);
        const { data } = pen.getImageData(0, 0, ...squares);
        return Array.from({ length: data.length / 4 }, (_, n) => data[4 * n + 3]);
    };
    return [across([window.sketched]), across(document.querySelectorAll('.canvas canvas'))];
}"""
"""How much stands in each square of the sketch, and of what the canvas shows."""


def large() -> bytes:
    """The drawing of a company whose holders are held by others, five ranks deep."""
    nodes = [SubNode(SUBJECT, "Company", "虚构云桥建设有限公司", marks=("subject",))]
    edges = []
    for n in range(1, NODES):
        person = n > NODES / 2 and n % 3 == 0
        nodes.append(
            SubNode(f"local:{n:04d}", "Person" if person else "Company", f"虚构样本{n:04d}", marks=())
        )
        below = nodes[(n - 1) // 4].id
        edges.append(SubEdge(f"e{n:04d}", "OWNS", nodes[n].id, below, {"share": 0.25}))
    subgraph = Subgraph(tuple(nodes), tuple(edges), "虚构大图", "integrated", "2025-01-01", "tests")
    return cytoscape_json(subgraph, compose(subgraph))


def test_a_large_drawing_is_sketched_where_the_canvas_then_shows_it(page: Any, served: Any) -> None:
    body = large()
    page.add_init_script(_KEPT)
    page.route("**/subgraph?*", lambda route: route.fulfill(body=body, content_type="application/json"))
    page.goto(f"{served.url}/#/graph/{quote(SUBJECT, safe='')}")
    page.wait_for_function("() => performance.getEntriesByName('canvas-painted').length > 0")
    sketched, painted = (
        page.evaluate(f"() => performance.getEntriesByName('{name}')[0].startTime")
        for name in ("canvas-sketched", "canvas-painted")
    )
    assert sketched < painted
    assert page.evaluate("() => document.querySelectorAll('.sketch').length") == 0, "the sketch is gone"
    # A canvas that is given its size once more is blank until the next frame.
    for _ in range(50):
        first, whole = page.evaluate(_INK, [[98, 60]])
        inked = {n for n, ink in enumerate(first) if ink > 8}
        shown = {n for n, ink in enumerate(whole) if ink > 8}
        if shown:
            break
        page.wait_for_timeout(100)
    assert len(shown) > 30
    assert len(inked & shown) / len(inked | shown) > 0.85
    # Nothing of what is passed over out of sight is missing when one gets there: lettered, and where it stands.
    far = f"local:{NODES - 1:04d}"
    page.evaluate(
        "(id) => { const { core } = window.lookthroughBoard; core.zoom(1); core.center(core.getElementById(id)); }",
        far,
    )
    page.wait_for_function(
        "(id) => window.lookthroughBoard.core.getElementById(id).hasClass('named')", arg=far
    )
    page.wait_for_timeout(300)
    middle = page.evaluate(
        """() => {
        const all = Array.from(document.querySelectorAll('.canvas canvas'));
        return Math.max(...all.map((one) => { const { data } = one.getContext('2d').getImageData(one.width / 2 - 20, one.height / 2 - 8, 40, 16);
            return data.filter((_, n) => n % 4 === 3).reduce((sum, ink) => sum + ink, 0) / 640; })); }"""
    )
    assert middle > 200, "the party stands in the middle, drawn"
