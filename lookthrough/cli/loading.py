"""`load`: files into the store, all or nothing."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from typing import Annotated

import typer

from cases import Source
from graph.current_ownership import lay_out, worth_laying_out
from graph.stores import StoreError
from loaders.identity import PersonKey
from loaders.loading import FORMATS, LoadError, LoadOptions, find_files, load
from lookthrough.cli.app import app
from lookthrough.cli.console import (
    ActorOption,
    Format,
    LangOption,
    NoLedgerOption,
    Session,
    StoreOption,
    day,
    session,
    written_date,
)
from lookthrough.cli.files import MapOption, Paths
from lookthrough.cli.ledger import failure_of, ledger_first, mirror_loads, tell_unrecorded
from lookthrough.cli.load_report import show_report, tell_rows
from lookthrough.cli.usage import WrongUsageError, not_one_of

_DATASET = re.compile(r"[\w.-]{1,64}")


@app.command("load")
def load_command(
    paths: Paths,
    dataset: Annotated[str, typer.Option("--dataset", help="数据集名称 · name of the data set")] = "main",
    mapping: MapOption = None,
    snapshot: Annotated[
        str | None,
        typer.Option(
            "--snapshot",
            metavar="DATE",
            callback=written_date("--snapshot"),
            help="该日期的完整数据：缺失即视为终止 · a full extract of that date",
        ),
    ] = None,
    scope: Annotated[
        str,
        typer.Option("--snapshot-scope", metavar="dataset|parties", help="完整的范围 · what it is whole for"),
    ] = "dataset",
    observed_on: Annotated[
        str | None,
        typer.Option(
            "--observed-on",
            metavar="DATE",
            callback=written_date("--observed-on"),
            help="数据截至日期 · date of the extract",
        ),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="有一行被拒即全部不导入 · refuse all if a row is refused")
    ] = False,
    provider: Annotated[
        str | None, typer.Option("--provider", metavar="NAME", help="数据提供单位 · who provided the data")
    ] = None,
    purpose: Annotated[
        str | None, typer.Option("--purpose", metavar="TEXT", help="使用目的 · what they may be used for")
    ] = None,
    valid_until: Annotated[
        str | None,
        typer.Option(
            "--valid-until",
            metavar="DATE",
            callback=written_date("--valid-until"),
            help="使用期限 · until when they may be used",
        ),
    ] = None,
    forwarding: Annotated[
        str | None,
        typer.Option("--forwarding", metavar="TEXT", help="可转交的对象 · to whom they may be passed on"),
    ] = None,
    no_ledger: NoLedgerOption = False,
    actor: ActorOption = None,
    store: StoreOption = None,
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format",
            metavar="|".join(("tables", *FORMATS[1:], "json", "jsonl", "csv")),
            help="指定文件格式，或输出格式 · force the files' format, or choose how the summary is printed",
        ),
    ] = None,
    lang: LangOption = None,
) -> None:
    """导入文件或文件夹，全部成功或全部不变 · Load files or folders, all or nothing."""
    format_in, format_ = _two_formats(formats or [])
    s = session(store, lang, format_)
    day(snapshot, "--snapshot")
    day(observed_on, "--observed-on")
    source = Source(provider, purpose, day(valid_until, "--valid-until"), forwarding)
    if not _DATASET.fullmatch(dataset):
        # The name becomes part of ids, where a colon ends the scheme.
        raise WrongUsageError(
            "--dataset",
            f"只能有汉字、字母、数字和 . _ -，不能为“{dataset}”",
            f"{dataset!r} may have letters, digits, Chinese characters and . _ - alone",
        )
    if scope not in ("dataset", "parties"):
        raise not_one_of(scope, ("dataset", "parties"), "--snapshot-scope")
    options = LoadOptions(dataset, format_in, mapping, snapshot, scope, observed_on, strict)
    find_files(paths)  # A wrong path is said before a store is made.
    path = s.settings.key_file
    there = PersonKey.open(path) if path.exists() else None
    with ledger_first(s, no_ledger) as ledger, s.store("write") as opened, s.progress() as watch:
        key = there or PersonKey.open(path, new=opened.meta("person_key_check") is None)
        try:
            report = load(opened, paths, options, key, s.settings.data / "reports", watch)
        except LoadError as error:
            if error.report is not None:
                tell_rows(s, error.report)
            raise
        fingerprint = opened.fingerprint()
        unrecorded = None
        if ledger is not None:
            batch = report.applied.batch_id if report.applied else None
            unrecorded = failure_of(
                lambda: mirror_loads(ledger, opened, actor or s.settings.actor, batch, source)
            )
    show_report(s, report, fingerprint)
    tell_unrecorded(s, unrecorded)
    counts = report.applied.counts if report.applied else {}
    refused = bool(report.rejected or report.unreadable)
    # The rows as they were read are let go before ownership is read.
    del report
    _lay_out(s, counts)
    if refused:
        raise typer.Exit(3)


def _lay_out(s: Session, counts: Mapping[str, int]) -> None:
    """The load is done and reported: what goes wrong here costs the next question time, nothing else."""
    if not worth_laying_out(counts):
        return
    with contextlib.suppress(StoreError), s.store() as opened, s.progress() as watch:
        watch("ownership", 0, 0)
        lay_out(opened)


def _two_formats(values: list[str]) -> tuple[str | None, Format]:
    """`--format` names the files' format (as in FORMATS) or the answer's; "table" alone is the answer's default."""
    forced, printed = None, Format.table
    for value in values:
        if value == "tables":
            forced = "table"
        elif value in FORMATS and value != "table":
            forced = value
        elif value in Format.__members__:
            printed = Format(value)
        else:
            raise not_one_of(value, ("tables", *FORMATS[1:], *Format), "--format")
    return forced, printed
