"""The contract as OpenAPI, and pages that show it without a network."""

from __future__ import annotations

import html
import json
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse, JSONResponse, Response

from api.callers import KEYS
from api.problems import Problem


def contract(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document: the same for every service, whatever its prefix."""
    if app.openapi_schema is None:
        made = get_openapi(
            title="Lookthrough · 股权穿透图谱",
            version="1",
            summary="Looking through ownership: findings, who is behind a company, pictures, evidence",
            description="Errors are RFC 9457 problem documents; their types stand in docs/api.md.",
            license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
            openapi_version="3.1.0",
            routes=app.routes,
        )
        components = made.setdefault("components", {})
        components["securitySchemes"] = KEYS
        schemas = components.setdefault("schemas", {})
        problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= problem.pop("$defs", {})
        schemas["Problem"] = problem
        for name, schema in schemas.items():
            if name.startswith("Body_"):
                # A form's fields, of which a misspelt one is refused.
                schema["additionalProperties"] = False
        schemas.pop("HTTPValidationError", None)
        schemas.pop("ValidationError", None)
        for operations in made["paths"].values():
            for operation in operations.values():
                operation.get("responses", {}).pop("422", None)
        app.openapi_schema = made
    return app.openapi_schema


def install(app: FastAPI) -> None:
    """Serve the contract and its page."""
    app.openapi = lambda: contract(app)  # type: ignore[method-assign]

    @app.get("/v1/openapi.json", include_in_schema=False)
    async def openapi(request: Request) -> Response:
        # Where the service stands: with a prefix, paths are below it.
        prefix = request.scope.get("root_path", "")
        return JSONResponse({**contract(app), **({"servers": [{"url": prefix}]} if prefix else {})})

    @app.get("/v1/docs", include_in_schema=False)
    async def docs() -> Response:
        return HTMLResponse(page(contract(app)))


def page(document: dict[str, Any]) -> str:
    """The contract as one page of plain HTML, without scripts."""
    parts = [
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">',
        f"<title>{html.escape(document['info']['title'])}</title><style>{_STYLE}</style></head><body><main>",
        f"<h1>{html.escape(document['info']['title'])}</h1><p>{html.escape(document['info']['description'])} "
        '<a href="openapi.json">openapi.json</a></p>',
    ]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            parts.append(_operation(path, method, operation))
    parts.append("<h2>Shapes</h2>")
    for name, schema in sorted(document["components"]["schemas"].items()):
        told = json.dumps(schema, ensure_ascii=False, indent=1)
        parts.append(
            f'<details id="{html.escape(name)}"><summary>{html.escape(name)}</summary><pre>{html.escape(told)}</pre></details>'
        )
    parts.append("</main></body></html>")
    return "".join(parts)


_STYLE: Final = (
    "body{font:15px/1.5 system-ui,'Noto Sans SC','Microsoft YaHei',sans-serif;margin:0;color:#1a2230}"
    "main{max-width:64rem;margin:2rem auto;padding:0 1rem}h3{margin:1.6rem 0 .2rem;font-size:1rem}"
    "code{background:#eef2f7;padding:.1rem .3rem}td,th{text-align:left;padding:.1rem .8rem .1rem 0;vertical-align:top}"
    "pre{overflow:auto;background:#f6f8fb;padding:.6rem}"
)


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{html.escape(p['name'])}</code></td><td>{html.escape(p['in'])}</td>"
        f"<td>{html.escape(str(p.get('description', '')))}</td></tr>"
        for p in operation.get("parameters", [])
    )
    shape = operation.get("responses", {}).get("200", operation.get("responses", {}).get("202", {}))
    ref = shape.get("content", {}).get("application/json", {}).get("schema", {}).get("$ref", "")
    gives = f'Gives <a href="#{ref.rsplit("/", 1)[-1]}">{ref.rsplit("/", 1)[-1]}</a>.' if ref else ""
    return (
        f"<h3><code>{method.upper()} {html.escape(path)}</code></h3><p>{html.escape(operation.get('summary', ''))}. "
        f"{html.escape(operation.get('description', ''))} Scope: {html.escape(operation.get('x-scope', 'none'))}. {gives}</p>"
        + (f"<table>{rows}</table>" if rows else "")
    )
