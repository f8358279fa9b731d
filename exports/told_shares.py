"""Where a finding's facts state shares and control: what a package has to prove, and a check to look for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def shares_with_paths(value: Any, at: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Everything in some facts that states a share with its chains, and where it stands (a JSON pointer below `at`)."""
    if isinstance(value, Mapping):
        if value.get("paths") and "share" in value:
            yield at, value
        for key, inner in value.items():
            yield from shares_with_paths(inner, f"{at}/{str(key).replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list | tuple):
        for n, inner in enumerate(value):
            yield from shares_with_paths(inner, f"{at}/{n}")


def links_of_bidders(facts: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Every link that is told of a bidder: where it stands, the bidder's id, the link."""
    for n, bidder in enumerate(facts.get("bidders") or ()):
        links = bidder.get("links") if isinstance(bidder, Mapping) else None
        for m, link in enumerate(links or ()):
            if isinstance(link, Mapping):
                yield f"/bidders/{n}/links/{m}", str(bidder["id"]), link


def control_of_links(facts: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Control that links rest on: where it stands, who controls, and what."""
    for at, _, link in links_of_bidders(facts):
        for n, told in enumerate(link.get("control") or ()):
            yield f"{at}/control/{n}", str(told["holder"]), str(told["company"])
