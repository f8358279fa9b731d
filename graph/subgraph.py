"""A small part of the graph, taken out to be shown or handed on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class SubNode:
    """One node. `type` is a node type of the model; `facts` are its stored fields that have a value."""

    id: str
    type: str
    name: str
    kind: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    effective_share: float | None = None
    """穿透持股比例 in the company the picture is about, as a fraction, where it was computed."""
    marks: tuple[str, ...] = ()
    """What to highlight: "subject" (asked about), "finding" (part of a finding), "unknown"."""


@dataclass(frozen=True, slots=True)
class SubEdge:
    """One relationship, `type` as in the model, with the source rows that state it."""

    id: str
    type: str
    source: str
    target: str
    facts: dict[str, Any] = field(default_factory=dict)
    """For OWNS: share, share_min, share_max, votes (fractions), valid_from, valid_to, sources…"""
    marks: tuple[str, ...] = ()
    """"finding": part of what proves a finding; "computed": drawn dashed, with `facts["formula"]`."""


@dataclass(frozen=True, slots=True)
class Subgraph:
    """Nodes and edges in a fixed order, with what a legend must say."""

    nodes: tuple[SubNode, ...]
    edges: tuple[SubEdge, ...]
    title: str = ""
    method: str = ""
    as_of: str = ""
    fingerprint: str = ""
    truncated: bool = False
    """True where a limit cut it; a picture must say so."""
    undrawn: int = 0
    """Findings marked in it that also rest on what is not among its nodes and edges; a picture must say so too."""
