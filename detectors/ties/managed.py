"""Bidders that are managed without shares, or are branches: by another bidder, or by one manager in common.

Who manages a company that controls a bidder manages the bidder, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import polars as pl

from detectors.definition import Row
from detectors.question import Question
from detectors.rows import table
from detectors.ties import managers
from detectors.ties.attached_drafts import added
from detectors.ties.links import LINK_COLUMNS, SPAN, LinkTie, compared, link_ties, on_bids
from graph.public_kinds import STATE

_TOLD: Final = "c.id AS bidder_id, h.id AS holder_id, h.name AS holder_name"
# Few relationships are of these kinds: asked for all of them, in one pattern, an engine begins at them.
MANAGES: Final = (
    "MATCH (h)-[r:EXERCISES_CONTROL]->(c:Company) WHERE r.counted AND r.interest = 'management_relation' "
    f"RETURN {_TOLD}, r.interest AS role, {SPAN}, h.kind AS holder_kind"
)
_OF_A_BRANCH: Final = f"WHERE r.counted RETURN DISTINCT {_TOLD}, coalesce(r.role, 'branch') AS role, {SPAN}, h.kind AS holder_kind"
BRANCHES: Final = Question(
    f"MATCH (c:Company)-[r:BRANCH_OF]->(h:Company) {_OF_A_BRANCH}", "parties", "c:Company"
)
SUBCONTRACTED: Final[Mapping[str, str]] = {
    "contractors_heads": f"MATCH (h:Company)<-[r:BRANCH_OF]-(c:Company)-[:SUBCONTRACTS_TO]->(:Company) {_OF_A_BRANCH}",
    "subcontractors_heads": f"MATCH (h:Company)<-[r:BRANCH_OF]-(c:Company)<-[:SUBCONTRACTS_TO]-(:Company) {_OF_A_BRANCH}",
}
"""Branches that subcontract, and that are subcontracted to."""
MANAGED_COLUMNS: Final = ("bidder_id", *LINK_COLUMNS, "holder_kind")
_BY_NAME: Final = "branch_by_name"
_RULES: Final = "controller"
NO_BRANCHES: Final = ("management_relation", managers.THROUGH, _RULES)
"""Roles of those that are managed, or controlled, otherwise than as branches."""


def branches(*rows: Sequence[Row]) -> pl.DataFrame:
    """Branches and their head offices: what a branch's name says counts where nobody states its head office."""
    told = pl.concat([table(r) for r in rows], how="diagonal_relaxed").unique(maintain_order=True)
    by_name = pl.col("role").fill_null("") == _BY_NAME
    stated = told.filter(~by_name)["bidder_id"].unique()
    return told.filter(~by_name | ~pl.col("bidder_id").is_in(stated.implode()))


def managed(
    rows: Mapping[str, Sequence[Row]], bidders: pl.DataFrame, with_branches: bool = False
) -> pl.DataFrame:
    """Whoever manages a bidder, or a company that controls it, beside each of its bids (`on_bids`).

    Of a company above a bidder (`above_id`, `above_name`) the control between is in `more_nodes` and `more_keys`. A manager
    that bids stands among its own bids, role "itself", and one that controls another bidder beside that, role "controller".
    Of who controls its manager that manager is `above_id`. `rows`: of `manages`, `branches` and `control`, and of
    `managers_control` where they are asked for.
    """
    links = table(rows["manages"])
    if with_branches:
        links = pl.concat([links, branches(rows["branches"])], how="diagonal_relaxed")
    bids = compared(bidders)
    if links.is_empty() or bids.is_empty():
        return on_bids(bidders, links).with_columns(above_id=pl.lit(None, pl.String)).clear()
    control = table(rows["control"]).filter(pl.col("bidder_id") != pl.col("holder_id"))
    control = control.select(
        "bid_id", "bidder_id", "holder_id", above_name="holder_name", control="derivation"
    )
    control = control.with_columns(pl.col("above_name", "control").cast(pl.String))
    over = control.rename({"holder_id": "above_id"})
    # A branch's head office controls it already.
    theirs = table(rows["manages"]).rename({"bidder_id": "above_id"}).drop("stated_id", strict=False)
    through = on_bids(bidders, theirs.join(over.drop("bidder_id"), on="above_id"), "bid_id")
    direct = on_bids(bidders, links)
    found = pl.concat([direct, through, managers.through(rows, direct)], how="diagonal_relaxed")
    found = found.filter(pl.col("holder_id") != pl.col("bidder_id"))
    managing = found.select("lot_id", "holder_id", "holder_name", "holder_kind").unique(
        ["lot_id", "holder_id"]
    )
    ruled = bids.join(control.drop("above_name"), on=["bid_id", "bidder_id"])
    ruled = ruled.join(managing, on=["lot_id", "holder_id"])
    ruled = ruled.join(found, on=["lot_id", "holder_id", "bidder_id"], how="anti")
    own = bids.join(managing, left_on=["lot_id", "bidder_id"], right_on=["lot_id", "holder_id"])
    own = own.with_columns(holder_id=pl.col("bidder_id"))
    whole = pl.concat(
        [
            found,
            ruled.with_columns(role=pl.lit(_RULES), when=pl.lit("yes")),
            own.with_columns(role=pl.lit("itself"), when=pl.lit("yes")),
        ],
        how="diagonal_relaxed",
    )
    told = [_proof(c, a) for c, a in whole.select("control", "above_id").iter_rows()]
    return whole.drop("control").with_columns(
        more_nodes=pl.Series([sorted(n) for n, _ in told], dtype=pl.List(pl.String)),
        more_keys=pl.Series([sorted(k) for _, k in told], dtype=pl.List(pl.String)),
    )


