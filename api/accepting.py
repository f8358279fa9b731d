"""Which of the formats at hand a request's `Accept` prefers (RFC 9110, section 12.5.1)."""

from __future__ import annotations

from collections.abc import Mapping


def preferred(accept: str, offered: Mapping[str, str]) -> str | None:
    """The name of the offered format (name: media type, the first the service's own choice) that is wanted most.

    Of equal weight, the one named more precisely, then the one that stands first in `accept`. None where none is
    accepted; an empty header accepts all.
    """
    ranges = [_range(part, at) for at, part in enumerate(accept.split(",")) if part.strip()]
    if not ranges:
        return next(iter(offered))
    found: list[tuple[float, int, int, int, str]] = []
    for order, (name, media) in enumerate(offered.items()):
        type_, _, subtype = media.partition(";")[0].partition("/")
        said = [
            (exact, weight, at)
            for (of_type, of_subtype, weight, at) in ranges
            if (exact := _fits(of_type, of_subtype, type_, subtype)) >= 0
        ]
        if said:
            # The most precise range that speaks of a format decides its weight: `image/*, image/png;q=0` refuses PNG.
            exact, weight, at = max(said, key=lambda one: (one[0], -one[2]))
            if weight > 0:
                found.append((-weight, -exact, at, order, name))
    return min(found)[-1] if found else None


def _range(part: str, at: int) -> tuple[str, str, float, int]:
    media, *parameters = (piece.strip().lower() for piece in part.split(";"))
    type_, _, subtype = media.partition("/")
    weight = 1.0
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                weight = min(1.0, max(0.0, float(value)))
            except ValueError:
                weight = 0.0
    return type_, subtype or "*", weight, at


def _fits(of_type: str, of_subtype: str, type_: str, subtype: str) -> int:
    """How precisely a range speaks of a media type: 2 by name, 1 by its kind, 0 of anything; below 0 not at all."""
    if of_type == "*":
        return 0
    if of_type != type_:
        return -1
    return 2 if of_subtype == subtype else 1 if of_subtype == "*" else -1
