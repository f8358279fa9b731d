"""The same commands on the embedded store and on Neo4j, with one person key, so that their answers can be compared."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from graph.stores import Credentials
from lookthrough.cli.main import run
from tests.servers.neo4j_server import clear_rows


@dataclass(frozen=True)
class Ran:
    """What one command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, read; the command must have ended well, or with refused rows only."""
        assert self.code in (0, 3), self.err
        return json.loads(self.out)


@dataclass(frozen=True)
class Store:
    """One store of the command line's, with its data folder."""

    url: str
    data: Path
    credentials: Credentials

    def __call__(self, *arguments: object, language: str = "en") -> Ran:
        """Run one command on it."""
        settings = {
            "LOOKTHROUGH_DATA": self.data,
            "LOOKTHROUGH_STORE": self.url,
            "LOOKTHROUGH_LANG": language,
            "LOOKTHROUGH_NEO4J_USER": self.credentials.user,
            "LOOKTHROUGH_NEO4J_PASSWORD": self.credentials.password,
        }
        out, err = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patched:
            for name, value in settings.items():
                patched.setenv(name, str(value))
            patched.setattr(sys, "stdout", out)
            patched.setattr(sys, "stderr", err)
            code = run([str(a) for a in arguments])
        return Ran(code, out.getvalue(), err.getvalue())


@dataclass(frozen=True)
class BothStores:
    """An embedded store and a Neo4j database, asked the same."""

    embedded: Store
    neo4j: Store

    def each(self, *arguments: object) -> tuple[Ran, Ran]:
        """The same command on one, then on the other."""
        return self.embedded(*arguments), self.neo4j(*arguments)

    def same(self, *arguments: object) -> Ran:
        """The same command on both, which must end alike and print the same bytes; gives what it did."""
        one, other = self.each(*arguments)
        assert one.code == other.code, (one.err, other.err)
        assert one.out == other.out, arguments
        return one


@contextmanager
def both_stores(folder: Path, server: tuple[str, Credentials]) -> Iterator[BothStores]:
    """Two empty stores with one data folder, and so one person key; the Neo4j one is emptied before and after."""
    import neo4j

    url, credentials = server
    auth = (credentials.user, credentials.password) if credentials.user else None
    with neo4j.GraphDatabase.driver(url, auth=auth, notifications_min_severity="OFF") as driver:
        clear_rows(driver)
        data = folder / "data"
        yield BothStores(Store(str(folder / "store"), data, Credentials()), Store(url, data, credentials))
        clear_rows(driver)
