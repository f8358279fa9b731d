"""A detector's question: Cypher about everything loaded, and the same about what stands around some lots."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal, NamedTuple, Self, get_args

import polars as pl

from graph.stores.known_nodes import about

Around = Literal["asked", "lots", "bids", "traced", "tenders", "bidders", "buyers", "servants", "parties"]
"""Of which nodes around some lots a question can be asked (`detectors.running.nearby`)."""
TAKING_PART: Final[Mapping[Around, str]] = {
    "bidders": "MATCH (c:Company)-[:SUBMITS]->(:Bid) RETURN DISTINCT c.id AS id",
    "buyers": "MATCH (c:Company)-[:BUYS]->(:Tender) RETURN DISTINCT c.id AS id",
    "servants": "MATCH (c:Company)-[:SERVES_TENDER]->(:Tender) RETURN DISTINCT c.id AS id",
}
"""The parties that take part, by id."""
_SELDOM: Final[tuple[Around, ...]] = ("buyers", "servants")
"""Of whom there are few beside bidders: a buyer has a thousand tenders."""


class Few(NamedTuple):
    """Nodes that are few, of which to ask instead of everything."""

    ids: str
    """Cypher that gives them: id."""
    near: str
    """The question about those in `$ids`."""


class Question(str):
    """Cypher, asked of everything as it stands. `near`: asked of the nodes `of` alone, listed in `$ids`.

    `few`: how a run over everything asks where these nodes are few, with nothing left out that a detector looks at.
    `large`: what it is read from and the answer while it is put together take so much room that a run over everything
    asks for it before others are held, and apart (`GraphStore.query_apart`).
    """

    of: Around
    near: str
    few: Few | None
    large: bool

    def __new__(
        cls,
        cypher: str,
        of: Around,
        at: str,
        given: str = "",
        whole: str = "",
        few: Few | None = None,
        large: bool = False,
    ) -> Self:
        """`at`: the node of the pattern that stands for them, with its label (`b:Bid`).

        `given`: what the question begins with, and all of them are known to fulfil. `whole`: the same question about
        everything, where an engine answers it sooner so. Raises `AnchorError` where the question can't be walked from
        there, `ValueError` for nodes that are not kept.
        """
        if of not in get_args(Around):
            raise ValueError(f"{of} is none of {get_args(Around)}")
        self = super().__new__(cls, whole or cypher)
        self.of, self.near = of, about(cypher, at, given)
        self.few = few or (Few(TAKING_PART[of], self.near) if of in _SELDOM else None)
        self.large = large
        return self


class Ends(str):
    """Cypher about one type of relationship, asked from each end and joined by a column that tells each apart.

    An engine that finds the nodes at one end by their relationships reads all there are at the other (measured: 150 ms of
    5,600 pairs among a million persons, 40 ms from both ends). `one`, `other`: the questions that begin at either end.
    """

    one: str
    other: str
    on: str

    def __new__(cls, cypher: str, one: str, other: str, on: str) -> Self:
        """`on`: a column of both. What a question of it gives is what `cypher` gives."""
        self = super().__new__(cls, cypher)
        self.one, self.other, self.on = one, other, on
        return self

    def answered(self, ask: Callable[[str], pl.DataFrame]) -> pl.DataFrame:
        """The rows, by asking twice."""
        return ask(self.one).join(ask(self.other), on=self.on)
