"""Which tables a sheet feeds, by its name or its headings, and which of its columns is which."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any, Final

from loaders.sheets import Sheet
from loaders.tables.evaluators import with_evaluators
from loaders.tables.mapping import MappingError, SheetChoice, choose
from loaders.tables.plans import TablePlan, bare_word, plan_table, year_in
from loaders.tables.schema import TABLES, Layout, Table, layouts
from loaders.tables.staff_lists import holds_nothing, is_of_staff, with_staff
from loaders.tables.vocabulary import VOCABULARIES
from loaders.values import clean_header, normalise_empty

_OWN: Final = frozenset({"id", "name", "title", "kind", "status", "value", "region", "role"})
"""Column names that mean something else in every table."""


@dataclass(frozen=True)
class SheetPlan:
    """What a sheet is taken for. `tables` is empty where it is not recognised; the first is its main table."""

    file: str
    sheet: str
    tables: tuple[TablePlan, ...]
    ignored: tuple[str, ...]
    choice: SheetChoice
    layout: Layout | None = None
    nearest: TablePlan | None = None
    """Where no table's required columns are all there: the table that comes closest."""
    year: int | None = None
    elsewhere: TablePlan | None = None
    """A table that knows columns ignored here and lacks required ones of its own."""
    named: TablePlan | None = None
    """The list of holders that the file's or the sheet's name promises, where it lacks a required column."""

    @property
    def table(self) -> str | None:
        """Name of the main table."""
        return self.tables[0].table.name if self.tables else None

    @property
    def columns(self) -> Mapping[str, tuple[str, ...]]:
        """Column mapping of the main table."""
        return self.tables[0].columns if self.tables else {}

    @property
    def units(self) -> Mapping[str, str]:
        """Units of the main table's columns."""
        return self.tables[0].units if self.tables else {}

    @property
    def missing(self) -> tuple[tuple[str, ...], ...]:
        """Required groups of columns of which none is there."""
        return self.nearest.missing if self.nearest else ()

    @property
    def list_kind(self) -> str | None:
        """Kind of shareholder list, where the mapping or the layout says it for the whole sheet."""
        return self.choice.list_kind or (self.layout.list_kind if self.layout else None)


def recognise(sheet: Sheet, file_name: str, mapping: Mapping[str, Any]) -> SheetPlan:
    """What a sheet is taken for. Raises `MappingError` where the mapping names a heading that is not there."""
    choice = choose(mapping, file_name, sheet.name)
    headers = list(sheet.frame.columns)
    clean = {h: bare_word(h) for h in headers}
    layout = next((x for x in layouts() if x.fits(set(clean.values()))), None)
    if choice.skip or not headers:
        return SheetPlan(file_name, sheet.name, (), tuple(headers), choice)

    plans = {name: plan_table(table, clean, choice, sheet, file_name) for name, table in TABLES.items()}
    plans["tender_parties"] = serving = with_evaluators(plans["tender_parties"], sheet, file_name)
    plans["positions"] = with_staff(plans["positions"], sheet, file_name)
    staff = is_of_staff(plans) and choice.table is None
    evaluators = "role" in serving.values and choice.table in (None, "tender_parties")
    scores: dict[str, float] = {}
    reads: dict[str, set[str]] = {}
    for name, plan in plans.items():
        hint = _name_hint(plan.table, file_name if plan.headers else "", sheet.name)
        if plan.missing and hint < 100 and choice.table != name:
            continue
        used = reads[name] = set(plan.headers)
        for companion in _companions(plan, plans):
            used |= companion.headers
        scores[name] = len(used) + 2 * len(plan.table.required) + hint
        scores[name] += 20 if layout and layout.table == name and not plan.missing else 0
        scores[name] += 20 if name == "positions" and staff else 0
        scores[name] += 20 if name == "tender_parties" and evaluators and not _bidder_named(plans) else 0
        scores[name] += 1000 if choice.table == name else 0

    if choice.table is None:
        for name in _not_by_roles(scores, plans, choice, sheet, file_name):
            del scores[name], reads[name]
    for name in [n for n in scores if _goes_with_more(n, reads, plans, file_name, sheet.name)]:
        if choice.table != name:
            del scores[name]
    holders = plans["shareholdings"]
    if (
        choice.table is None
        and holds_nothing(holders)
        and not _name_hint(holders.table, file_name, sheet.name)
    ):
        # Read as holders, a firm's staff would own it. Only a list that is called so means that.
        scores.pop("shareholdings", None)
    listed = scores.keys() >= {"shareholdings", "companies"} and choice.table != "shareholdings"
    if listed and _of_investors(plans, sheet, file_name):
        del scores["shareholdings"]
    if scores.keys() >= {"shareholdings", "positions"} and choice.table != "positions":
        # 投资人 beside what only a list of holders has: read as posts, it would lose the shares.
        called = _name_hint(TABLES["positions"], file_name, sheet.name)
        if not called and reads["positions"] < reads["shareholdings"]:
            del scores["positions"]
    if _are_companies(scores, reads, file_name, sheet.name) and choice.table != "identities":
        del scores["identities"]
    year = choice.year or year_in(sheet.titles)
    best = max(scores, key=lambda name: scores[name], default=None)
    if best is None or plans[best].missing:
        nearest = plans[best] if best else _nearest(plans, file_name, sheet.name)
        return SheetPlan(file_name, sheet.name, (), tuple(headers), choice, layout, nearest, year)
    main = plans[best]
    if evaluators and serving.missing and not choice.table and main.headers <= serving.headers:
        # Read as a list of persons, it would not say whose tender they evaluate.
        return SheetPlan(file_name, sheet.name, (), tuple(headers), choice, layout, serving, year)
    tables = (main, *_companions(main, plans))
    used = {h for plan in tables for h in plan.headers}
    ignored = tuple(h for h in headers if h not in used)
    elsewhere = _elsewhere(plans, tables, ignored)
    named = None if choice.table else _promised(plans, main, file_name, sheet.name)
    if named and named.headers & set(ignored):
        # What only a list of holders has, and no holder: read as what is left, it would say nothing of holdings.
        return SheetPlan(file_name, sheet.name, (), tuple(headers), choice, layout, named, year)
    return SheetPlan(file_name, sheet.name, tables, ignored, choice, layout, None, year, elsewhere, named)


