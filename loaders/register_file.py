"""A table of shareholdings read straight for looking through as a whole, without a store."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Final

import polars as pl

from graph.names import is_partnership_name
from graph.penetration.tables import OwnershipError
from graph.penetration.whole.links import ROWS
from graph.resolution.spans import span_ends
from loaders.problems import UnreadableFileError
from loaders.sheets.content import binary, content_kind, unreadable
from loaders.tables.ownership import PARTNER_ROLES
from loaders.tables.schema import TABLES
from loaders.tables.vocabulary import VOCABULARIES
from loaders.values import clean_header, unit_of_header
from loaders.values.shares import parse_shares

_LOOK_AT: Final = 1 << 20
"""Bytes in which the headings must end."""
_SHARES: Final = ("share", "share_percent", "share_min", "share_max")
_TEXTS: Final = (
    "holder_id", "company_id", "valid_from", "valid_to", "share_class", "observed_on", "list_kind", "indirect_share"
)  # fmt: skip
_VOTES: Final = ("votes", "votes_percent", "holder_kind", "company_name")
"""What says that shares are not the votes: no part of a share, and so read for control alone."""
_PERCENT: Final = frozenset({"share_percent", "sharepercent", "percent"})


def read_register(path: Path, control: bool = False) -> pl.DataFrame:
    """Rows of `graph.penetration.whole.ROWS` from a CSV (UTF-8 or GB18030) or Parquet file of shareholdings.

    Headings are those of the table `shareholdings`; ids are taken as they stand. `control`: shares stand for votes,
    and a table that says otherwise is refused. Raises `OwnershipError`.
    """
    if not path.is_file():
        raise OwnershipError(f"找不到文件 {path}。请检查路径。", f"There is no file {path}. Check the path.")
    try:
        headers, utf8 = _headers(path)
        columns = _columns(path, headers, (*_TEXTS, *_VOTES) if control else _TEXTS)
        if control:
            _nobody_is_named(path, headers)
        rows = _read(path, columns, utf8)
    except UnreadableFileError as error:
        raise OwnershipError(f"{path.name}：{error.zh}", f"{path.name}: {error.en}") from error
    except pl.exceptions.ComputeError as error:
        why = str(error).strip().partition("\n")[0]
        raise OwnershipError(
            f"{path.name} 读不通（{why}）。请检查引号、分隔符，以及文件是否完整，必要时重新导出。",
            f"{path.name} can't be read to its end ({why}). Check quotes, delimiters and whether the file is whole; "
            "export it again if need be.",
        ) from error
    rows = _with_whole_ends(rows)
    _one_list(path, rows)
    _no_route(path, rows)
    if control:
        _shares_are_votes(path, rows)
    return rows.select(c for c in ROWS if c in rows.columns)


def _headers(path: Path) -> tuple[list[str], bool]:
    """The headings, and whether they are UTF-8."""
    if path.suffix.lower() == ".parquet":
        return list(pl.read_parquet_schema(path)), True
    with path.open("rb") as file:
        head = file.read(_LOOK_AT)
    kind = content_kind(head)
    if kind != "text":
        raise unreadable(
            "整册穿透只读 CSV 或 Parquet 文件。请另存为 CSV，或先用 lookthrough load 导入。",
            "A whole register is read from CSV or Parquet. Save this as CSV, or load it first (lookthrough load).",
        )
    if b"\0" in head:
        raise binary()
    # Enough for any line of headings.
    line = head.splitlines()[0]
    try:
        return next(csv.reader([line.decode("utf-8-sig")]), []), True
    except UnicodeDecodeError:
        return next(csv.reader([line.decode("gb18030", errors="replace")]), []), False


def _columns(path: Path, headers: list[str], texts: tuple[str, ...]) -> dict[str, str]:
    """Heading of each column used, of the shares and `texts`. Raises `OwnershipError` where one that is needed isn't there."""
    known, found = TABLES["shareholdings"].by_header, dict[str, tuple[int, str]]()
    for header in headers:
        name, rank = known.get(clean_header(header), ("", 0))
        if name in (*_SHARES, *texts) and (name not in found or rank < found[name][0]):
            found[name] = (rank, header)
    columns = {name: header for name, (_, header) in found.items()}
    missing = [c for c in ("company_id", "holder_id") if c not in columns]
    if missing:
        raise OwnershipError(
            f"{path.name} 缺少列 {'、'.join(missing)}（现有：{'、'.join(headers[:12])}）。"
            "整册穿透按编号进行；只有名称的数据请先用 lookthrough load 导入。",
            f"{path.name} has no column {', '.join(missing)} (there are: {', '.join(headers[:12])}). "
            "A whole register goes by ids; data with names alone have to be loaded first (lookthrough load).",
        )
    if not set(_SHARES) & set(columns):
        raise OwnershipError(
            f"{path.name} 没有持股比例列（share 或 share_percent）。",
            f"{path.name} has no column of shares (share or share_percent).",
        )
    if "share" in columns and "share_percent" in columns:
        del columns["share_percent"]
    return columns


