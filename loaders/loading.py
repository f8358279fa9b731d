"""From paths to a loaded batch: find the files, recognise them, read them, apply them, report."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import polars as pl

from graph.names import name_key
from graph.penetration.days import DateError, day_number
from graph.records import Extract
from graph.stores import Applied, GraphStore
from graph.system_errors import reason
from loaders.bods import read_bods
from loaders.context import InputFile, ReadContext
from loaders.formats import UnsupportedFormatError, recognise_format
from loaders.holder_tree import read_holder_tree
from loaders.identity import PersonKey
from loaders.ocds import read_ocds
from loaders.problems import Problem, UnreadableFileError
from loaders.rosters import tell_unnamed
from loaders.scoping import scope_local_ids
from loaders.snapshots import name_snapshot, tell_ended
from loaders.tables import read_tables, settle_tables, write_rejects
from loaders.tables.mapping import read_mapping
from loaders.tables.paid_again import tell_paid_before
from loaders.tables.paid_by_person import tell_paid_by_person
from loaders.tables.rejects import UNRESOLVED, safe_cell

Progress = Callable[[str, int, int], None]
FORMATS: Final = ("table", "ocds", "bods", "holder_tree")


class LoadError(ValueError):
    """Nothing was loaded; says why and what to do. `report`: what was read until then, row by row."""

    def __init__(self, zh: str, en: str, report: LoadReport | None = None):
        super().__init__(en)
        self.zh = zh
        self.en = en
        self.report = report


_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_OF_OWN_FOLDERS: Final = ("graph.lbug", "person.key")
"""What a store's folder, and a user's data folder, hold."""
_OWN_ENDINGS: Final = (".key", ".ledger.db", ".ledger.db-wal", ".ledger.db-shm", ".lbug", ".lbug.wal")


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
        """Rows refused; what was refused before its rows could be told counts once."""
        rows = sum(f.rejected for f in self.extract.files) if self.extract else 0
        return rows or sum(p.kind == "reject" for p in self.problems)


def load(
    store: GraphStore,
    paths: Sequence[Path],
    options: LoadOptions,
    key: PersonKey,
    reports: Path,
    progress: Progress,
) -> LoadReport:
    """Load files and folders as one batch, all or nothing. Raises `LoadError`, `UnreadableFileError`, `StoreError`."""
    for day in (options.snapshot, options.observed_on):
        _check_day(day)
    store.check_person_key(key.check_value)
    mapping, digest = _mapping(options)
    report = LoadReport()
    files = find_files(paths)
    done = store.loaded_files()
    fresh: dict[str, InputFile] = {}
    for file in files:
        if (options.dataset, file.sha256, digest) in done:
            report.again.append(file.name)
            continue
        same = fresh.setdefault(file.sha256, file)
        if same is not file:
            why = (f"与 {same.name} 逐字节相同，只导入一次。", f"The same bytes as {same.name}: loaded once.")
            report.skipped.append((file.name, *why))
    if not fresh:
        return report
    context = ReadContext(
        Extract(options.dataset, options=digest),
        key,
        observed_on=options.snapshot or options.observed_on,
        mapping=mapping,
    )
    read = _read(list(fresh.values()), options, context, report, progress)
    _count_by_name(context)
    name_snapshot(context.extract, options.snapshot, options.snapshot_scope)
    report.problems, report.summary, report.extract = context.problems, context.summary, context.extract
    if not read:
        zh, en = _reasons(report.unreadable)
        if report.unreadable:
            before_zh, before_en = _loaded_before(report)
            raise LoadError(zh + before_zh, en + before_en)
        zh, en = _reasons(report.skipped)
        raise LoadError(
            f"没有可导入的文件。{zh}如识别有误，可用 --format 指定格式。",
            f"No file to load. {en} Where that is wrong, --format forces a format.",
        )
    folder = reports / context.extract.batch_id
    report.rejects = write_rejects(context.rejected, folder) if report.rejected else []
    if options.strict and report.rejected:
        raise LoadError(
            f"有 {report.rejected} 处被拒{_where(report.rejects, '，见 ')}；--strict 下未导入任何数据。"
            f"首个原因：{_first_reject(report).expected_zh}",
            f"{report.rejected} refused{_where(report.rejects, ', see ')}; with --strict nothing was loaded. "
            f"The first: {_first_reject(report).expected_en}",
            report,
        )
    if not context.extract.nodes:
        names = [f.name for f in context.extract.files[:5]]
        raise LoadError(
            f"没有可导入的行（{'、'.join(names)}），数据未变{_where(report.rejects, '；被拒的行见 ')}。",
            f"There is no row that can be loaded in {', '.join(names)}; the store is as it was"
            f"{_where(report.rejects, '. Refused rows are in ')}.",
            report,
        )
    _tell_apart(store, context)
    tell_ended(store, context)
    tell_unnamed(store, context)
    tell_paid_before(store, context)
    tell_paid_by_person(store, context)
    context.extract.read_once = True
    report.applied = store.apply(context.extract, digest, progress)
    report.unresolved = _write_unresolved(report.applied, folder)
    return report


def _loaded_before(report: LoadReport) -> tuple[str, str]:
    """That the other files of a load are in the store already: where one can't be read, none of them is lost."""
    if not report.again:
        return "", ""
    named, more = report.again[:5], len(report.again) - 5
    return (
        f"其余文件（{'、'.join(named)}{f' 等{len(report.again)}个' if more > 0 else ''}）此前已导入，仍在库中。",
        f" The other files were loaded before, and are in the store: {', '.join(named)}"
        f"{f' and {more} more' if more > 0 else ''}.",
    )


