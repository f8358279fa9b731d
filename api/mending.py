"""A server that goes in the middle of a load can't take the load back: that is done when it answers again, unasked."""

from __future__ import annotations

import threading
from typing import Final

import structlog

from graph.stores import GraphStore
from graph.stores.errors import StoreBusyError, StoreUnavailableError

AGAIN: Final = 5.0
"""Seconds between two attempts."""
_log = structlog.get_logger("lookthrough.mending")


def take_back_when_it_answers(store: GraphStore, ended: threading.Event, again: float = AGAIN) -> None:
    """Try until what was left open is taken back, or the service has `ended`; in a thread of its own."""
    threading.Thread(target=_take_back, args=(store, ended, again), name="mending", daemon=True).start()


def _take_back(store: GraphStore, ended: threading.Event, again: float) -> None:
    while not ended.wait(again):
        try:
            store.take_back_unfinished()
        except (StoreUnavailableError, StoreBusyError):
            continue
        except Exception:
            _log.exception("mending_failed")
        else:
            _log.info("mended")
        return
