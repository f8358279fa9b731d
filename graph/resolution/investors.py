"""What an investor (投资人) of a firm is: its one owner by law, or one of its holders, as the kind of the firm says.

Whom a register calls so is stated three times, whatever the load knows of the firm: as who represents it
(`LEGAL_REP_OF`), as its owner (`EXERCISES_CONTROL`), and as a holder whose share is not known (`OWNS`, in a list of its
own kind). Which of them count follows from the firm's kind and name, which any other load may tell, before or after:

* of a sole proprietorship (个人独资企业) the first two, and the law gives him the whole;
* of a firm of any other kind, or that is named a company, the last one;
* of a firm of unsaid kind all of them: he has some share, and may be who represents it.

Source: 个人独资企业法 art. 2 (one natural person invests, and owns what such a firm has).
"""

from __future__ import annotations

from typing import Final, Literal

import polars as pl

INVESTORS: Final = "investors"
"""The kind of list (`list_kind`) investors stand in."""
SOLE_OWNER: Final = "sole_owner"
"""What an investor is called as representative and as owner."""
WORD_OF: Final = {"LEGAL_REP_OF": "role", "EXERCISES_CONTROL": "interest"}
"""The field of each relationship type that says so."""

_COMPANY: Final = "公司"
_SAID: Final = pl.col("kind").fill_null("").replace("unknown", "")
_NAMED: Final = pl.col("name").str.contains(_COMPANY, literal=True).fill_null(False)
ONE_PERSONS: Final = (_SAID == "sole_trader") & ~_NAMED
"""Whether a firm (`kind`, `name`) is one person's by law. A company is not, whatever its type is given as."""
OF_HOLDERS: Final = _NAMED | ~_SAID.is_in(["", "sole_trader"])
"""Whether a firm (`kind`, `name`) is stated or named to be no such one."""


def standing(kind: str | None, name: str | None) -> Literal["one_persons", "of_holders", "unsaid"]:
    """The same of one firm."""
    said = "" if kind == "unknown" else kind or ""
    if _COMPANY in (name or "") or said not in ("", "sole_trader"):
        return "of_holders"
    return "one_persons" if said else "unsaid"
