"""What every test may ask for: real stores, real servers, the real inputs beside the repository."""

from __future__ import annotations

import gc
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest
from hypothesis import HealthCheck, settings

from tests.servers.required import (
    SHARED_DATA,
    MissingComponentError,
    all_required,
    may_be_skipped,
    missing,
)

if TYPE_CHECKING:
    import neo4j

    from graph.stores import Credentials
    from tests.servers.neo4j_server import Neo4jServer

# What needs the product, a driver or a server is imported in the fixture that uses it: a test of one room must not
# pay for, nor fail with, another.

Server = TypeVar("Server")

ROOT = Path(__file__).resolve().parent.parent

MARKERS = {
    "neo4j": "needs a Neo4j server: LOOKTHROUGH_TEST_NEO4J, or Java 17 and Maven",
    "postgres": "needs a PostgreSQL server: LOOKTHROUGH_TEST_POSTGRES, or the system's package",
    "browser": "needs Chromium",
    "slow": "takes more than a few seconds",
}

LONGEST = (
    "detectors/test_changed.py",
    "api/test_equal_answers.py",
    "cli/test_changes_of_holders.py",
    "cli/test_demo_truth.py",
    "web/test_told.py",
    "cli/test_bad_input.py",
    "graph/test_stores.py",
    "api/test_work.py",
    "test_docs.py",
    "api/test_questions.py",
    "graph/test_in_play_refresh.py",
    "web/test_journeys.py",
    "cli/test_sole_owners.py",
    "detectors/test_evidence.py",
    "web/test_access.py",
    "graph/test_namesakes.py",
    "web/test_uncertain.py",
    "cli/test_main_job.py",
    "exports/test_verifying.py",
    "exports/test_package.py",
    "web/test_service_dies.py",
    "api/test_screening.py",
    "cli/test_ledger.py",
    "api/test_cancelling.py",
    "visualize/test_reading_ahead.py",
)
"""Files of a minute and more, the longest first."""

# A shared machine makes single examples slow without a fault of theirs: no deadline.
settings.register_profile("dev", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "ci", deadline=None, max_examples=200, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if all_required() else "dev"))

_skipped_for_want: list[str] = []


def pytest_xdist_auto_num_workers() -> int:
    """Tests side by side for `-n auto`: one a processor, four at most (each may start servers of its own).

    One after another where a server is named: workers would empty its database under each other.
    """
    if os.environ.get("LOOKTHROUGH_TEST_NEO4J") or os.environ.get("LOOKTHROUGH_TEST_POSTGRES"):
        return 0
    return min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, 4)


def pytest_configure(config: pytest.Config) -> None:
    # A worker is told the width of the controller's terminal; what the product prints must not hang on it.
    os.environ.pop("COLUMNS", None)
    for name, meaning in MARKERS.items():
        config.addinivalue_line("markers", f"{name}: {meaning}")
    if hasattr(config.option, "loadscopereorder"):
        # By the number of its tests a file of a few long ones came last, and one worker waited for it.
        config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, then those of many tests: side by side all workers end together."""
    number = Counter(item.path for item in items)
    place = {ROOT / "tests" / name: at for at, name in enumerate(LONGEST)}
    items.sort(key=lambda item: (place.get(item.path, len(place)), -number[item.path], item.path))


def pytest_collection_finish() -> None:
    # What thousands of collected tests are made of stays to the end: no collection of garbage has to walk through it.
    gc.collect()
    gc.freeze()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail") and isinstance(report.longrepr, tuple):
        reason = str(report.longrepr[2])
        if not may_be_skipped(reason):
            _skipped_for_want.append(f"{report.nodeid}: {reason}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if all_required() and _skipped_for_want:
        terminalreporter.section("skipped though everything is required", red=True)
        for line in _skipped_for_want:
            terminalreporter.line(line)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if all_required() and _skipped_for_want and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def neo4j_server(request: pytest.FixtureRequest) -> Iterator[tuple[str, Credentials]]:
    """A Neo4j server's address and credentials, its database empty: the one named in the environment, else our own."""
    from graph.stores import Credentials
    from tests.servers.neo4j_server import Neo4jServer

    named = os.environ.get("LOOKTHROUGH_TEST_NEO4J")
    if not named:
        server = _started(Neo4jServer)
        yield server.url, Credentials()
        server.stop(keep_logs=request.session.testsfailed > 0)
        return
    # Variables of the tests' own: a product's password must never lead them to the product's data.
    user, _, password = os.environ.get("LOOKTHROUGH_TEST_NEO4J_AUTH", "").partition("/")
    server_and_credentials = named, Credentials(user, password)
    _refuse_foreign_data(*server_and_credentials)
    yield server_and_credentials
    _clear_all(*server_and_credentials)


