"""From paths to a loaded batch: find the files, recognise them, read them, apply them, report."""

from __future__ import annotations

import csv
import hashlib
import json
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from graph.records import Extract, Snapshot
from graph.stores import Applied, GraphStore
from loaders.bods import read_bods
from loaders.context import InputFile, ReadContext
from loaders.formats import UnsupportedFormatError, recognise_format
from loaders.holder_tree import read_holder_tree
from loaders.identity import PersonKey
from loaders.ocds import read_ocds
from loaders.problems import Problem, UnreadableFileError
from loaders.tables import read_tables, settle_tables, write_rejects

Progress = Callable[[str, int, int], None]
FORMATS: Final = ("table", "ocds", "bods", "holder_tree")


class LoadError(ValueError):
    """Nothing was loaded; says why and what to do."""

    def __init__(self, zh: str, en: str):
        super().__init__(en)
        self.zh = zh
        self.en = en


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How a load is to be read. `mapping` is a saved mapping (`--map`)."""

    dataset: str = "main"
    format: str | None = None
    mapping: Path | None = None
    snapshot: str | None = None
    snapshot_scope: str = "dataset"
    observed_on: str | None = None
    strict: bool = False


@dataclass
class LoadReport:
    """What a load did. `again`: files that were loaded before; `skipped`: (file, why zh, why en)."""

    applied: Applied | None = None
    extract: Extract | None = None
    problems: list[Problem] = field(default_factory=list)
    summary: dict[str, int] = field(default_factory=dict)
    again: list[str] = field(default_factory=list)
    skipped: list[tuple[str, str, str]] = field(default_factory=list)
    unreadable: list[tuple[str, str, str]] = field(default_factory=list)
    rejects: list[Path] = field(default_factory=list)
    unresolved: Path | None = None

    @property
    def rejected(self) -> int:
        """Rows refused."""
        return sum(p.kind == "reject" for p in self.problems)


def load(
    store: GraphStore,
    paths: Sequence[Path],
    options: LoadOptions,
    key: PersonKey,
    reports: Path,
    progress: Progress,
) -> LoadReport:
    """Load files and folders as one batch, all or nothing. Raises `LoadError`, `UnreadableFileError`, `StoreError`."""
    store.check_person_key(key.check_value)
    mapping, digest = _mapping(options)
    report = LoadReport()
    files = find_files(paths)
    done = store.loaded_files()
    fresh: list[InputFile] = []
    for file in files:
        if (options.dataset, file.sha256, digest) in done:
            report.again.append(file.name)
        elif all(f.sha256 != file.sha256 for f in fresh):
            fresh.append(file)
    if not fresh:
        return report
    context = ReadContext(
        Extract(options.dataset, options=digest),
        key,
        observed_on=options.snapshot or options.observed_on,
        mapping=mapping,
    )
    read = _read(fresh, options, context, report, progress)
    _name_snapshot(context.extract, options)
    report.problems, report.summary, report.extract = context.problems, context.summary, context.extract
    if not read:
        if report.unreadable:
            _, zh, en = report.unreadable[0]
            raise LoadError(zh, en)
        names = "、".join(name for name, _, _ in report.skipped[:5])
        raise LoadError(
            f"没有可导入的文件（{names}）。可用 lookthrough inspect 查看原因，或用 --format 指定格式。",
            f"No file to load ({names}). lookthrough inspect says why; --format forces a format.",
        )
    folder = reports / context.extract.batch_id
    report.rejects = write_rejects(context, folder) if report.rejected else []
    if options.strict and report.rejected:
        raise LoadError(
            f"有 {report.rejected} 处被拒{_where(report.rejects, '，见 ')}；--strict 下未导入任何数据。"
            f"首个原因：{_first_reject(report).expected_zh}",
            f"{report.rejected} refused{_where(report.rejects, ', see ')}; with --strict nothing was loaded. "
            f"The first: {_first_reject(report).expected_en}",
        )
    if not context.extract.nodes:
        raise LoadError(
            f"文件中没有可导入的行{_where(report.rejects, '，被拒的行见 ')}。",
            f"The files hold no row that can be loaded{_where(report.rejects, '; refused rows are in ')}.",
        )
    report.applied = store.apply(context.extract, digest, progress)
    report.unresolved = _write_unresolved(report.applied, folder)
    return report


def _first_reject(report: LoadReport) -> Problem:
    return next(p for p in report.problems if p.kind == "reject")


def _where(paths: Sequence[Path], words: str) -> str:
    return words + ", ".join(str(p) for p in paths) if paths else ""


def find_files(paths: Iterable[Path]) -> list[InputFile]:
    """Every file of the paths, folders searched through; hidden files are left out. Raises `LoadError`."""
    found: list[InputFile] = []
    for path in paths:
        path = path.expanduser()
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.is_file())
            visible = [
                p
                for p in inside
                if not any(part.startswith((".", "~$")) for part in p.relative_to(path).parts)
            ]
            if not visible:
                raise LoadError(f"文件夹 {path} 是空的。", f"The folder {path} is empty.")
            found.extend(InputFile(p, str(p.relative_to(path)), _sha256(p)) for p in visible)
        elif path.is_file():
            found.append(InputFile(path, path.name, _sha256(path)))
        else:
            raise LoadError(f"找不到 {path}。请检查路径。", f"There is no {path}. Check the path.")
    return found


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise LoadError(
            f"无法读取 {path}：{error.strerror}。", f"{path} can't be read: {error.strerror}."
        ) from error


def _mapping(options: LoadOptions) -> tuple[dict[str, Any], str]:
    """The saved mapping, and a digest of all that decides what the files say."""
    mapping: dict[str, Any] = {}
    if options.mapping is not None:
        try:
            mapping = tomllib.loads(options.mapping.read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise LoadError(
                f"映射文件 {options.mapping} 无法读取：{error}。",
                f"The mapping {options.mapping} can't be read: {error}.",
            ) from error
    deciding = {
        "format": options.format,
        "mapping": mapping,
        "snapshot": [options.snapshot, options.snapshot_scope] if options.snapshot else None,
        "observed_on": options.observed_on,
    }
    if not any(deciding.values()):
        return mapping, ""
    text = json.dumps(deciding, sort_keys=True, ensure_ascii=False, default=str)
    return mapping, hashlib.sha256(text.encode()).hexdigest()[:12]


def _read(
    files: Sequence[InputFile],
    options: LoadOptions,
    context: ReadContext,
    report: LoadReport,
    progress: Progress,
) -> int:
    """Read every file that can be read; says of the others why not. Gives how many were read."""
    documents: dict[str, list[InputFile]] = {"ocds": [], "bods": [], "holder_tree": []}
    context.progress = lambda name, done, total: progress("read", done, total)
    read = 0
    for n, file in enumerate(files):
        progress("read", n, len(files))
        try:
            format_ = options.format or recognise_format(file.path)
            if format_ in documents:
                documents[format_].append(file)
                continue
            read_tables(file, context)
            read += 1
        except UnreadableFileError as error:
            known = report.skipped if isinstance(error, UnsupportedFormatError) else report.unreadable
            known.append((file.name, error.zh, error.en))
    for format_, reader in (("ocds", read_ocds), ("bods", read_bods), ("holder_tree", read_holder_tree)):
        if documents[format_]:
            reader(documents[format_], context)
            read += len(documents[format_])
    settle_tables(context)
    progress("read", len(files), len(files))
    return read


def _name_snapshot(extract: Extract, options: LoadOptions) -> None:
    if options.snapshot:
        tables = tuple(sorted({name for name, _, _ in extract.rels}))
        extract.snapshot = Snapshot(options.snapshot, tables, options.snapshot_scope)


def _write_unresolved(applied: Applied, folder: Path) -> Path | None:
    """Names that met no company, or several: a file to fill in and load as the table `identities`."""
    names = applied.names
    if names is None or (names.several.is_empty() and names.none.is_empty()):
        return None
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "unresolved.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["name", "party_id", "candidates"])
        for frame in (names.several, names.none):
            for row in frame.iter_rows(named=True):
                writer.writerow([row["name"], "", "; ".join(row["candidates"] or [])])
    return path
