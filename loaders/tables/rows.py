"""One sheet being read: the rows refused and why, and the records the rest gives."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from typing import Literal

import numpy as np
import polars as pl

from graph.records import RelKey
from loaders.context import InputFile, ReadContext
from loaders.identity import looks_like_person_number, mask, masked_within
from loaders.problems import Problem
from loaders.rosters import day_of
from loaders.sheets import Sheet
from loaders.tables.messages import message
from loaders.tables.plans import bare_heading
from loaders.tables.recognise import SheetPlan
from loaders.tables.rejects import SAFE_FORMULA, made_safe
from loaders.tables.vocabulary import Vocabulary
from loaders.values import NOT_AVAILABLE, as_written, formula_errors, normalise_empty

Mask = pl.Series
"""Boolean, one value a row; null counts as false."""

AT = "_row"
"""The column of a frame of records that says which row of the sheet each came from (position, 0-based)."""


class SheetRows:
    """A sheet, what is refused of it, and the records it gives.

    Records are kept back until the whole sheet is read: a row refused by one table feeds no other either.
    """

    def __init__(self, sheet: Sheet, plan: SheetPlan, file: InputFile, context: ReadContext):
        self.sheet = sheet
        self.plan = plan
        self.file = file
        self.context = context
        self.height = sheet.frame.height
        self.at = pl.Series(AT, range(self.height), dtype=pl.UInt32)
        self.bad = np.zeros(self.height, dtype=bool)
        self.made_again: list[int] = []
        """Rows equal to an earlier one that count all the same."""
        self.refused: dict[int, list[Problem]] = {}
        self.of_refused: list[Callable[[], None]] = []
        """What is to be kept of refused rows, once it is known which they are."""
        self._nodes: list[tuple[str, pl.DataFrame]] = []
        self._rels: list[tuple[RelKey, pl.DataFrame]] = []
        self._clean: dict[str, pl.Series] = {}
        self._broken: dict[int, list[Problem]] = {}
        self._errors: dict[str, pl.Series | None] = {}
        self._duplicates: pl.Series | None = None
        self._said: set[tuple[str, str, int]] = set()

    def cells(self, header: str) -> pl.Series:
        """One column as it is written, words for "empty" and the errors of formulas made null."""
        if header not in self._clean:
            cells = as_written(self.sheet.frame[header])
            if made_safe(self.sheet.frame.columns):
                cells = cells.str.replace(SAFE_FORMULA, "${1}")
            errors = self._errors[header] = formula_errors(cells)
            self._clean[header] = normalise_empty(
                cells if errors is None else cells.set(errors.is_not_null(), None)
            )
        return self._clean[header]

    def tell_formula_errors(self, header: str, refuse: bool) -> None:
        """Refuse the rows of a column that show a formula's error, or flag them as empty there; a look-up that found
        nothing (`#N/A`) is no value in either case."""
        self.cells(header)
        errors = self._errors[header]
        if errors is None:
            return
        broken = errors != NOT_AVAILABLE if refuse else self.at < 0
        self.report("reject", broken, "formula-error", header, errors)
        self.report(
            "flag", errors.is_not_null() & ~broken.fill_null(False), "formula-error-empty", header, errors
        )

    def report(
        self,
        kind: Literal["reject", "flag", "note"],
        mask_: Mask,
        code: str,
        column: str,
        values: pl.Series | None = None,
        *,
        name: str = "",
        known: str | Vocabulary = "",
        personal: bool = False,
    ) -> None:
        """Say something of every row in a mask; "reject" also refuses the row. `known`: a vocabulary by its codes."""
        at = mask_.fill_null(False).arg_true().to_list()
        # Two tables of one row read the same cell: said once. What a formula failed to give is not missing besides.
        said = (code, "formula-error") if code == "missing-value" else (code,)
        at = [i for i in at if not any((c, column, i) in self._said for c in said)]
        if not at:
            return
        self._said.update((code, column, i) for i in at)
        told = (known.told, "、".join(known.codes)) if isinstance(known, Vocabulary) else (known, known)
        zh = message(code, name or column, told[0] or bare_heading(column))[0]
        en = message(code, name or column, told[1] or bare_heading(column))[1]
        code = code.removesuffix("-share").removesuffix("-money") if code.startswith("unit-") else code
        shown = ["" for _ in at]
        if values is not None:
            some = values.gather(at).cast(pl.String)
            hide = looks_like_person_number(some).to_list()
            shown = [
                "" if v is None else mask(v) if h or personal else within
                for v, within, h in zip(some.to_list(), masked_within(some).to_list(), hide, strict=True)
            ]
        rows = self.sheet.rows.gather(at).to_list()
        for i, row, value in zip(at, rows, shown, strict=True):
            problem = Problem(kind, code, self.file.name, self.sheet.name, str(row), column, value, zh, en)
            self.context.problems.append(problem)
            if kind == "reject":
                self.refused.setdefault(i, []).append(problem)
            elif code == "formula-error-empty":
                self._broken.setdefault(i, []).append(problem)
        if kind == "reject":
            self.bad[at] = True
        else:
            self.context.count(code, len(at))

    def count_once(self, what: str, column: str, mask_: Mask) -> None:
        """Count rows in the summary; a cell two tables of one row read counts once."""
        at = [i for i in mask_.fill_null(False).arg_true().to_list() if (what, column, i) not in self._said]
        self._said.update((what, column, i) for i in at)
        self.context.count(what, len(at))

    def reasons(self) -> dict[int, list[Problem]]:
        """Why rows are refused; of such a row also which of its cells a formula's error left empty."""
        return {i: [*problems, *self._broken.get(i, ())] for i, problems in self.refused.items()}

    @property
    def day_of_list(self) -> str:
        """The day (or month) of a list by the mapping, its titles, or the sheet's or the file's name; empty where none says."""
        asked = self.plan.choice.observed_on or self.context.observed_on
        return asked or day_of((*self.sheet.titles, self.sheet.name, PurePath(self.file.name).stem))

    @property
    def duplicates(self) -> pl.Series:
        """Which rows say word for word what an earlier row says."""
        if self._duplicates is None:
            frame = self.sheet.frame
            out = pl.Series([False]).new_from_index(0, self.height)
            # Equal hashes first: comparing every cell of every row costs ten times as much.
            at = frame.hash_rows().is_duplicated().arg_true()
            if len(at):
                again = ~frame[at].select(pl.struct(pl.all()).is_first_distinct()).to_series()
                out = out.scatter(at, again)
            self._duplicates = out
        return self._duplicates

    def good(self) -> pl.Series:
        """Which rows are not refused so far."""
        return pl.Series(~self.bad)

    def node(self, type_name: str, frame: pl.DataFrame) -> None:
        """Records of nodes, each with `AT` and `id`; those without an id are left out."""
        self._nodes.append((type_name, frame.filter(pl.col("id").is_not_null())))

    def stated(self, type_name: str) -> list[pl.DataFrame]:
        """The records of a type of nodes so far, those of refused rows among them."""
        return [frame for name, frame in self._nodes if name == type_name]

    def rel(self, type_name: str, from_type: str, to_type: str, frame: pl.DataFrame) -> None:
        """Records of relationships, each with `AT`, `from_id`, `to_id`; those without an end are left out."""
        ends = pl.col("from_id").is_not_null() & pl.col("to_id").is_not_null()
        self._rels.append(((type_name, from_type, to_type), frame.filter(ends)))

    def flush(self) -> None:
        """Hand the records of all rows not refused to the extract."""
        prefix = f"{self.file.key}#{self.sheet.name}#"
        source = pl.DataFrame({"source": prefix + self.sheet.rows.cast(pl.String)})
        good = ~self.bad
        default = self.plan.choice.observed_on or self.context.observed_on

        def with_source(frame: pl.DataFrame) -> pl.DataFrame:
            at = frame[AT].to_numpy()
            if not good.all():
                keep = good[at]
                frame, at = frame.filter(pl.Series(keep)), at[keep]
            sources = source["source"] if len(at) == self.height else source["source"].gather(at)
            frame = frame.drop(AT).with_columns(source=sources)
            if default:
                given = pl.col("observed_on") if "observed_on" in frame.columns else pl.lit(None, pl.String)
                frame = frame.with_columns(observed_on=given.fill_null(pl.lit(default)))
            return frame

        if not good.all():
            for keep in self.of_refused:
                keep()
        extract = self.context.extract
        for type_name, frame in self._nodes:
            extract.add_node(type_name, with_source(frame))
        for (type_name, from_type, to_type), frame in self._rels:
            extract.add_rel(type_name, from_type, to_type, with_source(frame))
        self._nodes, self._rels = [], []
