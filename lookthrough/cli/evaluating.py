"""`evaluate`: precision and recall of every detector against a truth."""

from __future__ import annotations

import multiprocessing
import tempfile
from collections.abc import Sequence, Set
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Annotated

import typer

from detectors.definition import Detector
from detectors.own.definitions import read_own
from detectors.registry import DETECTORS
from detectors.rules.values import LocalRules
from detectors.running.detecting import detect, rules_from
from detectors.running.runner import Run
from graph.counted import counted
from graph.in_play import is_current
from graph.stores import open_store
from loaders.identity import PersonKey
from loaders.loading import LoadOptions, load
from lookthrough.cli.app import app
from lookthrough.cli.console import (
    Format,
    FormatOption,
    LangOption,
    Session,
    StoreOption,
    print_rows,
    session,
)
from lookthrough.cli.files import RulesOption
from lookthrough.cli.usage import WrongUsageError
from lookthrough.cli.wording import detector_words
from lookthrough.demo import write_world
from lookthrough.evaluating import Score, Truth, evaluate, not_loaded, read_truth

_SHOWN = 5
"""Lines decided wrongly that are shown for each detector."""


@app.command("evaluate")
def evaluate_command(
    truth: Annotated[
        Path | None,
        typer.Argument(
            metavar="[TRUTH]",
            help="真值文件（JSON Lines）；不给则生成演示世界并用其自带真值 · a truth file; without one, the demo world's own",
            show_default=False,
        ),
    ] = None,
    size: Annotated[
        int, typer.Option("--size", min=1, max=10_000, help="演示世界的规模倍数 · size of the demo world")
    ] = 1,
    rules: RulesOption = None,
    store: StoreOption = None,
    format_: FormatOption = Format.table,
    lang: LangOption = None,
) -> None:
    """对照真值给出各检测项的查准率与查全率 · Precision and recall of the detectors against a truth."""
    s = session(store, lang, format_)
    # Not judged here; but a rules file may speak of them.
    own = read_own(s.settings.detectors)
    if truth is None:
        if store is not None:
            raise WrongUsageError(
                "--store",
                "不能在没有真值文件时使用：不给真值文件时检测自带的演示世界；要检测该库，请在前面写真值文件",
                "without a truth file the demo world is judged, which has a store of its own: name a truth file to "
                "judge this one",
            )
        run, labels = _own_world(s, size, rules, own)
        absent: set[str] = set()
    else:
        labels = read_truth(truth, DETECTORS)
        local = rules_from(rules or s.settings.rules, own)
        with s.store() as opened:
            current = is_current(opened)
        with s.store("read" if current else "write") as opened, s.progress() as watch:
            run = detect(opened, DETECTORS, watch, local)
            absent = not_loaded(opened, labels)
    scores = evaluate(run, labels, DETECTORS, absent)
    _show(s, scores, labels, absent)
    if truth is None and not all(x.perfect for x in scores if x.identity_based):
        raise typer.Exit(1)


def _own_world(s: Session, size: int, rules: Path | None, own: Sequence[Detector]) -> tuple[Run, Truth]:
    """Write, load and screen a demo world in a folder that is removed again."""
    with tempfile.TemporaryDirectory(prefix="lookthrough-evaluate-") as made, s.progress() as watch:
        folder = Path(made)
        watch("demo", 0, 1)
        exports, truth_file, rules_file = _written(folder / "world", size)
        labels = read_truth(truth_file, DETECTORS)
        # Its own rules are of districts that nobody else's speak of.
        asked, planted = rules_from(rules, own), rules_from(rules_file)
        local = LocalRules(asked.title, (*asked.rules, *planted.rules))
        with open_store(str(folder / "store"), "write") as opened:
            key = PersonKey.open(folder / "person.key")
            load(opened, [exports], LoadOptions(dataset="demo"), key, folder / "reports", watch)
            return detect(opened, DETECTORS, watch, local), labels


def _written(folder: Path, size: int) -> tuple[Path, Path, Path]:
    """The exports, the truth and the rules of a demo world, written by a process of its own: what a large one takes is free again."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as beside:
        return beside.submit(_write, folder, size).result()


def _write(folder: Path, size: int) -> tuple[Path, Path, Path]:
    world = write_world(folder, size=size)
    return world.exports, world.truth_file, world.rules_file


def _show(s: Session, scores: Sequence[Score], truth: Truth, missing: Set[str]) -> None:
    rows = [x.to_json() for x in scores]
    called = detector_words(s)
    if s.format is Format.table:
        for row in rows:
            row["detector"] = called(row["detector"])
            for ratio in ("precision", "recall"):
                row[ratio] = None if row[ratio] is None else f"{row[ratio]:.4f}"
            row["near_misses"] = f"{row['near_misses_right']}/{row['near_misses']}"
            row["found"] = f"{row['found']}/{row['expected']}"
    columns = [
        ("detector", "检测项", "detector"),
        ("identity_based", "按身份", "by identity"),
        ("precision", "查准率", "precision"),
        ("recall", "查全率", "recall"),
        ("found", "应有并找到", "found of expected"),
        ("false", "不应有", "false"),
        ("near_misses", "近似与无辜判对", "near misses right"),
    ]
    print_rows(s, columns, rows)
    for score in scores:
        wrong = [(x.scope, x.expect, x.reason) for x in (*score.missed, *score.wrong)]
        wrong += [(f.scope_id, s.say("不应提示", "unexpected"), f.text[s.language]) for f in score.unexpected]
        for scope, expect, reason in wrong[:_SHOWN]:
            s.tell(
                f"{called(score.detector)} {scope}：{expect}，{reason}",
                f"{score.detector} {scope}: {expect}, {reason}",
            )
        if len(wrong) > _SHOWN:
            s.tell(f"  另有 {len(wrong) - _SHOWN} 处", f"  and {len(wrong) - _SHOWN} more")
    absent = sorted({x for score in scores for label in score.absent for x in label.names & missing})
    if absent:
        shown = "、".join(absent[:_SHOWN]) + ("…" if len(absent) > _SHOWN else "")
        lines = sum(len(score.absent) for score in scores)
        s.tell(
            f"真值所指的 {len(absent)} 个范围或主体不在库中，相关 {lines} 行未计入：{shown}",
            f"{counted(len(absent), 'scope or subject', 'scopes or subjects')} of the truth not in the store, {counted(lines, 'line')} left out: {shown}",
        )
    certain = [x for x in scores if x.identity_based]
    s.tell(
        f"按身份的检测项 {len(certain)} 个，全部判对的 {sum(x.perfect for x in certain)} 个；尚无结论而未计入的 {truth.open} 行",
        f"{sum(x.perfect for x in certain)} of {len(certain)} identity-based detectors decide everything right; "
        f"{counted(truth.open, 'finding')} nobody has decided yet left out",
    )
