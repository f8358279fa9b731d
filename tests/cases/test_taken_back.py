"""Findings whose data were taken back are not known to be gone: nobody has looked at what they are about."""

from __future__ import annotations

from collections.abc import Collection

from cases import Ledger
from detectors.rules.values import NO_RULES
from tests.cases.made import SHAREHOLDER, record, run_of, some, tie


def test_of_a_lot_that_is_no_longer_there_nothing_is_gone(ledger: Ledger) -> None:
    kept, left = tie(lot="local:T-1/1"), tie(lot="local:T-2/1")
    record(ledger, kept, left)
    asked: list[tuple[str, str, list[str]]] = []

    def held(kind: str, population: str, ids: Collection[str]) -> set[str]:
        asked.append((kind, population, sorted(ids)))
        return {"local:T-1/1"} & set(ids)

    made = ledger.record_run(run_of(), [SHAREHOLDER], NO_RULES, "abc", "测试员", held=held)
    assert some(made.counts) == {"no_longer_found": 1, "undecided": 1}
    assert asked == [("lot", SHAREHOLDER.population, ["local:T-1/1", "local:T-2/1"])]
    gone, open_ = ledger.finding(kept.fingerprint), ledger.finding(left.fingerprint)
    assert (gone.no_longer_found_at, gone.not_checked_since) == (made.ended_at, None)
    assert (open_.no_longer_found_at, open_.not_checked_since) == (None, made.ended_at)


def test_a_party_by_another_id_is_as_it_was(ledger: Ledger) -> None:
    """Its data may stand at its other id."""
    made = tie(lot="local:P")
    record(ledger, made)
    run = run_of(aliases={"local:P": "cn-uscc:P"})
    told = ledger.record_run(run, [SHAREHOLDER], NO_RULES, "abc", "测试员", held=lambda *_: set())
    assert some(told.counts) == {"no_longer_found": 1}


def test_only_what_might_be_gone_is_asked_for(ledger: Ledger) -> None:
    def held(kind: str, population: str, ids: Collection[str]) -> set[str]:
        raise AssertionError((kind, population, ids))

    for _ in range(2):
        ledger.record_run(run_of(tie()), [SHAREHOLDER], NO_RULES, "abc", "测试员", held=held)
