"""Who is behind a company: shares, control, ways."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from api.wire.shape import Day, Flag, Fraction, Named, Wire, Words


class Owner(Wire):
    """A holder at any depth."""

    id: str
    name: str | None
    kind: str | None
    share: Fraction
    share_min: Fraction
    share_max: Fraction
    direct: Fraction
    depth: int
    ultimate: bool
    identity: str


class Via(Wire):
    """The one controller."""

    id: str
    via: str | None


class Owners(Wire):
    """Every holder of a company at any depth."""

    company: str
    name: str | None
    method: str
    as_of: Day
    owners: list[Owner]
    controller: Via | None
    known_share: float
    unknown_share: float
    warnings: list[Flag]


class Held(Wire):
    """A company held, with the effective share in it."""

    id: str
    name: str
    share: Fraction
    share_min: Fraction
    share_max: Fraction
    depth: int


class Holdings(Wire):
    """What a party holds, the nearest first."""

    party: str
    as_of: str
    items: list[Held]
    truncated: bool


class Proof(Wire):
    """One link that wins: votes of a holder in a company, and the running sum."""

    company: str
    holder: str
    kind: str
    votes: Fraction
    running: Fraction
    sources: list[str]


class Controller(Wire):
    """A party that controls the company."""

    id: str
    name: str | None
    via: str | None
    joint_share: float
    proof: list[Proof]


class Why(Wire):
    """Why there is no one answer."""

    code: str
    zh: str | None
    en: str | None


class NamedType(Wire):
    """Type and name of a node."""

    type: str
    name: str


class Control(Wire):
    """Who controls a company."""

    company: str
    as_of: Day
    rule: str
    controller: Controller | None
    reason: Why | None
    controllers: list[Controller]
    possible: list[str] = Field(description="Who may control it, as far as the data go")
    joint: list[str] = Field(description="Who hold half each")
    block: list[str] = Field(description="Companies that control each other")
    names: dict[str, NamedType] = Field(description="Of everybody the answer names, by id")
    warnings: list[Flag]


class Controls(Wire):
    """Everything a party controls."""

    as_of: Day
    controls: list[dict[str, Any]]


class Beneficial(Wire):
    """An ultimate beneficial owner; `verdict`: certain, possible or excluded; `test`: share, votes or control."""

    id: str
    name: str | None
    verdict: str
    test: str | None
    share: Fraction
    share_min: Fraction
    share_max: Fraction
    depth: int


class UltimateOwners(Wire):
    """Who benefits in the end."""

    company: str
    as_of: Day
    threshold: float
    method: str
    owners: list[Beneficial]
    excluded: list[Beneficial]
    controller: Via | None
    reason: Why | None
    warnings: list[Flag]


class History(Wire):
    """Changes between two days."""

    changes: list[dict[str, Any]]


class Way(Wire):
    """A way between two parties."""

    nodes: list[str]
    share_min: Fraction
    share_max: Fraction
    formula: str
    formula_en: str = Field(description="The same with posts, kin and contacts in English")
    links: list[dict[str, Any]] = Field(
        description="One for each two neighbours; `parallel`: what else links the two"
    )


class Ways(Wire):
    """Ways between two parties."""

    source: str = Field(alias="from")
    target: str = Field(alias="to")
    as_of: Day
    kinds: list[str]
    order: str
    paths: list[Way]
    truncated: bool
    names: dict[str, NamedType]
    directed: bool = Field(description="Looked for downwards alone, from the holder to the company")
    hint: Words | None = Field(description="What to ask where no way was found")


__all__ = ["Control", "Controls", "History", "Named", "Owners", "UltimateOwners", "Ways"]
