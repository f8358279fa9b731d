"""Bidders of one lot tied by something each has directly: a person, a contact, a trace in the bid.

Links come as one row a company (or a bid) and what it is linked to; they meet the bids in columns, and only groups
that tie two separate bids become Python objects. A link counts when it holds on the lot's bid date; a tie that only
links of other dates would make, one of members of a consortium, and one across the lots of a tender are kept, suppressed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final, Literal

import polars as pl

from detectors.definition import Draft, Evidence, Row, Severity, Suppressor, Undecided
from detectors.identities import identity_label, weakest
from detectors.law.caution import CAUTION_EN, CAUTION_ZH
from detectors.ties.drafts import (
    NOT_A_BID,
    above_100_fact,
    above_100_said,
    derivation_of,
    holder_kind,
    of_one_bid,
    of_other_lots,
    path_fact,
    percent,
    rounded,
)
from detectors.ties.lot_names import lot_name, tender_name
from detectors.ties.roles import role_en, role_zh
from graph.model import CONTACT_KINDS

ENDED: Final = Suppressor(
    "ended",
    "关联在投标日之前已结束，或在投标日之后才开始",
    "the link ended before the bid date, or began after it",
)
CLOSING_ZH: Final = "主体识别：{identity_zh}。{data_zh}" + CAUTION_ZH
CLOSING_EN: Final = "Identities rest on: {identity_en}. {data_en}" + CAUTION_EN
_NEVER: Final = "9999-12-31"
LINK_COLUMNS: Final = ("holder_id", "holder_name", "role", "held_from", "held_to", "observed_on", "link_key")
SPAN: Final = (
    "r.valid_from AS held_from, r.valid_to AS held_to, r.observed_on AS observed_on, r.key AS link_key"
)

HELD: Final[Mapping[str, pl.DataType]] = {
    **dict.fromkeys(("share", "share_min", "share_max", "votes"), pl.Float64()),
    "depth": pl.Int64(),
    "derivation": pl.String(),
    "basis": pl.String(),
}
"""Further columns of a link through layers: how much, how far, the proof, and what identities on the way rest on."""


@dataclass(frozen=True, slots=True)
class LinkTie:
    """What ties, and the rows that show it; `why`: the rule that sets it aside from the start, if one does.

    "ended": no two bids are tied on the bid date itself, or not those of the `former` bidders, whose links do not hold
    then while those of others do; "consortium": there is but one bid; "lot": the bids are for different lots.
    """

    lot: Row
    holder: str
    rows: tuple[Row, ...]
    why: Literal["", "ended", "consortium", "lot"] = ""
    former: tuple[str, ...] = ()

    @property
    def bidders(self) -> tuple[str, ...]:
        """Ids of the tied bidders, sorted."""
        return tuple(sorted({str(r["bidder_id"]) for r in self.rows}))

    @property
    def holder_name(self) -> str:
        """The name of what ties, else its id."""
        return str(self.lot["holder_name"] or self.holder)


def compared(bidders: pl.DataFrame) -> pl.DataFrame:
    """The bids that are compared: what was withdrawn, or never handed in, is none."""
    return bidders.filter(~pl.col("status").fill_null("").is_in(NOT_A_BID))


def on_bids(bidders: pl.DataFrame, links: pl.DataFrame, by: str = "bidder_id") -> pl.DataFrame:
    """Each link beside each bid of its bidder: the columns of both, and `when`: "yes", "ended" or "later"."""
    links = links.rename({"stated_id": "linked_id"}, strict=False)
    kept = [c for c in links.columns if c == by or c not in bidders.columns]
    bids = compared(bidders)
    near = links.select(kept).join(bids.select(by).unique(), on=by, how="semi", maintain_order="left")
    joined = bids.join(near.unique(maintain_order=True), on=by)
    ended = pl.col("held_to").is_not_null() & (
        pl.col("bid_on").is_null() | (pl.col("held_to") <= pl.col("bid_on"))
    )
    later = pl.col("held_from") > pl.col("bid_on")
    when = pl.when(ended).then(pl.lit("ended")).when(later.fill_null(False)).then(pl.lit("later"))
    return joined.with_columns(when=when.otherwise(pl.lit("yes")))


def of_several(links: pl.DataFrame, bidders: pl.DataFrame | None = None) -> pl.DataFrame:
    """The links of what is linked to several bidders: nothing else ties two, and laid beside bids it is the most.

    `bidders`: all bids, for links that name a bid and no bidder.
    """
    pairs = links if bidders is None else bidders.select("bid_id", "bidder_id").join(links, on="bid_id")
    return links.join(reaching_several(pairs), on="holder_id", how="semi", maintain_order="left")


def reaching_several(pairs: pl.DataFrame) -> pl.DataFrame:
    """Whoever stands beside two bidders or more: holder_id, of rows with holder_id and bidder_id."""
    both = pairs.select("holder_id", "bidder_id").unique()
    return both.filter(pl.col("holder_id").is_duplicated()).select("holder_id").unique()


def link_ties(linked: pl.DataFrame) -> list[LinkTie]:
    """Everything that ties two separate bids of different bidders in one lot, by lot and what ties.

    Of what ties two on the bid date, a third bidder that it was linked to at another time is told of by itself.
    """
    at = ["lot_id", "holder_id"]
    separate = (pl.col("bid_id").n_unique().over(at) > 1) & (pl.col("bidder_id").n_unique().over(at) > 1)
    several = linked.filter(separate)
    live = several.filter(pl.col("when") == "yes").filter(separate)
    now = live.select(at).unique().with_columns(live=pl.lit(True))
    rest = several.join(now, on=at, how="anti")
    kinds: tuple[tuple[pl.DataFrame, Literal["", "ended"]], ...] = ((live, ""), (rest, "ended"))
    found = [
        LinkTie(rows[0], str(holder), tuple(rows), why)
        for frame, why in kinds
        for (_, holder), rows in _groups(frame, at)
    ]
    found += _beside_live(several, live)
    return sorted(found, key=lambda t: (str(t.lot["lot_id"]), t.holder, t.former))


def _beside_live(several: pl.DataFrame, live: pl.DataFrame) -> Iterator[LinkTie]:
    at, bidder = ["lot_id", "holder_id"], ["lot_id", "holder_id", "bidder_id"]
    former = several.filter(pl.col("when") != "yes").join(live.select(at).unique(), on=at, how="semi")
    former = former.join(live.select(bidder).unique(), on=bidder, how="anti")
    here = live.join(former.select(at).unique(), on=at, how="semi")
    for (_, holder), rows in _groups(pl.concat([here, former]), at):
        gone = {str(r["bidder_id"]) for r in rows if r["when"] != "yes"}
        yield LinkTie(rows[0], str(holder), tuple(rows), "ended", tuple(sorted(gone)))


def link_ties_and_set_aside(linked: pl.DataFrame, bidders: pl.DataFrame) -> list[LinkTie]:
    """The same, with what ties only members of one consortium, or bidders of different lots of a tender.

    `bidders`: all bids. Of companies' own links alone: what is left in one bid is of all who submit it.
    """
    found = link_ties(linked)
    told = {(str(t.lot["lot_id"]), t.holder) for t in found}
    live = linked.filter(pl.col("when") == "yes")
    at = ["lot_id", "holder_id"]
    # Some links are looked for in the lot alone.
    own = live.filter(pl.col("of_lot").is_null()) if "of_lot" in live.columns else live
    one_bid = (pl.col("bid_id").n_unique().over(at) == 1) & (pl.col("bidder_id").n_unique().over(at) > 1)
    for (lot, holder), rows in _groups(live.filter(one_bid), at):
        if (lot, holder) not in told:
            told.add((lot, holder))
            found.append(LinkTie(rows[0], str(holder), tuple(rows), "consortium"))
    found += _across_lots(own, compared(bidders), told)
    return sorted(found, key=lambda t: (str(t.lot["lot_id"]), t.holder))


def _across_lots(live: pl.DataFrame, bids: pl.DataFrame, told: Set[tuple[str, str]]) -> Iterator[LinkTie]:
    """One a lot and what ties a bidder of it to bidders of other lots of the tender, each by its first lot there."""
    at = ["tender_id", "holder_id"]
    several = [pl.col(c).n_unique().over(at) > 1 for c in ("lot_id", "bid_id", "bidder_id")]
    wide = live.filter(pl.col("tender_id").is_not_null()).filter(pl.all_horizontal(several))
    present: dict[str, set[str]] = defaultdict(set)
    lots = wide.select("lot_id").unique()
    for lot, bidder in bids.join(lots, on="lot_id").select("lot_id", "bidder_id").unique().iter_rows():
        present[lot].add(bidder)
    for (_, holder), rows in _groups(wide, at):
        first: dict[str, str] = {}
        for row in rows:
            first[row["bidder_id"]] = min(first.get(row["bidder_id"], row["lot_id"]), row["lot_id"])
        for lot in sorted({str(r["lot_id"]) for r in rows}):
            mine = [r for r in rows if r["lot_id"] == lot]
            # Who bids in this lot too is not one of another.
            others = [
                {**r, "own_lot": r["lot_id"]}
                for r in rows
                if r["bidder_id"] not in present[lot] and r["lot_id"] == first[r["bidder_id"]]
            ]
            if others and (lot, holder) not in told:
                yield LinkTie(mine[0], str(holder), (*mine, *others), "lot")


def _groups(frame: pl.DataFrame, at: Sequence[str]) -> list[tuple[tuple[Any, ...], list[dict[str, Any]]]]:
    ordered = frame.sort(*at, "bidder_id", "bid_id", "role", "link_key", nulls_last=True)
    return [
        (key, group.to_dicts()) for key, group in ordered.group_by(at, maintain_order=True) if group.height
    ]


def counts(links: pl.DataFrame, what: str = "bidder_id") -> dict[str, int]:
    """To how many different parties (or bids) each holder is linked, over the whole graph."""
    grouped = links.group_by("holder_id").agg(n=pl.col(what).n_unique())
    return dict(grouped.iter_rows())


def _kind(holder: str, row: Row, is_party: bool) -> str:
    """Of a party, what it is; of a contact or trace, the scheme of its id (phone, device)."""
    return holder_kind(holder, row) if is_party else holder.partition(":")[0]


def link_hits(
    tie: LinkTie, *, suppressed_by: tuple[str, str, str] | None = None, **given: Any
) -> Iterator[Draft | Undecided]:
    """The tie as `link_draft` makes it, undecided where only a date that its lot lacks would tell whether it had ended.

    What another rule explains is not told of other lots, or of one consortium, as well: half a register may share an
    address.
    """
    if tie.why == "ended" and not tie.lot["bid_on"]:
        yield _undated(tie)
    elif not (suppressed_by and tie.why in ("lot", "consortium")):
        yield link_draft(tie, suppressed_by=suppressed_by, **given)


def _undated(tie: LinkTie) -> Undecided:
    return Undecided(
        "lot",
        str(tie.lot["lot_id"]),
        tie.bidders,
        f"标段没有投标日期，而{tie.holder_name}与投标人的关联有已结束的：投标时是否存续无法判定",
        f"the lot has no bid date, and a link of {tie.holder_name} with a bidder has ended: whether it held at the bid "
        "cannot be decided",
    )


def link_draft(
    tie: LinkTie,
    *,
    suppressed_by: tuple[str, str, str] | None = None,
    severity: Severity | None = None,
    facts: Mapping[str, Any] | None = None,
    words: Mapping[str, str] | None = None,
    holder_is_party: bool = True,
) -> Draft:
    """The tie as a draft; its identity is the lot and what ties, with the bidders that it tied at another time alone.

    `suppressed_by` counts unless it is set aside already.
    """
    lot = tie.lot
    identity = weakest(
        [
            i
            for r in tie.rows
            for i in (
                (r["bidder_id"], r.get("stated_id")),
                (r["bidder_id"], r.get("linked_id")),
                _holder_ids(r, holder_is_party),
            )
        ],
        [r["basis"] for r in tie.rows if r.get("basis")],
    )
    after = sorted({r["observed_on"] for r in tie.rows if _seen_after(r)})
    held = {
        "as_of": lot["bid_on"],
        "holder": {
            "id": tie.holder,
            "name": lot["holder_name"],
            "kind": _kind(tie.holder, lot, holder_is_party),
        },
        "bidders": [_bidder(b, [r for r in tie.rows if r["bidder_id"] == b]) for b in tie.bidders],
        "identity": identity,
        "observed_after_bid": after,
    }
    return Draft(
        scope_kind="lot",
        scope_id=str(lot["lot_id"]),
        identity={"lot_id": str(lot["lot_id"]), "holder_id": "|".join([tie.holder, *tie.former])},
        subjects=tie.bidders,
        facts=held | dict(facts or {}),
        words=_words(tie, identity, after) | dict(words or {}),
        date=lot["bid_on"],
        regime=lot["regime"],
        evidence=_evidence(tie),
        suppressed_by=_set_aside(tie) or suppressed_by,
        severity=severity,
    )


def _set_aside(tie: LinkTie) -> tuple[str, str, str] | None:
    if tie.why == "ended":
        return _ended(tie)
    if tie.why == "consortium":
        return of_one_bid(tie.rows)
    if tie.why != "lot":
        return None
    here, elsewhere = ([r for r in tie.rows if bool(r.get("own_lot")) == other] for other in (False, True))
    return of_other_lots(here, elsewhere)


def _holder_ids(row: Row, is_party: bool) -> tuple[Any, Any]:
    return (row["holder_id"], row.get("stated_holder_id")) if is_party else (row["bidder_id"], None)


def _seen_after(row: Row) -> bool:
    return bool(row["observed_on"] and row["bid_on"] and row["observed_on"] > row["bid_on"])


def _bidder(id_: str, rows: Sequence[Row]) -> dict[str, Any]:
    links = [
        {"role": r["role"], "from": r["held_from"], "to": r["held_to"], "observed_on": r["observed_on"]}
        | ({"of": {"id": r["above_id"], "name": r["above_name"]}} if r.get("above_id") else {})
        for r in rows
    ]
    unique = [x for n, x in enumerate(links) if x not in links[:n]]
    fact = {"id": id_, "name": rows[0]["bidder_name"], "links": unique}
    for row in rows:
        fact |= _held(row)
    return fact | {"lot": rows[0]["own_lot"]} if rows[0].get("own_lot") else fact


def _held(row: Row) -> dict[str, Any]:
    """How much is held through layers, and on which paths."""
    if not row.get("derivation"):
        return {}
    shares = {c: rounded(row[c]) for c in ("share", "share_min", "share_max", "votes")}
    paths = [path_fact(p) for p in derivation_of(row).get("paths", [])]
    return shares | {"depth": row["depth"], "paths": paths} | above_100_fact(row)


def _ended(tie: LinkTie) -> tuple[str, str, str]:
    rows = [r for r in tie.rows if r["when"] != "yes"]
    spans = "、".join(sorted({f"{r['held_from'] or '…'}至{r['held_to'] or '…'}" for r in rows}))
    spans_en = ", ".join(sorted({f"{r['held_from'] or '…'} to {r['held_to'] or '…'}" for r in rows}))
    return (
        "ended",
        f"关联期间为{spans}，投标日{tie.lot['bid_on']}不在其内",
        f"the link held from {spans_en}; the bid date, {tie.lot['bid_on']}, is outside",
    )


def _evidence(tie: LinkTie) -> Evidence:
    # A place, domain or switchboard that no source states as such is nowhere in the graph: what it was read from is.
    derived = tie.holder.partition(":")[0] in CONTACT_KINDS and all(r.get("more_nodes") for r in tie.rows)
    nodes = {str(tie.lot["lot_id"]), *([] if derived else [tie.holder])}
    for row in tie.rows:
        nodes |= {
            str(row[c])
            for c in ("bidder_id", "bid_id", "stated_id", "linked_id", "stated_holder_id", "own_lot")
            if row.get(c)
        }
        nodes.update(row.get("more_nodes") or ())
    keys = {str(r["link_key"]) for r in tie.rows if r["link_key"]} | {
        k for r in tie.rows for k in r.get("more_keys") or ()
    }
    return Evidence(tuple(sorted(nodes)), tuple(sorted(keys)))


def lot_words(lot: Row) -> dict[str, str]:
    """Tender, lot and date, for any wording."""
    zh, en = lot_name(lot)
    return {
        "tender": tender_name(lot),
        "lot": zh,
        "lot_en": en,
        "as_of_zh": f"截至{lot['bid_on']}" if lot["bid_on"] else "（标段无日期，按无截止日的关联计）",
        "as_of_en": f"As of {lot['bid_on']}"
        if lot["bid_on"]
        else "The lot has no date (links without an end)",
    }


def _words(tie: LinkTie, identity: str, after: Sequence[str]) -> dict[str, str]:
    by_bidder = [[r for r in tie.rows if r["bidder_id"] == b] for b in tie.bidders]
    names = [str(rows[0]["bidder_name"] or rows[0]["bidder_id"]) for rows in by_bidder]
    roles_zh, roles_en = (
        [_roles(rows, n) + (_spans(rows)[n] if tie.why == "ended" else "") for rows in by_bidder]
        for n in (0, 1)
    )
    lots = [lot_name(r, r["own_lot"]) if r.get("own_lot") else ("", "") for r, *_ in by_bidder]
    elsewhere_zh, elsewhere_en = (
        [f"{comma}{lot[n]}" if lot[n] else "" for lot in lots] for n, comma in enumerate(("，", ", "))
    )
    zh, en = identity_label(identity)
    late = after[-1] if after else ""
    return (
        lot_words(tie.lot)
        | _when(tie)
        | {
            "bidders_zh": "、".join(names),
            "bidders_en": ", ".join(names),
            "holder": tie.holder_name,
            "links_zh": "、".join(
                f"{n}（{r}{e}）" for n, r, e in zip(names, roles_zh, elsewhere_zh, strict=True)
            ),
            "links_en": "; ".join(
                f"{n} ({r}{e})" for n, r, e in zip(names, roles_en, elsewhere_en, strict=True)
            ),
            "identity_zh": zh,
            "identity_en": en,
            "data_zh": f"数据截至{late}，晚于投标日期，需核实投标时状态。" if late else "",
            "data_en": f"The data are of {late}, after the bid: verify the state at the bid. "
            if late
            else "",
        }
    )


_LIVE: Final = {
    "hold_zh": "同时",
    "hold_en": "hold",
    "have_zh": "",
    "have_en": "have",
    "belong_zh": "",
    "belong_en": "belong",
}


def _when(tie: LinkTie) -> dict[str, str]:
    """When what ties held of the bidders: together at the bid, else one after the other, or at other times (together or not:
    where a beginning is not stated, that is not known)."""
    if tie.why != "ended":
        return _LIVE
    spans = [(str(r["bidder_id"]), r["held_from"] or "", r["held_to"] or _NEVER) for r in tie.rows]
    may_meet = any(
        one[0] != other[0] and max(one[1], other[1]) < min(one[2], other[2])
        for one, other in combinations(spans, 2)
    )
    zh, en = ("于其他时期", "at another time") if may_meet else ("先后", "at different times")
    return {
        **dict.fromkeys(("hold_zh", "have_zh", "belong_zh"), zh),
        "hold_en": f"have held, {en},",
        "have_en": f"have had, {en},",
        "belong_en": f"have belonged, {en},",
        **not_together(tie.lot),
    }


def not_together(lot: Row) -> dict[str, str]:
    """Words in the place of the day as of which a tie holds, for one that does not hold then."""
    day = lot["bid_on"]
    return {
        "as_of_zh": f"投标日{day}并未同时存续",
        "as_of_en": f"Not both in force on the bid date, {day}",
    }


def _roles(rows: Sequence[Row], language: int) -> str:
    """What somebody is in one bidder, in Chinese (0) or English (1), with how much he holds through layers."""
    told = {(str(r["role"] or ""), str(r.get("above_name") or "")): r for r in rows}
    return "/".join(
        _of_above(above, role)[language] + _through_layers(row)[language]
        for (role, above), row in sorted(told.items(), key=lambda t: t[0])
    )


def _spans(rows: Sequence[Row]) -> tuple[str, str]:
    """From when until when, where a row says so."""
    said = sorted(
        {(r["held_from"] or "", r["held_to"] or "") for r in rows if r["held_from"] or r["held_to"]}
    )
    zh = "、".join(f"{a}至{b}" if a and b else f"自{a}起" if a else f"至{b}" for a, b in said)
    en = ", ".join(f"{a} to {b}" if a and b else f"from {a}" if a else f"until {b}" for a, b in said)
    return (f"，{zh}", f", {en}") if said else ("", "")


def _of_above(above: str, role: str) -> tuple[str, str]:
    """A role in the bidder, or in a company that controls it."""
    zh, en = role_zh(role), role_en(role)
    return (f"控制方{above}的{zh}", f"{en} of {above}, which controls it") if above else (zh, en)


def _through_layers(row: Row) -> tuple[str, str]:
    if not row.get("derivation"):
        return "", ""
    depth, (over_zh, over_en) = row["depth"], above_100_said(row)
    if row["role"] == "controller":
        return f"，{depth}层{over_zh}", f", depth {depth}{over_en}"
    zh, en = (
        percent(row, "，", "表决权{}", "比例未知"),
        percent(row, ", ", "{} of the votes", "an unknown share"),
    )
    return f"，穿透持有{zh}，{depth}层{over_zh}", f", {en}, depth {depth}{over_en}"
