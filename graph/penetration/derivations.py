"""Why a derived holding stands as it does, as the text stored with it: chains, formulas, keys of rows.

One text a holder. Where a holder has one chain alone, and where a block is so dense that its chains are countless, the
text is put together from that of the company below it, so that a whole chunk of questions costs one step a holder.
"""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from graph.penetration.days import IntArray
from graph.penetration.edges import BoolArray, distinct
from graph.penetration.ownership import Ownership
from graph.penetration.paths import Chains, Paths, band
from graph.penetration.register import TOLERANCE, Frontier

PATHS_SHOWN: Final = 5
"""Chains kept in a derivation; more are said to exist."""
DENSE: Final = 60
"""Companies in one cross-holding block above a company from which a derivation shows the nearest chain alone."""
ROWS_SHOWN: Final = 500
"""Rows kept in a derivation that chains alone do not explain."""

_encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class _Steps(NamedTuple):
    """The nearest chains of some instances (`place`: of each its place), a value each: lists without brackets, products."""

    place: dict[int, int]
    nodes: list[str]
    rows: list[str]
    factors: list[str]
    votes: list[str]
    bounds: list[tuple[float, float, float, float]]
    apart: list[bool]
    links: list[int]
    observed: list[str | None]


def as_text(value: dict[str, Any]) -> str:
    """A derivation as it is stored."""
    return _encoded(value)


