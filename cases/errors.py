"""What can go wrong with the ledger, said in both languages."""

from __future__ import annotations

from collections.abc import Sequence


class LedgerError(RuntimeError):
    """Base: the message says what happened and what to do. `zh` and `en` hold both wordings."""

    def __init__(self, zh: str, en: str):
        super().__init__(en)
        self.zh = zh
        self.en = en


class LedgerAddressError(LedgerError):
    """The address is none that a ledger can have."""


class LedgerMissingError(LedgerError):
    """There is no ledger at this place yet."""


class LedgerUnavailableError(LedgerError):
    """The database does not answer, or refuses user or password."""


class LedgerBusyError(LedgerError):
    """Another process has been writing for too long."""


class LedgerNewerError(LedgerError):
    """The ledger was made by a newer version."""


class LedgerReadOnlyError(LedgerError):
    """The ledger can be read but not written."""


class LedgerDamagedError(LedgerError):
    """The file is no ledger, or can't be read."""


class UnknownFindingError(LedgerError):
    """No finding of that id; names near ones."""

    def __init__(self, id_: str, near: Sequence[str]):
        listed = "、".join(near)
        super().__init__(
            f"台账中没有风险预警 {id_}。" + (f"相近的有：{listed}。" if near else "请在风险预警列表中查找。"),
            f"The ledger has no finding {id_}. "
            + (f"Near ones: {', '.join(near)}." if near else "Look for it in the list of findings."),
        )
        self.near = tuple(near)


class TransitionError(LedgerError):
    """A finding can't go from its state to the one asked for."""


class InvalidValueError(LedgerError):
    """Something given is missing or can't be: a blank reason, an expiry in the past, an unknown scope."""


class UnknownKeyError(LedgerError):
    """No API key of that id."""


class IdempotencyConflictError(LedgerError):
    """An idempotency key was used for another request."""


class IdempotencyPendingError(LedgerError):
    """The request with this idempotency key is still being worked on."""
