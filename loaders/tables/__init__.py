"""The tables that can be loaded: recognised by name or headings, read into records."""

from loaders.tables.mapping import MappingError, SheetChoice, read_mapping
from loaders.tables.plans import TablePlan
from loaders.tables.read import READERS, SheetReport, inspect_tables, read_sheet, read_tables
from loaders.tables.recognise import SheetPlan, recognise
from loaders.tables.rejects import RejectedRows, write_rejects
from loaders.tables.schema import OTHER_FEEDS, TABLES, Column, Layout, Table, layouts
from loaders.tables.settle import settle_tables

__all__ = [
    "OTHER_FEEDS",
    "READERS",
    "TABLES",
    "Column",
    "Layout",
    "MappingError",
    "RejectedRows",
    "SheetChoice",
    "SheetPlan",
    "SheetReport",
    "Table",
    "TablePlan",
    "inspect_tables",
    "layouts",
    "read_mapping",
    "read_sheet",
    "read_tables",
    "recognise",
    "settle_tables",
    "write_rejects",
]
