"""Who of a household's members is told twice: by name alone beside a number of his own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import polars as pl

from graph.names import UNNUMBERED, name_key
from graph.resolution.departures_by_name import meant_by

Member = tuple[str, str, str | None]
"""A membership: ids of household and person, and the person's name."""


def standing(person: str, since: str | None, until: str | None, day: str | None, today: str) -> bool:
    """Does a membership say who is a member on a day? One by name alone always does, and one with a number on that day.

    Who left by number may be named by a payment list still: then he is a member by that list. Days as ISO dates; `day`
    is None where none is asked for: then whoever has not left by `today` is one.
    """
    if person.startswith(UNNUMBERED):
        return True
    return (not until or until > (day or today)) and (day is None or not since or since <= day)


def known_by_number(members: Iterable[Member]) -> set[tuple[str, str]]:
    """Household and person of those known by name alone whom the household has with a number too.

    Within one household a name is one person's: a list of payments names the head without the number that the list of
    members gives. `members`: all of the households asked about; where a day is, of those with a number the ones
    `standing` then. Of two with numbers and one name nobody knows which of them it is; either way he is no member more.
    """
    frame = pl.DataFrame(
        sorted(set(members), key=lambda m: (m[0], m[1])),
        schema={"household": pl.String, "person": pl.String, "name": pl.String},
        orient="row",
    )
    frame = frame.with_columns(key=name_key(frame["name"])).drop_nulls("key")
    unnumbered = pl.col("person").str.starts_with(UNNUMBERED)
    numbered = frame.filter(~unnumbered)
    again = frame.filter(unnumbered).join(numbered, on=["household", "key"], how="semi")
    return set(again.select("household", "person").iter_rows())


def meant_by_number(members: Iterable[Member]) -> dict[tuple[str, str], str]:
    """Household and person known by name alone there → the one member with a number who bears the name.

    `members`: as `known_by_number` takes them. Of who bears the name of several with numbers nothing is said.
    """
    told = sorted({m for m in members if m[2]}, key=str)
    keys = name_key(pl.Series([m[2] for m in told], dtype=pl.String)).to_list()
    numbered: dict[tuple[str, str], set[str]] = defaultdict(set)
    for (household, person, _), key in zip(told, keys, strict=True):
        if not person.startswith(UNNUMBERED):
            numbered[household, key].add(person)
    return {
        (household, person): next(iter(one))
        for (household, person, _), key in zip(told, keys, strict=True)
        if person.startswith(UNNUMBERED) and len(one := numbered.get((household, key), set())) == 1
    }


_STATED: Final = ("stated_from", "stated_to")


def told_again(
    household: str, memberships: Sequence[Mapping[str, Any]], day: str | None, today: str
) -> set[str]:
    """Of one household who is known by name alone there and told with a number too: on a day, or as who has left.

    `memberships`: all of the household, with id and name of the person, stated_from, stated_to, valid_from, valid_to. Who is
    said by name alone to have left is whose membership that ends, whatever the day: he is not another who left.
    """
    stays = [m for m in memberships if standing(m["id"], m["valid_from"], m["valid_to"], day, today)]
    again = {person for _, person in known_by_number((household, m["id"], m["name"]) for m in stays)}
    if any(m["id"].startswith(UNNUMBERED) and m["stated_to"] for m in memberships):
        text = dict.fromkeys(("from_id", "to_id", *_STATED), pl.String)
        rows = pl.DataFrame(
            [(m["id"], household, *(m[k] for k in _STATED)) for m in memberships], schema=text, orient="row"
        )
        called = {m["id"]: m["name"] for m in memberships}
        names = pl.DataFrame(
            {"id": list(called), "name": list(called.values())}, schema={"id": pl.String, "name": pl.String}
        )
        meant = meant_by(rows, names)
        again.update(meant.filter(~pl.col("meant").str.starts_with(UNNUMBERED))["from_id"])
    return again
