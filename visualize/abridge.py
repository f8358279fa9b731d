"""What of a subgraph is drawn as what: bids become lines, roles share a line, likes are stacked."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal

from graph.subgraph import SubEdge, Subgraph, SubNode

LineKind = Literal["own", "control", "computed", "bid", "same", "other"]

OWNERSHIP: Final = frozenset({"OWNS", "EXERCISES_CONTROL", "CONTROLS", "MEMBER_OF_CONCERT"})
"""Relationships that put the holder above what it holds, whatever else is drawn."""

_TARGET_ABOVE: Final = frozenset({"BRANCH_OF", "MEMBER_OF", "STAGE_OF", "IDENTIFIES", "NAMES"})
_LEVEL: Final = frozenset({"SAME_AS", "POSSIBLY_SAME", "RELATED_TO"})
_ROLES: Final = frozenset({"LEGAL_REP_OF", "OFFICER_OF", "HOLDS_POST", "SERVES_TENDER", "BUYS"})
_WHENCE: Final = frozenset({"dataset", "observed_on", "sources"})
"""Facts of a relationship that tell where it is stated."""
_STACK_MIN: Final = 8
_STACK_MIN_SUBJECTS: Final = 16
OTHERWISE: Final = frozenset({"ended", "begins_later", "not_counted"})
"""Marks of what does not hold on the day of the picture, or counts for nothing."""

FAINT: Final = OTHERWISE | {"suppressed"}
"""Marks that grey a line or a node."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the picture, standing for `members`, relationships of the graph.

    `above` and `below` are the ends as laid out; the arrow points at `target`. `marks` are those of the members
    and what follows from their facts: "unknown", "ended", "begins_later", "not_counted".
    """

    id: str
    kind: LineKind
    source: str
    target: str
    above: str
    below: str
    members: tuple[SubEdge, ...]
    marks: frozenset[str]
    weight: float = 0.0
    structural: bool = False
    level: bool = False
    arrow: bool = True


@dataclass(frozen=True, slots=True)
class Stack:
    """Many similar parties with one line each to `hub`, drawn as one group above or below it."""

    id: str
    hub: str
    above: bool
    kind: LineKind
    nodes: tuple[SubNode, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Abridged:
    """What is drawn. `over` names the companies whose drawn register comes to more than 100%."""

    nodes: tuple[SubNode, ...]
    lines: tuple[Line, ...]
    stacks: tuple[Stack, ...]
    over: frozenset[str]


def abridge(subgraph: Subgraph) -> Abridged:
    """Nothing is lost: every relationship is a member of a line, or of a stack's line. Those that say the same share one.

    A relationship whose end is missing gets that end as an unknown node: drawn, never left out. The answer does
    not depend on the order of nodes and edges.
    """
    nodes = {n.id: n for n in sorted(subgraph.nodes, key=lambda n: n.id)}
    edges = sorted(subgraph.edges, key=lambda e: (e.id, e.type, e.source, e.target))
    for edge in edges:
        for end in (edge.source, edge.target):
            if end not in nodes:
                nodes[end] = SubNode(end, "Company", "", "unknown", {}, None, ("unknown",))
    edges, gone = _bids_as_lines(nodes, edges)
    kept = {i: n for i, n in nodes.items() if i not in gone}
    lines = _lines(edges, subgraph.as_of)
    stacks = _stacks(kept, lines)
    stacked_nodes = {n.id for s in stacks for n in s.nodes}
    stacked_lines = {line.id for s in stacks for line in s.lines}
    return Abridged(
        tuple(n for i, n in sorted(kept.items()) if i not in stacked_nodes),
        tuple(line for line in lines if line.id not in stacked_lines),
        stacks,
        _over(lines),
    )


def _bids_as_lines(nodes: dict[str, SubNode], edges: list[SubEdge]) -> tuple[list[SubEdge], set[str]]:
    """A bid with nothing but bidders and one lot becomes a SUBMITS line from each bidder to the lot.

    Either may be stated by several data sets.
    """
    at: dict[str, list[SubEdge]] = defaultdict(list)
    for edge in edges:
        for end in {edge.source, edge.target}:
            if nodes[end].type == "Bid":
                at[end].append(edge)
    gone: set[str] = set()
    made: list[SubEdge] = []
    used: set[int] = set()
    for bid, around in sorted(at.items()):
        lots = [e for e in around if e.type == "FOR_LOT" and e.source == bid]
        bidders = [e for e in around if e.type == "SUBMITS" and e.target == bid]
        if len({alike(e) for e in lots}) != 1 or not bidders or len(around) != len(lots) + len(bidders):
            continue
        gone.add(bid)
        used.update(id(e) for e in around)
        for edge in bidders:
            facts = {
                **nodes[bid].facts,
                **edge.facts,
                "bid": bid,
                "bidders": len({e.source for e in bidders}),
            }
            for_lot = [e for e in lots if e.facts.get("dataset") == edge.facts.get("dataset")] or lots
            facts["sources"] = [*_sources(edge), *(s for e in for_lot for s in _sources(e))]
            marks = tuple(
                sorted({*edge.marks, *(m for e in lots for m in e.marks), *nodes[bid].marks} - {"subject"})
            )
            made.append(SubEdge(edge.id, "SUBMITS", edge.source, lots[0].target, facts, marks))
    kept = [e for e in edges if id(e) not in used]
    return sorted([*kept, *made], key=lambda e: (e.id, e.type, e.source, e.target)), gone


def _sources(edge: SubEdge) -> list[str]:
    stated = edge.facts.get("sources") or []
    return [stated] if isinstance(stated, str) else [str(s) for s in stated]


def alike(edge: SubEdge) -> tuple[str, ...]:
    """Equal for relationships that say the same of the same ends, whichever data set states them, and when it was drawn up."""
    said = {k: v for k, v in edge.facts.items() if k not in _WHENCE}
    return (
        edge.source,
        edge.target,
        edge.type,
        json.dumps(said, sort_keys=True, ensure_ascii=False, default=str),
    )


def first_day(as_of: str) -> str:
    """The day a picture is of; of a month the first."""
    return f"{as_of}-01" if len(as_of) == 7 else as_of


def share_known(edge: SubEdge) -> bool:
    """Whether a holding states a share, votes or any bound of them."""
    names = ("share", "share_min", "share_max", "votes", "votes_min", "votes_max")
    return any(edge.facts.get(name) is not None for name in names)


def _marks(edge: SubEdge, as_of: str) -> set[str]:
    marks = set(edge.marks)
    facts = edge.facts
    if edge.type == "OWNS" and "computed" not in marks and not share_known(edge):
        marks.add("unknown")
    if facts.get("counted") is False:
        marks.add("not_counted")
    end = facts.get("valid_to")
    # Dates of the model may end with the month; a month is over only when the next one begins.
    if as_of and end and str(end) <= first_day(as_of)[: len(str(end))]:
        marks.add("ended")
    start = facts.get("valid_from")
    if as_of and start:
        exact = min(len(as_of), len(str(start)))
        if str(start)[:exact] > as_of[:exact]:
            marks.add("begins_later")
    return marks


def _kind(edge: SubEdge) -> LineKind:
    if "computed" in edge.marks or edge.type == "ULTIMATELY_HOLDS":
        return "computed"
    if edge.type == "OWNS":
        return "own"
    if edge.type in ("EXERCISES_CONTROL", "CONTROLS"):
        return "control"
    if edge.type in ("SUBMITS", "FOR_LOT"):
        return "bid"
    return "same" if edge.type in ("SAME_AS", "POSSIBLY_SAME") else "other"


def _weight(edge: SubEdge) -> float:
    for name in ("share", "share_max", "votes", "votes_max", "amount"):
        value = edge.facts.get(name)
        if isinstance(value, int | float):
            return float(value)
    return 0.0


def _lines(edges: Iterable[SubEdge], as_of: str) -> list[Line]:
    groups: dict[tuple[str, ...], list[SubEdge]] = defaultdict(list)
    for edge in edges:
        key: tuple[str, ...] = (edge.source, edge.target, "role")
        if edge.type not in _ROLES:
            key = alike(edge)
        groups[key].append(edge)
    lines = []
    seen: set[str] = set()
    for members in groups.values():
        first = members[0]
        marks = set[str]().union(*(_marks(e, as_of) for e in members))
        for faint in FAINT:
            # One role that ended does not grey the line of one that lasts.
            if not all(faint in _marks(e, as_of) for e in members):
                marks.discard(faint)
        above, below = first.source, first.target
        if first.type in _TARGET_ABOVE:
            above, below = below, above
        level = first.type in _LEVEL
        if level and below < above:
            above, below = below, above
        line_id = first.id
        while line_id in seen:
            line_id += "'"
        seen.add(line_id)
        lines.append(
            Line(
                line_id,
                _kind(first),
                first.source,
                first.target,
                above,
                below,
                tuple(members),
                frozenset(marks),
                max(_weight(e) for e in members),
                first.type in OWNERSHIP and "computed" not in first.marks,
                level,
                first.type not in ("SAME_AS", "POSSIBLY_SAME"),
            )
        )
    return sorted(lines, key=lambda line: line.id)


def _stacks(nodes: dict[str, SubNode], lines: list[Line]) -> tuple[Stack, ...]:
    at: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        at[line.source].append(line)
        if line.target != line.source:
            at[line.target].append(line)
    groups: dict[tuple[str, bool, LineKind, bool], list[tuple[SubNode, Line]]] = defaultdict(list)
    for node_id, node in nodes.items():
        around = at[node_id]
        if len(around) != 1 or around[0].level or around[0].above == around[0].below:
            continue
        line = around[0]
        if "finding" in node.marks or "finding" in line.marks:
            continue
        above = line.above == node_id
        hub = line.below if above else line.above
        if len(at[hub]) > 1:
            groups[hub, above, line.kind, "subject" in node.marks].append((node, line))
    stacks = []
    for (hub, above, kind, subjects), found in sorted(groups.items()):
        if len(found) < (_STACK_MIN_SUBJECTS if subjects else _STACK_MIN):
            continue
        found.sort(key=lambda pair: (-pair[1].weight, pair[0].id))
        name = f"stack:{hub}:{'above' if above else 'below'}:{kind}:{int(subjects)}"
        members = tuple(line for _, line in found)
        stacks.append(Stack(name, hub, above, kind, tuple(node for node, _ in found), members))
    return tuple(stacks)


def stack_line(stack: Stack) -> Line:
    """The one line that joins a stack to its hub."""
    first = stack.lines[0]
    far = stack.id
    swap = {node.id: far for node in stack.nodes}
    return replace(
        first,
        id=f"{stack.id}:line",
        source=swap.get(first.source, first.source),
        target=swap.get(first.target, first.target),
        above=far if stack.above else stack.hub,
        below=stack.hub if stack.above else far,
        members=tuple(e for line in stack.lines for e in line.members),
        marks=frozenset.intersection(*(line.marks for line in stack.lines)),
    )


def _over(lines: Iterable[Line]) -> frozenset[str]:
    """Companies with a list of holders that comes to more than the whole."""
    sums: dict[tuple[str, str, str], float] = defaultdict(float)
    for line in lines:
        facts = line.members[0].facts
        share = facts.get("share")
        if line.kind != "own" or not isinstance(share, int | float) or line.marks & OTHERWISE:
            continue
        # What two lists of the company state alike is one line, and counts in each.
        lists = {
            (str(e.facts.get("list_kind") or ""), str(e.facts.get("observed_on") or "")) for e in line.members
        }
        for kind, day in lists:
            sums[line.target, kind, day] += share
    return frozenset(target for (target, _, _), total in sums.items() if total > 1 + 1e-9)
