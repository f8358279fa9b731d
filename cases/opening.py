"""From an address to an open, up-to-date database; and what a database's errors mean."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from cases.errors import (
    LedgerAddressError,
    LedgerBusyError,
    LedgerDamagedError,
    LedgerError,
    LedgerMissingError,
    LedgerNewerError,
    LedgerReadOnlyError,
    LedgerUnavailableError,
)
from graph.system_errors import reason

REVISIONS: Final = ("0001", "0002", "0003", "0004", "0005", "0006", "0007")
"""Every revision of `cases/migrations`, oldest first."""
_WRITING: Final = "lookthrough_writing"
_WAIT: Final = "lookthrough_wait"
_MIGRATION_LOCK: Final = 0x6C6B7468
"""Any number that nobody else locks in the same PostgreSQL database."""


def ledger_address(url: str | URL) -> URL:
    """The address with its driver: `sqlite:///…` or `postgresql://…`. Raises `LedgerAddressError`."""
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        address = None
    scheme = address.drivername.split("+")[0] if address is not None else ""
    if address is None or scheme not in ("sqlite", "postgresql", "postgres"):
        # What was given may hold a password: only its scheme is repeated.
        raise LedgerAddressError(
            f"台账地址无法使用{f'（{scheme}）' if scheme else ''}。请用 sqlite:///文件路径，或 postgresql://用户@主机:端口/数据库。",
            f"That is no address of a ledger{f' ({scheme})' if scheme else ''}. Use sqlite:///PATH, or "
            "postgresql://USER@HOST:PORT/DATABASE.",
        )
    if scheme == "sqlite":
        if address.database in (None, "", ":memory:"):
            raise LedgerAddressError(
                "台账须是一个文件：sqlite:///文件路径。", "A ledger is a file: sqlite:///PATH."
            )
        return address.set(drivername="sqlite")
    return address.set(drivername="postgresql+psycopg")


def open_engine(address: URL, wait: float, create: bool) -> Engine:
    """Connect, and bring the tables up to date. `wait`: seconds to wait for another writer."""
    if address.drivername == "sqlite":
        _make_file(address, create)
        engine = create_engine(address, connect_args={"timeout": wait, "check_same_thread": False})
        _speak_sqlite(engine, wait)
    else:
        stated = address.query.get("options", "")
        engine = create_engine(
            address,
            pool_pre_ping=True,
            connect_args={
                "connect_timeout": 5,
                "application_name": "lookthrough",
                "options": f"{stated} -c lock_timeout={int(wait * 1000)} -c timezone=UTC".strip(),
            },
        )
    try:
        with explained(address):
            _migrate(engine, create)
    except BaseException:
        engine.dispose()
        raise
    return engine


@contextmanager
def writing(engine: Engine, wait: float | None = None) -> Iterator[Connection]:
    """A transaction that may write; on SQLite it has the file's one write lock from its beginning.

    `wait`: seconds to wait for that lock, where others than the ledger's own.
    """
    options: dict[str, Any] = {_WRITING: True} | ({} if wait is None else {_WAIT: wait})
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def _make_file(address: URL, create: bool) -> None:
    name = str(address.database)
    if name.startswith("file:"):
        return  # SQLite's own form of address, for who needs its options.
    path = Path(name).expanduser()
    if path.exists():
        return
    if not create:
        raise LedgerMissingError(
            f"还没有台账：{path}。请先运行 detect 或 load。",
            f"There is no ledger yet at {path}. Run detect or load first.",
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Made before SQLite does, so that it is never readable by others, not even for a moment.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        zh, en = reason(error)
        raise LedgerUnavailableError(
            f"无法创建台账 {path}：{zh}。请检查路径和权限。",
            f"The ledger {path} can't be made: {en}. Check path and permissions.",
        ) from error


def _speak_sqlite(engine: Engine, wait: float) -> None:
    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _: Any) -> None:
        # The driver's own transactions begin too late and end before DDL; ours are begun below.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA recursive_triggers = ON")
        _to_write_ahead(cursor, wait)
        # An audit entry that was acknowledged must outlive a power cut.
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.close()

    @event.listens_for(engine, "begin")
    def began(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get(_WRITING):
            _begin_immediate(connection, options.get(_WAIT, wait), wait)
        else:
            connection.exec_driver_sql("BEGIN")


def _to_write_ahead(cursor: sqlite3.Cursor, wait: float) -> None:
    """The mode in which reading and writing don't hinder each other; a new file is in another until somebody says so."""
    end = time.monotonic() + wait
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            # A file that can only be read stays in the mode it is in.
            if "readonly" in str(error) or "read-only" in str(error):
                return
            # SQLite does not wait here itself where another process is about to do the same.
            if "locked" not in str(error) or time.monotonic() >= end:
                raise
            time.sleep(0.05)


