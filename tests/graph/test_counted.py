"""English nouns agree with their numbers."""

from __future__ import annotations

import pytest

from graph.counted import Told, counted


@pytest.mark.parametrize(
    ("n", "words", "said"),
    [
        (1, ("month",), "1 month"),
        (2, ("month",), "2 months"),
        (0, ("row",), "0 rows"),
        (3, ("company",), "3 companies"),
        (3, ("day",), "3 days"),
        (2, ("tax",), "2 taxes"),
        (1, ("effective share",), "1 effective share"),
        ("1,234", ("effective share",), "1,234 effective shares"),
        (1, ("person was", "people were"), "1 person was"),
        (5, ("person was", "people were"), "5 people were"),
    ],
)
def test_a_noun_agrees_with_its_number(n, words, said):
    assert counted(n, *words) == said


def test_a_wording_says_what_it_counts():
    wording = "{count:month} in {months}, {people:person was|people were} paid"
    once = {"count": Told(1), "months": Told("2025-01"), "people": Told(1)}
    assert wording.format_map(once) == "1 month in 2025-01, 1 person was paid"
    twice = {"count": Told(2), "months": Told("2025-01—2025-02"), "people": Told(3)}
    assert wording.format_map(twice) == "2 months in 2025-01—2025-02, 3 people were paid"
