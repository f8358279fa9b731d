"""The audit: only added to, and any change of any row is found."""

from __future__ import annotations

import hashlib
import json
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from cases import InvalidValueError, Ledger, Source, open_ledger
from cases.audit import entry_hash, verify
from cases.tables import FindingRow, canonical
from tests.cases.conftest import KINDS, database
from tests.cases.made import SHAREHOLDER, Clock, batch, behind, record, tie, undecided, without_guards

COLUMNS = ("seq", "at", "actor", "action", "object", "detail", "previous", "hash")


def filled(ledger: Ledger) -> None:
    """Everything that writes into the audit, once or more."""
    record(ledger, tie(), tie("local:K"))
    ledger.decide(tie().fingerprint, "in_review", "核对", "甲")
    ledger.decide(tie().fingerprint, "confirmed", "属实", "乙")
    ledger.suppress(tie("local:K").fingerprint, "2030-01-01", "等待", "甲")
    ledger.lift(tie("local:K").fingerprint, "不必再等", "甲")
    key, _ = ledger.create_key("平台", ["read"], actor="甲")
    ledger.revoke_key(key.id, "甲")
    ledger.audit("乙", "look", "person:1", {"fields": ["name"]})
    ledger.audit("乙", "export", tie().fingerprint)


def test_the_chain_is_what_the_page_says(ledger: Ledger) -> None:
    """Recomputed here from docs/ledger.md alone."""
    assert ledger.audit_head() == "0" * 64
    assert ledger.verify_audit().ok
    filled(ledger)
    previous = "0" * 64
    for place, entry in enumerate(ledger.audit_entries(), start=1):
        told = entry.to_json()
        assert (told["seq"], told["previous"]) == (place, previous)
        detail = json.dumps(told["detail"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        content = {k: told[k] for k in ("seq", "at", "actor", "action", "object", "previous")}
        text_ = json.dumps(
            content | {"detail": detail}, ensure_ascii=False, sort_keys=True, separators=(",", ":")
        )
        previous = hashlib.sha256(text_.encode()).hexdigest()
        assert told["hash"] == previous
    assert ledger.audit_head() == previous
    report = ledger.verify_audit(previous)
    assert (report.ok, report.entries, report.head) == (True, 9, previous)


def test_every_deed_is_told_with_who_and_what(ledger: Ledger) -> None:
    filled(ledger)
    told = [(e.actor, e.action) for e in ledger.audit_entries()]
    assert told == [
        ("测试员", "run"),
        *(("甲", "decide"), ("乙", "decide"), ("甲", "suppress"), ("甲", "lift")),
        *(("甲", "key.create"), ("甲", "key.revoke"), ("乙", "look"), ("乙", "export")),
    ]
    decided = ledger.audit_entries(after=2, limit=1)[0]
    assert decided.object == decided.detail["finding"] == tie().fingerprint
    assert (decided.detail["to_state"], decided.detail["reason"]) == ("confirmed", "属实")
    assert [e.seq for e in ledger.audit_entries(after=7)] == [8, 9]
    with pytest.raises(InvalidValueError):
        ledger.audit(" ", "look", "x")


@pytest.mark.parametrize("table", ["audit", "decisions", "suppressions"])
@pytest.mark.parametrize("change", ["UPDATE {} SET actor = 'x'", "DELETE FROM {}"])
def test_the_database_itself_refuses_changes(
    ledger: Ledger, ledger_url: str, table: str, change: str
) -> None:
    filled(ledger)
    engine = behind(ledger_url)
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(change.format(table)))
    engine.dispose()
    assert ledger.verify_audit().entries == 9


def test_nor_can_a_row_be_replaced_or_all_be_emptied(ledger: Ledger, ledger_url: str) -> None:
    filled(ledger)
    engine = behind(ledger_url)
    for statement in (
        "INSERT OR REPLACE INTO audit SELECT seq, at, 'x', action, object, detail, previous, hash FROM audit"
        if engine.dialect.name == "sqlite"
        else "TRUNCATE audit",
    ):
        with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
            connection.execute(text(statement))
    engine.dispose()
    assert ledger.verify_audit().ok


def test_a_removed_end_shows_only_against_a_head_kept_elsewhere(ledger: Ledger, ledger_url: str) -> None:
    filled(ledger)
    head = ledger.audit_head()
    engine = without_guards(ledger_url)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM audit WHERE seq > 7"))
    engine.dispose()
    assert ledger.verify_audit().ok, "what is left is a chain"
    report = ledger.verify_audit(head)
    assert (report.ok, report.broken_at) == (False, 8)
    assert head in report.en


def test_a_chain_rewritten_from_some_row_on_shows_against_an_earlier_head(
    ledger: Ledger, ledger_url: str
) -> None:
    filled(ledger)
    head = ledger.audit_entries(limit=8)[-1].hash
    ledger.audit("丙", "look", "person:2")
    assert ledger.verify_audit(head).ok, "an earlier head is still in the chain"
    engine = without_guards(ledger_url)
    with engine.begin() as connection:
        rows = [dict(r) for r in connection.execute(text("SELECT * FROM audit ORDER BY seq")).mappings()]
        previous = rows[6]["hash"]
        for row in rows[7:]:
            row |= {"actor": "某人", "previous": previous}
            row["hash"] = previous = entry_hash(row)
            connection.execute(
                text("UPDATE audit SET actor = :actor, previous = :previous, hash = :hash WHERE seq = :seq"),
                row,
            )
    engine.dispose()
    assert ledger.verify_audit().ok
    assert not ledger.verify_audit(head).ok


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ("UPDATE decisions SET reason = '另一理由' WHERE to_state = 'confirmed'", 3),
        ("UPDATE decisions SET actor = '别人' WHERE to_state = 'in_review'", 2),
        ("DELETE FROM decisions WHERE to_state = 'confirmed'", 3),
        ("DELETE FROM suppressions WHERE reason = '等待'", 4),
        ("UPDATE suppressions SET until = '2099-01-01' WHERE reason = '等待'", 4),
        ("UPDATE runs SET parameters = '{}'", 1),
        ("UPDATE runs SET dataset_fingerprint = 'another'", 1),
        (
            "INSERT INTO decisions (finding, at, actor, from_state, to_state, reason, audit) "
            "SELECT finding, at, actor, from_state, 'cleared', reason, 99 FROM decisions WHERE audit = 2",
            99,
        ),
    ],
)
def test_what_was_decided_and_run_is_held_against_the_audit(
    ledger: Ledger, ledger_url: str, change: str, at: int
) -> None:
    filled(ledger)
    engine = without_guards(ledger_url)
    with engine.begin() as connection:
        assert connection.execute(text(change)).rowcount == 1
    engine.dispose()
    report = ledger.verify_audit()
    assert (report.ok, report.broken_at) == (False, at), report


