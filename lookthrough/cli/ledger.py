"""The ledger beside a command: loads and runs are recorded, and what can't be recorded is said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import typer

from cases import Ledger, LedgerError, RunRecord, Source, open_ledger
from graph.held import StillHeld
from graph.stores import GraphStore
from lookthrough.cli.console import Session

if TYPE_CHECKING:
    from detectors.definition import Detector
    from detectors.rules.values import LocalRules
    from detectors.running.runner import Run

_WAIT: Final = 10.0
"""Seconds a command waits for another that writes."""


@contextmanager
def ledger_of(s: Session, *, create: bool = False) -> Iterator[Ledger]:
    """The session's ledger, open until the block ends. Raises `LedgerMissingError` where there is none and none is made."""
    with open_ledger(
        s.settings.ledger, password=s.settings.ledger_password, wait=_WAIT, create=create
    ) as ledger:
        yield ledger


@contextmanager
def ledger_first(s: Session, leave_out: bool) -> Iterator[Ledger | None]:
    """The ledger, opened before anything is changed, so that no load goes unrecorded; none where it is left out."""
    if leave_out:
        yield None
        return
    with ledger_of(s, create=True) as ledger:
        yield ledger


def record_run(
    s: Session,
    store: GraphStore,
    run: Run,
    detectors: Sequence[Detector],
    rules: LocalRules,
    actor: str | None,
    *,
    began_at: dt.datetime,
    scope: tuple[str, str] | None = None,
) -> RunRecord | LedgerError:
    """Record a run while the store is still held, so that older data never overwrite what newer data gave.

    Gives the error where that fails: the findings are printed all the same.
    """
    try:
        with ledger_of(s, create=True) as ledger:
            return ledger.record_run(
                run,
                detectors,
                rules,
                store.fingerprint(),
                actor or s.settings.actor,
                scope=scope,
                began_at=began_at,
                held=StillHeld(store),
            )
    except LedgerError as error:
        return error


def tell_recorded(s: Session, recorded: RunRecord | LedgerError | None) -> None:
    """Say what the run changed in the ledger; ends with 1 where it could not be recorded."""
    if recorded is None:
        return
    if isinstance(recorded, LedgerError):
        s.tell(
            f"以上结果未能记入台账：{recorded.zh}",
            f"The findings above were not recorded in the ledger: {recorded.en}",
            "red",
        )
        raise typer.Exit(1)
    n = recorded.counts
    zh = f"台账：新增 {n['new']}，变化 {n['changed']}，不再出现 {n['no_longer_found']}"
    en = f"Ledger: {n['new']} new, {n['changed']} changed, {n['no_longer_found']} no longer found"
    for count, more_zh, more_en in (
        (n["found_again"], "再次出现", "found again"),
        (n["renamed"], "因主体编号变化而换号", "under another id, as a party's changed"),
        (n["undecided"], "因缺少数据无法判定是否仍然存在", "that can't be judged for want of data"),
    ):
        if count:
            zh, en = f"{zh}，{more_zh} {count}", f"{en}, {count} {more_en}"
    s.tell(zh, en)


def mirror_loads(ledger: Ledger, store: GraphStore, actor: str, batch_id: str | None, source: Source) -> None:
    """Every batch of the store into the ledger, where it is not there yet; `batch_id` with its source in any case.

    What the store no longer has counts as taken back.
    """
    known = {load.id for load in ledger.loads() if load.taken_back_at is None}
    for gone in sorted(known - {batch.id for batch in store.batches()}):
        ledger.record_unload(gone, actor)
    for batch in store.batches():
        if batch.state == "done" and (batch.id == batch_id or batch.id not in known):
            ledger.record_load(batch, actor, source if batch.id == batch_id else Source())


def failure_of(record: Callable[[], object]) -> LedgerError | None:
    """Why something that is done already could not be recorded; none where it was."""
    try:
        record()
    except LedgerError as error:
        return error
    return None


def tell_unrecorded(s: Session, error: LedgerError | None) -> None:
    """Say that what was done is not in the ledger; ends with 1."""
    if error is not None:
        s.tell(
            f"数据已改变，但未能记入台账：{error.zh}下次导入时会补记。",
            f"The data were changed, but the ledger does not say so: {error.en} The next load makes up for it.",
            "red",
        )
        raise typer.Exit(1)
