"""Where the two engines' Cypher differs: one method a difference, one flag a capability.

Queries shared by both engines are written in the subset both run; whatever is not in that subset is asked of
a `Dialect` by name, so that no caller ever tests which engine it talks to.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from graph.model import (
    BATCH,
    META,
    NODES,
    REL_TYPES,
    RELATIONSHIPS,
    Field,
    NodeType,
    RelType,
    node_columns,
    rel_columns,
)


@dataclass(frozen=True, slots=True)
class Dialect(ABC):
    """The Cypher of one engine."""

    name: str
    typed_tables: bool
    """Node and relationship tables are declared with their columns."""
    bulk_copy: bool
    """Arrow tables can be copied in whole."""

    @abstractmethod
    def schema(self) -> list[str]:
        """The statements that make an empty database ready; safe to run again."""

    @abstractmethod
    def label_of(self, variable: str) -> str:
        """An expression for the node type of `variable`, as text."""

    def place_of(self, variable: str) -> str | None:
        """An expression for the number of a node within its type, from 0 nearly without gaps; None: there is none."""
        return None

    def rows(self) -> str:
        """How an UNWIND over the parameter `rows` begins; each row is then `row`."""
        return "UNWIND $rows AS row"

    def set_fields(self, variable: str, names: Sequence[str]) -> str:
        """`SET` of several properties from `row`."""
        return "SET " + ", ".join(f"{variable}.{n} = row.{n}" for n in names)


class LadybugDialect(Dialect):
    """The embedded engine."""

    def schema(self) -> list[str]:
        """`CREATE NODE TABLE` and `CREATE REL TABLE` for every type of the model."""
        return [_node_table(n) for n in (*NODES, BATCH, META)] + [_rel_table(r) for r in RELATIONSHIPS]

    def label_of(self, variable: str) -> str:
        """`label()` gives the table's name."""
        return f"label({variable})"

    def place_of(self, variable: str) -> str | None:
        """The node's offset in its table."""
        return f"offset(id({variable}))"


class Neo4jDialect(Dialect):
    """Neo4j 5.26 and later."""

    def schema(self) -> list[str]:
        """A uniqueness constraint on the id of every node type: the only look-up we need."""
        return [
            f"CREATE CONSTRAINT {n.name.lower()}_id IF NOT EXISTS FOR (n:{n.name}) REQUIRE n.id IS UNIQUE"
            for n in (*NODES, BATCH, META)
        ]

    def label_of(self, variable: str) -> str:
        """Every node has exactly one label."""
        return f"labels({variable})[0]"


def counting(names: Sequence[str]) -> str:
    """One query that counts nodes and relationships of these types: type, n. Empty types may be left out."""
    parts = [
        f"MATCH ()-[r:{n}]->() RETURN '{n}' AS type, count(*) AS n"
        if n in REL_TYPES
        else f"MATCH (n:{n}) RETURN '{n}' AS type, count(*) AS n"
        for n in names
    ]
    return " UNION ALL ".join(parts)


def _columns(fields: Sequence[Field]) -> str:
    return ", ".join(f"{f.name} {f.physical}" for f in fields)


def _node_table(type_: NodeType) -> str:
    return f"CREATE NODE TABLE IF NOT EXISTS {type_.name}({_columns(node_columns(type_))}, PRIMARY KEY(id))"


def _rel_table(type_: RelType) -> str:
    pairs = ", ".join(f"FROM {a} TO {b}" for a, b in type_.pairs)
    fields = _columns(rel_columns(type_))
    return f"CREATE REL TABLE IF NOT EXISTS {type_.name}({pairs}{', ' + fields if fields else ''})"


LADYBUG = LadybugDialect("ladybug", typed_tables=True, bulk_copy=True)
NEO4J = Neo4jDialect("neo4j", typed_tables=False, bulk_copy=False)
