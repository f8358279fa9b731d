"""What the graph holds: parties, what stands next to them, lots, households."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from api.wire.findings import Finding, Undecided
from api.wire.shape import Day, Fraction, Named, Wire


class Match(Named):
    """Something found by a search; `matched`: id, name, former_name, pinyin, or near where nothing is."""

    kind: str
    matched: str


class Matches(Wire):
    """What a search found."""

    items: list[Match]
    truncated: bool


class LotOf(Wire):
    """A lot somebody bid for."""

    id: str
    title: str | None
    name: str | None = Field(None, description="Its tender's title and its own, where they have one")
    bid_on: Day = Field(description="Of a lot opened on several days that of the opening the bid was in")
    status: str | None
    won: bool | None


class Party(Named):
    """One company or person."""

    kind: str
    facts: dict[str, Any]
    aliases: list[dict[str, Any]]
    names: list[dict[str, Any]]
    identifiers: list[dict[str, Any]]
    lots: list[LotOf]
    sources: list[str]
    truncated: bool


class Count(Wire):
    """How many links of a kind."""

    kind: str
    direction: str
    count: int
    not_counted: int = Field(
        0, description="So many of them do not count: another list goes before their own"
    )


class Beside(Named):
    """What stands at the other end of a link; of a bid also its lot and who submits it."""

    lot: Named | None = None
    bidders: list[Named] | None = None


class NextTo(Wire):
    """A link, and what stands at its other end."""

    kind: str
    direction: str
    party: Beside
    sources: list[str]
    share: Fraction = None
    key: str | None = None
    counted: bool | None = Field(
        None, description="False where it does not count: another list goes before its own"
    )


class Neighbours(Wire):
    """What stands next to a node."""

    id: str
    counts: list[Count]
    items: list[NextTo]
    truncated: bool


class SourceRow(Wire):
    """Where a row comes from: a file by name and SHA-256, a sheet, a row or statement."""

    batch: str
    file: str | None
    sha256: str | None
    sheet: str
    row: str
    dataset: str | None
    loaded_at: str | None


class Link(Wire):
    """One stated relationship; `counted` is false where another list goes before its own."""

    kind: str
    key: str | None
    stated: dict[str, Any]
    counted: bool | None
    sources: list[SourceRow]


class Links(Wire):
    """All that was stated between two nodes."""

    items: list[Link]


class LotRow(Wire):
    """A lot in a list."""

    id: str
    title: str | None
    bid_on: Day
    status: str | None
    bids: int


class LotsPage(Wire):
    """A page of lots."""

    items: list[LotRow]
    next: str | None
    truncated: bool


class Bidder(Wire):
    """One bidder; `amount` in minor units of `currency`."""

    id: str
    name: str | None
    bid: str
    role: str | None
    status: str | None
    rank: int | None
    won: bool | None
    amount: int | None
    currency: str | None
    opened_on: Day = Field(
        None,
        description="Of a lot whose bids were opened on several days: the opening this row is of, with what was bid in it. "
        "null: opened once, or no row says at which opening",
    )
    owners_known: bool | None = Field(
        None, description="Is any holder of the company stated? null: of a person, or not asked for"
    )


class Lot(Wire):
    """One lot."""

    id: str
    title: str | None
    bid_on: Day
    bid_on_from: str | None
    tender: dict[str, Any] | None
    buyers: list[dict[str, Any]]
    bidders: list[Bidder]
    rounds: list[str] = Field(
        description="The days on which bids were opened, where several (a tender held again): each is judged by itself"
    )
    findings: list[Finding]
    combined: list[dict[str, Any]]
    undecided: list[Undecided] | None = Field(
        description="What the last run could not decide of the lot; null where no run looked at these data by these rules"
    )
    names: dict[str, str] = Field(description="Of whom and what can't be decided, by id")


class HouseholdRow(Wire):
    """A household in a list."""

    id: str
    kind: str | None
    region: str | None


class HouseholdsPage(Wire):
    """A page of households."""

    items: list[HouseholdRow]
    next: str | None
    truncated: bool


class Household(Wire):
    """One household."""

    id: str
    kind: str | None
    region: str | None
    people: int | None = Field(
        description="How many people its lists say it has (家庭人口, 保障人口); its members may be fewer, where lists name the head alone"
    )
    members: list[dict[str, Any]]
    properties: list[dict[str, Any]]
    benefits: list[dict[str, Any]]
    findings: list[Finding]
    undecided: list[Undecided] | None = Field(
        description="What the last run could not decide of the household; null where no run looked at these data by these rules"
    )
    names: dict[str, str] = Field(description="Of whom and what can't be decided, by id")
