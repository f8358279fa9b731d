"""Memory that is free is given back between detectors, where the C library can."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any


def give_back() -> None:
    """Give free pages back to the system. Does nothing where the C library has no such call (musl, macOS, Windows).

    Each answer of the engine is freed in pieces between others: glibc keeps their pages, and over a run of large answers
    the process grows by some hundred MiB that hold nothing.
    """
    if call := _trim():
        call(0)


@cache
def _trim() -> Any:
    try:
        return ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):
        return None
