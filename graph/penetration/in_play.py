"""What detectors need of ownership: who stands behind two or more bidders of a lot, each lot at its own date.

Candidates come from structure alone: links of any date, unknown shares included, no products, no cut; a superset.
Each candidate is then settled exactly at its group's date, all questions of a chunk in one pass, and is written
with the half-open span around that date in which nothing above the company changes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from graph.penetration.control import STRICT_FROM, control_frontier, controlled
from graph.penetration.controller import Proofs
from graph.penetration.days import UNDATED, IntArray, day_numbers, iso_dates
from graph.penetration.edges import Edges, Reach, reach_up, spans
from graph.penetration.identities import BASES
from graph.penetration.methods import Shares, effective_shares, exact
from graph.penetration.ownership import Ownership
from graph.penetration.paths import Chains, Paths
from graph.penetration.register import frontier
from graph.penetration.shares import flow_shares

CHUNK: Final = 20_000
"""Questions settled in one pass."""
PATHS_SHOWN: Final = 5
"""Chains kept in a derivation; more are said to exist."""
DENSE: Final = 60
"""Companies in one cross-holding block above a company from which a derivation shows the nearest chain alone."""
ROWS_SHOWN: Final = 500
"""Rows kept in a derivation that chains alone do not explain."""

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


def holders_in_play(ownership: Ownership, questions: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows of `ULTIMATELY_HOLDS` and of `CONTROLS` for everything detectors ask about.

    `questions`: company_id, on_date (ISO; null = undated: holdings without an end), group_id (null: all holders of
    the company, asked singly). Of a group only holders of two or more of its companies are given; one of its
    companies that holds another is such a holder. Companies nothing is known of give no row. Ids are canonical; rows
    are unique, sorted by from_id, to_id, holds_from. Raises `DateError`.
    """
    asked = _asked(ownership, questions)
    holds = [
        rows
        for chunk in _chunks(asked, ownership.holding_edges)
        for rows in (_holders(ownership, chunk),)
        if rows.height
    ]
    controls = [
        rows
        for chunk in _chunks(asked, ownership.control_edges)
        for rows in (_controllers(ownership, chunk),)
        if rows.height
    ]
    return _whole(holds, ULTIMATELY_HOLDS), _whole(controls, CONTROLS)


def _asked(ownership: Ownership, questions: pl.DataFrame) -> pl.DataFrame:
    """The questions as numbers: group (-1: asked singly), company (a node), day."""
    groups = questions["group_id"].cast(pl.String)
    numbered = pl.DataFrame(
        {
            "group": groups.rank("dense").cast(pl.Int64).fill_null(-1),
            "company": ownership.nodes_of(questions["company_id"]),
            "day": day_numbers(questions["on_date"], UNDATED),
        }
    )
    return numbered.filter(pl.col("company") >= 0).unique().sort("group", "company", "day")