def _refuse_foreign_data(url: str, credentials: Credentials) -> None:
    from tests.servers.neo4j_server import is_empty

    with _driver(url, credentials) as driver:
        if not is_empty(driver) and os.environ.get("LOOKTHROUGH_TEST_NEO4J_CLEAR") != "1":
            pytest.fail(
                f"The database at {url} is not empty, and these tests empty it. Name another server, or set "
                "LOOKTHROUGH_TEST_NEO4J_CLEAR=1 to lose what it holds.",
                pytrace=False,
            )
    _clear_all(url, credentials)


def _clear_all(url: str, credentials: Credentials) -> None:
    from tests.servers.neo4j_server import clear_rows, clear_schema

    with _driver(url, credentials) as driver:
        clear_rows(driver)
        clear_schema(driver)


def _driver(url: str, credentials: Credentials) -> neo4j.Driver:
    import neo4j

    auth = (credentials.user, credentials.password) if credentials.user else None
    return neo4j.GraphDatabase.driver(url, auth=auth, notifications_min_severity="OFF")


def _started(kind: Callable[[], Server]) -> Server:
    try:
        return kind()
    except MissingComponentError as error:
        missing(str(error))


@pytest.fixture(scope="session")
def current_neo4j_server(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a server of Neo4j's newest release; skips where there is no Java for it."""
    from tests.servers.neo4j_server import Neo4jServer, java_of_current
    from tests.servers.required import PLATFORM

    try:
        java_of_current()
    except MissingComponentError as error:
        pytest.skip(f"{PLATFORM}{error}")
    server = _started(partial(Neo4jServer, current=True))
    yield server.url
    server.stop(keep_logs=request.session.testsfailed > 0)


@pytest.fixture
def current_neo4j_url(current_neo4j_server: str) -> str:
    """Like `neo4j_url`, of Neo4j's newest release."""
    from graph.stores import Credentials
    from tests.servers.neo4j_server import clear_rows

    with _driver(current_neo4j_server, Credentials()) as driver:
        clear_rows(driver)
    return current_neo4j_server


@pytest.fixture(scope="session")
def _neo4j_driver(neo4j_server: tuple[str, Credentials]) -> Iterator[neo4j.Driver]:
    with _driver(*neo4j_server) as driver:
        yield driver


@pytest.fixture
def neo4j_url(neo4j_server: tuple[str, Credentials], _neo4j_driver: neo4j.Driver) -> str:
    """The address of a Neo4j server whose database holds no node; constraints of earlier tests may stand."""
    from tests.servers.neo4j_server import clear_rows

    clear_rows(_neo4j_driver)
    return neo4j_server[0]


@pytest.fixture(scope="session")
def neo4j_with_password(request: pytest.FixtureRequest) -> Iterator[Neo4jServer]:
    """A second Neo4j server, which asks for its `user` and `password`; started when first asked for."""
    from tests.servers.neo4j_server import Neo4jServer

    server = _started(partial(Neo4jServer, password="a-password-for-tests"))
    yield server
    server.stop(keep_logs=request.session.testsfailed > 0)


@pytest.fixture(params=["embedded", pytest.param("neo4j", marks=pytest.mark.neo4j)])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty store of each kind in turn: a folder, then a Neo4j address. `store_credentials` goes with it."""
    if request.param == "embedded":
        return os.fspath(tmp_path / "store")
    url: str = request.getfixturevalue("neo4j_url")
    return url


@pytest.fixture
def store_credentials(request: pytest.FixtureRequest, store_url: str) -> Credentials:
    """What `open_store(store_url, credentials=…)` needs; empty for the embedded store and our own server."""
    from graph.stores import Credentials

    if "://" not in store_url:
        return Credentials()
    found: Credentials = request.getfixturevalue("neo4j_server")[1]
    return found


@pytest.fixture(scope="session")
def postgres_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A PostgreSQL server's address (`postgresql://…`): the one named in the environment, else our own."""
    from tests.servers.postgresql_server import PostgresqlServer

    named = os.environ.get("LOOKTHROUGH_TEST_POSTGRES")
    if named:
        yield named
        return
    server = _started(PostgresqlServer)
    yield server.url
    server.stop(keep_logs=request.session.testsfailed > 0)


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where `lookthrough demo` has been run, once for all tests that run side by side; they copy it."""
    from graph.stores.lock import StoreLock
    from tests.docs.sessions import make_demo

    ours = tmp_path_factory.getbasetemp().resolve()
    home = (ours.parent if "PYTEST_XDIST_WORKER" in os.environ else ours) / "demo-home"
    home.mkdir(exist_ok=True)
    with StoreLock(home, "write", wait=600):
        if not (made := home / "made").exists():
            shutil.rmtree(home / "home", ignore_errors=True)
            (home / "home").mkdir()
            make_demo(home / "home")
            made.touch()
    return home / "home"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real public inputs beside the repository; skips where there is none."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"{SHARED_DATA}there is no folder ../shared/data beside the repository")
    return folder
