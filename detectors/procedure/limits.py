"""What the rules of a procedure need: the facts of each tender and lot, and a draft for one that breaks a limit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import polars as pl

from detectors.definition import Draft, Evidence, Row, Severity, Undecided
from detectors.question import Question
from detectors.ties.lot_names import lot_name, tender_name

TENDERS: Final = Question(
    "MATCH (t:Tender) RETURN t.id AS tender_id, t.title AS tender_title, "
    "t.regime AS regime, t.method AS method, t.status AS tender_status, t.published_on AS published_on, "
    "t.bid_deadline AS bid_deadline, t.opened_on AS opened_on, t.awarded_on AS awarded_on, t.contract_signed_on AS contract_signed_on, "
    "t.deposit AS deposit, t.currency AS deposit_currency",
    "tenders",
    "t:Tender",
)
TENDERS_COLUMNS: Final = (
    *("tender_id", "tender_title", "regime", "method", "tender_status", "published_on", "bid_deadline"),
    *("opened_on", "awarded_on", "contract_signed_on", "deposit", "deposit_currency"),
)
STATED: Final = Question(
    "MATCH (t:Tender) RETURN t.id AS tender_id, t.stated AS stated", "tenders", "t:Tender"
)
"""What each source states of a tender, as it is kept; nothing where they agree."""
STATED_COLUMNS: Final = ("tender_id", "stated")
TENDER_COUNT: Final = "MATCH (t:Tender) RETURN count(DISTINCT t.id) AS n"
LOTS: Final = Question(
    "MATCH (l:Lot) OPTIONAL MATCH (l)-[:LOT_OF]->(t:Tender) RETURN l.id AS lot_id, coalesce(l.title, l.number) AS lot_title, "
    "l.bid_on AS bid_on, l.status AS lot_status, l.estimate AS estimate, l.currency AS estimate_currency, "
    "t.id AS tender_id, t.title AS tender_title, t.regime AS regime, t.method AS method, t.status AS tender_status",
    "lots",
    "l:Lot",
)
LOTS_COLUMNS: Final = (
    *("lot_id", "lot_title", "bid_on", "lot_status", "estimate", "estimate_currency"),
    *("tender_id", "tender_title", "regime", "method", "tender_status"),
)

FAILED: Final = ("lot_failed", "cancelled")


def tells(regime: str | None, method: str | None, methods: Mapping[str, Sequence[str]]) -> bool | None:
    """Does the rule apply under this regime and method? None: the data do not say.

    `methods`: for each regime that carries the rule, the methods it binds; empty = all.
    """
    if regime is None:
        # The method alone can exclude the rule, whatever the regime.
        bound = {m for allowed in methods.values() for m in allowed}
        open_to_all = any(not allowed for allowed in methods.values())
        return None if open_to_all or method is None or method in bound else False
    if regime not in methods:
        return False
    allowed = methods[regime]
    if not allowed or method in allowed:
        return True
    return None if method is None else False


def each_lot(lots: pl.DataFrame, methods: Mapping[str, Sequence[str]]) -> Iterator[tuple[Row, bool | None]]:
    """The first row of each lot, in order of lots, with what `tells` says of it. `lots`: rows of LOTS.

    Of a lot that hangs on several tenders the rule applies where it does under each of them; what these state
    differently of regime and method is empty, and `mixed` is true.
    """
    each: dict[str, list[Row]] = defaultdict(list)
    for row in lots.iter_rows(named=True):
        each[row["lot_id"]].append(row)
    for _, mine in sorted(each.items()):
        said = {c: {r[c] for r in mine if r[c]} for c in ("regime", "method")}
        one = {c: next(iter(found)) if len(found) == 1 else None for c, found in said.items()}
        told = {tells(r["regime"] or one["regime"], r["method"] or one["method"], methods) for r in mine}
        mixed = any(len(found) > 1 for found in said.values())
        yield {**mine[0], **one, "mixed": mixed}, told.pop() if len(told) == 1 else None


def unknown_rule(kind: str, id_: str, regime: str | None, mixed: bool = False) -> Undecided:
    """The regime or the method is missing, or a lot has several (`mixed`), so nobody can say whether the rule binds."""
    if mixed:
        return Undecided(
            kind,
            id_,
            (),
            "所属各项目的适用法律制度或采购方式不一，无法判定规则是否适用",
            "its tenders differ in regime or method: whether the rule applies cannot be decided",
        )
    what = ("采购方式", "the method") if regime else ("适用法律制度", "the regime")
    return Undecided(
        kind,
        id_,
        (),
        f"缺少{what[0]}，无法判定规则是否适用",
        f"{what[1]} is missing: whether the rule applies cannot be decided",
    )


def rule_draft(
    kind: str,
    row: Row,
    *,
    date: str | None,
    facts: Mapping[str, Any],
    words: Mapping[str, str],
    severity: Severity | None = None,
    subjects: Sequence[str] = (),
    nodes: Sequence[str] = (),
    suppressed_by: tuple[str, str, str] | None = None,
) -> Draft:
    """A tender ("tender") or lot ("lot") whose dates, counts or amounts are outside a rule's limit."""
    id_ = str(row[f"{kind}_id"])
    named = {"tender": tender_name(row)}
    if kind == "lot":
        named["lot"], named["lot_en"] = lot_name(row)
    return Draft(
        scope_kind=kind,
        scope_id=id_,
        identity={f"{kind}_id": id_},
        subjects=tuple(subjects) or (id_,),
        facts={"as_of": date, "regime": row["regime"], "method": row["method"], **facts},
        words=named | dict(words),
        date=date,
        regime=row["regime"],
        evidence=Evidence(tuple(sorted({id_, *nodes})), ()),
        suppressed_by=suppressed_by,
        severity=severity,
    )
