"""Lists of payments that say which of them failed or came back: these are no payments; on both stores."""

from __future__ import annotations

from detectors.recipients import overpayment, paid_after_death, underpayment
from tests.detectors.files_world import FoundInFiles, found_in_files, table
from tests.loaders.shapes.numbers import resident

DEAD, SHORT, OVER = paid_after_death.DETECTOR, underpayment.DETECTOR, overpayment.DETECTOR
MONTHS = [f"2024-{m:02}" for m in range(1, 13)]
STATES = {
    "FAILED": {"2024-06": "失败"},
    "BACK": {"2024-06": "打卡失败（账户已销户，退回）"},
    "NOT-YET": {"2024-06": "未发放成功"},
    "AGAIN": {"2024-06": "退票后重新发放成功"},
    "UNSAID": {"2024-06": ""},
    "UNKNOWN": {"2024-06": "处理中"},
    "DIED": {m: "失败" for m in MONTHS if m > "2024-03"},
}
NUMBERS = {id_: resident(n) for n, id_ in enumerate(STATES, 1)}
PAID = "低保证号,救助类型,发放年月,发放金额(元),发放状态"

FILES = {
    "低保名册.csv": table(
        "低保证号,户主姓名,户主身份证号,家庭成员姓名,公民身份号码,与户主关系",
        [(id_, "样本甲", number, "样本甲", number, "户主") for id_, number in NUMBERS.items()],
    ),
    "资格名单.csv": table(
        "低保证号,救助类型,应享金额(元),起始日期",
        [(id_, "最低生活保障", 600, "2024-01-01") for id_ in STATES if id_ != "DIED"],
    ),
    "低保发放明细.csv": table(
        PAID,
        [
            (id_, "最低生活保障", m, 600, states.get(m, "成功"))
            for id_, states in STATES.items()
            for m in MONTHS
        ]
        # What is paid back of a payment that was made.
        + [("UNSAID", "最低生活保障", "2024-07", -600, "退回")],
    ),
    "死亡名单.csv": table("姓名,公民身份号码,死亡日期", [("样本甲", NUMBERS["DIED"], "2024-03-20")]),
}
found = found_in_files([FILES], [DEAD, SHORT])

# 600 yuan of June came back, and were paid again or not; then the rows as a list without days of payment has them.
RETURNED = {
    "REPAID": [600, -600, 600],
    "BACK": [600, -600],
    "TWICE": [600, -600, 600, -600, 600],
    "TWICE-BACK": [600, -600, 600, -600],
    "COPIED": [600, 600],
    "COPIED-THRICE": [600, -600, 600, 600],
    "OTHER": [600, 600, -150],
    "MOVED": [600, 600],
}
DAYS = ["05", "08", "12", "15", "19"]


def bounced(*, dated: bool) -> dict[str, str]:
    head = "低保证号,户主姓名,救助类型,发放年月,发放金额(元)"
    rows = [
        (id_, f"虚构{n}", "最低生活保障", m, amount, f"2024-07-{day}" if m == "2024-06" else "")
        for n, (id_, june) in enumerate(RETURNED.items())
        for m in MONTHS
        for amount, day in zip(june if m == "2024-06" else [600], DAYS, strict=False)
    ]
    due = [(id_, "最低生活保障", 600, "2024-01-01") for id_ in RETURNED]
    return {
        "资格名单.csv": table("低保证号,救助类型,应享金额(元),起始日期", due),
        "低保发放明细.csv": table(f"{head},发放日期", rows)
        if dated
        else table(head, [row[:-1] for row in rows]),
    }


undated = found_in_files([bounced(dated=False)], [SHORT, OVER])
dated = found_in_files([bounced(dated=True)], [SHORT, OVER])


def test_what_came_back_and_was_paid_again_is_paid(undated: FoundInFiles) -> None:
    short = {id_: facts["shortfall"] for id_, facts in undated.by_household(SHORT).items()}
    assert short == {"BACK": 60000, "TWICE-BACK": 60000, "OTHER": 15000}
    assert not undated.by_household(OVER)
    (told,) = undated.told("payments-made-again")
    # REPAID one, TWICE two and one of what came back, TWICE-BACK one and one, COPIED-THRICE one.
    assert "有 7 行" in told
    assert len(undated.told("duplicate-row")) == 4


