"""A picture is the same whether the owners above were read ahead or climbed to one by one."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.current_ownership import current_ownership
from graph.stores import open_store
from graph.stores.credentials import Credentials
from loaders.identity import PersonKey
from loaders.loading import LoadOptions, load
from loaders.naming import find_node
from visualize import compose
from visualize.excerpt import picture_of

_HOLDERS = """company_id,company_name,holder_id,holder_name,holder_kind,share_percent,valid_from,valid_to
a,虚构甲有限公司,b,虚构乙有限公司,company,60,,
a,虚构甲有限公司,p,测试人一,person,40,2020-01-01,2024-01-01
b,虚构乙有限公司,c,虚构丙有限公司,company,50,2021-01-01,
b,虚构乙有限公司,,虚构丁有限公司,company,50,,
c,虚构丙有限公司,a,虚构甲有限公司,company,10,,
c,虚构丙有限公司,q,测试人二,person,90,,
d,虚构丁有限公司,q,测试人二,person,100,,2025-01-01
"""


@pytest.mark.parametrize("as_of", ["2022-06-01", "2026-06-01"])
@pytest.mark.parametrize("most", [300, 2])
def test_what_is_read_ahead_changes_no_picture(
    store_url: str, store_credentials: Credentials, tmp_path: Path, as_of: str, most: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    source = tmp_path / "shareholdings.csv"
    lines = [f"h,虚构戊有限公司,h{n},虚构持股{n}有限公司,company,2,," for n in range(40)]
    source.write_text(
        _HOLDERS + "\n".join([*lines, "h7,虚构持股7有限公司,a,虚构甲有限公司,company,100,,"]), "utf-8"
    )
    with open_store(store_url, credentials=store_credentials) as store:
        key = PersonKey.open(tmp_path / "person.key")
        load(store, [source], LoadOptions("main"), key, tmp_path / "reports", lambda *_: None)
        ownership = current_ownership(store)
        rows = store.query("MATCH (c:Company) RETURN c.id AS id").column("id").to_pylist()
        # Two companies read ahead and the rest climbed to, or all read ahead.
        monkeypatch.setattr("visualize.gathering.MOST_NODES", most)
        wide = [picture_of(store, [i], as_of) for i in rows]
        assert [picture_of(store, [i], as_of, ownership=ownership) for i in rows] == wide
        if most == 300:
            sizes = {n.name: len(p.nodes) for p in wide for n in p.nodes if "subject" in n.marks}
            assert sizes["虚构戊有限公司"] > 41, "the hub, its holders, and those above them"
            assert any(e.type == "SAME_AS" for p in wide for e in p.edges), "one party under two ids is met"


def test_a_picture_that_is_cut_keeps_the_largest_holders(
    store_url: str,
    store_credentials: Credentials,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Companies and people alike: the room is not taken by those whose ids come first."""
    source = tmp_path / "shareholdings.csv"
    small = [f"h,虚构戊有限公司,h{n:02d},虚构持股{n}有限公司,company,1,," for n in range(40)]
    large = ["h,虚构戊有限公司,z,虚构末位有限公司,company,20,,", "h,虚构戊有限公司,p,虚构甲某,person,30,,"]
    source.write_text(_HOLDERS + "\n".join([*small, *large]), "utf-8")
    monkeypatch.setattr("visualize.gathering.MOST_NODES", 10)
    with open_store(store_url, credentials=store_credentials) as store:
        key = PersonKey.open(tmp_path / "person.key")
        load(store, [source], LoadOptions("main"), key, tmp_path / "reports", lambda *_: None)
        drawn = picture_of(store, ["local:h"], "2025-06-30")
    assert drawn.truncated
    assert len(drawn.nodes) == 10
    shares = sorted((e.facts["share"] for e in drawn.edges), reverse=True)
    assert shares == [0.3, 0.2] + [0.01] * 7


def test_what_is_held_is_cut_by_share_as_well(
    store_url: str,
    store_credentials: Credentials,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = tmp_path / "shareholdings.csv"
    held = [
        f"c{n:02d},虚构被持{n}有限公司,h,虚构戊有限公司,company,{60 if n == 39 else 1},," for n in range(40)
    ]
    source.write_text(_HOLDERS + "\n".join(held), "utf-8")
    monkeypatch.setattr("visualize.gathering.MOST_NODES", 5)
    with open_store(store_url, credentials=store_credentials) as store:
        key = PersonKey.open(tmp_path / "person.key")
        load(store, [source], LoadOptions("main"), key, tmp_path / "reports", lambda *_: None)
        drawn = picture_of(store, ["local:h"], "2025-06-30")
    assert drawn.truncated
    assert sorted(e.facts["share"] for e in drawn.edges) == [0.01, 0.01, 0.01, 0.6]


def test_the_range_of_a_share_stands_at_its_holder_with_its_formula(
    store_url: str, store_credentials: Credentials, tmp_path: Path
) -> None:
    source = tmp_path / "股东.csv"
    source.write_text(
        "企业名称,股东名称,股东类型,持股比例(%)\n"
        "虚构区间标的有限公司,虚构中间层有限公司,企业法人,60%\n"
        "虚构区间标的有限公司,虚构小股东有限公司,企业法人,40%\n"
        "虚构中间层有限公司,虚构上层控股有限公司,企业法人,50%-75%\n"
        "虚构中间层有限公司,虚构神秘有限公司,企业法人,\n"
        "虚构上层控股有限公司,测试人甲,自然人股东,100%\n",
        "utf-8",
    )
    with open_store(store_url, credentials=store_credentials) as store:
        key = PersonKey.open(tmp_path / "person.key")
        load(store, [source], LoadOptions("main"), key, tmp_path / "reports", lambda *_: None)
        asked = find_node(store, "虚构区间标的有限公司", ("Company",))
        plain, computed = (compose(picture_of(store, [asked], None, computed=c)) for c in (False, True))
    said = {n.name: [b.text for b in n.badges] for n in plain.nodes}
    assert said == {
        "虚构区间标的有限公司": [],
        "虚构中间层有限公司": ["穿透 60.00%"],
        "虚构小股东有限公司": ["穿透 40.00%"],
        "虚构上层控股有限公司": ["穿透 30%–45%"],
        "虚构神秘有限公司": ["穿透 ≤30%"],
        "测试人甲": ["穿透 30%–45%"],
    }
    formulas = {t.text for line in computed.lines if line.kind == "computed" for t in line.label[1:]}
    assert formulas == {"100% × 50%–75% × 60% = 30%–45%", "0%–50% × 60% = 0%–30%"}
