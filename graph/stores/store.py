"""`GraphStore` over any engine: batches, their bookkeeping, and what is asked of a whole graph."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Self, TypeVar

import polars as pl
import pyarrow as pa

from graph.model import NODE_TYPES, REL_TYPES, SCHEMA_VERSION
from graph.penetration.tables import OwnershipTables
from graph.records import Extract, RelKey
from graph.resolution.spans import OF_ALL_ROWS, SNAPSHOT_SCHEMA
from graph.stores.applying import Progress, apply_rows
from graph.stores.cancelling import finishing
from graph.stores.contract import Applied, BatchRecord
from graph.stores.deriving import IN_PLAY_FOR, derive
from graph.stores.dialect import Dialect
from graph.stores.engine import Engine, Reading, Writing
from graph.stores.errors import (
    KeyMismatchError,
    StoreError,
    StoreNewerError,
    StoreOlderError,
    UnknownBatchError,
)
from graph.stores.fingerprint import fingerprint_of
from graph.stores.kept import beside, forget_ownership, settled
from graph.stores.marks import TOUCHED
from graph.stores.ownership import read_ownership
from graph.stores.side_by_side import side_by_side
from graph.stores.statements import StatedRows, stated_rows
from graph.stores.taking_back import take_back_rows
from graph.stores.touches import SEEN

Kept = TypeVar("Kept")


class Store:
    """A graph on one engine. Opened by `graph.open_store`."""

    def __init__(self, engine: Engine, url: str, write: bool):
        self._engine = engine
        self.url = url
        self._kept: tuple[int | None, dict[str, Any]] = (None, {})
        self._check_version(write)
        if write:
            self.take_back_unfinished()

    @property
    def dialect(self) -> Dialect:
        """See `GraphStore.dialect`."""
        return self._engine.dialect

    def _check_version(self, write: bool) -> None:
        found = self.meta("schema_version")
        if found is None:
            if write:
                self.set_meta({"schema_version": str(SCHEMA_VERSION)})
        else:
            refuse_other(_format(found))

    # --- loading ---
    def apply(self, extract: Extract, options: str = "", progress: Progress | None = None) -> Applied:
        """See `GraphStore.apply`."""
        say = progress or _silent
        say("keys", 0, 1)
        stated = stated_rows(extract)
        counts = _counts(stated)
        if done := _done(self.batches(), stated.batch_id):
            return Applied(stated.batch_id, done.counts, None)
        record = _record(extract, stated, options, counts)
        with self._engine.writing(stated.rows) as writer:
            # What is there is asked inside: another writer of this process may just have finished.
            known = {b.id: b for b in self._finished(writer)}
            if done := _done(known.values(), stated.batch_id):
                return Applied(stated.batch_id, done.counts, None)
            datasets = {b.id: b.dataset for b in known.values()} | {stated.batch_id: extract.dataset}
            snapshots = _snapshots([*known.values(), _parsed(record)])
            writer.save_record("Batch", record | {"state": "open"})
            try:
                asked = {*stated.nodes, *(rel[0] for rel in stated.rels), "OWNS", *OF_ALL_ROWS}
                before = writer.counts(asked)
                touched = apply_rows(writer, stated, datasets, snapshots, before, say)
                say("derived", 0, 1)
                names = derive(writer, touched)
                _check_counts(writer, before, touched.added)
                say("derived", 1, 1)
                # How many bids such a lot has is not known from now on, though no row of it may have changed.
                touched.touches.nodes("Lot", {b.lot for f in extract.files for b in f.refused_bids})
                touched.touches.nodes("Company", {t.company for f in extract.files for t in f.refused_ties})
                touched_id = TOUCHED + stated.batch_id
                writer.save_record("Meta", {"id": touched_id, "value": touched.marks.to_json()})
                seen_id = SEEN + stated.batch_id
                writer.save_record("Meta", {"id": seen_id, "value": touched.touches.to_json()})
                writer.save_record("Batch", record | {"state": "done"})
            except BaseException:
                if not self._engine.atomic:
                    with finishing():
                        self._remove(writer, _parsed(record), list(known.values()))
                raise
        return Applied(stated.batch_id, counts, names)

    def take_back_unfinished(self) -> None:
        """See `GraphStore.take_back_unfinished`."""
        if any(b.state != "done" for b in self.batches()):
            with self._engine.writing(0) as writer:
                self._finished(writer)

    def _finished(self, writer: Writing) -> list[BatchRecord]:
        """The batches, once those are taken back that are open: who writes is alone, so nobody is at work on them."""
        found = _batches(writer)
        for batch in [b for b in found if b.state != "done"]:
            found.remove(batch)
            with finishing():
                self._remove(writer, batch, found)
        return found

    def unload(self, batch_id: str, progress: Progress | None = None) -> Applied:
        """See `GraphStore.unload`."""
        _known(self.batches(), batch_id)
        (progress or _silent)("unload", 0, 1)
        taken = Applied(batch_id, self._take_back(batch_id).counts, None)
        if (folder := beside(self.url)) is not None:
            forget_ownership(folder)
        return taken

    def _take_back(self, batch_id: str) -> BatchRecord:
        batch = _known(self.batches(), batch_id)
        with self._engine.writing(sum(batch.counts.values())) as writer:
            found = _batches(writer)
            batch = _known(found, batch_id)
            self._remove(writer, batch, [b for b in found if b.id != batch_id])
        return batch

    def _remove(self, writer: Writing, batch: BatchRecord, others: list[BatchRecord]) -> None:
        datasets = {b.id: b.dataset for b in (*others, batch)}
        touched = take_back_rows(writer, batch.id, datasets, _snapshots(others), set(batch.snapshot_tables))
        derive(writer, touched)
        # What was in play went with the batch; loading it again brings back the fingerprint, not the relationships.
        writer.delete_record("Meta", IN_PLAY_FOR)
        writer.delete_record("Meta", TOUCHED + batch.id)
        writer.delete_record("Meta", SEEN + batch.id)
        writer.delete_record("Batch", batch.id)

    def replace_derived(self, type_name: str, frames: Sequence[tuple[RelKey, pl.DataFrame]]) -> None:
        """See `GraphStore.replace_derived`."""
        if not REL_TYPES[type_name].derived:
            raise ValueError(f"{type_name} is stated by sources, not derived")
        with self._engine.writing(sum(f.height for _, f in frames)) as writer:
            writer.replace_rels(type_name, frames)

    def put_in_play(
        self,
        frames: Mapping[str, Sequence[tuple[RelKey, pl.DataFrame]]],
        meta: Mapping[str, str],
        leading_to: pl.Series | None = None,
    ) -> None:
        """See `GraphStore.put_in_play`."""
        with self._engine.writing(sum(f.height for parts in frames.values() for _, f in parts)) as writer:
            for name, parts in frames.items():
                if leading_to is None:
                    writer.replace_rels(name, parts)
                    continue
                for start, end in REL_TYPES[name].pairs:
                    writer.delete_rels_to((name, start, end), leading_to)
                for rel, frame in parts:
                    writer.insert_rels(rel, frame)
            for id_, value in meta.items():
                writer.save_record("Meta", {"id": id_, "value": value})

    # --- asking ---
    steady_in_context = True

    def steady(self) -> AbstractContextManager[None]:
        """See `GraphStore.steady`."""
        return self._engine.steady()

    def query(self, cypher: str, params: Mapping[str, Any] | None = None, timeout: float = 30.0) -> pa.Table:
        """See `GraphStore.query`."""
        return self._engine.query(cypher, params, timeout)

    def query_apart(self, cypher: str, timeout: float = 30.0) -> pa.Table:
        """See `GraphStore.query_apart`."""
        with self._engine.steady(), self._engine.aside() as reader:
            return reader.query(cypher, timeout=timeout)

    def ownership(self, proofs: bool = True) -> OwnershipTables:
        """See `GraphStore.ownership`."""
        with self._engine.steady(), self._engine.aside() as reader:
            return read_ownership(reader, proofs)

    def batches(self) -> list[BatchRecord]:
        """See `GraphStore.batches`."""
        return list(self._once("batches", lambda: _batches(self._engine)))

    def _once(self, what: str, ask: Callable[[], Kept]) -> Kept:
        """The answer to `ask`, asked once a state: which data these are is asked several times by every request."""
        with self._engine.steady():
            state = self._engine.state()
            if state is None:
                return ask()
            known = self._kept
            if known[0] != state:
                known = self._kept = (state, {})
            if what not in known[1]:
                known[1][what] = ask()
            answer: Kept = known[1][what]
            return answer

    def loaded_files(self) -> set[tuple[str, str, str]]:
        """See `GraphStore.loaded_files`."""
        done = [b for b in self.batches() if b.state == "done"]
        return {(b.dataset, f["sha256"], f["options"]) for b in done for f in b.files}

    def fingerprint(self) -> str:
        """See `GraphStore.fingerprint`."""
        return self._once("fingerprint", self._fingerprint)

    def _fingerprint(self) -> str:
        return fingerprint_of(b.id for b in self.batches() if b.state == "done")

    def counts(self) -> dict[str, int]:
        """See `GraphStore.counts`."""
        found = self._once("counts", self._engine.counts)
        return {name: found[name] for name in (*NODE_TYPES, *REL_TYPES)}

    def present(self) -> frozenset[str]:
        """See `GraphStore.present`."""
        return self._once("present", self._present)

    def _present(self) -> frozenset[str]:
        batches = self.batches()
        stated = frozenset(t for b in batches for t, n in b.counts.items() if n) & REL_TYPES.keys()
        # What a finished load stated is there; of one that is under way, or being taken back, the rows themselves tell.
        settled = all(b.state == "done" for b in batches)
        names = tuple(t for t in REL_TYPES if REL_TYPES[t].derived or not settled)
        with side_by_side(self) as beside:
            half = beside(lambda: frozenset(filter(self._engine.any_rel, names[::2])))
            found = frozenset(filter(self._engine.any_rel, names[1::2])) | half.result()
        return found | stated if settled else found

    def schema_version(self) -> int:
        """See `GraphStore.schema_version`."""
        return _format(self.meta("schema_version") or str(SCHEMA_VERSION))

    def check_person_key(self, check_value: str) -> None:
        """See `GraphStore.check_person_key`."""
        known = self.meta("person_key_check")
        if known is None:
            with self._engine.writing(1) as writer:
                known = _meta(writer, "person_key_check")
                if known is None:
                    writer.save_record("Meta", {"id": "person_key_check", "value": check_value})
                    known = check_value
        if known != check_value:
            raise KeyMismatchError(
                "个人证件号的散列密钥与该数据库不符：用错密钥会使同一人变成两人。请使用建库时的密钥文件（LOOKTHROUGH_KEY_FILE）。",
                "The key that hashes persons' numbers is not the one this store was filled with: with another key "
                "one person becomes two. Use the key file the store was made with (LOOKTHROUGH_KEY_FILE).",
            )

    def meta(self, id_: str) -> str | None:
        """See `GraphStore.meta`."""
        return self._once(f"meta {id_}", lambda: _meta(self._engine, id_))

    def set_meta(self, values: Mapping[str, str]) -> None:
        """See `GraphStore.set_meta`."""
        with self._engine.writing(len(values)) as writer:
            for id_, value in values.items():
                writer.save_record("Meta", {"id": id_, "value": value})

    def close(self) -> None:
        """See `GraphStore.close`."""
        if (folder := beside(self.url)) is not None:
            settled(folder)
        self._engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _format(found: str) -> int:
    """The store's format. Raises `StoreError` where what stands there is no number."""
    if not (found.isascii() and found.isdigit() and len(found) < 10):
        raise StoreError(
            f"数据库的格式标记无法识别（“{_short(found)}”）：数据库已损坏，或不是由 lookthrough 创建。"
            "请恢复备份，或换一个数据库重新载入。",
            f"The store's mark of its format can't be read (\"{_short(found)}\"): the store is damaged, or was not made by "
            "lookthrough. Restore a backup, or load into another store.",
        )
    return int(found)


