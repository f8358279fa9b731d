"""Releases found in files of any OCDS shape, and merged into processes.

Source: OCDS 1.1 (release packages, record packages, compiled and versioned releases) and its merge rule, of which
this is the simple part: later values go before earlier ones, `null` removes, arrays of objects with ids merge by
id, other arrays are replaced.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from loaders.context import InputFile, ReadContext
from loaders.json_documents import read_json
from loaders.ocds.complaints import complain
from loaders.ocds.values import id_text, time_of

_SECTIONS = ("tender", "bids", "awards", "parties", "contracts", "planning", "buyer")


@dataclass(eq=False, slots=True)
class Release:
    """One release, compiled or not. `ocid` is empty where the file gives none."""

    file: InputFile
    row: str
    """Its id, or `#` and its position: how records name it."""
    ocid: str
    date: str
    order: int
    data: dict[str, Any]

    @property
    def source(self) -> str:
        """How records name it."""
        return f"{self.file.key}##{self.row}"


@dataclass(eq=False, slots=True)
class Process:
    """One contracting process: its releases, oldest first, and what they say together."""

    id: str
    """`ocds:<ocid>`, or `ocds.<first 8 of the file's hash>:<position>`."""
    releases: list[Release]
    data: dict[str, Any] = field(default_factory=dict)

    def stating(self, section: str, item: str | None = None) -> list[str]:
        """Sources of the releases that have a section (and, in it, an object with that id).

        Sections: parties, buyer, tender, tenderers, lots, bids, awards, contracts.
        """
        out = [r.source for r in self.releases if _has(r.data, section, item)]
        return out or [self.releases[-1].source]

    def complain(self, context: ReadContext, code: str, *, column: str = "", value: object = "") -> None:
        """Report about the process, under its latest release."""
        last = self.releases[-1]
        complain(context, code, last.file, last.row, column=column, value=value)


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a JSON array; other content is passed over."""
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


def section(data: Mapping[str, Any], *path: str) -> dict[str, Any]:
    """The object at a path, or an empty one."""
    found: Any = data
    for key in path:
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


_INSIDE: Final = {"bids": "details", "tenderers": "tenderers", "lots": "lots"}


def _has(data: Mapping[str, Any], name: str, item: str | None) -> bool:
    inside = _INSIDE.get(name)
    part = section(data, "bids" if name == "bids" else "tender") if inside else data
    value = part.get(inside or name)
    if value is None:
        return False
    return item is None or any(id_text(o.get("id")) == item for o in objects(value))


def read_releases(file: InputFile, context: ReadContext, order: int) -> tuple[list[Release], int, int]:
    """(releases of a file, items in it, items refused)."""
    out: list[Release] = []
    items = refused = 0

    def bad_line(number: int, text: str) -> None:
        nonlocal items, refused
        items, refused = items + 1, refused + 1
        complain(context, "ocds-bad-json-line", file, f"#{number}", value=text[:40])

    for value in read_json(file.path, bad_line):
        for data in _unpacked(value.value):
            items += 1
            row = id_text(data.get("id")) or f"#{items}"
            found = _release_data(data, file, row, context)
            if found is None:
                refused += 1
                continue
            for one in found:
                row = id_text(one.get("id")) or f"#{items}"
                date, _ = time_of(one.get("date"))
                _number_bids(one, file, row, context)
                out.append(Release(file, row, id_text(one.get("ocid")), date or "", order + len(out), one))
        if context.progress:
            context.progress(file.name, items, 0)
    return out, items, refused


def _unpacked(value: Any) -> Iterator[dict[str, Any]]:
    """Releases and records inside packages and arrays."""
    if isinstance(value, list):
        for one in value:
            yield from _unpacked(one)
    elif isinstance(value, dict) and "ocid" not in value and isinstance(value.get("releases"), list):
        yield from _unpacked(value["releases"])
    elif isinstance(value, dict) and isinstance(value.get("records"), list):
        yield from _unpacked(value["records"])
    else:
        yield value if isinstance(value, dict) else {}


