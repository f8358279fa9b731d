"""Members of a household are told once each, however many there are."""

from __future__ import annotations

from typing import Any

from api.reading import households


def member(
    person: int, relation: str | None = None, begun: str | None = None, ended: str | None = None
) -> Any:
    return {
        "id": f"person.local:{person}",
        "relation_to_head": relation,
        "valid_from": begun,
        "valid_to": ended,
    }


def test_memberships_are_compared_within_one_person_alone(monkeypatch):
    compared = []
    says_more = households._says_more
    monkeypatch.setattr(households, "_says_more", lambda *pair: compared.append(pair) or says_more(*pair))
    people = 400
    named = [member(n, "son", "2015-01-01") for n in range(people)]
    paid = [member(n) for n in range(people)]
    left = [member(n, ended="2012-01-01") for n in range(people)]
    told = households._told_once([*paid, *named, *left])
    # A list of payments says no more than the register; who left before is told beside.
    assert told == [*named, *left]
    assert len(compared) <= 5 * people
