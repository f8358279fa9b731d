"""Invented registers: of the shape of a national one, chains, and dense cross-holding blocks.

Shares are whole hundredths of a per cent, so that an exact rational answer can be had from the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

Ints = npt.NDArray[np.int64]

EDGES: Final = 5_100_000
"""Edges of the register of people with significant control of the United Kingdom, as published."""
FROM_FINAL_TO_MIDDLE: Final = 0.030
FROM_MIDDLE_TO_FINAL: Final = 0.050
AMONG_MIDDLES: Final = 0.009
CORE: Final = 500
_UNIT: Final = 10_000


@dataclass(frozen=True)
class Rows:
    """Rows of a register: party numbers of holder and company, share in hundredths of a per cent.

    Numbers from 0 to `companies` - 1 are companies, the rest final holders.
    """

    holder: Ints
    company: Ints
    share: Ints
    companies: int

    def frame(self, seed: int = 1) -> pl.DataFrame:
        """Rows with ids, in random order: holder_id, company_id, share."""
        order = np.random.default_rng(seed).permutation(len(self.share))
        numbers = pl.DataFrame({"h": self.holder[order], "c": self.company[order], "s": self.share[order]})
        return numbers.select(
            holder_id=pl.when(pl.col("h") < self.companies)
            .then(_company(pl.col("h")))
            .otherwise(_person(pl.col("h"))),
            company_id=_company(pl.col("c")),
            share=pl.col("s") / _UNIT,
        )

    def write(self, path: Path, seed: int = 1) -> None:
        """As a table `shareholdings`."""
        self.frame(seed).write_csv(path)

    def __add__(self, other: Rows) -> Rows:
        """Both side by side, without a party in common."""
        people, more = self.companies, other.companies

        def moved(numbers: Ints, mine: bool) -> Ints:
            if mine:
                return np.where(numbers >= people, numbers + more, numbers)
            last = int(max(self.holder.max(), self.company.max())) + 1
            return np.where(numbers >= more, numbers + last, numbers + people)

        return Rows(
            np.r_[moved(self.holder, True), moved(other.holder, False)],
            np.r_[moved(self.company, True), moved(other.company, False)],
            np.r_[self.share, other.share],
            people + more,
        )


def _company(number: pl.Expr) -> pl.Expr:
    return pl.format("local:c{}", number.cast(pl.String).str.zfill(8))


def _person(number: pl.Expr) -> pl.Expr:
    # As long as a keyed hash, and as little in order as one.
    scattered = (number.cast(pl.UInt64) * 0x9E3779B97F4A7C15).cast(pl.String).str.zfill(20)
    return pl.format("person.local:{}", scattered)


def national(edges: int = EDGES, seed: int = 7) -> Rows:
    """A register of the shape of a national one: half as many companies as edges, every register at 100% or below.

    Of the edges 91.1% lead from a final holder to a final company, 3.0% from a final holder to an intermediary,
    5.0% from an intermediary to a final company, 0.9% stay among intermediaries, of which 500 form a cyclic core.
    """
    rng = np.random.default_rng(seed)
    middles = max(2 * CORE if edges >= 100_000 else 50, edges // 50)
    core = min(CORE, middles // 10)
    final = edges // 2 - middles
    companies = middles + final
    people = companies + int(0.75 * edges)
    to_middle = int(FROM_FINAL_TO_MIDDLE * edges)
    from_middle = int(FROM_MIDDLE_TO_FINAL * edges)
    among = int(AMONG_MIDDLES * edges)
    plain = edges - to_middle - from_middle - among

    person = _spread_over(rng, companies, people, plain + to_middle)
    # Every intermediary but those held by others alone has a final holder, so that no loop is closed.
    own = np.r_[np.arange(middles), rng.integers(0, middles, to_middle - middles)]
    final_company = middles + np.r_[np.arange(final), rng.integers(0, final, plain - final)]
    ring = np.arange(core)
    chords = core
    inside = (
        np.r_[ring, rng.integers(0, core, chords)],
        np.r_[(ring + 1) % core, rng.integers(0, core, chords)],
    )
    rest = among - len(inside[0])
    # Mostly shallow, with chains: the holder of an intermediary stands shortly before it.
    below = rng.integers(core, middles, rest)
    above = below - 1 - np.minimum(rng.geometric(0.02, rest), below - 1)
    holder = np.r_[person, rng.integers(0, middles, from_middle), inside[0], np.maximum(above, 0)]
    company = np.r_[final_company, own, middles + rng.integers(0, final, from_middle), inside[1], below]
    pairs = np.unique(np.stack([holder, company])[:, holder != company], axis=1)
    return Rows(pairs[0], pairs[1], _registers(rng, pairs[1], companies), companies)


def _spread_over(rng: np.random.Generator, first: int, last: int, count: int) -> Ints:
    return rng.integers(first, last, count, dtype=np.int64)


def _registers(rng: np.random.Generator, company: Ints, companies: int) -> Ints:
    """A share for each row, so that each company's add up to 100% or a little less."""
    weight = rng.integers(1, 20, len(company)).astype(np.float64)
    total = np.bincount(company, weight, minlength=companies)
    return np.maximum(np.floor(weight / total[company] * _UNIT), 1.0).astype(np.int64)


def chains(count: int, links: int = 21, seed: int = 7) -> Rows:
    """Chains of companies `links` deep, each with a final holder at the top and one beside every link."""
    rng = np.random.default_rng(seed)
    companies = count * links
    place = np.arange(companies)
    top = place % links == 0
    beside = companies + place
    above = np.where(top, beside, place - 1)
    share = rng.integers(5100, 10_000, companies)
    return Rows(
        np.r_[above, beside[~top]],
        np.r_[place, place[~top]],
        np.r_[np.where(top, _UNIT, share), (_UNIT - share)[~top]],
        companies,
    )


def block(size: int, held: int | None = None, seed: int = 7) -> Rows:
    """One cross-holding block: each company holds `held` others (default: all); a final holder each has the rest."""
    rng = np.random.default_rng(seed)
    held = size - 1 if held is None else held
    own = np.repeat(np.arange(size), held)
    offset = np.tile(np.arange(1, held + 1), size) if held == size - 1 else _distinct(rng, size, held)
    company = (own + offset) % size
    weight = rng.integers(1, 20, len(own)).astype(np.float64)
    total = np.bincount(company, weight, minlength=size)
    # The block holds some 60% of itself; where a holding rounds to nothing it is left out.
    share = np.floor(weight / total[company] * 0.6 * _UNIT).astype(np.int64)
    keep = share > 0
    own, company, share = own[keep], company[keep], share[keep]
    rest = _UNIT - np.bincount(company, share, minlength=size).astype(np.int64)
    each = np.arange(size)
    return Rows(np.r_[own, size + each], np.r_[company, each], np.r_[share, rest], size)


def _distinct(rng: np.random.Generator, size: int, held: int) -> Ints:
    """For each company `held` different distances to others; the first is its neighbour, so that all connect."""
    keys = rng.random((size, size - 1))
    keys[:, 0] = -1.0
    return (np.argpartition(keys, held - 1, axis=1)[:, :held] + 1).ravel().astype(np.int64)
