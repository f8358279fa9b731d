"""Who controls each company of a whole register, written to a file."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from graph.penetration.control import Rule, rule_of
from graph.penetration.days import iso_date
from graph.penetration.ownership import Ownership
from graph.penetration.register import TOLERANCE
from graph.penetration.tables import OwnershipTables
from graph.penetration.whole.answer import Progress
from graph.penetration.whole.control import Controls, controls_of_all
from graph.penetration.whole.links import split_rows
from graph.penetration.whole.writing import written

CONTROL_COLUMNS: Final[dict[str, pl.DataType]] = {
    "company": pl.String(),
    "controller": pl.String(),
    "ultimate": pl.Boolean(),
    "via": pl.String(),
    "depth": pl.Int32(),
    "joint_share": pl.Float64(),
    "suspected": pl.Boolean(),
    "reason": pl.Categorical(),
    "rule": pl.Categorical(),
    "as_of": pl.Date(),
}
"""Columns of the answer: a row a company and a party that controls it, directly or down a chain.

A company nobody controls has one row without a controller, with the `reason` (`graph.penetration.controller.REASONS`).
`via`: the last controlled party on the way; null = directly (for a concert: by its members or what they control).
`joint_share`: votes of the controller and all it controls.
"""

_ROWS: Final = 1_000_000


@dataclass(frozen=True)
class ControlReport:
    """What was written: companies in all, with exactly one controller, and without one by reason."""

    to: Path
    as_of: str | None
    rule: Rule
    companies: int
    pairs: int
    with_one: int
    reasons: dict[str, int]

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return {
            "to": str(self.to),
            "as_of": self.as_of,
            "rule": self.rule,
            "companies": self.companies,
            "pairs": self.pairs,
            "with_one_controller": self.with_one,
            "without": self.reasons,
        }


def write_controllers(
    source: Ownership | pl.DataFrame,
    to: Path,
    day: int,
    rule: Rule | None = None,
    progress: Progress = lambda what, done, total: None,
) -> ControlReport:
    """Write who controls every company (`CONTROL_COLUMNS`) to a `.parquet` or `.csv`, whole or not at all.

    `source`: a graph's ownership, or rows of shareholdings (`graph.penetration.whole.ROWS`), whose shares are the votes.
    `rule`: by default the one in force on the day. Raises `OwnershipError`, `DateError`.
    """
    chosen = rule or rule_of(day)
    as_of = dt.date.fromisoformat(iso_date(day) or "9999-12-31")
    with written(to, CONTROL_COLUMNS) as sink:
        progress("control", 0, 0)
        plain = pl.DataFrame(schema={"holder": pl.String, "company": pl.String, "share": pl.Float64})
        if isinstance(source, pl.DataFrame):
            plain, rest, _ = split_rows(source, day)
            keyed = rest.with_columns(key=pl.format("{}", pl.int_range(pl.len())))
            ownership = Ownership.build(OwnershipTables.of(holdings=keyed))
        else:
            ownership = source
        controls = controls_of_all(ownership, day, chosen)
        frames = [_rows(ownership, controls), _without(ownership, controls)]
        frames.append(_plain_rows(plain, chosen))
        counts = {name: len(nodes) for name, nodes in controls.reasons.items()}
        companies = pairs = 0
        for frame in frames:
            pairs += frame["controller"].count()
            companies += frame["company"].n_unique()
            shown = frame.select(
                *(pl.col(c) for c in CONTROL_COLUMNS if c not in ("rule", "as_of")),
                rule=pl.lit(chosen, pl.Categorical()),
                as_of=pl.lit(as_of, pl.Date),
            )
            for at in range(0, shown.height, _ROWS):
                sink.write(shown.slice(at, _ROWS))
            progress("control", companies, 0)
    for reason, n in frames[2].group_by("reason").agg(pl.col("company").n_unique()).iter_rows():
        if reason:
            counts[reason] = counts.get(reason, 0) + n
    without = sum(counts.values())
    return ControlReport(
        to,
        iso_date(day),
        chosen,
        companies,
        pairs,
        companies - without,
        {k: n for k, n in counts.items() if n},
    )


def _rows(ownership: Ownership, controls: Controls) -> pl.DataFrame:
    ids = ownership.nodes["id"]
    order = np.lexsort((controls.controller, ~controls.ultimate, controls.company))
    company, via = controls.company[order], controls.via[order]
    return pl.DataFrame(
        {
            "company": ids.gather(company),
            "controller": ids.gather(controls.controller[order]),
            "ultimate": controls.ultimate[order],
            "via": ids.gather(np.maximum(via, 0)).zip_with(
                pl.Series(via >= 0), pl.repeat(None, len(via), dtype=pl.String, eager=True)
            )
            if len(ids)
            else pl.Series([], dtype=pl.String),
            "depth": controls.depth[order].astype(np.int32),
            "joint_share": controls.share[order],
            "suspected": controls.suspected[order],
            "reason": _reason_of(controls, company, ("several", "mutual_block")),
        }
    )


def _reason_of(
    controls: Controls, company: np.ndarray[Any, np.dtype[np.int64]], names: tuple[str, ...]
) -> pl.Series:
    code = np.zeros(len(company), dtype=np.uint32)
    for place, name in enumerate(names, start=1):
        code[np.isin(company, controls.reasons[name])] = place
    return pl.Series([None, *names], dtype=pl.Categorical()).gather(code)


def _without(ownership: Ownership, controls: Controls) -> pl.DataFrame:
    names = ("joint", "unnamed", "possible_only", "no_majority")
    company = np.sort(np.concatenate([controls.reasons[name] for name in names]))
    frame = pl.DataFrame(
        {"company": ownership.nodes["id"].gather(company), "reason": _reason_of(controls, company, names)}
    )
    return _nobody(frame)


def _nobody(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(
        "company",
        controller=pl.lit(None, pl.String),
        ultimate=pl.lit(None, pl.Boolean),
        via=pl.lit(None, pl.String),
        depth=pl.lit(None, pl.Int32),
        joint_share=pl.lit(None, pl.Float64),
        suspected=pl.lit(None, pl.Boolean),
        reason="reason",
    )


def _plain_rows(plain: pl.DataFrame, rule: Rule) -> pl.DataFrame:
    """Companies all of whose holders are final, with exact shares: a majority decides."""
    half = plain.filter(pl.col("share") >= 0.5 - TOLERANCE)
    shared = half.filter(half["company"].is_duplicated())["company"].unique()
    if rule == "inclusive":
        won = half.filter((pl.col("share") > 0.5 + TOLERANCE) | ~pl.col("company").is_in(shared.implode()))
    else:
        won = half.filter(pl.col("share") > 0.5 + TOLERANCE)
    rows = won.select(
        "company",
        controller="holder",
        ultimate=pl.lit(True),
        via=pl.lit(None, pl.String),
        depth=pl.lit(1, pl.Int32),
        joint_share="share",
        suspected=pl.lit(False),
        reason=pl.lit(None, pl.Categorical()),
    )
    rest = (
        plain.select("company")
        .unique(maintain_order=True)
        .join(won.select("company"), on="company", how="anti")
    )
    reason = (
        pl.when(pl.col("company").is_in(shared.implode()))
        .then(pl.lit("joint", pl.Categorical()))
        .otherwise(pl.lit("no_majority", pl.Categorical()))
    )
    return pl.concat([rows, _nobody(rest.with_columns(reason=reason))])
