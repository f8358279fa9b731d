"""Statements of any version of the standard, brought to the shape of 0.4.

Source: Beneficial Ownership Data Standard 0.4 (record form) and 0.2, 0.3 (statement form, read only).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, Final

from loaders.bods.complaints import complain
from loaders.bods.vocabulary import snake
from loaders.context import InputFile, ReadContext
from loaders.json_documents import read_json

KINDS: Final = ("entity", "person", "relationship")
_OLD_KINDS: Final = {
    "entity_statement": "entity",
    "person_statement": "person",
    "ownership_or_control_statement": "relationship",
}
_DATE: Final = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ]\d{2}:\d{2}.*)?)?)?$")


@dataclass(eq=False, slots=True)
class Statement:
    """One statement. `details` has the keys of 0.4's `recordDetails`, whatever the version."""

    file: InputFile
    position: int
    id: str
    record_id: str
    kind: str
    status: str
    """new, updated, closed, or "" where not said."""
    moment: str
    """`statementDate` as it sorts; "" = undated."""
    details: Mapping[str, Any]
    replaces: tuple[str, ...] = ()
    by_statement: bool = False
    """References are to statement ids (0.2, 0.3)."""
    order: int = 0
    """Its place in the whole load."""
    party_kind: str = field(default="")
    """What a 0.2 reference says the interested party is: entity, person, or ""."""

    @property
    def day(self) -> str | None:
        """The date of the statement, as written."""
        return self.moment[:10] or None

    @property
    def source(self) -> str:
        """How records name it."""
        return f"{self.file.key}##{self.id}"


def read_date(value: Any) -> tuple[str | None, bool]:
    """(`YYYY-MM-DD`, `YYYY-MM` or `YYYY` as written, whether the value is a date or absent)."""
    if value is None or value == "":
        return None, True
    return _read_date(value) if isinstance(value, str) else (None, False)


@lru_cache(maxsize=65536)
def _read_date(text: str) -> tuple[str | None, bool]:
    match = _DATE.match(text.strip())
    if not match:
        return None, False
    year, month, day = match.groups()
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None, False
    return "-".join(p for p in (year, month, day) if p), True


def read_statements(file: InputFile, context: ReadContext, order: int) -> tuple[list[Statement], int, int]:
    """(statements of a file, items in it, items refused). What isn't a statement is reported."""
    out: list[Statement] = []
    seen: dict[str, list[Any]] = {}
    items = refused = 0

    def bad_line(number: int, text: str) -> None:
        nonlocal items, refused
        items, refused = items + 1, refused + 1
        complain(context, "bods-bad-json-line", file, f"#{number}", value=text[:40])

    for item in read_json(file.path, bad_line):
        for raw in item.value if isinstance(item.value, list) else [item.value]:
            items += 1
            statement = _statement(raw, file, item.position, context)
            if statement is None:
                refused += 1
                continue
            before = seen.setdefault(statement.id, [])
            if raw in before:
                complain(context, "bods-repeated-statement", file, statement.id)
                continue
            if before:
                complain(context, "bods-duplicate-statement-id", file, statement.id, column="statementId")
            before.append(raw)
            statement.order = order + len(out)
            out.append(statement)
        if context.progress and items % 5000 == 0:
            context.progress(file.name, items, 0)
    return out, items, refused


def _statement(raw: Any, file: InputFile, position: int, context: ReadContext) -> Statement | None:
    row = f"#{position}"
    if not isinstance(raw, dict):
        complain(context, "bods-not-a-statement", file, row)
        return None
    if "statementType" in raw or "statementID" in raw:
        return _old_statement(raw, file, position, context)
    kind, details = snake(raw.get("recordType")), raw.get("recordDetails")
    if kind not in KINDS or not isinstance(details, dict):
        complain(
            context,
            "bods-not-a-statement",
            file,
            str(raw.get("statementId") or row),
            column="recordType",
            value=raw.get("recordType"),
        )
        return None
    statement_id, record_id = _text(raw.get("statementId")), _text(raw.get("recordId"))
    if not statement_id and not record_id:
        complain(context, "bods-no-id", file, row)
        return None
    if not statement_id:
        complain(context, "bods-missing-statement-id", file, row, column="statementId")
    if not record_id:
        complain(context, "bods-missing-record-id", file, statement_id, column="recordId")
    status = snake(raw.get("recordStatus"))
    if status not in ("", "new", "updated", "closed"):
        complain(
            context, "bods-record-status", file, statement_id or row, column="recordStatus", value=status
        )
        status = "updated"
    return Statement(
        file,
        position,
        statement_id or row,
        record_id or statement_id,
        kind,
        status,
        _moment(raw.get("statementDate"), file, statement_id or row, context),
        details,
    )


def _moment(value: Any, file: InputFile, row: str, context: ReadContext) -> str:
    day, good = read_date(value)
    if not good or (day is not None and len(day) < 10):
        complain(context, "bods-statement-date", file, row, column="statementDate", value=value)
        return ""
    return value.strip() if day is not None else ""


def _old_statement(
    raw: Mapping[str, Any], file: InputFile, position: int, context: ReadContext
) -> Statement | None:
    row, kind = f"#{position}", _OLD_KINDS.get(snake(raw.get("statementType")), "")
    statement_id = _text(raw.get("statementID") or raw.get("statementId"))
    if not kind or not statement_id:
        code = "bods-no-id" if kind else "bods-not-a-statement"
        complain(
            context, code, file, statement_id or row, column="statementType", value=raw.get("statementType")
        )
        return None
    details = dict(raw)
    entity_type = raw.get("entityType")
    if isinstance(entity_type, str):
        details["entityType"] = {"type": entity_type, "subtype": raw.get("entitySubtype")}
    party_kind = ""
    if kind == "relationship":
        subject, party = raw.get("subject"), raw.get("interestedParty")
        details["subject"], _ = _old_reference(subject)
        details["interestedParty"], party_kind = _old_reference(party)
        details["componentRecords"] = raw.get("componentStatementIDs") or raw.get("componentStatementIds")
        details["interests"] = [
            {**i, "directOrIndirect": i.get("directOrIndirect") or i.get("interestLevel")}
            for i in raw.get("interests") or []
            if isinstance(i, dict)
        ]
    replaces = raw.get("replacesStatements")
    return Statement(
        file,
        position,
        statement_id,
        statement_id,
        kind,
        "",
        _moment(raw.get("statementDate"), file, statement_id, context),
        details,
        replaces=tuple(map(_text, replaces)) if isinstance(replaces, list) else (),
        by_statement=True,
        party_kind=party_kind,
    )


def _old_reference(value: Any) -> tuple[Any, str]:
    """(a statement id, or `{reason, …}`; what it is said to be) of a 0.2 reference."""
    if not isinstance(value, dict):
        return value, ""
    for key, kind in (("describedByEntityStatement", "entity"), ("describedByPersonStatement", "person")):
        if value.get(key):
            return _text(value[key]), kind
    unspecified = value.get("unspecified")
    if isinstance(unspecified, dict):
        return unspecified, ""
    return (value if "reason" in value else None), ""


def _text(value: Any) -> str:
    """An id as text; ids that are numbers too."""
    if value is None or isinstance(value, (dict, list, bool)):
        return ""
    return str(value).strip()
