"""Packages of things that share an id, or whose ids look like personal data or figures: each is written, and holds; on both stores."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from detectors.bidders import common_controller
from detectors.procedure import short_bid_period
from detectors.recipients import undeclared_means
from exports import make_package, verify_package
from tests.detectors.files_world import FoundInFiles, found_in_files, table
from tests.exports.conftest import KEY, NOW, forged, unpack
from tests.exports.test_stated_held import with_cells
from tests.loaders.shapes.numbers import resident

SHORT, CONTROLLER, MEANS = short_bid_period.DETECTOR, common_controller.DETECTOR, undeclared_means.DETECTOR
# No list names a lot of the tender: the tender is its own lot, of one id with it.
whole = found_in_files(
    [
        {
            "项目.csv": table(
                "招标项目编号,招标项目名称,招标人,招标方式,适用法律,公告日期,投标截止时间",
                [
                    (
                        "S1",
                        "虚构工程",
                        "虚构园林局",
                        "公开招标",
                        "招标投标法",
                        "2024-05-01",
                        "2024-05-10 09:30",
                    )
                ],
            ),
            "投标.csv": table(
                "招标项目编号,投标人名称,投标报价(元)",
                [("S1", f"虚构{n}园林有限公司", 100) for n in "甲乙丙"],
            ),
            "股东.csv": table(
                "企业名称,股东,股东类型,持股比例",
                [(f"虚构{n}园林有限公司", "虚构母园林有限公司", "企业法人", "80%") for n in "甲乙"],
            ),
        }
    ],
    [SHORT, CONTROLLER],
)
# A household of the number that is also a plate; a company without a name whose id ends in figures.
alike = found_in_files(
    [
        {
            "低保名册.csv": table(
                "低保证号,户主姓名,户主身份证号,家庭成员姓名,公民身份号码,与户主关系",
                [("FARM1", "样本甲", resident(1), "样本甲", resident(1), "户主")],
            ),
            "低保发放明细.csv": table(
                "低保证号,救助类型,发放年月,发放金额(元)",
                [("FARM1", "最低生活保障", f"2024-{m:02d}", 600) for m in range(1, 7)],
            ),
            "车辆登记.csv": table(
                "所有人,证件号码,号牌号码,车辆类型,登记日期",
                [("样本甲", resident(1), "FARM1", "小型轿车", "2020-01-01")],
            ),
            "bids.csv": table(
                "tender_id,lot_id,bidder_id,amount(元)", [("T", 1, f"B{n}", 100 + n) for n in (7, 8)]
            ),
            "tenders.csv": table("id,title,bid_deadline", [("T", "虚构工程", "2024-05-10")]),
            "shareholdings.csv": table(
                "company_id,holder_id,holder_kind,share", [(f"B{n}", "M9", "company", 0.6) for n in (7, 8)]
            ),
        }
    ],
    [MEANS, CONTROLLER],
)


@pytest.mark.parametrize("masked", [False, True])
def test_a_tender_that_is_its_own_lot_has_packages(whole: FoundInFiles, tmp_path: Path, masked: bool) -> None:
    found = {f.detector: f for f in whole.run.findings}
    assert found.keys() == {SHORT.id, CONTROLLER.id}
    for id_, one in found.items():
        assert one.scope_id == "local:S1"
        package = make_package(whole.store, one, actor="测试员", now=NOW, hidden_by=KEY if masked else None)
        assert verify_package(unpack(package.files, tmp_path / id_)).holds
        text = package.files["data/graph/nodes.csv"].decode("utf-8-sig")
        (node,) = [r for r in csv.DictReader(io.StringIO(text, newline="")) if r["id"] == "local:S1"]
        # What the tender's rows and the lot's say stands at the one node of both.
        assert (node["bid_on"], node["published_on"]) == ("2024-05-10", "2024-05-01")

        def change(row: dict[str, str]) -> None:
            row["published_on"] = "2024-04-01" if row["id"] == "local:S1" else row["published_on"]

        told = forged(package, tmp_path / f"{id_} forged", "graph/nodes.csv", with_cells("", change))
        assert "data/graph/nodes.csv local:S1 published_on" in [f.at for f in verify_package(told).faults]


@pytest.mark.parametrize("masked", [False, True])
def test_an_id_that_is_somebodys_plate_stays_whole(alike: FoundInFiles, tmp_path: Path, masked: bool) -> None:
    (one,) = [f for f in alike.run.findings if f.detector == MEANS.id]
    for n, of in enumerate((one, "local:FARM1")):
        package = make_package(alike.store, of, actor="测试员", now=NOW, hidden_by=KEY if masked else None)
        assert verify_package(unpack(package.files, tmp_path / str(n))).holds


@pytest.mark.parametrize("masked", [False, True])
def test_an_id_in_figures_before_a_share_is_no_part_of_it(
    alike: FoundInFiles, tmp_path: Path, masked: bool
) -> None:
    (one,) = [f for f in alike.run.findings if f.detector == CONTROLLER.id]
    assert "B760.00%" in one.text["zh"]
    package = make_package(alike.store, one, actor="测试员", now=NOW, hidden_by=KEY if masked else None)
    assert verify_package(unpack(package.files, tmp_path)).holds
