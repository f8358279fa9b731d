"""Where persons who evaluate a tender work: a company that controls a bidder, one that a bidder controls, one under one
controller with a bidder, or one that no more than a short name is known of.

Who works for a bidder itself is a person of it (`people.STAFF`, `attached`). A buyer's link with a bidder is told as that
one's: that its representative works for it says nothing more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import polars as pl

from detectors.definition import Row, Undecided
from detectors.identities import basis_column, weakest_column
from detectors.question import Question
from detectors.rows import table
from detectors.ties.attached import dated
from detectors.ties.links import SPAN, compared
from detectors.ties.procedure_coverage import is_public
from detectors.ties.procedure_parties import EVER
from detectors.ties.roles import role_en, role_zh
from graph.names import UNNUMBERED
from graph.public_kinds import STATE
from graph.stores.known_nodes import about

POSTS: Final = ("LEGAL_REP_OF", "OFFICER_OF")
ON_LOT: Final = "(t:Tender)<-[:LOT_OF]-(l:Lot)"
EMPLOYERS: Final[Mapping[str, str]] = {
    f"employers_{n}": Question(
        f"MATCH (x:Company)<-[r:{post}]-(p:Person)-[s:SERVES_TENDER]->{ON_LOT} WHERE r.counted AND s.counted "
        "RETURN DISTINCT l.id AS lot_id, p.id AS party_id, p.name AS party_name, s.role AS party_role, "
        f"x.id AS employer_id, x.id AS employer_stated, x.name AS employer_name, x.kind AS employer_kind, r.role AS role, {SPAN}",
        "lots",
        "l:Lot",
    )
    for n, post in enumerate(POSTS)
}
EMPLOYERS_COLUMNS: Final = (
    *("lot_id", "party_id", "party_name", "party_role", "employer_id", "employer_stated", "employer_name"),
    *("employer_kind", "role", "held_from", "held_to", "observed_on", "link_key"),
)
_ON_THE_DATE: Final = (
    "(u.holds_from IS NULL OR l.bid_on IS NULL OR u.holds_from <= l.bid_on) "
    "AND (u.holds_to IS NULL OR (l.bid_on IS NOT NULL AND l.bid_on < u.holds_to))"
)


def _above(post: str, ever: bool = False) -> Question:
    return Question(
        f"MATCH (h)-[u:CONTROLS]->(x:Company)<-[r:{post}]-(p:Person)-[:SERVES_TENDER]->{ON_LOT} "
        f"WHERE r.counted {'' if ever else f'AND {_ON_THE_DATE} '}RETURN DISTINCT l.id AS lot_id, x.id AS employer_id, "
        f"h.id AS holder_id, u.derivation AS derivation, u.identity AS identity{EVER if ever else ''}",
        "asked",
        "l:Lot",
    )


ABOVE_EMPLOYERS: Final[Mapping[str, Question]] = {
    f"above_employers_{n}": _above(post) for n, post in enumerate(POSTS)
}
"""Who controls on the lot's day a company for which somebody works who serves the tender."""
ABOVE_EMPLOYERS_EVER: Final[Mapping[str, Question]] = {
    f"above_employers_{n}": _above(post, ever=True) for n, post in enumerate(POSTS)
}
"""The same on whatever day."""
ABOVE_COLUMNS: Final = ("lot_id", "employer_id", "holder_id", "derivation", "identity")
EMPLOYERS_OF_LOTS: Final[Mapping[str, str]] = {
    f"above_employers_{n}": about(
        f"MATCH (x:Company)<-[:{post}]-(p:Person)-[:SERVES_TENDER]->{ON_LOT} "
        "RETURN DISTINCT l.id AS lot_id, l.bid_on AS bid_on, x.id AS to_id",
        "l:Lot",
    )
    for n, post in enumerate(POSTS)
}
"""The companies that `ABOVE_EMPLOYERS` are about, of some lots."""
_SHORT: Final = "scoped:"


