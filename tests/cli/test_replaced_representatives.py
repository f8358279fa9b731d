"""Who was a company's legal representative by lists of several days: whom a later list replaces ties nobody after it."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from tests.cli.both_stores import Store
from tests.loaders.test_tables_rules import uscc

ONE, TWO = uscc(61), uscc(62)
THIRD = uscc(63)
NAMES = {ONE: "虚构甲建设有限公司", TWO: "虚构乙建设有限公司", THIRD: "虚构丙建设有限公司"}
FENG, HAN = "样本冯九,110101198001010432", "样本韩一,110101198001010512"
HEAD = "企业名称,统一社会信用代码,姓名,身份证号,职务,任职日期,离任日期\n"
OLD = ((ONE, FENG), (TWO, FENG))
NEW = ((ONE, HAN), (TWO, FENG))
THEN, LATER = "2023-12-31", "2025-01-31"


@pytest.fixture
def store(store_url: str, store_credentials, tmp_path: Path) -> Store:
    """A store that holds one lot of both companies, opened on 2025-03-14."""
    made = Store(store_url, tmp_path / "data", store_credentials)
    (tmp_path / "招标.csv").write_text("项目编号,开标时间\nR-1,2025-03-14 09:30\n", encoding="utf-8")
    bids = "".join(f"R-1,1,{NAMES[c]},{c},{p}\n" for c, p in ((ONE, 1000), (TWO, 1010)))
    head = "项目编号,标段编号,投标人,统一社会信用代码,投标报价(元)\n"
    (tmp_path / "投标.csv").write_text(head + bids, encoding="utf-8")
    assert made("load", tmp_path / "招标.csv", tmp_path / "投标.csv").code == 0
    return made


class Lists:
    """Lists of the companies' people, loaded into a store one after the other."""

    def __init__(self, store: Store, folder: Path):
        self._store, self._folder, self._count = store, folder, itertools.count()

    def load(
        self,
        day: str | None,
        rows,
        role: str = "法定代表人",
        dates: str = ",",
        dataset: str = "r",
        whole: bool = False,
    ) -> str:
        """Load one list, of a day of observation or none; gives its batch. `dates`: 任职日期,离任日期 of its rows; `whole`: a
        snapshot of the companies it names."""
        folder = self._folder / f"list{next(self._count)}"
        folder.mkdir()
        told = "".join(f"{NAMES[c]},{c},{who},{role},{dates}\n" for c, who in rows)
        (folder / "主要人员.csv").write_text(HEAD + told, encoding="utf-8")
        seen = ["--observed-on", day] if day else []
        seen = ["--snapshot", str(day), "--snapshot-scope", "parties"] if whole else seen
        ran = self._store("load", folder, *seen, "--dataset", dataset, "--format", "json")
        return str(ran.json["batch"])

    def says(self, detector: str = "same-legal-representative") -> str:
        """What the lot's screening says of both bidders' people: found, ended, or nothing."""
        answer = self._store("screen", "R-1/1", "--format", "json", "--no-ledger").json
        found = [f for f in answer["findings"] if f["detector"] == detector]
        return (found[0]["suppressed_by"] or {"rule": "found"})["rule"] if found else "nothing"

    def unload(self, batch: str) -> None:
        """Take a list back."""
        assert self._store("unload", batch).code == 0


@pytest.fixture
def lists(store, tmp_path: Path) -> Lists:
    """Lists to load beside the lot."""
    return Lists(store, tmp_path)


def test_whom_a_later_list_replaces_ties_nobody_in_any_order_of_loads(lists):
    newer = lists.load(LATER, NEW)
    assert lists.says() == "nothing"
    older = lists.load(THEN, OLD)
    assert lists.says() == "ended"
    lists.unload(newer)
    assert lists.says() == "found"
    newer = lists.load(LATER, NEW, dataset="another")
    assert lists.says() == "ended"
    lists.unload(older)
    assert lists.says() == "nothing"


def test_who_came_only_after_the_bid_ties_nobody_either(lists):
    lists.load("2025-04-01", NEW)
    lists.load("2025-06-30", OLD)
    assert lists.says() == "ended"


def test_between_two_lists_either_may_have_been_it(lists):
    lists.load("2025-03-01", NEW)
    lists.load("2025-06-30", OLD)
    assert lists.says() == "found"


def test_a_stated_beginning_of_the_next_one_is_the_end(lists):
    lists.load(THEN, OLD)
    lists.load("2025-06-30", ((ONE, HAN),), dates="2025-04-01,")
    assert lists.says() == "found"
    lists.load("2025-06-30", ((ONE, HAN),), dates="2025-03-01,")
    assert lists.says() == "ended"


def test_who_is_named_again_is_it_again(lists):
    lists.load(THEN, OLD)
    lists.load("2024-06-30", NEW)
    lists.load(LATER, OLD)
    assert lists.says() == "found"


@pytest.mark.parametrize(
    ("day", "rows", "more"),
    [
        (THEN, NEW, {"dataset": "another"}),  # of one day, another each: nobody can tell
        (None, NEW, {}),  # of no known day
        (LATER, ((ONE, "样本冯*,"), (TWO, FENG)), {}),  # who may be the same
        (LATER, ((ONE, "样本冯九,"), (TWO, FENG)), {}),
        (LATER, ((ONE, HAN), (ONE, FENG), (TWO, FENG)), {}),  # he is named still
        (LATER, ((ONE, HAN),), {"role": "总经理"}),
        (LATER, ((ONE, HAN),), {"dates": "2024-02-01,2024-08-01"}),  # over before that day
    ],
)
def test_what_cannot_be_told_ends_nobody(lists, day, rows, more):
    lists.load(THEN, OLD)
    lists.load(day, rows, **more)
    assert lists.says() == "found"


def test_stated_dates_stand(lists):
    lists.load(THEN, OLD, dates="2018-01-01,2025-06-30")
    lists.load(LATER, NEW)
    assert lists.says() == "found"


def test_partners_of_a_partnership_end_nobody(lists):
    lists.load(THEN, OLD, role="执行事务合伙人")
    lists.load(LATER, NEW, role="执行事务合伙人")
    assert lists.says() == "found"


@pytest.mark.parametrize("first", ["older", "newer"])
def test_a_snapshot_of_some_companies_ends_what_it_lacks_of_those_it_names(lists, first):
    post = {"role": "董事"}
    if first == "older":
        lists.load(THEN, OLD, **post)
    newer = lists.load(LATER, ((ONE, HAN),), whole=True, **post)
    if first == "newer":
        lists.load(THEN, OLD, **post)
    assert lists.says("shared-officer") == "ended"
    lists.unload(newer)
    assert lists.says("shared-officer") == "found"
    # Of another company, and of another data set, it ends nothing.
    lists.load(LATER, ((THIRD, HAN),), whole=True, **post)
    lists.load(LATER, ((ONE, HAN),), whole=True, dataset="another", **post)
    assert lists.says("shared-officer") == "found"
