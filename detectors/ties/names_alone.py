"""One name on two sides of a lot, and no number to tell whether it is one party: no lead, and no innocence either.

What is undecided is said of the lot, with the name, so that somebody may look it up. The persons are among the subjects,
by which their names are hidden from whoever may not see them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from typing import Final

import polars as pl

from detectors.definition import Row, Undecided
from detectors.ties.links import on_bids
from detectors.ties.namesakes import masks_agree
from graph.names import UNNUMBERED, name_key

AT: Final = ["lot_id", "name"]
_BY_NAME: Final = (UNNUMBERED, "name:")
UNCOMPARED_ZH: Final = "没有可以核对的证件号（未载明、已脱敏或校验码不符）"
UNCOMPARED_EN: Final = (
    "without a number that can be compared (none stated, masked, or with a wrong check digit)"
)
"""Why a name is not told apart by a number: what a source gives may be no whole or right one."""


def unverified(found: Sequence[Row], holders: Set[str]) -> Undecided:
    """People of one name that own or run two bidders of a lot. `found`: links on bids, of one lot and name."""
    return undecided(
        [r for r in found if r["holder_id"] in holders],
        f"{{bidders}}各有一名股东、控制人或管理人员名为“{{name}}”，{UNCOMPARED_ZH}，也没有其他佐证：是否为同一人无法核实",
        f"{{bidders}} each have an owner, controller or officer named “{{name}}”, {UNCOMPARED_EN}, and with nothing else to go by: "
        "whether it is one person cannot be told",
    )


def short_names(bidders: pl.DataFrame, told: pl.DataFrame) -> Iterator[Undecided]:
    """Organisations whose names are no full registered ones join nobody: who holds two bidders is not known then."""
    for found in _on_two_bids(on_bids(bidders, told)):
        yield undecided(
            found,
            "{bidders}各有一家名为“{name}”的股东或控制人，该名称不是完整的登记名称：是否为同一主体无法核实",
            "{bidders} each have a holder or controller named “{name}”, which is no full registered name: whether it is one party cannot "
            "be told",
        )


def in_two_bids(linked: pl.DataFrame) -> Iterator[Undecided]:
    """People, or units, whom two bids of a lot name, of one name. `linked`: what works on each bid, with `id_masked`."""
    person = pl.col("holder_id").str.starts_with("person")
    for found in _on_two_bids(linked.filter(person)):
        if any(_may_be_one(a, b) for a in found for b in found):
            yield undecided(
                found,
                f"{{bidders}}的投标文件各载明一名“{{name}}”，{UNCOMPARED_ZH}：是否为同一人无法核实",
                f"the bids of {{bidders}} each name a “{{name}}”, {UNCOMPARED_EN}: whether it is one person cannot be told",
            )
    for found in _on_two_bids(linked.filter(~person)):
        if any(_may_be_one(a, b) for a in found for b in found):
            yield undecided(
                found,
                "{bidders}的投标文件各载明一家“{name}”，有的没有统一社会信用代码，而同名企业不止一家：是否为同一单位无法核实",
                "the bids of {bidders} each name a “{name}”, not all with its code, and several companies have that name: "
                "whether it is one unit cannot be told",
            )


def _may_be_one(one: Row, other: Row) -> bool:
    return (
        one["bid_id"] != other["bid_id"]
        and one["holder_id"] != other["holder_id"]
        and (one["holder_id"].startswith(_BY_NAME) or other["holder_id"].startswith(_BY_NAME))
        and masks_agree(one["id_masked"], other["id_masked"]) is not False
    )


def _on_two_bids(linked: pl.DataFrame) -> Iterator[Sequence[Row]]:
    """Links that hold on the bid date, of one lot and name, of at least two holders in two bids; null names are none."""
    named = linked.filter(pl.col("when") == "yes")
    named = named.with_columns(name_key(named["holder_name"]).alias("name")).drop_nulls("name")
    several = [pl.col(c).n_unique().over(AT) > 1 for c in ("holder_id", "bid_id", "bidder_id")]
    ordered = named.filter(pl.all_horizontal(several)).sort(*AT, "bidder_id", "holder_id")
    for _, group in ordered.group_by(AT, maintain_order=True):
        yield group.to_dicts()


def undecided(rows: Sequence[Row], zh: str, en: str, more: Set[str] = frozenset()) -> Undecided:
    """Of rows of one lot and name, about their bidders, their holders and `more`; the words have {bidders} and {name}."""
    bidders = {str(r["bidder_id"]): f"“{r['bidder_name'] or r['bidder_id']}”" for r in rows}
    name = rows[0]["holder_name"]
    return Undecided(
        "lot",
        str(rows[0]["lot_id"]),
        (*bidders, *sorted({str(r["holder_id"]) for r in rows} | more)),
        zh.format(bidders="".join(bidders.values()), name=name),
        en.format(bidders=", ".join(bidders.values()), name=name),
    )
