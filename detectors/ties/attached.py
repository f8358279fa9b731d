"""Bidders linked to a party of their own procedure: the buyer, the agent, a designer, a supervisor, an evaluator.

Every link is one row: lot, party, bidder, how they are linked, whether it held on the bid date, and the keys of the
rows that state it; one that did not hold then has its dates. Links are looked for by shares, by a controller or a holder of both, by a person of both, and by kin.
A person of a party is who runs or represents it, works for it, owns or controls it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from detectors.definition import Row
from detectors.identities import basis_column, weakest_column
from detectors.rows import table
from detectors.ties import kin, managed
from detectors.ties.common_holders import common_holders
from detectors.ties.links import compared
from detectors.ties.procedure_parties import PARTY_QUERY_COLUMNS
from detectors.ties.roles import OWNING

_UNNUMBERED_PERSON: Final = "person.scoped:"
ONE_COMPANY: Final = ("branch", "head_office", "branches")
"""How a party and a bidder are linked that are one company: a branch is no legal person."""
_LINK: Final = (
    "lot_id",
    "party_id",
    "bidder_id",
    "bid_id",
    "how",
    "via_id",
    "share",
    "derivations",
    "when",
    "held_from",
    "held_to",
    "role",
    "party_side",
    "relation",
    "kin_id",
    "keys",
    "party_share",
    "bidder_kind",
    "basis",
)


def party_links(
    rows: Mapping[str, Sequence[Row]], parties: pl.DataFrame, holder_share: float
) -> pl.DataFrame:
    """All links between bidders and parties of their lot: the columns of `_LINK`, a link a row.

    `parties`: the columns of `PARTY_COLUMNS`; `holder_share`: the least a holder of both has of one of them. Of people known
    by name alone nothing is linked.
    """
    bids = compared(table(rows["bidders"])).select("lot_id", "bid_on", "bid_id", "bidder_id", "bidder_kind")
    bids = bids.join(parties.select("lot_id").unique(), on="lot_id", how="semi")
    sides = parties.select("lot_id", "party_id").unique()
    controllers = _by_control(rows, bids)
    found = [
        itself(bids, sides),
        _by_shares(rows, bids, sides),
        _by_shares_then(rows, bids, sides),
        controllers,
        common_holders(rows, bids, controllers, holder_share),
        _by_people(rows, bids, parties, controllers),
    ]
    ruling = table(rows["party_control"]).select("lot_id", "party_id", "holder_id", "derivation")
    found += [dated(f) for f in managed.between(rows, bids, sides, ruling)]
    found += [dated(f) for f in managed.of_one_company(rows, bids, sides)]
    return _of_one_company_once(as_links(found))


def _of_one_company_once(links: pl.DataFrame) -> pl.DataFrame:
    """That two are one company says all that their common owners would."""
    pair = ["lot_id", "party_id", "bidder_id"]
    one = links.filter(pl.col("how").is_in(ONE_COMPANY) & (pl.col("when") == "yes")).select(pair).unique()
    owning = links.filter(pl.col("how").is_in(["holds", "held", "controller", "holder"]))
    told = owning.join(one, on=pair, how="semi")
    return links.join(told, on=[*pair, "how"], how="anti") if told.height else links


def as_links(found: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Frames with some of the columns of `_LINK`, as links: whole, unique and in order."""
    return (
        pl.concat([_shaped(f) for f in found])
        .unique(maintain_order=True)
        .sort("lot_id", "party_id", "bidder_id", "how", "via_id", nulls_last=True)
    )


def _shaped(frame: pl.DataFrame) -> pl.DataFrame:
    types: dict[str, pl.DataType] = dict.fromkeys(_LINK, pl.String())
    types |= {"share": pl.Float64(), "party_share": pl.Float64()}
    types |= {"derivations": pl.List(pl.String()), "keys": pl.List(pl.String())}
    absent = [pl.lit(None, types[c]).alias(c) for c in _LINK if c not in frame.columns]
    whole = frame.with_columns(absent).select(pl.col(c).cast(types[c]) for c in _LINK)
    return whole.with_columns(pl.col("when").fill_null("yes"))


