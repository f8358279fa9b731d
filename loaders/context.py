"""What every format module is given while it reads one load."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph.records import Extract, RefusedBid, RefusedTie, SourceFile
from loaders.identity import masked_in
from loaders.problems import Kind, Problem

if TYPE_CHECKING:
    from loaders.identity import PersonKey
    from loaders.tables.rejects import RejectedRows


@dataclass(frozen=True, slots=True)
class InputFile:
    """One file to read: where it lies, and the name shown to people (relative to what was asked for)."""

    path: Path
    name: str
    sha256: str

    @property
    def key(self) -> str:
        """The first 12 characters of the hash: how a source names its file."""
        return self.sha256[:12]


@dataclass
class ReadContext:
    """The extract being filled, and how this load is to be read.

    `mapping` is a saved mapping (`load --map`): table and column choices and units, by file or sheet.
    `summary` counts, by name, what a person should know (rows skipped as totals, consortia split…).
    """

    extract: Extract
    person_key: PersonKey
    observed_on: str | None = None
    mapping: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    summary: dict[str, int] = field(default_factory=dict)
    rejected: list[RejectedRows] = field(default_factory=list)
    """The refused rows of each sheet, to be written out by `loaders.tables.write_rejects`."""
    refused_bids: dict[str, list[RefusedBid]] = field(default_factory=dict)
    """By file key the bids that its refused rows state: how many bids their lots have is not known."""
    refused_ties: dict[str, list[RefusedTie]] = field(default_factory=dict)
    """By file key the holders and bans of companies that its refused rows state: who holds them is not wholly known."""
    rosters: dict[str, str] = field(default_factory=dict)
    """Sheets (file key#sheet) that list the members of households, each with the day its names give, or nothing."""
    progress: Callable[[str, int, int], None] | None = None
    """Called with (file name, rows read so far, rows in all or 0 where unknown)."""

    @property
    def dataset(self) -> str:
        """The data set this load belongs to."""
        return self.extract.dataset

    def count(self, what: str, n: int = 1) -> None:
        """Add to the summary."""
        if n:
            self.summary[what] = self.summary.get(what, 0) + n

    def problem(
        self,
        kind: Kind,
        code: str,
        file: InputFile,
        row: int | str,
        *,
        zh: str,
        en: str,
        sheet: str = "",
        column: str = "",
        value: str = "",
    ) -> None:
        """Report one row or cell; no number of a person within is told."""
        place, told = masked_in(str(row)), masked_in(value)
        self.problems.append(Problem(kind, code, file.name, sheet, place, column, told, zh, en))

    def finish_file(self, file: InputFile, format_: str, rows: int, rejected: int) -> None:
        """Record a file as read."""
        bids = tuple(self.refused_bids.get(file.key, ()))
        ties = tuple(self.refused_ties.get(file.key, ()))
        self.extract.files.append(SourceFile(file.name, file.sha256, format_, rows, rejected, bids, ties))
