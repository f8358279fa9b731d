"""Payments that one row states from one month to another: what counts in each month; on both stores."""

from __future__ import annotations

from detectors.recipients import overpayment, underpayment
from tests.detectors.files_world import FoundInFiles, found_in_files, table

OVER, UNDER = overpayment.DETECTOR, underpayment.DETECTOR
QUARTERS = [(f"2024-{m:02}", f"2024-{m + 2:02}") for m in (1, 4, 7, 10)]
HOUSEHOLDS = ("PARTED", "SHORT", "MONTHLY", "BENEFIT", "LONG", "SINGLE", "TWICE")


def over(amount: str, rows: list[tuple[str, str, str, int]], end: str = "截止保障年月") -> str:
    """A list of payments from month to month."""
    head = f"低保证号,救助类型,起始保障年月,{end},{amount}"
    return table(head, [(id_, "最低生活保障", first, last, paid) for id_, first, last, paid in rows])


ENTITLED = table(
    "低保证号,救助类型,应享金额(元),起始日期,截止日期",
    [(id_, "最低生活保障", 600, "2024-01-01", "2025-01-01") for id_ in HOUSEHOLDS],
)
EACH_MONTH = table(
    "低保证号,救助类型,发放年月,发放金额(元)",
    [("TWICE", "最低生活保障", f"2024-{m:02}", 600) for m in range(1, 13)],
)
found = found_in_files(
    [
        {
            "资格名单.csv": ENTITLED,
            "季度发放明细.csv": over(
                "发放金额(元)",
                [(id_, *q, paid) for q in QUARTERS for id_, paid in (("PARTED", 1800), ("SHORT", 1700))]
                + [("LONG", "2024-01", "2025-02", 600)]
                + [("SINGLE", f"2024-{m:02}", f"2024-{m:02}", 600) for m in range(1, 13)]
                + [("TWICE", *q, 1800) for q in QUARTERS],
            ),
            "月度发放明细.csv": over("月发放金额(元)", [("MONTHLY", "2024-01", "2024-12", 600)]),
            "待遇发放明细.csv": over(
                "领取金额(元)", [("BENEFIT", "2024-01", "2024-12", 600)], "待遇截止日期"
            ),
            "逐月发放明细.csv": EACH_MONTH,
            "颠倒发放明细.csv": over("发放金额(元)", [("PARTED", "2024-06", "2024-05", 600)]),
        }
    ],
    [OVER, UNDER],
)


def test_what_was_paid_for_all_the_months_is_parted_among_them(found: FoundInFiles) -> None:
    paid = found.store.query(
        "MATCH (h:Household {id: 'local:SHORT'})-[:RECEIVES]->(b:Benefit) "
        "RETURN b.from_month AS first, b.to_month AS last, b.amount AS amount ORDER BY first"
    ).to_pylist()
    # 1,700.00 yuan by three: the cents that are left over in the first month.
    assert [(p["first"], p["last"], p["amount"]) for p in paid[:4]] == [
        ("2024-01", "2024-01", 56668),
        ("2024-02", "2024-02", 56666),
        ("2024-03", "2024-03", 56666),
        ("2024-04", "2024-04", 56668),
    ]
    assert not found.by_household(OVER)
    assert {id_: facts["shortfall"] for id_, facts in found.by_household(UNDER).items()} == {"SHORT": 40000}
    assert any("有 12 行" in said for said in found.told("amount-parted"))


def test_the_same_months_in_a_list_of_each_month_are_one_payment(found: FoundInFiles) -> None:
    assert any("12 笔" in said for said in found.told("payments-again"))


def test_where_the_headings_leave_it_open_the_amount_is_told_and_not_used(found: FoundInFiles) -> None:
    assert len(found.told("amount-of-months")) == 2
    for id_ in ("BENEFIT", "LONG"):
        asked = {d for d, u in found.run.undecided if u.scope_id == f"local:{id_}" and "金额" in u.missing_zh}
        assert asked == {OVER.id, UNDER.id}


def test_an_end_before_the_start_is_refused(found: FoundInFiles) -> None:
    assert len(found.told("end-before-start")) == 1


# Nobody is paid for March and April: what is paid in May, or was in February, may be for them as well.
IN_MAY = {"BOTH": 1800, "ONE": 1200, "MORE": 750, "WRONG": 2000, "ONLY-MAY": 600}
SKIPPED = {
    "资格名单.csv": table(
        "低保证号,救助类型,应享金额(元),起始日期",
        [(id_, "最低生活保障", 600, "2024-01-01") for id_ in (*IN_MAY, "AHEAD", "LATER")],
    ),
    "低保发放明细.csv": table(
        "低保证号,救助类型,发放年月,发放金额(元)",
        [
            (id_, "最低生活保障", f"2024-0{m}", paid if m == special else 600)
            for id_, special, paid in (
                *((id_, 5, paid) for id_, paid in IN_MAY.items()),
                ("AHEAD", 2, 1800),
                # No month beside it was skipped.
                ("LATER", 6, 1800),
            )
            for m in (1, 2, 5, 6, 7)
        ],
    ),
}
skipped = found_in_files([SKIPPED], [OVER])


def test_what_is_paid_for_months_in_which_nobody_is_is_not_too_much(skipped: FoundInFiles) -> None:
    assert {id_: facts["surplus"] for id_, facts in skipped.by_household(OVER).items()} == {
        "MORE": 15000,
        "WRONG": 140000,
        "LATER": 120000,
    }
    told = {u.scope_id: (u.missing_zh, u.missing_en) for _, u in skipped.run.undecided}
    assert told.keys() == {"local:BOTH", "local:ONE", "local:AHEAD"}
    assert "2024-03—2024-04有2个月应享而没有任何人的发放" in told["local:BOTH"][0]
    assert (
        "2024-04有1个月" in told["local:ONE"][0] and "1 month of 2024-04 that is due" in told["local:ONE"][1]
    )
