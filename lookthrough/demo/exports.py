"""Dresses the world's rows as the files an investigator is given: mixed formats, encodings, units and headers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import polars as pl

from lookthrough.demo.records import Frames
from lookthrough.demo.workbook import SheetContent, write_workbook

OBSERVED_ON: Final = "2025-02-28"
LISTED_REPORT: Final = "2024-12-31"
MOST_ROWS: Final = 1_000_000
_YEAR: Final = 2025


def write_exports(folder: Path, frames: Frames) -> dict[str, int]:
    """Write every file into the folder. Returns file name → data rows. Raises `OSError`."""
    folder.mkdir(parents=True, exist_ok=True)
    counts: dict[str, int] = {}
    for name, write in _FILES.items():
        path = folder / name
        for old in folder.glob(f"{path.stem}.*"):
            old.unlink()
        counts[name] = write(path, frames)
    return counts


def _book(path: Path, sheet: SheetContent) -> None:
    """A workbook; a CSV of the same name where there are more rows than a sheet can hold, as sources deliver it then."""
    if sheet.frame.height > MOST_ROWS:
        _write_csv(path.with_suffix(".csv"), sheet.frame, "utf-8-sig")
    else:
        write_workbook(path, [sheet])


def _companies(path: Path, frames: Frames) -> int:
    table = frames["companies"].select(
        pl.col("code").alias("统一社会信用代码"),
        pl.col("name").alias("企业名称"),
        pl.col("former_name").fill_null("-").alias("曾用名"),
        pl.col("kind").alias("企业类型"),
        pl.col("status").alias("登记状态"),
        pl.col("founded_on").alias("成立日期"),
        pl.concat_str(pl.col("capital"), pl.lit("万元人民币")).alias("注册资本"),
        pl.lit("虚构区").alias("行政区划"),
        pl.col("legal_rep").fill_null("-").alias("法定代表人"),
    )
    titles = ("虚构市企业登记信息（样本数据，均为虚构）", f"导出日期：{OBSERVED_ON}")
    _book(path, SheetContent("企业信息", table, titles))
    return table.height


def _holdings(path: Path, frames: Frames) -> int:
    rows = frames["holdings"].filter(pl.col("list").is_null())
    table = rows.select(
        # A tab before a long number keeps spreadsheet programs from rounding it; exports are full of them.
        pl.concat_str(pl.lit("\t"), pl.col("company")).alias("统一社会信用代码"),
        pl.col("company_name").alias("企业名称"),
        pl.col("holder_name").alias("股东名称"),
        pl.col("holder_kind").alias("股东类型"),
        pl.concat_str(pl.lit("\t"), pl.col("holder")).fill_null("-").alias("证照/证件号码"),
        _percent("percent").fill_null("-").alias("持股比例"),
        _percent("votes").fill_null("").alias("表决权比例"),
        pl.col("since").str.replace_all("-", "/", literal=True).fill_null("").alias("入股日期"),
        pl.col("until").str.replace_all("-", "/", literal=True).fill_null("").alias("退出日期"),
        pl.lit(OBSERVED_ON).alias("数据截至日期"),
    )
    _write_csv(path, table, "gb18030")
    return table.height


def _listed(path: Path, frames: Frames) -> int:
    rows = frames["holdings"].filter(pl.col("list").is_not_null())
    table = rows.select(
        pl.col("company").alias("统一社会信用代码"),
        pl.col("company_name").alias("企业名称"),
        pl.col("list").alias("数据来源"),
        pl.col("holder_name").alias("股东名称"),
        pl.col("holder_kind").alias("股东类型"),
        pl.col("holder").alias("证照/证件号码"),
        (pl.col("percent") / 100).round(6).alias("持股比例"),
        pl.lit(LISTED_REPORT).alias("报告期"),
    )
    titles = ("虚构证券市场上市公司前十名股东（样本数据）",)
    _book(path, SheetContent("前十名股东", table, titles, percent=frozenset({"持股比例"})))
    return table.height


def _tenders(path: Path, frames: Frames) -> int:
    table = frames["tenders"].select(
        pl.col("tender").alias("招标项目编号"),
        pl.col("title").alias("项目名称"),
        pl.col("buyer").alias("招标人"),
        pl.lit("工程建设").alias("项目类别"),
        pl.lit("公开招标").alias("招标方式"),
        pl.col("published").alias("公告日期"),
        pl.col("deadline").alias("投标截止时间"),
        pl.col("deadline").alias("开标时间"),
    )
    _write_csv(path, table, "utf-8-sig")
    return table.height


def _lots(path: Path, frames: Frames) -> int:
    table = frames["lots"].select(
        pl.col("tender").alias("招标项目编号"),
        pl.col("lot").alias("标段编号"),
        pl.col("title").alias("标段名称"),
        pl.col("limit").cast(pl.String).alias("最高投标限价(万元)"),
    )
    _write_csv(path, table, "utf-8-sig")
    return table.height


def _bids(path: Path, frames: Frames) -> int:
    counted = pl.when(pl.col("status") == "有效").then(pl.col("amount"))
    rank = counted.rank("ordinal").over("tender", "lot").cast(pl.Int64)
    table = frames["bids"].select(
        pl.col("tender").alias("招标项目编号"),
        pl.col("lot").alias("标段编号"),
        pl.col("bidder_name").alias("投标人名称"),
        pl.col("bidder").fill_null("").alias("投标人统一社会信用代码"),
        pl.col("amount").cast(pl.String).alias("投标报价(万元)"),
        pl.col("submitted").alias("递交时间"),
        pl.col("status").alias("投标状态"),
        rank.cast(pl.String).fill_null("").alias("排名"),
        pl.when(rank == 1).then(pl.lit("是")).otherwise(pl.lit("否")).alias("是否中标"),
    )
    _write_csv(path, table, "utf-8-sig")
    return table.height


def _persons(path: Path, frames: Frames) -> int:
    table = frames["persons"].select(
        pl.col("number").alias("公民身份号码"),
        pl.col("name").alias("姓名"),
        pl.col("birth").str.replace_all("-", "", literal=True).alias("出生日期"),
        pl.col("hukou").alias("户籍所在地"),
        pl.col("died_on").alias("死亡日期"),
        pl.col("cremated_on").alias("火化日期"),
    )
    titles = ("虚构区人口基础信息（样本数据，均为虚构）",)
    _book(path, SheetContent("人口信息", table, titles))
    return table.height


def _members(path: Path, frames: Frames) -> int:
    table = frames["members"].select(
        pl.col("household").alias("低保证号"),
        pl.col("name").alias("家庭成员姓名"),
        pl.concat_str(pl.lit("\t"), pl.col("number")).alias("身份证号"),
        pl.col("relation").alias("与户主关系"),
        pl.col("town").alias("乡镇街道"),
    )
    _write_csv(path, table, "gb18030")
    return table.height


def _benefits(path: Path, frames: Frames) -> int:
    def paid(month: int) -> pl.Expr:
        inside = pl.lit(month).is_between(pl.col("from_month"), pl.col("to_month"))
        return pl.when(inside).then(pl.col("amount")).otherwise(None).alias(f"{month}月(元)")

    table = frames["benefits"].select(
        pl.col("household").alias("低保证号"),
        pl.col("head").alias("户主姓名"),
        pl.col("head_number").alias("户主身份证号"),
        pl.lit("最低生活保障").alias("救助类型"),
        pl.col("town").alias("乡镇街道"),
        *(paid(month) for month in range(1, 13)),
    )
    months = [name for name in table.columns if name.endswith("月(元)")]
    sums = table.select(pl.col(months).sum()).row(0)
    blank = [""] * (table.width - len(months) - 1)
    total = ("合计", *blank, *(str(s) for s in sums))
    titles = (f"虚构区{_YEAR}年最低生活保障金发放明细表（样本数据）",)
    notes = (total, ("注：本表为虚构样本，不对应任何真实家庭。",))
    _book(path, SheetContent(f"{_YEAR}年发放", table, titles, notes))
    return table.height


def _properties(path: Path, frames: Frames) -> int:
    def chinese(column: str) -> pl.Expr:
        return pl.col(column).str.replace(r"(\d+)-0?(\d+)-0?(\d+)", "${1}年${2}月${3}日").fill_null("")

    table = frames["properties"].select(
        pl.col("unit").fill_null("").alias("不动产单元号"),
        pl.col("certificate").alias("不动产权证号"),
        pl.col("owner_name").alias("权利人"),
        pl.concat_str(pl.lit("\t"), pl.col("owner")).alias("证件号"),
        pl.col("form").alias("共有方式"),
        _percent("percent").alias("权利比例"),
        pl.col("use").alias("规划用途"),
        pl.col("area").cast(pl.String).alias("建筑面积(平方米)"),
        pl.col("address").alias("坐落"),
        chinese("acquired_on").alias("登记时间"),
        pl.col("reason").alias("登记原因"),
        pl.col("status").alias("权属状态"),
        chinese("disposed_on").alias("注销时间"),
    )
    _write_csv(path, table, "gb18030")
    return table.height


_FILES: Final[dict[str, Callable[[Path, Frames], int]]] = {
    "企业登记信息.xlsx": _companies,
    "企业股东信息.csv": _holdings,
    "上市公司前十名股东.xlsx": _listed,
    "招标项目.csv": _tenders,
    "标段.csv": _lots,
    "投标记录.csv": _bids,
    "人口信息.xlsx": _persons,
    "低保家庭成员.csv": _members,
    "低保发放明细.xlsx": _benefits,
    "不动产登记信息.csv": _properties,
}


def _percent(column: str) -> pl.Expr:
    """A percentage with two decimals: 42 → 42.00%."""
    hundredths = (pl.col(column) * 100).round().cast(pl.Int64)
    cents = (hundredths % 100).cast(pl.String).str.zfill(2)
    return pl.concat_str((hundredths // 100).cast(pl.String), pl.lit("."), cents, pl.lit("%"))


def _write_csv(path: Path, table: pl.DataFrame, encoding: str) -> None:
    terminator = "\r\n" if encoding == "gb18030" else "\n"
    path.write_bytes(table.write_csv(line_terminator=terminator).encode(encoding))
