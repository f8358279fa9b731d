"""What a file is, told by its content; JSON read piece by piece."""

from __future__ import annotations

import json
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders import json_documents
from loaders.formats import UnsupportedFormatError, recognise_format
from loaders.json_documents import read_json
from loaders.problems import UnreadableFileError

BODS_04 = [{"statementId": "s1", "recordType": "entity", "recordId": "e1", "recordDetails": {"name": "示例"}}]
BODS_02 = [{"statementID": "s1", "statementType": "entityStatement", "name": "示例"}]


@pytest.mark.parametrize(
    ("content", "format_"),
    [
        (json.dumps(BODS_04), "bods"),
        ("\ufeff" + json.dumps(BODS_04, indent=2), "bods"),
        ("\n".join(json.dumps(s) for s in BODS_04 * 3), "bods"),
        (json.dumps(BODS_02), "bods"),
        ('{"uri": "x", "releases": [{"ocid": "o"}]}', "ocds"),
        ('{"records": [{"ocid": "o"}], "packages": []}', "ocds"),
        ('{"ocid":"o","bids":{}}\n{"ocid":"p"}\n', "ocds"),
        ('{"bids": {"details": []}}', "ocds"),
        ('{"name": "示例", "percent": null, "children": [{"name": "测试甲"}]}', "holder_tree"),
        # Sorted keys: the children come before the name.
        ('{"children": [{"name": "测试甲", "ratio": "1%"}], "name": "示例"}', "holder_tree"),
        ("企业名称,股东名称\n示例公司,测试甲\n", "table"),
        ("投标人名称\n示例一号\n", "table"),
        ("示例登记导出表,,\n\n企业名称,股东名称,持股比例\n甲,乙,51%\n", "table"),
        ("<html><table><tr><td>企业名称</td></tr></table></html>", "table"),
        ("[备注],名称\n甲,乙\n", "table"),
    ],
)
def test_content_tells_the_format(tmp_path: Path, content: str, format_: str) -> None:
    path = tmp_path / "file.pdf"
    path.write_text(content, encoding="utf-8")
    assert recognise_format(path) == format_


def test_encodings_other_than_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes("企业名称,股东名称\n示例公司,测试𠮷某\n".encode("gb18030"))
    assert recognise_format(path) == "table"
    path.write_bytes(json.dumps(BODS_04, ensure_ascii=False).encode("utf-16"))
    assert recognise_format(path) == "bods"
    assert next(read_json(path)).value == BODS_04[0]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7 xxx", "pdf"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b'[{"company_number": "0", "data": {}}]', "uk_psc"),
        (b'<?xml version="1.0"?><lei:LEIData xmlns:lei="http://www.gleif.org/data"/>', "gleif"),
        (b"<note><to>a</to></note>", "xml"),
        (
            b"Permission is hereby granted, free of charge, to any person obtaining a copy, subject to\n"
            b"the following: the copyright notice and this permission notice stand in all copies.\n",
            "text",
        ),
        (b"# Read me\n\nSome words, and others.\n\n## How\n\n* do this, then that\n* and that\n", "text"),
    ],
)
def test_known_kinds_that_are_not_loaded(tmp_path: Path, content: bytes, kind: str) -> None:
    path = tmp_path / "data.csv"
    path.write_bytes(content)
    with pytest.raises(UnsupportedFormatError) as caught:
        recognise_format(path)
    assert caught.value.kind == kind
    assert "不是可加载的格式" in caught.value.zh
    assert "not a format that is loaded" in caught.value.en


def test_a_zip_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as z:
        z.writestr("a.csv", "x")
    with pytest.raises(UnsupportedFormatError):
        recognise_format(path)
    with zipfile.ZipFile(path, "w") as z:
        z.writestr("xl/workbook.xml", "x")
    assert recognise_format(path) == "table"


