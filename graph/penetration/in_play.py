"""What detectors need of ownership: who stands behind two or more bidders of a lot, each lot at its own date.

Candidates come from structure alone: links of any date, unknown shares included, no products, no cut; a superset.
Each candidate is then settled exactly at its group's date, all questions of a chunk in one pass, and is written
with the half-open span around that date in which nothing above the company changes.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from graph.penetration.candidates import Candidates, candidates, numbered
from graph.penetration.control import STRICT_FROM, control_frontier, controlled
from graph.penetration.controller import Proofs
from graph.penetration.days import UNDATED, IntArray, day_numbers, iso_dates
from graph.penetration.derivations import Derivations, as_text
from graph.penetration.edges import Reach, distinct, spans
from graph.penetration.identities import BASES
from graph.penetration.methods import Shares, effective_shares, exactly
from graph.penetration.other_times import other_times
from graph.penetration.ownership import Ownership
from graph.penetration.register import Frontier, frontier
from graph.penetration.shares import flow_shares

_ENDS: Final = {
    "from_id": pl.String(),
    "from_type": pl.String(),
    "to_id": pl.String(),
    "to_type": pl.String(),
}
ULTIMATELY_HOLDS: Final[dict[str, pl.DataType]] = {
    **_ENDS,
    "share": pl.Float64(),
    "share_min": pl.Float64(),
    "share_max": pl.Float64(),
    "votes": pl.Float64(),
    "depth": pl.Int64(),
    "method": pl.String(),
    "holds_from": pl.String(),
    "holds_to": pl.String(),
    "identity": pl.String(),
    "derivation": pl.String(),
}
CONTROLS: Final[dict[str, pl.DataType]] = {
    **_ENDS,
    "rule": pl.String(),
    "via": pl.String(),
    "depth": pl.Int64(),
    "holds_from": pl.String(),
    "holds_to": pl.String(),
    "identity": pl.String(),
    "derivation": pl.String(),
}


def holders_in_play(
    ownership: Ownership, questions: pl.DataFrame, proofs: bool = True, elsewhen: bool = False
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows of `ULTIMATELY_HOLDS` and of `CONTROLS` for everything detectors ask about.

    `questions`: company_id, on_date (ISO; null = undated: holdings without an end), group_id (null: all holders of
    the company, asked singly). Of a group only holders of two or more of its companies are given; one of its
    companies that holds another is such a holder. Companies nothing is known of give no row. Ids are canonical; rows
    are unique, sorted by from_id, to_id, holds_from. `proofs`: with the chains and links that show it (`derivation`,
    else null), which takes as long as the rest. `elsewhen`: with holders that stand behind companies of a group, beside
    another one, only when looked at on another day (see `other_times`). Raises `DateError`.
    """
    groups = questions["group_id"].cast(pl.String)
    nodes = ownership.nodes_of(questions["company_id"])
    asked = numbered(groups, nodes, day_numbers(questions["on_date"], UNDATED))
    holds, controls = [], []
    if ownership.holdings.declared.any():
        holds += [
            _holders(ownership, chunk, proofs, elsewhen)
            for chunk in candidates(*asked, ownership.holding_edges)
        ]
        controls += [
            _controllers(ownership, chunk, proofs) for chunk in candidates(*asked, ownership.control_edges)
        ]
    else:
        # Every holding may carry control: what may control includes what may hold.
        for chunk in candidates(*asked, ownership.control_edges):
            holds.append(_holders(ownership, chunk, proofs, elsewhen))
            controls.append(_controllers(ownership, chunk, proofs))
    return _whole(holds, ULTIMATELY_HOLDS), _whole(controls, CONTROLS)


def _holders(ownership: Ownership, chunk: Candidates, proofs: bool, elsewhen: bool) -> pl.DataFrame:
    nodes = ownership.nodes.height
    above = frontier(ownership, chunk.companies, chunk.days)
    rows, at = chunk.instances(above.reach, nodes)
    held = above.depth[at] > 0
    rows, at = rows[held], at[held]
    tied = chunk.behind_two(rows, nodes)
    found = [_settled(ownership, above, chunk.days, distinct(at[tied]), proofs)]
    if elsewhen:
        companies, days, holders = other_times(ownership, chunk, above, rows, tied)
        asked, question = np.unique(np.c_[companies, days], axis=0, return_inverse=True)
        then, days = frontier(ownership, asked[:, 0].copy(), asked[:, 1].copy()), asked[:, 1].copy()
        at = then.reach.instance(question.reshape(-1), holders, nodes)
        found.append(_settled(ownership, then, days, distinct(at), proofs))
    return pl.concat(found)


