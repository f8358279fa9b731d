"""A package's files as bytes, from a folder or a ZIP; nothing is ever unpacked to disk.

What an archive could do to its reader is refused: names that leave the folder, links, devices, encryption, names given
twice, more files or bytes than a package can have, a compression ratio no document reaches.
"""

from __future__ import annotations

import os
import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Final

from exports.errors import PackageError

MOST_FILES: Final = 2_000
MOST_BYTES: Final = 512 * 2**20
MOST_RATIO: Final = 200
_SMALL: Final = 2**20
"""Below this a high ratio harms nobody."""
_CHUNK: Final = 2**20


@dataclass(frozen=True, slots=True)
class Contents:
    """`files`: bytes by path, `/` between folders. `name`: the bag's folder."""

    name: str
    files: dict[str, bytes]


def read_package(path: Path) -> Contents:
    """The files of a package. Raises `PackageError` where it is none, or can't be read safely."""
    if path.is_dir():
        return _folder(path)
    if not path.exists():
        raise PackageError(
            f"没有找到 {path}。请给出核查材料包的文件夹或 .zip 文件。",
            f"There is nothing at {path}. Give an evidence package: its folder, or its .zip.",
        )
    with path.open("rb") as file:
        return _archive(file, path)


def _folder(path: Path) -> Contents:
    files: dict[str, bytes] = {}
    total = 0
    for folder, folders, names in os.walk(path):
        for name in [*folders, *names]:
            place = Path(folder) / name
            mode = place.lstat().st_mode
            if stat.S_ISDIR(mode):
                continue
            shown = place.relative_to(path).as_posix()
            if not stat.S_ISREG(mode):
                raise _unsafe(shown, "不是普通文件（链接或设备）", "is no ordinary file (a link or a device)")
            total += place.stat().st_size
            _within(len(files) + 1, total)
            files[shown] = place.read_bytes()
    return Contents(path.resolve().name, _bag(files, path))


def _archive(file: IO[bytes], path: Path) -> Contents:
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise PackageError(
            f"{path.name} 不是可读的 ZIP 文件（可能下载不完整或已损坏）。请重新获取该文件。",
            f"{path.name} is no readable ZIP (cut short, or damaged). Get the file again.",
        ) from error
    files: dict[str, bytes] = {}
    folded: set[str] = set()
    total = 0
    with archive:
        for entry in archive.infolist():
            name = _safe_name(entry)
            if entry.is_dir():
                continue
            if name.casefold() in folded:
                raise _unsafe(name, "在压缩包中出现两次", "stands in the archive twice")
            folded.add(name.casefold())
            total += entry.file_size
            _within(len(files) + 1, total)
            if entry.file_size > _SMALL and entry.file_size > MOST_RATIO * max(1, entry.compress_size):
                raise _unsafe(name, "压缩比异常（疑似压缩炸弹）", "is compressed beyond reason (a bomb?)")
            files[name] = _content(archive, entry, name)
    roots = {name.split("/")[0] for name in files}
    if len(roots) == 1 and all("/" in name for name in files):
        root = roots.pop()
        return Contents(root, _bag({n[len(root) + 1 :]: b for n, b in files.items()}, path))
    return Contents(path.stem, _bag(files, path))


def _safe_name(entry: zipfile.ZipInfo) -> str:
    name = entry.filename
    # The reader cuts a name at its first zero byte, and turns backslashes on some systems: look at what was written.
    written = entry.orig_filename
    parts = PurePosixPath(name).parts
    outside = name.startswith("/") or ".." in parts or ":" in (parts[0] if parts else "")
    if written != name or "\\" in name or outside or not parts or any(ord(c) < 32 for c in name):
        raise _unsafe(
            repr(written)[1:-1],
            "的路径指向包外或含非法字符",
            "leads out of the package, or holds forbidden characters",
        )
    mode = entry.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _unsafe(name, "不是普通文件（链接或设备）", "is no ordinary file (a link or a device)")
    if entry.flag_bits & 0x1:
        raise _unsafe(name, "已加密", "is encrypted")
    return name


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> bytes:
    got = bytearray()
    try:
        with archive.open(entry) as stream:
            # The size a header states is a claim like any other.
            while chunk := stream.read(_CHUNK):
                got += chunk
                if len(got) > entry.file_size:
                    raise _unsafe(name, "比其声明的更大", "is larger than it says")
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        if isinstance(error, PackageError):
            raise
        raise PackageError(
            f"压缩包中的 {name} 已损坏，无法读出。请重新获取该文件。",
            f"{name} in the archive is damaged and can't be read. Get the file again.",
        ) from error
    except Exception as error:
        if type(error).__module__ == "zlib":
            raise PackageError(
                f"压缩包中的 {name} 已损坏，无法解压。请重新获取该文件。",
                f"{name} in the archive is damaged and can't be unpacked. Get the file again.",
            ) from error
        raise
    return bytes(got)


def _within(files: int, size: int) -> None:
    if files > MOST_FILES or size > MOST_BYTES:
        raise PackageError(
            f"文件过多或过大（上限 {MOST_FILES} 个、{MOST_BYTES >> 20} MB），不是核查材料包。",
            f"Too many files, or too large (at most {MOST_FILES} files, {MOST_BYTES >> 20} MB): no evidence package.",
        )


def _bag(files: dict[str, bytes], path: Path) -> dict[str, bytes]:
    if "bagit.txt" not in files:
        raise PackageError(
            f"{path.name} 不是核查材料包：其中没有 bagit.txt。请给出 lookthrough evidence 生成的文件夹或 .zip。",
            f"{path.name} is no evidence package: it holds no bagit.txt. Give what lookthrough evidence wrote.",
        )
    return files


def _unsafe(name: str, zh: str, en: str) -> PackageError:
    return PackageError(
        f"拒绝读取：{name} {zh}。这不是 lookthrough 生成的材料包。",
        f"Refused: {name} {en}. No package of ours is like that.",
    )
