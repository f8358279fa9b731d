"""A small world of what is hard to show: ten thousand holders, a name of 200 characters, a loop of forty, nothing known, a lot nobody bid for."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from api import Services
from cases import open_ledger
from detectors.registry import chosen
from detectors.rules.values import NO_RULES
from detectors.running.detecting import detect
from graph.stores import open_store
from loaders.identity import PersonKey
from loaders.loading import LoadOptions, load

HUB: Final = "虚构万人持股有限公司"
LONG: Final = "虚构" + "示例测试样本" * 32 + "有限公司"
LOOP: Final = 40
GAPLESS: Final = "Xugou" + "Longname" * 24 + "Ltd"
LOT, EMPTY_LOT, HOUSEHOLD = "local:XG-7/1", "local:XG-8/1", "local:XGH-0"
SOMEONE: Final = "测试无资料人"
BARE: Final = "虚构无资料有限公司"
HOLDERS: Final = 10_000


@contextlib.contextmanager
def extreme_world(folder: Path, explorer: Path) -> Iterator[Services]:
    """What a service on this world is made of, while the block runs."""
    rows = [f"{HUB},虚构样本持股{n:05d}有限公司,企业法人,{(HOLDERS - n) / 1e6:.6f}%" for n in range(HOLDERS)]
    rows.append(f"{LONG},虚构长名之主有限公司,企业法人,60%")
    rows += [
        f"虚构循环{n:02d}有限公司,虚构循环{(n + 1) % LOOP:02d}有限公司,企业法人,90%" for n in range(LOOP)
    ]
    rows.append(f"虚构循环00有限公司,{BARE},企业法人,10%")
    bidders = [LONG, GAPLESS, "=1+1虚构公式有限公司", *(f"虚构短名{n}" for n in range(10))]
    rows += [f"{name},虚构共同控股有限公司,企业法人,40%" for name in bidders[1:]]
    files = {
        "股东.csv": ["企业名称,股东名称,股东类型,持股比例", *rows],
        "投标.csv": [
            "tender_id,lot_id,bidder_name,submitted_at",
            *(f"XG-7,1,{name},2025-03-01" for name in bidders),
        ],
        "lots.csv": ["id,tender_id,title", "1,XG-8,虚构无人投标标段"],
        "tenders.csv": ["id,title", "XG-7,虚构怪名工程", "XG-8,虚构无人投标工程"],
        "households.csv": ["id,kind,region", "XGH-0,低保,虚构区"],
        "persons.csv": ["id,name", f"P-0,{SOMEONE}"],
    }
    source = folder / "in"
    source.mkdir()
    for name, lines in files.items():
        (source / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    with contextlib.ExitStack() as held:
        store = held.enter_context(open_store(folder / "store", "write"))
        ledger = held.enter_context(open_ledger(f"sqlite:///{folder / 'ledger.db'}"))
        key = PersonKey.open(folder / "person.key")
        load(store, [source], LoadOptions("extremes"), key, folder / "reports", lambda *_: None)
        found = detect(store, chosen(["common-shareholder"]))
        ledger.record_run(found, chosen(["common-shareholder"]), NO_RULES, store.fingerprint(), "tests")
        yield Services(
            store=store, ledger=ledger, person_key=key, folder=folder / "service", reports=folder / "reports",
            keys_required=False, web=explorer,
        )  # fmt: skip
