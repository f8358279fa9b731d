"""How bidders hang together with debarred parties, on which days any ban was in force, and what is said of a ban."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

import polars as pl

from detectors.definition import Draft, Row, Undecided
from detectors.rows import table
from detectors.ties import attached, managed
from detectors.ties.bid_days import last_day
from graph.public_kinds import STATE

_OF_ONE: Final = 20
"""Debarred companies of one state holder that are looked at for one that bids in no lot itself."""


def at_bans(bids: pl.DataFrame, barred: pl.DataFrame) -> pl.DataFrame:
    """The bids on whose date any ban was in force: where none was, nobody is its party's affiliate."""
    begun, over = (barred[c].drop_nulls().cast(pl.String).sort() for c in ("barred_from", "barred_to"))
    dates = bids["bid_on"].cast(pl.String).unique().drop_nulls()
    # Bans begun by each date, those of no known beginning among them, less those that are over.
    running = begun.search_sorted(dates, "right").cast(pl.Int64) + barred["barred_from"].null_count()
    running -= over.search_sorted(dates, "right").cast(pl.Int64)
    return bids.filter(
        pl.col("bid_on").is_null() | pl.col("bid_on").is_in(dates.filter(running > 0).implode())
    )


def links(rows: Mapping[str, Sequence[Row]], bids: pl.DataFrame, parties: pl.DataFrame) -> pl.DataFrame:
    """Links of bidders to debarred parties, themselves included, but for those that a state holder alone makes: columns of
    `attached`, without `when`."""
    known = parties.select("party_id").unique()
    control = table(rows["control"]).join(
        bids.select("bid_id", "bidder_id").unique(), on=["bid_id", "bidder_id"], how="semi"
    )
    above = table(rows["debarred_control"])
    itself = bids.join(known, left_on="bidder_id", right_on="party_id").with_columns(
        party_id=pl.col("bidder_id"), how=pl.lit("itself")
    )
    controls = control.join(known, left_on="holder_id", right_on="party_id").with_columns(
        party_id=pl.col("holder_id"), how=pl.lit("controls"), derivations=pl.concat_list("derivation")
    )
    held = _held()
    controlled = (
        bids.join(above, left_on="bidder_id", right_on="holder_id")
        .filter(held)
        .with_columns(how=pl.lit("controlled"), derivations=pl.concat_list("derivation"))
    )
    shared = (
        control.filter(~pl.col("holder_id").is_in(_of_state(rows).implode()))
        .join(
            above.select("party_id", "holder_id", "holds_from", "holds_to", other="derivation"),
            on="holder_id",
        )
        .filter(held & (pl.col("party_id") != pl.col("bidder_id")))
        .with_columns(
            how=pl.lit("controller"),
            via_id=pl.col("holder_id"),
            derivations=pl.concat_list("derivation", "other"),
        )
    )
    # A controller that is itself debarred, or bids, is told as such already.
    shared = shared.join(known, left_on="holder_id", right_on="party_id", how="anti")
    ruling = above.filter(pl.col("holds_to").is_null()).select("party_id", "holder_id", "derivation")
    run = [attached.dated(f) for f in managed.between(rows, bids, known, ruling)]
    run = [f.filter(pl.col("when") == "yes").drop("when") for f in run]
    return attached.as_links([itself, controls, controlled, shared, *run]).drop("when")


def ban_words(draft: Draft) -> Draft:
    """The draft with `ban_zh` and `ban_en` among its words: who barred the party by what document, from when to when.

    A ban is half open; what is told is its last day.
    """
    facts = draft.facts
    authority, document = facts["authority"], facts["document_no"]
    since, until = facts["barred_from"], last_day(facts["barred_to"])
    zh = f"由{authority}决定" if authority else "决定机关名称未载明"
    en = f"barred by {authority}" if authority else "barred by an authority whose name is not stated"
    if document:
        zh, en = f"{zh}，文号{document}", f"{en}, document {document}"
    if since and until:
        zh, en = f"{zh}，禁止期自{since}至{until}", f"{en}, from {since} to {until}"
    elif since:
        zh, en = f"{zh}，禁止期自{since}起，截止日期未载明", f"{en}, from {since}, its end not stated"
    elif until:
        zh, en = f"{zh}，禁止期至{until}，起始日期未载明", f"{en}, to {until}, its beginning not stated"
    else:
        zh, en = f"{zh}，起止日期未载明", f"{en}, neither beginning nor end stated"
    return replace(draft, words={**draft.words, "ban_zh": zh, "ban_en": en})


