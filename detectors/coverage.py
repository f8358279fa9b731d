"""What can't be decided, and why: absent is not false."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from detectors.definition import Row, Undecided


def without_ownership(bidders: Sequence[Row], covered: Sequence[Row]) -> Iterator[Undecided]:
    """Lots some of whose bidders have no ownership data at all."""
    known = {r["bidder_id"] for r in covered}
    lots: dict[str, set[str]] = defaultdict(set)
    for row in bidders:
        lots[row["lot_id"]].add(row["bidder_id"])
    for lot, parties in sorted(lots.items()):
        lacking = tuple(sorted(parties - known))
        blank = len(lacking)
        if blank:
            yield Undecided(
                "lot",
                lot,
                lacking,
                f"{len(parties)}家投标人中有{blank}家没有股权数据，其间的股权关系无法判定",
                f"{blank} of {len(parties)} bidders have no ownership data: ties between them cannot be decided",
            )
