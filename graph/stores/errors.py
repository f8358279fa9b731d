"""What can go wrong with a store, said in both languages."""

from __future__ import annotations


class StoreError(RuntimeError):
    """Base: the message says what happened and what to do. `zh` and `en` hold both wordings."""

    def __init__(self, zh: str, en: str):
        super().__init__(en)
        self.zh = zh
        self.en = en


class StoreBusyError(StoreError):
    """Another process holds the store."""


class BuffersFullError(StoreBusyError):
    """What is asked at the same time takes more than the engine's buffers hold."""


class StoreMissingError(StoreError):
    """There is no store at this place yet."""


class StoreNewerError(StoreError):
    """The store was made by a newer version."""


class StoreOlderError(StoreError):
    """The store was made by an older version, whose fields this one does not read."""


class StoreUnavailableError(StoreError):
    """The server does not answer."""


class StoreDeniedError(StoreError):
    """The server refuses user or password."""


class StoreFullError(StoreError):
    """No room on the disk."""


class StoreDamagedError(StoreError):
    """The store's file can't be read."""


class QueryTimeoutError(StoreError):
    """A query ran past its time limit and was stopped."""


class QueryCancelledError(StoreError):
    """A query was stopped by whoever had asked it, or by the store's closing."""


class KeyMismatchError(StoreError):
    """The key that hashes persons' numbers is not the one this store was filled with."""


class UnknownBatchError(StoreError):
    """No batch of that id."""
