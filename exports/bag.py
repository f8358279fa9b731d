"""BagIt bags (RFC 8493): manifests, tag files, one canonical text for each."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Final

DECLARATION: Final = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST: Final = "manifest-sha256.txt"
TAG_MANIFEST: Final = "tagmanifest-sha256.txt"
INFO: Final = "bag-info.txt"
_LINE: Final = re.compile(r"([0-9a-f]{64})  (\S.*)")


def manifest(files: Mapping[str, bytes]) -> bytes:
    """SHA-256 of each file, sorted by path, as `sha256sum` writes and checks it."""
    lines = [f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)]
    return "".join(lines).encode()


def read_manifest(text: bytes) -> dict[str, str] | None:
    """Hash by path; None where it is not written as `manifest` writes."""
    found: dict[str, str] = {}
    try:
        lines = text.decode().split("\n")
    except UnicodeDecodeError:
        return None
    if lines.pop() != "":
        return None
    for line in lines:
        match = _LINE.fullmatch(line)
        if match is None or match[2] in found:
            return None
        found[match[2]] = match[1]
    return found if list(found) == sorted(found) else None


def info(fields: Sequence[tuple[str, str]]) -> bytes:
    """`bag-info.txt`: one line a field."""
    return "".join(f"{name}: {' '.join(value.split())}\n" for name, value in fields).encode()


def read_info(text: bytes) -> dict[str, str]:
    """The fields of `bag-info.txt`."""
    pairs = (line.partition(": ") for line in text.decode("utf-8", errors="replace").split("\n") if line)
    return {name: value for name, _, value in pairs}


def bag(
    data: Mapping[str, bytes], tags: Mapping[str, bytes], fields: Sequence[tuple[str, str]]
) -> dict[str, bytes]:
    """Every file of a bag by path. `data`: what goes under `data/`; `tags`: further tag files beside it."""
    payload = {f"data/{name}": content for name, content in data.items()}
    size = sum(len(content) for content in payload.values())
    oxum = ("Payload-Oxum", f"{size}.{len(payload)}")
    tag_files = {**tags, "bagit.txt": DECLARATION, INFO: info([*fields, oxum]), MANIFEST: manifest(payload)}
    return {**payload, **tag_files, TAG_MANIFEST: manifest(tag_files)}
