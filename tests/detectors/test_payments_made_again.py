"""Payments that came back and were made again by another list: one money, whatever is loaded first; on both stores."""

from __future__ import annotations

from pathlib import Path
from shutil import rmtree

from detectors.recipients import overpayment, underpayment
from detectors.running.detecting import detect
from graph.stores import Credentials, open_store
from loaders.loading import LoadOptions, load
from tests.detectors.bidder_world import KEY
from tests.detectors.files_world import FoundInFiles, found_in_files, table

OVER, UNDER = overpayment.DETECTOR, underpayment.DETECTOR
CHECKED = [OVER, UNDER]
MONTHS = [f"2024-{m:02}" for m in range(1, 13)]
JUNE, JULY = MONTHS[5], MONTHS[6]
_PAID = "低保证号,户主姓名,救助类型,发放年月,发放金额(元)"
_PROGRAM = "最低生活保障"

# What the list of the first half says of June; which list states it again, and for which month.
HOUSEHOLDS: dict[str, tuple[list[tuple[int, str]], str, str]] = {
    "FAILED-LATER": ([(600, "退票")], "second", JUNE),
    "FAILED-AGAIN": ([(600, "失败")], "june", JUNE),
    "FAILED-REISSUED": ([(600, "失败")], "reissued", JUNE),
    "BACK-LATER": ([(600, "成功"), (-600, "退票")], "second", JUNE),
    "BACK-REISSUED": ([(600, "成功"), (-600, "退票")], "reissued", JUNE),
    "BACK-STATED": ([(600, "成功"), (-600, "退票")], "stated", JUNE),
    "BACK-IN-JULY": ([(600, "成功"), (-600, "退票")], "reissued", JULY),
    "FAILED-IN-JULY": ([(600, "失败")], "reissued", JULY),
    # Nothing says that the first came back, or that it was made again.
    "PAID-REISSUED": ([(600, "成功")], "reissued", JUNE),
    "PAID-AGAIN": ([(600, "成功")], "june", JUNE),
    "BACK": ([(600, "成功"), (-600, "退票")], "", ""),
    "FAILED": ([(600, "失败")], "", ""),
    # It may be an older extract of the list that says that it came back.
    "BACK-AGAIN": ([(600, "成功"), (-600, "退票")], "june", JUNE),
}


def _row(household: str, month: str, amount: int = 600) -> tuple[str, str, str, str, int]:
    return household, "虚构甲", _PROGRAM, month, amount


def _again(which: str) -> list[tuple[str, str, str, str, int]]:
    return [_row(h, month) for h, (_, by, month) in HOUSEHOLDS.items() if by == which]


DUE = {
    "资格名单.csv": table(
        "低保证号,救助类型,应享金额(元),起始日期", [(h, _PROGRAM, 600, "2024-01-01") for h in HOUSEHOLDS]
    )
}
FIRST = {
    "上半年发放.csv": table(
        f"{_PAID},发放状态",
        [(*_row(h, m), "成功") for h in HOUSEHOLDS for m in MONTHS[:5]]
        + [
            (*_row(h, JUNE, amount), state)
            for h, (told, _, _) in HOUSEHOLDS.items()
            for amount, state in told
        ],
    )
}
SECOND = {
    "下半年发放.csv": table(_PAID, [_row(h, m) for h in HOUSEHOLDS for m in MONTHS[6:]] + _again("second"))
}
OF_JUNE = {"6月清单.csv": table(_PAID, _again("june"))}
REISSUED = {
    "退票重发名单.csv": table(_PAID, _again("reissued")),
    "补发登记.csv": table(f"{_PAID},发放状态", [(*r, "退票后重新发放成功") for r in _again("stated")]),
}
LOADS = [DUE, FIRST, SECOND, OF_JUNE, REISSUED]

in_order = found_in_files(LOADS, CHECKED)
turned = found_in_files(LOADS[::-1], CHECKED)
at_once = found_in_files([{n: t for files in LOADS for n, t in files.items()}], CHECKED)


def check(found: FoundInFiles) -> None:
    """One money is paid, neither two nor none: no lead but of what was never made again."""
    short = {h: facts["shortfall"] for h, facts in found.by_household(UNDER).items()}
    assert short == {"BACK": 60000, "FAILED": 60000}
    assert not found.by_household(OVER)
    told = {u.scope_id.removeprefix("local:"): u for d, u in found.run.undecided if d == UNDER.id}
    assert set(told) == {"BACK-AGAIN"}
    assert "如是退回后重新发放，实发600.00元，如是同一笔写了两次，实发0.00元" in told["BACK-AGAIN"].missing_zh
    assert (
        "600.00 yuan was paid" in told["BACK-AGAIN"].missing_en
        and "0.00 yuan" in told["BACK-AGAIN"].missing_en
    )


def test_one_list_after_the_other(in_order: FoundInFiles) -> None:
    check(in_order)
    said = sorted(t.partition("，")[0] for t in in_order.told("payments-reissued"))
    assert said == [
        "有 1 行写明是退票、退回后重新发放（发放状态",
        "有 5 行写明是退票、退回后重新发放（发放状态",
    ]


def test_the_other_way_round(turned: FoundInFiles) -> None:
    check(turned)


def test_all_at_once(at_once: FoundInFiles) -> None:
    check(at_once)


def test_a_list_taken_back_leaves_what_was_without_it(
    store_url: str, store_credentials: Credentials, tmp_path: Path
) -> None:
    def put(files: dict[str, str]) -> str:
        folder = tmp_path / "in"
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        report = load(store, [folder], LoadOptions(), KEY, tmp_path / "reports", lambda *_: None)
        rmtree(folder)
        assert report.applied is not None
        return report.applied.batch_id

    def short() -> set[str]:
        run = detect(store, [UNDER])
        return {f.scope_id.removeprefix("local:") for f in run.findings if not f.suppressed_by}

    with open_store(store_url, credentials=store_credentials) as store:
        for files in (DUE, FIRST):
            put(files)
        batches = [put(files) for files in (SECOND, OF_JUNE, REISSUED)]
        store.unload(batches[2])
        again = {h for h, (_, by, _) in HOUSEHOLDS.items() if by in ("reissued", "stated")} - {
            "PAID-REISSUED"
        }
        assert short() == {"BACK", "FAILED"} | again
        store.unload(batches[1])
        assert short() == {"BACK", "FAILED", "FAILED-AGAIN", "BACK-AGAIN"} | again
        put(REISSUED)
        assert short() == {"BACK", "FAILED", "FAILED-AGAIN", "BACK-AGAIN"}
