"""Common holders that are no tie and are told all the same, each with the rule that sets it aside.

Bidders reached by one holder on different days only; members of one consortium; bidders of different lots of a tender.
Where a rule of another kind explains the holder (the state, a fund, a platform), nothing is told of it here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

import polars as pl

from detectors.definition import Draft, Row, Undecided
from detectors.rows import Rows, table
from detectors.ties.drafts import CONSORTIUM, OTHER_LOT, Tie, draft, of_one_bid, of_other_lots, tie_facts
from detectors.ties.links import ENDED
from detectors.ties.lot_names import lot_name
from detectors.ties.nearest import counted, nearest, tied, ties

SET_ASIDE: Final = (ENDED, CONSORTIUM, OTHER_LOT)
COMMON: Final = {"tied_zh": "存在共同股东", "tied_en": "have a common shareholder"}

_PAIR: Final = ["lot_id", "holder_id"]
_Told = set[tuple[str, str]]


def set_aside(
    held: pl.DataFrame, elsewhen: pl.DataFrame, bidders: Sequence[Row], explained: Callable[[Tie], bool]
) -> Iterator[Draft | Undecided]:
    """Drafts that are suppressed from the start; lots without a date are undecided where a date would tell.

    `held`: holdings on the bid dates; `elsewhen`: on other days, with `holds_from` and `holds_to`, and the same columns
    beside; `bidders`: all bids. `explained`: whether another rule explains a tie.
    """
    # What is behind a lot's own bidders, told or not, is none of the other lots'.
    told: _Told = set()
    yield from _at_other_times(held, elsewhen, bidders, explained, told)
    for hit in _of_one_bid(held, bidders, explained):
        told.add((hit.scope_id, hit.identity["holder_id"]))
        yield hit
    yield from _of_other_lots(held, bidders, explained, told)


def _at_other_times(
    held: pl.DataFrame,
    elsewhen: pl.DataFrame,
    bidders: Sequence[Row],
    explained: Callable[[Tie], bool],
    told: _Told,
) -> Iterator[Draft | Undecided]:
    then = _nearest_in_time(counted(elsewhen))
    if then.is_empty():
        return
    lots = then.select("lot_id").unique()
    here = held.join(lots, on="lot_id", how="semi")
    then = then.join(here, on=[*_PAIR, "bidder_id"], how="anti")
    own = Rows(table(bidders).join(lots, on="lot_id", how="semi"))
    live = tied(Rows(here), own)
    already: dict[str, list[frozenset[str]]] = defaultdict(list)
    for tie in ties(Rows(here), own):
        if not explained(tie):
            already[str(tie.lot["lot_id"])].append(tie.bidders)
    undated: dict[str, set[str]] = defaultdict(set)
    for rows, beside_live in _by_what_is_live(here, then, live):
        for tie, above in nearest(Rows(rows), own, explained):
            lot = str(tie.lot["lot_id"])
            told.add((lot, tie.holder))
            if explained(tie) or any(tie.bidders <= others for others in already[lot]):
                continue
            if tie.lot["bid_on"] is None:
                undated[lot] |= tie.bidders
                continue
            yield _ended(tie, tie_facts(tie, above), beside_live)
    for lot, parties in sorted(undated.items()):
        yield Undecided(
            "lot",
            lot,
            tuple(sorted(parties)),
            "标段没有投标日期，而其投标人之间的共同股东有已退出的：投标时是否仍持股无法判定",
            "the lot has no bid date, and a holder common to its bidders has left one of them: whether it still held "
            "shares at the bid cannot be decided",
        )


def _by_what_is_live(
    here: pl.DataFrame, then: pl.DataFrame, live: pl.DataFrame
) -> Iterator[tuple[pl.DataFrame, bool]]:
    """Holdings of a lot's date and of other days: of holders that tie nobody on that date, and of those that tie some.

    Of the latter, only where a further bidder was held at another time.
    """
    pairs = live.select(_PAIR).unique()
    alone = [rows.join(pairs, on=_PAIR, how="anti") for rows in (here, then)]
    yield pl.concat(alone, how="diagonal_relaxed"), False
    former = then.join(pairs, on=_PAIR, how="semi")
    if former.height:
        beside = here.join(former.select(_PAIR).unique(), on=_PAIR, how="semi")
        yield pl.concat([beside, former], how="diagonal_relaxed"), True


def _nearest_in_time(elsewhen: pl.DataFrame) -> pl.DataFrame:
    """Of each lot, holder and bidder the last time before the bid, else the first after it; with what is said of it."""
    before = pl.col("bid_on").is_null() | (pl.col("holds_to") <= pl.col("bid_on"))
    order = elsewhen.with_columns(
        before=before.fill_null(False),
        near=pl.when(before).then(pl.col("holds_to")),
        far=pl.when(~before).then(pl.col("holds_from")),
    ).sort("before", "near", "far", descending=[True, True, False], nulls_last=True, maintain_order=True)
    at = pl.when("before").then(pl.col("holds_to")).otherwise(pl.col("holds_from"))
    return (
        order.unique([*_PAIR, "bidder_id"], keep="first", maintain_order=True)
        .with_columns(
            note_zh=pl.when("before").then(pl.lit("，至") + at).otherwise(pl.lit("，自") + at + "起"),
            note_en=pl.when("before").then(pl.lit(", until ") + at).otherwise(pl.lit(", from ") + at),
            held_until=pl.when("before").then(at),
            held_since=pl.when(~pl.col("before")).then(at),
            # A day on which it was held: the last, or the first.
            held_on=pl.when("before")
            .then(at.str.to_date() - pl.duration(days=1))
            .otherwise(at.str.to_date())
            .cast(pl.String),
        )
        .drop("before", "near", "far")
    )


def _ended(tie: Tie, facts: dict[str, Any], beside_live: bool) -> Draft:
    """`beside_live`: the holder ties others of its bidders on the bid date, which is told of as that."""
    name, day = str(tie.lot["holder_name"] or tie.holder), str(tie.lot["bid_on"])
    zh, en = [], []
    for row in tie.rows:
        bidder = str(row["bidder_name"] or row["bidder_id"])
        if until := row.get("held_until"):
            zh.append(f"{name}对{bidder}的持股已于{until}结束")
            en.append(f"{name}'s holding in {bidder} ended on {until}")
        if since := row.get("held_since"):
            zh.append(f"{name}对{bidder}的持股{since}才开始")
            en.append(f"{name}'s holding in {bidder} began on {since}")
    reason = (
        ENDED.name,
        f"{'；'.join(zh)}；以投标日{day}为准，未同时持有",
        f"{'; '.join(en)}: on the bid date, {day}, they were not held together",
    )
    words = {
        "tied_zh": "在不同时期有共同股东",
        "tied_en": "had, at different times, a common shareholder",
        "as_of_zh": f"投标日{day}并未同时持有",
        "as_of_en": f"Not held together on the bid date, {day}",
    }
    made = _worded(draft(tie, facts, reason), words)
    if not beside_live:
        return made
    former = sorted(str(r["bidder_id"]) for r in tie.rows if r.get("held_until") or r.get("held_since"))
    return replace(made, identity={**made.identity, "holder_id": "|".join([tie.holder, *former])})


def _worded(made: Draft, words: dict[str, str]) -> Draft:
    return replace(made, words={**made.words, **words})


def _of_one_bid(
    held: pl.DataFrame, bidders: Sequence[Row], explained: Callable[[Tie], bool]
) -> Iterator[Draft]:
    """Members of one consortium that nothing but their own bid has together."""
    bids = counted(table(bidders))
    joint = bids.filter(pl.col("bidder_id").n_unique().over("bid_id") > 1).select("lot_id").unique()
    if joint.is_empty():
        return
    here = Rows(held.join(joint, on="lot_id", how="semi"))
    own = Rows(bids.join(joint, on="lot_id", how="semi"))
    for tie, above in nearest(here, own, explained, one_bid=True):
        if explained(tie):
            continue
        yield _worded(draft(tie, tie_facts(tie, above), of_one_bid(tie.rows)), COMMON)


def _of_other_lots(
    held: pl.DataFrame, bidders: Sequence[Row], explained: Callable[[Tie], bool], told: _Told
) -> Iterator[Draft]:
    """One draft a lot and holder that is behind a bidder of it and behind others of other lots of the tender."""
    bids = counted(table(bidders))
    several = pl.col("lot_id").n_unique().over("tender_id") > 1
    lots = bids.filter(pl.col("tender_id").is_not_null() & several).select("lot_id", "tender_id").unique()
    if lots.is_empty():
        return
    here = counted(held).join(lots, on=["lot_id", "tender_id"], how="semi")
    own = bids.join(lots, on=["lot_id", "tender_id"], how="semi")
    live = set(tied(Rows(here), Rows(own)).select(_PAIR).unique().iter_rows())
    present: dict[str, set[str]] = defaultdict(set)
    for lot, bidder in own.select("lot_id", "bidder_id").unique().iter_rows():
        present[lot].add(bidder)
    lots_of: dict[str, list[str]] = defaultdict(list)
    for lot, tender in sorted(lots.iter_rows()):
        lots_of[tender].append(lot)
    whole = [f.with_columns(own_lot="lot_id", lot_id="tender_id") for f in (here, own)]
    found = [t for t, _ in nearest(Rows(whole[0]), Rows(whole[1]), explained) if not explained(t)]
    at_home = _by_lot_and_holder(here, own, found)
    for tie in found:
        for lot in lots_of[str(tie.lot["lot_id"])]:
            mine = at_home.get((lot, tie.holder), {})
            # Who bids in this lot too is not one of another.
            others = [r for r in tie.rows if r["bidder_id"] not in present[lot]]
            if mine and others and not {(lot, tie.holder)} & (told | live):
                yield _elsewhere(tie, lot, list(mine.values()), others)


def _by_lot_and_holder(
    here: pl.DataFrame, own: pl.DataFrame, ties_of_tenders: Sequence[Tie]
) -> dict[tuple[str, str], dict[str, Row]]:
    """Rows by bidder, of each lot and holder of these ties; a holder that bids stands behind itself."""
    at = ["tender_id", "holder_id"]
    wanted = pl.DataFrame(
        [(str(t.lot["lot_id"]), t.holder) for t in ties_of_tenders],
        schema=dict.fromkeys(at, pl.String),
        orient="row",
    )
    here = here.join(wanted, on=at, how="semi")
    itself = own.with_columns(holder_id=pl.col("bidder_id"), itself=pl.lit(True))
    itself = itself.join(
        here.select("tender_id", "holder_id").unique(), on=["tender_id", "holder_id"], how="semi"
    )
    found: dict[tuple[str, str], dict[str, Row]] = defaultdict(dict)
    for row in pl.concat([here, itself], how="diagonal_relaxed").iter_rows(named=True):
        found[row["lot_id"], row["holder_id"]].setdefault(row["bidder_id"], row)
    return found


def _elsewhere(tie: Tie, lot: str, mine: Sequence[Row], others: Sequence[Row]) -> Draft:
    """A tender's tie as one of its lots sees it."""
    told = [lot_name(r, str(r["own_lot"])) for r in others]
    rows = sorted(
        [
            *mine,
            *(
                {**r, "note_zh": f"，{zh}", "note_en": f", {en}"}
                for r, (zh, en) in zip(others, told, strict=True)
            ),
        ],
        key=lambda r: str(r["bidder_id"]),
    )
    at = {c: mine[0][c] for c in ("lot_id", "lot_title", "bid_on", "tender_id", "tender_title", "regime")}
    seen = Tie({**tie.lot, **at}, tie.holder, tuple(rows))
    made = draft(seen, tie_facts(seen), of_other_lots(mine, others))
    evidence = replace(
        made.evidence, nodes=tuple(sorted({*made.evidence.nodes, *(str(r["own_lot"]) for r in others)}))
    )
    words = {
        "tied_zh": "投不同标段，有共同股东",
        "tied_en": "bid for different lots and have a common shareholder",
        "as_of_zh": "各以所投标段的投标日为准",
        "as_of_en": "Each as of the bid date of its own lot",
    }
    return replace(_worded(made, words), evidence=evidence)
