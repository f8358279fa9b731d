"""Facts of one thing that files state differently: which counts, and that `check` names the others with their files."""

from __future__ import annotations

import json

from detectors.recipients import non_local_hukou, paid_after_death
from detectors.registry import DETECTORS
from graph.checking import check_store
from graph.quality import Quality
from graph.stores import GraphStore
from tests.detectors.files_world import FoundInFiles, found_in_files, table
from tests.loaders.shapes.numbers import resident, uscc

NOT_LOCAL, AFTER_DEATH = non_local_hukou.DETECTOR, paid_after_death.DETECTOR
(SHAREHOLDER,) = [d for d in DETECTORS if d.id == "common-controller"]
ONE, OTHER, THIRD, OWNER, FORMER = uscc(1), uscc(2), uscc(3), resident(1), resident(2)

BIDS = table(
    "项目编号,标段,投标人,投标人代码,投标报价(元)",
    [
        ("P1", "1", "虚构子建设有限公司", ONE, 1000000),
        ("P1", "1", "虚构丑建设有限公司", OTHER, 1013000),
        ("P1", "1", "虚构寅建设有限公司", THIRD, 1037000),
    ],
)
HOLDERS = table(
    "企业名称,统一社会信用代码,股东名称,股东证件号,股东类型,持股比例(%),入股日期,退出日期",
    [
        ("虚构子建设有限公司", ONE, "样本甲", OWNER, "自然人股东", 100, "2012-01-01", ""),
        ("虚构丑建设有限公司", OTHER, "样本乙", FORMER, "自然人股东", 100, "2012-01-01", "2024-06-01"),
        ("虚构丑建设有限公司", OTHER, "样本甲", OWNER, "自然人股东", 100, "2024-06-01", ""),
    ],
)


def tenders(day: str) -> str:
    """The one tender, with its deadline and opening on a day."""
    return table(
        "项目编号,项目名称,招标人,招标方式,公告日期,投标截止时间,开标时间",
        [("P1", "虚构路工程", "虚构局", "公开招标", "2024-05-01", f"{day} 09:30", f"{day} 09:30")],
    )


FIRST, PUT_OFF = {"招标项目.csv": tenders("2024-05-25")}, {"延期变更公告.csv": tenders("2024-06-10")}
_LOT = {"开标记录.csv": BIDS, "股东信息.csv": HOLDERS}

put_off = found_in_files([_LOT, FIRST, PUT_OFF], [SHAREHOLDER])
put_off_first = found_in_files([PUT_OFF, _LOT, FIRST], [SHAREHOLDER])
put_off_at_once = found_in_files([_LOT | PUT_OFF | FIRST], [SHAREHOLDER])


def differing(store: GraphStore) -> dict[str, Quality]:
    """What `check` finds that sources state differently, by check."""
    return {q.check: q for q in check_store(store, None) if q.apart}


def stated(quality: Quality) -> dict[tuple[str, str], dict[str | int | float, list[str]]]:
    """Of each id and field the names of the files that state each value."""
    return {(a.id, a.field): {v: [p.file for p in places] for v, places in a.values} for a in quality.apart}


def test_a_lot_is_judged_at_the_day_its_deadline_was_put_off_to(put_off: FoundInFiles) -> None:
    _judged_at_the_later_day(put_off)


def test_a_notice_that_comes_first_puts_off_too(put_off_first: FoundInFiles) -> None:
    _judged_at_the_later_day(put_off_first)


def test_and_one_that_comes_in_the_same_load(put_off_at_once: FoundInFiles) -> None:
    _judged_at_the_later_day(put_off_at_once)


def _judged_at_the_later_day(found: FoundInFiles) -> None:
    (tied,) = found.run.findings
    # The owner of the one bought the other between the two days.
    assert tied.suppressed_by is None and "2024-06-10" in tied.text["zh"]
    quality = differing(found.store)["dates-differ"]
    assert quality.count == 1
    days = {"2024-05-25T09:30:00": ["招标项目.csv"], "2024-06-10T09:30:00": ["延期变更公告.csv"]}
    assert stated(quality) == {("local:P1", "bid_deadline"): days, ("local:P1", "opened_on"): days}
    assert {a.counted for a in quality.apart} == {"2024-06-10T09:30:00"}


OPENED = BIDS.replace("(元)\n", "(元),开标时间\n").replace("000\n", "000,2024-06-10 09:30\n")
DEADLINE = "项目编号,项目名称,公告日期,投标截止时间\nP1,虚构路工程,2024-05-01,2024-05-25 09:30\n"
opened_later = found_in_files(
    [{"开标记录.csv": OPENED, "股东信息.csv": HOLDERS}, {"招标项目.csv": DEADLINE}], [SHAREHOLDER]
)


def test_bids_opened_on_a_later_day_than_the_deadline_are_judged_at_it(opened_later: FoundInFiles) -> None:
    (tied,) = opened_later.run.findings
    assert tied.suppressed_by is None and "截至2024-06-10" in tied.text["zh"]
    (lot,) = opened_later.store.query(
        "MATCH (l:Lot) RETURN l.bid_on AS day, l.bid_on_from AS source"
    ).to_pylist()
    assert lot == {"day": "2024-06-10", "source": "opened_on"}


FATHER = resident(3, "19400101")
PAID = table(
    "公民身份号码,姓名,救助类型,发放年月,发放金额(元),乡镇街道",
    [
        (FATHER, "样本父", "特困人员救助供养", f"2024-{m:02}", 600, "榕城市东湖区幸福街道")
        for m in range(1, 13)
    ],
)
HERE, ELSEWHERE = "榕城市东湖区幸福街道", "安徽省合肥市庐阳区"