def itself(bids: pl.DataFrame, sides: pl.DataFrame) -> pl.DataFrame:
    """Parties (lot_id, party_id) that are themselves bidders of the lot."""
    own = bids.join(sides, left_on=["lot_id", "bidder_id"], right_on=["lot_id", "party_id"])
    return own.with_columns(party_id=pl.col("bidder_id"), how=pl.lit("itself"))


def _by_shares(rows: Mapping[str, Sequence[Row]], bids: pl.DataFrame, sides: pl.DataFrame) -> pl.DataFrame:
    """The party holds the bidder, or the bidder the party."""
    holdings = table(rows["holdings"])
    holds = holdings.join(sides, left_on=["lot_id", "holder_id"], right_on=["lot_id", "party_id"])
    holds = holds.with_columns(party_id=pl.col("holder_id"), how=pl.lit("holds"))
    held = table(rows["party_holdings"]).join(
        bids.select("lot_id", "bidder_id", "bid_id"),
        left_on=["lot_id", "holder_id"],
        right_on=["lot_id", "bidder_id"],
    )
    held = held.with_columns(bidder_id=pl.col("holder_id"), how=pl.lit("held"))
    columns = [
        "lot_id",
        "party_id",
        "bidder_id",
        "bid_id",
        "how",
        pl.col("share").cast(pl.Float64),
        "derivation",
        pl.col("identity").alias("basis"),
    ]
    both = pl.concat([f.select(columns) for f in (holds, held)], how="vertical_relaxed")
    both = both.filter(pl.col("party_id") != pl.col("bidder_id")).join(
        bids.select("lot_id", "bidder_id", "bid_id").unique(),
        on=["lot_id", "bidder_id", "bid_id"],
        how="semi",
    )
    return both.with_columns(derivations=pl.concat_list("derivation"))


def _by_shares_then(
    rows: Mapping[str, Sequence[Row]], bids: pl.DataFrame, sides: pl.DataFrame
) -> pl.DataFrame:
    """The party held the bidder on other days than the bid date alone."""
    at = pl.col("holder_id").is_in(sides["party_id"].unique().implode())
    then = shares_then(rows, bids, at).join(
        sides, left_on=["lot_id", "holder_id"], right_on=["lot_id", "party_id"]
    )
    return then.filter(pl.col("holder_id") != pl.col("bidder_id")).with_columns(
        party_id="holder_id",
        how=pl.lit("holds"),
        derivations=pl.concat_list("derivation"),
        basis="identity",
    )


def shares_then(rows: Mapping[str, Sequence[Row]], bids: pl.DataFrame, wanted: pl.Expr) -> pl.DataFrame:
    """Which of the wanted held `bids` on other days than the bid date alone, by the time nearest to it: the columns of
    holdings, `when`, held_from and held_to; nobody where that was not asked for."""
    held = table(rows["holdings"])
    if "elsewhen" not in rows:
        return held.clear().with_columns(
            pl.lit(None, pl.String).alias(c) for c in ("when", "held_from", "held_to")
        )
    at = ["lot_id", "bid_id", "bidder_id", "holder_id"]
    then = table(rows["elsewhen"]).filter(wanted).join(held.select(at), on=at, how="anti")
    then = then.join(bids.select("bid_id", "bidder_id").unique(), on=["bid_id", "bidder_id"], how="semi")
    ended = (pl.col("bid_on").is_null() | (pl.col("holds_to") <= pl.col("bid_on"))).fill_null(False)
    when = pl.when(ended).then(pl.lit("ended")).otherwise(pl.lit("later"))
    then = then.with_columns(when=when).sort(
        "when", "holds_to", descending=[False, True], maintain_order=True
    )
    nearest = then.unique(at, keep="first", maintain_order=True)
    return nearest.rename({"holds_from": "held_from", "holds_to": "held_to"})