def _proof(control: str | None, above: str | None) -> tuple[set[str], set[str]]:
    nodes, keys = {above} if above else set[str](), set[str]()
    added(control, nodes, keys)
    return nodes, keys


def managed_ties(linked: pl.DataFrame, by_a_bidder: bool) -> Iterator[LinkTie]:
    """What `managed` ties, by lot and manager: by one that bids in the lot, or by one that does not."""
    bidding = set(linked.filter(pl.col("role") == "itself").select("lot_id", "holder_id").iter_rows())
    ties = [t for t in link_ties(linked) if any(r["role"] not in (_RULES, "itself") for r in t.rows)]
    for tie in managers.nearest(ties):
        if ((tie.lot["lot_id"], tie.holder) in bidding) == by_a_bidder:
            yield tie


def relation_words(tie: LinkTie) -> dict[str, str]:
    """How each bidder stands to its manager: `relation_zh`, `relation_en`."""
    zh, en = [], []
    for row in tie.rows:
        name, above = row["bidder_name"] or row["bidder_id"], row.get("above_name") or row.get("above_id")
        if row["role"] == "itself":
            continue
        if row["role"] == _RULES:
            zh.append(f"{name}由其控制")
            en.append(f"it controls {name}")
        elif row["role"] == managers.THROUGH:
            zh.append(f"{name}由{above}管理（不持股），而{above}由其控制")
            en.append(f"{name} is managed, without shares, by {above}, which it controls")
        elif row["role"] != "management_relation":
            by_name = row["role"] == _BY_NAME
            zh.append(f"{name}为其分支机构" + ("（按名称认定）" if by_name else ""))
            en.append(f"{name} is a branch of it" + (" (as the name says)" if by_name else ""))
        elif above:
            zh.append(f"{above}由其管理（不持股），而{name}由{above}控制")
            en.append(f"it manages {above} without shares, which controls {name}")
        else:
            zh.append(f"{name}由其管理（不持股）")
            en.append(f"it manages {name} without shares")
    return {"relation_zh": "，".join(dict.fromkeys(zh)), "relation_en": "; ".join(dict.fromkeys(en))}


def relations(tie: LinkTie) -> list[str]:
    """The kinds of relation, sorted."""
    return sorted({str(r["role"]) for r in tie.rows} - {"itself"})


def by_state(tie: LinkTie) -> tuple[str, str, str] | None:
    """The rule for a manager of several bidders that is the state, which ties nobody."""
    name = tie.holder_name
    if not any(r.get("holder_kind") in STATE for r in tie.rows):
        return None
    return (
        "state",
        f"{name}为国有资产监管机构或政府部门，其管理不视为关联（参照公司法第265条第4项）",
        f"{name} is a state holder or public body: that it manages both is no tie (cf. Company Law art. 265(4))",
    )


