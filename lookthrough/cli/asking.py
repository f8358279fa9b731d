"""`penetrate` and `controller`: who is behind a company, with how much, and who decides."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from graph.penetration import Ownership, controller, penetrate
from lookthrough.cli.app import app
from lookthrough.cli.console import (
    Format,
    FormatOption,
    LangOption,
    StoreOption,
    percent,
    print_json,
    print_rows,
    session,
)
from lookthrough.cli.whole import (
    AllOption,
    FromOption,
    ThresholdOption,
    ToOption,
    UltimateOption,
    write_all_shares,
)
from lookthrough.naming import find_node

CompanyArgument = Annotated[
    str, typer.Argument(metavar="COMPANY", help="企业编号、代码或全称 · id, code or name", show_default=False)
]
AsOfOption = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DATE", help="截至日期，默认今天 · as of this date", show_default=False),
]
IdentityOption = Annotated[
    str,
    typer.Option(
        "--identity", metavar="standard|strict", help="strict：不按名称合并 · strict: never join by name"
    ),
]


OneCompanyArgument = Annotated[
    str | None,
    typer.Argument(metavar="COMPANY", help="企业编号、代码或全称 · id, code or name", show_default=False),
]


@app.command("penetrate")
def penetrate_command(
    company: OneCompanyArgument = None,
    as_of: AsOfOption = None,
    method: Annotated[
        str | None,
        typer.Option(
            "--method",
            metavar="integrated|stop_at_target|simple_paths",
            help="计算口径 · method",
            show_default=False,
        ),
    ] = None,
    identity: IdentityOption = "standard",
    every: AllOption = False,
    source: FromOption = None,
    to: ToOption = None,
    threshold: ThresholdOption = None,
    ultimate_only: UltimateOption = False,
    store: StoreOption = None,
    format_: FormatOption = Format.table,
    lang: LangOption = None,
) -> None:
    """穿透一家企业的全部股东 · Every holder of a company at any depth, with effective shares."""
    s = session(store, lang, format_)
    if every:
        if company is not None:
            raise typer.BadParameter("COMPANY / --all", param_hint="COMPANY")
        write_all_shares(s, to, source, as_of, threshold, ultimate_only, method, identity)
        return
    if company is None:
        raise typer.BadParameter("COMPANY / --all", param_hint="COMPANY")
    if source or to or threshold or ultimate_only:
        raise typer.BadParameter("--all", param_hint="--from / --to / --threshold / --ultimate-only")
    with s.store() as opened:
        id_ = find_node(opened, company, ("Company",))
        ownership = Ownership.build(opened.ownership())
        loading = [b.id for b in opened.batches() if b.state != "done"]
    answer = penetrate(ownership, id_, as_of, method, identity=identity)  # type: ignore[arg-type]
    whole = answer.to_json()
    if loading:
        whole["warnings"] = [
            *whole["warnings"],
            s.say("有批次正在导入，结果可能不完整", "a load is under way"),
        ]
    if s.format is not Format.table:
        columns = [
            (k, k, k)
            for k in (
                "id",
                "name",
                "kind",
                "share",
                "share_min",
                "share_max",
                "direct",
                "depth",
                "ultimate",
                "identity",
            )
        ]
        print_rows(s, columns, whole["owners"], whole=whole)
        return
    rows = [
        {
            "name": o["name"] or o["id"],
            "id": o["id"],
            "share": percent(o["share"], o["share_min"], o["share_max"]),
            "direct": "—" if o["direct"] is None else _direct(o["direct"]),
            "depth": o["depth"],
            "ultimate": o["ultimate"],
            "identity": o["identity"],
        }
        for o in whole["owners"]
    ]
    columns = [
        ("name", "股东", "holder"),
        ("id", "编号", "id"),
        ("share", "穿透持股比例", "effective share"),
        ("direct", "直接持股比例", "direct share"),
        ("depth", "层级", "depth"),
        ("ultimate", "最终", "ultimate"),
        ("identity", "主体识别", "identity"),
    ]
    title = s.say(
        f"{whole['name'] or id_}，截至 {whole['as_of']}，口径 {whole['method']}",
        f"{whole['name'] or id_}, as of {whole['as_of']}, method {whole['method']}",
    )
    print_rows(s, columns, rows, title=title)
    _tell_rest(s, whole)


def _direct(direct: Any) -> str:
    return percent(direct) if isinstance(direct, float) else str(direct)


def _tell_rest(s: Any, whole: dict[str, Any]) -> None:
    found = whole["controller"]
    if found:
        s.tell(f"疑似实际控制人：{found['id']}", f"Controller: {found['id']}")
    else:
        s.tell(
            "没有单一控制人（原因见 lookthrough controller）",
            "No single controller (lookthrough controller says why)",
        )
    unknown = whole["unknown_share"]
    if unknown:
        s.tell(f"未披露或未知份额：{_direct(unknown)}", f"Undisclosed or unknown: {_direct(unknown)}")
    for warning in whole["warnings"]:
        s.tell(f"注意：{_words(s, warning)}", f"Note: {_words(s, warning)}", "yellow")


def _words(s: Any, warning: Any) -> str:
    return str(warning.get(s.language, warning)) if isinstance(warning, dict) else str(warning)


@app.command("controller")
def controller_command(
    company: CompanyArgument,
    as_of: AsOfOption = None,
    store: StoreOption = None,
    format_: FormatOption = Format.table,
    lang: LangOption = None,
) -> None:
    """谁控制这家企业，逐层证明 · Who controls a company, with the proof."""
    s = session(store, lang, format_)
    with s.store() as opened:
        id_ = find_node(opened, company, ("Company",))
        ownership = Ownership.build(opened.ownership())
    whole = controller(ownership, id_, as_of).to_json()
    print_json(whole)
