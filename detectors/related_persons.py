"""D2b `related-persons`: declared kin hold, run or represent two bidders of one lot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from detectors import attached, bidding, kin, people, statutes, traces
from detectors.attached_drafts import added
from detectors.definition import Detector, Draft, Evidence, Row, Undecided, Values
from detectors.kin import relation_words
from detectors.links import CLOSING_EN, CLOSING_ZH, ENDED, compared, lot_words
from detectors.roles import role_en, role_zh
from detectors.rows import table


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a lot and pair of kin behind two separate bids."""
    bids = compared(table(rows["bidders"]))
    pairs = kin.both_ways(rows["kin"]).filter(pl.col("person_id") < pl.col("kin_id"))
    wanted = pl.concat([pairs["person_id"], pairs["kin_id"].rename("person_id")]).unique()
    persons = attached.bidders_people(rows, bids, wanted)
    one = persons.join(pairs, left_on="person", right_on="person_id").with_columns(person_id=pl.col("person"))
    other = persons.rename({c: f"{c}_2" for c in persons.columns if c != "lot_id"})
    both = one.join(other, left_on=["lot_id", "kin_id"], right_on=["lot_id", "person_2"])
    apart = (pl.col("bid_id") != pl.col("bid_id_2")) & (pl.col("bidder_id") != pl.col("bidder_id_2"))
    whole = both.filter(apart).join(bids.select(_LOT).unique("lot_id"), on="lot_id")
    named = dict(bids.select("bidder_id", "bidder_name").unique("bidder_id").iter_rows())
    at = ["lot_id", "person_id", "kin_id"]
    for _, group in whole.sort(*at, "bidder_id", "bidder_id_2", "role", "role_2", nulls_last=True).group_by(
        at, maintain_order=True
    ):
        yield _draft(group.to_dicts(), named)


_LOT = list(bidding.LOT_COLUMNS)


def _draft(found: Sequence[Row], named: Mapping[str, str]) -> Draft:
    live = [r for r in found if r["when"] == r["when_2"] == "yes"]
    shown = live or found
    first = shown[0]
    zh, en = relation_words(first["relation"])
    ends = {(r["bidder_id"], r["person_id"], r["person_name"], r["role"], r["share"]) for r in shown}
    ends |= {(r["bidder_id_2"], r["kin_id"], r["kin_name"], r["role_2"], r["share_2"]) for r in shown}
    ordered = sorted(ends, key=lambda e: tuple(str(v) for v in e))
    bidders = sorted({e[0] for e in ordered})
    labels = [named[b] or b for b in bidders]
    told_zh = "、".join(f"{p or i}为{named[b] or b}的{role_zh(r)}" for b, i, p, r, _ in ordered)
    told_en = "; ".join(f"{p or i} is {role_en(r)} of {named[b] or b}" for b, i, p, r, _ in ordered)
    facts: dict[str, Any] = {
        "as_of": first["bid_on"],
        "relation": first["relation"],
        "persons": [
            {"id": first["person_id"], "name": first["person_name"]},
            {"id": first["kin_id"], "name": first["kin_name"]},
        ],
        "bidders": [
            {
                "id": b,
                "name": named[b],
                "links": [{"person": i, "role": r, "share": s} for c, i, _, r, s in ordered if c == b],
            }
            for b in bidders
        ],
        "identity": "id",
    }
    why = None
    if not live:
        why = (
            "ended",
            "其中一方的任职或持股在投标日不存续",
            "one of the posts or stakes did not hold on the bid date",
        )
    return Draft(
        scope_kind="lot",
        scope_id=str(first["lot_id"]),
        identity={
            "lot_id": str(first["lot_id"]),
            "related_id": str(first["person_id"]),
            "to_id": str(first["kin_id"]),
        },
        subjects=tuple(bidders),
        facts=facts,
        words=lot_words(first)
        | {
            "bidders_zh": "、".join(labels),
            "bidders_en": ", ".join(labels),
            "relation_zh": zh,
            "relation_en": en,
            "one": str(first["person_name"] or first["person_id"]),
            "other": str(first["kin_name"] or first["kin_id"]),
            "links_zh": told_zh,
            "links_en": told_en,
            "identity_zh": "证件号一致",
            "identity_en": "identifier",
            "data_zh": "",
            "data_en": "",
        },
        date=first["bid_on"],
        regime=first["regime"],
        evidence=_evidence(shown),
        suppressed_by=why,
    )


def _evidence(shown: Sequence[Row]) -> Evidence:
    nodes = {str(shown[0]["lot_id"])}
    keys: set[str] = set()
    for row in shown:
        nodes |= {
            str(row[c]) for c in ("person_id", "kin_id", "bidder_id", "bidder_id_2", "bid_id", "bid_id_2")
        }
        keys |= {str(row[c]) for c in ("kin_key", "link_key", "link_key_2") if row[c]}
        added(row["derivation"], nodes, keys)
        added(row["derivation_2"], nodes, keys)
    return Evidence(tuple(sorted(nodes)), tuple(sorted(keys)))


DETECTOR = Detector(
    id="related-persons",
    version="1.0",
    domain="政府工程",
    scene="投标人独立性",
    title_zh="投标人的股东或管理人员之间存在亲属关系",
    title_en="Owners or officers of bidders are kin",
    severity="lead",
    basis=(
        statutes.COMPANY_265,
        statutes.COMPANY_216,
        statutes.red_flag("R033", "投标人之间存在人员关联", "bidders are linked by people"),
    ),
    needs=("RELATED_TO", "SUBMITS", "FOR_LOT"),
    parameters=(),
    queries={
        "holdings": bidding.HOLDINGS,
        "representatives": people.REPRESENTATIVES,
        "officers": people.OFFICERS,
        "workers": traces.WORKERS,
        "kin": kin.KIN,
        "bidders": bidding.BIDDERS,
    },
    columns={
        "holdings": bidding.HOLDINGS_COLUMNS,
        "representatives": people.PEOPLE_COLUMNS,
        "officers": people.PEOPLE_COLUMNS,
        "workers": traces.TRACE_COLUMNS,
        "kin": kin.KIN_COLUMNS,
        "bidders": bidding.BIDDERS_COLUMNS,
    },
    population=bidding.LOTS,
    identity=("lot_id", "related_id", "to_id"),
    suppressors=(ENDED, people.NAME_ONLY),
    wording_zh="【风险预警】{tender}（{lot}）：{one}与{other}为申报的亲属（{relation_zh}），分别关联投标人{bidders_zh}。{as_of_zh}，"
    "{links_zh}。" + CLOSING_ZH,
    wording_en="[Lead] {tender} ({lot}): {one} and {other} are declared kin ({relation_en}) behind bidders {bidders_en}. "
    "{as_of_en}: {links_en}. " + CLOSING_EN,
    assemble=assemble,
    innocent_zh=("亲属各自独立经营", "申报关系已解除（如离婚）"),
    innocent_en=("the kin run separate businesses", "the relation is dissolved, as by divorce"),
    in_play=True,
)
