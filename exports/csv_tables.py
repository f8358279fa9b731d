"""CSV tables of a subgraph and its findings: UTF-8 with a byte order mark, cells no spreadsheet runs, a schema."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from detectors.finding import Finding
from exports.placing import placed
from exports.sources import Source
from exports.values import cell, columns_of
from exports.zipping import zipped
from graph.subgraph import Subgraph
from visualize.scene import Scene

NODE_COLUMNS: Final = ("id", "type", "kind", "name", "effective_share", "marks", "x", "y")
EDGE_COLUMNS: Final = (
    *("id", "type", "source", "target", "share", "share_min", "share_max", "votes", "votes_min", "votes_max"),
    *("valid_from", "valid_to", "observed_on", "dataset", "marks"),
    *("source_batch", "source_file", "source_sheet", "source_row"),
)
FINDING_COLUMNS: Final = (
    *("fingerprint", "detector", "version", "severity", "scope_kind", "scope_id", "subjects", "as_of"),
    *("text_zh", "text_en", "basis", "suppressed_by"),
)
PATH_COLUMNS: Final = ("fingerprint", "holder", "company", "nodes", "names", "formula", "votes_formula")
_MEANS: Final = {
    "share": "direct share, a fraction from 0 to 1; empty where only bounds are known",
    "share_min": "lower bound of the direct share",
    "share_max": "upper bound of the direct share",
    "effective_share": "effective share in the company the picture is about, a fraction",
    "x": "pixels, as in the picture",
    "y": "pixels, downwards, as in the picture",
    "amount": "minor units (fen) of the currency beside it",
    "source_row": "row of the source file, as the file numbers it",
    "nodes": "ids from the holder down to the company",
    "formula": "direct shares along the path, multiplied",
}


def csv_tables(subgraph: Subgraph, scene: Scene, findings: Sequence[Finding] = ()) -> dict[str, bytes]:
    """`nodes.csv`, `edges.csv` (a row a source row), `findings.csv`, `paths.csv` (a row a path), `schema.json`."""
    told = [f.to_json() for f in findings]
    return tables_of(subgraph, scene, map(finding_row, told), [row for f in told for row in paths_of(f)])


def tables_of(
    subgraph: Subgraph,
    scene: Scene,
    findings: Iterable[Mapping[str, Any]],
    paths: Iterable[Mapping[str, Any]],
) -> dict[str, bytes]:
    """The same tables, with the rows of `findings.csv` and `paths.csv` as they are given."""
    rows = placed(subgraph, scene)
    nodes = [{k: v for k, v in row.items() if k != "label"} for row in rows.nodes.values()]
    edges = [one for row in rows.edges.values() for one in _by_source(row)]
    tables: dict[str, tuple[Sequence[str], Sequence[Mapping[str, Any]]]] = {
        "nodes.csv": (_columns(NODE_COLUMNS, nodes), nodes),
        "edges.csv": (_columns(EDGE_COLUMNS, edges), edges),
        "findings.csv": (FINDING_COLUMNS, list(findings)),
        "paths.csv": (PATH_COLUMNS, list(paths)),
    }
    made = {name: table(columns, found) for name, (columns, found) in tables.items()}
    made["schema.json"] = _schema(tables)
    return made


def csv_zip(subgraph: Subgraph, scene: Scene, findings: Sequence[Finding] = ()) -> bytes:
    """The tables in one ZIP, entries in a fixed order and of a fixed date."""
    return zipped(csv_tables(subgraph, scene, findings))


def table(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """One CSV table as Excel reads it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([cell(row.get(name)) for name in columns])
    return ("\ufeff" + text.getvalue()).encode("utf-8", errors="replace")


def paths_of(found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """One row a path of a finding's proof; `found`: its wire form."""
    return path_rows(found["fingerprint"], found["facts"], found["facts"].get("names") or {})


def path_rows(fingerprint: str, told: Any, names: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """One row a path that is told anywhere in some facts."""
    for path in paths_in(told):
        nodes = path["nodes"]
        yield {
            "fingerprint": fingerprint,
            "holder": nodes[0],
            "company": nodes[-1],
            "nodes": " > ".join(nodes),
            "names": " > ".join(str(names.get(n, n)) for n in nodes),
            "formula": path.get("formula"),
            "votes_formula": path.get("votes_formula"),
        }


def paths_in(facts: Any) -> Iterator[Mapping[str, Any]]:
    """Every path a finding's facts tell, wherever it stands."""
    if isinstance(facts, Mapping):
        for path in facts.get("paths") or ():
            if isinstance(path, Mapping) and path.get("nodes"):
                yield path
        for key, value in facts.items():
            if key != "paths":
                yield from paths_in(value)
    elif isinstance(facts, list | tuple):
        for value in facts:
            yield from paths_in(value)


def _columns(first: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return [*first, *(c for c in columns_of(rows) if c not in first)]


def _by_source(row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    kept = {k: v for k, v in row.items() if k not in ("sources", "label")}
    sources = row.get("sources") or ()
    for text in sources or (None,):
        source = Source.read(text) if text else None
        yield kept | (source.columns() if source else {})


def finding_row(found: Mapping[str, Any]) -> dict[str, Any]:
    """A finding's row of `findings.csv`; `found`: its wire form, or that of one that is only named."""
    basis = "; ".join(f"{b['law']}{b['article']}" for b in found["basis"])
    return {
        "fingerprint": found["fingerprint"],
        "detector": found["detector"],
        "version": found["version"],
        "severity": found["severity"],
        "scope_kind": found["scope"]["kind"],
        "scope_id": found["scope"]["id"],
        "subjects": " ".join(found["subjects"]),
        "as_of": found["facts"].get("as_of") if "facts" in found else found["as_of"],
        "text_zh": found["text"]["zh"],
        "text_en": found["text"]["en"],
        "basis": basis,
        "suppressed_by": (found["suppressed_by"] or {}).get("rule"),
    }


def _schema(tables: Mapping[str, tuple[Sequence[str], Sequence[Mapping[str, Any]]]]) -> bytes:
    said = {"bool": "boolean", "int": "integer", "float": "number", "str": "string"}
    described = {
        name: [
            {
                "name": c,
                "type": said[types[c].__name__] if c in types else "string",
                **({"is": _MEANS[c]} if c in _MEANS else {}),
            }
            for c in columns
        ]
        for name, (columns, rows) in tables.items()
        for types in (columns_of(rows),)
    }
    whole = {
        "encoding": "UTF-8 with a byte order mark",
        "empty": "not known",
        "apostrophe": "a cell that begins with an apostrophe before = + - @ (or a tab or line break) is text: take one away",
        "tables": described,
    }
    return (json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
