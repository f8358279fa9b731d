"""Packages without names have none either of people whom lists name as contacts alone."""

from __future__ import annotations

from pathlib import Path

from detectors.registry import DETECTORS
from detectors.running.detecting import detect
from exports import make_package, verify_package
from graph.stores import open_store
from graph.stores.credentials import Credentials
from loaders.identity import PersonKey
from loaders.loading import LoadOptions, load
from tests.exports.conftest import unpack

_BIDS = "项目编号,标段编号,投标人名称,联系人,联系电话,开标时间\n" + "".join(
    f"T-1,1,虚构{name}有限公司,{person},{phone},2025-03-20\n"
    for name, person, phone in (
        ("甲城路桥", "样本联络人", "13900000001"),
        ("乙江市政", "样本联络人", "13900000001"),
        ("丙山建设", "样本旁人", "13900000003"),
    )
)


def test_who_is_named_as_a_contact_is_masked(
    store_url: str, store_credentials: Credentials, tmp_path: Path
) -> None:
    file = tmp_path / "bids.csv"
    file.write_text(_BIDS, encoding="utf-8")
    key = PersonKey.open(tmp_path / "person.key")
    with open_store(store_url, credentials=store_credentials) as store:
        load(store, [file], LoadOptions("main"), key, tmp_path / "reports", lambda *_: None)
        (found,) = (f for f in detect(store, DETECTORS).findings if f.detector == "same-bid-handler")
        clear = make_package(store, found, actor="测试员")
        masked = make_package(store, found, actor="测试员", hidden_by=key)
    assert "样本联络人".encode() in clear.files["data/facts.json"]
    for name, data in masked.files.items():
        assert "样本联络人".encode() not in data and "本联络人".encode() not in data, name
    assert "样**".encode() in masked.files["data/report.zh.html"]
    held = verify_package(unpack(masked.files, tmp_path / "package"))
    assert held.holds, held.faults
