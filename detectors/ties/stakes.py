"""What a link between a bidder and somebody rests on: the shares held, with their paths, and the control, so that each can
be worked out again from the facts alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from detectors.definition import Row
from detectors.rows import table
from detectors.ties.drafts import above_100_fact, derivation_of, path_fact, percent, rounded
from detectors.ties.roles import role_en, role_zh

Pair = tuple[str, str]
"""Ids of a holder and a company."""
_SHARES: Final = (("holdings", "bidder_id"), ("party_holdings", "party_id"))
_CONTROL: Final = (("control", "bidder_id"), ("party_control", "party_id"), ("debarred_control", "party_id"))


@dataclass(frozen=True, slots=True)
class Stakes:
    """Of some pairs of a lot: what the holder has of the company on the bid date, and whether he controls it."""

    held: Mapping[tuple[str, str, str], Row]
    controlled: frozenset[tuple[str, str, str]]

    def of(self, lot: object, pair: Pair) -> Row | None:
        """The row of holdings of a pair; None where nothing is held, or nothing is known."""
        return self.held.get((str(lot), *pair))

    def facts(self, lot: object, pairs: Sequence[Pair]) -> dict[str, Any]:
        """`stakes`: the shares with their paths; `control`: who controls what; each only where there are any."""
        held = [_stake(row, pair) for pair in pairs if (row := self.of(lot, pair)) is not None]
        control = [{"holder": p[0], "company": p[1]} for p in pairs if (str(lot), *p) in self.controlled]
        return ({"stakes": held} if held else {}) | ({"control": control} if control else {})


def stakes_of(rows: Mapping[str, Sequence[Row]], wanted: pl.DataFrame) -> Stakes:
    """Stakes of the wanted pairs (lot_id, holder_id, company) in the rows of a detector of links."""
    wanted = wanted.select(pl.col("lot_id", "holder_id", "company").cast(pl.String)).drop_nulls().unique()
    held: dict[tuple[str, str, str], Row] = {}
    for query, company in _SHARES:
        if query in rows:
            found = _near(table(rows[query]), company, wanted)
            for row in found.unique(
                ["lot_id", "holder_id", "company"], keep="first", maintain_order=True
            ).iter_rows(named=True):
                held.setdefault((row["lot_id"], row["holder_id"], row["company"]), row)
    controlled: set[tuple[str, str, str]] = set()
    for query, company in _CONTROL:
        if query in rows:
            found = _near(table(rows[query]), company, wanted)
            controlled.update(found.select("lot_id", "holder_id", "company").iter_rows())
    return Stakes(held, frozenset(controlled))


def _near(told: pl.DataFrame, company: str, wanted: pl.DataFrame) -> pl.DataFrame:
    at = [c for c in ("lot_id", "holder_id") if c in told.columns]
    told = told.with_columns(company=pl.col(company))
    if told.is_empty():
        return told.clear().with_columns(lot_id=pl.lit(None, pl.String))
    return told.join(wanted, on=[*at, "company"], maintain_order="left")


def _stake(row: Row, pair: Pair) -> dict[str, Any]:
    derivation = derivation_of(row)
    return {
        "holder": pair[0],
        "company": pair[1],
        "share": rounded(row.get("share")),
        "share_min": rounded(row.get("share_min")),
        "share_max": rounded(row.get("share_max")),
        "votes": rounded(row.get("votes")),
        "depth": row.get("depth"),
        "method": row.get("method"),
        **above_100_fact(row),
        "paths": [path_fact(p) for p in derivation.get("paths", [])],
        "truncated": bool(derivation.get("truncated")),
    }


def stands_as(role: object, stake: Row | None) -> str:
    """The role of who holds: a shareholder through layers alone is an indirect one."""
    indirect = role == "shareholder" and stake is not None and (stake["depth"] or 1) > 1
    return "indirect_shareholder" if indirect else str(role or "")


def holds_or_is(role: object, company: str, stake: Row | None, held: str = "") -> tuple[str, str]:
    """What somebody is to a company, to stand behind his name: Chinese, English.

    Who holds it through layers alone is told by his share and the layers, and called no shareholder. `held`: the share of a
    direct one, as it is told behind the role.
    """
    if stake is None or stands_as(role, stake) != "indirect_shareholder":
        share_zh, share_en = (f"（持股{held}）", f" ({held})") if held else ("", "")
        return f"为{company}的{role_zh(role)}{share_zh}", f"is {role_en(role)} of {company}{share_en}"
    share, votes, depth = percent({**stake, "votes": None}, "", "", ""), stake.get("votes"), stake["depth"]
    # Where votes and shares part, as at a partnership, both are told.
    apart = votes and (stake.get("share") is None or abs(votes - stake["share"]) > 1e-9)
    more_zh, more_en = (f"表决权{votes:.2%}，", f"{votes:.2%} of the votes, ") if apart else ("", "")
    if not share and not apart:
        more_zh, more_en = "比例未知，", "share unknown, "
    return (
        f"间接持有{company}{share}（{more_zh}{depth}层）",
        f"indirectly holds {share}{' of ' if share else ''}{company} ({more_en}depth {depth})",
    )