def _by_control(rows: Mapping[str, Sequence[Row]], bids: pl.DataFrame) -> pl.DataFrame:
    """One third party controls both."""
    mine = table(rows["control"]).select(
        "lot_id", "holder_id", "bidder_id", "bid_id", "identity", derivation="derivation"
    )
    theirs = table(rows["party_control"]).select(
        "lot_id", "holder_id", "party_id", other="derivation", other_identity="identity"
    )
    both = mine.join(theirs, on=["lot_id", "holder_id"]).filter(pl.col("party_id") != pl.col("bidder_id"))
    both = both.join(bids.select("bid_id", "bidder_id").unique(), on=["bid_id", "bidder_id"], how="semi")
    return both.with_columns(
        how=pl.lit("controller"),
        via_id=pl.col("holder_id"),
        derivations=pl.concat_list("derivation", "other"),
        basis=weakest_column(pl.col("identity"), pl.col("other_identity")),
    )


def dated(frame: pl.DataFrame) -> pl.DataFrame:
    """Adds `when`: whether held_from to held_to holds on bid_on ("yes"), "ended" before or begins "later"."""
    ended = pl.col("held_to").is_not_null() & (
        pl.col("bid_on").is_null() | (pl.col("held_to") <= pl.col("bid_on"))
    )
    later = (pl.col("held_from") > pl.col("bid_on")).fill_null(False)
    when = pl.when(ended).then(pl.lit("ended")).when(later).then(pl.lit("later")).otherwise(pl.lit("yes"))
    return frame.with_columns(when=when)


def _by_people(
    rows: Mapping[str, Sequence[Row]], bids: pl.DataFrame, parties: pl.DataFrame, controllers: pl.DataFrame
) -> pl.DataFrame:
    """A person of the party, or kin of one, is a person of the bidder."""
    pairs = kin.both_ways(rows["kin"])
    side = people_of_parties(rows, bids, parties)
    direct = side.with_columns(
        [pl.lit(None, pl.String).alias(c) for c in ("kin_id", "relation", "kin_key", "kin_basis")]
    )
    kindred = side.join(
        pairs.select("person_id", "kin_id", "relation", "kin_key", "kin_basis"), on="person_id"
    )
    wanted = pl.concat([direct, kindred.select(direct.columns)], how="vertical_relaxed").with_columns(
        at=pl.coalesce("kin_id", "person_id")
    )
    theirs = bidders_people(rows, bids, wanted["at"].unique())
    found = wanted.join(theirs, left_on=["lot_id", "at"], right_on=["lot_id", "person"])
    # What a person of the procedure holds himself is told as his holding already, and so is a holder or controller of both.
    held = pl.col("role").fill_null("") == "shareholder"
    owning = pl.col("party_side").is_in(OWNING[:2])
    found = found.filter(
        pl.col("kin_id").is_not_null() | ((pl.col("person_id") != pl.col("party_id")) & ~owning) | ~held
    )
    told = controllers.select(
        "lot_id", "party_id", "bidder_id", person_id="via_id", told=pl.lit(True)
    ).unique()
    found = found.join(told, on=["lot_id", "party_id", "bidder_id", "person_id"], how="left")
    both_own = pl.col("party_side").is_in(OWNING) & pl.col("role").fill_null("").is_in(OWNING)
    found = found.filter(~(both_own & pl.col("kin_id").is_null() & pl.col("told").fill_null(False)))
    by_side = pl.col("when_side") != "yes"
    first, since, until = (
        pl.when(by_side).then(side).otherwise(own)
        for side, own in (("when_side", "when"), ("side_from", "held_from"), ("side_to", "held_to"))
    )
    return found.with_columns(
        how=pl.when(pl.col("kin_id").is_null()).then(pl.lit("person")).otherwise(pl.lit("kin")),
        via_id=pl.col("person_id"),
        when=first,
        held_from=since,
        held_to=until,
        derivations=pl.concat_list("derivation", "side_derivation").list.drop_nulls(),
        keys=pl.concat_list("side_key", "kin_key", "link_key").list.drop_nulls(),
        basis=weakest_column(pl.col("side_basis"), pl.col("kin_basis"), pl.col("basis")),
    )


