"""Going on from many known nodes along their relationships.

Neither engine's planner is to be trusted with `UNWIND $ids AS i MATCH (b {id: i}) MATCH (a)-[r]->(b)`: the embedded one
reads the whole relationship type (measured: 11 s for 400 companies of 2 million, 4 million relationships). Matched
optionally, each node is looked up by its key and only its own relationships are read (9 ms).
"""

from __future__ import annotations

from typing import Final

EACH: Final = "UNWIND $ids AS i "
"""Begins a query about listed nodes, each found by `{id: i}`."""


def hop(pattern: str, found: str) -> str:
    """One step from nodes already matched: `MATCH pattern`, as both engines do it fast.

    `found`: a property that whatever is matched has, such as a key or an id. More conditions may follow after `AND`.
    """
    return f"OPTIONAL MATCH {pattern} WITH * WHERE {found} IS NOT NULL "
