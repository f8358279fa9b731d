"""`keys`: what lets other programs use the service."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cases import SCOPES
from lookthrough.cli.app import app
from lookthrough.cli.console import (
    ActorOption,
    Format,
    FormatOption,
    LangOption,
    StoreOption,
    print_json,
    print_rows,
    session,
    written_date,
)
from lookthrough.cli.ledger import ledger_of

keys_app = typer.Typer(help="接口密钥 · API keys of the service", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(keys_app, name="keys")

_COLUMNS = [
    ("id", "编号", "id"),
    ("name", "名称", "name"),
    ("prefix", "开头", "begins with"),
    ("scopes", "权限", "scopes"),
    ("created_at", "创建时间（北京时间）", "made (UTC+8)"),
    ("created_by", "创建人", "made by"),
    ("expires_at", "到期（北京时间）", "expires (UTC+8)"),
    ("revoked_at", "吊销（北京时间）", "revoked (UTC+8)"),
    ("last_used_at", "最近使用（北京时间）", "last used (UTC+8)"),
]


@keys_app.command("create")
def create_command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="给谁用 · who will use it")],
    scope: Annotated[
        list[str],
        typer.Option(
            "--scope", metavar="|".join(SCOPES), help="权限范围，可多次给出 · what it may do; repeat"
        ),
    ],
    expires: Annotated[
        str | None,
        typer.Option(
            "--expires",
            metavar="DATE",
            callback=written_date("--expires"),
            help="有效至哪天（含） · good through this day",
        ),
    ] = None,
    actor: ActorOption = None,
    store: StoreOption = None,
    format_: FormatOption = Format.table,
    lang: LangOption = None,
) -> None:
    """生成密钥；密文只显示这一次 · Make a key; its secret is shown this once."""
    s = session(store, lang, format_)
    with ledger_of(s, create=True) as ledger:
        key, secret = ledger.create_key(name, scope, expires, actor or s.settings.actor)
    if s.format is not Format.table:
        print_json(key.to_json() | {"secret": secret})
        return
    sys.stdout.write(secret + "\n")
    s.tell(
        f"密钥 {key.id}（{key.name}）已生成，权限 {'、'.join(key.scopes)}。密文只显示这一次，请立即妥善保存。",
        f"Key {key.id} ({key.name}) was made, for {', '.join(key.scopes)}. Its secret is shown this once: keep it safe.",
    )


@keys_app.command("list")
def list_command(
    store: StoreOption = None, format_: FormatOption = Format.table, lang: LangOption = None
) -> None:
    """列出密钥（不含密文） · List the keys, without their secrets."""
    s = session(store, lang, format_)
    with ledger_of(s) as ledger:
        found = ledger.keys()
    print_rows(s, _COLUMNS, [key.to_json() for key in found])


@keys_app.command("revoke")
def revoke_command(
    id_: Annotated[str, typer.Argument(metavar="ID", help="密钥编号 · the key's id")],
    actor: ActorOption = None,
    store: StoreOption = None,
    lang: LangOption = None,
) -> None:
    """吊销密钥，立即生效 · Revoke a key, at once and for good."""
    s = session(store, lang)
    with ledger_of(s) as ledger:
        key = ledger.revoke_key(id_, actor or s.settings.actor)
    s.tell(f"密钥 {key.id}（{key.name}）已吊销。", f"Key {key.id} ({key.name}) was revoked.")
