"""`detectors list` and `detectors show`: the catalogue."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from detectors.definition import Detector
from detectors.docs import meaning_en
from detectors.law.english import articles
from detectors.own.definitions import read_own
from detectors.registry import DETECTORS, chosen
from detectors.units import UNITS
from exports.evidence.words import FIELDS_OF_WORK
from lookthrough.cli.app import app
from lookthrough.cli.console import (
    Format,
    FormatOption,
    LangOption,
    Session,
    out_console,
    print_json,
    print_rows,
    session,
)
from lookthrough.cli.feeding import tables_feeding
from lookthrough.cli.run_report import SEVERITY
from lookthrough.cli.wording import type_word

detectors_app = typer.Typer(
    help="检测项目录 · the catalogue of detectors", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(detectors_app, name="detectors")


@detectors_app.command("list")
def list_command(format_: FormatOption = Format.table, lang: LangOption = None) -> None:
    """列出全部检测项 · List all detectors."""
    s = session(None, lang, format_)
    zh = s.language == "zh"
    rows = [
        {
            "id": d.id,
            "title": d.title_zh if zh else d.title_en,
            "domain": _field(s, d.domain) if s.format is Format.table else d.domain,
            "scene": _field(s, d.scene) if s.format is Format.table else d.scene,
            "severity": SEVERITY[d.severity][0 if zh else 1] if s.format is Format.table else d.severity,
            "support": d.support,
        }
        for d in (*DETECTORS, *read_own(s.settings.detectors))
    ]
    columns = [
        ("id", "编号", "id"),
        ("title", "名称", "title"),
        ("domain", "领域", "domain"),
        ("scene", "场景", "scene"),
        ("severity", "级别", "severity"),
        ("support", "仅作辅助", "support only"),
    ]
    print_rows(s, columns, rows)


@detectors_app.command("show")
def show_command(
    id_: Annotated[str, typer.Argument(metavar="ID", help="检测项编号 · the detector's id")],
    format_: FormatOption = Format.table,
    lang: LangOption = None,
) -> None:
    """说明一个检测项：依据、所需数据、参数、合理解释 · Explain one detector."""
    s = session(None, lang, format_)
    (detector,) = chosen([id_], read_own(s.settings.detectors))
    if s.format is Format.json:
        print_json(_whole(detector))
        return
    _tell(s, detector)


def _whole(d: Detector) -> dict[str, Any]:
    return {
        "id": d.id,
        "version": d.version,
        "domain": d.domain,
        "scene": d.scene,
        "title": {"zh": d.title_zh, "en": d.title_en},
        "meaning": {"zh": d.meaning_zh or d.title_zh, "en": meaning_en(d)},
        "severity": d.severity,
        "support": d.support,
        "basis": [
            {
                "law": {"zh": b.law_zh, "en": b.law_en},
                "article": b.article,
                "says": {"zh": b.says_zh, "en": b.says_en},
                "in_force_from": b.in_force_from,
                "in_force_to": b.in_force_to,
                "regime": b.regime,
            }
            for b in d.basis
        ],
        "needs": list(d.needs),
        "needs_any": list(d.needs_any),
        "needs_fields": list(d.needs_fields),
        "parameters": [
            {
                "name": p.name,
                "default": p.default,
                "unit": p.unit,
                "allowed": p.allowed,
                "doc": {"zh": p.doc_zh, "en": p.doc_en},
            }
            for p in d.parameters
        ],
        "suppressors": [{"name": x.name, "doc": {"zh": x.doc_zh, "en": x.doc_en}} for x in d.suppressors],
        "innocent": {"zh": list(d.innocent_zh), "en": list(d.innocent_en)},
        "queries": dict(d.queries),
    }


def _tell(s: Session, d: Detector) -> None:
    zh = s.language == "zh"
    severity = SEVERITY[d.severity][0 if zh else 1]
    out = out_console()
    out.print(f"{d.id} {d.version}  {d.title_zh if zh else d.title_en}", style="bold", markup=False)
    field, scene = (_field(s, told) for told in (d.domain, d.scene))
    out.print(f"{field} · {scene} · {severity}", markup=False)
    out.print("\n" + ((d.meaning_zh or d.title_zh) if zh else meaning_en(d)), markup=False)
    _section(s, "依据", "Basis")
    for b in d.basis:
        cited = (
            f"{b.law_zh} {b.article}：{b.says_zh}"
            if zh
            else f"{b.law_en}, {articles(b.article)}: {b.says_en}"
        )
        span = (
            f"  [{b.in_force_from or '…'} – {b.in_force_to or '…'}]"
            if b.in_force_from or b.in_force_to
            else ""
        )
        out.print(f"  {cited}{span}", markup=False)
    _section(s, "所需数据", "Needs")
    for need in d.needs:
        out.print(f"  {_table_said(s, need)}", markup=False)
    if d.needs_any:
        several = s.say("，或 ", ", or ").join(_table_said(s, n) for n in d.needs_any)
        out.print(s.say("  以及其中之一：", "  and one of: ") + several, markup=False)
    if d.needs_fields:
        columns = " / ".join(dict.fromkeys(t for n in d.needs_fields for t in tables_feeding(n, zh)))
        out.print(s.say("  以及已填写：", "  and filled in: ") + columns, markup=False)
    if d.parameters:
        _section(s, "参数（可用规则文件设定）", "Parameters (set them in a rules file)")
        for p in d.parameters:
            unit = UNITS[p.unit][0] if zh and p.unit in UNITS else p.unit
            # As a rules file writes it: false, not False.
            value = json.dumps(p.default, ensure_ascii=False)
            within = s.say(f"（{p.allowed}）", f" ({p.allowed})") if p.allowed else ""
            out.print(f"  {p.name} = {value} {unit}{within}  {p.doc_zh if zh else p.doc_en}", markup=False)
    if d.suppressors:
        _section(s, "自动抑制（仍可查）", "Suppressed where (kept, and shown)")
        for x in d.suppressors:
            out.print(f"  {x.name}: {x.doc_zh if zh else x.doc_en}", markup=False)
    innocent = d.innocent_zh if zh else d.innocent_en
    if innocent:
        _section(s, "常见合理解释", "Known innocent explanations")
        for text in innocent:
            out.print(f"  {text}", markup=False)


def _field(s: Session, stated: str) -> str:
    """A domain or scene in the session's language; an operator's own as it stands."""
    return s.say(*FIELDS_OF_WORK.get(stated, (stated, stated)))


def _table_said(s: Session, need: str) -> str:
    tables = s.say("、", ", ").join(tables_feeding(need, s.language == "zh"))
    return s.say(f"{type_word(s, need)}（见表 {tables}）", f"{need} (table {tables})")


def _section(s: Session, zh: str, en: str) -> None:
    out_console().print(f"\n{s.say(zh, en)}", style="bold", markup=False)
