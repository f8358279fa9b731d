"""What an XLSX (or XLSB) package tells beside its values: which cells are shown as percentages, and the date system.

The package is unpacked once, in pieces and up to a limit, before any reader trusts what it says of itself.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from loaders.sheets.binary_sheets import binary_errors, extent, sheet_relations
from loaders.sheets.content import damaged, far_cell, too_large, unreadable

_MOST_BYTES: Final = 2 << 30
_MOST_RATIO: Final = 400
_SMALL: Final = 64 << 20
_BUILT_IN_PERCENT: Final = frozenset({9, 10})
_CELL: Final = rb'<(?:\w+:)?c\b[^>]*?\bs="(?:%s)"[^>]*>'
_ERROR_CELL: Final = re.compile(rb'<(?:\w+:)?c\b[^>]*?\bt="e"[^>]*(?<!/)>.*?</(?:\w+:)?c>', re.DOTALL)
_VALUE: Final = re.compile(rb"<(?:\w+:)?v>([^<]*)</")
_PLACE: Final = re.compile(rb'\br="([A-Z]{1,3})(\d+)"')
_PLACED: Final = b'<c r="'
_WIDE: Final = re.compile(_PLACED + rb"[A-Z]{2}")
_VERY_WIDE: Final = re.compile(_PLACED + rb"[A-Z]{3}")
_AFTER_NAME: Final = (b" ", b">", b"/", b"\t", b"\r", b"\n")
# With columns of two letters, at most 702, from here on there may be too many cells; whatever the column, no sheet has
# as many rows as the next.
_DEEP: Final = re.compile(_PLACED + rb"[A-Z]+(?:[89]\d{4}|\d{6})")
_BEYOND: Final = re.compile(_PLACED + rb"[A-Z]+(?:\d{8}|[2-9]\d{6}|1[1-9]\d{5})")
MOST_CELLS: Final = 60_000_000
_REL: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass
class Package:
    """One open package."""

    archive: zipfile.ZipFile
    sheets: dict[str, str] = field(default_factory=dict)
    """Sheet name → part name."""
    percent_styles: frozenset[int] = frozenset()
    date_1904: bool = False

    def sheet_xml(self, sheet: str) -> bytes:
        """One sheet's part; nothing where it is no XML."""
        return self._part(sheet, ".xml")

    def _part(self, sheet: str, suffix: str) -> bytes:
        part = self.sheets.get(sheet, "")
        return self.archive.read(part) if part.endswith(suffix) else b""

    def error_cells(self, sheet: str, xml: bytes) -> dict[int, dict[int, str]]:
        """By 0-based column and row, the error values (`#REF!`) of a sheet: a reader gives them as empty cells."""
        found: dict[int, dict[int, str]] = {}
        if binary := self._part(sheet, ".bin"):
            return binary_errors(binary)
        if b't="e"' not in xml:
            return found
        for cell in _ERROR_CELL.finditer(xml):
            place, value = _PLACE.search(cell.group()), _VALUE.search(cell.group())
            if place is None:
                return self._counted_errors(xml)
            if value is not None:
                found.setdefault(_column(place[1]), {})[int(place[2]) - 1] = value[1].decode()
        return found

    def percent_cells(self, xml: bytes) -> dict[int, frozenset[int]]:
        """By 0-based column, the 0-based rows of a sheet whose cells are shown as percentages."""
        if not self.percent_styles or not xml:
            return {}
        found: dict[int, set[int]] = {}
        styles = b"|".join(str(s).encode() for s in sorted(self.percent_styles))
        for tag in re.finditer(_CELL % styles, xml):
            place = _PLACE.search(tag.group())
            if place is None:
                return self._counted_percents(xml)
            found.setdefault(_column(place[1]), set()).add(int(place[2]) - 1)
        return {column: frozenset(rows) for column, rows in found.items()}

    def _counted_percents(self, xml: bytes) -> dict[int, frozenset[int]]:
        found: dict[int, set[int]] = {}
        for row, column, cell in _counted_cells(xml):
            if int(cell.get("s", "0")) in self.percent_styles:
                found.setdefault(column, set()).add(row)
        return {c: frozenset(rows) for c, rows in found.items()}

    def _counted_errors(self, xml: bytes) -> dict[int, dict[int, str]]:
        found: dict[int, dict[int, str]] = {}
        for row, column, cell in _counted_cells(xml):
            if cell.get("t") == "e":
                found.setdefault(column, {})[row] = str(cell.findtext("{*}v") or "")
        return found


