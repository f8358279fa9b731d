"""D1a `same-legal-representative`: one person is the responsible person of two bidders of one lot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from detectors.definition import Detector, Draft, Row, Undecided, Values
from detectors.law import statutes
from detectors.rows import table
from detectors.ties import bidding, people
from detectors.ties.coverage import lacking
from detectors.ties.drafts import CONSORTIUM, OTHER_LOT
from detectors.ties.links import (
    CLOSING_EN,
    CLOSING_ZH,
    ENDED,
    compared,
    link_hits,
    link_ties_and_set_aside,
    of_several,
    on_bids,
)


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a lot and responsible person of two or more of its bidders."""
    bidders = table(rows["bidders"])
    links = table(rows["representatives"])
    for tie in link_ties_and_set_aside(on_bids(bidders, of_several(links)), bidders):
        yield from link_hits(tie)
    yield from lacking(
        compared(bidders), links["bidder_id"], "法定代表人数据", "data on legal representatives"
    )


DETECTOR = Detector(
    id="same-legal-representative",
    version="1.2",
    domain="政府工程",
    scene="投标人独立性",
    title_zh="投标人的单位负责人为同一人",
    title_en="Bidders have the same responsible person",
    meaning_zh="同一标段的两家投标人，单位负责人（法定代表人等）是同一个人。",
    severity="prohibited",
    basis=(statutes.ARTICLE_34, statutes.PROCUREMENT_18),
    needs=("LEGAL_REP_OF", "SUBMITS", "FOR_LOT"),
    parameters=(),
    queries={"representatives": people.REPRESENTATIVES, "bidders": bidding.BIDDERS},
    columns={"representatives": people.PEOPLE_COLUMNS, "bidders": bidding.BIDDERS_COLUMNS},
    population=bidding.LOTS,
    identity=("lot_id", "holder_id"),
    suppressors=(ENDED, CONSORTIUM, OTHER_LOT, people.NAME_ONLY),
    wording_zh="【风险预警】{tender}（{lot}）：投标人{bidders_zh}登记的单位负责人疑似{have_zh}同为{holder}。"
    "{as_of_zh}：{links_zh}。" + CLOSING_ZH,
    wording_en="[Lead] {tender} ({lot}): bidders {bidders_en} appear to {have_en} the same responsible person, {holder}. "
    "{as_of_en}: {links_en}. " + CLOSING_EN,
    assemble=assemble,
    innocent_zh=("法定代表人在投标前已变更而登记未更新", "同名不同人（本项仅按证件号认定）"),
    innocent_en=(
        "the representative was replaced before the bid, not yet registered",
        "a namesake (only identified people are compared)",
    ),
)
