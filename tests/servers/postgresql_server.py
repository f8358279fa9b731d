"""A real PostgreSQL server for the tests, from the system's own package.

`python -m tests.servers.postgresql_server` runs one in the foreground and prints its address and folder.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from tests.servers.required import MissingComponentError

_SECONDS_TO_START: Final = 60
_GUARD: Final = Path(__file__).with_name("guard.py")
_UNPRIVILEGED: Final = ("postgres", "nobody")


class PostgresqlServer:
    """One server on a free loopback port, its data in a temporary folder.

    User `lookthrough`, database `postgres`, no password. It ends with `stop` or with this process, however that
    ends. Raises `MissingComponentError` where it can't be started.
    """

    def __init__(self) -> None:
        binaries = _binaries()
        # PostgreSQL refuses to run as root, and pytest's own folders are closed to other users.
        self._as: dict[str, Any] = _unprivileged()
        self.home = Path(tempfile.mkdtemp(prefix="lookthrough-postgresql-"))
        if self._as:
            shutil.chown(self.home, self._as["user"])
        self.log = self.home / "server.log"
        data = self.home / "data"
        self._initialise(binaries, data)
        self.port = _free_port()
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, os.fspath(_GUARD), os.fspath(data), *self._guard_options()),
                    *(os.fspath(binaries / "postgres"), "-D", os.fspath(data), "-p", str(self.port)),
                    *("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="),
                    *("-c", "fsync=off"),
                ],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.home,
                start_new_session=True,
            )
        try:
            self._await()
        except BaseException:
            self.stop(keep_logs=True)
            raise

    @property
    def url(self) -> str:
        """The server's address, `postgresql://lookthrough@127.0.0.1:PORT/postgres`."""
        return f"postgresql://lookthrough@127.0.0.1:{self.port}/postgres"

    def _guard_options(self) -> list[str]:
        # The guard keeps this user's rights: the unprivileged user may not be able to reach this Python.
        return ["--user", self._as["user"]] if self._as else []

    def _initialise(self, binaries: Path, data: Path) -> None:
        done = subprocess.run(
            [
                *(os.fspath(binaries / "initdb"), "-D", os.fspath(data), "-U", "lookthrough"),
                *("--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync"),
            ],
            capture_output=True,
            text=True,
            cwd=self.home,
            check=False,
            **self._as,
        )
        if done.returncode != 0:
            shutil.rmtree(self.home, ignore_errors=True)
            raise MissingComponentError(
                f"PostgreSQL could not make a database: {done.stderr.strip()[-1000:]}"
            )

    def _await(self) -> None:
        end = time.monotonic() + _SECONDS_TO_START
        while time.monotonic() < end and self._process.poll() is None:
            if "database system is ready" in self._said():
                return
            time.sleep(0.05)
        raise MissingComponentError(
            f"PostgreSQL did not start; its log is kept in {self.home}: {self._said().strip()[-1000:]}"
        )

    def _said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait(self) -> int:
        """Wait until the server ends; its exit code."""
        # A blocking wait would keep Ctrl-C waiting too where a library restarts interrupted system calls.
        while (code := self._process.poll()) is None:
            time.sleep(0.2)
        return code

    def stop(self, keep_logs: bool = False) -> None:
        """End the server and remove its data; `keep_logs` leaves the folder with its log."""
        if self._process.stdin:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        try:
            self._process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self.home / "data" if keep_logs else self.home, ignore_errors=True)


def _binaries() -> Path:
    """The folder with `initdb` and `postgres`: of the PATH, else the newest of Debian's package."""
    on_path = shutil.which("postgres")
    if on_path and shutil.which("initdb"):
        return Path(on_path).resolve().parent
    packaged = [p for p in Path("/usr/lib/postgresql").glob("*/bin") if (p / "postgres").exists()]
    if not packaged:
        raise MissingComponentError(
            "PostgreSQL can't be started: neither postgres nor initdb is installed. Install the package "
            "postgresql, or name a server in LOOKTHROUGH_TEST_POSTGRES"
        )
    return max(packaged, key=lambda p: float(p.parent.name))


def _unprivileged() -> dict[str, Any]:
    """What makes `subprocess` step down from root; nothing where this process is no root."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return {}
    import grp
    import pwd

    for name in _UNPRIVILEGED:
        with contextlib.suppress(KeyError):
            group = grp.getgrgid(pwd.getpwnam(name).pw_gid).gr_name
            return {"user": name, "group": group, "extra_groups": []}
    raise MissingComponentError("PostgreSQL won't run as root, and there is no user to run it as")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def main() -> int:
    """Run a server until Ctrl-C."""
    try:
        server = PostgresqlServer()
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
