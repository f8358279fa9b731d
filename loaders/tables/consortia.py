"""Consortia (联合体) written into one cell: told apart into a lead and members."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import polars as pl

from graph.names import is_full_legal_name, name_key

_SEPARATOR: Final = r"[、,;/|+&\n]|(?<=\))\s+(?=\S)"
_ROLE: Final = re.compile(
    r"\((?:联合体)?(?:各方)?(?P<role>牵头人|牵头方|牵头单位|牵头|主办方|主体方|主|成员单位|成员方|成员|参加方)\)"
)
_LEAD: Final = ("牵头", "主")
_WORD: Final = re.compile(r"^\(?联合体(?:成员)?[:]?\)?|(?:组成的?)?\(?联合体(?:投标)?\)?$")


@dataclass(frozen=True, slots=True)
class Members:
    """Bidders of each row: `names[k]` and `roles[k]` are the k-th bidder (null where there are fewer).

    `name` is what a consortium is called (its members' names), null for a bidder of its own; `unclear` marks cells
    that say 联合体 and name one party only.
    """

    names: list[pl.Series]
    roles: list[pl.Series]
    name: pl.Series
    unclear: pl.Series


def read_members(cells: pl.Series) -> Members:
    """Split the bidder cells that name several.

    A cell is a consortium where it says 联合体 or 牵头, or lists two or more full registered names.
    """
    text = cells.str.normalize("NFKC")
    maybe = text.str.contains(r"联合体|牵头|[、;+&\n]|\)\s*,").fill_null(False).arg_true().to_list()
    several: dict[int, list[tuple[str, str]]] = {}
    unclear: list[int] = []
    for at, cell in zip(maybe, text.gather(maybe).to_list(), strict=True):
        members = _members(cell)
        if len(members) > 1:
            several[at] = members
        elif "联合体" in cell or "牵头" in cell:
            unclear.append(at)
            several[at] = members or [(cell, "bidder")]
    width = max([len(m) for m in several.values()], default=1)
    n = len(cells)
    bidder = pl.Series(["bidder"]).new_from_index(0, n)
    # Series.scatter writes in place.
    names = [cells.clone()] + [
        pl.Series([None], dtype=pl.String).new_from_index(0, n) for _ in range(width - 1)
    ]
    roles = [bidder.clone() for _ in range(width)]
    called = pl.Series([None], dtype=pl.String).new_from_index(0, n)
    for k in range(width):
        at_k = [at for at, members in several.items() if len(members) > k]
        if at_k:
            names[k] = names[k].scatter(at_k, [several[at][k][0] for at in at_k])
            roles[k] = roles[k].scatter(at_k, [several[at][k][1] for at in at_k])
    real = {at: members for at, members in several.items() if len(members) > 1}
    if real:
        called = called.scatter(list(real), [consortium_name([name for name, _ in m]) for m in real.values()])
    marks = pl.Series([False]).new_from_index(0, n)
    return Members(names, roles, called, marks.scatter(unclear, True) if unclear else marks)


def consortium_name(names: list[str]) -> str:
    """One name for the same members, in whatever order they are written."""
    return "+".join(sorted(k for k in name_key(pl.Series(names, dtype=pl.String)).to_list() if k))


def _members(cell: str) -> list[tuple[str, str]]:
    said = "联合体" in cell or "牵头" in cell
    parts = [p for p in re.split(_SEPARATOR, cell) if p.strip()]
    if len(parts) == 1 and said:
        # 甲公司与乙公司联合体: 与 and 和 part names only where both sides are full names.
        parts = re.split(r"(?<=公司)[与和及]", parts[0])
    members: list[tuple[str, str]] = []
    for part in parts:
        role = _ROLE.search(part)
        plain = _ROLE.sub("", part).strip(" :")
        name = _WORD.sub("", plain).strip(" :")
        prefix = re.match(r"^(?:联合体)?(牵头人|牵头方|牵头单位|成员单位|成员方|成员)[:]\s*", name)
        name = name[prefix.end() :] if prefix else name
        word = role.group("role") if role else prefix.group(1) if prefix else ""
        if name.strip():
            lead = any(word.startswith(w) for w in _LEAD) if word else False
            members.append((name.strip(), "consortium_lead" if lead else "consortium_member"))
    if not said:
        full = is_full_legal_name(pl.Series([name for name, _ in members], dtype=pl.String))
        if len(members) < 2 or not full.all():
            return []
    return members
