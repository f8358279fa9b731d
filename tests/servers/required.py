"""What a test needs that is not there: skipped loudly, or a failure where everything is required."""

from __future__ import annotations

import os
from typing import Final, NoReturn

import pytest

REQUIRE_ALL: Final = "LOOKTHROUGH_REQUIRE_ALL"
SHARED_DATA: Final = "shared data: "
"""How the reason of a skip begins where the real inputs beside the repository are absent."""
PLATFORM: Final = "platform: "
"""How the reason of a skip begins where the operating system can't run the test."""


class MissingComponentError(RuntimeError):
    """A real component can't be had on this machine; says why and what to do."""


def all_required() -> bool:
    """Whether a missing component fails the run (`LOOKTHROUGH_REQUIRE_ALL=1`)."""
    return os.environ.get(REQUIRE_ALL, "").lower() in ("1", "true", "yes")


def missing(reason: str) -> NoReturn:
    """Skip the asking test, or fail it where everything is required."""
    if all_required():
        pytest.fail(f"{reason} ({REQUIRE_ALL} is set, so this is a failure)", pytrace=False)
    pytest.skip(reason)


def may_be_skipped(reason: str) -> bool:
    """Whether a skip with this reason is allowed even where every component is required."""
    reason = reason.removeprefix("Skipped: ")
    return reason.startswith((SHARED_DATA, PLATFORM))
