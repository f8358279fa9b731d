"""`winner-declines`: a bidder gives up the award, and the lot goes to a bidder it is tied to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import polars as pl

from detectors.definition import Detector, Draft, Evidence, Row, Undecided, Values
from detectors.law import statutes
from detectors.rows import table
from detectors.ties import people
from detectors.ties.attached_drafts import STATE, added
from detectors.ties.declined_ends import COLUMNS, EXPLAINED, HOLDS, PARAMETERS, QUERIES, ends
from detectors.ties.drafts import identity_label, weakest
from detectors.ties.links import CLOSING_EN, CLOSING_ZH, ENDED, lot_words
from detectors.ties.roles import role_en, role_zh


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a lot and declining bidder that anything ties to the bidder the award went to."""
    bids = table(rows["bidders"])
    won = pl.col("won").cast(pl.Boolean).fill_null(False) | (pl.col("status") == "won").fill_null(False)
    gave_up = (pl.col("status") == "award_declined").fill_null(False)
    lots = bids.filter(gave_up.any().over("lot_id") & (won & ~gave_up).any().over("lot_id"))
    lots = lots.with_columns(
        side=pl.when(gave_up).then(pl.lit("declined")).when(won).then(pl.lit("won"))
    ).filter(pl.col("side").is_not_null())
    found = ends(rows, lots, values)
    one = found.filter(pl.col("side") == "declined")
    other = found.filter(pl.col("side") == "won").select(
        *("lot_id", "holder_id"), *(pl.col(c).alias(f"{c}_2") for c in _PAIRED)
    )
    both = one.join(other, on=["lot_id", "holder_id"]).filter(
        (pl.col("bid_id") != pl.col("bid_id_2")) & (pl.col("bidder_id") != pl.col("bidder_id_2"))
    )
    at = ["lot_id", "bidder_id"]
    for _, group in both.sort(*at, "holder_id", "how", "link_key", nulls_last=True).group_by(
        at, maintain_order=True
    ):
        tied = group.with_columns(why=pl.coalesce("why", "why_2")).to_dicts()
        plain = [r for r in tied if r["why"] is None]
        yield _draft(plain or tied, None if plain else EXPLAINED[str(tied[0]["why"])])


_PAIRED: Final = ("bidder_id", "bidder_name", "stated_id", "bid_id", "how", "why", "link_key", "derivation")


def _draft(found: Sequence[Row], suppressed_by: tuple[str, str, str] | None) -> Draft:
    first = found[0]
    winners = {r["bidder_id_2"]: r["bidder_name_2"] for r in found}
    ties = list(dict.fromkeys((r["holder_id"], r["holder_name"], r["how"], r["how_2"]) for r in found))
    identity = weakest(
        [(first["bidder_id"], first["stated_id"]), *((r["bidder_id_2"], r["stated_id_2"]) for r in found)]
    )
    zh, en = identity_label(identity)
    nodes = {str(first["lot_id"])}
    keys: set[str] = set()
    for row in found:
        nodes |= {str(row[c]) for c in ("bidder_id", "bidder_id_2", "bid_id", "bid_id_2", "holder_id")}
        keys |= {str(row[c]) for c in ("link_key", "link_key_2") if row[c]}
        added(row["derivation"], nodes, keys)
        added(row["derivation_2"], nodes, keys)
    facts: dict[str, Any] = {
        "as_of": first["bid_on"],
        "declined": {"id": first["bidder_id"], "name": first["bidder_name"]},
        "bidders": [{"id": i, "name": n} for i, n in sorted(winners.items())],
        "ties": [{"id": i, "name": n, "declined_by": a, "winner_by": b} for i, n, a, b in ties],
        "identity": identity,
    }
    return Draft(
        scope_kind="lot",
        scope_id=str(first["lot_id"]),
        identity={"lot_id": str(first["lot_id"]), "bidder_id": str(first["bidder_id"])},
        subjects=tuple(sorted({str(first["bidder_id"]), *winners})),
        facts=facts,
        words=lot_words(first)
        | {
            "declined": str(first["bidder_name"] or first["bidder_id"]),
            "winner_zh": "、".join(str(n or i) for i, n in sorted(winners.items())),
            "winner_en": ", ".join(str(n or i) for i, n in sorted(winners.items())),
            "ties_zh": "；".join(f"{n or i}（{_how(a, 0)}/{_how(b, 0)}）" for i, n, a, b in ties),
            "ties_en": "; ".join(f"{n or i} ({_how(a, 1)} / {_how(b, 1)})" for i, n, a, b in ties),
            "identity_zh": zh,
            "identity_en": en,
            "data_zh": "",
            "data_en": "",
        },
        date=first["bid_on"],
        regime=first["regime"],
        evidence=Evidence(tuple(sorted(nodes)), tuple(sorted(keys))),
        suppressed_by=suppressed_by,
    )


def _how(how: str, language: int) -> str:
    if how == HOLDS:
        return ("穿透持股", "effective share")[language]
    return (role_zh(how), role_en(how))[language]


DETECTOR = Detector(
    id="winner-declines",
    version="1.1",
    domain="政府工程",
    scene="投标人独立性",
    title_zh="放弃中标后由关联投标人中标",
    title_en="A winner declines in favour of a tied bidder",
    meaning_zh="投标人放弃中标，标段由与其有关联的另一投标人中标。",
    severity="review",
    basis=(statutes.REGULATIONS_39_3, statutes.REGULATIONS_55, statutes.PROCUREMENT_74_6),
    needs=("SUBMITS", "FOR_LOT"),
    parameters=PARAMETERS,
    queries=QUERIES,
    columns=COLUMNS,
    population="MATCH (b:Bid)-[:FOR_LOT]->(l:Lot) WHERE b.status = 'award_declined' RETURN count(DISTINCT l.id) AS n",
    identity=("lot_id", "bidder_id"),
    suppressors=(ENDED, STATE, people.HUB),
    wording_zh="【风险预警】{tender}（{lot}）：{declined}放弃中标后由{winner_zh}中标，二者疑似存在关联：{ties_zh}。"
    + CLOSING_ZH,
    wording_en="[Lead] {tender} ({lot}): {declined} declined the award, which went to {winner_en}; the two appear to be tied "
    "by: {ties_en}. " + CLOSING_EN,
    assemble=assemble,
    innocent_zh=("因不可抗力或履约能力变化放弃", "第二名按名次依法递补"),
    innocent_en=("force majeure, or the winner could not perform", "the next in rank followed by the rules"),
    in_play=True,
)
