"""Errors on the wire: RFC 9457 problem documents, each type described in docs/api.md."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

import cases
from api.forms import DATASET_FORM, DAY_FORM, OPTIONAL_DAY_FORM, PRINTABLE
from api.places import Places
from cases.visible import VISIBLE
from detectors.rules.file import RulesError
from detectors.running.runner import UnknownDetectorError
from exports.errors import PackageError
from graph.penetration import DateError, OwnershipError, UnknownCompanyError
from graph.penetration.ownership import NoOwnershipError
from graph.stores import errors as stores
from loaders.loading import LoadError
from loaders.naming import NamingError
from loaders.problems import UnreadableFileError
from visualize import DrawingError

MEDIA_TYPE: Final = "application/problem+json"
PREFIX: Final = "https://lookthrough.invalid/problems/"
"""Types are names, not addresses: nothing is to be fetched there. `.invalid` can belong to nobody."""


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One type of problem: its name, status, titles, and when it is given."""

    name: str
    status: int
    zh: str
    en: str
    when: str


TYPES: Final[dict[str, ProblemType]] = {
    t.name: t
    for t in (
        ProblemType("invalid-request", 422, "请求不符合要求", "The request is not valid", "a parameter or body that breaks the contract; `errors` says where"),
        ProblemType("malformed-body", 400, "请求内容无法读取", "The body can't be read", "JSON or multipart that does not parse"),
        ProblemType("malformed-cursor", 400, "游标无效", "The cursor is malformed", "a cursor this service did not give"),
        ProblemType("outdated-cursor", 410, "数据已更新，游标失效", "The data changed; the cursor is outdated", "a cursor of an older data set: begin again without it"),
        ProblemType("key-required", 401, "需要密钥", "A key is required", "no key, or one that is unknown, revoked or expired"),
        ProblemType("scope-required", 403, "密钥权限不足", "The key lacks a scope", "`scope` names the one that is needed"),
        ProblemType("wrong-host", 403, "来源不被接受", "This host or origin is not accepted", "a service without keys, asked by another name or from another page"),
        ProblemType("not-found", 404, "没有找到", "Nothing is called that", "an id or name that names nothing; `detail` lists what is near"),
        ProblemType("method-not-allowed", 405, "不支持该方法", "The method is not allowed here", "another HTTP method is meant"),
        ProblemType("not-acceptable", 406, "没有这种格式", "No such format", "an `Accept` or `format` that can't be served"),
        ProblemType("conflict", 409, "与现状冲突", "It conflicts with what is there", "a decision that is not possible from this state; an idempotency key used for another request; a package of a finding that the data loaded no longer give"),
        ProblemType("too-large", 413, "内容过大", "It is too large", "an upload or body over the limit"),
        ProblemType("unsupported-media-type", 415, "不支持的内容类型", "The content type is not supported", "another `Content-Type` is meant"),
        ProblemType("unprocessable", 422, "无法处理", "It can't be done as asked", "a date, method, threshold or file that makes no sense here"),
        ProblemType("timeout", 504, "超时", "It took too long", "the question ran past its time and was stopped"),
        ProblemType("unavailable", 503, "暂时不可用", "Not available just now", "the store or the ledger is down or busy; `Retry-After` says when to ask again"),
        ProblemType("internal", 500, "内部错误", "An internal error", "a defect of the service; the request id finds it in the log"),
    )
}  # fmt: skip


class ProblemError(Exception):
    """A problem to be told. `zh`, `en`: what is wrong and what to do."""

    def __init__(
        self, type_: str, zh: str, en: str, *, headers: Mapping[str, str] | None = None, **more: Any
    ):
        super().__init__(en)
        self.type, self.zh, self.en = TYPES[type_], zh, en
        self.headers, self.more = dict(headers or {}), more


class FieldError(BaseModel):
    """Where a request breaks the contract."""

    where: str = Field(description="JSON pointer or parameter name")
    says: str


class Problem(BaseModel, extra="allow"):
    """An RFC 9457 problem document."""

    type: str
    title: str
    status: int
    detail: str
    instance: str | None = None
    errors: list[FieldError] = []


RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    "4XX": {"description": "A problem", "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}},
    "5XX": {"description": "A problem", "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}},
}  # fmt: skip

_RETRY: Final = 5
_BY_ERROR: Final[tuple[tuple[type[Exception], str], ...]] = (
    (stores.QueryTimeoutError, "timeout"),
    (stores.QueryCancelledError, "timeout"),
    (stores.UnknownBatchError, "not-found"),
    (stores.StoreError, "unavailable"),
    (UnknownCompanyError, "not-found"),
    (NoOwnershipError, "not-found"),
    (OwnershipError, "unprocessable"),
    (DateError, "unprocessable"),
    (NamingError, "not-found"),
    (UnknownDetectorError, "not-found"),
    (RulesError, "unprocessable"),
    (LoadError, "unprocessable"),
    (UnreadableFileError, "unprocessable"),
    (DrawingError, "not-acceptable"),
    (PackageError, "conflict"),
    (cases.UnknownFindingError, "not-found"),
    (cases.UnknownKeyError, "not-found"),
    (cases.TransitionError, "conflict"),
    (cases.IdempotencyConflictError, "conflict"),
    (cases.IdempotencyPendingError, "conflict"),
    (cases.InvalidValueError, "unprocessable"),
    (cases.LedgerError, "unavailable"),
)
_BY_STATUS: Final = {
    400: "malformed-body", 401: "key-required", 403: "scope-required", 404: "not-found", 405: "method-not-allowed",
    406: "not-acceptable", 409: "conflict", 413: "too-large", 415: "unsupported-media-type",
}  # fmt: skip


def problem_of(error: Exception, places: Places) -> ProblemError | None:
    """The problem an error of the rooms below is told as, without `places` of the server; none for a defect."""
    if isinstance(error, ProblemError):
        return error
    for kind, name in _BY_ERROR:
        if isinstance(error, kind):
            zh, en = getattr(error, "zh", str(error)), getattr(error, "en", str(error))
            headers = {"Retry-After": str(_RETRY)} if name == "unavailable" else {}
            return ProblemError(name, places.hidden(zh), places.hidden(en), headers=headers)
    return None


def language_of(request: Request) -> str:
    """zh unless English is asked for, by `lang` or `Accept-Language`."""
    asked = request.query_params.get("lang")
    if asked in ("zh", "en"):
        return asked
    return "en" if request.headers.get("accept-language", "").lower().startswith("en") else "zh"


def field_error(where: str, zh: str, en: str) -> dict[str, str]:
    """One of a problem's `errors`, told in the language of the request."""
    return {"where": where, "zh": zh, "en": en}


@contextmanager
def naming_detectors(where: str) -> Iterator[None]:
    """A detector that is named in a parameter or body and is none: nothing is called that, and near ones are named.

    No breach of the contract: which detectors there are is the installation's matter.
    """
    try:
        yield
    except UnknownDetectorError as error:
        near = "、".join(error.near), ", ".join(error.near)
        told = field_error(
            where,
            "没有这个检测项" + (f"；相近的有 {near[0]}" if error.near else ""),
            "no detector" + (f"; near: {near[1]}" if error.near else ""),
        )
        raise ProblemError("not-found", error.zh, error.en, errors=[told]) from error


def answer(request: Request, problem: ProblemError) -> Response:
    """The problem document as a response."""
    zh = language_of(request) == "zh"
    errors = problem.more.pop("errors", [])
    type_ = problem.type
    body = {
        "type": PREFIX + type_.name,
        "title": type_.zh if zh else type_.en,
        "status": type_.status,
        "detail": problem.zh if zh else problem.en,
        "instance": request.scope.get("state", {}).get("request_id"),
        "errors": [{"where": e["where"], "says": e["zh" if zh else "en"]} for e in errors],
        **problem.more,
    }
    return JSONResponse(body, type_.status, problem.headers, MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Tell every error as a problem document."""

    async def known(request: Request, error: Exception) -> Response:
        found = problem_of(error, request.app.state.services.places)
        if found is None:
            raise error
        return answer(request, found)

    kinds: set[type[Exception]] = {ProblemError, *(k for k, _ in _BY_ERROR)}
    for kind in kinds:
        app.add_exception_handler(kind, known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    # What fails outside of the routes, too.
    app.add_exception_handler(Exception, _defect)


async def _defect(request: Request, error: Exception) -> Response:
    return defect(request)


def defect(request: Request) -> Response:
    """The log has the defect; the client gets its number."""
    return answer(
        request,
        ProblemError(
            "internal",
            "服务内部错误，请联系管理员并提供请求编号。",
            "A defect of the service: give its operator the request id.",
        ),
    )


async def _invalid(request: Request, error: Exception) -> Response:
    found: Sequence[Any] = error.errors() if isinstance(error, RequestValidationError) else []
    if any(e["type"] == "json_invalid" for e in found):
        problem = ProblemError("malformed-body", "请求内容不是有效的 JSON。", "The body is not valid JSON.")
    else:
        told = [field_error(_place(e["loc"]), *_said(e)) for e in found]
        first = told[0] if told else field_error("", "", "")
        problem = ProblemError(
            "invalid-request",
            f"参数或内容不符合要求：{first['where']}（{first['zh']}）。",
            f"A parameter or the body is not valid: {first['where']} ({first['en']}).",
            errors=told,
        )
    return answer(request, problem)


_CHINESE: Final = {
    "missing": "必填",
    "extra_forbidden": "没有这一项",
    "greater_than_equal": "应不小于 {ge}",
    "less_than_equal": "应不大于 {le}",
    "string_too_short": "至少 {min_length} 个字符",
    "string_too_long": "最多 {max_length} 个字符",
    "too_short": "至少 {min_length} 项",
    "too_long": "最多 {max_length} 项",
    "string_pattern_mismatch": "格式应为 {pattern}",
    "literal_error": "只能是 {expected}",
    "enum": "只能是 {expected}",
    "int_parsing": "应为整数",
    "int_type": "应为整数",
    "bool_parsing": "应为 true 或 false",
    "string_type": "应为文字",
    "list_type": "应为列表",
    "dict_type": "应为 JSON 对象",
    "model_attributes_type": "应为 JSON 对象",
    "string_unicode": "含有无法保存的字符",
}
_NO_FILE: Final = "Value error, Expected UploadFile"
"""How the library says that a part of a form has no file's name."""


_FORMS: Final[dict[str, tuple[str, str]]] = {
    DAY_FORM: ("应为日期，如 2025-05-20", "Should be a date such as 2025-05-20"),
    OPTIONAL_DAY_FORM: ("应为日期，如 2025-05-20", "Should be a date such as 2025-05-20"),
    PRINTABLE: ("不能含控制字符", "Should have no control characters"),
    VISIBLE: ("不能为空", "Must not be blank"),
    DATASET_FORM: (
        "只能用文字、数字、点、下划线和连字符，1 至 64 个字符",
        "Should be 1 to 64 letters, digits, dots, underscores or hyphens",
    ),
}
"""What texts of a form are, told in words: an expression says it to programs."""


def _said(error: Mapping[str, Any]) -> tuple[str, str]:
    """What is wrong with a value, in both languages; where there is no wording, the library's own words in English."""
    kind, given = str(error["type"]), error.get("ctx") or {}
    told: Any = given.get("error")
    if kind == "value_error" and hasattr(told, "zh"):
        return str(told.zh), str(told.en)
    if str(error["msg"]).startswith(_NO_FILE):
        return "应为文件", "Should be a file"
    if kind.startswith("date"):
        zh = "应为日期，如 2025-05-20" if kind.startswith("date_") else "应为时间，如 2025-05-20T08:00:00Z"
        return zh, str(error["msg"])
    if kind == "string_pattern_mismatch" and (form := _FORMS.get(given["pattern"])):
        return form
    try:
        return _CHINESE[kind].format_map(given).replace(" or ", " 或 "), str(error["msg"])
    except KeyError:
        return "不符合要求", str(error["msg"])


def _place(parts: Sequence[Any]) -> str:
    return "/".join(str(p) for p in parts if not isinstance(p, float) or math.isfinite(p))


async def _http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    name = _BY_STATUS.get(error.status_code, "internal" if error.status_code >= 500 else "invalid-request")
    type_ = TYPES[name]
    more = {"Allow": allowed} if error.status_code == 405 and (allowed := _allowed(request)) else {}
    told = {**(error.headers or {}), **more}
    zh, en = f"{type_.zh}。", f"{type_.en}."
    if many := _TOO_MANY.match(str(error.detail)):
        zh = f"一次最多上传 {many[1]} 个文件，请分几次上传。"
        en = f"At most {many[1]} files go into one upload: send them in several."
    elif name == "malformed-body" and "boundary" in str(error.detail).casefold():
        zh = "Content-Type 中缺少 boundary：请由客户端程序生成这个请求头（如 curl -F），不要自己写。"
        en = "The Content-Type has no boundary: let the client make this header (curl -F does), do not write it yourself."
    return answer(request, ProblemError(name, zh, en, headers=told))


_TOO_MANY: Final = re.compile(r"Too many files\. Maximum number of files is (\d+)")
"""How the library says it."""


def _allowed(request: Request) -> str:
    """Every method of the path asked for; the framework names those of one route alone (RFC 9110, 15.5.6: all)."""
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    meant = [
        (len(re.sub(r"{[^}]*}", "", template)), methods)
        for template, methods in request.app.openapi()["paths"].items()
        if re.fullmatch(re.sub(r"{[^}]*}", ".+", template), path)
    ]
    # An id may hold a slash: of several the most literal is meant.
    methods = {m.upper() for m in max(meant, key=lambda one: one[0])[1]} if meant else set()
    return ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))
