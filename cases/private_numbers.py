"""People's numbers in what people wrote: masked wherever it is told, also where it was kept before they were."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def numbers_masked(reason: str) -> str:
    """A reason without people's numbers, accounts, telephones and mail addresses."""
    # Loads what reads tables: only where there is a reason at all.
    from loaders.identity import without_private_numbers

    return without_private_numbers(reason)


def detail_masked(detail: Mapping[str, Any]) -> dict[str, Any]:
    """What an entry of the audit tells, its reason as `numbers_masked` tells it."""
    reason = detail.get("reason")
    return {**detail, "reason": numbers_masked(reason)} if isinstance(reason, str) else dict(detail)
