"""Every claim of a package worked out again from what the package encloses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from exports.verifying.cited import cited_faults
from exports.verifying.derived import derived_faults
from exports.verifying.dues import due_faults
from exports.verifying.dwellings import dwelling_faults
from exports.verifying.earned import means_faults
from exports.verifying.enclosed import EDGES, FACTS, NODES, Enclosed
from exports.verifying.integrity import Fault
from exports.verifying.named import named_faults
from exports.verifying.parties import party_faults
from exports.verifying.payments import payment_faults
from exports.verifying.registers import NOMINATOR, NOMINEE, holds_on, links_of, powers_of
from exports.verifying.said import said_faults
from exports.verifying.sentences import sentence_faults
from exports.verifying.solving import TOLERANCE, Bounds, Powers, Web, chains, path_product
from exports.verifying.stated import row_faults, stated_faults
from exports.verifying.tendering import tendering_faults
from exports.verifying.told import told_faults

_CLOSE = 1e-9


def recomputed(enclosed: Enclosed) -> tuple[list[Fault], dict[str, int]]:
    """Faults, and how many of each kind of claim were worked out again."""
    facts = enclosed.facts
    own, *others = enclosed.ownership()
    links, faults = links_of(enclosed, own)
    powers, more = powers_of(enclosed, links)
    faults += more
    faults += _identities(enclosed)
    web = Web(links)
    webs = {own["as_of"]: web}
    for other in others:
        theirs, more = links_of(enclosed, other)
        faults += more
        webs[other["as_of"]] = Web(theirs)
    shares, control = facts["claims"]["shares"], facts["claims"]["control"]
    for claim in shares:
        day = claim.get("as_of", own["as_of"])
        # Of a day that nothing is enclosed for, nothing comes out.
        there = webs.get(day, Web([]))
        held = _Trusts(enclosed, day)
        if any(held.hops(path["nodes"]) for path in claim["paths"]):
            faults += _share_in_trust(there, held, claim)
        else:
            faults += _share(there, claim)
        faults += _as_told(enclosed, claim, ("share", "share_min", "share_max", "depth"))
    for claim in control:
        faults += _control(powers, web, claim)
        faults += _control_as_told(enclosed, claim)
    found = facts["findings"]
    dwellings = 0
    for n, one in enumerate(found):
        faults += _enclosed(enclosed, one, f"/findings/{n}")
        counted, wrong = dwelling_faults(enclosed, one, f"{FACTS} /findings/{n}/facts")
        dwellings += counted
        faults += wrong
    faults += said_faults(enclosed)
    faults += stated_faults(enclosed)
    faults += row_faults(enclosed)
    faults += party_faults(enclosed)
    faults += tendering_faults(enclosed)
    faults += told_faults(enclosed)
    faults += payment_faults(enclosed)
    faults += due_faults(enclosed)
    faults += means_faults(enclosed)
    faults += named_faults(enclosed)
    faults += derived_faults(enclosed)
    faults += sentence_faults(enclosed)
    faults += cited_faults(enclosed)
    counts = {"shares": len(shares), "control": len(control), "dwellings": dwellings}
    counts["paths"] = sum(len(c["paths"]) for c in shares)
    counts["rows"] = len(enclosed.rows)
    return faults, counts


def _at(claim: Mapping[str, Any]) -> str:
    return f"{FACTS} {claim['at']}"


def _share(web: Web, claim: Mapping[str, Any]) -> Iterator[Fault]:
    holder, company, method = claim["holder"], claim["company"], claim["method"]
    got = web.share(holder, company, method)
    where = f"{_at(claim)} ({holder} → {company})"
    yield from _bounds(where, claim, got)
    if claim["votes"] is not None:
        votes = web.share(holder, company, method, votes=True)
        if method != "declared_indirect" and (votes.low is None or abs(votes.low - claim["votes"]) > _CLOSE):
            yield _differs(f"{where} votes", claim["votes"], votes.low)
    depth = web.depth(holder, company)
    if claim["depth"] is not None and claim["depth"] != depth:
        yield _differs(f"{where} depth", claim["depth"], depth)
    total = 0.0
    for n, path in enumerate(claim["paths"]):
        wrong, low = _path(web, path, f"{where} paths/{n}")
        yield from wrong
        total += low
        nodes = path["nodes"]
        if nodes[0] != holder or nodes[-1] != company:
            yield Fault(
                f"{where} paths/{n}", "路径两端与结论不符", "the path does not join holder and company"
            )
    if claim["paths"] and claim["share"] is not None and method != "declared_indirect":
        whole = not claim["truncated"] and not web.looped(web.between(holder, company))
        if total > claim["share"] + _CLOSE or (whole and abs(total - claim["share"]) > _CLOSE):
            yield _differs(f"{where} paths", claim["share"], total)


class _Trusts:
    """What is held in trust on a day: (nominator, nominee, company) of companies with one declared nominator."""

    def __init__(self, enclosed: Enclosed, day: str | None) -> None:
        self._party = enclosed.party
        said: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for row in enclosed.edges.values():
            told = row["type"] == "EXERCISES_CONTROL" and row.get("interest") in (NOMINEE, NOMINATOR)
            if told and holds_on(row, day):
                said[self._party(row["target"])][row["interest"]].add(self._party(row["source"]))
        self._found = {
            (nominator, nominee, company)
            for company, who in said.items()
            if len(who[NOMINATOR]) == 1
            for nominator in who[NOMINATOR]
            for nominee in who[NOMINEE] - who[NOMINATOR]
        }

    def hops(self, nodes: Sequence[str]) -> set[int]:
        """Places in a path from which the next party only lends its name, in the company after it."""
        parties = [self._party(n) for n in nodes]
        return {n for n in range(len(parties) - 2) if tuple(parties[n : n + 3]) in self._found}


def _share_in_trust(web: Web, held: _Trusts, claim: Mapping[str, Any]) -> Iterator[Fault]:
    """A share that is held in others' names: no register gives it, so it is the sum of its paths."""
    where = f"{_at(claim)} ({claim['holder']} → {claim['company']})"
    total = 0.0
    for n, path in enumerate(claim["paths"]):
        wrong, low = _path(web, path, f"{where} paths/{n}", held.hops(path["nodes"]))
        yield from wrong
        total += low
        if path["nodes"][0] != claim["holder"] or path["nodes"][-1] != claim["company"]:
            yield Fault(
                f"{where} paths/{n}", "路径两端与结论不符", "the path does not join holder and company"
            )
    for name in ("share_min", "share_max"):
        if None not in (claim["share"], claim[name]) and abs(claim[name] - claim["share"]) > _CLOSE:
            yield _differs(f"{where} {name}", claim[name], claim["share"])
    stated = claim["share"] if claim["share"] is not None else claim["share_min"] or 0.0
    whole = claim["share"] is not None and not claim["truncated"]
    if abs(total - stated) > _CLOSE if whole else stated > total + _CLOSE and not claim["truncated"]:
        yield _differs(f"{where} paths", stated, total)


