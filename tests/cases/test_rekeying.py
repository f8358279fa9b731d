"""A party gets another id: its findings go on under it, with what people decided, and answer to the former id."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import update

from cases import Ledger, UnknownFindingError
from cases.tables import FindingRow
from tests.cases.made import CONTROLLER, SHAREHOLDER, of_round, record, some, tie

LOCAL, CODE = "local:H", "cn-uscc:91999999TEST000001"
JOINED = {LOCAL: CODE, CODE: CODE}


def kinds(ledger: Ledger, id_: str) -> list[str]:
    return [h.kind for h in ledger.finding(id_).history]


def test_a_finding_goes_on_under_the_partys_new_id(ledger: Ledger) -> None:
    old, new = tie(LOCAL), tie(CODE)
    assert old.fingerprint != new.fingerprint
    record(ledger, old)
    ledger.decide(old.fingerprint, "in_review", "核对", "甲")
    ledger.suppress(old.fingerprint, "2030-01-01", "等待", "甲")
    counts = some(record(ledger, new, aliases=JOINED).counts)
    assert counts == {"found": 1, "changed": 1, "renamed": 1}
    (only,) = ledger.findings()
    assert (only.id, only.state, only.former_ids) == (new.fingerprint, "in_review", (old.fingerprint,))
    assert only.suppression is not None
    assert only.first_seen < only.last_seen
    assert ledger.finding(old.fingerprint).id == new.fingerprint
    assert ledger.finding_id(old.fingerprint) == new.fingerprint
    # What is decided under the former id is decided.
    assert ledger.decide(old.fingerprint, "confirmed", "属实", "甲").id == new.fingerprint
    assert some(record(ledger, new, aliases=JOINED).counts) == {"found": 1}
    assert ledger.verify_audit().ok


def test_and_back_when_the_batch_that_joined_them_is_taken_back(ledger: Ledger) -> None:
    old, new = tie(LOCAL), tie(CODE)
    record(ledger, old)
    record(ledger, new, aliases=JOINED)
    assert some(record(ledger, old).counts)["renamed"] == 1
    (only,) = ledger.findings()
    assert (only.id, only.former_ids) == (old.fingerprint, (new.fingerprint,))
    assert ledger.finding(new.fingerprint).id == old.fingerprint
    record(ledger, new, aliases=JOINED)
    (only,) = ledger.findings()
    assert (only.id, only.former_ids) == (new.fingerprint, (old.fingerprint,))
    assert kinds(ledger, new.fingerprint).count("renamed") == 3


def test_without_a_join_they_are_two_findings(ledger: Ledger) -> None:
    record(ledger, tie(LOCAL))
    assert some(record(ledger, tie(CODE)).counts) == {"found": 1, "new": 1, "no_longer_found": 1}


def test_the_lot_and_the_detector_still_tell_findings_apart(ledger: Ledger) -> None:
    both = (SHAREHOLDER, CONTROLLER)
    record(ledger, tie(LOCAL), tie(LOCAL, detector=CONTROLLER), tie(LOCAL, lot="local:T-2/1"), detectors=both)
    counts = some(record(ledger, tie(CODE), detectors=both, aliases=JOINED).counts)
    assert counts == {"found": 1, "changed": 1, "renamed": 1, "no_longer_found": 2}


def test_two_findings_that_turn_out_to_be_one_keep_what_was_decided(ledger: Ledger) -> None:
    local, code = tie(LOCAL), tie(CODE)
    record(ledger, local, code)
    ledger.decide(local.fingerprint, "in_review", "核对", "甲")
    ledger.decide(local.fingerprint, "confirmed", "属实", "甲")
    record(ledger, code, aliases=JOINED)
    (only,) = ledger.findings()
    assert (only.id, only.state, only.former_ids) == (code.fingerprint, "confirmed", (local.fingerprint,))
    assert ledger.counts()["findings"] == 1
    assert ledger.finding(local.fingerprint).id == code.fingerprint
    assert kinds(ledger, code.fingerprint).count("decided") == 2, "the decisions of both"
    assert some(record(ledger, code, aliases=JOINED).counts) == {"found": 1}


def test_and_are_two_again_when_they_are_found_as_two(ledger: Ledger) -> None:
    local, code = tie(LOCAL), tie(CODE)
    record(ledger, local, code)
    ledger.decide(local.fingerprint, "in_review", "核对", "甲")
    record(ledger, code, aliases=JOINED)
    record(ledger, local, code)
    assert {r.id for r in ledger.findings()} == {local.fingerprint, code.fingerprint}
    assert ledger.finding(local.fingerprint).state == "in_review"
    # Renamed, then found as two: the second begins a life of its own.
    third, fourth = tie("local:X", lot="local:T-3/1"), tie("cn-uscc:Y", lot="local:T-3/1")
    record(ledger, local, code, third)
    record(ledger, local, code, fourth, aliases={"local:X": "cn-uscc:Y", "cn-uscc:Y": "cn-uscc:Y"})
    assert some(record(ledger, local, code, third, fourth).counts) == {"found": 4, "new": 1}
    assert ledger.finding(third.fingerprint).id == third.fingerprint
    assert ledger.finding(fourth.fingerprint).former_ids == ()


def test_a_finding_whose_id_has_several_parties_in_it(ledger: Ledger) -> None:
    old, new = tie("local:H|local:A"), tie(f"local:A|{CODE}")
    record(ledger, old)
    record(ledger, new, aliases=JOINED)
    assert [r.former_ids for r in ledger.findings()] == [(old.fingerprint,)]


def test_a_run_that_did_not_cover_it_leaves_it_alone(ledger: Ledger) -> None:
    record(ledger, tie(LOCAL))
    record(ledger, detectors=(CONTROLLER,), aliases=JOINED)
    record(ledger, scope=("lot", "local:T-9/1"), aliases=JOINED)
    (only,) = ledger.findings()
    assert (only.id, only.no_longer_found_at) == (tie(LOCAL).fingerprint, None)
    record(ledger, tie(CODE), scope=("lot", "local:T-1/1"), aliases=JOINED)
    assert [r.former_ids for r in ledger.findings()] == [(tie(LOCAL).fingerprint,)]


def test_a_former_id_is_known_by_its_first_characters(ledger: Ledger) -> None:
    old, new = tie(LOCAL), tie(CODE)
    record(ledger, old)
    record(ledger, new, aliases=JOINED)
    for length in (6, 10, 20):
        assert ledger.finding_id(old.fingerprint[:length]) == new.fingerprint
        assert ledger.finding_id(new.fingerprint[:length]) == new.fingerprint
    with pytest.raises(UnknownFindingError):
        ledger.finding_id(old.fingerprint[:5])
    # Characters that begin an id of one finding and a former one of another name neither.
    other = tie(lot="local:T-2/1")
    record(ledger, other, scope=("lot", "local:T-2/1"))
    with ledger._writing() as (connection, _):
        taken = f"{old.fingerprint[:8]}{'0' * 12}"
        connection.execute(update(FindingRow).where(FindingRow.id == other.fingerprint).values(id=taken))
    with pytest.raises(UnknownFindingError):
        ledger.finding_id(old.fingerprint[:8])
    with ledger._writing() as (connection, _):
        connection.execute(update(FindingRow).where(FindingRow.id == taken).values(id=other.fingerprint))


def test_a_lot_whose_number_was_kept_as_a_file_wrote_it_goes_on_under_the_number(ledger: Ledger) -> None:
    for lot in ("local:T-9/01", "local:T-8/第一标段"):
        old, new = tie(CODE, lot=lot), tie(CODE, lot=lot.partition("/")[0] + "/1")
        record(ledger, old)
        ledger.decide(old.fingerprint, "in_review", "核对", "甲")
        assert some(record(ledger, new).counts)["renamed"] == 1
        kept = ledger.finding(old.fingerprint)
        assert (kept.id, kept.state, kept.finding.scope_id) == (new.fingerprint, "in_review", new.scope_id)
    # Another lot of the tender is another.
    record(ledger, tie(CODE, lot="local:T-9/02"))
    assert some(record(ledger, tie(CODE, lot="local:T-9/3")).counts)["new"] == 1


def test_a_finding_stays_that_of_its_day_when_its_lot_gets_rounds(ledger: Ledger) -> None:
    """Whichever round is loaded first, and when one is taken back."""
    plain = tie()
    plain = replace(plain, facts={**plain.facts, "as_of": "2024-06-10"})
    first, second = of_round(plain, "2024-03-25"), of_round(plain, "2024-06-10")
    record(ledger, plain)
    ledger.decide(plain.fingerprint, "in_review", "看过", "测试员")
    record(ledger, first, second)
    for _ in range(2):
        told = {r.id: (r.state, r.former_ids) for r in ledger.findings()}
        assert told == {
            first.fingerprint: ("new", ()),
            second.fingerprint: ("in_review", (plain.fingerprint,)),
        }
        record(ledger, plain)
        now = {r.id: (r.state, bool(r.no_longer_found_at)) for r in ledger.findings()}
        assert now == {plain.fingerprint: ("in_review", False), first.fingerprint: ("new", True)}
        record(ledger, first, second)


def test_a_finding_of_another_day_is_none_of_the_rounds(ledger: Ledger) -> None:
    plain = tie()
    plain = replace(plain, facts={**plain.facts, "as_of": "2024-01-02"})
    record(ledger, plain)
    record(ledger, of_round(plain, "2024-03-25"))
    assert {(r.id, bool(r.no_longer_found_at)) for r in ledger.findings()} == {
        (plain.fingerprint, True),
        (of_round(plain, "2024-03-25").fingerprint, False),
    }
