"""What recipients are paid by several lists: added up, told once, and the same whichever is loaded first; on both stores."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from shutil import rmtree
from typing import Any

from detectors.recipients import overpayment, underpayment
from graph.stores import Credentials, GraphStore, open_store
from loaders.loading import LoadOptions, load
from tests.detectors.bidder_world import KEY
from tests.detectors.files_world import FoundInFiles, found_in_files, table
from tests.loaders.shapes.numbers import resident

OVER, UNDER = overpayment.DETECTOR, underpayment.DETECTOR
MONTHS = [f"2024-{m:02}" for m in range(1, 13)]
PAID = "低保证号,户主姓名,救助类型,发放年月,发放金额(元)"

# Of each household what the first list pays a month and what the second says of June.
HOUSEHOLDS: dict[str, tuple[int, list[tuple[str, Any]]]] = {
    "PLAIN": (600, []),
    "FURTHER": (600, [("最低生活保障", 150)]),
    "COMPLETED": (400, [("最低生活保障", 200)]),
    "AGAIN": (600, [("最低生活保障", 600)]),
    "SPELT": (600, [("城乡低保", 600)]),
    "ARREARS": (600, [("低保补发", 600)]),
    "TWICE": (300, [("最低生活保障", 300), ("最低生活保障", 300)]),
    "UNSTATED": (600, [("最低生活保障", None)]),
    "TAKEN-BACK": (600, [("最低生活保障", 150), ("最低生活保障", -150)]),
}


def roster() -> str:
    """A list of households of one each."""
    head = "低保证号,户主姓名,户主身份证号,家庭成员姓名,公民身份号码,与户主关系"
    rows = [(id_, f"虚构{n}", resident(n)) for n, id_ in enumerate(HOUSEHOLDS, 1)]
    return table(head, [(*row, *row[1:], "户主") for row in rows])


def entitled() -> str:
    """All are due 600 yuan a month."""
    head = "低保证号,救助类型,应享金额(元),起始日期"
    return table(head, [(id_, "最低生活保障", 600, "2024-01-01") for id_ in HOUSEHOLDS])


def monthly() -> str:
    """The list of the year. TWICE and COMPLETED are paid the whole in all months but June."""
    return table(
        PAID,
        [
            (id_, f"虚构{n}", "最低生活保障", month, paid if month == "2024-06" else 600)
            for n, (id_, (paid, _)) in enumerate(HOUSEHOLDS.items(), 1)
            for month in MONTHS
        ],
    )


def of_june() -> str:
    """The second list, whose lines differ in their number."""
    rows = [
        (id_, f"虚构{n}", programme, "2024-06", amount)
        for n, (id_, (_, told)) in enumerate(HOUSEHOLDS.items(), 1)
        for programme, amount in told
    ]
    return table("序号," + PAID, [(n, *row) for n, row in enumerate(rows, 1)])


BASE = {"低保名册.csv": roster(), "资格名单.csv": entitled()}
FIRST, SECOND = {"低保发放明细.csv": monthly()}, {"补发明细.csv": of_june()}

in_order = found_in_files([BASE, FIRST, SECOND], [OVER, UNDER])
turned = found_in_files([BASE, SECOND, FIRST], [OVER, UNDER])
at_once = found_in_files([BASE | FIRST | SECOND], [OVER, UNDER])


def paid_in_june(store: GraphStore) -> dict[str, list[int | None]]:
    """The payments of June, by household."""
    rows = store.query(
        "MATCH (h:Household)-[:RECEIVES]->(b:Benefit) WHERE b.from_month = '2024-06' RETURN h.id AS id, b.amount AS amount"
    ).to_pylist()
    found: dict[str, list[int | None]] = {}
    for row in sorted(rows, key=str):
        found.setdefault(row["id"].removeprefix("local:"), []).append(row["amount"])
    return found


def held(store: GraphStore) -> list[str]:
    """Every payment with all that is kept of it, and whom it joins to what."""
    asked = (
        "MATCH (b:Benefit) RETURN b.id, b.amount, b.from_month, b.stated, b.sources",
        "MATCH (h)-[r:RECEIVES]->(b:Benefit) RETURN h.id, r.key, r.counted, b.id",
        "MATCH (b:Benefit)-[r:UNDER]->(g:Program) RETURN b.id, r.key, r.counted, g.id",
    )
    return sorted(str(tuple(row.values())) for cypher in asked for row in store.query(cypher).to_pylist())


def check(found: FoundInFiles) -> None:
    """The same is found however the lists were loaded."""
    above: Mapping[str, Mapping[str, Any]] = found.by_household(OVER)
    assert {id_: facts["surplus"] for id_, facts in above.items()} == {"FURTHER": 15000, "ARREARS": 60000}
    assert not found.by_household(UNDER)
    assert not [u for _, u in found.run.undecided if u.scope_id == "local:UNSTATED"]
    june = {id_: sorted(map(str, amounts)) for id_, amounts in paid_in_june(found.store).items()}
    assert june == {
        "PLAIN": ["60000"],
        "FURTHER": ["15000", "60000"],
        "COMPLETED": ["20000", "40000"],
        "AGAIN": ["60000"],
        "SPELT": ["60000"],
        "ARREARS": ["60000", "60000"],
        "TWICE": ["30000", "30000"],
        "UNSTATED": ["60000", "None"],
        "TAKEN-BACK": ["-15000", "15000", "60000"],
    }


def test_one_list_after_the_other(in_order: FoundInFiles) -> None:
    check(in_order)
    (again,) = in_order.told("payments-again")
    (further,) = in_order.told("payments-further")
    # AGAIN, SPELT and the first of TWICE; FURTHER, COMPLETED, the second of TWICE, and both of TAKEN-BACK.
    assert "3 笔" in again and "5 笔" in further
    batch = in_order.loads[1].applied
    assert batch is not None
    for said in (again, further):
        assert f"低保发放明细.csv（{batch.batch_id}）" in said and "unload" in said


def test_the_other_way_round(turned: FoundInFiles) -> None:
    check(turned)
    assert "补发明细.csv" in turned.told("payments-further")[0]


def test_both_at_once(at_once: FoundInFiles) -> None:
    check(at_once)
    assert len(at_once.told("payments-again")) == len(at_once.told("payments-further")) == 1


def test_a_batch_taken_back_leaves_what_was_without_it(
    store_url: str, store_credentials: Credentials, tmp_path: Path
) -> None:
    def put(store: GraphStore, files: Mapping[str, str]) -> str:
        folder = tmp_path / "in"
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        report = load(store, [folder], LoadOptions(), KEY, tmp_path / "reports", lambda *_: None)
        rmtree(folder)
        assert report.applied is not None
        return report.applied.batch_id

    with open_store(store_url, credentials=store_credentials) as store:
        put(store, BASE)
        first = put(store, FIRST)
        one = held(store)
        second = put(store, SECOND)
        both = held(store)
        store.unload(second)
        assert held(store) == one != both
        put(store, SECOND)
        assert held(store) == both
        store.unload(first)
        other = held(store)
        assert other not in (one, both)
        store.unload(second)
        assert held(store) == []
        put(store, SECOND)
        assert held(store) == other
        put(store, FIRST)
        assert held(store) == both
