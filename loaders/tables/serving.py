"""Rows of persons who evaluate a tender, or stand in for its buyer there, and where each works, into records."""

from __future__ import annotations

import re
from typing import Final

import polars as pl

from loaders.tables.cells_of_names import NameCells, with_their_numbers
from loaders.tables.columns import TableRows
from loaders.tables.evaluators import PERSONS
from loaders.tables.parties import Parties, most, read_parties, relate, state_parties

EMPLOYEE: Final = "employee"
"""The role of one whose workplace alone is stated."""
_NO_PLACE: Final = r"^(?:已?(?:退休|离休|离退休)(?:人员)?|自由职业者?|无业|待业|个人|自然人|无单位|社会人员)$"
"""Words for having no workplace."""


_PLACES: Final = r"\s*[、,，;；/／\n]\s*"
"""What stands between several workplaces of one person."""
_PART: Final = r"(?:评标(?:委员会)?)?(?:副?组长|副?主任(?:委员)?|委员|组员|成员|(?:技术|经济|商务|评审|评标|综合)?专家(?:评委)?|技术|经济|商务)"
_STANDS_IN: Final = r"(?:业主|甲方|(?:建设|招标|采购|业主)单位|(?:招标|采购)人)(?:代表|评委)?"
_MARK: Final = rf"\s*[(（]\s*(?:{_PART}|{_STANDS_IN})\s*(?:[,，、;；:：\s][^()（）]*)?[)）]"
"""Behind the name of a member of a committee: its part in it, perhaps with more of him."""
_MARKED: Final = rf"([^()（）、,，;；/／\s]+)\s*[(（]\s*(?:{_PART}\s*[、,，兼])?\s*{_STANDS_IN}\s*(?:[,，、;；:：\s][^()（）]*)?[)）]"
"""A name marked as the buyer's representative's."""
_LABEL: Final = re.compile(rf"(?:^|[、,，;；。\s])\s*({_PART}|{_STANDS_IN})\s*[:：]\s*")
"""Before names: the part of those that follow, up to the next."""


def read_persons_serving(table: TableRows, tender: pl.Series, role: pl.Series) -> None:
    """Those of the rows whose `role` a person has: who serves which tender, and the workplace the row states.

    Without columns of a workplace, the columns of a party (单位名称) are it. What a workplace that is only named is, is told
    as of other named companies. A cell of several names states no one's workplace; several workplaces of one are each his.
    """
    person = role.is_in(PERSONS).fill_null(False)

    def where(column: str) -> pl.Series:
        return pl.select(pl.when(person).then(table.text(column))).to_series()

    names, numbers = with_their_numbers(where("person_name"), where("person_id"))
    names = _marked_each(names)
    standing_in = names.str.extract_all(_MARKED).list.eval(pl.element().str.extract(_MARKED, 1))
    names = names.str.replace_all(_MARK, "")
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
    workplaces = _workplaces(table, id_column, name_column, place_names, where(id_column))
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
        # Whom the cell marks as the buyer's representative is that, whatever the others are.
        marked = pl.DataFrame({"name": name, "of": standing_in, "role": role}).select(
            pl.when(
                pl.col("of").list.contains(pl.col("name")).fill_null(False) & (pl.col("role") == "evaluator")
            )
            .then(pl.lit("buyer_representative"))
            .otherwise("role")
            .alias("role")
        )
        relate(table, "SERVES_TENDER", party, "Tender", serves, {"role": marked["role"]})
        if place == 0:
            for workplace in workplaces:
                at = pl.select(pl.when(~several).then(workplace.ids)).to_series()
                relate(table, "OFFICER_OF", party, "Company", at, {"role": table.constant(EMPLOYEE)})


def _marked_each(names: pl.Series) -> pl.Series:
    """The names with what stands before some of them (业主代表：张三；专家：李四、王五) put behind each (张三（业主代表）、李四…)."""
    labelled = names.str.contains(_LABEL.pattern).fill_null(False)
    if not labelled.any():
        return names
    told = [_behind(n) if n and at else n for n, at in zip(names.to_list(), labelled.to_list(), strict=True)]
    return pl.Series(names.name, told, dtype=pl.String)


def _behind(names: str) -> str:
    first, *rest = _LABEL.split(names)
    told = [first] if first.strip() else []
    for part, listed in zip(rest[::2], rest[1::2], strict=True):
        each = [n.strip() for n in re.split(r"[、,，;；。\n]", listed) if n.strip()]
        told += [n if re.search(_MARK, n) else f"{n}（{part}）" for n in each]
    return "、".join(told)


def _workplaces(
    table: TableRows, id_column: str, name_column: str, names: pl.Series, ids: pl.Series
) -> list[Parties]:
    """The workplaces of each row, one series a place in its cell. One number beside several names is nobody's in particular."""
    lists = names.str.replace_all(_PLACES, "\x1f").str.split("\x1f")
    one = lists.list.len().fill_null(1) == 1
    found = []
    for place in range(max(most(lists.list.len()), 1)):
        listed = lists.list.get(place, null_on_oob=True).str.strip_chars().replace("", None)
        if place == 0:
            listed = pl.select(pl.when(one).then(names).otherwise(listed)).to_series()
        numbers = pl.select(pl.when(one).then(ids)).to_series() if place == 0 else table.empty()
        party = read_parties(
            table, id_column, name_column, default="company", names=listed, raw=numbers, required=False
        )
        state_parties(table, party)
        found.append(party)
    return found
