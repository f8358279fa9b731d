"""What a finding says, and whether it says the same as before."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from cases.tables import canonical
from graph.model import CONTACT_KINDS

if TYPE_CHECKING:
    from detectors.finding import Finding

SEVERAL: Final = re.compile(r"[|+]")
"""What stands between ids where an identity value holds several."""
CONTENT: Final = (
    *("version", "severity", "scope_kind", "scope_id", "subjects", "facts"),
    *("basis", "text", "suppressed_by", "parameters", "evidence"),
)
"""What a finding says; where any of it changes, the finding changed."""


def content(found: Finding) -> dict[str, Any]:
    """A finding's columns that say what it says."""
    return {
        "version": found.version,
        "severity": found.severity,
        "scope_kind": found.scope_kind,
        "scope_id": found.scope_id,
        "subjects": list(found.subjects),
        "facts": dict(found.facts),
        "basis": [dict(b) for b in found.basis],
        "text": dict(found.text),
        "suppressed_by": dict(found.suppressed_by) if found.suppressed_by else None,
        "parameters": dict(found.parameters),
        "evidence": {"nodes": list(found.evidence.nodes), "keys": list(found.evidence.keys)},
    }


def parties(told: Mapping[str, Any]) -> set[str]:
    """Whom a finding names, by the columns that say it: its subjects, and who ties them (a holder, a relative, a buyer).

    Those are among what its id is made of, and among its evidence. What parties share is none: nobody asks for findings
    by a telephone number, and whoever may not see numbers could guess them so.
    """
    nodes = set(told["evidence"].get("nodes", ())) - {told["scope_id"]}
    named = named_in(told["identity"]) & nodes
    return {*told["subjects"], *(n for n in named if n.partition(":")[0] not in CONTACT_KINDS)}


def named_in(identity: Mapping[str, str]) -> set[str]:
    """What the values of an identity may name: each whole, and each of several."""
    return {part for value in identity.values() for part in (value, *SEVERAL.split(value))}


def parties_of(found: Finding) -> set[str]:
    """Whom a finding names; see `parties`."""
    return parties({**content(found), "identity": found.identity})


def digest(found: Finding) -> str:
    """Equal for findings that say the same."""
    return hashlib.sha256(canonical(content(found)).encode()).hexdigest()


def changes_between(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What differs: field, or field of the facts → its value before and after."""
    found: dict[str, Any] = {}
    for name in CONTENT:
        old, new = before[name], after[name]
        if canonical(old) == canonical(new):
            continue
        if name == "facts":
            for fact in sorted({*old, *new}):
                if canonical(old.get(fact)) != canonical(new.get(fact)):
                    found[f"facts.{fact}"] = {"before": old.get(fact), "after": new.get(fact)}
        else:
            found[name] = {"before": old, "after": new}
    return found


def says_otherwise(changes: Mapping[str, Any]) -> bool:
    """Is any of what changed (`changes_between`) more than further rows that state what is proved already?

    The same data loaded once more under another data set are such rows: they change nothing that was decided.
    """
    if set(changes) != {"evidence"}:
        return bool(changes)
    before, after = changes["evidence"]["before"], changes["evidence"]["after"]
    nodes, keys = ((set(before.get(n, ())), set(after.get(n, ()))) for n in ("nodes", "keys"))
    return nodes[0] != nodes[1] or not keys[0] <= keys[1]
