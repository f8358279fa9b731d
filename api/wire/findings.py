"""Findings, detectors, and what is asked of them."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from api.wire.shape import LINKS, DatasetOf, Named, Wire, Words


class Scope(Wire):
    """What a finding is about: a lot, a household."""

    kind: str
    id: str
    name: str | None = Field(
        None,
        description="Of a lot: its tender's title and its own; of a tender: its title; of a party: its name; where there is one",
    )


class SuppressedBy(Wire):
    """The rule that explains a finding innocently."""

    rule: str
    reason: str


class Found(Wire):
    """A finding as a run gives it: a lead to verify, no accusation."""

    detector: str
    version: str
    severity: str
    scope: Scope
    subjects: list[str]
    facts: dict[str, Any]
    basis: list[dict[str, Any]]
    suppressed_by: SuppressedBy | None
    text: Words
    fingerprint: str


class Finding(Found):
    """A finding with its life."""

    id: str
    state: str
    first_seen: str
    last_seen: str
    changed_at: str
    no_longer_found_at: str | None
    not_checked_since: str | None = Field(
        description="Since when no run could check it again, as data are missing: it stands as it was last found"
    )
    suppression: dict[str, Any] | None
    links: dict[str, str] = Field(description=LINKS)


class FindingsPage(Wire):
    """A page of findings."""

    items: list[Finding]
    next: str | None
    truncated: bool


class FindingCounts(Wire):
    """How many findings, by what."""

    findings: int
    by_state: dict[str, int]
    by_severity: dict[str, int]
    by_detector: dict[str, int]
    suppressed: int
    no_longer_found: int


class Undecided(Wire):
    """What can't be decided, and what is missing."""

    detector: str
    scope: Scope
    subjects: list[str]
    missing: Words


class LotScreened(Wire):
    """A lot screened."""

    lot: str
    bidders: list[dict[str, Any]]
    findings: list[Found]
    undecided: list[Undecided]
    combined: list[dict[str, Any]]
    run: str
    names: dict[str, str] = Field(description="Of whom and what can't be decided, by id")
    dataset: DatasetOf
    truncated: bool


class Unresolved(Wire):
    """A name that none or several bear."""

    index: int = Field(
        description="Its place among the parties of the request, from 0; `input` may be masked"
    )
    input: str
    candidates: list[Named]


class ResolvedParty(Named):
    """A party that was meant."""

    input: str


class NotScreened(ResolvedParty):
    """A party that detectors do not look at, and why."""

    reason: Words


class ScreeningAnswer(Wire):
    """Parties screened with no tender."""

    findings: list[Found]
    undecided: list[Undecided]
    names: dict[str, str] = Field(description="Of whom can't be decided, by id")
    parties: list[ResolvedParty]
    not_screened: list[NotScreened] = Field(description="Persons: they do not bid")
    unresolved: list[Unresolved]
    dataset: DatasetOf
    truncated: bool


class TieRole(Wire):
    """What somebody, or a contact, that ties two of a list is to one of them."""

    party: str
    who: Named
    role: str = Field(description="the code of a post or kind of contact; shareholder, controller, itself")
    share: float | None
    share_min: float | None
    share_max: float | None


class Tie(Wire):
    """Two of a list tied; `via`: what ties them, null where directly."""

    a: str
    b: str
    kind: str
    via: Named | None
    formula: str
    paths: list[dict[str, Any]]
    roles: list[TieRole] = Field(
        description="Who stands at `a`, and who at `b`: one, or two who are kin; empty for ownership and control"
    )
    relation: str | None = Field(description="How two who are kin are related, as declared")


class RelationsAnswer(Wire):
    """Who of a list is tied to whom, by what."""

    parties: list[ResolvedParty]
    ties: list[Tie]
    unresolved: list[Unresolved]
    truncated: bool


class Detector(Wire):
    """One detector of the catalogue."""

    id: str
    version: str
    domain: str
    scene: str
    title: Words
    severity: str
    support: bool
    needs: list[str]
    needs_any: list[str]
    needs_fields: list[str]
    basis: list[dict[str, Any]]
    parameters: list[dict[str, Any]]
    suppressors: list[dict[str, Any]]
    innocent: dict[str, list[str]]


class Detectors(Wire):
    """The catalogue."""

    items: list[Detector]
