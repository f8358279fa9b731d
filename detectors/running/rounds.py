"""Lots whose tender was held again under the same number: each round is looked at by itself, as of its own day.

Beside such a lot stand its rounds, as lots that only questions know: `<lot>@开标<day>`, with the bids opened on that day and
what its rows state of them. Detectors of ties see both: those who bid together in a round are tied there, and a tie that
only the lot as a whole shows, of bidders that met in no round, is undecided. Detectors that count or compare bids, or judge
each bidder by what holds on the day, see the rounds alone, all others the lot alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import polars as pl

from detectors.definition import Detector, Draft, Evidence, Undecided
from detectors.finding import Finding
from detectors.rows import Rows
from detectors.ties.bid_days import held_on_the_bid_date
from detectors.ties.lot_names import lot_name
from graph.counted import counted
from graph.round_days import MARK
from graph.rounds import BidOfRounds

_TIES: Final = frozenset(
    {("lot_id", "holder_id"), ("lot_id", "holder_name"), ("lot_id", "related_id", "to_id")}
)
"""What makes a tie of bidders with each other the same next time; others are of a bidder, or of a party beside it."""
_PRICES: Final = ("amount", "rate")
_MEND_ZH: Final = "请先核对开标日期；写错的，撤回所在批次、改正后重新导入，确为再次招标的，撤回载有第二次招标的批次，为其另编项目编号或标段编号，再重新导入"
_MEND_EN: Final = (
    "Verify the days first. Where one was mistyped, unload its batch, correct it, load it again; where the tender was held "
    "again, unload the batch with the second round, give it a number of its own, and load it again"
)


class ByRound:
    """The rounds of lots, and of bids in the same way: `bids` as `bids_of_rounds` gives them, `canonical`: id → canonical id of parties with several."""

    def __init__(self, bids: Mapping[str, Sequence[BidOfRounds]], canonical: Mapping[str, str]):
        self._bids, self._canonical = bids, canonical
        self._lots = frozenset(bids)
        self._round: dict[str, tuple[str, str]] = {}
        self._said: dict[str, Mapping[str, Any]] = {}
        self._undated: dict[str, set[str]] = {}
        self._failed: set[str] = set()
        self._won: set[str] = set()
        self._said_failed: set[str] = set()
        self._names: dict[str, tuple[str, str]] = {}
        self._told: dict[tuple[str, tuple[tuple[str, str], ...]], str] = {}
        of_bids: set[tuple[str, str, str]] = set()
        for lot, mine in bids.items():
            days = sorted({day for b in mine for day in b.days})
            won = {day for b in mine for day in b.won_on}
            # Had it not failed, it would not have been held again.
            self._failed |= {_at(lot, day) for day in days[:-1] if day not in won}
            self._won |= {_at(lot, day) for day in won}
            self._undated[lot] = {b.bid for b in mine if not b.days}
            for b in mine:
                of_bids |= {(lot, b.bid, day) for day in b.days or days}
                self._said |= {_at(b.bid, day): said for day, said in b.said.items()}
        self._bids_of = frozenset(bid for _, bid, _ in of_bids)
        for lot, bid, day in of_bids:
            self._round |= {_at(lot, day): (lot, day), _at(bid, day): (bid, day)}
        columns = ("lot_id", "bid_id", "day")
        self._of_bids = pl.DataFrame(
            sorted(of_bids), schema=dict.fromkeys(columns, pl.String()), orient="row"
        )

    def beside(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Rows of a question about lots or bids, and those of the same again for each round."""
        on = [c for c in ("lot_id", "bid_id") if c in frame.columns]
        if not self._lots or not on:
            return frame
        each = self._of_bids.select(*on, "day").unique(maintain_order=True)
        rows = [
            self._of_round(row) for row in frame.join(each, on=on, maintain_order="left_right").to_dicts()
        ]
        return pl.concat([frame, pl.DataFrame(rows, schema=frame.schema, orient="row")])

    @property
    def lots(self) -> frozenset[str]:
        """The lots that have several rounds."""
        return self._lots

    def beside_as_of(self, frame: pl.DataFrame, ever: pl.DataFrame) -> pl.DataFrame:
        """Rows about lots as of their days, and those about their rounds as of theirs. `ever`: about lots on whatever day, with
        `holds_from` and `holds_to`."""
        rounds = self._of_bids.select("lot_id", bid_on="day").unique()
        of_rounds = ever.join(rounds, on="lot_id", maintain_order="left_right").filter(held_on_the_bid_date())
        of_rounds = of_rounds.with_columns(lot_id=pl.col("lot_id") + MARK + pl.col("bid_on"))
        told = of_rounds.select(pl.col(c).cast(t) for c, t in frame.schema.items())
        return pl.concat([frame, told.unique(maintain_order=True)])

    def _of_round(self, row: dict[str, Any]) -> dict[str, Any]:
        lot, bid, day = row.get("lot_id"), row.get("bid_id"), row.pop("day")
        if lot and row.get("lot_status") == "lot_failed":
            self._said_failed.add(lot)
        told: dict[str, Any] = {"lot_id": _at(lot, day), "bid_id": _at(bid, day)}
        told |= {"bid_on": day, "bid_on_from": "opened_on"}
        if lot and bid:
            if "tender_id" in row:
                self._names.setdefault(lot, lot_name(row))
            told |= self._said.get(told["bid_id"], {})
            if bid in self._undated[lot]:
                # Of which round its price is, is not known.
                told |= dict.fromkeys(_PRICES)
        elif told["lot_id"] in self._failed:
            told["lot_status"] = "lot_failed"
        elif told["lot_id"] in self._won and row.get("lot_status") == "lot_failed":
            # Stated of the lot: of a round that nobody won.
            told["lot_status"] = None
        return row | {k: v for k, v in told.items() if k in row}

    def seen_by(self, detector: Detector, rows: Rows) -> Rows:
        """The rows that a detector looks at."""
        on = next((c for c in ("lot_id", "bid_id") if c in rows.frame.columns), None)
        if not self._lots or not on or _is_tie(detector):
            return rows
        out = self._lots | self._bids_of if detector.by_round or detector.each_round else self._round.keys()
        listed = pl.Series(on, sorted(out), pl.String)
        return Rows(rows.frame.filter(~pl.col(on).is_in(listed.implode())))

    def placed(self, detector: Detector, hit: Draft | Undecided) -> Draft | Undecided | None:
        """A hit of a round as one of its lot, which says which round; None where that of the lot as a whole says it."""
        if not self._round:
            return hit
        if hit.scope_id not in self._round:
            told_of = isinstance(hit, Draft) and (*hit.evidence.nodes, str(hit.facts), str(hit.identity))
            if isinstance(hit, Undecided) or not told_of or not any(MARK in text for text in told_of):
                return hit
            # Of another lot, and of a bidder who bid in a round of this one.
            return replace(
                hit,
                facts=self._plain(hit.facts),
                identity=self._plain(hit.identity),
                evidence=self._plainly(hit.evidence),
            )
        lot, day = self._round[hit.scope_id]
        if isinstance(hit, Undecided):
            return None if _is_tie(detector) else self._gap(detector, hit, lot, day)
        if hit.suppressed_by and hit.suppressed_by[0] == "lot" and self._others(hit) <= {lot}:
            return None
        if detector.counts_rows and self._mistyped(lot, day, int(hit.facts.get("limit", 0))):
            # Told once of the lot, whatever the rounds.
            first = self._told.setdefault((detector.id, (("lot_id", lot),)), day)
            return self._one_round(lot) if first == day else None
        return self._draft(detector, hit, lot, day)

    def _mistyped(self, lot: str, day: str, limit: int) -> bool:
        """May the day of a round be another's, mistyped, so that all together were no fewer than the limit?

        No tender is held again once it is awarded; one that failed, as is stated, was; else whoever bids again is likely to be
        among the first's bidders.
        """
        days: dict[str, set[str]] = {}
        for b in self._bids[lot]:
            days.setdefault(self._canonical.get(b.bidder, b.bidder), set()).update(b.days)
        if len(days) < limit:
            return False
        awarded = any(on < day for b in self._bids[lot] for on in b.won_on)
        again = any(day in opened and len(opened) > 1 for opened in days.values())
        return awarded or not (again or lot in self._said_failed)

    def _one_round(self, lot: str) -> Undecided:
        days = "、".join(sorted({day for b in self._bids[lot] for day in b.days}))
        who = {self._canonical.get(b.bidder, b.bidder) for b in self._bids[lot]}
        return Undecided(
            "lot",
            lot,
            tuple(sorted(who)),
            f"投标在不同日期开标（{days}），可能是流标后再次招标，用的是同一编号，也可能是日期写错：各次的投标个数无法判定。{_MEND_ZH}",
            f"bids were opened on different days ({days}), perhaps as the tender failed and was held again under the same number, "
            f"perhaps as a day was mistyped: how many bids there were each time cannot be decided. {_MEND_EN}",
        )

    def _gap(self, detector: Detector, hit: Undecided, lot: str, day: str) -> Undecided | None:
        if self._undated[lot] and detector.by_round:
            # Told of the lot by `unplaced`.
            return None
        zh, en = f"{day}开标的一次投标：", f"of the bids opened on {day}: "
        return replace(hit, scope_id=lot, missing_zh=zh + hit.missing_zh, missing_en=en + hit.missing_en)

    def unplaced(self, detector: Detector) -> Iterator[Undecided]:
        """Lots of which a detector can't judge each round, as some bids state no day of opening."""
        if not detector.by_round or detector.over_all:
            return
        for lot, bids in self._bids.items():
            days = "、".join(sorted({day for b in bids for day in b.days}))
            who = {self._canonical.get(b.bidder, b.bidder) for b in bids if not b.days}
            if who:
                yield Undecided(
                    "lot",
                    lot,
                    tuple(sorted(who)),
                    f"标段有多次开标（{days}），而{len(who)}家投标人的投标未载明开标日期，属哪一次招标不明，逐次计数、比较无法判定",
                    f"the lot's bids were opened on several days ({days}), and those of {counted(len(who), 'bidder')} state none: "
                    "of which round they are is not known, so that each round cannot be counted and compared by itself",
                )

    def _others(self, hit: Draft) -> set[str]:
        """The lots of the bidders that a tie across lots names."""
        told = [b["lot"] for b in hit.facts.get("bidders", ()) if b.get("lot")]
        return {self._round[at][0] if at in self._round else at for at in told}

    def _draft(self, detector: Detector, hit: Draft, lot: str, day: str) -> Draft | None:
        identity = {k: self._plain(v) for k, v in hit.identity.items()}
        if hit.suppressed_by and hit.suppressed_by[0] in ("lot", "consortium"):
            # Told once of the lot, whatever the rounds.
            first = self._told.setdefault((detector.id, tuple(sorted(identity.items()))), day)
            if first != day:
                return None
        else:
            # Each round is a finding of its own, and stays it whatever further rounds are loaded.
            identity["lot_id"] = hit.scope_id
        words = dict(hit.words)
        if "lot" in words and lot in self._names:
            zh, en = self._names[lot]
            words |= {"lot": f"{zh}，{day}开标", "lot_en": f"{en}, bids opened on {day}"}
        # Rounds are told from the days of opening; that they are rounds nobody has said.
        strict = detector.by_round and (hit.severity or detector.severity) == "prohibited"
        return replace(
            hit,
            scope_id=lot,
            identity=identity,
            facts=self._plain(hit.facts) | {"round": day},
            words=words,
            severity="review" if strict else hit.severity,
            evidence=self._plainly(hit.evidence),
        )

    def _plainly(self, evidence: Evidence) -> Evidence:
        return Evidence(tuple(sorted({self._plain(n) for n in evidence.nodes})), evidence.keys)

    def _plain(self, value: Any) -> Any:
        """The same with lots and bids in the place of their rounds."""
        if isinstance(value, str):
            return self._round[value][0] if value in self._round else value
        if isinstance(value, Mapping):
            return {k: self._plain(v) for k, v in value.items()}
        return [self._plain(v) for v in value] if isinstance(value, list | tuple) else value

    def of_one_round(
        self, findings: Sequence[Finding], detectors: Mapping[str, Detector]
    ) -> tuple[list[Finding], list[tuple[str, Undecided]]]:
        """The findings without ties over the rounds of a lot, and what can't be decided of those that met no other."""
        kept, undecided = [], []
        for f in findings:
            if f.scope_id not in self._lots or "round" in f.facts or not _is_tie(detectors[f.detector]):
                kept.append(f)
                continue
            days: dict[str, frozenset[str]] = {}
            for b in self._bids[f.scope_id]:
                id_ = self._canonical.get(b.bidder, b.bidder)
                if id_ in f.subjects:
                    days[id_] = days.get(id_, frozenset()) | b.days
            if f.suppressed_by is None and _alone(days):
                undecided.append((f.detector, _undecided(f, days)))
        return kept, undecided


def _at(id_: object, day: str) -> str:
    return f"{id_}{MARK}{day}"


def _is_tie(detector: Detector) -> bool:
    return detector.of_lots and detector.identity in _TIES


def _alone(days: Mapping[str, frozenset[str]]) -> list[str]:
    """Who bid on no day of any other; where a day is not known, they may have met."""
    return [
        who
        for who, opened in days.items()
        if opened and all(other and not opened & other for them, other in days.items() if them != who)
    ]


def _undecided(found: Finding, days: Mapping[str, frozenset[str]]) -> Undecided:
    each = sorted({day for opened in days.values() for day in opened})
    return Undecided(
        "lot",
        found.scope_id,
        tuple(sorted(days)),
        f"有关联的投标人的投标在不同日期开标（{'、'.join(each)}），可能是流标后再次招标，用的是同一编号，也可能是日期写错：是否同次投标无法判定。"
        + _MEND_ZH,
        f"tied bidders' bids were opened on different days ({', '.join(each)}), perhaps as the tender failed and was held again "
        f"under the same number, perhaps as a day was mistyped: whether they bid together cannot be decided. {_MEND_EN}",
    )
