"""Consortia (联合体) written into one cell: told apart into a lead and members."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import polars as pl

from graph.names import is_full_legal_name, name_key

_BEFORE: Final = r"牵头人|牵头方|牵头单位|主办人|主办方|主办单位|成员单位|成员方"
"""Words that say what a party is and stand before its name, with or without a colon."""
_SEPARATOR: Final = rf"[、,;/|+&\n]|(?<=\))\s+(?=\S)|\s+(?=(?:联合体)?(?:{_BEFORE}|成员)[:])"
_ROLE: Final = re.compile(
    r"\((?:联合体)?(?:各方)?(?P<role>牵头(?:人|方|单位)?|主办(?:人|方|单位)|主体方|主"
    r"|成员(?:单位|方)?(?:[0-9]{1,2}|[一二三四五六七八九十]{1,2})?|成|参加方|参与方)\)"
)
_LIST: Final = re.compile(
    r"\((?:联合体)?(?P<word>牵头(?:人|方|单位)|主办(?:人|方|单位)|(?:其[他它]|各)?成员(?:单位|方)?|参加方|参与方)?(?:名单|包括|为|有)?[:]"
)
"""A bracket that lists parties beside a name: 甲公司(联合体成员:乙公司、丙公司)."""
_WRAPPED: Final = re.compile(r"联合体(?:成员)?[:]?\((?P<after>.*)\)|\((?P<before>.*)\)(?:组成的?)?联合体")
_SAYS: Final = re.compile(rf"{_ROLE.pattern}|^(?:{_BEFORE})[:]")
_MAYBE: Final = r"联合体|牵头|主办|成员|[、,;/|+&\n]|\)\s+\S"
_LEAD: Final = ("牵头", "主")
_WORD: Final = re.compile(r"^\(?联合体(?:成员)?[:]?\)?|(?:组成的?)?\(?联合体(?:投标)?\)?$")


@dataclass(frozen=True, slots=True)
class Members:
    """Bidders of each row: `names[k]` and `roles[k]` are the k-th bidder (null where there are fewer).

    `name` is what a consortium is called (its members' names), null for a bidder of its own; `unclear` marks cells
    that say 联合体 and name one party only, or whose brackets do not pair, or list names of which some are no full
    registered ones.
    """

    names: list[pl.Series]
    roles: list[pl.Series]
    name: pl.Series
    unclear: pl.Series


def read_members(cells: pl.Series) -> Members:
    """Split the bidder cells that name several.

    A cell is a consortium where it says 联合体 or 牵头, says of each party what it is, or lists two or more full registered
    names.
    """
    text = cells.str.normalize("NFKC")
    maybe = text.str.contains(_MAYBE).fill_null(False).arg_true().to_list()
    several: dict[int, list[tuple[str, str]]] = {}
    unclear: list[int] = []
    for at, cell in zip(maybe, text.gather(maybe).to_list(), strict=True):
        members = _members(cell)
        if len(members) > 1:
            several[at] = members
        elif "联合体" in cell or "牵头" in cell:
            unclear.append(at)
            several[at] = members or [(cell, "bidder")]
        elif _some_full(cell):
            unclear.append(at)
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


def _depths(cell: str) -> list[int]:
    """In how many brackets each character stands; empty where they do not pair."""
    depth, told = 0, []
    for c in cell:
        depth += (c == "(") - (c == ")")
        if depth < 0:
            return []
        told.append(depth)
    return [] if depth else told


def _parts(cell: str) -> list[str]:
    """What separators outside brackets part."""
    depths = _depths(cell) or [0] * len(cell)
    ends = [m for m in re.finditer(_SEPARATOR, cell) if not depths[m.start()]]
    starts = [0, *(m.end() for m in ends)]
    parts = [cell[a:b] for a, b in zip(starts, [*(m.start() for m in ends), len(cell)], strict=True)]
    return [p for p in parts if p.strip()]


def _apart(cell: str) -> str:
    """The cell with a line's end between parties that nothing but their roles part: 甲公司(牵头人)乙公司(成员)."""
    roles = list(_ROLE.finditer(cell))
    if len(roles) < 2:
        return cell
    before = not cell[: roles[0].start()].strip()
    at = [m.start() for m in roles[1:]] if before else [m.end() for m in roles[:-1]]
    return "\n".join(cell[a:b] for a, b in zip([0, *at], [*at, len(cell)], strict=True))


def _listed(cell: str) -> list[tuple[str, str]]:
    """The parties of a cell that lists some in brackets; empty where it can't be told who stands beside the lists."""
    depths = _depths(cell)
    outside, members = "", []
    at = 0
    while depths and (found := _LIST.search(cell, at)):
        if depths[found.start()] != 1:
            return []
        end = next(n for n in range(found.start(), len(cell)) if not depths[n])
        lead = (found["word"] or "").startswith(_LEAD)
        inside = [_ROLE.sub("", p).strip(" :") for p in _parts(cell[found.end() : end])]
        members += [(p, "consortium_lead" if lead else "consortium_member") for p in inside if p]
        outside += cell[at : found.start()]
        at = end + 1
    others = [_WORD.sub("", _ROLE.sub("", p).strip(" :")).strip(" :") for p in _parts(outside + cell[at:])]
    others = [p for p in others if p]
    if not depths or len(others) > 1:
        return []
    led = any(role == "consortium_lead" for _, role in members)
    return [(p, "consortium_member" if led else "consortium_lead") for p in others] + members


def _some_full(cell: str) -> bool:
    """Is a name before the last of a cell's a registered one, so that it is no part of what follows (A&B有限公司)?"""
    before = [_ROLE.sub("", p).strip(" :") for p in _parts(cell)[:-1]]
    return bool(is_full_legal_name(pl.Series(before, dtype=pl.String)).any())


def _members(cell: str) -> list[tuple[str, str]]:
    if _LIST.search(cell):
        return _listed(cell)
    if wrapped := _WRAPPED.fullmatch(cell.strip()):
        cell = "联合体:" + (wrapped["after"] or wrapped["before"] or "")
    parts = _parts(_apart(cell))
    said = "联合体" in cell or "牵头" in cell or (len(parts) > 1 and all(map(_SAYS.search, parts)))
    if len(parts) == 1 and said:
        # 甲公司与乙公司联合体: 与 and 和 part names only where both sides are full names.
        parts = re.split(r"(?<=公司)[与和及]", parts[0])
    if said and not _depths(cell):
        return []
    members: list[tuple[str, str]] = []
    for part in parts:
        role = _ROLE.search(part)
        plain = _ROLE.sub("", part).strip(" :")
        name = _WORD.sub("", plain).strip(" :")
        prefix = re.match(rf"^(?:联合体)?({_BEFORE}|成员):?\s*(?=\S)", name)
        name = name[prefix.end() :] if prefix else name
        word = role.group("role") if role else prefix[1] if prefix else ""
        if name.strip():
            lead = any(word.startswith(w) for w in _LEAD) if word else False
            members.append((name.strip(), "consortium_lead" if lead else "consortium_member"))
    if not said:
        full = is_full_legal_name(pl.Series([name for name, _ in members], dtype=pl.String))
        if len(members) < 2 or not full.all():
            return []
    return members