def lived(ledger: Ledger) -> None:
    """A life of every kind: found, changed, renamed, gone, found again, merged, loaded, keys made and ended."""
    old, new = tie("local:H"), tie("cn-uscc:91999999TEST000001")
    joined = {"local:H": new.identity["holder_id"], new.identity["holder_id"]: new.identity["holder_id"]}
    record(ledger, old, tie("local:K"), tie("local:M"))
    ledger.decide(old.fingerprint, "in_review", "核对", "甲")
    record(ledger, new, tie("local:K", share=0.9), aliases=joined)
    gap = (SHAREHOLDER.id, undecided("local:T-2/1", "local:B"))
    record(ledger, new, tie("local:K", share=0.9), tie("local:M"), aliases=joined, undecided=[gap])
    ledger.suppress(tie("local:K").fingerprint, "2030-01-01", "等待", "甲")
    for id_ in ("b0", "b1"):
        ledger.record_load(batch(id_), "甲", Source("虚构市场监管局", "核查"))
    ledger.record_unload("b1", "甲")
    ledger.create_key("留用", ["read"], actor="甲")
    gone, _ = ledger.create_key("停用", ["read"], actor="甲")
    ledger.revoke_key(gone.id, "甲")


_RUN = (
    "id, began_at, ended_at, actor, software, dataset_fingerprint, scope_kind, scope_id, detectors, parameters, "
    "rules, population, undecided, missing, counts, narrowed"
)
CHANGES = (
    "UPDATE findings SET severity = 'prohibited'",
    "UPDATE findings SET facts = '{}'",
    "UPDATE findings SET text = '{}', digest = 'x'",
    "UPDATE findings SET state = 'cleared' WHERE state = 'new'",
    "UPDATE findings SET state = 'new' WHERE state = 'in_review'",
    "UPDATE findings SET suppressed_until = NULL WHERE suppressed_until IS NOT NULL",
    "UPDATE findings SET suppressed_until = '2099' WHERE suppressed_until IS NULL",
    "UPDATE findings SET no_longer_found_at = '2026'",
    "UPDATE findings SET not_checked_since = '2026'",
    "UPDATE findings SET first_seen = '2026'",
    "UPDATE findings SET id = 'x' WHERE state = 'in_review'",
    "UPDATE findings SET merged_into = key",
    "UPDATE findings SET identity = replace(identity, 'local:', 'local:x')",
    "UPDATE findings SET identity = '{}'",
    "UPDATE findings SET detector = 'common-controller'",
    "DELETE FROM finding_events WHERE kind = 'changed'",
    "UPDATE finding_events SET changes = '{}' WHERE kind = 'changed'",
    "UPDATE finding_events SET mark = NULL",
    "UPDATE finding_events SET kind = 'found_again' WHERE kind = 'no_longer_found'",
    "DELETE FROM finding_subjects",
    "UPDATE finding_subjects SET party = 'local:nobody' WHERE party = 'local:A'",
    "INSERT INTO finding_subjects SELECT key, 'local:nobody' FROM findings",
    "UPDATE runs SET counts = '{}'",
    f"INSERT INTO runs ({_RUN}) SELECT 'r-more', {_RUN.removeprefix('id, ')} FROM runs WHERE ended_at = "
    "(SELECT min(ended_at) FROM runs)",
    "UPDATE runs SET undecided = undecided + 1",
    "DELETE FROM undecided",
    "UPDATE findings SET facts = 'Q' || substr(facts, 2)",
    "UPDATE runs SET counts = substr(counts, 1, 3)",
    "UPDATE undecided SET scope_id = 'local:T-9/9'",
    "UPDATE undecided SET gap = replace(gap, 'local:', 'local:x')",
    "INSERT INTO undecided SELECT run, place + 1, scope_kind, scope_id, gap FROM undecided",
    "UPDATE api_keys SET scopes = '[\"read\",\"personal\"]' WHERE name = '留用'",
    "UPDATE api_keys SET secret_sha256 = 'x' WHERE name = '留用'",
    "UPDATE api_keys SET expires_at = '2099' WHERE name = '留用'",
    "UPDATE api_keys SET revoked_at = NULL WHERE name = '停用'",
    "UPDATE api_keys SET revoked_at = '2026' WHERE name = '留用'",
    "DELETE FROM api_keys WHERE name = '停用'",
    "INSERT INTO api_keys SELECT 'k-more', name, prefix, 'x', scopes, created_at, created_by, expires_at, revoked_at, "
    "last_used_at FROM api_keys WHERE name = '留用'",
    "UPDATE load_batches SET provider = '别处' WHERE id = 'b0'",
    "UPDATE load_batches SET loaded_by = '别人' WHERE id = 'b0'",
    "UPDATE load_batches SET taken_back_at = NULL WHERE id = 'b1'",
    "UPDATE load_batches SET taken_back_at = '2026' WHERE id = 'b0'",
    "UPDATE load_batches SET files = '[]' WHERE id = 'b0'",
    "DELETE FROM load_batches WHERE id = 'b0'",
)


