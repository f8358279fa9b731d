"""`audit`: who did what, and the proof that nothing of it was changed after."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from typing import Annotated

import typer

from cases import AuditEntry, Ledger
from graph.counted import counted
from lookthrough.cli.app import app
from lookthrough.cli.console import (
    Format,
    FormatOption,
    LangOption,
    StoreOption,
    print_json,
    print_rows,
    session,
)
from lookthrough.cli.ledger import ledger_of
from lookthrough.cli.wording import ACTIONS, word

audit_app = typer.Typer(
    help="审计记录：只增不改，逐条相连 · the audit", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(audit_app, name="audit")

_LONG_HASH = re.compile(r"\b([0-9a-f]{8})[0-9a-f]{56}\b")
"""Shortened in the table for people."""
_COLUMNS = [
    ("seq", "序号", "no."),
    ("at", "时间（北京时间）", "time (UTC+8)"),
    ("actor", "操作人", "actor"),
    ("action", "操作", "action"),
    ("object", "对象", "object"),
    ("detail", "内容", "detail"),
]


@audit_app.command("list")
def list_command(
    after: Annotated[int, typer.Option("--after", min=0, help="从此序号之后 · after this number")] = 0,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="最多条数 · at most so many")] = None,
    store: StoreOption = None,
    format_: FormatOption = Format.table,
    lang: LangOption = None,
) -> None:
    """列出审计记录，由早到晚 · List the entries, oldest first."""
    s = session(store, lang, format_)
    with ledger_of(s) as ledger:
        rows = [entry.to_json() for entry in _pages(ledger, after, limit)]
    if s.format is Format.table:
        rows = [
            r
            | {"action": word(s, ACTIONS, r["action"])}
            | {"detail": _LONG_HASH.sub(r"\1…", json.dumps(r["detail"], ensure_ascii=False))}
            for r in rows
        ]
    print_rows(s, _COLUMNS, rows)


@audit_app.command("verify")
def verify_command(
    head: Annotated[
        str | None,
        typer.Option("--head", metavar="HASH", help="此前另行保存的链头 · a head written down earlier"),
    ] = None,
    store: StoreOption = None,
    format_: FormatOption = Format.table,
    lang: LangOption = None,
) -> None:
    """重新计算整条链，指出第一处断裂 · Recompute the chain and name the first broken entry."""
    s = session(store, lang, format_)
    with ledger_of(s) as ledger:
        report = ledger.verify_audit(head)
    if s.format is not Format.table:
        print_json(report.to_json())
    elif report.ok:
        said = s.say(
            f"审计链完整：{report.entries} 条，链头 {report.head}",
            f"The audit is whole: {counted(report.entries, 'entry')}, head {report.head}",
        )
        sys.stdout.write(said + "\n")
    if not report.ok:
        s.tell(
            f"审计链在第 {report.broken_at} 条断裂：{report.zh}",
            f"The audit is broken at entry {report.broken_at}: {report.en}",
            "red",
        )
        raise typer.Exit(1)


@audit_app.command("head")
def head_command(store: StoreOption = None, lang: LangOption = None) -> None:
    """显示链头，供另行保存 · Print the head, to be kept somewhere else."""
    s = session(store, lang)
    with ledger_of(s) as ledger:
        sys.stdout.write(ledger.audit_head() + "\n")


def _pages(ledger: Ledger, after: int, limit: int | None) -> Iterator[AuditEntry]:
    left = limit
    while left is None or left > 0:
        size = 1000 if left is None else min(1000, left)
        page = ledger.audit_entries(after, size)
        yield from page
        if len(page) < size:
            return
        after, left = page[-1].seq, None if left is None else left - size
