"""A batch's statements about nodes, folded in whole columns, against the rule written out row by row."""

from __future__ import annotations

import itertools
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.stores import folding
from graph.stores.folding import folded

SCHEMA = {
    "id": pl.String,
    "observed_on": pl.String,
    "name": pl.String,
    "capital": pl.Int64,
    "won": pl.Boolean,
    "source": pl.String,
}
SAID = ["observed_on", "name", "capital", "won"]

statements = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.sampled_from(["local:甲", "local:乙", "local:丙", "local:丁"]),
            "observed_on": st.sampled_from([None, None, "2024-01-01", "2025-01-01"]),
            "name": st.sampled_from([None, "示例甲", "示例甲", "示例乙", ""]),
            "capital": st.sampled_from([None, None, 0, 100]),
            "won": st.sampled_from([None, None, True, False]),
            "source": st.sampled_from(["b:f##10", "b:f##2", "b:f##3", "b:g#表#2", "b:g##4"]),
        }
    ),
    max_size=14,
)


def expected(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """The rule, in words of its own: group, drop repeats, join where nothing is said twice differently."""
    out = []
    for id_ in dict.fromkeys(r["id"] for r in rows):
        distinct: dict[tuple[Any, ...], str] = {}
        for r in rows:
            if r["id"] == id_:
                distinct.setdefault(tuple(r[f] for f in SAID), r["source"])
        told = [{v for v in column if v is not None} for column in zip(*distinct, strict=True)]
        dates = {statement[0] for statement in distinct}
        agreed = all(len(values) <= 1 for values in told) and len(dates) == 1
        if len(distinct) > 1 and agreed:
            values = tuple(next(iter(v), None) for v in told)
            out.append((id_, *values, "\n".join(sorted(set(distinct.values())))))
        else:
            out.extend((id_, *values, source) for values, source in distinct.items())
    return out


def by_text(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(rows, key=repr)


@given(statements)
def test_statements_fold_as_the_rule_says(rows: list[dict[str, Any]]) -> None:
    frame = pl.DataFrame(rows, schema=SCHEMA)
    found = folded(frame, SAID)
    assert found.columns == ["id", *SAID, "sources"]
    assert by_text(found.rows()) == by_text(expected(rows))


@given(statements)
def test_both_ways_of_folding_give_the_same(rows: list[dict[str, Any]]) -> None:
    frame = pl.DataFrame(rows, schema=SCHEMA)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folding, "numbered", lambda _: None)
        slowly = folded(frame, SAID)
    assert folded(frame, SAID).rows() == slowly.rows()


def test_numbers_follow_the_first_appearance() -> None:
    texts = ["b", "a", "b", "c", "a"]
    found = folding.numbered(pl.Series(texts))
    assert found is not None
    assert (found[0].tolist(), found[1]) == ([0, 1, 0, 2, 1], 3)


def test_two_texts_of_one_hash_are_not_taken_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clash of 64-bit hashes can't be planted; every text is given the same one instead."""
    rows = [
        {"id": i, "observed_on": None, "name": n, "capital": None, "won": None, "source": f"b:f##{k}"}
        for k, (i, n) in enumerate(itertools.product(["local:甲", "local:乙"], ["示例甲", None]))
    ]
    monkeypatch.setattr(pl.Series, "hash", lambda self: pl.Series([7] * len(self), dtype=pl.UInt64))
    frame = pl.DataFrame(rows, schema=SCHEMA)
    assert folding.numbered(frame["id"]) is None
    assert by_text(folded(frame, SAID).rows()) == by_text(expected(rows))