class Derivations:
    """Texts of the derivations of holders in a frontier. `loop`: see `FlowShares.loop`."""

    def __init__(self, ownership: Ownership, above: Frontier, loop: IntArray):
        self._ownership, self._above = ownership, above
        questions = len(above.reach.targets)
        self._looped = np.bincount(above.reach.question, loop >= 0, questions) > 0
        self._dense = _dense(loop, above.reach.question, questions)
        self._alone: tuple[int, int, Chains] | None = None
        """The last question spelt out, how far its instances are moved, its chains."""

    def of(self, at: IntArray) -> list[str]:
        """The text of each instance of `at`, none of which is the company of its question."""
        reach = self._above.reach
        question = reach.question[at]
        _, alone = self._nearest
        looped, only = self._looped[question], alone[at]
        # Without a loop above the company, and with one chain alone, that chain is the whole of it.
        simple = self._dense[question] | (only & ~looped)
        steps = self._steps(at[simple])
        asked = zip(at.tolist(), only.tolist(), simple.tolist(), strict=True)
        texts = [
            _text(steps, steps.place[holder], single) if short else self._spelt_out(holder)
            for holder, single, short in asked
        ]
        return self._with_exits(self._with_registers_above_100(texts, question), question)

    def _with_registers_above_100(self, texts: list[str], question: IntArray) -> list[str]:
        """Each text with the companies of its chains whose registers add up to more than the whole, and their sums.

        A share that passes one of them is as stated, and greater than it can be.
        """
        over = np.flatnonzero(self._above.stated > 1.0 + TOLERANCE)
        if not len(over):
            return texts
        reach = self._above.reach
        ids = self._ownership.ids(reach.node[over]).to_list()
        of: dict[int, dict[str, float]] = {}
        for at, id_, total in zip(
            reach.question[over].tolist(), ids, self._above.stated[over].tolist(), strict=True
        ):
            of.setdefault(at, {})[id_] = round(total, 10)
        return [
            _marked(text, of[at]) if at in of else text
            for text, at in zip(texts, question.tolist(), strict=True)
        ]

    def _with_exits(self, texts: list[str], question: IntArray) -> list[str]:
        """Each text with those of its rows that have no date, and whose holder left by another row: `left`."""
        links = self._above.links
        left, by = self._ownership.holdings.table.select("left_on", "left_by").get_columns()
        if left.null_count() == len(left):
            return texts
        told = np.flatnonzero(left.is_not_null().to_numpy()[links.rows])
        over = np.searchsorted(links.first, told, "right") - 1
        reach, of = self._above.reach, dict[int, list[tuple[str, dict[str, Any]]]]()
        for row, link in zip(links.rows[told].tolist(), over.tolist(), strict=True):
            company = int(links.company[link])
            ends = reach.node[np.array([links.holder[link], company])]
            holder_id, company_id = self._ownership.ids(ends).to_list()
            fact = {
                "holder": holder_id,
                "company": company_id,
                "left_on": left[row],
                "rows": by[row].to_list(),
            }
            keys = self._ownership.holdings.keys(row)
            of.setdefault(int(reach.question[company]), []).extend((key, fact) for key in keys)
        return [
            _left(text, of[at]) if at in of else text
            for text, at in zip(texts, question.tolist(), strict=True)
        ]

    @cached_property
    def _nearest(self) -> tuple[IntArray, BoolArray]:
        """For each instance its first link to a company nearest to the question's, and whether its chain is the only one.

        -1 at the company itself.
        """
        links, size = self._above.links, self._above.size
        order = np.lexsort((self._above.depth[links.company], links.holder))
        holder, first, count = np.unique(links.holder[order], return_index=True, return_counts=True)
        link = np.full(size, -1, dtype=np.int64)
        link[holder] = order[first]
        # What holds the company asked for from above may be held by it: its chain ends there.
        link[self._above.reach.targets] = -1
        alone = np.ones(size, dtype=np.bool_)
        alone[holder] = count == 1
        alone[self._above.reach.targets] = True
        # What only a holding of nothing led to has no depth, and no chain.
        depth = self._above.depth
        held = np.flatnonzero(depth >= 0)
        held = held[np.argsort(depth[held], kind="stable")]
        for level in np.split(held, np.cumsum(np.bincount(depth[held]))[:-1])[1:]:
            alone[level] &= alone[links.company[link[level]]]
        return link, alone

    def _steps(self, at: IntArray) -> _Steps:
        """The nearest chain of each instance, worked out from the companies upwards."""
        links, depth = self._above.links, self._above.depth
        link, _ = self._nearest
        wanted, wave = [at], at
        while len(wave):
            wave = distinct(links.company[link[wave[link[wave] >= 0]]])
            wanted.append(wave)
        every = distinct(np.concatenate(wanted))
        every = every[np.argsort(depth[every], kind="stable")]
        # The companies asked for come first: nothing is nearer.
        over = link[every]
        targets = int((over < 0).sum())
        over = over[targets:]
        place = {instance: i for i, instance in enumerate(every.tolist())}
        ids = [_encoded(i) for i in self._ownership.ids(self._above.reach.node[every]).to_list()]
        empty = [""] * targets
        nodes, rows, factors, votes = ids[:targets], empty.copy(), empty.copy(), empty.copy()
        bounds = [(1.0, 1.0, 1.0, 1.0)] * targets
        apart, counts = [False] * targets, [0] * targets
        observed: list[str | None] = [None] * targets
        differs = (links.low[over] != links.votes_low[over]) | (links.high[over] != links.votes_high[over])
        facts = zip(
            ids[targets:],
            [place[company] for company in links.company[over].tolist()],
            links.low[over].tolist(),
            links.high[over].tolist(),
            links.votes_low[over].tolist(),
            links.votes_high[over].tolist(),
            differs.tolist(),
            *self._stated(over),
            strict=True,
        )
        for id_, below, low, high, votes_low, votes_high, differ, keys, seen in facts:
            factor = band(low, high)
            vote = band(votes_low, votes_high) if differ else factor
            first = not counts[below]
            nodes.append(f"{id_},{nodes[below]}")
            rows.append(keys if first else f"{keys},{rows[below]}")
            factors.append(factor if first else f"{factor} × {factors[below]}")
            votes.append(vote if first else f"{vote} × {votes[below]}")
            a, b, c, d = bounds[below]
            bounds.append((low * a, high * b, votes_low * c, votes_high * d))
            apart.append(differ or apart[below])
            counts.append(counts[below] + 1)
            last = observed[below]
            observed.append(seen if last is None or (seen is not None and seen > last) else last)
        return _Steps(place, nodes, rows, factors, votes, bounds, apart, counts, observed)

    def _stated(self, links: IntArray) -> tuple[list[str], list[str | None]]:
        """Of each link the keys of its rows, as JSON, and when they were last seen."""
        first = self._above.links.first
        rows = self._above.links.rows
        table = self._ownership.holdings.table
        single = first[links + 1] - first[links] == 1
        at = rows[first[links]]
        keys = [_encoded(k) for k in table["keys"].gather(at).to_list()]
        observed: list[str | None] = table["observed_on"].gather(at).to_list()
        for place in np.flatnonzero(~single).tolist():
            several = rows[first[links[place]] : first[links[place] + 1]]
            keys[place] = _encoded([k for some in table["keys"].gather(several).to_list() for k in some])
            observed[place] = table["observed_on"].gather(several).max()  # type: ignore[assignment]
        return keys, observed

    def _spelt_out(self, holder: int) -> str:
        question = int(self._above.reach.question[holder])
        if self._alone is None or self._alone[0] != question:
            above, moved = self._above.alone(question)
            self._alone = question, moved, Chains(self._ownership, above)
        _, moved, chains = self._alone
        company = int(self._above.reach.targets[question]) - moved
        paths = chains.between(holder - moved, company, PATHS_SHOWN, sources=False)
        derivation = _told(paths)
        # A loop adds walks that no simple path shows, and a share of many paths rests on those left out too.
        looped = self._looped[question] or paths.truncated
        every = chains.every_row(holder - moved, ROWS_SHOWN) if looped else None
        if every is not None:
            derivation["nodes"], derivation["rows"] = every
        return as_text(derivation)


