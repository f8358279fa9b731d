"""Evidence packages: written and verified, a company with some 300 parties above it, through the command line."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Final

from bench.drawing import ownership
from bench.measuring import best, measured, row

_NODES: Final = 300
_ROOM: Final = 100.0 / 12
"""Per cent of each holding: no company has as many as a dozen holders here."""


def packages(folder: Path, scale: float, repeats: int) -> list[dict[str, Any]]:
    """The package of one company from an embedded store, and the check of it; each a process of its own."""
    nodes = max(10, round(_NODES * scale))
    links = dict.fromkeys((a, b) for a, b, _ in ownership(nodes, round(nodes * 1.25)))
    source = folder / "shareholdings.csv"
    lines = [f"n{b},虚构第{b}号有限公司,n{a},虚构第{a}号有限公司,company,{_ROOM:.6f}" for a, b in links]
    head = "company_id,company_name,holder_id,holder_name,holder_kind,share_percent"
    source.write_text("\n".join([head, *lines, ""]), encoding="utf-8")
    os.environ["LOOKTHROUGH_DATA"] = str(folder / "data")
    os.environ["LOOKTHROUGH_STORE"] = str(folder / "store")
    measured("lookthrough", "load", str(source))
    written, checked = [], []
    for n in range(max(2, repeats)):
        to = folder / f"package{n}"
        cost, _ = measured("lookthrough", "evidence", "n0", "--to", str(to), "--lang", "en")
        written.append(cost)
        cost, _ = measured("lookthrough", "verify", str(to), "--lang", "en")
        checked.append(cost)
    graph = json.loads((folder / "package0" / "data" / "graph" / "graph.cyjs").read_text(encoding="utf-8"))
    size = {"nodes": len(graph["elements"]["nodes"]), "edges": len(graph["elements"]["edges"])}
    return [row("package written", best(written), **size), row("package verified", best(checked), **size)]