@pytest.fixture(scope="module", params=KINDS)
def lived_in(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The database behind a ledger with lives of every kind, without its triggers."""
    if request.param == "sqlite":
        addresses = iter([f"sqlite:///{tmp_path_factory.mktemp('lived') / 'ledger.db'}"])
    else:
        addresses = database(request.getfixturevalue("postgres_url"))
    url = next(addresses)
    with open_ledger(url, clock=Clock()) as ledger:
        lived(ledger)
        report = ledger.verify_audit()
        assert report.ok, report.en
    engine = without_guards(url)
    yield engine
    engine.dispose()
    next(addresses, None)


@pytest.mark.parametrize("change", CHANGES)
def test_tables_changed_behind_the_audits_back_are_found(lived_in: Engine, change: str) -> None:
    with lived_in.connect() as connection:
        transaction = connection.begin()
        assert connection.execute(text(change)).rowcount
        report = verify(connection)
        transaction.rollback()
        assert not report.ok
        assert report.zh
        assert report.en


def test_a_finding_put_in_or_taken_out_is_found(ledger: Ledger, ledger_url: str) -> None:
    lived(ledger)
    engine = without_guards(ledger_url)
    columns = [c.name for c in FindingRow.__table__.columns if c.name not in ("key", "id")]
    listed = ", ".join(columns)
    with engine.begin() as connection:
        connection.execute(
            text(
                f"INSERT INTO findings (id, {listed}) SELECT 'x', {listed} FROM findings WHERE state = 'in_review'"
            )
        )
    report = ledger.verify_audit()
    assert (report.ok, report.broken_at) == (False, report.entries + 1)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM findings WHERE id = 'x'"))
    assert ledger.verify_audit().ok
    with engine.begin() as connection:
        key = connection.execute(
            text("SELECT key FROM findings WHERE state = 'new' AND suppressed_until IS NULL")
        ).scalar_one()
        for table, column in (
            ("finding_events", "finding"), ("finding_subjects", "finding"), ("findings", "key"),
        ):  # fmt: skip
            connection.execute(text(f"DELETE FROM {table} WHERE {column} = :key"), {"key": key})
    assert not ledger.verify_audit().ok
    engine.dispose()


def test_runs_recorded_before_marks_were_kept_still_hold(ledger: Ledger, ledger_url: str) -> None:
    """A ledger of the first revision: nothing is said against it, and what is recorded from then on is held."""
    record(ledger, tie())
    engine = without_guards(ledger_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE finding_events SET mark = NULL"))
        (row,) = [dict(r) for r in connection.execute(text("SELECT * FROM audit")).mappings()]
        detail = json.loads(row["detail"])
        del detail["events"]
        row["detail"] = canonical(detail)
        connection.execute(
            text("UPDATE audit SET detail = :detail, hash = :hash"),
            {"detail": row["detail"], "hash": entry_hash(row)},
        )
    assert ledger.verify_audit().ok
    record(ledger, tie(share=0.9))
    assert ledger.verify_audit().ok
    with engine.begin() as connection:
        connection.execute(text("UPDATE findings SET text = '{}'"))
    engine.dispose()
    assert not ledger.verify_audit().ok


# --- any single change of any row ---


@pytest.fixture(scope="module", params=KINDS)
def tampered(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Ledger, Engine, list[dict[str, Any]]]]:
    """A filled ledger without its triggers, the database behind it, and the audit's rows as they were."""
    if request.param == "sqlite":
        addresses = iter([f"sqlite:///{tmp_path_factory.mktemp('audit') / 'ledger.db'}"])
    else:
        addresses = database(request.getfixturevalue("postgres_url"))
    url = next(addresses)
    with open_ledger(url, clock=Clock()) as ledger:
        filled(ledger)
        engine = without_guards(url)
        with engine.connect() as connection:
            rows = [dict(r) for r in connection.execute(text("SELECT * FROM audit ORDER BY seq")).mappings()]
        yield ledger, engine, rows
        engine.dispose()
    next(addresses, None)


def put_back(engine: Engine, rows: list[dict[str, Any]]) -> None:
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM audit"))
        names = ", ".join(COLUMNS)
        connection.execute(
            text(f"INSERT INTO audit ({names}) VALUES ({', '.join(':' + c for c in COLUMNS)})"), rows
        )


KEPT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)


