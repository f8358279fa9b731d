"""D11 `bidder-linked-to-buyer`: shares, a holder or controller of both, a person or kin link the buyer and a bidder; of a
public body, which has no owners, people alone are looked at, where they are loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from detectors.definition import Detector, Draft, Row, Undecided, Values
from detectors.law import statutes
from detectors.rows import table
from detectors.ties import (
    attached,
    bidding,
    people,
    procedure_coverage,
    procedure_namesakes,
    procedure_parties,
)
from detectors.ties.attached_drafts import STATE, party_drafts
from detectors.ties.links import CLOSING_EN, CLOSING_ZH, ENDED


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a lot and buyer that is linked to bidders of the lot."""
    parties = table(rows["buyers"])
    links = attached.party_links(rows, parties, float(values["holder_share"]))
    hubs, fund_share = procedure_parties.hubs(rows, values), float(values["fund_share"])
    yield from party_drafts(rows, parties, links, lambda party, found, lot: None, hubs, fund_share)
    yield from procedure_namesakes.across_the_procedure(rows, parties)
    yield from procedure_coverage.without_data(
        rows, parties, "其与投标人是否存在关联无法判定", "whether it is linked to a bidder cannot be decided"
    )


DETECTOR = Detector(
    id="bidder-linked-to-buyer",
    version="1.5",
    domain="政府工程",
    scene="投标人独立性",
    title_zh="投标人与招标人（采购人）存在关联",
    title_en="A bidder is linked to the buyer",
    meaning_zh="招标人（采购人）与投标人之间有持股、共同持股人或控制人、同一人员（包括股东）、管理关系或亲属的关联，或者二者为总分公司；公共机构没有股权登记，只比对已载入的人员。",
    severity="review",
    basis=(
        statutes.REGULATIONS_34_1,
        statutes.PROCUREMENT_12,
        statutes.red_flag(
            "R043", "投标人与项目人员存在联系", "a bidder has contact with the project's officials"
        ),
    ),
    needs=("BUYS", "SUBMITS", "FOR_LOT"),
    parameters=procedure_parties.PARAMETERS,
    queries={
        **procedure_parties.QUERIES,
        **procedure_parties.party_queries("BUYS"),
        "buyers": procedure_parties.BUYERS,
    },
    columns={
        **procedure_parties.COLUMNS,
        **procedure_parties.PARTY_QUERY_COLUMNS,
        "buyers": procedure_parties.PARTY_COLUMNS,
    },
    population=bidding.LOTS,
    identity=("lot_id", "party_id"),
    suppressors=(STATE, procedure_parties.FUND, people.HUB, ENDED, people.NAME_ONLY),
    wording_zh="【风险预警】{tender}（{lot}）：{role_zh}{party}与投标人{bidders_zh}疑似存在关联。{as_of_zh}，{links_zh}。"
    + CLOSING_ZH,
    wording_en="[Lead] {tender} ({lot}): the {role_en}, {party}, and bidders {bidders_en} appear to be linked. "
    "{as_of_en}: {links_en}. " + CLOSING_EN,
    assemble=assemble,
    each_round=True,
    innocent_zh=("招标人与投标人仅同受国家出资", "任职或持股已在投标前结束", "已按规定回避"),
    innocent_en=(
        "buyer and bidder are merely both state-funded",
        "the post or the stake ended before the bid",
        "the person recused himself as required",
    ),
    in_play=True,
)
