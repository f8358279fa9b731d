"""A load of very many shareholdings ends with ownership laid out, so that no question after it waits for that."""

from __future__ import annotations

from pathlib import Path

import pytest

import graph.current_ownership
from graph.current_ownership import laid_out
from graph.penetration import penetrate
from graph.stores import open_store
from tests.cli.conftest import Command

_OWNERS = "company,company_id,holder,holder_id,holder_type,share\n"


@pytest.fixture
def register(tmp_path: Path) -> Path:
    file = tmp_path / "shareholders.csv"
    rows = [f"虚构公司{n},A{n},虚构公司{n + 1},A{n + 1},company,50%\n" for n in range(10)]
    file.write_text(_OWNERS + "".join(rows), encoding="utf-8")
    return file


@pytest.mark.parametrize(("large", "there"), [(10, True), (11, False)])
def test_a_large_load_lays_ownership_out(
    lookthrough: Command,
    store_url: str,
    register: Path,
    monkeypatch: pytest.MonkeyPatch,
    large: int,
    there: bool,
) -> None:
    monkeypatch.setattr(graph.current_ownership, "_LARGE", large)
    done = lookthrough("load", register, "--format", "json")
    assert done.code == 0, done.err
    if "://" in store_url:
        return  # Nothing is kept beside a server: that the load ends well is what can be seen.
    with open_store(store_url, "read") as store:
        found = laid_out(store)
        assert (found is not None) == there
        if found is not None:
            (owner,) = (o for o in penetrate(found, "local:A0").owners if o.id == "local:A3")
            assert owner.share == 0.125
