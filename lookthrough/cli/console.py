"""How the command line speaks: answers on stdout, everything else on stderr, in Chinese or English."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from graph.stores import GraphStore, open_store
from graph.stores.lock import Mode
from lookthrough.cli.usage import WrongUsageError, not_one_of
from lookthrough.settings import Language, Settings, read_settings


class Format(StrEnum):
    """How an answer is printed."""

    table = "table"
    json = "json"
    jsonl = "jsonl"
    csv = "csv"


StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="PATH|URL",
        help="数据库：文件夹，或 bolt:// / neo4j:// 地址 · where the graph lives",
    ),
]
FormatOption = Annotated[Format, typer.Option("--format", help="输出格式 · how to print the answer")]
LangOption = Annotated[
    str | None,
    typer.Option("--lang", metavar="zh|en", help="界面语言 · language of messages", show_default=False),
]

ActorOption = Annotated[
    str | None,
    typer.Option(
        "--actor",
        metavar="NAME",
        help="操作人，默认取 LOOKTHROUGH_ACTOR 或系统用户名 · who acts, for the audit",
        show_default=False,
    ),
]
NoLedgerOption = Annotated[bool, typer.Option("--no-ledger", help="不记入台账 · leave the ledger alone")]

_STEPS: dict[str, tuple[str, str]] = {
    "read": ("读取文件", "reading files"),
    "keys": ("生成行键", "making keys"),
    "nodes": ("写入节点", "writing nodes"),
    "relationships": ("写入关系", "writing relationships"),
    "derived": ("推导有效期与同一主体", "deriving spans and identities"),
    "ownership": ("整理股权数据，供以后的查询直接使用", "laying ownership out for the questions to come"),
    "unload": ("撤回批次", "taking the batch back"),
    "in-play": ("穿透计算", "looking through"),
    "demo": ("生成演示数据", "writing the demo world"),
}


_ISO: Final = re.compile(r"[0-9]{4}-[0-9]{2}(?:-[0-9]{2})?")
_EITHER_WAY: Final = re.compile(r"\s*\d{1,2}\s*[-/.]\s*\d{1,2}\s*[-/.]\s*(?:\d{4}|\d{2})\s*")


def written_date(option: str) -> Callable[[str | None], str | None]:
    """What reads an option's date as tables do (2024年7月1日, 2024/7/1, 20240701): in ISO form, or as it stands where it is
    none, for the command to say so. Raises `WrongUsageError` on one whose day and month can't be told apart.
    """

    def read(text: str | None) -> str | None:
        if text is None or _ISO.fullmatch(text):
            return text
        if _EITHER_WAY.fullmatch(text):
            raise WrongUsageError(
                option,
                f"“{text}”的年月日次序不明，请写成 2024-07-01 或 2024年7月1日",
                f"{text!r} does not tell year, month and day apart: write 2024-07-01",
            )
        # Only a date that is not ISO's waits for what reads tables.
        import polars as pl

        from loaders.values import parse_dates

        found = parse_dates(pl.Series([text])).row(0, named=True)
        return text if found["serial"] or found["value"] is None else found["value"]

    return read


def day(text: str | None, option: str, *, months: bool = False) -> str | None:
    """A date given as an option, checked: YYYY-MM-DD, or YYYY-MM where `months`. Raises a usage error."""
    if text is None:
        return None
    try:
        if months and len(text) == 7:
            dt.date.fromisoformat(text + "-01")
        elif len(text) != 10:
            raise ValueError(text)
        else:
            dt.date.fromisoformat(text)
    except ValueError as error:
        raise WrongUsageError(
            option,
            f"应为 YYYY-MM-DD{' 或 YYYY-MM' if months else ''} 形式的日期，不能为“{text}”",
            f"{text!r} is no date like YYYY-MM-DD{' or YYYY-MM' if months else ''}",
        ) from error
    return text


@dataclass(frozen=True)
class Session:
    """One command's settings and voice."""

    settings: Settings
    language: Language
    format: Format
    err: Console

    def say(self, zh: str, en: str) -> str:
        """The wording in the session's language."""
        return zh if self.language == "zh" else en

    def tell(self, zh: str, en: str, style: str = "") -> None:
        """Print a message on stderr."""
        self.err.print(self.say(zh, en), style=style or None, highlight=False, markup=False)

    @contextmanager
    def store(self, mode: Mode = "read") -> Iterator[GraphStore]:
        """The store, open until the block ends."""
        wait = 5.0 if mode == "read" else 0.0
        store = open_store(self.settings.store, mode, self.settings.credentials, wait)
        try:
            yield store
        finally:
            store.close()

    @contextmanager
    def progress(self) -> Iterator[Watch]:
        """A progress bar on stderr, for as long as the block runs; silent where stderr is no terminal."""
        bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self.err,
            transient=True,
            disable=not self.err.is_terminal,
        )
        with bar:
            yield Watch(self, bar)


