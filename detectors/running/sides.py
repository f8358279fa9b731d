"""Which bidders a finding ties to which: most tie all they name to one another, some only those on their two sides.

Kin tie a bidder of the one to a bidder of the other, not two bidders of one of them; a winner is tied to who declined. A
party of the procedure, or a debarred one, is no tie between the bidders linked to it, unless it or one and the same person
stands in both, or it bids itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any, Final

from detectors.finding import Finding

Pair = tuple[str, str]
_HIMSELF: Final = ("holds", "controls", "manages", "branch", "head_office", "advises")
"""How a party stands in a bidder itself: what it owns of it, controls or manages, as one company with it, or by its work."""
_ABOVE: Final = ("controller", "holder", "manager", "branches", "person", "employer_controls")


def tied_pairs(f: Finding, here: Iterable[str]) -> frozenset[Pair]:
    """The pairs of the bidders `here` that a finding ties to each other, each sorted."""
    told = _PAIRS.get(f.detector)
    every = combinations(sorted(here), 2)
    return frozenset(every if told is None else (p for p in every if told(f.facts, *p)))


def reached_by(f: Finding, bidders: Sequence[str]) -> frozenset[str]:
    """Of a link to a third party, who stands in each of the bidders; empty of every other finding, or where nobody does."""
    if f.detector not in PARTY_LINKS:
        return frozenset()
    ends = _ends(f.facts)
    found = [ends[b] for b in bidders]
    own = frozenset({_party(f.facts)} & set(bidders))
    return frozenset.intersection(*(frozenset(e) for e in found)) | own if found else frozenset()


def _kin(facts: Mapping[str, Any], one: str, other: str) -> bool:
    by = _by_bidder(facts, lambda link: link.get("person"))
    return _apart(by[one], by[other])


def _concert(facts: Mapping[str, Any], one: str, other: str) -> bool:
    members = facts.get("members") or {}
    return _apart(set(members.get(one, ())), set(members.get(other, ())))


def _declined(facts: Mapping[str, Any], one: str, other: str) -> bool:
    return (facts.get("declined") or {}).get("id") in (one, other)


def _linked(facts: Mapping[str, Any], one: str, other: str) -> bool:
    ends = _ends(facts)
    return _party(facts) in (one, other) or not ends[one].isdisjoint(ends[other])


def _apart(one: set[str], other: set[str]) -> bool:
    """Does somebody on one side differ from somebody on the other?"""
    return bool(one and other) and len(one | other) > 1


def _party(facts: Mapping[str, Any]) -> str:
    return str((facts.get("holder") or {}).get("id"))


def _ends(facts: Mapping[str, Any]) -> dict[str, set[str]]:
    """Who stands in each bidder: itself, and the party, a person or company of it, or kin of one."""
    party = _party(facts)

    def end(link: Mapping[str, Any]) -> str | None:
        how = link.get("how")
        if how in _HIMSELF:
            return party
        who = link.get("kin") if how == "kin" else link.get("via") if how in _ABOVE else None
        return str(who["id"]) if who else None

    found = _by_bidder(facts, end)
    for bidder, ends in found.items():
        ends.add(bidder)
    return found


def _by_bidder(
    facts: Mapping[str, Any], told: Callable[[Mapping[str, Any]], str | None]
) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for bidder in facts.get("bidders", ()):
        found[str(bidder["id"])].update(who for link in bidder.get("links", ()) if (who := told(link)))
    return found


PARTY_LINKS: Final = (
    *("bidder-linked-to-buyer", "bidder-linked-to-service-party"),
    *("agency-bids-in-its-tender", "affiliate-of-debarred"),
)
_PAIRS: Final[dict[str, Callable[[Mapping[str, Any], str, str], bool]]] = {
    "related-persons": _kin,
    "concert-partners": _concert,
    "winner-declines": _declined,
    **dict.fromkeys(PARTY_LINKS, _linked),
}
