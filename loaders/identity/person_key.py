"""The secret under which personal numbers become ids, and the ids it gives.

A number is never stored: an id is a keyed hash, so that nobody without the key can try out numbers, and a
masked form is kept for people to read.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import stat
from pathlib import Path
from typing import Final

import polars as pl

from loaders.identity.check_digits import resident_check_chars

_KEY_BYTES: Final = 32
_BLOCK: Final = 64


class PersonKeyError(RuntimeError):
    """The key file can't be used. The message, in both languages, says why and what to do."""

    def __init__(self, zh: str, en: str):
        super().__init__(en)
        self.zh = zh
        self.en = en


def resident_id_18(numbers: pl.Series) -> pl.Series:
    """15-digit resident ids as 18 characters (century 19 and the check character put in); others as they are."""
    short = numbers.str.contains(r"^[0-9]{15}$").fill_null(False)
    if not short.any():
        return numbers
    old = numbers.filter(short)
    body = old.str.slice(0, 6) + "19" + old.str.slice(6)
    return numbers.scatter(short.arg_true(), body + resident_check_chars(body))


class PersonKey:
    """Turns (kind of document, number) into `person:<32 hex>` by HMAC-SHA-256, cut to 128 bits.

    Equal numbers under one kind and one key give equal ids; another key gives other ids, so a store keeps
    `check_value` and refuses a key whose value differs.
    """

    def __init__(self, secret: bytes):
        if len(secret) < 16:
            raise ValueError("a key of at least 16 bytes is needed")
        key = hashlib.sha256(secret).digest() if len(secret) > _BLOCK else secret
        key = key.ljust(_BLOCK, b"\0")
        # RFC 2104 with both pads absorbed once: a whole column costs two short hashes a number.
        self._inner = hashlib.sha256(bytes(b ^ 0x36 for b in key))
        self._outer = hashlib.sha256(bytes(b ^ 0x5C for b in key))

    def digest(self, message: bytes) -> str:
        """HMAC-SHA-256 of the message, as 64 hex digits."""
        inner = self._inner.copy()
        inner.update(message)
        outer = self._outer.copy()
        outer.update(inner.digest())
        return outer.hexdigest()

    @property
    def check_value(self) -> str:
        """16 hex digits that tell one key from another and give nothing away."""
        return self.digest(b"lookthrough person key\n")[:16]

    def person_id(self, id_kind: str, number: str) -> str:
        """The id of one number. `number` must be cleaned (`clean_ids`); 15-digit resident ids are lengthened."""
        ids = self.person_ids(pl.Series([number]), pl.Series([id_kind]))
        return str(ids.item())

    def person_ids(self, numbers: pl.Series, kinds: pl.Series) -> pl.Series:
        """Ids of many cleaned numbers; null where number or kind is null."""
        resident = (kinds == "resident_id").fill_null(False)
        longer = pl.select(pl.when(resident).then(resident_id_18(numbers)).otherwise(numbers)).to_series()
        texts = (kinds + "\n" + longer).to_list()
        digest = self.digest
        seen: dict[str, str] = {}
        out: list[str | None] = []
        for text in texts:
            if text is None:
                out.append(None)
                continue
            found = seen.get(text)
            if found is None:
                found = seen[text] = "person:" + digest(text.encode())[:32]
            out.append(found)
        return pl.Series("id", out, dtype=pl.String)

    @classmethod
    def open(cls, path: Path, new: bool = True) -> PersonKey:
        """The key kept at `path`; a new one, readable by its owner alone, where there is none yet.

        Two processes that start at once get the same key: the file appears whole, and the first one stays.
        `new` false: the store was filled with a key, and one made now would not be it. Raises `PersonKeyError`
        where the file is readable by others or isn't a key, or is not there and none is to be made.
        """
        if not path.exists():
            if not new:
                raise PersonKeyError(
                    f"找不到密钥文件 {path}，而该数据库是用一个密钥建立的。请用 LOOKTHROUGH_KEY_FILE 指定建库时的密钥文件，或从备份恢复。",
                    f"There is no key file {path}, and this store was filled with a key. Name the file it was filled "
                    "with in LOOKTHROUGH_KEY_FILE, or restore it from a backup.",
                )
            _create(path)
        mode = stat.S_IMODE(path.stat().st_mode)
        if os.name == "posix" and mode & 0o077:
            raise PersonKeyError(
                f"密钥文件 {path} 的权限过宽（{mode:04o}），其他用户也能读取。请执行 chmod 600 后重试。",
                f"The key file {path} can be read by others (mode {mode:04o}). Run chmod 600 on it, then try again.",
            )
        try:
            secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
        except (ValueError, OSError) as error:
            raise _not_a_key(path) from error
        if len(secret) != _KEY_BYTES:
            raise _not_a_key(path)
        return cls(secret)


def _not_a_key(path: Path) -> PersonKeyError:
    return PersonKeyError(
        f"{path} 不是有效的密钥文件（应为 64 位十六进制字符），或无法读取。请从备份恢复；换用新密钥后，已入库人员无法再与新数据对应。",
        f"{path} is not a valid key file (64 hexadecimal digits are expected), or can't be read. Restore it from a "
        "backup; under a new key the people already loaded no longer meet those in new data.",
    )


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(_KEY_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            # A link, unlike a rename, never replaces a key another process has just made.
            os.link(draft, path)
        except FileExistsError:
            return
        except OSError:
            # Some file systems have no hard links.
            if not path.exists():
                draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
