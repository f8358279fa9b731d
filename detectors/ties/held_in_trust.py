"""What bidders' registers name a nominee (代持人) for, as the holding of the nominator (实际出资人) behind it.

Effective shares are those of the register. A declared nominee's part is laid here with the one nominator declared for
that company on the bid date, as `graph.penetration.nominees` does for beneficial owners and control; of several
nominators, or none, nobody can say whose it is. Of a nominator that is a company its own owners benefit.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from detectors.definition import Row, Suppressor, Undecided
from detectors.identities import weakest
from detectors.rows import table
from detectors.ties.drafts import above_100, derivation_of
from detectors.ties.links import SPAN
from graph.public_kinds import PUBLIC
from graph.stores.hops import hop

DECLARED: Final = (
    "MATCH (h)-[r:EXERCISES_CONTROL]->(c:Company) WHERE r.counted AND r.interest IN ['nominee', 'nominator'] "
    f"RETURN c.id AS company_id, h.id AS holder_id, h.name AS holder_name, r.interest AS role, {SPAN}"
)
DECLARED_COLUMNS: Final = (
    *("company_id", "holder_id", "holder_name", "role"),
    *("held_from", "held_to", "observed_on", "link_key"),
)
_NOMINATORS: Final = "MATCH (n:Company)-[r:EXERCISES_CONTROL]->(:Company) WHERE r.counted AND r.interest = 'nominator' WITH DISTINCT n "
_ABOVE: Final = hop("(h)-[u:ULTIMATELY_HOLDS]->(n)", "h.id")
OWNERS: Final = (
    f"{_NOMINATORS}{_ABOVE}RETURN n.id AS company_id, h.id AS holder_id, h.name AS holder_name, "
    "u.share AS share, u.share_min AS share_min, u.share_max AS share_max, u.depth AS depth, u.identity AS identity, "
    "u.derivation AS derivation, u.holds_from AS holds_from, u.holds_to AS holds_to"
)
"""Who is above companies that are nominators: what is held for these is theirs in part."""
OWNERS_COLUMNS: Final = (
    *("company_id", "holder_id", "holder_name", "share", "share_min", "share_max"),
    *("depth", "identity", "derivation", "holds_from", "holds_to"),
)
OWNERS_ARE: Final = (
    f"{_NOMINATORS}{_ABOVE}WITH DISTINCT h {hop('(h)-[:OWNS]->(c:Company)', 'c.id')}"
    "RETURN h.id AS holder_id, h.kind AS holder_kind, count(DISTINCT c.id) AS companies"
)
"""What they are, and how many companies they hold."""
OWNERS_ARE_COLUMNS: Final = ("holder_id", "holder_kind", "companies")
REGISTERS: Final = (
    f"{_NOMINATORS}OPTIONAL MATCH (h)-[o:OWNS]->(n) "
    "RETURN n.id AS company_id, n.kind AS company_kind, count(h.id) AS holders"
)
"""Of how many holders of a nominator that is a company anything is stated."""
REGISTERS_COLUMNS: Final = ("company_id", "company_kind", "holders")
"""Bodies that nobody owns."""
_MOST_PATHS: Final = 20
"""Paths that are told of what somebody has by way of a nominator; more are many times the same."""
NOMINEE: Final = Suppressor(
    "nominee",
    "申报的名义持有人（代持人）替他人持有，不是受益所有人",
    "a declared nominee holds for somebody else, and is no beneficial owner",
)
_PAIR: Final = ["lot_id", "bid_id", "bidder_id", "holder_id"]


@dataclass(frozen=True, slots=True)
class Trust:
    """Who is declared in one company: `nominators` (id → name), `nominees`, and the keys of the declarations by party."""

    nominators: Mapping[str, str]
    nominees: frozenset[str]
    keys: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Beneficially:
    """`held`: holdings as of who benefits; `unknown`: rows of nominees whose nominator is not known to be one.

    `keys`: of the declarations about what a party holds, by lot and party. `ownerless`: rows of nominators that are companies
    of whose owners nothing is known.
    """

    held: pl.DataFrame
    unknown: Sequence[Row] = ()
    ownerless: Sequence[Row] = ()
    keys: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)


def beneficially(rows: Mapping[str, Sequence[Row]], registered: bool = False) -> Beneficially:
    """The rows of "holdings", what declared nominees (the query "declared") hold laid with whoever is behind them.

    `registered`: nominees keep what is registered in their names, and whoever is behind them has it as well. With rows of
    "owners" it is laid with those above a nominator that is a company, too, each with his part of it.
    A nominator's own holding of the same bidder and what is held for it are one row. Where a nominee holds in its own
    right as well, or not all its chains are shown, what is whose is known within bounds alone.
    """
    held, declared = table(rows["holdings"]), table(rows["declared"])
    nominees = declared.filter(pl.col("role") == "nominee")["holder_id"].unique()
    concerned = held.filter(pl.col("holder_id").is_in(nominees.implode()))
    if concerned.is_empty():
        return Beneficially(held)
    moved: list[dict[str, Any]] = []
    kept: list[dict[str, Any]] = []
    unknown: list[Row] = []
    ownerless: list[Row] = []
    blank = {
        r["company_id"]
        for r in rows.get("registers", ())
        if not r["holders"] and r["company_kind"] not in PUBLIC
    }
    keys: dict[tuple[str, str], frozenset[str]] = {}
    trusts = _Trusts(declared)
    owners: dict[str, list[Row]] = defaultdict(list)
    for owner in rows.get("owners", ()):
        owners[owner["company_id"]].append(owner)
    for row in concerned.iter_rows(named=True):
        mine, whose, unsaid = _apart(row, trusts)
        kept += [row] if registered else mine
        moved += whose
        for part in whose:
            above = owners.get(part["holder_id"], ())
            moved += [_through(part, one) for one in above if _holds(one, row["bid_on"])]
            ownerless += [part] if part["holder_id"] in blank and not above else []
        said = _declared_of(row, trusts)
        at = (row["lot_id"], row["holder_id"])
        keys[at] = keys.get(at, frozenset()).union(said)
        unknown += [row] if unsaid else []
    if not moved and not unknown and len(kept) == concerned.height:
        return Beneficially(held)
    rest = held.join(concerned.select(_PAIR), on=_PAIR, how="anti")
    several: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for part_of in moved:
        several[tuple(part_of[c] for c in _PAIR)].append(part_of)
    behind = pl.DataFrame(
        [dict(zip(_PAIR, key, strict=True)) for key in several], schema=dict.fromkeys(_PAIR, pl.String)
    )
    for own in [*rest.join(behind, on=_PAIR, how="semi").iter_rows(named=True), *kept]:
        if (key := tuple(own[c] for c in _PAIR)) in several:
            several[key].append(own)
    kept = [r for r in kept if tuple(r[c] for c in _PAIR) not in several]
    new = [*kept, *(_together(parts) for parts in several.values())]
    laid = pl.DataFrame(new, schema={**held.schema, "note_zh": pl.String, "note_en": pl.String}, orient="row")
    whole = pl.concat([rest.join(behind, on=_PAIR, how="anti"), laid], how="diagonal_relaxed")
    return Beneficially(whole.sort(_PAIR), unknown, ownerless, keys)


def not_named(unknown: Sequence[Row], limit: float) -> Iterator[Undecided]:
    """Lots in which a nominee holds `limit` or more of a bidder, and who benefits by it is not declared."""
    bidders: dict[str, set[str]] = defaultdict(set)
    for row in unknown:
        if _most(row) >= limit:
            bidders[row["lot_id"]].add(row["bidder_id"])
    for lot, ids in sorted(bidders.items()):
        yield Undecided(
            "lot",
            lot,
            tuple(sorted(ids)),
            f"{len(ids)}家投标人的股权由名义持有人代持，实际出资人未说明或不止一人，受益所有人无法判定",
            "a nominee holds in these bidders, and its nominator is not named, or there are several: who benefits cannot "
            "be decided",
        )


def without_owners(ownerless: Sequence[Row], limit: float) -> Iterator[Undecided]:
    """Lots in which `limit` or more of a bidder is held for a company of whose owners nothing is known."""
    found: dict[str, tuple[set[str], dict[str, str]]] = defaultdict(lambda: (set(), {}))
    for row in ownerless:
        if _most(row) >= limit:
            bidders, firms = found[row["lot_id"]]
            bidders.add(row["bidder_id"])
            firms[row["holder_id"]] = str(row["holder_name"] or row["holder_id"])
    for lot, (bidders, firms) in sorted(found.items()):
        names = [firms[id_] for id_ in sorted(firms)]
        yield Undecided(
            "lot",
            lot,
            tuple(sorted({*bidders, *firms})),
            f"{len(bidders)}家投标人的股权由名义持有人代持，其实际出资人{'、'.join(names)}是企业，没有股权数据：由谁最终持有无法判定",
            f"a nominee holds in these bidders for {', '.join(names)}, of which no ownership data are loaded: who stands behind it "
            "cannot be decided",
        )


class _Trusts:
    """The declarations in force on each day, of the companies that are asked about: a register has many of others."""

    def __init__(self, declared: pl.DataFrame) -> None:
        said: dict[str, list[Row]] = defaultdict(list)
        for row in declared.sort("holder_id", "link_key").iter_rows(named=True):
            said[row["company_id"]].append(row)
        self._said = said
        self._found: dict[tuple[str, str | None], Trust | None] = {}

    def on(self, company: str, bid_on: str | None) -> Trust | None:
        """Who is declared in a company on a day, None where nobody is; without a day by what has no end."""
        if (company, bid_on) not in self._found:
            live = [row for row in self._said.get(company, ()) if _in_force(row, bid_on)]
            self._found[company, bid_on] = _trust(live) if live else None
        return self._found[company, bid_on]


def _in_force(row: Row, bid_on: str | None) -> bool:
    """As `dated` has it."""
    begun, ended = row["held_from"], row["held_to"]
    if bid_on is None:
        return ended is None
    return (ended is None or ended > bid_on) and (begun is None or begun <= bid_on)


def _trust(said: Sequence[Row]) -> Trust:
    nominators = {r["holder_id"]: str(r["holder_name"] or "") for r in said if r["role"] == "nominator"}
    keys: dict[str, tuple[str, ...]] = {}
    for r in said:
        keys[r["holder_id"]] = (*keys.get(r["holder_id"], ()), str(r["link_key"]))
    # Said to be both: whose the holding is can't be told from it.
    nominees = frozenset(r["holder_id"] for r in said if r["role"] == "nominee") - nominators.keys()
    return Trust(nominators, nominees, keys)


def _apart(row: Row, trusts: _Trusts) -> tuple[list[dict[str, Any]], list[dict[str, Any]], bool]:
    """A holding as: what stays the holder's; what is the nominators'; is of some of it not known whose it is?"""
    told = derivation_of(row)
    whose: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    names: dict[str, str] = {}
    own: list[Mapping[str, Any]] = []
    unsaid = False
    for path in told.get("paths", ()):
        trust = trusts.on(path["nodes"][1], row["bid_on"])
        if trust is None or row["holder_id"] not in trust.nominees:
            own.append(path)
        elif len(trust.nominators) == 1:
            ((behind, name),) = trust.nominators.items()
            names[behind] = name
            keys = [*trust.keys[row["holder_id"]], *trust.keys[behind]]
            whose[behind].append({**path, "nodes": [behind, *path["nodes"]], "rows": [keys, *path["rows"]]})
        else:
            unsaid = True
    if not whose and not unsaid:
        return [dict(row)], [], False
    open_ = bool(told.get("truncated")) or len(whose) + bool(own) + unsaid > 1
    parts = {**({row["holder_id"]: own} if own else {}), **whose}
    made = {who: _part(row, paths, open_, who, names.get(who)) for who, paths in parts.items()}
    return [made.pop(row["holder_id"])] if own else [], list(made.values()), unsaid


def _declared_of(row: Row, trusts: _Trusts) -> set[str]:
    """Keys of all declarations in companies through which a nominee holds."""
    said = [trusts.on(path["nodes"][1], row["bid_on"]) for path in derivation_of(row).get("paths", ())]
    named = [t for t in said if t is not None and row["holder_id"] in t.nominees]
    return {key for t in named for keys in t.keys.values() for key in keys}


def _part(row: Row, paths: Sequence[Any], open_: bool, who: str, name: str | None) -> dict[str, Any]:
    told = {**derivation_of(row), "paths": list(paths)}
    part = {**row, "derivation": json.dumps(told, ensure_ascii=False), "note_zh": None, "note_en": None}
    if open_:
        part |= {"share": None, "share_min": 0.0, "share_max": _most(row), "votes": None}
    if who != row["holder_id"]:
        nominee = row["holder_name"] or row["holder_id"]
        part |= {
            "holder_id": who,
            "holder_name": name or None,
            "stated_holder_id": who,
            "identity": weakest([(who, None)], [row["identity"]]),
            "note_zh": f"，{nominee}代持",
            "note_en": f", held in the name of {nominee}",
        }
    return part


def _holds(owner: Row, bid_on: str | None) -> bool:
    """As `held_on_the_bid_date` has it."""
    begun, ended = owner["holds_from"], owner["holds_to"]
    lasts = ended is None or (bid_on is not None and bid_on < ended)
    return lasts and (begun is None or bid_on is None or begun <= bid_on)


def _through(part: Row, owner: Row) -> dict[str, Any]:
    """What an owner has of what is held for a nominator that is a company."""
    mine, theirs = derivation_of(owner), derivation_of(part)
    pairs = [
        (above, below)
        for above in mine.get("paths", ())
        for below in theirs.get("paths", ())
        if not (above["votes_only"] or below["votes_only"])
    ]
    paths = [
        {
            **below,
            "nodes": [*above["nodes"], *below["nodes"][1:]],
            "rows": [*above["rows"], *below["rows"]],
            # Factors alone: each formula ends with what its own make.
            "formula": " × ".join(p["formula"].partition(" = ")[0] for p in (above, below)),
            "votes_formula": "",
            "observed_on": max(filter(None, (above["observed_on"], below["observed_on"])), default=None),
        }
        for above, below in pairs[:_MOST_PATHS]
    ]
    cut = len(pairs) > _MOST_PATHS or mine.get("truncated") or theirs.get("truncated")
    more = {k: sorted({*mine.get(k, ()), *theirs.get(k, ())}) for k in ("nodes", "rows")}
    told = {**theirs, **more, **_above_100(owner, part), "paths": paths, "truncated": bool(cut)}
    known = part["share"] is not None and owner["share"] is not None
    firm = part["holder_name"] or part["holder_id"]
    return {
        **part,
        "holder_id": owner["holder_id"],
        "holder_name": owner["holder_name"],
        "stated_holder_id": owner["holder_id"],
        "derivation": json.dumps(told, ensure_ascii=False),
        "share": part["share"] * owner["share"] if known else None,
        "share_min": _least(part) * _least(owner),
        "share_max": _most(part) * _most(owner),
        "votes": None,
        "depth": int(part["depth"]) + int(owner["depth"]),
        "identity": weakest([], [part["identity"], owner["identity"]]),
        "note_zh": f"{part['note_zh']}给{firm}",
        "note_en": f"{part['note_en']} for {firm}",
    }


def _above_100(*parts: Row) -> dict[str, Any]:
    """The registers above 100%, and the holdings that another row says had ended, on which any of the parts rests."""
    found = {id_: total for r in parts for id_, total in above_100(r).items()}
    left = [told for r in parts for told in derivation_of(r).get("left", ())]
    return ({"registers_above_100": found} if found else {}) | ({"left": left} if left else {})


def _least(row: Row) -> float:
    known = row["share"] if row["share"] is not None else row["share_min"]
    return float(known or 0.0)


def _together(parts: Sequence[Row]) -> dict[str, Any]:
    """A party's own holding of a bidder and what is held for it, added."""
    first = parts[0]
    if len(parts) == 1:
        return dict(first)
    paths = [p for r in parts for p in derivation_of(r).get("paths", ())]
    truncated = any(derivation_of(r).get("truncated") for r in parts)
    more = {k: sorted({x for r in parts for x in derivation_of(r).get(k, ())}) for k in ("nodes", "rows")}
    told = {**derivation_of(first), **more, **_above_100(*parts), "paths": paths, "truncated": truncated}
    known = all(r["share"] is not None for r in parts)
    votes = [r["votes"] for r in parts]
    return {
        **first,
        "derivation": json.dumps(told, ensure_ascii=False),
        "share": sum(r["share"] for r in parts) if known else None,
        "share_min": min(1.0, sum(map(_least, parts))),
        "share_max": min(1.0, sum(map(_most, parts))),
        "votes": None if None in votes else sum(votes),
        "depth": min(int(r["depth"]) for r in parts),
        "identity": weakest([], [r["identity"] for r in parts]),
        "note_zh": "".join(dict.fromkeys(r["note_zh"] for r in parts if r.get("note_zh"))),
        "note_en": "".join(dict.fromkeys(r["note_en"] for r in parts if r.get("note_en"))),
    }


def _most(row: Row) -> float:
    known = row["share"] if row["share"] is not None else row["share_max"]
    return 1.0 if known is None else float(known)


def why_none(name: str) -> tuple[str, str, str]:
    """Why what is registered in a nominee's name makes it no beneficial owner."""
    return (
        NOMINEE.name,
        f"{name}申报为名义持有人（代持人），登记在其名下的持股不由其受益",
        f"{name} is declared a nominee: others benefit by what is registered in its name",
    )
