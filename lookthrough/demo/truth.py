"""What must and must not be found in the demo world, worked out by hand and never by the product's own code."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod
from typing import Any, Final, Literal

Expect = Literal["finding", "suppressed", "none", "undecided"]
Kind = Literal["lot", "tender", "household", "company", "account", "group", "all"]

SHAREHOLDER: Final = "common-shareholder"
CONTROLLER: Final = "common-controller"
LOT_DETECTORS: Final = (SHAREHOLDER, CONTROLLER)
HOUSEHOLD_DETECTOR: Final = "household-multi-property"
PATTERNS: Final = (
    *("regular-price-difference", "price-screens", "co-bidding-group"),
    *("bid-rotation", "habitual-loser", "serial-winner"),
)


@dataclass(frozen=True)
class TruthLine:
    """One expectation: what `detector` says about one scope, most often a lot or household.

    * `expect`: "finding"; "suppressed" (found, and set aside by `rule`); "none"; "undecided" (no finding, and
      `subjects` are the bidders without ownership data).
    * `subjects`: ids of the tied bidders, sorted, or of the household.
    * `or_none`: leaving the hit out is right too, since the rule may be applied before a hit is made.
    * `scope_id` "*": wherever findings with these subjects are (accounts and groups have ids that depend on secret
      keys or on the detector); with the kind "all" and "none", the detector says nothing else anywhere.
    * `holder_name`, `holder_id` (companies only: persons' ids depend on a secret key), `shares` and `votes`
      (bidder id → fraction) let the numbers be checked.
    """

    scene: str
    detector: str
    scope_kind: Kind
    scope_id: str
    expect: Expect
    reason: str
    subjects: tuple[str, ...] = ()
    rule: str | None = None
    or_none: bool = False
    holder_name: str | None = None
    holder_id: str | None = None
    shares: dict[str, float] = field(default_factory=dict)
    votes: dict[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The line of `truth.jsonl`; empty extras are left out."""
        line: dict[str, Any] = {
            "scene": self.scene,
            "detector": self.detector,
            "scope": {"kind": self.scope_kind, "id": self.scope_id},
            "subjects": sorted(self.subjects),
            "expect": self.expect,
            "reason": self.reason,
        }
        extras = {
            "rule": self.rule,
            "or_none": self.or_none,
            "holder_name": self.holder_name,
            "holder_id": self.holder_id,
            "shares": dict(sorted(self.shares.items())),
            "votes": dict(sorted(self.votes.items())),
        }
        return line | {name: value for name, value in extras.items() if value}


def through(*percents: str) -> float:
    """The product of the shares (per cent, as text) along one chain, as a fraction."""
    return float(prod((Fraction(p) / 100 for p in percents), start=Fraction(1)))


def completed(lines: Iterable[TruthLine], scopes: Iterable[tuple[str, str, str]]) -> list[TruthLine]:
    """The lines, and a "none" for every detector and scope they leave out, in a fixed order.

    `scopes` holds (scene, "lot" or "household", scope id).
    """
    out = list(lines)
    stated = {(line.detector, line.scope_id) for line in out}
    for scene, kind, scope_id in scopes:
        detectors = LOT_DETECTORS if kind == "lot" else (HOUSEHOLD_DETECTOR,)
        for detector in detectors:
            if (detector, scope_id) not in stated:
                reason = "本范围内没有符合该规则的情形"
                shape: Literal["lot", "household"] = "lot" if kind == "lot" else "household"
                out.append(TruthLine(scene, detector, shape, scope_id, "none", reason))
    return sorted(
        out, key=lambda line: (line.scope_kind, line.scope_id, line.detector, line.holder_name or "")
    )


def closing(lines: Iterable[TruthLine]) -> list[TruthLine]:
    """A line for each detector of `lines` that says that nothing else may be found, but where patterns decide.

    What is usual, and so what stands out, depends on everybody's bids: there the scenes alone are judged.
    """
    reason = "此外没有其他应提示的情形"
    detectors = sorted({line.detector for line in lines} - set(PATTERNS))
    return [TruthLine("closing", d, "all", "*", "none", reason) for d in detectors]


def dumped(lines: Iterable[TruthLine]) -> str:
    """JSON Lines."""
    return "".join(json.dumps(line.as_json(), ensure_ascii=False) + "\n" for line in lines)
