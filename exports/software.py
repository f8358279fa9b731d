"""Which software this is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def software_version() -> str:
    """The version of the installed distribution."""
    try:
        return version("lookthrough")
    except PackageNotFoundError:
        return "0"
