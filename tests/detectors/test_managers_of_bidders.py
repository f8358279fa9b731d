"""Bidders that another manages without shares, where a bidder, or who controls one, controls that manager."""

from __future__ import annotations

from detectors.bidders import bidder_controls_bidder, common_controller
from detectors.running.one_lot import screen_lot
from tests.detectors.files_world import FoundInFiles, found_in_files, table
from tests.loaders.shapes.numbers import resident

CONTROLS, CONTROLLER = bidder_controls_bidder.DETECTOR, common_controller.DETECTOR
A, B, C, D = "虚构甲水务有限公司", "虚构乙水务有限公司", "虚构丙水务有限公司", "虚构丁水务有限公司"
MANAGER, MIDDLE, LATE = (
    "虚构托管运营有限公司",
    "虚构中间控股有限公司",
    "虚构晚来托管有限公司",
)
LOTS = {
    # B controls, through another company, who manages A.
    "M1": (A, B),
    # C's owner controls that manager too, and does not bid.
    "M2": (A, C),
    # Who manages D came under B's control after the bid.
    "M3": (D, B),
    # The manager of D is controlled by nobody here.
    "M4": (D, A),
}
BIDS = {
    "开标.csv": table(
        "项目编号,标段,投标人,投标总价(元),开标时间",
        [
            (t, 1, n, 1000000 + 1031 * k, "2024-05-10")
            for t, firms in LOTS.items()
            for k, n in enumerate(firms)
        ],
    ),
    "项目.csv": table(
        "项目编号,项目名称,招标人,招标方式,适用法律",
        [(t, f"虚构{t}工程", "虚构水利局", "公开招标", "招标投标法") for t in LOTS],
    ),
}
FIRMS = {
    "控制关系.csv": table("控制人,企业名称,控制方式", [(MANAGER, A, "受托管理"), (LATE, D, "托管")]),
    "股东.csv": table(
        "企业名称,股东,股东类型,股东证件号码,持股比例,入股日期",
        [
            (MANAGER, MIDDLE, "企业法人", "", "80%", "2020-01-01"),
            (MIDDLE, B, "企业法人", "", "70%", "2020-01-01"),
            (LATE, B, "企业法人", "", "90%", "2024-06-01"),
            (B, "样本乙", "自然人股东", resident(2), "100%", "2020-01-01"),
            (C, "样本乙", "自然人股东", resident(2), "60%", "2020-01-01"),
            (A, "样本甲", "自然人股东", resident(1), "100%", "2020-01-01"),
            (D, "样本丁", "自然人股东", resident(4), "100%", "2020-01-01"),
        ],
    ),
}
detectors = [CONTROLS, CONTROLLER]
found = found_in_files([BIDS | FIRMS], detectors)
one_by_one = found_in_files(
    [BIDS, {"控制关系.csv": FIRMS["控制关系.csv"]}, {"股东.csv": FIRMS["股东.csv"]}], detectors
)


def test_a_bidder_controls_who_manages_another(found: FoundInFiles) -> None:
    hit = found.one(CONTROLS.id, "M1")
    assert hit.facts["holder"]["name"] == B and hit.severity == "review"
    assert hit.facts["relation"] == ["managed_by_subsidiary"]
    assert f"{A}由{MANAGER}管理（不持股），而{MANAGER}由其控制" in hit.text["zh"]
    assert {n for n in hit.evidence.nodes if n.startswith("name:")} >= {
        f"name:{n}" for n in (A, B, MANAGER, MIDDLE)
    }
    # His owner, above him, is no further tie.
    assert found.of(CONTROLLER.id, "M1") == []


def test_one_controls_a_bidder_and_who_manages_another(found: FoundInFiles) -> None:
    hit = found.one(CONTROLLER.id, "M2")
    assert hit.facts["holder"]["name"] == "样本乙" and f"{MANAGER}由其控制" in hit.text["zh"]
    assert found.of(CONTROLS.id, "M2") == []


def test_control_of_the_manager_counts_as_of_the_bid(found: FoundInFiles) -> None:
    for tender in ("M3", "M4"):
        assert found.of(CONTROLS.id, tender) == found.of(CONTROLLER.id, tender) == []


def test_the_order_of_loads_and_looking_at_one_lot_change_nothing(
    found: FoundInFiles, one_by_one: FoundInFiles
) -> None:
    def told(of: FoundInFiles) -> dict[str, object]:
        return {f.fingerprint: f.facts["bidders"] for f in of.run.findings}

    assert told(found) == told(one_by_one) and len(told(found)) == 2
    for tender in LOTS:
        lot = f"local:{tender}/1"
        alone = screen_lot(found.store, lot).run.findings
        here = {f.fingerprint: f.to_json() for f in alone if f.detector in (CONTROLS.id, CONTROLLER.id)}
        assert here == {f.fingerprint: f.to_json() for f in found.run.findings if f.scope_id == lot}
