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
_BETWEEN_PERSONS: Final = r"\s+|[和及与]"
"""What stands between persons' names, and within the names of others as well."""
_MAY_PART: Final = r"[^\w()（）·]|[和及与]"
"""What has any of these, as it is written: of half or full width, or in a sign that stands for several characters."""
_ADDRESSED: Final = r"先生|女士|小姐|太太|同志|老师|夫妇|本人|主任|会计|出纳|副总|其配偶|其他人?|等\p{Han}?人|待定|待补|暂无|未知|不详"
"""Words behind a name that have the form of one, as posts and kin have (张三 先生, 李四 经理)."""
_IN_BRACKETS: Final = (
    r"\s*\(\s*(?:[\p{Han}/]*[代号]码|身份证号?|证件号|税号|uscc)?\s*:?\s*"
    r"(?P<number>[0-9A-Z]{2}\d{6}[0-9A-Z]{10}|\d{15})\s*\)"
)
_NUMBER: Final = rf"(?i)^(?P<name>.*\S){_IN_BRACKETS}\s*$"
_ENDS_IN_BRACKETS: Final = r"[0-9A-Za-z０-９Ａ-Ｚａ-ｚ]\s*[)）﹚]\s*$"
_NUMBERS: Final = rf"(?i){_IN_BRACKETS}|\d{{17}}[0-9X]|\d{{15}}"


class NameCells:
    """A column of names, each cell of which may hold several.

    `numbers`: ids beside the names; `one`: a firm has one such person at a time, so that no space parts two. Each of
    several may have its number behind it.

    A space, 和, 及 and 与 part persons' names alone (张三 李四, 张三和李四): each has to begin with a frequent surname and to be
    no other word that does (江苏 江西), none may be a part of a name of another language (买买提 艾力), and the row has no one's
    number. See `tell`.
    """

    def __init__(self, cells: pl.Series, numbers: pl.Series | None = None, one: bool = False):
        self.cells, self.one = cells, one
        # Of most columns no cell has anything that could part two names: one look at all of them, and no more.
        self._at = cells.str.contains(_MAY_PART).fill_null(False).arg_true()
        some = cells.gather(self._at).str.normalize("NFKC")
        self._between = _between_persons(some, None if numbers is None else numbers.gather(self._at))
        parted = self._between.filter(pl.lit(not one) & pl.col("persons"))
        self._text = some.scatter(parted["cell"], parted["parted"])
        self._names_several = _name_several(self._text)

    @property
    def several(self) -> pl.Series:
        """Which cells name two parties or more, each by a person's name or a full registered one (Boolean; null →
        false). Whatever else stands between such marks may be one name with a mark in it."""
        return self._mask(self._at.filter(self._names_several))

    @property
    def names(self) -> pl.Series:
        """The names in each cell (`List[String]`; null stays null): apart by 、 ; and a new line, by , and / where all that
        they part are names, and by a space, 和, 及 and 与 as above."""
        plain = self._text.str.replace_all("[、;\n]", "\x1f").str.split("\x1f")
        lists = pl.select(pl.when(self._names_several).then(_parts(self._text)).otherwise(plain)).to_series()
        whole = self.cells.str.normalize("NFKC")
        return whole.scatter(self._at, lists.list.join("\x1f")).str.split("\x1f")

    def tell(self, table: TableRows, column: str, refused: pl.Series | None = None) -> None:
        """Flag the cells in which no more than a space, 和, 及 or 与 stands between what may be persons' names: those that
        are read as several, and those that may be several and are read as one name; not those `refused` as several."""
        if self._between.is_empty():
            return
        rows = self._at.gather(self._between["cell"])
        persons = self._between["persons"]
        for code, mine in (("names-parted", persons & (not self.one)), ("names-in-one", ~persons | self.one)):
            mask = self._mask(rows.filter(mine))
            table.rows.report(
                "flag", mask if refused is None else mask & ~refused, code, table.header(column), self.cells
            )

    def _mask(self, places: pl.Series) -> pl.Series:
        return pl.Series([False]).new_from_index(0, len(self.cells)).scatter(places, True)


def with_their_numbers(names: pl.Series, numbers: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Names and numbers, where the cell of a name has the number behind it in brackets: 虚构甲有限公司（9199…）.

    A number of its own goes before one in brackets, and then a name that has another one is left as it is written; but no
    name keeps a person's number. A cell that names several is left as well.
    """
    at = names.str.contains(_ENDS_IN_BRACKETS).fill_null(False).arg_true()
    if not len(at):
        return names, numbers
    read, with_number = _with_their_numbers(names.gather(at), numbers.gather(at))
    return names.clone().scatter(at, read), numbers.clone().scatter(at, with_number)


def _with_their_numbers(names: pl.Series, numbers: pl.Series) -> tuple[pl.Series, pl.Series]:
    text = names.str.normalize("NFKC")
    one = pl.select(pl.when(~NameCells(names).several).then(text)).to_series()
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


def _name_several(cells: pl.Series) -> pl.Series:
    """Which cells, of half width, name several apart by marks."""
    out = cells.str.contains(_SEPARATORS).fill_null(False)
    at = out.arg_true()
    if not len(at):
        return out
    some = cells.gather(at).str.replace_all(_NUMBERS, "")
    parts = pl.DataFrame({"cell": at, "part": _parts(some)}).explode("part")
    named = looks_like_person_name(parts["part"]) | is_full_legal_name(parts["part"])
    told = parts.select("cell", named=named).group_by("cell").agg(pl.len(), pl.col("named").all())
    several = told.filter((pl.col("len") > 1) & pl.col("named"))["cell"]
    return pl.Series([False]).new_from_index(0, len(cells)).scatter(several, True)


def _between_persons(cells: pl.Series, numbers: pl.Series | None) -> pl.DataFrame:
    """The cells in which a space, 和, 及 or 与, and nothing else, stands between what has the form of persons' names.

    cell (its place), parted (the cell with 、 in their place), persons (whether they are surely persons).
    """
    text = cells.str.strip_chars()
    mine = text.str.contains(_BETWEEN_PERSONS) & ~text.str.contains(rf"{_SEPARATORS}|\s[(\d]")
    if numbers is not None:
        mine &= numbers.is_null()
    at = mine.fill_null(False).arg_true()
    text = text.gather(at)
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


def _parts(text: pl.Series) -> pl.Series:
    parts = text.str.replace_all(_SEPARATORS, "\x1f").str.split("\x1f")
    return parts.list.eval(pl.element().str.strip_chars()).list.eval(pl.element().filter(pl.element() != ""))
