"""Kinds of households and of custody, and days of death, as lists and registers write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.loaders.reading import codes, load_text, nodes, rels
from tests.loaders.shapes.numbers import resident

HEAD, CHILD = resident(1), resident(2)


@pytest.mark.parametrize(
    ("name", "heading", "word", "kind"),
    [
        ("户籍成员.csv", "户号", "家庭户", "hukou"),
        ("户籍成员.csv", "户号", "集体户", "hukou"),
        ("户籍成员.csv", "户号", None, "hukou"),
        ("成员.csv", "户号", "非农业", "hukou"),
        ("成员.csv", "户号", "户籍户", "hukou"),
        ("成员.csv", "户号", None, None),
        # On a list of assistance it says how those on it are registered.
        ("低保名册.csv", "低保证号", "农业", "benefit"),
        ("户籍成员.csv", "低保证号", None, "benefit"),
        ("特困供养名册.csv", "户号", "非农业户口", None),
        ("特困供养名册.csv", "户号", "特困户", "benefit"),
    ],
)
def test_kind_of_a_household(
    name: str, heading: str, word: str | None, kind: str | None, tmp_path: Path
) -> None:
    columns, cells = ("", "") if word is None else (",户别", f",{word}")
    rows = [
        f"H1,虚构甲,{n},{i},{r}{cells}" for n, i, r in (("虚构甲", HEAD, "户主"), ("虚构乙", CHILD, "子"))
    ]
    text = "\n".join([f"{heading},户主姓名,姓名,公民身份号码,与户主关系{columns}", *rows]) + "\n"
    read = load_text(tmp_path, {name: text})
    assert nodes(read, "Household")["kind"].unique().to_list() == [kind]
    assert codes(read) == codes(read, "flag") == []


def test_kinds_of_custody(tmp_path: Path) -> None:
    told = {
        "服刑": "sentence",
        "判处有期徒刑三年": "sentence",
        "看守所在押": "detention",
        "取保候审": "at_liberty",
        "有期徒刑一年缓刑二年": "at_liberty",
        "社区矫正人员": "at_liberty",
        "暂予监外执行": "at_liberty",
        "撤销缓刑收监": "sentence",
        "强制隔离戒毒": "compulsory_treatment",
        "某种措施": "某种措施",
    }
    rows = [f"{resident(n)},虚构{n},虚构监所,{word},2024-02-01" for n, word in enumerate(told, 1)]
    text = "\n".join(["证件号码,姓名,监所名称,在押类型,入监日期", *rows]) + "\n"
    read = load_text(tmp_path, {"在押人员.csv": text})
    assert rels(read, "IN_CUSTODY")["kind"].to_list() == list(told.values())
    assert codes(read, "flag") == ["unknown-custody"]


@pytest.mark.parametrize(
    ("died", "cremated", "kept"),
    [
        ("1900-01-01", "", (None, None)),
        ("1899-12-31", "1900-01-01", (None, None)),
        ("1969-05-05", "", (None, None)),
        ("1970-01", "", ("1970-01", None)),
        ("2024-03-10", "1969-01-01", ("2024-03-10", None)),
        ("", "2024-03-12", (None, "2024-03-12")),
    ],
)
def test_nobody_dies_before_birth(
    died: str, cremated: str, kept: tuple[str | None, str | None], tmp_path: Path
) -> None:
    person = resident(1, "19700102")
    text = f"公民身份号码,姓名,死亡日期,火化日期\n{person},虚构甲,{died},{cremated}\n"
    read = load_text(tmp_path, {"人口信息.csv": text})
    assert nodes(read, "Person").select("died_on", "cremated_on").row(0) == kept
    doubted = sum(bool(said) and said != left for said, left in zip((died, cremated), kept, strict=True))
    assert codes(read, "flag") == ["death-unlikely"] * doubted
