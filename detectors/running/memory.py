"""Memory over a run: what is free is given back between detectors, and Python's collector rests."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any


@contextmanager
def uncollected() -> Iterator[None]:
    """Inside the block Python does not look for circles of objects.

    A run over everything makes some million of small ones that live to its end, and each round walks over them all.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


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