def test_payments_of_several_days_are_several(dated: FoundInFiles) -> None:
    short = {id_: facts["shortfall"] for id_, facts in dated.by_household(SHORT).items()}
    assert short == {"BACK": 60000, "TWICE-BACK": 60000}
    over = {id_: facts["surplus"] for id_, facts in dated.by_household(OVER).items()}
    # The day of payment is no month of entitlement: nothing is paid in July twice.
    assert over == {"COPIED": 60000, "COPIED-THRICE": 60000, "OTHER": 45000, "MOVED": 60000}
    assert not dated.told("duplicate-row") and not dated.told("ignored-columns")


# One household's amount at each member, paid on one day or on two.
AT_MEMBERS = {
    "资格名单.csv": table(
        "低保证号,救助类型,应享金额(元),起始日期",
        [(id_, "最低生活保障", 600, "2024-01-01") for id_ in ("ONE-DAY", "TWO-DAYS", "HEAD-ALONE")],
    ),
    "低保发放明细.csv": table(
        "低保证号,家庭成员姓名,与户主关系,救助类型,发放年月,发放金额(元),发放时间",
        [
            (id_, f"虚构{who}{n}", relation, "最低生活保障", "2024-06", 600, day)
            for n, (id_, days) in enumerate(
                {
                    "ONE-DAY": ("2024-07-05 09:00:01", "2024-07-05 09:00:02"),
                    "TWO-DAYS": ("2024-07-05 09:00:01", "2024-07-12 10:00:00"),
                    "HEAD-ALONE": ("2024/7/5", "已发"),
                }.items()
            )
            for who, relation, day in (("甲", "户主", days[0]), ("乙", "配偶", days[1]))
        ],
    ),
}
at_members = found_in_files([AT_MEMBERS], [OVER])


def test_an_amount_at_each_member_is_one_payment_a_day(at_members: FoundInFiles) -> None:
    assert set(at_members.by_household(OVER)) == {"TWO-DAYS"}
    assert not at_members.loads[0].rejected


def test_what_failed_was_not_paid(found: FoundInFiles) -> None:
    short = {id_: facts["unpaid_months"] for id_, facts in found.by_household(SHORT).items()}
    june = ["2024-06"]
    assert short == {"FAILED": june, "BACK": june, "NOT-YET": june, "UNKNOWN": june, "UNSAID": ["2024-07"]}
    (told,) = found.told("payments-failed")
    assert f"有 {3 + 9} 行" in told


def test_nobody_is_paid_after_death_by_payments_that_failed(found: FoundInFiles) -> None:
    assert not found.by_household(DEAD)


def test_a_state_that_is_not_known_refuses_the_row(found: FoundInFiles) -> None:
    assert len(found.told("unknown-payment-state")) == 1


# What is due where the list states it, states nothing, leaves one month out or says that nothing is due.
STATED = {
    "资格名单.csv": table(
        "低保证号,救助类型,所属期,应享金额(元)",
        [
            (id_, "最低生活保障", f"2024-0{m}", amount)
            for id_, amounts in {
                "STATED": (600, 600, 600),
                "SILENT": ("", "", ""),
                "PARTLY": (600, 600, ""),
                "NOTHING": (600, 0, 0),
            }.items()
            for m, amount in enumerate(amounts, 5)
        ],
    ),
    "低保发放明细.csv": table(
        "低保证号,户主姓名,救助类型,发放年月,发放金额(元)",
        [
            (id_, f"虚构{n}", "最低生活保障", month, 600)
            for n, id_ in enumerate(("STATED", "SILENT", "PARTLY", "NOTHING", "OTHER"))
            for month in ("2024-05", "2024-06", "2024-07", "2024-08")
            if id_ == "OTHER" or month == "2024-05"
        ],
    ),
}
stated = found_in_files([STATED], [SHORT])


def test_short_by_an_amount_that_nobody_states_is_not_short_by_nothing(stated: FoundInFiles) -> None:
    told = {f.scope_id.removeprefix("local:"): f.text for f in stated.run.findings}
    assert told.keys() == {"STATED", "SILENT", "PARTLY"}
    assert "按已知标准少发1,200.00元。" in told["STATED"]["zh"]
    assert "名单没有写明标准，少发金额不详" in told["SILENT"]["zh"] and "0.00" not in told["SILENT"]["zh"]
    assert "an amount that is not known" in told["SILENT"]["en"]
    assert "按已知标准少发600.00元（另有1个月标准不详）" in told["PARTLY"]["zh"]
    assert "1 more month is not known" in told["PARTLY"]["en"]
