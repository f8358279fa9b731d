"""Loads one batch into a store, in a process of its own that a test may kill at any moment."""

from __future__ import annotations

import sys

from graph.stores import open_store
from tests.graph.worlds import many_holdings


def load(url: str, name: str, size: int) -> None:
    """Load a batch, and say how far it is."""
    with open_store(url, wait=5.0) as store:
        print("open", flush=True)
        said: set[str] = set()

        def progress(what: str, done: int, total: int) -> None:
            # Told from inside the write: by then this process is the one writer.
            if what == "nodes" and what not in said:
                said.add(what)
                print("writing", flush=True)

        store.apply(many_holdings(name, size), progress=progress)
        print("done", flush=True)


if __name__ == "__main__":
    load(sys.argv[1], sys.argv[2], int(sys.argv[3]))
