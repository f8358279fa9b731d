"""A detector's question: Cypher about everything loaded, and the same about what stands around some lots."""

from __future__ import annotations

from typing import Literal, Self, get_args

from graph.stores.known_nodes import about

Around = Literal["asked", "lots", "bids", "traced", "tenders", "bidders", "buyers", "servants", "parties"]
"""Of which nodes around some lots a question can be asked (`detectors.running.nearby`)."""


class Question(str):
    """Cypher, asked of everything as it stands. `near`: asked of the nodes `of` alone, listed in `$ids`."""

    of: Around
    near: str

    def __new__(cls, cypher: str, of: Around, at: str, given: str = "", whole: str = "") -> Self:
        """`at`: the node of the pattern that stands for them, with its label (`b:Bid`).

        `given`: what the question begins with, and all of them are known to fulfil. `whole`: the same question about
        everything, where an engine answers it sooner so. Raises `AnchorError` where the question can't be walked from
        there, `ValueError` for nodes that are not kept.
        """
        if of not in get_args(Around):
            raise ValueError(f"{of} is none of {get_args(Around)}")
        self = super().__new__(cls, whole or cypher)
        self.of, self.near = of, about(cypher, at, given)
        return self
