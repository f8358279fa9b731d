"""A detector under local rules: each of its hits is judged by the values in force on its own date."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from detectors.definition import Detector, Draft, Row, Undecided
from detectors.rules.values import RuledValues


def hits(
    detector: Detector, rows: Mapping[str, Sequence[Row]], values: RuledValues
) -> Iterator[Draft | Undecided]:
    """What the detector finds in the answers to its queries.

    A detector that settles its values by place and month does so itself. Another is asked once for each span of time in
    which its values stay the same, and what it finds counts in its own span; a hit without a date has the newest values.
    """
    spans = () if detector.by_place else values.spans()
    if len(spans) < 2:
        yield from detector.assemble(rows, values)
        return
    newest = spans[-1]
    for start, end, settled in spans:
        for hit in detector.assemble(rows, settled):
            if isinstance(hit, Undecided):
                if settled is newest[2]:
                    yield hit
            elif (start <= hit.date and (not end or hit.date < end)) if hit.date else settled is newest[2]:
                yield replace(hit, values=settled if hit.values is None else hit.values)
