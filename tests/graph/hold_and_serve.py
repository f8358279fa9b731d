"""Holds a store and serves it to other processes, in a process of its own that a test may kill at any moment."""

from __future__ import annotations

import sys
from pathlib import Path

from graph.stores import open_store, serve_store

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    with open_store(folder) as store, serve_store(store, folder):
        print("serving", flush=True)
        sys.stdin.read()
