"""`bidder-linked-to-service-party`: a link between a bidder and whoever designs, supervises, advises or evaluates, or its
owners and people, or its hand in the bid; of a public body, which has no owners, people alone are looked at, where they are loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import polars as pl

from detectors.definition import Detector, Draft, Row, Severity, Undecided, Values
from detectors.law import statutes
from detectors.rows import table
from detectors.ties import (
    attached,
    bidding,
    employers,
    people,
    procedure_coverage,
    procedure_namesakes,
    procedure_parties,
    traces,
)
from detectors.ties.advising import advising
from detectors.ties.attached_drafts import STATE, party_drafts
from detectors.ties.links import CLOSING_EN, CLOSING_ZH, ENDED, compared
from detectors.ties.own_services import OWN_SERVICE

_SELF: Final = ("itself", *attached.ONE_COMPANY)
_BARRED: Final = ("designer", "site_supervisor")
"""采购条例18(2): whoever designs or supervises takes no part in the project's other procurement."""


def assemble(rows: Mapping[str, Sequence[Row]], values: Values) -> Iterator[Draft | Undecided]:
    """One draft a lot and party of its procedure that is linked to bidders of the lot."""
    both = pl.concat([table(rows["servants"]), table(rows["evaluators"])], how="vertical_relaxed")
    bids = compared(table(rows["bidders"]))
    by_hand = attached.as_links([advising(rows, bids, both)])
    working = attached.as_links([employers.linked(rows, both)])
    links = pl.concat([attached.party_links(rows, both, float(values["holder_share"])), by_hand, working])
    links = links.sort("lot_id", "party_id", maintain_order=True)
    # An agency that bids itself is `agency-bids-in-its-tender`'s.
    agents = both.filter(pl.col("party_role") == "agent").select("lot_id", "party_id").unique()
    own = links.filter(pl.col("how").is_in(_SELF)).join(agents, on=["lot_id", "party_id"], how="semi")
    # A party is no further evidence against itself: its own people are the same fact told again.
    others = links.filter((pl.col("how") == "itself") | (pl.col("party_id") != pl.col("bidder_id")))
    rest = others.join(own, on=["lot_id", "party_id", "bidder_id", "how"], how="anti")
    hubs, fund_share = procedure_parties.hubs(rows, values), float(values["fund_share"])
    yield from party_drafts(rows, both, rest, _severity, hubs, fund_share)
    yield from procedure_namesakes.across_the_procedure(rows, both)
    yield from employers.unsettled(rows, both)
    yield from procedure_coverage.without_data(
        rows, both, "与投标人是否存在关联无法判定", "whether a bidder is linked to them cannot be decided"
    )


def _severity(party: Row, links: Sequence[Row], lot: Row) -> Severity | None:
    bids = any(r["how"] in _SELF for r in links)
    barred = lot["regime"] == "government_procurement" and lot["method"] not in (None, "single_source")
    return "prohibited" if bids and barred and party["party_role"] in _BARRED else None


DETECTOR = Detector(
    id="bidder-linked-to-service-party",
    version="1.8",
    domain="政府工程",
    scene="投标人独立性",
    title_zh="投标人与代理、设计、监理或评标人员存在关联",
    title_en="A bidder is linked to the agent, a designer, a site supervisor or an evaluator",
    meaning_zh="投标人与本项目的代理、设计、监理、咨询单位（包括其股东与人员）或评标人员之间有关联（包括评标人员在投标人、或者与投标人有控制关系的企业工作），或者由其参与编制投标文件；公共机构没有股权登记，只比对已载入的人员。",
    severity="review",
    basis=(
        statutes.REGULATIONS_34_1,
        statutes.REGULATIONS_13,
        statutes.ORDER_87_8,
        statutes.BIDDING_37,
        statutes.REGULATIONS_46,
        statutes.PROCUREMENT_12,
        statutes.PROCUREMENT_18_2,
    ),
    needs=("SERVES_TENDER", "SUBMITS", "FOR_LOT"),
    parameters=procedure_parties.PARAMETERS,
    queries={
        **procedure_parties.QUERIES,
        **procedure_parties.party_queries("SERVES_TENDER"),
        "servants": procedure_parties.SERVANTS,
        "evaluators": procedure_parties.EVALUATORS,
        "traces": traces.TRACES,
        "buyers": procedure_parties.BUYERS,
        **employers.EMPLOYERS,
        **employers.ABOVE_EMPLOYERS,
    },
    columns={
        **procedure_parties.COLUMNS,
        **procedure_parties.PARTY_QUERY_COLUMNS,
        "servants": procedure_parties.PARTY_COLUMNS,
        "evaluators": procedure_parties.PARTY_COLUMNS,
        "traces": traces.TRACE_COLUMNS,
        "buyers": procedure_parties.PARTY_COLUMNS,
        **dict.fromkeys(employers.EMPLOYERS, employers.EMPLOYERS_COLUMNS),
        **dict.fromkeys(employers.ABOVE_EMPLOYERS, employers.ABOVE_COLUMNS),
    },
    population=bidding.LOTS,
    identity=("lot_id", "party_id"),
    suppressors=(OWN_SERVICE, STATE, procedure_parties.FUND, people.HUB, ENDED, people.NAME_ONLY),
    wording_zh="【风险预警】{tender}（{lot}）：{role_zh}{party}与投标人{bidders_zh}疑似存在关联。{as_of_zh}，{links_zh}。"
    + CLOSING_ZH,
    wording_en="[Lead] {tender} ({lot}): the {role_en}, {party}, and bidders {bidders_en} appear to be linked. "
    "{as_of_en}: {links_en}. " + CLOSING_EN,
    assemble=assemble,
    each_round=True,
    innocent_zh=("评标专家已回避或被更换", "任职或持股已在投标前结束", "仅同受国家出资"),
    innocent_en=(
        "the evaluator recused himself or was replaced",
        "the post or the stake ended before the bid",
        "both are merely state-funded",
    ),
    in_play=True,
)