def _short(text: str) -> str:
    return text if len(text) <= 20 else text[:20] + "…"


def refuse_other(found: int) -> None:
    """Raises `StoreNewerError` for a schema this version does not know, `StoreOlderError` for one it no longer reads."""
    if found > SCHEMA_VERSION:
        raise StoreNewerError(
            f"该数据库由更新的版本创建（格式 {found}，本程序支持 {SCHEMA_VERSION}）。请升级 lookthrough。",
            f"This store was made by a newer version (format {found}; this one reads {SCHEMA_VERSION}). "
            "Upgrade lookthrough to use it.",
        )
    if found < SCHEMA_VERSION:
        raise StoreOlderError(
            f"该数据库由较早的版本创建（格式 {found}，本程序支持 {SCHEMA_VERSION}），其字段本程序不再读取。请移走该文件夹（Neo4j：清空数据库），"
            "在原处重新导入原始文件；台账不受影响，重新检测后会接上原有的预警。",
            f"This store was made by an older version (format {found}; this one reads {SCHEMA_VERSION}), whose fields are "
            "no longer read. Move its folder away (Neo4j: empty the database) and load the files again in its place; the "
            "ledger stays, and finds its findings again when the detectors have run.",
        )


def _batches(reader: Reading) -> list[BatchRecord]:
    rows = reader.node_rows("Batch").iter_rows(named=True)
    return sorted((_parsed(row) for row in rows), key=lambda b: (b.loaded_at, b.id))


