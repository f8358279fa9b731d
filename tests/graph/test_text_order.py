"""The order of many texts: that of their bytes, equal ones as they stand, whatever the texts are."""

from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.penetration import text_order as module
from graph.penetration.text_order import text_order

PIECES = ("", "a", "b", "\0", "甲", "乙丙丁", "cn-uscc:91", "person.local:", "é", "😀", "0123456789", "\x7f")
TEXTS = st.lists(st.lists(st.sampled_from(PIECES), max_size=6).map("".join), max_size=120)


def by_bytes(texts: list[str]) -> list[int]:
    return sorted(range(len(texts)), key=lambda i: (texts[i].encode(), i))


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.sampled_from([0, 3, 20]), st.sampled_from(["", "cn-uscc:", "同一开头"]))
def test_texts_come_in_the_order_of_their_bytes(texts, many, beginning):
    texts = [beginning + t for t in texts]
    kept, module._MANY = module._MANY, many
    try:
        found = text_order(pl.Series(texts, dtype=pl.String))
    finally:
        module._MANY = kept
    assert found.to_list() == by_bytes(texts)


def test_a_register_of_several_kinds_of_ids():
    count = 3 * module._MANY
    texts = [
        *(f"cn-uscc:91{i * 7919 % 1000:06}MA{i:08}" for i in range(count)),
        *(f"person.local:{i * 0x9E3779B97F4A7C15 % 2**64:020}" for i in range(count)),
        *(f"name:虚构{i % 500}有限公司" for i in range(count)),
    ]
    assert text_order(pl.Series(texts)).to_list() == by_bytes(texts)
