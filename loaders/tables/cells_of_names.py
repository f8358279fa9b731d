"""What a cell of names holds besides one name: several names, or a name with its number in brackets."""

from __future__ import annotations

from typing import Final

import polars as pl

from graph.names import is_full_legal_name
from loaders.identity import looks_like_person_name, looks_like_person_number
from loaders.identity.name_forms import COMPOUND_SURNAMES, begins_with_a_surname, is_transcribed
from loaders.tables.columns import TableRows
from loaders.tables.vocabulary import VOCABULARIES

_SEPARATORS: Final = r"[、,;/\n]"
_MARKED: Final = r"[^\w()（）·]"
"""What has such a mark, as it is written: of half or full width, or in a sign that stands for several characters."""
_BETWEEN_PERSONS: Final = r"\s+|[和及与]"
"""What stands between persons' names, and within the names of others as well."""
_MAY_PART: Final = r"[^\w()（）·、，,；;/]|[和及与]"
_ADDRESSED: Final = r"先生|女士|小姐|太太|同志|老师|夫妇|本人|主任|会计|出纳|副总|其配偶|其他人?|等\p{Han}?人|待定|待补|暂无|未知|不详"
"""Words behind a name that have the form of one, as posts and kin have (张三 先生, 李四 经理)."""
_IN_BRACKETS: Final = (
    r"\s*\(\s*(?:[\p{Han}/]*[代号]码|身份证号?|证件号|税号|uscc)?\s*:?\s*"
    r"(?P<number>[0-9A-Z]{2}\d{6}[0-9A-Z]{10}|\d{15})\s*\)"
)
_NUMBER: Final = rf"(?i)^(?P<name>.*\S){_IN_BRACKETS}\s*$"
_NUMBERS: Final = rf"(?i){_IN_BRACKETS}|\d{{17}}[0-9X]|\d{{15}}"


def names_several(cells: pl.Series, numbers: pl.Series | None = None, one: bool = False) -> pl.Series:
    """Which cells name two parties or more, each by a person's name or a full registered one (Boolean; null → false).

    Each may have its number behind it. Whatever else stands between such marks may be one name with a mark in it. A
    space, 和, 及 and 与 part persons' names alone (张三 李四, 张三和李四): each has to begin with a frequent surname and to be
    no other word that does (江苏 江西), none may be a part of a name of another language (买买提 艾力), the row has no one's
    number (`numbers`), and the column is not for `one` person by law. See `tell_parted`.
    """
    return _several(_parted(cells, None if one else _between_persons(cells, numbers)))


def names_in(cells: pl.Series, numbers: pl.Series | None = None, one: bool = False) -> pl.Series:
    """The names in each cell of a column that may list several (`List[String]`; null stays null): apart by 、 ; and a new
    line, by , and / where all that they part are names, and as in `names_several`."""
    text = _parted(cells.str.normalize("NFKC"), None if one else _between_persons(cells, numbers))
    plain = text.str.replace_all("[、;\n]", "\x1f").str.split("\x1f")
    several = _several(text)
    if not several.any():
        return plain
    return pl.select(pl.when(several).then(_parts(text)).otherwise(plain)).to_series()


def tell_parted(
    table: TableRows,
    column: str,
    cells: pl.Series,
    numbers: pl.Series | None = None,
    one: bool = False,
    refused: pl.Series | None = None,
) -> None:
    """Flag the cells in which no more than a space, 和, 及 or 与 stands between what may be persons' names: those that are
    read as several, and those that may be several and are read as one name; not those that are `refused` as several."""
    found = _between_persons(cells, numbers)
    if not len(found):
        return
    rows = found["cell"]
    for code, mine in (
        ("names-parted", found["persons"] & (not one)),
        ("names-in-one", ~found["persons"] | one),
    ):
        mask = pl.Series([False]).new_from_index(0, len(cells)).scatter(rows.filter(mine), True)
        mask &= True if refused is None else ~refused
        table.rows.report("flag", mask, code, table.header(column), cells)


