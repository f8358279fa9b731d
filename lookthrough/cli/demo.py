"""`demo`: the whole main job on an invented world, in one command."""

from __future__ import annotations

import datetime as dt
import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from cases import Source
from detectors.finding import Finding
from detectors.registry import DETECTORS, chosen
from detectors.rules.values import NO_RULES
from detectors.running.detecting import detect
from detectors.running.runner import Run
from graph.counted import counted
from graph.unfinished import folder_beside
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
from lookthrough.cli.ledger import ledger_of, mirror_loads, record_run, tell_recorded
from lookthrough.cli.run_report import show_run
from lookthrough.demo import describe, write_world
from visualize import render
from visualize.excerpt import picture_of


@app.command("demo")
def demo_command(
    size: Annotated[int, typer.Option("--size", min=1, max=10_000, help="规模倍数 · size factor")] = 1,
    to: Annotated[Path, typer.Option("--to", help="输出文件夹 · folder for the files and pictures")] = Path(
        "output/demo"
    ),
    store: StoreOption = None,
    format_: FormatOption = Format.table,
    lang: LangOption = None,
) -> None:
    """用虚构数据走完整个流程 · The whole job on an invented world: load, look through, detect, draw."""
    s = session(store, lang, format_)
    if store is None:
        # The demo never touches a user's own store, nor their ledger.
        s = session(str(to / "store"), lang, format_)
        s = replace(s, settings=replace(s.settings, ledger_stated=""))
    to.mkdir(parents=True, exist_ok=True)
    with s.progress() as watch:
        watch("demo", 0, 1)
        target = to / "world"
        with folder_beside(target) as fresh:
            world = write_world(fresh, size=size)
            shutil.rmtree(target, ignore_errors=True)
            fresh.rename(target)
        exports, truth, rules = (
            target / path.relative_to(fresh) for path in (world.exports, world.truth_file, world.rules_file)
        )
        world = replace(world, folder=target, exports=exports, truth_file=truth, rules_file=rules)
        key = PersonKey.open(s.settings.key_file if store else to / "person.key")
        with s.store("write") as opened:
            report = load(opened, [exports], LoadOptions(dataset="demo"), key, to / "reports", watch)
            batch = report.applied.batch_id if report.applied else None
            with ledger_of(s, create=True) as ledger:
                source = Source("示例数据（虚构）", "演示", None, None)
                mirror_loads(ledger, opened, s.settings.actor, batch, source)
            began, wanted = dt.datetime.now(dt.UTC), chosen(None)
            found = detect(opened, wanted, watch)
            recorded = record_run(s, opened, found, wanted, NO_RULES, None, began_at=began)
            picture = picture_of(opened, [world.flagship_lot], None, found.findings)
    for suffix in ("svg", "html"):
        render(picture, to / f"nine-bidders.{suffix}", lang=s.language)
    if s.format is Format.table:
        s.tell(describe(world, s.language), describe(world, s.language))
        loaded = report.applied
        if loaded is not None:
            rows = sum(f.rows for f in report.extract.files) if report.extract else 0
            s.tell(
                f"已导入 {rows} 行，批次 {loaded.batch_id}",
                f"Loaded {counted(rows, 'row')} as batch {loaded.batch_id}",
                "bold",
            )
    if s.format is Format.table:
        _show_scenes(s, found, {line.scope_id for line in world.truth})
    else:
        show_run(s, found)
    tell_recorded(s, recorded)
    call, where = _called(), _quoted(s.settings.store)
    company = _tied(found.findings, world.flagship_lot)
    lot = world.flagship_lot.partition(":")[2]
    commands = "\n".join(
        f"  {call} {command} --store {where}"
        for command in (
            f"penetrate {company}",
            f"controller {company}",
            f"screen {lot}",
            "findings list",
            "check",
            "serve",
        )
    )
    pictures = _quoted(str(to / "nine-bidders.html")), _quoted(str(to / "nine-bidders.svg"))
    s.tell(
        f"\n九家投标人的图：{pictures[0]}（浏览器打开）、{pictures[1]}\n接下来可以试：\n{commands}\n"
        f"导入自己的文件：\n  {call} load 你的文件夹/",
        f"\nThe nine bidders: {pictures[0]} (open it in a browser), {pictures[1]}\nTry next:\n{commands}\n"
        f"Your own files:\n  {call} load YOUR-FOLDER/",
    )


def _show_scenes(s: Session, found: Run, told: set[str]) -> None:
    """The scenes with a story, in full; of those planted to show each detector, only how many there are."""
    scenes = replace(
        found,
        findings=tuple(f for f in found.findings if f.scope_id in told),
        undecided=tuple(u for u in found.undecided if u[1].scope_id in told),
    )
    show_run(s, scenes, denominators=False)
    rest = [f for f in found.findings if f.scope_id not in told]
    titles = {d.id: s.say(d.title_zh, d.title_en) for d in DETECTORS}
    rows = [
        {
            "title": titles[id_],
            "detector": id_,
            "found": sum(f.detector == id_ and not f.suppressed_by for f in rest),
            "suppressed": sum(f.detector == id_ and bool(f.suppressed_by) for f in rest),
        }
        for id_ in titles
        if any(f.detector == id_ for f in rest)
    ]
    columns = [
        ("title", "检测项", "title"),
        ("detector", "编号", "detector"),
        ("found", "预警", "found"),
        ("suppressed", "已抑制", "suppressed"),
    ]
    title = s.say(
        "另有为演示每个检测项而设的标注场景（逐条见 findings list）",
        "Besides, scenes planted to show every detector (each by findings list)",
    )
    print_rows(s, columns, rows, title=title)


def _tied(findings: Sequence[Finding], lot: str) -> str:
    """A bidder of the lot that a finding names: by name where it has one."""
    found = next(f for f in findings if f.scope_id == lot and f.subjects and not f.suppressed_by)
    return str(found.facts.get("names", {}).get(found.subjects[0], found.subjects[0]))


def _called() -> str:
    """What to type to call this program from here: its bare name where the PATH has it, else how it was called."""
    if shutil.which("lookthrough") is None:
        called = Path(sys.argv[0])
        if called.stem == "lookthrough":
            return _quoted(sys.argv[0])
        if called.parts[-2:] == ("lookthrough", "__main__.py"):
            return f"{_quoted(sys.orig_argv[0])} -m lookthrough"
    return "lookthrough"


def _quoted(text: str) -> str:
    return f'"{text}"' if " " in text else text
