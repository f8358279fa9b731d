"""What a package proves: shares and control as claims, each with all that is needed to work it out again.

The registers are taken out of the ownership as it was looked through: for every company on the way its links with
the stated rows behind each, so that a share leads to links, a link to rows, a row to its source.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import polars as pl

from detectors.finding import Finding
from exports.told_shares import control_of_links, shares_with_paths
from graph.penetration import Ownership, UnknownCompanyError, connecting_paths, penetrate
from graph.penetration.beneficial import beneficial_owners
from graph.penetration.control import STRICT_FROM, ControlFrontier, control_frontier
from graph.penetration.controller import ControlAnswer, controller
from graph.penetration.days import UNDATED, IntArray, day_number, day_numbers, iso_date
from graph.penetration.nominees import held_in_trust
from graph.penetration.owners import shown
from graph.penetration.register import Frontier, Links, frontier, live_links

MOST_PATHS: Final = 5
"""Chains shown for a holder; more are said to exist."""
MOST_HOLDERS_WITH_PATHS: Final = 20
"""Holders of a company whose chains are shown, the largest first; companies of a person, the nearest first."""
MOST_COMPANIES: Final = 200
"""Companies below a person that are looked through, the nearest first."""


@dataclass
class Proof:
    """Claims, and the ownership they rest on. `keys`: rows behind it; `nodes`: its parties, canonical.

    `elsewhen`: the ownership of other days, which claims with an `as_of` of their own rest on.
    """

    as_of: str | None
    shares: list[dict[str, Any]] = field(default_factory=list)
    control: list[dict[str, Any]] = field(default_factory=list)
    registers: dict[str, dict[str, Any]] = field(default_factory=dict)
    declared: list[dict[str, Any]] = field(default_factory=list)
    concerts: list[dict[str, Any]] = field(default_factory=list)
    partnerships: set[str] = field(default_factory=set)
    identities: dict[str, str] = field(default_factory=dict)
    nodes: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    elsewhen: dict[str | None, Proof] = field(default_factory=dict)

    def of_day(self, as_of: str | None) -> Proof:
        """Where the ownership of a day is laid out."""
        return self if as_of == self.as_of else self.elsewhen.setdefault(as_of, Proof(as_of))

    def ownership_json(self) -> dict[str, Any]:
        """The registers and what else bears on the claims, in a fixed order."""
        return {
            "as_of": self.as_of,
            "identities": dict(sorted(self.identities.items())),
            "partnerships": sorted(self.partnerships),
            "registers": [self.registers[c] for c in sorted(self.registers)],
            "declared_control": sorted(
                self.declared, key=lambda d: (d["company"], d["holder"], str(d["key"]))
            ),
            "concerts": sorted(self.concerts, key=lambda d: (d["concert"], d["member"], str(d["company"]))),
        }


def date_of(found: Finding) -> str | None:
    """The day a finding's ownership was looked at; None where its lot has none."""
    as_of = found.facts.get("as_of")
    if not as_of:
        return None
    return f"{as_of}-01" if len(str(as_of)) == 7 else str(as_of)[:10]


