"""What a party holds, asked downwards: step by step from the graph, each company then looked through at the day."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from api.datasets import Dataset
from graph.penetration import UnknownCompanyError, penetrate
from graph.stores import GraphStore
from graph.stores.hops import EACH, hop

_STEPS: Final = 30
"""Links downwards that are followed."""


def companies_below(
    store: GraphStore, dataset: Dataset, party: str, day: str, most: int
) -> tuple[list[str], bool]:
    """Canonical ids of at most `most` companies a party holds on a day at any depth, the nearest first; and whether
    there are more."""
    ownership = dataset.ownership
    frontier = [ownership.node_of(party)]
    seen, found = set(frontier), list[str]()
    for _ in range(_STEPS):
        aliases = ownership.aliases_of(np.array(frontier, dtype=np.int64))["id"].to_list()
        below: set[str] = set()
        for type_ in ("Person", "Company"):
            rows = store.query(
                f"{EACH}MATCH (h:{type_} {{id: i}}) {hop('(h)-[r:OWNS]->(c:Company)', 'r.key')}"
                "AND r.counted = true AND (r.valid_from IS NULL OR r.valid_from <= $day) "
                "AND (r.valid_to IS NULL OR r.valid_to > $day) RETURN DISTINCT c.id AS id",
                {"ids": aliases, "day": day},
            )
            below.update(rows.column("id").to_pylist())
        nodes = {ownership.node_of(i) for i in below} - seen
        if not nodes:
            return found, False
        seen |= nodes
        ids = ownership.nodes["id"]
        named = sorted(str(ids[n]) for n in nodes)
        if len(found) + len(named) > most:
            return [*found, *named[: most - len(found)]], True
        found += named
        frontier = sorted(nodes)
    return found, True


def holdings(
    store: GraphStore, dataset: Dataset, party: str, day: str, most: int
) -> tuple[list[dict[str, Any]], bool]:
    """Each company held with its effective share and bounds, the nearest first; and whether some were left out.

    Raises `UnknownCompanyError`.
    """
    below, more = companies_below(store, dataset, party, day, most)
    holder = str(dataset.ownership.nodes["id"][dataset.ownership.node_of(party)])
    found = []
    for company in below:
        looked = penetrate(dataset.ownership, company, day)
        for owner in looked.owners:
            if owner.id == holder:
                told = {"method": owner.method} | owner.to_json("")
                kept = ("share", "share_min", "share_max", "direct", "depth", "method")
                found.append(
                    {"id": company, "name": looked.name or "", **{k: told[k] for k in kept if k in told}}
                )
    return sorted(found, key=lambda f: (f["depth"], -(f["share"] or 0.0), f["id"])), more


def holdings_or_none(
    store: GraphStore, dataset: Dataset, party: str, day: str, most: int
) -> list[dict[str, Any]]:
    """As `holdings`; nothing for a party that ownership does not know."""
    try:
        return holdings(store, dataset, party, day, most)[0]
    except UnknownCompanyError:
        return []
