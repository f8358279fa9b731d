"""`verify_package`: integrity, then every number again."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from exports.bag import INFO, read_info
from exports.errors import PackageError
from exports.verifying.drawn_graphs import graph_faults
from exports.verifying.enclosed import FACTS, Enclosed
from exports.verifying.integrity import Fault, integrity
from exports.verifying.provenance import FACTS_FIELD, provenance_faults, run_faults
from exports.verifying.reading import read_package
from exports.verifying.recomputing import recomputed
from exports.verifying.rendering import rendered_again
from exports.verifying.repeated import repeated_faults

PACKAGE_VERSION: Final = 3
"""Of the package's layout and facts; raised when a reader of the older one would go wrong."""
VERSION_FIELD: Final = "Lookthrough-Package-Version"


@dataclass(frozen=True, slots=True)
class Verification:
    """What a check found. `faults`: places that do not hold; `recomputed`: how many claims were worked out again.

    `not_compared`: why reports and pictures were not held against the data, in Chinese and English; None where they were,
    or where the check did not come so far. `not_recomputed`: what of the findings' facts nothing enclosed gives.
    """

    name: str
    files: int
    faults: tuple[Fault, ...]
    recomputed: dict[str, int] = field(default_factory=dict)
    info: dict[str, str] = field(default_factory=dict)
    not_compared: tuple[str, str] | None = None
    not_recomputed: tuple[str, str] | None = None

    @property
    def holds(self) -> bool:
        """Is the package whole, and does every number come out again?"""
        return not self.faults

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return {
            "package": self.name,
            "holds": self.holds,
            "files": self.files,
            "recomputed": dict(self.recomputed),
            "not_compared": dict(zip(("zh", "en"), self.not_compared, strict=True))
            if self.not_compared
            else None,
            "not_recomputed": dict(zip(("zh", "en"), self.not_recomputed, strict=True))
            if self.not_recomputed
            else None,
            "facts_sha256": self.info.get(FACTS_FIELD),
            "made": self.info.get("Bagging-Date"),
            "faults": [f.to_json() for f in self.faults],
        }


def verify_package(path: str | os.PathLike[str]) -> Verification:
    """Check a package, a folder or a `.zip`, from itself alone.

    Raises `PackageError` where it is no package, can't be read safely, or is of another version. Where files were
    changed nothing is recomputed: numbers of a changed package prove nothing.
    """
    contents = read_package(Path(path))
    files = contents.files
    about = read_info(files.get(INFO, b""))
    version = about.get(VERSION_FIELD)
    faults = integrity(files)
    if version != str(PACKAGE_VERSION):
        if faults and version is None:
            return Verification(contents.name, len(files), tuple(faults), {}, about)
        raise _other_version(version)
    if faults:
        return Verification(contents.name, len(files), tuple(faults), {}, about)
    enclosed = Enclosed.read(files)
    facts_hash = hashlib.sha256(files[FACTS]).hexdigest()
    if about.get(FACTS_FIELD) != facts_hash:
        faults.append(Fault(f"{INFO} {FACTS_FIELD}", "与 facts.json 不符", "is not the hash of facts.json"))
    apart: tuple[str, str] | None = None
    if enclosed.facts.get("package_version") != PACKAGE_VERSION:
        faults.append(
            Fault(f"{INFO} {VERSION_FIELD}", f"与 {FACTS} 不符", f"is not the version that {FACTS} states")
        )
    try:
        wrong, counts = recomputed(enclosed)
        wrong += graph_faults(files, enclosed)
        wrong += repeated_faults(files, enclosed)
        faults += wrong
        faults += provenance_faults(files, enclosed, about)
        faults += run_faults(files, enclosed, about)
        # What is made of data that do not hold differs everywhere: the place that counts is named above.
        if not faults:
            again = rendered_again(files, enclosed, facts_hash)
            faults += again.faults
            counts |= again.counts
            apart = again.not_compared
    except PackageError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise PackageError(
            f"材料包中的 facts.json 或表格不是应有的结构（{error!r}），不能复核。",
            f"facts.json or a table of the package is not of the shape it should be ({error!r}): nothing can be recomputed.",
        ) from error
    return Verification(
        contents.name, len(files), tuple(faults), counts, about, apart, _not_recomputed(enclosed.facts)
    )


def _not_recomputed(facts: Mapping[str, Any]) -> tuple[str, str] | None:
    """What an operator's own query gave, which no code but its database's can ask again."""
    own = [f["detector"] for f in facts["findings"] if f.get("own_detector")]
    if not own:
        return None
    return (
        f"{own[0]} 是运营单位的自定义检测项，其查询所得各列与说明不能由所附记录复算；所附记录、其中的持股与控制均已复核",
        f"{own[0]} is an operator's own detector: what its query gave, and the sentence made of it, can't be worked out again from "
        "the enclosed rows; the rows, and the shares and control they give, were checked",
    )


def _other_version(version: str | None) -> PackageError:
    if version is None:
        return PackageError(
            "这是一个 BagIt 包，但不是核查材料包（bag-info.txt 没有版本）。可用 sha256sum -c 检查其完整性。",
            "This is a bag, but no evidence package (bag-info.txt states no version). sha256sum -c checks it.",
        )
    return PackageError(
        f"材料包版本为 {version}，本程序复核版本 {PACKAGE_VERSION}。请使用生成它的 lookthrough 版本复核；完整性可用 sha256sum -c 检查。",
        f"The package is of version {version}; this program checks version {PACKAGE_VERSION}. Use the lookthrough it was "
        "made with; sha256sum -c checks its files.",
    )