def _release_data(
    data: dict[str, Any], file: InputFile, row: str, context: ReadContext
) -> list[dict[str, Any]] | None:
    """The release itself, or the best a record gives; None where there is nothing."""
    compiled, versioned = data.get("compiledRelease"), data.get("versionedRelease")

    def named(inner: dict[str, Any]) -> dict[str, Any]:
        return {**inner, "ocid": inner.get("ocid") or data.get("ocid")}

    if isinstance(compiled, dict):
        return [named(compiled)]
    if isinstance(versioned, dict):
        latest = _latest(versioned)
        return [named(latest)] if isinstance(latest, dict) else None
    if isinstance(data.get("releases"), list):
        inside = [r for r in objects(data["releases"]) if any(k in r for k in _SECTIONS)]
        if not inside:
            complain(context, "ocds-linked-releases", file, row, column="releases", value=data.get("ocid"))
            return None
        return [named(r) for r in inside]
    if not any(k in data for k in _SECTIONS):
        complain(context, "ocds-not-a-release", file, row, value=", ".join(list(data)[:6]))
        return None
    return [data]


def _latest(value: Any) -> Any:
    """The newest state of a versioned release: every value in it is a list of dated versions."""
    if isinstance(value, list):
        dated = [v for v in value if isinstance(v, dict) and "releaseDate" in v and "value" in v]
        if dated and len(dated) == len(value):
            return max(dated, key=lambda v: time_of(v["releaseDate"])[0] or "")["value"]
        return [_latest(v) for v in value]
    if isinstance(value, dict):
        return {k: _latest(v) for k, v in value.items()}
    return value


def _number_bids(data: dict[str, Any], file: InputFile, row: str, context: ReadContext) -> None:
    """Tell apart two different bids of one release that share an id; merging would lose one."""
    seen: dict[str, str] = {}
    for bid in objects(section(data, "bids").get("details")):
        key = id_text(bid.get("id"))
        content = json.dumps(bid, sort_keys=True, default=str)
        if key and seen.setdefault(key, content) != content:
            complain(context, "ocds-duplicate-bid-id", file, row, column="bids.details.id", value=key)
            bid["id"] = f"{key}#{sum(k.partition('#')[0] == key for k in seen) + 1}"
            seen[bid["id"]] = content


def merge_processes(releases: list[Release], context: ReadContext) -> list[Process]:
    """One process for each ocid, its releases merged by date; one for each release without an ocid."""
    grouped: dict[str, list[Release]] = {}
    positions: dict[str, int] = {}
    for release in releases:
        positions[release.file.sha256] = position = positions.get(release.file.sha256, 0) + 1
        if release.ocid:
            key = f"ocds:{release.ocid}"
        else:
            key = f"ocds.{release.file.sha256[:8]}:{position}"
            complain(context, "ocds-no-ocid", release.file, release.row)
        grouped.setdefault(key, []).append(release)
    out: list[Process] = []
    for key, group in grouped.items():
        # A compiled release of the same day already holds that day's releases.
        group.sort(key=lambda r: (r.date, "compiled" in (r.data.get("tag") or []), r.order))
        data: dict[str, Any] = {}
        for release in group:
            _merge(data, release.data)
        out.append(Process(key, group, data))
    return out


def _merge(old: dict[str, Any], new: Mapping[str, Any]) -> None:
    for key, value in new.items():
        if value is None:
            old.pop(key, None)
        elif isinstance(value, dict) and isinstance(old.get(key), dict):
            _merge(old[key], value)
        elif isinstance(value, list) and isinstance(old.get(key), list):
            old[key] = _merge_arrays(old[key], value)
        else:
            old[key] = copy.deepcopy(value)


def _merge_arrays(old: list[Any], new: list[Any]) -> list[Any]:
    both = [*old, *new]
    if not all(isinstance(v, dict) and id_text(v.get("id")) for v in both):
        return copy.deepcopy(new)
    merged: dict[str, dict[str, Any]] = {}
    for item in both:
        _merge(merged.setdefault(id_text(item["id"]), {}), item)
    return list(merged.values())
