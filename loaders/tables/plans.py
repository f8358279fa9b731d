"""Which headings of a sheet are which columns of a table, and in which unit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from loaders.sheets import Sheet
from loaders.tables.mapping import MappingError, SheetChoice
from loaders.tables.schema import Table, month_of_header
from loaders.tables.turned_lists import OF_FIRMS, turn_round, turn_to_branches
from loaders.values import clean_header, unit_of_header

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


def bare_word(header: str) -> str:
    """A heading as the tables' own headings are compared with it: without unit and number."""
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
        found = table.by_header.get(bare_word("/".join(parts[start:])))
        if found:
            return found
    return None


def _of_any_kind(table: Table, header: str) -> bool:
    """Is it one column for whoever represents a firm of any kind (法定代表人/负责人/经营者, 法定代表人（执行事务合伙人）)?

    It does not say which of them he is, as its own heading would; the kind of the firm does.
    """
    parts = re.split(r"[/、,;或()\s]+", unicodedata.normalize("NFKC", re.sub(r"#\d+$", "", header)))
    told = {table.by_header.get(bare_word(part), ("", 0))[0] for part in parts if part.strip("*")}
    return len(told) > 1 and told <= {c.name for c in table.columns.values() if "role" in c.fixed}


def plan_table(
    table: Table, clean: Mapping[str, str], choice: SheetChoice, sheet: Sheet, file: str
) -> TablePlan:
    """Which headings of a sheet are the columns of a table. Raises `MappingError` where the mapping names one that is
    not there. `clean`: each heading, cleaned."""
    chosen: dict[str, tuple[str, ...]] = {}
    own_choice = choice.table in (None, table.name)
    by_clean = {c: h for h, c in reversed(list(clean.items()))}
    for column, header in choice.columns.items() if own_choice else ():
        if column not in table.columns:
            continue
        actual = header if header in clean else by_clean.get(bare_word(header))
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
        turn_round(found, chosen)
    if table.name in OF_FIRMS:
        turn_to_branches(table.name, clean, found, chosen)
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


def year_in(titles: Any) -> int | None:
    """The one year that title rows name."""
    years = {int(y) for title in titles for y in _YEAR.findall(title)}
    return years.pop() if len(years) == 1 else None


def says_year_or_unit(title: str) -> bool:
    """Whether a title row says the year of the months below it or the unit of the amounts."""
    return bool(_YEAR.search(title)) or _unit_in((title,)) is not None
