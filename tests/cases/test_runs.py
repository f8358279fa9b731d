"""Recording runs: what is new, changed, gone and back; nothing twice; only what was covered."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest

from cases import FindingFilter, InvalidValueError, Ledger
from detectors.definition import Evidence, Undecided
from detectors.rules.values import NO_RULES, LocalRule, LocalRules
from tests.cases.made import CONTACT, CONTROLLER, SHAREHOLDER, record, run_of, some, tie, undecided


def test_the_same_run_again_duplicates_nothing(ledger: Ledger) -> None:
    first, second = tie("local:H"), tie("local:K")
    assert some(record(ledger, first, second).counts) == {"found": 2, "new": 2}
    before = ledger.findings()
    assert some(record(ledger, first, second).counts) == {"found": 2}
    after = ledger.findings()
    assert [r.id for r in after] == [r.id for r in before] == sorted(f.fingerprint for f in (first, second))
    for old, new in zip(before, after, strict=True):
        assert dataclasses.replace(new, last_seen=old.last_seen, last_run=old.last_run) == old
        assert new.last_seen > old.last_seen
    assert [h.kind for h in after[0].history] == ["found"]
    assert len(ledger.runs()) == 2


def test_a_finding_comes_back_as_it_went_in(ledger: Ledger) -> None:
    made = tie(share=0.1 + 0.2, suppressed_by={"rule": "state", "reason": "国有", "reason_en": "state"})
    record(ledger, made)
    found = ledger.finding(made.fingerprint)
    assert found.finding == dataclasses.replace(made, facts={**made.facts, "bidders": ["local:A", "local:B"]})
    told = found.to_json()
    assert {k: told[k] for k in made.to_json()} == made.to_json()
    assert (told["id"], told["state"], told["suppression"]) == (made.fingerprint, "new", None)
    assert found.evidence == made.evidence


def test_what_changed_is_said_with_its_value_before_and_after(ledger: Ledger) -> None:
    record(ledger, tie(share=0.6))
    run = record(ledger, tie(share=0.7, subjects=("local:A", "local:B", "local:C")))
    assert some(run.counts) == {"found": 1, "changed": 1}
    (found,) = ledger.findings()
    assert found.finding.facts["share"] == 0.7
    whole = ledger.finding(found.id)
    (event,) = [h for h in whole.history if h.kind == "changed"]
    assert event.run == run.id
    assert event.detail["changes"]["facts.share"] == {"before": 0.6, "after": 0.7}
    assert event.detail["changes"]["subjects"]["after"] == ["local:A", "local:B", "local:C"]
    assert set(event.detail["changes"]) == {"facts.share", "facts.bidders", "subjects", "evidence"}
    assert ledger.findings(FindingFilter(subject="local:C")) != []
    assert found.first_seen < found.changed_at == found.last_seen


def test_gone_and_back(ledger: Ledger) -> None:
    record(ledger, tie())
    assert some(record(ledger).counts) == {"no_longer_found": 1}
    (gone,) = ledger.findings()
    assert gone.no_longer_found_at == gone.changed_at > gone.last_seen
    assert some(record(ledger).counts) == {}, "it is gone once"
    assert some(record(ledger, tie()).counts) == {"found": 1, "found_again": 1}
    (back,) = ledger.findings()
    assert (back.no_longer_found_at, back.first_seen) == (None, gone.first_seen)
    assert [h.kind for h in back.history] == ["found", "no_longer_found", "found_again"]


def test_only_what_a_run_covered_can_be_gone(ledger: Ledger) -> None:
    both = (SHAREHOLDER, CONTROLLER)
    here, there = tie(lot="local:T-1/1"), tie(lot="local:T-2/1")
    other = tie(lot="local:T-1/1", detector=CONTROLLER)
    record(ledger, here, there, other, detectors=both)

    def gone() -> set[str]:
        return {r.id for r in ledger.findings(FindingFilter(found=False))}

    # One detector of two, over one lot of two.
    record(ledger, detectors=(CONTROLLER,), scope=("lot", "local:T-2/1"))
    assert gone() == set()
    record(ledger, detectors=(SHAREHOLDER,), scope=("lot", "local:T-1/1"))
    assert gone() == {here.fingerprint}
    record(ledger, detectors=(CONTROLLER,))
    assert gone() == {here.fingerprint, other.fingerprint}
    # A detector without data could not look.
    record(ledger, detectors=both, missing=[SHAREHOLDER.id])
    assert gone() == {here.fingerprint, other.fingerprint}
    record(ledger, detectors=both)
    assert gone() == {here.fingerprint, other.fingerprint, there.fingerprint}


def test_absent_for_want_of_data_is_not_gone(ledger: Ledger) -> None:
    record(ledger, tie("local:H"), tie("local:K", subjects=("local:C", "local:D")))
    gap = (SHAREHOLDER.id, undecided("local:T-1/1", "local:B"))
    assert some(record(ledger, undecided=[gap]).counts) == {"no_longer_found": 1, "undecided": 1}
    assert [r.finding.facts["holder"]["id"] for r in ledger.findings(FindingFilter(found=True))] == [
        "local:H"
    ]
    elsewhere = (SHAREHOLDER.id, undecided("local:T-9/1", "local:B"))
    other = (CONTROLLER.id, undecided("local:T-1/1", "local:B"))
    assert some(record(ledger, undecided=[elsewhere, other]).counts) == {"no_longer_found": 1}


def test_a_gap_of_who_ties_or_of_a_households_member_keeps_what_was_found(ledger: Ledger) -> None:
    home = dataclasses.replace(tie("local:H", lot="local:E1", subjects=("local:E1",)), scope_kind="household")
    record(ledger, tie("local:AGENT"), tie("local:H"), home)
    member = Undecided(
        "household", "local:E1", ("person.x",), "成员没有可用的证件号", "no number of a member"
    )
    gaps = [(SHAREHOLDER.id, undecided("local:T-1/1", "local:AGENT")), (SHAREHOLDER.id, member)]
    assert some(record(ledger, undecided=gaps).counts) == {"no_longer_found": 1, "undecided": 2}
    left = {
        r.finding.scope_id: r.finding.identity["holder_id"]
        for r in ledger.findings(FindingFilter(found=True))
    }
    assert left == {"local:T-1/1": "local:AGENT", "local:E1": "local:H"}


def test_what_no_run_can_check_for_want_of_data_stands_and_says_so(ledger: Ledger) -> None:
    """A load was taken back: of one finding data are missing on a party, of the other everything."""
    other = tie(detector=CONTROLLER)
    both = [SHAREHOLDER, CONTROLLER]
    record(ledger, tie(), other, detectors=both)
    seen = ledger.finding(tie().fingerprint).changed_at
    lacking: dict[str, Any] = {
        "undecided": [(SHAREHOLDER.id, undecided("local:T-1/1", "local:B"))],
        "missing": [CONTROLLER.id],
    }
    run = record(ledger, detectors=both, **lacking)
    assert some(run.counts) == {"undecided": 2}
    told = {r.id: r for r in ledger.findings(FindingFilter(changed_since=seen), None, 10)}
    assert told.keys() == {tie().fingerprint, other.fingerprint}
    for one in told.values():
        assert (one.not_checked_since, one.no_longer_found_at) == (run.ended_at, None)
        assert one.to_json()["not_checked_since"] == run.ended_at
        assert [h.kind for h in one.history] == ["found", "not_checked"]
    # Since when, not how often.
    again = record(ledger, detectors=both, **lacking)
    assert some(again.counts) == {"undecided": 2}
    assert ledger.finding(other.fingerprint).not_checked_since == run.ended_at
    # A run of another lot says nothing of it; one that finds it, or finds it gone, does.
    record(ledger, detectors=both, scope=("lot", "local:T-9/1"), missing=[CONTROLLER.id])
    last = record(ledger, tie(), detectors=both)
    back, gone = ledger.finding(tie().fingerprint), ledger.finding(other.fingerprint)
    assert (back.not_checked_since, back.changed_at, back.changed_since_decision) == (
        None,
        last.ended_at,
        False,
    )
    assert (gone.not_checked_since, gone.no_longer_found_at) == (None, last.ended_at)
    assert [h.kind for h in back.history] == ["found", "not_checked", "checked_again"]
    # What is gone stays gone, though nobody can look again.
    record(ledger, detectors=both, missing=[CONTROLLER.id])
    assert ledger.finding(other.fingerprint).not_checked_since is None
    assert ledger.verify_audit().ok


def test_what_a_run_could_not_decide_is_counted_and_listed_by_detector(ledger: Ledger) -> None:
    gaps = [
        *((CONTACT.id, undecided(f"local:T-{n}/1", "local:C")) for n in (1, 2, 3)),
        (SHAREHOLDER.id, undecided("local:T-1/1", "local:C")),
    ]
    made = ledger.record_run(
        run_of(undecided=gaps), [SHAREHOLDER, CONTROLLER, CONTACT], NO_RULES, "abc", "测试员"
    )
    assert ledger.undecided_counts(made.id) == {SHAREHOLDER.id: 1, CONTACT.id: 3}
    first = ledger.undecided(made.id, limit=2, detector=CONTACT.id) or []
    assert [gap["scope"]["id"] for _, gap in first] == ["local:T-1/1", "local:T-2/1"]
    rest = ledger.undecided(made.id, after=first[-1][0], detector=CONTACT.id) or []
    assert [gap["scope"]["id"] for _, gap in rest] == ["local:T-3/1"]
    # One detector's id may begin as another's does.
    assert ledger.undecided(made.id, detector=CONTACT.id[:-1]) == []


def test_a_run_is_kept_with_all_that_made_it(ledger: Ledger) -> None:
    rule = LocalRule((SHAREHOLDER.id,), "minimum", 0.1, "", "虚构区", "2024-01-01", "", "示例办法第二条")
    run = run_of(tie(), undecided=[(SHAREHOLDER.id, undecided("local:T-1/1", "local:C"))])
    began = dt.datetime(2026, 2, 1, tzinfo=dt.UTC)
    made = ledger.record_run(run, [SHAREHOLDER], LocalRules("示例", (rule,)), "abc", "测试员", began_at=began)
    (kept,) = ledger.runs()
    assert kept == made
    told = kept.to_json()
    assert told["dataset"] == {"fingerprint": "abc"}
    assert told["detectors"] == {SHAREHOLDER.id: SHAREHOLDER.version}
    assert told["parameters"][SHAREHOLDER.id] == dict(SHAREHOLDER.defaults)
    assert told["rules"]["rules"][0]["citation"] == "示例办法第二条"
    assert told["undecided"] == 1
    ((place, gap),) = ledger.undecided(made.id) or []
    assert (place, gap["subjects"]) == (0, ["local:C"])
    assert ledger.undecided(made.id, after=0) == []
    assert ledger.undecided("r-none") is None
    assert ledger.undecided_counts("r-none") is None
    assert told["began_at"] == "2026-02-01T00:00:00.000000+00:00" < told["ended_at"]
    assert told["software"].startswith("lookthrough")
    assert told["counts"]["new"] == 1
    # How many lots and households the run left open; in its counts stand earlier findings that are.
    (entry,) = [e for e in ledger.audit_entries() if e.action == "run"]
    assert (entry.detail["undecided"], entry.detail["counts"]["undecided"]) == (1, 0)


def test_pages_hold_everything_once_in_every_order(ledger: Ledger) -> None:
    made = [
        tie(f"local:{h}", lot=f"local:T-{lot}/1", detector=d)
        for h in "HK"
        for lot in (1, 2, 10)
        for d in (SHAREHOLDER, CONTROLLER)
    ]
    for n in range(0, len(made), 4):
        record(ledger, *made[: n + 4], detectors=(SHAREHOLDER, CONTROLLER))
    for order in ("changed", "newest", "scope", "severity"):
        wanted = FindingFilter(order=order)
        whole = ledger.findings(wanted)
        assert {r.id for r in whole} == {f.fingerprint for f in made}
        paged, after = [], None
        while page := ledger.findings(wanted, after, 5):
            paged += page
            after = page[-1].cursor
        assert [r.id for r in paged] == [r.id for r in whole], order
    ranks = [r.finding.severity for r in ledger.findings(FindingFilter(order="severity"))]
    assert ranks == sorted(ranks, key=["prohibited", "deemed", "review", "lead", "service"].index)
    scopes = [(r.finding.scope_id, r.finding.detector) for r in ledger.findings(FindingFilter(order="scope"))]
    assert scopes == sorted(scopes)


def test_polling_by_time_misses_nothing(ledger: Ledger) -> None:
    record(ledger, tie("local:H"))
    seen = ledger.findings()[-1].changed_at
    assert ledger.findings(FindingFilter(changed_since=seen)) == []
    record(ledger, tie("local:H"), tie("local:K"))
    (new,) = ledger.findings(FindingFilter(changed_since=seen))
    assert new.finding.facts["holder"]["id"] == "local:K"
    # A clock that goes back must not hide what is written after.
    ledger._clock.now -= dt.timedelta(days=1)  # type: ignore[attr-defined]
    record(ledger, tie("local:H", share=0.5), tie("local:K"))
    (changed,) = ledger.findings(FindingFilter(changed_since=new.changed_at))
    assert changed.finding.facts["holder"]["id"] == "local:H"


@pytest.mark.parametrize(
    "after", ["", "x", "W10", "WyJjaGFuZ2VkIl0", "WyJzY29wZSIsIngiXQ", "é", "\x00", "a" * 5000]
)
def test_a_malformed_cursor_is_refused(ledger: Ledger, after: str) -> None:
    with pytest.raises(InvalidValueError, match="cursor"):
        ledger.findings(after=after)


def test_a_cursor_of_another_order_is_refused(ledger: Ledger) -> None:
    record(ledger, tie())
    cursor = ledger.findings(FindingFilter(order="scope"))[0].cursor
    with pytest.raises(InvalidValueError):
        ledger.findings(FindingFilter(order="changed"), after=cursor)


@pytest.mark.parametrize("limit", [-1, 0, 1001, 10**9])
def test_a_page_has_bounds(ledger: Ledger, limit: int) -> None:
    with pytest.raises(InvalidValueError):
        ledger.findings(limit=limit)


def test_filters_and_counts_agree(ledger: Ledger) -> None:
    quiet = {"rule": "state", "reason": "国有", "reason_en": "state"}
    hidden, plain = tie("local:H", suppressed_by=quiet), tie("local:K")
    other = tie("local:H", detector=CONTROLLER)
    record(ledger, hidden, plain, other, detectors=(SHAREHOLDER, CONTROLLER))
    record(ledger, hidden, plain, detectors=(SHAREHOLDER, CONTROLLER))
    ledger.decide(plain.fingerprint, "in_review", "核对", "甲")
    counts = ledger.counts()
    assert (counts["findings"], counts["suppressed"], counts["no_longer_found"]) == (3, 1, 1)
    assert counts["by_detector"] == {CONTROLLER.id: 1, SHAREHOLDER.id: 2}
    assert (counts["by_state"]["new"], counts["by_state"]["in_review"]) == (2, 1)
    for wanted, ids in (
        (FindingFilter(states=("in_review",)), {plain.fingerprint}),
        (FindingFilter(detectors=(CONTROLLER.id,)), {other.fingerprint}),
        (FindingFilter(severities=(SHAREHOLDER.severity,)), {hidden.fingerprint, plain.fingerprint}),
        (FindingFilter(suppressed=True), {hidden.fingerprint}),
        (FindingFilter(suppressed=False, found=True), {plain.fingerprint}),
        (FindingFilter(found=False), {other.fingerprint}),
        (
            FindingFilter(scope_id="local:T-1/1", scope_kind="lot", states=("new",)),
            {hidden.fingerprint, other.fingerprint},
        ),
        (FindingFilter(scope_kind="household"), set()),
        (FindingFilter(subject="local:A"), {hidden.fingerprint, plain.fingerprint, other.fingerprint}),
        (FindingFilter(subject="local:Z"), set()),
    ):
        assert {r.id for r in ledger.findings(wanted)} == ids, wanted
        assert ledger.counts(wanted)["findings"] == len(ids)


def test_findings_are_found_by_who_ties_but_not_by_what_is_shared(ledger: Ledger) -> None:
    held = tie("person:11111111111111111111111111111111")
    concert = tie("local:H|local:I", lot="local:T-2/1")
    concert = dataclasses.replace(
        concert, evidence=Evidence(("local:A", "local:B", "local:H", "local:I", "local:T-2/1"), ())
    )
    shared = tie("phone:13800000021", detector=CONTACT)
    record(ledger, held, concert, shared, detectors=(SHAREHOLDER, CONTACT))
    for asked, expected in (
        ("person:11111111111111111111111111111111", {held.fingerprint}),
        ("local:H", {concert.fingerprint}),
        ("local:I", {concert.fingerprint}),
        ("local:A", {held.fingerprint, concert.fingerprint, shared.fingerprint}),
        ("phone:13800000021", set()),
        ("local:T-2/1", set()),
    ):
        assert {r.id for r in ledger.findings(FindingFilter(subject=asked))} == expected
    changed = tie("person:11111111111111111111111111111111", share=0.7, subjects=("local:A", "local:C"))
    record(ledger, changed, concert, shared, detectors=(SHAREHOLDER, CONTACT))
    (found,) = ledger.findings(FindingFilter(subject="person:11111111111111111111111111111111"))
    assert found.id == held.fingerprint
    assert held.fingerprint not in {r.id for r in ledger.findings(FindingFilter(subject="local:B"))}
    report = ledger.verify_audit()
    assert report.ok, report.en
