"""A question about everything, put again about listed nodes alone.

Left to itself neither engine begins such a question where little is known to stand: the embedded one reads whole
relationship types. Here its patterns are taken apart and walked from the known nodes, step by step (`hops`). Each row of
the answer is one that the question about everything has for these nodes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from graph.stores.hops import EACH, hop, may_hop

_CLAUSE: Final = re.compile(r"\b(OPTIONAL MATCH|MATCH|WHERE|WITH|RETURN|ORDER BY|LIMIT|UNWIND)\b")
_QUOTED: Final = re.compile(r"'[^']*'")
_NODE: Final = re.compile(r"\((?P<name>\w*)(?::(?P<label>\w+))?\)")
_STEP: Final = re.compile(r"(?P<left><?-)(?P<link>\[[^\]]*\])?(?P<right>->?)")


class AnchorError(ValueError):
    """A question can't be put about known nodes alone, with what is in the way."""


@dataclass(frozen=True, slots=True)
class _Step:
    """One relationship of a pattern between two nodes (name, label), as written."""

    start: tuple[str, str]
    link: str
    """With its direction: `-[r:OWNS]->`."""
    end: tuple[str, str]


def about(cypher: str, node: str, given: str = "") -> str:
    """The question about those nodes whose ids are in `$ids`.

    `node`: the one they stand for, with its label, as in `c:Company`. `given`: what the question begins with and all of
    them are known to fulfil. Understands MATCH of plain patterns, OPTIONAL MATCH, WHERE, WITH and RETURN; raises
    `AnchorError` where a pattern does not hang together with what is known.
    """
    if not cypher.startswith(given):
        raise AnchorError(f"the question does not begin with {given!r}")
    name, _, label = node.partition(":")
    asked = f"{EACH}MATCH ({node} {{id: i}}) "
    bound = {name: label}
    unnamed = iter(f"unnamed_{n}" for n in range(100))
    clauses = list(_clauses(cypher.removeprefix(given)))
    for n, (keyword, body) in enumerate(clauses):
        if keyword == "MATCH":
            asked += _walked(body, bound, unnamed)
        elif keyword == "WHERE" and n and clauses[n - 1][0] == "MATCH":
            # All that was matched so far, and what is asked of it.
            asked += f"WITH * WHERE {body} "
        elif keyword == "OPTIONAL MATCH" and clauses[n + 1 : n + 2] and clauses[n + 1][0] != "WHERE":
            asked += may_hop(body)
            for step in _steps(body, unnamed):
                bound |= dict((step.start, step.end))
        else:
            asked += f"{keyword} {body} "
            if keyword == "WITH":
                bound = _kept(body, bound)
    return asked.strip()


def _clauses(cypher: str) -> Iterator[tuple[str, str]]:
    """Keyword and what follows it; words in quotes are no keywords."""
    plain = _QUOTED.sub(lambda found: "'" + "_" * (len(found[0]) - 2) + "'", cypher)
    found = list(_CLAUSE.finditer(plain))
    if not found or plain[: found[0].start()].strip():
        raise AnchorError(f"{cypher[:40]!r} begins with no clause")
    for this, after in zip(found, [*found[1:], None], strict=True):
        yield this[1], cypher[this.end() : after.start() if after else None].strip()


def _steps(body: str, unnamed: Iterator[str]) -> list[_Step]:
    """The relationships of a pattern; one of a single node has none."""
    steps: list[_Step] = []
    for pattern in re.split(r",(?=\s*\()", body):
        text = pattern.strip()
        node = _NODE.match(text)
        if not node:
            raise AnchorError(f"{text!r} is no plain pattern")
        before = (node["name"] or next(unnamed), node["label"] or "")
        at = node.end()
        while at < len(text):
            link = _STEP.match(text, at)
            node = _NODE.match(text, link.end()) if link else None
            if not link or not node or "*" in (link["link"] or ""):
                raise AnchorError(f"{text!r} is no plain pattern")
            after = (node["name"] or next(unnamed), node["label"] or "")
            steps.append(_Step(before, link[0], after))
            before, at = after, node.end()
    return steps


def _walked(body: str, bound: dict[str, str], unnamed: Iterator[str]) -> str:
    """A pattern, step by step from what is bound; binds what it meets."""
    rest = _steps(body, unnamed)
    if not rest:
        node = _NODE.fullmatch(body)
        if not node or node["name"] not in bound:
            raise AnchorError(f"{body!r} does not hang together with what is known")
    walked = ""
    while rest:
        step = next((s for s in rest if s.start[0] in bound or s.end[0] in bound), None)
        if step is None:
            raise AnchorError(f"{body!r} does not hang together with what is known")
        if step.start[0] in bound and step.end[0] in bound:
            raise AnchorError(f"{body!r} comes back to what it came from")
        rest.remove(step)
        met = step.end if step.start[0] in bound else step.start
        walked += hop(f"{_written(step.start, bound)}{step.link}{_written(step.end, bound)}", f"{met[0]}.id")
        bound[met[0]] = met[1]
    return walked


def _written(node: tuple[str, str], bound: dict[str, str]) -> str:
    name, label = node
    if name not in bound:
        return f"({name}:{label})" if label else f"({name})"
    if label and label != bound[name]:
        raise AnchorError(f"({name}:{label}) was ({name}:{bound[name]}) before")
    return f"({name})"


def _kept(body: str, bound: dict[str, str]) -> dict[str, str]:
    """The nodes that a WITH passes on."""
    if body == "*":
        return bound
    return {
        n: bound[n]
        for n in (part.strip() for part in body.removeprefix("DISTINCT ").split(","))
        if n in bound
    }