def between(
    rows: Mapping[str, Sequence[Row]], bids: pl.DataFrame, sides: pl.DataFrame, control: pl.DataFrame
) -> list[pl.DataFrame]:
    """Links of bidders with other parties by management, as `attached.as_links` takes them, with held_from and held_to.

    `sides`: party_id, with lot_id where a party is of some lots; `control`: party_id, holder_id, derivation of who controls
    them, likewise.
    """
    by = [c for c in ("lot_id",) if c in sides.columns]
    manages = table(rows["manages"])
    if manages.is_empty():
        return []
    at = bids.select("lot_id", "bidder_id", "bid_id", "bid_on").unique()
    span = ("holder_id", "held_from", "held_to", "link_key")
    ruled = table(rows["control"]).select("bid_id", "bidder_id", above="holder_id", d="derivation")
    none = pl.lit(None, pl.String).alias("d")
    mine = pl.concat(
        [
            at.join(manages.select("bidder_id", *span), on="bidder_id").with_columns(none),
            at.join(ruled, on=["bid_id", "bidder_id"])
            .join(manages.select(*span, above="bidder_id"), on="above")
            .drop("above"),
        ],
        how="diagonal_relaxed",
    )
    party = sides.unique()
    ruling = control.select(*by, "party_id", above="holder_id", other="derivation")
    theirs = pl.concat(
        [
            party.join(manages.select(*span, party_id="bidder_id"), on="party_id").with_columns(
                none.alias("other")
            ),
            ruling.join(manages.select(*span, above="bidder_id"), on="above").drop("above"),
        ],
        how="diagonal_relaxed",
    ).rename({"held_from": "side_from", "held_to": "side_to", "link_key": "side_key"})
    proof = pl.concat_list("d").list.drop_nulls()
    manager = mine.join(party.rename({"party_id": "holder_id"}), on=[*by, "holder_id"]).with_columns(
        party_id="holder_id", how=pl.lit("manages"), keys=pl.concat_list("link_key"), derivations=proof
    )
    managing = at.join(theirs, left_on=[*by, "bidder_id"], right_on=[*by, "holder_id"]).with_columns(
        how=pl.lit("managed"),
        held_from="side_from",
        held_to="side_to",
        keys=pl.concat_list("side_key"),
        derivations=pl.concat_list("other").list.drop_nulls(),
    )
    both = mine.join(theirs, on=[*by, "holder_id"]).with_columns(
        how=pl.lit("manager"),
        via_id=pl.col("holder_id"),
        held_from=pl.max_horizontal("held_from", "side_from"),
        held_to=pl.min_horizontal("held_to", "side_to"),
        keys=pl.concat_list("link_key", "side_key"),
        derivations=pl.concat_list("d", "other").list.drop_nulls(),
    )
    return [f.filter(pl.col("party_id") != pl.col("bidder_id")) for f in (manager, managing, both)]


def of_one_company(
    rows: Mapping[str, Sequence[Row]], bids: pl.DataFrame, sides: pl.DataFrame
) -> list[pl.DataFrame]:
    """Links in the same form, of bidders that are one company with another party: its branch ("branch"), its head office
    ("head_office"), or another branch of its head office ("branches").
    """
    heads = branches(rows["branches"])
    if heads.is_empty():
        return []
    at = bids.select("lot_id", "bidder_id", "bid_id", "bid_on").unique()
    party, by = sides.unique(), [c for c in ("lot_id",) if c in sides.columns]
    links = _of_one_company(at, party, heads, by)
    return [f.filter(pl.col("party_id") != pl.col("bidder_id")) for f in links]


def _of_one_company(
    at: pl.DataFrame, party: pl.DataFrame, heads: pl.DataFrame, by: Sequence[str]
) -> Iterator[pl.DataFrame]:
    span = ("holder_id", "held_from", "held_to", "link_key")
    mine = at.join(heads.select("bidder_id", *span), on="bidder_id")
    theirs = party.join(heads.select(*span, party_id="bidder_id"), on="party_id")
    one = mine.join(party.rename({"party_id": "holder_id"}), on=[*by, "holder_id"])
    yield one.with_columns(party_id="holder_id", how=pl.lit("branch"), keys=pl.concat_list("link_key"))
    other = at.join(theirs, left_on=[*by, "bidder_id"], right_on=[*by, "holder_id"])
    yield other.with_columns(how=pl.lit("head_office"), keys=pl.concat_list("link_key"))
    both = mine.join(theirs, on=[*by, "holder_id"], suffix="_side")
    yield both.with_columns(
        how=pl.lit("branches"),
        via_id=pl.col("holder_id"),
        held_from=pl.max_horizontal("held_from", "held_from_side"),
        held_to=pl.min_horizontal("held_to", "held_to_side"),
        keys=pl.concat_list("link_key", "link_key_side"),
    )
