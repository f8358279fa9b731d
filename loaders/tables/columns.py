"""One table of a sheet: its columns as text, codes, dates, money and shares, what can't be read refused or flagged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import polars as pl

from loaders.identity import lost_code_digits
from loaders.tables.plans import TablePlan
from loaders.tables.rows import SheetRows
from loaders.tables.vocabulary import VOCABULARIES
from loaders.values import parse_dates, parse_money, parse_months, parse_shares, parse_times

BOUNDS: Final = ("share", "share_min", "share_max", "min_open", "max_open")
"""The columns of `TableRows.share`."""
_MEASURED: Final = ("code", "date", "id", "int", "money", "month", "number", "share", "time")
"""Kinds of columns whose cells are read, not only kept: a row with one that can't be is refused."""


class TableRows:
    """One table of a sheet: its columns, typed. All series have one value a row of the sheet."""

    def __init__(self, rows: SheetRows, plan: TablePlan):
        self.rows = rows
        self.plan = plan
        self.context = rows.context
        self.height = rows.height
        self.main = rows.plan.tables[0] is plan

    @property
    def at(self) -> pl.Series:
        """Position of each row."""
        return self.rows.at

    def has(self, *columns: str) -> bool:
        """Whether there is any of these columns."""
        return bool(self.plan.present.intersection(columns))

    def header(self, column: str) -> str:
        """The heading a column has in the file."""
        return self.plan.columns.get(column, (column,))[0]

    def empty(self, dtype: type[pl.DataType] = pl.String) -> pl.Series:
        """A column of nulls."""
        return pl.Series([None], dtype=dtype).new_from_index(0, self.height)

    def constant(self, value: str | None) -> pl.Series:
        """One text in every row."""
        return pl.Series([value], dtype=pl.String).new_from_index(0, self.height)

    def text(self, column: str) -> pl.Series:
        """A column as text; null where empty or absent."""
        headers = self.plan.columns.get(column, ())
        fallback = self.plan.values.get(column)
        if not headers:
            return self.constant(fallback)
        declared = self.plan.table.columns[column]
        for header in headers:
            self.rows.tell_formula_errors(header, declared.value in _MEASURED and not declared.cell)
        series = self.rows.cells(headers[0])
        join = declared.join
        if len(headers) > 1 and join is not None:
            parts = pl.DataFrame({h: self.rows.cells(h) for h in headers})
            joined = pl.concat_str([pl.col(h) for h in headers], separator=join, ignore_nulls=True)
            series = parts.select(joined).to_series().replace("", None)
        if declared.value == "code":
            series = self._whole_codes(column, headers, series)
        return series if fallback is None else series.fill_null(fallback)

    def _whole_codes(self, column: str, headers: tuple[str, ...], series: pl.Series) -> pl.Series:
        """A column of numbers kept as text, those that lost their end refused: two accounts would become one."""
        lost = pl.repeat(False, self.height, dtype=pl.Boolean, eager=True)
        for header in headers:
            cells = self.rows.cells(header)
            lost = lost | lost_code_digits(cells, self.rows.sheet.numeric.get(header))
        if not lost.any():
            return series
        cell = self.plan.table.columns[column].cell
        kind: Literal["reject", "flag"] = "flag" if cell else "reject"
        self.rows.report(kind, lost, "numeric-id", headers[0], series, personal=True)
        return series.set(lost, None) if cell else series

    def numeric(self, column: str) -> pl.Series | None:
        """Which cells of a column were numbers in a typed workbook; None where none was."""
        return self.rows.sheet.numeric.get(self.header(column))

    def _errors(self, column: str, errors: pl.Series, values: pl.Series) -> None:
        """Refuse the rows with an error; or, where only the cell matters, flag them."""
        if errors.null_count() == len(errors):
            return
        declared = self.plan.table.columns[column]
        kind: Literal["reject", "flag"] = "flag" if declared.cell else "reject"
        for code in errors.drop_nulls().unique().sort().to_list():
            said = f"{code}-{declared.value}" if code == "unit-unknown" else code
            self.rows.report(kind, errors == code, said, self.header(column), values, name=column)

    def date(self, column: str, read: pl.Series | None = None) -> pl.Series:
        """`YYYY-MM-DD` or `YYYY-MM`; null where empty or open-ended. `read`: cells that were read as something else."""
        values = self.text(column)
        if read is not None:
            values = pl.select(pl.when(~read).then(values)).to_series()
        if values.null_count() == len(values):
            return values
        result = parse_dates(values, self.numeric(column), self.rows.sheet.date_1904)
        self._errors(column, result["error"], values)
        self.context.count("excel-serial-dates", int(result["serial"].sum() or 0))
        return result["value"]

    def time(self, column: str) -> pl.Series:
        """`YYYY-MM-DDTHH:MM:SS`, or `YYYY-MM-DD` where the source says no more."""
        values = self.text(column)
        if values.null_count() == len(values):
            return values
        result = parse_times(values, self.numeric(column), self.rows.sheet.date_1904)
        self._errors(column, result["error"], values)
        return result["value"]

    def months(self, column: str) -> pl.Series:
        """Lists of `YYYY-MM`: one month, or the three of a quarter; null where empty."""
        values = self.text(column)
        result = parse_months(values)
        self._errors(column, result["error"], values)
        return result["value"]

    def money(
        self, column: str, read: pl.Series | None = None, cells: pl.Series | None = None
    ) -> tuple[pl.Series, pl.Series]:
        """(amount in minor units, currency). `read`: cells that were read as something else; `cells`: what to read in their place."""
        values = self.text(column) if cells is None else cells
        if read is not None:
            values = pl.select(pl.when(~read).then(values)).to_series()
        if values.null_count() == len(values):
            return self.empty(pl.Int64), self.empty()
        stated = self.text("currency") if self.has("currency") else None
        result = parse_money(values, self.plan.units.get(column), stated)
        self._errors(column, result["error"], values)
        return result["amount"], result["currency"]

    def share(self, column: str, read: pl.Series | None = None) -> pl.DataFrame:
        """Columns share, share_min, share_max, min_open, max_open. `read`: cells that were read as something else."""
        values = self.text(column)
        if read is not None:
            values = pl.select(pl.when(~read).then(values)).to_series()
        if values.null_count() == len(values):
            return pl.DataFrame(
                {
                    "share": self.empty(pl.Float64),
                    "share_min": self.empty(pl.Float64),
                    "share_max": self.empty(pl.Float64),
                    "min_open": self.empty(pl.Boolean),
                    "max_open": self.empty(pl.Boolean),
                }
            )
        result = parse_shares(values, self.plan.units.get(column))
        self._errors(column, result["error"], values)
        return result.drop("error")

    def number(self, column: str) -> pl.Series:
        """A plain number."""
        values = self.text(column)
        plain = values.str.normalize("NFKC").str.replace_all(r"[,\s]|m2|平方米|平米", "")
        result = plain.cast(pl.Float64, strict=False)
        result = result.set(~result.is_finite().fill_null(True), None)
        wrong = values.is_not_null() & result.is_null()
        self._errors(column, pl.select(pl.when(wrong).then(pl.lit("bad-number"))).to_series(), values)
        return result

    def rank(self, column: str) -> pl.Series:
        """A whole number, also out of `第1名`, `第一中标候选人`."""
        values = self.text(column).str.normalize("NFKC")
        digits = values.str.extract(r"(\d{1,4})(?:\.0*)?\D*$", 1).cast(pl.Int64, strict=False)
        if digits.null_count() == len(digits) == values.null_count():
            return digits
        words = values.str.extract(r"第?([一二三四五六七八九十])", 1)
        numbers = words.replace_strict(
            list("一二三四五六七八九十"), list(range(1, 11)), default=None, return_dtype=pl.Int64
        )
        return digits.fill_null(numbers)

    def vocabulary(self, column: str, name: str | None = None) -> pl.Series:
        """A column's codes; a word that is not known empties the cell and is flagged. The code none is null."""
        words = self.text(column)
        if words.null_count() == len(words):
            return words
        vocabulary = VOCABULARIES[name or self.plan.table.columns[column].value]
        codes = vocabulary.read(words)
        unknown = words.is_not_null() & codes.is_null()
        known = vocabulary
        self.rows.report("flag", unknown, "unknown-word", self.header(column), words, known=known)
        return codes.replace("none", None)

    def boolean(self, column: str) -> pl.Series:
        """是/否; words that are neither are refused."""
        words = self.text(column)
        codes = VOCABULARIES["bool"].read(words)
        unknown = words.is_not_null() & codes.is_null()
        self.rows.report("flag", unknown, "bad-bool", self.header(column), words)
        return codes.replace_strict(["true", "false"], [True, False], default=None, return_dtype=pl.Boolean)

    def span(self, from_column: str = "valid_from", to_column: str = "valid_to") -> dict[str, pl.Series]:
        """`stated_from` and `stated_to`. An end is the date as the source gives it, read half open.

        A month alone stays one: within it a start is taken for its first day, an end for its last.
        """
        start, end = self.date(from_column), self.date(to_column)
        for name, dates in (("starts-in-a-month", start), ("ends-in-a-month", end)):
            self.context.count(name, int((dates.str.len_chars() == 7).sum()))
        width = pl.DataFrame({"a": start, "b": end}).select(
            pl.col("b").str.head(7) < pl.col("a").str.head(7)
            if self._months_mixed(start, end)
            else pl.col("b") < pl.col("a")
        )
        self.rows.report("reject", width.to_series(), "end-before-start", self.header(to_column), end)
        return {"stated_from": start, "stated_to": end}

    @staticmethod
    def _months_mixed(start: pl.Series, end: pl.Series) -> bool:
        lengths = pl.concat([start.drop_nulls(), end.drop_nulls()]).str.len_chars().unique()
        return len(lengths) > 1

    def require(self, column: str, values: pl.Series) -> None:
        """Refuse rows of the main table that lack a value; a companion just says nothing of them."""
        if self.main:
            self.rows.report("reject", values.is_null(), "missing-value", self.header(column), name=column)

    def fixed(self, key: str) -> Mapping[str, str]:
        """Columns whose heading says `key` for their cells (a contact's kind): column → what it says."""
        return {
            name: column.fixed[key]
            for name, column in self.plan.table.columns.items()
            if key in column.fixed and self.has(name)
        }
