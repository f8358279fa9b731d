"""An empty ledger of each kind in turn: SQLite, then PostgreSQL."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, make_url, text

from cases import Ledger, open_ledger
from tests.cases.made import Clock

KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=KINDS)
def ledger_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a ledger that is not there yet."""
    if request.param == "sqlite":
        yield str(URL.create("sqlite", database=str(tmp_path / "ledger.db")))
        return
    yield from database(request.getfixturevalue("postgres_url"))


def database(server: str) -> Iterator[str]:
    """A database of its own on a PostgreSQL server, gone afterwards."""
    name = f"ledger_{uuid.uuid4().hex[:12]}"
    address = make_url(server).set(drivername="postgresql+psycopg")
    admin = create_engine(address, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


@pytest.fixture
def clock() -> Clock:
    return Clock()


TAMPERING = ("test_audit", "test_opening")
"""Modules whose tests go round the ledger."""


@pytest.fixture
def ledger(request: pytest.FixtureRequest, ledger_url: str, clock: Clock) -> Iterator[Ledger]:
    """Whatever a test did through the ledger, its tables and its audit agree afterwards."""
    with open_ledger(ledger_url, clock=clock) as opened:
        yield opened
        if request.module.__name__.rpartition(".")[2] not in TAMPERING:
            report = opened.verify_audit()
            assert report.ok, report.en
