"""Settings, read once from the environment and passed down; nothing below imports this module.

Every variable is described in docs/operating.md.
"""

from __future__ import annotations

import locale
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import platformdirs

from graph.stores import Credentials

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
    detectors: Path | None = None
    """An operator's own detectors: a TOML file, or a folder of such."""


def read_settings(env: Mapping[str, str] | None = None) -> Settings:
    """From the environment. Raises `SettingsError`."""
    env = os.environ if env is None else env
    data = Path(
        env.get("LOOKTHROUGH_DATA") or platformdirs.user_data_dir("lookthrough", appauthor=False)
    ).expanduser()
    store = env.get("LOOKTHROUGH_STORE") or str(data / "store")
    key_file = Path(env.get("LOOKTHROUGH_KEY_FILE") or data / "person.key").expanduser()
    password = env.get("LOOKTHROUGH_NEO4J_PASSWORD", "")
    password_file = env.get("LOOKTHROUGH_NEO4J_PASSWORD_FILE")
    if password_file:
        try:
            password = Path(password_file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingsError(
                f"无法读取 LOOKTHROUGH_NEO4J_PASSWORD_FILE：{password_file}。",
                f"LOOKTHROUGH_NEO4J_PASSWORD_FILE can't be read: {password_file}.",
            ) from error
    user = env.get("LOOKTHROUGH_NEO4J_USER", "neo4j" if password else "")
    stated = env.get("LOOKTHROUGH_RULES")
    rules = Path(stated).expanduser() if stated else None
    own = env.get("LOOKTHROUGH_DETECTORS")
    detectors = Path(own).expanduser() if own else None
    return Settings(store, data, key_file, _language(env), Credentials(user, password), rules, detectors)


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
