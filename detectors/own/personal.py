"""Which columns of an operator's own query tell what nobody reads who may not see personal data, whatever they are called.

Judged by what the query makes them of: an address stays one under another name, passed through WITH, cut, or in a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

_FIELDS: Final = re.compile(
    r"\.(?:address|address_key|birth_date|hukou_region|residence_permit_region|died_on|cremated_on|id_masked"
    r"|certificate_no|account|account_key|payee|value)\b",
    re.IGNORECASE,
)
_STRINGS: Final = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_NODE: Final = re.compile(r"\(\s*(\w+)\s*:\s*(Person|Property|Contact|Vehicle)\b")
_COUNTED: Final = re.compile(r"\b(?:count|size)\s*\((?:[^()]|\([^()]*\))*\)", re.IGNORECASE)
_NAMED: Final = re.compile(r"\bAS\s+(\w+)", re.IGNORECASE)
_BEGIN: Final = re.compile(r"\b(?:RETURN|(?<!STARTS )(?<!ENDS )WITH|UNWIND)(?:\s+DISTINCT)?\b", re.IGNORECASE)
_OWN_FIELDS: Final = {
    "Person": ("name",),
    "Property": ("name",),
    "Contact": ("name",),
    "Vehicle": ("id", "name"),
}
"""What tells of a node of these types, beside the fields above; ids of homes and contacts are told by what they are."""


def personal_columns(query: str, columns: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the columns that hold a home's address, a date of birth or of death, a name, a plate, a contact, a payee."""
    plain = _STRINGS.sub("''", query)
    types = dict(_NODE.findall(plain))
    made = [(_COUNTED.sub("", expression), name) for expression, name in _expressions(plain)]
    told: set[str] = set()
    known = -1
    while known != len(told) + len(types):
        known = len(told) + len(types)
        for expression, name in made:
            whole = expression.strip()
            if whole in types:
                types.setdefault(name, types[whole])
            elif _tells(expression, types, told):
                told.add(name)
    last = {name: expression for expression, name in made}
    return tuple(c for c in columns if c in told or last.get(c, "").strip() in types)


def _tells(expression: str, types: dict[str, str], told: set[str]) -> bool:
    if _FIELDS.search(expression):
        return True
    if any(re.search(rf"\b{n}\b(?!\s*\.)", expression) for n in (*types, *told)):
        return True
    return any(
        re.search(rf"\b{name}\s*\.\s*{field}\b", expression)
        for name, type_ in types.items()
        for field in _OWN_FIELDS[type_]
    )


def _expressions(query: str) -> Iterator[tuple[str, str]]:
    """What is named by AS, and its name."""
    for found in _NAMED.finditer(query):
        before = query[: found.start()]
        depth, at = 0, len(before)
        while at > 0:
            sign = before[at - 1]
            depth += (sign in ")]}") - (sign in "([{")
            if depth < 0 or (depth == 0 and sign == ","):
                break
            at -= 1
        expression = before[at:]
        begins = [m.end() for m in _BEGIN.finditer(expression)]
        yield expression[begins[-1] if begins else 0 :], found[1]
