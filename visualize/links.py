"""What the layout is told of each line of a picture."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Link:
    """A link to be laid out: `above` wants to stand over `below`.

    `structural` links (ownership, control) outrank all others; `level` links want both ends on one rank.
    `label_width` and `label_height` are the room its label needs, in pixels. `weight` (0 to 1 for shares) puts
    the heavier neighbour first.
    """

    id: str
    above: str
    below: str
    label_width: float = 0.0
    label_height: float = 0.0
    weight: float = 0.0
    structural: bool = False
    level: bool = False
