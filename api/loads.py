"""Loading what was uploaded, and what it would be taken for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from api.over_http import over_http
from api.problems import ProblemError
from api.services import Services
from cases import Source
from graph.counted import counted
from graph.stores.cancelling import finishing
from loaders.inspecting import inspect_file
from loaders.loading import LoadError, LoadOptions, LoadReport, find_files, load
from loaders.problems import UnreadableFileError
from loaders.summary import summary_words
from loaders.tables import inspect_tables

_MOST: Final = 1000
"""Problems that are told one by one."""
_SENDERS: Final = ".sent-by"
"""A file beside refused rows; no name of one, which are asked for by name."""


def load_files(
    services: Services,
    folder: Path,
    actor: str,
    dataset: str,
    snapshot: str | None,
    observed_on: str | None,
    strict: bool,
    progress: Callable[[str, int, int], None],
    refresh: Callable[[], object],
) -> dict[str, Any]:
    """Load a folder as one batch, record it, bring what answers up to date by `refresh`; gives what was done."""
    options = LoadOptions(dataset, snapshot=snapshot, observed_on=observed_on, strict=strict)
    try:
        report = load(services.store, [folder], options, services.person_key, services.reports, progress)
    except LoadError as error:
        told = _with_first_refused(error)
        more = {}
        if error.report and error.report.problems:
            # The only account of what was refused: nothing of it was loaded, and no load is recorded.
            more = _refused(error.report)
            for file in error.report.rejects[:1]:
                sent_by(file.parent, actor)
        raise ProblemError(
            "unprocessable", *_hidden(services, *over_http(told.zh, told.en)), **more
        ) from error
    # From here on nothing is cancelled: the rows are loaded, and a job that says otherwise would be believed.
    with finishing():
        if report.applied is not None:
            for batch in services.store.batches():
                if batch.id == report.applied.batch_id:
                    services.ledger.record_load(batch, actor, Source())
        refresh()
        return report_json(services, report)


def sent_by(folder: Path, actor: str) -> None:
    """Note beside refused rows of a load that is not recorded who sent them: they may be read by them again."""
    with (folder / _SENDERS).open("a", encoding="utf-8") as file:
        file.write(f"{actor}\n")


def has_sent(folder: Path, actor: str) -> bool:
    """Did somebody send the refused rows of this folder, in a load that is not recorded?"""
    try:
        return actor in (folder / _SENDERS).read_text(encoding="utf-8").splitlines()
    except OSError:
        return False


def _hidden(services: Services, zh: str, en: str) -> tuple[str, str]:
    return services.places.hidden(zh), services.places.hidden(en)


def _with_first_refused(error: LoadError) -> LoadError:
    """The error with what was refused, in place of where refused rows lie: that folder is the service's own."""
    refused = [p for p in error.report.problems if p.kind == "reject"] if error.report else []
    if not refused:
        return error
    first = refused[0]
    sheet = f" / {first.sheet}" if first.sheet else ""
    column = f" [{first.column}]" if first.column else ""
    return LoadError(
        f"没有导入任何数据。{len(refused)} 处被拒，第一处：{first.file}{sheet} 第 {first.row} 行{column}：{first.expected_zh}",
        f"Nothing was loaded. {counted(len(refused), 'refusal')}, the first: {first.file}{sheet} row {first.row}{column}: "
        f"{first.expected_en}",
        error.report,
    )


def report_json(services: Services, report: LoadReport) -> dict[str, Any]:
    """What `lookthrough load --format json` prints, with links to refused rows in place of paths."""
    batch = report.applied.batch_id if report.applied else None
    names = report.applied.names if report.applied else None
    codes = {p.code for p in report.problems}
    return {
        "batch": batch,
        "fingerprint": services.store.fingerprint(),
        "files": [
            {"name": f.name, "format": f.format, "rows": f.rows, "rejected": f.rejected}
            for f in (report.extract.files if report.extract else [])
        ],
        "loaded_before": report.again,
        "skipped": [{"name": n, "reason": _words(zh, en)} for n, zh, en in report.skipped],
        "unreadable": [{"name": n, "reason": _words(zh, en)} for n, zh, en in report.unreadable],
        "counts": dict(report.applied.counts) if report.applied else {},
        "rejected": report.rejected,
        **_refused(report),
        "counted": [
            {"what": what, "count": n, "text": dict(zip(("zh", "en"), summary_words(what), strict=True))}
            for what, n in sorted(report.summary.items())
            if what not in codes
        ],
        "names": names.to_json() if names else None,
        "unresolved": f"v1/loads/{report.unresolved.parent.name}/rejects/{report.unresolved.name}"
        if report.unresolved
        else None,
    }


def _refused(report: LoadReport) -> dict[str, Any]:
    """What was refused, doubted or noted, with links to the refused rows, relative to the service's root."""
    return {
        "problems": [
            {
                "kind": p.kind,
                "code": p.code,
                "file": p.file,
                "sheet": p.sheet,
                "row": p.row,
                "column": p.column,
                "value": p.value,
                "expected": _words(p.expected_zh, p.expected_en),
            }
            for p in report.problems[:_MOST]
        ],
        "truncated": len(report.problems) > _MOST,
        "rejects": [
            {"name": p.name, "link": f"v1/loads/{p.parent.name}/rejects/{p.name}"} for p in report.rejects
        ],
    }


def _words(zh: str, en: str) -> dict[str, str]:
    return dict(zip(("zh", "en"), over_http(zh, en), strict=True))


def inspected(folder: Path) -> list[dict[str, Any]]:
    """One record a sheet; a file that can't be read says why."""
    found: list[dict[str, Any]] = []
    for file in find_files([folder]):
        try:
            for one in inspect_file(file, {}, inspect_tables):
                warnings = [_words(w["zh"], w["en"]) for w in one.get("warnings", ())]
                found.append({**one, "warnings": warnings} if warnings else one)
        except UnreadableFileError as error:
            found.append({"file": file.name, "format": None, "problem": _words(error.zh, error.en)})
    return found