def _chunks(asked: pl.DataFrame, edges: Edges) -> Iterator[pl.DataFrame]:
    """Candidates by structure, groups kept whole: group, company, day, holder (null: every holder), own.

    `own`: 1 where the holder is itself a company of the group.
    """
    wanted = pl.Int64()
    single = asked.filter(pl.col("group") < 0)
    for part in single.iter_slices(CHUNK):
        yield part.with_columns(holder=pl.lit(None, wanted), own=pl.lit(0, wanted))
    grouped = asked.filter(pl.col("group") >= 0)
    several = grouped.filter(pl.col("company").n_unique().over("group") > 1)
    if several.is_empty():
        return
    # Groups are numbered in order, so a cut by running count keeps each of them whole.
    counts = (
        several.group_by("group", maintain_order=True)
        .len()
        .with_columns(part=pl.col("len").cum_sum() // CHUNK)
    )
    parts = several.join(counts.select("group", "part"), on="group", maintain_order="left")
    for _, part in parts.group_by("part", maintain_order=True):
        yield _candidates(part.drop("part"), edges)


def _candidates(grouped: pl.DataFrame, edges: Edges) -> pl.DataFrame:
    """Holders above two or more companies of a group, on links of any date; a company is above itself."""
    companies = grouped["company"].unique().sort().to_numpy()
    reach = reach_up(edges, companies, None)
    above = pl.DataFrame({"company": companies[reach.question], "holder": reach.node})
    own = grouped.select("group", holder="company").unique().with_columns(own=pl.lit(1, pl.Int64))
    return (
        grouped.join(above, on="company")
        .filter(pl.col("company").n_unique().over("group", "holder") > 1)
        .filter(pl.col("holder") != pl.col("company"))
        .join(own, on=["group", "holder"], how="left")
        .with_columns(pl.col("own").fill_null(0))
        .sort("group", "company", "holder")
    )


def _questions(chunk: pl.DataFrame) -> tuple[pl.DataFrame, IntArray, IntArray]:
    """The chunk with its question's number; companies and days of the questions."""
    unique = chunk.select("company", "day").unique(maintain_order=True).with_row_index("question")
    unique = unique.with_columns(pl.col("question").cast(pl.Int64))
    numbered = chunk.join(unique, on=["company", "day"], maintain_order="left")
    return numbered, unique["company"].to_numpy(), unique["day"].to_numpy()


def _instances(chunk: pl.DataFrame, reach: Reach, nodes: int) -> pl.DataFrame:
    """Adds `at`, the candidate's instance; candidates not above the company on the day are gone."""
    every = chunk.filter(pl.col("holder").is_null())
    listed = pl.DataFrame({"question": reach.question, "holder": reach.node})
    found = pl.concat(
        [
            every.drop("holder").join(listed, on="question").select(chunk.columns),
            chunk.filter(pl.col("holder").is_not_null()),
        ]
    ).filter(pl.col("holder") != pl.col("company"))
    at = reach.instance(found["question"].to_numpy(), found["holder"].to_numpy(), nodes)
    return found.with_columns(at=pl.Series(at)).filter(pl.col("at") >= 0)


def _behind_two(found: pl.DataFrame) -> pl.DataFrame:
    """Of groups, only holders that stand behind two of the companies on the day; a company stands behind itself."""
    reached = pl.col("company").n_unique().over("group", "holder").cast(pl.Int64) + pl.col("own")
    return found.filter((pl.col("group") < 0) | (reached > 1))


def _holders(ownership: Ownership, chunk: pl.DataFrame) -> pl.DataFrame:
    chunk, companies, days = _questions(chunk)
    above = frontier(ownership, companies, days)
    found = _instances(chunk, above.reach, ownership.nodes.height)
    found = _behind_two(found.filter(pl.Series(above.depth[found["at"].to_numpy()] > 0)))
    at = found["at"].unique().sort().to_numpy()
    if not len(at):
        return pl.DataFrame(schema=ULTIMATELY_HOLDS)
    flows = flow_shares(above)
    shares = effective_shares(ownership, above, flows, None)
    chains = Chains(ownership, above)
    targets = above.reach.targets[above.reach.question[at]]
    since, until = spans(ownership.holding_edges, above.reach, days)
    columns = _bounds(shares, at)
    looped = np.bincount(above.reach.question, flows.loop >= 0, len(companies))[above.reach.question[at]] > 0
    dense = _dense(flows.loop, above.reach.question, len(companies))[above.reach.question[at]]
    asked = zip(at.tolist(), targets.tolist(), looped.tolist(), dense.tolist(), strict=True)
    return pl.DataFrame(
        {
            **_ends(ownership, above.reach, at, targets),
            **columns,
            "depth": above.depth[at],
            "method": [shares.method[i] for i in at.tolist()],
            **_span(since, until, above.reach.question[at]),
            "identity": [BASES[i] for i in flows.basis[at].tolist()],
            "derivation": [_derivation(chains, *one) for one in asked],
        },
        schema=ULTIMATELY_HOLDS,
    )


def _bounds(shares: Shares, at: IntArray) -> dict[str, list[float | None]]:
    points: list[float | None] = []
    lows: list[float | None] = []
    highs: list[float | None] = []
    votes: list[float | None] = []
    for i in at.tolist():
        low, high = float(shares.low[i]), float(shares.high[i])
        point = None if shares.partial[i] else exact(low, high)
        points.append(point)
        lows.append(point if point is not None else None if np.isnan(low) else min(low, 1.0))
        highs.append(point if point is not None else None if np.isnan(high) else min(high, 1.0))
        votes.append(exact(float(shares.votes_low[i]), float(shares.votes_high[i])))
    return {"share": points, "share_min": lows, "share_max": highs, "votes": votes}


def _dense(loop: IntArray, question: IntArray, questions: int) -> npt.NDArray[np.bool_]:
    """Which questions have a block of many companies above them."""
    looped = np.flatnonzero(loop >= 0)
    size = np.bincount(loop[looped], minlength=1)
    dense = np.zeros(questions, dtype=np.bool_)
    dense[question[looped[size[loop[looped]] >= DENSE]]] = True
    return dense


def _derivation(chains: Chains, holder: int, company: int, looped: bool, dense: bool) -> str:
    if dense:
        # A few of its countless chains, and no choice of its rows, would explain the share of such a block.
        return _json(_told(chains.nearest(holder, company)))
    paths = chains.between(holder, company, PATHS_SHOWN, sources=False)
    derivation = _told(paths)
    # A loop adds walks that no simple path shows, and a share of many paths rests on those left out too.
    every = chains.every_row(holder, ROWS_SHOWN) if looped or paths.truncated else None
    if every is not None:
        derivation["nodes"], derivation["rows"] = every
    return _json(derivation)


def _told(paths: Paths) -> dict[str, Any]:
    told = ("nodes", "formula", "votes_formula", "votes_only", "observed_on", "rows")
    shown = [{name: getattr(p, name) for name in told} for p in paths.paths]
    return {"paths": shown, "truncated": paths.truncated}


def _controllers(ownership: Ownership, chunk: pl.DataFrame) -> pl.DataFrame:
    chunk, companies, days = _questions(chunk)
    above = control_frontier(ownership, companies, days)
    inclusive = days < STRICT_FROM
    found = _instances(chunk, above.reach, ownership.nodes.height)
    # Whether half is held against an equal half is only seen when everybody is asked.
    asked = np.isin(above.reach.question, np.flatnonzero(inclusive))
    asked[found["at"].to_numpy()] = True
    sets = controlled(above, np.flatnonzero(asked), inclusive)
    targets = above.reach.targets[above.reach.question[sets.starts[sets.start]]]
    won = sets.company == targets
    place = pl.DataFrame({"at": sets.starts[sets.start[won]], "start": sets.start[won]})
    rows = found.join(place, on="at", maintain_order="left").select("at", "start").unique(maintain_order=True)
    if rows.is_empty():
        return pl.DataFrame(schema=CONTROLS)
    at = rows["at"].to_numpy()
    question = above.reach.question[at]
    proofs = Proofs(ownership, sets, ownership.ids(above.reach.node).to_list())
    targets = above.reach.targets[question]
    answers = [
        proofs.controller(k, c) for k, c in zip(rows["start"].to_list(), targets.tolist(), strict=True)
    ]
    since, until = spans(ownership.control_edges, above.reach, days, np.array([STRICT_FROM], dtype=np.int64))
    return pl.DataFrame(
        {
            **_ends(ownership, above.reach, at, targets),
            "rule": ["inclusive" if i else "strict" for i in inclusive[question]],
            "via": [a.via for a in answers],
            "depth": [a.depth for a in answers],
            **_span(since, until, question),
            "identity": [a.identity for a in answers],
            "derivation": [_json({"links": [w.to_json() for w in a.proof]}) for a in answers],
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


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _whole(parts: list[pl.DataFrame], schema: dict[str, pl.DataType]) -> pl.DataFrame:
    keys = ["from_id", "to_id", "holds_from"]
    rows = pl.concat(parts) if parts else pl.DataFrame(schema=schema)
    return rows.unique(keys, keep="first", maintain_order=True).sort(keys, nulls_last=False)
