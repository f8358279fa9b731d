"""The interests of one relationship statement, read and put together."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from loaders.bods.complaints import complain
from loaders.bods.shares import Share, read_share
from loaders.bods.statements import Statement, read_date
from loaders.bods.vocabulary import HOLDING, INTEREST, lei_relationship, snake
from loaders.context import ReadContext
from loaders.identity import masked_in


@dataclass(slots=True)
class Holding:
    """Shares and votes one relationship states for one span and directness: one OWNS row."""

    indirect: bool
    until: str | None
    share: Share = field(default_factory=Share)
    votes: Share = field(default_factory=Share)


@dataclass(frozen=True, slots=True)
class Control:
    """One interest that is no share: one EXERCISES_CONTROL row, or a branch."""

    interest: str
    direct: bool | None
    until: str | None
    share: float | None
    details: str | None
    branch: str | None = None


def read_interests(
    statement: Statement, component_of_holding: bool, context: ReadContext
) -> tuple[list[Holding], list[Control]] | None:
    """What a relationship states. None where the statement is refused (and the complaint made).

    * Several shareholding interests of one directness and end add up (classes of shares; direct beside
      indirect stays apart). Shares and votes of one relationship share a row.
    * A relationship, or an interest, without a type is control of unknown kind; as a component of an indirect
      holding it is a holding of unknown share.
    """
    listed = statement.details.get("interests")
    raw = [i for i in listed if isinstance(i, dict)] if isinstance(listed, list) else []
    routed = bool(statement.details.get("componentRecords"))
    holdings: dict[tuple[bool, str | None], Holding] = {}
    controls: list[Control] = []
    seen: set[str] = set()
    for interest in raw or [{}]:
        same = json.dumps(interest, sort_keys=True, default=str)
        if same in seen:
            complain(context, "bods-interest-repeated", statement.file, statement.id, column="interests")
            continue
        seen.add(same)
        until, good = _until(interest, statement, context)
        share, code = read_share(interest.get("share"))
        if code:
            column, value = "interests.share", interest.get("share")
            complain(context, code, statement.file, statement.id, column=column, value=_plain(value))
            good = good and code == "bods-share-exact-and-range"
        if not good:
            return None
        kind = snake(interest.get("type"))
        how = snake(interest.get("directOrIndirect") or interest.get("interestLevel"))
        indirect = how == "indirect" or (routed and how != "direct")
        if kind in HOLDING or (not kind and component_of_holding):
            if not kind:
                complain(context, "bods-component-without-type", statement.file, statement.id)
            holding = holdings.setdefault((indirect, until), Holding(indirect, until))
            if HOLDING.get(kind) == "votes":
                holding.votes = _sum(holding.votes, share)
            else:
                holding.share = _sum(holding.share, share)
        else:
            controls.append(_control(interest, kind, how, indirect, until, share, statement, context))
    for holding in holdings.values():
        if any(s.exact is not None and s.exact > 1 + 1e-9 for s in (holding.share, holding.votes)):
            complain(
                context, "bods-share-not-a-number", statement.file, statement.id, column="interests.share"
            )
            return None
    return list(holdings.values()), controls


def _control(
    interest: Mapping[str, Any],
    kind: str,
    how: str,
    indirect: bool,
    until: str | None,
    share: Share,
    statement: Statement,
    context: ReadContext,
) -> Control:
    name = INTEREST.get(kind)
    details = interest.get("details")
    words = masked_in(details.strip()) or None if isinstance(details, str) else None
    if kind and name is None:
        complain(
            context,
            "bods-unknown-code",
            statement.file,
            statement.id,
            column="interests.type",
            value=interest.get("type"),
        )
        words = f"{interest.get('type')}: {words}" if words else str(interest.get("type"))
    direct: bool | None = False if indirect else True if how == "direct" else None
    lei = lei_relationship(details) if name == "other_influence_or_control" else None
    if lei is not None:
        return Control(
            lei.get("interest", "branch"), lei.get("direct"), until, share.exact, words, lei.get("branch")
        )
    return Control(name or "unknown", direct, until, share.exact, words)


def _until(
    interest: Mapping[str, Any], statement: Statement, context: ReadContext
) -> tuple[str | None, bool]:
    """(end of the interest, whether its dates make sense)."""
    start, good_start = read_date(interest.get("startDate"))
    end, good_end = read_date(interest.get("endDate"))
    good_end = good_end and (end is None or len(end) > 4)
    if not good_start or not good_end:
        column = "interests.endDate" if good_start else "interests.startDate"
        value = interest.get("endDate" if good_start else "startDate")
        complain(
            context, "bods-interest-date", statement.file, statement.id, column=column, value=_plain(value)
        )
        return None, False
    if start and end:
        n = min(len(start), len(end))
        if end[:n] < start[:n]:
            complain(
                context,
                "bods-end-before-start",
                statement.file,
                statement.id,
                column="interests.endDate",
                value=f"{start} – {end}",
            )
            return None, False
    return end, True


def _sum(a: Share, b: Share) -> Share:
    """Two classes of one holder's shares."""
    if not a or not b:
        return a if a else b
    if a.exact is not None and b.exact is not None:
        return Share(exact=a.exact + b.exact)
    lows = [s.exact if s.exact is not None else s.low for s in (a, b)]
    highs = [s.exact if s.exact is not None else s.high for s in (a, b)]
    high = None if None in highs else min(1.0, sum(h for h in highs if h is not None))
    return Share(
        None,
        sum(x for x in lows if x is not None),
        high,
        bool(a.low_open or b.low_open),
        bool(a.high_open or b.high_open) if high is not None and high < 1 else None,
    )


def _plain(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=float)
