"""What a cell of names holds besides one name: several names, or a name with its number in brackets."""

from __future__ import annotations

from typing import Final

import polars as pl

from graph.names import is_full_legal_name
from loaders.identity import looks_like_person_name, looks_like_person_number
from loaders.tables.vocabulary import VOCABULARIES

_SEPARATORS: Final = r"[、,;/\n]"
_BETWEEN_PERSONS: Final = r"\s+|[和及与]"
"""What stands between persons' names, and within the names of others as well."""
_COMPOUND: Final = "欧阳|上官|司马|司徒|诸葛|皇甫|东方|慕容|令狐|尉迟|公孙|长孙|宇文|夏侯|端木|百里|南宫|西门|独孤|轩辕|申屠|太史|澹台|闻人|钟离|呼延"
"""Surnames of two characters (《百家姓》): with a space behind them they are no name of their own."""
_ADDRESSED: Final = r"先生|女士|小姐|太太|同志|老师|夫妇|本人|主任|会计|出纳|副总|其配偶|其他人?|等\p{Han}?人|待定|待补|暂无|未知|不详"
"""Words behind a name that have the form of one, as posts and kin have (张三 先生, 李四 经理)."""
_IN_BRACKETS: Final = (
    r"\s*\(\s*(?:[\p{Han}/]*[代号]码|身份证号?|证件号|税号|uscc)?\s*:?\s*"
    r"(?P<number>[0-9A-Z]{2}\d{6}[0-9A-Z]{10}|\d{15})\s*\)"
)
_NUMBER: Final = rf"(?i)^(?P<name>.*\S){_IN_BRACKETS}\s*$"
_NUMBERS: Final = rf"(?i){_IN_BRACKETS}|\d{{17}}[0-9X]|\d{{15}}"


def names_several(cells: pl.Series, numbers: pl.Series | None = None) -> pl.Series:
    """Which cells name two parties or more, each by a person's name or a full registered one (Boolean; null → false).

    Each may have its number behind it. Whatever else stands between such marks may be one name with a mark in it. A
    space, 和, 及 and 与 part persons' names alone (张三 李四, 张三和李四), where the row has no one's number (`numbers`): a
    name may have them within.
    """
    text = _parted(cells.str.normalize("NFKC"), numbers)
    out = text.str.contains(_SEPARATORS).fill_null(False)
    at = out.arg_true()
    if not len(at):
        return out
    some = text.gather(at).str.replace_all(_NUMBERS, "")
    parts = pl.DataFrame({"cell": at, "part": _parts(some)}).explode("part")
    named = looks_like_person_name(parts["part"]) | is_full_legal_name(parts["part"])
    told = parts.select("cell", named=named).group_by("cell").agg(pl.len(), pl.col("named").all())
    several = told.filter((pl.col("len") > 1) & pl.col("named"))["cell"]
    places = pl.Series(range(len(cells)), dtype=several.dtype)
    return places.is_in(several.implode())


def names_in(cells: pl.Series, numbers: pl.Series | None = None) -> pl.Series:
    """The names in each cell of a column that may list several (`List[String]`; null stays null): apart by 、 ; and a new
    line, and by , and / where all that they part are names."""
    text = _parted(cells.str.normalize("NFKC"), numbers)
    plain = text.str.replace_all("[、;\n]", "\x1f").str.split("\x1f")
    several = names_several(text)
    if not several.any():
        return plain
    return pl.select(pl.when(several).then(_parts(text)).otherwise(plain)).to_series()


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


def _parted(text: pl.Series, numbers: pl.Series | None) -> pl.Series:
    """Text in which 、 stands between persons' names that a space, 和, 及 or 与 parts, where nothing else does."""
    some = text.str.contains(_BETWEEN_PERSONS) & ~text.str.contains(rf"{_SEPARATORS}|\s[(\d]")
    if numbers is not None:
        some &= numbers.is_null()
    at = some.fill_null(False).arg_true()
    if not len(at):
        return text
    told = text.gather(at).str.strip_chars()
    bare = told.str.replace_all(_NUMBERS, "").str.replace_all(_BETWEEN_PERSONS, "\x1f")
    parts = pl.DataFrame({"cell": at, "part": bare.str.split("\x1f")}).explode("part")
    part = parts["part"]
    person = looks_like_person_name(part) & ~part.str.contains(f"^(?:{_COMPOUND}|{_ADDRESSED})$")
    for words in ("position", "bid_role", "relation_to_head"):
        person &= VOCABULARIES[words].read(part).is_null()
    named = parts.select("cell", person=person).group_by("cell").agg(pl.len(), pl.col("person").all())
    mine = at.is_in(named.filter((pl.col("len") > 1) & pl.col("person"))["cell"].implode())
    return text.scatter(at.filter(mine), told.filter(mine).str.replace_all(_BETWEEN_PERSONS, "、"))


def _parts(text: pl.Series) -> pl.Series:
    parts = text.str.replace_all(_SEPARATORS, "\x1f").str.split("\x1f")
    return parts.list.eval(pl.element().str.strip_chars()).list.eval(pl.element().filter(pl.element() != ""))