def _count_by_name(context: ReadContext) -> None:
    """How many names of companies, and how many people, have no number: each once, however often it is named."""

    def known(type_: str, ids: str) -> pl.DataFrame:
        frames = [f.select("id", "name") for f in context.extract.nodes.get(type_, []) if "name" in f.columns]
        rows = pl.concat([pl.DataFrame(schema={"id": pl.String(), "name": pl.String()}), *frames])
        return rows.filter(pl.col("id").str.contains(ids))

    companies = known("Company", "^(name|scoped):")["name"].drop_nulls().unique()
    context.count("companies-by-name", name_key(companies).n_unique())
    context.count("people-by-name", known("Person", r"^person\.scoped:")["id"].n_unique())


def _tell_apart(store: GraphStore, context: ReadContext) -> None:
    """Local ids that other data sets use for somebody else, each reported."""
    files = context.extract.files
    for row in (
        scope_local_ids(store, context.extract).filter(pl.col("theirs").is_not_null()).iter_rows(named=True)
    ):
        shown = row["id"].partition(":")[2]
        context.problems.append(
            Problem(
                "flag",
                "local-id-elsewhere",
                files[0].name if len(files) == 1 else context.dataset,
                "",
                "",
                "",
                shown,
                f"另一数据集中此编号属于“{row['theirs']}”，本数据集中为“{row['name']}”：未合并，本次记为 {row['scoped']}。",
                f"In another data set this id belongs to “{row['theirs']}”, here to “{row['name']}”: not merged, "
                f"here it is {row['scoped']}.",
            )
        )


def _reasons(files: Sequence[tuple[str, str, str]]) -> tuple[str, str]:
    """Each reason once, with the first file it applies to and how many others."""
    by_reason: dict[tuple[str, str], list[str]] = {}
    for name, zh, en in files:
        by_reason.setdefault((zh, en), []).append(name)
    said = [(names[0], len(names), zh, en) for (zh, en), names in by_reason.items()]
    return (
        "".join(f"{name}{f' 等 {n} 个文件' if n > 1 else ''}：{zh}" for name, n, zh, _ in said),
        " ".join(f"{name}{f' and {n - 1} more' if n > 1 else ''}: {en}" for name, n, _, en in said),
    )


def _first_reject(report: LoadReport) -> Problem:
    return next(p for p in report.problems if p.kind == "reject")


def _where(paths: Sequence[Path], words: str) -> str:
    return words + ", ".join(str(p) for p in paths) if paths else ""


