"""Cypher for subcontracts, with their winners: what three detectors of delivery need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import polars as pl

from detectors.definition import Draft, Evidence, Row
from detectors.rows import table

SUBCONTRACTS: Final = (
    "MATCH (w:Company)-[s:SUBCONTRACTS_TO]->(x:Company) WHERE s.counted "
    "RETURN w.id AS party_id, w.name AS party_name, x.id AS to_id, x.name AS to_name, s.lot AS lot_id, "
    "s.amount AS sub_amount, s.currency AS sub_currency, s.signed_on AS signed_on, s.scope AS scope, s.key AS link_key"
)
SUBCONTRACTS_COLUMNS: Final = (
    *("party_id", "party_name", "to_id", "to_name", "lot_id", "sub_amount", "sub_currency"),
    *("signed_on", "scope", "link_key"),
)
LABOUR: Final = "劳务"
"""A labour-only subcontract (劳务分包) is a kind of its own."""
_MAIN = r"主体结构|主体工程|全部工程|整体转包"
_NOT_MAIN = r"非主体|除主体|主体(?:结构|工程)?(?:以外|之外|除外)"
SUBCONTRACTED_LOTS: Final = (
    "MATCH (:Company)-[s:SUBCONTRACTS_TO]->(:Company) RETURN count(DISTINCT s.lot) AS n"
)


def by_contractor(rows: Mapping[str, Sequence[Row]]) -> Iterator[list[dict[str, Any]]]:
    """The subcontracts of each lot and contractor, with `main`, `labour` and the contract's amount where it won the lot.

    `rows`: the answers to SUBCONTRACTS ("subcontracts"), to the lots of `limits` and to `bidding.BIDDERS`.
    """
    won = (pl.col("won").cast(pl.Boolean).fill_null(False)) | (pl.col("status") == "won").fill_null(False)
    contracts = (
        table(rows["bidders"])
        .filter(won)
        .select(
            "lot_id", party_id="bidder_id", contract="amount", contract_currency="currency", won_bid="bid_id"
        )
        .unique()
    )
    scope = pl.col("scope").fill_null("")
    links = table(rows["subcontracts"]).with_columns(
        main=scope.str.contains(_MAIN) & ~scope.str.contains(_NOT_MAIN),
        labour=scope.str.contains(LABOUR),
    )
    whole = links.join(contracts, on=["lot_id", "party_id"], how="left").join(
        table(rows["lots"]), on="lot_id"
    )
    # Only the contractor passes works on; what a subcontractor does is another detector's.
    known = pl.col("won_bid").is_not_null().any().over("lot_id")
    whole = whole.filter(pl.col("won_bid").is_not_null() | ~known).sort(
        "lot_id", "party_id", "to_id", "link_key"
    )
    for _, group in whole.group_by("lot_id", "party_id", maintain_order=True):
        yield group.to_dicts()


def with_keys(draft: Draft, keys: tuple[str, ...], identity: Mapping[str, str]) -> Draft:
    """The draft with the stated rows that prove it, and what else makes it the same next time."""
    return replace(
        draft, evidence=Evidence(draft.evidence.nodes, keys), identity={**draft.identity, **identity}
    )
