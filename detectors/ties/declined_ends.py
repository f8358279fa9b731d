"""What a declining and a winning bidder could have in common, and what explains that innocently."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from detectors.definition import Parameter, Row, Values
from detectors.identities import basis_column
from detectors.rows import table
from detectors.ties import bidding, concerts, kin, managed, people, traces
from detectors.ties.attached import dated
from detectors.ties.links import on_bids
from graph.public_kinds import STATE

PARAMETERS: Final[tuple[Parameter, ...]] = (
    people.HUB_PARTIES,
    bidding.HUB_COMPANIES,
    traces.HUB_BIDDERS,
    traces.LISTED_PAYERS,
)
QUERIES: Final = {
    "holdings": bidding.HOLDINGS,
    "control": bidding.CONTROL,
    "covered": bidding.COVERED,
    "concerts": concerts.MEMBERS,
    "manages": managed.MANAGES,
    "branches": managed.BRANCHES,
    "kin": kin.KIN,
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
    "control": bidding.CONTROL_COLUMNS,
    "covered": bidding.COVERED_COLUMNS,
    "concerts": concerts.MEMBERS_COLUMNS,
    "manages": managed.MANAGED_COLUMNS,
    "branches": managed.MANAGED_COLUMNS,
    "kin": kin.KIN_COLUMNS,
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
CONTROLS: Final = "controller"
CONCERT: Final = "concert_member"
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
    """All that ties could hang on: for each bid of `lots`, each holder, controller, concert, manager, person, contact, trace.

    `why`: a key of `EXPLAINED` where it ties nobody by itself; `member`: of a concert, through whom.
    """
    parties = lots["bidder_id"].unique()
    held = _above(lots, table(rows["holdings"]), HOLDS)
    # Whoever holds most of a bidder controls it: that is told as his holding. A concert is told by its members.
    ruled = _above(lots, table(rows["control"]), CONTROLS)
    ruled = ruled.filter(~pl.col("holder_id").is_in(table(rows["concerts"])["holder_id"].implode()))
    ruled = ruled.join(held, on=["bid_id", "bidder_id", "holder_id"], how="anti")
    # What its head office has of a branch is told as that.
    heads = managed.branches(rows["branches"]).select("bidder_id", "holder_id").unique()
    held, ruled = (f.join(heads, on=["bidder_id", "holder_id"], how="anti") for f in (held, ruled))
    own = lots.with_columns(
        holder_id=pl.col("bidder_id"),
        holder_name=pl.col("bidder_name"),
        how=pl.lit("itself"),
        when=pl.lit("yes"),
        link_key=pl.lit(None, pl.String),
        derivation=pl.lit(None, pl.String),
        basis=basis_column("bidder_id", "stated_id"),
    )
    told = pl.concat(
        [table(rows[k]) for k in ("representatives", "officers", "contacts", "manages", "branches")],
        how="diagonal_relaxed",
    )
    told = told.filter(pl.col("bidder_id").is_in(parties.implode()))
    used = pl.concat(
        [traces.used_for(rows, "author", "upload", "deposit", "contact"), table(rows["workers"])],
        how="diagonal_relaxed",
    )
    # A contact person's bare name is no identity; his telephone stands beside it.
    used = used.filter(pl.col("role").fill_null("") != "contact_person")
    direct = [on_bids(lots, told), on_bids(lots, used, "bid_id")]
    linked = [
        f.with_columns(how=pl.col("role"), derivation=pl.lit(None, pl.String), basis=_of_persons())
        for f in direct
    ]
    columns = [*lots.columns, "holder_id", "holder_name", "how", "when", "link_key", "derivation", "basis"]
    whole = pl.concat([f.select(columns) for f in (held, ruled, own, *linked)], how="vertical_relaxed")
    whole = pl.concat([whole, _in_concert(rows, whole).select(*columns, "member")], how="diagonal_relaxed")
    state = [r["holder_id"] for r in rows["kinds"] if r["holder_kind"] in STATE]
    hubs = _hubs(rows, used, values)
    why = (
        pl.when(pl.col("when") != "yes")
        .then(pl.lit("ended"))
        .when(pl.col("holder_id").is_in(state) & pl.col("how").is_in([HOLDS, CONTROLS]))
        .then(pl.lit("state"))
        .when(pl.col("holder_id").is_in(hubs))
        .then(pl.lit("hub"))
    )
    return whole.with_columns(why=why).unique(maintain_order=True)


def _of_persons() -> pl.Expr:
    """What a person's identity rests on; of contacts, traces and companies the bidder's alone counts."""
    own = basis_column("holder_id", "stated_holder_id")
    return pl.when(pl.col("holder_id").str.starts_with("person")).then(own)


def _above(lots: pl.DataFrame, above: pl.DataFrame, how: str) -> pl.DataFrame:
    at = ["lot_id", "bid_id", "bidder_id"]
    found = lots.join(above.select(*at, "holder_id", "holder_name", "derivation", basis="identity"), on=at)
    return found.with_columns(how=pl.lit(how), when=pl.lit("yes"), link_key=pl.lit(None, pl.String))


def _in_concert(rows: Mapping[str, Sequence[Row]], found: pl.DataFrame) -> pl.DataFrame:
    """The concerts to which a bidder, or who holds or controls it, belongs, as ends of their own."""
    members = table(rows["concerts"]).rename({"holder_id": "concert", "holder_name": "called"})
    within = found.filter(pl.col("how").is_in(["itself", HOLDS, CONTROLS])).join(
        members, left_on="holder_id", right_on="related_id"
    )
    return dated(
        within.rename({"member_from": "held_from", "member_to": "held_to"}).drop("when")
    ).with_columns(
        member="holder_id",
        holder_id="concert",
        holder_name="called",
        how=pl.lit(CONCERT),
        link_key="member_key",
    )


def between(rows: Mapping[str, Sequence[Row]], one: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    """What two sides of a lot have in common, and declared kin of whom each side has one.

    `one`, `other`: ends, the columns of the latter named with `_2` but for lot_id and holder_id. Kin come with kin_id,
    kin_name, relation, kin_key, kin_basis.
    """
    same = one.join(other, on=["lot_id", "holder_id"])
    # One member of a concert on both sides is told as what he is.
    through_one = (pl.col("member") == pl.col("member_2")).fill_null(False)
    pairs = kin.both_ways(rows["kin"]).select(
        "person_id", "kin_id", "kin_name", "relation", "kin_key", "kin_basis"
    )
    kindred = one.join(pairs, left_on="holder_id", right_on="person_id").join(
        other.rename({"holder_id": "kin_id"}), on=["lot_id", "kin_id"]
    )
    both = pl.concat([same.filter(~through_one), kindred], how="diagonal_relaxed")
    apart = (pl.col("bid_id") != pl.col("bid_id_2")) & (pl.col("bidder_id") != pl.col("bidder_id_2"))
    return both.filter(apart)


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
