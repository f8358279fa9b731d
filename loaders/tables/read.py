"""A file of tables into records; and what a file is taken for, without loading it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from loaders.context import InputFile, ReadContext
from loaders.identity import looks_like_person_number, masked, read_company_ids, valid_resident_number
from loaders.problems import Problem, brief_list
from loaders.sheets import Sheet, read_sheets
from loaders.tables import benefits, bids, companies, ownership, people, property, rosters, tendering
from loaders.tables.bribery import tells_of_bribery
from loaders.tables.captions import with_captions
from loaders.tables.columns import TableRows
from loaders.tables.mapping import choose
from loaders.tables.messages import message, table_message
from loaders.tables.plans import TablePlan, bare_heading, says_year_or_unit
from loaders.tables.recognise import SheetPlan, recognise, with_header_row
from loaders.tables.rejects import ADDED, RejectedRows, refused_frame
from loaders.tables.rows import SheetRows
from loaders.tables.schema import count_known_headers
from loaders.tables.upright import upright
from loaders.values import normalise_empty, parse_money, parse_shares, unit_of_header

READERS: Final[dict[str, Callable[[TableRows], None]]] = {
    "companies": companies.read_companies,
    "identifiers": companies.read_identifiers,
    "former_names": companies.read_former_names,
    "identities": companies.read_identities,
    "shareholdings": ownership.read_shareholdings,
    "positions": people.read_positions,
    "concerts": ownership.read_concerts,
    "control": ownership.read_control,
    "household_members": rosters.read_household_members,
    "households": rosters.read_households,
    "persons": people.read_persons,
    "relatives": people.read_relatives,
    "officials": people.read_officials,
    "custody": people.read_custody,
    "debarments": people.read_debarments,
    "bids": bids.read_bids,
    "bid_traces": bids.read_bid_traces,
    "bid_people": bids.read_bid_people,
    "lots": tendering.read_lots,
    "tenders": tendering.read_tenders,
    "tender_parties": tendering.read_tender_parties,
    "projects": tendering.read_projects,
    "stages": tendering.read_stages,
    "subcontracts": bids.read_subcontracts,
    "contacts": companies.read_contacts,
    "properties": property.read_properties,
    "vehicles": property.read_vehicles,
    "incomes": benefits.read_incomes,
    "benefits": benefits.read_benefits,
    "entitlements": benefits.read_entitlements,
}
"""What turns the rows of each table into records."""

_OURS: Final[dict[str, tuple[str, ...]]] = {"identities": ("candidates",)}
"""Columns of files a load writes to be filled in, which only help whoever fills them in."""


_BARE: Final = ("lots", "tenders")
"""Tables that any list of a procedure has the numbers of."""
_TELEPHONE: Final = r"\d{11,}|(?:^|\D)0\d{2,3}[-－— ]?\d{7,8}(?:\D|$)|@"
"""Long runs of digits (accounts, mobile telephones, numbers of documents), numbers with an area code, mail addresses."""

_PAPERS: Final = r"^\s*[A-Za-z]{1,2}\d{7,10}\s*$"
"""Passports and permits."""


@dataclass(frozen=True, slots=True)
class SheetReport:
    """What one sheet is taken for.

    `columns`: table → column → headings (of `months`, all that are months). `year`: of months whose heading names
    none, by the title or the mapping. `missing`: required groups of columns of which none is there. `warnings`: why
    rows would be refused, in both languages. `sample`: the first rows, people's numbers, telephones
    and accounts masked. `skipped`: rows left out, by reason.
    """

    file: str
    sheet: str
    format: str
    hidden: bool
    header_row: int
    rows: int
    table: str | None
    tables: tuple[str, ...]
    layout: str | None
    columns: Mapping[str, Mapping[str, tuple[str, ...]]]
    units: Mapping[str, str]
    year: int | None
    warnings: tuple[Mapping[str, str], ...]
    ignored: tuple[str, ...]
    missing: tuple[tuple[str, ...], ...]
    nearest: str | None
    skipped: Mapping[str, int]
    sample: tuple[tuple[str, ...], ...]


def read_tables(file: InputFile, context: ReadContext) -> None:
    """Add the records of every sheet of a file to the extract, and what is wrong to the problems.

    Raises `loaders.problems.UnreadableFileError` (the file is no table) and `MappingError`.
    """
    sheets = read_sheets(file.path, header_hints=count_known_headers)
    rows = rejected = 0
    for read in sheets:
        sheet = _as_read(read, file.name, context.mapping)
        plan = recognise(sheet, file.name, context.mapping)
        # A sheet passed over as a note has no rows that could be loaded.
        rows += sheet.frame.height if plan.tables or plan.nearest or len(sheets) == 1 else 0
        rejected += read_sheet(sheet, plan, file, context, alone=len(sheets) == 1)
        if context.progress:
            context.progress(file.name, rows, 0)
    context.finish_file(file, sheets[0].format if sheets else "csv", rows, rejected)


def _as_read(sheet: Sheet, file_name: str, mapping: Mapping[str, Any]) -> Sheet:
    """The sheet under the header that a mapping asks for; else upright, where it stands on its side; with what lines above
    its headings say of all its rows."""
    asked = choose(mapping, file_name, sheet.name).header_row
    return with_captions(with_header_row(sheet, asked) if asked else upright(sheet), file_name)


def read_sheet(
    sheet: Sheet, plan: SheetPlan, file: InputFile, context: ReadContext, *, alone: bool = True
) -> int:
    """Read one sheet as planned; returns how many rows were refused."""
    for reason, count in sheet.skipped.items():
        context.count(f"skipped-{reason}", count)
    if plan.choice.skip or not sheet.frame.width:
        return 0
    if not plan.tables:
        return _unrecognised(sheet, plan, file, context, alone)
    if sheet.hidden:
        zh, en = message("hidden-sheet")
        context.problem("note", "hidden-sheet", file, sheet.header_row, zh=zh, en=en, sheet=sheet.name)
    _tell_ignored(sheet, plan, file, context)
    if tells_of_bribery(sheet, file.name, plan.table):
        zh, en = message("bribery-records")
        context.problem("flag", "bribery-records", file, sheet.header_row, zh=zh, en=en, sheet=sheet.name)
    if plan.named:
        zh, en = table_message("named-otherwise", plan.table or "", _lacking(plan.named))
        context.problem("flag", "named-otherwise", file, sheet.header_row, zh=zh, en=en, sheet=sheet.name)
    rows = SheetRows(sheet, plan, file, context)
    rows.report("reject", sheet.ragged, "ragged", "")
    for table in plan.tables:
        READERS[table.table.name](TableRows(rows, table))
    once = rows.duplicates.clone().scatter(rows.made_again, False) if rows.made_again else rows.duplicates
    rows.report("note", once & rows.good(), "duplicate-row", "")
    rows.flush()
    if rows.refused:
        _keep_refused(sheet, plan.tables, rows.reasons(), file, context)
    return int(rows.bad.sum())


def _tell_ignored(sheet: Sheet, plan: SheetPlan, file: InputFile, context: ReadContext) -> None:
    """Say which columns that hold something are of no use here, and which of them another table would use."""
    ours = (*ADDED, *_OURS.get(plan.table or "", ()))
    ignored = [h for h in plan.ignored if h not in ours and sheet.frame[h].null_count() < sheet.frame.height]
    if not ignored:
        return
    zh, en = table_message("columns-ignored", plan.table or "", brief_list(ignored, "、"))
    context.problem("note", "columns-ignored", file, sheet.header_row, zh=zh, en=en, sheet=sheet.name)
    bare = all(t.table.name in _BARE and t.present <= {"id", "tender_id", "title"} for t in plan.tables)
    if bare and not plan.elsewhere and len(ignored) > 1:
        # A list of bidders under headings that nobody knows would else pass for one of lots without a bid.
        zh, en = table_message("numbers-alone", plan.table or "", brief_list(ignored, "、"))
        context.problem("flag", "numbers-alone", file, sheet.header_row, zh=zh, en=en, sheet=sheet.name)
    there = [h for h in ignored if plan.elsewhere and h in plan.elsewhere.headers]
    if plan.elsewhere and there:
        # A list of holders without its column of holders would else pass for a list of companies.
        zh, en = table_message("columns-elsewhere", plan.elsewhere.table.name, brief_list(there, "、"))
        lacking = _lacking(plan.elsewhere)
        zh, en = f"{zh}{lacking}。", f"{en} {lacking}."
        context.problem("flag", "columns-elsewhere", file, sheet.header_row, zh=zh, en=en, sheet=sheet.name)


def _unrecognised(sheet: Sheet, plan: SheetPlan, file: InputFile, context: ReadContext, alone: bool) -> int:
    """A sheet without a known heading is a note; one that lacks a required column is refused as a whole."""
    headers = list(sheet.frame.columns)
    known = count_known_headers(headers)
    bribery = tells_of_bribery(sheet, file.name, None)
    if plan.nearest is None and not alone and known < 2 and not bribery:
        zh, en = message("sheet-ignored")
        context.problem("note", "sheet-ignored", file, sheet.header_row, zh=zh, en=en, sheet=sheet.name)
        return 0
    if bribery:
        code, zh, en = "bribery-records", *message("bribery-records")
    elif plan.nearest is None:
        code, zh, en = "unknown-table", *message("unknown-table", known=brief_list(headers, "、"))
    else:
        name = plan.nearest.table.name
        code, zh, en = "missing-column", *table_message("missing-column", name, _lacking(plan.nearest))
        zh += f" 现有列：{brief_list(headers, '、')}。"
        en += f" It has: {brief_list(headers, ', ')}."
    context.problem("reject", code, file, sheet.header_row, zh=zh, en=en, sheet=sheet.name)
    if plan.nearest is not None and sheet.frame.height:
        refused = dict.fromkeys(range(sheet.frame.height), context.problems[-1:])
        _keep_refused(sheet, (plan.nearest,), refused, file, context)
    return sheet.frame.height


def _keep_refused(
    sheet: Sheet,
    plans: Sequence[TablePlan],
    refused: dict[int, list[Problem]],
    file: InputFile,
    context: ReadContext,
) -> None:
    frame = refused_frame(sheet, plans, refused, context.person_key)
    titles = tuple(title for title in sheet.titles if says_year_or_unit(title))
    context.rejected.append(RejectedRows(file.name, sheet.name, plans[0].table.name, frame, titles))


def _lacking(plan: TablePlan) -> str:
    """The required columns a sheet lacks, each with its first Chinese heading."""

    def named(column: str) -> str:
        words = [h for h in plan.table.columns[column].headers if not h.isascii()]
        return f"{column}（{words[0]}）" if words else column

    return "；".join(" / ".join(named(c) for c in group) for group in plan.missing)


def inspect_tables(file: InputFile, mapping: Mapping[str, Any]) -> list[SheetReport]:
    """What each sheet of a file is taken for. Loads nothing. Raises as `read_tables`."""
    reports: list[SheetReport] = []
    for read in read_sheets(file.path, header_hints=count_known_headers):
        sheet = _as_read(read, file.name, mapping)
        plan = recognise(sheet, file.name, mapping)
        head = sheet.frame.head(3)
        private = {h for table in plan.tables for h in _private_headings(table)}
        ids = {h for table in plan.tables for h in _id_headings(table)}
        hidden = [
            pl.select(pl.when(_private(s, s.name in private, s.name in ids)).then(masked(s)).otherwise(s))
            .to_series()
            .fill_null("")
            .to_list()
            for s in head.get_columns()
        ]
        reports.append(
            SheetReport(
                file=file.name,
                sheet=sheet.name,
                format=sheet.format,
                hidden=sheet.hidden,
                header_row=sheet.header_row,
                rows=sheet.frame.height,
                table=plan.table,
                tables=tuple(t.table.name for t in plan.tables),
                layout=plan.layout.name if plan.layout else None,
                columns={t.table.name: _shown_columns(t) for t in plan.tables},
                units=plan.units,
                year=plan.year if any(t.months for t in plan.tables) else None,
                warnings=tuple({"zh": zh, "en": en} for zh, en in _warnings(sheet, plan, file.name)),
                ignored=tuple(h for h in plan.ignored if h not in ADDED),
                missing=plan.missing,
                nearest=plan.nearest.table.name if plan.nearest else None,
                skipped=sheet.skipped,
                sample=tuple(zip(*hidden, strict=True)) if hidden and head.height else (),
            )
        )
    return reports


def _shown_columns(plan: TablePlan) -> dict[str, tuple[str, ...]]:
    return dict(plan.columns) | ({"months": tuple(plan.months)} if plan.months else {})


def _warnings(sheet: Sheet, plan: SheetPlan, file: str) -> Iterator[tuple[str, str]]:
    """What whole columns lack: the unit of bare figures, the year of months; a list of holders, the holders. And what is read
    of no sheet."""
    if tells_of_bribery(sheet, file, plan.table):
        yield message("bribery-records")
    if plan.named:
        yield table_message("named-otherwise", plan.table or "", _lacking(plan.named))
    for table in plan.tables:
        for column, headings in _shown_columns(table).items():
            kind = table.table.columns[column].value
            bare = next((h for h in headings if _without_unit(sheet, table, column, h)), None)
            if bare is not None:
                yield message(f"unit-unknown-{kind}", column, bare_heading(bare))
        undated = [h for h, (year, _) in table.months.items() if not (year or plan.year)]
        if undated and "year" not in table.present:
            yield message("year-unknown")


def _without_unit(sheet: Sheet, plan: TablePlan, column: str, heading: str) -> bool:
    """Whether a column of money or shares holds a figure that nothing gives a unit for."""
    kind = plan.table.columns[column].value
    unit = plan.units.get(column) or unit_of_header(bare_heading(heading))[1]
    if unit or kind not in ("money", "share") or (kind == "money" and "currency" in plan.present):
        return False
    cells = normalise_empty(sheet.frame[heading])
    read = parse_money(cells) if kind == "money" else parse_shares(cells)
    return bool((read["error"] == "unit-unknown").any())


def _private_headings(plan: TablePlan) -> Iterator[str]:
    """Columns of telephones, mail addresses and accounts: as the service does, these are not shown to everybody."""
    for column, headings in plan.columns.items():
        declared = plan.table.columns[column]
        if declared.fixed.get("kind") in ("phone", "email") or column in ("account", "deposit_account"):
            yield from headings


def _id_headings(plan: TablePlan) -> Iterator[str]:
    for column, headings in plan.columns.items():
        if plan.table.columns[column].value == "id":
            yield from headings


def _private(cells: pl.Series, declared: bool, ids: bool) -> pl.Series:
    """What a sample hides: numbers of persons, telephones, accounts. A company's credit code is public."""
    person = valid_resident_number(cells) | looks_like_person_number(cells)
    number = cells.str.contains(_TELEPHONE + (f"|{_PAPERS}" if ids else "")).fill_null(False)
    company = read_company_ids(cells)["scheme"].is_in(["cn-uscc", "cn-orgcode"]).fill_null(False)
    return (person | declared | (number & ~company)) & cells.is_not_null()
