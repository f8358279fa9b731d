"""Every rule by which a detector sets a hit aside is planted in a labelled scene of that detector, and expected there."""

from __future__ import annotations

from typing import Final

import pytest

from detectors.registry import DETECTORS
from lookthrough.demo.labelled import labelled
from lookthrough.demo.truth import TruthLine

_DECLARED: Final = {(d.id, s.name) for d in DETECTORS for s in d.suppressors}
_NAMESAKES: Final = {
    "same-legal-representative": "D1a-同名",
    "common-beneficial-owner": "D1d-同名无号",
    "shared-officer": "D2a-同名",
    "related-persons": "D2b-同名",
    "bidder-linked-to-buyer": "D11-同名",
    "bidder-linked-to-service-party": "参与-评委同名",
    "same-project-member": "D6-同名",
}
"""Detectors that join people by their numbers alone, with a scene of namesakes. Two people of one name are never joined
there, so there is no hit that `name-only` could be shown on: nothing is found, and `possible-same-person`, or the detector
itself, says what can't be decided."""
_UNDATED: Final = {("agency-bids-in-its-tender", "ended")}
"""Whose branch a company is has dates in statements of the BODS alone, and in no table that scenes are planted with."""
_NO_HIT: Final = {(detector, "name-only") for detector in _NAMESAKES} | _UNDATED


@pytest.fixture(scope="module")
def truth() -> list[TruthLine]:
    return labelled().truth


def test_every_rule_that_sets_a_hit_aside_has_a_scene(truth: list[TruthLine]) -> None:
    planted = {(t.detector, t.rule) for t in truth if t.expect == "suppressed"}
    assert sorted(_DECLARED - planted - _NO_HIT) == []
    assert sorted(planted - _DECLARED) == []
    # A rule that a scene shows after all is no exception.
    assert sorted(_NO_HIT & planted) == []
    assert _NO_HIT <= _DECLARED


@pytest.mark.parametrize(("detector", "key"), _NAMESAKES.items())
def test_of_namesakes_without_a_number_no_hit_is_made(
    truth: list[TruthLine], detector: str, key: str
) -> None:
    scope = f"local:BZ-{key}/1"
    assert {t.expect for t in truth if (t.detector, t.scope_id) == (detector, scope)} == {"none"}