def find_files(paths: Iterable[Path]) -> list[InputFile]:
    """Every file of the paths, folders searched through. Raises `LoadError`.

    Hidden files are left out, and what is no input but the product's own: stores, ledgers, keys, data folders. Who
    loads the folder he works in has them there, and a key taken for a table would be shown.
    """
    found: list[InputFile] = []
    for path in paths:
        path = path.expanduser()
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.is_file())
            own = {p.parent for p in inside if p.name in _OF_OWN_FOLDERS} - {path}
            visible = [
                p
                for p in inside
                if not any(part.startswith((".", "~$")) for part in p.relative_to(path).parts)
                and not p.name.endswith(_OWN_ENDINGS)
                and own.isdisjoint(p.parents)
            ]
            if not visible and inside:
                passed = "、".join(p.name for p in inside[:3]) + ("…" if len(inside) > 3 else "")
                raise LoadError(
                    f"文件夹 {path} 中没有可导入的文件：{passed} 是隐藏、临时或本软件自己的文件。",
                    f"The folder {path} has no file to load: {passed} are hidden, temporary or this program's own.",
                )
            if not visible:
                raise LoadError(f"文件夹 {path} 是空的。", f"The folder {path} is empty.")
            found.extend(InputFile(p, str(p.relative_to(path)), _sha256(p)) for p in visible)
        elif path.is_file() and path.name.endswith(_OWN_ENDINGS):
            raise LoadError(
                f"{path} 是本软件的密钥、数据库或台账文件，不是可导入的数据。",
                f"{path} is a key, a store or a ledger of this program, no data to load.",
            )
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
        zh, en = reason(error)
        raise LoadError(f"无法读取 {path}：{zh}。", f"{path} can't be read: {en}.") from error


def _check_day(day: str | None) -> None:
    """Raises `LoadError` for a day that is none: rows dated by it would be in, and no question could read them."""
    if day is None:
        return
    try:
        if not _DAY.fullmatch(day):
            raise DateError(day)
        day_number(day)
    except DateError as error:
        raise LoadError(error.zh, error.en) from error


def _mapping(options: LoadOptions) -> tuple[dict[str, Any], str]:
    """The saved mapping, and a digest of all that decides what the files say."""
    mapping = {} if options.mapping is None else read_mapping(options.mapping)
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
        read += _read_documents(reader, documents[format_], context, report)
    settle_tables(context)
    progress("read", len(files), len(files))
    return read


def _read_documents(
    reader: Callable[[Sequence[InputFile], ReadContext], None],
    files: Sequence[InputFile],
    context: ReadContext,
    report: LoadReport,
) -> int:
    """Read files that may refer to one another; one that turns out broken is left out whole. Gives how many were read."""
    while files:
        problems, summary = len(context.problems), dict(context.summary)
        try:
            reader(files, context)
        except UnreadableFileError as error:
            # Readers hand over their records at their very end: the extract holds nothing of this attempt.
            del context.problems[problems:]
            context.summary = summary
            broken = [f for f in files if f.path == error.path]
            if not broken:
                raise
            report.unreadable.extend((f.name, error.zh, error.en) for f in broken)
            files = [f for f in files if f.path != error.path]
        else:
            return len(files)
    return 0


def _write_unresolved(applied: Applied, folder: Path) -> Path | None:
    """Names that stand for no one company: a file to fill in and load as the table `identities`."""
    names = applied.names
    open_ = [names.several, names.none, names.partial] if names else []
    if all(frame.is_empty() for frame in open_):
        return None
    path = folder / "unresolved.csv"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(UNRESOLVED)
            for frame in open_:
                for row in frame.iter_rows(named=True):
                    candidates = "; ".join(row["candidates"] or [])
                    writer.writerow([safe_cell(row["name"]), "", safe_cell(candidates)])
    except OSError as error:
        zh, en = reason(error)
        raise LoadError(
            f"批次 {applied.batch_id} 已导入，但无法写出未匹配名称的文件 {path}：{zh}。",
            f"Batch {applied.batch_id} is loaded, but the names that met nobody can't be written to {path}: {en}.",
        ) from error
    return path
