"""A TOML file that can't be read says in either language what is wrong, and where."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from graph.written_toml import WrittenTomlError, read_toml, read_toml_file

BROKEN = {
    "[[rule]]\nvalue = 两套\n": (2, 9, "值的写法有误", "no value"),
    "[[rule]]\nvalue 2\n": (2, 7, "等号", "equals sign"),
    "[[rule]\nvalue = 2\n": (1, 7, "没有闭合", "not closed"),
    "[rule\n": (1, 6, "没有闭合", "not closed"),
    "单位 = 1\n": (1, 1, "“名称 = 值”", "name = value"),
    "a = 1 b = 2\n": (1, 7, "一行只能写一项", "one item a line"),
    "a = 1\na = 2\n": (2, 6, "写了两次", "written twice"),
    "[a]\n[a]\n": (2, 3, "写了两次", "written twice"),
    "a = { b = 1, b = 2 }\n": (1, 19, "写了两次", "written twice"),
    'a = "未完\nb = 1\n': (1, 8, "不允许的字符", "may not stand here"),
    'a = "未完': (1, 8, "没有闭合", "not closed"),
    'a = """未完': (1, 10, "没有闭合", "not closed"),
    "a = '未完": (1, 8, "没有闭合", "not closed"),
    "a = [1, 2": (1, 10, "方括号", "brackets"),
    "a = {b = 1": (1, 11, "花括号", "braces"),
    'a = "D:\\数据"\n': (1, 10, "反斜杠", "backslash"),
    'a = "\\uZZZZ"\n': (1, 8, "十六进制", "hexadecimal"),
    "a = 2024-02-30\n": (1, 5, "日期", "date"),
    "a = 2024-13-01\n": (1, 9, "没有这个日期", "2024-01-31"),
    "b = 1\na = 2024-1-31 # 日\n": (2, 9, "没有这个日期", "2024-01-31"),
    "a = 2024/01/31\n": (1, 9, "没有这个日期", "2024-01-31"),
    "a = 2024 01\n": (1, 10, "一行只能写一项", "one item a line"),
    "a = {b = 1}\na.c = 1\n": (2, 8, "不能再添加", "can't be added to"),
}  # fmt: skip


@pytest.mark.parametrize("text", BROKEN)
def test_what_is_wrong_and_where(text: str) -> None:
    line, column, zh, en = BROKEN[text]
    with pytest.raises(WrittenTomlError) as caught:
        read_toml(text)
    assert caught.value.zh.startswith(f"不是有效的 TOML，第 {line} 行第 {column} 列：")
    assert caught.value.en.startswith(f"not valid TOML, line {line}, column {column}: ")
    assert zh in caught.value.zh
    assert en in caught.value.en
    # Nothing of one language stands in the other's sentence.
    assert not re.findall(r"[A-Za-z]{2,}", caught.value.zh.removeprefix("不是有效的 TOML"))
    assert not re.findall(r"[一-鿿]", caught.value.en)


def test_a_file_that_is_none(tmp_path: Path) -> None:
    latin = tmp_path / "gbk.toml"
    latin.write_bytes('a = "虚构"'.encode("gb18030"))
    for path, zh, en in (
        (tmp_path / "none.toml", "没有这个文件", "no such file"),
        (tmp_path, "这是文件夹", "a folder"),
        (latin, "不是 UTF-8 编码的文字（第 6 字节）", "no text in UTF-8 (byte 6)"),
    ):
        with pytest.raises(WrittenTomlError) as caught:
            read_toml_file(path)
        assert zh in caught.value.zh
        assert en in caught.value.en
    good = tmp_path / "good.toml"
    good.write_bytes(b"\xef\xbb\xbfa = 1\n")
    assert read_toml_file(good) == {"a": 1}
