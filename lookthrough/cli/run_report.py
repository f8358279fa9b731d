"""What a run of the detectors says: findings as people read them, what was looked at, what could not be decided."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from rich.panel import Panel
from rich.text import Text

from detectors.definition import Undecided
from detectors.finding import Finding
from detectors.law.english import articles
from detectors.running.detecting import Trial
from detectors.running.runner import Run
from detectors.running.stacking import Stack
from lookthrough.cli.console import Format, Session, out_console, print_json, print_rows
from lookthrough.cli.feeding import tables_feeding
from lookthrough.cli.wording import detector_words

SEVERITY = {
    "prohibited": ("法定禁止情形（待核实）", "prohibited (to be verified)", "red"),
    "deemed": ("法定“视为”情形（待核实）", "deemed (to be verified)", "red"),
    "review": ("需人工核查", "needs review", "yellow"),
    "lead": ("一般疑点", "lead", "cyan"),
    "service": ("服务提醒", "service", "green"),
}
FINDING_COLUMNS = [
    ("detector", "检测项", "detector"),
    ("severity", "级别", "severity"),
    ("scope", "范围", "scope"),
    ("subjects", "对象", "subjects"),
    ("suppressed_by", "已抑制", "suppressed"),
    ("text", "说明", "text"),
    ("fingerprint", "指纹", "fingerprint"),
]
"""How findings are laid out as rows."""

_MOST_ALIKE: Final = 3
"""Gaps of one kind named before the rest is counted."""
_TOLD_APART: Final = re.compile(r"(?:“[^”]*”(?:, )?)+|\d+")
"""What tells gaps of one kind apart: names, and numbers."""


def show_stacks(s: Session, stacks: Sequence[Stack], names: Mapping[str, str | None]) -> None:
    """The combined view: bidders tied together, strongest first, and why they rank so."""
    rows = [
        {
            "rank": place,
            "bidders": s.say("、", ", ").join(str(names.get(b) or b) for b in stacked.bidders),
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
        told: dict[str, Any] = {name: [f.to_json() for f in found] for name, _, found in parts}
        told["changed_from"] = [before.to_json() for before, _ in trial.changed]
        told["suppressed"] = {k: dict(why) for k, why in trial.suppressed.items()}
        for name, open_ in (("undecided", trial.undecided), ("decided", trial.decided)):
            told[name] = [u.to_json(detector) for detector, u in open_]
        print_json(told)
        return
    called = detector_words(s)
    rows = [
        {
            "change": s.say(zh, name) + _gone_why(s, trial, f if name == "disappear" else None),
            "detector": called(f.detector),
            "scope": f.scope_id,
            "text": f.text[s.language],
        }
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
    if trial.undecided or trial.decided:
        s.tell(
            f"另有 {len(trial.undecided)} 处将变为无法判定，{len(trial.decided)} 处不再是无法判定",
            f"{len(trial.undecided)} more could not be decided any more, {len(trial.decided)} would no longer be undecided",
            "yellow",
        )


def _gone_why(s: Session, trial: Trial, gone: Finding | None) -> str:
    """Of a finding that disappears: by which rule it is suppressed, or that it can't be decided; else nothing."""
    if gone is None:
        return ""
    if why := trial.suppressed.get(gone.fingerprint):
        return s.say(f"（抑制：{why['zh']}）", f" (suppressed: {why['en']})")
    return s.say("（无法判定）", " (undecided)") if trial.open_now(gone) else ""