def _bounds(where: str, claim: Mapping[str, Any], got: Bounds) -> Iterator[Fault]:
    share, low, high = claim["share"], claim["share_min"], claim["share_max"]
    if share is not None:
        for name, bound in (("share_min", low), ("share_max", high)):
            if bound is not None and abs(bound - share) > _CLOSE:
                yield _differs(f"{where} {name}", bound, share)
        if (
            got.low is None
            or got.outer is None
            or abs(got.low - share) > _CLOSE
            or abs(got.outer - share) > _CLOSE
        ):
            yield _differs(f"{where} share", share, got.low)
        return
    if got.low is not None and abs(min(got.low, 1.0) - (low or 0.0)) > _CLOSE:
        yield _differs(f"{where} share_min", low, got.low)
    outer = None if got.outer is None else min(1.0, got.outer)
    tight = outer if got.tight is None else min(1.0, got.tight)
    if high is None:
        # The data set no bound: then no method may find one.
        if outer is not None:
            yield _differs(f"{where} share_max", high, outer)
    elif tight is None:
        # Without a bound of the data's, no share is above the whole.
        if high < 1.0 - _CLOSE:
            yield _differs(f"{where} share_max", high, None)
    elif (
        high < tight - _CLOSE
        or (outer is not None and high > outer + _CLOSE)
        or (claim["bounds"] == "tight" and abs(high - tight) > _CLOSE)
    ):
        yield _differs(f"{where} share_max", high, tight)


