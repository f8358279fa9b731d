"""What people do with a finding: take it up, decide, reopen, suppress for a while."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection, insert, update

from cases import audit, findings
from cases.comparing import decision_detail, suppression_detail
from cases.errors import InvalidValueError, TransitionError
from cases.moments import end_said
from cases.reasons import said_why
from cases.records import STATES, TRANSITIONS
from cases.tables import DecisionRow, FindingRow, SuppressionRow

STATE_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "new": ("新", "new"),
    "in_review": ("核查中", "in review"),
    "confirmed": ("属实", "confirmed"),
    "cleared": ("排除", "cleared"),
    "not_decidable": ("无法判定", "not decidable"),
}


def decide(connection: Connection, at: str, id_: str, state: str, reason: str, actor: str) -> str:
    """See `Ledger.decide`; gives the present id."""
    reason, actor = said_why(reason), audit.said(actor, "操作人", "the actor")
    if state not in STATES:
        listed = ", ".join(STATES)
        raise InvalidValueError(
            f"没有状态 {state}。可用：{listed}。", f"There is no state {state}. There are: {listed}."
        )
    row = findings.row_of(connection, id_)
    _check(row["id"], row["state"], state)
    made = {
        "finding": row["key"],
        "at": at,
        "actor": actor,
        "from_state": row["state"],
        "to_state": state,
        "reason": reason,
    }
    told = decision_detail(made) | {"finding": row["id"]}
    seq = audit.append(connection, at, actor, "decide", row["id"], told)
    connection.execute(insert(DecisionRow), [made | {"audit": seq}])
    connection.execute(
        update(FindingRow)
        .where(FindingRow.key == row["key"])
        .values(state=state, changed_at=at, changed_since_decision=0)
    )
    return str(row["id"])


def _check(id_: str, now: str, wanted: str) -> None:
    if wanted in TRANSITIONS[now]:
        return
    is_zh, is_en = STATE_WORDS[now]
    to_zh, to_en = STATE_WORDS[wanted]
    if now == wanted:
        raise TransitionError(f"风险预警 {id_} 已经是“{is_zh}”。", f"Finding {id_} is {is_en} already.")
    may_zh = "、".join(f"{STATE_WORDS[s][0]}（{s}）" for s in TRANSITIONS[now])
    may_en = ", ".join(TRANSITIONS[now])
    raise TransitionError(
        f"风险预警 {id_} 现为“{is_zh}”，不能直接变为“{to_zh}”；可变为：{may_zh}。",
        f"Finding {id_} is {is_en} and can't become {to_en} from there; it can become: {may_en}.",
    )


def suppress(connection: Connection, at: str, id_: str, until: str, reason: str, actor: str) -> str:
    """See `Ledger.suppress`; `until` in the ledger's form. Gives the present id."""
    if until <= at:
        raise InvalidValueError(
            f"抑制的截止时间 {end_said(until)}（北京时间）已过，请给出将来的日期。",
            f"The suppression would end on {end_said(until)} (China time), which is past. Give a date to come.",
        )
    return _suppression(connection, at, id_, until, reason, actor, "suppress")


def lift(connection: Connection, at: str, id_: str, reason: str, actor: str) -> str:
    """See `Ledger.lift`."""
    row = findings.row_of(connection, id_)
    if (row["suppressed_until"] or "") <= at:
        raise TransitionError(
            f"风险预警 {row['id']} 现未被抑制。", f"Finding {row['id']} is not suppressed now."
        )
    return _suppression(connection, at, id_, at, reason, actor, "lift")


def _suppression(
    connection: Connection, at: str, id_: str, until: str, reason: str, actor: str, action: str
) -> str:
    row = findings.row_of(connection, id_)
    made: dict[str, Any] = {
        "finding": row["key"],
        "at": at,
        "actor": audit.said(actor, "操作人", "the actor"),
        "until": until,
        "reason": said_why(reason),
    }
    told = suppression_detail(made) | {"finding": row["id"]}
    seq = audit.append(connection, at, made["actor"], action, row["id"], told)
    connection.execute(insert(SuppressionRow), [made | {"audit": seq}])
    connection.execute(
        update(FindingRow).where(FindingRow.key == row["key"]).values(suppressed_until=until, changed_at=at)
    )
    return str(row["id"])
