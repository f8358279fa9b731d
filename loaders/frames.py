"""Data frames of people who live in notebooks into records."""

from __future__ import annotations

import difflib
import hashlib
import io
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from graph.records import Extract
from loaders.context import InputFile, ReadContext
from loaders.identity import PersonKey
from loaders.problems import Problem
from loaders.sheets import Sheet
from loaders.tables import TABLES, read_sheet, recognise, settle_tables
from loaders.tables.recognise import SheetPlan
from loaders.values import clean_header

if TYPE_CHECKING:
    import pandas as pd


class FrameError(ValueError):
    """Rows of a data frame that can't be loaded. `problems` has every one; the message (`zh`, `en`) says the first."""

    def __init__(self, problems: list[Problem]):
        first = problems[0]
        en_column, zh_column = (f", {first.column}", f"，{first.column}") if first.column else ("", "")
        more = len(problems) - 1
        self.en = f"row {first.row}{en_column}: {first.expected_en}{f' ({more} more)' if more else ''}"
        self.zh = f"第 {first.row} 行{zh_column}：{first.expected_zh}{f'（另有 {more} 处）' if more else ''}"
        super().__init__(self.en)
        self.problems = problems


class IgnoredColumnsWarning(UserWarning):
    """Columns of a frame that no table knows: what stands in them is not loaded.

    `columns`: heading → the known headings most like it. The message (`zh`, `en`) lists both.
    """

    def __init__(self, table: str, columns: Mapping[str, Sequence[str]]):
        en = "; ".join(
            c + (f" (did you mean {' or '.join(near)}?)" if near else "") for c, near in columns.items()
        )
        zh = "；".join(
            c + (f"（是否为 {' 或 '.join(near)}？）" if near else "") for c, near in columns.items()
        )
        self.en = f"columns of the frame that {table} does not know were ignored: {en}"
        self.zh = f"数据框中 {table} 表不认识的列未载入：{zh}"
        super().__init__(f"{self.zh}\n{self.en}")
        self.columns = columns


def load_frame(
    df: pd.DataFrame,
    table: str,
    *,
    dataset: str,
    person_key: PersonKey,
    observed_on: str | None = None,
    units: dict[str, str] | None = None,
    columns: dict[str, str] | None = None,
    strict: bool = True,
) -> Extract:
    """The records of a pandas frame whose rows are those of `table` (a name in `TABLES`).

    Headings, units and words are read as in a file; `columns` (table column → heading) and `units` (table column →
    percent, fraction, 元…) say what the headings don't. Row numbers in provenance are 1-based positions. Numbers in
    id columns of more than 15 digits are refused: pass ids as text. With `strict` a refused row raises `FrameError`;
    without it such rows are left out. Columns that aren't known are not loaded: an `IgnoredColumnsWarning` lists them.
    Raises `ValueError` on an unknown table, `FrameError` on a missing column.
    """
    if table not in TABLES:
        raise ValueError(f"no table {table!r}; known are: {', '.join(TABLES)}")
    headers = [str(c) for c in df.columns]
    cells = {h: [_text(v) for v in df.iloc[:, i].tolist()] for i, h in enumerate(headers)}
    numeric = {
        h: pl.Series([_is_number(v) for v in df.iloc[:, i].tolist()], dtype=pl.Boolean)
        for i, h in enumerate(headers)
    }
    frame = pl.DataFrame(cells, schema=dict.fromkeys(headers, pl.String))
    sheet = Sheet(
        name=table,
        frame=frame,
        rows=pl.Series(range(1, frame.height + 1), dtype=pl.Int64),
        numeric={h: s for h, s in numeric.items() if s.any()},
        skipped={},
        ragged=pl.Series([False], dtype=pl.Boolean).new_from_index(0, frame.height),
    )
    stream = io.BytesIO()
    frame.write_ipc(stream)
    digest = hashlib.sha256(table.encode() + stream.getvalue()).hexdigest()
    file = InputFile(Path(table), table, digest)
    choice: dict[str, Any] = {"table": table, "columns": columns or {}, "units": units or {}}
    context = ReadContext(Extract(dataset), person_key, observed_on=observed_on, mapping={"sheet": [choice]})
    context.extract.options = repr(sorted((k, sorted(v.items())) for k, v in choice.items() if k != "table"))
    plan = recognise(sheet, table, context.mapping)
    if plan.tables and plan.ignored:
        warnings.warn(IgnoredColumnsWarning(table, _near(plan)), stacklevel=2)
    rejected = read_sheet(sheet, plan, file, context)
    context.finish_file(file, "frame", frame.height, rejected)
    refused = [p for p in context.problems if p.kind == "reject"]
    if refused and (strict or frame.height == rejected):
        raise FrameError(refused)
    settle_tables(context)
    return context.extract


def _near(plan: SheetPlan) -> dict[str, tuple[str, ...]]:
    """Ignored headings, each with those most like it of the main table's columns that nothing fills."""
    main = plan.tables[0]
    free = [h for h, (column, _) in main.table.by_header.items() if column not in main.present]
    return {i: tuple(difflib.get_close_matches(clean_header(i), free, 2, 0.7)) for i in plan.ignored}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


def _text(value: object) -> str | None:
    """A cell as a file would have it; what pandas counts as missing is empty."""
    if value is None or value != value or str(value) in ("NaT", "<NA>"):
        return None
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = str(value).strip()
    return (text.removesuffix(" 00:00:00") if hasattr(value, "isoformat") else text) or None