def _settled(
    ownership: Ownership, above: Frontier, days: IntArray, at: IntArray, proofs: bool
) -> pl.DataFrame:
    """Rows of some instances above questions, with the span around each question's day."""
    if not len(at):
        return pl.DataFrame(schema=ULTIMATELY_HOLDS)
    flows = flow_shares(above)
    shares = effective_shares(ownership, above, flows, None)
    targets = above.reach.targets[above.reach.question[at]]
    since, until = spans(ownership.holding_edges, above.reach, days)
    columns = _bounds(shares, at)
    return pl.DataFrame(
        {
            **_ends(ownership, above.reach, at, targets),
            **columns,
            "depth": above.depth[at],
            "method": [shares.method[i] for i in at.tolist()],
            **_span(since, until, above.reach.question[at]),
            "identity": pl.Series(BASES).gather(flows.basis[at]),
            "derivation": Derivations(ownership, above, flows.loop).of(at) if proofs else None,
        },
        schema=ULTIMATELY_HOLDS,
    )


def _bounds(shares: Shares, at: IntArray) -> dict[str, pl.Series]:
    point = exactly(shares.low[at], shares.high[at])
    point[shares.partial[at]] = np.nan
    known = ~np.isnan(point)
    low, high = (np.where(known, point, np.minimum(end[at], 1.0)) for end in (shares.low, shares.high))
    votes = exactly(shares.votes_low[at], shares.votes_high[at])
    columns = {"share": point, "share_min": low, "share_max": high, "votes": votes}
    return {name: pl.Series(values, nan_to_null=True) for name, values in columns.items()}


def _controllers(ownership: Ownership, chunk: Candidates, proofs: bool) -> pl.DataFrame:
    days = chunk.days
    above = control_frontier(ownership, chunk.companies, days)
    inclusive = days < STRICT_FROM
    found = distinct(chunk.instances(above.reach, ownership.nodes.height)[1])
    # Whether half is held against an equal half is only seen when everybody is asked.
    asked = inclusive[above.reach.question]
    asked[found] = True
    sets = controlled(above, np.flatnonzero(asked), inclusive)
    targets = above.reach.targets[above.reach.question[sets.starts[sets.start]]]
    won = sets.company == targets
    # Of each instance that controls its question's company, its start.
    start_of = np.full(len(above.reach.node), -1, dtype=np.int64)
    start_of[sets.starts[sets.start[won]]] = sets.start[won]
    at = found[start_of[found] >= 0]
    if not len(at):
        return pl.DataFrame(schema=CONTROLS)
    start = start_of[at]
    question = above.reach.question[at]
    proved = Proofs(ownership, sets, ownership.ids(above.reach.node))
    targets = above.reach.targets[question]
    answers = [proved.controller(k, c) for k, c in zip(start.tolist(), targets.tolist(), strict=True)]
    since, until = spans(ownership.control_edges, above.reach, days, np.array([STRICT_FROM], dtype=np.int64))
    return pl.DataFrame(
        {
            **_ends(ownership, above.reach, at, targets),
            "rule": ["inclusive" if i else "strict" for i in inclusive[question]],
            "via": [a.via for a in answers],
            "depth": [a.depth for a in answers],
            **_span(since, until, question),
            "identity": [a.identity for a in answers],
            "derivation": [as_text({"links": [w.to_json() for w in a.proof]}) for a in answers]
            if proofs
            else None,
        },
        schema=CONTROLS,
    )


def _ends(ownership: Ownership, reach: Reach, at: IntArray, targets: IntArray) -> dict[str, pl.Series]:
    nodes = ownership.nodes
    holder, company = reach.node[at], reach.node[targets]
    return {
        "from_id": nodes["id"].gather(holder),
        "from_type": nodes["type"].gather(holder),
        "to_id": nodes["id"].gather(company),
        "to_type": nodes["type"].gather(company),
    }


def _span(since: IntArray, until: IntArray, question: IntArray) -> dict[str, pl.Series]:
    return {"holds_from": iso_dates(since[question]), "holds_to": iso_dates(until[question])}


def _whole(parts: list[pl.DataFrame], schema: dict[str, pl.DataType]) -> pl.DataFrame:
    keys = ["from_id", "to_id", "holds_from"]
    rows = pl.concat(parts) if parts else pl.DataFrame(schema=schema)
    return rows.unique(keys, keep="first", maintain_order=True).sort(keys, nulls_last=False)