class Watch:
    """Shows one step at a time; called as `progress(what, done, total)`."""

    def __init__(self, session: Session, bar: Progress):
        self._session = session
        self._bar = bar
        self._tasks: dict[str, Any] = {}

    def __call__(self, what: str, done: int, total: int) -> None:
        """Show that `done` of `total` (0 = unknown) of `what` are done."""
        if what not in self._tasks:
            for task in self._tasks.values():
                self._bar.update(task, visible=False)
            words = _STEPS.get(what, (what, what))
            self._tasks[what] = self._bar.add_task(self._session.say(*words), total=total or None)
        self._bar.update(self._tasks[what], completed=done, total=total or None)


def session(store: str | None, language: str | None, format_: Format = Format.table) -> Session:
    """Settings from the environment, with what the command line says on top."""
    settings = read_settings()
    if language is not None and language not in ("zh", "en"):
        raise not_one_of(language, ("zh", "en"), "--lang")
    chosen: Language = settings.language if language is None else "zh" if language == "zh" else "en"
    settings = replace(settings.of_store(store or settings.store), language=chosen)
    return Session(settings, chosen, format_, Console(stderr=True, soft_wrap=True, emoji=False))


_CHINA: Final = dt.timezone(dt.timedelta(hours=8), "Asia/Shanghai")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(\+00:00|Z)")


def print_json(value: Any) -> None:
    """One JSON document on stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def print_rows(
    session: Session,
    columns: Sequence[tuple[str, str, str]],
    rows: Sequence[Mapping[str, Any]],
    title: str = "",
    whole: Any = None,
) -> None:
    """Rows in the chosen format. `columns`: (key, Chinese heading, English heading).

    `whole` is what JSON prints; without it, the rows. CSV has a byte order mark, so that Excel reads Chinese.
    """
    if session.format is Format.json:
        print_json(list(rows) if whole is None else whole)
    elif session.format is Format.jsonl:
        for row in rows:
            sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
    elif session.format is Format.csv:
        sys.stdout.write("\ufeff" + _csv([key for key, _, _ in columns], rows))
    else:
        table = Table(title=title or None, title_justify="left", header_style="bold", show_lines=False)
        for _, zh, en in columns:
            table.add_column(session.say(zh, en), overflow="fold")
        for row in rows:
            table.add_row(*[_cell(row.get(key)) for key, _, _ in columns])
        # The title of a narrow table would be broken to its width.
        if not rows and title:
            table.title = None
            out_console().print(title, markup=False)
        out_console().print(table, markup=False)


def out_console() -> Console:
    """The console for people on stdout; wide where it is no terminal and COLUMNS says nothing, so that nothing is cut."""
    # An id such as local:A followed by a colon is no code of an emoji, and a name in square brackets no markup.
    console = Console(highlight=False, emoji=False, markup=False)
    if console.is_terminal or os.environ.get("COLUMNS", "").isdigit():
        return console
    return Console(highlight=False, emoji=False, markup=False, width=160)


def _cell(value: Any) -> str:
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "✓" if value else ""
    if isinstance(value, list | tuple):
        return ", ".join(_cell(v) for v in value)
    return local_time(value) if isinstance(value, str) and _MOMENT.fullmatch(value) else str(value)


def local_time(stated: str) -> str:
    """A moment of the ledger's or the store's for people, in Asia/Shanghai; headings of its columns say so."""
    return dt.datetime.fromisoformat(stated).astimezone(_CHINA).strftime("%Y-%m-%d %H:%M")


def _csv(keys: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(keys)
    for row in rows:
        writer.writerow([_csv_cell(row.get(key)) for key in keys])
    return text.getvalue()


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, ensure_ascii=False)
    text = str(value)
    # A cell that begins like a formula would be run by a spreadsheet.
    return (
        "'" + text
        if text[:1] in ("=", "+", "@", "\t", "\r") or (text[:1] == "-" and isinstance(value, str))
        else text
    )


def percent(share: float | None, low: float | None = None, high: float | None = None) -> str:
    """A share for people: "42.00%", a range where only bounds are known, "?" where nothing is."""
    if share is not None:
        return _decimals(share)
    if low is None and high is None:
        return "?"
    return f"{_decimals(low or 0.0)}–{_decimals(1.0 if high is None else high)}"


def _decimals(share: float) -> str:
    """Two decimals; more where they would read as nothing or as the whole, and it is neither."""
    for digits in range(2, 10):
        text = f"{share:.{digits}%}"
        if (float(text[:-1]) == 0.0) == (share < 1e-12) and (text[:3] != "100" or share > 1.0 - 1e-11):
            return text
    return text
