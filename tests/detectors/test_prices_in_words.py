"""Words in the column of prices: an amount in capitals or with a remark is read, and whoever states none bids all the same."""

from __future__ import annotations

import pytest

from detectors.procedure import fewer_than_three_bidders
from loaders.values.capitals import capital_amount
from tests.detectors.files_world import FoundInFiles, found_in_files, table

FEW = fewer_than_three_bidders.DETECTOR
A, B, C, D = (f"虚构{n}建筑有限公司" for n in "甲乙丙丁")
PRICES = {
    # What the third bidder's cell says, and the amount read of it, in fen.
    "W1": ("未报价", None),
    "W2": ("无效报价", None),
    "W3": ("未唱标", None),
    "W4": ("详见投标文件", None),
    "W5": ("按费率计取", None),
    "W6": ("壹佰万元整", 100000000),
    "W7": ("980000元（含税）", 98000000),
    "W8": ("人民币玖拾捌万零伍元贰角整（小写）", 98000520),
    "W9": ("980000元（不含运费）", None),
    "W10": ("95万元左右", None),
}
REVOKED = ("未解密", "撤销", "弃权")


def lots(rows: dict[str, list[tuple[str, str]]]) -> dict[str, str]:
    return {
        "开标.csv": table(
            "项目编号,标段,投标人,投标总价(元),开标时间,中标情况",
            [
                (t, 1, n, price, "2024-05-10", "" if k else "中标")
                for t, bids in rows.items()
                for k, (n, price) in enumerate(bids)
            ],
        ),
        "项目.csv": table(
            "项目编号,项目名称,招标人,招标方式,适用法律",
            [(t, f"虚构{t}工程", "虚构水利局", "公开招标", "招标投标法") for t in rows],
        ),
    }


TWO = [(A, "1000000"), (B, "1023456")]
found = found_in_files([lots({t: [*TWO, (C, said)] for t, (said, _) in PRICES.items()})], [FEW])
given_up = found_in_files(
    [
        lots(
            {f"R{n}": [*TWO, (C, said)] for n, said in enumerate(REVOKED)}
            # Taken back before the deadline: none was handed in. And even with it there are two.
            | {"R7": [*TWO, (C, "撤回")], "R8": [TWO[0], (C, "未解密")]}
        )
    ],
    [FEW],
)
refused = found_in_files(
    [lots({"X1": [*TWO, (C, "500股")], "X2": [*TWO], "X3": [*TWO, (C, "1009999"), (D, "500股")]})], [FEW]
)


def test_who_states_no_amount_bids_all_the_same(found: FoundInFiles) -> None:
    asked = "MATCH (c:Company)-[:SUBMITS]->(b:Bid) WHERE c.name = '{}' RETURN b.id AS id, b.amount AS amount"
    rows = found.store.query(asked.format(C)).to_pylist()
    told = {row["id"].split(":")[1].split("/")[0]: row["amount"] for row in rows}
    assert told == {t: amount for t, (_, amount) in PRICES.items()}
    assert found.run.findings == ()
    assert len(found.told("price-unread")) == sum(
        amount is None and said != "无效报价" for said, amount in PRICES.values()
    )


def test_a_bid_revoked_or_left_encrypted_leaves_it_undecided(given_up: FoundInFiles) -> None:
    assert {f.scope_id for f in given_up.run.findings} == {"local:R7/1", "local:R8/1"}
    said = {u.scope_id: u.missing_zh for _, u in given_up.run.undecided}
    assert said.keys() == {f"local:R{n}/1" for n in range(len(REVOKED))}
    assert all("另有1家投标人的投标未解密、在投标截止后撤销或弃权" in text for text in said.values())


def test_a_refused_row_leaves_its_lot_undecided_alone(refused: FoundInFiles) -> None:
    assert [f.scope_id for f in refused.run.findings] == ["local:X2/1"]
    ((_, gap),) = refused.run.undecided
    assert gap.scope_id == "local:X1/1" and "开标.csv中本标段的投标有行在导入时被拒绝" in gap.missing_zh


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("人民币壹佰贰拾叁万肆仟伍佰陆拾柒元捌角玖分", 12345678900 // 100),
        ("拾万元整", 10_000_000),
        ("壹亿零伍佰万圆", 10_500_000_000),
        ("壹拾元零伍分", 1005),
        ("壹佰万", None),
        ("佰元", None),
        ("壹佰仟元", None),
        ("壹壹元", None),
        ("约壹佰万元", None),
        ("一百万元", None),
    ],
)
def test_capitals(text: str, fen: int | None) -> None:
    assert capital_amount(text) == fen


PERCENT = {"91.5": 0.915, "8": 0.08, "12.5%": 0.125, "1000000": None, "100万元": None}
in_percent = found_in_files(
    [
        {
            "开标.csv": table(
                "项目编号,标段,投标人,投标报价(%),开标时间",
                [
                    ("Q1", 1, f"虚构{n}建筑有限公司", p, "2024-05-10")
                    for n, p in zip("甲乙丙丁戊", PERCENT, strict=True)
                ],
            )
        }
    ],
    [FEW],
)


def test_under_a_heading_in_percent_prices_are_rates(in_percent: FoundInFiles) -> None:
    rows = in_percent.store.query("MATCH (b:Bid) RETURN b.rate AS rate, b.amount AS amount").to_pylist()
    assert len(rows) == len(PERCENT)
    assert {(r["rate"], r["amount"]) for r in rows} == {
        (rate, 100_000_000 if said == "100万元" else None) for said, rate in PERCENT.items()
    }
    # A figure that is too large for a rate, and names no unit.
    assert len(in_percent.told("price-unread")) == 1