def unclear_kinds(tied: pl.DataFrame, unclear: pl.DataFrame, told: pl.DataFrame) -> Iterator[Undecided]:
    """Of each lot and bidder: that a penalty in force, on it or on a party tied to it, does not say what it is.

    `tied`: links (lot_id, bidder_id, party_id); `unclear`: such decisions (lot_id, party_id, party_name, when); `told`: the
    bans told of (lot_id, party_id, when), beside which it does not matter.
    """
    in_force = pl.col("when") == "yes"
    pair = ["lot_id", "party_id"]
    decisions = unclear.filter(in_force).join(told.filter(in_force), on=pair, how="anti")
    named = decisions.group_by("lot_id", "party_id").agg(name=pl.col("party_name").min())
    each = tied.select("lot_id", "bidder_id", "party_id").unique().join(named, on=["lot_id", "party_id"])
    each = each.sort("lot_id", "bidder_id", "party_id")
    for (lot, bidder), of in each.group_by("lot_id", "bidder_id", maintain_order=True):
        names = sorted({str(n or p) for n, p in of.select("name", "party_id").iter_rows()})
        yield Undecided(
            "lot",
            str(lot),
            tuple(dict.fromkeys((str(bidder), *of["party_id"].to_list()))),
            f"{'、'.join(names)}在投标时受到的处罚或惩戒没有写明种类，是否禁止投标无法判定",
            f"a penalty on {', '.join(names)} in force at the bid does not say what kind it is: whether it bars from bidding "
            "can't be decided",
        )


def by_state(
    rows: Mapping[str, Sequence[Row]], bids: pl.DataFrame, barred: pl.DataFrame, told: pl.DataFrame
) -> pl.DataFrame:
    """Links by a state holder alone, with `others`: how many further debarred companies it controls on the bid date.

    Of each lot and state holder one company whose ban is in force stands for all: it may have thousands. `told`: links by
    anything else, whose parties (lot_id, party_id) are told as that. Columns of `attached`, without `when`.
    """
    state = _of_state(rows)
    control = table(rows["control"]).filter(pl.col("holder_id").is_in(state.implode()))
    mine = control.select("lot_id", "bid_id", "bidder_id", "holder_id", "derivation").join(
        bids.select("bid_id", "bidder_id", "bid_on").unique(), on=["bid_id", "bidder_id"]
    )
    above = table(rows["debarred_control"]).filter(pl.col("holder_id").is_in(state.implode()))
    at = ["holder_id", "bid_on"]
    theirs = mine.select(at).unique().join(above.rename({"derivation": "other"}), on="holder_id")
    theirs = theirs.join(barred.select("party_id", "barred_from", "barred_to"), on="party_id")
    begun = pl.col("barred_from").is_null() | (pl.col("barred_from") <= pl.col("bid_on"))
    lasts = pl.col("barred_to").is_null() | (pl.col("bid_on") < pl.col("barred_to"))
    undated = pl.col("bid_on").is_null() & pl.col("barred_to").is_null()
    live = theirs.filter(_held() & ((begun & lasts) | undated)).sort(*at, "party_id")
    live = live.unique([*at, "party_id"], keep="first", maintain_order=True)
    live = live.with_columns(others=pl.len().over(at) - 1)
    few = live.group_by(at, maintain_order=True).head(_OF_ONE)
    found = mine.join(few.select(*at, "party_id", "other", "others"), on=at, nulls_equal=True)
    own = bids.select("lot_id", party_id="bidder_id")
    there = pl.concat([own, told.select("lot_id", "party_id")]).unique()
    found = found.join(there, on=["lot_id", "party_id"], how="anti")
    first = pl.col("party_id") == pl.col("party_id").min().over("lot_id", "holder_id")
    return found.filter(first).with_columns(
        how=pl.lit("controller"),
        via_id=pl.col("holder_id"),
        derivations=pl.concat_list("derivation", "other"),
    )


def _of_state(rows: Mapping[str, Sequence[Row]]) -> pl.Series:
    kinds = table(rows["kinds"])
    return kinds.filter(pl.col("holder_kind").is_in(STATE).fill_null(False))["holder_id"].unique()


def _held() -> pl.Expr:
    """Does what holds_from and holds_to bound hold on the bid date?"""
    begun = pl.col("holds_from").is_null() | (pl.col("holds_from") <= pl.col("bid_on"))
    lasts = pl.col("holds_to").is_null() | (pl.col("bid_on") < pl.col("holds_to"))
    return (begun & lasts) | (pl.col("bid_on").is_null() & pl.col("holds_to").is_null())
