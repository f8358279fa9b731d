"""Who manages a bidder, and for whom an evaluator works, in rows that name by words what other lists name by code."""

from __future__ import annotations

from detectors.bidders import bidder_controls_bidder, bidder_linked_to_service_party, common_controller
from detectors.running.changed import detect_changed
from detectors.running.one_lot import screen_lot
from graph.stores.fingerprint import fingerprint_of
from tests.detectors.files_world import FoundInFiles, found_in_files, table
from tests.loaders.shapes.numbers import resident, uscc

CONTROLS, CONTROLLER = bidder_controls_bidder.DETECTOR, common_controller.DETECTOR
SERVES = bidder_linked_to_service_party.DETECTOR
A, B, C, D = "虚构甲供水有限公司", "虚构乙供水有限公司", "虚构丙供水有限公司", "虚构丁供水有限公司"
E, MANAGER, HOLDING = "虚构戊供水有限公司", "虚构托管供水有限公司", "虚构总控集团有限公司"
CODES = {n: uscc(i) for i, n in enumerate((A, B, C, D, E, MANAGER, HOLDING), 1)}
LOTS = {
    # HOLDING controls D, and who manages A.
    "K1": (A, D),
    # HOLDING controls D; one that evaluates works for it.
    "K2": (B, D),
    # E bids, and controls who manages C.
    "K3": (C, E),
    # Neither is managed, or controlled by anyone of these.
    "K4": (B, C),
}
FIRMS = {
    "企业信息.csv": table(
        "统一社会信用代码,企业名称,企业类型,成立日期",
        [(c, n, "有限责任公司", "2010-01-01") for n, c in CODES.items()],
    ),
    "项目.csv": table(
        "项目编号,项目名称,招标人,招标方式,适用法律",
        [(t, f"虚构{t}工程", "虚构水利局", "公开招标", "招标投标法") for t in LOTS],
    ),
    "开标.csv": table(
        "项目编号,标段,投标人,统一社会信用代码,投标总价(元),开标时间",
        [
            (t, 1, n, CODES[n], 1000000 + 1031 * k, "2024-05-10")
            for t, firms in LOTS.items()
            for k, n in enumerate(firms)
        ],
    ),
    "股东.csv": table(
        "统一社会信用代码,企业名称,股东,股东统一社会信用代码,股东类型,股东证件号码,持股比例",
        [
            (CODES[MANAGER], MANAGER, HOLDING, CODES[HOLDING], "企业法人", "", "80%"),
            (CODES[D], D, HOLDING, CODES[HOLDING], "企业法人", "", "70%"),
            *(
                (CODES[n], n, f"样本{n[2]}", "", "自然人股东", resident(k), "100%")
                for k, n in enumerate((A, B, C), 1)
            ),
        ],
    ),
}
ROWS = {
    "托管.csv": table(
        "企业名称,控制人,控制方式,起始日期",
        [(A, MANAGER, "受托管理", "2024-01-01"), (C, "虚构戊下属供水有限公司", "受托管理", "2024-01-01")],
    ),
    "下属.csv": table("企业名称,股东,股东类型,持股比例", [("虚构戊下属供水有限公司", E, "企业法人", "90%")]),
    "评委.csv": table(
        "项目编号,评委姓名,工作单位", [("K2", "样本冯七", HOLDING), ("K4", "样本陈八", "虚构大学")]
    ),
}
detectors = [CONTROLS, CONTROLLER, SERVES]
found = found_in_files([FIRMS | ROWS], detectors)
one_by_one = found_in_files([FIRMS, ROWS], detectors)


def test_who_controls_a_manager_named_in_words(found: FoundInFiles) -> None:
    hit = found.one(CONTROLLER.id, "K1")
    assert [b["name"] for b in hit.facts["bidders"]] == [A, D]
    assert f"{A}由{MANAGER}管理（不持股），而{MANAGER}由其控制" in hit.text["zh"]
    assert hit.facts["holder"]["name"] == HOLDING and hit.facts["identity"] == "unique_name"
    hit = found.one(CONTROLS.id, "K3")
    assert hit.facts["holder"]["name"] == E and f"{C}由虚构戊下属供水有限公司管理" in hit.text["zh"]


def test_where_an_evaluator_works_in_words(found: FoundInFiles) -> None:
    hit = found.one(SERVES.id, "K2")
    assert f"样本冯七在{HOLDING}任职，{HOLDING}控制{D}" in hit.text["zh"]
    assert hit.facts["identity"] == "unique_name"
    assert found.of(SERVES.id, "K4") == found.of(CONTROLS.id, "K4") == found.of(CONTROLLER.id, "K4") == []


def test_what_changed_and_one_lot_say_the_same(found: FoundInFiles, one_by_one: FoundInFiles) -> None:
    told = {f.fingerprint: f.facts["bidders"] for f in found.run.findings}
    assert told == {f.fingerprint: f.facts["bidders"] for f in one_by_one.run.findings} and len(told) == 3
    store = one_by_one.store
    first = sorted((b.loaded_at, b.id) for b in store.batches())[0][1]
    changed = detect_changed(store, fingerprint_of([first]), detectors)
    assert changed is not None
    assert {f.fingerprint: f.to_json() for f in changed.run.findings} == {
        f.fingerprint: f.to_json() for f in one_by_one.run.findings
    }
    for tender in LOTS:
        lot, ids = f"local:{tender}/1", {d.id for d in detectors}
        alone = screen_lot(found.store, lot).run.findings
        here = {f.fingerprint: f.to_json() for f in alone if f.detector in ids}
        assert here == {f.fingerprint: f.to_json() for f in found.run.findings if f.scope_id == lot}
