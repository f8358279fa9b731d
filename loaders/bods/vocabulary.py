"""The standard's codes, as declared in `vocabulary.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

_RAW: Final[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "vocabulary.toml").read_text("utf-8"))

HOLDING: Final[Mapping[str, str]] = _RAW["holding"]
"""Interest types that feed `share` or `votes`."""
INTEREST: Final[Mapping[str, str]] = _RAW["interest"]
"""Every other interest type → `interest` of EXERCISES_CONTROL."""
LEI: Final[Mapping[str, Mapping[str, Any]]] = _RAW["lei"]
"""LEI relationship types → `interest` and `direct`, or `branch`."""
ENTITY: Final[Mapping[str, str]] = _RAW["entity"]
UNKNOWN_ENTITIES: Final = frozenset(_RAW["entity_unknown"]["types"])
PERSON_TYPES: Final = frozenset(_RAW["person"]["types"])
UNKNOWN_PERSONS: Final = frozenset(_RAW["person"]["unknown"])
NOBODY: Final = frozenset(_RAW["nobody"]["reasons"])

_LEI_TYPE: Final = re.compile(r"\bIS_[A-Z_-]+[A-Z]\b")


def snake(code: object) -> str:
    """A code of any version in snake case: `votingRights`, `voting-rights` → `voting_rights`."""
    return _snake(str(code or ""))


@lru_cache(maxsize=1024)
def _snake(code: str) -> str:
    text = code.strip()
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[-\s]+", "_", text).lower()


def lei_relationship(details: object) -> Mapping[str, Any] | None:
    """What the LEI relationship type named in an interest's `details` means; None where it names none."""
    found = _LEI_TYPE.search(str(details or ""))
    return LEI.get(found.group(0)) if found else None