def _read(path: Path, columns: dict[str, str], utf8: bool) -> pl.DataFrame:
    shares = [c for c in _SHARES if c in columns]
    names = {header: name for name, header in columns.items()}
    if path.suffix.lower() == ".parquet":
        rows = pl.read_parquet(path, columns=list(names)).rename(names)
    else:
        types: dict[str, pl.DataType] = {columns[c]: pl.String() for c in columns}
        numbers = types | {columns[c]: pl.Float64() for c in shares}
        try:
            rows = _csv(path, names, numbers, utf8)
        except pl.exceptions.ComputeError:
            # Some cell is no bare number: 51%, a band, or a mistake to be named.
            rows = _csv(path, names, types, utf8)
    texts = [pl.col(c).cast(pl.String) for c in columns if c not in shares]
    rows = rows.with_columns(texts)
    # A band in the share's cell fills bounds that are fractions by then.
    for column in sorted(shares, key=("share", "share_percent").__contains__):
        rows = _as_fractions(path, rows, column, columns[column])
    return rows


def _csv(path: Path, names: dict[str, str], types: dict[str, pl.DataType], utf8: bool) -> pl.DataFrame:
    chosen: dict[str, object] = {"columns": list(names), "schema_overrides": types}
    if not utf8:
        return _gb18030(path, chosen).rename(names)
    try:
        rows = pl.read_csv(path, **chosen)  # type: ignore[arg-type]
    except pl.exceptions.ComputeError as error:
        if "utf-8" not in str(error).lower():
            raise
        rows = _gb18030(path, chosen)
    return rows.rename(names)


def _gb18030(path: Path, chosen: dict[str, object]) -> pl.DataFrame:
    try:
        text = path.read_bytes().decode("gb18030")
    except UnicodeDecodeError as error:
        raise OwnershipError(
            f"{path.name} 既不是 UTF-8 也不是 GB18030 编码，请另存为 UTF-8。",
            f"{path.name} is neither UTF-8 nor GB18030: save it as UTF-8.",
        ) from error
    return pl.read_csv(text.encode(), **chosen)  # type: ignore[arg-type]


def _as_fractions(path: Path, rows: pl.DataFrame, column: str, header: str) -> pl.DataFrame:
    """The share column as fractions; bands fill the bounds. Raises `OwnershipError` naming the first bad row."""
    clean, stated = unit_of_header(header)
    unit = stated or ("percent" if clean in _PERCENT else TABLES["shareholdings"].columns[column].unit)
    name = "share" if column == "share_percent" else column
    if rows[column].dtype.is_numeric() and unit in ("percent", "fraction"):
        value = pl.col(column).cast(pl.Float64)
        return rows.with_columns((value / 100.0 if unit == "percent" else value).alias(name))
    text = rows[column].cast(pl.String)
    parsed = parse_shares(text, unit)
    wrong = parsed["error"].is_not_null()
    if wrong.any():
        at = int(wrong.arg_max() or 0)
        raise OwnershipError(
            f"{path.name} 第 {at + 1} 条数据（共 {wrong.sum()} 条）的 {header}“{text[at]}”不能读作持股比例：须为 0 到 1 的小数，"
            "或带 % 的数；单位请写在列名中（share_percent、持股比例(%)）。",
            f"{path.name}, data row {at + 1} ({wrong.sum()} in all): {header} {text[at]!r} is no share. Write a fraction "
            "from 0 to 1 or a number with %; say the unit in the heading (share_percent, 持股比例(%)).",
        )
    if name != "share":
        return rows.with_columns(parsed["share"].alias(name))
    point = parsed["share"]
    added = [point.alias("share")]
    for end in ("share_min", "share_max"):
        bound = pl.Series(end, parsed[end].zip_with(point.is_null(), pl.repeat(None, len(point), eager=True)))
        open_ = "min_open" if end == "share_min" else "max_open"
        excluded = parsed[open_] & point.is_null()
        if end in rows.columns:
            # A bound in a column of its own is met.
            excluded &= rows[end].is_null()
            bound = rows[end].cast(pl.Float64).fill_null(bound)
        added += [bound, excluded.fill_null(False).alias(open_)]
    return rows.with_columns(added)


