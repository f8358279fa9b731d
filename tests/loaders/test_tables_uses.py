"""Uses of houses as registers write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from loaders.tables.uses import use_of
from tests.loaders.reading import codes, load_text, nodes
from tests.loaders.shapes.numbers import resident


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("住宅", "dwelling"),
        ("10", "dwelling"),
        ("城镇住宅用地/住宅", "dwelling"),
        ("国有建设用地使用权/房屋所有权 成套住宅", "dwelling"),
        ("非成套住宅", "dwelling"),
        ("住宅、车库", "dwelling"),
        ("住宅（成套）", "dwelling"),
        ("住宅（储藏室）", "storage"),
        ("地下车位", "parking"),
        ("车库/车位", "parking"),
        ("商住楼", "mixed"),
        ("住宅(底商)", "mixed"),
        ("住宅、商业", "mixed"),
        ("商务公寓", "mixed"),
        ("商业服务", "shop"),
        ("写字楼", "office"),
        ("城镇住宅用地", "land"),
        ("集体土地使用权/宅基地", "land"),
        ("农村宅基地/农村住宅", "rural_dwelling"),
        ("其它", "unknown"),
        # Rights alone say nothing of what the house is for; not a dwelling may be anything else.
        ("国有建设用地使用权/房屋所有权", None),
        ("非住宅", None),
        ("某种用途", None),
    ],
)
def test_a_use_is_known_by_its_parts(text: str, code: str | None) -> None:
    assert use_of(text) == code


def test_a_use_that_is_not_known_is_told_apart_from_one_not_stated(tmp_path: Path) -> None:
    head = "不动产权证号,权利人,权利人证件号,规划用途\n"
    rows = [f"虚构证{n},虚构,{resident(1)},{use}\n" for n, use in enumerate(("地下车位", "", "某种用途"))]
    read = load_text(tmp_path, {"不动产.csv": head + "".join(rows)})
    assert nodes(read, "Property").sort("id")["kind"].to_list() == ["parking", None, "unknown"]
    assert codes(read, "flag") == ["unknown-use"]
