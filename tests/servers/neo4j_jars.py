"""Neo4j's jars: collected once by Maven into the user's cache folder."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

import platformdirs

from tests.servers.required import MissingComponentError

SOURCES: Final = Path(__file__).parent / "neo4j"
_POM: Final = SOURCES / "pom.xml"
_COMPLETE: Final = "complete"
CURRENT: Final = "2026.04.0"
"""The newest release the conformance suite covers as well, where a Java of 21 or later is found."""
_MINUTES: Final = 10


def version() -> str:
    """The release of Neo4j under test, as `pom.xml` says."""
    found = ElementTree.parse(_POM).findtext("properties/neo4j.version")
    assert found, f"{_POM} names no neo4j.version"
    return found


def cache_folder(release: str = "") -> Path:
    """Where the jars of a release are kept, outside the repository; follows XDG_CACHE_HOME."""
    return Path(platformdirs.user_cache_dir("lookthrough", appauthor=False)) / f"neo4j-{release or version()}"


def jars(folder: Path | None = None, release: str = "") -> Path:
    """The folder with Neo4j's jars, filled first where need be (about 120 MB); of the release in `pom.xml` by default.

    Safe when several processes ask at once and when one is killed half-way: a folder counts only with its
    `complete` marker, written last. Raises `MissingComponentError`.
    """
    folder = folder or cache_folder(release)
    libs = folder / "libs"
    if (folder / _COMPLETE).exists():
        return libs
    maven = shutil.which("mvn")
    if maven is None:
        raise MissingComponentError(
            "Neo4j can't be started: Maven (mvn) is not on the PATH. Install it and a JDK of 17 or later, or name "
            "a server in LOOKTHROUGH_TEST_NEO4J"
        )
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder):
        if not (folder / _COMPLETE).exists():
            shutil.rmtree(libs, ignore_errors=True)
            _collect(maven, libs, release or version())
            (folder / _COMPLETE).write_text((release or version()) + "\n", encoding="utf-8")
    return libs


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, which the operating system frees when a process dies."""
    with (folder / "lock").open("a") as lock:
        if sys.platform != "win32":
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _collect(maven: str, libs: Path, release: str) -> None:
    command = [
        *(maven, "-q", "-B", "-f", os.fspath(_POM), f"-Dneo4j.version={release}"),
        *("dependency:copy-dependencies", f"-DoutputDirectory={libs}"),
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_MINUTES * 60, check=False)
    except subprocess.TimeoutExpired as error:
        raise MissingComponentError(f"Maven did not deliver Neo4j's jars in {_MINUTES} minutes") from error
    if done.returncode != 0 or not any(libs.glob("neo4j-bolt-*.jar")):
        said = (done.stdout + done.stderr).strip()[-2000:]
        raise MissingComponentError(f"Maven could not collect Neo4j's jars: {said}")
