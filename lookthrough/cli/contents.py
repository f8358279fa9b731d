"""`unload`, `status`, `check`: what the store holds, how good it is, and a batch taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any, Final

import typer

from graph.checking import check_store, names_of
from graph.quality import Apart, Quality
from graph.stores.contract import BatchRecord
from lookthrough.cli.app import app
from lookthrough.cli.console import (
    ActorOption,
    Format,
    FormatOption,
    LangOption,
    NoLedgerOption,
    Session,
    StoreOption,
    day,
    print_rows,
    session,
    written_date,
)
from lookthrough.cli.wording import BATCH_STATES, field_value, field_word, type_word, word

_PLACES: Final = 3
"""Named for each value; of more there are dots."""


@app.command("unload")
def unload_command(
    batch: Annotated[str, typer.Argument(metavar="BATCH", help="批次编号 · id of the batch")],
    no_ledger: NoLedgerOption = False,
    actor: ActorOption = None,
    store: StoreOption = None,
    lang: LangOption = None,
) -> None:
    """撤回一个批次 · Take one batch back exactly."""
    # What only tells what the store holds needn't wait for the ledger.
    from lookthrough.cli.ledger import failure_of, ledger_first, tell_unrecorded

    s = session(store, lang)
    with ledger_first(s, no_ledger) as ledger, s.store("write") as opened, s.progress() as watch:
        opened.unload(batch, watch)
        unrecorded = None
        if ledger is not None:
            unrecorded = failure_of(lambda: ledger.record_unload(batch, actor or s.settings.actor))
    s.tell(f"批次 {batch} 已撤回。", f"Batch {batch} was taken back.")
    tell_unrecorded(s, unrecorded)


@app.command("status")
def status_command(
    store: StoreOption = None, format_: FormatOption = Format.table, lang: LangOption = None
) -> None:
    """库中有什么 · What the store holds."""
    s = session(store, lang, format_)
    with s.store() as opened:
        batches = opened.batches()
        counts = {k: n for k, n in opened.counts().items() if n}
        whole = {
            "store": opened.url,
            "engine": opened.dialect.name,
            "schema_version": opened.schema_version(),
            "fingerprint": opened.fingerprint(),
            "loading": [b.id for b in batches if b.state != "done"],
            "counts": counts,
            "batches": [_batch(b) for b in batches],
        }
    if s.format is not Format.table:
        rows = [{"type": k, "count": n} for k, n in counts.items()]
        print_rows(s, [("type", "类型", "type"), ("count", "数量", "count")], rows, whole=whole)
        return
    s.tell(
        f"{whole['store']}（{whole['engine']}），数据指纹 {whole['fingerprint']}",
        f"{whole['store']} ({whole['engine']}), fingerprint {whole['fingerprint']}",
        "bold",
    )
    print_rows(
        s,
        [("type", "类型", "type"), ("count", "数量", "count")],
        [{"type": type_word(s, k), "count": n} for k, n in counts.items()],
    )
    columns = [
        ("id", "批次", "batch"),
        ("state", "状态", "state"),
        ("dataset", "数据集", "data set"),
        ("snapshot", "快照日期", "snapshot"),
        ("files", "文件", "files"),
        ("loaded_at", "导入时间（北京时间）", "loaded (UTC+8)"),
    ]
    print_rows(
        s,
        columns,
        [
            _batch(b) | {"state": word(s, BATCH_STATES, b.state), "files": [f["name"] for f in b.files]}
            for b in batches
        ],
    )
    if whole["loading"]:
        s.tell(
            "有批次正在导入，上述数字可能不完整。",
            "A load is under way: these numbers may not be whole.",
            "yellow",
        )


def _batch(b: BatchRecord) -> dict[str, Any]:
    return {
        "id": b.id,
        "state": b.state,
        "dataset": b.dataset,
        "snapshot": b.snapshot,
        "files": [dict(f) for f in b.files],
        "counts": dict(b.counts),
        "loaded_at": b.loaded_at,
    }


@app.command("check")
def check_command(
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of", metavar="DATE", callback=written_date("--as-of"), help="截至日期 · as of this date"
        ),
    ] = None,
    store: StoreOption = None,
    format_: FormatOption = Format.table,
    lang: LangOption = None,
) -> None:
    """检测前的数据质量 · Data quality before detection."""
    s = session(store, lang, format_)
    as_of = day(as_of, "--as-of")
    table = s.format is Format.table
    with s.store() as opened:
        issues, empty = check_store(opened, as_of), not opened.batches()
        called = names_of(opened, {id_ for i in issues for id_ in i.examples}) if table else {}
    rows = [
        {
            "check": i.check,
            "count": i.count,
            "says": s.say(i.zh, i.en),
            "examples": _examples(s, i, called) if table else list(i.examples),
            **({"stated": [_stated(a) for a in i.apart]} if i.apart and not table else {}),
        }
        for i in issues
    ]
    columns = [
        # People read what it means; the name of the check is for programs.
        *([] if table else [("check", "检查项", "check")]),
        ("says", "说明", "meaning"),
        ("count", "数量", "count"),
        ("examples", "例", "examples"),
    ]
    print_rows(s, columns, rows)
    if empty:
        s.tell(
            "库中没有任何数据：请先用 lookthrough load 导入。",
            "Nothing is loaded: begin with lookthrough load.",
        )
    elif not rows:
        s.tell("未发现数据质量问题。", "No problem of data quality was found.")


def _examples(s: Session, issue: Quality, called: Mapping[str, str]) -> list[str] | str:
    """Where an issue is found, by name; of facts stated differently each on a line of its own, with what is stated."""
    if not issue.apart:
        return [called.get(id_, id_) for id_ in issue.examples]
    lines = []
    for id_ in issue.examples:
        told = s.say("；", "; ").join(_apart(s, a) for a in issue.apart if a.id == id_)
        lines.append(f"{called.get(id_, id_)}{s.say('：', ': ')}{told}")
    return "\n".join(lines)


def _apart(s: Session, apart: Apart) -> str:
    """死亡日期 2024-01-05（死亡名单.csv第2行）、2024-11-05（人口信息.csv第2行），现取2024-01-05."""
    several = len({place.batch for _, places in apart.values for place in places}) > 1
    said = []
    for value, places in apart.values:
        # The batch says what to unload.
        names = [
            s.say(f"{p.file}第{p.row}行", f"{p.file} row {p.row}")
            + (s.say(f"，批次 {p.batch}", f", batch {p.batch}") if several else "")
            for p in places[:_PLACES]
        ]
        names += ["…"] if len(places) > _PLACES else []
        said.append(
            field_value(s, apart.type, apart.field, value)
            + s.say("（", " (")
            + s.say("；", "; ").join(names)
            + s.say("）", ")")
        )
    counted = field_value(s, apart.type, apart.field, apart.counted)
    return (
        f"{field_word(s, apart.field)} {s.say('、', ', ').join(said)}"
        f"{s.say('，现取', '; counted: ')}{counted}"
    )


def _stated(apart: Apart) -> dict[str, Any]:
    return {
        "type": apart.type,
        "id": apart.id,
        "field": apart.field,
        "counted": apart.counted,
        "values": [
            {"value": value, "stated_in": [asdict(place) for place in places]}
            for value, places in apart.values
        ],
    }
