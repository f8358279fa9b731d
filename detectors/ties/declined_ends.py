"""What a declining and a winning bidder could have in common, and what explains that innocently."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from detectors.definition import Parameter, Row, Values
from detectors.rows import table
from detectors.ties import bidding, people, traces
from detectors.ties.links import on_bids

PARAMETERS: Final[tuple[Parameter, ...]] = (
    people.HUB_PARTIES,
    bidding.HUB_COMPANIES,
    traces.HUB_BIDDERS,
    traces.LISTED_PAYERS,
)
QUERIES: Final = {
    "holdings": bidding.HOLDINGS,
    "kinds": bidding.KINDS,
    "holders": bidding.HOLDERS,
    "representatives": people.REPRESENTATIVES,
    "officers": people.OFFICERS,
    "contacts": people.CONTACTS,
    "parties": people.CONTACT_USERS,
    "traces": traces.TRACES,
    "workers": traces.WORKERS,
    "bidders": bidding.BIDDERS,
}
COLUMNS: Final = {
    "holdings": bidding.HOLDINGS_COLUMNS,
    "kinds": bidding.KINDS_COLUMNS,
    "holders": bidding.HOLDERS_COLUMNS,
    "representatives": people.PEOPLE_COLUMNS,
    "officers": people.PEOPLE_COLUMNS,
    "contacts": people.LINKED_COLUMNS,
    "parties": people.CONTACT_USERS_COLUMNS,
    "traces": traces.TRACE_COLUMNS,
    "workers": traces.WORKER_COLUMNS,
    "bidders": bidding.BIDDERS_COLUMNS,
}
HOLDS: Final = "effective_share"
_STATE: Final = ("state_holder", "government")
EXPLAINED: Final = {
    "ended": ("ended", "关联在投标日不存续", "the tie did not hold on the bid date"),
    "state": (
        "state",
        "二者仅同受国有资产监管机构或政府部门出资（参照公司法第265条第4项）",
        "both are merely held by a state holder (cf. Company Law art. 265(4))",
    ),
    "hub": (
        "hub",
        "二者的共同点为许多主体共用（集中登记地址、平台、公共设备、担保或银行机构）",
        "what they share is shared by very many: an address, a platform, a machine, a guarantor or bank",
    ),
}
"""Reasons by the `why` of an end."""


def ends(rows: Mapping[str, Sequence[Row]], lots: pl.DataFrame, values: Values) -> pl.DataFrame:
    """All that ties could hang on: for each bid of `lots`, each holder, person, contact and trace at it.

    `why`: a key of `EXPLAINED` where it ties nobody by itself.
    """
    parties = lots["bidder_id"].unique()
    held = table(rows["holdings"])
    held = held.select("lot_id", "bid_id", "bidder_id", "holder_id", "holder_name", "derivation")
    by_share = lots.join(held, on=["lot_id", "bid_id", "bidder_id"]).with_columns(
        how=pl.lit(HOLDS), when=pl.lit("yes"), link_key=pl.lit(None, pl.String)
    )
    own = lots.with_columns(
        holder_id=pl.col("bidder_id"),
        holder_name=pl.col("bidder_name"),
        how=pl.lit("itself"),
        when=pl.lit("yes"),
        link_key=pl.lit(None, pl.String),
        derivation=pl.lit(None, pl.String),
    )
    told = pl.concat(
        [table(rows[k]) for k in ("representatives", "officers", "contacts")], how="diagonal_relaxed"
    )
    told = told.filter(pl.col("bidder_id").is_in(parties.implode()))
    used = pl.concat(
        [traces.used_for(rows, "author", "upload", "deposit"), table(rows["workers"])], how="diagonal_relaxed"
    )
    direct = [on_bids(lots, told), on_bids(lots, used, "bid_id")]
    linked = [f.with_columns(how=pl.col("role"), derivation=pl.lit(None, pl.String)) for f in direct]
    columns = [*lots.columns, "holder_id", "holder_name", "how", "when", "link_key", "derivation"]
    whole = pl.concat([f.select(columns) for f in (by_share, own, *linked)], how="vertical_relaxed")
    state = [r["holder_id"] for r in rows["kinds"] if r["holder_kind"] in _STATE]
    hubs = _hubs(rows, used, values)
    why = (
        pl.when(pl.col("when") != "yes")
        .then(pl.lit("ended"))
        .when(pl.col("holder_id").is_in(state) & (pl.col("how") == HOLDS))
        .then(pl.lit("state"))
        .when(pl.col("holder_id").is_in(hubs))
        .then(pl.lit("hub"))
    )
    return whole.with_columns(why=why).unique(maintain_order=True)


def _hubs(rows: Mapping[str, Sequence[Row]], used: pl.DataFrame, values: Values) -> list[str]:
    """Contacts, traces and holders that very many have in common, and the institutions that pay deposits."""
    bidders = table(rows["bidders"]).select("bid_id", "bidder_id")
    users = used.join(bidders, on="bid_id").group_by("holder_id").agg(n=pl.col("bidder_id").n_unique())
    listed = [n.strip() for n in str(values["listed_payers"]).split(",") if n.strip()]
    paying = traces.used_for(rows, "deposit").filter(
        pl.any_horizontal(pl.col("holder_name").fill_null("").str.contains(n, literal=True) for n in listed)
        if listed
        else pl.lit(False)
    )
    return [
        *(r["holder_id"] for r in rows["parties"] if int(r["parties"]) > int(values["hub_parties"])),
        *(r["holder_id"] for r in rows["holders"] if int(r["companies"]) > int(values["hub_companies"])),
        *users.filter(pl.col("n") > int(values["hub_bidders"]))["holder_id"],
        *paying["holder_id"].unique(),
    ]
