"""`serve`: the HTTP service, with the explorer."""

from __future__ import annotations

import ipaddress
import sys
from pathlib import Path
from typing import Annotated

import typer

from lookthrough.cli.app import app
from lookthrough.cli.console import LangOption, Session, StoreOption, session
from lookthrough.cli.ledger import ledger_of
from lookthrough.cli.finding import RulesOption


@app.command("serve")
def serve_command(
    host: Annotated[str, typer.Option("--host", metavar="ADDRESS", help="监听地址 · address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="端口 · port")] = 8421,
    prefix: Annotated[
        str, typer.Option("--prefix", metavar="/PATH", help="路径前缀 · the path it stands under")
    ] = "",
    no_keys: Annotated[
        bool, typer.Option("--no-keys", help="不需要密钥，仅限本机 · without keys, on the loopback interface only")
    ] = False,
    log: Annotated[str, typer.Option("--log", metavar="console|json", help="日志格式 · format of the log")] = "console",
    rules: RulesOption = None,
    store: StoreOption = None,
    lang: LangOption = None,
) -> None:
    """启动 HTTP 服务与网页 · The HTTP service, with the explorer."""
    s = session(store, lang)
    if no_keys and not _loopback(host):
        raise typer.BadParameter(
            "--no-keys: 127.0.0.1 / ::1", param_hint="--host"
        )
    if log not in ("console", "json"):
        raise typer.BadParameter("console / json", param_hint="--log")
    prefix = "/" + prefix.strip("/") if prefix.strip("/") else ""
    with s.store("write") as opened, ledger_of(s, create=True) as ledger:
        _serve(s, opened, ledger, host, port, prefix, not no_keys, log, rules)


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
