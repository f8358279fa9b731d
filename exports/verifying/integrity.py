"""Is the package whole, and nothing in it that was not written with it?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from exports.bag import DECLARATION, INFO, MANIFEST, TAG_MANIFEST, read_info, read_manifest


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that does not hold: where, and what, in both languages."""

    at: str
    zh: str
    en: str

    def to_json(self) -> dict[str, str]:
        """As a JSON object."""
        return {"at": self.at, "zh": self.zh, "en": self.en}


def integrity(files: dict[str, bytes]) -> list[Fault]:
    """Faults of manifests and files; none where every file is the one that was written."""
    found: list[Fault] = []
    payload = {n: b for n, b in files.items() if n.startswith("data/")}
    tags = {n: b for n, b in files.items() if not n.startswith("data/") and n != TAG_MANIFEST}
    for name, listed in ((MANIFEST, payload), (TAG_MANIFEST, tags)):
        if name not in files:
            found.append(Fault(name, "缺少该清单文件", "this manifest is missing"))
            continue
        said = read_manifest(files[name])
        if said is None:
            found.append(Fault(name, "清单格式被改动", "the manifest is not written as we write it"))
            continue
        found += _compared(said, listed, name)
    if files.get("bagit.txt") != DECLARATION:
        found.append(Fault("bagit.txt", "BagIt 声明与 1.0 版不符", "the declaration is not BagIt 1.0's"))
    oxum = read_info(files.get(INFO, b"")).get("Payload-Oxum")
    size = f"{sum(map(len, payload.values()))}.{len(payload)}"
    if oxum != size and not found:
        found.append(
            Fault(INFO, f"Payload-Oxum 为 {oxum}，实为 {size}", f"Payload-Oxum says {oxum}, it is {size}")
        )
    return found


def _compared(said: dict[str, str], files: dict[str, bytes], manifest: str) -> Iterator[Fault]:
    for name in sorted(said.keys() - files.keys()):
        yield Fault(name, f"文件缺失（{manifest} 中有）", f"the file is missing ({manifest} lists it)")
    for name in sorted(files.keys() - said.keys()):
        yield Fault(
            name, f"多出的文件（{manifest} 中没有）", f"the file was added ({manifest} does not list it)"
        )
    for name in sorted(said.keys() & files.keys()):
        if hashlib.sha256(files[name]).hexdigest() != said[name]:
            yield Fault(
                name,
                "内容与清单中的 SHA-256 不符，文件被改动",
                "the file was changed: its SHA-256 is not the manifest's",
            )
