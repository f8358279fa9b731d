"""D10 `loser-becomes-subcontractor`: the winner of a lot subcontracts to one that lost it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from detectors import money
from detectors.definition import Detector, Draft, Evidence, Row, Suppressor, Undecided, Values
from detectors.identities import identity_label, weakest
from detectors.law import statutes
from detectors.procedure import subcontracts
from detectors.rows import table
from detectors.ties import bidding
from detectors.ties.drafts import NOT_A_BID
from detectors.ties.links import CLOSING_EN, CLOSING_ZH, lot_words


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a lot and losing bidder to whom a winner of the lot subcontracts."""
    bids = table(rows["bidders"]).filter(~pl.col("status").fill_null("").is_in(NOT_A_BID))
    won = (pl.col("won").cast(pl.Boolean).fill_null(False)) | (pl.col("status") == "won").fill_null(False)
    winners = bids.filter(won).select("lot_id", party_id="bidder_id", won_bid="bid_id")
    # What a company won or lost its branches did, and within one company nothing is subcontracted.
    mine = subcontracts.with_branches(rows, winners.unique(), "party_id")
    theirs = subcontracts.with_branches(rows, bids, "bidder_id").rename({"own_keys": "branch_keys"})
    one = subcontracts.one_company(rows).select("party_id", to_id="own_id")
    found = (
        table(rows["subcontracts"])
        .join(mine, on=["lot_id", "party_id"])
        .join(theirs, left_on=["lot_id", "to_id"], right_on=["lot_id", "bidder_id"])
        .filter(pl.col("bid_id") != pl.col("won_bid"))
        .join(one, on=["party_id", "to_id"], how="anti")
        .sort("lot_id", "party_id", "to_id", "signed_on", "link_key", nulls_last=True)
    )
    for _, group in found.group_by("lot_id", "party_id", "to_id", maintain_order=True):
        yield _draft(group.to_dicts())
    judged = table(rows["subcontracts"]).select("lot_id").unique().join(winners, on="lot_id", how="anti")
    for lot in judged.join(bids, on="lot_id", how="semi")["lot_id"].drop_nulls().sort():
        yield Undecided(
            "lot",
            lot,
            (),
            "有分包记录但缺少中标结果，无法判定",
            "subcontracts but no award on record: cannot be decided",
        )


def _draft(found: Sequence[Row]) -> Draft:
    first = found[0]
    after = [
        r
        for r in found
        if not r["signed_on"]
        or not r["awarded_on"]
        or r["signed_on"] >= r["awarded_on"][: len(r["signed_on"])]
    ]
    identity = weakest(
        [
            (first["party_id"], first["party_stated"]),
            (first["to_id"], first["to_stated"]),
            (first["to_id"], first["stated_id"]),
        ]
    )
    zh, en = identity_label(identity)
    known = bool(first["signed_on"] and first["awarded_on"])
    amount_zh, amount_en = money.sums((r["sub_amount"], r["sub_currency"]) for r in after or found)
    words = lot_words(first) | {
        "winner": str(first["party_name"] or first["party_id"]),
        "loser": str(first["to_name"] or first["to_id"]),
        "amount_zh": f"，分包金额{amount_zh}" if amount_zh else "",
        "amount_en": f" for {amount_en}" if amount_en else "",
        "identity_zh": zh,
        "identity_en": en,
        "data_zh": "" if known else "签订日期或中标日期缺失，先后待核实。",
        "data_en": "" if known else "The date of signing or of the award is missing: verify the order. ",
    }
    why = None
    if not after:
        why = (
            "before-award",
            f"分包合同签订于{first['signed_on']}，早于中标通知{first['awarded_on']}，非中标后的安排",
            f"the subcontract of {first['signed_on']} is older than the award of {first['awarded_on']}",
        )
    return Draft(
        scope_kind="lot",
        scope_id=str(first["lot_id"]),
        identity={
            "lot_id": str(first["lot_id"]),
            "party_id": str(first["party_id"]),
            "to_id": str(first["to_id"]),
        },
        subjects=tuple(sorted((str(first["party_id"]), str(first["to_id"])))),
        facts={
            "as_of": first["bid_on"],
            "winner": {"id": first["party_id"], "name": first["party_name"]},
            "bidders": [{"id": first["to_id"], "name": first["to_name"], "status": first["status"]}],
            "subcontracts": [
                {k: r[k] for k in ("sub_amount", "signed_on", "scope")} | {"currency": r["sub_currency"]}
                for r in after or found
            ],
            "identity": identity,
        },
        words=words,
        date=first["bid_on"],
        regime=first["regime"],
        evidence=Evidence(
            tuple(
                sorted(
                    {first["lot_id"], first["party_id"], first["to_id"], first["bid_id"], first["won_bid"]}
                )
            ),
            tuple(sorted({r["link_key"] for r in found} | subcontracts.of_branches(found))),
        ),
        suppressed_by=why,
    )


DETECTOR = Detector(
    id="loser-becomes-subcontractor",
    version="1.2",
    domain="政府工程",
    scene="合同履行",
    title_zh="中标人向落标人分包",
    title_en="The winner subcontracts to a losing bidder",
    meaning_zh="标段的中标人把工作分包给同一标段的落标人。",
    severity="lead",
    basis=(statutes.red_flag("R070", "落标人成为分包商", "a losing bidder becomes a subcontractor"),),
    needs=("SUBCONTRACTS_TO", "SUBMITS", "FOR_LOT"),
    parameters=(),
    queries={k: q for k, q in subcontracts.QUERIES.items() if k != "lots"},
    columns={k: c for k, c in subcontracts.COLUMNS.items() if k != "lots"},
    population=bidding.LOTS,
    identity=("lot_id", "party_id", "to_id"),
    suppressors=(
        Suppressor("before-award", "分包早于中标的不计", "a subcontract older than the award does not count"),
    ),
    wording_zh="【风险预警】{tender}（{lot}）：中标人{winner}疑似向同一标段的落标人{loser}分包{amount_zh}。"
    + CLOSING_ZH,
    wording_en="[Lead] {tender} ({lot}): the winner, {winner}, appears to subcontract to a losing bidder, {loser}{amount_en}. "
    + CLOSING_EN,
    assemble=assemble,
    innocent_zh=("当地有该专业资质的企业很少", "经招标人同意的专业分包"),
    innocent_en=("few firms of that trade exist locally", "a specialist subcontract the tenderee agreed to"),
)
