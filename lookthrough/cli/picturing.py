"""`subgraph`: a picture of what was asked about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Final, cast, get_args

import typer

from detectors.finding import Finding
from detectors.registry import chosen
from detectors.running.detecting import detect
from exports import csv_zip, cytoscape_json, gexf, graphml
from graph.counted import counted
from graph.in_play import is_current
from graph.round_of_lot import round_of_lot
from graph.subgraph import Subgraph
from loaders.naming import find_node
from lookthrough.cli.app import app
from lookthrough.cli.console import LangOption, Session, StoreOption, day, session, written_date
from lookthrough.cli.people import asked_person
from lookthrough.cli.usage import WrongUsageError, not_one_of
from visualize import FORMATS, Scene, Style, compose, quick_view, render
from visualize.excerpt import picture_of
from visualize.writing import check_place, put

_Writer = Callable[[Subgraph, Scene, Sequence[Finding]], bytes]
EXCHANGE: Final[dict[str, _Writer]] = {
    ".graphml": lambda picture, scene, _: graphml(picture, scene),
    ".gexf": lambda picture, scene, _: gexf(picture, scene),
    ".cyjs": lambda picture, scene, _: cytoscape_json(picture, scene),
    ".csv.zip": csv_zip,
}
"""For other programs, at the picture's places."""
SUFFIXES = (*(f".{f}" for f in FORMATS), *EXCHANGE)
_TYPES = ("Lot", "Company", "Household", "Person", "Tender")


_PAGE: Final = 1000
_LOOKED_AT: Final = frozenset({"Lot", "Tender", "Household"})
_EARLIER: Final = (
    "图中标出的疑点来自台账，是在此前的数据中发现的；检测项尚未在当前数据上运行：请先运行 lookthrough detect。",
    "The findings marked are the ledger's, of earlier data; the detectors have not looked at the data loaded: run lookthrough "
    "detect first.",
)
_NOT_LOOKED_AT: Final = (
    "检测项尚未在当前数据上运行，图中未标疑点不等于没有：请先运行 lookthrough detect。",
    "The detectors have not looked at the data loaded: that no finding is marked doesn't mean there is none. Run lookthrough "
    "detect first.",
)


def _recorded(s: Session, about: Sequence[str]) -> Sequence[Finding] | None:
    """The standing findings that the ledger holds of these; None where it knows of no run, or can't be read."""
    # Nobody else waits for the ledger.
    from cases import FindingFilter, LedgerError
    from lookthrough.cli.ledger import ledger_of

    found: dict[str, Finding] = {}
    try:
        with ledger_of(s) as ledger:
            if not ledger.runs(limit=1):
                return None
            for id_ in about:
                for wanted in (
                    FindingFilter(scope_id=id_, found=True),
                    FindingFilter(subject=id_, found=True),
                ):
                    after: str | None = None
                    while page := ledger.findings(wanted, after, _PAGE):
                        found |= {r.id: r.finding for r in page}
                        after = page[-1].cursor
    except LedgerError:
        return None
    return sorted(found.values(), key=lambda f: (f.scope_kind, f.scope_id, f.detector, f.fingerprint))


@app.command("subgraph")
def subgraph_command(
    ids: Annotated[
        list[str],
        typer.Argument(metavar="ID…", help="标段、企业、家庭或人员 · lots, companies, households, persons"),
    ],
    to: Annotated[
        Path,
        typer.Option(
            "--to",
            metavar="FILE.{svg,png,pdf,html,json,graphml,gexf,cyjs,csv.zip}",
            help="输出文件 · where to write",
        ),
    ],
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of", metavar="DATE", callback=written_date("--as-of"), help="截至日期 · as of this date"
        ),
    ] = None,
    opening: Annotated[
        str | None,
        typer.Option(
            "--round",
            metavar="DATE",
            callback=written_date("--round"),
            help="标段多次开标时，只画该日开标的一次 · of a lot opened several times: the opening of this day",
        ),
    ] = None,
    style: Annotated[
        str, typer.Option("--style", metavar="chinese|open_ownership", help="图的样式 · how it looks")
    ] = "chinese",
    grey: Annotated[bool, typer.Option("--grey", help="灰度，供打印 · in grey, for print")] = False,
    scale: Annotated[
        float | None, typer.Option("--scale", metavar="N", help="PNG 的缩放倍数 · PNG: dots to a pixel")
    ] = None,
    computed: Annotated[
        bool,
        typer.Option("--computed", help="画出间接持股的计算式 · draw indirect stakes with their formula"),
    ] = False,
    plain: Annotated[
        bool,
        typer.Option("--no-fonts", help="SVG、HTML 不内嵌字体 · leave typefaces out of SVG and HTML"),
    ] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="可拖动的快速视图（.html）· a page to drag about (.html)")
    ] = False,
    store: StoreOption = None,
    lang: LangOption = None,
) -> None:
    """画出子图 · Draw the part of the graph around some nodes."""
    s = session(store, lang)
    ending = next((e for e in SUFFIXES if to.name.lower().endswith(e)), None)
    if ending is None:
        raise WrongUsageError(
            "--to",
            f"须以 {'、'.join(SUFFIXES)} 结尾，不能为“{to}”",
            f"'{to}' does not end with {', '.join(SUFFIXES)}",
        )
    if style not in get_args(Style):
        raise not_one_of(style, get_args(Style), "--style")
    if quick and to.suffix.lower() != ".html":
        raise WrongUsageError("--to", "与 --quick 同用时须为 .html", "with --quick it is a .html")
    as_of = day(as_of, "--as-of", months=True)
    opening = day(opening, "--round")
    with s.store() as opened:
        named = [asked_person(s, opened) if text == "-" else text for text in ids]
        found = [find_node(opened, text, _TYPES) for text in named]
        # A picture is never a reason to write to the store: where what is in play is not up to date, nothing is run.
        current = is_current(opened)
        recorded = None if current else _recorded(s, found)
        findings = detect(opened, chosen(None)).findings if current else recorded or ()
        if opening is not None and (len(found) > 1 or round_of_lot(opened, found[0], opening) is None):
            raise WrongUsageError(
                "--round",
                f"须与一个有多次开标的标段同用，且为其中一次的日期，不能为 {opening}",
                f"goes with one lot whose bids were opened several times, and is the day of one of them: {opening} is not",
            )
        picture = picture_of(opened, found, as_of, findings, computed=computed, round=opening)
    look = cast(Style, style)
    if quick:
        check_place(to)
        put(to, quick_view(picture, lang=s.language, style=look).encode())
    elif ending in EXCHANGE:
        check_place(to)
        shown = {n.id for n in picture.nodes}
        about = [f for f in findings if f.scope_id in found or set(f.subjects) & set(found) & shown]
        put(to, EXCHANGE[ending](picture, compose(picture, lang=s.language, style=look), about))
    else:
        render(picture, to, lang=s.language, style=look, grey=grey, scale=scale, fonts=not plain)
    s.tell(
        f"已写入 {to}（{len(picture.nodes)} 个节点，{len(picture.edges)} 条边）",
        f"Wrote {to} ({counted(len(picture.nodes), 'node')}, {counted(len(picture.edges), 'edge')})",
    )
    # Where there is nothing but ownership, and nothing was ever looked for, there is nothing to be missed.
    if not current and (recorded is not None or any(n.type in _LOOKED_AT for n in picture.nodes)):
        s.tell(*(_EARLIER if findings else _NOT_LOOKED_AT), "yellow")
    if picture.truncated:
        s.tell(
            "图已按上限截断，未显示全部。",
            "The picture was cut at its limit; not everything is shown.",
            "yellow",
        )
