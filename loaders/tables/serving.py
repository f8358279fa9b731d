"""Rows of persons who evaluate a tender, or stand in for its buyer there, and where each works, into records."""

from __future__ import annotations

from typing import Final

import polars as pl

from loaders.tables.cells_of_names import NameCells, with_their_numbers
from loaders.tables.columns import TableRows
from loaders.tables.evaluators import PERSONS
from loaders.tables.parties import most, read_parties, relate, state_parties

EMPLOYEE: Final = "employee"
"""The role of one whose workplace alone is stated."""
_NO_PLACE: Final = r"^(?:已?(?:退休|离休|离退休)(?:人员)?|自由职业者?|无业|待业|个人|自然人|无单位|社会人员)$"
"""Words for having no workplace."""


def read_persons_serving(table: TableRows, tender: pl.Series, role: pl.Series) -> None:
    """Those of the rows whose `role` a person has: who serves which tender, and the workplace the row states.

    Without columns of a workplace, the columns of a party (单位名称) are it. What a workplace that is only named is, is told
    as of other named companies. A cell of several names states no one's workplace.
    """
    person = role.is_in(PERSONS).fill_null(False)

    def where(column: str) -> pl.Series:
        return pl.select(pl.when(person).then(table.text(column))).to_series()

    names, numbers = with_their_numbers(where("person_name"), where("person_id"))
    cells = NameCells(names, numbers)
    cells.tell(table, "person_name")
    several = cells.several
    header = table.header("person_name")
    table.rows.report("reject", several & numbers.is_not_null(), "several-parties", header, names)
    nobody = person & names.is_null() & numbers.is_null()
    if table.main:
        table.rows.report("reject", nobody, "no-party", header)
    own = table.has("workplace_id", "workplace_name")
    id_column, name_column = ("workplace_id", "workplace_name") if own else ("party_id", "party_name")
    place_names = where(name_column)
    place_names = pl.select(
        pl.when(~place_names.str.normalize("NFKC").str.contains(_NO_PLACE)).then(place_names)
    ).to_series()
    stated = place_names.is_not_null() | where(id_column).is_not_null()
    table.rows.report("flag", several & stated, "workplace-of-several", table.header(name_column), names)
    workplace = read_parties(
        table,
        id_column,
        name_column,
        default="company",
        names=place_names,
        raw=where(id_column),
        required=False,
    )
    state_parties(table, workplace)
    lists = cells.names
    serves = pl.select(pl.when(person).then(tender)).to_series()
    for place in range(most(lists.list.len())):
        listed = lists.list.get(place, null_on_oob=True).str.strip_chars().replace("", None)
        name = pl.select(pl.when(several).then(listed).otherwise(names if place == 0 else None)).to_series()
        party = read_parties(
            table,
            "person_id",
            "person_name",
            default="person",
            kind=table.constant("person"),
            scope=tender,
            names=name,
            raw=numbers if place == 0 else table.empty(),
            required=False,
        )
        state_parties(table, party)
        relate(table, "SERVES_TENDER", party, "Tender", serves, {"role": role})
        if place == 0:
            at = pl.select(pl.when(~several).then(workplace.ids)).to_series()
            relate(table, "OFFICER_OF", party, "Company", at, {"role": table.constant(EMPLOYEE)})
