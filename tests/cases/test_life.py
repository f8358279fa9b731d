"""The life of a finding: taken up, decided, reopened, suppressed for a while; never without a reason."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import replace

import pytest
from sqlalchemy import text

from cases import (
    STATES,
    FindingFilter,
    InvalidValueError,
    Ledger,
    TransitionError,
    UnknownFindingError,
    deciding,
)
from detectors.definition import Evidence
from tests.cases.made import Clock, behind, record, tie

ALLOWED = {
    ("new", "in_review"),
    ("in_review", "confirmed"),
    ("in_review", "cleared"),
    ("in_review", "not_decidable"),
    ("confirmed", "in_review"),
    ("cleared", "in_review"),
    ("not_decidable", "in_review"),
}
WAYS = {
    "new": (),
    "in_review": ("in_review",),
    **{s: ("in_review", s) for s in ("confirmed", "cleared", "not_decidable")},
}


@pytest.fixture
def id_(ledger: Ledger) -> str:
    record(ledger, tie())
    return tie().fingerprint


def test_every_move_is_allowed_or_refused_in_a_sentence(ledger: Ledger) -> None:
    for n, (now, wanted) in enumerate(itertools.product(STATES, STATES)):
        made = tie(lot=f"local:T-{n}/1")
        record(ledger, made, scope=("lot", made.scope_id))
        for step in WAYS[now]:
            ledger.decide(made.fingerprint, step, "核对", "甲")
        if (now, wanted) in ALLOWED:
            assert ledger.decide(made.fingerprint, wanted, "核对", "甲").state == wanted
            continue
        with pytest.raises(TransitionError) as refused:
            ledger.decide(made.fingerprint, wanted, "核对", "甲")
        assert made.fingerprint in refused.value.zh
        assert refused.value.en.endswith(".")
        assert ledger.finding(made.fingerprint).state == now


def test_decisions_are_kept_with_who_when_and_why(ledger: Ledger, id_: str) -> None:
    ledger.decide(id_, "in_review", "  先核对登记  ", "张样本")
    decided = ledger.decide(id_, "cleared", "同名不同人", "李样本")
    told = [h.to_json() for h in decided.history if h.kind == "decided"]
    assert [(t["from"], t["to"], t["reason"], t["actor"]) for t in told] == [
        ("new", "in_review", "先核对登记", "张样本"),
        ("in_review", "cleared", "同名不同人", "李样本"),
    ]
    assert told[0]["at"] < told[1]["at"] == decided.changed_at


@pytest.mark.parametrize("reason", ["", "   ", "\n\t", "\u3000"])
def test_a_blank_reason_is_refused(ledger: Ledger, id_: str, reason: str) -> None:
    before = ledger.finding(id_), ledger.audit_head()
    for act in (
        lambda: ledger.decide(id_, "in_review", reason, "甲"),
        lambda: ledger.suppress(id_, "2030-01-01", reason, "甲"),
        lambda: ledger.decide(id_, "in_review", "核对", reason),
    ):
        with pytest.raises(InvalidValueError, match="blank"):
            act()
    assert (ledger.finding(id_), ledger.audit_head()) == before


@pytest.mark.parametrize("reason", ["a\x00b", "\ud800"])
def test_what_no_database_can_keep_is_refused(ledger: Ledger, id_: str, reason: str) -> None:
    with pytest.raises(InvalidValueError):
        ledger.decide(id_, "in_review", reason, "甲")


def test_hostile_text_is_text(ledger: Ledger, id_: str) -> None:
    reason = "'; DROP TABLE findings; -- 😀 %s :x {y} \\"
    assert ledger.decide(id_, "in_review", reason, "甲").history[-1].detail["reason"] == reason
    with pytest.raises(UnknownFindingError):
        ledger.finding("%'; DROP TABLE findings; --")
    assert ledger.findings(FindingFilter(scope_id="' OR 1=1 --")) == []
    assert ledger.verify_audit().ok


def test_an_unknown_state_and_an_unknown_finding(ledger: Ledger, id_: str) -> None:
    with pytest.raises(InvalidValueError, match="in_review"):
        ledger.decide(id_, "guilty", "核对", "甲")
    with pytest.raises(UnknownFindingError) as unknown:
        ledger.decide(id_[:-2] + "zz", "in_review", "核对", "甲")
    assert unknown.value.near == (id_,)
    assert id_ in unknown.value.en
    with pytest.raises(UnknownFindingError) as nothing_near:
        ledger.finding("")
    assert nothing_near.value.near == ()


def test_the_first_characters_of_an_id_are_enough_where_they_name_one(ledger: Ledger, id_: str) -> None:
    assert ledger.finding_id(id_[:6]) == ledger.finding_id(id_) == id_
    with pytest.raises(UnknownFindingError):
        ledger.finding_id(id_[:5])


def test_a_suppression_ends_by_itself_and_hides_nothing(ledger: Ledger, id_: str, clock: Clock) -> None:
    clock.now = dt.datetime(2026, 5, 1, 3, tzinfo=dt.UTC)
    made = ledger.suppress(id_, "2026-05-02", "等待年报", "甲")
    assert made.suppression is not None
    assert (made.suppression.until, made.suppression.active) == ("2026-05-02T16:00:00.000000+00:00", True)
    assert ledger.counts()["suppressed"] == ledger.counts()["findings"] == 1
    assert [r.id for r in ledger.findings()] == [id_], "still shown"
    assert [r.id for r in ledger.findings(FindingFilter(suppressed=True))] == [id_]
    # In Asia/Shanghai the day is not over yet.
    clock.now = dt.datetime(2026, 5, 2, 15, 59, tzinfo=dt.UTC)
    assert ledger.counts()["suppressed"] == 1
    clock.now = dt.datetime(2026, 5, 2, 16, tzinfo=dt.UTC)
    assert ledger.counts()["suppressed"] == 0
    ended = ledger.finding(id_)
    assert ended.suppression is not None
    assert not ended.suppression.active
    assert ledger.findings(FindingFilter(suppressed=True)) == []


def test_a_suppression_can_be_renewed_and_lifted(ledger: Ledger, id_: str) -> None:
    with pytest.raises(TransitionError, match="not suppressed"):
        ledger.lift(id_, "不再需要", "甲")
    ledger.suppress(id_, "2026-04-01", "等待", "甲")
    longer = ledger.suppress(id_, "2026-06-01T12:00:00+08:00", "再等", "乙").suppression
    assert longer is not None
    assert longer.until == "2026-06-01T04:00:00.000000+00:00"
    assert ledger.lift(id_, "已核实", "甲").suppression is None
    assert ledger.counts()["suppressed"] == 0
    assert [h.kind for h in ledger.finding(id_).history] == ["found", "suppressed", "suppressed", "lifted"]
    assert ledger.verify_audit().ok


@pytest.mark.parametrize(
    "until", ["2026-02-28", "2020-01-01", "soon", "2026-13-01", "", "2026-12-31T10:00:00", "9999-12-31"]
)
def test_an_expiry_in_the_past_or_none_at_all_is_refused(ledger: Ledger, id_: str, until: str) -> None:
    with pytest.raises(InvalidValueError):
        ledger.suppress(id_, until, "等待", "甲")
    assert ledger.finding(id_).suppression is None


def test_a_decided_finding_that_changes_asks_for_another_look(ledger: Ledger, id_: str) -> None:
    for state in ("in_review", "cleared"):
        ledger.decide(id_, state, "核对", "甲")
    record(ledger, tie())
    assert not ledger.finding(id_).changed_since_decision
    record(ledger, tie(share=0.9))
    changed = ledger.finding(id_)
    assert (changed.state, changed.changed_since_decision) == ("cleared", True)
    assert not ledger.decide(id_, "in_review", "比例有变", "甲").changed_since_decision
    record(ledger, tie(share=0.8))
    assert not ledger.finding(id_).changed_since_decision, "it is being looked at"


def test_a_reason_keeps_no_number_of_a_person_in_clear(ledger: Ledger, id_: str) -> None:
    number, phone = "110105199001010037", "13800000021"
    decided = ledger.decide(id_, "in_review", f"核对赵六（{number}，{phone}）", "甲")
    masked = "核对赵六（1101**********0037，***21）"
    assert decided.history[-1].detail["reason"] == masked
    aside = ledger.suppress(id_, "2030-01-01", f"李四（{number}）为代持", "甲")
    assert aside.suppression and aside.suppression.reason == "李四（1101**********0037）为代持"
    lifted = ledger.lift(id_, f"已与{phone}核实", "甲")
    assert lifted.history[-1].detail["reason"] == "已与***21核实"
    kept = "".join(str(e.detail) for e in ledger.audit_entries(0, 100))
    assert masked in kept and number not in kept and phone not in kept


def test_a_reason_kept_before_numbers_were_masked_is_read_masked(
    ledger: Ledger, ledger_url: str, id_: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As an earlier release kept it, in the tables and in the audit alike.
    monkeypatch.setattr(deciding, "said_why", lambda text: text)
    number = "110105199001010037"
    ledger.decide(id_, "in_review", f"核对{number}", "甲")
    ledger.suppress(id_, "2030-01-01", f"代持{number}", "甲")
    engine = behind(ledger_url)
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT detail FROM audit")).scalars().all()
    engine.dispose()
    assert sum(number in detail for detail in kept) == 2
    entries = ledger.audit_entries(0, 100)
    assert number not in str([e.to_json() for e in entries])
    assert [e.detail["reason"] for e in entries if e.masked] == [
        f"{w}1101**********0037" for w in ("核对", "代持")
    ]
    assert all(not e.to_json()["masked"] for e in entries if "reason" not in e.detail)
    assert ledger.verify_audit(entries[-1].hash).ok, "what is shown changes nothing of what is kept"
    (listed,) = ledger.findings(FindingFilter(), None, 10)
    for told in (ledger.finding(id_), listed):
        assert number not in str(told.to_json())
        assert told.suppression and told.suppression.reason == "代持1101**********0037"


def test_further_rows_that_state_the_same_change_nothing_that_was_decided(ledger: Ledger, id_: str) -> None:
    """The same data loaded once more under another data set."""
    for state in ("in_review", "confirmed"):
        ledger.decide(id_, state, "核对", "甲")
    first = tie()
    more = replace(first, evidence=Evidence(first.evidence.nodes, (*first.evidence.keys, "another row")))
    record(ledger, more)
    found = ledger.finding(id_)
    assert not found.changed_since_decision
    assert found.history[-1].kind == "changed", "that there are more is told all the same"
    record(ledger, tie(share=0.9))
    assert ledger.finding(id_).changed_since_decision
    record(ledger, replace(tie(share=0.9), evidence=more.evidence))
    assert ledger.finding(id_).changed_since_decision, "it still says otherwise than what was decided on"


@pytest.mark.parametrize("lost", ["row", "node"])
def test_a_decided_finding_whose_proof_is_another_asks_for_another_look(
    ledger: Ledger, id_: str, lost: str
) -> None:
    for state in ("in_review", "confirmed"):
        ledger.decide(id_, state, "核对", "甲")
    proof = tie().evidence
    keys = ("other", *proof.keys[1:]) if lost == "row" else proof.keys
    nodes = (*proof.nodes, "other") if lost == "node" else proof.nodes
    record(ledger, replace(tie(), evidence=Evidence(nodes, keys)))
    assert ledger.finding(id_).changed_since_decision