def show_run(s: Session, found: Run, denominators: bool = True) -> None:
    """Findings on stdout; gaps and, where the run was over everything, `denominators` on stderr."""
    if s.format is Format.json:
        print_json([f.to_json() for f in found.findings])
    elif s.format is not Format.table:
        print_rows(s, FINDING_COLUMNS, [f.to_json() for f in found.findings])
    else:
        out, called = out_console(), detector_words(s)
        for f in found.findings:
            if not f.suppressed_by:
                out.print(panel(s, f, called))
        quiet = [f for f in found.findings if f.suppressed_by]
        if quiet:
            rows = [
                {
                    "detector": called(f.detector),
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
    quiet: dict[tuple[int, bool], list[str]] = {}
    called = detector_words(s)
    open_ = {detector for detector, _ in found.undecided}
    for detector, total in found.population.items():
        hits = {f.scope_id for f in found.findings if f.detector == detector and not f.suppressed_by}
        if hits:
            s.tell(
                f"{called(detector)}：{total} 个中有 {len(hits)} 个有预警",
                f"{detector}: {len(hits)} of {total} with a finding",
            )
        else:
            quiet.setdefault((total, detector in open_), []).append(detector)
    for (total, undecided), detectors in quiet.items():
        if not total:
            # Nobody looked at is nobody cleared.
            s.tell(
                f"没有可供检测的对象：{'、'.join(map(called, detectors))}",
                f"Nothing to look at for: {', '.join(detectors)}",
            )
            continue
        if undecided:
            # What could not be decided is not cleared.
            s.tell(
                f"{total} 个中未发现预警，其中有无法判定的（见下）：{'、'.join(map(called, detectors))}",
                f"None of {total} with a finding, but some undecided (see below): {', '.join(detectors)}",
            )
            continue
        s.tell(
            f"{total} 个中均无预警：{'、'.join(map(called, detectors))}",
            f"None of {total} with a finding: {', '.join(detectors)}",
        )


def _tell_run(s: Session, found: Run, denominators: bool) -> None:
    called = detector_words(s)
    if denominators:
        _tell_denominators(s, found)
        for detector, share in found.loud.items():
            s.tell(
                f"请注意：“{called(detector)}”对 {share:.0%} 的对象给出预警，过于频繁；请先检查数据与参数。",
                f"Note: {detector} fires on {share:.0%} of its population, which is very often: check the data and its "
                "parameters first.",
                "yellow",
            )
        tell_unmet(s, found)
    without: dict[tuple[str, ...], list[str]] = {}
    for detector, absent in found.missing.items():
        without.setdefault(_tables_lacking(s.language == "zh", detector, absent), []).append(detector)
    for tables, detectors in without.items():
        s.tell(
            f"无法判定：{'、'.join(map(called, detectors))}（没有数据，见表 {'、'.join(tables)}）",
            f"Cannot be decided: {', '.join(detectors)} (no data; table {', '.join(tables)})",
            "yellow",
        )
    for gaps in _alike(found):
        for scope, detectors, zh, en in gaps[:_MOST_ALIKE]:
            which = _in_part(s, [called(d) for d in detectors])
            s.tell(
                f"{scope} 无法判定：{zh}（{which}）",
                f"{scope} cannot be decided in part: {en} ({which})",
                "yellow",
            )
        more = len(gaps) - _MOST_ALIKE
        if more > 0:
            s.tell(f"  同类情形另有 {more} 处", f"  and {more} more like these", "yellow")


def tell_unmet(s: Session, found: Run) -> None:
    """Rules of a region in which nothing lay, by region; the built-in values held there, if anything was meant."""
    by_region: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for one in found.unmet:
        told = f"{one.detector}.{one.rule.parameter} = {one.rule.value}"
        told_of = by_region.setdefault((one.rule.region, one.places), [])
        if told not in told_of:
            told_of.append(told)
    for (region, places), rules in by_region.items():
        given_zh = f"数据中的地区如：{'、'.join(places)}" if places else "数据没有载明地区"
        given_en = f"the data give {', '.join(places)}" if places else "the data give no district"
        s.tell(
            f"规则未适用：没有属于“{region}”的发放或资格记录（{given_zh}），请核对规则文件中的 region：{'；'.join(rules)}",
            f"Rules not applied: no payment or entitlement lies in “{region}” ({given_en}); check `region` in the rules "
            f"file: {'; '.join(rules)}",
            "yellow",
        )


def lacking(found: Run, scope: tuple[str, str], subjects: Sequence[str]) -> list[tuple[str, Undecided]]:
    """Of detectors that could not look at all: that they can't decide the scope (kind, id), and which tables they lack."""
    told = []
    for detector, absent in found.missing.items():
        zh, en = (_tables_lacking(chinese, detector, absent) for chinese in (True, False))
        gap = Undecided(
            *scope,
            tuple(subjects),
            f"没有数据（见表 {'、'.join(zh)}），无法判定",
            f"no data (table {', '.join(en)}): cannot be decided",
        )
        told.append((detector, gap))
    return told


def _tables_lacking(chinese: bool, detector: str, absent: Sequence[str]) -> tuple[str, ...]:
    """The tables that would bring what a detector lacks; those of which one is enough stand as one, with "or" between."""
    from detectors.registry import DETECTORS

    known = next((d for d in DETECTORS if d.id == detector), None)
    choices = (
        [tuple(n for n in names if n in absent) for names in (known.needs_any, known.needs_fields)]
        if known
        else []
    )
    each = [(n,) for n in absent if not any(n in names for names in choices)]
    told = (
        list(dict.fromkeys(" / ".join(tables_feeding(name, chinese)) for name in names))
        for names in (*each, *choices)
        if names
    )
    return tuple(dict.fromkeys((" 或 " if chinese else " or ").join(tables) for tables in told))


def _alike(found: Run) -> list[list[tuple[str, list[str], str, str]]]:
    """(scope, detectors, what is missing in Chinese, in English), each once, those alike but for their numbers together."""
    kinds: dict[str, dict[tuple[str, str], tuple[str, list[str], str, str]]] = {}
    for detector, u in found.undecided:
        kind = _TOLD_APART.sub("#", u.missing_en)
        gap = kinds.setdefault(kind, {}).setdefault(
            (u.scope_id, u.missing_en), (u.scope_id.removeprefix("program:"), [], u.missing_zh, u.missing_en)
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


def panel(s: Session, f: Finding, called: Callable[[str], str]) -> Panel:
    """A finding as a person likes to read it."""
    zh, en, colour = SEVERITY[f.severity]
    body = Text(f.text[s.language])
    names = f.facts.get("names", {})
    for bidder in f.facts.get("bidders", []):
        for path in bidder.get("paths", [])[:3]:
            chain = " → ".join(names.get(n, n) for n in path["nodes"])
            body.append(f"\n  {chain}   {_formula(s, path)}", style="dim")
    for basis in f.basis:
        zh_cited = f"依据：{basis['law']} {basis['article']}：{basis['says']}"
        en_cited = f"Basis: {basis['law_en']}, {articles(basis['article'])}: {basis['says_en']}"
        body.append(f"\n{s.say(zh_cited, en_cited)}", style="dim")
    return Panel(
        body,
        title=Text(f"{called(f.detector)} · {s.say(zh, en)}"),
        subtitle=Text(f.scope_id),
        title_align="left",
        border_style=colour,
    )
