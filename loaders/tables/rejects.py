"""Rows refused, written so that they can be corrected and loaded again."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from loaders.identity import (
    PersonKey,
    looks_like_person_number,
    masked,
    masked_within,
    read_person_ids,
    valid_resident_number,
)
from loaders.problems import Problem

if TYPE_CHECKING:
    from loaders.sheets import Sheet
    from loaders.tables.plans import TablePlan

ROW: Final = "lookthrough_row"
COLUMN: Final = "lookthrough_column"
ZH: Final = "lookthrough_原因"
EN: Final = "lookthrough_reason"
ADDED: Final = (ROW, COLUMN, ZH, EN)
"""Columns added to the original ones. They are ignored when the file is loaded again."""

_PEOPLE: Final = frozenset({"person_id", "head_id", "relative_id", "owner_id"})
"""Columns where a number is a person's unless it can't be."""

_FORMULA: Final = r"^[=+\-@\t\r]"
SAFE_FORMULA: Final = r"^'([=+\-@\t\r])"
"""A cell made safe: the apostrophe goes when the file is loaded again."""


UNRESOLVED: Final = ("name", "party_id", "candidates")
"""Columns of the file of names that stand for no one company, which is filled in and loaded."""


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: with an apostrophe in front, which loading takes off again."""
    return f"'{text}" if re.match(_FORMULA, text) else text


def made_safe(headings: Sequence[str]) -> bool:
    """Is a sheet with these headings one of ours, with its cells made safe?"""
    return ROW in headings or tuple(headings) == UNRESOLVED


@dataclass(frozen=True)
class RejectedRows:
    """The refused rows of one sheet: their cells as read, what was said of each, and the titles that say the year or
    unit of their amounts."""

    file: str
    sheet: str
    table: str
    frame: pl.DataFrame
    titles: tuple[str, ...] = ()


def refused_frame(
    sheet: Sheet, plans: Sequence[TablePlan], refused: dict[int, list[Problem]], key: PersonKey
) -> pl.DataFrame:
    """The refused rows with number, column and reasons. People's numbers become their ids (`person:<hash>`).

    A number must not leave the load, and a masked one would identify nobody when the file is loaded again. One that
    identifies nobody as it stands (masked, its end lost, its check wrong) stands masked, and so does one within a text.
    """
    at = sorted(refused)
    kept, rows = sheet.frame[at], sheet.rows
    people = _people_headings(plans)
    kept = kept.with_columns(
        [
            _without_numbers(
                kept[name],
                key,
                numeric.gather(at) if (numeric := sheet.numeric.get(name)) is not None else None,
                name in people,
                kept[kinds] if (kinds := people.get(name)) else None,
            )
            for name in kept.columns
        ]
    )
    problems = [refused[i] for i in at]
    return kept.with_columns(
        pl.Series(ROW, rows.gather(at).to_list(), dtype=pl.Int64),
        pl.Series(COLUMN, ["; ".join(dict.fromkeys(p.column for p in ps)) for ps in problems]),
        pl.Series(ZH, [" ".join(dict.fromkeys(p.expected_zh for p in ps)) for ps in problems]),
        pl.Series(EN, [" ".join(dict.fromkeys(p.expected_en for p in ps)) for ps in problems]),
    )


def _people_headings(plans: Sequence[TablePlan]) -> dict[str, str | None]:
    """Headings whose numbers are people's → the heading of the kind of document, if there is one."""
    found: dict[str, str | None] = {}
    for plan in plans:
        for column in _PEOPLE & set(plan.columns) if plan.table.name != "persons" else {"id"}:
            kind = "person_id_kind" if column == "head_id" else f"{column}_kind"
            kinds = next(iter(plan.columns.get(kind, ())), None)
            for heading in plan.columns.get(column, ()):
                found[heading] = found.get(heading) or kinds
    return found


def _without_numbers(
    cells: pl.Series, key: PersonKey, numeric: pl.Series | None, people: bool, kinds: pl.Series | None
) -> pl.Series:
    number = looks_like_person_number(cells)
    if not (people or number.any()):
        return masked_within(cells)
    read = read_person_ids(cells, kinds, key, numeric)
    if people:
        # Where only people are numbered, any document is one's, and so is a number that is right as a credit code too.
        document = read["id"].str.contains(r"^person:").fill_null(False)
        number = number | valid_resident_number(cells) | document
    if not number.any():
        return masked_within(cells)
    ids = pl.select(pl.when(read["id"].str.contains(r"^person[.:]")).then(read["id"])).to_series()
    return (
        pl.select(pl.when(number).then(ids.fill_null(masked(cells))).otherwise(masked_within(cells)))
        .to_series()
        .alias(cells.name)
    )


def write_rejects(rejected: Sequence[RejectedRows], folder: Path) -> list[Path]:
    """One CSV file (UTF-8 with BOM, mode 0600) for each sheet with refused rows; returns their paths.

    Cells a spreadsheet would take for a formula get an apostrophe in front, which loading takes off again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    for sheet in rejected:
        stem = re.sub(r"[^\w.-]+", "_", Path(sheet.file).name.rsplit(".", 1)[0])
        part = re.sub(r"[^\w.-]+", "_", sheet.sheet)
        base = "-".join(p for p in (stem, part, sheet.table) if p)
        path = folder / f"{base}.rejects.csv"
        number = 2
        while path in paths:
            path = folder / f"{base}-{number}.rejects.csv"
            number += 1
        safe = sheet.frame.with_columns(
            pl.when(pl.col(pl.String).str.contains(_FORMULA))
            .then("'" + pl.col(pl.String))
            .otherwise(pl.col(pl.String))
            .name.keep()
        )
        path.touch(mode=0o600, exist_ok=True)
        path.chmod(0o600)
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            # The year and unit of what stands below them, as the sheet had it.
            csv.writer(file, lineterminator="\n").writerows([title] for title in sheet.titles)
            file.write(safe.write_csv())
        paths.append(path)
    return paths
