"""The page of measured numbers, made from the results kept beside this module."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import psutil

RESULTS: Final = Path(__file__).with_name("results.json")
PAGE: Final = Path(__file__).parent.parent / "docs" / "performance.md"

_TITLES: Final[dict[str, tuple[str, str]]] = {
    "register": (
        "A national register at once",
        "CSV in, every share of every final holder out as Parquet; both in turn on the same file. `scipy series` is "
        "[bench/neumann.py](../bench/neumann.py), W + W² + … to 1e-15. `ratio`: our wall time over theirs. `worst`: largest "
        "difference from exact rational solves of sampled companies (`checked` pairs). `apart`: largest difference between both.",
    ),
    "stored": (
        "The same register from a loaded store",
        "The embedded store holds the register; a load this large ends with ownership laid out beside it, which "
        "`penetrate --all` maps. Last without that: read from the store. `ratio`: to the series.",
    ),
    "curve": (
        "Cost over size",
        "The same shape from half a million to twenty million edges.",
    ),
    "blocks": (
        "Cross-holding blocks",
        "Everybody holds everybody; each company also has a final holder. `held`: the most any company is held in all, which "
        "is 1 where its register is complete.",
    ),
    "chains": ("Chains of 21 links", "A final holder at the top and one beside every link."),
    "peers": (
        "Beside networkx and Cypher",
        "A register of this shape without its cyclic core, which path enumeration does not survive. networkx and Neo4j "
        "find the same shares by enumerating paths, company by company and in one query; loading Neo4j is not counted.",
    ),
    "load": (
        "Loading",
        "Companies and shareholdings from CSV into an empty store, with provenance and validation. `rate`: "
        "shareholdings a second on the clock, `cpu_rate`: a second of processor time (all cores; on a machine that does nothing "
        "else and with the program's two cores busy, the clock needs half of it or more). The lines under an engine are the "
        "stages of one more load; `start of the program` is Python and its packages.",
    ),
    "lots": (
        "All lots in play",
        "A loaded embedded store; effective shares, shared owners and control of the bidders of every lot, each at its own "
        "date. `cold`: seconds of the first time in a process, `warm`: of the second; `writing`: of the same with the proofs, "
        "written into the graph. Then milliseconds for lots one by one. The load ends with ownership laid out; last what the "
        "first process pays without that.",
    ),
    "paint": (
        "The canvas in Chromium",
        "Headless Chromium without a graphics processor draws 2,000 parties and 2,500 lines that the drawing code placed, then "
        "adds twenty holders to one of them; medians of fresh tabs, in milliseconds. `arrived`: from the arrival of the drawing "
        "to the first frame that shows it, which is a sketch of all figures and lines; `whole`: to the frame of the canvas that "
        "can be worked on. `opened`: from the address entered to the first, with nothing cached. `expanded`: from the press to the "
        "frame that shows the holders, the service's answer (`answer`) within. `first CPU`, `expanded CPU`: processor time "
        "of the page's main thread, which is what can be compared; this run shared its two cores with much other work.",
    ),
    "refresh": (
        "After a load",
        "A file makes a new person holder of two bidders in each of a hundred lots of that world. Only what lies below it is "
        "worked out anew; `equal`: what stands then is what working everything out anew writes. The embedded store copies "
        "its file for each write.",
    ),
    "detectors": (
        "All detectors over all lots",
        "2 M companies, 4 M edges, 50,000 lots and 10,000 recipient households, with prices, contacts, posts, traces, parties "
        "and subcontracts ([bench/suite.py](../bench/suite.py)); every detector once, from a loaded embedded store in which "
        "all is in play. Below it the slowest steps; the last of them words the findings and traces their sources. Then a "
        "file makes a new person holder of two bidders in each of thirty lots, and all lots around these companies are looked "
        "at again as `detect --changed` does; at last single lots, each from itself.",
    ),
    "drawing": (
        "Drawing",
        "Processor seconds of one thread. Random attachment trees with a quarter more edges are unkinder than any register. "
        "`first`: the first picture of a process, which opens the typeface; `cpu`: the next.",
    ),
    "service": (
        "The service",
        "`lookthrough serve` on an embedded store of 2 M companies, 4 M edges and 50,000 lots, looked through; real HTTP, 50 "
        "requests a second for a minute, each timed from when it was sent whoever else is waited for, client and service on the same two cores. `alone`: "
        "one after another.",
    ),
    "package": (
        "Evidence packages",
        "A company with 300 parties above it: report in two languages as HTML and PDF, pictures, graph files, source rows; "
        "whole commands, starting up included.",
    ),
}
_HEADS: Final[dict[str, str]] = {"wall": "wall s", "cpu": "CPU s", "peak": "peak MiB"}


def machine() -> str:
    """The machine and the versions, in general terms."""
    memory = psutil.virtual_memory().total / 2**30
    packages = ", ".join(
        f"{p} {version(p)}" for p in ("polars", "numpy", "scipy", "pyarrow", "pandas", "ladybug")
    )
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, Python {platform.python_version()}, {packages}"


def write_page(results: dict[str, Any], part: str) -> str:
    """Write docs/performance.md anew; gives the table of one part."""
    tables = {name: _table(results[name]["rows"]) for name in _TITLES if name in results}
    lines = [
        "# Performance",
        "",
        "Written by `make bench` (`python -m bench`; `--scale 0.1` for a smaller run, `python -m bench register` for one part).",
        "Times depend on the machine and on what else it does; compare within one table. Memory is that of the process.",
        "",
    ]
    for name, table in tables.items():
        title, words = _TITLES[name]
        scale = results[name]["scale"]
        size = "" if scale == 1.0 else f" Sizes are {scale:g} of the full ones."
        lines += [
            f"## {title}",
            "",
            words + size,
            "",
            table,
            "",
            f"Measured on {results[name]['machine']}.",
            "",
        ]
    PAGE.write_text("\n".join(lines), encoding="utf-8")
    return f"{part}\n{tables[part]}\n"


def _table(rows: list[dict[str, Any]]) -> str:
    heads = list(dict.fromkeys(key for row in rows for key in row))
    lines = ["| " + " | ".join(_HEADS.get(h, h) for h in heads) + " |"]
    lines.append("|" + "|".join("---" if h == "name" else "---:" for h in heads) + "|")
    lines += ["| " + " | ".join(_cell(row.get(h)) for h in heads) + " |" for row in rows]
    return "\n".join(lines)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.1e}" if 0 < abs(value) < 1e-4 else f"{value:,.12g}"
    return str(value)