def _with_whole_ends(rows: pl.DataFrame) -> pl.DataFrame:
    """An end that gives a month alone is its last day, as it is once loaded."""
    if "valid_to" not in rows.columns or not (rows["valid_to"].str.len_chars() == 7).any():
        return rows
    stated = rows.with_row_index("row").select(
        key=pl.col("row").cast(pl.String),
        from_id="holder_id",
        to_id="company_id",
        stated_from="valid_from" if "valid_from" in rows.columns else pl.lit(None, pl.String),
        stated_to="valid_to",
    )
    return rows.with_columns(span_ends(stated).alias("valid_to"))


def _one_list(path: Path, rows: pl.DataFrame) -> None:
    """Raises `OwnershipError` where a company has several lists: they are alternatives, never added."""
    for column in ("observed_on", "list_kind"):
        if column not in rows.columns:
            continue
        several = rows.group_by("company_id").agg(n=pl.col(column).n_unique()).filter(pl.col("n") > 1)
        if several.height:
            company = several["company_id"].sort()[0]
            raise OwnershipError(
                f"{path.name} 中 {several.height} 家企业（如 {company}）有多份股东名单（{column} 不同），不能相加："
                "请先用 lookthrough load 导入，由数据库选出当日有效的一份。",
                f"In {path.name} {several.height} companies ({company}) have several lists of holders ({column} differs), "
                "which must not be added: load the file first (lookthrough load), and the list of the day is chosen.",
            )


def _no_route(path: Path, rows: pl.DataFrame) -> None:
    """Raises `OwnershipError` where a row states an indirect share alone, which is no holding in the company."""
    if "indirect_share" not in rows.columns:
        return
    direct = pl.any_horizontal(pl.col(c).is_not_null() for c in _SHARES if c in rows.columns)
    alone = rows.select((pl.col("indirect_share").str.strip_chars() != "") & ~direct).to_series()
    if at := alone.fill_null(False).arg_true().to_list():
        raise OwnershipError(
            f"{path.name} 第 {at[0] + 1} 条数据（共 {len(at)} 条）只有间接持股比例，不能当作直接持股："
            "请先用 lookthrough load 导入，间接持股会与链路对照，不重复计入。",
            f"{path.name}, data row {at[0] + 1} ({len(at)} in all) states an indirect share alone, which is no holding in "
            "the company: load the file first (lookthrough load), and it is compared with the chains, never added.",
        )


def _nobody_is_named(path: Path, headers: list[str]) -> None:
    """Raises `OwnershipError` where a column names the actual controllers, which shares alone don't tell."""
    known = TABLES["control"].by_header
    named = [h for h in headers if known.get(clean_header(h), ("", 0))[0] == "actual_controller"]
    if named:
        raise OwnershipError(
            f"{path.name} 有{named[0]}列：直接读表时只按持股比例判断控制，结果会不同。请先用 lookthrough load 导入。",
            f"{path.name} names actual controllers ({named[0]}), and straight from a table shares alone decide: load the "
            "file first (lookthrough load).",
        )


def _shares_are_votes(path: Path, rows: pl.DataFrame) -> None:
    """Raises `OwnershipError` where votes are stated, or a company is a partnership."""
    stated = [
        c for c in ("votes", "votes_percent") if c in rows.columns and rows[c].str.strip_chars().ne("").any()
    ]
    if stated:
        raise OwnershipError(
            f"{path.name} 有表决权列（{stated[0]}）：直接读表时以持股比例作为表决权，结果会不同。"
            "请先用 lookthrough load 导入。",
            f"{path.name} states votes ({stated[0]}), and straight from a table shares stand for votes: load the file "
            "first (lookthrough load).",
        )
    partners = pl.repeat(False, rows.height, eager=True)
    if "holder_kind" in rows.columns:
        partners |= (
            VOCABULARIES["holder_kind"].read(rows["holder_kind"]).is_in(PARTNER_ROLES).fill_null(False)
        )
    if "company_name" in rows.columns:
        partners |= is_partnership_name(rows["company_name"])
    found = rows["company_id"].filter(partners)
    if len(found):
        raise OwnershipError(
            f"{path.name} 中有 {found.n_unique()} 家合伙企业（如 {found.sort()[0]}），合伙份额不是表决权："
            "请先用 lookthrough load 导入，由执行事务合伙人判断控制。",
            f"In {path.name} {found.n_unique()} companies are partnerships ({found.sort()[0]}), where shares are no votes: load "
            "the file first (lookthrough load), and who manages them decides.",
        )
