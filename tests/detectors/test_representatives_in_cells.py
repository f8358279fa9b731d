"""A cell that names several evaluators and marks one as the buyer's representative: the mark is that person's alone."""

from __future__ import annotations

import pytest

from detectors.bidders import bidder_linked_to_service_party
from tests.detectors.files_world import FoundInFiles, found_in_files, table

SERVES = bidder_linked_to_service_party.DETECTOR
CELLS = {
    "D1": "样本张（业主代表）、样本李、样本王（组长）",
    "D2": "样本张（招标人代表，虚构交通局）、样本李、样本王",
    "D3": '"业主代表：样本张；专家：样本李、样本王"',
    "D4": "样本李、样本王(技术专家)、样本张(组长、采购人代表)",
    "D5": "样本李（评标专家）、样本王、样本张",
}
REPRESENTED = ("D1", "D2", "D3", "D4")
BIDS = table(
    "项目编号,标段,投标人,投标报价(元),开标时间",
    [
        (t, "1", f"虚构{w}建设有限公司", 1_000_000 + n, "2024-05-25 09:30")
        for t in CELLS
        for n, w in enumerate("甲乙")
    ],
)
committees = found_in_files(
    [
        {
            "开标记录.csv": BIDS,
            "评标委员会名单.csv": table("项目编号,评标委员会成员", list(CELLS.items())),
        }
    ],
    [SERVES],
)


@pytest.mark.parametrize("tender", CELLS)
def test_who_is_marked_represents_the_buyer_and_the_others_evaluate(
    committees: FoundInFiles, tender: str
) -> None:
    query = "MATCH (p:Person)-[r:SERVES_TENDER]->(t:Tender {id: $t}) RETURN p.name AS name, r.role AS role"
    roles = {
        r["name"]: r["role"] for r in committees.store.query(query, {"t": f"local:{tender}"}).to_pylist()
    }
    assert roles == {
        "样本张": "buyer_representative" if tender in REPRESENTED else "evaluator",
        "样本李": "evaluator",
        "样本王": "evaluator",
    }


@pytest.mark.parametrize("tender", CELLS)
def test_of_whom_it_cannot_be_decided_the_representative_is_none(
    committees: FoundInFiles, tender: str
) -> None:
    gaps = (u.missing_zh for _, u in committees.run.undecided if u.scope_id == f"local:{tender}/1")
    (missing,) = (gap for gap in gaps if "样本" in gap)
    assert "样本李" in missing and "样本王" in missing
    assert ("样本张" in missing) == (tender not in REPRESENTED)
