"""Which of a holder's changes of one day count, where several looks state them."""

from __future__ import annotations

import pytest

from graph.resolution.steps import Step, settled, standing

A, B, C, D = "100", "60", "30", "10"


@pytest.mark.parametrize(
    ("earlier", "later", "counted"),
    [
        ({(A, B)}, {(B, C)}, {("1", (A, B)), ("2", (B, C))}),
        ({(B, C)}, {(A, B)}, {("1", (B, C)), ("2", (A, B))}),
        ({(A, B), (B, C)}, {(C, D)}, {("1", (A, B)), ("1", (B, C)), ("2", (C, D))}),
        # Repeated it counts once, by the later look.
        ({(A, B)}, {(A, B), (B, C)}, {("2", (A, B)), ("2", (B, C))}),
        # Corrected: begun or ended otherwise, or the other way round.
        ({(A, B)}, {(A, C)}, {("2", (A, C))}),
        ({(A, B)}, {(C, B)}, {("2", (C, B))}),
        ({(A, B)}, {(B, A)}, {("2", (B, A))}),
        ({(A, B)}, {(C, D)}, {("2", (C, D))}),
        # Only one of two can have been before: which, nobody can tell.
        ({(A, B), (D, B)}, {(B, C)}, {("2", (B, C))}),
        # One of them surely.
        ({(A, B), (D, "5")}, {(B, C)}, {("1", (A, B)), ("2", (B, C))}),
    ],
)
def test_an_earlier_look_counts_where_the_later_one_goes_on_from_it(
    earlier: set[Step], later: set[Step], counted: set[tuple[str, Step]]
) -> None:
    stated = {"1": earlier, "2": later}
    assert standing(stated) == counted
    assert standing(dict(reversed(stated.items()))) == counted


def test_looks_are_laid_together_from_the_latest_on() -> None:
    found = standing({"1": {(A, B)}, "2": {(A, "50"), ("50", C)}, "3": {(C, D)}})
    assert found == {("2", (A, "50")), ("2", ("50", C)), ("3", (C, D))}
    whole = settled(step for _, step in found)
    assert (set(whole.before), set(whole.after)) == ({A}, {D})