def proof_of_finding(ownership: Ownership, found: Finding) -> Proof:
    """The shares and the control a finding states, with the ownership they follow from."""
    proof = Proof(date_of(found))
    asked: dict[str | None, set[str]] = defaultdict(set)
    method = str(found.facts.get("method") or "integrated")
    for at, told in shares_with_paths(found.facts, ""):
        paths = told["paths"]
        holder, company = str(paths[0]["nodes"][0]), str(paths[0]["nodes"][-1])
        claim = _share_claim(f"/findings/0/facts{at}", holder, company, told, method)
        asked[_dated(claim, told, proof)].add(company)
        proof.shares.append(claim)
    for at, holder, told in _told_above(found.facts):
        claim = _share_claim(f"/findings/0/facts{at}", holder, str(told["id"]), told, None)
        asked[_dated(claim, told, proof)].add(str(told["id"]))
        proof.shares.append(claim)
    tying = found.facts.get("holder")
    by = str(tying["id"]) if isinstance(tying, Mapping) else ""
    told_of = found.facts.get("control") or () if by else ()
    controlled = [(n, c) for n, c in enumerate(told_of) if c.get("certain", True) and c.get("rule")]
    asked[proof.as_of] |= {str(c["id"]) for _, c in controlled}
    linked = list(control_of_links(found.facts))
    asked[proof.as_of] |= {company for _, _, company in linked}
    for day, companies in asked.items():
        if companies:
            lay_out(proof.of_day(day), ownership, sorted(companies))
    for other in proof.elsewhen.values():
        proof.keys |= other.keys
        proof.nodes |= other.nodes
        proof.identities |= other.identities
    _settle(proof, ownership)
    for n, told in controlled:
        answer = _controllers(ownership, str(told["id"]), proof.as_of)
        proof.control += _control_claims(f"/findings/0/facts/control/{n}", answer, by, told.get("via"))
    for at, holder, company in linked:
        answer = _controllers(ownership, company, proof.as_of)
        via = next((one.via for one in answer.controllers if one.id == holder), None)
        proof.control += _control_claims(f"/findings/0/facts{at}", answer, holder, via)
    proof.keys |= {k for c in proof.control for link in c["links"] for k in link["rows"]}
    return proof


def _controllers(ownership: Ownership, company: str, as_of: str | None) -> ControlAnswer:
    # Nobody can be asked about no date at all; what has no end holds on the last day that can be.
    return controller(ownership, company, as_of or "2100-12-31")


def proof_of_company(ownership: Ownership, company: str, as_of: str | None) -> tuple[Proof, dict[str, Any]]:
    """Everyone behind a company, its controllers and beneficial owners; gives the proof and the answers."""
    whole = penetrate(ownership, company, as_of)
    answer = whole.to_json()
    proof = Proof(whole.as_of)
    lay_out(proof, ownership, [whole.company])
    for n, owner in enumerate(answer["owners"]):
        claim = _share_claim(f"/party/owners/owners/{n}", owner["id"], whole.company, owner, whole.method)
        claim["bounds"] = whole.bounds
        if n < MOST_HOLDERS_WITH_PATHS:
            _with_paths(claim, ownership, whole.as_of)
        proof.shares.append(claim)
    _settle(proof, ownership)
    control = controller(ownership, company, whole.as_of)
    for n, one in enumerate(control.controllers):
        proof.control += _control_claims(f"/party/control/controllers/{n}", control, one.id, one.via)
    proof.keys |= {k for c in proof.control for link in c["links"] for k in link["rows"]}
    told = {
        "owners": answer,
        "control": control.to_json(),
        "beneficial": beneficial_owners(ownership, company, whole.as_of).to_json(),
    }
    return proof, told