def register(where: str = HERE, died: str = "") -> str:
    """A list of persons: one, registered somewhere."""
    return table("公民身份号码,姓名,户籍所在地,死亡日期", [(FATHER, "样本父", where, died)])


_OLD, _NEW = {"人口信息2022年12月.csv": register(ELSEWHERE)}, {"人口信息2023年12月.csv": register()}
moved_here = found_in_files([{"发放.csv": PAID}, _OLD, _NEW], [NOT_LOCAL])
moved_here_first = found_in_files([_NEW, _OLD, {"发放.csv": PAID}], [NOT_LOCAL])
moved_away = found_in_files(
    [
        {
            "发放.csv": PAID,
            "人口信息2022年12月.csv": register(),
            "人口信息2023年12月.csv": register(ELSEWHERE),
        }
    ],
    [NOT_LOCAL],
)


def test_the_newer_of_two_lists_of_persons_counts_by_their_names(moved_here: FoundInFiles) -> None:
    _is_here(moved_here)


def test_whichever_is_loaded_first(moved_here_first: FoundInFiles) -> None:
    _is_here(moved_here_first)


def _is_here(found: FoundInFiles) -> None:
    assert not found.by_household(NOT_LOCAL)
    # One is newer than the other: nothing contradicts.
    assert differing(found.store) == {}


def test_who_moved_away_by_the_newer_list_is_found(moved_away: FoundInFiles) -> None:
    assert found_once(moved_away, NOT_LOCAL.id)


def found_once(found: FoundInFiles, detector: str) -> bool:
    """Whether one finding of a detector stands."""
    return [f.suppressed_by for f in found.run.findings if f.detector == detector] == [None]


two_deaths = found_in_files(
    [
        {"发放.csv": PAID},
        {"2024年11月死亡名单.csv": register(died="2024-11-05")},
        {"死亡名单.csv": register("榕城市东湖区", died="2024-01-05")},
    ],
    [AFTER_DEATH],
)


def test_two_days_of_one_death_are_named_with_their_files(two_deaths: FoundInFiles) -> None:
    differ = differing(two_deaths.store)
    # A district and its street are no two places.
    assert list(differ) == ["dates-differ"]
    ((_, field),) = stated(differ["dates-differ"])
    assert field == "died_on"
    assert list(stated(differ["dates-differ"]).values()) == [
        {"2024-01-05": ["死亡名单.csv"], "2024-11-05": ["2024年11月死亡名单.csv"]}
    ]
    (apart,) = differ["dates-differ"].apart
    assert apart.counted == "2024-11-05"


PRICES = "项目编号,标段,投标人,投标人代码,投标报价(元),投标状态"


def prices(second: int, status: str) -> str:
    """Two bids; what is told of the second."""
    rows = [
        ("P1", "1", "虚构子建设有限公司", ONE, 1000000, "有效"),
        ("P1", "1", "虚构丑建设有限公司", OTHER, second, status),
    ]
    return table(PRICES, rows)


corrected = found_in_files(
    [{"开标记录.csv": prices(1077000, "有效")}, {"更正.csv": prices(1030000, "否决投标")}], [SHAREHOLDER]
)
further_on = found_in_files(
    [
        {"报名.csv": prices(1077000, "报名")},
        {"开标.csv": prices(1077000, "有效")},
        {"中标.csv": prices(1077000, "中标")},
    ],
    [SHAREHOLDER],
)


def test_a_price_and_a_status_stated_twice_are_named(corrected: FoundInFiles) -> None:
    differ = differing(corrected.store)
    bid = f"local:P1/1/cn-uscc:{OTHER}"
    assert stated(differ["amounts-differ"]) == {
        (bid, "amount"): {103000000: ["更正.csv"], 107700000: ["开标记录.csv"]}
    }
    assert stated(differ["statuses-differ"]) == {
        (bid, "status"): {"rejected": ["更正.csv"], "valid": ["开标记录.csv"]}
    }


def test_a_bid_that_gets_further_contradicts_nothing(further_on: FoundInFiles) -> None:
    assert differing(further_on.store) == {}


def test_check_says_it_in_both_languages_and_to_programs(lookthrough, tmp_path):
    for name, day in (("人口信息.csv", "2024-11-05"), ("死亡名单.csv", "2024-01-05")):
        (tmp_path / name).write_text(register(died=day), encoding="utf-8")
        assert lookthrough("load", tmp_path / name).code == 0
    loaded = json.loads(lookthrough("status", "--format", "json").out)["batches"]
    batches = {b["files"][0]["name"]: b["id"] for b in loaded}
    dead, people = batches["死亡名单.csv"], batches["人口信息.csv"]
    chinese = unwrapped(lookthrough("check", "--lang", "zh").out)
    assert (
        f"样本父：死亡日期2024-01-05（死亡名单.csv第2行，批次{dead}）、2024-11-05（人口信息.csv第2行，批次{people}），"
        "现取2024-01-05"
    ) in chinese
    english = unwrapped(lookthrough("check", "--lang", "en").out)
    assert (
        f"样本父:died2024-01-05(死亡名单.csvrow2,batch{dead}),2024-11-05(人口信息.csvrow2,batch{people});counted:2024-01-05"
    ) in english
    (said,) = json.loads(lookthrough("check", "--format", "json").out)
    assert said["check"] == "dates-differ" and said["stated"][0]["counted"] == "2024-01-05"
    places = [v["stated_in"] for v in said["stated"][0]["values"]]
    assert places == [
        [{"file": name, "batch": batches[name], "sheet": "", "row": "2"}]
        for name in ("死亡名单.csv", "人口信息.csv")
    ]


def unwrapped(out: str) -> str:
    """The last column of a table, without the breaks of its cells."""
    cells = [line.split("│")[-2].strip() for line in out.splitlines() if line.startswith("│")]
    return "".join(cells).replace(" ", "")
