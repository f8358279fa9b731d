"""Any table file into sheets: CSV, XLSX, XLS, and HTML tables named `.xls`, recognised by content."""

from loaders.sheets.reader import read_sheets
from loaders.sheets.sheet import SKIP_REASONS, HeaderHints, Sheet, SheetFormat

__all__ = ["SKIP_REASONS", "HeaderHints", "Sheet", "SheetFormat", "read_sheets"]