def _path(
    web: Web, path: Mapping[str, Any], at: str, lent: Collection[int] = ()
) -> tuple[list[Fault], float]:
    """Faults of a path, and the least it comes to. `lent`: places of hops to who only lends a name: no holdings."""
    pairs = [pair for n, pair in enumerate(chains(path["nodes"])) if n not in lent]
    found = [web.link(holder, company) for holder, company in pairs]
    if any(link is None for link in found):
        return [Fault(at, "路径中有一段持股不在材料包内", "a link of the path is not in the package")], 0.0
    links = [link for link in found if link is not None]
    shares, low, _ = path_product([(k.low, k.high) for k in links])
    votes, _, _ = path_product([(k.votes_low, k.votes_high) for k in links])
    faults = []
    said = path.get("formula")
    right = votes if path.get("by") == "votes" else shares
    # Of what is held through others the factors alone are told.
    if said != right and not (lent and said == right.partition(" = ")[0]):
        faults.append(
            Fault(
                at, f"算式写为“{said}”，复算为“{right}”", f"the formula says “{said}”; it comes to “{right}”"
            )
        )
    beside = path.get("votes_formula")
    if beside and beside != votes:
        faults.append(
            Fault(
                at,
                f"表决权算式写为“{beside}”，复算为“{votes}”",
                f"the votes' formula says “{beside}”; it comes to “{votes}”",
            )
        )
    return faults, low


def _differs(at: str, said: Any, got: Any) -> Fault:
    def told(value: Any) -> str:
        return "无" if value is None else f"{value:.10g}"

    def told_en(value: Any) -> str:
        return "none" if value is None else f"{value:.10g}"

    return Fault(
        at,
        f"材料包写为 {told(said)}，按所附记录复算为 {told(got)}",
        f"is stated as {told_en(said)}; the enclosed rows give {told_en(got)}",
    )


def _control(powers: Powers, web: Web, claim: Mapping[str, Any]) -> Iterator[Fault]:
    holder, company = claim["holder"], claim["company"]
    where = f"{_at(claim)} ({holder} → {company})"
    won = powers.controlled(holder, claim["rule"])
    if company not in won:
        yield Fault(where, "按所附记录复算，控制关系不成立", "the enclosed rows do not give this control")
    if claim["via"] and claim["via"] not in won:
        yield Fault(f"{where} via", "所称中间主体未被控制", "the party in between is not controlled")
    running: dict[str, float] = {}
    for n, link in enumerate(claim["links"]):
        if link["votes"] is None:
            if (link["holder"], link["company"]) not in powers.declared:
                yield Fault(
                    f"{where} links/{n}",
                    "所称控制声明不在材料包内",
                    "this declared control is not in the package",
                )
            continue
        found = next(
            (k for k in powers.votes if (k.holder, k.company) == (link["holder"], link["company"])), None
        )
        if found is None or abs(found.votes_low - link["votes"]) > TOLERANCE:
            yield _differs(
                f"{where} links/{n} votes", link["votes"], None if found is None else found.votes_low
            )
        running[link["company"]] = running.get(link["company"], 0.0) + link["votes"]
        if abs(running[link["company"]] - link["running"]) > 1e-8:
            yield _differs(f"{where} links/{n} running", link["running"], running[link["company"]])


def _control_as_told(enclosed: Enclosed, claim: Mapping[str, Any]) -> Iterator[Fault]:
    """What is told at the place of a claim of control: who is controlled, by which rule, and through whom."""
    told = _told_at(enclosed.facts, claim["at"])
    if not isinstance(told, Mapping):
        return
    for name in ("rule", "via"):
        if told.get(name) and told[name] != claim[name]:
            yield Fault(
                f"{_at(claim)} {name}",
                f"事实写为 {told[name]}，结论为 {claim[name]}",
                f"is {told[name]} in the facts, and {claim[name]} in the claim",
            )


