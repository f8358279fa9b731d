"""A person named by the number of a document: asked for, since an argument stays in the shell's history."""

from __future__ import annotations

import getpass
import sys

import polars as pl

from graph.stores import GraphStore
from loaders.identity import PersonKey, read_person_ids
from loaders.naming import NamingError
from lookthrough.cli.console import Session


def store_key(session: Session, store: GraphStore) -> PersonKey:
    """The key the store was filled with. Raises `PersonKeyError` where it can't be used, `StoreError` where it is another."""
    filled = store.meta("person_key_check") is not None
    key = PersonKey.open(session.settings.key_file, new=not filled)
    if filled:
        store.check_person_key(key.check_value)
    return key


def asked_person(session: Session, store: GraphStore) -> str:
    """The id of the person whose number is typed in, or stands on standard input. Raises `NamingError`, `StoreError`.

    The number goes no further than the keyed hash.
    """
    if store.meta("person_key_check") is None or not session.settings.key_file.exists():
        raise NamingError(
            f"无法按证件号查找：找不到建库时的密钥文件（{session.settings.key_file}）。请用 LOOKTHROUGH_KEY_FILE 指定。",
            f"People can't be found by number: the key file the store was made with is not at "
            f"{session.settings.key_file}. Name it in LOOKTHROUGH_KEY_FILE.",
        )
    key = PersonKey.open(session.settings.key_file)
    store.check_person_key(key.check_value)
    prompt = session.say("证件号码（不回显）：", "Number of the document (not shown): ")
    typed = (getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline()).strip()
    found = read_person_ids(pl.Series([typed], dtype=pl.String), None, key)["id"].item()
    # Any other text would become an id that shows it.
    if found is None or not found.startswith("person:"):
        raise NamingError(
            "这不是有效的证件号码（位数或校验位不对）。请核对后重试。",
            "That is not a valid number (its length or check digit is wrong). Check it and try again.",
        )
    return str(found)
