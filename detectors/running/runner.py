"""Running detectors over a store: rows to findings, with what could not be decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cache, partial
from typing import Final

from detectors.definition import Detector, Draft, Undecided
from detectors.finding import Finding, finding
from detectors.rules.in_force import hits
from detectors.rules.unmet import Unmet, unmet
from detectors.rules.values import NO_RULES, LocalRules
from detectors.running.asking import Answers
from detectors.running.memory import give_back, uncollected
from detectors.running.nearby import NearbyView
from detectors.running.proof import completed
from detectors.running.refused_bids import RefusedBids
from detectors.running.refused_ties import undecided_by_refused
from detectors.running.rounds import ByRound
from detectors.running.sources import with_sources
from detectors.running.standing import SAME_PARTY
from graph.penetration.identities import canonical_ids
from graph.round_days import MARK
from graph.rounds import bids_of_rounds
from graph.stores.contract import GraphStore
from graph.stores.side_by_side import Beside, side_by_side

Progress = Callable[[str, int, int], None]
_AHEAD: Final = 4
"""Detectors whose rows are asked for: the one that looks at its own, and those after it."""


class UnknownDetectorError(ValueError):
    """No detector of that id; the message names those there are, and `near` those that are written much like it."""

    def __init__(self, id_: str, known: Sequence[str]):
        names = ", ".join(known)
        near = get_close_matches(id_, known, 3)
        self.near = tuple(near)
        self.zh = (
            f"没有检测项 {id_}。" + (f"是否指 {' 或 '.join(near)}？" if near else "") + f"现有：{names}。"
        )
        self.en = (
            f"There is no detector {id_}. "
            + (f"Did you mean {' or '.join(near)}? " if near else "")
            + f"There are: {names}."
        )
        super().__init__(self.en)


@dataclass(frozen=True, slots=True)
class Run:
    """What a run found. `population` is each detector's denominator."""

    findings: tuple[Finding, ...]
    undecided: tuple[tuple[str, Undecided], ...]
    population: Mapping[str, int]
    missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Detectors that could not run, with the relationship types, or properties of nodes, that have no data."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """The canonical id of every party that has several, by each of them."""
    loud: Mapping[str, float] = field(default_factory=dict)
    """Detectors that fire on more than their `warn_above`, with the share of their population they fire on."""
    unmet: tuple[Unmet, ...] = ()
    """Local rules of a region in which nothing lay that a run over everything looked at."""


def run(
    store: GraphStore,
    detectors: Sequence[Detector],
    rules: LocalRules = NO_RULES,
    progress: Progress | None = None,
    denominators: bool = True,
) -> Run:
    """Run detectors, in order, on a store whose derived relationships are up to date.

    `rules`: local values that go before the defaults. `denominators`: count the populations, and say which detector
    fires too often and which rule's region held nothing; without meaning where only some lots are looked at. Findings come sorted by scope, detector and
    identity, so that two equal graphs print equal lists.
    """
    resting = uncollected() if denominators else nullcontext()
    with resting, side_by_side(store, 1 if denominators else _FOR_SOME) as beside:
        return _run(store, detectors, rules, progress, denominators, beside)


def _run(
    store: GraphStore,
    detectors: Sequence[Detector],
    rules: LocalRules,
    progress: Progress | None,
    denominators: bool,
    beside: Beside,
) -> Run:
    canonical = _canonical(store)
    elsewhere = _named_elsewhere(store, canonical)
    findings: list[Finding] = []
    undecided: list[tuple[str, Undecided]] = []
    population: dict[str, int] = {}
    left: list[Unmet] = []
    near = store.near_lots if isinstance(store, NearbyView) else None
    by_round = ByRound(bids_of_rounds(store, near), canonical)
    answers = Answers(store, canonical, beside, elsewhere, by_round)
    able, missing = _able(store, detectors)
    by_method = {d.id: any(b.methods for b in d.basis) and d.of_lots for d in able}
    by_regime = {d.id: any(b.regime for b in d.basis) and d.of_lots for d in able}
    last = {query: n for n, d in enumerate(able) for query in d.queries.values()}
    for n, detector in enumerate(able):
        if progress:
            progress(detector.id, n, len(able))
        # The next ones' rows are asked for while this one looks at its own; those about some lots alone take no room.
        for begun in able[n : n + _AHEAD if denominators else None]:
            answers.begin(begun, denominators)
        if n == 1 and denominators:
            # While little is held yet, and after what the first of them wait for.
            answers.begin_large(able[n:])
        values = rules.values(detector)
        if denominators:
            population[detector.id] = answers.count(detector.population)
        rows = {name: by_round.seen_by(detector, answers.rows(q)) for name, q in detector.queries.items()}
        for found in hits(detector, rows, values):
            hit = by_round.placed(detector, found)
            if isinstance(hit, Draft):
                lot = hit.scope_kind == "lot"
                methods = answers.methods(hit.scope_id) if lot and by_method[detector.id] else ()
                regimes = answers.regimes(hit.scope_id) if lot and by_regime[detector.id] else ()
                by_notice = lot and answers.judged_by_notice(hit.scope_id)
                findings.append(finding(detector, hit, values, methods, regimes, by_notice))
            elif hit is not None:
                undecided.append((detector.id, hit))
        undecided.extend((detector.id, gap) for gap in by_round.unplaced(detector))
        if denominators:
            left.extend(unmet(detector, rows, values))
        del rows
        for query in detector.queries.values():
            if last[query] == n:
                answers.forget(query)
        if denominators:
            give_back()
    by_id = {d.id: d for d in detectors}
    kept, apart = by_round.of_one_round(_without_superfluous(findings, by_id), by_id)
    undecided.extend(apart)
    kept = _named(store, kept, elsewhere)
    refused = RefusedBids(store, canonical)
    kept, unread = refused.of_whole_lots(kept, by_id)
    undecided.extend(unread)
    undecided.extend(undecided_by_refused(store, canonical, able, near))
    kept = with_sources(store, completed(store, kept, canonical, beside), by_id, beside, refused)
    kept.sort(key=lambda f: (f.scope_kind, f.scope_id, f.detector, f.fingerprint))
    loud = _loud(kept, detectors, population)
    return Run(tuple(kept), tuple(undecided), population, missing, canonical, loud, tuple(left))


def _able(
    store: GraphStore, detectors: Sequence[Detector]
) -> tuple[list[Detector], dict[str, tuple[str, ...]]]:
    """Those with data to look at; of each other one what there is no data of."""
    present = store.present()
    filled = cache(partial(_filled, store))
    able, missing = [], {}
    for detector in detectors:
        absent = tuple(name for name in detector.needs if name not in present)
        if detector.needs_any and not present.intersection(detector.needs_any):
            absent = (*absent, *detector.needs_any)
        if detector.needs_fields and not filled(detector.needs_fields):
            absent = (*absent, *detector.needs_fields)
        if absent:
            missing[detector.id] = absent
        else:
            able.append(detector)
    return able, missing


def _filled(store: GraphStore, names: tuple[str, ...]) -> bool:
    """Does any node have any of these properties (`Type.field`, all of one type)?"""
    label = names[0].partition(".")[0]
    stated = " OR ".join(f"n.{name.partition('.')[2]} IS NOT NULL" for name in names)
    return bool(
        store.query(f"MATCH (n:{label}) WHERE {stated} RETURN n.id AS id LIMIT 1", timeout=120).num_rows
    )


_FOR_SOME: Final = 2
"""Threads that ask ahead about some lots: the engine answers such questions on one thread each, others on all it has."""
_FEW: Final = 20
"""A smaller population is no ground to say that a detector fires too often."""


def _loud(
    findings: Sequence[Finding], detectors: Sequence[Detector], population: Mapping[str, int]
) -> dict[str, float]:
    hits: dict[str, set[str]] = {}
    for f in findings:
        if not f.suppressed_by:
            hits.setdefault(f.detector, set()).add(f.scope_id)
    shares = {
        d.id: len(hits[d.id]) / population[d.id]
        for d in detectors
        if d.id in hits and population.get(d.id, 0) >= _FEW
    }
    return {d.id: shares[d.id] for d in detectors if shares.get(d.id, 0) > d.warn_above}


def _named(store: GraphStore, findings: Sequence[Finding], elsewhere: Mapping[str, str]) -> list[Finding]:
    """Add the names of all parties on the proof's paths and of all members, so that a person need not read ids."""
    wanted = sorted({n for f in findings for n in _spoken_of(f)})
    names: dict[str, str] = dict(elsewhere)
    for type_ in ("Company", "Person", "Concert"):
        table = store.query(
            f"UNWIND $ids AS i MATCH (n:{type_} {{id: i}}) RETURN n.id AS id, n.name AS name",
            {"ids": wanted},
            timeout=120,
        )
        names |= {row["id"]: row["name"] for row in table.to_pylist() if row["name"]}
    return [
        replace(f, facts={**f.facts, "names": {n: names[n] for n in _spoken_of(f) if n in names}})
        for f in findings
    ]


