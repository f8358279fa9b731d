"""Invented BODS statements."""

from __future__ import annotations

from typing import Any

_counter = iter(range(1, 1_000_000))


def _statement(
    kind: str, record: str, status: str | None, date: str | None, details: dict[str, Any]
) -> dict[str, Any]:
    out: dict[str, Any] = {
        "statementId": f"statement-{next(_counter):06d}",
        "declarationSubject": record,
        "recordId": record,
        "recordType": kind,
        "recordDetails": {"isComponent": False, **details},
    }
    if status is not None:
        out["recordStatus"] = status
    if date is not None:
        out["statementDate"] = date
    return out


def entity(
    record: str,
    *identifiers: tuple[str, str],
    status: str | None = None,
    date: str | None = None,
    **details: Any,
) -> dict[str, Any]:
    """An entity; `identifiers` are (scheme, id)."""
    given = {"entityType": {"type": "registeredEntity"}, "name": f"示例 {record} Ltd", **details}
    if identifiers:
        given["identifiers"] = [{"scheme": s, "id": i} for s, i in identifiers]
    return _statement("entity", record, status, date, given)


def person(
    record: str, *, status: str | None = None, date: str | None = None, **details: Any
) -> dict[str, Any]:
    """A known person."""
    given = {"personType": "knownPerson", "names": [{"fullName": f"测试 {record}"}], **details}
    return _statement("person", record, status, date, given)


def relationship(
    record: str,
    subject: Any,
    party: Any,
    *interests: dict[str, Any],
    status: str | None = None,
    date: str | None = None,
    **details: Any,
) -> dict[str, Any]:
    """A relationship with its interests."""
    given = {"subject": subject, "interestedParty": party, "interests": list(interests), **details}
    return _statement("relationship", record, status, date, given)


def shares(exact: Any = None, type_: str = "shareholding", **more: Any) -> dict[str, Any]:
    """A direct interest with a share."""
    out: dict[str, Any] = {"type": type_, "directOrIndirect": "direct"}
    if exact is not None:
        out["share"] = {"exact": exact}
    return out | more
