"""Findings whose data were taken back are not known to be gone: nobody has looked at what they are about."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

import pytest

from cases import Ledger
from detectors.finding import Finding
from detectors.rules.values import NO_RULES
from tests.cases.made import SHAREHOLDER, of_round, record, run_of, some, tie


@dataclass
class Store:
    """A store that holds some lots, with the bids and bidders named; it notes what it is asked."""

    lots: Mapping[str, Collection[str]]
    asked: list[tuple[str, str, list[str]]] = field(default_factory=list)
    days: Collection[str] = ()

    def scopes(self, kind: str, population: str, ids: Collection[str]) -> set[str]:
        self.asked.append((kind, population, sorted(ids)))
        return self.lots.keys() & set(ids)

    def bids(self, lots: Collection[str]) -> Mapping[str, Collection[str]]:
        self.asked.append(("bids", "", sorted(lots)))
        return {lot: bids for lot, bids in self.lots.items() if lot in lots}

    def opened(self, lots: Collection[str]) -> Mapping[str, Collection[str]]:
        self.asked.append(("opened", "", sorted(lots)))
        return dict.fromkeys(lots, self.days)


def proven_by(finding: Finding, *bids: str) -> Finding:
    """The finding, with bids in its proof."""
    evidence = replace(finding.evidence, nodes=(*finding.evidence.nodes, *bids))
    return replace(finding, evidence=evidence)


def test_of_a_lot_that_is_no_longer_there_nothing_is_gone(ledger: Ledger) -> None:
    kept, left = tie(lot="local:T-1/1"), tie(lot="local:T-2/1")
    record(ledger, kept, left)
    store = Store({"local:T-1/1": ()})
    made = ledger.record_run(run_of(), [SHAREHOLDER], NO_RULES, "abc", "测试员", held=store)
    assert some(made.counts) == {"no_longer_found": 1, "undecided": 1}
    # Neither finding is proven by a bid: no bids are asked for.
    assert store.asked == [("lot", SHAREHOLDER.population, ["local:T-1/1", "local:T-2/1"])]
    gone, open_ = ledger.finding(kept.fingerprint), ledger.finding(left.fingerprint)
    assert (gone.no_longer_found_at, gone.not_checked_since) == (made.ended_at, None)
    assert (open_.no_longer_found_at, open_.not_checked_since) == (None, made.ended_at)


@pytest.mark.parametrize(
    ("now", "gone"),
    [
        (["local:T/1/local:A", "local:A", "local:T/1/local:B", "local:B"], True),
        (["local:T/1/local:A", "local:A"], False),
        # A bid of both together, and one by another id of the same company.
        (["local:T/1/local:J", "local:A", "local:B"], True),
        (["local:T/1/local:A", "local:A", "local:T/1/cn-uscc:B", "cn-uscc:B"], True),
        ([], False),
    ],
)
def test_of_a_bidder_who_bids_there_no_more_nothing_is_gone(
    ledger: Ledger, now: Collection[str], gone: bool
) -> None:
    made = proven_by(tie(lot="local:T/1"), "local:T/1/local:A", "local:T/1/local:B")
    record(ledger, made)
    run = run_of(aliases={"local:B": "cn-uscc:B"})
    told = ledger.record_run(run, [SHAREHOLDER], NO_RULES, "abc", "测试员", held=Store({"local:T/1": now}))
    assert some(told.counts) == ({"no_longer_found": 1} if gone else {"undecided": 1})


@pytest.mark.parametrize(("days", "gone"), [(["2024-06-10"], True), (["2024-03-25"], False), ([], False)])
def test_of_a_round_whose_bids_were_taken_back_nothing_is_gone(
    ledger: Ledger, days: Collection[str], gone: bool
) -> None:
    made = of_round(tie(lot="local:T/1"), "2024-06-10")
    record(ledger, made)
    store = Store({"local:T/1": ()}, days=days)
    told = ledger.record_run(run_of(), [SHAREHOLDER], NO_RULES, "abc", "测试员", held=store)
    assert some(told.counts) == ({"no_longer_found": 1} if gone else {"undecided": 1})


def test_a_party_by_another_id_is_as_it_was(ledger: Ledger) -> None:
    """Its data may stand at its other id."""
    made = tie(lot="local:P")
    record(ledger, made)
    run = run_of(aliases={"local:P": "cn-uscc:P"})
    told = ledger.record_run(run, [SHAREHOLDER], NO_RULES, "abc", "测试员", held=Store({}))
    assert some(told.counts) == {"no_longer_found": 1}


def test_only_what_might_be_gone_is_asked_for(ledger: Ledger) -> None:
    store = Store({})
    for _ in range(2):
        ledger.record_run(run_of(tie()), [SHAREHOLDER], NO_RULES, "abc", "测试员", held=store)
    assert not store.asked