def _told_at(facts: Mapping[str, Any], pointer: str) -> Any:
    """What stands at a place of the facts; None where nothing does."""
    told: Any = facts
    try:
        for step in pointer.split("/")[1:]:
            step = step.replace("~1", "/").replace("~0", "~")
            told = told[int(step)] if isinstance(told, list) else told[step]
    except (KeyError, IndexError, ValueError, TypeError):
        return None
    return told


def _as_told(enclosed: Enclosed, claim: Mapping[str, Any], names: Sequence[str]) -> Iterator[Fault]:
    """What the finding says at the claim's place is what is claimed, so that what is checked is what is read."""
    facts = enclosed.facts
    told = _told_at(facts, claim["at"])
    if told is None:
        yield Fault(_at(claim), "结论在事实中没有对应之处", "the claim points to nothing in the facts")
        return
    for name in names:
        value = told.get(name)
        if (value is None) != (claim[name] is None) or (
            value is not None and abs(value - claim[name]) > _CLOSE
        ):
            yield _differs(f"{_at(claim)} {name}", value, claim[name])
    ends = {"holder": (claim["holder"],), "person": (claim["holder"],), "company": (claim["company"],)}
    for name, right in (ends | {"id": (claim["holder"], claim["company"])}).items():
        said = told.get(name)
        if isinstance(said, str) and enclosed.party(said) not in map(enclosed.party, right):
            yield Fault(
                f"{_at(claim)} {name}",
                f"事实写为 {said}，结论为 {'、'.join(right)}",
                f"is {said} in the facts, and {', '.join(right)} in the claim",
            )
    day = facts["ownership"]["as_of"]
    if told.get("as_of", day) != claim.get("as_of", day):
        yield Fault(_at(claim), "结论的日期与事实不一致", "the claim is of another day than the facts")
    if "truncated" in told and bool(told["truncated"]) != claim["truncated"]:
        yield Fault(f"{_at(claim)} truncated", "与结论不一致", "is not as the claim has it")
    if "method" in told and told["method"] != claim["method"]:
        yield Fault(
            f"{_at(claim)} method",
            f"事实写为 {told['method']}，结论为 {claim['method']}",
            f"is {told['method']} in the facts, and {claim['method']} in the claim",
        )
    if told.get("paths") is not None and [(p["nodes"], p.get("by")) for p in told["paths"]] != [
        (p["nodes"], p.get("by")) for p in claim["paths"]
    ]:
        yield Fault(f"{_at(claim)} paths", "事实所列路径与结论不一致", "the facts' paths are not the claim's")


def _identities(enclosed: Enclosed) -> Iterator[Fault]:
    joined = [pair for own in enclosed.ownership() for pair in own["identities"].items()]
    for alias, head in dict.fromkeys(joined):
        if enclosed.party(alias) != enclosed.party(head):
            yield Fault(
                f"{FACTS} /ownership/identities {alias}",
                f"与 {head} 视为同一主体，但材料包内没有依据",
                f"is taken for {head}, and nothing enclosed joins them",
            )


def _enclosed(enclosed: Enclosed, found: Mapping[str, Any], at: str) -> Iterator[Fault]:
    """The smallest subgraph that proves a finding is in the package."""
    proof = found["evidence"]
    for id_ in proof["nodes"]:
        if id_ not in enclosed.nodes:
            yield Fault(
                f"{FACTS} {at}/evidence",
                f"证据节点 {id_} 不在 {NODES} 中",
                f"its node {id_} is not in {NODES}",
            )
    for key in proof["keys"]:
        if key not in enclosed.edges:
            yield Fault(
                f"{FACTS} {at}/evidence",
                f"证据记录 {key} 不在 {EDGES} 中",
                f"its row {key} is not in {EDGES}",
            )
