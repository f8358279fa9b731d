"""Whole registers: ours beside the plain Neumann series, the curve over sizes, dense blocks, chains."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from bench.exact import worst_difference
from bench.measuring import Cost, best, measured, row
from bench.registers import EDGES, Rows, block, chains, national


def ours(source: Path, target: Path) -> tuple[Cost, dict[str, Any]]:
    """Our answer for a table of shareholdings: what it cost, and the report."""
    cost, said = measured(
        "lookthrough", "penetrate", "--all", "--from", str(source), "--to", str(target),
        "--ultimate-only", "--format", "json", "--as-of", "2026-01-01",
    )  # fmt: skip
    return cost, json.loads(said[said.index("{") :])


def register(folder: Path, scale: float, repeats: int) -> list[dict[str, Any]]:
    """The register of national shape: CSV in, Parquet out, beside the series, in turn."""
    source, answer, theirs = folder / "register.csv", folder / "ours.parquet", folder / "theirs.parquet"
    edges = int(EDGES * scale)
    national(edges).write(source)
    mine, series = [], []
    for _ in range(repeats):
        cost, report = ours(source, answer)
        mine.append(cost)
        series.append(measured("bench.neumann", str(source), str(theirs))[0])
    worst, pairs = worst_difference(source, answer)
    apart = difference(answer, theirs)
    we, they = best(mine), best(series)
    return [
        row("lookthrough", we, edges=edges, pairs=report["pairs"], ratio=1.0, worst=worst, checked=pairs),
        row(
            "scipy series",
            they,
            edges=edges,
            ratio=round(we.wall / they.wall, 3),
            cpu_ratio=round(we.cpu / they.cpu, 3),
            apart=apart,
        ),
    ]


def difference(answer: Path, theirs: Path) -> float:
    """The largest difference between both answers; every pair must be in both."""
    joined = (
        pl.scan_parquet(answer)
        .select("holder", "company", ours="share")
        .join(pl.scan_parquet(theirs), on=["holder", "company"], how="full", coalesce=True)
        .select(missing=pl.any_horizontal(pl.col("ours", "share").is_null()).sum(),
                apart=(pl.col("ours") - pl.col("share")).abs().max())
        .collect()
    )  # fmt: skip
    if joined["missing"][0]:
        raise AssertionError(f"{joined['missing'][0]} pairs are in one answer alone")
    return float(joined["apart"][0])


def curve(folder: Path, scale: float, repeats: int) -> list[dict[str, Any]]:
    """Half a million to twenty million edges."""
    found = []
    for millions in (0.5, 1.0, 2.0, 5.1, 10.0, 20.0):
        source, edges = folder / "curve.csv", int(millions * 1e6 * scale)
        national(edges).write(source)
        runs = [ours(source, folder / "curve.parquet") for _ in range(repeats)]
        cost = best([c for c, _ in runs])
        found.append(row(f"{millions:g} M", cost, edges=edges, pairs=runs[0][1]["pairs"]))
    return found


def blocks(folder: Path, scale: float, repeats: int) -> list[dict[str, Any]]:
    """Cross-holding blocks where everybody holds everybody, alone; then one of 2,000 inside the register."""
    found = []
    for size in (30, 100, 300, 1000, 2000):
        found.append(_one(f"block of {size:,}", block(size), folder, repeats))
    held = national(int(EDGES * scale)) + block(2000, held=100)
    found.append(_one("register with a block of 2,000 inside", held, folder, repeats))
    return found


def deep_chains(folder: Path, scale: float, repeats: int) -> list[dict[str, Any]]:
    """Chains 21 links deep, beside the series."""
    rows = chains(int(50_000 * scale))
    found = _one("chains of 21 links", rows, folder, repeats)
    source, theirs = folder / "one.csv", folder / "theirs.parquet"
    they = best([measured("bench.neumann", str(source), str(theirs))[0] for _ in range(repeats)])
    apart = difference(folder / "one.parquet", theirs)
    ratio = round(found["wall"] / they.wall, 3)
    return [found, row("scipy series", they, edges=len(rows.share), ratio=ratio, apart=apart)]


def _one(name: str, rows: Rows, folder: Path, repeats: int) -> dict[str, Any]:
    source, target = folder / "one.csv", folder / "one.parquet"
    rows.write(source)
    runs = [ours(source, target) for _ in range(repeats)]
    # Every register of these is complete but for rounding: what is held in all says whether the answer is whole.
    held = pl.scan_parquet(target).group_by("company").agg(pl.col("share").sum())
    most = held.select(pl.col("share").max()).collect().item()
    cost = best([c for c, _ in runs])
    return row(name, cost, edges=len(rows.share), pairs=runs[0][1]["pairs"], held=round(most, 12))
