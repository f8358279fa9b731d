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
from detectors.ties import bidding, managed

SUBCONTRACTS: Final = (
    "MATCH (w:Company)-[s:SUBCONTRACTS_TO]->(x:Company) WHERE s.counted "
    "RETURN w.id AS party_id, w.id AS party_stated, w.name AS party_name, x.id AS to_id, x.id AS to_stated, "
    "x.name AS to_name, s.lot AS lot_id, "
    "s.amount AS sub_amount, s.currency AS sub_currency, s.signed_on AS signed_on, s.scope AS scope, s.key AS link_key"
)
SUBCONTRACTS_COLUMNS: Final = (
    *("party_id", "party_stated", "party_name", "to_id", "to_stated", "to_name", "lot_id"),
    *("sub_amount", "sub_currency"),
    *("signed_on", "scope", "link_key"),
)
QUERIES: Final = {
    "subcontracts": SUBCONTRACTS,
    "branches": managed.BRANCHES,
    **managed.SUBCONTRACTED,
    "lots": limits.LOTS,
    "bidders": bidding.BIDDERS,
}
"""What a detector of subcontracting asks: the contracts, the lots, and who won together."""
COLUMNS: Final = {
    "subcontracts": SUBCONTRACTS_COLUMNS,
    "branches": managed.MANAGED_COLUMNS,
    **dict.fromkeys(managed.SUBCONTRACTED, managed.MANAGED_COLUMNS),
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
OWN_BRANCH: Final = Suppressor(
    "own-branch",
    "由总包单位自己的分支机构（分公司）施工不是分包，不计入",
    "works done by the contractor's own branch are no subcontract, and do not count",
)
SET_ASIDE: Final = (LABOUR_ONLY, SUPPLY, WITHIN_CONSORTIUM, OWN_BRANCH)
_INSIDE: Final = "consortium"
_OWN: Final = "branch"
INSIDE: Final = (_INSIDE, _OWN)
"""Kinds of what is no subcontract whatever its scope: within the winning consortium, or within one company."""
_KINDS: Final = (
    (_OWN, "总包单位与自己的分支机构之间的分工", "the division of work with the contractor's own branch"),
    (_INSIDE, "中标联合体成员之间的分工", "the division of work inside the winning consortium"),
    ("labour", "劳务作业", "labour only"),
    ("supply", "采购、租赁或检测监测", "buying, renting or testing"),
)
SUBCONTRACTED_LOTS: Final = (
    "MATCH (:Company)-[s:SUBCONTRACTS_TO]->(:Company) RETURN count(DISTINCT s.lot) AS n"
)


def by_contractor(rows: Mapping[str, Sequence[Row]]) -> Iterator[list[dict[str, Any]]]:
    """The subcontracts of each lot and contractor, with `main`, `kind` and the contract's amount where it won the lot.

    `kind`: as `scope_kind` says, or "consortium" between members of the bid that won, or "branch" within one company
    (`branch_keys`: what states that). What a company won its branches did.

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
    links = inside(rows, links).with_columns(kind=pl.coalesce("inside", "kind"))
    contracts = with_branches(rows, contracts, "party_id")
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


def inside(rows: Mapping[str, Sequence[Row]], links: pl.DataFrame) -> pl.DataFrame:
    """Subcontracts with `inside`: "consortium" within the bid that won, "branch" within one company, else null.

    `branch_keys`: keys of the rows that state the latter, on the day of signing.
    """
    signed = pl.col("signed_on")
    holds = (pl.col("held_to").is_null() | (signed < pl.col("held_to"))).fill_null(False) & (
        pl.col("held_from").is_null() | signed.is_null() | (pl.col("held_from") <= signed)
    ).fill_null(False)
    own = links.select("party_id", "to_id", "signed_on", "link_key").join(
        one_company(rows), left_on=["party_id", "to_id"], right_on=["party_id", "own_id"]
    )
    own = own.filter(holds).select("link_key", "branch_keys").unique("link_key", maintain_order=True)
    told = links.join(
        within_consortia(rows), on=["lot_id", "party_id", "to_id"], how="left", maintain_order="left"
    )
    told = told.join(own, on="link_key", how="left", maintain_order="left")
    kind = (
        pl.when("inside").then(pl.lit(_INSIDE)).when(pl.col("branch_keys").is_not_null()).then(pl.lit(_OWN))
    )
    return told.with_columns(inside=kind)


def one_company(rows: Mapping[str, Sequence[Row]]) -> pl.DataFrame:
    """Pairs that are one company, a branch and its head office or another branch: party_id, own_id, branch_keys, held_from,
    held_to.

    `rows`: the answers to `managed.BRANCHES` ("branches") and `managed.SUBCONTRACTED`.
    """
    heads = managed.branches(*(rows[k] for k in ("branches", *managed.SUBCONTRACTED))).select(
        party_id="bidder_id", own_id="holder_id", branch_keys=pl.concat_list("link_key"),
        held_from=pl.col("held_from").cast(pl.String), held_to=pl.col("held_to").cast(pl.String),
    )  # fmt: skip
    both = heads.join(heads, on="own_id", suffix="_2").filter(pl.col("party_id") != pl.col("party_id_2"))
    siblings = both.select(
        "party_id",
        own_id="party_id_2",
        branch_keys=pl.col("branch_keys").list.concat("branch_keys_2"),
        held_from=pl.max_horizontal("held_from", "held_from_2"),
        held_to=pl.min_horizontal("held_to", "held_to_2"),
    )
    turned = heads.rename({"party_id": "own_id", "own_id": "party_id"}).select(heads.columns)
    pairs = pl.concat([heads, turned, siblings])
    return pairs.filter(pl.col("party_id") != pl.col("own_id")).unique(
        ["party_id", "own_id"], maintain_order=True
    )


def with_branches(rows: Mapping[str, Sequence[Row]], bids: pl.DataFrame, party: str) -> pl.DataFrame:
    """Bids of parties (column `party`), and the same once more for whatever is one company with a party, unless that bids in
    the lot itself; with `own_keys`: what states it.
    """
    pairs = one_company(rows).select(pl.col("party_id").alias(party), "own_id", own_keys="branch_keys")
    again = bids.join(pairs, on=party).with_columns(pl.col("own_id").alias(party)).drop("own_id")
    again = again.join(bids.select("lot_id", party), on=["lot_id", party], how="anti")
    again = again.unique(["lot_id", party], maintain_order=True)
    return pl.concat([bids, again], how="diagonal_relaxed")


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
    alone = {"labour": LABOUR_ONLY.name, _INSIDE: WITHIN_CONSORTIUM.name, _OWN: OWN_BRANCH.name}
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
        if rule in (WITHIN_CONSORTIUM.name, OWN_BRANCH.name)
        else f"所涉合同内容为{zh}，不按工程分包计",
        f"the scope is {en}, and counts as no subcontract of works",
    )


def of_branches(found: Sequence[Row]) -> set[str]:
    """Keys of the rows that say that two are one company."""
    return {str(k) for r in found for c in ("branch_keys", "own_keys") for k in r.get(c) or ()}


def with_keys(draft: Draft, keys: tuple[str, ...], identity: Mapping[str, str]) -> Draft:
    """The draft with the stated rows that prove it, and what else makes it the same next time."""
    return replace(
        draft, evidence=Evidence(draft.evidence.nodes, keys), identity={**draft.identity, **identity}
    )
