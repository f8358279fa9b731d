"""Runs, loads, jobs, status."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from api.wire.findings import Undecided
from api.wire.shape import LINKS, DatasetOf, Wire


class Progress(Wire):
    """How far a job is; `total` 0 = unknown."""

    step: str
    done: int
    total: int


class Job(Wire):
    """A piece of long work."""

    id: str
    kind: str
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    progress: Progress
    result: Any
    problem: dict[str, Any] | None
    links: dict[str, str] = Field(description=LINKS)


class RunsPage(Wire):
    """A page of runs."""

    items: list[dict[str, Any]]
    next: str | None
    truncated: bool


class UndecidedPage(Wire):
    """A page of what a run could not decide."""

    items: list[Undecided]
    names: dict[str, str] = Field(description="Of whom and what they are about, by id")
    next: str | None
    truncated: bool


class UndecidedCounts(Wire):
    """How much a run could not decide, by detector."""

    undecided: int
    by_detector: dict[str, int]


class Loads(Wire):
    """All loads."""

    items: list[dict[str, Any]]
    next: str | None
    truncated: bool


class Inspected(Wire):
    """What files would be taken for."""

    items: list[dict[str, Any]]


class Status(Wire):
    """What the service holds."""

    software: str
    store: dict[str, Any]
    dataset: DatasetOf
    counts: dict[str, int]
    loading: list[str]
    jobs: dict[str, int]
    findings: dict[str, Any]
    caller: dict[str, Any]
