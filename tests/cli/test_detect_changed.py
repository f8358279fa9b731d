"""`detect --changed`: after a further load only what it touched is looked at again, on either store."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.cli.test_main_job import BIDS, SHAREHOLDINGS

MORE = """lot_id,bidder_id,bidder_name,submitted_at
L9,A,虚构甲建设有限公司,2025-05-01
L9,B,虚构乙建设有限公司,2025-05-01
"""
TOUCHED = "Only the {} lots that loads touched were looked at."


@pytest.fixture
def loaded(lookthrough: Command, tmp_path: Path) -> Path:
    for name, text in (("shareholdings", SHAREHOLDINGS), ("bids", BIDS)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        assert lookthrough("load", tmp_path / f"{name}.csv").code == 0
    return tmp_path


def listed(lookthrough: Command) -> set[str]:
    return {f["id"] for f in json.loads(lookthrough("findings", "list", "--found", "--format", "json").out)}


def test_only_the_touched_lot_is_looked_at(lookthrough: Command, loaded: Path) -> None:
    assert "everything is run" in lookthrough("detect", "--changed").err
    before = listed(lookthrough)
    nothing = lookthrough("detect", "--changed", "--format", "json")
    assert json.loads(nothing.out) == [] and TOUCHED.format(0) in nothing.err
    (loaded / "bids9.csv").write_text(MORE, encoding="utf-8")
    assert lookthrough("load", loaded / "bids9.csv").code == 0
    ran = lookthrough("detect", "--changed", "--format", "json")
    assert ran.code == 0
    found = json.loads(ran.out)
    assert {f["scope"]["id"] for f in found} >= {"local:L9"}
    assert "bid-rotation" in ran.err, "what looks at all bids is named as left"
    after = listed(lookthrough)
    assert after == before | {f["fingerprint"] for f in found}
    whole = json.loads(lookthrough("detect", "--format", "json").out)
    assert {f["fingerprint"] for f in whole} == after == listed(lookthrough)
    assert lookthrough("audit", "verify").code == 0


def test_it_rests_on_the_ledger(lookthrough: Command, loaded: Path) -> None:
    refused = lookthrough("detect", "--changed", "--no-ledger")
    assert refused.code == 2 and "--no-ledger" in refused.err
