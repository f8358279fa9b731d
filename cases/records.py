"""What the ledger gives: plain records, each with its wire form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from detectors.definition import Evidence
from detectors.finding import Finding

State = Literal["new", "in_review", "confirmed", "cleared", "not_decidable"]
STATES: Final[tuple[State, ...]] = ("new", "in_review", "confirmed", "cleared", "not_decidable")
TRANSITIONS: Final[Mapping[str, tuple[State, ...]]] = {
    "new": ("in_review",),
    "in_review": ("confirmed", "cleared", "not_decidable"),
    "confirmed": ("in_review",),
    "cleared": ("in_review",),
    "not_decidable": ("in_review",),
}
"""From which state to which a person may take a finding."""
SEVERITIES: Final = ("prohibited", "deemed", "review", "lead", "service")

Scope = Literal["read", "personal", "load", "detect", "decide", "export", "admin"]
SCOPES: Final[tuple[Scope, ...]] = ("read", "personal", "load", "detect", "decide", "export", "admin")
"""What an API key may do. `read`: no personal data, people masked; `personal`: people in clear."""

Order = Literal["changed", "newest", "scope", "severity"]


@dataclass(frozen=True, slots=True)
class FindingFilter:
    """Which findings: every field that is set narrows.

    `scope_id` and `subject` are whole ids: findings name the latter among their subjects, or as who ties them;
    `scope_ids`, `subjects`: about, or naming, any of them. `changed_since`: changed after this time (ISO 8601 with offset, not
    included). `found`: False = those no longer found, True = those still found. `suppressed`: by a person or by a
    rule. `order`: "changed" oldest change first (for polling), "newest" the reverse, "scope" as a run prints them,
    "severity" gravest first.
    """

    states: tuple[str, ...] = ()
    detectors: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    scope_kind: str | None = None
    scope_id: str | None = None
    scope_ids: tuple[str, ...] = ()
    subject: str | None = None
    subjects: tuple[str, ...] = ()
    changed_since: str | None = None
    found: bool | None = None
    suppressed: bool | None = None
    order: Order = "changed"


@dataclass(frozen=True, slots=True)
class Suppression:
    """A person's suppression. It counts until `until`; a lifted one has `until` = `at`."""

    at: str
    actor: str
    until: str
    reason: str
    active: bool

    def to_json(self) -> dict[str, Any]:
        """The wire form."""
        return {
            "at": self.at,
            "actor": self.actor,
            "until": self.until,
            "reason": self.reason,
            "active": self.active,
        }


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """What happened to a finding: "found", "changed", "no_longer_found", "found_again", "renamed", "merged",
    "not_checked" (data were missing to say whether it still stands), "checked_again", "decided", "suppressed" or
    "lifted". `changes` names what changed; with `before` and `after` where one finding
    was asked for.
    """

    at: str
    kind: str
    actor: str | None = None
    run: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The wire form."""
        return {"at": self.at, "kind": self.kind, "actor": self.actor, "run": self.run, **self.detail}


@dataclass(frozen=True, slots=True)
class FindingRecord:
    """A finding with its life in the ledger. `id` is its present fingerprint."""

    id: str
    finding: Finding
    state: State
    changed_since_decision: bool
    """Its content changed after a person decided: worth another look."""
    first_seen: str
    last_seen: str
    changed_at: str
    no_longer_found_at: str | None
    not_checked_since: str | None
    """The run since which no run could check it again, as data are missing: it stands as it was last found."""
    former_ids: tuple[str, ...]
    suppression: Suppression | None
    history: tuple[HistoryEntry, ...]
    last_run: str
    cursor: str
    """Where this finding stands in the order it was asked in: `after` of the next page."""

    @property
    def evidence(self) -> Evidence:
        """What proves it."""
        return self.finding.evidence

    def to_json(self) -> dict[str, Any]:
        """The command line's finding object, with its life."""
        return {
            "id": self.id,
            **self.finding.to_json(),
            "state": self.state,
            "changed_since_decision": self.changed_since_decision,
            "first_seen": self.first_seen,
            "last_seen": self.last_seen,
            "changed_at": self.changed_at,
            "no_longer_found_at": self.no_longer_found_at,
            "not_checked_since": self.not_checked_since,
            "former_ids": list(self.former_ids),
            "suppression": self.suppression.to_json() if self.suppression else None,
            "run": self.last_run,
            "history": [h.to_json() for h in self.history],
        }


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run, as recorded. `counts`: found, new, changed, found_again, no_longer_found, undecided (earlier findings
    that could not be judged this time), renamed.
    """

    id: str
    began_at: str
    ended_at: str
    actor: str
    software: str
    dataset_fingerprint: str
    scope: tuple[str, str] | None
    detectors: Mapping[str, str]
    """Detector → version."""
    parameters: Mapping[str, Mapping[str, Any]]
    """Detector → the values in force everywhere."""
    rules: Mapping[str, Any]
    population: Mapping[str, int]
    undecided: int
    """How many lots and households could not be decided; which, tells `Ledger.undecided`."""
    missing: Mapping[str, tuple[str, ...]]
    counts: Mapping[str, int]
    narrowed: Mapping[str, Any] | None = None
    """Where only what loads had touched was looked at (`detectors.running.changed.Narrowed`)."""

    def to_json(self) -> dict[str, Any]:
        """The wire form."""
        return {
            "id": self.id,
            "began_at": self.began_at,
            "ended_at": self.ended_at,
            "actor": self.actor,
            "software": self.software,
            "dataset": {"fingerprint": self.dataset_fingerprint},
            "scope": {"kind": self.scope[0], "id": self.scope[1]} if self.scope else None,
            "detectors": dict(self.detectors),
            "parameters": {k: dict(v) for k, v in self.parameters.items()},
            "rules": dict(self.rules),
            "population": dict(self.population),
            "undecided": self.undecided,
            "missing": {k: list(v) for k, v in self.missing.items()},
            "counts": dict(self.counts),
            "narrowed": dict(self.narrowed) if self.narrowed else None,
        }


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """An API key without its secret, which is never kept."""

    id: str
    name: str
    prefix: str
    scopes: tuple[str, ...]
    created_at: str
    created_by: str
    expires_at: str | None
    revoked_at: str | None
    last_used_at: str | None

    def to_json(self) -> dict[str, Any]:
        """The wire form."""
        return {
            "id": self.id,
            "name": self.name,
            "prefix": self.prefix,
            "scopes": list(self.scopes),
            "created_at": self.created_at,
            "created_by": self.created_by,
            "expires_at": self.expires_at,
            "revoked_at": self.revoked_at,
            "last_used_at": self.last_used_at,
        }


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One entry of the audit. `masked`: its reason was kept with people's numbers in clear, which are masked in `detail`:
    `hash` is over the text as it was kept.
    """

    seq: int
    at: str
    actor: str
    action: str
    object: str
    detail: Mapping[str, Any]
    previous: str
    hash: str
    masked: bool = False

    def to_json(self) -> dict[str, Any]:
        """The wire form."""
        return {
            "seq": self.seq,
            "at": self.at,
            "actor": self.actor,
            "action": self.action,
            "object": self.object,
            "detail": dict(self.detail),
            "previous": self.previous,
            "hash": self.hash,
            "masked": self.masked,
        }


