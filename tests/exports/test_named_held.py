"""`verify` holds who is named, how they are tied, and what follows from it against what is enclosed, on both stores."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from detectors.bidders import related_persons, shared_contact
from detectors.procedure import short_bid_period
from detectors.registry import DETECTORS
from exports import make_package, verify_package
from tests.detectors.files_world import FoundInFiles, found_in_files, table
from tests.exports.conftest import KEY, NOW, forged, unpack, with_facts
from tests.loaders.shapes.numbers import resident, uscc

KIN, CONTACT, SHORT = related_persons.DETECTOR, shared_contact.DETECTOR, short_bid_period.DETECTOR
BY_ID = {d.id: d for d in DETECTORS}
CONTROLLER, SHAREHOLDER = BY_ID["common-controller"], BY_ID["common-shareholder"]
NAMES = [f"虚构{n}园林有限公司" for n in "甲乙丙丁"]
found = found_in_files(
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
                "招标项目编号,标段,投标人全称,统一社会信用代码,总报价（元）",
                [("S1", 1, name, uscc(n), 100 + n) for n, name in enumerate(NAMES, 1)],
            ),
            "主要人员.csv": table(
                "企业名称,统一社会信用代码,姓名,身份证号,职务",
                [(NAMES[n], uscc(n + 1), f"样本{n}", resident(n + 1), "监事") for n in (0, 1)],
            ),
            "relatives.csv": table("person_id,relative_id,relation", [(resident(1), resident(2), "配偶")]),
            "contacts.csv": table(
                "party_id,kind,value", [(uscc(n), "phone", "000085000001") for n in (3, 4)]
            ),
            "股东.csv": table(
                "企业名称,统一社会信用代码,股东,股东类型,持股比例",
                [(NAMES[n], uscc(n + 1), "虚构母园林有限公司", "企业法人", "80%") for n in (0, 2)],
            ),
        }
    ],
    [KIN, CONTACT, SHORT, CONTROLLER, SHAREHOLDER],
)
Facts = dict[str, Any]


def _relation(facts: Facts) -> None:
    facts["relation"] = "sibling"


def _role(facts: Facts) -> None:
    facts["bidders"][0]["links"][0]["role"] = "general_manager"


def _stranger(facts: Facts) -> None:
    facts["persons"][0]["id"] = "person:0123456789abcdef0123456789abcdef"


def _kind(facts: Facts) -> None:
    facts["holder"]["kind"] = "email"


def _contact_role(facts: Facts) -> None:
    facts["bidders"][0]["links"][0]["role"] = "email"


def _days(facts: Facts) -> None:
    facts["days"] -= 1


def _limit(facts: Facts) -> None:
    facts["limit"] += 1


def _regime(facts: Facts) -> None:
    facts["regime"] = "procurement"


def _another(facts: Facts) -> None:
    facts["bidders"][0]["id"], facts["bidders"][1]["id"] = (b["id"] for b in reversed(facts["bidders"]))


def _bound(facts: Facts) -> None:
    facts["bidders"][0]["share_max"] = 0.9


def _cut(facts: Facts) -> None:
    facts["bidders"][0]["truncated"] = True


def _rule(facts: Facts) -> None:
    facts["control"][0]["rule"] = "strict"


def _identity(facts: Facts) -> None:
    facts["identity"] = "proved"


@pytest.mark.parametrize(
    ("detector", "change", "place"),
    [
        (KIN, _relation, "relation"),
        (KIN, _role, "bidders/0/links/0/role"),
        (KIN, _stranger, "persons/0/id"),
        (CONTACT, _kind, "holder/kind"),
        (CONTACT, _contact_role, "bidders/0/links/0/role"),
        (CONTACT, _identity, "identity"),
        (SHORT, _days, "days"),
        (SHORT, _limit, "limit"),
        (SHORT, _regime, "regime"),
        (CONTROLLER, _another, "bidders/0 id"),
        (CONTROLLER, _bound, "bidders/0 share_max"),
        (CONTROLLER, _cut, "bidders/0 truncated"),
        (CONTROLLER, _rule, "control/0 rule"),
    ],
)
def test_what_nothing_enclosed_says_is_named(
    found: FoundInFiles, tmp_path: Path, detector: Any, change: Callable[[Facts], None], place: str
) -> None:
    (one,) = [f for f in found.run.findings if f.detector == detector.id]
    for key in (None, KEY):
        folder = tmp_path / str(key is None)
        package = make_package(found.store, one, actor="测试员", now=NOW, hidden_by=key)
        assert verify_package(unpack(package.files, folder / "whole")).holds
        told = with_facts(lambda facts: change(facts["findings"][0]["facts"]))
        faults = verify_package(forged(package, folder / "forged", "facts.json", told)).faults
        named = [f for f in faults if f.at.startswith(f"data/facts.json /findings/0/facts/{place}")]
        assert named and named[0].zh and named[0].en
