"""What lots and tenders are called in texts: their titles, else what a reader knows them by; never an inner id."""

from __future__ import annotations

import re
from typing import Final

from detectors.definition import Row

_NUMBER: Final = re.compile(r"[0-9A-Za-z.-]+")
_SAYS_LOT: Final = re.compile(r"[标包段]|lot|package|section", re.IGNORECASE)


def tender_name(row: Row) -> str:
    """The project's name, else its number; empty where neither is known. `row`: tender_title, tender_id."""
    return str(row["tender_title"] or _plain(row["tender_id"] or ""))


def lot_name(row: Row, lot: str | None = None) -> tuple[str, str]:
    """A lot in Chinese and English: its title, else its number as it is written, else that there is no other lot.

    `row`: lot_title (a lot without one has its number there), tender_id and lot_id, for which `lot` goes first.
    """
    title = str(row["lot_title"] or "")
    if title and not _NUMBER.fullmatch(title):
        return title, title
    tender, plain = _plain(row.get("tender_id") or ""), _plain(lot or row["lot_id"])
    if plain == tender:
        return "未分标段", "not divided into lots"
    number = title or (plain.removeprefix(f"{tender}/") if tender else plain)
    if _SAYS_LOT.search(number):
        return number, number
    return f"标段{number}", f"lot {number}"


def numbered(name: tuple[str, str], lot: str) -> tuple[str, str]:
    """The name of a lot with its number behind it, for where another lot bears the name too."""
    number = _plain(lot).rpartition("/")[2]
    return f"{name[0]}（{number}）", f"{name[1]} ({number})"


def _plain(id_: object) -> str:
    """An id without its scheme."""
    scheme, colon, rest = str(id_).partition(":")
    return rest if colon and re.fullmatch(r"[a-z][a-z0-9._-]*", scheme) else str(id_)
