"""Rows refused, written so that they can be corrected and loaded again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from loaders.context import ReadContext
from loaders.identity import PersonKey, looks_like_person_number, masked, read_person_ids
from loaders.problems import Problem

ROW: Final = "lookthrough_row"
COLUMN: Final = "lookthrough_column"
ZH: Final = "lookthrough_原因"
EN: Final = "lookthrough_reason"
ADDED: Final = (ROW, COLUMN, ZH, EN)
"""Columns added to the original ones. They are ignored when the file is loaded again."""

_FORMULA: Final = r"^[=+\-@\t\r]"
SAFE_FORMULA: Final = r"^'([=+\-@\t\r])"
"""A cell made safe: the apostrophe goes when the file is loaded again."""


@dataclass(frozen=True)
class RejectedRows:
    """The refused rows of one sheet: their cells as read, and what was said of each."""

    file: str
    sheet: str
    table: str
    frame: pl.DataFrame


def refused_frame(
    frame: pl.DataFrame, rows: pl.Series, refused: dict[int, list[Problem]], key: PersonKey
) -> pl.DataFrame:
    """The refused rows with number, column and reasons. People's numbers become their ids (`person:<hash>`).

    A number must not leave the load, and a masked one would identify nobody when the file is loaded again.
    """
    at = sorted(refused)
    kept = frame[at]
    kept = kept.with_columns([_without_numbers(kept[name], key) for name in kept.columns])
    problems = [refused[i] for i in at]
    return kept.with_columns(
        pl.Series(ROW, rows.gather(at).to_list(), dtype=pl.Int64),
        pl.Series(COLUMN, ["; ".join(dict.fromkeys(p.column for p in ps)) for ps in problems]),
        pl.Series(ZH, [" ".join(dict.fromkeys(p.expected_zh for p in ps)) for ps in problems]),
        pl.Series(EN, [" ".join(dict.fromkeys(p.expected_en for p in ps)) for ps in problems]),
    )


def _without_numbers(cells: pl.Series, key: PersonKey) -> pl.Series:
    number = looks_like_person_number(cells)
    if not number.any():
        return cells
    found = pl.select(pl.when(number).then(cells)).to_series()
    ids = read_person_ids(found, None, key)["id"].fill_null(masked(found))
    return pl.select(pl.when(number).then(ids).otherwise(cells)).to_series().alias(cells.name)


def write_rejects(context: ReadContext, folder: Path) -> list[Path]:
    """One CSV file (UTF-8 with BOM, mode 0600) for each sheet with refused rows; returns their paths.

    Cells a spreadsheet would take for a formula get an apostrophe in front, which loading takes off again.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    for sheet in context.rejected:
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
        safe.write_csv(path, include_bom=True)
        paths.append(path)
    return paths
