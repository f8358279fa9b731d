"""Answers kept for those who ask the same of the same data again: the latest used, so many of them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

Answer = TypeVar("Answer")


class Kept:
    """At most `most` answers by what was asked; any number of threads. Whoever asks names the state of the data too."""

    def __init__(self, most: int):
        self._most = most
        self._answers: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, asked: Hashable, make: Callable[[], Answer], keeps: Callable[[], bool]) -> Answer:
        """The answer kept, or the one made now, kept if `keeps` says so once it is made."""
        with self._lock:
            if asked in self._answers:
                self._answers.move_to_end(asked)
                found: Answer = self._answers[asked]
                return found
        made = make()
        if keeps():
            with self._lock:
                self._answers[asked] = made
                while len(self._answers) > self._most:
                    self._answers.popitem(last=False)
        return made
