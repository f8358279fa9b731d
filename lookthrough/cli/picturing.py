"""`subgraph`: a picture of what was asked about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from detectors.detecting import detect
from detectors.finding import Finding
from detectors.registry import chosen
from exports import csv_zip, cytoscape_json, gexf, graphml
from graph.in_play import is_current
from graph.subgraph import Subgraph
from loaders.naming import find_node
from lookthrough.cli.app import app
from lookthrough.cli.console import LangOption, StoreOption, day, session
from lookthrough.cli.people import asked_person
from visualize import FORMATS, Scene, compose, render
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
        str | None, typer.Option("--as-of", metavar="DATE", help="截至日期 · as of this date")
    ] = None,
    store: StoreOption = None,
    lang: LangOption = None,
) -> None:
    """画出子图 · Draw the part of the graph around some nodes."""
    s = session(store, lang)
    ending = next((e for e in SUFFIXES if to.name.lower().endswith(e)), None)
    if ending is None:
        raise typer.BadParameter(" / ".join(SUFFIXES), param_hint="--to")
    as_of = day(as_of, "--as-of", months=True)
    with s.store() as opened:
        named = [asked_person(s, opened) if text == "-" else text for text in ids]
        found = [find_node(opened, text, _TYPES) for text in named]
        # Findings are shown where they are up to date; a picture is never a reason to write to the store.
        findings = detect(opened, chosen(None)).findings if is_current(opened) else ()
        picture = picture_of(opened, found, as_of, findings)
    if ending in EXCHANGE:
        check_place(to)
        shown = {n.id for n in picture.nodes}
        about = [f for f in findings if f.scope_id in found or set(f.subjects) & set(found) & shown]
        put(to, EXCHANGE[ending](picture, compose(picture, lang=s.language), about))
    else:
        render(picture, to, lang=s.language)
    s.tell(
        f"已写入 {to}（{len(picture.nodes)} 个节点，{len(picture.edges)} 条边）",
        f"Wrote {to} ({len(picture.nodes)} nodes, {len(picture.edges)} edges)",
    )
    if picture.truncated:
        s.tell(
            "图已按上限截断，未显示全部。",
            "The picture was cut at its limit; not everything is shown.",
            "yellow",
        )
