"""What the service is composed of; made by the command line, and by tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from api.places import Places
from cases import Ledger
from detectors.definition import Detector
from detectors.rules.values import NO_RULES, LocalRules
from graph.stores import GraphStore
from loaders.identity import PersonKey


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what one request may ask for."""

    page: int = 500
    """Entries of a page."""
    nodes: int = 300
    """Nodes of a picture."""
    parties: int = 200
    """Parties named in one screening or question about relations."""
    body_bytes: int = 1 << 20
    """A JSON body."""
    upload_bytes: int = 512 << 20
    """All files of one upload together."""
    upload_files: int = 200
    seconds: float = 30.0
    """A request; its queries are stopped then."""
    jobs: int = 50
    """Jobs waiting or running."""


@dataclass(frozen=True)
class Services:
    """Everything the service rests on.

    `folder`: where it keeps what can be made again (the index of names, uploads under way). `reports`: refused rows.
    `keys_required` false is for the loopback interface alone: then `hosts` are the names it may be called by, and
    everybody may do everything, as `actor`.
    """

    store: GraphStore
    ledger: Ledger
    person_key: PersonKey
    folder: Path
    reports: Path
    rules: LocalRules = NO_RULES
    own: tuple[Detector, ...] = ()
    """An operator's own detectors, beside the product's."""
    keys_required: bool = True
    hosts: frozenset[str] = frozenset()
    actor: str = "local"
    web: Path | None = None
    """The built explorer."""
    prefix: str = ""
    """The path the service stands under, such as /lookthrough."""
    limits: Limits = field(default_factory=Limits)

    @cached_property
    def places(self) -> Places:
        """What of this server no client is told."""
        return Places((self.store.url, self.ledger.url, self.folder, self.reports))
