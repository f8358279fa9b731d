"""Where the graph lives: one contract, two engines."""

from graph.stores.cancelling import Cancellation, cancellable
from graph.stores.contract import Applied, BatchRecord, GraphStore
from graph.stores.credentials import Credentials
from graph.stores.errors import StoreError
from graph.stores.opening import open_store
from graph.stores.served import serve_store

__all__ = [
    "Applied",
    "BatchRecord",
    "Cancellation",
    "Credentials",
    "GraphStore",
    "StoreError",
    "cancellable",
    "open_store",
    "serve_store",
]
