"""The built explorer, served beside the interface it speaks to."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles

_ABSENT: Final = (
    '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>Lookthrough</title></head><body>'
    "<p>网页尚未构建：请运行 <code>python -m visualize.web</code>（需要 Node.js 20 或更高版本），然后刷新本页。"
    '接口可直接使用：<a href="v1/docs">v1/docs</a></p>'
    "<p>The explorer has not been built: run <code>python -m visualize.web</code> (Node.js 20 or later), then reload "
    'this page. The interface works: <a href="v1/docs">v1/docs</a></p></body></html>'
)


def install(app: FastAPI, web: Path | None) -> None:
    """Serve the explorer's files; without any, a page that says how to build them."""
    if web is not None and (web / "assets").is_dir():
        app.mount("/assets", StaticFiles(directory=web / "assets"), name="assets")

    @app.get("/", include_in_schema=False)
    async def index(request: Request) -> Response:
        if web is None or not (web / "index.html").is_file():
            return HTMLResponse(_ABSENT)
        return FileResponse(web / "index.html", headers={"Cache-Control": "no-cache"})

    @app.get("/favicon.svg", include_in_schema=False)
    async def icon() -> Response:
        found = web / "favicon.svg" if web is not None else None
        return FileResponse(found) if found is not None and found.is_file() else Response(status_code=204)