def _begin_immediate(connection: Connection, wait: float, otherwise: float) -> None:
    """Wait for the write lock in short steps, so that Ctrl-C is heard meanwhile."""
    end = time.monotonic() + wait
    connection.exec_driver_sql("PRAGMA busy_timeout = 50")
    try:
        while True:
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                return
            except OperationalError as error:
                if "locked" not in str(error.orig) or time.monotonic() >= end:
                    raise
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {int(otherwise * 1000)}")


def _migrate(engine: Engine, create: bool) -> None:
    with engine.connect() as connection:
        if _revision(connection) == REVISIONS[-1]:
            return
    with writing(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _MIGRATION_LOCK})
        found = _revision(connection)
        if found == REVISIONS[-1]:
            return
        if found is None and not create:
            raise LedgerMissingError(
                "该数据库中还没有台账。请先运行 detect 或 load。",
                "There is no ledger in this database yet. Run detect or load first.",
            )
        # Imported where needed: most commands find the tables as they should be.
        from alembic import command
        from alembic.config import Config

        config = Config()
        config.set_main_option(
            "script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%")
        )
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _revision(connection: Connection) -> str | None:
    """The revision a database is at. Raises `LedgerNewerError`."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if found is not None and found not in REVISIONS:
        raise LedgerNewerError(
            f"该台账由更新的版本创建（修订 {found}，本程序支持到 {REVISIONS[-1]}）。请升级 lookthrough。",
            f"This ledger was made by a newer version (revision {found}; this one knows {REVISIONS[-1]}). "
            "Upgrade lookthrough to use it.",
        )
    return None if found is None else str(found)


@contextmanager
def explained(address: URL) -> Iterator[None]:
    """Turn the database's errors into the ledger's."""
    try:
        yield
    except (DBAPIError, PoolTimeoutError, NoSuchModuleError) as error:
        known = _meaning(address, error)
        if known is None:
            raise
        raise known from error


def _meaning(address: URL, error: Exception) -> LedgerError | None:
    said = str(getattr(error, "orig", None) or error).lower()
    sqlite = address.drivername == "sqlite"
    place = str(address.database) if sqlite else address.render_as_string(hide_password=True)
    code = getattr(getattr(error, "orig", None), "sqlstate", None) or ""
    if "locked" in said or code in ("55P03", "40P01") or isinstance(error, PoolTimeoutError):
        return LedgerBusyError(
            f"台账 {place} 正被另一进程写入，等待超时。请等其结束后重试。",
            f"Another process is writing to the ledger {place}, and waiting took too long. Try again when it is done.",
        )
    if "readonly" in said or "read-only" in said or code in ("25006", "42501"):
        return LedgerReadOnlyError(
            f"台账 {place} 只能读取，不能写入。请检查文件或数据库用户的权限。",
            f"The ledger {place} can be read but not written. Check the permissions of the file or the user.",
        )
    if "not a database" in said or "malformed" in said:
        return LedgerDamagedError(
            f"{place} 不是台账，或文件已损坏。请检查地址，或从备份恢复。",
            f"{place} is no ledger, or its file is damaged. Check the address, or restore a backup.",
        )
    if "disk is full" in said or code == "53100":
        return LedgerUnavailableError(
            f"台账 {place} 所在磁盘空间不足，未记录任何内容。请腾出空间后重试。",
            f"No room left on the disk of the ledger {place}; nothing was recorded. Free some room, then try again.",
        )
    if sqlite:
        # A disk that is full when SQLite first maps its files shows as an I/O error, too.
        if "unable to open" in said or "disk i/o" in said:
            return LedgerUnavailableError(
                f"无法打开台账 {place}。请检查路径、权限和磁盘空间。",
                f"The ledger {place} can't be opened. Check path, permissions and free disk space.",
            )
        return None
    if isinstance(error, DBAPIError) and (
        error.connection_invalidated or code[:2] in ("08", "28", "57", "3D") or not code
    ):
        return LedgerUnavailableError(
            f"无法连接台账 {place}。请检查数据库是否运行，以及地址、用户和密码（LOOKTHROUGH_LEDGER）。",
            f"The ledger {place} can't be reached. Check that the database runs, and its address, user and password "
            "(LOOKTHROUGH_LEDGER).",
        )
    return None
