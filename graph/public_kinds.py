"""Kinds of organisations that are the state, or belong to it: what they hold or manage ties nobody."""

from __future__ import annotations

from typing import Final

STATE: Final = ("state_holder", "government")
"""Those that hold or manage for the state."""
PUBLIC: Final = (*STATE, "public_institution")
"""Those, and public institutions: nobody owns any of them."""
