"""The public prototype in which tenders meet owners: both of its 'multiple applications' flags, from its files alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from detectors.registry import chosen
from detectors.running.detecting import detect
from graph.stores import Credentials, open_store
from loaders.identity import PersonKey
from loaders.loading import LoadOptions, load


def test_one_person_and_one_company_behind_two_bidders(
    shared_data: Path, tmp_path: Path, store_url: str, store_credentials: Credentials
) -> None:
    files = [shared_data / "ocds-bods-prototype" / part for part in ("ocds", "bods")]
    with open_store(store_url, "write", store_credentials) as store:
        key = PersonKey(b"a key for tests only, of no use")
        load(store, files, LoadOptions(), key, tmp_path / "reports", lambda *_: None)
        found = detect(store, chosen(None)).findings
    # The set's other flags (a minister, an invalid number, a listed jurisdiction) need lists it does not hold.
    assert {f.detector for f in found if not f.suppressed_by} == {"common-shareholder"}
    flags = {f.facts["holder"]["id"].partition(":")[0]: f for f in found}
    assert set(flags) == {"person", "gb-lac"}
    for flag in flags.values():
        assert flag.subjects == ("gb-lac:5315469852", "gb-lac:5315469854")
    assert [b["share"] for b in flags["person"].facts["bidders"]] == [
        pytest.approx(0.15),
        pytest.approx(0.15),
    ]
    assert [b["votes"] for b in flags["gb-lac"].facts["bidders"]] == [pytest.approx(0.2), pytest.approx(0.2)]
