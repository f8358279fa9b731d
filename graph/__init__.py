"""The graph: what it holds, where it lives, how ownership is looked through.

`open_store` opens a store; `graph.penetration` looks through what it holds.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from graph.stores import open_store

__all__ = ["open_store"]


def __getattr__(name: str) -> Any:
    # Every module below imports this package first: the engines are imported when they are asked for.
    if name == "open_store":
        from graph.stores import open_store

        return open_store
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
