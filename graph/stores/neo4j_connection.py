"""A connection to a Neo4j server: asking, stopping what is asked, and its errors said so that a user can act on them."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeVar

import neo4j
from neo4j.exceptions import (
    AuthError,
    ConfigurationError,
    DriverError,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
)

from graph.stores.cancelling import Cancellation, stopping_with
from graph.stores.credentials import Credentials
from graph.stores.errors import (
    QueryCancelledError,
    QueryTimeoutError,
    StoreDeniedError,
    StoreError,
    StoreUnavailableError,
)


class Connection:
    """One server's database. Raises `StoreUnavailableError` or `StoreDeniedError` when it can't be had."""

    def __init__(self, url: str, credentials: Credentials):
        self.url = url
        auth = (credentials.user, credentials.password) if credentials.user else None
        try:
            self._driver = neo4j.GraphDatabase.driver(
                url,
                auth=auth,
                connection_timeout=10,
                max_transaction_retry_time=30,
                # A connection that lay idle is tried before it is used: its server may have been restarted.
                liveness_check_timeout=15,
                notifications_min_severity="OFF",
            )
        except (ConfigurationError, ValueError) as error:
            raise StoreError(
                f"数据库地址有误：{url}（{error}）。",
                f"{url} is not a usable address: {str(error).rstrip('.')}.",
            ) from error
        try:
            with self.said():
                self._driver.verify_connectivity()
        except BaseException:
            self.close()
            raise

    def session(self) -> neo4j.Session:
        """For writing; closed by whoever asks for it."""
        return self._driver.session()

    def close(self) -> None:
        """Close every connection to the server."""
        self._driver.close()

    @contextlib.contextmanager
    def said(self) -> Iterator[None]:
        """The driver's errors, said so that a user can act on them."""
        try:
            yield
        except Exception as error:
            if _was_interrupted(error):
                raise KeyboardInterrupt from error
            self._say(error)
            raise

    def _say(self, error: Exception) -> None:
        if isinstance(error, AuthError):
            raise StoreDeniedError(
                f"Neo4j（{self.url}）拒绝了用户名或密码。请检查 LOOKTHROUGH_NEO4J_USER 与 LOOKTHROUGH_NEO4J_PASSWORD"
                "（或 LOOKTHROUGH_NEO4J_PASSWORD_FILE，二者都设时以它为准）。",
                f"Neo4j at {self.url} refuses the user or password. Check LOOKTHROUGH_NEO4J_USER and "
                "LOOKTHROUGH_NEO4J_PASSWORD (or LOOKTHROUGH_NEO4J_PASSWORD_FILE, which counts where both are set).",
            ) from error
        if isinstance(error, Neo4jError) and error.code in _TIMED_OUT:
            raise QueryTimeoutError(
                "查询超时，已停止。", "The query ran past its time limit and was stopped."
            ) from error
        away = isinstance(error, Neo4jError) and error.code in _AWAY
        if away or isinstance(error, ServiceUnavailable | DriverError | OSError):
            raise StoreUnavailableError(
                f"无法连接 Neo4j（{self.url}）。请确认服务已启动、地址与端口正确，然后重试。",
                f"Neo4j at {self.url} does not answer. Check that it runs and that address and port are right, "
                "then try again.",
            ) from error

    def read(
        self, cypher: str, params: Mapping[str, Any], timeout: float, fetch_size: int
    ) -> tuple[list[str], list[list[Any]]]:
        """Names of the columns, and rows. Raises `QueryTimeoutError` after `timeout` seconds (0: no limit). The transaction bears a mark of its own, by which it can be stopped."""
        mark = uuid.uuid4().hex
        query = neo4j.Query(cypher, metadata={"lookthrough": mark}, timeout=timeout or None)

        def ask() -> tuple[list[str], list[list[Any]]]:
            with self._driver.session(
                default_access_mode=neo4j.READ_ACCESS, fetch_size=fetch_size
            ) as session:
                result = session.run(query, dict(params))
                return list(result.keys()), result.values()

        with self.said(), stopping_with(lambda: self._stop(mark)) as cancellation:
            try:
                return _again_if_lost(ask)
            except Neo4jError as error:
                _say_cancelled(error, cancellation)
                raise

    def _stop(self, mark: str) -> None:
        with self._driver.session() as session:
            session.run(
                "SHOW TRANSACTIONS YIELD transactionId AS id, metaData WHERE metaData.lookthrough = $mark "
                "TERMINATE TRANSACTIONS id YIELD message RETURN message",
                mark=mark,
            ).consume()

    def run(self, cypher: str, **params: Any) -> None:
        """One statement in a transaction of its own, which the driver may repeat."""
        with self._driver.session() as session:
            session.execute_write(lambda tx: tx.run(cypher, params).consume())


_TIMED_OUT: Final = frozenset(
    {
        "Neo.ClientError.Transaction.TransactionTimedOut",
        "Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration",
    }
)

_STOPPED: Final = frozenset(
    {
        "Neo.ClientError.Transaction.TransactionTerminated",
        "Neo.ClientError.Transaction.Terminated",
        "Neo.TransientError.Transaction.Terminated",
        "Neo.TransientError.Transaction.LockClientStopped",
    }
)
_AWAY: Final = frozenset(
    {
        "Neo.TransientError.General.DatabaseUnavailable",
        "Neo.TransientError.Database.DatabaseUnavailable",
        "Neo.ClientError.Database.DatabaseNotFound",
    }
)
"""What a server says that is going down, or not all up yet."""

_Answer = TypeVar("_Answer")


def _again_if_lost(ask: Callable[[], _Answer]) -> _Answer:
    """Ask once more where the connection was lost: it may have been to a server that has since been restarted."""
    try:
        return ask()
    except (ServiceUnavailable, SessionExpired):
        return ask()


def _say_cancelled(error: Neo4jError, cancellation: Cancellation | None) -> None:
    if cancellation is not None and cancellation.cancelled and error.code in _STOPPED:
        raise QueryCancelledError("查询已取消。", "The question was cancelled.") from error


def _was_interrupted(error: BaseException) -> bool:
    """Whether an error came while a Ctrl-C was on its way: the driver, closing in the middle of a message, fails."""
    before = error.__context__
    while before is not None and not isinstance(before, KeyboardInterrupt):
        before = before.__context__
    return before is not None