def proof_of_person(
    ownership: Ownership, person: str, as_of: str | None
) -> tuple[Proof, dict[str, Any]] | None:
    """What a person holds at any depth, the nearest companies first, and what it controls; None where it holds nothing.

    Gives the proof and the answers: `shares`, one for each company; `truncated`: there are more than `MOST_COMPANIES`;
    `controls`: the companies among them that it surely controls.
    """
    try:
        node = ownership.node_of(person)
    except UnknownCompanyError:
        return None
    holder = str(ownership.nodes["id"][node])
    companies, truncated = _below(ownership, node, day_number(as_of))
    if not companies:
        return None
    proof = Proof(iso_date(day_number(as_of)))
    lay_out(proof, ownership, companies)
    claims: list[tuple[dict[str, Any], str | None]] = []
    for company in companies:
        whole = penetrate(ownership, company, proof.as_of)
        for owner in whole.to_json()["owners"]:
            if owner["id"] == holder:
                claim = _share_claim("", holder, whole.company, owner, whole.method)
                claim["bounds"] = whole.bounds
                claims.append((claim, whole.name))
    claims.sort(key=lambda c: (c[0]["depth"], -(c[0]["share"] or c[0]["share_min"] or 0.0), c[0]["company"]))
    shares: list[dict[str, Any]] = []
    controls: list[dict[str, Any]] = []
    for n, (claim, name) in enumerate(claims):
        claim["at"] = f"/party/shares/{n}"
        if n < MOST_HOLDERS_WITH_PATHS:
            _with_paths(claim, ownership, proof.as_of)
        proof.shares.append(claim)
        kept = ("share", "share_min", "share_max", "votes", "depth", "method")
        shares.append({"id": claim["company"], "name": name, **{k: claim[k] for k in kept}})
        answer = _controllers(ownership, claim["company"], proof.as_of)
        for one in answer.controllers:
            if one.id == holder:
                proof.control += _control_claims(f"/party/controls/{len(controls)}", answer, holder, one.via)
                controls.append({"id": claim["company"], "name": name, "via": one.via})
    proof.keys |= {k for c in proof.control for link in c["links"] for k in link["rows"]}
    return proof, {"shares": shares, "truncated": truncated, "controls": controls}


def prove_between(proof: Proof, ownership: Ownership, parties: Sequence[str]) -> dict[str, Any] | None:
    """Add to a proof what some parties hold and control of each other, on its day; None where they hold nothing.

    Gives the answers: `shares`, `controls`, and `truncated`: there are more companies than `MOST_COMPANIES`.
    """
    nodes = ownership.nodes_of(pl.Series(list(parties), dtype=pl.String))
    nodes = np.unique(nodes[nodes >= 0])
    heads = set(ownership.ids(nodes).to_list())
    of_type = ownership.nodes["type"].gather(nodes)
    companies = sorted(ownership.ids(nodes[(of_type == "Company").to_numpy()]).to_list())
    day = proof.as_of or "2100-12-31"
    shares: list[dict[str, Any]] = []
    controls: list[dict[str, Any]] = []
    looked: list[str] = []
    for company in companies[:MOST_COMPANIES]:
        whole = penetrate(ownership, company, day)
        told = {o["id"]: o for o in whole.to_json()["owners"] if o["id"] in heads and o["id"] != company}
        answer = _controllers(ownership, company, day)
        controlling = [one for one in answer.controllers if one.id in heads and one.id != company]
        for holder in sorted(told):
            claim = _share_claim(
                f"/proved/shares/{len(shares)}", holder, whole.company, told[holder], whole.method
            )
            claim["bounds"] = whole.bounds
            _with_paths(claim, ownership, day)
            proof.shares.append(claim)
            kept = ("share", "share_min", "share_max", "votes", "depth", "method")
            shares.append({"holder": holder, "company": whole.company, **{k: claim[k] for k in kept}})
        for one in controlling:
            proof.control += _control_claims(f"/proved/controls/{len(controls)}", answer, one.id, one.via)
            controls.append({"holder": one.id, "company": company, "via": one.via})
        if told or controlling:
            looked.append(company)
    if not looked:
        return None
    lay_out(proof, ownership, looked)
    proof.keys |= {k for c in proof.control for link in c["links"] for k in link["rows"]}
    return {"shares": shares, "controls": controls, "truncated": len(companies) > MOST_COMPANIES}


def _with_paths(claim: dict[str, Any], ownership: Ownership, as_of: str | None) -> None:
    """Put into a claim the chains from its holder down to its company."""
    found = connecting_paths(ownership, claim["holder"], claim["company"], as_of, MOST_PATHS)
    claim["paths"] = [
        {
            "nodes": list(p.nodes),
            "by": "votes" if p.votes_only else "shares",
            "formula": p.votes_formula if p.votes_only else p.formula,
            "votes_formula": p.votes_formula or None,
        }
        for p in found.paths
    ]
    claim["truncated"] = found.truncated