def _done(batches: Iterable[BatchRecord], batch_id: str) -> BatchRecord | None:
    return next((b for b in batches if b.id == batch_id and b.state == "done"), None)


def _known(batches: Sequence[BatchRecord], batch_id: str) -> BatchRecord:
    for batch in batches:
        if batch.id == batch_id:
            return batch
    near = "、".join(sorted(b.id for b in batches)) or "—"
    raise UnknownBatchError(
        f"没有批次 {batch_id}。现有批次：{near}。", f"There is no batch {batch_id}. Batches: {near}."
    )


def _meta(reader: Reading, id_: str) -> str | None:
    rows = reader.node_rows("Meta", pl.Series("id", [id_]))
    return str(rows["value"][0]) if rows.height else None


def _silent(what: str, done: int, total: int) -> None:
    """Progress nobody watches."""


def _counts(stated: StatedRows) -> dict[str, int]:
    counts = {name: frame["id"].n_unique() for name, frame in stated.nodes.items()}
    for (name, _, _), frame in stated.rels.items():
        counts[name] = counts.get(name, 0) + frame.height
    return dict(sorted(counts.items()))


def _check_counts(writer: Writing, before: dict[str, int], added: dict[str, int]) -> None:
    """The store must have grown by just what was added, before the batch may be called done."""
    after = writer.counts(added)
    wrong = {n: (after[n], before[n] + new) for n, new in added.items() if after[n] != before[n] + new}
    if wrong:
        listed = ", ".join(f"{n}: {found} ≠ {expected}" for n, (found, expected) in wrong.items())
        raise StoreError(
            f"写入后的核对不一致（{listed}），本次导入已撤销。",
            f"What was written does not count up ({listed}). This load was taken back.",
        )


