"""`serve`: the HTTP service, with the explorer."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import typer

from cases import SCOPES, Ledger
from detectors.own.definitions import read_own
from detectors.running.detecting import rules_from
from graph.stores import StoreError
from lookthrough.cli.app import app
from lookthrough.cli.console import LangOption, Session, StoreOption, session
from lookthrough.cli.files import RulesOption
from lookthrough.cli.ledger import ledger_of
from lookthrough.cli.usage import WrongUsageError, not_one_of

DEMO: Final = Path("output/demo")
"""Where `lookthrough demo` leaves its world."""
NINE_BIDDERS: Final = "XG-2025-001"
"""The tender of the demo world to look at first."""


@app.command("serve")
def serve_command(
    host: Annotated[
        str, typer.Option("--host", metavar="ADDRESS", help="监听地址 · address to listen on")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="端口，0 为任意空闲端口 · port, 0 = any free one")
    ] = 8421,
    prefix: Annotated[
        str, typer.Option("--prefix", metavar="/PATH", help="路径前缀 · the path it stands under")
    ] = "",
    no_keys: Annotated[
        bool,
        typer.Option("--no-keys", help="不需要密钥，仅限本机 · without keys, on the loopback interface only"),
    ] = False,
    log: Annotated[
        str, typer.Option("--log", metavar="console|json", help="日志格式 · format of the log")
    ] = "console",
    rules: RulesOption = None,
    store: StoreOption = None,
    lang: LangOption = None,
) -> None:
    """启动 HTTP 服务与网页 · The HTTP service, with the explorer."""
    # Only here: the other commands need not wait for the service's libraries.
    from lookthrough import serving

    s = _with_demo(session(store, lang), store)
    local = serving.is_loopback(host)
    if no_keys and not local:
        raise WrongUsageError(
            "--host", "与 --no-keys 同用时只能为 127.0.0.1 或 ::1", "with --no-keys it is 127.0.0.1 or ::1"
        )
    if log not in ("console", "json"):
        raise not_one_of(log, ("console", "json"), "--log")
    prefix = f"/{prefix.strip('/')}" if prefix.strip("/") else ""
    own = read_own(s.settings.detectors)
    values = rules_from(rules or s.settings.rules, own)
    with s.store("write") as opened, ledger_of(s, create=True) as ledger:
        listening = serving.listen(host, port)
        netloc = serving.netloc_of(host, listening.getsockname()[1])
        services = serving.services_of(
            s.settings, opened, ledger, values, own, netloc, keys_required=not no_keys, prefix=prefix
        )
        url = f"http://{netloc}{prefix}/"
        if services.web is None:
            s.tell(
                "网页尚未构建：python -m visualize.web（需要 Node.js 20 或更高版本）。接口可直接使用。",
                "The explorer has not been built: python -m visualize.web (Node.js 20 or later). The interface works.",
                "yellow",
            )
        serving.run(
            services,
            listening,
            lambda: _greet(s, ledger, url, no_keys, local),
            json_log=log == "json",
        )
    s.tell("服务已停止。", "The service has stopped.")


def _with_demo(s: Session, store: str | None) -> Session:
    """The demo world where no store is named and the user's own holds nothing yet."""
    named = store is not None or s.settings.store_stated
    if named or not (DEMO / "store").exists() or _holds_something(s):
        return s
    s.tell(
        f"未指定数据库：使用演示数据 {DEMO / 'store'}。使用自己的库：lookthrough serve --store 路径",
        f"No store is named: serving the demo world in {DEMO / 'store'}. Your own: lookthrough serve --store PATH",
    )
    s.tell(
        f"九家投标人：在首页输入 {NINE_BIDDERS} 回车；其余场景见 lookthrough demo 所列的标段。",
        f"The nine bidders: type {NINE_BIDDERS} on the start page; lookthrough demo lists the lots of the other scenes.",
    )
    settings = replace(
        s.settings, store=str(DEMO / "store"), key_file=DEMO / "person.key", data=DEMO, ledger_stated=""
    )
    return replace(s, settings=settings)


def _holds_something(s: Session) -> bool:
    """Was anything loaded into the store? What can't be opened is not passed over: opening it says why."""
    if not Path(s.settings.store).exists():
        return False
    try:
        with s.store() as own:
            return bool(own.batches())
    except StoreError:
        return True


def _greet(s: Session, ledger: Ledger, url: str, no_keys: bool, local: bool) -> None:
    """Where it is, and on the loopback interface a key of this day with three lines to try."""
    if no_keys:
        s.tell(
            f"服务地址（不需要密钥，仅限本机）：{url}",
            f"Serving without keys, to this machine alone: {url}",
            "bold",
        )
        return
    if not local:
        s.tell(
            f"服务地址：{url}；用 lookthrough keys create 生成密钥。",
            f"Serving at {url}; make keys with lookthrough keys create.",
            "bold",
        )
        return
    key = _key_of_today(ledger, s.settings.actor)
    s.tell(f"打开：{url}#key={key}", f"Open: {url}#key={key}", "bold")
    s.tell("密钥（明天失效）与示例：", "Its key (for a day), and three lines to try:")
    header = f"-H 'Authorization: Bearer {key}'"
    for line in (
        f"curl {header} {url}v1/status",
        f"curl {header} -G {url}v1/parties --data-urlencode q=虚构",
        f"curl {header} '{url}v1/findings?order=severity&limit=3'",
    ):
        s.err.print("  " + line, highlight=False, markup=False, soft_wrap=True)


def _key_of_today(ledger: Ledger, actor: str) -> str:
    end = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    _, secret = ledger.create_key("serve", SCOPES, end, actor)
    return secret
