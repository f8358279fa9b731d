"""A small world of what is hard to show: ten thousand holders, a name of 200 characters, a loop of forty, nothing known."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from api import Services
from cases import open_ledger
from graph.stores import open_store
from loaders.identity import PersonKey
from loaders.loading import LoadOptions, load

HUB: Final = "虚构万人持股有限公司"
LONG: Final = "虚构" + "示例测试样本" * 32 + "有限公司"
LOOP: Final = 40
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
    source = folder / "股东.csv"
    source.write_text("企业名称,股东名称,股东类型,持股比例\n" + "\n".join(rows) + "\n", encoding="utf-8")
    with contextlib.ExitStack() as held:
        store = held.enter_context(open_store(folder / "store", "write"))
        ledger = held.enter_context(open_ledger(f"sqlite:///{folder / 'ledger.db'}"))
        key = PersonKey.open(folder / "person.key")
        load(store, [source], LoadOptions("extremes"), key, folder / "reports", lambda *_: None)
        yield Services(
            store=store, ledger=ledger, person_key=key, folder=folder / "service", reports=folder / "reports",
            keys_required=False, web=explorer,
        )  # fmt: skip
