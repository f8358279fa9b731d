"""Settings, read once from the environment and passed down; nothing below imports this module.

Every variable is described in docs/operating.md.
"""

from __future__ import annotations

import getpass
import hashlib
import locale
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import platformdirs

from graph.stores import Credentials

if TYPE_CHECKING:
    from sqlalchemy import URL

Language = Literal["zh", "en"]


class SettingsError(ValueError):
    """A setting has a value that can't be used; says which and what it may be."""

    def __init__(self, zh: str, en: str):
        super().__init__(en)
        self.zh = zh
        self.en = en


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are, and in which language to speak."""

    store: str
    """A folder, or a bolt:// or neo4j:// address."""
    data: Path
    """The user's data folder: key file, reports of loads."""
    key_file: Path
    """The key that hashes persons' numbers."""
    language: Language
    credentials: Credentials
    rules: Path | None = None
    """The local rules in force."""
    ledger_stated: str = ""
    """The ledger's address, where one is set."""
    ledger_password: str = field(default="", repr=False)
    actor: str = "unknown"
    """Who acts, as the audit names it."""
    detectors: Path | None = None
    """An operator's own detectors: a TOML file, or a folder of such."""
    store_stated: bool = False
    """Was the store named in the environment?"""
    key_stated: bool = False
    """Was the key file?"""

    def of_store(self, store: str) -> Settings:
        """The same for another store: with the key beside its folder, where one lies there and none is named."""
        found = replace(self, store=store)
        path = store.removeprefix("file://")
        beside = Path(path).expanduser().with_name("person.key")
        if self.key_stated or "://" in path or not beside.is_file():
            return found
        return replace(found, key_file=beside)

    @property
    def ledger(self) -> str | URL:
        """The ledger's address: the one set, else a file beside the store's folder, which outlives the folder."""
        if self.ledger_stated:
            return self.ledger_stated
        from sqlalchemy import URL

        if "://" in self.store and not self.store.startswith("file://"):
            name = hashlib.sha256(self.store.encode()).hexdigest()[:12]
            return URL.create("sqlite", database=os.fspath(self.data / f"ledger-{name}.db"))
        folder = Path(self.store.removeprefix("file://")).expanduser()
        return URL.create("sqlite", database=os.fspath(folder.with_name(folder.name + ".ledger.db")))


def read_settings(env: Mapping[str, str] | None = None) -> Settings:
    """From the environment. Raises `SettingsError`."""
    env = os.environ if env is None else env
    data = Path(
        env.get("LOOKTHROUGH_DATA") or platformdirs.user_data_dir("lookthrough", appauthor=False)
    ).expanduser()
    store = env.get("LOOKTHROUGH_STORE") or str(data / "store")
    key_file = Path(env.get("LOOKTHROUGH_KEY_FILE") or data / "person.key").expanduser()
    password = _secret(env, "LOOKTHROUGH_NEO4J_PASSWORD_FILE") or env.get("LOOKTHROUGH_NEO4J_PASSWORD", "")
    user = env.get("LOOKTHROUGH_NEO4J_USER", "neo4j" if password else "")
    stated = env.get("LOOKTHROUGH_RULES")
    rules = Path(stated).expanduser() if stated else None
    own = env.get("LOOKTHROUGH_DETECTORS")
    return Settings(
        store,
        data,
        key_file,
        _language(env),
        Credentials(user, password),
        rules,
        env.get("LOOKTHROUGH_LEDGER", ""),
        _secret(env, "LOOKTHROUGH_LEDGER_PASSWORD_FILE"),
        env.get("LOOKTHROUGH_ACTOR", "").strip() or _user(),
        Path(own).expanduser() if own else None,
        bool(env.get("LOOKTHROUGH_STORE")),
        bool(env.get("LOOKTHROUGH_KEY_FILE")),
    )


def _secret(env: Mapping[str, str], variable: str) -> str:
    """What the file named by a variable holds; empty where none is named."""
    file = env.get(variable)
    if not file:
        return ""
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"无法读取 {variable}：{file}。",
            f"{variable} can't be read: {file}.",
        ) from error


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        # A container's user may have a number and no name.
        return str(os.getuid()) if hasattr(os, "getuid") else "unknown"


def _language(env: Mapping[str, str]) -> Language:
    stated = env.get("LOOKTHROUGH_LANG", "").lower()
    if stated:
        if stated[:2] in ("zh", "en"):
            return "zh" if stated.startswith("zh") else "en"
        raise SettingsError(
            f"LOOKTHROUGH_LANG 只能是 zh 或 en，现为 {stated}。",
            f"LOOKTHROUGH_LANG is zh or en, not {stated}.",
        )
    found = env.get("LC_ALL") or env.get("LC_MESSAGES") or env.get("LANG") or (locale.getlocale()[0] or "")
    return "zh" if found.lower().startswith(("zh", "chinese")) else "en"
