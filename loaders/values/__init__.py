"""What cells say: dates, months, times, money, shares; what headers say of units. All on whole columns.

Every parser takes a `String` series and gives one row a cell: its value columns, and `error`, a stable code
where the cell can't be read (`VALUE_ERRORS` says each in Chinese and English). Empty cells give nulls.
"""

from loaders.values.dates import OPEN_WORDS, parse_dates, parse_months, parse_times, report_days
from loaders.values.direction import as_written, text_as_written
from loaders.values.empties import EMPTY_WORDS, NOT_AVAILABLE, formula_errors, normalise_empty
from loaders.values.errors import VALUE_ERRORS
from loaders.values.headers import clean_header, unit_of_header
from loaders.values.money import CURRENCIES, currency_codes, money_unit, parse_money
from loaders.values.shares import ShareUnit, parse_shares

__all__ = [
    "CURRENCIES",
    "EMPTY_WORDS",
    "NOT_AVAILABLE",
    "OPEN_WORDS",
    "VALUE_ERRORS",
    "ShareUnit",
    "as_written",
    "clean_header",
    "currency_codes",
    "formula_errors",
    "money_unit",
    "normalise_empty",
    "parse_dates",
    "parse_money",
    "parse_months",
    "parse_shares",
    "parse_times",
    "report_days",
    "text_as_written",
    "unit_of_header",
]