@dataclass(frozen=True, slots=True)
class AuditReport:
    """Whether the audit's chain holds. `broken_at` is the first entry (`seq`) at which it does not; `zh`, `en` say why."""

    ok: bool
    entries: int
    head: str
    broken_at: int | None = None
    zh: str = ""
    en: str = ""

    def to_json(self) -> dict[str, Any]:
        """The wire form."""
        return {
            "ok": self.ok,
            "entries": self.entries,
            "head": self.head,
            "broken_at": self.broken_at,
            "why": None if self.ok else {"zh": self.zh, "en": self.en},
        }


@dataclass(frozen=True, slots=True)
class Source:
    """Where a load came from and what may be done with it; `valid_until` is a date, `forwarding` says to whom it may go."""

    provider: str | None = None
    purpose: str | None = None
    valid_until: str | None = None
    forwarding: str | None = None


@dataclass(frozen=True, slots=True)
class LoadRecord:
    """A load, mirrored from the graph."""

    id: str
    dataset: str
    snapshot: str | None
    files: tuple[Mapping[str, Any], ...]
    counts: Mapping[str, int]
    software: str
    first_loaded_at: str
    loaded_at: str
    loaded_by: str
    taken_back_at: str | None
    source: Source

    def to_json(self) -> dict[str, Any]:
        """The wire form."""
        return {
            "id": self.id,
            "dataset": self.dataset,
            "snapshot": self.snapshot,
            "files": [dict(f) for f in self.files],
            "counts": dict(self.counts),
            "software": self.software,
            "first_loaded_at": self.first_loaded_at,
            "loaded_at": self.loaded_at,
            "loaded_by": self.loaded_by,
            "taken_back_at": self.taken_back_at,
            "provider": self.source.provider,
            "purpose": self.source.purpose,
            "valid_until": self.source.valid_until,
            "forwarding": self.source.forwarding,
        }


@dataclass(frozen=True, slots=True)
class RememberedAnswer:
    """The answer given before under the same idempotency key."""

    status: int
    headers: Mapping[str, str]
    body: str
