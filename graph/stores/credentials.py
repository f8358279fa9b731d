"""What a server asks for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Credentials:
    """User and password of a server; both empty where it asks for none."""

    user: str = ""
    password: str = ""
