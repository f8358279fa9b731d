"""A store that is removed or replaced under a running service, and what clients are told of where things lie."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from api.places import Places
from cases import open_ledger
from graph.stores import open_store
from tests.api.serving import ALL, Running, running, world_served
from tests.api.world import LOT

QUESTIONS = (
    "/v1/status", "/v1/parties?q=虚构", "/v1/parties/local:A", "/v1/parties/local:A/owners",
    "/v1/parties/local:A/controller", "/v1/parties/local:A/subgraph", f"/v1/lots/{LOT}", "/v1/households/local:F-1",
    "/v1/paths?from=local:H&to=local:A",
)  # fmt: skip


def _answers(service: Running) -> None:
    with service.client(*ALL) as client:
        assert {path: client.get(path).status_code for path in QUESTIONS} == dict.fromkeys(QUESTIONS, 200)
        assert client.get("/readyz").json() == {"store": "ok", "ledger": "ok"}


def _is_gone(service: Running, says: tuple[str, str]) -> None:
    zh, en = says
    with service.client(*ALL) as client:
        for path in QUESTIONS:
            for language, words in (("zh", zh), ("en", en)):
                told = client.get(path, headers={"Accept-Language": language})
                assert told.status_code == 503, path
                assert told.json()["type"].endswith("unavailable") and words in told.json()["detail"], path
        screened = client.post(f"/v1/lots/{LOT}/screen")
        assert (screened.status_code, zh in screened.json()["detail"]) == (503, True)
        ready = client.get("/readyz")
        assert ready.status_code == 503 and ready.headers["retry-after"]
        assert ready.json()["ledger"] == "ok" and en in ready.json()["detail"]["en"]
        assert client.get("/healthz").status_code == 200
        # What the ledger knows needs no store.
        assert client.get("/v1/findings").status_code == 200
        sent = client.post(
            "/v1/loads", files=[("files", ("companies.csv", b"id,name\nZ,\xe8\x99\x9a\xe6\x9e\x84"))]
        )
        job = service.finished(client, sent.json())
        assert (job["state"], job["problem"]["type"]) == ("failed", "unavailable")


def test_a_store_whose_files_are_removed_is_not_answered_from_memory(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    with world_served(tmp_path, str(folder)) as service:
        _answers(service)
        folder.rename(tmp_path / "away")
        _is_gone(service, ("已不在原处", "is gone"))
        (tmp_path / "away").rename(folder)
        _answers(service)
        shutil.rmtree(folder)
        _is_gone(service, ("已不在原处", "is gone"))


def test_a_store_put_in_the_place_of_the_one_that_is_served_is_not_taken_for_it(tmp_path: Path) -> None:
    folder, other = tmp_path / "store", tmp_path / "other"
    open_store(other).close()
    with world_served(tmp_path, str(folder)) as service:
        _answers(service)
        folder.rename(tmp_path / "away")
        shutil.copytree(other, folder)
        _is_gone(service, ("另一个文件替换", "Another file was put"))
        with open_store(folder, "read") as untouched:
            assert untouched.batches() == []
        shutil.rmtree(folder)
        (tmp_path / "away").rename(folder)
        _answers(service)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_answer_tells_where_ledger_and_store_lie(tmp_path: Path, language: str) -> None:
    home = tmp_path / "案卷 一"
    home.mkdir()
    with contextlib.ExitStack() as held:
        made = held.enter_context(world_served(home, str(home / "store")))
        ledger = held.enter_context(open_ledger(f"sqlite:///{home / 'ledger.db'}", wait=0.5))
        service = held.enter_context(running(replace(made.services, ledger=ledger)))
        client = held.enter_context(service.client(*ALL, headers={"Accept-Language": language}))
        assert client.get("/v1/parties/local:A/owners").status_code == 200
        locking = sqlite3.connect(home / "ledger.db", isolation_level=None)
        locking.execute("BEGIN IMMEDIATE")
        try:
            # A look at persons is written into the audit first.
            looked = client.get("/v1/parties/local:A/owners")
            run = service.finished(client, client.post("/v1/runs", json={}).json())
        finally:
            locking.execute("ROLLBACK")
            locking.close()
        assert looked.status_code == 503 and int(looked.headers["retry-after"]) > 0
        assert (run["state"], run["problem"]["type"]) == ("failed", "unavailable")
        said = {"zh": "台账 ledger.db 正被另一进程写入", "en": "writing to the ledger ledger.db, and"}
        assert said[language] in looked.json()["detail"]
        assert run["problem"]["detail"]["zh"].startswith(said["zh"])
        # A damaged file of the store would be told of by its path, too.
        (home / "store" / "graph.lbug").unlink()
        gone = client.get("/v1/status")
        for told in (looked.text, str(run), gone.text, client.get("/readyz").text):
            assert str(tmp_path) not in told and "案卷" not in told
        assert client.get("/v1/parties/local:A/owners").status_code == 503


def test_places_are_told_by_their_last_part(tmp_path: Path) -> None:
    places = Places(
        (
            tmp_path / "数据 库",
            "sqlite:////srv/a b/ledger.db",
            "postgresql://u@db.host/cases",
            "neo4j://h:7687",
        )
    )
    for text, told in (
        (f"数据库文件 {tmp_path}/数据 库/graph.lbug 已损坏。", "数据库文件 graph.lbug 已损坏。"),
        (f"磁盘空间不足：{tmp_path}/数据 库。请腾出空间。", "磁盘空间不足：数据 库。请腾出空间。"),
        ("The ledger /srv/a b/ledger.db, and more", "The ledger ledger.db, and more"),
        ("无法连接台账 postgresql://u@db.host/cases。", "无法连接台账 cases。"),
        ("无法连接 Neo4j（neo4j://h:7687）。", "无法连接 Neo4j（h:7687）。"),
        ("GET /v1/runs 列出全部运行。", "GET /v1/runs 列出全部运行。"),
    ):
        assert places.hidden(text) == told
