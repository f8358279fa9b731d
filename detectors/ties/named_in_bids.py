"""Whom bids name, by what they do there: management of the project, the handing in, the firm itself.

Article 40 has an item for those who manage the project (3) and one for those who hand the bid in (2). Somebody who is
one in one bid and the other in another is in neither word for word: for a person to judge. Words of a source that
name no known role decide nothing, and the lot says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import polars as pl

from detectors.definition import Draft, Row, Undecided
from detectors.rows import table
from detectors.ties import names_alone
from detectors.ties.links import LinkTie, compared, link_draft, link_ties, on_bids
from detectors.ties.traces import kind_words

MEMBERS: Final = (
    *("project_manager", "technical_lead", "quality_lead", "safety_lead", "site_supervisor"),
    "member",
)
HANDLERS: Final = ("handler", "bid_agent", "bid_writer")
REPRESENTATIVE: Final = ("legal_representative",)
"""Whom the firm itself is represented by: of two firms, another detector's."""
_NO_PART: Final = ("witness",)
"""They stand by at the opening, and belong to no bidder."""
_KNOWN: Final = (*MEMBERS, *HANDLERS, *REPRESENTATIVE, *_NO_PART)


def of_roles(rows: Mapping[str, Sequence[Row]], roles: Sequence[str]) -> pl.DataFrame:
    """Of `rows["workers"]` those of some roles."""
    return table(rows["workers"]).filter(pl.col("role").is_in(roles))


def across(
    rows: Mapping[str, Sequence[Row]], one: Sequence[str], other: Sequence[str], zh: str, en: str
) -> Iterator[Draft | Undecided]:
    """For review: who has a role of `one` in a single bid of a lot, and one of `other` in another.

    `zh`, `en`: what he is, for the placeholders `as_zh`, `as_en`. Namesakes without a number are undecided.
    """
    workers = of_roles(rows, (*one, *other))
    linked = on_bids(compared(table(rows["bidders"])), workers, "bid_id")
    for tie in link_ties(linked):
        if _mixed(tie, one, other):
            told = {**kind_words(tie), "as_zh": zh, "as_en": en}
            yield link_draft(tie, severity="review", words=told, facts={"across_roles": True})
    named = linked.with_columns(first=pl.col("role").is_in(one))
    at = ["lot_id", "holder_name"]
    mixed = pl.col("first").any().over(at) & ~pl.col("first").all().over(at)
    yield from names_alone.in_two_bids(named.filter(mixed))


def _mixed(tie: LinkTie, one: Sequence[str], other: Sequence[str]) -> bool:
    first, second = ({r["bid_id"] for r in tie.rows if r["role"] in roles} for roles in (one, other))
    # Two bids that name him alike are told of as such.
    return len(first) == 1 and bool(second - first)


def unread(rows: Mapping[str, Sequence[Row]]) -> Iterator[Undecided]:
    """Persons or units whom two bids of a lot name, in a role that no known word tells."""
    workers = table(rows["workers"]).with_columns(known=pl.col("role").fill_null("").is_in(_KNOWN))
    linked = on_bids(compared(table(rows["bidders"])), workers, "bid_id")
    for tie in link_ties(linked):
        words = sorted({str(r["role"] or "") for r in tie.rows if not r["known"]})
        if not words:
            continue
        said = "、".join(words).replace("{", "{{").replace("}", "}}")
        yield names_alone.undecided(
            tie.rows,
            f"{{bidders}}的投标文件均载明“{{name}}”，其岗位“{said}”不认识：是否为项目管理成员或投标经办人无法判定",
            f"the bids of {{bidders}} both name “{{name}}”, whose role “{said}” is not known: whether he manages the "
            "project or hands the bid in cannot be decided",
        )


def of_rivals(handlers: pl.DataFrame, bids: pl.DataFrame) -> pl.DataFrame:
    """Who handles another's bid and bids in the lot itself has a hand in two: beside its own bid it stands as itself."""
    at = bids.select("bid_id", "lot_id").unique()
    units = handlers.join(at, on="bid_id").select("lot_id", "holder_id", "holder_name")
    own = bids.select("bid_id", "lot_id", holder_id="bidder_id")
    own = own.join(
        units.unique(["lot_id", "holder_id"], keep="first", maintain_order=True), on=["lot_id", "holder_id"]
    )
    return own.select("bid_id", "holder_id", "holder_name", role=pl.lit("itself"))


def by_full_name(tie: LinkTie) -> bool:
    """Is it a unit that is known by its full registered name alone?"""
    return tie.holder.startswith("name:")