@st.composite
def edited(draw: st.DrawFn, before: str) -> str:
    """A text with a little of it replaced, removed or added."""
    start = draw(st.integers(0, len(before)))
    end = draw(st.integers(start, min(len(before), start + 3)))
    return before[:start] + draw(KEPT | st.text(string.hexdigits, max_size=2)) + before[end:]


@given(data=st.data())
def test_any_single_change_of_any_row_is_found(
    tampered: tuple[Ledger, Engine, list[dict[str, Any]]], data: st.DataObject
) -> None:
    ledger, engine, rows = tampered
    place = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.sampled_from(COLUMNS))
    before = rows[place][column]
    if column == "seq":
        after: Any = data.draw(st.integers(-5, 2**31 - 1).filter(lambda n: n not in range(1, len(rows) + 1)))
    else:
        after = data.draw(edited(before).filter(lambda t: t != before))
    with engine.begin() as connection:
        connection.execute(
            text(f"UPDATE audit SET {column} = :after WHERE seq = :seq"),
            {"after": after, "seq": rows[place]["seq"]},
        )
    try:
        report = ledger.verify_audit()
        assert not report.ok
        # The row itself, or, where its hash was changed in keeping with nothing, the row that leans on it.
        if column == "seq":
            assert report.broken_at is not None
            assert report.broken_at <= place + 1
        else:
            assert report.broken_at == place + 1
    finally:
        put_back(engine, rows)


@given(data=st.data())
def test_a_row_taken_out_or_two_exchanged_is_found(
    tampered: tuple[Ledger, Engine, list[dict[str, Any]]], data: st.DataObject
) -> None:
    ledger, engine, rows = tampered
    one, other = data.draw(st.lists(st.integers(0, len(rows) - 1), min_size=2, max_size=2, unique=True))
    changed = [dict(r) for r in rows]
    if data.draw(st.booleans()) and one < len(rows) - 1:
        del changed[one]
        first = one
    else:
        changed[one]["seq"], changed[other]["seq"] = changed[other]["seq"], changed[one]["seq"]
        first = min(one, other)
    put_back(engine, changed)
    try:
        report = ledger.verify_audit()
        assert (report.ok, report.broken_at) == (False, first + 1)
    finally:
        put_back(engine, rows)
    assert ledger.verify_audit().ok


def test_a_ledger_of_many_entries_is_read_in_parts(tmp_path: Path) -> None:
    with open_ledger(tmp_path / "ledger.db", clock=Clock()) as ledger, ledger._writing() as (connection, at):
        from cases.audit import append

        for n in range(5000):
            append(connection, at, "甲", "look", f"person:{n}", {})
    with open_ledger(tmp_path / "ledger.db") as ledger:
        assert ledger.verify_audit().entries == 5000
        assert len(ledger.audit_entries(limit=1000)) == 1000