def people_of_parties(
    rows: Mapping[str, Sequence[Row]], bids: pl.DataFrame, parties: pl.DataFrame
) -> pl.DataFrame:
    """Who is, runs, works for, owns or controls a party, and concerns a bidder: lot_id, party_id, person_id, party_side (what
    he is there), party_share, when_side, side_from, side_to, side_key, side_derivation, side_basis (what his identity rests on).
    """
    undated = {c: pl.lit(None, pl.String) for c in ("side_from", "side_to")}
    own = parties.filter(pl.col("party_kind") == "person").select(
        "lot_id",
        "party_id",
        person_id="party_id",
        party_side="party_role",
        party_share=pl.lit(None, pl.Float64),
        when_side=pl.lit("yes"),
        **undated,
        side_key="party_key",
        side_derivation=pl.lit(None, pl.String),
        side_basis=pl.when(~pl.col("party_id").str.starts_with(_UNNUMBERED_PERSON)).then(
            basis_column("party_id", "party_stated")
        ),
    )
    staff = parties.filter(pl.col("party_kind").fill_null("") != "person").select("lot_id", "party_id")
    posts = [table(rows[k]) for k in PARTY_QUERY_COLUMNS if k.startswith("party_people") and k in rows]
    if not posts:
        return own
    # Of all who own a buyer few concern any bidder: only they are laid beside its lots.
    near = _near_bidders(rows)
    stated = pl.concat([_of_interest(p, near) for p in posts], how="vertical_relaxed")
    dates = bids.select("lot_id", "bid_on").unique()
    posted = dated(staff.unique().join(stated, on="party_id").join(dates, on="lot_id")).select(
        "lot_id",
        "party_id",
        person_id="holder_id",
        party_side="role",
        party_share="share",
        when_side="when",
        side_from="held_from",
        side_to="held_to",
        side_key="link_key",
        side_derivation=pl.lit(None, pl.String),
        side_basis=basis_column("holder_id", "stated_holder_id"),
    )
    # Above a party through layers, as far as it is in play.
    parts, at = [own, posted], ["lot_id", "party_id", "person_id"]
    told = posted.filter(pl.col("party_side").is_in(OWNING) & (pl.col("when_side") == "yes")).select(at)
    for query, side in (("party_holdings", "indirect_shareholder"), ("party_control", "controller")):
        above = table(rows[query]).rename({"holder_id": "person_id", "identity": "side_basis"})
        above = above.filter(pl.col("person_id").str.starts_with("person")).join(told, on=at, how="anti")
        above = above.join(staff.unique(), on=["lot_id", "party_id"], how="semi").select(
            *at,
            party_side=pl.lit(side),
            party_share=pl.col("share").cast(pl.Float64),
            when_side=pl.lit("yes"),
            **undated,
            side_key=pl.lit(None, pl.String),
            side_derivation="derivation",
            side_basis="side_basis",
        )
        parts.append(above)
        told = pl.concat([told, above.select(at)])
    return pl.concat(parts, how="vertical_relaxed").unique(maintain_order=True)


def _near_bidders(rows: Mapping[str, Sequence[Row]]) -> pl.Series:
    """Ids of all who run, work for, hold or control a bidder, and of their kin."""
    asked = ("representatives", "officers", "staff", "workers", "owners", "holdings", "elsewhen", "control")
    told = [table(rows[k])["holder_id"] for k in asked if k in rows]
    people = pl.concat(told).drop_nulls().unique()
    pairs = kin.both_ways(rows["kin"])
    return pl.concat(
        [people, pairs.filter(pl.col("person_id").is_in(people.implode()))["kin_id"].rename("holder_id")]
    )


def _of_interest(posts: pl.DataFrame, near: pl.Series) -> pl.DataFrame:
    return posts.filter(pl.col("holder_id").is_in(near.implode())).with_columns(
        pl.col("share").cast(pl.Float64, strict=False)
    )


