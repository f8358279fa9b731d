"""Where the time of a load goes: the command in this process, its stages measured apart.

`python -m bench.stages STORE FILE…` loads the files and prints a JSON list: what a stage is, seconds on the clock and of
processor time (all threads), without what other stages inside it took. For Neo4j the server's own time is not counted.
"""

from __future__ import annotations

import functools
import importlib
import json
import sys
import time
from collections.abc import Callable
from typing import Any, Final

from lookthrough.cli.main import run

_STAGES: Final = {
    "read the files: cells, headings": ["loaders.tables.read:read_sheets", "loaders.loading:find_files"],
    "recognise, validate, shape rows": ["loaders.loading:_read"],
    "identity of companies": ["loaders.tables.parties:_read_runs"],
    "identity of people": ["loaders.tables.parties:read_person_ids"],
    "records with their source": ["loaders.tables.rows:SheetRows.flush"],
    "fold statements": ["graph.stores.statements:_node_statements"],
    "keys": ["graph.stores.statements:_relationships"],
    "spans": ["graph.stores.respanning:owns_spans"],
    "derived: same party, dates of lots": ["graph.stores.store:derive"],
    "counts checked": ["graph.stores.store:_check_counts", "graph.stores.embedded:_verify"],
    "engine: nodes": [
        "graph.stores.tables:Tables.insert_nodes",
        "graph.stores.neo4j:Neo4jEngine.insert_nodes",
    ],
    "engine: relationships": [
        "graph.stores.tables:Tables.insert_rels",
        "graph.stores.neo4j:Neo4jEngine.insert_rels",
    ],
    "engine: rest of the write (copy, open, checkpoint, swap)": ["graph.stores.store:Store.apply"],
    "engine: open the store": ["graph.stores.store:Store.__init__"],
    "ledger": ["lookthrough.cli.loading:mirror_loads"],
}


class Stages:
    """Seconds by stage; a stage inside another is taken off the outer one."""

    def __init__(self) -> None:
        self.spent: dict[str, list[float]] = {name: [0.0, 0.0] for name in _STAGES}
        self._inside: list[list[float]] = [[0.0, 0.0]]

    def watch(self) -> None:
        """Put a clock around every function named."""
        for stage, places in _STAGES.items():
            for place in places:
                module, _, path = place.partition(":")
                owner: Any = importlib.import_module(module)
                *outer, name = path.split(".")
                for part in outer:
                    owner = getattr(owner, part)
                setattr(owner, name, self._timed(stage, getattr(owner, name)))

    def _timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def timed(*arguments: Any, **named: Any) -> Any:
            begun = time.perf_counter(), time.process_time()
            self._inside.append([0.0, 0.0])
            try:
                return function(*arguments, **named)
            finally:
                took = time.perf_counter() - begun[0], time.process_time() - begun[1]
                inner = self._inside.pop()
                for i in (0, 1):
                    self.spent[stage][i] += took[i] - inner[i]
                    self._inside[-1][i] += took[i]

        return timed


def main(store: str, *files: str) -> None:
    """Load, and print the stages."""
    importlib.import_module("lookthrough.cli.loading")
    stages = Stages()
    stages.watch()
    begun = time.perf_counter(), time.process_time()
    code = run(["load", *files, "--store", store, "--format", "json"])
    if code:
        sys.exit(code)
    whole = time.perf_counter() - begun[0], time.process_time() - begun[1]
    started = time.process_time() - whole[1]
    told = [("start of the program", started, started)]
    told += [(name, *spent) for name, spent in stages.spent.items()]
    told.append(("the rest", *(whole[i] - sum(s[i] for s in stages.spent.values()) for i in (0, 1))))
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