def _record(extract: Extract, stated: StatedRows, options: str, counts: dict[str, int]) -> dict[str, Any]:
    files = [
        {
            "name": f.name,
            "sha256": f.sha256,
            "format": f.format,
            "rows": f.rows,
            "rejected": f.rejected,
            "options": options,
            **({"refused_bids": [b.to_json() for b in f.refused_bids]} if f.refused_bids else {}),
            **({"refused_ties": [t.to_json() for t in f.refused_ties]} if f.refused_ties else {}),
        }
        for f in sorted(extract.files, key=lambda f: (f.name, f.sha256))
    ]
    snapshot = extract.snapshot
    return {
        "id": stated.batch_id,
        "dataset": extract.dataset,
        "snapshot": snapshot.date if snapshot else None,
        "snapshot_scope": snapshot.scope if snapshot else None,
        "snapshot_tables": list(snapshot.tables) if snapshot else [],
        "files": [json.dumps(f, ensure_ascii=False, sort_keys=True) for f in files],
        "counts": json.dumps(counts, sort_keys=True),
        "loaded_at": dt.datetime.now(dt.UTC).isoformat(timespec="microseconds"),
        "software": _software(),
        "state": "open",
    }


def _software() -> str:
    try:
        return f"lookthrough {version('lookthrough')}"
    except PackageNotFoundError:
        return "lookthrough"


def _parsed(row: Mapping[str, Any]) -> BatchRecord:
    return BatchRecord(
        id=row["id"],
        state=row["state"],
        dataset=row["dataset"],
        snapshot=row["snapshot"],
        snapshot_tables=tuple(row["snapshot_tables"] or ()),
        snapshot_scope=row["snapshot_scope"],
        files=tuple(_told_of(json.loads(f)) for f in row["files"] or ()),
        counts=json.loads(row["counts"]),
        loaded_at=row["loaded_at"],
        software=row["software"],
    )


def _told_of(file: dict[str, Any]) -> dict[str, Any]:
    """What is shown of a file: whose bids, holders and bans its refused rows were is asked by detection alone."""
    return {k: v for k, v in file.items() if k not in ("refused_bids", "refused_ties")}


def _snapshots(batches: Sequence[BatchRecord]) -> pl.DataFrame:
    rows = [
        {"dataset": b.dataset, "date": b.snapshot, "table": table, "scope": b.snapshot_scope}
        for b in batches
        if b.snapshot
        for table in b.snapshot_tables
    ]
    return pl.DataFrame(rows, schema=SNAPSHOT_SCHEMA)
