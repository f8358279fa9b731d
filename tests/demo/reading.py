"""Reads a demo world's exports back, and looks through ownership by dense algebra: the tests' own arithmetic."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from openpyxl import load_workbook

CROWD = "无限售条件流通股"
Row = dict[str, str]


def csv_rows(path: Path, encoding: str) -> list[Row]:
    """The rows of a CSV file, tabs before numbers taken off."""
    text = path.read_bytes().decode(encoding)
    return [{k: v.strip() for k, v in row.items()} for row in csv.DictReader(io.StringIO(text, newline=""))]


def sheet_rows(path: Path, titles: int) -> list[Row]:
    """The rows of a workbook's only sheet under `titles` title rows and a header."""
    rows = list(load_workbook(path).worksheets[0].iter_rows(values_only=True))
    header = [str(h) for h in rows[titles]]
    return [
        {h: "" if v is None else str(v) for h, v in zip(header, row, strict=True)}
        for row in rows[titles + 1 :]
    ]


@dataclass
class Exports:
    """All files of a world."""

    folder: Path
    companies: list[Row] = field(init=False)
    holdings: list[Row] = field(init=False)
    listed: list[Row] = field(init=False)
    tenders: list[Row] = field(init=False)
    lots: list[Row] = field(init=False)
    bids: list[Row] = field(init=False)
    persons: list[Row] = field(init=False)
    members: list[Row] = field(init=False)
    benefits: list[Row] = field(init=False)
    properties: list[Row] = field(init=False)

    def __post_init__(self) -> None:
        self.companies = sheet_rows(self.folder / "企业登记信息.xlsx", 2)
        self.holdings = csv_rows(self.folder / "企业股东信息.csv", "gb18030")
        self.listed = sheet_rows(self.folder / "上市公司前十名股东.xlsx", 1)
        self.tenders = csv_rows(self.folder / "招标项目.csv", "utf-8-sig")
        self.lots = csv_rows(self.folder / "标段.csv", "utf-8-sig")
        self.bids = csv_rows(self.folder / "投标记录.csv", "utf-8-sig")
        self.persons = sheet_rows(self.folder / "人口信息.xlsx", 1)
        self.members = csv_rows(self.folder / "低保家庭成员.csv", "gb18030")
        paid = sheet_rows(self.folder / "低保发放明细.xlsx", 1)
        self.benefits = [r for r in paid if r["低保证号"] not in ("", "合计") and "注" not in r["低保证号"]]
        self.properties = csv_rows(self.folder / "不动产登记信息.csv", "gb18030")


@dataclass
class Holding:
    """One counted direct holding, by party keys."""

    holder: str
    company: str
    share: float
    votes: float


class Register:
    """Who holds what on a date. Parties are keyed by number, companies known by name by their one number."""

    def __init__(self, exports: Exports, on: str) -> None:
        by_name: dict[str, list[str]] = defaultdict(list)
        for row in exports.companies:
            by_name[row["企业名称"]].append(row["统一社会信用代码"])
        self.holdings: list[Holding] = []
        for at, row in enumerate(exports.holdings):
            until = row["退出日期"].replace("/", "-")
            if (until and until <= on) or row["入股日期"].replace("/", "-") > on:
                continue
            number = row["证照/证件号码"]
            if number == "-" or "*" in number:
                known = by_name.get(row["股东名称"], [])
                number = known[0] if len(known) == 1 else f"row {at}"
            share = 0.0 if row["持股比例"] == "-" else float(row["持股比例"].rstrip("%")) / 100
            votes = float(row["表决权比例"].rstrip("%")) / 100 if row["表决权比例"] else share
            self.holdings.append(Holding(number, row["统一社会信用代码"], share, votes))
        for row in exports.listed:
            if row["数据来源"] == "十大股东" and row["股东名称"] != CROWD:
                share = float(row["持股比例"])
                self.holdings.append(Holding(row["证照/证件号码"], row["统一社会信用代码"], share, share))
        keys = sorted({k for h in self.holdings for k in (h.holder, h.company)})
        self.place = {k: i for i, k in enumerate(keys)}
        self.keys = keys
        self.shares = self._effective(lambda h: h.share)
        self.votes = self._effective(lambda h: h.votes)

    def _effective(self, of):  # type: ignore[no-untyped-def]
        n = len(self.keys)
        direct = np.zeros((n, n))
        for h in self.holdings:
            direct[self.place[h.holder], self.place[h.company]] += of(h)
        return np.linalg.solve(np.eye(n) - direct, direct)

    def above(self, company: str) -> set[str]:
        """Everybody with shares or votes in the company, at any depth."""
        if company not in self.place:
            return set()
        column = self.place[company]
        found = np.flatnonzero((self.shares[:, column] > 0) | (self.votes[:, column] > 0))
        return {self.keys[i] for i in found}

    def share(self, holder: str, company: str) -> float:
        """Effective share, all walks."""
        return float(self.shares[self.place[holder], self.place[company]])

    def controlled(self, holder: str) -> set[str]:
        """Companies in which the holder and what it controls have more than half of the votes."""
        mine: set[str] = set()
        while True:
            sums: dict[str, float] = defaultdict(float)
            for h in self.holdings:
                if h.holder == holder or h.holder in mine:
                    sums[h.company] += h.votes
            grown = {c for c, total in sums.items() if total > 0.5 + 1e-9}
            if grown == mine:
                return mine
            mine = grown
