"""What an operator's own query may say: a read of what the graph holds, and nothing else.

A read-only transaction does not keep the embedded engine from reading or writing files, so a query is judged by its
words before it reaches an engine: only words that are listed here, names the query gives itself, and types of the graph.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from graph.model import NODE_TYPES, REL_TYPES

_CLAUSES: Final = frozenset(
    [
        "MATCH",
        "OPTIONAL",
        "WHERE",
        "WITH",
        "RETURN",
        "ORDER",
        "BY",
        "LIMIT",
        "UNWIND",
        "AS",
        "DISTINCT",
        "ASC",
        "DESC",
    ]
)
_OPERATORS: Final = frozenset(
    [
        "AND",
        "OR",
        "XOR",
        "NOT",
        "IN",
        "IS",
        "NULL",
        "TRUE",
        "FALSE",
        "CONTAINS",
        "STARTS",
        "ENDS",
        "CASE",
        "WHEN",
        "THEN",
        "ELSE",
        "END",
    ]
)
_FUNCTIONS: Final = frozenset(
    [
        "COUNT",
        "COLLECT",
        "MIN",
        "MAX",
        "SUM",
        "AVG",
        "SIZE",
        "COALESCE",
        "LOWER",
        "UPPER",
        "TOLOWER",
        "TOUPPER",
        "SUBSTRING",
        "LEFT",
        "RIGHT",
        "TRIM",
        "ABS",
        "ROUND",
        "FLOOR",
        "CEIL",
    ]
)
# Never a name either: with one of these as a variable, a statement could be hidden behind it.
_NEVER: Final = frozenset(
    [
        "LOAD",
        "COPY",
        "CALL",
        "EXPORT",
        "IMPORT",
        "SET",
        "CREATE",
        "DELETE",
        "DETACH",
        "MERGE",
        "REMOVE",
        "DROP",
        "ALTER",
        "ATTACH",
        "USE",
        "INSTALL",
        "UNINSTALL",
        "FOREACH",
        "UNION",
        "YIELD",
        "BEGIN",
        "COMMIT",
        "ROLLBACK",
        "CHECKPOINT",
        "PROFILE",
        "EXPLAIN",
        "FROM",
        "TO",
        "CSV",
        "PROJECT",
        "EXISTS",
        "COMMENT",
        "SHOW",
        "TERMINATE",
        "GRANT",
        "DENY",
        "REVOKE",
        "START",
        "STOP",
        "MACRO",
        "EXTENSION",
        "TRANSACTION",
        "TRANSACTIONS",
    ]
)
_TOKEN: Final = re.compile(
    r"""(?P<space>\s+)|(?P<text>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")|(?P<number>\d+(?:\.\d+)?)"""
    r"""|(?P<word>[A-Za-z_]\w*)|(?P<mark><>|<=|>=|=~|\.\.|[()\[\]{}<>=.,:|*+/%-])""",
    re.ASCII,
)


class QueryError(ValueError):
    """A query says something it may not."""

    def __init__(self, zh: str, en: str):
        super().__init__(en)
        self.zh = zh
        self.en = en


def check_query(query: str) -> None:
    """Pass a query that only reads. Raises `QueryError`, naming the first thing that may not be said."""
    tokens = list(_tokens(query))
    if not tokens or tokens[0][1].upper() not in ("MATCH", "OPTIONAL", "UNWIND"):
        raise QueryError("查询须以 MATCH 或 UNWIND 开头。", "A query begins with MATCH or UNWIND.")
    own = set(_names(tokens))
    for place, (kind, word) in enumerate(tokens):
        if kind == "word":
            before = tokens[place - 1][1] if place else ""
            after = tokens[place + 1][1] if place + 1 < len(tokens) else ""
            _check_word(word, before, after, own)


def _tokens(query: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(query):
        if query.startswith(("//", "/*"), at):
            raise QueryError("查询中不能有注释。", "A query has no comments.")
        found = _TOKEN.match(query, at)
        if found is None:
            raise QueryError(f"查询中不能有 {query[at]!r}。", f"A query may not hold {query[at]!r}.")
        if found.lastgroup != "space":
            yield str(found.lastgroup), found.group()
        at = found.end()


def _names(tokens: list[tuple[str, str]]) -> Iterator[str]:
    """The names a query gives: to nodes and relationships, and after AS."""
    for (_, before), (kind, word) in pairwise(tokens):
        if kind == "word" and (before in ("(", "[") or before.upper() == "AS"):
            yield word


def _check_word(word: str, before: str, after: str, own: set[str]) -> None:
    upper = word.upper()
    if upper in _NEVER:
        raise QueryError(
            f"查询中不能有 {word}：自定义检测项只能读取图中的数据。",
            f"A query may not say {word}: an own detector only reads what the graph holds.",
        )
    if before == ".":
        return
    if before in (":", "|") and (word in NODE_TYPES or word in REL_TYPES):
        return
    if after == "(" and upper in _FUNCTIONS:
        return
    # A name of its own opens no call: what is called is a listed function.
    if word in own and after != "(" and upper not in _CLAUSES | _OPERATORS:
        return
    if before in ("{", ",") and after == ":":
        return
    if upper in _CLAUSES | _OPERATORS:
        return
    raise QueryError(
        f"查询中的 {word} 不在允许之列（可用子句：MATCH、OPTIONAL MATCH、WHERE、WITH、RETURN、ORDER BY、LIMIT、UNWIND；"
        "类型须为图中已有的）。",
        f"{word} is not among what a query may say (clauses: MATCH, OPTIONAL MATCH, WHERE, WITH, RETURN, ORDER BY, LIMIT, "
        "UNWIND; types must be those of the graph).",
    )