def _bidder_named(plans: Mapping[str, TablePlan]) -> bool:
    """Does a heading of its own name the bidder of each row?"""
    names = {"bidder_name", "consortium_lead", "consortium_members"}
    own = {h for c in names for h in plans["bids"].columns.get(c, ())}
    return bool(own - plans["tender_parties"].headers)


def _promised(
    plans: Mapping[str, TablePlan], main: TablePlan, file_name: str, sheet_name: str
) -> TablePlan | None:
    """The list of holders, where the sheet's name (or the file's, of a sheet without one) says it is one and it isn't."""
    holders = plans["shareholdings"]
    file_name = "" if own_name(sheet_name) else file_name
    promised = _name_hint(holders.table, file_name, sheet_name)
    return holders if holders.missing and promised > _name_hint(main.table, file_name, sheet_name) else None


def _are_companies(
    scores: Mapping[str, float], reads: Mapping[str, set[str]], file_name: str, sheet_name: str
) -> bool:
    """Are names beside codes a list of companies, and not what somebody decided that names mean? Only a file that is
    called so holds decisions, or one with a heading of theirs."""
    if "identities" not in scores or "companies" not in scores:
        return False
    if _name_hint(TABLES["identities"], file_name, sheet_name):
        return False
    return reads["identities"] <= reads["companies"]


def _not_by_roles(
    scores: Mapping[str, float],
    plans: Mapping[str, TablePlan],
    choice: SheetChoice,
    sheet: Sheet,
    file_name: str,
) -> set[str]:
    """Of a list of units with their roles: the tables that it is not, bids or parties that serve the tender, by its words.

    单位名称 and 统一社会信用代码 head either list. A designer read as a bidder would be tied to one, and a bidder read as a
    designer would serve its own tender; where no word tells, the rows of it are refused for their roles.
    """
    bids, parties = plans["bids"], plans["tender_parties"]
    (heading,) = parties.columns.get("role", ("",))
    if not heading or not scores.keys() >= {"bids", "tender_parties"}:
        return set()
    words = normalise_empty(sheet.frame[heading]).drop_nulls().unique()
    serves, bidders = (VOCABULARIES[v].read(words).is_not_null() for v in ("tender_role", "bidder_role"))
    named = ("bidder_id", "bidder_name", "consortium_lead", "consortium_members")
    own = {h for column in named for h in bids.columns.get(column, ())} - parties.headers
    asked = bool(choice.columns.keys() & set(named))
    called = _name_hint(bids.table, file_name, sheet.name) and not serves.any()
    if own or asked or called or (len(words) and bidders.all()):
        return {"tender_parties"}
    # Nor is it a list of lots or tenders, of which it has no more than the numbers.
    bare = {name for name in ("lots", "tenders") if plans[name].present <= {"id", "tender_id"}}
    return scores.keys() & {"bids", "bid_people", "bid_traces", *bare}


def _of_investors(plans: Mapping[str, TablePlan], sheet: Sheet, file_name: str) -> bool:
    """Is it a list of firms with their 投资人, who of some are the owners by law, and of others holders?

    Nothing but that column speaks of holders. Which firms are of which kind, this sheet may say, or another one: see
    `graph.resolution.investors`.
    """
    holders = plans["shareholdings"]
    if _name_hint(holders.table, file_name, sheet.name) >= 100:
        return False
    (heading,) = holders.columns.get("holder_name", ("",))
    return bare_word(heading) == "投资人" and not (
        holders.present - {"company_id", "company_name", "holder_name"}
    )


