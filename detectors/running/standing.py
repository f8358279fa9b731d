"""What holds for one state of the data, whatever is looked at: which ids are one party, and answers about everything."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from typing import Final

import pyarrow as pa

from detectors.question import Question
from graph.penetration.identities import canonical_ids
from graph.stores.contract import GraphStore
from graph.stores.hops import types_named

_TIMEOUT: Final = 300.0

_MAY_DO_WITHOUT: Final = re.compile(
    r"\b(?:OPTIONAL|EXISTS|NOT|OR|XOR|UNION|CALL|UNWIND)\b|\[\w*:\w+\|| WHERE .* WHERE |^(?!.* WHERE )",
    re.IGNORECASE | re.DOTALL,
)
"""What stands in questions that may have answers without the relationships they name, or whose condition is another's."""

SAME_PARTY: Final = "MATCH (a:{0})-[r:SAME_AS]->(b:{0}) RETURN a.id AS from_id, b.id AS to_id, r.by AS by"


class Standing:
    """Asked once and kept; for one state of a store only."""

    def __init__(self, store: GraphStore):
        self._whole: dict[str, pa.Table] = {}
        self._lock = threading.Lock()
        self.present: frozenset[str] = store.present()
        pairs: list[dict[str, str]] = []
        for type_ in ("Company", "Person") if "SAME_AS" in self.present else ():
            table = self.whole(store, SAME_PARTY.format(type_))
            pairs.extend({**row, "type": type_} for row in table.to_pylist())
        self.canonical: Mapping[str, str] = canonical_ids(pairs)
        """The canonical id of every party that has more than one, by each of them."""
        clusters: dict[str, set[str]] = {}
        for id_, best in self.canonical.items():
            clusters.setdefault(best, {best}).add(id_)
        self.same_party: Mapping[str, set[str]] = {i: ids for ids in clusters.values() for i in ids}
        """All ids of every party that has more than one, by each of them."""

    def whole(self, store: GraphStore, cypher: str, timeout: float = _TIMEOUT) -> pa.Table:
        """The answer to a question about everything."""
        with self._lock:
            if cypher not in self._whole:
                self._whole[cypher] = store.query(self._less(cypher), timeout=timeout)
            return self._whole[cypher]

    def _less(self, cypher: str) -> str:
        """The question, asked of nothing where it needs a relationship of which there is none.

        Without relationships the embedded engine still reads every node at an end: 28 ms of a million.
        """
        if _MAY_DO_WITHOUT.search(cypher) or self.present.issuperset(types_named(cypher)):
            return cypher
        return cypher.replace(" WHERE ", " WHERE false AND ", 1)

    def nothing(self, store: GraphStore, question: Question) -> pa.Table | None:
        """The empty answer where the question needs a relationship of which there is none; else None."""
        if self.present.issuperset(types_named(question.split(" OPTIONAL MATCH ")[0])):
            return None
        with self._lock:
            if question not in self._whole:
                # For the columns something must be asked; no node has an empty id.
                self._whole[question] = store.query(question.near, {"ids": [""]}, _TIMEOUT)
            return self._whole[question]
