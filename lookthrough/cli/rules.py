"""`rules check`: is a file of local rules sound, and what does it set."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from detectors.own.definitions import read_own
from detectors.running.detecting import rules_from
from detectors.units import UNITS
from graph.counted import counted
from lookthrough.cli.app import app
from lookthrough.cli.console import Format, FormatOption, LangOption, print_rows, session
from lookthrough.cli.wording import word

rules_app = typer.Typer(help="地方规则 · local rules", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(rules_app, name="rules")

_COLUMNS = [
    ("detectors", "检测项", "detectors"),
    ("parameter", "参数", "parameter"),
    ("value", "值", "value"),
    ("unit", "单位", "unit"),
    ("region", "地区", "region"),
    ("in_force_from", "施行", "in force from"),
    ("in_force_to", "废止", "to"),
    ("citation", "依据", "citation"),
]


@rules_app.command("check")
def check_command(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="规则文件（TOML） · the rules file")],
    format_: FormatOption = Format.table,
    lang: LangOption = None,
) -> None:
    """核对规则文件，列出其设定的值 · Check a rules file and list what it sets.

    每条规则写作一张 [[rule]]，写法见 docs/rules.md · Each rule is a table [[rule]]; docs/rules.md describes the form:

    \b
      [[rule]]
      detector = "household-multi-property"
      parameter = "dwelling_limit"
      value = 3
      unit = "dwellings"
      citation = "《…办法》第五条"
    """
    s = session(None, lang, format_)
    found = rules_from(file, read_own(s.settings.detectors))
    rows = [{name: getattr(rule, name) for name, _, _ in _COLUMNS} for rule in found.rules]
    rows = [{**r, "detectors": list(r["detectors"])} for r in rows]
    if s.format is Format.table:
        rows = [{**r, "unit": word(s, UNITS, r["unit"])} for r in rows]
    print_rows(s, _COLUMNS, rows, title=found.title)
    s.tell(f"规则文件无误：{len(rows)} 条", f"The rules file is sound: {counted(len(rows), 'rule')}")
