"""The key of an address, for one and for many."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from graph.addresses import place_key, place_keys

_PIECES = st.sampled_from(
    [
        *("示例路", "虚构市", "甲区", "浙江省", "广西壮族自治区", "号", "楼", "室", "房", "栋", "幢", "单元", "弄", "第", "十二", "三", "〇"),
        *("0", "012", "7", "501", "3-2-501", "-", "—", "(自主申报)", "（办公）", " ", "　", "，", "A", "b", "１２", "號", "\u00e9"),
    ]
)  # fmt: skip
_ADDRESSES = st.lists(st.none() | st.lists(_PIECES, max_size=8).map("".join), max_size=40)


@given(_ADDRESSES)
def test_many_addresses_have_the_keys_that_each_has(addresses):
    keys = place_keys(pl.Series(addresses, dtype=pl.String))
    assert keys.to_list() == [None if a is None else place_key(a) for a in addresses]


def test_spellings_of_one_place_have_one_key():
    spelt = ["浙江省虚构市甲区示例路12号3幢二单元501室", "虚构市甲区示例路十二号3栋2单元501（自主申报）"]
    assert len(set(place_keys(pl.Series(spelt)))) == 1
    assert len(set(place_keys(pl.Series(["示例路1-12号", "示例路11-2号", "示例路1号", "示例路01号"])))) == 3
