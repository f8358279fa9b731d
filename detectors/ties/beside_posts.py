"""Of links on bids (`links.on_bids`): what a person owns, works on, manages or controls beside what counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from detectors.definition import Row
from detectors.rows import table
from detectors.ties.further_up import OWNING, further_up
from detectors.ties.links import on_bids

MANAGER: Final = "contract_manager"
"""The role of who manages a company without shares or a post: by contract, or in trust."""
RULING: Final = (MANAGER, "controller")
_PERSON: Final = pl.col("holder_id").str.starts_with("person")


def managers(rows: Mapping[str, Sequence[Row]]) -> pl.DataFrame:
    """Persons that manage a company without shares, as links; `rows`: of `manages`."""
    return table(rows["manages"]).filter(_PERSON).drop("holder_kind").with_columns(role=pl.lit(MANAGER))


def control_beside_shares(
    rows: Mapping[str, Sequence[Row]], bidders: pl.DataFrame, acting: pl.DataFrame
) -> pl.DataFrame:
    """Who controls one bidder without a share in it, and holds shares of another that he does not control, on its bids.

    `rows`: of `control`, `holdings` and `owners`; `acting`: holder_id of those with a post, whom posts tie. Both sides on
    the bid date; who controls both, or holds both, is told as that.
    """
    owners = table(rows["owners"])
    ruled = table(rows["control"]).filter(_PERSON).join(acting, on="holder_id", how="anti")
    here = ["lot_id", "holder_id", "bidder_id"]
    without = ruled.join(owners, on=here[1:], how="anti").join(table(rows["holdings"]), on=here, how="anti")
    wanted = without.select("lot_id", "holder_id").unique()
    theirs = on_bids(bidders, owners.join(wanted.select("holder_id").unique(), on="holder_id", how="semi"))
    direct = theirs.filter(pl.col("when") == "yes").join(wanted, on=here[:2], how="semi")
    held = pl.concat([direct, further_up(rows, wanted, direct, ("holdings",))], how="diagonal_relaxed").join(
        ruled, on=here, how="anti"
    )
    beside = held.select(here[:2]).unique()
    ruling = further_up(rows, beside, direct.clear(), ("control",))
    ruling = ruling.join(without, on=here, how="semi")
    return pl.concat([held, ruling], how="diagonal_relaxed")


def ruling_words(rows: Sequence[Row]) -> dict[str, str]:
    """What a person does in bidders of which he controls or manages some: `acts_zh`, `acts_en`; empty where he does neither."""
    roles = {str(r["role"]) for r in rows if not r["works"]}
    if not roles & set(RULING):
        return {}
    told = [
        (("任职", "posts"), bool(roles - {*OWNING, MANAGER})),
        (("持股", "shares"), bool(roles & {"shareholder", "indirect_shareholder"})),
        (("参与投标工作", "work on the bid"), any(r["works"] for r in rows)),
        (("承包、受托经营", "management without shares"), MANAGER in roles),
        (("掌握控制权", "control"), "controller" in roles),
    ]
    zh, en = ([words[n] for words, acts in told if acts] for n in (0, 1))
    return {
        "acts_zh": "或".join(["、".join(zh[:-1]), zh[-1]] if len(zh) > 1 else zh),
        "acts_en": " or ".join([", ".join(en[:-1]), en[-1]] if len(en) > 1 else en),
    }


def is_owned() -> pl.Expr:
    """Whether a link is of who owns or controls, and need not run."""
    return pl.col("role").fill_null("").is_in(OWNING)


def with_other_work(linked: pl.DataFrame) -> pl.DataFrame:
    """Work on a bid counts where the bidder is another one than those a person runs or owns; by itself it is no post."""
    works = pl.col("works").fill_null(False)
    here, person = ["lot_id", "holder_id", "bidder_id"], ["lot_id", "holder_id"]
    own = (~works & (pl.col("when") == "yes")).any()
    return linked.filter(~works | (own.over(person) & ~own.over(here)))


def with_a_post(linked: pl.DataFrame) -> pl.DataFrame:
    """Without what is owned beside a post in the same bidder, or where every bidder with a post is owned likewise."""
    owns, live, controls = is_owned(), pl.col("when") == "yes", pl.col("role") == "controller"
    here, person = ["lot_id", "holder_id", "bidder_id"], ["lot_id", "holder_id"]

    def runs_what_is_not(owned: pl.Expr) -> pl.Expr:
        return (~owns & ~(owned & live).any().over(here)).any().over(person)

    by_control, by_shares = runs_what_is_not(controls), runs_what_is_not(owns & ~controls)
    apart = pl.when(controls).then(by_control).otherwise(by_shares)
    # Of the few who own anything beside: a window over everybody takes the longer the more there are.
    placed = linked.with_row_index("place")
    theirs = placed.join(placed.filter(owns).select(person).unique(), on=person, how="semi")
    gone = theirs.filter(owns & ~(apart & ~(~owns & live).any().over(here)).fill_null(False))
    return placed.join(gone, on="place", how="anti", maintain_order="left").drop("place")
