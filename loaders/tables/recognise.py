"""Which tables a sheet feeds, by its name or its headings, and which of its columns is which."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any, Final

from loaders.sheets import Sheet
from loaders.tables.mapping import MappingError, SheetChoice, choose
from loaders.tables.schema import TABLES, Layout, Table, layouts, month_of_header
from loaders.tables.vocabulary import VOCABULARIES
from loaders.values import clean_header, normalise_empty, unit_of_header

_OWN: Final = frozenset({"id", "name", "title", "kind", "status", "value", "region", "role"})
"""Column names that mean something else in every table."""

_INVESTED: Final = re.compile("被投资|标的")
_FIRMS: Final = {
    "companies": ("name", "id"),
    "positions": ("company_name", "company_id"),
    "identifiers": ("party_name", "party_id"),
    "contacts": ("party_name", "party_id"),
    "former_names": ("company_name", "company_id"),
}
"""Tables about companies, and the columns of a company's name and code."""
_BRANCH_NAME: Final = re.compile("(?:分支机构|分公司)(?:名称|全称)")
_BRANCH_CODE: Final = re.compile("(?:分支机构|分公司)(?:统一)?(?:社会)?信用代码")
_YEAR: Final = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*年")


@dataclass(frozen=True)
class TablePlan:
    """How one table is read from a sheet.

    `columns`: table column → headings in the file (several only where they are put together). `units`: table
    column → unit stated by the heading, the mapping or the column's own name. `months`: heading → (year or None,
    month) of months that stand as columns.
    """

    table: Table
    columns: Mapping[str, tuple[str, ...]]
    units: Mapping[str, str] = field(default_factory=dict)
    months: Mapping[str, tuple[int | None, int]] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def present(self) -> set[str]:
        """The columns there is something for."""
        return {*self.columns, *self.values, *(("months",) if self.months else ())}

    @property
    def missing(self) -> tuple[tuple[str, ...], ...]:
        """Required groups of columns of which none is there."""
        return self.table.missing(self.present)

    @property
    def headers(self) -> set[str]:
        """Every heading used."""
        return {h for names in self.columns.values() for h in names} | set(self.months)


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
    clean = {h: _clean(h) for h in headers}
    layout = next((x for x in layouts() if x.fits(set(clean.values()))), None)
    if choice.skip or not headers:
        return SheetPlan(file_name, sheet.name, (), tuple(headers), choice)

    plans = {name: _plan(table, clean, choice, sheet, file_name) for name, table in TABLES.items()}
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
        scores[name] += 1000 if choice.table == name else 0

    for name in [n for n in scores if _goes_with_more(n, reads, plans, file_name, sheet.name)]:
        if choice.table != name:
            del scores[name]
    listed = scores.keys() >= {"shareholdings", "companies"} and choice.table != "shareholdings"
    if listed and _of_sole_owners(plans, sheet, file_name):
        del scores["shareholdings"]
    if _are_companies(scores, reads, file_name, sheet.name) and choice.table != "identities":
        del scores["identities"]
    year = choice.year or _year_in(sheet.titles)
    best = max(scores, key=lambda name: scores[name], default=None)
    if best is None or plans[best].missing:
        nearest = plans[best] if best else _nearest(plans, file_name, sheet.name)
        return SheetPlan(file_name, sheet.name, (), tuple(headers), choice, layout, nearest, year)
    main = plans[best]
    tables = (main, *_companions(main, plans))
    used = {h for plan in tables for h in plan.headers}
    ignored = tuple(h for h in headers if h not in used)
    elsewhere = _elsewhere(plans, tables, ignored)
    named = None if choice.table else _promised(plans, main, file_name, sheet.name)
    if named and named.headers & set(ignored):
        # What only a list of holders has, and no holder: read as what is left, it would say nothing of holdings.
        return SheetPlan(file_name, sheet.name, (), tuple(headers), choice, layout, named, year)
    return SheetPlan(file_name, sheet.name, tables, ignored, choice, layout, None, year, elsewhere, named)


def _promised(
    plans: Mapping[str, TablePlan], main: TablePlan, file_name: str, sheet_name: str
) -> TablePlan | None:
    """The list of holders, where the sheet's name (or the file's, of a sheet without one) says it is one and it isn't."""
    holders = plans["shareholdings"]
    file_name = "" if _own_name(sheet_name) else file_name
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