def _goes_with_more(
    name: str, reads: Mapping[str, set[str]], plans: Mapping[str, TablePlan], file: str, sheet: str
) -> bool:
    """Is the sheet another table that is read with this one, and more besides? A register with a column of legal
    representatives is no list of posts. Where file or sheet bear the table's name they know better."""
    if _name_hint(plans[name].table, file, sheet):
        return False
    return any(
        name in plans[other].table.companions and reads[name] < used and not plans[other].missing
        for other, used in reads.items()
    )


def _elsewhere(
    plans: Mapping[str, TablePlan], tables: tuple[TablePlan, ...], ignored: tuple[str, ...]
) -> TablePlan | None:
    """The table that knows most of the ignored columns, where it is not read for want of a required one."""
    fed = {plan.table.name for plan in tables}
    lacking = [
        p for p in plans.values() if p.missing and p.table.name not in fed and p.headers & set(ignored)
    ]
    return max(lacking, key=lambda p: (len(p.headers & set(ignored)), -len(p.missing)), default=None)


def _companions(main: TablePlan, plans: Mapping[str, TablePlan]) -> list[TablePlan]:
    """The tables the same rows feed as well: those whose required columns are there.

    A bare `id` or `title` is the main table's own: a lot's `title` is not its tender's.
    """
    found: list[TablePlan] = []
    for name in main.table.companions:
        plan = plans[name]
        own = {
            column
            for column, headers in plan.columns.items()
            if column in _OWN and clean_header(headers[0]) == column and headers[0] in main.headers
        }
        if name == "tender_parties":
            # Whom the main table names (its bidder) serves nothing by the same cell.
            party = {c for c in ("party_id", "party_name") if main.headers & set(plan.columns.get(c, ()))}
            own |= {*party, "role"} if party else party
        plan = replace(plan, columns={c: h for c, h in plan.columns.items() if c not in own})
        if plan.headers and not plan.missing:
            found.append(plan)
    return found


def with_header_row(sheet: Sheet, header_row: int | None) -> Sheet:
    """The sheet with the header a mapping asks for, where the one found stands above it. Raises `MappingError`."""
    if header_row is None or header_row == sheet.header_row:
        return sheet
    at = (sheet.rows == header_row).arg_true().to_list()
    if not at:
        raise MappingError(
            f"映射要求第 {header_row} 行为表头，但读到的表头是第 {sheet.header_row} 行，且第 {header_row} 行不在其后的数据中。",
            f"The mapping takes row {header_row} for the header; the header found is row {sheet.header_row}, and row "
            f"{header_row} is not among the rows below it.",
        )
    names: list[str] = []
    for position, cell in enumerate(sheet.frame.row(at[0]), 1):
        name = cell or f"#{position}"
        names.append(name if name not in names else f"{name}#{position}")
    renamed = dict(zip(sheet.frame.columns, names, strict=True))
    below = slice(at[0] + 1, None)
    return replace(
        sheet,
        frame=sheet.frame[below].rename(renamed),
        rows=sheet.rows[below],
        numeric={renamed[h]: s[below] for h, s in sheet.numeric.items()},
        ragged=sheet.ragged[below],
        header_row=header_row,
        titles=(*sheet.titles, " ".join(sheet.frame.columns)),
    )


def own_name(sheet_name: str) -> str:
    """A sheet's name, where somebody gave it one."""
    return re.sub(r"^(sheet|工作表)\s*\d*$", "", sheet_name.strip(), flags=re.I)


def _name_hint(table: Table, file_name: str, sheet_name: str) -> float:
    """100 for the table's own name, 6 for one of its other names, 3 for a name with one in it, else 0."""
    stem = PurePosixPath(file_name.replace("\\", "/")).stem
    sheet = own_name(sheet_name)
    for text in (sheet, stem):
        word = re.sub(r"[\s_.-]*(rejects|rejected)$", "", clean_header(text)) if text else ""
        if not word:
            continue
        if word == table.names[0]:
            return 100
        if word in table.names:
            return 6
        if any(len(n) > 1 and n in word for n in table.names):
            return 3
    return 0


def _nearest(plans: Mapping[str, TablePlan], file_name: str, sheet_name: str) -> TablePlan | None:
    def closeness(plan: TablePlan) -> float:
        groups = len(plan.table.required)
        hint = _name_hint(plan.table, file_name if plan.headers else "", sheet_name)
        return (groups - len(plan.missing)) * 2 + len(plan.headers) + hint

    best = max(plans.values(), key=closeness)
    return best if len(best.headers) >= 2 or _name_hint(best.table, "", sheet_name) >= 6 else None
