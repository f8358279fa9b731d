"""Rights in property as they stand: which count, and when each one ended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from detectors.definition import Row

ACQUIRED: Final = {
    "acquired": "MATCH (x:Property)<-[e:HOLDS_PROPERTY]-() "
    "WHERE e.counted AND e.status = 'ended' AND e.valid_to IS NULL WITH DISTINCT x "
    "MATCH (n)-[o:HOLDS_PROPERTY]->(x) WHERE o.counted AND o.valid_from IS NOT NULL "
    "RETURN x.id AS property_id, n.id AS holder_id, o.valid_from AS acquired_on, o.status AS right_status, "
    "o.key AS acquired_key"
}
"""Everybody's acquisitions of property in which some right has ended on a day that is not stated."""
ACQUIRED_COLUMNS: Final = {
    "acquired": ("property_id", "holder_id", "acquired_on", "right_status", "acquired_key")
}

Right = dict[str, Any]


def rights(rows: Iterable[Row], acquired: Sequence[Row]) -> list[Right]:
    """The rows of holdings that are, or were, rights in property; registrations before one (预告登记, 网签) are none.

    Adds `until` (the day the right ended, empty while it lasts), `end_unknown` (it ended, and nothing says when) and,
    where the next owner's acquisition tells the day, `ended_by` and `ended_key`: that owner and the row. Of one right
    told twice the row that says it ended stands, whichever was loaded first. `acquired`: rows of `ACQUIRED`.
    """
    after: dict[str, list[Row]] = defaultdict(list)
    for row in acquired:
        if row["right_status"] not in _BEFORE:
            after[row["property_id"]].append(row)
    stand = [r for r in rows if r["right_status"] not in _BEFORE]
    ended = _ended(stand)
    return [_settled(r, after.get(r["property_id"], ())) for r in stand if _over(r) or not _told(r, ended)]


_BEFORE: Final = frozenset({"provisional", "contract"})
_Same = tuple[str, str, str]


def _same(row: Row) -> _Same:
    return (
        str(row.get("company_id") or row["person_id"]),
        str(row["property_id"]),
        str(row["held_from"] or ""),
    )


def _over(row: Row) -> bool:
    return bool(row["right_status"] == "ended" or row["held_to"])


def _ended(rows: Iterable[Row]) -> Mapping[_Same, list[Row]]:
    found: dict[_Same, list[Row]] = defaultdict(list)
    for row in rows:
        if _over(row):
            found[_same(row)].append(row)
    return found


def _told(row: Row, ended: Mapping[_Same, Sequence[Row]]) -> bool:
    """Does another row say that this right has ended? Without a day of registration the newer extract is right."""
    return any(
        (bool(row["held_from"]) or str(o["observed_on"] or "") > str(row["observed_on"] or ""))
        and (o["share"] is None or row["share"] is None or abs(o["share"] - row["share"]) < 1e-9)
        for o in ended.get(_same(row), ())
    )


def _settled(row: Row, after: Sequence[Row]) -> Right:
    right: Right = {**row, "until": row["held_to"], "end_unknown": False, "ended_by": None, "ended_key": None}
    if row["held_to"] or row["right_status"] != "ended":
        return right
    next_ = min(_later(row, after), key=lambda a: (a["acquired_on"], a["acquired_key"]), default=None)
    if next_ is None:
        return right | {"end_unknown": True}
    return right | {
        "until": next_["acquired_on"],
        "ended_by": next_["holder_id"],
        "ended_key": next_["acquired_key"],
    }


def _later(row: Row, after: Sequence[Row]) -> list[Row]:
    """Acquisitions after the right began; where that is not stated, those of a present owner, who came after all."""
    if row["held_from"]:
        return [a for a in after if a["acquired_on"] > row["held_from"]]
    return [a for a in after if a["right_status"] != "ended"]


def proof(rows: Sequence[Row]) -> tuple[list[str], list[str]]:
    """(Nodes, keys) that prove these rights: the properties, who holds them, and whose acquisitions ended them."""
    nodes = {r[name] for r in rows for name in ("property_id", "person_id", "ended_by")}
    keys = {r[name] for r in rows for name in ("holding_key", "ended_key")}
    return sorted(nodes - {None}), sorted(keys - {None})
