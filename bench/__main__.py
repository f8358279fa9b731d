"""`python -m bench [PART…] [--scale F] [--repeats N]`: measure, print the tables, write docs/performance.md."""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from bench import detectors, drawing, loads, packages, paint, peers, refreshing, service, whole
from bench.page import RESULTS, machine, write_page

Part = Callable[[Path, float, int], list[dict[str, Any]]]
PARTS: Final[dict[str, Part]] = {
    "register": whole.register,
    "stored": loads.stored_register,
    "curve": whole.curve,
    "blocks": whole.blocks,
    "chains": whole.deep_chains,
    "peers": peers.peers,
    "load": loads.load,
    "lots": loads.lots,
    "detectors": detectors.suite,
    "refresh": refreshing.refresh,
    "drawing": drawing.drawing,
    "paint": paint.paint,
    "service": service.service,
    "package": packages.packages,
}


def main() -> None:
    """Measure the parts named, or all of them."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--scale", type=float, default=1.0, help="of the sizes stated (default 1)")
    parser.add_argument("--repeats", type=int, default=1, help="runs of each; the shortest counts")
    parser.add_argument("--folder", type=Path, help="where files are made (default: a temporary folder)")
    parser.add_argument(
        "--store", type=Path, help="a store made by `lots` or `service` at this scale, for `service`"
    )
    chosen = parser.parse_args()
    # Commands are measured as at their users': each would compile every module anew where none may be kept.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    unknown = set(chosen.parts) - set(PARTS)
    if unknown:
        parser.error(f"no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    known = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else {}
    for name in chosen.parts or PARTS:
        with tempfile.TemporaryDirectory(prefix="lookthrough-bench-", dir=chosen.folder) as folder:
            parts = PARTS | {"service": partial(service.service, made=chosen.store)}
            rows = parts[name](Path(folder), chosen.scale, chosen.repeats)
        known[name] = {"scale": chosen.scale, "machine": machine(), "rows": rows}
        # Kept part by part: a long run broken off loses only the part it was in.
        RESULTS.write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        print(write_page(known, name), flush=True)


if __name__ == "__main__":
    main()
