"""`detect` and `screen`: run the detectors, over everything or over one lot."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.panel import Panel
from rich.text import Text

from detectors.changed import detect_changed, judged_in_scope
from detectors.definition import Detector
from detectors.detecting import Trial, compare, detect, rules_from
from detectors.finding import Finding
from detectors.one_lot import screen_lot
from detectors.own_definitions import read_own
from detectors.registry import DETECTORS, chosen
from detectors.rules import LocalRules
from detectors.runner import Run
from detectors.stacking import Stack
from graph.in_play import is_current
from graph.stores import GraphStore
from loaders.naming import find_node
from lookthrough.cli.app import app
from lookthrough.cli.console import (
    ActorOption,
    Format,
    FormatOption,
    LangOption,
    NoLedgerOption,
    Session,
    StoreOption,
    out_console,
    print_json,
    print_rows,
    session,
)
from lookthrough.cli.feeding import tables_feeding
from lookthrough.cli.ledger import ledger_of, record_run, tell_recorded

SEVERITY = {
    "prohibited": ("法定禁止情形（待核实）", "prohibited (to be verified)", "red"),
    "deemed": ("法定“视为”情形（待核实）", "deemed (to be verified)", "red"),
    "review": ("需人工核查", "needs review", "yellow"),
    "lead": ("一般疑点", "lead", "cyan"),
    "service": ("服务提醒", "service", "green"),
}
RulesOption = Annotated[
    Path | None,
    typer.Option(
        "--rules",
        metavar="FILE",
        help="地方规则文件（TOML），默认取 LOOKTHROUGH_RULES · the local rules",
        show_default=False,
    ),
]
_COLUMNS = [
    ("detector", "检测项", "detector"),
    ("severity", "级别", "severity"),
    ("scope", "范围", "scope"),
    ("subjects", "对象", "subjects"),
    ("suppressed_by", "已抑制", "suppressed"),
    ("text", "说明", "text"),
    ("fingerprint", "指纹", "fingerprint"),
]

_MOST_ALIKE: Final = 3
"""Gaps of one kind named before the rest is counted."""


@app.command("detect")
def detect_command(
    detector: Annotated[
        list[str] | None,
        typer.Option("--detector", metavar="ID", help="只运行这些检测项 · only these detectors"),
    ] = None,
    rules: RulesOption = None,
    against: Annotated[
        Path | None,
        typer.Option(
            "--against",
            metavar="FILE",
            help="试运行（不记入台账）：与此规则文件相比，会新增和消失哪些预警 · trial: what --rules would change beside these rules",
        ),
    ] = None,
    changed: Annotated[
        bool,
        typer.Option(
            "--changed",
            help="只重新核查上次运行之后装载所涉及的标段 · only the lots that loads since the last run touched",
        ),
    ] = False,
    no_ledger: NoLedgerOption = False,
    actor: ActorOption = None,
    store: StoreOption = None,
    format_: FormatOption = Format.table,
    lang: LangOption = None,
) -> None:
    """运行检测项，给出风险预警，记入台账 · Run the detectors and record what they find."""
    s = session(store, lang, format_)
    began = dt.datetime.now(dt.UTC)
    own = read_own(s.settings.detectors)
    wanted = chosen(detector, own)
    new = rules_from(rules or s.settings.rules, own)
    live = rules_from(against, own) if against else None
    if changed and (against or no_ledger):
        raise typer.BadParameter(
            s.say(
                "--changed 以台账中的上次运行为准，不能与 --against、--no-ledger 同用。",
                "--changed rests on the last run in the ledger: it does not go with --against or --no-ledger.",
            )
        )
    if changed and (narrow := _changed_alone(s, wanted, new, actor, began)):
        show_run(s, narrow, denominators=False)
        return
    with _up_to_date(s) as opened, s.progress() as watch:
        found = detect(opened, wanted, watch, new)
        trial = None if live is None else compare(detect(opened, wanted, watch, live), found)
        recorded = None
        if trial is None and not no_ledger:
            recorded = record_run(s, opened, found, wanted, new, actor, began_at=began)
    if trial is None:
        show_run(s, found)
        tell_recorded(s, recorded)
    else:
        show_trial(s, trial)


def _changed_alone(
    s: Session, wanted: Sequence[Detector], rules: LocalRules, actor: str | None, began: dt.datetime
) -> Run | None:
    """Findings of the lots that loads touched since the last run, recorded; None where everything is to be run."""
    with ledger_of(s, create=True) as ledger:
        since = ledger.looked_at(judged_in_scope(wanted), rules)
        found, recorded = None, None
        if since is not None:
            with s.store("write") as opened, s.progress() as watch:
                found = detect_changed(opened, since, wanted, rules, watch)
                if found is not None:
                    recorded = ledger.record_run(
                        found.run,
                        judged_in_scope(wanted),
                        rules,
                        opened.fingerprint(),
                        actor or s.settings.actor,
                        began_at=began,
                        narrowed=found.narrowed,
                    )
    if found is None:
        s.tell(
            "台账中没有同样参数的运行，或变动过大（撤回批次、黑名单、亲属、家庭、补贴）：改为全部运行。",
            "There is no run of these detectors and values in the ledger, or what changed reaches too far (a batch taken "
            "back, debarments, kin, households, benefits): everything is run.",
            "yellow",
        )
        return None
    lots = sum(kind == "lot" for kind, _ in found.narrowed.scopes)
    s.tell(
        f"只核查了装载所涉及的 {lots} 个标段。", f"Only the {lots} lots that loads touched were looked at."
    )
    if found.left:
        s.tell(
            f"须看全部投标的检测项留待下次全部运行：{'、'.join(found.left)}",
            f"Left for the next run over everything, as they look at all bids: {', '.join(found.left)}",
            "yellow",
        )
    tell_recorded(s, recorded)
    return found.run


@app.command("screen")
def screen_command(
    lot: Annotated[str, typer.Argument(metavar="LOT", help="标段编号 · the lot's id")],
    rules: RulesOption = None,
    no_ledger: NoLedgerOption = False,
    actor: ActorOption = None,
    store: StoreOption = None,
    format_: FormatOption = Format.table,
    lang: LangOption = None,
) -> None:
    """核查一个标段的全部投标人，记入台账 · Screen all bidders of one lot, and record it."""
    s = session(store, lang, format_)
    began = dt.datetime.now(dt.UTC)
    own = read_own(s.settings.detectors)
    values = rules_from(rules or s.settings.rules, own)
    with s.store() as opened, s.progress() as watch:
        id_ = find_node(opened, lot, ("Lot",))
        bidders = bidders_of(opened, id_)
        screened = screen_lot(opened, id_, watch, values, own)
        found, recorded = screened.run, None
        if not no_ledger:
            wanted = [d for d in (*DETECTORS, *own) if d.domain == "政府工程" and not d.support]
            recorded = record_run(s, opened, found, wanted, values, actor, began_at=began, scope=("lot", id_))
    tied = {b for f in found.findings if not f.suppressed_by for b in f.subjects}
    if s.format is not Format.table:
        whole = {
            "lot": id_,
            "bidders": bidders,
            "findings": [f.to_json() for f in found.findings],
            "undecided": [u.to_json(d) for d, u in found.undecided],
            "combined": [stacked.to_json() for stacked in screened.stacks],
        }
        rows = [f.to_json() for f in found.findings]
        print_rows(s, _COLUMNS, rows, whole=whole)
        tell_recorded(s, recorded)
        return
    columns = [
        ("name", "投标人", "bidder"),
        ("id", "编号", "id"),
        ("status", "状态", "status"),
        ("tied", "有关联", "tied"),
    ]
    rows = [b | {"tied": b["id"] in tied} for b in bidders]
    print_rows(s, columns, rows, title=id_)
    show_stacks(s, screened.stacks, {b["id"]: b["name"] for b in bidders})
    show_run(s, found, denominators=False)
    tell_recorded(s, recorded)


def show_stacks(s: Session, stacks: Sequence[Stack], names: Mapping[str, str | None]) -> None:
    """The combined view: bidders tied together, strongest first, and why they rank so."""
    rows = [
        {
            "rank": place,
            "bidders": "、".join(str(names.get(b) or b) for b in stacked.bidders),
            "kinds": len(stacked.kinds),
            "why": stacked.explained()[s.language],
        }
        for place, stacked in enumerate(stacks, start=1)
    ]
    columns = [
        ("rank", "序", "rank"),
        ("bidders", "投标人", "bidders"),
        ("kinds", "独立依据", "kinds"),
        ("why", "排序理由", "why it ranks so"),
    ]
    if rows:
        print_rows(s, columns, rows, title=s.say("综合研判", "Combined view"))


def show_trial(s: Session, trial: Trial) -> None:
    """What changed rules would change."""
    parts = (
        ("appear", "新增", trial.appear),
        ("disappear", "消失", trial.disappear),
        ("changed", "内容变化", [after for _, after in trial.changed]),
    )
    if s.format is Format.json:
        print_json({name: [f.to_json() for f in found] for name, _, found in parts})
        return
    rows = [
        {"change": s.say(zh, name), "detector": f.detector, "scope": f.scope_id, "text": f.text[s.language]}
        for name, zh, found in parts
        for f in found
    ]
    columns = [
        ("change", "变化", "change"),
        ("detector", "检测项", "detector"),
        ("scope", "范围", "scope"),
        ("text", "说明", "text"),
    ]
    print_rows(s, columns, rows)
    s.tell(
        f"新增 {len(trial.appear)}，消失 {len(trial.disappear)}，内容变化 {len(trial.changed)}",
        f"{len(trial.appear)} would appear, {len(trial.disappear)} disappear, {len(trial.changed)} change",
    )


def bidders_of(store: GraphStore, lot: str) -> list[dict[str, Any]]:
    """Bidders of a lot: id, name, bid, status, role."""
    rows = store.query(
        "MATCH (l:Lot {id: $id}) MATCH (c:Company)-[s:SUBMITS]->(b:Bid)-[:FOR_LOT]->(l) "
        "RETURN c.id AS id, c.name AS name, b.id AS bid, b.status AS status, s.role AS role",
        {"id": lot},
    ).to_pylist()
    return sorted(rows, key=lambda r: str(r["id"]))


def _up_to_date(s: Session) -> Any:
    """Open for reading where what is in play is current, else for writing."""
    with s.store() as opened:
        current = is_current(opened)
    return s.store("read" if current else "write")


def show_run(s: Session, found: Run, denominators: bool = True) -> None:
    """Findings on stdout; gaps and, where the run was over everything, `denominators` on stderr."""
    if s.format is Format.json:
        print_json([f.to_json() for f in found.findings])
    elif s.format is not Format.table:
        print_rows(s, _COLUMNS, [f.to_json() for f in found.findings])
    else:
        out = out_console()
        for f in found.findings:
            if not f.suppressed_by:
                out.print(panel(s, f))
        quiet = [f for f in found.findings if f.suppressed_by]
        if quiet:
            rows = [
                {
                    "detector": f.detector,
                    "scope": f.scope_id,
                    "rule": (f.suppressed_by or {})["rule"],
                    "reason": (f.suppressed_by or {})["reason" if s.language == "zh" else "reason_en"],
                }
                for f in quiet
            ]
            columns = [
                ("detector", "检测项", "detector"),
                ("scope", "范围", "scope"),
                ("rule", "规则", "rule"),
                ("reason", "原因", "reason"),
            ]
            print_rows(s, columns, rows, title=s.say("已抑制（可查）", "Suppressed (kept, and why)"))
        if not found.findings:
            out.print(s.say("未发现风险预警。", "Nothing was found."))
    _tell_run(s, found, denominators)


def _tell_denominators(s: Session, found: Run) -> None:
    """How many were looked at; detectors without a finding share a line."""
    quiet: dict[int, list[str]] = {}
    for detector, total in found.population.items():
        hits = {f.scope_id for f in found.findings if f.detector == detector and not f.suppressed_by}
        if hits:
            s.tell(
                f"{detector}：{total} 个中有 {len(hits)} 个有预警",
                f"{detector}: {len(hits)} of {total} with a finding",
            )
        else:
            quiet.setdefault(total, []).append(detector)
    for total, detectors in quiet.items():
        s.tell(
            f"{total} 个中均无预警：{'、'.join(detectors)}",
            f"None of {total} with a finding: {', '.join(detectors)}",
        )


def _tell_run(s: Session, found: Run, denominators: bool) -> None:
    if denominators:
        _tell_denominators(s, found)
        for detector, share in found.loud.items():
            s.tell(
                f"请注意：{detector} 对 {share:.0%} 的对象给出预警，过于频繁；请先检查数据与参数。",
                f"Note: {detector} fires on {share:.0%} of its population, which is very often: check the data and its "
                "parameters first.",
                "yellow",
            )
    without: dict[tuple[str, ...], list[str]] = {}
    for detector, absent in found.missing.items():
        without.setdefault(absent, []).append(detector)
    for absent, detectors in without.items():
        tables = [" / ".join(tables_feeding(name)) for name in absent]
        s.tell(
            f"无法判定：{'、'.join(detectors)}（没有数据，见表 {'、'.join(tables)}）",
            f"Cannot be decided: {', '.join(detectors)} (no data; table {', '.join(tables)})",
            "yellow",
        )
    for gaps in _alike(found):
        for scope, detectors, zh, en in gaps[:_MOST_ALIKE]:
            which = _in_part(s, detectors)
            s.tell(
                f"{scope} 无法判定：{zh}（{which}）",
                f"{scope} cannot be decided in part: {en} ({which})",
                "yellow",
            )
        more = len(gaps) - _MOST_ALIKE
        if more > 0:
            s.tell(f"  同类情形另有 {more} 处", f"  and {more} more like these", "yellow")


def _alike(found: Run) -> list[list[tuple[str, list[str], str, str]]]:
    """(scope, detectors, what is missing in Chinese, in English), each once, those alike but for their numbers together."""
    kinds: dict[str, dict[tuple[str, str], tuple[str, list[str], str, str]]] = {}
    for detector, u in found.undecided:
        kind = re.sub(r"\d+", "#", u.missing_en)
        gap = kinds.setdefault(kind, {}).setdefault(
            (u.scope_id, u.missing_en), (u.scope_id, [], u.missing_zh, u.missing_en)
        )
        if detector not in gap[1]:
            gap[1].append(detector)
    return [[gaps[key] for key in sorted(gaps)] for _, gaps in sorted(kinds.items())]


def _in_part(s: Session, detectors: Sequence[str]) -> str:
    """The detectors that could not decide, the first three by name."""
    more = len(detectors) - 3
    shown = s.say("、", ", ").join(detectors[:3])
    return shown + (s.say(f"等{len(detectors)}项", f" and {more} more") if more > 0 else "")


def _formula(s: Session, path: Mapping[str, Any]) -> str:
    """A path's product, by votes where it carries votes alone, by both where they differ."""
    votes = s.say("表决权 ", "votes ")
    if path.get("by") == "votes":
        return votes + str(path["formula"])
    return str(path["formula"]) + (f"; {votes}{path['votes_formula']}" if path.get("votes_formula") else "")


def panel(s: Session, f: Finding) -> Panel:
    """A finding as a person likes to read it."""
    zh, en, colour = SEVERITY[f.severity]
    body = Text(f.text[s.language])
    names = f.facts.get("names", {})
    for bidder in f.facts.get("bidders", []):
        for path in bidder.get("paths", [])[:3]:
            chain = " → ".join(names.get(n, n) for n in path["nodes"])
            body.append(f"\n  {chain}   {_formula(s, path)}", style="dim")
    for basis in f.basis:
        law = basis["law"] if s.language == "zh" else basis["law_en"]
        says = basis["says"] if s.language == "zh" else basis["says_en"]
        body.append(f"\n{s.say('依据', 'Basis')}: {law} {basis['article']}: {says}", style="dim")
    return Panel(
        body,
        title=f"{f.detector} · {s.say(zh, en)}",
        subtitle=f.scope_id,
        title_align="left",
        border_style=colour,
    )
