"""A real Neo4j Community server for the tests, run from its Maven artifacts.

`python -m tests.servers.neo4j_server` runs one in the foreground and prints its address and folder;
`--auth PASSWORD` has it ask for user neo4j and that password.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import neo4j

from tests.servers import neo4j_jars
from tests.servers.required import MissingComponentError

_SECONDS_TO_START: Final = 120
_OLDEST_JAVA: Final = 17
_JAVA_OF_CURRENT: Final = 21
_JVMS: Final = Path("/usr/lib/jvm")
"""Where Debian and others install Java side by side."""
_FOR_A_SHORT_LIFE: Final = ("-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
"""Tests ask little of many kinds: compiling the server's code for speed would take longer than running it so saves."""
_FOR_WORK: Final = ("-Xmx2g",)
"""As a server runs that stays up: what is measured is not to be that its code is never compiled for speed."""
_KEPT_PLANS: Final = "dbms.cypher.min_replan_interval=1h"
"""A database that is filled with a few rows and emptied for each test has other counts every few seconds: questions
planned anew for each would take the server longer than answering them."""
_FIRST_PASSWORD: Final = "neo4j"
"""What a new Neo4j server asks for until it is changed."""


class Neo4jServer:
    """One server on a free loopback port, its data in a temporary folder.

    It ends when `stop` is called or when this process ends, however it ends: the server reads a pipe that only
    this process holds. `password`: asked of user neo4j; without one the server lets everybody in. Raises
    `MissingComponentError` where it can't be started. `current`: the newest release, not the oldest supported.
    `for_work`: with the memory and the compiler of a server that stays up.
    """

    def __init__(self, password: str = "", current: bool = False, for_work: bool = False) -> None:
        self.user = "neo4j" if password else ""
        self.password = password
        java = java_of_current() if current else _java()
        libs = neo4j_jars.jars(release=neo4j_jars.CURRENT if current else "")
        self.home = Path(tempfile.mkdtemp(prefix="lookthrough-neo4j-"))
        self.log = self.home / "server.log"
        settings = self.home / "server.conf"
        settings.write_text(_settings(asks=bool(password), for_work=for_work), encoding="utf-8")
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [
                    *(java, *(_FOR_WORK if for_work else _FOR_A_SHORT_LIFE), "-cp", os.fspath(libs / "*")),
                    os.fspath(neo4j_jars.SOURCES / "Neo4jServer.java"),
                    *(os.fspath(self.home), os.fspath(settings)),
                ],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Ctrl-C is for the tests alone: they still need the server to clean up.
                start_new_session=True,
            )
        try:
            self.port = self._await_port()
            if password:
                self._set_password()
        except BaseException:
            self.stop(keep_logs=True)
            raise

    @property
    def url(self) -> str:
        """The server's address, `bolt://127.0.0.1:PORT`."""
        return f"bolt://127.0.0.1:{self.port}"

    def _await_port(self) -> int:
        end = time.monotonic() + _SECONDS_TO_START
        while time.monotonic() < end:
            ready = re.search(r"^READY (\d+)$", self._said(), re.MULTILINE)
            if ready:
                return int(ready[1])
            if self._process.poll() is not None:
                break
            time.sleep(0.1)
        raise MissingComponentError(
            f"Neo4j did not start; its log is kept in {self.home}: {self._said().strip()[-1500:]}"
        )

    def _said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def _set_password(self) -> None:
        with neo4j.GraphDatabase.driver(self.url, auth=(self.user, _FIRST_PASSWORD)) as driver:
            driver.execute_query(
                "ALTER CURRENT USER SET PASSWORD FROM $first TO $password",
                first=_FIRST_PASSWORD,
                password=self.password,
                database_="system",
            )

    def wait(self) -> int:
        """Wait until the server ends; its exit code."""
        # A blocking wait would keep Ctrl-C waiting too where a library restarts interrupted system calls.
        while (code := self._process.poll()) is None:
            time.sleep(0.2)
        return code

    def stop(self, keep_logs: bool = False) -> None:
        """End the server and remove its data; `keep_logs` leaves the folder with its logs."""
        if self._process.stdin:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self.home / "data" if keep_logs else self.home, ignore_errors=True)


def _settings(asks: bool, for_work: bool) -> str:
    return "\n".join(
        (
            *(() if for_work else (_KEPT_PLANS,)),
            "server.bolt.enabled=true",
            # Port 0: the system picks a free one, so that no two servers can meet.
            "server.bolt.listen_address=127.0.0.1:0",
            "server.bolt.advertised_address=127.0.0.1:0",
            f"dbms.security.auth_enabled={str(asks).lower()}",
            "server.memory.pagecache.size=128m",
            "dbms.usage_report.enabled=false",
            "",
        )
    )


def _java() -> str:
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=os.fspath(Path(home) / "bin")) if home else None
    java = java or shutil.which("java")
    if java is None:
        raise MissingComponentError(
            f"Neo4j can't be started: there is no java on the PATH. Install a JDK of {_OLDEST_JAVA} or later, or "
            "name a server in LOOKTHROUGH_TEST_NEO4J"
        )
    version, said = _version(java)
    if version < _OLDEST_JAVA:
        raise MissingComponentError(
            f"Neo4j can't be started: it needs a JDK of {_OLDEST_JAVA} or later; {java} says: {said.strip()[:200]}"
        )
    return java


def java_of_current() -> str:
    """A Java that runs the newest release: of JAVA_HOME, the PATH, or installed beside them.

    Raises `MissingComponentError` where there is none.
    """
    home = os.environ.get("JAVA_HOME")
    named = [Path(home) / "bin" / "java"] if home else []
    on_path = shutil.which("java")
    others = sorted(_JVMS.glob("*/bin/java")) if _JVMS.is_dir() else []
    for java in (*named, *([Path(on_path)] if on_path else []), *others):
        if java.is_file() and _version(os.fspath(java))[0] >= _JAVA_OF_CURRENT:
            return os.fspath(java)
    raise MissingComponentError(f"Neo4j {neo4j_jars.CURRENT} needs a Java of {_JAVA_OF_CURRENT} or later")


def _version(java: str) -> tuple[int, str]:
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(\d+)', said)
    return (int(found[1]) if found else 0), said


def clear_rows(driver: neo4j.Driver) -> None:
    """Remove every node and relationship of the server's database, in batches; its schema stays."""
    with driver.session() as session:
        session.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS").consume()


def clear_schema(driver: neo4j.Driver) -> None:
    """Remove every constraint and index of the server's database."""
    with driver.session() as session:
        for record in session.run("SHOW CONSTRAINTS YIELD name").data():
            session.run(f"DROP CONSTRAINT `{record['name']}` IF EXISTS").consume()
        # The look-up indexes are the server's own.
        indexes = session.run("SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP' RETURN name").data()
        for record in indexes:
            session.run(f"DROP INDEX `{record['name']}` IF EXISTS").consume()


def is_empty(driver: neo4j.Driver) -> bool:
    """Whether the server's database holds no node."""
    return not driver.execute_query("MATCH (n) RETURN n LIMIT 1").records


def main(arguments: list[str] | None = None) -> int:
    """Run a server until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m tests.servers.neo4j_server", description=__doc__)
    parser.add_argument("--auth", metavar="PASSWORD", default="", help="ask for user neo4j and this password")
    asked = parser.parse_args(arguments)
    try:
        server = Neo4jServer(asked.auth)
    except MissingComponentError as error:
        print(error, file=sys.stderr)
        return 1
    print(server.url, server.home, flush=True)
    try:
        return server.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        server.stop()


if __name__ == "__main__":
    sys.exit(main())
