"""From a folder or an address to an open store."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from graph.stores.contract import GraphStore
from graph.stores.credentials import Credentials
from graph.stores.embedded import EmbeddedEngine
from graph.stores.errors import StoreBusyError, StoreError
from graph.stores.lock import Mode, served_here
from graph.stores.served import served_in
from graph.stores.store import Store

_NEO4J_SCHEMES: Final = ("bolt", "bolt+s", "bolt+ssc", "neo4j", "neo4j+s", "neo4j+ssc")


def open_store(
    url: str | Path, mode: Mode = "write", credentials: Credentials | None = None, wait: float = 0.0
) -> GraphStore:
    """Open a store: a folder for the embedded engine, `bolt://` or `neo4j://` for Neo4j.

    `mode` "read" shares an embedded store with other readers; "write" has it alone. `wait`: seconds to wait for
    that. A store that another process of this user holds and serves is used through that process. Raises
    `StoreError`: busy, missing (reading only), made by a newer version, server down or refusing.
    """
    text = str(url)
    scheme = text.partition("://")[0].lower() if "://" in text else ""
    if scheme in _NEO4J_SCHEMES:
        _check_address(text)
        from graph.stores.neo4j import Neo4jEngine

        return Store(Neo4jEngine(text, credentials or Credentials(), mode), text, write=mode == "write")
    if scheme and scheme != "file":
        raise StoreError(
            f"不支持的数据库地址：{text}。请给出文件夹路径，或 bolt:// / neo4j:// 地址。",
            f"{text} is no store: give a folder, or a bolt:// or neo4j:// address.",
        )
    folder = Path(text.removeprefix("file://")).expanduser()
    if folder.exists() and not folder.is_dir():
        raise StoreError(f"{folder} 不是文件夹。", f"{folder} is not a folder.")
    try:
        # A store that is served needs no waiting for: its holder lets it go only when it ends.
        engine = EmbeddedEngine(folder, mode, 0.0 if served_here(folder) else wait)
    except StoreBusyError:
        served = served_in(folder, text, mode)
        if served is None:
            raise
        return served
    try:
        return Store(engine, text, write=mode == "write")
    except BaseException:
        engine.close()
        raise


def _check_address(text: str) -> None:
    """Refuse what the driver would trip over, or tell on: a password in an address comes into listings and logs."""
    try:
        parts = urlsplit(text)
        usable, has_password = bool(parts.hostname) and parts.port != 0, "@" in parts.netloc
    except ValueError:
        usable, has_password = False, "@" in text
    if has_password:
        raise StoreError(
            "数据库地址中不能写用户名和密码。请改用 LOOKTHROUGH_NEO4J_USER 与 "
            "LOOKTHROUGH_NEO4J_PASSWORD（或 LOOKTHROUGH_NEO4J_PASSWORD_FILE）。",
            "A store's address may not hold a user or password. Give them in LOOKTHROUGH_NEO4J_USER and "
            "LOOKTHROUGH_NEO4J_PASSWORD (or LOOKTHROUGH_NEO4J_PASSWORD_FILE).",
        )
    if not usable:
        raise StoreError(
            f"数据库地址有误：{text}。应形如 bolt://主机:7687。",
            f"{text} is not a usable address: it should look like bolt://HOST:7687.",
        )
