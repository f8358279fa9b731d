"""Asking beside what a thread does: further threads that see its state of the store and are cancelled with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from typing import Protocol, TypeVar

from graph.stores.cancelling import cancellable
from graph.stores.contract import GraphStore

_T = TypeVar("_T")


class Beside(Protocol):
    """Work handed to other threads."""

    def __call__(self, work: Callable[[], _T]) -> Future[_T]:
        """Begin a piece of work; what it gives or raises comes with `result()`."""
        ...


@contextmanager
def side_by_side(store: GraphStore, threads: int = 1) -> Iterator[Beside]:
    """Work begun inside the block runs on `threads` further threads, in the order it was begun.

    It reads one state of the store, the block's; a block that is left early or cancelled stops what still runs. Where
    a store keeps its state for one thread alone, work is done at once by the caller.
    """
    if not store.steady_in_context:
        yield _at_once
        return
    with store.steady(), cancellable() as handle, ThreadPoolExecutor(threads, "beside") as pool:
        try:
            yield lambda work: pool.submit(copy_context().run, work)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            handle.cancel()
            raise


def _at_once(work: Callable[[], _T]) -> Future[_T]:
    done: Future[_T] = Future()
    try:
        done.set_result(work())
    except Exception as error:
        done.set_exception(error)
    return done
