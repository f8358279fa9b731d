"""Whatever runs come in whatever order, the ledger says what the last run that could look said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases import FindingFilter, Ledger, open_ledger
from tests.cases.conftest import KINDS, database
from tests.cases.made import CONTROLLER, SHAREHOLDER, Clock, record, tie, undecided

DETECTORS = (SHAREHOLDER, CONTROLLER)
HOLDERS = ("local:H", "local:K", "local:L")
_lots = count()


@pytest.fixture(scope="module", params=KINDS)
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """One ledger for all examples; each has a lot of its own."""
    if request.param == "sqlite":
        addresses = iter([f"sqlite:///{tmp_path_factory.mktemp('law') / 'ledger.db'}"])
    else:
        addresses = database(request.getfixturevalue("postgres_url"))
    with open_ledger(next(addresses), clock=Clock()) as ledger:
        yield ledger
    next(addresses, None)


@dataclass(frozen=True)
class Looked:
    """One run over the lot: which detectors, which of them had data, what each found with which share, what it lacked."""

    detectors: frozenset[int]
    without_data: frozenset[int]
    found: dict[tuple[int, str], int]
    lacking: frozenset[int]


RUNS = st.lists(
    st.builds(
        Looked,
        st.frozensets(st.sampled_from((0, 1)), min_size=1),
        st.frozensets(st.sampled_from((0, 1)), max_size=1),
        st.dictionaries(st.tuples(st.sampled_from((0, 1)), st.sampled_from(HOLDERS)), st.integers(1, 2)),
        st.frozensets(st.sampled_from((0, 1)), max_size=1),
    ),
    max_size=6,
)


@given(runs=RUNS)
def test_the_last_run_that_could_look_decides(shared: Ledger, runs: list[Looked]) -> None:
    lot = f"local:L-{next(_lots)}/1"
    present: dict[tuple[int, str], bool] = {}
    shares: dict[tuple[int, str], int] = {}
    changes: dict[tuple[int, str], list[str]] = {}
    unchecked: set[tuple[int, str]] = set()
    for run in runs:
        looking = run.detectors - run.without_data
        found = {k: share for k, share in run.found.items() if k[0] in looking}
        record(
            shared,
            *[tie(h, lot=lot, share=share / 2, detector=DETECTORS[d]) for (d, h), share in found.items()],
            detectors=[DETECTORS[d] for d in sorted(run.detectors)],
            scope=("lot", lot),
            missing=[DETECTORS[d].id for d in run.without_data],
            undecided=[(DETECTORS[d].id, undecided(lot, "local:A")) for d in run.lacking],
        )
        for key in {*present, *found}:
            told = changes.setdefault(key, [])
            if key in found:
                if key not in present:
                    told.append("found")
                elif shares[key] != found[key]:
                    told.append("changed")
                if not present.get(key, True):
                    told.append("found_again")
                if key in unchecked:
                    told.append("checked_again")
                    unchecked.remove(key)
                present[key], shares[key] = True, found[key]
            elif key[0] in run.detectors & (run.without_data | run.lacking):
                # It stands as it was, and says since when nobody could look.
                if present[key] and key not in unchecked:
                    told.append("not_checked")
                    unchecked.add(key)
            elif key[0] in looking and present[key]:
                told.append("no_longer_found")
                present[key] = False
                unchecked.discard(key)
    kept = shared.findings(FindingFilter(scope_id=lot))
    numbers = {d.id: n for n, d in enumerate(DETECTORS)}
    by_key = {(numbers[r.finding.detector], r.finding.facts["holder"]["id"]): r for r in kept}
    assert len(by_key) == len(kept)
    assert {k: r.no_longer_found_at is None for k, r in by_key.items()} == present
    assert {k for k, r in by_key.items() if r.not_checked_since is not None} == unchecked
    assert {k: r.finding.facts["share"] * 2 for k, r in by_key.items()} == shares
    assert {k: [h.kind for h in r.history] for k, r in by_key.items()} == changes
    # The history, read backwards from today, gives what was first found.
    for key, record_ in by_key.items():
        share = record_.finding.facts["share"]
        for entry in reversed(shared.finding(record_.id).history):
            if entry.kind == "changed":
                change = entry.detail["changes"]["facts.share"]
                assert change["after"] == share
                share = change["before"]
        first = next(r.found[key] for r in runs if key in r.found and key[0] in r.detectors - r.without_data)
        assert share == first / 2