def _several(cells: pl.Series) -> pl.Series:
    out = cells.str.contains(_MARKED).fill_null(False)
    at = out.arg_true()
    if not len(at):
        return out
    some = cells.gather(at).str.normalize("NFKC").str.replace_all(_NUMBERS, "")
    parts = pl.DataFrame({"cell": at, "part": _parts(some)}).explode("part")
    named = looks_like_person_name(parts["part"]) | is_full_legal_name(parts["part"])
    told = parts.select("cell", named=named).group_by("cell").agg(pl.len(), pl.col("named").all())
    several = told.filter((pl.col("len") > 1) & pl.col("named"))["cell"]
    return pl.Series([False]).new_from_index(0, len(cells)).scatter(several, True)


def with_their_numbers(names: pl.Series, numbers: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Names and numbers, where the cell of a name has the number behind it in brackets: 虚构甲有限公司（9199…）.

    A number of its own goes before one in brackets, and then a name that has another one is left as it is written; but no
    name keeps a person's number. A cell that names several is left as well.
    """
    text = names.str.normalize("NFKC")
    found = text.str.contains(r"[0-9A-Za-z]\s*\)\s*$").fill_null(False)
    if not found.any():
        return names, numbers
    one = pl.select(pl.when(~names_several(names)).then(text)).to_series()
    frame = pl.DataFrame({"name": names, "number": numbers, "read": one.str.extract_groups(_NUMBER)})
    told = pl.col("read").struct.field("number").str.to_uppercase()
    own = pl.col("number").str.normalize("NFKC").str.strip_chars().str.to_uppercase()
    frame = frame.select("name", "number", own=own, told=told, bare=pl.col("read").struct.field("name"))
    known = pl.col("own").is_null() | (pl.col("own").str.strip_prefix("CN-USCC:") == pl.col("told"))
    read = frame.select(
        name=pl.when(pl.col("told").is_not_null() & (known | looks_like_person_number(frame["told"])))
        .then("bare")
        .otherwise("name"),
        number=pl.coalesce("number", "told"),
    )
    return read["name"], read["number"]


def _between_persons(cells: pl.Series, numbers: pl.Series | None) -> pl.DataFrame:
    """The cells in which a space, 和, 及 or 与, and nothing else, stands between what has the form of persons' names.

    cell (its place), parted (the cell with 、 in their place), persons (whether they are surely persons).
    """
    some = cells.str.contains(_MAY_PART)
    if numbers is not None:
        some &= numbers.is_null()
    at = some.fill_null(False).arg_true()
    text = cells.gather(at).str.normalize("NFKC").str.strip_chars()
    mine = text.str.contains(_BETWEEN_PERSONS) & ~text.str.contains(rf"{_SEPARATORS}|\s[(\d]")
    at, text = at.filter(mine), text.filter(mine)
    bare = text.str.replace_all(_NUMBERS, "").str.replace_all(_BETWEEN_PERSONS, "\x1f")
    parts = pl.DataFrame({"cell": at, "part": bare.str.split("\x1f")}).explode("part")
    part = parts["part"]
    formed = looks_like_person_name(part) & ~part.str.contains(f"^(?:{COMPOUND_SURNAMES}|{_ADDRESSED})$")
    for words in ("position", "bid_role", "relation_to_head"):
        formed &= VOCABULARIES[words].read(part).is_null()
    surely = begins_with_a_surname(part) & ~is_transcribed(part)
    told = (
        parts.select("cell", formed=formed, surely=surely)
        .group_by("cell", maintain_order=True)
        .agg(pl.len(), pl.col("formed", "surely").all())
    )
    parted = text.str.replace_all(_BETWEEN_PERSONS, "、")
    return (
        pl.DataFrame({"cell": at, "parted": parted})
        .join(told, on="cell", maintain_order="left")
        .filter((pl.col("len") > 1) & pl.col("formed"))
        .select("cell", "parted", persons="surely")
    )


def _parted(text: pl.Series, between: pl.DataFrame | None) -> pl.Series:
    """Text in which 、 stands between persons' names that are surely several."""
    several = None if between is None else between.filter("persons")
    if several is None or several.is_empty():
        return text
    # In place otherwise.
    return text.clone().scatter(several["cell"], several["parted"])


def _parts(text: pl.Series) -> pl.Series:
    parts = text.str.replace_all(_SEPARATORS, "\x1f").str.split("\x1f")
    return parts.list.eval(pl.element().str.strip_chars()).list.eval(pl.element().filter(pl.element() != ""))