def _of_sole_owners(plans: Mapping[str, TablePlan], sheet: Sheet, file_name: str) -> bool:
    """Is it a register of sole traders and sole proprietorships, whose 投资人 are no holders of shares but their owners?

    Nothing but a column 投资人 speaks of holders, and the firms' column of kinds says of all that they are such firms.
    """
    holders, firms = plans["shareholdings"], plans["companies"]
    if _name_hint(holders.table, file_name, sheet.name) or "kind" not in firms.columns:
        return False
    (heading,) = holders.columns.get("holder_name", ("",))
    if _clean(heading) != "投资人" or holders.present - {"company_id", "company_name", "holder_name"}:
        return False
    words = normalise_empty(sheet.frame[firms.columns["kind"][0]]).drop_nulls()
    kinds = VOCABULARIES["company_kind"].read(words).unique().to_list()
    return kinds == ["sole_trader"]


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


def _clean(header: str) -> str:
    return unit_of_header(re.sub(r"#\d+$", "", header))[0]


def _lookup(table: Table, header: str, clean: str) -> tuple[str, int] | None:
    if table.name == "positions" and _of_any_kind(table, header):
        return "legal_representative", 0
    found = table.by_header.get(clean)
    if found or "/" not in header:
        return found
    # Levels of a merged heading: the lowest alone, then ever more of them.
    parts = header.split("/")
    for start in range(len(parts) - 1, 0, -1):
        found = table.by_header.get(_clean("/".join(parts[start:])))
        if found:
            return found
    return None


_Hits = dict[str, list[tuple[int, int, str]]]


def _turn_round(found: _Hits, chosen: Mapping[str, tuple[str, ...]]) -> None:
    """A list of what a company has invested in (对外投资): its plain 企业名称, beside 被投资企业, is the holder.

    So is a plain code that stands before the heading of the company held; one behind it is that company's.
    """
    names = found.get("company_name", [])
    held = [hit for hit in names if _INVESTED.search(hit[2])]
    plain = [hit for hit in names if hit not in held]
    if not held or not plain or {"holder_name", "holder_id"} & {*found, *chosen} or "company_name" in chosen:
        return
    found["company_name"], found["holder_name"] = held, plain
    at = min(position for _, position, _ in held)
    codes = found.pop("company_id", [])
    for column, mine in (
        ("company_id", [h for h in codes if _INVESTED.search(h[2]) or h[1] > at]),
        ("holder_id", [h for h in codes if not _INVESTED.search(h[2]) and h[1] < at]),
    ):
        if mine:
            found[column] = mine


def _of_branches(
    table: str, clean: Mapping[str, str], found: _Hits, chosen: Mapping[str, tuple[str, ...]]
) -> None:
    """A list of branches (分支机构名称 beside 企业名称) is of the branches: the plain name, and a code before it, is whose they
    are. Their heads and days are not those of the company."""
    name, number = _FIRMS[table]
    every = [(0, position, header) for position, header in enumerate(clean)]
    names = [hit for hit in every if _BRANCH_NAME.fullmatch(clean[hit[2]])]
    if not names or name in chosen or number in chosen:
        return
    at = names[0][1]
    plain = found.pop(name, [])
    codes = [hit for hit in found.pop(number, []) if not _BRANCH_CODE.fullmatch(clean[hit[2]])]
    own = [hit for hit in every if _BRANCH_CODE.fullmatch(clean[hit[2]])] or [h for h in codes if h[1] > at]
    found[name] = names
    parents = (
        {"parent_name": plain, "parent_id": [h for h in codes if h[1] < at]} if table == "companies" else {}
    )
    for column, hits in {number: own, **parents}.items():
        if hits and column not in found and column not in chosen:
            found[column] = hits


def _of_any_kind(table: Table, header: str) -> bool:
    """Is it one column for whoever represents a firm of any kind (法定代表人/负责人/经营者, 法定代表人（执行事务合伙人）)?

    It does not say which of them he is, as its own heading would; the kind of the firm does.
    """
    parts = re.split(r"[/、,;或()\s]+", unicodedata.normalize("NFKC", re.sub(r"#\d+$", "", header)))
    told = {table.by_header.get(_clean(part), ("", 0))[0] for part in parts if part.strip("*")}
    return len(told) > 1 and told <= {c.name for c in table.columns.values() if "role" in c.fixed}