def linked(rows: Mapping[str, Sequence[Row]], parties: pl.DataFrame) -> pl.DataFrame:
    """Links of persons of the procedure with bidders by way of their employers: some columns of `attached.as_links`.

    `parties`: the columns of `PARTY_COLUMNS`. `how`: "employer_controls", "employer_controlled" or
    "employer_controller" (`kin_id`: who controls both); `via_id`: the employer.
    """
    bids = compared(table(rows["bidders"])).select("lot_id", "bid_on", "bidder_id", "bid_id").unique()
    working = _working(rows, parties)
    days = bids.select("lot_id", "bid_on").unique()
    working = dated(working.join(days, on="lot_id"))
    buyers = table(rows["buyers"]).select("lot_id", employer_id="party_id").unique()
    working = working.join(buyers, on=["lot_id", "employer_id"], how="anti")
    # Who bids himself employs his own: told as a person of the bidder.
    own = bids.select("lot_id", employer_id="bidder_id").unique()
    working = working.join(own, on=["lot_id", "employer_id"], how="anti")
    over = table(rows["control"]).select(
        "lot_id", "bidder_id", "bid_id", employer_id="holder_id", derivation="derivation", between="identity"
    )
    above = working.filter(~pl.col("employer_kind").fill_null("").is_in(STATE)).join(
        over, on=["lot_id", "employer_id"]
    )
    under = pl.concat([table(rows[k]) for k in ABOVE_EMPLOYERS], how="vertical_relaxed").unique()
    ruling = under.select("lot_id", "employer_id", kin_id="holder_id", other="derivation", theirs="identity")
    under = under.select(
        "lot_id", "employer_id", bidder_id="holder_id", derivation="derivation", between="identity"
    )
    below = working.join(under, on=["lot_id", "employer_id"]).join(
        bids.select("lot_id", "bidder_id", "bid_id"), on=["lot_id", "bidder_id"]
    )
    both = pl.concat(
        [
            above.with_columns(how=pl.lit("employer_controls")),
            below.with_columns(how=pl.lit("employer_controlled")).select(*above.columns, "how"),
        ],
        how="vertical_relaxed",
    )
    both = both.with_columns(derivations=pl.concat_list("derivation"))
    beside = _under_one(rows, working, ruling, both, pl.concat([own, buyers]))
    both = pl.concat([both, beside], how="diagonal_relaxed")
    kept = bids.select("bid_id", "bidder_id").unique()
    return both.join(kept, on=["bid_id", "bidder_id"], how="semi").with_columns(
        via_id=pl.col("employer_id"),
        party_side=pl.col("party_role"),
        keys=pl.concat_list("link_key"),
        basis=weakest_column(pl.col("between"), basis_column("employer_id", "employer_stated")),
    )


def _under_one(
    rows: Mapping[str, Sequence[Row]],
    working: pl.DataFrame,
    ruling: pl.DataFrame,
    told: pl.DataFrame,
    others: pl.DataFrame,
) -> pl.DataFrame:
    """Who works for a company under one controller (`kin_id`) with a bidder. `ruling`: who controls the employers; `told`: links of
    employers and bidders that say more; `others`: bidders and buyers of the lot (employer_id), whose own ties say it."""
    mine = table(rows["control"]).select(
        "lot_id", "bidder_id", "bid_id", kin_id="holder_id", derivation="derivation", ours="identity"
    )
    above = ruling.join(others.rename({"employer_id": "kin_id"}), on=["lot_id", "kin_id"], how="anti")
    found = working.join(above, on=["lot_id", "employer_id"]).join(mine, on=["lot_id", "kin_id"])
    found = found.join(told, on=["lot_id", "party_id", "employer_id", "bidder_id"], how="anti")
    return found.with_columns(
        how=pl.lit("employer_controller"),
        between=weakest_column(pl.col("ours"), pl.col("theirs")),
        derivations=pl.concat_list("derivation", "other"),
    ).drop("ours", "theirs", "other")


def _working(rows: Mapping[str, Sequence[Row]], parties: pl.DataFrame) -> pl.DataFrame:
    told = pl.concat([table(rows[k]) for k in EMPLOYERS], how="vertical_relaxed").unique(maintain_order=True)
    serving = parties.select("lot_id", "party_id").unique()
    return told.join(serving, on=["lot_id", "party_id"], how="semi", maintain_order="left")


def unsettled(rows: Mapping[str, Sequence[Row]], parties: pl.DataFrame) -> Iterator[Undecided]:
    """Lots with bids whose evaluators can be compared with nobody: no number and no workplace, or one that no more than a short
    name is known of."""
    bids = compared(table(rows["bidders"])).select("lot_id").unique()
    working = _working(rows, parties).join(bids, on="lot_id", how="semi")
    short = working.filter(pl.col("employer_id").str.starts_with(_SHORT) & ~is_public("employer", None))
    for (lot,), group in short.sort("lot_id", "party_id", "employer_id").group_by(
        "lot_id", maintain_order=True
    ):
        told = list(dict.fromkeys(group.select("party_role", "party_name", "employer_name").iter_rows()))
        yield Undecided(
            "lot",
            str(lot),
            tuple(group["party_id"].unique(maintain_order=True)),
            f"{'、'.join(f'{role_zh(r)}{n}的工作单位“{e}”' for r, n, e in told)}不是登记的全称，不能与投标人对应：是否在投标人或其控制的、"
            "控制它的企业工作无法判定",
            f"{', '.join(f'“{e}”, where {n}, {role_en(r)}, works' for r, n, e in told)}: no full registered name, and not compared "
            "with bidders; whether that is a bidder, or one that controls it or is controlled by it, cannot be decided",
        )
    at = ["lot_id", "party_id"]
    persons = parties.filter((pl.col("party_kind") == "person") & (pl.col("party_role") == "evaluator"))
    bare = persons.filter(pl.col("party_id").str.starts_with(UNNUMBERED)).join(bids, on="lot_id", how="semi")
    bare = bare.join(working.select(at).unique(), on=at, how="anti").unique(at).sort(at)
    for (lot,), group in bare.group_by("lot_id", maintain_order=True):
        names = [str(n or i) for n, i in group.select("party_name", "party_id").iter_rows()]
        yield Undecided(
            "lot",
            str(lot),
            tuple(group["party_id"]),
            f"评标专家{'、'.join(names)}既没有证件号，也没有工作单位：与投标人是否存在关联无法判定",
            f"of the evaluators {', '.join(names)} neither number nor workplace is known: whether a bidder is linked to them "
            "cannot be decided",
        )
