"""API keys, idempotency keys and mirrored loads."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import pytest
from sqlalchemy import text

from cases import (
    SCOPES,
    IdempotencyConflictError,
    IdempotencyPendingError,
    InvalidValueError,
    Ledger,
    Source,
    UnknownKeyError,
    open_ledger,
)
from tests.cases.made import Clock, batch, behind


def test_a_secret_opens_and_is_not_kept(ledger: Ledger, ledger_url: str) -> None:
    key, secret = ledger.create_key("平台", ["detect", "read"], "2026-12-31", actor="甲")
    assert (key.name, key.scopes, key.created_by) == ("平台", ("read", "detect"), "甲")
    assert key.expires_at == "2026-12-31T16:00:00.000000+00:00"
    assert len(secret) == len("lt_") + 43, "256 bits in base64"
    found = ledger.verify_key(secret)
    assert found is not None
    assert (found.id, found.scopes) == (key.id, key.scopes)
    engine = behind(ledger_url)
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM api_keys")).mappings().all()
        audit = connection.execute(text("SELECT detail FROM audit")).scalars().all()
    engine.dispose()
    assert rows[0]["secret_sha256"] == hashlib.sha256(secret.encode()).hexdigest()
    kept = str([dict(r) for r in rows]) + str(audit) + str(key)
    assert secret not in kept
    assert secret[12:] not in kept
    assert key.prefix == secret[: len(key.prefix)]


@pytest.mark.parametrize("secret", ["", "lt_", "lt_" + "A" * 43, "'; --", "\ud800", "x" * 100_000, "é\x00"])
def test_no_other_text_opens(ledger: Ledger, secret: str) -> None:
    ledger.create_key("平台", ["read"])
    assert ledger.verify_key(secret) is None


def test_two_keys_never_have_one_secret(ledger: Ledger) -> None:
    assert len({ledger.create_key(f"平台{n}", ["read"])[1] for n in range(20)}) == 20


def test_an_expired_and_a_revoked_key_open_nothing(ledger: Ledger, clock: Clock) -> None:
    lasting, lasting_secret = ledger.create_key("长期", ["read"])
    _, short_secret = ledger.create_key("短期", ["read"], dt.datetime(2026, 3, 2, tzinfo=dt.UTC))
    assert ledger.verify_key(short_secret) is not None
    clock.now = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    assert ledger.verify_key(short_secret) is None
    assert ledger.verify_key(lasting_secret) is not None
    revoked = ledger.revoke_key(lasting.id, "甲")
    assert revoked.revoked_at is not None
    assert ledger.verify_key(lasting_secret) is None
    assert ledger.revoke_key(lasting.id) == revoked, "again changes nothing"
    names = [key.name for key in ledger.keys()]  # noqa: SIM118
    assert names == ["长期", "短期"]
    assert [e.action for e in ledger.audit_entries()] == ["key.create", "key.create", "key.revoke"]


def test_a_keys_last_use_is_noted(ledger: Ledger) -> None:
    _, secret = ledger.create_key("平台", ["read"])
    assert ledger.keys()[0].last_used_at is None
    ledger.verify_key(secret)
    noted = ledger.keys()[0].last_used_at
    assert noted is not None
    ledger.verify_key(secret)
    assert ledger.keys()[0].last_used_at == noted, "once a minute"


def test_what_no_key_can_be(ledger: Ledger) -> None:
    for name, scopes, expires in (
        ("平台", ["boss"], None),
        ("平台", [], None),
        (" ", ["read"], None),
        ("平台", ["read"], "2020-01-01"),
        ("平台", ["read"], "tomorrow"),
    ):
        with pytest.raises(InvalidValueError):
            ledger.create_key(name, scopes, expires)
    with pytest.raises(UnknownKeyError):
        ledger.revoke_key("knone")
    assert ledger.keys() == []
    assert ledger.create_key("全部", SCOPES)[0].scopes == SCOPES


def test_a_request_is_done_once_and_answered_alike(ledger: Ledger, clock: Clock) -> None:
    ask = ("abc", "POST /v1/loads", "hash-1")
    assert ledger.idempotent(*ask, owner="k1") is None
    with pytest.raises(IdempotencyPendingError):
        ledger.idempotent(*ask, owner="k1")
    assert ledger.idempotent(*ask, owner="k2") is None, "another client's key"
    ledger.remember("abc", 201, '{"名":"值"}', {"Location": "/v1/loads/1"}, owner="k1")
    again = ledger.idempotent(*ask, owner="k1")
    assert again is not None
    assert (again.status, again.body, again.headers) == (201, '{"名":"值"}', {"Location": "/v1/loads/1"})
    for other in (("abc", "POST /v1/loads", "hash-2"), ("abc", "POST /v1/screenings", "hash-1")):
        with pytest.raises(IdempotencyConflictError):
            ledger.idempotent(*other, owner="k1")
    ledger.forget("abc", owner="k2")
    assert ledger.idempotent(*ask, owner="k2") is None, "given back"
    clock.now += dt.timedelta(minutes=16)
    assert ledger.idempotent(*ask, owner="k2") is None, "abandoned"
    assert ledger.idempotent(*ask, owner="k1") == again
    clock.now += dt.timedelta(hours=24)
    assert ledger.idempotent(*ask, owner="k1") is None, "forgotten after a day"


def test_a_load_is_mirrored_with_its_source(ledger: Ledger) -> None:
    source = Source("示例市监局", "投标核查", "2026-12-31", "示例纪检组")
    made = ledger.record_load(batch("b1"), "甲", source)
    assert ledger.loads() == [made]
    assert (made.source, made.counts, made.loaded_by) == (source, {"OWNS": 3}, "甲")
    ledger.record_unload("b1", "乙")
    assert ledger.loads()[0].taken_back_at is not None
    # The graph is rebuilt: the same batch, of which nothing new is said.
    again = ledger.record_load(batch("b1"), "丙")
    assert (again.source, again.taken_back_at, again.loaded_by) == (source, None, "丙")
    assert again.first_loaded_at == made.first_loaded_at < again.loaded_at
    assert ledger.record_load(batch("b1"), "丙", Source(purpose="另一目的")).source == Source(
        "示例市监局", "另一目的", "2026-12-31", "示例纪检组"
    )
    assert [e.action for e in ledger.audit_entries()] == ["load", "unload", "load", "load"]
    assert "股东.csv" not in str(ledger.audit_entries()), "a file's name may name people"


def test_a_ledger_is_found_again(ledger_url: str, tmp_path: Path) -> None:
    with open_ledger(ledger_url) as first:
        _, secret = first.create_key("平台", ["read"])
        head = first.audit_head()
    with open_ledger(ledger_url, create=False) as second:
        assert second.verify_key(secret) is not None
        assert second.audit_head() == head