def _plan(table: Table, clean: Mapping[str, str], choice: SheetChoice, sheet: Sheet, file: str) -> TablePlan:
    chosen: dict[str, tuple[str, ...]] = {}
    own_choice = choice.table in (None, table.name)
    by_clean = {c: h for h, c in reversed(list(clean.items()))}
    for column, header in choice.columns.items() if own_choice else ():
        if column not in table.columns:
            continue
        actual = header if header in clean else by_clean.get(_clean(header))
        if actual is None:
            if choice.table is None:
                continue
            raise MappingError(
                f"映射要求 {file} 的列“{header}”作为 {column}，但该表没有这一列；现有列：{'、'.join(clean)}。",
                f"The mapping takes {column} from heading {header!r}, which {file} does not have; it has: "
                f"{', '.join(clean)}.",
            )
        chosen[column] = (actual,)
    taken = {h for names in chosen.values() for h in names}
    found: dict[str, list[tuple[int, int, str]]] = {}
    months: dict[str, tuple[int | None, int]] = {}
    for position, (header, word) in enumerate(clean.items()):
        if header in taken:
            continue
        hit = _lookup(table, header, word)
        if hit and hit[0] not in chosen:
            found.setdefault(hit[0], []).append((hit[1], position, header))
        elif not hit and "months" in table.columns and (month := month_of_header(without_brackets(header))):
            months[header] = month
    if table.name == "shareholdings":
        _turn_round(found, chosen)
    if table.name in _FIRMS:
        _of_branches(table.name, clean, found, chosen)
    for column, hits in found.items():
        hits.sort()
        if table.columns[column].join is not None:
            chosen[column] = tuple(h for _, _, h in hits)
        else:
            chosen[column] = (hits[0][2],)
    units: dict[str, str] = {}
    for column, names in chosen.items():
        declared = table.columns[column]
        unit = choice.units.get(column) or unit_of_header(names[0])[1] or declared.unit
        # The canonical name says the unit; any other heading of the column does not.
        if column.endswith("_percent") and clean[names[0]] == clean_header(column):
            unit = unit or "percent"
        if unit is None and declared.value == "money":
            unit = _unit_in(sheet.titles)
        if unit:
            units[column] = unit
    if months:
        unit = choice.units.get("months") or next(iter(_units_of(months)), None) or _unit_in(sheet.titles)
        units |= {"months": unit} if unit else {}
    values = {c: v for c, v in choice.values.items() if c in table.columns} if own_choice else {}
    return TablePlan(table, chosen, units, months, values)


def without_brackets(header: str) -> str:
    """A heading without its unit's brackets, levels kept, for telling months."""
    return re.sub(r"[(（][^)）]*[)）]", "", header)


def bare_heading(header: str) -> str:
    """The lowest level of a heading, as it is written: what a person would put a unit behind."""
    return re.sub(r"#\d+$", "", header.rsplit("/", 1)[-1])


def _units_of(months: Mapping[str, Any]) -> list[str]:
    return [unit for h in months for part in h.split("/") if (unit := unit_of_header(part)[1])]


def _unit_in(titles: Any) -> str | None:
    for title in titles:
        if found := re.search(
            r"(?:金额)?单位[:：]?\s*(?:人民币)?\s*(百万元|千万元|亿元|万元|千元|元)", title
        ):
            return found.group(1)
    return None


def _year_in(titles: Any) -> int | None:
    years = {int(y) for title in titles for y in _YEAR.findall(title)}
    return years.pop() if len(years) == 1 else None


def says_year_or_unit(title: str) -> bool:
    """Whether a title row says the year of the months below it or the unit of the amounts."""
    return bool(_YEAR.search(title)) or _unit_in((title,)) is not None


def _own_name(sheet_name: str) -> str:
    """A sheet's name, where somebody gave it one."""
    return re.sub(r"^(sheet|工作表)\s*\d*$", "", sheet_name.strip(), flags=re.I)


def _name_hint(table: Table, file_name: str, sheet_name: str) -> float:
    """100 for the table's own name, 6 for one of its other names, 3 for a name with one in it, else 0."""
    stem = PurePosixPath(file_name.replace("\\", "/")).stem
    sheet = _own_name(sheet_name)
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
