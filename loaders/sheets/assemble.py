"""The rows below a header into a `Sheet`: what is no data is left out and counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import polars as pl

from loaders.sheets.header import Header
from loaders.sheets.sheet import SKIP_REASONS, Sheet

_TOTAL: Final = (
    r"^[（(]?.{0,12}?(?:合\s*计|小\s*计|总\s*计|共\s*计|累\s*计)[)）]?(?:[:：].*|\d.*|)$"
    r"|^(?i:(?:sub|grand )?total)[:：]?$"
)
_NOTE: Final = (
    r"^(?:备?注|说\s*明|附\s*注|填表说明|填报说明|数据来源|资料来源|来源|数据截至|温馨提示|提示|声明|免责声明)\s*\d*\s*[:：]"
    r"|^(?:注|备注|说明)\s*\d?\s*[.、．]"
    r"|^(?:填表人?|制表人?|填报人?|填报单位|制表单位|编制单位|审核人?|复核人?|经办人?|单位负责人|负责人签[名字]|主管领导"
    r"|审批人|打印时间|打印日期|导出时间|导出日期|制表日期|填表日期|填报日期|联系电话|盖章|监督人员?|监标人|记录人|唱标人|开标人|主持人|公证人)(?:[（(][^）)]*[）)])?\s*[:：]"
    r"|^(?:以上数据|本表|本文件|本数据|注意事项)"
)
_NOTE_START: Final = r"^[备注说附填数资来温提声免制编审复经单负主打导联盖以本监记唱开公]"


def assemble(
    data: pl.DataFrame,
    rows: pl.Series,
    header: Header,
    *,
    name: str,
    title_rows: int,
    numeric: Mapping[int, pl.Series] | None = None,
    wide_text: pl.Series | None = None,
    may_slip: bool = False,
    **about: Any,
) -> Sheet:
    """`data` holds the rows below the header, trimmed, one `String` column a position.

    `rows` are their numbers in the file; `numeric` flags number cells by position; `wide_text` marks rows
    whose one text spans the table (a merged cell); `may_slip`: a delimiter too many moves the cells after it,
    as in CSV; `about` goes to the `Sheet` as it is.
    """
    why = _reasons(data, header, wide_text)
    counts = dict.fromkeys(SKIP_REASONS, 0)
    counts["title"] = title_rows
    keep: pl.Series | None = None
    if why is not None:
        for reason, n in why.drop_nulls().value_counts(name="n").iter_rows():
            counts[reason] += n
        keep = why.is_null()
    positions, names = _columns(data, header)
    ragged = _ragged(data, header if may_slip else None)
    flags = {n: numeric[p] for p, n in zip(positions, names, strict=True) if numeric and p in numeric}
    frame = data.select(pl.col(data.columns[p]).alias(n) for p, n in zip(positions, names, strict=True))
    if keep is not None:
        frame, rows, ragged = frame.filter(keep), rows.filter(keep), ragged.filter(keep)
        flags = {n: f.filter(keep) for n, f in flags.items()}
    return Sheet(
        name=name,
        frame=frame,
        rows=rows.rename("row"),
        numeric={n: f for n, f in flags.items() if f.any()},
        skipped={reason: n for reason, n in counts.items() if n},
        ragged=ragged,
        titles=header.titles,
        **about,
    )


def _columns(data: pl.DataFrame, header: Header) -> tuple[list[int], list[str]]:
    """Positions and unique names of the columns that have a header or a value."""
    positions: list[int] = []
    names: list[str] = []
    taken: dict[str, int] = {}
    for position in range(data.width):
        name = header.names[position] if position < len(header.names) else ""
        if not name:
            column = data.to_series(position)
            if column.null_count() == len(column):
                continue
            name = f"#{position + 1}"
        taken[name] = taken.get(name, 0) + 1
        if taken[name] > 1:
            name = f"{name}#{taken[name]}"
        positions.append(position)
        names.append(name)
    return positions, names


def _ragged(data: pl.DataFrame, header: Header | None) -> pl.Series:
    none = pl.Series("ragged", [False], dtype=pl.Boolean).new_from_index(0, data.height)
    width = max((i + 1 for i, n in enumerate(header.names) if n), default=0) if header else data.width
    extra = data.columns[width:]
    if not extra:
        return none
    longer = data.select(pl.any_horizontal(pl.col(extra).is_not_null()).alias("ragged")).to_series()
    # Where most rows have it, it is a column whose header is missing, not a slip.
    return none if int(longer.sum()) * 2 > data.height else longer


def _reasons(data: pl.DataFrame, header: Header, wide_text: pl.Series | None) -> pl.Series | None:
    """Why each row is no data (null = it is); None where all are."""
    if not data.height:
        return None
    first = data.select(pl.coalesce(pl.all()).alias("first")).to_series()
    out = pl.Series([None], dtype=pl.String).new_from_index(0, data.height)
    found = False
    blank = first.is_null()
    if blank.any():
        out = out.scatter(blank.arg_true(), "blank")
        found = True
    # One cheap look for the characters every total has spares the full pattern on most rows.
    maybe = first.str.contains(r"计|(?i:total)").fill_null(False).arg_true()
    if len(maybe):
        sure = _totals(data, first, maybe)
        out = out.scatter(sure, "total")
        found = found or len(sure) > 0
    maybe = first.str.contains(_NOTE_START).fill_null(False).arg_true()
    if len(maybe):
        some = first.gather(maybe)
        sure = maybe.filter(some.str.contains(_NOTE))
        out = out.scatter(sure, "note")
        found = found or len(sure) > 0
    if wide_text is not None and (wide_text & out.is_null()).any():
        out = out.scatter((wide_text & out.is_null()).arg_true(), "note")
        found = True
    for reason, at in _repeats(data, header, first):
        if len(at):
            out = out.scatter(at, reason)
            found = True
    return out if found else None


def _totals(data: pl.DataFrame, first: pl.Series, maybe: pl.Series) -> pl.Series:
    """Rows whose first text is a total's and that don't also name somebody.

    A person or company may be called so: a total row leaves most of its text columns empty.
    """
    sure = maybe.filter(first.gather(maybe).str.contains(_TOTAL))
    if not len(sure) or data.width < 3:
        return sure
    cells = data[sure.to_list()]
    words = cells.select(
        pl.sum_horizontal(pl.all().str.contains(r"\p{Han}{2,}|[A-Za-z]{3,}").fill_null(False)).alias("n")
    ).to_series()
    bare = first.gather(sure).str.contains(r"^(?:合\s*计|小\s*计|总\s*计|共\s*计|累\s*计|(?i:total))[:：]?$")
    return sure.filter(bare | (words <= 2))


def _repeats(data: pl.DataFrame, header: Header, first: pl.Series) -> Sequence[tuple[str, pl.Series]]:
    """Rows that say a level of the header, or a title, once more."""
    found: list[tuple[str, pl.Series]] = []
    for level in (*header.levels, header.names):
        cells = [(i, c) for i, c in enumerate(level) if c and i < data.width]
        if (len(cells) < 2 and data.width > 1) or not cells:
            continue
        at = (data.to_series(cells[0][0]) == cells[0][1]).fill_null(False).arg_true()
        if not len(at):
            continue
        some = data[at.to_list()]
        same = some.select(
            (pl.mean_horizontal((pl.nth(i) == c).fill_null(False) for i, c in cells) >= 0.8).alias("same")
        ).to_series()
        found.append(("repeated_header", at.filter(same)))
    if header.titles:
        found.append(("title", first.is_in(list(header.titles)).fill_null(False).arg_true()))
    return found
