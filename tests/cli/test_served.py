"""Every command works while a service holds the store, and prints what it prints without one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graph.stores import open_store, serve_store
from tests.cli.test_main_job import BIDS, SHAREHOLDINGS

pytestmark = pytest.mark.parametrize("store_url", ["embedded"], indirect=True)


def _answers(lookthrough, tmp_path, folder) -> dict[str, tuple[int, object]]:
    """What every command says of the two files, loaded and taken back again."""
    ran = {"load": lookthrough("load", folder, "--format", "json")}
    ran["detect"] = lookthrough("detect", "--format", "json")
    for name in ("status", "check"):
        ran[name] = lookthrough(name, "--format", "json")
    for name in ("penetrate", "controller", "ubo"):
        ran[name] = lookthrough(name, "A", "--format", "json")
    ran["controls"] = lookthrough("controls", "H", "--format", "json")
    ran["paths"] = lookthrough("paths", "H", "A", "--format", "json")
    ran["history"] = lookthrough(
        "history", "A", "--from", "2020-01-01", "--to", "2026-01-01", "--format", "json"
    )
    ran["loops"] = lookthrough("loops", "--format", "json")
    ran["screen"] = lookthrough("screen", "T-1/1", "--format", "json")
    picture = tmp_path / "lot.json"
    ran["subgraph"] = lookthrough("subgraph", "T-1/1", "--to", picture)
    whole = tmp_path / "whole.csv"
    ran["whole"] = lookthrough("penetrate", "--all", "--to", whole, "--format", "json")
    said = {name: (r.code, json.loads(r.out) if r.out else None) for name, r in ran.items()}
    said["picture"] = (0, json.loads(picture.read_text(encoding="utf-8")))
    said["register"] = (0, sorted(whole.read_text(encoding="utf-8-sig").splitlines()))
    said["status"][1].pop("batches")  # They say when they were loaded.
    said["unload"] = (lookthrough("unload", said["load"][1]["batch"]).code, None)
    said["empty"] = (0, json.loads(lookthrough("status", "--format", "json").out)["counts"])
    said["wrong"] = (lookthrough("unload", "b0").code, None)
    return said


def test_every_command_says_the_same_through_a_service(lookthrough, store_url, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "shareholdings.csv").write_text(SHAREHOLDINGS, encoding="utf-8")
    (folder / "bids.csv").write_text(BIDS, encoding="utf-8")
    alone = _answers(lookthrough, tmp_path, folder)
    assert {name: code for name, (code, _) in alone.items() if code} == {"wrong": 1}
    heard: list[str] = []
    with open_store(store_url) as held, serve_store(held, Path(store_url), heard.append):
        served = _answers(lookthrough, tmp_path, folder)
    for name, said in alone.items():
        assert served[name] == said, name
    assert {"apply", "put_in_play", "unload"} <= set(heard)