def _spoken_of(finding: Finding) -> list[str]:
    members = finding.facts.get("members")
    also = [m for m in members if isinstance(m, str)] if isinstance(members, list) else []
    return list(dict.fromkeys([*finding.evidence.nodes, *also]))


def _canonical(store: GraphStore) -> dict[str, str]:
    """The canonical id of every party that has more than one."""
    pairs: list[dict[str, str]] = []
    for type_ in ("Company", "Person") if "SAME_AS" in store.present() else ():
        table = store.query(SAME_PARTY.format(type_), timeout=300)
        pairs.extend({**row, "type": type_} for row in table.to_pylist())
    return canonical_ids(pairs)


def _named_elsewhere(store: GraphStore, canonical: Mapping[str, str]) -> dict[str, str]:
    """What a party is called whose canonical id no register names: a name filled in with a code gives the code alone."""
    called: dict[str, set[str]] = {}
    for type_ in ("Company", "Person") if canonical else ():
        table = store.query(
            f"MATCH (a:{type_})-[:SAME_AS]-(b:{type_}) WHERE coalesce(a.name, '') <> '' AND coalesce(b.name, '') = '' "
            "RETURN DISTINCT a.name AS name, b.id AS id",
            timeout=300,
        )
        for row in table.to_pylist():
            called.setdefault(canonical.get(row["id"], row["id"]), set()).add(row["name"])
    return {id_: min(names) for id_, names in called.items()}


def _without_superfluous(findings: Sequence[Finding], detectors: Mapping[str, Detector]) -> list[Finding]:
    """Drop a finding whose tie a stronger detector reports already for at least the same subjects.

    What the stronger one has set aside makes only what the weaker one sets aside superfluous. In a circle of bidders that
    hold each other every one of them ties the others.
    """
    stronger: dict[tuple[str, str, str], list[tuple[set[str], bool]]] = {}
    for f in findings:
        told = set(f.subjects), f.suppressed_by is None
        for holder in f.facts.get("circle") or [_tying(f)]:
            stronger.setdefault((f.detector, _scope(f), holder), []).append(told)
    return [
        f
        for f in findings
        if not any(
            set(f.subjects) <= subjects and (counts or f.suppressed_by)
            for other in detectors[f.detector].yields_to
            for subjects, counts in stronger.get((other, _scope(f), _tying(f)), [])
        )
    ]


def _scope(found: Finding) -> str:
    """The lot, with its round where it has several."""
    return f"{found.scope_id}{MARK}{found.facts['round']}" if "round" in found.facts else found.scope_id


def _tying(found: Finding) -> str:
    holder = found.facts.get("holder")
    return str(holder["id"]) if isinstance(holder, Mapping) else ""
