"""Records of changes of a company's holders, in one file or several, loaded in any order."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest

from graph.penetration.ownership import Ownership
from graph.stores import open_store

NAME, CODE = "虚构甲建设有限公司", "91999999MA0001018L"
HEADER = "企业名称,股东名称,股东类型,变更前股权比例(%),变更后股权比例(%),股权变更日期\n"
CHANGES = (
    f"{NAME},样本甲一,自然人,100,60,2020-03-01\n{NAME},样本乙二,自然人,0,40,2020-03-01\n",
    f"{NAME},样本甲一,自然人,60,30,2022-06-01\n{NAME},样本丙三,自然人,0,30,2022-06-01\n",
    f"{NAME},样本乙二,自然人,40,0,2024-01-15\n{NAME},样本丙三,自然人,30,70,2024-01-15\n",
)
EXPECTED = {
    "2019-01-01": {"样本甲一": 1.0},
    "2021-01-01": {"样本甲一": 0.6, "样本乙二": 0.4},
    "2023-01-01": {"样本甲一": 0.3, "样本乙二": 0.4, "样本丙三": 0.3},
    "2025-01-01": {"样本甲一": 0.3, "样本丙三": 0.7},
}


def _load(lookthrough, *paths: Path | str) -> str:
    ran = lookthrough("load", *paths, "--format", "json")
    assert ran.code == 0, ran.err
    return json.loads(ran.out)["batch"]


def _owners(lookthrough, day: str, company: str = NAME) -> dict[str, float]:
    ran = lookthrough("penetrate", company, "--as-of", day, "--format", "json")
    assert ran.code == 0, ran.err
    answer = json.loads(ran.out)
    codes = [w["code"] for w in answer["warnings"]]
    assert "register_above_100" not in codes and "rival_list" not in codes
    told = [(o["name"], o["direct"]) for o in answer["owners"]]
    assert len(dict(told)) == len(told)
    return dict(told)


def _files(folder: Path, parts: tuple[str, ...] = CHANGES) -> list[Path]:
    folder.mkdir()
    for n, part in enumerate(parts):
        (folder / f"股权变更{n}.csv").write_text(HEADER + part, encoding="utf-8")
    return sorted(folder.iterdir())


@pytest.mark.parametrize("order", [*itertools.permutations(range(3)), "one_load", "one_file"])
def test_changes_follow_on_one_another_wherever_they_stand(lookthrough, tmp_path, order):
    if order == "one_file":
        _load(lookthrough, *_files(tmp_path / "in", ("".join(CHANGES),)))
    elif order == "one_load":
        _load(lookthrough, _files(tmp_path / "in")[0].parent)
    else:
        files = _files(tmp_path / "in")
        for n in order:
            _load(lookthrough, files[n])
    for day, owners in EXPECTED.items():
        assert _owners(lookthrough, day) == owners, day


def test_a_load_taken_back_leaves_what_the_others_say(lookthrough, tmp_path):
    files = _files(tmp_path / "in")
    batches = [_load(lookthrough, f) for f in files]
    assert lookthrough("unload", batches[2]).code == 0
    assert _owners(lookthrough, "2025-01-01") == EXPECTED["2023-01-01"]
    assert lookthrough("unload", batches[0]).code == 0
    # What was before the one change that is left is what it says was before it.
    assert _owners(lookthrough, "2019-01-01") == {"样本甲一": 0.6}
    assert _owners(lookthrough, "2023-01-01") == {"样本甲一": 0.3, "样本丙三": 0.3}
    _load(lookthrough, files[2])
    _load(lookthrough, files[0])
    for day, owners in EXPECTED.items():
        assert _owners(lookthrough, day) == owners, day


def test_a_later_extract_that_repeats_the_changes_and_adds_one_counts_each_once(lookthrough, tmp_path):
    first, second = _files(tmp_path / "in", (CHANGES[0] + CHANGES[1], "".join(CHANGES)))
    for file, seen in ((second, "2024-06-30"), (first, "2023-06-30")):
        _load(lookthrough, file, "--observed-on", seen)
    for day, owners in EXPECTED.items():
        assert _owners(lookthrough, day) == owners, day


def test_a_company_by_its_name_in_one_record_and_its_code_in_the_other(
    lookthrough, tmp_path, store_url, store_credentials
):
    folder = tmp_path / "in"
    files = _files(folder, CHANGES[:2])
    coded = (
        files[1]
        .read_text("utf-8")
        .replace("企业名称,", "企业名称,统一社会信用代码,")
        .replace(f"{NAME},", f"{NAME},{CODE},")
    )
    files[1].write_text(coded, encoding="utf-8")
    for file in files:
        _load(lookthrough, file)
    for day in list(EXPECTED)[:3]:
        assert _owners(lookthrough, day, CODE) == EXPECTED[day], day
    # Read without keys and sources they are the same.
    with open_store(store_url, "read", credentials=store_credentials) as store:
        parts = [Ownership.build(store.ownership(proofs=proofs)).holdings for proofs in (True, False)]
    told = [sorted(zip(held.low, held.high, strict=True)) for held in parts]
    assert told[0] == told[1] and len(told[0]) == 5


def test_a_change_of_a_month(lookthrough, tmp_path):
    parts = [p.replace("2022-06-01", "2022年6月").replace("2024-01-15", "2024-01") for p in CHANGES]
    for file in _files(tmp_path / "in", tuple(parts)):
        _load(lookthrough, file)
    for day, owners in EXPECTED.items():
        assert _owners(lookthrough, day) == owners, day
    assert _owners(lookthrough, "2022-06-10") == EXPECTED["2023-01-01"]


STEPS = (f"{NAME},样本甲一,自然人,100,60,2020-03-01\n", f"{NAME},样本甲一,自然人,60,30,2020-03-01\n")


def test_a_row_that_changes_nothing_is_no_step_of_its_day(lookthrough, tmp_path):
    unchanged = f"{NAME},样本甲一,自然人,60,60,2020-03-01\n{NAME},样本乙二,自然人,40,40,2020-03-01\n"
    files = _files(tmp_path / "in", (unchanged + f"{NAME},样本甲一,自然人,60,30,2020-03-01\n",))
    _load(lookthrough, files[0])
    assert _owners(lookthrough, "2019-01-01") == {"样本甲一": 0.6, "样本乙二": 0.4}
    assert _owners(lookthrough, "2021-01-01") == {"样本甲一": 0.3, "样本乙二": 0.4}


@pytest.mark.parametrize("parts", [STEPS, STEPS[::-1], (STEPS[0], "".join(STEPS))])
def test_steps_of_one_day_in_two_loads_are_one_change(lookthrough, tmp_path, parts):
    batches = [_load(lookthrough, file) for file in _files(tmp_path / "in", parts)]
    assert _owners(lookthrough, "2019-01-01") == {"样本甲一": 1.0}
    assert _owners(lookthrough, "2021-01-01") == {"样本甲一": 0.3}
    if parts == STEPS:
        assert lookthrough("unload", batches[1]).code == 0
        assert _owners(lookthrough, "2021-01-01") == {"样本甲一": 0.6}


IDLE = (f"{NAME},样本甲一,自然人,60,60,2020-03-01\n{NAME},样本乙二,自然人,40,40,2020-03-01\n", STEPS[1])
AGAIN = tuple(f"{NAME},样本甲一,自然人,{step},2020-03-01\n" for step in ("100,60", "60,100", "100,30"))
ROUND = tuple(f"{NAME},样本甲一,自然人,{step},2020-03-01\n" for step in ("10,20", "20,10", "30,50"))


@pytest.mark.parametrize(
    ("parts", "before", "after"),
    [
        (IDLE, {"样本甲一": 0.6, "样本乙二": 0.4}, {"样本甲一": 0.3, "样本乙二": 0.4}),
        (AGAIN, {"样本甲一": 1.0}, {"样本甲一": 0.3}),
        # Where it began nobody can tell: everything stands, as `change-beside` says.
        (ROUND, {"样本甲一": 0.6}, {"样本甲一": 0.8}),
    ],
    ids=["unchanged", "back_and_on", "round_beside_another"],
)
def test_changes_of_one_day_are_the_same_in_one_file_and_in_several(
    lookthrough, tmp_path, parts, before, after
):
    files = {"": _files(tmp_path / "one", ("".join(parts),)), "apart": _files(tmp_path / "apart", parts)}
    for order in (files[""], files["apart"], files["apart"][::-1]):
        batches = [_load(lookthrough, file) for file in order]
        assert _owners(lookthrough, "2019-01-01") == before, order
        assert _owners(lookthrough, "2021-01-01") == after, order
        for batch in batches:
            assert lookthrough("unload", batch).code == 0


def test_a_load_that_only_repeats_what_is_stated_pairs_it_anew(lookthrough, tmp_path):
    """10 → 30 states no row that the other changes do not state, and is a change of its own."""
    steps = (("10,20", "20,10", "5,30"), ("10,30",))
    parts = tuple("".join(f"{NAME},样本甲一,自然人,{s},2020-03-01\n" for s in part) for part in steps)
    first, second = _files(tmp_path / "in", parts)
    _load(lookthrough, first)
    assert _owners(lookthrough, "2019-01-01") == {"样本甲一": pytest.approx(0.35)}
    batch = _load(lookthrough, second)
    assert _owners(lookthrough, "2019-01-01") == {"样本甲一": pytest.approx(0.15)}
    assert lookthrough("unload", batch).code == 0
    assert _owners(lookthrough, "2019-01-01") == {"样本甲一": pytest.approx(0.35)}


def _steps(*steps: str) -> str:
    return "".join(f"{NAME},样本甲一,自然人,{step},2020-03-01\n" for step in steps)


@pytest.mark.parametrize(
    ("looks", "before", "after"),
    [
        # Steps of the day, each in a file of its own day.
        (("100,60", "60,30"), 1.0, 0.3),
        (("60,30", "100,60"), 1.0, 0.3),
        (("100,60", "60,60"), 1.0, 0.6),
        (("100,60", "60,0"), 1.0, None),
        # The later look corrects the earlier one, and repeats what it doesn't correct.
        (("100,60", "100,50"), 1.0, 0.5),
        (("100,60", "100,0"), 1.0, None),
        (("80,60", "100,60"), 1.0, 0.6),
        (("100,60", "100,60"), 1.0, 0.6),
    ],
)
def test_steps_of_one_day_in_files_observed_on_different_days(lookthrough, tmp_path, looks, before, after):
    files = _files(tmp_path / "apart", tuple(_steps(step) for step in looks))
    dated = list(zip(files, ("2023-06-30", "2024-06-30"), strict=True))
    for order in (dated, dated[::-1]):
        batches = [_load(lookthrough, file, "--observed-on", seen) for file, seen in order]
        assert _owners(lookthrough, "2019-01-01").get("样本甲一") == before, order
        assert _owners(lookthrough, "2021-01-01").get("样本甲一") == after, order
        for batch in batches:
            assert lookthrough("unload", batch).code == 0
    if looks[0].split(",")[1] == looks[1].split(",")[0] or looks[1].split(",")[1] == looks[0].split(",")[0]:
        # In one file they are the same.
        (one,) = _files(tmp_path / "one", (_steps(*looks),))
        _load(lookthrough, one, "--observed-on", "2024-06-30")
        assert _owners(lookthrough, "2019-01-01").get("样本甲一") == before
        assert _owners(lookthrough, "2021-01-01").get("样本甲一") == after