def _marked(text: str, over: dict[str, float]) -> str:
    derivation = json.loads(text)
    passed = {n for path in derivation["paths"] for n in path["nodes"][1:]} | {*derivation.get("nodes", ())}
    found = {id_: total for id_, total in sorted(over.items()) if id_ in passed}
    return as_text(derivation | {"registers_above_100": found}) if found else text


def _left(text: str, exits: list[tuple[str, dict[str, Any]]]) -> str:
    found = [fact for key, fact in exits if f'"{key}"' in text]
    return as_text(json.loads(text) | {"left": found}) if found else text


def _dense(loop: IntArray, question: IntArray, questions: int) -> npt.NDArray[np.bool_]:
    """Which questions have a block of many companies above them: a few of its countless chains, and no choice of its
    rows, would explain a share of such a block."""
    looped = np.flatnonzero(loop >= 0)
    size = np.bincount(loop[looped], minlength=1)
    dense = np.zeros(questions, dtype=np.bool_)
    dense[question[looped[size[loop[looped]] >= DENSE]]] = True
    return dense


def _told(paths: Paths) -> dict[str, Any]:
    told = ("nodes", "formula", "votes_formula", "votes_only", "observed_on", "rows")
    shown = [{name: getattr(p, name) for name in told} for p in paths.paths]
    return {"paths": shown, "truncated": paths.truncated}


def _text(steps: _Steps, at: int, only: bool) -> str:
    """As `_told` of one chain."""
    low, high, votes_low, votes_high = steps.bounds[at]
    links, seen = steps.links[at], steps.observed[at]
    formula = _formula(steps.factors[at], low, high, links)
    votes = _formula(steps.votes[at], votes_low, votes_high, links) if steps.apart[at] else ""
    votes = "" if votes == formula else votes
    high = min(high, 1.0)
    votes_only = bool(votes) and (high <= 0.0 or (low <= 0.0 and high >= 1.0))
    observed = "null" if seen is None else f'"{seen}"'
    return (
        f'{{"paths":[{{"nodes":[{steps.nodes[at]}],"formula":"{formula}","votes_formula":"{votes}",'
        f'"votes_only":{"true" if votes_only else "false"},"observed_on":{observed},"rows":[{steps.rows[at]}]}}],'
        f'"truncated":{"false" if only else "true"}}}'
    )


def _formula(factors: str, low: float, high: float, links: int) -> str:
    return factors if links == 1 else f"{factors} = {band(round(low, 12), round(high, 12))}"
