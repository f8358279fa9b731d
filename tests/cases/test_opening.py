"""Opening a ledger: made where it is not, brought up to date, or refused in a sentence."""

from __future__ import annotations

import os
import re
import shutil
import socket
import sqlite3
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from cases import (
    FindingFilter,
    Ledger,
    LedgerAddressError,
    LedgerBusyError,
    LedgerDamagedError,
    LedgerError,
    LedgerMissingError,
    LedgerNewerError,
    LedgerReadOnlyError,
    LedgerUnavailableError,
    open_ledger,
)
from cases.opening import REVISIONS
from cases.tables import Base
from tests.cases.made import SHAREHOLDER, behind, record, tie, undecided

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a-secret-word"
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="platform: file modes")


def test_the_migrations_make_the_tables_the_code_names(ledger: Ledger, ledger_url: str) -> None:
    engine = behind(ledger_url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    engine.dispose()


def test_every_revision_is_named_in_order() -> None:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "cases" / "migrations"))
    config.set_main_option("path_separator", "os")
    found = [s.revision for s in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(found)) == REVISIONS


def test_a_ledger_of_before_keeps_what_runs_could_not_decide(ledger_url: str) -> None:
    """Revision 0004 kept it as one list in the run; the audit's hash of such a run still holds afterwards."""
    gaps = [(SHAREHOLDER.id, undecided(f"local:T-{n}/1", "local:B")) for n in (3, 1, 2)]
    with open_ledger(ledger_url) as ledger:
        lacking, whole = record(ledger, tie(), undecided=gaps), record(ledger, tie())
        before = ledger.undecided(lacking.id)
    engine = behind(ledger_url)
    with engine.begin() as connection:
        told = connection.execute(text("SELECT gap FROM undecided ORDER BY place")).scalars().all()
        connection.execute(text("ALTER TABLE runs DROP COLUMN undecided"))
        connection.execute(text("ALTER TABLE runs ADD COLUMN undecided TEXT NOT NULL DEFAULT '[]'"))
        connection.execute(
            text("UPDATE runs SET undecided = :told WHERE id = :id"),
            {"told": f"[{','.join(told)}]", "id": lacking.id},
        )
        connection.execute(text("DROP TABLE undecided"))
        connection.execute(text("ALTER TABLE findings DROP COLUMN not_checked_since"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0004'"))
    engine.dispose()
    with open_ledger(ledger_url) as ledger:
        assert ledger.undecided(lacking.id) == before
        assert [gap["scope"]["id"] for _, gap in before or []] == [
            "local:T-3/1",
            "local:T-1/1",
            "local:T-2/1",
        ]
        assert ledger.undecided(whole.id) == []
        assert [r.undecided for r in ledger.runs()] == [0, 3]
        report = ledger.verify_audit()
        assert report.ok, report.en


def test_a_ledger_of_before_is_asked_by_who_ties_too(ledger_url: str) -> None:
    """Revision 0005 kept the subjects of a finding alone."""
    with open_ledger(ledger_url) as ledger:
        record(ledger, tie("local:H"), tie("local:K", lot="local:T-2/1"))
    engine = behind(ledger_url)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM finding_subjects WHERE party IN ('local:H', 'local:K')"))
        connection.execute(text("ALTER TABLE findings DROP COLUMN not_checked_since"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0005'"))
    engine.dispose()
    with open_ledger(ledger_url) as ledger:
        (found,) = ledger.findings(FindingFilter(subject="local:H"))
        assert found.id == tie("local:H").fingerprint
        assert len(ledger.findings(FindingFilter(subject="local:A"))) == 2
        report = ledger.verify_audit()
        assert report.ok, report.en


@posix_only
def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "a folder" / "台账?#%20.db"
    before = os.umask(0)
    try:
        with open_ledger(path) as ledger:
            record(ledger, tie())
            beside = sorted(path.parent.iterdir())
            assert len(beside) == 3, "the file, its log and its index"
            assert {stat.S_IMODE(p.stat().st_mode) for p in beside} == {0o600}
    finally:
        os.umask(before)
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "ledger.db",
            "sqlite://",
            "sqlite:///",
            "sqlite:///:memory:",
            "mysql://host/db",
            "://",
            "http://x",
        ),
        *("postgresql://h:port/d", f"oracle+cx_oracle://u:{SECRET}@h/d"),
    ],
)
def test_an_address_no_ledger_can_have(url: str) -> None:
    with pytest.raises(LedgerAddressError) as refused:
        open_ledger(url, wait=0.1)
    assert "postgresql://" in refused.value.en or "sqlite:///" in refused.value.en
    assert SECRET not in refused.value.en + refused.value.zh


def test_a_server_that_does_not_answer(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(LedgerUnavailableError) as down:
        open_ledger(f"postgresql://u:{SECRET}@127.0.0.1:{port}/d")
    for said in (down.value.zh, down.value.en):
        assert f"127.0.0.1:{port}" in said
        assert SECRET not in said
    with pytest.raises(LedgerUnavailableError):
        open_ledger("postgresql://no-such-host.invalid/d")


@pytest.mark.postgres
def test_a_database_or_user_that_is_not_there(postgres_url: str) -> None:
    for url in (
        re.sub(r"/[^/]*$", "/no_such_database", postgres_url),
        postgres_url.replace("lookthrough@", "nobody_here@"),
    ):
        with pytest.raises(LedgerUnavailableError, match="can't be reached"):
            open_ledger(url)


def test_a_folder_that_cant_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(LedgerUnavailableError, match="can't be made"):
        open_ledger(tmp_path / "file" / "ledger.db")
    with pytest.raises(LedgerUnavailableError):
        open_ledger(tmp_path)


def test_no_ledger_is_made_for_who_only_reads(ledger_url: str, tmp_path: Path) -> None:
    with pytest.raises(LedgerMissingError):
        open_ledger(ledger_url, create=False)
    assert list(tmp_path.iterdir()) == []
    with open_ledger(ledger_url):
        pass
    with open_ledger(ledger_url, create=False) as ledger:
        assert ledger.findings() == []


def test_a_ledger_of_a_newer_version_is_left_alone(ledger_url: str) -> None:
    with open_ledger(ledger_url) as ledger:
        record(ledger, tie())
    engine = behind(ledger_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(LedgerNewerError, match="newer version"):
        open_ledger(ledger_url)
    with engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM findings")).scalar() == 1
        connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": REVISIONS[-1]})
    engine.dispose()
    with open_ledger(ledger_url) as ledger:
        assert ledger.counts()["findings"] == 1


def test_a_locked_file(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with open_ledger(path) as ledger:
        record(ledger, tie())
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("PRAGMA locking_mode = EXCLUSIVE")
    blocker.execute("BEGIN EXCLUSIVE")
    blocker.execute("UPDATE ledger_state SET last_write_at = last_write_at")
    blocker.execute("COMMIT")
    with pytest.raises(LedgerBusyError), open_ledger(path, wait=0.2) as ledger:
        record(ledger, tie())
    blocker.close()
    with open_ledger(path) as ledger:
        assert ledger.verify_audit().entries == 1


def test_a_ledger_that_can_only_be_read(ledger_url: str, tmp_path: Path) -> None:
    with open_ledger(ledger_url) as ledger:
        record(ledger, tie())
    if ledger_url.startswith("sqlite"):
        path = ledger_url.removeprefix("sqlite:///")
        readable = f"sqlite:///file:{path}?mode=ro&uri=true"
    else:
        readable = f"{ledger_url}?options=-cdefault_transaction_read_only%3Don"
    with open_ledger(readable) as ledger:
        assert ledger.finding(tie().fingerprint).state == "new"
        with pytest.raises(LedgerReadOnlyError, match="not written"):
            record(ledger, tie())
        with pytest.raises(LedgerReadOnlyError):
            ledger.decide(tie().fingerprint, "in_review", "核对", "甲")


def test_a_file_that_is_no_ledger(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_text("these are words, and no database at all\n" * 100)
    with pytest.raises(LedgerDamagedError):
        open_ledger(path)
    assert path.read_text().startswith("these are words")
    with open_ledger(tmp_path / "other.db") as ledger:
        record(ledger, *[tie(f"local:{n}") for n in range(300)])
    whole = (tmp_path / "other.db").read_bytes()
    (tmp_path / "other.db").write_bytes(whole[:4096] + os.urandom(len(whole) - 4096))
    with pytest.raises(LedgerError), open_ledger(tmp_path / "other.db") as ledger:
        ledger.findings(limit=1000)


def test_a_password_is_taken_beside_the_address_and_never_shown(ledger_url: str) -> None:
    with open_ledger(ledger_url, password=SECRET) as ledger:
        assert SECRET not in ledger.url + repr(ledger) + str(vars(ledger))


def test_an_installed_package_brings_its_migrations(tmp_path: Path) -> None:
    """What the wheel takes (packages, and the files package-data names) makes a ledger by itself."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = ["*.py", *project["tool"]["setuptools"]["package-data"]["*"]]
    for package in ("cases", "detectors", "graph"):
        for folder in (ROOT / package, *(ROOT / package).rglob("*")):
            inside = [p for p in (folder, *folder.parents) if p.is_relative_to(ROOT / package)]
            if folder.is_dir() and all((p / "__init__.py").exists() for p in inside):
                target = tmp_path / "installed" / folder.relative_to(ROOT)
                target.mkdir(parents=True)
                for file in {f for pattern in patterns for f in folder.glob(pattern)}:
                    shutil.copy(file, target)
    script = (
        "import cases; print(cases.__file__); print(cases.open_ledger('sqlite:///l.db').counts()['findings'])"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", script],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path / "installed")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split() == [str(tmp_path / "installed" / "cases" / "__init__.py"), "0"]