def _below(ownership: Ownership, node: int, day: int) -> tuple[list[str], bool]:
    """Ids of the companies below a party on a day, the nearest first, and whether there are more of them."""
    edges = ownership.holding_edges
    holds = (edges.start <= day) & (day < edges.end)
    holder, company = edges.holder[holds], edges.company[holds]
    seen: IntArray = np.array([node], dtype=np.int64)
    frontier, found = seen, list[str]()
    while len(frontier) and len(found) <= MOST_COMPANIES:
        frontier = np.setdiff1d(company[np.isin(holder, frontier)], seen)
        seen = np.union1d(seen, frontier)
        found += sorted(ownership.ids(frontier).to_list())
    return found[:MOST_COMPANIES], len(found) > MOST_COMPANIES


def _told_above(facts: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """What is stated of the parties above the one that ties, without chains: where it stands, the party, the share."""
    for n, above in enumerate(facts.get("holders_above") or ()):
        for m, told in enumerate(above["bidders"]):
            if not told.get("paths") and not told.get("itself"):
                yield f"/holders_above/{n}/bidders/{m}", str(above["id"]), told


def _share_claim(
    at: str, holder: str, company: str, told: Mapping[str, Any], method: str | None
) -> dict[str, Any]:
    """A share as it is claimed. `method`: where `told` names none; None, or several, leaves it open."""
    exact = told.get("share") is not None
    return {
        "at": at,
        "holder": holder,
        "company": company,
        "method": told.get("method") or (method if method and "," not in method else None),
        "bounds": "exact" if exact else "outer",
        "share": shown(told.get("share")),
        "share_min": shown(told.get("share_min")),
        "share_max": shown(told.get("share_max")),
        "votes": shown(told.get("votes")),
        "depth": told.get("depth"),
        "paths": [dict(p) for p in told.get("paths") or ()],
        "truncated": bool(told.get("truncated")),
    }


def _dated(claim: dict[str, Any], told: Mapping[str, Any], proof: Proof) -> str | None:
    """The day that a share is of, which the claim names where it is not the proof's."""
    day: str | None = told.get("as_of", proof.as_of)
    if day != proof.as_of:
        claim["as_of"] = day
    return day


def _settle(proof: Proof, ownership: Ownership) -> None:
    """Methods the facts leave open: a holder in a loop is answered by first passage."""
    methods: dict[tuple[str, str | None], dict[str, str]] = {}
    for claim in proof.shares:
        if claim["method"] is None:
            company, day = claim["company"], claim.get("as_of", proof.as_of)
            if (company, day) not in methods:
                owners = penetrate(ownership, company, day or "2100-12-31").owners
                methods[company, day] = {o.id: o.method for o in owners}
            claim["method"] = methods[company, day].get(claim["holder"], "integrated")


def _control_claims(at: str, answer: ControlAnswer, holder: str, via: str | None) -> list[dict[str, Any]]:
    return [
        {
            "at": at,
            "holder": holder,
            "company": answer.company,
            "rule": answer.rule,
            "via": via,
            "links": [{k: v for k, v in link.to_json().items() if k != "sources"} for link in one.proof],
        }
        for one in answer.controllers
        if one.id == holder
    ]


def lay_out(proof: Proof, ownership: Ownership, companies: Sequence[str]) -> None:
    """Put into the proof the registers of everything above some companies, by holdings and by control."""
    nodes = ownership.nodes_of(pl.Series(list(companies), dtype=pl.String))
    nodes = np.unique(nodes[nodes >= 0])
    day = int(day_numbers(pl.Series([proof.as_of], dtype=pl.String), UNDATED)[0])
    days: IntArray = np.full(len(nodes), day, dtype=np.int64)
    above = frontier(ownership, nodes, days)
    _registers(proof, ownership, above.links, above)
    control = control_frontier(ownership, nodes, days)
    # A partnership's register is none of votes, and stays as the holdings tell it.
    _registers(proof, ownership, _registered(ownership, control), control)
    for held in held_in_trust(ownership, np.unique(control.reach.node), day):
        proof.keys |= set(held.keys)
    _declared(proof, ownership, control)
    parties = np.unique(np.r_[above.reach.node, control.reach.node])
    proof.nodes |= set(ownership.ids(parties).to_list())
    proof.partnerships |= set(ownership.ids(parties[ownership.partnerships(parties)]).to_list())
    aliases = ownership.aliases_of(parties).filter(pl.col("id") != pl.col("head"))
    proof.identities |= dict(aliases.select("id", "head").iter_rows())


def _registered(ownership: Ownership, control: ControlFrontier) -> Links:
    """The votes that bear on control, each under the holder the register names."""
    if not control.trusted:
        return control.votes
    links = live_links(ownership, ownership.control_edges, control.reach)
    return links.only(~ownership.partnerships(control.reach.node)[links.company])


def _registers(proof: Proof, ownership: Ownership, links: Links, above: Frontier | ControlFrontier) -> None:
    ids = ownership.ids(above.reach.node).to_list()
    holdings = ownership.holdings
    known = set(proof.registers)
    seen: set[tuple[str, str, bool]] = set()
    for i in range(len(links)):
        company, holder = ids[int(links.company[i])], ids[int(links.holder[i])]
        declared = bool(links.declared[i])
        if company in known or (company, holder, declared) in seen:
            continue
        seen.add((company, holder, declared))
        rows = [int(r) for r in links.rows[links.first[i] : links.first[i + 1]]]
        keys = sorted(sorted(holdings.keys(r)) for r in rows)
        proof.keys |= {k for group in keys for k in group}
        register = proof.registers.setdefault(company, {"company": company, "links": []})
        register["links"].append(
            {
                "holder": holder,
                "low": _float(links.low[i]),
                "high": _float(links.high[i]),
                "votes_low": _float(links.votes_low[i]),
                "votes_high": _float(links.votes_high[i]),
                "low_open": bool(links.low_open[i]),
                "high_open": bool(links.high_open[i]),
                "votes_low_open": bool(links.votes_low_open[i]),
                "declared_indirect": declared,
                "general_partner": bool(links.general_partner[i]),
                "rows": keys,
            }
        )
    for register in proof.registers.values():
        register["links"].sort(key=lambda link: (link["holder"], link["declared_indirect"]))


def _float(value: Any) -> float:
    return float(value)


def _declared(proof: Proof, ownership: Ownership, control: ControlFrontier) -> None:
    ids = ownership.ids(control.reach.node).to_list()
    seen: set[tuple[str, str, str]] = set()
    for i in range(len(control.holder)):
        row = int(control.row[i])
        stated = ownership.control.row(row, named=True) if row >= 0 else None
        told = {
            "company": ids[int(control.company[i])],
            "holder": ids[int(control.holder[i])],
            "interest": stated["interest"] if stated else "general_partner",
            "suspected": bool(control.suspected[i]),
            "key": stated["key"] if stated else None,
        }
        mark = (told["company"], told["holder"], str(told["key"]))
        if mark not in seen:
            seen.add(mark)
            proof.declared.append(told)
            proof.keys |= {stated["key"]} if stated else set()
    members = {
        (ids[int(c)], ids[int(m)], ids[int(s)] if int(s) >= 0 else None)
        for c, m, s in zip(control.concert, control.member, control.scope, strict=True)
    }
    proof.concerts += [{"concert": c, "member": m, "company": s} for c, m, s in sorted(members, key=str)]


def strict_from() -> str:
    """The day from which more than half is asked for control."""
    return str(np.datetime64(STRICT_FROM, "D"))