@pytest.mark.parametrize(
    ("content", "zh", "en"),
    [
        (b"", "为空", "empty"),
        (b" \n\t ", "为空", "empty"),
        (bytes(range(256)) * 8, "二进制", "binary"),
        (json.dumps(BODS_04)[:-12].encode(), "不完整", "cut off"),
        (b'{"some": {"thing": 1}}', "无法识别", "Unknown JSON"),
        (b"[]", "没有可加载", "nothing to load"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, content: bytes, zh: str, en: str) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(UnreadableFileError) as caught:
        recognise_format(path)
    assert not isinstance(caught.value, UnsupportedFormatError)
    assert zh in caught.value.zh
    assert en in caught.value.en


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="can't be read"):
        recognise_format(tmp_path / "none")


def test_every_file_of_the_samples(shared_data: Path) -> None:
    expected = {
        "bods-examples/examples": "bods",
        "bods-cove/valid-schema": "bods",
        "bods-cove/additional-checks": "bods",
        "bods-opencheck": "bods",
        "ocds-sample": "ocds",
        "ocds-bods-prototype/ocds": "ocds",
        "ocds-bods-prototype/bods": "bods",
        "cn-tables": "holder_tree",
    }
    for folder, format_ in expected.items():
        files = [p for p in (shared_data / folder).rglob("*.json*") if p.is_file()]
        assert files
        assert {recognise_format(p) for p in files} == {format_}
    for name in ("uk-psc/psc-data-1.json", "gleif/lei-data.xml", "gleif/LICENSE", "README.md"):
        with pytest.raises(UnsupportedFormatError):
            recognise_format(shared_data / name)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(
    values=st.lists(VALUES, min_size=1, max_size=8),
    indent=st.sampled_from([None, 1]),
    chunk=st.integers(1, 9),
)
def test_an_array_comes_back_value_by_value(
    tmp_path_factory: pytest.TempPathFactory, values: list[Any], indent: int | None, chunk: int
) -> None:
    path = tmp_path_factory.mktemp("json") / "a.json"
    path.write_text(json.dumps(values, ensure_ascii=False, indent=indent), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_documents, "_CHUNK", chunk)
        read = list(read_json(path))
    assert [v.value for v in read] == values
    assert [v.position for v in read] == list(range(1, len(values) + 1))


@given(rows=st.lists(st.dictionaries(st.text(max_size=4), VALUES, min_size=1), min_size=1, max_size=6))
def test_lines_come_back_with_their_numbers(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]]
) -> None:
    path = tmp_path_factory.mktemp("json") / "a.jsonl"
    path.write_text("".join("\n" + json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    assert [(v.position, v.value) for v in read_json(path)] == [(2 * i + 2, r) for i, r in enumerate(rows)]


def test_numbers_stay_exact(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"a": 0.1000000000000000055, "b": 12345678901234567890}')
    assert next(read_json(path)).value == {"a": Decimal("0.1000000000000000055"), "b": 12345678901234567890}


@pytest.mark.parametrize(
    "document", [json.dumps(BODS_04), json.dumps(BODS_04, indent=1), json.dumps(BODS_04[0])]
)
def test_a_file_cut_anywhere_is_refused(tmp_path: Path, document: str) -> None:
    path = tmp_path / "a.json"
    for end in range(1, len(document)):
        path.write_text(document[:end])
        with pytest.raises(UnreadableFileError):
            list(read_json(path))


def test_a_bad_line_does_not_stop_the_others(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"a": 1}\n{"a": \n{"a": 3}\n')
    bad: list[int] = []
    assert [v.value for v in read_json(path, lambda n, _: bad.append(n))] == [{"a": 1}, {"a": 3}]
    assert bad == [2]
    path.write_text('{"a": 1}\n{"a": 2}\n{"a": ')
    with pytest.raises(UnreadableFileError, match="breaks off in item 3"):
        list(read_json(path, lambda n, _: bad.append(n)))


@pytest.mark.parametrize("content", ["[" * 100_000 + "]" * 100_000, '{"a":' * 50_000 + "1" + "}" * 50_000])
def test_endless_nesting_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(content)
    with pytest.raises(UnreadableFileError):
        list(read_json(path))


@pytest.mark.parametrize("content", ['[{"a": NaN}]', '[{"a": 1}] tail', '{"a": 1,}', "[{'a': 1}]"])
def test_what_is_no_json_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(content)
    with pytest.raises(UnreadableFileError):
        list(read_json(path))