def _counted_cells(xml: bytes) -> Iterator[tuple[int, int, etree._Element]]:
    """(row, column, cell) for writers that leave out cell references: cells stand one after the other."""
    row = column = -1
    for event, element in etree.iterparse(
        io.BytesIO(xml), events=("start", "end"), resolve_entities=False, no_network=True
    ):
        tag = etree.QName(element).localname
        if event == "start" and tag == "row":
            row = int(element.get("r", row + 2)) - 1
            column = -1
        elif event == "end" and tag == "c":
            place = re.match(r"([A-Z]+)\d+$", element.get("r", ""))
            column = _column(place[1].encode()) if place else column + 1
            yield row, column, element
        elif event == "end" and tag == "row":
            element.clear()


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def open_package(data: bytes) -> Package:
    """The package, every part checked. Raises `UnreadableFileError` where it is broken, too large or no workbook."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        _check(archive, len(data))
        names = set(archive.namelist())
        if "xl/workbook.xml" not in names:
            if "xl/workbook.bin" in names:
                for part in names:
                    if part.startswith("xl/worksheets/") and part.endswith(".bin"):
                        _check_binary_extent(posixpath.basename(part), archive.read(part))
                return Package(archive, _binary_sheets(archive, names))
            raise _no_workbook(names)
        package = _read(archive, names)
        for sheet, part in package.sheets.items():
            _check_extent(sheet, archive.read(part))
        return package
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        KeyError,
        etree.XMLSyntaxError,
        NotImplementedError,
    ) as error:
        raise damaged() from error
    except RuntimeError as error:
        # zipfile says so of an encrypted part.
        raise damaged() from error


def _check(archive: zipfile.ZipFile, packed: int) -> None:
    """Unpack every part without keeping it: sizes a package states of itself may be lies."""
    total = 0
    for info in archive.infolist():
        if total + info.file_size > _MOST_BYTES:
            raise too_large()
        with archive.open(info) as part:
            while piece := part.read(1 << 20):
                total += len(piece)
                if total > _MOST_BYTES or total > max(_SMALL, packed * _MOST_RATIO):
                    raise too_large()


def _check_extent(sheet: str, xml: bytes) -> None:
    """Refuse a sheet whose cells stand too far apart: its reader takes room for every place between them, and where
    there is none it ends the whole process."""
    if _is_near(xml):
        return
    height = width = 0
    try:
        for row, column, cell in _counted_cells(xml):
            # A cell that is only formatted takes no room.
            if len(cell):
                place = re.fullmatch(r"[A-Z]{1,3}(\d+)", cell.get("r", ""))
                height = max(height, int(place[1]) if place else row + 1)
                width = max(width, column + 1)
    except ValueError as error:
        raise damaged() from error
    if height * width > MOST_CELLS:
        raise far_cell(sheet, height, width)


def _is_near(xml: bytes) -> bool:
    """Told by text alone, which costs little: that no cell can be far out. False where it can't be told."""
    cells = xml[max(xml.find(b"<sheetData"), 0) : xml.rfind(b"</sheetData>")]
    if b"\0" in xml[:64] or (b":c" in xml and any(b":c" + end in xml for end in _AFTER_NAME)):
        return False
    if cells.count(b"<c") != cells.count(_PLACED):
        return False
    if _BEYOND.search(cells):
        return False
    return not _WIDE.search(cells) or not (_VERY_WIDE.search(cells) or _DEEP.search(cells))


def _check_binary_extent(sheet: str, data: bytes) -> None:
    """The same of an XLSB's sheet."""
    height, width = extent(data)
    if height * width > MOST_CELLS:
        raise far_cell(sheet, height, width)


def _no_workbook(names: set[str]) -> Exception:
    if any(n.startswith("word/") for n in names):
        zh, en = "Word 文档", "a Word document"
    elif "mimetype" in names and "content.xml" in names:
        zh, en = "ODS 表格", "an OpenDocument file"
    else:
        zh, en = "压缩包", "an archive"
    return unreadable(
        f"这是{zh}，不是 XLSX 工作簿。请解压，或另存为 .xlsx 或 .csv 后再载入。",
        f"This is {en}, not an XLSX workbook. Unpack it, or save it as .xlsx or .csv, then load that.",
    )


def _xml(archive: zipfile.ZipFile, part: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(archive.read(part), parser)


def _read(archive: zipfile.ZipFile, names: set[str]) -> Package:
    book = _xml(archive, "xl/workbook.xml")
    targets = _targets(archive, names, "xl/_rels/workbook.xml.rels")
    sheets: dict[str, str] = {}
    for element in book.iter("{*}sheet"):
        rel = next((v for k, v in element.attrib.items() if k == _REL or str(k).endswith("}id")), "")
        part = targets.get(str(rel), "")
        if part in names:
            sheets[str(element.get("name"))] = part
    properties = next(book.iter("{*}workbookPr"), None)
    date_1904 = properties is not None and properties.get("date1904", "0") in ("1", "true")
    styles = _percent_styles(_xml(archive, "xl/styles.xml")) if "xl/styles.xml" in names else frozenset()
    return Package(archive, sheets, styles, date_1904)


def _binary_sheets(archive: zipfile.ZipFile, names: set[str]) -> dict[str, str]:
    """Sheet name → part name, of an XLSB."""
    targets = _targets(archive, names, "xl/_rels/workbook.bin.rels")
    found = {n: targets.get(r, "") for n, r in sheet_relations(archive.read("xl/workbook.bin")).items()}
    return {name: part for name, part in found.items() if part in names}


def _targets(archive: zipfile.ZipFile, names: set[str], part: str) -> dict[str, str]:
    """Id of a workbook's relationship → part name."""
    targets: dict[str, str] = {}
    if part in names:
        for relation in _xml(archive, part):
            target = relation.get("Target") or ""
            path = target[1:] if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            targets[relation.get("Id") or ""] = path
    return targets


def _percent_styles(styles: etree._Element) -> frozenset[int]:
    """Positions of the cell formats that show a percentage."""
    formats = set(_BUILT_IN_PERCENT)
    for element in styles.iter("{*}numFmt"):
        code = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", str(element.get("formatCode") or ""))
        if "%" in code:
            formats.add(int(element.get("numFmtId") or -1))
    cells = next(styles.iter("{*}cellXfs"), None)
    if cells is None:
        return frozenset()
    return frozenset(i for i, xf in enumerate(cells) if int(xf.get("numFmtId") or 0) in formats)
