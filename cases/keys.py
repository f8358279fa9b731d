"""API keys: 256 bits by chance, of which only the SHA-256 is kept."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert, select, update

from cases import audit
from cases.comparing import row_hash
from cases.errors import InvalidValueError, UnknownKeyError
from cases.records import SCOPES, KeyRecord
from cases.rows import first_row, rows, table_of
from cases.tables import KeyRow

_MARK: Final = "lt_"
_SHOWN: Final = len(_MARK) + 6
"""Characters of a secret that are kept in clear, to tell keys apart: 36 of its 256 bits."""

_LONGEST_NAME: Final = 100
_BY_SECRET: Final = select(table_of(KeyRow)).where(KeyRow.secret_sha256 == bindparam("secret"))
"""Made once: every request asks it."""


def hashed(secret: str) -> str:
    """What is kept of a secret. It is random and long, so a plain hash can't be searched."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def create(
    connection: Connection, at: str, name: str, scopes: Iterable[str], expires_at: str | None, actor: str
) -> tuple[KeyRecord, str]:
    """See `Ledger.create_key`."""
    wanted = list(scopes)
    unknown = [s for s in wanted if s not in SCOPES]
    if unknown or not wanted:
        listed = ", ".join(SCOPES)
        raise InvalidValueError(
            f"权限范围无效：{'、'.join(unknown) or '未给出'}。可用：{listed}。",
            f"No such scope: {', '.join(unknown) or 'none was given'}. There are: {listed}.",
        )
    called = audit.said(name, "名称", "the name")
    if len(called) > _LONGEST_NAME or re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", called):
        # It stands in logs, lists and the audit as who acted: one line, and none that looks like another entry.
        raise InvalidValueError(
            f"名称须为一行，最多 {_LONGEST_NAME} 个字符。",
            f"The name is one line of at most {_LONGEST_NAME} characters.",
        )
    if expires_at is not None and expires_at <= at:
        raise InvalidValueError("到期时间已过。", "The expiry is in the past.")
    secret = _MARK + secrets.token_urlsafe(32)
    row = {
        "id": "k" + secrets.token_hex(4),
        "name": called,
        "prefix": secret[:_SHOWN],
        "secret_sha256": hashed(secret),
        "scopes": [s for s in SCOPES if s in wanted],
        "created_at": at,
        "created_by": audit.said(actor, "操作人", "the actor"),
        "expires_at": expires_at,
        "revoked_at": None,
        "last_used_at": None,
    }
    connection.execute(insert(KeyRow), [row])
    told = {k: row[k] for k in ("name", "prefix", "scopes", "expires_at")} | {"record": row_hash(KeyRow, row)}
    audit.append(connection, at, actor, "key.create", str(row["id"]), told)
    return _record(row), secret


def find(connection: Connection, secret: str, at: str) -> KeyRecord | None:
    """The key of a secret, where it may be used at this time."""
    row = first_row(connection, _BY_SECRET, {"secret": hashed(secret)})
    if row is None or row["revoked_at"] is not None:
        return None
    if row["expires_at"] is not None and row["expires_at"] <= at:
        return None
    return _record(row)


def used(connection: Connection, id_: str, at: str) -> None:
    """Note that a key was used."""
    connection.execute(update(KeyRow).where(KeyRow.id == id_).values(last_used_at=at))


def every(connection: Connection) -> list[KeyRecord]:
    """All keys, oldest first."""
    query = select(table_of(KeyRow)).order_by(KeyRow.created_at, KeyRow.id)
    return [_record(row) for row in rows(connection, query)]


def revoke(connection: Connection, at: str, id_: str, actor: str) -> KeyRecord:
    """See `Ledger.revoke_key`."""
    row = first_row(connection, select(table_of(KeyRow)).where(KeyRow.id == id_))
    if row is None:
        raise UnknownKeyError(
            f"没有密钥 {id_}。可用 keys list 查看。", f"There is no key {id_}. See: keys list."
        )
    if row["revoked_at"] is not None:
        return _record(row)
    connection.execute(update(KeyRow).where(KeyRow.id == id_).values(revoked_at=at))
    audit.append(connection, at, actor, "key.revoke", id_, {"name": row["name"], "prefix": row["prefix"]})
    return _record({**row, "revoked_at": at})


def _record(row: Mapping[str, Any]) -> KeyRecord:
    values = {k: row[k] for k in KeyRecord.__slots__ if k != "scopes"}
    return KeyRecord(**values, scopes=tuple(row["scopes"]))
