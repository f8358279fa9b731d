"""Lists of payments that say which of them failed or came back: these are no payments; on both stores."""

from __future__ import annotations

from detectors.recipients import paid_after_death, underpayment
from tests.detectors.files_world import FoundInFiles, found_in_files, table
from tests.loaders.shapes.numbers import resident

DEAD, SHORT = paid_after_death.DETECTOR, underpayment.DETECTOR
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
