"""Cypher for subcontracts, with their winners: what three detectors of delivery need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any, Final

import polars as pl

from detectors.definition import Draft, Evidence, Row, Suppressor
from detectors.procedure import limits
from detectors.procedure.scopes import scope_kind
from detectors.rows import table
from detectors.ties import bidding

SUBCONTRACTS: Final = (
    "MATCH (w:Company)-[s:SUBCONTRACTS_TO]->(x:Company) WHERE s.counted "
    "RETURN w.id AS party_id, w.name AS party_name, x.id AS to_id, x.name AS to_name, s.lot AS lot_id, "
    "s.amount AS sub_amount, s.currency AS sub_currency, s.signed_on AS signed_on, s.scope AS scope, s.key AS link_key"
)
SUBCONTRACTS_COLUMNS: Final = (
    *("party_id", "party_name", "to_id", "to_name", "lot_id", "sub_amount", "sub_currency"),
    *("signed_on", "scope", "link_key"),
)
QUERIES: Final = {"subcontracts": SUBCONTRACTS, "lots": limits.LOTS, "bidders": bidding.BIDDERS}
"""What a detector of subcontracting asks: the contracts, the lots, and who won together."""
COLUMNS: Final = {
    "subcontracts": SUBCONTRACTS_COLUMNS,
    "lots": limits.LOTS_COLUMNS,
    "bidders": bidding.BIDDERS_COLUMNS,
}
_MAIN = r"主体结构|主体工程|全部工程|整体转包"
_NOT_MAIN = r"非主体|除主体|主体(?:结构|工程)?(?:以外|之外|除外)"
LABOUR_ONLY: Final = Suppressor(
    "labour-only",
    "劳务分包另有规定，不计入",
    "labour-only subcontracts have rules of their own and do not count",
)
SUPPLY: Final = Suppressor(
    "supply-or-service",
    "材料设备采购、租赁和检测监测不是工程分包，不计入",
    "buying, renting and testing are no subcontracts of works and do not count",
)
WITHIN_CONSORTIUM: Final = Suppressor(
    "consortium",
    "中标联合体成员之间的分工不是分包，不计入",
    "how the members of the winning consortium divide the work is no subcontract, and does not count",
)
SET_ASIDE: Final = (LABOUR_ONLY, SUPPLY, WITHIN_CONSORTIUM)
_INSIDE: Final = "consortium"
_KINDS: Final = (
    (_INSIDE, "中标联合体成员之间的分工", "the division of work inside the winning consortium"),
    ("labour", "劳务作业", "labour only"),
    ("supply", "采购、租赁或检测监测", "buying, renting or testing"),
)
SUBCONTRACTED_LOTS: Final = (
    "MATCH (:Company)-[s:SUBCONTRACTS_TO]->(:Company) RETURN count(DISTINCT s.lot) AS n"
)


def by_contractor(rows: Mapping[str, Sequence[Row]]) -> Iterator[list[dict[str, Any]]]:
    """The subcontracts of each lot and contractor, with `main`, `kind` and the contract's amount where it won the lot.

    `kind`: as `scope_kind` says, or "consortium" between members of the bid that won.

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
        kind=scope.map_elements(scope_kind, return_dtype=pl.String).fill_null(""),
    )
    links = links.join(
        within_consortia(rows), on=["lot_id", "party_id", "to_id"], how="left", maintain_order="left"
    )
    links = links.with_columns(
        kind=pl.when(pl.col("inside").is_null()).then("kind").otherwise(pl.lit(_INSIDE))
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


def within_consortia(rows: Mapping[str, Sequence[Row]]) -> pl.DataFrame:
    """Pairs of members of the bid that won a lot, or of any bid where that is not known: lot_id, party_id, to_id, inside.

    `rows`: the answer to `bidding.BIDDERS` ("bidders").
    """
    bids = table(rows["bidders"])
    won = pl.col("won").cast(pl.Boolean).fill_null(False) | (pl.col("status") == "won").fill_null(False)
    bids = bids.filter(won | ~won.any().over("lot_id")).select("lot_id", "bid_id", "bidder_id").unique()
    joint = bids.filter(pl.len().over("bid_id") > 1)
    pairs = joint.join(joint, on=["lot_id", "bid_id"]).select(
        "lot_id", party_id="bidder_id", to_id="bidder_id_right", inside=pl.lit(True)
    )
    return pairs.filter(pl.col("party_id") != pl.col("to_id")).unique()


def set_aside(kinds: Set[str], works: bool = False) -> tuple[str, str, str]:
    """Why subcontracts of these kinds do not count: (rule, reason zh, reason en); `works`: others beside them are works."""
    alone = {"labour": LABOUR_ONLY.name, _INSIDE: WITHIN_CONSORTIUM.name}
    rule = alone.get(next(iter(kinds)), SUPPLY.name) if len(kinds) == 1 else SUPPLY.name
    told = [(zh, en) for kind, zh, en in _KINDS if kind in kinds]
    zh, en = "、".join(t[0] for t in told), ", ".join(t[1] for t in told)
    if works:
        return (
            rule,
            f"分包金额中包含{zh}，扣除后未达提示线",
            f"part of the amount is {en}; without it the limit is not reached",
        )
    return (
        rule,
        f"所涉合同为{zh}，不按工程分包计"
        if rule == WITHIN_CONSORTIUM.name
        else f"所涉合同内容为{zh}，不按工程分包计",
        f"the scope is {en}, and counts as no subcontract of works",
    )


def with_keys(draft: Draft, keys: tuple[str, ...], identity: Mapping[str, str]) -> Draft:
    """The draft with the stated rows that prove it, and what else makes it the same next time."""
    return replace(
        draft, evidence=Evidence(draft.evidence.nodes, keys), identity={**draft.identity, **identity}
    )