def _sold(
    rows: Mapping[str, Sequence[Row]], bids: pl.DataFrame, short: pl.DataFrame, near: pl.Expr
) -> pl.DataFrame:
    """Stakes of people in bids on other days than the bid date: through layers as far as they were looked through, and direct."""
    at = ["bid_id", "bidder_id", "holder_id"]
    through = shares_then(rows, bids, near).with_columns(
        role=pl.lit("shareholder"), link_key=pl.lit(None, pl.String), basis="identity"
    )
    if "owners" not in rows or "elsewhen" not in rows:
        return through
    owners = table(rows["owners"]).filter(near).drop("stated_id", strict=False)
    owners = owners.with_columns(basis=basis_column("holder_id", "stated_holder_id"))
    direct = dated(short.join(owners, on="bidder_id"))
    # Who holds a part on the bid date has sold another.
    now = pl.concat([f.select(at) for f in (table(rows["holdings"]), direct.filter(pl.col("when") == "yes"))])
    direct = direct.filter(pl.col("when") != "yes").join(
        pl.concat([now, through.select(at)]), on=at, how="anti"
    )
    direct = direct.sort("when", "held_to", descending=[False, True], nulls_last=True, maintain_order=True)
    return pl.concat([through, direct.unique(at, keep="first", maintain_order=True)], how="diagonal_relaxed")


def bidders_people(rows: Mapping[str, Sequence[Row]], bids: pl.DataFrame, wanted: pl.Series) -> pl.DataFrame:
    """Those of the wanted people who hold, run or work for a bid: lot, person, bidder, bid, role, when, held_from, held_to, link_key,
    derivation, basis.
    """
    near = pl.col("holder_id").is_in(wanted.implode())
    posts = pl.concat(
        [table(rows[k]) for k in ("representatives", "officers", "staff") if k in rows],
        how="vertical_relaxed",
    ).filter(near)
    short = bids.select("lot_id", "bid_on", "bidder_id", "bid_id")
    own = basis_column("holder_id", "stated_holder_id")
    # Whoever has no number is met in the very row that names him on the other side: nothing is taken for one by his name.
    himself = pl.when(~pl.col("holder_id").str.starts_with(_UNNUMBERED_PERSON)).then(own)
    posts = posts.with_columns(basis=weakest_column(himself, basis_column("bidder_id", "stated_id")))
    by_post = dated(short.join(posts.drop("stated_id"), on="bidder_id"))
    by_work = dated(short.join(table(rows["workers"]).filter(near).with_columns(basis=own), on="bid_id"))
    shares = (
        table(rows["holdings"])
        .filter(near)
        .select(
            "lot_id",
            "bidder_id",
            "bid_id",
            "holder_id",
            "derivation",
            pl.col("share").cast(pl.Float64),
            "bidder_kind",
            basis="identity",
        )
        .with_columns(role=pl.lit("shareholder"))
    )
    if "control" in rows:
        ruling = (
            table(rows["control"])
            .filter(near)
            .join(shares, on=["bid_id", "bidder_id", "holder_id"], how="anti")
        )
        ruling = ruling.with_columns(
            share=pl.lit(None, pl.Float64), role=pl.lit("controller"), basis="identity"
        )
        shares = pl.concat([shares, ruling.select(shares.columns)], how="vertical_relaxed")
    by_share = shares.join(
        short.select("bid_id", "bidder_id").unique(), on=["bid_id", "bidder_id"], how="semi"
    )
    undated = [pl.lit(None, pl.String).alias(c) for c in ("held_from", "held_to", "link_key")]
    by_share = by_share.with_columns(when=pl.lit("yes")).with_columns(undated)
    sold = _sold(rows, bids, short, near).select(by_share.columns)
    by_share = pl.concat([by_share, sold], how="vertical_relaxed")
    linked = pl.concat([by_post, by_work], how="diagonal_relaxed").with_columns(
        derivation=pl.lit(None, pl.String),
        share=pl.lit(None, pl.Float64),
        bidder_kind=pl.lit(None, pl.String),
    )
    columns = [
        "lot_id",
        pl.col("holder_id").alias("person"),
        "bidder_id",
        "bid_id",
        "role",
        "when",
        "held_from",
        "held_to",
        "link_key",
        "derivation",
        "share",
        "bidder_kind",
        "basis",
    ]
    return pl.concat([linked.select(columns), by_share.select(columns)], how="vertical_relaxed")
